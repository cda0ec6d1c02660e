/* SPDX-License-Identifier: MIT */
/* The two calculators: the volatility that a price of an option implies, and the price that a
 * volatility makes, both at a price of the underlying that the client names. */
#include "paper/paper_private.h"

enum { YEAR_S = 365 * HOURS_DAY_S };

/* What is asked about; false, and the client is told, if it is no option that lives. */
static bool terms_of(struct paper *p, struct paper_peer *peer, int32_t req_id,
                     const struct wire_contract *c, struct option_terms *out)
{
    struct feed_option model;
    const struct instrument *i = access_find(p, peer, req_id, c);
    if (i == NULL)
        return false;
    if (!feed_option_at(p->feed, i, paper_now_s(p), &model, NULL, NULL) ||
        !i->contract.strike.has) {
        peer_error(p, peer, req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bZ' : cause - The contract is not an option that "
                   "can be calculated");
        return false;
    }
    *out = (struct option_terms){.strike = dec_to_double(i->contract.strike.v),
                                 .years = (double)(i->expiry_s - paper_now_s(p)) / YEAR_S,
                                 .rate = feed_interest(STR_NAME(i->contract.currency)),
                                 .pv_dividends = model.pv_dividends,
                                 .is_call = i->contract.right == 'C'};
    return true;
}

static void refuse(struct paper *p, struct paper_peer *peer, int32_t req_id, const char *what)
{
    peer_error(p, peer, req_id, CODE_PROCESSING, "Error processing request.-'ca' : cause - %s",
               what);
}

void serve_calc_implied_volatility(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_calc_implied_volatility *req = message;
    struct option_terms t;
    struct feed_option out;
    double vol;
    if (!terms_of(p, peer, req->req_id, &req->contract, &t))
        return;
    if (!option_implied_vol(&t, req->option_price, req->under_price, &vol) ||
        !option_price(&t, vol, req->under_price, &out))
        refuse(p, peer, req->req_id, "No volatility gives this price");
    else
        data_send_option(p, peer, req->req_id, &out);
}

void serve_calc_option_price(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_calc_option_price *req = message;
    struct option_terms t;
    struct feed_option out;
    if (!terms_of(p, peer, req->req_id, &req->contract, &t))
        return;
    if (!option_price(&t, req->volatility, req->under_price, &out))
        refuse(p, peer, req->req_id, "Volatility and price of the underlying must be positive");
    else
        data_send_option(p, peer, req->req_id, &out);
}
