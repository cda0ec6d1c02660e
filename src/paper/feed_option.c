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

static const double seconds_per_year = 31536000;
/* what the companies of an index pay in a year */
static const double index_yield = 0.013;
/* a fall of its market by a hundredth raises a variance by a tenth */
static const double leverage = 10;

static double years_until(int64_t utc_s, int64_t expiry_s)
{
    return (double)(expiry_s - utc_s) / seconds_per_year;
}

static double interest_of(const struct instrument *i)
{
    return feed_interest(STR_NAME(i->contract.currency));
}

/* ---- volatility ---- */
double feed_variance(struct feed *f, struct line *under, int64_t minute, double years)
{
    double level = weather_at(f->weather, minute * MINUTE_S) *
                   maths_exp(-leverage * feed_market_log(f, under, minute));
    return under->volatility * under->volatility * weather_expected(level, years);
}

const struct option_smile *feed_smile(const struct instrument *under)
{
    static const struct option_smile index = {-0.6, 1.0}, share = {-0.35, 0.9}, fear = {0.5, 1.0};
    bool is_fund = str_eq(STR_NAME(under->stock_type), STR("ETF"));
    if (under->contract.sec_type == SEC_IND && under->beta < -1)
        return &fear; /* of what rises in a panic the high strikes are dear */
    return under->contract.sec_type == SEC_IND || is_fund ? &index : &share;
}

/* ---- futures ---- */
/* The price that is agreed on now for a day in the future, against the underlying's now. */
static double forward_ratio(struct feed *f, const struct instrument *under, int64_t minute,
                            double years)
{
    struct line *l = feed_line(f, under);
    if (l->kind == LINE_FEAR) { /* it comes back to its mean, as variances do */
        double now = feed_variance(f, feed_line(f, l->fear), minute, 30.0 / 365);
        double mean = l->fear->volatility * l->fear->volatility;
        return maths_sqrt(mean * weather_expected(now / mean, years) / now);
    }
    double carry = interest_of(under);
    if (under->contract.sec_type == SEC_IND)
        carry -= index_yield;
    else if (under->contract.sec_type == SEC_CASH)
        carry -= feed_interest(STR_NAME(under->contract.symbol));
    return maths_exp(carry * years);
}

double feed_carry(struct feed *f, const struct instrument *i, int64_t minute)
{
    double years = years_until(minute * MINUTE_S, i->expiry_s);
    return years > 0 ? forward_ratio(f, i->underlying, minute, years) : 1;
}

/* ---- options ---- */
double feed_pv_dividends(const struct feed *f, const struct instrument *i, int64_t utc_s)
{
    enum { MANY = 16 }; /* four years of quarters */
    struct feed_action some[MANY];
    double sum = 0;
    size_t n = feed_actions(f, i->underlying, utc_s + 1, i->expiry_s, some, MANY);
    for (size_t k = 0; k < n; k++)
        if (some[k].kind == FEED_DIVIDEND)
            sum += dec_to_double(some[k].amount) *
                   maths_exp(-interest_of(i) * years_until(utc_s, some[k].ex_s));
    return sum;
}

bool feed_option_terms(struct feed *f, const struct instrument *i, int64_t minute,
                       double underlying, struct option_terms *t, double *vol)
{
    static const double least_years = 60 / 31536000.0;
    const struct instrument *under = i->underlying;
    struct line *l = feed_line(f, under);
    int64_t at = minute * MINUTE_S;
    *t = (struct option_terms){.strike = dec_to_double(i->contract.strike.v),
                               .years = years_until(at, i->expiry_s),
                               .rate = interest_of(i),
                               .is_call = i->contract.right == 'C'};
    if (t->years <= 0)
        return false;
    double discount = maths_exp(-t->rate * t->years), spot;
    if (under->contract.sec_type == SEC_STK)
        spot = underlying - feed_day(f, feed_line(f, i), at)->pv_dividends;
    else
        spot = underlying * forward_ratio(f, under, minute, t->years) * discount;
    /* dividends may not eat it up */
    spot = maths_most(spot, underlying / 2);
    t->pv_dividends = underlying - spot;
    double years = maths_most(t->years, least_years);
    double variance = feed_variance(f, l, minute, years);
    *vol = option_smile_vol(feed_smile(under), variance, years, spot / discount, t->strike);
    return true;
}

double feed_option_mid(const struct option_terms *t, double vol, double underlying)
{
    struct feed_option o;
    return option_price(t, vol, underlying, &o) ? o.price : 0;
}

bool feed_option_at(struct feed *f, const struct instrument *i, int64_t utc_s,
                    struct feed_option *model, struct dec *bid, struct dec *ask)
{
    if (i->contract.sec_type != SEC_OPT || i->underlying == NULL || utc_s >= i->expiry_s)
        return false;
    struct line *under = feed_line(f, i->underlying);
    int64_t shown = feed_shown_second(f, i, utc_s), minute = feed_minute_of(shown);
    struct option_terms t;
    struct feed_option o;
    double vol;
    if (!feed_option_terms(f, i, minute, feed_minute(f, under, shown)->price[0], &t, &vol))
        return false;
    if (!option_price(&t, vol, feed_minute_price(feed_minute(f, under, shown), shown), &o))
        return false;
    if (model != NULL)
        *model = o;
    struct dec b, a;
    feed_touch(f, i, utc_s, &b, &a);
    if (bid != NULL)
        *bid = b;
    if (ask != NULL)
        *ask = a;
    return true;
}

/* ---- of an underlying ---- */
double feed_historical_vol(struct feed *f, const struct instrument *i, int64_t utc_s)
{
    enum { DAYS = 45 };
    i = i->underlying != NULL ? i->underlying : i;
    struct line *l = feed_line(f, i);
    double sum = 0, before = 0;
    int n = 0;
    int64_t noon = feed_day(f, l, utc_s)->start_s + HOURS_DAY_S / 2;
    for (int d = DAYS; d > 0 && n < 30; d--) {
        int64_t end = hours_day_end(i->hours.zone, noon - d * (int64_t)HOURS_DAY_S) - 1;
        bool traded = feed_day(f, l, end)->n > 0;
        struct dec price = feed_price(f, i, end);
        double now = dec_to_double(price) * feed_split_factor(f, i, end, utc_s);
        if (before > 0 && traded) {
            double r = maths_log(now / before);
            sum += r * r;
            n++;
        }
        if (traded)
            before = now;
    }
    return n > 0 ? maths_sqrt(sum / n * 252) : 0;
}

double feed_implied_vol(struct feed *f, const struct instrument *i, int64_t utc_s)
{
    i = i->underlying != NULL ? i->underlying : i;
    return maths_sqrt(feed_variance(f, feed_line(f, i),
                                    feed_minute_of(feed_shown_second(f, i, utc_s)), 30.0 / 365));
}
