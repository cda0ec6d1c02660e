/* SPDX-License-Identifier: MIT */
#include "sys/reserve.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64], path[96];

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/sys-reserve-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/reserve", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

static void assert_kept(const struct reserve *r, const char *text)
{
    struct error e;
    struct buf b;
    buf_init(&b, RESERVE_BYTES);
    assert_true(reserve_read(r, &b, &e));
    assert_int_equal(b.n, strlen(text));
    if (b.n)
        assert_memory_equal(b.p, text, b.n);
    buf_fini(&b);
}

static void what_is_written_is_read_by_the_next_process_and_can_be_taken_back(void **state)
{
    (void)state;
    struct error e;
    struct stat s;
    struct reserve *r = reserve_open(path, &e);
    assert_non_null(r);
    assert_kept(r, "");
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_size, RESERVE_BYTES);
    assert_int_equal(s.st_mode & 0777, 0600);
    assert_true(reserve_write(r, STR("{\"killed\":true}"), &e));
    reserve_close(r);
    r = reserve_open(path, &e);
    assert_non_null(r);
    assert_kept(r, "{\"killed\":true}");
    assert_true(reserve_write(r, STR_NONE, &e));
    assert_kept(r, "");
    reserve_close(r);
}

/* No file may grow by a byte any more, as on a full disk. */
static void a_disk_without_room_takes_it_all_the_same(void **state)
{
    (void)state;
    struct error e;
    struct rlimit was, none;
    struct reserve *r = reserve_open(path, &e);
    assert_non_null(r);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    none = was;
    none.rlim_cur = RESERVE_BYTES;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    bool ok = reserve_write(r, STR("kept"), &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_true(ok);
    assert_kept(r, "kept");
    reserve_close(r);
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
    (void)state;
    struct error e;
    assert_null(reserve_open("/nowhere/at/all", &e));
    assert_non_null(strstr(e.text, "/nowhere/at/all"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_is_written_is_read_by_the_next_process_and_can_be_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_disk_without_room_takes_it_all_the_same, set_up,
                                        tear_down),
        cmocka_unit_test(a_place_that_cannot_be_written_is_named),
    };
    return cmocka_run_group_tests_name("sys/reserve", tests, NULL, NULL);
}
