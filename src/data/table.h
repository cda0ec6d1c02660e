/* SPDX-License-Identifier: MIT */
/*
 * table: described values as text for people, and as CSV for spreadsheets.
 *
 * For people: scalars as "name: value" lines, lists of objects as columns, numbers aligned at the
 * decimal point, "-" for what is unknown in one row; what is unknown altogether is left out. A
 * table that is wider than the screen is split into blocks that repeat its first column, so that
 * no number is cut and no line folded by the terminal. Width counts code points.
 *
 * For spreadsheets: RFC 4180 with a header and all columns always; numbers as they are, in texts
 * too; a text that a spreadsheet would take for a formula gets an apostrophe in front. In both,
 * control characters (terminal escapes among them) are replaced.
 */
#ifndef PORTCULLIS_DATA_TABLE_H
#define PORTCULLIS_DATA_TABLE_H

#include "base/buf.h"
#include "data/type.h"

struct table_style {
    size_t width; /* columns of the screen; 0: no limit. Longer text cells are cut with "…" */
    bool wide;    /* show everything: the fields marked `wide`, and what is unknown */
};

enum { TABLE_COLUMNS_MAX = 128 };

/* ---- for people ---- */
/* A whole value: its scalars, then its nested objects, then its lists, each under its name. */
void table_text(const struct type *type, const void *value, struct table_style style,
                struct buf *out);
/* `count` structs of that type as one table; a header always, also for no rows. */
void table_rows(const struct type *type, const void *rows, size_t count, struct table_style style,
                struct buf *out);

/* Words of text in lines of at most `width` (0: one line), of which `used` columns are taken
 * already; further lines begin at column `indent`. Ends with a newline. */
void table_wrap(struct str text, size_t used, size_t indent, size_t width, struct buf *out);

/* One line of text made safe to print on a terminal: control characters are replaced. */
void table_clean(struct str text, struct buf *out);

/* ---- for spreadsheets ---- */
/* The first field that is a list of objects and not marked `aside`, or NULL: the rows of an answer.
 */
const struct field *table_list(const struct type *type);
/* The list by columns that these rows hold and whose rows are those of the answer; NULL where no
 * row has anything in such a list: the rows themselves say more then. */
const struct field *table_inner(const struct type *row, const struct list *rows);
/* The rows of table_list, or, without such a list, the scalars of the value as the one row. */
void table_csv(const struct type *type, const void *value, struct buf *out);
void table_csv_rows(const struct type *type, const void *rows, size_t count, struct buf *out);
/* One text cell: quoted where needed, formulas made harmless. */
void table_csv_cell(struct str text, struct buf *out);

#endif
