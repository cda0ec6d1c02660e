/* SPDX-License-Identifier: MIT */
#include "acts.h"

#include <stdio.h>
#include <string.h>

/* ---- previews ---- */

static bool add_form(struct life *l, struct demand *d, const uint32_t *n)
{
    const struct listing *k = &listings[n[1] % LISTINGS];
    const struct seen_order *o = watcher_working(l->v, n[1], false);
    bool is_buy = n[2] % 4 != 0;
    switch (n[4] % 7) {
    case 0: /* what is held at the beginning */
        k = &listings[n[1] % 2];
        demand_add(d, "order_type", ARG_TEXT, "STP");
        demand_add(d, "symbol", ARG_TEXT, "%s", k->symbol);
        demand_add(d, "quantity", ARG_NUMBER, "%u", 1 + n[2] % 5);
        acts_price(l, d, "stop_price", k->con_id, 900 + n[3] % 90);
        return true;
    case 1:
        demand_add(d, "order_type", ARG_TEXT, "BRACKET");
        demand_add(d, "symbol", ARG_TEXT, "%s", k->symbol);
        demand_add(d, "action", ARG_TEXT, "BUY");
        demand_add(d, "quantity", ARG_NUMBER, "%u", 1 + n[2] % 9);
        acts_price(l, d, "price", k->con_id, 985 + n[3] % 18);
        acts_price(l, d, "stop_price", k->con_id, 930 + n[3] % 30);
        acts_price(l, d, "target_price", k->con_id, 1050);
        return true;
    case 2: /* a change */
        if (!o)
            return false;
        demand_add(d, "order_id", ARG_NUMBER, "%d", o->order_id);
        demand_add(d, "quantity", ARG_NUMBER, "%u", 1 + n[2] % 12);
        return true;
    case 3:
        demand_add(d, "order_type", ARG_TEXT, "MKT");
        demand_add(d, "symbol", ARG_TEXT, "%s", k->symbol);
        demand_add(d, "action", ARG_TEXT, is_buy ? "BUY" : "SELL");
        demand_add(d, "quantity", ARG_NUMBER, "%u", 1 + n[2] % 9);
        return true;
    default:
        demand_add(d, "order_type", ARG_TEXT, "LMT");
        demand_add(d, "symbol", ARG_TEXT, "%s", k->symbol);
        demand_add(d, "action", ARG_TEXT, is_buy ? "BUY" : "SELL");
        demand_add(d, "quantity", ARG_NUMBER, "%u", 1 + n[2] / 4 % 12);
        acts_price(l, d, "price", k->con_id, is_buy ? 965 + n[3] % 40 : 1035 - n[3] % 40);
        return true;
    }
}

static void submit(struct life *l, const struct ticket_seen *t, uint32_t patience)
{
    struct demand d = {.verb = VERB_SUBMIT, .who = t->who, .request = t->request, .key = t->key};
    demand_add(&d, "preview_id", ARG_TEXT, "%s", t->id);
    acts_ask(l, &d, patience);
}

/* What others were shown, or nobody. */
static void submit_foreign(struct life *l, const struct ticket_seen *t, const uint32_t *n)
{
    struct demand d = {.verb = VERB_SUBMIT,
                       .who = (enum who)(n[0] % WHO_PERSON),
                       .request = t->request,
                       .is_foreign = true};
    char mine[PEOPLE_PRINCIPAL_MAX], theirs[PEOPLE_PRINCIPAL_MAX];
    people_principal(&l->people, d.who, mine);
    people_principal(&l->people, t->who, theirs);
    if (n[2] / 8 % 4 == 0)
        demand_add(&d, "preview_id", ARG_TEXT, "%08x%08x%08x%08x", n[0], n[1], n[2], n[3]);
    else if (strcmp(mine, theirs) != 0)
        demand_add(&d, "preview_id", ARG_TEXT, "%s", t->id);
    else
        return;
    acts_ask(l, &d, n[3]);
}

void act_preview(struct life *l, const uint32_t *n)
{
    struct demand d;
    size_t before = l->people.ticket_count;
    if (!acts_start(l, &d, VERB_PREVIEW, n))
        return;
    int key = d.key; /* for the submission: nothing is sent before */
    d.key = 0;
    if (!add_form(l, &d, n))
        return;
    acts_ask(l, &d, n[3] % 2 ? 3 : 4);
    if (l->people.ticket_count == before)
        return;
    struct ticket_seen *t = &l->people.tickets[before % PEOPLE_TICKETS_MAX];
    t->key = t->request == d.request ? key : t->key;
    if (n[2] / 16 % 8 == 1)
        submit_foreign(l, t, n);
    else if (n[2] / 16 % 2 == 0)
        submit(l, t, n[3] / 2);
}

void act_submit(struct life *l, const uint32_t *n)
{
    const struct ticket_seen *t = people_ticket(&l->people, n[1] % 8 < 5 ? 0 : n[1] % 8 - 4, false);
    if (!t) {
        act_preview(l, n);
        return;
    }
    if (n[2] % 8 == 0) {
        submit_foreign(l, t, n);
        return;
    }
    submit(l, t, n[2] % 8 == 1 ? 0 : n[3]);
    if (n[2] % 8 < 3) /* once more, perhaps at once */
        submit(l, t, n[3]);
}

/* ---- a person's word ---- */

static void decide(struct life *l, const struct ticket_seen *t, const uint32_t *n)
{
    bool is_no = n[2] / 16 % 8 == 0;
    struct demand d = {.verb = is_no ? VERB_DECLINE : VERB_APPROVE,
                       .who = n[2] % 8 == 1 ? WHO_SCRIPT : WHO_PERSON,
                       .is_typed_wrong = n[2] % 8 == 0};
    demand_add(&d, "approval", ARG_NUMBER, "%lld", (long long)t->number);
    if (is_no)
        demand_add(&d, "why", ARG_TEXT, "simulated");
    acts_ask(l, &d, n[3]);
}

static void stop_and_go_on(struct life *l)
{
    struct demand kill = {.verb = VERB_KILL, .who = WHO_SCRIPT};
    struct demand release = {.verb = VERB_RELEASE, .who = WHO_PERSON};
    demand_add(&kill, "why", ARG_TEXT, "simulated");
    demand_add(&kill, "symbol", ARG_TEXT, "IBM"); /* one that nobody trades */
    demand_add(&release, "why", ARG_TEXT, "simulated");
    demand_add(&release, "symbol", ARG_TEXT, "IBM");
    acts_ask(l, &kill, 3);
    acts_ask(l, &release, 3);
}

/* What may come between a person's word and the order. */
static void between(struct life *l, const struct ticket_seen *t, const uint32_t *n)
{
    switch (n[4] % 12) {
    case 0:
    case 1:
        act_process(l, n);
        break;
    case 2:
    case 3:
        stop_and_go_on(l);
        break;
    case 4: /* too long, where the settings say so */
        (void)people_pass(&l->people, 42 * 1000);
        break;
    case 5: /* another word */
        decide(l, t, n);
        break;
    default:
        break;
    }
}

void act_approve(struct life *l, const uint32_t *n)
{
    const struct ticket_seen *t = people_ticket(&l->people, n[1] % 8 < 5 ? 0 : n[1] % 8 - 4, true);
    if (!t) {
        act_preview(l, n);
        return;
    }
    struct ticket_seen copy = *t;
    decide(l, &copy, n);
    between(l, &copy, n);
    if (n[4] / 12 % 4)
        submit(l, &copy, n[3] / 8);
}

/* Somebody at the terminal who does not know the PIN; then somebody who does. */
void act_guess(struct life *l, const uint32_t *n)
{
    struct demand d = {.verb = VERB_TOKEN_ADD, .who = WHO_PERSON, .is_typed_wrong = true};
    const struct ticket_seen *t = people_ticket(&l->people, 0, true);
    demand_add(&d, "name", ARG_TEXT, "guess");
    for (uint32_t times = 3 + n[1] % 5; times > 0; times--)
        acts_ask(l, &d, n[2] % 4 ? 3 : n[3]);
    if (t)
        decide(l, t, n);
}

/* ---- rules ---- */

/* A rule that fires, and fires. */
void act_rule(struct life *l, const uint32_t *n)
{
    for (uint32_t times = 1 + n[1] % 4; times > 0; times--) {
        struct demand d = {.verb = VERB_MARKET, .who = n[0] % 2 ? WHO_DIP : WHO_TRIM};
        if (!people_number(&l->people, &d, acts_uses_key(d.who, 0)))
            return;
        demand_add(&d, "symbol", ARG_TEXT, "%s", listings[n[2] % LISTINGS].symbol);
        demand_add(&d, "action", ARG_TEXT, n[4] % 4 ? "BUY" : "SELL");
        demand_add(&d, "quantity", ARG_NUMBER, "%u", 1 + n[4] / 4 % 3);
        demand_add(&d, "allow_duplicate", ARG_TRUE, "true");
        acts_ask(l, &d, n[3]);
    }
}

/* ---- tokens ---- */

void act_token(struct life *l, const uint32_t *n)
{
    static const int values[] = {300, 1000, 3000};
    struct people *p = &l->people;
    struct demand d = {.verb = VERB_TOKEN_REVOKE, .who = n[0] % 2 ? WHO_SCRIPT : WHO_PERSON};
    if (p->sheet[0] && n[1] % 2)
        demand_add(&d, "name", ARG_TEXT, "%s", p->sheet);
    else if (!people_token(p, &d, values[n[2] % 3], (int)(1 + n[4] % 4)))
        return;
    acts_ask(l, &d, n[3]);
}

/* ---- scopes ---- */

void act_scoped_kill(struct life *l, const uint32_t *n)
{
    static const enum who whom[] = {WHO_CLAUDE, WHO_OTHER, WHO_PROGRAM, WHO_SHEET,
                                    WHO_DIP,    WHO_TRIM,  WHO_SCRIPT};
    struct demand d = {.verb = VERB_KILL, .who = (enum who)(n[0] % WHO_COUNT)};
    char principal[PEOPLE_PRINCIPAL_MAX];
    const struct listing *k = &listings[n[2] % LISTINGS];
    demand_add(&d, "why", ARG_TEXT, "simulated");
    struct demand last = {.verb = VERB_MARKET, .who = whom[n[2] % 7]};
    if (n[4] / 6 % 2 && people_number(&l->people, &last, acts_uses_key(last.who, 0))) {
        demand_add(&last, "symbol", ARG_TEXT, "%s", k->symbol);
        demand_add(&last, "action", ARG_TEXT, "BUY");
        demand_add(&last, "quantity", ARG_NUMBER, "%u", 1 + n[3] % 3);
        acts_ask(l, &last, 0); /* still on its way */
    }
    if (n[1] % 2) {
        people_principal(&l->people, whom[n[2] % 7], principal);
        struct str name = STR_NAME(principal);
        struct str assistant = str_sub(name, str_find(name, ' ', 0) + 1, name.n);
        demand_add(&d, "principal", ARG_TEXT, STR_FMT, STR_ARG(assistant.n ? assistant : name));
    } else if (n[1] / 2 % 3 == 0) {
        demand_add(&d, "symbol", ARG_TEXT, "conid:%d", k->con_id);
    } else {
        demand_add(&d, "symbol", ARG_TEXT, "%s", k->symbol);
    }
    if (n[4] % 3 == 0)
        demand_add(&d, "keep_stops", ARG_FALSE, "false");
    else if (n[4] % 6 == 1 && n[1] % 2 == 0)
        demand_add(&d, "flatten", ARG_TRUE, "true");
    acts_ask(l, &d, n[3]);
}
