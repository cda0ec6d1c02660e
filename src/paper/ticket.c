/* SPDX-License-Identifier: MIT */
#include "paper/ticket.h"

bool ticket_is_live(const struct ticket *t)
{
    return t->end == END_NONE;
}

bool fill_is_booked(const struct fill *f)
{
    return f->part != FILL_COMBO && f->part != FILL_WHOLE && f->part != FILL_EXERCISE;
}

bool fill_counts(const struct fill *f)
{
    return f->part != FILL_LEG && f->part != FILL_SHARE;
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
