/* SPDX-License-Identifier: MIT */
#include "guard/cash.h"

#include "base/alloc.h"
#include "base/map.h"
#include "guard/value.h"

#include <assert.h>
#include <stdio.h>

enum { ROWS_MAX = 1024, KEY_MAX = 32 }; /* accounts by currencies */

struct cash_row {
    bool has_mark, is_unclear;
    struct dec mark;     /* the broker's balance at the last look */
    struct dec traded;   /* by trades since */
    struct dec turnover; /* their sizes, added up */
    struct instant touched;
};

struct cash {
    struct map *rows; /* owned cash_rows by account and currency */
};

struct cash *cash_new(void)
{
    struct cash *c = xcalloc(1, sizeof *c);
    c->rows = map_new(ROWS_MAX);
    return c;
}

void cash_free(struct cash *c)
{
    if (!c)
        return;
    void *row = NULL;
    for (size_t i = 0; map_next(c->rows, &i, &row);)
        xfree(row);
    map_free(c->rows);
    xfree(c);
}

/* NULL if there are too many, or it is no currency. */
static struct cash_row *row_of(struct cash *c, struct str account, struct str currency)
{
    char text[KEY_MAX];
    int n = snprintf(text, sizeof text, STR_FMT " " STR_FMT, STR_ARG(str_sub(account, 0, 15)),
                     STR_ARG(str_sub(currency, 0, 7)));
    struct str key = {text, (size_t)n};
    struct cash_row *row = map_get_str(c->rows, key);
    if (row || !account.n || !currency.n)
        return row;
    row = xcalloc(1, sizeof *row);
    if (map_put_str(c->rows, key, row))
        return row;
    xfree(row);
    return NULL;
}

static void move(struct cash *c, struct str account, struct str currency, struct dec by,
                 struct instant now)
{
    struct cash_row *row = row_of(c, account, currency);
    if (!row)
        return;
    struct dec sum;
    if (dec_add(row->traded, by, &sum))
        row->traded = sum;
    row->turnover = amount_plus(row->turnover, dec_sign(by) < 0 ? dec_neg(by) : by);
    row->touched = now;
}

/* Bought with money that leaves the account at once. */
static bool is_paid_in_full(enum sec_type type)
{
    return type == SEC_STK || type == SEC_OPT || type == SEC_CASH;
}

void cash_execution(struct cash *c, const struct execution *x, bool is_correction,
                    struct instant now)
{
    struct str account = STR_NAME(x->account), currency = STR_NAME(x->contract.currency);
    struct dec multiplier = DEC(1), value;
    bool is_clear =
        !is_correction && is_paid_in_full(x->contract.sec_type) &&
        (!x->contract.multiplier[0] || dec_parse(STR_NAME(x->contract.multiplier), &multiplier)) &&
        dec_mul(x->price, x->quantity, &value) && dec_mul(value, multiplier, &value);
    if (!is_clear) {
        struct cash_row *row = row_of(c, account, currency);
        if (row)
            row->is_unclear = true;
        return;
    }
    bool buys = x->side == SIDE_BUY;
    move(c, account, currency, buys ? dec_neg(value) : value, now);
    if (x->contract.sec_type == SEC_CASH) /* EUR.USD: the other half of it */
        move(c, account, STR_NAME(x->contract.symbol), buys ? x->quantity : dec_neg(x->quantity),
             now);
}

void cash_commission(struct cash *c, struct str account, const struct execution *x,
                     struct instant now)
{
    if (x->commission.has)
        move(c, account, STR_NAME(x->commission_currency), dec_neg(x->commission.v), now);
}

/* Rounding to cents, and prices that are averages: a thousandth of what was traded, and one. */
static bool is_explained(const struct cash_row *row, struct dec ours, struct dec brokers)
{
    struct dec moved, least = DEC(1), part;
    if (!dec_sub(brokers, ours, &moved))
        return true; /* hostile numbers */
    if (dec_sign(moved) < 0)
        moved = dec_neg(moved);
    if (dec_mul(row->turnover, DEC_MICRO(1000), &part))
        least = amount_plus(least, part);
    return !dec_gt(moved, least);
}

/* The broker settles these every day, in cash. */
static bool settles_daily(const struct book *book, struct str account, struct str currency)
{
    const struct position *p;
    for (size_t i = 0; book_next_position(book, &i, account, &p);)
        if (!is_paid_in_full(p->contract.sec_type) &&
            str_eq(STR_NAME(p->contract.currency), currency))
            return true;
    return false;
}

size_t cash_compare(struct cash *c, const struct book *book, struct cash_move *moves, size_t max,
                    int64_t *compared, struct instant now)
{
    const struct account_value *v;
    size_t n = 0;
    for (size_t i = 0; book_next_cash(book, &i, STR_NONE, &v);) {
        struct dec brokers, ours;
        struct str account = STR_NAME(v->account), currency = STR_NAME(v->currency);
        if (!dec_parse_round(STR_NAME(v->value), &brokers))
            continue;
        struct cash_row *row = row_of(c, account, currency);
        if (!row || (row->has_mark && row->touched.ns > 0 &&
                     instant_ms_since(row->touched, now) < CASH_SETTLE_MS))
            continue;
        bool is_comparable = row->has_mark && !row->is_unclear &&
                             !settles_daily(book, account, currency) &&
                             dec_add(row->mark, row->traded, &ours);
        *compared += is_comparable;
        if (is_comparable && !is_explained(row, ours, brokers) && n < max) {
            moves[n] = (struct cash_move){.ours = ours, .brokers = brokers};
            str_copy_cut(moves[n].account, sizeof moves[n].account, account);
            str_copy_cut(moves[n].currency, sizeof moves[n].currency, currency);
            n++;
        }
        *row = (struct cash_row){.has_mark = true, .mark = brokers};
    }
    return n;
}
