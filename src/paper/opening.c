/* SPDX-License-Identifier: MIT */
/* The portfolio of a fresh account: several regions and currencies, winners and losers, one large
 * position, one short. Costs are shares of the base price, so they fit any market. */
#include "paper/paper_private.h"

static const struct {
    const char *currency;
    int64_t amount;
} opening_cash[] = {
    {"USD", 185000}, {"EUR", 22000}, {"CHF", 6500}, {"JPY", 1250000}, {"HKD", 48000}, {"GBP", 4200},
};

static const struct {
    const char *symbol, *primary;
    int64_t quantity;
    int64_t cost_permille; /* of the base price */
} opening_positions[] = {
    {"AAPL", "NASDAQ", 400, 870},  {"MSFT", "NASDAQ", 90, 940}, {"SPY", "ARCA", 60, 905},
    {"ASML", "AEB", 35, 1065},     {"SAP", "IBIS", 110, 960},   {"NESN", "EBS", 260, 1120},
    {"RIO", "LSE", 320, 1010},     {"7203", "TSEJ", 1200, 915}, {"700", "SEHK", 300, 880},
    {"TSLA", "NASDAQ", -25, 1030},
};

void opening_apply(struct ledger *l, const struct universe *u, bool with_positions)
{
    for (size_t i = 0; i < sizeof opening_cash / sizeof opening_cash[0]; i++) {
        struct cash row = {.amount = dec_of(opening_cash[i].amount)};
        str_copy_cut(row.currency, sizeof row.currency, str_of(opening_cash[i].currency));
        (void)ledger_set_cash(l, &row);
    }
    if (!with_positions)
        return;
    for (size_t i = 0; i < sizeof opening_positions / sizeof opening_positions[0]; i++) {
        struct wire_contract q = WIRE_CONTRACT_DEFAULT;
        q.symbol = str_of(opening_positions[i].symbol);
        q.sec_type = STR("STK");
        q.primary_exchange = str_of(opening_positions[i].primary);
        const struct instrument *found[UNIVERSE_MATCHES_MAX];
        if (universe_match(u, &q, found) != 1)
            continue; /* another table of instruments: the rest of the portfolio still stands */
        struct dec cost;
        if (!dec_from_model(found[0]->base * (double)opening_positions[i].cost_permille / 1000.0,
                            found[0]->tick, &cost))
            continue;
        struct holding h = {.instrument = found[0],
                            .quantity = dec_of(opening_positions[i].quantity)};
        h.cost = ledger_value(h.instrument, h.quantity, cost);
        (void)ledger_set_holding(l, &h);
    }
}
