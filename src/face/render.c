/* SPDX-License-Identifier: MIT */
#include "face/render.h"

#include "data/bind.h"
#include "data/schema.h"

#include <assert.h>

enum { ENVELOPE_FIELDS_MAX = 16, ROW_TEXT_MAX = 4096 };

static bool is_shadowed(const struct field *f, const struct type *by)
{
    for (size_t i = 0; i < by->count; i++)
        if (str_eq(by->fields[i].key, f->key))
            return true;
    return false;
}

void render_json(const struct call *c, const void *out, struct json_writer *w)
{
    json_begin_object(w);
    for (size_t i = 0; i < envelope_type.count; i++) {
        const struct field *f = &envelope_type.fields[i];
        if (is_shadowed(f, c->op->out))
            continue;
        json_key(w, f->name);
        write_field(f, &c->envelope, w);
    }
    if (c->is_concise)
        write_concise(c->op->out, out, w);
    else
        write_fields(c->op->out, out, w);
    json_end_object(w);
}

void render_schema(const struct op *op, enum schema_form form, struct json_writer *w)
{
    struct field kept[ENVELOPE_FIELDS_MAX];
    struct type envelope = {envelope_type.name, kept, 0, envelope_type.size};
    assert(envelope_type.count <= ENVELOPE_FIELDS_MAX);
    for (size_t i = 0; i < envelope_type.count; i++)
        if (!is_shadowed(&envelope_type.fields[i], op->out))
            kept[envelope.count++] = envelope_type.fields[i];
    const struct type *const both[] = {&envelope, op->out};
    schema_write_merged(both, 2, form, w);
}

void render_csv(const struct call *c, const void *out, struct buf *text)
{
    table_csv(c->op->out, out, text);
}

static void write_extent(const struct call *c, const struct type *type, const void *value,
                         struct json_writer *w)
{
    if (c->is_concise)
        write_concise(type, value, w);
    else
        write_fields(type, value, w);
}

static void add_line(const struct call *c, const struct type *type, const void *value,
                     struct buf *text)
{
    struct json_writer w;
    json_writer_init(&w, text);
    json_begin_object(&w);
    write_extent(c, type, value, &w);
    json_end_object(&w);
    buf_add_char(text, '\n');
}

/* A row that holds a list by columns: a line for each of its rows, as in CSV; at least one. */
static void add_inner(const struct call *c, const struct type *row, const void *outer,
                      const struct field *inner, struct buf *text)
{
    const struct list *list = (const void *)((const char *)outer + inner->offset);
    struct json_writer w;
    for (size_t k = 0; k < list->n || k == 0; k++) {
        json_writer_init(&w, text);
        json_begin_object(&w);
        for (size_t i = 0; i < row->count; i++) {
            if (!row->fields[i].beside)
                continue;
            json_key(&w, row->fields[i].name);
            write_field(&row->fields[i], outer, &w);
        }
        if (list->n)
            write_extent(c, inner->of, (const char *)list->items + k * inner->of->size, &w);
        json_end_object(&w);
        buf_add_char(text, '\n');
    }
}

void render_ndjson(const struct call *c, const void *out, struct buf *text)
{
    const struct field *f = table_list(c->op->out);
    if (!f) {
        add_line(c, c->op->out, out, text);
        return;
    }
    const struct list *rows = (const void *)((const char *)out + f->offset);
    const struct field *inner = table_inner(f->of, rows);
    for (size_t i = 0; i < rows->n; i++) {
        const void *row = (const char *)rows->items + i * f->of->size;
        if (inner)
            add_inner(c, f->of, row, inner, text);
        else
            add_line(c, f->of, row, text);
    }
}

void render_lines(const struct call *c, const void *out, struct buf *text)
{
    const struct type *type = c->op->out;
    for (size_t i = 0; i < type->count; i++)
        if (type->fields[i].lines)
            write_text(&type->fields[i], out, text);
    if (text->n > 0 && text->p[text->n - 1] != '\n')
        buf_add_char(text, '\n');
}

/* The text of one field of the envelope. */
static void add_field(const struct envelope *e, const char *name, struct buf *text)
{
    const struct field *f = type_find(&envelope_type, str_of(name));
    struct buf raw;
    buf_init(&raw, 1024);
    write_text(f, e, &raw);
    table_clean(buf_str(&raw), text);
    buf_fini(&raw);
}

void render_envelope(const struct envelope *e, struct buf *text)
{
    if (e->account.n) {
        buf_add_c(text, "account ");
        add_field(e, "account", text);
        buf_add_c(text, ", ");
        add_field(e, "mode", text);
        buf_add_c(text, ", ");
    }
    buf_add_c(text, "as of ");
    add_field(e, "as_of", text);
    if (e->data_type) {
        buf_add_c(text, ", ");
        add_field(e, "data_type", text);
        buf_add_c(text, " prices");
    }
    if (e->age_s.has)
        buf_add_f(text, " at most %.1f s old", e->age_s.v);
    buf_add_f(text, ", %s", e->source.n ? "from " : "");
    if (e->source.n) {
        add_field(e, "source", text);
        buf_add_c(text, ", ");
    }
    buf_add_c(text, e->complete ? "complete" : "INCOMPLETE");
}

void render_row(const struct type *type, const void *row, struct buf *out)
{
    size_t from = out->n;
    for (size_t i = 0; i < type->count; i++) {
        const struct field *f = &type->fields[i];
        if (f->kind != TYPE_STR || field_absent(f, row))
            continue;
        if (out->n > from)
            buf_add_c(out, ": ");
        write_text(f, row, out);
    }
}

bool render_says(const struct type *type, const void *value, struct str text)
{
    struct buf row;
    bool says = false;
    buf_init(&row, ROW_TEXT_MAX);
    for (size_t i = 0; i < type->count && !says; i++) {
        const struct field *f = &type->fields[i];
        if (f->kind != TYPE_LIST || !f->of || field_absent(f, value))
            continue;
        const struct list *list = (const void *)((const char *)value + f->offset);
        for (size_t k = 0; k < list->n && !says; k++) {
            buf_reset(&row);
            render_row(f->of, (const char *)list->items + k * f->of->size, &row);
            says = str_eq(buf_str(&row), text);
        }
    }
    buf_fini(&row);
    return says;
}

void render_warnings(const struct call *c, const void *out, struct buf *text)
{
    const struct envelope *e = &c->envelope;
    const struct str *warnings = e->warnings.items;
    for (size_t i = 0; i < e->warnings.n; i++) {
        if (out && render_says(c->op->out, out, warnings[i]))
            continue;
        buf_add_c(text, "warning: ");
        table_clean(warnings[i], text);
        buf_add_char(text, '\n');
    }
}

void render_text(const struct call *c, const void *out, struct table_style style, bool is_tty,
                 struct buf *text)
{
    struct buf envelope;
    const struct envelope *e = &c->envelope;
    const struct field *detail = type_find(c->op->in, STR("detail"));
    if (detail && detail->choices == detail_choices && !c->is_concise)
        style.wide = true; /* somebody asked for all of it */
    table_text(c->op->out, out, style, text);
    if (!e->account.n && !e->data_type && e->complete)
        return; /* about this program, not about an account or a market */
    buf_init(&envelope, 4096);
    render_envelope(e, &envelope);
    buf_add_c(text, is_tty ? "\n\033[2m" : "\n");
    table_wrap(buf_str(&envelope), 0, 0, style.width, text);
    buf_add_c(text, is_tty ? "\033[0m" : "");
    buf_fini(&envelope);
}
