/* SPDX-License-Identifier: MIT */
#include "data/tz.h"

#include "base/rng.h"
#include "test.h"

#include <stdlib.h>
#include <time.h>

#define ZONEINFO "/usr/share/zoneinfo/"

static char bytes[TZ_BYTES_MAX + 1];

/* The zone of that name; skips the test where the machine has no zone files. */
static struct tz *load(const char *name)
{
    char path[128];
    struct error e = {0};
    snprintf(path, sizeof path, ZONEINFO "%s", name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        print_message("skipped: no %s\n", path);
        skip();
    }
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    struct tz *z = tz_new((struct str){bytes, n}, &e);
    if (!z)
        print_error("%s: %s\n", name, e.text);
    assert_non_null(z);
    return z;
}

static struct utc utc_of(const char *text)
{
    struct utc t;
    assert_true(utc_parse(str_of(text), &t));
    return t;
}

static void known_instants_have_their_known_offsets(void **state)
{
    static const struct {
        const char *zone, *at;
        int hours_x100;
        const char *abbreviation;
        bool is_dst;
    } rows[] = {
        {"US/Eastern", "2026-01-15T12:00:00Z", -500, "EST", false},
        {"US/Eastern", "2026-07-15T12:00:00Z", -400, "EDT", true},
        /* the second Sunday of March at 07:00Z, the first of November at 06:00Z */
        {"US/Eastern", "2026-03-08T06:59:59Z", -500, "EST", false},
        {"US/Eastern", "2026-03-08T07:00:00Z", -400, "EDT", true},
        {"US/Eastern", "2026-11-01T05:59:59Z", -400, "EDT", true},
        {"US/Eastern", "2026-11-01T06:00:00Z", -500, "EST", false},
        /* before 2007 the change was on the last Sunday of October */
        {"US/Eastern", "2006-10-29T05:59:59Z", -400, "EDT", true},
        {"US/Eastern", "2006-10-29T06:00:00Z", -500, "EST", false},
        /* far beyond the listed transitions, by the rule */
        {"US/Eastern", "2099-07-01T00:00:00Z", -400, "EDT", true},
        {"US/Eastern", "2099-12-01T00:00:00Z", -500, "EST", false},
        {"MET", "2026-03-29T01:00:00Z", 200, NULL, true},
        {"MET", "2026-03-29T00:59:59Z", 100, NULL, false},
        {"GB", "2026-10-25T00:59:59Z", 100, "BST", true},
        {"GB", "2026-10-25T01:00:00Z", 0, "GMT", false},
        {"Japan", "2026-07-01T00:00:00Z", 900, "JST", false},
        {"Hongkong", "2026-07-01T00:00:00Z", 800, "HKT", false},
        {"EST", "2026-07-01T00:00:00Z", -500, "EST", false},
        {"Asia/Kolkata", "2026-07-01T00:00:00Z", 550, "IST", false},
        {"Australia/Sydney", "2099-01-01T00:00:00Z", 1100, "AEDT", true},
        {"Australia/Sydney", "2099-07-01T00:00:00Z", 1000, "AEST", false},
        /* winter is the exception there: daylight saving is negative */
        {"Europe/Dublin", "2099-01-01T00:00:00Z", 0, "GMT", true},
        {"Europe/Dublin", "2099-07-01T00:00:00Z", 100, "IST", false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tz *z = load(rows[i].zone);
        struct tz_info info = tz_at(z, utc_of(rows[i].at));
        if (info.offset_s != rows[i].hours_x100 * 36)
            print_error("%s at %s: %d\n", rows[i].zone, rows[i].at, (int)info.offset_s);
        assert_int_equal(info.offset_s, rows[i].hours_x100 * 36);
        if (rows[i].abbreviation)
            assert_string_equal(info.abbreviation, rows[i].abbreviation);
        if (strcmp(rows[i].zone, "Europe/Dublin") != 0) /* some builds of the data turn it round */
            assert_int_equal(info.is_dst, rows[i].is_dst);
        tz_free(z);
    }
}

static void assert_civil(struct civil c, int month, int day, int hour, int minute)
{
    assert_int_equal(c.month, month);
    assert_int_equal(c.day, day);
    assert_int_equal(c.hour, hour);
    assert_int_equal(c.minute, minute);
}

static void local_times_lead_to_instants(void **state)
{
    static const struct {
        struct civil local;
        const char *at;
        enum tz_fit fit;
    } rows[] = {
        {{2026, 11, 20, 16, 0, 0, 0}, "2026-11-20T21:00:00Z", TZ_UNIQUE},
        {{2026, 7, 1, 9, 30, 0, 0}, "2026-07-01T13:30:00Z", TZ_UNIQUE},
        /* 02:00..03:00 is skipped: the answer is 03:30 EDT */
        {{2026, 3, 8, 2, 30, 0, 0}, "2026-03-08T07:30:00Z", TZ_GAP},
        {{2026, 3, 8, 2, 0, 0, 0}, "2026-03-08T07:00:00Z", TZ_GAP},
        {{2026, 3, 8, 3, 0, 0, 0}, "2026-03-08T07:00:00Z", TZ_UNIQUE},
        {{2026, 3, 8, 1, 59, 59, 0}, "2026-03-08T06:59:59Z", TZ_UNIQUE},
        /* 01:00..02:00 occurs twice: the answer is the first */
        {{2026, 11, 1, 1, 30, 0, 0}, "2026-11-01T05:30:00Z", TZ_FOLD},
        {{2026, 11, 1, 2, 0, 0, 0}, "2026-11-01T07:00:00Z", TZ_UNIQUE},
        {{2026, 11, 1, 0, 59, 59, 0}, "2026-11-01T04:59:59Z", TZ_UNIQUE},
        {{2026, 12, 32, 0, 0, 0, 0}, "2027-01-01T05:00:00Z", TZ_UNIQUE},
    };
    struct tz *z = load("US/Eastern");
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum tz_fit fit;
        assert_true(tz_utc(z, rows[i].local, &fit).ns == utc_of(rows[i].at).ns);
        assert_int_equal(fit, rows[i].fit);
    }
    assert_civil(tz_civil(z, utc_of("2026-03-08T07:30:00Z")), 3, 8, 3, 30);
    assert_civil(tz_civil(z, utc_of("2027-01-01T04:59:00Z")), 12, 31, 23, 59);
    tz_free(z);
}

/* The C library reads the same files with code of its own. */
static void the_c_library_agrees_on_random_instants(void **state)
{
    static const char *const zones[] = {
        "America/New_York", "Europe/Berlin",    "Europe/London",       "Asia/Tokyo",
        "Asia/Hong_Kong",   "Asia/Seoul",       "Australia/Sydney",    "America/Sao_Paulo",
        "Europe/Zurich",    "America/Chicago",  "Asia/Kolkata",        "Africa/Cairo",
        "America/Nuuk",     "Pacific/Auckland", "Australia/Lord_Howe", "Africa/Casablanca",
        "Asia/Tehran",      "Antarctica/Troll", "America/Caracas",     "MET",
    };
    struct rng r;
    (void)state;
    rng_init(&r, 7, 7);
    for (size_t k = 0; k < COUNT(zones); k++) {
        struct tz *z = load(zones[k]);
        setenv("TZ", zones[k], 1);
        tzset();
        for (int i = 0; i < 3000; i++) {
            /* 1950 to 2090 */
            time_t t = (time_t)(rng_u64(&r) % UINT64_C(4417977600)) - 631152000;
            struct tm tm;
            localtime_r(&t, &tm);
            struct utc at = {(int64_t)t * NS_PER_S};
            struct tz_info info = tz_at(z, at);
            if (info.offset_s != tm.tm_gmtoff)
                print_error("%s at %lld: %d, C library %ld\n", zones[k], (long long)t,
                            (int)info.offset_s, tm.tm_gmtoff);
            assert_int_equal(info.offset_s, tm.tm_gmtoff);
            assert_string_equal(info.abbreviation, tm.tm_zone);
            enum tz_fit fit;
            struct utc back = tz_utc(z, tz_civil(z, at), &fit);
            assert_int_not_equal(fit, TZ_GAP);
            assert_true(back.ns == at.ns || (fit == TZ_FOLD && back.ns < at.ns));
        }
        tz_free(z);
    }
    unsetenv("TZ");
    tzset();
}

static void utc_needs_no_file(void **state)
{
    struct tz *z = tz_new_utc();
    enum tz_fit fit;
    (void)state;
    assert_int_equal(tz_at(z, (struct utc){0}).offset_s, 0);
    assert_string_equal(tz_at(z, (struct utc){0}).abbreviation, "UTC");
    assert_true(tz_utc(z, (struct civil){1970, 1, 2, 0, 0, 0, 5}, &fit).ns ==
                INT64_C(86400) * NS_PER_S + 5);
    assert_int_equal(fit, TZ_UNIQUE);
    tz_free(z);
}

/* ---- files made by hand ---- */
static size_t made(const char *rule, char *out)
{
    /* two headers without transitions; one type, UTC+1 "XST" */
    static const char header[44] = {'T', 'Z', 'i', 'f', '2'};
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        memcpy(out + n, header, sizeof header);
        out[n + 39] = 1; /* types */
        out[n + 43] = 4; /* bytes of abbreviations */
        n += sizeof header;
        memcpy(out + n, "\0\0\x0E\x10\0\0XST\0", 10);
        n += 10;
    }
    return n + (size_t)sprintf(out + n, "\n%s\n", rule);
}

static void rules_of_every_form_are_followed(void **state)
{
    static const struct {
        const char *rule, *at;
        int offset_s;
    } rows[] = {
        {"", "2026-07-01T00:00:00Z", 3600}, /* no rule: the last type holds */
        {"XST-2", "2026-07-01T00:00:00Z", 7200},
        {"<+0330>-3:30", "2026-07-01T00:00:00Z", 12600},
        {"AAA3BBB,J60,J61", "2024-03-01T05:00:00Z", -7200}, /* J60 is 1 March in leap years too */
        {"AAA3BBB,J60,J61", "2024-02-29T12:00:00Z", -10800},
        {"AAA3BBB,59,61", "2024-02-29T12:00:00Z", -7200}, /* day 59 is 29 February there */
        {"AAA3BBB,59,61", "2023-02-28T12:00:00Z", -10800},
        {"AAA0BBB,M3.5.0/-1,M10.5.0/25", "2026-03-28T23:00:00Z", 3600},
        {"AAA0BBB,M3.5.0/-1,M10.5.0/25", "2026-03-28T22:59:59Z", 0},
        {"AAA0BBB,M3.5.0/-1,M10.5.0/25", "2026-10-25T23:59:59Z", 3600},
        {"AAA0BBB,M3.5.0/-1,M10.5.0/25", "2026-10-26T00:00:00Z", 0},
        {"AAA-1BBB-3,M10.1.0,M4.1.0", "2026-12-31T23:59:59Z", 10800}, /* south: over New Year */
        {"AAA-1BBB-3,M10.1.0,M4.1.0", "2026-07-01T00:00:00Z", 3600},
        {"AAA0BBB,M12.5.6,M12.5.6/3", "2026-12-26T02:30:00Z", 3600},
    };
    char file[256];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error e = {0};
        size_t n = made(rows[i].rule, file);
        struct tz *z = tz_new((struct str){file, n}, &e);
        if (!z)
            print_error("%s: %s\n", rows[i].rule, e.text);
        assert_non_null(z);
        assert_int_equal(tz_at(z, utc_of(rows[i].at)).offset_s, rows[i].offset_s);
        tz_free(z);
    }
}

static void malformed_rules_are_refused(void **state)
{
    static const char *const rows[] = {
        "A3",
        "AAA",
        "AAA25",
        "AAA3BBB",
        "AAA3BBB,M3.2.0",
        "AAA3BBB,M13.1.0,M1.1.0",
        "AAA3BBB,M3.6.0,M1.1.0",
        "AAA3BBB,M3.2.7,M1.1.0",
        "AAA3BBB,J0,J1",
        "AAA3BBB,J366,J1",
        "AAA3BBB,M3.2.0/168,M1.1.0",
        "AAA3BBB,M3.2.0,M1.1.0x",
        "<AAA3",
        "<A>3",
        "AAA3:60",
        "3",
    };
    char file[256];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error e = {0};
        if (tz_new((struct str){file, made(rows[i], file)}, &e))
            print_error("accepted: %s\n", rows[i]);
        assert_string_equal(e.reason, "TZIF");
    }
}

static void damaged_files_are_refused_or_read_without_harm(void **state)
{
    struct error e;
    (void)state;
    tz_free(load("US/Eastern"));
    FILE *f = fopen(ZONEINFO "US/Eastern", "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    for (size_t cut = 0; cut < n; cut++) {
        char *exact = malloc(cut + 1);
        memcpy(exact, bytes, cut);
        assert_null(tz_new((struct str){exact, cut}, &e));
        free(exact);
    }
    struct rng r;
    rng_init(&r, 3, 3);
    for (int i = 0; i < 20000; i++) {
        size_t at = rng_below(&r, (uint32_t)n);
        char was = bytes[at];
        bytes[at] = (char)rng_u32(&r);
        struct tz *z = tz_new((struct str){bytes, n}, &e);
        if (z) {
            struct utc t = {(int64_t)rng_u64(&r) / 4};
            (void)tz_utc(z, tz_civil(z, t), NULL);
        }
        tz_free(z);
        bytes[at] = was;
    }
    assert_null(tz_new((struct str){bytes, TZ_BYTES_MAX + 1}, &e));
    assert_true(contains(e.text, "too large"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_instants_have_their_known_offsets),
        cmocka_unit_test(local_times_lead_to_instants),
        cmocka_unit_test(the_c_library_agrees_on_random_instants),
        cmocka_unit_test(utc_needs_no_file),
        cmocka_unit_test(rules_of_every_form_are_followed),
        cmocka_unit_test(malformed_rules_are_refused),
        cmocka_unit_test(damaged_files_are_refused_or_read_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
