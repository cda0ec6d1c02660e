/* SPDX-License-Identifier: MIT */
#include "paper/stream.h"

#include "base/alloc.h"
#include "paper/paper_private.h"

#include <assert.h>
#include <string.h>

/* The texts take the limit and the id; which of them they use is up to the text. */
static const struct {
    size_t max;
    stream_fn *step;
    int full_code;
    const char *full;
    int unknown_code;
    const char *unknown;
} kinds[STREAM_KINDS] = {
    [STREAM_BARS] = {PEER_BARS_MAX, bars_step, CODE_HISTORY,
                     "Historical Market Data Service error message:Too many requests that are kept "
                     "up to date",
                     366, "No historical data query found for ticker id:"},
    [STREAM_REAL_TIME] = {PEER_BARS_MAX, real_time_step, 420,
                          "Invalid Real-time Query:Too many real-time bars", CODE_NO_TICKER,
                          "Can't find EId with tickerId:"},
    [STREAM_BY_TICK] = {PEER_BY_TICK_MAX, by_tick_step, 10190,
                        "Max number of tick-by-tick requests has been reached.", CODE_NO_TICKER,
                        "Can't find EId with tickerId:"},
    [STREAM_DEPTH] = {PEER_DEPTH_MAX, depth_step, 309,
                      "Max number (3) of market depth requests has been reached", 310,
                      "Can't find the subscribed market depth with tickerId:"},
    [STREAM_SCAN] = {PEER_SCANS_MAX, scan_step, CODE_HISTORY,
                     "Historical Market Data Service error message:Max number (10) of scanner "
                     "subscriptions has been reached",
                     365, "No scanner subscription found for ticker id:"},
};

struct stream *stream_find(struct paper_peer *peer, enum stream_kind kind, int32_t req_id)
{
    for (size_t i = 0; i < peer->stream_count; i++)
        if (peer->streams[i].kind == kind && peer->streams[i].req_id == req_id)
            return &peer->streams[i];
    return NULL;
}

static size_t count_of(const struct paper_peer *peer, enum stream_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < peer->stream_count; i++)
        n += peer->streams[i].kind == kind;
    return n;
}

struct stream *stream_add(struct paper *p, struct paper_peer *peer, enum stream_kind kind,
                          int32_t req_id, const struct instrument *i)
{
    assert(kind < STREAM_KINDS);
    if (stream_find(peer, kind, req_id) != NULL) {
        peer_error(p, peer, req_id, CODE_DUPLICATE_TICKER, "Duplicate ticker ID");
        return NULL;
    }
    if (count_of(peer, kind) >= kinds[kind].max) {
        peer_error(p, peer, req_id, kinds[kind].full_code, "%s", kinds[kind].full);
        return NULL;
    }
    if (peer->streams == NULL)
        peer->streams = xcalloc(STREAMS_MAX, sizeof *peer->streams);
    assert(peer->stream_count < STREAMS_MAX);
    struct stream *s = &peer->streams[peer->stream_count++];
    *s = (struct stream){.kind = kind, .req_id = req_id, .instrument = i, .due_ns = p->now_ns};
    return s;
}

bool stream_cancel(struct paper *p, struct paper_peer *peer, enum stream_kind kind, int32_t req_id)
{
    struct stream *s = stream_find(peer, kind, req_id);
    if (s == NULL) {
        peer_error(p, peer, req_id, kinds[kind].unknown_code, "%s%d", kinds[kind].unknown,
                   (int)req_id);
        return false;
    }
    xfree(s->own);
    size_t at = (size_t)(s - peer->streams);
    memmove(s, s + 1, (peer->stream_count - at - 1) * sizeof *s);
    peer->stream_count--;
    return true;
}

void streams_drop(struct paper_peer *peer)
{
    for (size_t i = 0; i < peer->stream_count; i++)
        xfree(peer->streams[i].own);
    xfree(peer->streams);
    peer->streams = NULL;
    peer->stream_count = 0;
}

void streams_step(struct paper *p, struct paper_peer *peer)
{
    for (size_t i = 0; i < peer->stream_count; i++) {
        struct stream *s = &peer->streams[i];
        if (p->now_ns < s->due_ns)
            continue;
        arena_reset(p->arena);
        kinds[s->kind].step(p, peer, s);
    }
}

int64_t streams_next(const struct paper_peer *peer)
{
    int64_t next = VENUE_NEVER;
    for (size_t i = 0; i < peer->stream_count; i++)
        if (peer->streams[i].due_ns < next)
            next = peer->streams[i].due_ns;
    return next;
}

/* ---- all that is told by itself ---- */
void data_step(struct paper *p, struct paper_peer *peer)
{
    if (faults_no_quotes(&p->faults)) /* nothing moves until it is back */
        return;
    data_lines_step(p, peer);
    streams_step(p, peer);
    bulletins_step(p, peer);
}

int64_t data_next(const struct paper *p, const struct paper_peer *peer)
{
    if (faults_no_quotes(&p->faults))
        return VENUE_NEVER;
    int64_t next = streams_next(peer), bulletin = bulletins_next(p, peer);
    if (peer->line_count > 0 && peer->lines_due_ns < next)
        next = peer->lines_due_ns;
    return bulletin < next ? bulletin : next;
}

void data_drop(struct paper_peer *peer)
{
    peer->line_count = 0;
    streams_drop(peer);
}
