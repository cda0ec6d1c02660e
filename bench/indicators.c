/* SPDX-License-Identifier: MIT */
/*
 * indicators: a million bars through all indicators, one after the other, on one thread.
 *
 * Reports indicators.all in us.
 */
#include "quant/indicators.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "kit/measure.h"
#include "quant/performance.h"

enum { BARS = 1000000 };

static double *room(void)
{
    return xcalloc(BARS, sizeof(double));
}

int main(void)
{
    double *high = room(), *low = room(), *close = room(), *volume = room();
    double *a = room(), *b = room(), *c = room();
    struct rng rng;
    rng_init(&rng, 1, 0);
    int64_t price = 1000000;
    for (size_t i = 0; i < BARS; i++) {
        price += (int64_t)rng_below(&rng, 201) - 100;
        close[i] = (double)price / 1000;
        high[i] = close[i] + (double)rng_below(&rng, 100) / 1000;
        low[i] = close[i] - (double)rng_below(&rng, 100) / 1000;
        volume[i] = (double)rng_below(&rng, 1000);
    }
    int64_t begin = measure_now();
    size_t k = indicator_sma(close, BARS, 20, a) + indicator_sma(close, BARS, 200, a);
    k += indicator_ema(close, BARS, 20, a) + indicator_ema(close, BARS, 200, a);
    k += indicator_bollinger(close, BARS, 20, 2, a, b, c);
    k += indicator_macd(close, BARS, 12, 26, 9, a, b, c);
    k += indicator_rsi(close, BARS, 14, a);
    k += indicator_atr(high, low, close, BARS, 14, a);
    k += indicator_volatility(close, BARS, 20, TRADING_DAYS, a);
    k += indicator_vwap(high, low, close, volume, BARS, a);
    size_t n = series_returns((struct series){close, BARS}, a);
    struct opt_num v = volatility((struct series){a, n}, TRADING_DAYS);
    int64_t ns = measure_now() - begin;
    if (k < (size_t)9 * BARS || !v.has || v.v <= 0)
        measure_die("the indicators are not those of %d bars", BARS);
    report("indicators", "all", (double)ns / 1e3);
    return 0;
}
