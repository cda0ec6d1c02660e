/* SPDX-License-Identifier: MIT */
/*
 * stream: what a client has subscribed to beside its market data lines: bars, ticks one by one,
 * depth, rankings. One list per client, one row per kind of what differs between them: how many a
 * client may hold, what it is told when it asks for more, and the function that looks at one when
 * its time has come.
 *
 * A stream is due at a moment of simulated time; its function tells what has happened since and
 * sets the next moment. Nothing is sent while the link of the exchange is down.
 */
#ifndef PORTCULLIS_PAPER_STREAM_H
#define PORTCULLIS_PAPER_STREAM_H

#include "paper/bars.h"

struct paper;
struct paper_peer;

enum stream_kind {
    STREAM_BARS,      /* historical bars that are kept up to date */
    STREAM_REAL_TIME, /* bars of five seconds */
    STREAM_BY_TICK,
    STREAM_DEPTH,
    STREAM_SCAN,
    STREAM_KINDS
};

enum { STREAMS_MAX = 160 }; /* of one client; no less than the kinds' own limits together */

struct stream {
    enum stream_kind kind;
    int32_t req_id;
    const struct instrument *instrument; /* NULL for a ranking */
    int64_t due_ns;
    int64_t told_s; /* what lies before this second has been told */
    enum show show;
    int64_t bar_s;
    int32_t format_date;
    int32_t tick_type; /* enum wire_tick_by_tick_type */
    bool ignore_size;
    void *own; /* one block with what the kind keeps beside; freed with the stream */
};

/* A new stream of that client, due now. NULL, and the client is told why, if it has one of this
 * kind and id or as many as it may. Borrowed until the next add or removal. */
struct stream *stream_add(struct paper *p, struct paper_peer *peer, enum stream_kind kind,
                          int32_t req_id, const struct instrument *i);
struct stream *stream_find(struct paper_peer *peer, enum stream_kind kind, int32_t req_id);
/* Ends it; false, and the client is told, if there is none. */
bool stream_cancel(struct paper *p, struct paper_peer *peer, enum stream_kind kind, int32_t req_id);
/* Ends all of them without a word, as a lost link does or the end of a connection. */
void streams_drop(struct paper_peer *peer);

/* Looks at those that are due. */
void streams_step(struct paper *p, struct paper_peer *peer);
/* The next moment at which one is; VENUE_NEVER if there is none. */
int64_t streams_next(const struct paper_peer *peer);

#endif
