/* SPDX-License-Identifier: MIT */
/*
 * order: an instruction, its state at the broker, and its fills.
 *
 * Two keys: order_id belongs to the client id that placed it; perm_id is the account-wide one and
 * known only after the broker's first answer. `ref` (orderRef) is the only durable key that we
 * choose ourselves. Executions are the truth about fills; a status is advice.
 */
#ifndef PORTCULLIS_MODEL_ORDER_H
#define PORTCULLIS_MODEL_ORDER_H

#include "base/instant.h"
#include "model/contract.h"

enum order_side { SIDE_BUY, SIDE_SELL };

enum order_type {
    ORDER_OTHER, /* a type that we show but do not place; order.type_text has it */
    ORDER_MKT,
    ORDER_LMT,
    ORDER_STP,
    ORDER_STP_LMT,
    ORDER_TRAIL,
    ORDER_TRAIL_LIMIT,
    ORDER_TYPE_COUNT
};

enum order_tif { TIF_OTHER, TIF_DAY, TIF_GTC, TIF_IOC, TIF_FOK, TIF_GTD, TIF_OPG, TIF_COUNT };

/* The broker's words for the state of an order. */
enum order_state {
    STATE_UNKNOWN, /* we sent it and do not know: never "rejected", never resent */
    STATE_PENDING_SUBMIT,
    STATE_PRE_SUBMITTED,
    STATE_SUBMITTED,
    STATE_PENDING_CANCEL,
    STATE_FILLED,
    STATE_CANCELLED,
    STATE_API_CANCELLED,
    STATE_INACTIVE, /* rejected or held */
    STATE_COUNT
};

struct order {
    /* first what every decision of the gate reads of every working order: few lines of the cache */
    int32_t order_id;  /* 0 if placed by hand in TWS */
    int32_t client_id; /* who owns it */
    int64_t perm_id;   /* 0 until the broker has named it */
    int32_t parent_id; /* order_id of the parent in a bracket, 0 for none */
    enum order_side side;
    enum order_type type;
    enum order_tif tif;
    char account[16];
    struct dec quantity;
    struct opt_dec limit_price;
    struct opt_dec stop_price; /* STP, STP LMT: the trigger (auxPrice) */
    struct contract contract;
    struct opt_dec trail_amount;  /* TRAIL: distance in money (auxPrice) */
    struct opt_dec trail_percent; /* TRAIL: distance in percent, 8 = 8 % */
    struct opt_dec trail_stop;    /* TRAIL: the present trigger */
    char ref[64];
    char oca_group[40];
    char type_text[24]; /* as on the wire: "STP LMT" */
    char good_till[24]; /* GTD: "20261231 23:59:59 UTC" */
    bool outside_rth;
    bool transmit;
    bool what_if;
};

struct order_status {
    enum order_state state;
    struct dec filled, remaining;
    struct opt_dec avg_fill_price, last_fill_price;
    char why_held[40];
    /* what the broker said when it refused or cancelled: outside text, sanitised */
    int broker_code;
    char broker_text[200];
    struct opt_utc completed;
};

/* What a what-if order answers. */
struct order_margin {
    struct opt_dec init_before, init_change, init_after;
    struct opt_dec maint_before, maint_change, maint_after;
    struct opt_dec equity_before, equity_change, equity_after;
    struct opt_dec commission, min_commission, max_commission;
    char commission_currency[8];
    char warning[200];
};

struct execution {
    char exec_id[40];
    int32_t order_id, client_id;
    int64_t perm_id;
    char account[16];
    struct contract contract;
    char exchange[24];
    enum order_side side;
    struct dec quantity, price;
    struct dec cum_quantity;
    struct opt_dec avg_price;
    char ref[64];
    struct opt_utc time; /* absent when the broker's zone name is not known to us */
    char time_text[40];  /* as the broker wrote it */
    bool is_liquidation;
    bool is_late; /* it happened while nobody listened, and was told afterwards; not stored */
    int32_t last_liquidity;
    /* told by the broker for few instruments, and not stored */
    char ev_rule[32];
    struct opt_dec ev_multiplier;
    char model_code[24];
    char source[8]; /* "" = told by the broker's session; else the kind of statement, "flex" */
    /* from the commission report, which comes later and may never come */
    struct opt_dec commission;
    char commission_currency[8];
    struct opt_dec realized_pnl;
};

const char *side_text(enum order_side s);       /* "BUY", "SELL" */
const char *order_type_text(enum order_type t); /* "MKT", "STP LMT"; ORDER_OTHER is "" */
enum order_type order_type_parse(struct str s);
const char *tif_text(enum order_tif t);
enum order_tif tif_parse(struct str s);
const char *order_state_text(enum order_state s); /* "PreSubmitted"; STATE_UNKNOWN is "Unknown" */
enum order_state order_state_parse(struct str s);
/* No further fill can come by the broker's word: filled, cancelled. Inactive is not terminal. */
bool order_state_is_terminal(enum order_state s);
/* Rests at the broker or may still come to rest there. */
bool order_state_is_working(enum order_state s);
/* A protective type: STP, STP LMT, TRAIL, TRAIL LIMIT. */
bool order_type_is_stop(enum order_type t);

#endif
