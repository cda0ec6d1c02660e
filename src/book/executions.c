/* SPDX-License-Identifier: MIT */
#include "book/executions.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/map.h"

#include <assert.h>
#include <string.h>

struct execution_row {
    struct execution x;
    struct instant told_at; /* it or its commission, last */
    bool is_told;           /* false: only its commission has come */
    int64_t revision;       /* the digits after the last dot of exec_id */
    int64_t paid;           /* the revision that the commission belongs to; -1 for none */
    struct dec most;        /* the largest quantity of any revision */
    struct dec most_less;   /* most - quantity, as accounted for in the order */
};

struct executions {
    struct map *rows; /* owned, by exec_id without its revision */
};

struct executions *executions_new(void)
{
    struct executions *e = xcalloc(1, sizeof *e);
    e->rows = map_new(LIMIT_EXECUTIONS);
    return e;
}

void executions_free(struct executions *e)
{
    if (e == NULL)
        return;
    void *row = NULL;
    for (size_t i = 0; map_next(e->rows, &i, &row);)
        xfree(row);
    map_free(e->rows);
    xfree(e);
}

struct dec fills_sum(struct dec a, struct dec b)
{
    struct dec sum;
    return dec_add(a, b, &sum) ? sum : a;
}

/* "0000e0d5.69dd7411.01.02" is revision 2 of "0000e0d5.69dd7411.01". */
static struct str exec_base(struct str id, int64_t *revision)
{
    size_t dot = id.n;
    while (dot > 0 && id.p[dot - 1] != '.')
        dot--;
    if (dot > 1 && str_to_i64(str_sub(id, dot, id.n), revision) && *revision >= 0)
        return str_sub(id, 0, dot - 1);
    *revision = 0;
    return id;
}

static struct execution_row *execution_of(struct executions *e, struct str base)
{
    struct execution_row *r = map_get_str(e->rows, base);
    if (r != NULL)
        return r;
    if (map_count(e->rows) >= LIMIT_EXECUTIONS) {
        void *oldest = NULL;
        size_t i = 0;
        bool found = map_next(e->rows, &i, &oldest);
        assert(found);
        struct execution_row *old = oldest;
        int64_t ignored;
        map_take_str(e->rows, exec_base(STR_NAME(old->x.exec_id), &ignored));
        xfree(old);
    }
    r = xcalloc(1, sizeof *r);
    r->revision = -1;
    r->paid = -1;
    bool ok = map_put_str(e->rows, base, r);
    assert(ok);
    return r;
}

/* Adds (sign 1) or takes back (sign -1) what r contributes to its order. */
static void account_for(struct fills *f, const struct execution_row *r, int sign)
{
    struct dec quantity = r->x.quantity, less = r->most_less, notional;
    if (!dec_mul(r->x.price, quantity, &notional))
        notional = DEC_ZERO;
    f->quantity = fills_sum(f->quantity, sign > 0 ? quantity : dec_neg(quantity));
    f->notional = fills_sum(f->notional, sign > 0 ? notional : dec_neg(notional));
    f->reduced = fills_sum(f->reduced, sign > 0 ? less : dec_neg(less));
}

static void keep_commission(struct execution *to, const struct execution *from)
{
    to->commission = from->commission;
    to->realized_pnl = from->realized_pnl;
    memcpy(to->commission_currency, from->commission_currency, sizeof to->commission_currency);
}

void executions_take(struct executions *e, const struct execution *x, struct fills *f,
                     struct instant now)
{
    int64_t revision;
    assert(x->exec_id[0] != '\0');
    struct execution_row *r = execution_of(e, exec_base(STR_NAME(x->exec_id), &revision));
    r->told_at = now;
    if (r->is_told)
        account_for(f, r, -1);
    if (!r->is_told || revision > r->revision) {
        struct execution was = r->x;
        r->x = *x;
        r->x.is_late = x->is_late || was.is_late;
        if (r->paid >= 0 && !x->commission.has)
            keep_commission(&r->x, &was);
        r->revision = revision;
        r->is_told = true;
    }
    r->most = dec_max(r->most, x->quantity);
    r->most_less = fills_sum(r->most, dec_neg(r->x.quantity));
    account_for(f, r, 1);
}

void executions_commission(struct executions *e, const struct execution *x, struct instant now)
{
    int64_t revision;
    struct str base = exec_base(STR_NAME(x->exec_id), &revision);
    if (base.n == 0 || !x->commission.has)
        return;
    struct execution_row *r = execution_of(e, base);
    r->told_at = now;
    if (revision < r->paid)
        return;
    r->paid = revision;
    keep_commission(&r->x, x);
    if (!r->is_told)
        memcpy(r->x.exec_id, x->exec_id, sizeof r->x.exec_id);
}

void executions_forget(struct executions *e, int64_t ms, struct instant now,
                       execution_needed_fn *is_needed, const void *self)
{
    void *value = NULL;
    int64_t ignored;
    for (size_t i = 0; map_next(e->rows, &i, &value);) {
        struct execution_row *r = value;
        if (instant_ms_since(r->told_at, now) < ms || is_needed(self, &r->x))
            continue;
        map_take_str(e->rows, exec_base(STR_NAME(r->x.exec_id), &ignored));
        xfree(r);
    }
}

bool executions_next(const struct executions *e, size_t *i, struct str account,
                     const struct execution **out)
{
    void *value = NULL;
    while (map_next(e->rows, i, &value)) {
        const struct execution_row *r = value;
        if (!r->is_told || (account.p != NULL && !str_is(account, r->x.account)))
            continue;
        *out = &r->x;
        return true;
    }
    return false;
}
