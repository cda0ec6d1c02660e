/* SPDX-License-Identifier: MIT */
/*
 * What the broker is asked for a spelling, and in which order.
 *
 * A round is one batch for all open questions. For one question it holds up to PLAN_MAX requests in
 * groups: of the groups that find something the first one answers, and the requests of one group
 * are candidates beside each other. So "BRK.B" asks for "BRK B" and "BRK.B" at once and takes the
 * first that exists, while "SPX" asks for the index and the share of that symbol and shows both. A
 * question that is answered takes no part in later rounds.
 */
#include "market/resolver_private.h"

#include "market/aliases.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PLAN_MAX = 12 };

struct request {
    struct contract like;
    int group;
    bool is_reverse; /* its result is no answer, only what can be said about one */
};

struct plan {
    struct request at[PLAN_MAX];
    size_t n;
};

static struct contract *add(struct plan *p, int group, enum sec_type type, const char *symbol,
                            const char *exchange, const char *currency)
{
    assert(p->n < PLAN_MAX);
    struct request *r = &p->at[p->n++];
    *r = (struct request){.like = {.sec_type = type}, .group = group};
    str_copy_cut(r->like.symbol, sizeof r->like.symbol, str_of(symbol));
    str_copy_cut(r->like.exchange, sizeof r->like.exchange, str_of(exchange));
    str_copy_cut(r->like.currency, sizeof r->like.currency, str_of(currency));
    return &r->like;
}

/* ---- futures and options ---- */

/* By the broker's symbol, by the class that people call it by, and by the exchange's own name. */
static void plan_future(const struct spelling *s, const char *root, int group, struct plan *p)
{
    enum sec_type type = s->which == WHICH_CONTINUOUS ? SEC_CONTFUT : SEC_FUT;
    const char *expiry = s->which == WHICH_NAMED ? s->expiry : "";
    const struct root_alias *alias = alias_root(str_of(root));
    const char *exchange = s->exchange[0] || !alias ? s->exchange : alias->exchange;
    struct contract *k;
    if (alias) {
        k = add(p, group++, type, alias->symbol, exchange, s->currency);
        str_copy_cut(k->trading_class, sizeof k->trading_class, str_of(alias->root));
        str_copy_cut(k->expiry, sizeof k->expiry, str_of(expiry));
    }
    k = add(p, group++, type, root, s->exchange, s->currency);
    str_copy_cut(k->expiry, sizeof k->expiry, str_of(expiry));
    if (s->local_symbol[0] && s->which == WHICH_NAMED) {
        k = add(p, group, type, "", s->exchange, s->currency);
        str_copy_cut(k->local_symbol, sizeof k->local_symbol, str_of(s->local_symbol));
    }
}

static struct contract *add_option(const struct spelling *s, struct plan *p, int group,
                                   const char *symbol, const char *exchange)
{
    struct contract *k = add(p, group, SEC_OPT, symbol, exchange, s->currency);
    str_copy_cut(k->expiry, sizeof k->expiry, str_of(s->expiry));
    k->strike = s->strike;
    k->right = s->right;
    return k;
}

static void plan_option(const struct spelling *s, int round, struct plan *p)
{
    char forms[SPELLING_FORMS][32];
    const struct root_alias *alias = alias_root(str_of(s->symbol));
    const char *exchange = s->exchange[0] ? s->exchange : round == 0 ? "SMART" : "";
    if (round > 1 || (round == 1 && s->exchange[0]))
        return;
    if (alias && strcmp(alias->symbol, alias->root) != 0) {
        struct contract *k = add_option(s, p, 0, alias->symbol, exchange);
        str_copy_cut(k->trading_class, sizeof k->trading_class, str_of(alias->root));
    }
    if (s->local_symbol[0]) {
        struct contract *k = add(p, 1, SEC_OPT, "", exchange, s->currency);
        str_copy_cut(k->local_symbol, sizeof k->local_symbol, str_of(s->local_symbol));
    }
    size_t n = spelling_forms(s, forms);
    for (size_t i = 0; i < n; i++)
        (void)add_option(s, p, 2 + (int)i, forms[i], exchange);
}

/* ---- symbols ---- */

/* A symbol at the broker has no blank but before a class: everything else is a name. */
static bool is_symbol(const struct spelling *s)
{
    size_t n = strlen(s->symbol), blanks = 0, last = n;
    for (size_t i = 0; i < n; i++)
        if (s->symbol[i] == ' ') {
            blanks++;
            last = i;
        }
    return n < sizeof(((struct contract *)0)->symbol) &&
           (blanks == 0 || (blanks == 1 && n - last <= 4));
}

/* In the first round, beside shares: the index of that very symbol, and a future that has it. */
static void plan_others_at_once(const struct spelling *s, struct plan *p)
{
    if (s->index) /* where the symbol is another ("DOW"), a share of that symbol comes first */
        (void)add(p, strcmp(s->index, s->symbol) == 0 ? 0 : SPELLING_FORMS, SEC_IND, s->index,
                  s->exchange[0] ? s->exchange : s->index_exchange, s->currency);
    if (!s->has_terms)
        return;
    struct contract *k = add(p, 0, SEC_FUT, "", s->exchange, s->currency);
    str_copy_cut(k->local_symbol, sizeof k->local_symbol, str_of(s->local_symbol));
    plan_future(s, s->root, SPELLING_FORMS + 1, p);
}

static void plan_shares(const struct spelling *s, int round, struct plan *p)
{
    char forms[SPELLING_FORMS][32];
    size_t n = spelling_forms(s, forms);
    const char *exchange = s->exchange[0] ? s->exchange : round == 0 ? "SMART" : "";
    for (size_t i = 0; i < n; i++)
        (void)add(p, (int)i, SEC_STK, forms[i], exchange, s->currency);
}

/* What is no share: asked for only when there is none of that symbol. */
static void plan_rest(const struct spelling *s, struct plan *p)
{
    static const enum sec_type types[] = {SEC_IND, SEC_CRYPTO, SEC_CMDTY, SEC_FUND};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        (void)add(p, 0, types[i], s->symbol, s->exchange, s->currency);
    if (s->exchange[0])
        plan_future(s, s->symbol, 0, p);
}

static void plan_symbol(const struct spelling *s, int round, struct plan *p)
{
    bool is_any = s->type == SEC_UNKNOWN, is_share = is_any || s->type == SEC_STK;
    if (s->type == SEC_IND && s->index) {
        if (round == 0)
            (void)add(p, 0, SEC_IND, s->index, s->exchange[0] ? s->exchange : s->index_exchange,
                      s->currency);
    } else if (!is_symbol(s)) {
        if (round == 0 && s->index)
            (void)add(p, 0, SEC_IND, s->index, s->index_exchange, s->currency);
    } else if (round == 0 && is_share) {
        plan_shares(s, round, p);
        if (is_any)
            plan_others_at_once(s, p);
    } else if (round == 0) {
        (void)add(p, 0, s->type, s->symbol, s->exchange, s->currency);
    } else if (round == 1 && is_share && !s->exchange[0]) {
        plan_shares(s, round, p);
    } else if (round == 2 && is_any) {
        plan_rest(s, p);
    } else if (round == 3 && is_any && !s->exchange[0]) {
        (void)add(p, 0, SEC_FUT, s->symbol, "", s->currency);
    }
}

/* By the number of a security: a share where it is routed, anywhere, then what else has numbers. */
static void plan_security(const struct spelling *s, int round, struct plan *p)
{
    if (round == 0)
        (void)add(p, 0, SEC_STK, "", s->exchange[0] ? s->exchange : "SMART", s->currency);
    else if (round == 1 && !s->exchange[0])
        (void)add(p, 0, SEC_STK, "", "", s->currency);
    else if (round == 2)
        for (enum sec_type type = SEC_BOND; type <= SEC_FUND; type++)
            (void)add(p, 0, type, "", s->exchange, s->currency);
}

static void plan_pair(const struct spelling *s, int round, struct plan *p)
{
    if (round == 0)
        (void)add(p, 0, SEC_CASH, s->symbol, "IDEALPRO", s->currency);
    if (round == 1) {
        (void)add(p, 0, SEC_CASH, s->currency, "IDEALPRO", s->symbol);
        p->at[0].is_reverse = true;
    }
}

static void plan_round(const struct spelling *s, int round, struct plan *p)
{
    p->n = 0;
    switch (s->kind) {
    case SPELLING_CON_ID:
        if (round == 0)
            add(p, 0, SEC_UNKNOWN, "", s->exchange, "")->con_id = s->con_id;
        break;
    case SPELLING_SECURITY:
        plan_security(s, round, p);
        break;
    case SPELLING_PAIR:
        plan_pair(s, round, p);
        break;
    case SPELLING_OPTION:
        plan_option(s, round, p);
        break;
    case SPELLING_FUTURE:
        if (round == 0)
            plan_future(s, s->symbol, 0, p);
        break;
    case SPELLING_SYMBOL:
        plan_symbol(s, round, p);
        break;
    }
}

/* ---- answers ---- */

void rounds_keep(struct task *t, struct resolve_question *q, const struct contract_details *found,
                 size_t count)
{
    if (!q->found)
        q->found = ARENA_MANY(task_arena(t), struct contract_details, RESOLVE_CANDIDATES_MAX);
    for (size_t i = 0; i < count; i++) {
        bool seen = false;
        for (size_t k = 0; k < q->count; k++)
            seen = seen || q->found[k].contract.con_id == found[i].contract.con_id;
        if (seen)
            continue;
        q->total++;
        if (q->count < RESOLVE_CANDIDATES_MAX)
            q->found[q->count++] = found[i];
    }
}

static bool is_future(const struct contract_details *d)
{
    return d->contract.sec_type == SEC_FUT;
}

static int by_expiry(const void *a, const void *b)
{
    const struct contract_details *x = a, *y = b;
    int order = strcmp(x->contract.expiry, y->contract.expiry);
    return order ? order
                 : (x->contract.con_id > y->contract.con_id) -
                       (x->contract.con_id < y->contract.con_id);
}

static bool same_kind(const struct contract *a, const struct contract *b)
{
    return strcmp(a->symbol, b->symbol) == 0 && strcmp(a->exchange, b->exchange) == 0 &&
           strcmp(a->trading_class, b->trading_class) == 0 &&
           strcmp(a->multiplier, b->multiplier) == 0 && strcmp(a->currency, b->currency) == 0;
}

/* Of the sorted rows those that are not past; of each kind the first alone if `front`. */
static size_t keep_fronts(struct contract_details *d, size_t n, bool front, struct utc today)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool drop = is_future(&d[i]) && spelling_is_past(d[i].contract.expiry, today);
        for (size_t k = 0; front && !drop && k < kept; k++)
            drop = is_future(&d[i]) && same_kind(&d[k].contract, &d[i].contract);
        if (!drop && kept != i)
            d[kept] = d[i];
        kept += !drop;
    }
    return kept;
}

void rounds_front(struct resolve_question *q, struct utc today)
{
    q->count = keep_fronts(q->found, q->count, true, today);
    q->total = q->count;
}

/* Many expiries come in any order: sort before they are cut to the candidates. */
static void keep_group(struct task *t, struct resolve_question *q, const struct wish *w,
                       struct contract_question *a)
{
    if (a->count > 1 && is_future(&a->found[0])) {
        qsort(a->found, a->count, sizeof *a->found, by_expiry);
        bool front = w->s.kind == SPELLING_FUTURE && w->s.which == WHICH_FRONT;
        a->count = keep_fronts(a->found, a->count, front, task_now(t).wall);
    }
    rounds_keep(t, q, a->found, a->count);
}

static enum resolve_how how_of(const struct spelling *s)
{
    static const enum resolve_how of[] = {[SPELLING_CON_ID] = RESOLVED_ID,
                                          [SPELLING_SECURITY] = RESOLVED_ID,
                                          [SPELLING_PAIR] = RESOLVED_FOREX,
                                          [SPELLING_OPTION] = RESOLVED_OPTION,
                                          [SPELLING_FUTURE] = RESOLVED_FUTURE};
    if (s->kind != SPELLING_SYMBOL)
        return of[s->kind];
    return s->is_explicit ? RESOLVED_EXPLICIT : RESOLVED_SEARCH;
}

/* The answers to one question's requests of a round. */
static void take_answers(struct task *t, struct resolve_question *q, struct wish *w,
                         const struct plan *p, struct contract_question *a)
{
    int answered = -1; /* the first group that found something */
    struct error failed = {0};
    for (size_t i = 0; i < p->n; i++) {
        bool is_found = a[i].error.code == ERROR_NONE && a[i].count > 0;
        if (a[i].error.code != ERROR_NONE && a[i].error.code != ERROR_NOT_FOUND)
            failed = a[i].error;
        if (p->at[i].is_reverse)
            w->is_reverse = is_found;
        else if (is_found && (answered < 0 || p->at[i].group < answered))
            answered = p->at[i].group;
    }
    for (size_t i = 0; i < p->n && answered >= 0; i++)
        if (p->at[i].group == answered && a[i].error.code == ERROR_NONE)
            keep_group(t, q, w, &a[i]);
    if (q->count)
        q->how = how_of(&w->s);
    else if (failed.code != ERROR_NONE)
        q->error = failed;
}

static bool run_round(struct task *t, struct resolver *r, struct resolve_question *q,
                      struct wish *w, size_t n, int round, struct error *e)
{
    struct plan *plans = ARENA_MANY(task_arena(t), struct plan, n);
    size_t total = 0, at = 0;
    for (size_t i = 0; i < n; i++) {
        if (w[i].is_open && !q[i].count && q[i].error.code == ERROR_NONE)
            plan_round(&w[i].s, round, &plans[i]);
        total += plans[i].n;
    }
    if (!total)
        return true;
    struct contract_question *ask = ARENA_MANY(task_arena(t), struct contract_question, total);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < plans[i].n; k++, at++) {
            ask[at].like = plans[i].at[k].like;
            ask[at].sec_id_type = w[i].s.id_type;
            if (w[i].s.id_type)
                ask[at].sec_id = STR_NAME(w[i].s.symbol);
        }
    if (!query_contracts_batch(t, r->session, ask, total, e))
        return false;
    at = 0;
    for (size_t i = 0; i < n; at += plans[i].n, i++)
        if (plans[i].n)
            take_answers(t, &q[i], &w[i], &plans[i], &ask[at]);
    return true;
}

bool rounds_run(struct task *t, struct resolver *r, struct resolve_question *q, struct wish *w,
                size_t n, struct error *e)
{
    for (int round = 0; round < ROUNDS; round++)
        if (!run_round(t, r, q, w, n, round, e))
            return false;
    return true;
}
