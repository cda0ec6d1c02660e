/* SPDX-License-Identifier: MIT */
/*
 * What was shown before it was sent, what a person said about it, and who has limits of their own.
 *
 * The clock may be set between what is compared by its time; then the time is not looked at.
 */
#include "watcher.h"

#include <assert.h>
#include <string.h>

enum { LOCK_MS = 60 * 1000, PIN_WRONG_MAX = 5, GRACE_S = 1 };

/* ---- days ---- */

static int64_t day_of(struct utc t)
{
    return t.ns / (86400 * (int64_t)NS_PER_S);
}

void watch_days(struct watcher *v)
{
    int64_t here = day_of(v->world->now.wall), there = day_of(exchange_now(v->world).wall);
    int64_t day = here > there ? here : there;
    if (!v->first_day)
        v->first_day = v->last_day = here < there ? here : there;
    v->last_day = day > v->last_day ? day : v->last_day;
}

void watcher_clock_set(struct watcher *v)
{
    v->sets++;
    v->pin.until.ns = 0;
    v->pin.wrong = 0;
    watch_days(v);
}

/* ---- previews ---- */

void watcher_shown(struct watcher *v, int number, const struct preview_shown *p)
{
    struct seen_request *r = &v->requests[number];
    r->is_shown = true;
    r->quantity = p->quantity;
    r->reference = p->reference;
    r->shown_at = v->world->now.wall;
    r->sets = p->sets;
    str_copy_cut(r->owner, sizeof r->owner, str_of(p->owner));
}

static bool is_older(struct utc then, struct str at, int64_t seconds)
{
    struct utc now;
    return utc_parse(at, &now) && now.ns - then.ns > (seconds + GRACE_S) * (int64_t)NS_PER_S;
}

static bool has_drifted(const struct watcher *v, struct opt_dec then, const struct json *body)
{
    struct dec now, diff, bound;
    if (!then.has || !json_to_dec(json_get(body, STR("reference")), &now))
        return false;
    diff = dec_abs(dec_minus(now, then.v));
    return dec_mul(then.v, v->world->settings.values.limits.preview_drift_pct, &bound) &&
           dec_gt(dec_times(diff, 100), bound);
}

/* An order that was previewed, as it is about to be sent. */
static void check_shown(struct watcher *v, const struct seen_order *o, const struct json *body,
                        struct str at)
{
    const struct seen_request *r = &v->requests[o->request];
    int64_t ttl = v->world->settings.values.limits.preview_ttl_s;
    if (!r->is_shown)
        return;
    v->looked[I14]++;
    if (strcmp(r->owner, o->principal) != 0)
        watcher_break(v, I14, "preview r%d was shown to %s, and %s made an order of it", o->request,
                      r->owner, o->principal);
    if (!dec_eq(r->quantity, o->quantity))
        watcher_break(v, I14, "order %s is not of the quantity that was shown", o->ref);
    if (has_drifted(v, r->reference, body))
        watcher_break(v, I14, "order %s: the price had drifted since it was shown", o->ref);
    if (!o->approval && r->sets == v->sets && is_older(r->shown_at, at, ttl))
        watcher_break(v, I14, "order %s was made of a preview that was too old", o->ref);
}

/* ---- a person's word ---- */

struct seen_approval *watch_approval(struct watcher *v, int64_t number)
{
    for (size_t i = 0; i < v->approval_count; i++)
        if (v->approvals[i].number == number)
            return &v->approvals[i];
    return NULL;
}

static void on_asked(struct watcher *v, const struct audit_record *r, const struct json *body)
{
    const struct json *leg = json_at(json_get(body, STR("legs")), 0);
    int64_t con_id = 0;
    assert(v->approval_count < WATCHER_APPROVALS_MAX);
    struct seen_approval *a = &v->approvals[v->approval_count++];
    *a = (struct seen_approval){.number = r->seq, .asked_sets = v->sets};
    if (!utc_parse(r->at, &a->asked_at) || a->asked_at.ns > v->world->now.wall.ns)
        a->asked_sets = -1; /* the clock was set back between writing and reading it */
    (void)json_to_i64(json_get(json_get(leg, STR("contract")), STR("con_id")), &con_id);
    (void)json_to_dec(json_get(leg, STR("quantity")), &a->quantity);
    a->con_id = (int32_t)con_id;
    a->side = str_eq(json_get_str(leg, STR("side")), STR("BUY")) ? SIDE_BUY : SIDE_SELL;
    a->is_change = str_eq(json_get_str(body, STR("kind")), STR("modify"));
    str_copy_cut(a->proposer, sizeof a->proposer, r->principal);
}

void watch_approval_record(struct watcher *v, const struct audit_record *r, const struct json *body)
{
    struct str state = json_get_str(body, STR("state"));
    int64_t number = 0;
    v->looked[I15]++;
    if (str_eq(state, STR("pending"))) {
        on_asked(v, r, body);
        return;
    }
    (void)json_to_i64(json_get(body, STR("approval")), &number);
    struct seen_approval *a = watch_approval(v, number);
    if (!a) {
        if (!v->world->device.has_lied)
            watcher_break(v, I15, "number %lld is decided, and nobody was asked about it",
                          (long long)number);
        return;
    }
    if (!str_eq(state, STR("approved")))
        return;
    if (!a->yeses)
        watcher_break(v, I15, "number %lld is approved, and nobody typed the PIN",
                      (long long)number);
    a->is_yes = utc_parse(r->at, &a->yes_at);
}

void watcher_yes_begins(struct watcher *v, int64_t number)
{
    watcher_read_journal(v);
    struct seen_approval *a = watch_approval(v, number);
    if (a && !a->yeses++)
        a->sets = v->sets;
}

void watcher_decided(struct watcher *v, int64_t number, bool is_yes)
{
    watcher_read_journal(v);
    struct seen_approval *a = watch_approval(v, number);
    if (!a)
        return;
    a->is_yes_told = a->is_yes_told || is_yes;
    a->is_no_told = a->is_no_told || !is_yes;
    if (!is_yes && !a->over_at)
        a->over_at = v->journal_at;
}

/* Who was killed and released thinks anew: what was asked, or approved, before is void. */
void watch_release_record(struct watcher *v, int64_t seq)
{
    for (size_t i = 0; i < v->approval_count; i++)
        if (!v->approvals[i].over_at)
            v->approvals[i].over_at = seq;
}

/* At least what the order is worth, as far as we know prices. */
static struct opt_dec worth(const struct watcher *v, const struct seen_order *o,
                            struct dec quantity)
{
    char bid[48], ask[48];
    struct opt_dec out = {.has = true};
    struct dec price = o->limit_price.v, value;
    const struct world *w = v->world;
    if (!o->limit_price.has &&
        !(w->paper && paper_quote(w->paper, o->con_id, exchange_now(w), bid, ask) &&
          dec_parse(str_of(bid), &price)))
        return DEC_NONE;
    out.has = dec_mul(price, quantity, &value) && dec_mul(value, DEC_MICRO(970000), &out.v);
    return out;
}

static bool needs_person(const struct watcher *v, const struct seen_order *o, struct dec quantity)
{
    const struct guard_limits *l = &v->world->settings.values.limits;
    struct opt_dec value = worth(v, o, quantity);
    struct dec large;
    if (l->approval_paper == GATE_APPROVAL_OUT_OF_BAND)
        return true;
    return l->approval_above == GATE_APPROVAL_OUT_OF_BAND && o->frames == 1 && value.has &&
           dec_mul(l->max_order_value, l->confirm_above_pct, &large) &&
           dec_gt(dec_times(value.v, 100), large) && !watcher_reduces(v, o, quantity, true);
}

void watch_word(struct watcher *v, struct seen_order *o, struct dec quantity)
{
    if (o->is_closing || o->is_excused || o->leg || v->world->device.has_lied)
        return;
    bool is_needed = needs_person(v, o, quantity);
    v->looked[I15] += is_needed || o->approval;
    if (!o->approval) {
        if (is_needed)
            watcher_break(v, I15, "order %s went out and no person was asked", o->ref);
        return;
    }
    struct seen_approval *a = watch_approval(v, o->approval);
    bool is_approved = a && a->yeses && a->is_yes; /* it may need nobody any more */
    if (!a || (is_needed && !is_approved)) {
        watcher_break(v, I15, "order %s went out and no person had approved it", o->ref);
        return;
    }
    if (a->over_at && o->journaled > a->over_at)
        watcher_break(v, I15, "order %s went out by number %lld, which was declined or void",
                      o->ref, (long long)a->number);
    if (a->used_by && a->used_by != o->journaled)
        watcher_break(v, I15, "number %lld serves a second time, for order %s",
                      (long long)a->number, o->ref);
    if (a->con_id != o->con_id || a->side != o->side || dec_gt(quantity, a->quantity) ||
        strcmp(a->proposer, o->principal) != 0)
        watcher_break(v, I15, "order %s is not the one that was approved", o->ref);
    a->used_by = o->journaled;
}

/* ---- the PIN ---- */

void watcher_pin_begins(struct watcher *v)
{
    v->pin.rights_open++;
    v->pin.right_at = v->world->now.mono;
    if (!v->pin.until.ns)
        v->pin.wrong = 0;
}

void watcher_pin_lost(struct watcher *v)
{
    v->pin.rights_open = 0;
    v->pin.right_at = v->world->now.mono;
}

void watcher_pin_answered(struct watcher *v, struct instant asked_at, bool is_right,
                          bool is_accepted, bool is_told_wrong)
{
    struct instant now = v->world->now.mono;
    v->pin.rights_open -= is_right;
    if (v->world->device.mode == DEVICE_LOSE)
        v->pin.wrong = 0; /* a restart will not know of it */
    if (is_right && is_accepted) {
        v->looked[I15]++;
        if (v->pin.until.ns && asked_at.ns >= v->pin.from.ns && now.ns < v->pin.until.ns)
            watcher_break(v, I15, "the PIN was accepted while it was locked");
        v->pin.wrong = 0;
        v->pin.until.ns = 0;
    }
    if (!is_told_wrong || v->pin.rights_open || asked_at.ns <= v->pin.right_at.ns)
        return;
    if (++v->pin.wrong < PIN_WRONG_MAX)
        return;
    v->pin.from = now;
    v->pin.until = instant_after_ms(asked_at, LOCK_MS);
}

/* ---- limits of their own ---- */

void watcher_token(struct watcher *v, struct str name, struct dec max_value, int64_t max_orders)
{
    assert(v->token_count < WATCHER_TOKENS_MAX);
    struct seen_token *k = &v->tokens[v->token_count++];
    *k = (struct seen_token){.max_value = max_value, .max_orders = max_orders};
    str_copy_cut(k->name, sizeof k->name, name);
}

static struct seen_token *token_of(struct watcher *v, struct str name)
{
    for (size_t i = 0; i < v->token_count; i++)
        if (str_eq(STR_NAME(v->tokens[i].name), name))
            return &v->tokens[i];
    return NULL;
}

void watcher_revoked(struct watcher *v, struct str name)
{
    watcher_read_journal(v);
    struct seen_token *k = token_of(v, name);
    if (k && !k->revoked_at && v->world->device.mode != DEVICE_LOSE) /* which forgets it */
        k->revoked_at = v->journal_at;
}

/* Orders of that principal that went out, all days together; those that open alone if asked so. */
static int64_t orders_of(const struct watcher *v, const char *principal, bool opening_only)
{
    int64_t n = 0;
    for (size_t i = 0; i < v->order_count; i++) {
        const struct seen_order *o = &v->orders[i];
        bool is_first =
            o->frames > 0 && strcmp(o->placer, principal) == 0 && (o->is_opening || !opening_only);
        for (size_t k = 0; is_first && k < i; k++) /* other legs of it */
            is_first = v->orders[k].intent != o->intent || v->orders[k].frames == 0;
        n += is_first;
    }
    return n;
}

void watch_own_limits(struct watcher *v, struct seen_order *o, struct dec quantity)
{
    struct str who = STR_NAME(o->principal);
    bool is_rule = str_starts(who, STR("rule:"));
    watch_days(v);
    int64_t days = v->last_day - v->first_day + 1; /* on each of them they may begin anew */
    struct seen_token *k =
        str_starts(who, STR("token:")) ? token_of(v, str_sub(who, 6, who.n)) : NULL;
    if (o->is_excused || v->world->device.has_lied || (!is_rule && !k))
        return;
    v->looked[I16]++;
    if (k && k->revoked_at && o->journaled > k->revoked_at)
        watcher_break(v, I16, "order %s of %s went out after that was revoked", o->ref,
                      o->principal);
    if (o->frames > 1 || o->leg || watcher_reduces(v, o, quantity, true))
        return;
    o->is_opening = true;
    struct opt_dec value = worth(v, o, quantity);
    int64_t most = is_rule ? v->world->settings.values.limits.max_orders_per_rule : k->max_orders;
    int64_t sent = orders_of(v, o->principal, days > 1);
    if (sent > most * days)
        watcher_break(v, I16, "order %s is number %lld of %s, which may send %lld a day", o->ref,
                      (long long)sent, o->principal, (long long)most);
    if (k && value.has && dec_gt(value.v, k->max_value))
        watcher_break(v, I16, "order %s of %s is larger than that may", o->ref, o->principal);
}

/* ---- the journal ---- */

void watch_intent_record(struct watcher *v, const struct seen_order *o, const struct json *body,
                         struct str at)
{
    const struct seen_approval *a = o->approval ? watch_approval(v, o->approval) : NULL;
    int64_t ttl = v->world->settings.values.limits.approval_ttl_s;
    check_shown(v, o, body, at);
    if (a && a->is_yes && a->sets == v->sets && is_older(a->yes_at, at, ttl))
        watcher_break(v, I15, "order %s was made by number %lld, which was approved too long ago",
                      o->ref, (long long)a->number);
}
