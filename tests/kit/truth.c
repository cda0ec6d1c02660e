/* SPDX-License-Identifier: MIT */
#include "truth.h"

#include "base/alloc.h"
#include "identities.h"
#include "paper/news.h"
#include "paper/paper_private.h"
#include "paper/record.h"
#include "paper/universe.h"

#include <stdio.h>
#include <string.h>

enum { SNAPSHOT_MAX = 64 << 20, REFS_MAX = 4096, NEWS_LOOK_BACK = 1000 };

/* ---- the exchange's state ---- */

struct reading {
    struct buf text;
    struct universe *universe;
    struct str rest;
    struct record_line line;
};

static bool reading_open(struct reading *r, struct world *w, struct error *e)
{
    *r = (struct reading){0};
    buf_init(&r->text, SNAPSHOT_MAX);
    if (!w->paper)
        return error_set(e, ERROR_UNAVAILABLE, "KIT", "the exchange is down");
    r->universe = universe_new((struct str){w->instruments, w->instruments_n}, e);
    if (!r->universe)
        return false;
    if (!paper_snapshot(w->paper, &r->text))
        return error_set(e, ERROR_LIMIT, "KIT", "the exchange's snapshot is too long");
    r->rest = buf_str(&r->text);
    return true;
}

static void reading_close(struct reading *r)
{
    buf_fini(&r->text);
    universe_free(r->universe);
}

/* The next line of the snapshot; false at the end, or with *e if it cannot be read. */
static bool reading_next(struct reading *r, struct error *e)
{
    struct str line;
    if (!str_cut(&r->rest, '\n', &line) || line.n == 0)
        return false;
    return record_read(line, r->universe, &r->line, e);
}

static void count_ticket(const struct ticket *t, struct truth *out)
{
    out->orders++;
    switch (t->end) {
    case END_NONE:
        out->working++;
        break;
    case END_FILLED:
        out->filled++;
        break;
    case END_REJECTED:
        out->rejected++;
        break;
    case END_BY_TRADER:
    case END_BY_SYSTEM:
    case END_COUNT:
        out->cancelled++;
        break;
    }
}

bool truth_orders(struct world *w, struct truth *out, struct error *e)
{
    struct reading r;
    *out = (struct truth){0};
    bool ok = reading_open(&r, w, e);
    while (ok && reading_next(&r, e)) {
        if (r.line.type == 'O')
            count_ticket(&r.line.ticket, out);
        out->fills += r.line.type == 'E' || r.line.type == 'F';
    }
    reading_close(&r);
    return ok && e->code == ERROR_NONE;
}

/* ---- listings ---- */

static const struct instrument *find_listing(const struct universe *u, struct str listing)
{
    struct str symbol = STR_NONE, currency = STR_NONE;
    (void)str_cut(&listing, ' ', &symbol);
    (void)str_cut(&listing, ' ', &currency);
    for (size_t i = 0; i < universe_count(u); i++) {
        const struct contract *c = &universe_at(u, i)->contract;
        if (str_eq(symbol, str_of(c->symbol)) &&
            (!currency.n || str_eq(currency, str_of(c->currency))))
            return universe_at(u, i);
    }
    return NULL;
}

bool truth_position(struct world *w, struct str listing, struct dec *out, struct error *e)
{
    struct reading r;
    *out = DEC_ZERO;
    bool ok = reading_open(&r, w, e);
    const struct instrument *i = ok ? find_listing(r.universe, listing) : NULL;
    if (ok && !i)
        ok = error_set(e, ERROR_NOT_FOUND, "KIT", "no listing " STR_FMT, STR_ARG(listing));
    while (ok && reading_next(&r, e))
        if (r.line.type == 'P' && r.line.holding.instrument->contract.con_id == i->contract.con_id)
            *out = r.line.holding.quantity;
    reading_close(&r);
    return ok && e->code == ERROR_NONE;
}

bool truth_quote(struct world *w, struct str listing, struct dec *bid, struct dec *ask,
                 struct error *e)
{
    char bid_text[48], ask_text[48];
    struct reading r;
    bool ok = reading_open(&r, w, e);
    const struct instrument *i = ok ? find_listing(r.universe, listing) : NULL;
    if (ok &&
        (!i || !paper_quote(w->paper, i->contract.con_id, exchange_now(w), bid_text, ask_text) ||
         !dec_parse(str_of(bid_text), bid) || !dec_parse(str_of(ask_text), ask)))
        ok = error_set(e, ERROR_NOT_FOUND, "KIT", "no quote of " STR_FMT, STR_ARG(listing));
    reading_close(&r);
    return ok;
}

bool truth_hostile_news(struct world *w, struct str listing, struct str words, struct buf *out,
                        struct error *e)
{
    struct reading r;
    struct news_item item;
    int64_t to_s = w->now.wall.ns / NS_PER_S;
    unsigned provider = news_providers_parse(STR("PXI"));
    bool ok = reading_open(&r, w, e), found = false;
    const struct instrument *i = ok ? find_listing(r.universe, listing) : NULL;
    for (int n = 0; i && !found && n < NEWS_LOOK_BACK; n++) {
        if (!news_before(w->paper->seed, i, provider, 0, to_s, &item))
            break;
        buf_reset(out);
        news_article(&item, NULL, out); /* it names no price, so it needs no market */
        found = str_find_str(buf_str(out), words) < out->n;
        to_s = item.at_s;
    }
    reading_close(&r);
    return found || (ok && error_set(e, ERROR_NOT_FOUND, "KIT", "no such text about " STR_FMT,
                                     STR_ARG(listing)));
}

/* ---- the store ---- */

struct counting {
    size_t count;
};

static bool count_record(void *self, const struct db_record *r)
{
    struct counting *c = self;
    (void)r;
    c->count++;
    return true;
}

bool truth_records(struct world *w, struct str kind, size_t *out, struct error *e)
{
    struct counting c = {0};
    unsigned k = 0;
    while (k < JOURNAL_KIND_COUNT && !str_eq(kind, str_of(journal_kind_text(k))))
        k++;
    if (k == JOURNAL_KIND_COUNT)
        return error_set(e, ERROR_INVALID, "KIT", "the journal has no kind " STR_FMT,
                         STR_ARG(kind));
    bool ok = db_records(w->db, (struct utc){0}, 1u << k, count_record, &c, e);
    *out = c.count;
    return ok;
}

/* ---- the rules ---- */

struct searching {
    char needle[96];
    bool is_found, is_closing; /* by the kill switch itself */
};

static bool look_for_ref(void *self, const struct db_record *r)
{
    struct searching *s = self;
    s->is_found = str_find_str(r->body, str_of(s->needle)) < r->body.n;
    s->is_closing = s->is_found && str_eq(r->principal, STR(GATE_CLOSER));
    return !s->is_found;
}

static bool has_intent(struct world *w, const struct order *o, struct error *e)
{
    struct searching s = {0};
    (void)snprintf(s.needle, sizeof s.needle, "\"ref\":\"%s\"", o->ref);
    if (!db_records(w->db, (struct utc){0}, 1u << JOURNAL_INTENT, look_for_ref, &s, e))
        return false;
    w->closings += s.is_closing;
    if (s.is_found || w->device.has_lied)
        return true;
    return error_set(e, ERROR_INTERNAL, "KIT", "order %s reached the exchange without an intent",
                     o->ref);
}

static bool check_refs(struct world *w, size_t *orders, struct error *e)
{
    static char refs[REFS_MAX][64];
    struct reading r;
    size_t n = 0;
    int64_t newest = w->checked_perm;
    bool ok = reading_open(&r, w, e);
    *orders = 0;
    while (ok && reading_next(&r, e)) {
        const struct order *o = &r.line.ticket.order;
        if (r.line.type != 'O')
            continue;
        *orders += o->ref[0] || o->client_id == w->settings.values.broker.client_id;
        if (!o->ref[0] || n == REFS_MAX) /* not ours */
            continue;
        for (size_t i = 0; ok && i < n; i++)
            if (strcmp(refs[i], o->ref) == 0)
                ok = error_set(e, ERROR_INTERNAL, "KIT", "order %s is at the exchange twice",
                               o->ref);
        str_copy_cut(refs[n++], sizeof refs[0], str_of(o->ref));
        if (ok && o->perm_id > w->checked_perm)
            ok = has_intent(w, o, e);
        newest = o->perm_id > newest ? o->perm_id : newest;
    }
    w->checked_perm = newest;
    reading_close(&r);
    return ok && e->code == ERROR_NONE;
}

static bool is_killed(const struct world *w)
{
    struct gate_kill_status k;
    if (!w->app)
        return false;
    gate_kill_status(app_core(w->app)->gate, &k);
    return k.is_killed;
}

/* The exchange's books are what its own records make of its opening, to the last digit. */
static bool check_books(struct world *w, struct error *e)
{
    struct reading r;
    struct buf records;
    char why[200] = "";
    struct ledger *opening = xcalloc(1, sizeof *opening);
    buf_init(&records, SNAPSHOT_MAX);
    buf_add_str(&records, buf_str(&w->exchange_file));
    buf_add_str(&records, paper_records(w->paper));
    bool ok = reading_open(&r, w, e) && !records.failed;
    if (ok) {
        opening_apply(opening, r.universe, w->settings.values.paper.opening_portfolio);
        ok = identities_hold(r.universe, w->settings.values.paper.account.p, opening,
                             buf_str(&records), buf_str(&r.text), why) ||
             error_set(e, ERROR_INTERNAL, "KIT", "the books of the exchange: %.180s", why);
    }
    reading_close(&r);
    buf_fini(&records);
    xfree(opening);
    return ok;
}

bool truth_holds(struct world *w, struct error *e)
{
    struct audit_proof proof;
    size_t orders = 0;
    bool killed = is_killed(w);
    if (w->paper && (!check_refs(w, &orders, e) || !check_books(w, e)))
        return false;
    orders -= w->paper ? w->closings : 0; /* the only orders that may */
    if (w->paper && killed && w->was_killed && orders > w->orders_when_killed)
        return error_set(e, ERROR_INTERNAL, "KIT", "an order arrived while the kill switch was on");
    if (w->paper)
        w->orders_when_killed = orders;
    w->was_killed = killed;
    audit_proof_init(&proof, &w->anchors);
    while (!proof.is_done)
        if (!audit_prove(w->db, &proof, 10000, e))
            return false;
    if (!proof.verdict.is_intact && !w->device.has_lied)
        return error_set(e, ERROR_INTERNAL, "KIT", "record %lld of the journal does not fit: %s",
                         (long long)proof.verdict.bad_seq, proof.verdict.why);
    return true;
}
