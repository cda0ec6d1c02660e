/* SPDX-License-Identifier: MIT */
/*
 * cli_inside: what cli.c (parsing and answering) and cli_help.c (telling) share, and nobody else.
 */
#ifndef PORTCULLIS_FACE_CLI_INSIDE_H
#define PORTCULLIS_FACE_CLI_INSIDE_H

#include "face/cli.h"

/* A flag that every verb takes, or a verb that is no operation. */
struct cli_word {
    const char *name, *value, *doc; /* value: what follows it, or NULL */
};
/* Both end with a name of NULL. */
extern const struct cli_word cli_flags[];
extern const struct cli_word cli_verbs[];

/* The list of all verbs. */
void cli_help(int width, struct buf *out);
/* Everything about one. */
void cli_help_op(const struct op *op, int width, struct buf *out);
/* About a verb that is no operation. */
void cli_help_own(const struct cli_word *verb, int width, struct buf *out);
/* "portcullis quotes SYMBOLS... [--auto-detect]", without an end of line. */
void cli_synopsis(const struct op *op, struct buf *out);
/* A script for bash that completes verbs and flags. */
void cli_completion(struct buf *out);
/* "--dry-run" for dry_run. */
void cli_flag_name(const struct field *f, struct buf *out);

#endif
