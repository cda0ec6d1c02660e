/* SPDX-License-Identifier: MIT */
#include "desk.h"

/* ---- get_market_data ---- */

static void rows_come_in_the_order_asked_each_with_its_own_error(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "quotes NOPE,ASML.AEB.EUR,a;b,AAPL");
    assert_int_equal(count_at(d, "quotes"), 4);
    assert_at(d, "quotes.0.asked", "NOPE");
    assert_at(d, "quotes.0.error_code", "UNKNOWN_SYMBOL");
    assert_at(d, "quotes.0.last", "null");
    assert_at(d, "quotes.1.symbol", "ASML");
    assert_at(d, "quotes.1.currency", "EUR");
    assert_at(d, "quotes.1.bid", "870");
    assert_at(d, "quotes.1.error", "null");
    assert_at(d, "quotes.2.error_code", "BAD_SYMBOL");
    assert_at(d, "quotes.3.symbol", "AAPL");
    assert_at(d, "quotes.3.name", "APPLE INC");
    assert_at(d, "complete", "false");
    assert_at(d, "account", "DU1");
    assert_at(d, "data_type", "live");
    desk_free(d);
}

static void a_quote_says_how_it_stands_to_the_close(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "quotes AAPL");
    assert_at(d, "quotes.0.mid", "200.05");
    assert_at(d, "quotes.0.close", "200");
    assert_at(d, "quotes.0.change", "0.05");
    assert_at(d, "quotes.0.change_pct", "0.025");
    assert_at(d, "quotes.0.high_52w", "null");
    assert_at(d, "quotes.0.from_high_52w_pct", "null");
    assert_at(d, "quotes.0.settlement", "null");
    assert_at(d, "quotes.0.data_status", "live");
    assert_at(d, "quotes.0.market_status", "unknown"); /* no trading hours were told */
    assert_at(d, "quotes.0.country", "US");
    assert_at(d, "quotes.0.contract_id", "1");
    assert_at(d, "complete", "true");
    desk_free(d);
}

static void a_missing_price_is_null_and_makes_the_answer_incomplete(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "quotes KRX1");
    assert_at(d, "quotes.0.symbol", "KRX1");
    assert_at(d, "quotes.0.bid", "null");
    assert_at(d, "quotes.0.change", "null");
    assert_at(d, "quotes.0.age_s", "null");
    assert_at(d, "quotes.0.has_price_data", "false");
    assert_at(d, "complete", "false");
    assert_true(warns_of(d, "NO_PRICE"));
    desk_free(d);
}

static void an_ambiguous_symbol_shows_its_listings(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "quotes ASML");
    assert_int_equal(count_at(d, "quotes"), 2);
    assert_at(d, "quotes.0.currency", "EUR");
    assert_at(d, "quotes.1.currency", "USD");
    assert_true(warns_of(d, "AMBIGUOUS_SYMBOL"));
    bourse_hold(d->b, 3, 10);
    desk_call(d, "quotes ASML");
    assert_int_equal(count_at(d, "quotes"), 1);
    assert_at(d, "quotes.0.currency", "USD");
    assert_at(d, "quotes.0.source", "held");
    desk_free(d);
}

static void without_auto_detect_names_are_not_searched(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "quotes toyota");
    assert_at(d, "quotes.0.symbol", "7203");
    assert_at(d, "quotes.0.source", "name");
    desk_call(d, "quotes toyota --no-auto-detect");
    assert_at(d, "quotes.0.error_code", "UNKNOWN_SYMBOL");
    desk_free(d);
}

static void without_a_broker_it_fails_and_says_what_to_do(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    session_closed(d->b->peer->s, STR("gone"), d->b->peer->now);
    desk_try(d, "quotes AAPL");
    assert_false(d->ok);
    assert_int_equal(d->error.code, ERROR_UNAVAILABLE);
    assert_string_equal(d->error.reason, "NOT_CONNECTED");
    assert_true(d->error.next[0] != '\0');
    desk_free(d);
}

static void an_unknown_account_is_refused_with_the_list(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_try(d, "quotes AAPL --account U999");
    assert_string_equal(d->error.reason, "UNKNOWN_ACCOUNT");
    assert_non_null(strstr(d->error.next, "DU1"));
    desk_free(d);
}

static void ranges_that_no_tick_tells_are_computed_on_request(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "quotes VIX,KRX1");
    assert_at(d, "quotes.0.high_52w", "null");
    assert_at(d, "quotes.0.missing.0", "NOT_APPLICABLE: volume");
    assert_at(d, "quotes.0.missing.2", "NOT_COMPUTED: high_52w low_52w");
    assert_at(d, "quotes.0.range_source", "null");
    desk_call(d, "quotes VIX,KRX1 --detail full");
    assert_at(d, "quotes.0.high_52w", "379"); /* see bourse_bars */
    assert_at(d, "quotes.0.high_13w", "106");
    assert_at(d, "quotes.0.low_52w", "14.636");
    assert_at(d, "quotes.0.range_source", "computed");
    assert_at(d, "quotes.0.from_high_52w_pct", "-96.029");
    assert_at(d, "quotes.1.high_52w", "null");
    assert_at(d, "quotes.1.reason", "TIMEOUT");
    desk_free(d);
}

/* ---- get_forex_rates, convert_currency ---- */

static void a_rate_tells_its_change_over_a_day_and_a_month(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "forex EURUSD,USDEUR,GBPJPY --detail full");
    assert_at(d, "rates.0.close", "1.1");
    assert_at(d, "rates.0.change_pct", "0.0091");
    assert_at(d, "rates.0.date_1m", "2026-08-21");
    assert_at(d, "rates.0.close_1m", "1.41"); /* 31 days ago, see bourse_bars */
    assert_at(d, "rates.0.change_1m_pct", "-21.9787");
    assert_at(d, "rates.1.close_1m", "0.709219858");
    assert_at(d, "rates.2.method", "cross_via_usd");
    assert_at(d, "rates.2.close_1m", "234.4836"); /* 1.56 * 150.31 */
    desk_call(d, "forex EURUSD");
    assert_at(d, "rates.0.change_1m_pct", "null");
    desk_free(d);
}

static void a_pair_keeps_the_label_it_was_asked_by(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "forex EURGBP,usd/jpy,EUR.USD,XXXUSD,THBUSD");
    assert_at(d, "rates.0.pair", "EURGBP");
    assert_at(d, "rates.0.rate", "0.8801");
    assert_at(d, "rates.0.raw_contract_symbol", "EUR");
    assert_at(d, "rates.1.pair", "usd/jpy");
    assert_at(d, "rates.1.base_currency", "USD");
    assert_at(d, "rates.1.quote_currency", "JPY");
    assert_at(d, "rates.1.pip_value", "0.01");
    assert_at(d, "rates.1.last", "null");
    assert_at(d, "rates.2.rate", "1.1001");
    assert_at(d, "rates.2.spread", "0.0002");
    assert_at(d, "rates.2.pip_value", "0.0001");
    assert_at(d, "rates.3.error_code", "UNKNOWN_CURRENCY");
    assert_at(d, "rates.3.rate", "null");
    assert_at(d, "rates.4.error_code", "NO_RATE");
    assert_at(d, "complete", "false");
    desk_free(d);
}

static void any_amount_converts_and_shows_how(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "convert -1000 eur usd");
    assert_at(d, "original_amount", "-1000");
    assert_at(d, "converted_amount", "-1100.1");
    assert_at(d, "from_currency", "EUR");
    assert_at(d, "exchange_rate", "1.1001");
    assert_at(d, "conversion_method", "direct");
    assert_at(d, "pair_used", "EUR.USD");
    assert_at(d, "bid", "1.1");
    desk_call(d, "convert 0 USD EUR");
    assert_at(d, "converted_amount", "0");
    assert_at(d, "conversion_method", "inverse");
    desk_call(d, "convert 250 GBp USD");
    assert_at(d, "converted_amount", "3.1252"); /* 3.12525, half to even at 1/10000 */
    desk_call(d, "convert 5 USD USD");
    assert_at(d, "conversion_method", "same_currency");
    assert_at(d, "rate_timestamp", "null");
    desk_try(d, "convert 5 THB USD");
    assert_string_equal(d->error.reason, "NO_RATE");
    desk_try(d, "convert 999999999999999999999999999 EUR JPY");
    assert_string_equal(d->error.reason, "OUT_OF_RANGE");
    desk_free(d);
}

static void the_accounts_own_rate_is_warned_of(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    bourse_value(d->b, "ExchangeRate", "USD", "1.00");
    bourse_value(d->b, "ExchangeRate", "KRW", "0.00075");
    desk_call(d, "convert 1000 KRW USD");
    assert_at(d, "converted_amount", "0.75");
    assert_at(d, "conversion_method", "account_rate");
    assert_true(warns_of(d, "ACCOUNT_RATE"));
    desk_free(d);
}

/* ---- resolve_symbol ---- */

static void a_match_has_true_names_and_how_it_was_found(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "resolve AAPL");
    assert_at(d, "symbol", "AAPL");
    assert_at(d, "resolution_method", "smart_routing");
    assert_at(d, "matches.0.name", "APPLE INC");
    assert_at(d, "matches.0.conid", "1");
    assert_at(d, "matches.0.isin", "US0378331005");
    assert_at(d, "matches.0.cusip", "037833100");
    assert_at(d, "matches.0.country", "US");
    assert_at(d, "matches.0.min_tick", "0.01");
    assert_at(d, "matches.0.confidence", "1");
    assert_at(d, "query_info.original_query", "AAPL");
    assert_at(d, "query_info.total_matches", "1");
    assert_at(d, "query_info.fuzzy_search_used", "false");
    assert_at(d, "cache_info.cache_hit", "false");
    desk_call(d, "resolve AAPL");
    assert_at(d, "cache_info.cache_hit", "true");
    desk_free(d);
}

static void the_method_tells_what_was_understood(void **state)
{
    (void)state;
    static const struct {
        const char *line, *method, *count;
    } cases[] = {
        {"resolve ASML --exchange AEB", "exact_exchange", "1"},
        {"resolve ASML --exchange XAMS", "exchange_alias", "1"},
        {"resolve ASML.AEB.EUR", "exact_exchange", "1"},
        {"resolve ASML", "smart_routing", "2"},
        {"resolve NL0010273215", "alternative_id", "1"},
        {"resolve EUR/USD", "currency_pair", "1"},
        {"resolve toyota", "fuzzy_search", "1"},
        {"resolve toyota --no-fuzzy-search", "none", "0"},
        {"resolve NOPE", "none", "0"},
    };
    struct desk *d = desk_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        desk_call(d, cases[i].line);
        assert_at(d, "resolution_method", cases[i].method);
        assert_at(d, "query_info.total_matches", cases[i].count);
    }
    desk_call(d, "resolve ASML --exchange XAMS");
    assert_at(d, "exchange_info.exchange", "AEB");
    bourse_hold(d->b, 2, 1);
    desk_call(d, "resolve ASML");
    assert_at(d, "resolution_method", "held_position");
    desk_free(d);
}

static void alternatives_order_and_number_follow_the_arguments(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    bourse_hold(d->b, 3, 1);
    desk_call(d, "resolve ASML --include-alternatives");
    assert_at(d, "matches.0.currency", "USD");
    assert_at(d, "matches.1.currency", "EUR");
    assert_at(d, "matches.1.confidence", "0.8");
    desk_call(d, "resolve ASML --include-alternatives --max-results 1");
    assert_int_equal(count_at(d, "matches"), 1);
    assert_at(d, "query_info.total_matches", "2");
    desk_free(d);
}

static void the_listing_at_home_may_come_first(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "resolve VOD");
    assert_at(d, "matches.0.currency", "USD");
    assert_at(d, "matches.0.country", "GB");
    desk_call(d, "resolve VOD --prefer-native-exchange");
    assert_int_equal(count_at(d, "matches"), 2);
    assert_at(d, "matches.0.currency", "GBP");
    assert_at(d, "matches.1.currency", "USD");
    desk_free(d);
}

static void the_cache_obeys_commands(void **state)
{
    (void)state;
    struct desk *d = desk_new();
    desk_call(d, "resolve AAPL");
    desk_call(d, "resolve AAPL");
    desk_call(d, "resolve CACHE_STATS");
    assert_at(d, "cache_info.entries", "1");
    assert_at(d, "cache_info.hits", "1");
    assert_at(d, "cache_info.misses", "1");
    assert_int_equal(count_at(d, "matches"), 0);
    desk_call(d, "resolve CLEAR_CACHE");
    assert_at(d, "message", "1 remembered answers cleared");
    desk_call(d, "resolve CACHE_STATS");
    assert_at(d, "cache_info.entries", "0");
    desk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_the_order_asked_each_with_its_own_error),
        cmocka_unit_test(a_quote_says_how_it_stands_to_the_close),
        cmocka_unit_test(a_missing_price_is_null_and_makes_the_answer_incomplete),
        cmocka_unit_test(an_ambiguous_symbol_shows_its_listings),
        cmocka_unit_test(without_auto_detect_names_are_not_searched),
        cmocka_unit_test(without_a_broker_it_fails_and_says_what_to_do),
        cmocka_unit_test(an_unknown_account_is_refused_with_the_list),
        cmocka_unit_test(ranges_that_no_tick_tells_are_computed_on_request),
        cmocka_unit_test(a_rate_tells_its_change_over_a_day_and_a_month),
        cmocka_unit_test(a_pair_keeps_the_label_it_was_asked_by),
        cmocka_unit_test(any_amount_converts_and_shows_how),
        cmocka_unit_test(the_accounts_own_rate_is_warned_of),
        cmocka_unit_test(a_match_has_true_names_and_how_it_was_found),
        cmocka_unit_test(the_method_tells_what_was_understood),
        cmocka_unit_test(alternatives_order_and_number_follow_the_arguments),
        cmocka_unit_test(the_listing_at_home_may_come_first),
        cmocka_unit_test(the_cache_obeys_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
