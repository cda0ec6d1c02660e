/* SPDX-License-Identifier: MIT */
#include "ops/suggest.h"

#include "ops/guide.h"

#include <stdio.h>
#include <string.h>

struct search {
    const struct core *core;
    struct str only;          /* the one account that may be seen, STR_NONE: all */
    struct str before, typed; /* what stands already, and what is completed */
    struct arena *arena;
    struct suggested *out;
};

static bool begins_with(struct str text, struct str typed)
{
    return text.n >= typed.n && str_ieq(str_sub(text, 0, typed.n), typed);
}

static bool is_known(const struct search *s, struct str value)
{
    for (size_t i = 0; i < s->out->n; i++)
        if (str_eq(str_sub(s->out->values[i], s->before.n, s->out->values[i].n), value))
            return true;
    return false;
}

static void offer(struct search *s, struct str value)
{
    struct suggested *out = s->out;
    if (!value.n || !begins_with(value, s->typed) || is_known(s, value))
        return;
    out->total++;
    if (out->n < SUGGEST_MAX)
        out->values[out->n++] =
            arena_f(s->arena, STR_FMT STR_FMT, STR_ARG(s->before), STR_ARG(value));
}

/* ---- where values are found ---- */

static void offer_contract(struct search *s, const struct contract *k)
{
    char name[160];
    offer(s, str_of(contract_name(k, name, sizeof name)));
}

static void symbols(struct search *s)
{
    const struct position *p;
    const struct book_order *o;
    const struct watchlist *list;
    const struct book *book = s->core->book;
    for (size_t i = 0; book && book_next_position(book, &i, s->only, &p);)
        if (!dec_is_zero(p->quantity))
            offer_contract(s, &p->contract);
    for (size_t i = 0; book && book_next_order(book, &i, s->only, &o);)
        if (order_state_is_working(o->status.state))
            offer_contract(s, &o->order.contract);
    for (size_t i = 0; s->core->watchlists && (list = watchlists_at(s->core->watchlists, i)); i++)
        for (size_t k = 0; k < list->count; k++)
            offer(s, STR_NAME(list->entries[k].name));
}

static void accounts(struct search *s)
{
    const struct book *book = s->core->book;
    for (size_t i = 0; book && i < book_account_count(book); i++) {
        struct str account = str_of(book_account(book, i));
        if (!s->only.n || str_eq(account, s->only))
            offer(s, account);
    }
}

static void lists(struct search *s)
{
    const struct watchlist *list;
    for (size_t i = 0; s->core->watchlists && (list = watchlists_at(s->core->watchlists, i)); i++)
        offer(s, STR_NAME(list->name));
}

static void orders(struct search *s)
{
    const struct book_order *o;
    const struct book *book = s->core->book;
    char text[24];
    for (size_t i = 0; book && book_next_order(book, &i, s->only, &o);) {
        if (!order_state_is_working(o->status.state))
            continue;
        (void)snprintf(text, sizeof text, "%d", o->order.order_id);
        offer(s, str_of(text));
    }
}

static void currencies(struct search *s)
{
    static const char *const major[] = {"USD", "EUR", "GBP", "CHF", "JPY",
                                        "CAD", "AUD", "HKD", "SEK", "NOK"};
    const struct position *p;
    for (size_t i = 0; s->core->book && book_next_position(s->core->book, &i, s->only, &p);)
        offer(s, STR_NAME(p->contract.currency));
    for (size_t i = 0; i < sizeof major / sizeof major[0]; i++)
        offer(s, str_of(major[i]));
}

static void topics(struct search *s)
{
    const struct op *op;
    for (const struct guide *g = guides; g->name; g++)
        offer(s, str_of(g->name));
    for (size_t i = 0; (op = op_next(&i));)
        offer(s, str_of(op->name));
}

static void periods(struct search *s)
{
    static const char *const words[] = {"day", "week", "month", "quarter", "year"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        offer(s, str_of(words[i]));
}

/* ---- by the name of the argument ---- */

static const struct {
    const char *argument;
    bool is_list;
    void (*find)(struct search *s);
} kinds[] = {
    {"symbols", true, symbols},    {"symbol", false, symbols},
    {"benchmark", false, symbols}, {"account", false, accounts},
    {"list", false, lists},        {"name", false, lists},
    {"order_id", false, orders},   {"currency", false, currencies},
    {"period", false, periods},    {"tool_or_category", false, topics},
};

void suggest(const struct core *core, const struct principal *who, struct str argument,
             struct str typed, struct arena *arena, struct suggested *out)
{
    struct search s = {.core = core, .only = STR_NAME(who->only_account), .arena = arena};
    out->n = out->total = 0;
    s.out = out;
    if (!s.only.n)
        s.only = STR_NONE;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!str_eq(argument, str_of(kinds[i].argument)))
            continue;
        size_t at = 0;
        for (size_t k = 0; kinds[i].is_list && k < typed.n; k++)
            if (typed.p[k] == ',')
                at = k + 1;
        while (at < typed.n && kinds[i].is_list && typed.p[at] == ' ')
            at++;
        s.before = str_sub(typed, 0, at);
        s.typed = str_sub(typed, at, typed.n);
        kinds[i].find(&s);
        return;
    }
}
