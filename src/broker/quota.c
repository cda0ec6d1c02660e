/* SPDX-License-Identifier: MIT */
#include "broker/quota.h"

#include <assert.h>

enum scope { ALL, SAME_CONTRACT, IDENTICAL };

static const struct quota_rule {
    enum quota_class class;
    enum scope scope;
    int max; /* within the window: weights, or requests where identical ones are counted */
    int64_t window_ms;
} RULES[] = {
    {QUOTA_HISTORY, IDENTICAL, 1, 15 * 1000},    {QUOTA_HISTORY, SAME_CONTRACT, 5, 2 * 1000},
    {QUOTA_HISTORY, ALL, 60, 600 * 1000},        {QUOTA_TICK_BY_TICK, SAME_CONTRACT, 1, 15 * 1000},
    {QUOTA_REAL_TIME_BARS, ALL, 60, 600 * 1000},
};

static const struct {
    int open_max; /* 0: any number */
    const char *text;
} KINDS[QUOTA_CLASS_COUNT] = {
    [QUOTA_NONE] = {0, ""},
    [QUOTA_HISTORY] = {50, "at most 50 history requests at once; bars of 30 seconds and less: 60 "
                           "in 10 minutes, the same again after 15 seconds"},
    /* 5 % of the usual 100 market data lines */
    [QUOTA_TICK_BY_TICK] = {5, "at most 5 tick-by-tick streams, one an instrument in 15 seconds"},
    [QUOTA_REAL_TIME_BARS] = {0, "at most 60 new streams of real-time bars in 10 minutes"},
    [QUOTA_SUMMARY] = {2, "at most 2 account summaries at once"},
    [QUOTA_SCANNER] = {10, "at most 10 scanners at once"},
    [QUOTA_DEPTH] = {3, "at most 3 books of depth at once"},
};

static bool matches(enum scope scope, const struct quota_ask *a, uint64_t contract,
                    uint64_t request)
{
    return scope == ALL ||
           (scope == SAME_CONTRACT ? contract == a->contract : request == a->request);
}

/* The earliest time at which the window has room for a: back from the newest, the request that
 * would make it overflow has to leave the window first. */
static struct instant room_at(const struct quota *q, const struct quota_rule *rule,
                              const struct quota_ask *a)
{
    int sum = rule->scope == IDENTICAL ? 1 : a->weight;
    for (size_t back = 1; back <= q->of[a->class].count; back++) {
        size_t i = (q->of[a->class].at + QUOTA_KEEP - back) % QUOTA_KEEP;
        if (!matches(rule->scope, a, q->of[a->class].left[i].contract,
                     q->of[a->class].left[i].request))
            continue;
        sum += rule->scope == IDENTICAL ? 1 : q->of[a->class].left[i].weight;
        if (sum > rule->max)
            return instant_after_ms(q->of[a->class].left[i].at, rule->window_ms);
    }
    return (struct instant){INT64_MIN};
}

struct instant quota_free_at(const struct quota *q, const struct quota_ask *a, struct instant now,
                             enum quota_hold *hold)
{
    assert(a->class < QUOTA_CLASS_COUNT);
    struct instant free_at = {INT64_MIN};
    enum quota_hold found = QUOTA_FREE;
    for (size_t i = 0; a->weight > 0 && i < sizeof RULES / sizeof RULES[0]; i++) {
        if (RULES[i].class != a->class)
            continue;
        struct instant at = room_at(q, &RULES[i], a);
        if (at.ns > free_at.ns)
            free_at = at;
        if (!instant_due(at, now) && found != QUOTA_HOLDS_ALL)
            found = RULES[i].scope == ALL ? QUOTA_HOLDS_ALL : QUOTA_HOLDS_IT;
    }
    if (!instant_due(q->of[a->class].not_before, now)) {
        struct instant until = q->of[a->class].not_before;
        free_at = until.ns > free_at.ns ? until : free_at;
        found = QUOTA_HOLDS_ALL;
    }
    int open_max = KINDS[a->class].open_max;
    if (open_max > 0 && q->of[a->class].open >= open_max) {
        free_at = INSTANT_NEVER;
        found = QUOTA_HOLDS_ALL;
    }
    if (hold != NULL)
        *hold = found;
    return free_at;
}

void quota_begin(struct quota *q, const struct quota_ask *a, struct instant now)
{
    assert(a->class < QUOTA_CLASS_COUNT);
    q->of[a->class].open++;
    if (a->weight == 0)
        return;
    size_t i = q->of[a->class].at;
    q->of[a->class].left[i].at = now;
    q->of[a->class].left[i].weight = a->weight;
    q->of[a->class].left[i].contract = a->contract;
    q->of[a->class].left[i].request = a->request;
    q->of[a->class].at = (i + 1) % QUOTA_KEEP;
    if (q->of[a->class].count < QUOTA_KEEP)
        q->of[a->class].count++;
}

void quota_end(struct quota *q, enum quota_class class)
{
    assert(q->of[class].open > 0);
    q->of[class].open--;
}

void quota_back_off(struct quota *q, enum quota_class class, struct instant until)
{
    assert(class < QUOTA_CLASS_COUNT);
    if (until.ns > q->of[class].not_before.ns)
        q->of[class].not_before = until;
}

struct instant quota_backed_off_until(const struct quota *q)
{
    struct instant until = {INT64_MIN};
    for (int c = 0; c < QUOTA_CLASS_COUNT; c++)
        if (q->of[c].not_before.ns > until.ns)
            until = q->of[c].not_before;
    return until;
}

void quota_end_all(struct quota *q)
{
    for (int c = 0; c < QUOTA_CLASS_COUNT; c++)
        q->of[c].open = 0;
}

const char *quota_text(enum quota_class class)
{
    assert(class < QUOTA_CLASS_COUNT);
    return KINDS[class].text;
}
