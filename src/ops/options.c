/* SPDX-License-Identifier: MIT */
/*
 * options: the chain of an underlying, with quotes and the broker's model.
 *
 * The broker names expiries and strikes of a class (not every pair of them exists), then the
 * contracts of each expiry that is wanted. Of those that pass the filters the ones nearest to the
 * underlying's price are quoted, at most QUOTED_MAX, through market data lines that are given back.
 */
#include "broker/research.h"
#include "market/quotes.h"
#include "market/resolver.h"
#include "market/schedule.h"
#include "ops/days.h"
#include "ops/op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUOTED_MAX = 200,
    EXPIRIES_AT_ONCE = 6,
    SERIES_MAX = 1024, /* pairs of class and expiry */
    WAIT_MS = 4000
};

/* ---- input ---- */

enum wanted_right { RIGHT_BOTH, RIGHT_CALL, RIGHT_PUT };
static const char *const rights[] = {"both", "call", "put", NULL};

struct chain_in {
    struct str symbol, expiry;
    unsigned right;
    struct opt_dec strike_min, strike_max, moneyness, delta_min, delta_max;
    struct str trading_class;
    int64_t limit;
    bool quotes;
    unsigned detail;
};
static const struct field chain_in_fields[] = {
    FIELD(struct chain_in, symbol, .required = true, .positional = true, .example = "AAPL",
          .doc = "Underlying: stock, index or future"),
    FIELD(struct chain_in, expiry, .positional = true, .example = "2026-12-18",
          .doc = "2026-12-18, 2026-12 or all; the next one if absent"),
    FIELD(struct chain_in, right, .choices = rights, .initial = "both", .doc = "Calls or puts"),
    FIELD(struct chain_in, strike_min, .doc = "Lowest strike", .min = "0"),
    FIELD(struct chain_in, strike_max, .doc = "Highest strike", .min = "0"),
    FIELD(struct chain_in, moneyness, .doc = "Strikes within so many % of the price", .min = "0",
          .max = "1000"),
    FIELD(struct chain_in, delta_min, .doc = "Least delta, without its sign", .min = "0",
          .max = "1"),
    FIELD(struct chain_in, delta_max, .doc = "Greatest delta, without its sign", .min = "0",
          .max = "1"),
    FIELD(struct chain_in, trading_class, .doc = "Class, where there are several: SPXW"),
    FIELD(struct chain_in, limit, .initial = "20", .min = "1", .max = "200",
          .doc = "At most so many options, nearest to the price first"),
    FIELD(struct chain_in, quotes, .initial = "true", .doc = "False lists contracts alone"),
    DETAIL_FIELD(struct chain_in, "full adds ids, sizes and the model's inputs"),
};
static const struct type chain_in_type = TYPE_OF(struct chain_in, chain_in_fields);

/* ---- output ---- */

struct option_row {
    struct str expiry, right;
    int64_t days_left;
    struct opt_dec strike, moneyness_pct, bid, ask, mid, last, volume, open_interest;
    struct opt_dec implied_vol, delta, gamma, theta, vega, model_price, model_underlying;
    struct str local_symbol, trading_class, multiplier, data_type, reason, next;
    int64_t contract_id;
    struct opt_num age_s;
};
static const struct field option_row_fields[] = {
    FIELD(struct option_row, expiry, .doc = "Last day of trade"),
    FIELD(struct option_row, days_left, .doc = "Days until then", .unit = "d"),
    FIELD(struct option_row, right, .doc = "call or put"),
    FIELD(struct option_row, strike, .doc = "Strike"),
    FIELD(struct option_row, moneyness_pct, .doc = "Strike against the underlying's price",
          .unit = "%"),
    FIELD(struct option_row, bid, .doc = "Best bid of one share"),
    FIELD(struct option_row, ask, .doc = "Best ask"),
    FIELD(struct option_row, mid, .doc = "Middle of bid and ask", .wide = true),
    FIELD(struct option_row, last, .doc = "Last traded price", .wide = true),
    FIELD(struct option_row, volume, .doc = "Contracts traded today"),
    FIELD(struct option_row, open_interest, .doc = "Open contracts"),
    FIELD(struct option_row, implied_vol, .doc = "Implied volatility of a year, by the broker",
          .unit = "ratio"),
    FIELD(struct option_row, delta, .doc = "Delta"),
    FIELD(struct option_row, gamma, .doc = "Gamma"),
    FIELD(struct option_row, theta, .doc = "Theta of a day"),
    FIELD(struct option_row, vega, .doc = "Vega of a percent point"),
    FIELD(struct option_row, model_price, .doc = "Price by the broker's model", .wide = true),
    FIELD(struct option_row, model_underlying, .doc = "Underlying's price in that model",
          .wide = true),
    FIELD(struct option_row, reason, .doc = "Why values are null: a code"),
    FIELD(struct option_row, next, .doc = "What to do about it", .wide = true),
    FIELD(struct option_row, local_symbol, .doc = "Name at the exchange", .wide = true),
    FIELD(struct option_row, trading_class, .doc = "Trading class", .wide = true),
    FIELD(struct option_row, multiplier, .doc = "Shares of one contract", .wide = true),
    FIELD(struct option_row, data_type, .doc = "live, frozen, delayed, delayed_frozen or none",
          .wide = true),
    FIELD(struct option_row, age_s, .doc = "Age of the newest price", .unit = "s", .wide = true),
    FIELD(struct option_row, contract_id, .doc = "Contract id; conid:ID names it elsewhere",
          .wide = true),
};
static const struct type option_row_type = TYPE_OF(struct option_row, option_row_fields);

struct chain_out {
    struct str symbol, name, exchange, currency, classes, multiplier;
    struct opt_dec underlying_price;
    struct str underlying_reason;
    int64_t matching;
    struct list options, expiries;
};
static const struct field chain_out_fields[] = {
    FIELD(struct chain_out, symbol, .doc = "Underlying"),
    FIELD(struct chain_out, name, .doc = "Its name", .wide = true),
    FIELD(struct chain_out, exchange, .doc = "Its listing exchange", .wide = true),
    FIELD(struct chain_out, currency, .doc = "Currency of strikes and prices"),
    FIELD(struct chain_out, underlying_price, .doc = "Its price"),
    FIELD(struct chain_out, underlying_reason, .doc = "Why that is null"),
    FIELD(struct chain_out, classes, .doc = "Trading classes there are"),
    FIELD(struct chain_out, multiplier, .doc = "Shares of one contract"),
    FIELD(struct chain_out, matching, .doc = "Options that pass the filters, before the limit"),
    FIELD(struct chain_out, options, .of = &option_row_type, .doc = "By expiry, strike and right"),
    FIELD(struct chain_out, expiries, .doc = "All expiries that are listed"),
};
static const struct type chain_out_type = TYPE_OF(struct chain_out, chain_out_fields);

/* ---- what is asked ---- */

/* One class at one expiry. */
struct series {
    const struct option_class *class;
    int32_t expiry;
};

/* An option that passed the filters. */
struct pick {
    struct contract contract;
    struct dec distance; /* of the strike from the price */
    struct quote_answer *answer;
};

struct chain {
    struct call *c;
    const struct chain_in *in;
    struct contract_details underlying;
    struct quote_answer price;
    struct series series[SERIES_MAX];
    size_t series_count;
    struct pick *picks;
    size_t pick_count, room;
};

static bool find_underlying(struct chain *k)
{
    struct call *c = k->c;
    struct str account;
    struct resolve_question q = {.text = k->in->symbol};
    if (!call_needs_broker(c) || !call_account(c, STR_NONE, &account) ||
        !resolve(c->task, c->core->resolver, account, &q, 1, &c->error))
        return false;
    if (!q.count) {
        c->error = q.error;
        return false;
    }
    if (q.count > 1)
        call_warn(c, "AMBIGUOUS_SYMBOL: " STR_FMT " is %zu contracts; this is about the one on %s",
                  STR_ARG(k->in->symbol), q.count, q.found[0].contract.primary_exchange);
    k->underlying = q.found[0];
    return true;
}

/* Without a price the chain is shown all the same. */
static bool price_underlying(struct chain *k)
{
    struct call *c = k->c;
    k->price = (struct quote_answer){.contract = k->underlying.contract};
    if (!quotes_get(c->task, c->core->quotes, &k->price, 1, WAIT_MS, &c->error))
        return false;
    if (quote_price(&k->price.quote).has)
        call_price_seen(c, k->price.quote.data_type, k->price.price_age_ms);
    return true;
}

static bool same_text(const char *a, struct str b)
{
    return str_ieq(str_of(a), b);
}

/* The classes on SMART, or on the first exchange where SMART has none. */
static void list_series(struct chain *k, const struct option_class *classes, size_t n)
{
    const char *exchange = n ? classes[0].exchange : "";
    for (size_t i = 0; i < n; i++)
        if (strcmp(classes[i].exchange, "SMART") == 0)
            exchange = classes[i].exchange;
    for (size_t i = 0; i < n; i++) {
        const struct option_class *o = &classes[i];
        if (strcmp(o->exchange, exchange) != 0 ||
            (k->in->trading_class.n && !same_text(o->trading_class, k->in->trading_class)))
            continue;
        for (size_t e = 0; e < o->expiry_count && k->series_count < SERIES_MAX; e++)
            k->series[k->series_count++] = (struct series){o, o->expiries[e]};
    }
}

static int by_expiry(const void *a, const void *b)
{
    const struct series *x = a, *y = b;
    if (x->expiry != y->expiry)
        return x->expiry < y->expiry ? -1 : 1;
    return strcmp(x->class->trading_class, y->class->trading_class);
}

static int64_t days_of_ymd(int32_t ymd)
{
    return civil_to_days(ymd / 10000, ymd / 100 % 100, ymd % 100);
}

/* Today is still traded; what has expired is not, even if the broker still lists it. Where the
 * exchange's zone is not known its day may be yesterday's. */
static void drop_expired(struct chain *k)
{
    struct utc now = task_now(k->c->task).wall;
    const struct tz *zone = schedule_zone(STR_NAME(k->underlying.time_zone), &k->c->core->zones);
    int32_t today = day_ymd(zone ? schedule_day(zone, now) : day_of_utc(now) - 1);
    size_t kept = 0;
    for (size_t i = 0; i < k->series_count; i++)
        if (k->series[i].expiry >= today)
            k->series[kept++] = k->series[i];
    k->series_count = kept;
}

static bool no_options(struct chain *k)
{
    error_set(&k->c->error, ERROR_NOT_FOUND, "NO_OPTIONS", "%s has no options%s" STR_FMT,
              k->underlying.contract.symbol, k->in->trading_class.n ? " of class " : "",
              STR_ARG(k->in->trading_class));
    return error_next(&k->c->error, "name the underlying's main listing, such as AAPL.NASDAQ.USD");
}

/* Keeps the series of the expiry that is asked for. */
static bool choose_expiries(struct chain *k)
{
    struct str wanted = str_trim(k->in->expiry);
    char digits[16];
    size_t n = 0, kept = 0;
    int32_t next = k->series[0].expiry;
    for (size_t i = 0; i < wanted.n && n + 1 < sizeof digits; i++)
        if (wanted.p[i] != '-')
            digits[n++] = wanted.p[i];
    digits[n] = '\0';
    bool is_all = str_ieq(wanted, STR("all")), is_date = n == 6 || n == 8;
    for (size_t i = 0; i < n; i++)
        is_date = is_date && digits[i] >= '0' && digits[i] <= '9';
    if (wanted.n && !is_all && !is_date) {
        error_set(&k->c->error, ERROR_INVALID, "BAD_EXPIRY", "'" STR_FMT "' is no expiry",
                  STR_ARG(str_sub(wanted, 0, 32)));
        return error_next(&k->c->error, "write 2026-12-18, 2026-12 or all");
    }
    for (size_t i = 0; i < k->series_count; i++) {
        char own[16];
        (void)snprintf(own, sizeof own, "%08d", (int)k->series[i].expiry);
        if (is_all || (wanted.n ? strncmp(own, digits, n) == 0 : k->series[i].expiry == next))
            k->series[kept++] = k->series[i];
    }
    if (kept == 0) {
        error_set(&k->c->error, ERROR_NOT_FOUND, "NO_SUCH_EXPIRY",
                  "%s has no options that expire in " STR_FMT, k->underlying.contract.symbol,
                  STR_ARG(str_sub(wanted, 0, 32)));
        return error_next(&k->c->error, "without an expiry all of them are listed");
    }
    if (kept > EXPIRIES_AT_ONCE) {
        call_incomplete(k->c, "EXPIRIES_MAX: %zu expiries match; the first %d are shown", kept,
                        EXPIRIES_AT_ONCE);
        kept = EXPIRIES_AT_ONCE;
    }
    k->series_count = kept;
    return true;
}

/* ---- contracts ---- */

static bool passes(const struct chain *k, const struct contract *o, struct opt_dec price)
{
    const struct chain_in *in = k->in;
    if (!o->strike.has || (in->right == RIGHT_CALL && o->right != 'C') ||
        (in->right == RIGHT_PUT && o->right != 'P') ||
        (in->strike_min.has && dec_lt(o->strike.v, in->strike_min.v)) ||
        (in->strike_max.has && dec_gt(o->strike.v, in->strike_max.v)))
        return false;
    if (!in->moneyness.has || !price.has)
        return true;
    struct opt_dec off = call_percent(o->strike, price);
    return off.has && !dec_gt(dec_abs(off.v), in->moneyness.v);
}

static void take_contracts(struct chain *k, const struct contract_question *q)
{
    struct opt_dec price = quote_price(&k->price.quote);
    for (size_t i = 0; i < q->count; i++) {
        const struct contract *o = &q->found[i].contract;
        if (!passes(k, o, price) || k->pick_count == k->room)
            continue;
        struct pick *p = &k->picks[k->pick_count++];
        *p = (struct pick){.contract = *o};
        if (price.has && !dec_sub(o->strike.v, price.v, &p->distance))
            p->distance = DEC_ZERO;
        p->distance = dec_abs(p->distance);
    }
}

static bool ask_contracts(struct chain *k)
{
    struct call *c = k->c;
    const struct contract *u = &k->underlying.contract;
    struct contract_question *q = ARENA_MANY(c->arena, struct contract_question, k->series_count);
    for (size_t i = 0; i < k->series_count; i++) {
        const struct series *s = &k->series[i];
        struct contract *like = &q[i].like;
        like->sec_type = u->sec_type == SEC_FUT ? SEC_FOP : SEC_OPT;
        memcpy(like->symbol, u->symbol, sizeof like->symbol);
        memcpy(like->currency, u->currency, sizeof like->currency);
        memcpy(like->exchange, s->class->exchange, sizeof like->exchange);
        memcpy(like->trading_class, s->class->trading_class, sizeof like->trading_class);
        memcpy(like->multiplier, s->class->multiplier, sizeof like->multiplier);
        (void)snprintf(like->expiry, sizeof like->expiry, "%08d", (int)s->expiry);
        like->right = k->in->right == RIGHT_CALL ? 'C' : k->in->right == RIGHT_PUT ? 'P' : '\0';
        if (k->in->strike_min.has && k->in->strike_max.has &&
            dec_eq(k->in->strike_min.v, k->in->strike_max.v))
            like->strike = k->in->strike_min;
    }
    if (!query_contracts_batch(c->task, c->core->session, q, k->series_count, &c->error))
        return false;
    for (size_t i = 0; i < k->series_count; i++)
        k->room += q[i].count;
    k->picks = ARENA_MANY(c->arena, struct pick, k->room);
    for (size_t i = 0; i < k->series_count; i++) {
        take_contracts(k, &q[i]);
        if (q[i].error.code != ERROR_NONE && q[i].error.code != ERROR_NOT_FOUND)
            call_incomplete(c, "%s: options of %d: %s", q[i].error.reason, (int)k->series[i].expiry,
                            q[i].error.text);
    }
    return true;
}

static int by_distance(const void *a, const void *b)
{
    const struct pick *x = a, *y = b;
    int d = dec_cmp(x->distance, y->distance);
    return d ? d
             : (x->contract.con_id > y->contract.con_id) -
                   (x->contract.con_id < y->contract.con_id);
}

static int by_place(const void *a, const void *b)
{
    const struct contract *x = &((const struct pick *)a)->contract;
    const struct contract *y = &((const struct pick *)b)->contract;
    int d = strcmp(x->expiry, y->expiry);
    d = d ? d : dec_cmp(x->strike.v, y->strike.v);
    d = d ? d : x->right - y->right;
    return d ? d : (x->con_id > y->con_id) - (x->con_id < y->con_id);
}

/* ---- quotes ---- */

static bool quote_picks(struct chain *k)
{
    struct call *c = k->c;
    if (!k->in->quotes)
        return true;
    struct quote_answer *a = ARENA_MANY(c->arena, struct quote_answer, k->pick_count);
    for (size_t i = 0; i < k->pick_count; i++) {
        a[i].contract = k->picks[i].contract;
        k->picks[i].answer = &a[i];
    }
    return k->pick_count == 0 ||
           quotes_get(c->task, c->core->quotes, a, k->pick_count, WAIT_MS, &c->error);
}

/* Those whose delta is not known stay out of an answer that is about delta. */
static void filter_by_delta(struct chain *k)
{
    const struct chain_in *in = k->in;
    size_t kept = 0, unknown = 0;
    if (!in->quotes || (!in->delta_min.has && !in->delta_max.has))
        return;
    for (size_t i = 0; i < k->pick_count; i++) {
        struct opt_dec delta = k->picks[i].answer->quote.delta;
        unknown += !delta.has;
        if (!delta.has || (in->delta_min.has && dec_lt(dec_abs(delta.v), in->delta_min.v)) ||
            (in->delta_max.has && dec_gt(dec_abs(delta.v), in->delta_max.v)))
            continue;
        k->picks[kept++] = k->picks[i];
    }
    k->pick_count = kept;
    if (unknown)
        call_incomplete(k->c, "NO_DELTA: the delta of %zu options is not known; they are left out",
                        unknown);
}

/* Sorted by nearness and cut; before a filter by delta so many are kept as may be quoted. */
static void cut_to(struct chain *k, size_t most)
{
    if (k->pick_count > 0)
        qsort(k->picks, k->pick_count, sizeof *k->picks, by_distance);
    if (k->pick_count > most)
        k->pick_count = most;
}

/* ---- rows ---- */

/* A model's ninth digit means nothing. */
static struct opt_dec rounded(struct opt_dec v)
{
    return v.has ? DEC_SOME(dec_round_to(v.v, DEC_MICRO(1), DEC_HALF_EVEN)) : v;
}

static void put_quote(struct call *c, struct option_row *r, const struct quote_answer *a,
                      enum market_state market)
{
    const struct quote *q = &a->quote;
    r->bid = q->bid;
    r->ask = q->ask;
    r->mid = quote_mid(q);
    r->last = q->last;
    r->volume = q->volume;
    r->open_interest = str_eq(r->right, STR("call")) ? q->call_open_interest : q->put_open_interest;
    r->implied_vol = rounded(q->implied_vol);
    r->delta = rounded(q->delta);
    r->gamma = rounded(q->gamma);
    r->theta = rounded(q->theta);
    r->vega = rounded(q->vega);
    r->model_price = rounded(q->model_price);
    r->model_underlying = q->underlying;
    r->data_type = str_of(data_type_text(q->data_type));
    r->age_s = call_age(a->price_age_ms);
    enum gap gap = GAP_NONE;
    if (!q->bid.has || !q->ask.has)
        gap = quote_gap(a, VALUE_TOUCH, market);
    else if (!q->delta.has)
        gap = GAP_NOT_COMPUTED;
    if (gap != GAP_NONE) {
        r->reason = str_of(gap_text(gap));
        r->next = call_text(c, gap_advice(gap));
    }
    if (a->error.code != ERROR_NONE)
        r->reason = arena_str(c->arena, str_of(a->error.reason));
    if (quote_price(q).has)
        call_price_seen(c, q->data_type, a->price_age_ms);
}

static struct option_row row_of(struct chain *k, const struct pick *p, enum market_state market)
{
    struct call *c = k->c;
    const struct contract *o = &p->contract;
    int64_t day = 0, today = day_of_utc(task_now(c->task).wall);
    bool has_day = day_parse(STR_NAME(o->expiry), &day);
    struct option_row r = {
        .expiry = has_day ? day_text(c->arena, day) : call_text(c, o->expiry),
        .days_left = has_day && day > today ? day - today : 0,
        .right = o->right == 'C' ? STR("call") : STR("put"),
        .strike = o->strike,
        .moneyness_pct = call_percent(o->strike, quote_price(&k->price.quote)),
        .local_symbol = call_text(c, o->local_symbol),
        .trading_class = call_text(c, o->trading_class),
        .multiplier = call_text(c, o->multiplier),
        .contract_id = o->con_id,
    };
    if (p->answer)
        put_quote(c, &r, p->answer, market);
    else
        r.reason = STR("NOT_ASKED");
    return r;
}

static void fill_head(struct chain *k, struct chain_out *out, const struct option_class *classes,
                      size_t n)
{
    struct call *c = k->c;
    const struct contract *u = &k->underlying.contract;
    enum market_state market =
        market_state_at(&k->underlying, &c->core->zones, task_now(c->task).wall);
    char names[160] = "";
    size_t used = 0;
    out->symbol = arena_str(c->arena, STR_NAME(u->symbol));
    out->name = call_text(c, k->underlying.long_name);
    out->exchange = call_text(c, u->primary_exchange[0] ? u->primary_exchange : u->exchange);
    out->currency = call_text(c, u->currency);
    out->underlying_price = quote_price(&k->price.quote);
    if (!out->underlying_price.has) {
        out->underlying_reason = str_of(gap_text(quote_gap(&k->price, VALUE_LAST, market)));
        call_incomplete(c, "NO_PRICE: no price for " STR_FMT ": " STR_FMT "%s",
                        STR_ARG(out->symbol), STR_ARG(out->underlying_reason),
                        k->in->moneyness.has ? "; moneyness is not applied" : "");
    }
    for (size_t i = 0; i < n; i++) {
        bool is_new = used + sizeof classes[i].trading_class + 1 < sizeof names;
        for (size_t m = 0; m < i && is_new; m++)
            is_new = strcmp(classes[m].trading_class, classes[i].trading_class) != 0;
        if (is_new)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? "," : "",
                                     classes[i].trading_class);
    }
    out->classes = arena_str(c->arena, str_of(names));
    out->multiplier = call_text(c, k->series[0].class->multiplier);
    struct str *days = ARENA_MANY(c->arena, struct str, k->series_count);
    for (size_t i = 0; i < k->series_count; i++)
        if (i == 0 || k->series[i].expiry != k->series[i - 1].expiry)
            days[out->expiries.n++] = day_text(c->arena, days_of_ymd(k->series[i].expiry));
    out->expiries.items = days;
}

static void fill_rows(struct chain *k, struct chain_out *out)
{
    struct call *c = k->c;
    enum market_state market =
        market_state_at(&k->underlying, &c->core->zones, task_now(c->task).wall);
    struct option_row *rows = ARENA_MANY(c->arena, struct option_row, k->pick_count);
    size_t empty = 0;
    if (k->pick_count > 0)
        qsort(k->picks, k->pick_count, sizeof *k->picks, by_place);
    for (size_t i = 0; i < k->pick_count; i++) {
        rows[i] = row_of(k, &k->picks[i], market);
        empty += k->in->quotes && rows[i].reason.n > 0;
    }
    out->options = (struct list){rows, k->pick_count};
    if (empty)
        call_incomplete(c, "NO_PRICE: values of %zu options are null; see their reason", empty);
}

static bool get_option_chain(struct call *c, const void *in, void *result)
{
    struct chain_out *out = result;
    struct chain *k = ARENA_NEW(c->arena, struct chain);
    struct option_class *classes;
    size_t n;
    k->c = c;
    k->in = in;
    c->is_concise = k->in->detail == DETAIL_CONCISE;
    if (!find_underlying(k) || !price_underlying(k) ||
        !query_option_classes(c->task, c->core->session, &k->underlying.contract, &classes, &n,
                              &c->error))
        return false;
    list_series(k, classes, n);
    drop_expired(k);
    if (k->series_count == 0)
        return no_options(k);
    qsort(k->series, k->series_count, sizeof *k->series, by_expiry);
    fill_head(k, out, classes, n);
    if (!choose_expiries(k) || !ask_contracts(k))
        return false;
    bool by_delta = k->in->delta_min.has || k->in->delta_max.has;
    out->matching = (int64_t)k->pick_count;
    cut_to(k, by_delta ? QUOTED_MAX : (size_t)k->in->limit);
    if (!quote_picks(k))
        return false;
    filter_by_delta(k);
    if (by_delta && (size_t)out->matching <= QUOTED_MAX)
        out->matching = (int64_t)k->pick_count;
    cut_to(k, (size_t)k->in->limit);
    if ((size_t)out->matching > k->pick_count && k->pick_count == (size_t)k->in->limit)
        call_warn(c, "LIMITED: %zu of %lld options are shown, nearest to the price", k->pick_count,
                  (long long)out->matching);
    fill_rows(k, out);
    return true;
}

/* ---- the table ---- */

static const char *const chain_phrases[] = {"Show me the option chain of {symbol}",
                                            "Get options of {symbol} for {expiry}", NULL};
static const struct op options_ops[] = {
    {.name = "get_option_chain",
     .title = "Option chain",
     .doc = "Options on a stock, index or future: bid, ask, open interest, implied volatility and "
            "Greeks by the broker's model. Without expiry the next one, and all expiries.",
     .in = &chain_in_type,
     .out = &chain_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/options/{symbol}",
     .verb = "options",
     .example = "options AAPL",
     .category = "research",
     .phrases = chain_phrases,
     .run = get_option_chain},
};
const struct op_set options_op_set = {options_ops, sizeof options_ops / sizeof options_ops[0]};
