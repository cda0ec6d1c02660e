/* SPDX-License-Identifier: MIT */
/* decide_position: the controls of what is held and of own orders. */
#include "guard/checks.h"

#include "guard/value.h"

/* ---- position ---- */

static enum order_side other(enum order_side s)
{
    return s == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

struct dec open_quantity(const struct gate_facts *f, const struct order *o)
{
    return f->existing ? dec_minus(o->quantity, f->existing->status.filled) : o->quantity;
}

/* How much of the order's side is spoken for, the order itself included. */
static struct dec committed(const struct gate_facts *f, const struct order *o)
{
    return dec_plus(f->working[order_kind(o)][o->side], open_quantity(f, o));
}

bool is_reducing(const struct gate_facts *f, const struct gate_request *r)
{
    const struct order *o = &r->orders[0];
    int sign = dec_sign(f->position);
    if (r->count != 1 || sign == 0 || (sign > 0) != (o->side == SIDE_SELL))
        return false;
    return dec_cmp(committed(f, o), dec_abs(f->position)) <= 0;
}

/* ---- position and own orders ---- */

bool deny_short(const struct gate_facts *f, const struct gate_ticket *t, struct gate_finding *out,
                const struct gate_request *r)
{
    (void)r;
    if (f->limits->allow_short || t->orders[0].contract.sec_type == SEC_CASH)
        return false;
    /* the exits of a bracket may sell what its entry buys */
    struct dec held = f->position;
    if (t->count > 1 && t->orders[0].side == SIDE_BUY)
        held = dec_plus(held, t->orders[0].quantity);
    for (size_t i = 0; i < t->count; i++) {
        const struct order *o = &t->orders[i];
        if (o->side != SIDE_SELL || dec_cmp(committed(f, o), held) <= 0)
            continue;
        out->value = DEC_SOME(committed(f, o));
        out->limit = DEC_SOME(dec_max(held, DEC_ZERO));
        return says(out, "selling %s with %s held and %s in working sell orders would go short",
                    D(o->quantity), D(f->position), D(f->working[order_kind(o)][SIDE_SELL]));
    }
    return false;
}

bool deny_cross(const struct gate_facts *f, const struct gate_ticket *t, struct gate_finding *out,
                const struct gate_request *r)
{
    (void)r;
    const struct order *o = &t->orders[0];
    if (o->type != ORDER_MKT && o->type != ORDER_LMT)
        return false;
    if (f->has_market[other(o->side)])
        return says(out, "a market order of this account works on the other side");
    struct opt_dec theirs = f->best_limit[other(o->side)], mine = o->limit_price;
    if (o->type == ORDER_MKT)
        mine = o->side == SIDE_BUY ? t->ask : t->bid;
    if (!theirs.has || !mine.has)
        return false;
    int cmp = dec_cmp(mine.v, theirs.v);
    if (o->side == SIDE_BUY ? cmp < 0 : cmp > 0)
        return false;
    out->value = mine;
    out->limit = theirs;
    return says(out, "it could trade with a working order of this account at %s", D(theirs.v));
}

bool warn_left_over(const struct gate_facts *f, const struct gate_ticket *t,
                    struct gate_finding *out, const struct gate_request *r)
{
    (void)r;
    const struct order *o = &t->orders[0];
    if (!t->is_reducing || order_kind(o) != KIND_PLAIN)
        return false;
    struct dec left = dec_minus(dec_abs(f->position), o->quantity);
    return dec_gt(f->working[KIND_STOP][o->side], left) &&
           says(out,
                "working stops cover more than the %s that remain: reduce or cancel them "
                "after the fill",
                D(left));
}
