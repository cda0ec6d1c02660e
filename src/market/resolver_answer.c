/* SPDX-License-Identifier: MIT */
/* What an answer says: why there is none, how sure the candidates are, and what has changed. */
#include "market/resolver_private.h"

#include <stdio.h>
#include <string.h>

/* ---- why there is nothing ---- */

static void date_of(struct utc t, char out[UTC_TEXT_MAX])
{
    (void)utc_format(t, out);
    out[10] = 0; /* the day alone */
}

static void delisted(struct resolve_question *q, const struct wish *w)
{
    const struct contract_details *d = &w->before.found[0];
    char day[UTC_TEXT_MAX];
    date_of(w->before.learnt, day);
    error_set(&q->error, ERROR_NOT_FOUND, "DELISTED_SYMBOL",
              STR_FMT " (%.60s, conid %d) is no longer listed; the broker last named it on %s",
              STR_ARG(str_trim(q->text)), d->long_name, (int)d->contract.con_id, day);
    error_next(&q->error, "look for its successor by name or ISIN with resolve_symbol");
}

/* "BRKB", which is "BRK B" here: letters alone, of which the last may be a class of shares. */
static bool hides_class(const struct spelling *s)
{
    size_t n = strlen(s->symbol);
    bool ok = n >= 3 && n <= 5 && !s->exchange[0] && strchr("ABC", s->symbol[n - 1]);
    for (size_t i = 0; i < n && ok; i++)
        ok = s->symbol[i] >= 'A' && s->symbol[i] <= 'Z';
    return ok;
}

void answer_missing(struct resolve_question *q, const struct wish *w, struct utc today)
{
    const struct spelling *s = &w->s;
    struct str text = str_trim(q->text);
    bool has_expiry = s->expiry[0] && (s->kind != SPELLING_SYMBOL || s->has_terms);
    if (w->before.count) {
        delisted(q, w);
    } else if (w->held) {
        error_set(&q->error, ERROR_NOT_FOUND, "DELISTED_SYMBOL",
                  STR_FMT " is held (conid %d), but the broker lists no such contract any more",
                  STR_ARG(text), (int)w->held);
        error_next(&q->error, "look for its successor by name or ISIN with resolve_symbol");
    } else if (has_expiry && spelling_is_past(s->expiry, today)) {
        error_set(&q->error, ERROR_NOT_FOUND, "EXPIRED_CONTRACT", STR_FMT " expired in %.4s-%.2s",
                  STR_ARG(text), s->expiry, s->expiry + 4);
        error_next(&q->error, "name a later expiry%s",
                   s->kind == SPELLING_OPTION ? "" : ", or the nearest one as 'ES front'");
    } else if (s->kind == SPELLING_PAIR) {
        error_set(&q->error, ERROR_NOT_FOUND, "UNKNOWN_PAIR", "the broker quotes no pair %s.%s",
                  s->symbol, s->currency);
        if (w->is_reverse)
            error_next(&q->error, "it is quoted the other way round: %s.%s", s->currency,
                       s->symbol);
        else
            error_next(&q->error, "get_forex_rates and convert_currency go through USD or EUR");
    } else if (s->kind == SPELLING_OPTION) {
        error_set(&q->error, ERROR_NOT_FOUND, "UNKNOWN_OPTION", "there is no option " STR_FMT,
                  STR_ARG(text));
        error_next(&q->error, "look at the expiries and strikes that are listed for %s", s->symbol);
    } else if (s->kind == SPELLING_FUTURE) {
        error_set(&q->error, ERROR_NOT_FOUND, "UNKNOWN_FUTURE", "there is no future " STR_FMT,
                  STR_ARG(text));
        error_next(&q->error,
                   "write ROOT YYYYMM (ES 202612), ROOT front, or the name (gold future)");
    } else if (s->exchange[0] && s->is_explicit && !s->is_known_exchange) {
        error_set(&q->error, ERROR_NOT_FOUND, "UNKNOWN_EXCHANGE",
                  "no contract is known for " STR_FMT ", and %s is no exchange that is known here",
                  STR_ARG(text), s->exchange);
        error_next(&q->error, "name the exchange by the broker's code, MIC or city (TSEJ, XTKS, "
                              "Tokyo), or leave it out");
    } else {
        error_set(&q->error, ERROR_NOT_FOUND, "UNKNOWN_SYMBOL", "no contract is known for " STR_FMT,
                  STR_ARG(text));
        int stem = (int)strlen(s->symbol) - 1;
        if (hides_class(s))
            error_next(&q->error,
                       "if its last letter is a class of shares write it apart, as \"%.*s %s\"; "
                       "else give exchange and currency as SYMBOL.EXCHANGE.CURRENCY",
                       stem, s->symbol, s->symbol + stem);
        else
            error_next(&q->error,
                       "give exchange and currency as SYMBOL.EXCHANGE.CURRENCY (7203.TSEJ.JPY)%s",
                       q->exact ? ", or look it up with resolve_symbol"
                                : ", an ISIN, or the full name");
    }
}

/* ---- how sure it is ---- */

/* What was looked for, in the words of an explanation. */
static const char *reason_of(const struct resolve_question *q, const struct wish *w)
{
    static const char *const reasons[] = {[RESOLVED_HELD] = "the symbol",
                                          [RESOLVED_EXPLICIT] = "symbol and listing",
                                          [RESOLVED_SEARCH] = "the symbol",
                                          [RESOLVED_FOREX] = "the pair",
                                          [RESOLVED_ID] = "the number",
                                          [RESOLVED_NAME] = "the name",
                                          [RESOLVED_OPTION] = "expiry, strike and right",
                                          [RESOLVED_FUTURE] = "root and month"};
    if (q->how == RESOLVED_FUTURE && w->s.which == WHICH_FRONT)
        return "the root, as its front month (nearest expiry)";
    if (q->how == RESOLVED_FUTURE && w->s.which == WHICH_CONTINUOUS)
        return "the root, as the broker's continuous future";
    return reasons[q->how];
}

static void rank(struct task *t, struct resolve_question *q, const struct wish *w)
{
    q->ranks = ARENA_MANY(task_arena(t), struct ranking, q->count);
    for (size_t i = 0; i < q->count; i++) {
        q->ranks[i] = q->how == RESOLVED_NAME ? ranking_by_name(STR_NAME(w->s.words), &q->found[i])
                                              : ranking_exact(reason_of(q, w), q->total);
        if (q->how == RESOLVED_HELD && i == 0)
            q->ranks[i] = (struct ranking){DEC(1), "held in the account"};
    }
}

/* What a reader should know: the symbol changed, or it names something else than before. */
static void annotate(struct task *t, struct resolve_question *q, const struct wish *w)
{
    const struct contract *c = &q->found[0].contract;
    const struct known *before = &w->before;
    bool by_symbol = (q->how == RESOLVED_SEARCH || q->how == RESOLVED_EXPLICIT) &&
                     w->s.kind == SPELLING_SYMBOL && !w->s.has_terms && !w->s.index;
    char day[UTC_TEXT_MAX];
    if (by_symbol && q->count == 1 && !spelling_is_form(&w->s, c->symbol)) {
        q->note = arena_f(task_arena(t), STR_FMT " goes under the symbol %s now (conid %d)",
                          STR_ARG(str_trim(q->text)), c->symbol, (int)c->con_id);
    } else if (w->is_open && by_symbol && before->count == 1 && q->count == 1 &&
               before->found[0].contract.con_id != c->con_id) {
        date_of(before->learnt, day);
        q->note = arena_f(task_arena(t), STR_FMT " named another contract until %s: %s (conid %d)",
                          STR_ARG(str_trim(q->text)), day, before->found[0].long_name,
                          (int)before->found[0].contract.con_id);
    }
}

void answer_explain(struct task *t, struct resolve_question *q, const struct wish *w)
{
    rank(t, q, w);
    annotate(t, q, w);
}
