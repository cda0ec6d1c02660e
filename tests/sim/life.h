/* SPDX-License-Identifier: MIT */
/*
 * life: one simulated life of the product, made from a seed.
 *
 * The seed makes a plan: settings, protocol version, and a list of steps, each with its own random
 * numbers, none of which depends on how an earlier step went. So a step may be left out and the
 * others stay what they were: that is how a failing plan is shrunk. Living the plan gives the same
 * bytes each time.
 *
 * At the end the faults stop, people stop asking, and the quiet is checked.
 */
#ifndef PORTCULLIS_SIM_LIFE_H
#define PORTCULLIS_SIM_LIFE_H

#include "people.h"

enum { LIFE_STEPS_MAX = 64, LIFE_NUMBERS = 5, LIFE_MARKETS = 2 };

/* The kinds of faults that are counted in the table. */
enum harm {
    HARM_NONE,
    HARM_LINE,     /* cut, half open, stalled, refused, junk, slow */
    HARM_MESSAGES, /* lost, twice, late, in another order, cut short */
    HARM_BROKER,   /* its own link, farms, restarts, pacing, a taken id */
    HARM_ORDERS,   /* lost, rejected, corrected, busted, two permIds, by hand */
    HARM_MARKET,   /* halted, stale */
    HARM_DISK,     /* full, slow, lying */
    HARM_PROCESS,  /* app or exchange killed, machine crashed */
    HARM_CLOCK,
    HARM_COUNT
};
const char *harm_name(enum harm h);

struct step {
    size_t kind; /* row of the table of acts */
    uint32_t n[LIFE_NUMBERS];
};

struct plan {
    uint64_t seed;
    int version;
    uint32_t market, shape; /* shape: variants of settings and start */
    struct step steps[LIFE_STEPS_MAX];
    bool is_left_out[LIFE_STEPS_MAX];
    size_t count;
};
void plan_make(struct plan *plan, uint64_t seed);

/* What lives share: listings and prices are worked out once. */
struct markets {
    char *instruments; /* text of data/instruments.csv */
    size_t instruments_n;
    struct universe *universe; /* the watcher's own */
    struct paper_market *items[LIFE_MARKETS];
};
bool markets_init(struct markets *m, struct error *e) FALLIBLE;
void markets_fini(struct markets *m);

/* A deliberate breakage, to prove that the watcher sees it: see breakage.h. */
struct breakage;

struct life {
    const struct plan *plan;
    const struct breakage *breakage; /* NULL: none */
    struct world *w;
    struct watcher *v;
    struct people people;
    bool is_talking;
    bool has_mixed;     /* messages were dropped or mixed: only a new snapshot decides */
    bool has_strangers; /* there were orders by hand, whose fills are told by snapshots alone */
    size_t at;          /* step that is being done */
    uint64_t harms[HARM_COUNT];
};

struct verdict {
    enum invariant broken; /* INVARIANT_NONE: all held */
    char why[400];
    size_t steps; /* done */
    uint64_t harms[HARM_COUNT];
    uint64_t looked[INVARIANT_COUNT];
    uint64_t checks, orders, cancels, messages, fills, records, asked, granted, denied;
};

/* Lives it. True if all invariants held. */
bool life_run(const struct plan *plan, const struct markets *m, const struct breakage *breakage,
              bool is_talking, struct verdict *out);

/* ---- for the files of the acts ---- */
struct act {
    const char *name;
    int weight;
    enum harm harm;
    void (*run)(struct life *l, const uint32_t n[LIFE_NUMBERS]);
};
extern const struct act acts[];
size_t acts_count(void);
void acts_heal(struct life *l); /* ends all faults and starts what is down */

#endif
