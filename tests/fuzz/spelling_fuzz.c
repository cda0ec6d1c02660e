/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a symbol: what is understood has a name, its terms are whole, its forms are short
 * and differ; a contract made of it is written in a text that says the same again.
 */
#include "market/spelling.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 2026-11-23T12:00:00Z */
static const struct utc today = {1795435200LL * NS_PER_S};

static void check_forms(const struct spelling *s)
{
    char forms[SPELLING_FORMS][32];
    size_t n = spelling_forms(s, forms);
    assert(n >= 1 && n <= SPELLING_FORMS);
    for (size_t i = 0; i < n; i++) {
        assert(forms[i][0] && memchr(forms[i], 0, sizeof forms[i]));
        for (size_t k = 0; k < i; k++)
            assert(strcmp(forms[i], forms[k]) != 0);
    }
}

static void check_terms(const struct spelling *s)
{
    size_t n = strlen(s->expiry);
    assert(n == 0 || n == 6 || n == 8);
    assert(s->kind != SPELLING_OPTION ||
           (n && s->strike.has && (s->right == 'C' || s->right == 'P')));
    assert(s->kind != SPELLING_FUTURE || (n > 0) == (s->which == WHICH_NAMED));
    assert(!s->has_terms || (s->kind == SPELLING_SYMBOL && s->root[0] && n == 6));
}

/* The contract that the broker might answer with; false if it has no exact text. */
static bool contract_of(const struct spelling *s, struct contract *c)
{
    *c = (struct contract){.con_id = 7, .strike = s->strike, .right = s->right};
    if (s->kind == SPELLING_PAIR)
        c->sec_type = SEC_CASH;
    else if (s->kind == SPELLING_OPTION)
        c->sec_type = SEC_OPT;
    else if (s->kind == SPELLING_FUTURE)
        c->sec_type = SEC_FUT;
    else
        return false;
    str_copy_cut(c->symbol, sizeof c->symbol, STR_NAME(s->symbol));
    str_copy_cut(c->currency, sizeof c->currency,
                 s->currency[0] ? STR_NAME(s->currency) : STR("USD"));
    str_copy_cut(c->exchange, sizeof c->exchange, STR("CME"));
    str_copy_cut(c->expiry, sizeof c->expiry, STR_NAME(s->expiry));
    bool is_plain = true; /* what the broker calls by a symbol */
    for (const char *p = c->symbol; *p; p++)
        is_plain = is_plain && ((*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9'));
    return is_plain && strlen(c->symbol) <= 6;
}

static void check_writing(const struct spelling *s)
{
    struct contract c;
    struct spelling again;
    struct error e;
    char text[SPELLING_MAX];
    if (!contract_of(s, &c))
        return;
    bool ok = spelling_parse(str_of(spelling_write(&c, text)), today, &again, &e);
    assert(ok);
    if (again.kind == SPELLING_CON_ID)
        return; /* its members do not tell */
    assert(again.kind == s->kind && strcmp(again.expiry, s->expiry) == 0);
    assert(again.strike.has == s->strike.has && again.right == s->right);
    assert(!s->strike.has || dec_eq(again.strike.v, s->strike.v));
    assert(strcmp(again.symbol, s->symbol) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spelling s;
    struct error e = {.code = ERROR_NONE};
    struct str text = {(const char *)data, size};
    if (!spelling_parse(text, today, &s, &e)) {
        assert(e.code == ERROR_INVALID && e.reason[0] && e.text[0]);
        return 0;
    }
    assert(s.kind == SPELLING_CON_ID ? s.con_id > 0 : s.symbol[0] && s.words[0]);
    if (s.kind == SPELLING_CON_ID)
        return 0;
    check_forms(&s);
    check_terms(&s);
    check_writing(&s);
    return 0;
}
