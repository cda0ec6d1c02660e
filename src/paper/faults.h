/* SPDX-License-Identifier: MIT */
/*
 * faults: what goes wrong at real brokers, made to go wrong here on request.
 *
 * Three parts share this state: faults.c keeps what waits for its moment and sets it off;
 * fault_acts.c does what a row of the table (fault_line.h) says; outlet.c treats messages on their
 * way to a client. The servers of requests ask here whether something is armed that concerns them.
 */
#ifndef PORTCULLIS_PAPER_FAULTS_H
#define PORTCULLIS_PAPER_FAULTS_H

#include "base/rng.h"
#include "paper/fault_line.h"

enum {
    FAULTS_WAITING_MAX = 128,
    FAULTS_FILTERS_MAX = 16,
    FAULTS_SYMBOLS_MAX = 64,
    FAULTS_ANY = -1 /* any client */
};

struct paper;
struct paper_peer;

/* A fault that waits. */
struct fault_waiting {
    struct fault fault;
    int64_t left;  /* AFTER, EVERY: units to go */
    int64_t at_ns; /* AT: simulated time */
};

enum filter_how { FILTER_DROP, FILTER_DUPLICATE, FILTER_DELAY, FILTER_REORDER, FILTER_TRUNCATE };

/* What happens to messages on their way out. */
struct filter {
    enum filter_how how;
    bool is_endless;
    int64_t left; /* messages to go */
    int64_t delay_ns;
    int32_t client;
    char what[FAULT_TEXT_MAX];
};

/* The next `left` things of one client (or any). */
struct fault_quota {
    int64_t left;
    int32_t client;
};

struct fault_symbol {
    int32_t con_id;
    bool is_halted, is_stale, is_delisted;
    char symbol[32], new_symbol[32]; /* renamed from and to; "": it is not */
};

struct faults {
    struct fault_waiting *waiting; /* FAULTS_WAITING_MAX of them */
    size_t waiting_count;
    bool is_acting; /* what a fault does itself does not count towards others */
    struct rng rng;
    const struct paper_peer *source; /* the connection whose doing set the fault off; or NULL */

    struct filter filters[FAULTS_FILTERS_MAX];
    size_t filter_count;

    int64_t stall_until_ns, refuse_until_ns, restart_until_ns;
    int64_t ids_taken;
    int64_t next_id_shift; /* added to the nextValidId that clients are told */
    bool has_events;       /* a subscription to the calendar of company events */
    bool is_link_down, is_session_stolen, is_quote_farm_down, is_history_farm_down, no_fills;
    struct fault_quota pacing, history_pacing;
    int64_t two_perm_ids; /* orders to come that are announced so */
    int64_t alias_perm;   /* the order that is being announced under another permId */

    int64_t cut_before_ack, lose_order; /* counts down to 1, the next order; 0: off */
    struct {
        int64_t left; /* -1: until `none` */
        int code;
        char text[FAULT_TEXT_MAX];
    } reject;

    struct fault_symbol symbols[FAULTS_SYMBOLS_MAX];
    size_t symbol_count;
};

void faults_init(struct faults *f, uint64_t seed);
void faults_fini(struct faults *f);
/* Back to a market where nothing goes wrong. */
void faults_clear(struct faults *f);

/* ---- setting off ---- */
/* n of these are about to happen; `source` (may be NULL) is the connection it is about. */
void faults_count(struct paper *p, enum fault_unit unit, int64_t n,
                  const struct paper_peer *source);
/* Those whose time has come. */
void faults_step(struct paper *p);
/* Simulated time of the next; INT64_MAX: none. */
int64_t faults_next(const struct paper *p);
/* Keeps a fault until its moment; one without a moment until the next step. */
bool fault_wait(struct paper *p, const struct fault *fault, struct error *e) FALLIBLE;
/* Does what the row says. False with *e if it makes no sense now. */
bool fault_act(struct paper *p, const struct fault *f, struct error *e) FALLIBLE;

/* ---- asked by the servers of requests ---- */
/* Counts an order down; true for the one that was meant. */
bool fault_strikes(int64_t *countdown);
/* True if the next one of this client is meant. */
bool fault_takes(struct fault_quota *q, int32_t client);
/* True if the client that starts must be told that its id is in use. */
bool fault_takes_id(struct faults *f);
/* Its quotes stand still: stale or halted. */
bool faults_is_stale(const struct faults *f, int32_t con_id);
bool faults_is_delisted(const struct faults *f, int32_t con_id);
/* The symbol under which a contract goes now: another than its own, or NULL. */
const char *faults_new_symbol(const struct faults *f, int32_t con_id);
/* The own symbol of what goes under that one now; or `symbol` itself. */
struct str faults_own_symbol(const struct faults *f, struct str symbol);
bool faults_is_halted(const struct faults *f, int32_t con_id);
/* Quotes of nobody move. */
bool faults_no_quotes(const struct faults *f);

#endif
