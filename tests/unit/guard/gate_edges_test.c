/* SPDX-License-Identifier: MIT */
/*
 * The gate's outside and the state of trading at their edges: which requests are one, what margin
 * is asked for, what is kept, and what holds orders back at the last moment. Found by `make
 * mutate`.
 */
#include "guard/reconcile.h"
#include "guard/state.h"
#include "tests/kit/arm.h"
#include "words.h"

static int setup(void **state)
{
    *state = desk_new();
    return 0;
}

static int teardown(void **state)
{
    desk_free(*state);
    return 0;
}

static void fill_journal(struct desk *d)
{
    struct error e;
    d->disk = DISK_HANGS;
    while (journal_append(d->journal, JOURNAL_CANCEL, STR("test"), STR("{}"), d->now, &e) > 0)
        ;
}

static struct str account(struct desk *d)
{
    return str_of(book_account(d->book, 0));
}

/* ---- requests ---- */

static void a_request_has_one_order_or_a_bracket_and_a_bounded_key(void **state)
{
    static const struct {
        enum gate_kind kind;
        size_t count, key;
        bool is_fault;
    } rows[] = {{GATE_PLACE, 0, 0, true},
                {GATE_PLACE, 1, 0, false},
                {GATE_PLACE, GATE_LEGS_MAX, 64, false},
                {GATE_PLACE, GATE_LEGS_MAX + 1, 0, true},
                {GATE_MODIFY, 1, 0, false},
                {GATE_MODIFY, 2, 0, true},
                {GATE_PLACE, 1, 65, true}};
    char key[66];
    (void)state;
    memset(key, 'k', sizeof key);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gate_request r = {.kind = rows[i].kind, .count = rows[i].count};
        struct error e = {0};
        r.principal = STR("me");
        r.idempotency_key = (struct str){key, rows[i].key};
        if (request_fault(&r, &e) != rows[i].is_fault)
            fail_msg("row %zu", i);
        if (rows[i].is_fault)
            assert_string_equal(e.reason, "ORDER_INVALID");
    }
    gate_free(NULL);
}

static void what_is_no_request_is_neither_shown_nor_sent(void **state)
{
    struct desk *d = *state;
    struct call c;
    char key[65];
    memset(key, 'k', sizeof key);
    resting(d, &c, "5", 5);
    c.request.idempotency_key = (struct str){key, sizeof key};
    call(d, &c, CALL_SUBMIT);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "ORDER_INVALID");
    call(d, &c, CALL_PREVIEW);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "ORDER_INVALID");
}

static void only_our_own_working_order_can_be_changed(void **state)
{
    static const struct {
        enum order_state state;
        int64_t perm_id; /* of the request; that of the order is 77 */
        const char *reason;
    } rows[] = {{STATE_SUBMITTED, 77, NULL},
                {STATE_SUBMITTED, 0, NULL},
                {STATE_PRE_SUBMITTED, 77, NULL},
                {STATE_PENDING_CANCEL, 77, "NOT_WORKING"},
                {STATE_SUBMITTED, 78, "UNKNOWN_ORDER"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = *state;
        struct error e = {0};
        struct gate_request r = {.kind = GATE_MODIFY, .count = 1};
        struct order o = order_of(SIDE_BUY, "5", ORDER_LMT);
        o.order_id = 801 + (int32_t)i;
        o.client_id = d->client_id;
        o.perm_id = 77 + 1000 * (int64_t)i;
        str_copy_cut(o.account, sizeof o.account, account(d));
        tell(d, o, (struct word){rows[i].state, "0", 0});
        r.orders[0] = o;
        r.orders[0].perm_id = rows[i].perm_id ? rows[i].perm_id + 1000 * (int64_t)i : 0;
        bool ok = modify_target(d->gate, &r, &e);
        if (ok != !rows[i].reason || (!ok && strcmp(e.reason, rows[i].reason) != 0))
            fail_msg("row %zu: %s", i, e.reason);
    }
    struct desk *d = *state;
    struct error e = {0};
    struct gate_request r = {.kind = GATE_MODIFY, .count = 1};
    struct order o = order_of(SIDE_BUY, "5", ORDER_LMT);
    o.order_id = 900;
    o.client_id = 9;
    o.perm_id = 55;
    str_copy_cut(o.account, sizeof o.account, account(d));
    tell(d, o, (struct word){STATE_SUBMITTED, "0", 0});
    r.orders[0] = o;
    assert_false(modify_target(d->gate, &r, &e));
    assert_string_equal(e.reason, "NOT_OURS");
    assert_true(e.next[0]);
    r.orders[0].perm_id = 0;
    assert_false(modify_target(d->gate, &r, &e));
    assert_string_equal(e.reason, "UNKNOWN_ORDER");
    o.order_id = 0; /* by hand, under our client id */
    o.client_id = d->client_id;
    o.perm_id = 56;
    tell(d, o, (struct word){STATE_SUBMITTED, "0", 0});
    r.orders[0] = o;
    assert_false(modify_target(d->gate, &r, &e));
    assert_string_equal(e.reason, "NOT_OURS");
}

static void an_order_that_ended_while_its_change_was_judged_is_not_changed(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    struct order o = c.outcome.legs[0].order;
    c.request.kind = GATE_MODIFY;
    c.request.orders[0] = o;
    c.request.orders[0].limit_price.v = dec_minus(o.limit_price.v, DEC(1));
    str_copy_cut(c.request.orders[0].contract.currency, 8, STR("EUR")); /* a rate is asked for */
    call_start(d, &c, CALL_PREVIEW);
    tasks_run(d->tasks, d->now);
    assert_false(c.is_done);
    tell(d, o, (struct word){STATE_CANCELLED, "0", 0});
    call_finish(d, &c);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "NOT_WORKING");
}

static void margin_is_asked_for_where_it_can_matter(void **state)
{
    struct desk *d = *state;
    struct call c;
    d->limits.check_margin = GUARD_MARGIN_ON;
    desk_restart(d);
    resting(d, &c, "5", 5);
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && c.ticket.has_margin);
    resting(d, &c, "100000", 5); /* refused already */
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && !c.ticket.is_allowed && !c.ticket.has_margin);
    resting(d, &c, "5", 5); /* needs none: it reduces what is held */
    c.request.orders[0].side = SIDE_SELL;
    c.request.orders[0].limit_price = DEC_SOME(dec_plus(bid_of(d, AAPL), DEC(1)));
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && c.ticket.is_allowed && !c.ticket.has_margin);
    c.request.want_margin = true; /* but it can be asked for */
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && c.ticket.has_margin);
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    struct order o = c.outcome.legs[0].order;
    c.request.kind = GATE_MODIFY;
    c.request.orders[0] = o;
    c.request.orders[0].limit_price.v = dec_minus(o.limit_price.v, DEC(1));
    c.request.want_margin = true;
    call(d, &c, CALL_PREVIEW); /* for a change the broker has no answer */
    assert_true(c.ok && !c.ticket.has_margin);
    d->limits.check_margin = GUARD_MARGIN_OFF;
    desk_restart(d);
    resting(d, &c, "6", 6);
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && !c.ticket.has_margin);
    c.request.want_margin = true;
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && c.ticket.has_margin);
}

static void a_question_about_margin_that_is_given_up_ends_the_request(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    resting(d, &c, "5", 5);
    c.request.want_margin = true;
    call(d, &c, CALL_PREVIEW); /* the price is known from here on */
    assert_true(c.ok);
    assert_true(arm(d->paper, d->now, "drop any 0"));
    c.gate = d->gate;
    c.kind = CALL_PREVIEW;
    c.is_done = false;
    c.request.principal = STR("local:1000");
    assert_non_null(task_spawn(d->tasks, d->now, 500, call_run, &c));
    desk_run(d, 2000);
    assert_true(c.is_done);
    assert_false(c.ok);
    assert_int_equal(c.e.code, ERROR_TIMEOUT);
}

static void the_limits_in_force_and_the_used_order_ids_are_kept(void **state)
{
    struct error e;
    assert_true(journaled(*state, JOURNAL_CONFIG, "max_order_value") > 0);
    static const struct {
        const char *text;
        bool is_used;
    } rows[] = {{"5000", true}, {"", false},           {"-3", false},
                {"0", false},   {"2147483648", false}, {"junk", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char key[32];
        int32_t id = 0;
        struct desk *d = desk_new();
        (void)snprintf(key, sizeof key, "order_id.%d", d->client_id);
        assert_true(journal_put(d->journal, str_of(key), str_of(rows[i].text), d->now, &e));
        desk_run(d, 100);
        desk_restart(d);
        assert_true(trade_next_order_id(d->session, &id, &e));
        if ((id > 5000) != rows[i].is_used)
            fail_msg("%s: %d", rows[i].text, id);
        desk_free(d);
    }
}

static void no_day_is_known_before_the_brokers_clock_is(void **state)
{
    struct desk *d = *state;
    struct ledger *empty = ledger_new(), *was = d->gate->ledger;
    d->gate->ledger = empty;
    assert_int_equal(gate_day_end(d->gate, d->now).ns, d->now.wall.ns);
    d->gate->ledger = was;
    assert_true(gate_day_end(d->gate, d->now).ns > d->now.wall.ns);
    ledger_free(empty);
    assert_string_equal(gate_mode_text(gate_mode(d->gate, account(d))), "paper");
}

static void the_days_are_kept_when_there_is_room(void **state)
{
    struct desk *d = *state;
    char text[JOURNAL_VALUE_MAX];
    struct error e;
    struct ledger *fresh = ledger_new(), *was = d->gate->ledger;
    struct buf days;
    d->gate->ledger = fresh;
    buf_init(&days, JOURNAL_VALUE_MAX - 1);
    fill_journal(d);
    gate_turn(d->gate, d->now);
    assert_true(ledger_unsaved_days(fresh, &days)); /* there was none */
    d->disk = DISK_WORKS;
    desk_disk(d);
    gate_turn(d->gate, d->now);
    assert_false(ledger_unsaved_days(fresh, &days));
    desk_disk(d);
    assert_true(db_value(d->db, STR(LEDGER_DAYS_KEY), text, sizeof text, &e) && text[0]);
    d->gate->ledger = was;
    ledger_free(fresh);
    buf_fini(&days);
}

static void old_requests_are_forgotten_when_all_that_works_is_known(void **state)
{
    static const struct {
        enum link_state link;
        enum gate_reconcile_state state;
        bool is_kept;
    } rows[] = {{LINK_DOWN, GATE_RECONCILE_CLEAN, true},
                {LINK_RECONCILING, GATE_RECONCILE_CLEAN, true},
                {LINK_READY, GATE_RECONCILE_NEVER, true},
                {LINK_READY, GATE_RECONCILE_SETTLING, true},
                {LINK_READY, GATE_RECONCILE_NO_ANSWER, true},
                {LINK_READY, GATE_RECONCILE_CLEAN, false}};
    struct desk *d = *state;
    struct gate *g = d->gate;
    struct error e;
    char text[JOURNAL_VALUE_MAX];
    struct intent old = {.order.ref = "PC:old", .state = INTENT_KNOWN, .seq = 1};
    assert_non_null(ledger_add(g->ledger, &old, &e));
    for (int i = 0; i < LEDGER_DAYS_MAX; i++)
        ledger_turn(g->ledger, ledger_day(g->ledger) + 1, 2 + i);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        g->link = rows[i].link;
        g->reconcile->status.state = rows[i].state;
        gate_turn(g, d->now);
        assert_int_equal(ledger_by_ref(g->ledger, STR("PC:old")) != NULL, rows[i].is_kept);
        desk_disk(d);
        assert_true(db_value(d->db, STR(LEDGER_OLD_KEY), text, sizeof text, &e));
        assert_string_equal(text, rows[i].is_kept ? "[1]" : "[]");
    }
}

static void the_days_are_not_kept_without_the_list_of_what_is_older(void **state)
{
    struct desk *d = *state;
    struct buf b;
    ledger_turn(d->gate->ledger, ledger_day(d->gate->ledger) + 1, 2);
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    fill_journal(d);
    gate_turn(d->gate, d->now);
    assert_true(ledger_unsaved_old(d->gate->ledger, &b));
    assert_true(ledger_unsaved_days(d->gate->ledger, &b));
    buf_fini(&b);
}

/* ---- the state of trading ---- */

static bool set(struct desk *d, enum gate_trading state, bool is_human, struct error *e)
{
    return gate_set_trading(d->gate, state, STR("me"), is_human, STR("tests"), d->now, e);
}

static void what_tightens_by_request_stays_by_request(void **state)
{
    struct desk *d = *state;
    struct trading *t = &d->gate->trading;
    struct error e;
    trading_broke(d->gate, d->now);
    assert_int_equal(t->state, GATE_REDUCING);
    assert_int_equal(t->cause, GATE_CAUSE_BREAK);
    struct opt_utc since = t->since;
    d->now.wall.ns += NS_PER_S;
    trading_broke(d->gate, d->now); /* once */
    assert_int_equal(t->since.v.ns, since.v.ns);
    assert_true(set(d, GATE_REDUCING, false, &e)); /* who made it so stays on record */
    assert_int_equal(t->cause, GATE_CAUSE_BREAK);
    assert_true(set(d, GATE_REDUCING, true, &e)); /* a person takes it over */
    assert_int_equal(t->cause, GATE_CAUSE_REQUEST);
    since = t->since;
    d->now.wall.ns += NS_PER_S;
    assert_true(set(d, GATE_REDUCING, true, &e));
    assert_int_equal(t->since.v.ns, since.v.ns); /* nothing to do */
    assert_false(set(d, GATE_ACTIVE, false, &e));
    assert_string_equal(e.reason, "HUMAN_ONLY");
    assert_true(e.next[0]);
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_STATE, "\"reducing\""), 2);
}

static void what_is_loosened_and_cannot_be_kept_is_not_loosened(void **state)
{
    struct desk *d = *state;
    struct trading *t = &d->gate->trading;
    struct error e;
    assert_true(set(d, GATE_HALTED, false, &e));
    fill_journal(d);
    assert_false(set(d, GATE_ACTIVE, true, &e));
    assert_int_equal(t->state, GATE_HALTED);
    assert_string_equal(t->why, "tests");
    d->disk = DISK_WORKS;
    desk_disk(d);
    t->is_unsaved = true; /* whatever was to be kept before is not kept over it */
    assert_true(set(d, GATE_ACTIVE, true, &e));
    assert_false(t->is_unsaved);
}

static void a_halt_that_cannot_be_kept_holds_and_is_kept_later(void **state)
{
    struct desk *d = *state;
    struct error e;
    fill_journal(d);
    assert_true(set(d, GATE_HALTED, false, &e));
    assert_true(d->gate->trading.is_unsaved);
    trading_save(d->gate, d->now);
    assert_true(d->gate->trading.is_unsaved);
    d->disk = DISK_WORKS;
    desk_disk(d);
    int before = journaled(d, JOURNAL_STATE, "\"halted\"");
    trading_save(d->gate, d->now);
    assert_false(d->gate->trading.is_unsaved);
    trading_save(d->gate, d->now);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_STATE, "\"halted\""), before + 1);
}

static void only_a_halt_holds_back_what_waits_for_the_pacing(void **state)
{
    for (int i = 0; i < 2; i++) {
        struct desk *d = desk_new();
        struct call c;
        struct error e;
        resting(d, &c, "5", 5);
        d->disk = DISK_HANGS;
        call_start(d, &c, CALL_SUBMIT);
        desk_run(d, 1100);
        for (int k = 0; k < 100; k++)
            assert_true(trade_cancel(d->session, 900000, d->now, &e));
        d->disk = DISK_WORKS;
        desk_disk(d);
        tasks_run(d->tasks, d->now);
        assert_true(set(d, i ? GATE_HALTED : GATE_REDUCING, false, &e));
        assert_int_equal(trade_drop_waiting(d->session, 0), i ? 0 : 1);
        call_finish(d, &c);
        desk_free(d);
    }
    (void)state;
}

static void what_holds_an_order_back_at_the_last_moment(void **state)
{
    static const struct {
        enum gate_trading state;
        enum gate_cause cause;
        bool is_reconciled, is_reducing;
        const char *code;
    } rows[] = {
        {GATE_ACTIVE, GATE_CAUSE_REQUEST, true, false, NULL},
        {GATE_ACTIVE, GATE_CAUSE_REQUEST, false, false, "HALTED"},
        {GATE_ACTIVE, GATE_CAUSE_BREAKER, false, false, "HALTED"},
        {GATE_HALTED, GATE_CAUSE_REQUEST, true, true, "HALTED"},
        {GATE_HALTED, GATE_CAUSE_BREAKER, true, true, "BREAKER"},
        {GATE_HALTED, GATE_CAUSE_BREAKER, false, true, "BREAKER"},
        {GATE_REDUCING, GATE_CAUSE_REQUEST, true, false, "REDUCING_INCREASES"},
        {GATE_REDUCING, GATE_CAUSE_REQUEST, true, true, NULL},
    };
    struct desk *d = *state;
    struct trading *t = &d->gate->trading;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        t->state = rows[i].state;
        t->cause = rows[i].cause;
        t->is_reconciled = rows[i].is_reconciled;
        const char *code = trading_refuses(d->gate, account(d), rows[i].is_reducing, d->now);
        if ((code == NULL) != (rows[i].code == NULL) || (code && strcmp(code, rows[i].code) != 0))
            fail_msg("row %zu: %s", i, code ? code : "passes");
    }
    t->state = GATE_ACTIVE;
    t->is_reconciled = true;
    assert_string_equal(trading_refuses(d->gate, STR("U1234567"), false, d->now), "LIVE_NOT_ARMED");
    str_copy_cut(t->arm.account, sizeof t->arm.account, STR("U1234567"));
    t->arm.from = (struct opt_utc){d->now.wall, true};
    t->arm.until = (struct opt_utc){{d->now.wall.ns + NS_PER_S}, true};
    t->arm.until_mono = instant_after_ms(d->now.mono, 1000);
    assert_null(trading_refuses(d->gate, STR("U1234567"), false, d->now));
}

/* ---- losses ---- */

static void worth(struct desk *d, const char *amount)
{
    struct account_value v = {.key = "NetLiquidation"};
    str_copy_cut(v.account, sizeof v.account, account(d));
    str_copy_cut(v.currency, sizeof v.currency, str_of(book_base_currency(d->book, account(d))));
    str_copy_cut(v.value, sizeof v.value, str_of(amount));
    struct event ev = {.kind = EVENT_ACCOUNT_VALUE, .at = d->now, .value = &v};
    desk_on_event(d, &ev);
}

static struct day_mark *mark(struct desk *d)
{
    return (void *)(uintptr_t)trading_marks(&d->gate->trading, account(d));
}

static void a_fall_from_the_peak_reduces_trading_once_a_day(void **state)
{
    struct desk *d = *state;
    struct trading *t = &d->gate->trading;
    struct error e;
    assert_true(arm(d->paper, d->now, "drop any 0"));
    d->gate->limits.max_drawdown_pct = DEC(10);
    d->gate->limits.max_daily_loss_pct = DEC_ZERO; /* off */
    struct event none = {.kind = EVENT_PNL, .at = d->now, .text = account(d)};
    book_apply(d->book, &none); /* the broker tells no figure of the day */
    mark(d)->start = mark(d)->peak = DEC(1000);
    worth(d, "900");
    assert_int_equal(t->state, GATE_ACTIVE); /* exactly ten percent */
    worth(d, "899");
    assert_int_equal(t->state, GATE_REDUCING);
    assert_int_equal(t->cause, GATE_CAUSE_LOSS);
    assert_contains(t->why, "max_drawdown_pct");
    assert_true(mark(d)->is_latched);
    assert_true(set(d, GATE_ACTIVE, true, &e));
    worth(d, "500"); /* a person knows */
    assert_int_equal(t->state, GATE_ACTIVE);
    assert_true(set(d, GATE_HALTED, true, &e));
    mark(d)->is_latched = false;
    worth(d, "500");
    assert_int_equal(t->state, GATE_HALTED); /* it does not loosen */
    assert_true(mark(d)->is_latched);
}

static void a_loss_of_the_day_reduces_trading(void **state)
{
    struct desk *d = *state;
    struct trading *t = &d->gate->trading;
    assert_true(arm(d->paper, d->now, "drop any 0"));
    d->gate->limits.max_daily_loss_pct = DEC(10);
    d->gate->limits.max_drawdown_pct = DEC_ZERO;
    struct event none = {.kind = EVENT_PNL, .at = d->now, .text = account(d)};
    book_apply(d->book, &none);
    mark(d)->start = mark(d)->peak = DEC(1000);
    worth(d, "899");
    assert_int_equal(t->state, GATE_REDUCING);
    assert_contains(t->why, "max_daily_loss_pct");
    struct opt_dec loss = trading_loss(d->gate, account(d));
    assert_true(loss.has && dec_eq(loss.v, DEC(101)));
    struct event pnl = {.kind = EVENT_PNL, .at = d->now, .text = account(d)};
    pnl.pnl_daily = some("-7");
    book_apply(d->book, &pnl);
    loss = trading_loss(d->gate, account(d));
    assert_true(loss.has && dec_eq(loss.v, DEC(7))); /* the broker knows better */
    assert_false(trading_loss(d->gate, STR("DU7")).has);
}

static void what_changes_no_mark_is_not_written(void **state)
{
    struct desk *d = *state;
    assert_true(arm(d->paper, d->now, "drop any 0"));
    d->gate->limits.max_drawdown_pct = d->gate->limits.max_daily_loss_pct = DEC_ZERO;
    mark(d)->start = mark(d)->peak = DEC(1000);
    worth(d, "1500"); /* a new peak */
    assert_true(dec_eq(mark(d)->peak, DEC(1500)));
    desk_run(d, 100);
    size_t pending = journal_pending(d->journal);
    d->disk = DISK_HANGS;
    struct account_value v = {.key = "BuyingPower", .currency = "USD", .value = "9"};
    str_copy_cut(v.account, sizeof v.account, account(d));
    struct event ev = {.kind = EVENT_ACCOUNT_VALUE, .at = d->now, .value = &v};
    gate_observe(d->gate, &ev); /* says nothing about the account's worth */
    worth(d, "1400");
    assert_int_equal(journal_pending(d->journal), pending);
    d->disk = DISK_WORKS;
}

static void more_accounts_than_marks_are_kept_for_change_nothing(void **state)
{
    struct desk *d = *state;
    char list[512];
    int n = snprintf(list, sizeof list, "%s", book_account(d->book, 0));
    for (int i = 1; i <= TRADING_MARKS_MAX; i++)
        n += snprintf(list + n, sizeof list - (size_t)n, ",DU%d", 100 + i);
    struct event ev = {.kind = EVENT_ACCOUNTS, .at = d->now, .text = str_of(list)};
    desk_on_event(d, &ev);
    for (int i = 1; i <= TRADING_MARKS_MAX; i++) {
        struct account_value v = {.key = "NetLiquidation", .currency = "USD", .value = "9"};
        (void)snprintf(v.account, sizeof v.account, "DU%d", 100 + i);
        struct event value = {.kind = EVENT_ACCOUNT_VALUE, .at = d->now, .value = &v};
        desk_on_event(d, &value);
        assert_int_equal(trading_marks(&d->gate->trading, STR_NAME(v.account)) != NULL,
                         i < TRADING_MARKS_MAX);
    }
    assert_int_equal(d->gate->trading.state, GATE_ACTIVE);
}

static void a_new_peak_is_known_after_a_restart(void **state)
{
    struct desk *d = *state;
    assert_true(arm(d->paper, d->now, "drop any 0"));
    d->gate->limits.max_drawdown_pct = d->gate->limits.max_daily_loss_pct = DEC_ZERO;
    struct dec peak = dec_times(mark(d)->peak, 2);
    char text[DEC_TEXT_MAX];
    dec_format(peak, text);
    worth(d, text);
    desk_run(d, 100);
    struct trading *t = &d->gate->trading;
    struct error e;
    trading_init(t);
    assert_true(trading_restore(d->gate, d->db, d->now, &e));
    assert_true(dec_eq(mark(d)->peak, peak));
}

static void a_state_that_cannot_be_read_is_no_harmless_one(void **state)
{
    static const struct {
        const char *key, *text;
        bool ok;
    } rows[] = {{"trading", "{}", false}, {"trading", "junk", false},
                {"arm", "{}", false},     {"arm", "{\"armed\":\"\"}", true},
                {"marks", "{}", false},   {"marks", "{\"marks\":[]}", true}};
    struct desk *d = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *other = desk_new();
        struct error e = {0};
        desk_run(other, 100);
        assert_true(trading_restore(other->gate, other->db, other->now, &e));
        assert_true(
            journal_put(other->journal, str_of(rows[i].key), str_of(rows[i].text), d->now, &e));
        desk_run(other, 100);
        assert_int_equal(trading_restore(other->gate, other->db, other->now, &e), rows[i].ok);
        bool is_json = rows[i].text[0] == '{';
        assert_string_equal(e.reason, rows[i].ok ? "" : is_json ? "STORE_DAMAGED" : e.reason);
        assert_true(rows[i].ok || e.reason[0]);
        desk_free(other);
    }
}

static void a_breaker_that_is_off_halts_nothing(void **state)
{
    struct desk *d = *state;
    d->gate->limits.breaker_count = 0;
    trading_failed(d->gate, d->now);
    assert_int_equal(d->gate->trading.state, GATE_ACTIVE);
    d->gate->limits.breaker_count = 2;
    trading_failed(d->gate, d->now);
    assert_int_equal(d->gate->trading.state, GATE_HALTED);
}

/* ---- life ---- */

static void a_gate_begins_with_the_link_as_it_is_and_with_references_of_its_own(void **state)
{
    struct desk *d = *state;
    struct gate_config config = d->gate->config;
    uint32_t serials[2];
    for (uint64_t seed = 1; seed <= 2; seed++) {
        config.seed = seed;
        struct gate *g =
            gate_new(&config, d->session, d->book, d->journal, d->quotes, d->currencies);
        assert_int_equal(g->link, LINK_READY);
        serials[seed - 1] = g->serial;
        gate_free(g);
    }
    assert_true(serials[0] != serials[1]);
    gate_free(NULL);
}

/* ---- arming ---- */

static void a_paper_account_needs_no_arming_and_gets_none(void **state)
{
    struct desk *d = *state;
    struct error e;
    d->gate->limits.mode = GUARD_LIVE;
    d->gate->limits.accounts = STR("DU1,U1");
    assert_false(gate_arm(d->gate, STR("DU1"), 10, STR("me"), true, d->now, &e));
    assert_string_equal(e.reason, "ACCOUNT_NOT_LIVE");
    assert_true(gate_arm(d->gate, STR("U1"), 10, STR("me"), true, d->now, &e));
    assert_string_equal(d->gate->trading.arm.account, "U1");
    assert_true(gate_arm(d->gate, STR("U1"), 0, STR("me"), true, d->now, &e));
    assert_string_equal(d->gate->trading.arm.account, "");
    assert_false(d->gate->trading.arm.until.has);
}

static void disarming_works_also_where_it_cannot_be_kept(void **state)
{
    struct desk *d = *state;
    struct trading *t = &d->gate->trading;
    struct error e;
    struct gate_trading_status s;
    d->gate->limits.mode = GUARD_LIVE;
    d->gate->limits.accounts = STR("U1234567");
    d->gate->limits.arm_minutes_max = 60;
    assert_false(gate_arm(d->gate, STR("U1234567"), 61, STR("me"), true, d->now, &e));
    assert_string_equal(e.reason, "ARM_TOO_LONG");
    assert_true(gate_arm(d->gate, STR("U1234567"), 60, STR("me"), true, d->now, &e));
    gate_trading_status(d->gate, d->now, &s);
    assert_string_equal(s.armed_account, "U1234567");
    assert_int_equal(s.armed_until.v.ns, d->now.wall.ns + 3600 * (int64_t)NS_PER_S);
    assert_string_equal(t->arm.by, "me");
    fill_journal(d);
    assert_false(gate_arm(d->gate, STR("U1234567"), 30, STR("you"), true, d->now, &e));
    assert_string_equal(t->arm.by, "me"); /* as it was */
    assert_true(gate_arm(d->gate, STR("U1234567"), 0, STR("you"), false, d->now, &e));
    gate_trading_status(d->gate, d->now, &s);
    assert_string_equal(s.armed_account, "");
    assert_false(s.armed_until.has);
    d->disk = DISK_WORKS;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_request_has_one_order_or_a_bracket_and_a_bounded_key),
        TEST(what_is_no_request_is_neither_shown_nor_sent),
        TEST(only_our_own_working_order_can_be_changed),
        TEST(an_order_that_ended_while_its_change_was_judged_is_not_changed),
        TEST(margin_is_asked_for_where_it_can_matter),
        TEST(a_question_about_margin_that_is_given_up_ends_the_request),
        TEST(the_limits_in_force_and_the_used_order_ids_are_kept),
        TEST(no_day_is_known_before_the_brokers_clock_is),
        TEST(the_days_are_kept_when_there_is_room),
        TEST(old_requests_are_forgotten_when_all_that_works_is_known),
        TEST(the_days_are_not_kept_without_the_list_of_what_is_older),
        TEST(what_tightens_by_request_stays_by_request),
        TEST(what_is_loosened_and_cannot_be_kept_is_not_loosened),
        TEST(a_halt_that_cannot_be_kept_holds_and_is_kept_later),
        TEST(only_a_halt_holds_back_what_waits_for_the_pacing),
        TEST(what_holds_an_order_back_at_the_last_moment),
        TEST(a_fall_from_the_peak_reduces_trading_once_a_day),
        TEST(a_loss_of_the_day_reduces_trading),
        TEST(what_changes_no_mark_is_not_written),
        TEST(more_accounts_than_marks_are_kept_for_change_nothing),
        TEST(a_new_peak_is_known_after_a_restart),
        TEST(a_state_that_cannot_be_read_is_no_harmless_one),
        TEST(a_breaker_that_is_off_halts_nothing),
        TEST(a_gate_begins_with_the_link_as_it_is_and_with_references_of_its_own),
        TEST(a_paper_account_needs_no_arming_and_gets_none),
        TEST(disarming_works_also_where_it_cannot_be_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
