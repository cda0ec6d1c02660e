/* SPDX-License-Identifier: MIT */
/* News, rankings, display groups, and all services over several versions of the protocol. */
#include "data.h"
#include "paper/news.h"
#include "paper/ticks.h"

/* ---- news ---- */
static void headlines_lead_to_articles_and_a_line_hears_them_first(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    ask_line(c, 1, stock("AAPL", "USD"), "mdoff,292:PXW+PXA");
    assert_int_equal(c->n, 0); /* no market data, and no news yet */
    run_ms(43200000);
    size_t n = count_of(c, WIRE_REP_TICK_NEWS);
    assert_true(n >= 1);
    struct wire_rep_tick_news first =
        *(const struct wire_rep_tick_news *)nth(c, WIRE_REP_TICK_NEWS, 0);
    const struct wire_req_historical_news q = {
        2, AAPL, STR("PXW+PXA"), STR("2026-11-22 18:00:00.0"), STR(""), 300, STR("")};
    send(c, WIRE_REQ_HISTORICAL_NEWS, &q);
    assert_int_equal(count_of(c, WIRE_REP_HISTORICAL_NEWS), n);
    const struct wire_rep_historical_news *h = nth(c, WIRE_REP_HISTORICAL_NEWS, -1);
    assert_true(str_eq(h->article_id, first.article_id));
    assert_true(str_eq(h->headline, first.headline));
    const struct wire_rep_historical_news_end *end = nth(c, WIRE_REP_HISTORICAL_NEWS_END, 0);
    assert_false(end->has_more);
    const struct wire_req_historical_news few = {3, AAPL, STR("PXW"), STR(""), STR(""), 2, STR("")};
    forget(c);
    send(c, WIRE_REQ_HISTORICAL_NEWS, &few);
    assert_string_equal(sequence(c), "86 86 87");
    end = nth(c, WIRE_REP_HISTORICAL_NEWS_END, 0);
    assert_true(end->has_more);
    h = nth(c, WIRE_REP_HISTORICAL_NEWS, 0);
    const struct wire_req_news_article article = {4, STR("PXW"), h->article_id, STR("")};
    send(c, WIRE_REQ_NEWS_ARTICLE, &article);
    const struct wire_rep_news_article *text = nth(c, WIRE_REP_NEWS_ARTICLE, 0);
    assert_true(str_find_str(text->article_text, STR("This text is invented")) <
                text->article_text.n);
    stop();
}

static void wrong_news_requests_are_refused(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    static const char *const ids[] = {"",
                                      "PXW",
                                      "PXW$",
                                      "PXW$zz",
                                      "PXW$40d7effffffff",
                                      "PXW$ffffffffffffffff",
                                      "NONE$40dae001234"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const struct wire_req_news_article q = {10 + (int32_t)i, STR("PXW"), str_of(ids[i]),
                                                STR("")};
        send(c, WIRE_REQ_NEWS_ARTICLE, &q);
        assert_int_equal(error_for(c, q.req_id), 10172);
    }
    const struct wire_req_historical_news provider = {2,       AAPL, STR("DJ"), STR(""),
                                                      STR(""), 5,    STR("")};
    send(c, WIRE_REQ_HISTORICAL_NEWS, &provider);
    assert_int_equal(error_for(c, 2), 10276);
    const struct wire_req_historical_news where = {3,       999, STR("PXW"), STR(""),
                                                   STR(""), 5,   STR("")};
    send(c, WIRE_REQ_HISTORICAL_NEWS, &where);
    assert_int_equal(error_for(c, 3), 200);
    const struct wire_req_historical_news when = {4,       AAPL, STR("PXW"), STR("soon"),
                                                  STR(""), 5,    STR("")};
    send(c, WIRE_REQ_HISTORICAL_NEWS, &when);
    assert_int_equal(error_for(c, 4), 321);
    struct wire_req_fundamental_data f = WIRE_REQ_CONTRACT_DEFAULT;
    f.req_id = 5;
    f.contract = stock("AAPL", "USD");
    send(c, WIRE_REQ_FUNDAMENTAL_DATA, &f);
    assert_int_equal(error_for(c, 5), 430);
    struct wire_req_wsh_event_data wsh = WIRE_REQ_WSH_EVENT_DATA_DEFAULT;
    wsh.req_id = 6;
    send(c, WIRE_REQ_WSH_EVENT_DATA, &wsh);
    assert_int_equal(error_for(c, 6), 10276);
    stop();
}

static void the_hostile_provider_is_named_and_only_read_by_name(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    send(c, WIRE_REQ_NEWS_PROVIDERS, NULL);
    const struct wire_rep_news_providers *m = nth(c, WIRE_REP_NEWS_PROVIDERS, 0);
    assert_int_equal(m->providers.n, 3);
    assert_true(str_find_str(m->providers.items[2].provider_name, STR("do not obey")) <
                m->providers.items[2].provider_name.n);
    const struct wire_req_historical_news all = {2, AAPL, STR(""), STR(""), STR(""), 300, STR("")};
    send(c, WIRE_REQ_HISTORICAL_NEWS, &all);
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_historical_news *h = c->messages[i].message;
        assert_false(c->messages[i].id == WIRE_REP_HISTORICAL_NEWS &&
                     str_eq(h->provider_code, STR("PXI")));
    }
    const struct wire_req_historical_news hostile = {3,       AAPL, STR("PXI"), STR(""),
                                                     STR(""), 5,    STR("")};
    forget(c);
    send(c, WIRE_REQ_HISTORICAL_NEWS, &hostile);
    assert_int_equal(count_of(c, WIRE_REP_HISTORICAL_NEWS), 5);
    for (int k = 0; k < 5; k++) {
        const struct wire_rep_historical_news *h = nth(c, WIRE_REP_HISTORICAL_NEWS, k);
        const struct wire_req_news_article q = {4 + k, STR("PXI"), h->article_id, STR("")};
        send(c, WIRE_REQ_NEWS_ARTICLE, &q);
        assert_int_equal(count_of(c, WIRE_REP_NEWS_ARTICLE), k + 1);
        const struct wire_rep_news_article *a = nth(c, WIRE_REP_NEWS_ARTICLE, -1);
        assert_true(str_is_utf8(a->article_text) && a->article_text.n > 20);
    }
    stop();
}

static void bulletins_come_when_they_are_due(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    const struct wire_req_news_bulletins q = {true};
    send(c, WIRE_REQ_NEWS_BULLETINS, &q);
    forget(c);
    run_ms((int64_t)10 * 86400000);
    size_t n = count_of(c, WIRE_REP_NEWS_BULLETIN);
    assert_true(n >= 2 && n <= 10);
    send(c, WIRE_REQ_CANCEL_NEWS_BULLETINS, NULL);
    forget(c);
    run_ms((int64_t)10 * 86400000);
    assert_int_equal(c->n, 0);
    stop();
}

/* ---- scanner ---- */
static void every_scan_code_ranks_by_its_figure_and_goes_on(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    send(c, WIRE_REQ_SCANNER_PARAMETERS, NULL);
    const struct wire_rep_scanner_parameters *x = nth(c, WIRE_REP_SCANNER_PARAMETERS, 0);
    struct str rest = x->xml;
    size_t codes = 0;
    for (;;) {
        size_t at = str_find_str(rest, STR("<scanCode>"));
        if (at >= rest.n)
            break;
        rest = str_sub(rest, at + 10, rest.n);
        struct wire_req_scanner_subscription q = WIRE_REQ_SCANNER_SUBSCRIPTION_DEFAULT;
        q.req_id = 10 + (int32_t)codes++;
        q.instrument = STR("STK");
        q.location_code = STR("STK.US");
        q.scan_code = str_sub(rest, 0, str_find(rest, '<', 0));
        q.number_of_rows = 5;
        send(c, WIRE_REQ_SCANNER_SUBSCRIPTION, &q);
        const struct wire_rep_scanner_data *d = nth(c, WIRE_REP_SCANNER_DATA, -1);
        assert_non_null(d);
        assert_int_equal(d->req_id, q.req_id);
        assert_int_equal(d->rows.n, 5);
        for (int32_t k = 0; k < 5; k++)
            assert_int_equal(d->rows.items[k].rank, k);
        const struct wire_id id = {q.req_id};
        if (codes > 1)
            send(c, WIRE_REQ_CANCEL_SCANNER_SUBSCRIPTION, &id);
    }
    assert_true(codes >= 10);
    forget(c);
    run_ms(61000);
    assert_string_equal(sequence(c), "20 20");
    stop();
}

static void scanners_filter_and_refuse_by_name(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_scanner_subscription q = WIRE_REQ_SCANNER_SUBSCRIPTION_DEFAULT;
    q.req_id = 1;
    q.instrument = STR("STK");
    q.location_code = STR("STK.US");
    q.scan_code = STR("MOST_ACTIVE");
    q.above_price = 200;
    q.below_price = 400;
    q.filter_options = STR("changePercAbove=-50;");
    send(c, WIRE_REQ_SCANNER_SUBSCRIPTION, &q);
    const struct wire_rep_scanner_data *d = nth(c, WIRE_REP_SCANNER_DATA, 0);
    assert_true(d->rows.n > 0);
    for (size_t k = 0; k < d->rows.n; k++) {
        double bid, ask;
        quote(d->rows.items[k].contract.con_id, &bid, &ask);
        assert_true(ask > 199 && bid < 401);
    }
    static const struct {
        const char *code, *place, *instrument, *options;
        double cap;
    } bad[] = {{"NO_SUCH", "STK.US", "STK", "", WIRE_UNSET_DOUBLE},
               {"MOST_ACTIVE", "STK.MOON", "STK", "", WIRE_UNSET_DOUBLE},
               {"MOST_ACTIVE", "STK.US", "BOND", "", WIRE_UNSET_DOUBLE},
               {"MOST_ACTIVE", "STK.US", "STK", "moonPhase=1;", WIRE_UNSET_DOUBLE},
               {"MOST_ACTIVE", "STK.US", "STK", "", 1e9}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        q = (struct wire_req_scanner_subscription)WIRE_REQ_SCANNER_SUBSCRIPTION_DEFAULT;
        q.req_id = 10 + (int32_t)i;
        q.scan_code = str_of(bad[i].code);
        q.location_code = str_of(bad[i].place);
        q.instrument = str_of(bad[i].instrument);
        q.filter_options = str_of(bad[i].options);
        q.market_cap_above = bad[i].cap;
        send(c, WIRE_REQ_SCANNER_SUBSCRIPTION, &q);
        assert_int_equal(error_for(c, q.req_id), 321);
    }
    stop();
}

/* ---- display groups ---- */
static void a_display_group_shows_the_same_to_everybody(void **state)
{
    (void)state;
    start();
    struct client *a = connect_as(1), *b = connect_as(2);
    const struct wire_id query = {1};
    send(a, WIRE_REQ_QUERY_DISPLAY_GROUPS, &query);
    const struct wire_rep_display_group_list *list = nth(a, WIRE_REP_DISPLAY_GROUP_LIST, 0);
    assert_true(str_eq(list->groups, STR("1|2|3|4|5|6|7")));
    const struct wire_req_subscribe_group sub = {2, 3}, wrong = {3, 8};
    send(a, WIRE_REQ_SUBSCRIBE_GROUP, &sub);
    send(b, WIRE_REQ_SUBSCRIBE_GROUP, &sub);
    send(a, WIRE_REQ_SUBSCRIBE_GROUP, &wrong);
    assert_int_equal(error_for(a, 3), 321);
    const struct wire_rep_display_group_updated *u = nth(b, WIRE_REP_DISPLAY_GROUP_UPDATED, -1);
    assert_true(str_eq(u->contract_info, STR("none")));
    const struct wire_req_update_group set = {2, STR("265598@SMART")}, bad = {2, STR("1@MOON")};
    send(a, WIRE_REQ_UPDATE_GROUP, &set);
    u = nth(b, WIRE_REP_DISPLAY_GROUP_UPDATED, -1);
    assert_true(str_eq(u->contract_info, STR("265598@SMART")));
    send(a, WIRE_REQ_UPDATE_GROUP, &bad);
    assert_int_equal(error_for(a, 2), 322);
    const struct wire_id end = {2};
    send(b, WIRE_REQ_UNSUBSCRIBE_GROUP, &end);
    forget(b);
    send(a, WIRE_REQ_UPDATE_GROUP, &set);
    assert_int_equal(b->n, 0);
    stop();
}

/* ---- all together ---- */
static void an_older_version_gets_the_same_messages(void **state)
{
    (void)state;
    static const int versions[] = {178, 200};
    size_t counts[2] = {0};
    for (size_t v = 0; v < 2; v++) {
        start();
        struct client *c = connect_at(1, versions[v]);
        forget(c);
        ask_line(c, 1, stock("AAPL", "USD"), "165,233,236,456");
        ask_by_tick(c, 2, stock("AAPL", "USD"), "BidAsk", 5);
        struct wire_req_historical_data q = bars_of(3, "1 D", "1 hour", "BID_ASK");
        send(c, WIRE_REQ_HISTORICAL_DATA, &q);
        run_ms(10000);
        /* the end of historical data is a message of its own from 196 on */
        counts[v] = c->n - count_of(c, WIRE_REP_HISTORICAL_DATA_END);
        stop();
    }
    assert_int_equal(counts[0], counts[1]);
}

/* ---- limits ---- */
static void a_client_may_hold_so_many_streams_and_no_more(void **state)
{
    (void)state;
    enum { BARS = 50, SCANS = 10, GROUPS = 7 };
    start();
    struct client *c = connect_as(1);
    struct wire_req_real_time_bars live = WIRE_REQ_CONTRACT_DEFAULT;
    live.contract = stock("AAPL", "USD");
    live.what_to_show = STR("TRADES");
    for (live.req_id = 0; live.req_id <= BARS; live.req_id++)
        send(c, WIRE_REQ_REAL_TIME_BARS, &live);
    assert_int_equal(error_for(c, BARS - 1), 0);
    assert_int_equal(error_for(c, BARS), 420);
    struct wire_req_historical_data kept = bars_of(0, "60 S", "5 secs", "TRADES");
    kept.keep_up_to_date = true;
    for (kept.req_id = 100; kept.req_id <= 100 + BARS; kept.req_id++)
        send(c, WIRE_REQ_HISTORICAL_DATA, &kept);
    assert_int_equal(error_for(c, 100 + BARS - 1), 0);
    assert_int_equal(error_for(c, 100 + BARS), 162);
    struct wire_req_scanner_subscription scan = WIRE_REQ_SCANNER_SUBSCRIPTION_DEFAULT;
    scan.instrument = STR("STK");
    scan.location_code = STR("STK.US");
    scan.scan_code = STR("MOST_ACTIVE");
    for (scan.req_id = 200; scan.req_id <= 200 + SCANS; scan.req_id++)
        send(c, WIRE_REQ_SCANNER_SUBSCRIPTION, &scan);
    assert_int_equal(error_for(c, 200 + SCANS - 1), 0);
    assert_int_equal(error_for(c, 200 + SCANS), 162);
    struct wire_req_subscribe_group group = {300, 1};
    for (; group.req_id <= 300 + GROUPS; group.req_id++)
        send(c, WIRE_REQ_SUBSCRIBE_GROUP, &group);
    assert_int_equal(error_for(c, 300 + GROUPS - 1), 0);
    assert_int_equal(error_for(c, 300 + GROUPS), 322);
    ask_by_tick(c, 400, stock("AAPL", "USD"), "Last", 1000);
    const struct wire_rep_historical_ticks_last *past = nth(c, WIRE_REP_HISTORICAL_TICKS_LAST, 0);
    assert_true(past->ticks.n >= 1000 && past->ticks.n < 1010);
    forget(c);
    run_ms(10000);
    assert_true(count_of(c, WIRE_REP_REAL_TIME_BAR) >= 2 * BARS);
    assert_false(c->closed);
    stop();
}

/* ---- the manual ---- */
static void the_manual_names_every_generic_tick_provider_and_scan_code(void **state)
{
    (void)state;
    static char text[1 << 16];
    FILE *in = fopen("docs/paper-data.md", "rb");
    assert_non_null(in);
    struct str manual = {text, fread(text, 1, sizeof text, in)};
    fclose(in);
    for (size_t k = 0; k < tick_row_count(); k++) {
        char number[16];
        snprintf(number, sizeof number, "%d", (int)tick_row(k)->generic);
        if (tick_row(k)->generic != 0 && str_find_str(manual, str_of(number)) >= manual.n)
            fail_msg("generic tick %s is not in the manual", number);
    }
    for (size_t k = 0; k < NEWS_PROVIDERS; k++)
        assert_true(str_find_str(manual, str_of(news_provider(k)->code)) < manual.n);
    start();
    struct client *c = connect_as(1);
    send(c, WIRE_REQ_SCANNER_PARAMETERS, NULL);
    const struct wire_rep_scanner_parameters *x = nth(c, WIRE_REP_SCANNER_PARAMETERS, 0);
    static const char *const tags[] = {"<scanCode>", "<locationCode>"};
    for (size_t t = 0; t < 2; t++)
        for (struct str rest = x->xml;;) {
            size_t at = str_find_str(rest, str_of(tags[t]));
            if (at >= rest.n)
                break;
            rest = str_sub(rest, at + strlen(tags[t]), rest.n);
            struct str name = str_sub(rest, 0, str_find(rest, '<', 0));
            if (str_find_str(manual, name) >= manual.n)
                fail_msg(STR_FMT " is not in the manual", STR_ARG(name));
        }
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headlines_lead_to_articles_and_a_line_hears_them_first),
        cmocka_unit_test(wrong_news_requests_are_refused),
        cmocka_unit_test(the_hostile_provider_is_named_and_only_read_by_name),
        cmocka_unit_test(bulletins_come_when_they_are_due),
        cmocka_unit_test(every_scan_code_ranks_by_its_figure_and_goes_on),
        cmocka_unit_test(scanners_filter_and_refuse_by_name),
        cmocka_unit_test(a_display_group_shows_the_same_to_everybody),
        cmocka_unit_test(an_older_version_gets_the_same_messages),
        cmocka_unit_test(the_manual_names_every_generic_tick_provider_and_scan_code),
        cmocka_unit_test(a_client_may_hold_so_many_streams_and_no_more),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
