/* SPDX-License-Identifier: MIT */
/* Tables for spreadsheets: table.h says what is written how. */
#include "data/bind.h"
#include "data/table_inside.h"

#include <assert.h>

const struct field *table_list(const struct type *type)
{
    for (size_t i = 0; i < type->count; i++)
        if (table_is_rows(&type->fields[i]) && !type->fields[i].aside)
            return &type->fields[i];
    return NULL;
}

/* "-1834.85" is what it looks like, wherever it stands: a number. */
static bool is_plain_number(struct str s)
{
    size_t digits = 0, points = 0;
    for (size_t i = s.p[0] == '-'; i < s.n; i++) {
        points += s.p[i] == '.';
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (s.p[i] != '.')
            return false;
    }
    return digits > 0 && points <= 1;
}

/*
 * Programs such as Excel take a cell that begins so for a formula, quoted or not, some of them also
 * behind blanks, and with the full-width signs of East Asian keyboards (U+FF0B to U+FF20).
 */
static bool is_formula(struct str s)
{
    static const char *const signs[] = {
        "=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
    if (s.n == 0 || is_plain_number(s))
        return false;
    if (s.p[0] == '\t' || s.p[0] == '\r' || s.p[0] == '\n')
        return true;
    s = str_trim(s);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (str_starts(s, str_of(signs[i])))
            return true;
    return false;
}

void table_csv_cell(struct str text, struct buf *out)
{
    struct buf clean;
    buf_init(&clean, 1 << 20);
    if (is_formula(text))
        buf_add_char(&clean, '\'');
    table_clean(text, &clean);
    struct str s = buf_str(&clean);
    bool must_quote = str_find(s, ',', 0) < s.n || str_find(s, '"', 0) < s.n ||
                      (s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' '));
    if (!must_quote)
        buf_add_str(out, s);
    for (size_t i = 0; must_quote && i <= s.n; i++) {
        if (i == 0 || i == s.n)
            buf_add_char(out, '"');
        if (i < s.n && s.p[i] == '"')
            buf_add_char(out, '"');
        if (i < s.n)
            buf_add_char(out, s.p[i]);
    }
    if (clean.failed)
        out->failed = true;
    buf_fini(&clean);
}

static void csv_field(const struct field *f, const void *base, struct buf *cell, struct buf *out)
{
    buf_reset(cell);
    if (table_is_rows(f) && !field_absent(f, base))
        buf_add_f(cell, "%zu",
                  ((const struct list *)(const void *)((const char *)base + f->offset))->n);
    else
        write_text(f, base, cell);
    if (table_is_number(f) || table_is_rows(f))
        buf_add_str(out, buf_str(cell));
    else
        table_csv_cell(buf_str(cell), out);
}

void table_csv_rows(const struct type *type, const void *rows, size_t count, struct buf *out)
{
    assert(type && out && (rows || count == 0));
    struct table_body r = {type, rows, count};
    struct table_columns cs;
    struct buf cell;
    buf_init(&cell, 1 << 20);
    table_columns(type, true, &cs);
    for (size_t k = 0; k < cs.n; k++) {
        buf_reset(&cell);
        table_title(&cs.c[k], &cell);
        table_csv_cell(buf_str(&cell), out);
        buf_add_c(out, k + 1 == cs.n ? "\r\n" : ",");
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < cs.n; k++) {
            csv_field(cs.c[k].field, table_cell(&r, &cs.c[k], i), &cell, out);
            buf_add_c(out, k + 1 == cs.n ? "\r\n" : ",");
        }
    }
    buf_fini(&cell);
}

/* One row of an inner table, or, with inner NULL, of an object that has none; `is_title`: the names
 * of its columns. */
static void csv_inner_row(const struct type *row, const void *outer, const struct type *of,
                          const void *inner, bool is_title, struct buf *cell, struct buf *out)
{
    bool is_first = true;
    for (size_t pass = 0; pass < 2; pass++) {
        const struct type *type = pass == 0 ? row : of;
        const void *base = pass == 0 ? outer : inner;
        for (size_t i = 0; i < type->count; i++) {
            const struct field *f = &type->fields[i];
            if (pass == 0 && !f->beside)
                continue;
            if (!is_first)
                buf_add_char(out, ',');
            is_first = false;
            if (is_title)
                table_csv_cell(str_of(f->name), out);
            else if (base)
                csv_field(f, base, cell, out);
        }
    }
    buf_add_c(out, "\r\n");
}

const struct field *table_inner(const struct type *row, const struct list *rows)
{
    const struct field *inner = table_by_columns(row);
    for (size_t i = 0; inner && i < rows->n; i++)
        if (table_list_at(inner, (const char *)rows->items + i * row->size)->n)
            return inner;
    return NULL;
}

/* Rows that hold a list by columns: a line for each of its rows. */
static void csv_inner(const struct type *row, const struct list *rows, struct buf *out)
{
    const struct field *inner = table_by_columns(row);
    struct buf cell;
    buf_init(&cell, 1 << 20);
    csv_inner_row(row, NULL, inner->of, NULL, true, &cell, out);
    for (size_t i = 0; i < rows->n; i++) {
        const char *outer = (const char *)rows->items + i * row->size;
        const struct list *list = table_list_at(inner, outer);
        if (list->n == 0)
            csv_inner_row(row, outer, inner->of, NULL, false, &cell, out);
        for (size_t k = 0; k < list->n; k++)
            csv_inner_row(row, outer, inner->of, (const char *)list->items + k * inner->of->size,
                          false, &cell, out);
    }
    buf_fini(&cell);
}

void table_csv(const struct type *type, const void *value, struct buf *out)
{
    const struct field *f = table_list(type);
    if (!f) {
        table_csv_rows(type, value, 1, out);
        return;
    }
    const struct list *list = table_list_at(f, value);
    if (table_inner(f->of, list))
        csv_inner(f->of, list, out);
    else
        table_csv_rows(f->of, list->items, list->n, out);
}
