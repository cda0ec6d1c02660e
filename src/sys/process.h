/* SPDX-License-Identifier: MIT */
/*
 * process: a child process: started, watched and ended by the loop.
 *
 * The child gets /dev/null as input and output and a log file as its error output, no other open
 * file, default signals, and, unless told otherwise, dies with us: the kernel sends it SIGTERM when
 * our process ends, however it ends. No secrets in argv; other users can read it.
 */
#ifndef PORTCULLIS_SYS_PROCESS_H
#define PORTCULLIS_SYS_PROCESS_H

#include "sys/loop.h"

struct process;

struct process_config {
    const char *const *argv;        /* NULL-terminated; argv[0] is the path of the program */
    const char *const *environment; /* NULL-terminated "NAME=value" to add; NULL: nothing */
    const char *log_path;           /* error output is appended here (0600), to a file that is
                                     * begun anew beyond PROCESS_LOG_MAX; NULL: to ours */
    bool outlives_us;
};

enum { PROCESS_LOG_MAX = 1 << 20 };

struct process_exit {
    bool by_signal;
    int code;       /* exit status or number of the signal */
    char said[240]; /* the last line of its error output; "" without a log */
};

struct process_owner {
    /* The child has ended; the process object stays until process_free, which is allowed here. */
    void (*on_exit)(void *self, struct process_exit how);
    void *self;
};

/* NULL and *e (NO_SUCH_FILE, NO_PERMISSION, IO) if the program cannot be started. */
struct process *process_start(struct loop *l, const struct process_config *config,
                              const struct process_owner *owner, struct error *e) FALLIBLE;
int process_pid(const struct process *p);
bool process_running(const struct process *p);
/* Sends SIGTERM, and SIGKILL if it still runs after grace_ms. on_exit tells when it is over. */
void process_stop(struct process *p, int64_t grace_ms);
/* Forgets the child, without a callback. If it runs and does not outlive us, it is killed and
 * waited for. */
void process_free(struct process *p);

/* What our own process uses. False if the system does not tell. */
struct process_usage {
    int64_t memory_bytes, cpu_ms, open_files;
};
bool process_usage(struct process_usage *out);

/* Our own process number. */
int process_self(void);

#endif
