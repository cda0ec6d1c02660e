/* SPDX-License-Identifier: MIT */
#include "paper/record.h"

#include "base/rng.h"

#include <assert.h>
#include <stdio.h>

/* One routine per kind of line serves both directions, so that they cannot disagree. */
struct record {
    struct buf *out; /* writing if not NULL */
    struct str rest; /* what is left to read */
    bool failed;
};

enum { CHECK_CHARS = 8 };

static uint32_t check_of(struct str s)
{
    uint64_t h = s.n;
    for (size_t i = 0; i < s.n; i++)
        h = rng_mix(h, (unsigned char)s.p[i]);
    return (uint32_t)(h >> 32);
}

/* ---- fields ---- */
static struct str next_field(struct record *r)
{
    struct str field = STR("");
    if (!r->failed && !str_cut(&r->rest, '|', &field))
        r->failed = true;
    return field;
}

static void int_field(struct record *r, int64_t *v)
{
    if (r->out != NULL)
        buf_add_f(r->out, "|%lld", (long long)*v);
    else if (!str_to_i64(next_field(r), v))
        r->failed = true;
}

static void int32_field(struct record *r, int32_t *v)
{
    int64_t wide = *v;
    int_field(r, &wide);
    if (wide < INT32_MIN || wide > INT32_MAX)
        r->failed = true;
    else
        *v = (int32_t)wide;
}

static void bool_field(struct record *r, bool *v)
{
    int64_t wide = *v;
    int_field(r, &wide);
    if (wide != 0 && wide != 1)
        r->failed = true;
    *v = wide == 1;
}

static unsigned enum_field(struct record *r, unsigned v, unsigned count)
{
    int64_t wide = v;
    int_field(r, &wide);
    if (wide < 0 || wide >= count) {
        r->failed = true;
        return 0;
    }
    return (unsigned)wide;
}

static void opt_field(struct record *r, struct opt_dec *v)
{
    if (r->out != NULL) {
        char text[DEC_TEXT_MAX] = "";
        if (v->has)
            dec_format(v->v, text);
        buf_add_char(r->out, '|');
        buf_add_c(r->out, text);
        return;
    }
    struct str field = next_field(r);
    *v = DEC_NONE;
    if (field.n == 0)
        return;
    v->has = dec_parse(field, &v->v);
    if (!v->has)
        r->failed = true;
}

static void dec_field(struct record *r, struct dec *v)
{
    struct opt_dec o = DEC_SOME(*v);
    opt_field(r, &o);
    if (!o.has)
        r->failed = true;
    *v = o.v;
}

static void write_text(struct buf *out, const char *v)
{
    buf_add_char(out, '|');
    for (; *v; v++) {
        unsigned char c = (unsigned char)*v;
        if (c < 32 || c == '|' || c == '%' || c == 127)
            buf_add_f(out, "%%%02X", c);
        else
            buf_add_char(out, *v);
    }
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void text_field(struct record *r, char *v, size_t cap)
{
    if (r->out != NULL) {
        write_text(r->out, v);
        return;
    }
    struct str field = next_field(r);
    size_t n = 0;
    for (size_t i = 0; i < field.n && n + 1 < cap; i++) {
        char c = field.p[i];
        if (c == '%' && i + 2 < field.n && hex_digit(field.p[i + 1]) >= 0 &&
            hex_digit(field.p[i + 2]) >= 0) {
            c = (char)(hex_digit(field.p[i + 1]) * 16 + hex_digit(field.p[i + 2]));
            i += 2;
        }
        v[n++] = c;
    }
    v[n] = 0;
}

static void instrument_field(struct record *r, const struct universe *u,
                             const struct instrument **i)
{
    int32_t con_id = *i != NULL ? (*i)->contract.con_id : 0;
    int32_field(r, &con_id);
    if (r->out == NULL && !r->failed) {
        *i = universe_find(u, con_id);
        if (*i == NULL)
            r->failed = true;
    }
}

static void rule_field(struct record *r, const struct rule **rule, bool must)
{
    char name[16] = "";
    if (*rule != NULL)
        str_copy_cut(name, sizeof name, str_of((*rule)->name));
    text_field(r, name, sizeof name);
    if (r->out != NULL || r->failed)
        return;
    *rule = name[0] != 0 ? rule_find(STR_NAME(name)) : NULL;
    if (*rule == NULL && (must || name[0] != 0))
        r->failed = true;
}

static size_t count_field(struct record *r, size_t n, size_t max)
{
    return enum_field(r, (unsigned)n, (unsigned)max + 1);
}

/* ---- kinds of lines ---- */
static void condition_fields(struct record *r, const struct universe *u, struct ticket_condition *c)
{
    int32_field(r, &c->type);
    bool_field(r, &c->is_and);
    bool_field(r, &c->is_more);
    bool has_instrument = c->instrument != NULL;
    bool_field(r, &has_instrument);
    if (has_instrument)
        instrument_field(r, u, &c->instrument);
    dec_field(r, &c->value);
    int_field(r, &c->time_s);
    int32_field(r, &c->trigger_method);
    c->sec_type = (enum sec_type)enum_field(r, c->sec_type, SEC_TYPE_COUNT);
    text_field(r, c->text, sizeof c->text);
    text_field(r, c->exchange, sizeof c->exchange);
}

static void terms_fields(struct record *r, const struct universe *u, struct ticket_terms *m)
{
    bool_field(r, &m->all_or_none);
    bool_field(r, &m->hidden);
    int32_field(r, &m->min_qty);
    int32_field(r, &m->display_size);
    opt_field(r, &m->cash_qty);
    opt_field(r, &m->offset);
    opt_field(r, &m->percent);
    text_field(r, m->good_after, sizeof m->good_after);
    int_field(r, &m->start_ns);
    struct ticket_adjustment *a = &m->adjust;
    rule_field(r, &a->rule, false);
    opt_field(r, &a->at);
    opt_field(r, &a->stop);
    opt_field(r, &a->limit);
    opt_field(r, &a->trail);
    bool_field(r, &a->trail_is_percent);
    m->condition_count = count_field(r, m->condition_count, TICKET_CONDITIONS_MAX);
    for (size_t i = 0; i < m->condition_count; i++)
        condition_fields(r, u, &m->conditions[i]);
    bool_field(r, &m->conditions_cancel);
    bool_field(r, &m->conditions_ignore_rth);
    m->leg_count = count_field(r, m->leg_count, TICKET_LEGS_MAX);
    for (size_t i = 0; i < m->leg_count; i++) {
        struct ticket_leg *leg = &m->legs[i];
        instrument_field(r, u, &leg->instrument);
        leg->side = (enum order_side)enum_field(r, leg->side, SIDE_SELL + 1);
        int32_field(r, &leg->ratio);
        if (leg->ratio < 1)
            r->failed = true;
    }
    m->algo = (enum ticket_algo)enum_field(r, m->algo, ALGO_COUNT);
    int_field(r, &m->algo_start_ns);
    int_field(r, &m->algo_end_ns);
    text_field(r, m->algo_params, sizeof m->algo_params);
}

/* What a combination's contract is made of; its symbol stands in the record. */
static struct contract combo_contract(const struct order *o)
{
    struct contract c = {.sec_type = SEC_BAG};
    str_copy_cut(c.symbol, sizeof c.symbol, STR_NAME(o->contract.symbol));
    str_copy_cut(c.exchange, sizeof c.exchange, STR_NAME(o->contract.exchange));
    str_copy_cut(c.currency, sizeof c.currency, STR_NAME(o->contract.currency));
    str_copy_cut(c.primary_exchange, sizeof c.primary_exchange,
                 STR_NAME(o->contract.primary_exchange));
    return c;
}

/* Only orders for a group have them: at the end of the line. */
static void share_fields(struct record *r, struct ticket_terms *m)
{
    text_field(r, m->group, sizeof m->group);
    text_field(r, m->group_method, sizeof m->group_method);
    m->share_count = count_field(r, m->share_count, ACCOUNTS_MAX);
    for (size_t i = 0; i < m->share_count && !r->failed; i++) {
        struct ticket_share *s = &m->shares[i];
        int32_field(r, &s->account);
        dec_field(r, &s->quantity);
        dec_field(r, &s->filled);
        dec_field(r, &s->paid);
    }
}

static void ticket_fields(struct record *r, const struct universe *u, struct ticket *t)
{
    struct order *o = &t->order;
    struct order_status *s = &t->status;
    int_field(r, &o->perm_id);
    int32_field(r, &o->client_id);
    int32_field(r, &o->order_id);
    int32_field(r, &o->parent_id);
    instrument_field(r, u, &t->instrument);
    if (r->failed)
        return;
    if (r->out == NULL)
        o->contract = t->instrument->contract;
    text_field(r, o->contract.exchange, sizeof o->contract.exchange);
    text_field(r, o->contract.symbol, sizeof o->contract.symbol);
    text_field(r, o->account, sizeof o->account);
    text_field(r, o->ref, sizeof o->ref);
    text_field(r, o->oca_group, sizeof o->oca_group);
    o->side = (enum order_side)enum_field(r, o->side, SIDE_SELL + 1);
    rule_field(r, &t->rule, true);
    o->tif = (enum order_tif)enum_field(r, o->tif, TIF_COUNT);
    text_field(r, o->good_till, sizeof o->good_till);
    dec_field(r, &o->quantity);
    opt_field(r, &o->limit_price);
    opt_field(r, &o->stop_price);
    opt_field(r, &o->trail_amount);
    opt_field(r, &o->trail_percent);
    opt_field(r, &o->trail_stop);
    opt_field(r, &t->limit_offset);
    bool_field(r, &o->outside_rth);
    bool_field(r, &o->transmit);
    int32_field(r, &t->oca_type);
    int32_field(r, &t->trigger_method);
    int32_field(r, &t->origin);
    text_field(r, t->open_close, sizeof t->open_close);
    bool_field(r, &t->is_bound);
    bool_field(r, &t->is_held);
    bool_field(r, &t->is_triggered);
    bool_field(r, &t->has_rested);
    bool_field(r, &t->conditions_met);
    terms_fields(r, u, &t->terms);
    if (r->failed)
        return;
    int_field(r, &t->accepted_ns);
    int_field(r, &t->act_ns);
    int_field(r, &t->expire_ns);
    int_field(r, &t->ended_ns);
    t->end = (enum ticket_end)enum_field(r, t->end, END_COUNT);
    opt_field(r, &t->commission);
    text_field(r, t->commission_currency, sizeof t->commission_currency);
    s->state = (enum order_state)enum_field(r, s->state, STATE_COUNT);
    dec_field(r, &s->filled);
    dec_field(r, &s->remaining);
    opt_field(r, &s->avg_fill_price);
    opt_field(r, &s->last_fill_price);
    text_field(r, s->why_held, sizeof s->why_held);
    int64_t code = s->broker_code;
    int_field(r, &code);
    s->broker_code = (int)code;
    text_field(r, s->broker_text, sizeof s->broker_text);
    if (r->out != NULL ? t->terms.share_count > 0 || t->exercise != 0 : r->rest.p != NULL)
        share_fields(r, &t->terms);
    if (r->out != NULL ? t->exercise != 0 : r->rest.p != NULL)
        int32_field(r, &t->exercise);
    o->type = t->rule->type;
    str_copy_cut(o->type_text, sizeof o->type_text, str_of(t->rule->name));
    if (r->out == NULL && ticket_is_combo(t))
        o->contract = combo_contract(o);
}

static void fill_fields(struct record *r, const struct universe *u, struct fill *f,
                        int64_t *perm_id)
{
    int_field(r, &f->seq);
    int_field(r, perm_id);
    int_field(r, &f->at_ns);
    instrument_field(r, u, &f->instrument);
    f->side = (enum order_side)enum_field(r, f->side, SIDE_SELL + 1);
    f->part = (enum fill_part)enum_field(r, f->part, FILL_PART_COUNT);
    dec_field(r, &f->quantity);
    dec_field(r, &f->price);
    dec_field(r, &f->cum_quantity);
    dec_field(r, &f->average_price);
    dec_field(r, &f->commission);
    dec_field(r, &f->realized);
    bool_field(r, &f->closes);
    text_field(r, f->commission_currency, sizeof f->commission_currency);
    text_field(r, f->exchange, sizeof f->exchange);
    int32_field(r, &f->liquidity);
    int32_field(r, &f->revision);
    if (f->part == FILL_SHARE)
        int32_field(r, &f->account);
}

/* At the end of the line of an event that was told as an execution. */
static void exercise_fields(struct record *r, struct record_line *l)
{
    l->event.exercise = (enum money_exercise)enum_field(r, l->event.exercise, EXERCISE_EXPIRED + 1);
    dec_field(r, &l->event.price);
    int_field(r, &l->client_id);
    int_field(r, &l->next_id);
    int_field(r, &l->next_perm);
    int_field(r, &l->next_seq);
}

static void event_fields(struct record *r, const struct universe *u, struct record_line *l)
{
    struct money_event *e = &l->event;
    struct ledger_change *c = &e->change;
    struct money_key *k = &e->key;
    int_field(r, &k->at_s);
    int32_field(r, &k->account);
    k->kind = (enum money_kind)enum_field(r, k->kind, MONEY_KIND_COUNT);
    int32_field(r, &k->id);
    int32_t con_id = c->instrument != NULL ? c->instrument->contract.con_id : 0;
    int32_field(r, &con_id);
    if (r->out == NULL && con_id != 0 && !r->failed) {
        c->instrument = universe_find(u, con_id);
        r->failed = c->instrument == NULL;
    }
    text_field(r, c->currency, sizeof c->currency);
    struct dec *const members[] = {&c->cash,    &c->interest, &c->dividends, &c->quantity, &c->cost,
                                   &c->settled, &c->traded,   &c->paid,      &c->realized};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        dec_field(r, members[i]);
    int_field(r, &c->pay_s);
    if (r->out != NULL ? l->next_seq != 0 : r->rest.p != NULL)
        exercise_fields(r, l);
}

static void line_fields(struct record *r, const struct universe *u, struct record_line *l)
{
    int64_t version = RECORD_VERSION, perm_id = 0;
    switch (l->type) {
    case 'H':
        int_field(r, &version);
        text_field(r, l->accounts, sizeof l->accounts);
        l->opening = (enum record_opening)enum_field(r, l->opening, OPENING_COUNT);
        int_field(r, &l->at_s);
        if (version != RECORD_VERSION)
            r->failed = true;
        break;
    case 'O':
        ticket_fields(r, u, &l->ticket);
        break;
    case 'E':
    case 'F':
    case 'R':
        perm_id = l->ticket.order.perm_id;
        fill_fields(r, u, &l->fill, &perm_id);
        l->ticket.order.perm_id = perm_id;
        l->fill.ticket = &l->ticket;
        if (dec_sign(l->fill.quantity) < (l->fill.revision == 0 ? 1 : 0) ||
            (dec_sign(l->fill.price) <= 0 && l->fill.part != FILL_COMBO &&
             l->fill.part != FILL_EXERCISE))
            r->failed = true;
        break;
    case 'C':
        text_field(r, l->accounts, sizeof l->accounts);
        text_field(r, l->cash.currency, sizeof l->cash.currency);
        dec_field(r, &l->cash.amount);
        dec_field(r, &l->cash.interest);
        dec_field(r, &l->cash.dividends);
        break;
    case 'P':
        text_field(r, l->accounts, sizeof l->accounts);
        instrument_field(r, u, &l->holding.instrument);
        dec_field(r, &l->holding.quantity);
        dec_field(r, &l->holding.cost);
        dec_field(r, &l->holding.settled);
        dec_field(r, &l->holding.day_quantity);
        dec_field(r, &l->holding.day_paid);
        dec_field(r, &l->holding.day_realized);
        break;
    case 'A':
        text_field(r, l->accounts, sizeof l->accounts);
        instrument_field(r, u, &l->accrual.instrument);
        int_field(r, &l->accrual.pay_s);
        dec_field(r, &l->accrual.amount);
        break;
    case 'K':
        event_fields(r, u, l);
        break;
    case 'T':
        int_field(r, &l->at_s);
        bool_field(r, &l->is_midnight);
        break;
    case 'G':
        int_field(r, &l->groups_kind);
        text_field(r, l->groups, sizeof l->groups);
        break;
    case 'I':
        int_field(r, &l->client_id);
        int_field(r, &l->next_id);
        break;
    case 'N':
        int_field(r, &l->next_perm);
        int_field(r, &l->next_seq);
        break;
    default:
        r->failed = true;
    }
}

/* ---- whole lines ---- */
static void write_line(struct buf *out, struct record_line *l)
{
    struct record r = {.out = out};
    size_t start = out->n;
    buf_add_char(out, l->type);
    line_fields(&r, NULL, l);
    struct str line = str_sub(buf_str(out), start, out->n);
    buf_add_f(out, "|%08x\n", (unsigned)check_of(line));
}

void record_header(struct buf *out, const char *accounts, enum record_opening opening, int64_t at_s)
{
    struct record_line l = {.type = 'H', .opening = opening, .at_s = at_s};
    str_copy_cut(l.accounts, sizeof l.accounts, str_of(accounts));
    write_line(out, &l);
}

void record_ticket(struct buf *out, const struct ticket *t)
{
    struct record_line l = {.type = 'O', .ticket = *t};
    write_line(out, &l);
}

void record_fill(struct buf *out, const struct fill *f, bool is_booked)
{
    struct record_line l = {.type = is_booked ? 'E' : 'F', .fill = *f};
    l.ticket.order.perm_id = f->ticket->order.perm_id;
    write_line(out, &l);
}

void record_revision(struct buf *out, const struct fill *f)
{
    struct record_line l = {.type = 'R', .fill = *f};
    l.ticket.order.perm_id = f->ticket->order.perm_id;
    write_line(out, &l);
}

void record_cash(struct buf *out, const char *account, const struct cash *c)
{
    struct record_line l = {.type = 'C', .cash = *c};
    str_copy_cut(l.accounts, sizeof l.accounts, str_of(account));
    write_line(out, &l);
}

void record_holding(struct buf *out, const char *account, const struct holding *h)
{
    struct record_line l = {.type = 'P', .holding = *h};
    str_copy_cut(l.accounts, sizeof l.accounts, str_of(account));
    write_line(out, &l);
}

void record_accrual(struct buf *out, const char *account, const struct accrual *a)
{
    struct record_line l = {.type = 'A', .accrual = *a};
    str_copy_cut(l.accounts, sizeof l.accounts, str_of(account));
    write_line(out, &l);
}

void record_account_event(struct buf *out, const struct money_event *e, const struct fill *told)
{
    struct record_line l = {.type = 'K', .event = *e};
    if (told != NULL) {
        const struct order *o = &told->ticket->order;
        l.client_id = o->client_id;
        l.next_id = o->order_id;
        l.next_perm = o->perm_id;
        l.next_seq = told->seq;
    }
    write_line(out, &l);
}

void record_moment(struct buf *out, int64_t at_s, bool is_midnight)
{
    struct record_line l = {.type = 'T', .at_s = at_s, .is_midnight = is_midnight};
    write_line(out, &l);
}

void record_groups(struct buf *out, enum groups_kind kind, struct str xml)
{
    struct record_line l = {.type = 'G', .groups_kind = kind};
    str_copy_cut(l.groups, sizeof l.groups, xml);
    write_line(out, &l);
}

void record_id(struct buf *out, int32_t client_id, int32_t next_id)
{
    struct record_line l = {.type = 'I', .client_id = client_id, .next_id = next_id};
    write_line(out, &l);
}

void record_counters(struct buf *out, int64_t next_perm, int64_t next_seq)
{
    struct record_line l = {.type = 'N', .next_perm = next_perm, .next_seq = next_seq};
    write_line(out, &l);
}

bool record_read(struct str line, const struct universe *u, struct record_line *out,
                 struct error *e)
{
    assert(u != NULL);
    *out = (struct record_line){0};
    char check[CHECK_CHARS + 1];
    size_t body = line.n > CHECK_CHARS + 1 ? line.n - CHECK_CHARS - 1 : 0;
    snprintf(check, sizeof check, "%08x", (unsigned)check_of(str_sub(line, 0, body)));
    if (body < 2 || line.n > RECORD_LINE_MAX || line.p[body] != '|' ||
        !str_eq(str_sub(line, body + 1, line.n), str_of(check)))
        return error_set(e, ERROR_PROTOCOL, "STATE_FILE", "a line of the state file is damaged");
    struct record r = {.rest = str_sub(line, 0, body)};
    struct str type = next_field(&r);
    if (str_starts(line, STR("H|1|")))
        return error_set(e, ERROR_PROTOCOL, "STATE_FILE", "the state file is of an older version");
    out->type = type.n == 1 ? type.p[0] : 0;
    line_fields(&r, u, out);
    if (r.failed || r.rest.p != NULL)
        return error_set(e, ERROR_PROTOCOL, "STATE_FILE",
                         "a line of the state file does not fit this version or its instruments");
    return true;
}
