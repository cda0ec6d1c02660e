/* SPDX-License-Identifier: MIT */
#include "market/ranking.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 16 };

struct words {
    struct str at[WORDS_MAX];
    size_t n;
};

static bool is_legal_form(struct str w)
{
    static const char *const forms[] = {"INC",      "CORP",   "CO",      "LTD",    "PLC", "SA",
                                        "SE",       "NV",     "AG",      "SPA",    "AB",  "ASA",
                                        "OYJ",      "THE",    "REG",     "SHS",    "A/S", "CL",
                                        "CLASS",    "COMMON", "SP",      "SPON",   "ADR", "HOLDING",
                                        "HOLDINGS", "GROUP",  "COMPANY", "LIMITED"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (str_ieq(w, str_of(forms[i])))
            return true;
    return false;
}

static bool is_gap(char c)
{
    return c == ' ' || c == '-' || c == '.' || c == ',' || c == '(' || c == ')' || c == '/';
}

/* Words without legal forms; all of them where nothing else is there. */
static void cut_words(struct str text, struct words *out)
{
    out->n = 0;
    for (int pass = 0; pass < 2 && out->n == 0; pass++)
        for (size_t at = 0; at < text.n && out->n < WORDS_MAX;) {
            size_t end = at;
            while (end < text.n && !is_gap(text.p[end]))
                end++;
            struct str w = str_sub(text, at, end);
            if (w.n && (pass || !is_legal_form(w)))
                out->at[out->n++] = w;
            at = end + 1;
        }
}

/* A word fits if it is the same or the longer one begins with it: names are cut and inflected. */
static bool fits(struct str asked, struct str have)
{
    size_t n = asked.n < have.n ? asked.n : have.n;
    return n >= 3 ? str_ieq(str_sub(asked, 0, n), str_sub(have, 0, n)) : str_ieq(asked, have);
}

static bool has_word(const struct words *name, struct str w)
{
    for (size_t i = 0; i < name->n; i++)
        if (fits(w, name->at[i]))
            return true;
    return false;
}

/* A bond, say, or a receipt: who says a company's name means its share. */
static bool is_second_form(const struct contract_details *d)
{
    struct str type = STR_NAME(d->stock_type);
    return d->contract.sec_type == SEC_BOND || str_eq(type, STR("ADR")) ||
           str_eq(type, STR("GDR")) || str_eq(type, STR("NY REG SHRS")) ||
           str_eq(type, STR("PREFERRED")) || str_eq(type, STR("RIGHT"));
}

struct ranking ranking_by_name(struct str asked, const struct contract_details *d)
{
    struct words wanted, name;
    size_t begins = 0, hits = 0;
    int percent;
    const char *why;
    struct ranking r;
    cut_words(asked, &wanted);
    cut_words(STR_NAME(d->long_name), &name);
    while (begins < wanted.n && begins < name.n && fits(wanted.at[begins], name.at[begins]))
        begins++;
    for (size_t i = 0; i < wanted.n; i++)
        hits += has_word(&name, wanted.at[i]);
    bool all_begin = wanted.n && begins == wanted.n;
    struct str symbol = STR_NAME(d->contract.symbol);
    if (str_ieq(symbol, asked) || (all_begin && wanted.n == name.n)) {
        percent = 90;
        why = str_ieq(symbol, asked) ? "its symbol is" : "its name is";
    } else if (all_begin) {
        percent = 80;
        why = "its name begins with";
    } else if (wanted.n && hits == wanted.n) {
        percent = 70;
        why = "its name has all words of";
    } else if (symbol.n > asked.n && str_ieq(str_sub(symbol, 0, asked.n), asked)) {
        percent = 60;
        why = "its symbol begins with";
    } else {
        percent = wanted.n ? (int)(50 * hits / wanted.n) : 0;
        percent = percent > 10 ? percent : 10;
        why = hits ? "its name has some words of" : "the broker's search gave it for";
    }
    bool second = is_second_form(d);
    percent -= second ? 5 : 0;
    r.confidence = DEC_MICRO((int64_t)percent * 10000);
    (void)snprintf(r.why, sizeof r.why, "%s '%.*s'%s", why, STR_ARG(str_sub(asked, 0, 40)),
                   second ? ", not the share itself" : "");
    return r;
}

struct ranking ranking_exact(const char *reason, size_t count)
{
    struct ranking r = {.confidence = count == 1 ? DEC(1) : DEC_MICRO(800000)};
    if (count == 1)
        (void)snprintf(r.why, sizeof r.why, "the only match of %s", reason);
    else
        (void)snprintf(r.why, sizeof r.why, "one of %zu matches of %s", count, reason);
    return r;
}
