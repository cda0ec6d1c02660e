/* SPDX-License-Identifier: MIT */
/*
 * events: what is coming up for holdings and symbols: earnings and dividends by the broker's
 * calendar or by files of the user, expiries of what is held, days on which markets are closed.
 *
 * Who told what, and who could not be asked, stands in the answer: an account without a
 * subscription is told so and does not get an empty list.
 */
#include "market/events.h"
#include "broker/research.h"
#include "data/ics.h"
#include "market/resolver.h"
#include "market/schedule.h"
#include "ops/days.h"
#include "ops/op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SUBJECTS_MAX = 50,
    ASKED_MAX = 20, /* contracts that the broker's calendar is asked about */
    SPAN_DEFAULT = 30,
    SPAN_MAX = 400,
    SOURCES_MAX = 80,
    CALENDAR_ROOM = 512 << 10
};

/* ---- input ---- */

enum format { FORMAT_ROWS, FORMAT_ICS };
static const char *const formats[] = {"rows", "ics", NULL};

struct events_in {
    struct list symbols;
    struct str from, to;
    struct list kinds;
    unsigned format;
    int64_t limit;
    struct str account;
};
static const struct field events_in_fields[] = {
    FIELD(struct events_in, symbols, .positional = true, .max = "50", .example = "AAPL,ASML",
          .doc = "Symbols; what is held, if absent"),
    FIELD(struct events_in, from, .doc = "First day; today if absent", .example = "2026-12-01"),
    FIELD(struct events_in, to, .doc = "Last day; 30 days later if absent",
          .example = "2026-12-31"),
    FIELD(struct events_in, kinds, .max = "50", .example = "earnings,dividend",
          .doc = "earnings, dividend, split, meeting, expiry, holiday ...; all"),
    FIELD(struct events_in, format, .choices = formats, .initial = "rows",
          .doc = "ics adds a calendar file to import or subscribe to"),
    FIELD(struct events_in, limit, .initial = "50", .min = "1", .max = "500",
          .doc = "At most so many events"),
    FIELD(struct events_in, account, .doc = "Account whose holdings are meant"),
};
static const struct type events_in_type = TYPE_OF(struct events_in, events_in_fields);

/* ---- output ---- */

struct event_row {
    struct str day;
    int64_t days_left;
    struct opt_utc time;
    struct str symbol, kind, title, detail;
    struct opt_bool confirmed;
    struct str origin;
};
static const struct field event_row_fields[] = {
    FIELD(struct event_row, day, .doc = "Day"),
    FIELD(struct event_row, days_left, .doc = "Days until then", .unit = "d"),
    FIELD(struct event_row, time, .doc = "Time, UTC; null where the day alone is known"),
    FIELD(struct event_row, symbol, .doc = "Symbol, or the market that is closed"),
    FIELD(struct event_row, kind, .doc = "earnings, dividend, split, expiry, holiday and others"),
    FIELD(struct event_row, title, .doc = "What it is; outside text"),
    FIELD(struct event_row, detail, .doc = "What else its source tells; outside text"),
    FIELD(struct event_row, confirmed, .doc = "False: its source calls it an estimate"),
    FIELD(struct event_row, origin, .doc = "broker, file:NAME, contract or calendar"),
};
static const struct type event_row_type = TYPE_OF(struct event_row, event_row_fields);

struct source_row {
    struct str origin, state, text, next;
    int64_t events;
};
static const struct field source_row_fields[] = {
    FIELD(struct source_row, origin, .doc = "Who was asked"),
    FIELD(struct source_row, state, .doc = "used, not_subscribed, none or failed"),
    FIELD(struct source_row, events, .doc = "Events within the days asked for"),
    FIELD(struct source_row, text, .doc = "Why it failed"),
    FIELD(struct source_row, next, .doc = "What to do about it"),
};
static const struct type source_row_type = TYPE_OF(struct source_row, source_row_fields);

struct events_out {
    struct str from, to;
    struct list events, sources;
    struct str calendar;
};
static const struct field events_out_fields[] = {
    FIELD(struct events_out, from, .doc = "First day"),
    FIELD(struct events_out, to, .doc = "Last day"),
    FIELD(struct events_out, events, .of = &event_row_type, .doc = "By day"),
    FIELD(struct events_out, sources, .of = &source_row_type, .aside = true,
          .doc = "Who was asked, and what came of it"),
    FIELD(struct events_out, calendar, .lines = true, .doc = "The same as a calendar file"),
};
static const struct type events_out_type = TYPE_OF(struct events_out, events_out_fields);

/* ---- collecting ---- */

/* An event and who told it. */
struct told {
    struct company_event event;
    struct str origin;
};

struct diary {
    struct call *c;
    const struct events_in *in;
    int64_t first, last, today;
    struct contract_details contracts[SUBJECTS_MAX];
    struct str asked[SUBJECTS_MAX]; /* as the user wrote it */
    size_t contract_count;
    struct told *told;
    size_t n;
    struct source_row sources[SOURCES_MAX];
    size_t source_count;
};

static struct source_row *source(struct diary *d, struct str origin, const char *state)
{
    struct source_row *r =
        &d->sources[d->source_count < SOURCES_MAX ? d->source_count++ : SOURCES_MAX - 1];
    *r = (struct source_row){.origin = origin, .state = str_of(state)};
    return r;
}

static void failed(struct diary *d, struct str origin, const struct error *e)
{
    struct source_row *r = source(d, origin, "failed");
    r->text = arena_str(d->c->arena, str_of(e->text));
    r->next = call_text(d->c, e->next);
    call_incomplete(d->c, "%s: " STR_FMT ": %s", e->reason, STR_ARG(origin), e->text);
}

static bool is_wanted(const struct diary *d, const struct company_event *ev)
{
    const struct str *kinds = d->in->kinds.items;
    if (ev->day < d->first || ev->day > d->last)
        return false;
    for (size_t i = 0; i < d->in->kinds.n; i++)
        if (str_ieq(str_trim(kinds[i]), STR_NAME(ev->kind)))
            return true;
    return d->in->kinds.n == 0;
}

static bool keep(struct diary *d, const struct company_event *ev, struct str origin)
{
    if (!is_wanted(d, ev) || d->n == EVENT_ROWS_MAX)
        return false;
    d->told[d->n++] = (struct told){*ev, origin};
    return true;
}

/* ---- which contracts ---- */

static void hold(struct diary *d, const struct contract_details *details, struct str asked)
{
    if (d->contract_count == SUBJECTS_MAX)
        return;
    d->contracts[d->contract_count] = *details;
    d->asked[d->contract_count++] = asked;
}

static void hold_positions(struct diary *d, struct str account)
{
    const struct position *p;
    for (size_t i = 0; book_next_position(d->c->core->book, &i, account, &p);) {
        struct contract_details details = {.contract = p->contract};
        if (!dec_is_zero(p->quantity) && p->contract.sec_type != SEC_CASH)
            hold(d, &details, STR_NAME(p->contract.symbol));
    }
}

static bool find_contracts(struct diary *d)
{
    struct call *c = d->c;
    const struct str *symbols = d->in->symbols.items;
    size_t n = d->in->symbols.n;
    struct str account;
    if (!call_needs_broker(c) || !call_account(c, d->in->account, &account))
        return false;
    if (n == 0) {
        hold_positions(d, account);
        return true;
    }
    struct resolve_question *q = ARENA_MANY(c->arena, struct resolve_question, n);
    for (size_t i = 0; i < n; i++)
        q[i] = (struct resolve_question){.text = symbols[i]};
    if (!resolve(c->task, c->core->resolver, account, q, n, &c->error))
        return false;
    for (size_t i = 0; i < n; i++)
        if (q[i].count)
            hold(d, &q[i].found[0], symbols[i]);
        else
            failed(d, symbols[i], &q[i].error);
    return true;
}

/* ---- the broker's calendar ---- */

static bool ask_broker(struct diary *d)
{
    struct call *c = d->c;
    struct event_list list;
    struct source_row *row = NULL;
    size_t asked = 0;
    event_list_init(&list, c->arena, EVENTS_MAX);
    for (size_t i = 0; i < d->contract_count && asked < ASKED_MAX; i++) {
        const struct contract *k = &d->contracts[i].contract;
        struct str json;
        struct error e = {0};
        if (k->sec_type != SEC_STK)
            continue;
        asked++;
        if (!query_events(c->task, c->core->session, k->con_id, day_ymd(d->first), day_ymd(d->last),
                          &json, &e)) {
            if (e.code == ERROR_TIMEOUT || e.code == ERROR_UNAVAILABLE) {
                c->error = e;
                return false;
            }
            if (!events_not_subscribed(e.broker_code)) {
                failed(d, STR_NAME(k->symbol), &e);
                continue;
            }
            row = source(d, STR("broker"), "not_subscribed");
            row->text = arena_f(c->arena, "broker code %d: %s", e.broker_code, e.text);
            row->next = STR("subscribe to Wall Street Horizon at the broker, or put .ics and .csv "
                            "files into the directory of events.directory");
            call_incomplete(c, "NOT_SUBSCRIBED: the account has no subscription to the broker's "
                               "calendar of company events");
            return true;
        }
        row = row ? row : source(d, STR("broker"), "used");
        list.n = 0;
        if (!events_of_broker(json, c->arena, &list, &e))
            failed(d, STR_NAME(k->symbol), &e);
        for (size_t m = 0; m < list.n; m++) {
            str_copy_cut(list.rows[m].symbol, sizeof list.rows[m].symbol, STR_NAME(k->symbol));
            row->events += keep(d, &list.rows[m], STR("broker"));
        }
    }
    return true;
}

/* ---- files ---- */

/* Of one of the contracts, or of none: then it is of everybody, unless symbols were named. */
static bool is_about(const struct diary *d, const struct company_event *ev)
{
    for (size_t i = 0; i < d->contract_count; i++)
        if (str_ieq(STR_NAME(ev->symbol), STR_NAME(d->contracts[i].contract.symbol)) ||
            str_ieq(STR_NAME(ev->symbol), d->asked[i]))
            return true;
    return d->in->symbols.n == 0 && !ev->symbol[0];
}

static void read_file(struct diary *d, const struct event_file *f)
{
    struct call *c = d->c;
    struct event_list list;
    struct error e = {0};
    struct str origin = arena_f(c->arena, "file:" STR_FMT, STR_ARG(f->name));
    event_list_init(&list, c->arena, EVENT_ROWS_MAX);
    bool is_csv = str_ends(f->name, STR(".csv"));
    bool ok = is_csv ? events_of_csv(f->text, &c->core->zones, c->arena, &list, &e)
                     : events_of_ics(f->text, &c->core->zones, c->arena, &list, &e);
    if (!ok)
        failed(d, origin, &e);
    if (list.is_full)
        call_incomplete(c, "FILE_MAX: " STR_FMT ": the first %d events are read", STR_ARG(origin),
                        EVENT_ROWS_MAX);
    struct source_row *row = ok ? source(d, origin, "used") : NULL;
    for (size_t i = 0; i < list.n; i++)
        if (is_about(d, &list.rows[i]) && keep(d, &list.rows[i], origin) && row)
            row->events++;
}

static void read_files(struct diary *d)
{
    struct call *c = d->c;
    const struct event_files *files = &c->core->event_files;
    struct event_file *found;
    struct error e = {0};
    size_t n = 0;
    if (!files->read || !files->read(files->self, c->arena, &found, &n, &e)) {
        if (files->read)
            failed(d, STR("files"), &e);
        return;
    }
    for (size_t i = 0; i < n; i++)
        read_file(d, &found[i]);
}

/* ---- what follows from contracts and calendars ---- */

static void add_expiries(struct diary *d)
{
    for (size_t i = 0; i < d->contract_count; i++) {
        const struct contract *k = &d->contracts[i].contract;
        struct company_event ev = {.kind = "expiry"};
        bool expires = k->sec_type == SEC_OPT || k->sec_type == SEC_FOP || k->sec_type == SEC_FUT ||
                       k->sec_type == SEC_WAR;
        if (!expires || !day_parse(STR_NAME(k->expiry), &ev.day))
            continue;
        (void)snprintf(ev.symbol, sizeof ev.symbol, "%s", k->symbol);
        (void)contract_name(k, ev.title, sizeof ev.title);
        (void)snprintf(ev.detail, sizeof ev.detail, "last day of trade");
        (void)keep(d, &ev, STR("contract"));
    }
}

static void add_closed_days(struct diary *d, const struct calendar *calendar)
{
    enum { SATURDAY = 5 };
    for (int64_t day = d->first; day <= d->last; day++) {
        struct company_event ev = {.day = day, .kind = "holiday"};
        struct calendar_session s;
        bool is_open = calendar_session(calendar, day, &s);
        if (civil_weekday(day) >= SATURDAY || (is_open && !calendar_is_short(calendar, day)))
            continue;
        (void)snprintf(ev.symbol, sizeof ev.symbol, "%s", calendar_code(calendar));
        if (is_open)
            (void)snprintf(ev.title, sizeof ev.title, "%s closes early, at %02d:%02d",
                           calendar_name(calendar), s.close_min / 60, s.close_min % 60);
        else
            (void)snprintf(ev.title, sizeof ev.title, "%s is closed", calendar_name(calendar));
        (void)keep(d, &ev, STR("calendar"));
    }
}

static void add_holidays(struct diary *d)
{
    const struct calendar *seen[SUBJECTS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < d->contract_count; i++) {
        const struct contract *k = &d->contracts[i].contract;
        const struct calendar *own = schedule_calendar(STR_NAME(k->primary_exchange));
        own = own ? own : schedule_calendar(STR_NAME(k->exchange));
        bool is_new = own != NULL;
        for (size_t m = 0; m < n && is_new; m++)
            is_new = seen[m] != own;
        if (!is_new)
            continue;
        seen[n++] = own;
        add_closed_days(d, own);
    }
    int year, month, day;
    civil_from_days(d->last, &year, &month, &day);
    if (n && year > CALENDAR_LAST_YEAR)
        call_warn(d->c, "CALENDAR_ENDS: after %d only holidays that follow a rule are known",
                  CALENDAR_LAST_YEAR);
}

/* ---- the answer ---- */

static int by_day(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    if (x->event.day != y->event.day)
        return x->event.day < y->event.day ? -1 : 1;
    int d = strcmp(x->event.symbol, y->event.symbol);
    d = d ? d : strcmp(x->event.kind, y->event.kind);
    return d ? d : strcmp(x->event.title, y->event.title);
}

static void fill_rows(struct diary *d, struct events_out *out)
{
    struct call *c = d->c;
    size_t limit = (size_t)d->in->limit, n = d->n < limit ? d->n : limit;
    struct event_row *rows = ARENA_MANY(c->arena, struct event_row, n);
    if (d->n > 0)
        qsort(d->told, d->n, sizeof *d->told, by_day);
    if (n < d->n)
        call_warn(c, "LIMITED: the first %zu of %zu events are shown", n, d->n);
    for (size_t i = 0; i < n; i++) {
        const struct company_event *ev = &d->told[i].event;
        bool is_told = str_eq(d->told[i].origin, STR("broker"));
        rows[i] = (struct event_row){.day = day_text(c->arena, ev->day),
                                     .days_left = ev->day - d->today,
                                     .time = ev->time,
                                     .symbol = call_text(c, ev->symbol),
                                     .kind = call_text(c, ev->kind),
                                     .title = call_text(c, ev->title),
                                     .detail = call_text(c, ev->detail),
                                     .confirmed = {!ev->is_estimated, is_told},
                                     .origin = d->told[i].origin};
    }
    out->events = (struct list){rows, n};
}

/* Each event has an id that stays the same, so that a calendar that reads it again knows it. */
static struct str calendar_text(struct diary *d, size_t n)
{
    struct call *c = d->c;
    struct buf b;
    buf_init(&b, CALENDAR_ROOM);
    ics_begin(&b, STR("Portcullis: events"));
    for (size_t i = 0; i < n; i++) {
        const struct company_event *ev = &d->told[i].event;
        char id[32];
        size_t k = 0;
        for (; k + 1 < sizeof id && ev->kind[k]; k++)
            id[k] = (char)(ev->kind[k] == ' ' ? '-' : ev->kind[k]);
        id[k] = '\0';
        struct ics_event one = {
            .uid = arena_f(c->arena, "%s-%s-%d@portcullis", ev->symbol[0] ? ev->symbol : "all", id,
                           (int)day_ymd(ev->day)),
            .summary = ev->symbol[0] ? arena_f(c->arena, "%s: %s", ev->symbol, ev->title)
                                     : STR_NAME(ev->title),
            .description = STR_NAME(ev->detail),
            .categories = STR_NAME(ev->kind),
            .day = ev->day,
            .start = ev->time};
        ics_write(&b, &one, task_now(c->task).wall);
    }
    ics_end(&b);
    struct str text = arena_str(c->arena, buf_str(&b));
    if (b.failed)
        call_incomplete(c, "CALENDAR_MAX: the calendar file is cut off; ask for fewer events");
    buf_fini(&b);
    return text;
}

static bool read_days(struct diary *d)
{
    struct call *c = d->c;
    d->today = day_of_utc(task_now(c->task).wall);
    d->first = d->today;
    if (!day_argument(d->in->from, "from", &d->first, &c->error))
        return false;
    d->last = d->first + SPAN_DEFAULT;
    if (!day_argument(d->in->to, "to", &d->last, &c->error))
        return false;
    if (d->last >= d->first && d->last - d->first <= SPAN_MAX)
        return true;
    error_set(&c->error, ERROR_INVALID, "BAD_DAY", "the days asked for are 1 to %d, in their order",
              SPAN_MAX);
    return error_next(&c->error, "name `from` and a later `to`");
}

static bool get_events(struct call *c, const void *in, void *result)
{
    struct events_out *out = result;
    struct diary *d = ARENA_NEW(c->arena, struct diary);
    *d = (struct diary){.c = c, .in = in};
    d->told = ARENA_MANY(c->arena, struct told, EVENT_ROWS_MAX);
    if (!read_days(d) || !find_contracts(d) || !ask_broker(d))
        return false;
    read_files(d);
    add_expiries(d);
    add_holidays(d);
    fill_rows(d, out);
    struct source_row *sources = ARENA_MANY(c->arena, struct source_row, d->source_count);
    if (d->source_count)
        memcpy(sources, d->sources, d->source_count * sizeof *sources);
    out->sources = (struct list){sources, d->source_count};
    out->from = day_text(c->arena, d->first);
    out->to = day_text(c->arena, d->last);
    if (d->in->format == FORMAT_ICS)
        out->calendar = calendar_text(d, out->events.n);
    return true;
}

/* ---- the table ---- */

static const char *const events_phrases[] = {"Upcoming earnings and events for holdings",
                                             "Upcoming earnings and events for {symbols}", NULL};
static const struct op events_ops[] = {
    {.name = "get_events",
     .title = "Events",
     .doc = "Earnings, dividends and other dates of symbols or holdings, by the broker's calendar "
            "or the user's own files; expiries and market holidays. Says what is not subscribed.",
     .in = &events_in_type,
     .out = &events_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/events",
     .verb = "events",
     .example = "events AAPL,ASML",
     .category = "research",
     .phrases = events_phrases,
     .run = get_events},
};
const struct op_set events_op_set = {events_ops, sizeof events_ops / sizeof events_ops[0]};
