/* SPDX-License-Identifier: MIT */
#include "app/flow.h"

enum { RECONCILE_TIMEOUT_MS = 120 * 1000 };

static void reconcile(struct task *t, void *arg)
{
    struct core *core = arg;
    struct error e = {0};
    if (!gate_reconcile(t, core->gate, &e))
        log_warn(&core->log, "reconciliation is incomplete: %s", e.text);
}

static void log_link(const struct flow *f, const struct event *ev)
{
    log_info(&f->core->log, "link=%s " STR_FMT, link_state_text(ev->link), STR_ARG(ev->text));
}

void flow_on_event(void *self, const struct event *ev)
{
    struct flow *f = self;
    struct error e = {0};
    book_apply(f->core->book, ev);                       /* state first */
    if (!journal_record_event(f->core->journal, ev, &e)) /* then what must outlive us */
        log_error(&f->core->log, "journal: %s", e.text);
    gate_observe(f->core->gate, ev); /* then the limits that depend on it */
    if (ev->kind != EVENT_LINK)
        return;
    log_link(f, ev);
    if (ev->link == LINK_READY && gate_unknown_count(f->core->gate) &&
        !task_spawn(f->tasks, ev->at, RECONCILE_TIMEOUT_MS, reconcile, f->core))
        log_error(&f->core->log, "no task is free to reconcile unknown orders");
}
