/* SPDX-License-Identifier: MIT */
/* Matching: orders against a market that is given second by second, and what the venue tells. */
#include "script.h"

#include "base/arena.h"
#include "base/rng.h"
#include "wire/order.h"

/* ---- one order, one market ---- */
typedef void set_fn(struct ticket *t);

static void ioc(struct ticket *t)
{
    t->order.tif = TIF_IOC;
}

static void fok(struct ticket *t)
{
    t->order.tif = TIF_FOK;
}

static void opg(struct ticket *t)
{
    t->order.tif = TIF_OPG;
}

static void all_or_none(struct ticket *t)
{
    t->terms.all_or_none = true;
}

static void at_least_600(struct ticket *t)
{
    t->terms.min_qty = 600;
}

static void shows_100(struct ticket *t)
{
    t->terms.display_size = 100;
}

static void starts_later(struct ticket *t)
{
    t->terms.start_ns = (int64_t)(SCRIPT_START_S + 2) * NS_PER_S;
}

static void expires(struct ticket *t)
{
    t->expire_ns = (int64_t)(SCRIPT_START_S + 2) * NS_PER_S;
}

static void outside_rth(struct ticket *t)
{
    t->order.outside_rth = true;
}

static void by_double_bid_ask(struct ticket *t)
{
    t->trigger_method = METHOD_DOUBLE_BID_ASK;
}

static void by_last(struct ticket *t)
{
    t->trigger_method = METHOD_LAST;
}

static void by_double_last(struct ticket *t)
{
    t->trigger_method = METHOD_DOUBLE_LAST;
}

static void by_bid_ask(struct ticket *t)
{
    t->trigger_method = METHOD_BID_ASK;
}

static void by_last_or_bid_ask(struct ticket *t)
{
    t->trigger_method = METHOD_LAST_OR_BID_ASK;
}

static void by_midpoint(struct ticket *t)
{
    t->trigger_method = METHOD_MIDPOINT;
}

static void capped_offset(struct ticket *t)
{
    t->limit_offset = DEC_SOME(price("0.50"));
}

static void percent(struct ticket *t)
{
    t->order.trail_amount = DEC_NONE;
    t->order.trail_percent = DEC_SOME(DEC(1));
}

static void becomes_a_trail(struct ticket *t)
{
    t->terms.adjust = (struct ticket_adjustment){.rule = rule_find(STR("TRAIL")),
                                                 .at = DEC_SOME(DEC(102)),
                                                 .stop = DEC_SOME(DEC(101)),
                                                 .trail = DEC_SOME(DEC_MICRO(500000))};
}

static void twap_of_4_s(struct ticket *t)
{
    t->terms.algo = ALGO_TWAP;
    t->terms.algo_start_ns = (int64_t)SCRIPT_START_S * NS_PER_S;
    t->terms.algo_end_ns = t->terms.algo_start_ns + (int64_t)4 * NS_PER_S;
}

/* clang-format off */
static const struct {
    const char *name, *type;
    enum order_side side;
    int quantity;
    const char *limit, *aux;
    set_fn *set;
    const char *market;
    int seconds;
    const char *want;
} plays[] = {
    {"a market order takes the touch", "MKT", SIDE_BUY, 100, "", "", NULL, "99/101", 1,
     "1:Submitted, 1 fills 100@101, 1:Filled"},
    {"what the touch does not have comes from behind it", "MKT", SIDE_BUY, 700, "", "", NULL, "99/101*500", 1,
     "1:Submitted, 1 fills 500@101, 1:Submitted, 1 fills 200@101.01, 1:Filled"},
    {"what the book does not have waits for the next second", "MKT", SIDE_SELL, 300, "", "", NULL, "99/101*100 98/100*100", 2,
     "1:Submitted, 1 fills 100@99, 1:Submitted, 1 fills 100@98.99, 1:Submitted, 1 fills 100@98, 1:Filled"},
    {"a limit order pays no more than its limit", "LMT", SIDE_BUY, 700, "101", "", NULL, "99/101*500", 1,
     "1:PreSubmitted, 1:Submitted, 1 fills 500@101, 1:Submitted"},
    {"and less where the market is better", "LMT", SIDE_BUY, 100, "105", "", NULL, "99/101", 1,
     "1:PreSubmitted, 1:Submitted, 1 fills 100@101, 1:Filled"},
    {"one that rested gets its own price", "LMT", SIDE_BUY, 100, "100", "", NULL, "99/101 98/99", 2,
     "1:PreSubmitted, 1:Submitted, 1 fills 100@100, 1:Filled"},
    {"a rested one fills by what comes", "LMT", SIDE_SELL, 300, "102", "", NULL, "99/101 102/103*100 102.50/103*100", 3,
     "1:PreSubmitted, 1:Submitted, 1 fills 100@102, 1:Submitted, 1 fills 200@102, 1:Filled"},
    {"IOC takes what there is and no more", "LMT", SIDE_BUY, 700, "101", "", ioc, "99/101*500", 1,
     "1:PreSubmitted, 1:Submitted, 1 fills 500@101, 1:Submitted, 1:PendingCancel, 1:Cancelled, 1 !202"},
    {"FOK takes all or nothing: nothing", "LMT", SIDE_BUY, 700, "101", "", fok, "99/101*500", 1,
     "1:PreSubmitted, 1:Submitted, 1:PendingCancel, 1:Cancelled, 1 !202"},
    {"FOK takes all or nothing: all", "LMT", SIDE_BUY, 700, "101.01", "", fok, "99/101*500", 1,
     "1:PreSubmitted, 1:Submitted, 1 fills 500@101, 1:Submitted, 1 fills 200@101.01, 1:Filled"},
    {"all-or-none waits until all is there", "LMT", SIDE_BUY, 700, "101", "", all_or_none, "99/101*500 99/101*600 99/101*800", 3,
     "1:PreSubmitted, 1:Submitted, 1 fills 700@101, 1:Filled"},
    {"a minimum size is for the first fill", "LMT", SIDE_BUY, 700, "101", "", at_least_600, "99/101*500 99/101*600 99/101*50", 3,
     "1:PreSubmitted, 1:Submitted, 1 fills 600@101, 1:Submitted, 1 fills 50@101, 1:Submitted"},
    {"an iceberg shows a part at a time", "LMT", SIDE_BUY, 250, "100", "", shows_100, "99/101 99/100", 4,
     "1:PreSubmitted, 1:Submitted, 1 fills 100@100, 1:Submitted, 1 fills 100@100, 1:Submitted, 1 fills 50@100, 1:Filled"},
    {"good after: nothing before", "MKT", SIDE_BUY, 1, "", "", starts_later, "99/101", 2,
     "1:PreSubmitted"},
    {"good after: then it works", "MKT", SIDE_BUY, 1, "", "", starts_later, "99/101", 3,
     "1:PreSubmitted, 1:Submitted, 1 fills 1@101, 1:Filled"},
    {"an order that expires is cancelled", "LMT", SIDE_BUY, 1, "90", "", expires, "99/101", 3,
     "1:PreSubmitted, 1:Submitted, 1:Cancelled, 1 !202"},
    {"a halted market fills nothing", "MKT", SIDE_BUY, 1, "", "", NULL, "99/101! 99/101! 99/102", 3,
     "1:Submitted, 1 fills 1@102, 1:Filled"},
    {"a closed market fills nothing", "MKT", SIDE_BUY, 1, "", "", NULL, "99/101- 99/101- 99/102", 3,
     "1:PreSubmitted, 1:Submitted, 1 fills 1@102, 1:Filled"},
    {"outsideRth: a limit order trades in extended hours", "LMT", SIDE_BUY, 1, "101", "", outside_rth, "99/101- 99/101~ 99/101", 2,
     "1:PreSubmitted, 1:Submitted, 1 fills 1@101, 1:Filled"},
    {"outsideRth: a market order does not", "MKT", SIDE_BUY, 1, "", "", outside_rth, "99/101- 99/101~ 99/101", 2,
     "1:PreSubmitted"},
    {"without it extended hours are closed", "LMT", SIDE_BUY, 1, "101", "", NULL, "99/101- 99/101~ 99/101", 2,
     "1:PreSubmitted"},
    /* triggers */
    {"a stop to sell waits for the fall", "STP", SIDE_SELL, 1, "", "98", NULL, "99/101 97.60/98.60 97/98", 3,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@97, 1:Filled"},
    {"a stop to buy waits for the rise", "STP", SIDE_BUY, 1, "", "102", NULL, "99/101 102/103", 3,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@103, 1:Filled"},
    {"a stop limit has its limit after that", "STP LMT", SIDE_SELL, 1, "98", "98", NULL, "99/101 97/98@97 98.50/99", 4,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@98, 1:Filled"},
    {"MIT buys when the market has come down", "MIT", SIDE_BUY, 1, "", "98", NULL, "99/101 97/99@98", 3,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@99, 1:Filled"},
    {"LIT does it with a limit", "LIT", SIDE_SELL, 1, "103", "102", NULL, "99/101 102/103 104/105", 4,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@103, 1:Filled"},
    {"a trailing stop follows and then sells", "TRAIL", SIDE_SELL, 1, "", "1", NULL, "99/101 103/105 102.90/103.10 102/103", 5,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@102.9, 1:Filled"},
    {"by percent too", "TRAIL", SIDE_SELL, 1, "", "1", percent, "99/101 199/201 196/198@197.90", 5,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@196, 1:Filled"},
    {"TRAIL LIMIT offers its limit", "TRAIL LIMIT", SIDE_SELL, 1, "", "1", capped_offset, "99/101 97/99@98 98.40/99 98.60/99", 5,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@98.5, 1:Filled"},
    {"method 2: the last price alone", "STP", SIDE_SELL, 1, "", "98", by_last, "99/101 90/91@99 99/101@98", 3,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@99, 1:Filled"},
    {"method 3: the last price twice", "STP", SIDE_SELL, 1, "", "98", by_double_last, "99/101 99/101@98 99/101 99/101@98 99/101@98", 5,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@99, 1:Filled"},
    {"method 4: the offer at the stop", "STP", SIDE_SELL, 1, "", "98", by_bid_ask, "99/101 97/99@97 96/98@99", 3,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@96, 1:Filled"},
    {"method 1: the offer twice", "STP", SIDE_SELL, 1, "", "98", by_double_bid_ask, "99/101 96/98@99 99/101 96/98 95/98", 5,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@95, 1:Filled"},
    {"method 7: whichever comes first", "STP", SIDE_SELL, 1, "", "98", by_last_or_bid_ask, "99/101 99/101@97", 2,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@99, 1:Filled"},
    {"method 8: the middle", "STP", SIDE_SELL, 1, "", "98", by_midpoint, "99/101 97/99@101", 2,
     "1:PreSubmitted trigger, 1:Submitted, 1 fills 1@97, 1:Filled"},
    {"a stop is adjusted when the market is far enough", "STP", SIDE_SELL, 1, "", "90", becomes_a_trail, "99/101 102/104 104/106 104.40/104.60", 5,
     "1:PreSubmitted trigger, 1:PreSubmitted trigger, 1:Submitted, 1 fills 1@104.4, 1:Filled"},
    /* auctions: the close is at second 5, the opening at 7 */
    {"MOC trades at the closing price", "MOC", SIDE_BUY, 5000, "", "", NULL, "99/101 99/101 99/101 99/101 99/101 103/105@104 99/101-", 7,
     "1:PreSubmitted, 1:Submitted, 1 fills 5000@104, 1:Filled"},
    {"LOC within its limit", "LOC", SIDE_BUY, 10, "104", "", NULL, "99/101 99/101 99/101 99/101 99/101 103/105@104", 7,
     "1:PreSubmitted, 1:Submitted, 1 fills 10@104, 1:Filled"},
    {"LOC beyond it ends", "LOC", SIDE_BUY, 10, "103", "", NULL, "99/101 99/101 99/101 99/101 99/101 103/105@104", 7,
     "1:PreSubmitted, 1:Submitted, 1:Cancelled, 1 !202"},
    {"MOO trades at the opening price", "MOO", SIDE_SELL, 10, "", "", NULL, "99/101 99/101- 99/101- 99/101- 99/101- 99/101- 99/101- 95/97@96", 9,
     "1:PreSubmitted, 1:Submitted, 1 fills 10@96, 1:Filled"},
    {"LOO, and what is left ends", "LOO", SIDE_SELL, 10, "97", "", NULL, "99/101 99/101 99/101 99/101 99/101 99/101 99/101 95/97@96", 9,
     "1:PreSubmitted, 1:Submitted, 1:Cancelled, 1 !202"},
    {"OPG makes a limit order one for the opening", "LMT", SIDE_SELL, 10, "95", "", opg, "99/101 99/101 99/101 99/101 99/101 99/101 99/101 95/97@96", 9,
     "1:PreSubmitted, 1:Submitted, 1 fills 10@96, 1:Filled"},
    /* pegs */
    {"PEG MKT without an offset takes the other side", "PEG MKT", SIDE_BUY, 10, "", "", NULL, "99/101", 1,
     "1:PreSubmitted, 1:Submitted, 1 fills 10@101, 1:Filled"},
    {"REL follows its own side and its cap holds", "REL", SIDE_BUY, 10, "90", "0.01", NULL, "99/101 100/102", 20,
     "1:PreSubmitted, 1:Submitted"},
    /* algorithms */
    {"TWAP trades in equal parts", "MKT", SIDE_BUY, 100, "", "", twap_of_4_s, "99/101", 6,
     "1:Submitted, 1 fills 3@101, 1:Submitted, 1 fills 22@101, 1:Submitted, 1 fills 25@101, 1:Submitted, 1 fills 25@101, 1:Submitted, 1 fills 25@101, 1:Filled"},
};
/* clang-format on */

static void each_order_does_what_its_type_says(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof plays / sizeof plays[0]; i++) {
        begin(plays[i].market);
        struct ticket t =
            draft(plays[i].type, plays[i].side, plays[i].quantity, plays[i].limit, plays[i].aux);
        if (plays[i].set != NULL)
            plays[i].set(&t);
        put(&t);
        wait_s(plays[i].seconds);
        const char *have = told();
        if (strcmp(have, plays[i].want) != 0) {
            print_error("%s\n  want %s\n  have %s\n", plays[i].name, plays[i].want, have);
            wrong++;
        }
        end();
    }
    assert_int_equal(wrong, 0);
}

/* ---- orders that depend on each other ---- */
static void group(struct ticket *t, int32_t type)
{
    str_copy_cut(t->order.oca_group, sizeof t->order.oca_group, STR("either"));
    t->oca_type = type;
}

/* Two sells of 300, of which the first fills 100, then the rest. */
static void each_type_of_group_does_its_own(void **state)
{
    (void)state;
    static const char *const want[] = {
        [1] = "1 fills 100@101, 1:Submitted, 2:Cancelled, 2 !202",
        [2] = "1 fills 100@101, 1:Submitted, 2:Submitted",
        [3] = "1 fills 100@101, 1:Submitted, 2:Submitted",
    };
    static const int left[] = {[1] = 300, [2] = 200, [3] = 200};
    for (int32_t type = 1; type <= 3; type++) {
        begin("99/101 99/101 101/103*100 99/101 101/103*1000");
        struct ticket a = draft("LMT", SIDE_SELL, 300, "101", "");
        struct ticket b = draft("LMT", SIDE_SELL, 300, "110", "");
        group(&a, type);
        group(&b, type);
        put(&a);
        const struct ticket *other = put(&b);
        wait_s(2);
        assert_string_equal(told(), "1:PreSubmitted, 2:PreSubmitted, 1:Submitted, 2:Submitted");
        g.seconds[2].touch.ask = DEC(102); /* only the first level is within the limit */
        wait_s(1);
        assert_string_equal(told(), want[type]);
        assert_true(dec_eq(other->status.remaining, dec_of(left[type])));
        /* who blocks lets nobody else trade until the reduction is confirmed */
        bool waits = other->act_ns > (int64_t)(SCRIPT_START_S + 2) * NS_PER_S;
        assert_int_equal(waits, type != 3);
        wait_s(2);
        assert_string_equal(told(), type == 1 ? "1 fills 200@101, 1:Filled"
                                              : "1 fills 200@101, 1:Filled, 2:Cancelled, 2 !202");
        end();
    }
}

static void a_chain_of_parents_works_link_by_link(void **state)
{
    (void)state;
    begin("99/101 99/101 99/101 99/101 103/105");
    struct ticket a = draft("MKT", SIDE_BUY, 10, "", "");
    struct ticket b = draft("LMT", SIDE_SELL, 10, "103", "");
    struct ticket c = draft("STP", SIDE_BUY, 10, "", "200");
    a.order.transmit = b.order.transmit = false;
    b.order.parent_id = 1;
    c.order.parent_id = 2;
    put(&a);
    put(&b);
    wait_s(1);
    assert_string_equal(told(), ""); /* held until the last is sent */
    const struct ticket *last = put(&c);
    assert_string_equal(told(), "1:Submitted, 2:PreSubmitted child, 3:PreSubmitted child,trigger");
    wait_s(2);
    assert_string_equal(told(), "1 fills 10@101, 1:Filled, 2:PreSubmitted, 2:Submitted");
    wait_s(2);
    assert_string_equal(told(), "2 fills 10@103, 2:Filled, 3:PreSubmitted trigger");
    venue_cancel(g.venue, last, g.now_ns);
    listen();
    assert_string_equal(told(), "3:Cancelled, 3 !202");
    end();
}

static void a_partly_filled_profit_taker_reduces_its_stop(void **state)
{
    (void)state;
    begin("99/101 99/101 103/104*40 99/101 90/92");
    struct ticket a = draft("MKT", SIDE_BUY, 100, "", "");
    struct ticket b = draft("LMT", SIDE_SELL, 100, "103", "");
    struct ticket c = draft("STP", SIDE_SELL, 100, "", "95");
    a.order.transmit = b.order.transmit = false;
    b.order.parent_id = c.order.parent_id = 1;
    put(&a);
    put(&b);
    put(&c);
    wait_s(2);
    told();
    wait_s(1);
    assert_string_equal(told(), "2 fills 40@103, 2:Submitted, 3:PreSubmitted trigger");
    wait_s(3);
    assert_string_equal(told(), "3:Submitted, 3 fills 60@90, 3:Filled, 2:Cancelled, 2 !202");
    assert_true(dec_is_zero(ledger_quantity(&g.accounts.items[0].ledger, g.stock)));
    end();
}

/* ---- conditions ---- */
static struct ticket_condition condition(int32_t type, bool is_more, const char *value)
{
    return (struct ticket_condition){.type = type,
                                     .is_and = true,
                                     .is_more = is_more,
                                     .instrument = g.other,
                                     .value = price(value),
                                     .sec_type = SEC_STK};
}

static void each_condition_holds_an_order_back(void **state)
{
    (void)state;
    static const struct {
        int32_t type;
        bool is_more;
        const char *value;
        int seconds; /* until it is sent on */
    } cases[] = {
        {WIRE_CONDITION_PRICE, true, "113", 3}, /* the other listing: 103 + 10 */
        {WIRE_CONDITION_PRICE, false, "113", 1},
        {WIRE_CONDITION_TIME, true, "0", 2},
        {WIRE_CONDITION_MARGIN, false, "100", 1},
        {WIRE_CONDITION_MARGIN, true, "101", 99},
        {WIRE_CONDITION_VOLUME, true, "4000", 4},
        {WIRE_CONDITION_PERCENT_CHANGE, true, "13", 3}, /* from 100 */
        {WIRE_CONDITION_PERCENT_CHANGE, true, "13.01", 99},
        {WIRE_CONDITION_EXECUTION, true, "0", 99},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin("99/101 99/101 99/101 102/104");
        const struct cash money = {.currency = "USD", .amount = DEC(1000000)};
        assert_true(ledger_set_cash(&g.accounts.items[0].ledger, &money));
        struct ticket t = draft("LMT", SIDE_BUY, 1, "50", "");
        t.terms.conditions[0] = condition(cases[i].type, cases[i].is_more, cases[i].value);
        t.terms.conditions[0].time_s = SCRIPT_START_S + 2;
        str_copy_cut(t.terms.conditions[0].text, 8, STR("NONE"));
        t.terms.condition_count = 1;
        const struct ticket *own = put(&t);
        int sent = 99;
        for (int k = 0; k < 10 && sent == 99; k++) {
            wait_s(1);
            sent = own->conditions_met ? k : 99;
        }
        if (sent != cases[i].seconds && !(sent == 0 && cases[i].seconds == 1))
            fail_msg("case %d: sent on after %d", (int)i, sent);
        end();
    }
}

static void conditions_join_and_binding_tighter_than_or(void **state)
{
    (void)state;
    static const struct {
        const char *joins; /* T or F, then & or | */
        bool want;
    } cases[] = {{"T&T", true},     {"T&F", false},   {"F|T", true},    {"F|F", false},
                 {"F&T|T", true},   {"T|F&F", true},  {"F|T&F", false}, {"T&F|F&T", false},
                 {"F&F|T&T", true}, {"T&T&F", false}, {"F|F|T", true},  {"T", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin("99/101");
        struct ticket t = draft("LMT", SIDE_BUY, 1, "50", "");
        size_t n = 0;
        for (const char *at = cases[i].joins; *at; at++)
            if (*at == 'T' || *at == 'F')
                t.terms.conditions[n++] = condition(WIRE_CONDITION_PRICE, *at == 'T', "50");
            else
                t.terms.conditions[n - 1].is_and = *at == '&';
        t.terms.condition_count = n;
        const struct ticket *own = put(&t);
        wait_s(2);
        if (own->conditions_met != cases[i].want)
            fail_msg("%s", cases[i].joins);
        end();
    }
}

static void a_condition_can_cancel_instead(void **state)
{
    (void)state;
    begin("99/101 99/101 102/104");
    struct ticket t = draft("LMT", SIDE_BUY, 1, "50", "");
    t.terms.conditions[0] = condition(WIRE_CONDITION_PRICE, true, "113");
    t.terms.condition_count = 1;
    t.terms.conditions_cancel = true;
    put(&t);
    wait_s(2);
    assert_string_equal(told(), "1:PreSubmitted, 1:Submitted");
    wait_s(1);
    assert_string_equal(told(), "1:Cancelled, 1 !202");
    end();
}

static void conditions_may_look_outside_hours(void **state)
{
    (void)state;
    for (int ignores = 0; ignores < 2; ignores++) {
        begin("99/101 102/104- 99/101- 99/101");
        struct ticket t = draft("MKT", SIDE_BUY, 1, "", "");
        t.terms.conditions[0] = condition(WIRE_CONDITION_PRICE, true, "113");
        t.terms.condition_count = 1;
        t.terms.conditions_ignore_rth = ignores == 1;
        put(&t);
        wait_s(5);
        assert_string_equal(told(), ignores ? "1:PreSubmitted, 1:PreSubmitted, 1:Submitted, "
                                              "1 fills 1@101, 1:Filled"
                                            : "1:PreSubmitted");
        end();
    }
}

/* ---- combinations ---- */
static void a_combination_fills_leg_by_leg(void **state)
{
    (void)state;
    begin("99/101 99/101 99/100");
    struct ticket t = draft("LMT", SIDE_BUY, 5, "12", "");
    /* buy two of the other at 10 more, sell one of the first: 2 x 111 - 99 = 123 */
    t.order.contract = (struct contract){.sec_type = SEC_BAG};
    t.order.limit_price = DEC_SOME(DEC(121));
    t.terms.legs[0] = (struct ticket_leg){g.other, SIDE_BUY, 2};
    t.terms.legs[1] = (struct ticket_leg){g.stock, SIDE_SELL, 1};
    t.terms.leg_count = 2;
    t.instrument = g.other;
    put(&t);
    wait_s(2);
    assert_string_equal(told(), "1:PreSubmitted, 1:Submitted");
    wait_s(1); /* 2 x 110 - 99 = 121 */
    assert_string_equal(told(), "1 fills 10@110, 1 fills 5@99, 1 fills 5@121, 1:Filled");
    const struct ledger *l = &g.accounts.items[0].ledger;
    assert_true(dec_eq(ledger_quantity(l, g.other), DEC(10)));
    assert_true(dec_eq(ledger_quantity(l, g.stock), DEC(-5)));
    end();
}

/* ---- pegs, by hand, commissions ---- */
static void a_midprice_order_meets_somebody_in_the_middle(void **state)
{
    (void)state;
    begin("99/101 99/102 98/100");
    struct ticket t = draft("MIDPRICE", SIDE_BUY, 10, "", "");
    const struct ticket *own = put(&t);
    for (int k = 0; k < 60 && ticket_is_live(own); k++)
        wait_s(1);
    assert_int_equal(own->end, END_FILLED);
    double at = dec_to_double(own->status.avg_fill_price.v);
    assert_true(at == 100 || at == 100.5 || at == 99);
    t = draft("MIDPRICE", SIDE_BUY, 10, "90", ""); /* its cap keeps it out */
    own = put(&t);
    wait_s(60);
    assert_true(ticket_is_live(own));
    end();
}

static void an_order_in_pieces_pays_its_minimum_once(void **state)
{
    (void)state;
    begin("99/101*10");
    struct ticket t = draft("MKT", SIDE_BUY, 100, "", "");
    const struct ticket *own = put(&t);
    wait_s(10);
    assert_int_equal(own->end, END_FILLED);
    assert_int_equal(venue_fill_count(g.venue), 10);
    assert_true(dec_eq(own->commission.v, DEC(1)));
    end();
}

static void a_short_sale_waits_until_the_shares_are_found(void **state)
{
    (void)state;
    begin("99/101");
    g.lent_s = SCRIPT_START_S + 3;
    struct ticket t = draft("MKT", SIDE_SELL, 10, "", "");
    put(&t);
    wait_s(3);
    assert_string_equal(told(), "1:Submitted, 1:PreSubmitted locate, 1 !404");
    wait_s(1);
    assert_string_equal(told(), "1:PreSubmitted, 1:Submitted, 1 fills 10@99, 1:Filled");
    end();
}

/* ---- any orders on any market ---- */
static const char *random_market(struct rng *r, struct arena *a)
{
    struct str path = STR("");
    int at = 10000;
    for (int k = 0; k < 60; k++) {
        at += (int)rng_below(r, 61) - 30;
        int half = 1 + (int)rng_below(r, 20);
        path = arena_f(a, STR_FMT "%s%d.%02d/%d.%02d*%u%s", STR_ARG(path), k > 0 ? " " : "",
                       (at - half) / 100, (at - half) % 100, (at + half) / 100, (at + half) % 100,
                       (unsigned)rng_below(r, 300), rng_below(r, 8) == 0 ? "!" : "");
    }
    return arena_f(a, STR_FMT "%c", STR_ARG(path), 0).p;
}

static struct ticket random_order(struct rng *r)
{
    static const char *const types[] = {"MKT", "LMT", "STP",      "STP LMT", "MIT",    "LIT",
                                        "MOC", "LOC", "MIDPRICE", "REL",     "PEG MKT"};
    static const enum order_tif tifs[] = {TIF_GTC, TIF_GTC, TIF_IOC, TIF_FOK};
    char limit[16], aux[16];
    snprintf(limit, sizeof limit, "%u.%02u", 97 + rng_below(r, 6), rng_below(r, 100));
    snprintf(aux, sizeof aux, "%u.%02u", 98 + rng_below(r, 4), rng_below(r, 100));
    const char *type = types[rng_below(r, 11)];
    const struct rule *rule = rule_find(str_of(type));
    bool limited = rule->limit == NEED_ALWAYS || (rule->limit == NEED_MAYBE && rng_below(r, 2));
    struct ticket t =
        draft(type, rng_below(r, 2) ? SIDE_BUY : SIDE_SELL, 1 + (int)rng_below(r, 900),
              limited ? limit : "", rule->aux == AUX_OFFSET ? "0.02" : aux);
    enum order_tif tif = tifs[rng_below(r, 4)];
    t.order.tif = rule_allows_tif(rule, tif) ? tif : t.order.tif;
    t.terms.all_or_none = rng_below(r, 10) == 0;
    t.terms.min_qty = rng_below(r, 10) == 0 ? 50 : 0;
    t.terms.display_size = limited && rng_below(r, 5) == 0 ? 40 : 0;
    if (rng_below(r, 4) == 0)
        group(&t, 1 + (int32_t)rng_below(r, 3));
    return t;
}

static void check_fill(const struct fill *f)
{
    const struct ticket *t = f->ticket;
    const struct second *s = second_at(f->at_ns / NS_PER_S);
    assert_false(s->is_halted);
    assert_true(dec_sign(f->quantity) > 0);
    if (t->order.limit_price.has)
        assert_true(match_is_within(t->order.side, t->order.limit_price, f->price));
    assert_false(dec_gt(f->cum_quantity, t->order.quantity));
}

static void no_order_fills_beyond_its_size_or_limit_or_while_halted(void **state)
{
    (void)state;
    struct arena *a = arena_new(64 << 20);
    size_t fills = 0;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct rng r;
        rng_init(&r, seed, 4);
        begin(random_market(&r, a));
        struct dec held = DEC_ZERO;
        for (int k = 0; k < 50; k++) {
            struct ticket t = random_order(&r);
            const struct ticket *own = put(&t);
            if (rng_below(&r, 6) == 0 && ticket_is_live(own))
                venue_cancel(g.venue, own, g.now_ns);
            wait_s(1);
        }
        wait_s(10);
        for (size_t i = 0; i < venue_fill_count(g.venue); i++) {
            const struct fill *f = venue_fill_at(g.venue, i);
            check_fill(f);
            held = f->side == SIDE_BUY ? dec_plus(held, f->quantity) : dec_minus(held, f->quantity);
        }
        for (size_t i = 0; i < venue_ticket_count(g.venue); i++) {
            const struct ticket *t = venue_ticket_at(g.venue, i);
            struct dec sum = dec_plus(t->status.filled, t->status.remaining);
            assert_true(dec_eq(sum, t->order.quantity));
            assert_int_equal(t->end == END_FILLED, dec_is_zero(t->status.remaining));
            if (t->order.tif == TIF_FOK && t->order.oca_group[0] == 0)
                assert_true(dec_is_zero(t->status.filled) || t->end == END_FILLED);
        }
        assert_true(dec_eq(ledger_quantity(&g.accounts.items[0].ledger, g.stock), held));
        fills += venue_fill_count(g.venue);
        end();
        arena_reset(a);
    }
    assert_true(fills > 2000);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_order_does_what_its_type_says),
        cmocka_unit_test(each_type_of_group_does_its_own),
        cmocka_unit_test(a_chain_of_parents_works_link_by_link),
        cmocka_unit_test(a_partly_filled_profit_taker_reduces_its_stop),
        cmocka_unit_test(each_condition_holds_an_order_back),
        cmocka_unit_test(conditions_join_and_binding_tighter_than_or),
        cmocka_unit_test(a_condition_can_cancel_instead),
        cmocka_unit_test(conditions_may_look_outside_hours),
        cmocka_unit_test(a_combination_fills_leg_by_leg),
        cmocka_unit_test(a_midprice_order_meets_somebody_in_the_middle),
        cmocka_unit_test(an_order_in_pieces_pays_its_minimum_once),
        cmocka_unit_test(a_short_sale_waits_until_the_shares_are_found),
        cmocka_unit_test(no_order_fills_beyond_its_size_or_limit_or_while_halted),
    };
    return cmocka_run_group_tests(tests, load_script_csv, NULL);
}
