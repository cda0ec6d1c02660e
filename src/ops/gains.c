/* SPDX-License-Identifier: MIT */
#include "ops/gains.h"

#include <string.h>

enum { POSITIONS_MAX = 2048 };

static const struct field gain_row_fields[] = {
    FIELD(struct gain_row, symbol, .doc = "Symbol"),
    FIELD(struct gain_row, currency, .doc = "Currency of the amounts"),
    FIELD(struct gain_row, sec_type, .doc = "Security type", .wide = true),
    FIELD(struct gain_row, con_id, .doc = "Contract id", .wide = true),
    FIELD(struct gain_row, quantity, .doc = "Held now"),
    FIELD(struct gain_row, gain, .doc = "Of the period: value, trades and commissions"),
    FIELD(struct gain_row, gain_pct, .unit = "%",
          .doc = "Of the value at its beginning and what was added"),
    FIELD(struct gain_row, unrealized, .doc = "Unrealised since it was bought"),
    FIELD(struct gain_row, unrealized_pct, .unit = "%", .doc = "Of its cost"),
    FIELD(struct gain_row, realized, .doc = "Realised in the period, by the broker"),
};
const struct type gain_row_type = TYPE_OF(struct gain_row, gain_row_fields);

/* A position, gathered from its beginning, the trades and the present. */
struct gain {
    int32_t con_id;
    enum sec_type sec_type;
    char symbol[40], currency[8];
    struct dec quantity, start, end, traded, bought, commission, realized;
    struct opt_dec unrealized, cost;
    bool is_unknown; /* some value is not known */
    bool has_realized;
};

struct gains {
    struct gain *items; /* POSITIONS_MAX */
    size_t count;
    struct utc since;
    bool is_cut;
};

static struct gain *gain_of(struct gains *g, int32_t con_id, enum sec_type type, const char *symbol,
                            const char *currency)
{
    for (size_t i = 0; i < g->count; i++) {
        struct gain *x = &g->items[i];
        if (con_id && x->con_id ? x->con_id == con_id
                                : strcmp(x->symbol, symbol) == 0 && x->sec_type == type &&
                                      strcmp(x->currency, currency) == 0)
            return x;
    }
    if (g->count == POSITIONS_MAX) {
        g->is_cut = true;
        return NULL;
    }
    struct gain *x = &g->items[g->count++];
    *x = (struct gain){.con_id = con_id, .sec_type = type};
    str_copy_cut(x->symbol, sizeof x->symbol, str_of(symbol));
    str_copy_cut(x->currency, sizeof x->currency, str_of(currency));
    return x;
}

static bool see_start(void *self, const struct held *h)
{
    if (h->sec_type == SEC_UNKNOWN) /* cash */
        return true;
    struct gain *x = gain_of(self, h->con_id, h->sec_type, h->symbol, h->currency);
    if (x && h->value.has)
        x->start = dec_plus(x->start, h->value.v);
    else if (x)
        x->is_unknown = true;
    return true;
}

static bool see_trade(void *self, const struct execution *x)
{
    struct gains *g = self;
    struct dec value = DEC_ZERO;
    const struct contract *k = &x->contract;
    if (!x->time.has || x->time.v.ns <= g->since.ns || k->sec_type == SEC_CASH)
        return true;
    const char *symbol =
        k->sec_type == SEC_STK || !k->local_symbol[0] ? k->symbol : k->local_symbol;
    struct gain *row = gain_of(g, k->con_id, k->sec_type, symbol, k->currency);
    if (!row)
        return true;
    if (!dec_mul(x->quantity, contract_multiplier(k), &value) || !dec_mul(value, x->price, &value))
        row->is_unknown = true;
    row->traded =
        x->side == SIDE_BUY ? dec_minus(row->traded, value) : dec_plus(row->traded, value);
    if (x->side == SIDE_BUY)
        row->bought = dec_plus(row->bought, value);
    if (x->commission.has && strcmp(x->commission_currency, k->currency) == 0)
        row->commission = dec_plus(row->commission, x->commission.v);
    if (x->realized_pnl.has) {
        row->realized = dec_plus(row->realized, x->realized_pnl.v);
        row->has_realized = true;
    }
    return true;
}

static void see_end(struct gains *g, const struct position *p)
{
    const struct contract *k = &p->contract;
    const char *symbol =
        k->sec_type == SEC_STK || !k->local_symbol[0] ? k->symbol : k->local_symbol;
    struct gain *x =
        dec_is_zero(p->quantity) ? NULL : gain_of(g, k->con_id, k->sec_type, symbol, k->currency);
    if (!x)
        return;
    x->quantity = p->quantity;
    x->is_unknown = x->is_unknown || !p->market_value.has;
    x->end = p->market_value.has ? p->market_value.v : DEC_ZERO;
    x->unrealized = p->unrealized_pnl;
    x->cost = p->avg_cost;
    x->cost.has = x->cost.has && dec_mul(dec_abs(p->quantity), p->avg_cost.v, &x->cost.v);
}

static struct gain_row row_of(struct call *c, const struct gain *g)
{
    struct gain_row r = {.symbol = arena_str(c->arena, STR_NAME(g->symbol)),
                         .currency = arena_str(c->arena, STR_NAME(g->currency)),
                         .sec_type = str_of(sec_type_text(g->sec_type)),
                         .con_id = g->con_id,
                         .quantity = g->quantity,
                         .unrealized = g->unrealized};
    struct dec gain = dec_minus(dec_plus(dec_minus(g->end, g->start), g->traded), g->commission);
    struct dec base = dec_plus(dec_abs(g->start), g->bought);
    r.gain = (struct opt_dec){gain, !g->is_unknown};
    if (r.gain.has)
        r.gain_pct = call_percent(DEC_SOME(dec_plus(base, gain)), DEC_SOME(base));
    if (g->unrealized.has && g->cost.has)
        r.unrealized_pct =
            call_percent(DEC_SOME(dec_plus(g->cost.v, g->unrealized.v)), DEC_SOME(g->cost.v));
    r.realized = (struct opt_dec){g->realized, g->has_realized};
    return r;
}

bool gains_read(struct call *c, struct str account, const struct timeline_point *start,
                struct list *out)
{
    struct gains g = {.items = ARENA_MANY(c->arena, struct gain, POSITIONS_MAX),
                      .since = start->at};
    const struct position *x;
    if (!start->is_now &&
        !db_holdings(c->core->db, account, start->day, start->source, see_start, &g, &c->error))
        return false;
    if (!db_executions(c->core->db, start->at, account, see_trade, &g, &c->error))
        return false;
    for (size_t i = 0; book_next_position(c->core->book, &i, account, &x);)
        see_end(&g, x);
    struct gain_row *rows = ARENA_MANY(c->arena, struct gain_row, g.count);
    for (size_t i = 0; i < g.count; i++)
        rows[i] = row_of(c, &g.items[i]);
    *out = (struct list){rows, g.count};
    if (g.is_cut)
        call_incomplete(c, "only %d positions are shown", POSITIONS_MAX);
    return true;
}
