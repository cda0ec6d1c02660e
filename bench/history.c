/* SPDX-License-Identifier: MIT */
/*
 * history: five years of daily bars of 500 shares, read from the cache's file through the service
 * that operations use, in questions about ten and about fifty shares; nobody is connected.
 *
 * Reports history.ten and history.fifty in us, history.bytes of the file for a bar.
 */
#include "base/alloc.h"
#include "base/rng.h"
#include "kit/measure.h"
#include "market/history_private.h"
#include "store/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHARES = 500, DAYS = 1260, ROUNDS = 5, LIFE_MS = 60000, FIRST_DAY = 20210104 };

struct reading {
    struct history *history;
    struct history_question like;
    int32_t first_id, group;
    size_t bars;
    bool is_done;
};

static struct dec cents(int64_t n)
{
    return (struct dec){(dec_nano)n * 10000000};
}

/* A share's days, with prices in cents, as a broker tells them. */
static void make_days(struct bar *bars, struct rng *rng)
{
    int64_t price = 5000 + rng_below(rng, 40000), day = history_days(FIRST_DAY);
    for (size_t i = 0; i < DAYS; i++) {
        int64_t open = price + rng_below(rng, 301) - 150, close = open + rng_below(rng, 601) - 300;
        int64_t high = (open > close ? open : close) + rng_below(rng, 200);
        int64_t low = (open < close ? open : close) - rng_below(rng, 200);
        int64_t mean = (high + low) * 50 + rng_below(rng, 100);
        bars[i] = (struct bar){.date = history_date(day),
                               .open = DEC_SOME(cents(open)),
                               .high = DEC_SOME(cents(high)),
                               .low = DEC_SOME(cents(low)),
                               .close = DEC_SOME(cents(close)),
                               .volume = DEC_SOME(dec_of(1000000 + rng_below(rng, 90000000))),
                               .average = DEC_SOME((struct dec){(dec_nano)mean * 100000}),
                               .trades = (int32_t)rng_below(rng, 500000)};
        price = close > 1000 ? close : 1000;
        day += civil_weekday(day) == 4 ? 3 : 1;
    }
}

static struct history_question question(int32_t con_id, int64_t end_s)
{
    struct history_question q = {.size = BAR_1_DAY, .show = BARS_TRADES, .shown = BARS_TRADES};
    q.contract.con_id = con_id;
    q.contract.sec_type = SEC_STK;
    q.from = (struct opt_utc){{history_days(FIRST_DAY) * DAY_S * NS_PER_S}, true};
    q.to = (struct opt_utc){{end_s * NS_PER_S}, true};
    return q;
}

static int64_t fill(struct history *h, struct cache *cache, struct cache_file *file)
{
    struct rng rng;
    struct bar *bars = xcalloc(DAYS, sizeof *bars);
    struct error e;
    int64_t end_s = 0;
    rng_init(&rng, 1, 0);
    for (int32_t id = 1; id <= SHARES; id++) {
        make_days(bars, &rng);
        end_s = history_at(&bars[DAYS - 1]);
        struct history_question q = question(id, end_s);
        struct history_kept k = {.generation = (uint64_t)id,
                                 .from_s = history_at(&bars[0]),
                                 .to_s = end_s + DAY_S,
                                 .first_at = history_at(&bars[0]),
                                 .last_at = end_s};
        history_keep(h, &q, &k, true, bars, DAYS, (struct utc){end_s * NS_PER_S});
        struct cache_batch *b = cache_take(cache);
        if (!b || !cache_file_write(file, b, CACHE_BYTES_MAX, &e))
            measure_die("the cache cannot be written");
        cache_done(cache, b, false);
    }
    xfree(bars);
    return end_s;
}

static void read_group(struct task *t, void *arg)
{
    struct reading *r = arg;
    struct error e;
    struct history_question *q =
        ARENA_MANY(task_arena(t), struct history_question, (size_t)r->group);
    for (int32_t i = 0; i < r->group; i++) {
        q[i] = r->like;
        q[i].contract.con_id = r->first_id + i;
    }
    r->is_done = history_bars(t, r->history, q, (size_t)r->group, &e);
    for (int32_t i = 0; i < r->group; i++)
        r->bars += q[i].error.code == ERROR_NONE && q[i].from_cache == DAYS ? q[i].n : 0;
}

static void run(struct tasks *tasks, struct reading *r, struct moment now)
{
    r->bars = 0;
    for (r->first_id = 1; r->first_id <= SHARES; r->first_id += r->group) {
        r->is_done = false;
        if (!task_spawn(tasks, now, LIFE_MS, read_group, r))
            measure_die("no task can be made");
        tasks_run(tasks, now);
        if (!r->is_done)
            measure_die("a question that needs nobody waits");
    }
    if (r->bars != (size_t)SHARES * DAYS)
        measure_die("%zu bars instead of %d", r->bars, SHARES * DAYS);
}

static void ignore_event(void *self, const struct event *ev)
{
    (void)self;
    (void)ev;
}

int main(void)
{
    char path[] = "/tmp/bench-history-XXXXXX", beside[64];
    struct error e;
    int fd = mkstemp(path);
    if (fd < 0 || close(fd))
        measure_die("no temporary file");
    struct cache_file *file = cache_file_open(path, &e);
    if (!file)
        measure_die("%s", e.text);
    struct session_config config = {.client_id = 1, .min_version = 176, .max_version = 226};
    struct session *session = session_new(&config, (struct session_listener){ignore_event, NULL});
    struct cache *cache = cache_new(file);
    struct history *history = history_new(session, cache, (struct tz_zones){0});
    struct tasks *tasks = tasks_new();
    int64_t end_s = fill(history, cache, file);
    struct moment now = {{NS_PER_S}, {(end_s + 2 * DAY_S) * NS_PER_S}};
    struct reading r = {.history = history, .like = question(1, end_s)};
    static const struct {
        int32_t group;
        const char *name;
    } rows[] = {{10, "ten"}, {50, "fifty"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t best = INT64_MAX;
        r.group = rows[i].group;
        for (int k = 0; k < ROUNDS; k++) {
            int64_t begin = measure_now();
            run(tasks, &r, now);
            int64_t ns = measure_now() - begin;
            best = ns < best ? ns : best;
        }
        report("history", rows[i].name, (double)best / 1e3);
    }
    tasks_free(tasks);
    history_free(history);
    cache_free(cache);
    session_free(session);
    cache_file_close(file);
    struct stat st;
    if (stat(path, &st) != 0)
        measure_die("the file is gone");
    report("history", "bytes", (double)st.st_size / ((double)SHARES * DAYS));
    unlink(path);
    snprintf(beside, sizeof beside, "%s-wal", path);
    unlink(beside);
    snprintf(beside, sizeof beside, "%s-shm", path);
    unlink(beside);
    return 0;
}
