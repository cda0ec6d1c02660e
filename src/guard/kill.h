/* SPDX-License-Identifier: MIT */
/*
 * kill: the kill switches as the gate keeps them. Private to guard/.
 *
 * kill.c pulls, releases, keeps and shows them; sweep.c cancels; flatten.c closes positions.
 *
 * Blocking is a flag in memory that counts from the moment it is set. Everything after that is done
 * as soon as it can be, in any order of failures: the journal and the reserve are given the state
 * until one has it, and an order is asked to end until the broker says that it has.
 *
 * A closing order is an intent like any other, with an idempotency key made of the switch, the
 * attempt, the account and the contract. So an attempt sends at most one order for each position,
 * over restarts too, and what became of it is read from the ledger and the book: nothing about it
 * is kept a second time.
 */
#ifndef PORTCULLIS_GUARD_KILL_H
#define PORTCULLIS_GUARD_KILL_H

#include "base/map.h"
#include "guard/decide.h"
#include "guard/ledger.h"

/* An order that shall end. */
struct kill_order {
    int32_t client_id, order_id;
    int64_t perm_id;
    unsigned switches; /* a set: bit i for switch i */
    struct opt_utc at; /* when its cancel was first asked for; absent: not yet */
    bool is_sent;      /* on this connection, by a cancel of its own */
};

struct kill_switch {
    bool is_on, keep_stops, is_unsaved;
    enum gate_scope scope;
    char name[GATE_KILL_NAME_MAX];
    struct opt_utc since; /* names the switch in the keys of its closing orders */
    char by[64], why[GATE_WHY_MAX];
    int64_t seq; /* of its journal record */
    enum gate_flatten flatten;
    int attempt;                   /* at flattening, from 1 */
    char note[GATE_KILL_TEXT_MAX]; /* what flattening waits for */
    bool is_held_up;               /* before it has begun to send */
};

struct kills {
    struct kill_switch switches[GATE_KILLS_MAX]; /* [0] is that of everything */
    uint64_t version, kept;                      /* of the whole; in the reserve */
    struct map *orders;                          /* struct kill_order, by kill_key */
    struct instant look_at;                      /* when to sweep again; INSTANT_NEVER: not */
    struct instant work_at;                      /* not before: gate_kill_work */
    int quiet;                                   /* its passes since something was sent */
    bool has_global;                             /* a global cancel went over this connection ... */
    struct instant global_at;                    /* ... then */
};

void kills_init(struct kills *k);
void kills_fini(struct kills *k);
bool kills_any(const struct kills *k);
/* The i-th of GATE_KILLS_MAX, whether it is on or not. */
const struct kill_switch *kill_at(const struct kills *k, size_t i);

/* ---- kill.c ---- */
/* The first switch that keeps such an order from that principal away; NULL if none does. */
const struct kill_switch *kill_blocks(const struct gate *g, const struct order *o,
                                      struct str principal);
bool kill_covers(const struct kill_switch *k, const struct contract *c);
/* It is that one's switch: by the whole name, the user before it or the assistant behind it. */
bool kill_is_whose(const struct kill_switch *k, struct str principal);
/* Gives the journal what it could not take before. */
void kill_save(struct gate *g, struct moment now);
bool kill_restore(struct gate *g, struct db *db, struct moment now, struct error *e) FALLIBLE;
/* The switch has come to that state of flattening; durable if it is the end of it. */
void kill_flattening(struct gate *g, struct kill_switch *k, enum gate_flatten state,
                     struct moment now);

/* ---- sweep.c ---- */
/* Asks all orders to end that shall; what cannot be asked now is asked at the next sweep. */
void kill_sweep(struct gate *g, struct moment now);
/* What was on the line is lost: it is asked again. */
void kill_link_lost(struct gate *g);
/* The broker has told something about orders: look again soon. */
void kill_look_soon(struct gate *g, struct moment now);
/* Forgets the orders that switch i alone asked to end. */
void kill_forget(struct gate *g, size_t i);
/* Orders of switch i: all, asked, not confirmed, and since when. */
void kill_progress(const struct gate *g, size_t i, struct gate_kill_status *out);
/* Orders of other clients shall end too: the broker tells of them only when it is asked. */
bool kill_watches_foreign(const struct gate *g);

/* ---- flatten.c ---- */
/* True, with *e: an order that shall close a position is refused by a control that is not waived.
 */
bool closing_refused(const struct gate_facts *f, const struct gate_ticket *ticket, struct error *e);
/* At the last moment: still under such a switch, and still of exactly the closing size. */
bool closing_fits(const struct gate *g, const struct order *o, struct moment now, struct error *e);
/* No attempt of that switch is under way: another may be made. */
bool flatten_is_over(const struct kill_switch *k);

#endif
