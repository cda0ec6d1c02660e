/* SPDX-License-Identifier: MIT */
/*
 * paths: where things are (XDG base directories). Looks at the environment only; makes nothing.
 */
#ifndef PORTCULLIS_SYS_PATHS_H
#define PORTCULLIS_SYS_PATHS_H

#include "base/error.h"

enum { PATH_TEXT_MAX = 1024 };

struct paths {
    char config[PATH_TEXT_MAX]; /* $XDG_CONFIG_HOME/portcullis or ~/.config/portcullis */
    char state[PATH_TEXT_MAX];  /* $XDG_STATE_HOME/portcullis or ~/.local/state/portcullis */
    /*
     * $PORTCULLIS_SOCKET (must be absolute), else portcullis.sock in `state`: not in
     * $XDG_RUNTIME_DIR, which programs that start us have and hide as they like, while each state
     * has one daemon. The client (client/where.c) follows the same rule.
     */
    char socket[PATH_TEXT_MAX];
};

/*
 * False if neither HOME nor the XDG variables say where, or a path is too long. A variable that is
 * empty or relative counts as not set, as the XDG specification wants it.
 */
bool paths_find(struct paths *out, struct error *e) FALLIBLE;
/* The directory part of a path ("." if it has none) into out. False if it does not fit. */
bool path_parent(const char *path, char out[PATH_TEXT_MAX]) FALLIBLE;
/* The file of the running program. */
bool path_of_self(char out[PATH_TEXT_MAX], struct error *e) FALLIBLE;

/* The id of the user under whom this program acts. */
int64_t path_owner(void);

#endif
