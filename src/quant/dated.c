/* SPDX-License-Identifier: MIT */
#include "quant/dated.h"

#include "base/instant.h"

#include <assert.h>
#include <math.h>

bool dated_index(struct dated s, int32_t day, size_t *at)
{
    size_t low = 0, high = s.n; /* the first that is later than `day` lies in low..high */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s.day[middle] <= day)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return false;
    *at = low - 1;
    return true;
}

bool dated_at(struct dated s, int32_t day, size_t *at)
{
    return dated_index(s, day, at) && day - s.day[*at] <= DATED_STALE_DAYS;
}

bool dated_common(const struct dated *s, size_t n, int32_t day, int32_t *out)
{
    int32_t common = day;
    size_t at;
    /* each step back is to a day that some series has, and all later ones are ruled out */
    for (size_t i = 0, agreed = 0; agreed < n; i = (i + 1) % n) {
        if (!dated_index(s[i], common, &at) || day - s[i].day[at] > DATED_STALE_DAYS)
            return false;
        agreed = s[i].day[at] == common ? agreed + 1 : 1;
        common = s[i].day[at];
    }
    *out = common;
    return n > 0;
}

struct dated dated_until(struct dated s, int32_t day)
{
    size_t at;
    s.n = dated_index(s, day, &at) ? at + 1 : 0;
    return s;
}

struct opt_num dated_change(struct dated s, int32_t from, int32_t to)
{
    size_t a, b;
    if (!dated_at(s, from, &a) || !dated_at(s, to, &b) || !(s.v[a] > 0))
        return (struct opt_num){0};
    double change = s.v[b] / s.v[a] - 1;
    return isfinite(change) ? (struct opt_num){change, true} : (struct opt_num){0};
}

/* ---- days ---- */

int32_t day_months_before(int32_t day, int months)
{
    int y, m, d;
    assert(months >= 0);
    civil_from_days(day, &y, &m, &d);
    int from_zero = y * 12 + (m - 1) - months;
    y = from_zero / 12;
    m = from_zero % 12 + 1;
    int64_t last = (m == 12 ? civil_to_days(y + 1, 1, 1) : civil_to_days(y, m + 1, 1)) - 1;
    int64_t same = civil_to_days(y, m, 1) + d - 1;
    return (int32_t)(same < last ? same : last);
}

int32_t day_before_year(int32_t day)
{
    int y, m, d;
    civil_from_days(day, &y, &m, &d);
    return (int32_t)(civil_to_days(y, 1, 1) - 1);
}

struct progress progress_of(double total, int32_t from, int32_t until, int32_t day)
{
    assert(from < until && total > -1);
    double share = (double)(day - from) / (double)(until - from);
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    return (struct progress){
        .share = share, .linear = total * share, .compound = pow(1 + total, share) - 1};
}

struct currency_return currency_return(double local, double fx)
{
    return (struct currency_return){
        .local = local, .fx = fx, .cross = local * fx, .base = (1 + local) * (1 + fx) - 1};
}
