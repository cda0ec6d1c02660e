/* SPDX-License-Identifier: MIT */
#include "broker/pacing.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

enum { WINDOW_MS = 1000, ROOM_FOR_CANCELS = 256, ROOM_FOR_ORDERS = 256 };

struct pacing_message {
    struct pacing_message *next;
    int32_t order_id;
    size_t n;
    char bytes[];
};

void pacing_init(struct pacing *p, size_t rate)
{
    assert(rate > 0 && rate <= PACING_RATE_MAX);
    *p = (struct pacing){.rate = rate};
}

static void clear_class(struct pacing *p, enum pacing_class class)
{
    struct pacing_message *m = p->queue[class].first;
    while (m != NULL) {
        struct pacing_message *next = m->next;
        xfree(m);
        p->count--;
        m = next;
    }
    p->queue[class].first = p->queue[class].last = NULL;
}

void pacing_clear(struct pacing *p)
{
    for (int c = 0; c < PACING_CLASS_COUNT; c++)
        clear_class(p, (enum pacing_class)c);
}

void pacing_clear_rest(struct pacing *p)
{
    clear_class(p, PACING_REST);
}

void pacing_fini(struct pacing *p)
{
    pacing_clear(p);
}

bool pacing_add(struct pacing *p, enum pacing_class class, int32_t order_id, struct str bytes)
{
    size_t room = LIMIT_PACING_QUEUE;
    if (class == PACING_ORDER || class == PACING_REST)
        room -= ROOM_FOR_CANCELS;
    if (class == PACING_REST)
        room -= ROOM_FOR_ORDERS;
    if (p->count >= room)
        return false;
    if (class == PACING_CANCEL_AFTER_ORDERS)
        class = PACING_ORDER;
    struct pacing_message *m = xmalloc(sizeof *m + bytes.n);
    *m = (struct pacing_message){.order_id = order_id, .n = bytes.n};
    memcpy(m->bytes, bytes.p, bytes.n);
    if (p->queue[class].last != NULL)
        p->queue[class].last->next = m;
    else
        p->queue[class].first = m;
    p->queue[class].last = m;
    p->count++;
    return true;
}

bool pacing_has_order(const struct pacing *p, int32_t order_id)
{
    for (const struct pacing_message *m = p->queue[PACING_ORDER].first; m != NULL; m = m->next)
        if (order_id == 0 || m->order_id == order_id)
            return true;
    return false;
}

void pacing_note(struct pacing *p, struct instant now)
{
    if (p->sent_count < p->rate) {
        p->sent[(p->at + p->sent_count++) % p->rate] = now;
        return;
    }
    p->sent[p->at] = now;
    p->at = (p->at + 1) % p->rate;
}

static struct instant allowed_at(const struct pacing *p)
{
    if (p->sent_count < p->rate)
        return (struct instant){INT64_MIN};
    return instant_after_ms(p->sent[p->at], WINDOW_MS);
}

void pacing_release(struct pacing *p, struct instant now, struct buf *out)
{
    for (int c = 0; c < PACING_CLASS_COUNT; c++) {
        struct pacing_message *m;
        while ((m = p->queue[c].first) != NULL) {
            if (!instant_due(allowed_at(p), now) || out->n + m->n > out->cap)
                return;
            buf_add(out, m->bytes, m->n);
            pacing_note(p, now);
            p->queue[c].first = m->next;
            if (m->next == NULL)
                p->queue[c].last = NULL;
            p->count--;
            xfree(m);
        }
    }
}

struct instant pacing_next(const struct pacing *p)
{
    return p->count == 0 ? INSTANT_NEVER : allowed_at(p);
}
