/* SPDX-License-Identifier: MIT */
/* What the conformance suite does not look at: statuses, headers, sessions, streams that break. */
#include "mcp/http.h"

#include "try.h"

/* One answer as it comes out. */
struct got {
    struct buf body;
    int status;
    char session[40];
    const char *type;
    bool is_over, is_stream, is_slow;
    bool is_shared; /* by two requests: they end one after the other */
};

static void take_head(struct got *g, struct http_response *r)
{
    g->status = r->status;
    g->type = r->content_type;
    for (size_t i = 0; i < r->header_count; i++)
        if (str_eq(r->headers[i].name, STR("MCP-Session-Id")))
            str_copy_cut(g->session, sizeof g->session, r->headers[i].value);
    buf_fini(&g->body);
    g->body = r->body;
}

static void reply(void *self, struct http_response *r)
{
    struct got *g = self;
    assert_false(g->is_over);
    take_head(g, r);
    g->is_over = true;
}
static void begin(void *self, struct http_response *r)
{
    struct got *g = self;
    take_head(g, r);
    g->is_stream = true;
}
static bool send_piece(void *self, struct str piece)
{
    struct got *g = self;
    assert_false(g->is_over);
    return !g->is_slow && buf_add_str(&g->body, piece);
}
static void end(void *self)
{
    struct got *g = self;
    assert_true(!g->is_over || g->is_shared);
    g->is_over = true;
}

struct site {
    struct try t;
    struct mcp_http *http;
    struct got got;
    struct mcp_exchange *exchange; /* of the last request, if it goes on */
    char session[40];
};

static void fill(void *self, void *out, size_t n)
{
    static unsigned char serial;
    (void)self;
    memset(out, ++serial, n);
}

static struct site site_new(void)
{
    struct site s = {.t = try_new()};
    s.http = mcp_http_new(s.t.hub, (struct mcp_entropy){fill, NULL});
    buf_init(&s.got.body, 1 << 20);
    return s;
}

static void site_free(struct site *s)
{
    mcp_http_free(s->http);
    try_free(&s->t);
    buf_fini(&s->got.body);
}

/* Headers as "Name: value" lines. The answer lies in s->got. */
static struct str ask(struct site *s, const char *method, const char *headers, const char *body)
{
    struct http_request r = {.method = str_of(method), .path = STR("/mcp"), .body = str_of(body)};
    struct str lines = str_of(headers), line, name;
    r.headers[r.header_count++] = (struct http_pair){STR("Content-Type"), STR("application/json")};
    if (s->session[0])
        r.headers[r.header_count++] = (struct http_pair){STR("MCP-Session-Id"), str_of(s->session)};
    while (lines.n && str_cut(&lines, '\n', &line))
        if (str_cut(&line, ':', &name))
            r.headers[r.header_count++] = (struct http_pair){name, str_trim(line)};
    buf_fini(&s->got.body);
    s->got = (struct got){0};
    buf_init(&s->got.body, 1 << 20);
    struct http_sink sink = {reply, begin, send_piece, end, &s->got};
    s->exchange = mcp_http_start(s->http, &r, NULL, s->t.now, sink);
    assert_true((s->exchange == NULL) == s->got.is_over);
    try_run(&s->t, 0);
    return buf_str(&s->got.body);
}

static void open_session(struct site *s)
{
    (void)ask(s, "POST", "",
              ASK(1, "initialize",
                  "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"elicitation\":{}}"));
    assert_int_equal(s->got.status, 200);
    memcpy(s->session, s->got.session, sizeof s->session);
    assert_int_equal(strlen(s->session), 32);
}

/* ---- one request, one answer ---- */

#define VERSION "MCP-Protocol-Version: 2026-07-28\n"
#define CALL(name)                                                                                 \
    VERSION "Mcp-Method: tools/call\nMcp-Name: " name,                                             \
        ASK(1, "tools/call", META ",\"name\":\"test_simple_text\"")

static const struct {
    const char *method, *headers, *body;
    int status;
    const char *part;
} requests[] = {
    {"POST", CALL("test_simple_text"), 200, "\"resultType\":\"complete\""},
    {"POST", CALL("=?base64?dGVzdF9zaW1wbGVfdGV4dA==?="), 200, "simple text response"},
    {"POST", CALL("=?base64?dGVzdF9zaW1wbGVfdGV4dA?="), 400, "-32020"},
    {"POST", CALL("=?base64?dGVzdF9zaW1wbGVfdGV4d*==?="), 400, "-32020"},
    {"POST", CALL("=?base64?=?="), 400, "-32020"},
    {"POST", CALL("=?base64?dGVzdF9zaW1wbGVfdGV4dB==?="), 400, "-32020"},
    {"POST", CALL("TEST_SIMPLE_TEXT"), 400, "-32020"},
    {"POST", CALL("test_simple_text\nMcp-Name: test_simple_text"), 400, "-32020"},
    {"POST", VERSION "Mcp-Method: tools/list",
     ASK(1, "tools/call", META ",\"name\":\"test_simple_text\""), 400, "-32020"},
    {"POST", "Mcp-Method: tools/list", ASK(1, "tools/list", META), 400, "Version is missing"},
    {"POST", VERSION "Mcp-Method: tools/list", ASK(1, "tools/list", ""), 400, "-32602"},
    {"POST", "MCP-Protocol-Version: 2099-01-01\nMcp-Method: tools/list", ASK(1, "tools/list", META),
     400, "-32020"},
    {"POST", "MCP-Protocol-Version: 2099-01-01\nMcp-Method: tools/list",
     ASK(1, "tools/list",
         "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2099-01-01\","
         "\"io.modelcontextprotocol/clientCapabilities\":{}}"),
     400, "\"data\":{\"supported\":[\"2026-07-28\"],\"requested\":\"2099-01-01\"}"},
    {"POST", VERSION "Mcp-Method: ping", ASK(1, "ping", META), 404, "-32601"},
    {"POST", VERSION "Mcp-Method: initialize", ASK(1, "initialize", META), 404, "-32601"},
    {"POST", VERSION "Mcp-Method: tools/call\nMcp-Name: none",
     ASK(1, "tools/call", META ",\"name\":\"none\""), 200, "-32602"},
    {"POST", VERSION "Mcp-Method: tools/call\nMcp-Name: test_missing_capability",
     ASK(1, "tools/call", META ",\"name\":\"test_missing_capability\""), 400, "-32021"},
    {"POST", "", "{", 400, "-32700"},
    {"POST", "", "[]", 400, "-32600"},
    {"POST", "", ASK(1, "tools/list", ""), 400, "MCP-Session-Id is missing"},
    {"POST", "MCP-Session-Id: none", ASK(1, "tools/list", ""), 404, "no such session"},
    {"GET", "", "", 405, ""},
    {"DELETE", "", "", 405, ""},
    {"GET", VERSION "MCP-Session-Id: x", "", 405, ""},
    {"PUT", "", "", 405, ""},
    {"GET", "MCP-Session-Id: x", "", 404, ""},
    {"DELETE", "MCP-Session-Id: x", "", 404, ""},
    {"POST", VERSION, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}", 202, ""},
};

static void each_request_has_its_status(void **state)
{
    (void)state;
    struct site s = site_new();
    for (size_t i = 0; i < COUNT(requests); i++) {
        struct str out = ask(&s, requests[i].method, requests[i].headers, requests[i].body);
        if (s.got.status != requests[i].status)
            print_error("%s %s: %d\n", requests[i].headers, requests[i].body, s.got.status);
        assert_int_equal(s.got.status, requests[i].status);
        assert_true(s.got.is_over);
        assert_holds(out, requests[i].part);
    }
    site_free(&s);
}

/* ---- streams ---- */

static void what_streams_is_an_event_stream_and_the_rest_plain_json(void **state)
{
    (void)state;
    struct site s = site_new();
    (void)ask(&s, "POST", VERSION "Mcp-Method: tools/call\nMcp-Name: test_tool_with_progress",
              ASK(1, "tools/call",
                  "\"_meta\":{\"progressToken\":1,\"io.modelcontextprotocol/protocolVersion\":"
                  "\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}},\"name\":"
                  "\"test_tool_with_progress\""));
    assert_true(s.got.is_stream && !s.got.is_over);
    assert_string_equal(s.got.type, "text/event-stream");
    try_run(&s.t, 300);
    assert_true(s.got.is_over);
    assert_holds(buf_str(&s.got.body), "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/pro");
    assert_holds(buf_str(&s.got.body), "\"result\":{\"resultType\":\"complete\"");
    assert_true(str_ends(buf_str(&s.got.body), STR("}\n\n")));
    site_free(&s);
}

static void to_go_away_is_to_cancel_in_the_modern_era(void **state)
{
    (void)state;
    struct site s = site_new();
    (void)ask(&s, "POST", VERSION "Mcp-Method: tools/call\nMcp-Name: test_tool_with_logging",
              ASK(1, "tools/call", META ",\"name\":\"test_tool_with_logging\""));
    assert_non_null(s.exchange);
    mcp_http_abandon(s.exchange);
    try_run(&s.t, 20); /* of the 150 ms that it would take */
    assert_int_equal(tasks_count(s.t.tasks), 0);
    site_free(&s);
}

static void a_listener_is_told_kept_alive_and_let_go_when_too_slow(void **state)
{
    (void)state;
    struct site s = site_new();
    (void)ask(&s, "POST", VERSION "Mcp-Method: subscriptions/listen",
              ASK(4, "subscriptions/listen",
                  META ",\"notifications\":{\"resourceSubscriptions\":[\"test://a\"]}"));
    assert_holds(buf_str(&s.got.body), "notifications/subscriptions/acknowledged");
    mcp_resource_changed(s.t.hub, STR("test://a"));
    assert_holds(buf_str(&s.got.body), "notifications/resources/updated");
    s.t.now.mono = instant_after_ms(s.t.now.mono, 20 * 1000);
    (void)mcp_http_step(s.http, s.t.now);
    assert_true(str_ends(buf_str(&s.got.body), STR("\n\n:\n\n")));
    s.got.is_slow = true;
    mcp_resource_changed(s.t.hub, STR("test://a"));
    assert_true(s.got.is_over);
    (void)mcp_http_step(s.http, s.t.now);
    assert_false(mcp_is_followed(s.t.hub, STR("test://a")));
    site_free(&s);
}

/* ---- sessions ---- */

static void a_session_begins_is_used_and_ends(void **state)
{
    (void)state;
    struct site s = site_new();
    open_session(&s);
    assert_holds(ask(&s, "POST", "", ASK(2, "ping", "")), "\"id\":2,\"result\":{}");
    (void)ask(&s, "POST", "", "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
    assert_int_equal(s.got.status, 202);
    (void)ask(&s, "POST", "MCP-Protocol-Version: 1999-01-01", ASK(2, "ping", ""));
    assert_int_equal(s.got.status, 400);
    (void)ask(&s, "DELETE", "", "");
    assert_int_equal(s.got.status, 204);
    (void)ask(&s, "POST", "", ASK(3, "ping", ""));
    assert_int_equal(s.got.status, 404);
    site_free(&s);
}

static void the_clients_answer_comes_by_another_post(void **state)
{
    (void)state;
    struct site s = site_new();
    struct got first;
    open_session(&s);
    (void)ask(
        &s, "POST", "",
        ASK(2, "tools/call", "\"name\":\"test_elicitation\",\"arguments\":{\"message\":\"Who?\"}"));
    assert_true(s.got.is_stream && !s.got.is_over);
    assert_holds(buf_str(&s.got.body), "id: 2-0\ndata: \n\n"); /* from here it can be taken up */
    assert_holds(buf_str(&s.got.body), "\"id\":\"server-1\",\"method\":\"elicitation/create\"");
    mcp_http_abandon(s.exchange); /* which cancels nothing in this era */
    first = s.got;
    s.got = (struct got){0};
    (void)ask(&s, "POST", "",
              "{\"jsonrpc\":\"2.0\",\"id\":\"server-1\",\"result\":{\"action\":\"decline\"}}");
    assert_int_equal(s.got.status, 202);
    try_run(&s.t, 50);
    /* what was missed is had by GET */
    struct str out = ask(&s, "GET", "Last-Event-ID: 2-1", "");
    assert_holds(out, "User response: {\\\"action\\\":\\\"decline\\\"}");
    assert_lacks(out, "elicitation/create");
    assert_true(s.got.is_over);
    (void)ask(&s, "GET", "Last-Event-ID: 2-1", ""); /* it is not kept twice */
    assert_int_equal(s.got.status, 404);
    buf_fini(&first.body);
    site_free(&s);
}

static void the_sessions_own_stream_tells_of_changes(void **state)
{
    (void)state;
    struct site s = site_new();
    open_session(&s);
    (void)ask(&s, "POST", "", ASK(2, "resources/subscribe", "\"uri\":\"test://a\""));
    mcp_resource_changed(s.t.hub, STR("test://a")); /* nobody reads yet, and nothing is kept */
    (void)ask(&s, "GET", "", "");
    assert_true(s.got.is_stream && !s.got.is_over);
    assert_lacks(buf_str(&s.got.body), "updated");
    mcp_resource_changed(s.t.hub, STR("test://a"));
    assert_holds(buf_str(&s.got.body), "id: 0-1\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifica");
    struct mcp_exchange *reading = s.exchange;
    struct got first = s.got;
    s.got = (struct got){0};
    (void)ask(&s, "GET", "", "");
    assert_int_equal(s.got.status, 409);
    mcp_http_abandon(reading);
    mcp_resource_changed(s.t.hub, STR("test://a")); /* kept */
    assert_holds(ask(&s, "GET", "Last-Event-ID: 0-1", ""), "id: 0-2\ndata: ");
    buf_fini(&first.body);
    site_free(&s);
}

static void sessions_have_a_bound_and_the_longest_idle_goes(void **state)
{
    (void)state;
    struct site s = site_new();
    char first[40];
    open_session(&s);
    memcpy(first, s.session, sizeof first);
    for (int i = 0; i < MCP_SESSIONS_MAX; i++) {
        s.session[0] = '\0';
        s.t.now.mono = instant_after_ms(s.t.now.mono, 1000);
        open_session(&s);
    }
    assert_holds(ask(&s, "POST", "", ASK(2, "ping", "")), "\"result\":{}");
    memcpy(s.session, first, sizeof first);
    (void)ask(&s, "POST", "", ASK(2, "ping", ""));
    assert_int_equal(s.got.status, 404);
    s.t.now.mono = instant_after_ms(s.t.now.mono, (MCP_SESSION_IDLE_S + 1) * 1000LL);
    (void)mcp_http_step(s.http, s.t.now);
    s.session[0] = '\0';
    open_session(&s);
    site_free(&s);
}

static void everything_may_end_while_calls_go_on(void **state)
{
    (void)state;
    struct site s = site_new();
    open_session(&s);
    (void)ask(&s, "POST", "", ASK(2, "tools/call", "\"name\":\"test_tool_with_logging\""));
    assert_true(s.got.is_stream);
    (void)ask(&s, "POST", VERSION "Mcp-Method: tools/call\nMcp-Name: test_tool_with_progress",
              ASK(1, "tools/call", META ",\"name\":\"test_tool_with_progress\""));
    s.got.is_shared = true;
    site_free(&s);
    assert_true(s.got.is_over);
}

/* ---- headers that repeat arguments, and readers who are let go ---- */

#define REGION(header, arguments)                                                                  \
    VERSION "Mcp-Method: tools/call\nMcp-Name: test_header\n" header,                              \
        ASK(1, "tools/call", META ",\"name\":\"test_header\",\"arguments\":{" arguments "}")

static void a_header_must_repeat_its_argument(void **state)
{
    (void)state;
    static const struct {
        const char *headers, *body;
        bool ok;
    } cases[] = {
        {REGION("Mcp-Param-Region: eu\n", "\"region\":\"eu\""), true},
        {REGION("mcp-param-region:  eu \n", "\"region\":\"eu\""), true},
        {REGION("Mcp-Param-Region: =?base64?ZXU=?=\n", "\"region\":\"eu\""), true},
        {REGION("Mcp-Param-Region: 7\n", "\"region\":7"), true},
        {REGION("Mcp-Param-Region: true\n", "\"region\":true"), true},
        {REGION("", ""), true},
        {REGION("", "\"region\":null"), true},
        {REGION("Mcp-Param-Other: x\n", ""), true},
        {REGION("Mcp-Param-Region: us\n", "\"region\":\"eu\""), false},
        {REGION("Mcp-Param-Region: EU\n", "\"region\":\"eu\""), false},
        {REGION("Mcp-Param-Region: eu\nMcp-Param-Region: eu\n", "\"region\":\"eu\""), false},
        {REGION("", "\"region\":\"eu\""), false},
        {REGION("Mcp-Param-Region: eu\n", ""), false},
        {REGION("Mcp-Param-Region: {}\n", "\"region\":{}"), false},
    };
    struct site s = site_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str out = ask(&s, "POST", cases[i].headers, cases[i].body);
        if (cases[i].ok != (s.got.status == 200))
            print_error("case %zu\n", i);
        assert_int_equal(s.got.status, cases[i].ok ? 200 : 400);
        if (!cases[i].ok)
            assert_holds(out, "-32020");
    }
    site_free(&s);
}

static void a_reader_who_is_let_go_gets_its_answer_when_it_asks_again(void **state)
{
    (void)state;
    struct site s = site_new();
    open_session(&s);
    struct str out = ask(&s, "POST", "", ASK(2, "tools/call", "\"name\":\"test_reconnection\""));
    assert_true(s.got.is_stream);
    assert_true(s.got.is_over);
    assert_holds(out, "retry: 100\nid: ");
    assert_holds(out, "\ndata: \n\n");
    assert_lacks(out, "You came back");
    struct str id = str_sub(out, str_find_str(out, STR("id: ")) + 4, out.n);
    char header[80];
    (void)snprintf(header, sizeof header, "Last-Event-ID: " STR_FMT "\n",
                   STR_ARG(str_sub(id, 0, str_find(id, '\n', 0))));
    try_run(&s.t, 100);
    assert_holds(ask(&s, "GET", header, ""), "You came back");
    assert_true(s.got.is_over);
    site_free(&s);
}

static void a_task_outlives_the_request_that_made_it(void **state)
{
    (void)state;
#define DECLARED META_OF("{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}")
    struct site s = site_new();
    char headers[200], body[800];
    struct str out = ask(
        &s, "POST", VERSION "Mcp-Method: tools/call\nMcp-Name: slow_compute\n",
        ASK(1, "tools/call", DECLARED ",\"name\":\"slow_compute\",\"arguments\":{\"seconds\":1}"));
    assert_true(s.got.is_over);
    assert_int_equal(s.got.status, 200);
    size_t at = str_find_str(out, STR("\"taskId\":\"")) + 10;
    struct str id = str_sub(out, at, at + 32);
    (void)snprintf(headers, sizeof headers,
                   VERSION "Mcp-Method: tasks/get\nMcp-Name: " STR_FMT "\n", STR_ARG(id));
    (void)snprintf(body, sizeof body, ASK(2, "tasks/get", DECLARED ",\"taskId\":\"" STR_FMT "\""),
                   STR_ARG(id));
    assert_holds(ask(&s, "POST", headers, body), "\"status\":\"working\"");
    try_run(&s.t, 1100);
    assert_holds(ask(&s, "POST", headers, body), "\"status\":\"completed\"");
    /* one that still runs when all ends */
    (void)ask(
        &s, "POST", VERSION "Mcp-Method: tools/call\nMcp-Name: slow_compute\n",
        ASK(1, "tools/call", DECLARED ",\"name\":\"slow_compute\",\"arguments\":{\"seconds\":9}"));
    site_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_request_has_its_status),
        cmocka_unit_test(what_streams_is_an_event_stream_and_the_rest_plain_json),
        cmocka_unit_test(to_go_away_is_to_cancel_in_the_modern_era),
        cmocka_unit_test(a_listener_is_told_kept_alive_and_let_go_when_too_slow),
        cmocka_unit_test(a_session_begins_is_used_and_ends),
        cmocka_unit_test(the_clients_answer_comes_by_another_post),
        cmocka_unit_test(the_sessions_own_stream_tells_of_changes),
        cmocka_unit_test(sessions_have_a_bound_and_the_longest_idle_goes),
        cmocka_unit_test(everything_may_end_while_calls_go_on),
        cmocka_unit_test(a_header_must_repeat_its_argument),
        cmocka_unit_test(a_reader_who_is_let_go_gets_its_answer_when_it_asks_again),
        cmocka_unit_test(a_task_outlives_the_request_that_made_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
