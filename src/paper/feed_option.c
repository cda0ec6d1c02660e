/* SPDX-License-Identifier: MIT */
/* Interest, volatility and options in the market model. */
#include "paper/feed_private.h"
#include "paper/maths.h"

double feed_interest(struct str currency)
{
    static const struct {
        char name[4];
        double rate;
    } table[] = {{"USD", 0.040}, {"EUR", 0.020}, {"GBP", 0.040}, {"JPY", 0.005}, {"CHF", 0.0025},
                 {"CAD", 0.025}, {"AUD", 0.036}, {"HKD", 0.032}, {"SEK", 0.020}, {"NOK", 0.040},
                 {"DKK", 0.018}, {"SGD", 0.018}, {"NZD", 0.028}, {"KRW", 0.025}, {"CNH", 0.017}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (str_eq(currency, str_of(table[i].name)))
            return table[i].rate;
    return 0.02;
}

bool feed_option_at(struct feed *f, const struct instrument *i, int64_t utc_s,
                    struct feed_option *model, struct dec *bid, struct dec *ask)
{
    (void)f, (void)i, (void)utc_s, (void)model, (void)bid, (void)ask;
    return false; /* no option is listed */
}

double feed_historical_vol(struct feed *f, const struct instrument *i, int64_t utc_s)
{
    enum { DAYS = 30 };
    double sum = 0, before = 0;
    int n = 0;
    for (int d = DAYS; d >= 0; d--) {
        double now = dec_to_double(feed_price(f, i, utc_s - d * (int64_t)HOURS_DAY_S));
        if (before > 0 && now > 0) {
            double r = maths_log(now / before);
            sum += r * r;
            n++;
        }
        before = now;
    }
    return n > 0 ? maths_sqrt(sum / n * 365) : 0;
}

double feed_implied_vol(struct feed *f, const struct instrument *i, int64_t utc_s)
{
    (void)f, (void)utc_s;
    return i->volatility;
}
