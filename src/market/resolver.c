/* SPDX-License-Identifier: MIT */
/*
 * resolver: questions taken apart, answered from memory where that is good enough, and put
 * together. What the broker is asked for the rest is in resolver_rounds.c and resolver_names.c.
 */
#include "market/resolver_private.h"

#include "base/alloc.h"
#include "market/aliases.h"
#include "market/currencies.h"

#include <stdio.h>
#include <string.h>

/* The trading hours in an answer are those of its day; halts and new listings show within it. */
enum { FRESH_MS = 6 * 3600 * 1000, USABLE_MS = 7 * 24 * 3600 * 1000 };
enum { REFRESH_MAX = 64, REFRESH_TIMEOUT_MS = 120 * 1000 };

struct resolver *resolver_new(struct session *session, const struct book *book, struct tasks *tasks,
                              struct cache *file, const char *scope)
{
    struct resolver *r = xcalloc(1, sizeof *r);
    r->session = session;
    r->book = book;
    r->tasks = tasks;
    r->known = contracts_new(file, scope);
    return r;
}

size_t resolver_clear(struct resolver *r, struct utc now)
{
    return contracts_clear(r->known, now);
}

void resolver_free(struct resolver *r)
{
    if (!r)
        return;
    contracts_free(r->known);
    xfree(r);
}

struct contracts *resolver_contracts(struct resolver *r)
{
    return r->known;
}

struct resolve_cache_stats resolver_stats(const struct resolver *r)
{
    return (struct resolve_cache_stats){contracts_count(r->known), r->hits, r->misses,
                                        r->refreshed};
}

const char *resolve_how_text(enum resolve_how how)
{
    static const char *const names[] = {
        [RESOLVED_HELD] = "held",     [RESOLVED_EXPLICIT] = "explicit",
        [RESOLVED_SEARCH] = "search", [RESOLVED_FOREX] = "forex",
        [RESOLVED_ID] = "id",         [RESOLVED_NAME] = "name",
        [RESOLVED_OPTION] = "option", [RESOLVED_FUTURE] = "future",
    };
    return names[how];
}

/* ---- the question ---- */

static void copy_upper(char *out, size_t cap, struct str s)
{
    str_copy_cut(out, cap, str_trim(s));
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
static bool take_arguments(const struct resolve_question *q, struct spelling *s, struct error *e)
{
    if (q->exchange.n && !str_ieq(q->exchange, STR("SMART"))) {
        const char *known = alias_exchange(q->exchange);
        char wanted[sizeof s->exchange];
        copy_upper(wanted, sizeof wanted, known ? str_of(known) : q->exchange);
        if (!agrees(s->exchange, wanted, "exchange", e))
            return false;
        memcpy(s->exchange, wanted, sizeof wanted);
        s->is_explicit = true;
        s->is_known_exchange = known != NULL;
    }
    if (!q->currency.n)
        return true;
    if (!currency_is_known(q->currency))
        return error_set(e, ERROR_INVALID, "UNKNOWN_CURRENCY",
                         STR_FMT " is not a three-letter currency code",
                         STR_ARG(str_sub(q->currency, 0, SPELLING_MAX)));
    char wanted[sizeof s->currency];
    copy_upper(wanted, sizeof wanted, q->currency);
    if (!agrees(s->currency, wanted, "currency", e))
        return false;
    memcpy(s->currency, wanted, sizeof wanted);
    s->is_explicit = true;
    return true;
}

static bool parse_wish(const struct resolve_question *q, struct utc today, struct wish *w,
                       struct error *e)
{
    /* the longest key has the text, exchange and currency and "|name" */
    _Static_assert(SPELLING_MAX + 24 + 8 + 8 <= CONTRACTS_KEY_MAX, "a key fits");
    char up[SPELLING_MAX];
    *w = (struct wish){0};
    if (!spelling_parse(q->text, today, &w->s, e) || !take_arguments(q, &w->s, e))
        return false;
    copy_upper(up, sizeof up, q->text);
    (void)snprintf(w->key, sizeof w->key, "%s|%s|%s", up, w->s.exchange, w->s.currency);
    (void)snprintf(w->name_key, sizeof w->name_key, "%s|name", w->key);
    return true;
}

bool resolver_key(const struct resolve_question *q, struct utc today, char out[CONTRACTS_KEY_MAX])
{
    struct wish w;
    struct error e;
    bool ok = parse_wish(q, today, &w, &e);
    str_copy_cut(out, CONTRACTS_KEY_MAX, ok ? STR_NAME(w.key) : STR_NONE);
    return ok;
}

/* What was found by name is no answer to a question that wants no such search. */
static struct str key_of(const struct wish *w, enum resolve_how how)
{
    return STR_NAME(how == RESOLVED_NAME ? w->name_key : w->key);
}

/* ---- answers without the broker ---- */

static bool fits_wish(const struct contract *c, const struct spelling *s)
{
    return (!s->currency[0] || str_ieq(STR_NAME(c->currency), STR_NAME(s->currency))) &&
           (!s->exchange[0] || str_ieq(STR_NAME(c->exchange), STR_NAME(s->exchange)) ||
            str_ieq(STR_NAME(c->primary_exchange), STR_NAME(s->exchange)));
}

/* The one stock, index or fund held under that name; 0 if there is none or more than one. */
static int32_t held_con_id(const struct resolver *r, struct str account, const struct spelling *s)
{
    int32_t con_id = 0;
    const struct position *p;
    bool may_be = s->kind == SPELLING_SYMBOL && (s->type == SEC_UNKNOWN || s->type == SEC_STK);
    for (size_t i = 0; may_be && book_next_position(r->book, &i, account, &p);) {
        bool plain = p->contract.sec_type == SEC_STK || p->contract.sec_type == SEC_IND ||
                     p->contract.sec_type == SEC_FUND;
        if (!plain || dec_is_zero(p->quantity) || !spelling_is_form(s, p->contract.symbol) ||
            !fits_wish(&p->contract, s) || p->contract.con_id == con_id)
            continue;
        if (con_id)
            return 0;
        con_id = p->contract.con_id;
    }
    return con_id;
}

/* Takes over what is remembered, if it is good enough for the question. */
static void recall(struct resolver *r, struct task *t, struct wish *w, struct resolve_question *q)
{
    struct known *k = &w->before;
    bool is_known = contracts_find(r->known, str_of(w->key), task_now(t).wall, task_arena(t), k);
    bool is_fresh = is_known && !k->is_gone && k->age_ms <= FRESH_MS;
    w->is_stale =
        is_known && !k->is_gone && !is_fresh && !q->fresh && r->tasks && k->age_ms <= USABLE_MS;
    w->is_open = !is_fresh && !w->is_stale;
    if (w->is_open) {
        r->misses++;
        return;
    }
    r->hits++;
    q->found = k->found;
    q->count = q->total = k->count;
    q->how = (enum resolve_how)k->how;
    q->from_cache = true;
    q->age_ms = k->age_ms;
}

/* Takes the questions apart and answers what can be answered from memory. */
static void begin(struct task *t, struct resolver *r, struct str account,
                  struct resolve_question *q, size_t n, struct wish *w)
{
    for (size_t i = 0; i < n; i++) {
        struct resolve_question *one = &q[i];
        one->found = NULL;
        one->ranks = NULL;
        one->count = one->total = 0;
        one->from_cache = one->is_loose = false;
        one->age_ms = 0;
        one->key = one->note = STR_NONE;
        one->error = (struct error){0};
        if (!parse_wish(one, task_now(t).wall, &w[i], &one->error))
            continue;
        w[i].held = held_con_id(r, account, &w[i].s);
        if (w[i].held && !one->all) {
            w[i].s.kind = SPELLING_CON_ID;
            w[i].s.con_id = w[i].held;
            w[i].s.exchange[0] = 0; /* it is held there, whatever the route */
            (void)snprintf(w[i].key, sizeof w[i].key, "#%d", (int)w[i].held);
            w[i].name_key[0] = 0;
        }
        one->is_loose = w[i].s.is_loose;
        one->key = arena_str(task_arena(t), STR_NAME(w[i].key));
        recall(r, t, &w[i], one);
        if (w[i].held && !w[i].before.count) /* known by another name, perhaps */
            (void)contracts_get(r->known, w[i].held, task_now(t).wall, task_arena(t), &w[i].before);
    }
}

/* ---- what the broker no longer confirms ---- */

/* Asks by id for what was known and is not found any more: renamed, or gone. */
static bool follow(struct task *t, struct resolver *r, struct resolve_question *q, struct wish *w,
                   size_t n, struct error *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct known *before = &w[i].before;
        if (!w[i].is_open || q[i].count || q[i].error.code != ERROR_NONE || !before->count)
            continue;
        struct contract_question *ask =
            ARENA_MANY(task_arena(t), struct contract_question, before->count);
        for (size_t k = 0; k < before->count; k++)
            ask[k].like.con_id = before->found[k].contract.con_id;
        if (!query_contracts_batch(t, r->session, ask, before->count, e))
            return false;
        bool is_certain = true; /* that it is gone: every question was answered */
        for (size_t k = 0; k < before->count; k++) {
            is_certain = is_certain &&
                         (ask[k].error.code == ERROR_NONE || ask[k].error.code == ERROR_NOT_FOUND);
            if (ask[k].error.code == ERROR_NONE)
                rounds_keep(t, &q[i], ask[k].found, ask[k].count);
            else if (ask[k].error.code != ERROR_NOT_FOUND)
                q[i].error = ask[k].error;
        }
        q[i].how = (enum resolve_how)before->how;
        if (q[i].count)
            q[i].error = (struct error){0};
        else if (is_certain)
            contracts_gone(r->known, key_of(&w[i], (enum resolve_how)before->how),
                           task_now(t).wall);
    }
    return true;
}

/* ---- the answer ---- */

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
            q->count = q->total = 1;
    }
}

/* ---- asked again behind a question ---- */

struct refresh {
    struct resolver *r;
    char account[32];
    size_t n;
    struct {
        char text[SPELLING_MAX * 2], exchange[24], currency[8];
        bool exact, all;
    } at[REFRESH_MAX];
};

static void refresh_run(struct task *t, void *arg)
{
    struct refresh *job = arg;
    struct error e;
    struct resolve_question *q = ARENA_MANY(task_arena(t), struct resolve_question, job->n);
    for (size_t i = 0; i < job->n; i++)
        q[i] = (struct resolve_question){.text = STR_NAME(job->at[i].text),
                                         .exchange = STR_NAME(job->at[i].exchange),
                                         .currency = STR_NAME(job->at[i].currency),
                                         .exact = job->at[i].exact,
                                         .all = job->at[i].all,
                                         .fresh = true};
    /* a failure leaves the older answers; the next question tries again */
    if (resolve(t, job->r, STR_NAME(job->account), q, job->n, &e))
        job->r->refreshed += (int64_t)job->n;
    job->r->is_refreshing = false;
    xfree(job);
}

static void refresh_stale(struct task *t, struct resolver *r, struct str account,
                          const struct resolve_question *q, const struct wish *w, size_t n)
{
    struct refresh *job = NULL;
    for (size_t i = 0; i < n && !r->is_refreshing; i++) {
        if (!w[i].is_stale || (job && job->n == REFRESH_MAX))
            continue;
        job = job ? job : xcalloc(1, sizeof *job);
        size_t k = job->n++;
        str_copy_cut(job->at[k].text, sizeof job->at[k].text, str_trim(q[i].text));
        str_copy_cut(job->at[k].exchange, sizeof job->at[k].exchange, q[i].exchange);
        str_copy_cut(job->at[k].currency, sizeof job->at[k].currency, q[i].currency);
        job->at[k].exact = q[i].exact;
        job->at[k].all = q[i].all;
    }
    if (!job)
        return;
    job->r = r;
    str_copy_cut(job->account, sizeof job->account, account);
    r->is_refreshing = task_spawn(r->tasks, task_now(t), REFRESH_TIMEOUT_MS, refresh_run, job);
    if (!r->is_refreshing)
        xfree(job);
}

/* ---- all together ---- */

static bool may_be_name(const struct resolve_question *q, const struct wish *w)
{
    bool by_words = w->s.kind == SPELLING_SYMBOL || w->s.kind == SPELLING_FUTURE;
    return w->is_open && by_words && !q->exact && !q->count && !w->before.count &&
           q->error.code == ERROR_NONE;
}

bool resolve(struct task *t, struct resolver *r, struct str account, struct resolve_question *q,
             size_t n, struct error *e)
{
    struct wish *w = ARENA_MANY(task_arena(t), struct wish, n);
    begin(t, r, account, q, n, w);
    if (!rounds_run(t, r, q, w, n, e) || !follow(t, r, q, w, n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (may_be_name(&q[i], &w[i]) && !names_run(t, r, &q[i], &w[i], e))
            return false;
        if (q[i].count && w[i].is_open)
            contracts_put(r->known, key_of(&w[i], q[i].how), (int)q[i].how, q[i].found, q[i].count,
                          task_now(t).wall);
        if (q[i].count) {
            prefer_held(&q[i], w[i].held);
            answer_explain(t, &q[i], &w[i]);
        } else if (q[i].error.code == ERROR_NONE) {
            answer_missing(&q[i], &w[i], task_now(t).wall);
        }
    }
    refresh_stale(t, r, account, q, w, n);
    return true;
}

/* The texts that name each candidate, as many as fit. */
static void list_candidates(const struct resolve_question *q, char *out, size_t cap)
{
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < q->count; i++) {
        char name[SPELLING_MAX];
        (void)spelling_write(&q->found[i].contract, name);
        if (used + strlen(name) + 8 > cap) {
            (void)snprintf(out + used, cap - used, ", ...");
            return;
        }
        int k = snprintf(out + used, cap - used, "%s%s", i ? ", " : "", name);
        used += k > 0 ? (size_t)k : 0;
    }
}

bool resolve_one(struct task *t, struct resolver *r, struct str account, struct str text,
                 struct str exchange, struct str currency, struct contract_details *out,
                 struct error *e)
{
    struct resolve_question q = {
        .text = text, .exchange = exchange, .currency = currency, .exact = true, .fresh = true};
    if (!resolve(t, r, account, &q, 1, e))
        return false;
    if (q.error.code != ERROR_NONE) {
        *e = q.error;
        return false;
    }
    if (q.count > 1 || q.is_loose) {
        char names[ERROR_TEXT_MAX - SPELLING_MAX];
        list_candidates(&q, names, sizeof names);
        if (q.count > 1)
            error_set(e, ERROR_CONFLICT, "AMBIGUOUS_SYMBOL", STR_FMT " is %zu contracts: %s",
                      STR_ARG(str_trim(text)), q.total, names);
        else
            error_set(e, ERROR_CONFLICT, "AMBIGUOUS_SYMBOL",
                      STR_FMT " does not name one contract; the nearest is %s",
                      STR_ARG(str_trim(text)), names);
        return error_next(e, "name one of them as it is written there");
    }
    *out = q.found[0];
    return true;
}
