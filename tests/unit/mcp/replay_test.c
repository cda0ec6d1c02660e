/* SPDX-License-Identifier: MIT */
/*
 * The scenarios of the official conformance suite, which speaks HTTP alone, over lines. Each row is
 * one exchange of a scenario; those of one scenario follow each other on one connection. That no
 * scenario of docs/interop.md is left out is a test too.
 */
#include "base/alloc.h"
#include "talk.h"

#include <stdlib.h>

#define ALL META_OF("{\"elicitation\":{},\"sampling\":{},\"roots\":{}}")
#define HELLO(capabilities)                                                                        \
    ASK(1, "initialize",                                                                           \
        "\"protocolVersion\":\"2025-11-25\",\"capabilities\":" capabilities                        \
        ",\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}")
#define OLD(name) ASK(2, "tools/call", "\"name\":\"" name "\",\"arguments\":{}")
#define NEW(name) ASK(2, "tools/call", ALL ",\"name\":\"" name "\",\"arguments\":{}")
#define NEW_WITH(name, more)                                                                       \
    ASK(2, "tools/call", ALL ",\"name\":\"" name "\",\"arguments\":{}," more)
#define ACCEPTED(content)  "{\"action\":\"accept\",\"content\":" content "}"
#define ANSWER(id, result) "{\"jsonrpc\":\"2.0\",\"id\":\"" id "\",\"result\":" result "}"
#define PAGE               "\"ttlMs\":60000,\"cacheScope\":\"public\""
#define COMPLETE                                                                                   \
    "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"test_prompt_with_arguments\"},\"argument\":{"     \
    "\"name\":\"arg1\",\"value\":\"t\"}"
#define WATCH "\"uri\":\"test://watched-resource\""

static const struct {
    const char *scenario, *request;
    const char *parts[3]; /* of what is heard within half a second */
    const char *lacks;    /* or NULL */
} steps[] = {
    {"server-initialize",
     HELLO("{}"),
     {"\"protocolVersion\":\"2025-11-25\"", "\"serverInfo\":{\"name\":\"fixture\""},
     NULL},
    {"server-initialize",
     "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
     {0},
     "{"},
    {"logging-set-level",
     ASK(2, "logging/setLevel", "\"level\":\"info\""),
     {"\"result\":{}"},
     NULL},
    {"ping", ASK(2, "ping", ""), {"\"id\":2,\"result\":{}}"}, NULL},
    {"completion-complete",
     ASK(2, "completion/complete", COMPLETE),
     {"\"completion\":{\"values\":["},
     NULL},
    {"completion-complete",
     ASK(2, "completion/complete", META "," COMPLETE),
     {"\"resultType\":\"complete\"", "\"completion\":{\"values\":["},
     NULL},
    {"tools-list",
     ASK(2, "tools/list", ""),
     {"\"name\":\"test_simple_text\",\"description\":", "\"inputSchema\":{\"type\":\"object\""},
     "resultType"},
    {"tools-list", ASK(2, "tools/list", META), {"\"resultType\":\"complete\"", PAGE}, NULL},
    {"tools-call-simple-text", OLD("test_simple_text"), {"This is a simple text response"}, NULL},
    {"tools-call-simple-text",
     NEW("test_simple_text"),
     {"\"resultType\":\"complete\"", "This is a simple text response"},
     NULL},
    {"tools-call-image", OLD("test_image_content"), {"\"type\":\"image\""}, NULL},
    {"tools-call-image", NEW("test_image_content"), {"\"mimeType\":\"image/png\""}, NULL},
    {"tools-call-audio", OLD("test_audio_content"), {"\"type\":\"audio\""}, NULL},
    {"tools-call-audio", NEW("test_audio_content"), {"\"mimeType\":\"audio/wav\""}, NULL},
    {"tools-call-embedded-resource",
     OLD("test_embedded_resource"),
     {"\"resource\":{\"uri\":\"test://embedded-resource\""},
     NULL},
    {"tools-call-embedded-resource",
     NEW("test_embedded_resource"),
     {"\"type\":\"resource\""},
     NULL},
    {"tools-call-mixed-content",
     OLD("test_multiple_content_types"),
     {"\"type\":\"text\"", "\"type\":\"image\"", "\"type\":\"resource\""},
     NULL},
    {"tools-call-mixed-content", NEW("test_multiple_content_types"), {"\"type\":\"image\""}, NULL},
    {"tools-call-with-logging",
     OLD("test_tool_with_logging"),
     {"\"data\":\"Tool execution started\"", "\"data\":\"Tool processing data\"",
      "\"data\":\"Tool execution completed\""},
     NULL},
    {"tools-call-error", OLD("test_error_handling"), {"\"isError\":true"}, "\"error\":{"},
    {"tools-call-error", NEW("test_error_handling"), {"\"isError\":true"}, "\"error\":{"},
    {"tools-call-with-progress",
     ASK(2, "tools/call", "\"_meta\":{\"progressToken\":7},\"name\":\"test_tool_with_progress\""),
     {"\"progressToken\":7,\"progress\":0,\"total\":100", "\"progress\":50", "\"progress\":100"},
     NULL},
    {"tools-call-with-progress",
     ASK(2, "tools/call",
         "\"_meta\":{\"progressToken\":\"p\",\"io.modelcontextprotocol/protocolVersion\":"
         "\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}},\"name\":"
         "\"test_tool_with_progress\""),
     {"\"progressToken\":\"p\",\"progress\":0", "\"progress\":100", "\"resultType\":\"complete\""},
     NULL},
    {"tools-call-sampling", HELLO("{\"sampling\":{}}"), {"\"result\""}, NULL},
    {"tools-call-sampling",
     ASK(2, "tools/call", "\"name\":\"test_sampling\",\"arguments\":{\"prompt\":\"Hi\"}"),
     {"\"id\":\"server-1\",\"method\":\"sampling/createMessage\"", "\"maxTokens\":100"},
     NULL},
    {"tools-call-sampling",
     ANSWER("server-1", "{\"role\":\"assistant\",\"model\":\"m\",\"content\":{\"type\":\"text\","
                        "\"text\":\"Ho\"}}"),
     {"LLM response: \\\"Ho\\\""},
     NULL},
    {"tools-call-elicitation", HELLO("{\"elicitation\":{}}"), {"\"result\""}, NULL},
    {"tools-call-elicitation",
     ASK(2, "tools/call", "\"name\":\"test_elicitation\",\"arguments\":{\"message\":\"Who?\"}"),
     {"\"method\":\"elicitation/create\"", "\"required\":[\"username\",\"email\"]"},
     NULL},
    {"tools-call-elicitation",
     ANSWER("server-1", ACCEPTED("{\"username\":\"u\",\"email\":\"e\"}")),
     {"User response: "},
     NULL},
    {"elicitation-sep1034-defaults", HELLO("{\"elicitation\":{}}"), {"\"result\""}, NULL},
    {"elicitation-sep1034-defaults",
     OLD("test_elicitation_sep1034_defaults"),
     {"\"age\":{\"type\":\"integer\",\"default\":30}", "\"default\":95.5",
      "\"default\":\"active\""},
     NULL},
    {"elicitation-sep1034-defaults",
     ANSWER("server-1", "{\"action\":\"decline\"}"),
     {"\\\"decline\\\""},
     NULL},
    {"elicitation-sep1330-enums", HELLO("{\"elicitation\":{}}"), {"\"result\""}, NULL},
    {"elicitation-sep1330-enums",
     OLD("test_elicitation_sep1330_enums"),
     {"\"oneOf\":[{\"const\":\"value1\"", "\"enumNames\":[\"Option One\"",
      "\"items\":{\"anyOf\":["},
     NULL},
    {"elicitation-sep1330-enums",
     ANSWER("server-1", "{\"action\":\"cancel\"}"),
     {"Elicitation completed: "},
     NULL},
    {"resources-list", ASK(2, "resources/list", ""), {"\"uri\":\"test://static-text\""}, NULL},
    {"resources-list", ASK(2, "resources/list", META), {PAGE}, NULL},
    {"resources-read-text",
     ASK(2, "resources/read", "\"uri\":\"test://static-text\""),
     {"\"text\":\"This is the content of the static text resource.\""},
     "ttlMs"},
    {"resources-read-text",
     ASK(2, "resources/read", META ",\"uri\":\"test://static-text\""),
     {"\"mimeType\":\"text/plain\"", "\"ttlMs\":1000"},
     NULL},
    {"resources-read-binary",
     ASK(2, "resources/read", "\"uri\":\"test://static-binary\""),
     {"\"blob\":\"iVBOR"},
     NULL},
    {"resources-read-binary",
     ASK(2, "resources/read", META ",\"uri\":\"test://static-binary\""),
     {"\"mimeType\":\"image/png\""},
     NULL},
    {"resources-templates-read",
     ASK(2, "resources/read", "\"uri\":\"test://template/123/data\""),
     {"\\\"id\\\":\\\"123\\\",\\\"templateTest\\\":true"},
     NULL},
    {"resources-templates-read",
     ASK(2, "resources/read", META ",\"uri\":\"test://template/123/data\""),
     {"Data for ID: 123"},
     NULL},
    {"resources-subscribe", ASK(2, "resources/subscribe", WATCH), {"\"result\":{}"}, NULL},
    {"resources-subscribe",
     OLD("change_watched_resource"),
     {"notifications/resources/updated\",\"params\":{" WATCH},
     NULL},
    {"resources-unsubscribe", ASK(2, "resources/subscribe", WATCH), {"\"result\":{}"}, NULL},
    {"resources-unsubscribe", ASK(2, "resources/unsubscribe", WATCH), {"\"result\":{}"}, NULL},
    {"resources-unsubscribe", OLD("change_watched_resource"), {"changed"}, "notifications"},
    {"sep-2164-resource-not-found",
     ASK(2, "resources/read", META ",\"uri\":\"test://no\""),
     {"\"code\":-32602", "\"data\":{\"uri\":\"test://no\"}"},
     "contents"},
    {"prompts-list", ASK(2, "prompts/list", ""), {"\"name\":\"test_simple_prompt\""}, NULL},
    {"prompts-list", ASK(2, "prompts/list", META), {PAGE}, NULL},
    {"prompts-get-simple",
     ASK(2, "prompts/get", "\"name\":\"test_simple_prompt\""),
     {"\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\""},
     NULL},
    {"prompts-get-simple",
     ASK(2, "prompts/get", META ",\"name\":\"test_simple_prompt\""),
     {"\"resultType\":\"complete\""},
     NULL},
    {"prompts-get-with-args",
     ASK(2, "prompts/get",
         "\"name\":\"test_prompt_with_arguments\",\"arguments\":{\"arg1\":\"a\",\"arg2\":\"b\"}"),
     {"arg1='a', arg2='b'"},
     NULL},
    {"prompts-get-embedded-resource",
     ASK(2, "prompts/get",
         "\"name\":\"test_prompt_with_embedded_resource\",\"arguments\":{\"resourceUri\":"
         "\"test://example\"}"),
     {"\"type\":\"resource\",\"resource\":{\"uri\":\"test://example\""},
     NULL},
    {"prompts-get-with-image",
     ASK(2, "prompts/get", "\"name\":\"test_prompt_with_image\""),
     {"\"content\":{\"type\":\"image\""},
     NULL},
    {"json-schema-2020-12",
     ASK(2, "tools/list", META),
     {"\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"", "\"$anchor\":\"addressDef\"",
      "\"if\":{\"properties\":{\"contactMethod\""},
     NULL},
    /* what every modern request must carry, and what is not there any more */
    {"server-stateless",
     ASK(2, "server/discover", META),
     {"\"supportedVersions\":[\"2026-07-28\"]", "io.modelcontextprotocol/serverInfo"},
     NULL},
    {"server-stateless",
     ASK(2, "tools/list", "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}"),
     {"\"id\":2,\"error\":{\"code\":-32602"},
     NULL},
    {"server-stateless",
     ASK(2, "tools/list",
         "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2099-01-01\","
         "\"io.modelcontextprotocol/clientCapabilities\":{}}"),
     {"\"code\":-32022", "\"data\":{\"supported\":[\"2026-07-28\"],\"requested\":\"2099-01-01\"}"},
     NULL},
    {"server-stateless", ASK(2, "initialize", META), {"\"id\":2,\"error\":{\"code\":-32601"}, NULL},
    {"server-stateless", ASK(2, "ping", META), {"-32601"}, NULL},
    {"server-stateless", ASK(2, "no/such", META), {"-32601"}, NULL},
    {"server-stateless",
     ASK(2, "tools/call", META ",\"name\":\"test_missing_capability\""),
     {"\"code\":-32021", "\"requiredCapabilities\":{\"sampling\":{}}"},
     NULL},
    {"server-stateless",
     ASK(2, "tools/call", META ",\"name\":\"test_logging_tool\""),
     {"\"result\""},
     "notifications/message"},
    {"server-stateless",
     NEW("test_streaming_elicitation"),
     {"\"resultType\":\"input_required\""},
     "\"method\":\"elicitation/create\",\"id\""},
    {"server-stateless",
     ASK(3, "subscriptions/listen", META ",\"notifications\":{\"promptsListChanged\":true}"),
     {"notifications/subscriptions/acknowledged", "subscriptionId\":3"},
     NULL},
    {"server-stateless",
     NEW("test_trigger_prompt_change"),
     {"notifications/prompts/list_changed", "subscriptionId\":3"},
     NULL},
    {"server-stateless", NEW("test_trigger_tool_change"), {"\"result\""}, "list_changed"},
    {"caching", ASK(2, "server/discover", META), {PAGE}, NULL},
    {"caching", ASK(2, "resources/templates/list", META), {PAGE}, NULL},
    {"caching", NEW("test_input_required_result_elicitation"), {"input_required"}, "ttlMs"},
    /* questions and their answers */
    {"input-required-result-basic-elicitation",
     NEW("test_input_required_result_elicitation"),
     {"\"resultType\":\"input_required\"", "\"user_name\":{\"method\":\"elicitation/create\""},
     NULL},
    {"input-required-result-basic-elicitation",
     NEW_WITH("test_input_required_result_elicitation",
              "\"inputResponses\":{\"user_name\":" ACCEPTED("{\"name\":\"Alice\"}") "}"),
     {"Hello, Alice!"},
     NULL},
    {"input-required-result-basic-sampling",
     NEW("test_input_required_result_sampling"),
     {"\"capital_question\":{\"method\":\"sampling/createMessage\""},
     NULL},
    {"input-required-result-basic-list-roots",
     NEW("test_input_required_result_list_roots"),
     {"\"client_roots\":{\"method\":\"roots/list\"}"},
     NULL},
    {"input-required-result-basic-list-roots",
     NEW_WITH("test_input_required_result_list_roots",
              "\"inputResponses\":{\"client_roots\":{\"roots\":[{\"uri\":\"file:///a\"}]}}"),
     {"file:///a"},
     NULL},
    {"input-required-result-request-state",
     NEW("test_input_required_result_request_state"),
     {"\"requestState\":\"", "\"confirm\":{"},
     NULL},
    {"input-required-result-multiple-input-requests",
     NEW("test_input_required_result_multiple_inputs"),
     {"\"user_name\":{", "\"greeting\":{", "\"client_roots\":{"},
     NULL},
    {"input-required-result-multi-round",
     NEW("test_input_required_result_multi_round"),
     {"\"step1\":{", "requestState"},
     "step2"},
    {"input-required-result-missing-input-response",
     NEW_WITH("test_input_required_result_elicitation",
              "\"inputResponses\":{\"other\":" ACCEPTED("{\"name\":\"x\"}") "}"),
     {"input_required"},
     NULL},
    {"input-required-result-non-tool-request",
     ASK(2, "prompts/get", ALL ",\"name\":\"test_input_required_result_prompt\""),
     {"\"resultType\":\"input_required\"", "\"user_context\":{"},
     NULL},
    {"input-required-result-non-tool-request",
     ASK(2, "prompts/get",
         ALL ",\"name\":\"test_input_required_result_prompt\",\"inputResponses\":{"
             "\"user_context\":" ACCEPTED("{\"context\":\"c\"}") "}"),
     {"Use this context: c"},
     NULL},
    {"input-required-result-result-type",
     NEW("test_simple_text"),
     {"\"resultType\":\"complete\""},
     "inputRequests"},
    {"input-required-result-unsupported-methods",
     ASK(2, "tools/list", ALL ",\"inputResponses\":{},\"requestState\":\"x\""),
     {"\"tools\":["},
     "\"resultType\":\"input_required\""},
    {"input-required-result-tampered-state",
     NEW_WITH("test_input_required_result_tampered_state",
              "\"requestState\":\"31.00\",\"inputResponses\":{}"),
     {"\"code\":-32602"},
     NULL},
    {"input-required-result-capability-check",
     ASK(2, "tools/call",
         META_OF("{\"sampling\":{}}") ",\"name\":\"test_input_required_result_capabilities\""),
     {"sampling/createMessage"},
     "elicitation/create"},
    {"input-required-result-ignore-extra-params",
     NEW_WITH("test_input_required_result_elicitation",
              "\"inputResponses\":{\"user_name\":" ACCEPTED("{\"name\":\"Al\"}") ",\"extra\":{}}"),
     {"Hello, Al!"},
     NULL},
    {"input-required-result-validate-input",
     NEW_WITH("test_input_required_result_elicitation", "\"inputResponses\":{\"user_name\":12345}"),
     {"input_required"},
     NULL},
    {"input-required-result-validate-input",
     NEW_WITH("test_input_required_result_elicitation", "\"inputResponses\":null"),
     {"input_required"},
     NULL},
};

static void each_scenario_is_answered_over_lines_as_over_http(void **state)
{
    (void)state;
    struct talk k = talk_new();
    for (size_t i = 0; i < COUNT(steps); i++) {
        if (i && strcmp(steps[i].scenario, steps[i - 1].scenario) != 0) {
            talk_free(&k);
            k = talk_new();
        }
        struct str out = say(&k, steps[i].request, 500);
        bool ok = !steps[i].lacks || !holds(out, steps[i].lacks);
        for (size_t p = 0; p < COUNT(steps[i].parts) && steps[i].parts[p]; p++)
            ok = ok && holds(out, steps[i].parts[p]);
        if (!ok)
            fail_msg("%s: %s\nis answered by " STR_FMT, steps[i].scenario, steps[i].request,
                     STR_ARG(str_sub(out, 0, 2000)));
    }
    talk_free(&k);
}

/* ---- whether all are there ---- */

/* What is about HTTP itself, and what has a test file of its own (tasks_test.c). */
static const char *const elsewhere[] = {"server-session-", "server-sse-", "dns-rebinding-", "http-",
                                        "tasks-"};

static bool is_told(struct str scenario)
{
    for (size_t i = 0; i < COUNT(elsewhere); i++)
        if (str_starts(scenario, str_of(elsewhere[i])))
            return true;
    for (size_t i = 0; i < COUNT(steps); i++)
        if (str_eq(scenario, str_of(steps[i].scenario)))
            return true;
    return false;
}

static void no_scenario_of_the_documented_table_is_left_out(void **state)
{
    (void)state;
    enum { FILE_MAX = 1 << 20 };
    FILE *f = fopen("docs/interop.md", "r");
    if (!f) {
        print_message("docs/interop.md is not here; run from the root of the repository\n");
        skip();
    }
    char *text = xmalloc(FILE_MAX);
    struct str rest = {text, fread(text, 1, FILE_MAX, f)}, line, name;
    (void)fclose(f);
    size_t n = 0;
    rest = str_sub(rest, str_find_str(rest, STR("<!-- conformance -->")), rest.n);
    while (rest.n && str_cut(&rest, '\n', &line)) {
        if (!str_starts(line, STR("| ")) || str_starts(line, STR("| scenario")))
            continue;
        line = str_sub(line, 2, line.n);
        (void)str_cut(&line, ' ', &name);
        if (!is_told(name))
            fail_msg(STR_FMT " is not replayed", STR_ARG(name));
        n++;
    }
    xfree(text);
    assert_true(n > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_scenario_is_answered_over_lines_as_over_http),
        cmocka_unit_test(no_scenario_of_the_documented_table_is_left_out),
    };
    return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}
