/* SPDX-License-Identifier: MIT */
/*
 * calls: MCP calls over the stdio of a program.
 *
 *   calls ROW portfolio|ping COUNT WINDOW PID COMMAND...
 *
 * Starts COMMAND, greets it, and makes COUNT calls with WINDOW of them in flight. Each answer must
 * bear the id of a call that waits for one and be a result that is no error; the first and the
 * last one are read whole. Reports
 *   ROW.p50, ROW.p99       us of a call, where WINDOW is 1
 *   ROW.rate               calls a second
 *   ROW.cpu                us of processor time that process PID used for a call (PID 0: none)
 *   ROW.bytes              of the last answer
 *   ROW.rss, .peak, .pss   KiB of COMMAND's process after the calls
 */
#include "base/alloc.h"
#include "base/buf.h"
#include "kit/child.h"
#include "kit/measure.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_ID = 100000, COUNT_MAX = 800000, WINDOW_MAX = 256, WARM_UP_MAX = 2000 };

static const char initialized[] =
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n";
static const char head[] = "{\"jsonrpc\":\"2.0\",\"id\":";

struct what {
    const char *name, *request; /* what follows the id of a request */
    const char *tail;           /* how each answer ends */
    void (*check)(struct str line);
};

static void check_nothing_more(struct str line)
{
    (void)line;
}

static const struct what whats[] = {
    {"portfolio",
     ",\"method\":\"tools/call\",\"params\":{\"name\":\"get_portfolio\",\"arguments\":{}}}\n",
     "\"isError\":false}}", measure_check_portfolio},
    {"ping", ",\"method\":\"ping\"}\n", "\"result\":{}}", check_nothing_more},
};

struct run {
    const struct what *what;
    struct child child;
    size_t count, window, sent, done;
    bool *answered; /* by call */
    struct buf requests;
    struct str last; /* the last answer, borrowed from the child */
};

static void add_request(struct run *r)
{
    buf_add_f(&r->requests, "%s%d%s", head, FIRST_ID + (int)r->sent++, r->what->request);
}

/* Every answer: its id, that it is a result, and how it ends. */
static void take(struct run *r, struct str line)
{
    size_t at = sizeof head - 1;
    int64_t id = 0;
    if (!str_starts(line, str_of(head)) || !str_to_i64(str_sub(line, at, at + 6), &id) ||
        !str_starts(str_sub(line, at + 6, line.n), STR(",\"result\":{")) ||
        !str_ends(line, str_of(r->what->tail)))
        measure_die("a wrong answer: " STR_FMT, STR_ARG(str_sub(line, 0, 400)));
    size_t call = (size_t)(id - FIRST_ID);
    if (id < FIRST_ID || call >= r->sent || r->answered[call])
        measure_die("an answer to no call: id %lld", (long long)id);
    r->answered[call] = true;
    r->last = line;
    if (r->done++ == 0)
        r->what->check(line);
}

/* One call after the other. */
static void sequential(struct run *r, struct samples *s)
{
    while (r->done < r->count) {
        buf_reset(&r->requests);
        add_request(r);
        int64_t begin = measure_now();
        child_write(&r->child, buf_str(&r->requests));
        struct str line = child_next_line(&r->child);
        samples_add(s, measure_now() - begin);
        take(r, line);
    }
}

static void pipelined(struct run *r)
{
    while (r->done < r->count) {
        buf_reset(&r->requests);
        while (r->sent < r->count && r->sent - r->done < r->window)
            add_request(r);
        child_write(&r->child, buf_str(&r->requests));
        if (!child_read(&r->child))
            measure_die("the program ended before all calls were answered");
        for (struct str line; child_line(&r->child, &line);)
            take(r, line);
    }
}

static void make_calls(struct run *r, size_t count, struct samples *s)
{
    r->sent = r->done = 0;
    r->count = count;
    memset(r->answered, 0, count);
    if (r->window == 1)
        sequential(r, s);
    else
        pipelined(r);
    r->what->check(r->last);
}

static void measure(struct run *r, const char *row, size_t count, pid_t pid)
{
    struct samples warm, s;
    size_t warm_up = count / 10 < WARM_UP_MAX ? count / 10 + 1 : WARM_UP_MAX;
    samples_init(&warm, warm_up);
    samples_init(&s, count);
    child_initialize(&r->child);
    child_write(&r->child, str_of(initialized));
    make_calls(r, warm_up, &warm);
    int64_t cpu = pid ? measure_cpu_of(pid) : 0;
    int64_t begin = measure_now();
    make_calls(r, count, &s);
    double ns = (double)(measure_now() - begin);
    if (pid)
        report(row, "cpu", (double)(measure_cpu_of(pid) - cpu) / (double)count / 1e3);
    if (r->window == 1)
        report_samples(row, &s);
    report(row, "rate", (double)count * 1e9 / ns);
    report(row, "bytes", (double)r->last.n + 1);
    report_memory(row, r->child.pid);
    samples_fini(&warm);
    samples_fini(&s);
}

int main(int argc, char **argv)
{
    struct run r = {0};
    if (argc < 7)
        measure_die("usage: calls ROW portfolio|ping COUNT WINDOW PID COMMAND...");
    for (size_t i = 0; i < sizeof whats / sizeof whats[0]; i++)
        if (!strcmp(argv[2], whats[i].name))
            r.what = &whats[i];
    if (!r.what)
        measure_die("no call is named %s", argv[2]);
    size_t count = (size_t)measure_number(argv[3], 1, COUNT_MAX);
    r.window = (size_t)measure_number(argv[4], 1, WINDOW_MAX);
    r.answered = xcalloc(count + 1, sizeof *r.answered);
    buf_init(&r.requests, 1 << 20);
    child_start(&r.child, argv + 6);
    measure(&r, argv[1], count, (pid_t)measure_number(argv[5], 0, INT32_MAX));
    child_end(&r.child);
    buf_fini(&r.requests);
    xfree(r.answered);
    return 0;
}
