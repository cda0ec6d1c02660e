/* SPDX-License-Identifier: MIT */
/* An advisor's order for a group: how much of it is for whom. */
#include "paper/allocate.h"
#include "paper/check_private.h"

static bool invalid(struct check *out, const char *what, struct str which)
{
    return check_refuse(out, CHECK_REFUSE, CODE_INVALID, INVALID "%s '" STR_FMT "'", what,
                        STR_ARG(str_sub(which, 0, 32)));
}

/* The group that is meant; "All" is every account, which only the order's method can divide. */
static bool find_group(const struct check_world *w, const struct wire_order *o, struct group *g,
                       struct check *out)
{
    const struct group *named = groups_find(w->groups, o->fa_group);
    if (named != NULL)
        *g = *named;
    else if (!str_ieq(o->fa_group, STR("All")))
        return invalid(out, "there is no allocation group", o->fa_group);
    enum group_method method = g->method;
    if (o->fa_method.n > 0 && !group_method_parse(o->fa_method, &method))
        return invalid(out, "the paper exchange does not simulate the allocation method",
                       o->fa_method);
    if (group_method_has_amounts(method) && (named == NULL || method != named->method))
        return invalid(out, "the group states no amounts for the allocation method", o->fa_method);
    g->method = method;
    for (size_t i = 1; named == NULL && i < w->accounts->count; i++)
        g->accounts[g->count++] = i;
    return true;
}

/* Equity counts in whole units of the base currency, amounts in ten-thousandths. */
static int64_t weight_of(const struct check_world *w, const struct group *g, size_t i)
{
    if (g->method == GROUP_EQUAL)
        return 1;
    int64_t whole = 0;
    struct dec v = dec_times(g->amounts[i], 10000);
    if (!group_method_has_amounts(g->method)) {
        struct balance b;
        const struct account *a = &w->accounts->items[g->accounts[i]];
        balance_compute(a, w->feed, w->now_ns / NS_PER_S, &b);
        v = dec_round_to(g->method == GROUP_NET_LIQ ? b.total.net : b.equity, DEC(1), DEC_DOWN);
    }
    (void)dec_to_i64(v, &whole);
    return whole < 0 ? 0 : whole > ALLOCATE_WEIGHT_MOST ? ALLOCATE_WEIGHT_MOST : whole;
}

static bool divide(const struct check_world *w, const struct group *g, int64_t total,
                   struct check *out)
{
    struct ticket_terms *m = &out->draft.terms;
    int64_t weights[ACCOUNTS_MAX], parts[ACCOUNTS_MAX], sum = 0;
    for (size_t i = 0; i < g->count; i++)
        sum += weights[i] = weight_of(w, g, i);
    if (sum == 0)
        return check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                            "Order rejected - reason:No account of the group has equity");
    if (g->method == GROUP_SHARES && sum != total * 10000)
        return check_refuse(out, CHECK_REJECT, CODE_REJECTED,
                            "Order rejected - reason:The order's size is not the sum of the "
                            "shares that the group states");
    allocate(total, weights, g->count, parts);
    m->share_count = g->count;
    for (size_t i = 0; i < g->count; i++)
        m->shares[i] =
            (struct ticket_share){.account = (int32_t)g->accounts[i], .quantity = dec_of(parts[i])};
    return true;
}

/* What was divided stays so: only prices and times of the order may change. */
static bool keep_shares(const struct ticket *old, struct check *out)
{
    struct ticket_terms *m = &out->draft.terms;
    if (!str_eq(STR_NAME(m->group), STR_NAME(old->terms.group)) ||
        !dec_eq(out->draft.order.quantity, old->order.quantity))
        return check_refuse(out, CHECK_REFUSE, CODE_MODIFY_MISMATCH,
                            "Order being modified does not match original order");
    m->share_count = old->terms.share_count;
    for (size_t i = 0; i < m->share_count; i++)
        m->shares[i] = old->terms.shares[i];
    str_copy_cut(m->group_method, sizeof m->group_method, STR_NAME(old->terms.group_method));
    return true;
}

bool check_group(const struct check_world *w, const struct wire_order *o, struct check *out)
{
    struct ticket *t = &out->draft;
    struct group g = {0};
    int64_t total;
    if (o->fa_group.n == 0)
        return out->existing == NULL || out->existing->terms.share_count == 0 ||
               keep_shares(out->existing, out);
    if (ticket_is_combo(t) || t->terms.cash_qty.has || !dec_to_i64(t->order.quantity, &total) ||
        !dec_is_multiple(t->order.quantity, DEC(1)))
        return invalid(out, "combinations, fractions and cash quantities cannot be divided in",
                       o->fa_group);
    for (size_t i = 0; i < t->terms.condition_count; i++)
        if (t->terms.conditions[i].type == WIRE_CONDITION_MARGIN ||
            t->terms.conditions[i].type == WIRE_CONDITION_EXECUTION)
            return invalid(out, "conditions of one account cannot hold for the group", o->fa_group);
    str_copy_cut(t->terms.group, sizeof t->terms.group, o->fa_group);
    if (out->existing != NULL)
        return keep_shares(out->existing, out);
    if (!find_group(w, o, &g, out))
        return false;
    str_copy_cut(t->terms.group_method, sizeof t->terms.group_method,
                 str_of(group_method_text(g.method)));
    return divide(w, &g, total, out);
}
