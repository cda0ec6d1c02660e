/* SPDX-License-Identifier: MIT */
/* The table of order types, and the manual's copy of it. */
#include "paper/rule.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void names_are_found_in_any_case_and_nothing_else_is(void **state)
{
    (void)state;
    assert_string_equal(rule_find(STR("stp lmt"))->name, "STP LMT");
    assert_null(rule_find(STR("PEG BENCH")));
    assert_null(rule_find(STR("")));
    assert_true(rule_is_known_elsewhere(STR("peg bench")));
    assert_true(rule_is_known_elsewhere(STR("MKT")));
    assert_false(rule_is_known_elsewhere(STR("WISH")));
}

static void rows_are_sound(void **state)
{
    (void)state;
    struct buf names;
    buf_init(&names, 1024);
    rule_list(SEC_STK, &names);
    struct str rest = buf_str(&names), name;
    size_t n = 0;
    while (rest.n > 0 && str_cut(&rest, ',', &name))
        n++;
    assert_int_equal(n, 16 + 11);
    buf_reset(&names);
    rule_list(SEC_BAG, &names);
    assert_true(str_starts(buf_str(&names), STR("MKT,LMT,AON,")));
    buf_fini(&names);
    static const char *const limited[] = {"LMT", "STP LMT", "LIT", "LOC", "LOO"};
    for (size_t i = 0; i < sizeof limited / sizeof limited[0]; i++) {
        const struct rule *r = rule_find(str_of(limited[i]));
        assert_int_equal(r->limit, NEED_ALWAYS);
        assert_int_equal(r->price, PRICE_LIMIT);
    }
}

/* docs/paper-orders.md has a row for each type with its times in force, and for nothing else. */
static void the_manual_lists_the_types(void **state)
{
    (void)state;
    static char text[1 << 16];
    FILE *in = fopen("docs/paper-orders.md", "rb");
    assert_non_null(in);
    size_t n = fread(text, 1, sizeof text, in);
    fclose(in);
    struct str rest = {text, n}, line;
    size_t rows = 0;
    while (rest.n > 0 && str_cut(&rest, '\n', &line)) {
        if (str_starts(line, STR("## How")))
            break;
        if (!str_starts(line, STR("| `")))
            continue;
        struct str name = str_sub(line, 3, str_find(line, '`', 3));
        const struct rule *r = rule_find(name);
        if (r == NULL)
            fail_msg("the manual has " STR_FMT, STR_ARG(name));
        bool all = rule_allows_tif(r, TIF_IOC);
        const char *tifs = all                           ? "| all |"
                           : rule_allows_tif(r, TIF_GTC) ? "| DAY GTC GTD |"
                           : rule_allows_tif(r, TIF_OPG) ? "| DAY OPG |"
                                                         : "| DAY |";
        if (!str_ends(line, str_of(tifs)))
            fail_msg("the manual is wrong about " STR_FMT, STR_ARG(name));
        rows++;
    }
    assert_int_equal(rows, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_in_any_case_and_nothing_else_is),
        cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(the_manual_lists_the_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
