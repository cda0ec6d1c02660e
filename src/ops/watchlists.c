/* SPDX-License-Identifier: MIT */
/*
 * watchlists: named lists of contracts as operations, with their quotes in one call.
 */
#include "automation/watchlists.h"

#include "market/quotes.h"
#include "market/resolver.h"
#include "ops/op.h"

#include <string.h>

enum { QUOTE_WAIT_MS = 4000 };

/* ---- get_watchlists ---- */

struct show_in {
    struct str name;
    bool quotes;
};
static const struct field show_in_fields[] = {
    FIELD(struct show_in, name, .positional = true, .doc = "One list; without it, all of them",
          .example = "tech"),
    FIELD(struct show_in, quotes, .doc = "With prices; for one list"),
};
static const struct type show_in_type = TYPE_OF(struct show_in, show_in_fields);

struct entry_row {
    struct str list, symbol, exchange, currency, contract_type;
    int64_t contract_id;
    struct opt_dec last, bid, ask, change_pct, volume;
    struct str data_type, reason;
    struct opt_num age_s;
};
static const struct field entry_row_fields[] = {
    FIELD(struct entry_row, list, .doc = "Name of the list"),
    FIELD(struct entry_row, symbol, .doc = "Contract"),
    FIELD(struct entry_row, exchange, .doc = "Where it is listed"),
    FIELD(struct entry_row, currency, .doc = "Currency of the prices"),
    FIELD(struct entry_row, last, .doc = "Last traded price; null for currency pairs"),
    FIELD(struct entry_row, bid, .doc = "Best bid"),
    FIELD(struct entry_row, ask, .doc = "Best ask"),
    FIELD(struct entry_row, change_pct, .doc = "Price against the previous close", .unit = "%"),
    FIELD(struct entry_row, volume, .doc = "Volume of the day", .wide = true),
    FIELD(struct entry_row, data_type, .doc = "Kind of the prices"),
    FIELD(struct entry_row, age_s, .doc = "Age of the newest price", .unit = "s", .wide = true),
    FIELD(struct entry_row, reason, .doc = "Why there is no price, or no live one"),
    FIELD(struct entry_row, contract_type, .doc = "Security type", .wide = true),
    FIELD(struct entry_row, contract_id, .doc = "Contract id", .wide = true),
};
static const struct type entry_row_type = TYPE_OF(struct entry_row, entry_row_fields);

struct head_row {
    struct str name;
    int64_t count;
};
static const struct field head_row_fields[] = {
    FIELD(struct head_row, name, .doc = "Name of the list"),
    FIELD(struct head_row, count, .doc = "Its entries"),
};
static const struct type head_row_type = TYPE_OF(struct head_row, head_row_fields);

struct show_out {
    struct list entries, lists;
};
static const struct field show_out_fields[] = {
    FIELD(struct show_out, entries, .of = &entry_row_type, .doc = "One row an entry"),
    FIELD(struct show_out, lists, .of = &head_row_type, .aside = true, .doc = "The lists"),
};
static const struct type show_out_type = TYPE_OF(struct show_out, show_out_fields);

static struct entry_row describe(struct call *c, const struct watchlist *l,
                                 const struct watch_entry *e)
{
    return (struct entry_row){
        .list = arena_str(c->arena, STR_NAME(l->name)),
        .symbol = arena_str(c->arena, STR_NAME(e->name)),
        .exchange = call_text(c, e->listing[0] ? e->listing : e->exchange),
        .currency = call_text(c, e->currency),
        .contract_type = str_of(sec_type_text(e->sec_type)),
        .contract_id = e->con_id,
    };
}

static void put_quote(struct call *c, struct entry_row *r, const struct quote_answer *a)
{
    const struct quote *q = &a->quote;
    if (a->error.code != ERROR_NONE) {
        r->reason = arena_str(c->arena, STR_NAME(a->error.text));
        call_incomplete(c, "%s: %s", a->error.reason, a->error.text);
        return;
    }
    struct opt_dec price = quote_price(q);
    r->last = q->last;
    r->bid = q->bid;
    r->ask = q->ask;
    r->volume = q->volume;
    r->change_pct = call_percent(price, q->close);
    r->data_type = str_of(data_type_text(q->data_type));
    r->age_s = call_age(a->price_age_ms);
    if (a->notice_code)
        r->reason =
            arena_f(c->arena, "broker code %d: " STR_FMT, a->notice_code, STR_ARG(a->notice));
    call_price_seen(c, q->data_type, a->age_ms);
    if (!price.has)
        call_incomplete(c, "NO_PRICE: no price for " STR_FMT, STR_ARG(r->symbol));
}

static bool add_quotes(struct call *c, const struct watch_entry *entries, struct entry_row *rows,
                       size_t n)
{
    if (!call_needs_broker(c))
        return false;
    struct quote_answer *answers = ARENA_MANY(c->arena, struct quote_answer, n);
    for (size_t i = 0; i < n; i++) {
        struct contract k = {.con_id = entries[i].con_id, .sec_type = entries[i].sec_type};
        memcpy(k.exchange, entries[i].exchange, sizeof k.exchange);
        memcpy(k.currency, entries[i].currency, sizeof k.currency);
        answers[i].contract = k;
    }
    if (n && !quotes_get(c->task, c->core->quotes, answers, n, QUOTE_WAIT_MS, &c->error))
        return false;
    for (size_t i = 0; i < n; i++)
        put_quote(c, &rows[i], &answers[i]);
    return true;
}

static const struct watchlist *find(struct call *c, struct str name)
{
    const struct watchlist *l = watchlists_find(c->core->watchlists, name);
    if (!l) {
        error_set(&c->error, ERROR_NOT_FOUND, "NO_LIST", "there is no watch list '" STR_FMT "'",
                  STR_ARG(str_sub(name, 0, WATCHLIST_NAME_MAX)));
        error_next(&c->error, "without a name, all lists are shown");
    }
    return l;
}

/* Lists belong to no account; the envelope names the one in use all the same. */
static void name_account(struct call *c)
{
    struct str ignored;
    if (book_account_count(c->core->book))
        (void)!call_account(c, STR_NONE, &ignored);
}

static bool get_watchlists(struct call *c, const void *args, void *result)
{
    const struct show_in *in = args;
    struct show_out *out = result;
    const struct watchlists *all = c->core->watchlists;
    const struct watchlist *only = in->name.n ? find(c, in->name) : NULL, *l;
    size_t entries = 0, lists = 0, at = 0;
    name_account(c);
    if (in->name.n && !only)
        return false;
    if (in->quotes && !only)
        return error_set(&c->error, ERROR_INVALID, "LIST_NAME", "quotes are shown for one list");
    while ((l = watchlists_at(all, lists)) != NULL) {
        entries += l->count;
        lists++;
    }
    struct entry_row *rows = ARENA_MANY(c->arena, struct entry_row, entries);
    struct head_row *heads = ARENA_MANY(c->arena, struct head_row, lists);
    struct watch_entry *copies = ARENA_MANY(c->arena, struct watch_entry, entries);
    for (size_t i = 0; i < lists; i++) {
        l = watchlists_at(all, i);
        heads[i] = (struct head_row){arena_str(c->arena, STR_NAME(l->name)), (int64_t)l->count};
        for (size_t k = 0; k < l->count && (!only || l == only); k++) {
            copies[at] = l->entries[k];
            rows[at++] = describe(c, l, &l->entries[k]);
        }
    }
    if (in->quotes && !add_quotes(c, copies, rows, at))
        return false;
    out->entries = (struct list){rows, at};
    out->lists = (struct list){heads, lists};
    return true;
}

/* ---- edit_watchlist ---- */

enum edit_action { EDIT_ADD, EDIT_REMOVE, EDIT_RENAME, EDIT_DELETE };
static const char *const actions[] = {"add", "remove", "rename", "delete", NULL};

struct edit_in {
    struct str name;
    unsigned action;
    struct list symbols;
    struct str new_name, account;
};
static const struct field edit_in_fields[] = {
    FIELD(struct edit_in, name, .required = true, .positional = true, .max = "40",
          .doc = "Name of the list", .example = "tech"),
    FIELD(struct edit_in, action, .required = true, .positional = true, .choices = actions,
          .doc = "add makes the list if there is none", .example = "add"),
    FIELD(struct edit_in, symbols, .positional = true, .max = "50",
          .doc = "Symbols to add or remove, comma-separated", .example = "AAPL,ASML.AEB.EUR"),
    FIELD(struct edit_in, new_name, .max = "40", .doc = "For rename"),
    FIELD(struct edit_in, account, .doc = "Decides between listings"),
};
static const struct type edit_in_type = TYPE_OF(struct edit_in, edit_in_fields);

struct edit_row {
    struct str symbol, resolved, error, error_code, next;
};
static const struct field edit_row_fields[] = {
    FIELD(struct edit_row, symbol, .doc = "As it was given"),
    FIELD(struct edit_row, resolved, .doc = "The contract that is meant"),
    FIELD(struct edit_row, error, .doc = "What went wrong for this symbol"),
    FIELD(struct edit_row, error_code, .doc = "The same as a stable code", .wide = true),
    FIELD(struct edit_row, next, .doc = "What to do about it"),
};
static const struct type edit_row_type = TYPE_OF(struct edit_row, edit_row_fields);

struct edit_out {
    struct str name, message;
    int64_t changed, count;
    struct list symbols;
};
static const struct field edit_out_fields[] = {
    FIELD(struct edit_out, name, .doc = "Name of the list"),
    FIELD(struct edit_out, changed, .doc = "Entries added or removed"),
    FIELD(struct edit_out, count, .doc = "Entries now"),
    FIELD(struct edit_out, message, .doc = "What was done"),
    FIELD(struct edit_out, symbols, .of = &edit_row_type, .doc = "What became of each symbol"),
};
static const struct type edit_out_type = TYPE_OF(struct edit_out, edit_out_fields);

static struct watch_entry entry_of(const struct contract *k)
{
    struct watch_entry e = {.con_id = k->con_id, .sec_type = k->sec_type};
    char name[80];
    str_copy_cut(e.name, sizeof e.name, str_of(contract_name(k, name, sizeof name)));
    memcpy(e.exchange, k->exchange, sizeof e.exchange);
    memcpy(e.listing, k->primary_exchange, sizeof e.listing);
    memcpy(e.currency, k->currency, sizeof e.currency);
    return e;
}

static void put_error(struct call *c, struct edit_row *row, const struct error *e)
{
    call_row_error(c, e, &row->error, &row->error_code, &row->next);
    call_incomplete(c, "%s: %s", e->reason, e->text);
}

/* One contract for each symbol, never a guess; a symbol that is not clear is told in its row. */
static bool resolve_symbols(struct call *c, const struct edit_in *in, struct edit_row *rows,
                            struct watch_entry *entries, size_t *n)
{
    const struct str *symbols = in->symbols.items;
    struct str account;
    *n = 0;
    if (!call_needs_broker(c) || !call_account(c, in->account, &account))
        return false;
    struct resolve_question *q = ARENA_MANY(c->arena, struct resolve_question, in->symbols.n);
    struct contract_details *ignored = ARENA_NEW(c->arena, struct contract_details);
    for (size_t i = 0; i < in->symbols.n; i++)
        q[i] = (struct resolve_question){.text = symbols[i], .exact = true};
    if (!resolve(c->task, c->core->resolver, account, q, in->symbols.n, &c->error))
        return false;
    for (size_t i = 0; i < in->symbols.n; i++) {
        struct error e = q[i].error;
        rows[i].symbol = symbols[i];
        bool is_one =
            e.code == ERROR_NONE && (q[i].count == 1 || /* else it names the candidates */
                                     resolve_one(c->task, c->core->resolver, account, symbols[i],
                                                 STR_NONE, STR_NONE, ignored, &e));
        if (!is_one) {
            put_error(c, &rows[i], &e);
            continue;
        }
        entries[*n] = entry_of(&(q[i].count == 1 ? &q[i].found[0] : ignored)->contract);
        rows[i].resolved = arena_str(c->arena, STR_NAME(entries[*n].name));
        (*n)++;
    }
    return true;
}

/* What is to be removed is known by the names in the list; else by what the symbol means. */
static size_t match_symbols(struct call *c, const struct edit_in *in, const struct watchlist *l,
                            struct edit_row *rows, int32_t *con_ids)
{
    const struct str *symbols = in->symbols.items;
    size_t n = 0;
    for (size_t i = 0; i < in->symbols.n; i++) {
        struct str wanted = str_trim(symbols[i]);
        size_t before = n;
        rows[i].symbol = symbols[i];
        for (size_t k = 0; k < l->count; k++) {
            const struct watch_entry *e = &l->entries[k];
            char id[24];
            int64_t number = e->con_id;
            struct str symbol = str_sub(STR_NAME(e->name), 0, str_find(STR_NAME(e->name), '.', 0));
            struct buf b;
            buf_init(&b, sizeof id);
            buf_add_f(&b, "conid:%lld", (long long)number);
            bool is = str_ieq(wanted, STR_NAME(e->name)) || str_ieq(wanted, symbol) ||
                      str_ieq(wanted, buf_str(&b));
            buf_fini(&b);
            if (!is)
                continue;
            con_ids[n++] = e->con_id;
            rows[i].resolved = arena_str(c->arena, STR_NAME(e->name));
            break;
        }
        struct error e = {0};
        if (n == before) {
            error_set(&e, ERROR_NOT_FOUND, "NOT_IN_LIST", STR_FMT " is not in the list '%s'",
                      STR_ARG(str_sub(wanted, 0, 60)), l->name);
            put_error(c, &rows[i], &e);
        }
    }
    return n;
}

static bool add(struct call *c, const struct edit_in *in, struct edit_row *rows,
                struct watch_change *change)
{
    struct watch_entry *entries = ARENA_MANY(c->arena, struct watch_entry, in->symbols.n);
    size_t n = 0;
    if (in->symbols.n && !resolve_symbols(c, in, rows, entries, &n))
        return false;
    change->now = task_now(c->task);
    if (in->symbols.n && !n) /* a list of nothing but errors is not made */
        return error_set(&c->error, ERROR_NOT_FOUND, rows[0].error_code.p, "%s", rows[0].error.p);
    return watchlists_add(c->core->watchlists, in->name, entries, n, change, &c->error);
}

static bool edit(struct call *c, const struct edit_in *in, struct edit_row *rows,
                 struct watch_change *change)
{
    struct watchlists *w = c->core->watchlists;
    const struct watchlist *l = in->action == EDIT_ADD ? NULL : find(c, in->name);
    bool takes_symbols = in->action == EDIT_ADD || in->action == EDIT_REMOVE;
    if (in->action != EDIT_ADD && !l)
        return false;
    if (in->symbols.n && !takes_symbols)
        return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                         "symbols: not for rename and delete");
    if ((in->new_name.n > 0) != (in->action == EDIT_RENAME))
        return error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT",
                         "new_name: for rename, and for nothing else");
    if (in->action == EDIT_ADD)
        return add(c, in, rows, change);
    if (in->action == EDIT_RENAME)
        return watchlists_rename(w, in->name, in->new_name, change, &c->error);
    if (in->action == EDIT_DELETE)
        return watchlists_delete(w, in->name, change, &c->error);
    int32_t *con_ids = ARENA_MANY(c->arena, int32_t, in->symbols.n);
    size_t n = match_symbols(c, in, l, rows, con_ids);
    return watchlists_remove(w, in->name, con_ids, n, change, &c->error);
}

static bool edit_watchlist(struct call *c, const void *args, void *result)
{
    static const char *const done[] = {"added to", "removed from", "renamed", "deleted"};
    const struct edit_in *in = args;
    struct edit_out *out = result;
    struct edit_row *rows = ARENA_MANY(c->arena, struct edit_row, in->symbols.n);
    struct watch_change change = {.by = STR_NAME(c->who->name), .now = task_now(c->task)};
    name_account(c);
    if (!edit(c, in, rows, &change) ||
        !journal_wait(c->task, c->core->journal, change.seq, &c->error))
        return false;
    struct str name = in->action == EDIT_RENAME ? in->new_name : in->name;
    const struct watchlist *l = watchlists_find(c->core->watchlists, name);
    out->name = name;
    out->changed = in->action == EDIT_RENAME ? 0 : (int64_t)change.done;
    out->count = l ? (int64_t)l->count : 0;
    out->symbols = (struct list){rows, in->symbols.n};
    out->message =
        in->action <= EDIT_REMOVE
            ? arena_f(c->arena, "%zu %s '" STR_FMT "'", change.done, done[in->action],
                      STR_ARG(in->name))
            : arena_f(c->arena, "'" STR_FMT "' is %s", STR_ARG(in->name), done[in->action]);
    return true;
}

/* ---- the table ---- */

static const char *const show_phrases[] = {"Show my watch lists", "Show my watch list {name}",
                                           NULL};
static const char *const edit_phrases[] = {"Add {symbols} to my watch list {name}", NULL};

static const struct op watchlist_ops[] = {
    {.name = "get_watchlists",
     .title = "Watch lists",
     .doc = "The user's named lists of contracts; with a name, one of them, and with `quotes` its "
            "prices in the same call. A missing price is null with the reason.",
     .in = &show_in_type,
     .out = &show_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/watchlists",
     .verb = "watchlists",
     .example = "watchlists tech --quotes",
     .category = "alerts",
     .phrases = show_phrases,
     .run = get_watchlists},
    {.name = "edit_watchlist",
     .title = "Change a watch list",
     .doc = "Adds symbols to a named list or removes them, renames it or deletes it. Each symbol "
            "must mean one contract: SYMBOL.EXCHANGE.CURRENCY names one. Up to 100 entries.",
     .in = &edit_in_type,
     .out = &edit_out_type,
     .effect = OP_NOTE,
     .is_idempotent = true,
     .is_destructive = true,
     .is_open_world = true,
     .route = "POST /api/watchlists",
     .verb = "watchlist",
     .example = "watchlist tech add AAPL,MSFT",
     .category = "alerts",
     .phrases = edit_phrases,
     .run = edit_watchlist},
};
const struct op_set watchlist_op_set = {watchlist_ops,
                                        sizeof watchlist_ops / sizeof watchlist_ops[0]};
