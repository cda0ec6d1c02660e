/* SPDX-License-Identifier: MIT */
/*
 * numbers: what src/quant makes of bars, for comparison with the programs of others.
 *
 * stdin: lines "day,high,low,close,volume,other,worth,in,out", oldest first; day counts from
 * 1970-01-01, `other` is the close of a benchmark; an account was worth so much at the close, and
 * so much was put in and taken out that day. stdout: "name,index,value" for each number of an
 * indicator, the index that of its bar; "name,,value" for what is made of the whole, no value if it
 * is unknown.
 */
#include "quant/dated.h"
#include "quant/flows.h"
#include "quant/indicators.h"
#include "quant/performance.h"

#include <stdio.h>
#include <stdlib.h>

enum { BARS_MAX = 20000 };

static double high[BARS_MAX], low[BARS_MAX], closes[BARS_MAX], volume[BARS_MAX], other[BARS_MAX];
static int32_t day[BARS_MAX];
static struct interval account[BARS_MAX];
static struct payment payments[2 * BARS_MAX + 2];
static size_t n;

static double a[BARS_MAX], b[BARS_MAX], c[BARS_MAX];

static bool read_bars(void)
{
    int d;
    for (n = 0; n < BARS_MAX; n++) {
        struct interval *i = &account[n];
        int got = scanf("%d,%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &d, &high[n], &low[n], &closes[n],
                        &volume[n], &other[n], &i->value, &i->in, &i->out);
        if (got != 9)
            return got == EOF && n > 0;
        day[n] = (int32_t)d;
    }
    return false;
}

static void column(const char *name, const double *v, size_t k)
{
    for (size_t i = 0; i < k; i++)
        printf("%s,%zu,%.17g\n", name, n - k + i, v[i]);
}

static void one(const char *name, struct opt_num v)
{
    if (v.has)
        printf("%s,,%.17g\n", name, v.v);
    else
        printf("%s,,\n", name);
}

static void indicators(void)
{
    static const size_t periods[] = {5, 20, 200};
    char name[32];
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        snprintf(name, sizeof name, "sma%zu", periods[i]);
        column(name, a, indicator_sma(closes, n, periods[i], a));
        snprintf(name, sizeof name, "ema%zu", periods[i]);
        column(name, a, indicator_ema(closes, n, periods[i], a));
        snprintf(name, sizeof name, "volatility%zu", periods[i]);
        column(name, a, indicator_volatility(closes, n, periods[i], TRADING_DAYS, a));
    }
    size_t k = indicator_bollinger(closes, n, 20, 2, a, b, c);
    column("upper", a, k);
    column("middle", b, k);
    column("lower", c, k);
    k = indicator_macd(closes, n, 12, 26, 9, a, b, c);
    column("macd", a, k);
    column("signal", b, k);
    column("histogram", c, k);
    column("rsi14", a, indicator_rsi(closes, n, 14, a));
    column("atr14", a, indicator_atr(high, low, closes, n, 14, a));
    column("vwap", a, indicator_vwap(high, low, closes, volume, n, a));
}

static void changes(void)
{
    const struct series prices = {closes, n};
    const struct dated dated = {day, closes, n};
    int32_t last = day[n - 1];
    size_t least, greatest;
    one("change20", price_change(prices, 20));
    one("momentum12_1", momentum(prices, 252, 21));
    one("month1", dated_change(dated, day_months_before(last, 1), last));
    one("month3", dated_change(dated, day_months_before(last, 3), last));
    one("year1", dated_change(dated, day_months_before(last, 12), last));
    one("year_to_date", dated_change(dated, day_before_year(last), last));
    one("median", series_quantile(prices, 0.5, c));
    one("quantile90", series_quantile(prices, 0.9, c));
    one("zscore", series_zscore(prices, closes[n - 1]));
    one("share_below", series_share_below(prices, closes[n - 1]));
    if (series_extremes(series_tail(prices, TRADING_DAYS), &least, &greatest)) {
        one("low252", (struct opt_num){series_tail(prices, TRADING_DAYS).v[least], true});
        one("high252", (struct opt_num){series_tail(prices, TRADING_DAYS).v[greatest], true});
    }
}

static void performance(void)
{
    const struct series prices = {closes, n}, others = {other, n};
    const struct series r = {a, series_returns(prices, a)}, market = {b, series_returns(others, b)};
    struct drawdown d = max_drawdown(r);
    one("total", total_return(r));
    one("annual", annual_return(r, TRADING_DAYS));
    one("volatility", volatility(r, TRADING_DAYS));
    one("sharpe", sharpe_ratio(r, 0, TRADING_DAYS));
    one("sharpe_at_5", sharpe_ratio(r, 0.05, TRADING_DAYS));
    one("sortino", sortino_ratio(r, TRADING_DAYS));
    one("drawdown", (struct opt_num){d.depth, true});
    one("calmar", calmar_ratio(r, TRADING_DAYS));
    one("beta", beta(r, market));
    one("correlation", series_correlation(r, market));
    one("tracking_error", tracking_error(r, market, TRADING_DAYS, c));
    one("information_ratio", information_ratio(r, market, TRADING_DAYS, c));
    one("at_risk", value_at_risk(r, 0.05, c));
}

/* The whole time of the account: it begins with what it was worth on the first day. */
static void flows(void)
{
    size_t k = 0;
    payments[k++] = (struct payment){day[0], -account[0].value};
    for (size_t i = 1; i < n; i++)
        if (account[i].in != 0 || account[i].out != 0)
            payments[k++] = (struct payment){day[i], account[i].out - account[i].in};
    payments[k++] = (struct payment){day[n - 1], account[n - 1].value};
    one("time_weighted", time_weighted(account, n));
    one("money_weighted", money_weighted(payments, k));
}

int main(void)
{
    if (!read_bars()) {
        fprintf(stderr,
                "numbers: lines day,high,low,close,volume,other,worth,in,out are expected\n");
        return 1;
    }
    indicators();
    changes();
    performance();
    flows();
    return 0;
}
