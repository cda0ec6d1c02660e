/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "paper/venue_private.h"

#include <assert.h>

/* old clients keep perm ids in 32 bits */
static const int64_t perm_first = 1500000001, perm_last = INT32_MAX;
enum { FILLS_RESERVE = 1000 }; /* room that pieces of working orders may still need */
static const int64_t ended_kept_ns = (int64_t)8 * 86400 * NS_PER_S;

struct venue *venue_new(const struct universe *u, struct feed *f, struct accounts *a, uint64_t seed)
{
    struct venue *v = xcalloc(1, sizeof *v);
    v->universe = u;
    v->feed = f;
    v->accounts = a;
    v->market = market_of_feed(f);
    v->seed = seed;
    v->tickets = xcalloc(VENUE_TICKETS_MAX, sizeof *v->tickets);
    v->live = xcalloc(VENUE_TICKETS_MAX, sizeof *v->live);
    v->fills = xcalloc(VENUE_FILLS_MAX, sizeof *v->fills);
    v->by_perm = map_new(VENUE_TICKETS_MAX);
    v->by_id = map_new(VENUE_TICKETS_MAX);
    v->next_perm = perm_first;
    v->next_seq = 1;
    return v;
}

void venue_free(struct venue *v)
{
    if (v == NULL)
        return;
    for (size_t i = 0; i < v->ticket_count; i++)
        xfree(v->tickets[i]);
    for (size_t i = 0; i < v->fill_count; i++)
        xfree(v->fills[i]);
    map_free(v->by_perm);
    map_free(v->by_id);
    xfree(v->tickets);
    xfree(v->live);
    xfree(v->fills);
    xfree(v->events);
    xfree(v);
}

void venue_use_market(struct venue *v, const struct market *m)
{
    assert(m->touch && m->book && m->is_open && m->is_halted && m->next_open && m->next_auction &&
           m->previous_close && m->short_shares && m->volume);
    v->market = *m;
}

/* ---- tickets ---- */
static int64_t id_key(int32_t client_id, int32_t order_id)
{
    return (int64_t)((uint64_t)(uint32_t)client_id << 32 | (uint32_t)order_id);
}

struct ticket *venue_own(struct venue *v, const struct ticket *t)
{
    struct ticket *own = map_get(v->by_perm, t->order.perm_id);
    assert(own == t);
    return own;
}

struct ticket *venue_store(struct venue *v, const struct ticket *draft)
{
    assert(v->ticket_count < VENUE_TICKETS_MAX);
    struct ticket *t = xmalloc(sizeof *t);
    *t = *draft;
    if (t->order.perm_id == 0)
        t->order.perm_id = v->next_perm;
    if (t->order.perm_id >= v->next_perm)
        v->next_perm = t->order.perm_id + 1;
    v->tickets[v->ticket_count++] = t;
    map_put(v->by_perm, t->order.perm_id, t);
    if (t->exercise == 0)
        map_put(v->by_id, id_key(t->order.client_id, t->order.order_id), t);
    if (ticket_is_live(t))
        v->live[v->live_count++] = t;
    if (t->exercise == 0 || t->order.order_id > 0)
        venue_use_id(v, t->order.client_id, t->order.order_id);
    return t;
}

void venue_unlive(struct venue *v, const struct ticket *t)
{
    for (size_t i = 0; i < v->live_count; i++)
        if (v->live[i] == t) {
            v->live[i] = NULL; /* somebody may be walking the list: venue_sweep closes the gap */
            v->has_gaps = true;
        }
}

void venue_sweep(struct venue *v)
{
    if (!v->has_gaps)
        return;
    size_t n = 0;
    for (size_t i = 0; i < v->live_count; i++)
        if (v->live[i] != NULL)
            v->live[n++] = v->live[i];
    v->live_count = n;
    v->has_gaps = false;
}

/* Forgets tickets that ended before a moment, and their fills. */
static void forget(struct venue *v, int64_t before_ns)
{
    assert(v->event_count == 0); /* events point at tickets */
    size_t n = 0;
    for (size_t i = 0; i < v->fill_count; i++) {
        const struct ticket *t = v->fills[i]->ticket;
        if (ticket_is_live(t) || t->ended_ns >= before_ns)
            v->fills[n++] = v->fills[i];
        else
            xfree(v->fills[i]);
    }
    v->fill_count = n;
    n = 0;
    for (size_t i = 0; i < v->ticket_count; i++) {
        struct ticket *t = v->tickets[i];
        if (ticket_is_live(t) || t->ended_ns >= before_ns) {
            v->tickets[n++] = t;
            continue;
        }
        int64_t key = id_key(t->order.client_id, t->order.order_id);
        map_take(v->by_perm, t->order.perm_id);
        if (map_get(v->by_id, key) == t)
            map_take(v->by_id, key);
        xfree(t);
    }
    v->ticket_count = n;
}

/* As long as it takes: a day's list is the last that goes. */
static bool is_full(const struct venue *v)
{
    return v->ticket_count == VENUE_TICKETS_MAX ||
           v->fill_count + v->live_count + FILLS_RESERVE >= VENUE_FILLS_MAX;
}

void venue_tidy(struct venue *v, int64_t now_ns)
{
    if (v->event_count > 0)
        return;
    for (int64_t kept = ended_kept_ns; is_full(v) && kept >= ended_kept_ns / 8; kept /= 2)
        forget(v, now_ns - kept);
}

bool venue_has_room(struct venue *v, int64_t now_ns)
{
    venue_tidy(v, now_ns);
    return v->ticket_count < VENUE_TICKETS_MAX && v->next_perm < perm_last &&
           v->fill_count + v->live_count + FILLS_RESERVE < VENUE_FILLS_MAX &&
           v->id_count < VENUE_CLIENTS_MAX;
}

const struct ticket *venue_find(const struct venue *v, int32_t client_id, int32_t order_id)
{
    return map_get(v->by_id, id_key(client_id, order_id));
}

const struct ticket *venue_find_perm(const struct venue *v, int64_t perm_id)
{
    return map_get(v->by_perm, perm_id);
}

const struct ticket *venue_parent(const struct venue *v, const struct ticket *t)
{
    return t->order.parent_id == 0 ? NULL : venue_find(v, t->order.client_id, t->order.parent_id);
}

size_t venue_ticket_count(const struct venue *v)
{
    return v->ticket_count;
}

const struct ticket *venue_ticket_at(const struct venue *v, size_t i)
{
    assert(i < v->ticket_count);
    return v->tickets[i];
}

size_t venue_fill_count(const struct venue *v)
{
    return v->fill_count;
}

const struct fill *venue_fill_at(const struct venue *v, size_t i)
{
    assert(i < v->fill_count);
    return v->fills[i];
}

/* ---- order ids ---- */
static size_t id_row(const struct venue *v, int32_t client_id)
{
    size_t i = 0;
    while (i < v->id_count && v->ids[i].client_id != client_id)
        i++;
    return i;
}

int32_t venue_next_id(const struct venue *v, int32_t client_id)
{
    size_t i = id_row(v, client_id);
    return i < v->id_count ? v->ids[i].next_id : 1;
}

void venue_use_id(struct venue *v, int32_t client_id, int32_t order_id)
{
    size_t i = id_row(v, client_id);
    if (i == VENUE_CLIENTS_MAX || order_id == INT32_MAX || order_id < 0)
        return;
    if (i == v->id_count) {
        v->ids[v->id_count].client_id = client_id;
        v->ids[v->id_count++].next_id = 1;
    }
    if (order_id >= v->ids[i].next_id)
        v->ids[i].next_id = order_id + 1;
}

bool venue_id_row(const struct venue *v, size_t i, int32_t *client_id, int32_t *next_id)
{
    if (i >= v->id_count)
        return false;
    *client_id = v->ids[i].client_id;
    *next_id = v->ids[i].next_id;
    return true;
}

/* ---- the queue ---- */
struct venue_event *venue_emit(struct venue *v, enum venue_event_kind kind, const struct ticket *t)
{
    assert(v->event_count < VENUE_EVENTS_MAX); /* a few per live ticket; the owner drains it */
    if (v->event_count == v->event_room) {
        v->event_room = v->event_room > 0 ? v->event_room * 2 : 32;
        v->events = xrealloc(v->events, v->event_room * sizeof *v->events);
    }
    struct venue_event *e = &v->events[v->event_count++];
    *e = (struct venue_event){.kind = kind, .ticket = *t};
    return e;
}

size_t venue_event_count(const struct venue *v)
{
    return v->event_count;
}

const struct venue_event *venue_event_at(const struct venue *v, size_t i)
{
    assert(i < v->event_count);
    return &v->events[i];
}

void venue_events_clear(struct venue *v)
{
    v->event_count = 0;
}

/* ---- fills ---- */
struct fill *venue_add_fill(struct venue *v, const struct fill *f)
{
    assert(v->fill_count < VENUE_FILLS_MAX);
    struct fill *own = xmalloc(sizeof *own);
    *own = *f;
    if (own->seq >= v->next_seq)
        v->next_seq = own->seq + 1;
    v->fills[v->fill_count++] = own;
    return own;
}

struct account *venue_account(struct venue *v, const struct fill *f)
{
    return f->part == FILL_SHARE ? &v->accounts->items[f->account]
                                 : accounts_find(v->accounts, STR_NAME(f->ticket->order.account));
}

static void book_in_ledger(struct venue *v, struct fill *f)
{
    const struct trade trade = {f->instrument, f->side,       f->quantity,
                                f->price,      f->commission, f->commission_currency};
    struct ledger *l = &venue_account(v, f)->ledger;
    struct ledger_change change;
    struct dec before = ledger_quantity(l, f->instrument);
    ledger_trade(l, &trade, &change);
    bool fits = ledger_apply(l, &change);
    assert(fits); /* venue_trade and venue_restore_fill have looked */
    f->realized = change.realized;
    f->closes = dec_sign(before) != 0 && (dec_sign(before) > 0) == (f->side == SIDE_SELL);
}

static struct dec average_after(const struct order_status *s, const struct fill *f)
{
    struct dec filled = dec_plus(s->filled, f->quantity), before, now, average;
    if (!s->avg_fill_price.has || !dec_mul(s->avg_fill_price.v, s->filled, &before) ||
        !dec_mul(f->price, f->quantity, &now) || !dec_div(dec_plus(before, now), filled, &average))
        return f->price;
    return average;
}

static void count_fill(struct venue *v, struct fill *f, struct ticket *t)
{
    struct order_status *s = &t->status;
    s->avg_fill_price = DEC_SOME(average_after(s, f));
    s->last_fill_price = DEC_SOME(f->price);
    s->filled = dec_plus(s->filled, f->quantity);
    s->remaining = dec_minus(t->order.quantity, s->filled);
    f->cum_quantity = s->filled;
    f->average_price = s->avg_fill_price.v;
    if (dec_sign(s->remaining) > 0)
        return;
    s->state = STATE_FILLED;
    s->why_held[0] = 0;
    t->end = END_FILLED;
    t->ended_ns = f->at_ns;
    venue_unlive(v, t);
}

static struct ticket_share *share_of(struct ticket *t, int32_t account)
{
    for (size_t i = 0; i < t->terms.share_count; i++)
        if (t->terms.shares[i].account == account)
            return &t->terms.shares[i];
    return NULL;
}

static void count_share(struct fill *f, struct ticket *t)
{
    struct ticket_share *s = share_of(t, f->account);
    struct dec value;
    s->filled = dec_plus(s->filled, f->quantity);
    f->cum_quantity = s->filled;
    f->average_price = f->price;
    if (dec_mul(f->price, f->quantity, &value)) /* it fits: the ledger has it */
        s->paid = dec_plus(s->paid, value);
    (void)dec_div(s->paid, s->filled, &f->average_price);
}

void venue_book(struct venue *v, struct fill *f, struct ticket *t)
{
    if (fill_is_booked(f))
        book_in_ledger(v, f);
    t->commission = DEC_SOME(dec_plus(t->commission.v, f->commission));
    if (f->commission_currency[0] != 0)
        str_copy_cut(t->commission_currency, sizeof t->commission_currency,
                     STR_NAME(f->commission_currency));
    if (f->part == FILL_SHARE) {
        count_share(f, t);
    } else if (f->part == FILL_LEG) {
        f->cum_quantity = f->quantity;
        f->average_price = f->price;
    } else {
        count_fill(v, f, t);
    }
}

const struct fill *venue_add_exercise(struct venue *v, const struct ticket *draft,
                                      const struct fill *f, bool tells)
{
    assert(draft->exercise != 0 && draft->end == END_FILLED && f->part == FILL_EXERCISE);
    int64_t perm = draft->order.perm_id;
    if (v->ticket_count == VENUE_TICKETS_MAX || v->fill_count == VENUE_FILLS_MAX ||
        v->next_perm >= perm_last || (f->seq != 0 && f->seq < v->next_seq) ||
        (perm != 0 && (perm < v->next_perm || perm >= perm_last)))
        return NULL;
    struct ticket *t = venue_store(v, draft);
    struct fill *own = venue_add_fill(v, f);
    own->ticket = t;
    if (own->seq == 0)
        own->seq = v->next_seq++;
    if (tells) {
        venue_emit(v, VENUE_FILL, t)->fill = own;
        venue_emit(v, VENUE_COMMISSION, t)->fill = own;
    }
    return own;
}

/* ---- restoring ---- */
static bool shares_fit(const struct venue *v, const struct ticket *t)
{
    for (size_t i = 0; i < t->terms.share_count; i++) {
        const struct ticket_share *s = &t->terms.shares[i];
        if (s->account < 0 || (size_t)s->account >= v->accounts->count || dec_sign(s->filled) < 0 ||
            dec_gt(s->filled, s->quantity) || !dec_is_multiple(s->filled, DEC(1)) ||
            !dec_is_multiple(s->quantity, DEC(1)))
            return false;
    }
    return true;
}

static bool share_fits(struct ticket *t, const struct fill *f)
{
    const struct ticket_share *s = f->part == FILL_SHARE ? share_of(t, f->account) : NULL;
    return f->part != FILL_SHARE ||
           (s != NULL && !dec_gt(f->quantity, dec_minus(s->quantity, s->filled)));
}

bool venue_restore_ticket(struct venue *v, const struct ticket *t)
{
    if (t->order.perm_id < perm_first || t->order.perm_id >= perm_last ||
        accounts_ledger(v->accounts, t->order.account) == NULL || !shares_fit(v, t))
        return false;
    struct ticket *own = map_get(v->by_perm, t->order.perm_id);
    if (own == NULL)
        return venue_has_room(v, t->accepted_ns) && venue_store(v, t) != NULL;
    if (own->order.client_id != t->order.client_id || own->order.order_id != t->order.order_id ||
        (!ticket_is_live(own) && ticket_is_live(t)))
        return false;
    bool ends = ticket_is_live(own) && !ticket_is_live(t);
    *own = *t;
    if (ends)
        venue_unlive(v, own);
    venue_sweep(v);
    return true;
}

bool venue_restore_fill(struct venue *v, const struct fill *fill, bool apply)
{
    struct ticket *t = map_get(v->by_perm, fill->ticket->order.perm_id);
    if (t == NULL || fill->seq < v->next_seq || v->fill_count == VENUE_FILLS_MAX ||
        (fill->part == FILL_SHARE && share_of(t, fill->account) == NULL) ||
        (apply && !share_fits(t, fill)) ||
        (apply && fill_counts(fill) &&
         (!ticket_is_live(t) || dec_gt(fill->quantity, t->status.remaining))))
        return false;
    struct fill whose = *fill; /* its own ticket is only a name */
    whose.ticket = t;
    if (apply && !ledger_has_room(&venue_account(v, &whose)->ledger, fill->instrument))
        return false;
    struct fill *own = venue_add_fill(v, fill);
    own->ticket = t;
    if (apply)
        venue_book(v, own, t);
    venue_sweep(v);
    return true;
}

void venue_counters(const struct venue *v, int64_t *next_perm, int64_t *next_seq)
{
    *next_perm = v->next_perm;
    *next_seq = v->next_seq;
}

void venue_restore_counters(struct venue *v, int64_t next_perm, int64_t next_seq)
{
    if (next_perm > v->next_perm && next_perm <= perm_last)
        v->next_perm = next_perm;
    if (next_seq > v->next_seq)
        v->next_seq = next_seq;
}
