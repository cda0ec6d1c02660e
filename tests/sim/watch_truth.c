/* SPDX-License-Identifier: MIT */
/* The exchange's records and the journal, as far as they are new. */
#include "base/alloc.h"
#include "data/json.h"
#include "guard/gate.h"

#include "watcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SNAPSHOT_MAX = 8 << 20 };

/* ---- the exchange ---- */

void watch_opening(struct watcher *v)
{
    struct buf text;
    struct str line, rest;
    struct error e = {0};
    buf_init(&text, SNAPSHOT_MAX);
    if (!v->world->paper || !paper_snapshot(v->world->paper, &text))
        abort();
    rest = buf_str(&text);
    while (str_cut(&rest, '\n', &line) && line.n) {
        if (!record_read(line, v->universe, v->line, &e))
            abort();
        if (v->line->type == 'P' && v->opening_count < WATCHER_OPENING_MAX)
            v->opening[v->opening_count++] = (struct seen_opening){
                v->line->holding.instrument->contract.con_id, v->line->holding.quantity};
    }
    buf_fini(&text);
    v->exchange_at = v->world->exchange_file.n;
}

struct dec watcher_position(const struct watcher *v, int32_t con_id, struct instant at)
{
    struct dec held = DEC_ZERO;
    for (size_t i = 0; i < v->opening_count; i++)
        if (v->opening[i].con_id == con_id)
            held = v->opening[i].quantity;
    for (size_t i = 0; i < v->fill_count; i++)
        if (v->fills[i].con_id == con_id && v->fills[i].seen_at.ns <= at.ns)
            held = dec_plus(held, v->fills[i].quantity);
    return held;
}

static void on_ticket(struct watcher *v, const struct ticket *t)
{
    const struct order *o = &t->order;
    if (!str_starts(STR_NAME(o->ref), STR("PC:")))
        return;
    struct seen_order *s = watcher_order(v, STR_NAME(o->ref));
    if (!s || !s->frames) {
        watcher_break(v, I3, "order %s is at the exchange and was never on the wire", o->ref);
        return;
    }
    if (s->perm_id && s->perm_id != o->perm_id)
        watcher_break(v, I1, "order %s is at the exchange twice", o->ref);
    v->looked[I1]++, v->looked[I2]++, v->looked[I3]++;
    v->looked[I11] += order_type_is_stop(o->type);
    s->perm_id = o->perm_id;
    s->filled = t->status.filled;
    s->is_held = t->is_held;
    if (dec_gt(s->filled, s->quantity) && !s->is_excused && !v->world->device.has_lied)
        watcher_break(v, I2, "order %s filled beyond its intent", o->ref);
    if (t->end == END_BY_TRADER && s->end != END_BY_TRADER && order_type_is_stop(o->type) &&
        !s->is_cancel_asked &&
        !(v->is_kill_begun && (v->cancels_stops || !watcher_reduces(v, s, s->quantity, false))))
        watcher_break(v, I11, "stop %s was cancelled and nobody had asked for it", o->ref);
    s->end = t->end;
}

static void on_fill(struct watcher *v, const struct fill *f, bool is_revision)
{
    struct dec signed_quantity = f->side == SIDE_BUY ? f->quantity : dec_neg(f->quantity);
    for (size_t i = 0; i < v->fill_count; i++)
        if (v->fills[i].seq == f->seq) {
            v->fills[i].quantity = signed_quantity;
            return;
        }
    if (is_revision || v->fill_count == WATCHER_FILLS_MAX)
        abort(); /* a revision of nothing; or the bound is too small */
    v->fills_seen++;
    v->fills[v->fill_count++] =
        (struct seen_fill){f->seq, f->ticket->order.perm_id, f->instrument->contract.con_id,
                           signed_quantity, v->world->now.mono};
}

void watch_exchange(struct watcher *v)
{
    struct str all = buf_str(&v->world->exchange_file), line;
    struct error e = {0};
    while (v->exchange_at < all.n) {
        struct str rest = str_sub(all, v->exchange_at, all.n);
        if (!str_cut(&rest, '\n', &line))
            return;
        v->exchange_at += line.n + 1;
        if (line.n == 0 || !strchr("OFR", line.p[0]))
            continue;
        if (!record_read(line, v->universe, v->line, &e)) {
            watcher_break(v, I_WORLD, "the exchange wrote what cannot be read: %.200s", e.text);
            return;
        }
        if (v->line->type == 'O')
            on_ticket(v, &v->line->ticket);
        else
            on_fill(v, &v->line->fill, v->line->type == 'R');
    }
}

/* ---- the journal ---- */

/* "r17" anywhere in the reason that was given. */
static int request_of(const struct json *body)
{
    struct str why = json_get_str(body, STR("reasoning"));
    int64_t n = 0;
    if (!str_starts(why, STR("r")) || !str_to_i64(str_sub(why, 1, why.n), &n))
        return 0;
    return n > 0 && n < WATCHER_REQUESTS_MAX ? (int)n : 0;
}

static void on_leg(struct watcher *v, const struct json *leg, int request,
                   const struct audit_record *r)
{
    const struct json *contract = json_get(leg, STR("contract"));
    struct str ref = json_get_str(leg, STR("ref"));
    struct dec quantity = DEC_ZERO;
    int64_t con_id = 0;
    (void)json_to_dec(json_get(leg, STR("quantity")), &quantity);
    (void)json_to_i64(json_get(contract, STR("con_id")), &con_id);
    struct seen_order *o = watcher_order(v, ref);
    if (!o) {
        o = watcher_add(v, ref);
        o->request = request;
        o->intent = r->seq;
        o->side = str_eq(json_get_str(leg, STR("side")), STR("BUY")) ? SIDE_BUY : SIDE_SELL;
        o->type = order_type_parse(json_get_str(leg, STR("type")));
        o->con_id = (int32_t)con_id;
        str_copy_cut(o->symbol, sizeof o->symbol, json_get_str(contract, STR("symbol")));
        str_copy_cut(o->placer, sizeof o->placer, r->principal);
    }
    o->intents++;
    o->journaled = r->seq;
    o->quantity = dec_max(o->quantity, quantity);
    o->limit_price.has = json_to_dec(json_get(leg, STR("limit_price")), &o->limit_price.v);
    str_copy_cut(o->principal, sizeof o->principal, r->principal);
}

static void on_intent(struct watcher *v, const struct json *body, const struct audit_record *r)
{
    const struct json *legs = json_get(body, STR("legs")), *leg;
    bool is_place = str_eq(json_get_str(body, STR("kind")), STR("place"));
    for (size_t i = 0; (leg = json_at(legs, i)) != NULL; i++) {
        struct str ref = json_get_str(leg, STR("ref"));
        if (is_place && watcher_order(v, ref))
            watcher_break(v, I1, "one reference for two orders: " STR_FMT, STR_ARG(ref));
        on_leg(v, leg, request_of(body), r);
        struct seen_order *o = watcher_order(v, ref);
        o->is_closing = str_eq(r->principal, STR(GATE_CLOSER));
        o->leg = (int)i;
        o->approval = 0;
        (void)json_to_i64(json_get(body, STR("approval")), &o->approval);
        if (is_place && i == 0)
            watch_intent_record(v, o, body, r->at);
    }
}

/* hash = SHA-256 of prev_hash, seq, at, kind, principal, body, joined by line feeds. */
static void check_link(struct watcher *v, const struct audit_record *r)
{
    char hash[SHA256_HEX_MAX];
    v->looked[I7]++;
    buf_reset(&v->hashed);
    buf_add_f(&v->hashed, "%s\n%lld\n", v->chain, (long long)r->seq);
    const struct str parts[] = {r->at, r->kind, r->principal, r->body};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        buf_add_str(&v->hashed, parts[i]);
        if (i + 1 < sizeof parts / sizeof parts[0])
            buf_add_char(&v->hashed, '\n');
    }
    struct sha256 h = hash_sha256(buf_str(&v->hashed));
    hash_hex(&h, hash);
    if (r->seq != v->journal_at + 1)
        watcher_break(v, I7, "record %lld follows %lld", (long long)r->seq,
                      (long long)v->journal_at);
    if (!str_eq(r->prev_hash, STR_NAME(v->chain)) || !str_eq(r->hash, STR_NAME(hash)))
        watcher_break(v, I7, "record %lld does not fit the chain", (long long)r->seq);
    str_copy_cut(v->chain, sizeof v->chain, r->hash);
}

static bool on_record(void *self, const struct audit_record *r)
{
    struct watcher *v = self;
    struct error e = {0};
    check_link(v, r);
    v->journal_at = r->seq;
    v->records++;
    bool is_intent = str_eq(r->kind, STR("intent"));
    if (str_eq(r->kind, STR("release")))
        watch_release_record(v, r->seq);
    if (!is_intent && !str_eq(r->kind, STR("approval")))
        return true;
    arena_reset(v->record_arena);
    const struct json *body = json_parse(r->body, v->record_arena, &e);
    if (body && is_intent)
        on_intent(v, body, r);
    else if (body)
        watch_approval_record(v, r, body);
    else
        watcher_break(v, I7, "record %lld cannot be read", (long long)r->seq);
    return true;
}

void watcher_read_journal(struct watcher *v)
{
    struct audit_filter filter = {.after = v->journal_at};
    struct error e = {0};
    if (!audit_records(v->world->db, &filter, on_record, v, &e))
        watcher_break(v, I7, "the journal cannot be read: %.200s", e.text);
}
