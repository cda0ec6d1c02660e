/* SPDX-License-Identifier: MIT */
#include "book/order_rows.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

void order_rows_init(struct order_rows *t)
{
    *t = (struct order_rows){.all = map_new(LIMIT_ORDERS),
                             .by_id = map_new(LIMIT_ORDERS),
                             .by_perm = map_new(LIMIT_ORDERS),
                             .by_ref = map_new(LIMIT_ORDERS),
                             .working = working_new(LIMIT_ORDERS)};
}

void order_rows_fini(struct order_rows *t)
{
    void *row = NULL;
    for (size_t i = 0; map_next(t->all, &i, &row);)
        xfree(row);
    map_free(t->all);
    map_free(t->by_id);
    map_free(t->by_perm);
    map_free(t->by_ref);
    working_free(t->working);
}

/* ---- keys ---- */

static int64_t id_key(int32_t client_id, int32_t order_id)
{
    return (int64_t)(((uint64_t)(uint32_t)client_id << 32) | (uint32_t)order_id);
}

struct order_row *order_rows_find(const struct order_rows *t, const struct order *ids)
{
    struct order_row *row = NULL;
    if (ids->perm_id != 0 && (row = map_get(t->by_perm, ids->perm_id)) != NULL)
        return row;
    if (ids->order_id != 0)
        row = map_get(t->by_id, id_key(ids->client_id, ids->order_id));
    if (row == NULL && ids->ref[0] != '\0' && ids->order_id == 0)
        row = map_get_str(t->by_ref, STR_NAME(ids->ref));
    if (row != NULL && ids->perm_id != 0 && row->view.order.perm_id != 0)
        return NULL; /* another order under the same id */
    return row;
}

struct order_row *order_rows_by_id(const struct order_rows *t, int32_t client_id, int32_t order_id)
{
    return order_id == 0 ? NULL : map_get(t->by_id, id_key(client_id, order_id));
}

struct order_row *order_rows_by_perm(const struct order_rows *t, int64_t perm_id)
{
    return perm_id == 0 ? NULL : map_get(t->by_perm, perm_id);
}

struct order_row *order_rows_family(const struct order_rows *t, struct str ref)
{
    return ref.n == 0 ? NULL : map_get_str(t->by_ref, ref);
}

static void join_family(struct order_rows *t, struct order_row *row)
{
    struct str ref = STR_NAME(row->view.order.ref);
    struct order_row *first = map_get_str(t->by_ref, ref);
    for (struct order_row *r = first; r != NULL; r = r->sibling)
        if (r == row)
            return;
    row->sibling = first;
    bool ok = map_put_str(t->by_ref, ref, row);
    assert(ok);
}

static void leave_family(struct order_rows *t, struct order_row *row, struct str ref)
{
    struct order_row *r = order_rows_family(t, ref);
    if (r == row && row->sibling != NULL) {
        bool ok = map_put_str(t->by_ref, ref, row->sibling);
        assert(ok);
    } else if (r == row) {
        map_take_str(t->by_ref, ref);
    }
    while (r != NULL && r->sibling != row)
        r = r->sibling;
    if (r != NULL)
        r->sibling = row->sibling;
    row->sibling = NULL;
}

void order_rows_index(struct order_rows *t, struct order_row *row)
{
    const struct order *v = &row->view.order;
    bool ok = true; /* the maps are as large as the table of rows */
    if (v->order_id != 0)
        ok = map_put(t->by_id, id_key(v->client_id, v->order_id), row);
    if (v->perm_id != 0)
        ok = map_put(t->by_perm, v->perm_id, row) && ok;
    assert(ok);
    if (v->ref[0] != '\0')
        join_family(t, row);
}

void order_rows_moved(struct order_rows *t, struct order_row *row, const struct order *was)
{
    const struct order *v = &row->view.order;
    int64_t key = id_key(was->client_id, was->order_id);
    if (!str_eq(STR_NAME(was->ref), STR_NAME(v->ref)))
        leave_family(t, row, STR_NAME(was->ref));
    if (was->order_id != 0 && key != id_key(v->client_id, v->order_id) &&
        map_get(t->by_id, key) == row)
        map_take(t->by_id, key);
    order_rows_index(t, row);
}

/* ---- which are there ---- */

void order_rows_list(struct order_rows *t, struct order_row *row)
{
    const char *account = row->view.order.account;
    bool works = order_state_is_working(row->view.status.state);
    if (row->is_listed && (!works || strcmp(row->listed_under, account) != 0)) {
        working_strike(t->working, STR_NAME(row->listed_under), &row->view);
        row->is_listed = false;
    }
    if (!works || row->is_listed)
        return;
    row->is_listed = true;
    memcpy(row->listed_under, account, sizeof row->listed_under);
    working_enter(t->working, STR_NAME(row->listed_under), &row->view);
}

void order_rows_drop(struct order_rows *t, struct order_row *row)
{
    const struct order *v = &row->view.order;
    int64_t key = id_key(v->client_id, v->order_id);
    if (v->order_id != 0 && map_get(t->by_id, key) == row)
        map_take(t->by_id, key);
    if (v->perm_id != 0 && map_get(t->by_perm, v->perm_id) == row)
        map_take(t->by_perm, v->perm_id);
    leave_family(t, row, STR_NAME(v->ref));
    if (row->is_listed)
        working_strike(t->working, STR_NAME(row->listed_under), &row->view);
    map_take(t->all, row->serial);
    xfree(row);
}

/* Makes room by forgetting the oldest order that can no longer change. False if all still can. */
static bool make_room(struct order_rows *t)
{
    if (map_count(t->all) < LIMIT_ORDERS)
        return true;
    void *value = NULL;
    for (size_t i = 0; map_next(t->all, &i, &value);) {
        struct order_row *row = value;
        if (order_state_is_terminal(row->view.status.state)) {
            order_rows_drop(t, row);
            return true;
        }
    }
    return false;
}

struct order_row *order_rows_add(struct order_rows *t, const struct order *ids)
{
    if (!make_room(t))
        return NULL;
    struct order_row *row = xcalloc(1, sizeof *row);
    row->serial = ++t->serial;
    row->view.order.order_id = ids->order_id;
    row->view.order.client_id = ids->client_id;
    row->view.order.perm_id = ids->perm_id;
    bool ok = map_put(t->all, row->serial, row);
    assert(ok);
    order_rows_index(t, row);
    return row;
}
