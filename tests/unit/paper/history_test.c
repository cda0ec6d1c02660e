/* SPDX-License-Identifier: MIT */
/* Bars and single ticks of the past and the present: that they are sound, agree with each other,
 * and what is refused with which words. */
#include "data.h"

/* ---- bars ---- */
static bool is_cents(double price)
{
    double cents = price * 100;
    return near(cents, (double)(int64_t)(cents + 0.5));
}

static void every_size_and_kind_of_bar_is_sound_and_joins_the_present(void **state)
{
    (void)state;
    static const char *const sizes[][2] = {
        {"1 secs", "60 S"},    {"5 secs", "300 S"}, {"10 secs", "600 S"}, {"15 secs", "900 S"},
        {"30 secs", "1800 S"}, {"1 min", "3600 S"}, {"2 mins", "7200 S"}, {"3 mins", "10800 S"},
        {"5 mins", "1 D"},     {"10 mins", "1 D"},  {"15 mins", "2 D"},   {"20 mins", "2 D"},
        {"30 mins", "3 D"},    {"1 hour", "5 D"},   {"2 hours", "1 W"},   {"3 hours", "1 W"},
        {"4 hours", "1 W"},    {"8 hours", "2 W"},  {"1 day", "1 M"},     {"1W", "6 M"},
        {"1 week", "6 M"},     {"1M", "2 Y"},       {"1 month", "1 Y"}};
    static const char *const shows[] = {"TRADES",
                                        "MIDPOINT",
                                        "BID",
                                        "ASK",
                                        "BID_ASK",
                                        "ADJUSTED_LAST",
                                        "HISTORICAL_VOLATILITY",
                                        "OPTION_IMPLIED_VOLATILITY",
                                        "FEE_RATE"};
    start();
    struct client *c = connect_as(1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (size_t k = 0; k < sizeof shows / sizeof shows[0]; k++) {
            if (k > 4 && i % 6 != 0) /* the rates at some sizes only */
                continue;
            struct wire_req_historical_data q = bars_of(5, sizes[i][1], sizes[i][0], shows[k]);
            const struct wire_rep_historical_data *d = history_of(c, &q);
            if (d == NULL || d->bars.n < 5)
                fail_msg("%s %s: no bars " STR_FMT, sizes[i][0], shows[k],
                         STR_ARG(error_text(c, 5)));
            for (size_t b = 0; b < d->bars.n; b++) {
                const struct wire_bar *x = &d->bars.items[b];
                if (!(x->low <= x->open && x->open <= x->high && x->low <= x->close &&
                      x->close <= x->high && x->low > 0))
                    fail_msg("%s %s: bar %zu is not sound", sizes[i][0], shows[k], b);
                bool on_tick = k == 0 || k == 2 || k == 3;
                if (on_tick && !(is_cents(x->high) && is_cents(x->low) && is_cents(x->close)))
                    fail_msg("%s %s: bar %zu is not on a tick", sizes[i][0], shows[k], b);
                assert_true(b == 0 || str_cmp(d->bars.items[b - 1].date, x->date) < 0);
                assert_int_equal(number(x->volume) >= 0, strcmp(shows[k], "TRADES") == 0 || k == 5);
            }
        }
    stop();
}

static void what_history_refuses_and_why(void **state)
{
    (void)state;
    static const struct {
        const char *type, *duration, *size, *show, *end;
        bool keeps;
        int code;
        const char *says;
    } cases[] = {
        {"STK", "1 D", "7 mins", "TRADES", "", false, 321, "Legal ones are: 1 secs, 5 secs, 10"},
        {"STK", "1 X", "1 day", "TRADES", "", false, 321, "integer{SPACE}unit"},
        {"STK", "D", "1 day", "TRADES", "", false, 321, "integer{SPACE}unit"},
        {"STK", "-1 D", "1 day", "TRADES", "", false, 321, "integer{SPACE}unit"},
        {"STK", "400 D", "1 day", "TRADES", "", false, 321, "longer than 365 days must be made"},
        {"STK", "86401 S", "1 min", "TRADES", "", false, 321, "must be made in days"},
        {"STK", "53 W", "1 day", "TRADES", "", false, 321, "must be made in years"},
        {"STK", "13 M", "1 day", "TRADES", "", false, 321, "must be made in years"},
        {"STK", "3000 S", "1 secs", "TRADES", "", false, 162, "Time length exceed max."},
        {"STK", "1 Y", "1 min", "TRADES", "", false, 162, "Time length exceed max."},
        {"STK", "1 D", "1 hour", "NONSENSE", "", false, 321, "'NONSENSE'"},
        {"STK", "1 D", "1 hour", "YIELD_BID", "", false, 162, "no data: AAPL@SMART YieldBid"},
        {"STK", "1 D", "1 hour", "AGGTRADES", "", false, 162, "HMDS query returned no data"},
        {"CASH", "1 D", "1 hour", "TRADES", "", false, 162, "HMDS query returned no data"},
        {"IND", "1 D", "1 hour", "BID", "", false, 162, "HMDS query returned no data"},
        {"CASH", "1 D", "1 hour", "FEE_RATE", "", false, 162, "HMDS query returned no data"},
        {"STK", "1 D", "1 hour", "TRADES", "yesterday", false, 321, "[yesterday] is invalid"},
        {"STK", "1 D", "1 hour", "TRADES", "20261120 16:00:00 Moon/Base", false, 321, "invalid"},
        {"STK", "1 D", "1 hour", "TRADES", "20261120-16:00:00", true, 321, "kept up to date"},
        {"STK", "1 D", "1 hour", "ADJUSTED_LAST", "20261120-16:00:00", false, 321, "adjusted last"},
        {"STK", "1 D", "1 hour", "SCHEDULE", "", false, 321, "1 day"},
    };
    start();
    struct client *c = connect_as(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_req_historical_data q =
            bars_of(10 + (int32_t)i, cases[i].duration, cases[i].size, cases[i].show);
        q.contract = any_of(cases[i].type);
        q.end_date_time = str_of(cases[i].end);
        q.keep_up_to_date = cases[i].keeps;
        assert_null(history_of(c, &q));
        struct str text = error_text(c, q.req_id);
        if (error_for(c, q.req_id) != cases[i].code ||
            str_find_str(text, str_of(cases[i].says)) >= text.n)
            fail_msg("case %zu: %d " STR_FMT, i, error_for(c, q.req_id), STR_ARG(text));
    }
    stop();
}

static void an_end_may_be_written_in_four_ways(void **state)
{
    (void)state;
    static const char *const ends[] = {"20261120 15:00:00 US/Eastern", "20261120 15:00:00",
                                       "20261120-20:00:00"};
    start();
    struct client *c = connect_as(1);
    double close = 0;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct wire_req_historical_data q = bars_of(5, "3600 S", "5 mins", "TRADES");
        q.end_date_time = str_of(ends[i]);
        const struct wire_rep_historical_data *d = history_of(c, &q);
        assert_non_null(d);
        const struct wire_bar *b = &d->bars.items[d->bars.n - 1];
        assert_true(str_eq(b->date, STR("1795204500"))); /* 19:55 UTC */
        assert_true(i == 0 || near(b->close, close));
        close = b->close;
    }
    stop();
}

static void bars_of_a_minute_add_up_to_longer_ones(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_historical_data q = bars_of(5, "1 D", "1 min", "TRADES");
    q.end_date_time = STR("20261120-05:00:00"); /* midnight in New York */
    const struct wire_rep_historical_data *d = history_of(c, &q);
    double high = 0, low = 1e9, volume = 0, open = d->bars.items[0].open;
    for (size_t k = 0; k < d->bars.n; k++) {
        high = d->bars.items[k].high > high ? d->bars.items[k].high : high;
        low = d->bars.items[k].low < low ? d->bars.items[k].low : low;
        volume += number(d->bars.items[k].volume);
    }
    double close = d->bars.items[d->bars.n - 1].close;
    q.bar_size = STR("1 day");
    d = history_of(c, &q);
    assert_int_equal(d->bars.n, 1);
    const struct wire_bar *b = &d->bars.items[0];
    assert_true(str_eq(b->date, STR("20261119")));
    assert_true(near(b->open, open) && near(b->close, close));
    assert_true(near(b->high, high) && near(b->low, low));
    assert_true(near(number(b->volume), volume));
    stop();
}

static void adjusted_prices_of_the_past_are_lower_by_the_dividends(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_historical_data q = bars_of(5, "2 Y", "1 day", "TRADES");
    const struct wire_rep_historical_data *d = history_of(c, &q);
    double first = d->bars.items[0].close, last = d->bars.items[d->bars.n - 1].close;
    q.what_to_show = STR("ADJUSTED_LAST");
    d = history_of(c, &q);
    assert_true(near(d->bars.items[d->bars.n - 1].close, last));
    assert_true(d->bars.items[0].close < first - 0.001);
    assert_true(d->bars.items[0].close > first * 0.9);
    stop();
}

static void a_bar_kept_up_to_date_ends_as_history_has_it(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_historical_data q = bars_of(5, "600 S", "1 min", "TRADES");
    q.keep_up_to_date = true;
    send(c, WIRE_REQ_HISTORICAL_DATA, &q);
    run_ms(200000);
    struct wire_bar last[8];
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_historical_data_update *u = c->messages[i].message;
        if (c->messages[i].id != WIRE_REP_HISTORICAL_DATA_UPDATE)
            continue;
        if (n == 0 || !str_eq(last[n - 1].date, u->bar.date))
            n++;
        assert_true(n <= 8);
        last[n - 1] = u->bar;
    }
    assert_true(n >= 3);
    const struct wire_id id = {5};
    send(c, WIRE_REQ_CANCEL_HISTORICAL_DATA, &id);
    assert_int_equal(error_for(c, 5), 162); /* "API historical data query cancelled" */
    q.keep_up_to_date = false;
    c->n = 0;
    send(c, WIRE_REQ_HISTORICAL_DATA, &q);
    const struct wire_rep_historical_data *d = nth(c, WIRE_REP_HISTORICAL_DATA, 0);
    size_t compared = 0;
    for (size_t k = 0; k < d->bars.n; k++)
        for (size_t j = 0; j + 1 < n; j++) /* the last one goes on */
            if (str_eq(d->bars.items[k].date, last[j].date)) {
                assert_true(near(d->bars.items[k].close, last[j].close));
                assert_true(near(d->bars.items[k].high, last[j].high));
                assert_true(str_eq(d->bars.items[k].volume, last[j].volume));
                compared++;
            }
    assert_true(compared >= 2);
    stop();
}

static void five_second_bars_are_those_of_history(void **state)
{
    (void)state;
    static const char *const shows[] = {"TRADES", "MIDPOINT", "BID", "ASK"};
    for (size_t k = 0; k < 4; k++) {
        start();
        struct client *c = connect_as(1);
        struct wire_req_real_time_bars q = WIRE_REQ_CONTRACT_DEFAULT;
        q.req_id = 1;
        q.contract = stock("AAPL", "USD");
        q.bar_size = 5;
        q.what_to_show = str_of(shows[k]);
        send(c, WIRE_REQ_REAL_TIME_BARS, &q);
        run_ms(60000);
        assert_int_equal(count_of(c, WIRE_REP_REAL_TIME_BAR), 12);
        struct wire_rep_real_time_bar live[12];
        for (int n = 0; n < 12; n++) {
            live[n] = *(const struct wire_rep_real_time_bar *)nth(c, WIRE_REP_REAL_TIME_BAR, n);
            assert_true(n == 0 || live[n].time == live[n - 1].time + 5);
        }
        struct wire_req_historical_data h = bars_of(5, "60 S", "5 secs", shows[k]);
        const struct wire_rep_historical_data *d = history_of(c, &h);
        assert_int_equal(d->bars.n, 12);
        for (size_t n = 0; n < 12; n++) {
            assert_int_equal(number(d->bars.items[n].date), live[n].time);
            assert_true(near(d->bars.items[n].open, live[n].open) &&
                        near(d->bars.items[n].high, live[n].high) &&
                        near(d->bars.items[n].low, live[n].low) &&
                        near(d->bars.items[n].close, live[n].close));
        }
        const struct wire_id id = {1};
        send(c, WIRE_REQ_CANCEL_REAL_TIME_BARS, &id);
        forget(c);
        run_ms(10000);
        assert_int_equal(c->n, 0);
        send(c, WIRE_REQ_CANCEL_REAL_TIME_BARS, &id);
        assert_int_equal(error_for(c, 1), 300);
        stop();
    }
}

static void schedules_list_the_sessions_of_trading_days(void **state)
{
    (void)state;
    const struct paper_config config = {.seed = 42, .real_sessions = true};
    start_with(&config, "2026-11-19T18:00:00Z");
    struct client *c = connect_as(1);
    struct wire_req_historical_data q = bars_of(5, "10 D", "1 day", "SCHEDULE");
    send(c, WIRE_REQ_HISTORICAL_DATA, &q);
    const struct wire_rep_historical_schedule *s = nth(c, WIRE_REP_HISTORICAL_SCHEDULE, 0);
    assert_non_null(s);
    assert_int_equal(s->sessions.n, 10);
    assert_true(str_eq(s->time_zone, STR("US/Eastern")));
    assert_true(str_eq(s->sessions.items[9].ref_date, STR("20261119")));
    assert_true(str_eq(s->sessions.items[9].start_date_time, STR("20261119-09:30:00")));
    assert_true(str_eq(s->sessions.items[9].end_date_time, STR("20261119-16:00:00")));
    assert_true(str_eq(s->start_date_time, s->sessions.items[0].start_date_time));
    stop();
}

static void a_head_timestamp_differs_by_kind_and_form(void **state)
{
    (void)state;
    static const struct {
        const char *show;
        int32_t format;
        const char *text;
    } cases[] = {{"TRADES", 1, "20000103-00:00:00"},
                 {"TRADES", 2, "946857600"},
                 {"BID", 1, "20040126-15:30:00"},
                 {"OPTION_IMPLIED_VOLATILITY", 1, "20060103-14:30:00"}};
    start();
    struct client *c = connect_as(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_req_head_timestamp q = WIRE_REQ_CONTRACT_DEFAULT;
        q.req_id = 1;
        q.contract = stock("AAPL", "USD");
        q.what_to_show = str_of(cases[i].show);
        q.format_date = cases[i].format;
        forget(c);
        send(c, WIRE_REQ_HEAD_TIMESTAMP, &q);
        const struct wire_rep_head_timestamp *m = nth(c, WIRE_REP_HEAD_TIMESTAMP, 0);
        if (m == NULL || !str_eq(m->head_timestamp, str_of(cases[i].text)))
            fail_msg("%s: " STR_FMT, cases[i].show,
                     STR_ARG(m != NULL ? m->head_timestamp : error_text(c, 1)));
    }
    stop();
}

static void a_histogram_holds_the_volume_of_its_period(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    struct wire_req_histogram_data q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = 1;
    q.contract = stock("AAPL", "USD");
    q.time_period = STR("2 hours");
    send(c, WIRE_REQ_HISTOGRAM_DATA, &q);
    const struct wire_rep_histogram_data *m = nth(c, WIRE_REP_HISTOGRAM_DATA, 0);
    assert_non_null(m);
    double sum = 0, volume = 0;
    for (size_t k = 0; k < m->entries.n; k++) {
        assert_true(k == 0 || m->entries.items[k].price > m->entries.items[k - 1].price);
        sum += number(m->entries.items[k].size);
    }
    struct wire_req_historical_data h = bars_of(5, "7200 S", "1 min", "TRADES");
    const struct wire_rep_historical_data *d = history_of(c, &h);
    for (size_t k = 0; k < d->bars.n; k++)
        volume += number(d->bars.items[k].volume);
    assert_true(near(sum, volume));
    q.time_period = STR("3 fortnights");
    q.req_id = 2;
    send(c, WIRE_REQ_HISTOGRAM_DATA, &q);
    assert_int_equal(error_for(c, 2), 321);
    stop();
}

/* ---- ticks one by one ---- */
static void ask_ticks(struct client *c, int32_t id, struct wire_contract what, const char *show,
                      const char *from, const char *to, int32_t count)
{
    struct wire_req_historical_ticks q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = id;
    q.contract = what;
    q.what_to_show = str_of(show);
    q.start_date_time = str_of(from);
    q.end_date_time = str_of(to);
    q.number_of_ticks = count;
    forget(c);
    send(c, WIRE_REQ_HISTORICAL_TICKS, &q);
}

static void the_trades_of_a_minute_are_its_bar(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    ask_ticks(c, 1, stock("AAPL", "USD"), "TRADES", "20261120-15:00:00", "", 1000);
    const struct wire_rep_historical_ticks_last *t = nth(c, WIRE_REP_HISTORICAL_TICKS_LAST, 0);
    assert_non_null(t);
    double high = 0, low = 1e9, volume = 0, first = 0, last = 0;
    for (size_t k = 0; k < t->ticks.n; k++) {
        const struct wire_hist_tick_last *x = &t->ticks.items[k];
        if (x->time >= 1795186860) /* 15:01 */
            break;
        first = k == 0 ? x->price : first;
        last = x->price;
        high = x->price > high ? x->price : high;
        low = x->price < low ? x->price : low;
        volume += number(x->size);
        assert_true(x->exchange.n > 0);
    }
    struct wire_req_historical_data q = bars_of(5, "60 S", "1 min", "TRADES");
    q.end_date_time = STR("20261120-15:01:00");
    const struct wire_rep_historical_data *d = history_of(c, &q);
    assert_int_equal(d->bars.n, 1);
    const struct wire_bar *b = &d->bars.items[0];
    if (!near(b->open, first) || !near(b->close, last) || !near(b->high, high) ||
        !near(b->low, low) || !near(number(b->volume), volume))
        fail_msg("bar %f %f %f %f %f, ticks %f %f %f %f %f", b->open, b->high, b->low, b->close,
                 number(b->volume), first, high, low, last, volume);
    stop();
}

static void past_ticks_go_both_ways_and_meet(void **state)
{
    (void)state;
    static const struct {
        const char *show;
        int reply;
    } cases[] = {{"TRADES", WIRE_REP_HISTORICAL_TICKS_LAST},
                 {"MIDPOINT", WIRE_REP_HISTORICAL_TICKS},
                 {"BID_ASK", WIRE_REP_HISTORICAL_TICKS_BID_ASK}};
    start();
    struct client *c = connect_as(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask_ticks(c, 1, stock("AAPL", "USD"), cases[i].show, "20261120-15:00:00", "", 100);
        const struct wire_rep_historical_ticks *a = nth(c, cases[i].reply, 0);
        assert_non_null(a);
        /* the three kinds begin alike: id, rows and their number */
        assert_true(a->ticks.n >= 100);
        ask_ticks(c, 2, stock("AAPL", "USD"), cases[i].show, "", "20261120-15:00:00", 100);
        const struct wire_rep_historical_ticks *b = nth(c, cases[i].reply, 0);
        assert_true(b->ticks.n >= 100);
    }
    ask_ticks(c, 3, any_of("CASH"), "TRADES", "20261120-15:00:00", "", 100);
    assert_int_equal(error_for(c, 3), 10187);
    ask_ticks(c, 4, stock("AAPL", "USD"), "TRADES", "", "", 100);
    assert_int_equal(error_for(c, 4), 321);
    ask_ticks(c, 5, stock("AAPL", "USD"), "TRADES", "20261120-15:00:00", "20261120-16:00:00", 100);
    assert_int_equal(error_for(c, 5), 321);
    ask_ticks(c, 6, stock("AAPL", "USD"), "TRADES", "20261120-15:00:00", "", 1001);
    assert_int_equal(error_for(c, 6), 321);
    stop();
}

static void live_ticks_are_what_history_tells_afterwards(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    ask_by_tick(c, 1, stock("AAPL", "USD"), "Last", 10);
    const struct wire_rep_historical_ticks_last *before = nth(c, WIRE_REP_HISTORICAL_TICKS_LAST, 0);
    assert_true(before->ticks.n >= 10 && before->is_done);
    forget(c);
    run_ms(20000);
    size_t n = count_of(c, WIRE_REP_TICK_BY_TICK);
    assert_true(n >= 10);
    struct wire_rep_tick_by_tick *live = xcalloc(n, sizeof *live);
    for (size_t k = 0; k < n; k++)
        live[k] = *(const struct wire_rep_tick_by_tick *)nth(c, WIRE_REP_TICK_BY_TICK, (int)k);
    ask_ticks(c, 2, stock("AAPL", "USD"), "TRADES", "20261122-18:00:00", "", (int32_t)n);
    const struct wire_rep_historical_ticks_last *t = nth(c, WIRE_REP_HISTORICAL_TICKS_LAST, 0);
    assert_true(t->ticks.n >= n);
    for (size_t k = 0; k < n; k++) {
        assert_int_equal(t->ticks.items[k].time, live[k].time);
        assert_true(near(t->ticks.items[k].price, live[k].price));
        assert_true(number(t->ticks.items[k].size) <= number(live[k].size) &&
                    number(t->ticks.items[k].size) >= number(live[k].size));
    }
    xfree(live);
    stop();
}

static void tick_by_tick_has_kinds_limits_and_an_end(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    ask_by_tick(c, 1, any_of("CASH"), "BidAsk", 0);
    ask_by_tick(c, 2, any_of("CASH"), "MidPoint", 0);
    ask_by_tick(c, 3, any_of("CASH"), "Last", 0);
    assert_int_equal(error_for(c, 3), 10189);
    ask_by_tick(c, 4, stock("AAPL", "USD"), "Sometimes", 0);
    assert_int_equal(error_for(c, 4), 321);
    ask_by_tick(c, 1, stock("AAPL", "USD"), "AllLast", 0);
    assert_int_equal(error_for(c, 1), 102);
    for (int32_t id = 5; id < 8; id++)
        ask_by_tick(c, id, stock("AAPL", "USD"), "AllLast", 0);
    ask_by_tick(c, 8, stock("AAPL", "USD"), "AllLast", 0);
    assert_int_equal(error_for(c, 8), 10190);
    forget(c);
    run_ms(60000);
    size_t of[9] = {0};
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_tick_by_tick *t = c->messages[i].message;
        assert_int_equal(c->messages[i].id, WIRE_REP_TICK_BY_TICK);
        of[t->req_id]++;
        assert_true(t->tick_type != WIRE_TICK_BID_ASK || t->bid < t->ask);
    }
    assert_true(of[1] > 0 && of[2] > 0 && of[5] > 0 && of[5] == of[7]);
    for (int32_t id = 1; id < 8; id++) {
        const struct wire_id m = {id};
        send(c, WIRE_REQ_CANCEL_TICK_BY_TICK, &m);
    }
    forget(c);
    run_ms(5000);
    assert_int_equal(c->n, 0);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_and_kind_of_bar_is_sound_and_joins_the_present),
        cmocka_unit_test(what_history_refuses_and_why),
        cmocka_unit_test(an_end_may_be_written_in_four_ways),
        cmocka_unit_test(bars_of_a_minute_add_up_to_longer_ones),
        cmocka_unit_test(adjusted_prices_of_the_past_are_lower_by_the_dividends),
        cmocka_unit_test(a_bar_kept_up_to_date_ends_as_history_has_it),
        cmocka_unit_test(five_second_bars_are_those_of_history),
        cmocka_unit_test(schedules_list_the_sessions_of_trading_days),
        cmocka_unit_test(a_head_timestamp_differs_by_kind_and_form),
        cmocka_unit_test(a_histogram_holds_the_volume_of_its_period),
        cmocka_unit_test(the_trades_of_a_minute_are_its_bar),
        cmocka_unit_test(past_ticks_go_both_ways_and_meet),
        cmocka_unit_test(live_ticks_are_what_history_tells_afterwards),
        cmocka_unit_test(tick_by_tick_has_kinds_limits_and_an_end),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
