/* SPDX-License-Identifier: MIT */
/*
 * futures: the months of a future, which of them is the front one, and when to roll.
 *
 * The roll is a rule and no fact: so many trading days, by the calendar of the exchange, before the
 * last day of trade. The front month is the first one that is not past its roll. The broker tells
 * no first notice day; for what is delivered it may come before the last day of trade.
 */
#include "market/quotes.h"
#include "market/resolver.h"
#include "market/schedule.h"
#include "ops/days.h"
#include "ops/op.h"

#include <stdlib.h>
#include <string.h>

enum { MONTHS_MAX = 100, WAIT_MS = 4000, FRIDAY = 4 };

/* ---- input ---- */

struct futures_in {
    struct str symbol, exchange, currency;
    int64_t roll_days, limit;
    bool quotes;
    unsigned detail;
};
static const struct field futures_in_fields[] = {
    FIELD(struct futures_in, symbol, .required = true, .positional = true, .example = "ES",
          .doc = "Future: ES, CL, DAX; or one of its months"),
    FIELD(struct futures_in, exchange, .doc = "Exchange, where several list it"),
    FIELD(struct futures_in, currency, .doc = "Currency, where there are several"),
    FIELD(struct futures_in, roll_days, .initial = "5", .min = "0", .max = "60",
          .doc = "Trading days before the last one on which to roll"),
    FIELD(struct futures_in, limit, .initial = "6", .min = "1", .max = "40",
          .doc = "At most so many months of each class"),
    FIELD(struct futures_in, quotes, .initial = "true", .doc = "False lists contracts alone"),
    DETAIL_FIELD(struct futures_in, "full adds ids and names"),
};
static const struct type futures_in_type = TYPE_OF(struct futures_in, futures_in_fields);

/* ---- output ---- */

struct month_row {
    struct str local_symbol, month, last_trade, roll_date, first_notice;
    struct opt_int days_left, days_to_roll;
    bool is_front, is_most_traded;
    struct opt_dec last, bid, ask, change_pct, volume, open_interest, over_front;
    struct str reason, next, exchange, currency, trading_class, multiplier, name, data_type;
    int64_t contract_id;
    struct opt_num age_s;
};
static const struct field month_row_fields[] = {
    FIELD(struct month_row, local_symbol, .doc = "Name at the exchange"),
    FIELD(struct month_row, month, .doc = "Contract month"),
    FIELD(struct month_row, last_trade, .doc = "Last day of trade"),
    FIELD(struct month_row, days_left, .doc = "Days until then", .unit = "d"),
    FIELD(struct month_row, roll_date, .doc = "Day to roll on, by the rule in `rule`"),
    FIELD(struct month_row, days_to_roll, .doc = "Days until then; below 0: past", .unit = "d",
          .wide = true),
    FIELD(struct month_row, first_notice, .doc = "First notice day; null, the broker tells none",
          .wide = true),
    FIELD(struct month_row, is_front, .doc = "First month that is not past its roll"),
    FIELD(struct month_row, is_most_traded, .doc = "Greatest volume of its class today"),
    FIELD(struct month_row, last, .doc = "Last traded price"),
    FIELD(struct month_row, bid, .doc = "Best bid"),
    FIELD(struct month_row, ask, .doc = "Best ask"),
    FIELD(struct month_row, change_pct, .doc = "Against the previous close", .unit = "%"),
    FIELD(struct month_row, volume, .doc = "Contracts traded today"),
    FIELD(struct month_row, open_interest, .doc = "Open contracts"),
    FIELD(struct month_row, over_front, .doc = "Middle price less the front month's"),
    FIELD(struct month_row, reason, .doc = "Why values are null: a code"),
    FIELD(struct month_row, next, .doc = "What to do about it", .wide = true),
    FIELD(struct month_row, exchange, .doc = "Exchange", .wide = true),
    FIELD(struct month_row, currency, .doc = "Currency", .wide = true),
    FIELD(struct month_row, trading_class, .doc = "Trading class", .wide = true),
    FIELD(struct month_row, multiplier, .doc = "Worth of one point", .wide = true),
    FIELD(struct month_row, name, .doc = "Name", .wide = true),
    FIELD(struct month_row, data_type, .doc = "live, frozen, delayed, delayed_frozen or none",
          .wide = true),
    FIELD(struct month_row, age_s, .doc = "Age of the newest price", .unit = "s", .wide = true),
    FIELD(struct month_row, contract_id, .doc = "Contract id; conid:ID names it elsewhere",
          .wide = true),
};
static const struct type month_row_type = TYPE_OF(struct month_row, month_row_fields);

struct futures_out {
    struct str symbol, name, exchange, currency, multiplier, front, rule;
    int64_t matching;
    struct list months;
};
static const struct field futures_out_fields[] = {
    FIELD(struct futures_out, symbol, .doc = "Symbol at the broker"),
    FIELD(struct futures_out, name, .doc = "Name"),
    FIELD(struct futures_out, exchange, .doc = "Exchange"),
    FIELD(struct futures_out, currency, .doc = "Currency"),
    FIELD(struct futures_out, multiplier, .doc = "Worth of one point"),
    FIELD(struct futures_out, front, .doc = "The front month by the rule"),
    FIELD(struct futures_out, rule, .doc = "The rule of the roll dates"),
    FIELD(struct futures_out, matching, .doc = "Months that are listed"),
    FIELD(struct futures_out, months, .of = &month_row_type, .doc = "By last day of trade"),
};
static const struct type futures_out_type = TYPE_OF(struct futures_out, futures_out_fields);

/* ---- contracts ---- */

struct month {
    const struct contract_details *details;
    int64_t last_day, roll_day;
    bool is_dated, is_front;
    struct quote_answer *answer;
};

static bool ask(struct call *c, const struct contract *like, struct contract_details **found,
                size_t *n)
{
    return query_contracts(c->task, c->core->session, like, NULL, STR_NONE, found, n, &c->error);
}

/* Through the resolver: as it stands, and as what is said of it here anyway ("gold" is a company,
 * "gold future" is not). *out is NULL where neither is a future. */
static bool find_by_name(struct call *c, const struct futures_in *in, struct str account,
                         const struct contract **out)
{
    const struct str texts[] = {
        in->symbol, arena_f(c->arena, STR_FMT " future", STR_ARG(str_trim(in->symbol)))};
    *out = NULL;
    for (size_t k = 0; k < sizeof texts / sizeof texts[0] && !*out; k++) {
        struct resolve_question q = {
            .text = texts[k], .exchange = in->exchange, .currency = in->currency};
        if (!resolve(c->task, c->core->resolver, account, &q, 1, &c->error))
            return false;
        for (size_t i = 0; i < q.count && !*out; i++)
            if (q.found[i].contract.sec_type == SEC_FUT)
                *out = &q.found[i].contract;
    }
    return true;
}

/* As the broker's own symbol first; a name or a month's code through the resolver. */
static bool find_months(struct call *c, const struct futures_in *in,
                        struct contract_details **found, size_t *n)
{
    struct str account, symbol = str_trim(in->symbol);
    struct contract like = {.sec_type = SEC_FUT};
    if (!call_needs_broker(c) || !call_account(c, STR_NONE, &account))
        return false;
    bool fits = symbol.n > 0 && str_copy(like.symbol, sizeof like.symbol, symbol) &&
                str_find(symbol, ' ', 0) == symbol.n;
    for (char *p = like.symbol; *p; p++)
        *p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
    str_copy_cut(like.exchange, sizeof like.exchange, in->exchange);
    str_copy_cut(like.currency, sizeof like.currency, in->currency);
    if (fits && ask(c, &like, found, n))
        return true;
    if (fits && c->error.code != ERROR_NOT_FOUND)
        return false;
    const struct contract *named;
    if (!find_by_name(c, in, account, &named))
        return false;
    if (named) {
        like = (struct contract){.sec_type = SEC_FUT};
        memcpy(like.symbol, named->symbol, sizeof like.symbol);
        memcpy(like.exchange, named->exchange, sizeof like.exchange);
        memcpy(like.currency, named->currency, sizeof like.currency);
        return ask(c, &like, found, n);
    }
    error_set(&c->error, ERROR_NOT_FOUND, "NO_FUTURES", "there are no futures named " STR_FMT,
              STR_ARG(str_sub(in->symbol, 0, 40)));
    return error_next(&c->error, "name the broker's symbol (ES, CL, DAX) and perhaps the exchange");
}

static const char *class_of(const struct month *m)
{
    const struct contract *k = &m->details->contract;
    return k->trading_class[0] ? k->trading_class : k->symbol;
}

static bool same_class(const struct month *a, const struct month *b)
{
    return strcmp(class_of(a), class_of(b)) == 0 &&
           strcmp(a->details->contract.exchange, b->details->contract.exchange) == 0;
}

static int by_class(const void *a, const void *b)
{
    const struct month *x = a, *y = b;
    int d = strcmp(class_of(x), class_of(y));
    d = d ? d : strcmp(x->details->contract.exchange, y->details->contract.exchange);
    d = d ? d : (x->last_day > y->last_day) - (x->last_day < y->last_day);
    return d ? d
             : (x->details->contract.con_id > y->details->contract.con_id) -
                   (x->details->contract.con_id < y->details->contract.con_id);
}

/* So many trading days before a day. */
static int64_t days_before(const struct calendar *calendar, int64_t day, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t previous = calendar ? calendar_previous(calendar, day) : INT64_MIN;
        if (previous == INT64_MIN) {
            previous = day - 1;
            while (civil_weekday(previous) > FRIDAY)
                previous--;
        }
        day = previous;
    }
    return day;
}

static void date_month(struct month *m, int64_t roll_days)
{
    const struct contract *k = &m->details->contract;
    m->is_dated = day_parse(STR_NAME(k->expiry), &m->last_day);
    if (m->is_dated)
        m->roll_day = days_before(schedule_calendar(STR_NAME(k->exchange)), m->last_day, roll_days);
}

/* At most `limit` of each class, which are sorted; the front one of each is marked. */
static size_t choose(struct month *m, size_t n, int64_t today, size_t limit)
{
    size_t kept = 0, of_class = 0;
    bool has_front = false;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !same_class(&m[i], &m[i - 1])) {
            of_class = 0;
            has_front = false;
        }
        if (m[i].is_dated && !has_front && m[i].roll_day > today)
            has_front = m[i].is_front = true;
        if (of_class++ < limit)
            m[kept++] = m[i];
    }
    return kept;
}

/* ---- rows ---- */

static void put_quote(struct call *c, struct month_row *r, const struct month *m,
                      struct opt_dec front)
{
    const struct quote_answer *a = m->answer;
    const struct quote *q = &a->quote;
    enum market_state market = market_state_at(m->details, &c->core->zones, task_now(c->task).wall);
    struct opt_dec mid = quote_mid(q);
    struct dec over;
    r->last = q->last;
    r->bid = q->bid;
    r->ask = q->ask;
    r->volume = q->volume;
    r->open_interest = q->open_interest;
    r->change_pct = call_percent(quote_price(q), q->close);
    r->data_type = str_of(data_type_text(q->data_type));
    r->age_s = call_age(a->price_age_ms);
    if (front.has && mid.has && dec_sub(mid.v, front.v, &over))
        r->over_front = DEC_SOME(over);
    if (!q->last.has || !q->bid.has || !q->ask.has) {
        enum gap gap = quote_gap(a, q->last.has ? VALUE_TOUCH : VALUE_LAST, market);
        r->reason = str_of(gap_text(gap));
        r->next = call_text(c, gap_advice(gap));
    }
    if (quote_price(q).has)
        call_price_seen(c, q->data_type, a->price_age_ms);
    else
        call_incomplete(c, "NO_PRICE: no price for " STR_FMT ": " STR_FMT, STR_ARG(r->local_symbol),
                        STR_ARG(r->reason));
}

static struct month_row row_of(struct call *c, const struct month *m, int64_t today)
{
    const struct contract_details *d = m->details;
    const struct contract *k = &d->contract;
    struct str month = STR_NAME(d->contract_month);
    struct month_row r = {
        .local_symbol = call_text(c, k->local_symbol),
        .month = month.n == 6 ? arena_f(c->arena, "%.4s-%.2s", month.p, month.p + 4) : STR_NONE,
        .is_front = m->is_front,
        .exchange = call_text(c, k->exchange),
        .currency = call_text(c, k->currency),
        .trading_class = call_text(c, k->trading_class),
        .multiplier = call_text(c, k->multiplier),
        .name = call_text(c, d->long_name),
        .contract_id = k->con_id,
    };
    if (m->is_dated) {
        r.last_trade = day_text(c->arena, m->last_day);
        r.roll_date = day_text(c->arena, m->roll_day);
        r.days_left = (struct opt_int){m->last_day - today, true};
        r.days_to_roll = (struct opt_int){m->roll_day - today, true};
    }
    return r;
}

static struct opt_dec front_price(const struct month *m, size_t n, const struct month *of)
{
    for (size_t i = 0; i < n; i++)
        if (m[i].is_front && m[i].answer && same_class(&m[i], of))
            return quote_mid(&m[i].answer->quote);
    return DEC_NONE;
}

static void mark_most_traded(struct month_row *rows, const struct month *m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool is_most = rows[i].volume.has && dec_sign(rows[i].volume.v) > 0;
        for (size_t k = 0; k < n && is_most; k++)
            is_most = !same_class(&m[i], &m[k]) || !rows[k].volume.has ||
                      !dec_gt(rows[k].volume.v, rows[i].volume.v);
        rows[i].is_most_traded = is_most;
    }
}

static void fill_head(struct call *c, const struct futures_in *in, const struct month *m, size_t n,
                      struct futures_out *out)
{
    const struct contract_details *d = m[0].details;
    out->symbol = arena_str(c->arena, STR_NAME(d->contract.symbol));
    out->name = call_text(c, d->long_name);
    out->exchange = call_text(c, d->contract.exchange);
    out->currency = call_text(c, d->contract.currency);
    out->multiplier = call_text(c, d->contract.multiplier);
    out->rule = arena_f(c->arena, "%lld trading days before the last day of trade",
                        (long long)in->roll_days);
    for (size_t i = 0; i < n && !out->front.p; i++)
        if (m[i].is_front)
            out->front = call_text(c, m[i].details->contract.local_symbol);
    for (size_t i = 1; i < n; i++)
        if (!same_class(&m[i], &m[i - 1])) {
            call_warn(c,
                      "SEVERAL_CLASSES: " STR_FMT " is several futures; see trading_class, "
                      "exchange and multiplier with detail full",
                      STR_ARG(out->symbol));
            break;
        }
}

static bool get_futures(struct call *c, const void *in_, void *result)
{
    const struct futures_in *in = in_;
    struct futures_out *out = result;
    struct contract_details *found;
    size_t n, kept = 0;
    c->is_concise = in->detail == DETAIL_CONCISE;
    if (!find_months(c, in, &found, &n))
        return false;
    int64_t today = day_of_utc(task_now(c->task).wall);
    struct month *m = ARENA_MANY(c->arena, struct month, n);
    for (size_t i = 0; i < n; i++) {
        m[kept] = (struct month){.details = &found[i]};
        date_month(&m[kept], in->roll_days);
        kept += !m[kept].is_dated || m[kept].last_day >= today - 1;
    }
    if (kept == 0)
        return error_set(&c->error, ERROR_NOT_FOUND, "NO_FUTURES",
                         "no month of " STR_FMT " is still traded",
                         STR_ARG(str_sub(in->symbol, 0, 40)));
    qsort(m, kept, sizeof *m, by_class);
    out->matching = (int64_t)kept;
    n = choose(m, kept, today, (size_t)in->limit);
    n = n < MONTHS_MAX ? n : MONTHS_MAX;
    struct quote_answer *a = ARENA_MANY(c->arena, struct quote_answer, n);
    for (size_t i = 0; i < n && in->quotes; i++) {
        a[i].contract = m[i].details->contract;
        m[i].answer = &a[i];
    }
    if (in->quotes && !quotes_get(c->task, c->core->quotes, a, n, WAIT_MS, &c->error))
        return false;
    struct month_row *rows = ARENA_MANY(c->arena, struct month_row, n);
    for (size_t i = 0; i < n; i++) {
        rows[i] = row_of(c, &m[i], today);
        if (m[i].answer)
            put_quote(c, &rows[i], &m[i], front_price(m, n, &m[i]));
        else
            rows[i].reason = STR("NOT_ASKED");
    }
    mark_most_traded(rows, m, n);
    fill_head(c, in, m, n, out);
    out->months = (struct list){rows, n};
    return true;
}

/* ---- the table ---- */

static const char *const futures_phrases[] = {"Show me the futures on {symbol}",
                                              "When does {symbol} roll", NULL};
static const struct op futures_ops[] = {
    {.name = "get_futures",
     .title = "Futures",
     .doc = "Months of a future: last day of trade, roll date by a stated rule, front and most "
            "traded month, prices, volume, open interest.",
     .in = &futures_in_type,
     .out = &futures_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/futures/{symbol}",
     .verb = "futures",
     .example = "futures ES",
     .category = "research",
     .phrases = futures_phrases,
     .run = get_futures},
};
const struct op_set futures_op_set = {futures_ops, sizeof futures_ops / sizeof futures_ops[0]};
