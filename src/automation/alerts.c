/* SPDX-License-Identifier: MIT */
#include "automation/alerts.h"

#include "automation/inside.h"
#include "base/alloc.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { STEP_MS = 1000 };

const char *const alert_status_names[] = {"on", "done", "expired", "disarmed", NULL};
const char *const firing_kind_names[] = {"fired", "disarmed", "expired", NULL};

const char *alert_block_text(enum alert_block b)
{
    static const char *const texts[] = {
        [ALERT_LOOKS] = "",
        [ALERT_NO_LINE] = "no price has arrived yet",
        [ALERT_NO_VALUE] = "the quote has no such value",
        [ALERT_NO_HOURS] = "the trading hours are not known",
        [ALERT_CLOSED] = "the market is closed",
        [ALERT_HALTED] = "trading is halted",
        [ALERT_FROZEN] = "there are no live prices",
        [ALERT_DELAYED] = "prices are delayed, which this alert does not allow",
        [ALERT_PAUSED] = "it has fired and pauses",
        [ALERT_REFUSED] = "the broker gives no prices",
        [ALERT_GONE] = "the broker does not know this contract any more",
        [ALERT_DISK] = "earlier firings wait for the disk",
    };
    return texts[b];
}

void alert_reason(const struct alert *al, struct buf *out)
{
    if (al->status != ALERT_ON) {
        buf_add_c(out, al->why);
        return;
    }
    buf_add_c(out, alert_block_text(al->block));
    if (al->block == ALERT_REFUSED && al->watched->notice[0])
        buf_add_f(out, ": %s", al->watched->notice);
}

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

/* Firings must not push each other out of the ring before they are told. */
static bool has_room(const struct alerts *a)
{
    return a->firing_count - place_after(a, a->told) < FIRINGS_KEPT / 2;
}

/* Tells what has become durable. */
static void tell(struct alerts *a)
{
    int64_t durable = journal_durable(a->journal);
    size_t i = place_after(a, a->told), told = 0;
    for (; i < a->firing_count && firing_at(a, i)->id <= durable; i++, told++) {
        const struct firing *f = firing_at(a, i);
        a->told = f->id;
        log_warn(&a->log, "alert=%lld %s name=%s what=\"%s\" firing=%lld", (long long)f->alert,
                 firing_kind_names[f->kind], f->name, f->what, (long long)f->id);
        if (a->listener.told)
            a->listener.told(a->listener.self, f);
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

/* ---- firing ---- */

/* Puts it into the journal and the ring. False: the journal takes nothing, all stays as it was. */
static bool fire(struct alerts *a, struct alert *al, enum firing_kind kind, const struct quote *q,
                 const char *what, struct moment now)
{
    struct firing f = {.alert = al->id,
                       .kind = kind,
                       .at = now.wall,
                       .con_id = al->terms.contract.con_id,
                       .value = al->value,
                       .level = condition_level(&al->terms.condition, &al->state)};
    f.is_late = kind == FIRING_FIRED &&
                (!al->has_looked || instant_ms_since(al->looked_at, now.mono) > ALERT_GAP_MS);
    if (q) {
        f.bid = q->bid;
        f.ask = q->ask;
        f.last = q->last;
        f.data_type = q->data_type;
    }
    str_copy_cut(f.name, sizeof f.name, STR_NAME(al->name));
    str_copy_cut(f.what, sizeof f.what, str_of(what));
    str_copy_cut(f.note, sizeof f.note, STR_NAME(al->terms.note));
    f.id = has_room(a) ? firing_record(a, &f, now) : 0;
    if (!f.id)
        return false;
    alerts_recall(a, &f);
    al->fired += kind == FIRING_FIRED;
    al->last_firing = f.id;
    al->last_fired = (struct opt_utc){now.wall, true};
    return true;
}

static void end(struct alerts *a, struct alert *al, enum alert_status status, struct moment now)
{
    al->status = status;
    al->block = ALERT_LOOKS;
    alert_save(a, al, now);
    if (!watched_is_wanted(al->watched))
        lines_release(a, al->watched, now);
}

/* ---- looking ---- */

static enum market_state market_of(const struct alerts *a, struct watched *w, struct moment now)
{
    if (!w->details)
        return MARKET_UNKNOWN;
    if (!w->market_at.ns || instant_ms_since(w->market_at, now.mono) >= STEP_MS) {
        w->market = market_state_at(w->details, &a->zones, now.wall);
        w->market_at = now.mono;
    }
    return w->market;
}

static enum alert_block block_of(const struct alerts *a, const struct alert *al,
                                 const struct quote *q, struct moment now)
{
    const struct alert_terms *t = &al->terms;
    if (!q->time.has)
        return ALERT_NO_LINE;
    if (q->is_halted)
        return ALERT_HALTED;
    if (q->data_type == DATA_DELAYED && !t->allow_delayed)
        return ALERT_DELAYED;
    if ((q->data_type != DATA_LIVE && q->data_type != DATA_DELAYED) ||
        quote_age_ms(q, now.mono) > ALERT_STALE_MS)
        return ALERT_FROZEN;
    if (t->only_open) {
        enum market_state m = market_of(a, al->watched, now);
        if (m != MARKET_OPEN)
            return m == MARKET_UNKNOWN ? ALERT_NO_HOURS : ALERT_CLOSED;
    }
    if (al->quiet_until.ns && !instant_due(al->quiet_until, now.mono))
        return ALERT_PAUSED;
    return has_room(a) ? ALERT_LOOKS : ALERT_DISK;
}

/* What a split leaves behind: a close, or a price, that is a fraction of the price before it. Of
 * shares alone: an option halves its price on any day. */
static bool is_split(const struct alert *al, const struct quote *q, struct dec *times,
                     struct dec *after)
{
    const struct alert_terms *t = &al->terms;
    if (t->contract.sec_type != SEC_STK || !condition_is_in_prices(&t->condition) ||
        !al->last_price.has)
        return false;
    bool is_new_close = q->close.has && al->close.has && !dec_eq(q->close.v, al->close.v);
    const struct opt_dec seen[] = {is_new_close ? q->close : DEC_NONE, q->last};
    for (size_t i = 0; i < 2; i++) {
        if (!seen[i].has || dec_lt(dec_max(al->last_price.v, seen[i].v), DEC(1)) ||
            !condition_looks_split(al->last_price.v, seen[i].v, times))
            continue;
        *after = seen[i].v;
        return true;
    }
    return false;
}

static void disarm(struct alerts *a, struct alert *al, const struct quote *q, struct dec times,
                   struct dec after, struct moment now)
{
    char was[DEC_TEXT_MAX], is[DEC_TEXT_MAX], factor[DEC_TEXT_MAX];
    (void)dec_format(al->last_price.v, was);
    (void)dec_format(after, is);
    (void)dec_format(dec_round_to(times, DEC_MICRO(10000), DEC_HALF_EVEN), factor);
    (void)snprintf(al->why, sizeof al->why,
                   "after %.20s the price is %.20s: probably a split, %.10s for 1; set it again",
                   was, is, factor);
    if (fire(a, al, FIRING_DISARMED, q, al->why, now))
        end(a, al, ALERT_DISARMED, now);
}

static void take_firing(struct alerts *a, struct alert *al, const struct quote *q,
                        const struct condition_state *before, struct moment now)
{
    struct buf what;
    char text[ALERT_WHAT_MAX];
    buf_init(&what, sizeof text);
    condition_text(&al->terms.condition, &what);
    str_copy_cut(text, sizeof text, buf_str(&what));
    buf_fini(&what);
    if (!fire(a, al, FIRING_FIRED, q, text, now)) {
        al->state = *before; /* the next quote finds it again */
        return;
    }
    al->quiet_until = instant_after_ms(now.mono, al->terms.pause_s * 1000);
    if (al->terms.repeats)
        alert_save(a, al, now);
    else
        end(a, al, ALERT_DONE, now);
}

static void look(struct alerts *a, struct alert *al, const struct quote *q, struct moment now)
{
    struct dec times, after;
    al->block = block_of(a, al, q, now);
    if (al->block == ALERT_LOOKS && al->close.has && !q->close.has)
        al->block = ALERT_NO_VALUE; /* a split shows in the close, which follows the price */
    if (al->block != ALERT_LOOKS)
        return;
    if (is_split(al, q, &times, &after)) {
        disarm(a, al, q, times, after, now);
        return;
    }
    struct condition_state before = al->state;
    struct opt_dec value = condition_value(&al->terms.condition, q);
    enum condition_outcome outcome = condition_step(&al->terms.condition, &al->state, q);
    if (outcome == CONDITION_UNKNOWN) {
        al->block = ALERT_NO_VALUE;
        return;
    }
    al->value = value;
    if (outcome == CONDITION_FIRES)
        take_firing(a, al, q, &before, now);
    al->looked = (struct opt_utc){now.wall, true};
    al->looked_at = now.mono;
    al->has_looked = true;
    al->last_price = q->last.has ? q->last : quote_mid(q);
    bool is_new_close = q->close.has && (!al->close.has || !dec_eq(q->close.v, al->close.v));
    if (q->close.has)
        al->close = q->close;
    if (outcome == CONDITION_CHANGED || is_new_close ||
        instant_ms_since(al->saved_at, now.mono) > ALERT_SAVE_MS)
        alert_save(a, al, now);
}

void alerts_look(struct alerts *a, struct watched *w, const struct quote *q, struct moment now)
{
    for (struct alert *al = w->first; al; al = al->next)
        if (al->status == ALERT_ON)
            look(a, al, q, now);
}

void alerts_on_event(struct alerts *a, const struct event *ev)
{
    void *value = NULL;
    if (ev->kind == EVENT_QUOTE) {
        struct watched *w = map_get(a->by_contract, ev->number);
        if (w)
            alerts_look(a, w, ev->quote, ev->at);
    }
    if (ev->kind != EVENT_LINK || ev->link == LINK_READY)
        return;
    for (size_t i = 0; map_next(a->by_contract, &i, &value);)
        for (struct alert *al = ((struct watched *)value)->first; al; al = al->next)
            al->has_looked = false;
}

/* ---- time ---- */

static void expire(struct alerts *a, struct moment now)
{
    for (size_t i = 0; i < ALERTS_MAX; i++) {
        struct alert *al = a->slots[i];
        if (al && al->status == ALERT_ON && al->terms.until.has &&
            al->terms.until.v.ns <= now.wall.ns &&
            fire(a, al, FIRING_EXPIRED, NULL, "its time is over", now))
            end(a, al, ALERT_EXPIRED, now);
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
    lines_step(a, now);
    a->step_at = instant_after_ms(now.mono, STEP_MS);
}

struct instant alerts_next(const struct alerts *a)
{
    return a->step_at;
}
