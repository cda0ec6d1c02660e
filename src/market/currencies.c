/* SPDX-License-Identifier: MIT */
/*
 * currencies: how a rate is found.
 *
 * For n rates every pair that might serve is gathered first (direct, inverse, and the legs over
 * USD and EUR), the unknown ones are asked for in one batch of contract questions, the known ones
 * quoted together; only then each rate is put together from what has a price. Which pairs exist
 * changes hardly ever, so that answer is kept for the life of the program.
 */
#include "market/currencies.h"

#include "base/alloc.h"
#include "base/map.h"
#include "broker/query.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { PAIRS_MAX = 2048, QUOTE_WAIT_MS = 3000, CANDIDATES_MAX = 10 };

/* What is known about one pair; con_id 0 once the broker has said that there is none. */
struct pair {
    struct contract contract;
};

/* Currencies that a cross goes through, the better quoted one first. */
static const struct hub {
    const char *code;
    enum rate_method method;
} hubs[] = {{"USD", RATE_CROSS_USD}, {"EUR", RATE_CROSS_EUR}};
enum { HUBS = sizeof hubs / sizeof hubs[0] };

struct currencies {
    struct session *session;
    struct quotes *quotes;
    const struct book *book;
    struct map *pairs; /* "EURUSD" -> struct pair, owned */
};

static const struct minor_unit {
    const char *code, *major;
} minor_units[] = {{"GBX", "GBP"}, {"ZAC", "ZAR"}, {"ILA", "ILS"}};

/* Codes of ISO 4217 that a brokerage account may meet, in one string for a quick look-up. */
static const char currency_codes[] =
    "AED ARS AUD BGN BHD BRL CAD CHF CLP CNH CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK "
    "JOD JPY KES KRW KWD KZT LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR "
    "SEK SGD THB TND TRY TWD UAH USD UYU VND ZAR";

/* "GBp" with a small p is pence; all other codes are the same in any case. */
static const struct minor_unit *minor_unit_of(struct str code)
{
    if (str_eq(code, STR("GBp")))
        return &minor_units[0];
    for (size_t i = 0; i < sizeof minor_units / sizeof minor_units[0]; i++)
        if (str_ieq(code, str_of(minor_units[i].code)))
            return &minor_units[i];
    return NULL;
}

/* The code as it is written here: "eur" -> "EUR", "GBp" -> "GBX". */
static void canonical(struct str code, char out[8])
{
    const struct minor_unit *m = minor_unit_of(code);
    str_copy_cut(out, 8, m ? str_of(m->code) : code);
    for (char *p = out; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
}

bool currency_is_known(struct str code)
{
    if (code.n != 3)
        return false;
    if (minor_unit_of(code))
        return true;
    for (size_t at = 0; at + 3 < sizeof currency_codes; at += 4)
        if (str_ieq((struct str){currency_codes + at, 3}, code))
            return true;
    return false;
}

bool currency_pair_parse(struct str text, char base[8], char quote[8])
{
    text = str_trim(text);
    struct str a, b;
    if (text.n == 6) {
        a = str_sub(text, 0, 3);
        b = str_sub(text, 3, 6);
    } else if (text.n == 7 && strchr("/. -_", text.p[3])) {
        a = str_sub(text, 0, 3);
        b = str_sub(text, 4, 7);
    } else {
        return false;
    }
    if (!currency_is_known(a) || !currency_is_known(b))
        return false;
    canonical(a, base);
    canonical(b, quote);
    return true;
}

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

/* ---- the work of one call: the pairs that may serve, known and quoted together ---- */

struct candidate {
    char base[8], quote[8];
    const struct pair *pair; /* NULL until known */
    bool is_own;             /* the pair of a wanted rate itself, not a leg of a cross */
    struct quote_answer *answer;
};

struct work {
    struct candidate *items;
    size_t n, room;
};

static struct str pair_key(const struct candidate *c, char key[20])
{
    size_t base = strlen(c->base), quote = strlen(c->quote);
    memcpy(key, c->base, base);
    memcpy(key + base, c->quote, quote);
    return (struct str){key, base + quote};
}

static struct candidate *candidate(struct currencies *all, struct work *w, const char *base,
                                   const char *quote)
{
    char key[20];
    if (strcmp(base, quote) == 0)
        return NULL;
    for (size_t i = 0; i < w->n; i++)
        if (strcmp(w->items[i].base, base) == 0 && strcmp(w->items[i].quote, quote) == 0)
            return &w->items[i];
    assert(w->n < w->room);
    struct candidate *c = &w->items[w->n++];
    *c = (struct candidate){0};
    (void)str_copy(c->base, sizeof c->base, str_of(base));
    (void)str_copy(c->quote, sizeof c->quote, str_of(quote));
    c->pair = map_get_str(all->pairs, pair_key(c, key));
    return c;
}

static bool is_traded(const struct candidate *c)
{
    return c->pair && c->pair->contract.con_id;
}

/* False if both are the same currency. */
static bool add_both_ways(struct currencies *all, struct work *w, const char *a, const char *b,
                          bool is_own)
{
    struct candidate *there = candidate(all, w, a, b), *back = candidate(all, w, b, a);
    if (!there || !back)
        return false;
    there->is_own |= is_own;
    back->is_own |= is_own;
    return is_traded(there) || is_traded(back);
}

/* The currency proper of a code, and how many of its units one unit of the code is (1 or 0.01). */
static struct dec major(struct str code, char out[8])
{
    const struct minor_unit *m = minor_unit_of(code);
    canonical(m ? str_of(m->major) : code, out);
    return m ? DEC_MICRO(10000) : DEC(1);
}

/* The legs of crosses are gathered only where the pair itself is not known to exist. */
static void gather(struct currencies *all, struct work *w, const struct rate *r)
{
    char from[8], to[8];
    (void)major(STR_NAME(r->from), from);
    (void)major(STR_NAME(r->to), to);
    if (strcmp(from, to) == 0 || add_both_ways(all, w, from, to, true))
        return;
    for (size_t i = 0; i < HUBS; i++) {
        (void)add_both_ways(all, w, from, hubs[i].code, false);
        (void)add_both_ways(all, w, hubs[i].code, to, false);
    }
}

/* Asks the broker for the contracts of pairs that are not known yet. */
static bool learn(struct task *t, struct currencies *c, struct work *w, struct error *e)
{
    struct contract_question *q = ARENA_MANY(task_arena(t), struct contract_question, w->n);
    size_t *which = ARENA_MANY(task_arena(t), size_t, w->n);
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
    if (n && !query_contracts_batch(t, c->session, q, n, e))
        return false;
    for (size_t k = 0; k < n; k++) {
        bool none = q[k].error.code == ERROR_NOT_FOUND;
        if (q[k].error.code != ERROR_NONE && !none)
            continue; /* no answer is not "no such pair": ask again next time */
        char key[20];
        struct pair *p = xcalloc(1, sizeof *p);
        if (!none && q[k].count)
            p->contract = q[k].found[0].contract;
        struct str name = pair_key(&w->items[which[k]], key);
        if (map_get_str(c->pairs, name) || !map_put_str(c->pairs, name, p))
            xfree(p);
    }
    for (size_t k = 0; k < n; k++) {
        char key[20];
        struct candidate *item = &w->items[which[k]];
        item->pair = map_get_str(c->pairs, pair_key(item, key));
    }
    return true;
}

static bool exists(const struct work *w, const char *base, const char *quote)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct candidate *c = &w->items[i];
        if (is_traded(c) && strcmp(c->base, base) == 0 && strcmp(c->quote, quote) == 0)
            return true;
    }
    return false;
}

static bool either_exists(const struct work *w, const char *a, const char *b)
{
    return exists(w, a, b) || exists(w, b, a);
}

/* Pairs to be quoted: those of a rate itself; only where there is none, the legs of its crosses. */
static bool is_needed(const struct work *w, const struct candidate *c, const struct rate *rates,
                      size_t n)
{
    for (size_t i = 0; i < n && !c->is_own; i++) {
        char from[8], to[8];
        (void)major(STR_NAME(rates[i].from), from);
        (void)major(STR_NAME(rates[i].to), to);
        bool touches = strcmp(c->base, from) == 0 || strcmp(c->quote, from) == 0 ||
                       strcmp(c->base, to) == 0 || strcmp(c->quote, to) == 0;
        if (touches && !either_exists(w, from, to))
            return true;
    }
    return c->is_own;
}

static bool price(struct task *t, struct currencies *c, struct work *w, const struct rate *rates,
                  size_t rate_count, struct error *e)
{
    struct quote_answer *answers = ARENA_MANY(task_arena(t), struct quote_answer, w->n);
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct candidate *item = &w->items[i];
        if (!is_traded(item) || !is_needed(w, item, rates, rate_count))
            continue;
        answers[n].contract = item->pair->contract;
        item->answer = &answers[n++];
    }
    return !n || quotes_get(t, c->quotes, answers, n, QUOTE_WAIT_MS, e);
}

/* ---- putting a rate together ---- */

static bool two_sided(const struct candidate *c)
{
    return c && c->answer && c->answer->error.code == ERROR_NONE && c->answer->quote.bid.has &&
           c->answer->quote.ask.has && dec_sign(c->answer->quote.bid.v) > 0 &&
           dec_sign(c->answer->quote.ask.v) > 0;
}

/* One leg, in whichever direction it is quoted. */
static bool leg(struct work *w, const char *from, const char *to, struct rate *out)
{
    struct candidate *direct = NULL, *inverse = NULL;
    for (size_t i = 0; i < w->n; i++) {
        struct candidate *c = &w->items[i];
        if (strcmp(c->base, from) == 0 && strcmp(c->quote, to) == 0)
            direct = c;
        if (strcmp(c->base, to) == 0 && strcmp(c->quote, from) == 0)
            inverse = c;
    }
    struct candidate *c = two_sided(direct) ? direct : two_sided(inverse) ? inverse : NULL;
    if (!c)
        return false;
    const struct quote *q = &c->answer->quote;
    struct dec bid = q->bid.v, ask = q->ask.v;
    if (c == inverse && (!dec_div(DEC(1), q->ask.v, &bid) || !dec_div(DEC(1), q->bid.v, &ask)))
        return false;
    out->bid = DEC_SOME(bid);
    out->ask = DEC_SOME(ask);
    out->method = c == direct ? RATE_DIRECT : RATE_INVERSE;
    out->time = q->time;
    out->age_ms = c->answer->age_ms;
    out->data_type = q->data_type;
    out->contract = c->answer->contract;
    out->quote = *q;
    (void)snprintf(out->path, sizeof out->path, "%s.%s", c->base, c->quote);
    /* the middle of the quoted pair, inverted once: not the middle of the inverted sides */
    struct dec mid;
    struct opt_dec quoted = quote_mid(q);
    if (!quoted.has)
        return false;
    mid = quoted.v;
    if (c == inverse && !dec_div(DEC(1), quoted.v, &mid))
        return false;
    out->rate = mid;
    return true;
}

static bool cross(struct work *w, const char *from, const struct hub *hub, const char *to,
                  struct rate *out)
{
    struct rate a = *out, b = *out;
    if (strcmp(from, hub->code) == 0 || strcmp(to, hub->code) == 0 ||
        !leg(w, from, hub->code, &a) || !leg(w, hub->code, to, &b))
        return false;
    struct dec bid, ask;
    if (!dec_mul(a.rate, b.rate, &out->rate) || !dec_mul(a.bid.v, b.bid.v, &bid) ||
        !dec_mul(a.ask.v, b.ask.v, &ask))
        return false;
    out->bid = DEC_SOME(bid);
    out->ask = DEC_SOME(ask);
    out->method = hub->method;
    out->time = !a.time.has || (b.time.has && b.time.v.ns < a.time.v.ns) ? b.time : a.time;
    out->age_ms = a.age_ms > b.age_ms ? a.age_ms : b.age_ms;
    out->data_type = a.data_type > b.data_type ? a.data_type : b.data_type;
    (void)snprintf(out->path, sizeof out->path, "%.15s,%.15s", a.path, b.path);
    return true;
}

/* The rates that the broker applies to the account, both against its base currency. */
static bool by_account(const struct currencies *c, struct str account, const char *from,
                       const char *to, struct rate *out)
{
    struct opt_dec a = book_number(c->book, account, STR("ExchangeRate"), str_of(from));
    struct opt_dec b = book_number(c->book, account, STR("ExchangeRate"), str_of(to));
    if (!a.has || !b.has || dec_sign(a.v) <= 0 || !dec_div(a.v, b.v, &out->rate))
        return false;
    out->method = RATE_ACCOUNT;
    out->age_ms = -1;
    (void)snprintf(out->path, sizeof out->path, "account rates");
    return true;
}

/* Multiplies by the worth of one minor unit: 1 GBX is 0.01 GBP, and 1 USD is 100 times as many. */
static bool scale(struct rate *r, struct dec from_unit, struct dec to_unit)
{
    struct dec *all[] = {&r->rate, r->bid.has ? &r->bid.v : NULL, r->ask.has ? &r->ask.v : NULL};
    for (size_t i = 0; i < 3; i++)
        if (all[i] && (!dec_mul(*all[i], from_unit, all[i]) || !dec_div(*all[i], to_unit, all[i])))
            return false;
    return true;
}

static void assemble(struct currencies *c, struct work *w, struct str account, struct rate *r)
{
    char from[8], to[8];
    struct dec from_unit = major(STR_NAME(r->from), from);
    struct dec to_unit = major(STR_NAME(r->to), to);
    r->age_ms = -1;
    bool ok = true;
    if (strcmp(from, to) == 0) {
        r->rate = DEC(1);
        r->method = RATE_SAME;
        r->age_ms = 0;
    } else {
        ok = leg(w, from, to, r) || cross(w, from, &hubs[0], to, r) ||
             cross(w, from, &hubs[1], to, r) || by_account(c, account, from, to, r);
    }
    if (!ok || !scale(r, from_unit, to_unit)) {
        error_set(&r->error, ERROR_UNAVAILABLE, "NO_RATE", "no rate from %s to %s is quoted",
                  r->from, r->to);
        error_next(&r->error, "check the two codes; if they are right, ask again when the "
                              "currency market is open");
    }
}

bool currencies_rates(struct task *t, struct currencies *c, struct str account, struct rate *rates,
                      size_t n, struct error *e)
{
    struct work w = {.room = n * CANDIDATES_MAX};
    w.items = ARENA_MANY(task_arena(t), struct candidate, w.room);
    size_t unknown = 0;
    for (size_t i = 0; i < n; i++) {
        struct rate *r = &rates[i];
        const char *bad = !currency_is_known(STR_NAME(r->from)) ? r->from
                          : !currency_is_known(STR_NAME(r->to)) ? r->to
                                                                : NULL;
        if (bad) {
            error_set(&r->error, ERROR_INVALID, "UNKNOWN_CURRENCY", "%s is not a currency code",
                      bad);
            error_next(&r->error, "use three-letter codes such as EUR, USD, JPY");
            unknown++;
            continue;
        }
        char code[8];
        canonical(STR_NAME(r->from), code);
        (void)str_copy(r->from, sizeof r->from, str_of(code));
        canonical(STR_NAME(r->to), code);
        (void)str_copy(r->to, sizeof r->to, str_of(code));
        r->error = (struct error){0};
        gather(c, &w, r);
    }
    if (unknown < n && w.n && (!learn(t, c, &w, e) || !price(t, c, &w, rates, n, e)))
        return false;
    for (size_t i = 0; i < n; i++)
        if (rates[i].error.code == ERROR_NONE)
            assemble(c, &w, account, &rates[i]);
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

/* The pair of two currencies, in whichever direction it is quoted. */
static bool add_leg(const struct work *w, const char *from, const char *to, struct rate_path *out)
{
    for (size_t i = 0; i < w->n; i++) {
        const struct candidate *c = &w->items[i];
        bool direct = strcmp(c->base, from) == 0 && strcmp(c->quote, to) == 0;
        bool inverse = strcmp(c->base, to) == 0 && strcmp(c->quote, from) == 0;
        if (!is_traded(c) || (!direct && !inverse))
            continue;
        out->legs[out->n] = c->pair->contract;
        out->is_inverse[out->n++] = inverse;
        return true;
    }
    return false;
}

static bool find_path(const struct work *w, const char *from, const char *to, struct rate_path *out)
{
    out->n = 0;
    out->method = RATE_SAME;
    if (strcmp(from, to) == 0)
        return true;
    if (add_leg(w, from, to, out)) {
        out->method = out->is_inverse[0] ? RATE_INVERSE : RATE_DIRECT;
        return true;
    }
    for (size_t i = 0; i < HUBS; i++) {
        out->n = 0;
        out->method = hubs[i].method;
        if (add_leg(w, from, hubs[i].code, out) && add_leg(w, hubs[i].code, to, out))
            return true;
    }
    return false;
}

bool currencies_paths(struct task *t, struct currencies *c, struct rate_path *paths, size_t n,
                      struct error *e)
{
    struct work w = {.room = n * CANDIDATES_MAX};
    w.items = ARENA_MANY(task_arena(t), struct candidate, w.room);
    for (size_t i = 0; i < n; i++) {
        struct rate_path *p = &paths[i];
        struct rate r = {0};
        bool from_known = currency_is_known(STR_NAME(p->from));
        p->error = (struct error){0};
        if (!from_known || !currency_is_known(STR_NAME(p->to))) {
            error_set(&p->error, ERROR_INVALID, "UNKNOWN_CURRENCY", "%s is not a currency code",
                      from_known ? p->to : p->from);
            continue;
        }
        memcpy(r.from, p->from, sizeof r.from);
        memcpy(r.to, p->to, sizeof r.to);
        gather(c, &w, &r);
    }
    if (w.n && !learn(t, c, &w, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct rate_path *p = &paths[i];
        char from[8], to[8];
        if (p->error.code != ERROR_NONE)
            continue;
        (void)major(STR_NAME(p->from), from);
        (void)major(STR_NAME(p->to), to);
        if (!find_path(&w, from, to, p))
            error_set(&p->error, ERROR_UNAVAILABLE, "NO_RATE", "no pair from %s to %s is quoted",
                      p->from, p->to);
    }
    return true;
}
