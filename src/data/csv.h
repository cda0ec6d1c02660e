/* SPDX-License-Identifier: MIT */
/*
 * csv: reads comma-separated text, row by row (RFC 4180).
 *
 * Cells may be quoted and then hold commas, line ends and doubled quotes. Lines end in LF or CRLF;
 * a byte order mark and empty lines are skipped. A quote in the middle of an unquoted cell, text
 * behind a closing quote and an unclosed quote are errors, with the line number.
 */
#ifndef PORTCULLIS_DATA_CSV_H
#define PORTCULLIS_DATA_CSV_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum { CSV_COLUMNS_MAX = 64, CSV_CELL_MAX = 4096 };

struct csv {
    struct str cells[CSV_COLUMNS_MAX]; /* the row: n cells, borrowed from the text or the arena */
    size_t n;
    size_t line;     /* where the row begins, from 1 */
    struct str rest; /* private from here */
    size_t next_line;
    struct arena *arena;
};

/* The text outlives the reader. Only cells with doubled quotes are copied to the arena. */
void csv_init(struct csv *c, struct str text, struct arena *arena);
/* Reads the next row; at the end of the text n is 0. ERROR_INVALID, reason CSV. */
bool csv_next(struct csv *c, struct error *e) FALLIBLE;

#endif
