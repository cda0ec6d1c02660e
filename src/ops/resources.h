/* SPDX-License-Identifier: MIT */
/*
 * resources: what can be read, and followed, under a name of its own.
 *
 * A resource is an operation that changes nothing, with arguments: the variables of its URI are
 * arguments of that operation, so a resource can show nothing that its operation does not, to
 * nobody who may not call it. Or it is a text that is part of the program (a page for a person).
 * Each says which topics concern it: an event of such a topic may have changed it, no other can.
 */
#ifndef PORTCULLIS_OPS_RESOURCES_H
#define PORTCULLIS_OPS_RESOURCES_H

#include "data/json.h"
#include "ops/op.h"

enum topic {
    TOPIC_LINK = 1 << 0,    /* the connection to the broker */
    TOPIC_ACCOUNT = 1 << 1, /* values, positions, profit */
    TOPIC_ORDERS = 1 << 2,  /* orders, their states, executions */
    TOPIC_QUOTES = 1 << 3,  /* prices on lines that are open */
    TOPIC_JOURNAL = 1 << 4, /* whatever is recorded: limits, alerts, watch lists, the audit log */
    /* What is read by asking the broker, whose answer comes as events of the same topic. */
    TOPIC_ECHOES = TOPIC_ORDERS,
};

struct resource {
    const char *uri; /* "portcullis://quotes/{symbols}": a template if it has a variable */
    const char *name, *title, *doc;
    const char *type;      /* media type */
    const char *op;        /* the operation that is called; NULL: `text` it is */
    const char *arguments; /* further arguments of it, a JSON object; NULL: none */
    const char *member;    /* text member of its answer that is all that is shown; NULL: all */
    const char *text;      /* constant */
    const char *meta;      /* _meta of the resource, a JSON object; NULL: none */
    unsigned topics;       /* enum topic */
};

/* In a stable order; `i` starts at 0; NULL at the end. */
const struct resource *resource_next(size_t *i);
bool resource_is_template(const struct resource *r);

/*
 * The resource of that URI, with all arguments of its operation, as a JSON object of the arena.
 * NULL if there is none.
 */
const struct resource *resource_find(struct str uri, struct arena *arena,
                                     const struct json **arguments);

/* The topic of an event, 0 if it concerns no resource. */
unsigned topic_of(enum event_kind kind);
/* Whether a member of an answer passes with time or with looking ("as_of", "age_s"): no change. */
bool topic_is_passing(struct str member);

#endif
