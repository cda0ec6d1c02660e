/* SPDX-License-Identifier: MIT */
#include "fixture_inside.h"

#include <stdio.h>
#include <string.h>

/* a silent sound */
#define WAV "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA="

/* ---- writing ---- */

void begin_content(struct turn *t, struct json_writer *w)
{
    mcp_result_begin(t->r, w);
    json_key(w, "content");
    json_begin_array(w);
}

void end_content(struct turn *t, struct json_writer *w)
{
    json_end_array(w);
    mcp_result_end(t->r, w);
}

void write_pairs(struct json_writer *w, const char *const (*pairs)[2], size_t n)
{
    json_begin_object(w);
    for (size_t i = 0; i < n; i++) {
        json_key(w, pairs[i][0]);
        json_text(w, pairs[i][1]);
    }
    json_end_object(w);
}
void write_text(struct json_writer *w, const char *text)
{
    PAIRS(w, {"type", "text"}, {"text", text});
}

void write_image(struct json_writer *w)
{
    PAIRS(w, {"type", "image"}, {"data", PNG}, {"mimeType", "image/png"});
}

void write_resource(struct json_writer *w, const char *uri, const char *type, const char *text)
{
    json_begin_object(w);
    json_key(w, "type");
    json_text(w, "resource");
    json_key(w, "resource");
    PAIRS(w, {"uri", uri}, {"mimeType", type}, {"text", text});
    json_end_object(w);
}

static void say(struct turn *t, const char *text)
{
    struct json_writer w;
    begin_content(t, &w);
    write_text(&w, text);
    end_content(t, &w);
}

/* ---- tools that answer ---- */

static void simple_text(struct turn *t)
{
    say(t, "This is a simple text response for testing.");
}

static void image(struct turn *t)
{
    struct json_writer w;
    begin_content(t, &w);
    write_image(&w);
    end_content(t, &w);
}

static void audio(struct turn *t)
{
    struct json_writer w;
    begin_content(t, &w);
    PAIRS(&w, {"type", "audio"}, {"data", WAV}, {"mimeType", "audio/wav"});
    end_content(t, &w);
}

static void embedded(struct turn *t)
{
    struct json_writer w;
    begin_content(t, &w);
    write_resource(&w, "test://embedded-resource", "text/plain",
                   "This is an embedded resource content.");
    end_content(t, &w);
}

static void mixed(struct turn *t)
{
    struct json_writer w;
    begin_content(t, &w);
    write_text(&w, "Multiple content types test:");
    write_image(&w);
    write_resource(&w, "test://mixed-content-resource", "application/json",
                   "{\"test\":\"data\",\"value\":123}");
    end_content(t, &w);
}

static void error(struct turn *t)
{
    struct json_writer w;
    begin_content(t, &w);
    write_text(&w, "This tool intentionally returns an error for testing");
    json_end_array(&w);
    json_key(&w, "isError");
    json_bool(&w, true);
    mcp_result_end(t->r, &w);
}

static void rest(struct turn *t)
{
    struct error e;
    (void)!task_sleep(t->task, 50, &e);
}

static void progress(struct turn *t)
{
    for (int i = 0; i <= 100; i += 50) {
        mcp_progress(t->r, i, 100, NULL);
        rest(t);
    }
    say(t, "done");
}

static void logging(struct turn *t)
{
    static const char *const lines[] = {"Tool execution started", "Tool processing data",
                                        "Tool execution completed"};
    for (size_t i = 0; i < 3; i++) {
        mcp_log(t->r, MCP_INFO, "fixture", str_of(lines[i]));
        rest(t);
    }
    say(t, "logged");
}

/* Works until it is cancelled, and counts that; ten seconds at most. */
static int cancelled;
static void work(struct turn *t)
{
    for (int i = 0; i < 200; i++) {
        if (mcp_is_cancelled(t->r)) {
            cancelled++;
            return;
        }
        mcp_progress(t->r, i, 200, "working");
        rest(t);
    }
    say(t, "nobody cancelled this");
}

static void count_cancelled(struct turn *t)
{
    say(t, arena_f(t->arena, "%d", cancelled).p);
}

static void resource_change(struct turn *t)
{
    mcp_resource_changed(mcp_client_hub(mcp_client(t->r)), STR("test://watched-resource"));
    say(t, "changed");
}

static void list_change(struct turn *t)
{
    enum mcp_list which = strstr(t->item->name, "prompt") ? MCP_PROMPTS : MCP_TOOLS;
    mcp_list_changed(mcp_client_hub(mcp_client(t->r)), which);
    say(t, "changed");
}

/* ---- tools that ask ---- */

static const char confirm_form[] = "{\"mode\":\"form\",\"message\":\"Please confirm\","
                                   "\"requestedSchema\":{\"type\":\"object\",\"properties\":{"
                                   "\"ok\":{\"type\":\"boolean\"}},\"required\":[\"ok\"]}}";
static const char sample_question[] =
    "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":"
    "\"What is the capital of France?\"}}],\"maxTokens\":100}";

struct str form(struct turn *t, const char *message, const char *properties, const char *required)
{
    return arena_f(t->arena,
                   "{\"mode\":\"form\",\"message\":\"%s\",\"requestedSchema\":{\"type\":\"object\","
                   "\"properties\":%s,\"required\":%s}}",
                   message, properties, required);
}

static struct str json_string(struct turn *t, struct str s)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, 64 << 10);
    json_writer_init(&w, &b);
    json_str(&w, s);
    struct str out = arena_str(t->arena, buf_str(&b));
    buf_fini(&b);
    return out;
}

static void say_json(struct turn *t, const char *before, const struct json *j, const char *after)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, 64 << 10);
    buf_add_c(&b, before);
    json_writer_init(&w, &b);
    if (j)
        json_value(&w, j);
    buf_add_c(&b, after);
    buf_add_char(&b, '\0');
    say(t, b.p);
    buf_fini(&b);
}

static void needs(struct turn *t, enum mcp_ask_kind kind)
{
    struct buf b;
    buf_init(&b, 1024);
    buf_add_f(&b, "{\"requiredCapabilities\":%s}", mcp_ask_needs(kind));
    mcp_fail(t->r, RPC_CAPABILITY, STR("this needs a capability that the client does not declare"),
             buf_str(&b));
    buf_fini(&b);
}

static void sampling(struct turn *t)
{
    struct str prompt = json_string(t, t->argument[0]);
    struct mcp_question q = {
        .key = "sample",
        .kind = MCP_SAMPLE,
        .params = arena_f(t->arena,
                          "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\","
                          "\"text\":" STR_FMT "}}],\"maxTokens\":100}",
                          STR_ARG(prompt))};
    if (mcp_ask(t->r, t->task, &q, 1, STR_NONE) == MCP_ANSWERED)
        say_json(t, "LLM response: ", json_get(json_get(q.answer, STR("content")), STR("text")),
                 "");
    else
        needs(t, MCP_SAMPLE);
}

static void elicit(struct turn *t, const char *message, const char *properties,
                   const char *required, const char *before)
{
    struct mcp_question q = {
        .key = "form", .kind = MCP_ELICIT, .params = form(t, message, properties, required)};
    switch (mcp_ask(t->r, t->task, &q, 1, STR_NONE)) {
    case MCP_ANSWERED:
        say_json(t, before, q.answer, "");
        break;
    case MCP_UNHEARD:
        needs(t, MCP_ELICIT);
        break;
    case MCP_PENDING:
        break;
    }
}

static void elicitation(struct turn *t)
{
    struct str message = json_string(t, t->argument[0]);
    char text[512];
    (void)snprintf(text, sizeof text, STR_FMT, STR_ARG(str_sub(message, 1, message.n - 1)));
    elicit(t, text,
           "{\"username\":{\"type\":\"string\",\"description\":\"User's response\"},"
           "\"email\":{\"type\":\"string\",\"description\":\"User's email address\"}}",
           "[\"username\",\"email\"]", "User response: ");
}

static void elicit_defaults(struct turn *t)
{
    elicit(t, "Please review and update the form fields with defaults",
           "{\"name\":{\"type\":\"string\",\"default\":\"John Doe\"},"
           "\"age\":{\"type\":\"integer\",\"default\":30},"
           "\"score\":{\"type\":\"number\",\"default\":95.5},"
           "\"status\":{\"type\":\"string\",\"enum\":[\"active\",\"inactive\",\"pending\"],"
           "\"default\":\"active\"},"
           "\"verified\":{\"type\":\"boolean\",\"default\":true}}",
           "[]", "Elicitation completed: ");
}

static void elicit_enums(struct turn *t)
{
    elicit(
        t, "Please select options from the enum fields",
        "{\"untitledSingle\":{\"type\":\"string\",\"enum\":[\"option1\",\"option2\",\"option3\"]},"
        "\"titledSingle\":{\"type\":\"string\",\"oneOf\":[{\"const\":\"value1\",\"title\":"
        "\"First Option\"},{\"const\":\"value2\",\"title\":\"Second Option\"},{\"const\":"
        "\"value3\",\"title\":\"Third Option\"}]},"
        "\"legacyEnum\":{\"type\":\"string\",\"enum\":[\"opt1\",\"opt2\",\"opt3\"],\"enumNames\":"
        "[\"Option One\",\"Option Two\",\"Option Three\"]},"
        "\"untitledMulti\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":"
        "[\"option1\",\"option2\",\"option3\"]}},"
        "\"titledMulti\":{\"type\":\"array\",\"items\":{\"anyOf\":[{\"const\":\"value1\","
        "\"title\":\"First Choice\"},{\"const\":\"value2\",\"title\":\"Second Choice\"},"
        "{\"const\":\"value3\",\"title\":\"Third Choice\"}]}}}",
        "[]", "Elicitation completed: ");
}

static void missing_capability(struct turn *t)
{
    if (mcp_can_ask(t->r, MCP_SAMPLE))
        say(t, "sampling is declared");
    else
        needs(t, MCP_SAMPLE);
}

static void streaming_elicitation(struct turn *t)
{
    mcp_progress(t->r, 1, 3, "working");
    rest(t);
    mcp_progress(t->r, 2, 3, "asking");
    elicit(t, "Please confirm", "{\"ok\":{\"type\":\"boolean\"}}", "[\"ok\"]", "Answer: ");
}

/* ---- the modern way of asking ---- */

static struct mcp_question name_question(struct turn *t, const char *key)
{
    return (struct mcp_question){
        .key = key,
        .kind = MCP_ELICIT,
        .params = form(t, "What is your name?", "{\"name\":{\"type\":\"string\"}}", "[\"name\"]")};
}

/* Asks n questions; true once they are answered. */
bool ask(struct turn *t, struct mcp_question *q, size_t n, struct str state)
{
    enum mcp_asked asked = mcp_ask(t->r, t->task, q, n, state);
    if (asked == MCP_UNHEARD)
        needs(t, q[0].kind);
    return asked == MCP_ANSWERED;
}

static void ask_name(struct turn *t)
{
    struct mcp_question q = name_question(t, "user_name");
    if (!ask(t, &q, 1, STR_NONE))
        return;
    struct str name = json_get_str(json_get(q.answer, STR("content")), STR("name"));
    say(t, arena_f(t->arena, "Hello, " STR_FMT "!", STR_ARG(name)).p);
}

static void ask_sample(struct turn *t)
{
    struct mcp_question q = {
        .key = "capital_question", .kind = MCP_SAMPLE, .params = str_of(sample_question)};
    if (ask(t, &q, 1, STR_NONE))
        say_json(t, "The model said: ", json_get(q.answer, STR("content")), "");
}

static void ask_roots(struct turn *t)
{
    struct mcp_question q = {.key = "client_roots", .kind = MCP_ROOTS};
    if (ask(t, &q, 1, STR_NONE))
        say_json(t, "Roots: ", json_get(q.answer, STR("roots")), "");
}

static void ask_state(struct turn *t)
{
    struct mcp_question q = {.key = "confirm", .kind = MCP_ELICIT, .params = str_of(confirm_form)};
    if (!ask(t, &q, 1, STR("state")))
        return;
    say(t, str_eq(mcp_state(t->r), STR("state")) ? "state-ok" : "the state did not come back");
}

static void ask_many(struct turn *t)
{
    struct mcp_question q[] = {
        name_question(t, "user_name"),
        {.key = "greeting", .kind = MCP_SAMPLE, .params = str_of(sample_question)},
        {.key = "client_roots", .kind = MCP_ROOTS}};
    if (ask(t, q, 3, STR("many")))
        say(t, "all three are answered");
}

static void ask_rounds(struct turn *t)
{
    struct mcp_question first = name_question(t, "step1");
    struct mcp_question second = {
        .key = "step2", .kind = MCP_ELICIT, .params = str_of(confirm_form)};
    bool is_second = str_eq(mcp_state(t->r), STR("round 2"));
    if (!is_second && !ask(t, &first, 1, STR("round 1")))
        return;
    if (ask(t, &second, 1, STR("round 2")))
        say(t, "both rounds are done");
}

static void ask_declared(struct turn *t)
{
    struct mcp_question q = {.key = "user_name"};
    if (mcp_can_ask(t->r, MCP_ELICIT))
        q = name_question(t, "user_name");
    else if (mcp_can_ask(t->r, MCP_SAMPLE))
        q = (struct mcp_question){
            .key = "sample", .kind = MCP_SAMPLE, .params = str_of(sample_question)};
    else if (mcp_can_ask(t->r, MCP_ROOTS))
        q = (struct mcp_question){.key = "client_roots", .kind = MCP_ROOTS};
    else {
        say(t, "nothing can be asked");
        return;
    }
    if (ask(t, &q, 1, STR_NONE))
        say(t, "answered");
}

/* ---- tools that take long ---- */

/* A task from here on; false: the client cannot have one, and that is the answer. */
static bool as_task(struct turn *t)
{
    struct buf b;
    if (mcp_can_task(t->r))
        return mcp_task_begin(t->r);
    buf_init(&b, 256);
    buf_add_f(&b, "{\"requiredCapabilities\":%s}", mcp_task_needs);
    mcp_fail(t->r, RPC_CAPABILITY, STR("this runs as a task alone"), buf_str(&b));
    buf_fini(&b);
    return false;
}

static void greet(struct turn *t)
{
    say(t, arena_f(t->arena, "Hello, " STR_FMT "!", STR_ARG(t->argument[0])).p);
}

static void slow_compute(struct turn *t)
{
    struct error e;
    int64_t seconds = 0;
    (void)str_to_i64(t->argument[0], &seconds);
    if (seconds > 0)
        (void)mcp_task_begin(t->r);
    mcp_progress(t->r, 0, 1, "computing");
    if (seconds <= 0 || task_sleep(t->task, seconds * 1000, &e))
        say(t, "computed");
}

static void failing_job(struct turn *t)
{
    if (as_task(t))
        error(t);
}

static void protocol_error_job(struct turn *t)
{
    if (as_task(t))
        mcp_fail(t->r, RPC_INTERNAL, STR("this job ends with an error of the protocol"), STR_NONE);
}

static void confirm_delete(struct turn *t)
{
    struct mcp_question q = {.key = "confirm", .kind = MCP_ELICIT, .params = str_of(confirm_form)};
    if (as_task(t) && ask(t, &q, 1, STR_NONE))
        say(t, "deleted");
}

static void multi_input(struct turn *t)
{
    struct mcp_question q[] = {
        name_question(t, "first"),
        {.key = "second", .kind = MCP_ELICIT, .params = str_of(confirm_form)}};
    if (as_task(t) && ask(t, q, 2, STR_NONE))
        say(t, "both are there");
}

/* Asks in the modern way, then goes on as a task. */
static void tool_with_task(struct turn *t)
{
    struct mcp_question q = name_question(t, "user_name");
    if (!ask(t, &q, 1, STR_NONE))
        return;
    struct str name = json_get_str(json_get(q.answer, STR("content")), STR("name"));
    (void)mcp_task_begin(t->r);
    rest(t);
    say(t, arena_f(t->arena, "Done for " STR_FMT, STR_ARG(name)).p);
}

static void reconnection(struct turn *t)
{
    mcp_hang_up(t->r, 100);
    rest(t);
    say(t, "You came back");
}

#define NO_ARGUMENTS "{\"type\":\"object\",\"additionalProperties\":false}"
#define ONE_TEXT(name)                                                                             \
    "{\"type\":\"object\",\"properties\":{\"" name "\":{\"type\":\"string\",\"description\":"      \
    "\"Text\"}},\"required\":[\"" name "\"]}"

static const char schema_2020[] =
    "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\",\"$defs\":{"
    "\"address\":{\"$anchor\":\"addressDef\",\"type\":\"object\",\"properties\":{\"street\":{"
    "\"type\":\"string\"},\"city\":{\"type\":\"string\"}}}},\"properties\":{\"name\":{\"type\":"
    "\"string\"},\"address\":{\"$ref\":\"#/$defs/address\"},\"contactMethod\":{\"type\":\"string\","
    "\"enum\":[\"phone\",\"email\"]},\"phone\":{\"type\":\"string\"},\"email\":{\"type\":"
    "\"string\"}},\"allOf\":[{\"anyOf\":[{\"required\":[\"phone\"]},{\"required\":[\"email\"]}]}],"
    "\"if\":{\"properties\":{\"contactMethod\":{\"const\":\"phone\"}},\"required\":["
    "\"contactMethod\"]},\"then\":{\"required\":[\"phone\"]},\"else\":{\"required\":[\"email\"]},"
    "\"additionalProperties\":false}";

const struct item fixture_tools[] = {
    {"test_simple_text", "Text", NO_ARGUMENTS, {0}, simple_text},
    {"test_image_content", "An image", NO_ARGUMENTS, {0}, image},
    {"test_audio_content", "A sound", NO_ARGUMENTS, {0}, audio},
    {"test_embedded_resource", "A resource inside", NO_ARGUMENTS, {0}, embedded},
    {"test_multiple_content_types", "Several kinds", NO_ARGUMENTS, {0}, mixed},
    {"test_error_handling", "An error", NO_ARGUMENTS, {0}, error},
    {"test_tool_with_progress", "Tells how far it is", NO_ARGUMENTS, {0}, progress},
    {"test_tool_with_logging", "Logs", NO_ARGUMENTS, {0}, logging},
    {"test_logging_tool", "Logs to who asked for it", NO_ARGUMENTS, {0}, logging},
    {"test_sampling", "Asks the client's model", ONE_TEXT("prompt"), {"prompt"}, sampling},
    {"test_elicitation", "Asks the user", ONE_TEXT("message"), {"message"}, elicitation},
    {"test_elicitation_sep1034_defaults",
     "A form with defaults",
     NO_ARGUMENTS,
     {0},
     elicit_defaults},
    {"test_elicitation_sep1330_enums", "A form with choices", NO_ARGUMENTS, {0}, elicit_enums},
    {"json_schema_2020_12_tool", "A schema with everything", schema_2020, {0}, simple_text},
    {"test_missing_capability", "Needs sampling", NO_ARGUMENTS, {0}, missing_capability},
    {"test_streaming_elicitation", "Streams, then asks", NO_ARGUMENTS, {0}, streaming_elicitation},
    {"work_until_cancelled", "Works", NO_ARGUMENTS, {0}, work},
    {"count_cancelled", "How many calls were cancelled", NO_ARGUMENTS, {0}, count_cancelled},
    {"change_watched_resource", "Changes a resource", NO_ARGUMENTS, {0}, resource_change},
    {"test_trigger_tool_change", "Changes the tools", NO_ARGUMENTS, {0}, list_change},
    {"test_trigger_prompt_change", "Changes the prompts", NO_ARGUMENTS, {0}, list_change},
    {"test_input_required_result_elicitation", "Asks a name", NO_ARGUMENTS, {0}, ask_name},
    {"test_input_required_result_sampling", "Asks a model", NO_ARGUMENTS, {0}, ask_sample},
    {"test_input_required_result_list_roots", "Asks for roots", NO_ARGUMENTS, {0}, ask_roots},
    {"test_input_required_result_request_state", "Carries a state", NO_ARGUMENTS, {0}, ask_state},
    {"test_input_required_result_multiple_inputs",
     "Asks three things",
     NO_ARGUMENTS,
     {0},
     ask_many},
    {"test_input_required_result_multi_round", "Asks twice", NO_ARGUMENTS, {0}, ask_rounds},
    {"test_input_required_result_tampered_state", "Knows its state", NO_ARGUMENTS, {0}, ask_state},
    {"test_input_required_result_capabilities",
     "Asks what can be asked",
     NO_ARGUMENTS,
     {0},
     ask_declared},
    {"greet", "Greets", ONE_TEXT("name"), {"name"}, greet},
    {"slow_compute",
     "Takes its time",
     "{\"type\":\"object\",\"properties\":{\"seconds\":{\"type\":\"number\"},\"label\":{\"type\":"
     "\"string\"}}}",
     {"seconds"},
     slow_compute},
    {"failing_job", "Fails", NO_ARGUMENTS, {0}, failing_job},
    {"protocol_error_job", "Fails by protocol", NO_ARGUMENTS, {0}, protocol_error_job},
    {"confirm_delete", "Asks as a task", ONE_TEXT("filename"), {"filename"}, confirm_delete},
    {"multi_input", "Asks two things as a task", NO_ARGUMENTS, {0}, multi_input},
    {"test_tool_with_task", "Asks, then is a task", NO_ARGUMENTS, {0}, tool_with_task},
    {"test_reconnection", "Lets go of its reader", NO_ARGUMENTS, {0}, reconnection},
    {"test_header",
     "Has its region in a header too",
     "{\"type\":\"object\",\"properties\":{\"region\":{\"type\":\"string\",\"x-mcp-header\":"
     "\"Region\"}}}",
     {"region"},
     greet},
};
const size_t fixture_tool_count = sizeof fixture_tools / sizeof fixture_tools[0];
