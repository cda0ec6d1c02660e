/* SPDX-License-Identifier: MIT */
#include "broker/research.h"

#include "peer.h"

/* ---- a task that asks one question ---- */

enum asked { CLASSES, SCAN, PARAMETERS, SOURCES, HEADLINES, LIVE, ARTICLE, EVENTS };

struct asker {
    struct session *s;
    enum asked what;
    bool is_done, ok, more;
    struct error error;
    size_t count;
    struct option_class class;
    struct scan_hit hit;
    struct news_source source;
    struct headline headline;
    struct str text;
};

static struct contract stock(void)
{
    return peer_contract(265598);
}

static void ask(struct task *t, void *arg)
{
    struct asker *a = arg;
    struct option_class *classes = NULL;
    struct scan_hit *hits = NULL;
    struct news_source *sources = NULL;
    struct headline *headlines = NULL;
    struct contract c = stock();
    struct scan_question scan = {.code = STR("TOP_PERC_GAIN"),
                                 .instrument = STR("STK"),
                                 .location = STR("STK.US"),
                                 .filters = STR("priceAbove=10"),
                                 .rows = 5};
    struct news_question news = {
        .con_id = 265598, .providers = STR("BZ+FLY"), .from = {{0}, true}, .limit = 10};
    switch (a->what) {
    case CLASSES:
        a->ok = query_option_classes(t, a->s, &c, &classes, &a->count, &a->error);
        break;
    case SCAN:
        a->ok = query_scan(t, a->s, &scan, &hits, &a->count, &a->error);
        break;
    case PARAMETERS:
        a->ok = query_scan_parameters(t, a->s, &a->text, &a->error);
        break;
    case SOURCES:
        a->ok = query_news_sources(t, a->s, &sources, &a->count, &a->error);
        break;
    case HEADLINES:
        a->ok = query_headlines(t, a->s, &news, &headlines, &a->count, &a->more, &a->error);
        break;
    case LIVE:
        a->ok = query_new_headlines(t, a->s, &c, STR("BZ"), 5000, &headlines, &a->count, &a->error);
        break;
    case ARTICLE:
        a->ok = query_article(t, a->s, STR("BZ"), STR("BZ$1"), &a->text, &a->error);
        break;
    case EVENTS:
        a->ok = query_events(t, a->s, 265598, 20260101, 20261231, &a->text, &a->error);
        break;
    }
    if (classes != NULL)
        a->class = classes[0];
    if (hits != NULL)
        a->hit = hits[0];
    if (sources != NULL)
        a->source = sources[0];
    if (headlines != NULL)
        a->headline = headlines[0];
    if (a->ok && a->what == CLASSES) { /* the arena goes with the task */
        assert_true(a->class.expiry_count < 3 ||
                    (a->class.expiries[0] == 20261120 && a->class.expiries[2] == 20261218));
        assert_true(a->class.strike_count < 2 ||
                    dec_cmp(a->class.strikes[0], a->class.strikes[1]) < 0);
    }
    if (a->ok && a->text.n > 0)
        assert_true(str_starts(a->text, STR("the text")) || a->text.n > 1000);
    a->is_done = true;
}

static void start(struct peer *p, struct asker *a)
{
    a->s = p->s;
    task_spawn(p->tasks, p->now, 120000, ask, a);
    tasks_run(p->tasks, p->now);
    peer_take(p);
}

static struct peer *ready(void)
{
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    assert_true(session_is_ready(p->s));
    return p;
}

static size_t in_flight(const struct peer *p)
{
    struct session_status st;
    session_status(p->s, &st);
    return st.requests_in_flight;
}

static int32_t id_of(const struct peer *p, int message)
{
    return ((const struct wire_id *)peer_got(p, message))->req_id;
}

/* ---- options ---- */

static void option_classes_come_sorted_and_complete(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = CLASSES};
    struct str expiries[] = {STR("20261218"), STR("20261120"), STR("soon"), STR("20261127")};
    double strikes[] = {210, 200.5, WIRE_UNSET_DOUBLE, 205};
    start(p, &a);
    const struct wire_req_sec_def_opt_params *m = peer_got(p, WIRE_REQ_SEC_DEF_OPT_PARAMS);
    assert_true(str_eq(m->underlying_sec_type, STR("STK")));
    assert_int_equal(m->fut_fop_exchange.n, 0);
    struct wire_rep_sec_def_opt_param row = {.req_id = m->req_id,
                                             .exchange = STR("SMART"),
                                             .underlying_con_id = 265598,
                                             .trading_class = STR("AAPL"),
                                             .multiplier = STR("100"),
                                             .expirations = {expiries, 4},
                                             .strikes = {strikes, 4}};
    struct wire_id end = {m->req_id};
    peer_send(p, WIRE_REP_SEC_DEF_OPT_PARAM, &row);
    peer_turn(p);
    assert_false(a.is_done);
    peer_send(p, WIRE_REP_SEC_DEF_OPT_PARAM_END, &end);
    peer_turn(p);
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.count, 1);
    assert_int_equal(a.class.expiry_count, 3);
    assert_int_equal(a.class.strike_count, 3);
    assert_string_equal(a.class.trading_class, "AAPL");
    assert_int_equal(in_flight(p), 0);
    peer_free(p);
}

static void options_of_nothing_are_refused_with_the_brokers_words(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = CLASSES};
    start(p, &a);
    peer_send_error(p, id_of(p, WIRE_REQ_SEC_DEF_OPT_PARAMS), 321, "Invalid contract id");
    peer_turn(p);
    assert_true(a.is_done && !a.ok);
    assert_int_equal(a.error.broker_code, 321);
    peer_free(p);
}

/* ---- rankings ---- */

static void a_scan_is_its_first_ranking_and_then_called_off(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = SCAN};
    start(p, &a);
    const struct wire_req_scanner_subscription *m = peer_got(p, WIRE_REQ_SCANNER_SUBSCRIPTION);
    assert_true(str_starts(m->filter_options, STR("priceAbove=10")));
    assert_int_equal(m->number_of_rows, 5);
    struct wire_scan_row rows[2] = {{.rank = 0, .contract = WIRE_CONTRACT_DEFAULT},
                                    {.rank = 1, .contract = WIRE_CONTRACT_DEFAULT}};
    rows[0].contract.con_id = 4815747;
    rows[0].contract.symbol = STR("NVDA");
    rows[0].contract.sec_type = STR("STK");
    struct wire_rep_scanner_data data = {m->req_id, {rows, 2}};
    int32_t id = m->req_id;
    peer_send(p, WIRE_REP_SCANNER_DATA, &data);
    peer_turn(p);
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.count, 2);
    assert_string_equal(a.hit.contract.symbol, "NVDA");
    assert_int_equal(id_of(p, WIRE_REQ_CANCEL_SCANNER_SUBSCRIPTION), id);
    /* what comes behind the cancel concerns nobody */
    peer_send(p, WIRE_REP_SCANNER_DATA, &data);
    peer_send_error(p, id, 162, "API scanner subscription cancelled");
    peer_turn(p);
    assert_true(session_is_ready(p->s));
    assert_int_equal(in_flight(p), 0);
    peer_free(p);
}

static void a_scan_without_a_hit_is_empty_and_no_failure(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = SCAN};
    start(p, &a);
    peer_send_error(p, id_of(p, WIRE_REQ_SCANNER_SUBSCRIPTION), 165,
                    "Historical Market Data Service query message:no items retrieved");
    peer_turn(p);
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.count, 0);
    peer_free(p);
}

static void a_scan_that_is_not_answered_is_called_off(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = SCAN};
    start(p, &a);
    peer_pass(p, 25000);
    assert_true(a.is_done && !a.ok);
    assert_int_equal(a.error.code, ERROR_TIMEOUT);
    assert_int_equal(peer_got_count(p, WIRE_REQ_CANCEL_SCANNER_SUBSCRIPTION), 1);
    peer_free(p);
}

static void the_parameters_of_scans_arrive_whole(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = PARAMETERS};
    static char xml[1 << 20];
    start(p, &a);
    memset(xml, 'x', sizeof xml);
    struct wire_rep_scanner_parameters m = {{xml, sizeof xml}};
    peer_send(p, WIRE_REP_SCANNER_PARAMETERS, &m);
    peer_turn(p);
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.text.n, sizeof xml);
    peer_free(p);
}

/* ---- news ---- */

static void sources_of_news_are_listed(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = SOURCES};
    struct wire_news_provider rows[] = {{STR("BZ"), STR("Benzinga\nPro")},
                                        {STR("FLY"), STR("The Fly")}};
    struct wire_rep_news_providers m = {{rows, 2}};
    start(p, &a);
    peer_send(p, WIRE_REP_NEWS_PROVIDERS, &m);
    peer_turn(p);
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.count, 2);
    assert_string_equal(a.source.name, "Benzinga Pro");
    peer_free(p);
}

static void headlines_lose_figures_and_unseen_characters_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *text, *out;
    } CASES[] = {
        {"Apple rises", "Apple rises"},
        {"{A:800015:L:en:K:0.97:C:0.97}Apple rises", "Apple rises"},
        {"{A:800015:L:en}!Apple rises", "Apple rises"},
        {"{not figures} Apple", "{not figures} Apple"},
        {"{A:1", "{A:1"},
        {"\xe2\x80\xae"
         "Buy\x1b[31m now\n",
         "Buy [31m now"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct peer *p = ready();
        struct asker a = {.what = HEADLINES};
        start(p, &a);
        const struct wire_req_historical_news *q = peer_got(p, WIRE_REQ_HISTORICAL_NEWS);
        assert_true(str_eq(q->start_date_time, STR("1970-01-01 00:00:00.0")));
        assert_int_equal(q->end_date_time.n, 0);
        struct wire_rep_historical_news m = {q->req_id, STR("2026-11-23 09:30:15.0"), STR("BZ"),
                                             STR("BZ$1"), str_of(CASES[i].text)};
        struct wire_rep_historical_news_end end = {q->req_id, true};
        peer_send(p, WIRE_REP_HISTORICAL_NEWS, &m);
        peer_turn(p);
        assert_false(a.is_done);
        peer_send(p, WIRE_REP_HISTORICAL_NEWS_END, &end);
        peer_turn(p);
        assert_true(a.is_done && a.ok && a.more);
        assert_int_equal(a.count, 1);
        assert_string_equal(a.headline.text, CASES[i].out);
        char time[UTC_TEXT_MAX];
        assert_true(a.headline.time.has);
        utc_format(a.headline.time.v, time);
        assert_string_equal(time, "2026-11-23T09:30:15Z");
        peer_free(p);
    }
}

static void new_headlines_are_awaited_for_the_time_named(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker none = {.what = LIVE}, some = {.what = LIVE};
    start(p, &none);
    const struct wire_req_mkt_data *q = peer_got(p, WIRE_REQ_MKT_DATA);
    assert_true(str_eq(q->generic_tick_list, STR("mdoff,292:BZ")));
    peer_pass(p, 4900);
    assert_false(none.is_done);
    peer_pass(p, 200);
    assert_true(none.is_done && none.ok);
    assert_int_equal(none.count, 0);
    assert_int_equal(peer_got_count(p, WIRE_REQ_CANCEL_MKT_DATA), 1);

    start(p, &some);
    struct wire_rep_tick_news m = {.req_id = id_of(p, WIRE_REQ_MKT_DATA),
                                   .timestamp = INT64_C(1790000000000),
                                   .provider_code = STR("BZ"),
                                   .article_id = STR("BZ$2"),
                                   .headline = STR("News")};
    peer_send(p, WIRE_REP_TICK_NEWS, &m);
    peer_send(p, WIRE_REP_TICK_NEWS, &m);
    peer_pass(p, 1100);
    assert_true(some.is_done && some.ok);
    assert_int_equal(some.count, 2);
    assert_int_equal(some.headline.time.v.ns / NS_PER_S, 1790000000);
    peer_free(p);
}

static void an_article_is_text_or_refused(void **state)
{
    (void)state;
    static const struct {
        int32_t type;
        size_t n;
        const char *reason;
    } CASES[] = {{0, 8, ""}, {1, 8, "NOT_TEXT"}, {0, ARTICLE_MAX + 1, "ARTICLE_MAX"}, {0, 0, ""}};
    static char text[ARTICLE_MAX + 1] = "the text";
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct peer *p = ready();
        struct asker a = {.what = ARTICLE};
        start(p, &a);
        for (size_t k = 8; k < CASES[i].n; k++)
            text[k] = '.';
        struct wire_rep_news_article m = {
            id_of(p, WIRE_REQ_NEWS_ARTICLE), CASES[i].type, {text, CASES[i].n}};
        peer_send(p, WIRE_REP_NEWS_ARTICLE, &m);
        peer_turn(p);
        assert_true(a.is_done);
        assert_int_equal(a.ok, CASES[i].reason[0] == '\0');
        assert_string_equal(a.error.reason, CASES[i].reason);
        assert_int_equal(a.text.n, a.ok ? CASES[i].n : 0);
        peer_free(p);
    }
}

/* ---- events ---- */

static void events_are_asked_for_after_their_description(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = EVENTS};
    start(p, &a);
    assert_int_equal(peer_got_count(p, WIRE_REQ_WSH_EVENT_DATA), 0);
    struct wire_rep_wsh_meta_data kinds = {id_of(p, WIRE_REQ_WSH_META_DATA), STR("{\"long\":1}")};
    peer_send(p, WIRE_REP_WSH_META_DATA, &kinds);
    peer_turn(p);
    const struct wire_req_wsh_event_data *q = peer_got(p, WIRE_REQ_WSH_EVENT_DATA);
    assert_int_equal(q->con_id, 265598);
    assert_true(str_eq(q->start_date, STR("20260101")));
    struct wire_rep_wsh_meta_data events = {q->req_id, STR("the text of events")};
    peer_send(p, WIRE_REP_WSH_EVENT_DATA, &events);
    peer_turn(p);
    assert_true(a.is_done && a.ok);
    assert_int_equal(a.text.n, 18);
    assert_int_equal(in_flight(p), 0);
    /* once a connection is enough */
    struct asker again = {.what = EVENTS};
    start(p, &again);
    assert_int_equal(peer_got_count(p, WIRE_REQ_WSH_META_DATA), 1);
    assert_int_equal(peer_got_count(p, WIRE_REQ_WSH_EVENT_DATA), 2);
    peer_free(p);
}

static void events_without_a_subscription_say_so(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a = {.what = EVENTS};
    start(p, &a);
    peer_send_error(p, id_of(p, WIRE_REQ_WSH_META_DATA), 10276, "News feed is not allowed");
    peer_turn(p);
    assert_true(a.is_done && !a.ok);
    assert_true(events_not_subscribed(a.error.broker_code));
    assert_false(events_not_subscribed(10278));
    peer_free(p);
}

static void a_lost_connection_ends_every_question(void **state)
{
    (void)state;
    struct peer *p = ready();
    struct asker a[EVENTS + 1];
    for (int i = CLASSES; i <= EVENTS; i++) {
        memset(&a[i], 0, sizeof a[i]);
        a[i].what = (enum asked)i;
        start(p, &a[i]);
    }
    session_closed(p->s, STR("gone"), p->now);
    peer_turn(p);
    for (int i = CLASSES; i <= EVENTS; i++) {
        assert_true(a[i].is_done && !a[i].ok);
        assert_int_equal(a[i].error.code, ERROR_UNAVAILABLE);
    }
    peer_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(option_classes_come_sorted_and_complete),
        cmocka_unit_test(options_of_nothing_are_refused_with_the_brokers_words),
        cmocka_unit_test(a_scan_is_its_first_ranking_and_then_called_off),
        cmocka_unit_test(a_scan_without_a_hit_is_empty_and_no_failure),
        cmocka_unit_test(a_scan_that_is_not_answered_is_called_off),
        cmocka_unit_test(the_parameters_of_scans_arrive_whole),
        cmocka_unit_test(sources_of_news_are_listed),
        cmocka_unit_test(headlines_lose_figures_and_unseen_characters_and_nothing_else),
        cmocka_unit_test(new_headlines_are_awaited_for_the_time_named),
        cmocka_unit_test(an_article_is_text_or_refused),
        cmocka_unit_test(events_are_asked_for_after_their_description),
        cmocka_unit_test(events_without_a_subscription_say_so),
        cmocka_unit_test(a_lost_connection_ends_every_question),
    };
    return PEER_RUN("research", tests);
}
