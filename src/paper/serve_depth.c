/* SPDX-License-Identifier: MIT */
/*
 * Market depth. A client holds a copy of the book, row by row, and is told only how a row has
 * changed: inserted, replaced or deleted. What it was told is kept beside the stream.
 *
 * A direct request is about one exchange; where the levels carry the names of their makers, and for
 * the book of all exchanges ("smart depth"), the longer message with a name per row is used.
 */
#include "paper/paper_private.h"

#include "base/alloc.h"

#include <string.h>

enum {
    ROWS_MAX = FEED_LEVELS_MAX,
    EXCHANGES_MAX = 256,
    OP_INSERT = 0,
    OP_UPDATE = 1,
    OP_DELETE = 2
};

struct book_side {
    struct feed_level rows[ROWS_MAX];
    size_t n;
};

struct book {
    struct book_side sides[2]; /* 0 ask, 1 bid */
    size_t rows;               /* as many as the client wants */
    bool is_smart;
};

static bool has_depth(const struct instrument *i)
{
    switch (i->contract.sec_type) {
    case SEC_IND:
    case SEC_FUND:
    case SEC_BOND:
        return false;
    default:
        return true;
    }
}

static void send_row(struct paper *p, struct paper_peer *peer, const struct stream *s, int32_t side,
                     int32_t position, int32_t operation, const struct feed_level *row)
{
    const struct book *b = s->own;
    double price = operation == OP_DELETE ? 0 : dec_to_double(row->price);
    struct str size = operation == OP_DELETE ? STR("0") : paper_dec(p, row->size);
    if (b->is_smart || row->maker[0] != 0) {
        const struct wire_rep_market_depth_l2 m = {
            s->req_id, position, STR_NAME(row->maker), operation, side, price, size, b->is_smart};
        peer_send(p, peer, WIRE_REP_MARKET_DEPTH_L2, &m);
        return;
    }
    const struct wire_rep_market_depth m = {.req_id = s->req_id,
                                            .position = position,
                                            .operation = operation,
                                            .side = side,
                                            .price = price,
                                            .size = size};
    peer_send(p, peer, WIRE_REP_MARKET_DEPTH, &m);
}

static bool same_row(const struct feed_level *a, const struct feed_level *b)
{
    return dec_eq(a->price, b->price) && dec_eq(a->size, b->size) &&
           strcmp(a->maker, b->maker) == 0;
}

static void send_side(struct paper *p, struct paper_peer *peer, struct stream *s, int32_t side)
{
    struct book *b = s->own;
    struct book_side *old = &b->sides[side], now = {.n = 0};
    now.n = feed_depth(p->feed, s->instrument, paper_now_s(p), side == 1, now.rows, b->rows);
    for (size_t k = old->n; k > now.n; k--)
        send_row(p, peer, s, side, (int32_t)k - 1, OP_DELETE, &old->rows[k - 1]);
    for (size_t k = 0; k < now.n; k++)
        if (k >= old->n)
            send_row(p, peer, s, side, (int32_t)k, OP_INSERT, &now.rows[k]);
        else if (!same_row(&old->rows[k], &now.rows[k]))
            send_row(p, peer, s, side, (int32_t)k, OP_UPDATE, &now.rows[k]);
    *old = now;
}

void depth_step(struct paper *p, struct paper_peer *peer, struct stream *s)
{
    send_side(p, peer, s, 1);
    send_side(p, peer, s, 0);
    s->due_ns = (paper_now_s(p) + 1) * NS_PER_S;
}

void serve_mkt_depth(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_mkt_depth *req = message;
    const struct instrument *i = access_find(p, peer, req->req_id, &req->contract);
    if (i == NULL)
        return;
    if (req->num_rows < 1) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bV' : cause - Number of rows must be positive");
        return;
    }
    if (!has_depth(i) || (str_ieq(req->contract.exchange, STR("SMART")) && !req->is_smart_depth)) {
        peer_error(p, peer, req->req_id, 10092,
                   "Deep market data is not supported for this combination of security "
                   "type/exchange");
        return;
    }
    if (!access_granted(p, i)) {
        peer_error(p, peer, req->req_id, 354, "Requested market data is not subscribed.");
        return;
    }
    struct stream *s = stream_add(p, peer, STREAM_DEPTH, req->req_id, i);
    if (s == NULL)
        return;
    struct book *b = xcalloc(1, sizeof *b);
    b->rows = req->num_rows < ROWS_MAX ? (size_t)req->num_rows : ROWS_MAX;
    b->is_smart = req->is_smart_depth;
    s->own = b;
    if (!faults_no_quotes(&p->faults))
        depth_step(p, peer, s);
}

void serve_cancel_mkt_depth(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_cancel_mkt_depth *req = message;
    (void)stream_cancel(p, peer, STREAM_DEPTH, req->req_id);
}

/* ---- where there is depth ---- */
/* Adds exchange and type once. */
static size_t add_exchange(struct wire_depth_exchange *rows, size_t n, struct str exchange,
                           struct str type)
{
    for (size_t k = 0; k < n; k++)
        if (str_eq(rows[k].exchange, exchange) && str_eq(rows[k].sec_type, type))
            return n;
    if (n == EXCHANGES_MAX || str_eq(exchange, STR("SMART")))
        return n;
    rows[n] = (struct wire_depth_exchange){.exchange = exchange,
                                           .sec_type = type,
                                           .service_data_type = STR("Deep"),
                                           .agg_group = WIRE_UNSET_INT};
    return n + 1;
}

void serve_depth_exchanges(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    struct wire_depth_exchange *rows =
        ARENA_MANY(p->arena, struct wire_depth_exchange, EXCHANGES_MAX);
    size_t n = 0;
    for (size_t k = 0; k < universe_count(p->universe); k++) {
        const struct instrument *i = universe_at(p->universe, k);
        struct str list = STR_NAME(i->exchanges);
        if (!has_depth(i))
            continue;
        for (struct str one; str_cut(&list, ',', &one);)
            n = add_exchange(rows, n, one, str_of(sec_type_text(i->contract.sec_type)));
    }
    const struct wire_rep_mkt_depth_exchanges m = {{rows, n}};
    peer_send(p, peer, WIRE_REP_MKT_DEPTH_EXCHANGES, &m);
}
