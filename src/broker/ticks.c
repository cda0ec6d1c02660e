/* SPDX-License-Identifier: MIT */
#include "broker/ticks.h"

#include "wire/value.h"

#include <stddef.h>

enum { NO_MEMBER = 0 };
enum {
    TICK_MODEL = 13,
    TICK_LAST_TIME = 45,
    TICK_HALTED = 49,
    TICK_DELAYED_MODEL = 83,
    TICK_DELAYED_LAST_TIME = 88,
    TICK_DELAYED_HALTED = 90,
    TICK_TYPE_MAX = 110
};

struct tick_row {
    size_t price; /* offset of the member; 0: not kept (data_type is at 0) */
    size_t size;  /* of the size that comes with the price, or alone */
    bool is_delayed;
};

#define AT(member) offsetof(struct quote, member)

/* clang-format off */
static const struct tick_row TICKS[TICK_TYPE_MAX + 1] = {
    [0] = {.size = AT(bid_size)},
    [1] = {AT(bid), AT(bid_size), false},
    [2] = {AT(ask), AT(ask_size), false},
    [3] = {.size = AT(ask_size)},
    [4] = {AT(last), AT(last_size), false},
    [5] = {.size = AT(last_size)},
    [6] = {.price = AT(high)}, [7] = {.price = AT(low)}, [8] = {.size = AT(volume)},
    [9] = {.price = AT(close)}, [14] = {.price = AT(open)},
    [15] = {.price = AT(low_13w)}, [16] = {.price = AT(high_13w)},
    [17] = {.price = AT(low_26w)}, [18] = {.price = AT(high_26w)},
    [19] = {.price = AT(low_52w)}, [20] = {.price = AT(high_52w)},
    [22] = {.size = AT(open_interest)},
    [27] = {.size = AT(call_open_interest)}, [28] = {.size = AT(put_open_interest)},
    [37] = {.price = AT(mark)},
    [66] = {AT(bid), AT(bid_size), true},
    [67] = {AT(ask), AT(ask_size), true},
    [68] = {AT(last), AT(last_size), true},
    [69] = {.size = AT(bid_size), .is_delayed = true},
    [70] = {.size = AT(ask_size), .is_delayed = true},
    [71] = {.size = AT(last_size), .is_delayed = true},
    [72] = {.price = AT(high), .is_delayed = true},
    [73] = {.price = AT(low), .is_delayed = true},
    [74] = {.size = AT(volume), .is_delayed = true},
    [75] = {.price = AT(close), .is_delayed = true},
    [76] = {.price = AT(open), .is_delayed = true},
    [86] = {.size = AT(open_interest)},
};
/* clang-format on */

static const struct tick_row *row_of(int32_t type)
{
    static const struct tick_row NONE = {0};
    return type >= 0 && type <= TICK_TYPE_MAX ? &TICKS[type] : &NONE;
}

static bool put(struct quote *q, size_t member, struct opt_dec v)
{
    if (member == NO_MEMBER)
        return false;
    struct opt_dec *to = (struct opt_dec *)(void *)((char *)q + member);
    if (to->has == v.has && (!v.has || dec_eq(to->v, v.v)))
        return false;
    *to = v;
    return true;
}

/* The stream's own word (tick_data_type) is stronger than what its ticks imply. */
static bool imply_type(struct quote *q, bool is_delayed)
{
    enum data_type was = q->data_type;
    if (is_delayed && was != DATA_DELAYED_FROZEN)
        q->data_type = DATA_DELAYED;
    else if (!is_delayed && was == DATA_NONE)
        q->data_type = DATA_LIVE;
    return q->data_type != was;
}

/* The least that a price of each kind of contract can be; what is not named has no least. */
enum least { LEAST_ANY, LEAST_ZERO, LEAST_ABOVE_ZERO };
static const enum least LEASTS[SEC_TYPE_COUNT] = {
    [SEC_STK] = LEAST_ABOVE_ZERO,    [SEC_CASH] = LEAST_ABOVE_ZERO, [SEC_FUND] = LEAST_ABOVE_ZERO,
    [SEC_CRYPTO] = LEAST_ABOVE_ZERO, [SEC_CFD] = LEAST_ABOVE_ZERO,  [SEC_BOND] = LEAST_ABOVE_ZERO,
    [SEC_OPT] = LEAST_ZERO,          [SEC_FOP] = LEAST_ZERO,        [SEC_WAR] = LEAST_ZERO,
};

static bool is_possible(enum sec_type type, struct dec price)
{
    enum least least = (unsigned)type < SEC_TYPE_COUNT ? LEASTS[type] : LEAST_ANY;
    return least == LEAST_ANY || dec_sign(price) > 0 ||
           (least == LEAST_ZERO && dec_sign(price) == 0);
}

bool tick_price(struct quote *q, enum sec_type type, const struct wire_rep_tick_price *tick,
                struct moment at)
{
    const struct tick_row *row = row_of(tick->tick_type);
    if (row->price == NO_MEMBER)
        return false;
    struct opt_dec price = wire_dec_of_quote(tick->price, tick->size);
    if (price.has && !is_possible(type, price.v))
        price = DEC_NONE;
    bool changed = put(q, row->price, price);
    if (row->size != NO_MEMBER) {
        struct opt_dec size = price.has ? wire_dec_of_text(tick->size) : DEC_NONE;
        changed = put(q, row->size, size) || changed;
    }
    if (price.has) {
        q->time = (struct opt_utc){at.wall, true};
        q->arrived = at.mono;
        changed = imply_type(q, row->is_delayed) || changed;
    }
    return changed;
}

bool tick_size(struct quote *q, const struct wire_rep_tick_size *tick)
{
    const struct tick_row *row = row_of(tick->tick_type);
    if (row->size == NO_MEMBER || row->price != NO_MEMBER)
        return false;
    struct opt_dec size = wire_dec_of_text(tick->size);
    /* A farm whose counter has run over sends negative volumes. */
    if (size.has && dec_sign(size.v) < 0)
        size = DEC_NONE;
    return put(q, row->size, size);
}

bool tick_generic(struct quote *q, const struct wire_rep_tick_generic *tick)
{
    if (tick->tick_type != TICK_HALTED && tick->tick_type != TICK_DELAYED_HALTED)
        return false;
    bool was = q->is_halted;
    q->is_halted = tick->value > 0; /* -1 unknown, 0 trading, 1 and 2 halted */
    return q->is_halted != was;
}

/* "Not computed" is -1 for prices and volatilities and -2 for what may be below zero; of these only
 * a day of an index option can cost more than 2. */
static struct opt_dec computed(struct opt_dec v, int none)
{
    return v.has && dec_eq(v.v, DEC(none)) ? DEC_NONE : v;
}

bool tick_option(struct quote *q, const struct wire_rep_tick_option_computation *tick)
{
    if (tick->tick_type != TICK_MODEL && tick->tick_type != TICK_DELAYED_MODEL)
        return false;
    const struct {
        size_t member;
        struct opt_dec v;
        int none;
    } rows[] = {
        {AT(model_price), wire_dec_of_double(tick->opt_price), -1},
        {AT(implied_vol), wire_dec_of_double(tick->implied_vol), -1},
        {AT(underlying), wire_dec_of_double(tick->und_price), -1},
        {AT(delta), wire_dec_of_double(tick->delta), -2},
        {AT(gamma), wire_dec_of_double(tick->gamma), -2},
        {AT(vega), wire_dec_of_double(tick->vega), -2},
        {AT(theta), wire_dec_of_double(tick->theta), -2},
    };
    bool changed = false;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        changed = put(q, rows[i].member, computed(rows[i].v, rows[i].none)) || changed;
    return changed;
}

bool tick_string(struct quote *q, const struct wire_rep_tick_string *tick)
{
    int64_t seconds;
    bool is_time = tick->tick_type == TICK_LAST_TIME || tick->tick_type == TICK_DELAYED_LAST_TIME;
    if (!is_time || !str_to_i64(str_trim(tick->value), &seconds) || seconds <= 0 ||
        seconds > INT64_MAX / NS_PER_S)
        return false;
    struct utc at = {seconds * NS_PER_S};
    bool changed = !q->traded.has || q->traded.v.ns != at.ns;
    q->traded = (struct opt_utc){at, true};
    return changed;
}

bool tick_data_type(struct quote *q, int32_t type)
{
    enum data_type was = q->data_type;
    switch (type) {
    case 1:
        q->data_type = DATA_LIVE;
        break;
    case 2:
        q->data_type = DATA_FROZEN;
        break;
    case 3:
        q->data_type = DATA_DELAYED;
        break;
    case 4:
        q->data_type = DATA_DELAYED_FROZEN;
        break;
    default:
        break;
    }
    return q->data_type != was;
}
