/* SPDX-License-Identifier: MIT */
/*
 * The client program against a peer that this test plays. Where the client is to start a daemon,
 * it finds this same test program under the name portcullisd (see fake_daemon).
 *
 * PORTCULLIS_CLIENT names the client's binary; without it the tests are skipped.
 */
#include "base/buf.h"
#include "sys/files.h"
#include "sys/paths.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 15000, TEXT_MAX = 1 << 20 };

static char dir[64], client[128], socket_path[128];

/* ---- the client, run as a child ---- */

struct run {
    pid_t pid;
    int in, out, err;
    int status;
    char text[TEXT_MAX], errors[4096];
};

static void start(struct run *r, const char *const *args)
{
    int in[2], out[2], err[2];
    assert_true(!pipe(in) && !pipe(out) && !pipe(err));
    r->pid = fork();
    if (r->pid == 0) {
        char *argv[16] = {client};
        for (int i = 0; args[i]; i++)
            memcpy(&argv[i + 1], &args[i], sizeof args[i]);
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(err[1], 2);
        for (int fd = 3; fd < 64; fd++)
            close(fd);
        execv(client, argv);
        _exit(125);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    r->in = in[1];
    r->out = out[0];
    r->err = err[0];
}

static void read_until_end(int fd, char *text, size_t room)
{
    size_t n = 0;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t got;
    while (n < room - 1 && poll(&p, 1, PATIENCE_MS) > 0 &&
           (got = read(fd, text + n, room - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = 0;
    close(fd);
}

static void finish(struct run *r)
{
    if (r->in >= 0)
        close(r->in);
    read_until_end(r->out, r->text, sizeof r->text);
    read_until_end(r->err, r->errors, sizeof r->errors);
    int status;
    assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
    r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- the peer ---- */

static int listen_here(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof a) || listen(fd, 16))
        return -1;
    return fd;
}

static int accept_one(int listener)
{
    struct pollfd p = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

/* Reads up to and with the first '\n', then n more bytes that end in NUL. */
static void read_hello(int fd, char *hello, size_t room, int arguments)
{
    size_t n = 0;
    bool in_line = true;
    while (n < room - 1 && (in_line || arguments > 0) && read(fd, hello + n, 1) == 1) {
        if (in_line && hello[n] == '\n')
            in_line = false;
        else if (!in_line && hello[n] == 0)
            arguments--;
        n++;
    }
    hello[n] = 0;
}

static void put(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t w = send(fd, p, n, MSG_NOSIGNAL);
        if (w <= 0)
            return;
        p += w;
        n -= (size_t)w;
    }
}

static void put_frame(int fd, char kind, const char *text, size_t n)
{
    const char head[5] = {kind, (char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n};
    put(fd, head, sizeof head);
    put(fd, text, n);
}

/* The build that the client says it is of, out of its hello. */
static void answer(int fd, const char *hello)
{
    char line[300];
    int n = (int)strcspn(hello + 19, " \n");
    snprintf(line, sizeof line, "PORTCULLIS 1 build=%.*s\n", n, hello + 19);
    put(fd, line, strlen(line));
}

/* What portcullisd is in these tests: notes that it started, then serves until told to stop. */
static int fake_daemon(void)
{
    const char *starts = getenv("FAKE_STARTS");
    struct error e;
    struct append_file *f = append_open(starts, &e);
    if (!f || !append_write(f, STR("started\n"), &e))
        return 1;
    append_close(f);
    if (!file_write(getenv("FAKE_RUNS"), STR("runs\n"), &e))
        return 1;
    if (getenv("FAKE_DIES")) {
        fprintf(stderr, "config.yaml:3: unknown key \"prot\"\n");
        return 1;
    }
    alarm(20);
    usleep(100000); /* let others find that nothing listens yet */
    int listener = listen_here(getenv("PORTCULLIS_SOCKET"));
    while (listener >= 0) {
        int fd = accept(listener, NULL, NULL);
        char hello[1000];
        read_hello(fd, hello, sizeof hello, 1);
        if (!strcmp(strchr(hello, '\n') + 1, "stop")) {
            unlink(getenv("PORTCULLIS_SOCKET"));
            close(listener);
            listener = -1;
        }
        answer(fd, hello);
        put_frame(fd, 'o', "served\n", 7);
        put_frame(fd, 'x', "0", 1);
        close(fd);
    }
    usleep(100000); /* the last things that a daemon does */
    return unlink(getenv("FAKE_RUNS"));
}

static void need_client(void)
{
    if (!client[0]) {
        print_message("skipped: PORTCULLIS_CLIENT does not name the client program\n");
        skip();
    }
}

/* ---- mcp ---- */

static void mcp_copies_both_ways_and_drains_after_the_end_of_input(void **state)
{
    (void)state;
    need_client();
    static struct run r;
    char hello[300], request[100] = "";
    int listener = listen_here(socket_path);
    start(&r, ARGS("mcp"));
    int fd = accept_one(listener);
    read_hello(fd, hello, sizeof hello, 0);
    assert_int_equal(strncmp(hello, "PORTCULLIS 1 build=", 19), 0);
    assert_non_null(strstr(hello, " face=mcp\n"));
    answer(fd, hello);
    assert_int_equal(write(r.in, "{\"id\":1}\n{\"id\":2}\n", 18), 18);
    close(r.in);
    r.in = -1;
    read_until_end(dup(fd), request, sizeof request); /* the end of input arrives as an end */
    assert_string_equal(request, "{\"id\":1}\n{\"id\":2}\n");
    static char big[100000]; /* what pipe, socket and client hold together without a reader */
    memset(big, 'x', sizeof big);
    put(fd, big, sizeof big);
    put(fd, "\n", 1);
    close(fd);
    finish(&r);
    assert_int_equal(r.status, 0);
    assert_int_equal(strlen(r.text), sizeof big + 1);
    assert_string_equal(r.errors, "");
    close(listener);
    unlink(socket_path);
}

static void mcp_says_so_when_the_daemon_dies(void **state)
{
    (void)state;
    need_client();
    static struct run r;
    char hello[300];
    int listener = listen_here(socket_path);
    start(&r, ARGS("mcp"));
    int fd = accept_one(listener);
    read_hello(fd, hello, sizeof hello, 0);
    answer(fd, hello);
    put(fd, "last words\n", 11);
    close(fd);
    char text[100];
    read_until_end(r.out, text, sizeof text);
    r.out = dup(r.err);
    finish(&r);
    assert_string_equal(text, "last words\n");
    assert_int_equal(r.status, 69);
    assert_non_null(strstr(r.text, "portcullis: the daemon has ended the connection\n"));
    close(listener);
    unlink(socket_path);
}

static void a_reader_that_does_not_read_stops_its_writer(void **state)
{
    (void)state;
    need_client();
    static struct run r;
    char hello[300];
    int listener = listen_here(socket_path);
    start(&r, ARGS("mcp"));
    int fd = accept_one(listener);
    read_hello(fd, hello, sizeof hello, 0);
    answer(fd, hello);
    static char block[1 << 16];
    memset(block, 'y', sizeof block);
    size_t sent = 0;
    ssize_t w;
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    while (poll(&p, 1, 200) > 0 && (w = send(fd, block, sizeof block, MSG_DONTWAIT)) > 0)
        sent += (size_t)w;
    assert_in_range(sent, 1, 2 << 20); /* nobody has read: the kernel's and one block's worth */
    close(r.in);
    r.in = -1;
    char rest[10];
    read_until_end(dup(fd), rest, sizeof rest); /* the other direction still moves */
    shutdown(fd, SHUT_WR);
    finish(&r);
    assert_int_equal(strlen(r.text), sent < TEXT_MAX ? sent : TEXT_MAX - 1);
    close(fd);
    close(listener);
    unlink(socket_path);
}

/* ---- verbs ---- */

static void a_verb_sends_its_arguments_and_prints_frames(void **state)
{
    (void)state;
    need_client();
    static struct run r;
    char hello[300];
    setenv("COLUMNS", "133", 1);
    int listener = listen_here(socket_path);
    start(&r, ARGS("quotes", "AAPL,ASML", ""));
    int fd = accept_one(listener);
    read_hello(fd, hello, sizeof hello, 3);
    assert_non_null(strstr(hello, " face=cli width=133 tty=0 args=3\n"));
    assert_memory_equal(strchr(hello, '\n') + 1, "quotes\0AAPL,ASML\0", 18);
    answer(fd, hello);
    put_frame(fd, 'o', "AAPL 180\n", 9);
    put_frame(fd, 'e', "ASML: delayed\n", 14);
    put_frame(fd, 'o', "ASML 700\n", 9);
    put_frame(fd, 'x', "3", 1);
    finish(&r);
    assert_int_equal(r.status, 3);
    assert_string_equal(r.text, "AAPL 180\nASML 700\n");
    assert_string_equal(r.errors, "ASML: delayed\n");
    close(fd);
    close(listener);
    unlink(socket_path);
}

static void answers_that_are_not_the_protocol_are_refused(void **state)
{
    (void)state;
    need_client();
    static const struct {
        const char *reply;
        const char *message;
    } cases[] = {
        {"PORTCULLIS ERROR too many clients\n", "the daemon refuses: too many clients"},
        {"HTTP/1.1 400 Bad Request\r\n\r\n", "not portcullisd"},
        {"", "does not answer"},
        {"PORTCULLIS 1 build=x\no\0\0\0\5half", "outcome is unknown"},
        {"PORTCULLIS 1 build=x\nz\0\0\0\1half", "outcome is unknown"},
        {"PORTCULLIS 1 build=x\nx\0\1\0\0", "outcome is unknown"},
        {"PORTCULLIS 1 build=x\n", "daemon is build x, this program is build"},
    };
    static const size_t sizes[] = {34, 28, 0, 30, 30, 26, 21};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static struct run r;
        char hello[300];
        int listener = listen_here(socket_path);
        start(&r, ARGS("status"));
        int fd = accept_one(listener);
        read_hello(fd, hello, sizeof hello, 1);
        put(fd, cases[i].reply, sizes[i]);
        close(fd);
        finish(&r);
        assert_int_equal(r.status, 69);
        assert_non_null(strstr(r.errors, cases[i].message));
        close(listener);
        unlink(socket_path);
    }
}

static void an_interrupt_closes_the_socket(void **state)
{
    (void)state;
    need_client();
    static struct run r;
    char hello[300], rest[10];
    int listener = listen_here(socket_path);
    start(&r, ARGS("watch"));
    int fd = accept_one(listener);
    read_hello(fd, hello, sizeof hello, 1);
    answer(fd, hello);
    put_frame(fd, 'o', "tick\n", 5);
    char tick[6] = "";
    assert_int_equal(read(r.out, tick, 5), 5); /* it is relaying now */
    kill(r.pid, SIGINT);
    read_until_end(fd, rest, sizeof rest);
    finish(&r);
    assert_int_equal(r.status, 130);
    close(listener);
    unlink(socket_path);
}

static void the_version_names_the_running_daemons_build_too(void **state)
{
    (void)state;
    need_client();
    static struct run r;
    char hello[300];
    start(&r, ARGS("--version"));
    finish(&r);
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.text, "no daemon is running\n"));
    int listener = listen_here(socket_path);
    start(&r, ARGS("--version"));
    int fd = accept_one(listener);
    read_hello(fd, hello, sizeof hello, 0);
    assert_non_null(strstr(hello, " face=version\n"));
    put(fd, "PORTCULLIS 1 build=other\n", 25);
    finish(&r);
    assert_int_equal(strncmp(r.text, "portcullis ", 11), 0);
    assert_non_null(strstr(r.text, "running daemon: build other\n"));
    close(fd);
    close(listener);
    unlink(socket_path);
}

/* ---- starting the daemon ---- */

static size_t starts(void)
{
    struct error e;
    struct buf b;
    buf_init(&b, 10000);
    size_t n = 0;
    if (file_read(getenv("FAKE_STARTS"), 10000, &b, &e))
        n = b.n / strlen("started\n");
    buf_fini(&b);
    unlink(getenv("FAKE_STARTS"));
    return n;
}

static void stop_starts_nothing(void **state)
{
    (void)state;
    need_client();
    static struct run r;
    start(&r, ARGS("stop"));
    finish(&r);
    assert_int_equal(r.status, 0);
    assert_string_equal(r.text, "no daemon is running\n");
    assert_int_equal(starts(), 0);
}

static void many_at_once_start_one_daemon(void **state)
{
    (void)state;
    need_client();
    static struct run r[6];
    for (int i = 0; i < 6; i++)
        start(&r[i], i ? ARGS("status") : ARGS("--verbose", "status"));
    for (int i = 0; i < 6; i++) {
        finish(&r[i]);
        assert_int_equal(r[i].status, 0);
        assert_string_equal(r[i].text, "served\n");
    }
    assert_int_equal(starts(), 1);
    assert_true(file_exists(getenv("FAKE_RUNS")));
    start(&r[0], ARGS("stop"));
    finish(&r[0]);
    assert_int_equal(r[0].status, 0);
    assert_false(file_exists(getenv("FAKE_RUNS"))); /* stop returns when the daemon has ended */
    start(&r[0], ARGS("--verbose", "status"));
    finish(&r[0]);
    assert_non_null(strstr(r[0].errors, "portcullis: started the daemon (pid "));
    assert_int_equal(starts(), 1);
    start(&r[0], ARGS("stop"));
    finish(&r[0]);
    struct stat s;
    char path[256];
    snprintf(path, sizeof path, "%s/state/portcullis", dir);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
}

static void a_daemon_that_cannot_start_is_quoted(void **state)
{
    (void)state;
    need_client();
    static struct run r;
    setenv("FAKE_DIES", "1", 1);
    start(&r, ARGS("status"));
    finish(&r);
    unsetenv("FAKE_DIES");
    assert_int_equal(r.status, 69);
    assert_non_null(strstr(r.errors, "portcullisd ended while it was starting:\n"
                                     "config.yaml:3: unknown key \"prot\"\n"));
    assert_int_equal(starts(), 1);
}

static void a_socket_that_is_not_absolute_is_refused(void **state)
{
    (void)state;
    need_client();
    static struct run r;
    setenv("PORTCULLIS_SOCKET", "relative.sock", 1);
    start(&r, ARGS("status"));
    finish(&r);
    setenv("PORTCULLIS_SOCKET", socket_path, 1);
    assert_int_equal(r.status, 69);
    assert_non_null(strstr(r.errors, "must be an absolute path"));
}

/* ---- set-up: a directory with a copy of the client and ourselves as portcullisd ---- */

static int copy_program(const char *from, const char *to)
{
    struct error e;
    struct buf b;
    buf_init(&b, 64 << 20);
    bool ok = file_read(from, 64 << 20, &b, &e) && file_write(to, buf_str(&b), &e);
    buf_fini(&b);
    return ok ? chmod(to, 0700) : -1;
}

static int set_up(void **state)
{
    (void)state;
    const char *program = getenv("PORTCULLIS_CLIENT");
    if (!program)
        return 0;
    char self[PATH_TEXT_MAX], path[128];
    struct error e;
    snprintf(dir, sizeof dir, "/tmp/sys-client-XXXXXX");
    if (!mkdtemp(dir) || !path_of_self(self, &e))
        return -1;
    snprintf(client, sizeof client, "%s/portcullis", dir);
    snprintf(path, sizeof path, "%s/portcullisd", dir);
    snprintf(socket_path, sizeof socket_path, "%s/p.sock", dir);
    if (copy_program(program, client) || copy_program(self, path))
        return -1;
    setenv("PORTCULLIS_SOCKET", socket_path, 1);
    snprintf(path, sizeof path, "%s/state", dir);
    setenv("XDG_STATE_HOME", path, 1);
    snprintf(path, sizeof path, "%s/starts", dir);
    setenv("FAKE_STARTS", path, 1);
    snprintf(path, sizeof path, "%s/runs", dir);
    setenv("FAKE_RUNS", path, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return dir[0] ? system(command) : 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    if (str_ends(str_of(argv[0]), STR("portcullisd")))
        return fake_daemon();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mcp_copies_both_ways_and_drains_after_the_end_of_input),
        cmocka_unit_test(mcp_says_so_when_the_daemon_dies),
        cmocka_unit_test(a_reader_that_does_not_read_stops_its_writer),
        cmocka_unit_test(a_verb_sends_its_arguments_and_prints_frames),
        cmocka_unit_test(answers_that_are_not_the_protocol_are_refused),
        cmocka_unit_test(an_interrupt_closes_the_socket),
        cmocka_unit_test(the_version_names_the_running_daemons_build_too),
        cmocka_unit_test(stop_starts_nothing),
        cmocka_unit_test(many_at_once_start_one_daemon),
        cmocka_unit_test(a_daemon_that_cannot_start_is_quoted),
        cmocka_unit_test(a_socket_that_is_not_absolute_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
