/* SPDX-License-Identifier: MIT */
/*
 * What events mean for orders that nobody waits for any more, and what complete lists settle.
 * Found by `make mutate`.
 */
#include "guard/reconcile.h"
#include "guard/state.h"
#include "words.h"

#define REF_A "PC:0000000000000000A"
#define REF_B "PC:0000000000000000B"

#define WORKS                                                                                      \
    {                                                                                              \
        STATE_SUBMITTED, "0", 0                                                                    \
    }

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

static void later(struct desk *d, int64_t ms)
{
    d->now.mono.ns += ms * NS_PER_MS;
    d->now.wall.ns += ms * NS_PER_MS;
}

/* BUY 5 KO at 50 as it was sent, leg `leg` of the request 9. */
static struct intent *sent_leg(struct desk *d, const char *ref, size_t leg, enum intent_state st)
{
    struct error e;
    struct intent it = {.state = st, .seq = 9, .leg = leg, .at = d->now};
    it.order = order_of(leg ? SIDE_SELL : SIDE_BUY, "5", ORDER_LMT);
    it.order.contract.con_id = 990001;
    it.order.limit_price = some("50");
    it.order.order_id = 700 + ref[19];
    it.order.client_id = d->client_id;
    str_copy_cut(it.order.account, sizeof it.order.account, str_of(book_account(d->book, 0)));
    str_copy_cut(it.order.ref, sizeof it.order.ref, str_of(ref));
    struct intent *out = ledger_add(d->gate->ledger, &it, &e);
    assert_non_null(out);
    return out;
}

static struct intent *sent(struct desk *d, enum intent_state st)
{
    return sent_leg(d, REF_A, 0, st);
}

static void link_is(struct desk *d, enum link_state link)
{
    struct event ev = {.kind = EVENT_LINK, .at = d->now, .link = link, .text = STR("words")};
    desk_on_event(d, &ev);
}

static void executes(struct desk *d, const struct order *o, int64_t perm_id)
{
    struct execution x = {.side = o->side,
                          .quantity = o->quantity,
                          .cum_quantity = o->quantity,
                          .price = DEC(50),
                          .exec_id = "x.01",
                          .order_id = o->order_id,
                          .client_id = o->client_id,
                          .perm_id = perm_id,
                          .contract = o->contract};
    memcpy(x.account, o->account, sizeof x.account);
    memcpy(x.ref, o->ref, sizeof x.ref);
    struct event ev = {.kind = EVENT_EXECUTION, .at = d->now, .execution = &x};
    desk_on_event(d, &ev);
}

/* ---- orders that are known again ---- */

static void an_unknown_order_that_is_told_is_known_and_written_down(void **state)
{
    static const struct {
        struct word word;
        bool is_refused;
        const char *text;
    } rows[] = {{WORKS, false, "accepted by the broker"},
                {{STATE_INACTIVE, "0", 201}, true, "refused by the broker"},
                {{STATE_CANCELLED, "0", 0}, false, "cancelled"}};
    for (size_t i = 0; i < 3; i++) {
        struct desk *d = desk_new();
        struct intent *it = sent(d, INTENT_UNKNOWN);
        tell(d, it->order, rows[i].word);
        desk_run(d, 100);
        assert_int_equal(it->state, INTENT_KNOWN);
        assert_int_equal(it->is_refused, rows[i].is_refused);
        assert_int_equal(journaled(d, JOURNAL_OUTCOME, rows[i].text), 1);
        desk_free(d);
    }
    (void)state;
}

static void an_execution_names_the_order_that_a_status_did_not(void **state)
{
    struct desk *d = *state;
    struct intent *it = sent(d, INTENT_UNKNOWN);
    struct order bare = {.order_id = it->order.order_id, .client_id = d->client_id, .perm_id = 77};
    tell_as(d, EVENT_ORDER_STATUS, &bare, (struct word)WORKS);
    assert_int_equal(it->state, INTENT_UNKNOWN);
    executes(d, &it->order, 77);
    assert_int_equal(it->state, INTENT_KNOWN);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "another_perm_id"), 0);
    executes(d, &it->order, 78);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_OUTCOME, "another_perm_id"), 1);
}

static void an_order_id_with_another_reference_is_not_known_to_be_ours(void **state)
{
    static const struct {
        enum intent_state state;
        bool is_accepted, is_told, is_same_perm, is_lost;
    } rows[] = {
        {INTENT_SENT, false, false, false, true},
        {INTENT_UNKNOWN, false, false, false, true},
        {INTENT_KNOWN, false, false, false, true},
        {INTENT_WAITING, false, false, false, false},
        {INTENT_NOT_SENT, false, false, false, false},
        {INTENT_NOT_PLACED, false, false, false, false},
        {INTENT_SENT, true, false, false, false},
        {INTENT_KNOWN, false, true, false, false}, /* two orders under one id */
        {INTENT_KNOWN, false, true, true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = desk_new();
        struct intent *it = sent(d, rows[i].state);
        struct order o = it->order;
        o.perm_id = 77;
        if (rows[i].is_told)
            tell(d, o, (struct word)WORKS);
        intent_become(it, rows[i].state);
        it->is_accepted = rows[i].is_accepted;
        o.perm_id = rows[i].is_same_perm ? 77 : 78;
        str_copy_cut(o.ref, sizeof o.ref, STR("not ours"));
        struct order_status s = {.state = STATE_SUBMITTED};
        struct event ev = {.kind = EVENT_ORDER, .at = d->now, .order = &o, .status = &s};
        if (rows[i].is_told)
            gate_observe(d->gate, &ev); /* the book keeps what it had */
        else
            desk_on_event(d, &ev);
        if (it->is_ref_lost != rows[i].is_lost)
            fail_msg("row %zu", i);
        desk_free(d);
    }
    (void)state;
}

static void a_change_is_ours_once_the_broker_restates_the_order_with_it(void **state)
{
    static const struct {
        bool has_change, is_margin;
        enum event_kind kind;
        const char *price; /* as told */
        bool is_promoted;
    } rows[] = {{true, false, EVENT_ORDER, "51", true},
                {true, false, EVENT_ORDER, "50", false},
                {false, false, EVENT_ORDER, "51", false},
                {true, true, EVENT_ORDER, "51", false}, /* what it would need */
                {true, false, EVENT_ORDER_STATUS, "51", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = desk_new();
        struct intent *it = sent(d, INTENT_KNOWN);
        it->change = it->order;
        it->change.limit_price = some("51");
        it->has_change = rows[i].has_change;
        struct order o = it->order;
        struct order_status s = {.state = STATE_SUBMITTED};
        struct order_margin margin = {.init_after = some("1")};
        struct event ev = {.kind = rows[i].kind, .at = d->now, .order = &o, .status = &s};
        ev.margin = rows[i].is_margin ? &margin : NULL;
        o.limit_price = some(rows[i].price);
        desk_on_event(d, &ev);
        bool is_promoted = dec_eq(it->order.limit_price.v, DEC(51));
        if (is_promoted != rows[i].is_promoted ||
            it->has_change != (rows[i].has_change && !is_promoted))
            fail_msg("row %zu", i);
        desk_free(d);
    }
    (void)state;
}

static void a_finished_order_without_ids_is_known_by_its_reference(void **state)
{
    struct desk *d = *state;
    struct intent *it = sent(d, INTENT_UNKNOWN);
    struct order o = it->order;
    o.order_id = 0;
    o.perm_id = 77;
    tell_as(d, EVENT_COMPLETED_ORDER, &o, (struct word){STATE_CANCELLED, "0", 0});
    assert_int_equal(it->state, INTENT_KNOWN);
    o.perm_id = 78; /* one without an id is not told to us as ours */
    tell_as(d, EVENT_ORDER, &o, (struct word)WORKS);
    assert_int_equal(it->perm_count, 0);
}

static void a_status_is_of_the_order_that_the_book_has_under_its_id(void **state)
{
    struct desk *d = *state;
    struct intent *it = sent(d, INTENT_KNOWN);
    tell(d, it->order, (struct word)WORKS);
    intent_become(it, INTENT_UNKNOWN);
    struct order bare = {.order_id = it->order.order_id, .client_id = d->client_id};
    tell_as(d, EVENT_ORDER_STATUS, &bare, (struct word)WORKS);
    assert_int_equal(it->state, INTENT_KNOWN);
}

static void what_others_do_under_our_order_ids_wakes_nobody(void **state)
{
    struct desk *d = *state;
    struct order o = order_of(SIDE_BUY, "5", ORDER_LMT);
    struct watch w = {.order_id = 801};
    watch_add(d->gate, &w);
    o.order_id = 801;
    o.client_id = 9;
    struct order_status s = {.state = STATE_SUBMITTED};
    struct event ev = {.kind = EVENT_ORDER, .at = d->now, .order = &o, .status = &s};
    desk_on_event(d, &ev);
    bool is_echoed = w.is_echoed;
    watch_remove(d->gate, &w);
    assert_false(is_echoed);
}

static void orders_and_positions_make_the_kill_switch_look(void **state)
{
    struct desk *d = *state;
    struct intent *it = sent(d, INTENT_KNOWN);
    struct order_status s = {.state = STATE_SUBMITTED};
    struct position p = {.contract = it->order.contract};
    struct event ev = {.kind = EVENT_ORDER, .at = d->now, .order = &it->order, .status = &s};
    pull(d, "me", "a reason", false);
    d->gate->kills.look_at = INSTANT_NEVER;
    desk_on_event(d, &ev);
    assert_true(d->gate->kills.look_at.ns != INSTANT_NEVER.ns);
    d->gate->kills.look_at = INSTANT_NEVER;
    ev = (struct event){.kind = EVENT_POSITION, .at = d->now, .position = &p};
    desk_on_event(d, &ev);
    assert_true(d->gate->kills.look_at.ns != INSTANT_NEVER.ns);
}

static void what_could_not_be_kept_is_kept_with_the_next_event(void **state)
{
    struct desk *d = *state;
    struct gate *g = d->gate;
    struct event ev = {.kind = EVENT_NOTICE, .at = d->now, .number = -1, .code = 2104};
    pull(d, "me", "a reason", false);
    g->kills.switches[0].is_unsaved = g->trading.is_unsaved = true;
    gate_observe(g, &ev);
    assert_false(g->kills.switches[0].is_unsaved);
    assert_false(g->trading.is_unsaved);
}

/* ---- the line ---- */

static void a_ready_line_settles_what_the_lists_told(void **state)
{
    struct desk *d = *state;
    struct intent *it = sent(d, INTENT_KNOWN);
    struct order_status s = {.state = STATE_SUBMITTED};
    struct order o = it->order;
    o.perm_id = 77;
    struct event ev = {.kind = EVENT_ORDER, .at = d->now, .order = &o, .status = &s};
    book_apply(d->book, &ev);
    link_is(d, LINK_READY);
    assert_int_equal(it->state, INTENT_KNOWN);
    intent_become(it, INTENT_UNKNOWN);
    it->is_ref_lost = true;
    link_is(d, LINK_READY);
    assert_int_equal(it->state, INTENT_UNKNOWN);
    it->is_ref_lost = false;
    intent_become(it, INTENT_WAITING);
    link_is(d, LINK_READY);
    assert_int_equal(it->state, INTENT_WAITING);
    intent_become(it, INTENT_UNKNOWN);
    link_is(d, LINK_READY);
    assert_int_equal(it->state, INTENT_KNOWN);
    struct intent *other = sent_leg(d, REF_B, 0, INTENT_KNOWN); /* finished, long ago */
    link_is(d, LINK_RECONCILING);
    struct event end = {.kind = EVENT_ORDERS_END, .at = d->now};
    book_apply(d->book, &end); /* and the list no longer has the first one */
    link_is(d, LINK_READY);
    assert_int_equal(book_order_ref(d->book, STR(REF_A))->status.state, STATE_UNKNOWN);
    assert_int_equal(it->state, INTENT_UNKNOWN);
    assert_int_equal(other->state, INTENT_KNOWN);
}

static void the_journal_tells_when_the_account_was_known(void **state)
{
    struct desk *d = *state;
    int before = journaled(d, JOURNAL_STATE, "\"link\"");
    link_is(d, LINK_READY); /* it was */
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_STATE, "\"link\""), before);
    link_is(d, LINK_DOWN);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_STATE, "\"link\""), before + 1);
    assert_false(d->gate->was_ready);
    assert_int_equal(journaled(d, JOURNAL_STATE, "\"text\":\"words\""), 1);
    link_is(d, LINK_REFUSED);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_STATE, "\"link\""), before + 1);
    link_is(d, LINK_READY);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_STATE, "\"link\""), before + 2);
}

static void what_was_asked_of_a_lost_line_is_asked_again(void **state)
{
    struct desk *d = *state;
    struct intent *it = sent(d, INTENT_SENT);
    pull(d, "me", "a reason", false);
    int64_t before = messages(d);
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before);
    link_is(d, LINK_DOWN);
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before + 1);
    d->gate->kills.look_at = INSTANT_NEVER;
    notice(d, -1, 100); /* TWS has thrown messages away */
    assert_int_equal(gate_kill_due(d->gate).ns, instant_after_ms(d->now.mono, 50).ns);
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before + 2);
    intent_become(it, INTENT_NOT_PLACED);
}

/* ---- lists without a trace ---- */

static void an_order_is_given_up_after_two_lists_some_seconds_apart(void **state)
{
    struct desk *d = *state;
    struct intent *it = sent(d, INTENT_UNKNOWN);
    settle_unknowns(d->gate, d->now);
    later(d, GATE_SETTLE_MS - 1);
    settle_unknowns(d->gate, d->now);
    assert_int_equal(it->state, INTENT_UNKNOWN);
    later(d, 1);
    settle_unknowns(d->gate, d->now);
    assert_int_equal(it->state, INTENT_NOT_PLACED);
    assert_false(it->was_seen);
    struct intent *two = sent_leg(d, REF_B, 0, INTENT_UNKNOWN);
    settle_unknowns(d->gate, d->now);
    later(d, GATE_SETTLE_MS);
    two->is_ref_lost = true; /* for a person to look at */
    settle_unknowns(d->gate, d->now);
    assert_int_equal(two->state, INTENT_UNKNOWN);
    two->is_ref_lost = false;
    settle_unknowns(d->gate, d->now); /* the second one is enough */
    assert_int_equal(two->state, INTENT_NOT_PLACED);
}

static void lists_say_nothing_about_orders_whose_fate_is_known(void **state)
{
    static const enum intent_state states[] = {INTENT_WAITING, INTENT_NOT_SENT, INTENT_SENT,
                                               INTENT_KNOWN};
    struct desk *d = *state;
    struct intent *it = sent(d, INTENT_UNKNOWN);
    struct order o = it->order;
    o.perm_id = 77;
    struct order_status s = {.state = STATE_SUBMITTED};
    struct event ev = {.kind = EVENT_ORDER, .at = d->now, .order = &o, .status = &s};
    book_apply(d->book, &ev);
    it->is_ref_lost = true;
    settle_unknowns(d->gate, d->now);
    assert_int_equal(it->state, INTENT_UNKNOWN);
    it->is_ref_lost = false;
    settle_unknowns(d->gate, d->now);
    assert_int_equal(it->state, INTENT_KNOWN);
    for (size_t i = 0; i < 4; i++) {
        intent_become(it, states[i]);
        for (int k = 0; k < 3; k++) {
            settle_unknowns(d->gate, d->now);
            later(d, GATE_SETTLE_MS);
        }
        assert_int_equal(it->state, states[i]);
    }
}

static void a_bracket_that_arrived_in_part_is_taken_back(void **state)
{
    static const struct {
        size_t missing; /* this leg, of an entry and an exit */
        bool is_single; /* no bracket at all */
        struct word entry;
        int cancels;
    } rows[] = {
        {1, false, WORKS, 2},
        {1, false, {STATE_SUBMITTED, "2", 0}, 1}, /* what has filled stays, and is told */
        {1, false, {STATE_CANCELLED, "0", 0}, 1},
        {0, false, {STATE_UNKNOWN, "0", 0}, 1},
        {0, true, {STATE_UNKNOWN, "0", 0}, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = desk_new();
        struct intent *legs[2] = {sent_leg(d, REF_A, 0, INTENT_SENT), NULL};
        struct intent *stray = sent_leg(d, "PC:0000000000000000S", 0, INTENT_KNOWN);
        stray->seq = 8; /* another request's */
        struct intent *far = sent_leg(d, "PC:0000000000000000F", 1, INTENT_KNOWN);
        far->seq = 8;
        if (!rows[i].is_single)
            legs[1] = sent_leg(d, REF_B, 1, INTENT_KNOWN);
        if (rows[i].entry.state != STATE_UNKNOWN)
            tell(d, legs[0]->order, rows[i].entry);
        intent_become(legs[0], INTENT_KNOWN);
        intent_become(legs[rows[i].missing], INTENT_UNKNOWN);
        int64_t before = messages(d);
        settle_unknowns(d->gate, d->now);
        later(d, GATE_SETTLE_MS);
        settle_unknowns(d->gate, d->now);
        if (messages(d) - before != rows[i].cancels)
            fail_msg("row %zu: %d", i, (int)(messages(d) - before));
        desk_free(d);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_unknown_order_that_is_told_is_known_and_written_down),
        TEST(an_execution_names_the_order_that_a_status_did_not),
        TEST(an_order_id_with_another_reference_is_not_known_to_be_ours),
        TEST(a_change_is_ours_once_the_broker_restates_the_order_with_it),
        TEST(a_finished_order_without_ids_is_known_by_its_reference),
        TEST(a_status_is_of_the_order_that_the_book_has_under_its_id),
        TEST(what_others_do_under_our_order_ids_wakes_nobody),
        TEST(orders_and_positions_make_the_kill_switch_look),
        TEST(what_could_not_be_kept_is_kept_with_the_next_event),
        TEST(a_ready_line_settles_what_the_lists_told),
        TEST(the_journal_tells_when_the_account_was_known),
        TEST(what_was_asked_of_a_lost_line_is_asked_again),
        TEST(an_order_is_given_up_after_two_lists_some_seconds_apart),
        TEST(lists_say_nothing_about_orders_whose_fate_is_known),
        TEST(a_bracket_that_arrived_in_part_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
