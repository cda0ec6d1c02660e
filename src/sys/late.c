/* SPDX-License-Identifier: MIT */
#include "sys/late.h"

#include <assert.h>
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool fail(struct error *e)
{
    const char *why = dlerror(); /* names the file */
    return error_set(e, ERROR_UNAVAILABLE, "LIBRARY", "%s", why ? why : "a library is missing");
}

static bool find(const struct late_name *names, void *library, struct error *e)
{
    for (const struct late_name *n = names; n->name; n++) {
        void *p = dlsym(library, n->name);
        if (!p)
            return fail(e);
        memcpy(n->at, &p, sizeof p);
    }
    return true;
}

bool late_open(struct late *l, struct error *e)
{
    assert(l && l->files[0]);
    pthread_mutex_lock(&lock);
    void *library = NULL;
    for (size_t i = 0; !l->is_open && !library && l->files[i]; i++)
        library = dlopen(l->files[i], RTLD_NOW | RTLD_LOCAL);
    if (!l->is_open)
        l->is_open = library ? find(l->names, library, e) : fail(e);
    bool ok = l->is_open;
    pthread_mutex_unlock(&lock);
    return ok;
}
