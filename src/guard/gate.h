/* SPDX-License-Identifier: MIT */
/*
 * gate: the only way to the market. Whoever wants to place, change or cancel an order, from
 * whatever face, calls this; nothing else may include broker/trade.h.
 *
 * Placing: fetch quote and rate (may suspend); then decide, reserve headroom, take order ids and
 * journal the intent in one go without suspending; wait until the intent is on the disk; check kill
 * switch, session and mode once more; hand the bytes to the session; wait, within bounds, for the
 * broker's word. What the broker did not say is UNKNOWN: never "rejected", never sent again.
 * An UNKNOWN order blocks new orders in its contract until complete broker snapshots explain it.
 *
 * Every control is one row of the table in decide.c. An order that only reduces a position is
 * exempt from size, value, rate and daily limits, so that nobody is locked into a position.
 * Cancels are allowed in every state, are never counted, and never wait for the disk.
 *
 * Owns the reservations, the daily counters and the intents in flight; they survive restart through
 * the journal (gate_restore). Borrows session, book, journal, quotes and currencies.
 */
#ifndef PORTCULLIS_GUARD_GATE_H
#define PORTCULLIS_GUARD_GATE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "base/task.h"
#include "data/tz.h"
#include "guard/limits.h"
#include "market/hours.h"
#include "model/event.h"

struct book;
struct currencies;
struct db;
struct journal;
struct quotes;
struct session;
struct tokens;

struct gate;

enum {
    GATE_LEGS_MAX = 3,      /* entry, stop and target of a bracket */
    GATE_FINDINGS_MAX = 64, /* of one ticket: no more than there are controls and warnings */
    GATE_HEADROOM_MAX = 48, /* rows of the limits report, and of a ticket */
    GATE_WHY_MAX = 200,
    GATE_PREVIEW_ID_MAX = 33, /* 128 bits in hex, with NUL */
    GATE_SECRET_BYTES = 32,
};

/* ---- life ---- */
struct gate_config {
    const struct guard_limits *limits; /* copied; its texts must outlive the gate */
    bool is_embedded; /* the broker is our own paper exchange, so paper needs no configuration */
    int32_t client_id;
    uint64_t seed; /* of the order references; unpredictable, from the OS through app/ */
    unsigned char secret[GATE_SECRET_BYTES]; /* of the preview ids; likewise */
    const struct tokens *tokens; /* their limits count beside those of all; NULL: there are none */
    struct tz_zones zones;       /* for limits.day_zone; without it the day is UTC's */
    struct log log;
};
struct gate *gate_new(const struct gate_config *config, struct session *session, struct book *book,
                      struct journal *journal, struct quotes *quotes,
                      struct currencies *currencies);
void gate_free(struct gate *g);
/*
 * At the start, before the first event: kill switch, order id high-water, counters of the day,
 * recent orders, and the intents whose fate is not known, from the store.
 */
bool gate_restore(struct gate *g, struct db *db, struct moment now, struct error *e) FALLIBLE;

/* ---- asking for an order ---- */
enum gate_kind { GATE_PLACE, GATE_MODIFY };

/* All texts are borrowed for the call. */
struct gate_request {
    enum gate_kind kind;
    /*
     * GATE_PLACE: one order, or a bracket: the entry first, then its stop and/or target on the
     * other side. Account, contract (resolved), side, type, tif, quantity and prices come from the
     * caller; the gate sets order_id, client_id, parent_id, ref and transmit.
     * GATE_MODIFY: one order, the whole of it as it shall be (start from the book's copy), with its
     * order_id.
     */
    struct order orders[GATE_LEGS_MAX];
    size_t count;
    struct opt_dec min_tick, size_increment; /* from the contract's details; absent = not checked */
    enum market_state market;                /* of the contract, now, by its details */
    struct str principal;                    /* who: "local:1000"; required */
    struct str face;                         /* through what: "mcp", "cli", "rest" */
    struct str assistant;                    /* for whom, as it named itself */
    struct str reasoning;                    /* its reason; stored with the order */
    struct str idempotency_key;              /* optional; at most 64 bytes */
    struct str preview_id; /* optional: this request was shown under it (guard/proposal.h) */
    bool allow_duplicate;  /* the same order again is meant */
    bool allow_widening;   /* GATE_MODIFY: moving a stop away from the market is meant */
    bool want_margin;      /* also ask the broker for margin and commission */
};

/* What one control found. */
struct gate_finding {
    const char *code; /* "VALUE_MAX": static text */
    bool is_warning;  /* worth telling, does not refuse */
    char text[200];
    struct opt_dec value, limit; /* what was compared, where numbers were */
};

/* One limit with its use: of the account now, and in a ticket with the order counted too. */
struct gate_headroom {
    const char *code;     /* the deny code that comes when it is exceeded */
    const char *name;     /* the setting that holds or gives it */
    char unit[16];        /* of all numbers: "orders", "USD", "%" ... */
    struct opt_dec used;  /* before the order; absent where each order stands alone */
    struct opt_dec after; /* with the order; absent without one */
    struct dec limit;     /* the largest value that passes ... */
    bool is_least;        /* ... or the least */
    struct opt_utc resets;
};
/* What is left of it, with the order if there is one; negative if it is exceeded. */
struct opt_dec gate_headroom_left(const struct gate_headroom *h);

enum gate_mode { GATE_MODE_READ_ONLY, GATE_MODE_PAPER, GATE_MODE_LIVE };

/*
 * Who has to agree before an order is sent, and on what way a person did; the stricter the higher,
 * and a stricter way serves where a weaker one is asked for. The first two are as good as the
 * program that shows the question (SECURITY.md).
 */
enum gate_approval {
    GATE_APPROVAL_NONE,
    GATE_APPROVAL_ELICIT, /* a person, in a form that the assistant's own program shows */
    GATE_APPROVAL_APP,    /* a person, by a click in our own ticket that such a program shows */
    GATE_APPROVAL_OUT_OF_BAND, /* a person, on a way that the caller has no part in */
    GATE_APPROVAL_DENY,        /* nobody can: such orders are refused */
    GATE_APPROVAL_COUNT
};

/* The result of a check. */
struct gate_ticket {
    bool is_allowed;
    struct gate_finding findings[GATE_FINDINGS_MAX]; /* all of them, in the order of evaluation */
    size_t finding_count;
    struct order orders[GATE_LEGS_MAX]; /* as they would be, or were, sent */
    size_t count;
    enum gate_mode mode;
    /* the market it was judged by */
    struct opt_dec reference, bid, ask, last;
    struct opt_utc quote_time;
    int64_t quote_age_ms; /* -1 without a time */
    enum data_type data_type;
    /* what it is worth, at worst */
    char currency[8], base_currency[8];
    struct opt_dec value, rate, value_base; /* rate: base currency for one unit of currency */
    struct opt_dec worst_loss_base;         /* bracket, stop: entry or position to stop, if known */
    struct dec position_before, position_after; /* if all of it fills */
    bool is_reducing;
    bool has_margin;
    struct order_margin margin;
    struct gate_headroom headroom[GATE_HEADROOM_MAX];
    size_t headroom_count;
    /* how it can be sent (guard/proposal.h) */
    enum gate_approval approval;
    char preview_id[GATE_PREVIEW_ID_MAX]; /* "": there is none */
    struct opt_utc preview_until;
    int64_t approval_number; /* 0: no person has been asked */
};

/* ---- what became of it ---- */
enum gate_result {
    GATE_UNKNOWN, /* sent, and the broker has not said what it is */
    GATE_WORKING, /* accepted by the broker: rests, or waits for its trigger or parent */
    GATE_PARTIAL, /* filled in part, still working */
    GATE_FILLED,
    GATE_CANCELLED,
    GATE_REJECTED, /* the broker refused: status.broker_code and broker_text */
    GATE_HELD,     /* inactive at the broker without a refusal */
};

struct gate_leg {
    struct order order; /* as the broker echoed it, or as sent */
    struct order_status status;
    enum gate_result result;
};

struct gate_outcome {
    enum gate_result result; /* of the whole: that of the first leg, or the trouble of another */
    struct gate_leg legs[GATE_LEGS_MAX];
    size_t count;
    int64_t intent_seq; /* the journal record that explains it */
    bool is_replay; /* nothing was sent: a request with this idempotency key was answered before,
                       or (intent_seq 0) the order is already as the change wants it */
    char text[ERROR_TEXT_MAX]; /* one sentence for people */
    char next[ERROR_NEXT_MAX]; /* what to do, or how to find out; "" if nothing */
};

const char *gate_result_text(enum gate_result r);     /* "working", "filled", "unknown" ... */
const char *gate_mode_text(enum gate_mode m);         /* "read_only", "paper", "live" */
const char *gate_approval_text(enum gate_approval a); /* "none", "elicit", "app" ... */

/* Checks and values a request; sends nothing but questions. May suspend. False if it could not be
 * judged at all (malformed request, cancelled task); a refusal is true with !is_allowed. What is
 * allowed has a preview_id. */
bool gate_preview(struct task *t, struct gate *g, const struct gate_request *r,
                  struct gate_ticket *ticket, struct error *e) FALLIBLE;
/*
 * Places or modifies. Suspends. True: bytes went to the broker, *outcome says what it answered
 * (which may be a rejection, or nothing: GATE_UNKNOWN). False: nothing was sent; e->reason is the
 * first deny code, ticket->findings has all, and the refusal is in the journal. The reason
 * APPROVAL_NEEDED means that a person can let it pass; the ticket has the number to name.
 */
bool gate_submit(struct task *t, struct gate *g, const struct gate_request *r,
                 struct gate_ticket *ticket, struct gate_outcome *outcome,
                 struct error *e) FALLIBLE;
/*
 * The first order that was sent for that principal under that idempotency key; false if none was.
 * For callers that derive an order from the present state and must derive the same one again.
 */
bool gate_sent_before(const struct gate *g, struct str principal, struct str key,
                      struct order *out);
/*
 * For callers that want failure as failure: false with ERROR_BROKER for a rejection, ERROR_TIMEOUT
 * (OUTCOME_UNKNOWN) for an unknown outcome; else true.
 */
bool gate_outcome_ok(const struct gate_outcome *outcome, struct error *e) FALLIBLE;

/*
 * Orders and changes that passed and still wait for the pacing of the session, of which not one
 * byte has left, do not leave any more if a kill switch, a halt or the end of their token refuses
 * them now. Each ends as not sent: in the journal, with the reason; it counts nowhere; and whoever
 * waits for its answer gets that refusal. What has left stays as it is, but for the entry of a
 * bracket that the broker holds until its last leg comes: that is cancelled. Returns how many
 * requests. Done by kill switches and halts themselves; to be called when a token has been revoked.
 */
size_t gate_withdraw_unsent(struct gate *g, struct moment now);

/* ---- cancelling ---- */
struct gate_cancel_request {
    int32_t order_id;   /* of this client; or 0 */
    int64_t perm_id;    /* or 0; decides where both are given */
    struct str ref;     /* or STR_NONE */
    struct str account; /* STR_NONE, or: refuse if the order belongs to another */
    struct str principal, face, reasoning;
};
/*
 * Cancels one order and waits for the broker's word. Suspends. True: outcome->result is
 * GATE_CANCELLED, GATE_FILLED (too late), or GATE_UNKNOWN. An order that was finished already is
 * answered with its state and nothing is sent. False: no such order (NOT_FOUND), another client's
 * (NOT_OURS), not connected (NOT_READY); nothing was sent.
 */
bool gate_cancel(struct task *t, struct gate *g, const struct gate_cancel_request *r,
                 struct gate_outcome *outcome, struct error *e) FALLIBLE;

/* ---- the kill switch ---- */
/*
 * A switch stops everything, or one instrument, or one who asks for orders. Several can be on; each
 * is pulled and released by itself. While one is on, orders in its scope are refused (KILLED) and
 * those that work are cancelled, but for what it was told to keep.
 */
enum gate_scope {
    GATE_SCOPE_ALL,
    GATE_SCOPE_SYMBOL,   /* a symbol, with the options and futures on it, or "conid:265598" */
    GATE_SCOPE_PRINCIPAL /* who asks: "rule:NAME"; of "uid:1000 mcp:NAME" a part is enough */
};
enum {
    GATE_KILLS_MAX = 8,       /* switches on at once; one of them is that of GATE_SCOPE_ALL */
    GATE_KILL_NAME_MAX = 64,  /* of a scope, with its NUL */
    GATE_KILL_TEXT_MAX = 128, /* of a sentence about its progress */
    GATE_GLOBAL_MS = 5000     /* after a global cancel, until single cancels follow it */
};
struct gate_kill_request {
    enum gate_scope scope;
    struct str name;      /* of the scope; STR_NONE for GATE_SCOPE_ALL */
    struct str principal; /* who pulls it */
    struct str why;
    bool keep_stops; /* orders of a stop type opposite to what is held stay */
    bool flatten;    /* then close what is held in the scope; takes the stops as well */
};

/* Closing what is held, in the order in which it goes on. */
enum gate_flatten {
    GATE_FLATTEN_NONE,       /* not asked for */
    GATE_FLATTEN_CANCELLING, /* the ends of the cancelled orders are awaited */
    GATE_FLATTEN_CLOSING,    /* closing orders are sent, or work */
    GATE_FLATTEN_STUCK,      /* they are over, and something is still held */
    GATE_FLATTEN_FLAT        /* the broker has confirmed that nothing is held */
};
const char *gate_flatten_text(enum gate_flatten f); /* "none", "cancelling" ... */

struct gate_kill_status {
    bool is_killed;
    size_t place; /* for gate_closing_next */
    enum gate_scope scope;
    char name[GATE_KILL_NAME_MAX];
    struct opt_utc since;
    char by[64], why[GATE_WHY_MAX];
    bool keep_stops;
    bool is_durable; /* on the disk: as a record, or in the reserve */
    /* the orders that it shall cancel, since it was pulled or the daemon started */
    size_t total;
    size_t asked;                /* their cancels are on the way */
    size_t working;              /* of all: the broker has not confirmed their end */
    struct opt_utc asked_oldest; /* when the longest unanswered cancel was asked for */
    enum gate_flatten flatten;
    char note[GATE_KILL_TEXT_MAX]; /* what the flattening waits for, "" if nothing */
};
/*
 * Pulls a switch; that of everything never fails. It needs neither disk nor link: what cannot be
 * done now is done when they are back. Pulled again it can only widen: take the stops as well,
 * flatten, and flatten once more what a finished attempt has left. False with ERROR_LIMIT
 * (KILLS_MAX) or ERROR_INVALID (KILL_SCOPE) for a scope that cannot be had.
 */
bool gate_kill(struct gate *g, const struct gate_kill_request *r, struct moment now,
               struct error *e) FALLIBLE;
/*
 * False with ERROR_DENIED (HUMAN_ONLY) unless is_human; with ERROR_INVALID (REASON_REQUIRED)
 * without a reason; with CONFLICT (NOT_KILLED) if that switch is not on.
 */
bool gate_release(struct gate *g, enum gate_scope scope, struct str name, struct str principal,
                  bool is_human, struct str why, struct moment now, struct error *e) FALLIBLE;
/* The switch of everything. */
void gate_kill_status(const struct gate *g, struct gate_kill_status *out);
/* All that are on: `for (size_t i = 0; gate_kill_next(g, &i, &status);)`. */
bool gate_kill_next(const struct gate *g, size_t *i, struct gate_kill_status *out);
/* "everything", "symbol AAPL", "principal rule:x". Returns out. */
const char *gate_scope_text(enum gate_scope scope, const char *name, char *out, size_t cap);

/* One position that a switch closes or has closed. */
struct gate_closing {
    char account[16];
    struct contract contract;
    struct dec held;   /* now, by the broker */
    int32_t order_id;  /* of the closing order; 0: none has been sent */
    const char *state; /* "waiting", or of the order: "working", "filled", "not_sent" ... */
    struct dec filled;
};
/* Those of the switch in that place; `i` starts at 0. */
bool gate_closing_next(const struct gate *g, size_t place, size_t *i, struct gate_closing *out);

/* Who asks for closing orders, in the journal. */
#define GATE_CLOSER "kill switch"

/* ---- driven by app/ ---- */
/* Cancels that could not be sent before; cheap. */
void gate_kill_step(struct gate *g, struct moment now);
/* When gate_kill_step is due; INSTANT_NEVER while nothing is left to do. */
struct instant gate_kill_due(const struct gate *g);
/* When gate_kill_work shall be called; INSTANT_NEVER while it has nothing to do or no link. */
struct instant gate_kill_work_due(const struct gate *g);
/*
 * Asks for the ends of other clients' orders, and sends closing orders once all cancels are
 * confirmed. Suspends; one task at a time. Whatever interrupts it, it goes on at the next call.
 */
void gate_kill_work(struct task *t, struct gate *g);
/*
 * The switch must outlive a restart although the disk is full, so its owner keeps it a second time,
 * in a reserve whose room was taken before (sys/reserve.h). The version changes with the switch;
 * the text, at most GATE_RESERVE_MAX bytes, is what to keep ("" while it is off); gate_kill_kept
 * reports that this version is on the disk.
 */
enum { GATE_RESERVE_MAX = 8191 };
uint64_t gate_kill_version(const struct gate *g);
void gate_kill_text(const struct gate *g, struct buf *out);
void gate_kill_kept(struct gate *g, uint64_t version);
/*
 * At the start, after gate_restore: the text that was kept. A switch is on if either place says
 * so; a text that cannot be read counts as that of everything.
 */
void gate_kill_recall(struct gate *g, struct str text, struct moment now);

/* ---- the trading state and arming ---- */
enum gate_trading {
    GATE_ACTIVE,
    GATE_REDUCING, /* only orders that reduce a position, and cancels */
    GATE_HALTED    /* only cancels */
};
enum gate_cause {
    GATE_CAUSE_REQUEST, /* somebody asked for it */
    GATE_CAUSE_LOSS,    /* the day's loss or drawdown */
    GATE_CAUSE_BREAKER, /* too many rejected or unanswered orders */
    GATE_CAUSE_BREAK    /* a position has differed from the broker's for too long */
};
struct gate_trading_status {
    enum gate_trading state;
    enum gate_cause cause;
    struct opt_utc since;
    char by[64], why[GATE_WHY_MAX];
    bool is_reconciled;         /* false: nothing is sent until the accounts have been compared */
    char armed_account[16];     /* the live account that may trade, "" for none */
    struct opt_utc armed_until; /* absent: live trading is not armed */
    uint64_t tightenings;       /* another one whenever somebody, or something, tightens it */
};
const char *gate_trading_text(enum gate_trading s); /* "active", "reducing", "halted" */
const char *gate_cause_text(enum gate_cause c);     /* "request", "loss", "breaker" */
/*
 * A tighter state takes effect at once, whoever asks. A looser one needs a person (HUMAN_ONLY) and
 * the journal. Survives restarts.
 */
bool gate_set_trading(struct gate *g, enum gate_trading state, struct str principal, bool is_human,
                      struct str why, struct moment now, struct error *e) FALLIBLE;
/*
 * Arms live trading in one account for some minutes (0: disarms, for which nothing is asked). Needs
 * a person, limits.mode live and the account in limits.accounts. Survives restarts, ends by itself.
 */
bool gate_arm(struct gate *g, struct str account, int64_t minutes, struct str principal,
              bool is_human, struct moment now, struct error *e) FALLIBLE;
void gate_trading_status(const struct gate *g, struct moment now, struct gate_trading_status *out);

/* ---- reconciliation: our books against the broker's ---- */
/*
 * Compared are positions (ours: what was agreed last, and every execution since), orders (ours: the
 * journal), the executions of the day, and cash. Only complete lists count; a list that does not
 * come to its end is no answer, never an empty one. It happens as soon as the session has fetched
 * everything after each connect, then every limits.reconcile_minutes, when a position changes that
 * no execution explains, and on request.
 *
 * After each connect no order passes (HALTED) until one comparison has found no halting break, or a
 * person has accepted those it found. What differs while an event may still be on its way is no
 * break yet: it is looked at again two seconds later.
 */
enum gate_break_kind {
    GATE_BREAK_POSITION,      /* a position differs from our count */
    GATE_BREAK_ORDER_UNKNOWN, /* an order with a reference of ours that the journal does not have */
    GATE_BREAK_ORDER_REVIVED, /* an order works that we had given up */
    GATE_BREAK_ORDER_CHANGED, /* an order of ours has other terms than we gave it */
    GATE_BREAK_ORDER_SPLIT,   /* one permId of an order has ended, and another works */
    GATE_BREAK_REFERENCE,     /* the broker told our order without our reference */
    GATE_BREAK_ORDER_MISSING, /* an order of ours that the broker's lists do not have */
    GATE_BREAK_EXECUTION_GONE, /* an execution that the broker's list no longer has */
    GATE_BREAK_BRACKET,        /* a bracket lacks an exit that it was placed with */
    GATE_BREAK_CASH,           /* cash moved without a trade */
    GATE_BREAK_COUNT
};
struct gate_break_row {
    const char *code; /* "POSITION_DIFFERS" */
    bool is_halting;
    const char *cause, *repair; /* sentences */
};
const struct gate_break_row *gate_break_row(enum gate_break_kind kind);

struct gate_break {
    enum gate_break_kind kind;
    struct opt_utc since;       /* when it was found first */
    char account[16], name[64]; /* of the contract, or the currency */
    char ref[64], exec_id[40];
    int32_t con_id, order_id;
    int64_t perm_id;
    struct opt_dec ours, brokers; /* quantity, price or amount */
    char text[200];               /* what differs */
    char repair[320];             /* more exact than the row's; or "" */
};

enum gate_trigger { GATE_ON_CONNECT, GATE_ON_TIMER, GATE_ON_REQUEST };
enum gate_reconcile_state {
    GATE_RECONCILE_NEVER,    /* not yet on this connection */
    GATE_RECONCILE_SETTLING, /* something differs that may still be on its way */
    GATE_RECONCILE_NO_ANSWER,
    GATE_RECONCILE_BREAKS,
    GATE_RECONCILE_ACCEPTED, /* there were breaks, and a person accepted them */
    GATE_RECONCILE_CLEAN
};
const char *gate_trigger_text(enum gate_trigger t);
const char *gate_reconcile_text(enum gate_reconcile_state s);

enum { GATE_BREAKS_MAX = 64 };
struct gate_reconciliation {
    enum gate_reconcile_state state;
    bool is_reconciled; /* orders may pass, as far as this is concerned */
    bool is_running;
    enum gate_trigger trigger; /* of the newest one, as all that follows */
    struct opt_utc at;
    int64_t duration_ms;
    int64_t positions, orders, external_orders, executions, adopted_executions, cash_rows;
    int64_t unsettled;               /* differences that may still be on their way */
    char why[200];                   /* there was no answer */
    const struct gate_break *breaks; /* borrowed until the next event */
    size_t count, total;             /* shown; found */
    int64_t runs;                    /* since the start */
    uint64_t version;                /* another one with every new break */
};
void gate_reconciliation(const struct gate *g, struct gate_reconciliation *out);
/*
 * Asks the broker for complete lists, compares, and settles orders of unknown fate: found ones are
 * adopted; one that two complete lists, at least GATE_SETTLE_MS apart, do not show was not placed.
 * Suspends. False if the broker did not answer in full. While another one runs, waits for it.
 */
enum { GATE_SETTLE_MS = 5000 };
bool gate_reconcile(struct task *t, struct gate *g, enum gate_trigger trigger,
                    struct error *e) FALLIBLE;
/*
 * A person takes over what the broker has where the newest comparison found breaks, and lets orders
 * pass again. `version` is that of what the person has seen. False with NO_BREAKS, CHANGED (there
 * are new ones), NOT_READY, or if the journal does not take it. The caller has made sure that it is
 * a person.
 */
bool gate_accept_breaks(struct gate *g, uint64_t version, struct str principal, struct str why,
                        struct moment now, struct error *e) FALLIBLE;
/* Brackets that lack an exit at this moment, and how to mend them. Returns how many are in `out`.
 */
size_t gate_repairs(const struct gate *g, struct gate_break out[GATE_BREAKS_MAX]);

/* ---- state ---- */
/* What may be done with that account now. */
enum gate_mode gate_mode(const struct gate *g, struct str account);
/* All limits that are on: rows[0..GATE_HEADROOM_MAX); returns how many. The account decides the
 * currency. */
size_t gate_limits_status(const struct gate *g, struct str account, struct moment now,
                          struct gate_headroom *rows);
/*
 * Fills in the use of the limits on positions and exposure in those rows, by rates that are asked
 * for; suspends. What cannot be told stays absent. False only if the task failed.
 */
bool gate_limits_exposure(struct task *t, struct gate *g, struct str account,
                          struct gate_headroom *rows, size_t n, struct error *e) FALLIBLE;
/* Orders whose fate is not known. */
size_t gate_unknown_count(const struct gate *g);
const struct guard_limits *gate_limits(const struct gate *g);

/* ---- driven by app/ ---- */
/* Every event, after the book and the journal have had it. */
void gate_observe(struct gate *g, const struct event *ev);
/*
 * When gate_reconcile should be run next; INSTANT_NEVER while the session is not ready, or one
 * runs.
 */
struct instant gate_reconcile_due(const struct gate *g);

#endif
