/* SPDX-License-Identifier: MIT */
/*
 * compare: where our books and the broker's differ.
 */
#include "guard/reconcile.h"
#include "guard/state.h"
#include "store/audit.h"

#include <stdio.h>
#include <string.h>

static const struct gate_break_row rows[GATE_BREAK_COUNT] = {
    [GATE_BREAK_POSITION] =
        {"POSITION_DIFFERS", true,
         "the position changed without an execution that the broker tells: a "
         "split or another corporate action, a transfer, an exercise or expiry, "
         "or a trade of another day or client",
         "check it in TWS; if it is right, accept it"},
    [GATE_BREAK_ORDER_UNKNOWN] = {"ORDER_UNKNOWN", true,
                                  "another program uses our references, or the journal is older "
                                  "than the order",
                                  "cancel it if it is not wanted, or accept it"},
    [GATE_BREAK_ORDER_REVIVED] = {"ORDER_REVIVED", true,
                                  "the broker did not show the order when it was given up, and "
                                  "does now",
                                  "cancel it if it is not wanted, or accept it"},
    [GATE_BREAK_ORDER_CHANGED] = {"ORDER_CHANGED", true,
                                  "the order was changed by hand in TWS or by another program",
                                  "change it back, or accept it"},
    [GATE_BREAK_ORDER_SPLIT] = {"ORDER_SPLIT", true,
                                "the broker has made two orders of one: together they may trade "
                                "more than was asked for",
                                "cancel the order, which ends what still works of it"},
    [GATE_BREAK_REFERENCE] = {"REFERENCE_LOST", true,
                              "the broker told an order under our order id with another reference "
                              "or none, so it may not be ours",
                              "look at it in TWS, cancel it if it is not wanted, then accept"},
    [GATE_BREAK_ORDER_MISSING] = {"ORDER_MISSING", false,
                                  "the broker's complete lists do not show the order",
                                  "nothing is sent again by itself: place it anew if it is still "
                                  "wanted"},
    [GATE_BREAK_EXECUTION_GONE] = {"EXECUTION_GONE", true,
                                   "the exchange has undone the trade, or the broker corrected it "
                                   "under another id",
                                   "compare with the broker's statement, then accept"},
    [GATE_BREAK_BRACKET] = {"BRACKET_INCOMPLETE", false,
                            "an exit was refused, lost, or cancelled elsewhere, and its entry has "
                            "filled",
                            "place the exit again"},
    [GATE_BREAK_CASH] = {"CASH_MOVED", false,
                         "a deposit, a withdrawal, interest, a dividend or a fee",
                         "none is needed"},
};

const struct gate_break_row *gate_break_row(enum gate_break_kind kind)
{
    return &rows[kind];
}

static struct gate_break *add(struct comparison *c, enum gate_break_kind kind)
{
    c->total++;
    c->halting += rows[kind].is_halting;
    if (c->count == GATE_BREAKS_MAX)
        return NULL;
    struct gate_break *b = &c->breaks[c->count++];
    *b = (struct gate_break){.kind = kind};
    return b;
}

/* ---- what the lists named ---- */

struct str named_order(char out[NAMED_KEY_MAX], const struct order *o)
{
    int n = o->perm_id ? snprintf(out, NAMED_KEY_MAX, "p%lld", (long long)o->perm_id)
                       : snprintf(out, NAMED_KEY_MAX, "o%d.%d", o->client_id, o->order_id);
    return (struct str){out, (size_t)n};
}

struct str named_position(char out[NAMED_KEY_MAX], struct str account, int32_t con_id)
{
    int n =
        snprintf(out, NAMED_KEY_MAX, "h" STR_FMT ".%d", STR_ARG(str_sub(account, 0, 15)), con_id);
    return (struct str){out, (size_t)n};
}

/* After a connect the book itself holds what the complete lists named, and nothing else. */
static bool is_named(const struct gate *g, struct str key)
{
    const struct map *named = g->reconcile->named;
    return !named || map_get_str(named, key) != NULL;
}

/* ---- positions ---- */

static struct dec brokers_quantity(const struct gate *g, struct str account, int32_t con_id)
{
    char key[NAMED_KEY_MAX];
    const struct position *p = book_position(g->book, account, con_id);
    return p && is_named(g, named_position(key, account, con_id)) ? p->quantity : DEC_ZERO;
}

static bool is_fresh(const struct holding_count *h, struct moment now)
{
    return h && h->touched.ns > 0 && instant_ms_since(h->touched, now.mono) < RECONCILE_GRACE_MS;
}

static void position_differs(struct comparison *c, const char *account, const char *name,
                             int32_t con_id, bool expires, struct dec ours, struct dec brokers)
{
    char a[DEC_TEXT_MAX], b[DEC_TEXT_MAX];
    struct gate_break *out = add(c, GATE_BREAK_POSITION);
    if (!out)
        return;
    str_copy_cut(out->account, sizeof out->account, str_of(account));
    str_copy_cut(out->name, sizeof out->name, str_of(name));
    out->con_id = con_id;
    out->ours = DEC_SOME(ours);
    out->brokers = DEC_SOME(brokers);
    dec_format(ours, a);
    dec_format(brokers, b);
    (void)snprintf(out->text, sizeof out->text, "%s: %s by our count, %s at the broker", name, a,
                   b);
    if (expires && dec_is_zero(brokers))
        (void)snprintf(out->repair, sizeof out->repair,
                       "accept it if the contract has expired or was exercised or assigned");
}

static void compare_positions(struct gate *g, struct moment now, struct comparison *c)
{
    const struct holdings *hs = g->reconcile->holdings;
    const struct holding_count *h;
    const struct position *p;
    for (size_t i = 0; holdings_next(hs, &i, &h);) {
        if (!book_has_account(g->book, STR_NAME(h->account)))
            continue; /* of another login */
        struct dec brokers = brokers_quantity(g, STR_NAME(h->account), h->con_id);
        c->positions += !dec_is_zero(h->quantity) || !dec_is_zero(brokers);
        if (dec_eq(h->quantity, brokers))
            continue;
        if (is_fresh(h, now))
            c->unsettled++;
        else
            position_differs(c, h->account, h->name, h->con_id, h->expires, h->quantity, brokers);
    }
    for (size_t i = 0; book_next_position(g->book, &i, STR_NONE, &p);) {
        char name[64];
        struct str account = STR_NAME(p->account);
        if (p->contract.sec_type == SEC_CASH || holdings_get(hs, account, p->contract.con_id))
            continue;
        struct dec brokers = brokers_quantity(g, account, p->contract.con_id);
        c->positions++;
        if (!dec_is_zero(brokers))
            position_differs(c, p->account, contract_name(&p->contract, name, sizeof name),
                             p->contract.con_id, false, DEC_ZERO, brokers);
    }
}

/* ---- orders ---- */

static bool keeps(struct opt_dec asked, struct opt_dec has)
{
    return !asked.has || (has.has && dec_eq(asked.v, has.v));
}

/* Only what we gave: the broker fills in defaults, and the trigger of a trailing stop moves. */
bool has_terms(const struct order *asked, const struct order *o)
{
    bool trails = asked->type == ORDER_TRAIL || asked->type == ORDER_TRAIL_LIMIT;
    return dec_eq(asked->quantity, o->quantity) &&
           (trails || (keeps(asked->limit_price, o->limit_price) &&
                       keeps(asked->stop_price, o->stop_price))) &&
           keeps(asked->trail_amount, o->trail_amount) &&
           keeps(asked->trail_percent, o->trail_percent);
}

static struct gate_break *order_break(struct comparison *c, enum gate_break_kind kind,
                                      const struct order *o, const char *what)
{
    struct gate_break *b = add(c, kind);
    if (!b)
        return NULL;
    char quantity[DEC_TEXT_MAX];
    memcpy(b->account, o->account, sizeof b->account);
    memcpy(b->ref, o->ref, sizeof b->ref);
    (void)contract_name(&o->contract, b->name, sizeof b->name);
    b->con_id = o->contract.con_id;
    b->order_id = o->order_id;
    b->perm_id = o->perm_id;
    dec_format(o->quantity, quantity);
    (void)snprintf(b->text, sizeof b->text, "order %d, %s %s %s %s: %s", o->order_id,
                   side_text(o->side), quantity, b->name, o->type_text, what);
    return b;
}

static bool stop_at_first(void *self, const struct audit_record *r)
{
    (void)r;
    *(bool *)self = true;
    return false;
}

/* The journal, however old, has a record of that kind about it. */
static bool is_recorded(const struct gate *g, enum journal_kind kind, const char *what,
                        const char *id)
{
    char about[96];
    struct error e;
    bool found = false;
    (void)snprintf(about, sizeof about, "%s:%s", what, id);
    struct audit_filter filter = {.about = str_of(about), .kind = str_of(journal_kind_text(kind))};
    return g->db && audit_records(g->db, &filter, stop_at_first, &found, &e) && found;
}

static void compare_ours(struct gate *g, const struct book_order *bo, struct comparison *c)
{
    const struct order *o = &bo->order;
    const struct intent *it = ledger_by_ref(g->ledger, STR_NAME(o->ref));
    char ours[DEC_TEXT_MAX], brokers[DEC_TEXT_MAX], text[160];
    c->orders++;
    if (!it) {
        if (!is_recorded(g, JOURNAL_INTENT, "ref", o->ref) &&
            !is_recorded(g, JOURNAL_ACCEPT, "ref", o->ref))
            (void)order_break(c, GATE_BREAK_ORDER_UNKNOWN, o,
                              "it works, and nobody here placed it");
        return;
    }
    if (it->state == INTENT_NOT_SENT || it->state == INTENT_NOT_PLACED) {
        (void)order_break(c, GATE_BREAK_ORDER_REVIVED, o, "it works, and had been given up");
        return;
    }
    if (o->contract.con_id == 0 || has_terms(&it->order, o) ||
        (it->has_change && has_terms(&it->change, o)))
        return;
    struct opt_dec a = it->order.limit_price, b = o->limit_price;
    if (!a.has)
        a = it->order.stop_price, b = o->stop_price;
    if (!dec_eq(it->order.quantity, o->quantity) || !a.has)
        a = DEC_SOME(it->order.quantity), b = DEC_SOME(o->quantity);
    dec_format(a.v, ours);
    dec_format(b.v, brokers);
    (void)snprintf(text, sizeof text, "%s as we gave it, %s at the broker", ours,
                   b.has ? brokers : "nothing");
    struct gate_break *found = order_break(c, GATE_BREAK_ORDER_CHANGED, o, text);
    if (found) {
        found->ours = a;
        found->brokers = b;
    }
}

/* Another permId of the same order has ended. */
static void compare_perms(struct gate *g, const struct book_order *bo, struct comparison *c)
{
    const struct intent *it = ledger_by_ref(g->ledger, STR_NAME(bo->order.ref));
    for (size_t i = 0; it && i < it->perm_count; i++) {
        char text[120];
        const struct book_order *other = book_order_perm(g->book, it->perm_ids[i]);
        if (!other || other == bo || !order_state_is_terminal(other->status.state))
            continue;
        (void)snprintf(text, sizeof text, "permId %lld has ended (%s), permId %lld works",
                       (long long)it->perm_ids[i], order_state_text(other->status.state),
                       (long long)bo->order.perm_id);
        (void)order_break(c, GATE_BREAK_ORDER_SPLIT, &bo->order, text);
        return;
    }
}

/* Our references: "PC:" and 17 characters. Anything else is of another client or by hand. */
static bool is_our_form(const char *ref)
{
    return str_starts(STR_NAME(ref), STR("PC:")) && strlen(ref) == 20;
}

static void compare_orders(struct gate *g, struct moment now, struct comparison *c)
{
    const struct book_order *bo;
    char key[NAMED_KEY_MAX];
    for (size_t i = 0; book_next_order(g->book, &i, STR_NONE, &bo);) {
        const struct order *o = &bo->order;
        if (!order_state_is_working(bo->status.state) || bo->status.state == STATE_UNKNOWN)
            continue;
        bool is_ours = o->client_id == g->config.client_id && o->order_id > 0;
        if (!is_ours || !is_our_form(o->ref))
            c->external_orders++;
        else if (is_named(g, named_order(key, o))) {
            compare_ours(g, bo, c);
            compare_perms(g, bo, c);
        } else if (book_order_ref(g->book, STR_NAME(o->ref)) != bo)
            continue; /* the broker announced it under one perm id and goes on under another */
        else if (now.wall.ns - bo->last_change.v.ns < RECONCILE_GRACE_MS * (int64_t)NS_PER_MS)
            c->unsettled++;
        else
            (void)order_break(c, GATE_BREAK_ORDER_MISSING, o,
                              "it works as far as we know, and the broker's list does not have it");
    }
}

static void compare_intents(struct gate *g, struct comparison *c)
{
    struct intent *it;
    for (size_t i = 0; ledger_next(g->ledger, &i, &it);) {
        if (it->is_ref_lost)
            (void)order_break(c, GATE_BREAK_REFERENCE, &it->order,
                              "told with another reference or none");
        else if (it->state == INTENT_UNKNOWN)
            (void)order_break(c, GATE_BREAK_ORDER_MISSING, &it->order,
                              "sent, and not in the broker's lists; its contract is blocked until "
                              "they have been read again");
        else if (it->state == INTENT_NOT_PLACED && it->was_seen && !it->is_accepted)
            (void)order_break(c, GATE_BREAK_ORDER_MISSING, &it->order,
                              "it was at the broker, and has vanished without a word");
    }
}

/* ---- executions ---- */

static void compare_executions(struct gate *g, struct comparison *c)
{
    const struct holding_fill *f;
    for (size_t i = 0; holdings_gone(g->reconcile->holdings, &i, &f);) {
        if (is_recorded(g, JOURNAL_ACCEPT, "exec_id", f->exec_id))
            continue;
        struct gate_break *b = add(c, GATE_BREAK_EXECUTION_GONE);
        if (!b)
            continue;
        char quantity[DEC_TEXT_MAX];
        memcpy(b->account, f->account, sizeof b->account);
        memcpy(b->name, f->name, sizeof b->name);
        memcpy(b->exec_id, f->exec_id, sizeof b->exec_id);
        b->con_id = f->con_id;
        b->ours = DEC_SOME(f->signed_quantity);
        dec_format(f->signed_quantity, quantity);
        (void)snprintf(b->text, sizeof b->text, "execution %s of %s %s is no longer listed",
                       f->exec_id, quantity, f->name);
    }
}

/* ---- brackets ---- */

/* Not working, not filled, and not because somebody here cancelled it. */
static bool is_lost(const struct gate *g, const struct intent *it)
{
    const struct book_order *bo = book_order_ref(g->book, STR_NAME(it->order.ref));
    if (it->is_accepted || it->state == INTENT_WAITING || it->state == INTENT_SENT)
        return false;
    if (bo && (order_state_is_working(bo->status.state) || bo->status.state == STATE_FILLED))
        return false;
    if (it->state == INTENT_NOT_SENT || it->state == INTENT_NOT_PLACED || it->is_refused)
        return true;
    return bo && order_state_is_terminal(bo->status.state) &&
           !is_recorded(g, JOURNAL_CANCEL, "ref", it->order.ref);
}

static bool is_open(const struct gate *g, const struct order *exit)
{
    const struct position *p =
        book_position(g->book, STR_NAME(exit->account), exit->contract.con_id);
    int sign = p ? dec_sign(p->quantity) : 0;
    return exit->side == SIDE_SELL ? sign > 0 : sign < 0;
}

/*
 * What of the entry has filled and no other leg has closed again. The legs of a request stand side
 * by side in the ledger; `at` is the place of this one.
 */
static struct dec unprotected(const struct gate *g, const struct intent *exit, size_t at)
{
    struct intent *it;
    struct dec open = DEC_ZERO, sum;
    size_t i = at < GATE_LEGS_MAX ? 0 : at - GATE_LEGS_MAX + 1;
    while (i < at + GATE_LEGS_MAX && ledger_next(g->ledger, &i, &it)) {
        if (it->seq != exit->seq || it == exit)
            continue;
        const struct book_order *bo = book_order_ref(g->book, STR_NAME(it->order.ref));
        struct dec filled = bo ? bo->status.filled : DEC_ZERO;
        if (dec_add(open, it->leg == 0 ? filled : dec_neg(filled), &sum))
            open = sum;
    }
    return open;
}

/* "limit 55.10 ", or nothing. */
static const char *price_text(char out[DEC_TEXT_MAX + 8], const char *what, struct opt_dec price)
{
    char text[DEC_TEXT_MAX];
    if (!price.has)
        return "";
    dec_format(price.v, text);
    (void)snprintf(out, DEC_TEXT_MAX + 8, "%s %s ", what, text);
    return out;
}

static void describe_repair(struct gate_break *b, const struct order *o, struct dec open)
{
    char quantity[DEC_TEXT_MAX], limit[DEC_TEXT_MAX + 8], stop[DEC_TEXT_MAX + 8];
    dec_format(open, quantity);
    b->ours = DEC_SOME(open);
    (void)snprintf(b->repair, sizeof b->repair, "place again: %s %s %.40s %s %s%s%s%s",
                   side_text(o->side), quantity, b->name, order_type_text(o->type),
                   price_text(stop, "stop", o->stop_price),
                   price_text(limit, "limit", o->limit_price), tif_text(o->tif),
                   o->oca_group[0] ? "; first cancel the bracket's other exit" : "");
}

static void compare_brackets(const struct gate *g, struct comparison *c)
{
    struct intent *it;
    for (size_t i = 0; ledger_next(g->ledger, &i, &it);) {
        if (it->leg == 0 || !is_open(g, &it->order))
            continue;
        struct dec open = unprotected(g, it, i - 1);
        if (dec_sign(open) <= 0 || !is_lost(g, it))
            continue;
        struct gate_break *b = order_break(c, GATE_BREAK_BRACKET, &it->order,
                                           "this exit does not work, and its entry has filled");
        if (b)
            describe_repair(b, &it->order, open);
    }
}

size_t gate_repairs(const struct gate *g, struct gate_break out[GATE_BREAKS_MAX])
{
    struct comparison c = {.breaks = out};
    compare_brackets(g, &c);
    return c.count;
}

/* ---- cash ---- */

static void compare_cash(struct gate *g, struct moment now, struct comparison *c)
{
    struct cash_move moves[8]; /* more at once say no more */
    size_t n = cash_compare(g->reconcile->cash, g->book, moves, sizeof moves / sizeof moves[0],
                            &c->cash_rows, now.mono);
    for (size_t i = 0; i < n; i++) {
        struct gate_break *b = add(c, GATE_BREAK_CASH);
        char ours[DEC_TEXT_MAX], brokers[DEC_TEXT_MAX];
        if (!b)
            continue;
        memcpy(b->account, moves[i].account, sizeof b->account);
        memcpy(b->name, moves[i].currency, sizeof moves[i].currency);
        b->ours = DEC_SOME(moves[i].ours);
        b->brokers = DEC_SOME(moves[i].brokers);
        dec_format(moves[i].ours, ours);
        dec_format(moves[i].brokers, brokers);
        (void)snprintf(b->text, sizeof b->text,
                       "%s: %s by the trades since the last look, %s at "
                       "the broker",
                       moves[i].currency, ours, brokers);
    }
}

void compare_all(struct gate *g, struct moment now, struct comparison *out)
{
    compare_positions(g, now, out);
    compare_orders(g, now, out);
    compare_intents(g, out);
    compare_executions(g, out);
    compare_brackets(g, out);
    compare_cash(g, now, out);
}
