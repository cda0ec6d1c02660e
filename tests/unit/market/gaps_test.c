/* SPDX-License-Identifier: MIT */
#include "market/gaps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
    const char *about;
    struct gap_facts facts;
    enum quote_value value;
    enum gap gap;
} cases[] = {
    {"a share without a subscription", {.sec_type = SEC_STK, .notice_code = 354, .is_refused = true}, VALUE_LAST, GAP_NO_SUBSCRIPTION},
    {"the newer code", {.sec_type = SEC_STK, .notice_code = 10089}, VALUE_TOUCH, GAP_NO_SUBSCRIPTION},
    {"delayed data lacks a value", {.sec_type = SEC_STK, .notice_code = 10167, .has_price = true}, VALUE_LAST, GAP_NO_SUBSCRIPTION},
    {"delayed data is off", {.sec_type = SEC_STK, .notice_code = 10186, .is_refused = true}, VALUE_LAST, GAP_NO_SUBSCRIPTION},
    {"another session", {.sec_type = SEC_STK, .notice_code = 10197}, VALUE_LAST, GAP_COMPETING_SESSION},
    {"a farm is down", {.sec_type = SEC_STK, .notice_code = 2103}, VALUE_LAST, GAP_FARM_DOWN},
    {"no such contract any more", {.sec_type = SEC_STK, .notice_code = 200, .is_refused = true}, VALUE_LAST, GAP_UNKNOWN_CONTRACT},
    {"no lines left", {.sec_type = SEC_STK, .notice_code = 101, .is_refused = true}, VALUE_LAST, GAP_LINES_MAX},
    {"an unknown refusal", {.sec_type = SEC_STK, .notice_code = 777, .is_refused = true}, VALUE_LAST, GAP_REFUSED},
    {"an unknown remark is no refusal", {.sec_type = SEC_STK, .notice_code = 777}, VALUE_LAST, GAP_TIMEOUT},
    {"the line is lost", {.sec_type = SEC_STK, .is_down = true, .notice_code = 354}, VALUE_LAST, GAP_LINK_LOST},
    {"an index has no bid", {.sec_type = SEC_IND, .has_price = true}, VALUE_TOUCH, GAP_NOT_APPLICABLE},
    {"not even a closed one", {.sec_type = SEC_IND, .market = MARKET_CLOSED}, VALUE_TOUCH, GAP_NOT_APPLICABLE},
    {"a pair has no last", {.sec_type = SEC_CASH, .has_price = true}, VALUE_LAST, GAP_NOT_APPLICABLE},
    {"halted: nobody bids", {.sec_type = SEC_STK, .is_halted = true, .has_price = true, .market = MARKET_OPEN}, VALUE_TOUCH, GAP_HALTED},
    {"halted: that it did not trade is another thing", {.sec_type = SEC_STK, .is_halted = true, .has_price = true, .market = MARKET_OPEN}, VALUE_LAST, GAP_NOT_QUOTED},
    {"closed", {.sec_type = SEC_STK, .market = MARKET_CLOSED, .has_price = true}, VALUE_TOUCH, GAP_CLOSED},
    {"closed, but a range is of the past", {.sec_type = SEC_STK, .market = MARKET_CLOSED, .has_price = true}, VALUE_RANGE, GAP_NOT_QUOTED},
    {"open and silent", {.sec_type = SEC_STK, .market = MARKET_OPEN}, VALUE_LAST, GAP_TIMEOUT},
    {"open, others came", {.sec_type = SEC_OPT, .market = MARKET_OPEN, .has_price = true}, VALUE_LAST, GAP_NOT_QUOTED},
};
/* clang-format on */

static void each_missing_value_has_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (gap_of(&cases[i].facts, cases[i].value) != cases[i].gap)
            fail_msg("%s: %s", cases[i].about, gap_text(gap_of(&cases[i].facts, cases[i].value)));
}

static void a_whole_quote_is_live_or_says_why_not(void **state)
{
    (void)state;
    struct gap_facts f = {.sec_type = SEC_STK, .has_price = true, .market = MARKET_OPEN};
    assert_int_equal(gap_of_quote(&f, DATA_LIVE), GAP_NONE);
    assert_int_equal(gap_of_quote(&f, DATA_DELAYED), GAP_NO_SUBSCRIPTION);
    assert_int_equal(gap_of_quote(&f, DATA_FROZEN), GAP_CLOSED);
    f.is_halted = true;
    assert_int_equal(gap_of_quote(&f, DATA_LIVE), GAP_HALTED);
    f.notice_code = 10197;
    assert_int_equal(gap_of_quote(&f, DATA_LIVE), GAP_COMPETING_SESSION);
    f.has_price = f.is_halted = false;
    f.notice_code = 0;
    assert_int_equal(gap_of_quote(&f, DATA_NONE), GAP_TIMEOUT);
    f.market = MARKET_CLOSED;
    assert_int_equal(gap_of_quote(&f, DATA_NONE), GAP_CLOSED);
    f.sec_type = SEC_IND;
    assert_int_equal(gap_of_quote(&f, DATA_NONE), GAP_CLOSED);
}

static void every_gap_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 1; i < GAP_COUNT; i++) {
        assert_true(gap_text((enum gap)i)[0] != '\0');
        for (int k = 0; k < i; k++)
            assert_string_not_equal(gap_text((enum gap)i), gap_text((enum gap)k));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_missing_value_has_its_reason),
        cmocka_unit_test(a_whole_quote_is_live_or_says_why_not),
        cmocka_unit_test(every_gap_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
