/* SPDX-License-Identifier: MIT */
/*
 * Proposals one step at a time: their table, what they are bound to, and what a restart makes of
 * them. Found by `make mutate`.
 */
#include "guard/proposal.h"

#include "base/alloc.h"
#include "guard/record.h"
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

/* ---- states and times ---- */

static void a_proposal_ends_at_the_moment_that_it_names_by_either_clock(void **state)
{
    static const struct {
        int wall_s, mono_s; /* until its end */
        bool is_over;
    } rows[] = {{1, 1, false}, {0, 1, true}, {1, 0, true}, {0, 0, true}, {-1, 9, true}};
    (void)state;
    struct moment now = at_s(100);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int s = 0; s < PROPOSAL_EXPIRED; s++) {
            struct gate_proposal p = {
                .state = (enum proposal_state)s,
                .until = {now.wall.ns + rows[i].wall_s * (int64_t)NS_PER_S},
                .until_mono = {now.mono.ns + rows[i].mono_s * (int64_t)NS_PER_S}};
            bool ends = s == PROPOSAL_PREVIEWED || s == PROPOSAL_PENDING || s == PROPOSAL_APPROVED;
            assert_int_equal(gate_proposal_state(&p, now),
                             ends && rows[i].is_over ? PROPOSAL_EXPIRED : s);
        }
}

static void a_digest_is_of_all_that_was_asked_for(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        struct gate_request r = {.kind = i & 1 ? GATE_MODIFY : GATE_PLACE,
                                 .allow_duplicate = i & 2,
                                 .allow_widening = i & 4,
                                 .orders = {order_of(SIDE_BUY, "1", ORDER_MKT)},
                                 .count = 1};
        char orders[SHA256_HEX_MAX], digest[SHA256_HEX_MAX], expected[SHA256_HEX_MAX], text[128];
        record_digest(&r, orders);
        (void)snprintf(text, sizeof text, "%d %d %d %s", i & 1, i / 2 & 1, i / 4, orders);
        struct sha256 h = hash_sha256(str_of(text));
        hash_hex(&h, expected);
        proposal_digest(&r, digest);
        assert_string_equal(digest, expected);
    }
}

/* ---- the table ---- */

/* Fills the table with previews, the newest last; rows[i] is the i-th. */
static void fill(struct desk *d, struct gate_proposal *rows[PROPOSALS_MAX])
{
    for (int i = 0; i < PROPOSALS_MAX; i++) {
        rows[i] = proposal_room(d->gate, d->now);
        assert_non_null(rows[i]);
        rows[i]->id[0] = 'x';
        rows[i]->since.ns = 1000 + i;
        proposal_lives(rows[i], 1000, d->now);
    }
}

static void empty(struct desk *d, struct gate_proposal *rows[PROPOSALS_MAX])
{
    for (int i = 0; i < PROPOSALS_MAX; i++)
        *rows[i] = (struct gate_proposal){0};
    (void)d;
}

static void free_rows_are_taken_first_then_finished_ones_then_previews(void **state)
{
    static struct gate_proposal *rows[PROPOSALS_MAX];
    struct desk *d = *state;
    fill(d, rows);
    for (int i = 1; i < PROPOSALS_MAX; i++) /* of free rows the first */
        assert_ptr_equal(rows[i], rows[i - 1] + 1);
    rows[0]->state = PROPOSAL_PENDING; /* the four oldest stay */
    rows[1]->state = PROPOSAL_APPROVED;
    rows[2]->is_busy = true;
    rows[3]->is_deciding = true;
    rows[4]->since.ns = rows[5]->since.ns; /* of equals the first */
    assert_ptr_equal(proposal_room(d->gate, d->now), rows[4]);
    rows[4]->id[0] = 'x';
    rows[4]->since.ns = 9999;
    proposal_lives(rows[4], 1000, d->now);
    rows[40]->state = PROPOSAL_USED;
    rows[30]->state = PROPOSAL_DECLINED;
    rows[30]->number = 7;
    str_copy_cut(rows[30]->why, sizeof rows[30]->why, STR("too much"));
    rows[50]->state = PROPOSAL_DECLINED;
    assert_ptr_equal(proposal_room(d->gate, d->now), rows[30]);
    assert_int_equal(rows[30]->state, PROPOSAL_PREVIEWED); /* and nothing is left of what it was */
    assert_true(rows[30]->number == 0 && !rows[30]->why[0]);
    rows[30]->id[0] = 'x';
    rows[30]->state = PROPOSAL_PENDING;
    proposal_lives(rows[30], 1000, d->now);
    rows[60]->id[0] = 0;
    assert_ptr_equal(proposal_room(d->gate, d->now), rows[60]);
    rows[60]->id[0] = 'x';
    rows[60]->since.ns = 1;
    rows[60]->until.ns = 0; /* its time is over */
    assert_ptr_equal(proposal_room(d->gate, d->now), rows[60]);
    empty(d, rows);
}

static void a_table_of_orders_on_their_way_has_no_room(void **state)
{
    static struct gate_proposal *rows[PROPOSALS_MAX];
    struct desk *d = *state;
    struct call c;
    fill(d, rows);
    for (int i = 0; i < PROPOSALS_MAX; i++)
        rows[i]->is_busy = true;
    assert_null(proposal_room(d->gate, d->now));
    resting(d, &c, "1", 5);
    call(d, &c, CALL_PREVIEW);
    assert_true(c.ok && c.ticket.is_allowed);
    assert_int_equal(c.ticket.preview_id[0], 0);
    d->gate->limits.approval_paper = GATE_APPROVAL_OUT_OF_BAND;
    resting(d, &c, "1", 5);
    call(d, &c, CALL_SUBMIT);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "APPROVALS_FULL");
    assert_int_equal(working(d), 0);
    empty(d, rows);
}

static void warnings_are_kept_by_their_codes(void **state)
{
    struct desk *d = *state;
    struct gate_request r = {.count = 1, .principal = STR("me")};
    struct gate_ticket t = {.is_allowed = true, .finding_count = 2};
    t.findings[0] = (struct gate_finding){.code = "OLD_PRICE", .is_warning = true};
    t.findings[1] = (struct gate_finding){.code = "NO_MARGIN", .is_warning = true};
    t.findings[2] = (struct gate_finding){.code = "NOT_ONE_OF_THEM", .is_warning = true};
    r.orders[0] = order_of(SIDE_BUY, "1", ORDER_MKT);
    const struct gate_proposal *p = proposal_keep(d->gate, &r, &t, d->now);
    assert_string_equal(p->warnings, "OLD_PRICE,NO_MARGIN");
    assert_string_equal(p->base, "");
    assert_true(t.preview_until.has && t.preview_until.v.ns == p->until.ns);
}

/* ---- submitting ---- */

static void preview(struct desk *d, struct call *c, const char *quantity)
{
    resting(d, c, quantity, 5);
    call(d, c, CALL_PREVIEW);
    assert_true(c->ok && c->ticket.is_allowed && c->ticket.preview_id[0]);
}

static const char *submit(struct desk *d, const char *id, struct call *c)
{
    char copy[GATE_PREVIEW_ID_MAX];
    str_copy_cut(copy, sizeof copy, str_of(id));
    *c = (struct call){0};
    assert_true(
        gate_proposal_request(d->gate, str_of(copy), STR("local:1000"), &c->request, &c->e));
    c->request.min_tick = some("0.01");
    call(d, c, CALL_SUBMIT);
    return c->ok ? "sent" : c->e.reason;
}

static void news_since_the_preview_are_told_and_known_warnings_are_none(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    struct guard_limits *l = &d->gate->limits;
    l->max_order_value = DEC(1000000);
    l->confirm_above_pct = DEC(100);
    preview(d, &shown, "5");
    l->max_order_value = DEC(2000);
    l->confirm_above_pct = DEC(1); /* what was no large order is one now */
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "PREVIEW_CHANGED");
    assert_contains(c.e.text, "there is news since the preview: NEEDS_CONFIRM: ");
    assert_contains(c.e.next, "preview the order again");
    preview(d, &shown, "5");
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "sent");
}

static struct gate_proposal *approval(struct desk *d, int64_t number)
{
    return (void *)(uintptr_t)gate_approval_find(d->gate, number);
}

static void a_price_that_has_moved_is_told_with_both_prices(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    char is[DEC_TEXT_MAX], expected[200];
    d->gate->limits.approval_paper = GATE_APPROVAL_OUT_OF_BAND;
    preview(d, &shown, "5");
    (void)submit(d, shown.ticket.preview_id, &c);
    struct gate_proposal *p = approval(d, c.ticket.approval_number);
    p->state = PROPOSAL_APPROVED;
    p->way = GATE_APPROVAL_OUT_OF_BAND;
    for (int i = 0; i < 2; i++) {
        p->reference = i ? DEC_NONE : DEC_SOME(DEC(100)); /* as it was shown */
        assert_string_equal(submit(d, shown.ticket.preview_id, &c), "PREVIEW_DRIFT");
        dec_format(c.ticket.reference.v, is);
        (void)snprintf(expected, sizeof expected,
                       "the price was %s when the order was shown and is %s now: more than "
                       "preview_drift_pct 1",
                       i ? "unknown" : "100", is);
        assert_string_equal(c.e.text, expected);
        assert_contains(c.e.next, "preview the order again");
    }
}

/* What waits for a person is looked at anew once the person has said yes, and not before. */
static void what_waits_goes_on_waiting_whatever_happens(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    struct guard_limits *l = &d->gate->limits;
    l->approval_paper = GATE_APPROVAL_OUT_OF_BAND;
    preview(d, &shown, "5");
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "APPROVAL_NEEDED");
    struct gate_proposal *p = approval(d, c.ticket.approval_number);
    l->max_order_value = DEC(2000);
    l->confirm_above_pct = DEC(1);
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "APPROVAL_NEEDED");
    assert_false(p->is_busy);
    p->state = PROPOSAL_APPROVED;
    p->way = GATE_APPROVAL_OUT_OF_BAND;
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "PREVIEW_CHANGED");
    p->state = PROPOSAL_PENDING;
    l->approval_paper = GATE_APPROVAL_NONE; /* nobody has to be asked any more */
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "PREVIEW_CHANGED");
    l->max_order_value = DEC(1000000);
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "sent");
}

static void an_equal_request_takes_an_approval_only_if_it_is_its_own_and_free(void **state)
{
    struct desk *d = *state;
    struct call c;
    d->gate->limits.approval_paper = GATE_APPROVAL_OUT_OF_BAND;
    resting(d, &c, "5", 5);
    struct gate_request request = c.request;
    call(d, &c, CALL_SUBMIT);
    int64_t number = c.ticket.approval_number;
    struct gate_proposal *p = approval(d, number);
    p->is_busy = true; /* another call is at it */
    c = (struct call){.request = request};
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ticket.approval_number != number);
    *approval(d, c.ticket.approval_number) = (struct gate_proposal){0};
    p->is_busy = false;
    c = (struct call){.request = request};
    call_start(d, &c, CALL_SUBMIT);
    c.request.principal = STR("local:1001"); /* somebody else */
    call_finish(d, &c);
    assert_true(c.ticket.approval_number != number);
    c = (struct call){.request = request};
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ticket.approval_number == number);
}

static void an_approval_that_ends_while_it_is_judged_is_none(void **state)
{
    struct desk *d = *state;
    struct call shown;
    static struct call c;
    d->gate->limits.preview_ttl_s = 5;
    preview(d, &shown, "5");
    c = (struct call){0};
    assert_true(gate_proposal_request(d->gate, STR_NAME(shown.ticket.preview_id), STR("local:1000"),
                                      &c.request, &c.e));
    c.request.min_tick = some("0.01");
    desk_run(d, 3000);
    assert_true(arm(d->paper, d->now, "stall 4000"));
    d->gate->limits.check_margin = GUARD_MARGIN_ON; /* a question that takes its time */
    call_start(d, &c, CALL_SUBMIT);
    call_finish(d, &c);
    assert_false(c.ok);
    assert_string_equal(c.e.reason, "PREVIEW_EXPIRED");
    assert_int_equal(working(d), 0);
}

static void a_preview_that_is_still_judged_is_not_submitted_again(void **state)
{
    struct desk *d = *state;
    struct call shown;
    static struct call first, second;
    d->gate->limits.check_margin = GUARD_MARGIN_ON; /* a question that takes its time */
    preview(d, &shown, "5");
    for (int i = 0; i < 2; i++) {
        struct call *c = i ? &second : &first;
        *c = (struct call){0};
        assert_true(gate_proposal_request(d->gate, STR_NAME(shown.ticket.preview_id),
                                          STR("local:1000"), &c->request, &c->e));
        c->request.min_tick = some("0.01");
    }
    assert_true(arm(d->paper, d->now, "stall 1000"));
    call_start(d, &first, CALL_SUBMIT);
    call_start(d, &second, CALL_SUBMIT);
    desk_run(d, 10);
    assert_true(!first.is_done && second.is_done && !second.ok);
    assert_string_equal(second.e.reason, "PREVIEW_USED");
    assert_string_equal(second.e.text, "the preview is being submitted already");
    assert_contains(second.e.next, "wait for the answer to the first call");
    call_finish(d, &first);
    assert_true(first.ok);
    assert_int_equal(working(d), 1);
}

static void an_order_that_nobody_has_to_approve_is_no_proposal(void **state)
{
    struct desk *d = *state;
    struct call c;
    resting(d, &c, "5", 5);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
    assert_int_equal(c.ticket.preview_id[0], 0);
    assert_false(c.ticket.preview_until.has);
}

static void where_all_places_are_taken_nobody_new_waits_and_who_waits_goes_on(void **state)
{
    struct desk *d = *state;
    struct call shown, late, c;
    d->gate->limits.approval_ttl_s = d->gate->limits.preview_ttl_s = 3600;
    d->gate->limits.approval_paper = GATE_APPROVAL_OUT_OF_BAND;
    preview(d, &late, "40");
    for (int i = 0; i < PROPOSALS_PENDING_MAX; i++) {
        preview(d, &shown, "5");
        assert_string_equal(submit(d, shown.ticket.preview_id, &c), "APPROVAL_NEEDED");
    }
    int64_t number = c.ticket.approval_number;
    assert_string_equal(submit(d, late.ticket.preview_id, &c), "APPROVALS_FULL");
    assert_contains(c.e.next, "portcullis approvals");
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "APPROVAL_NEEDED");
    assert_true(c.ticket.approval_number == number);
}

static void what_is_used_is_given_back_if_nothing_was_sent(void **state)
{
    (void)state;
    struct gate_request r = {.idempotency_key = STR("k")};
    struct order o = {.ref = "PC:A"};
    struct gate_proposal p = {.state = PROPOSAL_APPROVED, .is_busy = true};
    proposal_use(&p, &r, &o);
    assert_int_equal(p.state, PROPOSAL_USED);
    assert_string_equal(p.key, "k");
    assert_string_equal(p.ref, "PC:A");
    proposal_end(&p, false);
    assert_true(p.state == PROPOSAL_USED && !p.is_busy);
    assert_string_equal(p.ref, "PC:A");
    proposal_end(&p, true);
    assert_int_equal(p.state, PROPOSAL_APPROVED);
    assert_int_equal(p.key[0] | p.ref[0], 0);
    proposal_end(NULL, true);
}

/* ---- asking and deciding ---- */

static void fill_journal(struct desk *d)
{
    struct error e;
    d->disk = DISK_HANGS;
    while (journal_append(d->journal, JOURNAL_CANCEL, STR("test"), STR("{}"), d->now, &e) > 0)
        ;
}

struct word_of {
    struct desk *desk;
    int64_t number;
    bool is_yes, ok, is_done;
    struct error e;
};

static void say(struct task *t, void *arg)
{
    struct word_of *w = arg;
    w->ok = gate_approve(t, w->desk->gate, w->number, w->is_yes, STR("local:0"),
                         GATE_APPROVAL_OUT_OF_BAND, STR("looked at"), &w->e);
    w->is_done = true;
}

static void start_to_say(struct desk *d, struct word_of *w, int64_t number, bool is_yes)
{
    *w = (struct word_of){.desk = d, .number = number, .is_yes = is_yes};
    assert_non_null(task_spawn(d->tasks, d->now, 30000, say, w));
    desk_run(d, 10);
}

static int64_t asked(struct desk *d, const char *quantity)
{
    struct call shown, c;
    d->gate->limits.approval_paper = GATE_APPROVAL_OUT_OF_BAND;
    preview(d, &shown, quantity);
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "APPROVAL_NEEDED");
    assert_contains(c.e.next, "portcullis approve");
    desk_run(d, 100);
    return c.ticket.approval_number;
}

static void where_nothing_can_be_written_nobody_is_asked_and_nothing_is_decided(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    struct word_of w;
    const struct gate_proposal *p;
    int64_t number = asked(d, "6");
    preview(d, &shown, "5");
    fill_journal(d);
    start_to_say(d, &w, number, true);
    assert_true(w.is_done && !w.ok);
    assert_int_equal(gate_proposal_state(approval(d, number), d->now), PROPOSAL_PENDING);
    assert_false(approval(d, number)->is_deciding);
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "JOURNAL_FAILED");
    assert_int_equal(c.ticket.approval_number, 0);
    size_t n = 0;
    for (size_t i = 0; gate_next_approval(d->gate, &i, &p);)
        n++;
    assert_int_equal(n, 1);
    d->disk = DISK_WORKS;
    desk_run(d, 100);
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "APPROVAL_NEEDED");
}

static void a_question_that_the_disk_does_not_confirm_lets_no_order_pass(void **state)
{
    struct desk *d = *state;
    struct call shown, c;
    d->gate->limits.approval_paper = GATE_APPROVAL_OUT_OF_BAND;
    preview(d, &shown, "5");
    d->disk = DISK_HANGS;
    (void)submit(d, shown.ticket.preview_id, &c);
    assert_false(c.ok);
    assert_string_not_equal(c.e.reason, "APPROVAL_NEEDED");
    d->disk = DISK_WORKS;
    desk_run(d, 100);
    assert_int_equal(journaled(d, JOURNAL_INTENT, ""), 0);
    assert_string_equal(submit(d, shown.ticket.preview_id, &c), "APPROVAL_NEEDED");
    assert_int_equal(working(d), 0);
}

static void of_two_words_at_once_the_first_counts(void **state)
{
    struct desk *d = *state;
    static struct word_of yes, no;
    int64_t number = asked(d, "6");
    desk_run(d, 100 * 1000);
    d->disk = DISK_HANGS;
    start_to_say(d, &yes, number, true);
    assert_false(yes.is_done);
    start_to_say(d, &no, number, false);
    assert_true(no.is_done && !no.ok);
    assert_string_equal(no.e.reason, "NOT_PENDING");
    assert_contains(no.e.text, "is decided: pending");
    d->disk = DISK_WORKS;
    desk_run(d, 100);
    assert_true(yes.is_done && yes.ok);
    assert_int_equal(approval(d, number)->state, PROPOSAL_APPROVED);
    /* from now on it lives as long again */
    int64_t left = approval(d, number)->until.ns - d->now.wall.ns;
    assert_in_range(left / NS_PER_S, d->gate->limits.approval_ttl_s - 2,
                    d->gate->limits.approval_ttl_s);
    start_to_say(d, &no, number, false);
    assert_true(no.is_done && !no.ok);
    assert_contains(no.e.text, "is approved already");
    assert_contains(no.e.next, "submits it again");
}

static void a_word_that_a_release_has_overtaken_is_none(void **state)
{
    struct desk *d = *state;
    static struct word_of w;
    int64_t number = asked(d, "6");
    d->disk = DISK_HANGS;
    start_to_say(d, &w, number, true);
    approvals_void(d->gate, d->now);
    d->disk = DISK_WORKS;
    desk_run(d, 100);
    assert_true(w.is_done && !w.ok);
    assert_string_equal(w.e.reason, "NOT_PENDING");
    assert_int_equal(approval(d, number)->state, PROPOSAL_DECLINED);
    assert_string_equal(approval(d, number)->by, "kill switch");
}

static void errors_say_what_to_do(void **state)
{
    struct desk *d = *state;
    struct word_of w;
    start_to_say(d, &w, 4711, true);
    assert_string_equal(w.e.reason, "UNKNOWN_APPROVAL");
    assert_contains(w.e.next, "portcullis approvals");
    int64_t number = asked(d, "6");
    approval(d, number)->needs = GATE_APPROVAL_DENY; /* stricter than any way */
    start_to_say(d, &w, number, true);
    assert_string_equal(w.e.reason, "HUMAN_ONLY");
    assert_contains(w.e.next, "portcullis approve");
    approval(d, number)->until.ns = 0;
    approval(d, number)->needs = GATE_APPROVAL_OUT_OF_BAND;
    start_to_say(d, &w, number, true);
    assert_string_equal(w.e.reason, "APPROVAL_EXPIRED");
    assert_contains(w.e.next, "previewed and submitted again");
}

static void only_what_is_open_is_voided(void **state)
{
    static const struct {
        enum proposal_state state;
        bool is_over, is_voided;
    } rows[] = {{PROPOSAL_PENDING, false, true},
                {PROPOSAL_APPROVED, false, true},
                {PROPOSAL_PENDING, true, false},
                {PROPOSAL_DECLINED, false, false},
                {PROPOSAL_USED, false, false}};
    struct desk *d = *state;
    int64_t number = asked(d, "6");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gate_proposal *p = approval(d, number);
        p->state = rows[i].state;
        p->by[0] = 0;
        proposal_lives(p, rows[i].is_over ? 0 : 1000, d->now);
        approvals_void(d->gate, d->now);
        assert_string_equal(p->by, rows[i].is_voided ? "kill switch" : "");
        assert_int_equal(p->state, rows[i].is_voided ? PROPOSAL_DECLINED : rows[i].state);
    }
}

/* ---- restart ---- */

static void wrote(struct desk *d, enum journal_kind kind, const char *body)
{
    struct error e;
    assert_true(journal_append(d->journal, kind, STR("me"), str_of(body), d->now, &e) > 0);
    desk_run(d, 10);
}

static bool restored(struct desk *d)
{
    struct error e;
    xfree(d->gate->proposals);
    d->gate->proposals = proposals_new();
    return approvals_restore(d->gate, d->db, d->now, &e);
}

static void a_restart_finds_what_was_asked_with_the_time_that_is_left(void **state)
{
    struct desk *d = *state;
    wrote(d, JOURNAL_APPROVAL, "junk"); /* hides nothing that follows */
    wrote(d, JOURNAL_INTENT, "junk");
    wrote(d, JOURNAL_APPROVAL, "{\"state\":\"pending\"}");
    int64_t number = asked(d, "6");
    struct gate_proposal was = *approval(d, number);
    wrote(d, JOURNAL_APPROVAL, "junk");
    wrote(d, JOURNAL_INTENT, "{\"approval\":0,\"legs\":[{}]}");
    wrote(d, JOURNAL_INTENT, "{\"approval\":4711,\"legs\":[{}]}");
    wrote(d, JOURNAL_APPROVAL,
          "{\"state\":\"approved\",\"approval\":4711,\"until\":\"2026-11-23T13:00:00Z\"}");
    d->now.wall.ns += 100 * (int64_t)NS_PER_S;
    assert_true(restored(d));
    const struct gate_proposal *p = approval(d, number);
    assert_non_null(p);
    assert_int_equal(p->state, PROPOSAL_PENDING);
    assert_string_equal(p->principal, "local:1000");
    assert_string_equal(p->id, was.id);
    assert_int_equal(p->until.ns / NS_PER_MS, was.until.ns / NS_PER_MS);
    int64_t left_ms = (was.until.ns - d->now.wall.ns) / NS_PER_MS;
    assert_in_range(instant_ms_since(d->now.mono, p->until_mono), left_ms - 1, left_ms + 1);
    d->now.wall.ns += 3600 * (int64_t)NS_PER_S; /* over long ago */
    assert_true(restored(d));
    p = approval(d, number);
    assert_int_equal(gate_proposal_state(p, d->now), PROPOSAL_EXPIRED);
    assert_int_equal(p->until_mono.ns, d->now.mono.ns);
    size_t n = 0;
    for (size_t i = 0; gate_next_approval(d->gate, &i, &p);)
        n++;
    assert_int_equal(n, 1);
}

static void what_was_used_stays_used_whatever_was_said_later(void **state)
{
    struct desk *d = *state;
    struct word_of w;
    struct call c;
    int64_t number = asked(d, "6");
    char id[GATE_PREVIEW_ID_MAX], body[200];
    memcpy(id, approval(d, number)->id, sizeof id);
    start_to_say(d, &w, number, true);
    desk_run(d, 100);
    assert_true(w.ok);
    assert_true(restored(d));
    assert_int_equal(approval(d, number)->state, PROPOSAL_APPROVED);
    assert_string_equal(approval(d, number)->by, "local:0");
    assert_string_equal(submit(d, id, &c), "sent");
    desk_run(d, 100);
    (void)snprintf(body, sizeof body,
                   "{\"state\":\"declined\",\"approval\":%lld,\"until\":\"2026-11-23T12:30:00Z\"}",
                   (long long)number);
    wrote(d, JOURNAL_APPROVAL, body);
    wrote(d, JOURNAL_RELEASE, "{}");
    assert_true(restored(d));
    assert_int_equal(approval(d, number)->state, PROPOSAL_USED);
    assert_true(approval(d, number)->ref[0]);
}

static void a_release_voids_over_a_restart_what_was_asked_before(void **state)
{
    struct desk *d = *state;
    int64_t before = asked(d, "6");
    wrote(d, JOURNAL_RELEASE, "{}");
    int64_t after = asked(d, "7");
    assert_true(restored(d));
    assert_int_equal(approval(d, before)->state, PROPOSAL_DECLINED);
    assert_int_equal(approval(d, after)->state, PROPOSAL_PENDING);
}

/* More than is held in memory at once, to the last byte. */
static void a_long_history_is_read_to_its_end(void **state)
{
    struct desk *d = *state;
    struct error e;
    for (size_t n = JOURNAL_BODY_MAX; n > 16; n /= 2)
        for (int i = 0; i < (n == JOURNAL_BODY_MAX ? 64 : 2); i++) {
            struct buf b;
            wordy(&b, n);
            assert_true(
                journal_append(d->journal, JOURNAL_INTENT, STR("me"), buf_str(&b), d->now, &e) > 0);
            buf_fini(&b);
            desk_run(d, 10);
        }
    int64_t number = asked(d, "6");
    assert_true(restored(d));
    assert_non_null(approval(d, number));
}

static void more_than_the_table_holds_is_not_restored(void **state)
{
    struct desk *d = *state;
    int64_t number = asked(d, "6");
    struct gate_proposal p = *approval(d, number);
    for (int i = 0; i < PROPOSALS_MAX; i++) {
        struct buf b;
        buf_init(&b, JOURNAL_BODY_MAX);
        record_proposal(&b, &p);
        buf_add_char(&b, 0);
        wrote(d, JOURNAL_APPROVAL, b.p);
        buf_fini(&b);
    }
    assert_true(restored(d));
    size_t n = 0;
    const struct gate_proposal *next;
    for (size_t i = 0; gate_next_approval(d->gate, &i, &next);)
        n++;
    assert_int_equal(n, PROPOSALS_MAX);
    assert_non_null(approval(d, number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        cmocka_unit_test(a_proposal_ends_at_the_moment_that_it_names_by_either_clock),
        cmocka_unit_test(a_digest_is_of_all_that_was_asked_for),
        TEST(free_rows_are_taken_first_then_finished_ones_then_previews),
        TEST(a_table_of_orders_on_their_way_has_no_room),
        TEST(warnings_are_kept_by_their_codes),
        TEST(news_since_the_preview_are_told_and_known_warnings_are_none),
        TEST(a_price_that_has_moved_is_told_with_both_prices),
        TEST(what_waits_goes_on_waiting_whatever_happens),
        TEST(an_equal_request_takes_an_approval_only_if_it_is_its_own_and_free),
        TEST(an_approval_that_ends_while_it_is_judged_is_none),
        TEST(a_preview_that_is_still_judged_is_not_submitted_again),
        TEST(an_order_that_nobody_has_to_approve_is_no_proposal),
        TEST(where_all_places_are_taken_nobody_new_waits_and_who_waits_goes_on),
        cmocka_unit_test(what_is_used_is_given_back_if_nothing_was_sent),
        TEST(where_nothing_can_be_written_nobody_is_asked_and_nothing_is_decided),
        TEST(a_question_that_the_disk_does_not_confirm_lets_no_order_pass),
        TEST(of_two_words_at_once_the_first_counts),
        TEST(a_word_that_a_release_has_overtaken_is_none),
        TEST(errors_say_what_to_do),
        TEST(only_what_is_open_is_voided),
        TEST(a_restart_finds_what_was_asked_with_the_time_that_is_left),
        TEST(what_was_used_stays_used_whatever_was_said_later),
        TEST(a_release_voids_over_a_restart_what_was_asked_before),
        TEST(a_long_history_is_read_to_its_end),
        TEST(more_than_the_table_holds_is_not_restored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
