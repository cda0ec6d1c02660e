/* SPDX-License-Identifier: MIT */
/* The trading day: by the broker's clock, in the zone of the settings, whatever our clock says. */
#include "desk.h"

static const char PATH[] = "/usr/share/zoneinfo/America/New_York";

static const struct tz *find(void *self, struct str name)
{
    return str_eq(name, STR("America/New_York")) ? self : NULL;
}

static struct tz *new_york(void)
{
    static char bytes[TZ_BYTES_MAX];
    struct error e;
    FILE *f = fopen(PATH, "rb");
    if (!f) {
        print_message("%s is not there\n", PATH);
        skip();
    }
    size_t n = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    struct tz *z = tz_new((struct str){bytes, n}, &e);
    assert_non_null(z);
    return z;
}

/* A desk at that UTC time in November 2026 or so. */
static struct desk *desk_in(struct tz *zone)
{
    struct desk *d = desk_new();
    d->zones = (struct tz_zones){find, zone};
    desk_restart(d);
    return d;
}

static void skip_hours(struct desk *d, int64_t hours)
{
    d->now.mono.ns += hours * 3600 * NS_PER_S;
    d->now.wall.ns += hours * 3600 * NS_PER_S;
    desk_turn(d);
    desk_ready(d);
}

static int64_t orders(struct desk *d, struct opt_utc *resets)
{
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    (void)gate_limits_status(d->gate, str_of(book_account(d->book, 0)), d->now, rows);
    assert_string_equal(rows[0].name, "max_orders_per_day");
    if (resets)
        *resets = rows[0].resets;
    return (int64_t)(rows[0].used.v.nano / DEC(1).nano);
}

static void buy(struct desk *d, int price_off)
{
    struct call c;
    resting(d, &c, "1", price_off);
    call(d, &c, CALL_SUBMIT);
    assert_true(c.ok);
}

static void the_day_ends_at_midnight_in_new_york(void **state)
{
    (void)state;
    struct tz *zone = new_york();
    struct desk *d = desk_in(zone); /* 12:00 UTC is 7:00 in New York, the 23rd of November */
    struct opt_utc resets;
    struct utc midnight =
        utc_of_civil((struct civil){.year = 2026, .month = 11, .day = 24, .hour = 5});
    buy(d, 5);
    assert_int_equal(orders(d, &resets), 1);
    assert_int_equal(resets.v.ns, midnight.ns);
    skip_hours(d, 16); /* past midnight in UTC */
    assert_int_equal(orders(d, NULL), 1);
    desk_restart(d);
    assert_int_equal(orders(d, NULL), 1);
    skip_hours(d, 1);
    assert_int_equal(orders(d, &resets), 0);
    assert_int_equal(resets.v.ns, midnight.ns + 86400 * (int64_t)NS_PER_S);
    desk_free(d);
    tz_free(zone);
}

static struct gate_headroom row_named(struct desk *d, const char *name)
{
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    size_t n = gate_limits_status(d->gate, str_of(book_account(d->book, 0)), d->now, rows);
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i];
    fail_msg("there is no limit %s", name);
    return rows[0];
}

static void the_minute_ends_when_its_oldest_order_is_a_minute_old(void **state)
{
    (void)state;
    struct tz *zone = new_york();
    struct desk *d = desk_in(zone);
    assert_false(row_named(d, "max_orders_per_minute").resets.has);
    assert_false(row_named(d, "max_orders_per_second").resets.has);
    buy(d, 5);
    struct gate_headroom first = row_named(d, "max_orders_per_minute");
    assert_true(first.resets.has && dec_sign(first.used.v) > 0);
    int64_t left_ms = (first.resets.v.ns - d->now.wall.ns) / NS_PER_MS;
    assert_true(left_ms > 0 && left_ms <= 60 * 1000);
    d->now.mono = instant_after_ms(d->now.mono, 1000);
    d->now.wall.ns += NS_PER_S;
    buy(d, 6);
    struct gate_headroom second = row_named(d, "max_orders_per_minute");
    assert_int_equal(second.resets.v.ns, first.resets.v.ns); /* it does not move away */
    d->now.mono = instant_after_ms(d->now.mono, 60 * 1000);
    d->now.wall.ns += 60 * (int64_t)NS_PER_S;
    assert_false(row_named(d, "max_orders_per_minute").resets.has);
    desk_free(d);
    tz_free(zone);
}

static void the_wall_clock_clears_no_counter(void **state)
{
    (void)state;
    static const int64_t jumps_s[] = {86400, -2 * 86400, 30 * 86400, 400LL * 86400, -3600};
    struct tz *zone = new_york();
    struct desk *d = desk_in(zone);
    for (size_t i = 0; i < sizeof jumps_s / sizeof jumps_s[0]; i++) {
        buy(d, 5 + (int)i);
        d->now.wall.ns += jumps_s[i] * NS_PER_S;
        desk_turn(d);
        assert_int_equal(orders(d, NULL), i + 1);
        desk_restart(d);
        assert_int_equal(orders(d, NULL), i + 1);
    }
    desk_free(d);
    tz_free(zone);
}

/* The clocks of New York go forward on 2027-03-14: that day has 23 hours. */
static void a_day_of_23_hours_is_one_day(void **state)
{
    (void)state;
    struct tz *zone = new_york();
    struct desk *d = desk_in(zone);
    struct opt_utc resets;
    struct utc begin = utc_of_civil((struct civil){.year = 2027, .month = 3, .day = 14, .hour = 5});
    skip_hours(d, (begin.ns - d->now.wall.ns) / NS_PER_S / 3600 + 1);
    assert_int_equal(orders(d, &resets), 0);
    assert_int_equal(resets.v.ns, begin.ns + 23 * 3600 * (int64_t)NS_PER_S);
    desk_free(d);
    tz_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_day_ends_at_midnight_in_new_york),
        cmocka_unit_test(the_minute_ends_when_its_oldest_order_is_a_minute_old),
        cmocka_unit_test(the_wall_clock_clears_no_counter),
        cmocka_unit_test(a_day_of_23_hours_is_one_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
