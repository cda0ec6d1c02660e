/* SPDX-License-Identifier: MIT */
/* The pieces that messages have in common: contracts, legs, pairs, conditions. */
#include "wire/text.h"

/* ---- whole messages without fields of their own ---- */

void text_none(struct wire_codec *x, void *message)
{
    (void)x;
    (void)message;
}

void text_none_v1(struct wire_codec *x, void *message)
{
    (void)message;
    x_constant(x, "1");
}

void text_id(struct wire_codec *x, void *message)
{
    struct wire_id *m = message;
    FIELDS(x, m->req_id);
}

void text_id_v1(struct wire_codec *x, void *message)
{
    x_constant(x, "1");
    text_id(x, message);
}

void text_id_v2(struct wire_codec *x, void *message)
{
    x_constant(x, "2");
    text_id(x, message);
}

/* ---- contracts ---- */

void text_contract(struct wire_codec *x, struct wire_contract *c, enum text_exchanges which)
{
    FIELDS(x, c->con_id, c->symbol, c->sec_type, c->last_trade_date);
    x_strike(x, &c->strike);
    FIELDS(x, c->right, c->multiplier);
    if (which & TEXT_EXCHANGE)
        FIELDS(x, c->exchange);
    if (which & TEXT_PRIMARY)
        FIELDS(x, c->primary_exchange);
    FIELDS(x, c->currency, c->local_symbol, c->trading_class);
}

bool text_is_bag(const struct wire_contract *c)
{
    return str_eq(c->sec_type, STR("BAG"));
}

void text_delta_neutral(struct wire_codec *x, struct wire_contract *c)
{
    struct wire_delta_neutral *d = &c->delta_neutral;
    FIELDS(x, c->has_delta_neutral);
    if (c->has_delta_neutral)
        FIELDS(x, d->con_id, d->delta, d->price);
}

/* ---- legs ---- */

static struct wire_leg *leg_at(struct wire_codec *x, struct wire_legs *legs, size_t i)
{
    if (x->mode != WIRE_ENCODE)
        legs->items[i] = (struct wire_leg)WIRE_LEG_DEFAULT;
    return &legs->items[i];
}

void text_legs_short(struct wire_codec *x, struct wire_legs *legs)
{
    X_LIST(x, *legs);
    for (size_t i = 0; i < legs->n; i++) {
        struct wire_leg *leg = leg_at(x, legs, i);
        FIELDS(x, leg->con_id, leg->ratio, leg->action, leg->exchange);
    }
}

void text_legs(struct wire_codec *x, struct wire_legs *legs)
{
    X_LIST(x, *legs);
    for (size_t i = 0; i < legs->n; i++) {
        struct wire_leg *leg = leg_at(x, legs, i);
        FIELDS(x, leg->con_id, leg->ratio, leg->action, leg->exchange);
        FIELDS(x, leg->open_close, leg->short_sale_slot, leg->designated_location,
               leg->exempt_code);
    }
}

/* The list has no memory of its own: the prices live in the legs. It is empty if no leg has one. */
void text_leg_prices(struct wire_codec *x, struct wire_legs *legs)
{
    int32_t n = 0;
    for (size_t i = 0; i < legs->n; i++)
        if (legs->items[i].per_leg_price != WIRE_UNSET_DOUBLE)
            n = (int32_t)legs->n;
    if (x->mode == WIRE_GENERATE)
        n = rng_below(x->rng, 2) ? (int32_t)legs->n : 0;
    else
        x_int(x, &n);
    if (n < 0 || (size_t)n > legs->n) {
        x_fail(x, "counts more prices than there are legs");
        return;
    }
    for (int32_t i = 0; i < n; i++)
        NULLABLE(x, legs->items[i].per_leg_price);
}

/* ---- pairs ---- */

void text_tags(struct wire_codec *x, struct wire_tags *tags)
{
    X_LIST(x, *tags);
    for (size_t i = 0; i < tags->n; i++)
        FIELDS(x, tags->items[i].tag, tags->items[i].value);
}

/* ---- conditions ---- */

/* "a" or "o": how the condition is joined to the next one. */
static void conjunction(struct wire_codec *x, bool *is_and)
{
    struct str word = *is_and ? STR("a") : STR("o");
    if (x->mode == WIRE_GENERATE) {
        *is_and = rng_below(x->rng, 2);
        return;
    }
    x_str(x, &word);
    *is_and = str_eq(word, STR("a"));
    if (!*is_and && !str_eq(word, STR("o")))
        x_fail(x, "is neither a nor o");
}

static void condition(struct wire_codec *x, struct wire_condition *c)
{
    enum {
        KNOWN = 1 << WIRE_CONDITION_PRICE | 1 << WIRE_CONDITION_TIME | 1 << WIRE_CONDITION_MARGIN |
                1 << WIRE_CONDITION_EXECUTION | 1 << WIRE_CONDITION_VOLUME |
                1 << WIRE_CONDITION_PERCENT_CHANGE
    };
    x_choice(x, &c->type, KNOWN);
    conjunction(x, &c->is_conjunction);
    if (c->type == WIRE_CONDITION_EXECUTION) {
        FIELDS(x, c->sec_type, c->exchange, c->symbol);
        return;
    }
    FIELDS(x, c->is_more);
    switch (c->type) {
    case WIRE_CONDITION_PRICE:
        FIELDS(x, c->price, c->con_id, c->exchange, c->trigger_method);
        break;
    case WIRE_CONDITION_TIME:
        FIELDS(x, c->time);
        break;
    case WIRE_CONDITION_MARGIN:
        FIELDS(x, c->percent);
        break;
    case WIRE_CONDITION_VOLUME:
        FIELDS(x, c->volume, c->con_id, c->exchange);
        break;
    case WIRE_CONDITION_PERCENT_CHANGE:
        FIELDS(x, c->change_percent, c->con_id, c->exchange);
        break;
    default:
        break; /* x_choice has failed */
    }
}

void text_conditions(struct wire_codec *x, struct wire_order *o)
{
    X_LIST(x, o->conditions);
    for (size_t i = 0; i < o->conditions.n; i++)
        condition(x, &o->conditions.items[i]);
    if (o->conditions.n > 0)
        FIELDS(x, o->conditions_ignore_rth, o->conditions_cancel_order);
}
