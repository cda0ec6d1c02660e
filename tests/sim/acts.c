/* SPDX-License-Identifier: MIT */
/* What may happen in a life: one row, one function. Those of orders, states and time are here. */
#include <stdio.h>
#include <string.h>

#include "acts.h"

/* ---- prices ---- */

const struct listing listings[LISTINGS] = {
    {"AAPL", 265598}, {"MSFT", 272093}, {"KO", 8894}, {"TSLA", 76792991}};

/* `permille` of the middle of the market, in cents. */
static struct dec price_of(const struct life *l, int32_t con_id, int64_t permille)
{
    char bid[48], ask[48];
    struct dec price = DEC(100), b, a;
    if (l->w->paper && paper_quote(l->w->paper, con_id, exchange_now(l->w), bid, ask) &&
        dec_parse(str_of(bid), &b) && dec_parse(str_of(ask), &a))
        price = b;
    (void)dec_mul(price, DEC_MICRO(permille * 1000), &price);
    return dec_round_to(price, DEC_MICRO(10000), DEC_HALF_EVEN);
}

void acts_price(const struct life *l, struct demand *d, const char *name, int32_t con_id,
                int64_t permille)
{
    char text[DEC_TEXT_MAX];
    size_t n = dec_format(price_of(l, con_id, permille), text);
    demand_add(d, name, ARG_NUMBER, "%.*s", (int)n, text);
}

/* ---- people ---- */

/* Careless ones use no key; the other assistant, programs and one of the rules always do. */
bool acts_uses_key(enum who who, uint32_t n)
{
    return who == WHO_OTHER || who == WHO_PROGRAM || who == WHO_SHEET || who == WHO_TRIM ||
           (who == WHO_SCRIPT && n % 2 == 0);
}

void acts_ask(struct life *l, const struct demand *d, uint32_t patience)
{
    static const int64_t ms[] = {0, 0, 30, 300, 2500, 12000};
    if (people_ask(&l->people, d))
        (void)people_pass(&l->people, ms[patience % (sizeof ms / sizeof ms[0])]);
}

bool acts_start(struct life *l, struct demand *d, enum verb op, const uint32_t *n)
{
    *d = (struct demand){.verb = op, .who = (enum who)(n[0] % WHO_PERSON)};
    return people_number(&l->people, d, acts_uses_key(d->who, n[0] / 8)) != 0;
}

static void add_symbol(struct demand *d, uint32_t n)
{
    demand_add(d, "symbol", ARG_TEXT, "%s", listings[n % LISTINGS].symbol);
}

static void trade(struct life *l, const uint32_t *n, const char *side, int quantity)
{
    struct demand d;
    if (!acts_start(l, &d, VERB_MARKET, n))
        return;
    add_symbol(&d, n[1]);
    demand_add(&d, "action", ARG_TEXT, "%s", side);
    demand_add(&d, "quantity", ARG_NUMBER, "%d", quantity);
    if (n[2] / 32 % 8 == 0)
        demand_add(&d, "allow_duplicate", ARG_TRUE, "true");
    acts_ask(l, &d, n[3]);
}

static void act_buy(struct life *l, const uint32_t *n)
{
    trade(l, n, "BUY", (int)(1 + n[2] % 9));
}

/* Mostly what is held at the beginning. */
static void act_sell(struct life *l, const uint32_t *n)
{
    uint32_t m[LIFE_NUMBERS];
    memcpy(m, n, sizeof m);
    m[1] = n[4] % 4 ? n[1] % 2 : n[1];
    trade(l, m, "SELL", (int)(1 + n[2] % 9));
}

static void act_too_large(struct life *l, const uint32_t *n)
{
    trade(l, n, n[2] % 2 ? "BUY" : "SELL", (int)(500 + n[2] % 5000));
}

static void act_limit(struct life *l, const uint32_t *n)
{
    struct demand d;
    uint32_t at = n[1] % LISTINGS;
    bool is_buy = n[2] % 2 == 0;
    if (!acts_start(l, &d, VERB_LIMIT, n))
        return;
    add_symbol(&d, n[1]);
    demand_add(&d, "action", ARG_TEXT, "%s", is_buy ? "BUY" : "SELL");
    demand_add(&d, "quantity", ARG_NUMBER, "%u", 1 + n[2] / 2 % 12);
    /* from 4 % away to a little beyond the market, which fills at once */
    int64_t away = (int64_t)(n[4] % 45) - 4;
    acts_price(l, &d, "price", listings[at].con_id, is_buy ? 1000 - away : 1000 + away);
    acts_ask(l, &d, n[3]);
}

static void act_bracket(struct life *l, const uint32_t *n)
{
    struct demand d;
    int32_t con_id = listings[n[1] % LISTINGS].con_id;
    if (!acts_start(l, &d, VERB_BRACKET, n))
        return;
    add_symbol(&d, n[1]);
    demand_add(&d, "action", ARG_TEXT, "BUY");
    demand_add(&d, "quantity", ARG_NUMBER, "%u", 1 + n[2] % 9);
    acts_price(l, &d, "entry_price", con_id, 985 + n[4] % 18);
    acts_price(l, &d, "stop_price", con_id, 930 + n[4] % 30);
    acts_price(l, &d, "target_price", con_id, 1050);
    acts_ask(l, &d, n[3]);
}

static void act_stop(struct life *l, const uint32_t *n)
{
    struct demand d;
    if (!acts_start(l, &d, VERB_STOP, n))
        return;
    add_symbol(&d, n[1] % 2); /* what is held at the beginning */
    acts_price(l, &d, "stop_price", listings[n[1] % 2].con_id, 900 + n[4] % 90);
    if (n[2] % 3)
        demand_add(&d, "quantity", ARG_NUMBER, "%u", 1 + n[2] % 20);
    acts_ask(l, &d, n[3]);
}

static void act_move_stop(struct life *l, const uint32_t *n)
{
    struct demand d;
    const struct seen_order *o = watcher_working(l->v, n[1], true);
    if (!o || !acts_start(l, &d, VERB_MOVE_STOP, n))
        return;
    demand_add(&d, "order_id", ARG_NUMBER, "%d", o->order_id);
    acts_price(l, &d, "stop_price", o->con_id, 900 + n[4] % 90);
    if (n[2] % 2)
        demand_add(&d, "allow_widening", ARG_TRUE, "true");
    acts_ask(l, &d, n[3]);
}

static void act_modify(struct life *l, const uint32_t *n)
{
    struct demand d;
    const struct seen_order *o = watcher_working(l->v, n[1], false);
    if (!o || !acts_start(l, &d, VERB_MODIFY, n))
        return;
    demand_add(&d, "order_id", ARG_NUMBER, "%d", o->order_id);
    if (n[2] % 3)
        demand_add(&d, "quantity", ARG_NUMBER, "%u", 1 + n[2] / 3 % 12);
    if (n[2] % 3 != 1)
        acts_price(l, &d, "price", o->con_id, 960 + n[4] % 80);
    acts_ask(l, &d, n[3]);
}

static void act_cancel(struct life *l, const uint32_t *n)
{
    struct demand d = {.verb = VERB_CANCEL, .who = (enum who)(n[0] % WHO_COUNT)};
    struct seen_order *o = watcher_working(l->v, n[1], n[2] % 4 == 0);
    if (!o)
        return;
    watcher_cancel_asked(l->v, o);
    demand_add(&d, "order_id", ARG_NUMBER, "%d", o->order_id);
    acts_ask(l, &d, n[3]);
}

/* The same again: as somebody does who was not answered, or does not believe the answer. */
static void act_repeat(struct life *l, const uint32_t *n)
{
    struct people *p = &l->people;
    size_t kept = p->earlier_count < PEOPLE_EARLIER_MAX ? p->earlier_count : PEOPLE_EARLIER_MAX;
    if (!kept)
        return;
    struct demand d = p->earlier[(p->earlier_count - 1 - n[1] % kept) % PEOPLE_EARLIER_MAX];
    if (!d.key && d.verb != VERB_SUBMIT && !people_number(p, &d, false))
        return;
    for (uint32_t times = 1 + n[2] % 3; times > 0; times--)
        acts_ask(l, &d, n[3]);
}

/* The same key for something else. */
static void act_conflict(struct life *l, const uint32_t *n)
{
    struct people *p = &l->people;
    size_t kept = p->earlier_count < PEOPLE_EARLIER_MAX ? p->earlier_count : PEOPLE_EARLIER_MAX;
    if (!kept)
        return;
    struct demand d = p->earlier[(p->earlier_count - 1 - n[1] % kept) % PEOPLE_EARLIER_MAX];
    int key = d.key;
    if (!key || d.verb != VERB_MARKET || !people_number(p, &d, false))
        return;
    d.key = key;
    (void)snprintf(d.args[2].value, sizeof d.args[2].value, "%u", 11 + n[2] % 5);
    acts_ask(l, &d, n[3]);
}

static void act_question(struct life *l, const uint32_t *n)
{
    static const enum verb questions[] = {VERB_QUOTES, VERB_QUOTES,    VERB_SAFETY,    VERB_SAFETY,
                                          VERB_ORDERS, VERB_PORTFOLIO, VERB_EXECUTIONS};
    struct demand d = {.verb = questions[n[1] % (sizeof questions / sizeof questions[0])],
                       .who = (enum who)(n[0] % WHO_PROGRAM)};
    if (d.verb == VERB_QUOTES)
        demand_add(&d, "symbols", ARG_TEXT, "%s", listings[n[2] % LISTINGS].symbol);
    acts_ask(l, &d, n[3]);
}

static void act_kill(struct life *l, const uint32_t *n)
{
    struct demand d = {.verb = VERB_KILL, .who = (enum who)(n[0] % WHO_COUNT)};
    demand_add(&d, "why", ARG_TEXT, "simulated");
    if (n[2] % 3 == 0)
        demand_add(&d, "keep_stops", ARG_FALSE, "false");
    else if (n[2] % 6 == 1)
        demand_add(&d, "flatten", ARG_TRUE, "true");
    acts_ask(l, &d, n[3]);
}

/* The n-th of the kill switches that are on; that of everything if none is. */
static const struct seen_kill *pulled(const struct watcher *v, uint32_t n)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < v->kill_count; i++)
        count += v->kills[i].is_on;
    for (size_t i = 0; i < v->kill_count; i++)
        if (v->kills[i].is_on && at++ == n % count)
            return &v->kills[i];
    return &v->kills[0];
}

static void act_release(struct life *l, const uint32_t *n)
{
    struct demand d = {.verb = VERB_RELEASE, .who = WHO_PERSON};
    const struct seen_kill *k = pulled(l->v, n[1]);
    demand_add(&d, "why", ARG_TEXT, "simulated");
    if (k->symbol[0])
        demand_add(&d, "symbol", ARG_TEXT, "%s", k->symbol);
    else if (k->principal[0])
        demand_add(&d, "principal", ARG_TEXT, "%s", k->principal);
    acts_ask(l, &d, n[3]);
}

static void act_trading(struct life *l, const uint32_t *n)
{
    static const char *const states[] = {"halted", "reducing", "active", "active"};
    struct demand d = {.verb = VERB_TRADING, .who = (enum who)(n[0] % WHO_COUNT)};
    demand_add(&d, "state", ARG_TEXT, "%s", states[n[1] % 4]);
    if (strcmp(d.args[0].value, "active") == 0)
        d.who = WHO_PERSON;
    demand_add(&d, "why", ARG_TEXT, "simulated");
    acts_ask(l, &d, n[3]);
}

/* ---- time ---- */

static void act_moment(struct life *l, const uint32_t *n)
{
    (void)people_pass(&l->people, n[0] % 400);
}

static void act_wait(struct life *l, const uint32_t *n)
{
    (void)people_pass(&l->people, n[0] % 15000);
}

static void act_long_wait(struct life *l, const uint32_t *n)
{
    (void)people_pass(&l->people, 20000 + n[0] % 150000);
}

const struct act acts[] = {
    {"buy", 14, HARM_NONE, act_buy},
    {"sell", 10, HARM_NONE, act_sell},
    {"limit", 14, HARM_NONE, act_limit},
    {"bracket", 5, HARM_NONE, act_bracket},
    {"stop", 6, HARM_NONE, act_stop},
    {"move_stop", 6, HARM_NONE, act_move_stop},
    {"modify", 7, HARM_NONE, act_modify},
    {"rule", 4, HARM_NONE, act_rule},
    {"preview", 10, HARM_NONE, act_preview},
    {"submit", 12, HARM_NONE, act_submit},
    {"approve", 12, HARM_NONE, act_approve},
    {"guess", 1, HARM_NONE, act_guess},
    {"token", 2, HARM_NONE, act_token},
    {"cancel", 7, HARM_NONE, act_cancel},
    {"repeat", 8, HARM_NONE, act_repeat},
    {"conflict", 3, HARM_NONE, act_conflict},
    {"too_large", 2, HARM_NONE, act_too_large},
    {"question", 8, HARM_NONE, act_question},
    {"kill", 2, HARM_NONE, act_kill},
    {"scoped_kill", 3, HARM_NONE, act_scoped_kill},
    {"release", 8, HARM_NONE, act_release},
    {"trading", 4, HARM_NONE, act_trading},
    {"moment", 8, HARM_NONE, act_moment},
    {"wait", 10, HARM_NONE, act_wait},
    {"long_wait", 4, HARM_NONE, act_long_wait},
    {"line", 6, HARM_LINE, act_line},
    {"messages", 5, HARM_MESSAGES, act_messages},
    {"broker", 6, HARM_BROKER, act_broker},
    {"orders", 7, HARM_ORDERS, act_orders},
    {"market", 2, HARM_MARKET, act_market},
    {"disk", 5, HARM_DISK, act_disk},
    {"process", 6, HARM_PROCESS, act_process},
    {"clock", 2, HARM_CLOCK, act_clock},
    {"heal", 12, HARM_NONE, act_heal},
};

size_t acts_count(void)
{
    return sizeof acts / sizeof acts[0];
}
