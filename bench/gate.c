/* SPDX-License-Identifier: MIT */
/*
 * gate: how long the gate takes to gather its facts and to judge one order, in an account of 200
 * positions in four currencies and 500 working orders, with all limits on exposure switched on.
 * Between two decisions things move as they do in life: the quote, the price of a position, and
 * the state of an order.
 *
 * Reports gate.p50 and gate.p99 in us. Fetching quotes, rates and margin is not part of it: that is
 * the broker's time.
 */
#include "guard/state.h"
#include "kit/measure.h"

#include <stdio.h>
#include <string.h>

enum { POSITIONS = 200, ORDERS = 500, ROUNDS = 20000, CURRENCIES = 4 };

#define ACCOUNT "DU1234567"
static const char *const currencies[CURRENCIES] = {"USD", "EUR", "CHF", "JPY"};
static const struct moment now = {.mono = {(int64_t)1000 * NS_PER_S},
                                  .wall = {(int64_t)1772461800 * NS_PER_S}};

static void ignore(void *self, const struct event *ev)
{
    (void)self, (void)ev;
}

static struct contract contract_of(int i)
{
    struct contract c = {.con_id = 1000 + i, .sec_type = SEC_STK, .exchange = "SMART"};
    (void)snprintf(c.symbol, sizeof c.symbol, "S%d", i);
    str_copy_cut(c.currency, sizeof c.currency, str_of(currencies[i % CURRENCIES]));
    return c;
}

static void tell_value(struct book *b, const char *key, const char *value)
{
    struct account_value v = {.account = ACCOUNT, .currency = "USD"};
    str_copy_cut(v.key, sizeof v.key, str_of(key));
    str_copy_cut(v.value, sizeof v.value, str_of(value));
    struct event ev = {.kind = EVENT_ACCOUNT_VALUE, .at = now, .value = &v};
    book_apply(b, &ev);
}

static void tell_position(struct book *b, int i, int64_t price)
{
    struct position p = {.account = ACCOUNT,
                         .contract = contract_of(i),
                         .quantity = DEC(100),
                         .avg_cost = DEC_SOME(DEC(90)),
                         .market_price = DEC_SOME(DEC(price)),
                         .market_value = DEC_SOME(DEC(100 * price))};
    struct event ev = {.kind = EVENT_POSITION_VALUE, .at = now, .position = &p};
    book_apply(b, &ev);
}

/* Of a hundred, of which some may have filled. */
static void tell_order(struct book *b, int i, struct dec filled)
{
    struct order o = {.order_id = i + 1,
                      .client_id = 1,
                      .perm_id = 100000 + i,
                      .account = ACCOUNT,
                      .contract = contract_of(i % (2 * POSITIONS)),
                      .side = i % 3 ? SIDE_SELL : SIDE_BUY,
                      .type = i % 2 ? ORDER_STP : ORDER_LMT,
                      .tif = TIF_GTC,
                      .quantity = DEC(100)};
    struct order_status s = {
        .state = STATE_SUBMITTED, .filled = filled, .remaining = dec_minus(o.quantity, filled)};
    struct event ev = {.kind = EVENT_ORDER, .at = now, .order = &o, .status = &s};
    (void)snprintf(o.ref, sizeof o.ref, "PC:BENCH%012d", i);
    if (o.type == ORDER_STP)
        o.stop_price = DEC_SOME(DEC(80));
    else
        o.limit_price = DEC_SOME(DEC(95));
    book_apply(b, &ev);
    ev.kind = EVENT_ORDER_STATUS;
    book_apply(b, &ev);
}

static void fill_book(struct book *b)
{
    struct event accounts = {.kind = EVENT_ACCOUNTS, .at = now, .text = STR(ACCOUNT)};
    book_apply(b, &accounts);
    tell_value(b, "NetLiquidation", "100000000");
    for (int i = 0; i < POSITIONS; i++)
        tell_position(b, i, 100);
    for (int i = 0; i < ORDERS; i++)
        tell_order(b, i, DEC_ZERO);
}

static void check_book(const struct book *b)
{
    const struct position *p;
    const struct book_order *bo;
    int positions = 0, orders = 0;
    for (size_t i = 0; book_next_position(b, &i, STR(ACCOUNT), &p);)
        positions++;
    for (size_t i = 0; book_next_order(b, &i, STR(ACCOUNT), &bo);)
        orders += order_state_is_working(bo->status.state);
    if (positions != POSITIONS || orders != ORDERS)
        measure_die("gate: the book has %d positions and %d working orders", positions, orders);
}

static struct market_view market_of(void)
{
    struct market_view m = {.rate = DEC_SOME(DEC(1)), .rate_count = CURRENCIES};
    m.quote = (struct quote){.data_type = DATA_LIVE,
                             .bid = DEC_SOME(DEC(99)),
                             .ask = DEC_SOME(DEC(101)),
                             .last = DEC_SOME(DEC(100)),
                             .time = {now.wall, true},
                             .arrived = now.mono};
    for (int i = 0; i < CURRENCIES; i++) {
        str_copy_cut(m.rates[i].currency, sizeof m.rates[i].currency, str_of(currencies[i]));
        m.rates[i].rate = DEC_SOME(DEC_MICRO(1100000));
    }
    return m;
}

/* What happens before the next decision: no two find the same. */
static void move(struct book *b, struct market_view *m, int round)
{
    tell_position(b, round % POSITIONS, 100 + round % 7);
    tell_order(b, round * 7 % ORDERS, DEC(1 + round / ORDERS));
    m->quote.bid.v = dec_minus(DEC(99), DEC_MICRO(10000 * (round % 10)));
    m->quote.ask.v = dec_minus(DEC(101), DEC_MICRO(10000 * (round % 10)));
}

static void measure_gate(struct gate *g, struct book *b)
{
    static struct gate_facts facts;
    static struct gate_ticket ticket;
    struct market_view m = market_of();
    struct gate_request r = {.count = 1,
                             .min_tick = DEC_SOME(DEC_MICRO(10000)),
                             .principal = STR("bench"),
                             .market = MARKET_OPEN};
    r.orders[0] = (struct order){.account = ACCOUNT,
                                 .contract = contract_of(2 * POSITIONS),
                                 .side = SIDE_BUY,
                                 .type = ORDER_LMT,
                                 .tif = TIF_DAY,
                                 .quantity = DEC(1),
                                 .limit_price = DEC_SOME(DEC(99))};
    struct samples s;
    samples_init(&s, ROUNDS);
    for (int i = 0; i < ROUNDS; i++) {
        move(b, &m, i);
        int64_t begin = measure_now();
        facts_gather(g, &r, &m, now, &facts);
        decide(&facts, &r, &ticket);
        samples_add(&s, measure_now() - begin);
    }
    /* all of it was judged: only the link, which is not there, may have been missed */
    if (facts.unrated[0] || facts.unvalued[0] || dec_lt(facts.others_gross, DEC(1000000)))
        measure_die("gate: the exposure was not added up");
    for (size_t i = 0; i < ticket.finding_count; i++)
        if (!ticket.findings[i].is_warning && strcmp(ticket.findings[i].code, "NOT_READY") != 0)
            measure_die("gate: %s: %s", ticket.findings[i].code, ticket.findings[i].text);
    report_samples("gate", &s);
    samples_fini(&s);
}

int main(void)
{
    struct guard_limits limits;
    guard_limits_default(&limits);
    limits.max_gross_exposure_pct = limits.max_net_exposure_pct = limits.max_currency_pct =
        DEC(100);
    limits.max_drawdown_pct = DEC(5);
    struct session_config session_config = {
        .client_id = 1, .min_version = 176, .max_version = 226, .seed = 1};
    struct session *session = session_new(&session_config, (struct session_listener){ignore, NULL});
    struct book *book = book_new();
    struct journal *journal = journal_new(0);
    struct quotes *quotes = quotes_new(session);
    struct currencies *rates = currencies_new(session, quotes, book);
    struct gate_config config = {.limits = &limits, .is_embedded = true, .client_id = 1, .seed = 1};
    struct gate *g = gate_new(&config, session, book, journal, quotes, rates);
    fill_book(book);
    check_book(book);
    measure_gate(g, book);
    session_free(session);
    gate_free(g);
    currencies_free(rates);
    quotes_free(quotes);
    journal_free(journal);
    book_free(book);
    return 0;
}
