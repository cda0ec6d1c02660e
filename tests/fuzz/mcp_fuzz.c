/* SPDX-License-Identifier: MIT */
/*
 * The JSON-RPC front: any bytes, in pieces of any size, on a connection with the real operation
 * table. The principal has no scope at all, so arguments are bound and every call is refused
 * before its handler: there is no broker behind this core.
 *
 * The first byte is the size of the pieces (0: all at once), the rest is what the client sends.
 */
#include "base/limits.h"
#include "face/mcp.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct settings settings;
static struct core core;
static struct tasks *tasks;

/* Whatever came in, what goes out is lines, each one an object. */
static void check_output(struct str out)
{
    struct str line;
    assert(out.n == 0 || out.p[out.n - 1] == '\n');
    while (out.n && str_cut(&out, '\n', &line))
        assert(line.n == 0 || (line.p[0] == '{' && line.p[line.n - 1] == '}'));
}

static struct mcp_face *face;

static void fill(void *self, void *out, size_t n)
{
    (void)self;
    memset(out, 7, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct principal nobody = {.face = FACE_MCP, .name = "fuzz"};
    struct moment now = {{1}, {1}};
    if (size == 0)
        return 0;
    if (!tasks) { /* once: stacks are dear, and what one input leaves behind shall show in the next
                   */
        settings_init(&settings);
        core.settings = &settings;
        tasks = tasks_new();
        face = mcp_face_new(&core, tasks, (struct mcp_entropy){fill, NULL});
    }
    size_t step = data[0] ? data[0] : size;
    struct str rest = {(const char *)data + 1, size - 1};
    struct mcp_line *c = mcp_face_connect(face, &nobody);
    while (rest.n > 0) {
        mcp_line_input(c, str_sub(rest, 0, step), now);
        rest = str_sub(rest, step, rest.n);
        if (step % 2) /* now and then the tasks get no turn before more arrives */
            tasks_run(tasks, now);
        check_output(mcp_line_output(c));
    }
    tasks_run(tasks, now);
    check_output(mcp_line_output(c));
    mcp_line_free(c);
    tasks_run(tasks, now);
    assert(tasks_count(tasks) == 0);
    return 0;
}
