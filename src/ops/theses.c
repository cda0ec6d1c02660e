/* SPDX-License-Identifier: MIT */
/*
 * theses: what was predicted of a contract against what has happened since.
 *
 * A thesis is one line: symbol, first day, the price then (if it is not that day's close), what is
 * predicted (a price, or a return in per cent) and until when.
 *
 *   AAPL:2026-01-02:250:2026-12-31      ASML.AEB.EUR 2026-01-02 @700 +20% 2027-01-02
 *
 * It is read from its end, because a symbol may have blanks. Lines in the settings are kept, and
 * held against the market whenever it is asked. Prices are closes without dividends, as
 * predictions are.
 */
#include "ops/prices.h"

#include <string.h>

enum { THESES_MAX = 50, DAYS_MAX = 50000 };

/* ---- input ---- */

struct theses_in {
    struct list theses;
    struct str base_currency, account;
};
static const struct field theses_in_fields[] = {
    FIELD(struct theses_in, theses, .positional = true, .max = "50",
          .doc = "SYMBOL:START[:@PRICE]:TARGET:DATE; those of the settings if absent",
          .example = "AAPL:2026-01-02:+20%:2026-12-31"),
    FIELD(struct theses_in, base_currency,
          .doc = "Currency of base_return; the account's if absent"),
    FIELD(struct theses_in, account, .doc = "Decides between listings"),
};
static const struct type theses_in_type = TYPE_OF(struct theses_in, theses_in_fields);

/* ---- output ---- */

struct thesis_row {
    struct str thesis, symbol, currency, start, target_date, to;
    struct opt_num start_price, target_price, price, predicted, actual, base_return;
    struct opt_num time_share, linear, compound, gap_linear, gap_compound;
    struct str error, error_code, next;
};
static const struct field thesis_row_fields[] = {
    FIELD(struct thesis_row, thesis, .doc = "As it was written"),
    FIELD(struct thesis_row, symbol, .doc = "Symbol"),
    FIELD(struct thesis_row, currency, .doc = "Currency of the prices"),
    FIELD(struct thesis_row, start, .doc = "Day from which it counts"),
    FIELD(struct thesis_row, start_price, .doc = "Price then: the one given, else the close"),
    FIELD(struct thesis_row, target_date, .doc = "Day for which it predicts"),
    FIELD(struct thesis_row, target_price, .doc = "Predicted price"),
    FIELD(struct thesis_row, predicted, .doc = "Predicted return in all", .unit = "ratio"),
    FIELD(struct thesis_row, to, .doc = "Day of the last close"),
    FIELD(struct thesis_row, price, .doc = "Last close"),
    FIELD(struct thesis_row, actual, .doc = "Return so far, in its own currency", .unit = "ratio"),
    FIELD(struct thesis_row, base_return, .doc = "The same in the base currency", .unit = "ratio"),
    FIELD(struct thesis_row, time_share, .doc = "Share of the time that is over", .unit = "ratio"),
    FIELD(struct thesis_row, linear, .doc = "Predicted by now, evenly", .unit = "ratio"),
    FIELD(struct thesis_row, compound, .doc = "Predicted by now, compounding", .unit = "ratio"),
    FIELD(struct thesis_row, gap_linear, .doc = "actual less linear", .unit = "ratio"),
    FIELD(struct thesis_row, gap_compound, .doc = "actual less compound", .unit = "ratio"),
    FIELD(struct thesis_row, error, .doc = "Why something is missing"),
    FIELD(struct thesis_row, error_code, .doc = "As a code", .wide = true),
    FIELD(struct thesis_row, next, .doc = "What to do", .wide = true),
};
static const struct type thesis_row_type = TYPE_OF(struct thesis_row, thesis_row_fields);

struct theses_out {
    struct list theses;
    struct str base_currency, prices;
};
static const struct field theses_out_fields[] = {
    FIELD(struct theses_out, theses, .of = &thesis_row_type, .doc = "A row a thesis"),
    FIELD(struct theses_out, base_currency, .doc = "Currency of base_return"),
    FIELD(struct theses_out, prices, .doc = "What the prices are"),
};
static const struct type theses_out_type = TYPE_OF(struct theses_out, theses_out_fields);

/* ---- a line ---- */

struct thesis {
    struct str text, symbol;
    int32_t start, until;
    struct opt_num start_price, price, total; /* price or total is predicted */
    struct priced *priced;                    /* NULL: the line is wrong */
    struct error error;
};

/* Takes the last word off the text; blanks and colons part words. */
static struct str take_last(struct str *text)
{
    size_t end = text->n;
    while (end > 0 && strchr(": ", text->p[end - 1]))
        end--;
    size_t from = end;
    while (from > 0 && !strchr(": ", text->p[from - 1]))
        from--;
    struct str word = str_sub(*text, from, end);
    *text = str_sub(*text, 0, from);
    return word;
}

static bool read_day(struct str word, int32_t *out)
{
    struct utc at;
    if (word.n != 10 || !utc_parse(word, &at))
        return false;
    *out = (int32_t)(at.ns / (86400LL * NS_PER_S));
    return true;
}

static bool read_price(struct str word, struct opt_num *out)
{
    struct dec d;
    if (!dec_parse(word, &d) || dec_sign(d) <= 0)
        return false;
    *out = (struct opt_num){prices_number(DEC_SOME(d)), true};
    return true;
}

static bool read_target(struct str word, struct thesis *t)
{
    struct dec d;
    if (!word.n || word.p[word.n - 1] != '%')
        return read_price(word, &t->price);
    word = str_sub(word, word.p[0] == '+', word.n - 1);
    if (!dec_parse(word, &d) || !dec_gt(d, DEC(-100)) || dec_gt(d, DEC(100000)))
        return false;
    t->total = (struct opt_num){prices_number(DEC_SOME(d)) / 100, true};
    return true;
}

static void read_thesis(struct str text, struct thesis *t)
{
    struct str rest = str_trim(text), word;
    *t = (struct thesis){.text = rest};
    bool good = read_day(take_last(&rest), &t->until) && read_target(take_last(&rest), t);
    word = take_last(&rest);
    if (good && word.n && word.p[0] == '@') {
        good = read_price(str_sub(word, 1, word.n), &t->start_price);
        word = take_last(&rest);
    }
    good = good && read_day(word, &t->start) && t->start < t->until;
    while (rest.n && strchr(": ", rest.p[rest.n - 1]))
        rest.n--;
    t->symbol = str_trim(rest);
    if (good && t->symbol.n)
        return;
    error_set(&t->error, ERROR_INVALID, "BAD_THESIS", "'" STR_FMT "' is no thesis",
              STR_ARG(str_sub(t->text, 0, 60)));
    error_next(&t->error, "write SYMBOL:START[:@PRICE]:TARGET:DATE, as in "
                          "AAPL:2026-01-02:+20%%:2026-12-31");
}

/* ---- the answer ---- */

struct work {
    struct call *c;
    struct thesis *theses;
    size_t n;
    struct str base;
    struct past_rate *rates;
    size_t rate_count;
};

static bool read_all(struct work *w, const struct theses_in *in)
{
    struct str kept = w->c->core->settings->values.analytics.theses, one;
    const struct str *lines = in->theses.items;
    w->theses = ARENA_MANY(w->c->arena, struct thesis, THESES_MAX);
    for (size_t i = 0; i < in->theses.n; i++)
        read_thesis(lines[i], &w->theses[w->n++]);
    while (!in->theses.n && str_cut(&kept, ',', &one)) {
        if (!str_trim(one).n)
            continue;
        if (w->n == THESES_MAX)
            return error_set(&w->c->error, ERROR_LIMIT, "TOO_MANY", "at most %d theses at once",
                             THESES_MAX);
        read_thesis(one, &w->theses[w->n++]);
    }
    if (w->n)
        return true;
    error_set(&w->c->error, ERROR_INVALID, "NO_THESIS", "no thesis is given");
    return error_next(&w->c->error, "write one, or keep some in analytics.theses");
}

static bool fetch(struct work *w, struct str account)
{
    struct call *c = w->c;
    struct priced *p = ARENA_MANY(c->arena, struct priced, w->n);
    int32_t today = (int32_t)(task_now(c->task).wall.ns / (86400LL * NS_PER_S)), first = today;
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct thesis *t = &w->theses[i];
        if (t->error.code != ERROR_NONE)
            continue;
        p[n].asked = t->symbol;
        t->priced = &p[n++];
        first = t->start < first ? t->start : first;
    }
    if ((int64_t)n * (today - first) > DAYS_MAX)
        return error_set(&c->error, ERROR_LIMIT, "TOO_MANY",
                         "%zu theses over %d days are too much at once", n, (int)(today - first));
    const struct opt_utc from = {{(int64_t)(first - DATED_STALE_DAYS) * 86400 * NS_PER_S}, true};
    const struct history_question like = {.size = BAR_1_DAY,
                                          .show = BARS_TRADES,
                                          .regular_hours_only = true,
                                          .finished_only = true,
                                          .from = from};
    if (n && !prices_fetch(c, account, &like, p, n))
        return false;
    w->rates = ARENA_MANY(c->arena, struct past_rate, n);
    for (size_t i = 0; i < n; i++) {
        p[i].closes = prices_closes(c, &p[i]);
        if (!p[i].details || !w->base.n)
            continue;
        struct past_rate *r = &w->rates[w->rate_count++];
        str_copy_cut(r->currency, sizeof r->currency, STR_NAME(p[i].details->contract.currency));
        str_copy_cut(r->base, sizeof r->base, w->base);
    }
    return prices_rates(c, w->rates, w->rate_count, from, false);
}

static const struct past_rate *rate_of(const struct work *w, const struct priced *p)
{
    for (size_t i = 0; i < w->rate_count; i++)
        if (str_eq(STR_NAME(w->rates[i].currency), STR_NAME(p->details->contract.currency)))
            return &w->rates[i];
    return NULL;
}

static struct opt_num ratio(double v)
{
    return prices_ratio((struct opt_num){v, true});
}

/* False with the thesis' error. */
static bool compare(struct work *w, struct thesis *t, struct thesis_row *r)
{
    const struct dated *s = &t->priced->closes;
    size_t first, last;
    if (t->priced->error.code != ERROR_NONE) {
        t->error = t->priced->error;
        return false;
    }
    if (!dated_at(*s, t->start, &first))
        return error_set(&t->error, ERROR_UNAVAILABLE, "INSUFFICIENT_HISTORY",
                         STR_FMT " has no close for " STR_FMT, STR_ARG(t->symbol),
                         STR_ARG(prices_day(w->c, t->start)));
    /* after its end a thesis is measured by the close of that day */
    (void)dated_index(*s, t->until, &last);
    double from = t->start_price.has ? t->start_price.v : s->v[first];
    if (!(from > 0))
        return error_set(&t->error, ERROR_UNAVAILABLE, "NO_RETURN",
                         "the first close of " STR_FMT " is not above zero", STR_ARG(t->symbol));
    double predicted = t->total.has ? t->total.v : t->price.v / from - 1;
    double actual = s->v[last] / from - 1;
    struct progress p = progress_of(predicted, t->start, t->until, s->day[last]);
    r->start_price = ratio(from);
    r->target_price = ratio(from * (1 + predicted));
    r->predicted = ratio(predicted);
    r->to = prices_day(w->c, s->day[last]);
    r->price = ratio(s->v[last]);
    r->actual = ratio(actual);
    r->time_share = ratio(p.share);
    r->linear = ratio(p.linear);
    r->compound = ratio(p.compound);
    r->gap_linear = ratio(actual - p.linear);
    r->gap_compound = ratio(actual - p.compound);
    const struct past_rate *rate = rate_of(w, t->priced);
    struct opt_num fx = {0, rate && rate->is_same};
    if (rate && !rate->is_same)
        fx = dated_change(rate->rates, t->start, s->day[last]);
    if (fx.has) {
        r->base_return = ratio(currency_return(actual, fx.v).base);
        return true;
    }
    return error_set(&t->error, ERROR_UNAVAILABLE, "NO_RATE",
                     "no rate of " STR_FMT " is known for these days", STR_ARG(t->symbol));
}

static struct thesis_row row_of(struct work *w, struct thesis *t)
{
    struct call *c = w->c;
    struct thesis_row r = {.thesis = t->text};
    bool good = t->priced;
    if (t->priced) {
        r.symbol = prices_symbol(c, t->priced);
        r.start = prices_day(c, t->start);
        r.target_date = prices_day(c, t->until);
        if (t->priced->details)
            r.currency = call_text(c, t->priced->details->contract.currency);
        good = compare(w, t, &r);
    }
    if (good)
        return r;
    call_row_error(c, &t->error, &r.error, &r.error_code, &r.next);
    call_incomplete(c, "%s: %s", t->error.reason, t->error.text);
    return r;
}

static bool compare_theses(struct call *c, const void *in_, void *result)
{
    const struct theses_in *in = in_;
    struct theses_out *out = result;
    struct work w = {.c = c};
    struct str account;
    if (!read_all(&w, in) || !call_needs_broker(c) || !call_account(c, in->account, &account))
        return false;
    w.base = in->base_currency.n ? in->base_currency
                                 : call_text(c, book_base_currency(c->core->book, account));
    if (!fetch(&w, account))
        return false;
    struct thesis_row *rows = ARENA_MANY(c->arena, struct thesis_row, w.n);
    for (size_t i = 0; i < w.n; i++)
        rows[i] = row_of(&w, &w.theses[i]);
    out->theses = (struct list){rows, w.n};
    out->base_currency = w.base;
    out->prices = STR("daily closes, adjusted for splits; dividends are not included");
    return true;
}

/* ---- the table ---- */

static const char *const thesis_phrases[] = {"Compare actual performance vs thesis predictions",
                                             NULL};

static const struct op theses_ops[] = {
    {.name = "compare_theses",
     .title = "Theses and what happened",
     .doc = "Holds predictions against what happened: actual return so far, local and in the base "
            "currency, what the thesis predicted by now (evenly and compounding), and the gap. "
            "Theses are given, or kept in the setting analytics.theses. Dividends not included.",
     .in = &theses_in_type,
     .out = &theses_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/theses",
     .verb = "theses",
     .example = "theses AAPL:2026-01-02:+20%:2026-12-31",
     .category = "market_data",
     .phrases = thesis_phrases,
     .run = compare_theses},
};
const struct op_set theses_op_set = {theses_ops, sizeof theses_ops / sizeof theses_ops[0]};
