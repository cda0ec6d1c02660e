/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include "base/rng.h"
#include "dies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- a model: a list in order of insertion ---- */

enum { KEYS = 200 };

struct model {
    int key[KEYS];
    char *value[KEYS];
    size_t n;
};

static char values[KEYS * 8];

static size_t model_find(const struct model *m, int key)
{
    size_t i = 0;
    while (i < m->n && m->key[i] != key)
        i++;
    return i;
}

static void model_remove(struct model *m, size_t at)
{
    m->n--;
    memmove(&m->key[at], &m->key[at + 1], (m->n - at) * sizeof m->key[0]);
    memmove(&m->value[at], &m->value[at + 1], (m->n - at) * sizeof m->value[0]);
}

static void assert_same(const struct map *map, const struct model *model)
{
    size_t n = 0;
    void *value;
    assert_int_equal(map_count(map), model->n);
    for (size_t i = 0; map_next(map, &i, &value); n++) {
        assert_true(n < model->n);
        assert_ptr_equal(value, model->value[n]);
    }
    assert_int_equal(n, model->n);
}

/* The same operation by either kind of key. */
struct way {
    bool is_text;
    char text[300];
};

static struct str text_of(struct way *w, int key)
{
    size_t n = (size_t)key * 255 / (KEYS - 1); /* from no byte to the most */
    memset(w->text, 'k', n);
    if (n)
        w->text[n - 1] = (char)key;
    return (struct str){w->text, n};
}

static void *get(struct way *w, const struct map *m, int key)
{
    return w->is_text ? map_get_str(m, text_of(w, key)) : map_get(m, key * INT64_C(1) << 32);
}

static bool put(struct way *w, struct map *m, int key, void *v)
{
    return w->is_text ? map_put_str(m, text_of(w, key), v) : map_put(m, key * INT64_C(1) << 32, v);
}

static void *take(struct way *w, struct map *m, int key)
{
    return w->is_text ? map_take_str(m, text_of(w, key)) : map_take(m, key * INT64_C(1) << 32);
}

static void random_operations_agree(bool is_text, size_t cap, uint64_t seed)
{
    struct way w = {.is_text = is_text};
    struct rng r;
    rng_init(&r, seed, 1);
    struct map *map = map_new(cap);
    struct model model = {.n = 0};
    for (int round = 0; round < 30000; round++) {
        int key = (int)rng_below(&r, KEYS);
        size_t at = model_find(&model, key);
        /* phases of growth and of decline, so that holes are squeezed out and arrays grow */
        bool adds = rng_below(&r, 100) < (round / 3000 % 2 ? 30u : 70u);
        if (adds) {
            char *v = &values[rng_below(&r, sizeof values)];
            bool fits = at < model.n || model.n < cap;
            assert_int_equal(put(&w, map, key, v), fits);
            if (fits && at == model.n)
                model.key[model.n++] = key;
            if (fits)
                model.value[at] = v;
        } else {
            void *want = at < model.n ? model.value[at] : NULL;
            assert_ptr_equal(get(&w, map, key), want);
            assert_ptr_equal(take(&w, map, key), want);
            assert_null(get(&w, map, key));
            if (want)
                model_remove(&model, at);
        }
        if (round % 50 == 0)
            assert_same(map, &model);
        if (round % 9999 == 9998) {
            map_clear(map);
            model.n = 0;
        }
    }
    map_free(map);
}

static void random_operations_agree_with_a_list(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 3; seed++) {
        random_operations_agree(false, KEYS, seed);
        random_operations_agree(false, 50, seed);
        random_operations_agree(true, KEYS, seed);
        random_operations_agree(true, 50, seed);
    }
}

static void the_cap_is_reached_and_not_passed(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < 70; cap++) {
        struct map *m = map_new(cap);
        for (size_t i = 0; i < cap; i++)
            assert_true(map_put(m, (int64_t)i, values));
        assert_false(map_put(m, -1, values));
        assert_null(map_get(m, -1));
        if (cap) {
            assert_true(map_put(m, 0, values + 1)); /* replacing is not adding */
            assert_ptr_equal(map_take(m, 0), values + 1);
            assert_true(map_put(m, -1, values));
        }
        assert_int_equal(map_count(m), cap);
        map_free(m);
    }
}

static void the_current_entry_may_be_removed_while_iterating(void **state)
{
    (void)state;
    enum { N = 1000 };
    static int number[N];
    struct map *m = map_new(N);
    for (int i = 0; i < N; i++) {
        number[i] = i;
        assert_true(map_put(m, i, &number[i]));
    }
    int want = 0;
    void *value;
    for (size_t i = 0; map_next(m, &i, &value); want++) {
        assert_ptr_equal(value, &number[want]);
        if (want % 3 == 0)
            assert_ptr_equal(map_take(m, want), value);
    }
    assert_int_equal(want, N);
    assert_int_equal(map_count(m), N - (N + 2) / 3);
    want = 0;
    for (size_t i = 0; map_next(m, &i, &value); want++) {
        want += want % 3 == 0;
        assert_ptr_equal(value, &number[want]);
    }
    map_free(m);
}

static void a_queue_of_changing_keys_does_not_grow_the_map(void **state)
{
    (void)state;
    struct map *m = map_new(20);
    for (int64_t i = 0; i < 200000; i++) {
        assert_true(map_put(m, i, values));
        if (i >= 19)
            assert_ptr_equal(map_take(m, i - 19), values);
    }
    size_t i = 0;
    void *value;
    while (map_next(m, &i, &value))
        ;
    assert_in_range(i, 19, 64); /* the holes were squeezed out on the way */
    map_free(m);
}

static void extreme_numbers_are_keys_like_others(void **state)
{
    (void)state;
    static const int64_t keys[] = {0, -1, 1, INT64_MIN, INT64_MAX};
    struct map *m = map_new(10);
    for (size_t i = 0; i < 5; i++)
        assert_true(map_put(m, keys[i], &values[i]));
    for (size_t i = 0; i < 5; i++)
        assert_ptr_equal(map_get(m, keys[i]), &values[i]);
    map_free(m);
}

static void text_keys_are_copied_and_bounded(void **state)
{
    (void)state;
    struct map *m = map_new(10);
    char key[256];
    memset(key, 'a', sizeof key);
    assert_true(map_put_str(m, (struct str){key, 255}, values));
    assert_false(map_put_str(m, (struct str){key, 256}, values));
    assert_null(map_get_str(m, (struct str){key, 256}));
    assert_null(map_take_str(m, (struct str){key, 256}));
    assert_ptr_equal(map_get_str(m, (struct str){key, 255}), values);
    key[0] = 'b';
    assert_null(map_get_str(m, (struct str){key, 255}));
    assert_true(map_put_str(m, STR("a"), values + 1));
    assert_true(map_put_str(m, STR("a\0"), values + 2));
    assert_true(map_put_str(m, STR_NONE, values + 3));
    assert_ptr_equal(map_get_str(m, STR("a")), values + 1);
    assert_ptr_equal(map_get_str(m, STR("a\0")), values + 2);
    assert_ptr_equal(map_get_str(m, STR("")), values + 3);
    assert_int_equal(map_count(m), 4);
    map_free(m);
}

static void an_empty_map_answers(void **state)
{
    (void)state;
    struct map *m = map_new(10);
    void *value;
    assert_null(map_get(m, 1));
    assert_null(map_take_str(m, STR("x")));
    assert_false(map_next(m, &(size_t){0}, &value));
    map_clear(m);
    map_free(m);
    map_free(NULL);
}

static void mix_kinds(void)
{
    struct map *m = map_new(10);
    if (map_put(m, 1, values))
        map_get_str(m, STR("1"));
}

static void put_nothing(void)
{
    map_put(map_new(10), 1, NULL);
}

static void broken_contracts_stop_the_program(void **state)
{
    (void)state;
    assert_true(dies(mix_kinds));
    assert_true(dies(put_nothing));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_agree_with_a_list),
        cmocka_unit_test(the_cap_is_reached_and_not_passed),
        cmocka_unit_test(the_current_entry_may_be_removed_while_iterating),
        cmocka_unit_test(a_queue_of_changing_keys_does_not_grow_the_map),
        cmocka_unit_test(extreme_numbers_are_keys_like_others),
        cmocka_unit_test(text_keys_are_copied_and_bounded),
        cmocka_unit_test(an_empty_map_answers),
        cmocka_unit_test(broken_contracts_stop_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
