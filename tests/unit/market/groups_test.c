/* SPDX-License-Identifier: MIT */
#include "market/groups.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static bool is(struct str s, const char *text)
{
    return str_eq(s, str_of(text));
}

static void groups_have_members_weights_and_families(void **state)
{
    struct str text = STR(" momentum = AAPL | BRK B ,, regions/US=SPY,\n"
                          "regions/Europe=ASML.AEB.EUR*2|SAP.IBIS.EUR * 0.5");
    struct group g;
    struct error e;
    (void)state;
    assert_true(groups_check(text, &e));
    assert_true(group_next(&text, &g, &e));
    assert_true(is(g.name, "momentum") && g.n == 2);
    assert_true(is(g.members[0].symbol, "AAPL") && g.members[0].weight == 1);
    assert_true(is(g.members[1].symbol, "BRK B"));
    assert_true(group_answers_to(&g, STR("Momentum")));
    assert_false(group_answers_to(&g, STR("")) || group_answers_to(&g, STR("regions")));
    assert_true(group_next(&text, &g, &e));
    assert_true(is(g.name, "regions/US") && is(group_last_name(&g), "US"));
    assert_true(group_next(&text, &g, &e));
    assert_true(is(g.members[0].symbol, "ASML.AEB.EUR") && g.members[0].weight == 2);
    assert_true(is(g.members[1].symbol, "SAP.IBIS.EUR") && g.members[1].weight == 0.5);
    assert_true(group_answers_to(&g, STR("regions")) && group_answers_to(&g, STR("europe")));
    assert_true(group_answers_to(&g, STR("regions/Europe")));
    assert_true(group_answers_to(&g, STR("Region")) && group_answers_to(&g, STR("regional")));
    assert_false(group_answers_to(&g, STR("regionalx")) || group_answers_to(&g, STR("regio")));
    assert_false(group_answers_to(&g, STR("rope")) || group_answers_to(&g, STR("regions/")));
    assert_false(group_next(&text, &g, &e));
    assert_int_equal(e.code, ERROR_NONE);
    assert_true(groups_check(STR(""), &e));
}

static void what_is_no_group_is_refused(void **state)
{
    static const char *const texts[] = {
        "momentum",
        "=AAPL",
        "momentum=",
        "a=AAPL||MSFT",
        "a=AAPL*0",
        "a=AAPL*-1",
        "a=AAPL*x",
        "a=*2",
        "a=AAPL,A=MSFT",
        "a=AAPL*inf",
        "a=AAPL,b=MSFT,a=X",
        "a=AAPL,c",
        "a234567890123456789012345678901234=AAPL",
    };
    struct error e;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (groups_check(str_of(texts[i]), &e) || !str_eq(str_of(e.reason), STR("BAD_GROUP")))
            fail_msg("'%s' passes", texts[i]);
}

static void a_group_has_so_many_members_and_no_more(void **state)
{
    char text[600];
    struct group g;
    struct error e;
    (void)state;
    for (size_t count = GROUP_MEMBERS_MAX; count <= GROUP_MEMBERS_MAX + 1; count++) {
        size_t at = (size_t)snprintf(text, sizeof text, "all=S0");
        for (size_t i = 1; i < count; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "|S%zu", i);
        struct str rest = str_of(text);
        assert_int_equal(group_next(&rest, &g, &e), count == GROUP_MEMBERS_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_have_members_weights_and_families),
        cmocka_unit_test(what_is_no_group_is_refused),
        cmocka_unit_test(a_group_has_so_many_members_and_no_more),
    };
    return cmocka_run_group_tests_name("market/groups", tests, NULL, NULL);
}
