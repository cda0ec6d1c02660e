/* SPDX-License-Identifier: MIT */
#include "guard/record.h"

#include "guard/state.h"

#include <assert.h>
#include <string.h>

enum { REASONING_MAX = 2000 };

/* ---- writing ---- */

static void put_str(struct json_writer *w, const char *key, struct str s)
{
    if (!s.n)
        return;
    json_key(w, key);
    json_str(w, s);
}

static void put_text(struct json_writer *w, const char *key, const char *text)
{
    put_str(w, key, str_of(text));
}

static void put_i64(struct json_writer *w, const char *key, int64_t v)
{
    if (v == 0)
        return;
    json_key(w, key);
    json_i64(w, v);
}

static void put_opt(struct json_writer *w, const char *key, struct opt_dec d)
{
    if (!d.has)
        return;
    json_key(w, key);
    json_dec(w, d.v);
}

static void put_dec(struct json_writer *w, const char *key, struct dec d)
{
    put_opt(w, key, DEC_SOME(d));
}

static void put_time(struct json_writer *w, const char *key, struct opt_utc t)
{
    if (!t.has)
        return;
    json_key(w, key);
    json_time(w, t.v);
}

static void put_contract(struct json_writer *w, const struct contract *c)
{
    json_key(w, "contract");
    json_begin_object(w);
    put_i64(w, "con_id", c->con_id);
    put_text(w, "sec_type", sec_type_text(c->sec_type));
    put_text(w, "symbol", c->symbol);
    put_text(w, "expiry", c->expiry);
    put_opt(w, "strike", c->strike);
    put_str(w, "right", (struct str){&c->right, c->right ? 1 : 0});
    put_text(w, "multiplier", c->multiplier);
    put_text(w, "exchange", c->exchange);
    put_text(w, "primary_exchange", c->primary_exchange);
    put_text(w, "currency", c->currency);
    put_text(w, "local_symbol", c->local_symbol);
    put_text(w, "trading_class", c->trading_class);
    json_end_object(w);
}

static void put_order(struct json_writer *w, const struct order *o, bool with_ids)
{
    json_begin_object(w);
    if (with_ids) {
        put_i64(w, "order_id", o->order_id);
        put_i64(w, "client_id", o->client_id);
        put_i64(w, "parent_id", o->parent_id);
        put_i64(w, "perm_id", o->perm_id);
        put_text(w, "ref", o->ref);
    }
    put_text(w, "account", o->account);
    put_contract(w, &o->contract);
    put_text(w, "side", side_text(o->side));
    put_text(w, "type", order_type_text(o->type));
    put_text(w, "tif", tif_text(o->tif));
    put_text(w, "good_till", o->good_till);
    put_text(w, "oca_group", o->oca_group);
    put_dec(w, "quantity", o->quantity);
    put_opt(w, "limit_price", o->limit_price);
    put_opt(w, "stop_price", o->stop_price);
    put_opt(w, "trail_amount", o->trail_amount);
    put_opt(w, "trail_percent", o->trail_percent);
    put_opt(w, "trail_stop", o->trail_stop);
    json_key(w, "outside_rth");
    json_bool(w, o->outside_rth);
    json_end_object(w);
}

void record_order(struct json_writer *w, const struct order *o)
{
    put_order(w, o, true);
}

static void put_findings(struct json_writer *w, const struct gate_ticket *t)
{
    json_key(w, "findings");
    json_begin_array(w);
    for (size_t i = 0; i < t->finding_count; i++) {
        json_begin_object(w);
        put_text(w, "code", t->findings[i].code);
        put_text(w, "text", t->findings[i].text);
        put_opt(w, "value", t->findings[i].value);
        put_opt(w, "limit", t->findings[i].limit);
        json_end_object(w);
    }
    json_end_array(w);
}

/* The market that the decision saw. */
static void put_market(struct json_writer *w, const struct gate_ticket *t)
{
    put_text(w, "mode", gate_mode_text(t->mode));
    put_opt(w, "reference", t->reference);
    put_opt(w, "bid", t->bid);
    put_opt(w, "ask", t->ask);
    put_opt(w, "last", t->last);
    put_time(w, "quote_time", t->quote_time);
    put_text(w, "data_type", data_type_text(t->data_type));
    put_opt(w, "value", t->value);
    put_text(w, "currency", t->currency);
    put_opt(w, "rate", t->rate);
    put_opt(w, "value_base", t->value_base);
    put_text(w, "base_currency", t->base_currency);
    put_dec(w, "position_before", t->position_before);
    json_key(w, "reducing");
    json_bool(w, t->is_reducing);
}

void record_request(struct buf *out, const struct gate_request *r, const struct gate_ticket *t,
                    struct dec counted_value, const char *digest, const struct error *e)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    put_text(&w, "kind", r->kind == GATE_MODIFY ? "modify" : "place");
    if (e) {
        put_text(&w, "reason", e->reason);
        put_text(&w, "text", e->text);
    }
    put_str(&w, "face", str_sub(r->face, 0, 64));
    put_str(&w, "assistant", str_sub(r->assistant, 0, 128));
    put_str(&w, "reasoning", str_sub(r->reasoning, 0, REASONING_MAX));
    put_str(&w, "key", str_sub(r->idempotency_key, 0, 64));
    put_text(&w, "digest", digest);
    put_text(&w, "preview", t->preview_id);
    put_i64(&w, "approval", t->approval_number);
    put_dec(&w, "counted_value", counted_value);
    put_market(&w, t);
    put_findings(&w, t);
    json_key(&w, "legs");
    json_begin_array(&w);
    for (size_t i = 0; i < t->count; i++)
        put_order(&w, &t->orders[i], true);
    json_end_array(&w);
    json_end_object(&w);
    bool ok = json_writer_done(&w);
    assert(ok); /* all texts are bounded */
}

void record_digest(const struct gate_request *r, char out[SHA256_HEX_MAX])
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, 32 << 10);
    json_writer_init(&w, &b);
    json_begin_array(&w);
    for (size_t i = 0; i < r->count; i++)
        put_order(&w, &r->orders[i], r->kind == GATE_MODIFY);
    json_end_array(&w);
    bool ok = json_writer_done(&w);
    assert(ok);
    struct sha256 h = hash_sha256(buf_str(&b));
    hash_hex(&h, out);
    buf_fini(&b);
}

void record_proposal(struct buf *out, const struct gate_proposal *p)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    put_text(&w, "state", "pending");
    put_text(&w, "kind", p->kind == GATE_MODIFY ? "modify" : "place");
    put_text(&w, "preview", p->id);
    put_text(&w, "needs", gate_approval_text(p->needs));
    put_text(&w, "assistant", p->assistant);
    put_text(&w, "reasoning", p->reasoning);
    json_key(&w, "allow_duplicate");
    json_bool(&w, p->allow_duplicate);
    json_key(&w, "allow_widening");
    json_bool(&w, p->allow_widening);
    put_opt(&w, "reference", p->reference);
    put_opt(&w, "value_base", p->value_base);
    put_text(&w, "base_currency", p->base_currency);
    put_text(&w, "warnings", p->warnings);
    put_text(&w, "digest", p->digest);
    put_text(&w, "base", p->base);
    put_time(&w, "since", (struct opt_utc){p->since, true});
    put_time(&w, "until", (struct opt_utc){p->until, true});
    json_key(&w, "legs");
    json_begin_array(&w);
    for (size_t i = 0; i < p->count; i++)
        put_order(&w, &p->orders[i], true);
    json_end_array(&w);
    json_end_object(&w);
    bool ok = json_writer_done(&w);
    assert(ok);
}

void record_decision(struct buf *out, const struct gate_proposal *p,
                     const struct record_decision *d)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    put_text(&w, "state", d->is_yes ? "approved" : "declined");
    put_text(&w, "way", gate_approval_text(d->way));
    put_i64(&w, "approval", p->number);
    put_str(&w, "why", str_sub(d->why, 0, GATE_WHY_MAX - 1));
    put_time(&w, "until", (struct opt_utc){d->until, true});
    put_text(&w, "preview", p->id);
    put_text(&w, "proposer", p->principal);
    json_end_object(&w);
    bool ok = json_writer_done(&w);
    assert(ok);
}

void record_outcome(struct buf *out, const struct gate_outcome *o)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    put_text(&w, "text", o->text);
    json_key(&w, "legs");
    json_begin_array(&w);
    for (size_t i = 0; i < o->count; i++) {
        const struct gate_leg *leg = &o->legs[i];
        json_begin_object(&w);
        put_text(&w, "ref", leg->order.ref);
        put_i64(&w, "order_id", leg->order.order_id);
        put_i64(&w, "perm_id", leg->order.perm_id);
        put_text(&w, "result", gate_result_text(leg->result));
        put_text(&w, "state", order_state_text(leg->status.state));
        put_dec(&w, "filled", leg->status.filled);
        put_opt(&w, "avg_fill_price", leg->status.avg_fill_price);
        put_i64(&w, "broker_code", leg->status.broker_code);
        put_text(&w, "broker_text", leg->status.broker_text);
        json_end_object(&w);
    }
    json_end_array(&w);
    json_end_object(&w);
    bool ok = json_writer_done(&w);
    assert(ok);
}

void record_word(struct buf *out, const struct order *orders, size_t count, const char *word,
                 const char *text)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    put_text(&w, "text", text);
    json_key(&w, "legs");
    json_begin_array(&w);
    for (size_t i = 0; i < count; i++) {
        json_begin_object(&w);
        put_text(&w, "ref", orders[i].ref);
        put_i64(&w, "order_id", orders[i].order_id);
        put_i64(&w, "perm_id", orders[i].perm_id);
        put_text(&w, "result", word);
        json_end_object(&w);
    }
    json_end_array(&w);
    json_end_object(&w);
    bool ok = json_writer_done(&w);
    assert(ok);
}

void record_cancel(struct buf *out, const struct gate_cancel_request *r, const struct order *o)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    put_str(&w, "face", str_sub(r->face, 0, 64));
    put_str(&w, "reasoning", str_sub(r->reasoning, 0, REASONING_MAX));
    put_i64(&w, "order_id", o->order_id);
    put_i64(&w, "perm_id", o->perm_id);
    put_text(&w, "ref", o->ref);
    put_text(&w, "account", o->account);
    json_end_object(&w);
    bool ok = json_writer_done(&w);
    assert(ok);
}

/* ---- reading ---- */

static void get_name(const struct json *j, const char *key, char *out, size_t cap)
{
    str_copy_cut(out, cap, json_get_str(j, str_of(key)));
}

static int64_t get_i64(const struct json *j, const char *key)
{
    int64_t v = 0;
    (void)json_to_i64(json_get(j, str_of(key)), &v);
    return v;
}

static struct opt_dec get_opt(const struct json *j, const char *key)
{
    struct opt_dec d = DEC_NONE;
    d.has = json_to_dec(json_get(j, str_of(key)), &d.v);
    return d;
}

static void get_contract(const struct json *j, struct contract *c)
{
    struct str right = json_get_str(j, STR("right"));
    c->con_id = (int32_t)get_i64(j, "con_id");
    c->sec_type = sec_type_parse(json_get_str(j, STR("sec_type")));
    c->strike = get_opt(j, "strike");
    c->right = right.n ? right.p[0] : (char)0;
    get_name(j, "symbol", c->symbol, sizeof c->symbol);
    get_name(j, "expiry", c->expiry, sizeof c->expiry);
    get_name(j, "multiplier", c->multiplier, sizeof c->multiplier);
    get_name(j, "exchange", c->exchange, sizeof c->exchange);
    get_name(j, "primary_exchange", c->primary_exchange, sizeof c->primary_exchange);
    get_name(j, "currency", c->currency, sizeof c->currency);
    get_name(j, "local_symbol", c->local_symbol, sizeof c->local_symbol);
    get_name(j, "trading_class", c->trading_class, sizeof c->trading_class);
}

void record_read_order(const struct json *j, struct order *o)
{
    *o = (struct order){0};
    o->order_id = (int32_t)get_i64(j, "order_id");
    o->client_id = (int32_t)get_i64(j, "client_id");
    o->parent_id = (int32_t)get_i64(j, "parent_id");
    o->perm_id = get_i64(j, "perm_id");
    get_name(j, "ref", o->ref, sizeof o->ref);
    get_name(j, "account", o->account, sizeof o->account);
    get_contract(json_get(j, STR("contract")), &o->contract);
    o->side = str_eq(json_get_str(j, STR("side")), STR("SELL")) ? SIDE_SELL : SIDE_BUY;
    o->type = order_type_parse(json_get_str(j, STR("type")));
    get_name(j, "type", o->type_text, sizeof o->type_text);
    o->tif = tif_parse(json_get_str(j, STR("tif")));
    get_name(j, "good_till", o->good_till, sizeof o->good_till);
    get_name(j, "oca_group", o->oca_group, sizeof o->oca_group);
    struct opt_dec quantity = get_opt(j, "quantity");
    o->quantity = quantity.v;
    o->limit_price = get_opt(j, "limit_price");
    o->stop_price = get_opt(j, "stop_price");
    o->trail_amount = get_opt(j, "trail_amount");
    o->trail_percent = get_opt(j, "trail_percent");
    o->trail_stop = get_opt(j, "trail_stop");
    (void)json_to_bool(json_get(j, STR("outside_rth")), &o->outside_rth);
}

bool record_read_intent(const struct json *j, struct record_intent *out)
{
    const struct json *legs = json_get(j, STR("legs")), *leg;
    *out = (struct record_intent){0};
    if (!legs || legs->n < 1 || legs->n > GATE_LEGS_MAX)
        return false;
    out->is_modify = str_eq(json_get_str(j, STR("kind")), STR("modify"));
    while ((leg = json_at(legs, out->count)) != NULL)
        record_read_order(leg, &out->orders[out->count++]);
    out->value_base = get_opt(j, "counted_value").v;
    out->key = json_get_str(j, STR("key"));
    out->digest = json_get_str(j, STR("digest"));
    out->approval = get_i64(j, "approval");
    return true;
}

static enum gate_approval get_approval(const struct json *j, const char *key)
{
    struct str text = json_get_str(j, str_of(key));
    for (unsigned a = 0; a < GATE_APPROVAL_COUNT; a++)
        if (str_eq(text, str_of(gate_approval_text((enum gate_approval)a))))
            return (enum gate_approval)a;
    return GATE_APPROVAL_OUT_OF_BAND;
}

bool record_read_proposal(const struct json *j, struct gate_proposal *out)
{
    const struct json *legs = json_get(j, STR("legs")), *leg;
    *out = (struct gate_proposal){0};
    if (!str_eq(json_get_str(j, STR("state")), STR("pending")) || !legs || legs->n < 1 ||
        legs->n > GATE_LEGS_MAX)
        return false;
    out->kind = str_eq(json_get_str(j, STR("kind")), STR("modify")) ? GATE_MODIFY : GATE_PLACE;
    while ((leg = json_at(legs, out->count)) != NULL)
        record_read_order(leg, &out->orders[out->count++]);
    (void)json_to_bool(json_get(j, STR("allow_duplicate")), &out->allow_duplicate);
    (void)json_to_bool(json_get(j, STR("allow_widening")), &out->allow_widening);
    get_name(j, "preview", out->id, sizeof out->id);
    get_name(j, "assistant", out->assistant, sizeof out->assistant);
    get_name(j, "reasoning", out->reasoning, sizeof out->reasoning);
    get_name(j, "digest", out->digest, sizeof out->digest);
    get_name(j, "base", out->base, sizeof out->base);
    get_name(j, "warnings", out->warnings, sizeof out->warnings);
    get_name(j, "base_currency", out->base_currency, sizeof out->base_currency);
    out->reference = get_opt(j, "reference");
    out->value_base = get_opt(j, "value_base");
    out->needs = get_approval(j, "needs");
    struct gate_request r;
    char digest[SHA256_HEX_MAX];
    proposal_request(out, &r);
    proposal_digest(&r, digest);
    return out->id[0] && strcmp(digest, out->digest) == 0 &&
           utc_parse(json_get_str(j, STR("since")), &out->since) &&
           utc_parse(json_get_str(j, STR("until")), &out->until);
}

bool record_read_decision(const struct json *j, struct record_decision *out)
{
    struct str state = json_get_str(j, STR("state"));
    *out = (struct record_decision){.number = get_i64(j, "approval"),
                                    .is_yes = str_eq(state, STR("approved")),
                                    .way = get_approval(j, "way"),
                                    .why = json_get_str(j, STR("why"))};
    return out->number > 0 && (out->is_yes || str_eq(state, STR("declined"))) &&
           utc_parse(json_get_str(j, STR("until")), &out->until);
}
