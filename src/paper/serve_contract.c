/* SPDX-License-Identifier: MIT */
/* Reference data: contract details, symbol search, option parameters, price steps. */
#include "paper/paper_private.h"
#include "paper/steps.h"

#include <stdio.h>

enum {
    SAMPLES_MAX = 16,
    HOURS_DAYS = 6,
    HOURS_CAP = 2048,
    NO_GROUP = INT32_MAX /* aggGroup of what is not aggregated over exchanges */
};

/* The group of exchanges that share a market data subscription. */
static int32_t aggregate_group(enum sec_type type)
{
    switch (type) {
    case SEC_STK:
    case SEC_BOND:
        return 1;
    case SEC_OPT:
        return 2;
    case SEC_CASH:
        return 4;
    default:
        return NO_GROUP;
    }
}

/* Answering one request; texts that many contracts of a chain share are made once. */
struct answer {
    struct paper *p;
    struct paper_peer *peer;
    const struct wire_req_contract_details *req;
    size_t n;
    bool is_continuous; /* the future stands in for CONTFUT */
    const struct chain *chain;
    struct str trading_hours, liquid_hours, rules;
    enum sec_type listed; /* the type that order_types is of */
    struct str order_types;
};

static struct str hours_text(struct paper *p, const struct hours *h)
{
    struct buf b;
    buf_init(&b, HOURS_CAP);
    hours_describe(h, !feed_has_real_hours(p->feed), paper_now_s(p), HOURS_DAYS, &b);
    struct str text = arena_str(p->arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

/* One rule per exchange, in the order of the exchanges. */
static struct str rules_text(struct paper *p, const struct instrument *i)
{
    struct buf b;
    buf_init(&b, HOURS_CAP);
    struct str list = STR_NAME(i->exchanges);
    for (struct str one; str_cut(&list, ',', &one);)
        buf_add_f(&b, "%s%d", b.n > 0 ? "," : "", (int)i->rule);
    struct str text = arena_str(p->arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

static void share_order_types(struct answer *a, enum sec_type type)
{
    if (a->listed == type)
        return;
    struct buf b;
    buf_init(&b, HOURS_CAP);
    rule_list(type, &b);
    a->listed = type;
    a->order_types = arena_str(a->p->arena, buf_str(&b));
    buf_fini(&b);
}

static void share_texts(struct answer *a, const struct instrument *i)
{
    share_order_types(a, i->contract.sec_type);
    if (a->chain != NULL && a->chain == i->chain)
        return;
    a->chain = i->chain;
    a->trading_hours = hours_text(a->p, &i->extended);
    a->liquid_hours = hours_text(a->p, &i->hours);
    a->rules = rules_text(a->p, i);
}

/* ---- what only some types have ---- */
static struct str day_text(struct paper *p, int64_t day)
{
    char text[16];
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    (void)snprintf(text, sizeof text, "%04d%02d%02d", year, month, date);
    return paper_text(p, text);
}

static void derived_details(struct paper *p, const struct instrument *i,
                            struct wire_rep_contract_data *m)
{
    struct wire_contract_details *d = &m->details;
    struct chain_key key;
    char time[HOURS_TEXT_MAX];
    if (!chain_of_id(i->contract.con_id, &key))
        return;
    d->under_con_id = i->underlying->contract.con_id;
    d->under_symbol = STR_NAME(i->contract.symbol);
    d->under_sec_type = str_of(sec_type_text(i->underlying->contract.sec_type));
    d->contract_month = str_sub(day_text(p, chain_month(i->chain, key.day)), 0, 6);
    d->real_expiration_date = day_text(p, key.day);
    m->contract.last_trade_date_exact = STR_NAME(i->contract.expiry);
    if (i->contract.sec_type == SEC_FUT) { /* date, time and zone of the end of trade */
        hours_format(i->hours.zone, i->expiry_s, time);
        m->contract.last_trade_date = paper_text(p, time);
    }
}

static void fund_details(const struct instrument *i, struct wire_contract_details *d)
{
    d->fund_name = STR_NAME(i->name);
    d->fund_family = instrument_detail(i, STR("family"));
    d->fund_type = instrument_detail(i, STR("type"));
    d->fund_minimum_initial_purchase = instrument_detail(i, STR("minimum"));
    d->fund_asset_type = instrument_detail(i, STR("asset"));
}

static void bond_details(const struct instrument *i, struct wire_contract_details *d)
{
    d->cusip = instrument_detail(i, STR("cusip"));
    d->issue_date = instrument_detail(i, STR("issued"));
    d->ratings = instrument_detail(i, STR("ratings"));
    d->bond_type = instrument_detail(i, STR("type"));
    (void)str_to_double(instrument_detail(i, STR("coupon")), &d->coupon);
    d->coupon_type = STR("FIXED");
    d->desc_append = STR_NAME(i->contract.local_symbol);
}

/* A listing that goes under another symbol now. */
static void rename_contract(const struct paper *p, const struct instrument *i,
                            struct wire_contract *c)
{
    const char *symbol = faults_new_symbol(&p->faults, i->contract.con_id);
    if (symbol != NULL)
        c->symbol = c->local_symbol = str_of(symbol);
}

/* ---- contract details ---- */
/* True if the listing is not what the description means: it is gone, or has another symbol now. */
static bool is_hidden(const struct answer *a, const struct instrument *i)
{
    const struct faults *f = &a->p->faults;
    bool by_old_symbol = a->req->contract.con_id == 0 && a->req->contract.symbol.n > 0 &&
                         faults_new_symbol(f, i->contract.con_id) != NULL &&
                         str_ieq(a->req->contract.symbol, STR_NAME(i->contract.symbol));
    return faults_is_delisted(f, i->contract.con_id) || by_old_symbol;
}

static bool send_details(void *self, const struct instrument *i)
{
    struct answer *a = self;
    struct paper *p = a->p;
    if (is_hidden(a, i))
        return true;
    struct wire_rep_contract_data m = WIRE_REP_CONTRACT_DATA_DEFAULT;
    struct wire_tag isin = {STR("ISIN"), STR_NAME(i->isin)};
    struct wire_contract_details *d = &m.details;
    enum sec_type type = i->contract.sec_type;
    share_texts(a, i);
    m.req_id = a->req->req_id;
    m.contract = paper_contract(&i->contract);
    rename_contract(p, i, &m.contract);
    if (a->req->contract.exchange.n > 0)
        m.contract.exchange = a->req->contract.exchange;
    d->market_name = STR_NAME(i->contract.trading_class);
    d->min_tick = paper_dec(p, steps_smallest(i->rule));
    d->order_types = i->is_tradable ? a->order_types : STR("");
    d->valid_exchanges = STR_NAME(i->exchanges);
    d->price_magnifier = i->magnifier;
    d->long_name = STR_NAME(i->name);
    d->industry = STR_NAME(i->industry);
    d->category = STR_NAME(i->category);
    d->subcategory = STR_NAME(i->subcategory);
    d->time_zone_id = str_of(hours_zone_name(i->hours.zone));
    d->trading_hours = a->trading_hours;
    d->liquid_hours = a->liquid_hours;
    d->ev_multiplier = 0;
    d->agg_group = i->is_tradable ? aggregate_group(type) : NO_GROUP;
    d->market_rule_ids = a->rules;
    d->stock_type = STR_NAME(i->stock_type);
    d->min_size = d->size_increment = paper_dec(p, i->lot);
    d->suggested_size_increment = paper_dec(p, dec_max(i->lot, DEC(1)));
    if (i->isin[0] != 0)
        d->sec_id_list = (struct wire_tags){&isin, 1};
    if (i->is_derived)
        derived_details(p, i, &m);
    else if (type == SEC_FUND)
        fund_details(i, d);
    else if (type == SEC_BOND)
        bond_details(i, d);
    if (a->is_continuous)
        m.contract.sec_type = CONTINUOUS;
    a->n++;
    peer_send(p, a->peer, type == SEC_BOND ? WIRE_REP_BOND_CONTRACT_DATA : WIRE_REP_CONTRACT_DATA,
              &m);
    return !a->peer->is_closing;
}

/* What is wrong with a description, or NULL. */
static const char *bad_query(const struct wire_contract *c)
{
    static const char *const rights[] = {"", "C", "CALL", "P", "PUT", "0", "?"};
    enum sec_type type = sec_type_parse(c->sec_type);
    bool is_right = false;
    if (c->con_id > 0)
        return NULL;
    if (type == SEC_UNKNOWN && !str_ieq(c->sec_type, CONTINUOUS))
        return "Please enter a valid security type";
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++)
        is_right = is_right || str_ieq(c->right, str_of(rights[i]));
    return is_right ? NULL : "Invalid option right";
}

void serve_contract_details(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_contract_details *req = message;
    struct answer a = {.p = p, .peer = peer, .req = req};
    const char *bad = bad_query(&req->contract);
    if (bad != NULL) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bW' : cause - %s", bad);
        return;
    }
    a.is_continuous = str_ieq(req->contract.sec_type, CONTINUOUS);
    const struct instrument *lead =
        a.is_continuous ? universe_lead(p->universe, &req->contract) : NULL;
    if (lead != NULL) {
        send_details(&a, lead);
    } else {
        struct wire_contract own = req->contract;
        own.symbol = faults_own_symbol(&p->faults, own.symbol);
        universe_each(p->universe, &own, send_details, &a);
    }
    if (a.n == 0) /* no end marker follows */
        peer_error(p, peer, req->req_id, CODE_NO_SECURITY,
                   "No security definition has been found for the request");
    else
        peer_end(p, peer, WIRE_REP_CONTRACT_DATA_END, req->req_id);
}

/* ---- symbols ---- */
/* The types of what is derived from a listing, each once. */
static struct wire_strs derivatives(struct paper *p, const struct instrument *i)
{
    struct str *types_of = ARENA_MANY(p->arena, struct str, SEC_TYPE_COUNT);
    bool has[SEC_TYPE_COUNT] = {false};
    size_t n = 0;
    for (size_t k = 0; k < chains_count(); k++)
        if (chains_at(k)->underlying == i->contract.con_id)
            has[chains_at(k)->sec_type] = true;
    for (enum sec_type t = SEC_UNKNOWN; t < SEC_TYPE_COUNT; t++)
        if (has[t])
            types_of[n++] = str_of(sec_type_text(t));
    return (struct wire_strs){types_of, n};
}

void serve_matching_symbols(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_matching_symbols *req = message;
    const struct instrument *found[SAMPLES_MAX];
    struct wire_symbol_sample *samples =
        ARENA_MANY(p->arena, struct wire_symbol_sample, SAMPLES_MAX);
    size_t all = universe_search(p->universe, req->pattern, found, SAMPLES_MAX), n = 0;
    for (size_t i = 0; i < all; i++) {
        if (faults_is_delisted(&p->faults, found[i]->contract.con_id))
            continue;
        found[n++] = found[i];
    }
    for (size_t i = 0; i < n; i++) {
        samples[i] = (struct wire_symbol_sample){.contract = WIRE_CONTRACT_DEFAULT};
        samples[i].contract = paper_contract(&found[i]->contract);
        rename_contract(p, found[i], &samples[i].contract);
        samples[i].contract.description = STR_NAME(found[i]->name);
        samples[i].derivative_sec_types = derivatives(p, found[i]);
    }
    struct wire_rep_symbol_samples m = {.req_id = req->req_id, .samples = {samples, n}};
    peer_send(p, peer, WIRE_REP_SYMBOL_SAMPLES, &m);
}

/* ---- price steps ---- */
void serve_market_rule(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_market_rule *req = message;
    struct step_band bands[STEPS_BANDS_MAX];
    struct wire_price_increment rows[STEPS_BANDS_MAX];
    size_t n = steps_bands(req->market_rule_id, bands);
    if (n == 0) {
        peer_error(p, peer, -1, CODE_INVALID_REQUEST,
                   "Error validating request.-'bZ' : cause - Unknown market rule id %d",
                   (int)req->market_rule_id);
        return;
    }
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct wire_price_increment){dec_to_double(bands[i].low),
                                                dec_to_double(bands[i].step)};
    struct wire_rep_market_rule m = {.market_rule_id = req->market_rule_id,
                                     .increments = {rows, n}};
    peer_send(p, peer, WIRE_REP_MARKET_RULE, &m);
}

/* ---- option parameters ---- */
/* Expiries and strikes of one chain, told once for each exchange that lists it. */
static void send_chain(struct paper *p, struct paper_peer *peer, int32_t req_id,
                       const struct chain *c, const struct instrument *underlying)
{
    int64_t days[CHAIN_EXPIRIES_MAX];
    int32_t first, last;
    int64_t today = hours_local_day(hours_zone(str_of(c->zone)), paper_now_s(p));
    size_t n = chain_expiries(c, today, 0, days);
    chain_strikes(c, underlying->base, &first, &last);
    struct wire_rep_sec_def_opt_param m = {.req_id = req_id,
                                           .underlying_con_id = underlying->contract.con_id,
                                           .trading_class = str_of(c->trading_class),
                                           .multiplier = str_of(c->multiplier)};
    m.expirations.items = ARENA_MANY(p->arena, struct str, CHAIN_EXPIRIES_MAX);
    for (size_t i = 0; i < n; i++)
        m.expirations.items[m.expirations.n++] = day_text(p, chain_last_day(c, days[i]));
    m.strikes.items = ARENA_MANY(p->arena, double, CHAINS_STRIKES);
    for (int32_t k = first; k <= last; k++)
        m.strikes.items[m.strikes.n++] = dec_to_double(chain_strike(c, k));
    struct str list = str_of(c->exchanges);
    while (str_cut(&list, ',', &m.exchange))
        peer_send(p, peer, WIRE_REP_SEC_DEF_OPT_PARAM, &m);
}

void serve_opt_params(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_sec_def_opt_params *req = message;
    const struct instrument *i = universe_find(p->universe, req->underlying_con_id);
    if (i == NULL ||
        !str_ieq(req->underlying_sec_type, str_of(sec_type_text(i->contract.sec_type)))) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'cK' : cause - Invalid contract id");
        return;
    }
    bool on_futures = req->fut_fop_exchange.n > 0; /* no options on futures are listed */
    for (size_t k = 0; k < chains_count() && !on_futures; k++)
        if (chains_at(k)->sec_type == SEC_OPT && chains_at(k)->underlying == i->contract.con_id &&
            str_ieq(req->underlying_symbol, STR_NAME(i->contract.symbol)))
            send_chain(p, peer, req->req_id, chains_at(k), i);
    peer_end(p, peer, WIRE_REP_SEC_DEF_OPT_PARAM_END, req->req_id);
}
