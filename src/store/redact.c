/* SPDX-License-Identifier: MIT */
#include "store/redact.h"

#include "data/hash.h"

#include <stdio.h>

enum { DIGITS_MIN = 5, DIGITS_MAX = 10, SHOWN_DIGITS = 2, HEX_DIGITS = 6 };

/* Of account ids; a longer one before that with which it begins or ends. */
static const char *const prefixes[] = {"DUH", "DFH", "DU", "DF", "U", "F", "I"};
enum { PREFIXES = sizeof prefixes / sizeof prefixes[0] };

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Length of the prefix of an account id that is this whole word; 0 if it is none. */
static size_t prefix_of(struct str word)
{
    for (size_t i = 0; i < PREFIXES; i++) {
        struct str p = str_of(prefixes[i]);
        if (!str_starts(word, p) || word.n < p.n + DIGITS_MIN || word.n > p.n + DIGITS_MAX)
            continue;
        size_t n = p.n;
        while (n < word.n && is_digit(word.p[n]))
            n++;
        if (n == word.n)
            return p.n;
    }
    return 0;
}

bool account_mask(struct str key, struct str account, char out[ACCOUNT_MASK_MAX])
{
    char hex[SHA256_HEX_MAX];
    size_t prefix = prefix_of(account);
    out[0] = 0;
    if (!prefix)
        return false;
    struct sha256 h = hash_hmac_sha256(key, account);
    hash_hex(&h, hex);
    struct str shown = str_sub(account, account.n - SHOWN_DIGITS, account.n);
    (void)snprintf(out, ACCOUNT_MASK_MAX, STR_FMT "***" STR_FMT "-%.6s",
                   STR_ARG(str_sub(account, 0, prefix)), STR_ARG(shown), hex);
    return true;
}

bool redact(struct str key, struct str text, redact_fn *fn, void *self, struct buf *out)
{
    bool ok = true;
    for (size_t i = 0; i < text.n && ok;) {
        size_t end = i;
        char mask[ACCOUNT_MASK_MAX];
        while (end < text.n && is_word(text.p[end]))
            end++;
        if (end == i)
            end++;
        struct str piece = str_sub(text, i, end);
        bool is_account = account_mask(key, piece, mask);
        ok = buf_add_str(out, is_account ? str_of(mask) : piece) &&
             (!is_account || !fn || fn(self, piece, mask));
        i = end;
    }
    return ok;
}

static const struct str stars = {"***", 3};

bool has_mask(struct str text)
{
    return str_find_str(text, stars) < text.n;
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* The mask whose stars are at `at`: where it begins and ends; false if that is none. */
static bool mask_around(struct str s, size_t at, size_t *begin, size_t *end)
{
    *end = at + stars.n + SHOWN_DIGITS + 1 + HEX_DIGITS;
    if (*end > s.n || s.p[at + stars.n + SHOWN_DIGITS] != '-')
        return false;
    for (size_t i = 0; i < SHOWN_DIGITS; i++)
        if (!is_digit(s.p[at + stars.n + i]))
            return false;
    for (size_t i = 0; i < HEX_DIGITS; i++)
        if (!is_hex(s.p[*end - 1 - i]))
            return false;
    for (size_t i = 0; i < PREFIXES; i++) {
        struct str p = str_of(prefixes[i]);
        if (at >= p.n && str_eq(str_sub(s, at - p.n, at), p)) {
            *begin = at - p.n;
            return true;
        }
    }
    return false;
}

bool unmask(struct str text, unmask_fn *fn, void *self, struct buf *out)
{
    size_t done = 0, begin, end;
    for (size_t at = 0; (at = at + str_find_str(str_sub(text, at, text.n), stars)) < text.n; at++) {
        char account[ACCOUNT_MASK_MAX];
        if (!mask_around(text, at, &begin, &end) || begin < done)
            continue;
        struct str mask = str_sub(text, begin, end);
        if (!fn(self, mask, account) || !buf_add_str(out, str_sub(text, done, begin)) ||
            !buf_add_str(out, account[0] ? str_of(account) : mask))
            return false;
        done = end;
    }
    return buf_add_str(out, str_sub(text, done, text.n));
}
