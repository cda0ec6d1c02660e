/* SPDX-License-Identifier: MIT */
/*
 * tool: calls of one tool of any MCP server over its stdio, and what its list of tools says.
 *
 *   tool calls ROW NAME ARGUMENTS COUNT WINDOW PID COMMAND...
 *   tool start ROW COUNT COMMAND...
 *   tool list ROW FILE COMMAND...
 *
 * start: COUNT starts, to the answer of `initialize`; reports ROW.p50 and ROW.p99 in us
 * calls: COUNT calls, WINDOW of them in flight, and reports
 *   ROW.p50, ROW.p99   us of a call, where WINDOW is 1
 *   ROW.rate           calls a second
 *   ROW.rss, ROW.pss   KiB of COMMAND's process and, if PID is not 0, that one, after the calls
 * list: reports ROW.bytes, what tools/list answers, all pages, and writes that into FILE
 */
#include "kit/tool.h"
#include "base/alloc.h"
#include "kit/child.h"
#include "kit/measure.h"

#include "base/limits.h"
#include "data/json.h"

#include <stdio.h>
#include <string.h>

enum {
    FIRST_ID = 100001,
    COUNT_MAX = 800000,
    WINDOW_MAX = 256,
    WARM_UP_MAX = 1000,
    PAGES_MAX = 50
};

/* Notices of the server may come before an answer. */
static bool is_answer(struct str line)
{
    struct str head = str_sub(line, 0, 200);
    return line.n && str_find_str(head, STR("\"method\"")) == head.n;
}

static struct str next_answer(struct child *c)
{
    struct str line;
    do
        line = child_next_line(c);
    while (!is_answer(line));
    return line;
}

static void greet(struct child *c)
{
    child_write(c, str_of(tool_initialize));
    child_write(c, STR("\n"));
    (void)next_answer(c);
    child_write(c, str_of(tool_initialized));
    child_write(c, STR("\n"));
}

static void start(char **argv)
{
    size_t count = (size_t)measure_number(argv[1], 1, 10000);
    struct samples s;
    samples_init(&s, count);
    for (size_t i = 0; i <= count; i++) {
        struct child c;
        int64_t begin = measure_now();
        child_start(&c, argv + 2);
        greet(&c);
        if (i > 0) /* the first one warms caches */
            samples_add(&s, measure_now() - begin);
        child_end(&c);
    }
    report_samples(argv[0], &s);
    samples_fini(&s);
}

/* ---- calls ---- */

struct run {
    struct tool tool;
    struct child child;
    struct buf requests;
    bool *answered;
    size_t window, sent, done;
};

static void take(struct run *r, struct str line)
{
    size_t call = (size_t)(tool_answer(&r->tool, line) - FIRST_ID);
    if (call >= r->sent || r->answered[call])
        measure_die("an answer to no call: " STR_FMT, STR_ARG(str_sub(line, 0, 100)));
    r->answered[call] = true;
    r->done++;
}

static void ask(struct run *r, size_t count)
{
    buf_reset(&r->requests);
    while (r->sent < count && r->sent - r->done < r->window) {
        tool_request(&r->tool, FIRST_ID + (int64_t)r->sent++, &r->requests);
        buf_add_char(&r->requests, '\n');
    }
    child_write(&r->child, buf_str(&r->requests));
}

static void make_calls(struct run *r, size_t count, struct samples *s)
{
    struct str line;
    r->sent = r->done = 0;
    memset(r->answered, 0, count);
    while (r->done < count) {
        int64_t begin = measure_now();
        ask(r, count);
        line = next_answer(&r->child);
        samples_add(s, measure_now() - begin);
        do
            if (is_answer(line))
                take(r, line);
        while (child_line(&r->child, &line));
    }
}

static void calls(char **argv)
{
    struct run r = {.tool = {.name = argv[1], .arguments = argv[2]}};
    size_t count = (size_t)measure_number(argv[3], 1, COUNT_MAX);
    size_t warm_up = count / 10 < WARM_UP_MAX ? count / 10 + 1 : WARM_UP_MAX;
    pid_t other = (pid_t)measure_number(argv[5], 0, INT32_MAX);
    struct samples warm, s;
    size_t window = (size_t)measure_number(argv[4], 1, WINDOW_MAX);
    r.answered = xcalloc(count + 1, sizeof *r.answered);
    buf_init(&r.requests, 1 << 20);
    samples_init(&warm, warm_up + 1);
    samples_init(&s, count);
    child_start(&r.child, argv + 6);
    greet(&r.child);
    r.window = 1; /* some connect to the broker with their first call, and only one at a time */
    make_calls(&r, 1, &warm);
    r.window = window;
    make_calls(&r, warm_up, &warm);
    int64_t begin = measure_now();
    make_calls(&r, count, &s);
    double ns = (double)(measure_now() - begin);
    if (window == 1)
        report_samples(argv[0], &s);
    report(argv[0], "rate", (double)count * 1e9 / ns);
    report_memory_of(argv[0], r.child.pid, other);
    child_end(&r.child);
}

/* ---- the list ---- */

static void list(char **argv)
{
    struct child c;
    struct str cursor = STR_NONE;
    struct arena *arena = arena_new(LIMIT_CALL_ARENA);
    struct buf request;
    size_t bytes = 0;
    FILE *f = fopen(argv[1], "we");
    if (!f)
        measure_die("%s cannot be written", argv[1]);
    buf_init(&request, 1 << 20);
    child_start(&c, argv + 2);
    greet(&c);
    for (int page = 0; page == 0 || cursor.n; page++) {
        struct error e;
        buf_reset(&request);
        buf_add_f(&request, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/list\",\"params\":{",
                  FIRST_ID + page);
        if (cursor.n)
            buf_add_f(&request, "\"cursor\":\"" STR_FMT "\"", STR_ARG(cursor));
        buf_add_c(&request, "}}\n");
        child_write(&c, buf_str(&request));
        struct str line = next_answer(&c);
        const struct json *result = json_get(json_parse(line, arena, &e), STR("result"));
        if (!json_get(result, STR("tools")) || page == PAGES_MAX)
            measure_die("no list of tools: " STR_FMT, STR_ARG(str_sub(line, 0, 400)));
        bytes += line.n;
        fwrite(line.p, 1, line.n, f);
        fputc('\n', f);
        cursor = json_get_str(result, STR("nextCursor"));
    }
    report(argv[0], "bytes", (double)bytes);
    if (fclose(f))
        measure_die("%s cannot be written", argv[1]);
    child_end(&c);
    arena_free(arena);
    buf_fini(&request);
}

int main(int argc, char **argv)
{
    if (argc >= 9 && strcmp(argv[1], "calls") == 0)
        calls(argv + 2);
    else if (argc >= 5 && strcmp(argv[1], "start") == 0)
        start(argv + 2);
    else if (argc >= 5 && strcmp(argv[1], "list") == 0)
        list(argv + 2);
    else
        measure_die("usage: tool calls ROW NAME ARGUMENTS COUNT WINDOW PID COMMAND... | "
                    "tool start ROW COUNT COMMAND... | tool list ROW FILE COMMAND...");
    return 0;
}
