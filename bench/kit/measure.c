/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "data/json.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FILE_MAX = 4 << 20 };

/* ---- endings ---- */

void measure_die(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fflush(stdout);
    fputs("bench: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

int64_t measure_number(const char *text, int64_t low, int64_t high)
{
    int64_t n;
    if (!str_to_i64(str_of(text), &n) || n < low || n > high)
        measure_die("%s is no number from %lld to %lld", text, (long long)low, (long long)high);
    return n;
}

/* ---- clocks ---- */

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t measure_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return ns_of(t);
}

/* The same as utime and stime of /proc/PID/stat, but in ns and not in ticks of 10 ms. */
int64_t measure_cpu_of(pid_t pid)
{
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
        measure_die("process %d has gone", (int)pid);
    return ns_of(t);
}

/* ---- samples ---- */

void samples_init(struct samples *s, size_t room)
{
    s->ns = xcalloc(room ? room : 1, sizeof *s->ns);
    s->n = 0;
    s->room = room;
}

void samples_fini(struct samples *s)
{
    xfree(s->ns);
}

void samples_add(struct samples *s, int64_t ns)
{
    assert(s->n < s->room);
    s->ns[s->n++] = ns;
}

static int compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int64_t samples_at(struct samples *s, double part)
{
    assert(s->n && part >= 0 && part <= 1);
    qsort(s->ns, s->n, sizeof *s->ns, compare);
    return s->ns[(size_t)(part * (double)(s->n - 1) + 0.5)];
}

/* ---- results ---- */

void report(const char *prefix, const char *name, double value)
{
    printf("%s.%s\t%.3f\n", prefix, name, value);
}

void report_samples(const char *prefix, struct samples *s)
{
    report(prefix, "p50", (double)samples_at(s, 0.50) / 1e3);
    report(prefix, "p99", (double)samples_at(s, 0.99) / 1e3);
}

/* The number behind `name` in a file of "Name:   number kB" lines; dies if it is not there. */
static double kib_in(const char *path, const char *name)
{
    char line[256];
    long long kib = -1;
    size_t n = strlen(name);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, name, n) && line[n] == ':')
            kib = strtoll(line + n + 1, NULL, 10);
    if (f)
        fclose(f);
    if (kib < 0)
        measure_die("%s has no %s", path, name);
    return (double)kib;
}

int64_t measure_rss_of(pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    return (int64_t)kib_in(path, "VmRSS");
}

void report_memory(const char *prefix, pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    report(prefix, "rss", kib_in(path, "VmRSS"));
    report(prefix, "peak", kib_in(path, "VmHWM"));
    (void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    report(prefix, "pss", kib_in(path, "Pss"));
}

void report_memory_of(const char *prefix, pid_t pid, pid_t other)
{
    const pid_t pids[] = {pid, other};
    double rss = 0, pss = 0;
    for (size_t i = 0; i < (other ? 2 : 1); i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pids[i]);
        rss += kib_in(path, "VmRSS");
        (void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pids[i]);
        pss += kib_in(path, "Pss");
    }
    report(prefix, "rss", rss);
    report(prefix, "pss", pss);
}

/* ---- what an answer must be ---- */

void measure_check_portfolio(struct str text)
{
    struct error e = {0};
    struct arena *arena = arena_new(LIMIT_CALL_ARENA);
    const struct json *j = json_parse(text, arena, &e);
    if (!j)
        measure_die("the answer is no JSON: %s", e.text);
    bool complete = false, is_error = true;
    const struct json *result = json_get(j, STR("result"));
    if (result) {
        j = json_get(result, STR("structuredContent"));
        if (!json_to_bool(json_get(result, STR("isError")), &is_error) || is_error)
            measure_die("the answer is an error: " STR_FMT, STR_ARG(str_sub(text, 0, 400)));
    }
    const struct json *positions = json_get(j, STR("positions"));
    const struct json *value = json_get(j, STR("net_liquidation"));
    if (!json_to_bool(json_get(j, STR("complete")), &complete) || !complete || !positions ||
        positions->kind != JSON_ARRAY || !positions->n || !value || value->kind != JSON_NUMBER ||
        !json_get_str(j, STR("account")).n)
        measure_die("the answer is no complete portfolio: " STR_FMT,
                    STR_ARG(str_sub(text, 0, 400)));
    arena_free(arena);
}

struct str measure_file(const char *path)
{
    char *p = xmalloc(FILE_MAX);
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(p, 1, FILE_MAX, f) : 0;
    if (f)
        fclose(f);
    if (n == 0 || n == FILE_MAX)
        measure_die("%s cannot be read, is empty or is too large", path);
    return (struct str){p, n};
}
