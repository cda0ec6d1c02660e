/* SPDX-License-Identifier: MIT */
#include "paper/chains.h"

#include "base/instant.h"
#include "model/calendar.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define US_OPTIONS                                                                                 \
    "SMART,AMEX,CBOE,PHLX,PSE,ISE,BOX,BATS,NASDAQOM,CBOE2,NASDAQBX,MIAX,GEMINI,EDGX,MERCURY,"      \
    "PEARL,EMERALD,MEMX"

#define EQUITY(con_id, name, label, step, rule, hours, close)                                      \
    {                                                                                              \
        (con_id), SEC_OPT, name, name, label, US_OPTIONS, "USD", "100", rule, "US/Eastern", hours, \
            "XNYS", "XNYS", CYCLE_EQUITY, "", 0, (close), (step), false, 1                         \
    }
#define STOCK(con_id, name, label, step)                                                           \
    EQUITY(con_id, name, label, step, "PENNY", "0930-1600", 960)
#define FUND(con_id, name, label, step) EQUITY(con_id, name, label, step, "CENT", "0930-1615", 975)
#define INDEX(con_id, name, class, label, step, cycle, hours, close)                               \
    {                                                                                              \
        (con_id), SEC_OPT, name, class, label, "SMART,CBOE", "USD", "100", "NICKEL", "US/Eastern", \
            hours, "XNYS", "XNYS", (cycle), "", 0, (close), (step), true, 1                        \
    }
#define FUTURE(con_id, symbol, class, name, exchange, ccy, mult, rule, zone, hours, calendar,      \
               business, cycle, months, listed, close)                                             \
    {                                                                                              \
        (con_id), SEC_FUT, symbol, class, name, exchange, ccy, mult, rule, zone, hours, calendar,  \
            business, (cycle), months, (listed), (close), 0, false, 1                              \
    }
#define GLOBEX(con_id, symbol, class, name, exchange, mult, rule, cycle, months, listed, close)    \
    FUTURE(con_id, symbol, class, name, exchange, "USD", mult, rule, "US/Central", "GLOBEX",       \
           "CMES", "XNYS", cycle, months, listed, close)

/* The place in this table is part of the ids: add rows at the end only. */
static const struct chain chains[] = {
    STOCK(265598, "AAPL", "APPLE INC", 5000000),
    STOCK(272093, "MSFT", "MICROSOFT CORP", 10000000),
    STOCK(4815747, "NVDA", "NVIDIA CORP", 5000000),
    STOCK(3691937, "AMZN", "AMAZON.COM INC", 5000000),
    STOCK(76792991, "TSLA", "TESLA INC", 10000000),
    STOCK(107113386, "META", "META PLATFORMS INC-CLASS A", 10000000),
    STOCK(208813719, "GOOGL", "ALPHABET INC-CL A", 5000000),
    STOCK(4391, "AMD", "ADVANCED MICRO DEVICES", 5000000),
    STOCK(8314, "IBM", "INTL BUSINESS MACHINES CORP", 5000000),
    STOCK(1520593, "JPM", "JPMORGAN CHASE & CO", 5000000),
    FUND(756733, "SPY", "SS SPDR S&P 500 ETF TRUST-US", 10000000),
    FUND(320227571, "QQQ", "INVESCO QQQ TRUST SERIES 1", 10000000),
    FUND(9579970, "IWM", "ISHARES RUSSELL 2000 ETF", 5000000),
    FUND(51529211, "GLD", "SPDR GOLD SHARES", 5000000),
    INDEX(416904, "SPX", "SPX", "S&P 500 Stock Index", 100000000, CYCLE_MONTHLY, "0930-1615", 975),
    INDEX(416904, "SPX", "SPXW", "S&P 500 Stock Index", 50000000, CYCLE_DAILY, "0930-1615", 960),
    INDEX(416843, "NDX", "NDX", "NASDAQ 100 Stock Index", 500000000, CYCLE_MONTHLY, "0930-1615",
          975),
    GLOBEX(416904, "ES", "ES", "E-mini S&P 500", "CME", "50", "QUARTER", CYCLE_THIRD_FRIDAY, "HMUZ",
           6, 510),
    GLOBEX(416843, "NQ", "NQ", "E-mini NASDAQ 100", "CME", "20", "QUARTER", CYCLE_THIRD_FRIDAY,
           "HMUZ", 6, 510),
    GLOBEX(900000253, "RTY", "RTY", "E-Mini Russell 2000 Index", "CME", "50", "DIME",
           CYCLE_THIRD_FRIDAY, "HMUZ", 5, 510),
    GLOBEX(416904, "MES", "MES", "Micro E-Mini S&P 500", "CME", "5", "QUARTER", CYCLE_THIRD_FRIDAY,
           "HMUZ", 5, 510),
    GLOBEX(900000264, "CL", "CL", "Light Sweet Crude Oil", "NYMEX", "1000", "CENT", CYCLE_BEFORE_25,
           "FGHJKMNQUVXZ", 13, 810),
    GLOBEX(900000266, "GC", "GC", "Gold", "COMEX", "100", "DIME", CYCLE_THIRD_LAST, "GJMQVZ", 8,
           750),
    GLOBEX(12087792, "EUR", "6E", "European Monetary Union Euro", "CME", "125000", "HALFPIP",
           CYCLE_THIRD_WEDNESDAY, "HMUZ", 6, 556),
    GLOBEX(900000265, "ZN", "ZN", "10 Year US Treasury Note", "CBOT", "1000", "HALF64",
           CYCLE_SEVENTH_LAST, "HMUZ", 4, 721),
    FUTURE(13455763, "VIX", "VX", "CBOE Volatility Index", "CFE", "USD", "1000", "NICKELS",
           "US/Central", "0830-1515", "XCBF", "XCBF", CYCLE_VOLATILITY, "FGHJKMNQUVXZ", 8, 480),
    FUTURE(900000055, "DAX", "FDAX", "DAX 40 Index", "EUREX", "EUR", "25", "ONE", "MET",
           "0800-2200", "XEUR", "XEUR", CYCLE_THIRD_FRIDAY, "HMUZ", 4, 780),
    FUTURE(900000255, "ESTX50", "FESX", "Dow Jones Euro STOXX50", "EUREX", "EUR", "10", "ONE",
           "MET", "0800-2200", "XEUR", "XEUR", CYCLE_THIRD_FRIDAY, "HMUZ", 4, 720),
    FUTURE(900000056, "N225", "225", "Nikkei 225 Index", "OSE.JPN", "JPY", "1000", "TEN", "Japan",
           "0845-1545", "XTKS", "XTKS", CYCLE_SECOND_FRIDAY, "HMUZ", 5, 945),
    FUTURE(900000261, "HSI", "HSI", "Hang Seng Index", "HKFE", "HKD", "50", "ONE", "Hongkong",
           "0915-1200/1300-1630", "XHKG", "XHKG", CYCLE_SECOND_LAST, "FGHJKMNQUVXZ", 4, 960),
    /* in cents */
    {900000294, SEC_FUT,   "ZC",         "ZC",        "Corn Futures", "CBOT", "USD",
     "5000",    "QUARTER", "US/Central", "0830-1320", "CMES",         "XNYS", CYCLE_BEFORE_15,
     "HKNUZ",   7,         720,          0,           false,          100},
};
enum { CHAINS = sizeof chains / sizeof chains[0] };
_Static_assert((int)CHAINS <= (int)CHAINS_MAX, "an id has 6 bits for the chain");

enum { EPOCH_2015 = 16436, DAYS = 1 << 14, FRIDAY = 4, WEDNESDAY = 2 };
static const char month_codes[] = "FGHJKMNQUVXZ";

size_t chains_count(void)
{
    return CHAINS;
}

const struct chain *chains_at(size_t index)
{
    assert(index < CHAINS);
    return &chains[index];
}

/* ---- days ---- */
static bool is_open_day(const struct chain *c, int64_t day)
{
    return calendar_session(calendar_find(str_of(c->business)), day, NULL);
}

/* The n-th business day before `day`, which need not be one; n = 0: day itself or the one before.
 */
static int64_t business_before(const struct chain *c, int64_t day, int n)
{
    for (int64_t least = day - 40; day > least; day--)
        if (is_open_day(c, day) && n-- == 0)
            break;
    return day;
}

/* The n-th weekday (0 = Monday) of a month. */
static int64_t nth_weekday(int year, int month, int weekday, int n)
{
    int64_t first = civil_to_days(year, month, 1);
    return first + (weekday - civil_weekday(first) + 7) % 7 + 7 * (n - 1);
}

static int64_t month_start(int year, int months)
{
    return civil_to_days(year + months / 12, months % 12 + 1, 1);
}

/* The expiry of a delivery month; months counts from January (0) and may exceed 11. */
static int64_t expiry_of_month(const struct chain *c, int year, int months)
{
    year += months / 12;
    months %= 12;
    int month = months + 1;
    int64_t next = month_start(year, months + 1);
    switch (c->cycle) {
    case CYCLE_SECOND_FRIDAY:
        return business_before(c, nth_weekday(year, month, FRIDAY, 2), 0);
    case CYCLE_BEFORE_25: {
        int64_t last = month_start(months == 0 ? year - 1 : year, (months + 11) % 12) + 24;
        return business_before(c, business_before(c, last, 0), 3);
    }
    case CYCLE_BEFORE_15:
        return business_before(c, month_start(year, months) + 13, 0);
    case CYCLE_THIRD_LAST:
        return business_before(c, next - 1, 2);
    case CYCLE_SECOND_LAST:
        return business_before(c, next - 1, 1);
    case CYCLE_SEVENTH_LAST:
        return business_before(c, next - 1, 7);
    case CYCLE_THIRD_WEDNESDAY: {
        int64_t day = nth_weekday(year, month, WEDNESDAY, 3);
        return business_before(c, day, is_open_day(c, day) ? 2 : 1);
    }
    case CYCLE_VOLATILITY: {
        int over = (months + 1) % 12 + 1;
        int64_t friday = nth_weekday(months == 11 ? year + 1 : year, over, FRIDAY, 3);
        return business_before(c, business_before(c, friday, 0) - 30, 0);
    }
    case CYCLE_EQUITY:
    case CYCLE_MONTHLY:
    case CYCLE_DAILY:
    case CYCLE_THIRD_FRIDAY:
        break;
    }
    return business_before(c, nth_weekday(year, month, FRIDAY, 3), 0);
}

static bool is_month_of(const struct chain *c, int months)
{
    return strchr(c->months, month_codes[months % 12]) != NULL;
}

/* The delivery month of a future's expiry as months since January of `*year`; -1 if it is none. */
static int future_month(const struct chain *c, int64_t expiry, int *year)
{
    int month, day;
    civil_from_days(expiry, year, &month, &day);
    for (int months = month - 1; months <= month; months++)
        if (is_month_of(c, months) && expiry_of_month(c, *year, months) == expiry)
            return months;
    return -1;
}

static bool is_third_friday(const struct chain *c, int64_t day)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    return expiry_of_month(c, year, month - 1) == day;
}

static bool is_week_end(const struct chain *c, int64_t day)
{
    int64_t friday = day + (FRIDAY - civil_weekday(day) + 7) % 7;
    return business_before(c, friday, 0) == day;
}

/* True if the rule makes the day an expiry of the chain, listed or not. */
static bool is_expiry(const struct chain *c, int64_t day)
{
    int year;
    if (!is_open_day(c, day))
        return false;
    switch (c->cycle) {
    case CYCLE_DAILY:
        return true;
    case CYCLE_EQUITY:
        return is_week_end(c, day);
    case CYCLE_MONTHLY:
        return is_third_friday(c, day);
    default:
        return future_month(c, day, &year) >= 0;
    }
}

enum { WEEKS_DAYS = 45, DAILY_DAYS = 12, MONTHS_DAYS = 220, YEARS_DAYS = 800 };

/* How far ahead an expiry of options is listed: near ones all, then months, then Januaries. */
static bool is_listed(const struct chain *c, int64_t day, int64_t ahead)
{
    int year, month, date;
    if (c->cycle == CYCLE_DAILY && ahead <= DAILY_DAYS)
        return true;
    if (c->cycle != CYCLE_MONTHLY && ahead <= WEEKS_DAYS)
        return is_week_end(c, day);
    if (c->cycle == CYCLE_DAILY || !is_third_friday(c, day))
        return false;
    civil_from_days(day, &year, &month, &date);
    return ahead <= MONTHS_DAYS || month == 1 || (c->cycle == CYCLE_MONTHLY && month % 6 == 0);
}

size_t chain_expiries(const struct chain *c, int64_t today, int64_t past_days,
                      int64_t out[CHAIN_EXPIRIES_MAX])
{
    size_t n = 0;
    int year, month, date;
    if (c->sec_type != SEC_FUT) {
        for (int64_t day = today; day < today + YEARS_DAYS && n < CHAIN_EXPIRIES_MAX; day++)
            if (is_expiry(c, day) && is_listed(c, day, day - today) &&
                chain_last_day(c, day) >= today)
                out[n++] = day;
        return n;
    }
    civil_from_days(today - past_days, &year, &month, &date);
    int listed = 0;
    for (int months = month - 1; listed < c->listed && n < CHAIN_EXPIRIES_MAX; months++) {
        int64_t day = is_month_of(c, months) ? expiry_of_month(c, year, months) : INT64_MIN;
        if (day < today - past_days)
            continue;
        out[n++] = day;
        listed += day >= today;
    }
    return n;
}

int64_t chain_last_day(const struct chain *c, int64_t expiry)
{
    bool at_opening = c->cycle == CYCLE_MONTHLY || c->cycle == CYCLE_SECOND_FRIDAY;
    return at_opening ? business_before(c, expiry - 1, 0) : expiry;
}

int64_t chain_month(const struct chain *c, int64_t expiry)
{
    int year, month, date;
    civil_from_days(expiry, &year, &month, &date);
    int months = c->sec_type == SEC_FUT ? future_month(c, expiry, &year) : month - 1;
    return month_start(year, months < 0 ? month - 1 : months);
}

/* ---- ids ---- */
int32_t chain_id(const struct chain_key *k)
{
    int64_t day = k->day - EPOCH_2015;
    assert(k->chain < CHAINS && day >= 0 && day < DAYS && k->strike >= 0 &&
           k->strike < CHAINS_STRIKES);
    return (int32_t)(CHAINS_ID_MIN | (int64_t)k->chain << 24 | day << 10 | (int64_t)k->strike << 1 |
                     (k->right == 'P'));
}

bool chain_of_id(int32_t con_id, struct chain_key *out)
{
    if (con_id < CHAINS_ID_MIN)
        return false;
    size_t chain = (size_t)(con_id >> 24 & (CHAINS_MAX - 1));
    if (chain >= CHAINS)
        return false;
    const struct chain *c = &chains[chain];
    bool is_option = c->sec_type == SEC_OPT, is_put = con_id & 1;
    *out = (struct chain_key){.chain = chain,
                              .day = (con_id >> 10 & (DAYS - 1)) + EPOCH_2015,
                              .strike = con_id >> 1 & (CHAINS_STRIKES - 1)};
    if (is_option)
        out->right = is_put ? 'P' : 'C';
    return (is_option ? out->strike > 0 : out->strike == 0 && !is_put) && is_expiry(c, out->day);
}

/* ---- strikes and names ---- */
void chain_strikes(const struct chain *c, double price, int32_t *first, int32_t *last)
{
    double steps = price * 1e6 / (double)c->strike_step;
    double low = steps * 0.6, high = steps * 1.5 + 1;
    *first = low < 1 ? 1 : low > CHAINS_STRIKES - 1 ? CHAINS_STRIKES - 1 : (int32_t)low;
    *last = high > CHAINS_STRIKES - 1 ? CHAINS_STRIKES - 1 : (int32_t)high;
}

struct dec chain_strike(const struct chain *c, int32_t index)
{
    return DEC_MICRO(c->strike_step * index);
}

void chain_local_symbol(const struct chain *c, const struct chain_key *k, char out[40])
{
    int year, month, date;
    if (c->sec_type == SEC_OPT) {
        int64_t thousandths = c->strike_step / 1000 * k->strike;
        civil_from_days(k->day, &year, &month, &date);
        snprintf(out, 40, "%-6s%02d%02d%02d%c%08lld", c->trading_class, year % 100, month, date,
                 k->right, (long long)thousandths);
        return;
    }
    if (strcmp(c->exchanges, "EUREX") == 0) {
        civil_from_days(k->day, &year, &month, &date);
        snprintf(out, 40, "%s %04d%02d%02d M", c->trading_class, year, month, date);
        return;
    }
    civil_from_days(chain_month(c, k->day), &year, &month, &date);
    snprintf(out, 40, "%s%c%d", c->trading_class, month_codes[month - 1], year % 10);
}
