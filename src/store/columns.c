/* SPDX-License-Identifier: MIT */
#include "store/columns.h"

#include "model/past.h"

static const char *column_type(enum column_kind k)
{
    return k == COLUMN_I32 || k == COLUMN_I64 || k == COLUMN_BOOL ? "INTEGER" : "TEXT";
}

void columns_names(struct columns c, struct buf *out)
{
    for (size_t i = 0; i < c.n; i++)
        buf_add_f(out, "%s%s", i ? ", " : "", c.v[i].name);
}

void columns_types(struct columns c, struct buf *out)
{
    for (size_t i = 0; i < c.n; i++)
        buf_add_f(out, "%s%s %s", i ? ", " : "", c.v[i].name, column_type(c.v[i].kind));
}

static void bind_dec(sqlite3_stmt *st, int at, struct dec d)
{
    char text[DEC_TEXT_MAX];
    size_t n = dec_format(d, text);
    sql_bind_str(st, at, (struct str){text, n});
}

static void bind_utc(sqlite3_stmt *st, int at, struct utc t)
{
    char text[UTC_TEXT_MAX];
    size_t n = utc_format_ms(t, text);
    sql_bind_str(st, at, (struct str){text, n});
}

void column_bind(sqlite3_stmt *st, int at, const struct column *c, const void *row)
{
    const void *p = (const char *)row + c->offset;
    switch (c->kind) {
    case COLUMN_NAME:
        sql_bind_str(st, at, str_of(p));
        break;
    case COLUMN_I32:
        sqlite3_bind_int(st, at, *(const int32_t *)p);
        break;
    case COLUMN_I64:
        sqlite3_bind_int64(st, at, *(const int64_t *)p);
        break;
    case COLUMN_BOOL:
        sqlite3_bind_int(st, at, *(const bool *)p);
        break;
    case COLUMN_DEC:
        bind_dec(st, at, *(const struct dec *)p);
        break;
    case COLUMN_OPT_DEC:
        if (((const struct opt_dec *)p)->has)
            bind_dec(st, at, ((const struct opt_dec *)p)->v);
        else
            sqlite3_bind_null(st, at);
        break;
    case COLUMN_UTC:
        bind_utc(st, at, *(const struct utc *)p);
        break;
    case COLUMN_SIDE:
        sql_bind_str(st, at, str_of(side_text(*(const enum order_side *)p)));
        break;
    case COLUMN_SEC_TYPE:
        sql_bind_str(st, at, str_of(sec_type_text(*(const enum sec_type *)p)));
        break;
    case COLUMN_RIGHT:
        sql_bind_str(st, at, (struct str){p, *(const char *)p ? 1 : 0});
        break;
    case COLUMN_SOURCE:
        sql_bind_str(st, at, str_of(past_source_text(*(const enum past_source *)p)));
        break;
    case COLUMN_FLOW:
        sql_bind_str(st, at, str_of(flow_kind_text(*(const enum flow_kind *)p)));
        break;
    case COLUMN_TIF:
        sql_bind_str(st, at, str_of(tif_text(*(const enum order_tif *)p)));
        break;
    case COLUMN_STATE:
        sql_bind_str(st, at, str_of(order_state_text(*(const enum order_state *)p)));
        break;
    }
}

static void read_column(sqlite3_stmt *st, int at, const struct column *c, void *row)
{
    void *p = (char *)row + c->offset;
    struct str s = sql_column_str(st, at);
    switch (c->kind) {
    case COLUMN_NAME:
        str_copy_cut(p, c->size, s);
        break;
    case COLUMN_I32:
        *(int32_t *)p = sqlite3_column_int(st, at);
        break;
    case COLUMN_I64:
        *(int64_t *)p = sqlite3_column_int64(st, at);
        break;
    case COLUMN_BOOL:
        *(bool *)p = sqlite3_column_int(st, at) != 0;
        break;
    case COLUMN_DEC:
        (void)dec_parse(s, p);
        break;
    case COLUMN_OPT_DEC:
        ((struct opt_dec *)p)->has = dec_parse(s, &((struct opt_dec *)p)->v);
        break;
    case COLUMN_UTC:
        (void)utc_parse(s, p);
        break;
    case COLUMN_SIDE:
        *(enum order_side *)p = str_eq(s, STR("SELL")) ? SIDE_SELL : SIDE_BUY;
        break;
    case COLUMN_SEC_TYPE:
        *(enum sec_type *)p = sec_type_parse(s);
        break;
    case COLUMN_RIGHT:
        *(char *)p = s.n ? s.p[0] : (char)0;
        break;
    case COLUMN_SOURCE:
        *(enum past_source *)p = past_source_parse(s);
        break;
    case COLUMN_FLOW:
        *(enum flow_kind *)p = flow_kind_parse(s);
        break;
    case COLUMN_TIF:
        *(enum order_tif *)p = tif_parse(s);
        break;
    case COLUMN_STATE:
        *(enum order_state *)p = order_state_parse(s);
        break;
    }
}

void columns_bind(sqlite3_stmt *st, int first, struct columns c, const void *row)
{
    for (size_t i = 0; i < c.n; i++)
        column_bind(st, first + (int)i, &c.v[i], row);
}

void columns_read(sqlite3_stmt *st, int first, struct columns c, void *row)
{
    for (size_t i = 0; i < c.n; i++)
        read_column(st, first + (int)i, &c.v[i], row);
}
