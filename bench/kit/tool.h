/* SPDX-License-Identifier: MIT */
/*
 * tool: calls of one tool of an MCP server, whoever made it: what is asked, and whether an answer
 * is one. Of the era of `initialize`, which all of them speak.
 */
#ifndef PORTCULLIS_BENCH_TOOL_H
#define PORTCULLIS_BENCH_TOOL_H

#include "base/buf.h"

struct tool {
    const char *name, *arguments; /* the latter as JSON */
    size_t length;                /* of the first answer; 0: there has been none */
};

/* Without a newline at the end. */
extern const char tool_initialize[], tool_initialized[];

/* Appends the request of that id, a number of six digits, without a newline. */
void tool_request(const struct tool *t, int64_t id, struct buf *out);
/*
 * The id of an answer. Dies if it is none, or an error. The first one is read whole and must say
 * something; the others must be as long, give or take a fifth, which an error would not be.
 */
int64_t tool_answer(struct tool *t, struct str text);

#endif
