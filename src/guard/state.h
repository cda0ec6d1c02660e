/* SPDX-License-Identifier: MIT */
/*
 * state: the gate from inside, shared by the files of guard/. Private to this folder.
 */
#ifndef PORTCULLIS_GUARD_STATE_H
#define PORTCULLIS_GUARD_STATE_H

#include "base/rng.h"
#include "book/book.h"
#include "broker/session.h"
#include "data/tz.h"
#include "guard/decide.h"
#include "guard/kill.h"
#include "guard/ledger.h"
#include "guard/trading.h"
#include "market/currencies.h"
#include "market/quotes.h"
#include "market/sectors.h"
#include "store/journal.h"

/* A task's interest in one order id of ours, on the stack of that task, while it waits. */
struct watch {
    int32_t order_id;
    struct task *task;
    bool is_echoed;      /* the broker has restated the order since */
    bool is_modify;      /* one change at a time per order */
    struct dec quantity; /* of the order as it was asked for */
    int code;            /* the newest notice about it; 0 for none */
    char text[200];      /* its words */
    struct instant code_at;
    const char *withdrawn; /* the deny code for which it was taken off the line; NULL: it was not */
    struct watch *next;
};

struct exposure;  /* of exposure.c: room to add up in */
struct proposals; /* of proposal.c */
struct gate_proposal;
struct reconcile; /* guard/reconcile.h */

struct gate {
    struct gate_config config;
    struct guard_limits limits;
    const struct tz *day_zone; /* of `zones`, or */
    struct tz *utc;            /* ours, where it is not known */
    struct session *session;
    struct book *book;
    struct journal *journal;
    struct quotes *quotes;
    struct currencies *currencies;
    struct sectors *sectors; /* owned, as are the next */
    struct ledger *ledger;
    struct rng rng;
    struct trading trading;
    struct exposure *exposure;
    struct proposals *proposals;
    struct reconcile *reconcile;
    struct db *db;   /* for reading; NULL before gate_restore */
    uint32_t serial; /* of references */
    struct watch *watches;
    enum link_state link;
    bool was_ready; /* as last journaled */
    struct kills kills;
};

/* ---- gate.c ---- */
/*
 * Tells the ledger which trading day it is: by the broker's clock, in limits.day_zone. Before every
 * use of the counters. While that clock is not known, the day stays what it was.
 */
void gate_turn(const struct gate *g, struct moment now);
/* Midnight, in that zone, at which the counters start anew; now for as long as no day is known. */
struct utc gate_day_end(const struct gate *g, struct moment now);
/* True, with *e, if the request is not one. */
bool request_fault(const struct gate_request *r, struct error *e);
/* False, with *e, unless the order that is to be changed is ours and works. */
bool modify_target(struct gate *g, const struct gate_request *r, struct error *e) FALLIBLE;
/* Fetches the market (suspends), gathers the facts, decides. False if it could not be judged. */
bool gate_judge(struct task *t, struct gate *g, const struct gate_request *r,
                struct gate_facts *facts, struct gate_ticket *ticket, struct error *e) FALLIBLE;

/* ---- facts.c ---- */
enum { GATE_CURRENCIES_MAX = 24 }; /* currencies of one account */
/* What the market said, fetched before the decision. */
struct market_view {
    struct quote quote;
    char notice[120];
    struct opt_dec rate;
    struct {
        char currency[8];
        struct opt_dec rate;      /* into the base currency */
    } rates[GATE_CURRENCIES_MAX]; /* of all that is held, where exposure is limited */
    size_t rate_count;
    bool is_margin_asked, has_margin;
    struct order_margin margin;
    char margin_why[160]; /* there is none */
};
/* Suspends. False only if the task failed; a missing quote or rate stays missing. */
bool market_fetch(struct task *t, struct gate *g, const struct gate_request *r,
                  struct market_view *out, struct error *e) FALLIBLE;
void facts_gather(struct gate *g, const struct gate_request *r, const struct market_view *m,
                  struct moment now, struct gate_facts *f);
/* What of a working order can trade now: a child waits for its parent. */
struct dec live_quantity(const struct gate *g, const struct book_order *bo);
const char *gate_base_currency(const struct gate *g, struct str account);

/* ---- exposure.c ---- */
struct exposure *exposure_new(void);
/* Some limit asks for what is held in other contracts. */
bool exposure_is_limited(const struct guard_limits *l);
/* Fetches the rates of all currencies at stake. Suspends. False only if the task failed. */
bool exposure_fetch(struct task *t, struct gate *g, const struct gate_request *r,
                    struct market_view *m, struct error *e) FALLIBLE;
/*
 * Adding up is one pass with that over the orders: begin (the positions), add each order that works
 * or is on its way, end (the sums, in the base currency). An order counts by its own price, else by
 * that of the position, else by what it was judged by. All three do nothing where nothing is
 * limited and the request names a contract.
 */
void exposure_begin(struct gate *g, const struct gate_request *r, struct gate_facts *f);
void exposure_add(struct gate *g, const struct gate_request *r, const struct order *o,
                  struct dec quantity, struct gate_facts *f);
void exposure_end(struct gate *g, const struct gate_request *r, const struct market_view *m,
                  struct gate_facts *f);

/*
 * What of the account's worth the limits on exposure are measured by, after facts were gathered for
 * a request without a contract: in the base currency. False if something has no price or no rate.
 */
struct exposure_use {
    struct dec position; /* the largest, with its working orders */
    struct dec gross, net;
    struct dec currency, sector; /* the largest but the account's own; the largest */
    bool has_sectors;            /* false: not limited, or not all of them are known */
};
bool exposure_use(const struct gate *g, const struct market_view *m, const char *base,
                  const struct gate_facts *f, struct exposure_use *out);

/* ---- watch.c ---- */
void watch_add(struct gate *g, struct watch *w);
void watch_remove(struct gate *g, struct watch *w);
/* The newest notice says no to the order, or to the change of it. */
bool watch_is_refused(const struct watch *w);
/* The state of an order as the book and the notices have it. */
void leg_read(const struct gate *g, const struct order *o, const struct watch *w, struct moment now,
              struct gate_leg *out);
/* When a notice that may be a refusal counts as one, if no state follows it. */
enum { NOTICE_GRACE_MS = 500 };
/* Sentences for the outcome, from its legs. */
void outcome_describe(struct gate_outcome *o);
/* This order is finished: nothing more is expected of it. */
bool result_is_final(enum gate_result r);
/* ---- unsent.c ---- */
/* Who asks with a token may have lost it meanwhile. */
bool principal_stands(const struct gate *g, struct str principal, struct moment now);
/* *e for what passed and was held back for that deny code, static text; always false. */
bool unsent_refused(const char *code, struct error *e);

/* ---- submit.c ---- */
/*
 * As gate_submit, for an order that closes a position under a kill switch that flattens: most
 * controls are waived (flatten.c), the size must be exactly what is held.
 */
bool submit_closing(struct task *t, struct gate *g, const struct gate_request *r,
                    struct gate_ticket *ticket, struct gate_outcome *outcome,
                    struct error *e) FALLIBLE;

/* ---- gate_trading.c ---- */
bool trading_restore(struct gate *g, struct db *db, struct moment now, struct error *e) FALLIBLE;
/* Gives the trading state to the journal again if it could not take it. */
void trading_save(struct gate *g, struct moment now);
void trading_observe(struct gate *g, const struct event *ev);
/* An order was rejected, or the broker did not answer: the circuit breaker counts it. */
void trading_failed(struct gate *g, struct moment now);
/* A position has differed from the broker's for too long. */
void trading_broke(struct gate *g, struct moment now);
/* What the account lost since the day began, negative for a gain; absent if not known. */
struct opt_dec trading_loss(const struct gate *g, struct str account);
/* The deny code that keeps an order of that account from being sent now, or NULL. */
const char *trading_refuses(const struct gate *g, struct str account, bool is_reducing,
                            struct moment now);

/* ---- proposal.c ---- */
struct proposals *proposals_new(void);
/* Keeps what the ticket shows, and names it there. NULL if there is no room. */
struct gate_proposal *proposal_keep(struct gate *g, const struct gate_request *r,
                                    struct gate_ticket *ticket, struct moment now);
/* What the preview id of a request stands for, for this attempt alone, until proposal_end. */
bool proposal_begin(struct gate *g, const struct gate_request *r, struct moment now,
                    struct gate_proposal **out, struct error *e) FALLIBLE;
/*
 * Whether what the ticket allows may be sent as far as previews and approvals go. *held is the
 * proposal begun, or becomes the one that such a request has. Suspends only before it returns
 * false.
 */
bool proposal_passes(struct task *t, struct gate *g, const struct gate_request *r,
                     struct gate_ticket *ticket, struct gate_proposal **held,
                     struct error *e) FALLIBLE;
/* It is an order now. */
void proposal_use(struct gate_proposal *p, const struct gate_request *r, const struct order *o);
/* The attempt is over; `take_back`: not one byte of that order went out, so it can be tried again.
 * Accepts NULL. */
void proposal_end(struct gate_proposal *p, bool take_back);
/* ---- approval.c ---- */
/* Makes it pending: waits until that is on the disk. */
bool approval_ask(struct task *t, struct gate *g, struct gate_proposal *p,
                  struct error *e) FALLIBLE;
/* A kill switch is released: what was proposed or approved before it is void. The record of the
 * release says so to the next start. */
void approvals_void(struct gate *g, struct moment now);
bool approvals_restore(struct gate *g, struct db *db, struct moment now, struct error *e) FALLIBLE;
/* A free row of the table, or that of the oldest one that nobody waits for; NULL if there is none.
 */
struct gate_proposal *proposal_room(struct gate *g, struct moment now);
struct gate_proposal *proposal_numbered(const struct gate *g, int64_t number);
void proposal_digest(const struct gate_request *r, char out[SHA256_HEX_MAX]);
/* Its request; the texts are the row's. */
void proposal_request(const struct gate_proposal *p, struct gate_request *out);
/* The time from which it is expired: `ms` from now by both clocks. */
void proposal_lives(struct gate_proposal *p, int64_t ms, struct moment now);

/* ---- journal ---- */
/* Appends without waiting; a failure is logged, for the caller has nothing to stop. */
void note(struct gate *g, enum journal_kind kind, struct str principal, struct str body,
          struct moment now);

#endif
