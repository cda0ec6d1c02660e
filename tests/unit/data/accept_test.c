/* SPDX-License-Identifier: MIT */
#include "data/accept.h"

#include "test.h"

static void the_most_exact_range_decides(void **state)
{
    static const struct {
        const char *list, *kind;
        int quality;
        size_t place;
    } rows[] = {
        {"text/csv", "text/csv", 1000, 0},
        {"TEXT/CSV", "text/csv", 1000, 0},
        {"text/csv", "application/json", 0, 0},
        {"*/*", "application/json", 1000, 0},
        {"text/html, */*;q=0.1", "application/json", 100, 1},
        {"text/*;q=0.5, */*", "text/csv", 500, 0},
        {"*/*, text/*;q=0.5, text/csv;q=0.75", "text/csv", 750, 2},
        {"text/csv ; charset=utf-8 ; q=0.333", "text/csv", 333, 0},
        {"text/csv;Q=0", "text/csv", 0, 0},
        {"text/csv;q=0, */*", "text/csv", 0, 0},
        {"gzip;q=1.0, identity", "gzip", 1000, 0},
        {"br, *", "gzip", 1000, 1},
        {"deflate", "gzip", 0, 0},
        {"gzip;q=", "gzip", 1000, 0},
        {"gzip;q=2", "gzip", 1000, 0},
        {"gzip;q=0.x", "gzip", 1000, 0},
        {"gzip;q=0.1234", "gzip", 1000, 0},
        {"gzip;q=0.", "gzip", 0, 0},
        {"texts/*", "text/csv", 0, 0},
        {"text/", "text/csv", 0, 0},
        {"text", "text/csv", 0, 0},
        {"", "text/csv", 0, 0},
        {",,;,;q=1,text/csv", "text/csv", 1000, 4},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct accept a = accept_of(str_of(rows[i].list), str_of(rows[i].kind));
        if (a.quality != rows[i].quality || a.place != rows[i].place)
            fail_msg("%s in \"%s\": %d at %zu", rows[i].kind, rows[i].list, a.quality, a.place);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_most_exact_range_decides)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
