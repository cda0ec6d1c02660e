/* SPDX-License-Identifier: MIT */
/*
 * reconcile: the comparison of our books with the broker's, from inside. Private to guard/.
 *
 * reconcile.c runs it, keeps its result and accepts breaks; compare.c finds them.
 */
#ifndef PORTCULLIS_GUARD_RECONCILE_H
#define PORTCULLIS_GUARD_RECONCILE_H

#include "base/map.h"
#include "guard/cash.h"
#include "guard/gate.h"
#include "guard/holdings.h"

enum {
    RECONCILE_GRACE_MS = 5000, /* an event that explains a difference may take so long */
    RECONCILE_AGAIN_MS = 2000  /* ... and then it is looked at again after this */
};

struct reconcile {
    struct holdings *holdings;
    struct cash *cash;
    struct gate_reconciliation status; /* breaks, count, total are below */
    struct gate_break breaks[GATE_BREAKS_MAX];
    size_t count, total;
    bool is_running;     /* a task is at it */
    struct map *named;   /* what the lists being told name; NULL: the book has complete ones */
    struct map *names;   /* room for that */
    struct moment begun; /* when the lists were asked for */
    struct instant due;  /* of the next one */
    size_t adopted;      /* executions that the lists brought */
    bool is_fetching;    /* lists are being told */
    uint64_t connection; /* counts the connects */
    uint64_t version;    /* of the breaks */
};

struct reconcile *reconcile_new(void);
void reconcile_free(struct reconcile *r);
bool reconcile_restore(struct gate *g, struct db *db, struct utc since, struct error *e) FALLIBLE;
void reconcile_observe(struct gate *g, const struct event *ev);
/* The session has just fetched everything. */
void reconcile_connected(struct gate *g, struct moment now);
/* Why nothing passes yet. */
const char *reconcile_why(const struct gate *g);

/* ---- observe.c ---- */
/* What the newest complete lists say about orders of unknown fate. */
void settle_unknowns(struct gate *g, struct moment now);

/* ---- compare.c ---- */
struct comparison {
    struct gate_break *breaks; /* GATE_BREAKS_MAX */
    size_t count, total, halting;
    int64_t positions, orders, external_orders, cash_rows, unsettled;
};
/* All breaks, in a stable order. Takes balances over, and changes nothing else. */
void compare_all(struct gate *g, struct moment now, struct comparison *out);
/* The key under which the lists name an order or a position. */
enum { NAMED_KEY_MAX = 64 };
struct str named_order(char out[NAMED_KEY_MAX], const struct order *o);
struct str named_position(char out[NAMED_KEY_MAX], struct str account, int32_t con_id);
/* Both ask for the same, as far as we gave the terms. */
bool has_terms(const struct order *asked, const struct order *o);

#endif
