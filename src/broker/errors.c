/* SPDX-License-Identifier: MIT */
#include "broker/errors.h"

#include <stddef.h>

/* clang-format off */
/* Sorted by code; a test compares. Sources: tws-protocol 1.6, IBKR's public list of codes. 501 to
 * 509 are said by client libraries about themselves, by a Gateway never. */
static const struct broker_code CODES[] = {
    {100, CODE_WARNING, true, "too many messages in a second", "more than 50 messages in a second: lower broker.messages_per_s"},
    {101, CODE_ENDS_REQUEST, true, "no market data line is free", "all market data lines are in use: watch fewer symbols"},
    {102, CODE_ENDS_REQUEST, false, "the request id is in use", ""},
    {103, CODE_ORDER_REFUSED, false, "the order id was used before", "the order id was used before: place the order again with a new key"},
    {104, CODE_ORDER_REFUSED, false, "a filled order cannot be changed", "the order is already filled or cancelled"},
    {105, CODE_ORDER_REFUSED, false, "more was changed than may be", "only price, quantity and time in force of an order can be changed"},
    {106, CODE_ORDER_REFUSED, false, "the order cannot be transmitted", ""},
    {107, CODE_ORDER_REFUSED, false, "the order is incomplete", "the order lacks a field that its type needs"},
    {109, CODE_ORDER_REFUSED, false, "the price is too far from the market", "the price is outside the permitted band"},
    {110, CODE_ORDER_REFUSED, false, "the price is between two ticks", "the price is not a multiple of the contract's tick"},
    {111, CODE_ORDER_REFUSED, false, "type and time in force do not go together", "this time in force does not go with this order type"},
    {113, CODE_ORDER_REFUSED, false, "market-on-close and limit-on-close orders are for the day", "use DAY"},
    {116, CODE_ORDER_REFUSED, false, "the exchange takes no orders", ""},
    {133, CODE_ORDER_REFUSED, false, "the order could not be submitted", ""},
    {134, CODE_ORDER_REFUSED, false, "the order could not be changed", ""},
    {135, CODE_CANCEL_REFUSED, false, "no order has that id", "no such order; list the open orders"},
    {136, CODE_CANCEL_REFUSED, false, "the order cannot be cancelled", "the order is finished or belongs to another client id"},
    {145, CODE_ORDER_REFUSED, false, "a field of the order is not valid", ""},
    {146, CODE_ORDER_REFUSED, false, "the trigger method is not valid", ""},
    {147, CODE_ORDER_REFUSED, false, "a condition lacks its contract", ""},
    {154, CODE_ORDER_REFUSED, false, "trading in the security is halted", "try again when trading has resumed"},
    {161, CODE_CANCEL_REFUSED, false, "the order's state does not allow a cancel", "the order is already finished"},
    {162, CODE_ENDS_REQUEST, true, "no historical data", "no historical data: check symbol, period and permissions"},
    {163, CODE_ORDER_REFUSED, false, "the price is beyond the percentage that TWS is set to allow", "check the price, or the precautionary settings of TWS"},
    {165, CODE_NOTICE, false, "news about a historical query", ""},
    {166, CODE_ENDS_REQUEST, false, "no history of an expired contract", ""},
    {200, CODE_ENDS_REQUEST, false, "no such contract, or more than one", "check symbol, exchange and currency"},
    {201, CODE_ORDER_REFUSED, false, "the order was rejected", "the text gives the broker's reason"},
    {202, CODE_ORDER_CANCELLED, false, "the order was cancelled", ""},
    {203, CODE_ORDER_REFUSED, false, "the account may not trade the security", "the account may not trade this security: see its permissions"},
    {300, CODE_NOTICE, false, "no subscription has that id", ""},
    {309, CODE_ENDS_REQUEST, true, "too many books of depth", "three books of depth are open already: close one"},
    {310, CODE_NOTICE, false, "no book of depth has that id", ""},
    {316, CODE_ENDS_REQUEST, true, "the book of depth was halted", "ask for the depth again"},
    {317, CODE_WARNING, false, "the book of depth starts again empty", ""},
    {320, CODE_ENDS_REQUEST, false, "the request could not be read", ""},
    {321, CODE_ENDS_REQUEST, false, "the request is not valid", "if it says Read-Only: untick Read-Only API in the API settings"},
    {322, CODE_ENDS_REQUEST, true, "the request could not be processed", "try again; if it stays, restart TWS or IB Gateway"},
    {326, CODE_SESSION_REFUSED, false, "the client id is in use", "this client id is in use: close the other program, or set another broker.client_id"},
    {327, CODE_WARNING, false, "only client id 0 binds orders placed by hand", "orders placed by hand can be bound by client id 0 only"},
    {328, CODE_ORDER_REFUSED, false, "a trailing stop does not go with this order", ""},
    {329, CODE_ORDER_REFUSED, false, "the order's type cannot be changed to this one", ""},
    {334, CODE_ORDER_REFUSED, false, "the order's expiry is not valid", "give date, time and zone: 20261231 23:59:59 UTC"},
    {335, CODE_ORDER_REFUSED, false, "a time of the order is not valid", ""},
    {354, CODE_ENDS_REQUEST, false, "no market data subscription", "no market data subscription: delayed data may be enabled"},
    {366, CODE_NOTICE, false, "no historical query has that id", ""},
    {382, CODE_ORDER_REFUSED, false, "the price is beyond the ticks that TWS is set to allow", "check the price, or the precautionary settings of TWS"},
    {383, CODE_ORDER_REFUSED, false, "the size is beyond what TWS is set to allow", "check the quantity, or the precautionary settings of TWS"},
    {387, CODE_ORDER_REFUSED, false, "the exchange does not take this type of order", "use another order type or exchange"},
    {388, CODE_ORDER_REFUSED, false, "the order is smaller than the minimum", "raise the quantity"},
    {391, CODE_ORDER_REFUSED, false, "the time zone is not valid", "name a zone as US/Eastern or UTC"},
    {399, CODE_ORDER_REMARK, false, "a remark about the order, which lives on", ""},
    {404, CODE_ORDER_REMARK, false, "shares to sell short are being looked for", "held until shares to sell short are found"},
    {413, CODE_ORDER_REFUSED, false, "a what-if order must be transmitted", ""},
    {420, CODE_ENDS_REQUEST, false, "no permission for real-time data", "no permission for real-time data of this symbol"},
    {430, CODE_ENDS_REQUEST, false, "no fundamental data", "no fundamental data for this symbol"},
    {434, CODE_ORDER_REFUSED, false, "the order has no size", "the quantity must be larger than zero"},
    {435, CODE_ORDER_REFUSED, false, "the order names no account", "name the account"},
    {451, CODE_ORDER_REFUSED, false, "the order's size is not valid", "check the quantity"},
    {461, CODE_ORDER_REFUSED, false, "the size has more decimals than the contract allows", ""},
    {463, CODE_ORDER_REFUSED, false, "the limit price is missing or not allowed", ""},
    {501, CODE_NOTICE, false, "already connected", ""},
    {502, CODE_SESSION_REFUSED, true, "TWS or IB Gateway cannot be reached", "start TWS or IB Gateway, allow API connections, check the port"},
    {503, CODE_SESSION_REFUSED, false, "TWS or IB Gateway is too old", "TWS or IB Gateway is too old: update it"},
    {504, CODE_SESSION_REFUSED, true, "not connected", "not connected"},
    {505, CODE_ENDS_REQUEST, false, "a message that the client does not know", ""},
    {506, CODE_ENDS_REQUEST, false, "a message of an unexpected version", ""},
    {507, CODE_ENDS_REQUEST, false, "a message of a bad length", ""},
    {508, CODE_ENDS_REQUEST, false, "a message that was not expected", ""},
    {509, CODE_ENDS_REQUEST, false, "the socket reported an error", ""},
    {1100, CODE_LINK_LOST, true, "TWS or IB Gateway has lost the broker", "TWS has lost the broker; it reconnects by itself"},
    {1101, CODE_LINK_RESET, false, "the broker is back, subscriptions are lost", ""},
    {1102, CODE_LINK_RESTORED, false, "the broker is back, subscriptions are kept", ""},
    {1300, CODE_SESSION_REFUSED, false, "the API port was changed", "TWS listens on another port now: see its API settings"},
    {2100, CODE_WARNING, false, "the account updates go to another client", "another client has taken over the account updates"},
    {2101, CODE_WARNING, false, "account updates cannot be had", ""},
    {2103, CODE_FARM_DOWN, true, "a market data farm is down", "a market data farm is down; quotes may be missing until it is back"},
    {2104, CODE_FARM_UP, false, "a market data farm is connected", ""},
    {2105, CODE_FARM_DOWN, true, "a historical data farm is down", "a historical data farm is down"},
    {2106, CODE_FARM_UP, false, "a historical data farm is connected", ""},
    {2107, CODE_FARM_UP, false, "a historical data farm sleeps until it is needed", ""},
    {2108, CODE_FARM_UP, false, "a market data farm sleeps until it is needed", ""},
    {2109, CODE_ORDER_REMARK, false, "outside regular hours is ignored for this order", ""},
    {2110, CODE_LINK_LOST, true, "TWS or IB Gateway has lost a server", "TWS has lost a server; it reconnects by itself"},
    {2119, CODE_NOTICE, false, "a market data farm is being connected", ""},
    {2137, CODE_ORDER_REMARK, false, "the order would cross the account's other side", ""},
    {2148, CODE_ORDER_REMARK, false, "the order may be routed differently", ""},
    {2157, CODE_FARM_DOWN, true, "the contract farm is down", "the farm that knows contracts is down"},
    {2158, CODE_FARM_UP, false, "the contract farm is connected", ""},
    {2188, CODE_ENDS_REQUEST, false, "no permission for this history", "no permission for historical data of this symbol"},
    {10006, CODE_ORDER_REFUSED, false, "the parent order is missing", "place the parent first"},
    {10052, CODE_ORDER_REFUSED, false, "the time in force is not valid", "name a time in force"},
    {10089, CODE_WARNING, false, "no live data subscription", "no live subscription for this symbol: delayed data may follow"},
    {10090, CODE_WARNING, false, "part of the market data is not subscribed", "part of the market data needs a subscription"},
    {10092, CODE_ENDS_REQUEST, false, "depth is not subscribed", "no subscription for depth"},
    {10141, CODE_SESSION_REFUSED, false, "the paper account's disclaimer is not accepted", "log in to the paper account in TWS once by hand and accept its disclaimer"},
    {10147, CODE_CANCEL_REFUSED, false, "no order of this client has that id", "no such order, or it belongs to another client id"},
    {10148, CODE_CANCEL_REFUSED, false, "the order's state does not allow a cancel", "the order is finished, or its cancel is under way"},
    {10149, CODE_CANCEL_REFUSED, false, "the order id is not valid for a cancel", ""},
    {10167, CODE_WARNING, false, "delayed data is shown", "shown delayed: no live subscription"},
    {10168, CODE_ENDS_REQUEST, false, "no subscription, delayed data is off", "no subscription, and delayed data is not enabled"},
    {10182, CODE_ENDS_REQUEST, true, "live updates ended with the connection", "ask again"},
    {10186, CODE_ENDS_REQUEST, false, "no subscription, delayed data is off", "no subscription, and delayed data is not enabled"},
    {10187, CODE_ENDS_REQUEST, false, "no permission for ticks", "no permission for these ticks"},
    {10189, CODE_ENDS_REQUEST, false, "no permission for ticks", "no permission for these ticks"},
    {10190, CODE_ENDS_REQUEST, true, "too many tick-by-tick streams", "close one of them"},
    {10197, CODE_WARNING, true, "another session of the user takes the market data", "a live session of the same user takes the market data: log it out"},
    {10225, CODE_ENDS_REQUEST, true, "the stream ended after a bust event", "ask again"},
    {10268, CODE_ORDER_REFUSED, false, "an attribute of the order is no longer supported", ""},
    {10276, CODE_ENDS_REQUEST, false, "corporate events are not subscribed", ""},
    {10277, CODE_ENDS_REQUEST, false, "corporate events are not subscribed", ""},
    {10278, CODE_ENDS_REQUEST, true, "corporate events: another query is under way", "ask again in a moment"},
    {10279, CODE_ENDS_REQUEST, false, "corporate events cannot be had", ""},
    {10289, CODE_ORDER_REFUSED, false, "the order needs an amount instead of a quantity", ""},
    {10314, CODE_ENDS_REQUEST, false, "the end of the period is not valid", ""},
    {10349, CODE_ORDER_REMARK, false, "the time in force was set by a preset", ""},
};
/* clang-format on */

enum { NOTICE_FIRST = 2100, NOTICE_LAST = 2169 };

const struct broker_code *broker_code_find(int code)
{
    static const struct broker_code NOTICE = {0, CODE_NOTICE, false, "a notice", ""};
    static const struct broker_code UNKNOWN = {0, CODE_ENDS_REQUEST, false, "a refusal", ""};
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

bool broker_code_ends_request(int code)
{
    switch (broker_code_find(code)->meaning) {
    case CODE_NOTICE:
    case CODE_WARNING:
    case CODE_ORDER_REMARK:
    case CODE_FARM_DOWN:
    case CODE_FARM_UP:
        return false;
    default:
        return true;
    }
}

bool broker_code_ends_order(int code)
{
    const struct broker_code *row = broker_code_find(code);
    return row->code != 0 &&
           (row->meaning == CODE_ORDER_REFUSED || row->meaning == CODE_ORDER_CANCELLED ||
            row->meaning == CODE_ENDS_REQUEST);
}
