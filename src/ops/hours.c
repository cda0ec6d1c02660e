/* SPDX-License-Identifier: MIT */
/*
 * hours: is a market open, when does that change, and when does it trade on the next days?
 *
 * Of a contract the broker tells the sessions of about a week; the tables of model/calendar.h tell
 * of other days, and of exchanges that are asked for by name. Every row says where it is from. What
 * neither tells stays unknown.
 */
#include "market/hours.h"
#include "market/aliases.h"
#include "market/schedule.h"
#include "ops/days.h"
#include "ops/op.h"

#include <stdio.h>

enum { MARKET_ROWS_MAX = 64, LISTINGS_MAX = 3, DAYS_MAX = 30, DAY_MIN = 1440, TEXT_MAX = 80 };

/* ---- input ---- */

struct hours_in {
    struct list markets;
    struct str from;
    int64_t days;
};
static const struct field hours_in_fields[] = {
    FIELD(struct hours_in, markets, .required = true, .positional = true, .min = "1", .max = "50",
          .doc = "Exchanges (NYSE, XETR, Tokyo) or symbols (AAPL, EUR/USD)",
          .example = "NYSE,XETR"),
    FIELD(struct hours_in, from, .doc = "First day listed, 2026-12-24; today if absent",
          .example = "2026-12-24"),
    FIELD(struct hours_in, days, .initial = "5", .min = "0", .max = "30",
          .doc = "How many days are listed"),
};
static const struct type hours_in_type = TYPE_OF(struct hours_in, hours_in_fields);

/* ---- output ---- */

struct market_row {
    struct str asked, market, exchange, name, state, time_zone;
    struct opt_bool is_open;
    struct opt_utc changes_at;
    struct str changes_local;
    struct opt_int minutes_left;
    struct str today, origin, why_unknown, error, error_code, next;
};
static const struct field market_row_fields[] = {
    FIELD(struct market_row, asked, .doc = "As it was asked for"),
    FIELD(struct market_row, market, .doc = "exchange or contract", .wide = true),
    FIELD(struct market_row, exchange, .doc = "Exchange"),
    FIELD(struct market_row, name, .doc = "Name of the market or instrument", .wide = true),
    FIELD(struct market_row, state,
          .doc = "open, extended (outside regular hours), closed or unknown"),
    FIELD(struct market_row, is_open, .doc = "Regular trading now; null if unknown", .wide = true),
    FIELD(struct market_row, changes_at, .doc = "When it closes, or opens next, UTC"),
    FIELD(struct market_row, changes_local, .doc = "The same by the exchange's clock"),
    FIELD(struct market_row, minutes_left, .doc = "Minutes until then", .unit = "min"),
    FIELD(struct market_row, today, .doc = "Regular hours of today, by the exchange's clock"),
    FIELD(struct market_row, time_zone, .doc = "Time zone of the exchange"),
    FIELD(struct market_row, origin,
          .doc = "broker: its own list of sessions; calendar: tables in this program"),
    FIELD(struct market_row, why_unknown, .doc = "Why something is null", .wide = true),
    FIELD(struct market_row, error, .doc = "What went wrong for this entry"),
    FIELD(struct market_row, error_code, .doc = "The same as a stable code", .wide = true),
    FIELD(struct market_row, next, .doc = "What to do about it", .wide = true),
};
static const struct type market_row_type = TYPE_OF(struct market_row, market_row_fields);

struct day_row {
    struct str asked, day, weekday, hours, extended, note, origin;
};
static const struct field day_row_fields[] = {
    FIELD(struct day_row, asked, .doc = "Entry that it belongs to"),
    FIELD(struct day_row, day, .doc = "Trading day, by the exchange's clock"),
    FIELD(struct day_row, weekday, .doc = "Its weekday"),
    FIELD(struct day_row, hours, .doc = "Regular hours; two spans with a break; null if unknown"),
    FIELD(struct day_row, extended, .doc = "All hours in which orders can trade", .wide = true),
    FIELD(struct day_row, note, .doc = "regular, short, weekend, holiday, closed or unknown"),
    FIELD(struct day_row, origin, .doc = "broker or calendar"),
};
static const struct type day_row_type = TYPE_OF(struct day_row, day_row_fields);

struct hours_out {
    struct list markets, sessions;
};
static const struct field hours_out_fields[] = {
    FIELD(struct hours_out, markets, .of = &market_row_type, .doc = "One row an entry"),
    FIELD(struct hours_out, sessions, .of = &day_row_type, .aside = true,
          .doc = "The days asked for, of each entry"),
};
static const struct type hours_out_type = TYPE_OF(struct hours_out, hours_out_fields);

/* ---- one market ---- */

struct place {
    struct str asked;
    const struct tz *zone;
    const struct calendar *calendar;        /* NULL: there is none */
    const struct contract_details *details; /* NULL: an exchange */
    struct schedule regular, any;           /* as the broker told; is_told false for an exchange */
};

/* "17:00(-1)": on the day before. */
static size_t put_time(char *out, size_t cap, int64_t minute, int64_t day)
{
    int64_t own = minute / DAY_MIN, clock = minute % DAY_MIN;
    if (own == day + 1 && clock == 0) {
        own = day;
        clock = DAY_MIN;
    }
    int n = own == day ? snprintf(out, cap, "%02d:%02d", (int)(clock / 60), (int)(clock % 60))
                       : snprintf(out, cap, "%02d:%02d(%+d)", (int)(clock / 60), (int)(clock % 60),
                                  (int)(own - day));
    return n > 0 ? (size_t)n : 0;
}

/* The spans of a trading day, which is that of their close. STR_NONE if the day is not known. */
static struct str spans_text(struct call *c, const struct schedule *s, int64_t day)
{
    char text[TEXT_MAX] = "";
    size_t n = 0;
    if (!s->is_told || day < s->first_day || day > s->last_day)
        return STR_NONE;
    for (size_t i = 0; i < s->n; i++) {
        if ((s->spans[i].close_min - 1) / DAY_MIN != day || n + 32 > sizeof text)
            continue;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", n ? ", " : "");
        n += put_time(text + n, sizeof text - n, s->spans[i].open_min, day);
        n += (size_t)snprintf(text + n, sizeof text - n, "-");
        n += put_time(text + n, sizeof text - n, s->spans[i].close_min, day);
    }
    return n ? arena_str(c->arena, str_of(text)) : STR("closed");
}

/* What the calendar knows around a day. */
static struct schedule of_calendar(const struct place *p, int64_t day)
{
    struct schedule s = {.n = 0};
    if (p->calendar)
        schedule_of_calendar(p->calendar, day - 1, day + DAYS_MAX, &s);
    return s;
}

static struct str note_of(const struct place *p, struct str hours, int64_t day)
{
    enum { SATURDAY = 5 };
    if (!hours.p)
        return STR("unknown");
    if (!str_eq(hours, STR("closed")))
        return p->calendar && calendar_session(p->calendar, day, NULL) &&
                       calendar_is_short(p->calendar, day) && !str_eq(hours, STR("00:00-24:00"))
                   ? STR("short")
                   : STR("regular");
    if (civil_weekday(day) >= SATURDAY)
        return STR("weekend");
    return p->calendar && !calendar_session(p->calendar, day, NULL) ? STR("holiday")
                                                                    : STR("closed");
}

static struct day_row day_of(struct call *c, const struct place *p, const struct schedule *calendar,
                             int64_t day)
{
    static const char *const weekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    struct day_row r = {.asked = p->asked,
                        .day = day_text(c->arena, day),
                        .weekday = str_of(weekdays[civil_weekday(day)]),
                        .hours = spans_text(c, &p->regular, day),
                        .extended = spans_text(c, &p->any, day),
                        .origin = STR("broker")};
    if (!r.hours.p) {
        r.hours = spans_text(c, calendar, day);
        r.origin = r.hours.p ? STR("calendar") : STR_NONE;
    }
    r.note = note_of(p, r.hours, day);
    return r;
}

static enum market_state state_by(const struct schedule *s, const struct tz *zone, struct utc now)
{
    switch (schedule_at(s, zone, now)) {
    case SCHEDULE_OPEN:
        return MARKET_OPEN;
    case SCHEDULE_CLOSED:
        return MARKET_CLOSED;
    default:
        return MARKET_UNKNOWN;
    }
}

static void put_change(struct call *c, struct market_row *r, const struct place *p, struct utc now,
                       struct opt_utc change)
{
    r->changes_at = change;
    if (!change.has)
        return;
    struct civil l = tz_civil(p->zone, change.v);
    r->changes_local =
        arena_f(c->arena, "%04d-%02d-%02d %02d:%02d", l.year, l.month, l.day, l.hour, l.minute);
    int64_t seconds = (change.v.ns - now.ns + NS_PER_S - 1) / NS_PER_S;
    r->minutes_left = (struct opt_int){(seconds + 59) / 60, true};
}

static void put_state(struct call *c, struct market_row *r, const struct place *p)
{
    struct utc now = task_now(c->task).wall;
    int64_t today = schedule_day(p->zone, now);
    struct schedule calendar = of_calendar(p, today);
    enum market_state state = MARKET_UNKNOWN;
    const struct schedule *by = &p->regular;
    r->origin = STR("broker");
    if (p->details)
        state = market_state_at(p->details, &c->core->zones, now);
    if (state == MARKET_UNKNOWN && p->calendar) { /* the broker's list is of other days */
        state = state_by(&calendar, p->zone, now);
        by = &calendar;
        r->origin = STR("calendar");
    }
    r->state = str_of(market_state_text(state));
    r->is_open = (struct opt_bool){state == MARKET_OPEN, state != MARKET_UNKNOWN};
    struct opt_utc change = schedule_change(by, p->zone, now);
    if (!change.has && state == MARKET_CLOSED)
        change = schedule_change(&calendar, p->zone, now);
    put_change(c, r, p, now, change);
    r->today = spans_text(c, by, today);
    if (state == MARKET_UNKNOWN) {
        r->origin = STR_NONE;
        r->why_unknown = STR("neither the broker nor a calendar tells about this day");
        call_incomplete(c, "HOURS_UNKNOWN: " STR_FMT ": " STR_FMT, STR_ARG(p->asked),
                        STR_ARG(r->why_unknown));
    } else if (!change.has) {
        r->why_unknown = STR("the next change lies beyond what is told");
    }
}

/* ---- which markets ---- */

struct listing {
    struct place place;
    struct market_row row;
};

static void put_error(struct call *c, struct market_row *r, const struct error *e)
{
    r->state = str_of(market_state_text(MARKET_UNKNOWN));
    call_row_error(c, e, &r->error, &r->error_code, &r->next);
    call_incomplete(c, "%s: %s", e->reason, e->text);
}

static void no_zone(struct call *c, struct listing *l, const char *name)
{
    struct error e;
    error_set(&e, ERROR_UNAVAILABLE, "NO_ZONE", "the time zone '%s' is not known here", name);
    error_next(&e, "install the system's time zone files (tzdata)");
    put_error(c, &l->row, &e);
}

/* An exchange by its name: its calendar. */
static struct listing of_exchange(struct call *c, struct str asked, struct str code,
                                  const struct calendar *calendar)
{
    struct listing l = {.place = {.asked = asked, .calendar = calendar},
                        .row = {.asked = asked,
                                .market = STR("exchange"),
                                .exchange = arena_str(c->arena, code),
                                .name = str_of(calendar_name(calendar)),
                                .time_zone = str_of(calendar_zone(calendar))}};
    l.place.zone = schedule_zone(str_of(calendar_zone(calendar)), &c->core->zones);
    if (l.place.zone)
        put_state(c, &l.row, &l.place);
    else
        no_zone(c, &l, calendar_zone(calendar));
    return l;
}

static struct listing of_contract(struct call *c, struct str asked,
                                  const struct contract_details *d)
{
    const struct contract *k = &d->contract;
    char name[64];
    struct str exchange = STR_NAME(k->primary_exchange[0] ? k->primary_exchange : k->exchange);
    struct listing l = {.place = {.asked = asked, .details = d},
                        .row = {.asked = asked,
                                .market = STR("contract"),
                                .exchange = arena_str(c->arena, exchange),
                                .name = call_text(c, d->long_name),
                                .time_zone = call_text(c, d->time_zone)}};
    if (!l.row.name.p)
        l.row.name = arena_str(c->arena, str_of(contract_name(k, name, sizeof name)));
    l.place.calendar = schedule_calendar(exchange);
    l.place.zone = schedule_zone(STR_NAME(d->time_zone), &c->core->zones);
    schedule_read(STR_NAME(d->liquid_hours), &l.place.regular);
    schedule_read(STR_NAME(d->trading_hours), &l.place.any);
    if (l.place.zone)
        put_state(c, &l.row, &l.place);
    else
        no_zone(c, &l, d->time_zone);
    return l;
}

/* The calendar that a name means, unless it is rather a symbol. */
static const struct calendar *named_exchange(struct str asked, struct str *code)
{
    const char *known = alias_exchange(str_trim(asked));
    *code = known ? str_of(known) : str_trim(asked);
    return schedule_calendar(*code);
}

static bool list_markets(struct call *c, const struct hours_in *args, struct listing *out,
                         size_t *count)
{
    const struct str *asked = args->markets.items;
    size_t n = args->markets.n, symbols = 0;
    struct resolve_question *q = ARENA_MANY(c->arena, struct resolve_question, n);
    struct str account = STR_NONE, code;
    for (size_t i = 0; i < n; i++)
        if (!named_exchange(asked[i], &code))
            q[symbols++] = (struct resolve_question){.text = asked[i]};
    if (symbols && (!call_needs_broker(c) || !call_account(c, STR_NONE, &account) ||
                    !resolve(c->task, c->core->resolver, account, q, symbols, &c->error)))
        return false;
    size_t at = 0, next = 0;
    for (size_t i = 0; i < n && at < MARKET_ROWS_MAX; i++) {
        const struct calendar *calendar = named_exchange(asked[i], &code);
        if (calendar) {
            out[at++] = of_exchange(c, asked[i], code, calendar);
            continue;
        }
        const struct resolve_question *own = &q[next++];
        if (!own->count) {
            out[at] = (struct listing){.row = {.asked = asked[i]}};
            put_error(c, &out[at++].row, &own->error);
        }
        for (size_t k = 0; k < own->count && k < LISTINGS_MAX && at < MARKET_ROWS_MAX; k++)
            out[at++] = of_contract(c, asked[i], &own->found[k]);
    }
    *count = at;
    return true;
}

/* ---- the days ---- */

static void list_days(struct call *c, const struct listing *l, bool is_named, int64_t from,
                      size_t days, struct list *out)
{
    int64_t start = is_named ? from : schedule_day(l->place.zone, task_now(c->task).wall);
    struct schedule calendar = of_calendar(&l->place, start);
    struct day_row *rows = out->items;
    for (size_t i = 0; i < days; i++)
        rows[out->n++] = day_of(c, &l->place, &calendar, start + (int64_t)i);
    int year, month, date;
    civil_from_days(start + (int64_t)days, &year, &month, &date);
    if (l->place.calendar && year > CALENDAR_LAST_YEAR)
        call_warn(c,
                  "CALENDAR_ENDS: " STR_FMT ": after %d only holidays that follow a rule are "
                  "known",
                  STR_ARG(l->place.asked), CALENDAR_LAST_YEAR);
}

static bool get_market_hours(struct call *c, const void *in, void *result)
{
    const struct hours_in *args = in;
    struct hours_out *out = result;
    struct listing *l = ARENA_MANY(c->arena, struct listing, MARKET_ROWS_MAX);
    size_t n, days = (size_t)args->days;
    bool is_named = args->from.n > 0;
    int64_t from = 0;
    if (!day_argument(args->from, "from", &from, &c->error) || !list_markets(c, args, l, &n))
        return false;
    struct market_row *rows = ARENA_MANY(c->arena, struct market_row, n);
    out->sessions.items = ARENA_MANY(c->arena, struct day_row, n * days);
    bool has_calendar = false;
    for (size_t i = 0; i < n; i++) {
        rows[i] = l[i].row;
        has_calendar = has_calendar || str_eq(rows[i].origin, STR("calendar"));
        if (l[i].place.zone)
            list_days(c, &l[i], is_named, from, days, &out->sessions);
    }
    out->markets = (struct list){rows, n};
    if (has_calendar && c->core->is_embedded && !c->core->settings->values.paper.sessions)
        call_warn(c, "PAPER_HOURS: the paper exchange trades around the clock; a calendar tells "
                     "the hours of the real market");
    return true;
}

/* ---- the table ---- */

static const char *const hours_phrases[] = {"Is {markets} open", "When does {markets} open",
                                            "Market hours of {markets}", NULL};
static const struct op hours_ops[] = {
    {.name = "get_market_hours",
     .title = "Market hours",
     .doc = "Whether exchanges or the markets of symbols are open, until when, and the hours of "
            "coming days (holidays, half days, breaks), local and UTC. Unknown is null.",
     .in = &hours_in_type,
     .out = &hours_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/hours/{markets}",
     .verb = "hours",
     .example = "hours NYSE,XETR",
     .category = "research",
     .phrases = hours_phrases,
     .run = get_market_hours},
};
const struct op_set hours_op_set = {hours_ops, sizeof hours_ops / sizeof hours_ops[0]};
