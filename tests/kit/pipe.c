/* SPDX-License-Identifier: MIT */
#include "pipe.h"

#include "world.h"

#include <assert.h>

/* ---- one direction ---- */

static void lane_reset(struct lane *l)
{
    buf_reset(&l->bytes);
    l->first = l->count = 0;
    l->last_due = (struct instant){0};
}

static void lane_push(struct lane *l, struct str bytes, struct world *w)
{
    while (bytes.n) {
        uint32_t most = rng_below(&w->rng, 4) == 0 ? 12 : 1460;
        size_t n = 1 + rng_below(&w->rng, most);
        if (n > bytes.n)
            n = bytes.n;
        int64_t jitter_ns = (int64_t)rng_below(&w->rng, 300) * NS_PER_US;
        struct instant due = instant_after_ms(w->now.mono, w->pipe.latency_ms);
        due.ns += jitter_ns;
        if (due.ns < l->last_due.ns)
            due = l->last_due;
        buf_add_str(&l->bytes, str_sub(bytes, 0, n));
        if (l->count == PIPE_PIECES_MAX) { /* the last piece grows */
            l->pieces[(l->first + l->count - 1) % PIPE_PIECES_MAX].n += n;
        } else {
            size_t at = (l->first + l->count++) % PIPE_PIECES_MAX;
            l->pieces[at].due = due;
            l->pieces[at].n = n;
        }
        l->last_due = due;
        bytes = str_sub(bytes, n, bytes.n);
    }
    assert(!l->bytes.failed);
}

static struct instant lane_next(const struct lane *l)
{
    return l->count ? l->pieces[l->first].due : INSTANT_NEVER;
}

/* The next piece that is due at `now`; false if there is none. lane_drop forgets it. */
static bool lane_piece(const struct lane *l, struct instant now, struct str *out)
{
    if (!instant_due(lane_next(l), now))
        return false;
    *out = str_sub(buf_str(&l->bytes), 0, l->pieces[l->first].n);
    return true;
}

static void lane_drop(struct lane *l)
{
    buf_consume(&l->bytes, l->pieces[l->first].n);
    l->first = (l->first + 1) % PIPE_PIECES_MAX;
    l->count--;
}

/* ---- the pipe ---- */

void pipe_init(struct pipe *p)
{
    *p = (struct pipe){.latency_ms = 1};
    buf_init(&p->up.bytes, PIPE_BYTES_MAX);
    buf_init(&p->down.bytes, PIPE_BYTES_MAX);
}

void pipe_fini(struct pipe *p)
{
    buf_fini(&p->up.bytes);
    buf_fini(&p->down.bytes);
}

static void deliver_up(struct world *w, struct instant until)
{
    struct pipe *p = &w->pipe;
    for (struct str piece; lane_piece(&p->up, until, &piece); lane_drop(&p->up))
        if (w->paper && p->peer)
            paper_input(w->paper, p->peer, piece, exchange_now(w));
}

static void deliver_down(struct world *w, struct instant until)
{
    struct pipe *p = &w->pipe;
    for (struct str piece; p->is_open && lane_piece(&p->down, until, &piece); lane_drop(&p->down)) {
        if (w->tap.received)
            w->tap.received(w->tap.self, piece);
        session_input(app_session(w->app), piece, w->now);
    }
}

void pipe_deliver_up(struct world *w)
{
    deliver_up(w, w->now.mono);
}

/* The exchange's end closes, if it is open. */
static void close_peer(struct world *w)
{
    if (w->pipe.peer && w->paper)
        paper_disconnect(w->paper, w->pipe.peer, exchange_now(w));
    w->pipe.peer = NULL;
}

/* The session's end closes and is told so. */
static void close_session(struct world *w, struct str why)
{
    struct pipe *p = &w->pipe;
    p->is_open = p->is_opening = p->down_has_ended = false;
    lane_reset(&p->up);
    lane_reset(&p->down);
    session_closed(app_session(w->app), why, w->now);
}

static void open_when_due(struct world *w)
{
    struct pipe *p = &w->pipe;
    struct session *s = app_session(w->app);
    if (!p->is_open && !p->is_opening && session_wants_open(s, w->now)) {
        session_opening(s, w->now);
        p->is_opening = true;
        p->opens_at = instant_after_ms(w->now.mono, p->latency_ms);
    }
    if (!p->is_opening || !instant_due(p->opens_at, w->now.mono))
        return;
    p->is_opening = false;
    p->peer = w->paper ? paper_connect(w->paper, exchange_now(w)) : NULL;
    if (p->peer) {
        p->is_open = true;
        if (w->tap.opened)
            w->tap.opened(w->tap.self);
        session_opened(s, w->now);
    } else {
        close_session(w, STR("connection refused"));
    }
}

void pipe_forge(struct world *w, struct str bytes)
{
    if (!w->pipe.is_open)
        return;
    if (w->pipe.tap)
        buf_add_str(w->pipe.tap, bytes);
    if (w->tap.sent)
        w->tap.sent(w->tap.self, bytes);
    lane_push(&w->pipe.up, bytes, w);
}

void pipe_drive_app(struct world *w)
{
    struct pipe *p = &w->pipe;
    if (!w->app)
        return;
    struct session *s = app_session(w->app);
    open_when_due(w);
    deliver_down(w, w->now.mono);
    struct str out = session_output(s);
    if (p->is_open && out.n) {
        pipe_forge(w, out);
        session_sent(s, out.n);
    }
    if ((p->is_open || p->is_opening) && session_wants_close(s)) {
        deliver_up(w, INSTANT_NEVER); /* what was sent before the end still arrives */
        close_peer(w);
        close_session(w, STR("closed by us"));
    } else if (p->is_open && p->down_has_ended && p->down.count == 0) {
        close_session(w, STR("the other side closed"));
    }
}

void pipe_drive_paper(struct world *w)
{
    struct pipe *p = &w->pipe;
    if (!w->paper || !p->peer)
        return;
    struct str out = paper_output(w->paper, p->peer);
    if (out.n) {
        lane_push(&p->down, out, w);
        paper_sent(w->paper, p->peer, out.n);
    }
    if (paper_wants_close(p->peer) && paper_output(w->paper, p->peer).n == 0) {
        close_peer(w);
        p->down_has_ended = true;
    }
}

struct instant pipe_next(const struct pipe *p)
{
    struct instant next = instant_min(lane_next(&p->up), lane_next(&p->down));
    if (p->is_open && p->down_has_ended && p->down.count == 0)
        return (struct instant){0}; /* the session has still to see the end */
    return p->is_opening ? instant_min(next, p->opens_at) : next;
}

void pipe_cut(struct world *w)
{
    close_peer(w);
    if (w->app && (w->pipe.is_open || w->pipe.is_opening))
        close_session(w, STR("connection reset"));
}

void pipe_app_gone(struct world *w, bool lose_bytes)
{
    struct pipe *p = &w->pipe;
    if (!lose_bytes)
        deliver_up(w, INSTANT_NEVER);
    close_peer(w);
    p->is_open = p->is_opening = p->down_has_ended = false;
    lane_reset(&p->up);
    lane_reset(&p->down);
}

void pipe_paper_gone(struct world *w)
{
    struct pipe *p = &w->pipe;
    p->peer = NULL; /* freed with the exchange */
    p->down_has_ended = p->is_open;
}

void pipe_inject(struct world *w, struct str bytes)
{
    if (w->pipe.is_open)
        lane_push(&w->pipe.down, bytes, w);
}
