/* SPDX-License-Identifier: MIT */
#include "client.h"

#include "build_id.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_MAX = 1000, HELLO_MAX = 64 << 10, INTERRUPTED = 130, DOCTOR_ARGS_MAX = 64 };

void say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("portcullis: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
}

static void on_interrupt(int number)
{
    (void)number;
    /* tcsetattr and nothing else, which POSIX lists as safe in a handler */
    terminal_restore(); /* NOLINT(bugprone-signal-handler,cert-sig30-c) */
    _exit(INTERRUPTED); /* closes the socket: the daemon sees that nobody waits any more */
}

/* 0: no terminal, so that a file or a pipe gets whole lines. */
static int terminal_width(void)
{
    struct winsize w;
    const char *columns = getenv("COLUMNS");
    long n = 0;
    if (!ioctl(1, TIOCGWINSZ, &w))
        n = w.ws_col;
    else if (columns)
        n = strtol(columns, NULL, 10);
    return n > 0 && n <= WIDTH_MAX ? (int)n : 0;
}

static void warn_of_other_build(const char *daemon_build)
{
    if (strcmp(daemon_build, PORTCULLIS_BUILD) != 0)
        say("warning: the running daemon is build %s, this program is build %s; run `portcullis "
            "stop`, then try again",
            daemon_build, PORTCULLIS_BUILD);
}

/* ---- the verbs that the client knows ---- */

/* serve, paper, wire: become the daemon's program, in the foreground. argv[0] is ours to name. */
static int run_program(const struct where *w, char **argv)
{
    static char name[] = "portcullisd";
    argv[0] = name;
    if (!w->program[0]) {
        say("portcullisd is neither beside this program nor on the PATH: build it (make), or keep "
            "both files of one release together");
        return CLIENT_UNAVAILABLE;
    }
    execv(w->program, argv);
    say("%s: %s", w->program, strerror(errno));
    return CLIENT_UNAVAILABLE;
}

/* doctor: the program hears which build started it. */
static int run_doctor(const struct where *w, char **args)
{
    static char name[] = "doctor", flag[] = "--client-build", build[] = PORTCULLIS_BUILD;
    char *argv[DOCTOR_ARGS_MAX + 5] = {NULL, name, flag, build};
    size_t n = 4;
    while (*args && n < DOCTOR_ARGS_MAX + 4)
        argv[n++] = *args++;
    return run_program(w, argv);
}

static int print_version(const struct where *w)
{
    static const char hello[] = "PORTCULLIS 1 build=" PORTCULLIS_BUILD " face=version\n";
    char build[CLIENT_LINE_MAX];
    printf("portcullis %s (build %s)\n", PORTCULLIS_VERSION, PORTCULLIS_BUILD);
    int fd = daemon_connect(w);
    if (fd == -1)
        puts("no daemon is running");
    if (fd < 0)
        return 0;
    fflush(stdout);
    if (daemon_greet(fd, hello, sizeof hello - 1, build))
        printf("running daemon: build %s\n", build);
    return 0;
}

static int run_mcp(const struct where *w, bool verbose)
{
    static const char hello[] = "PORTCULLIS 1 build=" PORTCULLIS_BUILD " face=mcp\n";
    char build[CLIENT_LINE_MAX];
    int fd = daemon_connect_or_start(w, verbose);
    if (fd < 0 || !daemon_greet(fd, hello, sizeof hello - 1, build))
        return CLIENT_UNAVAILABLE;
    warn_of_other_build(build);
    return relay_bytes(fd);
}

/* ---- all other verbs belong to the daemon ---- */

static int run_verb(const struct where *w, bool verbose, char **args)
{
    static char hello[HELLO_MAX];
    char build[CLIENT_LINE_MAX];
    int count = 0;
    while (args[count])
        count++;
    size_t n = (size_t)snprintf(hello, sizeof hello,
                                "PORTCULLIS 1 build=%s face=cli width=%d tty=%d args=%d\n",
                                PORTCULLIS_BUILD, terminal_width(), isatty(1), count);
    for (int i = 0; i < count; i++) {
        size_t length = strlen(args[i]) + 1;
        if (length > sizeof hello - n) {
            say("the arguments have more than %d bytes", HELLO_MAX);
            return CLIENT_USAGE;
        }
        memcpy(hello + n, args[i], length);
        n += length;
    }
    bool is_stop = count && !strcmp(args[0], "stop"); /* starts no daemon to stop it */
    int fd = is_stop ? daemon_connect(w) : daemon_connect_or_start(w, verbose);
    if (is_stop && fd == -1) {
        puts("no daemon is running");
        return 0;
    }
    if (fd < 0 || !daemon_greet(fd, hello, n, build))
        return CLIENT_UNAVAILABLE;
    if (!is_stop)
        warn_of_other_build(build);
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        signal(ends[i], on_interrupt);
    int process = is_stop ? daemon_process(fd) : -1;
    int status = relay_frames(fd, args);
    if (is_stop && status == 0 && !daemon_wait_end(w, process))
        status = CLIENT_UNAVAILABLE;
    if (process >= 0)
        close(process);
    return status;
}

int main(int argc, char **argv)
{
    static struct where w;
    bool verbose = argc > 1 && !strcmp(argv[1], "--verbose");
    char **args = argv + (argc > 0) + verbose;
    const char *verb = args[0] ? args[0] : "";
    if (!where_find(&w))
        return CLIENT_UNAVAILABLE;
    if (!strcmp(verb, "--version"))
        return print_version(&w);
    if (!strcmp(verb, "serve"))
        return run_program(&w, args);
    if (!strcmp(verb, "doctor"))
        return run_doctor(&w, args + 1);
    if (!strcmp(verb, "paper") || !strcmp(verb, "wire"))
        return run_program(&w, args - 1); /* the verb stays, as the first argument */
    signal(SIGPIPE, SIG_IGN);             /* a write that fails is looked at where it is made */
    if (!strcmp(verb, "mcp") && !args[1])
        return run_mcp(&w, verbose);
    if (!strcmp(verb, "mcp") && !strcmp(args[1], "--print-config"))
        return setup_print(args[2] && args[3] ? NULL : args[2]);
    return run_verb(&w, verbose, args);
}
