/* SPDX-License-Identifier: MIT */
#include "book/book.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/map.h"
#include "book/orders.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ROW_KEY_MAX = 96 }; /* account, key and currency, or account and con_id */

struct account_row {
    char id[16];
    char base_currency[8];
    bool is_ready;
    size_t value_count;
    struct book_pnl pnl;
};

struct position_row {
    struct position p;
    uint64_t snapshot;
};

struct book {
    struct account_row accounts[LIMIT_ACCOUNTS];
    size_t account_count;
    struct map *values;    /* owned account_values by account, key and currency */
    struct map *cash;      /* those of them that are cash in one currency */
    struct map *positions; /* owned position_rows by account and con_id */
    struct orders *orders;
    uint64_t snapshot; /* counts the reconciliations */
    struct opt_utc updated;
};

struct book *book_new(void)
{
    struct book *b = xcalloc(1, sizeof *b);
    b->values = map_new((size_t)LIMIT_ACCOUNTS * LIMIT_ACCOUNT_VALUES);
    b->cash = map_new((size_t)LIMIT_ACCOUNTS * LIMIT_ACCOUNT_VALUES);
    b->positions = map_new(LIMIT_POSITIONS);
    b->orders = orders_new();
    return b;
}

void book_free(struct book *b)
{
    if (b == NULL)
        return;
    void *value = NULL;
    for (size_t i = 0; map_next(b->values, &i, &value);)
        xfree(value);
    for (size_t i = 0; map_next(b->positions, &i, &value);)
        xfree(value);
    map_free(b->values);
    map_free(b->cash);
    map_free(b->positions);
    orders_free(b->orders);
    xfree(b);
}

/* ---- accounts ---- */

static struct account_row *account_find(const struct book *b, struct str account)
{
    for (size_t i = 0; i < b->account_count; i++) {
        const struct account_row *a = &b->accounts[i];
        if (str_eq(account, STR_NAME(a->id)))
            return (struct account_row *)(uintptr_t)a;
    }
    return NULL;
}

/* The list replaces the old one; accounts that stay keep what is known of them. */
static void apply_accounts(struct book *b, struct str list)
{
    struct account_row fresh[LIMIT_ACCOUNTS];
    size_t n = 0;
    struct str id;
    while (n < LIMIT_ACCOUNTS && str_cut(&list, ',', &id)) {
        id = str_trim(id);
        struct account_row row = {0};
        if (id.n == 0 || !str_copy(row.id, sizeof row.id, id))
            continue;
        const struct account_row *known = account_find(b, id);
        fresh[n++] = known != NULL ? *known : row;
    }
    memcpy(b->accounts, fresh, n * sizeof fresh[0]);
    b->account_count = n;
}

static struct str value_key(char out[ROW_KEY_MAX], struct str account, struct str key,
                            struct str currency)
{
    const struct str parts[] = {account, STR("\x1f"), key, STR("\x1f"), currency};
    size_t n = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].n > ROW_KEY_MAX - n)
            return STR(""); /* longer than any row's */
        if (parts[i].n > 0)
            memcpy(out + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    return (struct str){out, n};
}

static bool is_cash(const struct account_value *v)
{
    return strcmp(v->key, "CashBalance") == 0 && strcmp(v->currency, "BASE") != 0;
}

static void apply_value(struct book *b, const struct account_value *v)
{
    struct account_row *account = account_find(b, STR_NAME(v->account));
    if (account == NULL)
        return;
    char text[ROW_KEY_MAX];
    struct str key = value_key(text, STR_NAME(v->account), STR_NAME(v->key), STR_NAME(v->currency));
    struct account_value *row = map_get_str(b->values, key);
    if (row == NULL) {
        if (account->value_count >= LIMIT_ACCOUNT_VALUES)
            return;
        row = xcalloc(1, sizeof *row);
        if (!map_put_str(b->values, key, row)) {
            xfree(row);
            return;
        }
        bool has_room = !is_cash(v) || map_put_str(b->cash, key, row);
        assert(has_room); /* as for all of them */
        account->value_count++;
    }
    *row = *v;
    if (str_eq(STR_NAME(v->key), STR("NetLiquidation")) && v->currency[0] != '\0' &&
        !str_eq(STR_NAME(v->currency), STR("BASE")))
        memcpy(account->base_currency, v->currency, sizeof account->base_currency);
}

static void apply_pnl(struct book *b, const struct event *ev)
{
    struct account_row *account = account_find(b, ev->text);
    if (account == NULL)
        return;
    account->pnl = (struct book_pnl){.daily = ev->pnl_daily,
                                     .unrealized = ev->pnl_unrealized,
                                     .realized = ev->pnl_realized,
                                     .at = {ev->at.wall, true}};
}

/* ---- positions ---- */

static struct str position_key(char out[ROW_KEY_MAX], struct str account, int32_t con_id)
{
    int n = snprintf(out, ROW_KEY_MAX, STR_FMT "\x1f%d", STR_ARG(account), con_id);
    return n < 0 || n >= ROW_KEY_MAX ? STR("") : (struct str){out, (size_t)n};
}

static void apply_position(struct book *b, const struct position *p, bool with_value, struct utc at)
{
    char text[ROW_KEY_MAX];
    struct str key = position_key(text, STR_NAME(p->account), p->contract.con_id);
    if (dec_is_zero(p->quantity)) {
        xfree(map_take_str(b->positions, key));
        return;
    }
    struct position_row *row = map_get_str(b->positions, key);
    if (row == NULL) {
        if (map_count(b->positions) >= LIMIT_POSITIONS)
            return;
        row = xcalloc(1, sizeof *row);
        bool ok = map_put_str(b->positions, key, row);
        assert(ok);
    }
    struct position was = row->p;
    row->p = *p;
    row->snapshot = b->snapshot;
    /* The two messages about a position leave different names out. */
    if (p->contract.exchange[0] == '\0')
        memcpy(row->p.contract.exchange, was.contract.exchange, sizeof was.contract.exchange);
    if (p->contract.primary_exchange[0] == '\0')
        memcpy(row->p.contract.primary_exchange, was.contract.primary_exchange,
               sizeof was.contract.primary_exchange);
    if (!p->avg_cost.has)
        row->p.avg_cost = was.avg_cost;
    if (with_value) {
        row->p.updated = (struct opt_utc){at, true};
    } else {
        row->p.market_price = was.market_price;
        row->p.market_value = was.market_value;
        row->p.unrealized_pnl = was.unrealized_pnl;
        row->p.realized_pnl = was.realized_pnl;
        row->p.updated = was.updated;
        /* price x quantity of another quantity is no longer this position's value */
        if (!dec_eq(was.quantity, p->quantity)) {
            row->p.market_value = DEC_NONE;
            row->p.unrealized_pnl = DEC_NONE;
        }
    }
}

/* A complete list has been told: what it did not name since it began is no longer held. */
static void apply_positions_end(struct book *b)
{
    void *value = NULL;
    for (size_t i = 0; map_next(b->positions, &i, &value);) {
        struct position_row *row = value;
        if (row->snapshot == b->snapshot)
            continue;
        char text[ROW_KEY_MAX];
        map_take_str(b->positions,
                     position_key(text, STR_NAME(row->p.account), row->p.contract.con_id));
        xfree(row);
    }
}

/* ---- events ---- */

static void apply_link(struct book *b, enum link_state link)
{
    if (link == LINK_RECONCILING) {
        b->snapshot++;
        orders_snapshot_begin(b->orders);
    }
    if (link == LINK_RECONCILING || link == LINK_DOWN)
        for (size_t i = 0; i < b->account_count; i++)
            b->accounts[i].is_ready = false;
}

static void apply_order(struct book *b, const struct event *ev)
{
    struct utc at = ev->at.wall;
    if (ev->margin != NULL || ev->order->what_if)
        return; /* a question, not an order */
    if (ev->kind == EVENT_ORDER)
        orders_told(b->orders, ev->order, ev->status, at);
    else if (ev->kind == EVENT_ORDER_STATUS)
        orders_status(b->orders, ev->order, ev->status, at);
    else
        orders_completed(b->orders, ev->order, ev->status, at);
}

bool book_order_is_over(const struct book_order *o)
{
    return order_state_is_terminal(o->status.state) || o->is_completed ||
           (o->status.state == STATE_INACTIVE && o->status.broker_code != 0);
}

struct opt_utc book_order_end(const struct book_order *o)
{
    return o->status.completed.has ? o->status.completed : o->last_change;
}

void book_apply(struct book *b, const struct event *ev)
{
    assert(b != NULL && ev != NULL);
    struct utc at = ev->at.wall;
    if (!b->updated.has || at.ns > b->updated.v.ns)
        b->updated = (struct opt_utc){at, true};
    struct account_row *account;
    orders_turn(b->orders, ev->at.mono);
    switch (ev->kind) {
    case EVENT_LINK:
        apply_link(b, ev->link);
        break;
    case EVENT_ACCOUNTS:
        apply_accounts(b, ev->text);
        break;
    case EVENT_ACCOUNT_VALUE:
        apply_value(b, ev->value);
        break;
    case EVENT_ACCOUNT_READY:
        if ((account = account_find(b, ev->text)) != NULL)
            account->is_ready = true;
        break;
    case EVENT_POSITION:
    case EVENT_POSITION_VALUE:
        apply_position(b, ev->position, ev->kind == EVENT_POSITION_VALUE, at);
        break;
    case EVENT_POSITIONS_END:
        apply_positions_end(b);
        break;
    case EVENT_ORDER:
    case EVENT_ORDER_STATUS:
    case EVENT_COMPLETED_ORDER:
        apply_order(b, ev);
        break;
    case EVENT_ORDERS_END:
        orders_snapshot_end(b->orders, at);
        break;
    case EVENT_EXECUTION:
        orders_execution(b->orders, ev->execution, at);
        break;
    case EVENT_COMMISSION:
        orders_commission(b->orders, ev->execution);
        break;
    case EVENT_PNL:
        apply_pnl(b, ev);
        break;
    case EVENT_NOTICE:
        if (ev->order != NULL)
            orders_notice(b->orders, ev->order, ev->code, ev->text, ev->status != NULL, at);
        break;
    case EVENT_NEXT_ID:
    case EVENT_COMPLETED_END:
    case EVENT_EXECUTIONS_END:
    case EVENT_QUOTE:
    case EVENT_BAR:
    case EVENT_KIND_COUNT:
        break;
    }
}

void book_forget(struct book *b, int64_t ms, struct instant now, book_needed_fn *is_needed,
                 const void *self)
{
    orders_forget(b->orders, ms, now, is_needed, self);
}

/* ---- accounts, asked ---- */

size_t book_account_count(const struct book *b)
{
    return b->account_count;
}

const char *book_account(const struct book *b, size_t i)
{
    assert(i < b->account_count);
    return b->accounts[i].id;
}

bool book_has_account(const struct book *b, struct str account)
{
    return account_find(b, account) != NULL;
}

bool book_account_ready(const struct book *b, struct str account)
{
    const struct account_row *row = account_find(b, account);
    return row != NULL && row->is_ready;
}

const char *book_base_currency(const struct book *b, struct str account)
{
    const struct account_row *row = account_find(b, account);
    return row == NULL ? "" : row->base_currency;
}

static const struct account_value *find_value(const struct book *b, struct str account,
                                              struct str key, struct str currency)
{
    char text[ROW_KEY_MAX];
    return map_get_str(b->values, value_key(text, account, key, currency));
}

const struct account_value *book_value(const struct book *b, struct str account, struct str key,
                                       struct str currency)
{
    if (currency.p != NULL)
        return find_value(b, account, key, currency);
    /* Sums over currencies stand under BASE; totals that have no parts under the currency itself,
     * and what is not money under none. */
    const struct str order[] = {STR("BASE"), STR_NAME(book_base_currency(b, account)), STR("")};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const struct account_value *v = find_value(b, account, key, order[i]);
        if (v != NULL)
            return v;
    }
    return NULL;
}

struct opt_dec book_number(const struct book *b, struct str account, struct str key,
                           struct str currency)
{
    const struct account_value *v = book_value(b, account, key, currency);
    struct dec number;
    if (v == NULL || !dec_parse_round(STR_NAME(v->value), &number))
        return DEC_NONE;
    return DEC_SOME(number);
}

struct book_pnl book_pnl(const struct book *b, struct str account)
{
    const struct account_row *row = account_find(b, account);
    return row == NULL ? (struct book_pnl){0} : row->pnl;
}

struct opt_utc book_updated(const struct book *b)
{
    return b->updated;
}

/* ---- rows ---- */

static bool next_value(const struct map *values, size_t *i, struct str account,
                       const struct account_value **out)
{
    void *value = NULL;
    while (map_next(values, i, &value)) {
        const struct account_value *v = value;
        if (account.p != NULL && !str_is(account, v->account))
            continue;
        *out = v;
        return true;
    }
    return false;
}

bool book_next_value(const struct book *b, size_t *i, struct str account,
                     const struct account_value **out)
{
    return next_value(b->values, i, account, out);
}

bool book_next_cash(const struct book *b, size_t *i, struct str account,
                    const struct account_value **out)
{
    return next_value(b->cash, i, account, out);
}

bool book_next_position(const struct book *b, size_t *i, struct str account,
                        const struct position **out)
{
    void *value = NULL;
    while (map_next(b->positions, i, &value)) {
        const struct position_row *row = value;
        if (account.p != NULL && !str_is(account, row->p.account))
            continue;
        *out = &row->p;
        return true;
    }
    return false;
}

bool book_next_order(const struct book *b, size_t *i, struct str account,
                     const struct book_order **out)
{
    return orders_next(b->orders, i, account, out);
}

const struct book_order *const *book_working_orders(const struct book *b, struct str account,
                                                    size_t *n)
{
    return orders_working(b->orders, account, n);
}

bool book_next_execution(const struct book *b, size_t *i, struct str account,
                         const struct execution **out)
{
    return orders_next_execution(b->orders, i, account, out);
}

const struct position *book_position(const struct book *b, struct str account, int32_t con_id)
{
    char text[ROW_KEY_MAX];
    const struct position_row *row = map_get_str(b->positions, position_key(text, account, con_id));
    return row == NULL ? NULL : &row->p;
}

const struct book_order *book_order(const struct book *b, int32_t client_id, int32_t order_id)
{
    return orders_find(b->orders, client_id, order_id);
}

const struct book_order *book_order_perm(const struct book *b, int64_t perm_id)
{
    return orders_find_perm(b->orders, perm_id);
}

const struct book_order *book_order_ref(const struct book *b, struct str ref)
{
    return orders_find_ref(b->orders, ref);
}

bool book_ref_is_split(const struct book *b, struct str ref)
{
    return orders_ref_is_split(b->orders, ref);
}

struct dec book_working(const struct book *b, struct str account, int32_t con_id,
                        enum order_side side, bool stops_only)
{
    struct dec sum = DEC_ZERO;
    size_t n;
    const struct book_order *const *rows = book_working_orders(b, account, &n);
    for (size_t i = 0; i < n; i++) {
        const struct order *v = &rows[i]->order;
        if (v->contract.con_id != con_id || v->side != side)
            continue;
        if (stops_only && !order_type_is_stop(v->type))
            continue;
        struct dec more;
        if (dec_add(sum, rows[i]->status.remaining, &more))
            sum = more;
    }
    return sum;
}
