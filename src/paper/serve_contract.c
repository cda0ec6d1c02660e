/* SPDX-License-Identifier: MIT */
/* Reference data: contract details, symbol search, price steps. */
#include "paper/paper_private.h"
#include "paper/steps.h"

enum { CODE_NO_SECURITY = 200, SAMPLES_MAX = 16, HOURS_DAYS = 6, HOURS_CAP = 1024 };

static struct str hours_text(struct paper *p, const struct instrument *i)
{
    struct buf b;
    buf_init(&b, HOURS_CAP);
    hours_describe(&i->hours, !feed_has_real_hours(p->feed), paper_now_s(p), HOURS_DAYS, &b);
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

static void send_details(struct paper *p, struct paper_peer *peer, int32_t req_id,
                         const struct instrument *i, struct str exchange)
{
    struct wire_rep_contract_data m = WIRE_REP_CONTRACT_DATA_DEFAULT;
    struct wire_tag isin = {STR("ISIN"), STR_NAME(i->isin)};
    struct wire_contract_details *d = &m.details;
    m.req_id = req_id;
    m.contract = paper_contract(&i->contract);
    if (exchange.n > 0)
        m.contract.exchange = exchange;
    d->market_name = STR_NAME(i->contract.trading_class);
    d->min_tick = paper_dec(p, i->tick);
    d->order_types = i->is_tradable ? STR("DAY,FOK,GTC,GTD,IOC,LMT,MKT,OCA,STP,STPLMT,TRAIL,"
                                          "TRAILLMT,WHATIF")
                                    : STR("");
    d->valid_exchanges = STR_NAME(i->exchanges);
    d->price_magnifier = 1;
    d->long_name = STR_NAME(i->name);
    d->industry = STR_NAME(i->industry);
    d->category = STR_NAME(i->category);
    d->subcategory = STR_NAME(i->subcategory);
    d->time_zone_id = str_of(hours_zone_name(i->hours.zone));
    d->trading_hours = d->liquid_hours = hours_text(p, i);
    d->agg_group = 1;
    d->market_rule_ids = rules_text(p, i);
    d->stock_type = STR_NAME(i->stock_type);
    d->min_size = d->size_increment = paper_dec(p, i->lot);
    d->suggested_size_increment = paper_dec(p, dec_max(i->lot, DEC(1)));
    if (i->isin[0] != 0)
        d->sec_id_list = (struct wire_tags){&isin, 1};
    peer_send(p, peer, WIRE_REP_CONTRACT_DATA, &m);
}

void serve_contract_details(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_contract_details *req = message;
    const struct instrument *found[UNIVERSE_MATCHES_MAX];
    if (req->contract.con_id <= 0 && req->contract.sec_type.n == 0) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bW' : cause - Please enter a valid security type");
        return;
    }
    size_t n = universe_match(p->universe, &req->contract, found);
    if (n == 0) { /* no end marker follows */
        peer_error(p, peer, req->req_id, CODE_NO_SECURITY,
                   "No security definition has been found for the request");
        return;
    }
    for (size_t i = 0; i < n; i++)
        send_details(p, peer, req->req_id, found[i], req->contract.exchange);
    peer_end(p, peer, WIRE_REP_CONTRACT_DATA_END, req->req_id);
}

void serve_matching_symbols(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_matching_symbols *req = message;
    const struct instrument *found[SAMPLES_MAX];
    struct wire_symbol_sample *samples =
        ARENA_MANY(p->arena, struct wire_symbol_sample, SAMPLES_MAX);
    size_t n = universe_search(p->universe, req->pattern, found, SAMPLES_MAX);
    for (size_t i = 0; i < n; i++) {
        samples[i] = (struct wire_symbol_sample){.contract = WIRE_CONTRACT_DEFAULT};
        samples[i].contract = paper_contract(&found[i]->contract);
        samples[i].contract.description = STR_NAME(found[i]->name);
    }
    struct wire_rep_symbol_samples m = {.req_id = req->req_id, .samples = {samples, n}};
    peer_send(p, peer, WIRE_REP_SYMBOL_SAMPLES, &m);
}

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

/* No options are listed: the answer is the end. */
void serve_opt_params(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_sec_def_opt_params *req = message;
    peer_end(p, peer, WIRE_REP_SEC_DEF_OPT_PARAM_END, req->req_id);
}
