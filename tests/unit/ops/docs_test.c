/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "ops/guide.h"
#include "words.h"

/* The input of get_tool_documentation, made by binding, so that its struct stays private. */
static struct docs {
    struct core core;
    struct settings settings;
    struct tasks *tasks;
    struct moment now;
    /* of the last call */
    char *topic, *markdown;
    struct error error;
    bool ok;
    const char *asked;
    const char *aspect;
} d;

static struct str text_of(const struct op *op, const void *out, const char *name)
{
    const struct field *f = type_find(op->out, str_of(name));
    assert_non_null(f);
    return *(const struct str *)(const void *)((const char *)out + f->offset);
}

static char *keep(struct str s)
{
    char *p = xmalloc(s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

static void drop(void)
{
    xfree(d.topic);
    xfree(d.markdown);
    d.topic = d.markdown = NULL;
}

static void run(struct task *t, void *arg)
{
    (void)arg;
    const struct op *op = op_find(STR("get_tool_documentation"));
    struct principal who = {.scopes = SCOPE_READ, .name = "test"};
    struct call call;
    struct arena *arena = task_arena(t);
    void *in = arena_alloc(arena, op->in->size), *out = arena_alloc(arena, op->out->size);
    struct bind_pair pairs[] = {{STR("tool_or_category"), str_of(d.asked)},
                                {STR("aspect"), str_of(d.aspect)}};
    call_init(&call, t, &d.core, &who, op);
    d.ok = bind_request(op->in, NULL, pairs, 2, in, arena, &call.error) && op_call(&call, in, out);
    d.error = call.error;
    if (d.ok) {
        d.topic = keep(text_of(op, out, "topic"));
        d.markdown = keep(text_of(op, out, "markdown"));
    }
}

/* The documentation of a topic; "" if there is none. */
static const char *docs(const char *topic, const char *aspect)
{
    drop();
    d.asked = topic;
    d.aspect = aspect;
    d.ok = false;
    assert_non_null(task_spawn(d.tasks, d.now, 1000, run, NULL));
    tasks_run(d.tasks, d.now);
    return d.ok ? d.markdown : "";
}

static int set_up(void **state)
{
    (void)state;
    settings_init(&d.settings);
    d.core.settings = &d.settings;
    d.now = (struct moment){{NS_PER_S}, {NS_PER_S}};
    d.tasks = tasks_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drop();
    tasks_free(d.tasks);
    settings_fini(&d.settings);
    return 0;
}

/* ---- topics ---- */

static void every_operation_is_documented(void **state)
{
    (void)state;
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));) {
        const char *text = docs(op->name, "all");
        if (!d.ok || !strstr(text, op->doc) || strcmp(d.topic, op->name) != 0)
            fail_msg("%s is not documented", op->name);
        for (size_t k = 0; k < op->in->count; k++)
            if (!strstr(text, op->in->fields[k].doc))
                fail_msg("%s: parameter %s is missing", op->name, op->in->fields[k].name);
        for (size_t k = 0; k < op->out->count; k++)
            if (!strstr(text, op->out->fields[k].doc))
                fail_msg("%s: field %s is missing", op->name, op->out->fields[k].name);
        if (op->route && !strstr(text, op->route))
            fail_msg("%s: its route is missing", op->name);
    }
}

static void every_category_has_a_page(void **state)
{
    (void)state;
    static const char *const promised[] = {
        "forex",           "stop_loss",   "international", "portfolio", "trading",
        "order_placement", "market_data", "account",       "orders",    "safety"};
    for (size_t i = 0; i < sizeof promised / sizeof promised[0]; i++) {
        const char *text = docs(promised[i], "all");
        assert_true(d.ok);
        assert_string_equal(d.topic, promised[i]);
        assert_non_null(strstr(text, "(`portcullis ")); /* at least one tool */
        assert_non_null(strstr(text, "## Workflow"));
        assert_non_null(strstr(text, "## Troubleshooting"));
    }
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));) {
        docs(op->category, "overview");
        if (!d.ok || strcmp(d.topic, op->category) != 0)
            fail_msg("category %s of %s has no page", op->category, op->name);
    }
}

static void a_category_lists_the_tools_it_includes(void **state)
{
    (void)state;
    const char *text = docs("international", "overview");
    assert_non_null(strstr(text, "`resolve_symbol`"));
    assert_non_null(strstr(text, "`get_forex_rates`"));
    assert_null(strstr(text, "`place_stop_loss`"));
    text = docs("trading", "overview");
    assert_non_null(strstr(text, "`place_stop_loss`"));
    assert_non_null(strstr(text, "`cancel_order`"));
    for (const struct guide *g = guides; g->name; g++) {
        struct str rest = str_of(g->includes), name;
        while (rest.n && str_cut(&rest, ',', &name)) {
            bool is_category = false;
            for (const struct guide *other = guides; other->name; other++)
                is_category = is_category || str_eq(name, str_of(other->name));
            if (!is_category && !op_find(name))
                fail_msg("%s includes " STR_FMT, g->name, STR_ARG(name));
        }
    }
}

static void commands_and_other_spellings_are_topics(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *topic;
    } cases[] = {
        {"quotes", "get_market_data"}, {"move-stop", "modify_stop_loss"},
        {"Stop Loss", "stop_loss"},    {"GET_MARKET_DATA", "get_market_data"},
        {" forex ", "forex"},          {"market-data", "market_data"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        docs(cases[i].asked, "overview");
        assert_true(d.ok);
        assert_string_equal(d.topic, cases[i].topic);
    }
}

static void an_unknown_topic_gives_suggestions(void **state)
{
    (void)state;
    static const struct {
        const char *asked, *hint;
    } cases[] = {
        {"stop", NULL}, /* a command */
        {"bracket_order", "place_bracket_order"},
        {"executio", "get_executions"},
        {"portfolo", "portfolio"},
        {"weather forecast", "categories are forex"},
        {"-", "categories are forex"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        docs(cases[i].asked, "all");
        assert_int_equal(d.ok, cases[i].hint == NULL);
        if (d.ok)
            continue;
        assert_int_equal(d.error.code, ERROR_NOT_FOUND);
        assert_string_equal(d.error.reason, "UNKNOWN_TOPIC");
        if (!strstr(d.error.next, cases[i].hint))
            fail_msg("%s: %s", cases[i].asked, d.error.next);
    }
}

/* ---- aspects ---- */

static void an_aspect_is_a_part_of_the_page(void **state)
{
    (void)state;
    static const struct {
        const char *aspect, *op_heading, *guide_heading;
    } cases[] = {
        {"examples", "## Examples", "## Examples"},
        {"parameters", "## Parameters", "## Parameters"},
        {"workflow", "## Workflow", "## Workflow"},
        {"troubleshooting", "## Troubleshooting", "## Troubleshooting"},
        {"related_tools", "## Related tools", "## Related categories"},
    };
    enum { N = sizeof cases / sizeof cases[0] };
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < N; k++) {
            const char *text = docs("get_market_data", cases[i].aspect);
            assert_int_equal(strstr(text, cases[k].op_heading) != NULL, i == k);
            text = docs("stop_loss", cases[i].aspect);
            assert_int_equal(strstr(text, cases[k].guide_heading) != NULL, i == k);
        }
    }
    assert_null(strstr(docs("get_market_data", "overview"), "## "));
}

static void the_same_question_has_the_same_answer(void **state)
{
    (void)state;
    char *first = xmalloc(strlen(docs("trading", "all")) + 1);
    snprintf(first, strlen(d.markdown) + 1, "%s", d.markdown);
    docs("portfolio", "all");
    assert_string_equal(first, docs("trading", "all"));
    xfree(first);
}

/* ---- what it says is true ---- */

/* Each `portcullis ...` in backticks is a command that is understood. */
static size_t check_commands(const char *text)
{
    size_t n = 0;
    struct arena *arena = arena_new(1 << 20);
    const char *mark = "`portcullis ";
    for (const char *p = text; (p = strstr(p, mark)); n++) {
        char line[256];
        p += strlen(mark);
        size_t length = strcspn(p, "`");
        assert_true(length < sizeof line);
        memcpy(line, p, length);
        line[length] = '\0';
        void *in;
        if (!op_find_verb(str_of(line))) /* the verb alone is no call */
            bind_words(line, arena, &in);
    }
    arena_free(arena);
    return n;
}

static void every_command_in_the_texts_is_understood(void **state)
{
    (void)state;
    size_t n = 0;
    for (const struct guide *g = guides; g->name; g++) {
        for (size_t i = 0; g->workflow[i]; i++)
            n += check_commands(g->workflow[i]);
        for (size_t i = 0; g->troubleshooting[i]; i++)
            n += check_commands(g->troubleshooting[i]);
    }
    assert_true(n > 30);
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));)
        check_commands(docs(op->name, "all"));
}

/* The arguments in "Tool call: `name` with `{...}`" are accepted by that tool. */
static void the_arguments_of_tool_calls_are_accepted(void **state)
{
    (void)state;
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));) {
        if (op->is_for_pages) /* nobody is told how to call it */
            continue;
        const char *page = docs(op->name, "examples"), *text = strstr(page, "` with `");
        if (op->effect == OP_APPROVE || op->effect == OP_ADMIN) { /* no tool does it */
            assert_non_null(strstr(page, "No tool call"));
            assert_null(text);
            continue;
        }
        assert_non_null(text);
        text += strlen("` with `");
        struct arena *arena = arena_new(1 << 20);
        struct error e = {0};
        struct str json = {text, strcspn(text, "`")};
        const struct json *tree = json_parse(json, arena, &e);
        void *in = arena_alloc(arena, op->in->size);
        if (!tree || !bind_json(op->in, tree, in, arena, &e))
            fail_msg("%s: %s", op->name, e.text);
        if (op->effect == OP_TRADE && type_find(op->in, STR("dry_run")))
            assert_non_null(strstr(text, "\"dry_run\":true"));
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_is_documented),
        cmocka_unit_test(every_category_has_a_page),
        cmocka_unit_test(a_category_lists_the_tools_it_includes),
        cmocka_unit_test(commands_and_other_spellings_are_topics),
        cmocka_unit_test(an_unknown_topic_gives_suggestions),
        cmocka_unit_test(an_aspect_is_a_part_of_the_page),
        cmocka_unit_test(the_same_question_has_the_same_answer),
        cmocka_unit_test(every_command_in_the_texts_is_understood),
        cmocka_unit_test(the_arguments_of_tool_calls_are_accepted),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
