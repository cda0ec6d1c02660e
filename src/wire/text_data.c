/* SPDX-License-Identifier: MIT */
/* Replies with reference data, history, scans and news (tws-protocol 2.4). */
#include "wire/text.h"

/* ---- contracts ---- */

/* Before 164 both kinds of contract data open with a message version. */
static void contract_data_version(struct wire_codec *x, const char *version)
{
    if (x->version < WIRE_SINCE_SIZE_RULES)
        x_constant(x, version);
}

static void size_rules(struct wire_codec *x, struct wire_contract_details *d)
{
    if (x->version >= WIRE_SINCE_SIZE_RULES)
        DECIMALS(x, d->min_size, d->size_increment, d->suggested_size_increment);
}

static void md_size_multiplier(struct wire_codec *x, struct wire_contract_details *d)
{
    if (x->version < WIRE_SINCE_SIZE_RULES)
        FIELDS(x, d->md_size_multiplier);
}

static void fund(struct wire_codec *x, struct wire_contract_details *d)
{
    FIELDS(x, d->fund_name, d->fund_family, d->fund_type, d->fund_front_load, d->fund_back_load,
           d->fund_back_load_time_interval, d->fund_management_fee, d->fund_closed,
           d->fund_closed_for_new_investors, d->fund_closed_for_new_money, d->fund_notify_amount,
           d->fund_minimum_initial_purchase);
    FIELDS(x, d->fund_minimum_subsequent_purchase, d->fund_blue_sky_states,
           d->fund_blue_sky_territories, d->fund_distribution_policy_indicator, d->fund_asset_type);
}

static void ineligibility_reasons(struct wire_codec *x, struct wire_contract_details *d)
{
    X_LIST(x, d->ineligibility_reasons);
    for (size_t i = 0; i < d->ineligibility_reasons.n; i++) {
        struct wire_ineligibility *r = &d->ineligibility_reasons.items[i];
        FIELDS(x, r->id, r->description);
    }
}

void text_rep_contract_data(struct wire_codec *x, void *message)
{
    struct wire_rep_contract_data *m = message;
    struct wire_contract *c = &m->contract;
    struct wire_contract_details *d = &m->details;
    contract_data_version(x, "8");
    FIELDS(x, m->req_id, c->symbol, c->sec_type, c->last_trade_date);
    if (x->version >= WIRE_SINCE_LAST_TRADE_DATE)
        FIELDS(x, c->last_trade_date_exact);
    x_strike(x, &c->strike);
    FIELDS(x, c->right, c->exchange, c->currency, c->local_symbol, d->market_name, c->trading_class,
           c->con_id);
    DECIMALS(x, d->min_tick);
    md_size_multiplier(x, d);
    FIELDS(x, c->multiplier, d->order_types, d->valid_exchanges, d->price_magnifier,
           d->under_con_id);
    x_escaped(x, &d->long_name);
    FIELDS(x, c->primary_exchange, d->contract_month, d->industry, d->category, d->subcategory,
           d->time_zone_id, d->trading_hours, d->liquid_hours, d->ev_rule);
    NULLABLE(x, d->ev_multiplier);
    text_tags(x, &d->sec_id_list);
    FIELDS(x, d->agg_group, d->under_symbol, d->under_sec_type, d->market_rule_ids,
           d->real_expiration_date, d->stock_type);
    if (x->version == WIRE_SINCE_FRACTIONAL_SIZE)
        x_constant(x, "0"); /* sizeMinTick lived for one version */
    size_rules(x, d);
    if (x->version >= WIRE_SINCE_FUND_DATA && str_eq(c->sec_type, STR("FUND")))
        fund(x, d);
    if (x->version >= WIRE_SINCE_INELIGIBILITY_REASONS)
        ineligibility_reasons(x, d);
}

void text_rep_bond_contract_data(struct wire_codec *x, void *message)
{
    struct wire_rep_contract_data *m = message;
    struct wire_contract *c = &m->contract;
    struct wire_contract_details *d = &m->details;
    contract_data_version(x, "6");
    FIELDS(x, m->req_id, c->symbol, c->sec_type, d->cusip, d->coupon, c->last_trade_date,
           d->issue_date, d->ratings, d->bond_type, d->coupon_type, d->convertible, d->callable);
    FIELDS(x, d->puttable, d->desc_append, c->exchange, c->currency, d->market_name,
           c->trading_class, c->con_id);
    DECIMALS(x, d->min_tick);
    md_size_multiplier(x, d);
    FIELDS(x, d->order_types, d->valid_exchanges, d->next_option_date, d->next_option_type,
           d->next_option_partial, d->bond_notes);
    x_escaped(x, &d->long_name);
    if (x->version >= WIRE_SINCE_BOND_TRADING_HOURS)
        FIELDS(x, d->time_zone_id, d->trading_hours, d->liquid_hours);
    FIELDS(x, d->ev_rule);
    NULLABLE(x, d->ev_multiplier);
    text_tags(x, &d->sec_id_list);
    FIELDS(x, d->agg_group, d->market_rule_ids);
    size_rules(x, d);
}

void text_rep_symbol_samples(struct wire_codec *x, void *message)
{
    struct wire_rep_symbol_samples *m = message;
    FIELDS(x, m->req_id);
    X_LIST(x, m->samples);
    for (size_t i = 0; i < m->samples.n; i++) {
        struct wire_symbol_sample *s = &m->samples.items[i];
        struct wire_contract *c = &s->contract;
        if (x->mode != WIRE_ENCODE)
            *c = (struct wire_contract)WIRE_CONTRACT_DEFAULT;
        FIELDS(x, c->con_id, c->symbol, c->sec_type, c->primary_exchange, c->currency);
        X_LIST(x, s->derivative_sec_types);
        for (size_t k = 0; k < s->derivative_sec_types.n; k++)
            FIELDS(x, s->derivative_sec_types.items[k]);
        if (x->version >= WIRE_SINCE_BOND_ISSUER)
            FIELDS(x, c->description, c->issuer_id);
    }
}

void text_rep_sec_def_opt_param(struct wire_codec *x, void *message)
{
    struct wire_rep_sec_def_opt_param *m = message;
    FIELDS(x, m->req_id, m->exchange, m->underlying_con_id, m->trading_class, m->multiplier);
    X_LIST(x, m->expirations);
    for (size_t i = 0; i < m->expirations.n; i++)
        FIELDS(x, m->expirations.items[i]);
    X_LIST(x, m->strikes);
    for (size_t i = 0; i < m->strikes.n; i++)
        FIELDS(x, m->strikes.items[i]);
}

void text_rep_market_rule(struct wire_codec *x, void *message)
{
    struct wire_rep_market_rule *m = message;
    FIELDS(x, m->market_rule_id);
    X_LIST(x, m->increments);
    for (size_t i = 0; i < m->increments.n; i++)
        FIELDS(x, m->increments.items[i].low_edge, m->increments.items[i].increment);
}

void text_rep_fundamental_data(struct wire_codec *x, void *message)
{
    struct wire_rep_fundamental_data *m = message;
    x_constant(x, "1");
    FIELDS(x, m->req_id, m->data);
}

/* ---- history ---- */

void text_rep_historical_data(struct wire_codec *x, void *message)
{
    struct wire_rep_historical_data *m = message;
    FIELDS(x, m->req_id);
    if (x->version < WIRE_SINCE_HISTORICAL_DATA_END)
        FIELDS(x, m->start_date, m->end_date);
    X_LIST(x, m->bars);
    for (size_t i = 0; i < m->bars.n; i++) {
        struct wire_bar *b = &m->bars.items[i];
        FIELDS(x, b->date, b->open, b->high, b->low, b->close);
        DECIMALS(x, b->volume, b->wap);
        FIELDS(x, b->bar_count);
    }
}

void text_rep_historical_data_end(struct wire_codec *x, void *message)
{
    struct wire_rep_historical_data_end *m = message;
    FIELDS(x, m->req_id, m->start_date, m->end_date);
}

/* The close comes BEFORE high and low, the average before the volume. */
void text_rep_historical_data_update(struct wire_codec *x, void *message)
{
    struct wire_rep_historical_data_update *m = message;
    struct wire_bar *b = &m->bar;
    FIELDS(x, m->req_id, b->bar_count, b->date, b->open, b->close, b->high, b->low);
    DECIMALS(x, b->wap, b->volume);
}

void text_rep_head_timestamp(struct wire_codec *x, void *message)
{
    struct wire_rep_head_timestamp *m = message;
    FIELDS(x, m->req_id, m->head_timestamp);
}

void text_rep_histogram_data(struct wire_codec *x, void *message)
{
    struct wire_rep_histogram_data *m = message;
    FIELDS(x, m->req_id);
    X_LIST(x, m->entries);
    for (size_t i = 0; i < m->entries.n; i++) {
        FIELDS(x, m->entries.items[i].price);
        DECIMALS(x, m->entries.items[i].size);
    }
}

void text_rep_real_time_bar(struct wire_codec *x, void *message)
{
    struct wire_rep_real_time_bar *m = message;
    x_constant(x, "3");
    FIELDS(x, m->req_id, m->time, m->open, m->high, m->low, m->close);
    DECIMALS(x, m->volume, m->wap);
    FIELDS(x, m->count);
}

void text_rep_historical_ticks(struct wire_codec *x, void *message)
{
    struct wire_rep_historical_ticks *m = message;
    FIELDS(x, m->req_id);
    X_LIST(x, m->ticks);
    for (size_t i = 0; i < m->ticks.n; i++) {
        struct wire_hist_tick *t = &m->ticks.items[i];
        FIELDS(x, t->time);
        x_constant(x, "0"); /* unused */
        FIELDS(x, t->price);
        DECIMALS(x, t->size);
    }
    FIELDS(x, m->is_done);
}

void text_rep_historical_ticks_bid_ask(struct wire_codec *x, void *message)
{
    struct wire_rep_historical_ticks_bid_ask *m = message;
    FIELDS(x, m->req_id);
    X_LIST(x, m->ticks);
    for (size_t i = 0; i < m->ticks.n; i++) {
        struct wire_hist_tick_bid_ask *t = &m->ticks.items[i];
        FIELDS(x, t->time, t->mask, t->price_bid, t->price_ask);
        DECIMALS(x, t->size_bid, t->size_ask);
    }
    FIELDS(x, m->is_done);
}

void text_rep_historical_ticks_last(struct wire_codec *x, void *message)
{
    struct wire_rep_historical_ticks_last *m = message;
    FIELDS(x, m->req_id);
    X_LIST(x, m->ticks);
    for (size_t i = 0; i < m->ticks.n; i++) {
        struct wire_hist_tick_last *t = &m->ticks.items[i];
        FIELDS(x, t->time, t->mask, t->price);
        DECIMALS(x, t->size);
        FIELDS(x, t->exchange, t->special_conditions);
    }
    FIELDS(x, m->is_done);
}

void text_rep_historical_schedule(struct wire_codec *x, void *message)
{
    struct wire_rep_historical_schedule *m = message;
    FIELDS(x, m->req_id, m->start_date_time, m->end_date_time, m->time_zone);
    X_LIST(x, m->sessions);
    for (size_t i = 0; i < m->sessions.n; i++) {
        struct wire_hist_session *s = &m->sessions.items[i];
        FIELDS(x, s->start_date_time, s->end_date_time, s->ref_date);
    }
}

/* ---- scanner ---- */

void text_rep_scanner_parameters(struct wire_codec *x, void *message)
{
    struct wire_rep_scanner_parameters *m = message;
    x_constant(x, "1");
    FIELDS(x, m->xml);
}

void text_rep_scanner_data(struct wire_codec *x, void *message)
{
    struct wire_rep_scanner_data *m = message;
    x_constant(x, "3");
    FIELDS(x, m->req_id);
    X_LIST(x, m->rows);
    for (size_t i = 0; i < m->rows.n; i++) {
        struct wire_scan_row *r = &m->rows.items[i];
        struct wire_contract *c = &r->contract;
        if (x->mode != WIRE_ENCODE)
            *c = (struct wire_contract)WIRE_CONTRACT_DEFAULT;
        FIELDS(x, r->rank, c->con_id, c->symbol, c->sec_type, c->last_trade_date);
        x_strike(x, &c->strike);
        FIELDS(x, c->right, c->exchange, c->currency, c->local_symbol, r->market_name,
               c->trading_class, r->distance, r->benchmark, r->projection, r->legs);
    }
}

/* ---- news and events ---- */

void text_rep_news_providers(struct wire_codec *x, void *message)
{
    struct wire_rep_news_providers *m = message;
    X_LIST(x, m->providers);
    for (size_t i = 0; i < m->providers.n; i++)
        FIELDS(x, m->providers.items[i].provider_code, m->providers.items[i].provider_name);
}

void text_rep_news_article(struct wire_codec *x, void *message)
{
    struct wire_rep_news_article *m = message;
    FIELDS(x, m->req_id, m->article_type, m->article_text);
}

void text_rep_historical_news(struct wire_codec *x, void *message)
{
    struct wire_rep_historical_news *m = message;
    FIELDS(x, m->req_id, m->time, m->provider_code, m->article_id, m->headline);
}

void text_rep_historical_news_end(struct wire_codec *x, void *message)
{
    struct wire_rep_historical_news_end *m = message;
    FIELDS(x, m->req_id, m->has_more);
}

void text_rep_news_bulletin(struct wire_codec *x, void *message)
{
    struct wire_rep_news_bulletin *m = message;
    x_constant(x, "1");
    FIELDS(x, m->news_msg_id, m->news_msg_type, m->news_message, m->originating_exch);
}

void text_rep_wsh_meta_data(struct wire_codec *x, void *message)
{
    struct wire_rep_wsh_meta_data *m = message;
    FIELDS(x, m->req_id, m->data_json);
}
