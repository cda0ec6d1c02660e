/* SPDX-License-Identifier: MIT */
/* The line between session and exchange, read frame by frame. */
#include "base/limits.h"
#include "wire/codec.h"
#include "wire/reply.h"
#include "wire/request.h"

#include "watcher.h"

#include <string.h>

enum {
    STALE_GRACE_MS = 20 * 1000, /* from judging a price to the order on the wire */
    PROTO_ID = 200
};

/* ---- the state that was acknowledged ---- */

static void check_state(struct watcher *v, const struct seen_order *o, struct dec quantity)
{
    v->looked[I4]++;
    if (o->is_closing && v->is_kill_begun && watcher_reduces(v, o, quantity, true))
        return;
    for (size_t i = 0; i < v->kill_count; i++) {
        const struct seen_kill *k = &v->kills[i];
        if (k->is_on && watcher_covers(k, o, o->principal))
            watcher_break(
                v, I4, "order %s went out although the kill switch of %s was acknowledged", o->ref,
                k->symbol[0]      ? k->symbol
                : k->principal[0] ? k->principal
                                  : "everything");
    }
    if (v->is_halted)
        watcher_break(v, I4, "order %s went out although `halted` was acknowledged", o->ref);
    else if (v->is_reducing && o->journaled > v->reducing_at &&
             !watcher_reduces(v, o, quantity, true))
        watcher_break(v, I4, "order %s went out in `reducing` and reduces nothing", o->ref);
}

static void check_price(struct watcher *v, const struct seen_order *o)
{
    v->looked[I13]++;
    int64_t newest = INT64_MAX, bound = v->world->settings.values.limits.stale_price_s * 1000;
    for (size_t i = 0; i < v->line_count; i++)
        if (v->lines[i].con_id == o->con_id && v->lines[i].newest.ns) {
            int64_t age = instant_ms_since(v->lines[i].newest, v->world->now.mono);
            newest = age < newest ? age : newest;
        }
    if (newest > bound + STALE_GRACE_MS)
        watcher_break(v, I13, "order %s went out by a price %lld s old", o->ref,
                      (long long)(newest / 1000));
}

/* ---- orders and cancels ---- */

static void check_id(struct watcher *v, struct seen_order *o, int32_t order_id)
{
    if (o->frames > 1 && o->order_id != order_id)
        watcher_break(v, I1, "order %s went out under the ids %d and %d", o->ref, o->order_id,
                      order_id);
    o->order_id = order_id;
    for (size_t i = 0; i < v->order_count; i++) {
        const struct seen_order *other = &v->orders[i];
        if (other != o && other->frames && other->order_id == order_id && !other->is_excused &&
            !v->world->device.has_lied)
            watcher_break(v, I1, "orders %s and %s went out under one id, %d", other->ref, o->ref,
                          order_id);
    }
}

/* One key, or one asking, is one order: what was sent of another intent is one too many. */
static void check_request(struct watcher *v, const struct seen_order *o)
{
    const struct seen_request *r = &v->requests[o->request];
    int sent = 0, of_key = 0;
    if (!o->request)
        return;
    for (size_t i = 0; i < v->order_count; i++) {
        const struct seen_order *other = &v->orders[i];
        bool is_first = other->frames > 0 && other->request;
        for (size_t k = 0; is_first && k < i; k++) /* other legs of it */
            is_first = v->orders[k].intent != other->intent || v->orders[k].frames == 0;
        sent += is_first && other->request == o->request;
        of_key += is_first && r->key && v->requests[other->request].key == r->key &&
                  strcmp(other->placer, o->placer) == 0;
    }
    if (of_key > 1)
        watcher_break(v, I1, "the key of request r%d sent %d orders", o->request, of_key);
    if (r->is_shown && sent > (r->asks ? 1 : 0))
        watcher_break(v, I14, "preview r%d was submitted %d times and sent %d orders", o->request,
                      r->asks, sent);
    if (sent > r->asks)
        watcher_break(v, I1, "request r%d was asked %d times and sent %d orders", o->request,
                      r->asks, sent);
}

static void on_place(struct watcher *v, const struct wire_req_place_order *m)
{
    bool has_lied = v->world->device.has_lied;
    struct dec quantity = DEC_ZERO;
    if (m->order.what_if)
        return;
    v->order_frames++;
    watcher_read_journal(v); /* as it is in the file at this moment */
    watch_exchange(v);
    struct seen_order *o = watcher_order(v, m->order.order_ref);
    if (!dec_parse(m->order.total_quantity, &quantity))
        watcher_break(v, I2, "an order went out without a quantity");
    if (!o || !o->intents) {
        if (!has_lied)
            watcher_break(v, I3, "order '" STR_FMT "' went out without a durable intent",
                          STR_ARG(m->order.order_ref));
        o = o ? o : watcher_add(v, m->order.order_ref);
        o->is_excused = true;
        o->con_id = m->contract.con_id;
        o->side = str_eq(m->order.action, STR("BUY")) ? SIDE_BUY : SIDE_SELL;
        o->type = order_type_parse(m->order.order_type);
        o->is_closing = v->is_kill_begun && watcher_reduces(v, o, quantity, true);
    }
    o->frames++;
    v->looked[I1]++, v->looked[I2]++, v->looked[I3]++, v->looked[I6]++;
    if (o->frames > o->intents && !o->is_excused && !has_lied)
        watcher_break(v, I6, "order %s went out %d times for %d intents", o->ref, o->frames,
                      o->intents);
    if (dec_gt(quantity, o->quantity) && !o->is_excused && !has_lied)
        watcher_break(v, I2, "order %s went out larger than its intent", o->ref);
    check_id(v, o, m->order_id);
    check_request(v, o);
    check_state(v, o, quantity);
    watch_word(v, o, quantity);
    watch_own_limits(v, o, quantity);
    if (o->type == ORDER_MKT && !o->is_closing) /* which waits for no price */
        check_price(v, o);
}

static void on_cancel(struct watcher *v, int32_t order_id)
{
    v->cancel_frames++;
    for (size_t i = 0; i < v->order_count; i++)
        if (v->orders[i].order_id == order_id)
            v->orders[i].cancels++;
}

/* ---- frames to the exchange ---- */

static void count_frame(struct watcher *v)
{
    int64_t rate = v->world->settings.values.broker.messages_per_s;
    struct instant now = v->world->now.mono;
    size_t n = v->sent_count++;
    v->messages++;
    v->looked[I12]++;
    if (rate <= WATCHER_RATE_MAX && n >= (size_t)rate) {
        struct instant then = v->sent_at[(n - (size_t)rate) % WATCHER_RATE_MAX];
        if (then.ns && instant_ms_since(then, now) < 1000)
            watcher_break(v, I12, "%lld messages within %lld ms", (long long)rate + 1,
                          (long long)instant_ms_since(then, now));
    }
    v->sent_at[n % WATCHER_RATE_MAX] = now;
}

/* The id of a message, whatever its encoding; 0 if there is none. */
static int frame_id(const struct watcher *v, struct str body)
{
    int64_t id = 0;
    const unsigned char *p = (const unsigned char *)body.p;
    if (v->version >= WIRE_SINCE_BINARY_ID && body.n >= 4)
        id = (int64_t)p[0] << 24 | (int64_t)p[1] << 16 | (int64_t)p[2] << 8 | p[3];
    else if (v->version < WIRE_SINCE_BINARY_ID)
        (void)str_to_i64(str_sub(body, 0, str_find(body, 0, 0)), &id);
    return (int)(id > PROTO_ID ? id - PROTO_ID : id);
}

static void add_line(struct watcher *v, const struct wire_req_mkt_data *m)
{
    size_t i = v->line_count;
    if (i == WATCHER_LINES_MAX) /* the oldest goes */
        memmove(v->lines, v->lines + 1, (--i) * sizeof *v->lines);
    else
        v->line_count++;
    v->lines[i] = (struct seen_line){.req_id = m->req_id, .con_id = m->contract.con_id};
}

static void on_request(struct watcher *v, struct str body)
{
    struct wire_any any;
    struct error e = {0};
    int id = frame_id(v, body);
    if (id != WIRE_REQ_PLACE_ORDER && id != WIRE_REQ_CANCEL_ORDER && id != WIRE_REQ_MKT_DATA)
        return;
    arena_reset(v->arena);
    if (!wire_decode(WIRE_TO_SERVER, body, v->version, v->arena, &any, &e)) {
        watcher_break(v, I3, "what went out cannot be read: %.200s", e.text);
        return;
    }
    if (id == WIRE_REQ_PLACE_ORDER)
        on_place(v, any.message);
    else if (id == WIRE_REQ_CANCEL_ORDER)
        on_cancel(v, ((const struct wire_req_cancel_order *)any.message)->order_id);
    else
        add_line(v, any.message);
}

static void sent(void *self, struct str bytes)
{
    struct watcher *v = self;
    struct str body;
    struct error e = {0};
    wire_reader_feed(&v->up, bytes.p, bytes.n);
    for (enum wire_next n; (n = wire_reader_next(&v->up, &body, &e)) != WIRE_NEXT_MORE;) {
        if (n == WIRE_NEXT_BROKEN) {
            watcher_break(v, I3, "what went out is no frame: %.200s", e.text);
            return;
        }
        if (v->has_offered) {
            count_frame(v);
            on_request(v, body);
        }
        v->has_offered = true;
    }
}

/* ---- frames to the session ---- */

static void on_tick(struct watcher *v, struct str body)
{
    struct wire_any any;
    struct error e = {0};
    arena_reset(v->arena);
    if (!wire_decode(WIRE_TO_CLIENT, body, v->version, v->arena, &any, &e))
        return;                                     /* the exchange sends junk too */
    int32_t req_id = *(const int32_t *)any.message; /* the first member of both */
    for (size_t i = v->line_count; i-- > 0;)
        if (v->lines[i].req_id == req_id) {
            v->lines[i].newest = v->world->now.mono;
            return;
        }
}

static void received(void *self, struct str bytes)
{
    struct watcher *v = self;
    struct str body;
    struct wire_hello hello;
    struct error e = {0};
    wire_reader_feed(&v->down, bytes.p, bytes.n);
    while (wire_reader_next(&v->down, &body, &e) == WIRE_NEXT_FRAME) {
        if (v->version == 0) {
            if (wire_hello_parse(body, WIRE_VERSION_MIN, WIRE_VERSION_MAX, &hello, &e))
                v->version = hello.version;
            continue;
        }
        int id = frame_id(v, body);
        if (id == WIRE_REP_TICK_PRICE || id == WIRE_REP_TICK_SIZE)
            on_tick(v, body);
    }
}

/* ---- connections ---- */

void watch_wire_fini(struct watcher *v)
{
    wire_reader_fini(&v->up);
    wire_reader_fini(&v->down);
}

static void start_reading(struct watcher *v)
{
    wire_reader_init(&v->up, LIMIT_FRAME_PAPER_IN, true);
    wire_reader_init(&v->down, LIMIT_FRAME, false);
    v->version = 0;
    v->has_offered = false;
    for (size_t i = 0; i < v->line_count; i++)
        v->lines[i].req_id = -1; /* the numbers begin anew */
}

static void opened(void *self)
{
    struct watcher *v = self;
    watch_wire_fini(v);
    start_reading(v);
}

void watch_wire_init(struct watcher *v)
{
    start_reading(v);
    v->world->tap = (struct world_tap){opened, sent, received, v};
}
