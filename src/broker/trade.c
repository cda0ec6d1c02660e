/* SPDX-License-Identifier: MIT */
#include "broker/trade.h"

#include "broker/convert.h"
#include "broker/state.h"

#include <assert.h>

static bool not_ready(const struct session *s, struct error *e)
{
    error_set(e, ERROR_UNAVAILABLE, "NOT_CONNECTED", "the broker connection is not ready (%s)",
              link_state_text(s->link));
    return error_next(e, "%s", s->hint);
}

bool take_order_id(struct session *s, int32_t *out, struct error *e)
{
    if (!session_is_ready(s))
        return not_ready(s, e);
    if (!s->has_next_id)
        return broker_error(e, 321, STR("the API is in Read-Only mode: no order ids"));
    if (s->used_order_id + 1 >= REQUEST_ID_FIRST) {
        error_set(e, ERROR_LIMIT, "ORDER_IDS", "the order ids of client %d are used up",
                  s->config.client_id);
        return error_next(e, "reset the API order id sequence in TWS");
    }
    *out = ++s->used_order_id;
    return true;
}

bool trade_next_order_id(struct session *s, int32_t *out, struct error *e)
{
    return take_order_id(s, out, e);
}

void trade_used_order_id(struct session *s, int64_t id)
{
    if (id > s->used_order_id && id < REQUEST_ID_FIRST)
        s->used_order_id = (int32_t)id;
}

static bool act(struct session *s, enum pacing_class class, const struct pacing_about *about,
                int id, const void *message, struct error *e)
{
    if (!session_send_trade(s, class, about, id, message, e))
        return false;
    s->acts[s->act_count++ % ACTS_MAX] = s->now.mono;
    return true;
}

int64_t trade_messages_within(const struct session *s, int64_t ms, struct moment now)
{
    int64_t n = 0;
    for (size_t i = 0; i < s->act_count && i < ACTS_MAX; i++)
        n += instant_ms_since(s->acts[i], now.mono) < ms;
    return n;
}

bool trade_place(struct session *s, const struct order *o, struct moment now, struct error *e)
{
    assert(o->order_id != 0 && o->account[0] != '\0' && !o->what_if);
    s->now = now;
    /* Not while the Gateway's own line is down: a change sent then has made a second order. */
    if (!session_is_ready(s))
        return not_ready(s, e);
    struct arena *arena = arena_new(4096);
    struct wire_req_place_order m;
    order_to_wire(o, arena, &m);
    struct pacing_about about = {.order_id = o->order_id, .is_order = true};
    bool ok = act(s, PACING_ORDER, &about, WIRE_REQ_PLACE_ORDER, &m, e);
    arena_free(arena);
    if (ok)
        trade_used_order_id(s, o->order_id);
    return ok;
}

/* A cancel overtakes everything except the very orders that it is about. */
static bool cancel(struct session *s, int32_t order_id, int id, const void *message,
                   struct error *e)
{
    if (!session_is_up(s))
        return not_ready(s, e);
    enum pacing_class class =
        pacing_has_order(&s->pacing, order_id) ? PACING_CANCEL_AFTER_ORDERS : PACING_CANCEL;
    struct pacing_about about = {.order_id = order_id};
    return act(s, class, &about, id, message, e);
}

bool trade_cancel(struct session *s, int32_t order_id, struct moment now, struct error *e)
{
    assert(order_id != 0);
    s->now = now;
    struct wire_req_cancel_order m = WIRE_REQ_CANCEL_ORDER_DEFAULT;
    m.order_id = order_id;
    return cancel(s, order_id, WIRE_REQ_CANCEL_ORDER, &m, e);
}

size_t trade_drop_waiting(struct session *s, int32_t order_id)
{
    size_t n = pacing_drop_orders(&s->pacing, order_id);
    if (n > 0)
        log_warn(&s->log, "dropped %zu orders and changes that waited", n);
    return n;
}

bool trade_cancel_all(struct session *s, struct moment now, struct error *e)
{
    s->now = now;
    struct wire_req_global_cancel m = WIRE_REQ_GLOBAL_CANCEL_DEFAULT;
    return cancel(s, 0, WIRE_REQ_GLOBAL_CANCEL, &m, e);
}
