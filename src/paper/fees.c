/* SPDX-License-Identifier: MIT */
#include "paper/fees.h"

#define CENT         DEC_MICRO(10000)
#define CENT_OF_CENT DEC_MICRO(100)
/* the tiered plan's additions for shares in the United States */
#define TAKE_PER_SHARE  DEC_MICRO(3000)
#define CLEAR_PER_SHARE DEC_MICRO(200)
#define LEVY_OF_SALE    DEC_MICRO(28) /* of the value sold */
#define LEVY_PER_SHARE  DEC_MICRO(166)
#define LEVY_MOST       DEC_MICRO(8300000)

/* The first row of a plan that fits decides; a currency of "" is any. Amounts in millionths of the
 * listing's currency, shares of the value in millionths; 0 is none. */
static const struct schedule {
    enum sec_type sec_type;
    char currency[4];
    enum fee_plan plan;
    int64_t per_unit;
    int64_t of_value;
    int64_t least, most_of_value;
} schedules[] = {
    {SEC_STK, "USD", FEES_FIXED, 5000, 0, 1000000, 10000},
    {SEC_STK, "USD", FEES_TIERED, 3500, 0, 350000, 10000},
    {SEC_STK, "CAD", FEES_FIXED, 10000, 0, 1000000, 5000},
    {SEC_STK, "CAD", FEES_TIERED, 8000, 0, 1000000, 5000},
    {SEC_STK, "EUR", FEES_FIXED, 0, 500, 3000000, 0},
    {SEC_STK, "EUR", FEES_TIERED, 0, 500, 1250000, 0},
    {SEC_STK, "GBP", FEES_FIXED, 0, 500, 3000000, 0},
    {SEC_STK, "GBP", FEES_TIERED, 0, 500, 1000000, 0},
    {SEC_STK, "CHF", FEES_FIXED, 0, 500, 5000000, 0},
    {SEC_STK, "CHF", FEES_TIERED, 0, 500, 1500000, 0},
    {SEC_STK, "SEK", FEES_FIXED, 0, 500, 49000000, 0},
    {SEC_STK, "SEK", FEES_TIERED, 0, 500, 10000000, 0},
    {SEC_STK, "NOK", FEES_FIXED, 0, 500, 49000000, 0},
    {SEC_STK, "NOK", FEES_TIERED, 0, 500, 10000000, 0},
    {SEC_STK, "DKK", FEES_FIXED, 0, 500, 49000000, 0},
    {SEC_STK, "DKK", FEES_TIERED, 0, 500, 10000000, 0},
    {SEC_STK, "JPY", FEES_FIXED, 0, 800, 80000000, 0},
    {SEC_STK, "JPY", FEES_TIERED, 0, 500, 80000000, 0},
    {SEC_STK, "HKD", FEES_FIXED, 0, 800, 18000000, 0},
    {SEC_STK, "HKD", FEES_TIERED, 0, 500, 18000000, 0},
    {SEC_STK, "KRW", FEES_FIXED, 0, 1000, 1500000000, 0},
    {SEC_STK, "AUD", FEES_FIXED, 0, 800, 6000000, 0},
    {SEC_STK, "AUD", FEES_TIERED, 0, 800, 5000000, 0},
    {SEC_STK, "SGD", FEES_FIXED, 0, 800, 2500000, 0},
    {SEC_STK, "", FEES_FIXED, 0, 1000, 0, 0},
    {SEC_OPT, "USD", FEES_FIXED, 650000, 0, 1000000, 0},
    {SEC_OPT, "EUR", FEES_FIXED, 1100000, 0, 1100000, 0},
    {SEC_OPT, "", FEES_FIXED, 0, 2000, 0, 0},
    {SEC_FUT, "USD", FEES_FIXED, 2250000, 0, 0, 0},
    {SEC_FUT, "EUR", FEES_FIXED, 2000000, 0, 0, 0},
    {SEC_FUT, "JPY", FEES_FIXED, 250000000, 0, 0, 0},
    {SEC_FUT, "HKD", FEES_FIXED, 30000000, 0, 0, 0},
    {SEC_FUT, "GBP", FEES_FIXED, 1700000, 0, 0, 0},
    {SEC_FUT, "", FEES_FIXED, 3000000, 0, 0, 0},
    {SEC_CASH, "", FEES_FIXED, 0, 20, 2000000, 0},
    {SEC_CRYPTO, "", FEES_FIXED, 0, 1800, 1750000, 10000},
    {SEC_BOND, "", FEES_FIXED, 0, 1000, 1000000, 0},
    {SEC_FUND, "", FEES_FIXED, 14950000, 0, 0, 30000},
    {SEC_UNKNOWN, "", FEES_FIXED, 0, 1000, 0, 0},
};

static const struct schedule *find_schedule(const struct contract *c, enum fee_plan plan)
{
    for (size_t k = 0; k < sizeof schedules / sizeof schedules[0]; k++) {
        const struct schedule *s = &schedules[k];
        if (s->plan == plan && (s->sec_type == c->sec_type || s->sec_type == SEC_UNKNOWN) &&
            (s->currency[0] == 0 || str_eq(STR_NAME(s->currency), STR_NAME(c->currency))))
            return s;
    }
    return NULL;
}

/* What has no tiered row pays the fixed one; the last of these fits everything. */
static const struct schedule *schedule_of(const struct contract *c, enum fee_plan plan)
{
    const struct schedule *s = find_schedule(c, plan);
    return s != NULL ? s : find_schedule(c, FEES_FIXED);
}

/* What the tiered plan adds to the broker's own part, for one piece. */
static struct dec third_parties(const struct fee_basis *b, struct dec quantity, struct dec value,
                                bool is_taker)
{
    const struct contract *c = &b->instrument->contract;
    if (b->plan != FEES_TIERED || c->sec_type != SEC_STK ||
        !str_eq(STR_NAME(c->currency), STR("USD")))
        return DEC_ZERO;
    struct dec fee = ledger_times(quantity, CLEAR_PER_SHARE);
    if (is_taker)
        fee = dec_plus(fee, ledger_times(quantity, TAKE_PER_SHARE));
    if (b->side == SIDE_BUY)
        return fee;
    struct dec levy = dec_min(ledger_times(quantity, LEVY_PER_SHARE), LEVY_MOST);
    return dec_plus(fee, dec_plus(levy, ledger_times(value, LEVY_OF_SALE)));
}

static struct dec round_up(const struct fee_basis *b, struct dec fee)
{
    return dec_round_to(fee, b->plan == FEES_TIERED ? CENT_OF_CENT : CENT, DEC_UP);
}

/* The broker's part for all that has filled; it never falls as more does. */
static struct dec broker_part(const struct fee_basis *b)
{
    const struct contract *c = &b->instrument->contract;
    const struct schedule *s = schedule_of(c, b->plan);
    struct dec value = b->turnover;
    if (dec_is_zero(b->quantity))
        return DEC_ZERO;
    if (c->sec_type == SEC_CASH)
        value = ledger_times(b->quantity, b->usd_rate);
    struct dec fee = dec_plus(ledger_times(b->quantity, DEC_MICRO(s->per_unit)),
                              ledger_times(value, DEC_MICRO(s->of_value)));
    fee = dec_max(fee, DEC_MICRO(s->least));
    if (s->most_of_value > 0)
        fee = dec_min(fee, ledger_times(value, DEC_MICRO(s->most_of_value)));
    return round_up(b, fee);
}

struct dec fees_piece(const struct fee_basis *before, struct dec quantity, struct dec price,
                      bool is_taker, const char **currency)
{
    const struct contract *c = &before->instrument->contract;
    struct fee_basis b = *before;
    struct dec value = ledger_value(b.instrument, quantity, price);
    *currency = c->sec_type == SEC_CASH ? "USD" : c->currency;
    b.quantity = dec_plus(b.quantity, quantity);
    b.turnover = dec_plus(b.turnover, value);
    struct dec fee = dec_minus(broker_part(&b), broker_part(before));
    return dec_plus(fee, round_up(&b, third_parties(&b, quantity, value, is_taker)));
}
