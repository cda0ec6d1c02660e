/* SPDX-License-Identifier: MIT */
#include "paper/steps.h"

#include <assert.h>

/* Edges and steps in millionths of the currency; the list ends with step 0. */
struct micro_band {
    int64_t low, step;
};

enum { MIFID_ROWS = 19 };

static const struct rule {
    const char *name;
    int32_t number;
    /* A European rule: its liquidity band 1..6 and what its prices are divided by. */
    int8_t mifid, per;
    struct micro_band bands[14];
} rules[] = {
    {"CENT", STEPS_CENT, 0, 0, {{0, 10000}}},
    /* options of the penny programme, and the others */
    {"PENNY", 8001, 0, 0, {{0, 10000}, {3000000, 50000}}},
    {"NICKEL", 8002, 0, 0, {{0, 50000}, {3000000, 100000}}},
    {"ONE", 8005, 0, 0, {{0, 1000000}}},
    {"DIME", 8006, 0, 0, {{0, 100000}}},
    {"TEN", 8007, 0, 0, {{0, 10000000}}},
    {"NICKELS", 8008, 0, 0, {{0, 50000}}},
    {"HALFPIP", 8009, 0, 0, {{0, 50}}},
    {"QUARTER", 8004, 0, 0, {{0, 250000}}},
    {"HALF64", 8003, 0, 0, {{0, 15625}}}, /* half of a 32nd: notes of ten years */
    {"JP500",                             /* Tokyo: shares of the TOPIX 500 */
     8010,
     0,
     0,
     {{0, 100000},
      {1000000000, 500000},
      {3000000000, 1000000},
      {10000000000, 5000000},
      {30000000000, 10000000},
      {100000000000, 50000000},
      {300000000000, 100000000}}},
    {"JP", /* Tokyo: all others */
     8011,
     0,
     0,
     {{0, 1000000},
      {3000000000, 5000000},
      {5000000000, 10000000},
      {30000000000, 50000000},
      {50000000000, 100000000},
      {300000000000, 500000000}}},
    {"HK",
     8012,
     0,
     0,
     {{0, 1000},
      {250000, 5000},
      {500000, 10000},
      {20000000, 20000},
      {50000000, 50000},
      {100000000, 100000},
      {200000000, 200000},
      {500000000, 500000},
      {1000000000, 1000000},
      {2000000000, 2000000},
      {5000000000, 5000000}}},
    {"KR",
     8013,
     0,
     0,
     {{0, 1000000},
      {2000000000, 5000000},
      {5000000000, 10000000},
      {20000000000, 50000000},
      {50000000000, 100000000},
      {200000000000, 500000000},
      {500000000000, 1000000000}}},
    {"TW",
     8014,
     0,
     0,
     {{0, 10000},
      {10000000, 50000},
      {50000000, 100000},
      {100000000, 500000},
      {500000000, 1000000},
      {1000000000, 5000000}}},
    {"AU", 8015, 0, 0, {{0, 1000}, {100000, 5000}, {2000000, 10000}}},
    {"SG", 8016, 0, 0, {{0, 1000}, {200000, 5000}, {1000000, 10000}}},
    {"CA", 8017, 0, 0, {{0, 5000}, {500000, 10000}}},
    {"MIFID1", 8021, 1, 1, {{0}}},
    {"MIFID2", 8022, 2, 1, {{0}}},
    {"MIFID3", 8023, 3, 1, {{0}}},
    {"MIFID4", 8024, 4, 1, {{0}}},
    {"MIFID5", 8025, 5, 1, {{0}}},
    {"MIFID6", 8026, 6, 1, {{0}}},
    /* London quotes pence; here its prices are pounds */
    {"PENCE4", 8034, 4, 100, {{0}}},
    {"PENCE5", 8035, 5, 100, {{0}}},
    {"PENCE6", 8036, 6, 100, {{0}}},
};
enum { RULES = sizeof rules / sizeof rules[0] };

/* 1, 2, 5, 10, 20 ... */
static int64_t one_two_five(int level)
{
    static const int64_t digit[] = {1, 2, 5};
    int64_t v = digit[level % 3];
    for (int i = 0; i < level / 3; i++)
        v *= 10;
    return v;
}

/* Rows of the annex start at 0, 0.1, 0.2, 0.5 ...; the smallest step is 0.0001. */
static size_t mifid_bands(const struct rule *r, struct step_band *out)
{
    size_t n = 0;
    for (int row = 0; row < MIFID_ROWS; row++) {
        int level = row + 3 - r->mifid;
        struct dec step = DEC_MICRO(100 * one_two_five(level > 0 ? level : 0));
        struct dec low = row == 0 ? DEC_ZERO : DEC_MICRO(100000 * one_two_five(row - 1));
        step.nano /= r->per;
        low.nano /= r->per;
        if (n == 0 || !dec_eq(out[n - 1].step, step))
            out[n++] = (struct step_band){low, step};
    }
    return n;
}

static size_t bands_of(const struct rule *r, struct step_band *out)
{
    if (r->mifid > 0)
        return mifid_bands(r, out);
    size_t n = 0;
    for (; n < sizeof r->bands / sizeof r->bands[0] && r->bands[n].step > 0; n++)
        out[n] = (struct step_band){DEC_MICRO(r->bands[n].low), DEC_MICRO(r->bands[n].step)};
    return n;
}

/* The step in units of 10^-9 is told apart by its first digits and its decimal place. */
int32_t steps_rule_of(struct dec step)
{
    assert(dec_sign(step) > 0);
    if (dec_eq(step, DEC_MICRO(10000)))
        return STEPS_CENT;
    dec_nano digits = step.nano;
    int32_t zeros = 0;
    for (; digits % 10 == 0; zeros++)
        digits /= 10;
    /* of two digits only 25 is used by a market: half of a half */
    return STEPS_OWN + zeros * 10 + (digits == 25 ? 0 : (int32_t)(digits % 10));
}

size_t steps_bands(int32_t rule, struct step_band out[STEPS_BANDS_MAX])
{
    for (size_t i = 0; i < RULES; i++)
        if (rules[i].number == rule)
            return bands_of(&rules[i], out);
    if (rule < STEPS_OWN || rule >= STEPS_OWN_END)
        return 0;
    dec_nano step = rule % 10 == 0 ? 25 : rule % 10;
    for (int32_t zeros = (rule - STEPS_OWN) / 10; zeros > 0; zeros--)
        step *= 10;
    out[0] = (struct step_band){DEC_ZERO, {step}};
    return 1;
}

int32_t steps_rule_named(struct str name)
{
    for (size_t i = 0; i < RULES; i++)
        if (str_eq(name, str_of(rules[i].name)))
            return rules[i].number;
    return 0;
}

struct dec steps_at(int32_t rule, struct dec price)
{
    struct step_band bands[STEPS_BANDS_MAX];
    size_t n = steps_bands(rule, bands);
    assert(n > 0);
    price = dec_abs(price);
    while (n > 1 && dec_lt(price, bands[n - 1].low))
        n--;
    return bands[n - 1].step;
}

struct dec steps_smallest(int32_t rule)
{
    struct step_band bands[STEPS_BANDS_MAX];
    size_t n = steps_bands(rule, bands);
    assert(n > 0);
    struct dec least = bands[0].step;
    for (size_t i = 1; i < n; i++)
        least = dec_min(least, bands[i].step);
    return least;
}
