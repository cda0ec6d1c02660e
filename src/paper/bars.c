/* SPDX-License-Identifier: MIT */
#include "paper/bars.h"

#include <assert.h>

#define KIND(t) (1u << (t))

enum { SAMPLES = 4, LONG_AGO_S = 946857600 /* 2000-01-03 */ };

/* ---- what to show ---- */
static const unsigned all = ~0u, quotes_only = KIND(SEC_CASH) | KIND(SEC_CMDTY) | KIND(SEC_CFD),
                      values_only = KIND(SEC_IND) | KIND(SEC_FUND);

static const struct {
    const char *name, *title;
    unsigned except, only; /* sets of security types */
    int64_t first_s;
} shows[SHOW_COUNT] = {
    [SHOW_TRADES] = {"TRADES", "Trades", quotes_only, all, LONG_AGO_S},
    [SHOW_MIDPOINT] = {"MIDPOINT", "Midpoint", values_only, all, 1075131000},
    [SHOW_BID] = {"BID", "Bid", values_only, all, 1075131000},
    [SHOW_ASK] = {"ASK", "Ask", values_only, all, 1075131000},
    [SHOW_BID_ASK] = {"BID_ASK", "BidAsk", values_only, all, 1075131000},
    [SHOW_ADJUSTED_LAST] = {"ADJUSTED_LAST", "AdjustedLast", 0, KIND(SEC_STK), LONG_AGO_S},
    [SHOW_HISTORICAL_VOLATILITY] = {"HISTORICAL_VOLATILITY", "HistoricalVolatility", 0,
                                    KIND(SEC_STK) | KIND(SEC_IND), LONG_AGO_S + 30 * HOURS_DAY_S},
    [SHOW_OPTION_IMPLIED_VOLATILITY] = {"OPTION_IMPLIED_VOLATILITY", "OptionImpliedVolatility", 0,
                                        KIND(SEC_STK) | KIND(SEC_IND), 1136298600},
    [SHOW_FEE_RATE] = {"FEE_RATE", "FeeRate", 0, KIND(SEC_STK), 1136298600},
    [SHOW_SCHEDULE] = {"SCHEDULE", "Schedule", 0, all, LONG_AGO_S},
    [SHOW_AGGREGATED_TRADES] = {"AGGTRADES", "AggTrades", 0, KIND(SEC_CRYPTO), LONG_AGO_S},
    [SHOW_YIELD_ASK] = {"YIELD_ASK", "YieldAsk", 0, 0, LONG_AGO_S},
    [SHOW_YIELD_BID] = {"YIELD_BID", "YieldBid", 0, 0, LONG_AGO_S},
    [SHOW_YIELD_BID_ASK] = {"YIELD_BID_ASK", "YieldBidAsk", 0, 0, LONG_AGO_S},
    [SHOW_YIELD_LAST] = {"YIELD_LAST", "YieldLast", 0, 0, LONG_AGO_S},
};

bool show_parse(struct str name, enum show *out)
{
    for (int i = 0; i < SHOW_COUNT; i++)
        if (str_ieq(str_trim(name), str_of(shows[i].name))) {
            *out = (enum show)i;
            return true;
        }
    return false;
}

const char *show_title(enum show show)
{
    assert(show < SHOW_COUNT);
    return shows[show].title;
}

bool show_exists(const struct instrument *i, enum show show)
{
    assert(show < SHOW_COUNT);
    unsigned kind = KIND(i->contract.sec_type);
    return (shows[show].only & kind) != 0 && (shows[show].except & kind) == 0;
}

int64_t show_first_s(enum show show)
{
    assert(show < SHOW_COUNT);
    return shows[show].first_s;
}

/* ---- sizes ---- */
/* The longest spans are those that the broker's limits of request and answer come to. */
static const struct {
    const char *name, *other;
    int64_t seconds, span_max_s;
} sizes[] = {
    {"1 secs", "1 sec", 1, 2000},
    {"5 secs", NULL, 5, 10000},
    {"10 secs", NULL, 10, 20000},
    {"15 secs", NULL, 15, 30000},
    {"30 secs", NULL, 30, HOURS_DAY_S},
    {"1 min", "1 mins", 60, 14 * HOURS_DAY_S},
    {"2 mins", NULL, 120, 28 * HOURS_DAY_S},
    {"3 mins", NULL, 180, 42 * HOURS_DAY_S},
    {"5 mins", NULL, 300, 70 * HOURS_DAY_S},
    {"10 mins", NULL, 600, 140 * HOURS_DAY_S},
    {"15 mins", NULL, 900, 210 * HOURS_DAY_S},
    {"20 mins", NULL, 1200, 280 * HOURS_DAY_S},
    {"30 mins", NULL, 1800, 420 * HOURS_DAY_S},
    {"1 hour", "1 hours", 3600, 840 * HOURS_DAY_S},
    {"2 hours", NULL, 7200, 1680 * HOURS_DAY_S},
    {"3 hours", NULL, 10800, 2520 * HOURS_DAY_S},
    {"4 hours", NULL, 14400, 3360 * HOURS_DAY_S},
    {"8 hours", NULL, 28800, (int64_t)6720 * HOURS_DAY_S},
    {"1 day", "1D", HOURS_DAY_S, (int64_t)18300 * HOURS_DAY_S},
    {"1W", "1 week", BAR_WEEK_S, (int64_t)36600 * HOURS_DAY_S},
    {"1M", "1 month", BAR_MONTH_S, (int64_t)36600 * HOURS_DAY_S},
};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

int64_t bars_size_parse(struct str name)
{
    name = str_trim(name);
    for (size_t i = 0; i < SIZES; i++)
        if (str_ieq(name, str_of(sizes[i].name)) ||
            (sizes[i].other != NULL && str_ieq(name, str_of(sizes[i].other))))
            return sizes[i].seconds;
    return 0;
}

int64_t bars_span_max(int64_t bar_s)
{
    for (size_t i = 0; i < SIZES; i++)
        if (sizes[i].seconds == bar_s)
            return sizes[i].span_max_s;
    return 0;
}

void bars_size_names(struct buf *out)
{
    for (size_t i = 0; i < SIZES; i++)
        buf_add_f(out, "%s%s", i > 0 ? ", " : "", sizes[i].name);
}

/* ---- spans ---- */
static const struct {
    char unit;
    int64_t most;
    int64_t half_days; /* of one unit; 0: seconds */
    const char *too_long;
} units[] = {
    {'S', HOURS_DAY_S, 0,
     "Historical data requests for durations longer than 86400 seconds must be made in days."},
    {'D', 365, 2,
     "Historical data requests for durations longer than 365 days must be made in years."},
    {'W', 52, 14,
     "Historical data requests for durations longer than 52 weeks must be made in years."},
    {'M', 12, 61,
     "Historical data requests for durations longer than 12 months must be made in years."},
    {'Y', 50, 731, "Invalid duration: more than 50 years"},
};

const char *bars_span_parse(struct str text, bool real_hours, int64_t end_s, struct bars_span *out)
{
    static const char not_one[] =
        "Historical data query duration string is invalid. Format is 'integer{SPACE}unit "
        "(S|D|W|M|Y)'.";
    struct str number, unit = str_trim(text);
    int64_t n;
    if (!str_cut(&unit, ' ', &number) || !str_to_i64(number, &n) || n < 1 || unit.n != 1)
        return not_one;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].unit != (unit.p[0] & ~0x20))
            continue;
        if (n > units[i].most)
            return units[i].too_long;
        *out = (struct bars_span){end_s - n, 0};
        if (units[i].half_days > 0)
            out->from_s = end_s - n * units[i].half_days * (HOURS_DAY_S / 2);
        if (units[i].unit == 'D') {
            out->days = (size_t)n;
            if (real_hours) /* enough calendar days for as many of trading, holidays included */
                out->from_s -= ((n + 4) / 5 * 2 + n / 20 + 4) * (int64_t)HOURS_DAY_S;
        }
        return NULL;
    }
    return not_one;
}

/* ---- where bars begin ---- */
static int64_t month_start(int zone, int64_t utc_s, int add)
{
    int year, month, day;
    civil_from_days(hours_local_day(zone, utc_s), &year, &month, &day);
    month += add;
    if (month > 12) {
        year++;
        month -= 12;
    }
    return hours_utc_of_local(zone, civil_to_days(year, month, 1) * HOURS_DAY_S);
}

int64_t bars_start(const struct instrument *i, int64_t bar_s, int64_t utc_s)
{
    int zone = i->hours.zone;
    if (bar_s == BAR_MONTH_S)
        return month_start(zone, utc_s, 0);
    int64_t day = hours_day_start(zone, utc_s);
    if (bar_s == BAR_WEEK_S) {
        int64_t local = hours_local_day(zone, utc_s);
        return hours_utc_of_local(zone, (local - civil_weekday(local)) * HOURS_DAY_S);
    }
    return bar_s == HOURS_DAY_S ? day : day + (utc_s - day) / bar_s * bar_s;
}

int64_t bars_end(const struct instrument *i, int64_t bar_s, int64_t start)
{
    int zone = i->hours.zone;
    if (bar_s == BAR_MONTH_S)
        return month_start(zone, start, 1);
    if (bar_s == BAR_WEEK_S)
        return hours_utc_of_local(zone, (hours_local_day(zone, start) + 7) * HOURS_DAY_S);
    int64_t next_day = hours_day_end(zone, start);
    if (bar_s == HOURS_DAY_S)
        return next_day;
    return start + bar_s < next_day ? start + bar_s : next_day;
}

/* ---- bars ---- */
static double greater(double a, double b)
{
    return a > b ? a : b;
}

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

static void set(struct shown_bar *b, double open, double high, double low, double close)
{
    b->open = open;
    b->close = close;
    b->high = greater(high, greater(open, close));
    b->low = lesser(low, lesser(open, close));
}

/* The factor by which dividends that went ex after the bar make its prices smaller. */
static double adjustment(struct feed *f, const struct instrument *i, int64_t from_s, int64_t now_s)
{
    struct feed_action actions[FEED_ACTIONS_MAX];
    size_t n = feed_actions(f, i, from_s + 1, now_s, actions, FEED_ACTIONS_MAX);
    double factor = 1;
    for (size_t k = 0; k < n; k++) {
        if (actions[k].kind != FEED_DIVIDEND)
            continue;
        double before = dec_to_double(feed_previous_close(f, i, actions[k].ex_s));
        factor *= 1 - dec_to_double(actions[k].amount) / before;
    }
    return factor;
}

static void trades(const struct instrument *i, const struct feed_bar *b, double factor,
                   struct shown_bar *out)
{
    set(out, factor * dec_to_double(b->open), factor * dec_to_double(b->high),
        factor * dec_to_double(b->low), factor * dec_to_double(b->close));
    out->has_volume = i->contract.sec_type != SEC_IND;
    out->volume = b->volume;
    out->count = b->count;
    out->wap = factor * dec_to_double(b->wap);
}

/* The first and the last second of [from_s, to_s) at which the market is open. */
static void open_seconds(const struct feed *f, const struct instrument *i, int64_t from_s,
                         int64_t to_s, int64_t *first, int64_t *last)
{
    *first = from_s;
    *last = to_s - 1;
    if (!feed_has_real_hours(f))
        return;
    *first = hours_next_open(&i->hours, from_s);
    *last = hours_last_open(&i->hours, to_s - 1);
}

/* A price of trades as bid (half < 0) or ask (half > 0), on the outer whole tick. */
static double side(const struct instrument *i, struct dec price, struct dec half)
{
    enum dec_rounding how = dec_sign(half) < 0 ? DEC_DOWN : DEC_UP;
    return dec_to_double(dec_round_to(dec_plus(price, half), i->tick, how));
}

/* Quotes begin and end as the touch does; between, they are as far from the trades' extremes as at
 * the begin. */
static void quotes(struct feed *f, const struct instrument *i, enum show show,
                   const struct feed_bar *b, int64_t from_s, int64_t to_s, struct shown_bar *out)
{
    int64_t first, last;
    struct dec bid[2], ask[2];
    open_seconds(f, i, from_s, to_s, &first, &last);
    feed_touch(f, i, first, &bid[0], &ask[0]);
    feed_touch(f, i, last, &bid[1], &ask[1]);
    struct dec half;
    if (!dec_div(dec_minus(ask[0], bid[0]), dec_of(2), &half))
        half = DEC_ZERO;
    double b0 = dec_to_double(bid[0]), b1 = dec_to_double(bid[1]);
    double a0 = dec_to_double(ask[0]), a1 = dec_to_double(ask[1]);
    double bid_high = side(i, b->high, dec_neg(half)), bid_low = side(i, b->low, dec_neg(half));
    double ask_high = side(i, b->high, half), ask_low = side(i, b->low, half);
    switch (show) {
    case SHOW_BID:
        set(out, b0, bid_high, bid_low, b1);
        return;
    case SHOW_ASK:
        set(out, a0, ask_high, ask_low, a1);
        return;
    case SHOW_BID_ASK:
        set(out, (b0 + b1) / 2, greater(ask_high, greater(a0, a1)), lesser(bid_low, lesser(b0, b1)),
            (a0 + a1) / 2);
        return;
    default:
        set(out, (a0 + b0) / 2, dec_to_double(b->high), dec_to_double(b->low), (a1 + b1) / 2);
    }
}

static double rate_at(struct feed *f, const struct instrument *i, enum show show, int64_t at_s)
{
    switch (show) {
    case SHOW_HISTORICAL_VOLATILITY:
        return feed_historical_vol(f, i, at_s);
    case SHOW_OPTION_IMPLIED_VOLATILITY:
        return feed_implied_vol(f, i, at_s);
    default:
        return feed_borrow_rate(f, i, at_s);
    }
}

/* Rates move slowly: what lies between is seen at a few moments. */
static void rates(struct feed *f, const struct instrument *i, enum show show, int64_t from_s,
                  int64_t to_s, struct shown_bar *out)
{
    int64_t first, last;
    open_seconds(f, i, from_s, to_s, &first, &last);
    double open = rate_at(f, i, show, first), close = rate_at(f, i, show, last);
    double high = open, low = open;
    for (int k = 1; k < SAMPLES; k++) {
        double v = rate_at(f, i, show, first + (last - first) * k / SAMPLES);
        high = greater(high, v);
        low = lesser(low, v);
    }
    set(out, open, high, low, close);
}

bool bars_make(struct feed *f, const struct instrument *i, enum show show, int64_t from_s,
               int64_t to_s, int64_t now_s, struct shown_bar *out)
{
    struct feed_bar b;
    assert(show_exists(i, show) && show != SHOW_SCHEDULE);
    if (!feed_bar_as_of(f, i, from_s, to_s, now_s, &b))
        return false;
    *out = (struct shown_bar){.from_s = from_s};
    switch (show) {
    case SHOW_TRADES:
    case SHOW_AGGREGATED_TRADES:
        trades(i, &b, 1, out);
        return true;
    case SHOW_ADJUSTED_LAST:
        trades(i, &b, adjustment(f, i, from_s, now_s), out);
        return true;
    case SHOW_HISTORICAL_VOLATILITY:
    case SHOW_OPTION_IMPLIED_VOLATILITY:
    case SHOW_FEE_RATE:
        rates(f, i, show, from_s, to_s, out);
        return true;
    default:
        quotes(f, i, show, &b, from_s, to_s, out);
        return true;
    }
}
