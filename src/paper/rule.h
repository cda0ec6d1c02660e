/* SPDX-License-Identifier: MIT */
/*
 * rule: the order types of this exchange, one row each: what a type needs, what it waits for, how
 * it prices, with which times in force and for what it may be used. Everything that depends on the
 * type of an order is read from its row; there is no other list of types.
 */
#ifndef PORTCULLIS_PAPER_RULE_H
#define PORTCULLIS_PAPER_RULE_H

#include "base/buf.h"
#include "model/order.h"

/* What a member of the request means to a type. */
enum rule_need { NEED_NOTHING, NEED_MAYBE, NEED_ALWAYS };

/* What auxPrice is. */
enum rule_aux { AUX_NONE, AUX_TRIGGER, AUX_TRAIL, AUX_OFFSET };

/* What it waits for before it works. */
enum rule_trigger {
    TRIGGER_NONE,
    TRIGGER_STOP,  /* the market going against it: a buy waits for a rise */
    TRIGGER_TOUCH, /* the market coming to it: a buy waits for a fall */
    TRIGGER_TRAIL  /* a stop that follows the market */
};

/* At what it trades once it works. */
enum rule_price {
    PRICE_MARKET,
    PRICE_LIMIT,
    PRICE_MID,     /* the middle of the market; its limit, if it has one, is a cap */
    PRICE_PRIMARY, /* its own side of the market, by an offset more aggressive; capped */
    PRICE_OPPOSITE /* the other side, by an offset less aggressive; capped */
};

/* When it trades. */
enum rule_moment { MOMENT_ANY, MOMENT_OPEN, MOMENT_CLOSE };

struct rule {
    const char *name;     /* in orders */
    const char *listed;   /* in contract details */
    enum order_type type; /* ORDER_OTHER where the model has no word for it */
    enum rule_need limit;
    enum rule_aux aux;
    enum rule_trigger trigger;
    enum rule_price price;
    enum rule_moment moment;
    unsigned tifs;      /* bits 1 << enum order_tif */
    unsigned sec_types; /* bits 1 << enum sec_type */
};

/* The row of a wire name, in any case; NULL if the exchange does not match that type. */
const struct rule *rule_find(struct str name);
/* True if the broker has such a type, whether it is matched here or not. */
bool rule_is_known_elsewhere(struct str name);
bool rule_allows_tif(const struct rule *r, enum order_tif tif);
bool rule_allows_sec_type(const struct rule *r, enum sec_type type);
/* Follows the market with its price. */
bool rule_is_pegged(const struct rule *r);
bool rule_is_trail(const struct rule *r);
/* What a security type may be traded with, comma separated, as contract details list it: types,
 * times in force and other properties. */
void rule_list(enum sec_type type, struct buf *out);

#endif
