/* SPDX-License-Identifier: MIT */
#include "wire/print.h"

#include "wire/message.h"
#include "wire/proto_codec.h"
#include "wire/value.h"

#include <assert.h>
#include <math.h>

struct printing {
    struct json_writer *w;
    enum wire_direction direction;
};

/* A struct in work: where it is, what it starts from (NULL: zeros), and which fields it had
 * (NULL: it was text). The depth of the calls is that of the tables. */
struct place {
    const struct wire_proto *table;
    const char *base, *start;
    const struct wire_presence *has;
};

static void print_message(const struct printing *p, struct place at);

/* ---- what is shown ---- */

/* Whether this is the first of the bits of a member that has others, which no row names; then the
 * row shows the whole number. */
static bool has_strange_bits(const struct wire_proto_field *f, struct place at)
{
    uint32_t bits = (uint32_t) * (const int32_t *)(const void *)(at.base + f->offset);
    for (size_t i = 0; i < at.table->count; i++) {
        const struct wire_proto_field *other = &at.table->fields[i];
        if (other->kind != WIRE_KIND_BIT || other->offset != f->offset)
            continue;
        if (other < f)
            return false;
        bits &= ~other->mask;
    }
    return bits != 0;
}

/* Whether a member is not what it starts with. */
static bool is_changed(const struct wire_proto_field *f, struct place at)
{
    const void *member = at.base + f->offset;
    const void *start = at.start ? at.start + f->offset : NULL;
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_INT32:
    case WIRE_KIND_FLAG:
        return *(const int32_t *)member != (start ? *(const int32_t *)start : 0);
    case WIRE_KIND_INT64:
        return *(const int64_t *)member != (start ? *(const int64_t *)start : 0);
    case WIRE_KIND_DOUBLE:
        return *(const double *)member != (start ? *(const double *)start : 0);
    case WIRE_KIND_BOOL:
        return *(const bool *)member != (start && *(const bool *)start);
    case WIRE_KIND_STRING:
    case WIRE_KIND_DECIMAL:
    case WIRE_KIND_OPTIONS:
    case WIRE_KIND_NUMBER:
    case WIRE_KIND_TRUTH:
        return !str_eq(*(const struct str *)member, start ? *(const struct str *)start : STR(""));
    case WIRE_KIND_BIT:
        return has_strange_bits(f, at);
    default: /* lists start with nothing, and then they are set if they are changed */
        return false;
    }
}

static bool is_shown(const struct wire_proto_field *f, struct place at,
                     enum wire_direction direction)
{
    if (f->applies && !f->applies(at.base))
        return false;
    if (wire_proto_is_set(f, at.base, direction) || is_changed(f, at))
        return true;
    if (f->kind != WIRE_KIND_PART || f->flag)
        return false;
    struct place inside = {f->part, at.base + f->offset, at.start ? at.start + f->offset : NULL,
                           NULL};
    for (size_t i = 0; i < f->part->count; i++)
        if (is_shown(&f->part->fields[i], inside, direction))
            return true;
    return false;
}

/* ---- one value ---- */

static void print_double(struct json_writer *w, double v)
{
    if (isnan(v))
        json_text(w, "NaN");
    else if (isinf(v))
        json_text(w, v > 0 ? "Infinity" : "-Infinity");
    else
        json_num(w, v);
}

static void print_text(struct json_writer *w, struct str s)
{
    json_str(w, s.p ? s : STR(""));
}

/* A decimal text that is a double on the wire. */
static void print_number(struct json_writer *w, struct str text, bool is_text_message)
{
    double v = 0;
    char digits[JSON_NUM_MAX];
    bool is_number = wire_parse_double(text, &v);
    bool is_finite = is_number && isfinite(v);
    size_t n = is_finite ? json_num_format(v, digits) : 0;
    if (is_text_message && !(is_finite && str_eq(text, (struct str){digits, n})))
        print_text(w, text);
    else
        print_double(w, v);
}

static void print_pair(struct json_writer *w, struct str tag, struct str value)
{
    json_begin_array(w);
    print_text(w, tag);
    print_text(w, value);
    json_end_array(w);
}

/* Whether the text is "tag=value;tag=value;" and nothing else. */
static bool is_plain_options(struct str options)
{
    struct str piece;
    if (options.n == 0 || options.p[options.n - 1] != ';')
        return false;
    options.n--;
    while (str_cut(&options, ';', &piece))
        if (str_find(piece, '=', 0) == piece.n)
            return false;
    return true;
}

static void print_options(struct json_writer *w, struct str options, bool is_text_message)
{
    struct str piece;
    if (is_text_message && !is_plain_options(options)) {
        print_text(w, options);
        return;
    }
    json_begin_array(w);
    while (str_cut(&options, ';', &piece)) {
        size_t at = str_find(piece, '=', 0);
        if (piece.n)
            print_pair(w, str_sub(piece, 0, at), str_sub(piece, at + 1, piece.n));
    }
    json_end_array(w);
}

static void print_truth(struct json_writer *w, struct str s, bool is_text_message)
{
    if (is_text_message && !str_eq(s, STR("true")) && !str_eq(s, STR("false")))
        print_text(w, s);
    else
        json_bool(w, proto_is_true(s));
}

/* Numbers of a text message; what is unset there is shown only where that is a change. */
static void print_int(struct json_writer *w, int64_t v, bool is_unset, bool is_text_message)
{
    if (is_unset && is_text_message)
        json_null(w);
    else
        json_i64(w, v);
}

static void print_flag(struct json_writer *w, int32_t v, bool is_text_message)
{
    if (v == 0 || v == 1 || !is_text_message)
        json_bool(w, v != 0);
    else
        print_int(w, v, v == WIRE_UNSET_INT, true);
}

/* ---- lists ---- */

static void print_list(const struct printing *p, const struct wire_proto_field *f, struct place at)
{
    const struct proto_list *list = (const struct proto_list *)(const void *)(at.base + f->offset);
    const struct wire_presence *part = NULL;
    json_begin_array(p->w);
    for (size_t i = 0; i < list->n; i++) {
        switch ((enum wire_kind)f->kind) {
        case WIRE_KIND_STRINGS:
            print_text(p->w, ((const struct str *)list->items)[i]);
            break;
        case WIRE_KIND_INTS:
            json_i64(p->w, ((const int32_t *)list->items)[i]);
            break;
        case WIRE_KIND_DOUBLES:
            print_double(p->w, ((const double *)list->items)[i]);
            break;
        case WIRE_KIND_MAP: {
            const struct wire_tag *pair = &((const struct wire_tag *)list->items)[i];
            print_pair(p->w, pair->tag, pair->value);
            break;
        }
        default:
            if (i == 0 || part)
                part = wire_presence_part(at.has, f, part);
            print_message(p, (struct place){f->part, (const char *)list->items + i * f->part->size,
                                            f->part->defaults, part});
        }
    }
    json_end_array(p->w);
}

/* ---- messages ---- */

static void print_field(const struct printing *p, const struct wire_proto_field *f, struct place at)
{
    const void *member = at.base + f->offset;
    struct json_writer *w = p->w;
    bool is_text = !at.has;
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_INT32:
        print_int(w, *(const int32_t *)member, !wire_is_set_int(*(const int32_t *)member), is_text);
        break;
    case WIRE_KIND_INT64:
        print_int(w, *(const int64_t *)member, !wire_is_set_long(*(const int64_t *)member),
                  is_text);
        break;
    case WIRE_KIND_BOOL:
        json_bool(w, *(const bool *)member);
        break;
    case WIRE_KIND_FLAG:
        print_flag(w, *(const int32_t *)member, is_text);
        break;
    case WIRE_KIND_BIT:
        if (is_text && has_strange_bits(f, at))
            json_i64(w, *(const int32_t *)member);
        else
            json_bool(w, (uint32_t) * (const int32_t *)member & f->mask);
        break;
    case WIRE_KIND_TRUTH:
        print_truth(w, *(const struct str *)member, is_text);
        break;
    case WIRE_KIND_DOUBLE:
        if (is_text && !wire_is_set_double(*(const double *)member))
            json_null(w);
        else
            print_double(w, *(const double *)member);
        break;
    case WIRE_KIND_NUMBER:
        print_number(w, *(const struct str *)member, is_text);
        break;
    case WIRE_KIND_STRING:
    case WIRE_KIND_DECIMAL:
        print_text(w, *(const struct str *)member);
        break;
    case WIRE_KIND_OPTIONS:
        print_options(w, *(const struct str *)member, is_text);
        break;
    case WIRE_KIND_PART:
        print_message(p, (struct place){f->part, member, at.start ? at.start + f->offset : NULL,
                                        wire_presence_part(at.has, f, NULL)});
        break;
    default:
        print_list(p, f, at);
    }
}

static void print_message(const struct printing *p, struct place at)
{
    json_begin_object(p->w);
    for (size_t i = 0; i < at.table->count; i++) {
        const struct wire_proto_field *f = &at.table->fields[i];
        if (at.has ? !wire_presence_has(at.has, i) : !is_shown(f, at, p->direction))
            continue;
        json_key(p->w, f->name);
        print_field(p, f, at);
    }
    json_end_object(p->w);
}

void wire_print(const struct wire_any *any, struct json_writer *w)
{
    assert(any->type);
    const struct wire_proto *t = wire_proto_of(any->type->direction, any->id);
    assert(t); /* every message has a table */
    struct printing p = {w, any->type->direction};
    print_message(&p, (struct place){t, any->message, any->type->defaults, any->has});
}

bool wire_print_frame(enum wire_direction direction, struct str body, int version,
                      struct arena *arena, struct json_writer *w, struct wire_any *any)
{
    struct wire_any own;
    struct error e = {0};
    any = any ? any : &own;
    bool ok = wire_decode(direction, body, version, arena, any, &e);
    if (any->id >= 0) {
        json_key(w, "id");
        json_i64(w, any->id);
    }
    if (!ok) {
        json_key(w, "error");
        json_text(w, e.text);
        json_key(w, "offset");
        json_i64(w, (int64_t)any->offset);
        return false;
    }
    json_key(w, "name");
    json_text(w, any->type->name);
    json_key(w, "encoding");
    json_text(w, any->has ? "protobuf" : "text");
    json_key(w, "server_version");
    json_i64(w, version);
    if (any->skipped) {
        json_key(w, "skipped");
        json_i64(w, (int64_t)any->skipped);
    }
    json_key(w, "fields");
    wire_print(any, w);
    return true;
}
