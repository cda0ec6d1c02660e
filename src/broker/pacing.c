/* SPDX-License-Identifier: MIT */
#include "broker/pacing.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

enum {
    WINDOW_MS = 1000,
    SLOW_WINDOW_MS = 2 * WINDOW_MS,
    ROOM_FOR_CANCELS = 256,
    ROOM_FOR_ORDERS = 256
};
enum { LANE_FIRST = PACING_REST, LANES = PACING_CLASS_COUNT - LANE_FIRST };

struct pacing_message {
    struct pacing_message *next;
    struct pacing_about about;
    struct instant since;
    size_t n;
    char bytes[];
};

void pacing_init(struct pacing *p, size_t rate)
{
    assert(rate > 0 && rate <= PACING_RATE_MAX);
    *p = (struct pacing){.rate = rate};
}

/* ---- the queues ---- */

static void clear_class(struct pacing *p, enum pacing_class class)
{
    struct pacing_message *m = p->queue[class].first;
    while (m != NULL) {
        struct pacing_message *next = m->next;
        xfree(m);
        m = next;
    }
    p->count -= p->queue[class].count;
    p->queue[class].first = p->queue[class].last = NULL;
    p->queue[class].count = 0;
}

void pacing_clear(struct pacing *p)
{
    for (int c = 0; c < PACING_CLASS_COUNT; c++)
        clear_class(p, (enum pacing_class)c);
    quota_end_all(&p->quota);
}

void pacing_clear_rest(struct pacing *p)
{
    for (int c = LANE_FIRST; c < PACING_CLASS_COUNT; c++)
        clear_class(p, (enum pacing_class)c);
}

void pacing_fini(struct pacing *p)
{
    pacing_clear(p);
}

/* Takes the message behind `before` (NULL: the first) out of its queue. */
static struct pacing_message *unlink_after(struct pacing *p, int class,
                                           struct pacing_message *before)
{
    struct pacing_message *m = before == NULL ? p->queue[class].first : before->next;
    if (before == NULL)
        p->queue[class].first = m->next;
    else
        before->next = m->next;
    if (m->next == NULL)
        p->queue[class].last = before;
    p->queue[class].count--;
    p->count--;
    return m;
}

static bool has_room(const struct pacing *p, enum pacing_class class)
{
    bool is_lane = (int)class >= LANE_FIRST && class < PACING_CLASS_COUNT;
    size_t room = LIMIT_PACING_QUEUE;
    if (class == PACING_ORDER || is_lane)
        room -= ROOM_FOR_CANCELS;
    if (is_lane)
        room -= ROOM_FOR_ORDERS;
    return p->count < room &&
           (class != PACING_HISTORY || p->queue[class].count < PACING_HISTORY_MAX);
}

bool pacing_add(struct pacing *p, enum pacing_class class, const struct pacing_about *about,
                struct str bytes, struct instant now)
{
    if (!has_room(p, class))
        return false;
    if (class == PACING_CANCEL_AFTER_ORDERS)
        class = PACING_ORDER;
    struct pacing_message *m = xmalloc(sizeof *m + bytes.n);
    *m = (struct pacing_message){.since = now, .n = bytes.n};
    if (about != NULL)
        m->about = *about;
    memcpy(m->bytes, bytes.p, bytes.n);
    if (p->queue[class].last != NULL)
        p->queue[class].last->next = m;
    else
        p->queue[class].first = m;
    p->queue[class].last = m;
    p->queue[class].count++;
    p->count++;
    return true;
}

void pacing_forget(struct pacing *p, int32_t request_id)
{
    assert(request_id != 0);
    for (int c = LANE_FIRST; c < PACING_CLASS_COUNT; c++) {
        struct pacing_message *before = NULL;
        for (struct pacing_message *m = p->queue[c].first; m != NULL; before = m, m = m->next)
            if (m->about.request_id == request_id) {
                xfree(unlink_after(p, c, before));
                return;
            }
    }
}

size_t pacing_drop_orders(struct pacing *p, int32_t order_id)
{
    struct pacing_message *before = NULL, *m = p->queue[PACING_ORDER].first;
    size_t n = 0;
    while (m != NULL) {
        struct pacing_message *next = m->next;
        if (m->about.is_order && (order_id == 0 || m->about.order_id == order_id)) {
            xfree(unlink_after(p, PACING_ORDER, before));
            n++;
        } else {
            before = m;
        }
        m = next;
    }
    return n;
}

bool pacing_has_order(const struct pacing *p, int32_t order_id)
{
    for (const struct pacing_message *m = p->queue[PACING_ORDER].first; m != NULL; m = m->next)
        if (order_id == 0 || m->about.order_id == order_id)
            return true;
    return false;
}

struct instant pacing_oldest(const struct pacing *p)
{
    struct instant oldest = INSTANT_NEVER;
    for (int c = 0; c < PACING_CLASS_COUNT; c++)
        if (p->queue[c].first != NULL)
            oldest = instant_min(oldest, p->queue[c].first->since);
    return oldest;
}

/* ---- the rate ---- */

void pacing_note(struct pacing *p, struct instant now)
{
    if (p->sent_count < p->rate) {
        p->sent[(p->at + p->sent_count++) % p->rate] = now;
        return;
    }
    p->sent[p->at] = now;
    p->at = (p->at + 1) % p->rate;
}

static struct instant allowed_at(const struct pacing *p, struct instant now)
{
    if (p->sent_count < p->rate)
        return (struct instant){INT64_MIN};
    bool is_slow = !instant_due(p->slow_until, now);
    return instant_after_ms(p->sent[p->at], is_slow ? SLOW_WINDOW_MS : WINDOW_MS);
}

void pacing_back_off(struct pacing *p, enum quota_class class, struct instant now)
{
    struct instant until = instant_after_ms(now, PACING_BACK_OFF_MS);
    if (class == QUOTA_NONE)
        p->slow_until = until;
    else
        quota_back_off(&p->quota, class, until);
}

int64_t pacing_backs_off_ms(const struct pacing *p, struct instant now)
{
    struct instant until = quota_backed_off_until(&p->quota);
    if (p->slow_until.ns > until.ns)
        until = p->slow_until;
    return until.ns > now.ns ? (until.ns - now.ns) / NS_PER_MS : 0;
}

/* ---- leaving ---- */

/* Sends the message behind `before`. False if the rate or the room in out forbids it. */
static bool leave(struct pacing *p, int class, struct pacing_message *before, struct instant now,
                  struct buf *out)
{
    const struct pacing_message *next = before == NULL ? p->queue[class].first : before->next;
    if (!instant_due(allowed_at(p, now), now) || out->n + next->n > out->cap)
        return false;
    struct pacing_message *m = unlink_after(p, class, before);
    buf_add(out, m->bytes, m->n);
    pacing_note(p, now);
    if (m->about.quota.class != QUOTA_NONE)
        quota_begin(&p->quota, &m->about.quota, now);
    if (m->about.request_id != 0 && p->on_leave != NULL)
        p->on_leave(p->self, m->about.request_id);
    xfree(m);
    return true;
}

/*
 * Finds the first message of a lane that its quota lets go: true, and *before is the one in front
 * of it. *next is then, and otherwise, the earliest time at which any of them is free.
 */
static bool find_free(const struct pacing *p, int lane, struct instant now,
                      struct pacing_message **before, struct instant *next)
{
    bool is_held[QUOTA_CLASS_COUNT] = {false};
    *before = NULL;
    *next = INSTANT_NEVER;
    for (struct pacing_message *m = p->queue[lane].first; m != NULL; *before = m, m = m->next) {
        enum quota_hold hold = QUOTA_FREE;
        enum quota_class class = m->about.quota.class;
        if (is_held[class])
            continue;
        struct instant at = {INT64_MIN};
        if (class != QUOTA_NONE)
            at = quota_free_at(&p->quota, &m->about.quota, now, &hold);
        *next = instant_min(*next, at);
        if (hold == QUOTA_FREE)
            return true;
        is_held[class] = hold == QUOTA_HOLDS_ALL;
    }
    return false;
}

static void release_lanes(struct pacing *p, struct instant now, struct buf *out)
{
    for (int idle = 0; idle < LANES;) {
        struct pacing_message *before;
        struct instant next;
        int lane = LANE_FIRST + p->turn;
        if (!find_free(p, lane, now, &before, &next)) {
            idle++;
        } else {
            if (!leave(p, lane, before, now, out))
                return;
            idle = 0;
        }
        p->turn = (p->turn + 1) % LANES;
    }
}

void pacing_release(struct pacing *p, struct instant now, struct buf *out)
{
    for (int c = PACING_CANCEL; c <= PACING_ORDER; c++)
        while (p->queue[c].first != NULL)
            if (!leave(p, c, NULL, now, out))
                return;
    release_lanes(p, now, out);
}

struct instant pacing_next(const struct pacing *p, struct instant now)
{
    struct instant rate = allowed_at(p, now), next = INSTANT_NEVER;
    if (p->queue[PACING_CANCEL].first != NULL || p->queue[PACING_ORDER].first != NULL)
        return rate;
    for (int c = LANE_FIRST; c < PACING_CLASS_COUNT; c++) {
        struct pacing_message *before;
        struct instant at;
        (void)find_free(p, c, now, &before, &at);
        next = instant_min(next, at);
    }
    return next.ns > rate.ns ? next : rate;
}
