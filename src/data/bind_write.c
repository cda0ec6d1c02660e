/* SPDX-License-Identifier: MIT */
/* The outward half of bind.h. */
#include "data/bind.h"

#include <assert.h>
#include <math.h>

#define HIDDEN "***" /* what is shown of a secret: that there is one */

static const void *member_of(const struct field *f, const void *base)
{
    return (const char *)base + f->offset;
}

/* In an opt_* the value comes first, so a pointer to it is a pointer to the value. */
static_assert(offsetof(struct opt_int, v) == 0 && offsetof(struct opt_num, v) == 0 &&
                  offsetof(struct opt_dec, v) == 0 && offsetof(struct opt_bool, v) == 0 &&
                  offsetof(struct opt_utc, v) == 0,
              "the value of an opt_* is its first member");

static const char *choice_text(const struct field *f, unsigned value)
{
    for (unsigned i = 0; i < value; i++)
        assert(f->choices[i]);
    assert(f->choices[value]);
    return f->choices[value];
}

/* The name of a member; that of a field made by hand is not prepared. */
static void write_key(const struct field *f, struct json_writer *w)
{
    if (f->key.p)
        json_key_raw(w, f->key);
    else
        json_key(w, f->name);
}

/* Which members are written: all, or those that are not `wide`. */
enum extent { EXTENT_WHOLE, EXTENT_CONCISE };

static void write_members(const struct type *type, const void *value, enum extent extent,
                          struct json_writer *w);

static void write_object(const struct type *type, const void *value, enum extent extent,
                         struct json_writer *w)
{
    json_begin_object(w);
    write_members(type, value, extent, w);
    json_end_object(w);
}

static bool has_any(const struct field *f, const struct type *row, const struct list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (!field_absent(f, (const char *)list->items + i * row->size))
            return true;
    return list->n == 0;
}

static void write_columns(const struct type *row, const struct list *list, enum extent extent,
                          struct json_writer *w)
{
    json_begin_object(w);
    for (size_t k = 0; k < row->count; k++) {
        const struct field *f = &row->fields[k];
        if (f->wide && extent == EXTENT_CONCISE)
            continue;
        write_key(f, w);
        if (!has_any(f, row, list)) {
            json_null(w);
            continue;
        }
        json_begin_array(w);
        for (size_t i = 0; i < list->n; i++)
            write_field(f, (const char *)list->items + i * row->size, w);
        json_end_array(w);
    }
    json_end_object(w);
}

static void write_list(const struct field *f, const struct list *list, enum extent extent,
                       struct json_writer *w)
{
    if (f->columns) {
        write_columns(f->of, list, extent, w);
        return;
    }
    json_begin_array(w);
    for (size_t i = 0; i < list->n; i++) {
        if (f->of)
            write_object(f->of, (const char *)list->items + i * f->of->size, extent, w);
        else
            json_str(w, ((const struct str *)list->items)[i]);
    }
    json_end_array(w);
}

static void write_member(const struct field *f, const void *base, enum extent extent,
                         struct json_writer *w)
{
    const void *member = member_of(f, base);
    if (field_absent(f, base)) {
        json_null(w);
        return;
    }
    if (f->secret) {
        json_text(w, HIDDEN);
        return;
    }
    switch (f->kind) {
    case TYPE_STR:
        json_str(w, *(const struct str *)member);
        break;
    case TYPE_INT:
        json_i64(w, *(const int64_t *)member);
        break;
    case TYPE_NUM:
        json_num(w, *(const double *)member);
        break;
    case TYPE_DEC:
        json_dec(w, *(const struct dec *)member);
        break;
    case TYPE_BOOL:
        json_bool(w, *(const bool *)member);
        break;
    case TYPE_ENUM:
        json_text(w, choice_text(f, *(const unsigned *)member));
        break;
    case TYPE_TIME:
        json_time(w, *(const struct utc *)member);
        break;
    case TYPE_OBJECT:
        write_object(f->of, member, extent, w);
        break;
    case TYPE_LIST:
        write_list(f, member, extent, w);
        break;
    }
}

static void write_members(const struct type *type, const void *value, enum extent extent,
                          struct json_writer *w)
{
    assert(type && value);
    for (size_t i = 0; i < type->count; i++) {
        const struct field *f = &type->fields[i];
        if (f->wide && extent == EXTENT_CONCISE)
            continue;
        write_key(f, w);
        write_member(f, value, extent, w);
    }
}

void write_field(const struct field *f, const void *base, struct json_writer *w)
{
    write_member(f, base, EXTENT_WHOLE, w);
}

void write_fields(const struct type *type, const void *value, struct json_writer *w)
{
    write_members(type, value, EXTENT_WHOLE, w);
}

void write_concise(const struct type *type, const void *value, struct json_writer *w)
{
    write_members(type, value, EXTENT_CONCISE, w);
}

void write_json(const struct type *type, const void *value, struct json_writer *w)
{
    write_object(type, value, EXTENT_WHOLE, w);
}

/* ---- as text ---- */
static void text_num(double v, struct buf *out)
{
    char text[JSON_NUM_MAX];
    if (isfinite(v))
        buf_add(out, text, json_num_format(v, text));
}

static void text_dec(struct dec v, struct buf *out)
{
    char text[DEC_TEXT_MAX];
    buf_add(out, text, dec_format(v, text));
}

static void text_time(struct utc v, struct buf *out)
{
    char text[UTC_TEXT_MAX];
    buf_add(out, text, v.ns % NS_PER_S ? utc_format_ms(v, text) : utc_format(v, text));
}

static void text_list(const struct list *list, struct buf *out)
{
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            buf_add_char(out, ',');
        buf_add_str(out, ((const struct str *)list->items)[i]);
    }
}

bool write_text(const struct field *f, const void *base, struct buf *out)
{
    const void *member = member_of(f, base);
    if (f->kind == TYPE_OBJECT || (f->kind == TYPE_LIST && f->of))
        return false;
    if (field_absent(f, base))
        return true;
    if (f->secret)
        buf_add_c(out, HIDDEN);
    else if (f->kind == TYPE_STR)
        buf_add_str(out, *(const struct str *)member);
    else if (f->kind == TYPE_INT)
        buf_add_i64(out, *(const int64_t *)member);
    else if (f->kind == TYPE_NUM)
        text_num(*(const double *)member, out);
    else if (f->kind == TYPE_DEC)
        text_dec(*(const struct dec *)member, out);
    else if (f->kind == TYPE_BOOL)
        buf_add_c(out, *(const bool *)member ? "true" : "false");
    else if (f->kind == TYPE_ENUM)
        buf_add_c(out, choice_text(f, *(const unsigned *)member));
    else if (f->kind == TYPE_TIME)
        text_time(*(const struct utc *)member, out);
    else
        text_list(member, out);
    return true;
}
