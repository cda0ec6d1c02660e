/* SPDX-License-Identifier: MIT */
#include "wire/spell.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- spelling ---- */

static void spell_hex(struct str bytes, struct buf *out)
{
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        buf_add(out, (char[]){hex_digits[c >> 4], hex_digits[c & 15]}, 2);
    }
}

static void spell_base64(struct str bytes, struct buf *out)
{
    for (size_t i = 0; i < bytes.n; i += 3) {
        char four[4] = {'=', '=', '=', '='};
        uint32_t v = 0;
        size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (k < n ? (unsigned char)bytes.p[i + k] : 0);
        for (size_t k = 0; k <= n; k++)
            four[k] = base64_digits[v >> (18 - 6 * k) & 63];
        buf_add(out, four, sizeof four);
    }
}

static void spell_text(struct str bytes, struct buf *out)
{
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        if (c == 0)
            buf_add_char(out, '|');
        else if (c == '|' || c == '\\')
            buf_add(out, (char[]){'\\', (char)c}, 2);
        else if (c < ' ' || c > '~')
            buf_add(out, (char[]){'\\', 'x', hex_digits[c >> 4], hex_digits[c & 15]}, 4);
        else
            buf_add_char(out, (char)c);
    }
}

bool wire_spell(enum wire_form form, struct str bytes, struct buf *out)
{
    if (form == WIRE_FORM_HEX)
        spell_hex(bytes, out);
    else if (form == WIRE_FORM_BASE64)
        spell_base64(bytes, out);
    else
        spell_text(bytes, out);
    return !out->failed;
}

/* ---- reading; each returns how many characters are good ---- */

static unsigned hex_value(char c)
{
    return c >= '0' && c <= '9'   ? (unsigned)(c - '0')
           : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
           : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                  : 16;
}

static size_t read_hex(struct str s, struct buf *out)
{
    size_t i = 0;
    for (; i + 1 < s.n; i += 2) {
        unsigned high = hex_value(s.p[i]), low = hex_value(s.p[i + 1]);
        if (high > 15)
            return i;
        if (low > 15)
            return i + 1;
        buf_add_char(out, (char)(high << 4 | low));
    }
    return i;
}

static unsigned base64_value(char c)
{
    return c >= 'A' && c <= 'Z'   ? (unsigned)(c - 'A')
           : c >= 'a' && c <= 'z' ? (unsigned)(c - 'a') + 26
           : c >= '0' && c <= '9' ? (unsigned)(c - '0') + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : 64;
}

static size_t read_base64(struct str s, struct buf *out)
{
    size_t i = 0;
    for (; i + 3 < s.n; i += 4) {
        bool is_last = i + 4 == s.n;
        size_t pads = !is_last || s.p[i + 3] != '=' ? 0 : s.p[i + 2] == '=' ? 2 : 1;
        uint32_t v = 0;
        for (size_t k = 0; k < 4; k++) {
            unsigned digit = k < 4 - pads ? base64_value(s.p[i + k]) : 0;
            if (digit > 63)
                return i + k;
            v = v << 6 | digit;
        }
        if (pads && v & (pads == 1 ? 0xFFU : 0xFFFFU))
            return i + 3 - pads; /* bits that no byte has: a second spelling of the same */
        char three[3] = {(char)(v >> 16), (char)(v >> 8), (char)v};
        buf_add(out, three, 3 - pads);
    }
    return i;
}

static size_t read_text(struct str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c != '\\') {
            buf_add_char(out, (char)(c == '|' ? 0 : c));
            continue;
        }
        struct str rest = str_sub(s, i + 1, s.n);
        if (str_starts(rest, STR("|")) || str_starts(rest, STR("\\"))) {
            buf_add_char(out, rest.p[0]);
            i++;
            continue;
        }
        struct str digits = str_sub(rest, 1, 3);
        if (!str_starts(rest, STR("x")) || digits.n < 2 || read_hex(digits, out) < 2)
            return i;
        i += 3;
    }
    return s.n;
}

bool wire_unspell(enum wire_form form, struct str line, struct buf *out, size_t *offset,
                  struct error *e)
{
    static const char *const names[] = {"hex", "base64", "text"};
    *offset = form == WIRE_FORM_HEX      ? read_hex(line, out)
              : form == WIRE_FORM_BASE64 ? read_base64(line, out)
                                         : read_text(line, out);
    if (out->failed)
        return error_set(e, ERROR_LIMIT, "TOO_LARGE", "the line is longer than a frame may be");
    if (*offset < line.n)
        return error_set(e, ERROR_INVALID, "SPELLING", "not %s from character %zu on", names[form],
                         *offset + 1);
    return true;
}
