/* SPDX-License-Identifier: MIT */
/* decide_state: the controls of whether anything may be done at all. */
#include "guard/checks.h"

#include "guard/trading.h"

#include <string.h>

enum { ARM_WARN_MS = 5 * 60 * 1000 };

/* ---- state ---- */

bool deny_killed(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                 const struct gate_request *r)
{
    (void)t, (void)r;
    if (f->kill_scope[0])
        return says(out, "the kill switch of %s is on: only cancels pass there", f->kill_scope);
    return f->is_killed && says(out, "the kill switch is on: only cancels pass");
}

enum gate_mode mode_in_force(const struct guard_limits *l, bool is_embedded,
                             enum account_mode account_mode, const char **code)
{
    *code = NULL;
    if (account_mode == MODE_PAPER) {
        if (l->mode == GUARD_PAPER || (l->mode == GUARD_AUTO && is_embedded))
            return GATE_MODE_PAPER;
        *code = "MODE_READ_ONLY";
        return GATE_MODE_READ_ONLY;
    }
    if (account_mode == MODE_LIVE && l->mode == GUARD_LIVE) {
        *code = "LIVE_NOT_ARMED";
        return GATE_MODE_LIVE;
    }
    *code = l->mode == GUARD_PAPER ? "ACCOUNT_NOT_ALLOWED" : "MODE_READ_ONLY";
    return GATE_MODE_READ_ONLY;
}

static bool mode_says(const struct gate_facts *f, const char *code)
{
    const char *found;
    (void)mode_in_force(f->limits, f->is_embedded, f->account_mode, &found);
    return found && strcmp(found, code) == 0;
}

bool deny_read_only(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                    const struct gate_request *r)
{
    (void)t, (void)r;
    return mode_says(f, "MODE_READ_ONLY") &&
           says(out, "trading is off for this account: the mode is read_only");
}

bool deny_live(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
               const struct gate_request *r)
{
    (void)t, (void)r;
    return mode_says(f, "LIVE_NOT_ARMED") && f->armed_ms <= 0 &&
           says(out, "live trading is not armed");
}

bool deny_account(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                  const struct gate_request *r)
{
    (void)r;
    const char *account = t->orders[0].account;
    if (!account[0])
        return says(out, "the order names no account");
    if (!f->is_account_known)
        return says(out, "the broker does not manage the account that the order names");
    if (mode_says(f, "ACCOUNT_NOT_ALLOWED"))
        return says(out, "the account is live and the mode is paper");
    struct str list = str_trim(f->limits->accounts);
    if (list.n ? !guard_list_has(list, str_of(account)) : f->account_mode != MODE_PAPER)
        return says(out, "the account is not among those that may trade");
    return false;
}

/* What is narrower for one token than for all. Reducing orders are exempt from its amounts only. */
bool deny_principal(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                    const struct gate_request *r)
{
    const struct token *k = f->token;
    if (!f->is_token)
        return false;
    if (!k)
        return says(out, "the token has been revoked or has expired");
    if (!(k->scopes & SCOPE_TRADE))
        return says(out, "the token %s may not trade", k->name);
    if (k->account[0] && strcmp(k->account, t->orders[0].account) != 0)
        return says(out, "the token %s is for another account", k->name);
    if (t->is_reducing)
        return false;
    if (k->max_order_value.has && !t->value_base.has)
        return says(out, "the order cannot be valued, and the token %s has a limit", k->name);
    if (k->max_order_value.has && exceeds(out, "max_order_value of the token", f->base_currency,
                                          DEC_NONE, t->value_base.v, k->max_order_value.v))
        return says_value(out, f, t->value_base.v, k->max_order_value.v, "order value",
                          "max_order_value of the token");
    if (!k->max_orders_per_day.has || r->kind != GATE_PLACE)
        return false;
    struct dec after = dec_of(f->token_orders_today + 1), limit = dec_of(k->max_orders_per_day.v);
    return exceeds(out, "max_orders_per_day of the token", "orders",
                   DEC_SOME(dec_of(f->token_orders_today)), after, limit) &&
           says_count(out, after, limit, "orders of the token today",
                      "max_orders_per_day of the token");
}

bool deny_ready(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                const struct gate_request *r)
{
    (void)t, (void)r;
    return !f->is_link_ready &&
           says(out, "the broker connection is not ready, or not all is known about the account");
}

bool deny_restart(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                  const struct gate_request *r)
{
    (void)t, (void)r;
    return f->is_restart_near &&
           says(out, "TWS is about to restart, and what is sent now may not be answered");
}

bool deny_journal(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                  const struct gate_request *r)
{
    (void)t, (void)r;
    return f->is_journal_failed &&
           says(out, "the journal cannot be written, and what is not journaled is not sent");
}

bool deny_stalled(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                  const struct gate_request *r)
{
    (void)t, (void)r;
    return f->is_journal_stalled &&
           says(out, "the disk does not answer, and what is not journaled is not sent");
}

/* ---- the trading state ---- */

bool deny_halted(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                 const struct gate_request *r)
{
    (void)t, (void)r;
    if (!f->is_reconciled && f->is_link_ready)
        return says(out, "NOT_RECONCILED: %.170s", f->reconcile_why);
    return f->trading == GATE_HALTED && f->trading_cause != GATE_CAUSE_BREAKER &&
           says(out, "trading is halted: %.160s", f->trading_why);
}

bool deny_breaker(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                  const struct gate_request *r)
{
    (void)t, (void)r;
    return f->trading == GATE_HALTED && f->trading_cause == GATE_CAUSE_BREAKER &&
           says(out, "the circuit breaker halted trading: %.150s", f->trading_why);
}

bool deny_increase(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
{
    (void)t, (void)r;
    return f->trading == GATE_REDUCING &&
           says(out, "only orders that reduce a position may pass: %.130s", f->trading_why);
}

/* A limit that is set and cannot be judged refuses, unless the link is down, which is said already.
 */
static bool lost_too_much(const struct gate_facts *f, struct verdict *out, struct opt_dec from,
                          struct opt_dec loss, struct dec limit, const char *what,
                          const char *setting)
{
    if (dec_sign(limit) <= 0 || !f->is_link_ready)
        return false;
    struct opt_dec pct = from.has && loss.has ? loss_pct(from.v, loss.v) : DEC_NONE;
    if (!pct.has)
        return says(out, "%s is not known, and %s is set", what, setting);
    return exceeds(out, setting, "%", pct, pct.v, limit) &&
           says_limit(out, pct.v, limit, what, setting);
}

bool deny_loss(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
               const struct gate_request *r)
{
    (void)t, (void)r;
    return lost_too_much(f, out, f->day_start, f->day_loss, f->limits->max_daily_loss_pct,
                         "the day's loss in %", "max_daily_loss_pct");
}

bool deny_drawdown(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
{
    (void)t, (void)r;
    struct opt_dec fall = DEC_NONE;
    if (f->day_peak.has && f->net_liquidation.has)
        fall = DEC_SOME(dec_minus(f->day_peak.v, f->net_liquidation.v));
    return lost_too_much(f, out, f->day_peak, fall, f->limits->max_drawdown_pct,
                         "the fall from the day's peak in %", "max_drawdown_pct");
}

bool warn_arm(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
              const struct gate_request *r)
{
    (void)t, (void)r;
    return f->armed_ms > 0 && f->armed_ms <= ARM_WARN_MS &&
           says(out, "live trading is armed for %lld more seconds",
                (long long)(f->armed_ms / 1000));
}
