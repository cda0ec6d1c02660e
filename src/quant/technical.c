/* SPDX-License-Identifier: MIT */
#include "quant/technical.h"

#include "quant/indicators.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char technical_words[] = "sma20, ema20, rsi14, atr14, volatility20, macd12-26-9, "
                               "bollinger20-2, vwap, vwap20, range52w";

typedef size_t compute_fn(const struct technical *t, const struct price_bars *b,
                          double *const out[TECHNICAL_LINES_MAX]);

struct technical_kind {
    const char *name;
    size_t numbers; /* that may follow the name */
    double initial[TECHNICAL_LINES_MAX];
    double least; /* of the first number */
    const char *unit;
    size_t lines;
    const char *line[TECHNICAL_LINES_MAX]; /* what is added to the name */
    bool is_price;
    bool is_endless; /* every bar before counts, ever less */
    compute_fn *compute;
};

static size_t period(const struct technical *t)
{
    return (size_t)t->number[0];
}

/* ---- the computations in one shape ---- */

static size_t sma(const struct technical *t, const struct price_bars *b,
                  double *const out[TECHNICAL_LINES_MAX])
{
    return indicator_sma(b->close, b->n, period(t), out[0]);
}

static size_t ema(const struct technical *t, const struct price_bars *b,
                  double *const out[TECHNICAL_LINES_MAX])
{
    return indicator_ema(b->close, b->n, period(t), out[0]);
}

static size_t rsi(const struct technical *t, const struct price_bars *b,
                  double *const out[TECHNICAL_LINES_MAX])
{
    return indicator_rsi(b->close, b->n, period(t), out[0]);
}

static size_t atr(const struct technical *t, const struct price_bars *b,
                  double *const out[TECHNICAL_LINES_MAX])
{
    return indicator_atr(b->high, b->low, b->close, b->n, period(t), out[0]);
}

static size_t realised(const struct technical *t, const struct price_bars *b,
                       double *const out[TECHNICAL_LINES_MAX])
{
    for (size_t i = 0; i < b->n; i++)
        if (!(b->close[i] > 0))
            return 0;
    return b->year > 0 ? indicator_volatility(b->close, b->n, period(t), b->year, out[0]) : 0;
}

static size_t macd(const struct technical *t, const struct price_bars *b,
                   double *const out[TECHNICAL_LINES_MAX])
{
    return indicator_macd(b->close, b->n, period(t), (size_t)t->number[1], (size_t)t->number[2],
                          out[0], out[1], out[2]);
}

static size_t bollinger(const struct technical *t, const struct price_bars *b,
                        double *const out[TECHNICAL_LINES_MAX])
{
    return indicator_bollinger(b->close, b->n, period(t), t->number[1], out[0], out[1], out[2]);
}

/* Of each session by itself. Where its begin was not seen, or before its first volume, there is no
 * average: the column ends there towards the past. */
static size_t session_vwap(const struct price_bars *b, double *out)
{
    size_t from = 0; /* of the session */
    while (from < b->n && !b->begins[from])
        from++;
    size_t first = from; /* of the column */
    for (size_t i = from + 1; i <= b->n; i++) {
        if (i < b->n && !b->begins[i])
            continue;
        double *place = out + from;
        size_t n = i - from;
        size_t k = indicator_vwap(b->high + from, b->low + from, b->close + from, b->volume + from,
                                  n, place);
        memmove(place + (n - k), place, k * sizeof *place);
        if (k < n)
            first = i - k;
        from = i;
    }
    memmove(out, out + first, (b->n - first) * sizeof *out);
    return b->n - first;
}

static size_t vwap(const struct technical *t, const struct price_bars *b,
                   double *const out[TECHNICAL_LINES_MAX])
{
    size_t n = period(t), k = 0;
    if (!n)
        return b->begins && b->n ? session_vwap(b, out[0]) : 0;
    for (size_t i = n; i <= b->n; i++) {
        double turnover = 0, shares = 0;
        for (size_t j = i - n; j < i; j++) {
            turnover += (b->high[j] + b->low[j] + b->close[j]) / 3 * b->volume[j];
            shares += b->volume[j];
        }
        if (shares > 0)
            out[0][k++] = turnover / shares;
        else
            k = 0; /* nothing was traded: the column ends here towards the past */
    }
    return k;
}

static size_t range(const struct technical *t, const struct price_bars *b,
                    double *const out[TECHNICAL_LINES_MAX])
{
    int32_t span = 7 * (int32_t)period(t);
    size_t k = 0, from = 0;
    for (size_t i = 0; i < b->n; i++) {
        /* a week is missing at the most: holidays, or the first week of a listing */
        if (b->day[i] - b->day[0] < span - 7)
            continue;
        while (b->day[i] - b->day[from] >= span)
            from++;
        double high = b->high[from], low = b->low[from];
        for (size_t j = from; j <= i; j++) {
            high = fmax(high, b->high[j]);
            low = fmin(low, b->low[j]);
        }
        out[0][k] = high;
        out[1][k++] = low;
    }
    return k;
}

static const struct technical_kind kinds[] = {
    {"sma", 1, {20}, 1, "", 1, {""}, true, false, sma},
    {"ema", 1, {20}, 1, "", 1, {""}, true, true, ema},
    {"rsi", 1, {14}, 1, "", 1, {""}, false, true, rsi},
    {"atr", 1, {14}, 1, "", 1, {""}, false, true, atr},
    {"volatility", 1, {20}, 2, "", 1, {""}, false, false, realised},
    {"macd", 3, {12, 26, 9}, 1, "", 3, {"", "_signal", "_histogram"}, false, true, macd},
    {"bollinger", 2, {20, 2}, 1, "", 3, {"_upper", "_middle", "_lower"}, true, false, bollinger},
    {"vwap", 1, {0}, 1, "", 1, {""}, true, false, vwap},
    {"range", 1, {52}, 1, "w", 2, {"_high", "_low"}, true, false, range},
};

/* ---- names ---- */

static bool take_number(struct str *text, double *out)
{
    size_t n = 0;
    while (n < text->n && ((text->p[n] >= '0' && text->p[n] <= '9') || text->p[n] == '.'))
        n++;
    if (!n || !str_to_double(str_sub(*text, 0, n), out))
        return false;
    *text = str_sub(*text, n, text->n);
    return true;
}

static bool take_numbers(struct str text, struct technical *t)
{
    const struct technical_kind *k = t->kind;
    struct str unit = str_of(k->unit);
    for (size_t i = 0; text.n && i < k->numbers; i++) {
        bool is_width = i == 1 && k->compute == bollinger;
        double v, least = is_width ? 0.1 : i ? 1 : k->least;
        if (strchr(":-_ ", text.p[0]))
            text = str_sub(text, 1, text.n);
        if (!take_number(&text, &v) || v > TECHNICAL_PERIOD_MAX || v < least ||
            (!is_width && v != floor(v)))
            return false;
        t->number[i] = v;
    }
    return !text.n || (unit.n && str_ieq(text, unit));
}

static void put_name(struct technical *t)
{
    size_t at = strlen(t->kind->name);
    memcpy(t->name, t->kind->name, at + 1);
    for (size_t i = 0; i < t->kind->numbers && t->number[i] > 0; i++)
        at +=
            (size_t)snprintf(t->name + at, sizeof t->name - at, "%s%g", i ? "-" : "", t->number[i]);
    (void)snprintf(t->name + at, sizeof t->name - at, "%s", t->kind->unit);
}

bool technical_parse(struct str text, struct technical *out)
{
    text = str_trim(text);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct technical_kind *k = &kinds[i];
        struct str name = str_of(k->name);
        if (!str_ieq(str_sub(text, 0, name.n), name))
            continue;
        *out = (struct technical){.kind = k, .lines = k->lines, .is_price = k->is_price};
        memcpy(out->number, k->initial, sizeof out->number);
        if (!take_numbers(str_sub(text, name.n, text.n), out) ||
            (k->compute == macd && out->number[0] >= out->number[1]))
            return false;
        put_name(out);
        return true;
    }
    return false;
}

void technical_line(const struct technical *t, size_t line, char out[TECHNICAL_NAME_MAX])
{
    assert(line < t->lines);
    (void)snprintf(out, TECHNICAL_NAME_MAX, "%s%s", t->name, t->kind->line[line]);
}

bool technical_needs_session(const struct technical *t)
{
    return t->kind->compute == vwap && !period(t);
}

size_t technical_bars(const struct technical *t, size_t values)
{
    enum { SETTLED = 8 }; /* periods after which a start weighs less than a thousandth */
    double most = fmax(t->number[0], fmax(t->number[1], t->number[2]));
    if (t->kind->compute == range) /* in days, all of which may be sessions */
        return 7 * (size_t)most + 7 + values;
    if (technical_needs_session(t))
        return values;
    if (t->kind->compute == macd)
        most = t->number[1] + t->number[2];
    size_t n = (size_t)most * (t->kind->is_endless ? SETTLED : 1) + 1;
    return n + values;
}

size_t technical_compute(const struct technical *t, const struct price_bars *b,
                         double *const out[TECHNICAL_LINES_MAX])
{
    return t->kind->compute(t, b, out);
}
