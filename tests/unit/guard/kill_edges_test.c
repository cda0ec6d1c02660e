/* SPDX-License-Identifier: MIT */
/*
 * The kill switches at their edges: what a stored text may say, whose order it is, and which
 * cancels are sent again. Found by `make mutate`.
 */
#include "guard/proposal.h"
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

/* ---- help ---- */

static bool is_on(struct desk *d, enum gate_scope scope, const char *name)
{
    struct gate_kill_status k;
    for (size_t i = 0; gate_kill_next(d->gate, &i, &k);)
        if (k.scope == scope && strcmp(k.name, name) == 0)
            return true;
    return false;
}

static struct gate_kill_status of_everything(struct desk *d)
{
    struct gate_kill_status k;
    gate_kill_status(d->gate, &k);
    return k;
}

static bool release_all(struct desk *d, struct error *e)
{
    return gate_release(d->gate, GATE_SCOPE_ALL, STR_NONE, STR("me"), true, STR("calm"), d->now, e);
}

/* Places an order that rests; returns it as the broker has it. */
static struct order rest(struct desk *d, const char *quantity, int off)
{
    struct call c;
    resting(d, &c, quantity, off);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok && c.outcome.result == GATE_WORKING);
    return c.outcome.legs[0].order;
}

static void fill_journal(struct desk *d)
{
    struct error e;
    d->disk = DISK_HANGS;
    while (journal_append(d->journal, JOURNAL_CANCEL, STR("test"), STR("{}"), d->now, &e) > 0)
        ;
}

/* ---- scopes ---- */

static void a_switch_of_a_symbol_is_nobodys(void **state)
{
    char text[80];
    struct kill_switch k = {.is_on = true, .scope = GATE_SCOPE_SYMBOL, .name = "rule:x"};
    struct contract none = {.symbol = "KO"};
    (void)state;
    assert_false(kill_is_whose(&k, STR("rule:x")));
    str_copy_cut(k.name, sizeof k.name, STR("conid:0"));
    assert_false(kill_covers(&k, &none));
    assert_string_equal(gate_scope_text(GATE_SCOPE_ALL, "x", text, sizeof text), "everything");
    assert_string_equal(gate_scope_text(GATE_SCOPE_SYMBOL, "KO", text, sizeof text), "symbol KO");
}

static void what_is_told_of_a_switch_is_one_line(void **state)
{
    struct desk *d = *state;
    pull(d, "me\tand you", "first\nsecond", false);
    assert_string_equal(of_everything(d).by, "me and you");
    assert_string_equal(of_everything(d).why, "first second");
}

/* ---- stored texts ---- */

#define SINCE "\"since\":\"2026-01-05T10:00:00Z\""

static void a_stored_text_that_cannot_be_read_kills_everything(void **state)
{
    static const struct {
        const char *text;
        bool is_read;
    } rows[] = {
        {"{\"switches\":[{\"scope\":\"symbol\",\"name\":\"KO\"," SINCE ",\"attempt\":0}]}", true},
        {"{\"switches\":[{\"scope\":\"symbol\",\"name\":\"KO\"," SINCE ",\"attempt\":2147483647}]}",
         true},
        {"{\"switches\":[{\"scope\":\"other\",\"name\":\"KO\"," SINCE ",\"attempt\":0}]}", false},
        {"{\"switches\":[{\"scope\":\"symbol\",\"name\":\"KO\",\"attempt\":0}]}", false},
        {"{\"switches\":[{\"scope\":\"symbol\",\"name\":\"KO\"," SINCE "}]}", false},
        {"{\"switches\":[{\"scope\":\"symbol\",\"name\":\"KO\"," SINCE ",\"attempt\":-1}]}", false},
        {"{\"switches\":[{\"scope\":\"symbol\",\"name\":\"KO\"," SINCE ",\"attempt\":2147483648}]}",
         false},
        {"{\"switches\":[{\"scope\":\"symbol\",\"name\":\"\"," SINCE ",\"attempt\":0}]}", false},
        {"{}", false},
        {"junk", false},
    };
    struct desk *d = *state;
    for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        struct error e;
        const char *text = rows[i / 2].text;
        if (i % 2) { /* the reserve */
            gate_kill_recall(d->gate, str_of(text), d->now);
        } else { /* the journal */
            assert_true(journal_put(d->journal, STR("kill"), str_of(text), d->now, &e));
            desk_disk(d);
            assert_true(kill_restore(d->gate, d->db, d->now, &e));
        }
        if (is_on(d, GATE_SCOPE_SYMBOL, "KO") != rows[i / 2].is_read ||
            is_on(d, GATE_SCOPE_ALL, "") == rows[i / 2].is_read)
            fail_msg("row %zu: %s", i, text);
        if (!rows[i / 2].is_read)
            assert_contains(of_everything(d).why, "cannot be read");
        memset(d->gate->kills.switches, 0, sizeof d->gate->kills.switches);
    }
}

static void more_stored_switches_than_there_is_room_for_are_left_out(void **state)
{
    struct desk *d = *state;
    struct buf b;
    buf_init(&b, GATE_RESERVE_MAX);
    (void)buf_add(&b, "{\"switches\":[", 13);
    for (int i = 0; i < GATE_KILLS_MAX + 1; i++) {
        char row[120];
        int n = snprintf(row, sizeof row,
                         "%s{\"scope\":\"symbol\",\"name\":\"S%d\"," SINCE ",\"attempt\":0}",
                         i ? "," : "", i);
        (void)buf_add(&b, row, (size_t)n);
    }
    (void)buf_add(&b, "]}", 2);
    gate_kill_recall(d->gate, buf_str(&b), d->now);
    buf_fini(&b);
    assert_true(is_on(d, GATE_SCOPE_SYMBOL, "S0"));
    assert_true(is_on(d, GATE_SCOPE_SYMBOL, "S6"));
    assert_false(is_on(d, GATE_SCOPE_SYMBOL, "S7"));
    assert_false(is_on(d, GATE_SCOPE_ALL, ""));
}

static void a_recalled_switch_works_and_is_journaled_at_once(void **state)
{
    struct desk *d = *state;
    (void)rest(d, "5", 5);
    int64_t before = messages(d);
    gate_kill_recall(
        d->gate,
        STR("{\"switches\":[{\"scope\":\"symbol\",\"name\":\"AAPL\"," SINCE ",\"attempt\":0}]}"),
        d->now);
    assert_int_equal(messages(d), before + 1);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_KILL, "AAPL"), 1);
    assert_int_equal(journaled(d, JOURNAL_KILL, "switches"), 0); /* the record is of one switch */
    gate_kill_recall(d->gate, STR(""), d->now);                  /* an empty reserve is none */
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_KILL, ""), 1);
    assert_false(is_on(d, GATE_SCOPE_ALL, ""));
}

static void a_restored_switch_looks_at_the_orders_soon(void **state)
{
    struct desk *d = *state;
    struct error e;
    pull(d, "me", "a reason", false);
    desk_run(d, 100);
    desk_stop(d);
    desk_start(d);
    assert_true(gate_kill_due(d->gate).ns <= instant_after_ms(d->now.mono, 50).ns);
    desk_ready(d);
    assert_true(release_all(d, &e));
}

/* ---- keeping ---- */

static void a_switch_is_durable_with_its_record(void **state)
{
    struct desk *d = *state;
    d->disk = DISK_HANGS;
    pull(d, "me", "a reason", false);
    assert_false(of_everything(d).is_durable);
    d->disk = DISK_WORKS;
    desk_disk(d);
    assert_true(of_everything(d).is_durable);
    d->disk = DISK_HANGS;
    pull(d, "me", "again", false);
    assert_false(of_everything(d).is_durable);
    gate_kill_kept(d->gate, gate_kill_version(d->gate) - 1);
    assert_false(of_everything(d).is_durable);
    gate_kill_kept(d->gate, gate_kill_version(d->gate));
    assert_true(of_everything(d).is_durable);
    d->disk = DISK_WORKS;
}

static void what_is_journaled_is_not_journaled_again(void **state)
{
    struct desk *d = *state;
    pull(d, "me", "a reason", false);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_KILL, ""), 1);
    kill_save(d->gate, d->now);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_KILL, ""), 1);
}

static void reasons_that_take_too_much_room_are_left_out(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct buf reserve;
    char name[GATE_KILL_NAME_MAX], text[GATE_WHY_MAX];
    memset(text, 0x80, sizeof text); /* no letters at all */
    text[sizeof text - 1] = 0;
    for (int i = 0; i < GATE_KILLS_MAX; i++) {
        (void)snprintf(name, sizeof name, "%d%.50s", i, text);
        struct gate_kill_request r = {.scope = i ? GATE_SCOPE_SYMBOL : GATE_SCOPE_ALL,
                                      .name = str_of(name),
                                      .principal = str_of(text),
                                      .why = str_of(text)};
        assert_true(gate_kill(d->gate, &r, d->now, &e));
    }
    buf_init(&reserve, GATE_RESERVE_MAX);
    gate_kill_text(d->gate, &reserve);
    assert_false(reserve.failed);
    struct str all = buf_str(&reserve);
    assert_true(str_find_str(all, STR("\"why\":\"\"")) < all.n);
    struct arena *arena = arena_new(1 << 16);
    assert_non_null(json_parse(buf_str(&reserve), arena, &e));
    arena_free(arena);
    buf_fini(&reserve);
}

static void what_is_off_has_nothing_to_tell(void **state)
{
    struct desk *d = *state;
    struct gate_kill_status k = of_everything(d);
    assert_false(k.is_killed || k.is_durable || k.since.has);
    /* behind the last switch there is none, whatever stands there in memory */
    d->gate->kills.version = 0x010101;
    kill_save(d->gate, d->now);
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_KILL, ""), 0);
}

static void only_the_end_of_closing_is_kept_and_once(void **state)
{
    struct desk *d = *state;
    pull(d, "me", "a reason", false);
    struct kill_switch *k = &d->gate->kills.switches[0];
    uint64_t version = gate_kill_version(d->gate);
    kill_flattening(d->gate, k, GATE_FLATTEN_CANCELLING, d->now);
    assert_int_equal(gate_kill_version(d->gate), version);
    kill_flattening(d->gate, k, GATE_FLATTEN_FLAT, d->now);
    assert_int_equal(gate_kill_version(d->gate), version + 1);
    desk_disk(d);
    assert_int_equal(journaled(d, JOURNAL_KILL, "\"flat\":true"), 1);
    kill_flattening(d->gate, k, GATE_FLATTEN_FLAT, d->now);
    assert_int_equal(gate_kill_version(d->gate), version + 1);
}

static void a_release_that_cannot_be_kept_is_none(void **state)
{
    struct desk *d = *state;
    struct error e;
    pull(d, "me", "a reason", false);
    fill_journal(d);
    assert_false(release_all(d, &e));
    assert_true(of_everything(d).is_killed);
    assert_string_equal(of_everything(d).why, "a reason");
    d->disk = DISK_WORKS;
    desk_run(d, 100);
    assert_true(release_all(d, &e));
    assert_false(of_everything(d).is_killed);
}

static void a_release_lets_no_older_approval_pass(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct error e;
    const struct gate_proposal *p = NULL;
    d->limits.approval_paper = GATE_APPROVAL_OUT_OF_BAND;
    desk_restart(d);
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "APPROVAL_NEEDED");
    pull(d, "me", "a reason", false);
    assert_true(release_all(d, &e));
    size_t i = 0;
    assert_true(gate_next_approval(d->gate, &i, &p));
    assert_int_equal(gate_proposal_state(p, d->now), PROPOSAL_DECLINED);
}

static void a_switch_pulled_again_counts_its_orders_anew(void **state)
{
    struct desk *d = *state;
    struct error e;
    (void)rest(d, "5", 5);
    pull(d, "me", "a reason", false);
    desk_run(d, 1000);
    assert_int_equal(of_everything(d).total, 1);
    assert_int_equal(of_everything(d).working, 0);
    assert_true(release_all(d, &e));
    pull(d, "me", "again", false);
    assert_int_equal(of_everything(d).total, 0);
}

/* ---- which orders ---- */

static void an_order_that_waits_for_the_pacing_does_not_leave(void **state)
{
    struct desk *d = *state;
    struct call c;
    struct error e;
    resting(d, &c, "5", 5);
    d->disk = DISK_HANGS;
    call_start(d, &c, CALL_SUBMIT);
    desk_run(d, 1100);
    for (int i = 0; i < 100; i++)
        assert_true(trade_cancel(d->session, 900000, d->now, &e));
    d->disk = DISK_WORKS;
    desk_disk(d);
    tasks_run(d->tasks, d->now);
    pull(d, "me", "a reason", false);
    assert_int_equal(trade_drop_waiting(d->session, 0), 0);
    call_finish(d, &c);
    assert_int_equal(working(d), 0);
}

/* An order of ours that the broker has not told, of that type; it sells what is held. */
static struct intent *untold(struct desk *d, enum order_type type, enum intent_state st)
{
    struct error e;
    struct intent it = {.state = st, .seq = 1, .at = d->now, .principal = "local:1000"};
    it.order = order_of(SIDE_SELL, "5", type);
    str_copy_cut(it.order.account, sizeof it.order.account, str_of(book_account(d->book, 0)));
    str_copy_cut(it.order.ref, sizeof it.order.ref, STR("PC:untold"));
    it.order.order_id = 5000;
    it.order.client_id = d->client_id;
    struct intent *out = ledger_add(d->gate->ledger, &it, &e);
    assert_non_null(out);
    return out;
}

static void an_order_that_was_never_told_is_cancelled_while_it_may_work(void **state)
{
    static const struct {
        enum intent_state state;
        int cancels;
    } rows[] = {{INTENT_SENT, 1},     {INTENT_UNKNOWN, 1}, {INTENT_WAITING, 0},
                {INTENT_NOT_SENT, 0}, {INTENT_KNOWN, 0},   {INTENT_NOT_PLACED, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = desk_new();
        struct intent *it = untold(d, ORDER_LMT, rows[i].state);
        int64_t before = messages(d);
        pull(d, "me", "a reason", false);
        struct gate_kill_status k = of_everything(d);
        if (messages(d) - before != rows[i].cancels || (int)k.total != rows[i].cancels ||
            (int)k.working != rows[i].cancels || k.asked_oldest.has != (rows[i].cancels > 0))
            fail_msg("row %zu", i);
        /* looked at again as long as it may work */
        assert_int_equal(gate_kill_due(d->gate).ns != INSTANT_NEVER.ns, rows[i].cancels);
        intent_become(it, INTENT_NOT_PLACED);
        assert_int_equal(of_everything(d).working, 0);
        kill_sweep(d->gate, d->now);
        assert_int_equal(gate_kill_due(d->gate).ns, INSTANT_NEVER.ns);
        desk_free(d);
    }
    (void)state;
}

static void without_a_switch_nothing_is_looked_at(void **state)
{
    struct desk *d = *state;
    (void)rest(d, "5", 5);
    int64_t before = messages(d);
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before);
    assert_int_equal(gate_kill_due(d->gate).ns, INSTANT_NEVER.ns);
    assert_int_equal(of_everything(d).total, 0);
}

static void a_stop_known_by_its_status_alone_is_a_stop(void **state)
{
    struct desk *d = *state;
    struct position p = {.quantity = DEC(5), .contract = {.con_id = AAPL, .sec_type = SEC_STK}};
    str_copy_cut(p.account, sizeof p.account, str_of(book_account(d->book, 0)));
    struct event ev = {.kind = EVENT_POSITION, .at = d->now, .position = &p};
    desk_on_event(d, &ev);
    struct intent *it = untold(d, ORDER_STP, INTENT_SENT);
    struct order bare = {.order_id = it->order.order_id, .client_id = d->client_id, .perm_id = 77};
    tell_as(d, EVENT_ORDER_STATUS, &bare, (struct word){STATE_SUBMITTED, "0", 0});
    int64_t before = messages(d);
    pull(d, "me", "a reason", true);
    assert_int_equal(messages(d), before);
    assert_int_equal(of_everything(d).total, 0);
}

static void as_long_as_it_is_not_known_what_is_held_every_stop_counts(void **state)
{
    struct desk *d = *state;
    struct intent *it = untold(d, ORDER_STP, INTENT_SENT);
    it->order.contract.con_id = 990001; /* of which nothing is held, as far as we know */
    d->is_offline = true;
    desk_hang_up(d);
    desk_run(d, 100);
    pull(d, "me", "a reason", true);
    assert_int_equal(of_everything(d).total, 0);
    pull(d, "me", "all of them", false);
    assert_int_equal(of_everything(d).total, 1);
    assert_false(of_everything(d).asked_oldest.has); /* there is no line to ask on */
}

/* A stop that works, of that client, and what is held of its contract (NULL: nothing ever was). */
static void stop_beside(struct desk *d, int32_t client_id, enum order_side side, const char *held,
                        enum order_state st)
{
    struct order o = order_of(side, "5", ORDER_STP);
    struct position p = {.contract = {.con_id = 990001, .sec_type = SEC_STK}};
    o.order_id = 7001;
    o.client_id = client_id;
    o.perm_id = 77;
    o.stop_price = some("1");
    o.contract.con_id = p.contract.con_id;
    str_copy_cut(o.account, sizeof o.account, str_of(book_account(d->book, 0)));
    memcpy(p.account, o.account, sizeof p.account);
    tell_as(d, EVENT_ORDER, &o, (struct word){st, "0", 0});
    p.quantity = held ? number(held) : DEC_ZERO;
    struct event ev = {.kind = EVENT_POSITION, .at = d->now, .position = &p};
    if (held)
        desk_on_event(d, &ev);
}

static void a_stop_that_protects_nothing_is_cancelled_with_the_rest(void **state)
{
    static const struct {
        const char *held;
        enum order_side side;
        bool is_kept;
    } rows[] = {{"5", SIDE_SELL, true},
                {"5", SIDE_BUY, false},
                {"-5", SIDE_BUY, true},
                {"-5", SIDE_SELL, false},
                {NULL, SIDE_SELL, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = desk_new();
        stop_beside(d, d->client_id, rows[i].side, rows[i].held, STATE_SUBMITTED);
        pull(d, "me", "a reason", true);
        if (of_everything(d).total != !rows[i].is_kept)
            fail_msg("row %zu", i);
        desk_free(d);
    }
    (void)state;
}

static void a_switch_counts_its_own_orders_alone(void **state)
{
    struct desk *d = *state;
    struct error e;
    (void)rest(d, "5", 5);
    const char *const names[] = {"AAPL", "KO"};
    for (int i = 0; i < 2; i++) {
        struct gate_kill_request r = {.scope = GATE_SCOPE_SYMBOL,
                                      .name = str_of(names[i]),
                                      .principal = STR("me"),
                                      .why = STR("a reason")};
        assert_true(gate_kill(d->gate, &r, d->now, &e));
    }
    for (size_t i = 0; i < GATE_KILLS_MAX; i++) {
        const struct kill_switch *k = kill_at(&d->gate->kills, i);
        struct gate_kill_status s = {0};
        kill_progress(d->gate, i, &s);
        assert_int_equal(s.total, k->is_on && strcmp(k->name, "AAPL") == 0);
    }
}

static void an_order_that_turns_up_later_is_cancelled_when_it_is_time_to_look(void **state)
{
    struct desk *d = *state;
    pull(d, "me", "a reason", false);
    stop_beside(d, d->client_id, SIDE_SELL, "5", STATE_SUBMITTED);
    int64_t before = messages(d);
    d->now.mono.ns = gate_kill_due(d->gate).ns - 1;
    gate_kill_step(d->gate, d->now);
    assert_int_equal(messages(d), before);
    d->now.mono.ns++;
    gate_kill_step(d->gate, d->now);
    assert_int_equal(messages(d), before + 1);
    assert_int_equal(of_everything(d).asked, 1);
}

/* ---- orders of others ---- */

/* An order that another client, or a person in TWS, placed. */
static struct order foreign(struct desk *d, int32_t order_id, int64_t perm_id)
{
    struct order o = order_of(SIDE_BUY, "1", ORDER_LMT);
    o.order_id = order_id;
    o.perm_id = perm_id;
    o.client_id = order_id > 0 ? 9 : d->client_id;
    o.limit_price = some("1");
    str_copy_cut(o.account, sizeof o.account, str_of(book_account(d->book, 0)));
    tell_as(d, EVENT_ORDER, &o, (struct word){STATE_SUBMITTED, "0", 0});
    return o;
}

static void an_order_without_an_order_id_is_nobodys_though_it_bears_our_client_id(void **state)
{
    struct desk *d = *state;
    (void)foreign(d, 0, 99);
    int64_t before = messages(d);
    pull(d, "me", "a reason", false);
    assert_int_equal(messages(d), before);
    assert_int_equal(of_everything(d).total, 0);
}

static void orders_of_others_go_by_the_global_cancel_and_ours_follow_if_they_outlive_it(
    void **state)
{
    struct desk *d = *state;
    struct error e;
    d->limits.kill_cancels_foreign = true;
    desk_restart(d);
    (void)rest(d, "5", 5);
    struct order o = foreign(d, 3, 99), hand = foreign(d, 0, 98);
    (void)foreign(d, -1, 0); /* has no name at all: it cannot be followed */
    assert_true(arm(d->paper, d->now, "drop any 0"));
    int64_t before = messages(d);
    pull(d, "me", "a reason", false);
    assert_int_equal(messages(d), before + 1); /* the global one covers all */
    assert_int_equal(of_everything(d).total, 3);
    assert_int_equal(of_everything(d).asked, 3);
    assert_int_equal(of_everything(d).working, 3);
    tell(d, o, (struct word){STATE_CANCELLED, "0", 0});
    tell(d, hand, (struct word){STATE_CANCELLED, "0", 0});
    assert_int_equal(of_everything(d).working, 1);
    d->now.mono = instant_after_ms(d->gate->kills.global_at, GATE_GLOBAL_MS - 1);
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before + 1);
    d->now.mono = instant_after_ms(d->gate->kills.global_at, GATE_GLOBAL_MS);
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before + 2); /* ours, by itself */
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before + 2); /* and once */
    (void)foreign(d, 4, 97); /* came after the global cancel: another one follows */
    kill_sweep(d->gate, d->now);
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before + 3);
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before + 3);
    assert_true(release_all(d, &e));
    assert_false(d->gate->kills.has_global);
    pull(d, "me", "again", false);
    assert_int_equal(messages(d), before + 4);
}

/* It takes everything, so it is not sent where something is to stay. */
static void no_global_cancel_goes_where_a_stop_is_kept(void **state)
{
    static const struct {
        enum order_state stop;
        enum order_side side;
        bool keeps_stops, is_sent;
    } rows[] = {{STATE_SUBMITTED, SIDE_SELL, true, false},
                {STATE_SUBMITTED, SIDE_SELL, false, true},
                {STATE_CANCELLED, SIDE_SELL, true, true},
                {STATE_SUBMITTED, SIDE_BUY, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = desk_new();
        d->gate->limits.kill_cancels_foreign = true;
        stop_beside(d, 9, rows[i].side, "5", rows[i].stop);
        (void)foreign(d, 3, 99);
        pull(d, "me", "a reason", rows[i].keeps_stops);
        if (d->gate->kills.has_global != rows[i].is_sent)
            fail_msg("row %zu", i);
        /* without it nobody has asked for the end of what others placed */
        assert_int_equal(of_everything(d).asked, rows[i].is_sent ? of_everything(d).total : 0);
        desk_free(d);
    }
    (void)state;
}

static void a_release_of_one_switch_leaves_the_global_cancel_of_everything(void **state)
{
    struct desk *d = *state;
    struct error e;
    d->limits.kill_cancels_foreign = true;
    desk_restart(d);
    (void)foreign(d, 3, 99);
    struct gate_kill_request one = {.scope = GATE_SCOPE_SYMBOL,
                                    .name = STR("AAPL"),
                                    .principal = STR("me"),
                                    .why = STR("a reason")};
    assert_true(gate_kill(d->gate, &one, d->now, &e));
    pull(d, "me", "a reason", false);
    assert_true(d->gate->kills.has_global);
    assert_true(gate_release(d->gate, GATE_SCOPE_SYMBOL, STR("AAPL"), STR("me"), true, STR("calm"),
                             d->now, &e));
    assert_true(d->gate->kills.has_global);
    assert_int_equal(of_everything(d).total, 1); /* two switches wanted it, and one still does */
}

static void the_order_that_waits_longest_for_its_end_is_told(void **state)
{
    struct desk *d = *state;
    struct error e;
    struct opt_utc first = {.has = false};
    (void)rest(d, "5", 5);
    assert_true(arm(d->paper, d->now, "drop any 0"));
    pull(d, "me", "a reason", false);
    first = of_everything(d).asked_oldest;
    assert_true(first.has && first.v.ns == d->now.wall.ns);
    desk_run(d, 1000);
    struct intent *it = untold(d, ORDER_LMT, INTENT_SENT);
    kill_sweep(d->gate, d->now);
    assert_int_equal(of_everything(d).asked_oldest.v.ns, first.v.ns);
    intent_become(it, INTENT_NOT_PLACED);
    (void)e;
}

static void an_order_that_is_being_cancelled_already_needs_no_other_cancel(void **state)
{
    struct desk *d = *state;
    struct order o = rest(d, "5", 5);
    assert_true(arm(d->paper, d->now, "drop any 0"));
    tell_as(d, EVENT_ORDER_STATUS, &o, (struct word){STATE_PENDING_CANCEL, "0", 0});
    int64_t before = messages(d);
    pull(d, "me", "a reason", false);
    assert_int_equal(messages(d), before);
    assert_int_equal(of_everything(d).asked, 1);
    tell_as(d, EVENT_ORDER_STATUS, &o, (struct word){STATE_SUBMITTED, "0", 0});
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before);
    kill_link_lost(d->gate); /* what was on the line is lost */
    kill_sweep(d->gate, d->now);
    assert_int_equal(messages(d), before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_switch_of_a_symbol_is_nobodys),
        TEST(what_is_told_of_a_switch_is_one_line),
        TEST(a_stored_text_that_cannot_be_read_kills_everything),
        TEST(more_stored_switches_than_there_is_room_for_are_left_out),
        TEST(a_recalled_switch_works_and_is_journaled_at_once),
        TEST(a_restored_switch_looks_at_the_orders_soon),
        TEST(a_switch_is_durable_with_its_record),
        TEST(what_is_journaled_is_not_journaled_again),
        TEST(reasons_that_take_too_much_room_are_left_out),
        TEST(what_is_off_has_nothing_to_tell),
        TEST(only_the_end_of_closing_is_kept_and_once),
        TEST(a_release_that_cannot_be_kept_is_none),
        TEST(a_release_lets_no_older_approval_pass),
        TEST(a_switch_pulled_again_counts_its_orders_anew),
        TEST(an_order_that_waits_for_the_pacing_does_not_leave),
        TEST(an_order_that_was_never_told_is_cancelled_while_it_may_work),
        TEST(without_a_switch_nothing_is_looked_at),
        TEST(a_stop_known_by_its_status_alone_is_a_stop),
        TEST(as_long_as_it_is_not_known_what_is_held_every_stop_counts),
        cmocka_unit_test(a_stop_that_protects_nothing_is_cancelled_with_the_rest),
        TEST(a_switch_counts_its_own_orders_alone),
        TEST(an_order_that_turns_up_later_is_cancelled_when_it_is_time_to_look),
        TEST(an_order_without_an_order_id_is_nobodys_though_it_bears_our_client_id),
        TEST(orders_of_others_go_by_the_global_cancel_and_ours_follow_if_they_outlive_it),
        cmocka_unit_test(no_global_cancel_goes_where_a_stop_is_kept),
        TEST(a_release_of_one_switch_leaves_the_global_cancel_of_everything),
        TEST(the_order_that_waits_longest_for_its_end_is_told),
        TEST(an_order_that_is_being_cancelled_already_needs_no_other_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
