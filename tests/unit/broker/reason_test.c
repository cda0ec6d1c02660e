/* SPDX-License-Identifier: MIT */
/* Why there is no connection, as a person reads it in the status. */
#include "broker/reason.h"

#include "peer.h"

/* ---- the table ---- */

static void every_reason_has_a_name_and_most_a_hint(void **state)
{
    (void)state;
    for (int r = REASON_NONE + 1; r < REASON_COUNT; r++) {
        assert_true(link_reason_name((enum link_reason)r)[0] != '\0');
        assert_true(r == REASON_STOPPED || link_reason_hint((enum link_reason)r)[0] != '\0');
        assert_true(strlen(link_reason_hint((enum link_reason)r)) <
                    sizeof((struct session_status *)0)->hint);
    }
}

static void what_answers_is_told_by_its_first_bytes(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        enum link_reason reason;
    } CASES[] = {
        {{"", 0}, REASON_UNANSWERED},
        {{"HTTP/1.1 400 Bad Request\r\n", 26}, REASON_HTTP_SERVER},
        {{"HTTP", 4}, REASON_HTTP_SERVER},
        {{"<HTML><body>", 12}, REASON_HTTP_SERVER},
        {{"\x15\x03\x01\x00\x02\x02\x46", 7}, REASON_TLS_SERVER},
        {{"\x16\x03\x03", 3}, REASON_TLS_SERVER},
        {{"SSH-2.0-x", 9}, REASON_OTHER_SERVER},
        {{"\x15", 1}, REASON_OTHER_SERVER},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_int_equal(link_reason_of_bytes(CASES[i].bytes), CASES[i].reason);
}

static void words_and_numbers_lead_to_reasons(void **state)
{
    (void)state;
    static const struct {
        int code;
        const char *text;
        enum link_reason reason;
    } CASES[] = {
        {326, "in use", REASON_CLIENT_ID},
        {502, "", REASON_NOT_LISTENING},
        {503, "", REASON_VERSION},
        {504, "Not connected", REASON_REFUSED},
        {1300, "port 7497", REASON_PORT_CHANGED},
        {10141, "disclaimer", REASON_DISCLAIMER},
        {321, "The API interface is currently in Read-Only mode.", REASON_READ_ONLY},
        {321, "Invalid order type", REASON_NONE},
        {504, "waiting for TWO-FACTOR authentication", REASON_TWO_FACTOR},
        {0, "the user is not logged in", REASON_NOT_LOGGED_IN},
        {0, "Your session has expired", REASON_LOGIN_EXPIRED},
        {2104, "Market data farm connection is OK:usfarm", REASON_NONE},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_int_equal(link_reason_of_code(CASES[i].code, str_of(CASES[i].text)),
                         CASES[i].reason);
}

static void bytes_are_shown_without_their_powers(void **state)
{
    (void)state;
    char out[24];
    link_show_bytes(out, sizeof out, (struct str){"a\x1b[2J\"\\\n", 8});
    assert_string_equal(out, "a\\x1b[2J\\x22\\x5c\\x0a");
    char small[8];
    link_show_bytes(small, sizeof small, STR("\n\n\n\n"));
    assert_string_equal(small, "\\x0a");
}

/* ---- the session's words ---- */

static struct session_status status(const struct peer *p)
{
    struct session_status st;
    session_status(p->s, &st);
    return st;
}

static void assert_reason(const struct peer *p, const char *name)
{
    assert_string_equal(status(p).reason, name);
}

static void fail_to_open(struct peer *p)
{
    while (!session_wants_open(p->s, p->now))
        peer_pass(p, 100);
    session_opening(p->s, p->now);
    session_closed(p->s, STR("connection refused"), p->now);
}

static void a_refusal_outlives_the_failures_behind_it(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    peer_send_error(p, -1, 326, "Unable to connect as the client id is already in use.");
    session_closed(p->s, STR("the other side closed"), p->now);
    assert_reason(p, "CLIENT_ID_IN_USE");
    fail_to_open(p);
    fail_to_open(p);
    assert_int_equal(status(p).last_code, 326);
    assert_true(status(p).is_last_brokers);
    assert_non_null(strstr(status(p).hint, "client_id"));
    assert_int_equal(peer_link(p), LINK_DOWN);
    peer_pass(p, 130 * 1000); /* by now it would have been said again */
    fail_to_open(p);
    assert_reason(p, "NOT_LISTENING");
    assert_int_equal(status(p).last_code, 502);
    assert_false(status(p).is_last_brokers);
    peer_free(p);
}

static void a_new_connection_ends_all_trouble(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    peer_send_error(p, -1, 326, "in use");
    peer_turn(p);
    p->answers = true;
    peer_pass(p, 1000);
    peer_connect(p);
    assert_true(session_is_ready(p->s));
    assert_reason(p, "");
    assert_string_equal(status(p).hint, "");
    assert_int_equal(status(p).last_code, 0);
    peer_free(p);
}

static void what_is_no_tws_is_called_by_its_name(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        const char *reason, *text;
    } CASES[] = {
        {{"HTTP/1.1 400 Bad Request\r\n", 26}, "HTTP_SERVER", "HTTP/1.1 400"},
        {{"\x15\x03\x01\x00\x02\x02\x46", 7}, "TLS_SERVER", "\\x15\\x03"},
        {{"SSH-2.0-OpenSSH_9\r\n", 19}, "NOT_A_TWS", "SSH-2.0"},
        {{"\x00\x00\x00\x00", 4}, "NOT_A_TWS", "\\x00"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        for (size_t piece = 1; piece <= CASES[i].bytes.n; piece += CASES[i].bytes.n - 1) {
            struct peer *p = peer_new(peer_config());
            peer_open(p);
            for (size_t n = 0; n < CASES[i].bytes.n; n += piece)
                peer_bytes(p, str_sub(CASES[i].bytes, n, n + piece));
            if (peer_link(p) != LINK_REFUSED)
                session_closed(p->s, STR("the other side closed"), p->now);
            assert_reason(p, CASES[i].reason);
            assert_int_equal(peer_link(p), LINK_REFUSED);
            assert_non_null(strstr(status(p).last_text, "not a TWS"));
            if (piece > 1)
                assert_non_null(strstr(status(p).last_text, CASES[i].text));
            assert_false(status(p).is_last_brokers);
            peer_free(p);
        }
}

/* A server that takes frames and answers with other frames. */
static void frames_that_are_no_version_are_not_awaited_for_ever(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_open(p);
    peer_bytes(p, (struct str){"\x00\x00\x00\x05hello", 9});
    assert_int_equal(peer_link(p), LINK_HANDSHAKE);
    peer_pass(p, 11000);
    assert_reason(p, "NOT_A_TWS");
    assert_non_null(strstr(status(p).last_text, "hello"));
    peer_free(p);
}

static void silence_may_be_a_dialog_that_waits(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_open(p);
    peer_pass(p, 11000);
    assert_reason(p, "UNANSWERED");
    assert_non_null(strstr(status(p).hint, "accept"));
    assert_int_equal(p->closes, 1);
    while (!session_wants_open(p->s, p->now))
        peer_pass(p, 100);
    peer_open(p);
    peer_pass(p, 50000); /* each new connection would be a new dialog */
    assert_int_equal(p->closes, 1);
    assert_reason(p, "UNANSWERED");
    peer_hello(p, 200);
    peer_turn(p);
    assert_true(session_is_ready(p->s));
    peer_free(p);
}

static void an_end_without_a_word_may_be_a_matter_of_trust(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_open(p);
    session_closed(p->s, STR("the other side closed"), p->now);
    assert_reason(p, "NOT_ALLOWED");
    assert_non_null(strstr(status(p).hint, "trusted"));
    peer_free(p);
}

static void an_error_may_come_in_place_of_the_version(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_open(p);
    static const char BODY[] = "4\0002\000-1\000326\000the client id is \x1b[1min use\000";
    struct buf out;
    buf_init(&out, 256);
    assert_true(wire_frame_add(&out, (struct str){BODY, sizeof BODY - 1}));
    peer_bytes(p, buf_str(&out));
    buf_fini(&out);
    assert_reason(p, "CLIENT_ID_IN_USE");
    assert_null(strchr(status(p).last_text, '\x1b'));
    assert_int_equal(peer_link(p), LINK_REFUSED);
    peer_free(p);
}

static void a_tws_without_a_login_has_no_accounts(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    peer_pass(p, 11000);
    assert_reason(p, "NOT_LOGGED_IN");
    assert_non_null(strstr(status(p).hint, "log in"));
    peer_free(p);
}

static void a_login_that_waits_says_so(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    peer_send_error(p, -1, 9999, "Login is waiting for two-factor authentication");
    session_closed(p->s, STR("the other side closed"), p->now);
    assert_reason(p, "TWO_FACTOR_PENDING");
    assert_int_equal(peer_link(p), LINK_REFUSED);
    peer_free(p);
}

static void a_read_only_api_is_ready_and_says_what_is_missing(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_open(p);
    peer_hello(p, 200);
    peer_send_error(p, -1, 321, "cause - The API interface is currently in Read-Only mode.");
    peer_turn(p);
    assert_true(session_is_ready(p->s));
    assert_true(status(p).is_read_only);
    assert_reason(p, "READ_ONLY");
    assert_non_null(strstr(status(p).hint, "Read-Only"));
    peer_free(p);
}

static void a_changed_port_is_remembered(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    peer_send_error(p, -1, 1300, "Socket port has been reset to 7498");
    peer_turn(p);
    for (int i = 0; i < 20; i++)
        fail_to_open(p);
    peer_pass(p, 1000 * 1000);
    fail_to_open(p);
    assert_reason(p, "PORT_CHANGED");
    assert_non_null(strstr(status(p).last_text, "7498"));
    peer_free(p);
}

/* ---- connected, and something is missing ---- */

static void a_lost_server_degrades_until_a_farm_is_back(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    peer_send_error(p, -1, 2110, "Connectivity between TWS and server is broken.");
    assert_int_equal(peer_link(p), LINK_DEGRADED);
    assert_reason(p, "BROKER_LOST");
    assert_false(status(p).broker_link_ok);
    peer_send_error(p, -1, 2104, "Market data farm connection is OK:usfarm");
    peer_turn(p);
    assert_true(session_is_ready(p->s));
    assert_true(status(p).broker_link_ok);
    assert_int_equal(peer_got_count(p, WIRE_REQ_EXECUTIONS), 2);
    peer_free(p);
}

static void a_lost_server_that_is_not_heard_of_again_is_asked_anew(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    peer_send_error(p, -1, 2110, "broken");
    peer_pass(p, 299 * 1000);
    assert_int_equal(peer_link(p), LINK_DEGRADED);
    peer_pass(p, 2 * 1000);
    assert_int_equal(peer_link(p), LINK_DOWN);
    assert_int_equal(p->closes, 1);
    peer_free(p);
}

/* Neither accounts nor a word of the return: the session does not wait for ever. */
static void a_gateway_that_is_cut_off_at_the_start_is_tried_again(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    p->answers = false;
    peer_connect(p);
    peer_send_error(p, -1, 1100, "lost");
    peer_pass(p, 11 * 1000);
    assert_int_equal(p->closes, 1);
    assert_reason(p, "BROKER_LOST");
    assert_int_equal(status(p).last_code, 1100);
    peer_free(p);
}

static void a_farm_coming_back_does_not_undo_1100(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    peer_send_error(p, -1, 1100, "lost");
    peer_send_error(p, -1, 2110, "broken");
    peer_send_error(p, -1, 2104, "Market data farm connection is OK:usfarm");
    assert_int_equal(peer_link(p), LINK_DEGRADED);
    peer_send_error(p, -1, 1102, "restored");
    peer_turn(p);
    assert_true(session_is_ready(p->s));
    peer_free(p);
}

static void a_long_loss_may_want_a_login(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    peer_send_error(p, -1, 1100, "lost");
    assert_reason(p, "BROKER_LOST");
    peer_pass(p, 16 * 60 * 1000);
    assert_reason(p, "LOGIN_EXPIRED");
    assert_int_equal(peer_link(p), LINK_DEGRADED);
    peer_free(p);
}

static void a_farm_that_is_down_takes_prices_not_orders(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    struct contract c = peer_contract(265598);
    struct error e;
    struct str text;
    assert_true(session_watch(p->s, &c, p->now, &e));
    peer_turn(p);
    peer_send_error(p, -1, 2103, "Market data farm connection is broken:usfarm");
    peer_send_error(p, -1, 2105, "HMDS data farm connection is broken:ushmds");
    assert_true(session_is_ready(p->s));
    assert_reason(p, "FARM_DOWN");
    assert_string_equal(status(p).farms_down, "usfarm,ushmds");
    assert_int_equal(session_quote_notice(p->s, 265598, &text), 2103);
    peer_send_error(p, -1, 2107,
                    "HMDS data farm connection is inactive but should be available "
                    "upon demand.ushmds");
    peer_send_error(p, -1, 2104, "Market data farm connection is OK:usfarm");
    assert_reason(p, "");
    assert_string_equal(status(p).farms_down, "");
    assert_int_equal(session_quote_notice(p->s, 265598, &text), 0);
    peer_free(p);
}

static void many_farms_are_bounded(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    char text[160];
    for (int i = 0; i < 40; i++) {
        snprintf(text, sizeof text, "Market data farm connection is broken:%d-%0100d", i, i);
        peer_send_error(p, -1, 2103, text);
    }
    peer_send_error(p, -1, 2103, "no name at all");
    peer_send_error(p, -1, 2103, ":");
    assert_true(session_is_ready(p->s));
    assert_true(strlen(status(p).farms_down) > 0);
    peer_free(p);
}

static void what_is_said_of_a_forgotten_question_is_not_the_sessions(void **state)
{
    (void)state;
    struct peer *p = peer_new(peer_config());
    peer_connect(p);
    peer_send_error(p, (1 << 30) + 500, 366, "No historical data query found");
    peer_send_error(p, 55, 201, "Order rejected");
    assert_int_equal(status(p).last_code, 0);
    assert_int_equal(peer_count(p, EVENT_NOTICE), 2); /* but nothing is lost */
    peer_free(p);
}

/* ---- restarts ---- */

static const char ZONE[] = "/usr/share/zoneinfo/US/Eastern";

static const struct tz *find_zone(void *self, struct str name)
{
    return str_eq(name, STR("US/Eastern")) ? self : NULL;
}

struct spoken {
    int warnings;
    char last[LOG_LINE_MAX];
};

static void hear(void *self, enum log_level level, const char *component, struct str line)
{
    struct spoken *s = self;
    (void)component;
    s->warnings += level <= LOG_LEVEL_WARN;
    str_copy_cut(s->last, sizeof s->last, line);
}

/* A session at that time, with New York's hours; NULL where the machine has no zone files. */
static struct peer *peer_at(const char *at, struct tz **zone, const struct log_sink *sink)
{
    static char bytes[TZ_BYTES_MAX];
    struct error e;
    FILE *f = fopen(ZONE, "rb");
    if (f == NULL) {
        print_message("skipped: no %s\n", ZONE);
        skip();
        return NULL;
    }
    size_t n = fread(bytes, 1, sizeof bytes, f);
    (void)fclose(f);
    *zone = tz_new((struct str){bytes, n}, &e);
    assert_non_null(*zone);
    struct session_config config = peer_config();
    config.zones = (struct tz_zones){find_zone, *zone};
    config.log = (struct log){sink, "broker"};
    struct peer *p = peer_new(config);
    assert_true(utc_parse(str_of(at), &p->now.wall));
    return p;
}

/* Connected at a time, asked at a later one: whether new orders had better wait. */
static void a_restart_is_near_until_the_connection_is_a_new_one(void **state)
{
    (void)state;
    enum { AHEAD_MS = 2 * 60 * 1000 };
    static const struct {
        const char *connected, *at; /* the night of a Tuesday; New York is 5 hours behind */
        bool is_near;
    } rows[] = {
        {"2026-11-24T20:00:00Z", "2026-11-25T04:42:58Z", false},
        {"2026-11-24T20:00:00Z", "2026-11-25T04:43:02Z", true},
        {"2026-11-24T20:00:00Z", "2026-11-25T04:45:02Z", true},
        {"2026-11-24T20:00:00Z", "2026-11-25T05:44:58Z", true},
        {"2026-11-24T20:00:00Z", "2026-11-25T05:45:02Z", false},
        {"2026-11-25T04:46:00Z", "2026-11-25T04:50:00Z", false}, /* it has restarted */
        {"2026-11-24T04:50:00Z", "2026-11-25T04:50:00Z", true},  /* a day ago */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tz *zone;
        struct utc at;
        struct peer *p = peer_at(rows[i].connected, &zone, NULL);
        peer_connect(p);
        assert_true(utc_parse(str_of(rows[i].at), &at));
        p->now.mono.ns += at.ns - p->now.wall.ns;
        p->now.wall.ns = 0; /* our clock does not matter */
        if (session_restart_is_near(p->s, p->now, AHEAD_MS) != rows[i].is_near)
            fail_msg("row %zu", i);
        peer_free(p);
        tz_free(zone);
    }
    struct peer *plain = peer_new(peer_config());
    peer_connect(plain);
    assert_false(session_restart_is_near(plain->s, plain->now, AHEAD_MS)); /* no zone is known */
    peer_free(plain);
}

static void a_loss_within_the_nightly_restart_is_quiet(void **state)
{
    (void)state;
    struct tz *zone;
    struct spoken said = {0};
    struct log_sink sink = {hear, &said, LOG_LEVEL_INFO};
    struct peer *p = peer_at("2026-02-04T04:40:00Z", &zone, &sink);
    peer_connect(p);
    peer_pass(p, 10 * 60 * 1000); /* 23:50 in New York */
    session_closed(p->s, STR("connection reset"), p->now);
    assert_reason(p, "SCHEDULED_RESTART");
    assert_true(status(p).is_scheduled);
    assert_non_null(strstr(peer_last(p, EVENT_LINK)->text, "scheduled restart"));
    for (int i = 0; i < 5; i++)
        fail_to_open(p);
    assert_reason(p, "SCHEDULED_RESTART");
    assert_int_equal(said.warnings, 0);
    peer_pass(p, 60 * 60 * 1000); /* it should be back by now */
    fail_to_open(p);
    assert_reason(p, "NOT_LISTENING");
    assert_int_equal(said.warnings, 1);
    fail_to_open(p);
    assert_int_equal(said.warnings, 1); /* said once */
    peer_free(p);
    tz_free(zone);
}

static void a_loss_at_any_other_time_is_a_warning(void **state)
{
    (void)state;
    struct tz *zone;
    struct spoken said = {0};
    struct log_sink sink = {hear, &said, LOG_LEVEL_INFO};
    struct peer *p = peer_at("2026-02-04T15:00:00Z", &zone, &sink);
    peer_connect(p);
    session_closed(p->s, STR("connection reset"), p->now);
    assert_reason(p, "CLOSED");
    assert_false(status(p).is_scheduled);
    assert_int_equal(said.warnings, 1);
    peer_free(p);
    tz_free(zone);
}

static void the_gateways_nightly_loss_is_quiet_too(void **state)
{
    (void)state;
    struct tz *zone;
    struct spoken said = {0};
    struct log_sink sink = {hear, &said, LOG_LEVEL_INFO};
    struct peer *p = peer_at("2026-02-04T05:10:00Z", &zone, &sink);
    peer_connect(p);
    peer_send_error(p, -1, 1100, "lost");
    assert_int_equal(peer_link(p), LINK_DEGRADED);
    assert_reason(p, "SCHEDULED_RESTART");
    assert_int_equal(said.warnings, 0);
    peer_free(p);
    tz_free(zone);
}

static void after_the_weekly_restart_a_login_is_likely_missing(void **state)
{
    (void)state;
    struct tz *zone;
    struct spoken said = {0};
    struct log_sink sink = {hear, &said, LOG_LEVEL_INFO};
    struct peer *p = peer_at("2026-02-08T06:00:00Z", &zone, &sink); /* Sunday 01:00 */
    peer_connect(p);
    session_closed(p->s, STR("connection reset"), p->now);
    assert_reason(p, "SCHEDULED_RESTART");
    assert_non_null(strstr(status(p).hint, "login"));
    peer_pass(p, 90 * 60 * 1000);
    fail_to_open(p);
    assert_reason(p, "TWO_FACTOR_PENDING");
    peer_free(p);
    tz_free(zone);
}

/* A program that starts within the hours and finds nobody cannot know that this is why. */
static void a_first_connection_is_never_a_restart(void **state)
{
    (void)state;
    struct tz *zone;
    struct spoken said = {0};
    struct log_sink sink = {hear, &said, LOG_LEVEL_INFO};
    struct peer *p = peer_at("2026-02-04T05:00:00Z", &zone, &sink);
    fail_to_open(p);
    assert_reason(p, "NOT_LISTENING");
    peer_free(p);
    tz_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_has_a_name_and_most_a_hint),
        cmocka_unit_test(what_answers_is_told_by_its_first_bytes),
        cmocka_unit_test(words_and_numbers_lead_to_reasons),
        cmocka_unit_test(bytes_are_shown_without_their_powers),
        cmocka_unit_test(a_refusal_outlives_the_failures_behind_it),
        cmocka_unit_test(a_new_connection_ends_all_trouble),
        cmocka_unit_test(what_is_no_tws_is_called_by_its_name),
        cmocka_unit_test(frames_that_are_no_version_are_not_awaited_for_ever),
        cmocka_unit_test(silence_may_be_a_dialog_that_waits),
        cmocka_unit_test(an_end_without_a_word_may_be_a_matter_of_trust),
        cmocka_unit_test(an_error_may_come_in_place_of_the_version),
        cmocka_unit_test(a_tws_without_a_login_has_no_accounts),
        cmocka_unit_test(a_login_that_waits_says_so),
        cmocka_unit_test(a_read_only_api_is_ready_and_says_what_is_missing),
        cmocka_unit_test(a_changed_port_is_remembered),
        cmocka_unit_test(a_lost_server_degrades_until_a_farm_is_back),
        cmocka_unit_test(a_lost_server_that_is_not_heard_of_again_is_asked_anew),
        cmocka_unit_test(a_gateway_that_is_cut_off_at_the_start_is_tried_again),
        cmocka_unit_test(a_farm_coming_back_does_not_undo_1100),
        cmocka_unit_test(a_long_loss_may_want_a_login),
        cmocka_unit_test(a_farm_that_is_down_takes_prices_not_orders),
        cmocka_unit_test(many_farms_are_bounded),
        cmocka_unit_test(what_is_said_of_a_forgotten_question_is_not_the_sessions),
        cmocka_unit_test(a_restart_is_near_until_the_connection_is_a_new_one),
        cmocka_unit_test(a_loss_within_the_nightly_restart_is_quiet),
        cmocka_unit_test(a_loss_at_any_other_time_is_a_warning),
        cmocka_unit_test(the_gateways_nightly_loss_is_quiet_too),
        cmocka_unit_test(after_the_weekly_restart_a_login_is_likely_missing),
        cmocka_unit_test(a_first_connection_is_never_a_restart),
    };
    return PEER_RUN("reason", tests);
}
