/* SPDX-License-Identifier: MIT */
#include "model/order.h"

#include "model/words.h"

static const char *const order_types[ORDER_TYPE_COUNT] = {
    [ORDER_OTHER] = "",
    [ORDER_MKT] = "MKT",
    [ORDER_LMT] = "LMT",
    [ORDER_STP] = "STP",
    [ORDER_STP_LMT] = "STP LMT",
    [ORDER_TRAIL] = "TRAIL",
    [ORDER_TRAIL_LIMIT] = "TRAIL LIMIT",
};

static const char *const tifs[TIF_COUNT] = {
    [TIF_OTHER] = "",  [TIF_DAY] = "DAY", [TIF_GTC] = "GTC", [TIF_IOC] = "IOC",
    [TIF_FOK] = "FOK", [TIF_GTD] = "GTD", [TIF_OPG] = "OPG",
};

static const char *const order_states[STATE_COUNT] = {
    [STATE_UNKNOWN] = "Unknown",
    [STATE_PENDING_SUBMIT] = "PendingSubmit",
    [STATE_PRE_SUBMITTED] = "PreSubmitted",
    [STATE_SUBMITTED] = "Submitted",
    [STATE_PENDING_CANCEL] = "PendingCancel",
    [STATE_FILLED] = "Filled",
    [STATE_CANCELLED] = "Cancelled",
    [STATE_API_CANCELLED] = "ApiCancelled",
    [STATE_INACTIVE] = "Inactive",
};

const char *side_text(enum order_side s)
{
    return s == SIDE_BUY ? "BUY" : "SELL";
}

const char *order_type_text(enum order_type t)
{
    return words_text(order_types, ORDER_TYPE_COUNT, t);
}

enum order_type order_type_parse(struct str s)
{
    return (enum order_type)words_find(order_types, ORDER_TYPE_COUNT, s);
}

const char *tif_text(enum order_tif t)
{
    return words_text(tifs, TIF_COUNT, t);
}

enum order_tif tif_parse(struct str s)
{
    return (enum order_tif)words_find(tifs, TIF_COUNT, s);
}

const char *order_state_text(enum order_state s)
{
    return words_text(order_states, STATE_COUNT, s);
}

enum order_state order_state_parse(struct str s)
{
    /* the API client library's own word for "not yet sent on"; the server may repeat it */
    if (str_ieq(s, STR("ApiPending")))
        return STATE_PENDING_SUBMIT;
    return (enum order_state)words_find(order_states, STATE_COUNT, s);
}

bool order_state_is_terminal(enum order_state s)
{
    return s == STATE_FILLED || s == STATE_CANCELLED || s == STATE_API_CANCELLED;
}

/* An unknown order may be resting, so it counts; an inactive one does not rest: the broker holds
 * or has rejected it, and says so again if it comes back. */
bool order_state_is_working(enum order_state s)
{
    return !order_state_is_terminal(s) && s != STATE_INACTIVE;
}

bool order_type_is_stop(enum order_type t)
{
    return t == ORDER_STP || t == ORDER_STP_LMT || t == ORDER_TRAIL || t == ORDER_TRAIL_LIMIT;
}
