/* SPDX-License-Identifier: MIT */
#include "data/table_inside.h"

#include "data/bind.h"
#include "data/utf8.h"

#include <assert.h>
#include <math.h>

/* CELL_LEAST: a text of that length is not cut for the sake of other columns; CELL_SLIT: nor is one
 * of that length for the sake of the screen. */
enum { CELL_LEAST = 24, CELL_SLIT = 8, GAP = 2 };

/* ---- rows and columns ---- */

bool table_is_number(const struct field *f)
{
    return f->kind == TYPE_INT || f->kind == TYPE_NUM || f->kind == TYPE_DEC;
}

bool table_is_rows(const struct field *f)
{
    return f->kind == TYPE_LIST && f->of;
}

const struct field *table_by_columns(const struct type *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->fields[i].columns)
            return &row->fields[i];
    return NULL;
}

const struct list *table_list_at(const struct field *f, const void *value)
{
    return (const void *)((const char *)value + f->offset);
}

void table_columns(const struct type *type, bool wide, struct table_columns *cs)
{
    cs->n = 0;
    for (size_t i = 0; i < type->count; i++) {
        const struct field *f = &type->fields[i];
        if (f->wide && !wide)
            continue;
        size_t count = f->kind == TYPE_OBJECT ? f->of->count : 1;
        for (size_t k = 0; k < count && cs->n < TABLE_COLUMNS_MAX; k++) {
            struct table_column *c = &cs->c[cs->n];
            bool is_inner = f->kind == TYPE_OBJECT;
            *c = (struct table_column){.field = is_inner ? &f->of->fields[k] : f,
                                       .offset = is_inner ? f->offset : 0,
                                       .group = is_inner ? f->name : NULL};
            if (c->field->kind != TYPE_OBJECT && (wide || !c->field->wide))
                cs->n++;
        }
    }
}

const void *table_cell(const struct table_body *r, const struct table_column *c, size_t i)
{
    return (const char *)r->items + i * r->type->size + c->offset;
}

void table_title(const struct table_column *c, struct buf *out)
{
    if (c->group)
        buf_add_f(out, "%s.", c->group);
    buf_add_c(out, c->field->name);
}

/* ---- cells ---- */

/* A character that a terminal would act on: C0, DEL, C1, and the marks that turn text around
 * (U+200E, U+200F, U+202A..U+202E, U+2066..U+2069). */
static bool is_acted_on(const char *p, size_t step)
{
    const unsigned char *s = (const unsigned char *)p;
    if (step == 1)
        return s[0] < 0x20 || s[0] == 0x7F;
    if (step == 2)
        return s[0] == 0xC2 && s[1] < 0xA0;
    if (step != 3 || s[0] != 0xE2)
        return false;
    if (s[1] == 0x80)
        return s[2] == 0x8E || s[2] == 0x8F || (s[2] >= 0xAA && s[2] <= 0xAE);
    return s[1] == 0x81 && s[2] >= 0xA6 && s[2] <= 0xA9;
}

/* Adds text that is safe to print: a space for what is white, U+FFFD for the rest. */
void table_clean(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.n;) {
        size_t step = utf8_step(text.p + i, text.n - i);
        if (step == 1 && (text.p[i] == '\n' || text.p[i] == '\r' || text.p[i] == '\t'))
            buf_add_char(out, ' ');
        else if (step == 0 || is_acted_on(text.p + i, step))
            buf_add_c(out, UTF8_REPLACEMENT);
        else
            buf_add(out, text.p + i, step);
        i += step ? step : 1;
    }
}

/* Six digits, as those beyond are noise to a reader; never with an exponent, which few can read. */
static void add_statistic(double v, struct buf *cell)
{
    double size = fabs(v);
    buf_add_f(cell, size >= 1e6 ? "%.0f" : size > 0 && size < 1e-4 ? "%.9f" : "%.6g", v);
}

/* The text of a field for people, into a buf that is emptied first. */
static struct str cell_text(const struct field *f, const void *base, struct buf *cell)
{
    const void *member = (const char *)base + f->offset;
    struct buf raw;
    buf_reset(cell);
    if (field_absent(f, base))
        return STR("-");
    if (f->kind == TYPE_NUM && !f->secret) {
        double v = *(const double *)member;
        if (!isfinite(v))
            return STR("-");
        add_statistic(v, cell);
        return buf_str(cell);
    }
    if (f->kind == TYPE_BOOL && !f->secret)
        return *(const bool *)member ? STR("yes") : STR("no");
    if (f->kind == TYPE_LIST && !f->of && !((const struct list *)member)->n)
        return STR("none");
    if (f->kind == TYPE_LIST && f->of) {
        buf_add_f(cell, "%zu", ((const struct list *)member)->n);
        return buf_str(cell);
    }
    buf_init(&raw, 1 << 20);
    write_text(f, base, &raw);
    table_clean(buf_str(&raw), cell);
    buf_fini(&raw);
    return cell->failed ? STR("?") : buf_str(cell);
}

static void pad(size_t n, struct buf *out)
{
    while (n-- > 0)
        buf_add_char(out, ' ');
}

/* At most `most` code points of text, the last of them "…" if something is cut off. */
static size_t add_cut(struct str text, size_t most, struct buf *out)
{
    size_t have = utf8_count(text), at = 0;
    if (have <= most) {
        buf_add_str(out, text);
        return have;
    }
    for (size_t n = 1; n < most; n++)
        at += utf8_step(text.p + at, text.n - at);
    buf_add_str(out, str_sub(text, 0, at));
    buf_add_c(out, "…");
    return most;
}

/* ---- the rows of a table ---- */

/* Leaves out the columns without a value in any row; the first one stays. */
static void drop_empty(const struct table_body *r, struct table_columns *cs)
{
    size_t kept = 0;
    for (size_t k = 0; k < cs->n; k++) {
        bool is_empty = k > 0;
        for (size_t i = 0; i < r->count && is_empty; i++)
            is_empty = field_absent(cs->c[k].field, table_cell(r, &cs->c[k], i));
        if (!is_empty)
            cs->c[kept++] = cs->c[k];
    }
    cs->n = kept;
}

static size_t title_width(const struct table_column *c)
{
    return (c->group ? str_of(c->group).n + 1 : 0) + str_of(c->field->name).n;
}

/* Characters from the decimal point on; 0 for a whole number. */
static size_t fraction_of(struct str number)
{
    return number.n - str_find(number, '.', 0);
}

static void measure(const struct table_body *r, struct table_columns *cs, struct buf *cell)
{
    for (size_t k = 0; k < cs->n; k++) {
        struct table_column *c = &cs->c[k];
        size_t whole = 0, width = 0;
        for (size_t i = 0; i < r->count; i++) {
            struct str text = cell_text(c->field, table_cell(r, c, i), cell);
            size_t have = utf8_count(text),
                   fraction = table_is_number(c->field) ? fraction_of(text) : 0;
            c->fraction = fraction > c->fraction ? fraction : c->fraction;
            whole = have - fraction > whole ? have - fraction : whole;
        }
        width = whole + c->fraction;
        c->width = width > title_width(c) ? width : title_width(c);
    }
}

static size_t total_width(const struct table_columns *cs)
{
    size_t total = cs->n ? (cs->n - 1) * GAP : 0;
    for (size_t k = 0; k < cs->n; k++)
        total += cs->c[k].width;
    return total;
}

/* Takes from the widest long text, one at a time, until the row fits or nothing can give. */
static void shrink(struct table_columns *cs, size_t width)
{
    for (size_t total = total_width(cs); total > width; total--) {
        struct table_column *widest = NULL;
        for (size_t k = 0; k < cs->n; k++) {
            struct table_column *c = &cs->c[k];
            size_t least = title_width(c) > CELL_LEAST ? title_width(c) : CELL_LEAST;
            bool can_give = !table_is_number(c->field) && c->width > least;
            if (can_give && (!widest || c->width > widest->width))
                widest = c;
        }
        if (!widest)
            return;
        widest->width--;
    }
}

/* The columns from `at` on that fit beside the first one; at least one. Moves *at behind them. */
static void next_block(const struct table_columns *all, size_t width, size_t *at,
                       struct table_columns *block)
{
    block->n = 0;
    block->c[block->n++] = all->c[0];
    size_t total = all->c[0].width;
    if (*at == 0)
        *at = 1;
    for (bool is_first = true; *at < all->n; is_first = false) {
        struct table_column c = all->c[*at];
        size_t left = total + GAP < width ? width - total - GAP : 1;
        if (width > 0 && c.width > left && !is_first)
            return;
        if (width > 0 && c.width > left && !table_is_number(c.field))
            c.width = left > CELL_SLIT ? left : CELL_SLIT;
        total += GAP + c.width;
        block->c[block->n++] = c;
        ++*at;
    }
}

static void add_number(struct str text, const struct table_column *c, bool is_last, struct buf *out)
{
    bool is_unknown = str_eq(text, STR("-"));
    size_t after = is_unknown ? 0 : c->fraction - fraction_of(text);
    pad(c->width - utf8_count(text) - after, out);
    buf_add_str(out, text);
    if (!is_last)
        pad(after, out);
}

static void add_cell(struct str text, const struct table_column *c, bool is_title, bool is_last,
                     struct buf *out)
{
    if (table_is_number(c->field) && !is_title) {
        add_number(text, c, is_last, out);
    } else {
        size_t have = utf8_count(text), fill = have < c->width ? c->width - have : 0;
        if (table_is_number(c->field))
            pad(fill, out);
        add_cut(text, c->width, out);
        if (!table_is_number(c->field) && !is_last)
            pad(fill, out);
    }
    if (is_last)
        buf_add_char(out, '\n');
    else
        pad(GAP, out);
}

static void add_block(const struct table_body *r, const struct table_columns *cs, struct buf *cell,
                      struct buf *out)
{
    for (size_t k = 0; k < cs->n; k++) {
        buf_reset(cell);
        table_title(&cs->c[k], cell);
        add_cell(buf_str(cell), &cs->c[k], true, k + 1 == cs->n, out);
    }
    for (size_t i = 0; i < r->count; i++) {
        for (size_t k = 0; k < cs->n; k++) {
            const struct table_column *c = &cs->c[k];
            struct str text = cell_text(c->field, table_cell(r, c, i), cell);
            add_cell(text, c, false, k + 1 == cs->n, out);
        }
    }
}

void table_rows(const struct type *type, const void *rows, size_t count, struct table_style style,
                struct buf *out)
{
    assert(type && out && (rows || count == 0));
    struct table_body r = {type, rows, count};
    struct table_columns cs, block;
    struct buf cell;
    buf_init(&cell, 1 << 20);
    table_columns(type, style.wide, &cs);
    if (!style.wide && count > 0)
        drop_empty(&r, &cs);
    measure(&r, &cs, &cell);
    if (style.width > 0)
        shrink(&cs, style.width);
    for (size_t at = 0; at < cs.n;) {
        if (at > 0)
            buf_add_char(out, '\n');
        next_block(&cs, style.width, &at, &block);
        add_block(&r, &block, &cell, out);
    }
    buf_fini(&cell);
}

/* ---- a whole value ---- */

/* A text of several lines, each made safe to print. */
static void add_lines(const struct field *f, const void *value, struct buf *out)
{
    struct str rest = *(const struct str *)(const void *)((const char *)value + f->offset), line;
    if (out->n > 0 && rest.n > 0)
        buf_add_char(out, '\n');
    while (rest.n > 0 && str_cut(&rest, '\n', &line)) {
        table_clean(line, out);
        buf_add_char(out, '\n');
    }
}

/* Whether a member of a value is shown at all: what is unknown, only where everything is. */
static bool is_shown(const struct field *f, const void *value, struct table_style style)
{
    return style.wide || (!f->wide && !field_absent(f, value));
}

static bool is_scalar(const struct field *f)
{
    return f->kind != TYPE_OBJECT && !table_is_rows(f) && !f->lines;
}

static void add_scalars(const struct type *type, const void *value, struct table_style style,
                        size_t indent, struct buf *out)
{
    struct buf cell;
    size_t widest = 0;
    buf_init(&cell, 1 << 20);
    for (size_t i = 0; i < type->count; i++) {
        const struct field *f = &type->fields[i];
        size_t width = str_of(f->name).n;
        if (is_scalar(f) && is_shown(f, value, style) && width > widest)
            widest = width;
    }
    for (size_t i = 0; i < type->count; i++) {
        const struct field *f = &type->fields[i];
        if (!is_scalar(f) || !is_shown(f, value, style))
            continue;
        pad(indent, out);
        buf_add_f(out, "%s:", f->name);
        pad(widest - str_of(f->name).n + 1, out);
        buf_add_str(out, cell_text(f, value, &cell));
        buf_add_char(out, '\n');
    }
    buf_fini(&cell);
}

/* The cells of a row that stand beside each line of its inner table, as its heading. */
static void add_heading(const struct type *row, const void *value, struct buf *cell,
                        struct buf *out)
{
    for (size_t i = 0, n = 0; i < row->count; i++) {
        const struct field *f = &row->fields[i];
        if (!f->beside || field_absent(f, value))
            continue;
        if (n++)
            buf_add_char(out, ' ');
        buf_add_str(out, cell_text(f, value, cell));
    }
    buf_add_c(out, ":\n");
}

/* Under the rows of a list the inner table of each. */
static void add_inner(const struct type *row, const struct list *rows, struct table_style style,
                      struct buf *out)
{
    const struct field *inner = table_by_columns(row);
    struct buf cell;
    buf_init(&cell, 1 << 20);
    for (size_t i = 0; inner && i < rows->n; i++) {
        const char *value = (const char *)rows->items + i * row->size;
        const struct list *list = table_list_at(inner, value);
        if (list->n == 0)
            continue;
        buf_add_char(out, '\n');
        add_heading(row, value, &cell, out);
        table_rows(inner->of, list->items, list->n, style, out);
    }
    buf_fini(&cell);
}

static void add_value(const struct type *type, const void *value, struct table_style style,
                      size_t indent, struct buf *out)
{
    add_scalars(type, value, style, indent, out);
    for (size_t i = 0; i < type->count; i++)
        if (type->fields[i].lines)
            add_lines(&type->fields[i], value, out);
    for (size_t i = 0; i < type->count; i++) {
        const struct field *f = &type->fields[i];
        if (f->kind != TYPE_OBJECT || (f->wide && !style.wide))
            continue;
        pad(indent, out);
        buf_add_f(out, "%s:\n", f->name);
        add_value(f->of, (const char *)value + f->offset, style, indent + GAP, out);
    }
    for (size_t i = 0; i < type->count; i++) {
        const struct field *f = &type->fields[i];
        if (!table_is_rows(f) || !is_shown(f, value, style))
            continue;
        const struct list *list = (const void *)((const char *)value + f->offset);
        const char *none = field_absent(f, value) ? " -" : list->n == 0 ? " none" : "";
        if (out->n > 0 && indent == 0)
            buf_add_char(out, '\n');
        pad(indent, out);
        buf_add_f(out, "%s:%s\n", f->name, none);
        if (list->n > 0) {
            table_rows(f->of, list->items, list->n, style, out);
            add_inner(f->of, list, style, out);
        }
    }
}

void table_text(const struct type *type, const void *value, struct table_style style,
                struct buf *out)
{
    assert(type && value && out);
    add_value(type, value, style, 0, out);
}

void table_wrap(struct str text, size_t used, size_t indent, size_t width, struct buf *out)
{
    bool is_first = true;
    for (struct str word; str_cut(&text, ' ', &word);) {
        size_t taken = utf8_count(word);
        if (!is_first && width > 0 && used + 1 + taken > width) {
            buf_add_char(out, '\n');
            pad(indent, out);
            used = indent;
            is_first = true;
        }
        if (!is_first)
            buf_add_char(out, ' ');
        buf_add_str(out, word);
        used += taken + !is_first;
        is_first = false;
    }
    buf_add_char(out, '\n');
}
