/* SPDX-License-Identifier: MIT */
#include "store/cache.h"

#include "base/alloc.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct utc now = {1773327600LL * NS_PER_S};

struct shop {
    struct cache_file *file;
    struct cache *cache;
};

static struct shop open_shop(const char *path)
{
    struct error e = {0};
    struct shop s = {.file = cache_file_open(path, &e)};
    if (!s.file)
        fail_msg("%s", e.text);
    s.cache = cache_new(s.file);
    return s;
}

static void close_shop(struct shop *s)
{
    cache_free(s->cache);
    cache_file_close(s->file);
}

static bool commit(struct shop *s, int64_t bytes_max)
{
    struct error e = {0};
    struct cache_batch *b = cache_take(s->cache);
    if (!b)
        return false;
    bool ok = cache_file_write(s->file, b, bytes_max, &e);
    cache_done(s->cache, b, false);
    return ok;
}

static bool put(struct shop *s, const char *key, int64_t part, const char *text)
{
    struct cache_put p = {part, str_of(text)};
    return cache_write(s->cache, str_of(key), &p, 1, false, now);
}

static bool collect(void *self, int64_t part, struct str bytes)
{
    struct buf *out = self;
    buf_add_f(out, "%lld=" STR_FMT ";", (long long)part, STR_ARG(bytes));
    return true;
}

static void assert_parts(struct shop *s, const char *key, int64_t from, int64_t to,
                         const char *want)
{
    struct buf got;
    buf_init(&got, 4096);
    (void)cache_read(s->cache, str_of(key), from, to, collect, &got);
    buf_add_char(&got, '\0');
    assert_string_equal(got.p, want);
    buf_fini(&got);
}

/* ---- reading and writing ---- */

static void what_was_written_is_read_by_parts(void **state)
{
    (void)state;
    struct shop s = open_shop(":memory:");
    assert_true(put(&s, "a", INT64_MIN, "head") && put(&s, "a", 0, "zero") && put(&s, "a", 7, "7"));
    assert_true(put(&s, "ab", 0, "other"));
    assert_true(commit(&s, CACHE_BYTES_MAX));
    assert_parts(&s, "a", INT64_MIN, INT64_MIN, "-9223372036854775808=head;");
    assert_parts(&s, "a", 0, 100, "0=zero;7=7;");
    assert_parts(&s, "a", 1, 6, "");
    assert_parts(&s, "none", INT64_MIN, INT64_MAX, "");
    close_shop(&s);
}

static void until_it_is_written_the_older_state_is_seen_whole(void **state)
{
    (void)state;
    struct shop s = open_shop(":memory:");
    assert_true(put(&s, "a", 1, "old") && commit(&s, CACHE_BYTES_MAX));
    assert_true(put(&s, "a", 1, "new"));
    assert_parts(&s, "a", 0, 9, "1=old;");
    struct cache_batch *b = cache_take(s.cache);
    assert_non_null(b);
    assert_true(put(&s, "a", 2, "later"));
    assert_null(cache_take(s.cache)); /* one at a time */
    cache_done(s.cache, b, false);    /* and it was lost */
    assert_parts(&s, "a", 0, 9, "1=old;");
    assert_true(commit(&s, CACHE_BYTES_MAX));
    assert_parts(&s, "a", 0, 9, "1=old;2=later;");
    assert_false(commit(&s, CACHE_BYTES_MAX));
    close_shop(&s);
}

static void a_key_that_is_written_whole_loses_its_other_parts(void **state)
{
    (void)state;
    struct shop s = open_shop(":memory:");
    const struct cache_put parts[] = {{1, STR("x")}, {5, STR("y")}};
    assert_true(put(&s, "a", 1, "1") && put(&s, "a", 2, "2") && put(&s, "b", 2, "b"));
    assert_true(cache_write(s.cache, STR("a"), parts, 2, true, now));
    assert_true(commit(&s, CACHE_BYTES_MAX));
    assert_parts(&s, "a", INT64_MIN, INT64_MAX, "1=x;5=y;");
    assert_parts(&s, "b", INT64_MIN, INT64_MAX, "2=b;");
    close_shop(&s);
}

static void without_a_file_nothing_is_kept_and_nothing_is_found(void **state)
{
    (void)state;
    struct cache *c = cache_new(NULL);
    struct cache_put p = {0, STR("x")};
    assert_false(cache_write(c, STR("a"), &p, 1, true, now));
    cache_touch(c, STR("a"), now);
    assert_null(cache_take(c));
    assert_int_equal(cache_read(c, STR("a"), 0, 9, collect, NULL), 0);
    cache_free(c);
}

/* ---- bounds ---- */

static void the_longest_unused_goes_first(void **state)
{
    (void)state;
    enum { KEYS = 64, BYTES = 60000, BYTES_MAX = 2 << 20 };
    struct shop s = open_shop(":memory:");
    char *big = xcalloc(BYTES, 1), key[16];
    memset(big, 'x', BYTES);
    for (int i = 0; i < KEYS; i++) {
        struct cache_put p = {0, {big, BYTES}};
        struct utc at = {now.ns + i * (int64_t)NS_PER_S};
        snprintf(key, sizeof key, "k%02d", i);
        assert_true(cache_write(s.cache, str_of(key), &p, 1, false, at));
        if (i == 20) /* the first is of use again, hours later */
            cache_touch(s.cache, STR("k00"), (struct utc){now.ns + 5 * 3600LL * NS_PER_S});
        assert_true(commit(&s, BYTES_MAX));
    }
    assert_int_equal(cache_read(s.cache, STR("k00"), 0, 0, collect, &(struct buf){0}), 1);
    assert_int_equal(cache_read(s.cache, STR("k01"), 0, 0, collect, &(struct buf){0}), 0);
    assert_int_equal(cache_read(s.cache, STR("k20"), 0, 0, collect, &(struct buf){0}), 0);
    assert_int_equal(cache_read(s.cache, STR("k63"), 0, 0, collect, &(struct buf){0}), 1);
    size_t left = 0;
    for (int i = 0; i < KEYS; i++) {
        snprintf(key, sizeof key, "k%02d", i);
        left += cache_read(s.cache, str_of(key), 0, 0, collect, &(struct buf){0});
    }
    assert_in_range(left, 16, BYTES_MAX / BYTES + 1);
    xfree(big);
    close_shop(&s);
}

static void what_does_not_fit_into_the_queue_is_not_kept(void **state)
{
    (void)state;
    struct shop s = open_shop(":memory:");
    char *big = xcalloc(CACHE_PART_MAX, 1);
    size_t taken = 0;
    struct cache_put p = {0, {big, CACHE_PART_MAX}};
    for (int i = 0; i < 40; i++) {
        p.part = i;
        taken += cache_write(s.cache, STR("a"), &p, 1, false, now);
    }
    assert_int_equal(taken, CACHE_QUEUE_MAX / CACHE_PART_MAX - 1);
    assert_true(commit(&s, CACHE_BYTES_MAX));
    assert_true(cache_write(s.cache, STR("a"), &p, 1, false, now));
    xfree(big);
    close_shop(&s);
}

/* ---- the file ---- */

static char path[64];

static void new_path(void)
{
    snprintf(path, sizeof path, "%s/cache-test-XXXXXX",
             getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

static void remove_path(void)
{
    char name[80];
    unlink(path);
    snprintf(name, sizeof name, "%s-wal", path);
    unlink(name);
    snprintf(name, sizeof name, "%s-shm", path);
    unlink(name);
}

static void spoil(const char *bytes, long at, int count)
{
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, at, SEEK_SET);
    for (int i = 0; i < count; i++)
        fputs(bytes, f);
    fclose(f);
}

static void it_is_there_after_a_restart(void **state)
{
    (void)state;
    new_path();
    struct shop s = open_shop(path);
    assert_true(put(&s, "a", 1, "one") && commit(&s, CACHE_BYTES_MAX));
    close_shop(&s);
    s = open_shop(path);
    assert_parts(&s, "a", 0, 9, "1=one;");
    close_shop(&s);
    remove_path();
}

static void rubbish_in_place_of_the_file_is_said_to_be_damaged(void **state)
{
    (void)state;
    struct error e = {0};
    new_path();
    spoil("this is no database at all. ", 0, 100);
    assert_null(cache_file_open(path, &e));
    assert_string_equal(e.reason, "CACHE_DAMAGED");
    remove_path();
}

static void damage_inside_ends_reading_and_keeping(void **state)
{
    (void)state;
    new_path();
    struct shop s = open_shop(path);
    char text[64];
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "%d and so on and so on and so on", i);
        assert_true(put(&s, "a", i, text));
    }
    assert_true(commit(&s, CACHE_BYTES_MAX));
    close_shop(&s);
    spoil("damage! ", 3 * 4096, 4096); /* all pages but the schema's */
    s = open_shop(path);
    struct buf got;
    buf_init(&got, 1 << 20);
    (void)cache_read(s.cache, STR("a"), 0, 5000, collect, &got);
    assert_true(cache_is_damaged(s.cache));
    assert_false(put(&s, "b", 0, "x"));
    assert_int_equal(cache_read(s.cache, STR("a"), 0, 1, collect, &got), 0);
    buf_fini(&got);
    close_shop(&s);
    remove_path();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_by_parts),
        cmocka_unit_test(until_it_is_written_the_older_state_is_seen_whole),
        cmocka_unit_test(a_key_that_is_written_whole_loses_its_other_parts),
        cmocka_unit_test(without_a_file_nothing_is_kept_and_nothing_is_found),
        cmocka_unit_test(the_longest_unused_goes_first),
        cmocka_unit_test(what_does_not_fit_into_the_queue_is_not_kept),
        cmocka_unit_test(it_is_there_after_a_restart),
        cmocka_unit_test(rubbish_in_place_of_the_file_is_said_to_be_damaged),
        cmocka_unit_test(damage_inside_ends_reading_and_keeping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
