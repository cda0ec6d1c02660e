/* SPDX-License-Identifier: MIT */
/* Names that were met lately: none that is met in time is forgotten, and memory has a bound. */
#include "base/known.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { CAP = 100, AGE_MS = 1000 };

static int dropped;
static char word_a, word_b;

static void drop(void *word)
{
    assert_non_null(word);
    dropped++;
}

static struct instant at_ms(int64_t ms)
{
    return (struct instant){NS_PER_S + ms * NS_PER_MS};
}

static struct str name_of(char out[16], int i)
{
    (void)snprintf(out, 16, "n%d", i);
    return str_of(out);
}

static void put_many(struct known *k, int from, int n)
{
    char name[16];
    for (int i = from; i < from + n; i++)
        known_put(k, name_of(name, i), &word_a);
}

static void a_name_is_known_with_its_newest_word(void **state)
{
    (void)state;
    struct known *k = known_new(CAP, AGE_MS, NULL);
    assert_null(known_get(k, STR("a")));
    known_put(k, STR("a"), &word_a);
    assert_ptr_equal(known_get(k, STR("a")), &word_a);
    known_put(k, STR("a"), &word_b);
    assert_ptr_equal(known_get(k, STR("a")), &word_b);
    assert_int_equal(known_count(k), 1);
    known_free(k);
}

static void what_nobody_meets_is_forgotten_after_two_generations_and_not_after_one(void **state)
{
    (void)state;
    struct known *k = known_new(CAP, AGE_MS, NULL);
    known_turn(k, at_ms(0));
    known_put(k, STR("a"), &word_a);
    known_turn(k, at_ms(AGE_MS - 1));
    known_turn(k, at_ms(AGE_MS));
    assert_int_equal(known_count(k), 1); /* in the older one now */
    known_turn(k, at_ms(2 * AGE_MS - 1));
    assert_int_equal(known_count(k), 1);
    known_turn(k, at_ms(2 * AGE_MS));
    assert_int_equal(known_count(k), 0);
    assert_null(known_get(k, STR("a")));
    known_free(k);
}

static void what_is_met_in_each_generation_stays(void **state)
{
    (void)state;
    struct known *k = known_new(CAP, AGE_MS, NULL);
    known_put(k, STR("a"), &word_a); /* before the time is known */
    known_put(k, STR("b"), &word_a);
    for (int i = 0; i < 20; i++) {
        known_turn(k, at_ms((int64_t)i * AGE_MS));
        assert_ptr_equal(known_get(k, STR("a")), &word_a);
        assert_int_equal(known_count(k), i < 2 ? 2 : 1);
    }
    known_free(k);
}

static void a_new_word_of_an_old_name_is_the_one_that_counts(void **state)
{
    (void)state;
    struct known *k = known_new(CAP, AGE_MS, NULL);
    known_turn(k, at_ms(0));
    known_put(k, STR("a"), &word_a);
    known_turn(k, at_ms(AGE_MS));
    known_put(k, STR("a"), &word_b);
    assert_int_equal(known_count(k), 1);
    known_turn(k, at_ms(2 * AGE_MS));
    assert_ptr_equal(known_get(k, STR("a")), &word_b);
    known_free(k);
}

static void however_many_come_the_newest_are_known_and_memory_is_bounded(void **state)
{
    (void)state;
    char name[16];
    struct known *k = known_new(CAP, AGE_MS, NULL);
    known_put(k, STR("kept"), &word_b);
    for (int i = 0; i < 50 * CAP; i++) {
        known_put(k, name_of(name, i), &word_a);
        assert_true(known_count(k) <= 2 * CAP);
        assert_ptr_equal(known_get(k, STR("kept")), &word_b);
        assert_non_null(known_get(k, name_of(name, i < CAP / 4 ? i : i - CAP / 4)));
    }
    known_free(k);
}

static void each_word_is_dropped_once(void **state)
{
    (void)state;
    dropped = 0;
    struct known *k = known_new(CAP, AGE_MS, drop);
    known_turn(k, at_ms(0));
    put_many(k, 0, CAP);
    known_turn(k, at_ms(AGE_MS));
    assert_non_null(known_get(k, STR("n7")));
    assert_int_equal(dropped, 0);
    known_turn(k, at_ms(2 * AGE_MS));
    assert_int_equal(dropped, CAP - 1);
    put_many(k, CAP, 3);
    known_free(k);
    assert_int_equal(dropped, CAP + 3);
    known_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_known_with_its_newest_word),
        cmocka_unit_test(what_nobody_meets_is_forgotten_after_two_generations_and_not_after_one),
        cmocka_unit_test(what_is_met_in_each_generation_stays),
        cmocka_unit_test(a_new_word_of_an_old_name_is_the_one_that_counts),
        cmocka_unit_test(however_many_come_the_newest_are_known_and_memory_is_bounded),
        cmocka_unit_test(each_word_is_dropped_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
