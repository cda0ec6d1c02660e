/* SPDX-License-Identifier: MIT */
#include "automation/purses.h"

#include "base/alloc.h"
#include "base/known.h"
#include "data/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define PURSE_KEY "cash."
/* below this a difference is rounding: the broker tells cents */
#define ROUNDING DEC_MICRO(50000)

struct purse {
    char account[16], currency[8];
    struct dec cash, pending;       /* when it was last understood; what executions changed since */
    struct dec dividends, interest; /* accrued, then */
    struct dec seen;                /* the cash at the last look */
    struct instant quiet_since;
    struct utc moved; /* when `seen` changed */
    bool has_gap;     /* executions may be missing */
    bool is_blurred;  /* something settles in cash by itself */
};

/* An execution as it was counted. */
struct counted {
    char exec_id[40];
    char account[16];
    struct cash_effect effect;
    char commission_currency[8];
    struct opt_dec commission;
};

struct purses {
    const struct book *book;
    struct journal *journal;
    struct log log;
    struct purse *items; /* PURSES_MAX */
    size_t count;
    struct known *fills; /* the id up to its last dot -> struct counted */
    bool is_full;        /* said once */
};

struct purses *purses_new(const struct book *book, struct journal *journal, struct log log)
{
    struct purses *p = xcalloc(1, sizeof *p);
    p->book = book;
    p->journal = journal;
    p->log = log;
    p->items = xcalloc(PURSES_MAX, sizeof *p->items);
    p->fills = known_new(JOURNAL_KNOWN_MAX, JOURNAL_KNOWN_MS, xfree);
    return p;
}

void purses_free(struct purses *p)
{
    if (!p)
        return;
    known_free(p->fills);
    xfree(p->items);
    xfree(p);
}

/* ---- finding ---- */

static bool is_begun(const struct purses *p, const char *account)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->items[i].account, account) == 0)
            return true;
    return false;
}

/* The purse, made empty if it is new; NULL if there is no room. */
static struct purse *purse_of(struct purses *p, const char *account, const char *currency)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->items[i].account, account) == 0 &&
            strcmp(p->items[i].currency, currency) == 0)
            return &p->items[i];
    if (p->count == PURSES_MAX) {
        if (!p->is_full)
            log_error(&p->log, "cash in %s is not watched: %d purses are in use", currency,
                      PURSES_MAX);
        p->is_full = true;
        return NULL;
    }
    struct purse *u = &p->items[p->count++];
    *u = (struct purse){0};
    str_copy_cut(u->account, sizeof u->account, str_of(account));
    str_copy_cut(u->currency, sizeof u->currency, str_of(currency));
    return u;
}

/* ---- keeping ---- */

static void key_dec(struct json_writer *w, const char *key, struct dec d)
{
    json_key(w, key);
    json_dec(w, d);
}

static void keep(struct purses *p, const struct purse *u, struct moment now)
{
    struct buf b;
    struct json_writer w;
    struct error e;
    char key[JOURNAL_KEY_MAX];
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    key_dec(&w, "cash", u->cash);
    key_dec(&w, "pending", u->pending);
    key_dec(&w, "dividends", u->dividends);
    key_dec(&w, "interest", u->interest);
    json_key(&w, "gap");
    json_bool(&w, u->has_gap);
    json_key(&w, "blurred");
    json_bool(&w, u->is_blurred);
    json_end_object(&w);
    (void)snprintf(key, sizeof key, PURSE_KEY "%s.%s", u->account, u->currency);
    if (!json_writer_done(&w) || !journal_put(p->journal, str_of(key), buf_str(&b), now, &e))
        log_error(&p->log, "cash in %s cannot be kept", u->currency);
    buf_fini(&b);
}

static struct dec member(const struct json *j, const char *name)
{
    struct dec d = DEC_ZERO;
    const struct json *v = json_get(j, str_of(name));
    if (v)
        (void)json_to_dec(v, &d);
    return d;
}

static bool member_bool(const struct json *j, const char *name)
{
    bool is = false;
    const struct json *v = json_get(j, str_of(name));
    return v && json_to_bool(v, &is) && is;
}

static bool restore_purse(void *self, struct str key, struct str text)
{
    struct purses *p = self;
    struct error e;
    struct str rest = str_sub(key, strlen(PURSE_KEY), key.n), account;
    char name[16], currency[8];
    struct arena *arena = arena_new(1 << 16);
    const struct json *j = json_parse(text, arena, &e);
    if (j && str_cut(&rest, '.', &account) && str_copy(name, sizeof name, account) &&
        str_copy(currency, sizeof currency, rest)) {
        struct purse *u = purse_of(p, name, currency);
        if (u) {
            u->cash = u->seen = member(j, "cash");
            u->pending = member(j, "pending");
            u->dividends = member(j, "dividends");
            u->interest = member(j, "interest");
            u->has_gap = member_bool(j, "gap");
            u->is_blurred = member_bool(j, "blurred");
        }
    }
    arena_free(arena);
    return true;
}

/* ---- executions ---- */

bool cash_effect_of(const struct execution *x, struct cash_effect *out)
{
    const struct contract *c = &x->contract;
    struct dec value = DEC_ZERO, units = x->quantity;
    *out = (struct cash_effect){0};
    if (c->sec_type != SEC_STK && c->sec_type != SEC_OPT && c->sec_type != SEC_CASH &&
        c->sec_type != SEC_WAR && c->sec_type != SEC_FUND && c->sec_type != SEC_CRYPTO)
        return false;
    if (c->sec_type != SEC_CASH && !dec_mul(units, contract_multiplier(c), &units))
        return false;
    if (!dec_mul(units, x->price, &value))
        return false;
    memcpy(out->currency[0], c->currency, sizeof out->currency[0]);
    out->amount[0] = x->side == SIDE_BUY ? dec_neg(value) : value;
    if (c->sec_type == SEC_CASH) {
        str_copy_cut(out->currency[1], sizeof out->currency[1], STR_NAME(c->symbol));
        out->amount[1] = x->side == SIDE_BUY ? units : dec_neg(units);
    }
    return true;
}

/* A correction has the id of its original up to the last dot. */
static struct str fill_of(const char *exec_id)
{
    struct str id = str_of(exec_id);
    for (size_t i = id.n; i-- > 0;)
        if (id.p[i] == '.')
            return i ? str_sub(id, 0, i) : id;
    return id;
}

static void expect(struct purses *p, const char *account, const char *currency, struct dec amount,
                   struct moment now)
{
    struct purse *u = currency[0] && is_begun(p, account) ? purse_of(p, account, currency) : NULL;
    if (!u)
        return;
    u->pending = dec_plus(u->pending, amount);
    u->quiet_since = now.mono;
    keep(p, u, now);
}

static void blur(struct purses *p, const char *account, const char *currency, struct moment now)
{
    struct purse *u = is_begun(p, account) ? purse_of(p, account, currency) : NULL;
    if (u && !u->is_blurred) {
        u->is_blurred = true;
        keep(p, u, now);
    }
}

/* The record of an execution, made if it is new. */
static struct counted *counted_of(struct purses *p, const struct execution *x, bool *is_new)
{
    struct counted *c = known_get(p->fills, fill_of(x->exec_id));
    *is_new = !c;
    if (c)
        return c;
    c = xcalloc(1, sizeof *c);
    memcpy(c->exec_id, x->exec_id, sizeof c->exec_id);
    memcpy(c->account, x->account, sizeof c->account);
    known_put(p->fills, fill_of(x->exec_id), c);
    return c;
}

static void count_fill(struct purses *p, const struct execution *x, struct moment now)
{
    struct cash_effect effect;
    bool is_new;
    struct counted *c = counted_of(p, x, &is_new);
    if (!is_new && strcmp(x->exec_id, c->exec_id) <= 0)
        return;
    if (!cash_effect_of(x, &effect))
        blur(p, x->account, x->contract.currency, now);
    for (size_t i = 0; i < 2; i++) { /* what the original did is undone */
        expect(p, c->account, c->effect.currency[i], dec_neg(c->effect.amount[i]), now);
        expect(p, c->account, effect.currency[i], effect.amount[i], now);
    }
    c->effect = effect;
    memcpy(c->exec_id, x->exec_id, sizeof c->exec_id);
}

static void count_commission(struct purses *p, const struct execution *x, struct moment now)
{
    struct counted *c = known_get(p->fills, fill_of(x->exec_id));
    if (!c || !x->commission.has)
        return;
    struct dec before = c->commission.has ? c->commission.v : DEC_ZERO;
    if (c->commission.has && dec_eq(before, x->commission.v))
        return;
    expect(p, c->account, x->commission_currency, dec_minus(before, x->commission.v), now);
    c->commission = x->commission;
    memcpy(c->commission_currency, x->commission_currency, sizeof c->commission_currency);
}

static bool restore_fill(void *self, const struct execution *x)
{
    struct purses *p = self;
    bool is_new;
    if (x->source[0])
        return true;
    struct counted *c = counted_of(p, x, &is_new);
    (void)cash_effect_of(x, &c->effect);
    c->commission = x->commission;
    memcpy(c->commission_currency, x->commission_currency, sizeof c->commission_currency);
    return true;
}

bool purses_restore(struct purses *p, struct db *db, struct utc since, struct error *e)
{
    return db_values(db, STR(PURSE_KEY), restore_purse, p, e) &&
           db_executions(db, since, STR_NONE, restore_fill, p, e);
}

void purses_observe(struct purses *p, const struct event *ev)
{
    known_turn(p->fills, ev->at.mono);
    if (ev->kind == EVENT_EXECUTION && ev->execution->exec_id[0])
        count_fill(p, ev->execution, ev->at);
    else if (ev->kind == EVENT_COMMISSION)
        count_commission(p, ev->execution, ev->at);
    else if (ev->kind == EVENT_LINK)
        for (size_t i = 0; i < p->count; i++)
            p->items[i].quiet_since = ev->at.mono;
}

void purses_gap(struct purses *p, struct str account, struct moment now)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(STR_NAME(p->items[i].account), account)) {
            p->items[i].has_gap = true;
            keep(p, &p->items[i], now);
        }
}

/* ---- what no execution explains ---- */

static struct dec row(const struct purses *p, const struct purse *u, const char *key)
{
    struct opt_dec d =
        book_number(p->book, STR_NAME(u->account), str_of(key), STR_NAME(u->currency));
    return d.has ? d.v : DEC_ZERO;
}

static void understand(struct purses *p, struct purse *u)
{
    u->cash = u->seen;
    u->pending = DEC_ZERO;
    u->dividends = row(p, u, "NetDividend");
    u->interest = row(p, u, "AccruedCash");
    u->has_gap = false;
}

/* What accrued fell by about `amount`, which was paid then: by a tenth more or less, because it
 * goes on accruing on the day it is paid. */
static bool was_accrued(struct dec before, struct dec now, struct dec amount)
{
    struct dec fell = dec_minus(before, now), off = dec_abs(dec_minus(fell, amount)), within;
    if (dec_is_zero(fell) || !dec_div(dec_abs(amount), dec_of(10), &within))
        return false;
    return !dec_gt(off, dec_max(within, ROUNDING));
}

static bool holds_daily_settled(const struct purses *p, const struct purse *u)
{
    const struct position *x;
    for (size_t i = 0; book_next_position(p->book, &i, STR_NAME(u->account), &x);)
        if ((x->contract.sec_type == SEC_FUT || x->contract.sec_type == SEC_CFD) &&
            !dec_is_zero(x->quantity) && strcmp(x->contract.currency, u->currency) == 0)
            return true;
    return false;
}

static enum flow_kind kind_of(const struct purses *p, const struct purse *u, struct dec amount)
{
    if (u->has_gap)
        return FLOW_UNEXPLAINED;
    if (was_accrued(u->dividends, row(p, u, "NetDividend"), amount))
        return FLOW_DIVIDEND;
    if (was_accrued(u->interest, row(p, u, "AccruedCash"), amount))
        return FLOW_INTEREST;
    if (u->is_blurred || holds_daily_settled(p, u))
        return FLOW_ADJUSTMENT;
    return dec_sign(amount) > 0 ? FLOW_DEPOSIT : FLOW_WITHDRAWAL;
}

static const char *note_of(enum flow_kind k)
{
    static const char *const notes[FLOW_KIND_COUNT] = {
        [FLOW_DEPOSIT] = "cash that no execution explains",
        [FLOW_WITHDRAWAL] = "cash that no execution explains",
        [FLOW_DIVIDEND] = "accrued dividends fell by as much",
        [FLOW_INTEREST] = "accrued interest fell by as much",
        [FLOW_ADJUSTMENT] = "settlement of futures or the like, or a payment",
        [FLOW_UNEXPLAINED] = "executions may be missing; import a statement",
    };
    return notes[k] ? notes[k] : "";
}

/* Record, flow and the purse's new state: one commit. */
static void record(struct purses *p, struct purse *u, struct dec amount, struct purse_days days,
                   struct moment now)
{
    struct cash_flow f = {.at = u->moved, .is_inferred = true, .amount = amount};
    f.day = f.at.ns <= days.cut.ns ? days.before : days.after;
    struct buf b;
    struct json_writer w;
    struct error e;
    f.kind = kind_of(p, u, amount);
    memcpy(f.account, u->account, sizeof f.account);
    memcpy(f.currency, u->currency, sizeof f.currency);
    str_copy_cut(f.note, sizeof f.note, str_of(note_of(f.kind)));
    (void)snprintf(f.id, sizeof f.id, "seen:%lld:%s", (long long)journal_last(p->journal) + 1,
                   u->currency);
    f.rate = book_number(p->book, STR_NAME(u->account), STR("ExchangeRate"), STR_NAME(u->currency));
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "account");
    json_text(&w, f.account);
    json_key(&w, "kind");
    json_text(&w, flow_kind_text(f.kind));
    key_dec(&w, "amount", amount);
    json_key(&w, "currency");
    json_text(&w, f.currency);
    json_key(&w, "why");
    json_text(&w, f.note);
    json_end_object(&w);
    struct past_page page = {.flows = &f, .flow_count = 1};
    bool ok = json_writer_done(&w) &&
              journal_append(p->journal, JOURNAL_FLOW, STR("system"), buf_str(&b), now, &e) &&
              journal_keep(p->journal, &page, now, &e);
    buf_fini(&b);
    if (!ok) { /* the purse stays as it is, and the next step tries again */
        log_error(&p->log, "a flow of cash cannot be kept: %s", e.text);
        return;
    }
    log_info(&p->log, "flow=%s currency=%s", flow_kind_text(f.kind), u->currency);
    understand(p, u);
    keep(p, u, now);
}

static void look(struct purses *p, struct purse *u, struct purse_days days, struct moment now)
{
    struct dec cash = row(p, u, "CashBalance");
    if (!dec_eq(cash, u->seen) || !u->moved.ns) {
        u->seen = cash;
        u->moved = now.wall;
        u->quiet_since = now.mono;
    }
    struct dec rest = dec_minus(cash, dec_plus(u->cash, u->pending));
    bool is_explained = !dec_gt(dec_abs(rest), ROUNDING);
    bool is_same = dec_is_zero(u->pending) && !u->has_gap && dec_eq(u->cash, cash);
    if (is_same) { /* what has accrued just before a payment is what tells it apart */
        u->dividends = row(p, u, "NetDividend");
        u->interest = row(p, u, "AccruedCash");
    }
    if (is_same || instant_ms_since(u->quiet_since, now.mono) < PURSE_QUIET_MS)
        return;
    if (!is_explained) {
        record(p, u, rest, days, now);
        return;
    }
    understand(p, u);
    keep(p, u, now);
}

/* All currencies of an account that was not known before begin as they are. */
static void begin(struct purses *p, const char *account, struct moment now)
{
    const struct account_value *v;
    for (size_t i = 0; book_next_cash(p->book, &i, str_of(account), &v);) {
        struct purse *u = purse_of(p, account, v->currency);
        if (!u)
            return;
        u->seen = row(p, u, "CashBalance");
        u->quiet_since = now.mono;
        understand(p, u);
        keep(p, u, now);
    }
}

/* Currencies in which the account had nothing so far. */
static void find_new(struct purses *p, const char *account)
{
    const struct account_value *v;
    for (size_t i = 0; book_next_cash(p->book, &i, str_of(account), &v);)
        (void)purse_of(p, account, v->currency);
}

void purses_step(struct purses *p, struct str account, struct purse_days days, struct moment now)
{
    char name[16];
    str_copy_cut(name, sizeof name, account);
    if (is_begun(p, name))
        find_new(p, name);
    else
        begin(p, name, now);
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(STR_NAME(p->items[i].account), account))
            look(p, &p->items[i], days, now);
}
