/* SPDX-License-Identifier: MIT */
/*
 * talk: a line to the fixture, for tests of what is said over it.
 */
#ifndef PORTCULLIS_TESTS_UNIT_MCP_TALK_H
#define PORTCULLIS_TESTS_UNIT_MCP_TALK_H

#include "mcp/line.h"
#include "try.h"

struct talk {
    struct try t;
    struct mcp_line *line;
};

static inline struct talk talk_new(void)
{
    struct talk k = {.t = try_new()};
    k.line = mcp_line_new(k.t.hub, NULL);
    return k;
}

static inline void talk_free(struct talk *k)
{
    mcp_line_free(k->line);
    try_free(&k->t);
}

/* What is answered within `ms` of virtual time; forgotten at the next one. */
static inline struct str say(struct talk *k, const char *line, int64_t ms)
{
    mcp_line_sent(k->line, mcp_line_output(k->line).n);
    mcp_line_input(k->line, str_of(line), k->t.now);
    mcp_line_input(k->line, STR("\n"), k->t.now);
    try_run(&k->t, ms);
    return mcp_line_output(k->line);
}

#endif
