/* SPDX-License-Identifier: MIT */
/*
 * flow: the way of an event through the program, in the order in which it must go.
 */
#ifndef PORTCULLIS_APP_FLOW_H
#define PORTCULLIS_APP_FLOW_H

#include "automation/bulletin.h"
#include "base/task.h"
#include "face/mcp.h"
#include "model/event.h"
#include "ops/core.h"

struct flow {
    struct core *core;
    struct tasks *tasks;
    struct bulletin *bulletin;   /* NULL until there is one */
    struct mcp_face *mcp;        /* NULL until there is one */
    bool is_reconciling;         /* a task compares our books with the broker's */
    struct instant reconcile_at; /* the next look, INSTANT_NEVER if all are known */
    struct instant not_before;   /* no task was free */
    bool is_killing;             /* a task works for the kill switch */
    bool is_refreshing;          /* a task asks about the contracts of alerts */
};

void flow_init(struct flow *f, struct core *core, struct tasks *tasks);

/* The session's listener; self is a struct flow. */
void flow_on_event(void *self, const struct event *ev);
/* The alerts' listener: the last station of a firing, whose record is on the disk. The log hears of
 * it here, and assistants by theirs; who asks with get_alerts is woken by the alerts themselves.
 * self is a struct flow. */
void flow_on_firing(void *self, const struct firing *firing);

/* Compares when the gate wants it. An order whose fate is unknown is looked for when the connection
 * is back, and while it stays up from time to time: an answer can be lost on a line that works. */
void flow_step(struct flow *f, struct moment now);
struct instant flow_next(const struct flow *f);

#endif
