/* SPDX-License-Identifier: MIT */
/*
 * The search by name.
 *
 * The broker's search takes the beginning of a symbol or words of a name and gives at most sixteen
 * rows; it wants a second between two searches, so they take turns here. The words are tried as
 * they are, then without a place that may have been part of the name, then the first word alone.
 */
#include "market/resolver_private.h"

#include <assert.h>
#include <string.h>

enum { SEARCH_GAP_MS = 1000, PATTERNS = 3, FIRST_WORD_MIN = 4 };

/* Waits for the next turn among all who search. */
static bool take_turn(struct task *t, struct resolver *r, struct error *e)
{
    struct instant now = task_now(t).mono, turn = r->next_search;
    if (turn.ns < now.ns)
        turn = now;
    r->next_search = instant_after_ms(turn, SEARCH_GAP_MS);
    int64_t wait_ms = (turn.ns - now.ns) / NS_PER_MS;
    return wait_ms <= 0 || task_sleep(t, wait_ms, e);
}

/* A row may be what is wanted: the listing that was said, or what has futures where one is wanted.
 */
static bool fits(const struct symbol_match *m, const struct wish *w, bool is_filtered)
{
    const struct contract *c = &m->contract;
    const struct spelling *s = &w->s;
    if (s->kind == SPELLING_FUTURE)
        return str_find_str(STR_NAME(m->derivatives), STR("FUT")) < strlen(m->derivatives);
    if (!is_filtered)
        return true;
    return (!s->currency[0] || str_ieq(STR_NAME(c->currency), STR_NAME(s->currency))) &&
           (!s->exchange[0] || str_ieq(STR_NAME(c->primary_exchange), STR_NAME(s->exchange))) &&
           (s->type == SEC_UNKNOWN || c->sec_type == s->type);
}

/* The details of what the search gave. A future is asked for by the root that the row names. */
static bool details_of(struct task *t, struct resolver *r, struct resolve_question *q,
                       const struct wish *w, const struct symbol_match *m, size_t count,
                       bool is_filtered, struct error *e)
{
    struct contract_question *ask =
        ARENA_MANY(task_arena(t), struct contract_question, RESOLVE_CANDIDATES_MAX);
    size_t n = 0;
    for (size_t i = 0; i < count && n < RESOLVE_CANDIDATES_MAX; i++) {
        const struct contract *c = &m[i].contract;
        bool is_future = w->s.kind == SPELLING_FUTURE;
        /* an issuer of bonds comes as a row without a contract */
        if (!fits(&m[i], w, is_filtered) || (!is_future && c->con_id <= 0))
            continue;
        struct contract *like = &ask[n++].like;
        if (!is_future) {
            like->con_id = c->con_id;
            continue;
        }
        like->sec_type = w->s.which == WHICH_CONTINUOUS ? SEC_CONTFUT : SEC_FUT;
        memcpy(like->symbol, c->symbol, sizeof like->symbol);
        memcpy(like->exchange, w->s.exchange, sizeof like->exchange);
        str_copy_cut(like->expiry, sizeof like->expiry, STR_NAME(w->s.expiry));
    }
    if (n && !query_contracts_batch(t, r->session, ask, n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (ask[i].error.code == ERROR_NONE)
            rounds_keep(t, q, ask[i].found, ask[i].count);
    if (q->count)
        q->how = RESOLVED_NAME;
    return true;
}

/* Best first; equal ones as the broker gave them. */
static void sort_by_rank(struct resolve_question *q, const struct wish *w)
{
    for (size_t i = 1; i < q->count; i++) {
        struct contract_details moved = q->found[i];
        struct dec rank = ranking_by_name(STR_NAME(w->s.words), &moved).confidence;
        size_t k = i;
        for (; k > 0 &&
               dec_lt(ranking_by_name(STR_NAME(w->s.words), &q->found[k - 1]).confidence, rank);
             k--)
            q->found[k] = q->found[k - 1];
        q->found[k] = moved;
    }
}

static size_t patterns_of(const struct resolve_question *q, const struct wish *w,
                          struct str out[PATTERNS])
{
    struct str words = STR_NAME(w->s.words), whole = str_trim(q->text);
    struct str first = str_sub(words, 0, str_find(words, ' ', 0));
    size_t n = 0;
    out[n++] = words;
    if (!str_ieq(whole, words))
        out[n++] = whole;
    if (first.n < words.n && first.n >= FIRST_WORD_MIN)
        out[n++] = first;
    return n;
}

bool names_run(struct task *t, struct resolver *r, struct resolve_question *q, struct wish *w,
               struct error *e)
{
    struct str patterns[PATTERNS];
    size_t n = patterns_of(q, w, patterns);
    for (size_t i = 0; i < n && !q->count; i++) {
        struct symbol_match *matches = NULL;
        size_t count = 0;
        struct error failed = {0};
        if (!take_turn(t, r, e))
            return false;
        if (!query_symbols(t, r->session, patterns[i], &matches, &count, &failed)) {
            if (failed.code == ERROR_NOT_FOUND)
                continue;
            q->error = failed;
            return true;
        }
        /* the whole text is a name: what was taken for a place in it says nothing then */
        bool is_filtered = i == 0 || !str_ieq(patterns[i], str_trim(q->text));
        if (!details_of(t, r, q, w, matches, count, is_filtered, e))
            return false;
    }
    if (w->s.kind == SPELLING_FUTURE && w->s.which == WHICH_FRONT)
        rounds_front(q, task_now(t).wall);
    sort_by_rank(q, w);
    return true;
}
