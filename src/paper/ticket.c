/* SPDX-License-Identifier: MIT */
#include "paper/ticket.h"

bool ticket_is_live(const struct ticket *t)
{
    return t->end == END_NONE;
}

bool ticket_is_combo(const struct ticket *t)
{
    return t->terms.leg_count > 0;
}

enum rule_moment ticket_moment(const struct ticket *t)
{
    return t->order.tif == TIF_OPG ? MOMENT_OPEN : t->rule->moment;
}

bool ticket_is_extended(const struct ticket *t)
{
    return t->order.outside_rth && t->rule->price == PRICE_LIMIT && ticket_moment(t) == MOMENT_ANY;
}
