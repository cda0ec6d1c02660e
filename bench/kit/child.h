/* SPDX-License-Identifier: MIT */
/*
 * child: a program under measurement, with a pipe to its input and one from its output.
 */
#ifndef PORTCULLIS_BENCH_CHILD_H
#define PORTCULLIS_BENCH_CHILD_H

#include "base/str.h"

#include <sys/types.h>

struct child {
    pid_t pid;
    int to, from; /* ours; both block */
    char *bytes;  /* read and not yet taken: bytes[start..end) */
    size_t start, end, seen, room;
};

/* Starts argv (NULL-terminated, argv[0] is a path). Dies if that fails. */
void child_start(struct child *c, char *const argv[]);
/* Closes the input, waits for the end; dies unless the exit status is 0. */
void child_end(struct child *c);

void child_write(struct child *c, struct str bytes);
/* Reads what there is, at least one byte; false at the end of the output. */
bool child_read(struct child *c);
/* The next whole line, without its newline, borrowed until the next child_read; false if none. */
bool child_line(struct child *c, struct str *line);
/* child_read until there is a line; dies if the output ends before. */
struct str child_next_line(struct child *c);
/* Sends MCP's `initialize` and waits for its result; dies if it is something else. */
void child_initialize(struct child *c);

#endif
