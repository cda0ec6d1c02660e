/* SPDX-License-Identifier: MIT */
#include "store/keep.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

struct keep {
    struct buf text;
    uint64_t set, away, kept; /* versions: the newest, the one at the owner, the one on the disk */
    bool is_away, is_failed;
    struct error why;
    struct task *waiters[LIMIT_TASKS];
    size_t waiter_count;
};

static void wipe(struct keep *k)
{
    if (k->text.p)
        explicit_bzero(k->text.p, k->text.n);
    buf_reset(&k->text);
}

struct keep *keep_new(size_t cap)
{
    struct keep *k = xcalloc(1, sizeof *k);
    buf_init(&k->text, cap);
    return k;
}

void keep_free(struct keep *k)
{
    if (!k)
        return;
    assert(k->waiter_count == 0);
    wipe(k);
    buf_fini(&k->text);
    xfree(k);
}

void keep_set(struct keep *k, struct str text)
{
    wipe(k);
    bool ok = buf_add_str(&k->text, text);
    assert(ok);
    k->set++;
    k->is_failed = false;
}

bool keep_wait(struct task *t, struct keep *k, struct error *e)
{
    uint64_t wanted = k->set;
    while (k->kept < wanted) {
        if (k->is_failed) {
            error_set(e, ERROR_UNAVAILABLE, "KEEP_FAILED", "it could not be kept: %.180s",
                      k->why.text);
            return error_next(e, "see to the disk, then try again");
        }
        assert(k->waiter_count < LIMIT_TASKS);
        k->waiters[k->waiter_count++] = t;
        bool ok = task_wait(t, e);
        for (size_t i = 0; i < k->waiter_count; i++) {
            if (k->waiters[i] == t) {
                k->waiters[i] = k->waiters[--k->waiter_count];
                break;
            }
        }
        if (k->kept < wanted && !ok)
            return false;
    }
    return true;
}

bool keep_take(struct keep *k, struct buf *out)
{
    if (k->is_away || k->is_failed || k->kept == k->set)
        return false;
    k->is_away = true;
    k->away = k->set;
    bool ok = buf_add_str(out, buf_str(&k->text));
    assert(ok);
    return true;
}

void keep_done(struct keep *k, bool ok, const struct error *why)
{
    assert(k->is_away);
    k->is_away = false;
    if (ok)
        k->kept = k->away;
    else if (k->away == k->set) {
        k->is_failed = true;
        k->why = *why;
    }
    for (size_t i = 0; i < k->waiter_count; i++)
        task_wake(k->waiters[i]);
}

bool keep_is_failed(const struct keep *k)
{
    return k->is_failed;
}

void keep_retry(struct keep *k)
{
    k->is_failed = false;
}
