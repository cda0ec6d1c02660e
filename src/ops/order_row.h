/* SPDX-License-Identifier: MIT */
/*
 * order_row: an order as lists show it.
 */
#ifndef PORTCULLIS_OPS_ORDER_ROW_H
#define PORTCULLIS_OPS_ORDER_ROW_H

#include "ops/trade.h"

struct order_row {
    int64_t order_id;
    struct opt_int perm_id;
    struct str symbol, exchange, currency, action;
    struct dec quantity;
    struct str order_type;
    struct opt_dec limit_price, stop_price, aux_price, trail_amount, trail_percent;
    struct str time_in_force, status;
    struct dec filled, remaining;
    struct opt_dec avg_fill_price, last_fill_price, commission;
    struct str account, order_ref;
    int64_t client_id;
    struct opt_int parent_id;
    struct str oca_group, origin;
    bool modifiable, outside_rth;
    struct str why_held, broker_text;
    struct opt_utc time;
};
/* All but order_id, whose meaning differs between the lists. */
#define ORDER_ROW_FIELDS                                                                           \
    FIELD(struct order_row, symbol, .doc = "Symbol"),                                              \
        FIELD(struct order_row, exchange, .doc = "Listing exchange", .wide = true),                \
        FIELD(struct order_row, currency, .doc = "Currency of the prices"),                        \
        FIELD(struct order_row, action, .doc = "BUY or SELL"),                                     \
        FIELD(struct order_row, quantity, .doc = "Quantity"),                                      \
        FIELD(struct order_row, order_type, .doc = "MKT, LMT, STP, STP LMT, TRAIL"),               \
        FIELD(struct order_row, limit_price, .doc = "Limit price"),                                \
        FIELD(struct order_row, stop_price, .doc = "Trigger price"),                               \
        FIELD(struct order_row, trail_amount, .doc = "Trailing distance", .wide = true),           \
        FIELD(struct order_row, trail_percent, .doc = "Trailing percent", .wide = true),           \
        FIELD(struct order_row, time_in_force, .doc = "DAY, GTC, IOC, FOK"),                       \
        FIELD(struct order_row, status, .doc = "The broker's word for its state"),                 \
        FIELD(struct order_row, filled, .doc = "Quantity filled"),                                 \
        FIELD(struct order_row, remaining, .doc = "Quantity not filled", .wide = true),            \
        FIELD(struct order_row, avg_fill_price, .doc = "Average price of the fills"),              \
        FIELD(struct order_row, last_fill_price, .doc = "Price of the newest fill", .wide = true), \
        FIELD(struct order_row, commission, .doc = "Commission, once all of it is known"),         \
        FIELD(struct order_row, perm_id, .doc = "Permanent id at the broker"),                     \
        FIELD(struct order_row, order_ref, .doc = "Reference given by who placed it",              \
              .wide = true),                                                                       \
        FIELD(struct order_row, client_id, .doc = "API client that owns it", .wide = true),        \
        FIELD(struct order_row, parent_id, .doc = "Order id of its parent", .wide = true),         \
        FIELD(struct order_row, oca_group, .doc = "Orders that cancel each other", .wide = true),  \
        FIELD(struct order_row, origin, .doc = "portcullis, other_client or manual",               \
              .wide = true),                                                                       \
        FIELD(struct order_row, modifiable, .doc = "Can be changed from here", .wide = true),      \
        FIELD(struct order_row, outside_rth, .doc = "Active outside regular hours", .wide = true), \
        FIELD(struct order_row, why_held, .doc = "Why the broker holds it", .wide = true),         \
        FIELD(struct order_row, broker_text, .doc = "What the broker said, outside text",          \
              .wide = true),                                                                       \
        FIELD(struct order_row, time, .doc = "Last change that was seen", .wide = true),           \
        FIELD(struct order_row, account, .doc = "Account", .wide = true)

/* In the call's arena; commission and fills by what the book knows. */
struct order_row order_row_of(struct call *c, const struct book_order *b);

#endif
