/* SPDX-License-Identifier: MIT */
#include "broker/convert.h"

#include "data/outside.h"
#include "wire/value.h"

#include <string.h>

/* ---- texts and times ---- */

void clean_text(char *out, size_t cap, struct str text)
{
    size_t n = 0;
    for (size_t at = 0; at < text.n;) {
        struct str rest = str_sub(text, at, text.n);
        size_t width = outside_character(rest);
        unsigned char c = (unsigned char)rest.p[0];
        /* U+0080..U+009F are control characters too, and some terminals obey them */
        if (outside_is_unseen(rest, width)) {
            at += width;
            continue;
        }
        bool is_c1 = width == 2 && c == 0xC2 && (unsigned char)rest.p[1] < 0xA0;
        if (n + (width == 0 ? 1 : width) >= cap)
            break;
        if (width == 0)
            out[n++] = '?';
        else if (c < 0x20 || c == 0x7F || is_c1)
            out[n++] = ' ';
        else
            for (size_t i = 0; i < width; i++)
                out[n++] = rest.p[i];
        at += width == 0 ? 1 : width;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

#define NAME_OF(member, text) clean_text((member), sizeof(member), (text))

static bool digits(struct str s, size_t at, size_t n, int *out)
{
    int64_t v;
    if (at + n > s.n || s.p[at] < '0' || s.p[at] > '9' || !str_to_i64(str_sub(s, at, at + n), &v))
        return false;
    *out = (int)v;
    return true;
}

/* A zone's name may become part of a path: nothing but the characters of such names. */
static bool is_zone_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool inside = (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' || c == '/';
        if (!letter && (!inside || i == 0))
            return false;
    }
    return s.n > 0 && s.n < 48;
}

struct opt_utc time_of_text(struct str text, const struct tz_zones *zones)
{
    enum { DATE = 8, CLOCK = 8 }; /* yyyymmdd and HH:MM:SS */
    struct civil c = {0};
    text = str_trim(text);
    if (!digits(text, 0, 4, &c.year) || !digits(text, 4, 2, &c.month) ||
        !digits(text, 6, 2, &c.day) || text.n < DATE + 1 + CLOCK)
        return (struct opt_utc){0};
    bool is_utc = text.p[DATE] == '-';
    struct str rest = str_sub(text, DATE + 1, text.n);
    if (!is_utc)
        rest = str_trim(rest);
    if (!digits(rest, 0, 2, &c.hour) || !digits(rest, 3, 2, &c.minute) ||
        !digits(rest, 6, 2, &c.second) || rest.p[2] != ':' || rest.p[5] != ':')
        return (struct opt_utc){0};
    struct str zone = str_trim(str_sub(rest, CLOCK, rest.n));
    if (zone.n > 0)
        is_utc = str_eq(zone, STR("UTC")) || str_eq(zone, STR("GMT")) || str_eq(zone, STR("Z"));
    const struct tz *local = NULL;
    if (!is_utc && zones->find && is_zone_name(zone))
        local = zones->find(zones->self, zone);
    if ((!is_utc && !local) || c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31 ||
        c.hour > 23 || c.minute > 59 || c.second > 59)
        return (struct opt_utc){0};
    return (struct opt_utc){local ? tz_utc(local, c, NULL) : utc_of_civil(c), true};
}

static struct dec dec_or_zero(struct opt_dec d)
{
    return d.has ? d.v : DEC_ZERO;
}

/* ---- contracts ---- */

static bool has_strike(enum sec_type t)
{
    return t == SEC_OPT || t == SEC_FOP || t == SEC_WAR;
}

void contract_of_wire(const struct wire_contract *from, struct contract *to)
{
    *to = (struct contract){.con_id = from->con_id, .sec_type = sec_type_parse(from->sec_type)};
    NAME_OF(to->symbol, from->symbol);
    /* contract data may say "20261218 08:30:00 US/Central": the date is the expiry */
    NAME_OF(to->expiry, str_sub(from->last_trade_date, 0, str_find(from->last_trade_date, ' ', 0)));
    if (has_strike(to->sec_type)) {
        to->strike = wire_dec_of_double(from->strike);
        if (from->right.n > 0 && (from->right.p[0] == 'C' || from->right.p[0] == 'P'))
            to->right = from->right.p[0];
    }
    NAME_OF(to->multiplier, from->multiplier);
    NAME_OF(to->exchange, from->exchange);
    NAME_OF(to->primary_exchange, from->primary_exchange);
    NAME_OF(to->currency, from->currency);
    NAME_OF(to->local_symbol, from->local_symbol);
    NAME_OF(to->trading_class, from->trading_class);
}

void details_of_wire(const struct wire_rep_contract_data *from, struct contract_details *to)
{
    const struct wire_contract_details *d = &from->details;
    *to = (struct contract_details){.price_magnifier = d->price_magnifier};
    contract_of_wire(&from->contract, &to->contract);
    NAME_OF(to->long_name, d->long_name);
    NAME_OF(to->industry, d->industry);
    NAME_OF(to->category, d->category);
    NAME_OF(to->subcategory, d->subcategory);
    NAME_OF(to->time_zone, d->time_zone_id);
    NAME_OF(to->stock_type, d->stock_type);
    for (size_t i = 0; i < d->sec_id_list.n; i++)
        if (str_eq(d->sec_id_list.items[i].tag, STR("ISIN")))
            NAME_OF(to->isin, d->sec_id_list.items[i].value);
    to->min_tick = wire_dec_of_text(d->min_tick);
    to->min_size = wire_dec_of_text(d->min_size);
    to->size_increment = wire_dec_of_text(d->size_increment);
    NAME_OF(to->valid_exchanges, d->valid_exchanges);
    NAME_OF(to->order_types, d->order_types);
    NAME_OF(to->trading_hours, d->trading_hours);
    NAME_OF(to->liquid_hours, d->liquid_hours);
    NAME_OF(to->contract_month, d->contract_month);
    NAME_OF(to->market_rule_ids, d->market_rule_ids);
}

void contract_to_wire(const struct contract *from, struct wire_contract *to)
{
    *to = (struct wire_contract)WIRE_CONTRACT_DEFAULT;
    to->con_id = from->con_id;
    to->symbol = STR_NAME(from->symbol);
    to->sec_type = str_of(sec_type_text(from->sec_type));
    to->last_trade_date = STR_NAME(from->expiry);
    to->strike = wire_double_of(from->strike);
    to->right = from->right == 'C' ? STR("C") : from->right == 'P' ? STR("P") : STR("");
    to->multiplier = STR_NAME(from->multiplier);
    to->exchange = STR_NAME(from->exchange);
    to->primary_exchange = STR_NAME(from->primary_exchange);
    to->currency = STR_NAME(from->currency);
    to->local_symbol = STR_NAME(from->local_symbol);
    to->trading_class = STR_NAME(from->trading_class);
}

/* ---- orders ---- */

static bool type_has_limit(enum order_type t)
{
    return t == ORDER_LMT || t == ORDER_STP_LMT || t == ORDER_TRAIL_LIMIT;
}

static bool type_trails(enum order_type t)
{
    return t == ORDER_TRAIL || t == ORDER_TRAIL_LIMIT;
}

/* Servers write 0 where a type has no such price. */
static struct opt_dec nonzero(double v)
{
    struct opt_dec d = wire_dec_of_double(v);
    return d.has && dec_is_zero(d.v) ? DEC_NONE : d;
}

void order_of_wire(const struct wire_contract *contract, const struct wire_order *from,
                   int32_t order_id, struct order *to)
{
    *to = (struct order){.order_id = order_id,
                         .client_id = from->client_id,
                         .perm_id = wire_is_set_long(from->perm_id) ? from->perm_id : 0,
                         .parent_id = from->parent_id,
                         .outside_rth = from->outside_rth,
                         .transmit = from->transmit,
                         .what_if = from->what_if};
    NAME_OF(to->ref, from->order_ref);
    NAME_OF(to->account, from->account);
    NAME_OF(to->oca_group, from->oca_group);
    contract_of_wire(contract, &to->contract);
    to->side = str_eq(from->action, STR("BUY")) ? SIDE_BUY : SIDE_SELL; /* or SSHORT */
    to->type = order_type_parse(from->order_type);
    NAME_OF(to->type_text, from->order_type);
    to->tif = from->tif.n == 0 ? TIF_DAY : tif_parse(from->tif);
    NAME_OF(to->good_till, from->good_till_date);
    to->quantity = dec_or_zero(wire_dec_of_text(from->total_quantity));
    if (type_has_limit(to->type))
        to->limit_price = wire_dec_of_double(from->lmt_price);
    else if (to->type == ORDER_OTHER)
        to->limit_price = nonzero(from->lmt_price);
    if (type_trails(to->type)) {
        to->trail_amount = nonzero(from->aux_price);
        to->trail_percent = nonzero(from->trailing_percent);
        to->trail_stop = nonzero(from->trail_stop_price);
    } else if (to->type == ORDER_STP || to->type == ORDER_STP_LMT) {
        to->stop_price = wire_dec_of_double(from->aux_price);
    } else if (to->type == ORDER_OTHER) {
        to->stop_price = nonzero(from->aux_price);
    }
}

void order_to_wire(const struct order *from, struct arena *arena, struct wire_req_place_order *to)
{
    *to = (struct wire_req_place_order)WIRE_REQ_PLACE_ORDER_DEFAULT;
    to->order_id = from->order_id;
    contract_to_wire(&from->contract, &to->contract);
    struct wire_order *o = &to->order;
    o->order_id = from->order_id;
    o->client_id = from->client_id;
    o->parent_id = from->parent_id;
    o->action = str_of(side_text(from->side));
    o->total_quantity = wire_text_of(DEC_SOME(from->quantity), arena);
    o->order_type =
        from->type == ORDER_OTHER ? STR_NAME(from->type_text) : str_of(order_type_text(from->type));
    o->lmt_price = wire_double_of(from->limit_price);
    o->aux_price = wire_double_of(type_trails(from->type) ? from->trail_amount : from->stop_price);
    o->trailing_percent = wire_double_of(from->trail_percent);
    o->trail_stop_price = wire_double_of(from->trail_stop);
    o->tif = str_of(tif_text(from->tif));
    o->good_till_date = STR_NAME(from->good_till);
    o->account = STR_NAME(from->account);
    o->oca_group = STR_NAME(from->oca_group);
    if (from->oca_group[0] != '\0')
        o->oca_type = 1; /* cancel the others with block: no two of a group can fill at once */
    o->order_ref = STR_NAME(from->ref);
    o->outside_rth = from->outside_rth;
    o->transmit = from->transmit;
    o->what_if = from->what_if;
}

void status_of_wire(const struct wire_rep_order_status *from, struct order *ids,
                    struct order_status *to)
{
    *ids = (struct order){.order_id = from->order_id,
                          .client_id = from->client_id,
                          .perm_id = wire_is_set_long(from->perm_id) ? from->perm_id : 0,
                          .parent_id = from->parent_id};
    *to = (struct order_status){.state = order_state_parse(from->status),
                                .filled = dec_or_zero(wire_dec_of_text(from->filled)),
                                .remaining = dec_or_zero(wire_dec_of_text(from->remaining)),
                                .avg_fill_price = nonzero(from->avg_fill_price),
                                .last_fill_price = nonzero(from->last_fill_price)};
    NAME_OF(to->why_held, from->why_held);
}

void state_of_wire(const struct wire_order_state *from, struct str filled,
                   const struct tz_zones *zones, struct order_status *to)
{
    *to = (struct order_status){.state = order_state_parse(from->status),
                                .filled = dec_or_zero(wire_dec_of_text(filled)),
                                .completed = time_of_text(from->completed_time, zones)};
    NAME_OF(to->broker_text,
            from->reject_reason.n > 0 ? from->reject_reason : from->completed_status);
}

void margin_of_wire(const struct wire_order_state *from, struct order_margin *to)
{
    const struct wire_margins *m = &from->margins;
    *to = (struct order_margin){.init_before = wire_dec_of_double(m->init_before),
                                .init_change = wire_dec_of_double(m->init_change),
                                .init_after = wire_dec_of_double(m->init_after),
                                .maint_before = wire_dec_of_double(m->maint_before),
                                .maint_change = wire_dec_of_double(m->maint_change),
                                .maint_after = wire_dec_of_double(m->maint_after),
                                .equity_before = wire_dec_of_double(m->equity_before),
                                .equity_change = wire_dec_of_double(m->equity_change),
                                .equity_after = wire_dec_of_double(m->equity_after),
                                .commission = wire_dec_of_double(from->commission),
                                .min_commission = wire_dec_of_double(from->min_commission),
                                .max_commission = wire_dec_of_double(from->max_commission)};
    NAME_OF(to->commission_currency, from->commission_currency);
    NAME_OF(to->warning, from->warning_text);
}

/* ---- executions ---- */

void execution_of_wire(const struct wire_rep_exec_details *from, const struct tz_zones *zones,
                       struct execution *to)
{
    const struct wire_execution *x = &from->execution;
    *to = (struct execution){.order_id = x->order_id,
                             .client_id = x->client_id,
                             .perm_id = wire_is_set_long(x->perm_id) ? x->perm_id : 0,
                             .side = str_eq(x->side, STR("BOT")) ? SIDE_BUY : SIDE_SELL,
                             .quantity = dec_or_zero(wire_dec_of_text(x->shares)),
                             .price = dec_or_zero(wire_dec_of_double(x->price)),
                             .cum_quantity = dec_or_zero(wire_dec_of_text(x->cum_qty)),
                             .avg_price = wire_dec_of_double(x->avg_price),
                             .time = time_of_text(x->time, zones),
                             .is_liquidation = x->liquidation != 0,
                             .last_liquidity = x->last_liquidity,
                             .ev_multiplier = wire_dec_of_double(x->ev_multiplier)};
    contract_of_wire(&from->contract, &to->contract);
    NAME_OF(to->ev_rule, x->ev_rule);
    NAME_OF(to->model_code, x->model_code);
    NAME_OF(to->exec_id, x->exec_id);
    NAME_OF(to->account, x->account);
    NAME_OF(to->exchange, x->exchange);
    NAME_OF(to->ref, x->order_ref);
    NAME_OF(to->time_text, x->time);
}

void commission_of_wire(const struct wire_rep_commission_report *from, struct execution *to)
{
    *to = (struct execution){.commission = wire_dec_of_double(from->commission),
                             .realized_pnl = wire_dec_of_double(from->realized_pnl)};
    NAME_OF(to->exec_id, from->exec_id);
    NAME_OF(to->commission_currency, from->currency);
    /* -1 is "not yet"; rebates of exactly one unit do not occur */
    if (to->commission.has && dec_eq(to->commission.v, DEC(-1)))
        to->commission = DEC_NONE;
}

/* ---- history ---- */

/* Volumes and averages of what is not traded are -1. */
static struct opt_dec not_negative(struct opt_dec d)
{
    return d.has && dec_sign(d.v) < 0 ? DEC_NONE : d;
}

bool bar_of_wire(const struct wire_bar *from, const struct tz_zones *zones, struct bar *to)
{
    enum { DATE_DIGITS = 8 };
    *to = (struct bar){.open = wire_dec_of_double(from->open),
                       .high = wire_dec_of_double(from->high),
                       .low = wire_dec_of_double(from->low),
                       .close = wire_dec_of_double(from->close),
                       .volume = not_negative(wire_dec_of_text(from->volume)),
                       .average = wire_dec_of_text(from->wap),
                       .trades = from->bar_count};
    if (from->bar_count < 0) {
        to->average = DEC_NONE; /* a combination's may be negative, so the number cannot tell */
        to->trades = -1;
    }
    int64_t number;
    struct civil c = {0};
    if (!str_to_i64(from->date, &number)) {
        to->start = time_of_text(from->date, zones);
        return to->start.has;
    }
    if (from->date.n != DATE_DIGITS) { /* seconds since 1970 */
        if (number <= 0 || number >= INT64_MAX / NS_PER_S)
            return false;
        to->start = (struct opt_utc){{number * NS_PER_S}, true};
        return true;
    }
    to->date = (int32_t)number;
    return digits(from->date, 0, 4, &c.year) && digits(from->date, 4, 2, &c.month) &&
           digits(from->date, 6, 2, &c.day) && c.month >= 1 && c.month <= 12 && c.day >= 1 &&
           c.day <= 31;
}

/* ---- positions ---- */

bool position_of_wire(const struct wire_rep_position *from, struct position *to)
{
    struct opt_dec quantity = wire_dec_of_text(from->position);
    *to = (struct position){.quantity = dec_or_zero(quantity),
                            .avg_cost = wire_dec_of_double(from->avg_cost)};
    contract_of_wire(&from->contract, &to->contract);
    NAME_OF(to->account, from->account);
    return quantity.has;
}

bool portfolio_of_wire(const struct wire_rep_portfolio_value *from, struct position *to)
{
    struct opt_dec quantity = wire_dec_of_text(from->position);
    *to = (struct position){.quantity = dec_or_zero(quantity),
                            .avg_cost = wire_dec_of_double(from->average_cost),
                            .market_price = wire_dec_of_double(from->market_price),
                            .market_value = wire_dec_of_double(from->market_value),
                            .unrealized_pnl = wire_dec_of_double(from->unrealized_pnl),
                            .realized_pnl = wire_dec_of_double(from->realized_pnl)};
    contract_of_wire(&from->contract, &to->contract);
    NAME_OF(to->account, from->account);
    return quantity.has;
}
