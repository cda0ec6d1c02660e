/* SPDX-License-Identifier: MIT */
#include "broker/research.h"

#include "broker/convert.h"
#include "broker/state.h"
#include "wire/reply.h"
#include "wire/value.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOW_MS = 30000, /* news and events come from servers behind the broker's */
    SCAN_MS = 20000,
    AFTER_FIRST_MS = 1000, /* headlines come in bursts */
    DAY_TEXT_MAX = 16,
    FIGURES_MAX = 1000
};

/* One question: `message` goes out under the id of the new request, which each of these messages
 * has as its first member; NULL for a message without one. */
static bool ask_rows(struct task *t, struct session *s, struct answer *a, enum ask kind,
                     int64_t timeout_ms, const struct quota_ask *quota, int id, void *message,
                     struct error *e)
{
    s->now = task_now(t);
    answer_init(a, t);
    struct request *r = request_new(s, kind, 0, a, e);
    if (r == NULL)
        return false;
    r->timeout_ms = timeout_ms;
    struct wire_id *to = message;
    if (to != NULL)
        to->req_id = r->id;
    return request_send(s, r, PACING_QUESTION, quota, id, message, e) && answer_wait(a, e);
}

/* ---- options ---- */

bool query_option_classes(struct task *t, struct session *s, const struct contract *underlying,
                          struct option_class **out, size_t *count, struct error *e)
{
    assert(underlying->con_id != 0);
    struct answer a;
    void *rows = NULL;
    struct wire_req_sec_def_opt_params m = {.underlying_symbol = STR_NAME(underlying->symbol),
                                            .underlying_sec_type =
                                                str_of(sec_type_text(underlying->sec_type)),
                                            .underlying_con_id = underlying->con_id};
    if (underlying->sec_type == SEC_FUT)
        m.fut_fop_exchange = STR_NAME(underlying->exchange);
    bool ok =
        ask_rows(t, s, &a, ASK_OPTION_CLASSES, SLOW_MS, NULL, WIRE_REQ_SEC_DEF_OPT_PARAMS, &m, e) &&
        answer_rows(&a, sizeof **out, &rows, count, e);
    *out = rows;
    answer_fini(&a);
    return ok;
}

static int by_number(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static int by_dec(const void *a, const void *b)
{
    return dec_cmp(*(const struct dec *)a, *(const struct dec *)b);
}

static void read_expiries(const struct wire_strs *from, struct arena *arena,
                          struct option_class *to)
{
    size_t n = from->n < OPTION_EXPIRIES_MAX ? from->n : OPTION_EXPIRIES_MAX;
    to->expiries = ARENA_MANY(arena, int32_t, n);
    for (size_t i = 0; i < n; i++) {
        int64_t day;
        if (str_to_i64(from->items[i], &day) && day >= 19700101 && day <= 99991231)
            to->expiries[to->expiry_count++] = (int32_t)day;
    }
    if (to->expiry_count > 0)
        qsort(to->expiries, to->expiry_count, sizeof *to->expiries, by_number);
}

void research_option_class(struct session *s, const void *message)
{
    const struct wire_rep_sec_def_opt_param *m = message;
    struct request *r = request_find(s, m->req_id);
    if (r == NULL || r->ask != ASK_OPTION_CLASSES || r->answer == NULL)
        return;
    struct arena *arena = task_arena(r->answer->task);
    size_t strikes = m->strikes.n < OPTION_STRIKES_MAX ? m->strikes.n : OPTION_STRIKES_MAX;
    struct option_class row = {.exchange = ""};
    if (!arena_has(arena, OPTION_EXPIRIES_MAX * sizeof(int32_t) + strikes * sizeof(struct dec) +
                              4 * sizeof(struct dec))) {
        struct error e;
        error_set(&e, ERROR_LIMIT, "ANSWER_MAX",
                  "the underlying has more options than a call "
                  "may hold");
        request_end(s, r, &e);
        return;
    }
    clean_text(row.exchange, sizeof row.exchange, m->exchange);
    clean_text(row.trading_class, sizeof row.trading_class, m->trading_class);
    clean_text(row.multiplier, sizeof row.multiplier, m->multiplier);
    read_expiries(&m->expirations, arena, &row);
    row.strikes = ARENA_MANY(arena, struct dec, strikes);
    for (size_t i = 0; i < strikes; i++) {
        struct opt_dec strike = wire_dec_of_double(m->strikes.items[i]);
        if (strike.has)
            row.strikes[row.strike_count++] = strike.v;
    }
    if (row.strike_count > 0)
        qsort(row.strikes, row.strike_count, sizeof *row.strikes, by_dec);
    request_row(s, r, &row, sizeof row);
}

/* ---- rankings ---- */

bool query_scan(struct task *t, struct session *s, const struct scan_question *q,
                struct scan_hit **out, size_t *count, struct error *e)
{
    static const struct quota_ask quota = {.class = QUOTA_SCANNER};
    assert(q->rows >= 1 && q->rows <= SCAN_ROWS_MAX);
    struct answer a;
    void *rows = NULL;
    struct wire_req_scanner_subscription m = WIRE_REQ_SCANNER_SUBSCRIPTION_DEFAULT;
    m.number_of_rows = q->rows;
    m.instrument = q->instrument;
    m.location_code = q->location;
    m.scan_code = q->code;
    m.stock_type_filter = q->stock_type;
    m.filter_options = q->filters;
    bool ok = ask_rows(t, s, &a, ASK_SCAN, SCAN_MS, &quota, WIRE_REQ_SCANNER_SUBSCRIPTION, &m, e) &&
              answer_rows(&a, sizeof **out, &rows, count, e);
    *out = rows;
    answer_fini(&a);
    return ok;
}

/* The first ranking is the answer: the subscription that made it ends with it. */
void research_scan(struct session *s, const void *message)
{
    const struct wire_rep_scanner_data *m = message;
    struct request *r = request_find(s, m->req_id);
    if (r == NULL || r->ask != ASK_SCAN)
        return;
    for (size_t i = 0; i < m->rows.n && i < SCAN_ROWS_MAX && r != NULL; i++) {
        const struct wire_scan_row *from = &m->rows.items[i];
        struct scan_hit row = {.rank = from->rank};
        contract_of_wire(&from->contract, &row.contract);
        clean_text(row.distance, sizeof row.distance, from->distance);
        clean_text(row.benchmark, sizeof row.benchmark, from->benchmark);
        clean_text(row.projection, sizeof row.projection, from->projection);
        request_row(s, r, &row, sizeof row);
        r = request_find(s, m->req_id);
    }
    struct wire_id cancel = {m->req_id};
    session_send_own(s, PACING_REST, WIRE_REQ_CANCEL_SCANNER_SUBSCRIPTION, &cancel);
    if (r != NULL)
        request_end(s, r, NULL);
}

bool research_is_empty(const struct request *r, int code, struct str text)
{
    enum { NO_HISTORY = 162, ABOUT_HISTORY = 165 };
    struct str none = STR("no items retrieved");
    return r->ask == ASK_SCAN && (code == NO_HISTORY || code == ABOUT_HISTORY) &&
           str_find_str(text, none) < text.n;
}

/* ---- texts ---- */

/* A single text is an answer of one row: its bytes. */
static bool take_text(struct answer *a, struct str *out, struct error *e)
{
    void *rows = NULL;
    size_t n;
    if (!answer_rows(a, 1, &rows, &n, e))
        return false;
    *out = (struct str){rows, n};
    return true;
}

void research_text(struct session *s, struct request *r, struct str text)
{
    int32_t id = r->id;
    if (text.n > 0)
        request_row(s, r, text.p, text.n);
    if ((r = request_find(s, id)) != NULL)
        request_end(s, r, NULL);
}

bool query_scan_parameters(struct task *t, struct session *s, struct str *xml, struct error *e)
{
    struct answer a;
    bool ok = ask_rows(t, s, &a, ASK_SCAN_PARAMETERS, SLOW_MS, NULL, WIRE_REQ_SCANNER_PARAMETERS,
                       NULL, e) &&
              take_text(&a, xml, e);
    answer_fini(&a);
    return ok;
}

/* ---- news ---- */

bool query_news_sources(struct task *t, struct session *s, struct news_source **out, size_t *count,
                        struct error *e)
{
    struct answer a;
    void *rows = NULL;
    bool ok =
        ask_rows(t, s, &a, ASK_NEWS_SOURCES, SLOW_MS, NULL, WIRE_REQ_NEWS_PROVIDERS, NULL, e) &&
        answer_rows(&a, sizeof **out, &rows, count, e);
    *out = rows;
    answer_fini(&a);
    return ok;
}

void research_news_sources(struct session *s, const void *message)
{
    const struct wire_rep_news_providers *m = message;
    struct request *r = request_oldest(s, ASK_NEWS_SOURCES);
    if (r == NULL)
        return;
    int32_t id = r->id;
    for (size_t i = 0; i < m->providers.n && r != NULL; i++) {
        struct news_source row;
        clean_text(row.code, sizeof row.code, m->providers.items[i].provider_code);
        clean_text(row.name, sizeof row.name, m->providers.items[i].provider_name);
        request_row(s, r, &row, sizeof row);
        r = request_find(s, id);
    }
    if (r != NULL)
        request_end(s, r, NULL);
}

/* "2026-11-23 09:30:00.0", in UTC. */
static struct str news_time(struct opt_utc t, char out[32])
{
    if (!t.has)
        return STR("");
    struct civil c = civil_of_utc(t.v);
    (void)snprintf(out, 32, "%04d-%02d-%02d %02d:%02d:%02d.0", c.year % 10000, c.month % 100,
                   c.day % 100, c.hour % 100, c.minute % 100, c.second % 100);
    return str_of(out);
}

bool query_headlines(struct task *t, struct session *s, const struct news_question *q,
                     struct headline **out, size_t *count, bool *more, struct error *e)
{
    assert(q->limit >= 1 && q->limit <= HEADLINES_MAX);
    struct answer a;
    void *rows = NULL;
    char from[32], to[32];
    struct wire_req_historical_news m = {.con_id = q->con_id,
                                         .provider_codes = q->providers,
                                         .start_date_time = news_time(q->from, from),
                                         .end_date_time = news_time(q->to, to),
                                         .total_results = q->limit};
    bool ok = ask_rows(t, s, &a, ASK_HEADLINES, SLOW_MS, NULL, WIRE_REQ_HISTORICAL_NEWS, &m, e) &&
              answer_rows(&a, sizeof **out, &rows, count, e);
    *out = rows;
    *more = a.has_more;
    answer_fini(&a);
    return ok;
}

/* "{A:800015:L:en:K:0.97:C:0.97}Apple rises": a provider's figures about the headline come first,
 * of several languages at once at times. What stands in front of a '!' is of that kind too. */
static struct str without_figures(struct str text)
{
    if (text.n < 3 || text.p[0] != '{' || text.p[2] != ':')
        return text;
    size_t end = str_find(text, '}', 0);
    if (end == text.n || end > FIGURES_MAX)
        return text;
    struct str rest = str_trim(str_sub(text, end + 1, text.n));
    return rest.n > 0 && rest.p[0] == '!' ? str_trim(str_sub(rest, 1, rest.n)) : rest;
}

static void fill_headline(struct headline *row, struct str provider, struct str id, struct str text)
{
    clean_text(row->provider, sizeof row->provider, provider);
    clean_text(row->article_id, sizeof row->article_id, id);
    clean_text(row->text, sizeof row->text, without_figures(str_trim(text)));
}

/* As news_time writes it; other forms are absent. */
static struct opt_utc parse_news_time(struct str text)
{
    struct str digits[6];
    int64_t v[6];
    static const size_t at[6] = {0, 5, 8, 11, 14, 17}, width[6] = {4, 2, 2, 2, 2, 2};
    if (text.n < 19)
        return (struct opt_utc){0};
    for (size_t i = 0; i < 6; i++) {
        digits[i] = str_sub(text, at[i], at[i] + width[i]);
        if (!str_to_i64(digits[i], &v[i]) || v[i] < 0)
            return (struct opt_utc){0};
    }
    if (v[0] < 1970 || v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > 31 || v[3] > 23 || v[4] > 59 ||
        v[5] > 60 || text.p[4] != '-' || text.p[13] != ':')
        return (struct opt_utc){0};
    struct civil c = {(int)v[0], (int)v[1], (int)v[2], (int)v[3], (int)v[4], (int)v[5], 0};
    return (struct opt_utc){utc_of_civil(c), true};
}

void research_headline(struct session *s, const void *message)
{
    const struct wire_rep_historical_news *m = message;
    struct request *r = request_find(s, m->req_id);
    if (r == NULL || r->ask != ASK_HEADLINES)
        return;
    struct headline row = {.time = parse_news_time(m->time)};
    fill_headline(&row, m->provider_code, m->article_id, m->headline);
    request_row(s, r, &row, sizeof row);
}

void research_headlines_end(struct session *s, const void *message)
{
    const struct wire_rep_historical_news_end *m = message;
    struct request *r = request_find(s, m->req_id);
    if (r == NULL || r->ask != ASK_HEADLINES)
        return;
    if (r->answer != NULL)
        r->answer->has_more = m->has_more;
    request_end(s, r, NULL);
}

bool query_new_headlines(struct task *t, struct session *s, const struct contract *c,
                         struct str providers, int64_t wait_ms, struct headline **out,
                         size_t *count, struct error *e)
{
    assert(c->con_id != 0 && wait_ms > 0);
    struct answer a;
    void *rows = NULL;
    struct wire_req_mkt_data m = WIRE_REQ_CONTRACT_DEFAULT;
    contract_to_wire(c, &m.contract);
    if (m.contract.exchange.n == 0)
        m.contract.exchange = STR("SMART");
    m.generic_tick_list = providers.n > 0
                              ? arena_f(task_arena(t), "mdoff,292:" STR_FMT, STR_ARG(providers))
                              : STR("mdoff,292");
    bool ok = ask_rows(t, s, &a, ASK_NEW_HEADLINES, wait_ms, NULL, WIRE_REQ_MKT_DATA, &m, e) &&
              answer_rows(&a, sizeof **out, &rows, count, e);
    *out = rows;
    answer_fini(&a);
    return ok;
}

void research_tick_news(struct session *s, const void *message)
{
    const struct wire_rep_tick_news *m = message;
    struct request *r = request_find(s, m->req_id);
    if (r == NULL || r->ask != ASK_NEW_HEADLINES)
        return;
    struct headline row = {.article_id = ""};
    if (m->timestamp > 0 && m->timestamp < INT64_MAX / NS_PER_MS)
        row.time = (struct opt_utc){{m->timestamp * NS_PER_MS}, true};
    fill_headline(&row, m->provider_code, m->article_id, m->headline);
    r->deadline = instant_min(r->deadline, instant_after_ms(s->now.mono, AFTER_FIRST_MS));
    request_row(s, r, &row, sizeof row);
}

bool query_article(struct task *t, struct session *s, struct str provider, struct str article_id,
                   struct str *out, struct error *e)
{
    struct answer a;
    struct wire_req_news_article m = {.provider_code = provider, .article_id = article_id};
    bool ok = ask_rows(t, s, &a, ASK_ARTICLE, SLOW_MS, NULL, WIRE_REQ_NEWS_ARTICLE, &m, e) &&
              take_text(&a, out, e);
    answer_fini(&a);
    return ok;
}

void research_article(struct session *s, const void *message)
{
    enum { TEXT_ARTICLE = 0 };
    const struct wire_rep_news_article *m = message;
    struct request *r = request_find(s, m->req_id);
    struct error e;
    if (r == NULL || r->ask != ASK_ARTICLE)
        return;
    if (m->article_type != TEXT_ARTICLE) {
        error_set(&e, ERROR_INVALID, "NOT_TEXT", "the article is a document, not a text");
        error_next(&e, "read it in TWS");
        request_end(s, r, &e);
    } else if (m->article_text.n > ARTICLE_MAX) {
        error_set(&e, ERROR_LIMIT, "ARTICLE_MAX", "the article is longer than %d bytes",
                  ARTICLE_MAX);
        request_end(s, r, &e);
    } else {
        research_text(s, r, m->article_text);
    }
}

/* ---- corporate events ---- */

bool events_not_subscribed(int broker_code)
{
    return broker_code == 10276 || broker_code == 10277 || broker_code == 10279;
}

/* The broker answers no question about events before its description of them has been asked for
 * on the same connection. */
static bool open_events(struct task *t, struct session *s, struct error *e)
{
    if (s->knows_events)
        return true;
    struct answer a;
    struct str description;
    struct wire_id m = {0};
    bool ok = ask_rows(t, s, &a, ASK_EVENT_KINDS, SLOW_MS, NULL, WIRE_REQ_WSH_META_DATA, &m, e) &&
              take_text(&a, &description, e);
    answer_fini(&a);
    return ok; /* research_events has noted it: the session may be gone by now */
}

static struct str day_text(int32_t day, char out[DAY_TEXT_MAX])
{
    if (day == 0)
        return STR("");
    (void)snprintf(out, DAY_TEXT_MAX, "%08d", (int)day);
    return str_of(out);
}

bool query_events(struct task *t, struct session *s, int32_t con_id, int32_t from_day,
                  int32_t to_day, struct str *json, struct error *e)
{
    struct answer a;
    char from[DAY_TEXT_MAX], to[DAY_TEXT_MAX];
    struct wire_req_wsh_event_data m = WIRE_REQ_WSH_EVENT_DATA_DEFAULT;
    if (!open_events(t, s, e))
        return false;
    m.con_id = con_id;
    m.start_date = day_text(from_day, from);
    m.end_date = day_text(to_day, to);
    m.total_limit = EVENTS_MAX;
    bool ok = ask_rows(t, s, &a, ASK_EVENTS, SLOW_MS, NULL, WIRE_REQ_WSH_EVENT_DATA, &m, e) &&
              take_text(&a, json, e);
    answer_fini(&a);
    return ok;
}

void research_events(struct session *s, const void *message)
{
    const struct wire_rep_wsh_meta_data *m = message;
    struct request *r = request_find(s, m->req_id);
    if (r == NULL || (r->ask != ASK_EVENTS && r->ask != ASK_EVENT_KINDS))
        return;
    s->knows_events = true;
    /* the description is long and of no further use */
    research_text(s, r, r->ask == ASK_EVENTS ? m->data_json : STR(""));
}
