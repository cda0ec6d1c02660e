/* SPDX-License-Identifier: MIT */
#include "automation/alerts.h"

#include "automation/inside.h"
#include "base/alloc.h"

#include <assert.h>
#include <string.h>

enum { STEP_MS = 1000 };

const char *const alert_status_names[] = {"on", "done", "expired", "disarmed", NULL};
const char *const firing_kind_names[] = {"fired", "disarmed", "expired", NULL};

/* ---- life ---- */

struct alerts *alerts_new(struct session *session, struct quotes *quotes, struct journal *journal,
                          struct tz_zones zones, struct log log, struct alerts_listener listener)
{
    struct alerts *a = xcalloc(1, sizeof *a);
    a->session = session;
    a->quotes = quotes;
    a->journal = journal;
    a->zones = zones;
    a->log = log;
    a->listener = listener;
    a->by_contract = map_new(ALERTS_MAX);
    a->step_at = INSTANT_NEVER;
    return a;
}

static void free_watched(struct watched *w)
{
    xfree(w->details);
    xfree(w);
}

void alerts_free(struct alerts *a)
{
    if (!a)
        return;
    void *value = NULL;
    for (size_t i = 0; map_next(a->by_contract, &i, &value);)
        free_watched(value);
    map_free(a->by_contract);
    for (size_t i = 0; i < ALERTS_MAX; i++)
        xfree(a->slots[i]);
    xfree(a);
}

/* ---- firings ---- */

static const struct firing *firing_at(const struct alerts *a, size_t i)
{
    return &a->firings[(a->firing_first + i) % FIRINGS_KEPT];
}

void alerts_recall(struct alerts *a, const struct firing *f)
{
    if (a->firing_count == FIRINGS_KEPT) {
        a->firing_first = (a->firing_first + 1) % FIRINGS_KEPT;
        a->firing_count--;
    }
    a->firings[(a->firing_first + a->firing_count++) % FIRINGS_KEPT] = *f;
}

/* The place of the first firing behind that id; firing_count if there is none. */
static size_t place_after(const struct alerts *a, int64_t id)
{
    size_t low = 0, high = a->firing_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (firing_at(a, mid)->id <= id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct firing *alerts_firing(const struct alerts *a, int64_t after)
{
    size_t i = place_after(a, after);
    return i < a->firing_count && firing_at(a, i)->id <= a->told ? firing_at(a, i) : NULL;
}

int64_t alerts_newest_firing(const struct alerts *a)
{
    size_t i = place_after(a, a->told);
    return i ? firing_at(a, i - 1)->id : 0;
}

bool alerts_has_room(const struct alerts *a)
{
    return a->firing_count - place_after(a, a->told) < FIRINGS_KEPT / 2;
}

/* Tells what has become durable. */
static void tell(struct alerts *a)
{
    int64_t durable = journal_durable(a->journal);
    size_t i = place_after(a, a->told), told = 0;
    for (; i < a->firing_count && firing_at(a, i)->id <= durable; i++, told++) {
        a->told = firing_at(a, i)->id;
        if (a->listener.told)
            a->listener.told(a->listener.self, firing_at(a, i));
    }
    for (size_t k = 0; told && k < a->waiter_count; k++)
        task_wake(a->waiters[k]);
}

bool alerts_wait(struct task *t, struct alerts *a, int64_t after, struct instant until,
                 struct error *e)
{
    bool ok = true, timed_out = false;
    while (ok && !timed_out && !alerts_firing(a, after)) {
        assert(a->waiter_count < LIMIT_TASKS);
        a->waiters[a->waiter_count++] = t;
        ok = task_wait_until(t, until, &timed_out, e);
        size_t i = 0;
        while (a->waiters[i] != t)
            i++;
        a->waiters[i] = a->waiters[--a->waiter_count];
    }
    return ok;
}

/* ---- the table ---- */

static size_t slot_of(const struct alerts *a, int64_t id)
{
    size_t i = 0;
    while (i < ALERTS_MAX && !(a->slots[i] && a->slots[i]->id == id))
        i++;
    return i;
}

const struct alert *alerts_find(const struct alerts *a, int64_t id)
{
    size_t i = slot_of(a, id);
    return i < ALERTS_MAX ? a->slots[i] : NULL;
}

const struct alert *alerts_after(const struct alerts *a, int64_t id)
{
    const struct alert *best = NULL;
    for (size_t i = 0; i < ALERTS_MAX; i++) {
        const struct alert *al = a->slots[i];
        if (al && al->id > id && (!best || al->id < best->id))
            best = al;
    }
    return best;
}

size_t alerts_count(const struct alerts *a)
{
    return a->count;
}

void alerts_watch(struct alerts *a, struct alert *al)
{
    int32_t con_id = al->terms.contract.con_id;
    struct watched *w = map_get(a->by_contract, con_id);
    if (!w) {
        w = xcalloc(1, sizeof *w);
        w->contract = al->terms.contract;
        bool ok = map_put(a->by_contract, con_id, w);
        assert(ok); /* as many as there are slots */
        (void)ok;
    }
    al->watched = w;
    al->next = w->first;
    w->first = al;
    a->step_at = (struct instant){0};
}

static void unwatch(struct alerts *a, struct alert *al, struct moment now)
{
    struct watched *w = al->watched;
    struct alert **at = &w->first;
    while (*at != al)
        at = &(*at)->next;
    *at = al->next;
    if (!watched_is_wanted(w))
        lines_release(a, w, now);
    if (w->first)
        return;
    map_take(a->by_contract, w->contract.con_id);
    free_watched(w);
}

/* A free slot, or that of the alert that ended first; ALERTS_MAX if all are on. */
static size_t free_slot(struct alerts *a, struct moment now)
{
    size_t ended = ALERTS_MAX;
    for (size_t i = 0; i < ALERTS_MAX; i++) {
        const struct alert *al = a->slots[i];
        if (!al)
            return i;
        if (al->status != ALERT_ON && (ended == ALERTS_MAX || al->id < a->slots[ended]->id))
            ended = i;
    }
    if (ended < ALERTS_MAX) {
        unwatch(a, a->slots[ended], now);
        xfree(a->slots[ended]);
        a->slots[ended] = NULL;
        a->count--;
    }
    return ended;
}

static bool opt_eq(struct opt_dec a, struct opt_dec b)
{
    return a.has == b.has && (!a.has || dec_eq(a.v, b.v));
}

static bool is_same(const struct alert_terms *x, const struct alert_terms *y)
{
    const struct condition *c = &x->condition, *d = &y->condition;
    return x->contract.con_id == y->contract.con_id && c->trigger == d->trigger &&
           c->measure == d->measure && opt_eq(c->level, d->level) &&
           opt_eq(c->reference, d->reference) && dec_eq(c->rearm, d->rearm) &&
           x->repeats == y->repeats && x->pause_s == y->pause_s && x->until.has == y->until.has &&
           (!x->until.has || x->until.v.ns == y->until.v.ns) && x->only_open == y->only_open &&
           x->allow_delayed == y->allow_delayed && strcmp(x->note, y->note) == 0;
}

static bool wrong(struct error *e, const char *text)
{
    return error_set(e, ERROR_INVALID, "ALERT_TERMS", "%s", text);
}

static bool check_terms(const struct alert_terms *t, struct moment now, struct error *e)
{
    const struct condition *c = &t->condition;
    bool is_range = condition_is_range(c);
    if (!is_range && !c->level.has)
        return wrong(e, "a condition above, below or crosses needs a level");
    if (is_range && (c->level.has || c->reference.has || c->measure != MEASURE_PRICE))
        return wrong(e, "a new high or low has no level, no reference and no other measure");
    if (c->reference.has && c->measure != MEASURE_CHANGE_PCT)
        return wrong(e, "a reference price belongs to change_pct");
    if (c->reference.has && dec_sign(c->reference.v) <= 0)
        return wrong(e, "the reference price must be above zero");
    if (dec_sign(c->rearm) < 0)
        return wrong(e, "rearm must not be below zero");
    if (t->pause_s < 0 || t->pause_s > ALERT_PAUSE_MAX_S)
        return wrong(e, "the pause must be between 0 and 31 days");
    if (t->until.has && t->until.v.ns <= now.wall.ns)
        return wrong(e, "the alert would end before it begins");
    if ((condition_is_range(c) && t->contract.sec_type != SEC_STK) &&
        (c->trigger == TRIGGER_HIGH_52W || c->trigger == TRIGGER_LOW_52W))
        return wrong(e, "the broker tells 52-week highs and lows of stocks and funds alone");
    return true;
}

bool alerts_set(struct alerts *a, const struct alert_terms *terms,
                const struct contract_details *details, struct str by, struct moment now,
                int64_t *id, int64_t *seq, struct error *e)
{
    assert(terms->contract.con_id);
    if (!check_terms(terms, now, e))
        return false;
    for (size_t i = 0; i < ALERTS_MAX; i++) {
        const struct alert *al = a->slots[i];
        if (al && al->status == ALERT_ON && is_same(&al->terms, terms)) {
            *id = al->id;
            *seq = 0;
            return true;
        }
    }
    size_t slot = free_slot(a, now);
    if (slot == ALERTS_MAX) {
        error_set(e, ERROR_LIMIT, "ALERTS_MAX", "all %d alerts are on", ALERTS_MAX);
        return error_next(e, "delete some with delete_alert");
    }
    struct alert *al = xcalloc(1, sizeof *al);
    al->id = a->last_id + 1;
    al->terms = *terms;
    al->created = now.wall;
    al->block = ALERT_NO_LINE;
    str_copy_cut(al->by, sizeof al->by, by);
    (void)contract_name(&terms->contract, al->name, sizeof al->name);
    *seq = alert_record(a, "set", al, by, now, e);
    if (!*seq) {
        xfree(al);
        return false;
    }
    a->last_id = *id = al->id;
    a->slots[slot] = al;
    a->count++;
    alerts_watch(a, al);
    if (details && !al->watched->details) {
        al->watched->details = xmalloc(sizeof *details);
        *al->watched->details = *details;
        al->watched->was_asked = true;
        al->watched->asked_at = now.mono;
    }
    alert_save(a, al, now);
    lines_step(a, now);
    const struct quote *q = session_quote(a->session, terms->contract.con_id);
    if (q && q->time.has) { /* the contract has a line already */
        struct quote copy = *q;
        alerts_look(a, al->watched, &copy, now);
    }
    return true;
}

bool alerts_delete(struct alerts *a, int64_t id, struct str by, struct moment now, int64_t *seq,
                   struct error *e)
{
    size_t slot = slot_of(a, id);
    if (slot == ALERTS_MAX) {
        error_set(e, ERROR_NOT_FOUND, "NO_ALERT", "there is no alert %lld", (long long)id);
        return error_next(e, "get_alerts lists them");
    }
    struct alert *al = a->slots[slot];
    *seq = alert_record(a, "deleted", al, by, now, e);
    if (!*seq || !alert_erase(a, slot, now, e))
        return false;
    unwatch(a, al, now);
    xfree(al);
    a->slots[slot] = NULL;
    a->count--;
    return true;
}

/* ---- time ---- */

static void expire(struct alerts *a, struct moment now)
{
    for (size_t i = 0; i < ALERTS_MAX; i++) {
        struct alert *al = a->slots[i];
        if (al && al->status == ALERT_ON && al->terms.until.has &&
            al->terms.until.v.ns <= now.wall.ns &&
            alert_fire(a, al, FIRING_EXPIRED, NULL, DEC_NONE, "its time is over", now))
            alert_end(a, al, ALERT_EXPIRED, now);
    }
}

static void save_again(struct alerts *a, struct moment now)
{
    if (!a->is_unsaved || journal_is_failed(a->journal))
        return;
    a->is_unsaved = false;
    for (size_t i = 0; i < ALERTS_MAX; i++)
        if (a->slots[i] && a->slots[i]->is_unsaved)
            alert_save(a, a->slots[i], now);
}

void alerts_step(struct alerts *a, struct moment now)
{
    tell(a);
    if (!a->count)
        a->step_at = INSTANT_NEVER;
    if (!instant_due(a->step_at, now.mono))
        return;
    expire(a, now);
    save_again(a, now);
    a->step_at = instant_after_ms(now.mono, STEP_MS);
    lines_step(a, now);
    alerts_look_settled(a, now);
}

struct instant alerts_next(const struct alerts *a)
{
    return a->step_at;
}
