/* SPDX-License-Identifier: MIT */
#include "automation/endings.h"

#include "base/alloc.h"
#include "base/known.h"
#include "base/limits.h"
#include "base/rng.h"

#include <stdio.h>

struct endings {
    const struct book *book;
    struct journal *journal;
    struct known
        *kept; /* name of an order -> digest of what was kept of it, in place of a pointer */
};

struct endings *endings_new(const struct book *book, struct journal *journal)
{
    struct endings *x = xcalloc(1, sizeof *x);
    *x = (struct endings){book, journal, known_new(JOURNAL_KNOWN_MAX, JOURNAL_KNOWN_MS, NULL)};
    return x;
}

void endings_free(struct endings *x)
{
    if (!x)
        return;
    known_free(x->kept);
    xfree(x);
}

static const struct book_order *order_of(const struct book *b, const struct order *o)
{
    const struct book_order *found = o->perm_id ? book_order_perm(b, o->perm_id) : NULL;
    return found ? found : book_order(b, o->client_id, o->order_id);
}

/* What can still change of an order that is over; never NULL. */
static void *digest_of(const struct book_order *o)
{
    const struct order_status *s = &o->status;
    uint64_t h = rng_mix((uint64_t)s->state, (uint64_t)s->broker_code);
    h = rng_mix(h, (uint64_t)s->filled.nano);
    h = rng_mix(h, (uint64_t)s->remaining.nano);
    h = rng_mix(h, s->avg_fill_price.has ? (uint64_t)s->avg_fill_price.v.nano : 0);
    h = rng_mix(h, (uint64_t)o->order.quantity.nano);
    return (void *)(uintptr_t)(h | 1);
}

bool endings_observe(struct endings *x, const struct event *ev, struct error *e)
{
    char name[80];
    bool tells = ev->kind == EVENT_ORDER || ev->kind == EVENT_ORDER_STATUS ||
                 ev->kind == EVENT_COMPLETED_ORDER || ev->kind == EVENT_NOTICE;
    if (!tells || !ev->order || ev->margin) /* a what-if is no order */
        return true;
    known_turn(x->kept, ev->at.mono);
    const struct book_order *o = order_of(x->book, ev->order);
    if (!o || !book_order_is_over(o))
        return true;
    (void)snprintf(name, sizeof name, "%lld %d %d", (long long)o->order.perm_id, o->order.client_id,
                   o->order.order_id);
    void *digest = digest_of(o);
    if (known_get(x->kept, str_of(name)) == digest)
        return true;
    struct opt_utc end = book_order_end(o);
    struct past_order past = {o->order, o->status, end.has ? end.v : ev->at.wall};
    struct past_page page = {.orders = &past, .order_count = 1};
    if (!journal_keep(x->journal, &page, ev->at, e))
        return false;
    known_put(x->kept, str_of(name), digest); /* one that was forgotten is kept once more */
    return true;
}
