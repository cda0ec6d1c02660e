/* SPDX-License-Identifier: MIT */
/*
 * rest_stream: GET /api/stream, the notices of automation/bulletin.h as server-sent events.
 *
 * An event has the notice's kind as its `event`, its fields with `type` and `at` as `data`, and an
 * `id` of this run and the notice's number. Who comes again with Last-Event-ID gets what it missed,
 * as far as that is kept; what is not kept, or was told by a daemon before this one, is announced
 * by an event `gap`. ?types=order,fill leaves out the others. A token for one account hears
 * nothing of another's orders and fills.
 *
 * A reader that takes nothing is waited for STREAM_PATIENCE_S long and then dropped; a quiet stream
 * says so every STREAM_QUIET_S. After STREAM_LIFE_S a stream ends: whoever may still read comes
 * again. When what its reader came with is over (face/access.h), it ends within a second, with an
 * event `end` that says why.
 */
#ifndef PORTCULLIS_FACE_REST_STREAM_H
#define PORTCULLIS_FACE_REST_STREAM_H

#include "automation/bulletin.h"
#include "data/json.h"
#include "face/rest.h"

#define STREAM_PATH "/api/stream"

enum {
    STREAM_READERS_MAX = 256,
    STREAM_QUIET_S = 15,
    STREAM_PATIENCE_S = 30,
    STREAM_LIFE_S = 3600,
    STREAM_RETRY_MS = 2000, /* after which a reader shall come again */
};

struct rest_streams;
struct rest_reader;

/* Borrows core (its tokens and its start) and the bulletin. */
struct rest_streams *rest_streams_new(struct core *core, const struct bulletin *bulletin);
/* Ends what is open. Accepts NULL. */
void rest_streams_free(struct rest_streams *s);

/* Answers r (borrowed for this call) through `sink`: NULL if that is done, else a stream is open.
 * Texts of an answer lie in arena. */
struct rest_reader *rest_stream_open(struct rest_streams *s, const struct rest_config *config,
                                     const struct http_request *r, struct moment now,
                                     struct arena *arena, struct http_sink sink);
/* The reader has gone; its sink is not used any more. */
void rest_stream_leave(struct rest_reader *r);

/* Tells what has come; returns when it is next needed. */
struct instant rest_streams_step(struct rest_streams *s, struct moment now);

struct rest_streams_count {
    size_t readers;
    int64_t opened, dropped; /* since the start; dropped for being too slow */
};
struct rest_streams_count rest_streams_count(const struct rest_streams *s);

/* The schemas of what is told, as the members of an OpenAPI `oneOf`. */
void rest_stream_schema(struct json_writer *w);

#endif
