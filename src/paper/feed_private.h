/* SPDX-License-Identifier: MIT */
/*
 * feed_private: what the files of the market model share.
 *
 * A listing has a line: what is remembered of it. What is remembered never changes an answer, only
 * its cost. Prices are made a minute at a time: a minute has POINTS seconds at which the price is
 * known, and runs straight between them; its open is the first point, its close the last one, its
 * high and low are among them, so a bar needs the points only and agrees with its seconds. A minute
 * belongs to a local day, whose hours, interruption, dividends and splits are looked up once.
 */
#ifndef PORTCULLIS_PAPER_FEED_PRIVATE_H
#define PORTCULLIS_PAPER_FEED_PRIVATE_H

#include "paper/clock.h"
#include "paper/feed.h"
#include "paper/noise.h"
#include "paper/replay.h"
#include "paper/steps.h"

enum {
    MINUTE_S = 60,
    POINTS = 16, /* seconds 0, 4, ... 56 and 59 */
    POINT_STEP_S = 4,
    BLOCK = 256, /* minutes that are made at once */
    REGIONS_MAX = 64,
    SECTORS_MAX = 256,
    CURRENCIES_MAX = 48,
    DERIVED_LINES = 1024, /* power of two */
    DAY_BARS = 8192,      /* power of two */
    DAY_SPANS_MAX = HOURS_SPANS_MAX + 1,
    SPLITS_MAX = 2
};

/* One stream of randomness for each purpose, so that none repeats another. */
enum stream {
    STREAM_MARKET = 1,
    STREAM_REGION,
    STREAM_SECTOR,
    STREAM_OWN,
    STREAM_CURRENCY,
    STREAM_RIPPLE,
    STREAM_VOLUME,
    STREAM_SIZE,
    STREAM_DIVIDEND,
    STREAM_SPLIT,
    STREAM_PRINT,
    STREAM_DEPTH,
    STREAM_BORROW,
    STREAM_WEATHER,
    STREAM_HALT
};

/* The markets of one zone: their clock and what moves them all. */
struct region {
    struct clock clock;
    struct noise noise;
    bool is_week;
};

struct sector {
    const char *name;
    struct region *region;
    struct noise noise;
};

struct currency {
    char name[8];
    double usd;        /* base value */
    double volatility; /* 0: it does not move */
    struct noise noise;
};

enum line_kind {
    LINE_PATH,   /* base x e^path */
    LINE_PAIR,   /* of two currencies */
    LINE_FEAR,   /* an index of implied volatility */
    LINE_FUTURE, /* by carry */
    LINE_OPTION, /* by the surface of its underlying */
    LINE_REPLAY  /* bars that were given */
};

/* A local day of a listing. */
struct day {
    int64_t number, start_s, end_s;
    struct {
        int64_t from_s, to_s;
    } spans[DAY_SPANS_MAX]; /* when its exchange is open, ascending */
    size_t n;
    int64_t open_s;             /* seconds of all spans */
    int64_t halt_from, halt_to; /* equal: none */
    int64_t last_before;        /* with real hours: the last second of trade before the day */
    double offset;              /* logarithm: dividends and splits */
    double pv_dividends;        /* of an option: those until it expires */
    double volume;              /* expected shares */
};

struct minute {
    int64_t number; /* since 1970; INT64_MIN: none */
    double price[POINTS];
    int64_t low, high; /* ticks */
    int64_t spread;    /* price steps */
};

struct line {
    const struct instrument *i;
    int32_t con_id;
    enum line_kind kind;
    struct region *region;
    struct noise *sector; /* NULL: none */
    struct noise noise;
    double w_market, w_region, w_sector, w_own, band;
    double base, tick, volatility;
    size_t base_ccy, quote_ccy;    /* of a pair */
    const struct instrument *fear; /* whose volatility the index shows */
    double fear_ratio; /* of the index to the volatility at the money; 0: not yet known */
    uint64_t ripple_key, volume_key, size_key;
    size_t band_count; /* of price steps; both in ticks */
    struct {
        int64_t low, step;
    } bands[STEPS_BANDS_MAX];
    struct replay *replay;
    struct day
        days[2];  /* the two asked for last: of now, and of what is shown of a closed market */
    int day_used; /* which of them was the last one */
    struct feed_action splits[SPLITS_MAX];
    size_t split_count;
    double yield; /* of dividends, a year */
    struct minute minute;
    int64_t volume_minute; /* whose volumes before and behind it are these */
    double volume_before, volume_after;
    /* open and extremes of the day up to a minute, previous close, ranges */
    int64_t seen_day, seen_upto, seen_open, seen_high, seen_low;
    int64_t close_day;
    struct dec close;
    int64_t range_day;
    struct feed_range ranges[3];
};

/* Prices of some trading time, before they are rounded to ticks. */
struct extent {
    double open, high, low, close;
    double sum; /* of the mean of each second */
    int64_t seconds;
};

struct day_bar {
    int32_t con_id; /* 0: none */
    int64_t day;
    struct extent x;
};

struct feed {
    const struct universe *u;
    uint64_t seed;
    bool real_hours;
    struct weather *weather;
    struct clock world_clock;
    struct noise world;
    struct region regions[REGIONS_MAX];
    size_t region_count;
    struct sector *sectors[SECTORS_MAX];
    size_t sector_count;
    struct currency currencies[CURRENCIES_MAX];
    size_t currency_count;
    struct region *fx;       /* the clock of currencies */
    double envelope[POINTS]; /* of the ripple inside a minute */
    struct line *lines;      /* by index of the rows */
    size_t line_count;
    struct line **derived; /* by hash of con_id; NULL: none yet */
    struct day_bar *bars;  /* of whole days, by hash; NULL: none yet */
};

/* ---- feed.c ---- */
uint64_t feed_key(const struct feed *f, enum stream stream, uint64_t id);
struct line *feed_line(const struct feed *f, const struct instrument *i);
/* The second whose price is shown at utc_s: the last one of trading. */
int64_t feed_shown_second(const struct feed *f, const struct instrument *i, int64_t utc_s);
/* A price in ticks, on a price step, at least one. */
int64_t feed_ticks(const struct line *l, double price);
struct dec feed_price_of(const struct line *l, int64_t ticks);
/* A size between one and `most` round lots; salt 0 is the bid's, 1 the ask's. */
struct dec feed_size(const struct feed *f, const struct instrument *i, int64_t utc_s, uint64_t salt,
                     int64_t most);

/* ---- feed_day.c ---- */
int64_t feed_minute_of(int64_t utc_s);
/* The day of utc_s; borrowed, and good until two other days of the line are asked for. */
const struct day *feed_day(const struct feed *f, struct line *l, int64_t utc_s);
bool feed_day_is_trading(const struct feed *f, const struct line *l, const struct day *d,
                         int64_t utc_s);
/* Shares of the day before a second, and seconds of trading before it. */
int64_t feed_day_volume(const struct feed *f, struct line *l, const struct day *d, int64_t utc_s);
int64_t feed_day_seconds(const struct feed *f, const struct day *d, int64_t utc_s);
/* Prints of each second of trading. */
int feed_prints(const struct instrument *i);

/* ---- feed_path.c ---- */
/* Logarithms of price / base at the beginnings of `count` <= BLOCK + 1 minutes; for what has a
 * path: LINE_PATH, LINE_PAIR, LINE_FEAR. */
void feed_logs(struct feed *f, struct line *l, int64_t first, size_t count, double *out);
double feed_log_at(struct feed *f, struct line *l, int64_t minute);
/* A floor and a ceiling of the points of the minutes [from, to) as logarithms, of a LINE_PATH. */
void feed_bounds(struct feed *f, struct line *l, int64_t from, int64_t to, double *low,
                 double *high);
/* How the market of the line's region stands to its mean, as a logarithm. */
double feed_market_log(struct feed *f, struct line *l, int64_t minute);
/* The points of a minute as logarithms, given its log and the next one's. */
void feed_ripple(struct feed *f, struct line *l, int64_t minute, double a, double b,
                 double out[POINTS]);
/* The points of any line's minute as prices. */
void feed_points(struct feed *f, struct line *l, int64_t minute, double out[POINTS]);
/* The minute, whole; borrowed until the next question about the line. */
const struct minute *feed_minute(struct feed *f, struct line *l, int64_t utc_s);
/* The price at a second of a minute. */
double feed_minute_price(const struct minute *m, int64_t utc_s);

/* Units of USD for one of a currency. */
/* The place of a currency; currency_count if it is not known. */
size_t feed_currency_index(const struct feed *f, struct str name);
double feed_currency_usd(struct feed *f, size_t index, int64_t minute);

/* ---- feed_bar.c ---- */
/* The extremes of the minutes [from, to) of a day, as far as it trades; seconds is 0 if it
 * does not. */
void feed_walk(struct feed *f, struct line *l, const struct day *d, int64_t from, int64_t to,
               struct extent *out);

/* ---- feed_option.c ---- */
/* Yearly variance at the money for a time to expiry. */
double feed_variance(struct feed *f, struct line *under, int64_t minute, double years);
const struct option_smile *feed_smile(const struct instrument *under);
/* The value now of the dividends that an option's underlying pays until it expires. */
double feed_pv_dividends(const struct feed *f, const struct instrument *i, int64_t utc_s);
/* The terms of an option, and its volatility, in a minute in which the underlying is at a price. */
bool feed_option_terms(struct feed *f, const struct instrument *i, int64_t minute,
                       double underlying, struct option_terms *t, double *vol);
double feed_option_mid(const struct option_terms *t, double vol, double underlying);
/* What a price of the underlying is multiplied with to be the future's. */
double feed_carry(struct feed *f, const struct instrument *i, int64_t minute);

/* ---- feed_action.c ---- */
/* Finds out what a listing pays and when it splits; once, at the beginning. */
void feed_action_init(const struct feed *f, struct line *l);
/* The logarithm by which dividends and splits move the price on a local day. */
double feed_action_log(const struct feed *f, const struct instrument *i, int64_t day_start_s);

#endif
