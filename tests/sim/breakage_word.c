/* SPDX-License-Identifier: MIT */
/* Breakages of I14 to I16. Where the product cannot be made to do it, the watcher is told something
 * else than what was so: an order that is in order is then the broken one. */
#include "breakage.h"

#include <stdlib.h>

/* ---- how it is done ---- */

static void set(struct life *l, const char *key, const char *value)
{
    struct error e = {0};
    if (!settings_set(&l->w->settings, str_of(key), str_of(value), STR("--set"), &e))
        abort();
}

/* The gate goes on by what it read at its start. */
static void set_anew(struct life *l, const char *key, const char *value)
{
    struct error e = {0};
    set(l, key, value);
    world_kill_app(l->w, false);
    people_lose(&l->people);
    l->v->sent_count = 0; /* the broker counts the messages of a connection */
    if (!world_start_app(l->w, &e))
        abort();
    (void)people_pass(&l->people, 10000);
}

static void ask(struct life *l, const struct demand *d)
{
    if (!people_ask(&l->people, d))
        abort();
    (void)people_pass(&l->people, 3000);
}

/* A limit order to buy, by that one; `request` 0: under a new number. */
static int buy(struct life *l, enum who who, enum verb verb, int request, int quantity)
{
    struct demand d = {.verb = verb, .who = who, .request = request};
    if (!request && !people_number(&l->people, &d, false))
        abort();
    demand_add(&d, "symbol", ARG_TEXT, "KO");
    demand_add(&d, "action", ARG_TEXT, "BUY");
    demand_add(&d, "quantity", ARG_NUMBER, "%d", quantity);
    if (verb == VERB_PREVIEW)
        demand_add(&d, "order_type", ARG_TEXT, "LMT");
    demand_add(&d, "price", ARG_NUMBER, "62");
    demand_add(&d, "allow_duplicate", ARG_TRUE, "true");
    ask(l, &d);
    return d.request;
}

static struct ticket_seen *newest(struct life *l)
{
    if (!l->people.ticket_count)
        abort();
    return &l->people.tickets[(l->people.ticket_count - 1) % PEOPLE_TICKETS_MAX];
}

static void submit(struct life *l)
{
    const struct ticket_seen *t = newest(l);
    struct demand d = {.verb = VERB_SUBMIT, .who = t->who, .request = t->request};
    demand_add(&d, "preview_id", ARG_TEXT, "%s", t->id);
    ask(l, &d);
}

/* ---- previews ---- */

void preview_twice(struct life *l)
{
    int r = buy(l, WHO_SCRIPT, VERB_PREVIEW, 0, 3);
    submit(l);
    buy(l, WHO_SCRIPT, VERB_LIMIT, r, 3);
}

void preview_unasked(struct life *l)
{
    int r = buy(l, WHO_SCRIPT, VERB_PREVIEW, 0, 3);
    struct demand d = {.verb = VERB_LIMIT, .who = WHO_SCRIPT, .request = r, .is_foreign = true};
    demand_add(&d, "symbol", ARG_TEXT, "KO");
    demand_add(&d, "action", ARG_TEXT, "BUY");
    demand_add(&d, "quantity", ARG_NUMBER, "3");
    demand_add(&d, "price", ARG_NUMBER, "62");
    ask(l, &d);
}

void preview_of_another(struct life *l)
{
    int r = buy(l, WHO_SCRIPT, VERB_PREVIEW, 0, 3);
    buy(l, WHO_CLAUDE, VERB_LIMIT, r, 3);
}

void preview_larger(struct life *l)
{
    int r = buy(l, WHO_DIP, VERB_PREVIEW, 0, 3);
    buy(l, WHO_DIP, VERB_LIMIT, r, 4);
}

void preview_old(struct life *l)
{
    int r = buy(l, WHO_SCRIPT, VERB_PREVIEW, 0, 3);
    (void)people_pass(&l->people, 90 * 1000);
    buy(l, WHO_SCRIPT, VERB_LIMIT, r, 3);
}

void preview_drifted(struct life *l)
{
    int r = buy(l, WHO_SCRIPT, VERB_PREVIEW, 0, 3);
    l->v->requests[r].reference = DEC_SOME(DEC(50));
    submit(l);
}

/* ---- a person's word ---- */

void nobody_asked(struct life *l)
{
    set(l, "limits.approval_paper", "out_of_band");
    (void)breakage_rest(l);
}

void nobody_asked_about_large(struct life *l)
{
    set(l, "limits.approval_above", "out_of_band");
    set(l, "limits.confirm_above_pct", "1");
    (void)breakage_rest(l);
}

/* An order that waits for a person. */
static void await_person(struct life *l, int quantity)
{
    set(l, "limits.preview_drift_pct", "100");
    if (l->w->settings.values.limits.approval_paper != GATE_APPROVAL_OUT_OF_BAND)
        set_anew(l, "limits.approval_paper", "out_of_band");
    buy(l, WHO_SCRIPT, VERB_LIMIT, 0, quantity);
    if (!newest(l)->number)
        abort();
}

static struct seen_approval *decide(struct life *l, enum verb verb)
{
    struct demand d = {.verb = verb, .who = WHO_PERSON};
    int64_t number = newest(l)->number;
    demand_add(&d, "approval", ARG_NUMBER, "%lld", (long long)number);
    ask(l, &d);
    for (size_t i = 0; i < l->v->approval_count; i++)
        if (l->v->approvals[i].number == number)
            return &l->v->approvals[i];
    abort();
}

void approved_by_nobody(struct life *l)
{
    await_person(l, 3);
    struct demand d = {.verb = VERB_APPROVE, .who = WHO_PERSON, .is_typed_wrong = true};
    demand_add(&d, "approval", ARG_NUMBER, "%lld", (long long)newest(l)->number);
    if (!people_ask(&l->people, &d))
        abort();
    for (size_t i = 0; i < PEOPLE_OPEN_MAX; i++) /* who types the right one after all */
        if (l->people.open[i].is_used)
            ask_types(&l->people.open[i].ask, STR(WORLD_PIN));
    (void)people_pass(&l->people, 3000);
}

void approved_twice(struct life *l)
{
    await_person(l, 3);
    decide(l, VERB_APPROVE)->used_by = 1;
    submit(l);
}

void declined_and_sent(struct life *l)
{
    await_person(l, 3);
    decide(l, VERB_APPROVE)->over_at = 1;
    submit(l);
}

void void_and_sent(struct life *l)
{
    await_person(l, 3);
    (void)decide(l, VERB_APPROVE);
    watch_release_record(l->v, 1);
    submit(l);
}

void another_is_sent(struct life *l)
{
    await_person(l, 3);
    decide(l, VERB_APPROVE)->quantity = DEC(2);
    submit(l);
}

void approved_too_long_ago(struct life *l)
{
    await_person(l, 3);
    decide(l, VERB_APPROVE)->yes_at.ns -= 3600 * (int64_t)NS_PER_S;
    submit(l);
}

void approval_is_forgotten(struct life *l)
{
    await_person(l, 3);
    (void)decide(l, VERB_DECLINE);
    await_person(l, 4);
    watcher_decided(l->v, newest(l)->number, true); /* and it waits on */
}

void locked_pin_is_right(struct life *l)
{
    await_person(l, 3);
    (void)people_pass(&l->people, 10);
    for (int i = 0; i < 5; i++)
        watcher_pin_answered(l->v, l->w->now.mono, false, false, true);
    (void)decide(l, VERB_APPROVE);
}

/* ---- limits of their own ---- */

void rule_too_often(struct life *l)
{
    set(l, "limits.max_orders_per_rule", "1");
    buy(l, WHO_DIP, VERB_LIMIT, 0, 2);
    buy(l, WHO_DIP, VERB_LIMIT, 0, 3);
}

static struct seen_token *token(struct life *l)
{
    if (!l->v->token_count)
        abort();
    return &l->v->tokens[0];
}

void token_too_large(struct life *l)
{
    token(l)->max_value = DEC(100);
    buy(l, WHO_SHEET, VERB_LIMIT, 0, 2);
}

void token_too_often(struct life *l)
{
    token(l)->max_orders = 1;
    buy(l, WHO_SHEET, VERB_LIMIT, 0, 2);
    buy(l, WHO_SHEET, VERB_LIMIT, 0, 3);
}

void token_revoked(struct life *l)
{
    watcher_revoked(l->v, STR_NAME(token(l)->name));
    buy(l, WHO_SHEET, VERB_LIMIT, 0, 2);
}
