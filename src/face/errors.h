/* SPDX-License-Identifier: MIT */
/*
 * errors: what a failure looks like from outside, in one place.
 *
 * The class of an error (enum error_code) decides the HTTP status, the JSON-RPC code where the
 * protocol itself is broken, and the exit status of the command line; one table says so. Its
 * content is the same everywhere: an object that keeps `success`, `error`, `code`, `details` and
 * `warnings` for programs, and a sentence with its next step for people.
 *
 * Exit statuses: 0 done, 10 nothing was done because a person has to approve it first, 2 wrong
 * usage or argument, 3 not found, 4 denied or over a limit, 5 conflict, 6 not available now, 7 no
 * answer in time, 8 refused by the broker, 9 nonsense from the other side, 70 a fault of the
 * program. An answer that tells of errors alone has the status of the first (ops/op.h:
 * call_found_nothing).
 */
#ifndef PORTCULLIS_FACE_ERRORS_H
#define PORTCULLIS_FACE_ERRORS_H

#include "data/json.h"
#include "ops/op.h"

struct error_face {
    int http;
    int json_rpc;
    int exit;
    const char *exit_doc; /* what the exit status means, for help; NULL: as the row before */
};

/* The exit status of an answer, no error, whose order waits for a person; and for help, why. */
enum { EXIT_AWAITS_PERSON = 10 };
extern const char exit_awaits_doc[];
/* `code` is one of the enum, ERROR_NONE included (200, 0, 0). */
const struct error_face *error_face(enum error_code code);
/* Seconds after which asking again makes sense; 0 if the reason is no matter of time. */
int error_retry_after_s(const struct error *e);

/*
 * Puts e->next into the words of a face: the name of an operation becomes its command (FACE_CLI) or
 * its route (FACE_REST), and on the command line an argument of `op` (or NULL) becomes its flag.
 * Other faces keep the names of the tools.
 */
void error_speak(enum face face, const struct op *op, struct error *e);

/*
 * The members of the error object, into an object that is open. `c` adds the findings
 * (c->detail) and the warnings of its envelope; NULL where no operation was reached.
 */
void error_write_members(const struct error *e, const struct call *c, struct json_writer *w);
/* The whole object. */
void error_write(const struct error *e, const struct call *c, struct json_writer *w);
/* For people: "portcullis: sentence", findings, warnings, the next step. Safe for a terminal. */
void error_text(const struct error *e, const struct call *c, struct buf *out);

#endif
