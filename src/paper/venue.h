/* SPDX-License-Identifier: MIT */
/*
 * venue: the orders of all accounts, and their matching against the market.
 *
 * An order is a ticket. It comes in checked (check.h), rests, may wait for its parent or its
 * trigger, and ends filled, cancelled or rejected; ended tickets are kept for the day's lists. What
 * happens leaves as a queue of events in the order in which a client should hear of it; the owner
 * records and sends them after each call. The venue books fills in the account of the order
 * itself, so that a later order in the same turn sees them.
 *
 * An order fills in pieces: what the book offers within its limit when it arrives (after 60 to 200
 * ms), and once a second from then on; at the book's prices when it arrives and at its own limit
 * once it rests. What each type waits for and how it prices is a row of rule.h; what the venue sees
 * of the market is market.h. Between two calls the venue looks once a second (once a minute if more
 * than an hour has passed). Times are nanoseconds of simulated time.
 *
 * venue.c is the store, venue_orders.c what clients do to orders, venue_family.c what the end or
 * the fill of one order means for others, venue_run.c time, venue_fill.c the fills.
 */
#ifndef PORTCULLIS_PAPER_VENUE_H
#define PORTCULLIS_PAPER_VENUE_H

#include "paper/accounts.h"
#include "paper/feed.h"
#include "paper/market.h"
#include "paper/ticket.h"

enum { VENUE_TICKETS_MAX = 20000, VENUE_FILLS_MAX = 100000, VENUE_EVENTS_MAX = 200000 };
enum venue_event_kind {
    VENUE_ORDER,      /* openOrder and orderStatus */
    VENUE_STATUS,     /* orderStatus */
    VENUE_FILL,       /* execution; the order's news follows */
    VENUE_COMMISSION, /* of `fill` */
    VENUE_MESSAGE,    /* an error frame: code, text */
    VENUE_BOUND,      /* orderBound */
    VENUE_REVISION,   /* execution, corrected or taken back */
    VENUE_QUIET       /* state to record that nobody is told about */
};

struct venue_event {
    enum venue_event_kind kind;
    struct ticket ticket; /* as it was at this point; before the fill for VENUE_FILL */
    const struct fill *fill;
    int code;
    char text[200];
};

struct venue;

/* All three outlive the venue. */
struct venue *venue_new(const struct universe *u, struct feed *f, struct accounts *a,
                        uint64_t seed);
void venue_free(struct venue *v);
/* Looks at another market than the feed's: a test's. Borrowed for the life of the venue. */
void venue_use_market(struct venue *v, const struct market *m);

/* ---- orders ---- */
/* Room for another ticket? Ended tickets older than a day make room. */
bool venue_has_room(struct venue *v, int64_t now_ns);
/* Takes a copy of a checked ticket; gives it a perm id. Borrowed for the life of the venue. */
const struct ticket *venue_place(struct venue *v, const struct ticket *draft, int64_t now_ns);
/* Replaces prices, size and conditions of a live ticket by those of a checked draft. */
void venue_modify(struct venue *v, const struct ticket *ticket, const struct ticket *draft,
                  int64_t now_ns);
/* A ticket that is stored as refused, with its message and status. */
void venue_reject(struct venue *v, const struct ticket *draft, int code, const char *text,
                  int64_t now_ns);
/* Cancels a live ticket and what hangs on it. */
void venue_cancel(struct venue *v, const struct ticket *ticket, int64_t now_ns);
/* Cancels all live tickets of all clients. */
void venue_cancel_all(struct venue *v, int64_t now_ns);
/* From now on client 0 knows a ticket of TWS itself (a negative order id) by its id. */
void venue_bind(struct venue *v, const struct ticket *ticket);
/* The parent of a bracket's child, or NULL. */
const struct ticket *venue_parent(const struct venue *v, const struct ticket *t);

/* ---- time ---- */
void venue_step(struct venue *v, int64_t now_ns);
/* When the next thing can happen; VENUE_NEVER if nothing can. */
int64_t venue_next(const struct venue *v);
/* Nothing is matched while frozen. */
void venue_freeze(struct venue *v, bool frozen);

/* ---- what the operator does ---- */
/*
 * Gives the fill of that number another price, or takes it back (quantity 0), and books the
 * difference; `tells`: as an event. Of a combination its legs can be revised, of a group's order
 * the accounts' shares, one by one. False if there is no such fill, it was taken back already, or
 * it is a future's.
 */
bool venue_revise(struct venue *v, int64_t seq, struct dec quantity, struct dec price,
                  bool tells) FALLIBLE;
/* Trading in a contract, and in what derives from it, stops or goes on. */
enum { VENUE_HALTS_MAX = 64 };
bool venue_halt(struct venue *v, int32_t con_id, bool is_halted) FALLIBLE;
void venue_halt_none(struct venue *v);

/*
 * An execution that follows no order and books nothing: clients are told that an option was
 * exercised, assigned or has expired, and of the shares for it. `draft` stands in for the order;
 * both get numbers unless they have them (restoring). NULL if there is no room or a number is
 * taken; `tells`: as events. Borrowed until the venue forgets it.
 */
const struct fill *venue_add_exercise(struct venue *v, const struct ticket *draft,
                                      const struct fill *f, bool tells);
/* Ends the live orders of which a part is such a contract. */
typedef bool venue_match_fn(void *self, const struct instrument *i);
void venue_end_of(struct venue *v, venue_match_fn *is, void *self, const char *why, int64_t now_ns);

/* ---- the queue ---- */
size_t venue_event_count(const struct venue *v);
const struct venue_event *venue_event_at(const struct venue *v, size_t i);
void venue_events_clear(struct venue *v);

/* ---- asking ---- */
const struct ticket *venue_find(const struct venue *v, int32_t client_id, int32_t order_id);
const struct ticket *venue_find_perm(const struct venue *v, int64_t perm_id);
size_t venue_ticket_count(const struct venue *v);
const struct ticket *venue_ticket_at(const struct venue *v, size_t i); /* by perm id */
size_t venue_fill_count(const struct venue *v);
const struct fill *venue_fill_at(const struct venue *v, size_t i); /* by time */
/* Above every order id that this client has used. */
int32_t venue_next_id(const struct venue *v, int32_t client_id);
/* Raises it, as a client's use or an old snapshot demands. */
void venue_use_id(struct venue *v, int32_t client_id, int32_t order_id);

/* ---- restoring; no events ---- */
/* Adds or replaces a ticket by its perm id. False if the venue is full or the perm id is bad. */
bool venue_restore_ticket(struct venue *v, const struct ticket *t);
/* Adds a fill of a ticket that exists; books it if `apply`. False if it cannot be. */
bool venue_restore_fill(struct venue *v, const struct fill *fill, bool apply);
/* After a restart: carries out what a crash left half done, as events. */
void venue_settle(struct venue *v, int64_t now_ns);
/* The next perm id and the next number of a fill; restoring never lowers them. */
void venue_counters(const struct venue *v, int64_t *next_perm, int64_t *next_seq);
void venue_restore_counters(struct venue *v, int64_t next_perm, int64_t next_seq);
/* The ids that clients have used: row i, or false behind the last. */
bool venue_id_row(const struct venue *v, size_t i, int32_t *client_id, int32_t *next_id);

#endif
