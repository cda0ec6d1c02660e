/* SPDX-License-Identifier: MIT */
/* Replies about the session, orders, accounts and market data (tws-protocol 2.4). */
#include "wire/text.h"

/* ---- session ---- */

void text_rep_next_valid_id(struct wire_codec *x, void *message)
{
    struct wire_rep_next_valid_id *m = message;
    x_constant(x, "1");
    FIELDS(x, m->order_id);
}

void text_rep_managed_accounts(struct wire_codec *x, void *message)
{
    struct wire_rep_managed_accounts *m = message;
    x_constant(x, "1");
    FIELDS(x, m->accounts_list);
}

void text_rep_current_time(struct wire_codec *x, void *message)
{
    struct wire_rep_current_time *m = message;
    x_constant(x, "1");
    FIELDS(x, m->current_time);
}

void text_rep_current_time_in_millis(struct wire_codec *x, void *message)
{
    struct wire_rep_current_time_in_millis *m = message;
    FIELDS(x, m->current_time_in_millis);
}

void text_rep_error(struct wire_codec *x, void *message)
{
    struct wire_rep_error *m = message;
    if (x->version < WIRE_SINCE_ERROR_TIME)
        x_constant(x, "2");
    FIELDS(x, m->id, m->error_code);
    x_escaped(x, &m->error_msg);
    if (x->version >= WIRE_SINCE_ADVANCED_ORDER_REJECT)
        FIELDS(x, m->advanced_order_reject_json);
    if (x->version >= WIRE_SINCE_ERROR_TIME)
        FIELDS(x, m->error_time);
}

void text_rep_user_info(struct wire_codec *x, void *message)
{
    struct wire_rep_user_info *m = message;
    FIELDS(x, m->req_id, m->white_branding_id);
}

void text_rep_verify_message(struct wire_codec *x, void *message)
{
    struct wire_rep_verify_message *m = message;
    x_constant(x, "1");
    FIELDS(x, m->api_data);
}

void text_rep_verify_and_auth_message(struct wire_codec *x, void *message)
{
    struct wire_rep_verify_message *m = message;
    x_constant(x, "1");
    FIELDS(x, m->api_data, m->xyz_challenge);
}

void text_rep_verify_completed(struct wire_codec *x, void *message)
{
    struct wire_rep_verify_completed *m = message;
    x_constant(x, "1");
    FIELDS(x, m->is_successful, m->error_text);
}

void text_rep_display_group_list(struct wire_codec *x, void *message)
{
    struct wire_rep_display_group_list *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->groups);
}

void text_rep_display_group_updated(struct wire_codec *x, void *message)
{
    struct wire_rep_display_group_updated *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->contract_info);
}

/* ---- orders ---- */

void text_rep_order_status(struct wire_codec *x, void *message)
{
    struct wire_rep_order_status *m = message;
    FIELDS(x, m->order_id, m->status);
    DECIMALS(x, m->filled, m->remaining);
    FIELDS(x, m->avg_fill_price, m->perm_id, m->parent_id, m->last_fill_price, m->client_id,
           m->why_held, m->mkt_cap_price);
}

void text_rep_order_bound(struct wire_codec *x, void *message)
{
    struct wire_rep_order_bound *m = message;
    FIELDS(x, m->perm_id, m->client_id, m->order_id);
}

void text_rep_exec_details(struct wire_codec *x, void *message)
{
    struct wire_rep_exec_details *m = message;
    struct wire_execution *e = &m->execution;
    FIELDS(x, m->req_id, e->order_id);
    text_contract(x, &m->contract, TEXT_EXCHANGE);
    FIELDS(x, e->exec_id, e->time, e->account, e->exchange, e->side);
    DECIMALS(x, e->shares);
    FIELDS(x, e->price, e->perm_id, e->client_id, e->liquidation);
    DECIMALS(x, e->cum_qty);
    FIELDS(x, e->avg_price, e->order_ref, e->ev_rule);
    NULLABLE(x, e->ev_multiplier);
    FIELDS(x, e->model_code, e->last_liquidity);
    if (x->version >= WIRE_SINCE_PENDING_PRICE_REVISION)
        FIELDS(x, e->pending_price_revision);
    if (x->version >= WIRE_SINCE_SUBMITTER)
        FIELDS(x, e->submitter);
}

void text_rep_commission_report(struct wire_codec *x, void *message)
{
    struct wire_rep_commission_report *m = message;
    x_constant(x, "1");
    FIELDS(x, m->exec_id, m->commission, m->currency, m->realized_pnl, m->bond_yield,
           m->yield_redemption_date);
}

/* ---- accounts ---- */

void text_rep_account_value(struct wire_codec *x, void *message)
{
    struct wire_rep_account_value *m = message;
    x_constant(x, "2");
    FIELDS(x, m->key, m->value, m->currency, m->account);
}

void text_rep_portfolio_value(struct wire_codec *x, void *message)
{
    struct wire_rep_portfolio_value *m = message;
    x_constant(x, "8");
    text_contract(x, &m->contract, TEXT_PRIMARY);
    DECIMALS(x, m->position);
    FIELDS(x, m->market_price, m->market_value, m->average_cost, m->unrealized_pnl, m->realized_pnl,
           m->account);
}

void text_rep_account_update_time(struct wire_codec *x, void *message)
{
    struct wire_rep_account_update_time *m = message;
    x_constant(x, "1");
    FIELDS(x, m->timestamp);
}

void text_rep_account_download_end(struct wire_codec *x, void *message)
{
    struct wire_rep_account_download_end *m = message;
    x_constant(x, "1");
    FIELDS(x, m->account);
}

void text_rep_position(struct wire_codec *x, void *message)
{
    struct wire_rep_position *m = message;
    x_constant(x, "3");
    FIELDS(x, m->account);
    text_contract(x, &m->contract, TEXT_EXCHANGE);
    DECIMALS(x, m->position);
    FIELDS(x, m->avg_cost);
}

void text_rep_position_multi(struct wire_codec *x, void *message)
{
    struct wire_rep_position_multi *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->account);
    text_contract(x, &m->contract, TEXT_EXCHANGE);
    DECIMALS(x, m->position);
    FIELDS(x, m->avg_cost, m->model_code);
}

void text_rep_account_summary(struct wire_codec *x, void *message)
{
    struct wire_rep_account_summary *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->account, m->tag, m->value, m->currency);
}

void text_rep_account_update_multi(struct wire_codec *x, void *message)
{
    struct wire_rep_account_update_multi *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->account, m->model_code, m->key, m->value, m->currency);
}

void text_rep_pnl(struct wire_codec *x, void *message)
{
    struct wire_rep_pnl *m = message;
    FIELDS(x, m->req_id, m->daily_pnl, m->unrealized_pnl, m->realized_pnl);
}

void text_rep_pnl_single(struct wire_codec *x, void *message)
{
    struct wire_rep_pnl_single *m = message;
    FIELDS(x, m->req_id);
    DECIMALS(x, m->position);
    FIELDS(x, m->daily_pnl, m->unrealized_pnl, m->realized_pnl, m->value);
}

void text_rep_family_codes(struct wire_codec *x, void *message)
{
    struct wire_rep_family_codes *m = message;
    X_LIST(x, m->codes);
    for (size_t i = 0; i < m->codes.n; i++)
        FIELDS(x, m->codes.items[i].account, m->codes.items[i].family_code);
}

void text_rep_soft_dollar_tiers(struct wire_codec *x, void *message)
{
    struct wire_rep_soft_dollar_tiers *m = message;
    FIELDS(x, m->req_id);
    X_LIST(x, m->tiers);
    for (size_t i = 0; i < m->tiers.n; i++) {
        struct wire_soft_dollar_tier *t = &m->tiers.items[i];
        FIELDS(x, t->name, t->value, t->display_name);
    }
}

void text_rep_receive_fa(struct wire_codec *x, void *message)
{
    struct wire_rep_receive_fa *m = message;
    x_constant(x, "1");
    FIELDS(x, m->fa_data_type, m->xml);
}

void text_rep_replace_fa_end(struct wire_codec *x, void *message)
{
    struct wire_rep_replace_fa_end *m = message;
    FIELDS(x, m->req_id, m->text);
}

/* ---- ticks ---- */

void text_rep_tick_price(struct wire_codec *x, void *message)
{
    struct wire_rep_tick_price *m = message;
    x_constant(x, "6");
    FIELDS(x, m->req_id, m->tick_type, m->price);
    DECIMALS(x, m->size);
    FIELDS(x, m->attr_mask);
}

void text_rep_tick_size(struct wire_codec *x, void *message)
{
    struct wire_rep_tick_size *m = message;
    x_constant(x, "6");
    FIELDS(x, m->req_id, m->tick_type);
    DECIMALS(x, m->size);
}

void text_rep_tick_generic(struct wire_codec *x, void *message)
{
    struct wire_rep_tick_generic *m = message;
    x_constant(x, "6");
    FIELDS(x, m->req_id, m->tick_type, m->value);
}

void text_rep_tick_string(struct wire_codec *x, void *message)
{
    struct wire_rep_tick_string *m = message;
    x_constant(x, "6");
    FIELDS(x, m->req_id, m->tick_type);
    x_escaped(x, &m->value);
}

void text_rep_tick_option_computation(struct wire_codec *x, void *message)
{
    struct wire_rep_tick_option_computation *m = message;
    FIELDS(x, m->req_id, m->tick_type, m->tick_attrib, m->implied_vol, m->delta, m->opt_price,
           m->pv_dividend, m->gamma, m->vega, m->theta, m->und_price);
}

void text_rep_tick_efp(struct wire_codec *x, void *message)
{
    struct wire_rep_tick_efp *m = message;
    x_constant(x, "6");
    FIELDS(x, m->req_id, m->tick_type, m->basis_points, m->formatted_basis_points,
           m->implied_futures_price, m->hold_days, m->future_last_trade_date, m->dividend_impact,
           m->dividends_to_last_trade_date);
}

void text_rep_tick_req_params(struct wire_codec *x, void *message)
{
    struct wire_rep_tick_req_params *m = message;
    FIELDS(x, m->req_id);
    DECIMALS(x, m->min_tick);
    FIELDS(x, m->bbo_exchange, m->snapshot_permissions);
}

void text_rep_tick_news(struct wire_codec *x, void *message)
{
    struct wire_rep_tick_news *m = message;
    FIELDS(x, m->req_id, m->timestamp, m->provider_code, m->article_id, m->headline, m->extra_data);
}

void text_rep_market_data_type(struct wire_codec *x, void *message)
{
    struct wire_rep_market_data_type *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->market_data_type);
}

void text_rep_reroute_mkt_data(struct wire_codec *x, void *message)
{
    struct wire_rep_reroute_mkt_data *m = message;
    FIELDS(x, m->req_id, m->con_id, m->exchange);
}

void text_rep_delta_neutral_validation(struct wire_codec *x, void *message)
{
    struct wire_rep_delta_neutral_validation *m = message;
    struct wire_delta_neutral *d = &m->delta_neutral;
    x_constant(x, "1");
    FIELDS(x, m->req_id, d->con_id, d->delta, d->price);
}

void text_rep_tick_by_tick(struct wire_codec *x, void *message)
{
    struct wire_rep_tick_by_tick *m = message;
    enum {
        KNOWN = 1 << WIRE_TICK_LAST | 1 << WIRE_TICK_ALL_LAST | 1 << WIRE_TICK_BID_ASK |
                1 << WIRE_TICK_MID_POINT
    };
    FIELDS(x, m->req_id);
    x_choice(x, &m->tick_type, KNOWN);
    FIELDS(x, m->time);
    switch (m->tick_type) {
    case WIRE_TICK_BID_ASK:
        FIELDS(x, m->bid, m->ask);
        DECIMALS(x, m->bid_size, m->ask_size);
        FIELDS(x, m->mask);
        break;
    case WIRE_TICK_MID_POINT:
        FIELDS(x, m->price);
        break;
    default:
        FIELDS(x, m->price);
        DECIMALS(x, m->size);
        FIELDS(x, m->mask, m->exchange, m->special_conditions);
    }
}

/* ---- depth ---- */

void text_rep_market_depth(struct wire_codec *x, void *message)
{
    struct wire_rep_market_depth *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->position, m->operation, m->side, m->price);
    DECIMALS(x, m->size);
}

void text_rep_market_depth_l2(struct wire_codec *x, void *message)
{
    struct wire_rep_market_depth_l2 *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->position, m->market_maker, m->operation, m->side, m->price);
    DECIMALS(x, m->size);
    FIELDS(x, m->is_smart_depth);
}

void text_rep_mkt_depth_exchanges(struct wire_codec *x, void *message)
{
    struct wire_rep_mkt_depth_exchanges *m = message;
    X_LIST(x, m->exchanges);
    for (size_t i = 0; i < m->exchanges.n; i++) {
        struct wire_depth_exchange *e = &m->exchanges.items[i];
        FIELDS(x, e->exchange, e->sec_type, e->listing_exch, e->service_data_type, e->agg_group);
    }
}

void text_rep_smart_components(struct wire_codec *x, void *message)
{
    struct wire_rep_smart_components *m = message;
    FIELDS(x, m->req_id);
    X_LIST(x, m->components);
    for (size_t i = 0; i < m->components.n; i++) {
        struct wire_smart_component *c = &m->components.items[i];
        FIELDS(x, c->bit_number, c->exchange, c->exchange_letter);
    }
}
