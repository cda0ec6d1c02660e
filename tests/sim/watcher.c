/* SPDX-License-Identifier: MIT */
#include "watcher.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ARENA_MAX = 16 << 20, KILL_MS = 1000, LATE_MS = 5 * 60 * 1000 };

static const struct {
    const char *name, *meaning;
} invariants[INVARIANT_COUNT] = {
    [INVARIANT_NONE] = {"-", "nothing is broken"},
    [I1] = {"I1", "at most one order at the broker for each intent, one intent for each request"},
    [I2] = {"I2", "fills do not exceed what was asked for"},
    [I3] = {"I3", "no order on the wire without a durable intent"},
    [I4] = {"I4", "nothing but cancels while killed (in its scope) or halted, only reducing ones "
                  "in reducing"},
    [I5] = {"I5", "when quiet: positions, working orders and executions are the exchange's"},
    [I6] = {"I6", "nothing is sent again by itself"},
    [I7] = {"I7", "the chain of the journal is whole and holds what is anchored"},
    [I8] = {"I8", "the counters of a day never fall"},
    [I9] = {"I9", "the kill switch's cancels are on the wire in time"},
    [I10] = {"I10", "when faults stop, the link becomes ready"},
    [I11] = {"I11", "a stop ends only because it filled, or somebody asked for its end"},
    [I12] = {"I12", "never more messages in a second than the setting says"},
    [I13] = {"I13", "prices are never shown, or used, as newer than they are"},
    [I14] = {"I14", "a preview becomes one order at most, as shown, for its owner, while it lives"},
    [I15] = {"I15", "nothing that needs a person's word goes without it, and a word serves once"},
    [I16] = {"I16", "rules and tokens stay within limits of their own"},
    [I_WORLD] = {"W", "the world does not stand still"},
};

const char *invariant_name(enum invariant i)
{
    return invariants[i].name;
}

const char *invariant_meaning(enum invariant i)
{
    return invariants[i].meaning;
}

/* ---- life ---- */

struct watcher *watcher_new(struct world *w, const struct universe *u)
{
    struct watcher *v = xcalloc(1, sizeof *v);
    v->world = w;
    v->universe = u;
    v->arena = arena_new(ARENA_MAX);
    v->record_arena = arena_new(ARENA_MAX);
    v->orders = xcalloc(WATCHER_ORDERS_MAX, sizeof *v->orders);
    v->fills = xcalloc(WATCHER_FILLS_MAX, sizeof *v->fills);
    v->line = xcalloc(1, sizeof *v->line);
    v->approvals = xcalloc(WATCHER_APPROVALS_MAX, sizeof *v->approvals);
    v->is_calm = true;
    v->kill_count = 1; /* that of everything */
    watch_days(v);
    buf_init(&v->hashed, 1 << 20);
    watch_opening(v);
    watch_wire_init(v);
    return v;
}

void watcher_free(struct watcher *v)
{
    if (!v)
        return;
    v->world->tap = (struct world_tap){0};
    watch_wire_fini(v);
    arena_free(v->arena);
    arena_free(v->record_arena);
    xfree(v->orders);
    xfree(v->fills);
    xfree(v->approvals);
    xfree(v->line);
    buf_fini(&v->hashed);
    xfree(v);
}

void watcher_break(struct watcher *v, enum invariant i, const char *fmt, ...)
{
    va_list ap;
    if (v->broken || v->muted >> i & 1)
        return;
    v->broken = i;
    va_start(ap, fmt);
    (void)vsnprintf(v->why, sizeof v->why, fmt, ap);
    va_end(ap);
}

/* ---- orders ---- */

struct seen_order *watcher_order(struct watcher *v, struct str ref)
{
    for (size_t i = v->order_count; i-- > 0;)
        if (str_eq(STR_NAME(v->orders[i].ref), ref))
            return &v->orders[i];
    return NULL;
}

struct seen_order *watcher_add(struct watcher *v, struct str ref)
{
    assert(v->order_count < WATCHER_ORDERS_MAX);
    struct seen_order *o = &v->orders[v->order_count++];
    *o = (struct seen_order){0};
    str_copy_cut(o->ref, sizeof o->ref, ref);
    return o;
}

bool watcher_is_working(const struct seen_order *o)
{
    return o->perm_id && o->end == END_NONE && !o->is_held;
}

struct seen_order *watcher_working(struct watcher *v, uint32_t n, bool stops)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < v->order_count; i++)
        count +=
            watcher_is_working(&v->orders[i]) && order_type_is_stop(v->orders[i].type) == stops;
    for (size_t i = 0; count && i < v->order_count; i++)
        if (watcher_is_working(&v->orders[i]) && order_type_is_stop(v->orders[i].type) == stops &&
            at++ == n % count)
            return &v->orders[i];
    return NULL;
}

bool watcher_reduces(const struct watcher *v, const struct seen_order *o, struct dec quantity,
                     bool is_any)
{
    struct instant now = v->world->now.mono, at = now;
    for (size_t back = v->fill_count + 1; back-- > 0;) {
        struct dec held = watcher_position(v, o->con_id, at);
        bool is_opposite = o->side == SIDE_SELL ? dec_sign(held) > 0 : dec_sign(held) < 0;
        if ((is_opposite && !dec_gt(quantity, dec_abs(held))) == is_any)
            return is_any;
        if (back == 0 || instant_ms_since(v->fills[back - 1].seen_at, now) > LATE_MS)
            break;
        at = (struct instant){v->fills[back - 1].seen_at.ns - 1};
    }
    return !is_any;
}

/* ---- told ---- */

void watcher_asked(struct watcher *v, int number, int key)
{
    struct seen_request *r = &v->requests[number];
    assert(number > 0 && number < WATCHER_REQUESTS_MAX);
    r->key = key;
    r->asks++;
    r->open++;
}

void watcher_answered(struct watcher *v, int number, bool is_denied)
{
    struct seen_request *r = &v->requests[number];
    r->open--;
    r->denials += is_denied;
    r->others += !is_denied;
}

void watcher_cancel_asked(struct watcher *v, struct seen_order *o)
{
    (void)v;
    o->is_cancel_asked = true;
}

void watcher_kill_begins(struct watcher *v, bool cancel_stops)
{
    v->is_kill_begun = true;
    v->cancels_stops = v->cancels_stops || cancel_stops;
}

struct seen_kill *watcher_kill(struct watcher *v, struct str symbol, struct str principal)
{
    for (size_t i = 0; i < v->kill_count; i++)
        if (str_eq(STR_NAME(v->kills[i].symbol), symbol) &&
            str_eq(STR_NAME(v->kills[i].principal), principal))
            return &v->kills[i];
    assert(v->kill_count < WATCHER_KILLS_MAX);
    struct seen_kill *k = &v->kills[v->kill_count++];
    str_copy_cut(k->symbol, sizeof k->symbol, symbol);
    str_copy_cut(k->principal, sizeof k->principal, principal);
    return k;
}

bool watcher_covers(const struct seen_kill *k, const struct seen_order *o, const char *principal)
{
    char by_id[24];
    struct str rest = str_of(principal), part;
    if (k->symbol[0]) {
        (void)snprintf(by_id, sizeof by_id, "conid:%d", o->con_id);
        return strcmp(k->symbol, o->symbol) == 0 || strcmp(k->symbol, by_id) == 0;
    }
    while (k->principal[0] && str_cut(&rest, ' ', &part))
        if (str_eq(part, str_of(k->principal)))
            return true;
    return !k->principal[0];
}

void watcher_killed(struct watcher *v, struct seen_kill *k, bool takes_stops)
{
    k->is_on = true;
    k->takes_stops = k->takes_stops || takes_stops;
    if (!v->is_calm || v->is_kill_timed)
        return;
    v->is_kill_timed = true;
    v->killed_at = v->world->now.mono;
    for (size_t i = 0; i < v->order_count; i++) {
        struct seen_order *o = &v->orders[i];
        o->is_cancel_due = watcher_is_working(o) && !order_type_is_stop(o->type) && !o->cancels &&
                           watcher_covers(k, o, o->placer);
    }
}

void watcher_release_begins(struct watcher *v, struct seen_kill *k)
{
    k->is_on = k->takes_stops = v->is_kill_timed = false;
    k->releases++;
}

void watcher_storm(struct watcher *v)
{
    v->is_calm = v->is_kill_timed = false;
}

void watcher_counter(struct watcher *v, struct str resets, struct dec used, struct instant asked_at)
{
    size_t i = 0;
    int64_t sent = 0;
    v->looked[I8]++;
    while (i < v->day_count && !str_eq(STR_NAME(v->days[i].resets), resets))
        i++;
    if (i == v->day_count) {
        if (i == WATCHER_DAYS_MAX)
            return;
        str_copy_cut(v->days[v->day_count++].resets, sizeof v->days[0].resets, resets);
    }
    for (size_t k = 0; k < v->order_count; k++)
        sent += v->orders[k].frames > 0;
    if (i > 0 && !v->days[i].sent_before)
        v->days[i].sent_before = sent;
    if (asked_at.ns >= v->days[i].at.ns && dec_lt(used, v->days[i].used) &&
        !v->world->device.has_lied)
        watcher_break(v, I8, "the day's orders fell below what was shown before");
    struct dec sure = dec_of(sent - v->days[i].sent_before);
    sure = dec_lt(used, sure) ? used : sure;
    if (!dec_gt(sure, v->days[i].used))
        return;
    v->days[i].used = sure;
    v->days[i].at = v->world->now.mono;
}

void watcher_price_shown(struct watcher *v, int32_t con_id, int64_t age_ms)
{
    enum { GRACE_MS = 1500 };
    int64_t newest = INT64_MAX;
    v->looked[I13]++;
    for (size_t i = 0; i < v->line_count; i++)
        if (v->lines[i].con_id == con_id && v->lines[i].newest.ns) {
            int64_t age = instant_ms_since(v->lines[i].newest, v->world->now.mono);
            newest = age < newest ? age : newest;
        }
    if (newest > age_ms && newest - age_ms > GRACE_MS)
        watcher_break(v, I13, "a price of %d is shown as %lld ms old, the newest came %lld ms ago",
                      con_id, (long long)age_ms, (long long)newest);
}

/* ---- looking ---- */

/* What was denied did not happen; what was asked with one key happened once. */
static void check_requests(struct watcher *v)
{
    for (size_t i = 0; i < v->order_count; i++) {
        const struct seen_order *o = &v->orders[i];
        const struct seen_request *r = &v->requests[o->request];
        v->looked[I5]++;
        if (o->request && o->frames && !r->open && !r->others && r->denials == r->asks)
            watcher_break(v, I5, "request r%d was denied, and order %s went out", o->request,
                          o->ref);
    }
}

static void check_kill(struct watcher *v)
{
    int64_t rate = v->world->settings.values.broker.messages_per_s, due = 0;
    if (!v->is_kill_timed)
        return;
    for (size_t i = 0; i < v->order_count; i++)
        due += v->orders[i].is_cancel_due;
    if (instant_ms_since(v->killed_at, v->world->now.mono) < KILL_MS + due * 1000 / rate)
        return;
    v->is_kill_timed = false;
    v->looked[I9]++;
    for (size_t i = 0; i < v->order_count; i++) {
        const struct seen_order *o = &v->orders[i];
        if (o->is_cancel_due && !o->cancels && watcher_is_working(o))
            watcher_break(v, I9, "order %s works, and no cancel of it went out after the kill",
                          o->ref);
    }
}

bool watcher_look(struct watcher *v)
{
    v->checks++;
    watcher_read_journal(v);
    watch_exchange(v);
    check_requests(v);
    check_kill(v);
    if (v->world->trouble[0])
        watcher_break(v, I_WORLD, "%.300s", v->world->trouble);
    return !v->broken;
}
