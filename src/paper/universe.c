/* SPDX-License-Identifier: MIT */
#include "paper/universe_private.h"

#include "base/alloc.h"
#include "paper/steps.h"

#include <assert.h>
#include <string.h>

/* ---- life ---- */
struct universe *universe_new(struct str csv_text, struct error *e)
{
    struct universe *u = xcalloc(1, sizeof *u);
    u->items = xcalloc(UNIVERSE_ROWS_MAX, sizeof *u->items);
    u->by_id = map_new(UNIVERSE_ROWS_MAX);
    u->derived = xcalloc(1, sizeof *u->derived);
    u->derived->by_id = map_new(DERIVED_MAX);
    if (!universe_parse(u, csv_text, e)) {
        universe_free(u);
        return NULL;
    }
    derived_open(u);
    return u;
}

void universe_free(struct universe *u)
{
    if (u == NULL)
        return;
    for (size_t i = 0; i * DERIVED_BLOCK < u->derived->n; i++)
        xfree(u->derived->blocks[i]);
    map_free(u->derived->by_id);
    xfree(u->derived);
    map_free(u->by_id);
    xfree(u->items);
    xfree(u);
}

void universe_today(struct universe *u, int64_t utc_s)
{
    u->today_s = utc_s;
}

/* ---- by place and id ---- */
size_t universe_count(const struct universe *u)
{
    return u->n;
}

const struct instrument *universe_at(const struct universe *u, size_t index)
{
    assert(index < u->n);
    return &u->items[index];
}

static const struct instrument *remember(const struct universe *u, const struct instrument *made)
{
    struct derived *d = u->derived;
    if (d->n == DERIVED_MAX)
        return NULL;
    struct instrument **block = &d->blocks[d->n / DERIVED_BLOCK];
    if (*block == NULL)
        *block = xcalloc(DERIVED_BLOCK, sizeof **block);
    struct instrument *i = &(*block)[d->n % DERIVED_BLOCK];
    *i = *made;
    i->index = u->n + d->n++;
    map_put(d->by_id, i->contract.con_id, i);
    return i;
}

const struct instrument *universe_find(const struct universe *u, int32_t con_id)
{
    struct instrument made;
    if (con_id < CHAINS_ID_MIN)
        return map_get(u->by_id, con_id);
    const struct instrument *known = map_get(u->derived->by_id, con_id);
    if (known != NULL)
        return known;
    return derived_make(u, con_id, &made) ? remember(u, &made) : NULL;
}

/* ---- by description ---- */
/* NASDAQ is called ISLAND in many places of the broker's interface. */
static struct str exchange_alias(struct str exchange)
{
    return str_ieq(exchange, STR("NASDAQ")) ? STR("ISLAND") : exchange;
}

bool instrument_has_exchange(const struct instrument *i, struct str exchange)
{
    struct str list = STR_NAME(i->exchanges);
    for (struct str one; str_cut(&list, ',', &one);)
        if (str_ieq(exchange_alias(one), exchange_alias(exchange)))
            return true;
    return false;
}

static bool fits(struct str given, const char *have)
{
    return given.n == 0 || str_ieq(given, str_of(have));
}

static bool id_fits(const struct instrument *i, const struct wire_contract *q)
{
    if (q->sec_id_type.n == 0 && q->sec_id.n == 0)
        return true;
    struct str isin = STR_NAME(i->isin);
    bool is_american = str_starts(isin, STR("US")) || str_starts(isin, STR("CA"));
    if (str_ieq(q->sec_id_type, STR("CUSIP"))) /* country, CUSIP, check digit */
        return is_american && str_ieq(q->sec_id, str_sub(isin, 2, 11));
    return str_ieq(q->sec_id_type, STR("ISIN")) && isin.n > 0 && str_ieq(q->sec_id, isin);
}

bool universe_fits(const struct instrument *i, const struct wire_contract *q)
{
    const struct contract *c = &i->contract;
    if (q->exchange.n > 0 && !instrument_has_exchange(i, q->exchange))
        return false;
    if (q->con_id > 0)
        return q->con_id == c->con_id;
    bool named = q->symbol.n > 0 || q->local_symbol.n > 0 || q->sec_id.n > 0;
    return named && str_ieq(q->sec_type, str_of(sec_type_text(c->sec_type))) &&
           fits(q->symbol, c->symbol) && fits(q->local_symbol, c->local_symbol) &&
           fits(q->currency, c->currency) && fits(q->trading_class, c->trading_class) &&
           (q->primary_exchange.n == 0 || str_ieq(exchange_alias(q->primary_exchange),
                                                  exchange_alias(STR_NAME(c->primary_exchange)))) &&
           id_fits(i, q);
}

static bool each_row(const struct universe *u, const struct wire_contract *q, universe_visit *visit,
                     void *self)
{
    for (size_t i = 0; i < u->n; i++)
        if (universe_fits(&u->items[i], q) && !visit(self, &u->items[i]))
            return false;
    return true;
}

void universe_each(const struct universe *u, const struct wire_contract *q, universe_visit *visit,
                   void *self)
{
    const struct instrument *one;
    if (q->con_id > 0) { /* an id decides alone */
        one = universe_find(u, q->con_id);
        if (one != NULL && universe_fits(one, q))
            visit(self, one);
    } else if (each_row(u, q, visit, self)) {
        derived_each(u, q, visit, self);
    }
}

struct matches {
    const struct universe *u;
    const struct instrument **out;
    size_t n, derived;
};

static bool take_match(void *self, const struct instrument *i)
{
    struct matches *m = self;
    if (i->is_derived) { /* what is visited does not last: take the remembered one */
        i = universe_find(m->u, i->contract.con_id);
        m->derived++;
    }
    if (i != NULL)
        m->out[m->n++] = i;
    return m->n < UNIVERSE_MATCHES_MAX && m->derived < 2;
}

size_t universe_match(const struct universe *u, const struct wire_contract *query,
                      const struct instrument *out[UNIVERSE_MATCHES_MAX])
{
    struct matches m = {.u = u, .out = out};
    universe_each(u, query, take_match, &m);
    return m.n;
}

const struct instrument *universe_lead(const struct universe *u, const struct wire_contract *query)
{
    const struct instrument *found[UNIVERSE_MATCHES_MAX];
    struct wire_contract q = *query;
    q.sec_type = str_of(sec_type_text(SEC_FUT));
    q.last_trade_date = STR_NONE;
    q.include_expired = false;
    /* the first two suffice: a chain's contracts are visited by expiry */
    return universe_match(u, &q, found) > 0 && found[0]->contract.sec_type == SEC_FUT ? found[0]
                                                                                      : NULL;
}

static bool istarts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_ieq(str_sub(s, 0, prefix.n), prefix);
}

static bool name_has(const struct instrument *i, struct str pattern)
{
    struct str rest = STR_NAME(i->name);
    for (size_t at = 0; at < rest.n; at = str_find(rest, ' ', at) + 1)
        if (istarts(str_sub(rest, at, rest.n), pattern))
            return true;
    return false;
}

size_t universe_search(const struct universe *u, struct str pattern, const struct instrument *out[],
                       size_t max)
{
    size_t n = 0;
    pattern = str_trim(pattern);
    if (pattern.n == 0)
        return 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < u->n && n < max; i++) {
            const struct instrument *one = &u->items[i];
            bool by_symbol = istarts(STR_NAME(one->contract.symbol), pattern);
            if (pass == 0 ? by_symbol : !by_symbol && name_has(one, pattern))
                out[n++] = one;
        }
    return n;
}

const struct instrument *universe_pair(const struct universe *u, struct str base, struct str quote)
{
    for (size_t i = 0; i < u->n; i++) {
        const struct contract *c = &u->items[i].contract;
        if (c->sec_type == SEC_CASH && str_eq(STR_NAME(c->symbol), base) &&
            str_eq(STR_NAME(c->currency), quote))
            return &u->items[i];
    }
    return NULL;
}

struct str instrument_detail(const struct instrument *i, struct str key)
{
    struct str rest = STR_NAME(i->detail);
    for (struct str one; str_cut(&rest, ';', &one);) {
        size_t at = str_find(one, '=', 0);
        if (at < one.n && str_eq(str_sub(one, 0, at), key))
            return str_sub(one, at + 1, one.n);
    }
    return STR_NONE;
}

struct dec instrument_step(const struct instrument *i, struct dec price)
{
    return steps_at(i->rule, price);
}
