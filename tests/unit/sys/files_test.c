/* SPDX-License-Identifier: MIT */
#include "base/instant.h"
#include "sys/clock.h"
#include "sys/entropy.h"
#include "sys/files.h"
#include "sys/logfile.h"
#include "sys/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char root[64];

static const char *in_root(const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *out = paths[next++ % 4];
    snprintf(out, sizeof paths[0], "%s/%s", root, name);
    return out;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/sys-files-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static unsigned mode_of(const char *path)
{
    struct stat s;
    assert_int_equal(stat(path, &s), 0);
    return s.st_mode & 0777;
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    struct error e;
    struct buf b;
    buf_init(&b, 100);
    assert_true(file_write(in_root("a"), STR("first"), &e));
    assert_true(file_write(in_root("a"), STR("second"), &e));
    assert_true(file_read(in_root("a"), 100, &b, &e));
    assert_true(str_eq(buf_str(&b), STR("second")));
    assert_int_equal(mode_of(in_root("a")), 0600);
    buf_fini(&b);
}

struct lines {
    size_t pieces, bytes, ends;
    bool was_cut; /* a piece before the last one has no end */
    int64_t next; /* number that the next line should have */
};

static void take_lines(void *self, struct str piece)
{
    struct lines *l = self;
    struct str line;
    l->was_cut = l->was_cut || l->ends < l->pieces;
    l->pieces++;
    l->bytes += piece.n;
    l->ends += piece.p[piece.n - 1] == '\n';
    while (str_cut(&piece, '\n', &line)) {
        int64_t n = -1;
        if (!line.n)
            continue;
        assert_true(str_to_i64(str_sub(line, 0, 8), &n));
        assert_int_equal(n, l->next++);
    }
}

static void a_file_of_any_length_is_handed_out_in_whole_lines(void **state)
{
    (void)state;
    enum { LINES = 20000 };
    struct lines l = {.next = 10000000};
    struct error e;
    struct buf b;
    buf_init(&b, 8 << 20);
    for (int i = 0; i < LINES; i++)
        buf_add_f(
            &b, "%d %.*s\n", 10000000 + i, i % 120,
            "---------------------------------------------------------------------------------"
            "---------------------------------------");
    assert_true(file_write(in_root("lines"), buf_str(&b), &e));
    assert_true(file_lines(in_root("lines"), take_lines, &l, &e));
    assert_int_equal(l.next, 10000000 + LINES);
    assert_int_equal(l.bytes, b.n);
    assert_true(l.pieces > 10 && !l.was_cut && l.ends == l.pieces);
    assert_true(file_write(in_root("lines"), str_sub(buf_str(&b), 0, b.n - 1), &e));
    l = (struct lines){.next = 10000000};
    assert_true(file_lines(in_root("lines"), take_lines, &l, &e));
    assert_int_equal(l.next, 10000000 + LINES);
    assert_int_equal(l.bytes, b.n - 1); /* a last line without its end */
    assert_true(!l.was_cut && l.ends == l.pieces - 1);
    assert_false(file_lines(in_root("none"), take_lines, &l, &e));
    assert_string_equal(e.reason, "NO_SUCH_FILE");
    assert_false(file_lines(root, take_lines, &l, &e));
    buf_fini(&b);
}

static void count_bytes(void *self, struct str piece)
{
    assert_true(piece.n > 0 && piece.n <= FILE_LINE_MAX);
    *(size_t *)self += piece.n;
}

static void what_has_no_lines_comes_in_pieces(void **state)
{
    (void)state;
    struct error e;
    struct buf b;
    size_t n = 0;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 3 * FILE_LINE_MAX + 7; i++)
        buf_add_char(&b, 'x');
    assert_true(file_write(in_root("one"), buf_str(&b), &e));
    assert_true(file_lines(in_root("one"), count_bytes, &n, &e));
    assert_int_equal(n, b.n);
    n = 0;
    assert_true(file_write(in_root("one"), STR(""), &e));
    assert_true(file_lines(in_root("one"), count_bytes, &n, &e));
    assert_int_equal(n, 0);
    buf_fini(&b);
}

static void a_file_over_the_cap_is_refused(void **state)
{
    (void)state;
    struct error e;
    struct buf b;
    buf_init(&b, 100);
    assert_true(file_write(in_root("big"), STR("0123456789"), &e));
    assert_true(file_read(in_root("big"), 10, &b, &e));
    buf_reset(&b);
    assert_false(file_read(in_root("big"), 9, &b, &e));
    assert_string_equal(e.reason, "TOO_LARGE");
    buf_fini(&b);
}

static void errors_name_the_path_in_plain_words(void **state)
{
    (void)state;
    struct error e;
    struct buf b;
    buf_init(&b, 100);
    assert_false(file_read(in_root("none"), 100, &b, &e));
    assert_int_equal(e.code, ERROR_NOT_FOUND);
    assert_string_equal(e.reason, "NO_SUCH_FILE");
    assert_non_null(strstr(e.text, "/none: no such file"));
    assert_false(file_read(root, 100, &b, &e));
    assert_non_null(strstr(e.text, "not a regular file"));
    assert_false(file_write(in_root("no/such/dir"), STR("x"), &e));
    assert_string_equal(e.reason, "NO_SUCH_FILE");
    buf_fini(&b);
}

static void a_full_disk_is_said_so(void **state)
{
    (void)state;
    struct error e;
    struct append_file *f = append_open("/dev/full", &e);
    if (!f) {
        print_message("skipped: /dev/full cannot be opened: %s\n", e.text);
        skip();
    }
    assert_false(append_write(f, STR("x"), &e));
    assert_string_equal(e.reason, "DISK_FULL");
    assert_string_equal(e.text, "/dev/full: no space left on device");
    append_close(f);
}

static void a_failed_replacement_leaves_the_old_content_and_no_rest(void **state)
{
    (void)state;
    struct error e;
    assert_true(dir_make(in_root("d/target"), &e)); /* rename onto a directory fails */
    assert_false(file_write(in_root("d/target"), STR("x"), &e));
    assert_int_equal(rmdir(in_root("d/target")), 0);
    assert_int_equal(rmdir(in_root("d")), 0); /* empty: no temporary file stayed */
}

static void appended_bytes_add_up(void **state)
{
    (void)state;
    struct error e;
    for (int i = 0; i < 2; i++) {
        struct append_file *f = append_open(in_root("log"), &e);
        assert_non_null(f);
        assert_int_equal(append_size(f), i * 6);
        assert_true(append_write(f, STR("abc"), &e));
        assert_true(append_write(f, STR("def"), &e));
        assert_true(append_sync(f, &e));
        append_close(f);
    }
    struct buf b;
    buf_init(&b, 100);
    assert_true(file_read(in_root("log"), 100, &b, &e));
    assert_true(str_eq(buf_str(&b), STR("abcdefabcdef")));
    buf_fini(&b);
}

static void directories_are_made_with_their_parents_and_are_private(void **state)
{
    (void)state;
    struct error e;
    assert_true(dir_make(in_root("x/y/z"), &e));
    assert_true(dir_make(in_root("x/y/z"), &e));
    assert_int_equal(mode_of(in_root("x/y")), 0700);
    assert_true(file_write(in_root("plain"), STR(""), &e));
    assert_false(dir_make(in_root("plain"), &e));
    assert_false(dir_make(in_root("plain/sub"), &e));
    assert_string_equal(e.reason, "NO_SUCH_FILE");
}

static void collect(void *self, const char *name)
{
    buf_add_f(self, "%s,", name);
}

static void a_directory_is_listed_in_order_up_to_the_cap(void **state)
{
    (void)state;
    struct error e;
    struct buf b;
    buf_init(&b, 100);
    assert_true(dir_make(in_root("list"), &e));
    assert_true(file_write(in_root("list/b"), STR(""), &e));
    assert_true(file_write(in_root("list/a"), STR(""), &e));
    assert_true(file_write(in_root("list/c"), STR(""), &e));
    assert_true(dir_list(in_root("list"), 3, collect, &b, &e));
    assert_true(str_eq(buf_str(&b), STR("a,b,c,")));
    buf_reset(&b);
    assert_false(dir_list(in_root("list"), 2, collect, &b, &e));
    assert_int_equal(b.n, 0);
    assert_string_equal(e.reason, "TOO_LARGE");
    buf_fini(&b);
}

static void a_secret_that_others_can_read_is_not_private(void **state)
{
    (void)state;
    struct error e;
    static const struct {
        mode_t mode;
        bool is_private;
    } cases[] = {{0600, true}, {0400, true}, {0640, false}, {0604, false}, {0620, false}};
    assert_true(file_write(in_root("secret"), STR("x"), &e));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(chmod(in_root("secret"), cases[i].mode), 0);
        assert_int_equal(file_is_private(in_root("secret"), &e), cases[i].is_private);
        if (!cases[i].is_private)
            assert_string_equal(e.reason, "NOT_PRIVATE");
    }
}

static void a_lock_names_its_holder_and_ends_with_it(void **state)
{
    (void)state;
    struct error e;
    int ready[2], holder = -1;
    assert_int_equal(pipe(ready), 0);
    const char *path = in_root("lock");
    pid_t pid = fork();
    if (pid == 0) {
        struct error ce;
        if (lock_take(path, NULL, &ce) && write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    char c;
    assert_int_equal(read(ready[0], &c, 1), 1);
    assert_null(lock_take(path, &holder, &e));
    assert_string_equal(e.reason, "LOCKED");
    assert_int_equal(holder, pid);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    struct lock_file *k = lock_take(path, &holder, &e);
    assert_non_null(k);
    lock_release(k);
    k = lock_take(path, NULL, &e);
    assert_non_null(k);
    lock_release(k);
    close(ready[0]);
    close(ready[1]);
}

static void paths_follow_the_environment(void **state)
{
    (void)state;
    struct error e;
    struct paths p;
    setenv("HOME", "/home/u", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("PORTCULLIS_SOCKET");
    assert_true(paths_find(&p, &e));
    assert_string_equal(p.config, "/home/u/.config/portcullis");
    assert_string_equal(p.state, "/home/u/.local/state/portcullis");
    assert_string_equal(p.socket, "/home/u/.local/state/portcullis/portcullis.sock");
    setenv("XDG_STATE_HOME", "/s", 1);
    setenv("XDG_CONFIG_HOME", "relative", 1);
    assert_true(paths_find(&p, &e));
    assert_string_equal(p.config, "/home/u/.config/portcullis");
    assert_string_equal(p.socket, "/s/portcullis/portcullis.sock");
    setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
    assert_true(paths_find(&p, &e));
    assert_string_equal(p.socket, "/s/portcullis/portcullis.sock");
    setenv("PORTCULLIS_SOCKET", "/tmp/p.sock", 1);
    assert_true(paths_find(&p, &e));
    assert_string_equal(p.socket, "/tmp/p.sock");
    unsetenv("HOME");
    assert_false(paths_find(&p, &e));
    assert_string_equal(e.reason, "NO_HOME");
}

static void owner_change_and_room_are_told(void **state)
{
    struct file_facts facts;
    struct error e;
    int64_t room = -1;
    char path[128];
    (void)state;
    (void)snprintf(path, sizeof path, "%s/look", root);
    assert_true(file_write(path, STR("x"), &e));
    assert_true(file_look(path, &facts, &e));
    assert_int_equal(facts.uid, path_owner());
    int64_t now_s = clock_now().wall.ns / NS_PER_S;
    assert_in_range(facts.changed.ns / NS_PER_S, now_s - 60, now_s + 60);
    assert_true(file_remove(path, &e));
    assert_false(file_look(path, &facts, &e));
    assert_string_equal(e.reason, "NO_SUCH_FILE");
    assert_true(dir_room(root, &room, &e));
    assert_true(room >= 0);
    assert_false(dir_room("/nowhere", &room, &e));
}

static void the_parent_of_a_path_is_found(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"/a/b", "/a"}, {"/a", "/"},     {"a", "."},
                                           {"a/b/", "a"},  {"/a//b", "/a"}, {"/", "/"},
                                           {"./x", "."},   {"//", "/"}};
    char out[PATH_TEXT_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(path_parent(cases[i][0], out));
        assert_string_equal(out, cases[i][1]);
    }
    struct error e;
    assert_true(path_of_self(out, &e));
    assert_true(str_ends(str_of(out), STR("files_test")));
}

static void random_bytes_differ(void **state)
{
    (void)state;
    char a[32] = {0}, b[32] = {0};
    entropy_fill(a, sizeof a);
    entropy_fill(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void a_log_line_has_time_level_and_component(void **state)
{
    (void)state;
    struct error e;
    struct logfile *f = logfile_open(in_root("daemon.log"), LOG_LEVEL_INFO, 4096, &e);
    assert_non_null(f);
    struct log l = {logfile_sink(f), "broker"};
    log_warn(&l, "connection lost");
    log_debug(&l, "not important enough");
    logfile_close(f);
    struct buf b;
    buf_init(&b, 1000);
    assert_true(file_read(in_root("daemon.log"), 1000, &b, &e));
    struct str line = buf_str(&b);
    assert_true(str_ends(line, STR("Z warn broker connection lost\n")));
    struct utc t;
    assert_true(utc_parse(str_sub(line, 0, 24), &t));
    assert_int_equal(mode_of(in_root("daemon.log")), 0600);
    buf_fini(&b);
}

static void a_full_log_is_turned_over(void **state)
{
    (void)state;
    struct error e;
    struct logfile *f = logfile_open(in_root("turn.log"), LOG_LEVEL_INFO, 4096, &e);
    assert_non_null(f);
    struct log l = {logfile_sink(f), "test"};
    for (int i = 0; i < 300; i++)
        log_info(&l, "line %d", i);
    logfile_close(f);
    struct stat now, old;
    assert_int_equal(stat(in_root("turn.log"), &now), 0);
    assert_int_equal(stat(in_root("turn.log.1"), &old), 0);
    assert_in_range(now.st_size, 1, 4096);
    assert_in_range(old.st_size, 3000, 4096);
}

static void a_log_in_a_missing_directory_is_an_error(void **state)
{
    (void)state;
    struct error e;
    assert_null(logfile_open(in_root("nowhere/x.log"), LOG_LEVEL_INFO, 4096, &e));
    assert_string_equal(e.reason, "NO_SUCH_FILE");
}

static void what_others_make_for_us_is_private_too(void **state)
{
    (void)state;
    char path[80];
    snprintf(path, sizeof path, "%s/made", root);
    mode_t before = umask(022);
    files_keep_private();
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
    umask(before);
    assert_int_equal(mode_of(path), 0600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_file_of_any_length_is_handed_out_in_whole_lines),
        cmocka_unit_test(what_has_no_lines_comes_in_pieces),
        cmocka_unit_test(a_file_over_the_cap_is_refused),
        cmocka_unit_test(errors_name_the_path_in_plain_words),
        cmocka_unit_test(a_full_disk_is_said_so),
        cmocka_unit_test(a_failed_replacement_leaves_the_old_content_and_no_rest),
        cmocka_unit_test(appended_bytes_add_up),
        cmocka_unit_test(directories_are_made_with_their_parents_and_are_private),
        cmocka_unit_test(a_directory_is_listed_in_order_up_to_the_cap),
        cmocka_unit_test(a_secret_that_others_can_read_is_not_private),
        cmocka_unit_test(a_lock_names_its_holder_and_ends_with_it),
        cmocka_unit_test(paths_follow_the_environment),
        cmocka_unit_test(owner_change_and_room_are_told),
        cmocka_unit_test(the_parent_of_a_path_is_found),
        cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(what_others_make_for_us_is_private_too),
        cmocka_unit_test(a_log_line_has_time_level_and_component),
        cmocka_unit_test(a_full_log_is_turned_over),
        cmocka_unit_test(a_log_in_a_missing_directory_is_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
