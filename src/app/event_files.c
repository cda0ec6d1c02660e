/* SPDX-License-Identifier: MIT */
#include "app/event_files.h"

#include "market/events.h"
#include "sys/files.h"

#include <stdio.h>

enum { ENTRIES_MAX = 1000, NAME_MAX = 128 };

struct names {
    char name[EVENT_FILES_MAX][NAME_MAX];
    size_t n, left_out;
};

static void note(void *self, const char *name)
{
    struct names *all = self;
    struct str s = str_of(name);
    bool is_ours = str_ends(s, STR(".ics")) || str_ends(s, STR(".csv"));
    if (!is_ours || name[0] == '.')
        return;
    if (all->n == EVENT_FILES_MAX || !str_copy(all->name[all->n], NAME_MAX, s))
        all->left_out++;
    else
        all->n++;
}

static bool read_files(void *self, struct arena *a, struct event_file **out, size_t *n,
                       struct error *e)
{
    const struct event_directory *d = self;
    struct names *all = ARENA_NEW(a, struct names);
    *all = (struct names){.n = 0};
    *n = 0;
    if (!d->path[0] || !file_exists(d->path))
        return true;
    if (!dir_list(d->path, ENTRIES_MAX, note, all, e))
        return false;
    if (all->left_out)
        return error_set(e, ERROR_LIMIT, "FILES_MAX", "%s has more than %d files of events",
                         d->path, EVENT_FILES_MAX);
    *out = ARENA_MANY(a, struct event_file, all->n);
    for (size_t i = 0; i < all->n; i++) {
        char path[EVENT_PATH_MAX + NAME_MAX];
        struct buf text;
        (void)snprintf(path, sizeof path, "%s/%s", d->path, all->name[i]);
        buf_init(&text, EVENT_FILE_MAX);
        bool ok = file_read(path, EVENT_FILE_MAX, &text, e);
        if (ok)
            (*out)[(*n)++] = (struct event_file){arena_str(a, str_of(all->name[i])),
                                                 arena_str(a, buf_str(&text))};
        buf_fini(&text);
        if (!ok)
            return false;
    }
    return true;
}

struct event_files event_files_source(struct event_directory *d)
{
    return (struct event_files){read_files, d};
}
