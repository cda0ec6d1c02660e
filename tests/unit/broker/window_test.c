/* SPDX-License-Identifier: MIT */
#include "broker/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const char PATH[] = "/usr/share/zoneinfo/US/Eastern";

/* The zone of New York; skips the test where the machine has no zone files. */
static struct tz *eastern(void)
{
    static char bytes[TZ_BYTES_MAX];
    struct error e;
    FILE *f = fopen(PATH, "rb");
    if (f == NULL) {
        print_message("skipped: no %s\n", PATH);
        skip();
        return NULL;
    }
    size_t n = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    struct tz *z = tz_new((struct str){bytes, n}, &e);
    assert_non_null(z);
    return z;
}

static void nights_and_weeks_are_new_yorks(void **state)
{
    (void)state;
    static const struct {
        const char *at;
        enum restart_window window;
    } CASES[] = {
        /* a Tuesday in winter: New York is 5 hours behind */
        {"2026-02-03T12:00:00Z", WINDOW_NONE},
        {"2026-02-04T04:44:59Z", WINDOW_NONE},
        {"2026-02-04T04:45:00Z", WINDOW_NIGHTLY},
        {"2026-02-04T05:00:00Z", WINDOW_NIGHTLY}, /* midnight is within */
        {"2026-02-04T05:44:59Z", WINDOW_NIGHTLY},
        {"2026-02-04T05:45:00Z", WINDOW_NONE},
        /* in summer 4 hours */
        {"2026-07-08T03:44:59Z", WINDOW_NONE},
        {"2026-07-08T03:45:00Z", WINDOW_NIGHTLY},
        {"2026-07-08T04:45:00Z", WINDOW_NONE},
        /* Friday 23:00 to Saturday 03:00 */
        {"2026-02-07T03:59:59Z", WINDOW_NONE},
        {"2026-02-07T04:00:00Z", WINDOW_WEEKLY},
        {"2026-02-07T05:00:00Z", WINDOW_WEEKLY},
        {"2026-02-07T07:59:59Z", WINDOW_WEEKLY},
        {"2026-02-07T08:00:00Z", WINDOW_NONE},
        /* Sunday 00:45 to 02:00, right after the night's */
        {"2026-02-08T05:44:59Z", WINDOW_NIGHTLY},
        {"2026-02-08T05:45:00Z", WINDOW_WEEKLY},
        {"2026-02-08T07:00:00Z", WINDOW_NONE},
        {"2026-02-09T06:30:00Z", WINDOW_NONE}, /* Monday at that hour */
    };
    struct tz *z = eastern();
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct utc at;
        assert_true(utc_parse(str_of(CASES[i].at), &at));
        if (restart_window_at(z, (struct restart_hours){0}, at) != CASES[i].window)
            fail_msg("%s", CASES[i].at);
    }
    tz_free(z);
}

static void the_night_can_be_set(void **state)
{
    (void)state;
    struct tz *z = eastern();
    struct restart_hours early = {.from_min = 60, .to_min = 90};
    struct utc inside, usual;
    assert_true(utc_parse(STR("2026-02-04T06:15:00Z"), &inside));
    assert_true(utc_parse(STR("2026-02-04T05:00:00Z"), &usual));
    assert_int_equal(restart_window_at(z, early, inside), WINDOW_NIGHTLY);
    assert_int_equal(restart_window_at(z, early, usual), WINDOW_NONE);
    tz_free(z);
}

static void without_the_zone_nothing_is_expected(void **state)
{
    (void)state;
    struct utc at;
    assert_true(utc_parse(STR("2026-02-04T05:00:00Z"), &at));
    assert_int_equal(restart_window_at(NULL, (struct restart_hours){0}, at), WINDOW_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nights_and_weeks_are_new_yorks),
        cmocka_unit_test(the_night_can_be_set),
        cmocka_unit_test(without_the_zone_nothing_is_expected),
    };
    return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
