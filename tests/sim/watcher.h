/* SPDX-License-Identifier: MIT */
/*
 * watcher: the independent observer of a simulated life of the product.
 *
 * It never asks the gate what the gate thinks. It reads three things: the bytes on the line between
 * session and exchange (a tap), the exchange's own records, and the journal as it is in the file.
 * Besides it is told what people asked for and what they were answered. From these it decides
 * whether an invariant is broken:
 *
 *   I1  at most one order at the broker for each intent, one intent for each request
 *   I2  fills do not exceed what was asked for
 *   I3  no order on the wire without a durable intent
 *   I4  nothing but cancels once the kill switch, or the state halted, was acknowledged; only
 *       reducing orders once reducing was
 *   I5  when all is quiet: positions, working orders and executions are the exchange's; and what
 *       people were told of an order is true
 *   I6  nothing is sent again by itself
 *   I7  the chain of the journal is whole, and holds what is anchored
 *   I8  the counters of a day never fall
 *   I9  the kill switch's cancels are on the wire in time
 *   I10 when faults stop, the link becomes ready
 *   I11 a stop ends only because it filled, or somebody asked for its end
 *   I12 never more messages in a second than the setting says
 *   I13 prices are never shown as newer than they are
 *   I14 a preview becomes at most one order: as it was shown, for whom it was shown, while it lives
 *   I15 nothing that needs a person's word is sent without it, and a word serves once
 *   I16 rules and tokens stay within the limits that are their own
 *
 * Of I4 each kill switch that has a scope is a part: nothing in its scope goes out.
 *
 * What a broken rule needs to be one: a disk that lied (it said "written" and was not) excuses what
 * only the journal could have known after a crash; nothing else is excused.
 */
#ifndef PORTCULLIS_SIM_WATCHER_H
#define PORTCULLIS_SIM_WATCHER_H

#include "../kit/world.h"
#include "data/json.h"
#include "model/order.h"
#include "paper/record.h"
#include "store/audit.h"
#include "wire/frame.h"

enum invariant {
    INVARIANT_NONE,
    I1,
    I2,
    I3,
    I4,
    I5,
    I6,
    I7,
    I8,
    I9,
    I10,
    I11,
    I12,
    I13,
    I14,
    I15,
    I16,
    I_WORLD, /* the world itself stood still */
    INVARIANT_COUNT
};

enum {
    WATCHER_ORDERS_MAX = 512,
    WATCHER_FILLS_MAX = 2048,
    WATCHER_REQUESTS_MAX = 192,
    WATCHER_RATE_MAX = 64,
    WATCHER_LINES_MAX = 128,
    WATCHER_DAYS_MAX = 8,
    WATCHER_OPENING_MAX = 64,
    WATCHER_KILLS_MAX = 24,
    WATCHER_APPROVALS_MAX = 256,
    WATCHER_TOKENS_MAX = 8
};

/* An order with a reference of ours, as the three sources know it. */
struct seen_order {
    char ref[64];
    char symbol[24]; /* "" if no intent told it */
    int32_t order_id, con_id;
    enum order_side side;
    enum order_type type;
    struct dec quantity; /* the largest that an intent asked for */
    struct opt_dec limit_price;
    char placer[64], principal[64]; /* of the first intent; of the newest */
    int64_t approval;               /* that the newest names; 0: none */
    bool is_opening;                /* it did not reduce a position when it went out */
    int leg;                        /* of the newest: 0 is the order itself, or a bracket's entry */
    int request;                    /* number of the request; 0: none that we know */
    int64_t intent;                 /* record of the first one; legs of one order share it */
    int64_t journaled;              /* record of the newest one */
    int intents;                    /* durable ones: the order itself and its changes */
    int frames;                     /* on the wire */
    int cancels;                    /* on the wire */
    bool is_cancel_asked;
    bool is_closing;     /* the kill switch's own, to flatten */
    bool is_excused;     /* of the time of a lying disk */
    int64_t perm_id;     /* at the exchange; 0: not there */
    enum ticket_end end; /* there */
    bool is_held;        /* there: not transmitted, told to nobody */
    struct dec filled;   /* there, by its status */
    bool is_cancel_due;  /* by the kill switch, in time */
};

/* An execution in the exchange's records; a correction replaces it. */
struct seen_fill {
    int64_t seq, perm_id;
    int32_t con_id;
    struct dec quantity; /* bought above zero, sold below */
    struct instant seen_at;
};

/* What the exchange's opening had of a listing. */
struct seen_opening {
    int32_t con_id;
    struct dec quantity;
};

/* What somebody asked for; repeating it with the same key is the same request. */
struct seen_request {
    int key;             /* number of its idempotency key; 0: none */
    int asks;            /* how often */
    int denials, others; /* answers: "not one byte was sent", and all else */
    int open;            /* not answered yet */
    /* a preview: asking is submitting it */
    bool is_shown;
    char owner[64]; /* principal to whom it was shown */
    struct dec quantity;
    struct opt_dec reference; /* price by which it was shown */
    struct utc shown_at;
    int sets; /* of the clock, by then */
};

/* A kill switch that somebody pulled: of everything, a symbol or a principal. */
struct seen_kill {
    char symbol[24], principal[64]; /* both "": everything */
    bool is_on;                     /* acknowledged, and nobody has asked for its end */
    bool takes_stops;               /* and acknowledged as one that takes the stops too */
    int releases;                   /* that were asked for */
};

/* An order about which a person was asked, as the journal has it. */
struct seen_approval {
    int64_t number;
    char proposer[64];
    int32_t con_id;
    enum order_side side;
    struct dec quantity;
    bool is_change;
    struct utc asked_at;
    int asked_sets; /* of the clock, by then */
    int yeses;      /* that were said with the right PIN */
    int sets;       /* of the clock, when the first was */
    bool is_yes;    /* on the disk */
    struct utc yes_at;
    bool is_yes_told, is_no_told;
    int64_t over_at; /* newest record when it had been declined, or was void; 0: it is not */
    int64_t used_by; /* intent that went out with it; 0: none */
};

/* A program with limits of its own. */
struct seen_token {
    char name[32];
    struct dec max_value;
    int64_t max_orders;
    int64_t revoked_at; /* newest record when it had been; 0: it is valid */
};

/* A market data line of the present connection. */
struct seen_line {
    int32_t req_id, con_id;
    struct instant newest; /* when its newest price came */
};

struct watcher {
    struct world *world;
    const struct universe *universe; /* borrowed */
    struct arena *arena;             /* of one message */
    struct arena *record_arena;      /* of one record of the journal */
    /* the verdict */
    enum invariant broken;
    char why[400];
    unsigned muted; /* set of (1u << invariant) that are not looked at: for the self check */
    /* the line */
    struct wire_reader up, down;
    int version; /* 0: not agreed yet */
    bool has_offered;
    struct instant sent_at[WATCHER_RATE_MAX];
    size_t sent_count;
    struct seen_line lines[WATCHER_LINES_MAX];
    size_t line_count;
    /* orders */
    struct seen_order *orders; /* WATCHER_ORDERS_MAX */
    size_t order_count;
    struct seen_fill *fills; /* WATCHER_FILLS_MAX */
    size_t fill_count;
    struct seen_opening opening[WATCHER_OPENING_MAX];
    size_t opening_count;
    struct record_line *line;   /* of the exchange's records, the newest read */
    size_t exchange_at;         /* bytes of the exchange's records that were read */
    int64_t journal_at;         /* number of the journal's newest record that was read */
    char chain[SHA256_HEX_MAX]; /* its hash */
    struct buf hashed;
    struct seen_request requests[WATCHER_REQUESTS_MAX]; /* by number */
    /* what people were told */
    struct seen_kill kills[WATCHER_KILLS_MAX]; /* the first is that of everything */
    size_t kill_count;
    bool is_halted, is_reducing; /* acknowledged, and nobody has asked for its end */
    int loosenings;              /* of the trading state, that were asked for */
    bool cancels_stops;          /* a kill switch was told to */
    int64_t reducing_at;         /* newest record when reducing was acknowledged */
    bool is_kill_begun;          /* asked for: its cancels may come before its answer */
    bool is_calm;                /* no fault is at work */
    struct instant killed_at;
    bool is_kill_timed;
    struct seen_approval *approvals; /* WATCHER_APPROVALS_MAX */
    size_t approval_count;
    struct seen_token tokens[WATCHER_TOKENS_MAX];
    size_t token_count;
    struct {
        int wrong;                  /* in a row, all told so */
        int rights_open;            /* questions with the right PIN that were not answered yet */
        struct instant right_at;    /* the newest of them */
        struct instant from, until; /* surely locked; until.ns == 0: not */
    } pin;
    int sets;                    /* how often the clock was set */
    int64_t first_day, last_day; /* UTC, the latest that either clock has shown */
    struct {
        char resets[32];
        struct dec used;     /* surely: what is only reserved may be given back */
        struct instant at;   /* when it was shown so */
        int64_t sent_before; /* orders on the wire when it was shown first, on a later day */
    } days[WATCHER_DAYS_MAX];
    size_t day_count;
    /* what was seen, for the table */
    uint64_t looked[INVARIANT_COUNT]; /* how often each was looked at */
    uint64_t checks, order_frames, cancel_frames, messages, fills_seen, records;
};

/* Listens to the world from now on; the universe is the exchange's listings. */
struct watcher *watcher_new(struct world *w, const struct universe *u);
void watcher_free(struct watcher *v);

const char *invariant_name(enum invariant i);    /* "I4" */
const char *invariant_meaning(enum invariant i); /* one line */

/* Reads what is new in the journal and at the exchange and checks all that can be checked at any
 * time. False once something is broken. */
bool watcher_look(struct watcher *v);
/* The newest of the journal alone. */
void watcher_read_journal(struct watcher *v);

/* ---- told by the acts ---- */
/* Somebody asks for request `number` once more. */
void watcher_asked(struct watcher *v, int number, int key);
/* And was answered: is_denied says that by the answer not one byte was sent. */
void watcher_answered(struct watcher *v, int number, bool is_denied);
/* A cancel of that order is asked for. */
void watcher_cancel_asked(struct watcher *v, struct seen_order *o);
/* The kill switch of that scope; both STR_NONE: of everything. */
struct seen_kill *watcher_kill(struct watcher *v, struct str symbol, struct str principal);
/* It is being pulled; was acknowledged; its release is being asked for. */
void watcher_kill_begins(struct watcher *v, bool cancel_stops);
void watcher_killed(struct watcher *v, struct seen_kill *k, bool takes_stops);
void watcher_release_begins(struct watcher *v, struct seen_kill *k);
/* Whether the order is in its scope: as one of that principal. */
bool watcher_covers(const struct seen_kill *k, const struct seen_order *o, const char *principal);
/* A preview of request `number` was shown. */
struct preview_shown {
    const char *owner;
    struct dec quantity;
    struct opt_dec reference;
    int sets; /* of the clock, when it was asked for */
};
void watcher_shown(struct watcher *v, int number, const struct preview_shown *p);
/* A person says yes with the right PIN; yes, or no, was acknowledged. */
void watcher_yes_begins(struct watcher *v, int64_t number);
void watcher_decided(struct watcher *v, int64_t number, bool is_yes);
/* The right PIN is being typed; and what came of a PIN, right or wrong. */
void watcher_pin_begins(struct watcher *v);
void watcher_pin_answered(struct watcher *v, struct instant asked_at, bool is_right,
                          bool is_accepted, bool is_told_wrong);
/* Nobody will answer any more. */
void watcher_pin_lost(struct watcher *v);
/* A token with limits of its own; it was revoked. */
void watcher_token(struct watcher *v, struct str name, struct dec max_value, int64_t max_orders);
void watcher_revoked(struct watcher *v, struct str name);
/* Somebody has set the clock. */
void watcher_clock_set(struct watcher *v);
/* A fault begins: what must happen "in time" need not now. */
void watcher_storm(struct watcher *v);
/* The counter of the day's orders as it was shown to who asked then, and when it will start again.
 */
void watcher_counter(struct watcher *v, struct str resets, struct dec used,
                     struct instant asked_at);
/* A price is shown as `age_ms` old. */
void watcher_price_shown(struct watcher *v, int32_t con_id, int64_t age_ms);

/* ---- looking things up ---- */
struct seen_order *watcher_order(struct watcher *v, struct str ref);
/* It rests at the exchange. */
bool watcher_is_working(const struct seen_order *o);
/* The n-th of our orders that work at the exchange (by their number modulo how many there are);
 * stops alone, or others alone. NULL if there is none. */
struct seen_order *watcher_working(struct watcher *v, uint32_t n, bool stops);
/*
 * Whether the order reduces the position: at any time (or else at all times) of the last minutes,
 * because the news of a fill may be late.
 */
bool watcher_reduces(const struct watcher *v, const struct seen_order *o, struct dec quantity,
                     bool is_any);
/* What the exchange holds of a listing, by its records, at that instant. */
struct dec watcher_position(const struct watcher *v, int32_t con_id, struct instant at);

/* For the parts of the watcher: the first trouble is kept. */
void watcher_break(struct watcher *v, enum invariant i, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
struct seen_order *watcher_add(struct watcher *v, struct str ref);
/* watch_wire.c: joins the world's tap. */
void watch_wire_init(struct watcher *v);
void watch_wire_fini(struct watcher *v);
/* watch_word.c: previews, a person's word, limits of their own. */
void watch_days(struct watcher *v);
struct seen_approval *watch_approval(struct watcher *v, int64_t number);
void watch_approval_record(struct watcher *v, const struct audit_record *r,
                           const struct json *body);
void watch_release_record(struct watcher *v, int64_t seq);
void watch_intent_record(struct watcher *v, const struct seen_order *o, const struct json *body,
                         struct str at);
void watch_word(struct watcher *v, struct seen_order *o, struct dec quantity);
void watch_own_limits(struct watcher *v, struct seen_order *o, struct dec quantity);
/* watch_truth.c: what is new in the exchange's records. */
void watch_exchange(struct watcher *v);
/* The listing's holdings before the first fill, once the exchange is up. */
void watch_opening(struct watcher *v);

#endif
