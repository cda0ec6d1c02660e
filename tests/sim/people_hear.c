/* SPDX-License-Identifier: MIT */
/* What people are answered, and what of it the watcher is told. */
#include "people.h"

#include "data/json.h"

#include <stdio.h>
#include <string.h>

/* ---- what is told ---- */

/* By its answer not one byte of it was sent. */
static bool is_denied(const struct json *j)
{
    static const char *const sure[] = {"invalid", "denied", "limit", "conflict", "not_found"};
    struct str class = json_get_str(j, STR("class"));
    bool ok = true;
    if (str_eq(json_get_str(j, STR("result")), STR("awaiting_approval")))
        return true;
    if (!json_to_bool(json_get(j, STR("success")), &ok) || ok)
        return false;
    for (size_t i = 0; i < sizeof sure / sizeof sure[0]; i++)
        if (str_eq(class, str_of(sure[i])))
            return true;
    return false;
}

static void take_quotes(struct people *p, const struct json *j)
{
    const struct json *row, *rows = json_get(j, STR("quotes"));
    for (size_t i = 0; (row = json_at(rows, i)) != NULL; i++) {
        struct dec age;
        int64_t con_id, ms;
        if (json_to_dec(json_get(row, STR("age_s")), &age) &&
            json_to_i64(json_get(row, STR("contract_id")), &con_id) &&
            dec_to_i64(dec_round_to(dec_times(age, 1000), DEC(1), DEC_HALF_EVEN), &ms))
            watcher_price_shown(p->v, (int32_t)con_id, ms);
    }
}

static void take_safety(struct people *p, const struct json *j, struct instant asked_at)
{
    const struct json *row, *rows = json_get(j, STR("limits"));
    for (size_t i = 0; (row = json_at(rows, i)) != NULL; i++) {
        struct dec used;
        if (str_eq(json_get_str(row, STR("code")), STR("RATE_DAY")) &&
            json_to_dec(json_get(row, STR("used")), &used))
            watcher_counter(p->v, json_get_str(row, STR("resets")), used, asked_at);
    }
}

static void take_trading(struct people *p, const struct json *j, const char *state)
{
    if (json_at(json_get(j, STR("warnings")), 0))
        return; /* it says itself that it is not on the disk */
    if (strcmp(state, "halted") == 0)
        p->v->is_halted = true;
    if (strcmp(state, "reducing") == 0 && !p->v->is_reducing) {
        p->v->is_reducing = true;
        watcher_read_journal(p->v);
        p->v->reducing_at = p->v->journal_at;
    }
}

static void take_kill(struct people *p, const struct open_question *q, const struct json *j)
{
    const struct demand *d = &q->demand;
    struct seen_kill *k = people_kill_of(p, d);
    const struct json *row, *rows = json_get(j, STR("kills"));
    bool is_on = false;
    if (q->releases != k->releases)
        return; /* a release may have overtaken the answer */
    for (size_t i = 0; (row = json_at(rows, i)) != NULL; i++)
        is_on = is_on || str_eq(json_get_str(row, STR("name")),
                                STR_NAME(k->symbol[0] ? k->symbol : k->principal));
    if (is_on)
        watcher_killed(p->v, k,
                       people_takes_stops(d) || !p->w->settings.values.limits.kill_keeps_stops);
}

/* ---- what was shown, and what a person says about it ---- */

const struct ticket_seen *people_ticket(const struct people *p, size_t n, bool asked)
{
    size_t kept = p->ticket_count < PEOPLE_TICKETS_MAX ? p->ticket_count : PEOPLE_TICKETS_MAX;
    for (size_t i = 0; i < kept; i++) {
        const struct ticket_seen *t = &p->tickets[(p->ticket_count - 1 - i) % PEOPLE_TICKETS_MAX];
        if ((!asked || t->number) && n-- == 0)
            return t;
    }
    return NULL;
}

static bool is_known(struct people *p, struct str id, int64_t number)
{
    for (size_t i = 0; i < PEOPLE_TICKETS_MAX; i++)
        if (id.n && str_eq(STR_NAME(p->tickets[i].id), id)) {
            p->tickets[i].number = number ? number : p->tickets[i].number;
            return true;
        }
    return false;
}

/* An answer with a preview_id: to a preview, or of an order for which a person is asked. */
static void take_ticket(struct people *p, const struct open_question *q, const struct json *j)
{
    const struct demand *d = &q->demand;
    struct str id = json_get_str(j, STR("preview_id"));
    int64_t number = 0;
    (void)json_to_i64(json_get(j, STR("approval")), &number);
    if (!id.n || is_known(p, id, number))
        return;
    struct ticket_seen *t = &p->tickets[p->ticket_count++ % PEOPLE_TICKETS_MAX];
    *t =
        (struct ticket_seen){.who = d->who, .request = d->request, .key = d->key, .number = number};
    str_copy_cut(t->id, sizeof t->id, id);
    if (d->verb != VERB_PREVIEW)
        return;
    char owner[PEOPLE_PRINCIPAL_MAX];
    struct preview_shown shown = {.owner = owner, .sets = q->sets};
    people_principal(p, d->who, owner);
    (void)json_to_dec(json_get(json_at(json_get(j, STR("legs")), 0), STR("quantity")),
                      &shown.quantity);
    shown.reference.has = json_to_dec(json_get(j, STR("reference_price")), &shown.reference.v);
    watcher_shown(p->v, d->request, &shown);
}

static void take_token(struct people *p, const struct demand *d, const struct json *j)
{
    if (d->verb == VERB_TOKEN_REVOKE) {
        watcher_revoked(p->v, str_of(demand_get(d, "name")));
        return;
    }
    struct str name = json_get_str(j, STR("name"));
    struct dec most = dec_of(people_number_in(d, "max_order_value"));
    str_copy_cut(p->sheet, sizeof p->sheet, name);
    str_copy_cut(p->sheet_token, sizeof p->sheet_token, json_get_str(j, STR("token")));
    watcher_token(p->v, name, most, people_number_in(d, "max_orders_per_day"));
}

static void take_pin(struct people *p, const struct open_question *q, const struct json *j,
                     bool failed)
{
    const struct demand *d = &q->demand;
    bool asks = d->verb == VERB_APPROVE || d->verb == VERB_DECLINE || d->verb == VERB_RELEASE ||
                d->verb == VERB_TOKEN_ADD;
    if (d->who == WHO_PERSON)
        watcher_pin_answered(p->v, q->at, people_types_pin(d), asks && !failed,
                             str_eq(json_get_str(j, STR("code")), STR("PIN_WRONG")));
}

static void tell(const struct people *p, const struct demand *d, const struct json *j)
{
    if (p->is_talking)
        printf("# %8.3f   %s is told: " STR_FMT STR_FMT "\n",
               (double)(p->w->now.mono.ns - NS_PER_S) / 1e9, people_name(d->who),
               STR_ARG(json_get_str(j, STR("message"))), STR_ARG(json_get_str(j, STR("error"))));
}

/* What was asked for has been done. */
static void take_done(struct people *p, const struct open_question *q, const struct json *j)
{
    const struct demand *d = &q->demand;
    switch (d->verb) {
    case VERB_KILL:
        take_kill(p, q, j);
        break;
    case VERB_TRADING:
        if (q->releases == p->v->loosenings) /* a loosening may have overtaken the answer */
            take_trading(p, j, d->args[0].value);
        break;
    case VERB_QUOTES:
        take_quotes(p, j);
        break;
    case VERB_SAFETY:
        take_safety(p, j, q->at);
        break;
    case VERB_APPROVE:
    case VERB_DECLINE:
        watcher_decided(p->v, people_number_in(d, "approval"), d->verb == VERB_APPROVE);
        break;
    case VERB_TOKEN_ADD:
    case VERB_TOKEN_REVOKE:
        take_token(p, d, j);
        break;
    default:
        break;
    }
}

void people_take(struct people *p, const struct open_question *q, const struct json *j, bool failed)
{
    const struct demand *d = &q->demand;
    bool denied = is_denied(j);
    p->answered++;
    p->denied += denied;
    p->granted += !failed;
    tell(p, d, j);
    if (d->request && d->verb != VERB_PREVIEW && !d->is_foreign)
        watcher_answered(p->v, d->request, denied);
    take_pin(p, q, j, failed);
    if (d->request && j && !d->is_foreign)
        take_ticket(p, q, j);
    if (!failed && j)
        take_done(p, q, j);
}
