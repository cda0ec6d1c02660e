/* SPDX-License-Identifier: MIT */
#include "ops/tally.h"

#include "base/alloc.h"

#include <assert.h>
#include <string.h>

const int64_t tally_bounds_ms[TALLY_BUCKETS] = {1,   5,    10,   25,   50,    100,
                                                250, 1000, 2500, 5000, 10000, 30000};

struct tally {
    struct tally_row rows[TALLY_OPS_MAX];
    size_t row_count;
    struct tally_failure failures[TALLY_FAILURES_MAX];
    size_t failure_count;
    int64_t statuses[TALLY_STATUS_MAX];
};

struct tally *tally_new(void)
{
    return xcalloc(1, sizeof(struct tally));
}

void tally_free(struct tally *t)
{
    xfree(t);
}

static struct tally_row *row_of(struct tally *t, const struct op *op)
{
    for (size_t i = 0; i < t->row_count; i++)
        if (t->rows[i].op == op)
            return &t->rows[i];
    if (t->row_count == TALLY_OPS_MAX)
        return NULL;
    t->rows[t->row_count].op = op;
    return &t->rows[t->row_count++];
}

/* The last place is for all that have none of their own. */
static void note_failure(struct tally *t, const struct op *op, const char *reason)
{
    for (size_t i = 0; i < t->failure_count; i++) {
        struct tally_failure *f = &t->failures[i];
        if (f->op == op && strcmp(f->reason, reason) == 0) {
            f->count++;
            return;
        }
    }
    bool is_full = t->failure_count >= TALLY_FAILURES_MAX - 1;
    struct tally_failure *f = &t->failures[is_full ? TALLY_FAILURES_MAX - 1 : t->failure_count];
    if (t->failure_count < TALLY_FAILURES_MAX && !f->count)
        t->failure_count++;
    f->op = is_full ? NULL : op;
    str_copy_cut(f->reason, sizeof f->reason, is_full ? STR("other") : str_of(reason));
    f->count++;
}

void tally_call(struct tally *t, const struct op *op, enum face face, int64_t took_ms,
                const struct error *failure)
{
    struct tally_row *r = t ? row_of(t, op) : NULL;
    if (!r)
        return;
    r->calls[face]++;
    r->count++;
    r->total_ms += took_ms;
    for (size_t i = 0; i < TALLY_BUCKETS; i++)
        r->within[i] += took_ms <= tally_bounds_ms[i];
    if (failure)
        note_failure(t, op, failure->reason);
}

void tally_http(struct tally *t, int status)
{
    assert(status > 0 && status < TALLY_STATUS_MAX);
    if (t)
        t->statuses[status]++;
}

const struct tally_row *tally_row_at(const struct tally *t, size_t i)
{
    return t && i < t->row_count ? &t->rows[i] : NULL;
}

const struct tally_failure *tally_failure_at(const struct tally *t, size_t i)
{
    return t && i < t->failure_count ? &t->failures[i] : NULL;
}

int64_t tally_http_count(const struct tally *t, int status)
{
    assert(status > 0 && status < TALLY_STATUS_MAX);
    return t ? t->statuses[status] : 0;
}
