/* SPDX-License-Identifier: MIT */
#include "broker/errors.h"

#include <stddef.h>

/* clang-format off */
/* Sorted by code; a test compares. Sources: tws-protocol 1.6, IBKR's public list of codes. */
static const struct broker_code CODES[] = {
    {100, CODE_WARNING, "more than 50 messages in a second: lower broker.messages_per_s"},
    {101, CODE_ENDS_REQUEST, "all market data lines are in use: watch fewer symbols"},
    {102, CODE_ENDS_REQUEST, ""},
    {103, CODE_ORDER_REFUSED, "the order id was used before: place the order again with a new key"},
    {104, CODE_ORDER_REFUSED, "the order is already filled or cancelled"},
    {105, CODE_ORDER_REFUSED, "only price, quantity and time in force of an order can be changed"},
    {106, CODE_ORDER_REFUSED, ""},
    {107, CODE_ORDER_REFUSED, "the order lacks a field that its type needs"},
    {109, CODE_ORDER_REFUSED, "the price is outside the permitted band"},
    {110, CODE_ORDER_REFUSED, "the price is not a multiple of the contract's tick"},
    {111, CODE_ORDER_REFUSED, "this time in force does not go with this order type"},
    {116, CODE_ORDER_REFUSED, ""},
    {135, CODE_CANCEL_REFUSED, "no such order; list the open orders"},
    {136, CODE_CANCEL_REFUSED, "the order is finished or belongs to another client id"},
    {161, CODE_CANCEL_REFUSED, "the order is already finished"},
    {162, CODE_ENDS_REQUEST, "no historical data: check symbol, period and permissions"},
    {165, CODE_NOTICE, ""},
    {200, CODE_ENDS_REQUEST, "check symbol, exchange and currency"},
    {201, CODE_ORDER_REFUSED, "the text gives the broker's reason"},
    {202, CODE_ORDER_CANCELLED, ""},
    {203, CODE_ORDER_REFUSED, "the account may not trade this security: see its permissions"},
    {300, CODE_NOTICE, ""},
    {309, CODE_ENDS_REQUEST, "three books of depth are open already: close one"},
    {310, CODE_NOTICE, ""},
    {316, CODE_ENDS_REQUEST, ""},
    {317, CODE_WARNING, ""},
    {320, CODE_ENDS_REQUEST, ""},
    {321, CODE_ENDS_REQUEST, "if it says Read-Only: untick Read-Only API in the API settings"},
    {322, CODE_ENDS_REQUEST, ""},
    {326, CODE_SESSION_REFUSED, "this client id is in use: set another broker.client_id"},
    {327, CODE_WARNING, "orders placed by hand can be bound by client id 0 only"},
    {354, CODE_ENDS_REQUEST, "no market data subscription: delayed data may be enabled"},
    {366, CODE_NOTICE, ""},
    {399, CODE_ORDER_REMARK, ""},
    {404, CODE_ORDER_REMARK, "held until shares to sell short are found"},
    {413, CODE_ORDER_REFUSED, ""},
    {420, CODE_ENDS_REQUEST, "no permission for real-time data of this symbol"},
    {430, CODE_ENDS_REQUEST, "no fundamental data for this symbol"},
    {434, CODE_ORDER_REFUSED, "the quantity must be larger than zero"},
    {461, CODE_ORDER_REFUSED, ""},
    {463, CODE_ORDER_REFUSED, ""},
    {501, CODE_NOTICE, ""},
    {502, CODE_SESSION_REFUSED, "start TWS or IB Gateway, allow API connections, check the port"},
    {503, CODE_SESSION_REFUSED, "TWS or IB Gateway is too old: update it"},
    {504, CODE_SESSION_REFUSED, "not connected"},
    {1100, CODE_LINK_LOST, "TWS has lost the broker; it reconnects by itself"},
    {1101, CODE_LINK_RESET, ""},
    {1102, CODE_LINK_RESTORED, ""},
    {1300, CODE_SESSION_REFUSED, "TWS listens on another port now: see its API settings"},
    {2100, CODE_WARNING, "another client has taken over the account updates"},
    {2101, CODE_WARNING, ""},
    {2103, CODE_WARNING, "a market data farm is down; quotes may be missing until it is back"},
    {2104, CODE_NOTICE, ""},
    {2105, CODE_WARNING, "a historical data farm is down"},
    {2106, CODE_NOTICE, ""},
    {2107, CODE_NOTICE, ""},
    {2108, CODE_NOTICE, ""},
    {2109, CODE_ORDER_REMARK, ""},
    {2110, CODE_WARNING, "TWS has lost a server; it reconnects by itself"},
    {2119, CODE_NOTICE, ""},
    {2137, CODE_ORDER_REMARK, ""},
    {2148, CODE_ORDER_REMARK, ""},
    {2157, CODE_WARNING, "the farm that knows contracts is down"},
    {2158, CODE_NOTICE, ""},
    {10052, CODE_ORDER_REFUSED, "name a time in force"},
    {10089, CODE_WARNING, "no live subscription for this symbol: delayed data may follow"},
    {10090, CODE_WARNING, "part of the market data needs a subscription"},
    {10092, CODE_ENDS_REQUEST, "no subscription for depth"},
    {10147, CODE_CANCEL_REFUSED, "no such order, or it belongs to another client id"},
    {10148, CODE_CANCEL_REFUSED, "the order is finished, or its cancel is under way"},
    {10149, CODE_CANCEL_REFUSED, ""},
    {10167, CODE_WARNING, "shown delayed: no live subscription"},
    {10168, CODE_ENDS_REQUEST, "no subscription, and delayed data is not enabled"},
    {10186, CODE_ENDS_REQUEST, "no subscription, and delayed data is not enabled"},
    {10187, CODE_ENDS_REQUEST, "no permission for these ticks"},
    {10189, CODE_ENDS_REQUEST, "no permission for these ticks"},
    {10197, CODE_WARNING, "a live session of the same user takes the market data: log it out"},
    {10349, CODE_ORDER_REMARK, ""},
};
/* clang-format on */

enum { NOTICE_FIRST = 2100, NOTICE_LAST = 2169 };

const struct broker_code *broker_code_find(int code)
{
    static const struct broker_code NOTICE = {0, CODE_NOTICE, ""};
    static const struct broker_code UNKNOWN = {0, CODE_ENDS_REQUEST, ""};
    size_t low = 0, high = sizeof CODES / sizeof CODES[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (CODES[middle].code == code)
            return &CODES[middle];
        if (CODES[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    return code >= NOTICE_FIRST && code <= NOTICE_LAST ? &NOTICE : &UNKNOWN;
}

bool broker_code_ends_order(int code)
{
    const struct broker_code *row = broker_code_find(code);
    return row->code != 0 &&
           (row->meaning == CODE_ORDER_REFUSED || row->meaning == CODE_ORDER_CANCELLED ||
            row->meaning == CODE_ENDS_REQUEST);
}
