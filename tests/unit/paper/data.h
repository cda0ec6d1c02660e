/* SPDX-License-Identifier: MIT */
/*
 * data: requests for data and the reading of what comes, for the tests of the data services.
 * Included by them; everything is static.
 */
#ifndef PORTCULLIS_TEST_PAPER_DATA_H
#define PORTCULLIS_TEST_PAPER_DATA_H

#include "client.h"

enum { AAPL = 265598 };

/* ---- asking ---- */
static inline struct wire_contract contract(const char *symbol, const char *type,
                                            const char *exchange, const char *currency)
{
    struct wire_contract c = stock(symbol, currency);
    c.sec_type = str_of(type);
    c.exchange = str_of(exchange);
    return c;
}

static inline struct wire_contract any_of(const char *type)
{
    if (strcmp(type, "CASH") == 0)
        return contract("EUR", "CASH", "IDEALPRO", "USD");
    if (strcmp(type, "IND") == 0)
        return contract("VIX", "IND", "CBOE", "USD");
    return stock("AAPL", "USD");
}

static inline void ask_line(struct client *c, int32_t id, struct wire_contract what,
                            const char *generics)
{
    struct wire_req_mkt_data q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = id;
    q.contract = what;
    q.generic_tick_list = str_of(generics);
    send(c, WIRE_REQ_MKT_DATA, &q);
}

static inline struct wire_req_historical_data bars_of(int32_t id, const char *duration,
                                                      const char *size, const char *show)
{
    struct wire_req_historical_data q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = id;
    q.contract = stock("AAPL", "USD");
    q.duration = str_of(duration);
    q.bar_size = str_of(size);
    q.what_to_show = str_of(show);
    q.format_date = 2;
    return q;
}

static inline const struct wire_rep_historical_data *history_of(
    struct client *c, const struct wire_req_historical_data *q)
{
    forget(c);
    send(c, WIRE_REQ_HISTORICAL_DATA, q);
    return nth(c, WIRE_REP_HISTORICAL_DATA, 0);
}

static inline void ask_by_tick(struct client *c, int32_t id, struct wire_contract what,
                               const char *type, int32_t count)
{
    struct wire_req_tick_by_tick q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = id;
    q.contract = what;
    q.tick_type = str_of(type);
    q.number_of_ticks = count;
    send(c, WIRE_REQ_TICK_BY_TICK, &q);
}

/* ---- reading ---- */
/* How often a tick of that number came, in any of its forms. */
static inline size_t ticks_of(const struct client *c, int32_t type)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        const void *m = c->messages[i].message;
        switch (c->messages[i].id) {
        case WIRE_REP_TICK_PRICE:
            n += ((const struct wire_rep_tick_price *)m)->tick_type == type;
            break;
        case WIRE_REP_TICK_SIZE:
            n += ((const struct wire_rep_tick_size *)m)->tick_type == type;
            break;
        case WIRE_REP_TICK_GENERIC:
            n += ((const struct wire_rep_tick_generic *)m)->tick_type == type;
            break;
        case WIRE_REP_TICK_STRING:
            n += ((const struct wire_rep_tick_string *)m)->tick_type == type;
            break;
        case WIRE_REP_TICK_OPTION_COMPUTATION:
            n += ((const struct wire_rep_tick_option_computation *)m)->tick_type == type;
            break;
        }
    }
    return n;
}

static inline double price_tick(const struct client *c, int32_t type)
{
    for (size_t i = c->n; i-- > 0;) {
        const struct wire_rep_tick_price *t = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_TICK_PRICE && t->tick_type == type)
            return t->price;
    }
    return -1;
}

static inline struct str string_tick(const struct client *c, int32_t type)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_tick_string *t = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_TICK_STRING && t->tick_type == type)
            return t->value;
    }
    return STR_NONE;
}

static inline struct str error_text(const struct client *c, int32_t id)
{
    for (size_t i = c->n; i-- > 0;) {
        const struct wire_rep_error *e = c->messages[i].message;
        if (c->messages[i].id == WIRE_REP_ERROR && e->id == id)
            return e->error_msg;
    }
    return STR("");
}

static inline double number(struct str s)
{
    double v = 0;
    assert_true(str_to_double(s, &v));
    return v;
}

static inline bool near(double a, double b)
{
    return a - b < 1e-6 && b - a < 1e-6;
}

#endif
