/* SPDX-License-Identifier: MIT */
/*
 * placeOrder (tws-protocol 2.3), openOrder and completedOrder (2.5): the long ones. Every
 * conditional block depends on members that were read before it, so one wrong condition shifts
 * all that follows; what the three messages share is shared here.
 */
#include "wire/text.h"

#include <math.h>

static bool is_type(const struct wire_order *o, struct str spaced, struct str joined)
{
    return str_eq(o->order_type, spaced) || str_eq(o->order_type, joined);
}

/* ---- blocks that all three share ---- */

static void scale_details(struct wire_codec *x, struct wire_order *o)
{
    NULLABLE(x, o->scale_price_adjust_value, o->scale_price_adjust_interval,
             o->scale_profit_offset);
    FIELDS(x, o->scale_auto_reset);
    NULLABLE(x, o->scale_init_position, o->scale_init_fill_qty);
    FIELDS(x, o->scale_random_percent);
}

static void scale(struct wire_codec *x, struct wire_order *o)
{
    NULLABLE(x, o->scale_init_level_size, o->scale_subs_level_size, o->scale_price_increment);
    if (o->scale_price_increment > 0 && o->scale_price_increment != WIRE_UNSET_DOUBLE)
        scale_details(x, o);
}

static void hedge(struct wire_codec *x, struct wire_order *o)
{
    FIELDS(x, o->hedge_type);
    if (o->hedge_type.n)
        FIELDS(x, o->hedge_param);
}

static void algo(struct wire_codec *x, struct wire_order *o)
{
    FIELDS(x, o->algo_strategy);
    if (o->algo_strategy.n)
        text_tags(x, &o->algo_params);
}

static void pegged_to_benchmark(struct wire_codec *x, struct wire_order *o)
{
    if (is_type(o, STR("PEG BENCH"), STR("PEGBENCH")))
        FIELDS(x, o->reference_contract_id, o->is_pegged_change_amount_decrease,
               o->pegged_change_amount, o->reference_change_amount, o->reference_exchange_id);
}

/* ---- placeOrder ---- */

/* Fields 2..34: contract and main members. */
static void place_main(struct wire_codec *x, struct wire_contract *c, struct wire_order *o)
{
    text_contract(x, c, TEXT_BOTH);
    FIELDS(x, c->sec_id_type, c->sec_id, o->action);
    DECIMALS(x, o->total_quantity);
    FIELDS(x, o->order_type);
    NULLABLE(x, o->lmt_price, o->aux_price);
    FIELDS(x, o->tif, o->oca_group, o->account, o->open_close, o->origin, o->order_ref, o->transmit,
           o->parent_id, o->block_order, o->sweep_to_fill, o->display_size, o->trigger_method);
    FIELDS(x, o->outside_rth, o->hidden);
    if (!text_is_bag(c))
        return;
    text_legs(x, &c->combo_legs);
    text_leg_prices(x, &c->combo_legs);
    text_tags(x, &o->smart_combo_routing_params);
}

/* Fields 35..65 and the delta-neutral block. */
static void place_extended(struct wire_codec *x, struct wire_order *o)
{
    x_constant(x, ""); /* shares allocation, retired */
    FIELDS(x, o->discretionary_amt, o->good_after_time, o->good_till_date, o->fa_group,
           o->fa_method, o->fa_percentage);
    if (x->version < WIRE_SINCE_NO_FA_PROFILE)
        FIELDS(x, o->fa_profile);
    FIELDS(x, o->model_code, o->short_sale_slot, o->designated_location, o->exempt_code,
           o->oca_type, o->rule80a, o->settling_firm, o->all_or_none);
    NULLABLE(x, o->min_qty, o->percent_offset);
    x_constant(x, "0"); /* eTradeOnly, firmQuoteOnly and nbboPriceCap, retired */
    x_constant(x, "0");
    x_constant(x, "");
    FIELDS(x, o->auction_strategy);
    NULLABLE(x, o->starting_price, o->stock_ref_price, o->delta, o->stock_range_lower,
             o->stock_range_upper);
    FIELDS(x, o->override_percentage_constraints);
    NULLABLE(x, o->volatility, o->volatility_type);
    FIELDS(x, o->delta_neutral_order_type);
    NULLABLE(x, o->delta_neutral_aux_price);
    if (o->delta_neutral_order_type.n)
        FIELDS(x, o->delta_neutral_con_id, o->delta_neutral_settling_firm,
               o->delta_neutral_clearing_account, o->delta_neutral_clearing_intent,
               o->delta_neutral_open_close, o->delta_neutral_short_sale,
               o->delta_neutral_short_sale_slot, o->delta_neutral_designated_location);
}

/* Fields 66..100. */
static void place_strategies(struct wire_codec *x, struct wire_contract *c, struct wire_order *o)
{
    FIELDS(x, o->continuous_update);
    NULLABLE(x, o->reference_price_type, o->trail_stop_price, o->trailing_percent);
    scale(x, o);
    FIELDS(x, o->scale_table, o->active_start_time, o->active_stop_time);
    hedge(x, o);
    FIELDS(x, o->opt_out_smart_routing, o->clearing_account, o->clearing_intent, o->not_held);
    text_delta_neutral(x, c);
    algo(x, o);
    FIELDS(x, o->algo_id, o->what_if, o->order_misc_options, o->solicited, o->randomize_size,
           o->randomize_price);
    pegged_to_benchmark(x, o);
    text_conditions(x, o);
    FIELDS(x, o->adjusted_order_type, o->trigger_price, o->lmt_price_offset, o->adjusted_stop_price,
           o->adjusted_stop_limit_price, o->adjusted_trailing_amount, o->adjustable_trailing_unit,
           o->ext_operator, o->soft_dollar_tier.name, o->soft_dollar_tier.value, o->cash_qty);
}

/* Which offsets follow depends on exchange and order type. */
static void place_peg_offsets(struct wire_codec *x, struct wire_contract *c, struct wire_order *o)
{
    if (x->version < WIRE_SINCE_PEG_OFFSETS)
        return;
    if (str_eq(c->exchange, STR("IBKRATS")))
        NULLABLE(x, o->min_trade_qty);
    bool has_mid_offsets = is_type(o, STR("PEG MID"), STR("PEGMID"));
    if (is_type(o, STR("PEG BEST"), STR("PEGBEST"))) {
        NULLABLE(x, o->min_compete_size, o->compete_against_best_offset);
        has_mid_offsets = isinf(o->compete_against_best_offset);
    }
    if (has_mid_offsets)
        NULLABLE(x, o->mid_offset_at_whole, o->mid_offset_at_half);
}

/* Fields 101..118: what versions have added, one by one. */
static void place_tail(struct wire_codec *x, struct wire_contract *c, struct wire_order *o)
{
    FIELDS(x, o->mifid2_decision_maker, o->mifid2_decision_algo, o->mifid2_execution_trader,
           o->mifid2_execution_algo, o->dont_use_auto_price_for_hedge, o->is_oms_container,
           o->discretionary_up_to_limit_price);
    NULLABLE(x, o->use_price_mgmt_algo);
    if (x->version >= WIRE_SINCE_DURATION)
        FIELDS(x, o->duration);
    if (x->version >= WIRE_SINCE_POST_TO_ATS)
        FIELDS(x, o->post_to_ats);
    if (x->version >= WIRE_SINCE_AUTO_CANCEL_PARENT)
        FIELDS(x, o->auto_cancel_parent);
    if (x->version >= WIRE_SINCE_ADVANCED_ORDER_REJECT)
        FIELDS(x, o->advanced_error_override);
    if (x->version >= WIRE_SINCE_MANUAL_ORDER_TIME)
        FIELDS(x, o->manual_order_time);
    place_peg_offsets(x, c, o);
    if (x->version >= WIRE_SINCE_CUSTOMER_ACCOUNT)
        FIELDS(x, o->customer_account);
    if (x->version >= WIRE_SINCE_PROFESSIONAL_CUSTOMER)
        FIELDS(x, o->professional_customer);
    if (x->version >= WIRE_SINCE_RFQ_FIELDS && x->version < WIRE_SINCE_NO_RFQ_FIELDS) {
        x_constant(x, "");
        x_constant(x, "2147483647");
    }
    if (x->version >= WIRE_SINCE_INCLUDE_OVERNIGHT)
        FIELDS(x, o->include_overnight);
    if (x->version >= WIRE_SINCE_CME_TAGGING)
        FIELDS(x, o->manual_order_indicator);
    if (x->version >= WIRE_SINCE_IMBALANCE_ONLY)
        FIELDS(x, o->imbalance_only);
}

void text_req_place_order(struct wire_codec *x, void *message)
{
    struct wire_req_place_order *m = message;
    FIELDS(x, m->order_id);
    place_main(x, &m->contract, &m->order);
    place_extended(x, &m->order);
    place_strategies(x, &m->contract, &m->order);
    place_tail(x, &m->contract, &m->order);
}

/* ---- openOrder and completedOrder: one sequence, with members that only one of them has ---- */

struct echo {
    struct wire_contract *c;
    struct wire_order *o;
    struct wire_order_state *s;
    bool is_open; /* openOrder, else completedOrder */
};

static void echo_main(struct wire_codec *x, const struct echo *m)
{
    struct wire_order *o = m->o;
    text_contract(x, m->c, TEXT_EXCHANGE);
    FIELDS(x, o->action);
    DECIMALS(x, o->total_quantity);
    FIELDS(x, o->order_type);
    NULLABLE(x, o->lmt_price, o->aux_price);
    FIELDS(x, o->tif, o->oca_group, o->account, o->open_close, o->origin, o->order_ref);
    if (m->is_open)
        FIELDS(x, o->client_id);
    FIELDS(x, o->perm_id, o->outside_rth, o->hidden, o->discretionary_amt, o->good_after_time);
    if (m->is_open)
        FIELDS(x, o->shares_allocation);
    FIELDS(x, o->fa_group, o->fa_method, o->fa_percentage);
    if (x->version < WIRE_SINCE_NO_FA_PROFILE)
        FIELDS(x, o->fa_profile);
    FIELDS(x, o->model_code, o->good_till_date, o->rule80a);
    NULLABLE(x, o->percent_offset);
    FIELDS(x, o->settling_firm, o->short_sale_slot, o->designated_location, o->exempt_code);
}

/* The order type of the hedge is "None" when there is none, so the block is nearly always there. */
static void echo_delta_neutral(struct wire_codec *x, const struct echo *m)
{
    struct wire_order *o = m->o;
    FIELDS(x, o->delta_neutral_order_type);
    NULLABLE(x, o->delta_neutral_aux_price);
    if (o->delta_neutral_order_type.n == 0)
        return;
    FIELDS(x, o->delta_neutral_con_id);
    if (m->is_open)
        FIELDS(x, o->delta_neutral_settling_firm, o->delta_neutral_clearing_account,
               o->delta_neutral_clearing_intent, o->delta_neutral_open_close);
    FIELDS(x, o->delta_neutral_short_sale, o->delta_neutral_short_sale_slot,
           o->delta_neutral_designated_location);
}

static void echo_extended(struct wire_codec *x, const struct echo *m)
{
    struct wire_order *o = m->o;
    if (m->is_open)
        FIELDS(x, o->auction_strategy);
    NULLABLE(x, o->starting_price, o->stock_ref_price, o->delta, o->stock_range_lower,
             o->stock_range_upper);
    FIELDS(x, o->display_size);
    if (m->is_open)
        FIELDS(x, o->block_order);
    FIELDS(x, o->sweep_to_fill, o->all_or_none);
    NULLABLE(x, o->min_qty);
    FIELDS(x, o->oca_type);
    if (m->is_open) {
        x_constant(x, "0"); /* eTradeOnly, firmQuoteOnly and nbboPriceCap, retired */
        x_constant(x, "0");
        x_constant(x, "");
        FIELDS(x, o->parent_id);
    }
    FIELDS(x, o->trigger_method);
    NULLABLE(x, o->volatility);
    FIELDS(x, o->volatility_type);
    echo_delta_neutral(x, m);
    FIELDS(x, o->continuous_update, o->reference_price_type);
    NULLABLE(x, o->trail_stop_price, o->trailing_percent);
    if (m->is_open)
        NULLABLE(x, o->basis_points, o->basis_points_type);
}

static void echo_strategies(struct wire_codec *x, const struct echo *m)
{
    struct wire_order *o = m->o;
    FIELDS(x, m->c->combo_legs_descrip);
    text_legs(x, &m->c->combo_legs);
    text_leg_prices(x, &m->c->combo_legs);
    text_tags(x, &o->smart_combo_routing_params);
    scale(x, o);
    hedge(x, o);
    if (m->is_open)
        FIELDS(x, o->opt_out_smart_routing);
    FIELDS(x, o->clearing_account, o->clearing_intent, o->not_held);
    text_delta_neutral(x, m->c);
    algo(x, o);
    FIELDS(x, o->solicited);
}

static void margins(struct wire_codec *x, struct wire_margins *m)
{
    FIELDS(x, m->init_before, m->maint_before, m->equity_before, m->init_change, m->maint_change,
           m->equity_change, m->init_after, m->maint_after, m->equity_after);
}

static void allocations(struct wire_codec *x, struct wire_order_state *s)
{
    X_LIST(x, s->allocations);
    for (size_t i = 0; i < s->allocations.n; i++) {
        struct wire_allocation *a = &s->allocations.items[i];
        FIELDS(x, a->account);
        DECIMALS(x, a->position, a->position_desired, a->position_after, a->desired_alloc_qty,
                 a->allowed_alloc_qty);
        FIELDS(x, a->is_monetary);
    }
}

static void echo_state(struct wire_codec *x, const struct echo *m)
{
    struct wire_order_state *s = m->s;
    if (m->is_open)
        FIELDS(x, m->o->what_if);
    FIELDS(x, s->status);
    if (!m->is_open)
        return;
    margins(x, &s->margins);
    NULLABLE(x, s->commission, s->min_commission, s->max_commission);
    FIELDS(x, s->commission_currency);
    if (x->version >= WIRE_SINCE_FULL_PREVIEW) {
        FIELDS(x, s->margin_currency);
        margins(x, &s->margins_outside_rth);
        DECIMALS(x, s->suggested_size);
        FIELDS(x, s->reject_reason);
        allocations(x, s);
    }
    FIELDS(x, s->warning_text);
}

static void echo_adjusted(struct wire_codec *x, const struct echo *m)
{
    struct wire_order *o = m->o;
    FIELDS(x, o->randomize_size, o->randomize_price);
    pegged_to_benchmark(x, o);
    text_conditions(x, o);
    if (m->is_open)
        FIELDS(x, o->adjusted_order_type, o->trigger_price);
    /* sent twice: this copy is a display default (limit + 1) when the order has no stop price */
    double trail_stop_price = o->trail_stop_price;
    FIELDS(x, trail_stop_price, o->lmt_price_offset);
    if (m->is_open)
        FIELDS(x, o->adjusted_stop_price, o->adjusted_stop_limit_price, o->adjusted_trailing_amount,
               o->adjustable_trailing_unit, o->soft_dollar_tier.name, o->soft_dollar_tier.value,
               o->soft_dollar_tier.display_name);
    FIELDS(x, o->cash_qty, o->dont_use_auto_price_for_hedge, o->is_oms_container);
}

static void echo_peg_offsets(struct wire_codec *x, struct wire_order *o)
{
    if (x->version >= WIRE_SINCE_PEG_OFFSETS)
        NULLABLE(x, o->min_trade_qty, o->min_compete_size, o->compete_against_best_offset,
                 o->mid_offset_at_whole, o->mid_offset_at_half);
    if (x->version >= WIRE_SINCE_CUSTOMER_ACCOUNT)
        FIELDS(x, o->customer_account);
    if (x->version >= WIRE_SINCE_PROFESSIONAL_CUSTOMER)
        FIELDS(x, o->professional_customer);
}

static void open_tail(struct wire_codec *x, struct wire_order *o)
{
    FIELDS(x, o->discretionary_up_to_limit_price);
    NULLABLE(x, o->use_price_mgmt_algo);
    if (x->version >= WIRE_SINCE_DURATION)
        NULLABLE(x, o->duration);
    if (x->version >= WIRE_SINCE_POST_TO_ATS)
        NULLABLE(x, o->post_to_ats);
    if (x->version >= WIRE_SINCE_AUTO_CANCEL_PARENT)
        FIELDS(x, o->auto_cancel_parent);
    echo_peg_offsets(x, o);
    if (x->version >= WIRE_SINCE_BOND_ACCRUED_INTEREST)
        FIELDS(x, o->bond_accrued_interest);
    if (x->version >= WIRE_SINCE_INCLUDE_OVERNIGHT)
        FIELDS(x, o->include_overnight);
    if (x->version >= WIRE_SINCE_CME_TAGGING_OPEN_ORDER)
        FIELDS(x, o->ext_operator, o->manual_order_indicator);
    if (x->version >= WIRE_SINCE_SUBMITTER)
        FIELDS(x, o->submitter);
    if (x->version >= WIRE_SINCE_IMBALANCE_ONLY)
        FIELDS(x, o->imbalance_only);
}

static void completed_tail(struct wire_codec *x, struct wire_order *o, struct wire_order_state *s)
{
    FIELDS(x, o->auto_cancel_date);
    DECIMALS(x, o->filled_quantity);
    FIELDS(x, o->ref_futures_con_id, o->auto_cancel_parent, o->shareholder, o->imbalance_only);
    NULLABLE(x, o->route_marketable_to_bbo);
    FIELDS(x, o->parent_perm_id, s->completed_time, s->completed_status);
    echo_peg_offsets(x, o);
    if (x->version >= WIRE_SINCE_SUBMITTER)
        FIELDS(x, o->submitter);
}

static void echo(struct wire_codec *x, const struct echo *m)
{
    echo_main(x, m);
    echo_extended(x, m);
    echo_strategies(x, m);
    echo_state(x, m);
    echo_adjusted(x, m);
}

void text_rep_open_order(struct wire_codec *x, void *message)
{
    struct wire_rep_open_order *m = message;
    FIELDS(x, m->order_id);
    echo(x, &(struct echo){&m->contract, &m->order, &m->order_state, true});
    open_tail(x, &m->order);
}

void text_rep_completed_order(struct wire_codec *x, void *message)
{
    struct wire_rep_completed_order *m = message;
    echo(x, &(struct echo){&m->contract, &m->order, &m->order_state, false});
    completed_tail(x, &m->order, &m->order_state);
}
