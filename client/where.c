/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An unset, empty or relative variable counts for nothing (XDG base directories). */
static const char *absolute(const char *name)
{
    const char *v = getenv(name);
    return v && v[0] == '/' ? v : NULL;
}

static bool join(char out[CLIENT_PATH_MAX], const char *dir, const char *tail)
{
    int n = snprintf(out, CLIENT_PATH_MAX, "%s%s", dir, tail);
    if (n > 0 && n < CLIENT_PATH_MAX)
        return true;
    say("%.60s...: the path is too long", dir);
    return false;
}

/* Beside our own file, else on the PATH. */
static void find_program(char out[CLIENT_PATH_MAX])
{
    static const char name[] = "portcullisd";
    ssize_t n = readlink("/proc/self/exe", out, CLIENT_PATH_MAX - sizeof name - 1);
    if (n > 0) {
        out[n] = 0;
        char *slash = strrchr(out, '/');
        memcpy(slash ? slash + 1 : out, name, sizeof name);
        if (!access(out, X_OK))
            return;
    }
    const char *path = getenv("PATH");
    while (path && *path) {
        int length = (int)strcspn(path, ":");
        int written = snprintf(out, CLIENT_PATH_MAX, "%.*s/%s", length, path, name);
        if (length && written < CLIENT_PATH_MAX && !access(out, X_OK))
            return;
        path += length;
        path += *path == ':';
    }
    out[0] = 0;
}

bool where_find(struct where *w)
{
    const char *state = absolute("XDG_STATE_HOME");
    const char *home = absolute("HOME");
    if (!state && !home) {
        say("neither XDG_STATE_HOME nor HOME is set to a directory");
        return false;
    }
    if (!join(w->state, state ? state : home, state ? "/portcullis" : "/.local/state/portcullis") ||
        !join(w->log, w->state, "/portcullisd.start.log"))
        return false;
    find_program(w->program);
    const char *uid = getenv("PORTCULLIS_DAEMON_UID");
    char *end = NULL;
    w->daemon_uid = uid && uid[0] ? strtol(uid, &end, 10) : -1;
    if (end && (*end || w->daemon_uid < 0)) {
        say("PORTCULLIS_DAEMON_UID must be the id of a user");
        return false;
    }
    const char *at = getenv("PORTCULLIS_SOCKET");
    if (at && at[0] && at[0] != '/') {
        say("PORTCULLIS_SOCKET must be an absolute path");
        return false;
    }
    if (at && at[0])
        return join(w->socket, at, "");
    return join(w->socket, w->state, "/portcullis.sock");
}

bool where_make_parent(const char *path, char out[CLIENT_PATH_MAX])
{
    snprintf(out, CLIENT_PATH_MAX, "%s", path);
    char *end = strrchr(out, '/');
    if (!end || end == out) {
        snprintf(out, CLIENT_PATH_MAX, "/");
        return true;
    }
    *end = 0;
    for (char *p = out + 1;; p++) {
        if (*p && *p != '/')
            continue;
        char kept = *p;
        *p = 0;
        if (mkdir(out, 0700) && errno != EEXIST) {
            say("%s: %s", out, strerror(errno));
            return false;
        }
        if (!kept)
            return true;
        *p = kept;
    }
}
