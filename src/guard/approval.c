/* SPDX-License-Identifier: MIT */
/*
 * approval: asking a person about a proposal, the person's answer, and both over a restart.
 */
#include "guard/proposal.h"
#include "guard/record.h"
#include "guard/state.h"
#include "store/db.h"

#include <string.h>

/* How far back a restart looks: twice the longest life of a proposal. */
#define LOOK_BACK_NS (2 * 86400 * (int64_t)NS_PER_S)

bool approval_ask(struct task *t, struct gate *g, struct gate_proposal *p, struct error *e)
{
    struct moment now = task_now(t);
    struct gate_proposal was = *p;
    struct buf b;
    p->since = now.wall;
    proposal_lives(p, g->limits.approval_ttl_s * 1000, now);
    buf_init(&b, JOURNAL_BODY_MAX);
    record_proposal(&b, p);
    int64_t seq =
        journal_append(g->journal, JOURNAL_APPROVAL, STR_NAME(p->principal), buf_str(&b), now, e);
    buf_fini(&b);
    if (!seq) {
        *p = was;
        return false;
    }
    p->number = seq; /* unique for good, unlike a counter that a restart might set back */
    p->state = PROPOSAL_PENDING;
    log_info(&g->config.log, "approval=%lld asked", (long long)seq);
    return journal_wait(t, g->journal, seq, e);
}

static bool may_decide(const struct gate *g, int64_t number, enum gate_approval way,
                       struct moment now, struct error *e)
{
    const struct gate_proposal *p = proposal_numbered(g, number);
    if (!p) {
        error_set(e, ERROR_NOT_FOUND, "UNKNOWN_APPROVAL", "no order waits under number %lld",
                  (long long)number);
        return error_next(e, "portcullis approvals lists them");
    }
    enum proposal_state state = gate_proposal_state(p, now);
    bool is_person = way != GATE_APPROVAL_NONE && way >= p->needs;
    if (state == PROPOSAL_PENDING && !p->is_deciding && is_person)
        return true;
    if (state == PROPOSAL_PENDING && !is_person) {
        error_set(e, ERROR_DENIED, "HUMAN_ONLY", "only a person can decide about an order");
        return error_next(e, "a person types `portcullis approve` at a terminal");
    }
    if (state == PROPOSAL_APPROVED) {
        error_set(e, ERROR_CONFLICT, "NOT_PENDING", "number %lld is approved already",
                  (long long)number);
        return error_next(e, "it is sent when whoever asked submits it again");
    }
    if (state == PROPOSAL_EXPIRED)
        error_set(e, ERROR_CONFLICT, "APPROVAL_EXPIRED", "the time of number %lld is over",
                  (long long)number);
    else
        error_set(e, ERROR_CONFLICT, "NOT_PENDING", "number %lld is decided: %s", (long long)number,
                  proposal_state_text(state));
    return error_next(e, "it has to be previewed and submitted again");
}

static void decide_it(struct gate_proposal *p, const struct record_decision *d,
                      struct str principal, struct moment now)
{
    int64_t ms = (d->until.ns - now.wall.ns) / NS_PER_MS;
    p->state = d->is_yes ? PROPOSAL_APPROVED : PROPOSAL_DECLINED;
    p->way = d->way;
    str_copy_cut(p->by, sizeof p->by, principal);
    str_copy_cut(p->why, sizeof p->why, d->why);
    proposal_lives(p, ms > 0 ? ms : 0, now);
}

bool gate_approve(struct task *t, struct gate *g, int64_t number, bool is_yes, struct str principal,
                  enum gate_approval way, struct str why, struct error *e)
{
    struct moment now = task_now(t);
    struct record_decision d = {
        .number = number,
        .is_yes = is_yes,
        .way = way,
        .why = why,
        .until = {now.wall.ns + g->limits.approval_ttl_s * (int64_t)NS_PER_S}};
    struct buf b;
    if (!may_decide(g, number, way, now, e))
        return false;
    struct gate_proposal *p = proposal_numbered(g, number);
    buf_init(&b, JOURNAL_BODY_MAX);
    record_decision(&b, p, &d);
    int64_t seq = journal_append(g->journal, JOURNAL_APPROVAL, principal, buf_str(&b), now, e);
    buf_fini(&b);
    if (!seq)
        return false;
    p->is_deciding = true; /* keeps the row, too */
    bool ok = journal_wait(t, g->journal, seq, e);
    p->is_deciding = false;
    if (!ok)
        return false;
    if (p->state != PROPOSAL_PENDING) /* a kill switch was released meanwhile */
        return may_decide(g, number, way, now, e);
    decide_it(p, &d, principal, now);
    log_warn(&g->config.log, "approval=%lld %s by=" STR_FMT " way=%s", (long long)number,
             proposal_state_text(p->state), STR_ARG(principal), gate_approval_text(way));
    return true;
}

const struct gate_proposal *gate_approval_find(const struct gate *g, int64_t number)
{
    return proposal_numbered(g, number);
}

void approvals_void(struct gate *g, struct moment now)
{
    const struct gate_proposal *next;
    for (size_t i = 0; gate_next_approval(g, &i, &next);) {
        enum proposal_state state = gate_proposal_state(next, now);
        struct gate_proposal *p = proposal_numbered(g, next->number);
        if (state != PROPOSAL_PENDING && state != PROPOSAL_APPROVED)
            continue;
        p->state = PROPOSAL_DECLINED;
        str_copy_cut(p->by, sizeof p->by, STR("kill switch"));
        str_copy_cut(p->why, sizeof p->why, STR("a kill switch was pulled and released since"));
    }
}

/* ---- restart ---- */

enum { RESTORE_ARENA = 4 << 20 };

struct restoring {
    struct gate *gate;
    struct moment now;
    struct arena *arena;
};

static void restore_asked(struct restoring *r, const struct json *j, const struct db_record *rec)
{
    struct gate_proposal read;
    if (!record_read_proposal(j, &read)) {
        log_error(&r->gate->config.log, "approval=%lld cannot be read back and is left out",
                  (long long)rec->seq);
        return;
    }
    struct gate_proposal *p = proposal_room(r->gate, r->now);
    if (!p)
        return;
    *p = read;
    p->number = rec->seq;
    p->state = PROPOSAL_PENDING;
    str_copy_cut(p->principal, sizeof p->principal, rec->principal);
    int64_t ms = (p->until.ns - r->now.wall.ns) / NS_PER_MS;
    struct utc until = p->until;
    proposal_lives(p, ms > 0 ? ms : 0, r->now);
    p->until = until;
}

static bool restore_record(void *self, const struct db_record *rec)
{
    struct restoring *r = self;
    struct record_decision d;
    struct record_intent intent;
    struct error e;
    if (str_eq(rec->kind, str_of(journal_kind_text(JOURNAL_RELEASE)))) {
        approvals_void(r->gate, r->now);
        return true;
    }
    arena_reset(r->arena);
    /* what is not JSON (NULL) has no members, so it reads as nothing */
    const struct json *j = json_parse(rec->body, r->arena, &e);
    bool is_intent = str_eq(rec->kind, str_of(journal_kind_text(JOURNAL_INTENT)));
    if (is_intent) {
        struct gate_proposal *p =
            record_read_intent(j, &intent) ? proposal_numbered(r->gate, intent.approval) : NULL;
        if (p)
            proposal_use(p, &(struct gate_request){.idempotency_key = intent.key},
                         &intent.orders[0]);
    } else if (record_read_decision(j, &d)) {
        struct gate_proposal *p = proposal_numbered(r->gate, d.number);
        if (p && p->state != PROPOSAL_USED) /* the last word counts */
            decide_it(p, &d, rec->principal, r->now);
    } else {
        restore_asked(r, j, rec);
    }
    return true;
}

bool approvals_restore(struct gate *g, struct db *db, struct moment now, struct error *e)
{
    struct restoring r = {g, now, arena_new(RESTORE_ARENA)};
    bool ok = db_records(db, (struct utc){now.wall.ns - LOOK_BACK_NS},
                         1u << JOURNAL_APPROVAL | 1u << JOURNAL_INTENT | 1u << JOURNAL_RELEASE,
                         restore_record, &r, e);
    arena_free(r.arena);
    return ok;
}
