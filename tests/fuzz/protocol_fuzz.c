/* SPDX-License-Identifier: MIT */
/*
 * The protocol with a server that asks back, becomes tasks, logs, tells of changes and lets time
 * pass: any bytes, on two lines to the fixture of tests/mcp, which may come and go. mcp_fuzz is the
 * same front with the real operations, which do nothing there.
 *
 * A line that begins with '~' is not sent: "~2" goes on at the second line, "~1" at the first, "~x"
 * ends the present one and begins another, "~t" lets five seconds pass, anything else one turn.
 */
#include "../mcp/fixture.h"
#include "base/limits.h"
#include "mcp/line.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct tasks *tasks;
    struct mcp_hub *hub;
    struct mcp_line *lines[2];
    size_t at;
    struct moment now;
};

static void turn(struct world *w, int64_t ms)
{
    w->now.mono = instant_after_ms(w->now.mono, ms);
    w->now.wall.ns += ms * NS_PER_MS;
    tasks_run(w->tasks, w->now);
    (void)mcp_hub_step(w->hub, w->now);
}

/* Whatever came in, what goes out is lines, each one an object. */
static void check_output(struct mcp_line *l)
{
    struct str out = mcp_line_output(l), line;
    size_t n = out.n;
    assert(n == 0 || out.p[n - 1] == '\n');
    while (out.n && str_cut(&out, '\n', &line))
        assert(line.n == 0 || (line.p[0] == '{' && line.p[line.n - 1] == '}'));
    mcp_line_sent(l, n);
}

static void obey(struct world *w, struct str line)
{
    char what = line.n > 1 ? line.p[1] : ' ';
    if (what == '1' || what == '2')
        w->at = (size_t)(what - '1');
    if (what == 'x') {
        mcp_line_free(w->lines[w->at]);
        w->lines[w->at] = mcp_line_new(w->hub, NULL);
    }
    for (int i = 0; i < (what == 't' ? 50 : 1); i++)
        turn(w, 100);
}

static void take(struct world *w, struct str line)
{
    if (line.n && line.p[0] == '~') {
        obey(w, line);
    } else {
        mcp_line_input(w->lines[w->at], line, w->now);
        mcp_line_input(w->lines[w->at], STR("\n"), w->now);
        turn(w, 1);
    }
    for (size_t i = 0; i < 2; i++)
        check_output(w->lines[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char secret[MCP_SECRET_BYTES] = "what is known seals all the same";
    struct world w = {.tasks = tasks_new(), .now = {{1}, {1795370626LL * NS_PER_S}}};
    struct str rest = {(const char *)data, size}, line;
    w.hub = mcp_hub_new(&fixture_server, w.tasks, secret);
    for (size_t i = 0; i < 2; i++)
        w.lines[i] = mcp_line_new(w.hub, NULL);
    while (rest.n && str_cut(&rest, '\n', &line))
        take(&w, line);
    mcp_hub_end(w.hub);
    for (size_t i = 0; i < 2; i++)
        mcp_line_free(w.lines[i]);
    tasks_free(w.tasks);
    mcp_hub_free(w.hub);
    return 0;
}
