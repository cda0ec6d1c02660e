/* SPDX-License-Identifier: MIT */
/*
 * What is held and works in other contracts, added up from one position or order at a time. Found
 * by `make mutate`.
 */
#include "guard/state.h"
#include "words.h"

struct sheet {
    struct desk *desk;
    struct gate_request request; /* for AAPL, in dollars */
    struct market_view market;
    struct gate_facts facts;
};

static int setup(void **state)
{
    struct sheet *s = test_calloc(1, sizeof *s);
    struct desk *d = s->desk = desk_new();
    desk_empty(d);
    d->gate->limits.max_gross_exposure_pct = DEC(100);
    s->request.count = 1;
    s->request.orders[0] = order_of(SIDE_BUY, "1", ORDER_LMT);
    str_copy_cut(s->request.orders[0].account, sizeof s->request.orders[0].account,
                 str_of(book_account(d->book, 0)));
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct sheet *s = *state;
    desk_free(s->desk);
    test_free(s);
    return 0;
}

static struct contract contract_in(int32_t con_id, const char *currency)
{
    struct contract c = {.con_id = con_id, .sec_type = SEC_STK, .symbol = "KO"};
    str_copy_cut(c.currency, sizeof c.currency, str_of(currency));
    return c;
}

static struct contract ko(void)
{
    return contract_in(5, "USD");
}

static void rate(struct sheet *s, const char *currency, const char *value)
{
    size_t i = s->market.rate_count++;
    str_copy_cut(s->market.rates[i].currency, sizeof s->market.rates[i].currency, str_of(currency));
    s->market.rates[i].rate = value ? some(value) : DEC_NONE;
}

static void holds(struct sheet *s, struct contract c, const char *quantity, const char *value,
                  const char *cost, const char *price)
{
    struct position p = {.quantity = number(quantity), .contract = c};
    p.market_value = value ? some(value) : DEC_NONE;
    p.avg_cost = cost ? some(cost) : DEC_NONE;
    p.market_price = price ? some(price) : DEC_NONE;
    memcpy(p.account, s->request.orders[0].account, sizeof p.account);
    struct event ev = {.kind = EVENT_POSITION, .at = s->desk->now, .position = &p};
    desk_on_event(s->desk, &ev);
    ev.kind = EVENT_POSITION_VALUE;
    desk_on_event(s->desk, &ev);
}

static void begin(struct sheet *s)
{
    s->facts = (struct gate_facts){0};
    exposure_begin(s->desk->gate, &s->request, &s->facts);
}

static void works(struct sheet *s, struct contract c, enum order_side side, enum order_type type,
                  const char *price, const char *quantity)
{
    struct order o = order_of(side, quantity, type);
    o.contract = c;
    if (price && type == ORDER_STP)
        o.stop_price = some(price);
    else if (price)
        o.limit_price = some(price);
    exposure_add(s->desk->gate, &s->request, &o, number(quantity), &s->facts);
}

static void end(struct sheet *s)
{
    exposure_end(s->desk->gate, &s->request, &s->market, &s->facts);
}

static void assert_gross(const struct sheet *s, const char *gross)
{
    char text[DEC_TEXT_MAX];
    dec_format(s->facts.others_gross, text);
    assert_string_equal(text, gross);
}

/* ---- positions ---- */

static void a_position_counts_by_its_value_else_by_its_cost_else_not_at_all(void **state)
{
    static const struct {
        const char *value, *cost, *gross;
        bool is_valued;
    } rows[] = {{"100", "7", "100", true}, {NULL, "7", "35", true}, {NULL, NULL, "0", false}};
    for (size_t i = 0; i < 3; i++) {
        struct sheet *s = *state;
        rate(s, "USD", "1");
        holds(s, contract_in(5 + (int32_t)i, "USD"), "5", rows[i].value, rows[i].cost, NULL);
        begin(s);
        end(s);
        assert_gross(s, rows[i].gross);
        assert_string_equal(s->facts.unvalued, rows[i].is_valued ? "" : "KO");
        holds(s, contract_in(5 + (int32_t)i, "USD"), "0", "0", "0", "0");
    }
}

static void what_is_not_held_or_is_the_order_itself_is_left_out(void **state)
{
    struct sheet *s = *state;
    struct contract cash = ko(), own = s->request.orders[0].contract;
    rate(s, "USD", "1");
    cash.sec_type = SEC_CASH;
    cash.con_id = 6;
    holds(s, cash, "5", "100", NULL, NULL);
    holds(s, own, "5", "100", NULL, NULL);
    holds(s, ko(), "0", "100", NULL, NULL);
    begin(s);
    works(s, cash, SIDE_BUY, ORDER_LMT, "10", "1");
    works(s, own, SIDE_BUY, ORDER_LMT, "10", "1");
    works(s, ko(), SIDE_BUY, ORDER_LMT, "10", "0");
    works(s, ko(), SIDE_BUY, ORDER_LMT, "10", "-1");
    works(s, ko(), SIDE_BUY, ORDER_MKT, NULL, "0"); /* what does not trade needs no price */
    end(s);
    assert_gross(s, "0");
    assert_string_equal(s->facts.unvalued, "");
    works(s, ko(), SIDE_BUY, ORDER_LMT, "10", "1");
    end(s);
    assert_gross(s, "10");
}

static void nothing_is_added_up_where_nothing_is_limited(void **state)
{
    struct sheet *s = *state;
    rate(s, "USD", "1");
    s->desk->gate->limits.max_gross_exposure_pct = DEC_ZERO;
    holds(s, contract_in(6, "USD"), "5", NULL, NULL, NULL); /* worth nobody knows what */
    begin(s);
    assert_string_equal(s->facts.unvalued, "");
    holds(s, contract_in(6, "USD"), "0", "0", NULL, NULL);
    holds(s, ko(), "5", "100", NULL, NULL);
    begin(s);
    works(s, ko(), SIDE_BUY, ORDER_LMT, "10", "1");
    end(s);
    assert_gross(s, "0");
    s->request.orders[0].contract.con_id = 0; /* who asks without a contract asks for all */
    begin(s);
    end(s);
    assert_gross(s, "100");
    s->request.orders[0].contract.con_id = AAPL; /* and the next one does not get that */
    begin(s);
    end(s);
    assert_gross(s, "0");
}

static void each_limit_on_exposure_asks_for_it_alone(void **state)
{
    (void)state;
    struct guard_limits l;
    guard_limits_default(&l);
    struct dec *limits[] = {&l.max_gross_exposure_pct, &l.max_net_exposure_pct, &l.max_currency_pct,
                            &l.max_sector_pct};
    assert_false(exposure_is_limited(&l));
    for (size_t i = 0; i < 4; i++) {
        *limits[i] = DEC(1);
        assert_true(exposure_is_limited(&l));
        *limits[i] = DEC_ZERO;
    }
}

/* ---- orders ---- */

static void an_order_counts_by_its_price_else_the_positions_else_what_it_was_judged_by(void **state)
{
    struct sheet *s = *state;
    struct error e;
    struct contract option = contract_in(7, "USD");
    str_copy_cut(option.multiplier, sizeof option.multiplier, STR("100"));
    rate(s, "USD", "1");
    begin(s);
    works(s, ko(), SIDE_BUY, ORDER_LMT, "10", "2");  /* 20 */
    works(s, ko(), SIDE_BUY, ORDER_STP, "11", "2");  /* 22 */
    works(s, option, SIDE_BUY, ORDER_LMT, "3", "1"); /* 300 */
    end(s);
    assert_gross(s, "342");
    holds(s, option, "1", "250", NULL, "2.5");
    begin(s);
    works(s, option, SIDE_BUY, ORDER_MKT, NULL, "2"); /* 500 by the position's price, and 250 */
    end(s);
    assert_gross(s, "750");
    assert_string_equal(s->facts.unvalued, "");
    struct order o = order_of(SIDE_BUY, "2", ORDER_MKT);
    o.contract = ko();
    str_copy_cut(o.ref, sizeof o.ref, STR("PC:0000000000000000A"));
    struct intent like = {.order = o, .state = INTENT_SENT, .value = some("77")};
    struct intent *it = ledger_add(s->desk->gate->ledger, &like, &e);
    assert_non_null(it);
    begin(s);
    exposure_add(s->desk->gate, &s->request, &o, DEC(2), &s->facts);
    end(s);
    assert_gross(s, "327");
    assert_string_equal(s->facts.unvalued, "");
    it->value = DEC_NONE;
    begin(s);
    exposure_add(s->desk->gate, &s->request, &o, DEC(2), &s->facts);
    end(s);
    assert_gross(s, "250");
    assert_string_equal(s->facts.unvalued, "KO");
    o.ref[0] = 0; /* not ours */
    begin(s);
    exposure_add(s->desk->gate, &s->request, &o, DEC(2), &s->facts);
    assert_string_equal(s->facts.unvalued, "KO");
}

static void orders_against_a_position_stand_for_the_same_shares(void **state)
{
    static const struct {
        const char *held;
        const char *gross, *longs, *shorts;
    } rows[] = {
        /* with orders to buy 100 and 30, to sell 60 and 20: a plain one and a stop of each */
        {"500", "630", "630", "440"},
        {"0", "130", "130", "-60"},
        {"-500", "580", "-400", "-580"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct sheet *s = *state;
        char text[DEC_TEXT_MAX];
        s->market.rate_count = 0;
        rate(s, "USD", "1");
        holds(s, ko(), i == 2 ? "-5" : "5", rows[i].held, NULL, NULL);
        begin(s);
        works(s, ko(), SIDE_BUY, ORDER_LMT, "100", "1");
        works(s, ko(), SIDE_BUY, ORDER_STP, "30", "1");
        works(s, ko(), SIDE_SELL, ORDER_LMT, "60", "1");
        works(s, ko(), SIDE_SELL, ORDER_STP, "20", "1");
        end(s);
        assert_gross(s, rows[i].gross);
        dec_format(s->facts.others_net[SIDE_BUY], text);
        assert_string_equal(text, rows[i].longs);
        dec_format(s->facts.others_net[SIDE_SELL], text);
        assert_string_equal(text, rows[i].shorts);
    }
}

static void contracts_are_told_apart_also_in_one_slot(void **state)
{
    struct sheet *s = *state;
    rate(s, "USD", "1");
    begin(s);
    for (int i = 0; i < 2; i++) {
        works(s, contract_in(5, "USD"), SIDE_SELL, ORDER_LMT, "10", "1");
        works(s, contract_in(5 + 16384, "USD"), SIDE_SELL, ORDER_STP, "3", "1");
    }
    end(s);
    assert_gross(s, "26"); /* 20 and 6; in one contract the larger of them would count */
}

static void an_account_of_too_many_contracts_cannot_be_valued(void **state)
{
    struct sheet *s = *state;
    rate(s, "USD", "1");
    begin(s);
    for (int32_t i = 0; i < 8192; i++)
        works(s, contract_in(1000 + i, "USD"), SIDE_BUY, ORDER_LMT, "1", "1");
    works(s, contract_in(1000, "USD"), SIDE_BUY, ORDER_LMT, "1", "1"); /* one that is there */
    end(s);
    assert_gross(s, "8193");
    assert_string_equal(s->facts.unvalued, "");
    works(s, contract_in(9999, "USD"), SIDE_BUY, ORDER_LMT, "1", "1");
    end(s);
    assert_true(s->facts.unvalued[0]);
    struct exposure_use use;
    assert_false(exposure_use(s->desk->gate, &s->market, "USD", &s->facts, &use));
    begin(s); /* it is forgotten by the next time */
    end(s);
    assert_string_equal(s->facts.unvalued, "");
}

/* ---- currencies ---- */

static void each_currency_counts_by_its_rate(void **state)
{
    struct sheet *s = *state;
    rate(s, "JPY", NULL);
    rate(s, "EUR", "1.1");
    rate(s, "USD", "1");
    holds(s, ko(), "1", "100", NULL, NULL);
    holds(s, contract_in(6, "EUR"), "1", "1000", NULL, NULL);
    holds(s, contract_in(8, "EUR"), "1", "100", NULL, NULL);
    begin(s);
    end(s);
    assert_gross(s, "1310");
    assert_true(dec_eq(s->facts.others_currency, DEC(100))); /* that of the order */
    assert_string_equal(s->facts.unrated, "");
    holds(s, contract_in(9, "JPY"), "1", "5000", NULL, NULL);
    begin(s);
    end(s);
    assert_gross(s, "1310");
    assert_string_equal(s->facts.unrated, "JPY");
    struct exposure_use use;
    assert_false(exposure_use(s->desk->gate, &s->market, "USD", &s->facts, &use));
    holds(s, contract_in(9, "JPY"), "0", "0", NULL, NULL);
    holds(s, contract_in(9, "SEK"), "1", "5000", NULL, NULL); /* was not asked for at all */
    begin(s);
    end(s);
    assert_string_equal(s->facts.unrated, "SEK");
}

static void only_the_rates_that_were_asked_for_count(void **state)
{
    struct sheet *s = *state;
    rate(s, "EUR", "1.1");
    rate(s, "USD", "3");
    s->market.rate_count = 1; /* what stands behind it is of another time */
    holds(s, ko(), "1", "100", NULL, NULL);
    begin(s);
    end(s);
    assert_gross(s, "0");
    assert_string_equal(s->facts.unrated, "USD");
}

static void only_so_many_currencies_are_known(void **state)
{
    struct sheet *s = *state;
    char code[4] = "AA?";
    for (int i = 0; i < GATE_CURRENCIES_MAX; i++) {
        code[2] = (char)('A' + i);
        rate(s, code, "1");
        holds(s, contract_in(100 + i, code), "1", "10", NULL, NULL);
    }
    begin(s);
    end(s);
    assert_gross(s, "240");
    assert_string_equal(s->facts.unrated, "");
    holds(s, contract_in(500, "ZZZ"), "1", "10", NULL, NULL);
    begin(s);
    end(s);
    assert_gross(s, "240");
    assert_string_equal(s->facts.unrated, "ZZZ");
}

/* ---- the use of the limits ---- */

static void the_largest_of_each_is_told(void **state)
{
    struct sheet *s = *state;
    struct exposure_use use;
    s->request.orders[0].contract.con_id = 0;
    rate(s, "USD", "1");
    rate(s, "EUR", "2");
    rate(s, "GBP", "1");
    holds(s, ko(), "1", "1000", NULL, NULL); /* the base currency counts as none */
    holds(s, contract_in(6, "EUR"), "1", "100", NULL, NULL);
    holds(s, contract_in(7, "EUR"), "-1", "-150", NULL, NULL);
    holds(s, contract_in(8, "GBP"), "1", "250", NULL, NULL);
    begin(s);
    end(s);
    assert_true(exposure_use(s->desk->gate, &s->market, "USD", &s->facts, &use));
    assert_true(dec_eq(use.position, DEC(1000)));
    assert_true(dec_eq(use.gross, DEC(1750)));
    assert_true(dec_eq(use.net, DEC(1150)));
    assert_true(dec_eq(use.currency, DEC(500)));
    assert_false(use.has_sectors); /* which are not limited */
    str_copy_cut(s->facts.unvalued, sizeof s->facts.unvalued, STR("KO"));
    assert_false(exposure_use(s->desk->gate, &s->market, "USD", &s->facts, &use));
    s->facts.unvalued[0] = 0;
    s->desk->gate->limits.max_sector_pct = DEC(10); /* and are not known */
    assert_true(exposure_use(s->desk->gate, &s->market, "USD", &s->facts, &use));
    assert_false(use.has_sectors);
    s->desk->gate->limits.max_gross_exposure_pct = s->desk->gate->limits.max_sector_pct = DEC_ZERO;
    s->request.orders[0].contract.con_id = AAPL;
    begin(s); /* nothing is added up */
    assert_false(exposure_use(s->desk->gate, &s->market, "USD", &s->facts, &use));
}

/* ---- what is asked for ---- */

struct fetching {
    struct sheet *sheet;
    struct market_view market;
    struct error e;
    bool ok, is_done;
};

static void fetch(struct task *t, void *arg)
{
    struct fetching *f = arg;
    f->ok = exposure_fetch(t, f->sheet->desk->gate, &f->sheet->request, &f->market, &f->e);
    f->is_done = true;
}

static struct task *fetch_start(struct sheet *s, struct fetching *f)
{
    *f = (struct fetching){.sheet = s};
    struct task *t = task_spawn(s->desk->tasks, s->desk->now, 20000, fetch, f);
    assert_non_null(t);
    return t;
}

static bool is_wanted(const struct fetching *f, const char *currency)
{
    size_t n = 0;
    for (size_t i = 0; i < f->market.rate_count; i++)
        n += strcmp(f->market.rates[i].currency, currency) == 0;
    assert_true(n <= 1);
    return n == 1;
}

static void go_online(struct sheet *s)
{
    struct desk *d = s->desk;
    d->is_offline = false;
    desk_ready(d);
    desk_sell_out(d);
}

static void rates_are_asked_for_of_all_that_is_at_stake(void **state)
{
    static struct fetching f;
    struct sheet *s = *state;
    struct desk *d = s->desk;
    struct error e;
    go_online(s); /* and nothing else is held */
    d->gate->limits.max_gross_exposure_pct = DEC(100);
    struct contract cash = contract_in(60, "SEK");
    cash.sec_type = SEC_CASH;
    holds(s, contract_in(61, "CHF"), "1", "100", NULL, NULL);
    holds(s, contract_in(62, "CHF"), "1", "100", NULL, NULL);
    holds(s, contract_in(63, "NOK"), "0", "100", NULL, NULL);
    holds(s, cash, "1", "100", NULL, NULL);
    struct order o = order_of(SIDE_BUY, "1", ORDER_LMT);
    memcpy(o.account, s->request.orders[0].account, sizeof o.account);
    o.order_id = 801;
    o.client_id = 9;
    o.contract = contract_in(64, "GBP");
    tell(d, o, (struct word){STATE_SUBMITTED, "0", 0});
    o.order_id = 802;
    o.contract = contract_in(65, "DKK"); /* has ended */
    tell(d, o, (struct word){STATE_CANCELLED, "0", 0});
    o.order_id = 803;
    o.contract = cash;
    tell(d, o, (struct word){STATE_SUBMITTED, "0", 0});
    struct intent like = {.state = INTENT_SENT, .order = o};
    like.order.contract = contract_in(66, "JPY");
    str_copy_cut(like.order.ref, sizeof like.order.ref, STR("PC:0000000000000000A"));
    assert_non_null(ledger_add(d->gate->ledger, &like, &e));
    like.order.contract = contract_in(67, "CAD");
    like.state = INTENT_KNOWN; /* the book has it */
    str_copy_cut(like.order.ref, sizeof like.order.ref, STR("PC:0000000000000000B"));
    assert_non_null(ledger_add(d->gate->ledger, &like, &e));
    like.order.contract = cash;
    like.state = INTENT_SENT;
    str_copy_cut(like.order.ref, sizeof like.order.ref, STR("PC:0000000000000000C"));
    assert_non_null(ledger_add(d->gate->ledger, &like, &e));
    (void)fetch_start(s, &f);
    desk_run(d, 5000);
    assert_true(f.is_done && f.ok);
    assert_true(is_wanted(&f, "CHF") && is_wanted(&f, "GBP") && is_wanted(&f, "JPY"));
    assert_false(is_wanted(&f, "SEK") || is_wanted(&f, "NOK") || is_wanted(&f, "DKK") ||
                 is_wanted(&f, "CAD"));
    for (size_t i = 0; i < f.market.rate_count; i++) /* all of these have one */
        assert_true(f.market.rates[i].rate.has && dec_sign(f.market.rates[i].rate.v) > 0);
    holds(s, contract_in(68, "XTS"), "1", "100", NULL, NULL); /* has none */
    (void)fetch_start(s, &f);
    desk_run(d, 19000);
    assert_true(f.is_done && f.ok && is_wanted(&f, "XTS"));
    for (size_t i = 0; i < f.market.rate_count; i++)
        assert_int_equal(f.market.rates[i].rate.has,
                         strcmp(f.market.rates[i].currency, "XTS") != 0);
}

static void more_currencies_than_fit_are_left_out(void **state)
{
    static struct fetching f;
    struct sheet *s = *state;
    char code[4] = "AA?";
    for (int online = 0; online < 2; online++) {
        s->desk->is_offline = !online;
        if (online)
            desk_ready(s->desk);
        for (int i = 0; i < GATE_CURRENCIES_MAX + 1; i++) {
            code[2] = (char)('A' + i);
            holds(s, contract_in(100 + i, code), "1", "10", NULL, NULL);
        }
        (void)fetch_start(s, &f);
        desk_run(s->desk, online ? 19000 : 100);
        assert_true(f.is_done && f.ok); /* without a line there are no rates, and that is told */
        assert_int_equal(f.market.rate_count, GATE_CURRENCIES_MAX);
        for (size_t i = 0; i < GATE_CURRENCIES_MAX; i++)
            assert_int_equal(f.market.rates[i].rate.has,
                             online && f.market.rates[i].currency[0] != 'A');
    }
}

static void cancel_fetching(struct sheet *s, bool line_breaks)
{
    static struct fetching f;
    struct desk *d = s->desk;
    d->is_offline = false;
    desk_ready(d);
    d->gate->limits.max_gross_exposure_pct = DEC(100);
    holds(s, contract_in(68, "XTS"), "1", "100", NULL, NULL);
    struct task *t = fetch_start(s, &f);
    desk_run(d, 10);
    assert_false(f.is_done);
    task_cancel(t);
    if (line_breaks) {
        d->is_offline = true;
        desk_hang_up(d);
    }
    desk_run(d, 100);
    assert_true(f.is_done);
    assert_false(f.ok);
}

static void a_task_that_is_cancelled_has_fetched_nothing(void **state)
{
    cancel_fetching(*state, false);
}

static void a_task_that_is_cancelled_while_the_line_breaks_has_fetched_nothing(void **state)
{
    cancel_fetching(*state, true);
}

/* ---- sectors ---- */

enum { MSFT = 272093, JPM = 1520593, IBM = 8314, BAC = 10098 };

/* Asks for sectors alone, and returns how many bytes the questions have. */
static size_t asked(struct sheet *s, struct fetching *f)
{
    (void)fetch_start(s, f);
    tasks_run(s->desk->tasks, s->desk->now);
    size_t n = session_output(s->desk->session).n;
    desk_run(s->desk, 3000);
    assert_true(f->is_done && f->ok);
    return n;
}

static void a_sector_counts_what_is_in_it_and_names_what_is_not_known(void **state)
{
    static struct fetching f;
    struct sheet *s = *state;
    struct guard_limits *l = &s->desk->gate->limits;
    struct exposure_use use;
    go_online(s);
    l->max_sector_pct = DEC(10);
    rate(s, "USD", "1");
    holds(s, contract_in(MSFT, "USD"), "1", "100", NULL, NULL);
    holds(s, contract_in(JPM, "USD"), "1", "70", NULL, NULL);
    begin(s);
    end(s);
    assert_true(s->facts.is_sector_missing);
    assert_true(dec_is_zero(s->facts.others_sector));
    assert_true(asked(s, &f) > 0);
    begin(s);
    works(s, contract_in(IBM, "USD"), SIDE_BUY, ORDER_LMT, "10", "1");
    end(s);
    assert_string_equal(s->facts.sector, "Technology");
    assert_true(s->facts.is_sector_missing); /* that of the order by nobody asked for yet */
    assert_true(dec_eq(s->facts.others_sector, DEC(100)));
    begin(s);
    end(s);
    assert_false(s->facts.is_sector_missing);
    assert_true(exposure_use(s->desk->gate, &s->market, "USD", &s->facts, &use));
    assert_true(use.has_sectors && dec_eq(use.sector, DEC(100)));
    l->max_sector_pct = DEC_ZERO; /* no longer limited, though known */
    begin(s);
    end(s);
    assert_true(dec_is_zero(s->facts.others_sector));
    assert_true(exposure_use(s->desk->gate, &s->market, "USD", &s->facts, &use));
    assert_false(use.has_sectors);
    holds(s, ko(), "1", "1", NULL, NULL);
    begin(s);
    end(s);
    assert_false(s->facts.is_sector_missing);
    assert_true(exposure_use(s->desk->gate, &s->market, "USD", &s->facts, &use));
    assert_false(use.has_sectors);
}

static void sectors_are_asked_for_once_and_only_where_they_are_limited(void **state)
{
    static struct fetching f;
    struct sheet *s = *state;
    struct desk *d = s->desk;
    struct guard_limits *l = &d->gate->limits;
    struct contract c = contract_in(0, "USD");
    go_online(s);
    s->request.orders[0].contract.con_id = 0;
    assert_int_equal(asked(s, &f), 0);
    l->max_sector_pct = DEC(10);
    assert_int_equal(asked(s, &f), 0); /* nothing is held, and what has no id has no sector */
    l->max_sector_pct = DEC_ZERO;
    c.con_id = JPM;
    holds(s, c, "1", "70", NULL, NULL);
    (void)asked(s, &f); /* for rates alone */
    assert_null(sectors_of(d->gate->sectors, JPM));
    l->max_sector_pct = DEC(10);
    assert_true(asked(s, &f) > 0);
    assert_non_null(sectors_of(d->gate->sectors, JPM));
    assert_int_equal(asked(s, &f), 0); /* all is known */
    c.con_id = IBM;
    holds(s, c, "1", "70", NULL, NULL);
    size_t once = asked(s, &f);
    struct order o = order_of(SIDE_BUY, "1", ORDER_LMT);
    memcpy(o.account, s->request.orders[0].account, sizeof o.account);
    o.contract = c;
    o.contract.con_id = BAC; /* held, and an order works */
    holds(s, o.contract, "1", "70", NULL, NULL);
    o.client_id = 9;
    o.order_id = 801;
    tell(d, o, (struct word){STATE_SUBMITTED, "0", 0});
    size_t twice = asked(s, &f);
    if (twice > once + 1) /* the id has a digit more */
        fail_msg("%zu bytes, %zu for one contract", twice, once);
}

static void more_contracts_than_can_be_asked_for_are_left_out(void **state)
{
    static struct fetching f;
    struct sheet *s = *state;
    struct desk *d = s->desk;
    struct position p = {.quantity = DEC(1)};
    struct order o = order_of(SIDE_BUY, "1", ORDER_LMT);
    struct order_status works = {.state = STATE_SUBMITTED};
    struct event position = {.kind = EVENT_POSITION, .at = d->now, .position = &p},
                 order = {.kind = EVENT_ORDER, .at = d->now, .order = &o, .status = &works};
    go_online(s);
    memcpy(p.account, s->request.orders[0].account, sizeof p.account);
    memcpy(o.account, p.account, sizeof o.account);
    o.client_id = 9;
    for (int32_t i = 0; i < 8193; i++) {
        p.contract = o.contract = contract_in(2000000 + i, "USD");
        o.order_id = 1 + i;
        o.perm_id = 5000000 + i;
        book_apply(d->book, i < 4000 ? &position : &order);
    }
    d->gate->limits.max_sector_pct = DEC(10);
    struct task *t = fetch_start(s, &f);
    desk_run(d, 10);
    assert_false(f.is_done); /* it has asked for the first of them */
    task_cancel(t);
    desk_run(d, 10);
    assert_true(f.is_done && !f.ok);
}

static void a_contract_that_is_at_stake_often_is_asked_for_once(void **state)
{
    static struct fetching f;
    struct sheet *s = *state;
    struct desk *d = s->desk;
    struct order o = order_of(SIDE_BUY, "1", ORDER_LMT);
    struct order_status works = {.state = STATE_SUBMITTED};
    struct event order = {.kind = EVENT_ORDER, .at = d->now, .order = &o, .status = &works};
    struct error e;
    go_online(s);
    d->gate->limits.max_sector_pct = DEC(10);
    memcpy(o.account, s->request.orders[0].account, sizeof o.account);
    o.contract = contract_in(JPM, "USD");
    o.client_id = 9;
    for (int32_t i = 0; i < 8192; i++) { /* as many as there is room for */
        o.order_id = 1 + i;
        o.perm_id = 5000000 + i;
        book_apply(d->book, &order);
    }
    struct intent last = {.state = INTENT_SENT, .order = o};
    last.order.contract = contract_in(IBM, "USD");
    str_copy_cut(last.order.ref, sizeof last.order.ref, STR("PC:0000000000000000A"));
    assert_non_null(ledger_add(d->gate->ledger, &last, &e));
    (void)asked(s, &f);
    assert_non_null(sectors_of(d->gate->sectors, JPM));
    assert_non_null(sectors_of(d->gate->sectors, IBM));
}

static void more_sectors_than_fit_have_no_largest(void **state)
{
    enum { LIST_MAX = 2 << 20 };
    (void)state;
    /* the instruments of the product, the shares each in a sector of its own */
    char *list = desk_instruments(), *own = test_calloc(LIST_MAX, 1), *line = list;
    int32_t ids[80];
    size_t n = 0, at = 0;
    while (*line) {
        char *end = strchr(line, '\n'), *field = line;
        int column = 0;
        assert_non_null(end);
        for (; column < 12 && field < end; field++)
            column += *field == ',';
        char *behind = strchr(field, ',');
        bool is_share = strstr(line, ",STK,") && strstr(line, ",STK,") < end && line != list;
        if (is_share && n < 80 && behind > field) {
            ids[n] = (int32_t)strtol(line, NULL, 10);
            at += (size_t)snprintf(own + at, LIST_MAX - at, "%.*sSector %zu%.*s\n",
                                   (int)(field - line), line, n, (int)(end - behind), behind);
            n++;
        } else {
            at += (size_t)snprintf(own + at, LIST_MAX - at, "%.*s\n", (int)(end - line), line);
        }
        line = end + 1;
    }
    assert_true(n > 66);
    struct sheet s = {.desk = desk_with((struct paper_config){0}, own)};
    static struct fetching f;
    struct exposure_use use;
    desk_empty(s.desk);
    s.request.count = 1;
    str_copy_cut(s.request.orders[0].account, sizeof s.request.orders[0].account,
                 str_of(book_account(s.desk->book, 0)));
    go_online(&s);
    s.desk->gate->limits.max_sector_pct = DEC(10);
    rate(&s, "USD", "1");
    for (size_t i = 0; i < 65; i++) {
        char value[8];
        (void)snprintf(value, sizeof value, "%zu", 100 - i);
        holds(&s, contract_in(ids[i], "USD"), "1", value, NULL, NULL);
        if (i < 63)
            continue;
        (void)asked(&s, &f);
        begin(&s);
        end(&s);
        assert_true(exposure_use(s.desk->gate, &s.market, "USD", &s.facts, &use));
        assert_int_equal(use.has_sectors, i == 63); /* 64 fit */
        assert_true(dec_eq(use.sector, DEC(100)));
    }
    desk_free(s.desk);
    test_free(own);
    test_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_position_counts_by_its_value_else_by_its_cost_else_not_at_all),
        TEST(what_is_not_held_or_is_the_order_itself_is_left_out),
        TEST(nothing_is_added_up_where_nothing_is_limited),
        cmocka_unit_test(each_limit_on_exposure_asks_for_it_alone),
        TEST(an_order_counts_by_its_price_else_the_positions_else_what_it_was_judged_by),
        TEST(orders_against_a_position_stand_for_the_same_shares),
        TEST(contracts_are_told_apart_also_in_one_slot),
        TEST(an_account_of_too_many_contracts_cannot_be_valued),
        TEST(each_currency_counts_by_its_rate),
        TEST(only_the_rates_that_were_asked_for_count),
        TEST(only_so_many_currencies_are_known),
        TEST(the_largest_of_each_is_told),
        TEST(rates_are_asked_for_of_all_that_is_at_stake),
        TEST(more_currencies_than_fit_are_left_out),
        TEST(a_task_that_is_cancelled_has_fetched_nothing),
        TEST(a_task_that_is_cancelled_while_the_line_breaks_has_fetched_nothing),
        TEST(a_sector_counts_what_is_in_it_and_names_what_is_not_known),
        TEST(sectors_are_asked_for_once_and_only_where_they_are_limited),
        TEST(more_contracts_than_can_be_asked_for_are_left_out),
        TEST(a_contract_that_is_at_stake_often_is_asked_for_once),
        cmocka_unit_test(more_sectors_than_fit_have_no_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
