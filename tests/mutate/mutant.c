/* SPDX-License-Identifier: MIT */
/*
 * mutant: linked to the tests by tools/mutate.
 *
 * Which of the mutants lives in this process, which of the tests is run, and how much it may use.
 * What the paper exchange says about the last 52 weeks is most of a test's time and the same each
 * time, so it is kept between the tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/rng.h"
#include "paper/feed_private.h"

int mutant_now; /* 0: the original */

static void limit(int resource, const char *name)
{
    const char *value = getenv(name);
    if (value != NULL) {
        rlim_t n = (rlim_t)strtoull(value, NULL, 10);
        setrlimit(resource, &(struct rlimit){n, n});
    }
}

__attribute__((constructor)) static void choose(void)
{
    const char *number = getenv("MUTATE_MUTANT"), *test = getenv("MUTATE_TEST");
    if (number != NULL)
        mutant_now = (int)strtol(number, NULL, 10);
    if (test != NULL)
        cmocka_set_test_filter(test);
    limit(RLIMIT_CPU, "MUTATE_SECONDS");
    limit(RLIMIT_AS, "MUTATE_BYTES");
}

/* ---- 52 weeks ---- */
void __real_feed_ranges(struct feed *f, const struct instrument *i, int64_t utc_s,
                        struct feed_range out[3]);
void __wrap_feed_ranges(struct feed *f, const struct instrument *i, int64_t utc_s,
                        struct feed_range out[3]);

static uint64_t mixed(uint64_t key, const void *value, size_t n)
{
    uint64_t bits = 0;
    memcpy(&bits, value, n);
    return rng_mix(key, bits);
}

void __wrap_feed_ranges(struct feed *f, const struct instrument *i, int64_t utc_s,
                        struct feed_range out[3])
{
    const char *folder = getenv("MUTATE_RANGES");
    struct line *l = feed_line(f, i);
    int64_t today = feed_day(f, l, feed_shown_second(f, i, utc_s))->start_s;
    if (folder == NULL || l->kind == LINE_REPLAY || l->range_day == today) {
        __real_feed_ranges(f, i, utc_s, out);
        return;
    }
    uint64_t key = mixed(f->seed, &l->con_id, sizeof l->con_id);
    key = mixed(key, &today, sizeof today);
    key = mixed(key, &f->real_hours, sizeof f->real_hours);
    key = mixed(key, &l->base, sizeof l->base);
    key = mixed(key, &l->volatility, sizeof l->volatility);
    key = mixed(key, &l->ripple_key, sizeof l->ripple_key);
    char path[512], fresh[600];
    snprintf(path, sizeof path, "%s/%016llx", folder, (unsigned long long)key);
    FILE *file = fopen(path, "rb");
    if (file != NULL) {
        if (fread(l->ranges, sizeof l->ranges, 1, file) == 1)
            l->range_day = today;
        fclose(file);
    }
    bool is_new = l->range_day != today;
    __real_feed_ranges(f, i, utc_s, out);
    snprintf(fresh, sizeof fresh, "%s.%d", path, (int)getpid());
    if (is_new && (file = fopen(fresh, "wb")) != NULL) {
        fwrite(l->ranges, sizeof l->ranges, 1, file);
        fclose(file);
        rename(fresh, path);
    }
}
