/* SPDX-License-Identifier: MIT */
/* dies: asks, in a child process, whether a broken contract stops the program. */
#ifndef PORTCULLIS_TESTS_UNIT_BASE_DIES_H
#define PORTCULLIS_TESTS_UNIT_BASE_DIES_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* True if fn ended its process by a signal, or by the exit status of a sanitizer. */
static inline bool dies(void (*fn)(void))
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        if (!freopen("/dev/null", "w", stderr))
            _exit(0);
        fn();
        _exit(0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return false;
    return WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) != 0);
}

#endif
