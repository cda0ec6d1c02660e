/* SPDX-License-Identifier: MIT */
#include "broker/state.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* How long the end of an abandoned question is awaited, so that it is not taken for a younger
 * one's. */
enum { LATE_MS = 60000 };

static bool is_answered_in_order(enum ask ask)
{
    return ask >= ASK_TIME;
}

/* ---- the table ---- */

int32_t request_next_id(struct session *s)
{
    do {
        s->last_request_id =
            s->last_request_id == INT32_MAX ? REQUEST_ID_FIRST : s->last_request_id + 1;
    } while (map_get(s->requests, s->last_request_id) != NULL);
    return s->last_request_id;
}

struct request *request_new(struct session *s, enum ask ask, int32_t id, struct answer *answer,
                            struct error *e)
{
    if (!session_is_up(s)) {
        error_set(e, ERROR_UNAVAILABLE, "NOT_CONNECTED", "not connected to the broker (%s)",
                  link_state_text(s->link));
        error_next(e, "%s", s->hint);
        return NULL;
    }
    if (map_count(s->requests) >= LIMIT_SESSION_REQUESTS) {
        error_set(e, ERROR_LIMIT, "REQUESTS_MAX", "%d questions are waiting for the broker",
                  LIMIT_SESSION_REQUESTS);
        return NULL;
    }
    struct request *r = xcalloc(1, sizeof *r);
    r->id = id != 0 ? id : request_next_id(s);
    r->ask = ask;
    r->timeout_ms = session_timeout_ms(s);
    r->deadline = instant_after_ms(s->now.mono, r->timeout_ms);
    r->answer = answer;
    if (answer != NULL)
        answer->of = r;
    bool ok = map_put(s->requests, r->id, r);
    assert(ok);
    return r;
}

struct request *request_find(const struct session *s, int32_t id)
{
    return map_get(s->requests, id);
}

struct request *request_oldest(const struct session *s, enum ask ask)
{
    void *value = NULL;
    for (size_t i = 0; map_next(s->requests, &i, &value);) {
        struct request *r = value;
        if (r->ask == ask)
            return r;
    }
    return NULL;
}

/* The end of a row: what it still has in the queue or at the broker is given back. */
static void forget(struct session *s, struct request *r)
{
    if (r->is_waiting)
        pacing_forget(&s->pacing, r->id);
    else if (r->quota != QUOTA_NONE && session_is_up(s)) /* else the connection ended them all */
        quota_end(&s->pacing.quota, r->quota);
    map_take(s->requests, r->id);
    xfree(r);
}

/* Hands the result over; from here on the answer is the task's. */
static void answer_over(struct request *r, const struct error *e)
{
    struct answer *a = r->answer;
    if (a == NULL)
        return;
    if (e != NULL)
        a->error = *e;
    a->of = NULL;
    r->answer = NULL;
    task_wake(a->task);
}

void request_end(struct session *s, struct request *r, const struct error *e)
{
    answer_over(r, e);
    bool counted = r->is_reconciling;
    forget(s, r);
    if (!counted)
        return;
    if (e == NULL)
        reconcile_check(s);
    else if (s->link == LINK_RECONCILING)
        session_drop(s, REASON_INCOMPLETE, e->broker_code, e->text);
}

void request_cancel(struct session *s, struct request *r)
{
    if (r->answer != NULL)
        r->answer->of = NULL;
    forget(s, r);
}

bool request_send(struct session *s, struct request *r, enum pacing_class class,
                  const struct quota_ask *quota, int id, const void *message, struct error *e)
{
    struct pacing_about about = {.request_id = r->id};
    if (quota != NULL)
        about.quota = *quota;
    r->quota = about.quota.class;
    r->is_waiting = true;
    r->deadline = INSTANT_NEVER;
    int32_t request_id = r->id;
    if (session_send(s, class, &about, id, message, e))
        return true;
    if ((r = request_find(s, request_id)) != NULL)
        request_cancel(s, r);
    return false;
}

void request_left(void *session, int32_t id)
{
    struct session *s = session;
    struct request *r = request_find(s, id);
    assert(r != NULL && r->is_waiting);
    r->is_waiting = false;
    r->deadline = instant_after_ms(s->now.mono, r->timeout_ms);
}

void requests_fail(struct session *s, enum error_code code, const char *reason, const char *text)
{
    struct error e;
    error_set(&e, code, reason, "%s", text);
    void *value = NULL;
    for (size_t i = 0; map_next(s->requests, &i, &value);) {
        struct request *r = value;
        answer_over(r, &e);
        forget(s, r);
    }
}

/* The broker is still busy with it: a history that nobody waits for keeps others out, and a stream
 * would go on. */
static void call_off(struct session *s, const struct request *r)
{
    static const struct {
        enum ask ask;
        int cancel;
    } rows[] = {
        {ASK_BARS, WIRE_REQ_CANCEL_HISTORICAL_DATA},
        {ASK_FOLLOW, WIRE_REQ_CANCEL_HISTORICAL_DATA},
        {ASK_SCHEDULE, WIRE_REQ_CANCEL_HISTORICAL_DATA},
        {ASK_HEAD, WIRE_REQ_CANCEL_HEAD_TIMESTAMP},
        {ASK_SCAN, WIRE_REQ_CANCEL_SCANNER_SUBSCRIPTION},
        {ASK_NEW_HEADLINES, WIRE_REQ_CANCEL_MKT_DATA},
        {ASK_EVENT_KINDS, WIRE_REQ_CANCEL_WSH_META_DATA},
        {ASK_EVENTS, WIRE_REQ_CANCEL_WSH_EVENT_DATA},
    };
    struct wire_id id = {r->id};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].ask == r->ask)
            session_send_own(s, PACING_REST, rows[i].cancel, &id);
}

void requests_step(struct session *s)
{
    void *value = NULL;
    for (size_t i = 0; map_next(s->requests, &i, &value);) {
        struct request *r = value;
        bool is_follow = r->ask == ASK_FOLLOW;
        if (r->is_waiting && r->answer == NULL && !is_follow) { /* its task has ended */
            forget(s, r);
            continue;
        }
        if (!instant_due(r->deadline, s->now.mono))
            continue;
        if (r->ask == ASK_NEW_HEADLINES) { /* it was asked for so long */
            call_off(s, r);
            request_end(s, r, NULL);
            continue;
        }
        struct error e;
        error_set(&e, ERROR_TIMEOUT, "BROKER_TIMEOUT", "no answer from the broker in %lld ms",
                  (long long)r->timeout_ms);
        answer_over(r, &e);
        if (r->is_reconciling)
            continue; /* the deadline of the reconciliation decides */
        if (is_answered_in_order(r->ask) && !r->is_late) {
            r->is_late = true;
            r->deadline = instant_after_ms(s->now.mono, LATE_MS);
            continue;
        }
        int32_t id = r->id;
        call_off(s, r);
        forget(s, r);
        if (is_follow && follow_refused(s, id, 0, e.text))
            return; /* the listener may have changed the table */
    }
}

struct instant requests_next(const struct session *s)
{
    struct instant next = INSTANT_NEVER;
    void *value = NULL;
    for (size_t i = 0; map_next(s->requests, &i, &value);) {
        const struct request *r = value;
        if (!r->is_reconciling)
            next = instant_min(next, r->deadline);
    }
    return next;
}

void request_row(struct session *s, struct request *r, const void *row, size_t n)
{
    if (r->answer == NULL || buf_add(&r->answer->rows, row, n))
        return;
    struct error e;
    error_set(&e, ERROR_LIMIT, "ANSWER_MAX", "the broker's answer exceeds %d bytes",
              LIMIT_CALL_ARENA);
    error_next(&e, "ask a narrower question");
    request_end(s, r, &e);
}

/* ---- answers ---- */

void answer_init(struct answer *a, struct task *t)
{
    *a = (struct answer){.task = t};
    buf_init(&a->rows, LIMIT_CALL_ARENA);
}

void answer_fini(struct answer *a)
{
    if (a->of != NULL)
        a->of->answer = NULL;
    a->of = NULL;
    buf_fini(&a->rows);
}

bool answer_wait(struct answer *a, struct error *e)
{
    while (a->of != NULL)
        if (!task_wait(a->task, e)) {
            if (a->of != NULL && a->of->is_waiting && a->of->quota != QUOTA_NONE)
                error_next(e, "it had to wait for its turn: the broker allows %s",
                           quota_text(a->of->quota));
            return false;
        }
    if (a->error.code != ERROR_NONE) {
        *e = a->error;
        return false;
    }
    return true;
}

bool answer_rows(struct answer *a, size_t size, void **out, size_t *count, struct error *e)
{
    struct str rows = buf_str(&a->rows);
    struct arena *arena = task_arena(a->task);
    *count = rows.n / size;
    *out = NULL;
    if (rows.n == 0)
        return true;
    if (!arena_has(arena, rows.n))
        return error_set(e, ERROR_LIMIT, "ANSWER_MAX", "%zu rows are more than a call may hold",
                         *count);
    *out = arena_alloc(arena, rows.n);
    memcpy(*out, rows.p, rows.n);
    return true;
}

bool broker_error(struct error *e, int code, struct str text)
{
    const struct broker_code *row = broker_code_find(code);
    if (text.n == 0) /* a number alone says little */
        text = str_of(row->text);
    error_set(e, code == 200 ? ERROR_NOT_FOUND : ERROR_BROKER, "BROKER_REFUSED", STR_FMT,
              STR_ARG(text));
    if (code == 200)
        snprintf(e->reason, sizeof e->reason, "NO_CONTRACT");
    e->broker_code = code;
    return error_next(
        e, "%s", row->hint[0] == '\0' && row->is_retryable ? "try again in a moment" : row->hint);
}
