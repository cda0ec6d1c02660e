/* SPDX-License-Identifier: MIT */
/*
 * flow: the way of an event through the program, in the order in which it must go.
 */
#ifndef PORTCULLIS_APP_FLOW_H
#define PORTCULLIS_APP_FLOW_H

#include "base/task.h"
#include "model/event.h"
#include "ops/core.h"

struct flow {
    struct core *core;
    struct tasks *tasks;
};

/* The session's listener; self is a struct flow. */
void flow_on_event(void *self, const struct event *ev);

#endif
