/* SPDX-License-Identifier: MIT */
#include "automation/condition.h"

#include <assert.h>

const char *const measure_names[] = {"price",      "last",   "bid",    "ask",        "mid",
                                     "change_pct", "volume", "spread", "spread_pct", NULL};
const char *const trigger_names[] = {"above",   "below",    "crosses", "day_high",
                                     "day_low", "high_52w", "low_52w", NULL};
const char *const condition_phase_names[] = {"waiting", "armed", "fired", NULL};

/* One row a trigger: the direction in which it is passed (0: both), and of a range which. */
static const struct {
    int direction;
    bool is_range, is_of_day;
    const char *text;
} triggers[] = {
    [TRIGGER_ABOVE] = {1, false, false, "above"},
    [TRIGGER_BELOW] = {-1, false, false, "below"},
    [TRIGGER_CROSSES] = {0, false, false, "crosses"},
    [TRIGGER_DAY_HIGH] = {1, true, true, "a new high of the day"},
    [TRIGGER_DAY_LOW] = {-1, true, true, "a new low of the day"},
    [TRIGGER_HIGH_52W] = {1, true, false, "a new 52-week high"},
    [TRIGGER_LOW_52W] = {-1, true, false, "a new 52-week low"},
};

/* ---- values ---- */

static struct opt_dec difference(struct opt_dec a, struct opt_dec b)
{
    struct opt_dec d = DEC_NONE;
    d.has = a.has && b.has && dec_sub(a.v, b.v, &d.v);
    return d.has ? d : DEC_NONE;
}

static struct opt_dec percent(struct opt_dec part, struct opt_dec whole)
{
    struct opt_dec p = DEC_NONE;
    p.has = part.has && whole.has && dec_sign(whole.v) > 0 && dec_mul(part.v, DEC(100), &p.v) &&
            dec_div(p.v, whole.v, &p.v);
    return p.has ? p : DEC_NONE;
}

/* A market whose bid is above its ask has no middle and no width that mean anything. */
static bool is_crossed(const struct quote *q)
{
    return q->bid.has && q->ask.has && dec_gt(q->bid.v, q->ask.v);
}

static struct opt_dec price_of(const struct condition *c, const struct quote *q)
{
    if (!c->by_mid)
        return q->last;
    return is_crossed(q) ? DEC_NONE : quote_mid(q);
}

static struct opt_dec spread_of(const struct quote *q)
{
    return is_crossed(q) ? DEC_NONE : difference(q->ask, q->bid);
}

static struct opt_dec change_of(const struct condition *c, const struct quote *q)
{
    struct opt_dec base = c->reference.has ? c->reference : q->close;
    return percent(difference(price_of(c, q), base), base);
}

struct opt_dec condition_value(const struct condition *c, const struct quote *q)
{
    switch (c->measure) {
    case MEASURE_PRICE:
        return price_of(c, q);
    case MEASURE_LAST:
        return q->last;
    case MEASURE_BID:
        return q->bid;
    case MEASURE_ASK:
        return q->ask;
    case MEASURE_MID:
        return is_crossed(q) ? DEC_NONE : quote_mid(q);
    case MEASURE_CHANGE_PCT:
        return change_of(c, q);
    case MEASURE_VOLUME:
        return q->volume;
    case MEASURE_SPREAD:
        return spread_of(q);
    case MEASURE_SPREAD_PCT:
        return percent(spread_of(q), quote_mid(q));
    case MEASURE_COUNT:
        break;
    }
    return DEC_NONE;
}

struct opt_dec condition_shown(const struct condition *c, struct opt_dec value)
{
    if (value.has && (c->measure == MEASURE_CHANGE_PCT || c->measure == MEASURE_SPREAD_PCT))
        value.v = dec_round_to(value.v, DEC_MICRO(100), DEC_HALF_EVEN);
    return value;
}

bool condition_is_range(const struct condition *c)
{
    return triggers[c->trigger].is_range;
}

bool condition_is_in_prices(const struct condition *c)
{
    if (condition_is_range(c))
        return false; /* its edge comes from the broker, who has the split in it */
    return c->measure <= MEASURE_MID || (c->measure == MEASURE_CHANGE_PCT && c->reference.has);
}

struct opt_dec condition_level(const struct condition *c, const struct condition_state *s)
{
    return condition_is_range(c) ? s->mark : c->level;
}

/* ---- one side of a level ---- */

static enum condition_outcome enter(struct condition_state *s, enum condition_phase phase,
                                    enum condition_outcome outcome)
{
    s->phase = phase;
    return outcome;
}

/* `d`: how far the value is beyond the level. */
static enum condition_outcome step_level(const struct condition *c, struct condition_state *s,
                                         struct dec d)
{
    switch (s->phase) {
    case CONDITION_NEW:
        return dec_sign(d) <= 0 ? enter(s, CONDITION_ARMED, CONDITION_CHANGED) : CONDITION_STILL;
    case CONDITION_ARMED:
        return dec_sign(d) > 0 ? enter(s, CONDITION_FIRED, CONDITION_FIRES) : CONDITION_STILL;
    case CONDITION_FIRED:
        break;
    }
    bool is_back = dec_sign(d) <= 0 && !dec_gt(d, dec_neg(c->rearm));
    return is_back ? enter(s, CONDITION_ARMED, CONDITION_CHANGED) : CONDITION_STILL;
}

/* ---- either side ---- */

static enum condition_outcome step_cross(const struct condition *c, struct condition_state *s,
                                         struct dec d)
{
    int side = dec_sign(d), before = s->side;
    bool is_far = !dec_lt(dec_abs(d), c->rearm);
    if (side == 0)
        return CONDITION_STILL;
    if (s->phase == CONDITION_FIRED && !is_far)
        return CONDITION_STILL;
    enum condition_phase was = s->phase;
    s->side = side;
    if (was == CONDITION_NEW || side == before)
        return was == CONDITION_ARMED ? CONDITION_STILL
                                      : enter(s, CONDITION_ARMED, CONDITION_CHANGED);
    return enter(s, is_far ? CONDITION_ARMED : CONDITION_FIRED, CONDITION_FIRES);
}

/* ---- the edge of a range ---- */

static struct opt_dec edge_of(enum trigger trigger, const struct quote *q)
{
    switch (trigger) {
    case TRIGGER_DAY_HIGH:
        return q->high;
    case TRIGGER_DAY_LOW:
        return q->low;
    case TRIGGER_HIGH_52W:
        return q->high_52w;
    case TRIGGER_LOW_52W:
        return q->low_52w;
    default:
        return DEC_NONE;
    }
}

static bool is_beyond(struct dec a, struct dec b, int direction)
{
    return direction > 0 ? dec_gt(a, b) : dec_lt(a, b);
}

/* Has another day begun since the last look? */
static bool is_new_day(const struct condition_state *s, const struct quote *q, struct dec edge,
                       int direction)
{
    bool moved = s->close.has && q->close.has && !dec_eq(s->close.v, q->close.v);
    return moved || (s->edge.has && is_beyond(s->edge.v, edge, direction));
}

static enum condition_outcome step_range(const struct condition *c, struct condition_state *s,
                                         const struct quote *q, struct dec price)
{
    int direction = triggers[c->trigger].direction;
    struct opt_dec edge = edge_of(c->trigger, q);
    if (!edge.has)
        return CONDITION_UNKNOWN;
    bool is_day = is_new_day(s, q, edge.v, direction), is_first = !s->mark.has;
    struct dec far = is_beyond(price, edge.v, direction) ? price : edge.v;
    s->edge = edge;
    if (q->close.has)
        s->close = q->close;
    if (triggers[c->trigger].is_of_day && (is_first || is_day)) {
        s->mark = DEC_SOME(far);
        return enter(s, CONDITION_ARMED, CONDITION_CHANGED);
    }
    if (is_first || s->phase == CONDITION_NEW) {
        s->mark = edge;
        bool holds = is_beyond(price, edge.v, direction);
        return holds ? CONDITION_STILL : enter(s, CONDITION_ARMED, CONDITION_CHANGED);
    }
    bool broke = is_beyond(far, s->mark.v, direction);
    if (broke)
        s->mark = DEC_SOME(far);
    if (s->phase == CONDITION_ARMED && broke)
        return enter(s, dec_is_zero(c->rearm) ? CONDITION_ARMED : CONDITION_FIRED, CONDITION_FIRES);
    struct dec back, d;
    back = direction > 0 ? dec_neg(c->rearm) : c->rearm;
    if (s->phase == CONDITION_FIRED && dec_add(s->mark.v, back, &d) &&
        !is_beyond(price, d, direction))
        return enter(s, CONDITION_ARMED, CONDITION_CHANGED);
    if (!is_day)
        return CONDITION_STILL;
    s->mark = edge; /* what was the highest of a year ago no longer counts */
    return CONDITION_CHANGED;
}

enum condition_outcome condition_step(const struct condition *c, struct condition_state *s,
                                      const struct quote *q)
{
    assert(c->trigger < TRIGGER_COUNT && dec_sign(c->rearm) >= 0);
    struct opt_dec v = condition_value(c, q);
    struct dec d;
    if (!v.has)
        return CONDITION_UNKNOWN;
    if (condition_is_range(c))
        return step_range(c, s, q, v.v);
    assert(c->level.has);
    if (!dec_sub(v.v, c->level.v, &d))
        return CONDITION_UNKNOWN;
    if (c->trigger == TRIGGER_CROSSES)
        return step_cross(c, s, d);
    return step_level(c, s, c->trigger == TRIGGER_BELOW ? dec_neg(d) : d);
}

/* ---- words ---- */

void condition_text(const struct condition *c, struct buf *out)
{
    char text[DEC_TEXT_MAX];
    if (condition_is_range(c)) {
        buf_add_c(out, triggers[c->trigger].text);
        return;
    }
    buf_add_c(out, measure_names[c->measure]);
    if (c->measure == MEASURE_CHANGE_PCT && c->reference.has) {
        (void)dec_format(c->reference.v, text);
        buf_add_f(out, " against %s", text);
    }
    (void)dec_format(c->level.v, text);
    buf_add_f(out, " %s %s", triggers[c->trigger].text, text);
}

/* ---- splits ---- */

bool condition_looks_split(struct dec price_before, struct dec close, struct dec *times)
{
    static const struct {
        int new_shares, old_shares;
    } usual[] = {{3, 2},  {2, 1},  {5, 2},  {3, 1},  {4, 1},  {5, 1},  {6, 1},  {7, 1},
                 {8, 1},  {10, 1}, {15, 1}, {20, 1}, {25, 1}, {30, 1}, {40, 1}, {50, 1},
                 {2, 3},  {1, 2},  {1, 3},  {1, 4},  {1, 5},  {1, 6},  {1, 7},  {1, 8},
                 {1, 10}, {1, 15}, {1, 20}, {1, 25}, {1, 30}, {1, 40}, {1, 50}, {1, 100}};
    struct dec ratio, factor, off;
    if (dec_sign(price_before) <= 0 || dec_sign(close) <= 0 ||
        !dec_div(price_before, close, &ratio))
        return false;
    if (dec_lt(ratio, DEC_MICRO(1400000)) && dec_gt(ratio, DEC_MICRO(720000)))
        return false; /* nearly always; none of the usual ones is in between */
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (!dec_div(dec_of(usual[i].new_shares), dec_of(usual[i].old_shares), &factor) ||
            !dec_div(ratio, factor, &off))
            continue;
        if (dec_gt(off, DEC_MICRO(960000)) && dec_lt(off, DEC_MICRO(1040000))) {
            *times = factor;
            return true;
        }
    }
    return false;
}
