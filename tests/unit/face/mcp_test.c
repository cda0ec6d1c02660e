/* SPDX-License-Identifier: MIT */
#include "face/mcp.h"

#include "base/limits.h"
#include "data/json.h"
#include "fixture.h"
#include "guard/limits.h"

#define META                                                                                       \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                       \
    "\"io.modelcontextprotocol/clientCapabilities\":{}}"

static const struct principal assistant = {
    .face = FACE_MCP, .scopes = SCOPE_READ | SCOPE_TRADE, .name = "uid:1000", .is_stateful = true};

static struct mcp_line *connect_to(struct fixture *f)
{
    return mcp_face_connect(f->mcp, &assistant);
}

static void say(struct fixture *f, struct mcp_line *c, const char *text)
{
    mcp_line_input(c, str_of(text), f->now);
    tasks_run(f->tasks, f->now);
}

/* Forgets what was answered so far. */
static void forget(struct mcp_line *c)
{
    mcp_line_sent(c, mcp_line_output(c).n);
}

static size_t count_lines(struct str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

static size_t count_parts(struct str text, const char *part)
{
    size_t n = 0;
    for (size_t at; (at = str_find_str(text, str_of(part))) < text.n; n++)
        text = str_sub(text, at + 1, text.n);
    return n;
}

/* Every line is one JSON object. */
static void assert_json_lines(struct str text)
{
    struct arena *a = arena_new(LIMIT_CALL_ARENA);
    struct str line;
    while (text.n && str_cut(&text, '\n', &line)) {
        struct error e = {0};
        const struct json *j = json_parse(line, a, &e);
        if (!j)
            print_error("%s: " STR_FMT "\n", e.text, STR_ARG(str_sub(line, 0, 500)));
        assert_non_null(j);
        assert_int_equal(j->kind, JSON_OBJECT);
    }
    arena_free(a);
}

/* ---- single messages ---- */

static const struct {
    const char *request, *part; /* "": no answer at all */
} messages[] = {
    /* the era of initialize */
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
     "\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"x\",\"version\":\"1\"}}}",
     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\","
     "\"capabilities\":{\"tools\":{},\"prompts\":{},\"resources\":{\"subscribe\":true},"
     "\"completions\":{},\"logging\":{},\"extensions\":{\"io.modelcontextprotocol/"
     "ui\":{}}},\"serverInfo\":{\"name\":\"portcullis\""},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
     "\"2024-11-05\"}}",
     "\"protocolVersion\":\"2024-11-05\""},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
     "\"1999-01-01\"}}",
     "\"protocolVersion\":\"2025-11-25\""},
    {"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"initialize\"}", "\"instructions\":\"Portc"},
    {"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", ""},
    {"{\"jsonrpc\":\"2.0\",\"id\":\"p\\n1\",\"method\":\"ping\"}",
     "{\"jsonrpc\":\"2.0\",\"id\":\"p\\n1\",\"result\":{}}"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\",\"params\":null}", "\"id\":1.5,"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\"}", "\"name\":\"test_echo\""},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{\"cursor\":null}}",
     "\"tools\":["},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{\"cursor\":\"\"}}",
     "-32602"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"resources/list\"}",
     "{\"uri\":\"portcullis://portfolio\",\"name\":\"portfolio\","},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"resources/templates/list\"}",
     "{\"uriTemplate\":\"portcullis://quotes/{symbols}\","},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"resources/list\",\"params\":{\"cursor\":\"n9\"}}",
     "\"resources\":[]"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"resources/read\",\"params\":{\"uri\":"
     "\"portcullis://docs/stop_loss\"}}",
     "\"contents\":[{\"uri\":\"portcullis://docs/stop_loss\",\"mimeType\":\"text/markdown\","
     "\"text\":\"# stop_loss"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"resources/read\",\"params\":{\"uri\":"
     "\"portcullis://docs/none\"}}",
     "\"code\":-32002,\"message\":\"resource not found\""},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"prompts/list\"}",
     "{\"name\":\"symbols\",\"description\":\"Symbols, comma-separated: ASML, SAP.IBIS.EUR\","
     "\"required\":true}"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"prompts/get\",\"params\":{\"name\":\"heat_map\"}}",
     "{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"Draw the risk map"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"prompts/get\",\"params\":{\"name\":\"heat_map\","
     "\"arguments\":{\"currency\":\"E\\u202eUR\\n```\"}}}",
     "as data:\\n```json\\n{\\\"currency\\\":\\\"E UR ```\\\"}\\n```\""},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"prompts/get\",\"params\":{\"name\":\"heatmap\"}}",
     "unknown prompt: heatmap; did you mean heat_map?"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"completion/"
     "complete\",\"params\":{\"ref\":{\"type\":"
     "\"ref/resource\",\"uri\":\"portcullis://docs/{tool_or_category}\"},\"argument\":{\"name\":"
     "\"tool_or_category\",\"value\":\"stop_\"}}}",
     "{\"completion\":{\"values\":[\"stop_loss\",\"stop_daemon\"],\"total\":2,\"hasMore\":false}}"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"completion/"
     "complete\",\"params\":{\"ref\":{\"type\":"
     "\"ref/prompt\",\"name\":\"none\"},\"argument\":{\"name\":\"a\",\"value\":\"\"}}}",
     "-32602"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"logging/setLevel\"}", "-32602"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"\"}", "-32601"},
    {"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"server/discover\"}", "-32602"},
    /* modern */
    {"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"server/discover\",\"params\":{" META "}}",
     "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"resultType\":\"complete\",\"_meta\":{"
     "\"io.modelcontextprotocol/serverInfo\":{\"name\":\"portcullis\""},
    {"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"server/discover\",\"params\":{" META "}}",
     "\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{},\"prompts\":{},"
     "\"resources\":{\"subscribe\":true},\"completions\":{},\"logging\":{},"
     "\"extensions\":{\"io.modelcontextprotocol/tasks\":{},\"io.modelcontextprotocol/ui\":{}}},"
     "\"instructions\""},
    {"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\",\"params\":{" META "}}",
     "],\"ttlMs\":3600000,\"cacheScope\":\"private\"}}\n"},
    {"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\",\"params\":{" META "}}", "-32601"},
    {"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"initialize\",\"params\":{" META "}}", "-32601"},
    {"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
     "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}",
     "\"error\":{\"code\":-32602,"},
    {"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
     "\"io.modelcontextprotocol/protocolVersion\":7,"
     "\"io.modelcontextprotocol/clientCapabilities\":{}}}}",
     "-32602"},
    {"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
     "\"io.modelcontextprotocol/protocolVersion\":\"2099-01-01\","
     "\"io.modelcontextprotocol/clientCapabilities\":{}}}}",
     "{\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":-32022,\"message\":\"unsupported protocol "
     "version\",\"data\":{\"supported\":[\"2026-07-28\"],\"requested\":\"2099-01-01\"}}}"},
    {"{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{" META
     ",\"name\":\"test_echo\",\"arguments\":{\"text\":\"a\"}}}",
     "{\"resultType\":\"complete\",\"_meta\""},
    /* what is no request */
    {"", ""},
    {"   \r", ""},
    {"nonsense", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,"},
    {"{\"jsonrpc\":\"2.0\",\"id\":1", "-32700"},
    {"\xff\xfe", "-32700"},
    {"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]",
     "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"},
    {"7", "-32600"},
    {"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", "-32600"},
    {"{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}", "-32600"},
    {"{\"jsonrpc\":\"2.0\",\"id\":4}", "\"id\":4,\"error\":{\"code\":-32600,"},
    {"{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":4}", "-32600"},
    {"{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\",\"params\":[]}", "-32600"},
    {"{\"id\":4,\"method\":\"ping\"}", "-32600"},
    {"{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{}}", ""},
    {"{\"jsonrpc\":\"2.0\",\"id\":4,\"error\":{\"code\":1,\"message\":\"m\"}}", ""},
    {"{\"jsonrpc\":\"2.0\",\"method\":\"nobody/knows\"}", ""},
    {"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}", ""},
    {"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":9}}",
     ""},
    {"{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{\"name\":\"test_echo\"}}", ""},
};

static void each_message_has_its_answer(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct mcp_line *c = connect_to(f);
        say(f, c, messages[i].request);
        say(f, c, "\n");
        struct str out = mcp_line_output(c);
        assert_json_lines(out);
        assert_int_equal(count_lines(out), messages[i].part[0] ? 1 : 0);
        assert_holds(out, messages[i].part);
        assert_false(mcp_line_failed(c));
        mcp_line_free(c);
    }
    fixture_free(f);
}

/* ---- calls ---- */

#define CALL(name, arguments)                                                                      \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"" name         \
    "\",\"arguments\":" arguments "}}\n"

static const struct {
    const char *request;
    bool is_error;
    const char *part;
} calls[] = {
    {CALL("test_echo", "{\"text\":\"a\\\"b\\\\\"}"), false, "\"text\":\"a\\\"b\\\\\""},
    {CALL("test_echo", "{\"text\":\"a\"}"), false,
     "\"structuredContent\":{\"mode\":\"paper\",\"as_of\":\"2026-11-22T18:03:46Z\""},
    {CALL("test_echo", "{\"text\":\"a\",\"count\":\"5\",\"words\":\"x,y\",\"side\":\"buy\","
                       "\"price\":0.1,\"sure\":\"true\",\"points\":\"[{\\\"x\\\":1}]\"}"),
     false,
     "\"words\":[\"x\",\"y\"],\"count\":5,\"ratio\":null,\"price\":0.1,\"sure\":true,"
     "\"maybe\":null,\"side\":\"BUY\",\"at\":null,\"point\":{\"x\":0,\"y\":7},"
     "\"points\":[{\"x\":1,\"y\":7}]"},
    {CALL("test_echo", "{\"text\":\"a\",\"note\":\"warn\"}"), false,
     "\"complete\":false,\"warnings\":[\"something is missing\"]"},
    {CALL("test_echo", "{\"text\":\"a\",\"cuont\":5}"), true,
     "\"error\":\"unknown argument cuont\",\"code\":\"UNKNOWN_ARGUMENT\",\"class\":\"invalid\""},
    {CALL("test_echo", "{\"text\":\"a\",\"cuont\":5}"), true, "\"next\":\"did you mean count?\""},
    {CALL("test_echo", "{}"), true, "\"code\":\"MISSING_ARGUMENT\""},
    {CALL("test_echo", "null"), true, "\"code\":\"MISSING_ARGUMENT\""},
    {CALL("test_echo", "[]"), true, "\"code\":\"INVALID_ARGUMENT\""},
    {CALL("test_echo", "{\"text\":\"a\",\"count\":11}"), true, "above the maximum 10"},
    {CALL("test_echo", "{\"text\":\"a\",\"idempotency_key\":\"k\"}"), true, "UNKNOWN_ARGUMENT"},
    {CALL("test_order", "{\"quantity\":5,\"idempotency_key\":\"k1\"}"), false,
     "\"quantity\":5,\"key\":\"k1\""},
    {CALL("test_order", "{\"idempotency_key\":\"\",\"quantity\":5}"), true,
     "idempotency_key: 0 characters"},
    {CALL("test_order", "{\"quantity\":100}"), true,
     "\"details\":[{\"code\":\"VALUE_MAX\",\"text\":\"value 9 exceeds \\u001b[31m5\","
     "\"limit\":null}],\"warnings\":[\"a warning\"],\"next\":\"ask for less\""},
    {CALL("test_order", "{\"quantity\":104}"), true, "\"broker_code\":201"},
    {CALL("test_admin", "{}"), true, "\"code\":\"SCOPE\""},
    {CALL("test_flood", "{}"), true, "\"code\":\"REPLY_TOO_LARGE\""},
};

static void each_call_is_answered_with_equal_text_and_structure(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct arena *a = arena_new(LIMIT_CALL_ARENA);
    for (size_t i = 0; i < COUNT(calls); i++) {
        struct mcp_line *c = connect_to(f);
        struct error e = {0};
        struct str text;
        struct buf again;
        struct json_writer w;
        bool is_error;
        say(f, c, calls[i].request);
        const struct json *result =
            json_get(json_parse(str_trim(mcp_line_output(c)), a, &e), STR("result"));
        assert_true(json_to_bool(json_get(result, STR("isError")), &is_error));
        assert_int_equal(is_error, calls[i].is_error);
        assert_true(json_to_str(json_get(json_at(json_get(result, STR("content")), 0), STR("text")),
                                &text));
        assert_holds(is_error ? text : mcp_line_output(c), calls[i].part);
        buf_init(&again, 1 << 20);
        json_writer_init(&w, &again);
        /* an error has no structure: the output schema is not for it */
        json_value(&w,
                   is_error ? json_parse(text, a, &e) : json_get(result, STR("structuredContent")));
        assert_true(str_eq(buf_str(&again), text));
        assert_true(!is_error || !json_get(result, STR("structuredContent")));
        buf_fini(&again);
        mcp_line_free(c);
        arena_reset(a);
    }
    arena_free(a);
    fixture_free(f);
}

static void an_unknown_tool_is_a_protocol_error_that_names_the_nearest(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *c = connect_to(f);
    say(f, c, CALL("test_ecko", "{}"));
    assert_holds(mcp_line_output(c),
                 "\"error\":{\"code\":-32602,\"message\":\"unknown tool: test_ecko; did you mean "
                 "test_echo? ");
    forget(c);
    say(f, c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}\n");
    assert_holds(mcp_line_output(c), "-32602");
    mcp_line_free(c);
    fixture_free(f);
}

static void calls_run_side_by_side_and_are_answered_as_they_finish(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *c = connect_to(f);
    say(f, c,
        "{\"jsonrpc\":\"2.0\",\"id\":\"slow\",\"method\":\"tools/call\",\"params\":{\"name\":"
        "\"test_wait\",\"arguments\":{\"ms\":500}}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":\"fast\",\"method\":\"tools/call\",\"params\":{\"name\":"
        "\"test_wait\",\"arguments\":{\"ms\":100}}}\n"
        "{\"jsonrpc\":\"2.0\",\"id\":\"ping\",\"method\":\"ping\"}\n");
    assert_int_equal(mcp_line_busy(c), 2);
    assert_holds(mcp_line_output(c), "\"id\":\"ping\"");
    assert_int_equal(count_lines(mcp_line_output(c)), 1);
    forget(c);
    fixture_run(f, 100);
    assert_holds(mcp_line_output(c), "\"id\":\"fast\"");
    assert_int_equal(mcp_line_busy(c), 1);
    forget(c);
    fixture_run(f, 400);
    assert_holds(mcp_line_output(c), "\"id\":\"slow\"");
    assert_int_equal(mcp_line_busy(c), 0);
    mcp_line_free(c);
    fixture_free(f);
}

static void a_call_has_a_minute(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *c = connect_to(f);
    say(f, c, CALL("test_wait", "{\"ms\":600000}"));
    fixture_run(f, 59999);
    assert_int_equal(mcp_line_output(c).n, 0);
    fixture_run(f, 1);
    assert_holds(mcp_line_output(c), "\\\"code\\\":\\\"TIMEOUT\\\"");
    mcp_line_free(c);
    fixture_free(f);
}

static void a_cancelled_call_is_not_answered(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *c = connect_to(f);
    size_t before = test_waits_over;
    say(f, c, CALL("test_wait", "{\"ms\":500}"));
    say(f, c,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":"
        "{\"requestId\":\"1\"}}\n"); /* the string is another id than the number */
    assert_int_equal(mcp_line_busy(c), 1);
    say(f, c,
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":"
        "{\"requestId\":1}}\n");
    assert_int_equal(mcp_line_busy(c), 0);
    assert_int_equal(test_waits_over, before + 1);
    fixture_run(f, 1000);
    assert_int_equal(mcp_line_output(c).n, 0);
    mcp_line_free(c);
    fixture_free(f);
}

static void a_connection_may_go_while_calls_are_in_progress(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *c = connect_to(f);
    size_t before = test_waits_over;
    say(f, c, CALL("test_wait", "{\"ms\":500}") CALL("test_wait", "{\"ms\":600}"));
    mcp_line_input(c, STR(CALL("test_wait", "{\"ms\":700}")), f->now); /* has not begun */
    mcp_line_free(c);
    fixture_run(f, 0);
    assert_int_equal(tasks_count(f->tasks), 0);
    assert_int_equal(test_waits_over, before + 3);
    c = connect_to(f); /* and the end of everything */
    say(f, c, CALL("test_wait", "{\"ms\":500}"));
    mcp_line_free(c);
    fixture_free(f);
    mcp_line_free(NULL);
}

static void what_exceeds_the_calls_of_one_connection_waits_in_order(void **state)
{
    enum { CALLS = 1000 };
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *c = connect_to(f);
    struct buf lines;
    buf_init(&lines, 1 << 20);
    for (int i = 0; i < CALLS; i++)
        buf_add_f(&lines,
                  "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":"
                  "\"test_wait\",\"arguments\":{\"ms\":10}}}\n",
                  i);
    mcp_line_input(c, buf_str(&lines), f->now);
    assert_true(mcp_line_busy(c) > 10 && mcp_line_busy(c) < 512);
    for (int i = 0; i < CALLS && mcp_line_busy(c); i++)
        fixture_run(f, 10);
    struct str out = mcp_line_output(c);
    assert_int_equal(count_lines(out), CALLS);
    assert_int_equal(count_parts(out, "\"isError\":false"), CALLS);
    size_t first = str_find_str(out, STR("\"id\":0,")),
           last = str_find_str(out, STR("\"id\":999,"));
    assert_true(first < last && last < out.n);
    assert_false(mcp_line_failed(c));
    buf_fini(&lines);
    mcp_line_free(c);
    fixture_free(f);
}

static void when_all_tasks_are_busy_the_caller_is_told(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *conns[LIMIT_TASKS + 1];
    for (size_t i = 0; i < COUNT(conns); i++) {
        conns[i] = connect_to(f);
        say(f, conns[i], CALL("test_wait", "{\"ms\":500}"));
    }
    assert_int_equal(mcp_line_busy(conns[LIMIT_TASKS]), 0);
    assert_holds(mcp_line_output(conns[LIMIT_TASKS]), "\"code\":-32603,");
    assert_holds(mcp_line_output(conns[LIMIT_TASKS]), "too many requests are in progress; try");
    for (size_t i = 0; i < COUNT(conns); i++)
        mcp_line_free(conns[i]);
    fixture_free(f);
}

/* ---- the stream ---- */

static void input_may_be_cut_anywhere(void **state)
{
    static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r\n\n" CALL(
        "test_echo",
        "{\"text\":\"caf\u00e9\"}") "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n";
    (void)state;
    struct fixture *f = fixture_new();
    for (size_t cut = 0; cut < sizeof text; cut++) {
        struct mcp_line *c = connect_to(f);
        mcp_line_input(c, (struct str){text, cut}, f->now);
        tasks_run(f->tasks, f->now);
        mcp_line_input(c, (struct str){text + cut, sizeof text - 1 - cut}, f->now);
        tasks_run(f->tasks, f->now);
        assert_int_equal(count_lines(mcp_line_output(c)), 3);
        assert_holds(mcp_line_output(c), "caf\u00e9");
        mcp_line_free(c);
    }
    struct mcp_line *c = connect_to(f);
    for (size_t i = 0; i < sizeof text - 1; i++)
        mcp_line_input(c, (struct str){text + i, 1}, f->now);
    tasks_run(f->tasks, f->now);
    assert_int_equal(count_lines(mcp_line_output(c)), 3);
    mcp_line_free(c);
    fixture_free(f);
}

static void a_line_over_the_bound_ends_the_connection(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    static char block[64 << 10];
    memset(block, ' ', sizeof block);
    struct mcp_line *c = connect_to(f);
    size_t sent = 0;
    for (; sent < LIMIT_JSON_BYTES; sent += sizeof block) {
        assert_false(mcp_line_failed(c));
        mcp_line_input(c, (struct str){block, sizeof block}, f->now);
    }
    assert_false(mcp_line_failed(c)); /* exactly the bound is allowed */
    mcp_line_input(c, STR(" "), f->now);
    assert_true(mcp_line_failed(c));
    assert_holds(mcp_line_output(c), "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600");
    mcp_line_sent(c, mcp_line_output(c).n);
    mcp_line_input(c, STR("{}\n"), f->now);
    assert_int_equal(mcp_line_output(c).n, 0);
    mcp_line_free(c);
    fixture_free(f);
}

static void output_that_nobody_reads_ends_the_connection(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *c = connect_to(f);
    size_t most = 0;
    for (int i = 0; i < 100000 && !mcp_line_failed(c); i++) {
        mcp_line_input(c, STR("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}\n"),
                       f->now);
        most = mcp_line_output(c).n > most ? mcp_line_output(c).n : most;
    }
    assert_true(mcp_line_failed(c));
    assert_true(most <= 2 * LIMIT_REPLY && most > LIMIT_REPLY);
    mcp_line_free(c);
    fixture_free(f);
}

/* ---- who and what ---- */

static void the_clients_name_goes_behind_that_of_its_user(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *c = connect_to(f);
    say(f, c,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"clientInfo\":"
        "{\"name\":\"Claude \\u001b\\u00e9 Desktop, with a name that is longer than the "
        "records of the gate allow for\"}}}\n");
    forget(c);
    say(f, c, CALL("test_wait", "{\"ms\":0}"));
    assert_holds(mcp_line_output(c),
                 "\"who\":\"uid:1000 mcp:Claude ??? Desktop, with a name that is longer tha\"");
    mcp_line_free(c);
    c = connect_to(f);
    say(f, c,
        "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"_meta\":{"
        "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
        "\"io.modelcontextprotocol/clientCapabilities\":{},"
        "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"new\"}},"
        "\"name\":\"test_wait\",\"arguments\":{\"ms\":0}}}\n");
    assert_holds(mcp_line_output(c), "\"who\":\"uid:1000 mcp:new\"");
    mcp_line_free(c);
    fixture_free(f);
}

static struct str listed(struct fixture *f, struct mcp_line **c)
{
    *c = connect_to(f);
    say(f, *c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}\n");
    return mcp_line_output(*c);
}

static void the_list_of_tools_follows_mode_and_scope_and_is_the_same_each_time(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *a, *b;
    struct str first = listed(f, &a), second = listed(f, &b);
    assert_true(str_eq(first, second));
    assert_holds(first, "\"name\":\"test_order\"");
    assert_lacks(first, "\"name\":\"test_admin\"");
    mcp_line_free(a);
    mcp_line_free(b);
    f->settings.values.limits.mode = GUARD_READ_ONLY;
    first = listed(f, &a);
    assert_lacks(first, "\"name\":\"test_order\"");
    assert_holds(first, "\"name\":\"test_echo\"");
    mcp_line_free(a);
    fixture_free(f);
}

static void every_tool_is_fully_described(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct arena *arena = arena_new(LIMIT_CALL_ARENA);
    struct mcp_line *c;
    struct error e = {0};
    struct str out = listed(f, &c);
    const struct json *tools =
        json_get(json_get(json_parse(str_trim(out), arena, &e), STR("result")), STR("tools"));
    assert_non_null(tools);
    assert_true(tools->n > 5);
    for (size_t i = 0; i < tools->n; i++) {
        static const char *const hints[] = {"readOnlyHint", "destructiveHint", "idempotentHint",
                                            "openWorldHint"};
        const struct json *tool = json_at(tools, i), *in = json_get(tool, STR("inputSchema"));
        const struct json *out_schema = json_get(tool, STR("outputSchema"));
        bool more = true, hint;
        assert_true(json_get_str(tool, STR("title")).n > 0);
        assert_true(json_get_str(tool, STR("description")).n > 0);
        assert_true(json_get_str(tool, STR("description")).n < 2048);
        assert_true(json_get_str(tool, STR("name")).n <= 64);
        assert_true(str_eq(json_get_str(in, STR("type")), STR("object")));
        assert_true(json_to_bool(json_get(in, STR("additionalProperties")), &more));
        assert_false(more);
        assert_true(str_eq(json_get_str(out_schema, STR("type")), STR("object")));
        assert_non_null(json_get(json_get(out_schema, STR("properties")), STR("as_of")));
        for (size_t k = 0; k < COUNT(hints); k++)
            assert_true(json_to_bool(json_get(json_get(tool, STR("annotations")), str_of(hints[k])),
                                     &hint));
    }
    assert_holds(out, "\"idempotency_key\":{\"type\":\"string\"");
    arena_free(arena);
    mcp_line_free(c);
    fixture_free(f);
}

static void the_instructions_say_whose_money_it_is(void **state)
{
    static const struct {
        unsigned mode;
        bool is_embedded;
        const char *part;
    } cases[] = {
        {GUARD_AUTO, true, "built-in paper exchange"},
        {GUARD_AUTO, false, "read-only"},
        {GUARD_READ_ONLY, true, "read-only"},
        {GUARD_PAPER, false, "Only paper accounts"},
        {GUARD_LIVE, false, "REAL MONEY"},
    };
    (void)state;
    struct fixture *f = fixture_new();
    struct arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mcp_line *c = connect_to(f);
        struct error e = {0};
        f->settings.values.limits.mode = cases[i].mode;
        f->core.is_embedded = cases[i].is_embedded;
        say(f, c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}\n");
        struct str text =
            json_get_str(json_get(json_parse(str_trim(mcp_line_output(c)), a, &e), STR("result")),
                         STR("instructions"));
        assert_holds(text, cases[i].part);
        assert_true(text.n < 2040 && text.p[text.n - 1] == '.');
        mcp_line_free(c);
    }
    arena_free(a);
    fixture_free(f);
}

/* ---- instructions ---- */

static void the_instructions_are_whole_in_every_mode(void **state)
{
    static const unsigned modes[] = {GUARD_READ_ONLY, GUARD_PAPER, GUARD_LIVE, GUARD_AUTO};
    (void)state;
    for (size_t i = 0; i < COUNT(modes); i++) {
        struct fixture *f = fixture_new();
        f->settings.values.limits.mode = modes[i];
        struct mcp_line *c = connect_to(f);
        say(f, c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{}}\n");
        struct arena *a = arena_new(1 << 20);
        struct error e;
        const struct json *j = json_parse(str_trim(mcp_line_output(c)), a, &e);
        struct str text = json_get_str(json_get(j, STR("result")), STR("instructions"));
        assert_true(str_ends(text, STR("comma-separated."))); /* nothing was cut off */
        assert_true(text.n < MCP_INSTRUCTIONS_MAX);
        arena_free(a);
        mcp_line_free(c);
        fixture_free(f);
    }
}

/* ---- calls that take long ---- */

#define TASKS                                                                                      \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                       \
    "\"io.modelcontextprotocol/clientCapabilities\":{\"extensions\":{"                             \
    "\"io.modelcontextprotocol/tasks\":{}}}}"

static void pass(struct fixture *f, int64_t ms)
{
    for (int64_t i = 0; i < ms; i += 100) {
        fixture_run(f, 100);
        (void)mcp_face_step(f->mcp, f->now);
    }
}

static void a_call_that_takes_long_becomes_a_task_for_who_can_follow_one(void **state)
{
    (void)state;
    struct fixture *f = fixture_new();
    struct mcp_line *c = connect_to(f);
    char line[900], id[40];
    test_waits_over = 0;
    /* longer than any call may take without being one */
    say(f, c,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{" TASKS
        ",\"name\":\"test_wait\",\"arguments\":{\"ms\":90000}}}\n");
    say(f, c,
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":{" META
        ",\"name\":\"test_wait\",\"arguments\":{\"ms\":8000}}}\n");
    pass(f, 4900);
    assert_int_equal(mcp_line_output(c).n, 0);
    pass(f, 200);
    struct str out = mcp_line_output(c);
    assert_holds(out, "\"id\":1,\"result\":{\"resultType\":\"task\"");
    assert_lacks(out, "\"id\":2");
    size_t at = str_find_str(out, STR("\"taskId\":\"")) + 10;
    str_copy_cut(id, sizeof id, str_sub(out, at, at + 32));
    forget(c);
    pass(f, 3000);
    assert_holds(mcp_line_output(c), "\"id\":2,\"result\":{\"resultType\":\"complete\"");
    pass(f, 80000);
    (void)snprintf(line, sizeof line,
                   "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tasks/get\",\"params\":{" TASKS
                   ",\"taskId\":\"%s\"}}\n",
                   id);
    say(f, c, line);
    assert_holds(mcp_line_output(c), "\"status\":\"working\"");
    forget(c);
    pass(f, 5000);
    assert_int_equal(test_waits_over, 2);
    say(f, c, line);
    assert_holds(mcp_line_output(c), "\"status\":\"completed\"");
    assert_holds(mcp_line_output(c), "\"structuredContent\":{");
    assert_json_lines(mcp_line_output(c));
    mcp_line_free(c);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_has_its_answer),
        cmocka_unit_test(each_call_is_answered_with_equal_text_and_structure),
        cmocka_unit_test(an_unknown_tool_is_a_protocol_error_that_names_the_nearest),
        cmocka_unit_test(calls_run_side_by_side_and_are_answered_as_they_finish),
        cmocka_unit_test(a_call_has_a_minute),
        cmocka_unit_test(a_cancelled_call_is_not_answered),
        cmocka_unit_test(a_connection_may_go_while_calls_are_in_progress),
        cmocka_unit_test(what_exceeds_the_calls_of_one_connection_waits_in_order),
        cmocka_unit_test(when_all_tasks_are_busy_the_caller_is_told),
        cmocka_unit_test(input_may_be_cut_anywhere),
        cmocka_unit_test(a_line_over_the_bound_ends_the_connection),
        cmocka_unit_test(output_that_nobody_reads_ends_the_connection),
        cmocka_unit_test(the_clients_name_goes_behind_that_of_its_user),
        cmocka_unit_test(the_list_of_tools_follows_mode_and_scope_and_is_the_same_each_time),
        cmocka_unit_test(every_tool_is_fully_described),
        cmocka_unit_test(the_instructions_say_whose_money_it_is),
        cmocka_unit_test(a_call_that_takes_long_becomes_a_task_for_who_can_follow_one),
        cmocka_unit_test(the_instructions_are_whole_in_every_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
