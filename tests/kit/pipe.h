/* SPDX-License-Identifier: MIT */
/*
 * pipe: the stream between the app's session and the exchange, in memory.
 *
 * Bytes arrive in order, after a latency, cut into pieces of seeded sizes, so that every message is
 * once read in parts. What a socket does at its end is done here too: bytes that were sent before
 * an orderly end still arrive, those on a line that is cut do not.
 */
#ifndef PORTCULLIS_KIT_PIPE_H
#define PORTCULLIS_KIT_PIPE_H

#include "base/buf.h"
#include "base/instant.h"

struct paper_peer;
struct world;

enum { PIPE_PIECES_MAX = 8192, PIPE_BYTES_MAX = 64 << 20 };

/* One direction. */
struct lane {
    struct buf bytes;
    struct {
        struct instant due;
        size_t n;
    } pieces[PIPE_PIECES_MAX]; /* a ring */
    size_t first, count;
    struct instant last_due;
};

struct pipe {
    bool is_opening, is_open; /* as the session sees it */
    bool down_has_ended;      /* the exchange closed; the end is still on its way */
    struct instant opens_at;
    struct paper_peer *peer; /* NULL: the exchange's end is closed */
    int64_t latency_ms;
    struct lane up, down; /* to the exchange, to the session */
    struct buf *tap;      /* all that the session sends is added to it; NULL: is not kept */
};

void pipe_init(struct pipe *p);
void pipe_fini(struct pipe *p);
/* What is due for the exchange reaches it. */
void pipe_deliver_up(struct world *w);
/* The session's end: opens, delivers, takes output, closes. */
void pipe_drive_app(struct world *w);
/* The exchange's end: takes its output, sees its wish to close. Its records were kept before. */
void pipe_drive_paper(struct world *w);
struct instant pipe_next(const struct pipe *p);

/* The line is cut: what is on it is lost, both sides see an end. */
void pipe_cut(struct world *w);
/* The app's process is gone. */
void pipe_app_gone(struct world *w, bool lose_bytes);
/* The exchange's process is gone: what it sent still arrives. */
void pipe_paper_gone(struct world *w);
/* Bytes on the way to the exchange, which need not be the session's. */
void pipe_forge(struct world *w, struct str bytes);
/* Bytes that the exchange never sent reach the session. */
void pipe_inject(struct world *w, struct str bytes);

#endif
