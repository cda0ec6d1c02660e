/* SPDX-License-Identifier: MIT */
#include "paper/figures.h"

#include <assert.h>
#include <stdio.h>

void figures_position(const struct figures_world *w, const struct instrument *i,
                      struct position_pnl *out)
{
    int64_t now_s = w->now_ns / NS_PER_S;
    const struct holding *held = ledger_holding(&w->account->ledger, i);
    const struct holding h = held != NULL ? *held : (struct holding){.instrument = i};
    struct valuation v;
    balance_value(&h, w->feed, now_s, &v);
    struct dec before = dec_minus(h.quantity, h.day_quantity), began = DEC_ZERO;
    if (!dec_is_zero(before))
        began = ledger_value(i, before, feed_previous_close(w->feed, i, now_s));
    *out = (struct position_pnl){.quantity = h.quantity,
                                 .average = holding_average(&h),
                                 .price = v.price,
                                 .value = v.value,
                                 .unrealized = v.unrealized,
                                 .realized = h.day_realized,
                                 .daily = dec_minus(dec_minus(v.value, began), h.day_paid)};
}

static void add_position(const struct figures_world *w, const struct instrument *i,
                         struct figures *out)
{
    struct position_pnl one;
    figures_position(w, i, &one);
    struct str currency = STR_NAME(i->contract.currency);
    struct str base = STR_NAME(w->account->terms.base);
    struct dec rate = balance_rate(w->feed, currency, base, w->now_ns / NS_PER_S);
    for (size_t r = 0; r < out->balance.row_count; r++)
        if (str_eq(STR_NAME(out->balance.rows[r].currency), currency))
            out->balance.rows[r].realized = dec_plus(out->balance.rows[r].realized, one.realized);
    struct balance_row *total = &out->balance.total;
    total->realized = dec_plus(total->realized, ledger_times(one.realized, rate));
    out->daily = dec_plus(out->daily, ledger_times(one.daily, rate));
}

void figures_compute(const struct figures_world *w, struct figures *out)
{
    const struct ledger *l = &w->account->ledger;
    *out = (struct figures){0};
    str_copy_cut(out->base, sizeof out->base, STR_NAME(w->account->terms.base));
    balance_compute(w->account, w->feed, w->now_ns / NS_PER_S, &out->balance);
    for (size_t k = 0; k < l->holding_count; k++)
        add_position(w, l->holdings[k].instrument, out);
}

void figures_pnl(const struct figures_world *w, struct figures_pnl *out)
{
    struct {
        const char *currency;
        struct dec rate, unrealized;
    } rows[LEDGER_CURRENCIES_MAX];
    const struct ledger *l = &w->account->ledger;
    size_t n = 0;
    *out = (struct figures_pnl){0};
    for (size_t k = 0; k < l->holding_count; k++) {
        const struct instrument *i = l->holdings[k].instrument;
        struct str currency = STR_NAME(i->contract.currency);
        struct position_pnl one;
        figures_position(w, i, &one);
        size_t r = 0;
        while (r < n && !str_eq(str_of(rows[r].currency), currency))
            r++;
        if (r == n) {
            assert(n < LEDGER_CURRENCIES_MAX);
            rows[n].currency = i->contract.currency;
            rows[n].unrealized = DEC_ZERO;
            rows[n++].rate = balance_rate(w->feed, currency, STR_NAME(w->account->terms.base),
                                          w->now_ns / NS_PER_S);
        }
        rows[r].unrealized = dec_plus(rows[r].unrealized, one.unrealized);
        out->daily = dec_plus(out->daily, ledger_times(one.daily, rows[r].rate));
        out->realized = dec_plus(out->realized, ledger_times(one.realized, rows[r].rate));
    }
    for (size_t r = 0; r < n; r++)
        out->unrealized = dec_plus(out->unrealized, ledger_times(rows[r].unrealized, rows[r].rate));
}

/* ---- tags ---- */
enum { CENTS = 2, RATIO_DECIMALS = 4, RATE_DECIMALS = 7 };

static struct dec ratio(struct dec a, struct dec b)
{
    struct dec out;
    return dec_div(a, b, &out) ? out : DEC_ZERO;
}

bool figures_tag_at(const struct figures *f, size_t i, struct figures_tag *out)
{
    const struct balance *b = &f->balance;
    enum { BOTH = FIGURES_SUMMARY | FIGURES_VALUE };
    const struct {
        const char *name;
        int kinds;
        const char *text; /* NULL: amount */
        struct dec amount;
        int decimals; /* CENTS: an amount in USD */
    } rows[] = {
        {"AccountCode", FIGURES_VALUE, "", DEC_ZERO, 0},
        {"AccountReady", FIGURES_VALUE, "true", DEC_ZERO, 0},
        {"AccountType", BOTH, "INDIVIDUAL", DEC_ZERO, 0},
        {"AccruedCash", BOTH, NULL, b->total.interest, CENTS},
        {"AccruedDividend", FIGURES_VALUE, NULL, b->total.dividends, CENTS},
        {"AvailableFunds", BOTH, NULL, b->available, CENTS},
        {"BuyingPower", BOTH, NULL, b->buying_power, CENTS},
        {"Cushion", BOTH, NULL, ratio(b->excess, b->total.net), RATIO_DECIMALS},
        {"DayTradesRemaining", BOTH, "-1", DEC_ZERO, 0}, /* no pattern day trading rule here */
        {"EquityWithLoanValue", BOTH, NULL, b->equity, CENTS},
        {"ExcessLiquidity", BOTH, NULL, b->excess, CENTS},
        {"FullAvailableFunds", BOTH, NULL, b->available, CENTS},
        {"FullExcessLiquidity", BOTH, NULL, b->excess, CENTS},
        {"FullInitMarginReq", BOTH, NULL, b->init_margin, CENTS},
        {"FullMaintMarginReq", BOTH, NULL, b->maint_margin, CENTS},
        {"GrossPositionValue", BOTH, NULL, b->gross, CENTS},
        {"HighestSeverity", FIGURES_SUMMARY, "0", DEC_ZERO, 0},
        {"InitMarginReq", BOTH, NULL, b->init_margin, CENTS},
        {"Leverage", BOTH, NULL, ratio(b->gross, b->total.net), CENTS},
        {"LookAheadAvailableFunds", BOTH, NULL, b->available, CENTS},
        {"LookAheadExcessLiquidity", BOTH, NULL, b->excess, CENTS},
        {"LookAheadInitMarginReq", BOTH, NULL, b->init_margin, CENTS},
        {"LookAheadMaintMarginReq", BOTH, NULL, b->maint_margin, CENTS},
        {"LookAheadNextChange", BOTH, "0", DEC_ZERO, 0},
        {"MaintMarginReq", BOTH, NULL, b->maint_margin, CENTS},
        {"NetLiquidation", BOTH, NULL, b->total.net, CENTS},
        {"PreviousDayEquityWithLoanValue", BOTH, NULL, dec_minus(b->equity, f->daily), CENTS},
        {"RegTEquity", BOTH, NULL, b->total.net, CENTS},
        {"RegTMargin", BOTH, NULL, b->init_margin, CENTS},
        {"SMA", BOTH, NULL, b->available, CENTS},
        {"SettledCash", BOTH, NULL, b->total.cash, CENTS},
        {"TotalCashValue", BOTH, NULL, b->total.cash, CENTS},
        {"TradingType-S", FIGURES_VALUE, "STKNOPT", DEC_ZERO, 0},
    };
    if (i >= sizeof rows / sizeof rows[0])
        return false;
    bool is_ratio = rows[i].text != NULL || rows[i].decimals != CENTS ||
                    str_eq(str_of(rows[i].name), STR("Leverage"));
    *out = (struct figures_tag){
        .name = rows[i].name, .currency = is_ratio ? "" : f->base, .kinds = rows[i].kinds};
    if (rows[i].text != NULL)
        snprintf(out->text, sizeof out->text, "%s", rows[i].text);
    else
        dec_format_fixed(rows[i].amount, rows[i].decimals, out->text);
    return true;
}

bool figures_ledger_tag(const struct balance_row *row, size_t i, struct figures_tag *out)
{
    const struct {
        const char *name;
        struct dec amount;
        int decimals;
    } rows[] = {
        {"AccruedCash", row->interest, CENTS},
        {"CashBalance", row->cash, CENTS},
        {"CorporateBondMarketValue", DEC_ZERO, CENTS},
        {"ExchangeRate", row->rate, RATE_DECIMALS},
        {"FundValue", DEC_ZERO, CENTS},
        {"FutureOptionValue", DEC_ZERO, CENTS},
        {"FuturesPNL", row->futures, CENTS},
        {"FxCashBalance", DEC_ZERO, CENTS},
        {"IssuerOptionValue", DEC_ZERO, CENTS},
        {"MoneyMarketFundValue", DEC_ZERO, CENTS},
        {"MutualFundValue", DEC_ZERO, CENTS},
        {"NetDividend", row->dividends, CENTS},
        {"NetLiquidationByCurrency", row->net, CENTS},
        {"OptionMarketValue", row->option, CENTS},
        {"RealizedPnL", row->realized, CENTS},
        {"StockMarketValue", row->stock, CENTS},
        {"TBillValue", DEC_ZERO, CENTS},
        {"TBondValue", DEC_ZERO, CENTS},
        {"TotalCashBalance", row->cash, CENTS},
        {"UnrealizedPnL", row->unrealized, CENTS},
        {"WarrantValue", DEC_ZERO, CENTS},
    };
    size_t count = sizeof rows / sizeof rows[0];
    static const char *const names[] = {"Currency", "RealCurrency"};
    if (i >= count + 2)
        return false;
    *out = (struct figures_tag){.currency = row->currency, .kinds = FIGURES_VALUE};
    if (i >= count) {
        out->name = names[i - count];
        str_copy_cut(out->text, sizeof out->text, STR_NAME(row->currency));
        return true;
    }
    out->name = rows[i].name;
    dec_format_fixed(rows[i].amount, rows[i].decimals, out->text);
    return true;
}
