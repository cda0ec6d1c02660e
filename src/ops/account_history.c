/* SPDX-License-Identifier: MIT */
/*
 * account_history: what the account earned, and how it came there: from the closes and flows that
 * automation/chronicle keeps and statements complete.
 */
#include "automation/timeline.h"
#include "model/calendar.h"
#include "ops/gains.h"

enum { MONTHS_A_QUARTER = 3 };
#define ALL_DAYS 1000000 /* behind every day that is kept */

static struct str day_str(struct call *c, int64_t day)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    return arena_f(c->arena, "%04d-%02d-%02d", year, month, date);
}

/* ---- get_performance ---- */

enum period_name { OF_DAY, OF_WEEK, OF_MONTH, OF_QUARTER, OF_YEAR, OF_ALL, OF_COUNT };
static const char *const period_names[] = {"day", "week", "month", "quarter", "year", "all", NULL};

struct performance_in {
    struct str account;
    unsigned positions;
};
static const struct field performance_in_fields[] = {
    FIELD(struct performance_in, positions, .choices = period_names, .initial = "day",
          .doc = "Profit by position is of this period"),
    FIELD(struct performance_in, account, .doc = "Default: the connection's"),
};
static const struct type performance_in_type =
    TYPE_OF(struct performance_in, performance_in_fields);

struct period_row {
    struct str period, from, to;
    struct opt_utc since;
    struct opt_dec start, end, gain;
    struct opt_num time_weighted, money_weighted;
    struct dec deposits, withdrawals, dividends, interest, fees, other;
    bool complete;
    struct str note;
};
static const struct field period_row_fields[] = {
    FIELD(struct period_row, period, .doc = "day, week, month, quarter, year: to date; or all"),
    FIELD(struct period_row, from, .doc = "Close that it counts from"),
    FIELD(struct period_row, since, .doc = "When that value was taken", .wide = true),
    FIELD(struct period_row, to, .doc = "Day of its last value", .wide = true),
    FIELD(struct period_row, start, .doc = "Net liquidation then", .wide = true),
    FIELD(struct period_row, end, .doc = "Net liquidation now", .wide = true),
    FIELD(struct period_row, gain, .doc = "Change less what was put in, plus what was taken out"),
    FIELD(struct period_row, time_weighted, .unit = "ratio",
          .doc = "Time-weighted return of the period, not a year's"),
    FIELD(struct period_row, money_weighted, .unit = "ratio",
          .doc = "Money-weighted return of the period"),
    FIELD(struct period_row, deposits, .doc = "Put in, transfers too"),
    FIELD(struct period_row, withdrawals, .doc = "Taken out, above zero"),
    FIELD(struct period_row, dividends, .doc = "Part of the gain", .wide = true),
    FIELD(struct period_row, interest, .doc = "Part of the gain", .wide = true),
    FIELD(struct period_row, fees, .doc = "With taxes; part of the gain", .wide = true),
    FIELD(struct period_row, other, .doc = "Adjustments; part of the gain", .wide = true),
    FIELD(struct period_row, complete, .doc = "No close missed, no flow unexplained"),
    FIELD(struct period_row, note, .doc = "What is not as it should be"),
};
static const struct type period_row_type = TYPE_OF(struct period_row, period_row_fields);

struct performance_out {
    struct str base_currency;
    struct opt_dec net_liquidation, daily_pnl, realized_pnl, unrealized_pnl;
    struct str history_starts, position_period;
    struct list periods, positions;
};
static const struct field performance_out_fields[] = {
    FIELD(struct performance_out, base_currency, .doc = "Currency of all totals"),
    FIELD(struct performance_out, net_liquidation, .doc = "Net liquidation value"),
    FIELD(struct performance_out, daily_pnl, .doc = "Profit or loss of the day, by the broker"),
    FIELD(struct performance_out, realized_pnl, .doc = "Realised today, by the broker"),
    FIELD(struct performance_out, unrealized_pnl, .doc = "Unrealised, by the broker"),
    FIELD(struct performance_out, history_starts, .doc = "First close that is known"),
    FIELD(struct performance_out, periods, .of = &period_row_type, .doc = "Returns by period"),
    FIELD(struct performance_out, position_period, .doc = "Period of the profits by position"),
    FIELD(struct performance_out, positions, .of = &gain_row_type, .aside = true,
          .doc = "Profit or loss by position"),
};
static const struct type performance_out_type =
    TYPE_OF(struct performance_out, performance_out_fields);

/* What several steps need. */
struct reading {
    struct call *c;
    struct str account;
    struct timeline t;
    int64_t today; /* the newest day that is a session, up to the present local one */
};

static bool read_all(struct reading *r, struct str argument, int64_t from_day, int64_t to_day)
{
    struct call *c = r->c;
    const struct core *core = c->core;
    struct utc now = task_now(c->task).wall;
    if (!core->chronicle)
        return error_set(&c->error, ERROR_UNAVAILABLE, "NO_HISTORY",
                         "this program keeps no history of accounts");
    if (!call_account(c, argument, &r->account) ||
        !timeline_read(&r->t, core->db, r->account, from_day, to_day, c->arena, &c->error))
        return false;
    r->today = chronicle_local_day(core->chronicle, now);
    if (!calendar_session(chronicle_calendar(core->chronicle), r->today, NULL))
        r->today = calendar_previous(chronicle_calendar(core->chronicle), r->today);
    if (r->t.is_cut)
        call_incomplete(c, "the history is longer than can be read at once; ask for fewer days");
    return true;
}

/* The present value as a last point, if the broker tells one. */
static void add_now(struct reading *r)
{
    const struct core *core = r->c->core;
    struct opt_dec net = book_number(core->book, r->account, STR("NetLiquidation"), STR_NONE);
    if (session_is_ready(core->session) && net.has)
        timeline_add_now(&r->t, r->today, task_now(r->c->task).wall, net.v);
    else
        call_incomplete(r->c, "the broker is not connected: figures end at the last close known");
    if (!r->t.base.n)
        r->t.base = arena_str(r->c->arena, str_of(book_base_currency(core->book, r->account)));
}

/* The first day that a period does not count from: it counts from the close before. */
static int64_t first_day(enum period_name p, int64_t today)
{
    int year, month, day;
    civil_from_days(today, &year, &month, &day);
    switch (p) {
    case OF_DAY:
        return today;
    case OF_WEEK:
        return today - civil_weekday(today);
    case OF_MONTH:
        return civil_to_days(year, month, 1);
    case OF_QUARTER:
        return civil_to_days(year, month - (month - 1) % MONTHS_A_QUARTER, 1);
    case OF_YEAR:
        return civil_to_days(year, 1, 1);
    default:
        return INT64_MIN;
    }
}

static struct str stretch_note(struct call *c, const struct stretch *s, bool is_short,
                               struct str start_note)
{
    struct buf b;
    buf_init(&b, 512);
    if (is_short)
        buf_add_c(&b, "the history starts later; ");
    if (start_note.n)
        buf_add_f(&b, "counts from a value " STR_FMT "; ", STR_ARG(start_note));
    if (s->missed)
        buf_add_f(&b, "%zu close%s not seen; ", s->missed, s->missed == 1 ? "" : "s");
    if (s->is_unexplained)
        buf_add_c(&b, "cash moved while executions may have been missed: import a statement; ");
    if (s->unpriced)
        buf_add_f(&b, "%zu flow%s without a rate; ", s->unpriced, s->unpriced == 1 ? "" : "s");
    struct str text = buf_str(&b);
    text = text.n ? arena_str(c->arena, str_sub(text, 0, text.n - 2)) : STR_NONE;
    buf_fini(&b);
    return text;
}

static struct period_row period_of(struct reading *r, enum period_name p)
{
    const struct timeline *t = &r->t;
    struct period_row row = {.period = str_of(period_names[p])};
    size_t from, last = t->count - 1;
    bool is_short = !timeline_before(t, first_day(p, r->today), &from) && p != OF_ALL;
    struct stretch s = timeline_stretch(t, from, last, r->c->arena);
    row.from = day_str(r->c, t->points[from].day);
    row.to = day_str(r->c, t->points[last].is_now ? r->today : t->points[last].day);
    row.since = (struct opt_utc){t->points[from].at, true};
    row.start = DEC_SOME(t->points[from].net);
    row.end = DEC_SOME(t->points[last].net);
    row.gain = DEC_SOME(s.gain);
    row.time_weighted = s.time_weighted;
    row.money_weighted = s.money_weighted;
    row.deposits = s.in;
    row.withdrawals = s.out;
    row.dividends = s.moved[FLOW_DIVIDEND];
    row.interest = s.moved[FLOW_INTEREST];
    row.fees = dec_plus(s.moved[FLOW_FEE], s.moved[FLOW_TAX]);
    row.other = s.moved[FLOW_ADJUSTMENT];
    row.note = stretch_note(r->c, &s, is_short, p == OF_ALL ? STR_NONE : t->points[from].note);
    row.complete = !row.note.n;
    return row;
}

static bool by_position(struct reading *r, enum period_name p, struct performance_out *out)
{
    size_t from;
    (void)timeline_before(&r->t, first_day(p, r->today), &from);
    out->position_period = str_of(period_names[p]);
    return gains_read(r->c, r->account, &r->t.points[from], &out->positions);
}

static bool get_performance(struct call *c, const void *in, void *result)
{
    const struct performance_in *args = in;
    struct performance_out *out = result;
    struct reading r = {.c = c};
    if (!read_all(&r, args->account, INT64_MIN, ALL_DAYS))
        return false;
    out->history_starts = r.t.count ? day_str(c, r.t.points[0].day) : STR_NONE;
    add_now(&r);
    out->base_currency = r.t.base;
    out->net_liquidation = book_number(c->core->book, r.account, STR("NetLiquidation"), STR_NONE);
    struct book_pnl pnl = book_pnl(c->core->book, r.account);
    out->daily_pnl = pnl.daily;
    out->realized_pnl = pnl.realized;
    out->unrealized_pnl = pnl.unrealized;
    if (!r.t.count) {
        call_incomplete(c, "nothing is known of this account yet");
        return true;
    }
    struct period_row *rows = ARENA_MANY(c->arena, struct period_row, OF_COUNT);
    for (unsigned p = 0; p < OF_COUNT; p++)
        rows[p] = period_of(&r, (enum period_name)p);
    out->periods = (struct list){rows, OF_COUNT};
    if (!rows[OF_ALL].complete)
        call_incomplete(c, STR_FMT, STR_ARG(rows[OF_ALL].note));
    return by_position(&r, (enum period_name)args->positions, out);
}

/* ---- get_account_history ---- */

struct past_in {
    struct str account;
    struct opt_utc from, to;
    int64_t limit;
};
static const struct field past_in_fields[] = {
    FIELD(struct past_in, from, .doc = "First day", .example = "2026-01-01T00:00:00Z"),
    FIELD(struct past_in, to, .doc = "Last day; default: today"),
    FIELD(struct past_in, limit, .initial = "260", .min = "1", .max = "10000",
          .doc = "At most so many days, the newest"),
    FIELD(struct past_in, account, .doc = "Default: the connection's"),
};
static const struct type past_in_type = TYPE_OF(struct past_in, past_in_fields);

struct day_row {
    struct str day;
    struct utc taken;
    struct dec net;
    struct opt_dec cash;
    struct opt_num change, growth, drawdown;
    struct dec deposits, withdrawals, dividends, interest, fees;
    struct str source, note;
};
static const struct field day_row_fields[] = {
    FIELD(struct day_row, day, .doc = "Day of the close"),
    FIELD(struct day_row, net, .doc = "Net liquidation value"),
    FIELD(struct day_row, cash, .doc = "Cash in it, where it was told"),
    FIELD_AS(struct day_row, change, "return", .unit = "ratio", .doc = "Since the close before"),
    FIELD(struct day_row, growth, .unit = "ratio", .doc = "Time-weighted since the first row"),
    FIELD(struct day_row, drawdown, .unit = "ratio", .doc = "Below the highest so far, at most 0"),
    FIELD(struct day_row, deposits, .doc = "Put in since the close before"),
    FIELD(struct day_row, withdrawals, .doc = "Taken out"),
    FIELD(struct day_row, dividends, .doc = "Dividends", .wide = true),
    FIELD(struct day_row, interest, .doc = "Interest", .wide = true),
    FIELD(struct day_row, fees, .doc = "Fees and taxes", .wide = true),
    FIELD(struct day_row, source, .doc = "seen, flex or csv", .wide = true),
    FIELD(struct day_row, taken, .doc = "When the values were taken", .wide = true),
    FIELD(struct day_row, note, .doc = "What is not usual about it"),
};
static const struct type day_row_type = TYPE_OF(struct day_row, day_row_fields);

struct flow_row {
    struct str day, kind, currency, symbol, source, note;
    struct utc time;
    struct dec amount;
    struct opt_dec amount_base;
    bool inferred, counted;
};
static const struct field flow_row_fields[] = {
    FIELD(struct flow_row, day, .doc = "Day that it belongs to"),
    FIELD(struct flow_row, kind,
          .doc = "deposit, withdrawal, transfer, dividend, interest, fee, tax, adjustment or "
                 "unexplained"),
    FIELD(struct flow_row, amount, .doc = "Positive when it came in"),
    FIELD(struct flow_row, currency, .doc = "Its currency"),
    FIELD(struct flow_row, amount_base, .doc = "In the base currency, at that time's rate"),
    FIELD(struct flow_row, symbol, .doc = "What paid it"),
    FIELD(struct flow_row, source, .doc = "seen, flex or csv"),
    FIELD(struct flow_row, inferred, .doc = "From a movement of cash; nobody told what it was"),
    FIELD(struct flow_row, counted, .doc = "False: a statement tells that day better"),
    FIELD(struct flow_row, time, .doc = "When", .wide = true),
    FIELD(struct flow_row, note, .doc = "Outside text, or why", .wide = true),
};
static const struct type flow_row_type = TYPE_OF(struct flow_row, flow_row_fields);

struct past_out {
    struct str base_currency;
    struct opt_num time_weighted, max_drawdown;
    struct str drawdown_from, drawdown_to;
    struct opt_utc executions_complete_since;
    struct list days, flows, missed;
    bool has_more;
};
static const struct field past_out_fields[] = {
    FIELD(struct past_out, base_currency, .doc = "Currency of the amounts"),
    FIELD(struct past_out, days, .of = &day_row_type, .columns = true,
          .doc = "Closes, oldest first: an array for each value"),
    FIELD(struct past_out, flows, .of = &flow_row_type, .aside = true,
          .doc = "What came in and went out, oldest first"),
    FIELD(struct past_out, missed, .aside = true, .doc = "Closes that nobody saw"),
    FIELD(struct past_out, time_weighted, .unit = "ratio", .doc = "Return over these days"),
    FIELD(struct past_out, max_drawdown, .unit = "ratio", .doc = "Deepest fall among them"),
    FIELD(struct past_out, drawdown_from, .doc = "Its peak"),
    FIELD(struct past_out, drawdown_to, .doc = "Its bottom"),
    FIELD(struct past_out, executions_complete_since,
          .doc = "All executions are known since; null: some may be missing now"),
    FIELD(struct past_out, has_more, .doc = "There are older days"),
};
static const struct type past_out_type = TYPE_OF(struct past_out, past_out_fields);

/* The rows, and over them the growth and what is lost of its peak. */
static void fill_days(struct reading *r, size_t first, struct past_out *out)
{
    const struct timeline *t = &r->t;
    struct day_row *rows = ARENA_MANY(r->c->arena, struct day_row, t->count - first);
    size_t peak_at = first;
    struct opt_num peak = {0, true};
    for (size_t i = first; i < t->count; i++) {
        const struct timeline_point *p = &t->points[i];
        struct day_row *row = &rows[i - first];
        *row = (struct day_row){.day = day_str(r->c, p->day),
                                .taken = p->at,
                                .net = p->net,
                                .cash = p->cash,
                                .growth = {0, true},
                                .deposits = p->in,
                                .withdrawals = p->out,
                                .dividends = p->moved[FLOW_DIVIDEND],
                                .interest = p->moved[FLOW_INTEREST],
                                .fees = dec_plus(p->moved[FLOW_FEE], p->moved[FLOW_TAX]),
                                .source = str_of(past_source_text(p->source)),
                                .note = p->note.n ? p->note : STR_NONE};
        if (i > first) {
            row->change = timeline_return(t, i);
            row->growth = rows[i - first - 1].growth;
            row->growth.has = row->growth.has && row->change.has;
            row->growth.v = (1 + row->growth.v) * (1 + row->change.v) - 1;
        }
        if (!row->growth.has) {
            peak.has = false;
            continue;
        }
        if (row->growth.v >= peak.v) {
            peak.v = row->growth.v;
            peak_at = i;
        }
        row->drawdown.has = peak.has && 1 + peak.v > 0;
        if (row->drawdown.has)
            row->drawdown.v = (1 + row->growth.v) / (1 + peak.v) - 1;
        if (row->drawdown.has && row->drawdown.v < out->max_drawdown.v) {
            out->max_drawdown = row->drawdown;
            out->drawdown_from = rows[peak_at - first].day;
            out->drawdown_to = row->day;
        }
    }
    out->days = (struct list){rows, t->count - first};
    out->max_drawdown.has = t->count > first;
    if (t->count > first)
        out->time_weighted = rows[t->count - 1 - first].growth;
}

static void fill_flows(struct reading *r, int64_t from_day, struct past_out *out)
{
    const struct timeline *t = &r->t;
    struct flow_row *rows = ARENA_MANY(r->c->arena, struct flow_row, t->flow_count);
    size_t n = 0;
    for (size_t i = 0; i < t->flow_count; i++) {
        const struct timeline_flow *f = &t->flows[i];
        if (f->flow.day < from_day)
            continue;
        rows[n++] = (struct flow_row){
            .day = day_str(r->c, f->flow.day),
            .kind = str_of(flow_kind_text(f->flow.kind)),
            .currency = arena_str(r->c->arena, STR_NAME(f->flow.currency)),
            .symbol = call_text(r->c, f->flow.symbol),
            .source = str_of(past_source_text(f->flow.source)),
            .note = call_text(r->c, f->flow.note),
            .time = f->flow.at,
            .amount = f->flow.amount,
            .amount_base = f->base,
            .inferred = f->flow.is_inferred,
            .counted = !f->is_set_aside,
        };
    }
    out->flows = (struct list){rows, n};
}

static void fill_missed(struct reading *r, int64_t from_day, struct past_out *out)
{
    struct str *days = ARENA_MANY(r->c->arena, struct str, r->t.missed_count);
    size_t n = 0;
    for (size_t i = 0; i < r->t.missed_count; i++)
        if (r->t.missed[i] >= from_day)
            days[n++] = day_str(r->c, r->t.missed[i]);
    out->missed = (struct list){days, n};
    if (n)
        call_incomplete(r->c, "%zu close%s not seen; a statement would tell", n,
                        n == 1 ? " was" : "s were");
}

static int64_t day_of(struct utc t)
{
    struct civil c = civil_of_utc(t);
    return civil_to_days(c.year, c.month, c.day);
}

/* Up to when it must be covered to be whole: now, or a little before, as it is noted now and then.
 */
static struct utc covered_until(const struct call *c)
{
    struct utc now = task_now(c->task).wall;
    return (struct utc){now.ns - 2LL * CHRONICLE_COVER_MS * NS_PER_MS};
}

static bool get_account_history(struct call *c, const void *in, void *result)
{
    const struct past_in *args = in;
    struct past_out *out = result;
    struct reading r = {.c = c};
    int64_t from = args->from.has ? day_of(args->from.v) : INT64_MIN;
    int64_t to = args->to.has ? day_of(args->to.v) : ALL_DAYS;
    if (!read_all(&r, args->account, from, to))
        return false;
    out->base_currency = r.t.base;
    size_t first = r.t.count > (size_t)args->limit ? r.t.count - (size_t)args->limit : 0;
    out->has_more = first > 0;
    int64_t first_of_all = first ? r.t.points[first].day : from;
    fill_days(&r, first, out);
    fill_flows(&r, first_of_all, out);
    fill_missed(&r, first_of_all, out);
    if (!r.t.count)
        call_incomplete(c, "no close is known in these days");
    return db_complete_since(c->core->db, r.account, covered_until(c),
                             &out->executions_complete_since, &c->error);
}

/* ---- the table ---- */

static const char *const performance_phrases[] = {"Show me my current IBKR portfolio performance",
                                                  "Get my portfolio performance", NULL};

static const struct op account_history_ops[] = {
    {.name = "get_performance",
     .title = "Performance",
     .doc = "What the account earned over day, week, month, quarter and year to date and since the "
            "first close known: gain, time- and money-weighted return, deposits and withdrawals "
            "apart; and by position. A period whose history starts later or has a gap says so.",
     .in = &performance_in_type,
     .out = &performance_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/performance",
     .verb = "performance",
     .example = "performance",
     .category = "portfolio",
     .phrases = performance_phrases,
     .run = get_performance},
    {.name = "get_account_history",
     .title = "Account over time",
     .doc =
         "Net liquidation at each close, with returns, drawdown, and what came in and went out; "
         "seen by this program or told by imported statements. Closes that nobody saw are named.",
     .in = &past_in_type,
     .out = &past_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/account/history",
     .verb = "account-history",
     .example = "account-history --limit 30",
     .category = "portfolio",
     .run = get_account_history},
};
const struct op_set account_history_op_set = {
    account_history_ops, sizeof account_history_ops / sizeof account_history_ops[0]};
