/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

/* ---- making ---- */

struct str str_of(const char *c)
{
    return c ? (struct str){c, strlen(c)} : STR_NONE;
}

struct str str_sub(struct str s, size_t from, size_t to)
{
    if (!s.p)
        return STR_NONE;
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return (struct str){s.p + from, to - from};
}

struct str str_trim(struct str s)
{
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    while (s.n && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    return s;
}

/* ---- asking ---- */

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_is(struct str s, const char *c)
{
    return (s.n == 0 || strncmp(c, s.p, s.n) == 0) && c[s.n] == '\0';
}

bool str_ieq(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c != 0)
        return c < 0 ? -1 : 1;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, s.n), suffix);
}

size_t str_find(struct str s, char c, size_t from)
{
    if (from >= s.n)
        return s.n;
    const char *at = memchr(s.p + from, c, s.n - from);
    return at ? (size_t)(at - s.p) : s.n;
}

size_t str_find_str(struct str s, struct str needle)
{
    if (needle.n == 0)
        return 0;
    if (needle.n > s.n)
        return s.n;
    const char *at = memmem(s.p, s.n, needle.p, needle.n);
    return at ? (size_t)(at - s.p) : s.n;
}

/* Names are short; the bound keeps a hostile one from costing a square of its length. */
enum { DISTANCE_LENGTH_MAX = 255 };

size_t str_distance(struct str a, struct str b, size_t cap)
{
    while (a.n && b.n && a.p[0] == b.p[0]) {
        a = str_sub(a, 1, a.n);
        b = str_sub(b, 1, b.n);
    }
    while (a.n && b.n && a.p[a.n - 1] == b.p[b.n - 1]) {
        a.n--;
        b.n--;
    }
    size_t gap = a.n > b.n ? a.n - b.n : b.n - a.n;
    if (gap >= cap || a.n > DISTANCE_LENGTH_MAX || b.n > DISTANCE_LENGTH_MAX)
        return a.n == 0 && b.n == 0 ? 0 : cap;

    /* row[j]: the distance from the part of a seen so far to the first j bytes of b */
    size_t row[DISTANCE_LENGTH_MAX + 1];
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t best = diagonal + (a.p[i - 1] != b.p[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.n] < cap ? row[b.n] : cap;
}

/* Length of the well-formed UTF-8 character at p, of at most n bytes; 0 if there is none. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
    unsigned char c = p[0];
    if (c < 0x80)
        return 1;
    size_t want = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    if (c < 0xC2 || c > 0xF4 || n < want)
        return 0;
    /* the second byte has a narrower range where an overlong form or a surrogate would begin */
    unsigned char least = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned char most = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < least || p[1] > most)
        return 0;
    for (size_t i = 2; i < want; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return want;
}

bool str_is_utf8(struct str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t n = utf8_length((const unsigned char *)s.p + i, s.n - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

/* ---- taking apart ---- */

bool str_cut(struct str *rest, char separator, struct str *piece)
{
    if (!rest->p)
        return false;
    struct str all = *rest;
    size_t at = str_find(all, separator, 0);
    *piece = (struct str){all.p, at};
    *rest = at < all.n ? (struct str){all.p + at + 1, all.n - at - 1} : STR_NONE;
    return true;
}

/* ---- numbers ---- */

bool str_to_u64(struct str s, uint64_t *out)
{
    if (s.n == 0)
        return false;
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i]))
            return false;
        if (__builtin_mul_overflow(v, 10u, &v) ||
            __builtin_add_overflow(v, (unsigned)(s.p[i] - '0'), &v))
            return false;
    }
    *out = v;
    return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
    bool negative = s.n && s.p[0] == '-';
    uint64_t magnitude;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        s = str_sub(s, 1, s.n);
    if (!str_to_u64(s, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    /* negated as unsigned: the magnitude of INT64_MIN has no positive twin */
    *out = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

static size_t skip_digits(struct str s, size_t i)
{
    while (i < s.n && is_digit(s.p[i]))
        i++;
    return i;
}

/* digits with at most one point among them, then perhaps an exponent; nothing else */
static bool is_decimal_form(struct str s)
{
    size_t point = skip_digits(s, 0);
    size_t i = point;
    bool any = point > 0;
    if (i < s.n && s.p[i] == '.') {
        i = skip_digits(s, point + 1);
        any = any || i > point + 1;
    }
    if (!any)
        return false;
    if (i < s.n && lower(s.p[i]) == 'e') {
        i++;
        if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
            i++;
        size_t exponent = i;
        i = skip_digits(s, i);
        if (i == exponent)
            return false;
    }
    return i == s.n;
}

bool str_to_double(struct str s, double *out)
{
    /* Longer than any number that is meant; 2^-1074 in full has 767 digits and nobody sends it. */
    char text[400];
    struct str body = s.n && (s.p[0] == '-' || s.p[0] == '+') ? str_sub(s, 1, s.n) : s;
    bool is_infinite = str_ieq(body, STR("inf")) || str_ieq(body, STR("infinity"));
    if (!is_infinite && !is_decimal_form(body))
        return false;
    if (!str_copy(text, sizeof text, s))
        return false;
    /* strtod reads a point because the program never calls setlocale */
    double v = strtod(text, NULL);
    if (isinf(v) && !is_infinite)
        return false;
    *out = v;
    return true;
}

/* ---- copying out ---- */

bool str_copy(char *dst, size_t cap, struct str s)
{
    assert(dst && cap > 0);
    dst[0] = 0;
    if (s.n >= cap || (s.n && memchr(s.p, 0, s.n)))
        return false;
    if (s.n)
        memcpy(dst, s.p, s.n);
    dst[s.n] = 0;
    return true;
}

void str_copy_cut(char *dst, size_t cap, struct str s)
{
    assert(dst && cap > 0);
    size_t n = s.n;
    if (n >= cap) {
        n = cap - 1;
        /* step back over the tail of a character that would be split, if it is one */
        size_t back = n;
        while (back > 0 && n - back < 3 && (s.p[back] & 0xC0) == 0x80)
            back--;
        if ((s.p[back] & 0xC0) == 0xC0)
            n = back;
    }
    for (size_t i = 0; i < n; i++)
        dst[i] = s.p[i] ? s.p[i] : '?';
    dst[n] = 0;
}

size_t str_join(char *out, size_t cap, char between, const struct str *parts, size_t n)
{
    assert(out && cap > 0);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && used < cap - 1)
            out[used++] = between;
        size_t take = parts[i].n < cap - 1 - used ? parts[i].n : cap - 1 - used;
        if (take > 0)
            memcpy(out + used, parts[i].p, take);
        used += take;
    }
    out[used] = 0;
    return used;
}
