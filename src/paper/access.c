/* SPDX-License-Identifier: MIT */
/* Which listing a request for data means, and whether the account may see its data live. */
#include "paper/paper_private.h"

const struct instrument *access_find(struct paper *p, struct paper_peer *peer, int32_t req_id,
                                     const struct wire_contract *c)
{
    int code;
    char text[200];
    const struct instrument *i = check_contract(p->universe, c, &code, text);
    if (i == NULL) {
        peer_error(p, peer, req_id, code, "%s", text);
    } else if (faults_is_delisted(&p->faults, i->contract.con_id)) {
        peer_error(p, peer, req_id, CODE_NO_SECURITY,
                   "No security definition has been found for the request");
        return NULL;
    }
    return i;
}

const struct instrument *access_find_past(struct paper *p, struct paper_peer *peer, int32_t req_id,
                                          const struct wire_contract *c)
{
    const struct instrument *lead =
        str_ieq(c->sec_type, CONTINUOUS) ? universe_lead(p->universe, c) : NULL;
    return lead != NULL ? lead : access_find(p, peer, req_id, c);
}

/* Where a listing is at home; options and futures have no primary exchange. */
static struct str home_of(const struct instrument *i)
{
    const struct contract *c = &i->contract;
    return c->primary_exchange[0] != 0 ? STR_NAME(c->primary_exchange) : STR_NAME(c->exchange);
}

bool access_granted(const struct paper *p, const struct instrument *i)
{
    struct str list = STR_NAME(p->unsubscribed), home = home_of(i);
    for (struct str one; str_cut(&list, ',', &one);)
        if (str_ieq(str_trim(one), home))
            return false;
    return true;
}

struct str access_name(struct paper *p, const struct instrument *i)
{
    struct str home = home_of(i);
    return arena_f(p->arena, STR_FMT " %s", STR_ARG(home), sec_type_text(i->contract.sec_type));
}
