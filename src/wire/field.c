/* SPDX-License-Identifier: MIT */
#include "wire/field.h"

#include "base/limits.h"
#include "wire/message.h"
#include "wire/value.h"

#include <assert.h>
#include <string.h>

void x_fail(struct wire_codec *x, const char *why)
{
    if (!x->failed)
        x->why = why;
    x->failed = true;
}

bool x_more(const struct wire_codec *x)
{
    return x->mode == WIRE_DECODE && !x->failed && x->rest.n > 0;
}

/* ---- raw fields ---- */

/* The bytes of the next field, without its NUL. */
static bool next_field(struct wire_codec *x, struct str *v)
{
    if (x->failed)
        return false;
    enum { SHORT = 12 }; /* most fields are; for them a call costs more than a look */
    x->field++;
    x->at = x->rest.p;
    size_t look = x->rest.n < SHORT ? x->rest.n : SHORT, at = 0;
    while (at < look && x->rest.p[at])
        at++;
    const char *end = at < look ? x->rest.p + at : NULL;
    if (!end && look < x->rest.n)
        end = memchr(x->rest.p + look, 0, x->rest.n - look);
    if (!end) {
        x_fail(x, "is missing");
        return false;
    }
    size_t n = (size_t)(end - x->rest.p);
    *v = (struct str){x->rest.p, n};
    x->rest = (struct str){end + 1, x->rest.n - n - 1};
    return true;
}

static void put_field(struct wire_codec *x, const char *p, size_t n)
{
    if (x->failed)
        return;
    char *room = buf_space(x->out, n + 1);
    if (!room) {
        x_fail(x, "does not fit into the buffer");
        return;
    }
    if (n)
        memcpy(room, p, n);
    room[n] = 0;
    buf_grow(x->out, n + 1);
    x->field++;
}

static void put_long(struct wire_codec *x, int64_t v)
{
    char text[24];
    size_t at = sizeof text;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        text[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (v < 0)
        text[--at] = '-';
    put_field(x, text + at, sizeof text - at);
}

static void put_double(struct wire_codec *x, double v)
{
    char text[WIRE_DOUBLE_TEXT_MAX];
    size_t n = wire_format_double(
        v, x->direction == WIRE_TO_SERVER ? WIRE_STYLE_PYTHON : WIRE_STYLE_JAVA, text);
    put_field(x, text, n);
}

bool x_is_printable(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 32 || c > 126) && c != '\t' && c != '\n' && c != '\r')
            return false;
    }
    return true;
}

static void put_str(struct wire_codec *x, struct str s)
{
    if (s.n && memchr(s.p, 0, s.n))
        x_fail(x, "holds a NUL byte");
    else if (x->direction == WIRE_TO_SERVER && !x_is_printable(s))
        x_fail(x, "is not printable ASCII");
    else
        put_field(x, s.p, s.n);
}

/* ---- invention, for round trips: half of the values are those that layouts branch on ---- */

static uint32_t dice(struct wire_codec *x, uint32_t sides)
{
    return rng_below(x->rng, sides);
}

static struct str invent_str(struct wire_codec *x)
{
    static const char *const known[] = {"",          "BAG",      "STK",      "OPT",     "FUND",
                                        "PEG BENCH", "PEGBENCH", "PEG BEST", "PEG MID", "IBKRATS",
                                        "LMT",       "None",     "D",        "DAY",     "SMART",
                                        "USD",       "20261218", "BUY",      "Adaptive"};
    enum { KNOWN = sizeof known / sizeof *known, LONGEST = 12 };
    if (dice(x, 2))
        return str_of(known[dice(x, KNOWN)]);
    char text[LONGEST];
    size_t n = dice(x, LONGEST + 1);
    for (size_t i = 0; i < n; i++)
        text[i] = (char)(' ' + dice(x, 95));
    return arena_str(x->arena, (struct str){text, n});
}

static int64_t invent_long(struct wire_codec *x, int64_t unset)
{
    static const int64_t edges[] = {0, 1, -1, 7, INT32_MAX - 1, INT32_MIN};
    switch (dice(x, 4)) {
    case 0:
        return unset;
    case 1:
        return edges[dice(x, sizeof edges / sizeof *edges)];
    case 2:
        return dice(x, 100);
    default:
        return unset == WIRE_UNSET_INT ? (int32_t)rng_u32(x->rng) : (int64_t)rng_u64(x->rng);
    }
}

static double invent_double(struct wire_codec *x)
{
    static const double edges[] = {WIRE_UNSET_DOUBLE, 0.0,   -1.0, 0.01,    1e-7,
                                   123456789.125,     1e300, 0.1,  1.0 / 3, 5e-324};
    switch (dice(x, 4)) {
    case 0:
        return edges[dice(x, sizeof edges / sizeof *edges)];
    case 1:
        return __builtin_inf();
    case 2:
        return (double)(int32_t)rng_u32(x->rng) / 1e4;
    default:
        return (double)dice(x, 100000) / 100;
    }
}

/* ---- one field ---- */

void x_str(struct wire_codec *x, struct str *v)
{
    if (x->mode == WIRE_DECODE)
        (void)next_field(x, v);
    else if (x->mode == WIRE_ENCODE)
        put_str(x, *v);
    else
        *v = invent_str(x);
}

bool x_is_decimal(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && (c | 0x20) != 'e')
            return false;
    }
    return true;
}

void x_decimal(struct wire_codec *x, struct str *v)
{
    if (x->mode == WIRE_GENERATE) {
        static const char *const some[] = {
            "", "0", "1", "100.5", "-3", "1E-9", "0.001", "9223372036854775807", "2147483647"};
        *v = str_of(some[dice(x, sizeof some / sizeof *some)]);
        return;
    }
    x_str(x, v);
    if (x->mode != WIRE_DECODE || x->failed)
        return;
    if (str_ieq(*v, STR("nan"))) /* a server's way to say that there is none */
        *v = STR("");
    else if (!x_is_decimal(*v))
        x_fail(x, "is not a decimal number");
}

/* Takes a field of one to nine digits, the usual form of a whole number; false, and nothing taken,
 * if it is something else. */
static bool take_digits(struct wire_codec *x, int64_t *v)
{
    enum { DIGITS_MAX = 9 };
    const unsigned char *p = (const unsigned char *)x->rest.p;
    size_t n = 0;
    int64_t value = 0;
    for (; n < x->rest.n && n <= DIGITS_MAX && (unsigned)(p[n] - '0') < 10; n++)
        value = value * 10 + (p[n] - '0');
    if (x->failed || n == 0 || n > DIGITS_MAX || n == x->rest.n || p[n] != 0)
        return false;
    *v = value;
    x->field++;
    x->at = x->rest.p;
    x->rest = (struct str){x->rest.p + n + 1, x->rest.n - n - 1};
    return true;
}

static void decode_long(struct wire_codec *x, int64_t *v, int64_t least, int64_t most)
{
    struct str s;
    int64_t quick;
    if (take_digits(x, &quick)) {
        if (quick < least || quick > most)
            x_fail(x, "is not a whole number in range");
        else
            *v = quick;
        return;
    }
    if (!next_field(x, &s) || s.n == 0)
        return;
    int64_t n;
    if (!str_to_i64(s, &n) || n < least || n > most)
        x_fail(x, "is not a whole number in range");
    else
        *v = n;
}

static void decode_int(struct wire_codec *x, int32_t *v)
{
    int64_t n = *v;
    decode_long(x, &n, INT32_MIN, INT32_MAX);
    *v = (int32_t)n;
}

void x_int(struct wire_codec *x, int32_t *v)
{
    if (x->mode == WIRE_DECODE)
        decode_int(x, v);
    else if (x->mode == WIRE_ENCODE)
        put_long(x, *v);
    else
        *v = (int32_t)invent_long(x, WIRE_UNSET_INT);
}

void x_int_nullable(struct wire_codec *x, int32_t *v)
{
    if (x->mode == WIRE_ENCODE && *v == WIRE_UNSET_INT)
        put_field(x, "", 0);
    else
        x_int(x, v);
}

void x_long(struct wire_codec *x, int64_t *v)
{
    if (x->mode == WIRE_DECODE)
        decode_long(x, v, INT64_MIN, INT64_MAX);
    else if (x->mode == WIRE_ENCODE)
        put_long(x, *v);
    else
        *v = invent_long(x, WIRE_UNSET_LONG);
}

void x_long_nullable(struct wire_codec *x, int64_t *v)
{
    if (x->mode == WIRE_ENCODE && *v == WIRE_UNSET_LONG)
        put_field(x, "", 0);
    else
        x_long(x, v);
}

static void decode_double(struct wire_codec *x, double *v)
{
    struct str s;
    if (!next_field(x, &s) || s.n == 0)
        return;
    double n;
    if (!wire_parse_double(s, &n))
        x_fail(x, "is not a number");
    else
        *v = n;
}

void x_double(struct wire_codec *x, double *v)
{
    if (x->mode == WIRE_DECODE)
        decode_double(x, v);
    else if (x->mode == WIRE_ENCODE)
        put_double(x, *v);
    else
        *v = invent_double(x);
}

void x_double_nullable(struct wire_codec *x, double *v)
{
    if (x->mode == WIRE_ENCODE && !wire_is_set_double(*v))
        put_field(x, "", 0);
    else
        x_double(x, v);
}

void x_strike(struct wire_codec *x, double *v)
{
    if (x->mode == WIRE_ENCODE && !wire_is_set_double(*v)) {
        bool to_server = x->direction == WIRE_TO_SERVER;
        put_field(x, to_server ? "" : "0", to_server ? 0 : 1);
        return;
    }
    x_double(x, v);
    if (x->mode != WIRE_ENCODE && *v == 0 && x->version < WIRE_SINCE_ZERO_STRIKE)
        *v = WIRE_UNSET_DOUBLE;
}

void x_bool(struct wire_codec *x, bool *v)
{
    if (x->mode == WIRE_ENCODE) {
        put_field(x, *v ? "1" : "0", 1);
        return;
    }
    if (x->mode == WIRE_GENERATE) {
        *v = dice(x, 2);
        return;
    }
    struct str s;
    int64_t n = 0;
    if (!next_field(x, &s))
        return;
    if (str_ieq(s, STR("true")))
        n = 1;
    else if (s.n && !str_ieq(s, STR("false")) && !str_to_i64(s, &n))
        x_fail(x, "is neither true nor false");
    /* any other number is true for the official readers; an absent flag is a false one, whatever
     * the default of a fresh order (transmit) */
    *v = n != 0;
}

void x_choice(struct wire_codec *x, int32_t *v, uint32_t allowed)
{
    assert(allowed);
    if (x->mode == WIRE_GENERATE) {
        do
            *v = (int32_t)dice(x, 32);
        while (!(allowed >> *v & 1));
        return;
    }
    x_int(x, v);
    if (!x->failed && (*v < 0 || *v > 31 || !(allowed >> *v & 1)))
        x_fail(x, "is none of the known kinds");
}

void x_constant(struct wire_codec *x, const char *text)
{
    struct str ignored;
    if (x->mode == WIRE_ENCODE)
        put_field(x, text, strlen(text));
    else if (x->mode == WIRE_DECODE)
        (void)next_field(x, &ignored);
}

/* ---- lists ---- */

void *x_items(struct wire_codec *x, void *items, size_t *n, size_t size)
{
    if (x->mode == WIRE_ENCODE) {
        if (*n > LIMIT_WIRE_LIST)
            x_fail(x, "counts too many elements");
        put_long(x, (int64_t)*n);
        return items;
    }
    int64_t count = 0;
    *n = 0;
    if (x->mode == WIRE_GENERATE)
        count = dice(x, 4);
    else
        decode_long(x, &count, 0, LIMIT_WIRE_LIST);
    if (x->failed || count == 0)
        return NULL;
    /* every element has a field and every field a byte: a count that the frame cannot hold is
     * found before memory is taken for it */
    if (x->mode == WIRE_DECODE && (size_t)count > x->rest.n) {
        x_fail(x, "counts more elements than follow");
        return NULL;
    }
    if (!arena_has(x->arena, (size_t)count * size)) {
        x_fail(x, "counts more elements than there is memory for");
        return NULL;
    }
    *n = (size_t)count;
    return arena_array(x->arena, *n, size);
}
