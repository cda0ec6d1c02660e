/* SPDX-License-Identifier: MIT */
#include "market/events.h"

#include "broker/convert.h"
#include "data/csv.h"
#include "data/ics.h"
#include "data/json.h"
#include "market/schedule.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 3 };

void event_list_init(struct event_list *l, struct arena *arena, size_t room)
{
    *l = (struct event_list){.rows = ARENA_MANY(arena, struct company_event, room), .room = room};
}

/* A new row, or NULL if there is no more room. */
static struct company_event *add(struct event_list *l)
{
    if (l->n == l->room) {
        l->is_full = true;
        return NULL;
    }
    struct company_event *r = &l->rows[l->n++];
    *r = (struct company_event){.day = 0};
    return r;
}

/* "20261126" and "2026-11-26", perhaps with a time behind it. */
static bool parse_day(struct str text, int64_t *out)
{
    char digits[9];
    size_t n = 0, at = 0;
    int64_t v;
    text = str_trim(text);
    for (; at < text.n && n < 8; at++) {
        if (text.p[at] >= '0' && text.p[at] <= '9')
            digits[n++] = text.p[at];
        else if (text.p[at] != '-' || (n != 4 && n != 6))
            return false;
    }
    if (n != 8 || (at < text.n && text.p[at] >= '0' && text.p[at] <= '9') ||
        !str_to_i64((struct str){digits, 8}, &v))
        return false;
    int year = (int)(v / 10000), month = (int)(v / 100 % 100), day = (int)(v % 100), y, m, d;
    *out = civil_to_days(year, month, day);
    civil_from_days(*out, &y, &m, &d);
    return year >= 1970 && y == year && m == month && d == day;
}

/* ---- the broker's calendar ---- */

static const struct wsh_kind {
    const char *code, *kind, *title;
    const char *days[3]; /* members of `data` that hold its day, where index_date is missing */
} KINDS[] = {
    {"wshe_ed", "earnings", "Earnings", {"earnings_date", NULL, NULL}},
    {"wshe_eps", "earnings_report", "Earnings report", {"earnings_date", "announce_date", NULL}},
    {"wshe_fq", "earnings_expected", "Earnings of a coming quarter", {"earnings_date", NULL, NULL}},
    {"wshe_div", "dividend", "Dividend", {"ex_div_date", "pay_date", NULL}},
    {"wshe_divsr",
     "dividend_change",
     "Dividend suspended or resumed",
     {"announce_date", NULL, NULL}},
    {"wshe_splits", "split", "Split", {"ex_date", "effective_date", NULL}},
    {"wshe_spinoffs", "spinoff", "Spin-off", {"ex_date", "announce_date", NULL}},
    {"wshe_sh", "meeting", "Shareholder meeting", {"meeting_date", NULL, NULL}},
    {"wshe_bod", "board_meeting", "Board meeting", {"meeting_date", NULL, NULL}},
    {"wshe_cc", "call", "Conference call", {"call_date", NULL, NULL}},
    {"wshe_ic", "conference", "Investor conference", {"start_date", NULL, NULL}},
    {"wshe_option", "expiry", "Option expiry", {"expiration_date", NULL, NULL}},
    {"wshe_ipo", "ipo", "Initial public offering", {"ipo_date", NULL, NULL}},
    {"wshe_merg_acq", "merger", "Merger or acquisition", {"announce_date", NULL, NULL}},
    {"wshe_secondary", "offering", "Secondary offering", {"announce_date", NULL, NULL}},
    {"wshe_buybacks", "buyback", "Buyback", {"announce_date", NULL, NULL}},
    {"wshe_sec", "filing", "Filing due", {"filing_due_date", NULL, NULL}},
    {"wshe_qe", "quarter_end", "End of the quarter", {"quarter_end_date", NULL, NULL}},
    {"wshe_idx", "index_change", "Index change", {"effective_date", NULL, NULL}},
};

static const struct wsh_kind *kind_of(struct str code)
{
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (str_is(code, KINDS[i].code))
            return &KINDS[i];
    return NULL;
}

static bool day_of_event(const struct json *event, const struct json *data,
                         const struct wsh_kind *kind, int64_t *out)
{
    if (parse_day(json_get_str(event, STR("index_date")), out))
        return true;
    for (size_t i = 0; kind && i < 3 && kind->days[i]; i++)
        if (parse_day(json_get_str(data, str_of(kind->days[i])), out))
            return true;
    return false;
}

/* The members that say something, as "time_of_day: After Market; ..." */
static void fill_detail(const struct json *data, struct company_event *r)
{
    struct buf b;
    char own[80];
    buf_init(&b, sizeof r->detail - 1);
    for (size_t i = 0; data && i < data->n; i++) {
        const struct json *m = &data->items[i];
        bool is_link = str_find_str(m->text, STR("://")) < m->text.n;
        bool is_id = str_ends(m->key, STR("_id")) || str_starts(m->key, STR("wsh_"));
        if ((m->kind != JSON_STRING && m->kind != JSON_NUMBER) || !m->text.n || is_link || is_id ||
            b.n + m->key.n + 64 > sizeof r->detail)
            continue;
        clean_text(own, 60, m->text);
        buf_add_f(&b, "%s" STR_FMT ": %s", b.n ? "; " : "", STR_ARG(str_sub(m->key, 0, 40)), own);
    }
    clean_text(r->detail, sizeof r->detail, buf_str(&b));
    buf_fini(&b);
}

static void take_event(const struct json *event, struct event_list *out)
{
    struct str code = json_get_str(event, STR("event_type"));
    const struct json *data = json_get(event, STR("data"));
    const struct wsh_kind *kind = kind_of(code);
    struct str status = json_get_str(data, STR("wshe_earnings_date_status"));
    int64_t day;
    if (!day_of_event(event, data, kind, &day))
        return;
    struct company_event *r = add(out);
    if (!r)
        return;
    r->day = day;
    clean_text(r->kind, sizeof r->kind, kind ? str_of(kind->kind) : code);
    struct str said = json_get_str(event, STR("index_date_type"));
    clean_text(r->title, sizeof r->title, kind ? str_of(kind->title) : said.n ? said : code);
    r->is_estimated = status.n > 0 && !str_ieq(status, STR("CONFIRMED"));
    fill_detail(data, r);
}

/* Events stand in a list, which may be a member of an object. */
static void walk(const struct json *j, int depth, struct event_list *out)
{
    if (json_get_str(j, STR("event_type")).n) {
        take_event(j, out);
        return;
    }
    if (depth == DEPTH_MAX || (j->kind != JSON_ARRAY && j->kind != JSON_OBJECT))
        return;
    for (size_t i = 0; i < j->n; i++)
        walk(&j->items[i], depth + 1, out);
}

bool events_of_broker(struct str json, struct arena *arena, struct event_list *out, struct error *e)
{
    if (!str_trim(json).n)
        return true;
    const struct json *j = json_parse(json, arena, e);
    if (!j)
        return false;
    walk(j, 0, out);
    return true;
}

/* ---- a user's files ---- */

/* Words that tell the kind where the file does not. */
static void guess_kind(struct company_event *r)
{
    static const char *const words[] = {"earnings", "dividend", "split", "meeting", "expiry"};
    char lower[EVENT_TITLE_MAX];
    size_t n = strlen(r->title);
    for (size_t i = 0; i <= n; i++)
        lower[i] = (char)(r->title[i] >= 'A' && r->title[i] <= 'Z' ? r->title[i] - 'A' + 'a'
                                                                   : r->title[i]);
    const char *found = "other";
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(lower, words[i])) {
            found = words[i];
            break;
        }
    (void)snprintf(r->kind, sizeof r->kind, "%s", found);
}

/* "AAPL: earnings", "AAPL earnings": a first word in capitals is taken for a symbol. */
static void guess_symbol(struct company_event *r)
{
    size_t n = 0;
    bool has_letter = false;
    for (; r->title[n] && !strchr(" :-,", r->title[n]); n++) {
        char c = r->title[n];
        bool fits = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
        has_letter = has_letter || (c >= 'A' && c <= 'Z');
        if (!fits)
            return;
    }
    if (has_letter && n > 0 && n < 12 && r->title[n])
        str_copy_cut(r->symbol, sizeof r->symbol, (struct str){r->title, n});
}

bool events_of_ics(struct str text, const struct tz_zones *zones, struct arena *arena,
                   struct event_list *out, struct error *e)
{
    struct ics *reader = ARENA_NEW(arena, struct ics);
    struct ics_event ev;
    bool end;
    ics_init(reader, text, zones, arena);
    for (;;) {
        if (!ics_next(reader, &ev, &end, e))
            return false;
        if (end)
            return true;
        if (ev.is_cancelled)
            continue;
        struct company_event *r = add(out);
        if (!r)
            return true;
        r->day = ev.day;
        r->time = ev.start;
        r->recurs = ev.recurs;
        clean_text(r->title, sizeof r->title, ev.summary);
        clean_text(r->detail, sizeof r->detail, ev.description);
        guess_symbol(r);
        struct str first = str_sub(ev.categories, 0, str_find(ev.categories, ',', 0));
        clean_text(r->kind, sizeof r->kind, str_trim(first));
        if (!r->kind[0])
            guess_kind(r);
    }
}

/* Columns by their name in the first row. */
enum column { SYMBOL, DATE, KIND, TITLE, TIME, ZONE, COLUMNS };
static const char *const COLUMN_NAMES[COLUMNS] = {"symbol", "date", "kind",
                                                  "title",  "time", "zone"};

static bool read_header(const struct csv *c, size_t at[COLUMNS], struct error *e)
{
    for (int k = 0; k < COLUMNS; k++) {
        at[k] = c->n;
        for (size_t i = 0; i < c->n; i++)
            if (str_ieq(str_trim(c->cells[i]), str_of(COLUMN_NAMES[k])))
                at[k] = i;
        if (k <= DATE && at[k] == c->n) {
            error_set(e, ERROR_INVALID, "CSV", "line %zu: there is no column '%s'", c->line,
                      COLUMN_NAMES[k]);
            return error_next(e,
                              "the first row names the columns: symbol,date,kind,title,time,zone");
        }
    }
    return true;
}

static struct str cell(const struct csv *c, size_t at)
{
    return at < c->n ? str_trim(c->cells[at]) : STR("");
}

/* "16:30" in a zone; without a zone the day alone is told. */
static struct opt_utc time_of(struct str clock, struct str zone, const struct tz_zones *zones,
                              int64_t day)
{
    const struct tz *tz = schedule_zone(zone, zones);
    int64_t hour, minute;
    struct civil c = {0};
    if (!tz || clock.n != 5 || clock.p[2] != ':' || !str_to_i64(str_sub(clock, 0, 2), &hour) ||
        !str_to_i64(str_sub(clock, 3, 5), &minute) || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59)
        return (struct opt_utc){0};
    civil_from_days(day, &c.year, &c.month, &c.day);
    c.hour = (int)hour;
    c.minute = (int)minute;
    return (struct opt_utc){tz_utc(tz, c, NULL), true};
}

bool events_of_csv(struct str text, const struct tz_zones *zones, struct arena *arena,
                   struct event_list *out, struct error *e)
{
    struct csv *c = ARENA_NEW(arena, struct csv);
    size_t at[COLUMNS];
    csv_init(c, text, arena);
    if (!csv_next(c, e) || !read_header(c, at, e))
        return false;
    for (;;) {
        int64_t day;
        if (!csv_next(c, e))
            return false;
        if (c->n == 0)
            return true;
        if (!parse_day(cell(c, at[DATE]), &day)) {
            error_set(e, ERROR_INVALID, "CSV", "line %zu: '" STR_FMT "' is no day", c->line,
                      STR_ARG(str_sub(cell(c, at[DATE]), 0, 32)));
            return error_next(e, "write it as 2026-11-26");
        }
        struct company_event *r = add(out);
        if (!r)
            return true;
        r->day = day;
        r->time = time_of(cell(c, at[TIME]), cell(c, at[ZONE]), zones, day);
        clean_text(r->symbol, sizeof r->symbol, cell(c, at[SYMBOL]));
        clean_text(r->title, sizeof r->title, cell(c, at[TITLE]));
        clean_text(r->kind, sizeof r->kind, cell(c, at[KIND]));
        if (!r->kind[0])
            guess_kind(r);
    }
}
