/* SPDX-License-Identifier: MIT */
#include "paper/groups.h"

#include <stdio.h>

enum { DEPTH_MAX = 8 };
#define AMOUNT_MOST DEC(1000000)
#define AMOUNT_STEP DEC_MICRO(100)
#define HEAD        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

/* ---- methods ---- */
/* The first name of a method is the one that is told. */
static const struct {
    const char *name;
    enum group_method method;
} methods[] = {
    {"Equal", GROUP_EQUAL},    {"EqualQuantity", GROUP_EQUAL},
    {"NetLiq", GROUP_NET_LIQ}, {"AvailableEquity", GROUP_AVAILABLE_EQUITY},
    {"Ratio", GROUP_RATIO},    {"ContractsOrShares", GROUP_SHARES},
    {"Shares", GROUP_SHARES},  {"Percent", GROUP_PERCENT},
};

bool group_method_parse(struct str word, enum group_method *out)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (str_eq(word, str_of(methods[i].name))) {
            *out = methods[i].method;
            return true;
        }
    return false;
}

const char *group_method_text(enum group_method m)
{
    size_t i = 0;
    while (methods[i].method != m)
        i++;
    return methods[i].name;
}

bool group_method_has_amounts(enum group_method m)
{
    return m >= GROUP_RATIO;
}

const struct group *groups_find(const struct groups *g, struct str name)
{
    for (size_t i = 0; i < g->count; i++)
        if (str_eq(STR_NAME(g->items[i].name), name))
            return &g->items[i];
    return NULL;
}

/* ---- tags ---- */
struct tag {
    struct str name, text; /* the text that stands before it */
    bool opens, closes;    /* both: <name/> */
};

/* Cuts the next tag off; false at the end. A tag without a name is malformed. */
static bool next_tag(struct str *rest, struct tag *out)
{
    for (;;) {
        size_t at = str_find(*rest, '<', 0);
        if (at >= rest->n)
            return false;
        struct str inside = str_sub(*rest, at + 1, rest->n);
        bool is_comment = str_starts(inside, STR("!--"));
        size_t end = is_comment ? str_find_str(inside, STR("-->")) : str_find(inside, '>', 0);
        *out = (struct tag){.text = str_trim(str_sub(*rest, 0, at))};
        *rest = str_sub(inside, end + (is_comment ? 3 : 1), inside.n);
        if (end >= inside.n)
            return true;
        if (is_comment || str_starts(inside, STR("?")))
            continue;
        inside = str_sub(inside, 0, end);
        bool is_end = str_starts(inside, STR("/")), is_empty = str_ends(inside, STR("/"));
        inside = str_sub(inside, is_end, is_empty && inside.n > 1 ? inside.n - 1 : inside.n);
        size_t n = 0; /* attributes say nothing that is needed */
        while (n < inside.n && (unsigned char)inside.p[n] > ' ')
            n++;
        out->name = str_sub(inside, 0, n);
        out->opens = !is_end;
        out->closes = is_end || is_empty;
        return true;
    }
}

/* ---- reading ---- */
struct reader {
    struct groups *g;
    const struct accounts *accounts;
    enum groups_kind kind;
    struct group group;
    struct str account, amount, alias;
    bool has_method;
    char *why;
};

static bool wrong(struct reader *r, const char *what, struct str which)
{
    snprintf(r->why, 160, "%s '" STR_FMT "'", what, STR_ARG(str_sub(which, 0, 40)));
    return false;
}

/* What can stand in a name: what needs no escape in XML nor in a record. */
static bool is_name(struct str s, size_t room)
{
    bool ok = s.n > 0 && s.n < room;
    for (size_t i = 0; i < s.n && ok; i++)
        ok = s.p[i] >= ' ' && s.p[i] < 127 && str_find(STR("<>&\"'|%"), s.p[i], 0) == 7;
    return ok;
}

/* The number of a client's account; the advisor's own is none. */
static bool find_account(struct reader *r, struct str name, size_t *out)
{
    for (*out = 1; *out < r->accounts->count; ++*out)
        if (str_eq(STR_NAME(r->accounts->items[*out].name), name))
            return true;
    return wrong(r, "there is no account", name);
}

static bool end_account(struct reader *r)
{
    struct group *g = &r->group;
    size_t which;
    struct dec amount = DEC_ZERO;
    if (!find_account(r, r->account, &which))
        return false;
    for (size_t i = 0; i < g->count; i++)
        if (g->accounts[i] == which)
            return wrong(r, "a group has twice the account", r->account);
    if (r->amount.n > 0 && (!dec_parse(r->amount, &amount) || dec_sign(amount) < 0 ||
                            dec_gt(amount, AMOUNT_MOST) || !dec_is_multiple(amount, AMOUNT_STEP)))
        return wrong(r, "not an amount of up to 1000000 with four decimals:", r->amount);
    g->accounts[g->count] = which; /* at most as many as there are accounts */
    g->amounts[g->count++] = amount;
    r->account = r->amount = STR("");
    return true;
}

static bool check_amounts(struct reader *r)
{
    const struct group *g = &r->group;
    struct dec sum = DEC_ZERO;
    for (size_t i = 0; i < g->count; i++) {
        if (dec_sign(g->amounts[i]) <= 0)
            return wrong(r, "an account has no amount in the group", STR_NAME(g->name));
        if (g->method == GROUP_SHARES && !dec_is_multiple(g->amounts[i], DEC(1)))
            return wrong(r, "shares must be whole in the group", STR_NAME(g->name));
        sum = dec_plus(sum, g->amounts[i]);
    }
    return g->method != GROUP_PERCENT || dec_eq(sum, DEC(100)) ||
           wrong(r, "the percentages do not add up to 100 in the group", STR_NAME(g->name));
}

static bool end_group(struct reader *r)
{
    const struct group *g = &r->group;
    struct str name = STR_NAME(g->name);
    if (name.n == 0 || g->count == 0 || !r->has_method)
        return wrong(r, "name, method or accounts are missing in the group", name);
    if (groups_find(r->g, name) != NULL || str_ieq(name, STR("All")))
        return wrong(r, "the name is taken:", name);
    if (r->g->count == GROUPS_MAX)
        return wrong(r, "too many groups at", name);
    if (group_method_has_amounts(g->method) && !check_amounts(r))
        return false;
    r->g->items[r->g->count++] = *g;
    return true;
}

static bool end_alias(struct reader *r)
{
    size_t which;
    if (str_eq(r->account, STR_NAME(r->accounts->items[0].name)))
        which = 0;
    else if (!find_account(r, r->account, &which))
        return false;
    if (!is_name(r->alias, GROUP_ALIAS_MAX))
        return wrong(r, "not a usable alias:", r->alias);
    str_copy_cut(r->g->aliases[which], GROUP_ALIAS_MAX, r->alias);
    r->account = r->alias = STR("");
    return true;
}

static bool end_of_groups(struct reader *r, struct str name, struct str text)
{
    if (str_eq(name, STR("name"))) {
        str_copy_cut(r->group.name, sizeof r->group.name, text);
        return is_name(text, GROUP_NAME_MAX) || wrong(r, "not a usable name:", text);
    }
    if (str_eq(name, STR("defaultMethod"))) {
        r->has_method = group_method_parse(text, &r->group.method);
        return r->has_method || wrong(r, "the paper exchange does not simulate the method", text);
    }
    if (str_eq(name, STR("acct")) || str_eq(name, STR("String")))
        r->account = text;
    if (str_eq(name, STR("amount")))
        r->amount = text;
    if (str_eq(name, STR("Account")) || str_eq(name, STR("String")))
        return end_account(r);
    return !str_eq(name, STR("Group")) || end_group(r);
}

static bool end_of_aliases(struct reader *r, struct str name, struct str text)
{
    if (str_eq(name, STR("account")))
        r->account = text;
    if (str_eq(name, STR("alias")))
        r->alias = text;
    return !str_eq(name, STR("AccountAlias")) || end_alias(r);
}

static const char *root_of(enum groups_kind kind)
{
    return kind == GROUPS_ALIASES ? "ListOfAccountAliases" : "ListOfGroups";
}

static bool read_tags(struct reader *r, struct str rest)
{
    struct str open[DEPTH_MAX];
    size_t depth = 0, roots = 0;
    for (struct tag t; next_tag(&rest, &t);) {
        bool is_root = depth == 0;
        if (t.name.n == 0 || (t.opens && depth == DEPTH_MAX) ||
            (t.opens && is_root && (!str_eq(t.name, str_of(root_of(r->kind))) || roots++ > 0)))
            return wrong(r, "malformed XML near", t.name);
        if (t.opens) {
            open[depth++] = t.name;
            if (depth == 2 && r->kind == GROUPS_OF_ACCOUNTS) {
                r->group = (struct group){0};
                r->has_method = false;
            }
        }
        if (!t.closes)
            continue;
        if (depth == 0 || !str_eq(open[--depth], t.name))
            return wrong(r, "malformed XML near", t.name);
        struct str text = t.opens ? STR("") : t.text;
        if (!(r->kind == GROUPS_ALIASES ? end_of_aliases : end_of_groups)(r, t.name, text))
            return false;
    }
    return (depth == 0 && roots == 1) ||
           wrong(r, "malformed XML: no whole", str_of(root_of(r->kind)));
}

bool groups_take(struct groups *g, const struct accounts *a, enum groups_kind kind, struct str xml,
                 char why[160])
{
    struct groups next = *g;
    struct reader r = {.g = &next,
                       .accounts = a,
                       .kind = kind,
                       .account = STR(""),
                       .amount = STR(""),
                       .alias = STR(""),
                       .why = why};
    if (kind == GROUPS_ALIASES)
        for (size_t i = 0; i < ACCOUNTS_MAX; i++)
            next.aliases[i][0] = 0;
    else
        next.count = 0;
    if (!read_tags(&r, xml))
        return false;
    struct buf room; /* a record must be able to hold it */
    buf_init(&room, GROUPS_XML_MAX - 1);
    groups_write(&next, a, kind, &room);
    bool fits = !room.failed;
    buf_fini(&room);
    if (!fits)
        return wrong(&r, "too long:", str_of(root_of(kind)));
    *g = next;
    return true;
}

/* ---- writing ---- */
static void write_group(const struct group *g, const struct accounts *a, struct buf *out)
{
    buf_add_f(out, "<Group><name>%s</name><ListOfAccts varName=\"list\">", g->name);
    for (size_t i = 0; i < g->count; i++) {
        const char *name = a->items[g->accounts[i]].name;
        char amount[DEC_TEXT_MAX];
        dec_format(g->amounts[i], amount);
        if (group_method_has_amounts(g->method))
            buf_add_f(out, "<Account><acct>%s</acct><amount>%s</amount></Account>", name, amount);
        else
            buf_add_f(out, "<String>%s</String>", name);
    }
    buf_add_f(out, "</ListOfAccts><defaultMethod>%s</defaultMethod></Group>",
              group_method_text(g->method));
}

void groups_write(const struct groups *g, const struct accounts *a, enum groups_kind kind,
                  struct buf *out)
{
    buf_add_f(out, HEAD "<%s>", root_of(kind));
    for (size_t i = 0; i < g->count && kind == GROUPS_OF_ACCOUNTS; i++)
        write_group(&g->items[i], a, out);
    for (size_t i = 0; i < a->count && kind == GROUPS_ALIASES; i++) {
        const char *alias = g->aliases[i][0] != 0 ? g->aliases[i] : a->items[i].name;
        buf_add_f(out, "<AccountAlias><account>%s</account><alias>%s</alias></AccountAlias>",
                  a->items[i].name, alias);
    }
    buf_add_f(out, "</%s>", root_of(kind));
}
