/* SPDX-License-Identifier: MIT */
/*
 * Where our books and the broker's differ, one difference at a time: the test tells the books what
 * the broker said and what was sent, and compares. Found by `make mutate`.
 */
#include "guard/reconcile.h"
#include "guard/state.h"
#include "words.h"

#define REF_A "PC:0000000000000000A"
#define REF_B "PC:0000000000000000B"
#define REF_C "PC:0000000000000000C"

enum { KO = 990001 };

static struct gate_break breaks[GATE_BREAKS_MAX + 1];

/* A gate whose account is empty, and whose line is down. */
static struct desk *empty_desk(void)
{
    struct desk *d = desk_new();
    desk_empty(d);
    holdings_begin(d->gate->reconcile->holdings, str_of(book_account(d->book, 0)), d->journal,
                   d->now);
    memset(breaks, 0, sizeof breaks);
    return d;
}

static int setup(void **state)
{
    *state = empty_desk();
    return 0;
}

static int teardown(void **state)
{
    desk_free(*state);
    return 0;
}

static struct comparison compared(struct desk *d)
{
    struct comparison c = {.breaks = breaks};
    compare_all(d->gate, d->now, &c);
    return c;
}

static void assert_one(struct desk *d, enum gate_break_kind kind, const char *text)
{
    struct comparison c = compared(d);
    if (c.count != 1 || breaks[0].kind != kind)
        fail_msg("%zu breaks, %s: %s", c.count, gate_break_row(breaks[0].kind)->code,
                 breaks[0].text);
    assert_contains(breaks[0].text, text);
}

static void assert_none(struct desk *d)
{
    struct comparison c = compared(d);
    if (c.count != 0)
        fail_msg("%s: %s", gate_break_row(breaks[0].kind)->code, breaks[0].text);
}

static struct str account(struct desk *d)
{
    return str_of(book_account(d->book, 0));
}

static struct contract ko(void)
{
    return (struct contract){.con_id = KO, .sec_type = SEC_STK, .symbol = "KO", .currency = "USD"};
}

/* The broker tells a position. */
static void tells(struct desk *d, enum event_kind kind, struct contract c, const char *quantity)
{
    struct position p = {.quantity = number(quantity), .contract = c};
    str_copy_cut(p.account, sizeof p.account, account(d));
    struct event ev = {.kind = kind, .at = d->now, .position = &p};
    desk_on_event(d, &ev);
}

static void holds(struct desk *d, struct contract c, const char *quantity)
{
    tells(d, EVENT_POSITION, c, quantity);
}

static void counts(struct desk *d, struct contract c, const char *quantity)
{
    holdings_set(d->gate->reconcile->holdings, account(d), &c, number(quantity), d->journal,
                 d->now);
}

static void later(struct desk *d, int64_t ms)
{
    d->now.mono.ns += ms * NS_PER_MS;
    d->now.wall.ns += ms * NS_PER_MS;
}

/* An order of ours as it was sent; BUY 5 KO at the limit 50, leg `leg` of request `seq`. */
static struct intent *sent(struct desk *d, const char *ref, int64_t seq, size_t leg,
                           enum intent_state st)
{
    struct error e;
    struct intent it = {.state = st, .seq = seq, .leg = leg, .at = d->now};
    it.order = order_of(leg ? SIDE_SELL : SIDE_BUY, "5", ORDER_LMT);
    it.order.contract = ko();
    it.order.limit_price = some("50");
    it.order.order_id = 700 + ref[19];
    it.order.client_id = d->client_id;
    str_copy_cut(it.order.type_text, sizeof it.order.type_text, STR("LMT"));
    str_copy_cut(it.order.account, sizeof it.order.account, account(d));
    str_copy_cut(it.order.ref, sizeof it.order.ref, str_of(ref));
    struct intent *out = ledger_add(d->gate->ledger, &it, &e);
    assert_non_null(out);
    return out;
}

#define WORKS                                                                                      \
    {                                                                                              \
        STATE_SUBMITTED, "0", 0                                                                    \
    }
#define CANCELLED                                                                                  \
    {                                                                                              \
        STATE_CANCELLED, "0", 0                                                                    \
    }

/* ---- positions ---- */

static void a_position_that_differs_is_told_with_both_counts(void **state)
{
    struct desk *d = *state;
    counts(d, ko(), "5");
    later(d, RECONCILE_GRACE_MS);
    assert_one(d, GATE_BREAK_POSITION, "KO: 5 by our count, 0 at the broker");
    assert_string_equal(breaks[0].repair, "");
    assert_int_equal(compared(d).positions, 1);
    holds(d, ko(), "7");
    later(d, RECONCILE_GRACE_MS);
    assert_one(d, GATE_BREAK_POSITION, "KO: 5 by our count, 7 at the broker");
    counts(d, ko(), "7");
    assert_none(d);
}

static void an_option_that_is_gone_may_have_expired(void **state)
{
    struct desk *d = *state;
    struct contract option = ko();
    option.con_id = 77;
    option.sec_type = SEC_OPT;
    str_copy_cut(option.expiry, sizeof option.expiry, STR("20260116"));
    counts(d, option, "2");
    later(d, RECONCILE_GRACE_MS);
    assert_one(d, GATE_BREAK_POSITION, "2 by our count, 0 at the broker");
    assert_contains(breaks[0].repair, "expired");
    holds(d, option, "1");
    later(d, RECONCILE_GRACE_MS);
    assert_one(d, GATE_BREAK_POSITION, "2 by our count, 1 at the broker");
    assert_string_equal(breaks[0].repair, "");
}

static void positions_of_accounts_of_another_login_are_not_compared(void **state)
{
    struct desk *d = *state;
    struct holdings *h = d->gate->reconcile->holdings;
    struct contract c = ko();
    holdings_begin(h, STR("DU7"), d->journal, d->now);
    holdings_set(h, STR("DU7"), &c, DEC(5), d->journal, d->now);
    later(d, RECONCILE_GRACE_MS);
    assert_none(d);
    assert_int_equal(compared(d).positions, 0);
}

static void what_has_just_changed_is_given_time(void **state)
{
    struct desk *d = *state;
    counts(d, ko(), "5");
    holds(d, ko(), "5");
    holds(d, ko(), "6");
    struct comparison c = compared(d);
    assert_int_equal(c.count, 0);
    assert_int_equal(c.unsettled, 1);
    later(d, RECONCILE_GRACE_MS - 1);
    assert_int_equal(compared(d).unsettled, 1);
    later(d, 1);
    assert_int_equal(compared(d).unsettled, 0);
    assert_int_equal(compared(d).count, 1);
    /* the machine has just started, and nothing was told since */
    struct holding_count *h =
        (void *)(uintptr_t)holdings_get(d->gate->reconcile->holdings, account(d), KO);
    h->touched.ns = 0;
    d->now.mono.ns = NS_PER_S;
    assert_int_equal(compared(d).count, 1);
}

static void a_position_that_was_never_counted_is_a_break_if_the_list_has_it(void **state)
{
    struct desk *d = *state;
    struct reconcile *r = d->gate->reconcile;
    tells(d, EVENT_POSITION_VALUE, ko(), "7"); /* by its value alone */
    assert_null(holdings_get(r->holdings, account(d), KO));
    assert_one(d, GATE_BREAK_POSITION, "KO: 0 by our count, 7 at the broker");
    assert_int_equal(breaks[0].con_id, KO);
    map_clear(r->names);
    r->named = r->names; /* a list that names nothing */
    assert_none(d);
    r->named = NULL;
    struct contract cash = ko();
    cash.sec_type = SEC_CASH;
    holds(d, ko(), "0");
    cash.con_id = 12;
    holds(d, cash, "1000");
    assert_none(d);
}

static void more_breaks_than_fit_are_counted(void **state)
{
    struct desk *d = *state;
    for (int i = 0; i <= GATE_BREAKS_MAX; i++) {
        struct contract c = ko();
        c.con_id = 100 + i;
        counts(d, c, "1");
    }
    later(d, RECONCILE_GRACE_MS);
    struct intent *it = sent(d, REF_A, 1, 0, INTENT_UNKNOWN);
    struct comparison c = compared(d);
    assert_int_equal(c.count, GATE_BREAKS_MAX);
    assert_int_equal(c.total, GATE_BREAKS_MAX + 2);
    assert_int_equal(c.halting, GATE_BREAKS_MAX + 1);
    assert_string_equal(breaks[GATE_BREAKS_MAX].text, "");
    intent_become(it, INTENT_KNOWN);
}

/* ---- orders ---- */

static void terms_are_the_same_as_far_as_they_were_given(void **state)
{
    struct order lmt = order_of(SIDE_BUY, "5", ORDER_LMT), o;
    lmt.limit_price = some("50");
    struct order stp = order_of(SIDE_SELL, "5", ORDER_STP);
    stp.stop_price = some("40");
    struct order trail = order_of(SIDE_SELL, "5", ORDER_TRAIL);
    trail.trail_amount = some("2");
    trail.stop_price = some("40");
    (void)state;
    o = lmt;
    o.stop_price = some("1"); /* a default of the broker's */
    assert_true(has_terms(&lmt, &o));
    o.limit_price = some("51");
    assert_false(has_terms(&lmt, &o));
    o.limit_price = DEC_NONE;
    assert_false(has_terms(&lmt, &o));
    o = stp;
    o.stop_price = some("41");
    assert_false(has_terms(&stp, &o));
    o = lmt;
    o.quantity = DEC(4);
    assert_false(has_terms(&lmt, &o));
    for (int i = 0; i < 2; i++) {
        trail.type = i ? ORDER_TRAIL_LIMIT : ORDER_TRAIL;
        o = trail;
        o.stop_price = some("45"); /* its trigger has moved */
        assert_true(has_terms(&trail, &o));
        o.trail_amount = some("3");
        assert_false(has_terms(&trail, &o));
    }
    trail.trail_amount = DEC_NONE;
    trail.trail_percent = some("5");
    o = trail;
    o.trail_percent = some("6");
    assert_false(has_terms(&trail, &o));
}

static void an_order_that_differs_is_told_with_what_differs(void **state)
{
    static const struct {
        const char *quantity, *limit, *stop, *text, *ours, *brokers;
    } rows[] = {
        {"5", "50", NULL, NULL, NULL, NULL},
        {"5", "51", NULL, "50 as we gave it, 51 at the broker", "50", "51"},
        {"4", "51", NULL, "5 as we gave it, 4 at the broker", "5", "4"},
        {"5", NULL, "50", "50 as we gave it, nothing at the broker", "50", NULL},
    };
    struct desk *d = *state;
    struct intent *it = sent(d, REF_A, 1, 0, INTENT_KNOWN);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct order o = it->order;
        o.quantity = number(rows[i].quantity);
        o.limit_price = rows[i].limit ? some(rows[i].limit) : DEC_NONE;
        o.stop_price = rows[i].stop ? some(rows[i].stop) : DEC_NONE;
        tell(d, o, (struct word)WORKS);
        if (!rows[i].text) {
            assert_none(d);
            continue;
        }
        assert_one(d, GATE_BREAK_ORDER_CHANGED, rows[i].text);
        assert_contains(breaks[0].text, "BUY");
        assert_contains(breaks[0].text, rows[i].quantity);
        assert_contains(breaks[0].text, "KO LMT");
        assert_true(dec_eq(breaks[0].ours.v, number(rows[i].ours)));
        assert_int_equal(breaks[0].brokers.has, rows[i].brokers != NULL);
    }
    it->has_change = true; /* the change that was sent asks for just that */
    it->change = it->order;
    it->change.limit_price = DEC_NONE;
    it->change.stop_price = some("50");
    assert_none(d);
    it->change.stop_price = some("49");
    assert_int_equal(compared(d).count, 1);
}

static void a_stop_that_differs_is_told_with_its_trigger(void **state)
{
    struct desk *d = *state;
    struct intent *it = sent(d, REF_A, 1, 0, INTENT_KNOWN);
    it->order.type = ORDER_STP;
    it->order.limit_price = DEC_NONE;
    it->order.stop_price = some("40");
    struct order o = it->order;
    o.stop_price = some("41");
    tell(d, o, (struct word)WORKS);
    assert_one(d, GATE_BREAK_ORDER_CHANGED, "40 as we gave it, 41 at the broker");
    it->order.stop_price = DEC_NONE; /* without any price its size is what there is to tell */
    it->order.trail_amount = some("1");
    assert_one(d, GATE_BREAK_ORDER_CHANGED, "5 as we gave it, 5 at the broker");
}

static void an_order_that_works_though_it_was_given_up_is_a_break(void **state)
{
    struct desk *d = *state;
    struct intent *it = sent(d, REF_A, 1, 0, INTENT_KNOWN);
    tell(d, it->order, (struct word)WORKS);
    static const struct {
        enum intent_state state;
        size_t n;
    } rows[] = {{INTENT_NOT_SENT, 1}, {INTENT_NOT_PLACED, 1}, {INTENT_KNOWN, 0}, {INTENT_SENT, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        intent_become(it, rows[i].state);
        struct comparison c = compared(d);
        assert_int_equal(c.count, rows[i].n);
        assert_int_equal(c.orders, 1);
        if (c.count)
            assert_int_equal(breaks[0].kind, GATE_BREAK_ORDER_REVIVED);
    }
}

static void whose_an_order_is_shows_in_its_id_and_its_reference(void **state)
{
    struct desk *d = *state;
    const struct {
        const char *ref;
        int32_t order_id, client_id;
        bool is_external;
    } rows[] = {
        {"PC:short", 50, d->client_id, true}, {"XX:0000000000000000A", 50, d->client_id, true},
        {REF_A, 50, d->client_id + 1, true},  {REF_A, 0, d->client_id, true},
        {REF_A, 50, d->client_id, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct order o = order_of(SIDE_BUY, "5", ORDER_LMT);
        o.order_id = rows[i].order_id ? rows[i].order_id + (int)i : 0;
        o.client_id = rows[i].client_id;
        o.perm_id = 4000 + (int)i;
        str_copy_cut(o.ref, sizeof o.ref, str_of(rows[i].ref));
        tell(d, o, (struct word)WORKS);
        struct comparison c = compared(d);
        if (c.external_orders != rows[i].is_external || c.orders == rows[i].is_external)
            fail_msg("row %zu", i);
        tell(d, o, (struct word)CANCELLED);
    }
}

static void an_order_that_the_list_lacks_is_missed_after_some_seconds(void **state)
{
    struct desk *d = *state;
    struct reconcile *r = d->gate->reconcile;
    struct intent *it = sent(d, REF_A, 1, 0, INTENT_KNOWN);
    tell(d, it->order, (struct word)WORKS);
    struct opt_utc at = book_order(d->book, d->client_id, it->order.order_id)->last_change;
    map_clear(r->names);
    r->named = r->names;
    d->now.wall.ns = at.v.ns + (int64_t)(RECONCILE_GRACE_MS - 1) * NS_PER_MS;
    assert_int_equal(compared(d).unsettled, 1);
    assert_none(d);
    d->now.wall.ns += NS_PER_MS;
    assert_int_equal(compared(d).unsettled, 0);
    assert_one(d, GATE_BREAK_ORDER_MISSING, "the broker's list does not have it");
    struct order twin = it->order; /* it goes on under another permId, which is named */
    twin.perm_id = 9999;
    tell(d, twin, (struct word)WORKS);
    map_clear(r->names);
    tell(d, it->order, (struct word)WORKS);
    later(d, RECONCILE_GRACE_MS);
    struct comparison c = compared(d);
    assert_int_equal(c.total + (size_t)c.unsettled, 0);
    r->named = NULL;
}

static void two_perm_ids_of_which_one_has_ended_are_a_break(void **state)
{
    struct desk *d = *state;
    struct intent *it = sent(d, REF_A, 1, 0, INTENT_KNOWN);
    struct order a = it->order, b = it->order;
    a.perm_id = 11;
    b.perm_id = 12;
    tell(d, a, (struct word)WORKS);
    assert_none(d);
    tell(d, b, (struct word)WORKS);
    assert_int_equal(it->perm_count, 2);
    for (size_t i = compared(d).count; i > 0; i--)
        assert_true(breaks[i - 1].kind != GATE_BREAK_ORDER_SPLIT); /* both work */
    tell(d, a, (struct word)CANCELLED);
    assert_one(d, GATE_BREAK_ORDER_SPLIT, "permId 11 has ended");
    assert_contains(breaks[0].text, "BUY 5 KO LMT");
    it->perm_ids[0] = 21; /* of which the book knows nothing, as after a restart */
    it->perm_ids[1] = 22;
    it->perm_ids[2] = 23;
    it->perm_ids[3] = 24;
    it->perm_count = LEDGER_PERMS_MAX;
    for (size_t i = compared(d).count; i > 0; i--)
        assert_true(breaks[i - 1].kind != GATE_BREAK_ORDER_SPLIT);
}

static void orders_of_unknown_fate_and_those_that_vanished_are_missed(void **state)
{
    static const struct {
        enum intent_state state;
        bool was_seen, is_accepted, is_ref_lost;
        int kind; /* -1: no break */
    } rows[] = {
        {INTENT_UNKNOWN, false, false, false, GATE_BREAK_ORDER_MISSING},
        {INTENT_UNKNOWN, false, false, true, GATE_BREAK_REFERENCE},
        {INTENT_NOT_PLACED, true, false, false, GATE_BREAK_ORDER_MISSING},
        {INTENT_NOT_PLACED, true, true, false, -1},
        {INTENT_NOT_PLACED, false, false, false, -1},
        {INTENT_KNOWN, true, false, false, -1},
        {INTENT_SENT, true, false, false, -1},
    };
    struct desk *d = *state;
    struct intent *it = sent(d, REF_A, 1, 0, INTENT_KNOWN);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        intent_become(it, rows[i].state);
        it->was_seen = rows[i].was_seen;
        it->is_accepted = rows[i].is_accepted;
        it->is_ref_lost = rows[i].is_ref_lost;
        if (rows[i].kind < 0)
            assert_none(d);
        else
            assert_one(d, (enum gate_break_kind)rows[i].kind, "KO LMT");
    }
}

/* ---- executions ---- */

static void executes(struct desk *d, const char *id, const char *quantity, int at)
{
    struct execution x = {.side = SIDE_BUY,
                          .quantity = number(quantity),
                          .price = DEC(50),
                          .contract = ko(),
                          .time = {at_s(at).wall, true}};
    str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(id));
    str_copy_cut(x.account, sizeof x.account, account(d));
    struct event ev = {.kind = EVENT_EXECUTION, .at = d->now, .execution = &x};
    desk_on_event(d, &ev);
}

static void an_execution_that_the_list_lacks_is_a_break_until_it_is_accepted(void **state)
{
    struct desk *d = *state;
    struct error e;
    counts(d, ko(), "0");
    executes(d, "old.01", "1", 1);
    later(d, 1000);
    executes(d, "gone.01", "2", 2);
    later(d, 1000);
    executes(d, "new.01", "1", 3);
    holds(d, ko(), "4");
    holdings_list_begin(d->gate->reconcile->holdings);
    executes(d, "old.01", "1", 1);
    executes(d, "new.01", "1", 3);
    assert_one(d, GATE_BREAK_EXECUTION_GONE, "execution gone.01 of 2 KO");
    assert_string_equal(breaks[0].exec_id, "gone.01");
    assert_true(dec_eq(breaks[0].ours.v, DEC(2)));
    for (int i = 0; i < GATE_BREAKS_MAX; i++) { /* no room for it */
        struct contract c = ko();
        c.con_id = 100 + i;
        counts(d, c, "1");
    }
    later(d, RECONCILE_GRACE_MS);
    assert_int_equal(compared(d).total, GATE_BREAKS_MAX + 1);
    for (int i = 0; i < GATE_BREAKS_MAX; i++) {
        struct contract c = ko();
        c.con_id = 100 + i;
        counts(d, c, "0");
    }
    later(d, RECONCILE_GRACE_MS);
    assert_true(journal_append(d->journal, JOURNAL_ACCEPT, STR("me"),
                               STR("{\"breaks\":[{\"exec_id\":\"gone.01\"}]}"), d->now, &e) > 0);
    desk_disk(d);
    assert_none(d);
}

/* ---- brackets ---- */

static void an_exit_that_is_lost_is_told_with_what_to_place_again(void **state)
{
    (void)state;
    static const struct {
        const char *held, *entry, *other; /* what is held, and what entry and other exit filled */
        enum intent_state state;
        struct word word; /* about the exit */
        bool is_refused, is_accepted, is_told;
        const char *repair; /* NULL: no break */
    } rows[] = {
        {"5", "5", "0", INTENT_KNOWN, WORKS, false, false, true, NULL},
        {"5", "5", "0", INTENT_KNOWN, CANCELLED, false, false, true, "SELL 5 KO LMT limit 50 DAY"},
        {"5", "5", "2", INTENT_KNOWN, CANCELLED, false, false, true, "SELL 3 KO"},
        {"5", "5", "5", INTENT_KNOWN, CANCELLED, false, false, true, NULL},
        {"5", "0", "0", INTENT_KNOWN, CANCELLED, false, false, true, NULL},
        {"0", "5", "0", INTENT_KNOWN, CANCELLED, false, false, true, NULL},
        {"-5", "5", "0", INTENT_KNOWN, CANCELLED, false, false, true, NULL},
        {"5", "5", "0", INTENT_KNOWN, CANCELLED, false, true, true, NULL},
        {"5", "5", "0", INTENT_KNOWN, {STATE_FILLED, "0", 0}, true, false, true, NULL},
        {"5", "5", "0", INTENT_KNOWN, {STATE_INACTIVE, "0", 0}, true, false, true, "SELL 5"},
        {"5", "5", "0", INTENT_NOT_SENT, WORKS, false, false, false, "SELL 5"},
        {"5", "5", "0", INTENT_NOT_PLACED, WORKS, false, false, false, "SELL 5"},
        {"5", "5", "0", INTENT_WAITING, WORKS, true, false, false, NULL},
        {"5", "5", "0", INTENT_SENT, WORKS, true, false, false, NULL},
        {"5", "5", "0", INTENT_KNOWN, WORKS, false, false, false, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = empty_desk();
        struct intent *stray = sent(d, "PC:0000000000000000S", 1, 0, INTENT_KNOWN);
        struct intent *entry = sent(d, REF_A, 2, 0, INTENT_KNOWN);
        struct intent *exit = sent(d, REF_B, 2, 1, INTENT_KNOWN);
        struct intent *other = sent(d, REF_C, 2, 2, INTENT_KNOWN);
        struct intent *next = sent(d, "PC:0000000000000000N", 3, 0, INTENT_KNOWN);
        struct order *told[] = {&stray->order, &entry->order, &other->order, &next->order};
        const char *filled[] = {"5", rows[i].entry, rows[i].other, "5"};
        for (int k = 0; k < 4; k++)
            tell(d, *told[k], (struct word){STATE_FILLED, filled[k], 0});
        holds(d, ko(), rows[i].held);
        counts(d, ko(), rows[i].held);
        if (rows[i].is_told)
            tell(d, exit->order, rows[i].word);
        intent_become(exit, rows[i].state);
        exit->is_refused = rows[i].is_refused;
        exit->is_accepted = rows[i].is_accepted;
        struct gate_break found[GATE_BREAKS_MAX];
        size_t n = gate_repairs(d->gate, found);
        if (n != (rows[i].repair != NULL) || (n && !strstr(found[0].repair, rows[i].repair)))
            fail_msg("row %zu: %zu, %s", i, n, n ? found[0].repair : "");
        if (n) {
            assert_int_equal(found[0].kind, GATE_BREAK_BRACKET);
            assert_true(!strstr(found[0].repair, "stop"));
        }
        size_t brackets = 0;
        for (size_t k = compared(d).count; k > 0; k--)
            brackets += breaks[k - 1].kind == GATE_BREAK_BRACKET;
        assert_int_equal(brackets, n);
        desk_free(d);
    }
}

static void an_exit_that_somebody_cancelled_here_is_not_lost(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct intent *entry = sent(d, REF_A, 2, 0, INTENT_KNOWN);
    struct intent *exit = sent(d, REF_B, 2, 1, INTENT_KNOWN);
    struct gate_break found[GATE_BREAKS_MAX];
    tell(d, entry->order, (struct word){STATE_FILLED, "5", 0});
    tell(d, exit->order, (struct word)CANCELLED);
    holds(d, ko(), "5");
    assert_int_equal(gate_repairs(d->gate, found), 1);
    assert_true(journal_append(d->journal, JOURNAL_CANCEL, STR("me"),
                               STR("{\"ref\":\"" REF_B "\"}"), d->now, &e) > 0);
    desk_disk(d);
    assert_int_equal(gate_repairs(d->gate, found), 0);
}

static void the_exit_of_a_short_position_buys(void **state)
{
    struct desk *d = *state;
    struct gate_break found[GATE_BREAKS_MAX];
    struct intent *entry = sent(d, REF_A, 2, 0, INTENT_KNOWN);
    struct intent *exit = sent(d, REF_B, 2, 1, INTENT_KNOWN);
    entry->order.side = SIDE_SELL;
    exit->order.side = SIDE_BUY;
    tell(d, entry->order, (struct word){STATE_FILLED, "5", 0});
    tell(d, exit->order, (struct word)CANCELLED);
    static const struct {
        const char *held;
        size_t n;
    } rows[] = {{"-5", 1}, {"5", 0}, {"0", 0}};
    for (size_t i = 0; i < 3; i++) {
        holds(d, ko(), rows[i].held);
        assert_int_equal(gate_repairs(d->gate, found), rows[i].n);
    }
}

/* ---- cash ---- */

static void a_balance_that_moved_is_told(void **state)
{
    struct desk *d = *state;
    struct account_value v = {.key = "CashBalance", .currency = "XTS"};
    struct event ev = {.kind = EVENT_ACCOUNT_VALUE, .at = d->now, .value = &v};
    str_copy_cut(v.account, sizeof v.account, account(d));
    str_copy_cut(v.value, sizeof v.value, STR("100"));
    desk_on_event(d, &ev);
    assert_none(d);
    str_copy_cut(v.value, sizeof v.value, STR("250"));
    desk_on_event(d, &ev);
    struct comparison c = compared(d);
    assert_int_equal(c.count, 1);
    assert_int_equal(c.halting, 0);
    assert_string_equal(breaks[0].name, "XTS");
    assert_contains(breaks[0].text,
                    "XTS: 100 by the trades since the last look, 250 at the broker");
    assert_true(dec_eq(breaks[0].ours.v, DEC(100)) && dec_eq(breaks[0].brokers.v, DEC(250)));
    for (int i = 0; i < GATE_BREAKS_MAX; i++) { /* no room for it */
        struct contract k = ko();
        k.con_id = 100 + i;
        counts(d, k, "1");
    }
    later(d, RECONCILE_GRACE_MS);
    str_copy_cut(v.value, sizeof v.value, STR("400"));
    desk_on_event(d, &ev);
    assert_int_equal(compared(d).total, GATE_BREAKS_MAX + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_position_that_differs_is_told_with_both_counts),
        TEST(an_option_that_is_gone_may_have_expired),
        TEST(positions_of_accounts_of_another_login_are_not_compared),
        TEST(what_has_just_changed_is_given_time),
        TEST(a_position_that_was_never_counted_is_a_break_if_the_list_has_it),
        TEST(more_breaks_than_fit_are_counted),
        TEST(terms_are_the_same_as_far_as_they_were_given),
        TEST(an_order_that_differs_is_told_with_what_differs),
        TEST(a_stop_that_differs_is_told_with_its_trigger),
        TEST(an_order_that_works_though_it_was_given_up_is_a_break),
        TEST(whose_an_order_is_shows_in_its_id_and_its_reference),
        TEST(an_order_that_the_list_lacks_is_missed_after_some_seconds),
        TEST(two_perm_ids_of_which_one_has_ended_are_a_break),
        TEST(orders_of_unknown_fate_and_those_that_vanished_are_missed),
        TEST(an_execution_that_the_list_lacks_is_a_break_until_it_is_accepted),
        TEST(an_exit_that_is_lost_is_told_with_what_to_place_again),
        TEST(an_exit_that_somebody_cancelled_here_is_not_lost),
        TEST(the_exit_of_a_short_position_buys),
        TEST(a_balance_that_moved_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
