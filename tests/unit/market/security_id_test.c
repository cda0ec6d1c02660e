/* SPDX-License-Identifier: MIT */
#include "market/security_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_check_digit_decides(void **state)
{
    (void)state;
    static const struct {
        const char *text, *type;
    } cases[] = {
        {"US0378331005", "ISIN"}, /* Apple */
        {"NL0010273215", "ISIN"}, /* ASML */
        {"GB0007188757", "ISIN"}, /* Rio Tinto */
        {"JP3633400001", "ISIN"}, /* Toyota */
        {"US0378331006", NULL},   {"US037833100", NULL},
        {"us0378331005", NULL},   {"120378331005", NULL},
        {"US03783310X5", NULL},   {"037833100", "CUSIP"}, /* Apple */
        {"17275R102", "CUSIP"},                           /* Cisco */
        {"594918104", "CUSIP"},                           /* Microsoft */
        {"594918105", NULL},      {"MICROSOFT", NULL},
        {"BBG000B9XRY4", "FIGI"}, /* Apple */
        {"BBG000BLNNH6", "FIGI"}, /* IBM */
        {"BBG000B9XRY5", NULL},   {"AAPL", NULL},
        {"7203", NULL},           {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *type = security_id_type(str_of(cases[i].text));
        if (!type != !cases[i].type || (type && strcmp(type, cases[i].type) != 0))
            fail_msg("'%s' is %s", cases[i].text, type ? type : "nothing");
    }
}

static void one_wrong_digit_is_always_noticed(void **state)
{
    (void)state;
    char text[] = "US0378331005";
    for (size_t i = 2; i < 12; i++) {
        char right = text[i];
        for (char c = '0'; c <= '9'; c++) {
            text[i] = c;
            assert_int_equal(security_id_type(str_of(text)) != NULL, c == right);
        }
        text[i] = right;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_digit_decides),
        cmocka_unit_test(one_wrong_digit_is_always_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
