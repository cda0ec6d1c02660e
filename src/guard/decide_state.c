/* SPDX-License-Identifier: MIT */
/* decide_state: the controls of whether anything may be done at all. */
#include "guard/checks.h"

#include <string.h>

/* ---- state ---- */

bool deny_killed(const struct gate_facts *f, const struct gate_ticket *t, struct gate_finding *out,
                 const struct gate_request *r)
{
    (void)t, (void)r;
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

bool deny_read_only(const struct gate_facts *f, const struct gate_ticket *t,
                    struct gate_finding *out, const struct gate_request *r)
{
    (void)t, (void)r;
    return mode_says(f, "MODE_READ_ONLY") &&
           says(out, "trading is off for this account: the mode is read_only");
}

bool deny_live(const struct gate_facts *f, const struct gate_ticket *t, struct gate_finding *out,
               const struct gate_request *r)
{
    (void)t, (void)r;
    return mode_says(f, "LIVE_NOT_ARMED") && says(out, "live trading is not armed");
}

bool deny_account(const struct gate_facts *f, const struct gate_ticket *t, struct gate_finding *out,
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

bool deny_ready(const struct gate_facts *f, const struct gate_ticket *t, struct gate_finding *out,
                const struct gate_request *r)
{
    (void)t, (void)r;
    return !f->is_link_ready &&
           says(out, "the broker connection is not ready, or not all is known about the account");
}

bool deny_journal(const struct gate_facts *f, const struct gate_ticket *t, struct gate_finding *out,
                  const struct gate_request *r)
{
    (void)t, (void)r;
    return f->is_journal_failed &&
           says(out, "the journal cannot be written, and what is not journaled is not sent");
}
