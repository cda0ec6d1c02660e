/* SPDX-License-Identifier: MIT */
#include "sys/paths.h"

#include "sys/fault.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *absolute(const char *name)
{
    const char *v = getenv(name);
    return v && v[0] == '/' ? v : NULL;
}

/* dir + tail into out. */
static bool join(char out[PATH_TEXT_MAX], const char *dir, const char *tail, struct error *e)
{
    int n = snprintf(out, PATH_TEXT_MAX, "%s%s", dir, tail);
    if (n > 0 && n < PATH_TEXT_MAX)
        return true;
    return error_set(e, ERROR_INVALID, "NAME_TOO_LONG", "%.80s...: the path is too long", dir);
}

/* $variable/portcullis, else $HOME/under_home/portcullis */
static bool find(char out[PATH_TEXT_MAX], const char *variable, const char *under_home,
                 struct error *e)
{
    const char *dir = absolute(variable);
    if (dir)
        return join(out, dir, "/portcullis", e);
    if ((dir = absolute("HOME")))
        return join(out, dir, under_home, e);
    error_set(e, ERROR_INVALID, "NO_HOME", "neither %s nor HOME is set to a directory", variable);
    return error_next(e, "set HOME");
}

bool paths_find(struct paths *out, struct error *e)
{
    assert(out && e);
    memset(out, 0, sizeof *out);
    if (!find(out->config, "XDG_CONFIG_HOME", "/.config/portcullis", e) ||
        !find(out->state, "XDG_STATE_HOME", "/.local/state/portcullis", e))
        return false;
    const char *at = getenv("PORTCULLIS_SOCKET");
    if (at && at[0] && at[0] != '/')
        return error_set(e, ERROR_INVALID, "NOT_ABSOLUTE",
                         "PORTCULLIS_SOCKET must be an absolute path");
    if (at && at[0])
        return join(out->socket, at, "", e);
    return join(out->socket, out->state, "/portcullis.sock", e);
}

bool path_parent(const char *path, char out[PATH_TEXT_MAX])
{
    assert(path && out);
    struct str p = str_of(path);
    while (p.n > 1 && p.p[p.n - 1] == '/')
        p.n--;
    size_t cut = p.n;
    while (cut && p.p[cut - 1] != '/')
        cut--;
    if (!cut)
        return str_copy(out, PATH_TEXT_MAX, STR("."));
    while (cut > 1 && p.p[cut - 1] == '/')
        cut--;
    return str_copy(out, PATH_TEXT_MAX, str_sub(p, 0, cut));
}

bool path_of_self(char out[PATH_TEXT_MAX], struct error *e)
{
    assert(out && e);
    ssize_t n = readlink("/proc/self/exe", out, PATH_TEXT_MAX - 1);
    if (n < 0)
        return fault_set(e, errno, "/proc/self/exe");
    out[n] = 0;
    return true;
}

int64_t path_owner(void)
{
    return (int64_t)geteuid();
}
