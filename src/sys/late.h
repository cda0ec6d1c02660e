/* SPDX-License-Identifier: MIT */
/*
 * late: a shared library that is opened when it is first needed.
 *
 * What a program is linked with is loaded, relocated and started before main, with all that it
 * needs itself. GnuTLS and libcurl bring twenty-three libraries along and cost 5 MiB, and most
 * daemons never use them: these two are opened by their names, and their functions called through
 * pointers, which have the types of the library's own header. A library once open stays so.
 */
#ifndef PORTCULLIS_SYS_LATE_H
#define PORTCULLIS_SYS_LATE_H

#include "base/error.h"

struct late_name {
    const char *name; /* as the library exports it */
    void *at;         /* the pointer that is set to it */
};

struct late {
    const char *const *files;      /* names to try, the last one NULL */
    const struct late_name *names; /* those that are needed, the last one with name NULL */
    bool is_open;
};

/* Makes sure that all names are set. May be called at any time, by any thread. Reason LIBRARY: it
 * is not installed, or lacks a name. */
bool late_open(struct late *l, struct error *e) FALLIBLE;

#endif
