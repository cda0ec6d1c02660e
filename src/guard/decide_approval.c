/* SPDX-License-Identifier: MIT */
/* decide_approval: who has to agree to an order before it is sent. */
#include "guard/checks.h"

enum gate_approval approval_of(const struct gate_facts *f, const struct gate_ticket *t,
                               const char **setting)
{
    const struct guard_limits *l = f->limits;
    bool is_paper = f->account_mode == MODE_PAPER;
    unsigned by_mode = is_paper ? l->approval_paper : l->approval_live;
    bool by_size = !t->is_reducing && l->approval_above > by_mode && is_large(f, t);
    if (setting)
        *setting = by_size ? "approval_above" : is_paper ? "approval_paper" : "approval_live";
    return (enum gate_approval)(by_size ? l->approval_above : by_mode);
}

bool deny_approval(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
{
    (void)r;
    const char *setting;
    return approval_of(f, t, &setting) == GATE_APPROVAL_DENY &&
           says(out, "such orders are refused: limits.%s is deny", setting);
}

bool warn_approval(const struct gate_facts *f, const struct gate_ticket *t, struct verdict *out,
                   const struct gate_request *r)
{
    (void)r;
    const char *setting;
    enum gate_approval needs = approval_of(f, t, &setting);
    return needs != GATE_APPROVAL_NONE && needs != GATE_APPROVAL_DENY &&
           t->mode != GATE_MODE_READ_ONLY &&
           says(out, "a person has to approve it before it is sent (limits.%s)", setting);
}
