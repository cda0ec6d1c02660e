/* SPDX-License-Identifier: MIT */
/*
 * The writing half of json.h. Every answer passes here, so bytes that fit are copied in place and
 * only the rest goes through buf.
 */
#include "data/json.h"
#include "data/utf8.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static inline bool has_room(const struct json_writer *w, size_t n)
{
    return !w->out->failed && w->out->room - w->out->n >= n;
}

static inline void put(struct json_writer *w, const char *p, size_t n)
{
    struct buf *b = w->out;
    if (has_room(w, n)) {
        memcpy(b->p + b->n, p, n);
        b->n += n;
    } else {
        buf_add(b, p, n);
    }
}

static inline bool in_object(const struct json_writer *w)
{
    return w->depth > 0 && (w->is_object >> (w->depth - 1) & 1);
}

/* Before every value: its comma, and the proof that it may stand here. */
static inline void before_value(struct json_writer *w)
{
    assert(w->keyed == in_object(w));
    assert(w->depth > 0 || !w->comma); /* one value at the root */
    if (w->comma && !w->keyed)
        put(w, ",", 1);
    w->keyed = false;
    w->comma = true;
}

void json_writer_init(struct json_writer *w, struct buf *out)
{
    assert(w && out);
    *w = (struct json_writer){.out = out};
}

bool json_writer_done(const struct json_writer *w)
{
    assert(w->depth == 0 && !w->keyed && w->comma);
    return !w->out->failed;
}

/* ---- structure ---- */
static void begin(struct json_writer *w, bool is_object)
{
    before_value(w);
    assert(w->depth < JSON_WRITER_DEPTH);
    uint64_t bit = UINT64_C(1) << w->depth++;
    w->is_object = is_object ? w->is_object | bit : w->is_object & ~bit;
    w->comma = false;
    put(w, is_object ? "{" : "[", 1);
}

static void end(struct json_writer *w, bool is_object)
{
    assert(w->depth > 0 && !w->keyed && in_object(w) == is_object);
    w->depth--;
    w->comma = true;
    put(w, is_object ? "}" : "]", 1);
}

void json_begin_object(struct json_writer *w)
{
    begin(w, true);
}

void json_end_object(struct json_writer *w)
{
    end(w, true);
}

void json_begin_array(struct json_writer *w)
{
    begin(w, false);
}

void json_end_array(struct json_writer *w)
{
    end(w, false);
}

/* ---- strings ---- */
/* Stands in a string as it is; DEL does not, because terminals act on it. */
static inline bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* Not zero if a byte of x is zero (and, harmlessly, sometimes if one before it is). */
static inline uint64_t zero_byte(uint64_t x)
{
    return (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
}

static inline uint64_t load(const char *p, size_t n)
{
    uint64_t x = 0;
    memcpy(&x, p, n);
    return x;
}

/* Eight bytes of memory as a number of which the first byte is the lowest, and back. */
static inline uint64_t lowest_first(uint64_t x)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(x);
#else
    return x;
#endif
}

/* As is_plain, for eight bytes at once: most text is plain, and most of an answer is text. */
static inline bool are_plain(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t control = (x - ones * 0x20) & ~x & ones * 0x80;
    return !(control | (x & ones * 0x80) | zero_byte(x ^ ones * '"') | zero_byte(x ^ ones * '\\') |
             zero_byte(x ^ ones * 0x7F));
}

static void put_escape(struct json_writer *w, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    const char *from = "\"\\\n\r\t\b\f", *to = "\"\\nrtbf";
    const char *at = c ? strchr(from, c) : NULL;
    if (at) {
        put(w, (char[]){'\\', to[at - from]}, 2);
    } else {
        put(w, (char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
    }
}

/* Copies s if it is plain, in pieces of eight or four bytes, of which the last may overlap the one
 * before it. */
static inline bool copy_plain(char *to, struct str s)
{
    size_t i = 0;
    if (s.n < 4) {
        for (; i < s.n; i++) {
            if (!is_plain((unsigned char)s.p[i]))
                return false;
            to[i] = s.p[i];
        }
        return true;
    }
    if (s.n < 8) {
        uint64_t first = load(s.p, 4), last = load(s.p + s.n - 4, 4);
        memcpy(to, &first, 4);
        memcpy(to + s.n - 4, &last, 4);
        return are_plain(first | last << 32);
    }
    for (; i < s.n; i += 8) {
        size_t at = i + 8 <= s.n ? i : s.n - 8;
        uint64_t piece = load(s.p + at, 8);
        if (!are_plain(piece))
            return false;
        memcpy(to + at, &piece, 8);
    }
    return true;
}

/* The usual case: s is plain and there is room. Else nothing is written, and false. */
static inline bool put_plain(struct json_writer *w, struct str s)
{
    struct buf *b = w->out;
    if (!has_room(w, s.n + 2))
        return false;
    char *to = b->p + b->n;
    if (!copy_plain(to + 1, s))
        return false;
    to[0] = to[s.n + 1] = '"';
    b->n += s.n + 2;
    return true;
}

static void put_quoted(struct json_writer *w, struct str s)
{
    if (put_plain(w, s))
        return;
    put(w, "\"", 1);
    size_t done = 0; /* bytes before this are written */
    for (size_t i = 0; i < s.n;) {
        unsigned char c = (unsigned char)s.p[i];
        size_t step = is_plain(c) ? 1 : c < 0x80 ? 0 : utf8_step(s.p + i, s.n - i);
        if (step > 0) {
            i += step;
            continue;
        }
        put(w, s.p + done, i - done);
        if (c < 0x80)
            put_escape(w, c);
        else
            put(w, UTF8_REPLACEMENT, sizeof UTF8_REPLACEMENT - 1);
        done = ++i;
    }
    if (s.n > done)
        put(w, s.p + done, s.n - done);
    put(w, "\"", 1);
}

void json_key_str(struct json_writer *w, struct str key)
{
    assert(in_object(w) && !w->keyed);
    if (w->comma)
        put(w, ",", 1);
    put_quoted(w, key);
    put(w, ":", 1);
    w->keyed = true;
}

void json_key_raw(struct json_writer *w, struct str key)
{
    assert(in_object(w) && !w->keyed && key.n > 4);
    put(w, key.p + !w->comma, key.n - !w->comma);
    w->keyed = true;
}

void json_key(struct json_writer *w, const char *key)
{
    json_key_str(w, str_of(key));
}

void json_str(struct json_writer *w, struct str s)
{
    if (!s.p) {
        json_null(w);
        return;
    }
    before_value(w);
    put_quoted(w, s);
}

void json_text(struct json_writer *w, const char *text)
{
    json_str(w, str_of(text));
}

/* ---- other values ---- */
static size_t format_i64(int64_t v, char out[24])
{
    char reversed[24];
    size_t n = 0, length = 0;
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        reversed[n++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (v < 0)
        out[length++] = '-';
    while (n)
        out[length++] = reversed[--n];
    return length;
}

void json_i64(struct json_writer *w, int64_t v)
{
    char text[24];
    before_value(w);
    put(w, text, format_i64(v, text));
}

/*
 * Most numbers are short decimals. n / 10^d with n < 2^53 and d <= 9 is rounded correctly, so if it
 * gives v back, n with d decimals is a text of v. Returns 0 if v is no such number.
 */
static size_t format_short(double v, char out[JSON_NUM_MAX])
{
    static const double power[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    double size = fabs(v);
    for (size_t d = 0; d < sizeof power / sizeof power[0] && size * power[d] < 9e15; d++) {
        int64_t n = (int64_t)(size * power[d] + 0.5);
        double back = (double)n / power[d];
        if (back < size || back > size)
            continue;
        char digits[24];
        size_t have = format_i64(n, digits), length = 0, whole = have > d ? have - d : 0;
        if (v < 0)
            out[length++] = '-';
        if (whole == 0)
            out[length++] = '0';
        for (size_t i = 0; i < whole; i++)
            out[length++] = digits[i];
        if (d > 0)
            out[length++] = '.';
        for (size_t zeros = have < d ? d - have : 0; zeros > 0; zeros--)
            out[length++] = '0';
        for (size_t i = whole; i < have && d > 0; i++)
            out[length++] = digits[i];
        return length;
    }
    return 0;
}

size_t json_num_format(double v, char out[JSON_NUM_MAX])
{
    assert(isfinite(v));
    size_t n = format_short(v, out);
    for (int precision = 15; n == 0; precision++) {
        assert(precision <= 17); /* 17 digits always suffice for a double */
        double back;
        int length = snprintf(out, JSON_NUM_MAX, "%.*g", precision, v);
        bool same = str_to_double((struct str){out, (size_t)length}, &back) && back == v;
        if (same || precision == 17)
            n = (size_t)length;
    }
    return n;
}

void json_num(struct json_writer *w, double v)
{
    if (!isfinite(v)) {
        json_null(w);
        return;
    }
    char text[JSON_NUM_MAX];
    before_value(w);
    put(w, text, json_num_format(v, text));
}

void json_dec(struct json_writer *w, struct dec d)
{
    char text[DEC_TEXT_MAX];
    before_value(w);
    if (has_room(w, sizeof text))
        buf_grow(w->out, dec_format(d, w->out->p + w->out->n));
    else
        put(w, text, dec_format(d, text));
}

void json_opt_dec(struct json_writer *w, struct opt_dec d)
{
    if (d.has)
        json_dec(w, d.v);
    else
        json_null(w);
}

void json_bool(struct json_writer *w, bool v)
{
    before_value(w);
    put(w, v ? "true" : "false", v ? 4 : 5);
}

void json_null(struct json_writer *w)
{
    before_value(w);
    put(w, "null", 4);
}

void json_time(struct json_writer *w, struct utc t)
{
    char text[UTC_TEXT_MAX + 2];
    text[0] = '"';
    size_t n = t.ns % NS_PER_S ? utc_format_ms(t, text + 1) : utc_format(t, text + 1);
    text[n + 1] = '"';
    before_value(w);
    put(w, text, n + 2);
}

void json_raw(struct json_writer *w, struct str json_text)
{
    assert(json_text.n > 0);
    before_value(w);
    put(w, json_text.p, json_text.n);
}

/* The high bit of each byte of x that is zero, and no other bit. */
static inline uint64_t zero_bytes(uint64_t x)
{
    const uint64_t low = UINT64_C(0x0101010101010101) * 0x7F;
    return ~(((x & low) + low) | x | low);
}

/* Eight bytes, of which the first is the lowest, to memory. */
static inline void store(char *to, uint64_t x)
{
    x = lowest_first(x);
    memcpy(to, &x, sizeof x);
}

/*
 * Eight bytes are copied at once; then, from each quote and backslash on, once more and one place
 * further, with a backslash into the gap. Returns the place behind all that.
 */
static inline char *put_escaped(char *to, uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t marks = zero_bytes(bytes ^ ones * '"') | zero_bytes(bytes ^ ones * '\\');
    store(to, bytes);
    for (; marks; marks &= marks - 1, to++) {
        int at = __builtin_ctzll(marks) / 8;
        to[at] = '\\';
        store(to + at + 1, bytes >> at * 8);
    }
    return to + sizeof bytes;
}

void json_quoted(struct json_writer *w, struct str json_text)
{
    enum { AT_ONCE = 8, BEYOND = 2 * AT_ONCE }; /* what may be written behind the end */
    size_t rest = json_text.n % AT_ONCE, whole = json_text.n - rest;
    before_value(w);
    char *begin = buf_space(w->out, 2 * json_text.n + 2 + BEYOND), *to = begin;
    if (!to)
        return;
    *to++ = '"';
    for (size_t i = 0; i < whole; i += AT_ONCE)
        to = put_escaped(to, lowest_first(load(json_text.p + i, AT_ONCE)));
    if (rest) /* zeros stand behind it, and do not count */
        to = put_escaped(to, lowest_first(load(json_text.p + whole, rest))) - (AT_ONCE - rest);
    *to++ = '"';
    buf_grow(w->out, (size_t)(to - begin));
}

void json_value(struct json_writer *w, const struct json *j)
{
    assert(j);
    switch (j->kind) {
    case JSON_NULL:
        json_null(w);
        return;
    case JSON_BOOL:
        json_bool(w, j->truth);
        return;
    case JSON_NUMBER:
        json_raw(w, j->text);
        return;
    case JSON_STRING:
        json_str(w, j->text);
        return;
    case JSON_ARRAY:
        json_begin_array(w);
        for (size_t i = 0; i < j->n; i++)
            json_value(w, &j->items[i]);
        json_end_array(w);
        return;
    case JSON_OBJECT:
        json_begin_object(w);
        for (size_t i = 0; i < j->n; i++) {
            json_key_str(w, j->items[i].key);
            json_value(w, &j->items[i]);
        }
        json_end_object(w);
        return;
    }
}
