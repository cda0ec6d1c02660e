/* SPDX-License-Identifier: MIT */
/*
 * venue_private: what the venue's files share: venue.c (the store), venue_orders.c (commands),
 * venue_family.c (parents and groups), venue_condition.c, venue_fill.c and venue_run.c (time).
 * Nobody else includes it.
 */
#ifndef PORTCULLIS_PAPER_VENUE_PRIVATE_H
#define PORTCULLIS_PAPER_VENUE_PRIVATE_H

#include "base/map.h"
#include "paper/match.h"
#include "paper/venue.h"

enum { VENUE_CLIENTS_MAX = 1024 };

struct venue {
    const struct universe *universe;
    struct feed *feed;
    struct accounts *accounts;
    struct market market;
    uint64_t seed;
    int64_t now_ns;
    bool is_frozen;
    int32_t halts[VENUE_HALTS_MAX]; /* contracts that the operator has halted */
    size_t halt_count;
    bool has_gaps; /* the live list holds NULL */

    struct ticket **tickets; /* all, by perm id */
    size_t ticket_count;
    struct ticket **live; /* those that have not ended, by perm id */
    size_t live_count;
    struct map *by_perm, *by_id;
    int64_t next_perm;

    struct fill **fills;
    size_t fill_count;
    int64_t next_seq;

    struct {
        int32_t client_id, next_id;
    } ids[VENUE_CLIENTS_MAX];
    size_t id_count;

    struct venue_event *events;
    size_t event_count, event_room;
};

/* ---- venue.c ---- */
/* The same ticket, to be changed. */
struct ticket *venue_own(struct venue *v, const struct ticket *t);
struct ticket *venue_store(struct venue *v, const struct ticket *draft);
void venue_unlive(struct venue *v, const struct ticket *t);
void venue_sweep(struct venue *v);
/* Makes room when the lists are nearly full; events may not be waiting. */
void venue_tidy(struct venue *v, int64_t now_ns);
struct fill *venue_add_fill(struct venue *v, const struct fill *f);
struct venue_event *venue_emit(struct venue *v, enum venue_event_kind kind, const struct ticket *t);
/* Whose a fill is. */
struct account *venue_account(struct venue *v, const struct fill *f);
/* Books a fill in the ledger and in its ticket. */
void venue_book(struct venue *v, struct fill *f, struct ticket *t);

/* ---- venue_family.c ---- */
bool venue_waits_for_parent(const struct venue *v, const struct ticket *t);
/* Ends a live ticket, and those that hang on it. */
void venue_end(struct venue *v, struct ticket *t, enum ticket_end end, const char *why,
               int64_t now_ns);
/* What the end of a ticket means for its children and its group. */
void venue_after_end(struct venue *v, const struct ticket *ended, int64_t now_ns);
/* Before `quantity` of t is filled: its group is reduced, on record and as yet untold. */
void venue_reduce_group(struct venue *v, const struct ticket *t, struct dec quantity,
                        int64_t now_ns);
/* After a fill: tells of the reduction; ends what the group's type says. */
void venue_after_fill(struct venue *v, const struct ticket *t, int64_t now_ns);
/* After a fill of a part: ends the others, if the group's type says so. */
void venue_end_group(struct venue *v, const struct fill *f, int64_t now_ns);
/* Lets go the held tickets whose family is complete. */
void venue_release(struct venue *v, int64_t now_ns);

/* ---- venue_condition.c ---- */
/* True if the ticket's conditions do not stand in its way. */
bool venue_conditions_hold(struct venue *v, const struct ticket *t, int64_t now_ns);
bool venue_waits_for_conditions(const struct ticket *t);
/* True if the ticket sells shares that the account does not have and that cannot be borrowed now.
 * Tells the client when that begins and when it ends. */
bool venue_waits_for_locate(struct venue *v, struct ticket *t, int64_t now_ns);

/* ---- venue_fill.c ---- */
/* The touch, and that of the second before; of a combination: what its legs come to. */
void venue_view(struct venue *v, const struct ticket *t, int64_t now_ns, struct match_view *out);
bool venue_is_open(const struct venue *v, const struct ticket *t, int64_t ns);
bool venue_is_halted(const struct venue *v, const struct ticket *t, int64_t ns);
/* Books the shares of a fill for a group that a crash kept back. */
void venue_finish_shares(struct venue *v, struct ticket *t);
/* Lets a working ticket trade against this moment. */
void venue_trade(struct venue *v, struct ticket *t, const struct match_view *m, int64_t now_ns);

/* ---- venue_run.c ---- */
int64_t venue_latency(const struct venue *v, const struct ticket *t, int64_t now_ns);
/* State, reason and next moment of a ticket that was accepted, released, changed or activated. */
void venue_set_working(const struct venue *v, struct ticket *t, int64_t now_ns);

/* The operator has halted it, or what it derives from. */
bool venue_is_stopped(const struct venue *v, const struct instrument *i);

#endif
