/* SPDX-License-Identifier: MIT */
#include "paper/ticks.h"

#include "base/rng.h"
#include "paper/noise.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define KIND(t)  (1u << (t))
#define AT(name) offsetof(struct feed_quote, name)

enum { MINUTE_S = 60, YEAR_S = 365 * HOURS_DAY_S, SHORT_PLENTY = 1000, LETTERS = 26 };

/* ---- scenes ---- */
void tick_scene_at(struct tick_scene *s, struct feed *f, const struct instrument *i, int64_t at_s)
{
    if (s->feed == f && s->instrument == i && s->at_s == at_s)
        return;
    if (s->feed != f || s->instrument != i)
        *s = (struct tick_scene){.feed = f, .instrument = i};
    s->at_s = at_s;
    feed_quote(f, i, at_s, &s->quote);
}

static struct feed_bar last_minutes(const struct tick_scene *s, int64_t to_s, int64_t minutes)
{
    struct feed_bar b = {0};
    if (!feed_bar(s->feed, s->instrument, to_s - minutes * MINUTE_S, to_s, &b))
        b = (struct feed_bar){0};
    return b;
}

/* The day up to the last whole minute. */
static const struct tick_minute *minute_of(struct tick_scene *s)
{
    int64_t minute = s->at_s / MINUTE_S * MINUTE_S;
    struct tick_minute *m = &s->minute;
    if (m->minute_s == minute)
        return m;
    *m = (struct tick_minute){.minute_s = minute};
    int64_t day = hours_day_start(s->instrument->hours.zone, minute);
    if (day < minute && !feed_bar(s->feed, s->instrument, day, minute, &m->day))
        m->day = (struct feed_bar){0};
    struct feed_bar one = last_minutes(s, minute, 1);
    m->volume_1 = one.volume;
    m->count_1 = one.count;
    m->volume_3 = last_minutes(s, minute, 3).volume;
    m->volume_5 = last_minutes(s, minute, 5).volume;
    m->volume_10 = last_minutes(s, minute, 10).volume;
    return m;
}

/* ---- values: the quote ---- */
static struct dec member(const struct tick_scene *s, size_t at)
{
    struct dec v;
    memcpy(&v, (const char *)&s->quote + at, sizeof v);
    return v;
}

static bool of_quote(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    if (row->form == TICK_PRICE)
        out->price = member(s, row->price_at);
    if (row->size_at != 0)
        out->size = member(s, row->size_at);
    return true;
}

/* Bid and ask, which an index has not, nor their sizes. */
static bool of_touch(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    return s->quote.has_bid_ask && of_quote(s, row, out);
}

static bool of_last(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    (void)row;
    out->price = s->quote.last;
    out->size = s->quote.has_bid_ask ? s->quote.last_size : DEC_ZERO;
    return true;
}

/* A text with a moment in it: the moment alone is not news. */
static void follow_trades(const struct tick_scene *s, struct tick_value *out)
{
    out->is_of_trade = true;
    out->price = s->quote.last;
    out->size = s->quote.volume;
}

static bool of_last_time(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    (void)row;
    int64_t traded_s = feed_last_open(s->feed, s->instrument, s->at_s);
    snprintf(out->text, sizeof out->text, "%lld", (long long)traded_s);
    follow_trades(s, out);
    return true;
}

static bool of_halt(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    (void)row;
    out->number = feed_is_halted(s->feed, s->instrument, s->at_s) ? 1 : 0;
    return true;
}

/* Letters of the exchanges that show the best price: some of the listing's, by chance. */
static bool of_exchanges(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    struct str list = STR_NAME(s->instrument->exchanges);
    uint64_t hash = rng_mix((uint64_t)s->instrument->contract.con_id * 128 + (uint64_t)row->type,
                            (uint64_t)s->at_s);
    size_t n = 0, k = 0;
    for (struct str one; str_cut(&list, ',', &one) && k < LETTERS;) {
        if (str_eq(one, STR("SMART")))
            continue;
        if ((hash >> k & 3) == 0 || k == 0)
            out->text[n++] = tick_exchange_letter(k);
        k++;
    }
    out->text[n] = 0;
    return k > 1; /* with one exchange there is nothing to tell */
}

/* Where the last trade was. */
static bool of_last_exchange(struct tick_scene *s, const struct tick_row *row,
                             struct tick_value *out)
{
    bool known = of_exchanges(s, row, out);
    size_t n = strlen(out->text);
    out->text[0] = n > 0 ? out->text[(size_t)s->at_s % n] : 0;
    out->text[1] = 0;
    follow_trades(s, out);
    return known;
}

char tick_exchange_letter(size_t n)
{
    return (char)('A' + n % LETTERS);
}

/* ---- values: the day ---- */
static bool of_range(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    struct feed_range r[3];
    int k = row->type - 15; /* low, high of 13 weeks, then of 26 and 52 */
    feed_ranges(s->feed, s->instrument, s->at_s, r);
    out->price = k % 2 == 0 ? r[k / 2].low : r[k / 2].high;
    return true;
}

static bool of_average_volume(struct tick_scene *s, const struct tick_row *row,
                              struct tick_value *out)
{
    (void)row;
    out->size = dec_of(feed_average_volume(s->instrument));
    return true;
}

static bool of_minute(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    const struct tick_minute *m = minute_of(s);
    switch (row->type) {
    case 54:
        out->number = (double)m->day.count;
        return true;
    case 55:
        out->number = (double)m->count_1;
        return true;
    case 56:
        out->number = (double)m->volume_1;
        return true;
    case 63:
        out->size = dec_of(m->volume_3);
        return true;
    case 64:
        out->size = dec_of(m->volume_5);
        return true;
    default:
        out->size = dec_of(m->volume_10);
        return true;
    }
}

/* price;size;time ms;volume of the day;average price of the day;whether one trade filled it */
static bool of_rt_volume(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    (void)row;
    char price[DEC_TEXT_MAX], size[DEC_TEXT_MAX], volume[DEC_TEXT_MAX], average[DEC_TEXT_MAX];
    const struct tick_minute *m = minute_of(s);
    dec_format(s->quote.last, price);
    dec_format(s->quote.last_size, size);
    dec_format(s->quote.volume, volume);
    dec_format(dec_is_zero(m->day.wap) ? s->quote.last : m->day.wap, average);
    snprintf(out->text, sizeof out->text, "%s;%s;%lld;%s;%s;true", price, size,
             (long long)s->at_s * 1000, volume, average);
    follow_trades(s, out);
    return true;
}

/* ---- values: lending, dividends, volatility ---- */
/* Above 2.5: shares to borrow are easily found; above 1.5: if they are found; else none. */
static bool of_shortable(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    int64_t shares = feed_short_shares(s->feed, s->instrument, s->at_s);
    out->number = shares >= SHORT_PLENTY ? 3 : shares > 0 ? 2 : 1;
    if (row->form == TICK_SIZE)
        out->size = dec_of(shares);
    return true;
}

/* "1.04,1.04,20261209,0.26": of twelve months past and to come, the next day and its amount */
static bool of_dividends(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    (void)row;
    struct feed_action a[FEED_ACTIONS_MAX];
    size_t n = feed_actions(s->feed, s->instrument, s->at_s - YEAR_S, s->at_s + YEAR_S, a,
                            FEED_ACTIONS_MAX);
    struct dec past = DEC_ZERO, future = DEC_ZERO;
    const struct feed_action *next = NULL;
    for (size_t k = 0; k < n; k++) {
        if (a[k].kind != FEED_DIVIDEND)
            continue;
        if (a[k].ex_s <= s->at_s) {
            past = dec_plus(past, a[k].amount);
            continue;
        }
        future = dec_plus(future, a[k].amount);
        next = next != NULL ? next : &a[k];
    }
    if (next == NULL) {
        str_copy_cut(out->text, sizeof out->text, STR(",,,"));
        return true;
    }
    char p[DEC_TEXT_MAX], f[DEC_TEXT_MAX], amount[DEC_TEXT_MAX], day[HOURS_TEXT_MAX];
    size_t length = hours_format_date(s->instrument->hours.zone, next->ex_s, day);
    dec_format(past, p);
    dec_format(future, f);
    dec_format(next->amount, amount);
    snprintf(out->text, sizeof out->text, "%s,%s,%.*s,%s", p, f, (int)length, day, amount);
    return true;
}

static bool of_volatility(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    out->number = row->type == 24 ? feed_implied_vol(s->feed, s->instrument, s->at_s)
                                  : feed_historical_vol(s->feed, s->instrument, s->at_s);
    return out->number > 0;
}

/* The net value of an exchange-traded fund: what its shares are quoted at. */
static bool of_fund(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    if (strcmp(s->instrument->stock_type, "ETF") != 0)
        return false;
    if (row->type == 93) { /* the close before the last one */
        int64_t day = hours_day_start(s->instrument->hours.zone, s->at_s);
        out->price = feed_previous_close(s->feed, s->instrument, day - 1);
        return true;
    }
    return of_quote(s, row, out);
}

static bool of_bond(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    (void)s;
    (void)row;
    out->number = 1;
    return true;
}

/* ---- values: derivatives ---- */
/* A day's number around a share of the average volume; the chain itself is not summed up. */
static int64_t around(const struct tick_scene *s, int64_t share, uint64_t salt)
{
    uint64_t day = (uint64_t)hours_local_day(s->instrument->hours.zone, s->at_s);
    uint64_t key = rng_mix((uint64_t)s->instrument->contract.con_id * 8 + salt, 0x6f69);
    double today = 0.7 + 0.4 * noise_uniform(key) + 0.2 * noise_uniform(rng_mix(key, day));
    return (int64_t)((double)share * today);
}

/* Of an option its own number, of calls or of puts; of a share those of its chain, guessed. */
static bool of_options(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    bool is_call = row->type == 27 || row->type == 29, is_volume = row->type >= 29;
    const struct instrument *i = s->instrument;
    int64_t volume = feed_average_volume(i);
    if (i->contract.sec_type == SEC_OPT || i->contract.sec_type == SEC_FOP) {
        if ((i->contract.right == 'C') != is_call)
            return false;
        out->size = is_volume ? s->quote.volume : dec_of(around(s, volume * 8, 1));
        return true;
    }
    int64_t share = volume / (is_volume ? 150 : 12) * (is_call ? 11 : 9) / 20;
    out->size = dec_of(around(s, share, (uint64_t)row->type));
    return true;
}

static bool of_option_average(struct tick_scene *s, const struct tick_row *row,
                              struct tick_value *out)
{
    (void)row;
    out->size = dec_of(feed_average_volume(s->instrument) / 150);
    return true;
}

static bool of_open_interest(struct tick_scene *s, const struct tick_row *row,
                             struct tick_value *out)
{
    (void)row;
    out->size = dec_of(around(s, feed_average_volume(s->instrument) * 2, 3));
    return true;
}

/* Bid, ask, last and model, at one price of the underlying. */
static bool see_option(struct tick_scene *s)
{
    if (s->option_s == s->at_s)
        return s->has_option;
    s->option_s = s->at_s;
    struct feed_option *model = &s->option[3];
    struct dec side[3] = {[2] = s->quote.last};
    s->has_option = feed_option_at(s->feed, s->instrument, s->at_s, model, &side[0], &side[1]);
    if (!s->has_option)
        return false;
    for (int k = 0; k < 3; k++) {
        /* of another price the volatility differs, and the greeks as good as not */
        double price = dec_to_double(side[k]);
        s->option[k] = *model;
        s->option[k].price = price;
        if (model->vega > 0)
            s->option[k].iv = model->iv + (price - model->price) / model->vega / 100;
        if (s->option[k].iv < 0)
            s->option[k].iv = 0;
    }
    return true;
}

static bool of_option(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    if (!see_option(s))
        return false;
    out->option = s->option[row->type - 10];
    return true;
}

/* Asked for by name, and real accounts often get nothing either. */
static bool of_nothing(struct tick_scene *s, const struct tick_row *row, struct tick_value *out)
{
    (void)s;
    (void)row;
    (void)out;
    return false;
}

/* ---- the table ---- */
#define ALL     (~0u)
#define STK     KIND(SEC_STK)
#define OPT     (KIND(SEC_OPT) | KIND(SEC_FOP))
#define FUT     KIND(SEC_FUT)
#define TRADED  (ALL & ~(KIND(SEC_CASH) | KIND(SEC_CMDTY) | KIND(SEC_CFD) | KIND(SEC_FUND)))
#define COUNTED (TRADED & ~KIND(SEC_IND))
#define VALUED  (STK | KIND(SEC_IND))

#define LINE(type, delayed, form, kinds, fn, ...)                                                  \
    {                                                                                              \
        type, delayed, 0, form, kinds, 1, false, fn, __VA_ARGS__                                   \
    }
#define ASKED(generic, type, form, kinds, period_s, fn)                                            \
    {                                                                                              \
        type, TICK_NONE, generic, form, kinds, period_s, false, fn, 0, 0                           \
    }
#define FREE(generic, type, form, kinds, period_s, fn)                                             \
    {                                                                                              \
        type, TICK_NONE, generic, form, kinds, period_s, true, fn, 0, 0                            \
    }
#define NAV(generic, type, at)                                                                     \
    {                                                                                              \
        type, TICK_NONE, generic, TICK_PRICE, STK, 1, false, of_fund, at, 0                        \
    }

static const struct tick_row rows[] = {
    LINE(1, 66, TICK_PRICE, ALL, of_touch, AT(bid), AT(bid_size)),
    LINE(2, 67, TICK_PRICE, ALL, of_touch, AT(ask), AT(ask_size)),
    LINE(0, 69, TICK_SIZE, ALL, of_touch, 0, AT(bid_size)),
    LINE(3, 70, TICK_SIZE, ALL, of_touch, 0, AT(ask_size)),
    LINE(4, 68, TICK_PRICE, TRADED, of_last, 0, 0),
    LINE(5, 71, TICK_SIZE, TRADED, of_touch, 0, AT(last_size)),
    LINE(45, 88, TICK_STRING, TRADED, of_last_time, 0, 0),
    LINE(8, 74, TICK_SIZE, COUNTED, of_quote, 0, AT(volume)),
    LINE(6, 72, TICK_PRICE, ALL, of_quote, AT(high), 0),
    LINE(7, 73, TICK_PRICE, ALL, of_quote, AT(low), 0),
    LINE(9, 75, TICK_PRICE, ALL, of_quote, AT(close), 0),
    LINE(14, 76, TICK_PRICE, ALL, of_quote, AT(open), 0),
    LINE(32, TICK_NONE, TICK_STRING, STK | OPT, of_exchanges, 0, 0),
    LINE(33, TICK_NONE, TICK_STRING, STK | OPT, of_exchanges, 0, 0),
    LINE(84, TICK_NONE, TICK_STRING, STK | OPT, of_last_exchange, 0, 0),
    LINE(49, 90, TICK_GENERIC, ALL, of_halt, 0, 0),
    LINE(10, 80, TICK_OPTION, OPT, of_option, 0, 0),
    LINE(11, 81, TICK_OPTION, OPT, of_option, 0, 0),
    LINE(12, 82, TICK_OPTION, OPT, of_option, 0, 0),
    LINE(13, 83, TICK_OPTION, OPT, of_option, 0, 0),
    ASKED(100, 29, TICK_SIZE, STK | OPT, 5, of_options),
    ASKED(100, 30, TICK_SIZE, STK | OPT, 5, of_options),
    ASKED(101, 27, TICK_SIZE, STK | OPT, 300, of_options),
    ASKED(101, 28, TICK_SIZE, STK | OPT, 300, of_options),
    ASKED(104, 23, TICK_GENERIC, VALUED, 60, of_volatility),
    ASKED(105, 87, TICK_SIZE, STK, 300, of_option_average),
    ASKED(106, 24, TICK_GENERIC, VALUED, 5, of_volatility),
    ASKED(162, 31, TICK_GENERIC, KIND(SEC_IND), 5, of_nothing),
    ASKED(165, 15, TICK_PRICE, STK, 60, of_range),
    ASKED(165, 16, TICK_PRICE, STK, 60, of_range),
    ASKED(165, 17, TICK_PRICE, STK, 60, of_range),
    ASKED(165, 18, TICK_PRICE, STK, 60, of_range),
    ASKED(165, 19, TICK_PRICE, STK, 60, of_range),
    ASKED(165, 20, TICK_PRICE, STK, 60, of_range),
    ASKED(165, 21, TICK_SIZE, STK, 300, of_average_volume),
    ASKED(221, 37, TICK_PRICE, ALL, 1, of_last),
    ASKED(225, 34, TICK_SIZE, STK, 1, of_nothing),
    ASKED(232, 37, TICK_PRICE, ALL, 1, of_last),
    ASKED(233, 48, TICK_STRING, COUNTED, 1, of_rt_volume),
    FREE(236, 46, TICK_GENERIC, STK, 60, of_shortable),
    FREE(236, 89, TICK_SIZE, STK, 60, of_shortable),
    ASKED(258, 47, TICK_STRING, STK, 300, of_nothing),
    ASKED(293, 54, TICK_GENERIC, COUNTED, 60, of_minute),
    ASKED(294, 55, TICK_GENERIC, COUNTED, 60, of_minute),
    ASKED(295, 56, TICK_GENERIC, COUNTED, 60, of_minute),
    ASKED(318, 57, TICK_PRICE, COUNTED, 1, of_last),
    ASKED(375, 77, TICK_STRING, COUNTED, 1, of_rt_volume),
    ASKED(411, 58, TICK_GENERIC, VALUED, 60, of_volatility),
    FREE(456, 59, TICK_STRING, STK, 300, of_dividends),
    ASKED(460, 60, TICK_GENERIC, KIND(SEC_BOND), 300, of_bond),
    NAV(576, 94, AT(bid)),
    NAV(576, 95, AT(ask)),
    NAV(577, 96, AT(last)),
    NAV(578, 92, AT(close)),
    NAV(578, 93, 0),
    NAV(614, 98, AT(high)),
    NAV(614, 99, AT(low)),
    NAV(623, 97, AT(last)),
    ASKED(586, 101, TICK_PRICE, STK, 300, of_nothing),
    ASKED(588, 86, TICK_SIZE, FUT, 300, of_open_interest),
    ASKED(595, 63, TICK_SIZE, COUNTED, 60, of_minute),
    ASKED(595, 64, TICK_SIZE, COUNTED, 60, of_minute),
    ASKED(595, 65, TICK_SIZE, COUNTED, 60, of_minute),
    ASKED(787, 105, TICK_PRICE, STK, 1, of_nothing),
};

_Static_assert(sizeof rows / sizeof rows[0] <= TICK_ROWS_MAX, "a line has room for every tick");

static const struct {
    int64_t generic;
    const char *name;
} generics[] = {
    {100, "Option Volume"},
    {101, "Option Open Interest"},
    {104, "Historical Volatility"},
    {105, "Avg Opt Volume"},
    {106, "impvolat"},
    {162, "Index Future Premium"},
    {165, "Misc. Stats"},
    {221, "Mark Price"},
    {225, "Auction"},
    {232, "Pl Price"},
    {233, "RTVolume"},
    {236, "inventory"},
    {258, "Fundamentals"},
    {293, "TradeCount"},
    {294, "TradeRate"},
    {295, "VolumeRate"},
    {318, "LastRTHTrade"},
    {375, "RTTrdVolume"},
    {411, "rtHistVol"},
    {456, "IBDividends"},
    {460, "Bond Factor Multiplier"},
    {576, "ETF Nav Bid Ask"},
    {577, "ETF Nav Last"},
    {578, "ETF Nav Close"},
    {586, "IPOHLC"},
    {588, "Futures OI"},
    {595, "Short-Term Volume"},
    {614, "ETF Nav HiLo"},
    {623, "ETF Nav Frozen Last"},
    {787, "Odd Lot"},
};

size_t tick_row_count(void)
{
    return sizeof rows / sizeof rows[0];
}

const struct tick_row *tick_row(size_t index)
{
    assert(index < tick_row_count());
    return &rows[index];
}

bool tick_row_fits(const struct tick_row *row, const struct instrument *i)
{
    return (row->kinds & KIND(i->contract.sec_type)) != 0;
}

bool tick_generic_known(int64_t generic, enum sec_type type)
{
    for (size_t i = 0; i < tick_row_count(); i++)
        if (generic != 0 && rows[i].generic == generic && (rows[i].kinds & KIND(type)) != 0)
            return true;
    return false;
}

void tick_generic_names(enum sec_type type, struct buf *out)
{
    for (size_t i = 0; i < sizeof generics / sizeof generics[0]; i++)
        if (tick_generic_known(generics[i].generic, type))
            buf_add_f(out, "%s%d(%s)", out->n > 0 ? "," : "", (int)generics[i].generic,
                      generics[i].name);
}

/* ---- what has changed ---- */
static uint64_t mix_dec(uint64_t h, struct dec v)
{
    return rng_mix(h, (uint64_t)v.nano);
}

static uint64_t mix_double(uint64_t h, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return rng_mix(h, bits);
}

uint64_t tick_fingerprint(const struct tick_row *row, const struct tick_value *v)
{
    uint64_t h = 1;
    switch (row->form) {
    case TICK_PRICE: /* the size alone comes as a tick of its own */
        h = mix_dec(h, v->price);
        break;
    case TICK_SIZE:
        h = mix_dec(h, v->size);
        break;
    case TICK_GENERIC:
        h = mix_double(h, v->number);
        break;
    case TICK_STRING:
        if (v->is_of_trade)
            h = mix_dec(mix_dec(h, v->price), v->size);
        for (const char *c = v->text; *c != 0 && !v->is_of_trade; c++)
            h = rng_mix(h, (unsigned char)*c);
        break;
    case TICK_OPTION:
        h = mix_double(mix_double(h, v->option.price), v->option.underlying);
        h = mix_double(h, v->option.iv);
        break;
    }
    return h != 0 ? h : 1;
}
