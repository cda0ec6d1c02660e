/* SPDX-License-Identifier: MIT */
#include "book/orders.h"

#include "base/alloc.h"
#include "book/order_rows.h"

#include <string.h>

enum { EARLY_MAX = 8 };

/* Why an order ended, told before the order itself: the broker sends both, in either order. */
struct early_reason {
    int32_t client_id, order_id; /* order_id 0: none */
    int code;
    char text[sizeof((struct order_status *)0)->broker_text];
};

struct orders {
    struct early_reason early[EARLY_MAX]; /* a ring; the oldest gives way */
    size_t early_next;
    struct order_rows rows;
    struct executions *executions;
    uint64_t snapshot;
    struct instant now; /* of the event that is applied */
};

struct orders *orders_new(void)
{
    struct orders *o = xcalloc(1, sizeof *o);
    order_rows_init(&o->rows);
    o->executions = executions_new();
    return o;
}

void orders_free(struct orders *o)
{
    if (o == NULL)
        return;
    order_rows_fini(&o->rows);
    executions_free(o->executions);
    xfree(o);
}

void orders_turn(struct orders *o, struct instant now)
{
    o->now = now;
}

/* ---- the row of an event ---- */

static void told_reason(struct order_row *row, int code, struct str text, bool is_reason);

static void take_early_reason(struct orders *o, struct order_row *row)
{
    const struct order *v = &row->view.order;
    for (size_t i = 0; v->order_id != 0 && i < EARLY_MAX; i++) {
        struct early_reason *early = &o->early[i];
        if (early->order_id != v->order_id || early->client_id != v->client_id)
            continue;
        told_reason(row, early->code, STR_NAME(early->text), true);
        early->order_id = 0;
    }
}

/* The row of these ids, new if need be. NULL if there is neither an id nor room. */
static struct order_row *row_of(struct orders *o, const struct order *ids, struct utc at)
{
    if (ids->order_id == 0 && ids->perm_id == 0)
        return NULL;
    struct order_row *row = order_rows_find(&o->rows, ids);
    if (row == NULL) {
        row = order_rows_add(&o->rows, ids);
        if (row == NULL)
            return NULL;
        row->view.first_seen = (struct opt_utc){at, true};
        take_early_reason(o, row);
    } else if (row->view.order.perm_id == 0 && ids->perm_id != 0) {
        row->view.order.perm_id = ids->perm_id;
        order_rows_index(&o->rows, row);
    }
    row->view.last_change = (struct opt_utc){at, true};
    row->told_at = o->now;
    return row;
}

/* ---- what follows from what was told ---- */

static void refresh(struct orders *o, struct order_row *row)
{
    struct order_status *s = &row->view.status;
    const struct order *v = &row->view.order;
    bool is_combination =
        v->contract.sec_type == SEC_BAG || dec_sign(row->combination.quantity) > 0;
    const struct fills *f = is_combination ? &row->combination : &row->plain;

    struct dec said = fills_sum(row->status_filled, dec_neg(f->reduced));
    s->filled = dec_max(dec_max(f->quantity, said), DEC_ZERO);
    s->remaining = row->status_remaining;
    if (dec_sign(v->quantity) > 0)
        s->remaining = dec_max(fills_sum(v->quantity, dec_neg(s->filled)), DEC_ZERO);

    s->avg_fill_price = row->status_average;
    struct dec average;
    if (dec_sign(f->quantity) > 0 && dec_cmp(f->quantity, s->filled) >= 0 &&
        dec_div(f->notional, f->quantity, &average))
        s->avg_fill_price = DEC_SOME(average);

    bool all = dec_sign(v->quantity) > 0 && dec_cmp(s->filled, v->quantity) >= 0;
    s->state = all ? STATE_FILLED : row->state;
    order_rows_list(&o->rows, row);
}

static void told_state(struct order_row *row, enum order_state state)
{
    if (state == STATE_UNKNOWN)
        return;
    /* Filled is stronger than cancelled: a fill may cross a cancel. */
    if (order_state_is_terminal(row->state) && state != STATE_FILLED)
        return;
    row->state = state;
}

static void told_reason(struct order_row *row, int code, struct str text, bool is_reason)
{
    if (code == 0 && text.n == 0)
        return;
    /* The state of an order in protobuf has words of its own, without the number of the error. */
    bool has_number = row->has_reason && row->view.status.broker_code != 0;
    if (row->has_reason && (!is_reason || (has_number && code == 0)))
        return;
    row->has_reason = is_reason;
    row->view.status.broker_code = code;
    str_copy_cut(row->view.status.broker_text, sizeof row->view.status.broker_text, text);
}

static void told_terms(struct orders *o, struct order_row *row, const struct order *terms)
{
    struct order *v = &row->view.order;
    struct order was = *v;
    *v = *terms;
    /* Lists of finished orders and of other clients' orders leave keys out. */
    if (v->order_id == 0) {
        v->order_id = was.order_id;
        v->client_id = was.client_id;
    }
    if (v->perm_id == 0)
        v->perm_id = was.perm_id;
    if (v->parent_id == 0)
        v->parent_id = was.parent_id;
    if (v->ref[0] == '\0')
        memcpy(v->ref, was.ref, sizeof v->ref);
    order_rows_moved(&o->rows, row, &was);
}

/* ---- events ---- */

void orders_told(struct orders *o, const struct order *terms, const struct order_status *status,
                 struct utc at)
{
    struct order_row *row = row_of(o, terms, at);
    if (row == NULL)
        return;
    row->snapshot = o->snapshot;
    told_terms(o, row, terms);
    told_state(row, status->state);
    told_reason(row, status->broker_code, STR_NAME(status->broker_text), true);
    if (status->completed.has)
        row->view.status.completed = status->completed;
    row->view.is_completed_row = row->view.is_completed = false;
    refresh(o, row);
}

void orders_status(struct orders *o, const struct order *ids, const struct order_status *status,
                   struct utc at)
{
    struct order_row *row = row_of(o, ids, at);
    if (row == NULL)
        return;
    row->snapshot = o->snapshot;
    if (row->view.order.parent_id == 0)
        row->view.order.parent_id = ids->parent_id;
    if (dec_cmp(status->filled, row->status_filled) >= 0) {
        row->status_filled = status->filled;
        row->status_remaining = status->remaining;
        row->status_average = status->avg_fill_price;
        row->view.status.last_fill_price = status->last_fill_price;
        memcpy(row->view.status.why_held, status->why_held, sizeof status->why_held);
        told_state(row, status->state);
    } else if (order_state_is_terminal(status->state)) {
        told_state(row, status->state);
    }
    told_reason(row, status->broker_code, STR_NAME(status->broker_text), true);
    refresh(o, row);
}

/* The list of finished orders leaves the order's id and client out. */
static bool has_id_of(const struct order *known, const struct order *o)
{
    return known->order_id == 0 ||
           (known->order_id == o->order_id && known->client_id == o->client_id);
}

/*
 * A complete list does not name it, but its order, our reference under our order id, is known under
 * another perm id: the broker has one order and has given it a new perm id. What has filled stays.
 */
static bool is_renamed(const struct orders *o, const struct order_row *row)
{
    const struct order *v = &row->view.order;
    if (v->ref[0] == '\0' || v->order_id == 0 || dec_sign(row->view.status.filled) > 0)
        return false;
    for (const struct order_row *r = order_rows_family(&o->rows, STR_NAME(v->ref)); r != NULL;
         r = r->sibling)
        if (r != row && has_id_of(&r->view.order, v) &&
            (r->snapshot == o->snapshot || order_state_is_terminal(r->view.status.state)))
            return true;
    return false;
}

/* The order that has just been told as finished was missed under another perm id: it is that one.
 */
static void drop_renamed(struct orders *o, const struct order_row *finished)
{
    struct order_row *r = order_rows_family(&o->rows, STR_NAME(finished->view.order.ref));
    while (r != NULL) {
        struct order_row *next = r->sibling;
        if (r != finished && r->state == STATE_UNKNOWN && r->view.order.perm_id != 0 &&
            is_renamed(o, r))
            order_rows_drop(&o->rows, r);
        r = next;
    }
}

void orders_completed(struct orders *o, const struct order *terms,
                      const struct order_status *status, struct utc at)
{
    bool is_new = order_rows_find(&o->rows, terms) == NULL;
    struct order_row *row = row_of(o, terms, at);
    if (row == NULL)
        return;
    row->view.is_completed = true;
    if (is_new)
        row->view.is_completed_row = true;
    if (is_new || row->view.is_completed_row || dec_is_zero(row->view.order.quantity))
        told_terms(o, row, terms);
    row->status_filled = dec_max(row->status_filled, status->filled);
    told_state(row, status->state);
    told_reason(row, status->broker_code, STR_NAME(status->broker_text), false);
    if (status->completed.has)
        row->view.status.completed = status->completed;
    refresh(o, row);
    if (row->view.order.ref[0] != '\0' && order_state_is_terminal(row->view.status.state))
        drop_renamed(o, row);
}

void orders_notice(struct orders *o, const struct order *ids, int code, struct str text,
                   bool is_reason, struct utc at)
{
    struct order_row *row = order_rows_find(&o->rows, ids);
    if (row == NULL) { /* words alone make no order, but it may follow */
        struct early_reason *early = &o->early[o->early_next % EARLY_MAX];
        if (!is_reason)
            return;
        early->client_id = ids->client_id;
        early->order_id = ids->order_id;
        early->code = code;
        str_copy_cut(early->text, sizeof early->text, text);
        o->early_next++;
        return;
    }
    row->view.last_change = (struct opt_utc){at, true};
    row->told_at = o->now;
    told_reason(row, code, text, is_reason);
}

void orders_snapshot_begin(struct orders *o)
{
    o->snapshot++;
}

void orders_snapshot_end(struct orders *o, struct utc at)
{
    void *value = NULL;
    for (size_t i = 0; map_next(o->rows.all, &i, &value);) {
        struct order_row *row = value;
        if (row->snapshot == o->snapshot || order_state_is_terminal(row->view.status.state) ||
            row->state == STATE_UNKNOWN || row->state == STATE_INACTIVE)
            continue;
        if (is_renamed(o, row)) {
            order_rows_drop(&o->rows, row);
            continue;
        }
        row->state = STATE_UNKNOWN;
        row->view.last_change = (struct opt_utc){at, true};
        refresh(o, row);
    }
}

/* ---- executions ---- */

static void order_ids(const struct execution *x, struct order *ids)
{
    *ids =
        (struct order){.order_id = x->order_id, .client_id = x->client_id, .perm_id = x->perm_id};
    memcpy(ids->ref, x->ref, sizeof ids->ref);
}

/* An execution may come before the order is told: it then says what it knows about it. */
static void fill_in_terms(struct orders *o, struct order_row *row, const struct execution *x)
{
    struct order *v = &row->view.order;
    if (v->account[0] == '\0') {
        memcpy(v->account, x->account, sizeof v->account);
        v->contract = x->contract;
        v->side = x->side;
    }
    if (v->ref[0] == '\0' && x->ref[0] != '\0') {
        memcpy(v->ref, x->ref, sizeof v->ref);
        order_rows_index(&o->rows, row);
    }
}

void orders_execution(struct orders *o, const struct execution *x, struct utc at)
{
    if (x->exec_id[0] == '\0')
        return;
    struct order ids;
    order_ids(x, &ids);
    struct order_row *row = row_of(o, &ids, at);
    struct fills unknown = {0}; /* of an execution without an order */
    struct fills *f = &unknown;
    if (row != NULL)
        f = x->contract.sec_type == SEC_BAG ? &row->combination : &row->plain;
    executions_take(o->executions, x, f, o->now);
    if (row != NULL) {
        fill_in_terms(o, row, x);
        refresh(o, row);
    }
}

void orders_commission(struct orders *o, const struct execution *x)
{
    executions_commission(o->executions, x, o->now);
}

/* ---- forgetting ---- */

static struct order_row *parent_of(const struct orders *o, const struct order_row *row)
{
    const struct order *v = &row->view.order;
    return v->parent_id == 0 ? NULL : order_rows_by_id(&o->rows, v->client_id, v->parent_id);
}

static void mark_parents(const struct orders *o)
{
    void *value = NULL;
    for (size_t i = 0; map_next(o->rows.all, &i, &value);)
        ((struct order_row *)value)->has_working_child = false;
    for (size_t i = 0; map_next(o->rows.all, &i, &value);) {
        struct order_row *parent = parent_of(o, value);
        if (parent != NULL && !book_order_is_over(&((struct order_row *)value)->view))
            parent->has_working_child = true;
    }
}

static bool has_order(const void *self, const struct execution *x)
{
    const struct orders *o = self;
    struct order ids;
    order_ids(x, &ids);
    return order_rows_find(&o->rows, &ids) != NULL;
}

void orders_forget(struct orders *o, int64_t ms, struct instant now, book_needed_fn *is_needed,
                   const void *self)
{
    void *value = NULL;
    mark_parents(o);
    for (size_t i = 0; map_next(o->rows.all, &i, &value);) {
        struct order_row *row = value;
        const struct order_row *parent = parent_of(o, row);
        if (book_order_is_over(&row->view) && !row->has_working_child &&
            !(parent != NULL && parent->has_working_child) &&
            instant_ms_since(row->told_at, now) >= ms && !is_needed(self, &row->view))
            order_rows_drop(&o->rows, row);
    }
    executions_forget(o->executions, ms, now, has_order, o);
}

/* ---- rows ---- */

bool orders_next(const struct orders *o, size_t *i, struct str account,
                 const struct book_order **out)
{
    void *value = NULL;
    while (map_next(o->rows.all, i, &value)) {
        const struct order_row *row = value;
        if (account.p != NULL && !str_is(account, row->view.order.account))
            continue;
        *out = &row->view;
        return true;
    }
    return false;
}

const struct book_order *const *orders_working(const struct orders *o, struct str account,
                                               size_t *n)
{
    return working_of(o->rows.working, account, n);
}

bool orders_next_execution(const struct orders *o, size_t *i, struct str account,
                           const struct execution **out)
{
    return executions_next(o->executions, i, account, out);
}

static const struct book_order *view_of(const struct order_row *row)
{
    return row == NULL ? NULL : &row->view;
}

const struct book_order *orders_find(const struct orders *o, int32_t client_id, int32_t order_id)
{
    return view_of(order_rows_by_id(&o->rows, client_id, order_id));
}

const struct book_order *orders_find_perm(const struct orders *o, int64_t perm_id)
{
    return view_of(order_rows_by_perm(&o->rows, perm_id));
}

const struct book_order *orders_find_ref(const struct orders *o, struct str ref)
{
    struct order_row *first = order_rows_family(&o->rows, ref), *works = NULL;
    for (struct order_row *r = first; r != NULL; r = r->sibling) {
        enum order_state state = r->view.status.state;
        if (state == STATE_FILLED)
            return view_of(r);
        if (order_state_is_working(state) && state != STATE_UNKNOWN)
            works = r;
    }
    if (works != NULL)
        return view_of(works);
    return view_of(first);
}

bool orders_ref_is_split(const struct orders *o, struct str ref)
{
    bool works = false, ended = false;
    for (struct order_row *r = order_rows_family(&o->rows, ref); r != NULL; r = r->sibling) {
        bool is_over = order_state_is_terminal(r->view.status.state);
        ended = ended || is_over;
        works = works || !is_over;
    }
    return works && ended;
}
