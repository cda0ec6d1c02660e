/* SPDX-License-Identifier: MIT */
/*
 * Bars that are kept up to date. The bars so far are a question like any other, with its quota and
 * its deadline; from their end on, updates come under the same request id until it is cancelled.
 */
#include "broker/convert.h"
#include "broker/state.h"
#include "wire/reply.h"

#include <assert.h>

enum { FOLLOW_MS = 60000 }; /* for the bars so far */

static struct follow *find(struct session *s, int32_t id)
{
    for (size_t i = 0; i < LIMIT_FOLLOWS; i++)
        if (s->follows[i].id == id)
            return &s->follows[i];
    return NULL;
}

static struct follow *find_request(struct session *s, int32_t request_id)
{
    for (size_t i = 0; i < LIMIT_FOLLOWS; i++)
        if (s->follows[i].id != 0 && s->follows[i].request_id == request_id)
            return &s->follows[i];
    return NULL;
}

/* ---- asking ---- */

static bool subscribe(struct session *s, struct follow *f, struct error *e)
{
    struct request *r = request_new(s, ASK_FOLLOW, 0, NULL, e);
    if (r == NULL)
        return false;
    struct bars_texts texts;
    struct wire_req_historical_data m;
    struct quota_ask quota;
    history_ask(&f->question, &texts, &m, &quota);
    f->request_id = m.req_id = r->id;
    m.keep_up_to_date = true;
    r->timeout_ms = FOLLOW_MS;
    return request_send(s, r, PACING_HISTORY, &quota, WIRE_REQ_HISTORICAL_DATA, &m, e);
}

void follows_subscribe_all(struct session *s)
{
    for (size_t i = 0; i < LIMIT_FOLLOWS; i++) {
        struct follow *f = &s->follows[i];
        struct error e;
        if (f->id != 0 && !subscribe(s, f, &e))
            log_warn(&s->log, "bars=%d are not followed: %s", f->id, e.text);
    }
}

void follows_reset(struct session *s)
{
    for (size_t i = 0; i < LIMIT_FOLLOWS; i++)
        s->follows[i].request_id = 0;
}

bool session_follow_bars(struct session *s, const struct bars_question *q, struct moment now,
                         int32_t *id, struct error *e)
{
    assert(!q->end.has);
    s->now = now;
    struct follow *f = find(s, 0);
    if (!history_check(q, e))
        return false;
    if (f == NULL) {
        error_set(e, ERROR_LIMIT, "FOLLOWS_MAX", "all %d series of live bars are in use",
                  LIMIT_FOLLOWS);
        return error_next(e, "follow fewer");
    }
    *f = (struct follow){.question = *q, .id = ++s->last_follow_id};
    *id = f->id;
    if (!session_is_up(s) || subscribe(s, f, e))
        return true;
    f->id = 0;
    return false;
}

void session_unfollow_bars(struct session *s, int32_t id, struct moment now)
{
    s->now = now;
    struct follow *f = find(s, id);
    assert(id != 0 && f != NULL);
    struct wire_id cancel = {f->request_id};
    struct request *r = request_find(s, f->request_id);
    bool has_left = f->request_id != 0 && (r == NULL || !r->is_waiting);
    *f = (struct follow){.id = 0};
    if (r != NULL)
        request_cancel(s, r);
    if (has_left && session_is_up(s))
        session_send_own(s, PACING_HISTORY, WIRE_REQ_CANCEL_HISTORICAL_DATA, &cancel);
}

/* ---- told ---- */

/* False if the listener, or the bar, has ended it. */
static bool tell(struct session *s, int32_t request_id, const struct wire_bar *wire)
{
    struct follow *f = find_request(s, request_id);
    struct bar bar;
    if (f == NULL || request_id == 0)
        return false;
    if (!bar_of_wire(wire, &s->config.zones, &bar))
        return true;
    struct event ev = {.kind = EVENT_BAR, .number = f->id, .bar = &bar};
    session_emit(s, &ev);
    return true;
}

void follow_bars(struct session *s, const void *message)
{
    const struct wire_rep_historical_data *m = message;
    for (size_t i = 0; i < m->bars.n; i++)
        if (!tell(s, m->req_id, &m->bars.items[i]))
            return;
    struct request *r = request_find(s, m->req_id);
    if (r != NULL && s->version < WIRE_SINCE_HISTORICAL_DATA_END)
        request_end(s, r, NULL);
}

void follow_update(struct session *s, const void *message)
{
    const struct wire_rep_historical_data_update *m = message;
    (void)tell(s, m->req_id, &m->bar);
}

bool follow_refused(struct session *s, int32_t request_id, int code, const char *text)
{
    struct follow *f = request_id == 0 ? NULL : find_request(s, request_id);
    if (f == NULL)
        return false;
    f->request_id = 0;
    struct event ev = {.kind = EVENT_BAR, .number = f->id, .code = code, .text = str_of(text)};
    session_emit(s, &ev);
    return true;
}
