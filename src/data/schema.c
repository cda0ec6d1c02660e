/* SPDX-License-Identifier: MIT */
#include "data/schema.h"

#include <assert.h>
#include <string.h>

static bool is_input(enum schema_form form)
{
    return form == SCHEMA_INPUT || form == SCHEMA_TOOL_INPUT;
}

static bool may_be_absent(const struct field *f)
{
    return f->shape == SHAPE_OPT || f->kind == TYPE_STR || f->kind == TYPE_LIST ||
           (f->kind == TYPE_ENUM && f->choices[0][0] == '\0');
}

static const char *json_type(const struct field *f)
{
    static const char *const types[] = {
        [TYPE_STR] = "string",  [TYPE_INT] = "integer",   [TYPE_NUM] = "number",
        [TYPE_DEC] = "number",  [TYPE_BOOL] = "boolean",  [TYPE_ENUM] = "string",
        [TYPE_TIME] = "string", [TYPE_OBJECT] = "object", [TYPE_LIST] = "array",
    };
    return f->secret ? "string" : f->columns ? "object" : types[f->kind];
}

static bool is_number(const struct field *f)
{
    return f->kind == TYPE_INT || f->kind == TYPE_NUM || f->kind == TYPE_DEC;
}

/* A value from a table's text, as the JSON that stands for it. */
static void write_sample(const struct field *f, const char *text, struct json_writer *w)
{
    struct str rest = str_of(text), piece;
    if (is_number(f) || f->kind == TYPE_BOOL || f->kind == TYPE_OBJECT ||
        (f->kind == TYPE_LIST && f->of)) {
        json_raw(w, rest);
    } else if (f->kind == TYPE_LIST) {
        json_begin_array(w);
        while (rest.n > 0 && str_cut(&rest, ',', &piece))
            json_str(w, str_trim(piece));
        json_end_array(w);
    } else {
        json_str(w, rest);
    }
}

static void write_type(const struct field *f, bool nullable, struct json_writer *w)
{
    json_key(w, "type");
    if (!nullable) {
        json_text(w, json_type(f));
        return;
    }
    json_begin_array(w);
    json_text(w, json_type(f));
    json_text(w, "null");
    json_end_array(w);
}

static void write_description(const struct field *f, struct json_writer *w)
{
    assert(f->doc);
    char text[512];
    struct buf b;
    json_key(w, "description");
    if (!f->unit) {
        json_text(w, f->doc);
        return;
    }
    buf_init(&b, sizeof text);
    buf_add_f(&b, "%s (%s)", f->doc, f->unit);
    json_str(w, buf_str(&b));
    buf_fini(&b);
}

enum { TOOL_CHOICES_MAX = 16 };

/* Of a tool a long list of choices is left to the description. */
static bool shows_choices(const struct field *f, enum schema_form form)
{
    unsigned n = 0;
    while (f->kind == TYPE_ENUM && f->choices[n])
        n++;
    return n && (form != SCHEMA_TOOL_INPUT || n <= TOOL_CHOICES_MAX);
}

static void write_choices(const struct field *f, bool nullable, struct json_writer *w)
{
    json_key(w, "enum");
    json_begin_array(w);
    for (unsigned i = 0; f->choices[i]; i++)
        if (f->choices[i][0])
            json_text(w, f->choices[i]);
    if (nullable)
        json_null(w);
    json_end_array(w);
}

static void write_bounds(const struct field *f, enum schema_form form, struct json_writer *w)
{
    if (form == SCHEMA_TOOL_INPUT && (f->kind == TYPE_STR || f->kind == TYPE_LIST))
        return;
    const char *least = is_number(f) ? "minimum" : f->kind == TYPE_LIST ? "minItems" : "minLength";
    const char *most = is_number(f) ? "maximum" : f->kind == TYPE_LIST ? "maxItems" : "maxLength";
    if (f->positive) {
        json_key(w, "exclusiveMinimum");
        json_i64(w, 0);
    }
    if (f->min) {
        json_key(w, least);
        json_raw(w, str_of(f->min));
    }
    if (f->max) {
        json_key(w, most);
        json_raw(w, str_of(f->max));
    }
}

static void object_members(const struct type *const *types, size_t count, enum schema_form form,
                           struct json_writer *w);

/* A list by columns: an object with an array for each field of its rows. */
static void write_columns(const struct type *row, struct json_writer *w)
{
    json_key(w, "properties");
    json_begin_object(w);
    for (size_t i = 0; i < row->count; i++) {
        const struct field *f = &row->fields[i];
        json_key(w, f->name);
        json_begin_object(w);
        json_key(w, "type");
        json_begin_array(w);
        json_text(w, "array");
        json_text(w, "null");
        json_end_array(w);
        write_description(f, w);
        json_key(w, "items");
        json_begin_object(w);
        write_type(f, may_be_absent(f), w);
        json_end_object(w);
        json_end_object(w);
    }
    json_end_object(w);
}

static void write_members(const struct field *f, enum schema_form form, bool nullable,
                          struct json_writer *w)
{
    if (f->secret)
        return;
    if (shows_choices(f, form))
        write_choices(f, nullable, w);
    if (f->kind == TYPE_TIME && form != SCHEMA_TOOL_INPUT) {
        json_key(w, "format");
        json_text(w, "date-time");
    }
    if (f->kind == TYPE_OBJECT)
        object_members(&f->of, 1, form, w);
    if (f->kind != TYPE_LIST)
        return;
    if (f->columns) {
        write_columns(f->of, w);
        return;
    }
    json_key(w, "items");
    json_begin_object(w);
    json_key(w, "type");
    json_text(w, f->of ? "object" : "string");
    if (f->of)
        object_members(&f->of, 1, form, w);
    json_end_object(w);
}

static bool is_required(const struct field *f, enum schema_form form)
{
    if (is_input(form))
        return f->required && !f->initial;
    return !may_be_absent(f) && !f->wide; /* a concise answer leaves it out */
}

/* The names of an object's members; what each is, the answer itself shows. */
static void write_names(const struct type *type, struct json_writer *w)
{
    json_key(w, "properties");
    json_begin_object(w);
    for (size_t i = 0; i < type->count; i++) {
        if (type->fields[i].wide)
            continue;
        json_key(w, type->fields[i].name);
        json_begin_object(w);
        json_end_object(w);
    }
    json_end_object(w);
}

static void write_shape(const struct field *f, struct json_writer *w)
{
    bool is_list = f->kind == TYPE_LIST && !f->columns;
    json_begin_object(w);
    if (!may_be_absent(f) && (is_number(f) || f->kind == TYPE_BOOL))
        write_type(f, false, w);
    if (f->of && !f->secret && is_list) {
        json_key(w, "items");
        json_begin_object(w);
        write_names(f->of, w);
        json_end_object(w);
    } else if (f->of && !f->secret) {
        write_names(f->of, w);
    }
    json_end_object(w);
}

/* The default goes without saying: a switch that is off, a count of nothing. */
static bool is_off(const struct field *f)
{
    return (f->kind == TYPE_BOOL && strcmp(f->initial, "false") == 0) ||
           (is_number(f) && strcmp(f->initial, "0") == 0);
}

void schema_field(const struct field *f, enum schema_form form, struct json_writer *w)
{
    bool nullable = form == SCHEMA_OUTPUT && may_be_absent(f);
    if (form == SCHEMA_TOOL_OUTPUT) {
        write_shape(f, w);
        return;
    }
    json_begin_object(w);
    if (form != SCHEMA_TOOL_INPUT || !shows_choices(f, form)) /* choices say that they are texts */
        write_type(f, nullable, w);
    write_description(f, w);
    write_members(f, form, nullable, w);
    if (is_input(form)) {
        write_bounds(f, form, w);
        if (f->initial && !f->secret && !(form == SCHEMA_TOOL_INPUT && is_off(f))) {
            json_key(w, "default");
            write_sample(f, f->initial, w);
        }
        if (f->example && form == SCHEMA_INPUT) {
            json_key(w, "examples");
            json_begin_array(w);
            write_sample(f, f->example, w);
            json_end_array(w);
        }
    }
    json_end_object(w);
}

static void write_required(const struct type *const *types, size_t count, enum schema_form form,
                           struct json_writer *w)
{
    bool is_open = false; /* an empty list would be needless, and older drafts forbid it */
    for (size_t t = 0; t < count; t++) {
        for (size_t i = 0; i < types[t]->count; i++) {
            if (!is_required(&types[t]->fields[i], form))
                continue;
            if (!is_open) {
                json_key(w, "required");
                json_begin_array(w);
            }
            is_open = true;
            json_text(w, types[t]->fields[i].name);
        }
    }
    if (is_open)
        json_end_array(w);
}

/* What follows "type": "object". */
static void object_members(const struct type *const *types, size_t count, enum schema_form form,
                           struct json_writer *w)
{
    json_key(w, "properties");
    json_begin_object(w);
    for (size_t t = 0; t < count; t++) {
        for (size_t i = 0; i < types[t]->count; i++) {
            if (form == SCHEMA_TOOL_OUTPUT && types[t]->fields[i].wide)
                continue;
            json_key(w, types[t]->fields[i].name);
            schema_field(&types[t]->fields[i], form, w);
        }
    }
    json_end_object(w);
    if (form == SCHEMA_TOOL_OUTPUT)
        return;
    write_required(types, count, form, w);
    if (is_input(form)) {
        json_key(w, "additionalProperties");
        json_bool(w, false);
    }
}

void schema_write_merged(const struct type *const *types, size_t count, enum schema_form form,
                         struct json_writer *w)
{
    assert(types && w);
    json_begin_object(w);
    json_key(w, "type");
    json_text(w, "object");
    object_members(types, count, form, w);
    json_end_object(w);
}

void schema_write(const struct type *type, enum schema_form form, struct json_writer *w)
{
    schema_write_merged(&type, 1, form, w);
}
