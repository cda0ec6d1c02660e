/* SPDX-License-Identifier: MIT */
/* Outwards: the forms in which the broker may know a symbol, and the text that names a contract. */
#include "market/spelling.h"

#include <stdio.h>
#include <string.h>

/* ---- forms ---- */

static bool is_digits(const char *s)
{
    for (const char *p = s; *p; p++)
        if (*p < '0' || *p > '9')
            return false;
    return s[0] != 0;
}

static size_t add_form(char out[SPELLING_FORMS][32], size_t n, const char *form)
{
    if (n == SPELLING_FORMS)
        return n;
    str_copy_cut(out[n], sizeof out[n], str_of(form));
    for (size_t i = 0; i < n; i++)
        if (strcmp(out[i], out[n]) == 0)
            return n;
    return n + 1;
}

size_t spelling_forms(const struct spelling *s, char out[SPELLING_FORMS][32])
{
    char form[SPELLING_MAX + 1];
    size_t n = 0, length = strlen(s->symbol), cut = length;
    for (size_t i = 1; i + 1 < length; i++)
        if (strchr(" .-/", s->symbol[i]))
            cut = i;
    if (cut < length && length - cut <= 4) { /* a class or a series */
        for (const char *mark = " ."; *mark; mark++) {
            memcpy(form, s->symbol, length + 1);
            form[cut] = *mark;
            n = add_form(out, n, form);
        }
        return add_form(out, n, s->symbol);
    }
    n = add_form(out, n, s->symbol);
    /* codes of Hong Kong are padded to four or five digits; in Seoul six are the code itself */
    bool is_padded = s->exchange[0] ? strcmp(s->exchange, "SEHK") == 0 : length <= 5;
    if (is_padded && is_digits(s->symbol)) {
        const char *p = s->symbol;
        while (*p == '0' && p[1])
            p++;
        return add_form(out, n, p);
    }
    if (strcmp(s->exchange, "LSE") == 0 && length <= 3) {
        (void)snprintf(form, sizeof form, "%s.", s->symbol);
        n = add_form(out, n, form);
    }
    return n;
}

bool spelling_is_form(const struct spelling *s, const char *symbol)
{
    char forms[SPELLING_FORMS][32];
    size_t n = spelling_forms(s, forms);
    for (size_t i = 0; i < n; i++)
        if (str_ieq(str_of(symbol), str_of(forms[i])))
            return true;
    return false;
}

/* ---- writing ---- */

static const char *listing_of(const struct contract *c)
{
    if (c->primary_exchange[0])
        return c->primary_exchange;
    return strcmp(c->exchange, "SMART") == 0 ? "" : c->exchange;
}

static bool write_members(const struct contract *c, char out[SPELLING_MAX])
{
    const char *exchange = c->exchange[0] ? c->exchange : c->primary_exchange;
    char strike[DEC_TEXT_MAX];
    int n = 0;
    switch (c->sec_type) {
    case SEC_CASH:
        n = snprintf(out, SPELLING_MAX, "%s.%s", c->symbol, c->currency);
        break;
    case SEC_OPT:
        if (!c->strike.has || !c->right || strlen(c->expiry) < 8)
            return false;
        (void)dec_format(c->strike.v, strike);
        n = snprintf(out, SPELLING_MAX, "%s %.8s %s %c",
                     c->trading_class[0] ? c->trading_class : c->symbol, c->expiry, strike,
                     c->right);
        break;
    case SEC_FUT:
        if (strlen(c->expiry) < 8 || !exchange[0])
            return false;
        n = snprintf(out, SPELLING_MAX, "%s.%s.%s %.8s",
                     c->trading_class[0] ? c->trading_class : c->symbol, exchange, c->currency,
                     c->expiry);
        break;
    case SEC_CONTFUT:
        n = snprintf(out, SPELLING_MAX, "%s.%s.%s continuous", c->symbol, c->exchange, c->currency);
        break;
    case SEC_STK:
    case SEC_IND:
        if (!listing_of(c)[0])
            return false;
        n = snprintf(out, SPELLING_MAX, "%s.%s.%s", c->symbol, listing_of(c), c->currency);
        break;
    default:
        return false;
    }
    return n > 0 && n < SPELLING_MAX;
}

const char *spelling_write(const struct contract *c, char out[SPELLING_MAX])
{
    if (!c->symbol[0] || !c->currency[0] || !write_members(c, out))
        (void)snprintf(out, SPELLING_MAX, "conid:%d", (int)c->con_id);
    return out;
}
