/* SPDX-License-Identifier: MIT */
/*
 * unsent: orders and changes that have passed, and of which not one byte has left.
 *
 * They wait for the disk, then for the pacing of the session. Whatever would refuse them now keeps
 * them here: those that wait for the disk are looked at once more before they go to the session,
 * those that wait there are taken off the line as soon as a kill switch, a halt or the end of a
 * token wants it. What has left is not called back by this.
 */
#include "broker/trade.h"
#include "guard/record.h"
#include "guard/state.h"

#include <stdio.h>
#include <string.h>

bool principal_stands(const struct gate *g, struct str principal, struct moment now)
{
    return !token_is_principal(principal) ||
           (g->config.tokens && tokens_of(g->config.tokens, principal, now.wall));
}

bool unsent_refused(const char *code, struct error *e)
{
    static const struct {
        const char *code, *why;
    } whys[] = {{"KILLED", "a kill switch is on"},
                {"HALTED", "trading is halted"},
                {"BREAKER", "trading is halted after too many failed orders"},
                {"PRINCIPAL_LIMIT", "the token has been revoked or has expired"}};
    const struct gate_control *c = control_find(code);
    const char *why = code;
    for (size_t i = 0; i < sizeof whys / sizeof whys[0]; i++)
        if (strcmp(whys[i].code, code) == 0)
            why = whys[i].why;
    error_set(e, c->class, code, "nothing was sent: the order was held back at the last moment: %s",
              why);
    return error_next(e, "%s", c->next);
}

/* ---- what waits for the pacing ---- */

/*
 * The deny code that keeps what waits under that order id from leaving, or NULL. A change is asked
 * for by one, and of an order of perhaps another. The kill switch's own closing orders go.
 */
static const char *held_by(const struct gate *g, const struct intent *it, bool is_change,
                           struct moment now)
{
    struct str owner = STR_NAME(it->principal);
    struct str asks = is_change ? STR_NAME(it->changed_by) : owner;
    if (str_eq(owner, STR(GATE_CLOSER)))
        return NULL;
    if (kill_blocks(g, &it->order, owner) || kill_blocks(g, &it->order, asks))
        return "KILLED";
    if (g->trading.state == GATE_HALTED)
        return trading_refuses(g, STR_NAME(it->order.account), true, now);
    return principal_stands(g, asks, now) ? NULL : "PRINCIPAL_LIMIT";
}

/* The broker holds the entry of a bracket until its last leg comes, which will not: take it back.
 */
static void take_back_entry(struct gate *g, int64_t seq, struct moment now)
{
    struct intent *it;
    struct error e;
    for (size_t i = 0; ledger_next(g->ledger, &i, &it);)
        if (it->seq == seq && it->leg == 0)
            (void)!trade_cancel(g->session, it->order.order_id, now, &e);
}

static void tell_waiting(struct gate *g, int32_t order_id, bool is_change, const char *code)
{
    for (struct watch *w = g->watches; w; w = w->next)
        if (w->order_id == order_id && w->is_modify == is_change) {
            w->withdrawn = code;
            task_wake(w->task);
        }
}

static void end_unsent(struct gate *g, struct intent *it, bool is_change, const char *code,
                       struct moment now)
{
    struct str asks = STR_NAME(is_change ? it->changed_by : it->principal);
    struct error why;
    struct buf b;
    (void)unsent_refused(code, &why);
    if (!is_change) {
        intent_become(it, INTENT_NOT_SENT);
        ledger_release(g->ledger, it->day, 1, it->value_base);
    }
    buf_init(&b, JOURNAL_BODY_MAX);
    record_word(&b, &it->order, 1, is_change ? "not_changed" : "not_sent", why.text);
    note(g, JOURNAL_OUTCOME, asks, buf_str(&b), now);
    buf_fini(&b);
    log_warn(&g->config.log, "withdrawn unsent: order=%d reason=%s", it->order.order_id, code);
    tell_waiting(g, it->order.order_id, is_change, code);
}

/* What waits under its order id is a change: the broker has had the order itself. */
static bool is_at_broker(const struct intent *it)
{
    return (it->state != INTENT_SENT && it->state != INTENT_UNKNOWN) || it->perm_count > 0 ||
           it->is_ref_lost;
}

size_t gate_withdraw_unsent(struct gate *g, struct moment now)
{
    struct intent *it;
    size_t count = 0;
    int64_t seq = 0; /* of the bracket whose legs are being withdrawn */
    for (size_t i = 0; ledger_next(g->ledger, &i, &it);) {
        bool is_change = is_at_broker(it);
        const char *code = held_by(g, it, is_change, now);
        if (!code || trade_drop_waiting(g->session, it->order.order_id) == 0)
            continue;
        if (!is_change && it->leg > 0 && it->seq != seq)
            take_back_entry(g, it->seq, now);
        count += is_change || it->seq != seq;
        seq = is_change ? seq : it->seq;
        end_unsent(g, it, is_change, code, now);
    }
    return count;
}
