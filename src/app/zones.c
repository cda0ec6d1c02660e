/* SPDX-License-Identifier: MIT */
#include "app/zones.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "sys/files.h"

#include <stdio.h>

struct zone {
    char name[48];
    struct tz *tz; /* NULL: there is no such zone */
};

struct zones {
    char directory[256];
    struct zone known[ZONES_MAX];
    size_t n;
};

struct zones *zones_new(const char *directory)
{
    struct zones *z = xcalloc(1, sizeof *z);
    str_copy_cut(z->directory, sizeof z->directory, str_of(directory));
    return z;
}

void zones_free(struct zones *z)
{
    for (size_t i = 0; z && i < z->n; i++)
        tz_free(z->known[i].tz);
    xfree(z);
}

static struct tz *load(const struct zones *z, struct str name)
{
    char path[512];
    struct error e = {0};
    struct buf bytes;
    struct tz *tz = NULL;
    (void)snprintf(path, sizeof path, "%s/" STR_FMT, z->directory, STR_ARG(name));
    buf_init(&bytes, TZ_BYTES_MAX);
    if (file_read(path, TZ_BYTES_MAX, &bytes, &e))
        tz = tz_new(buf_str(&bytes), &e);
    buf_fini(&bytes);
    return tz;
}

static const struct tz *find(void *self, struct str name)
{
    struct zones *z = self;
    for (size_t i = 0; i < z->n; i++)
        if (str_eq(STR_NAME(z->known[i].name), name))
            return z->known[i].tz;
    if (z->n == ZONES_MAX || !str_copy(z->known[z->n].name, sizeof z->known[0].name, name))
        return NULL;
    z->known[z->n].tz = load(z, name);
    return z->known[z->n++].tz;
}

struct tz_zones zones_source(struct zones *z)
{
    return (struct tz_zones){find, z};
}
