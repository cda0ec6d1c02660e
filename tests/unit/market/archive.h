/* SPDX-License-Identifier: MIT */
/*
 * archive: a broker that tells history out of lists that a test writes, behind a real session, and
 * market/history with a cache on top of it. Time is virtual.
 */
#ifndef PORTCULLIS_TESTS_MARKET_ARCHIVE_H
#define PORTCULLIS_TESTS_MARKET_ARCHIVE_H

#include "../broker/peer.h"
#include "zone_files.h"

#include "market/history_private.h"
#include "store/cache.h"

enum { ARCHIVE_ROWS_MAX = 4000, ARCHIVE_TURNS_MAX = 20000 };

struct told_bar {
    int64_t at; /* second at which it begins; of daily bars midnight UTC of the date */
    double close;
};

struct told_session {
    const char *from, *to, *date; /* "20261127-09:30:00", local; "20261127" */
};

struct archive {
    struct peer *peer;
    struct cache_file *file;
    struct cache *cache;
    struct history *history;
    struct zone_files zones;
    size_t seen;
    struct told_bar plain[ARCHIVE_ROWS_MAX], adjusted[ARCHIVE_ROWS_MAX];
    size_t plain_n, adjusted_n; /* adjusted_n 0: as plain */
    const struct told_session *sessions;
    size_t session_n;
    const char *zone;
    int64_t begins; /* head time stamp; 0: the question is refused */
    int refusals;   /* so many history requests are refused with this: */
    int code;
    const char *words;
    bool is_silent;
    /* answers in its own way, if set */
    void (*tell)(struct archive *a, const struct wire_req_historical_data *m);
    size_t asked; /* requests for bars that were answered or refused */
    /* the question */
    struct history_question *q;
    size_t n;
    bool is_done, ok;
    void (*check)(struct archive *a); /* while the answer lives */
};

static inline struct archive *archive_new(void)
{
    struct archive *a = test_calloc(1, sizeof *a);
    struct error e;
    struct session_config config = peer_config();
    config.zones = (struct tz_zones){zone_files_find, &a->zones};
    a->peer = peer_new(config);
    peer_connect(a->peer);
    assert_true(session_is_ready(a->peer->s));
    a->file = cache_file_open(":memory:", &e);
    assert_non_null(a->file);
    a->cache = cache_new(a->file);
    a->history = history_new(a->peer->s, a->cache, config.zones);
    a->seen = a->peer->got_count;
    a->zone = "US/Eastern";
    return a;
}

static inline void archive_free(struct archive *a)
{
    history_free(a->history);
    cache_free(a->cache);
    cache_file_close(a->file);
    peer_free(a->peer);
    zone_files_free(&a->zones);
    test_free(a);
}

/* ---- answering ---- */

static inline int64_t archive_seconds(struct str duration)
{
    struct str number;
    int64_t n = 0;
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'S', 1}, {'D', DAY_S}, {'W', 7 * DAY_S}, {'M', 31 * DAY_S}, {'Y', 366 * DAY_S}};
    assert_true(str_cut(&duration, ' ', &number) && str_to_i64(number, &n) && duration.n == 1);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].unit == duration.p[0])
            return n * units[i].seconds;
    fail_msg("a duration without a unit");
    return 0;
}

static inline int64_t archive_end(const struct archive *a, struct str text)
{
    int v[6] = {0};
    char copy[32];
    if (text.n == 0)
        return a->peer->now.wall.ns / NS_PER_S;
    str_copy_cut(copy, sizeof copy, text);
    assert_int_equal(
        sscanf(copy, "%4d%2d%2d-%2d:%2d:%2d", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5]), 6);
    struct civil c = {v[0], v[1], v[2], v[3], v[4], v[5], 0};
    return utc_of_civil(c).ns / NS_PER_S;
}

static inline void archive_send_end(struct archive *a, int32_t id)
{
    const struct wire_rep_historical_data_end end = {id, STR(""), STR("")};
    if (a->peer->version >= WIRE_SINCE_HISTORICAL_DATA_END)
        peer_send(a->peer, WIRE_REP_HISTORICAL_DATA_END, &end);
}

static inline void archive_bars(struct archive *a, const struct wire_req_historical_data *m)
{
    static struct wire_bar rows[ARCHIVE_ROWS_MAX];
    static char dates[ARCHIVE_ROWS_MAX][24];
    bool is_adjusted = str_eq(m->what_to_show, STR("ADJUSTED_LAST")) && a->adjusted_n;
    const struct told_bar *bars = is_adjusted ? a->adjusted : a->plain;
    size_t have = is_adjusted ? a->adjusted_n : a->plain_n, n = 0;
    bool is_daily = str_eq(m->bar_size, STR("1 day"));
    int64_t end = archive_end(a, m->end_date_time), from = end - archive_seconds(m->duration);
    for (size_t i = 0; i < have; i++) {
        if (bars[i].at < from - (is_daily ? DAY_S : 0) || bars[i].at >= end)
            continue;
        if (is_daily)
            snprintf(dates[n], sizeof dates[n], "%d", (int)history_date(bars[i].at / DAY_S));
        else
            snprintf(dates[n], sizeof dates[n], "%lld", (long long)bars[i].at);
        rows[n] = (struct wire_bar){.date = STR_NAME(dates[n]),
                                    .open = bars[i].close,
                                    .high = bars[i].close + 1,
                                    .low = bars[i].close - 1,
                                    .close = bars[i].close,
                                    .volume = STR("1000"),
                                    .wap = STR("1"),
                                    .bar_count = 10};
        n++;
    }
    if (n == 0) {
        peer_send_error(a->peer, m->req_id, 162,
                        "Historical Market Data Service error message:HMDS query returned no data");
        return;
    }
    const struct wire_rep_historical_data r = {
        .req_id = m->req_id, .start_date = STR(""), .end_date = STR(""), .bars = {rows, n}};
    peer_send(a->peer, WIRE_REP_HISTORICAL_DATA, &r);
    archive_send_end(a, m->req_id);
}

static inline void archive_schedule(struct archive *a, int32_t id)
{
    struct wire_hist_session rows[64];
    assert_true(a->session_n <= 64);
    for (size_t i = 0; i < a->session_n; i++)
        rows[i] = (struct wire_hist_session){str_of(a->sessions[i].from), str_of(a->sessions[i].to),
                                             str_of(a->sessions[i].date)};
    const struct wire_rep_historical_schedule r = {.req_id = id,
                                                   .start_date_time = STR(""),
                                                   .end_date_time = STR(""),
                                                   .time_zone = str_of(a->zone),
                                                   .sessions = {rows, a->session_n}};
    peer_send(a->peer, WIRE_REP_HISTORICAL_SCHEDULE, &r);
}

static inline void archive_history(struct archive *a, const struct wire_req_historical_data *m)
{
    if (a->is_silent)
        return;
    if (str_eq(m->what_to_show, STR("SCHEDULE"))) {
        archive_schedule(a, m->req_id);
        return;
    }
    a->asked++;
    if (a->refusals-- > 0)
        peer_send_error(a->peer, m->req_id, a->code, a->words);
    else if (a->tell)
        a->tell(a, m);
    else
        archive_bars(a, m);
}

static inline void archive_head(struct archive *a, int32_t id)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)a->begins);
    const struct wire_rep_head_timestamp r = {id, STR_NAME(text)};
    if (a->begins)
        peer_send(a->peer, WIRE_REP_HEAD_TIMESTAMP, &r);
    else
        peer_send_error(a->peer, id, 162, "No head time stamp");
}

static inline void archive_answer(struct archive *a)
{
    for (; a->seen < a->peer->got_count; a->seen++) {
        const struct got *g = &a->peer->got[a->seen];
        if (g->id == WIRE_REQ_HISTORICAL_DATA)
            archive_history(a, g->message);
        else if (g->id == WIRE_REQ_HEAD_TIMESTAMP)
            archive_head(a, ((const struct wire_req_head_timestamp *)g->message)->req_id);
    }
}

/* ---- asking ---- */

static inline void archive_task(struct task *t, void *arg)
{
    struct archive *a = arg;
    struct error e;
    a->ok = history_bars(t, a->history, a->q, a->n, &e);
    if (a->check)
        a->check(a);
    a->is_done = true;
}

/* What was to be kept is written; then one question is asked, on a task that lives life_ms. */
static inline void archive_ask(struct archive *a, struct history_question *q, int64_t life_ms)
{
    struct cache_batch *b = cache_take(a->cache);
    struct error e;
    if (b) {
        assert_true(cache_file_write(a->file, b, CACHE_BYTES_MAX, &e));
        cache_done(a->cache, b, false);
    }
    a->q = q;
    a->n = 1;
    a->is_done = false;
    a->asked = 0;
    assert_non_null(task_spawn(a->peer->tasks, a->peer->now, life_ms, archive_task, a));
    for (int i = 0; i < ARCHIVE_TURNS_MAX && !a->is_done; i++) {
        peer_turn(a->peer);
        archive_answer(a);
        peer_turn(a->peer);
        if (!a->is_done)
            peer_pass(a->peer, 20);
    }
    assert_true(a->is_done && a->ok);
}

#endif
