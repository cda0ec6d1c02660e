/* SPDX-License-Identifier: MIT */
/*
 * sweep: the cancels of the kill switches.
 *
 * Each order that shall end is remembered from the moment it is found until the switches that want
 * it are released, so that "how many of how many" has an answer. A cancel is sent once on each
 * connection; the pacing of the session lets it leave. The broker's silence is shown, never
 * answered by more messages.
 *
 * Orders of other clients and orders by hand can only be cancelled by the global cancel, which
 * takes everything. It goes first; orders of ours that outlive it for some seconds are then
 * cancelled one by one.
 */
#include "base/alloc.h"
#include "broker/trade.h"
#include "guard/state.h"

#include <assert.h>
#include <string.h>

enum { SWEEP_MS = 1000, SWEEP_SOON_MS = 50 };

void kills_fini(struct kills *k)
{
    void *o;
    for (size_t i = 0; map_next(k->orders, &i, &o);)
        xfree(o);
    map_free(k->orders);
}

/* ---- which ---- */

/*
 * A stop on the other side of what is held. One that is larger than that counts too: to be without
 * protection is worse than to be short of a rest. As long as it is not known what is held, each
 * stop counts.
 */
static bool is_protective(const struct gate *g, const struct book_order *bo)
{
    const struct order *o = &bo->order;
    const struct intent *it =
        dec_is_zero(o->quantity) ? ledger_by_order_id(g->ledger, o->order_id) : NULL;
    if (it) /* the broker has told of it, and not yet what it is */
        o = &it->order;
    if (!order_type_is_stop(o->type))
        return false;
    if (!session_is_ready(g->session))
        return true;
    const struct position *p = book_position(g->book, STR_NAME(o->account), o->contract.con_id);
    return p && dec_sign(p->quantity) == (o->side == SIDE_SELL ? 1 : -1);
}

/* Whose order it is, as far as the journal goes back; STR_NONE for what is not known. */
static struct str owner_of(const struct gate *g, const struct order *o)
{
    const struct intent *it = ledger_by_ref(g->ledger, STR_NAME(o->ref));
    return it ? STR_NAME(it->principal) : STR_NONE;
}

static bool is_closing(const struct gate *g, const struct order *o)
{
    return str_eq(owner_of(g, o), STR(GATE_CLOSER));
}

static bool is_ours(const struct gate *g, const struct order *o)
{
    return o->client_id == g->config.client_id && o->order_id > 0;
}

static bool in_scope(const struct gate *g, const struct kill_switch *k, const struct order *o)
{
    return kill_covers(k, &o->contract) || kill_is_whose(k, owner_of(g, o));
}

/* The switches that want that working order to end, as a set. */
static unsigned wanted_by(const struct gate *g, const struct book_order *bo)
{
    const struct order *o = &bo->order;
    bool ours = is_ours(g, o);
    unsigned set = 0;
    if (ours && is_closing(g, o))
        return 0;
    for (size_t i = 0; i < GATE_KILLS_MAX; i++) {
        const struct kill_switch *k = &g->kills.switches[i];
        bool may = ours || (k->scope == GATE_SCOPE_ALL && g->limits.kill_cancels_foreign);
        if (k->is_on && may && in_scope(g, k, o) && !(k->keep_stops && is_protective(g, bo)))
            set |= 1u << i;
    }
    return set;
}

/* ---- asking ---- */

/* Order ids are ours alone; other clients' orders go by the id that is the whole account's. */
static int64_t kill_key(const struct gate *g, const struct order *o)
{
    return is_ours(g, o) ? o->order_id : -o->perm_id;
}

static struct kill_order *remember(struct gate *g, const struct order *o)
{
    int64_t key = kill_key(g, o);
    struct kill_order *ko = key ? map_get(g->kills.orders, key) : NULL;
    if (ko || !key)
        return ko;
    ko = xcalloc(1, sizeof *ko);
    *ko = (struct kill_order){
        .client_id = o->client_id, .order_id = o->order_id, .perm_id = o->perm_id};
    if (map_put(g->kills.orders, key, ko))
        return ko;
    xfree(ko);
    return NULL;
}

/* The orders of everybody, if that is asked for and no stop is to be kept. */
static void send_global(struct gate *g, struct moment now)
{
    struct kills *k = &g->kills;
    const struct book_order *bo;
    struct error e;
    if (!kill_watches_foreign(g) || k->has_global)
        return;
    for (size_t i = 0; book_next_order(g->book, &i, STR_NONE, &bo);)
        if (order_state_is_working(bo->status.state) && k->switches[0].keep_stops &&
            is_protective(g, bo))
            return;
    k->has_global = trade_cancel_all(g->session, now, &e);
    k->global_at = now.mono;
}

static void ask(struct gate *g, const struct order *o, unsigned set, bool is_ending,
                struct moment now)
{
    struct kills *k = &g->kills;
    struct error e;
    struct kill_order *ko = remember(g, o);
    if (!ko)
        return;
    if (!is_ours(g, o) && !ko->at.has && k->global_at.ns < now.mono.ns)
        k->has_global = false; /* it came after the global cancel: the next sweep sends another */
    bool is_global = (set & 1u) && k->has_global;
    ko->switches |= set;
    if (ko->is_sent)
        return;
    bool is_covered =
        is_global && (!is_ours(g, o) || instant_ms_since(k->global_at, now.mono) < GATE_GLOBAL_MS);
    if (!is_covered && !is_ending && is_ours(g, o))
        ko->is_sent = trade_cancel(g->session, o->order_id, now, &e);
    if ((is_covered || is_ending || ko->is_sent) && !ko->at.has)
        ko->at = (struct opt_utc){now.wall, true};
    if (is_ending)
        ko->is_sent = true;
}

/* ---- what became of them ---- */

static bool is_over(const struct gate *g, const struct kill_order *ko)
{
    bool ours = ko->client_id == g->config.client_id && ko->order_id > 0;
    const struct book_order *bo = ours ? book_order(g->book, ko->client_id, ko->order_id)
                                       : book_order_perm(g->book, ko->perm_id);
    if (bo)
        return !order_state_is_working(bo->status.state);
    const struct intent *it = ours ? ledger_by_order_id(g->ledger, ko->order_id) : NULL;
    return !it || (it->state != INTENT_SENT && it->state != INTENT_UNKNOWN);
}

static bool any_left(const struct gate *g)
{
    void *ko;
    for (size_t i = 0; map_next(g->kills.orders, &i, &ko);)
        if (!is_over(g, ko))
            return true;
    return false;
}

void kill_sweep(struct gate *g, struct moment now)
{
    const struct book_order *bo;
    struct intent *it;
    g->kills.look_at = INSTANT_NEVER;
    if (!kills_any(&g->kills))
        return;
    send_global(g, now);
    for (size_t i = 0; book_next_order(g->book, &i, STR_NONE, &bo);) {
        if (!order_state_is_working(bo->status.state))
            continue;
        unsigned set = wanted_by(g, bo);
        if (set)
            ask(g, &bo->order, set, bo->status.state == STATE_PENDING_CANCEL, now);
    }
    /* sent, and never echoed: it may work all the same */
    for (size_t i = 0; ledger_next(g->ledger, &i, &it);) {
        if ((it->state != INTENT_SENT && it->state != INTENT_UNKNOWN) ||
            book_order_ref(g->book, STR_NAME(it->order.ref)))
            continue;
        struct book_order row = {.order = it->order, .status.remaining = it->order.quantity};
        unsigned set = wanted_by(g, &row);
        if (set)
            ask(g, &it->order, set, false, now);
    }
    if (any_left(g))
        g->kills.look_at = instant_after_ms(now.mono, SWEEP_MS);
}

void kill_look_soon(struct gate *g, struct moment now)
{
    if (kills_any(&g->kills))
        g->kills.look_at = instant_min(g->kills.look_at, instant_after_ms(now.mono, SWEEP_SOON_MS));
}

void kill_link_lost(struct gate *g)
{
    void *o;
    g->kills.has_global = false;
    g->kills.quiet = 0;
    for (size_t i = 0; map_next(g->kills.orders, &i, &o);)
        ((struct kill_order *)o)->is_sent = false;
}

void kill_forget(struct gate *g, size_t i)
{
    void *o;
    for (size_t at = 0; map_next(g->kills.orders, &at, &o);) {
        struct kill_order *ko = o;
        ko->switches &= ~(1u << i);
        if (ko->switches)
            continue;
        bool ours = ko->client_id == g->config.client_id && ko->order_id > 0;
        (void)map_take(g->kills.orders, ours ? ko->order_id : -ko->perm_id);
        xfree(ko);
    }
    if (i == 0)
        g->kills.has_global = false;
}

void kill_progress(const struct gate *g, size_t i, struct gate_kill_status *out)
{
    void *o;
    for (size_t at = 0; map_next(g->kills.orders, &at, &o);) {
        const struct kill_order *ko = o;
        if (!(ko->switches & 1u << i))
            continue;
        bool over = is_over(g, ko);
        out->total++;
        out->asked += ko->at.has;
        out->working += !over;
        if (!over && ko->at.has && (!out->asked_oldest.has || ko->at.v.ns < out->asked_oldest.v.ns))
            out->asked_oldest = ko->at;
    }
}

bool kill_watches_foreign(const struct gate *g)
{
    return g->kills.switches[0].is_on && g->limits.kill_cancels_foreign;
}

void gate_kill_step(struct gate *g, struct moment now)
{
    if (instant_due(g->kills.look_at, now.mono))
        kill_sweep(g, now);
}

struct instant gate_kill_due(const struct gate *g)
{
    return g->kills.look_at;
}
