/* SPDX-License-Identifier: MIT */
/* What reader, writer and printer ask the tables. */
#include "wire/proto.h"

#include "wire/message.h"
#include "wire/proto_codec.h"
#include "wire/proto_table.h"
#include "wire/value.h"

#include <assert.h>

/* ---- the tables ---- */

static const struct wire_proto_message *message_of(enum wire_direction direction, int id)
{
    if (id < 0 || id >= WIRE_ID_COUNT)
        return NULL;
    const struct wire_proto_message *m =
        direction == WIRE_TO_SERVER ? wire_proto_requests + id : wire_proto_replies + id;
    return m->table.name ? m : NULL;
}

const struct wire_proto *wire_proto_of(enum wire_direction direction, int id)
{
    const struct wire_proto_message *m = message_of(direction, id);
    return m ? &m->table : NULL;
}

int wire_proto_since(enum wire_direction direction, int id)
{
    const struct wire_proto_message *m = message_of(direction, id);
    return m ? m->since : 0;
}

size_t proto_element_size(const struct wire_proto_field *f)
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
        assert(f->kind == WIRE_KIND_LIST);
        return f->part->size;
    }
}

bool proto_is_true(struct str s)
{
    return str_ieq(s, STR("true")) || str_eq(s, STR("1"));
}

/* ---- presence ---- */

bool wire_presence_has(const struct wire_presence *has, size_t row)
{
    assert(row < WIRE_PROTO_FIELDS);
    return has->bits[row / 64] >> row % 64 & 1;
}

const struct wire_presence *wire_presence_part(const struct wire_presence *has,
                                               const struct wire_proto_field *field,
                                               const struct wire_presence *after)
{
    if (!has)
        return NULL;
    const struct wire_presence *part = after ? after->next : has->parts;
    while (part && part->field != field)
        part = part->next;
    return part;
}

static bool is_any_set(const struct wire_proto *t, const char *base, enum wire_direction direction)
{
    for (size_t i = 0; i < t->count; i++)
        if (wire_proto_is_set(&t->fields[i], base, direction))
            return true;
    return false;
}

static bool is_part_set(const struct wire_proto_field *f, const char *base,
                        enum wire_direction direction)
{
    if (f->flag)
        return *(const bool *)(base + f->flag);
    if (f->rules & WIRE_RULE_NEEDED)
        return true;
    if (f->rules & WIRE_RULE_EMPTY_REQUEST && direction == WIRE_TO_SERVER)
        return true;
    return is_any_set(f->part, base + f->offset, direction);
}

bool wire_proto_is_set(const struct wire_proto_field *f, const void *the_struct,
                       enum wire_direction direction)
{
    const char *base = the_struct;
    const void *member = base + f->offset;
    bool zero_is_set = !(f->rules & WIRE_RULE_OMIT_ZERO);
    if (f->applies && !f->applies(the_struct))
        return false;
    switch ((enum wire_kind)f->kind) {
    case WIRE_KIND_INT32:
    case WIRE_KIND_FLAG: {
        int32_t v = *(const int32_t *)member;
        return wire_is_set_int(v) && (v != 0 || zero_is_set);
    }
    case WIRE_KIND_INT64: {
        int64_t v = *(const int64_t *)member;
        return wire_is_set_long(v) && (v != 0 || zero_is_set);
    }
    case WIRE_KIND_DOUBLE: {
        double v = *(const double *)member;
        return wire_is_set_double(v) && (v != 0 || zero_is_set);
    }
    case WIRE_KIND_BOOL:
        return *(const bool *)member || f->rules & WIRE_RULE_FALSE_TOO;
    case WIRE_KIND_BIT:
        return (uint32_t) * (const int32_t *)member & f->mask;
    case WIRE_KIND_TRUTH:
        return proto_is_true(*(const struct str *)member);
    case WIRE_KIND_STRING:
    case WIRE_KIND_DECIMAL:
    case WIRE_KIND_OPTIONS:
        return ((const struct str *)member)->n > 0;
    case WIRE_KIND_NUMBER: {
        double v;
        return wire_parse_double(*(const struct str *)member, &v) && wire_is_set_double(v);
    }
    case WIRE_KIND_PART:
        return is_part_set(f, base, direction);
    default:
        return ((const struct proto_list *)member)->n > 0;
    }
}
