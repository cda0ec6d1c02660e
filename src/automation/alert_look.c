/* SPDX-License-Identifier: MIT */
/*
 * alert_look: an alert and the quote of its contract: may it be looked at, does it fire, and what
 * then.
 */
#include "automation/inside.h"

#include <stdio.h>
#include <string.h>

enum { MARKET_MS = 1000, SETTLE_MS = 500 };

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

/* ---- firing ---- */

bool alert_fire(struct alerts *a, struct alert *al, enum firing_kind kind, const struct quote *q,
                struct opt_dec level, const char *what, struct moment now)
{
    struct firing f = {.alert = al->id,
                       .kind = kind,
                       .at = now.wall,
                       .con_id = al->terms.contract.con_id,
                       .value = condition_shown(&al->terms.condition, al->value),
                       .level = level};
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
    f.id = alerts_has_room(a) ? firing_record(a, &f, now) : 0;
    if (!f.id)
        return false;
    alerts_recall(a, &f);
    al->fired += kind == FIRING_FIRED;
    al->last_firing = f.id;
    al->last_fired = (struct opt_utc){now.wall, true};
    return true;
}

void alert_end(struct alerts *a, struct alert *al, enum alert_status status, struct moment now)
{
    al->status = status;
    al->block = ALERT_LOOKS;
    alert_save(a, al, now);
    if (!watched_is_wanted(al->watched))
        lines_release(a, al->watched, now);
}

/* ---- looking ---- */

enum market_state watched_market(const struct alerts *a, struct watched *w, struct moment now)
{
    if (!w->details)
        return MARKET_UNKNOWN;
    if (!w->market_at.ns || instant_ms_since(w->market_at, now.mono) >= MARKET_MS) {
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
    if (t->only_open) {
        enum market_state m = watched_market(a, al->watched, now);
        if (m != MARKET_OPEN)
            return m == MARKET_UNKNOWN ? ALERT_NO_HOURS : ALERT_CLOSED;
    }
    if (q->is_halted)
        return ALERT_HALTED;
    if (q->data_type == DATA_DELAYED && !t->allow_delayed)
        return ALERT_DELAYED;
    if (q->data_type != DATA_LIVE && q->data_type != DATA_DELAYED)
        return ALERT_FROZEN;
    if (al->quiet_until.ns && !instant_due(al->quiet_until, now.mono))
        return ALERT_PAUSED;
    return alerts_has_room(a) ? ALERT_LOOKS : ALERT_DISK;
}

void alert_reason(struct alerts *a, const struct alert *al, struct moment now, struct buf *out)
{
    const struct quote *q = session_quote(a->session, al->terms.contract.con_id);
    enum alert_block block = al->block;
    if (al->status != ALERT_ON) {
        buf_add_c(out, al->why);
        return;
    }
    /* the newest quote may have come long ago, the market have closed since */
    if (q && q->time.has && block != ALERT_NO_VALUE)
        block = block_of(a, al, q, now);
    if (block == ALERT_LOOKS && !al->looked.has) /* the first burst of its line is not over */
        block = ALERT_NO_LINE;
    buf_add_c(out, alert_block_text(block));
    if (block == ALERT_REFUSED && al->watched->notice[0])
        buf_add_f(out, ": %s", al->watched->notice);
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
    if (alert_fire(a, al, FIRING_DISARMED, q, al->terms.condition.level, al->why, now))
        alert_end(a, al, ALERT_DISARMED, now);
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
    if (!alert_fire(a, al, FIRING_FIRED, q, condition_level(&al->terms.condition, before), text,
                    now)) {
        al->state = *before; /* the next quote finds it again */
        return;
    }
    al->quiet_until = instant_after_ms(now.mono, al->terms.pause_s * 1000);
    if (al->terms.repeats)
        alert_save(a, al, now);
    else
        alert_end(a, al, ALERT_DONE, now);
}

static void look(struct alerts *a, struct alert *al, const struct quote *q, struct moment now)
{
    struct dec times, after;
    al->block = block_of(a, al, q, now);
    if (al->block == ALERT_LOOKS && quote_age_ms(q, now.mono) > ALERT_STALE_MS)
        al->block = ALERT_FROZEN;
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

void alerts_unsettle(struct watched *w)
{
    w->first_quote = (struct instant){0};
    w->is_settled = false;
    for (struct alert *al = w->first; al; al = al->next)
        al->has_looked = false;
}

void alerts_look(struct alerts *a, struct watched *w, const struct quote *q, struct moment now)
{
    if (!w->first_quote.ns) {
        w->first_quote = now.mono;
        a->step_at = instant_min(a->step_at, instant_after_ms(now.mono, SETTLE_MS));
    }
    w->is_settled = w->is_settled || instant_ms_since(w->first_quote, now.mono) >= SETTLE_MS;
    for (struct alert *al = w->first; al && w->is_settled; al = al->next)
        if (al->status == ALERT_ON)
            look(a, al, q, now);
}

void alerts_look_settled(struct alerts *a, struct moment now)
{
    void *value = NULL;
    for (size_t i = 0; map_next(a->by_contract, &i, &value);) {
        struct watched *w = value;
        if (w->is_settled || !w->first_quote.ns ||
            instant_ms_since(w->first_quote, now.mono) < SETTLE_MS)
            continue;
        const struct quote *q = session_quote(a->session, w->contract.con_id);
        w->is_settled = true;
        if (!q || !q->time.has)
            continue;
        struct quote copy = *q;
        alerts_look(a, w, &copy, now);
    }
}

void alerts_on_event(struct alerts *a, const struct event *ev)
{
    void *value = NULL;
    if (ev->kind == EVENT_QUOTE) {
        struct watched *w = map_get(a->by_contract, ev->number);
        if (w)
            alerts_look(a, w, ev->quote, ev->at);
    }
    if (ev->kind == EVENT_LINK && ev->link != LINK_READY)
        for (size_t i = 0; map_next(a->by_contract, &i, &value);)
            alerts_unsettle(value);
}
