/* SPDX-License-Identifier: MIT */
#include "guard/ledger.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/map.h"
#include "guard/record.h"
#include "guard/tokens.h"
#include "guard/value.h"
#include "store/db.h"

#include <assert.h>
#include <string.h>

/* One day, and the number of the first record that belongs to it. */
struct ledger_day {
    int64_t day, first_seq;
};

struct ledger {
    struct intent **intents; /* oldest first; owned */
    size_t count, room;
    size_t in_state[INTENT_STATE_COUNT];
    struct map *by_ref;
    struct ledger_day days[LEDGER_DAYS_MAX]; /* newest first */
    size_t day_count;
    bool has_unsaved_days, has_unsaved_old;
    bool is_forget_due;
    int64_t orders;
    struct dec value;
    struct instant sends[LEDGER_MINUTE_MAX]; /* a ring */
    size_t send_count;                       /* ever */
};

struct ledger *ledger_new(void)
{
    struct ledger *l = xcalloc(1, sizeof *l);
    l->by_ref = map_new(LIMIT_ORDERS);
    return l;
}

void ledger_free(struct ledger *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->count; i++)
        xfree(l->intents[i]);
    xfree(l->intents);
    map_free(l->by_ref);
    xfree(l);
}

/* ---- intents ---- */

static bool is_settled(const struct intent *i)
{
    return i->state == INTENT_KNOWN || i->state == INTENT_NOT_SENT || i->state == INTENT_NOT_PLACED;
}

void intent_become(struct intent *i, enum intent_state state)
{
    assert(i->ledger && i->ledger->in_state[i->state] > 0);
    i->ledger->in_state[i->state]--;
    i->ledger->in_state[state]++;
    i->state = state;
}

size_t ledger_count_of(const struct ledger *l, enum intent_state state)
{
    return l->in_state[state];
}

size_t ledger_in_flight(const struct ledger *l)
{
    return l->in_state[INTENT_WAITING] + l->in_state[INTENT_SENT] + l->in_state[INTENT_UNKNOWN];
}

/* Its place in the list is the caller's to close. */
static void drop(struct ledger *l, struct intent *old)
{
    (void)map_take_str(l->by_ref, STR_NAME(old->order.ref));
    l->in_state[old->state]--;
    xfree(old);
}

/* Drops the oldest settled intent. False if none is. */
static bool drop_one(struct ledger *l)
{
    for (size_t i = 0; i < l->count; i++) {
        struct intent *old = l->intents[i];
        if (!is_settled(old))
            continue;
        drop(l, old);
        memmove(&l->intents[i], &l->intents[i + 1], (l->count - i - 1) * sizeof *l->intents);
        l->count--;
        return true;
    }
    return false;
}

/* The first record of the days that are remembered; 0 as long as these are all there were. */
static int64_t first_of_days(const struct ledger *l)
{
    return l->day_count < LEDGER_DAYS_MAX ? 0 : l->days[LEDGER_DAYS_MAX - 1].first_seq;
}

bool ledger_forget_due(const struct ledger *l)
{
    return l->is_forget_due;
}

void ledger_forget(struct ledger *l, intent_needed_fn *is_needed, const void *self)
{
    size_t kept = 0, count = l->count;
    l->is_forget_due = false;
    int64_t first_seq = first_of_days(l);
    for (size_t at = 0, end; at < l->count; at = end) { /* the legs of a request stand together */
        bool is_kept = l->intents[at]->seq >= first_seq;
        for (end = at; end < l->count && l->intents[end]->seq == l->intents[at]->seq; end++)
            is_kept = is_kept || !is_settled(l->intents[end]) || is_needed(self, l->intents[end]);
        for (size_t i = at; i < end; i++)
            if (is_kept)
                l->intents[kept++] = l->intents[i];
            else
                drop(l, l->intents[i]);
    }
    l->count = kept;
    l->has_unsaved_old = l->has_unsaved_old || kept != count;
}

struct intent *ledger_add(struct ledger *l, const struct intent *i, struct error *e)
{
    assert(i->order.ref[0] && !ledger_by_ref(l, STR_NAME(i->order.ref)));
    if (l->count == LIMIT_ORDERS && !drop_one(l)) {
        error_set(e, ERROR_LIMIT, "ORDERS_MAX", "%d orders are unsettled", LIMIT_ORDERS);
        return NULL;
    }
    if (l->count == l->room) {
        l->room = l->room ? l->room * 2 : 64;
        l->intents = xrealloc(l->intents, l->room * sizeof *l->intents);
    }
    struct intent *kept = xmalloc(sizeof *kept);
    *kept = *i;
    kept->ledger = l;
    l->in_state[kept->state]++;
    l->intents[l->count++] = kept;
    bool ok = map_put_str(l->by_ref, STR_NAME(kept->order.ref), kept);
    assert(ok);
    return kept;
}

struct intent *ledger_by_ref(const struct ledger *l, struct str ref)
{
    return ref.n && ref.n < 64 ? map_get_str(l->by_ref, ref) : NULL;
}

void ledger_change(struct ledger *l, const struct order *o, struct str principal)
{
    struct intent *it = ledger_by_ref(l, STR_NAME(o->ref));
    if (!it)
        return;
    it->change = *o;
    it->has_change = true;
    str_copy_cut(it->changed_by, sizeof it->changed_by, principal);
}

bool intent_perm(struct intent *it, int64_t perm_id)
{
    if (perm_id == 0 || it->perm_count == LEDGER_PERMS_MAX)
        return false;
    for (size_t i = 0; i < it->perm_count; i++)
        if (it->perm_ids[i] == perm_id)
            return false;
    it->perm_ids[it->perm_count++] = perm_id;
    return it->perm_count > 1;
}

struct intent *ledger_by_order_id(const struct ledger *l, int32_t order_id)
{
    for (size_t i = l->count; i-- > 0;)
        if (l->intents[i]->order.order_id == order_id)
            return l->intents[i];
    return NULL;
}

struct intent *ledger_by_key(const struct ledger *l, struct str principal, struct str key)
{
    for (size_t i = l->count; i-- > 0;) {
        struct intent *it = l->intents[i];
        if (it->leg == 0 && str_eq(STR_NAME(it->key), key) &&
            str_eq(STR_NAME(it->principal), principal))
            return it;
    }
    return NULL;
}

bool ledger_next(const struct ledger *l, size_t *i, struct intent **out)
{
    if (*i >= l->count)
        return false;
    *out = l->intents[(*i)++];
    return true;
}

static bool same_price(struct opt_dec a, struct opt_dec b)
{
    return a.has == b.has && (!a.has || dec_eq(a.v, b.v));
}

static bool same_order(const struct order *a, const struct order *b)
{
    return a->contract.con_id == b->contract.con_id && a->side == b->side && a->type == b->type &&
           dec_eq(a->quantity, b->quantity) && strcmp(a->account, b->account) == 0 &&
           same_price(a->limit_price, b->limit_price) && same_price(a->stop_price, b->stop_price) &&
           same_price(a->trail_amount, b->trail_amount) &&
           same_price(a->trail_percent, b->trail_percent);
}

struct intent *ledger_duplicate(const struct ledger *l, const struct order *o, int64_t window_s,
                                struct moment now)
{
    for (size_t i = l->count; i-- > 0;) {
        struct intent *it = l->intents[i];
        if (instant_ms_since(it->at.mono, now.mono) >= window_s * 1000)
            return NULL;
        if (it->state != INTENT_NOT_SENT && it->leg == 0 && same_order(&it->order, o))
            return it;
    }
    return NULL;
}

/* ---- counters ---- */

void ledger_turn(struct ledger *l, int64_t day, int64_t next_seq)
{
    if (day <= ledger_day(l))
        return;
    if (l->day_count > 0) { /* what was counted before the first day was known belongs to it */
        l->orders = 0;
        l->value = DEC_ZERO;
    }
    memmove(&l->days[1], &l->days[0], (LEDGER_DAYS_MAX - 1) * sizeof l->days[0]);
    l->days[0] = (struct ledger_day){day, l->day_count ? next_seq : 0};
    if (l->day_count < LEDGER_DAYS_MAX)
        l->day_count++;
    l->has_unsaved_days = l->has_unsaved_old = l->is_forget_due = true;
}

int64_t ledger_day(const struct ledger *l)
{
    return l->day_count ? l->days[0].day : 0;
}

bool ledger_unsaved_days(const struct ledger *l, struct buf *out)
{
    for (size_t i = 0; i < l->day_count && l->has_unsaved_days; i++)
        buf_add_f(out, "%s%lld:%lld", i ? " " : "", (long long)l->days[i].day,
                  (long long)l->days[i].first_seq);
    return l->has_unsaved_days;
}

void ledger_saved_days(struct ledger *l)
{
    l->has_unsaved_days = false;
}

bool ledger_unsaved_old(const struct ledger *l, struct buf *out)
{
    int64_t first_seq = first_of_days(l), last = 0;
    if (!l->has_unsaved_old)
        return false;
    buf_add_c(out, "[");
    for (size_t i = 0; i < l->count && l->intents[i]->seq < first_seq; i++) {
        int64_t seq = l->intents[i]->seq;
        if (seq != last) /* once for all legs */
            buf_add_f(out, "%s%lld", last ? "," : "", (long long)seq);
        last = seq;
    }
    buf_add_c(out, "]");
    if (out->failed)
        buf_reset(out);
    return true;
}

void ledger_saved_old(struct ledger *l)
{
    l->has_unsaved_old = false;
}

void ledger_count_send(struct ledger *l, struct instant at)
{
    l->sends[l->send_count++ % LEDGER_MINUTE_MAX] = at;
}

void ledger_count(struct ledger *l, int64_t orders, struct dec value, struct moment now)
{
    l->orders += orders;
    l->value = amount_plus(l->value, value);
    for (int64_t i = 0; i < orders; i++)
        ledger_count_send(l, now.mono);
}

void ledger_release(struct ledger *l, int64_t day, int64_t orders, struct dec value)
{
    if (day != ledger_day(l))
        return;
    l->orders -= orders;
    l->value = dec_max(dec_minus(l->value, value), DEC_ZERO);
    assert(l->orders >= 0);
}

int64_t ledger_orders_today(const struct ledger *l)
{
    return l->orders;
}

struct dec ledger_value_today(const struct ledger *l)
{
    return l->value;
}

int64_t ledger_sends_within(const struct ledger *l, int64_t ms, struct instant now)
{
    int64_t n = 0;
    size_t kept = l->send_count < LEDGER_MINUTE_MAX ? l->send_count : LEDGER_MINUTE_MAX;
    for (size_t i = 0; i < kept; i++)
        n += instant_ms_since(l->sends[i], now) < ms;
    return n;
}

int64_t ledger_oldest_send_ms(const struct ledger *l, int64_t ms, struct instant now)
{
    int64_t oldest = -1;
    size_t kept = l->send_count < LEDGER_MINUTE_MAX ? l->send_count : LEDGER_MINUTE_MAX;
    for (size_t i = 0; i < kept; i++) {
        int64_t age = instant_ms_since(l->sends[i], now);
        if (age < ms && age > oldest)
            oldest = age;
    }
    return oldest;
}

int64_t ledger_orders_of(const struct ledger *l, struct str principal)
{
    int64_t n = 0, today = ledger_day(l);
    struct str bearer = token_bearer(principal);
    for (size_t i = l->count; i-- > 0 && l->intents[i]->day >= today;) {
        const struct intent *it = l->intents[i];
        n += it->leg == 0 && it->day == today && it->state != INTENT_NOT_SENT &&
             str_eq(token_bearer(STR_NAME(it->principal)), bearer);
    }
    return n;
}

/* ---- restart ---- */

struct restore {
    struct ledger *ledger;
    struct arena *arena;
    struct moment now;
};

/* The moment of an earlier run, on this run's monotonic clock. */
static struct moment moment_of(struct utc at, struct moment now)
{
    int64_t age = now.wall.ns - at.ns;
    if (age < 0)
        age = 0;
    return (struct moment){.mono = {now.mono.ns - age}, .wall = at};
}

/* Before all known days is as good as never. */
static int64_t day_of(const struct ledger *l, int64_t seq)
{
    for (size_t i = 0; i < l->day_count; i++)
        if (seq >= l->days[i].first_seq)
            return l->days[i].day;
    return l->day_count ? INT64_MIN : 0;
}

static void restore_intent(struct restore *r, const struct db_record *rec, const struct json *j)
{
    struct record_intent in;
    if (!record_read_intent(j, &in))
        return;
    struct ledger *l = r->ledger;
    struct moment at = moment_of(rec->at, r->now);
    int64_t day = day_of(l, rec->seq), orders = in.is_modify ? 0 : (int64_t)in.count;
    if (day == ledger_day(l)) {
        l->orders += orders;
        l->value = amount_plus(l->value, in.value_base);
    }
    for (int64_t i = 0; i < (in.is_modify ? 1 : orders); i++)
        ledger_count_send(l, at.mono);
    if (in.is_modify) {
        ledger_change(l, &in.orders[0], rec->principal);
        return;
    }
    for (size_t i = 0; i < in.count; i++) {
        struct error ignored;
        /* until something says otherwise: it may have been sent, and nobody knows */
        struct intent it = {.order = in.orders[i],
                            .state = INTENT_UNKNOWN,
                            .seq = rec->seq,
                            .leg = i,
                            .at = at,
                            .day = day,
                            .value_base = i ? DEC_ZERO : in.value_base};
        str_copy_cut(it.principal, sizeof it.principal, rec->principal);
        (void)str_copy(it.key, sizeof it.key, in.key);
        (void)str_copy(it.digest, sizeof it.digest, in.digest);
        if (it.order.ref[0] && !ledger_by_ref(l, STR_NAME(it.order.ref)) &&
            !ledger_add(l, &it, &ignored))
            return;
    }
}

/* A record of what became of orders settles them; "not_sent" gives back what was counted. */
static void restore_outcome(struct restore *r, const struct json *j)
{
    const struct json *legs = json_get(j, STR("legs")), *leg;
    for (size_t i = 0; (leg = json_at(legs, i)) != NULL; i++) {
        struct intent *it = ledger_by_ref(r->ledger, json_get_str(leg, STR("ref")));
        struct str result = json_get_str(leg, STR("result"));
        int64_t perm_id = 0;
        if (it && json_to_i64(json_get(leg, STR("perm_id")), &perm_id))
            (void)intent_perm(it, perm_id);
        if (!it || str_eq(result, STR("unknown")) || str_eq(result, STR("another_perm_id")))
            continue;
        bool not_sent = str_eq(result, STR("not_sent"));
        if (not_sent && it->state != INTENT_NOT_SENT)
            ledger_release(r->ledger, it->day, 1, it->value_base);
        intent_become(it, not_sent ? INTENT_NOT_SENT : INTENT_KNOWN);
        it->is_refused = str_eq(result, STR("rejected"));
        it->is_ref_lost = str_eq(result, STR("reference_lost"));
        if (it->is_ref_lost)
            intent_become(it, INTENT_UNKNOWN);
    }
}

/* What a person has accepted: the terms of changed orders, and that others are as they are. */
static void restore_accept(struct restore *r, const struct db_record *rec, const struct json *j)
{
    const struct json *legs = json_get(j, STR("legs")), *leg;
    const struct json *breaks = json_get(j, STR("breaks")), *b;
    for (size_t i = 0; (leg = json_at(legs, i)) != NULL; i++) {
        struct order o;
        record_read_order(leg, &o);
        ledger_change(r->ledger, &o, rec->principal);
    }
    for (size_t i = 0; (b = json_at(breaks, i)) != NULL; i++) {
        struct intent *it = ledger_by_ref(r->ledger, json_get_str(b, STR("ref")));
        if (!it)
            continue;
        it->is_accepted = true;
        it->is_ref_lost = false;
    }
}

static bool restore_record(void *self, const struct db_record *rec)
{
    struct restore *r = self;
    struct error ignored;
    arena_reset(r->arena);
    const struct json *j = json_parse(rec->body, r->arena, &ignored);
    if (!j)
        return true;
    if (str_eq(rec->kind, STR("intent")))
        restore_intent(r, rec, j);
    else if (str_eq(rec->kind, STR("accept")))
        restore_accept(r, rec, j);
    else
        restore_outcome(r, j);
    return true;
}

/* What ledger_unsaved_days wrote: days that fall, and so do their numbers. */
static bool read_days(struct ledger *l, struct str text)
{
    struct str piece, day;
    while (text.n && str_cut(&text, ' ', &piece)) {
        size_t n = l->day_count;
        if (n == LEDGER_DAYS_MAX)
            return false;
        struct ledger_day *d = &l->days[n];
        if (!str_cut(&piece, ':', &day) || !str_to_i64(day, &d->day) ||
            !str_to_i64(piece, &d->first_seq) || d->day <= 0 || d->first_seq < 0 ||
            (n && (d->day >= l->days[n - 1].day || d->first_seq > l->days[n - 1].first_seq)))
            return false;
        l->day_count++;
    }
    return true;
}

/* What ledger_unsaved_old wrote. */
static bool is_old_list(struct str text, struct arena *a)
{
    struct error ignored;
    int64_t seq;
    const struct json *list = json_parse(text, a, &ignored), *number;
    for (size_t i = 0; (number = json_at(list, i)) != NULL; i++)
        if (!json_to_i64(number, &seq))
            return false;
    return list && list->kind == JSON_ARRAY;
}

/* What was kept of older days, then all records of the days that are remembered. */
static bool restore_records(struct restore *r, struct db *db, struct str old, struct error *e)
{
    struct ledger *l = r->ledger;
    unsigned kinds = 1u << JOURNAL_INTENT | 1u << JOURNAL_OUTCOME | 1u << JOURNAL_ACCEPT;
    int64_t first = first_of_days(l), after = old.n && first > 0 ? first - 1 : 0;
    l->has_unsaved_old = old.n == 0;
    l->is_forget_due = first > 0;
    if (old.n && !is_old_list(old, r->arena))
        return error_set(e, ERROR_INTERNAL, "STORE_DAMAGED",
                         "the stored value '" LEDGER_OLD_KEY "' is not readable");
    return (after == 0 || db_records_of(db, old, after, kinds, restore_record, r, e)) &&
           db_records_after(db, after, kinds, restore_record, r, e);
}

bool ledger_restore(struct ledger *l, struct db *db, struct moment now, struct error *e)
{
    char days[JOURNAL_VALUE_MAX], old[JOURNAL_VALUE_MAX];
    assert(l->day_count == 0 && l->count == 0);
    if (!db_value(db, STR(LEDGER_DAYS_KEY), days, sizeof days, e) ||
        !db_value(db, STR(LEDGER_OLD_KEY), old, sizeof old, e))
        return false;
    if (!read_days(l, str_of(days)))
        return error_set(e, ERROR_INTERNAL, "STORE_DAMAGED",
                         "the stored value '" LEDGER_DAYS_KEY "' is not readable");
    struct restore r = {l, arena_new(4 << 20), now};
    bool ok = restore_records(&r, db, str_of(old), e);
    arena_free(r.arena);
    return ok;
}
