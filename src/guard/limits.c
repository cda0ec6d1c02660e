/* SPDX-License-Identifier: MIT */
#include "guard/limits.h"

#include <assert.h>

static const char *const mode_choices[] = {"auto", "read_only", "paper", "live", NULL};

static const char *const margin_choices[] = {"auto", "on", "off", NULL};

const char *const guard_approvals[] = {"none", "elicit", "app", "out_of_band", "deny", NULL};

static const struct field guard_limits_fields[] = {
    FIELD(struct guard_limits, mode, .choices = mode_choices, .initial = "auto", .example = "paper",
          .doc = "What may be done: auto trades on the embedded paper exchange and only reads from "
                 "anything else; paper also trades on a paper account of TWS; live needs more"),
    FIELD(struct guard_limits, accounts, .initial = "", .example = "DU1234567",
          .doc = "Accounts that may trade, comma-separated; empty means every paper account"),
    FIELD(struct guard_limits, security_types, .initial = "STK", .example = "STK,CASH",
          .doc = "Types of instruments that may be traded, comma-separated (ETFs are STK)"),
    FIELD(struct guard_limits, only_symbols, .initial = "", .example = "AAPL,ASML,conid:265598",
          .doc =
              "Symbols or contract ids that alone may be traded, comma-separated; empty: no such "
              "list. What reduces a position passes all lists"),
    FIELD(struct guard_limits, never_symbols, .initial = "", .example = "GME,conid:37018770",
          .doc = "Symbols or contract ids that may not be traded, comma-separated"),
    FIELD(struct guard_limits, currencies, .initial = "", .example = "USD,EUR",
          .doc = "Currencies in which may be traded, comma-separated; empty means all"),
    FIELD(struct guard_limits, exchanges, .initial = "", .example = "SMART,AEB",
          .doc = "Exchanges to which orders may go, comma-separated; empty means all"),
    FIELD(struct guard_limits, order_types, .initial = "", .example = "LMT,STP",
          .doc = "Order types that may be used, comma-separated; empty means all"),
    FIELD(struct guard_limits, regular_hours_only, .initial = "false", .example = "true",
          .doc = "Whether orders pass only while the market is in its regular session, but for "
                 "those that say that they are for outside of it; hours that are not known refuse"),
    FIELD(struct guard_limits, allow_short, .initial = "false", .example = "false",
          .doc = "Whether more may be sold than is held"),
    FIELD(struct guard_limits, max_order_quantity, .initial = "1000", .example = "500", .min = "0",
          .unit = "shares", .doc = "Largest quantity of one order"),
    FIELD(struct guard_limits, max_order_value, .initial = "10000", .example = "25000", .min = "0",
          .unit = "base currency",
          .doc = "Largest value of one order, a market order at its worst price"),
    FIELD(struct guard_limits, price_collar_pct, .initial = "10", .example = "5", .min = "0",
          .max = "100", .unit = "%",
          .doc = "How far a limit price may lie on the harmful side of the market"),
    FIELD(struct guard_limits, price_collar_ticks, .initial = "0", .example = "200", .min = "0",
          .max = "1000000", .unit = "ticks",
          .doc = "The same in price steps, whichever is nearer; 0 switches it off"),
    FIELD(struct guard_limits, stop_distance_min_pct, .initial = "0", .example = "1", .min = "0",
          .max = "100", .unit = "%",
          .doc = "Least distance of a stop from the market; 0 switches the check off"),
    FIELD(struct guard_limits, stop_distance_max_pct, .initial = "50", .example = "30", .min = "0",
          .max = "100", .unit = "%",
          .doc = "Largest distance of a stop from the market, and largest trail"),
    FIELD(
        struct guard_limits, day_zone, .initial = "America/New_York", .example = "America/New_York",
        .doc = "Time zone whose midnight, by the broker's clock, ends a trading day and starts the "
               "counters of the day anew"),
    FIELD(struct guard_limits, max_orders_per_day, .initial = "50", .example = "20", .min = "0",
          .max = "100000", .unit = "orders", .doc = "Orders sent on one trading day"),
    FIELD(struct guard_limits, max_orders_per_minute, .initial = "10", .example = "5", .min = "0",
          .max = "1000", .unit = "orders",
          .doc = "Orders and modifications sent within any minute"),
    FIELD(struct guard_limits, max_orders_per_second, .initial = "10", .example = "5", .min = "0",
          .max = "50", .unit = "orders", .doc = "Orders and modifications sent within any second"),
    FIELD(struct guard_limits, max_messages_per_second, .initial = "40", .example = "20",
          .min = "1", .max = "50", .unit = "messages",
          .doc = "Orders, modifications and cancels given to the broker within any second, above "
                 "which no further orders pass; TWS takes 50 messages of all kinds"),
    FIELD(struct guard_limits, max_orders_per_rule, .initial = "10", .example = "10", .min = "0",
          .max = "100000", .unit = "orders", .doc = "Requests of one automation rule on one day"),
    FIELD(struct guard_limits, orders_reserved_for_rules, .initial = "0", .example = "10",
          .min = "0", .max = "100000", .unit = "orders",
          .doc = "Of max_orders_per_day, what only automation rules may use"),
    FIELD(struct guard_limits, max_value_per_day, .initial = "100000", .example = "50000",
          .min = "0", .unit = "base currency",
          .doc = "Value of the orders of one trading day that open or enlarge positions"),
    FIELD(struct guard_limits, max_working_stops, .initial = "25", .example = "25", .min = "0",
          .max = "10000", .unit = "orders", .doc = "Stop orders working at once"),
    FIELD(struct guard_limits, max_orders_per_side, .initial = "15", .example = "15", .min = "1",
          .max = "10000", .unit = "orders",
          .doc = "Orders working at once in one contract on one side; IB takes 15"),
    FIELD(struct guard_limits, max_unanswered_orders, .initial = "20", .example = "10", .min = "1",
          .max = "1000", .unit = "orders", .doc = "Orders on their way or of unknown fate at once"),
    FIELD(struct guard_limits, duplicate_window_s, .initial = "30", .example = "30", .min = "0",
          .max = "86400", .unit = "s",
          .doc =
              "The same order again within this time is refused unless it says that it is meant; "
              "0 switches the check off"),
    FIELD(struct guard_limits, stale_price_s, .initial = "60", .example = "60", .min = "1",
          .max = "3600", .unit = "s",
          .doc = "Largest age of the price by which a market order is valued"),
    FIELD(struct guard_limits, confirm_above_pct, .initial = "25", .example = "50", .min = "0",
          .max = "100", .unit = "%",
          .doc = "Part of max_order_value above which an order is worth a second look"),
    FIELD(struct guard_limits, max_position_pct, .initial = "25", .example = "10", .min = "0",
          .max = "1000", .unit = "%",
          .doc = "Largest position in one instrument with its working orders, of the account's "
                 "value; 0 switches the check off, here and below"),
    FIELD(struct guard_limits, max_position_value, .initial = "0", .example = "50000", .min = "0",
          .unit = "base currency", .doc = "The same as an amount"),
    FIELD(struct guard_limits, max_gross_exposure_pct, .initial = "0", .example = "150", .min = "0",
          .max = "10000", .unit = "%",
          .doc = "Sum of all positions, long and short, with their working orders, of the "
                 "account's value"),
    FIELD(struct guard_limits, max_net_exposure_pct, .initial = "0", .example = "100", .min = "0",
          .max = "10000", .unit = "%",
          .doc = "Difference of long and short positions with their working orders, of the "
                 "account's value"),
    FIELD(struct guard_limits, max_currency_pct, .initial = "0", .example = "40", .min = "0",
          .max = "10000", .unit = "%",
          .doc = "Sum of all positions in one currency other than the account's own, of its value"),
    FIELD(struct guard_limits, max_sector_pct, .initial = "0", .example = "40", .min = "0",
          .max = "10000", .unit = "%",
          .doc = "Sum of all positions in one sector of industry, as the broker's contract details "
                 "name it, of the account's value; what has none is in the sector unknown"),
    FIELD(struct guard_limits, check_margin, .choices = margin_choices, .initial = "auto",
          .example = "on",
          .doc = "Whether the broker is asked, before an order that enlarges a position, for the "
                 "margin that it needs, where no answer refuses the order; auto asks TWS but not "
                 "the embedded exchange, which refuses by itself"),
    FIELD(struct guard_limits, max_margin_pct, .initial = "100", .example = "50", .min = "0",
          .max = "100", .unit = "%",
          .doc = "Part of the account's excess liquidity that the initial margin of one order may "
                 "take"),
    FIELD(struct guard_limits, max_daily_loss_pct, .initial = "2", .example = "1.5", .min = "0",
          .max = "100", .unit = "%",
          .doc = "Loss since the day began, of the account's value then, above which only orders "
                 "that reduce a position pass; 0 switches the check off"),
    FIELD(struct guard_limits, max_drawdown_pct, .initial = "0", .example = "3", .min = "0",
          .max = "100", .unit = "%",
          .doc = "Fall of the account's value from its peak of the day above which only orders "
                 "that reduce a position pass; 0 switches the check off"),
    FIELD(struct guard_limits, arm_minutes_max, .initial = "480", .example = "60", .min = "1",
          .max = "1440", .unit = "min", .doc = "Longest time for which live trading can be armed"),
    FIELD(struct guard_limits, approval_paper, .choices = guard_approvals, .initial = "none",
          .example = "out_of_band",
          .doc =
              "Who has to approve orders of paper accounts: none: nobody; elicit: a person, whom "
              "the assistant's own program asks; app: a person, in the ticket that such a program "
              "shows; out_of_band: a person, with `portcullis approve` or the page that "
              "`portcullis approvals` names; deny: such orders are refused. A stricter way always "
              "serves. elicit and app trust the assistant's program to ask a person"),
    FIELD(struct guard_limits, approval_live, .choices = guard_approvals, .initial = "out_of_band",
          .example = "out_of_band", .doc = "The same for live accounts"),
    FIELD(struct guard_limits, approval_above, .choices = guard_approvals, .initial = "none",
          .example = "out_of_band",
          .doc = "The same for orders above confirm_above_pct of max_order_value, where it is the "
                 "stricter one; not for orders that reduce a position"),
    FIELD(struct guard_limits, approval_ttl_s, .initial = "600", .example = "1800", .min = "10",
          .max = "86400", .unit = "s",
          .doc = "How long an order waits to be approved, and once approved to be submitted"),
    FIELD(struct guard_limits, preview_ttl_s, .initial = "60", .example = "120", .min = "5",
          .max = "3600", .unit = "s", .doc = "How long a preview can be submitted"),
    FIELD(struct guard_limits, preview_drift_pct, .initial = "1", .example = "0.5", .min = "0",
          .max = "100", .unit = "%",
          .doc = "How far the price may move after a preview until it must be made again"),
    FIELD(struct guard_limits, breaker_count, .initial = "5", .example = "5", .min = "0",
          .max = "100", .unit = "orders",
          .doc = "Rejected or unanswered orders within breaker_window_s that halt trading; 0 "
                 "switches the circuit breaker off"),
    FIELD(struct guard_limits, breaker_window_s, .initial = "60", .example = "60", .min = "1",
          .max = "86400", .unit = "s", .doc = "Time over which the circuit breaker counts"),
    FIELD(struct guard_limits, reconcile_minutes, .initial = "15", .example = "5", .min = "1",
          .max = "1440", .unit = "min",
          .doc = "How often positions, orders and executions are compared with the broker's, "
                 "besides after each connect"),
    FIELD(struct guard_limits, break_minutes_max, .initial = "10", .example = "5", .min = "0",
          .max = "1440", .unit = "min",
          .doc = "How long a position may differ from the broker's before only orders that reduce "
                 "a position pass; 0 switches that off"),
    FIELD(struct guard_limits, kill_keeps_stops, .initial = "true", .example = "false",
          .doc = "Whether the kill switch leaves stop orders opposite to what is held, where "
                 "nobody says which: by file, by signal, and as the default of the operation"),
    FIELD(struct guard_limits, kill_cancels_foreign, .initial = "false", .example = "true",
          .doc = "Whether the kill switch of everything also cancels orders of other clients and "
                 "orders by hand, with the broker's global cancel; not while stops are kept"),
};

const struct type guard_limits_type = {
    .name = "guard_limits",
    .fields = guard_limits_fields,
    .count = sizeof guard_limits_fields / sizeof guard_limits_fields[0],
    .size = sizeof(struct guard_limits),
};

/* The index of the terminating NULL if it is none of them. */
static unsigned index_of(const char *const *choices, struct str text)
{
    unsigned i = 0;
    while (choices[i] && !str_eq(text, str_of(choices[i])))
        i++;
    return i;
}

/* The texts are ours, so one that does not parse is a bug. */
static void set_initial(const struct field *f, struct guard_limits *out)
{
    void *p = (char *)out + f->offset;
    struct str text = str_of(f->initial);
    bool ok = true;
    switch (f->kind) {
    case TYPE_STR:
        *(struct str *)p = text;
        break;
    case TYPE_BOOL:
        *(bool *)p = str_eq(text, STR("true"));
        break;
    case TYPE_INT:
        ok = str_to_i64(text, p);
        break;
    case TYPE_DEC:
        ok = dec_parse(text, p);
        break;
    case TYPE_ENUM:
        *(unsigned *)p = index_of(f->choices, text);
        ok = f->choices[*(unsigned *)p] != NULL;
        break;
    default:
        ok = false;
    }
    assert(ok);
}

void guard_limits_default(struct guard_limits *out)
{
    *out = (struct guard_limits){0};
    for (size_t i = 0; i < guard_limits_type.count; i++)
        set_initial(&guard_limits_type.fields[i], out);
}

bool guard_asks_margin(const struct guard_limits *l, bool is_embedded)
{
    return l->check_margin == GUARD_MARGIN_ON ||
           (l->check_margin == GUARD_MARGIN_AUTO && !is_embedded);
}

bool guard_list_has(struct str list, struct str item)
{
    struct str piece;
    while (str_cut(&list, ',', &piece))
        if (item.n && str_ieq(str_trim(piece), item))
            return true;
    return false;
}
