/* SPDX-License-Identifier: MIT */
/* The broker's words from the test itself, where the exchange would not say them. */
#ifndef TESTS_GUARD_WORDS_H
#define TESTS_GUARD_WORDS_H

#include "broker/trade.h"
#include "desk.h"

struct word {
    enum order_state state; /* STATE_UNKNOWN: says nothing */
    const char *filled;
    int code;
};

static inline void tell_as(struct desk *d, enum event_kind kind, const struct order *o,
                           struct word w)
{
    struct order_status s = {.state = w.state, .broker_code = w.code};
    struct event ev = {.kind = kind, .at = d->now, .order = o, .status = &s};
    s.filled = w.filled ? number(w.filled) : DEC_ZERO;
    s.remaining = dec_minus(o->quantity, s.filled);
    desk_on_event(d, &ev);
    desk_run(d, 10);
}

static inline void tell(struct desk *d, struct order o, struct word w)
{
    o.perm_id = o.perm_id ? o.perm_id : 7000 + o.order_id;
    tell_as(d, EVENT_ORDER, &o, w);
    if (w.filled && w.filled[0] != '0')
        tell_as(d, EVENT_ORDER_STATUS, &o, w); /* the only one that has it */
}

static inline void notice(struct desk *d, int32_t order_id, int code)
{
    struct event ev = {
        .kind = EVENT_NOTICE, .at = d->now, .number = order_id, .code = code, .text = STR("words")};
    desk_on_event(d, &ev);
}

static inline int64_t messages(struct desk *d)
{
    return trade_messages_within(d->session, 60 * 1000, d->now);
}

static inline void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' does not contain '%s'", text, part);
}

/* A bracket around an entry that rests. */
static inline void bracketed(struct desk *d, struct call *c)
{
    resting(d, c, "5", 5);
    struct order *o = c->request.orders;
    o[1] = o[2] = o[0];
    o[1].side = o[2].side = SIDE_SELL;
    o[1].type = ORDER_STP;
    o[1].limit_price = DEC_NONE;
    o[1].stop_price = DEC_SOME(dec_minus(o[0].limit_price.v, DEC(10)));
    o[2].limit_price = DEC_SOME(dec_plus(o[0].limit_price.v, DEC(20)));
    c->request.count = 3;
}

/* Takes all positions out of the book. */
static inline void desk_sell_out(struct desk *d)
{
    const struct position *p;
    for (size_t i = 0; book_next_position(d->book, &i, STR_NONE, &p);) {
        struct position none = *p;
        none.quantity = DEC_ZERO;
        struct event ev = {.kind = EVENT_POSITION, .at = d->now, .position = &none};
        desk_on_event(d, &ev);
        i = 0;
    }
}

/* Cuts the line and takes all positions out of the book: the account is what the test says. */
static inline void desk_empty(struct desk *d)
{
    d->is_offline = true;
    desk_hang_up(d);
    desk_run(d, 100);
    desk_sell_out(d);
}

#endif
