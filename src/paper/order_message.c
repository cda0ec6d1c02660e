/* SPDX-License-Identifier: MIT */
#include "paper/order_message.h"

#include "base/rng.h"
#include "wire/value.h"

enum { VERSION_TIME_WITH_ZONE = 174 };

static double price_or(struct opt_dec v, double otherwise)
{
    return v.has ? dec_to_double(v.v) : otherwise;
}

/* What live servers put where a text does not apply: in protobuf they leave it out. */
static struct str placeholder(const struct paper_peer *peer)
{
    return peer->version <= WIRE_VERSION_TEXT_MAX ? STR("?") : STR("");
}

/* ---- ids ---- */
int32_t order_shown_id(const struct ticket *t)
{
    return t->order.order_id >= 0 || t->is_bound ? t->order.order_id : 0;
}

static int64_t shown_perm(const struct paper *p, const struct ticket *t)
{
    const int64_t alias_shift = 1000000000;
    return t->order.perm_id - (t->order.perm_id == p->faults.alias_perm ? alias_shift : 0);
}

/* ---- the order ---- */
static struct str none_or(const char *text)
{
    return text[0] != 0 ? str_of(text) : STR("None");
}

static void set_adjustment(const struct ticket_adjustment *a, struct wire_order *w)
{
    w->adjusted_order_type = none_or(a->rule != NULL ? a->rule->name : "");
    w->trigger_price = wire_double_of(a->at);
    w->adjusted_stop_price = wire_double_of(a->stop);
    w->adjusted_stop_limit_price = wire_double_of(a->limit);
    w->adjusted_trailing_amount = wire_double_of(a->trail);
    w->adjustable_trailing_unit = a->trail_is_percent ? 100 : 0;
}

static struct wire_condition condition_of(const struct ticket_condition *c)
{
    struct wire_condition w = {.type = c->type,
                               .is_conjunction = c->is_and,
                               .is_more = c->is_more,
                               .exchange = STR_NAME(c->exchange),
                               .trigger_method = c->trigger_method};
    int64_t whole = 0;
    (void)dec_to_i64(c->value, &whole);
    w.con_id = c->instrument != NULL ? c->instrument->contract.con_id : 0;
    w.price = w.change_percent = dec_to_double(c->value);
    w.percent = w.volume = (int32_t)whole;
    if (c->type == WIRE_CONDITION_TIME)
        w.time = STR_NAME(c->text);
    if (c->type == WIRE_CONDITION_EXECUTION) {
        w.symbol = STR_NAME(c->text);
        w.sec_type = str_of(sec_type_text(c->sec_type));
    }
    return w;
}

static void set_conditions(struct paper *p, const struct ticket_terms *m, struct wire_order *w)
{
    struct wire_condition *items = arena_alloc(p->arena, TICKET_CONDITIONS_MAX * sizeof *items);
    for (size_t i = 0; i < m->condition_count; i++)
        items[i] = condition_of(&m->conditions[i]);
    w->conditions.items = items;
    w->conditions.n = m->condition_count;
    w->conditions_cancel_order = m->conditions_cancel;
    w->conditions_ignore_rth = m->conditions_ignore_rth;
}

static void set_algo(struct paper *p, const struct ticket_terms *m, struct wire_order *w)
{
    static const char *const names[ALGO_COUNT] = {"", "Adaptive", "Twap", "Vwap"};
    struct str rest = STR_NAME(m->algo_params), piece;
    struct wire_tag *tags = arena_alloc(p->arena, TICKET_PARAMS_MAX / 2 * sizeof *tags);
    size_t n = 0;
    w->algo_strategy = str_of(names[m->algo]);
    while (rest.n > 0 && str_cut(&rest, ';', &piece)) {
        size_t at = str_find(piece, '=', 0);
        tags[n++] = (struct wire_tag){str_sub(piece, 0, at), str_sub(piece, at + 1, piece.n)};
    }
    w->algo_params.items = tags;
    w->algo_params.n = n;
}

static void set_terms(struct paper *p, const struct ticket *t, struct wire_order *w)
{
    const struct ticket_terms *m = &t->terms;
    w->all_or_none = m->all_or_none;
    w->hidden = m->hidden;
    w->min_qty = m->min_qty > 0 ? m->min_qty : WIRE_UNSET_INT;
    w->display_size = m->display_size > 0 ? m->display_size : WIRE_UNSET_INT;
    w->cash_qty = wire_double_of(m->cash_qty);
    w->percent_offset = wire_double_of(m->percent);
    w->good_after_time = STR_NAME(m->good_after);
    set_adjustment(&m->adjust, w);
    set_conditions(p, m, w);
    set_algo(p, m, w);
}

static double aux_price(const struct ticket *t)
{
    switch (t->rule->aux) {
    case AUX_TRAIL:
        return wire_double_of(t->order.trail_amount);
    case AUX_OFFSET:
        return wire_double_of(t->terms.offset);
    default:
        return wire_double_of(t->order.stop_price);
    }
}

/* The values that live servers put where an ordinary order has none. */
static void set_order(struct paper *p, const struct paper_peer *peer, const struct ticket *t,
                      struct wire_order *w)
{
    const struct order *o = &t->order;
    w->client_id = o->client_id;
    w->order_id = order_shown_id(t);
    w->perm_id = shown_perm(p, t);
    w->parent_id = o->parent_id;
    w->action = str_of(side_text(o->side));
    w->total_quantity = paper_dec(p, o->quantity);
    w->order_type = str_of(t->rule->name);
    w->lmt_price = wire_double_of(o->limit_price);
    w->aux_price = aux_price(t);
    w->trailing_percent = wire_double_of(o->trail_percent);
    w->trail_stop_price = wire_double_of(o->trail_stop);
    w->lmt_price_offset = wire_double_of(t->limit_offset);
    w->tif = str_of(tif_text(o->tif));
    w->good_till_date = STR_NAME(o->good_till);
    w->account = STR_NAME(o->account);
    w->fa_group = STR_NAME(t->terms.group);
    w->fa_method = STR_NAME(t->terms.group_method);
    w->order_ref = STR_NAME(o->ref);
    w->oca_group = STR_NAME(o->oca_group);
    w->oca_type = t->oca_type != 0 ? t->oca_type : 3;
    w->trigger_method = t->trigger_method;
    w->origin = t->origin;
    w->open_close = STR_NAME(t->open_close);
    w->outside_rth = o->outside_rth;
    w->transmit = o->transmit;
    w->what_if = o->what_if;
    w->clearing_intent = STR("IB");
    w->volatility_type = 0;
    w->reference_price_type = 0;
    w->delta_neutral_order_type = STR("None");
    w->delta_neutral_open_close = placeholder(peer);
    w->dont_use_auto_price_for_hedge = true;
    w->filled_quantity = paper_dec(p, t->status.filled);
    w->ref_futures_con_id = WIRE_UNSET_INT;
    w->parent_perm_id = WIRE_UNSET_LONG;
    w->shareholder = STR("Not an insider or substantial shareholder");
    set_terms(p, t, w);
}

/* ---- the contract ---- */
static void set_legs(struct paper *p, const struct ticket *t, struct wire_contract *c)
{
    struct wire_leg *legs = arena_alloc(p->arena, TICKET_LEGS_MAX * sizeof *legs);
    struct str text = STR("");
    for (size_t i = 0; i < t->terms.leg_count; i++) {
        const struct ticket_leg *leg = &t->terms.legs[i];
        int con_id = leg->instrument->contract.con_id;
        legs[i] = (struct wire_leg)WIRE_LEG_DEFAULT;
        legs[i].con_id = con_id;
        legs[i].ratio = leg->ratio;
        legs[i].action = str_of(side_text(leg->side));
        legs[i].exchange = STR_NAME(t->order.contract.exchange);
        text = arena_f(p->arena, STR_FMT "%s%d|%d", STR_ARG(text), i > 0 ? "," : "", con_id,
                       leg->side == SIDE_BUY ? (int)leg->ratio : -(int)leg->ratio);
    }
    c->combo_legs_descrip = text;
    c->combo_legs.items = legs;
    c->combo_legs.n = t->terms.leg_count;
}

static struct wire_contract order_contract(struct paper *p, const struct paper_peer *peer,
                                           const struct ticket *t)
{
    struct wire_contract c = paper_contract(&t->order.contract);
    if (c.right.n == 0)
        c.right = placeholder(peer);
    if (ticket_is_combo(t))
        set_legs(p, t, &c);
    return c;
}

/* "20260402 09:30:00 US/Eastern"; without the zone and with two spaces for old clients. */
static struct str time_text(struct paper *p, const struct paper_peer *peer,
                            const struct instrument *i, int64_t at_ns)
{
    char text[HOURS_TEXT_MAX];
    size_t n = hours_format(i->hours.zone, at_ns / NS_PER_S, text);
    if (peer->version >= VERSION_TIME_WITH_ZONE)
        return arena_str(p->arena, (struct str){text, n});
    return arena_f(p->arena, "%.8s  %.8s", text, text + 9);
}

static struct str ending_text(struct paper *p, const struct ticket *t)
{
    switch (t->end) {
    case END_FILLED:
        return arena_f(p->arena, "Filled Size: " STR_FMT, STR_ARG(paper_dec(p, t->status.filled)));
    case END_BY_TRADER:
        return STR("Cancelled by Trader");
    case END_BY_SYSTEM:
        return arena_f(p->arena, "Cancelled by System:\n%s", t->status.broker_text);
    case END_REJECTED:
        return arena_f(p->arena, "Rejected by System:%s", t->status.broker_text);
    default:
        return STR("");
    }
}

static void set_state(struct paper *p, const struct paper_peer *peer, const struct ticket *t,
                      struct wire_order_state *s)
{
    s->status = str_of(order_state_text(t->status.state));
    s->commission = wire_double_of(t->commission);
    s->commission_currency = STR_NAME(t->commission_currency);
    if (ticket_is_live(t))
        return;
    s->completed_time = time_text(p, peer, t->instrument, t->ended_ns);
    s->completed_status = ending_text(p, t);
}

void order_send_open(struct paper *p, struct paper_peer *peer, const struct ticket *t)
{
    struct wire_rep_open_order m = WIRE_REP_OPEN_ORDER_DEFAULT;
    m.order_id = order_shown_id(t);
    m.contract = order_contract(p, peer, t);
    set_order(p, peer, t, &m.order);
    set_state(p, peer, t, &m.order_state);
    peer_send(p, peer, WIRE_REP_OPEN_ORDER, &m);
}

void order_send_status(struct paper *p, struct paper_peer *peer, const struct ticket *t)
{
    const struct order_status *s = &t->status;
    const struct wire_rep_order_status m = {
        .order_id = order_shown_id(t),
        .status = str_of(order_state_text(s->state)),
        .filled = paper_dec(p, s->filled),
        .remaining = paper_dec(p, s->remaining),
        .avg_fill_price = price_or(s->avg_fill_price, 0),
        .perm_id = shown_perm(p, t),
        .parent_id = t->order.parent_id,
        .last_fill_price = price_or(s->last_fill_price, 0),
        .client_id = t->order.client_id,
        .why_held = STR_NAME(s->why_held),
    };
    peer_send(p, peer, WIRE_REP_ORDER_STATUS, &m);
}

/* A revision changes the last group alone. */
static struct str exec_id(struct paper *p, const struct fill *f)
{
    return arena_f(p->arena, "%08x.%08llx.01.%02d", (unsigned)(rng_mix(p->seed, 1) >> 32),
                   (unsigned long long)f->seq, (int)f->revision + 1);
}

const char *order_account_of(const struct paper *p, const struct fill *f)
{
    return f->part == FILL_SHARE ? p->accounts->items[f->account].name : f->ticket->order.account;
}

void order_send_execution(struct paper *p, struct paper_peer *peer, int32_t req_id,
                          const struct fill *f)
{
    const struct ticket *t = f->ticket;
    struct wire_rep_exec_details m = WIRE_REP_EXEC_DETAILS_DEFAULT;
    m.req_id = req_id;
    bool is_leg = f->part == FILL_LEG;
    m.contract = is_leg ? paper_contract(&f->instrument->contract) : order_contract(p, peer, t);
    m.contract.exchange = STR_NAME(f->exchange);
    struct wire_execution *x = &m.execution;
    x->order_id = order_shown_id(t);
    x->exec_id = exec_id(p, f);
    x->time = time_text(p, peer, t->instrument, f->at_ns);
    x->account = str_of(order_account_of(p, f));
    x->exchange = STR_NAME(f->exchange);
    x->side = f->side == SIDE_BUY ? STR("BOT") : STR("SLD");
    x->shares = paper_dec(p, f->quantity);
    x->price = dec_to_double(f->price);
    x->perm_id = t->order.perm_id;
    x->client_id = t->order.client_id;
    x->cum_qty = paper_dec(p, f->cum_quantity);
    x->avg_price = dec_to_double(f->average_price);
    x->order_ref = STR_NAME(t->order.ref);
    x->last_liquidity = f->liquidity;
    x->opt_exercise_or_lapse_type = t->exercise;
    peer_send(p, peer, WIRE_REP_EXEC_DETAILS, &m);
}

void order_send_commission(struct paper *p, struct paper_peer *peer, const struct fill *f)
{
    struct wire_rep_commission_report m = WIRE_REP_COMMISSION_REPORT_DEFAULT;
    m.exec_id = exec_id(p, f);
    m.commission = dec_to_double(f->commission);
    m.currency = STR_NAME(f->commission_currency);
    if (f->closes)
        m.realized_pnl = dec_to_double(f->realized);
    peer_send(p, peer, WIRE_REP_COMMISSION_REPORT, &m);
}

void order_send_completed(struct paper *p, struct paper_peer *peer, const struct ticket *t)
{
    struct wire_rep_completed_order m = WIRE_REP_COMPLETED_ORDER_DEFAULT;
    m.contract = order_contract(p, peer, t);
    set_order(p, peer, t, &m.order);
    set_state(p, peer, t, &m.order_state);
    peer_send(p, peer, WIRE_REP_COMPLETED_ORDER, &m);
}

void order_send_bound(struct paper *p, struct paper_peer *peer, const struct ticket *t)
{
    const struct wire_rep_order_bound m = {t->order.perm_id, t->order.client_id, t->order.order_id};
    peer_send(p, peer, WIRE_REP_ORDER_BOUND, &m);
}

static struct wire_margins margins_of(const struct check_margin *m)
{
    const struct balance *b = &m->before, *a = &m->after;
    struct dec before = dec_round_to(b->total.net, DEC_MICRO(10000), DEC_HALF_EVEN);
    struct dec after = dec_round_to(a->total.net, DEC_MICRO(10000), DEC_HALF_EVEN);
    return (struct wire_margins){
        .init_before = dec_to_double(b->init_margin),
        .init_after = dec_to_double(a->init_margin),
        .init_change = dec_to_double(dec_minus(a->init_margin, b->init_margin)),
        .maint_before = dec_to_double(b->maint_margin),
        .maint_after = dec_to_double(a->maint_margin),
        .maint_change = dec_to_double(dec_minus(a->maint_margin, b->maint_margin)),
        .equity_before = dec_to_double(before),
        .equity_after = dec_to_double(after),
        .equity_change = dec_to_double(dec_minus(after, before))};
}

void order_send_preview(struct paper *p, struct paper_peer *peer, const struct ticket *t,
                        const struct check_margin *m)
{
    struct wire_rep_open_order r = WIRE_REP_OPEN_ORDER_DEFAULT;
    r.order_id = t->order.order_id;
    r.contract = order_contract(p, peer, t);
    set_order(p, peer, t, &r.order);
    r.order_state.status = STR("PreSubmitted");
    r.order_state.margins = margins_of(m);
    r.order_state.commission = r.order_state.max_commission = dec_to_double(m->commission);
    r.order_state.min_commission = dec_to_double(m->min_commission);
    r.order_state.commission_currency = STR_NAME(m->commission_currency);
    r.order_state.margin_currency = STR_NAME(m->base);
    peer_send(p, peer, WIRE_REP_OPEN_ORDER, &r);
}
