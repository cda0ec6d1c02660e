/* SPDX-License-Identifier: MIT */
#include "guard/ledger.h"

#include "../store/batch.h"
#include "base/limits.h"
#include "base/rng.h"
#include "guard/record.h"
#include "scene.h"

/* ---- tools ---- */

static struct intent intent_of(const char *ref, int32_t order_id, int64_t s)
{
    struct intent it = {
        .order = order_of(SIDE_BUY, "10", ORDER_LMT), .state = INTENT_SENT, .at = at_s(s)};
    it.order.limit_price = some("100");
    it.order.order_id = order_id;
    str_copy_cut(it.order.ref, sizeof it.order.ref, str_of(ref));
    return it;
}

static struct intent *add(struct ledger *l, const struct intent *it)
{
    struct error e;
    struct intent *kept = ledger_add(l, it, &e);
    assert_non_null(kept);
    return kept;
}

/* ---- counters ---- */

static void counters_grow_and_a_new_day_clears_them(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    ledger_turn(l, 100, 1);
    ledger_count(l, 3, DEC(500), at_s(0));
    ledger_count(l, 1, DEC(100), at_s(1));
    assert_int_equal(ledger_orders_today(l), 4);
    assert_true(dec_eq(ledger_value_today(l), DEC(600)));
    ledger_turn(l, 100, 5);
    assert_int_equal(ledger_orders_today(l), 4);
    ledger_turn(l, 101, 5);
    assert_int_equal(ledger_day(l), 101);
    assert_int_equal(ledger_orders_today(l), 0);
    assert_true(dec_is_zero(ledger_value_today(l)));
    ledger_free(l);
}

static void a_day_that_goes_back_clears_nothing(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    ledger_turn(l, 100, 1);
    ledger_count(l, 3, DEC(500), at_s(0));
    ledger_turn(l, 99, 2);
    ledger_turn(l, 100, 2);
    assert_int_equal(ledger_day(l), 100);
    assert_int_equal(ledger_orders_today(l), 3);
    ledger_free(l);
}

static void what_was_sent_before_the_day_was_known_counts_for_it(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    assert_int_equal(ledger_day(l), 0);
    ledger_count(l, 3, DEC(500), at_s(0));
    ledger_turn(l, 100, 4);
    assert_int_equal(ledger_orders_today(l), 3);
    ledger_free(l);
}

static void what_was_not_sent_is_given_back_on_its_own_day_only(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    ledger_turn(l, 100, 1);
    ledger_count(l, 2, DEC(500), at_s(0));
    int64_t day = ledger_day(l);
    ledger_release(l, day, 1, DEC(200));
    assert_int_equal(ledger_orders_today(l), 1);
    assert_true(dec_eq(ledger_value_today(l), DEC(300)));
    ledger_turn(l, 101, 9);
    ledger_release(l, day, 1, DEC(300));
    assert_int_equal(ledger_orders_today(l), 0);
    ledger_free(l);
}

static void a_minute_is_60_seconds(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    ledger_count(l, 2, DEC_ZERO, at_s(0));
    ledger_count_send(l, at_s(30).mono);
    assert_int_equal(ledger_sends_within(l, 60 * 1000, at_s(59).mono), 3);
    assert_int_equal(ledger_sends_within(l, 60 * 1000, at_s(60).mono), 1);
    assert_int_equal(ledger_sends_within(l, 60 * 1000, at_s(90).mono), 0);
    assert_int_equal(ledger_oldest_send_ms(l, 60 * 1000, at_s(59).mono), 59 * 1000);
    assert_int_equal(ledger_oldest_send_ms(l, 60 * 1000, at_s(60).mono), 30 * 1000);
    assert_int_equal(ledger_oldest_send_ms(l, 60 * 1000, at_s(90).mono), -1);
    for (int i = 0; i < LEDGER_MINUTE_MAX + 10; i++)
        ledger_count_send(l, at_s(100).mono);
    assert_int_equal(ledger_sends_within(l, 60 * 1000, at_s(100).mono), LEDGER_MINUTE_MAX);
    assert_int_equal(ledger_oldest_send_ms(l, 60 * 1000, at_s(101).mono), 1000);
    ledger_free(l);
}

/* ---- intents ---- */

static void an_equal_order_within_the_window_is_a_duplicate(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct intent it = intent_of("PC:1", 1, 0);
    add(l, &it);
    struct order o = it.order;
    assert_non_null(ledger_duplicate(l, &o, 30, at_s(29)));
    assert_null(ledger_duplicate(l, &o, 30, at_s(30)));
    assert_null(ledger_duplicate(l, &o, 0, at_s(0)));
    o.quantity = DEC(11);
    assert_null(ledger_duplicate(l, &o, 30, at_s(1)));
    o = it.order;
    o.limit_price = some("100.01");
    assert_null(ledger_duplicate(l, &o, 30, at_s(1)));
    o = it.order;
    o.side = SIDE_SELL;
    assert_null(ledger_duplicate(l, &o, 30, at_s(1)));
    o = it.order;
    o.account[2] = '9';
    assert_null(ledger_duplicate(l, &o, 30, at_s(1)));
    o = it.order;
    intent_become(ledger_by_ref(l, STR("PC:1")), INTENT_NOT_SENT);
    assert_null(ledger_duplicate(l, &o, 30, at_s(1)));
    ledger_free(l);
}

static void intents_are_found_by_their_keys(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct intent a = intent_of("PC:1", 1, 0), b = intent_of("PC:2", 1, 1);
    memcpy(a.principal, "me", 3);
    memcpy(a.key, "k1", 3);
    add(l, &a);
    struct intent *newer = add(l, &b);
    assert_ptr_equal(ledger_by_order_id(l, 1), newer); /* ids come again after a restart of TWS */
    assert_string_equal(ledger_by_key(l, STR("me"), STR("k1"))->order.ref, "PC:1");
    assert_null(ledger_by_key(l, STR("you"), STR("k1")));
    assert_null(ledger_by_ref(l, STR("PC:3")));
    assert_null(ledger_by_ref(l, STR_NONE));
    ledger_free(l);
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct intent a = intent_of("PC:1", 1, 0);
    assert_null(ledger_by_order_id(l, 1));
    add(l, &a);
    assert_null(ledger_by_order_id(l, 2));
    assert_null(ledger_by_key(l, STR("me"), STR("k1")));
    ledger_free(l);
    ledger_free(NULL);
}

static void the_orders_of_a_principal_are_those_sent_today(void **state)
{
    (void)state;
    static const struct {
        int64_t day;
        size_t leg;
        enum intent_state state;
        const char *principal;
    } rows[] = {
        {99, 0, INTENT_SENT, "rule:a"},           {100, 0, INTENT_SENT, "rule:a"},
        {100, 1, INTENT_SENT, "rule:a"},          {100, 0, INTENT_KNOWN, "rule:a"},
        {100, 0, INTENT_NOT_SENT, "rule:a"},      {100, 0, INTENT_SENT, "rule:b"},
        {100, 0, INTENT_SENT, "token:t"},         {100, 0, INTENT_SENT, "token:t mcp:one"},
        {100, 0, INTENT_SENT, "token:t mcp:two"}, {100, 0, INTENT_SENT, "token:tt mcp:one"},
    };
    struct ledger *l = ledger_new();
    ledger_turn(l, 100, 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char ref[24];
        (void)snprintf(ref, sizeof ref, "PC:%zu", i);
        struct intent it = intent_of(ref, (int32_t)i + 1, 0);
        it.day = rows[i].day;
        it.leg = rows[i].leg;
        it.state = rows[i].state;
        str_copy_cut(it.principal, sizeof it.principal, str_of(rows[i].principal));
        add(l, &it);
    }
    assert_int_equal(ledger_orders_of(l, STR("rule:a")), 2);
    assert_int_equal(ledger_orders_of(l, STR("rule:b")), 1);
    assert_int_equal(ledger_orders_of(l, STR("rule:c")), 0);
    /* an assistant that takes another name does not begin anew */
    assert_int_equal(ledger_orders_of(l, STR("token:t mcp:three")), 3);
    ledger_turn(l, 101, 9);
    assert_int_equal(ledger_orders_of(l, STR("rule:a")), 0);
    ledger_free(l);
}

static void whatever_is_settled_makes_room(void **state)
{
    static const enum intent_state settled[] = {INTENT_KNOWN, INTENT_NOT_SENT, INTENT_NOT_PLACED};
    (void)state;
    struct ledger *l = ledger_new();
    char ref[24];
    for (int i = 0; i < LIMIT_ORDERS; i++) {
        (void)snprintf(ref, sizeof ref, "PC:%d", i);
        struct intent it = intent_of(ref, i + 1, 0);
        add(l, &it);
    }
    for (size_t i = 0; i < sizeof settled / sizeof settled[0]; i++) {
        intent_become(ledger_by_ref(l, STR("PC:7")), settled[i]);
        struct intent it = intent_of("PC:7x", 1, 0);
        add(l, &it);
        assert_null(ledger_by_ref(l, STR("PC:7")));
        intent_become(ledger_by_ref(l, STR("PC:7x")), INTENT_KNOWN);
        it = intent_of("PC:7", 8, 0);
        add(l, &it);
    }
    ledger_free(l);
}

static void unsettled_intents_are_never_dropped_to_make_room(void **state)
{
    (void)state;
    struct error e;
    struct ledger *l = ledger_new();
    char ref[24];
    for (int i = 0; i < LIMIT_ORDERS; i++) {
        (void)snprintf(ref, sizeof ref, "PC:%d", i);
        struct intent it = intent_of(ref, i + 1, 0);
        add(l, &it);
    }
    struct intent more = intent_of("PC:more", 1, 0);
    assert_null(ledger_add(l, &more, &e));
    assert_string_equal(e.reason, "ORDERS_MAX");
    intent_become(ledger_by_ref(l, STR("PC:5")), INTENT_KNOWN);
    add(l, &more);
    assert_null(ledger_by_ref(l, STR("PC:5")));
    assert_non_null(ledger_by_ref(l, STR("PC:0")));
    ledger_free(l);
}

static bool is_kept_back(const void *self, const struct intent *it)
{
    return str_eq(STR_NAME(it->order.ref), str_of(self));
}

/* Adds legs of one request, told to be known; the day is that of its number. */
static void add_request(struct ledger *l, int64_t seq, size_t legs)
{
    for (size_t leg = 0; leg < legs; leg++) {
        char ref[24];
        (void)snprintf(ref, sizeof ref, "PC:%d.%d", (int)seq, (int)leg);
        struct intent it = intent_of(ref, (int32_t)(10 * seq + (int64_t)leg), 0);
        it.seq = seq;
        it.leg = leg;
        intent_become(add(l, &it), INTENT_KNOWN);
    }
}

static bool has(const struct ledger *l, const char *ref)
{
    return ledger_by_ref(l, str_of(ref)) != NULL;
}

static void old_requests_are_forgotten_whole_unless_a_leg_of_them_is_needed(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    for (int day = 0; day < LEDGER_DAYS_MAX - 1; day++) { /* request 10 on the first day, ... */
        ledger_turn(l, 100 + day, 10 * (day + 1));
        add_request(l, 10 * (day + 1), 3);
    }
    ledger_forget(l, is_kept_back, "");
    assert_true(has(l, "PC:10.0")); /* a restart would read it */
    ledger_turn(l, 200, 100);
    add_request(l, 100, 1);
    ledger_forget(l, is_kept_back, "");
    assert_true(has(l, "PC:10.0")); /* of the first day that is remembered, since number 0 */
    ledger_turn(l, 201, 110);
    ledger_forget(l, is_kept_back, "PC:10.2");
    assert_true(has(l, "PC:10.0") && has(l, "PC:10.1") && has(l, "PC:10.2"));
    intent_become(ledger_by_ref(l, STR("PC:10.1")), INTENT_UNKNOWN);
    ledger_forget(l, is_kept_back, "");
    assert_true(has(l, "PC:10.0") && has(l, "PC:10.1") && has(l, "PC:10.2"));
    assert_int_equal(ledger_count_of(l, INTENT_UNKNOWN), 1);
    intent_become(ledger_by_ref(l, STR("PC:10.1")), INTENT_NOT_PLACED);
    assert_int_equal(ledger_in_flight(l), 0);
    ledger_forget(l, is_kept_back, "");
    assert_false(has(l, "PC:10.0") || has(l, "PC:10.1") || has(l, "PC:10.2"));
    assert_int_equal(ledger_count_of(l, INTENT_NOT_PLACED), 0);
    /* the others stand where they stood, and are found by each key */
    struct intent *it;
    size_t n = 0;
    for (size_t i = 0; ledger_next(l, &i, &it); n++)
        assert_int_equal(it->leg, n < 18 ? n % 3 : 0);
    assert_int_equal(n, 6 * 3 + 1);
    assert_true(has(l, "PC:20.0") && has(l, "PC:100.0"));
    assert_int_equal(ledger_count_of(l, INTENT_KNOWN), n);
    assert_ptr_equal(ledger_by_order_id(l, 201), ledger_by_ref(l, STR("PC:20.1")));
    ledger_free(l);
}

static void states_are_counted(void **state)
{
    (void)state;
    struct ledger *l = ledger_new();
    struct intent it = intent_of("PC:1", 1, 0);
    it.state = INTENT_WAITING;
    struct intent *a = add(l, &it);
    it = intent_of("PC:2", 2, 0);
    add(l, &it);
    assert_int_equal(ledger_in_flight(l), 2);
    assert_int_equal(ledger_count_of(l, INTENT_SENT), 1);
    intent_become(a, INTENT_UNKNOWN);
    assert_int_equal(ledger_in_flight(l), 2);
    assert_int_equal(ledger_count_of(l, INTENT_UNKNOWN), 1);
    intent_become(a, INTENT_NOT_SENT);
    assert_int_equal(ledger_in_flight(l), 1);
    ledger_free(l);
}

/* ---- restart ---- */

/* A store into which the gate of an earlier run has written. */
struct past {
    struct db *db;
    struct journal *j;
    struct scene scene;
};

static void past_init(struct past *p)
{
    struct error e;
    p->db = db_open(":memory:", &e);
    assert_non_null(p->db);
    p->j = journal_new(0);
    scene_init(&p->scene);
}

static void past_fini(struct past *p)
{
    journal_free(p->j);
    db_close(p->db);
}

static void write_body(struct past *p, enum journal_kind kind, struct buf *b, int64_t s)
{
    struct error e;
    assert_true(journal_append(p->j, kind, STR("me"), buf_str(b), at_s(s), &e) > 0);
    buf_fini(b);
    flush(p->j, p->db);
}

static void wrote_intent(struct past *p, const char *ref, int64_t s)
{
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    p->scene.request.idempotency_key = STR("key");
    p->scene.request.reasoning = STR("said \"so\"\n");
    judge(&p->scene);
    struct order *o = &p->scene.ticket.orders[0];
    o->order_id = 5;
    o->client_id = 1;
    str_copy_cut(o->ref, sizeof o->ref, str_of(ref));
    record_request(&b, &p->scene.request, &p->scene.ticket, DEC(1000), "digest", NULL);
    write_body(p, JOURNAL_INTENT, &b, s);
}

static void wrote_word(struct past *p, const char *ref, const char *word, int64_t s)
{
    struct buf b;
    struct order o = {.order_id = 5};
    buf_init(&b, JOURNAL_BODY_MAX);
    str_copy_cut(o.ref, sizeof o.ref, str_of(ref));
    record_word(&b, &o, 1, word, "");
    write_body(p, JOURNAL_OUTCOME, &b, s);
}

static struct ledger *restored(struct past *p, int64_t s)
{
    struct error e;
    struct ledger *l = ledger_new();
    assert_true(ledger_restore(l, p->db, at_s(s), &e));
    return l;
}

static void only_another_perm_id_is_news(void **state)
{
    static const struct {
        int64_t perm_id;
        bool is_news;
        size_t count;
    } rows[] = {{0, false, 0},  {11, false, 1}, {11, false, 1}, {0, false, 1}, {12, true, 2},
                {11, false, 2}, {12, false, 2}, {13, true, 3},  {14, true, 4}, {15, false, 4}};
    struct intent it = {.leg = 0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(intent_perm(&it, rows[i].perm_id), rows[i].is_news);
        assert_int_equal(it.perm_count, rows[i].count);
    }
}

static void wrote(struct past *p, enum journal_kind kind, const char *body, int64_t s)
{
    struct buf b;
    buf_init(&b, JOURNAL_BODY_MAX);
    buf_add_c(&b, body);
    write_body(p, kind, &b, s);
}

static void what_became_of_an_order_comes_back(void **state)
{
    (void)state;
    struct past p;
    past_init(&p);
    wrote_intent(&p, "PC:1", 0);
    wrote_intent(&p, "PC:2", 0);
    wrote(&p, JOURNAL_OUTCOME,
          "{\"legs\":[{\"ref\":\"PC:7\",\"perm_id\":70,\"result\":\"working\"},"
          "{\"ref\":\"PC:1\",\"perm_id\":71,\"result\":\"rejected\"},"
          "{\"ref\":\"PC:2\",\"result\":\"working\"}]}",
          1);
    struct ledger *l = restored(&p, 10);
    const struct intent *a = ledger_by_ref(l, STR("PC:1")), *b = ledger_by_ref(l, STR("PC:2"));
    assert_true(a->state == INTENT_KNOWN && a->is_refused);
    assert_true(a->perm_count == 1 && a->perm_ids[0] == 71);
    assert_true(b->state == INTENT_KNOWN && !b->is_refused);
    assert_int_equal(b->perm_count, 0);
    ledger_free(l);
    wrote(&p, JOURNAL_OUTCOME, "{\"legs\":[{\"ref\":\"PC:1\",\"result\":\"reference_lost\"}]}", 2);
    l = restored(&p, 10);
    a = ledger_by_ref(l, STR("PC:1"));
    assert_true(a->state == INTENT_UNKNOWN && a->is_ref_lost && !a->is_accepted);
    ledger_free(l);
    wrote(&p, JOURNAL_ACCEPT,
          "{\"breaks\":[{\"code\":\"POSITION_DIFFERS\"},{\"ref\":\"PC:1\"}],\"legs\":[]}", 3);
    l = restored(&p, 10);
    a = ledger_by_ref(l, STR("PC:1"));
    assert_true(a->is_accepted && !a->is_ref_lost);
    assert_false(ledger_by_ref(l, STR("PC:2"))->is_accepted);
    ledger_free(l);
    past_fini(&p);
}

static void an_intent_comes_back_as_it_was(void **state)
{
    (void)state;
    struct past p;
    past_init(&p);
    trail(&p.scene, "8");
    memcpy(first(&p.scene)->oca_group, "g", 2);
    wrote_intent(&p, "PC:1", 0);
    struct ledger *l = restored(&p, 10);
    const struct intent *it = ledger_by_ref(l, STR("PC:1"));
    assert_non_null(it);
    const struct order *is = &it->order, *was = first(&p.scene);
    assert_true(is->order_id == 5 && is->client_id == 1 && is->side == SIDE_SELL);
    assert_true(is->type == ORDER_TRAIL && is->tif == TIF_DAY);
    assert_string_equal(is->account, was->account);
    assert_string_equal(is->oca_group, "g");
    assert_true(contract_same(&is->contract, &was->contract));
    assert_true(dec_eq(is->quantity, was->quantity));
    assert_true(is->trail_percent.has && dec_eq(is->trail_percent.v, DEC(8)));
    assert_false(is->limit_price.has || is->stop_price.has || is->trail_amount.has);
    assert_string_equal(it->key, "key");
    assert_string_equal(it->digest, "digest");
    assert_string_equal(it->principal, "me");
    assert_int_equal(it->state, INTENT_UNKNOWN); /* nothing said what became of it */
    ledger_free(l);
    past_fini(&p);
}

static void counters_duplicates_and_rate_survive_a_restart(void **state)
{
    (void)state;
    struct past p;
    past_init(&p);
    wrote_intent(&p, "PC:1", 0);
    wrote_intent(&p, "PC:2", 5);
    wrote_word(&p, "PC:2", "working", 6);
    struct ledger *l = restored(&p, 10);
    assert_int_equal(ledger_orders_today(l), 2);
    assert_true(dec_eq(ledger_value_today(l), DEC(2000)));
    assert_int_equal(ledger_sends_within(l, 60 * 1000, at_s(10).mono), 2);
    assert_int_equal(ledger_sends_within(l, 60 * 1000, at_s(61).mono), 1);
    assert_string_equal(ledger_duplicate(l, first(&p.scene), 30, at_s(10))->order.ref, "PC:2");
    assert_null(ledger_duplicate(l, first(&p.scene), 30, at_s(40)));
    assert_int_equal(ledger_by_ref(l, STR("PC:2"))->state, INTENT_KNOWN);
    ledger_free(l);
    past_fini(&p);
}

static void what_was_not_sent_does_not_count_after_a_restart(void **state)
{
    (void)state;
    struct past p;
    past_init(&p);
    wrote_intent(&p, "PC:1", 0);
    wrote_word(&p, "PC:1", "not_sent", 1);
    wrote_word(&p, "PC:1", "not_sent", 1); /* said twice, given back once */
    wrote_intent(&p, "PC:2", 2);
    wrote_word(&p, "PC:2", "not_changed", 3); /* a change of it that was not sent */
    struct ledger *l = restored(&p, 10);
    assert_int_equal(ledger_orders_today(l), 1);
    assert_true(dec_eq(ledger_value_today(l), DEC(1000)));
    ledger_free(l);
    past_fini(&p);
}

/* From here on it is that day. */
static void wrote_day(struct past *p, struct ledger *l, int64_t day)
{
    struct buf b;
    struct error e;
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    ledger_turn(l, day, journal_last(p->j) + 1);
    if (ledger_unsaved_old(l, &b)) {
        assert_true(journal_put(p->j, STR(LEDGER_OLD_KEY), buf_str(&b), at_s(0), &e));
        ledger_saved_old(l);
    }
    buf_reset(&b);
    if (ledger_unsaved_days(l, &b)) {
        assert_true(journal_put(p->j, STR(LEDGER_DAYS_KEY), buf_str(&b), at_s(0), &e));
        ledger_saved_days(l);
    }
    buf_fini(&b);
    flush(p->j, p->db);
}

static void yesterday_does_not_count_but_its_unknown_order_is_kept(void **state)
{
    (void)state;
    struct past p;
    past_init(&p);
    struct ledger *days = ledger_new();
    wrote_day(&p, days, 100);
    wrote_intent(&p, "PC:1", -86400);
    wrote_word(&p, "PC:1", "unknown", -86390);
    wrote_day(&p, days, 101);
    ledger_free(days);
    struct ledger *l = restored(&p, 0);
    assert_int_equal(ledger_orders_today(l), 0);
    assert_int_equal(ledger_by_ref(l, STR("PC:1"))->state, INTENT_UNKNOWN);
    ledger_free(l);
    past_fini(&p);
}

static void a_restart_with_the_clock_set_back_keeps_the_count(void **state)
{
    (void)state;
    struct past p;
    past_init(&p);
    wrote_intent(&p, "PC:1", 0);
    struct ledger *l = restored(&p, -86400);
    assert_int_equal(ledger_orders_today(l), 1);
    /* it counts as of the start, and not for a day more */
    assert_int_equal(ledger_sends_within(l, 60 * 1000, at_s(-86400 + 59).mono), 1);
    assert_int_equal(ledger_sends_within(l, 60 * 1000, at_s(-86400 + 61).mono), 0);
    ledger_free(l);
    past_fini(&p);
}

static void days_that_cannot_be_read_are_an_error(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "x",          "100",    "100:x",
        "0:1",        "100:",   "100:1 100:1",
        "100:1 99:2", "100:-1", "9:9 8:8 7:7 6:6 5:5 4:4 3:3 2:2 1:1"};
    assert_int_equal(LEDGER_DAYS_MAX, 8);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct past p;
        struct error e;
        past_init(&p);
        assert_true(journal_put(p.j, STR(LEDGER_DAYS_KEY), str_of(texts[i]), at_s(0), &e));
        flush(p.j, p.db);
        struct ledger *l = ledger_new();
        assert_false(ledger_restore(l, p.db, at_s(0), &e));
        assert_string_equal(e.reason, "STORE_DAMAGED");
        ledger_free(l);
        past_fini(&p);
    }
}

static void all_legs_of_a_bracket_come_back(void **state)
{
    (void)state;
    struct past p;
    struct buf b;
    past_init(&p);
    bracket(&p.scene, "95", "110");
    buf_init(&b, JOURNAL_BODY_MAX);
    judge(&p.scene);
    for (size_t i = 0; i < 3; i++) {
        struct order *o = &p.scene.ticket.orders[i];
        o->order_id = 5 + (int32_t)i;
        (void)snprintf(o->ref, sizeof o->ref, "PC:%zu", i);
    }
    record_request(&b, &p.scene.request, &p.scene.ticket, DEC(1000), "digest", NULL);
    write_body(&p, JOURNAL_INTENT, &b, 0);
    struct ledger *l = restored(&p, 10);
    assert_int_equal(ledger_orders_today(l), 3);
    assert_true(dec_eq(ledger_value_today(l), DEC(1000)));
    for (size_t i = 0; i < 3; i++) {
        char ref[24];
        (void)snprintf(ref, sizeof ref, "PC:%zu", i);
        const struct intent *it = ledger_by_ref(l, str_of(ref));
        assert_non_null(it);
        assert_int_equal(it->leg, i);
        assert_int_equal(it->order.order_id, 5 + i);
        assert_true(dec_eq(it->value_base, i ? DEC_ZERO : DEC(1000)));
    }
    ledger_free(l);
    past_fini(&p);
}

static void a_change_is_no_order_of_its_own(void **state)
{
    (void)state;
    struct past p;
    past_init(&p);
    modify(&p.scene);
    wrote_intent(&p, "PC:1", 0);
    struct ledger *l = restored(&p, 10);
    assert_null(ledger_by_ref(l, STR("PC:1")));
    assert_int_equal(ledger_orders_today(l), 0);
    assert_int_equal(ledger_sends_within(l, 60 * 1000, at_s(10).mono), 1); /* it was a message */
    ledger_free(l);
    past_fini(&p);
}

static void a_record_that_cannot_be_read_hides_no_other(void **state)
{
    (void)state;
    struct past p;
    struct buf b;
    past_init(&p);
    buf_init(&b, JOURNAL_BODY_MAX);
    buf_add_c(&b, "{");
    write_body(&p, JOURNAL_INTENT, &b, 0);
    buf_init(&b, JOURNAL_BODY_MAX);
    buf_add_c(&b, "{}");
    write_body(&p, JOURNAL_INTENT, &b, 0);
    wrote_intent(&p, "PC:1", 1);
    struct ledger *l = restored(&p, 10);
    assert_non_null(ledger_by_ref(l, STR("PC:1")));
    ledger_free(l);
    past_fini(&p);
}

/* More than is held in memory at once, to the last byte. */
static void a_long_history_is_read_to_its_end(void **state)
{
    (void)state;
    struct past p;
    past_init(&p);
    for (size_t n = JOURNAL_BODY_MAX; n > 16; n /= 2)
        for (int i = 0; i < (n == JOURNAL_BODY_MAX ? 64 : 2); i++) {
            struct buf b;
            wordy(&b, n);
            write_body(&p, JOURNAL_OUTCOME, &b, 0);
        }
    wrote_intent(&p, "PC:1", 1);
    struct ledger *l = restored(&p, 10);
    assert_non_null(ledger_by_ref(l, STR("PC:1")));
    ledger_free(l);
    past_fini(&p);
}

static void as_many_days_are_kept_as_are_looked_back(void **state)
{
    (void)state;
    struct past p;
    struct buf b;
    past_init(&p);
    struct ledger *days = ledger_new();
    wrote_day(&p, days, 100);
    wrote_intent(&p, "PC:old", 0);
    for (int64_t day = 101; day <= 100 + LEDGER_DAYS_MAX; day++) {
        wrote_day(&p, days, day);
        char ref[24];
        (void)snprintf(ref, sizeof ref, "PC:%lld", (long long)day);
        wrote_intent(&p, ref, day);
    }
    ledger_turn(days, 200, 99);
    buf_init(&b, JOURNAL_VALUE_MAX);
    assert_true(ledger_unsaved_days(days, &b));
    size_t n = 0;
    struct str text = buf_str(&b), piece;
    while (text.n && str_cut(&text, ' ', &piece))
        n++;
    assert_int_equal(n, LEDGER_DAYS_MAX);
    buf_fini(&b);
    ledger_free(days);
    struct ledger *l = restored(&p, 1000);
    assert_int_equal(ledger_orders_today(l), 1);
    assert_null(ledger_by_ref(l, STR("PC:old"))); /* before all known days */
    assert_non_null(ledger_by_ref(l, STR("PC:101")));
    ledger_free(l);
    past_fini(&p);
}

static void put_old(struct past *p, const char *text)
{
    struct error e;
    assert_true(journal_put(p->j, STR(LEDGER_OLD_KEY), str_of(text), at_s(0), &e));
    flush(p->j, p->db);
}

/* PC:kept and PC:gone are of the first of nine days, and the first one is needed on the last. */
static struct ledger *nine_days(struct past *p)
{
    struct ledger *l = ledger_new();
    wrote_day(p, l, 100);
    wrote_intent(p, "PC:gone", 0);
    wrote_intent(p, "PC:kept", 0);
    wrote(p, JOURNAL_OUTCOME,
          "{\"legs\":[{\"ref\":\"PC:gone\",\"perm_id\":70,\"result\":\"rejected\"},"
          "{\"ref\":\"PC:kept\",\"perm_id\":71,\"result\":\"working\"}]}",
          1);
    modify(&p->scene);
    wrote_intent(p, "PC:kept", 2);
    ledger_free(l);
    l = restored(p, 3);
    for (int64_t day = 101; day < 100 + LEDGER_DAYS_MAX; day++)
        wrote_day(p, l, day);
    assert_true(ledger_forget_due(l));
    return l;
}

static void what_was_kept_of_older_days_comes_back_and_nothing_else(void **state)
{
    (void)state;
    struct past p;
    past_init(&p);
    struct ledger *l = nine_days(&p);
    wrote_day(&p, l, 120); /* not yet forgotten: all of the first day is in the list */
    ledger_free(l);
    l = restored(&p, 10);
    assert_true(has(l, "PC:gone") && has(l, "PC:kept"));
    assert_true(ledger_forget_due(l)); /* by whoever knows what works */
    ledger_forget(l, is_kept_back, "PC:kept");
    assert_false(ledger_forget_due(l));
    assert_false(has(l, "PC:gone"));
    wrote_day(&p, l, 120); /* the list is shorter now */
    ledger_free(l);
    scene_init(&p.scene);
    wrote_intent(&p, "PC:new", 4);
    l = restored(&p, 10);
    struct intent *it = NULL;
    size_t i = 0;
    assert_true(ledger_next(l, &i, &it)); /* oldest first */
    assert_string_equal(it->order.ref, "PC:kept");
    assert_string_equal(it->principal, "me");
    assert_true(it->state == INTENT_KNOWN && it->has_change && it->perm_ids[0] == 71);
    assert_true(has(l, "PC:new") && !has(l, "PC:gone"));
    ledger_free(l);
    past_fini(&p);
}

static void without_a_list_of_older_days_the_whole_journal_is_read(void **state)
{
    (void)state;
    struct past p;
    struct buf b;
    past_init(&p);
    struct ledger *l = nine_days(&p);
    wrote_day(&p, l, 120);
    ledger_free(l);
    put_old(&p, "[]");
    l = restored(&p, 10);
    assert_false(has(l, "PC:gone") || has(l, "PC:kept"));
    ledger_free(l);
    put_old(&p, ""); /* as a version without such lists left it, or one that was too long */
    l = restored(&p, 10);
    assert_true(has(l, "PC:gone") && has(l, "PC:kept"));
    buf_init(&b, 2); /* is written anew; this one is too long */
    assert_true(ledger_unsaved_old(l, &b));
    assert_true(!b.failed && b.n == 0);
    buf_fini(&b);
    ledger_free(l);
    past_fini(&p);
}

static void the_list_of_older_days_ends_where_the_days_begin(void **state)
{
    (void)state;
    struct buf b;
    struct ledger *l = ledger_new();
    for (int day = 0; day <= LEDGER_DAYS_MAX; day++) { /* request 10 on the first day, ... */
        ledger_turn(l, 100 + day, 10 * (day + 1));
        add_request(l, 10 * (day + 1), 2);
    }
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    assert_true(ledger_unsaved_old(l, &b));
    assert_true(str_eq(buf_str(&b), STR("[10]")));
    buf_fini(&b);
    ledger_free(l);
}

static void a_restart_within_the_first_days_has_nothing_to_forget(void **state)
{
    (void)state;
    struct past p;
    past_init(&p);
    struct ledger *days = ledger_new();
    wrote_day(&p, days, 100);
    wrote_intent(&p, "PC:1", 0);
    ledger_free(days);
    struct ledger *l = restored(&p, 10);
    assert_true(has(l, "PC:1"));
    assert_false(ledger_forget_due(l));
    ledger_free(l);
    past_fini(&p);
}

static void a_list_of_older_days_that_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    static const char *const texts[] = {"x", "[1", "{}", "7", "[\"a\"]", "[1.5]", "[null]"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct past p;
        struct error e;
        past_init(&p);
        put_old(&p, texts[i]);
        struct ledger *l = ledger_new();
        assert_false(ledger_restore(l, p.db, at_s(0), &e));
        assert_string_equal(e.reason, "STORE_DAMAGED");
        ledger_free(l);
        past_fini(&p);
    }
}

/*
 * Days pass, orders are sent, some are not sent after all, the program restarts; the wall clock
 * says anything at all. The counts are those of the days, exactly.
 */
static void no_clock_and_no_restart_changes_a_count(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct rng rng;
        struct past p;
        rng_init(&rng, seed, 7);
        past_init(&p);
        struct ledger *l = ledger_new();
        int64_t day = 20000, count = 0, wall = 0, restarts = 0;
        for (int i = 0; i < 120; i++) {
            uint32_t what = rng_u32(&rng) % 10;
            char ref[24];
            (void)snprintf(ref, sizeof ref, "PC:%d", i);
            wall += (int64_t)(rng_u32(&rng) % 20000000) - 10000000; /* months, either way */
            if (what == 0) {
                day += 1 + rng_u32(&rng) % 3;
                count = 0;
            }
            wrote_day(&p, l, day - (what == 1)); /* a clock that goes back, too */
            if (what >= 2 && what < 8) {
                wrote_intent(&p, ref, wall);
                ledger_count(l, 1, DEC(1000), at_s(wall));
                count++;
            }
            if (what == 7) {
                wrote_word(&p, ref, "not_sent", wall);
                ledger_release(l, day, 1, DEC(1000));
                count--;
            }
            if (what == 8) {
                ledger_free(l);
                l = restored(&p, wall);
                restarts++;
            }
            if (ledger_orders_today(l) != count && ledger_day(l) == day)
                fail_msg("seed %d step %d: %d orders, not %d", (int)seed, i,
                         (int)ledger_orders_today(l), (int)count);
            assert_true(dec_eq(ledger_value_today(l), dec_of(1000 * ledger_orders_today(l))));
        }
        assert_true(restarts > 0);
        ledger_free(l);
        past_fini(&p);
    }
}

static void a_digest_tells_requests_apart(void **state)
{
    (void)state;
    char a[SHA256_HEX_MAX], b[SHA256_HEX_MAX];
    struct scene s;
    scene_init(&s);
    record_digest(&s.request, a);
    s.request.reasoning = STR("other words");
    record_digest(&s.request, b);
    assert_string_equal(a, b);
    first(&s)->limit_price = some("100.01");
    record_digest(&s.request, b);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_grow_and_a_new_day_clears_them),
        cmocka_unit_test(a_day_that_goes_back_clears_nothing),
        cmocka_unit_test(what_was_sent_before_the_day_was_known_counts_for_it),
        cmocka_unit_test(what_was_not_sent_is_given_back_on_its_own_day_only),
        cmocka_unit_test(a_minute_is_60_seconds),
        cmocka_unit_test(an_equal_order_within_the_window_is_a_duplicate),
        cmocka_unit_test(intents_are_found_by_their_keys),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(the_orders_of_a_principal_are_those_sent_today),
        cmocka_unit_test(whatever_is_settled_makes_room),
        cmocka_unit_test(unsettled_intents_are_never_dropped_to_make_room),
        cmocka_unit_test(old_requests_are_forgotten_whole_unless_a_leg_of_them_is_needed),
        cmocka_unit_test(states_are_counted),
        cmocka_unit_test(only_another_perm_id_is_news),
        cmocka_unit_test(what_became_of_an_order_comes_back),
        cmocka_unit_test(an_intent_comes_back_as_it_was),
        cmocka_unit_test(counters_duplicates_and_rate_survive_a_restart),
        cmocka_unit_test(what_was_not_sent_does_not_count_after_a_restart),
        cmocka_unit_test(yesterday_does_not_count_but_its_unknown_order_is_kept),
        cmocka_unit_test(a_restart_with_the_clock_set_back_keeps_the_count),
        cmocka_unit_test(days_that_cannot_be_read_are_an_error),
        cmocka_unit_test(all_legs_of_a_bracket_come_back),
        cmocka_unit_test(a_change_is_no_order_of_its_own),
        cmocka_unit_test(a_record_that_cannot_be_read_hides_no_other),
        cmocka_unit_test(a_long_history_is_read_to_its_end),
        cmocka_unit_test(as_many_days_are_kept_as_are_looked_back),
        cmocka_unit_test(what_was_kept_of_older_days_comes_back_and_nothing_else),
        cmocka_unit_test(without_a_list_of_older_days_the_whole_journal_is_read),
        cmocka_unit_test(the_list_of_older_days_ends_where_the_days_begin),
        cmocka_unit_test(a_restart_within_the_first_days_has_nothing_to_forget),
        cmocka_unit_test(a_list_of_older_days_that_cannot_be_read_is_an_error),
        cmocka_unit_test(no_clock_and_no_restart_changes_a_count),
        cmocka_unit_test(a_digest_tells_requests_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
