/* SPDX-License-Identifier: MIT */
/*
 * Since version 153 servers write what is not ASCII as \uXXXX, UTF-16 units in hexadecimal, in
 * the texts that people read. They do not escape a backslash, so a text of theirs that really says
 * "\u0041" cannot be told from an escaped one; that is the wire's weakness. What is written here
 * escapes the backslash that would be read wrongly, and no other.
 */
#include "wire/field.h"

#include <string.h>

enum { ESCAPE = 6 }; /* characters of \uXXXX */

static bool hex_unit(struct str s, size_t at, uint32_t *unit)
{
    if (s.n < ESCAPE || at > s.n - ESCAPE || s.p[at] != '\\' || s.p[at + 1] != 'u')
        return false;
    *unit = 0;
    for (size_t i = at + 2; i < at + ESCAPE; i++) {
        char c = s.p[i];
        char low = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            *unit = *unit << 4 | (uint32_t)(c - '0');
        else if (low >= 'a' && low <= 'f')
            *unit = *unit << 4 | (uint32_t)(low - 'a' + 10);
        else
            return false;
    }
    return true;
}

static size_t put_utf8(char *p, uint32_t c)
{
    if (c < 0x80) {
        p[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        p[0] = (char)(0xC0 | c >> 6);
        p[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        p[0] = (char)(0xE0 | c >> 12);
        p[1] = (char)(0x80 | (c >> 6 & 0x3F));
        p[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    p[0] = (char)(0xF0 | c >> 18);
    p[1] = (char)(0x80 | (c >> 12 & 0x3F));
    p[2] = (char)(0x80 | (c >> 6 & 0x3F));
    p[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* Writes UTF-8, which is never longer than the escapes it replaces; returns its length. */
static size_t unescape(struct str s, char *p)
{
    size_t n = 0;
    for (size_t at = 0; at < s.n;) {
        uint32_t unit;
        uint32_t low;
        if (!hex_unit(s, at, &unit) || unit == 0) {
            p[n++] = s.p[at++];
            continue;
        }
        at += ESCAPE;
        bool is_half = unit >= 0xD800 && unit <= 0xDFFF;
        if (is_half && unit <= 0xDBFF && hex_unit(s, at, &low) && low >= 0xDC00 && low <= 0xDFFF) {
            at += ESCAPE;
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
            is_half = false;
        }
        n += put_utf8(p + n, is_half ? 0xFFFD : unit);
    }
    return n;
}

/* Cuts one character off well-formed UTF-8. */
static uint32_t take_utf8(struct str *s)
{
    unsigned char lead = (unsigned char)s->p[0];
    size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t c = n == 1 ? lead : lead & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)s->p[i] & 0x3Fu);
    *s = str_sub(*s, n, s->n);
    return c;
}

static void put_unit(char *p, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    p[0] = '\\';
    p[1] = 'u';
    for (int i = 0; i < 4; i++)
        p[2 + i] = hex[unit >> (12 - 4 * i) & 15];
}

/* Appends s and its NUL as one field of ASCII. */
static void encode_escaped(struct wire_codec *x, struct str s)
{
    if (!str_is_utf8(s)) {
        x_fail(x, "is not UTF-8");
        return;
    }
    while (s.n && !x->failed) {
        char text[2 * ESCAPE];
        size_t n = 1;
        uint32_t unit;
        bool looks_escaped = hex_unit(s, 0, &unit) && unit != 0;
        uint32_t c = take_utf8(&s);
        text[0] = (char)c;
        if (looks_escaped) {
            put_unit(text, c);
            n = ESCAPE;
        } else if (c >= 0x10000) {
            put_unit(text, 0xD800 + ((c - 0x10000) >> 10));
            put_unit(text + ESCAPE, 0xDC00 + ((c - 0x10000) & 0x3FF));
            n = sizeof text;
        } else if (c >= 0x80) {
            put_unit(text, c);
            n = ESCAPE;
        }
        if (c == 0)
            x_fail(x, "holds a NUL byte");
        else if (!buf_add(x->out, text, n))
            x_fail(x, "does not fit into the buffer");
    }
    x_constant(x, "");
}

/* Is the text written as it is? */
static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint32_t unit;
        if ((unsigned char)s.p[i] >= 0x80 || (s.p[i] == '\\' && hex_unit(s, i, &unit)))
            return false;
    }
    return true;
}

void x_escaped(struct wire_codec *x, struct str *v)
{
    if (x->mode == WIRE_ENCODE && !is_plain(*v)) {
        encode_escaped(x, *v);
        return;
    }
    x_str(x, v);
    if (x->failed || x->mode == WIRE_ENCODE)
        return;
    if (x->mode == WIRE_GENERATE) {
        if (rng_below(x->rng, 4) == 0)
            *v = STR("B\xC3\xB6rse \xE2\x82\xAC \xF0\x9F\x93\x88");
        return;
    }
    if (str_find_str(*v, STR("\\u")) == v->n)
        return;
    if (!arena_has(x->arena, v->n)) {
        x_fail(x, "is longer than there is memory for");
        return;
    }
    char *p = arena_alloc(x->arena, v->n);
    *v = (struct str){p, unescape(*v, p)};
}
