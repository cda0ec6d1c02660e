/* SPDX-License-Identifier: MIT */
/*
 * ledger: what the gate has let through: intents, counters of the day, recent orders.
 *
 * An intent is one order (one leg of a bracket) that was journaled in order to be sent. It is
 * counted when it is reserved and given back only if not one byte of it was sent.
 *
 * The day is what the owner says it is by the broker's clock (gate_turn), and never goes back. What
 * must survive a restart is read back from the journal. Which records belong to which day is kept
 * there by their numbers, not their times: whatever is done to the wall clock, between two runs
 * too, changes no count. Private to guard/.
 */
#ifndef PORTCULLIS_GUARD_LEDGER_H
#define PORTCULLIS_GUARD_LEDGER_H

#include "base/arena.h"
#include "data/hash.h"
#include "data/json.h"
#include "guard/gate.h"

struct ledger;

enum {
    LEDGER_PERMS_MAX = 4,     /* permIds of one order; more than two were never seen */
    LEDGER_KEY_MAX = 65,      /* an idempotency key with its NUL */
    LEDGER_MINUTE_MAX = 1024, /* sends remembered for the rate; above the largest setting */
    LEDGER_DAYS_MAX = 8       /* days on which was traded, over which a restart looks back: of
                                 older requests it reads those that were kept */
};

enum intent_state {
    INTENT_WAITING, /* for the disk; not one byte is out */
    INTENT_NOT_SENT,
    INTENT_SENT,       /* bytes are out; the broker has not answered yet */
    INTENT_UNKNOWN,    /* no answer came in time */
    INTENT_KNOWN,      /* the book has it, or it is finished */
    INTENT_NOT_PLACED, /* two complete snapshots did not show it, or no longer */
    INTENT_STATE_COUNT
};

struct intent {
    struct order order;      /* as sent; order.ref is the key */
    enum intent_state state; /* once it is in the ledger changed by intent_become alone */
    struct ledger *ledger;   /* that it is in, set there */
    int64_t seq;             /* of the journal record; shared by the legs of a bracket */
    size_t leg;              /* 0 for the entry */
    struct moment at;
    int64_t day;
    struct opt_dec
        value; /* as judged, in the contract's currency; in leg 0, not kept over a restart */
    struct dec value_base; /* counted for the day; in leg 0 */
    char principal[64], key[LEDGER_KEY_MAX];
    char digest[SHA256_HEX_MAX]; /* of the request; in leg 0 */
    int absent;                  /* complete snapshots without a trace of it */
    struct instant absent_at;    /* when the first of them was */
    struct order change;         /* the newest change that was sent, or accepted by a person */
    bool has_change;
    char changed_by[64];                /* who asked for it */
    int64_t perm_ids[LEDGER_PERMS_MAX]; /* under which the broker has told it */
    size_t perm_count;
    bool is_refused;  /* by the broker */
    bool was_seen;    /* at the broker, before it was not any more */
    bool is_ref_lost; /* the broker told its order id without its reference */
    bool is_accepted; /* a person knows what is wrong with it */
};

struct ledger *ledger_new(void);
void ledger_free(struct ledger *l);

/* ---- intents ---- */
/*
 * Adds a copy. NULL with ERROR_LIMIT (ORDERS_MAX) if LIMIT_ORDERS intents are unsettled; settled
 * old ones make room. The pointer stays valid until the intent is dropped, which happens only here
 * and in ledger_forget.
 */
struct intent *ledger_add(struct ledger *l, const struct intent *i, struct error *e) FALLIBLE;
struct intent *ledger_by_ref(const struct ledger *l, struct str ref);
/* Its state from now on; the ledger counts them. */
void intent_become(struct intent *i, enum intent_state state);
/* How many are in that state; of how many it is not known what became of them: waiting, sent or
 * unknown. */
size_t ledger_count_of(const struct ledger *l, enum intent_state state);
size_t ledger_in_flight(const struct ledger *l);
/*
 * Drops requests of days before all that the ledger remembers, if each leg is settled and not
 * needed. Not while somebody goes through the intents. It is due, from a new day or a restart on,
 * until it was done.
 */
typedef bool intent_needed_fn(const void *self, const struct intent *i);
void ledger_forget(struct ledger *l, intent_needed_fn *is_needed, const void *self);
bool ledger_forget_due(const struct ledger *l);
/* A change of the order with that reference was sent for that principal, or made elsewhere and
 * accepted by a person. */
void ledger_change(struct ledger *l, const struct order *o, struct str principal);
/* The broker told it under that permId. True if it had told another one before. */
bool intent_perm(struct intent *i, int64_t perm_id);
/* The newest intent of that order id of ours. */
struct intent *ledger_by_order_id(const struct ledger *l, int32_t order_id);
/* Leg 0 of the newest request of that principal with that key. */
struct intent *ledger_by_key(const struct ledger *l, struct str principal, struct str key);
/* All, oldest first: `for (size_t i = 0; ledger_next(l, &i, &intent);)`. */
bool ledger_next(const struct ledger *l, size_t *i, struct intent **out);
/* The newest order equal to o (account, contract, side, quantity, type, prices) and sent less than
 * window_s ago. */
struct intent *ledger_duplicate(const struct ledger *l, const struct order *o, int64_t window_s,
                                struct moment now);

/* ---- days ---- */
/*
 * It is that day (since 1970-01-01) now; the next journal record will have that number. A later day
 * than the one before starts the counters anew; an earlier one changes nothing.
 */
void ledger_turn(struct ledger *l, int64_t day, int64_t next_seq);
/* 0 before the first turn. */
int64_t ledger_day(const struct ledger *l);
/*
 * The days as one text, to be kept in the store under LEDGER_DAYS_KEY before any intent of a new
 * day: for ledger_restore. False if it is there already.
 */
#define LEDGER_DAYS_KEY "trading_days"
bool ledger_unsaved_days(const struct ledger *l, struct buf *out);
void ledger_saved_days(struct ledger *l);
/*
 * The requests of older days that are here yet, by the numbers of their records, to be kept under
 * LEDGER_OLD_KEY before the days are: a JSON array, or nothing if they are more than fit, and then
 * a restart reads the journal from its beginning. `out` is empty and holds JOURNAL_VALUE_MAX - 1
 * bytes. False if that is there already.
 */
#define LEDGER_OLD_KEY "old_intents"
bool ledger_unsaved_old(const struct ledger *l, struct buf *out);
void ledger_saved_old(struct ledger *l);

/* ---- counters ---- */
void ledger_count(struct ledger *l, int64_t orders, struct dec value, struct moment now);
/* One more send for the rate; modifications count here alone. */
void ledger_count_send(struct ledger *l, struct instant at);
/* Takes back what was counted on `day`, which must be today for an effect. */
void ledger_release(struct ledger *l, int64_t day, int64_t orders, struct dec value);
int64_t ledger_orders_today(const struct ledger *l);
struct dec ledger_value_today(const struct ledger *l);
/* Sends less than ms milliseconds ago, at most a minute. */
int64_t ledger_sends_within(const struct ledger *l, int64_t ms, struct instant now);
/* The age of the oldest of them in milliseconds; -1 if there is none. */
int64_t ledger_oldest_send_ms(const struct ledger *l, int64_t ms, struct instant now);
/* Requests of that principal that were sent today; of a token for all its assistants together. */
int64_t ledger_orders_of(const struct ledger *l, struct str principal);

/* ---- restart ---- */
/* From the journal: the day's counters, the last minute, recent orders, unsettled intents, and
 * those that were kept of older days. */
bool ledger_restore(struct ledger *l, struct db *db, struct moment now, struct error *e) FALLIBLE;

#endif
