/* SPDX-License-Identifier: MIT */
/*
 * The paper exchange as a real process: killed after every single call with which it writes to a
 * file or to a client, and on a disk that is full. Whatever a client was told must be true after
 * the restart.
 *
 * A tracer (ptrace) counts the calls and kills, so that nothing in the program knows of the test.
 * PORTCULLIS_CLIENT names the client's binary, beside which portcullisd lies; without it, or where
 * processes may not be traced, the tests are skipped.
 */
#include "base/alloc.h"
#include "base/arena.h"
#include "base/limits.h"
#include "wire/codec.h"
#include "wire/frame.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/ptrace.h>

enum { PATIENCE_MS = 20000, ORDERS_MAX = 24, FILLS_MAX = 16, POINTS_MAX = 400, CLIENT_ID = 5 };
#ifdef __SANITIZE_ADDRESS__
enum { STRIDE = 7 }; /* it starts ten times slower */
#else
enum { STRIDE = 1 };
#endif

static char dir[64], program[512], socket_path[128], state_path[128];

/* ---- the exchange ---- */

static void become_exchange(bool is_traced)
{
    char *const argv[] = {program,
                          (char[]){"paper"},
                          (char[]){"--socket"},
                          socket_path,
                          (char[]){"--state"},
                          state_path,
                          (char[]){"--speed"},
                          (char[]){"1000"},
                          (char[]){"--at"},
                          (char[]){"2026-03-02T15:00:00Z"},
                          NULL};
    char log[160];
    snprintf(log, sizeof log, "%s/log", dir);
    if (!freopen(log, "a", stderr))
        _exit(125);
    if (is_traced && ptrace(PTRACE_TRACEME, 0, NULL, NULL))
        _exit(124);
    execv(program, argv);
    _exit(125);
}

/* True for a call that makes something known outside, but for lines of the log. */
static bool is_writing(const struct __ptrace_syscall_info *i)
{
    static const long calls[] = {SYS_write, SYS_pwrite64,  SYS_writev,    SYS_sendmsg,   SYS_sendto,
                                 SYS_fsync, SYS_fdatasync, SYS_ftruncate, SYS_renameat2,
#ifdef SYS_rename
                                 SYS_rename
#endif
    };
    for (size_t k = 0; k < sizeof calls / sizeof calls[0]; k++)
        if ((long)i->entry.nr == calls[k])
            return !(i->entry.nr == SYS_write && i->entry.args[0] == 2);
    return false;
}

/*
 * The tracer's process: starts the exchange and kills it right after its n-th writing call.
 * Writes the exchange's process number to `out`; exit status 0 killed, 1 ended before, 2 no ptrace.
 */
static void trace(int n, int out)
{
    pid_t pid = fork();
    int status;
    bool is_counted = false;
    if (pid == 0)
        become_exchange(true);
    if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) ||
        write(out, &pid, sizeof pid) != sizeof pid)
        _exit(2);
    for (int signal_number = 0; n > 0;) {
        if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal_number) ||
            waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
            _exit(1);
        signal_number = WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(status);
        if (signal_number)
            continue;
        struct __ptrace_syscall_info i;
        if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof i, &i) <= 0)
            _exit(2);
        if (i.op == PTRACE_SYSCALL_INFO_ENTRY)
            is_counted = is_writing(&i);
        else if (i.op == PTRACE_SYSCALL_INFO_EXIT && is_counted)
            n--;
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    _exit(0);
}

struct process {
    pid_t tracer; /* 0: not traced */
    pid_t pid;
};

static struct process start_exchange(int kill_after)
{
    struct process p = {0};
    int report[2];
    unlink(socket_path);
    if (kill_after == 0) {
        p.pid = fork();
        if (p.pid == 0)
            become_exchange(false);
        return p;
    }
    assert_int_equal(pipe(report), 0);
    p.tracer = fork();
    if (p.tracer == 0)
        trace(kill_after, report[1]);
    close(report[1]);
    if (read(report[0], &p.pid, sizeof p.pid) != sizeof p.pid)
        p.pid = 0;
    close(report[0]);
    return p;
}

/* Kills it if it still lives. True if the tracer had done so. */
static bool end_exchange(struct process *p)
{
    int status = 0;
    if (p->tracer == 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, &status, 0);
        return false;
    }
    if (p->pid > 0 && waitpid(p->tracer, &status, WNOHANG) == 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->tracer, &status, 0);
    } else if (p->pid <= 0) {
        waitpid(p->tracer, &status, 0);
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- a client that waits ---- */

struct told_order {
    int32_t id;
    int64_t perm_id;
    char status[24];
};

/* What one client was told, since it connected. */
struct told {
    int32_t next_id;
    struct told_order orders[ORDERS_MAX], completed[ORDERS_MAX];
    size_t order_count, completed_count;
    struct {
        char id[40], side[8], shares[24];
        double price;
    } fills[FILLS_MAX];
    size_t fill_count;
    double position;
    int32_t error_id, error_code; /* the latest */
    char error_text[160];
    bool has_order_end, has_completed_end, has_fill_end, has_position_end;
};

struct caller {
    int fd, version;
    struct wire_reader in;
    struct arena *arena;
    struct told told;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void note_order(struct told_order *list, size_t *count, int64_t perm_id, int32_t id,
                       struct str status)
{
    size_t i = 0;
    while (i < *count && list[i].perm_id != perm_id)
        i++;
    assert_true(i < ORDERS_MAX);
    if (i == *count)
        ++*count;
    list[i].id = id;
    list[i].perm_id = perm_id;
    str_copy_cut(list[i].status, sizeof list[i].status, status);
}

static void note_fill(struct told *t, const struct wire_execution *x)
{
    size_t i = 0;
    while (i < t->fill_count && !str_eq(x->exec_id, str_of(t->fills[i].id)))
        i++;
    assert_true(i < FILLS_MAX);
    if (i == t->fill_count)
        t->fill_count++;
    str_copy_cut(t->fills[i].id, sizeof t->fills[i].id, x->exec_id);
    str_copy_cut(t->fills[i].side, sizeof t->fills[i].side, x->side);
    str_copy_cut(t->fills[i].shares, sizeof t->fills[i].shares, x->shares);
    t->fills[i].price = x->price;
}

static void note(struct caller *c, const struct wire_any *any)
{
    struct told *t = &c->told;
    const struct wire_rep_order_status *s = any->message;
    const struct wire_rep_completed_order *done = any->message;
    const struct wire_rep_position *p = any->message;
    const struct wire_rep_error *wrong = any->message;
    switch (any->id) {
    case WIRE_REP_ERROR:
        t->error_id = wrong->id;
        t->error_code = wrong->error_code;
        str_copy_cut(t->error_text, sizeof t->error_text, wrong->error_msg);
        break;
    case WIRE_REP_NEXT_VALID_ID:
        t->next_id = ((const struct wire_rep_next_valid_id *)any->message)->order_id;
        break;
    case WIRE_REP_ORDER_STATUS:
        note_order(t->orders, &t->order_count, s->perm_id, s->order_id, s->status);
        break;
    case WIRE_REP_COMPLETED_ORDER:
        note_order(t->completed, &t->completed_count, done->order.perm_id, 0,
                   done->order_state.status);
        break;
    case WIRE_REP_EXEC_DETAILS:
        note_fill(t, &((const struct wire_rep_exec_details *)any->message)->execution);
        break;
    case WIRE_REP_POSITION:
        if (str_eq(p->contract.symbol, STR("AAPL")))
            assert_true(str_to_double(p->position, &t->position));
        break;
    case WIRE_REP_OPEN_ORDER_END:
        t->has_order_end = true;
        break;
    case WIRE_REP_COMPLETED_ORDERS_END:
        t->has_completed_end = true;
        break;
    case WIRE_REP_EXEC_DETAILS_END:
        t->has_fill_end = true;
        break;
    case WIRE_REP_POSITION_END:
        t->has_position_end = true;
        break;
    default:
        break;
    }
}

/* One more piece of input. False once the exchange is gone. */
static bool receive(struct caller *c)
{
    char bytes[16384];
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    if (poll(&p, 1, PATIENCE_MS) <= 0)
        fail_msg("the exchange is silent");
    ssize_t n = read(c->fd, bytes, sizeof bytes);
    if (n <= 0)
        return false;
    wire_reader_feed(&c->in, bytes, (size_t)n);
    struct str body;
    struct error e = {0};
    while (wire_reader_next(&c->in, &body, &e) == WIRE_NEXT_FRAME) {
        struct wire_hello hello;
        struct wire_any any = {0};
        if (c->version == 0) {
            assert_true(wire_hello_parse(body, 100, 200, &hello, &e));
            c->version = hello.version;
            continue;
        }
        arena_reset(c->arena);
        assert_true(wire_decode(WIRE_TO_CLIENT, body, c->version, c->arena, &any, &e));
        note(c, &any);
    }
    return true;
}

/* False if the exchange is gone: nobody reads any more. */
static bool put(struct caller *c, struct str bytes)
{
    return send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL) == (ssize_t)bytes.n;
}

static bool request(struct caller *c, int id, const void *message)
{
    struct buf b;
    struct error e = {0};
    buf_init(&b, 1 << 16);
    assert_true(wire_encode(WIRE_TO_SERVER, id, message, c->version, &b, &e));
    bool ok = put(c, buf_str(&b));
    buf_fini(&b);
    return ok;
}

static bool await(struct caller *c, bool (*is_true)(const struct told *t, int64_t n), int64_t n)
{
    while (!is_true(&c->told, n))
        if (!receive(c))
            return false;
    return true;
}

static bool has_id(const struct told *t, int64_t n)
{
    return t->next_id >= n;
}

/* Connects, waiting until the exchange listens. False if it died before. */
static bool call(struct caller *c, const struct process *p)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int64_t deadline = now_ms() + PATIENCE_MS;
    memset(c, 0, sizeof *c);
    wire_reader_init(&c->in, LIMIT_FRAME, false);
    c->arena = arena_new((size_t)64 << 20);
    str_copy_cut(at.sun_path, sizeof at.sun_path, str_of(socket_path));
    c->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    while (connect(c->fd, (struct sockaddr *)&at, sizeof at)) {
        if (kill(p->pid, 0) && errno == ESRCH)
            return false;
        if (now_ms() > deadline)
            fail_msg("the exchange does not listen; see %s/log", dir);
        poll(NULL, 0, 2);
    }
    struct buf b;
    buf_init(&b, 256);
    assert_true(wire_offer_build(&b, 100, 200, STR("")));
    bool ok = put(c, buf_str(&b));
    buf_fini(&b);
    while (ok && c->version == 0)
        ok = receive(c);
    const struct wire_req_start_api start = {CLIENT_ID, STR("")};
    return ok && request(c, WIRE_REQ_START_API, &start) && await(c, has_id, 1);
}

static void hang_up(struct caller *c)
{
    close(c->fd);
    wire_reader_fini(&c->in);
    arena_free(c->arena);
}

/* ---- what the client does before the end ---- */

static const char *status_of(const struct told *t, int64_t id)
{
    for (size_t i = 0; i < t->order_count; i++)
        if (t->orders[i].id == id)
            return t->orders[i].status;
    return "";
}

static bool is_told(const struct told *t, int64_t id)
{
    return status_of(t, id)[0];
}

static bool is_filled(const struct told *t, int64_t id)
{
    return !strcmp(status_of(t, id), "Filled");
}

static bool is_cancelled(const struct told *t, int64_t id)
{
    return !strcmp(status_of(t, id), "Cancelled");
}

static bool place(struct caller *c, int32_t id, const char *side, const char *quantity,
                  double limit)
{
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    m.order_id = id;
    m.contract.symbol = STR("AAPL");
    m.contract.sec_type = STR("STK");
    m.contract.exchange = STR("SMART");
    m.contract.currency = STR("USD");
    m.order.action = str_of(side);
    m.order.total_quantity = str_of(quantity);
    m.order.order_type = limit > 0 ? STR("LMT") : STR("MKT");
    m.order.tif = STR("GTC");
    if (limit > 0)
        m.order.lmt_price = limit;
    return request(c, WIRE_REQ_PLACE_ORDER, &m);
}

static void trade(struct caller *c)
{
    struct wire_req_cancel_order cancel = WIRE_REQ_CANCEL_ORDER_DEFAULT;
    cancel.order_id = 1;
    bool ok = place(c, 1, "BUY", "10", 20) && await(c, is_told, 1) && /* rests */
              place(c, 2, "BUY", "7", 0) && await(c, is_filled, 2) &&
              place(c, 1, "BUY", "11", 21) && /* changes */
              place(c, 3, "SELL", "3", 0) && await(c, is_filled, 3) &&
              request(c, WIRE_REQ_CANCEL_ORDER, &cancel) && await(c, is_cancelled, 1) &&
              place(c, 4, "SELL", "1", 9000) && await(c, is_told, 4) &&
              place(c, 5, "SELL", "2", 0) && await(c, is_filled, 5);
    (void)ok;
}

/* ---- what must be true afterwards ---- */

static bool has_all_ends(const struct told *t, int64_t n)
{
    (void)n;
    return t->has_order_end && t->has_completed_end && t->has_fill_end && t->has_position_end;
}

/* The book as a client sees it that asks for everything. */
static void look(struct told *out)
{
    struct process p = start_exchange(0);
    struct caller c;
    struct wire_req_executions executions = WIRE_REQ_EXECUTIONS_DEFAULT;
    const struct wire_req_completed_orders completed = {true};
    assert_true(call(&c, &p));
    c.told.has_order_end = false; /* of the orders that came with the start */
    assert_true(request(&c, WIRE_REQ_OPEN_ORDERS, NULL));
    assert_true(request(&c, WIRE_REQ_COMPLETED_ORDERS, &completed));
    assert_true(request(&c, WIRE_REQ_EXECUTIONS, &executions));
    assert_true(request(&c, WIRE_REQ_POSITIONS, NULL));
    assert_true(await(&c, has_all_ends, 0));
    *out = c.told;
    hang_up(&c);
    end_exchange(&p);
}

static bool knows_order(const struct told *now, const struct told_order *o)
{
    bool is_over = !strcmp(o->status, "Filled") || !strcmp(o->status, "Cancelled");
    for (size_t i = 0; i < now->order_count; i++)
        if (now->orders[i].perm_id == o->perm_id)
            return !is_over && now->orders[i].id == o->id;
    for (size_t i = 0; i < now->completed_count; i++)
        if (now->completed[i].perm_id == o->perm_id)
            return !is_over || !strcmp(now->completed[i].status, o->status);
    return false;
}

static bool knows_fill(const struct told *now, const struct told *before, size_t k)
{
    for (size_t i = 0; i < now->fill_count; i++)
        if (!memcmp(&now->fills[i], &before->fills[k], sizeof now->fills[i]))
            return true;
    return false;
}

static void check(const struct told *before, const struct told *now, double opening, int point)
{
    double position = opening;
    for (size_t i = 0; i < before->order_count; i++) {
        if (!knows_order(now, &before->orders[i]))
            fail_msg("killed after call %d: order %d was told as %s and is not so", point,
                     (int)before->orders[i].id, before->orders[i].status);
        if (now->next_id <= before->orders[i].id)
            fail_msg("killed after call %d: the next id is %d", point, (int)now->next_id);
    }
    for (size_t i = 0; i < before->fill_count; i++)
        if (!knows_fill(now, before, i))
            fail_msg("killed after call %d: execution %s is gone", point, before->fills[i].id);
    for (size_t i = 0; i < now->fill_count; i++) {
        double shares;
        assert_true(str_to_double(str_of(now->fills[i].shares), &shares));
        position += strcmp(now->fills[i].side, "BOT") == 0 ? shares : -shares;
    }
    if (position < now->position || position > now->position)
        fail_msg("killed after call %d: position %f, executions say %f", point, now->position,
                 position);
}

static void same(const struct told *a, const struct told *b, int point)
{
    if (a->next_id != b->next_id || a->order_count != b->order_count ||
        a->completed_count != b->completed_count || a->fill_count != b->fill_count ||
        memcmp(a->orders, b->orders, sizeof a->orders) != 0 ||
        memcmp(a->completed, b->completed, sizeof a->completed) != 0 ||
        memcmp(a->fills, b->fills, sizeof a->fills) != 0)
        fail_msg("killed after call %d: a second restart shows another book", point);
}

static void forget_state(void)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
    assert_int_equal(mkdir(dir, 0700), 0);
}

static void what_was_told_is_true_after_a_kill_at_any_moment(void **state)
{
    (void)state;
    static struct told opening, before, after, again;
    bool was_killed = true;
    int points = 0, told = 0;
    forget_state();
    look(&opening);
    for (int n = 1; was_killed && n < POINTS_MAX; n += STRIDE) {
        struct caller c;
        forget_state();
        struct process p = start_exchange(n);
        if (p.pid == 0) {
            end_exchange(&p);
            print_message("processes may not be traced here\n");
            skip();
        }
        if (call(&c, &p))
            trade(&c);
        before = c.told;
        hang_up(&c);
        was_killed = end_exchange(&p);
        look(&after);
        check(&before, &after, opening.position, n);
        look(&again);
        same(&after, &again, n);
        points++;
        told += before.fill_count > 0;
    }
    assert_false(was_killed); /* the last round came to its end */
    print_message("%d moments, %d of them after a fill\n", points, told);
    assert_true(points > 30 / STRIDE && told > 10 / STRIDE);
    forget_state();
    rmdir(dir);
}

/* ---- a full disk ---- */

/* The exchange's files may not grow beyond that many bytes. */
static void limit_files(const struct process *p, rlim_t bytes)
{
    const struct rlimit limit = {bytes, RLIM_INFINITY};
    assert_int_equal(prlimit(p->pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

static bool is_refused(const struct told *t, int64_t id)
{
    return t->error_id == id && t->error_code == 201 &&
           strstr(t->error_text, "cannot record orders") != NULL;
}

static bool is_answered(const struct told *t, int64_t id)
{
    return is_told(t, id) || t->error_id == id;
}

/* Connects and places an order. True if the client was told that it was accepted. */
static bool is_accepted(const struct process *p, int32_t id, struct told *told)
{
    struct caller c;
    bool ok = call(&c, p) && place(&c, id, "BUY", "1", 20) && await(&c, is_answered, id);
    *told = c.told;
    hang_up(&c);
    return ok && is_told(told, id);
}

static void a_full_disk_refuses_orders_by_name_and_acknowledges_nothing(void **state)
{
    (void)state;
    static struct told told, book;
    int32_t last = 0, id = 1;
    forget_state();
    signal(SIGXFSZ, SIG_IGN); /* inherited */
    struct process p = start_exchange(0);
    assert_true(is_accepted(&p, id++, &told));
    struct stat s;
    assert_int_equal(stat(state_path, &s), 0);
    limit_files(&p, (rlim_t)s.st_size + 700);
    while (is_accepted(&p, id, &told) && id < 20)
        last = id++;
    assert_true(id < 20);
    assert_false(is_told(&told, id)); /* cut off, unanswered: nobody knows */
    assert_false(is_accepted(&p, id, &told));
    assert_true(is_refused(&told, id));
    limit_files(&p, RLIM_INFINITY);
    int64_t deadline = now_ms() + PATIENCE_MS;
    while (!is_accepted(&p, id, &told) && now_ms() < deadline)
        poll(NULL, 0, 100);
    assert_true(is_told(&told, id));
    end_exchange(&p);
    look(&book);
    assert_int_equal(book.order_count, (size_t)id);
    assert_true(book.next_id == id + 1 && last < id);
    forget_state();
    rmdir(dir);
}

int main(void)
{
    const char *client = getenv("PORTCULLIS_CLIENT");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_told_is_true_after_a_kill_at_any_moment),
        cmocka_unit_test(a_full_disk_refuses_orders_by_name_and_acknowledges_nothing),
    };
    if (!client) {
        puts("1..2\nok 1 # SKIP PORTCULLIS_CLIENT is not set\n"
             "ok 2 # SKIP PORTCULLIS_CLIENT is not set");
        return 0;
    }
    snprintf(program, sizeof program, "%sd", client);
    snprintf(dir, sizeof dir, "/tmp/portcullis-kill-%d", (int)getpid());
    snprintf(socket_path, sizeof socket_path, "%s/s", dir);
    snprintf(state_path, sizeof state_path, "%s/exchange.log", dir);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
