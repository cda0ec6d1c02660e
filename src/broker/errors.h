/* SPDX-License-Identifier: MIT */
/*
 * errors: what the broker's numbers mean.
 *
 * The wire has one kind of error frame for everything: news about data farms, remarks on an order
 * that lives, refusals, the loss of the line. Only the number tells them apart. This table is the
 * one place that knows them; a number that it does not know ends the request it belongs to, except
 * in the range of notices 2100..2169 (tws-protocol 1.6).
 *
 * The broker's own text is never interpreted where a number says enough, and never trusted: it is
 * shown freed of control characters, cut to its room, and marked as the broker's words.
 *
 * Above broker/ the table answers what a notice with an order id means for the order, and what a
 * person can do.
 */
#ifndef PORTCULLIS_BROKER_ERRORS_H
#define PORTCULLIS_BROKER_ERRORS_H

#include <stdbool.h>

enum broker_meaning {
    CODE_ENDS_REQUEST,    /* the request or subscription with that id is refused */
    CODE_NOTICE,          /* news; nothing ends */
    CODE_WARNING,         /* something is missing or delayed; nothing ends */
    CODE_ORDER_REMARK,    /* about an order that lives on (399, 404, 10349) */
    CODE_ORDER_REFUSED,   /* the order, or the change to it, was not accepted */
    CODE_ORDER_CANCELLED, /* 202: follows each cancel that worked; not a failure */
    CODE_CANCEL_REFUSED,  /* the order could not be cancelled: gone, finished or not ours */
    CODE_FARM_DOWN,       /* a data farm is out of reach; nothing ends */
    CODE_FARM_UP,         /* it is back, or sleeps until it is needed */
    CODE_LINK_LOST,       /* the Gateway has lost its broker */
    CODE_LINK_RESTORED,   /* restored; subscriptions are kept */
    CODE_LINK_RESET,      /* restored; subscriptions are gone */
    CODE_SESSION_REFUSED  /* this connection cannot be had */
};

struct broker_code {
    int code;
    enum broker_meaning meaning;
    /* The same question may be answered later, unchanged. Never said of orders: an order is not
     * sent again because a number looks harmless. */
    bool is_retryable;
    const char *text; /* what the number means, in our words */
    const char *hint; /* what a person can do about it; "" if nothing */
};

/* Never NULL: a number that is not in the table gets a row by its range, with code 0. Borrowed for
 * ever. */
const struct broker_code *broker_code_find(int code);
/* The request or subscription under whose id the number came has ended with it. */
bool broker_code_ends_request(int code);
/*
 * Under an order id: the number says that the order was refused or cancelled. If the broker had
 * acknowledged the order before, a refusal concerns the change alone and the order lives on. A
 * number that is not in the table never ends an order: taking a remark for a refusal makes people
 * send it again.
 */
bool broker_code_ends_order(int code);

#endif
