/* SPDX-License-Identifier: MIT */
/*
 * condition: when does the market of one contract deserve to be told about?
 *
 * Pure: a condition, what is remembered of it, and the present quote go in; what is remembered and
 * whether it fires come out. It knows no clock, no line and no disk.
 *
 * A condition fires on an edge, never on a level: it has to be seen not to hold before it can fire,
 * so one that holds from the start waits, and one that stays true fires once. After it has fired it
 * is armed again only when the value has gone back by `rearm`, so a price that trembles around a
 * level does not fire at each touch. What the quote does not tell (no price, a crossed market)
 * changes nothing.
 *
 * A range is what the broker says it is: a day is over when the previous close changes or the
 * day's high comes down, whatever the clock says.
 */
#ifndef PORTCULLIS_AUTOMATION_CONDITION_H
#define PORTCULLIS_AUTOMATION_CONDITION_H

#include "base/buf.h"
#include "model/quote.h"

/* What is looked at. */
enum measure {
    MEASURE_PRICE, /* the last trade; the middle where nothing is traded (currency pairs) */
    MEASURE_LAST,
    MEASURE_BID,
    MEASURE_ASK,
    MEASURE_MID,
    MEASURE_CHANGE_PCT, /* price against the reference, or else the previous close, in percent */
    MEASURE_VOLUME,     /* of the day */
    MEASURE_SPREAD,     /* ask less bid */
    MEASURE_SPREAD_PCT, /* the same in percent of the middle */
    MEASURE_COUNT
};

enum trigger {
    TRIGGER_ABOVE,
    TRIGGER_BELOW,
    TRIGGER_CROSSES, /* in either direction */
    TRIGGER_DAY_HIGH,
    TRIGGER_DAY_LOW,
    TRIGGER_HIGH_52W,
    TRIGGER_LOW_52W,
    TRIGGER_COUNT
};

/* The words, NULL-terminated, in the order of the enums. */
extern const char *const measure_names[], *const trigger_names[];

struct condition {
    enum trigger trigger;
    enum measure measure; /* of a range: MEASURE_PRICE */
    bool by_mid;          /* nothing is traded: the price is the middle */
    struct opt_dec level; /* strict: a value that equals it is on neither side. Not of a range */
    struct opt_dec reference; /* MEASURE_CHANGE_PCT: a price; absent: the previous close */
    struct dec rearm;         /* >= 0: so far back, in units of the measure */
};

enum condition_phase {
    CONDITION_NEW,   /* has not been seen to be false yet */
    CONDITION_ARMED, /* fires when it becomes true */
    CONDITION_FIRED  /* has fired and has not gone back far enough */
};
extern const char *const condition_phase_names[];

/* What is remembered; all zero at the beginning. */
struct condition_state {
    enum condition_phase phase;
    int side;            /* TRIGGER_CROSSES: the side that the value was on, -1 or 1 */
    struct opt_dec mark; /* a range: the edge that has to be broken */
    struct opt_dec edge; /* a range: as the broker last told it */
    struct opt_dec close;
};

enum condition_outcome {
    CONDITION_UNKNOWN, /* the quote does not tell; nothing changed */
    CONDITION_STILL,   /* nothing that has to be kept */
    CONDITION_CHANGED, /* the state has to be kept */
    CONDITION_FIRES    /* likewise, and somebody has to be told */
};

/* True if a price level or reference makes sense for it: what a split puts out of place. */
bool condition_is_in_prices(const struct condition *c);
bool condition_is_range(const struct condition *c);

/* The value that is looked at; absent if the quote does not tell it. */
struct opt_dec condition_value(const struct condition *c, const struct quote *q);
/* A value as it is shown: a percentage with four decimals, anything else as it is. */
struct opt_dec condition_shown(const struct condition *c, struct opt_dec value);
/* What the value is compared with now; absent if that is not known yet. */
struct opt_dec condition_level(const struct condition *c, const struct condition_state *s);
enum condition_outcome condition_step(const struct condition *c, struct condition_state *s,
                                      const struct quote *q);
/* For people: "last above 200", "a new 52-week high". */
void condition_text(const struct condition *c, struct buf *out);

/*
 * Does the previous close fit to the price that was last seen before it? If it is a simple fraction
 * or multiple of it (1/2, 1/3, 2/3, 10 ...), to within four percent, the shares were probably split
 * or consolidated: *times is then how many new shares an old one became.
 */
bool condition_looks_split(struct dec price_before, struct dec close, struct dec *times);

#endif
