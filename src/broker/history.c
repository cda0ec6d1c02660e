/* SPDX-License-Identifier: MIT */
/*
 * Historical bars. Times are asked for as seconds since 1970, which need no zone; bars of a day and
 * more have trading dates. The requests are those with the tightest quota of all.
 */
#include "broker/query.h"

#include "base/rng.h"
#include "broker/convert.h"
#include "broker/state.h"
#include "wire/reply.h"

#include <assert.h>
#include <stdio.h>

enum {
    HISTORY_MS = 60000, /* for an answer: the broker's archive is slow at times */
    LENGTH_MAX = 100000,
    EPOCH_SECONDS = 2 /* format_date */
};

static const char *const SIZES[BAR_SIZE_COUNT] = {
    [BAR_1_SECOND] = "1 secs",    [BAR_5_SECONDS] = "5 secs",   [BAR_10_SECONDS] = "10 secs",
    [BAR_15_SECONDS] = "15 secs", [BAR_30_SECONDS] = "30 secs", [BAR_1_MINUTE] = "1 min",
    [BAR_2_MINUTES] = "2 mins",   [BAR_3_MINUTES] = "3 mins",   [BAR_5_MINUTES] = "5 mins",
    [BAR_10_MINUTES] = "10 mins", [BAR_15_MINUTES] = "15 mins", [BAR_20_MINUTES] = "20 mins",
    [BAR_30_MINUTES] = "30 mins", [BAR_1_HOUR] = "1 hour",      [BAR_2_HOURS] = "2 hours",
    [BAR_3_HOURS] = "3 hours",    [BAR_4_HOURS] = "4 hours",    [BAR_8_HOURS] = "8 hours",
    [BAR_1_DAY] = "1 day",        [BAR_1_WEEK] = "1W",          [BAR_1_MONTH] = "1M",
};

static const char *const SHOWS[BARS_SHOW_COUNT] = {
    [BARS_TRADES] = "TRADES",
    [BARS_MIDPOINT] = "MIDPOINT",
    [BARS_BID] = "BID",
    [BARS_ASK] = "ASK",
    [BARS_BID_ASK] = "BID_ASK",
    [BARS_ADJUSTED_LAST] = "ADJUSTED_LAST",
    [BARS_HISTORICAL_VOLATILITY] = "HISTORICAL_VOLATILITY",
    [BARS_IMPLIED_VOLATILITY] = "OPTION_IMPLIED_VOLATILITY",
};

const char *bar_size_text(enum bar_size size)
{
    assert(size < BAR_SIZE_COUNT);
    return SIZES[size];
}

const char *bar_show_text(enum bar_show show)
{
    assert(show < BARS_SHOW_COUNT);
    return SHOWS[show];
}

/* ---- asking ---- */

static uint64_t mix_text(uint64_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = rng_mix(h, (unsigned char)s.p[i]);
    return rng_mix(h, s.n);
}

/* What the broker counts: small bars alone have windows, and those of two sides count twice. */
static struct quota_ask quota_of(const struct bars_question *q,
                                 const struct wire_req_historical_data *m)
{
    struct quota_ask a = {.class = QUOTA_HISTORY};
    if (q->size > BAR_30_SECONDS)
        return a;
    a.weight = q->show == BARS_BID_ASK ? 2 : 1;
    a.contract = mix_text((uint64_t)(uint32_t)q->contract.con_id, m->contract.exchange);
    a.contract = mix_text(a.contract, m->what_to_show);
    a.request = mix_text(a.contract, m->end_date_time);
    a.request = mix_text(a.request, m->duration);
    a.request = mix_text(a.request, m->bar_size);
    a.request = rng_mix(a.request, m->use_rth);
    return a;
}

bool history_check(const struct bars_question *q, struct error *e)
{
    assert(q->size < BAR_SIZE_COUNT && q->show < BARS_SHOW_COUNT);
    static const char UNITS[] = "SDWMY";
    if (q->unit != '\0' && str_find(STR(UNITS), q->unit, 0) < STR(UNITS).n && q->length >= 1 &&
        q->length <= LENGTH_MAX)
        return true;
    error_set(e, ERROR_INVALID, "PERIOD", "a period of %d %c is none", q->length,
              q->unit >= 'A' && q->unit <= 'Z' ? q->unit : '?');
    return error_next(e, "name 1 to %d of S, D, W, M or Y", LENGTH_MAX);
}

static void fill_contract(const struct contract *c, struct wire_contract *to)
{
    contract_to_wire(c, to);
    if (to->exchange.n == 0)
        to->exchange = STR("SMART");
}

void history_ask(const struct bars_question *q, struct bars_texts *texts,
                 struct wire_req_historical_data *m, struct quota_ask *quota)
{
    *texts = (struct bars_texts){{0}, {0}};
    *m = (struct wire_req_historical_data)WIRE_REQ_CONTRACT_DEFAULT;
    if (q->end.has) {
        struct civil c = civil_of_utc(q->end.v);
        snprintf(texts->end, sizeof texts->end, "%04d%02d%02d-%02d:%02d:%02d", c.year % 10000,
                 c.month % 100, c.day % 100, c.hour % 100, c.minute % 100, c.second % 100);
    }
    snprintf(texts->duration, sizeof texts->duration, "%d %c", q->length, q->unit);
    fill_contract(&q->contract, &m->contract);
    m->end_date_time = STR_NAME(texts->end);
    m->bar_size = str_of(bar_size_text(q->size));
    m->duration = STR_NAME(texts->duration);
    m->use_rth = q->regular_hours_only;
    m->what_to_show = str_of(bar_show_text(q->show));
    m->format_date = EPOCH_SECONDS;
    *quota = quota_of(q, m);
}

/* Sends the question. False with *e: then the answer has no request. */
static bool ask_bars(struct session *s, struct answer *a, const struct bars_question *q,
                     struct error *e)
{
    if (!history_check(q, e))
        return false;
    struct request *r = request_new(s, ASK_BARS, 0, a, e);
    if (r == NULL)
        return false;
    r->timeout_ms = HISTORY_MS;
    struct bars_texts texts;
    struct wire_req_historical_data m;
    struct quota_ask quota;
    history_ask(q, &texts, &m, &quota);
    m.req_id = r->id;
    return request_send(s, r, PACING_HISTORY, &quota, WIRE_REQ_HISTORICAL_DATA, &m, e);
}

bool query_bars(struct task *t, struct session *s, const struct bars_question *q, struct bar **out,
                size_t *count, struct error *e)
{
    struct answer a;
    void *rows = NULL;
    s->now = task_now(t);
    answer_init(&a, t);
    bool ok = ask_bars(s, &a, q, e) && answer_wait(&a, e) &&
              answer_rows(&a, sizeof **out, &rows, count, e);
    *out = rows;
    answer_fini(&a);
    return ok;
}

/* What a batch did not wait for any longer. */
static void no_answer(const struct session *s, const struct answer *a, struct error *e)
{
    error_set(e, ERROR_TIMEOUT, "BROKER_TIMEOUT", "no answer from the broker in time");
    if (a->of->is_waiting)
        error_next(e, "it had to wait for its turn: the broker allows %s",
                   quota_text(QUOTA_HISTORY));
    else if (s->farm_count > 0)
        error_next(e, "a data farm is out of reach: %s", s->farms[0]);
    else
        error_next(e, "the broker's archive is slow at times: ask again in a minute");
}

bool query_bars_batch(struct task *t, struct session *s, struct bars_ask *asks, size_t n,
                      struct instant until, struct error *e)
{
    struct answer *answers = ARENA_MANY(task_arena(t), struct answer, n);
    bool ok = true, is_late = false;
    s->now = task_now(t);
    for (size_t i = 0; i < n; i++) {
        asks[i].error = (struct error){0};
        asks[i].bars = NULL;
        asks[i].count = 0;
        answer_init(&answers[i], t);
        if (!ask_bars(s, &answers[i], &asks[i].question, &answers[i].error))
            assert(answers[i].of == NULL);
    }
    for (size_t i = 0; i < n; i++) {
        void *rows = NULL;
        while (answers[i].of != NULL && ok && !is_late)
            ok = task_wait_until(t, until, &is_late, e);
        if (answers[i].of != NULL)
            no_answer(s, &answers[i], &asks[i].error);
        else if (answer_wait(&answers[i], &asks[i].error) &&
                 answer_rows(&answers[i], sizeof *asks[i].bars, &rows, &asks[i].count,
                             &asks[i].error))
            asks[i].bars = rows;
        answer_fini(&answers[i]);
        task_tell(t, (int64_t)i + 1, (int64_t)n, "pieces of history");
    }
    return ok;
}

bool query_schedule(struct task *t, struct session *s, const struct contract *c, struct opt_utc end,
                    int length, char unit, bool regular_hours_only, struct past_session **out,
                    size_t *count, struct error *e)
{
    struct bars_question q = {.contract = *c,
                              .end = end,
                              .length = length,
                              .unit = unit,
                              .size = BAR_1_DAY,
                              .regular_hours_only = regular_hours_only};
    struct answer a;
    void *rows = NULL;
    s->now = task_now(t);
    if (!history_check(&q, e))
        return false;
    answer_init(&a, t);
    struct request *r = request_new(s, ASK_SCHEDULE, 0, &a, e);
    bool ok = r != NULL;
    if (ok) {
        r->timeout_ms = HISTORY_MS;
        struct bars_texts texts;
        struct wire_req_historical_data m;
        struct quota_ask quota;
        history_ask(&q, &texts, &m, &quota);
        m.req_id = r->id;
        m.what_to_show = STR("SCHEDULE");
        ok = request_send(s, r, PACING_HISTORY, &quota, WIRE_REQ_HISTORICAL_DATA, &m, e);
    }
    ok = ok && answer_wait(&a, e) && answer_rows(&a, sizeof **out, &rows, count, e);
    *out = rows;
    answer_fini(&a);
    return ok;
}

bool query_head_timestamp(struct task *t, struct session *s, const struct contract *c,
                          enum bar_show show, bool regular_hours_only, struct utc *out,
                          struct error *e)
{
    struct answer a;
    s->now = task_now(t);
    answer_init(&a, t);
    struct request *r = request_new(s, ASK_HEAD, 0, &a, e);
    bool ok = r != NULL;
    if (ok) {
        r->timeout_ms = HISTORY_MS;
        struct wire_req_head_timestamp m = WIRE_REQ_CONTRACT_DEFAULT;
        m.req_id = r->id;
        fill_contract(c, &m.contract);
        m.use_rth = regular_hours_only;
        m.what_to_show = str_of(bar_show_text(show));
        m.format_date = EPOCH_SECONDS;
        static const struct quota_ask quota = {.class = QUOTA_HISTORY};
        ok = request_send(s, r, PACING_HISTORY, &quota, WIRE_REQ_HEAD_TIMESTAMP, &m, e);
    }
    ok = ok && answer_wait(&a, e);
    if (ok)
        *out = a.time;
    answer_fini(&a);
    return ok;
}

/* ---- answers ---- */

static void end_badly(struct session *s, struct request *r, struct str time)
{
    struct error e;
    char text[40];
    clean_text(text, sizeof text, time);
    error_set(&e, ERROR_PROTOCOL, "BAD_HISTORY", "the broker's history has a time that is none: %s",
              text);
    request_end(s, r, &e);
}

void history_rows(struct session *s, const void *message)
{
    const struct wire_rep_historical_data *m = message;
    struct request *r = request_find(s, m->req_id);
    if (r != NULL && r->ask == ASK_FOLLOW)
        follow_bars(s, message);
    if (r == NULL || r->ask != ASK_BARS)
        return;
    for (size_t i = 0; i < m->bars.n && r != NULL; i++) {
        struct bar bar;
        if (!bar_of_wire(&m->bars.items[i], &s->config.zones, &bar)) {
            end_badly(s, r, m->bars.items[i].date);
            return;
        }
        request_row(s, r, &bar, sizeof bar);
        r = request_find(s, m->req_id);
    }
    if (r != NULL && s->version < WIRE_SINCE_HISTORICAL_DATA_END)
        request_end(s, r, NULL);
}

void history_rows_end(struct session *s, int32_t id)
{
    struct request *r = request_find(s, id);
    if (r != NULL && (r->ask == ASK_BARS || r->ask == ASK_FOLLOW))
        request_end(s, r, NULL);
}

void history_head(struct session *s, const void *message)
{
    const struct wire_rep_head_timestamp *m = message;
    struct request *r = request_find(s, m->req_id);
    if (r == NULL || r->ask != ASK_HEAD)
        return;
    int64_t seconds;
    struct opt_utc t = time_of_text(m->head_timestamp, &s->config.zones);
    if (!t.has && str_to_i64(m->head_timestamp, &seconds) && seconds > INT64_MIN / NS_PER_S &&
        seconds < INT64_MAX / NS_PER_S)
        t = (struct opt_utc){{seconds * NS_PER_S}, true};
    if (!t.has) {
        end_badly(s, r, m->head_timestamp);
        return;
    }
    if (r->answer != NULL)
        r->answer->time = t.v;
    request_end(s, r, NULL);
}

/* "20260413-09:30:00", local to a zone that is named apart. */
static struct opt_utc session_time(const struct session *s, struct str text, struct str zone)
{
    char joined[80];
    struct str day;
    if (!str_cut(&text, '-', &day))
        return (struct opt_utc){{0}, false};
    int n = snprintf(joined, sizeof joined, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(day),
                     STR_ARG(text), STR_ARG(zone));
    if (n < 0 || (size_t)n >= sizeof joined)
        return (struct opt_utc){{0}, false};
    return time_of_text(STR_NAME(joined), &s->config.zones);
}

void history_schedule(struct session *s, const void *message)
{
    const struct wire_rep_historical_schedule *m = message;
    struct request *r = request_find(s, m->req_id);
    for (size_t i = 0; i < m->sessions.n && r != NULL && r->ask == ASK_SCHEDULE; i++) {
        const struct wire_hist_session *from = &m->sessions.items[i];
        int64_t date;
        if (from->ref_date.n != 8 || !str_to_i64(from->ref_date, &date) || date < 19000101) {
            end_badly(s, r, from->ref_date);
            return;
        }
        struct past_session row = {(int32_t)date,
                                   session_time(s, from->start_date_time, m->time_zone),
                                   session_time(s, from->end_date_time, m->time_zone)};
        request_row(s, r, &row, sizeof row);
        r = request_find(s, m->req_id);
    }
    if (r != NULL && r->ask == ASK_SCHEDULE)
        request_end(s, r, NULL);
}
