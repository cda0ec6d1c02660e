/* SPDX-License-Identifier: MIT */
/* Requests except placeOrder, in the order of tws-protocol 2.2: session, accounts, data. */
#include "wire/text.h"

/* ---- session ---- */

void text_req_start_api(struct wire_codec *x, void *message)
{
    struct wire_req_start_api *m = message;
    x_constant(x, "2");
    FIELDS(x, m->client_id, m->optional_capabilities);
}

void text_req_ids(struct wire_codec *x, void *message)
{
    struct wire_req_ids *m = message;
    x_constant(x, "1");
    FIELDS(x, m->num_ids);
}

void text_req_set_server_log_level(struct wire_codec *x, void *message)
{
    struct wire_req_set_server_log_level *m = message;
    x_constant(x, "1");
    FIELDS(x, m->log_level);
}

void text_req_verify(struct wire_codec *x, void *message)
{
    struct wire_req_verify *m = message;
    x_constant(x, "1");
    FIELDS(x, m->api_name, m->api_version);
}

void text_req_verify_message(struct wire_codec *x, void *message)
{
    struct wire_req_verify_message *m = message;
    x_constant(x, "1");
    FIELDS(x, m->api_data);
}

void text_req_subscribe_group(struct wire_codec *x, void *message)
{
    struct wire_req_subscribe_group *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->group_id);
}

void text_req_update_group(struct wire_codec *x, void *message)
{
    struct wire_req_update_group *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->contract_info);
}

/* ---- orders ---- */

static void cancel_version(struct wire_codec *x)
{
    if (x->version < WIRE_SINCE_CME_TAGGING)
        x_constant(x, "1");
}

static void cancel_tagging(struct wire_codec *x, struct wire_order_cancel *c)
{
    if (x->version >= WIRE_SINCE_CME_TAGGING)
        FIELDS(x, c->ext_operator, c->manual_order_indicator);
}

void text_req_cancel_order(struct wire_codec *x, void *message)
{
    struct wire_req_cancel_order *m = message;
    cancel_version(x);
    FIELDS(x, m->order_id);
    if (x->version >= WIRE_SINCE_MANUAL_ORDER_TIME)
        FIELDS(x, m->order_cancel.manual_order_cancel_time);
    if (x->version >= WIRE_SINCE_RFQ_FIELDS && x->version < WIRE_SINCE_NO_RFQ_FIELDS) {
        x_constant(x, "");
        x_constant(x, "");
        x_constant(x, "2147483647");
    }
    cancel_tagging(x, &m->order_cancel);
}

void text_req_global_cancel(struct wire_codec *x, void *message)
{
    struct wire_req_global_cancel *m = message;
    cancel_version(x);
    cancel_tagging(x, &m->order_cancel);
}

void text_req_auto_open_orders(struct wire_codec *x, void *message)
{
    struct wire_req_auto_open_orders *m = message;
    x_constant(x, "1");
    FIELDS(x, m->auto_bind);
}

void text_req_completed_orders(struct wire_codec *x, void *message)
{
    struct wire_req_completed_orders *m = message;
    FIELDS(x, m->api_only);
}

void text_req_executions(struct wire_codec *x, void *message)
{
    struct wire_req_executions *m = message;
    x_constant(x, "3");
    FIELDS(x, m->req_id, m->client_id, m->account, m->time, m->symbol, m->sec_type, m->exchange,
           m->side);
    if (x->version < WIRE_SINCE_EXECUTION_DAYS)
        return;
    FIELDS(x, m->last_n_days);
    X_LIST(x, m->specific_dates);
    for (size_t i = 0; i < m->specific_dates.n; i++)
        FIELDS(x, m->specific_dates.items[i]);
}

void text_req_exercise_options(struct wire_codec *x, void *message)
{
    struct wire_req_exercise_options *m = message;
    x_constant(x, "2");
    FIELDS(x, m->order_id);
    text_contract(x, &m->contract, TEXT_EXCHANGE);
    FIELDS(x, m->action, m->quantity, m->account, m->override);
    if (x->version >= WIRE_SINCE_EXERCISE_TIME)
        FIELDS(x, m->manual_order_time);
    if (x->version >= WIRE_SINCE_CUSTOMER_ACCOUNT)
        FIELDS(x, m->customer_account);
    if (x->version >= WIRE_SINCE_PROFESSIONAL_CUSTOMER)
        FIELDS(x, m->professional_customer);
}

/* ---- accounts ---- */

void text_req_account_updates(struct wire_codec *x, void *message)
{
    struct wire_req_account_updates *m = message;
    x_constant(x, "2");
    FIELDS(x, m->subscribe, m->account);
}

void text_req_account_summary(struct wire_codec *x, void *message)
{
    struct wire_req_account_summary *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->group, m->tags);
}

void text_req_positions_multi(struct wire_codec *x, void *message)
{
    struct wire_req_positions_multi *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->account, m->model_code);
}

void text_req_account_updates_multi(struct wire_codec *x, void *message)
{
    struct wire_req_account_updates_multi *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->account, m->model_code, m->ledger_and_nlv);
}

void text_req_pnl(struct wire_codec *x, void *message)
{
    struct wire_req_pnl *m = message;
    FIELDS(x, m->req_id, m->account, m->model_code);
}

void text_req_pnl_single(struct wire_codec *x, void *message)
{
    struct wire_req_pnl_single *m = message;
    FIELDS(x, m->req_id, m->account, m->model_code, m->con_id);
}

void text_req_fa(struct wire_codec *x, void *message)
{
    struct wire_req_fa *m = message;
    x_constant(x, "1");
    FIELDS(x, m->fa_data_type);
}

void text_req_replace_fa(struct wire_codec *x, void *message)
{
    struct wire_req_replace_fa *m = message;
    x_constant(x, "1");
    FIELDS(x, m->fa_data_type, m->xml, m->req_id);
}

/* ---- market data ---- */

void text_req_market_data_type(struct wire_codec *x, void *message)
{
    struct wire_req_market_data_type *m = message;
    x_constant(x, "1");
    FIELDS(x, m->market_data_type);
}

void text_req_mkt_data(struct wire_codec *x, void *message)
{
    struct wire_req_mkt_data *m = message;
    x_constant(x, "11");
    FIELDS(x, m->req_id);
    text_contract(x, &m->contract, TEXT_BOTH);
    if (text_is_bag(&m->contract))
        text_legs_short(x, &m->contract.combo_legs);
    text_delta_neutral(x, &m->contract);
    FIELDS(x, m->generic_tick_list, m->snapshot, m->regulatory_snapshot, m->options);
}

void text_req_mkt_depth(struct wire_codec *x, void *message)
{
    struct wire_req_mkt_depth *m = message;
    x_constant(x, "5");
    FIELDS(x, m->req_id);
    text_contract(x, &m->contract, TEXT_BOTH);
    FIELDS(x, m->num_rows, m->is_smart_depth, m->options);
}

void text_req_cancel_mkt_depth(struct wire_codec *x, void *message)
{
    struct wire_req_cancel_mkt_depth *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->is_smart_depth);
}

void text_req_tick_by_tick(struct wire_codec *x, void *message)
{
    struct wire_req_tick_by_tick *m = message;
    FIELDS(x, m->req_id);
    text_contract(x, &m->contract, TEXT_BOTH);
    FIELDS(x, m->tick_type, m->number_of_ticks, m->ignore_size);
}

void text_req_real_time_bars(struct wire_codec *x, void *message)
{
    struct wire_req_real_time_bars *m = message;
    x_constant(x, "3");
    FIELDS(x, m->req_id);
    text_contract(x, &m->contract, TEXT_BOTH);
    FIELDS(x, m->bar_size, m->what_to_show, m->use_rth, m->options);
}

/* ib_async and older official clients put a count in front of the options. */
static void options_maybe_counted(struct wire_codec *x, struct str *options)
{
    x_str(x, options);
    if (x_more(x))
        x_str(x, options);
}

void text_req_calc_implied_volatility(struct wire_codec *x, void *message)
{
    struct wire_req_calc_implied_volatility *m = message;
    x_constant(x, "3");
    FIELDS(x, m->req_id);
    text_contract(x, &m->contract, TEXT_BOTH);
    FIELDS(x, m->option_price, m->under_price);
    options_maybe_counted(x, &m->options);
}

void text_req_calc_option_price(struct wire_codec *x, void *message)
{
    struct wire_req_calc_option_price *m = message;
    x_constant(x, "3");
    FIELDS(x, m->req_id);
    text_contract(x, &m->contract, TEXT_BOTH);
    FIELDS(x, m->volatility, m->under_price);
    options_maybe_counted(x, &m->options);
}

void text_req_smart_components(struct wire_codec *x, void *message)
{
    struct wire_req_smart_components *m = message;
    FIELDS(x, m->req_id, m->bbo_exchange);
}

/* ---- history ---- */

/* The bar size comes BEFORE the duration. */
void text_req_historical_data(struct wire_codec *x, void *message)
{
    struct wire_req_historical_data *m = message;
    FIELDS(x, m->req_id);
    text_contract(x, &m->contract, TEXT_BOTH);
    FIELDS(x, m->contract.include_expired, m->end_date_time, m->bar_size, m->duration, m->use_rth,
           m->what_to_show, m->format_date);
    if (text_is_bag(&m->contract))
        text_legs_short(x, &m->contract.combo_legs);
    FIELDS(x, m->keep_up_to_date, m->options);
}

void text_req_head_timestamp(struct wire_codec *x, void *message)
{
    struct wire_req_head_timestamp *m = message;
    FIELDS(x, m->req_id);
    text_contract(x, &m->contract, TEXT_BOTH);
    FIELDS(x, m->contract.include_expired, m->use_rth, m->what_to_show, m->format_date);
}

void text_req_histogram_data(struct wire_codec *x, void *message)
{
    struct wire_req_histogram_data *m = message;
    FIELDS(x, m->req_id);
    text_contract(x, &m->contract, TEXT_BOTH);
    FIELDS(x, m->contract.include_expired, m->use_rth, m->time_period);
}

void text_req_historical_ticks(struct wire_codec *x, void *message)
{
    struct wire_req_historical_ticks *m = message;
    FIELDS(x, m->req_id);
    text_contract(x, &m->contract, TEXT_BOTH);
    FIELDS(x, m->contract.include_expired, m->start_date_time, m->end_date_time, m->number_of_ticks,
           m->what_to_show, m->use_rth, m->ignore_size, m->options);
}

/* ---- reference data ---- */

void text_req_contract_details(struct wire_codec *x, void *message)
{
    struct wire_req_contract_details *m = message;
    struct wire_contract *c = &m->contract;
    x_constant(x, "8");
    FIELDS(x, m->req_id);
    text_contract(x, c, TEXT_BOTH);
    FIELDS(x, c->include_expired, c->sec_id_type, c->sec_id);
    if (x->version >= WIRE_SINCE_BOND_ISSUER)
        FIELDS(x, c->issuer_id);
}

void text_req_matching_symbols(struct wire_codec *x, void *message)
{
    struct wire_req_matching_symbols *m = message;
    FIELDS(x, m->req_id, m->pattern);
}

void text_req_sec_def_opt_params(struct wire_codec *x, void *message)
{
    struct wire_req_sec_def_opt_params *m = message;
    FIELDS(x, m->req_id, m->underlying_symbol, m->fut_fop_exchange, m->underlying_sec_type,
           m->underlying_con_id);
}

void text_req_market_rule(struct wire_codec *x, void *message)
{
    struct wire_req_market_rule *m = message;
    FIELDS(x, m->market_rule_id);
}

/* The count of the options is that of their pairs; the options themselves are one text. */
void text_req_fundamental_data(struct wire_codec *x, void *message)
{
    struct wire_req_fundamental_data *m = message;
    struct wire_contract *c = &m->contract;
    x_constant(x, "2");
    FIELDS(x, m->req_id, c->con_id, c->symbol, c->sec_type, c->exchange, c->primary_exchange,
           c->currency, c->local_symbol, m->report_type);
    int32_t pairs = 0;
    if (x->mode == WIRE_ENCODE)
        for (size_t i = 0; i < m->options.n; i++)
            pairs += m->options.p[i] == '=';
    FIELDS(x, pairs, m->options);
}

void text_req_scanner_subscription(struct wire_codec *x, void *message)
{
    struct wire_req_scanner_subscription *m = message;
    FIELDS(x, m->req_id, m->number_of_rows, m->instrument, m->location_code, m->scan_code);
    NULLABLE(x, m->above_price, m->below_price, m->above_volume, m->market_cap_above,
             m->market_cap_below);
    FIELDS(x, m->moody_rating_above, m->moody_rating_below, m->sp_rating_above, m->sp_rating_below,
           m->maturity_date_above, m->maturity_date_below);
    NULLABLE(x, m->coupon_rate_above, m->coupon_rate_below);
    FIELDS(x, m->exclude_convertible);
    NULLABLE(x, m->average_option_volume_above);
    FIELDS(x, m->scanner_setting_pairs, m->stock_type_filter, m->filter_options, m->options);
}

/* ---- news and events ---- */

void text_req_news_bulletins(struct wire_codec *x, void *message)
{
    struct wire_req_news_bulletins *m = message;
    x_constant(x, "1");
    FIELDS(x, m->all_messages);
}

void text_req_news_article(struct wire_codec *x, void *message)
{
    struct wire_req_news_article *m = message;
    FIELDS(x, m->req_id, m->provider_code, m->article_id, m->options);
}

void text_req_historical_news(struct wire_codec *x, void *message)
{
    struct wire_req_historical_news *m = message;
    FIELDS(x, m->req_id, m->con_id, m->provider_codes, m->start_date_time, m->end_date_time,
           m->total_results, m->options);
}

void text_req_wsh_event_data(struct wire_codec *x, void *message)
{
    struct wire_req_wsh_event_data *m = message;
    FIELDS(x, m->req_id, m->con_id);
    if (x->version >= WIRE_SINCE_WSH_FILTERS)
        FIELDS(x, m->filter, m->fill_watchlist, m->fill_portfolio, m->fill_competitors);
    if (x->version >= WIRE_SINCE_WSH_DATES)
        FIELDS(x, m->start_date, m->end_date, m->total_limit);
}
