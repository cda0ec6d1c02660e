/* SPDX-License-Identifier: MIT */
/* The cache's file on a disk: where it is, and what becomes of a damaged one. */
#include "app/cached.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], file[96], aside[112], said[400];

static void listen_to(void *self, enum log_level level, const char *component, struct str line)
{
    (void)self;
    (void)level;
    (void)component;
    size_t n = strlen(said);
    snprintf(said + n, sizeof said - n, STR_FMT "\n", STR_ARG(line));
}

static int set_up(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%.30s/cached-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        return -1;
    snprintf(file, sizeof file, "%s/cache.db", dir);
    snprintf(aside, sizeof aside, "%s.damaged", file);
    said[0] = '\0';
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"", "-wal", "-shm", ".damaged"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", file, names[i]);
        unlink(name);
    }
    return rmdir(dir);
}

static const struct log_sink sink = {.write = listen_to, .level = LOG_LEVEL_INFO};

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < 1000; i++)
        fputs(text, f);
    fclose(f);
}

static void a_new_file_is_made_and_used_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct cached *c = cached_open(dir, &sink);
        assert_non_null(cached_reader(c));
        cached_close(c);
        assert_int_equal(access(file, R_OK | W_OK), 0);
    }
    assert_string_equal(said, "");
    assert_int_not_equal(access(aside, F_OK), 0);
}

static void a_damaged_file_is_set_aside_by_name_and_begun_anew(void **state)
{
    (void)state;
    write_text(file, "this is no database. ");
    struct cached *c = cached_open(dir, &sink);
    assert_non_null(cached_reader(c));
    assert_int_equal(access(aside, F_OK), 0);
    assert_non_null(strstr(said, aside));
    cached_close(c);
}

static void where_no_file_can_be_nothing_is_kept_and_the_log_says_so(void **state)
{
    (void)state;
    struct cached *c = cached_open("/nonexistent/place", &sink);
    assert_null(cached_reader(c));
    assert_non_null(strstr(said, "nothing is kept"));
    cached_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_file_is_made_and_used_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_file_is_set_aside_by_name_and_begun_anew, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(where_no_file_can_be_nothing_is_kept_and_the_log_says_so,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
