/* SPDX-License-Identifier: MIT */
#include "sys/clock.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

static int64_t read_ns(clockid_t id)
{
    struct timespec t;
    int failed = clock_gettime(id, &t);
    assert(!failed);
    (void)failed;
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct moment clock_now(void)
{
    return (struct moment){
        .mono = {read_ns(CLOCK_MONOTONIC)},
        .wall = {read_ns(CLOCK_REALTIME)},
    };
}

void clock_sleep(int64_t ms)
{
    assert(ms >= 0);
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}
