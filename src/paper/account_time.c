/* SPDX-License-Identifier: MIT */
/* The accounts in time: events at their moments, recorded and told; and their state on disk. */
#include "paper/paper_private.h"

#include <assert.h>

/* Who asked for an exercise, and under which numbers it is told; zeros are given new ones. */
struct asked {
    int32_t client_id, order_id;
    int64_t perm_id, seq;
};

/* What clients are told of an exercise: a trade at its price without a commission. */
static const struct fill *add_exercise(struct paper *p, const struct money_event *e,
                                       const struct asked *who, bool tells)
{
    const struct ledger_change *c = &e->change;
    struct ticket t = {.instrument = c->instrument,
                       .rule = rule_find(STR("MKT")),
                       .end = END_FILLED,
                       .exercise = (int32_t)e->exercise,
                       .expire_ns = VENUE_NEVER};
    struct fill f = {.part = FILL_EXERCISE, .instrument = c->instrument, .price = e->price};
    f.seq = who->seq;
    f.at_ns = t.accepted_ns = t.ended_ns = e->key.at_s * NS_PER_S;
    f.side = dec_sign(c->quantity) > 0 ? SIDE_BUY : SIDE_SELL;
    f.quantity = f.cum_quantity = dec_abs(c->quantity);
    f.average_price = e->price;
    f.realized = c->realized;
    f.closes = !dec_is_zero(c->realized);
    str_copy_cut(f.commission_currency, sizeof f.commission_currency, STR_NAME(c->currency));
    str_copy_cut(f.exchange, sizeof f.exchange, STR_NAME(c->instrument->contract.exchange));
    t.order = (struct order){.contract = c->instrument->contract,
                             .client_id = who->client_id,
                             .order_id = who->order_id,
                             .perm_id = who->perm_id,
                             .side = f.side,
                             .type = t.rule->type,
                             .tif = TIF_DAY,
                             .quantity = f.quantity,
                             .transmit = true};
    str_copy_cut(t.order.type_text, sizeof t.order.type_text, str_of(t.rule->name));
    str_copy_cut(t.order.account, sizeof t.order.account,
                 STR_NAME(p->accounts->items[e->key.account].name));
    t.status.state = STATE_FILLED;
    t.status.filled = f.quantity;
    t.status.avg_fill_price = t.status.last_fill_price = DEC_SOME(e->price);
    return venue_add_exercise(p->venue, &t, &f, tells);
}

struct hearing {
    struct paper *paper;
    struct asked who;
};

static void hear(void *self, const struct money_event *e)
{
    const struct hearing *h = self;
    struct paper *p = h->paper;
    const struct account *a = &p->accounts->items[e->key.account];
    const struct fill *told =
        e->exercise != EXERCISE_NONE ? add_exercise(p, e, &h->who, true) : NULL;
    record_account_event(&p->records, e, told);
    if (e->change.instrument != NULL)
        account_position_changed(p, a->name, e->change.instrument);
    else
        account_cash_changed(p, a->name);
}

/* Orders in shares that are split end: their sizes and prices mean something else from now on. */
struct splitting {
    struct feed *feed;
    int64_t at_s;
};

static bool is_split(void *self, const struct instrument *i)
{
    const struct splitting *s = self;
    return money_splits(s->feed, i, s->at_s);
}

/* Who has been away for longer finds only the last of what he missed. */
static const int64_t catch_up_s = (int64_t)400 * 86400;

void accounts_step(struct paper *p)
{
    if (p->events_done.at_s < paper_now_s(p) - catch_up_s)
        p->events_done = money_key_after(paper_now_s(p) - catch_up_s);
    struct hearing hearing = {.paper = p};
    for (int64_t at_s; (at_s = money_next(p->events_done.at_s)) * NS_PER_S <= p->now_ns;) {
        struct splitting splitting = {p->feed, at_s};
        venue_step(p->venue, at_s * NS_PER_S - 1); /* what was traded before, was held before */
        venue_end_of(p->venue, is_split, &splitting, "the shares are split", at_s * NS_PER_S);
        orders_publish(p);
        arena_reset(p->arena);
        size_t before = p->records.n;
        money_moment(p->accounts, p->feed, at_s, &p->events_done, hear, &hearing);
        orders_publish(p);
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
    struct hearing hearing = {p, {.client_id = peer->client_id, .order_id = req->order_id}};
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
                             paper_now_s(p), hear, &hearing, &e))
        peer_error(p, peer, req->order_id, CODE_PROCESSING,
                   "Error processing request.-'bX' : cause - %s", e.text);
}

/* ---- by its owner ---- */
bool account_pay(struct paper *p, const struct account *a, struct str currency, struct dec amount)
{
    struct account *own = accounts_find(p->accounts, STR_NAME(a->name));
    struct money_event e = {.key = {.at_s = paper_now_s(p),
                                    .account = (int32_t)(own - p->accounts->items),
                                    .kind = MONEY_PAID_IN},
                            .change = {.cash = amount}};
    struct hearing hearing = {.paper = p};
    if (currency.n != 3 || !str_copy(e.change.currency, sizeof e.change.currency, currency) ||
        !ledger_apply(&own->ledger, &e.change))
        return false;
    hear(&hearing, &e);
    return true;
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

static bool restore_exercise(struct paper *p, const struct record_line *l)
{
    const struct asked who = {(int32_t)l->client_id, (int32_t)l->next_id, l->next_perm,
                              l->next_seq};
    return l->next_seq == 0 || (l->event.exercise != EXERCISE_NONE && l->event.change.instrument &&
                                l->next_perm > 0 && add_exercise(p, &l->event, &who, false));
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
        return money_apply(p->accounts, &l->event) && restore_exercise(p, l);
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
