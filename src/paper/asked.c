/* SPDX-License-Identifier: MIT */
/* Whose figures a request is for. */
#include "paper/paper_private.h"

const struct account *asked_account(struct paper *p, struct paper_peer *peer, int32_t req_id,
                                    struct str name)
{
    if (name.n == 0 && p->accounts->count == 1)
        return &p->accounts->items[0];
    const struct account *a = accounts_find(p->accounts, name);
    if (a == NULL && name.n == 0)
        peer_error(p, peer, req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bL' : cause - The account code is required for "
                   "this operation.");
    else if (a == NULL)
        peer_error(p, peer, req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bL' : cause - Invalid account code '" STR_FMT "'.",
                   STR_ARG(str_sub(name, 0, 32)));
    return a;
}

bool asked_is_all(const struct paper *p, struct str name)
{
    return p->accounts->has_advisor && name.n > 0 && str_ends(name, STR("A")) &&
           str_eq(str_sub(name, 0, name.n - 1), STR_NAME(p->accounts->items[0].name));
}

bool asked_accounts(struct paper *p, struct paper_peer *peer, int32_t req_id, struct str name,
                    const struct account **out)
{
    *out = NULL;
    if (p->accounts->count > 1 &&
        (name.n == 0 || str_ieq(name, STR("All")) || asked_is_all(p, name)))
        return true;
    *out = asked_account(p, peer, req_id, name);
    return *out != NULL;
}

bool asked_model(struct paper *p, struct paper_peer *peer, int32_t req_id, struct str model)
{
    if (model.n == 0 || str_ieq(model, STR("Core"))) /* what is in no model: everything */
        return true;
    peer_error(p, peer, req_id, CODE_INVALID_REQUEST,
               "Error validating request.-'bL' : cause - There is no model '" STR_FMT
               "': models are not simulated.",
               STR_ARG(str_sub(model, 0, 32)));
    return false;
}

bool asked_concerns(const struct paper *p, const struct watch *w, const struct account *a)
{
    if (w->group != 0)
        return w->group >> (a - p->accounts->items) & 1;
    return w->account == NULL || w->account == a;
}

void asked_too_many(struct paper *p, struct paper_peer *peer, int32_t req_id)
{
    peer_error(p, peer, req_id, CODE_PROCESSING,
               "Error processing request.-'bR' : cause - Too many subscriptions");
}
