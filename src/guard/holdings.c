/* SPDX-License-Identifier: MIT */
#include "guard/holdings.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/map.h"
#include "data/json.h"
#include "store/db.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { KEY_MAX = JOURNAL_KEY_MAX };

struct holding_row {
    struct holding_count held;
    bool is_unsaved;
};

struct holdings {
    struct map *rows;                  /* owned holding_rows, by "held.ACCOUNT.CONID" */
    struct map *fills;                 /* owned holding_fills, by what their corrections share */
    char accounts[LIMIT_ACCOUNTS][16]; /* whose count has begun */
    size_t account_count;
    uint64_t list;
    size_t listed;         /* named by the present list */
    struct opt_utc oldest; /* of them */
    bool is_unsaved;       /* some row is */
    struct instant now;    /* of the execution that is counted; 0 at the start */
};

struct holdings *holdings_new(void)
{
    struct holdings *h = xcalloc(1, sizeof *h);
    h->rows = map_new((size_t)LIMIT_POSITIONS * 2);
    h->fills = map_new(LIMIT_EXECUTIONS);
    return h;
}

void holdings_free(struct holdings *h)
{
    if (!h)
        return;
    void *value = NULL;
    for (size_t i = 0; map_next(h->rows, &i, &value);)
        xfree(value);
    for (size_t i = 0; map_next(h->fills, &i, &value);)
        xfree(value);
    map_free(h->rows);
    map_free(h->fills);
    xfree(h);
}

/* ---- rows ---- */

static struct str row_key(char out[KEY_MAX], struct str account, int32_t con_id)
{
    int n = snprintf(out, KEY_MAX, "held." STR_FMT ".%d", STR_ARG(str_sub(account, 0, 15)), con_id);
    assert(n > 0 && n < KEY_MAX);
    return (struct str){out, (size_t)n};
}

static struct holding_row *row_find(const struct holdings *h, struct str account, int32_t con_id)
{
    char key[KEY_MAX];
    return map_get_str(h->rows, row_key(key, account, con_id));
}

/* NULL if there are too many. */
static struct holding_row *row_of(struct holdings *h, struct str account, int32_t con_id)
{
    char key[KEY_MAX];
    struct holding_row *row = row_find(h, account, con_id);
    if (row)
        return row;
    row = xcalloc(1, sizeof *row);
    if (!map_put_str(h->rows, row_key(key, account, con_id), row)) {
        xfree(row);
        return NULL;
    }
    str_copy_cut(row->held.account, sizeof row->held.account, account);
    row->held.con_id = con_id;
    return row;
}

static void name_row(struct holding_row *row, const struct contract *c)
{
    if (!c->symbol[0])
        return;
    (void)contract_name(c, row->held.name, sizeof row->held.name);
    row->held.expires = c->expiry[0] != 0;
}

static bool is_counted(const struct contract *c)
{
    return c->con_id > 0 && c->sec_type != SEC_CASH && c->sec_type != SEC_BAG;
}

static bool put_row(const struct holding_row *row, struct journal *j, struct moment now)
{
    char key[KEY_MAX];
    struct buf b;
    struct json_writer w;
    struct error e;
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "account");
    json_text(&w, row->held.account);
    json_key(&w, "con_id");
    json_i64(&w, row->held.con_id);
    json_key(&w, "name");
    json_text(&w, row->held.name);
    json_key(&w, "expires");
    json_bool(&w, row->held.expires);
    json_key(&w, "quantity");
    json_dec(&w, row->held.quantity);
    json_end_object(&w);
    bool ok = json_writer_done(&w);
    assert(ok);
    ok = journal_put(j, row_key(key, STR_NAME(row->held.account), row->held.con_id), buf_str(&b),
                     now, &e);
    buf_fini(&b);
    return ok;
}

static void keep(struct holdings *h, struct holding_row *row, struct journal *j, struct moment now)
{
    row->is_unsaved = !put_row(row, j, now);
    h->is_unsaved = h->is_unsaved || row->is_unsaved;
}

void holdings_save(struct holdings *h, struct journal *j, struct moment now)
{
    if (!h->is_unsaved)
        return;
    h->is_unsaved = false;
    void *value = NULL;
    for (size_t i = 0; !h->is_unsaved && map_next(h->rows, &i, &value);) {
        struct holding_row *row = value;
        if (row->is_unsaved)
            keep(h, row, j, now);
    }
}

/* ---- accounts ---- */

bool holdings_know(const struct holdings *h, struct str account)
{
    for (size_t i = 0; i < h->account_count; i++)
        if (str_eq(STR_NAME(h->accounts[i]), account))
            return true;
    return false;
}

static void know(struct holdings *h, struct str account)
{
    if (h->account_count < LIMIT_ACCOUNTS && !holdings_know(h, account))
        str_copy_cut(h->accounts[h->account_count++], sizeof h->accounts[0], account);
}

void holdings_begin(struct holdings *h, struct str account, struct journal *j, struct moment now)
{
    void *value = NULL;
    for (size_t i = 0; map_next(h->rows, &i, &value);) {
        struct holding_row *row = value;
        if (!str_eq(STR_NAME(row->held.account), account))
            continue;
        row->held.quantity = DEC_ZERO;
        keep(h, row, j, now);
    }
    know(h, account);
    struct holding_row *begun = row_of(h, account, 0); /* the mark that the count has begun */
    if (begun)
        keep(h, begun, j, now);
}

/* ---- executions ---- */

/* "0000e0d5.69dd7411.01.02" is revision 2 of "0000e0d5.69dd7411.01". */
static struct str shared_part(struct str id, int64_t *revision)
{
    size_t dot = id.n;
    while (dot && id.p[dot - 1] != '.')
        dot--;
    if (dot > 1 && str_to_i64(str_sub(id, dot, id.n), revision) && *revision >= 0)
        return str_sub(id, 0, dot - 1);
    *revision = 0;
    return id;
}

static struct holding_fill *fill_of(struct holdings *h, struct str id)
{
    struct holding_fill *f = map_get_str(h->fills, id);
    if (f)
        return f;
    if (map_count(h->fills) >= LIMIT_EXECUTIONS) { /* the oldest, which no list names any more */
        void *oldest = NULL;
        size_t i = 0;
        int64_t ignored;
        bool found = map_next(h->fills, &i, &oldest);
        assert(found);
        f = oldest;
        map_take_str(h->fills, shared_part(STR_NAME(f->exec_id), &ignored));
        xfree(f);
    }
    f = xcalloc(1, sizeof *f);
    f->revision = -1;
    bool ok = map_put_str(h->fills, id, f);
    assert(ok);
    return f;
}

/* Takes x into the table of executions; *by: what it changes of the count. */
static enum holdings_news take_fill(struct holdings *h, const struct execution *x, struct dec *by)
{
    int64_t revision;
    struct str id = shared_part(STR_NAME(x->exec_id), &revision);
    *by = DEC_ZERO;
    if (!id.n)
        return HOLDINGS_KNOWN;
    struct holding_fill *f = fill_of(h, id);
    f->told_at = h->now;
    if (f->list != h->list) {
        f->list = h->list;
        h->listed++;
    }
    if (x->time.has && (!h->oldest.has || x->time.v.ns < h->oldest.v.ns))
        h->oldest = x->time;
    if (revision <= f->revision)
        return HOLDINGS_KNOWN;
    bool is_new = f->revision < 0;
    struct dec quantity = x->side == SIDE_SELL ? dec_neg(x->quantity) : x->quantity;
    (void)dec_sub(quantity, f->signed_quantity, by); /* a hostile number changes nothing */
    str_copy_cut(f->exec_id, sizeof f->exec_id, STR_NAME(x->exec_id));
    str_copy_cut(f->account, sizeof f->account, STR_NAME(x->account));
    (void)contract_name(&x->contract, f->name, sizeof f->name);
    f->con_id = x->contract.con_id;
    f->signed_quantity = quantity;
    f->at = x->time;
    f->revision = revision;
    f->is_paid = f->is_paid || x->commission.has;
    return is_new ? HOLDINGS_NEW : HOLDINGS_CORRECTED;
}

static void add(struct holdings *h, struct holding_row *row, struct dec by, struct journal *j,
                struct moment now)
{
    struct dec sum;
    if (dec_add(row->held.quantity, by, &sum))
        row->held.quantity = sum;
    row->held.touched = now.mono;
    keep(h, row, j, now);
}

const struct holding_fill *holdings_commission(struct holdings *h, const struct execution *x)
{
    int64_t ignored;
    struct holding_fill *f = map_get_str(h->fills, shared_part(STR_NAME(x->exec_id), &ignored));
    if (!f || f->is_paid)
        return NULL;
    f->is_paid = true;
    return f;
}

enum holdings_news holdings_execution(struct holdings *h, const struct execution *x,
                                      struct journal *j, struct moment now)
{
    struct dec by;
    h->now = now.mono;
    enum holdings_news news = take_fill(h, x, &by);
    if (news == HOLDINGS_KNOWN || !is_counted(&x->contract) || !x->account[0])
        return news;
    struct holding_row *row = row_of(h, STR_NAME(x->account), x->contract.con_id);
    if (row) {
        name_row(row, &x->contract);
        add(h, row, by, j, now);
    }
    return news;
}

void holdings_forget(struct holdings *h, int64_t ms, struct instant now)
{
    void *value = NULL;
    int64_t ignored;
    for (size_t i = 0; map_next(h->fills, &i, &value);) {
        struct holding_fill *f = value;
        if (f->told_at.ns == 0)
            f->told_at = now;
        if (instant_ms_since(f->told_at, now) < ms || f->list == h->list)
            continue;
        map_take_str(h->fills, shared_part(STR_NAME(f->exec_id), &ignored));
        xfree(f);
    }
}

void holdings_set(struct holdings *h, struct str account, const struct contract *c,
                  struct dec quantity, struct journal *j, struct moment now)
{
    struct holding_row *row = is_counted(c) ? row_of(h, account, c->con_id) : NULL;
    if (!row)
        return;
    name_row(row, c);
    row->held.quantity = quantity;
    keep(h, row, j, now);
}

void holdings_adjust(struct holdings *h, struct str account, int32_t con_id, struct dec by,
                     struct journal *j, struct moment now)
{
    struct holding_row *row = row_of(h, account, con_id);
    if (row)
        add(h, row, by, j, now);
}

bool holdings_told(struct holdings *h, const struct position *p, struct instant now)
{
    struct holding_row *row =
        is_counted(&p->contract) ? row_of(h, STR_NAME(p->account), p->contract.con_id) : NULL;
    if (!row)
        return false;
    name_row(row, &p->contract);
    if (row->held.told.has && !dec_eq(row->held.told.v, p->quantity))
        row->held.touched = now;
    row->held.told = DEC_SOME(p->quantity);
    return !dec_eq(row->held.quantity, p->quantity);
}

const struct holding_count *holdings_get(const struct holdings *h, struct str account,
                                         int32_t con_id)
{
    const struct holding_row *row = row_find(h, account, con_id);
    return row ? &row->held : NULL;
}

bool holdings_next(const struct holdings *h, size_t *i, const struct holding_count **out)
{
    void *value = NULL;
    while (map_next(h->rows, i, &value)) {
        const struct holding_row *row = value;
        *out = &row->held;
        if (row->held.con_id > 0)
            return true;
    }
    return false;
}

/* ---- the broker's list ---- */

void holdings_list_begin(struct holdings *h)
{
    h->list++;
    h->listed = 0;
    h->oldest = (struct opt_utc){0};
}

bool holdings_gone(const struct holdings *h, size_t *i, const struct holding_fill **out)
{
    void *value = NULL;
    while (h->oldest.has && map_next(h->fills, i, &value)) {
        const struct holding_fill *f = value;
        if (f->list == h->list || !f->at.has || f->at.v.ns <= h->oldest.v.ns || f->is_accepted ||
            dec_is_zero(f->signed_quantity))
            continue;
        *out = f;
        return true;
    }
    return false;
}

size_t holdings_listed(const struct holdings *h)
{
    return h->listed;
}

void holdings_accept_gone(struct holdings *h, struct str exec_id)
{
    int64_t ignored;
    struct holding_fill *f = map_get_str(h->fills, shared_part(exec_id, &ignored));
    if (f)
        f->is_accepted = true;
}

/* ---- restart ---- */

static bool restore_fill(void *self, const struct execution *x)
{
    struct dec ignored;
    if (!x->source[0]) /* a statement's are of long ago, and known to the broker's positions */
        (void)take_fill(self, x, &ignored);
    return true;
}

struct restore {
    struct holdings *holdings;
    struct arena *arena;
    bool is_damaged;
};

static bool restore_row(void *self, struct str key, struct str text)
{
    struct restore *r = self;
    struct error ignored;
    int64_t con_id = -1;
    struct dec quantity;
    (void)key;
    arena_reset(r->arena);
    const struct json *j = json_parse(text, r->arena, &ignored);
    struct str account = j ? json_get_str(j, STR("account")) : STR_NONE;
    r->is_damaged = !j || !account.n || !json_to_i64(json_get(j, STR("con_id")), &con_id) ||
                    con_id < 0 || con_id > INT32_MAX ||
                    !json_to_dec(json_get(j, STR("quantity")), &quantity);
    if (r->is_damaged)
        return false;
    know(r->holdings, account);
    struct holding_row *row = row_of(r->holdings, account, (int32_t)con_id);
    if (!row)
        return true;
    row->held.quantity = quantity;
    (void)json_to_bool(json_get(j, STR("expires")), &row->held.expires);
    str_copy_cut(row->held.name, sizeof row->held.name, json_get_str(j, STR("name")));
    return true;
}

bool holdings_restore(struct holdings *h, struct db *db, struct utc since, struct error *e)
{
    struct restore r = {h, arena_new(1 << 20), false};
    bool ok = db_values(db, STR("held."), restore_row, &r, e);
    arena_free(r.arena);
    if (ok && r.is_damaged) /* a count that cannot be read must not count as none */
        ok = error_set(e, ERROR_INTERNAL, "STORE_DAMAGED", "a stored position is not readable");
    return ok && db_executions(db, since, STR_NONE, restore_fill, h, e);
}
