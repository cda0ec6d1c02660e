/* SPDX-License-Identifier: MIT */
/*
 * acceptance: a fixed script of harmless questions to a gateway, and what came of each.
 *
 * It settles at a real Gateway what can only be settled there: does it take our frames, can all of
 * its frames be read to the last byte, and do they have the bytes that we would have written. Pure:
 * the owner feeds bytes and the time and sends what waits (app/doctor_main.c); one object is one
 * connection at one range of server versions.
 *
 * Nothing is asked that changes anything but this connection's subscriptions, unless orders are
 * allowed; and orders are only sent if every account of the login is a paper one (its number begins
 * with D). The recording is masked as it is made, and the report holds no account number.
 */
#ifndef PORTCULLIS_APP_ACCEPTANCE_H
#define PORTCULLIS_APP_ACCEPTANCE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/instant.h"
#include "data/json.h"
#include "wire/codec.h"

enum { ACCEPTANCE_STEPS_MAX = 64, ACCEPTANCE_TEXT = 160 };

/* ---- the script (acceptance_steps.c) ---- */
enum acceptance_kind {
    ACCEPTANCE_ASK,   /* ends with `end`, or the first answer */
    ACCEPTANCE_TELL,  /* nothing has to follow */
    ACCEPTANCE_ORDER, /* about order `order`: ends with one of `statuses`, or with `end` */
};

/*
 * A message by its name and its fields as JSON, in which $R is the request id of the step, $A the
 * first account, $O the number of the step's order. An answer is what carries the request id, or
 * has the number `answer`.
 */
struct acceptance_step {
    const char *name; /* of the step */
    enum acceptance_kind kind;
    const char *request, *fields;
    int answer, end;                /* numbers of replies; 0: none */
    const char *then, *then_fields; /* sent when the step is over; NULL: nothing */
    int refusal;                    /* an error with this code is the right answer; 0: none */
    int order;                      /* 1, 2 ...: which order of this run */
    const char *statuses;           /* "|Submitted|Filled|" */
};

extern const struct acceptance_step acceptance_steps[];
extern const size_t acceptance_step_count;

/* ---- a run ---- */
enum acceptance_outcome {
    ACCEPTANCE_WAITING, /* not reached */
    ACCEPTANCE_ANSWERED,
    ACCEPTANCE_SENT,    /* no answer was expected */
    ACCEPTANCE_REFUSED, /* by an error, or the connection ended */
    ACCEPTANCE_SILENT,  /* no answer in time */
    ACCEPTANCE_SKIPPED  /* unknown at this version, or about orders */
};
const char *acceptance_outcome_text(enum acceptance_outcome o);

struct acceptance_result {
    enum acceptance_outcome outcome;
    int64_t took_ms; /* to the end of the step */
    size_t frames;   /* that answered */
    int code;        /* of the last error or warning, 0: none */
    char text[ACCEPTANCE_TEXT];
};

struct acceptance_config {
    int min_version, max_version; /* offered */
    int32_t client_id;
    int64_t wait_ms; /* for one answer */
    bool allows_orders;
};

struct acceptance;

struct acceptance *acceptance_new(const struct acceptance_config *config, struct moment now);
void acceptance_free(struct acceptance *a);
void acceptance_input(struct acceptance *a, struct str bytes, struct moment now);
/* Bytes to send; borrowed until the next call. */
struct str acceptance_output(const struct acceptance *a);
void acceptance_sent(struct acceptance *a, size_t n);
void acceptance_step(struct acceptance *a, struct moment now);
struct instant acceptance_next(const struct acceptance *a);
/* The connection is gone, or could not be made. */
void acceptance_closed(struct acceptance *a, const char *why);
/* Nothing more will be sent. */
bool acceptance_is_over(const struct acceptance *a);

/* ---- what came of it ---- */
/* The server version agreed on; 0: none, the server does not speak what was offered. */
int acceptance_version(const struct acceptance *a);
/* True if it connected, no step was silent or refused, and every frame could be read and written
 * again. */
bool acceptance_is_good(const struct acceptance *a);
/* One JSON object; also for the eye. */
void acceptance_report_json(const struct acceptance *a, struct json_writer *w);
void acceptance_report_text(const struct acceptance *a, struct buf *out);
/* The masked recording so far (docs/wire-recordings.md); empty before the handshake. */
struct str acceptance_recording(const struct acceptance *a);

#endif
