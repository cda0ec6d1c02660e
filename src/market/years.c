/* SPDX-License-Identifier: MIT */
#include "market/years.h"

#include "base/alloc.h"
#include "base/map.h"
#include "quant/dated.h"

#include <assert.h>
#include <string.h>

enum {
    YEARS_MAX = 4096, /* contracts; then all are forgotten */
    DAYS_ASKED = 371, /* 53 weeks */
    FAILED_MS = 10 * 60 * 1000,
    NO_HISTORY_CODE = 162
};

static const int SPAN_DAYS[YEAR_SPANS] = {
    [YEAR_13_WEEKS] = 13 * 7, [YEAR_26_WEEKS] = 26 * 7, [YEAR_52_WEEKS] = 52 * 7};

/* What is known of one contract. */
struct entry {
    struct year year;
    int64_t day; /* since 1970, UTC: of which day it is */
    struct instant at;
};

struct years {
    struct history *history;
    struct map *entries; /* con_id -> struct entry, owned */
};

struct years *years_new(struct history *history)
{
    struct years *y = xcalloc(1, sizeof *y);
    y->history = history;
    y->entries = map_new(YEARS_MAX);
    return y;
}

static void forget(struct years *y)
{
    void *entry;
    for (size_t i = 0; map_next(y->entries, &i, &entry);)
        xfree(entry);
    map_clear(y->entries);
}

void years_free(struct years *y)
{
    if (!y)
        return;
    forget(y);
    map_free(y->entries);
    xfree(y);
}

static int64_t day_of(struct moment now)
{
    return now.wall.ns / NS_PER_S / 86400;
}

static const struct entry *kept(const struct years *y, int32_t con_id, struct moment now)
{
    const struct entry *e = map_get(y->entries, con_id);
    if (!e || e->day != day_of(now))
        return NULL;
    bool is_old = e->year.gap != GAP_NONE && instant_ms_since(e->at, now.mono) > FAILED_MS;
    return is_old ? NULL : e;
}

static void keep(struct years *y, int32_t con_id, const struct year *year, struct moment now)
{
    struct entry *e = map_get(y->entries, con_id);
    if (!e) {
        if (map_count(y->entries) == YEARS_MAX)
            forget(y);
        e = xcalloc(1, sizeof *e);
        bool is_in = map_put(y->entries, con_id, e);
        assert(is_in);
        (void)is_in;
    }
    *e = (struct entry){*year, day_of(now), now.mono};
}

/* ---- numbers of a year ---- */

void year_widen(struct opt_dec *high, struct opt_dec *low, struct opt_dec price)
{
    if (!price.has)
        return;
    if (!high->has || dec_lt(high->v, price.v))
        *high = price;
    if (!low->has || dec_lt(price.v, low->v))
        *low = price;
}

static void add_bar(struct year *y, const struct bar *b, int64_t age_days)
{
    for (int s = 0; s < YEAR_SPANS; s++) {
        if (age_days > SPAN_DAYS[s])
            continue;
        year_widen(&y->high[s], &y->low[s], b->high);
        year_widen(&y->high[s], &y->low[s], b->low);
    }
}

static struct year sum_up(const struct history_question *q, int64_t today)
{
    struct year y = {0};
    int64_t month_ago = day_months_before((int32_t)today, 1);
    for (size_t i = 0; i < q->n; i++) {
        const struct bar *b = &q->bars[i];
        int64_t day = history_days(b->date);
        add_bar(&y, b, today - day);
        if (day <= month_ago && month_ago - day <= DATED_STALE_DAYS && b->close.has) {
            y.month_close = b->close;
            y.month_date = b->date;
        }
    }
    return y;
}

/* "No market data permissions", "no permission": the account may not see the past either. */
static enum gap gap_of_error(const struct error *e)
{
    static const char *const words[] = {"ermission", "ubscri"};
    struct str text = str_of(e->text);
    enum gap gap = gap_of_code(e->broker_code);
    for (size_t i = 0; i < 2 && e->broker_code == NO_HISTORY_CODE; i++)
        if (str_find_str(text, str_of(words[i])) < text.n)
            return GAP_NO_SUBSCRIPTION;
    if (gap == GAP_NONE && e->code == ERROR_TIMEOUT)
        return GAP_TIMEOUT;
    return gap == GAP_NONE ? GAP_NO_HISTORY : gap;
}

/* ---- asking ---- */

static bool ask(struct task *t, struct years *y, struct year_question **list, size_t n,
                struct error *e)
{
    struct history_question *h = ARENA_MANY(task_arena(t), struct history_question, n);
    struct utc from = {(day_of(task_now(t)) - DAYS_ASKED) * 86400 * NS_PER_S};
    for (size_t i = 0; i < n; i++)
        h[i] = (struct history_question){.contract = list[i]->contract,
                                         .details = list[i]->details,
                                         .size = BAR_1_DAY,
                                         .show = BARS_TRADES,
                                         .regular_hours_only = true,
                                         .from = {from, true}};
    if (!history_bars(t, y->history, h, n, e))
        return false;
    int64_t today = day_of(task_now(t));
    for (size_t i = 0; i < n; i++) {
        bool is_there = h[i].error.code == ERROR_NONE && h[i].n;
        struct year year = is_there ? sum_up(&h[i], today) : (struct year){0};
        if (!is_there)
            year.gap = h[i].error.code ? gap_of_error(&h[i].error) : GAP_NO_HISTORY;
        keep(y, list[i]->contract.con_id, &year, task_now(t));
    }
    return true;
}

bool years_get(struct task *t, struct years *y, struct year_question *q, size_t n, struct error *e)
{
    struct year_question **open = ARENA_MANY(task_arena(t), struct year_question *, n);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct entry *known = kept(y, q[i].contract.con_id, task_now(t));
        assert(q[i].contract.con_id);
        bool is_open = !known;
        for (size_t k = 0; k < count && is_open; k++)
            is_open = open[k]->contract.con_id != q[i].contract.con_id;
        if (is_open)
            open[count++] = &q[i];
    }
    for (size_t at = 0; at < count;) {
        size_t batch =
            count - at < HISTORY_QUESTIONS_MAX ? count - at : (size_t)HISTORY_QUESTIONS_MAX;
        if (!ask(t, y, open + at, batch, e))
            return false;
        at += batch;
    }
    for (size_t i = 0; i < n; i++) {
        const struct entry *known = kept(y, q[i].contract.con_id, task_now(t));
        if (known)
            q[i].year = known->year;
        else /* midnight has passed meanwhile, or all were forgotten */
            q[i].year = (struct year){.gap = GAP_TIMEOUT};
    }
    return true;
}
