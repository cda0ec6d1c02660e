/* SPDX-License-Identifier: MIT */
/* The cases of the conformance suite, which knows HTTP alone, over lines; and what lines add. */
#include "base/limits.h"
#include "talk.h"

#define INITIALIZE(capabilities)                                                                   \
    ASK(1, "initialize",                                                                           \
        "\"protocolVersion\":\"2025-11-25\",\"capabilities\":" capabilities                        \
        ",\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}")

/* ---- both eras, one answer each ---- */

static const struct {
    const char *request, *part;
} answers[] = {
    {INITIALIZE("{}"), "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{"
                       "\"listChanged\":true},\"prompts\":{\"listChanged\":true},\"resources\":{"
                       "\"subscribe\":true},\"completions\":{},\"logging\":{}}"},
    {ASK(1, "ping", ""), "\"id\":1,\"result\":{}}"},
    {ASK(1, "logging/setLevel", "\"level\":\"debug\""), "\"result\":{}}"},
    {ASK(1, "logging/setLevel", "\"level\":\"loud\""), "-32602"},
    {ASK(1, "tools/list", ""), "\"name\":\"json_schema_2020_12_tool\",\"description\":\"A schema "
                               "with everything\",\"inputSchema\":{\"$schema\":"},
    {ASK(1, "tools/call", "\"name\":\"test_simple_text\""),
     "\"content\":[{\"type\":\"text\",\"text\":\"This is a simple text response for testing.\"}]"},
    {ASK(1, "tools/call", "\"name\":\"test_image_content\""), "\"mimeType\":\"image/png\""},
    {ASK(1, "tools/call", "\"name\":\"test_audio_content\""), "\"mimeType\":\"audio/wav\""},
    {ASK(1, "tools/call", "\"name\":\"test_embedded_resource\""), "test://embedded-resource"},
    {ASK(1, "tools/call", "\"name\":\"test_multiple_content_types\""), "mixed-content-resource"},
    {ASK(1, "tools/call", "\"name\":\"test_error_handling\""), "\"isError\":true"},
    {ASK(1, "tools/call", "\"name\":\"no_such_tool\""), "-32602"},
    {ASK(1, "tools/call", ""), "params.name must be"},
    {ASK(1, "resources/list", ""), "\"uri\":\"test://static-text\""},
    {ASK(1, "resources/templates/list", ""), "\"uriTemplate\":\"test://template/{id}/data\""},
    {ASK(1, "resources/read", "\"uri\":\"test://static-text\""), "content of the static text"},
    {ASK(1, "resources/read", "\"uri\":\"test://static-binary\""), "\"blob\":\"iVBOR"},
    {ASK(1, "resources/read", "\"uri\":\"test://template/123/data\""), "Data for ID: 123"},
    {ASK(1, "resources/read", "\"uri\":\"test://none\""), "\"code\":-32002"},
    {ASK(1, "resources/subscribe", "\"uri\":\"test://watched-resource\""), "\"result\":{}}"},
    {ASK(1, "resources/unsubscribe", "\"uri\":\"test://watched-resource\""), "\"result\":{}}"},
    {ASK(1, "prompts/list", ""), "\"name\":\"arg2\",\"required\":true"},
    {ASK(1, "prompts/get", "\"name\":\"test_simple_prompt\""), "This is a simple prompt"},
    {ASK(1, "prompts/get",
         "\"name\":\"test_prompt_with_arguments\",\"arguments\":{\"arg1\":\"hello\",\"arg2\":"
         "\"world\"}"),
     "Prompt with arguments: arg1='hello', arg2='world'"},
    {ASK(1, "completion/complete",
         "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"p\"},\"argument\":{\"name\":\"a\","
         "\"value\":\"\"}"),
     "\"completion\":{\"values\":[]}"},
    {ASK(1, "completion/complete", "\"ref\":{}"), "-32602"},
    {ASK(1, "tools/list", "\"cursor\":\"n0\""), "-32602"},
    {ASK(1, "subscriptions/listen", "\"notifications\":{}"), "-32601"},
    /* modern */
    {ASK(1, "server/discover", META), "\"supportedVersions\":[\"2026-07-28\"]"},
    {ASK(1, "server/discover", META), "\"ttlMs\":60000,\"cacheScope\":\"public\""},
    {ASK(1, "tools/call", META ",\"name\":\"test_simple_text\""),
     "\"result\":{\"resultType\":\"complete\",\"_meta\":{\"io.modelcontextprotocol/serverInfo\":"},
    {ASK(1, "resources/read", META ",\"uri\":\"test://static-text\""), "\"ttlMs\":1000"},
    {ASK(1, "resources/read", META ",\"uri\":\"test://none\""),
     "\"code\":-32602,\"message\":\"resource not found\",\"data\":{\"uri\":\"test://none\"}"},
    {ASK(1, "resources/subscribe", META ",\"uri\":\"test://static-text\""), "-32601"},
    {ASK(1, "logging/setLevel", META ",\"level\":\"info\""), "-32601"},
    {ASK(1, "tools/call", META ",\"name\":\"test_missing_capability\""),
     "\"code\":-32021,\"message\":\"this needs a capability that the client does not declare\","
     "\"data\":{\"requiredCapabilities\":{\"sampling\":{}}}"},
};

static void both_eras_are_answered_on_one_connection(void **state)
{
    (void)state;
    struct talk k = talk_new();
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct str out = say(&k, answers[i].request, 0);
        if (!holds(out, answers[i].part))
            print_error("%s\n", answers[i].request);
        assert_holds(out, answers[i].part);
    }
    talk_free(&k);
}

/* ---- pages ---- */

/* Two hundred and fifty resources, in pages of a hundred. */
static size_t many(void *self, struct mcp_client *c, enum mcp_list which, size_t from,
                   struct json_writer *w)
{
    enum { COUNT_ALL = 250 };
    (void)self, (void)c;
    for (size_t i = from; which == MCP_RESOURCES && i < COUNT_ALL && i < from + MCP_PAGE_MAX; i++) {
        char uri[40];
        (void)snprintf(uri, sizeof uri, "test://%zu", i);
        json_begin_object(w);
        json_key(w, "uri");
        json_text(w, uri);
        json_end_object(w);
    }
    return from + MCP_PAGE_MAX < COUNT_ALL ? from + MCP_PAGE_MAX : 0;
}

static void a_long_list_comes_in_pages_whose_cursors_stay_good(void **state)
{
    (void)state;
    static const struct {
        const char *request, *first, *last;
        bool goes_on;
    } pages[] = {
        {ASK(1, "resources/list", ""), "[{\"uri\":\"test://0\"}", "\"test://99\"}]", true},
        {ASK(1, "resources/list", "\"cursor\":\"n100\""), "[{\"uri\":\"test://100\"}",
         "\"test://199\"}]", true},
        {ASK(1, "resources/list", "\"cursor\":\"n200\""), "[{\"uri\":\"test://200\"}",
         "\"test://249\"}]", false},
        {ASK(1, "resources/list", "\"cursor\":\"n100\""), "[{\"uri\":\"test://100\"}",
         "\"test://199\"}]", true}, /* again */
        {ASK(1, "resources/list", META ",\"cursor\":\"n200\""), "[{\"uri\":\"test://200\"}",
         "\"ttlMs\":60000", false},
    };
    static const char *const wrong[] = {"\"cursor\":\"\"", "\"cursor\":\"100\"", "\"cursor\":100",
                                        "\"cursor\":\"n-1\"", "\"cursor\":\"n1x\""};
    struct try t = try_new();
    struct mcp_server server = fixture_server;
    server.list = many;
    mcp_hub_free(t.hub);
    t.hub =
        mcp_hub_new(&server, t.tasks, (const unsigned char *)"a secret that tests know .......");
    struct talk k = {.t = t, .line = mcp_line_new(t.hub, NULL)};
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct str out = say(&k, pages[i].request, 0);
        assert_holds(out, pages[i].first);
        assert_holds(out, pages[i].last);
        assert_true(pages[i].goes_on == holds(out, "\"nextCursor\":\"n"));
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        char line[200];
        (void)snprintf(
            line, sizeof line,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"resources/list\",\"params\":{%s}}",
            wrong[i]);
        assert_holds(say(&k, line, 0), "-32602");
    }
    talk_free(&k);
}

/* ---- on the way ---- */

static void progress_is_told_to_who_asked_for_it_and_grows(void **state)
{
    (void)state;
    struct talk k = talk_new();
    struct str out = say(&k, ASK(5, "tools/call", "\"name\":\"test_tool_with_progress\""), 500);
    assert_lacks(out, "notifications/progress");
    out = say(&k,
              ASK(6, "tools/call",
                  "\"_meta\":{\"progressToken\":\"t\"},\"name\":\"test_tool_with_progress\""),
              500);
    assert_holds(out, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{"
                      "\"progressToken\":\"t\",\"progress\":0,\"total\":100}}\n");
    assert_holds(out, "\"progress\":100,\"total\":100}}\n");
    assert_holds(out, "\"id\":6,\"result\":");
    talk_free(&k);
}

static void logs_follow_the_level_of_the_era(void **state)
{
    (void)state;
    static const char call[] = ASK(2, "tools/call", "\"name\":\"test_tool_with_logging\"");
    struct talk k = talk_new();
    assert_holds(say(&k, call, 300), "\"level\":\"info\",\"logger\":\"fixture\",\"data\":\"Tool");
    (void)say(&k, ASK(1, "logging/setLevel", "\"level\":\"error\""), 0);
    assert_lacks(say(&k, call, 300), "notifications/message");
    /* modern: each request says what it wants */
    assert_lacks(say(&k, ASK(3, "tools/call", META ",\"name\":\"test_logging_tool\""), 300),
                 "notifications/message");
    assert_holds(
        say(&k,
            ASK(3, "tools/call",
                "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                "\"io.modelcontextprotocol/clientCapabilities\":{},"
                "\"io.modelcontextprotocol/logLevel\":\"debug\"},\"name\":\"test_logging_tool\""),
            300),
        "notifications/message");
    talk_free(&k);
}

static void nothing_is_said_after_a_cancellation(void **state)
{
    (void)state;
    struct talk k = talk_new();
    (void)say(&k,
              ASK(6, "tools/call",
                  "\"_meta\":{\"progressToken\":1},\"name\":\"test_tool_with_progress\""),
              0);
    struct str out = say(&k,
                         "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                         "\"params\":{\"requestId\":6}}",
                         500);
    assert_int_equal(out.n, 0);
    assert_int_equal(mcp_line_busy(k.line), 0);
    talk_free(&k);
}

/* ---- asking back ---- */

static void the_old_era_is_asked_by_a_request_of_the_servers(void **state)
{
    (void)state;
    static const char call[] =
        ASK(2, "tools/call", "\"name\":\"test_elicitation\",\"arguments\":{\"message\":\"Who?\"}");
    struct talk k = talk_new();
    (void)say(&k, INITIALIZE("{}"), 0);
    assert_holds(say(&k, call, 50), "-32021"); /* it did not say that it can be asked */
    (void)say(&k, INITIALIZE("{\"elicitation\":{}}"), 0);
    assert_holds(say(&k, call, 50), "{\"jsonrpc\":\"2.0\",\"id\":\"server-1\",\"method\":"
                                    "\"elicitation/create\",\"params\":{\"mode\":\"form\","
                                    "\"message\":\"Who?\"");
    assert_int_equal(mcp_line_busy(k.line), 1);
    /* an answer to nobody, then the right one */
    (void)say(&k, "{\"jsonrpc\":\"2.0\",\"id\":\"server-9\",\"result\":{\"action\":\"cancel\"}}",
              9);
    assert_int_equal(mcp_line_busy(k.line), 1);
    assert_holds(say(&k,
                     "{\"jsonrpc\":\"2.0\",\"id\":\"server-1\",\"result\":{\"action\":"
                     "\"accept\",\"content\":{\"username\":\"u\"}}}",
                     50),
                 "User response: {\\\"action\\\":\\\"accept\\\"");
    talk_free(&k);
}

/* Cuts the value of requestState out of an answer. */
static struct str state_in(struct str out, char *copy, size_t room)
{
    size_t at = str_find_str(out, STR("\"requestState\":\"")) + 16;
    struct str s = str_sub(out, at, str_find(out, '"', at));
    assert_true(s.n > 0 && s.n < room);
    memcpy(copy, s.p, s.n);
    return (struct str){copy, s.n};
}

#define FORM META_OF("{\"elicitation\":{\"form\":{}}}")
#define ANSWERED                                                                                   \
    "\"inputResponses\":{\"confirm\":{\"action\":\"accept\",\"content\":{\"ok\":true}}}"

static struct str say_with_state(struct talk *k, const char *tool, struct str seal, int64_t ms)
{
    char line[2048];
    (void)snprintf(
        line, sizeof line,
        ASK(3, "tools/call", FORM "," ANSWERED ",\"name\":\"%s\",\"requestState\":\"" STR_FMT "\""),
        tool, STR_ARG(seal));
    return say(k, line, ms);
}

static void the_modern_era_carries_a_sealed_state(void **state)
{
    (void)state;
    static const char tool[] = "test_input_required_result_request_state";
    struct talk k = talk_new();
    char copy[1024];
    struct str out = say(
        &k, ASK(2, "tools/call", FORM ",\"name\":\"test_input_required_result_request_state\""), 0);
    assert_holds(out, "\"resultType\":\"input_required\"");
    assert_holds(out, "\"inputRequests\":{\"confirm\":{\"method\":\"elicitation/create\"");
    struct str seal = state_in(out, copy, sizeof copy);
    assert_holds(say_with_state(&k, tool, seal, 0), "state-ok");
    /* made for another call */
    assert_holds(say_with_state(&k, "test_input_required_result_tampered_state", seal, 0),
                 "-32602");
    /* changed at each place */
    for (size_t i = 0; i < seal.n; i += 7) {
        copy[i] ^= 1;
        assert_holds(say_with_state(&k, tool, seal, 0), "-32602");
        copy[i] ^= 1;
    }
    /* kept for too long */
    k.t.now.wall.ns += 11LL * 60 * NS_PER_S;
    assert_holds(say_with_state(&k, tool, seal, 0), "-32602");
    talk_free(&k);
}

/* ---- listening ---- */

static void who_listens_is_told_and_nobody_else(void **state)
{
    (void)state;
    struct talk k = talk_new();
    struct str out = say(&k,
                         ASK("a", "subscriptions/listen",
                             META ",\"notifications\":{\"toolsListChanged\":true,"
                                  "\"resourcesListChanged\":true,\"resourceSubscriptions\":["
                                  "\"test://watched-resource\"]}"),
                         0);
    assert_holds(out, "\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{"
                      "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":\"a\"},"
                      "\"notifications\":{\"toolsListChanged\":true,\"resourceSubscriptions\":["
                      "\"test://watched-resource\"]}}}\n");
    assert_true(mcp_is_followed(k.t.hub, STR("test://watched-resource")));
    assert_int_equal(mcp_line_busy(k.line), 0); /* it holds no connection open */
    mcp_line_sent(k.line, mcp_line_output(k.line).n);
    mcp_list_changed(k.t.hub, MCP_PROMPTS);
    mcp_resource_changed(k.t.hub, STR("test://static-text"));
    assert_int_equal(mcp_line_output(k.line).n, 0);
    mcp_list_changed(k.t.hub, MCP_TOOLS);
    mcp_resource_changed(k.t.hub, STR("test://watched-resource"));
    assert_holds(mcp_line_output(k.line), "notifications/tools/list_changed");
    assert_holds(mcp_line_output(k.line), "\"uri\":\"test://watched-resource\"");
    (void)say(&k,
              "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{"
              "\"requestId\":\"a\"}}",
              0);
    assert_false(mcp_is_followed(k.t.hub, STR("test://watched-resource")));
    talk_free(&k);
}

static void the_end_of_the_server_ends_subscriptions_with_a_result(void **state)
{
    (void)state;
    struct talk k = talk_new();
    (void)say(&k,
              ASK(7, "subscriptions/listen", META ",\"notifications\":{\"toolsListChanged\":true}"),
              0);
    mcp_line_sent(k.line, mcp_line_output(k.line).n);
    mcp_hub_end(k.t.hub);
    assert_holds(mcp_line_output(k.line), "\"id\":7,\"result\":{\"resultType\":\"complete\"");
    assert_holds(mcp_line_output(k.line), "\"io.modelcontextprotocol/subscriptionId\":7");
    talk_free(&k);
}

static void subscriptions_of_the_old_era_have_a_bound(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char line[200];
    struct str out = STR_NONE;
    for (int i = 0; i <= MCP_SUBSCRIPTIONS_MAX; i++) {
        (void)snprintf(line, sizeof line, ASK(1, "resources/subscribe", "\"uri\":\"test://%d\""),
                       i);
        out = say(&k, line, 0);
        assert_holds(out, i < MCP_SUBSCRIPTIONS_MAX ? "\"result\":{}}" : "-32602");
    }
    mcp_line_sent(k.line, mcp_line_output(k.line).n);
    mcp_resource_changed(k.t.hub, STR("test://5"));
    assert_holds(mcp_line_output(k.line), "\"params\":{\"uri\":\"test://5\"}}\n");
    talk_free(&k);
}

static void a_connection_may_go_at_any_moment(void **state)
{
    (void)state;
    struct talk k = talk_new();
    (void)say(&k, INITIALIZE("{\"elicitation\":{}}"), 0);
    (void)say(&k, ASK(2, "tools/call", "\"name\":\"test_elicitation\",\"arguments\":{}"), 10);
    (void)say(&k, ASK(3, "tools/call", "\"name\":\"test_tool_with_progress\""), 10);
    (void)say(&k, ASK(4, "subscriptions/listen", META ",\"notifications\":{}"), 10);
    mcp_line_free(k.line);
    try_run(&k.t, 1000);
    assert_int_equal(tasks_count(k.t.tasks), 0);
    try_free(&k.t);
}

/* More calls than may be in progress, in pieces that end anywhere, some before all are answered. */
static void calls_that_wait_are_answered_once_each_in_their_order(void **state)
{
    enum { CALLS = 10 * MCP_CALLS_MAX, PIECE = 1500 };
    (void)state;
    struct talk k = talk_new();
    struct buf requests;
    buf_init(&requests, 1 << 20);
    for (int i = 0; i < CALLS; i++)
        buf_add_f(&requests,
                  "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":"
                  "\"test_simple_text\"}}\n",
                  i);
    for (size_t at = 0; at < requests.n; at += PIECE) {
        mcp_line_input(k.line, str_sub(buf_str(&requests), at, at + PIECE), k.t.now);
        if (at / PIECE % 8 == 7)
            try_run(&k.t, 0);
    }
    try_run(&k.t, 100);
    struct str rest = mcp_line_output(k.line), line;
    for (int i = 0; i < CALLS; i++) {
        char head[64];
        (void)snprintf(head, sizeof head, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":{\"content",
                       i);
        assert_true(str_cut(&rest, '\n', &line));
        assert_true(str_starts(line, str_of(head)));
    }
    assert_int_equal(rest.n, 0);
    assert_false(mcp_line_failed(k.line));
    buf_fini(&requests);
    talk_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_eras_are_answered_on_one_connection),
        cmocka_unit_test(a_long_list_comes_in_pages_whose_cursors_stay_good),
        cmocka_unit_test(progress_is_told_to_who_asked_for_it_and_grows),
        cmocka_unit_test(logs_follow_the_level_of_the_era),
        cmocka_unit_test(nothing_is_said_after_a_cancellation),
        cmocka_unit_test(the_old_era_is_asked_by_a_request_of_the_servers),
        cmocka_unit_test(the_modern_era_carries_a_sealed_state),
        cmocka_unit_test(who_listens_is_told_and_nobody_else),
        cmocka_unit_test(the_end_of_the_server_ends_subscriptions_with_a_result),
        cmocka_unit_test(subscriptions_of_the_old_era_have_a_bound),
        cmocka_unit_test(calls_that_wait_are_answered_once_each_in_their_order),
        cmocka_unit_test(a_connection_may_go_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
