/* SPDX-License-Identifier: MIT */
/* The accounts in time: events at their moments, recorded and told; and their state on disk. */
#include "paper/paper_private.h"

#include <assert.h>

static void hear(void *self, const struct money_event *e)
{
    struct paper *p = self;
    const struct account *a = &p->accounts->items[e->key.account];
    record_account_event(&p->records, e);
    if (e->change.instrument != NULL)
        account_position_changed(p, a->name, e->change.instrument);
    else
        account_cash_changed(p, a->name);
}

/* Who has been away for longer finds only the last of what he missed. */
static const int64_t catch_up_s = (int64_t)400 * 86400;

void accounts_step(struct paper *p)
{
    if (p->events_done.at_s < paper_now_s(p) - catch_up_s)
        p->events_done = money_key_after(paper_now_s(p) - catch_up_s);
    for (int64_t at_s; (at_s = money_next(p->events_done.at_s)) * NS_PER_S <= p->now_ns;) {
        venue_step(p->venue, at_s * NS_PER_S); /* what was traded before, was held before */
        orders_publish(p);
        arena_reset(p->arena);
        size_t before = p->records.n;
        money_moment(p->accounts, p->feed, at_s, &p->events_done, hear, p);
        bool is_midnight = money_is_midnight(at_s);
        for (size_t i = 0; i < p->accounts->count && is_midnight; i++)
            ledger_roll(&p->accounts->items[i].ledger);
        if (is_midnight || p->records.n != before)
            record_moment(&p->records, at_s, is_midnight);
    }
}

int64_t accounts_next(const struct paper *p)
{
    return money_next(p->events_done.at_s) * NS_PER_S;
}

/* ---- at a client's request ---- */
enum { ACTION_EXERCISE = 1, ACTION_LAPSE = 2 };

void serve_exercise_options(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_exercise_options *req = message;
    int code;
    char text[200];
    struct error e = {0};
    struct account *a = req->account.n == 0 && p->accounts->count == 1
                            ? &p->accounts->items[0]
                            : accounts_find(p->accounts, req->account);
    const struct instrument *i = check_contract(p->universe, &req->contract, &code, text);
    if (i == NULL)
        peer_error(p, peer, req->order_id, code, "%s", text);
    else if (a == NULL)
        peer_error(p, peer, req->order_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bX' : cause - Invalid account code was entered");
    else if (req->action != ACTION_EXERCISE)
        /* what is out of the money lapses by itself, and nothing else may */
        peer_error(p, peer, req->order_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bX' : cause - %s",
                   req->action == ACTION_LAPSE ? "The paper exchange does not simulate a lapse"
                                               : "Invalid action was entered");
    else if (!money_exercise(p->accounts, p->feed, a, i, dec_of(req->quantity), req->override,
                             paper_now_s(p), hear, p, &e))
        peer_error(p, peer, req->order_id, CODE_PROCESSING,
                   "Error processing request.-'bX' : cause - %s", e.text);
}

/* ---- state ---- */
static void done_up_to(struct paper *p, struct money_key key)
{
    if (key.kind < MONEY_EXERCISE_DELIVERY || key.kind == MONEY_KIND_COUNT)
        p->events_done = key;
}

void accounts_saw(struct paper *p, int64_t at_s)
{
    if (at_s > p->events_done.at_s)
        p->events_done = money_key_after(at_s);
}

int64_t accounts_moment(const struct paper *p)
{
    return money_next(p->events_done.at_s) - MONEY_EVERY_S;
}

bool accounts_restore(struct paper *p, const struct record_line *l)
{
    struct ledger *own = accounts_ledger(p->accounts, l->accounts);
    switch (l->type) {
    case 'C':
        return own != NULL && ledger_set_cash(own, &l->cash);
    case 'P':
        return own != NULL && ledger_set_holding(own, &l->holding);
    case 'A':
        return own != NULL && ledger_set_accrual(own, &l->accrual);
    case 'K':
        done_up_to(p, l->event.key);
        return money_apply(p->accounts, &l->event);
    case 'T':
        done_up_to(p, money_key_after(l->at_s));
        for (size_t i = 0; i < p->accounts->count && l->is_midnight; i++)
            ledger_roll(&p->accounts->items[i].ledger);
        return true;
    default:
        return false;
    }
}

void accounts_snapshot(const struct paper *p, struct buf *out)
{
    for (size_t i = 0; i < p->accounts->count; i++) {
        const struct account *a = &p->accounts->items[i];
        const struct ledger *l = &a->ledger;
        for (size_t k = 0; k < l->cash_count; k++)
            record_cash(out, a->name, &l->cash[k]);
        for (size_t k = 0; k < l->holding_count; k++)
            record_holding(out, a->name, &l->holdings[k]);
        for (size_t k = 0; k < l->accrual_count; k++)
            record_accrual(out, a->name, &l->accruals[k]);
    }
}
