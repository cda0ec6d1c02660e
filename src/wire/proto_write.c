/* SPDX-License-Identifier: MIT */
/*
 * The writer: the rows of a table in order. What is inside a message stands behind its length,
 * which is known only when it is written, so one byte is left for it and more is made room for in
 * the few cases that need it. The depth of the calls is that of the tables.
 *
 * Invention for tests walks the same way.
 */
#include "wire/proto_codec.h"

#include "base/limits.h"
#include "base/rng.h"
#include "wire/message.h"
#include "wire/value.h"

#include <assert.h>
#include <string.h>

enum { VARINT_MAX = 10 };

/* ---- bytes ---- */

static size_t format_varint(uint64_t v, char out[VARINT_MAX])
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        out[n++] = (char)(v | 0x80);
    out[n++] = (char)v;
    return n;
}

static void put(struct wire_codec *x, const char *p, size_t n)
{
    if (!x->failed && !buf_add(x->out, p, n))
        x_fail(x, "does not fit into the buffer");
}

static void put_varint(struct wire_codec *x, uint64_t v)
{
    char text[VARINT_MAX];
    put(x, text, format_varint(v, text));
}

static void put_tag(struct wire_codec *x, unsigned number, enum proto_wire form)
{
    put_varint(x, number << 3 | form);
}

static void put_fixed64(struct wire_codec *x, double v)
{
    uint64_t bits;
    char bytes[8];
    memcpy(&bits, &v, sizeof bits);
    for (int i = 0; i < 8; i++)
        bytes[i] = (char)(bits >> 8 * i);
    put(x, bytes, sizeof bytes);
}

static void put_text(struct wire_codec *x, const char *name, struct str s)
{
    bool is_good = x->direction == WIRE_TO_SERVER ? x_is_printable(s) : str_is_utf8(s);
    if (!is_good && !x->failed) {
        x_fail(x, x->direction == WIRE_TO_SERVER ? "is not printable ASCII" : "is not UTF-8");
        x->name = name;
    }
    put_varint(x, s.n);
    put(x, s.p, s.n);
}

/* Begins what has a length; the result is for end_bytes. */
static size_t begin_bytes(struct wire_codec *x)
{
    size_t at = x->out->n;
    put(x, "", 1);
    return at;
}

static void end_bytes(struct wire_codec *x, size_t at)
{
    char text[VARINT_MAX];
    if (x->failed)
        return;
    size_t inside = x->out->n - at - 1;
    size_t n = format_varint(inside, text);
    if (n > 1 && !buf_space(x->out, n - 1)) {
        x_fail(x, "does not fit into the buffer");
        return;
    }
    char *p = x->out->p + at;
    if (n > 1) {
        memmove(p + n, p + 1, inside);
        buf_grow(x->out, n - 1);
    }
    memcpy(p, text, n);
}

/* ---- fields ---- */

static uint64_t varint_of(const struct wire_proto_field *f, const void *member)
{
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_INT64:
        return (uint64_t) * (const int64_t *)member;
    case WIRE_KIND_BOOL:
        return *(const bool *)member;
    case WIRE_KIND_FLAG:
        return *(const int32_t *)member == WIRE_UNSET_INT ? 0 : *(const int32_t *)member != 0;
    case WIRE_KIND_BIT:
        return ((uint32_t) * (const int32_t *)member & f->mask) != 0;
    case WIRE_KIND_TRUTH:
        return proto_is_true(*(const struct str *)member);
    default: /* WIRE_KIND_INT32: negative numbers are sign-extended to ten bytes */
        return (uint64_t)(int64_t) * (const int32_t *)member;
    }
}

static double double_of(const struct wire_proto_field *f, const void *member)
{
    double v = 0;
    if (f->kind == WIRE_KIND_DOUBLE)
        return *(const double *)member;
    bool is_number = wire_parse_double(*(const struct str *)member, &v);
    return is_number && v != 0 ? v : 0; /* "-0" too: texts know no sign of zero */
}

static void put_pair(struct wire_codec *x, const struct wire_proto_field *f, struct wire_tag pair)
{
    put_tag(x, f->number, PROTO_BYTES);
    size_t at = begin_bytes(x);
    put_tag(x, 1, PROTO_BYTES);
    put_text(x, f->name, pair.tag);
    put_tag(x, 2, PROTO_BYTES);
    put_text(x, f->name, pair.value);
    end_bytes(x, at);
}

/* "tag=value;tag=value;", the last ; may be missing. */
static void put_options(struct wire_codec *x, const struct wire_proto_field *f, struct str options)
{
    struct str piece;
    while (str_cut(&options, ';', &piece)) {
        struct wire_tag pair;
        if (piece.n == 0)
            continue;
        pair.tag = str_sub(piece, 0, str_find(piece, '=', 0));
        pair.value = str_sub(piece, pair.tag.n + 1, piece.n);
        put_pair(x, f, pair);
    }
}

static void put_message(struct wire_codec *x, const struct wire_proto_field *f, const void *base,
                        const struct wire_presence *has)
{
    put_tag(x, f->number, PROTO_BYTES);
    size_t at = begin_bytes(x);
    proto_write(x, f->part, base, has);
    end_bytes(x, at);
}

static void put_packed(struct wire_codec *x, const struct wire_proto_field *f,
                       const struct proto_list *list)
{
    put_tag(x, f->number, PROTO_BYTES);
    size_t at = begin_bytes(x);
    for (size_t i = 0; i < list->n; i++) {
        if (f->kind == WIRE_KIND_INTS)
            put_varint(x, (uint64_t)(int64_t)((const int32_t *)list->items)[i]);
        else
            put_fixed64(x, ((const double *)list->items)[i]);
    }
    end_bytes(x, at);
}

static void put_list(struct wire_codec *x, const struct wire_proto_field *f,
                     const struct proto_list *list, const struct wire_presence *has)
{
    const struct wire_presence *part = NULL;
    if (list->n > LIMIT_WIRE_LIST) {
        x_fail(x, "counts too many elements");
        x->name = f->name;
        return;
    }
    if (proto_is_packed((enum wire_kind)f->kind)) {
        put_packed(x, f, list);
        return;
    }
    for (size_t i = 0; i < list->n && !x->failed; i++) {
        switch ((enum wire_kind)f->kind) {
        case WIRE_KIND_STRINGS:
            put_tag(x, f->number, PROTO_BYTES);
            put_text(x, f->name, ((const struct str *)list->items)[i]);
            break;
        case WIRE_KIND_MAP:
            put_pair(x, f, ((const struct wire_tag *)list->items)[i]);
            break;
        default:
            if (i == 0 || part)
                part = wire_presence_part(has, f, part);
            put_message(x, f, (const char *)list->items + i * f->part->size, part);
        }
    }
}

static void put_field(struct wire_codec *x, const struct wire_proto_field *f, const char *base,
                      const struct wire_presence *has)
{
    const void *member = base + f->offset;
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_DOUBLE:
    case WIRE_KIND_NUMBER:
        put_tag(x, f->number, PROTO_FIXED64);
        put_fixed64(x, double_of(f, member));
        break;
    case WIRE_KIND_STRING:
    case WIRE_KIND_DECIMAL:
        put_tag(x, f->number, PROTO_BYTES);
        put_text(x, f->name, *(const struct str *)member);
        break;
    case WIRE_KIND_OPTIONS:
        put_options(x, f, *(const struct str *)member);
        break;
    case WIRE_KIND_PART:
        put_message(x, f, member, wire_presence_part(has, f, NULL));
        break;
    case WIRE_KIND_LIST:
    case WIRE_KIND_STRINGS:
    case WIRE_KIND_INTS:
    case WIRE_KIND_DOUBLES:
    case WIRE_KIND_MAP:
        put_list(x, f, member, has);
        break;
    default:
        put_tag(x, f->number, PROTO_VARINT);
        put_varint(x, varint_of(f, member));
    }
}

void proto_write(struct wire_codec *x, const struct wire_proto *t, const void *message,
                 const struct wire_presence *has)
{
    for (size_t i = 0; i < t->count && !x->failed; i++) {
        const struct wire_proto_field *f = &t->fields[i];
        bool is_there =
            has ? wire_presence_has(has, i) : wire_proto_is_set(f, message, x->direction);
        if (f->number && is_there)
            put_field(x, f, message, has);
    }
}

/* ---- invention ---- */

static void invent_items(struct wire_codec *x, const struct wire_proto_field *f,
                         struct proto_list *list)
{
    list->n = rng_below(x->rng, 4);
    list->items = NULL;
    if (list->n == 0)
        return;
    size_t size = proto_element_size(f);
    list->items = arena_array(x->arena, list->n, size);
    for (size_t i = 0; i < list->n; i++) {
        char *item = (char *)list->items + i * size;
        switch ((enum wire_kind)f->kind) {
        case WIRE_KIND_STRINGS:
            x_str(x, (struct str *)(void *)item);
            break;
        case WIRE_KIND_INTS:
            x_int(x, (int32_t *)(void *)item);
            break;
        case WIRE_KIND_DOUBLES:
            x_double(x, (double *)(void *)item);
            break;
        case WIRE_KIND_MAP:
            x_str(x, &((struct wire_tag *)(void *)item)->tag);
            x_str(x, &((struct wire_tag *)(void *)item)->value);
            break;
        default:
            if (f->part->defaults)
                memcpy(item, f->part->defaults, f->part->size);
            proto_invent(x, f->part, item);
        }
    }
}

static struct str pick(struct wire_codec *x, const char *const *some, uint32_t n)
{
    return str_of(some[rng_below(x->rng, n)]);
}

static void invent_field(struct wire_codec *x, const struct wire_proto_field *f, char *base)
{
    static const char *const options[] = {"", "a=b;", "x=1;y=;", "=;k=a=b;"};
    static const char *const numbers[] = {"", "100", "0.5", "1", "-2.25", "1e-07"};
    static const char *const truths[] = {"", "true", "false", "1"};
    void *member = base + f->offset;
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_INT32:
        x_int(x, member);
        break;
    case WIRE_KIND_INT64:
        x_long(x, member);
        break;
    case WIRE_KIND_BOOL:
        x_bool(x, member);
        break;
    case WIRE_KIND_DOUBLE:
        x_double(x, member);
        break;
    case WIRE_KIND_STRING:
        x_str(x, member);
        break;
    case WIRE_KIND_DECIMAL:
        x_decimal(x, member);
        break;
    case WIRE_KIND_OPTIONS:
        *(struct str *)member = pick(x, options, 4);
        break;
    case WIRE_KIND_NUMBER:
        *(struct str *)member = pick(x, numbers, 6);
        break;
    case WIRE_KIND_TRUTH:
        *(struct str *)member = pick(x, truths, 4);
        break;
    case WIRE_KIND_FLAG:
        *(int32_t *)member = (int32_t)rng_below(x->rng, 2);
        if (rng_below(x->rng, 3) == 0)
            *(int32_t *)member = WIRE_UNSET_INT;
        break;
    case WIRE_KIND_BIT:
        *(int32_t *)member |= rng_below(x->rng, 2) ? (int32_t)f->mask : 0;
        break;
    case WIRE_KIND_PART:
        if (f->flag)
            x_bool(x, (bool *)(void *)(base + f->flag));
        proto_invent(x, f->part, member);
        break;
    default:
        invent_items(x, f, member);
    }
}

void proto_invent(struct wire_codec *x, const struct wire_proto *t, void *message)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->fields[i].number)
            invent_field(x, &t->fields[i], message);
}
