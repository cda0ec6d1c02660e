/* SPDX-License-Identifier: MIT */
#include "paper/fees.h"

#include <assert.h>

static const struct {
    const char *currency;
    int64_t share_millionths; /* of the trade's value */
    int64_t least;
} rates[] = {
    {"EUR", 500, 3},  {"GBP", 500, 3},  {"CHF", 500, 5},  {"SEK", 500, 49},    {"NOK", 500, 49},
    {"DKK", 500, 49}, {"JPY", 800, 80}, {"HKD", 800, 18}, {"KRW", 1000, 1500},
};
#define FX_SHARE      DEC_MICRO(20) /* 0.2 basis points */
#define FX_LEAST      DEC(2)
#define US_PER_SHARE  DEC_MICRO(5000)
#define US_LEAST      DEC(1)
#define US_SHARE_MOST DEC_MICRO(10000) /* never more than one percent of the value */
#define OTHER_SHARE   DEC_MICRO(1000)
#define CENT          DEC_MICRO(10000)

static struct dec product(struct dec a, struct dec b)
{
    struct dec out = DEC_ZERO;
    bool ok = dec_mul(a, b, &out);
    assert(ok); /* sizes and prices of accepted orders are bounded */
    return out;
}

struct dec fees_commission(const struct instrument *i, struct dec quantity, struct dec price,
                           struct dec usd_rate, const char **currency)
{
    const struct contract *c = &i->contract;
    *currency = c->currency;
    struct dec value = product(quantity, price), fee = product(value, OTHER_SHARE);
    if (c->sec_type == SEC_CASH) {
        *currency = "USD";
        fee = dec_max(product(product(quantity, usd_rate), FX_SHARE), FX_LEAST);
    } else if (str_eq(STR_NAME(c->currency), STR("USD"))) {
        fee = dec_max(product(quantity, US_PER_SHARE), US_LEAST);
        fee = dec_min(fee, product(value, US_SHARE_MOST));
    } else {
        for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++)
            if (str_eq(STR_NAME(c->currency), str_of(rates[r].currency)))
                fee = dec_max(product(value, DEC_MICRO(rates[r].share_millionths)),
                              dec_of(rates[r].least));
    }
    return dec_round_to(fee, CENT, DEC_UP);
}
