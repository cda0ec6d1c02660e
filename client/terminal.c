/* SPDX-License-Identifier: MIT */
/*
 * A secret from a person. It comes from the controlling terminal and from nowhere else: not from
 * standard input, which a script may have filled, not from an argument or the environment, which
 * others on the machine can read. What was typed before the prompt is thrown away, and while the
 * secret is in memory no other process of the user may look into this one.
 */
#include "client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static volatile sig_atomic_t terminal = -1; /* while its echo is off */

void terminal_restore(void)
{
    int fd = terminal;
    if (fd < 0)
        return;
    terminal = -1;
    tcsetattr(fd, TCSAFLUSH, &before);
}

/* The terminal, at which nobody but us is asking; -1 with *why. */
static int open_terminal(const char **why)
{
    int fd = isatty(0) ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;
    if (fd < 0) {
        *why = isatty(0) ? "this process has no controlling terminal"
                         : "standard input is not a terminal";
        return -1;
    }
    if (tcgetpgrp(fd) == getpgrp() && !tcgetattr(fd, &before))
        return fd;
    close(fd);
    *why = "the program runs in the background";
    return -1;
}

static bool silence(int fd)
{
    struct termios quiet = before;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    quiet.c_lflag |= ICANON | ISIG;
    terminal = fd;
    return !tcsetattr(fd, TCSAFLUSH, &quiet);
}

/* One line; false if there is none. A longer one is read to its end and cut. */
static bool read_line(int fd, char secret[SECRET_MAX], size_t *n)
{
    char c = 0;
    *n = 0;
    for (;;) {
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        if (c == '\n')
            return true;
        if (*n < SECRET_MAX)
            secret[(*n)++] = c;
        c = 0;
    }
}

bool terminal_ask(const char *prompt, char secret[SECRET_MAX], size_t *n, const char **why)
{
    int fd = open_terminal(why);
    if (fd < 0)
        return false;
    prctl(PR_SET_DUMPABLE, 0);
    bool ok = silence(fd) && write_all(fd, prompt, strlen(prompt)) && read_line(fd, secret, n);
    terminal_restore();
    (void)!write(fd, "\n", 1);
    close(fd);
    if (!ok)
        *why = "nothing was typed";
    return ok;
}
