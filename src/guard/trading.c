/* SPDX-License-Identifier: MIT */
#include "guard/trading.h"

#include "guard/value.h"

#include <assert.h>
#include <string.h>

static const char *const state_texts[] = {
    [GATE_ACTIVE] = "active", [GATE_REDUCING] = "reducing", [GATE_HALTED] = "halted"};
static const char *const cause_texts[] = {[GATE_CAUSE_REQUEST] = "request",
                                          [GATE_CAUSE_LOSS] = "loss",
                                          [GATE_CAUSE_BREAKER] = "breaker",
                                          [GATE_CAUSE_BREAK] = "break"};

const char *gate_trading_text(enum gate_trading s)
{
    return state_texts[s];
}

const char *gate_cause_text(enum gate_cause c)
{
    return cause_texts[c];
}

void trading_init(struct trading *t)
{
    *t = (struct trading){0};
}

/* ---- arming ---- */

int64_t trading_armed_ms(const struct trading *t, struct str account, struct moment now)
{
    if (!t->arm.until.has || !account.n || !str_eq(STR_NAME(t->arm.account), account))
        return 0;
    int64_t wall = (t->arm.until.v.ns - now.wall.ns) / NS_PER_MS;
    int64_t mono = (t->arm.until_mono.ns - now.mono.ns) / NS_PER_MS;
    int64_t left = wall < mono ? wall : mono;
    return left > 0 ? left : 0;
}

/* ---- the circuit breaker ---- */

void trading_failure(struct trading *t, struct instant now)
{
    t->failures[t->failure_count++ % TRADING_FAILURES_MAX] = now;
}

int64_t trading_failures(const struct trading *t, int64_t window_s, struct instant now)
{
    size_t fresh = t->failure_count - t->failures_told;
    int64_t n = 0;
    if (fresh > TRADING_FAILURES_MAX)
        fresh = TRADING_FAILURES_MAX;
    for (size_t i = 0; i < fresh; i++) {
        struct instant at = t->failures[(t->failure_count - 1 - i) % TRADING_FAILURES_MAX];
        n += instant_ms_since(at, now) < window_s * 1000;
    }
    return n;
}

/* ---- the day's marks ---- */

static struct day_mark *mark_of(struct trading *t, struct str account)
{
    for (size_t i = 0; i < t->mark_count; i++)
        if (str_eq(STR_NAME(t->marks[i].account), account))
            return &t->marks[i];
    if (t->mark_count == TRADING_MARKS_MAX)
        return NULL;
    struct day_mark *m = &t->marks[t->mark_count++];
    *m = (struct day_mark){.day = INT64_MIN};
    str_copy_cut(m->account, sizeof m->account, account);
    return m;
}

const struct day_mark *trading_marks(const struct trading *t, struct str account)
{
    for (size_t i = 0; i < t->mark_count; i++)
        if (str_eq(STR_NAME(t->marks[i].account), account))
            return &t->marks[i];
    return NULL;
}

bool trading_mark(struct trading *t, struct str account, int64_t day, struct dec value)
{
    struct day_mark *m = mark_of(t, account);
    if (!m)
        return false;
    if (day > m->day) {
        m->day = day;
        m->start = m->peak = m->saved = value;
        m->is_latched = false;
        return true;
    }
    m->peak = dec_max(m->peak, value);
    /* each tick upwards is not worth a record: a thousandth is */
    if (dec_cmp(m->peak, price_moved(m->saved, DEC_MICRO(100000), 1)) < 0)
        return false;
    m->saved = m->peak;
    return true;
}

struct opt_dec loss_pct(struct dec from, struct dec loss)
{
    struct dec pct;
    if (dec_sign(from) <= 0 ||
        !dec_div(amount_times(dec_max(loss, DEC_ZERO), DEC(100)), from, &pct))
        return DEC_NONE;
    return DEC_SOME(pct);
}

/* ---- as JSON ---- */

static void put(struct json_writer *w, const char *key, const char *text)
{
    json_key(w, key);
    json_text(w, text);
}

static void put_time(struct json_writer *w, const char *key, struct opt_utc at)
{
    if (!at.has)
        return;
    json_key(w, key);
    json_time(w, at.v);
}

static void finish(struct json_writer *w)
{
    bool ok = json_writer_done(w);
    assert(ok); /* all texts are bounded */
}

void trading_write_state(const struct trading *t, struct buf *out)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    put(&w, "trading", gate_trading_text(t->state));
    put(&w, "cause", gate_cause_text(t->cause));
    put_time(&w, "since", t->since);
    put(&w, "by", t->by);
    put(&w, "why", t->why);
    json_end_object(&w);
    finish(&w);
}

void trading_write_arm(const struct trading *t, struct buf *out)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    put(&w, "armed", t->arm.account);
    put(&w, "by", t->arm.by);
    put_time(&w, "from", t->arm.from);
    put_time(&w, "until", t->arm.until);
    json_end_object(&w);
    finish(&w);
}

void trading_write_marks(const struct trading *t, struct buf *out)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    json_key(&w, "marks");
    json_begin_array(&w);
    for (size_t i = 0; i < t->mark_count; i++) {
        const struct day_mark *m = &t->marks[i];
        json_begin_object(&w);
        put(&w, "account", m->account);
        json_key(&w, "day");
        json_i64(&w, m->day);
        json_key(&w, "start");
        json_dec(&w, m->start);
        json_key(&w, "peak");
        json_dec(&w, m->peak);
        json_key(&w, "latched");
        json_bool(&w, m->is_latched);
        json_end_object(&w);
    }
    json_end_array(&w);
    json_end_object(&w);
    finish(&w);
}

static int choice_of(struct str text, const char *const *texts, int n)
{
    for (int i = 0; i < n; i++)
        if (str_eq(text, str_of(texts[i])))
            return i;
    return -1;
}

static void get_name(const struct json *j, const char *key, char *out, size_t cap)
{
    str_copy_cut(out, cap, json_get_str(j, str_of(key)));
}

bool trading_read_state(struct trading *t, const struct json *j)
{
    int state = choice_of(json_get_str(j, STR("trading")), state_texts, 3);
    int cause = choice_of(json_get_str(j, STR("cause")), cause_texts, 4);
    if (state < 0 || cause < 0)
        return false;
    t->state = (enum gate_trading)state;
    t->cause = (enum gate_cause)cause;
    t->since.has = utc_parse(json_get_str(j, STR("since")), &t->since.v);
    get_name(j, "by", t->by, sizeof t->by);
    get_name(j, "why", t->why, sizeof t->why);
    return true;
}

bool trading_read_arm(struct trading *t, const struct json *j, struct moment now)
{
    struct str account = json_get_str(j, STR("armed"));
    if (!account.n)
        return json_get(j, STR("armed")) != NULL;
    struct utc from, until;
    if (!utc_parse(json_get_str(j, STR("from")), &from) ||
        !utc_parse(json_get_str(j, STR("until")), &until))
        return false;
    if (now.wall.ns < from.ns || now.wall.ns >= until.ns)
        return true; /* over, or the clock is not to be trusted */
    str_copy_cut(t->arm.account, sizeof t->arm.account, account);
    get_name(j, "by", t->arm.by, sizeof t->arm.by);
    t->arm.from = (struct opt_utc){from, true};
    t->arm.until = (struct opt_utc){until, true};
    t->arm.until_mono.ns = now.mono.ns + (until.ns - now.wall.ns);
    return true;
}

bool trading_read_marks(struct trading *t, const struct json *j)
{
    const struct json *row, *rows = json_get(j, STR("marks"));
    if (!rows)
        return false;
    for (size_t i = 0; (row = json_at(rows, i)) != NULL; i++) {
        struct day_mark *m = mark_of(t, json_get_str(row, STR("account")));
        if (!m || !json_to_i64(json_get(row, STR("day")), &m->day) ||
            !json_to_dec(json_get(row, STR("start")), &m->start) ||
            !json_to_dec(json_get(row, STR("peak")), &m->peak))
            return false;
        (void)json_to_bool(json_get(row, STR("latched")), &m->is_latched);
        m->saved = m->peak;
    }
    return true;
}
