/* SPDX-License-Identifier: MIT */
/*
 * What others build upon, written down: the MCP tools, the OpenAPI document, the help of the
 * command line and the tables of the store. A change of any of them shows as a difference of a
 * file in tests/golden/, where it is seen and meant. PORTCULLIS_GOLDEN=write writes them anew
 * (tests/golden/update).
 */
#include "../../kit/world.h"

#include "face/cli_inside.h"
#include "face/mcp.h"
#include "face/openapi.h"
#include "store/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GOLDEN_MAX = 8 << 20, HELP_WIDTH = 80, INDENT = 1 };

static struct world *world;
static struct buf made;

static int set_up(void **state)
{
    (void)state;
    struct world_config config = {.seed = 1,
                                  .start = utc_of_civil((struct civil){2026, 3, 2, 14, 30, 0, 0})};
    struct error e = {0};
    world = world_new(&config, &e);
    if (!world || !world_start_app(world, &e)) {
        print_error("%s\n", e.text);
        return -1;
    }
    buf_init(&made, GOLDEN_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_fini(&made);
    world_free(world);
    return 0;
}

/* ---- against the file ---- */

static void read_file(const char *path, struct buf *out)
{
    char block[4096];
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s is missing; tests/golden/update makes it", path);
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        buf_add(out, block, n);
    fclose(f);
}

static void write_file(const char *path, struct str text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
    assert_int_equal(fclose(f), 0);
}

/* Tells the first line that differs. */
static void fail_at_difference(const char *path, struct str want, struct str got)
{
    struct str a = STR_NONE, b = STR_NONE;
    size_t line = 0;
    bool has_a, has_b;
    do {
        has_a = str_cut(&want, '\n', &a);
        has_b = str_cut(&got, '\n', &b);
        line++;
    } while (has_a && has_b && str_eq(a, b));
    fail_msg("%s:%zu\n  was    " STR_FMT "\n  is now " STR_FMT
             "\nif the change is meant: tests/golden/update, and commit the difference",
             path, line, STR_ARG(has_a ? a : STR("(the end)")),
             STR_ARG(has_b ? b : STR("(the end)")));
}

static void assert_golden(const char *name)
{
    char path[128];
    const char *mode = getenv("PORTCULLIS_GOLDEN");
    struct buf kept;
    (void)snprintf(path, sizeof path, "tests/golden/%s", name);
    assert_false(made.failed);
    if (mode && strcmp(mode, "write") == 0) {
        write_file(path, buf_str(&made));
        return;
    }
    buf_init(&kept, GOLDEN_MAX);
    read_file(path, &kept);
    if (!str_eq(buf_str(&kept), buf_str(&made)))
        fail_at_difference(path, buf_str(&kept), buf_str(&made));
    buf_fini(&kept);
}

/* ---- the four ---- */

static void break_line(int depth, struct buf *out)
{
    buf_add_char(out, '\n');
    for (int i = 0; i < depth * INDENT; i++)
        buf_add_char(out, ' ');
}

/* Compact JSON with a member or an element a line, so that a difference is short. */
static void indent(struct str json, struct buf *out)
{
    bool in_text = false, is_escaped = false;
    int depth = 0;
    for (size_t i = 0; i < json.n; i++) {
        char c = json.p[i], next = i + 1 < json.n ? json.p[i + 1] : '\0';
        bool opens = !in_text && (c == '{' || c == '['),
             closes = !in_text && (c == '}' || c == ']');
        bool is_empty = opens && (next == '}' || next == ']');
        if (c == '"' && !is_escaped)
            in_text = !in_text;
        is_escaped = in_text && c == '\\' && !is_escaped;
        if (closes && json.p[i - 1] != '{' && json.p[i - 1] != '[')
            break_line(--depth, out);
        buf_add_char(out, c);
        if (opens && !is_empty)
            break_line(++depth, out);
        if (!in_text && c == ',')
            break_line(depth, out);
    }
    buf_add_char(out, '\n');
}

static void the_tools_are_those_that_were_promised(void **state)
{
    (void)state;
    struct principal who = {.face = FACE_MCP,
                            .scopes = SCOPE_READ | SCOPE_PREVIEW | SCOPE_NOTE | SCOPE_TRADE};
    struct buf compact;
    buf_init(&compact, GOLDEN_MAX);
    mcp_tools_write(app_core(world->app), &who, &compact);
    indent(buf_str(&compact), &made);
    buf_fini(&compact);
    assert_golden("tools.json");
}

static void the_http_interface_is_the_one_that_was_promised(void **state)
{
    (void)state;
    struct buf compact;
    buf_init(&compact, GOLDEN_MAX);
    openapi_write(&compact);
    indent(buf_str(&compact), &made);
    buf_fini(&compact);
    assert_golden("openapi.json");
}

static void the_command_line_is_the_one_that_was_promised(void **state)
{
    (void)state;
    const struct op *op;
    cli_help(HELP_WIDTH, &made);
    for (size_t i = 0; (op = op_next(&i));) {
        if (!op->verb)
            continue;
        buf_add_f(&made, "\n$ portcullis %s --help\n", op->verb);
        cli_help_op(op, HELP_WIDTH, &made);
    }
    assert_golden("help.txt");
}

static void the_store_has_the_tables_that_older_files_have(void **state)
{
    (void)state;
    struct error e = {0};
    sqlite3_stmt *st = sql_prepare(world->db->sql,
                                   "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
                                   " ORDER BY type DESC, name",
                                   &e);
    assert_non_null(st);
    while (sqlite3_step(st) == SQLITE_ROW) {
        buf_add_str(&made, sql_column_str(st, 0));
        buf_add_c(&made, ";\n");
    }
    sqlite3_finalize(st);
    assert_golden("schema.sql");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_tools_are_those_that_were_promised),
        TEST(the_http_interface_is_the_one_that_was_promised),
        TEST(the_command_line_is_the_one_that_was_promised),
        TEST(the_store_has_the_tables_that_older_files_have),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
