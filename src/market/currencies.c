/* SPDX-License-Identifier: MIT */
/*
 * currencies: how a rate is found.
 *
 * Three ways are tried one after the other, each for all rates that the ways before left open: the
 * pair itself, a cross over USD, a cross over EUR. For each way the pairs that might serve are
 * gathered, the unknown ones asked for in one batch of contract questions, and the known ones
 * quoted together. Which pairs exist changes hardly ever, so that answer is kept for the life of
 * the program.
 */
#include "market/currencies.h"

#include "base/alloc.h"
#include "base/map.h"
#include "broker/query.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { PAIRS_MAX = 2048, QUOTE_WAIT_MS = 3000, LEARN_ROUNDS = 2 };

/* What is known about one pair; con_id 0 once the broker has said that there is none. */
struct pair {
    struct contract contract;
};

/* The ways, in the order in which they are tried. NULL: the pair itself. */
static const struct way {
    const char *hub;
    enum rate_method method;
} WAYS[] = {{NULL, RATE_DIRECT}, {"USD", RATE_CROSS_USD}, {"EUR", RATE_CROSS_EUR}};
enum { WAY_COUNT = sizeof WAYS / sizeof WAYS[0], CANDIDATES_MAX = 2 + 2 * 4 };

struct currencies {
    struct session *session;
    struct quotes *quotes;
    const struct book *book;
    struct map *pairs; /* "EURUSD" -> struct pair, owned */
};

const char *rate_method_text(enum rate_method m)
{
    static const char *const names[] = {
        [RATE_SAME] = "same_currency",      [RATE_DIRECT] = "direct",
        [RATE_INVERSE] = "inverse",         [RATE_CROSS_USD] = "cross_via_usd",
        [RATE_CROSS_EUR] = "cross_via_eur", [RATE_ACCOUNT] = "account_rate",
    };
    return names[m];
}

struct currencies *currencies_new(struct session *session, struct quotes *quotes,
                                  const struct book *book)
{
    struct currencies *c = xcalloc(1, sizeof *c);
    c->session = session;
    c->quotes = quotes;
    c->book = book;
    c->pairs = map_new(PAIRS_MAX);
    return c;
}

void currencies_free(struct currencies *c)
{
    if (!c)
        return;
    void *pair;
    for (size_t i = 0; map_next(c->pairs, &i, &pair);)
        xfree(pair);
    map_free(c->pairs);
    xfree(c);
}

/* ---- conversion ---- */

static bool through(const struct rate_leg *leg, struct dec amount, struct dec *out)
{
    return leg->is_inverse ? dec_div(amount, leg->mid, out) : dec_mul(amount, leg->mid, out);
}

bool rate_convert(const struct rate *r, struct dec amount, struct dec *out)
{
    assert(r->error.code == ERROR_NONE);
    if (!dec_mul(amount, r->unit, out))
        return false;
    for (size_t i = 0; i < r->leg_count; i++)
        if (!through(&r->legs[i], *out, out))
            return false;
    return true;
}

struct opt_dec rate_at(const struct rate *r, const struct opt_dec prices[RATE_LEGS_MAX])
{
    struct dec v = r->unit;
    for (size_t i = 0; i < r->leg_count; i++) {
        struct rate_leg leg = r->legs[i];
        leg.mid = prices[i].v;
        if (!prices[i].has || dec_sign(leg.mid) <= 0 || !through(&leg, v, &v))
            return DEC_NONE;
    }
    return DEC_SOME(v);
}

/* ---- the work of one call ---- */

/* A pair that may serve. */
struct candidate {
    char base[CURRENCY_MAX], quote[CURRENCY_MAX];
    const struct pair *pair;     /* NULL until known */
    struct quote_answer *answer; /* NULL until quoted */
    bool is_needed;              /* by the present way, both of whose legs exist */
};

struct work {
    struct candidate *items;
    size_t n, room;
    struct wanted *wanted;
    size_t wanted_count;
};

/* A rate that is looked for: by the currencies proper. */
struct wanted {
    struct rate *rate;      /* what is looked for ... */
    struct rate_path *path; /* ... or this */
    char from[CURRENCY_MAX], to[CURRENCY_MAX];
    bool is_found;
};

static struct work work_new(struct task *t, size_t n)
{
    struct arena *a = task_arena(t);
    return (struct work){.items = ARENA_MANY(a, struct candidate, n * CANDIDATES_MAX),
                         .room = n * CANDIDATES_MAX,
                         .wanted = ARENA_MANY(a, struct wanted, n)};
}

static struct str pair_key(const struct candidate *c, char key[2 * CURRENCY_MAX])
{
    size_t base = strlen(c->base), quote = strlen(c->quote);
    memcpy(key, c->base, base);
    memcpy(key + base, c->quote, quote);
    return (struct str){key, base + quote};
}

static struct candidate *find(const struct work *w, const char *base, const char *quote)
{
    for (size_t i = 0; i < w->n; i++)
        if (strcmp(w->items[i].base, base) == 0 && strcmp(w->items[i].quote, quote) == 0)
            return &w->items[i];
    return NULL;
}

static struct candidate *candidate(struct currencies *all, struct work *w, const char *base,
                                   const char *quote)
{
    char key[2 * CURRENCY_MAX];
    struct candidate *c = find(w, base, quote);
    if (c)
        return c;
    assert(w->n < w->room);
    c = &w->items[w->n++];
    *c = (struct candidate){0};
    (void)str_copy(c->base, sizeof c->base, str_of(base));
    (void)str_copy(c->quote, sizeof c->quote, str_of(quote));
    c->pair = map_get_str(all->pairs, pair_key(c, key));
    return c;
}

static bool is_traded(const struct candidate *c)
{
    return c && c->pair && c->pair->contract.con_id;
}

/* The pair of two currencies in whichever direction it exists; NULL if it is not known to. */
static struct candidate *traded(const struct work *w, const char *a, const char *b)
{
    struct candidate *there = find(w, a, b), *back = find(w, b, a);
    return is_traded(there) ? there : is_traded(back) ? back : NULL;
}

/* Gathers a pair: the way round it is usually quoted, and the other one if that does not exist. */
static void gather(struct currencies *all, struct work *w, const char *a, const char *b)
{
    enum pair_hint hint = currency_pair_hint(a, b);
    if (hint == PAIR_REVERSED) {
        const char *swap = a;
        a = b;
        b = swap;
    }
    const struct candidate *first = candidate(all, w, a, b);
    bool is_none = first->pair && !first->pair->contract.con_id;
    if (is_none || hint == PAIR_UNKNOWN)
        (void)candidate(all, w, b, a);
}

/* Whether a way leads from one currency to another; the pairs of its legs. */
struct legs {
    const char *pair[RATE_LEGS_MAX][2];
    size_t n;
};

static bool legs_of(const struct wanted *r, const struct way *way, struct legs *out)
{
    if (!way->hub) {
        *out = (struct legs){{{r->from, r->to}}, 1};
        return true;
    }
    *out = (struct legs){{{r->from, way->hub}, {way->hub, r->to}}, 2};
    return strcmp(r->from, way->hub) != 0 && strcmp(r->to, way->hub) != 0;
}

static void gather_way(struct currencies *c, struct work *w, const struct way *way)
{
    struct legs legs;
    for (size_t i = 0; i < w->wanted_count; i++)
        if (!w->wanted[i].is_found && legs_of(&w->wanted[i], way, &legs))
            for (size_t k = 0; k < legs.n; k++)
                gather(c, w, legs.pair[k][0], legs.pair[k][1]);
}

/* ---- asking ---- */

static void remember(struct currencies *c, const struct candidate *item,
                     const struct contract_question *q)
{
    char key[2 * CURRENCY_MAX];
    bool none = q->error.code == ERROR_NOT_FOUND;
    if (q->error.code != ERROR_NONE && !none)
        return; /* no answer is not "no such pair": ask again next time */
    struct pair *p = xcalloc(1, sizeof *p);
    if (!none && q->count)
        p->contract = q->found[0].contract;
    struct str name = pair_key(item, key);
    if (map_get_str(c->pairs, name) || !map_put_str(c->pairs, name, p))
        xfree(p);
}

/* Asks the broker for the contracts of pairs that are not known yet; *asked is how many. */
static bool learn(struct task *t, struct currencies *c, struct work *w, size_t *asked,
                  struct error *e)
{
    *asked = 0;
    for (size_t i = 0; i < w->n; i++)
        *asked += !w->items[i].pair;
    if (*asked == 0)
        return true;
    struct contract_question *q = ARENA_MANY(task_arena(t), struct contract_question, *asked);
    size_t *which = ARENA_MANY(task_arena(t), size_t, *asked);
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (w->items[i].pair)
            continue;
        q[n].like.sec_type = SEC_CASH;
        (void)str_copy(q[n].like.symbol, sizeof q[n].like.symbol, str_of(w->items[i].base));
        (void)str_copy(q[n].like.currency, sizeof q[n].like.currency, str_of(w->items[i].quote));
        (void)str_copy(q[n].like.exchange, sizeof q[n].like.exchange, STR("IDEALPRO"));
        which[n++] = i;
    }
    if (!query_contracts_batch(t, c->session, q, n, e))
        return false;
    for (size_t k = 0; k < n; k++) {
        char key[2 * CURRENCY_MAX];
        struct candidate *item = &w->items[which[k]];
        remember(c, item, &q[k]);
        item->pair = map_get_str(c->pairs, pair_key(item, key));
    }
    return true;
}

/* The pairs of a way; a second round asks for the other direction of what does not exist. */
static bool learn_way(struct task *t, struct currencies *c, struct work *w, const struct way *way,
                      struct error *e)
{
    size_t asked = 1;
    for (int round = 0; round < LEARN_ROUNDS && asked; round++) {
        gather_way(c, w, way);
        if (!learn(t, c, w, &asked, e))
            return false;
    }
    return true;
}

/* The pairs of a way that exist with all its legs. */
static size_t mark_needed(struct work *w, const struct way *way)
{
    struct legs legs;
    size_t n = 0;
    for (size_t i = 0; i < w->wanted_count; i++) {
        struct candidate *leg[RATE_LEGS_MAX] = {NULL};
        bool all = !w->wanted[i].is_found && legs_of(&w->wanted[i], way, &legs);
        for (size_t k = 0; all && k < legs.n; k++) {
            leg[k] = traded(w, legs.pair[k][0], legs.pair[k][1]);
            all = leg[k] != NULL;
        }
        for (size_t k = 0; all && k < legs.n; k++) {
            n += !leg[k]->is_needed && !leg[k]->answer;
            leg[k]->is_needed = true;
        }
    }
    return n;
}

static bool price(struct task *t, struct currencies *c, struct work *w, const struct way *way,
                  struct error *e)
{
    size_t n = mark_needed(w, way), at = 0;
    struct quote_answer *answers = ARENA_MANY(task_arena(t), struct quote_answer, n);
    for (size_t i = 0; i < w->n; i++) {
        struct candidate *item = &w->items[i];
        if (!item->is_needed || item->answer)
            continue;
        answers[at].contract = item->pair->contract;
        item->answer = &answers[at++];
    }
    assert(at == n);
    return !n || quotes_get(t, c->quotes, answers, n, QUOTE_WAIT_MS, e);
}

/* ---- putting a rate together ---- */

/* A market with both sides, not crossed: its middle is a price. */
static bool two_sided(const struct candidate *c)
{
    const struct quote *q = c->answer ? &c->answer->quote : NULL;
    return q && c->answer->error.code == ERROR_NONE && q->bid.has && q->ask.has &&
           dec_sign(q->bid.v) > 0 && !dec_lt(q->ask.v, q->bid.v);
}

static struct opt_dec inverse_of(struct opt_dec v)
{
    struct dec one;
    return v.has && dec_sign(v.v) > 0 && dec_div(DEC(1), v.v, &one) ? DEC_SOME(one) : DEC_NONE;
}

static struct opt_dec product(struct opt_dec a, struct opt_dec b)
{
    struct dec v;
    return a.has && b.has && dec_mul(a.v, b.v, &v) ? DEC_SOME(v) : DEC_NONE;
}

/* One leg, in whichever direction it is quoted, as a rate of its own. */
static bool single(const struct work *w, const char *from, const char *to, struct rate *out)
{
    const struct candidate *c = traded(w, from, to);
    if (!c || !two_sided(c))
        return false;
    const struct quote *q = &c->answer->quote;
    struct opt_dec mid = quote_mid(q);
    bool is_inverse = strcmp(c->base, from) != 0;
    if (!mid.has || dec_sign(mid.v) <= 0)
        return false;
    out->legs[0] = (struct rate_leg){c->answer->contract, mid.v, is_inverse};
    out->leg_count = 1;
    out->bid = is_inverse ? inverse_of(q->ask) : q->bid;
    out->ask = is_inverse ? inverse_of(q->bid) : q->ask;
    out->close = is_inverse ? inverse_of(q->close) : q->close;
    out->high = is_inverse ? inverse_of(q->low) : q->high;
    out->low = is_inverse ? inverse_of(q->high) : q->low;
    out->volume = is_inverse ? DEC_NONE : q->volume;
    out->method = is_inverse ? RATE_INVERSE : RATE_DIRECT;
    out->time = q->time;
    out->age_ms = c->answer->price_age_ms;
    out->data_type = q->data_type;
    const struct str pair[] = {STR_NAME(c->base), STR_NAME(c->quote)};
    (void)str_join(out->path, sizeof out->path, '.', pair, sizeof pair / sizeof pair[0]);
    return true;
}

static bool cross(const struct work *w, const struct legs *legs, const struct way *way,
                  struct rate *out)
{
    struct rate a = {0}, b = {0};
    if (!single(w, legs->pair[0][0], legs->pair[0][1], &a) ||
        !single(w, legs->pair[1][0], legs->pair[1][1], &b))
        return false;
    out->legs[0] = a.legs[0];
    out->legs[1] = b.legs[0];
    out->leg_count = 2;
    out->bid = product(a.bid, b.bid);
    out->ask = product(a.ask, b.ask);
    out->close = product(a.close, b.close);
    out->method = way->method;
    out->time = !a.time.has || (b.time.has && b.time.v.ns < a.time.v.ns) ? b.time : a.time;
    out->age_ms = a.age_ms > b.age_ms ? a.age_ms : b.age_ms;
    out->data_type = a.data_type > b.data_type ? a.data_type : b.data_type;
    (void)snprintf(out->path, sizeof out->path, "%.15s,%.15s", a.path, b.path);
    return true;
}

/* The rates that the broker applies to the account, both against its base currency. */
static bool by_account(const struct currencies *c, struct str account, const struct wanted *wanted)
{
    struct rate *out = wanted->rate;
    struct opt_dec a = book_number(c->book, account, STR("ExchangeRate"), str_of(wanted->from));
    struct opt_dec b = book_number(c->book, account, STR("ExchangeRate"), str_of(wanted->to));
    if (!a.has || !b.has || dec_sign(a.v) <= 0 || dec_sign(b.v) <= 0)
        return false;
    out->legs[0] = (struct rate_leg){.mid = a.v};
    out->legs[1] = (struct rate_leg){.mid = b.v, .is_inverse = true};
    out->leg_count = 2;
    out->method = RATE_ACCOUNT;
    out->age_ms = -1;
    (void)snprintf(out->path, sizeof out->path, "account rates");
    return true;
}

/* One GBX is 0.01 GBP, and one USD is a hundred times as many GBX as GBP. */
static struct opt_dec in_units(const struct rate *r, struct opt_dec v)
{
    return product(v, DEC_SOME(r->unit));
}

/* What follows from the legs, for one unit of the codes that were asked for. */
static bool finish(struct rate *r)
{
    r->bid = in_units(r, r->bid);
    r->ask = in_units(r, r->ask);
    r->close = in_units(r, r->close);
    r->high = in_units(r, r->high);
    r->low = in_units(r, r->low);
    return rate_convert(r, DEC(1), &r->rate) && dec_sign(r->rate) > 0;
}

static void assemble(struct work *w, const struct way *way)
{
    struct legs legs;
    for (size_t i = 0; i < w->wanted_count; i++) {
        struct wanted *one = &w->wanted[i];
        if (one->is_found || !legs_of(one, way, &legs))
            continue;
        bool is_there = legs.n == 1 ? single(w, one->from, one->to, one->rate)
                                    : cross(w, &legs, way, one->rate);
        one->is_found = is_there && finish(one->rate);
    }
}

/* ---- a call ---- */

static bool is_valid(struct rate *r)
{
    const char *bad = !currency_is_known(STR_NAME(r->from)) ? r->from
                      : !currency_is_known(STR_NAME(r->to)) ? r->to
                                                            : NULL;
    if (!bad)
        return true;
    error_set(&r->error, ERROR_INVALID, "UNKNOWN_CURRENCY", "%s is not a currency code", bad);
    return error_next(&r->error, "use three-letter codes such as EUR, USD, JPY");
}

/* Begins a rate; what needs no market is found at once. */
static void begin(struct wanted *one, struct rate *r)
{
    char from[CURRENCY_MAX], to[CURRENCY_MAX];
    currency_canonical(STR_NAME(r->from), from);
    currency_canonical(STR_NAME(r->to), to);
    *r = (struct rate){.age_ms = -1};
    memcpy(r->from, from, sizeof from);
    memcpy(r->to, to, sizeof to);
    *one = (struct wanted){.rate = r};
    struct dec from_unit = currency_major(str_of(from), one->from);
    struct dec to_unit = currency_major(str_of(to), one->to);
    if (!dec_div(from_unit, to_unit, &r->unit))
        r->unit = DEC(1); /* cannot be: units are 1 and 0.01 */
    if (strcmp(one->from, one->to) != 0)
        return;
    r->method = RATE_SAME;
    r->rate = r->unit;
    r->age_ms = 0;
    one->is_found = true;
}

/* Why there is no rate: the pair is not quoted just now, or there is none. */
static void set_no_rate(const struct work *w, const struct wanted *one)
{
    struct rate *r = one->rate;
    const struct candidate *own = traded(w, one->from, one->to);
    const char *why =
        own && own->answer ? gap_text(quote_gap(own->answer, VALUE_TOUCH, MARKET_UNKNOWN)) : NULL;
    if (why)
        error_set(&r->error, ERROR_UNAVAILABLE, "NO_RATE",
                  "no rate from %s to %s: %s.%s has no "
                  "price now (%s)",
                  r->from, r->to, own->base, own->quote, why);
    else
        error_set(&r->error, ERROR_UNAVAILABLE, "NO_RATE", "no rate from %s to %s is quoted",
                  r->from, r->to);
    error_next(&r->error, "check the two codes; if they are right, ask again when the currency "
                          "market is open");
}

static bool is_done(const struct work *w)
{
    for (size_t i = 0; i < w->wanted_count; i++)
        if (!w->wanted[i].is_found)
            return false;
    return true;
}

bool currencies_rates(struct task *t, struct currencies *c, struct str account, struct rate *rates,
                      size_t n, struct error *e)
{
    struct work w = work_new(t, n);
    for (size_t i = 0; i < n; i++)
        if (is_valid(&rates[i]))
            begin(&w.wanted[w.wanted_count++], &rates[i]);
    for (size_t i = 0; i < WAY_COUNT && !is_done(&w); i++) {
        if (!learn_way(t, c, &w, &WAYS[i], e) || !price(t, c, &w, &WAYS[i], e))
            return false;
        assemble(&w, &WAYS[i]);
    }
    for (size_t i = 0; i < w.wanted_count; i++) {
        struct wanted *one = &w.wanted[i];
        if (!one->is_found && !(by_account(c, account, one) && finish(one->rate)))
            set_no_rate(&w, one);
    }
    return true;
}

bool currencies_rate(struct task *t, struct currencies *c, struct str account, struct str from,
                     struct str to, struct rate *out, struct error *e)
{
    *out = (struct rate){0};
    str_copy_cut(out->from, sizeof out->from, from);
    str_copy_cut(out->to, sizeof out->to, to);
    if (!currencies_rates(t, c, account, out, 1, e))
        return false;
    if (out->error.code != ERROR_NONE) {
        *e = out->error;
        return false;
    }
    return true;
}

/* ---- paths ---- */

/* The pairs of a way, if all its legs exist. */
static bool path_by(const struct work *w, const struct wanted *one, const struct way *way,
                    struct rate_path *out)
{
    struct legs legs;
    if (!legs_of(one, way, &legs))
        return false;
    for (out->n = 0; out->n < legs.n; out->n++) {
        const struct candidate *c = traded(w, legs.pair[out->n][0], legs.pair[out->n][1]);
        if (!c)
            return false;
        out->legs[out->n] = c->pair->contract;
        out->is_inverse[out->n] = strcmp(c->base, legs.pair[out->n][0]) != 0;
    }
    out->method = way->hub ? way->method : out->is_inverse[0] ? RATE_INVERSE : RATE_DIRECT;
    return true;
}

/* Checks the codes; what needs no pair is found at once. */
static bool begin_path(struct wanted *one, struct rate_path *p)
{
    bool from_known = currency_is_known(STR_NAME(p->from));
    p->error = (struct error){0};
    p->n = 0;
    p->method = RATE_SAME;
    if (!from_known || !currency_is_known(STR_NAME(p->to)))
        return error_set(&p->error, ERROR_INVALID, "UNKNOWN_CURRENCY", "%s is not a currency code",
                         from_known ? p->to : p->from);
    *one = (struct wanted){.path = p};
    (void)currency_major(STR_NAME(p->from), one->from);
    (void)currency_major(STR_NAME(p->to), one->to);
    one->is_found = strcmp(one->from, one->to) == 0;
    return true;
}

bool currencies_paths(struct task *t, struct currencies *c, struct rate_path *paths, size_t n,
                      struct error *e)
{
    struct work w = work_new(t, n);
    for (size_t i = 0; i < n; i++)
        if (begin_path(&w.wanted[w.wanted_count], &paths[i]))
            w.wanted_count++;
    for (size_t i = 0; i < WAY_COUNT && !is_done(&w); i++) {
        if (!learn_way(t, c, &w, &WAYS[i], e))
            return false;
        for (size_t k = 0; k < w.wanted_count; k++) {
            struct wanted *one = &w.wanted[k];
            one->is_found = one->is_found || path_by(&w, one, &WAYS[i], one->path);
        }
    }
    for (size_t k = 0; k < w.wanted_count; k++) {
        struct rate_path *p = w.wanted[k].path;
        if (w.wanted[k].is_found)
            continue;
        p->n = 0;
        error_set(&p->error, ERROR_UNAVAILABLE, "NO_RATE", "no pair from %s to %s is quoted",
                  p->from, p->to);
    }
    return true;
}
