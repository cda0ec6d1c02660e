/* SPDX-License-Identifier: MIT */
/*
 * resolver: the rounds of a resolution.
 *
 * A question is first parsed into what it asks for (symbol, exchange, currency, type). Held
 * positions and the cache answer without the broker. What is left goes to the broker in rounds,
 * each one batch for all open questions: the routed listing (SMART), then any exchange, then an
 * index, and for people's words the search by name. A round stops for a question that is answered.
 */
#include "market/resolver.h"

#include "base/alloc.h"
#include "base/map.h"
#include "market/aliases.h"
#include "market/currencies.h"
#include "market/security_id.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { CACHE_MAX = 1024, CANDIDATES_MAX = 16, TEXT_MAX = 64 };
/* The trading hours in an answer are those of its day; halts and new listings show within it. */
enum { CACHE_FRESH_MS = 6 * 3600 * 1000 };

/* A remembered answer; owned by the cache. */
struct answer {
    struct instant learnt;
    enum resolve_how how;
    size_t count;
    struct contract_details found[]; /* count of them */
};

struct resolver {
    struct session *session;
    const struct book *book;
    struct map *cache; /* key text -> struct answer */
    int64_t hits, misses;
};

/* What a question asks for, taken apart. */
struct wish {
    char symbol[TEXT_MAX];
    char exchange[24], currency[8];
    char key[TEXT_MAX * 2];
    const char *id_type; /* "ISIN", "CUSIP", "FIGI": symbol is that number; or NULL */
    int32_t con_id;
    bool is_pair;
    bool is_explicit;
};

struct resolver *resolver_new(struct session *session, const struct book *book)
{
    struct resolver *r = xcalloc(1, sizeof *r);
    r->session = session;
    r->book = book;
    r->cache = map_new(CACHE_MAX);
    return r;
}

size_t resolver_clear(struct resolver *r)
{
    size_t n = map_count(r->cache);
    void *a;
    for (size_t i = 0; map_next(r->cache, &i, &a);)
        xfree(a);
    map_clear(r->cache);
    return n;
}

void resolver_free(struct resolver *r)
{
    if (!r)
        return;
    (void)resolver_clear(r);
    map_free(r->cache);
    xfree(r);
}

struct resolve_cache_stats resolver_stats(const struct resolver *r)
{
    return (struct resolve_cache_stats){map_count(r->cache), r->hits, r->misses};
}

const char *resolve_how_text(enum resolve_how how)
{
    static const char *const names[] = {
        [RESOLVED_HELD] = "held",     [RESOLVED_EXPLICIT] = "explicit",
        [RESOLVED_SEARCH] = "search", [RESOLVED_FOREX] = "forex",
        [RESOLVED_ID] = "id",         [RESOLVED_NAME] = "name",
    };
    return names[how];
}

/* ---- understanding the text ---- */

static bool is_symbol_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           strchr(" ./-@:#^&'", c);
}

static bool is_currency_code(struct str s)
{
    return s.n == 3 && currency_is_known(s);
}

/* Where the symbol ends and exchange and currency begin: text.n if it has neither. */
static size_t find_tail(struct str text)
{
    size_t at = str_find(text, '@', 0), dot = str_find(text, '.', 0);
    if (at < text.n || dot == text.n)
        return at;
    size_t second = str_find(text, '.', dot + 1);
    struct str first = str_sub(text, dot + 1, second);
    /* a single letter behind the dot is a share class, no exchange has such a code */
    if (first.n == 1)
        return second;
    return second < text.n || is_currency_code(first) || alias_exchange(first) ? dot : text.n;
}

/* Takes "SYM.EXCH.CCY", "SYM@EXCH", "SYM.CCY" and "BRK.B" apart. */
static void take_suffixes(struct wish *w, struct str text)
{
    size_t at = find_tail(text);
    struct str tail = str_sub(text, at + 1, text.n);
    w->is_explicit = tail.n > 0;
    for (size_t dot = tail.n; dot-- > 0;) { /* exchange codes may have dots: "ENEXT.BE" */
        struct str last = str_sub(tail, dot + 1, tail.n);
        if (tail.p[dot] == '.' && !w->currency[0] && is_currency_code(last)) {
            str_copy_cut(w->currency, sizeof w->currency, last);
            tail = str_sub(tail, 0, dot);
        }
    }
    const char *known = alias_exchange(tail);
    if (!known && is_currency_code(tail))
        str_copy_cut(w->currency, sizeof w->currency, tail);
    else if (!known || strcmp(known, "SMART") != 0)
        str_copy_cut(w->exchange, sizeof w->exchange, known ? str_of(known) : tail);
    str_copy_cut(w->symbol, sizeof w->symbol, str_trim(str_sub(text, 0, at)));
    for (char *p = w->symbol; *p; p++)
        if (*p == '.' || *p == '/')
            *p = ' '; /* BRK.B is "BRK B" at the broker */
}

static void copy_upper(char *out, size_t cap, struct str s)
{
    str_copy_cut(out, cap, s);
    for (char *p = out; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
}

/* False with *e if what the text says already differs from the argument of that name. */
static bool agrees(const char *said, const char *wanted, const char *name, struct error *e)
{
    if (!said[0] || strcmp(said, wanted) == 0)
        return true;
    error_set(e, ERROR_INVALID, "BAD_SYMBOL", "the symbol says %s and %s says %s", said, name,
              wanted);
    return error_next(e, "name the listing once, as SYMBOL.EXCHANGE.CURRENCY");
}

/* Exchange and currency as arguments of their own. */
static bool take_arguments(const struct resolve_question *q, struct wish *w, struct error *e)
{
    if (q->exchange.n && !str_ieq(q->exchange, STR("SMART"))) {
        const char *known = alias_exchange(q->exchange);
        char wanted[sizeof w->exchange];
        copy_upper(wanted, sizeof wanted, known ? str_of(known) : q->exchange);
        if (!agrees(w->exchange, wanted, "exchange", e))
            return false;
        memcpy(w->exchange, wanted, sizeof wanted);
        w->is_explicit = true;
    }
    if (!q->currency.n)
        return true;
    if (!is_currency_code(q->currency))
        return error_set(e, ERROR_INVALID, "UNKNOWN_CURRENCY",
                         STR_FMT " is not a three-letter currency code",
                         STR_ARG(str_sub(q->currency, 0, TEXT_MAX)));
    char wanted[sizeof w->currency];
    copy_upper(wanted, sizeof wanted, q->currency);
    if (!agrees(w->currency, wanted, "currency", e))
        return false;
    memcpy(w->currency, wanted, sizeof wanted);
    w->is_explicit = true;
    return true;
}

static bool parse_wish(const struct resolve_question *q, struct wish *w, struct error *e)
{
    *w = (struct wish){0};
    struct str text = str_trim(q->text);
    if (!text.n || text.n >= TEXT_MAX)
        return error_set(e, ERROR_INVALID, "BAD_SYMBOL", "a symbol has 1 to %d characters",
                         TEXT_MAX - 1);
    for (size_t i = 0; i < text.n; i++)
        if (!is_symbol_char(text.p[i]))
            return error_set(e, ERROR_INVALID, "BAD_SYMBOL",
                             "character %zu of a symbol is not a letter, digit or one of . / - @",
                             i + 1);
    char up[TEXT_MAX], base[8], quote[8];
    copy_upper(up, sizeof up, text);
    struct str name = str_of(up);
    w->id_type = security_id_type(name);
    if (str_starts(name, STR("CONID:")) || str_starts(name, STR("#"))) {
        int64_t id;
        size_t from = name.p[0] == '#' ? 1 : 6;
        if (!str_to_i64(str_sub(name, from, name.n), &id) || id <= 0 || id > INT32_MAX)
            return error_set(e, ERROR_INVALID, "BAD_SYMBOL", "a contract id is a positive number");
        w->con_id = (int32_t)id;
    } else if (w->id_type) {
        str_copy_cut(w->symbol, sizeof w->symbol, name);
    } else if (currency_pair_parse(text, base, quote)) {
        w->is_pair = true;
        str_copy_cut(w->symbol, sizeof w->symbol, str_of(base));
        str_copy_cut(w->currency, sizeof w->currency, str_of(quote));
    } else {
        take_suffixes(w, name);
    }
    if (!take_arguments(q, w, e))
        return false;
    (void)snprintf(w->key, sizeof w->key, "%s|%s|%s|%s", up, w->exchange, w->currency,
                   q->exact ? "exact" : "names");
    return true;
}

/* ---- answers without the broker ---- */

/* "00700" and "700", "BRK B" and "BRK-B" name the same thing. */
static bool same_symbol(const char *held, const char *asked)
{
    if (str_ieq(str_of(held), str_of(asked)))
        return true;
    while (*asked == '0' && asked[1])
        asked++;
    return str_ieq(str_of(held), str_of(asked));
}

static bool fits_wish(const struct contract *c, const struct wish *w)
{
    return (!w->currency[0] || str_ieq(STR_NAME(c->currency), STR_NAME(w->currency))) &&
           (!w->exchange[0] || str_ieq(STR_NAME(c->exchange), STR_NAME(w->exchange)) ||
            str_ieq(STR_NAME(c->primary_exchange), STR_NAME(w->exchange)));
}

/* The one stock, index or fund held under that name; 0 if there is none or more than one. */
static int32_t held_con_id(const struct resolver *r, struct str account, const struct wish *w)
{
    int32_t con_id = 0;
    const struct position *p;
    for (size_t i = 0; book_next_position(r->book, &i, account, &p);) {
        bool plain = p->contract.sec_type == SEC_STK || p->contract.sec_type == SEC_IND ||
                     p->contract.sec_type == SEC_FUND;
        if (!plain || dec_is_zero(p->quantity) || !same_symbol(p->contract.symbol, w->symbol) ||
            !fits_wish(&p->contract, w) || p->contract.con_id == con_id)
            continue;
        if (con_id)
            return 0;
        con_id = p->contract.con_id;
    }
    return con_id;
}

static bool from_cache(struct resolver *r, struct task *t, const struct wish *w,
                       struct resolve_question *q)
{
    struct answer *a = map_get_str(r->cache, str_of(w->key));
    if (a && instant_ms_since(a->learnt, task_now(t).mono) > CACHE_FRESH_MS) {
        xfree(map_take_str(r->cache, str_of(w->key)));
        a = NULL;
    }
    if (!a) {
        r->misses++;
        return false;
    }
    r->hits++;
    q->found = ARENA_MANY(task_arena(t), struct contract_details, a->count);
    memcpy(q->found, a->found, a->count * sizeof *q->found);
    q->count = a->count;
    q->how = a->how;
    q->from_cache = true;
    return true;
}

static void to_cache(struct resolver *r, struct task *t, const struct wish *w,
                     const struct resolve_question *q)
{
    if (map_get_str(r->cache, str_of(w->key)))
        return;
    if (map_count(r->cache) == CACHE_MAX)
        (void)resolver_clear(r); /* simpler than an order of use, and as good: it fills up rarely */
    struct answer *a = xmalloc(sizeof *a + q->count * sizeof q->found[0]);
    a->learnt = task_now(t).mono;
    a->how = q->how;
    a->count = q->count;
    memcpy(a->found, q->found, q->count * sizeof q->found[0]);
    if (!map_put_str(r->cache, str_of(w->key), a))
        xfree(a);
}

/* ---- rounds at the broker ---- */

enum round { ROUND_FIRST, ROUND_ANY_EXCHANGE, ROUND_NO_ZEROS, ROUND_INDEX, ROUND_COUNT };

static const char *without_zeros(const char *s)
{
    const char *p = s;
    while (*p == '0' && p[1])
        p++;
    for (const char *d = p; *d; d++)
        if (*d < '0' || *d > '9')
            return s;
    return p;
}

/* What to ask for wish w in a round; false if that round does not apply. */
static bool ask_in_round(const struct wish *w, enum round round, struct contract *like)
{
    *like = (struct contract){.con_id = w->con_id};
    if (w->con_id)
        return round == ROUND_FIRST;
    str_copy_cut(like->symbol, sizeof like->symbol, STR_NAME(w->symbol));
    str_copy_cut(like->currency, sizeof like->currency, STR_NAME(w->currency));
    str_copy_cut(like->exchange, sizeof like->exchange, STR_NAME(w->exchange));
    like->sec_type = w->is_pair ? SEC_CASH : SEC_STK;
    if (w->id_type) {
        like->symbol[0] = 0;
        if (round == ROUND_FIRST && !like->exchange[0])
            str_copy_cut(like->exchange, sizeof like->exchange, STR("SMART"));
        return round == ROUND_FIRST || (round == ROUND_ANY_EXCHANGE && !w->exchange[0]);
    }
    if (w->is_pair) {
        str_copy_cut(like->exchange, sizeof like->exchange, STR("IDEALPRO"));
        return round == ROUND_FIRST;
    }
    switch (round) {
    case ROUND_FIRST:
        if (!like->exchange[0])
            str_copy_cut(like->exchange, sizeof like->exchange, STR("SMART"));
        return true;
    case ROUND_ANY_EXCHANGE:
        return !w->exchange[0];
    case ROUND_NO_ZEROS:
        str_copy_cut(like->symbol, sizeof like->symbol, str_of(without_zeros(w->symbol)));
        return strcmp(like->symbol, w->symbol) != 0;
    case ROUND_INDEX:
        like->sec_type = SEC_IND;
        return true;
    case ROUND_COUNT:
        break;
    }
    return false;
}

/* A contract listed on several exchanges comes once a row: keep one of each con_id. */
static void keep_found(struct task *t, struct resolve_question *q,
                       const struct contract_question *a)
{
    size_t room = a->count < CANDIDATES_MAX ? a->count : CANDIDATES_MAX;
    q->found = ARENA_MANY(task_arena(t), struct contract_details, room);
    for (size_t i = 0; i < a->count && q->count < room; i++) {
        bool seen = false;
        for (size_t k = 0; k < q->count; k++)
            seen = seen || q->found[k].contract.con_id == a->found[i].contract.con_id;
        if (!seen)
            q->found[q->count++] = a->found[i];
    }
}

static enum resolve_how how_of(const struct wish *w)
{
    return w->con_id || w->id_type ? RESOLVED_ID
           : w->is_pair            ? RESOLVED_FOREX
           : w->is_explicit        ? RESOLVED_EXPLICIT
                                   : RESOLVED_SEARCH;
}

static bool run_round(struct task *t, struct resolver *r, struct resolve_question *q,
                      const struct wish *wishes, size_t n, enum round round, struct error *e)
{
    struct contract_question *ask = ARENA_MANY(task_arena(t), struct contract_question, n);
    size_t *which = ARENA_MANY(task_arena(t), size_t, n);
    size_t asked = 0;
    for (size_t i = 0; i < n; i++) {
        if (q[i].count || q[i].error.code != ERROR_NONE ||
            !ask_in_round(&wishes[i], round, &ask[asked].like))
            continue;
        if (wishes[i].id_type) {
            ask[asked].sec_id_type = wishes[i].id_type;
            ask[asked].sec_id = STR_NAME(wishes[i].symbol);
        }
        which[asked++] = i;
    }
    if (asked && !query_contracts_batch(t, r->session, ask, asked, e))
        return false;
    for (size_t k = 0; k < asked; k++) {
        struct resolve_question *one = &q[which[k]];
        if (ask[k].error.code == ERROR_NONE && ask[k].count) {
            keep_found(t, one, &ask[k]);
            one->how = how_of(&wishes[which[k]]);
        } else if (ask[k].error.code != ERROR_NONE && ask[k].error.code != ERROR_NOT_FOUND) {
            one->error = ask[k].error;
        }
    }
    return true;
}

/* The last resort: what the broker finds for the text as a name. A failure is the question's. */
static bool search_names(struct task *t, struct resolver *r, struct resolve_question *q,
                         const struct wish *w, struct error *e)
{
    struct symbol_match *matches = NULL;
    size_t count = 0;
    if (!query_symbols(t, r->session, str_trim(q->text), &matches, &count, e)) {
        if (e->code != ERROR_NOT_FOUND)
            q->error = *e;
        *e = (struct error){0};
        return true;
    }
    struct contract_question *ask =
        ARENA_MANY(task_arena(t), struct contract_question, CANDIDATES_MAX);
    size_t n = 0;
    for (size_t i = 0; i < count && n < CANDIDATES_MAX; i++)
        if (fits_wish(&matches[i].contract, w))
            ask[n++].like = (struct contract){.con_id = matches[i].contract.con_id};
    if (n && !query_contracts_batch(t, r->session, ask, n, e))
        return false;
    q->found = ARENA_MANY(task_arena(t), struct contract_details, CANDIDATES_MAX);
    for (size_t i = 0; i < n; i++)
        if (ask[i].error.code == ERROR_NONE && ask[i].count)
            q->found[q->count++] = ask[i].found[0];
    q->how = RESOLVED_NAME;
    return true;
}

static void not_found(struct resolve_question *q)
{
    error_set(&q->error, ERROR_NOT_FOUND, "UNKNOWN_SYMBOL", "no contract is known for " STR_FMT,
              STR_ARG(str_trim(q->text)));
    error_next(&q->error, "give exchange and currency as SYMBOL.EXCHANGE.CURRENCY (7203.TSEJ.JPY), "
                          "or look it up with resolve_symbol");
}

/* Puts the held contract in front, alone unless all candidates were asked for. */
static void prefer_held(struct resolve_question *q, int32_t con_id)
{
    for (size_t i = 0; con_id && i < q->count; i++) {
        if (q->found[i].contract.con_id != con_id)
            continue;
        struct contract_details held = q->found[i];
        q->found[i] = q->found[0];
        q->found[0] = held;
        q->how = RESOLVED_HELD;
        if (!q->all)
            q->count = 1;
    }
}

/* Takes the questions apart and answers what can be answered from memory. */
static void begin(struct task *t, struct resolver *r, struct str account,
                  struct resolve_question *q, size_t n, struct wish *w, int32_t *held)
{
    for (size_t i = 0; i < n; i++) {
        q[i].count = 0;
        q[i].from_cache = false;
        q[i].key = STR_NONE;
        q[i].error = (struct error){0};
        if (!parse_wish(&q[i], &w[i], &q[i].error))
            continue;
        if (w[i].symbol[0] && !w[i].is_pair && !w[i].id_type)
            held[i] = held_con_id(r, account, &w[i]);
        if (held[i] && !q[i].all) {
            w[i].con_id = held[i];
            (void)snprintf(w[i].key, sizeof w[i].key, "#%d", held[i]);
        }
        q[i].key = arena_str(task_arena(t), STR_NAME(w[i].key));
        (void)from_cache(r, t, &w[i], &q[i]);
    }
}

bool resolve(struct task *t, struct resolver *r, struct str account, struct resolve_question *q,
             size_t n, struct error *e)
{
    struct wish *w = ARENA_MANY(task_arena(t), struct wish, n);
    int32_t *held = ARENA_MANY(task_arena(t), int32_t, n);
    begin(t, r, account, q, n, w, held);
    for (enum round round = ROUND_FIRST; round < ROUND_COUNT; round++)
        if (!run_round(t, r, q, w, n, round, e))
            return false;
    for (size_t i = 0; i < n; i++) {
        bool may_be_name = w[i].symbol[0] && !w[i].is_pair && !w[i].id_type && !q[i].exact;
        if (!q[i].count && q[i].error.code == ERROR_NONE && may_be_name &&
            !search_names(t, r, &q[i], &w[i], e))
            return false;
        if (q[i].count && !q[i].from_cache)
            to_cache(r, t, &w[i], &q[i]);
        if (q[i].count)
            prefer_held(&q[i], held[i]);
        else if (q[i].error.code == ERROR_NONE)
            not_found(&q[i]);
    }
    return true;
}

bool resolve_one(struct task *t, struct resolver *r, struct str account, struct str text,
                 struct str exchange, struct str currency, struct contract_details *out,
                 struct error *e)
{
    struct resolve_question q = {
        .text = text, .exchange = exchange, .currency = currency, .exact = true};
    if (!resolve(t, r, account, &q, 1, e))
        return false;
    if (q.error.code != ERROR_NONE) {
        *e = q.error;
        return false;
    }
    if (q.count > 1) {
        char names[ERROR_TEXT_MAX] = "";
        size_t used = 0;
        for (size_t i = 0; i < q.count && used < sizeof names - 48; i++) {
            const struct contract *c = &q.found[i].contract;
            int k =
                snprintf(names + used, sizeof names - used, "%s%s.%s.%s", i ? ", " : "", c->symbol,
                         c->primary_exchange[0] ? c->primary_exchange : c->exchange, c->currency);
            used += k > 0 ? (size_t)k : 0;
        }
        error_set(e, ERROR_CONFLICT, "AMBIGUOUS_SYMBOL", STR_FMT " is %zu contracts: %s",
                  STR_ARG(str_trim(text)), q.count, names);
        return error_next(e, "name one of them as SYMBOL.EXCHANGE.CURRENCY");
    }
    *out = q.found[0];
    return true;
}
