/* SPDX-License-Identifier: MIT */
#include "guard/proposal.h"

#include "base/alloc.h"
#include "guard/record.h"
#include "guard/state.h"
#include "guard/value.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct proposals {
    uint64_t serial; /* of ids */
    struct gate_proposal rows[PROPOSALS_MAX];
};

struct proposals *proposals_new(void)
{
    return xcalloc(1, sizeof(struct proposals));
}

/* ---- the state ---- */

const char *proposal_state_text(enum proposal_state s)
{
    static const char *const texts[PROPOSAL_STATE_COUNT] = {
        [PROPOSAL_PREVIEWED] = "previewed", [PROPOSAL_PENDING] = "pending",
        [PROPOSAL_APPROVED] = "approved",   [PROPOSAL_DECLINED] = "declined",
        [PROPOSAL_USED] = "used",           [PROPOSAL_EXPIRED] = "expired",
    };
    assert(s < PROPOSAL_STATE_COUNT);
    return texts[s];
}

enum proposal_state gate_proposal_state(const struct gate_proposal *p, struct moment now)
{
    bool is_over = now.wall.ns >= p->until.ns || instant_due(p->until_mono, now.mono);
    bool ends = p->state == PROPOSAL_PREVIEWED || p->state == PROPOSAL_PENDING ||
                p->state == PROPOSAL_APPROVED;
    return ends && is_over ? PROPOSAL_EXPIRED : p->state;
}

void proposal_lives(struct gate_proposal *p, int64_t ms, struct moment now)
{
    p->until = (struct utc){now.wall.ns + ms * NS_PER_MS};
    p->until_mono = instant_after_ms(now.mono, ms);
}

/* ---- digests ---- */

static void hash_text(const char *text, char out[SHA256_HEX_MAX])
{
    struct sha256 h = hash_sha256(str_of(text));
    hash_hex(&h, out);
}

void proposal_digest(const struct gate_request *r, char out[SHA256_HEX_MAX])
{
    char orders[SHA256_HEX_MAX], text[SHA256_HEX_MAX + 32];
    record_digest(r, orders);
    (void)snprintf(text, sizeof text, "%d %d %d %s", r->kind == GATE_MODIFY, r->allow_duplicate,
                   r->allow_widening, orders);
    hash_text(text, out);
}

/* Of the order that a change starts from, without what moves by itself; "" for a new order. */
static void base_digest(const struct gate *g, const struct gate_request *r,
                        char out[SHA256_HEX_MAX])
{
    const struct book_order *bo =
        r->kind == GATE_MODIFY ? book_order(g->book, g->config.client_id, r->orders[0].order_id)
                               : NULL;
    out[0] = 0;
    if (!bo)
        return;
    struct gate_request now = {.kind = GATE_MODIFY, .count = 1, .orders = {bo->order}};
    now.orders[0].perm_id = 0;
    now.orders[0].trail_stop = DEC_NONE;
    record_digest(&now, out);
}

static void make_id(struct gate *g, const char *digest, struct moment now,
                    char out[GATE_PREVIEW_ID_MAX])
{
    char text[SHA256_HEX_MAX + 64], hex[SHA256_HEX_MAX];
    (void)snprintf(text, sizeof text, "%llu %lld %s", (unsigned long long)g->proposals->serial++,
                   (long long)now.wall.ns, digest);
    struct str secret = {(const char *)g->config.secret, sizeof g->config.secret};
    struct sha256 h = hash_hmac_sha256(secret, str_of(text));
    hash_hex(&h, hex);
    memcpy(out, hex, GATE_PREVIEW_ID_MAX - 1);
    out[GATE_PREVIEW_ID_MAX - 1] = 0;
}

/* ---- the table ---- */

static bool waits(const struct gate_proposal *p, struct moment now)
{
    enum proposal_state s = gate_proposal_state(p, now);
    return p->id[0] && (s == PROPOSAL_PENDING || s == PROPOSAL_APPROVED);
}

/* What gives way first: free rows, then finished ones, then previews; the oldest of a kind. */
static int precedence(const struct gate_proposal *p, struct moment now)
{
    if (!p->id[0])
        return 3;
    if (p->is_busy || p->is_deciding || waits(p, now))
        return 0;
    return gate_proposal_state(p, now) == PROPOSAL_PREVIEWED ? 1 : 2;
}

struct gate_proposal *proposal_room(struct gate *g, struct moment now)
{
    struct gate_proposal *best = NULL;
    int best_is = 0;
    for (size_t i = 0; i < PROPOSALS_MAX; i++) {
        struct gate_proposal *p = &g->proposals->rows[i];
        int is = precedence(p, now);
        if (is > best_is || (best && is && is == best_is && p->since.ns < best->since.ns)) {
            best = p;
            best_is = is;
        }
    }
    if (best)
        *best = (struct gate_proposal){0};
    return best;
}

static struct gate_proposal *find(const struct gate *g, struct str id, struct str principal)
{
    for (size_t i = 0; id.n && i < PROPOSALS_MAX; i++) {
        struct gate_proposal *p = &g->proposals->rows[i];
        if (hash_equal(STR_NAME(p->id), id) && str_eq(STR_NAME(p->principal), principal))
            return p;
    }
    return NULL;
}

struct gate_proposal *proposal_numbered(const struct gate *g, int64_t number)
{
    for (size_t i = 0; number > 0 && i < PROPOSALS_MAX; i++)
        if (g->proposals->rows[i].number == number)
            return &g->proposals->rows[i];
    return NULL;
}

/* The same request by the same principal, about which a person has been asked. */
static struct gate_proposal *find_equal(const struct gate *g, const struct gate_request *r,
                                        struct moment now)
{
    char digest[SHA256_HEX_MAX];
    proposal_digest(r, digest);
    for (size_t i = 0; i < PROPOSALS_MAX; i++) {
        struct gate_proposal *p = &g->proposals->rows[i];
        if (waits(p, now) && !p->is_busy && strcmp(p->digest, digest) == 0 &&
            str_eq(STR_NAME(p->principal), r->principal))
            return p;
    }
    return NULL;
}

bool gate_next_approval(const struct gate *g, size_t *i, const struct gate_proposal **out)
{
    while (*i < PROPOSALS_MAX) {
        *out = &g->proposals->rows[(*i)++];
        if ((*out)->number)
            return true;
    }
    return false;
}

/* ---- what is kept ---- */

static void tell(const struct gate_proposal *p, struct gate_ticket *ticket)
{
    memcpy(ticket->preview_id, p->id, sizeof ticket->preview_id);
    ticket->preview_until = (struct opt_utc){p->until, true};
    ticket->approval_number = p->number;
}

static void keep_warnings(const struct gate_ticket *t, char out[PROPOSAL_WARNINGS_MAX])
{
    struct buf b;
    buf_init(&b, PROPOSAL_WARNINGS_MAX - 1);
    for (size_t i = 0; i < t->finding_count; i++)
        buf_add_f(&b, "%s%s", i ? "," : "", t->findings[i].code);
    assert(!b.failed); /* each code once, and the table of them is short */
    str_copy_cut(out, PROPOSAL_WARNINGS_MAX, buf_str(&b));
    buf_fini(&b);
}

struct gate_proposal *proposal_keep(struct gate *g, const struct gate_request *r,
                                    struct gate_ticket *ticket, struct moment now)
{
    assert(ticket->is_allowed);
    struct gate_proposal *p = proposal_room(g, now);
    if (!p)
        return NULL;
    p->kind = r->kind;
    p->count = r->count;
    memcpy(p->orders, r->orders, sizeof p->orders);
    p->allow_duplicate = r->allow_duplicate;
    p->allow_widening = r->allow_widening;
    str_copy_cut(p->principal, sizeof p->principal, r->principal);
    str_copy_cut(p->assistant, sizeof p->assistant, r->assistant);
    str_copy_cut(p->reasoning, sizeof p->reasoning, r->reasoning);
    p->reference = ticket->reference;
    p->value_base = ticket->value_base;
    memcpy(p->base_currency, ticket->base_currency, sizeof p->base_currency);
    keep_warnings(ticket, p->warnings);
    p->since = now.wall;
    proposal_lives(p, g->limits.preview_ttl_s * 1000, now);
    proposal_digest(r, p->digest);
    base_digest(g, r, p->base);
    make_id(g, p->digest, now, p->id);
    tell(p, ticket);
    return p;
}

void proposal_request(const struct gate_proposal *p, struct gate_request *out)
{
    *out = (struct gate_request){.kind = p->kind,
                                 .count = p->count,
                                 .allow_duplicate = p->allow_duplicate,
                                 .allow_widening = p->allow_widening,
                                 .principal = STR_NAME(p->principal),
                                 .assistant = STR_NAME(p->assistant),
                                 .reasoning = STR_NAME(p->reasoning),
                                 .preview_id = STR_NAME(p->id)};
    memcpy(out->orders, p->orders, sizeof out->orders);
}

/* ---- what a page proves by ---- */

bool gate_proposal_proof(const struct gate *g, struct str id, struct str principal,
                         char out[PROPOSAL_PROOF_MAX])
{
    const struct gate_proposal *p = find(g, id, principal);
    char text[sizeof p->id + sizeof p->principal + 16], hex[SHA256_HEX_MAX];
    if (!p)
        return false;
    (void)snprintf(text, sizeof text, "proof %s %s", p->id, p->principal);
    struct str secret = {(const char *)g->config.secret, sizeof g->config.secret};
    struct sha256 h = hash_hmac_sha256(secret, str_of(text));
    hash_hex(&h, hex);
    memcpy(out, hex, PROPOSAL_PROOF_MAX - 1);
    out[PROPOSAL_PROOF_MAX - 1] = 0;
    return true;
}

bool gate_proposal_is_proven(const struct gate *g, struct str id, struct str principal,
                             struct str proof)
{
    char right[PROPOSAL_PROOF_MAX];
    return gate_proposal_proof(g, id, principal, right) && hash_equal(proof, STR_NAME(right));
}

/* ---- submitting ---- */

static bool unknown(struct error *e)
{
    error_set(e, ERROR_NOT_FOUND, "PREVIEW_UNKNOWN", "there is no such preview of this caller");
    return error_next(e, "call preview_order, and submit the preview_id that it answers");
}

bool gate_proposal_request(const struct gate *g, struct str id, struct str principal,
                           struct gate_request *out, struct error *e)
{
    const struct gate_proposal *p = find(g, id, principal);
    if (!p)
        return unknown(e);
    proposal_request(p, out);
    return true;
}

static bool changed(struct error *e, const char *what)
{
    error_set(e, ERROR_CONFLICT, "PREVIEW_CHANGED", "%s", what);
    return error_next(e, "preview the order again, look at it, and submit the new preview");
}

/* False, with *e, if its life is over. A repetition under the same key is answered all the same. */
static bool is_alive(const struct gate_proposal *p, const struct gate_request *r, struct moment now,
                     struct error *e)
{
    switch (gate_proposal_state(p, now)) {
    case PROPOSAL_USED:
        if (r->idempotency_key.n && str_eq(STR_NAME(p->key), r->idempotency_key))
            return true;
        error_set(e, ERROR_CONFLICT, "PREVIEW_USED", "the preview has become an order already: %s",
                  p->ref);
        return error_next(e, "look at the open orders; preview again if another order is meant");
    case PROPOSAL_DECLINED:
        error_set(e, ERROR_DENIED, "APPROVAL_DECLINED", "the order was declined: %.150s", p->why);
        return error_next(e, "ask the person what is wanted instead");
    case PROPOSAL_EXPIRED:
        error_set(e, ERROR_CONFLICT, p->number ? "APPROVAL_EXPIRED" : "PREVIEW_EXPIRED",
                  p->number ? "the order was not approved and submitted in time"
                            : "the preview is older than preview_ttl_s");
        return error_next(e, "preview the order again");
    default:
        return true;
    }
}

bool proposal_begin(struct gate *g, const struct gate_request *r, struct moment now,
                    struct gate_proposal **out, struct error *e)
{
    *out = NULL;
    if (!r->preview_id.n)
        return true;
    struct gate_proposal *p = find(g, r->preview_id, r->principal);
    char digest[SHA256_HEX_MAX];
    if (!p)
        return unknown(e);
    if (!is_alive(p, r, now, e))
        return false;
    if (p->is_busy) {
        error_set(e, ERROR_CONFLICT, "PREVIEW_USED", "the preview is being submitted already");
        return error_next(e, "wait for the answer to the first call");
    }
    proposal_digest(r, digest);
    if (strcmp(p->digest, digest) != 0)
        return changed(e, "the order is not the one that was shown");
    p->is_busy = true;
    *out = p;
    return true;
}

static bool has_drifted(const struct gate *g, const struct gate_proposal *p,
                        const struct gate_ticket *t, struct error *e)
{
    struct opt_dec then = p->reference, now = t->reference;
    if (!price_drifted(then, now, g->limits.preview_drift_pct))
        return false;
    char was[DEC_TEXT_MAX] = "unknown", is[DEC_TEXT_MAX] = "unknown", limit[DEC_TEXT_MAX];
    if (then.has)
        (void)dec_format(then.v, was);
    if (now.has)
        (void)dec_format(now.v, is);
    (void)dec_format(g->limits.preview_drift_pct, limit);
    error_set(e, ERROR_CONFLICT, "PREVIEW_DRIFT",
              "the price was %s when the order was shown and is %s now: more than "
              "preview_drift_pct %s",
              was, is, limit);
    return !error_next(e, "preview the order again, and submit the new preview");
}

/* False, with *e, if the caller was shown something else than what holds now. */
static bool is_as_shown(const struct gate *g, const struct gate_proposal *p,
                        const struct gate_request *r, const struct gate_ticket *t, struct error *e)
{
    char base[SHA256_HEX_MAX], text[ERROR_TEXT_MAX];
    base_digest(g, r, base);
    if (strcmp(p->base, base) != 0)
        return changed(e, "the order that is to be changed has changed since the preview");
    for (size_t i = 0; i < t->finding_count; i++) {
        if (guard_list_has(STR_NAME(p->warnings), str_of(t->findings[i].code)))
            continue;
        (void)snprintf(text, sizeof text, "there is news since the preview: %s: %.150s",
                       t->findings[i].code, t->findings[i].text);
        return changed(e, text);
    }
    return !has_drifted(g, p, t, e);
}

static bool has_room_to_wait(const struct gate *g, struct moment now, struct error *e)
{
    size_t n = 0;
    for (size_t i = 0; i < PROPOSALS_MAX; i++)
        n += waits(&g->proposals->rows[i], now);
    if (n < PROPOSALS_PENDING_MAX)
        return true;
    error_set(e, ERROR_LIMIT, "APPROVALS_FULL", "%zu orders wait for approval already", n);
    return error_next(e, "let a person decide about them first: portcullis approvals");
}

bool proposal_passes(struct task *t, struct gate *g, const struct gate_request *r,
                     struct gate_ticket *ticket, struct gate_proposal **held, struct error *e)
{
    struct moment now = task_now(t);
    struct gate_proposal *p = *held;
    assert(ticket->is_allowed && ticket->approval != GATE_APPROVAL_DENY);
    if (!p && ticket->approval == GATE_APPROVAL_NONE)
        return true;
    if (!p) /* the same request again, perhaps, that was not previewed */
        p = find_equal(g, r, now);
    if (p && !is_alive(p, &(struct gate_request){0}, now, e)) /* it took its time */
        return false;
    bool needs = ticket->approval != GATE_APPROVAL_NONE;
    if (p && !(needs && p->state == PROPOSAL_PENDING) && !is_as_shown(g, p, r, ticket, e))
        return false;
    if (p && p->state == PROPOSAL_APPROVED && p->way < ticket->approval)
        return changed(e, "another way of approving is asked for now than it was approved on");
    if (needs && (!p || p->state == PROPOSAL_PREVIEWED) && !has_room_to_wait(g, now, e))
        return false;
    if (!p && !(p = proposal_keep(g, r, ticket, now)))
        return error_set(e, ERROR_LIMIT, "APPROVALS_FULL", "too many orders are being submitted");
    p->is_busy = true;
    p->needs = ticket->approval;
    *held = p;
    if (p->state == PROPOSAL_APPROVED || !needs) {
        tell(p, ticket);
        return true;
    }
    if (p->state == PROPOSAL_PREVIEWED && !approval_ask(t, g, p, e))
        return false;
    tell(p, ticket);
    error_set(e, ERROR_DENIED, "APPROVAL_NEEDED", "a person has to approve this order: number %lld",
              (long long)p->number);
    return error_next(e,
                      "a person types `portcullis approve %lld` at a terminal; then submit "
                      "preview %s",
                      (long long)p->number, p->id);
}

void proposal_use(struct gate_proposal *p, const struct gate_request *r, const struct order *o)
{
    p->was = p->state;
    p->state = PROPOSAL_USED;
    str_copy_cut(p->key, sizeof p->key, r->idempotency_key);
    str_copy_cut(p->ref, sizeof p->ref, STR_NAME(o->ref));
}

void proposal_end(struct gate_proposal *p, bool take_back)
{
    if (!p)
        return;
    p->is_busy = false;
    if (!take_back)
        return;
    p->state = p->was;
    p->key[0] = p->ref[0] = 0;
}
