/* SPDX-License-Identifier: MIT */
/*
 * cli: a command line, parsed and answered by the daemon; the client program only carries it.
 *
 * Verbs, flags, help and completion come from the operation table: `portcullis VERB [arguments]
 * [--flag value] [--json|--csv] [--wide] [--account ID]`, and `--help` everywhere. Text tables for
 * people, JSON and CSV for programs. Results go to the output stream, everything else to the error
 * stream; the exit status follows the class of the error (face/errors.h).
 */
#ifndef PORTCULLIS_FACE_CLI_H
#define PORTCULLIS_FACE_CLI_H

#include "ops/op.h"

enum { CLI_ARGUMENTS_MAX = 128 };

struct cli_request {
    struct str args[CLI_ARGUMENTS_MAX]; /* without the program's name */
    size_t count;
    int width;   /* columns of the terminal; 0 = unlimited */
    bool is_tty; /* the output goes to a terminal */
};

struct cli_reply {
    struct buf out, err; /* owned by the caller, initialised */
    int status;          /* exit status */
};

/* Answers a command line. Runs on a task; may suspend. */
void cli_answer(struct task *t, struct core *core, struct principal *who,
                const struct cli_request *request, struct cli_reply *reply);

#endif
