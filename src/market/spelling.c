/* SPDX-License-Identifier: MIT */
/*
 * spelling: the order in which a text is tried. What is certain by its form comes first (numbers of
 * securities, options, pairs), then marks and words around a symbol are taken off one by one, and
 * what is left is a symbol or words of a name.
 */
#include "market/spelling.h"

#include "market/aliases.h"
#include "market/currencies.h"
#include "market/security_id.h"
#include "market/spelling_terms.h"

#include <stdio.h>
#include <string.h>

/* ---- characters ---- */

/* U+00C0..U+00FF without their accents; 0 for the two signs among them. */
static const char latin[] = "AAAAAAACEEEEIIIIDNOOOOO\0OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO\0OUUUUYTY";

static bool is_allowed(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(" ./-@:#^&'=!+", c));
}

/* Upper case, accents dropped, blanks at the ends dropped; false if it is no text of a symbol. */
static bool fold(struct str text, char out[SPELLING_MAX], struct error *e)
{
    size_t n = 0;
    text = str_trim(text);
    if (!text.n || text.n >= SPELLING_MAX)
        return error_set(e, ERROR_INVALID, "BAD_SYMBOL", "a symbol has 1 to %d characters",
                         SPELLING_MAX - 1);
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i], next = 0;
        if (i + 1 < text.n)
            next = (unsigned char)text.p[i + 1];
        char plain = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : (char)c;
        if (c == 0xC3 && next >= 0x80 && next < 0xC0) {
            plain = latin[next - 0x80];
            i++;
        }
        if (!is_allowed(plain))
            return error_set(e, ERROR_INVALID, "BAD_SYMBOL",
                             "character %zu of a symbol is not a letter, digit or one of . / - @",
                             i + 1);
        out[n++] = plain;
    }
    out[n] = 0;
    return true;
}

static bool is_currency(struct str s)
{
    return s.n == 3 && currency_is_known(s);
}

static void keep(char *out, size_t cap, struct str s)
{
    str_copy_cut(out, cap, str_trim(s));
}

/* ---- exchange and currency around a symbol ---- */

static void say_exchange(struct spelling *s, const char *known, struct str written)
{
    s->is_explicit = true;
    s->is_known_exchange = known != NULL;
    if (!known || strcmp(known, "SMART") != 0)
        keep(s->exchange, sizeof s->exchange, known ? str_of(known) : written);
}

/* A tail of one letter is a class of shares, but for two vendors' marks; "PRA" a series. */
static bool is_class(struct str symbol, struct str tail)
{
    bool has_digit = symbol.n && symbol.p[0] >= '0' && symbol.p[0] <= '9';
    if (tail.n == 1)
        return !(tail.p[0] == 'L' || (tail.p[0] == 'T' && has_digit));
    return tail.n == 3 && tail.p[0] == 'P' && tail.p[1] == 'R';
}

static const char *exchange_of_tail(struct str tail)
{
    const char *known = alias_exchange(tail);
    return known ? known : alias_suffix(tail);
}

/* Where the symbol ends and exchange and currency begin: text.n if it has neither. */
static size_t find_tail(struct str text)
{
    size_t at = str_find(text, '@', 0), dot = str_find(text, '.', 0);
    if (at < text.n || dot == text.n)
        return at;
    size_t second = str_find(text, '.', dot + 1);
    struct str first = str_sub(text, dot + 1, second);
    if (is_class(str_sub(text, 0, dot), first) || (first.n == 0 && second < text.n))
        return second;
    return second < text.n || is_currency(first) || exchange_of_tail(first) ? dot : text.n;
}

/* Takes "SYM.EXCH.CCY", "SYM@EXCH", "SYM.CCY" and "BRK.B" apart. */
static void take_suffixes(struct spelling *s, struct str text)
{
    size_t at = find_tail(text);
    struct str tail = str_trim(str_sub(text, at + 1, text.n));
    keep(s->symbol, sizeof s->symbol, str_sub(text, 0, at));
    if (!tail.n)
        return;
    s->is_explicit = true;
    for (size_t dot = tail.n; dot-- > 0;) { /* exchange codes may have dots: "ENEXT.BE" */
        struct str last = str_sub(tail, dot + 1, tail.n);
        if (tail.p[dot] == '.' && !s->currency[0] && is_currency(last)) {
            keep(s->currency, sizeof s->currency, last);
            tail = str_sub(tail, 0, dot);
        }
    }
    bool is_at = at < text.n && text.p[at] == '@';
    if (is_currency(tail) && !s->currency[0] && !alias_exchange(tail))
        keep(s->currency, sizeof s->currency, tail);
    else
        say_exchange(s, is_at ? alias_exchange(tail) : exchange_of_tail(tail), tail);
    if (str_eq(tail, STR("US")) && !s->currency[0])
        keep(s->currency, sizeof s->currency, STR("USD"));
}

/* "NASDAQ:AAPL", "AMS:ASML": true if what stands before the colon is an exchange. */
static bool take_prefix(struct spelling *s, struct str *text)
{
    size_t colon = str_find(*text, ':', 0);
    const char *known = alias_exchange(str_trim(str_sub(*text, 0, colon)));
    if (colon == text->n || !known)
        return false;
    say_exchange(s, known, STR_NONE);
    *text = str_trim(str_sub(*text, colon + 1, text->n));
    return true;
}

/* "ASML AMSTERDAM", "TENCENT HONG KONG", "ASML NA": the words without the place. */
static struct str take_place(struct spelling *s, struct str text)
{
    struct tokens t;
    tokens_cut(text, &t);
    for (size_t words = 2; words >= 1; words--) {
        if (t.n <= words)
            continue;
        struct str place = tokens_text(&t, t.n - words, t.n);
        const char *known = place.n > 3 ? alias_exchange(place) : NULL;
        if (!known && place.n == 2 && t.n == 2) /* a vendor's ticker has one word */
            known = alias_country(place);
        if (!known)
            continue;
        say_exchange(s, known, STR_NONE);
        if (str_eq(place, STR("US")))
            keep(s->currency, sizeof s->currency, STR("USD"));
        return tokens_text(&t, 0, t.n - words);
    }
    if (t.n == 2 && is_currency(t.at[1])) { /* "ASML EUR" */
        s->is_explicit = true;
        keep(s->currency, sizeof s->currency, t.at[1]);
        return t.at[0];
    }
    return text;
}

/* ---- words that say a type ---- */

static const struct type_word {
    const char *word;
    enum sec_type type;
} type_words[] = {
    {"STOCK", SEC_STK},  {"STOCKS", SEC_STK},    {"SHARE", SEC_STK},   {"SHARES", SEC_STK},
    {"EQUITY", SEC_STK}, {"ETF", SEC_STK},       {"STK", SEC_STK},     {"INDEX", SEC_IND},
    {"IND", SEC_IND},    {"FUTURE", SEC_FUT},    {"FUTURES", SEC_FUT}, {"FUT", SEC_FUT},
    {"OPTION", SEC_OPT}, {"OPTIONS", SEC_OPT},   {"OPT", SEC_OPT},     {"BOND", SEC_BOND},
    {"FUND", SEC_FUND},  {"CRYPTO", SEC_CRYPTO}, {"COIN", SEC_CRYPTO}, {"FOREX", SEC_CASH},
    {"SPOT", SEC_CMDTY},
};

static struct str take_type(struct spelling *s, struct str text)
{
    struct tokens t;
    tokens_cut(text, &t);
    for (size_t i = 0; t.n > 1 && i < sizeof type_words / sizeof type_words[0]; i++)
        if (str_eq(t.at[t.n - 1], str_of(type_words[i].word))) {
            s->type = type_words[i].type;
            return tokens_text(&t, 0, t.n - 1);
        }
    return text;
}

/* ---- certain by their form ---- */

static bool parse_con_id(struct str name, struct spelling *s, struct error *e)
{
    int64_t id;
    struct str number = str_trim(str_sub(name, name.p[0] == '#' ? 1 : 6, name.n));
    if (!str_to_i64(number, &id) || id <= 0 || id > INT32_MAX)
        return error_set(e, ERROR_INVALID, "BAD_SYMBOL", "a contract id is a positive number");
    s->kind = SPELLING_CON_ID;
    s->con_id = (int32_t)id;
    return true;
}

/* The register that "ISIN:..." names, and the text behind the colon. */
static const char *said_register(struct str *name)
{
    static const char *const registers[] = {"ISIN", "CUSIP", "FIGI"};
    size_t colon = str_find(*name, ':', 0);
    for (size_t i = 0; i < sizeof registers / sizeof registers[0]; i++)
        if (colon < name->n && str_eq(str_sub(*name, 0, colon), str_of(registers[i]))) {
            *name = str_trim(str_sub(*name, colon + 1, name->n));
            return registers[i];
        }
    return NULL;
}

/* Twelve characters that begin with a country and end in a digit are an ISIN or a slip in one. */
static bool looks_like_isin(struct str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool letter = s.p[i] >= 'A' && s.p[i] <= 'Z', digit = s.p[i] >= '0' && s.p[i] <= '9';
        digits += digit;
        if (!(letter || digit) || (i < 2 && !letter) || (i == 11 && !digit))
            return false;
    }
    return s.n == 12 && digits >= 4;
}

static bool parse_security(struct str name, struct spelling *s, bool *is_it, struct error *e)
{
    const char *said = said_register(&name), *type = security_id_type(name);
    *is_it = said || type || looks_like_isin(name);
    if (!*is_it)
        return true;
    if (!type || (said && strcmp(said, type) != 0)) {
        error_set(e, ERROR_INVALID, "BAD_CHECK_DIGIT", STR_FMT " is no valid %s: %s", STR_ARG(name),
                  said ? said : "ISIN", "length or check digit is wrong");
        return error_next(e, "copy the number again, or name the symbol");
    }
    s->kind = SPELLING_SECURITY;
    s->id_type = type;
    keep(s->symbol, sizeof s->symbol, name);
    return true;
}

/* A coin or metal against a currency: "BTC/USD", "XAUUSD", "BTC-EUR". */
static bool parse_coin(struct str text, struct spelling *s)
{
    size_t cut = 0;
    while (cut < text.n && !strchr("/.- ", text.p[cut]))
        cut++;
    bool is_joined = cut == text.n;
    if (is_joined && text.n > 3)
        cut = text.n - 3;
    struct str base = str_sub(text, 0, cut),
               quote = str_sub(text, is_joined ? cut : cut + 1, text.n);
    if (!is_currency(quote) || (!alias_is_coin(base) && !alias_is_metal(base)))
        return false;
    s->type = alias_is_coin(base) ? SEC_CRYPTO : SEC_CMDTY;
    s->is_explicit = true;
    keep(s->currency, sizeof s->currency, quote);
    (void)snprintf(s->symbol, sizeof s->symbol, "%.*s%.*s", STR_ARG(base),
                   s->type == SEC_CMDTY ? (int)quote.n : 0, quote.p);
    return true;
}

static bool parse_pair(struct str text, struct spelling *s)
{
    char base[8], quote[8];
    struct str name = text;
    if (str_ends(name, STR("=X"))) /* "EURUSD=X"; "JPY=X" is against the dollar */
        name = str_sub(name, 0, name.n - 2);
    if (str_starts(name, STR("FX:")))
        name = str_sub(name, 3, name.n);
    if (str_ends(name, STR(".IDEALPRO")))
        name = str_sub(name, 0, name.n - strlen(".IDEALPRO"));
    bool is_dollar = name.n < text.n && is_currency(name);
    if (is_dollar) {
        keep(base, sizeof base, STR("USD"));
        keep(quote, sizeof quote, name);
    } else if (!currency_pair_parse(name, base, quote)) {
        return false;
    }
    s->kind = SPELLING_PAIR;
    keep(s->symbol, sizeof s->symbol, str_of(base));
    keep(s->currency, sizeof s->currency, str_of(quote));
    return true;
}

/* ---- futures ---- */

/* The future of a root or a name: "GOLD" is GC. */
static void name_future(struct spelling *s, struct str root, struct utc today)
{
    const struct root_alias *named = alias_root(root) ? NULL : alias_root_named(root);
    struct spelling joined = *s;
    if (!s->expiry[0] && terms_joined(root, today, &joined) && joined.has_terms) { /* /ESZ6 */
        *s = joined;
        s->is_loose = false;
        s->which = WHICH_NAMED;
        s->has_terms = false;
        root = STR_NAME(s->root);
    }
    s->kind = SPELLING_FUTURE;
    s->is_loose = s->is_loose || named;
    keep(s->symbol, sizeof s->symbol, named ? str_of(named->root) : root);
}

/* "/ES", "ES=F", "ES1!", "ES FRONT MONTH", "ES CONTINUOUS". */
static bool parse_general_future(struct str text, struct utc today, struct spelling *s)
{
    static const struct {
        const char *end;
        enum spelling_which which;
    } ends[] = {{"=F", WHICH_CONTINUOUS},          {"1!", WHICH_CONTINUOUS},
                {" CONTINUOUS", WHICH_CONTINUOUS}, {" CONT", WHICH_CONTINUOUS},
                {" CONTFUT", WHICH_CONTINUOUS},    {" FRONT", WHICH_FRONT},
                {" FRONT MONTH", WHICH_FRONT}};
    struct str root = text;
    if (root.n > 1 && root.p[0] == '/') {
        root = str_sub(root, 1, root.n);
        s->which = WHICH_CONTINUOUS;
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (root.n > strlen(ends[i].end) && str_ends(root, str_of(ends[i].end))) {
            root = str_sub(root, 0, root.n - strlen(ends[i].end));
            s->which = ends[i].which;
            break;
        }
    if (s->which == WHICH_NAMED)
        return false;
    struct spelling said = {.kind = SPELLING_SYMBOL};
    root = take_type(&said, root); /* "GOLD FUTURE FRONT" */
    take_suffixes(s, root);
    keep(s->words, sizeof s->words, str_of(s->symbol));
    name_future(s, str_of(s->words), today);
    return true;
}

/* Words with terms behind them; false: they have none. */
static bool parse_terms(struct str text, struct utc today, struct spelling *s, struct error *e)
{
    struct tokens t;
    size_t n = 0;
    tokens_cut(text, &t);
    if (!terms_words(&t, today, s, &n, e))
        return false;
    struct str root = take_type(s, tokens_text(&t, 0, n));
    enum spelling_kind kind = s->kind;
    if (root.n && root.p[0] == '/')
        root = str_sub(root, 1, root.n);
    take_suffixes(s, root);
    keep(s->words, sizeof s->words, str_of(s->symbol));
    if (kind == SPELLING_FUTURE)
        name_future(s, str_of(s->words), today);
    return true;
}

/* ---- symbols and names ---- */

static void parse_symbol(struct str text, struct utc today, struct spelling *s)
{
    bool is_index = text.n > 1 && text.p[0] == '^';
    if (is_index)
        text = str_sub(text, 1, text.n);
    text = take_type(s, text);
    if (s->type == SEC_CASH && parse_pair(text, s))
        return;
    const struct index_alias *index = alias_index(text);
    if (!index && !take_prefix(s, &text) && s->type != SEC_FUT)
        text = take_place(s, text);
    index = index ? index : alias_index(text);
    take_suffixes(s, text);
    keep(s->words, sizeof s->words, str_of(s->symbol));
    if (!index && (index = alias_index(str_of(s->symbol))) != NULL &&
        (strcmp(index->symbol, s->symbol) != 0 || strcmp(index->exchange, s->exchange) != 0))
        index = NULL; /* another listing of that symbol was said */
    if (is_index)
        s->type = SEC_IND;
    if (s->type == SEC_FUT) {
        s->which = WHICH_FRONT;
        s->is_loose = true;
        name_future(s, str_of(s->words), today);
    } else if (index && (s->type == SEC_UNKNOWN || s->type == SEC_IND)) {
        s->index = index->symbol;
        s->index_exchange = index->exchange;
    } else if (s->type == SEC_UNKNOWN) {
        (void)terms_joined(str_of(s->symbol), today, s);
    }
}

static bool parse_any(struct str text, struct utc today, struct spelling *s, struct error *e)
{
    bool is_security;
    if (str_starts(text, STR("CONID:")) || text.p[0] == '#')
        return parse_con_id(text, s, e);
    if (!parse_security(text, s, &is_security, e))
        return false;
    if (is_security || terms_occ(text, today, s) || parse_coin(text, s) || parse_pair(text, s) ||
        parse_terms(text, today, s, e) || parse_general_future(text, today, s))
        return e->code == ERROR_NONE;
    parse_symbol(text, today, s);
    if (s->type != SEC_OPT)
        return true;
    error_set(e, ERROR_INVALID, "INCOMPLETE_OPTION",
              "an option is named by expiry, strike and right");
    return error_next(e, "write it as AAPL 2026-12-18 200 C");
}

static bool has_name(const char *symbol)
{
    for (const char *p = symbol; *p; p++)
        if ((*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9'))
            return true;
    return false;
}

bool spelling_parse(struct str text, struct utc today, struct spelling *out, struct error *e)
{
    char folded[SPELLING_MAX];
    struct error wrong = {0};
    *out = (struct spelling){0};
    if (!fold(text, folded, e))
        return false;
    if (!parse_any(str_of(folded), today, out, &wrong)) {
        *e = wrong;
        return false;
    }
    if (!out->con_id && !has_name(out->symbol))
        return error_set(e, ERROR_INVALID, "BAD_SYMBOL", "there is no symbol in it");
    if (!out->words[0])
        keep(out->words, sizeof out->words, str_of(out->symbol));
    return true;
}
