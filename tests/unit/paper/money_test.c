/* SPDX-License-Identifier: MIT */
/* What time does to the accounts: dividends, splits, settlement, interest, expiry. */
#include "client.h"
#include "paper/chains.h"
#include "paper/paper_private.h"
#include "tests/kit/identities.h"

enum { TSLA = 76792991, SPX = 416904, DAY = 86400 };

static struct {
    struct universe *universe;
    struct feed *feed;
    struct accounts *accounts;
    struct money_key done;
    struct buf heard;         /* the records of all events */
    size_t count, stop_after; /* 0: never */
} t;

static void hear(void *self, const struct money_event *e)
{
    (void)self;
    record_account_event(&t.heard, e, NULL);
    t.count++;
}

static int64_t at(const char *text)
{
    struct utc u;
    assert_true(utc_parse(str_of(text), &u));
    return u.ns / NS_PER_S;
}

static void setup_at(const char *when)
{
    struct error e = {0};
    const struct account_terms terms = {.base = "USD"};
    memset(&t, 0, sizeof t);
    t.universe = universe_new((struct str){csv, csv_n}, &e);
    assert_non_null(t.universe);
    universe_today(t.universe, at(when));
    t.feed = feed_new(t.universe, 42, true);
    t.accounts = xcalloc(1, sizeof *t.accounts);
    assert_true(accounts_parse(t.accounts, STR("DU1,DU2"), &terms, &e));
    t.done = money_key_after(at(when));
    buf_init(&t.heard, 64 << 20);
}

static void teardown(void)
{
    feed_free(t.feed);
    universe_free(t.universe);
    xfree(t.accounts);
    buf_fini(&t.heard);
}

static void hold(size_t account, int32_t con_id, int64_t quantity, int64_t cost)
{
    const struct instrument *i = universe_find(t.universe, con_id);
    assert_non_null(i);
    struct holding h = {.instrument = i, .quantity = dec_of(quantity), .cost = dec_of(cost)};
    h.settled = ledger_is_settled_daily(i) ? h.cost : DEC_ZERO;
    assert_true(ledger_set_holding(&t.accounts->items[account].ledger, &h));
}

static void has_cash(size_t account, const char *currency, int64_t amount)
{
    struct cash row = {.amount = dec_of(amount)};
    str_copy_cut(row.currency, sizeof row.currency, str_of(currency));
    assert_true(ledger_set_cash(&t.accounts->items[account].ledger, &row));
}

static void run_until(const char *when)
{
    for (int64_t s; (s = money_next(t.done.at_s)) <= at(when);) {
        money_moment(t.accounts, t.feed, s, &t.done, hear, NULL);
        if (money_is_midnight(s))
            for (size_t i = 0; i < t.accounts->count; i++)
                ledger_roll(&t.accounts->items[i].ledger);
    }
}

static int32_t contract_of(const char *trading_class, const char *day, int32_t strike_index,
                           char right)
{
    for (size_t i = 0; i < chains_count(); i++)
        if (strcmp(chains_at(i)->trading_class, trading_class) == 0) {
            struct chain_key k = {i, at(day) / DAY, strike_index, right};
            return chain_id(&k);
        }
    fail_msg("no chain of %s", trading_class);
    return 0;
}

/* ---- corporate actions ---- */
static void dividends_are_credited_to_who_holds_and_charged_to_who_is_short(void **state)
{
    (void)state;
    setup_at("2024-01-02T00:00:00Z");
    struct dec should[2] = {0};
    size_t actions = 0;
    for (size_t i = 0; i < 30; i++) {
        const struct instrument *x = universe_at(t.universe, i);
        struct feed_action list[64];
        bool was_split = false;
        if (x->contract.sec_type != SEC_STK || strcmp(x->contract.currency, "USD") != 0)
            continue;
        size_t n = feed_actions(t.feed, x, at("2024-01-02T00:00:00Z"), at("2025-01-02T00:00:00Z"),
                                list, 64);
        for (size_t k = 0; k < n; k++)
            was_split = was_split || list[k].kind == FEED_SPLIT;
        if (was_split)
            continue;
        hold(0, x->contract.con_id, 100, 1000);
        hold(1, x->contract.con_id, -7, -70);
        for (size_t k = 0; k < n; k++) {
            should[0] = dec_plus(should[0], dec_times(list[k].amount, 100));
            should[1] = dec_minus(should[1], dec_times(list[k].amount, 7));
            actions++;
        }
    }
    assert_true(actions > 20);
    run_until("2025-03-15T00:00:00Z"); /* the last ones have been paid */
    for (size_t a = 0; a < 2; a++) {
        const struct ledger *l = &t.accounts->items[a].ledger;
        struct dec paid = DEC_ZERO;
        for (struct str text = buf_str(&t.heard), line; str_cut(&text, '\n', &line) && line.n;) {
            struct record_line r;
            struct error e = {0};
            assert_true(record_read(line, t.universe, &r, &e));
            if (r.event.key.kind == MONEY_PAYMENT && (size_t)r.event.key.account == a &&
                r.event.change.pay_s < at("2025-01-02T00:00:00Z") + 60 * DAY)
                paid = dec_plus(paid, r.event.change.cash);
        }
        /* those of 2025 that are paid by then are more, never less */
        assert_false(a == 0 ? dec_lt(paid, should[0]) : dec_gt(paid, should[1]));
        for (size_t k = 0; k < l->accrual_count; k++)
            assert_true(l->accruals[k].pay_s > at("2025-03-15T00:00:00Z"));
    }
    teardown();
}

static void a_split_multiplies_the_shares_and_leaves_their_cost(void **state)
{
    (void)state;
    setup_at("2005-01-02T00:00:00Z");
    const struct instrument *found = NULL;
    struct feed_action split = {0};
    for (size_t i = 0; i < universe_count(t.universe) && found == NULL; i++) {
        struct feed_action list[128];
        const struct instrument *x = universe_at(t.universe, i);
        size_t n = feed_actions(t.feed, x, at("2005-01-02T00:00:00Z"), at("2030-01-02T00:00:00Z"),
                                list, 128);
        for (size_t k = 0; k < n; k++)
            if (list[k].kind == FEED_SPLIT) {
                found = x;
                split = list[k];
            }
    }
    assert_non_null(found);
    t.done = money_key_after(split.ex_s - DAY);
    hold(0, found->contract.con_id, 15, 3000);
    for (int k = 0; k < 96; k++)
        money_moment(t.accounts, t.feed, money_next(t.done.at_s), &t.done, hear, NULL);
    const struct holding *h = ledger_holding(&t.accounts->items[0].ledger, found);
    assert_true(dec_eq(h->quantity, dec_of(15 * split.to / split.from)));
    assert_true(dec_eq(h->cost, dec_of(3000)));
    teardown();
}

/* ---- interest ---- */
static void interest_accrues_daily_and_is_paid_once_a_month(void **state)
{
    (void)state;
    setup_at("2026-01-10T12:00:00Z");
    has_cash(0, "USD", 370000);
    has_cash(0, "EUR", -36000);
    run_until("2026-01-11T12:00:00Z");
    const struct ledger *l = &t.accounts->items[0].ledger;
    assert_true(dec_eq(l->cash[0].interest, dec_of(35))); /* 360000 x (4 % - 0.5 %) / 360 */
    char text[DEC_TEXT_MAX];
    dec_format(l->cash[1].interest, text); /* 36000 x (2 % + 1.5 %) / 360 */
    assert_string_equal(text, "-3.5");
    run_until("2026-02-03T12:00:00Z");
    assert_true(dec_is_zero(l->cash[0].interest));
    assert_true(dec_gt(l->cash[0].amount, dec_of(370000 + 23 * 35)));
    assert_true(dec_lt(l->cash[1].amount, dec_of(-36000)));
    teardown();
}

static void who_is_short_pays_for_the_loan(void **state)
{
    (void)state;
    setup_at("2026-01-10T12:00:00Z");
    hold(0, TSLA, -1000, -400000);
    run_until("2026-01-13T12:00:00Z");
    struct dec owed = DEC_ZERO;
    const struct ledger *l = &t.accounts->items[0].ledger;
    for (size_t k = 0; k < l->cash_count; k++)
        owed = dec_plus(owed, l->cash[k].interest);
    double rate =
        feed_borrow_rate(t.feed, universe_find(t.universe, TSLA), at("2026-01-12T05:00:00Z"));
    assert_true(rate > 0 ? dec_sign(owed) < 0 : dec_is_zero(owed));
    teardown();
}

/* ---- expiry ---- */
static void an_option_in_the_money_becomes_shares_and_another_nothing(void **state)
{
    (void)state;
    setup_at("2026-11-16T12:00:00Z");
    int32_t deep = contract_of("AAPL", "2026-11-20T00:00:00Z", 2, 'C'); /* strike 10 */
    int32_t far = contract_of("AAPL", "2026-11-20T00:00:00Z", 2, 'P');
    hold(0, deep, 2, 50000);
    hold(0, far, 3, 6);
    hold(1, deep, -1, -25000);
    run_until("2026-11-21T12:00:00Z");
    const struct instrument *apple = universe_find(t.universe, 265598);
    const struct ledger *l = &t.accounts->items[0].ledger;
    assert_null(ledger_holding(l, universe_find(t.universe, deep)));
    assert_null(ledger_holding(l, universe_find(t.universe, far)));
    assert_true(dec_eq(ledger_quantity(l, apple), dec_of(200)));
    assert_true(dec_eq(ledger_cash(l, STR("USD")), dec_of(-2000)));
    l = &t.accounts->items[1].ledger;
    assert_true(dec_eq(ledger_quantity(l, apple), dec_of(-100)));
    assert_true(dec_eq(ledger_cash(l, STR("USD")), dec_of(1000)));
    teardown();
}

static void an_option_on_an_index_pays_cash(void **state)
{
    (void)state;
    setup_at("2026-11-16T12:00:00Z");
    int32_t id = contract_of("SPXW", "2026-11-18T00:00:00Z", 2, 'C'); /* strike 100 */
    hold(0, id, 1, 500000);
    int64_t end = universe_find(t.universe, id)->expiry_s;
    run_until("2026-11-19T12:00:00Z");
    struct dec price = feed_price(t.feed, universe_find(t.universe, SPX), end);
    const struct ledger *l = &t.accounts->items[0].ledger;
    assert_true(dec_eq(ledger_cash(l, STR("USD")), dec_times(dec_minus(price, dec_of(100)), 100)));
    assert_int_equal(l->holding_count, 0);
    teardown();
}

static void exercise_is_for_what_is_held_and_worth_it(void **state)
{
    (void)state;
    setup_at("2026-11-16T12:00:00Z");
    struct error e = {0};
    struct account *a = &t.accounts->items[0];
    int32_t deep = contract_of("AAPL", "2026-11-20T00:00:00Z", 2, 'C');
    const struct instrument *call = universe_find(t.universe, deep);
    const struct instrument *put =
        universe_find(t.universe, contract_of("AAPL", "2026-11-20T00:00:00Z", 2, 'P'));
    hold(0, deep, 2, 50000);
    hold(0, put->contract.con_id, 1, 5);
    int64_t now = at("2026-11-16T15:00:00Z");
    assert_false(
        money_exercise(t.accounts, t.feed, a, call, dec_of(3), false, now, hear, NULL, &e));
    assert_false(money_exercise(t.accounts, t.feed, a, put, dec_of(1), false, now, hear, NULL, &e));
    assert_int_equal(t.count, 0);
    assert_true(money_exercise(t.accounts, t.feed, a, put, dec_of(1), true, now, hear, NULL, &e));
    assert_true(money_exercise(t.accounts, t.feed, a, call, dec_of(2), false, now, hear, NULL, &e));
    assert_int_equal(t.count, 4);
    const struct instrument *apple = universe_find(t.universe, 265598);
    assert_true(dec_eq(ledger_quantity(&a->ledger, apple), dec_of(100)));
    assert_true(dec_eq(ledger_cash(&a->ledger, STR("USD")), dec_of(-1000)));
    assert_false(
        money_exercise(t.accounts, t.feed, a, call, dec_of(1), false, now, hear, NULL, &e));
    teardown();
}

static void a_future_pays_its_gain_every_day_and_the_rest_at_its_end(void **state)
{
    (void)state;
    setup_at("2026-12-07T12:00:00Z");
    int32_t id = contract_of("ES", "2026-12-18T00:00:00Z", 0, 0);
    hold(0, id, 2, 500000);
    const struct ledger *l = &t.accounts->items[0].ledger;
    const struct instrument *es = universe_find(t.universe, id);
    run_until("2026-12-07T23:00:00Z"); /* 17:00 in New York is 22:00 */
    struct dec price = feed_price(t.feed, es, at("2026-12-07T22:00:00Z"));
    assert_true(dec_eq(ledger_cash(l, STR("USD")),
                       dec_minus(ledger_value(es, dec_of(2), price), dec_of(500000))));
    assert_true(dec_eq(ledger_holding(l, es)->cost, dec_of(500000)));
    run_until("2026-12-19T12:00:00Z");
    assert_null(ledger_holding(l, es));
    price = feed_price(t.feed, es, es->expiry_s - 1);
    assert_true(dec_eq(ledger_cash(l, STR("USD")),
                       dec_minus(ledger_value(es, dec_of(2), price), dec_of(500000))));
    teardown();
}

/* ---- stopping in between ---- */
static void a_moment_that_was_cut_goes_on_where_it_was(void **state)
{
    (void)state;
    setup_at("2026-11-16T12:00:00Z");
    for (size_t i = 0; i < 12; i++)
        hold(i % 2, universe_at(t.universe, i)->contract.con_id, i % 3 ? 100 : -50, 1000);
    hold(0, contract_of("AAPL", "2026-11-20T00:00:00Z", 2, 'C'), 2, 50000);
    hold(0, contract_of("MSFT", "2026-11-20T00:00:00Z", 2, 'P'), 2, 50);
    hold(1, contract_of("ES", "2026-12-18T00:00:00Z", 0, 0), 2, 500000);
    has_cash(0, "USD", 400000);
    has_cash(0, "JPY", -4000000);
    has_cash(1, "EUR", 100000);
    struct accounts *first = xmalloc(sizeof *first), *whole = xmalloc(sizeof *whole);
    *first = *t.accounts;
    run_until("2026-12-10T12:00:00Z");
    *whole = *t.accounts;
    struct buf all;
    buf_init(&all, 64 << 20);
    buf_add_str(&all, buf_str(&t.heard));
    size_t count = t.count;
    assert_true(count > 100);
    for (size_t cut = 0; cut <= count; cut += cut > 40 ? 7 : 1) {
        struct str text = buf_str(&all), line;
        *t.accounts = *first;
        t.done = money_key_after(at("2026-11-16T12:00:00Z"));
        buf_reset(&t.heard);
        for (size_t k = 0; k < cut && str_cut(&text, '\n', &line); k++) { /* what was recorded */
            struct record_line r;
            struct error e = {0};
            assert_true(record_read(line, t.universe, &r, &e));
            for (int64_t s; (s = money_next(t.done.at_s)) < r.event.key.at_s;) {
                t.done = money_key_after(s);
                for (size_t i = 0; i < t.accounts->count && money_is_midnight(s); i++)
                    ledger_roll(&t.accounts->items[i].ledger);
            }
            assert_true(money_apply(t.accounts, &r.event));
            t.done = r.event.key;
        }
        if (cut > 0) { /* the moment's own roll comes with the rest of it */
            int64_t s = t.done.at_s;
            money_moment(t.accounts, t.feed, s, &t.done, hear, NULL);
            for (size_t i = 0; i < t.accounts->count && money_is_midnight(s); i++)
                ledger_roll(&t.accounts->items[i].ledger);
        }
        run_until("2026-12-10T12:00:00Z");
        for (size_t a = 0; a < 2; a++) {
            const struct ledger *x = &t.accounts->items[a].ledger, *y = &whole->items[a].ledger;
            assert_int_equal(x->holding_count, y->holding_count);
            assert_int_equal(x->accrual_count, y->accrual_count);
            if (memcmp(x->cash, y->cash, sizeof x->cash) != 0 ||
                memcmp(x->holdings, y->holdings, x->holding_count * sizeof *x->holdings) != 0)
                fail_msg("cut after event %zu of %zu", cut, count);
        }
    }
    buf_fini(&all);
    xfree(first);
    xfree(whole);
    teardown();
}

/* ---- the exchange as a whole ---- */
static void check_books(const char *accounts)
{
    struct error e = {0};
    char why[200] = "";
    struct buf snapshot;
    struct universe *u = universe_new((struct str){csv, csv_n}, &e);
    struct ledger *opening = xcalloc(1, sizeof *opening);
    opening_apply(opening, u, true);
    take_records();
    buf_init(&snapshot, 64 << 20);
    assert_true(paper_snapshot(w.p, &snapshot));
    if (!identities_hold(u, accounts, opening, buf_str(&w.state), buf_str(&snapshot), why))
        fail_msg("%s", why);
    buf_fini(&snapshot);
    xfree(opening);
    universe_free(u);
}

static void two_accounts_live_for_months_and_their_books_are_exact(void **state)
{
    (void)state;
    const struct paper_config config = {
        .seed = 42, .accounts = "DU9000001,DU9000002", .speed = 1, .real_sessions = true};
    start_with(&config, "2026-03-02T14:00:00Z");
    struct client *c = connect_as(1);
    struct arena *texts = arena_new(1 << 20);
    for (int32_t id = 1; id <= 40; id++) {
        struct wire_req_place_order o =
            order(id, id % 3 ? "AAPL" : "KO", id % 5 ? "BUY" : "SELL", "10", "MKT");
        o.order.account = id % 2 ? STR("DU9000001") : STR("DU9000002");
        o.order.total_quantity = arena_f(texts, "%d", (int)(id * 7 % 50 + 1));
        o.order.outside_rth = true;
        place(c, &o);
        for (int k = 0; k < 60; k++) { /* two days, in hours */
            w.now.wall.ns += (int64_t)3000 * NS_PER_S;
            w.now.mono.ns += (int64_t)3000 * NS_PER_S;
            paper_step(w.p, w.now);
            pump();
        }
        c->n = 0;
    }
    check_books("DU9000001,DU9000002");
    struct buf before, after;
    buf_init(&before, 64 << 20);
    buf_init(&after, 64 << 20);
    assert_true(paper_snapshot(w.p, &before));
    struct error e = {0};
    size_t keep;
    struct paper *again = paper_new(&config, (struct str){csv, csv_n}, w.now, &e);
    if (!paper_restore(again, buf_str(&w.state), &keep, w.now, &e))
        fail_msg("%s", e.text);
    paper_step(again, w.now); /* moments that nothing came of were not written down */
    assert_true(paper_snapshot(again, &after));
    assert_true(str_eq(buf_str(&before), buf_str(&after)));
    paper_free(again);
    buf_fini(&before);
    buf_fini(&after);
    arena_free(texts);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dividends_are_credited_to_who_holds_and_charged_to_who_is_short),
        cmocka_unit_test(a_split_multiplies_the_shares_and_leaves_their_cost),
        cmocka_unit_test(interest_accrues_daily_and_is_paid_once_a_month),
        cmocka_unit_test(who_is_short_pays_for_the_loan),
        cmocka_unit_test(an_option_in_the_money_becomes_shares_and_another_nothing),
        cmocka_unit_test(an_option_on_an_index_pays_cash),
        cmocka_unit_test(exercise_is_for_what_is_held_and_worth_it),
        cmocka_unit_test(a_future_pays_its_gain_every_day_and_the_rest_at_its_end),
        cmocka_unit_test(a_moment_that_was_cut_goes_on_where_it_was),
        cmocka_unit_test(two_accounts_live_for_months_and_their_books_are_exact),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
