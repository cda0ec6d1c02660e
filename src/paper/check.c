/* SPDX-License-Identifier: MIT */
#include "paper/check_private.h"

#include "paper/fees.h"
#include "wire/value.h"

#include <stdarg.h>
#include <stdio.h>

bool check_refuse(struct check *c, enum check_verdict verdict, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    c->verdict = verdict;
    c->code = code;
    vsnprintf(c->text, sizeof c->text, fmt, ap);
    va_end(ap);
    return false;
}

/* ---- contract ---- */
const struct instrument *check_contract(const struct universe *u, const struct wire_contract *c,
                                        int *code, char text[200])
{
    const struct instrument *found[UNIVERSE_MATCHES_MAX];
    *code = CODE_INVALID;
    if (c->con_id <= 0 && c->sec_type.n == 0) {
        snprintf(text, 200, INVALID "Please enter a valid security type");
        return NULL;
    }
    *code = CODE_NO_CONTRACT;
    size_t n = universe_match(u, c, found);
    if (n == 1)
        return found[0];
    if (n == 0)
        snprintf(text, 200, "No security definition has been found for the request");
    else
        snprintf(text, 200, "The contract description specified for " STR_FMT " is ambiguous.",
                 STR_ARG(str_sub(c->symbol, 0, 32)));
    return NULL;
}

static bool check_instrument(const struct check_world *w, const struct wire_req_place_order *req,
                             struct check *out)
{
    int code;
    char text[200];
    struct ticket *t = &out->draft;
    if (str_ieq(req->contract.sec_type, STR("BAG")))
        return check_legs(w, &req->contract, out);
    t->instrument = check_contract(w->universe, &req->contract, &code, text);
    if (t->instrument == NULL)
        return check_refuse(out, CHECK_REFUSE, code, "%s", text);
    t->order.contract = t->instrument->contract;
    if (req->contract.exchange.n > 0)
        str_copy_cut(t->order.contract.exchange, sizeof t->order.contract.exchange,
                     req->contract.exchange);
    if (!t->instrument->is_tradable)
        return check_refuse(out, CHECK_REFUSE, CODE_NO_CONTRACT,
                            "The contract is not available for trading");
    return true;
}

/* ---- ids, parents, changes ---- */
static bool copy_names(const struct check_world *w, const struct wire_req_place_order *req,
                       struct check *out)
{
    const struct wire_order *o = &req->order;
    struct order *d = &out->draft.order;
    if (o->fa_group.n > 0 && !w->accounts->has_advisor)
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                            INVALID "only an advisor has allocation groups");
    bool is_advisors =
        w->accounts->has_advisor &&
        (o->account.n == 0 || str_eq(o->account, STR_NAME(w->accounts->items[0].name)));
    if (o->fa_group.n > 0 && !is_advisors)
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                            INVALID "account and allocation group exclude each other");
    if (is_advisors && o->fa_group.n == 0)
        return check_refuse(out, CHECK_REFUSE, CODE_NO_ALLOCATION,
                            "You must specify an allocation (either a single account, group, or "
                            "profile).");
    if (o->account.n == 0 && w->accounts->count > 1 && !is_advisors)
        return check_refuse(out, CHECK_REFUSE, CODE_NO_ACCOUNT, "You must specify an account.");
    struct str account = o->account.n > 0 ? o->account : STR_NAME(w->accounts->items[0].name);
    if (accounts_find(w->accounts, account) == NULL)
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                            INVALID "Invalid account code was entered");
    str_copy_cut(d->account, sizeof d->account, account);
    d->order_id = req->order_id;
    d->client_id = w->client_id;
    d->parent_id = o->parent_id;
    d->transmit = o->transmit;
    d->what_if = o->what_if;
    d->outside_rth = o->outside_rth;
    out->draft.oca_type = wire_is_set_int(o->oca_type) ? o->oca_type : 0;
    out->draft.trigger_method = wire_is_set_int(o->trigger_method) ? o->trigger_method : 0;
    out->draft.origin = o->origin;
    str_copy_cut(out->draft.open_close, sizeof out->draft.open_close, o->open_close);
    if (!str_copy(d->ref, sizeof d->ref, o->order_ref) ||
        !str_copy(d->oca_group, sizeof d->oca_group, o->oca_group))
        return check_refuse(out, CHECK_REFUSE, CODE_INVALID,
                            INVALID "orderRef or ocaGroup is too long");
    if (d->what_if && !d->transmit)
        return check_refuse(out, CHECK_REFUSE, CODE_WHAT_IF_TRANSMIT,
                            "What-If order should have transmit flag set to true");
    return true;
}

static bool check_change(const struct ticket *old, struct check *out)
{
    const struct order *a = &old->order, *b = &out->draft.order;
    if (old->end == END_FILLED)
        return check_refuse(out, CHECK_REFUSE, CODE_MODIFY_FILLED, "Cannot modify a filled order.");
    if (!ticket_is_live(old))
        return check_refuse(out, CHECK_REFUSE, CODE_DUPLICATE_ID, "Duplicate order id");
    bool same_legs = old->terms.leg_count == out->draft.terms.leg_count;
    for (size_t i = 0; same_legs && i < old->terms.leg_count; i++)
        same_legs = old->terms.legs[i].instrument == out->draft.terms.legs[i].instrument &&
                    old->terms.legs[i].side == out->draft.terms.legs[i].side &&
                    old->terms.legs[i].ratio == out->draft.terms.legs[i].ratio;
    if (a->contract.con_id != b->contract.con_id || a->side != b->side || !same_legs ||
        a->parent_id != b->parent_id || !str_eq(STR_NAME(a->account), STR_NAME(b->account)))
        return check_refuse(out, CHECK_REFUSE, CODE_MODIFY_MISMATCH,
                            "Order being modified does not match original order");
    return true;
}

/* A change may not take back what has been filled. */
static bool check_new_size(struct check *out)
{
    const struct ticket *old = out->existing;
    if (old == NULL || dec_gt(out->draft.order.quantity, old->status.filled))
        return true;
    return check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                        "Order rejected - reason:The new size is not above what has been filled");
}

static bool check_identity(const struct check_world *w, struct check *out)
{
    const struct order *d = &out->draft.order;
    const struct ticket *old = venue_find(w->venue, w->client_id, d->order_id);
    if (old != NULL && !d->what_if) {
        out->verdict = CHECK_MODIFY;
        out->existing = old;
        return check_change(old, out);
    }
    if (d->order_id < 0 || d->order_id == INT32_MAX ||
        (!d->what_if && d->order_id < venue_next_id(w->venue, w->client_id)))
        return check_refuse(out, CHECK_REFUSE, CODE_DUPLICATE_ID, "Duplicate order id");
    if (d->parent_id == 0)
        return true;
    const struct ticket *parent =
        d->parent_id == d->order_id ? NULL : venue_find(w->venue, w->client_id, d->parent_id);
    if (parent == NULL)
        return check_refuse(out, CHECK_REFUSE, CODE_NO_PARENT, "Can't find order with id = %d",
                            (int)d->parent_id);
    if (!ticket_is_live(parent) && parent->end != END_FILLED)
        return check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                            "Order rejected - reason:Nothing can be attached to the parent order");
    return true;
}

/* ---- funds ---- */
/* Books a trade at the present price in a copy of the account. */
static void try_trade(const struct check_world *w, const struct instrument *i, enum order_side side,
                      struct dec quantity, struct account *after, struct check_margin *out)
{
    int64_t now_s = w->now_ns / NS_PER_S;
    struct ledger_change change;
    struct dec bid, ask;
    const char *currency;
    struct fee_basis none = {
        .plan = after->terms.fees, .instrument = i, .side = side, .usd_rate = DEC(1)};
    feed_touch(w->feed, i, now_s, &bid, &ask);
    if (i->contract.sec_type == SEC_CASH)
        (void)feed_rate(w->feed, STR_NAME(i->contract.symbol), now_s, &none.usd_rate);
    struct trade trade = {i, side, quantity, side == SIDE_BUY ? ask : bid, DEC_ZERO, NULL};
    struct dec least = fees_piece(&none, quantity, trade.price, false, &currency);
    trade.commission = fees_piece(&none, quantity, trade.price, true, &currency);
    trade.commission_currency = currency;
    out->commission = dec_plus(out->commission, trade.commission);
    out->min_commission = dec_plus(out->min_commission, least);
    str_copy_cut(out->commission_currency, sizeof out->commission_currency, str_of(currency));
    ledger_trade(&after->ledger, &trade, &change);
    (void)ledger_apply(&after->ledger, &change); /* check_room has refused what would not fit */
}

/* An order for a group as each of its accounts sees it: its own, of its share's size. */
static size_t part_count(const struct ticket *draft)
{
    return draft->terms.share_count > 0 ? draft->terms.share_count : 1;
}

static bool part_of(const struct check_world *w, const struct ticket *draft, size_t i,
                    struct ticket *out)
{
    *out = *draft;
    if (draft->terms.share_count == 0)
        return true;
    const struct ticket_share *share = &draft->terms.shares[i];
    out->order.quantity = share->quantity;
    out->terms.share_count = 0;
    str_copy_cut(out->order.account, sizeof out->order.account,
                 STR_NAME(w->accounts->items[share->account].name));
    return dec_sign(share->quantity) > 0;
}

static void margin_of_one(const struct check_world *w, const struct ticket *draft,
                          struct check_margin *out)
{
    int64_t now_s = w->now_ns / NS_PER_S;
    const struct account *before = accounts_find(w->accounts, STR_NAME(draft->order.account));
    struct account after = *before;
    *out = (struct check_margin){0};
    str_copy_cut(out->base, sizeof out->base, STR_NAME(before->terms.base));
    balance_compute(before, w->feed, now_s, &out->before);
    if (!ticket_is_combo(draft))
        try_trade(w, draft->instrument, draft->order.side, draft->order.quantity, &after, out);
    for (size_t i = 0; i < draft->terms.leg_count; i++) {
        const struct ticket_leg *leg = &draft->terms.legs[i];
        bool buys = (leg->side == SIDE_BUY) == (draft->order.side == SIDE_BUY);
        try_trade(w, leg->instrument, buys ? SIDE_BUY : SIDE_SELL,
                  dec_times(draft->order.quantity, leg->ratio), &after, out);
    }
    balance_compute(&after, w->feed, now_s, &out->after);
}

static void add_balance(struct balance *sum, const struct balance *b)
{
    sum->init_margin = dec_plus(sum->init_margin, b->init_margin);
    sum->maint_margin = dec_plus(sum->maint_margin, b->maint_margin);
    sum->equity = dec_plus(sum->equity, b->equity);
    sum->total.net = dec_plus(sum->total.net, b->total.net);
}

void check_margin(const struct check_world *w, const struct ticket *draft, struct check_margin *out)
{
    if (draft->terms.share_count == 0) {
        margin_of_one(w, draft, out);
        return;
    }
    *out = (struct check_margin){0};
    for (size_t i = 0; i < part_count(draft); i++) {
        struct ticket part;
        struct check_margin m;
        if (!part_of(w, draft, i, &part))
            continue;
        margin_of_one(w, &part, &m);
        add_balance(&out->before, &m.before);
        add_balance(&out->after, &m.after);
        out->commission = dec_plus(out->commission, m.commission);
        out->min_commission = dec_plus(out->min_commission, m.min_commission);
        str_copy_cut(out->base, sizeof out->base, STR_NAME(m.base));
        str_copy_cut(out->commission_currency, sizeof out->commission_currency,
                     STR_NAME(m.commission_currency));
    }
}

/* Every order that is accepted must be able to become a position. */
static bool check_room(const struct check_world *w, const struct ticket *t, struct check *out)
{
    const struct ledger *l = accounts_ledger(w->accounts, t->order.account);
    bool fits = ticket_is_combo(t) || ledger_has_room(l, t->instrument);
    for (size_t i = 0; i < t->terms.leg_count; i++)
        fits = fits && ledger_has_room(l, t->terms.legs[i].instrument);
    return fits || check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                                "Order rejected - reason:The account holds too many different "
                                "positions");
}

/* Selling what one does not have: not everything can be borrowed. Exits that wait for their parent
 * sell what it will have bought. */
static bool check_short(const struct check_world *w, const struct ticket *t, struct check *out)
{
    const struct ledger *l = accounts_ledger(w->accounts, t->order.account);
    if (t->order.side == SIDE_BUY || ticket_is_combo(t) || t->order.parent_id != 0 ||
        t->order.contract.sec_type == SEC_CASH || t->instrument->is_shortable ||
        !dec_gt(t->order.quantity, ledger_quantity(l, t->instrument)))
        return true;
    return check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                        "Order rejected - reason:The contract is not available for short sale");
}

static bool check_funds(const struct check_world *w, const struct ticket *t, struct check *out)
{
    struct check_margin m;
    margin_of_one(w, t, &m);
    if (!dec_gt(m.after.init_margin, m.before.init_margin) ||
        !dec_gt(m.after.init_margin, m.after.equity))
        return true;
    char have[DEC_TEXT_MAX], need[DEC_TEXT_MAX];
    dec_format_fixed(m.after.equity, 2, have);
    dec_format_fixed(m.after.init_margin, 2, need);
    return check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                        "Order rejected - reason:The account's equity of %s %s does not cover the "
                        "initial margin of %s %s that it would need",
                        have, m.base, need, m.base);
}

/* Each account must be able to bear its part. */
static bool check_books(const struct check_world *w, struct check *out)
{
    for (size_t i = 0; i < part_count(&out->draft); i++) {
        struct ticket part;
        if (part_of(w, &out->draft, i, &part) &&
            !(check_room(w, &part, out) && check_short(w, &part, out) &&
              check_funds(w, &part, out)))
            return false;
    }
    return true;
}

void check_order(const struct check_world *w, const struct wire_req_place_order *req,
                 struct check *out)
{
    *out = (struct check){.verdict = CHECK_PLACE};
    const struct wire_order *o = &req->order;
    /* each step that fails has set verdict, code and text */
    (void)(check_supported(req, out) && check_instrument(w, req, out) && copy_names(w, req, out) &&
           check_kind(w, o, out) && check_identity(w, out) && check_prices(o, out) &&
           check_lifetime(w, o, out) && check_size(w, o, out) && check_price_cap(w, out) &&
           check_terms(w, o, out) && check_new_size(out) && check_group(w, o, out) &&
           check_books(w, out));
    bool is_new = out->existing == NULL && !out->draft.order.what_if;
    if (is_new && out->verdict != CHECK_REFUSE && !venue_has_room(w->venue, w->now_ns))
        check_refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "too many orders");
}
