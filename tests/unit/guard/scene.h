/* SPDX-License-Identifier: MIT */
/* An order in a calm market that passes every control; tests change one thing about it. */
#ifndef TESTS_GUARD_SCENE_H
#define TESTS_GUARD_SCENE_H

#include "guard/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct scene {
    struct guard_limits limits;
    struct gate_facts facts;
    struct gate_request request;
    struct book_order existing;
    struct gate_ticket ticket;
};

static inline struct dec number(const char *text)
{
    struct dec d;
    if (!dec_parse(str_of(text), &d))
        fail_msg("%s is no number", text);
    return d;
}

static inline struct opt_dec some(const char *text)
{
    return DEC_SOME(number(text));
}

static inline struct order order_of(enum order_side side, const char *quantity,
                                    enum order_type type)
{
    struct order o = {.account = "DU1234567",
                      .contract = {.con_id = 265598,
                                   .sec_type = SEC_STK,
                                   .symbol = "AAPL",
                                   .exchange = "SMART",
                                   .currency = "USD"},
                      .side = side,
                      .type = type,
                      .tif = TIF_DAY,
                      .quantity = number(quantity)};
    return o;
}

/* Buys 10 at the limit 100; the market is 99.9 / 100 / 100.1, live, of this second. */
static inline void scene_init(struct scene *s)
{
    *s = (struct scene){0};
    guard_limits_default(&s->limits);
    s->facts = (struct gate_facts){
        .limits = &s->limits,
        .is_embedded = true,
        .is_link_ready = true,
        .is_reconciled = true,
        .reconcile_why = "it was not compared",
        .account_mode = MODE_PAPER,
        .is_account_known = true,
        .base_currency = "USD",
        .net_liquidation = some("100000"),
        .day_start = some("100000"),
        .day_peak = some("100000"),
        .day_loss = some("0"),
        .quote = {.data_type = DATA_LIVE,
                  .bid = some("99.9"),
                  .ask = some("100.1"),
                  .last = some("100"),
                  .close = some("98")},
        .rate = some("1"),
        .duplicate_age_ms = -1,
    };
    s->request = (struct gate_request){.kind = GATE_PLACE,
                                       .count = 1,
                                       .min_tick = some("0.01"),
                                       .size_increment = some("1"),
                                       .principal = STR("test")};
    s->request.orders[0] = order_of(SIDE_BUY, "10", ORDER_LMT);
    s->request.orders[0].limit_price = some("100");
}

static inline struct order *first(struct scene *s)
{
    return &s->request.orders[0];
}

/* Holds `held` and sells `quantity` of it at the limit 100. */
static inline void sell(struct scene *s, const char *held, const char *quantity)
{
    s->facts.position = number(held);
    first(s)->side = SIDE_SELL;
    first(s)->quantity = number(quantity);
}

static inline void market(struct scene *s)
{
    first(s)->type = ORDER_MKT;
    first(s)->limit_price = DEC_NONE;
}

/* Holds 10 and protects them with a stop. */
static inline void stop(struct scene *s, const char *price)
{
    sell(s, "10", "10");
    first(s)->type = ORDER_STP;
    first(s)->limit_price = DEC_NONE;
    first(s)->stop_price = some(price);
}

static inline void trail(struct scene *s, const char *percent)
{
    stop(s, "90");
    first(s)->type = ORDER_TRAIL;
    first(s)->stop_price = DEC_NONE;
    first(s)->trail_percent = some(percent);
}

static inline void bracket(struct scene *s, const char *stop_price, const char *target)
{
    s->request.count = 3;
    s->request.orders[1] = order_of(SIDE_SELL, "10", ORDER_STP);
    s->request.orders[1].stop_price = some(stop_price);
    s->request.orders[2] = order_of(SIDE_SELL, "10", ORDER_LMT);
    s->request.orders[2].limit_price = some(target);
}

/* Turns the request into a change of a working order that is as the request is now. */
static inline void modify(struct scene *s)
{
    s->request.kind = GATE_MODIFY;
    s->existing.order = *first(s);
    s->existing.status =
        (struct order_status){.state = STATE_SUBMITTED, .remaining = first(s)->quantity};
    s->facts.existing = &s->existing;
}

static inline const struct gate_finding *finding(const struct scene *s, const char *code)
{
    for (size_t i = 0; i < s->ticket.finding_count; i++)
        if (strcmp(s->ticket.findings[i].code, code) == 0)
            return &s->ticket.findings[i];
    return NULL;
}

static inline void judge(struct scene *s)
{
    decide(&s->facts, &s->request, &s->ticket);
}

#endif
