/* SPDX-License-Identifier: MIT */
/*
 * The client: what users type and what an assistant starts. libc only; it renders nothing itself.
 *
 * The conversation with the daemon, on its Unix socket:
 *
 *   client   PORTCULLIS 1 build=BUILD face=mcp\n
 *            PORTCULLIS 1 build=BUILD face=cli width=COLUMNS tty=0|1 args=N\n
 *              and N arguments, each ended by NUL; tty: output is a terminal
 *            PORTCULLIS 1 build=BUILD face=version\n   (wants the answer line and nothing else)
 *   daemon   PORTCULLIS 1 build=BUILD\n   or   PORTCULLIS ERROR text\n
 *   then     mcp: bytes, verbatim, both ways
 *            cli: frames to the client: one byte kind ('o' output, 'e' error output, 'x' exit
 *              status in decimal, the last frame), four bytes length, most significant first,
 * bytes; 'p' is a prompt for a secret, which the client answers by one frame: 'p' and what was
 *              typed, or 'n' and why nobody could type; 'f' names a file, which must be one
 *              of the arguments ("-": standard input) and is answered by 'f' frames of its
 *              content, of which an empty one is the last, or by 'n' and why it cannot be read
 */
#ifndef PORTCULLIS_CLIENT_H
#define PORTCULLIS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

enum {
    CLIENT_PATH_MAX = 1024,
    CLIENT_LINE_MAX = 512,
    CLIENT_WAIT_MS = 10000, /* for the daemon to come up, for its answer line, and for its end */
    CLIENT_USAGE = 2,       /* exit status: the command line is not understood */
    CLIENT_UNAVAILABLE = 69 /* exit status: no daemon, or it went away */
};

/* ---- where.c: the same rule as paths_find in src/sys/paths.c ---- */
struct where {
    char socket[CLIENT_PATH_MAX];
    char state[CLIENT_PATH_MAX];   /* the state directory */
    char log[CLIENT_PATH_MAX];     /* what a starting daemon says */
    char program[CLIENT_PATH_MAX]; /* portcullisd; "" if there is none */
    long daemon_uid; /* whose daemon it is: $PORTCULLIS_DAEMON_UID; -1: our own user's */
};
/* False, with a message on stderr, if the environment does not say where. */
bool where_find(struct where *w);
/* The directory of `path` into out; makes it (0700) if it is missing. False with a message. */
bool where_make_parent(const char *path, char out[CLIENT_PATH_MAX]);

/* ---- daemon.c ---- */
/* A connected socket; -1 if nothing listens (no message), -2 on any other failure (message). */
int daemon_connect(const struct where *w);
/* As daemon_connect, but starts a daemon where none runs; negative after a message. */
int daemon_connect_or_start(const struct where *w, bool verbose);
/*
 * Sends n bytes of hello and reads the answer line; the daemon's build goes to `build`. False with
 * a message if it refuses or does not answer.
 */
bool daemon_greet(int fd, const char *hello, size_t n, char build[CLIENT_LINE_MAX]);
/* A pidfd of the process at the other end; -1 if it cannot be seen from here. The caller closes it.
 */
int daemon_process(int fd);
/* Waits for the end of a daemon that was told to end, and of all it started; returns at once where
 * one still listens. False with a message if it takes too long. */
bool daemon_wait_end(const struct where *w, int process);

/* ---- relay.c ---- */
/* Copies both ways until both sides have ended; the exit status. */
int relay_bytes(int fd);
/* Copies the daemon's frames out; the exit status. The daemon may ask for files that are among the
 * arguments, and for no other: it may run under another user. */
int relay_frames(int fd, char **args);

/* ---- setup.c ---- */
/* Prints what the configuration of that assistant needs to start this program; NULL, or a name that
 * is not known: the usage. The exit status. */
int setup_print(const char *name);

/* ---- terminal.c ---- */
enum { SECRET_MAX = 256, PROMPT_MAX = 200 };
/*
 * Shows the prompt on the terminal of this process and reads a line from it, unseen. Never reads
 * standard input. False with *why if there is no terminal, or nobody is at it. The caller wipes
 * `secret`.
 */
bool terminal_ask(const char *prompt, char secret[SECRET_MAX], size_t *n, const char **why);
/* From a signal handler: the terminal as it was before. */
void terminal_restore(void);

/* Writes everything, also to a descriptor that does not block. False and errno on failure. */
bool write_all(int fd, const char *p, size_t n);
/* "portcullis: ...\n" on stderr. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
