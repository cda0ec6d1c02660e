/* SPDX-License-Identifier: MIT */
#include "broker/errors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void codes_mean_what_the_broker_means(void **state)
{
    (void)state;
    static const struct {
        int code;
        enum broker_meaning meaning;
        bool ends_order;
    } CASES[] = {
        {100, CODE_WARNING, false},          {103, CODE_ORDER_REFUSED, true},
        {161, CODE_CANCEL_REFUSED, false},   {200, CODE_ENDS_REQUEST, true},
        {201, CODE_ORDER_REFUSED, true},     {202, CODE_ORDER_CANCELLED, true},
        {321, CODE_ENDS_REQUEST, true},      {326, CODE_SESSION_REFUSED, false},
        {354, CODE_ENDS_REQUEST, true},      {399, CODE_ORDER_REMARK, false},
        {502, CODE_SESSION_REFUSED, false},  {1100, CODE_LINK_LOST, false},
        {1101, CODE_LINK_RESET, false},      {1102, CODE_LINK_RESTORED, false},
        {2103, CODE_FARM_DOWN, false},       {2104, CODE_FARM_UP, false},
        {2150, CODE_NOTICE, false},          {2158, CODE_FARM_UP, false},
        {10089, CODE_WARNING, false},        {10147, CODE_CANCEL_REFUSED, false},
        {10148, CODE_CANCEL_REFUSED, false}, {10167, CODE_WARNING, false},
        {10349, CODE_ORDER_REMARK, false},   {77777, CODE_ENDS_REQUEST, false},
        {-1, CODE_ENDS_REQUEST, false},      {2170, CODE_ENDS_REQUEST, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(broker_code_find(CASES[i].code)->meaning, CASES[i].meaning);
        assert_int_equal(broker_code_ends_order(CASES[i].code), CASES[i].ends_order);
        assert_non_null(broker_code_find(CASES[i].code)->hint);
    }
}

/* A table out of order would hide rows from the search. */
static void known_codes_are_found(void **state)
{
    (void)state;
    static const int KNOWN[] = {
        100,  101,  102,  104,  105,   106,   107,   109,   110,   111,   135,   136,   162,  165,
        203,  300,  309,  316,  317,   320,   322,   327,   366,   404,   413,   420,   430,  434,
        461,  463,  501,  503,  504,   1300,  2100,  2101,  2105,  2106,  2107,  2108,  2109, 2110,
        2119, 2137, 2148, 2157, 10052, 10090, 10092, 10149, 10168, 10186, 10187, 10189, 10197};
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
        assert_int_equal(broker_code_find(KNOWN[i])->code, KNOWN[i]);
}

/* A request ends with a refusal and lives on with news: the same table says both. */
static void news_ends_no_request(void **state)
{
    (void)state;
    static const int NEWS[] = {100, 165, 317, 399, 404, 2103, 2104, 2106, 2119, 2150, 10167, 10349};
    static const int ENDS[] = {162, 200, 354, 420, 2188, 10187, 10276, 10279, 504, 77777};
    for (size_t i = 0; i < sizeof NEWS / sizeof NEWS[0]; i++)
        assert_false(broker_code_ends_request(NEWS[i]));
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++)
        assert_true(broker_code_ends_request(ENDS[i]));
}

/* Nothing invites anyone to send an order again, and each row says in words what it means. */
static void no_order_is_called_retryable(void **state)
{
    (void)state;
    size_t rows = 0;
    for (int code = 1; code < 20000; code++) {
        const struct broker_code *row = broker_code_find(code);
        if (row->code == 0)
            continue;
        rows++;
        assert_true(row->text[0] != '\0');
        if (row->meaning == CODE_ORDER_REFUSED || row->meaning == CODE_ORDER_CANCELLED ||
            row->meaning == CODE_CANCEL_REFUSED || row->meaning == CODE_ORDER_REMARK)
            assert_false(row->is_retryable);
    }
    assert_true(rows > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_mean_what_the_broker_means),
        cmocka_unit_test(known_codes_are_found),
        cmocka_unit_test(news_ends_no_request),
        cmocka_unit_test(no_order_is_called_retryable),
    };
    return cmocka_run_group_tests_name("errors", tests, NULL, NULL);
}
