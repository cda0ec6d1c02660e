/* SPDX-License-Identifier: MIT */
/*
 * A child is watched through its pidfd, which the loop polls: no SIGCHLD handler, no pid reuse.
 * Between fork and exec only async-signal-safe calls are made; what can be prepared is prepared
 * before. A failure in between comes back through a pipe that a successful exec closes.
 */
#include "sys/process.h"

#include "base/alloc.h"
#include "base/str.h"
#include "sys/fault.h"
#include "sys/loop_uv.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct process {
    uv_poll_t poll;
    struct loop_timer *grace;
    struct process_owner owner;
    int pid, pidfd;
    int log_fd; /* -1: it has none of its own */
    off_t log_from;
    bool running, outlives_us;
};

/* ---- starting ---- */

/* Our environment with the additions; a name that is added replaces ours. The array is the
 * caller's, its strings are borrowed. */
static char **make_environment(const char *const *add)
{
    size_t ours = 0, added = 0, n = 0;
    while (environ[ours])
        ours++;
    while (add && add[added])
        added++;
    char **env = xcalloc(ours + added + 1, sizeof *env);
    for (size_t i = 0; i < ours; i++) {
        bool replaced = false;
        for (size_t k = 0; k < added; k++) {
            size_t name = strcspn(add[k], "=") + 1;
            replaced = replaced || !strncmp(environ[i], add[k], name);
        }
        if (!replaced)
            env[n++] = environ[i];
    }
    if (added)
        memcpy(env + n, add, added * sizeof *env);
    return env;
}

struct launch {
    const struct process_config *config;
    char **env;
    int log_fd; /* -1: keep ours */
    int parent, status_fd;
};

static void child(const struct launch *k)
{
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int i = 1; i < NSIG; i++)
        sigaction(i, &plain, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* a group of its own: Ctrl-C in a terminal goes to us, and we end our child in order */
    setpgid(0, 0);
    if (!k->config->outlives_us) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (getppid() != k->parent)
            _exit(127); /* we died before the request was made */
    }
    int null = open("/dev/null", O_RDWR);
    if (null >= 0 && dup2(null, 0) >= 0 && dup2(null, 1) >= 0 &&
        (k->log_fd < 0 || dup2(k->log_fd, 2) >= 0) &&
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0) {
        char *const *argv;
        memcpy(&argv, &k->config->argv, sizeof argv); /* execve's old signature lacks a const */
        execve(argv[0], argv, k->env);
    }
    int why = errno;
    while (write(k->status_fd, &why, sizeof why) < 0 && errno == EINTR)
        ;
    _exit(127);
}

/* Forks; true once the new program runs. */
static bool launch(struct process *p, struct launch *k, struct error *e)
{
    const char *program = k->config->argv[0];
    int status[2];
    if (pipe2(status, O_CLOEXEC))
        return fault_set(e, errno, program);
    k->status_fd = status[1];
    k->parent = getpid();
    p->pid = fork();
    if (p->pid == 0)
        child(k);
    int why = errno;
    close(status[1]);
    if (p->pid > 0) {
        ssize_t n;
        do
            n = read(status[0], &why, sizeof why);
        while (n < 0 && errno == EINTR);
        if (n != sizeof why)
            why = 0;
    }
    close(status[0]);
    if (!why)
        return true;
    if (p->pid > 0)
        waitpid(p->pid, NULL, 0);
    return fault_set(e, why, program);
}

/* ---- the end ---- */

/* The last line that it wrote, for whoever is told of its end. */
static void last_words(const struct process *p, char *out, size_t cap)
{
    char tail[1024];
    off_t end = lseek(p->log_fd, 0, SEEK_END), from = end - (off_t)sizeof tail;
    ssize_t n = pread(p->log_fd, tail, sizeof tail, from > p->log_from ? from : p->log_from);
    struct str rest = str_trim((struct str){tail, n > 0 ? (size_t)n : 0}), line = rest;
    while (str_cut(&rest, '\n', &line))
        ;
    str_copy_cut(out, cap, line);
}

static struct process_exit reap(struct process *p)
{
    siginfo_t info = {0};
    int r; /* by pid: the polled pidfd is non-blocking, and waitid would be too */
    do
        r = waitid(P_PID, (id_t)p->pid, &info, WEXITED);
    while (r && errno == EINTR);
    assert(!r);
    p->running = false;
    uv_poll_stop(&p->poll);
    loop_timer_stop(p->grace);
    struct process_exit how = {.by_signal = info.si_code != CLD_EXITED, .code = info.si_status};
    if (p->log_fd >= 0)
        last_words(p, how.said, sizeof how.said);
    return how;
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events;
    struct process *p = poll->data;
    struct process_exit how = reap(p);
    p->owner.on_exit(p->owner.self, how);
}

static void on_grace_over(void *self)
{
    const struct process *p = self;
    pidfd_send_signal(p->pidfd, SIGKILL, NULL, 0);
}

/* -1 and *e if it cannot be opened. */
static int open_log(const char *path, off_t *end, struct error *e)
{
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return fault_set(e, errno, path), -1;
    *end = lseek(fd, 0, SEEK_END);
    if (*end > PROCESS_LOG_MAX && ftruncate(fd, 0) == 0)
        *end = 0;
    return fd;
}

struct process *process_start(struct loop *l, const struct process_config *config,
                              const struct process_owner *owner, struct error *e)
{
    assert(l && config && config->argv && config->argv[0] && owner && owner->on_exit && e);
    struct launch k = {.config = config, .log_fd = -1};
    off_t log_from = 0;
    if (config->log_path && (k.log_fd = open_log(config->log_path, &log_from, e)) < 0)
        return NULL;
    k.env = make_environment(config->environment);
    struct process *p = xcalloc(1, sizeof *p);
    p->owner = *owner;
    p->outlives_us = config->outlives_us;
    p->log_fd = k.log_fd;
    p->log_from = log_from;
    bool ok = launch(p, &k, e);
    xfree(k.env);
    if (!ok) {
        if (p->log_fd >= 0)
            close(p->log_fd);
        xfree(p);
        return NULL;
    }
    p->running = true;
    p->pidfd = pidfd_open(p->pid, 0);
    assert(p->pidfd >= 0);
    int failed = uv_poll_init(loop_uv(l), &p->poll, p->pidfd);
    assert(!failed);
    (void)failed;
    p->poll.data = p;
    uv_poll_start(&p->poll, UV_READABLE, on_readable);
    p->grace = loop_timer_new(l, on_grace_over, p);
    return p;
}

int process_pid(const struct process *p)
{
    assert(p);
    return p->pid;
}

bool process_running(const struct process *p)
{
    assert(p);
    return p->running;
}

void process_stop(struct process *p, int64_t grace_ms)
{
    assert(p && grace_ms >= 0);
    if (!p->running)
        return;
    pidfd_send_signal(p->pidfd, SIGTERM, NULL, 0);
    loop_timer_start(p->grace, grace_ms, 0);
}

static void on_poll_closed(uv_handle_t *h)
{
    struct process *p = h->data;
    close(p->pidfd);
    if (p->log_fd >= 0)
        close(p->log_fd);
    xfree(p);
}

void process_free(struct process *p)
{
    if (!p)
        return;
    if (p->running && !p->outlives_us) {
        pidfd_send_signal(p->pidfd, SIGKILL, NULL, 0);
        reap(p);
    }
    loop_timer_free(p->grace);
    uv_close((uv_handle_t *)&p->poll, on_poll_closed);
}

static int64_t count_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    int64_t n = -3; /* "." and "..", and the directory itself */
    if (!d)
        return 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

bool process_usage(struct process_usage *out)
{
    size_t resident = 0;
    struct rusage r;
    *out = (struct process_usage){.open_files = count_files()};
    if (uv_resident_set_memory(&resident) != 0 || getrusage(RUSAGE_SELF, &r) != 0)
        return false;
    out->memory_bytes = (int64_t)resident;
    out->cpu_ms = (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000 +
                  (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1000;
    return true;
}

int process_self(void)
{
    return (int)getpid();
}
