/* SPDX-License-Identifier: MIT */
#include "data/csv.h"

#include "test.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* All rows as "a|b;c|d", or "!" and the error. */
static const char *flat(const char *text)
{
    static char shown[1024];
    struct csv c;
    struct error e;
    size_t n = 0;
    csv_init(&c, str_of(text), arena);
    for (;;) {
        if (!csv_next(&c, &e)) {
            snprintf(shown + n, sizeof shown - n, "!%s", e.text);
            return shown;
        }
        if (c.n == 0)
            break;
        for (size_t i = 0; i < c.n; i++)
            n += (size_t)snprintf(shown + n, sizeof shown - n, "%s" STR_FMT,
                                  i   ? "|"
                                  : n ? ";"
                                      : "",
                                  STR_ARG(c.cells[i]));
    }
    shown[n] = '\0';
    return shown;
}

static void rows_and_cells_are_taken_apart(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"\n\r\n\n", ""},
        {"a", "a"},
        {"a,b\nc,d", "a|b;c|d"},
        {"a,b\r\nc,d\r\n", "a|b;c|d"},
        {"a,b\rc,d\r", "a|b;c|d"},
        {"a,,\n,", "a||;|"},
        {"\"a\",\"b,c\"\n", "a|b,c"},
        {"\"x\"\"y\",\"\"\"\"", "x\"y|\""},
        {"\"two\nlines\",z", "two\nlines|z"},
        {"\"\"", ""},
        {"\"\",a", "|a"},
        {" a , b ", " a | b "},
        {"\xEF\xBB\xBFsymbol,name\nA,B", "symbol|name;A|B"},
        {"a\n\nb", "a;b"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(flat(rows[i][0]), rows[i][1]);
}

static void what_is_malformed_is_refused_with_its_line(void **state)
{
    static const char *const rows[][2] = {
        {"a\n\"b", "a!line 2: a quote is not closed"},
        {"\"", "!line 1: a quote is not closed"},
        {"\"a\"b", "!line 1: text after a closing quote"},
        {"a\n\nb\"c", "a!line 3: a quote inside an unquoted cell"},
        {"\"x\ny\"\n\"", "x\ny!line 3: a quote is not closed"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(flat(rows[i][0]), rows[i][1]);
}

static void a_row_knows_its_line(void **state)
{
    struct csv c;
    struct error e;
    (void)state;
    csv_init(&c, STR("a\n\n\"b\nb\"\nc"), arena);
    const size_t lines[] = {1, 3, 5};
    for (size_t i = 0; i < COUNT(lines); i++) {
        assert_true(csv_next(&c, &e));
        assert_int_equal(c.line, lines[i]);
    }
    assert_true(csv_next(&c, &e));
    assert_int_equal(c.n, 0);
    assert_true(csv_next(&c, &e));
    assert_int_equal(c.n, 0);
}

static void columns_and_cells_are_bounded(void **state)
{
    static char text[2 * CSV_CELL_MAX];
    struct csv c;
    struct error e;
    (void)state;
    memset(text, ',', sizeof text);
    csv_init(&c, (struct str){text, CSV_COLUMNS_MAX - 1}, arena);
    assert_true(csv_next(&c, &e));
    assert_int_equal(c.n, CSV_COLUMNS_MAX);
    csv_init(&c, (struct str){text, CSV_COLUMNS_MAX}, arena);
    assert_false(csv_next(&c, &e));
    memset(text, 'a', sizeof text);
    csv_init(&c, (struct str){text, CSV_CELL_MAX}, arena);
    assert_true(csv_next(&c, &e));
    csv_init(&c, (struct str){text, CSV_CELL_MAX + 1}, arena);
    assert_false(csv_next(&c, &e));
    assert_string_equal(e.reason, "CSV");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(rows_and_cells_are_taken_apart),
        TEST(what_is_malformed_is_refused_with_its_line),
        TEST(a_row_knows_its_line),
        TEST(columns_and_cells_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
