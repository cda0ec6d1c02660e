/* SPDX-License-Identifier: MIT */
/*
 * The reader. A message is a row of fields: a tag (number and form), then the value. Nested
 * messages are worked through with a stack of our own, whose depth the tables bound; what no table
 * knows is skipped as so many bytes.
 *
 * Lists: the struct wants one array, the wire has the elements one by one, perhaps with others
 * between. At the first one the rest of the message is counted, so that memory is taken once and
 * for what is really there.
 */
#include "wire/proto_codec.h"

#include "base/limits.h"
#include "wire/message.h"
#include "wire/value.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* One message in work. */
struct level {
    const struct wire_proto *table;
    char *base; /* its struct */
    const char *end;
    struct wire_presence *has;
};

struct reader {
    struct wire_codec *x;
    const char *p;   /* the next byte */
    const char *tag; /* the first byte of the field in work */
    int depth;
    struct level levels[WIRE_PROTO_DEPTH];
};

static void fail(struct reader *r, const char *name, const char *why)
{
    if (r->x->failed)
        return;
    x_fail(r->x, why);
    r->x->name = name;
    r->x->at = r->tag;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- bytes; each moves *p and returns false, with *p anywhere, if `end` comes too early ---- */

static bool take_long_varint(const char **p, const char *end, uint64_t *out)
{
    enum { BYTES_MAX = 10 };
    const unsigned char *b = (const unsigned char *)*p;
    uint64_t v = 0;
    size_t most = least((size_t)(end - *p), BYTES_MAX);
    for (size_t i = 0; i < most; i++) {
        if (i == BYTES_MAX - 1 && b[i] > 1)
            return false; /* more than 64 bits */
        v |= (uint64_t)(b[i] & 0x7F) << 7 * i;
        if (b[i] < 0x80) {
            *out = v;
            *p += i + 1;
            return true;
        }
    }
    return false;
}

static inline bool take_varint(const char **p, const char *end, uint64_t *out)
{
    const unsigned char *b = (const unsigned char *)*p;
    if (*p == end || *b >= 0x80)
        return take_long_varint(p, end, out);
    *out = *b;
    *p += 1;
    return true;
}

static inline bool take_fixed64(const char **p, const char *end, double *out)
{
    uint64_t v;
    if (end - *p < 8)
        return false;
    memcpy(&v, *p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    memcpy(out, &v, sizeof v);
    *p += 8;
    return true;
}

static bool take_bytes(const char **p, const char *end, struct str *out)
{
    uint64_t n;
    if (!take_varint(p, end, &n) || n > (size_t)(end - *p))
        return false;
    *out = (struct str){*p, (size_t)n};
    *p += n;
    return true;
}

static inline bool take_tag(const char **p, const char *end, uint32_t *number, unsigned *form)
{
    uint64_t tag;
    if (!take_varint(p, end, &tag) || tag > UINT32_MAX || tag < 8)
        return false;
    *number = (uint32_t)tag >> 3;
    *form = tag & 7;
    return true;
}

/* Groups (forms 3 and 4) have been out of use since before this schema was made. */
static bool skip_value(const char **p, const char *end, unsigned form)
{
    uint64_t ignored;
    struct str bytes;
    size_t n = form == PROTO_FIXED64 ? 8 : 4;
    switch (form) {
    case PROTO_VARINT:
        return take_varint(p, end, &ignored);
    case PROTO_BYTES:
        return take_bytes(p, end, &bytes);
    case PROTO_FIXED64:
    case PROTO_FIXED32:
        if ((size_t)(end - *p) < n)
            return false;
        *p += n;
        return true;
    default:
        return false;
    }
}

/* ---- lists ---- */

/* How many numbers a packed field holds. */
static size_t packed_count(enum wire_kind kind, struct str bytes)
{
    size_t n = 0;
    if (kind == WIRE_KIND_DOUBLES)
        return bytes.n / 8;
    for (size_t i = 0; i < bytes.n; i++)
        n += (unsigned char)bytes.p[i] < 0x80;
    return n;
}

/* The elements of that field from its first tag on; what is malformed ends the count and will be
 * found again when it is read. */
static size_t count_elements(const char *p, const char *end, const struct wire_proto_field *f)
{
    size_t n = 0;
    uint32_t number;
    unsigned form;
    while (p < end && take_tag(&p, end, &number, &form)) {
        struct str bytes;
        bool is_packed = proto_is_packed((enum wire_kind)f->kind) && form == PROTO_BYTES;
        if (number != f->number || !is_packed) {
            n += number == f->number;
            if (!skip_value(&p, end, form))
                break;
        } else if (take_bytes(&p, end, &bytes)) {
            n += packed_count((enum wire_kind)f->kind, bytes);
        } else {
            break;
        }
    }
    return n;
}

/* The next element of a list, zeroed; NULL after a failure. */
static void *next_element(struct reader *r, const struct wire_proto_field *f)
{
    const struct level *l = &r->levels[r->depth];
    struct proto_list *list = (struct proto_list *)(void *)(l->base + f->offset);
    size_t size = proto_element_size(f);
    if (list->n == 0) {
        size_t count = count_elements(r->tag, l->end, f);
        if (count > LIMIT_WIRE_LIST || !arena_has(r->x->arena, count * size)) {
            fail(r, f->name, "has more elements than can be held");
            return NULL;
        }
        list->items = arena_array(r->x->arena, count, size);
    }
    return (char *)list->items + size * list->n++;
}

/* ---- values ---- */

static void read_int32(struct reader *r, const struct wire_proto_field *f, uint64_t v, int32_t *out)
{
    if ((int64_t)v < INT32_MIN || (int64_t)v > INT32_MAX)
        fail(r, f->name, "is not a whole number in range");
    else
        *out = (int32_t)v;
}

static void read_varint(struct reader *r, const struct wire_proto_field *f, void *member)
{
    uint64_t v;
    if (!take_varint(&r->p, r->levels[r->depth].end, &v)) {
        fail(r, f->name, "has no end");
        return;
    }
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_INT32:
        read_int32(r, f, v, member);
        break;
    case WIRE_KIND_INT64:
        *(int64_t *)member = (int64_t)v;
        break;
    case WIRE_KIND_BOOL:
        *(bool *)member = v != 0;
        break;
    case WIRE_KIND_FLAG:
        *(int32_t *)member = v != 0;
        break;
    case WIRE_KIND_BIT:
        if (v)
            *(int32_t *)member |= (int32_t)f->mask;
        else
            *(int32_t *)member &= ~(int32_t)f->mask;
        break;
    case WIRE_KIND_TRUTH:
        *(struct str *)member = v ? STR("true") : STR("false");
        break;
    default: { /* WIRE_KIND_INTS */
        int32_t *element = next_element(r, f);
        if (element)
            read_int32(r, f, v, element);
    }
    }
}

/* A double whose member is a text; what is no number leaves it empty. */
static void read_number(struct reader *r, const struct wire_proto_field *f, double v,
                        struct str *out)
{
    char text[WIRE_DOUBLE_TEXT_MAX];
    size_t n = 0;
    if (!arena_has(r->x->arena, sizeof text)) {
        fail(r, f->name, "does not fit into memory");
        return;
    }
    if (wire_is_set_double(v))
        n = wire_format_double(v, WIRE_STYLE_PYTHON, text);
    if (n > 2 && memcmp(text + n - 2, ".0", 2) == 0)
        n -= 2; /* "100", as servers write it in text */
    *out = arena_str(r->x->arena, (struct str){text, n});
}

static void read_fixed64(struct reader *r, const struct wire_proto_field *f, void *member)
{
    double v;
    if (!take_fixed64(&r->p, r->levels[r->depth].end, &v)) {
        fail(r, f->name, "has no end");
        return;
    }
    if (f->kind == WIRE_KIND_NUMBER) {
        read_number(r, f, v, member);
        return;
    }
    double *out = f->kind == WIRE_KIND_DOUBLES ? next_element(r, f) : member;
    if (out)
        *out = v;
}

static void read_packed(struct reader *r, const struct wire_proto_field *f, struct str bytes)
{
    const char *p = bytes.p;
    const char *end = bytes.p + bytes.n;
    while (p < end && !r->x->failed) {
        uint64_t v = 0;
        double d = 0;
        bool is_int = f->kind == WIRE_KIND_INTS;
        if (is_int ? !take_varint(&p, end, &v) : !take_fixed64(&p, end, &d)) {
            fail(r, f->name, "has no end");
            return;
        }
        void *element = next_element(r, f);
        if (element && is_int)
            read_int32(r, f, v, element);
        else if (element)
            *(double *)element = d;
    }
}

/* A pair of a map: a message with the two texts 1 and 2. */
static bool read_pair(struct str bytes, struct wire_tag *out)
{
    const char *p = bytes.p;
    const char *end = bytes.p + bytes.n;
    *out = (struct wire_tag){STR(""), STR("")};
    while (p < end) {
        uint32_t number;
        unsigned form;
        if (!take_tag(&p, end, &number, &form))
            return false;
        if (number <= 2 && form != PROTO_BYTES)
            return false;
        struct str *text = number == 1 ? &out->tag : &out->value;
        if (number <= 2 ? !take_bytes(&p, end, text) : !skip_value(&p, end, form))
            return false;
    }
    return true;
}

/* A pair whose member is one text "tag=value;": its bytes are fewer than those of the pairs. */
static void read_option(struct reader *r, const struct wire_proto_field *f, struct wire_tag pair,
                        struct str *out)
{
    const struct level *l = &r->levels[r->depth];
    size_t room = (size_t)(l->end - r->tag);
    union { /* what was begun here is ours to go on with */
        const char *begun;
        char *p;
    } text = {.begun = out->p};
    if (str_find(pair.tag, '=', 0) < pair.tag.n || str_find(pair.tag, ';', 0) < pair.tag.n ||
        str_find(pair.value, ';', 0) < pair.value.n) {
        fail(r, f->name, "holds a pair with = or ; in it");
        return;
    }
    if (out->n == 0) {
        if (!arena_has(r->x->arena, room)) {
            fail(r, f->name, "does not fit into memory");
            return;
        }
        text.p = arena_alloc(r->x->arena, room);
    }
    char *at = text.p + out->n;
    memcpy(at, pair.tag.p, pair.tag.n);
    at[pair.tag.n] = '=';
    memcpy(at + pair.tag.n + 1, pair.value.p, pair.value.n);
    at[pair.tag.n + 1 + pair.value.n] = ';';
    *out = (struct str){text.p, out->n + pair.tag.n + pair.value.n + 2};
}

/* ---- messages within messages ---- */

static struct wire_presence *new_presence(struct reader *r, struct wire_presence *outer,
                                          const struct wire_proto_field *f)
{
    if (!arena_has(r->x->arena, sizeof(struct wire_presence))) {
        fail(r, f ? f->name : NULL, "does not fit into memory");
        return NULL;
    }
    struct wire_presence *has = ARENA_NEW(r->x->arena, struct wire_presence);
    has->field = f;
    if (!outer)
        return has;
    if (outer->last)
        outer->last->next = has;
    else
        outer->parts = has;
    outer->last = has;
    return has;
}

/* Goes down into the part whose bytes follow. */
static void enter(struct reader *r, const struct wire_proto_field *f, struct str bytes)
{
    const struct level *l = &r->levels[r->depth];
    assert(r->depth + 1 < WIRE_PROTO_DEPTH); /* the tables are not deeper */
    char *base = f->kind == WIRE_KIND_LIST ? next_element(r, f) : l->base + f->offset;
    struct wire_presence *has = base ? new_presence(r, l->has, f) : NULL;
    if (!has)
        return;
    if (f->part->defaults)
        memcpy(base, f->part->defaults, f->part->size);
    if (f->flag)
        *(bool *)(l->base + f->flag) = true;
    r->levels[++r->depth] = (struct level){f->part, base, bytes.p + bytes.n, has};
    r->p = bytes.p;
}

/* ---- fields ---- */

static void read_bytes(struct reader *r, const struct wire_proto_field *f, void *member)
{
    struct str bytes;
    struct wire_tag pair;
    if (!take_bytes(&r->p, r->levels[r->depth].end, &bytes)) {
        fail(r, f->name, "is longer than what follows");
        return;
    }
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_STRING:
        *(struct str *)member = bytes;
        break;
    case WIRE_KIND_DECIMAL:
        if (!x_is_decimal(bytes) && !str_ieq(bytes, STR("nan")))
            fail(r, f->name, "is not a decimal number");
        *(struct str *)member = bytes;
        break;
    case WIRE_KIND_STRINGS: {
        struct str *element = next_element(r, f);
        if (element)
            *element = bytes;
        break;
    }
    case WIRE_KIND_INTS:
    case WIRE_KIND_DOUBLES:
        read_packed(r, f, bytes);
        break;
    case WIRE_KIND_MAP: {
        struct wire_tag *element = next_element(r, f);
        if (element && !read_pair(bytes, element))
            fail(r, f->name, "is no pair of texts");
        break;
    }
    case WIRE_KIND_OPTIONS:
        if (!read_pair(bytes, &pair))
            fail(r, f->name, "is no pair of texts");
        else
            read_option(r, f, pair, member);
        break;
    default:
        enter(r, f, bytes);
    }
}

static const struct wire_proto_field *find_field(const struct wire_proto *t, uint32_t number)
{
    if (number > t->count || t->fields[number - 1].number != number)
        return NULL;
    return &t->fields[number - 1];
}

/* One field of the message in work. */
static void read_field(struct reader *r)
{
    struct level *l = &r->levels[r->depth];
    uint32_t number;
    unsigned form;
    r->tag = r->p;
    if (!take_tag(&r->p, l->end, &number, &form)) {
        fail(r, l->table->name, "has a field without number or form");
        return;
    }
    const struct wire_proto_field *f = find_field(l->table, number);
    if (!f) {
        r->x->skipped++;
        if (!skip_value(&r->p, l->end, form))
            fail(r, l->table->name, "has an unknown field that cannot be skipped");
        return;
    }
    enum wire_kind kind = (enum wire_kind)f->kind;
    if (form != proto_wire_of(kind) && !(proto_is_packed(kind) && form == PROTO_BYTES)) {
        fail(r, f->name, "has the wrong wire type");
        return;
    }
    size_t row = number - 1;
    if (kind == WIRE_KIND_PART && wire_presence_has(l->has, row)) {
        fail(r, f->name, "is there twice");
        return;
    }
    l->has->bits[row / 64] |= UINT64_C(1) << row % 64;
    void *member = l->base + f->offset;
    if (form == PROTO_VARINT)
        read_varint(r, f, member);
    else if (form == PROTO_FIXED64)
        read_fixed64(r, f, member);
    else
        read_bytes(r, f, member);
}

/* The parts without which a message says nothing: official clients drop it silently. */
static void check_needed(struct reader *r, const struct wire_proto *t,
                         const struct wire_presence *has)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->fields[i].rules & WIRE_RULE_NEEDED && !wire_presence_has(has, i))
            fail(r, t->fields[i].name, "is missing");
}

void proto_read(struct wire_codec *x, const struct wire_proto *t, void *message,
                struct wire_presence **has)
{
    struct reader r; /* its levels are set when they are entered */
    r.x = x;
    r.p = r.tag = x->rest.p;
    r.depth = 0;
    const char *end = x->rest.p + x->rest.n;
    *has = new_presence(&r, NULL, NULL);
    if (!*has)
        return;
    r.levels[0] = (struct level){t, message, end, *has};
    if (t->count && t->fields[0].rules & WIRE_RULE_NO_REQUEST)
        *(int32_t *)(void *)((char *)message + t->fields[0].offset) = -1;
    while (!x->failed) {
        while (r.p == r.levels[r.depth].end && r.depth > 0)
            r.depth--;
        if (r.p == end && r.depth == 0)
            break;
        read_field(&r);
    }
    r.tag = r.p;
    if (!x->failed)
        check_needed(&r, t, *has);
    x->rest = (struct str){r.p, (size_t)(end - r.p)};
}
