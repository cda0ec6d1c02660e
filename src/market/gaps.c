/* SPDX-License-Identifier: MIT */
#include "market/gaps.h"

#include <assert.h>
#include <stddef.h>

/* clang-format off */
static const struct gap_row {
    const char *text, *advice;
} GAPS[GAP_COUNT] = {
    [GAP_NONE] = {"", ""},
    [GAP_NO_SUBSCRIPTION] = {"NO_SUBSCRIPTION", "the account has no live market data for this listing: subscribe to its exchange, or use what is delayed"},
    [GAP_COMPETING_SESSION] = {"COMPETING_SESSION", "a live session of the same user takes the market data: log it out"},
    [GAP_UNKNOWN_CONTRACT] = {"UNKNOWN_CONTRACT", "the broker no longer knows this contract: look the symbol up again"},
    [GAP_LINES_MAX] = {"LINES_MAX", "all market data lines are in use: ask for fewer symbols, or close watch lists in TWS"},
    [GAP_PACING] = {"PACING", "too many messages in a second: ask again in a moment"},
    [GAP_FARM_DOWN] = {"FARM_DOWN", "a market data farm of the broker is down: ask again when it is back"},
    [GAP_REFUSED] = {"REFUSED", "the broker refused the request: see data_message"},
    [GAP_LINK_LOST] = {"LINK_LOST", "the connection to the broker is down; it comes back by itself"},
    [GAP_NOT_APPLICABLE] = {"NOT_APPLICABLE", ""},
    [GAP_HALTED] = {"HALTED", "trading is halted: ask again when it has resumed"},
    [GAP_CLOSED] = {"CLOSED", "the market is closed: ask again when it is open"},
    [GAP_TIMEOUT] = {"TIMEOUT", "nothing came in time: ask again"},
    [GAP_NOT_QUOTED] = {"NOT_QUOTED", ""},
    [GAP_NO_HISTORY] = {"NO_HISTORY", ""},
    [GAP_NOT_COMPUTED] = {"NOT_COMPUTED", "ask with detail=full"},
};

static const struct code_row {
    int code;
    enum gap gap;
} CODES[] = {
    {100, GAP_PACING}, {101, GAP_LINES_MAX}, {200, GAP_UNKNOWN_CONTRACT},
    {354, GAP_NO_SUBSCRIPTION}, {2103, GAP_FARM_DOWN}, {10089, GAP_NO_SUBSCRIPTION},
    {10090, GAP_NO_SUBSCRIPTION}, {10167, GAP_NO_SUBSCRIPTION}, {10168, GAP_NO_SUBSCRIPTION},
    {10186, GAP_NO_SUBSCRIPTION}, {10197, GAP_COMPETING_SESSION},
};
/* clang-format on */

#define BIT(v) (1u << (v))

/* What a kind of contract is never quoted with. */
static const unsigned LACKS[SEC_TYPE_COUNT] = {
    [SEC_CASH] = BIT(VALUE_LAST) | BIT(VALUE_VOLUME),
    [SEC_IND] = BIT(VALUE_TOUCH) | BIT(VALUE_VOLUME),
    [SEC_BAG] = BIT(VALUE_DAY) | BIT(VALUE_VOLUME) | BIT(VALUE_RANGE),
    [SEC_FUND] = BIT(VALUE_TOUCH) | BIT(VALUE_DAY) | BIT(VALUE_VOLUME),
};

enum gap gap_of_code(int code)
{
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++)
        if (CODES[i].code == code)
            return CODES[i].gap;
    return GAP_NONE;
}

enum gap gap_of(const struct gap_facts *f, enum quote_value v)
{
    assert((unsigned)f->sec_type < SEC_TYPE_COUNT);
    enum gap said = gap_of_code(f->notice_code);
    if (said == GAP_NONE && f->is_refused)
        said = GAP_REFUSED;
    if (f->is_down)
        return GAP_LINK_LOST;
    if (LACKS[f->sec_type] & BIT(v))
        return GAP_NOT_APPLICABLE;
    if (said != GAP_NONE)
        return said;
    if (f->is_halted && v == VALUE_TOUCH)
        return GAP_HALTED;
    if (f->market == MARKET_CLOSED && v != VALUE_RANGE)
        return GAP_CLOSED;
    return f->has_price ? GAP_NOT_QUOTED : GAP_TIMEOUT;
}

enum gap gap_of_quote(const struct gap_facts *f, enum data_type type)
{
    enum gap said = gap_of_code(f->notice_code);
    if (!f->has_price || f->is_down)
        return gap_of(f, VALUE_CLOSE); /* every kind of contract may have one */
    if (said != GAP_NONE)
        return said;
    if (f->is_halted)
        return GAP_HALTED;
    if (type == DATA_DELAYED || type == DATA_DELAYED_FROZEN)
        return GAP_NO_SUBSCRIPTION;
    return type == DATA_FROZEN ? GAP_CLOSED : GAP_NONE;
}

const char *gap_text(enum gap g)
{
    assert((unsigned)g < GAP_COUNT);
    return GAPS[g].text;
}

const char *gap_advice(enum gap g)
{
    assert((unsigned)g < GAP_COUNT);
    return GAPS[g].advice;
}
