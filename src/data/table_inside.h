/* SPDX-License-Identifier: MIT */
/*
 * table_inside: rows, their columns and their cells, as table.c (text for people) and table_csv.c
 * (for spreadsheets) see them, and nobody else.
 */
#ifndef PORTCULLIS_DATA_TABLE_INSIDE_H
#define PORTCULLIS_DATA_TABLE_INSIDE_H

#include "data/table.h"

/* A column: a field of the row's type or of an object inside it. */
struct table_column {
    const struct field *field;
    size_t offset; /* of the object that has the field, from the row's start */
    const char *group;
    size_t width;
    size_t fraction; /* numbers: characters from the point on, of the longest */
};

struct table_columns {
    struct table_column c[TABLE_COLUMNS_MAX];
    size_t n;
};

/* The rows of one table. */
struct table_body {
    const struct type *type;
    const void *items;
    size_t count;
};

bool table_is_number(const struct field *f);
/* A list of objects. */
bool table_is_rows(const struct field *f);
/* The list by columns that rows of this type hold, or NULL. */
const struct field *table_by_columns(const struct type *row);
/* The list of a value that is in that field. */
const struct list *table_list_at(const struct field *f, const void *value);

/* The columns of rows. Objects inside a row become columns of their own; one level is enough. */
void table_columns(const struct type *type, bool wide, struct table_columns *cs);
/* "name", or "group.name" of an object's field. */
void table_title(const struct table_column *c, struct buf *out);
/* The object that has the field of that column, in row i. */
const void *table_cell(const struct table_body *r, const struct table_column *c, size_t i);

#endif
