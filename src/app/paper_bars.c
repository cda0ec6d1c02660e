/* SPDX-License-Identifier: MIT */
#include "app/paper_bars.h"

#include "paper/replay.h"
#include "sys/files.h"
#include "sys/paths.h"

#include <stdio.h>

struct loading {
    struct paper *paper;
    const char *dir;
    struct error *e;
    size_t read;
    bool failed;
};

static void load(void *self, const char *name)
{
    struct loading *l = self;
    struct str file = str_of(name);
    char path[PATH_TEXT_MAX];
    if (l->failed || file.n < 5 || !str_eq(str_sub(file, file.n - 4, file.n), STR(".csv")))
        return;
    int n = snprintf(path, sizeof path, "%s/%s", l->dir, name);
    struct buf text;
    buf_init(&text, REPLAY_TEXT_MAX);
    if (n < 0 || (size_t)n >= sizeof path)
        l->failed = !error_set(l->e, ERROR_INVALID, "BAD_PATH", "--bars is too long");
    else
        l->failed = !file_read(path, REPLAY_TEXT_MAX, &text, l->e) ||
                    !paper_bars(l->paper, file, buf_str(&text), l->e);
    buf_fini(&text);
    l->read++;
}

bool paper_bars_load(struct paper *p, const char *dir, struct error *e)
{
    struct loading l = {.paper = p, .dir = dir, .e = e};
    if (!dir_list(dir, PAPER_BARS_FILES_MAX, load, &l, e) || l.failed)
        return false;
    if (l.read == 0)
        return error_set(e, ERROR_NOT_FOUND, "BARS", "%s has no file that ends in .csv", dir);
    return true;
}
