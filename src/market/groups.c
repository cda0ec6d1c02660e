/* SPDX-License-Identifier: MIT */
#include "market/groups.h"

#include <math.h>

static bool bad(struct error *e, const char *what, struct str text)
{
    error_set(e, ERROR_INVALID, "BAD_GROUP", "%s: '" STR_FMT "'", what,
              STR_ARG(str_sub(text, 0, 60)));
    return error_next(e, "write groups as name=SYMBOL|SYMBOL, separated by commas");
}

static bool take_member(struct str text, struct group *g, struct error *e)
{
    struct group_member m = {.symbol = text, .weight = 1};
    size_t star = text.n;
    while (star > 0 && text.p[star - 1] != '*')
        star--;
    if (star > 0) {
        m.symbol = str_trim(str_sub(text, 0, star - 1));
        if (!str_to_double(str_trim(str_sub(text, star, text.n)), &m.weight) ||
            !isfinite(m.weight) || m.weight <= 0)
            return bad(e, "a weight is a number above zero", text);
    }
    if (!m.symbol.n)
        return bad(e, "a member of a group has no symbol", text);
    if (g->n == GROUP_MEMBERS_MAX)
        return bad(e, "a group has too many members", g->name);
    g->members[g->n++] = m;
    return true;
}

bool group_next(struct str *text, struct group *out, struct error *e)
{
    struct str one, name, member;
    *e = (struct error){0};
    do {
        if (!str_cut(text, ',', &one))
            return false;
        one = str_trim(one);
    } while (!one.n);
    struct str members = one;
    (void)str_cut(&members, '=', &name);
    *out = (struct group){.name = str_trim(name)};
    if (!out->name.n || out->name.n > GROUP_NAME_MAX || name.n == one.n)
        return bad(e, "a group has no name, a long one or no members", one);
    while (str_cut(&members, '|', &member))
        if (!take_member(str_trim(member), out, e))
            return false;
    return out->n || bad(e, "a group has no members", one);
}

bool groups_check(struct str text, struct error *e)
{
    struct group g, other;
    while (group_next(&text, &g, e)) {
        struct str rest = text;
        while (group_next(&rest, &other, e))
            if (str_ieq(other.name, g.name))
                return bad(e, "two groups have one name", g.name);
        if (e->code != ERROR_NONE)
            return false;
    }
    return e->code == ERROR_NONE;
}

/* Where the last part of the name begins. */
static size_t last_part(struct str name)
{
    size_t at = name.n;
    while (at > 0 && name.p[at - 1] != '/')
        at--;
    return at;
}

struct str group_last_name(const struct group *g)
{
    return str_sub(g->name, last_part(g->name), g->name.n);
}

/* The family's name itself, in the singular, or as an adjective: regions, region, regional. */
static bool is_family(struct str family, struct str name)
{
    struct str stem = family;
    if (family.n > 1 && (family.p[family.n - 1] == 's' || family.p[family.n - 1] == 'S'))
        stem.n--;
    return str_ieq(name, family) || str_ieq(name, stem) ||
           (str_ieq(str_sub(name, 0, stem.n), stem) &&
            str_ieq(str_sub(name, stem.n, name.n), STR("al")));
}

bool group_answers_to(const struct group *g, struct str name)
{
    size_t at = last_part(g->name);
    return name.n && (str_ieq(g->name, name) || str_ieq(group_last_name(g), name) ||
                      (at > 1 && is_family(str_sub(g->name, 0, at - 1), name)));
}
