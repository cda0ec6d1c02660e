/* SPDX-License-Identifier: MIT */
/*
 * rig: session and book against the exchange, over a line that can be made bad.
 *
 * Smaller than the world: no app, no gate, no disk, so that ten thousand conversations take
 * seconds. The line knows the frames that the exchange sends and can spoil each of them; it can
 * break after any byte, swallow everything without breaking, and drip. Time is virtual, and the
 * same configuration gives the same bytes.
 */
#ifndef PORTCULLIS_KIT_RIG_H
#define PORTCULLIS_KIT_RIG_H

#include "base/rng.h"
#include "base/task.h"
#include "book/book.h"
#include "broker/query.h"
#include "broker/session.h"
#include "paper/paper.h"
#include "paper/universe.h"

enum {
    RIG_FRAMES_MAX = 20000, /* on their way to the session */
    RIG_UP_MAX = 4 << 20,   /* bytes on their way to the exchange */
    RIG_LATE_MAX = 64
};

/* What the line does. Counters count bytes that arrive, over all connections. */
struct rig_faults {
    int64_t cut_down_at, cut_up_at; /* the line breaks when so many have arrived; -1: never */
    int64_t swallow_at;             /* from here on everything is lost, and nobody is told; -1 */
    int drip_ms;                    /* a byte, then so long nothing; 0: whole frames */
    int delay_ms;                   /* each frame up to so much later, in order */
    int duplicate_percent;          /* of the frames come twice */
    int reorder_percent;            /* change places with frames of their own class */
    int take_max;                   /* the socket takes so many bytes a millisecond; 0: all */
    int refuse;                     /* so many attempts find nobody listening */
};

#define RIG_NO_FAULTS                                                                              \
    {                                                                                              \
        .cut_down_at = -1, .cut_up_at = -1, .swallow_at = -1                                       \
    }

struct rig_frame {
    char *bytes;  /* owned */
    size_t n, at; /* the first `at` bytes have arrived */
    int class;    /* of messages whose order means nothing; 0: keep */
    struct instant due;
};

struct rig_config {
    uint64_t seed;
    int version;        /* the highest that the exchange speaks; 0: all */
    int messages_per_s; /* of the session's pacing; 0: its default */
    struct rig_faults faults;
    bool is_verbose; /* the session's log goes to stderr */
};

struct rig {
    struct moment now;
    struct rng rng;
    struct rig_faults faults;
    struct log_sink sink;
    struct session *session;
    struct book *book;
    struct tasks *tasks;
    struct paper *paper;
    struct paper_peer *peer;  /* NULL: the exchange's end is closed */
    struct paper_peer *ghost; /* an end that the exchange still believes in */
    struct instant ghost_until;
    bool is_open, is_ending; /* as the session sees it; the end is on its way */
    bool is_swallowing;
    struct rig_frame *down; /* RIG_FRAMES_MAX */
    size_t first, last;
    struct instant last_due, drip_due, take_due;
    struct buf part; /* of a frame that the exchange has not sent whole */
    struct buf up;
    int64_t down_count, up_count; /* bytes that have arrived */
    /* what was seen */
    size_t connections, late_count, events;
    char late[RIG_LATE_MAX][40]; /* exec ids told as late */
    bool is_livelocked;
};

/* The exchange of a small market, up; the session wants to connect. */
struct rig *rig_new(const struct rig_config *config);
void rig_free(struct rig *r);
/* Lets ms pass. */
void rig_run(struct rig *r, int64_t ms);
/* Runs until done(ctx) or ms have passed; true if done. */
bool rig_until(struct rig *r, bool (*done)(void *ctx), void *ctx, int64_t ms);
/* The line is good from now on. */
void rig_heal(struct rig *r);
/* It breaks now. */
void rig_cut(struct rig *r);
/* Bytes that the exchange never sent. */
void rig_inject(struct rig *r, struct str bytes);

/* ---- the exchange's own books ---- */
struct rig_order {
    char ref[64];
    int32_t order_id;
    bool is_working;
    struct dec filled;
};
/* The orders at the exchange; *fills: executions. Returns how many orders. */
size_t rig_orders(struct rig *r, struct rig_order *out, size_t max, size_t *fills);
struct dec rig_position(struct rig *r, int32_t con_id);
/* False with *why: what the book has otherwise: orders, fills, the position in con_id. */
bool rig_book_is_true(struct rig *r, int32_t con_id, char *why, size_t cap);

#endif
