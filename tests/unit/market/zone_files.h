/* SPDX-License-Identifier: MIT */
/* zone_files: time zones for tests, from the system's files. */
#ifndef PORTCULLIS_TESTS_MARKET_ZONE_FILES_H
#define PORTCULLIS_TESTS_MARKET_ZONE_FILES_H

#include "data/tz.h"

#include <stdio.h>

enum { ZONE_FILES_MAX = 16 };

struct zone_files {
    struct {
        char name[48];
        struct tz *tz;
    } known[ZONE_FILES_MAX];
    size_t n;
};

static inline const struct tz *zone_files_find(void *self, struct str name)
{
    struct zone_files *z = self;
    static char bytes[TZ_BYTES_MAX];
    char path[96];
    struct error e;
    for (size_t i = 0; i < z->n; i++)
        if (str_eq(STR_NAME(z->known[i].name), name))
            return z->known[i].tz;
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/" STR_FMT, STR_ARG(name));
    FILE *f = z->n < ZONE_FILES_MAX ? fopen(path, "rb") : NULL;
    if (f == NULL)
        return NULL;
    size_t n = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    str_copy_cut(z->known[z->n].name, sizeof z->known[0].name, name);
    return z->known[z->n++].tz = tz_new((struct str){bytes, n}, &e);
}

static inline void zone_files_free(struct zone_files *z)
{
    for (size_t i = 0; i < z->n; i++)
        tz_free(z->known[i].tz);
    z->n = 0;
}

#endif
