/* SPDX-License-Identifier: MIT */
/*
 * What the controls are told about the account, its orders, the market and the program, one fact at
 * a time. Found by `make mutate`.
 */
#include "broker/state.h"
#include "guard/state.h"
#include "tests/kit/arm.h"
#include "words.h"

#define REF "PC:0000000000000000A"

struct case_file {
    struct desk *desk;
    struct gate_request request; /* BUY AAPL */
    struct market_view market;
    struct gate_facts facts;
    int32_t order_id; /* of the next order that is told */
};

static int setup(void **state)
{
    struct case_file *c = test_calloc(1, sizeof *c);
    struct desk *d = c->desk = desk_new();
    desk_sell_out(d);
    c->request.count = 1;
    c->request.principal = STR("local:1000");
    c->request.orders[0] = order_of(SIDE_BUY, "1", ORDER_LMT);
    str_copy_cut(c->request.orders[0].account, sizeof c->request.orders[0].account,
                 str_of(book_account(d->book, 0)));
    c->order_id = 801;
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct case_file *c = *state;
    desk_free(c->desk);
    test_free(c);
    return 0;
}

static const struct gate_facts *gathered(struct case_file *c)
{
    facts_gather(c->desk->gate, &c->request, &c->market, c->desk->now, &c->facts);
    return &c->facts;
}

/* An order in AAPL like the request's, with an order id of its own; another client's. */
static struct order another(struct case_file *c, enum order_side side, enum order_type type,
                            const char *price)
{
    struct order o = order_of(side, "10", type);
    memcpy(o.account, c->request.orders[0].account, sizeof o.account);
    o.order_id = c->order_id++;
    o.client_id = 9;
    if (type == ORDER_STP)
        o.stop_price = price ? some(price) : DEC_NONE;
    else
        o.limit_price = price ? some(price) : DEC_NONE;
    return o;
}

#define WORKS                                                                                      \
    {                                                                                              \
        STATE_SUBMITTED, "0", 0                                                                    \
    }

static void assert_dec(struct dec d, const char *expected)
{
    char text[DEC_TEXT_MAX];
    dec_format(d, text);
    assert_string_equal(text, expected);
}

/* ---- working orders ---- */

static void orders_count_by_kind_and_side(void **state)
{
    struct case_file *c = *state;
    struct order stop = another(c, SIDE_SELL, ORDER_STP, "90"), far;
    tell(c->desk, another(c, SIDE_BUY, ORDER_LMT, "99"), (struct word){STATE_SUBMITTED, "4", 0});
    tell(c->desk, another(c, SIDE_SELL, ORDER_LMT, "105"), (struct word)WORKS);
    tell(c->desk, stop, (struct word)WORKS);
    far = another(c, SIDE_SELL, ORDER_STP, "9");
    far.contract.con_id = 5;
    tell(c->desk, far, (struct word)WORKS);
    tell(c->desk, another(c, SIDE_BUY, ORDER_LMT, "98"), (struct word){STATE_CANCELLED, "0", 0});
    struct order plain = another(c, SIDE_BUY, ORDER_LMT, "7");
    plain.contract.con_id = 5;
    tell(c->desk, plain, (struct word)WORKS);
    const struct gate_facts *f = gathered(c);
    assert_dec(f->working[KIND_PLAIN][SIDE_BUY], "6");
    assert_dec(f->working[KIND_PLAIN][SIDE_SELL], "10");
    assert_dec(f->working[KIND_STOP][SIDE_SELL], "10");
    assert_dec(f->working[KIND_STOP][SIDE_BUY], "0");
    assert_int_equal(f->working_stops, 2);
    assert_int_equal(f->working_side[SIDE_BUY], 1);
    assert_int_equal(f->working_side[SIDE_SELL], 2);
    assert_false(f->has_market[SIDE_BUY] || f->has_market[SIDE_SELL]);
}

static void the_best_limits_and_market_orders_are_known(void **state)
{
    struct case_file *c = *state;
    static const char *const prices[] = {"98", "99", "97"};
    for (size_t i = 0; i < 3; i++) {
        tell(c->desk, another(c, SIDE_BUY, ORDER_LMT, prices[i]), (struct word)WORKS);
        tell(c->desk, another(c, SIDE_SELL, ORDER_LMT, prices[i]), (struct word)WORKS);
    }
    tell(c->desk, another(c, SIDE_BUY, ORDER_STP, "200"), (struct word)WORKS);
    tell(c->desk, another(c, SIDE_BUY, ORDER_LMT, NULL), (struct word)WORKS); /* not told yet */
    struct order stop_limit = another(c, SIDE_BUY, ORDER_STP_LMT, "300");
    tell(c->desk, stop_limit, (struct word)WORKS);
    const struct gate_facts *f = gathered(c);
    assert_dec(f->best_limit[SIDE_BUY].v, "99");
    assert_dec(f->best_limit[SIDE_SELL].v, "97");
    assert_false(f->has_market[SIDE_BUY]);
    tell(c->desk, another(c, SIDE_BUY, ORDER_MKT, NULL), (struct word)WORKS);
    f = gathered(c);
    assert_true(f->has_market[SIDE_BUY]);
    assert_false(f->has_market[SIDE_SELL]);
}

static void orders_of_one_group_cancel_each_other_and_count_once(void **state)
{
    struct case_file *c = *state;
    struct order o = another(c, SIDE_SELL, ORDER_LMT, "105");
    str_copy_cut(o.oca_group, sizeof o.oca_group, STR("g1"));
    tell(c->desk, o, (struct word)WORKS);
    assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_SELL], "10");
    str_copy_cut(c->request.orders[0].oca_group, sizeof o.oca_group, STR("g1"));
    assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_SELL], "0");
    assert_int_equal(c->facts.working_side[SIDE_SELL], 1);
    assert_false(c->facts.best_limit[SIDE_SELL].has);
    str_copy_cut(c->request.orders[0].oca_group, sizeof o.oca_group, STR("g2"));
    assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_SELL], "10");
    tell(c->desk, another(c, SIDE_SELL, ORDER_LMT, "104"), (struct word)WORKS); /* in no group */
    c->request.orders[0].oca_group[0] = 0;
    assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_SELL], "20");
}

static void a_child_counts_as_far_as_its_parent_has_filled(void **state)
{
    struct case_file *c = *state;
    struct order parent = another(c, SIDE_BUY, ORDER_LMT, "99");
    struct order child = another(c, SIDE_SELL, ORDER_LMT, "105");
    child.parent_id = parent.order_id;
    tell(c->desk, child, (struct word)WORKS); /* the parent is not known */
    assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_SELL], "10");
    tell(c->desk, parent, (struct word)WORKS);
    assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_SELL], "0");
    assert_int_equal(c->facts.working_side[SIDE_SELL], 1);
    assert_false(c->facts.best_limit[SIDE_SELL].has); /* it cannot trade yet */
    tell(c->desk, parent, (struct word){STATE_SUBMITTED, "4", 0});
    assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_SELL], "4");
    tell(c->desk, parent, (struct word){STATE_FILLED, "10", 0});
    assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_SELL], "10");
}

static void a_change_on_its_way_counts_with_the_larger_size(void **state)
{
    static const struct {
        bool is_modify, is_same_id, is_ours;
        const char *quantity, *open;
    } rows[] = {
        {true, true, true, "15", "11"}, /* of which 4 have filled */
        {true, true, true, "5", "6"},   {false, true, true, "15", "6"},
        {true, false, true, "15", "6"}, {true, true, false, "15", "6"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct case_file *c = *state;
        struct order o = another(c, SIDE_BUY, ORDER_LMT, "99");
        o.client_id = c->desk->client_id + !rows[i].is_ours;
        tell(c->desk, o, (struct word){STATE_SUBMITTED, "4", 0});
        struct watch w = {.order_id = o.order_id + !rows[i].is_same_id,
                          .is_modify = rows[i].is_modify,
                          .quantity = number(rows[i].quantity)};
        watch_add(c->desk->gate, &w);
        assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_BUY], rows[i].open);
        watch_remove(c->desk->gate, &w);
        tell(c->desk, o, (struct word){STATE_CANCELLED, "4", 0});
    }
}

static void the_order_that_is_changed_is_not_counted_beside_itself(void **state)
{
    static const struct {
        int32_t id, client; /* more than that of the order that works */
        int64_t mine, its;  /* permIds */
        bool is_same;
    } rows[] = {{0, 0, 77, 77, true},
                {0, 0, 0, 77, true},
                {0, 0, 77, 78, false},
                {1, 0, 77, 77, false},
                {0, 1, 77, 77, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct case_file *c = *state;
        struct order o = another(c, SIDE_BUY, ORDER_LMT, "99");
        o.perm_id = rows[i].its + 100 * (int64_t)i;
        tell(c->desk, o, (struct word)WORKS);
        c->request.kind = GATE_MODIFY;
        c->request.orders[0].order_id = o.order_id + rows[i].id;
        c->request.orders[0].client_id = o.client_id + rows[i].client;
        c->request.orders[0].perm_id = rows[i].mine ? rows[i].mine + 100 * (int64_t)i : 0;
        assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_BUY], rows[i].is_same ? "0" : "10");
        c->request.kind = GATE_PLACE;
        assert_dec(gathered(c)->working[KIND_PLAIN][SIDE_BUY], "10");
        assert_null(c->facts.existing);
        tell(c->desk, o, (struct word){STATE_CANCELLED, "0", 0});
    }
}

static void what_is_on_its_way_counts_as_if_it_worked(void **state)
{
    static const struct {
        enum intent_state state;
        size_t leg;
        bool is_told, is_elsewhere;
        const char *working;
        int unanswered;
        bool is_unknown;
    } rows[] = {
        {INTENT_WAITING, 0, false, false, "10", 1, false},
        {INTENT_SENT, 0, false, false, "10", 1, false},
        {INTENT_UNKNOWN, 0, false, false, "10", 1, true},
        {INTENT_KNOWN, 0, false, false, "0", 0, false},
        {INTENT_NOT_SENT, 0, false, false, "0", 0, false},
        {INTENT_NOT_PLACED, 0, false, false, "0", 0, false},
        {INTENT_SENT, 1, false, false, "0", 1, false}, /* a child waits for its parent */
        {INTENT_SENT, 0, true, false, "10", 1, false}, /* once */
        {INTENT_UNKNOWN, 0, false, true, "0", 1, false},
    };
    struct case_file *c = *state;
    struct error e;
    struct intent like = {.order = another(c, SIDE_BUY, ORDER_LMT, "99")};
    like.order.client_id = c->desk->client_id;
    str_copy_cut(like.order.ref, sizeof like.order.ref, STR(REF));
    struct intent *it = ledger_add(c->desk->gate->ledger, &like, &e);
    assert_non_null(it);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        it->leg = rows[i].leg;
        intent_become(it, INTENT_KNOWN);
        if (rows[i].is_told)
            tell(c->desk, it->order, (struct word)WORKS);
        intent_become(it, rows[i].state);
        str_copy_cut(it->order.account, sizeof it->order.account,
                     rows[i].is_elsewhere ? STR("DU7") : STR_NAME(like.order.account));
        (void)gathered(c);
        assert_dec(c->facts.working[KIND_PLAIN][SIDE_BUY], rows[i].working);
        assert_int_equal(c->facts.unanswered, rows[i].unanswered);
        assert_string_equal(c->facts.unknown_ref, rows[i].is_unknown ? REF : "");
        if (rows[i].is_told)
            tell(c->desk, it->order, (struct word){STATE_CANCELLED, "0", 0});
        if (rows[i].is_told) { /* under another name from here on */
            str_copy_cut(like.order.ref, sizeof like.order.ref, STR("PC:0000000000000000B"));
            intent_become(it, INTENT_KNOWN);
            like.order.order_id = c->order_id++;
            it = ledger_add(c->desk->gate->ledger, &like, &e);
            assert_non_null(it);
        }
    }
    intent_become(it, INTENT_UNKNOWN); /* in another contract it blocks nothing here */
    str_copy_cut(it->order.account, sizeof it->order.account, STR_NAME(like.order.account));
    it->order.contract.con_id = 5;
    assert_string_equal(gathered(c)->unknown_ref, "");
}

/* ---- the rest ---- */

static void the_state_of_the_program_is_told_as_it_is(void **state)
{
    struct case_file *c = *state;
    struct desk *d = c->desk;
    struct error e;
    const struct gate_facts *f = gathered(c);
    assert_false(f->is_killed || f->is_token || f->is_rule || f->is_journal_failed ||
                 f->is_journal_stalled || f->is_restart_near);
    assert_true(f->is_link_ready && f->is_account_known && f->is_reconciled);
    assert_int_equal(f->duplicate_age_ms, -1);
    assert_int_equal(f->quote_age_ms, -1);
    assert_true(dec_is_zero(f->position));
    struct gate_kill_request k = {.scope = GATE_SCOPE_SYMBOL,
                                  .name = STR("AAPL"),
                                  .principal = STR("me"),
                                  .why = STR("a reason")};
    assert_true(gate_kill(d->gate, &k, d->now, &e));
    assert_true(gathered(c)->is_killed);
    assert_string_equal(c->facts.kill_scope, "symbol AAPL");
    pull(d, "me", "a reason", false);
    assert_string_equal(gathered(c)->kill_scope, "");
    c->request.principal = STR("rule:x");
    assert_true(gathered(c)->is_rule && !c->facts.is_token);
    c->request.principal = STR("token:x");
    assert_true(gathered(c)->is_token && !c->facts.is_rule);
    assert_null(c->facts.token);
    struct position p = {.quantity = DEC(5), .contract = {.con_id = AAPL, .sec_type = SEC_STK}};
    memcpy(p.account, c->request.orders[0].account, sizeof p.account);
    struct event ev = {.kind = EVENT_POSITION, .at = d->now, .position = &p};
    desk_on_event(d, &ev);
    assert_dec(gathered(c)->position, "5");
    str_copy_cut(c->request.orders[0].account, sizeof p.account, STR("DU7"));
    assert_false(gathered(c)->is_account_known);
    assert_false(c->facts.is_link_ready); /* as far as that account is concerned */
    assert_true(dec_is_zero(c->facts.position));
    assert_false(c->facts.day_start.has || c->facts.day_peak.has);
}

static void the_days_marks_and_an_equal_order_are_told(void **state)
{
    struct case_file *c = *state;
    struct desk *d = c->desk;
    struct error e;
    const struct gate_facts *f = gathered(c);
    assert_true(f->day_start.has && f->day_peak.has);
    struct day_mark *m =
        (void *)(uintptr_t)trading_marks(&d->gate->trading, STR_NAME(c->request.orders[0].account));
    m->start = DEC(1000);
    m->peak = DEC(2000);
    f = gathered(c);
    assert_dec(f->day_start.v, "1000");
    assert_dec(f->day_peak.v, "2000");
    struct intent like = {.order = c->request.orders[0], .state = INTENT_KNOWN, .at = d->now};
    str_copy_cut(like.order.ref, sizeof like.order.ref, STR(REF));
    assert_non_null(ledger_add(d->gate->ledger, &like, &e));
    d->now.mono.ns += NS_PER_S;
    d->now.wall.ns += NS_PER_S;
    f = gathered(c);
    assert_int_equal(f->duplicate_age_ms, 1000);
    assert_string_equal(f->duplicate_ref, REF);
}

static void what_works_in_other_contracts_is_exposure(void **state)
{
    struct case_file *c = *state;
    struct order o = another(c, SIDE_BUY, ORDER_LMT, "7");
    o.contract.con_id = 5;
    c->desk->gate->limits.max_gross_exposure_pct = DEC(100);
    c->market.rate_count = 1;
    memcpy(c->market.rates[0].currency, "USD", 4);
    c->market.rates[0].rate = DEC_SOME(DEC(1));
    assert_dec(gathered(c)->others_gross, "0");
    tell(c->desk, o, (struct word)WORKS);
    assert_dec(gathered(c)->others_gross, "70");
}

static void a_new_day_has_no_orders(void **state)
{
    struct case_file *c = *state;
    struct desk *d = c->desk;
    struct call o;
    resting(d, &o, "1", 5);
    call(d, &o, CALL_SUBMIT);
    assert_true(o.ok);
    assert_int_equal(gathered(c)->orders_today, 1);
    d->now.mono.ns += 86400 * (int64_t)NS_PER_S;
    d->now.wall.ns += 86400 * (int64_t)NS_PER_S;
    assert_int_equal(gathered(c)->orders_today, 0);
}

static struct tz *utc;

static const struct tz *find_utc(void *self, struct str name)
{
    (void)self, (void)name;
    return utc;
}

static void only_another_program_restarts(void **state)
{
    struct case_file *c = *state;
    struct session *s = c->desk->session;
    utc = tz_new_utc();
    s->config.zones.find = find_utc;
    s->config.restart = (struct restart_hours){12 * 60 + 2, 12 * 60 + 30}; /* it is past 12:00 */
    assert_true(session_restart_is_near(s, c->desk->now, 120 * 1000));
    assert_false(gathered(c)->is_restart_near);
    c->desk->gate->config.is_embedded = false;
    assert_true(gathered(c)->is_restart_near);
    s->config.restart = (struct restart_hours){20 * 60, 21 * 60};
    assert_false(gathered(c)->is_restart_near);
    c->desk->gate->config.is_embedded = true;
    s->config.zones.find = NULL;
    tz_free(utc);
}

/* ---- the market ---- */

struct fetching {
    struct case_file *file;
    struct market_view market;
    struct error e;
    bool ok, is_done;
};

static void fetch(struct task *t, void *arg)
{
    struct fetching *f = arg;
    f->ok = market_fetch(t, f->file->desk->gate, &f->file->request, &f->market, &f->e);
    f->is_done = true;
}

static struct task *fetch_start(struct case_file *c, struct fetching *f, int64_t most_ms)
{
    *f = (struct fetching){.file = c};
    struct task *t = task_spawn(c->desk->tasks, c->desk->now, most_ms, fetch, f);
    assert_non_null(t);
    return t;
}

static void a_quote_and_a_rate_are_fetched(void **state)
{
    static struct fetching f;
    struct case_file *c = *state;
    (void)fetch_start(c, &f, 20000);
    desk_run(c->desk, 5000);
    assert_true(f.is_done && f.ok);
    assert_true(f.market.quote.bid.has);
    assert_dec(f.market.rate.v, "1");
    str_copy_cut(c->request.orders[0].contract.currency, 8, STR("EUR"));
    (void)fetch_start(c, &f, 20000);
    desk_run(c->desk, 8000);
    assert_true(f.is_done && f.ok && f.market.rate.has);
    assert_true(dec_gt(f.market.rate.v, DEC_ZERO) && !dec_eq(f.market.rate.v, DEC(1)));
    str_copy_cut(c->request.orders[0].contract.currency, 8, STR("XTS")); /* there is none */
    (void)fetch_start(c, &f, 20000);
    desk_run(c->desk, 19000);
    assert_true(f.is_done && f.ok && !f.market.rate.has);
    c->request.orders[0].contract.currency[0] = 0; /* not told */
    (void)fetch_start(c, &f, 20000);
    desk_run(c->desk, 8000);
    assert_true(f.is_done && f.ok && !f.market.rate.has);
    str_copy_cut(c->request.orders[0].account, sizeof c->request.orders[0].account, STR("DU7"));
    (void)fetch_start(c, &f, 20000); /* nor that of the account */
    desk_run(c->desk, 8000);
    assert_true(f.is_done && f.ok && !f.market.rate.has);
}

static void why_a_price_is_missing_or_late_is_told_in_the_brokers_words(void **state)
{
    static struct fetching f;
    struct case_file *c = *state;
    char *instruments = desk_instruments();
    struct case_file other = *c;
    other.desk = desk_with((struct paper_config){.no_subscription = "NASDAQ"}, instruments);
    (void)fetch_start(&other, &f, 20000);
    desk_run(other.desk, 5000);
    assert_true(f.is_done && f.ok);
    assert_contains(f.market.notice, "delayed");
    desk_free(other.desk);
    test_free(instruments);
}

static void without_a_line_or_a_contract_nothing_is_fetched_and_that_is_no_failure(void **state)
{
    static struct fetching f;
    struct case_file *c = *state;
    c->request.orders[0].contract.con_id = 0;
    (void)fetch_start(c, &f, 20000);
    desk_run(c->desk, 5000);
    assert_true(f.is_done && f.ok && !f.market.quote.bid.has);
    c->request.orders[0].contract.con_id = AAPL;
    c->desk->is_offline = true;
    desk_hang_up(c->desk);
    (void)fetch_start(c, &f, 20000);
    desk_run(c->desk, 10);
    assert_true(f.is_done && f.ok && !f.market.quote.bid.has);
    str_copy_cut(c->request.orders[0].contract.currency, 8, STR("EUR"));
    (void)fetch_start(c, &f, 20000);
    desk_run(c->desk, 1000);
    assert_true(f.is_done && f.ok);
}

static void a_line_that_breaks_meanwhile_leaves_no_price(void **state)
{
    static struct fetching f;
    struct case_file *c = *state;
    assert_true(arm(c->desk->paper, c->desk->now, "drop any 0"));
    (void)fetch_start(c, &f, 20000);
    desk_run(c->desk, 100);
    assert_false(f.is_done);
    c->desk->is_offline = true;
    desk_hang_up(c->desk);
    desk_run(c->desk, 1000);
    assert_true(f.is_done && f.ok && !f.market.quote.bid.has);
}

static void a_task_that_ends_has_fetched_nothing(void **state)
{
    static struct fetching f;
    struct case_file *c = *state;
    assert_true(arm(c->desk->paper, c->desk->now, "drop any 0"));
    struct task *t = fetch_start(c, &f, 20000);
    desk_run(c->desk, 100);
    assert_false(f.is_done);
    task_cancel(t);
    desk_run(c->desk, 100);
    assert_true(f.is_done && !f.ok);
    (void)fetch_start(c, &f, 500); /* its time is over */
    desk_run(c->desk, 1000);
    assert_true(f.is_done && !f.ok);
    c->request.orders[0].contract.con_id = 0; /* the rate alone */
    str_copy_cut(c->request.orders[0].contract.currency, 8, STR("EUR"));
    t = fetch_start(c, &f, 20000);
    desk_run(c->desk, 100);
    assert_false(f.is_done);
    task_cancel(t);
    desk_run(c->desk, 100);
    assert_true(f.is_done && !f.ok);
    (void)fetch_start(c, &f, 500);
    desk_run(c->desk, 1000);
    assert_true(f.is_done && !f.ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(orders_count_by_kind_and_side),
        TEST(the_best_limits_and_market_orders_are_known),
        TEST(orders_of_one_group_cancel_each_other_and_count_once),
        TEST(a_child_counts_as_far_as_its_parent_has_filled),
        TEST(a_change_on_its_way_counts_with_the_larger_size),
        TEST(the_order_that_is_changed_is_not_counted_beside_itself),
        TEST(what_is_on_its_way_counts_as_if_it_worked),
        TEST(the_state_of_the_program_is_told_as_it_is),
        TEST(the_days_marks_and_an_equal_order_are_told),
        TEST(what_works_in_other_contracts_is_exposure),
        TEST(a_new_day_has_no_orders),
        TEST(only_another_program_restarts),
        TEST(a_quote_and_a_rate_are_fetched),
        TEST(why_a_price_is_missing_or_late_is_told_in_the_brokers_words),
        TEST(without_a_line_or_a_contract_nothing_is_fetched_and_that_is_no_failure),
        TEST(a_line_that_breaks_meanwhile_leaves_no_price),
        TEST(a_task_that_ends_has_fetched_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
