/* SPDX-License-Identifier: MIT */
#include "paper/margin.h"

#include "paper/option.h"

#include <assert.h>

#define FX_INITIAL       DEC_MICRO(30000)
#define FX_MAINTENANCE   DEC_MICRO(25000)
#define NAKED_SHARE      DEC_MICRO(200000) /* of the underlying, less what is out of the money */
#define NAKED_LEAST      DEC_MICRO(100000)
#define CENT             DEC_MICRO(10000)
#define INITIAL_BY_LOAD  DEC_MICRO(1100000) /* where only maintenance has a rule */
#define CONTRACT_MINIMUM DEC_MICRO(375000)

/* Reg T rates in millionths of the value. */
static const struct {
    enum sec_type sec_type;
    int64_t initial, long_maintenance, short_maintenance;
} rates[] = {
    {SEC_STK, 500000, 250000, 300000},        {SEC_FUND, 500000, 250000, 300000},
    {SEC_BOND, 100000, 90000, 100000},        {SEC_CFD, 200000, 200000, 200000},
    {SEC_UNKNOWN, 1000000, 1000000, 1000000}, /* lends nothing: crypto, warrants */
};

/* Maintenance of a future, in millionths of its value; "" is any other. */
static const struct {
    char symbol[8];
    int64_t maintenance;
} future_rates[] = {
    {"ES", 50000},  {"MES", 50000}, {"NQ", 65000},   {"MNQ", 65000}, {"YM", 50000},
    {"RTY", 65000}, {"ZN", 20000},  {"ZB", 30000},   {"ZF", 15000},  {"GBL", 20000},
    {"CL", 90000},  {"NG", 150000}, {"GC", 65000},   {"SI", 100000}, {"HG", 70000},
    {"DAX", 60000}, {"EUR", 22000}, {"VIX", 300000}, {"", 80000},
};

static void add(struct margin *m, struct dec initial, struct dec maintenance)
{
    m->initial = dec_plus(m->initial, initial);
    m->maintenance = dec_plus(m->maintenance, maintenance);
}

static const struct instrument *listing(const struct margin_line *l)
{
    return l->holding->instrument;
}

static bool is_option(const struct margin_line *l)
{
    return listing(l)->contract.sec_type == SEC_OPT;
}

/* ---- single lines ---- */
static void add_future(const struct margin_line *l, struct margin *out)
{
    size_t i = 0;
    while (future_rates[i].symbol[0] != 0 &&
           !str_eq(STR_NAME(future_rates[i].symbol), STR_NAME(listing(l)->contract.symbol)))
        i++;
    struct dec need = ledger_times(dec_abs(l->value), DEC_MICRO(future_rates[i].maintenance));
    add(out, ledger_times(need, INITIAL_BY_LOAD), need);
}

static void add_rated(const struct margin_line *l, struct margin *out)
{
    size_t i = 0;
    while (rates[i].sec_type != SEC_UNKNOWN && rates[i].sec_type != listing(l)->contract.sec_type)
        i++;
    struct dec size = dec_abs(l->value);
    int64_t maintenance =
        dec_sign(l->value) >= 0 ? rates[i].long_maintenance : rates[i].short_maintenance;
    add(out, ledger_times(size, DEC_MICRO(rates[i].initial)),
        ledger_times(size, DEC_MICRO(maintenance)));
}

void margin_cash(struct dec value, struct margin *out)
{
    struct dec size = dec_abs(value);
    add(out, ledger_times(size, FX_INITIAL), ledger_times(size, FX_MAINTENANCE));
}

/* ---- groups: an underlying and the options on it ---- */
struct group {
    const struct instrument *underlying;
    struct dec price;  /* of the underlying */
    struct dec shares; /* held of it, signed */
    size_t n;
    struct {
        const struct margin_line *line;
        struct dec left; /* quantity that nothing has been paired with yet, signed */
    } options[LEDGER_HOLDINGS_MAX];
};

static bool is_call(const struct margin_line *l)
{
    return listing(l)->contract.right == 'C';
}

static struct dec strike(const struct margin_line *l)
{
    return listing(l)->contract.strike.v;
}

/* What exercise would pay for one share; negative by as much as it is out of the money. */
static struct dec in_the_money(const struct group *g, const struct margin_line *l)
{
    return is_call(l) ? dec_minus(g->price, strike(l)) : dec_minus(strike(l), g->price);
}

/* An amount per share of so many contracts, in base. */
static struct dec contracts(const struct margin_line *l, struct dec quantity, struct dec per_share)
{
    return ledger_times(ledger_value(listing(l), quantity, per_share), l->base_rate);
}

/* What one share of a short option needs beside a long one; false if that is no cover. */
static bool spread_need(const struct margin_line *sold, const struct margin_line *bought,
                        struct dec *need)
{
    if (is_call(sold) != is_call(bought) || listing(bought)->expiry_s < listing(sold)->expiry_s ||
        !dec_eq(listing(sold)->multiplier, listing(bought)->multiplier))
        return false;
    struct dec width = is_call(sold) ? dec_minus(strike(bought), strike(sold))
                                     : dec_minus(strike(sold), strike(bought));
    *need = dec_max(width, DEC_ZERO);
    return true;
}

static struct dec naked_need(const struct group *g, const struct margin_line *l)
{
    struct dec out_by = dec_max(dec_neg(in_the_money(g, l)), DEC_ZERO);
    struct dec least = ledger_times(is_call(l) ? g->price : strike(l), NAKED_LEAST);
    struct dec rule = dec_minus(ledger_times(g->price, NAKED_SHARE), out_by);
    return dec_plus(l->price, dec_max(rule, least));
}

/* Pairs a short option with the long ones that make it cheapest. */
static struct dec pair_spreads(struct group *g, size_t sold)
{
    struct dec sum = DEC_ZERO;
    const struct margin_line *l = g->options[sold].line;
    while (dec_sign(g->options[sold].left) < 0) {
        size_t best = g->n;
        struct dec least = naked_need(g, l), need;
        for (size_t k = 0; k < g->n; k++)
            if (dec_sign(g->options[k].left) > 0 && spread_need(l, g->options[k].line, &need) &&
                dec_lt(need, least)) {
                least = need;
                best = k;
            }
        if (best == g->n)
            break;
        struct dec n = dec_min(dec_neg(g->options[sold].left), g->options[best].left);
        g->options[sold].left = dec_plus(g->options[sold].left, n);
        g->options[best].left = dec_minus(g->options[best].left, n);
        sum = dec_plus(sum, contracts(l, n, least));
    }
    return sum;
}

/* What the short options of a group need, by the rules. */
static struct dec short_options(struct group *g)
{
    struct dec sum = DEC_ZERO;
    for (size_t k = 0; k < g->n; k++) {
        const struct margin_line *l = g->options[k].line;
        sum = dec_plus(sum, pair_spreads(g, k));
        struct dec left = dec_neg(g->options[k].left);
        if (dec_sign(left) <= 0)
            continue;
        bool covers = is_call(l) ? dec_sign(g->shares) > 0 : dec_sign(g->shares) < 0;
        if (covers) {
            struct dec of_shares = DEC_ZERO;
            (void)dec_div(dec_abs(g->shares), listing(l)->multiplier, &of_shares);
            struct dec n = dec_min(left, dec_round_to(of_shares, DEC(1), DEC_DOWN));
            struct dec used = ledger_times(n, listing(l)->multiplier);
            g->shares = is_call(l) ? dec_minus(g->shares, used) : dec_plus(g->shares, used);
            sum = dec_plus(sum, contracts(l, n, dec_max(in_the_money(g, l), DEC_ZERO)));
            left = dec_minus(left, n);
        }
        sum = dec_plus(sum, contracts(l, left, naked_need(g, l)));
    }
    return sum;
}

/* ---- stress ---- */
enum { STRESS_STEPS = 3 };

struct stress {
    double rate; /* units of the base */
    struct option_terms terms;
    double vol, units; /* units: quantity x multiplier */
    bool is_option;
};

static void stress_of(const struct margin_line *l, struct feed *f, int64_t utc_s,
                      struct stress *out)
{
    const struct instrument *i = listing(l);
    struct feed_option model;
    *out = (struct stress){.rate = dec_to_double(l->base_rate),
                           .units = dec_to_double(ledger_value(i, l->holding->quantity, DEC(1)))};
    if (!is_option(l))
        return;
    out->is_option = true;
    if (!feed_option_at(f, i, utc_s, &model, NULL, NULL)) {
        out->units = 0; /* it has expired: nothing moves it any more */
        return;
    }
    out->vol = model.iv;
    out->terms =
        (struct option_terms){.strike = dec_to_double(i->contract.strike.v),
                              .years = (double)(i->expiry_s - utc_s) / (365.0 * HOURS_DAY_S),
                              .rate = feed_interest(STR_NAME(i->contract.currency)),
                              .pv_dividends = model.pv_dividends,
                              .is_call = i->contract.right == 'C'};
}

static double gain_of(const struct stress *s, double price, double moved)
{
    struct feed_option now, then;
    if (!s->is_option)
        return s->units * (moved - price) * s->rate;
    if (!option_price(&s->terms, s->vol, price, &now) ||
        !option_price(&s->terms, s->vol, moved, &then))
        return 0;
    return s->units * (then.price - now.price) * s->rate;
}

static void add_stressed(const struct group *g, const struct margin_line *shares, struct feed *f,
                         int64_t utc_s, struct margin *out)
{
    double gains[2 * STRESS_STEPS + 1] = {0}, worst = 0;
    double price = dec_to_double(g->price);
    double range = g->underlying->contract.sec_type == SEC_IND ? 0.08 : 0.15;
    struct dec least = DEC_ZERO, need = DEC_ZERO;
    for (size_t k = 0; k <= g->n; k++) {
        const struct margin_line *l = k < g->n ? g->options[k].line : shares;
        struct stress s;
        if (l == NULL)
            continue;
        stress_of(l, f, utc_s, &s);
        for (int step = -STRESS_STEPS; step <= STRESS_STEPS; step++)
            gains[step + STRESS_STEPS] +=
                gain_of(&s, price, price * (1 + range * step / STRESS_STEPS));
        if (is_option(l))
            least = dec_plus(least, contracts(l, dec_abs(l->holding->quantity), CONTRACT_MINIMUM));
    }
    for (size_t k = 0; k < sizeof gains / sizeof gains[0]; k++)
        worst = gains[k] < worst ? gains[k] : worst;
    bool ok = dec_from_model(-worst, CENT, &need);
    assert(ok); /* a loss is no larger than what the account holds, which is a dec */
    need = dec_max(need, least);
    add(out, ledger_times(need, INITIAL_BY_LOAD), need);
}

/* ---- all ---- */
static const struct instrument *group_of(const struct margin_line *l)
{
    const struct instrument *i = listing(l);
    return is_option(l) && i->underlying != NULL ? i->underlying : i;
}

static bool is_first_of_group(const struct margin_line *lines, size_t at)
{
    for (size_t k = 0; k < at; k++)
        if (group_of(&lines[k]) == group_of(&lines[at]))
            return false;
    return true;
}

static void add_group(enum margin_kind kind, const struct margin_line *lines, size_t n, size_t at,
                      struct feed *f, int64_t utc_s, struct margin *out)
{
    struct group *g = &(struct group){.underlying = group_of(&lines[at])};
    const struct margin_line *shares = NULL;
    for (size_t k = at; k < n; k++) {
        if (group_of(&lines[k]) != g->underlying)
            continue;
        if (is_option(&lines[k])) {
            g->options[g->n].line = &lines[k];
            g->options[g->n++].left = lines[k].holding->quantity;
        } else {
            shares = &lines[k];
            g->shares = shares->holding->quantity;
        }
    }
    g->price = feed_price(f, g->underlying, utc_s);
    enum sec_type type = g->underlying->contract.sec_type;
    if (kind == MARGIN_PORTFOLIO && (type == SEC_STK || type == SEC_IND || type == SEC_FUND)) {
        add_stressed(g, shares, f, utc_s, out);
        return;
    }
    if (shares != NULL)
        add_rated(shares, out);
    struct dec need = short_options(g);
    add(out, need, need);
}

void margin_positions(enum margin_kind kind, const struct margin_line *lines, size_t n,
                      struct feed *f, int64_t utc_s, struct margin *out)
{
    assert(n <= LEDGER_HOLDINGS_MAX);
    for (size_t k = 0; k < n; k++) {
        if (ledger_is_settled_daily(listing(&lines[k])))
            add_future(&lines[k], out);
        else if (is_first_of_group(lines, k))
            add_group(kind, lines, n, k, f, utc_s, out);
    }
}
