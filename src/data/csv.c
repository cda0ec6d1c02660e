/* SPDX-License-Identifier: MIT */
#include "data/csv.h"

#include <assert.h>
#include <string.h>

void csv_init(struct csv *c, struct str text, struct arena *arena)
{
    assert(c && arena);
    *c = (struct csv){.rest = text, .next_line = 1, .arena = arena};
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        c->rest = str_sub(text, 3, text.n);
}

static bool refuse(const struct csv *c, struct error *e, const char *what)
{
    return error_set(e, ERROR_INVALID, "CSV", "line %zu: %s", c->next_line, what);
}

static char peek(const struct csv *c)
{
    return c->rest.n > 0 ? c->rest.p[0] : '\0';
}

static void skip(struct csv *c, size_t n)
{
    c->rest = str_sub(c->rest, n, c->rest.n);
}

/* Bytes of the line end that stands here; 0 if none does. */
static size_t line_end(const struct csv *c)
{
    if (str_starts(c->rest, STR("\r\n")))
        return 2;
    return peek(c) == '\n' || peek(c) == '\r';
}

/* The cell with its doubled quotes made single. */
static struct str undouble(struct csv *c, struct str s)
{
    char *copy = arena_alloc(c->arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        copy[n++] = s.p[i];
        if (s.p[i] == '"')
            i++;
    }
    return (struct str){copy, n};
}

static bool quoted_cell(struct csv *c, struct str *cell, struct error *e)
{
    size_t lines = 0, i = 1;
    bool doubled = false;
    for (;; i++) {
        if (i >= c->rest.n)
            return refuse(c, e, "a quote is not closed");
        if (c->rest.p[i] == '\n')
            lines++;
        if (c->rest.p[i] != '"')
            continue;
        if (i + 1 >= c->rest.n || c->rest.p[i + 1] != '"')
            break;
        doubled = true;
        i++;
    }
    *cell = str_sub(c->rest, 1, i);
    if (cell->n > CSV_CELL_MAX)
        return refuse(c, e, "a cell is too long");
    if (doubled && !arena_has(c->arena, cell->n + 64))
        return refuse(c, e, "too much quoted text");
    if (doubled)
        *cell = undouble(c, *cell);
    skip(c, i + 1);
    if (c->rest.n > 0 && peek(c) != ',' && !line_end(c))
        return refuse(c, e, "text after a closing quote");
    c->next_line += lines;
    return true;
}

static bool plain_cell(struct csv *c, struct str *cell, struct error *e)
{
    size_t n = 0;
    while (n < c->rest.n && !memchr(",\r\n\"", c->rest.p[n], 4))
        n++;
    if (n < c->rest.n && c->rest.p[n] == '"')
        return refuse(c, e, "a quote inside an unquoted cell");
    if (n > CSV_CELL_MAX)
        return refuse(c, e, "a cell is too long");
    *cell = str_sub(c->rest, 0, n);
    skip(c, n);
    return true;
}

bool csv_next(struct csv *c, struct error *e)
{
    for (size_t n; (n = line_end(c)) > 0; c->next_line++)
        skip(c, n);
    c->n = 0;
    c->line = c->next_line;
    if (c->rest.n == 0)
        return true;
    for (;;) {
        if (c->n == CSV_COLUMNS_MAX)
            return refuse(c, e, "too many columns");
        struct str *cell = &c->cells[c->n++];
        if (!(peek(c) == '"' ? quoted_cell(c, cell, e) : plain_cell(c, cell, e)))
            return false;
        if (peek(c) != ',' || c->rest.n == 0)
            break;
        skip(c, 1);
    }
    skip(c, line_end(c));
    c->next_line++;
    return true;
}
