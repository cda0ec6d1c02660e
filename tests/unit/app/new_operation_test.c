/* SPDX-License-Identifier: MIT */
/*
 * A new operation needs one file under ops/ and nothing else: this one is registered in this test
 * alone, and every face has it.
 */
#include "../../kit/ask.h"

#include "data/json.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- all that an operation is ---- */

struct echo_in {
    struct str text;
    int64_t times;
};
static const struct field echo_in_fields[] = {
    FIELD(struct echo_in, text, .required = true, .positional = true, .doc = "What to say",
          .example = "hello"),
    FIELD(struct echo_in, times, .initial = "1", .min = "1", .max = "3", .doc = "How often"),
};
static const struct type echo_in_type = TYPE_OF(struct echo_in, echo_in_fields);

struct echo_out {
    struct str said;
    int64_t times;
};
static const struct field echo_out_fields[] = {
    FIELD(struct echo_out, said, .doc = "What was said"),
    FIELD(struct echo_out, times, .doc = "How often"),
};
static const struct type echo_out_type = TYPE_OF(struct echo_out, echo_out_fields);

static bool echo(struct call *c, const void *in, void *result)
{
    const struct echo_in *args = in;
    struct echo_out *out = result;
    if (str_eq(args->text, STR("nothing")))
        return error_set(&c->error, ERROR_DENIED, "SILENT", "nothing is not said");
    *out = (struct echo_out){args->text, args->times};
    return true;
}

static const struct op echo_ops[] = {
    {.name = "say_again",
     .title = "Echo",
     .doc = "Says what it hears.",
     .in = &echo_in_type,
     .out = &echo_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/echo/{text}",
     .verb = "echo",
     .example = "echo hello",
     .category = "account",
     .run = echo},
};
static const struct op_set echo_set = {echo_ops, 1};

/* ---- the faces ---- */

struct fixture {
    struct world *w;
    struct answer answer;
};

static int set_up(void **state)
{
    static struct fixture f;
    struct error e = {0};
    struct world_config config = {.seed = 3};
    assert_true(utc_parse(STR("2026-03-02T14:30:00Z"), &config.start));
    if (!op_find(STR("say_again")))
        op_register(&echo_set);
    f.w = world_new(&config, &e);
    assert_non_null(f.w);
    assert_true(world_start_app(f.w, &e));
    answer_start(&f.answer);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    answer_free(&f->answer);
    world_free(f->w);
    return 0;
}

static bool out_has(const struct fixture *f, const char *text)
{
    struct str out = buf_str(&f->answer.out);
    return str_find_str(out, str_of(text)) < out.n;
}

static int cli(struct fixture *f, const char *line)
{
    struct ask ask;
    assert_true(ask_cli(&ask, f->w, str_of(line), false, &f->answer));
    assert_true(ask_finish(&ask, 1000));
    return f->answer.status;
}

static int get(struct fixture *f, const char *target)
{
    struct ask ask;
    assert_true(ask_http(&ask, f->w, STR("GET"), str_of(target), NULL, 0, STR_NONE, &f->answer));
    assert_true(ask_finish(&ask, 1000));
    return f->answer.status;
}

static void mcp(struct fixture *f, const char *method, const char *params)
{
    struct assistant a = {0};
    assert_true(assistant_open(&a, f->w, STR("test"), STR("2025-11-25")));
    assistant_request(&a, f->w, str_of(method), str_of(params));
    assert_true(assistant_receive(&a, f->w, 1000, &f->answer.out));
    assistant_close(&a, f->w);
}

static void it_is_a_tool(void **state)
{
    struct fixture *f = *state;
    mcp(f, "tools/list", "{}");
    assert_true(out_has(f, "\"name\":\"say_again\""));
    assert_true(out_has(f, "Says what it hears."));
    mcp(f, "tools/call", "{\"name\":\"say_again\",\"arguments\":{\"text\":\"hello\",\"times\":2}}");
    assert_true(out_has(f, "\"said\":\"hello\",\"times\":2"));
    mcp(f, "tools/call", "{\"name\":\"say_again\",\"arguments\":{\"text\":\"x\",\"times\":4}}");
    assert_true(out_has(f, "\"isError\":true"));
}

static void it_is_a_command_with_help(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(cli(f, "help"), 0);
    assert_true(out_has(f, "echo"));
    assert_int_equal(cli(f, "echo --help"), 0);
    assert_true(out_has(f, "How often"));
    assert_true(out_has(f, "echo hello"));
    assert_int_equal(cli(f, "echo 'good morning' --times 2 --json"), 0);
    assert_true(out_has(f, "\"said\":\"good morning\""));
    assert_int_equal(cli(f, "echo"), 2);
    assert_int_equal(cli(f, "echo nothing"), 4);
}

static void it_is_a_route_that_openapi_describes(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(get(f, "/openapi.json"), 200);
    assert_true(out_has(f, "/api/echo/{text}"));
    assert_true(out_has(f, "say_again"));
    assert_int_equal(get(f, "/api/echo/hello%20there?times=3"), 200);
    assert_true(out_has(f, "\"said\":\"hello there\",\"times\":3"));
    assert_int_equal(get(f, "/api/echo/nothing"), 403);
    assert_true(out_has(f, "SILENT"));
    assert_int_equal(get(f, "/api/echo/hello?times=4"), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_a_tool, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_a_command_with_help, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_is_a_route_that_openapi_describes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
