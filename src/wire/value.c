/* SPDX-License-Identifier: MIT */
#include "wire/value.h"

#include "wire/message.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Everything from here up is DBL_MAX that went through somebody's text. */
static const double unset_from = 1.7e308;

static const double tens[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* ---- from the wire ---- */

static struct opt_dec within_bounds(struct dec d)
{
    const struct dec most = DEC(WIRE_NUMBER_MAX);
    return dec_gt(d, most) || dec_lt(d, dec_neg(most)) ? DEC_NONE : DEC_SOME(d);
}

struct opt_dec wire_dec_of_text(struct str text)
{
    static const struct str marks[] = {
        {"2147483647", 10}, {"9223372036854775807", 19}, {"-9223372036854775808", 20}};
    struct dec v;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (str_eq(text, marks[i]))
            return DEC_NONE;
    /* DBL_MAX needs no mark of its own: it is beyond the range of dec */
    return dec_parse_round(text, &v) ? within_bounds(v) : DEC_NONE;
}

struct opt_dec wire_dec_of_double(double v)
{
    struct dec d;
    return dec_from_double(v, &d) ? within_bounds(d) : DEC_NONE;
}

struct opt_dec wire_dec_of_quote(double price, struct str size)
{
    struct opt_dec n = wire_dec_of_text(size);
    bool has_size = n.has && !dec_is_zero(n.v);
    if ((price == -1 || price == 0) && !has_size)
        return DEC_NONE;
    return wire_dec_of_double(price);
}

bool wire_is_set_int(int32_t v)
{
    return v != WIRE_UNSET_INT;
}

bool wire_is_set_long(int64_t v)
{
    return v != WIRE_UNSET_LONG;
}

bool wire_is_set_double(double v)
{
    return v < unset_from || isinf(v);
}

/* ---- to the wire ---- */

double wire_double_of(struct opt_dec v)
{
    return v.has ? dec_to_double(v.v) : WIRE_UNSET_DOUBLE;
}

struct str wire_text_of(struct opt_dec v, struct arena *arena)
{
    char text[DEC_TEXT_MAX];
    if (!v.has)
        return STR("");
    size_t n = dec_format(v.v, text);
    return arena_str(arena, (struct str){text, n});
}

/* ---- text of a double ---- */

static size_t put_digits(char *p, uint64_t v)
{
    char reversed[24];
    size_t n = 0;
    do {
        reversed[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    for (size_t i = 0; i < n; i++)
        p[i] = reversed[n - 1 - i];
    return n;
}

/*
 * Prices: a decimal with at most 15 digits that reads back as v is the only such one, so the
 * first that is found, from the fewest decimals up, is the shortest text of v.
 */
static size_t format_short(double v, char *p)
{
    enum { DECIMALS_MAX = 6 };
    for (unsigned decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
        double scaled = v * tens[decimals];
        if (scaled >= 1e15)
            return 0;
        uint64_t digits = (uint64_t)(scaled + 0.5);
        if ((double)digits / tens[decimals] != v)
            continue;
        uint64_t unit = (uint64_t)tens[decimals];
        size_t n = put_digits(p, digits / unit);
        p[n++] = '.';
        if (decimals == 0) {
            p[n++] = '0';
            return n;
        }
        uint64_t fraction = digits % unit;
        for (unsigned i = decimals; i-- > 0; fraction /= 10)
            p[n + i] = (char)('0' + fraction % 10);
        return n + decimals;
    }
    return 0;
}

/* d.ddd with an exponent, or plain, from the shortest digits ("d...d", value 0.d...d * 10^point).
 * The borders between the two forms are those of the two languages. */
static size_t format_digits(const char *digits, int n, int point, enum wire_double_style style,
                            char *p)
{
    bool is_java = style == WIRE_STYLE_JAVA;
    size_t at = 0;
    int exponent = point - 1;
    if (exponent < (is_java ? -3 : -4) || exponent >= (is_java ? 7 : 16)) {
        p[at++] = digits[0];
        if (n > 1 || is_java)
            p[at++] = '.';
        if (n > 1) {
            memcpy(p + at, digits + 1, (size_t)n - 1);
            at += (size_t)n - 1;
        } else if (is_java) {
            p[at++] = '0';
        }
        return at + (size_t)snprintf(p + at, 8, is_java ? "E%d" : "e%+03d", exponent);
    }
    int whole = point < 0 ? 0 : point < n ? point : n; /* digits before the point */
    if (whole == 0)
        p[at++] = '0';
    memcpy(p + at, digits, (size_t)whole);
    at += (size_t)whole;
    for (int i = n; i < point; i++)
        p[at++] = '0';
    p[at++] = '.';
    for (int i = point; i < 0; i++)
        p[at++] = '0';
    memcpy(p + at, digits + whole, (size_t)(n - whole));
    at += (size_t)(n - whole);
    if (whole == n)
        p[at++] = '0';
    return at;
}

/* Any finite v > 0: the fewest significant digits that read back as v. */
static size_t format_any(double v, enum wire_double_style style, char *p)
{
    char text[32] = "";
    double back = 0;
    for (int digits = 1; digits <= 17 && back != v; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, v);
        if (!str_to_double(str_of(text), &back))
            back = 0;
    }
    char digits[20] = "";
    int n = 0;
    int64_t exponent = 0;
    struct str rest = str_of(text);
    size_t e = str_find(rest, 'e', 0);
    for (size_t i = 0; i < e; i++)
        if (text[i] != '.')
            digits[n++] = text[i];
    (void)str_to_i64(str_sub(rest, e + (rest.p[e + 1] == '+' ? 2 : 1), rest.n), &exponent);
    return format_digits(digits, n, (int)exponent + 1, style, p);
}

size_t wire_format_double(double v, enum wire_double_style style, char out[WIRE_DOUBLE_TEXT_MAX])
{
    char *p = out;
    if (v == 0) {
        *p = '0';
        return 1;
    }
    if (!wire_is_set_double(v)) { /* a frame may hold twenty of them */
        struct str unset = style == WIRE_STYLE_JAVA ? STR("1.7976931348623157E308")
                                                    : STR("1.7976931348623157e+308");
        memcpy(p, unset.p, unset.n);
        return unset.n;
    }
    if (v < 0) {
        *p++ = '-';
        v = -v;
    }
    if (isinf(v)) {
        memcpy(p, "Infinity", 8);
        return (size_t)(p - out) + 8;
    }
    size_t n = v >= 1e-3 && v < 1e7 ? format_short(v, p) : 0;
    if (n == 0)
        n = format_any(v, style, p);
    return (size_t)(p - out) + n;
}

/* Plain decimals of at most 15 digits: both the digits and the power of ten are exact doubles, so
 * one division rounds correctly. */
static bool parse_short(struct str s, double *out)
{
    enum { DIGITS_MAX = 15 };
    bool negative = s.n && s.p[0] == '-';
    size_t i = negative;
    uint64_t digits = 0;
    unsigned decimals = 0;
    bool point = false;
    if (s.n - i < 1 || s.n - i > DIGITS_MAX)
        return false;
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.' && !point && s.n > negative + 1u) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            return false;
        digits = digits * 10 + (uint64_t)(c - '0');
        decimals += point;
    }
    double v = (double)digits / tens[decimals];
    *out = negative ? -v : v;
    return true;
}

bool wire_parse_double(struct str s, double *out)
{
    if (s.n == 0)
        return false;
    if (parse_short(s, out))
        return true;
    if (str_ieq(s, STR("infinite"))) { /* as ib_async writes it */
        *out = INFINITY;
        return true;
    }
    if (str_ieq(s, STR("nan"))) {
        *out = WIRE_UNSET_DOUBLE;
        return true;
    }
    if (!str_to_double(s, out))
        return false;
    if (!wire_is_set_double(*out))
        *out = WIRE_UNSET_DOUBLE;
    return true;
}
