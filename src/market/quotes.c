/* SPDX-License-Identifier: MIT */
#include "market/quotes.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

enum { LINE_WARM_MS = 60 * 1000 };

/* One market data line that we hold; the slot order means nothing. */
struct line {
    int32_t con_id; /* 0: free slot */
    int users;      /* questions that are being answered from it: it is not given back */
    struct instant last_use;
};

struct quotes {
    struct session *session;
    struct line lines[LIMIT_STREAMS];
};

struct quotes *quotes_new(struct session *session)
{
    struct quotes *q = xcalloc(1, sizeof *q);
    q->session = session;
    return q;
}

void quotes_free(struct quotes *q)
{
    xfree(q);
}

void quotes_step(struct quotes *q, struct moment now)
{
    for (size_t i = 0; i < LIMIT_STREAMS; i++) {
        struct line *l = &q->lines[i];
        if (l->con_id && !l->users && instant_ms_since(l->last_use, now.mono) > LINE_WARM_MS) {
            session_unwatch(q->session, l->con_id, now);
            l->con_id = 0;
        }
    }
}

static struct line *find_line(struct quotes *q, int32_t con_id)
{
    for (size_t i = 0; i < LIMIT_STREAMS; i++)
        if (q->lines[i].con_id == con_id)
            return &q->lines[i];
    return NULL;
}

/* The line used longest ago of those that nobody waits for. */
static struct line *oldest_line(struct quotes *q)
{
    struct line *oldest = NULL;
    for (size_t i = 0; i < LIMIT_STREAMS; i++) {
        struct line *l = &q->lines[i];
        if (l->con_id && !l->users && (!oldest || l->last_use.ns < oldest->last_use.ns))
            oldest = l;
    }
    return oldest;
}

/* Opens a line for c, giving back an old one if need be. NULL with *e filled. */
static struct line *open_line(struct quotes *q, const struct contract *c, struct moment now,
                              struct error *e)
{
    struct line *l = find_line(q, 0);
    if (l && session_watch(q->session, c, now, e))
        return l;
    if (l && e->code != ERROR_LIMIT)
        return NULL;
    *e = (struct error){0};
    l = oldest_line(q);
    if (!l) {
        error_set(e, ERROR_LIMIT, "LINES_MAX", "all %d market data lines are in use",
                  LIMIT_STREAMS);
        error_next(e, "ask for fewer symbols at once");
        return NULL;
    }
    session_unwatch(q->session, l->con_id, now);
    l->con_id = 0;
    return session_watch(q->session, c, now, e) ? l : NULL;
}

/* Makes sure that there is a line for c and keeps it from being given back until `release`. */
static bool hold(struct quotes *q, const struct contract *c, struct moment now, struct error *e)
{
    struct line *l = find_line(q, c->con_id);
    if (!l) {
        l = open_line(q, c, now, e);
        if (!l)
            return false;
        *l = (struct line){.con_id = c->con_id};
    }
    l->users++;
    l->last_use = now.mono;
    return true;
}

static void release(struct quotes *q, const struct quote_answer *a)
{
    struct line *l = a->error.code == ERROR_NONE ? find_line(q, a->contract.con_id) : NULL;
    if (!l)
        return;
    assert(l->users > 0);
    l->users--;
}

static void fill(const struct quotes *q, struct quote_answer *a, struct task *t)
{
    const struct quote *quote = session_quote(q->session, a->contract.con_id);
    struct str text = STR_NONE;
    a->notice_code = session_quote_notice(q->session, a->contract.con_id, &text);
    a->notice = arena_str(task_arena(t), text);
    a->age_ms = -1;
    if (!quote)
        return;
    a->quote = *quote;
    a->age_ms = quote_age_ms(quote, task_now(t).mono);
}

bool quotes_get(struct task *t, struct quotes *q, struct quote_answer *answers, size_t n,
                int64_t wait_ms, struct error *e)
{
    struct instant until = instant_after_ms(task_now(t).mono, wait_ms);
    if (!session_is_ready(q->session))
        return error_set(e, ERROR_UNAVAILABLE, "NOT_CONNECTED",
                         "the broker connection is not ready");
    for (size_t i = 0; i < n; i++) {
        assert(answers[i].contract.con_id);
        answers[i].error = (struct error){0};
        (void)hold(q, &answers[i].contract, task_now(t), &answers[i].error);
    }
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++)
        if (answers[i].error.code == ERROR_NONE)
            ok = session_await_quote(t, q->session, answers[i].contract.con_id, until, e);
    for (size_t i = 0; i < n; i++) {
        if (ok && answers[i].error.code == ERROR_NONE)
            fill(q, &answers[i], t);
        release(q, &answers[i]);
    }
    return ok;
}
