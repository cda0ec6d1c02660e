/* SPDX-License-Identifier: MIT */
/* Calls that become tasks: the scenarios of the conformance suite, over lines, and their bounds. */
#include "talk.h"

#define EXT   "\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}"
#define TASKS META_OF("{" EXT ",\"elicitation\":{}}")
#define CALL(id, tool, arguments)                                                                  \
    ASK(id, "tools/call", TASKS ",\"name\":\"" tool "\",\"arguments\":{" arguments "}")

enum { MINUTE_MS = 60 * 1000 };

/* Cuts the id of a task out of an answer. */
static void task_of(struct str out, char id[40])
{
    size_t at = str_find_str(out, STR("\"taskId\":\"")) + 10;
    struct str s = str_sub(out, at, str_find(out, '"', at));
    assert_true(s.n == 32);
    str_copy_cut(id, 40, s);
}

static struct str ask_task(struct talk *k, const char *method, const char *id, const char *more)
{
    char line[2048];
    (void)snprintf(line, sizeof line,
                   "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tasks/%s\",\"params\":{" TASKS
                   ",\"taskId\":\"%s\"%s}}",
                   method, id, more);
    return say(k, line, 0);
}

static void a_task_is_created_at_once_and_its_answer_is_had_later(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char id[40];
    struct str out = say(&k, CALL(2, "slow_compute", "\"seconds\":2"), 0);
    assert_holds(out, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"resultType\":\"task\",");
    assert_holds(out, "\"status\":\"working\",\"createdAt\":\"20");
    assert_holds(out, "\"ttlMs\":900000,\"pollIntervalMs\":1000}");
    assert_lacks(out, "requestState");
    assert_int_equal(mcp_line_busy(k.line), 0); /* there is room for other calls */
    task_of(out, id);
    out = ask_task(&k, "get", id, "");
    assert_holds(out, "\"resultType\":\"complete\"");
    assert_holds(out, "\"status\":\"working\",\"statusMessage\":\"computing\"");
    assert_lacks(out, "\"result\":{\"resultType\":\"complete\",\"content\"");
    try_run(&k.t, 2100);
    out = ask_task(&k, "get", id, "");
    assert_holds(out, "\"status\":\"completed\"");
    assert_holds(out, "\"result\":{\"resultType\":\"complete\",");
    assert_holds(out, "\"content\":[{\"type\":\"text\",\"text\":\"computed\"}]}}}");
    talk_free(&k);
}

static void a_task_may_take_longer_than_a_call(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char id[40];
    task_of(say(&k, CALL(2, "slow_compute", "\"seconds\":200"), 0), id);
    try_run(&k.t, 199 * 1000);
    assert_holds(ask_task(&k, "get", id, ""), "\"status\":\"working\"");
    try_run(&k.t, 2000);
    assert_holds(ask_task(&k, "get", id, ""), "\"status\":\"completed\"");
    talk_free(&k);
}

static void who_does_not_declare_tasks_is_answered_when_it_is_done(void **state)
{
    (void)state;
    struct talk k = talk_new();
    struct str out = say(
        &k, ASK(2, "tools/call", META ",\"name\":\"slow_compute\",\"arguments\":{\"seconds\":1}"),
        0);
    assert_int_equal(out.n, 0);
    try_run(&k.t, 1100);
    assert_holds(mcp_line_output(k.line), "\"resultType\":\"complete\"");
    assert_holds(say(&k, ASK(2, "tasks/get", META ",\"taskId\":\"x\""), 0),
                 "-32021,\"message\":\"this needs the extension io.modelcontextprotocol/tasks\","
                 "\"data\":{\"requiredCapabilities\":{" EXT "}}");
    assert_holds(say(&k, ASK(2, "tools/call", META ",\"name\":\"failing_job\""), 0),
                 "\"data\":{\"requiredCapabilities\":{" EXT "}}");
    talk_free(&k);
}

static void errors_of_tools_complete_and_errors_of_the_protocol_fail(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char id[40];
    task_of(say(&k, CALL(2, "failing_job", ""), 0), id);
    struct str out = ask_task(&k, "get", id, "");
    assert_holds(out, "\"status\":\"completed\"");
    assert_holds(out, "\"isError\":true}}}");
    task_of(say(&k, CALL(2, "protocol_error_job", ""), 0), id);
    out = ask_task(&k, "get", id, "");
    assert_holds(out, "\"status\":\"failed\",\"statusMessage\":\"this job ends with");
    assert_holds(out, "\"error\":{\"code\":-32603,\"message\":\"this job ends with an error of the "
                      "protocol\"}}}");
    talk_free(&k);
}

static void a_task_that_asks_waits_until_each_question_is_answered(void **state)
{
    (void)state;
    static const char yes[] = "{\"action\":\"accept\",\"content\":{\"ok\":true}}";
    struct talk k = talk_new();
    char id[40], more[200];
    task_of(say(&k, CALL(2, "multi_input", ""), 0), id);
    struct str out = ask_task(&k, "get", id, "");
    assert_holds(out, "\"status\":\"input_required\"");
    assert_holds(out, "\"inputRequests\":{\"server-3\":{\"method\":\"elicitation/create\"");
    assert_holds(out, "\"server-2\":{\"method\":\"elicitation/create\"");
    /* nobody, a wrong form, then one of the two */
    (void)ask_task(&k, "update", id, ",\"inputResponses\":{\"nobody\":{\"action\":\"accept\"}}");
    (void)ask_task(&k, "update", id, ",\"inputResponses\":{\"server-2\":7}");
    assert_holds(ask_task(&k, "get", id, ""), "\"server-2\"");
    (void)snprintf(more, sizeof more, ",\"inputResponses\":{\"server-2\":%s}", yes);
    out = ask_task(&k, "update", id, more);
    assert_holds(out, "\"resultType\":\"complete\"");
    assert_lacks(out, "taskId");
    out = ask_task(&k, "get", id, "");
    assert_holds(out, "\"status\":\"input_required\"");
    assert_lacks(out, "server-2");
    (void)snprintf(more, sizeof more, ",\"inputResponses\":{\"server-3\":%s}", yes);
    (void)ask_task(&k, "update", id, more);
    assert_holds(ask_task(&k, "get", id, ""), "both are there");
    talk_free(&k);
}

static void a_cancelled_task_stays_cancelled(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char id[40];
    task_of(say(&k, CALL(2, "slow_compute", "\"seconds\":60"), 0), id);
    for (int i = 0; i < 2; i++) {
        struct str out = ask_task(&k, "cancel", id, "");
        assert_holds(out, "\"id\":9,\"result\":{\"resultType\":\"complete\"");
        assert_lacks(out, "status");
        out = ask_task(&k, "get", id, "");
        assert_holds(out, "\"status\":\"cancelled\"");
        assert_lacks(out, "\"content\"");
        try_run(&k.t, 1000);
    }
    assert_int_equal(tasks_count(k.t.tasks), 0);
    /* cancelled by the id of its request: that was answered long ago */
    task_of(say(&k, CALL(0, "slow_compute", "\"seconds\":1"), 0), id);
    (void)say(&k,
              "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{"
              "\"requestId\":0}}",
              1100);
    assert_holds(ask_task(&k, "get", id, ""), "\"status\":\"completed\"");
    talk_free(&k);
}

static void who_listens_to_a_task_is_told_how_it_stands(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char id[40], line[800];
    task_of(say(&k, CALL(2, "confirm_delete", "\"filename\":\"f\""), 0), id);
    (void)snprintf(line, sizeof line,
                   ASK(7, "subscriptions/listen",
                       TASKS ",\"notifications\":{\"taskIds\":[\"none\",\"%s\",\"%s\",5]}"),
                   id, id);
    struct str out = say(&k, line, 0);
    assert_holds(out, "notifications/subscriptions/acknowledged");
    assert_holds(out, "\"notifications\":{\"taskIds\":[\"");
    assert_lacks(out, "none");
    out = ask_task(&k, "update", id,
                   ",\"inputResponses\":{\"server-2\":{\"action\":\"accept\",\"content\":{}}}");
    assert_holds(out,
                 "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tasks\",\"params\":{\"_meta\":{"
                 "\"io.modelcontextprotocol/subscriptionId\":7},\"taskId\":");
    assert_holds(out, "\"status\":\"working\"");
    assert_holds(out, "\"status\":\"completed\"");
    assert_holds(out, "\"text\":\"deleted\"");
    /* cancelled: told once */
    task_of(say(&k, CALL(2, "slow_compute", "\"seconds\":60"), 0), id);
    (void)snprintf(
        line, sizeof line,
        ASK("l", "subscriptions/listen", TASKS ",\"notifications\":{\"taskIds\":[\"%s\"]}"), id);
    (void)say(&k, line, 0);
    out = ask_task(&k, "cancel", id, "");
    assert_holds(out, "subscriptionId\":\"l\"},\"taskId\":");
    assert_holds(out, "\"status\":\"cancelled\"");
    try_run(&k.t, 100);
    assert_lacks(str_sub(mcp_line_output(k.line), out.n, mcp_line_output(k.line).n), "tasks");
    assert_holds(
        say(&k, ASK(8, "subscriptions/listen", META ",\"notifications\":{\"taskIds\":[\"x\"]}"), 0),
        "-32021");
    talk_free(&k);
}

static void what_is_no_task_is_said_so(void **state)
{
    (void)state;
    static const struct {
        const char *request, *part;
    } cases[] = {
        {ASK(1, "tasks/get", TASKS ",\"taskId\":\"none\""), "-32602"},
        {ASK(1, "tasks/cancel", TASKS ",\"taskId\":\"\""), "-32602"},
        {ASK(1, "tasks/update", TASKS ",\"taskId\":7,\"inputResponses\":{}"), "-32602"},
        {ASK(1, "tasks/get", TASKS), "-32602"},
        {ASK(1, "tasks/list", TASKS), "-32601"},
        {ASK(1, "tasks/result", TASKS ",\"taskId\":\"x\""), "-32601"},
        {ASK(1, "tasks/get", "\"taskId\":\"x\""), "-32601"}, /* the other era knows none */
        {ASK(1, "tools/call",
             TASKS ",\"name\":\"greet\",\"arguments\":{\"name\":\"A\"},\"task\":{\"ttl\":60000}"),
         "Hello, A!"},
        {ASK(1, "server/discover", META), "\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}"},
    };
    struct talk k = talk_new();
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_holds(say(&k, cases[i].request, 0), cases[i].part);
    assert_lacks(say(&k, ASK(1, "initialize", "\"protocolVersion\":\"2025-11-25\""), 0),
                 "extensions");
    talk_free(&k);
}

static void a_task_outlives_the_connection_that_made_it(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char id[40];
    task_of(say(&k, CALL(2, "slow_compute", "\"seconds\":2"), 0), id);
    mcp_line_free(k.line);
    k.line = mcp_line_new(k.t.hub, NULL);
    assert_holds(ask_task(&k, "get", id, ""), "\"status\":\"working\"");
    try_run(&k.t, 2100);
    assert_holds(ask_task(&k, "get", id, ""), "computed");
    talk_free(&k);
}

static void a_task_in_progress_ends_with_the_program(void **state)
{
    (void)state;
    struct talk k = talk_new();
    (void)say(&k, CALL(2, "slow_compute", "\"seconds\":60"), 0);
    (void)say(&k, CALL(3, "confirm_delete", "\"filename\":\"f\""), 0);
    talk_free(&k); /* nothing leaks, nothing is touched that is gone */
}

static void without_room_for_a_task_the_call_goes_on_as_it_is(void **state)
{
    (void)state;
    struct talk k = talk_new();
    char first[40];
    for (int i = 0; i < MCP_TASKS_MAX; i++) {
        struct str out = say(&k, CALL(2, "failing_job", ""), 0);
        assert_holds(out, "\"resultType\":\"task\"");
        if (i == 0)
            task_of(out, first);
    }
    assert_int_equal(say(&k, CALL(2, "slow_compute", "\"seconds\":1"), 0).n, 0);
    try_run(&k.t, 1100);
    assert_holds(mcp_line_output(k.line), "\"resultType\":\"complete\"");
    /* an answer is kept for its time, and no longer when there is need of room */
    k.t.now.wall.ns += 14LL * MINUTE_MS * NS_PER_MS;
    assert_holds(ask_task(&k, "get", first, ""), "\"status\":\"completed\"");
    k.t.now.wall.ns += 2LL * MINUTE_MS * NS_PER_MS;
    assert_holds(say(&k, CALL(2, "failing_job", ""), 0), "\"resultType\":\"task\"");
    assert_holds(ask_task(&k, "get", first, ""), "-32602");
    talk_free(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_is_created_at_once_and_its_answer_is_had_later),
        cmocka_unit_test(a_task_may_take_longer_than_a_call),
        cmocka_unit_test(who_does_not_declare_tasks_is_answered_when_it_is_done),
        cmocka_unit_test(errors_of_tools_complete_and_errors_of_the_protocol_fail),
        cmocka_unit_test(a_task_that_asks_waits_until_each_question_is_answered),
        cmocka_unit_test(a_cancelled_task_stays_cancelled),
        cmocka_unit_test(who_listens_to_a_task_is_told_how_it_stands),
        cmocka_unit_test(what_is_no_task_is_said_so),
        cmocka_unit_test(a_task_outlives_the_connection_that_made_it),
        cmocka_unit_test(a_task_in_progress_ends_with_the_program),
        cmocka_unit_test(without_room_for_a_task_the_call_goes_on_as_it_is),
    };
    return cmocka_run_group_tests_name("tasks", tests, NULL, NULL);
}
