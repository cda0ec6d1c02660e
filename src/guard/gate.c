/* SPDX-License-Identifier: MIT */
#include "guard/gate.h"

#include "base/alloc.h"
#include "broker/query.h"
#include "broker/trade.h"
#include "data/bind.h"
#include "guard/reconcile.h"
#include "guard/record.h"
#include "guard/state.h"
#include "store/db.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    KNOWN_EXECUTIONS_DAYS = 7, /* how far back the broker may repeat what it has told */
    FORGET_MS = 8 * 86400 * 1000
};

/* ---- life ---- */

struct gate *gate_new(const struct gate_config *config, struct session *session, struct book *book,
                      struct journal *journal, struct quotes *quotes, struct currencies *currencies)
{
    assert(config->limits && session && book && journal);
    struct gate *g = xcalloc(1, sizeof *g);
    g->config = *config;
    g->limits = *config->limits;
    g->session = session;
    g->book = book;
    g->journal = journal;
    g->quotes = quotes;
    g->currencies = currencies;
    g->sectors = sectors_new(session);
    g->ledger = ledger_new();
    if (config->zones.find)
        g->day_zone = config->zones.find(config->zones.self, g->limits.day_zone);
    if (!g->day_zone) {
        log_warn(&config->log, "the zone " STR_FMT " is not known: days are those of UTC",
                 STR_ARG(g->limits.day_zone));
        g->day_zone = g->utc = tz_new_utc();
    }
    trading_init(&g->trading);
    kills_init(&g->kills);
    g->exposure = exposure_new();
    g->proposals = proposals_new();
    g->reconcile = reconcile_new();
    rng_init(&g->rng, config->seed, 0x6a7e);
    g->serial = rng_u32(&g->rng);
    struct session_status status;
    session_status(session, &status);
    g->link = status.link;
    return g;
}

void gate_free(struct gate *g)
{
    if (!g)
        return;
    assert(!g->watches); /* tasks end before the gate does */
    ledger_free(g->ledger);
    sectors_free(g->sectors);
    kills_fini(&g->kills);
    xfree(g->exposure);
    tz_free(g->utc);
    xfree(g->proposals);
    reconcile_free(g->reconcile);
    xfree(g);
}

/* ---- the day ---- */

/* An old intent still means something: its order may trade, or a person has to know of it. */
static bool is_needed(const void *self, const struct intent *it)
{
    const struct gate *g = self;
    const struct reconcile *r = g->reconcile;
    struct str ref = STR_NAME(it->order.ref);
    const struct book_order *bo = book_order_ref(g->book, ref);
    if ((bo && !book_order_is_over(bo)) || r->total > r->count)
        return true;
    for (size_t i = 0; i < r->count; i++)
        if (str_eq(STR_NAME(r->breaks[i].ref), ref))
            return true;
    return it->state == INTENT_NOT_PLACED && it->was_seen && !it->is_accepted;
}

static bool has_intent(const void *self, const struct book_order *bo)
{
    const struct gate *g = self;
    return ledger_by_ref(g->ledger, STR_NAME(bo->order.ref)) != NULL;
}

/* All is told and compared, so that an order that is not in the book does not work. */
static bool is_all_known(const struct gate *g)
{
    enum gate_reconcile_state s = g->reconcile->status.state;
    return g->link == LINK_READY && s != GATE_RECONCILE_NEVER && s != GATE_RECONCILE_SETTLING &&
           s != GATE_RECONCILE_NO_ANSWER;
}

/* A day has begun. What is over, and was settled long ago, is in the store. */
static void forget_old(const struct gate *g, struct moment now)
{
    if (!ledger_forget_due(g->ledger) || !is_all_known(g))
        return;
    ledger_forget(g->ledger, is_needed, g);
    book_forget(g->book, FORGET_MS, now.mono, has_intent, g);
    holdings_forget(g->reconcile->holdings, FORGET_MS, now.mono);
}

void gate_turn(const struct gate *g, struct moment now)
{
    struct utc t;
    struct error e;
    if (session_clock(g->session, now, &t)) {
        struct civil c = tz_civil(g->day_zone, t);
        ledger_turn(g->ledger, civil_to_days(c.year, c.month, c.day), journal_last(g->journal) + 1);
        forget_old(g, now);
    }
    struct buf b;
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    if (ledger_unsaved_old(g->ledger, &b)) {
        if (!journal_put(g->journal, STR(LEDGER_OLD_KEY), buf_str(&b), now, &e))
            goto done; /* the days would hide what is not in the list */
        ledger_saved_old(g->ledger);
    }
    buf_reset(&b);
    if (ledger_unsaved_days(g->ledger, &b) &&
        journal_put(g->journal, STR(LEDGER_DAYS_KEY), buf_str(&b), now, &e))
        ledger_saved_days(g->ledger);
done:
    buf_fini(&b);
}

struct utc gate_day_end(const struct gate *g, struct moment now)
{
    int year, month, day;
    if (!ledger_day(g->ledger))
        return now.wall;
    civil_from_days(ledger_day(g->ledger) + 1, &year, &month, &day);
    return tz_utc(g->day_zone, (struct civil){.year = year, .month = month, .day = day}, NULL);
}

/* The limits in force, so that each decision in the journal can be judged by them later. */
static void note_limits(struct gate *g, struct moment now)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    write_json(&guard_limits_type, &g->limits, &w);
    if (json_writer_done(&w))
        note(g, JOURNAL_CONFIG, STR("system"), buf_str(&b), now);
    buf_fini(&b);
}

static void order_id_key(const struct gate *g, char out[JOURNAL_KEY_MAX])
{
    (void)snprintf(out, JOURNAL_KEY_MAX, "order_id.%d", g->config.client_id);
}

bool gate_restore(struct gate *g, struct db *db, struct moment now, struct error *e)
{
    char key[JOURNAL_KEY_MAX], text[JOURNAL_VALUE_MAX];
    int64_t used = 0;
    order_id_key(g, key);
    struct utc since = {now.wall.ns - KNOWN_EXECUTIONS_DAYS * 86400 * (int64_t)NS_PER_S};
    if (!db_known_executions(db, since, g->journal, e) || !kill_restore(g, db, now, e) ||
        !trading_restore(g, db, now, e) || !db_value(db, str_of(key), text, sizeof text, e) ||
        !ledger_restore(g->ledger, db, now, e) || !approvals_restore(g, db, now, e) ||
        !reconcile_restore(g, db, since, e))
        return false;
    if (str_to_i64(str_of(text), &used))
        trade_used_order_id(g->session, used);
    note_limits(g, now);
    log_info(&g->config.log, "restored orders_today=%lld unknown=%zu killed=%d",
             (long long)ledger_orders_today(g->ledger), gate_unknown_count(g),
             kills_any(&g->kills));
    return true;
}

void note(struct gate *g, enum journal_kind kind, struct str principal, struct str body,
          struct moment now)
{
    struct error e;
    if (!journal_append(g->journal, kind, principal, body, now, &e))
        log_error(&g->config.log, "journal %s: %s", journal_kind_text(kind), e.text);
}

/* ---- state ---- */

const char *gate_mode_text(enum gate_mode m)
{
    static const char *const texts[] = {
        [GATE_MODE_READ_ONLY] = "read_only",
        [GATE_MODE_PAPER] = "paper",
        [GATE_MODE_LIVE] = "live",
    };
    return texts[m];
}

const char *gate_approval_text(enum gate_approval a)
{
    assert(a < GATE_APPROVAL_COUNT);
    return guard_approvals[a];
}

enum gate_mode gate_mode(const struct gate *g, struct str account)
{
    const char *code;
    return mode_in_force(&g->limits, g->config.is_embedded, account_mode_of(account), &code);
}

const struct guard_limits *gate_limits(const struct gate *g)
{
    return &g->limits;
}

size_t gate_unknown_count(const struct gate *g)
{
    return ledger_count_of(g->ledger, INTENT_UNKNOWN);
}

/* ---- preview ---- */

bool request_fault(const struct gate_request *r, struct error *e)
{
    if (r->count < 1 || r->count > GATE_LEGS_MAX || (r->kind == GATE_MODIFY && r->count != 1)) {
        error_set(e, ERROR_INVALID, "ORDER_INVALID",
                  "a request has one order, or a bracket of up "
                  "to %d",
                  GATE_LEGS_MAX);
        return true;
    }
    if (r->idempotency_key.n > 64) {
        error_set(e, ERROR_INVALID, "ORDER_INVALID", "the idempotency key has %zu bytes; 64 fit",
                  r->idempotency_key.n);
        return true;
    }
    assert(r->principal.n > 0);
    return false;
}

/*
 * Asks the broker what the first leg would need; its children would be refused without it. May
 * suspend. False only if the task is over; a missing answer leaves its reason.
 */
static bool ask_margin(struct task *t, struct gate *g, const struct order *first,
                       struct market_view *m, struct error *e)
{
    struct order o = *first;
    struct error why;
    o.transmit = true;
    o.order_id = o.parent_id = 0;
    m->is_margin_asked = true;
    if (query_what_if(t, g->session, &o, &m->margin, &why)) {
        m->has_margin = true;
        return true;
    }
    if (why.code == ERROR_TIMEOUT && strcmp(why.reason, "BROKER_TIMEOUT") != 0) {
        *e = why;
        return false;
    }
    str_copy_cut(m->margin_why, sizeof m->margin_why, STR_NAME(why.text));
    return true;
}

/* Orders that only reduce a position need none; a currency pair is paid from cash. */
static bool checks_margin(const struct gate *g, const struct gate_request *r,
                          const struct gate_ticket *ticket)
{
    return guard_asks_margin(&g->limits, g->config.is_embedded) && r->kind == GATE_PLACE &&
           ticket->is_allowed && !ticket->is_reducing && r->orders[0].contract.sec_type != SEC_CASH;
}

bool modify_target(struct gate *g, const struct gate_request *r, struct error *e)
{
    const struct order *o = &r->orders[0];
    const struct book_order *bo = book_order(g->book, g->config.client_id, o->order_id);
    /* each client counts its own order ids: the same number may be another order */
    if (bo && o->perm_id && bo->order.perm_id && o->perm_id != bo->order.perm_id)
        bo = NULL;
    if (bo && bo->order.client_id == g->config.client_id && bo->order.order_id > 0) {
        if (order_state_is_working(bo->status.state) && bo->status.state != STATE_UNKNOWN &&
            bo->status.state != STATE_PENDING_CANCEL)
            return true;
        error_set(e, ERROR_CONFLICT, "NOT_WORKING", "order %d cannot be changed: it is %s",
                  o->order_id, order_state_text(bo->status.state));
        return false;
    }
    if (o->perm_id && book_order_perm(g->book, o->perm_id)) {
        error_set(e, ERROR_DENIED, "NOT_OURS",
                  "the order belongs to another client of the account");
        return error_next(e, "change it in TWS or with the program that placed it");
    }
    return error_set(e, ERROR_NOT_FOUND, "UNKNOWN_ORDER", "there is no order %d of this client",
                     o->order_id);
}

bool gate_judge(struct task *t, struct gate *g, const struct gate_request *r,
                struct gate_facts *facts, struct gate_ticket *ticket, struct error *e)
{
    struct market_view market;
    if (!market_fetch(t, g, r, &market, e))
        return false;
    if (r->kind == GATE_MODIFY && !modify_target(g, r, e))
        return false;
    facts_gather(g, r, &market, task_now(t), facts);
    decide(facts, r, ticket);
    bool wants = checks_margin(g, r, ticket) ||
                 (r->want_margin && ticket->is_allowed && r->kind == GATE_PLACE);
    if (wants) { /* things may have changed meanwhile: all is judged again */
        if (!ask_margin(t, g, &ticket->orders[0], &market, e))
            return false;
        facts_gather(g, r, &market, task_now(t), facts);
        decide(facts, r, ticket);
    }
    return true;
}

bool gate_preview(struct task *t, struct gate *g, const struct gate_request *r,
                  struct gate_ticket *ticket, struct error *e)
{
    struct gate_facts facts;
    *ticket = (struct gate_ticket){0};
    if (request_fault(r, e) || (r->kind == GATE_MODIFY && !modify_target(g, r, e)) ||
        !gate_judge(t, g, r, &facts, ticket, e))
        return false;
    if (ticket->is_allowed)
        (void)proposal_keep(g, r, ticket, task_now(t));
    return true;
}
