/* SPDX-License-Identifier: MIT */
#include "guard/proposal.h"

#include "desk.h"
#include "guard/value.h"

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

static void with_limits(struct desk *d, unsigned approval, int64_t preview_ttl_s)
{
    d->limits.approval_paper = approval;
    d->limits.preview_ttl_s = preview_ttl_s;
    d->limits.preview_drift_pct = DEC(100);
    desk_restart(d);
}

/* A preview of a resting purchase; its id stays in the call's ticket. */
static void preview(struct desk *d, struct call *c, const char *quantity)
{
    resting(d, c, quantity, 5);
    call(d, c, CALL_PREVIEW);
    assert_true(c->ok && c->ticket.is_allowed);
    assert_int_equal(strlen(c->ticket.preview_id), 32);
}

/* What a caller makes of an id: the request that it stands for, with what it may fill in again. */
static bool take_up(struct desk *d, const char *id, struct call *c)
{
    char copy[GATE_PREVIEW_ID_MAX];
    str_copy_cut(copy, sizeof copy, str_of(id));
    *c = (struct call){0};
    bool ok = gate_proposal_request(d->gate, str_of(copy), STR("local:1000"), &c->request, &c->e);
    c->request.min_tick = some("0.01");
    return ok;
}

static const char *submit(struct desk *d, const char *id, const char *key, struct call *c)
{
    static char reason[64];
    if (!take_up(d, id, c)) {
        str_copy_cut(reason, sizeof reason, STR_NAME(c->e.reason));
        return reason;
    }
    c->request.idempotency_key = str_of(key);
    call(d, c, CALL_SUBMIT);
    str_copy_cut(reason, sizeof reason, c->ok ? STR("sent") : STR_NAME(c->e.reason));
    return reason;
}

/* ---- previews ---- */

static void a_preview_becomes_one_order_whoever_repeats_it(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    char id[GATE_PREVIEW_ID_MAX];
    preview(d, &shown, "5");
    memcpy(id, shown.ticket.preview_id, sizeof id);
    assert_string_equal(submit(d, id, "a", &c), "sent");
    assert_int_equal(c.outcome.result, GATE_WORKING);
    assert_string_equal(submit(d, id, "", &c), "PREVIEW_USED");
    assert_string_equal(submit(d, id, "b", &c), "PREVIEW_USED");
    assert_string_equal(submit(d, id, "a", &c), "sent");
    assert_true(c.outcome.is_replay);
    assert_string_equal(submit(d, id, "a", &c), "sent"); /* a repetition gives nothing back */
    assert_string_equal(submit(d, id, "b", &c), "PREVIEW_USED");
    assert_int_equal(working(d), 1);
    assert_int_equal(journaled(d, JOURNAL_INTENT, id), 1);
}

static void two_calls_at_once_make_one_order(void **state)
{
    struct desk *d = *state;
    struct call shown, one, two;
    preview(d, &shown, "5");
    assert_true(take_up(d, shown.ticket.preview_id, &one));
    assert_true(take_up(d, shown.ticket.preview_id, &two));
    one.request.allow_duplicate = two.request.allow_duplicate = false;
    call_start(d, &one, CALL_SUBMIT);
    call_start(d, &two, CALL_SUBMIT);
    call_finish(d, &one);
    call_finish(d, &two);
    assert_true(one.ok && !two.ok);
    assert_string_equal(two.e.reason, "PREVIEW_USED");
    assert_int_equal(working(d), 1);
}

static void an_id_is_unpredictable_and_its_principals_own(void **state)
{
    struct desk *d = *state;
    struct call a, b;
    struct gate_request r;
    struct error e;
    preview(d, &a, "5");
    preview(d, &b, "5");
    assert_string_not_equal(a.ticket.preview_id, b.ticket.preview_id);
    assert_false(
        gate_proposal_request(d->gate, str_of(a.ticket.preview_id), STR("local:1001"), &r, &e));
    assert_string_equal(e.reason, "PREVIEW_UNKNOWN");
    assert_false(gate_proposal_request(d->gate, STR_NONE, STR("local:1000"), &r, &e));
    assert_false(gate_proposal_request(d->gate, STR(""), STR(""), &r, &e));
    assert_false(gate_proposal_request(d->gate, str_sub(str_of(a.ticket.preview_id), 0, 31),
                                       STR("local:1000"), &r, &e));
    assert_true(
        gate_proposal_request(d->gate, str_of(a.ticket.preview_id), STR("local:1000"), &r, &e));
    assert_true(dec_eq(r.orders[0].quantity, DEC(5)));
}

static void what_was_not_shown_is_not_sent(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    preview(d, &shown, "5");
    assert_true(take_up(d, shown.ticket.preview_id, &c));
    c.request.orders[0].quantity = DEC(6);
    call(d, &c, CALL_SUBMIT);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "PREVIEW_CHANGED");
    assert_true(take_up(d, shown.ticket.preview_id, &c));
    c.request.allow_duplicate = true;
    call(d, &c, CALL_SUBMIT);
    assert_string_equal(c.e.reason, "PREVIEW_CHANGED");
    assert_true(take_up(d, shown.ticket.preview_id, &c));
    c.request.preview_id = STR("0123456789abcdef0123456789abcdef");
    call(d, &c, CALL_SUBMIT);
    assert_string_equal(c.e.reason, "PREVIEW_UNKNOWN");
    assert_int_equal(working(d), 0);
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "sent");
}

static void a_preview_lives_for_its_time_by_both_clocks(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    preview(d, &shown, "5");
    desk_run(d, 59000);
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "sent");
    preview(d, &shown, "6");
    desk_run(d, 60000);
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "PREVIEW_EXPIRED");
    preview(d, &shown, "7");
    d->now.wall.ns -= 3600 * (int64_t)NS_PER_S; /* a clock set back prolongs nothing */
    desk_run(d, 60000);
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "PREVIEW_EXPIRED");
    preview(d, &shown, "8");
    assert_true(take_up(d, shown.ticket.preview_id, &c));
    d->now.wall.ns += 3600 * (int64_t)NS_PER_S;
    call(d, &c, CALL_SUBMIT);
    assert_string_equal(c.e.reason, "PREVIEW_EXPIRED");
    assert_int_equal(working(d), 1);
}

static void a_price_drifts_beyond_the_limit_and_not_at_it(void **state)
{
    (void)state;
    const struct {
        const char *then, *now;
        bool drifts;
    } rows[] = {
        {"100", "101", false}, {"100", "101.000001", true},
        {"100", "99", false},  {"100", "98.999999", true},
        {"100", "", true},     {"", "100", true},
        {"", "", false},       {"0", "1", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct opt_dec then = rows[i].then[0] ? some(rows[i].then) : DEC_NONE;
        struct opt_dec now = rows[i].now[0] ? some(rows[i].now) : DEC_NONE;
        assert_int_equal(price_drifted(then, now, DEC(1)), rows[i].drifts);
    }
}

static void what_is_refused_keeps_its_preview(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    struct error e;
    preview(d, &shown, "5");
    assert_true(gate_set_trading(d->gate, GATE_HALTED, STR("me"), false, STR("test"), d->now, &e));
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "HALTED");
    assert_true(gate_set_trading(d->gate, GATE_ACTIVE, STR("me"), true, STR("test"), d->now, &e));
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "sent");
}

static void what_could_not_be_journaled_keeps_its_preview(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    preview(d, &shown, "5");
    d->disk = DISK_FULL;
    assert_string_equal(submit(d, shown.ticket.preview_id, "k", &c), "JOURNAL_FAILED");
    assert_string_equal(submit(d, shown.ticket.preview_id, "k", &c), "JOURNAL_FAILED");
    d->disk = DISK_WORKS;
    journal_recover(d->journal);
    desk_run(d, 100);
    assert_int_equal(working(d), 0);
    assert_string_equal(submit(d, shown.ticket.preview_id, "k", &c), "sent");
    assert_int_equal(working(d), 1);
}

static void the_oldest_preview_gives_way_to_the_newest(void **state)
{
    struct desk *d = *state;
    struct call first, c;
    with_limits(d, GATE_APPROVAL_NONE, 3600);
    preview(d, &first, "5");
    for (int i = 0; i < PROPOSALS_MAX - 1; i++)
        preview(d, &c, "4");
    assert_true(take_up(d, first.ticket.preview_id, &c));
    preview(d, &c, "4");
    assert_false(take_up(d, first.ticket.preview_id, &c));
    assert_string_equal(c.e.reason, "PREVIEW_UNKNOWN");
}

static void what_is_finished_gives_way_before_what_is_not(void **state)
{
    struct desk *d = *state;
    struct call first, used, c;
    with_limits(d, GATE_APPROVAL_NONE, 3600);
    preview(d, &first, "5");
    preview(d, &used, "6");
    assert_string_equal(submit(d, used.ticket.preview_id, "", &c), "sent");
    for (int i = 0; i < PROPOSALS_MAX - 1; i++)
        preview(d, &c, "4");
    assert_true(take_up(d, first.ticket.preview_id, &c));
    assert_string_equal(submit(d, used.ticket.preview_id, "", &c), "PREVIEW_UNKNOWN");
}

/* ---- changes ---- */

static void preview_change(struct desk *d, const struct order *now, const char *quantity,
                           struct call *c)
{
    *c = (struct call){.request = {.kind = GATE_MODIFY, .count = 1, .min_tick = some("0.01")}};
    c->request.orders[0] = *now;
    c->request.orders[0].quantity = number(quantity);
    call(d, c, CALL_PREVIEW);
    assert_true(c->ok && c->ticket.is_allowed);
}

static void a_change_is_bound_to_the_order_that_it_starts_from(void **state)
{
    struct desk *d = *state;
    struct call placed, shown, other, c;
    resting(d, &placed, "5", 5);
    call(d, &placed, CALL_SUBMIT);
    assert_true(placed.ok);
    const struct order *o = &placed.outcome.legs[0].order;
    preview_change(d, o, "4", &shown);
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "sent");
    assert_true(dec_eq(c.outcome.legs[0].order.quantity, DEC(4)));
    struct order now = c.outcome.legs[0].order;
    preview_change(d, &now, "3", &shown);
    preview_change(d, &now, "6", &other);
    assert_string_equal(submit(d, other.ticket.preview_id, "", &c), "sent");
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "PREVIEW_CHANGED");
    assert_int_equal(working(d), 1);
}

/* ---- approvals ---- */

struct decision {
    struct desk *desk;
    int64_t number;
    enum gate_approval way;
    bool is_yes, ok, is_done;
    struct error e;
};

static void decision_run(struct task *t, void *arg)
{
    struct decision *x = arg;
    x->ok = gate_approve(t, x->desk->gate, x->number, x->is_yes, STR("local:0"), x->way,
                         STR("looked at"), &x->e);
    x->is_done = true;
}

static const char *decided_by(struct desk *d, int64_t number, bool is_yes, enum gate_approval way)
{
    static char reason[64];
    struct decision x = {.desk = d, .number = number, .is_yes = is_yes, .way = way};
    assert_non_null(task_spawn(d->tasks, d->now, 30000, decision_run, &x));
    for (int i = 0; i < 4000 && !x.is_done; i++)
        desk_run(d, 10);
    assert_true(x.is_done);
    str_copy_cut(reason, sizeof reason, x.ok ? STR("ok") : STR_NAME(x.e.reason));
    return reason;
}

static const char *decided(struct desk *d, int64_t number, bool is_yes, bool is_human)
{
    return decided_by(d, number, is_yes, is_human ? GATE_APPROVAL_OUT_OF_BAND : GATE_APPROVAL_NONE);
}

static enum proposal_state state_of(struct desk *d, int64_t number)
{
    const struct gate_proposal *p;
    for (size_t i = 0; gate_next_approval(d->gate, &i, &p);)
        if (p->number == number)
            return gate_proposal_state(p, d->now);
    return PROPOSAL_STATE_COUNT;
}

static void a_person_lets_one_order_pass_once(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    char id[GATE_PREVIEW_ID_MAX];
    with_limits(d, GATE_APPROVAL_OUT_OF_BAND, 60);
    preview(d, &shown, "5");
    memcpy(id, shown.ticket.preview_id, sizeof id);
    assert_int_equal(shown.ticket.approval, GATE_APPROVAL_OUT_OF_BAND);
    assert_string_equal(submit(d, id, "", &c), "APPROVAL_NEEDED");
    int64_t number = c.ticket.approval_number;
    assert_true(number > 0);
    assert_string_equal(c.ticket.preview_id, id);
    assert_string_equal(submit(d, id, "", &c), "APPROVAL_NEEDED");
    assert_true(c.ticket.approval_number == number);
    assert_int_equal(journaled(d, JOURNAL_APPROVAL, "\"pending\""), 1);
    assert_string_equal(decided(d, number, true, false), "HUMAN_ONLY");
    assert_string_equal(decided(d, number + 1000, true, true), "UNKNOWN_APPROVAL");
    assert_string_equal(decided(d, 0, true, true), "UNKNOWN_APPROVAL");
    assert_int_equal(working(d), 0);
    assert_string_equal(decided(d, number, true, true), "ok");
    assert_string_equal(decided(d, number, false, true), "NOT_PENDING");
    assert_int_equal(working(d), 0);
    assert_string_equal(submit(d, id, "", &c), "sent");
    assert_string_equal(submit(d, id, "", &c), "PREVIEW_USED");
    assert_int_equal(state_of(d, number), PROPOSAL_USED);
    assert_int_equal(working(d), 1);
    assert_int_equal(journaled(d, JOURNAL_INTENT, "\"approval\""), 1);
}

/* Each way against each demand: it counts if it is at least as strict. */
static void a_way_counts_where_no_stricter_one_is_asked_for(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    for (unsigned needs = GATE_APPROVAL_ELICIT; needs <= GATE_APPROVAL_OUT_OF_BAND; needs++)
        for (unsigned way = GATE_APPROVAL_NONE; way <= GATE_APPROVAL_OUT_OF_BAND; way++) {
            with_limits(d, needs, 60);
            preview(d, &shown, "5");
            assert_int_equal(shown.ticket.approval, needs);
            assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "APPROVAL_NEEDED");
            int64_t number = c.ticket.approval_number;
            bool counts = way >= needs;
            assert_string_equal(decided_by(d, number, true, (enum gate_approval)way),
                                counts ? "ok" : "HUMAN_ONLY");
            assert_int_equal(state_of(d, number), counts ? PROPOSAL_APPROVED : PROPOSAL_PENDING);
            assert_string_equal(decided_by(d, number, false, (enum gate_approval)way),
                                counts ? "NOT_PENDING" : "HUMAN_ONLY");
        }
    assert_int_equal(working(d), 0);
}

static void a_weak_yes_does_not_outlive_a_stricter_setting(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    char id[GATE_PREVIEW_ID_MAX];
    with_limits(d, GATE_APPROVAL_ELICIT, 60);
    preview(d, &shown, "5");
    memcpy(id, shown.ticket.preview_id, sizeof id);
    (void)submit(d, id, "", &c);
    int64_t number = c.ticket.approval_number;
    assert_string_equal(decided_by(d, number, true, GATE_APPROVAL_ELICIT), "ok");
    desk_run(d, 100);
    with_limits(d, GATE_APPROVAL_OUT_OF_BAND, 60); /* and a restart */
    assert_int_equal(state_of(d, number), PROPOSAL_APPROVED);
    assert_int_equal(gate_approval_find(d->gate, number)->way, GATE_APPROVAL_ELICIT);
    assert_string_equal(submit(d, id, "", &c), "PREVIEW_CHANGED");
    assert_int_equal(working(d), 0);
    with_limits(d, GATE_APPROVAL_ELICIT, 60);
    assert_string_equal(submit(d, id, "", &c), "sent");
    assert_int_equal(working(d), 1);
}

static void a_proof_is_of_one_proposal_and_one_principal(void **state)
{
    struct desk *d = *state;
    struct call a, b;
    char proof[PROPOSAL_PROOF_MAX], other[PROPOSAL_PROOF_MAX];
    with_limits(d, GATE_APPROVAL_APP, 60);
    preview(d, &a, "5");
    preview(d, &b, "6");
    struct str id = STR_NAME(a.ticket.preview_id), who = a.request.principal;
    assert_true(gate_proposal_proof(d->gate, id, who, proof));
    assert_true(gate_proposal_proof(d->gate, STR_NAME(b.ticket.preview_id), who, other));
    assert_string_not_equal(proof, other);
    assert_null(strstr(a.ticket.preview_id, proof));
    assert_true(gate_proposal_is_proven(d->gate, id, who, STR_NAME(proof)));
    assert_false(gate_proposal_is_proven(d->gate, id, who, STR_NAME(other)));
    assert_false(gate_proposal_is_proven(d->gate, id, who, id));
    assert_false(gate_proposal_is_proven(d->gate, id, who, STR_NONE));
    assert_false(gate_proposal_is_proven(d->gate, id, STR("somebody"), STR_NAME(proof)));
    assert_false(gate_proposal_proof(d->gate, STR("made up"), who, other));
}

static void the_same_request_finds_its_approval_and_another_does_not(void **state)
{
    struct desk *d = *state;
    struct call c;
    with_limits(d, GATE_APPROVAL_OUT_OF_BAND, 60);
    resting(d, &c, "5", 5);
    struct gate_request request = c.request;
    call(d, &c, CALL_SUBMIT);
    assert_string_equal(c.e.reason, "APPROVAL_NEEDED");
    assert_string_equal(decided(d, c.ticket.approval_number, true, true), "ok");
    c = (struct call){.request = request};
    c.request.orders[0].quantity = DEC(6);
    call(d, &c, CALL_SUBMIT);
    assert_string_equal(c.e.reason, "APPROVAL_NEEDED");
    c = (struct call){.request = request};
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    c = (struct call){.request = request};
    c.request.allow_duplicate = true;
    call(d, &c, CALL_SUBMIT);
    assert_string_equal(c.e.reason, "APPROVAL_NEEDED");
    assert_int_equal(working(d), 1);
}

static void a_no_and_the_end_of_the_time_are_final(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    with_limits(d, GATE_APPROVAL_OUT_OF_BAND, 60);
    preview(d, &shown, "5");
    (void)submit(d, shown.ticket.preview_id, "", &c);
    assert_string_equal(decided(d, c.ticket.approval_number, false, true), "ok");
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "APPROVAL_DECLINED");
    assert_non_null(strstr(c.e.text, "looked at"));
    preview(d, &shown, "6");
    (void)submit(d, shown.ticket.preview_id, "", &c);
    int64_t number = c.ticket.approval_number;
    desk_run(d, 600000);
    assert_string_equal(decided(d, number, true, true), "APPROVAL_EXPIRED");
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "APPROVAL_EXPIRED");
    assert_int_equal(working(d), 0);
}

static void what_waits_and_what_was_decided_survive_a_restart(void **state)
{
    struct desk *d = *state;
    struct call a, b, used, c;
    with_limits(d, GATE_APPROVAL_OUT_OF_BAND, 60);
    preview(d, &a, "5");
    preview(d, &b, "6");
    preview(d, &used, "7");
    (void)submit(d, a.ticket.preview_id, "", &c);
    int64_t first = c.ticket.approval_number;
    (void)submit(d, b.ticket.preview_id, "", &c);
    int64_t second = c.ticket.approval_number;
    (void)submit(d, used.ticket.preview_id, "", &c);
    int64_t third = c.ticket.approval_number;
    assert_string_equal(decided(d, second, false, true), "ok");
    assert_string_equal(decided(d, third, true, true), "ok");
    assert_string_equal(submit(d, used.ticket.preview_id, "k", &c), "sent");
    desk_run(d, 100);
    desk_restart(d);
    assert_int_equal(state_of(d, first), PROPOSAL_PENDING);
    assert_int_equal(state_of(d, second), PROPOSAL_DECLINED);
    assert_int_equal(state_of(d, third), PROPOSAL_USED);
    assert_string_equal(submit(d, used.ticket.preview_id, "", &c), "PREVIEW_USED");
    assert_string_equal(submit(d, used.ticket.preview_id, "k", &c), "sent");
    assert_true(c.outcome.is_replay);
    assert_string_equal(decided(d, first, true, true), "ok");
    desk_run(d, 100);
    desk_restart(d);
    assert_int_equal(state_of(d, first), PROPOSAL_APPROVED);
    assert_string_equal(submit(d, a.ticket.preview_id, "", &c), "sent");
    assert_int_equal(working(d), 2);
}

static void releasing_a_kill_switch_voids_what_was_approved_before(void **state)
{
    struct desk *d = *state;
    struct call a, b, c;
    struct error e;
    with_limits(d, GATE_APPROVAL_OUT_OF_BAND, 60);
    preview(d, &a, "5");
    preview(d, &b, "6");
    (void)submit(d, a.ticket.preview_id, "", &c);
    int64_t first = c.ticket.approval_number;
    (void)submit(d, b.ticket.preview_id, "", &c);
    int64_t second = c.ticket.approval_number;
    assert_string_equal(decided(d, first, true, true), "ok");
    struct gate_kill_request kill = {.principal = STR("me"), .why = STR("test")};
    assert_true(gate_kill(d->gate, &kill, d->now, &e));
    assert_int_equal(state_of(d, first), PROPOSAL_APPROVED);
    assert_true(
        gate_release(d->gate, GATE_SCOPE_ALL, STR_NONE, STR("me"), true, STR("over"), d->now, &e));
    assert_int_equal(state_of(d, first), PROPOSAL_DECLINED);
    assert_int_equal(state_of(d, second), PROPOSAL_DECLINED);
    assert_string_equal(submit(d, a.ticket.preview_id, "", &c), "APPROVAL_DECLINED");
    preview(d, &c, "7");
    (void)submit(d, c.ticket.preview_id, "", &a);
    int64_t later = a.ticket.approval_number;
    desk_run(d, 100);
    desk_restart(d);
    assert_int_equal(state_of(d, first), PROPOSAL_DECLINED);
    assert_int_equal(state_of(d, second), PROPOSAL_DECLINED);
    assert_int_equal(state_of(d, later), PROPOSAL_PENDING);
}

static void a_decision_that_is_not_on_the_disk_is_none(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    with_limits(d, GATE_APPROVAL_OUT_OF_BAND, 60);
    preview(d, &shown, "5");
    d->disk = DISK_FULL;
    assert_string_equal(submit(d, shown.ticket.preview_id, "", &c), "JOURNAL_FAILED");
    d->disk = DISK_WORKS;
    journal_recover(d->journal);
    desk_run(d, 100);
    (void)submit(d, shown.ticket.preview_id, "", &c);
    int64_t number = c.ticket.approval_number;
    assert_true(number > 0);
    d->disk = DISK_FULL;
    assert_string_equal(decided(d, number, true, true), "JOURNAL_FAILED");
    assert_int_equal(state_of(d, number), PROPOSAL_PENDING);
    d->disk = DISK_WORKS;
    journal_recover(d->journal);
    desk_run(d, 100);
    assert_int_equal(working(d), 0);
    /* the record came to the disk after all: the last word counts */
    assert_string_equal(decided(d, number, false, true), "ok");
    desk_run(d, 100);
    desk_restart(d);
    assert_int_equal(state_of(d, number), PROPOSAL_DECLINED);
}

static void no_more_wait_than_a_person_can_look_at(void **state)
{
    struct desk *d = *state;
    struct call c = {0};
    d->limits.approval_ttl_s = 3600;
    with_limits(d, GATE_APPROVAL_OUT_OF_BAND, 60);
    for (int i = 0; i < PROPOSALS_PENDING_MAX; i++) {
        resting(d, &c, "5", 5 + i % 10);
        c.request.orders[0].quantity = dec_of(1 + i);
        call(d, &c, CALL_SUBMIT);
        assert_string_equal(c.e.reason, "APPROVAL_NEEDED");
    }
    int64_t newest = c.ticket.approval_number;
    resting(d, &c, "40", 5);
    call(d, &c, CALL_SUBMIT);
    assert_string_equal(c.e.reason, "APPROVALS_FULL");
    assert_string_equal(decided(d, newest, false, true), "ok");
    resting(d, &c, "40", 5);
    call(d, &c, CALL_SUBMIT);
    assert_string_equal(c.e.reason, "APPROVAL_NEEDED");
    /* previews in any number push none of them out */
    for (int i = 0; i < PROPOSALS_MAX; i++)
        preview(d, &c, "4");
    size_t waiting = 0;
    const struct gate_proposal *p;
    for (size_t i = 0; gate_next_approval(d->gate, &i, &p);)
        waiting += gate_proposal_state(p, d->now) == PROPOSAL_PENDING;
    assert_int_equal(waiting, PROPOSALS_PENDING_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(a_preview_becomes_one_order_whoever_repeats_it),
        TEST(two_calls_at_once_make_one_order),
        TEST(an_id_is_unpredictable_and_its_principals_own),
        TEST(what_was_not_shown_is_not_sent),
        TEST(a_preview_lives_for_its_time_by_both_clocks),
        cmocka_unit_test(a_price_drifts_beyond_the_limit_and_not_at_it),
        TEST(what_is_refused_keeps_its_preview),
        TEST(what_could_not_be_journaled_keeps_its_preview),
        TEST(the_oldest_preview_gives_way_to_the_newest),
        TEST(what_is_finished_gives_way_before_what_is_not),
        TEST(a_change_is_bound_to_the_order_that_it_starts_from),
        TEST(a_person_lets_one_order_pass_once),
        TEST(a_way_counts_where_no_stricter_one_is_asked_for),
        TEST(a_weak_yes_does_not_outlive_a_stricter_setting),
        TEST(a_proof_is_of_one_proposal_and_one_principal),
        TEST(the_same_request_finds_its_approval_and_another_does_not),
        TEST(a_no_and_the_end_of_the_time_are_final),
        TEST(what_waits_and_what_was_decided_survive_a_restart),
        TEST(releasing_a_kill_switch_voids_what_was_approved_before),
        TEST(a_decision_that_is_not_on_the_disk_is_none),
        TEST(no_more_wait_than_a_person_can_look_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
