/* SPDX-License-Identifier: MIT */
#include "app/flow.h"

#include <stdio.h>

enum { RECONCILE_TIMEOUT_MS = 120 * 1000, LOOK_AGAIN_MS = 20 * 1000, KILL_TIMEOUT_MS = 600 * 1000 };
enum { REFRESH_TIMEOUT_MS = 60 * 1000 };

void flow_init(struct flow *f, struct core *core, struct tasks *tasks)
{
    *f = (struct flow){.core = core, .tasks = tasks, .reconcile_at = INSTANT_NEVER};
}

/* ---- our books against the broker's ---- */

static void reconcile(struct task *t, void *arg)
{
    struct flow *f = arg;
    struct error e = {0};
    if (!gate_reconcile(t, f->core->gate, GATE_ON_TIMER, &e))
        log_warn(&f->core->log, "reconciliation is incomplete: %s", e.text);
    f->is_reconciling = false;
}

/* When the gate wants its comparison, or when a task may be free for it. */
static struct instant due(const struct flow *f)
{
    struct instant at = gate_reconcile_due(f->core->gate);
    return at.ns < f->not_before.ns ? f->not_before : at;
}

static void start_reconciling(struct flow *f, struct moment now)
{
    f->reconcile_at = INSTANT_NEVER;
    f->is_reconciling = task_spawn(f->tasks, now, RECONCILE_TIMEOUT_MS, reconcile, f) != NULL;
    if (f->is_reconciling)
        return;
    log_error(&f->core->log, "no task is free to reconcile");
    f->not_before = instant_after_ms(now.mono, LOOK_AGAIN_MS);
}

/* ---- the kill switch ---- */

static void kill_work(struct task *t, void *arg)
{
    struct flow *f = arg;
    gate_kill_work(t, f->core->gate);
    f->is_killing = false;
}

static void kill_step(struct flow *f, struct moment now)
{
    gate_kill_step(f->core->gate, now);
    if (!f->is_killing && instant_due(gate_kill_work_due(f->core->gate), now.mono))
        f->is_killing = task_spawn(f->tasks, now, KILL_TIMEOUT_MS, kill_work, f) != NULL;
}

/* ---- alerts ---- */

static void refresh_work(struct task *t, void *arg)
{
    struct flow *f = arg;
    alerts_refresh(t, f->core->alerts);
    f->is_refreshing = false;
}

static void alerts_turn(struct flow *f, struct moment now)
{
    alerts_step(f->core->alerts, now);
    if (!f->is_refreshing && alerts_refresh_due(f->core->alerts, now))
        f->is_refreshing = task_spawn(f->tasks, now, REFRESH_TIMEOUT_MS, refresh_work, f) != NULL;
}

/* ---- time ---- */

void flow_step(struct flow *f, struct moment now)
{
    kill_step(f, now);
    alerts_turn(f, now);
    chronicle_step(f->core->chronicle, now);
    bool is_free = !f->is_reconciling && session_is_ready(f->core->session);
    bool is_wanted = is_free && gate_unknown_count(f->core->gate) > 0;
    if (is_free && instant_due(due(f), now.mono))
        start_reconciling(f, now);
    else if (!is_wanted)
        f->reconcile_at = INSTANT_NEVER;
    else if (f->reconcile_at.ns == INT64_MAX)
        f->reconcile_at = instant_after_ms(now.mono, LOOK_AGAIN_MS);
    else if (instant_due(f->reconcile_at, now.mono))
        start_reconciling(f, now);
}

struct instant flow_next(const struct flow *f)
{
    struct instant next = f->is_reconciling ? INSTANT_NEVER : instant_min(f->reconcile_at, due(f));
    next = instant_min(next, gate_kill_due(f->core->gate));
    next = instant_min(next, alerts_next(f->core->alerts));
    next = instant_min(next, chronicle_next(f->core->chronicle));
    return f->is_killing ? next : instant_min(next, gate_kill_work_due(f->core->gate));
}

/* ---- events ---- */

static void say(const struct flow *f, const struct event *ev)
{
    const struct execution *x = ev->execution;
    if (ev->kind == EVENT_LINK)
        log_info(&f->core->log, "link=%s " STR_FMT, link_state_text(ev->link), STR_ARG(ev->text));
    if (ev->kind == EVENT_EXECUTION && ev->is_late)
        log_warn(&f->core->log, "late_fill order=%d symbol=%s exec_id=%s", x->order_id,
                 x->contract.symbol, x->exec_id);
}

void flow_on_event(void *self, const struct event *ev)
{
    struct flow *f = self;
    struct error e = {0};
    int64_t known = journal_last(f->core->journal);
    book_apply(f->core->book, ev);                       /* state first */
    if (!journal_record_event(f->core->journal, ev, &e)) /* then what must outlive us */
        log_error(&f->core->log, "journal: %s", e.text);
    chronicle_observe(f->core->chronicle, ev); /* and what is committed with that record */
    gate_observe(f->core->gate, ev);           /* then the limits that depend on it */
    alerts_on_event(f->core->alerts, ev);      /* then what goes on by itself */
    if (f->bulletin)                           /* and who follows it */
        bulletin_observe(f->bulletin, ev, journal_last(f->core->journal) > known);
    if (f->mcp)
        mcp_face_on_event(f->mcp, ev);
    say(f, ev);
    if (ev->kind == EVENT_LINK && ev->link == LINK_READY && !f->is_reconciling &&
        gate_unknown_count(f->core->gate) > 0)
        start_reconciling(f, ev->at);
}

void flow_on_firing(void *self, const struct firing *firing)
{
    const struct flow *f = self;
    log_warn(&f->core->log, "alert=%lld %s name=%s what=\"%s\" firing=%lld",
             (long long)firing->alert, firing_kind_names[firing->kind], firing->name, firing->what,
             (long long)firing->id);
    bulletin_firing(f->bulletin, firing);
    char text[sizeof firing->what + sizeof firing->name + 80];
    (void)snprintf(text, sizeof text, "alert %lld %s: %s; see get_alerts", (long long)firing->alert,
                   firing->name, firing->what);
    if (f->mcp)
        mcp_face_tell(f->mcp, MCP_ALERT, "alerts", str_of(text));
}
