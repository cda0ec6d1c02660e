/* SPDX-License-Identifier: MIT */
/*
 * The HTTP door of the real daemon, over sockets: rows of bytes that must be refused, and crowds
 * that must harm nobody. After each row the daemon answers as before.
 *
 * PORTCULLIS_CLIENT names the client's binary, beside which portcullisd lies; without it the tests
 * are skipped. The issuer's keys come from a child that serves them on loopback.
 */
#include "base/buf.h"
#include "data/hash.h"
#include "data/http.h"

#include "../data/jwt_samples.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum {
    PATIENCE_MS = 20000,
    REPLY_MAX = 4 << 20,
    CROWD = 10000,
    SLOW = 200,
    DEAF = 50,
    GROWTH_KB_MAX = 160 << 10
};

static char dir[64], program[512];
static pid_t daemon_pid, issuer_pid;
static int port;

/* ---- time and sockets ---- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int dial(int to)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)to)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The reply is whole: head and as many bytes as it announces. */
static bool is_whole(struct str reply)
{
    size_t end = str_find_str(reply, STR("\r\n\r\n"));
    size_t at = str_find_str(reply, STR("\r\nContent-Length: "));
    uint64_t n;
    if (end >= reply.n || at >= end)
        return false;
    struct str number = str_sub(reply, at + 18, reply.n);
    number = str_sub(number, 0, str_find(number, '\r', 0));
    return str_to_u64(number, &n) && reply.n >= end + 4 + n;
}

/* Sends, and reads until the reply is whole or the other side closes; false if it takes too long.
 */
static bool talk(struct str bytes, struct buf *reply, bool until_closed)
{
    int fd = dial(port);
    int64_t give_up = now_ms() + PATIENCE_MS;
    bool is_over = false;
    buf_reset(reply);
    assert_true(fd >= 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    while (!is_over && now_ms() < give_up) {
        struct pollfd p = {.fd = fd, .events = (short)(POLLIN | (bytes.n ? POLLOUT : 0))};
        poll(&p, 1, 1000);
        if (bytes.n && (p.revents & POLLOUT)) {
            ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
            bytes = n > 0 ? str_sub(bytes, (size_t)n, bytes.n) : STR_NONE;
        }
        char block[65536];
        ssize_t n = recv(fd, block, sizeof block, 0);
        if (n > 0)
            buf_add(reply, block, (size_t)n);
        is_over = n == 0 || (n < 0 && errno != EAGAIN) ||
                  (!until_closed && !bytes.n && is_whole(buf_str(reply)));
    }
    close(fd);
    return is_over;
}

static int status_of(struct str reply)
{
    int64_t status = 0;
    return str_starts(reply, STR("HTTP/1.1 ")) && str_to_i64(str_sub(reply, 9, 12), &status)
               ? (int)status
               : 0;
}

static bool has(struct str text, const char *part)
{
    return str_find_str(text, str_of(part)) < text.n;
}

/* An ordinary request, and how long it took. */
static int64_t ask_ms(const char *path, int *status)
{
    struct buf request, reply;
    int64_t begin = now_ms();
    buf_init(&request, 1000);
    buf_init(&reply, REPLY_MAX);
    buf_add_f(&request, "GET %s HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", path, port);
    *status = talk(buf_str(&request), &reply, false) ? status_of(buf_str(&reply)) : -1;
    buf_fini(&request);
    buf_fini(&reply);
    return now_ms() - begin;
}

static void is_well(const char *after)
{
    int status;
    int64_t ms = ask_ms("/healthz", &status);
    if (status != 200 || ms > PATIENCE_MS)
        fail_msg("after %s: status %d in %lld ms", after, status, (long long)ms);
}

/* ---- the issuer and the daemon ---- */

/* Serves the keys to whoever connects. */
static int start_issuer(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t n = sizeof a;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    if ((issuer_pid = fork()) == 0) {
        for (;;) {
            char head[4096];
            int c = accept(fd, NULL, NULL);
            (void)!recv(c, head, sizeof head, 0);
            int k = snprintf(head, sizeof head, "HTTP/1.0 200 OK\r\nContent-Length: %zu\r\n\r\n",
                             strlen(sample_keys));
            (void)!write(c, head, (size_t)k);
            (void)!write(c, sample_keys, strlen(sample_keys));
            close(c);
        }
    }
    close(fd);
    return ntohs(a.sin_port);
}

static void write_tokens(const char *path)
{
    static const char *const rows[][2] = {
        {"pc_reader", "\"name\":\"reader\",\"scopes\":\"read,preview\""},
        {"pc_trader", "\"name\":\"trader\",\"scopes\":\"read,trade\""},
        {"pc_ended", "\"name\":\"ended\",\"scopes\":\"read\",\"expires\":\"2020-01-01T00:00:00Z\""},
        {"pc_single", "\"name\":\"single\",\"scopes\":\"read\",\"account\":\"DU1\""},
        {"pf_feed", "\"name\":\"feed\",\"scopes\":\"read\",\"kind\":\"feed\""}};
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fchmod(fileno(f), 0600), 0);
    fputs("{\"version\":1,\"tokens\":[", f);
    for (size_t i = 0; i < COUNT(rows); i++) {
        char hex[SHA256_HEX_MAX];
        struct sha256 h = hash_sha256(str_of(rows[i][0]));
        hash_hex(&h, hex);
        fprintf(f, "%s{%s,\"sha256\":\"%s\"}", i ? "," : "", rows[i][1], hex);
    }
    fputs("]}\n", f);
    assert_int_equal(fclose(f), 0);
}

static void read_log(struct buf *out)
{
    char path[128], block[65536];
    size_t n;
    snprintf(path, sizeof path, "%s/log", dir);
    buf_reset(out);
    FILE *f = fopen(path, "re");
    while (f && (n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(out, block, n);
    if (f)
        fclose(f);
}

/* What stands behind `mark` in the log, once it is there. */
static int64_t wait_log(const char *mark)
{
    struct buf log;
    int64_t number = -1, give_up = now_ms() + PATIENCE_MS;
    buf_init(&log, 1 << 22);
    while (number < 0 && now_ms() < give_up) {
        read_log(&log);
        struct str text = buf_str(&log);
        size_t at = str_find_str(text, str_of(mark));
        if (at < text.n) {
            text = str_sub(text, at + strlen(mark), text.n);
            text = str_sub(text, 0, str_find(text, '\n', 0));
            if (text.n == 0 || !str_to_i64(text, &number))
                number = 0;
        } else {
            usleep(20000);
        }
    }
    buf_fini(&log);
    return number;
}

static int start_daemon(void **state)
{
    char path[128], text[256];
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/portcullis-door-%d", (int)getpid());
    snprintf(path, sizeof path, "%s/state", dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/state/tokens", dir);
    write_tokens(path);
    int keys_port = start_issuer();
    if ((daemon_pid = fork()) == 0) {
        snprintf(path, sizeof path, "%s/log", dir);
        if (!freopen(path, "w", stderr))
            _exit(125);
        setenv("PORTCULLIS_HTTP_PORT", "0", 1);
        setenv("PORTCULLIS_OAUTH_ISSUER", SAMPLE_ISSUER, 1);
        setenv("PORTCULLIS_OAUTH_AUDIENCE", SAMPLE_AUDIENCE, 1);
        snprintf(text, sizeof text, "http://127.0.0.1:%d/keys", keys_port);
        setenv("PORTCULLIS_OAUTH_JWKS_URL", text, 1);
        setenv("XDG_CONFIG_HOME", dir, 1);
        unsetenv("PORTCULLIS_CLIENT");
        char state_dir[128], socket_path[128];
        snprintf(state_dir, sizeof state_dir, "%s/state", dir);
        snprintf(socket_path, sizeof socket_path, "%s/s", dir);
        execl(program, program, "--foreground-log", "--state", state_dir, "--socket", socket_path,
              (char *)NULL);
        _exit(125);
    }
    port = (int)wait_log(" http=");
    assert_true(port > 0);
    assert_true(wait_log("keys of the issuer fetched") >= 0);
    return 0;
}

static void end(pid_t *pid, int signal)
{
    int status;
    if (*pid > 0 && kill(*pid, signal) == 0)
        waitpid(*pid, &status, 0);
    *pid = 0;
}

static int stop_daemon(void **state)
{
    char command[128];
    (void)state;
    end(&daemon_pid, SIGTERM);
    end(&issuer_pid, SIGKILL);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

static long resident_kb(void)
{
    char path[64], line[256];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)daemon_pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        if (str_starts(str_of(line), STR("VmRSS:")))
            kb = strtol(line + 6, NULL, 10);
    if (f)
        fclose(f);
    return kb;
}

/* ---- rows ---- */

#define H    "Host: localhost\r\n"
#define JSON "Content-Type: application/json\r\n"
#define R    "Authorization: Bearer pc_reader\r\n"
#define T    "Authorization: Bearer pc_trader\r\n"
#define ORDER                                                                                      \
    JSON "Content-Length: 45\r\n\r\n{\"symbol\":\"KO\",\"action\":\"BUY\",\"quantity\":\"1\"}"

static const struct {
    const char *name, *bytes;
    int status; /* 0: closed without a word */
    const char *part;
} rows[] = {
    {"an ordinary one", "GET /healthz HTTP/1.1\r\n" H "\r\n", 200, "ok"},
    /* DNS rebinding, and pages of others */
    {"another host", "GET /api/portfolio HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403, "HOST"},
    {"another host with our port", "GET /mcp HTTP/1.1\r\nHost: evil.example:5000\r\n\r\n", 403,
     "HOST"},
    {"a host that begins like ours", "GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 403,
     "HOST"},
    {"0.0.0.0", "GET / HTTP/1.1\r\nHost: 0.0.0.0\r\n\r\n", 403, "HOST"},
    {"another origin", "POST /mcp HTTP/1.1\r\n" H "Origin: http://evil.example\r\n" ORDER, 403,
     "ORIGIN"},
    {"no origin worth the name", "GET /api/portfolio HTTP/1.1\r\n" H "Origin: null\r\n\r\n", 403,
     "ORIGIN"},
    {"another port of ours", "GET / HTTP/1.1\r\n" H "Origin: http://localhost:1\r\n\r\n", 403,
     "ORIGIN"},
    {"a page with a token", "GET / HTTP/1.1\r\n" H T "Origin: https://evil.example\r\n\r\n", 403,
     "ORIGIN"},
    /* tokens */
    {"an order without one", "POST /api/orders/market HTTP/1.1\r\n" H ORDER, 401, "UNAUTHORIZED"},
    {"an order with a wrong one",
     "POST /api/orders/market HTTP/1.1\r\n" H "Authorization: Bearer pc_x\r\n" ORDER, 401,
     "UNAUTHORIZED"},
    {"an order of a reader", "POST /api/orders/market HTTP/1.1\r\n" H R ORDER, 403, "SCOPE"},
    {"one that has ended", "GET / HTTP/1.1\r\n" H "Authorization: Bearer pc_ended\r\n\r\n", 401,
     "TOKEN_EXPIRED"},
    {"another account",
     "GET /api/portfolio?account=DU2 HTTP/1.1\r\n" H "Authorization: Bearer pc_single\r\n\r\n", 403,
     "ONE_ACCOUNT"},
    {"two of them", "GET / HTTP/1.1\r\n" H R R "\r\n", 401, "UNAUTHORIZED"},
    {"in the query", "POST /api/orders/market?access_token=pc_trader HTTP/1.1\r\n" H ORDER, 401,
     "UNAUTHORIZED"},
    {"a feed's in a header", "GET / HTTP/1.1\r\n" H "Authorization: Bearer pf_feed\r\n\r\n", 401,
     "UNAUTHORIZED"},
    {"a header's in an address", "GET /feed/pc_trader/portfolio.csv HTTP/1.1\r\n" H "\r\n", 404,
     "NO_FEED"},
    {"a feed", "GET /feed/pf_feed/healthz HTTP/1.1\r\n" H "\r\n", 404, "UNKNOWN_ROUTE"},
    {"a feed that writes", "POST /feed/pf_feed/kill HTTP/1.1\r\n" H ORDER, 405, "METHOD"},
    {"administration", "POST /api/orders/market HTTP/1.1\r\n" H T "Content-Length: 0\r\n\r\n", 400,
     "MISSING_ARGUMENT"},
    /* path tricks */
    {"dots", "GET /api/../../../etc/passwd HTTP/1.1\r\n" H "\r\n", 404, "UNKNOWN_ROUTE"},
    {"dots in disguise", "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" H "\r\n", 404,
     "UNKNOWN_ROUTE"},
    {"a slash in disguise", "GET /api%2fportfolio HTTP/1.1\r\n" H "\r\n", 404, "UNKNOWN_ROUTE"},
    {"two slashes", "GET //api/portfolio HTTP/1.1\r\n" H "\r\n", 404, "UNKNOWN_ROUTE"},
    {"a semicolon", "GET /api/portfolio;x HTTP/1.1\r\n" H "\r\n", 404, "UNKNOWN_ROUTE"},
    {"another case", "GET /API/portfolio HTTP/1.1\r\n" H "\r\n", 404, "UNKNOWN_ROUTE"},
    {"a backslash", "GET /api\\portfolio HTTP/1.1\r\n" H "\r\n", 404, "UNKNOWN_ROUTE"},
    {"the way out of a feed", "GET /feed/pf_feed/../../mcp HTTP/1.1\r\n" H "\r\n", 404,
     "UNKNOWN_ROUTE"},
    {"a NUL in disguise", "GET /api/quotes/A%00 HTTP/1.1\r\n" H "\r\n", 400, "ENCODING"},
    {"what is no UTF-8", "GET /api/quotes/%ff%fe HTTP/1.1\r\n" H "\r\n", 400, "ENCODING"},
    {"half an escape", "GET /api/quotes/%4 HTTP/1.1\r\n" H "\r\n", 400, "ENCODING"},
    {"a method of ours", "BREW /api/portfolio HTTP/1.1\r\n" H "\r\n", 405, "METHOD"},
    {"a method in disguise",
     "POST /api/kill HTTP/1.1\r\n" H "X-HTTP-Method-Override: GET\r\nContent-Length: 0\r\n\r\n",
     401, "UNAUTHORIZED"},
/* what two programs read differently; the second request must never be answered */
#define SECOND "GET /healthz HTTP/1.1\r\n" H "\r\n"
    {"two lengths",
     "POST /mcp HTTP/1.1\r\n" H "Content-Length: 0\r\nContent-Length: 42\r\n\r\n" SECOND, 400, ""},
    {"the same length twice",
     "POST /mcp HTTP/1.1\r\n" H "Content-Length: 0\r\nContent-Length: 0\r\n\r\n" SECOND, 400, ""},
    {"length and chunks",
     "POST /mcp HTTP/1.1\r\n" H
     "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SECOND,
     400, ""},
    {"chunks in disguise",
     "POST /mcp HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" SECOND, 400, ""},
    {"chunks twice",
     "POST /mcp HTTP/1.1\r\n" H
     "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" SECOND,
     400, ""},
    {"a tab before the colon",
     "POST /mcp HTTP/1.1\r\n" H "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n" SECOND, 400, ""},
    {"a folded header", "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n" SECOND, 400, ""},
    {"line feeds alone", "GET / HTTP/1.1\nHost: localhost\n\n" SECOND, 400, ""},
    {"a bare return", "GET / HTTP/1.1\r\n" H "X: a\rContent-Length: 9\r\n\r\n" SECOND, 400, ""},
    {"a chunk's size with a sign",
     "POST /mcp HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n" SECOND,
     400, ""},
    {"a chunk longer than it says",
     "POST /mcp HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n" SECOND,
     400, ""},
    {"a chunk's line with a line feed alone",
     "POST /mcp HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n" SECOND, 400,
     ""},
    {"a trailer",
     "POST /mcp HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: x\r\n\r\n" SECOND,
     400, ""},
    {"a whole address", "GET http://evil.example/ HTTP/1.1\r\n" H "\r\n" SECOND, 400, ""},
    {"two hosts", "GET / HTTP/1.1\r\n" H "Host: evil.example\r\n\r\n" SECOND, 400, ""},
    {"no host", "GET / HTTP/1.1\r\n\r\n" SECOND, 400, ""},
    {"an old version", "GET /\r\n\r\n" SECOND, 400, ""},
    {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" SECOND, 400, ""},
    {"TLS", "\x16\x03\x01\x02\x01\x01", 400, ""},
    {"a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\n" H "\r\n" SECOND, 400, ""},
    /* bombs */
    {"a body of a gigabyte", "POST /mcp HTTP/1.1\r\n" H "Content-Length: 1000000000\r\n\r\n", 413,
     "BODY_TOO_LARGE"},
    {"a chunk of four gigabytes",
     "POST /mcp HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n", 413,
     "BODY_TOO_LARGE"},
    {"an expectation", "POST /mcp HTTP/1.1\r\n" H "Expect: tea\r\nContent-Length: 1\r\n\r\na", 417,
     ""},
};

static size_t replies_in(struct str text)
{
    size_t n = 0;
    for (size_t at = 0; at < text.n; n++)
        at += str_find_str(str_sub(text, at, text.n), STR("HTTP/1.1 ")) + 1;
    return n - 1 + (text.n == 0);
}

static void each_row_is_refused_and_nothing_follows(void **state)
{
    struct buf reply;
    (void)state;
    buf_init(&reply, REPLY_MAX);
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool is_split = has(str_of(rows[i].bytes), SECOND) && rows[i].status == 400;
        if (!talk(str_of(rows[i].bytes), &reply, is_split))
            fail_msg("%s: neither answered nor closed", rows[i].name);
        struct str text = buf_str(&reply);
        if (status_of(text) != rows[i].status || !has(text, rows[i].part) ||
            (is_split && replies_in(text) != 1))
            fail_msg("%s: " STR_FMT, rows[i].name, STR_ARG(str_sub(text, 0, 400)));
        is_well(rows[i].name);
    }
    buf_fini(&reply);
}

static void tokens_of_the_issuer_are_judged(void **state)
{
    struct buf request, reply;
    (void)state;
    buf_init(&request, 16384);
    buf_init(&reply, REPLY_MAX);
    for (size_t i = 0; i < COUNT(samples); i++) {
        bool is_key = strcmp(samples[i].reason, "JWT_KEY") == 0;
        if (i && i % 15 == 0)
            continue; /* fewer than are slowed, see http wrong credentials */
        buf_reset(&request);
        buf_add_f(&request, "GET /api/portfolio HTTP/1.1\r\n" H "Authorization: Bearer %s\r\n\r\n",
                  samples[i].token);
        assert_true(talk(buf_str(&request), &reply, false));
        int status = status_of(buf_str(&reply));
        /* at today's time those that were good have expired; wrong ones are slowed in the end */
        if (status != 401 && status != 429 && !(is_key && status == 503))
            fail_msg("%s: %d", samples[i].name, status);
    }
    is_well("tokens of the issuer");
    buf_fini(&request);
    buf_fini(&reply);
}

/* ---- floods ---- */

static void flood(const char *head, const char *piece, size_t count, const char *tail, int low,
                  int high)
{
    struct buf request, reply;
    buf_init(&request, 16 << 20);
    buf_init(&reply, REPLY_MAX);
    buf_add_c(&request, head);
    for (size_t i = 0; i < count; i++)
        buf_add_c(&request, piece);
    buf_add_c(&request, tail);
    assert_false(request.failed);
    bool is_over = talk(buf_str(&request), &reply, false);
    int status = status_of(buf_str(&reply));
    if (!is_over || (reply.n && (status < low || status > high)))
        fail_msg("%s: %d", piece, status);
    buf_fini(&request);
    buf_fini(&reply);
    is_well(piece);
}

static void floods_are_bounded(void **state)
{
    (void)state;
    flood("GET / HTTP/1.1\r\n" H, "X: 1\r\n", 100, "\r\n", 431, 431);
    flood("GET / HTTP/1.1\r\n" H "X: ", "yyyyyyyyyy", 100000, "\r\n\r\n", 431, 431);
    flood("GET /", "aaaaaaaaaa", 100000, " HTTP/1.1\r\n" H "\r\n", 431, 431);
    flood("GET /api/quotes/A?", "a=b&", 5000, " HTTP/1.1\r\n" H "\r\n", 400, 400);
    flood("POST /mcp HTTP/1.1\r\n" H JSON "Transfer-Encoding: chunked\r\n\r\n",
          "a\r\n0123456789\r\n", 800000, "0\r\n\r\n", 413, 413);
}

/* JSON of that many opening brackets, or values, as a body. */
static void bomb(const char *path, const char *piece, size_t count, int low, int high)
{
    struct buf head;
    buf_init(&head, 1000);
    buf_add_f(&head,
              "POST %s HTTP/1.1\r\n" H JSON
              "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: x\r\nContent-Length: %zu\r\n\r\n",
              path, count * strlen(piece));
    buf_add_char(&head, '\0');
    flood(head.p, piece, count, "", low, high);
    buf_fini(&head);
}

static void bombs_of_json_are_refused(void **state)
{
    static const char *const paths[] = {"/mcp", "/api/orders/preview"};
    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        bomb(paths[i], "[", 1000000, 400, 413);
        bomb(paths[i], "{\"a\":", 500000, 400, 413);
        bomb(paths[i], "[1,", 300000, 400, 413);
        bomb(paths[i], "\x1F\x8B", 1000, 400, 415);
    }
}

/* ---- crowds ---- */

static int may_open(int wanted)
{
    struct rlimit r;
    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
    rlim_t most = r.rlim_cur > 100 ? r.rlim_cur - 100 : 0;
    return most < (rlim_t)wanted ? (int)most : wanted;
}

static void ten_thousand_idle_connections_harm_nobody(void **state)
{
    static int fds[CROWD];
    int wanted = may_open(CROWD), n = 0, status;
    long before = resident_kb();
    int64_t worst = 0;
    (void)state;
    for (; n < wanted; n++) {
        fds[n] = dial(port);
        if (fds[n] < 0)
            break;
        if (n % 2) /* half of them begin a request and never end it */
            (void)!send(fds[n], "GET / HTTP/1.1\r\nX: ", 19, MSG_NOSIGNAL);
        if (n % 1000 == 999) {
            int64_t ms = ask_ms("/api/portfolio", &status);
            worst = ms > worst ? ms : worst;
            assert_int_equal(status, 200);
        }
    }
    print_message("%d idle connections, slowest answer %lld ms, memory %ld -> %ld KiB\n", n,
                  (long long)worst, before, resident_kb());
    assert_int_equal(n, wanted);
    assert_true(worst < PATIENCE_MS);
#ifndef __SANITIZE_ADDRESS__
    assert_true(resident_kb() - before < GROWTH_KB_MAX);
#endif
    for (int i = 0; i < n; i++)
        close(fds[i]);
    is_well("the crowd");
}

static void who_dribbles_or_does_not_read_holds_nobody_up(void **state)
{
    int slow[SLOW], deaf[DEAF];
    static const char head[] = "GET /api/portfolio HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
    static const char document[] = "GET /openapi.json HTTP/1.1\r\n" H "\r\n";
    long before = resident_kb();
    (void)state;
    for (int i = 0; i < SLOW; i++)
        assert_true((slow[i] = dial(port)) >= 0);
    for (int i = 0; i < DEAF; i++) {
        int small = 4096;
        assert_true((deaf[i] = dial(port)) >= 0);
        setsockopt(deaf[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        for (int k = 0; k < 20; k++)
            (void)!send(deaf[i], document, sizeof document - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    for (size_t at = 0; at < sizeof head - 1; at++) {
        for (int i = 0; i < SLOW; i++)
            (void)!send(slow[i], head + at, 1, MSG_NOSIGNAL);
        if (at % 10 == 0)
            is_well("dribbling");
    }
    print_message("%d dribble, %d do not read: memory %ld -> %ld KiB\n", SLOW, DEAF, before,
                  resident_kb());
#ifndef __SANITIZE_ADDRESS__
    assert_true(resident_kb() - before < GROWTH_KB_MAX);
#endif
    for (int i = 0; i < SLOW; i++)
        close(slow[i]);
    for (int i = 0; i < DEAF; i++)
        close(deaf[i]);
    is_well("who dribbles");
}

static void no_secret_is_in_the_log(void **state)
{
    static const char *const secrets[] = {"pc_reader", "pc_trader", "pf_feed", "eyJ"};
    struct buf log;
    int status;
    (void)state;
    buf_init(&log, 1 << 22);
    read_log(&log);
    assert_true(log.n > 0);
    for (size_t i = 0; i < COUNT(secrets); i++)
        assert_false(has(buf_str(&log), secrets[i]));
    buf_fini(&log);
    assert_int_equal(waitpid(daemon_pid, &status, WNOHANG), 0); /* and it lives */
}

int main(void)
{
    const char *client = getenv("PORTCULLIS_CLIENT");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_refused_and_nothing_follows),
        cmocka_unit_test(floods_are_bounded),
        cmocka_unit_test(bombs_of_json_are_refused),
        cmocka_unit_test(ten_thousand_idle_connections_harm_nobody),
        cmocka_unit_test(who_dribbles_or_does_not_read_holds_nobody_up),
        cmocka_unit_test(tokens_of_the_issuer_are_judged),
        cmocka_unit_test(no_secret_is_in_the_log),
    };
    if (!client) {
        puts("1..1\nok 1 # SKIP PORTCULLIS_CLIENT is not set");
        return 0;
    }
    snprintf(program, sizeof program, "%sd", client);
    return cmocka_run_group_tests(tests, start_daemon, stop_daemon);
}
