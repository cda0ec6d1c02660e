/* SPDX-License-Identifier: MIT */
#include "quant/series.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const double six[] = {2, 4, 4, 4, 5, 11}; /* mean 5, deviation sqrt(48 / 5) */
static const double flat[] = {0.1, 0.1, 0.1}, broken[] = {1, NAN, 2};
static const struct series s = {six, 6}, none = {six, 0}, same = {flat, 3}, nan_in = {broken, 3};

static void near(struct opt_num got, double expected)
{
    if (!got.has || fabs(got.v - expected) > 1e-12)
        fail_msg("%.17g (%s), expected %.17g", got.v, got.has ? "known" : "unknown", expected);
}

static void a_number_has_its_place_among_others(void **state)
{
    (void)state;
    near(series_zscore(s, 11), 6 / sqrt(9.6));
    near(series_zscore(s, 5), 0);
    assert_false(series_zscore(same, 0.1).has);
    assert_false(series_zscore(nan_in, 1).has);
    assert_false(series_zscore((struct series){six, 1}, 2).has);
    near(series_share_below(s, 4), 2.5 / 6);
    near(series_share_below(s, 4.5), 4.0 / 6);
    near(series_share_below(s, 1), 0);
    near(series_share_below(s, 12), 1);
    assert_false(series_share_below(none, 1).has);
    assert_false(series_share_below(nan_in, 1).has);
    assert_false(series_share_below(s, INFINITY).has);
}

static void the_earliest_of_equal_extremes_is_told(void **state)
{
    const double v[] = {3, 1, 7, 1, 7};
    size_t least, greatest;
    (void)state;
    assert_true(series_extremes((struct series){v, 5}, &least, &greatest));
    assert_int_equal(least, 1);
    assert_int_equal(greatest, 2);
    assert_false(series_extremes(none, &least, &greatest));
    assert_false(series_extremes(nan_in, &least, &greatest));
}

static void a_summary_has_all_of_it_or_nothing(void **state)
{
    double scratch[6];
    struct summary x = series_summary(s, 11, scratch);
    (void)state;
    near(x.mean, 5);
    near(x.median, 4);
    near(x.least, 2);
    near(x.greatest, 11);
    near(x.share_below, 5.5 / 6);
    near(x.zscore, 6 / sqrt(9.6));
    assert_false(series_summary(none, 1, scratch).mean.has);
    assert_false(series_summary(nan_in, 1, scratch).median.has);
    x = series_summary(same, 0.1, scratch);
    assert_true(x.median.has && !x.zscore.has);
}

static void equals_share_a_rank_and_the_unknown_have_none(void **state)
{
    const struct opt_num score[] = {{0.10, true}, {0.30, true}, {0, false},   {0.10, true},
                                    {-1, true},   {0.10, true}, {0.295, true}};
    const double expected[] = {4, 1, 0, 4, 6, 4, 2};
    const bool expected_near[] = {true, true, false, true, false, true, true};
    struct opt_num rank[7];
    bool is_near[7];
    (void)state;
    scores_rank(score, 7, 0.005 + 1e-12, rank, is_near);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(rank[i].has, score[i].has);
        if (rank[i].has)
            near(rank[i], expected[i]);
        assert_int_equal(is_near[i], expected_near[i]);
    }
    scores_rank(score, 2, 0, rank, NULL);
    near(rank[0], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_has_its_place_among_others),
        cmocka_unit_test(the_earliest_of_equal_extremes_is_told),
        cmocka_unit_test(a_summary_has_all_of_it_or_nothing),
        cmocka_unit_test(equals_share_a_rank_and_the_unknown_have_none),
    };
    return cmocka_run_group_tests_name("quant/series", tests, NULL, NULL);
}
