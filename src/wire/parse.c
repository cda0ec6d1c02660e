/* SPDX-License-Identifier: MIT */
#include "wire/parse.h"

#include "base/limits.h"
#include "wire/message.h"
#include "wire/proto_codec.h"

#include <assert.h>
#include <math.h>
#include <string.h>

struct parsing {
    struct arena *arena;
    struct error *e;
};

static bool parse_message(const struct parsing *p, const struct wire_proto *t,
                          const struct json *fields, char *base, struct wire_presence *has);

/* ---- errors ---- */

static bool wants(const struct parsing *p, const char *table, const struct wire_proto_field *f,
                  const char *what, const struct json *j)
{
    return error_set(p->e, ERROR_INVALID, "FIELD", "%s.%s wants %s, not %s %.40s", table, f->name,
                     what, json_kind_text(j->kind), j->text.p ? j->text.p : "");
}

static bool is_too_large(const struct parsing *p, const struct wire_proto_field *f)
{
    return error_set(p->e, ERROR_LIMIT, "JSON_LIMIT", "%s has more elements than can be held",
                     f->name);
}

/* ---- one value ---- */

static bool to_int32(const struct json *j, int32_t *out)
{
    int64_t v;
    if (!json_to_i64(j, &v) || v < INT32_MIN || v > INT32_MAX)
        return false;
    *out = (int32_t)v;
    return true;
}

static bool to_double(const struct json *j, double *out)
{
    if (j->kind != JSON_STRING)
        return json_to_num(j, out);
    if (str_eq(j->text, STR("NaN")))
        *out = (double)NAN;
    else if (str_eq(j->text, STR("Infinity")))
        *out = (double)INFINITY;
    else if (str_eq(j->text, STR("-Infinity")))
        *out = -(double)INFINITY;
    else
        return false;
    return true;
}

static bool to_flag(const struct json *j, int32_t *out)
{
    bool truth;
    if (!json_to_bool(j, &truth))
        return to_int32(j, out);
    *out = truth;
    return true;
}

/* Digits as they stand in the JSON text, or a text. */
static bool to_digits(const struct json *j, struct str *out)
{
    if (j->kind != JSON_NUMBER && j->kind != JSON_STRING)
        return false;
    *out = j->text;
    return true;
}

static bool to_truth(const struct json *j, struct str *out)
{
    bool truth;
    if (!json_to_bool(j, &truth))
        return json_to_str(j, out);
    *out = truth ? STR("true") : STR("false");
    return true;
}

static bool to_pair(const struct json *j, struct wire_tag *out)
{
    return j->kind == JSON_ARRAY && j->n == 2 && json_to_str(json_at(j, 0), &out->tag) &&
           json_to_str(json_at(j, 1), &out->value);
}

/* [["tag","value"], ...] as "tag=value;...". */
static bool to_options(const struct parsing *p, const struct json *j, struct str *out)
{
    struct wire_tag pair;
    size_t n = 0;
    if (j->kind != JSON_ARRAY)
        return json_to_str(j, out);
    for (size_t i = 0; i < j->n; i++) {
        if (!to_pair(json_at(j, i), &pair))
            return false;
        n += pair.tag.n + pair.value.n + 2;
    }
    if (!arena_has(p->arena, n + 1))
        return false;
    char *text = arena_alloc(p->arena, n + 1), *at = text;
    for (size_t i = 0; i < j->n && to_pair(json_at(j, i), &pair); i++) {
        if (pair.tag.n)
            memcpy(at, pair.tag.p, pair.tag.n);
        at += pair.tag.n;
        *at++ = '=';
        if (pair.value.n)
            memcpy(at, pair.value.p, pair.value.n);
        at += pair.value.n;
        *at++ = ';';
    }
    *out = (struct str){text, n};
    return true;
}

static bool to_bit(const struct json *j, uint32_t mask, int32_t *member)
{
    bool truth;
    if (!json_to_bool(j, &truth)) /* a number is all bits at once, unknown ones too */
        return to_int32(j, member);
    uint32_t bits = (uint32_t)*member;
    *member = (int32_t)(truth ? bits | mask : bits & ~mask);
    return true;
}

/* What null means. */
static void unset(const struct wire_proto_field *f, void *member)
{
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_INT32:
    case WIRE_KIND_FLAG:
        *(int32_t *)member = WIRE_UNSET_INT;
        break;
    case WIRE_KIND_INT64:
        *(int64_t *)member = WIRE_UNSET_LONG;
        break;
    case WIRE_KIND_DOUBLE:
        *(double *)member = WIRE_UNSET_DOUBLE;
        break;
    default: /* the others have no mark: they are not there */
        break;
    }
}

/* ---- parts and lists ---- */

static struct wire_presence *new_presence(const struct parsing *p, struct wire_presence *outer,
                                          const struct wire_proto_field *f)
{
    if (!arena_has(p->arena, sizeof(struct wire_presence)))
        return NULL;
    struct wire_presence *has = ARENA_NEW(p->arena, struct wire_presence);
    has->field = f;
    if (outer && outer->last)
        outer->last->next = has;
    else if (outer)
        outer->parts = has;
    if (outer)
        outer->last = has;
    return has;
}

static bool parse_part(const struct parsing *p, const struct wire_proto_field *f,
                       const struct json *j, char *base, struct wire_presence *has)
{
    struct wire_presence *part = new_presence(p, has, f);
    if (!part)
        return is_too_large(p, f);
    return parse_message(p, f->part, j, base, part);
}

static size_t item_size(const struct wire_proto_field *f)
{
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_STRINGS:
        return sizeof(struct str);
    case WIRE_KIND_INTS:
        return sizeof(int32_t);
    case WIRE_KIND_DOUBLES:
        return sizeof(double);
    case WIRE_KIND_MAP:
        return sizeof(struct wire_tag);
    default:
        return f->part->size;
    }
}

static bool parse_item(const struct parsing *p, const char *table, const struct wire_proto_field *f,
                       const struct json *j, void *item, struct wire_presence *has)
{
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_STRINGS:
        return json_to_str(j, item) || wants(p, table, f, "texts", j);
    case WIRE_KIND_INTS:
        return to_int32(j, item) || wants(p, table, f, "whole numbers of 32 bits", j);
    case WIRE_KIND_DOUBLES:
        return to_double(j, item) || wants(p, table, f, "numbers", j);
    case WIRE_KIND_MAP:
        return to_pair(j, item) || wants(p, table, f, "pairs of texts", j);
    default:
        if (f->part->defaults)
            memcpy(item, f->part->defaults, f->part->size);
        return parse_part(p, f, j, item, has);
    }
}

static bool parse_list(const struct parsing *p, const char *table, const struct wire_proto_field *f,
                       const struct json *j, struct proto_list *list, struct wire_presence *has)
{
    size_t size = item_size(f);
    if (j->kind != JSON_ARRAY)
        return wants(p, table, f, "an array", j);
    if (j->n > LIMIT_WIRE_LIST || !arena_has(p->arena, j->n * size))
        return is_too_large(p, f);
    list->items = j->n ? arena_array(p->arena, j->n, size) : NULL;
    list->n = j->n;
    for (size_t i = 0; i < j->n; i++)
        if (!parse_item(p, table, f, json_at(j, i), (char *)list->items + i * size, has))
            return false;
    return true;
}

/* ---- messages ---- */

static bool parse_field(const struct parsing *p, const char *table,
                        const struct wire_proto_field *f, const struct json *j, char *base,
                        struct wire_presence *has)
{
    void *member = base + f->offset;
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_INT32:
        return to_int32(j, member) || wants(p, table, f, "a whole number of 32 bits", j);
    case WIRE_KIND_INT64:
        return json_to_i64(j, member) || wants(p, table, f, "a whole number", j);
    case WIRE_KIND_DOUBLE:
        return to_double(j, member) || wants(p, table, f, "a number", j);
    case WIRE_KIND_BOOL:
        return json_to_bool(j, member) || wants(p, table, f, "true or false", j);
    case WIRE_KIND_FLAG:
        return to_flag(j, member) || wants(p, table, f, "true or false", j);
    case WIRE_KIND_BIT:
        return to_bit(j, f->mask, member) || wants(p, table, f, "true or false", j);
    case WIRE_KIND_TRUTH:
        return to_truth(j, member) || wants(p, table, f, "true or false", j);
    case WIRE_KIND_STRING:
        return json_to_str(j, member) || wants(p, table, f, "a text", j);
    case WIRE_KIND_DECIMAL:
    case WIRE_KIND_NUMBER:
        return to_digits(j, member) || wants(p, table, f, "a number or its digits as a text", j);
    case WIRE_KIND_OPTIONS:
        return to_options(p, j, member) || wants(p, table, f, "an array of pairs of texts", j);
    case WIRE_KIND_PART:
        if (f->flag)
            *(bool *)(void *)(base + f->flag) = true;
        return parse_part(p, f, j, member, has);
    default:
        return parse_list(p, table, f, j, member, has);
    }
}

static const struct wire_proto_field *find_field(const struct wire_proto *t, struct str name)
{
    for (size_t i = 0; i < t->count; i++)
        if (str_eq(name, str_of(t->fields[i].name)))
            return &t->fields[i];
    return NULL;
}

static bool refuse_name(const struct parsing *p, const struct wire_proto *t, struct str name)
{
    enum { NEAR = 3 };
    const char *close = NULL;
    size_t best = NEAR;
    for (size_t i = 0; i < t->count; i++) {
        size_t apart = str_distance(name, str_of(t->fields[i].name), NEAR);
        if (apart < best) {
            best = apart;
            close = t->fields[i].name;
        }
    }
    error_set(p->e, ERROR_INVALID, "FIELD", "%s has no field %.60s", t->name, name.p);
    return close ? error_next(p->e, "there is %s", close) : false;
}

static bool parse_message(const struct parsing *p, const struct wire_proto *t,
                          const struct json *fields, char *base, struct wire_presence *has)
{
    if (fields->kind != JSON_OBJECT)
        return error_set(p->e, ERROR_INVALID, "FIELD", "%s wants an object, not %s", t->name,
                         json_kind_text(fields->kind));
    for (size_t i = 0; i < fields->n; i++) {
        const struct json *j = json_at(fields, i);
        const struct wire_proto_field *f = find_field(t, j->key);
        if (!f)
            return refuse_name(p, t, j->key);
        assert(base); /* only a message without fields has no struct */
        if (j->kind == JSON_NULL) {
            unset(f, base + f->offset);
            continue;
        }
        if (!parse_field(p, t->name, f, j, base, has))
            return false;
        size_t row = (size_t)(f - t->fields);
        has->bits[row / 64] |= (uint64_t)1 << row % 64;
    }
    return true;
}

bool wire_parse(const struct json *fields, const struct wire_message *type, struct arena *arena,
                struct wire_any *out, struct error *e)
{
    static const struct json none = {.kind = JSON_OBJECT};
    struct parsing p = {arena, e};
    const struct wire_proto *t = wire_proto_of(type->direction, type->id);
    assert(t); /* every message has a table */
    if (!arena_has(arena, type->size + sizeof(struct wire_presence) + 64))
        return error_set(e, ERROR_LIMIT, "JSON_LIMIT", "no memory is left for %s", type->name);
    char *message = type->size ? arena_alloc(arena, type->size) : NULL;
    if (message && type->defaults)
        memcpy(message, type->defaults, type->size);
    struct wire_presence *has = new_presence(&p, NULL, NULL);
    *out = (struct wire_any){.id = type->id, .type = type, .message = message, .has = has};
    return parse_message(&p, t, fields && fields->kind != JSON_NULL ? fields : &none, message, has);
}

const struct wire_message *wire_find_named(enum wire_direction direction, int64_t id,
                                           struct str name)
{
    if (id >= 0)
        return id <= INT32_MAX ? wire_find(direction, (int)id) : NULL;
    for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m))
        if (m->direction == direction && str_eq(str_of(m->name), name))
            return m;
    return NULL;
}
