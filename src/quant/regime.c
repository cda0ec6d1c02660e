/* SPDX-License-Identifier: MIT */
#include "quant/regime.h"

#include <assert.h>

static enum regime between(double low, double high, double value)
{
    return value < low ? REGIME_LOW : value > high ? REGIME_HIGH : REGIME_NORMAL;
}

enum regime regime_of(const struct regime_table *t, struct opt_num value)
{
    return value.has ? between(t->low, t->high, value.v) : REGIME_UNKNOWN;
}

/* What the value says to one who is in regime `is`: its own boundaries are further away. */
static enum regime seen_from(const struct regime_table *t, enum regime is, struct opt_num value)
{
    double low = is == REGIME_LOW ? t->low + t->hysteresis : t->low - t->hysteresis;
    double high = is == REGIME_HIGH ? t->high - t->hysteresis : t->high + t->hysteresis;
    return is == REGIME_UNKNOWN ? regime_of(t, value) : between(low, high, value.v);
}

struct regime_state regime_step(const struct regime_table *t, struct regime_state s, struct utc now,
                                struct opt_num value)
{
    assert(t->low + t->hysteresis <= t->high - t->hysteresis && t->hysteresis >= 0);
    if (!value.has) {
        s.coming = s.is;
        s.coming_since = now;
        return s;
    }
    enum regime seen = seen_from(t, s.is, value);
    if (seen != s.coming) {
        s.coming = seen;
        s.coming_since = now;
    }
    bool lasted = (now.ns - s.coming_since.ns) / NS_PER_S >= t->hold_s;
    if (seen != s.is && (lasted || s.is == REGIME_UNKNOWN)) {
        s.is = seen;
        s.since = s.coming_since;
    }
    return s;
}

const char *regime_text(enum regime r)
{
    static const char *const text[] = {"unknown", "low", "normal", "high"};
    return text[r];
}
