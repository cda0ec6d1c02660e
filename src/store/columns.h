/* SPDX-License-Identifier: MIT */
/*
 * columns: a plain struct as a row of a table. One const table of columns (name, kind, offset)
 * makes the schema, the writing and the reading, so the three cannot disagree. Private to this
 * folder.
 */
#ifndef PORTCULLIS_STORE_COLUMNS_H
#define PORTCULLIS_STORE_COLUMNS_H

#include "store/sql.h"

#include <stddef.h>

enum column_kind {
    COLUMN_NAME, /* char[] */
    COLUMN_I32,
    COLUMN_I64,
    COLUMN_BOOL,
    COLUMN_DEC,     /* decimal text */
    COLUMN_OPT_DEC, /* NULL where absent */
    COLUMN_UTC,     /* text with milliseconds */
    COLUMN_SIDE,
    COLUMN_SEC_TYPE,
    COLUMN_RIGHT,  /* one char, or 0 */
    COLUMN_SOURCE, /* enum past_source */
    COLUMN_FLOW,   /* enum flow_kind */
    COLUMN_TIF,    /* enum order_tif */
    COLUMN_STATE   /* enum order_state */
};

struct column {
    const char *name;
    enum column_kind kind;
    size_t offset, size;
};

/* clang-format off */
#define COLUMN_AS(S, name, member, kind)                                                          \
    { name, kind, offsetof(S, member), sizeof(((S *)0)->member) }
#define COLUMN(S, member, kind) COLUMN_AS(S, #member, member, kind)
/* The contract of an execution or an order, as far as it names one for good. */
#define CONTRACT_COLUMNS(S, member)                                                                       \
    COLUMN_AS(S, "con_id", member.con_id, COLUMN_I32),                                          \
    COLUMN_AS(S, "sec_type", member.sec_type, COLUMN_SEC_TYPE),                                 \
    COLUMN_AS(S, "symbol", member.symbol, COLUMN_NAME),                                         \
    COLUMN_AS(S, "expiry", member.expiry, COLUMN_NAME),                                         \
    COLUMN_AS(S, "strike", member.strike, COLUMN_OPT_DEC),                                      \
    COLUMN_AS(S, "put_call", member.right, COLUMN_RIGHT),                                       \
    COLUMN_AS(S, "multiplier", member.multiplier, COLUMN_NAME),                                 \
    COLUMN_AS(S, "route", member.exchange, COLUMN_NAME),                                        \
    COLUMN_AS(S, "primary_exchange", member.primary_exchange, COLUMN_NAME),                     \
    COLUMN_AS(S, "currency", member.currency, COLUMN_NAME),                                     \
    COLUMN_AS(S, "local_symbol", member.local_symbol, COLUMN_NAME),                             \
    COLUMN_AS(S, "trading_class", member.trading_class, COLUMN_NAME)
/* clang-format on */

struct columns {
    const struct column *v;
    size_t n;
};
#define COLUMNS_OF(table)                                                                          \
    {                                                                                              \
        (table), sizeof(table) / sizeof((table)[0])                                                \
    }

/* "a, b, c". */
void columns_names(struct columns c, struct buf *out);
/* "a TEXT, b INTEGER". */
void columns_types(struct columns c, struct buf *out);
/* Binds a struct's members from parameter `first` on; reads them from column `first` on. */
void columns_bind(sqlite3_stmt *st, int first, struct columns c, const void *row);
void columns_read(sqlite3_stmt *st, int first, struct columns c, void *row);
void column_bind(sqlite3_stmt *st, int at, const struct column *c, const void *row);

#endif
