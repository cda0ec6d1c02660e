/* SPDX-License-Identifier: MIT */
/* What must be the case in the world before an order works, or for it to be cancelled: its
 * conditions; and for a short sale, that somebody lends the shares. */
#include "paper/balance.h"
#include "paper/venue_private.h"
#include "wire/order.h"

bool venue_waits_for_conditions(const struct ticket *t)
{
    return t->terms.condition_count > 0 && !t->terms.conditions_cancel && !t->conditions_met;
}

/* At or above if is_more, else at or below. */
static bool compares(const struct ticket_condition *c, struct dec have)
{
    return c->is_more ? !dec_lt(have, c->value) : !dec_gt(have, c->value);
}

static bool price_holds(struct venue *v, const struct ticket_condition *c, int64_t now_s)
{
    struct match_view m;
    v->market.touch(v->market.self, c->instrument, now_s, &m.now);
    v->market.touch(v->market.self, c->instrument, now_s - 1, &m.before);
    enum match_method method = match_method_of(c->instrument->contract.sec_type, c->trigger_method);
    return match_reached(method, &m, c->value, c->is_more);
}

static bool change_holds(struct venue *v, const struct ticket_condition *c, int64_t now_s)
{
    struct touch m;
    struct dec close = v->market.previous_close(v->market.self, c->instrument, now_s), ratio;
    v->market.touch(v->market.self, c->instrument, now_s, &m);
    return dec_div(dec_minus(m.last, close), close, &ratio) && compares(c, dec_times(ratio, 100));
}

/* The cushion: excess liquidity in percent of the account's value. */
static bool margin_holds(struct venue *v, const struct ticket *t, const struct ticket_condition *c,
                         int64_t now_s)
{
    struct balance b;
    struct dec cushion;
    balance_compute(accounts_find(v->accounts, STR_NAME(t->order.account)), v->feed, now_s, &b);
    return dec_div(b.excess, b.total.net, &cushion) && compares(c, dec_times(cushion, 100));
}

/* Any trade of the account in that symbol since the order came. */
static bool execution_holds(const struct venue *v, const struct ticket *t,
                            const struct ticket_condition *c)
{
    for (size_t i = v->fill_count; i-- > 0 && v->fills[i]->at_ns >= t->accepted_ns;) {
        const struct fill *f = v->fills[i];
        const struct contract *k = &f->instrument->contract;
        if (k->sec_type == c->sec_type && str_ieq(STR_NAME(k->symbol), STR_NAME(c->text)) &&
            str_eq(STR_NAME(f->ticket->order.account), STR_NAME(t->order.account)))
            return true;
    }
    return false;
}

static bool holds(struct venue *v, const struct ticket *t, const struct ticket_condition *c,
                  int64_t now_s)
{
    switch (c->type) {
    case WIRE_CONDITION_PRICE:
        return price_holds(v, c, now_s);
    case WIRE_CONDITION_TIME:
        return c->is_more ? now_s >= c->time_s : now_s <= c->time_s;
    case WIRE_CONDITION_MARGIN:
        return margin_holds(v, t, c, now_s);
    case WIRE_CONDITION_EXECUTION:
        return execution_holds(v, t, c);
    case WIRE_CONDITION_VOLUME:
        return compares(c, v->market.volume(v->market.self, c->instrument, now_s));
    default:
        return change_holds(v, c, now_s);
    }
}

bool venue_conditions_hold(struct venue *v, const struct ticket *t, int64_t now_ns)
{
    if (!t->terms.conditions_ignore_rth && !venue_is_open(v, t, now_ns))
        return false;
    bool all = true;
    for (size_t i = 0; i < t->terms.condition_count; i++) {
        const struct ticket_condition *c = &t->terms.conditions[i];
        all = all && holds(v, t, c, now_ns / NS_PER_S);
        bool ends_a_chain = !c->is_and || i + 1 == t->terms.condition_count;
        if (ends_a_chain && all)
            return true;
        all = all || ends_a_chain;
    }
    return false;
}

/* ---- short sales ---- */
enum { CODE_LOCATE = 404 };

/* How many shares the ticket would have to borrow. */
static struct dec to_borrow(const struct venue *v, const struct ticket *t)
{
    if (t->order.side != SIDE_SELL || t->order.contract.sec_type != SEC_STK)
        return DEC_ZERO;
    struct dec need = DEC_ZERO;
    for (size_t i = 0; i < t->terms.share_count; i++) {
        const struct ticket_share *s = &t->terms.shares[i];
        struct dec own = ledger_quantity(&v->accounts->items[s->account].ledger, t->instrument);
        struct dec lack = dec_minus(dec_minus(s->quantity, s->filled), dec_max(own, DEC_ZERO));
        need = dec_plus(need, dec_max(lack, DEC_ZERO));
    }
    if (t->terms.share_count > 0)
        return need;
    const struct ledger *l = accounts_ledger(v->accounts, t->order.account);
    struct dec held = dec_max(ledger_quantity(l, t->instrument), DEC_ZERO);
    return dec_max(dec_minus(t->status.remaining, held), DEC_ZERO);
}

bool venue_waits_for_locate(struct venue *v, struct ticket *t, int64_t now_ns)
{
    struct dec need = to_borrow(v, t);
    bool was_held = str_eq(STR_NAME(t->status.why_held), STR("locate"));
    int64_t there = dec_is_zero(need)
                        ? 0
                        : v->market.short_shares(v->market.self, t->instrument, now_ns / NS_PER_S);
    bool is_held = dec_gt(need, dec_of(there));
    if (is_held == was_held)
        return is_held;
    str_copy_cut(t->status.why_held, sizeof t->status.why_held, is_held ? STR("locate") : STR(""));
    t->status.state = STATE_PRE_SUBMITTED;
    venue_emit(v, VENUE_ORDER, t);
    if (!is_held)
        return false;
    struct venue_event *e = venue_emit(v, VENUE_MESSAGE, t);
    e->code = CODE_LOCATE;
    str_copy_cut(e->text, sizeof e->text,
                 STR("Order held: the shares to sell short are being located"));
    return true;
}
