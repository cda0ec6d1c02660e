/* SPDX-License-Identifier: MIT */
/* The promise of the operation table: a row is all that the faces need. */
#include "data/bind.h"
#include "face/arguments.h"
#include "face/cli.h"
#include "face/errors.h"
#include "face/mcp.h"
#include "face/openapi.h"
#include "face/render.h"
#include "face/rest.h"
#include "fixture.h"

/* A new operation, complete as it would stand in a file of its own under ops/. */
struct doubled {
    int64_t number;
};
static const struct field doubled_fields[] = {
    FIELD(struct doubled, number, .doc = "A number", .required = true, .positional = true),
};
static const struct type doubled_type = TYPE_OF(struct doubled, doubled_fields);

static bool run_double(struct call *c, const void *in, void *out)
{
    (void)c;
    ((struct doubled *)out)->number = 2 * ((const struct doubled *)in)->number;
    return true;
}

static const struct op new_ops[] = {
    {.name = "double_number",
     .title = "Double",
     .doc = "Doubles a number.",
     .in = &doubled_type,
     .out = &doubled_type,
     .route = "GET /api/double/{number}",
     .verb = "double",
     .example = "double 4",
     .category = "arithmetic",
     .run = run_double},
};
static const struct op_set new_op_set = {new_ops, COUNT(new_ops)};

static const struct principal who = {.face = FACE_TEST, .scopes = SCOPE_READ, .name = "test"};

struct faces {
    struct fixture *f;
    struct access *access;
    struct http_request request;
    struct http_response response;
    struct cli_request line;
    struct cli_reply reply;
};

static void ask_rest(struct task *t, void *arg)
{
    struct faces *x = arg;
    rest_answer(t, &x->f->core, &(struct rest_config){.access = x->access}, &x->request,
                &x->response);
}

static void ask_cli(struct task *t, void *arg)
{
    struct faces *x = arg;
    struct principal caller = who;
    cli_answer(t, &x->f->core, &caller, &x->line, &x->reply);
}

static struct str command(struct faces *x, const char *one, const char *two)
{
    buf_reset(&x->reply.out);
    x->line = (struct cli_request){.args = {str_of(one), str_of(two)}, .count = 2};
    assert_non_null(task_spawn(x->f->tasks, x->f->now, 1000, ask_cli, x));
    tasks_run(x->f->tasks, x->f->now);
    return buf_str(&x->reply.out);
}

static void one_row_puts_an_operation_into_every_face(void **state)
{
    (void)state;
    struct faces x = {.f = fixture_new()};
    x.access = access_new(&x.f->core);
    access_listens(x.access, 5000, false);
    struct buf text;
    op_register(&new_op_set);
    buf_init(&text, 16 << 20);
    buf_init(&x.reply.out, 16 << 20);
    buf_init(&x.reply.err, 16 << 20);
    /* MCP: listed, and answers */
    mcp_tools_write(&x.f->core, &who, &text);
    assert_holds(buf_str(&text), "\"name\":\"double_number\",\"title\":\"Double\"");
    struct mcp_line *c = mcp_face_connect(x.f->mcp, &who);
    mcp_line_input(c,
                   STR("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"
                       "\"name\":\"double_number\",\"arguments\":{\"number\":21}}}\n"),
                   x.f->now);
    tasks_run(x.f->tasks, x.f->now);
    assert_holds(mcp_line_output(c), "\"number\":42}");
    mcp_line_free(c);
    /* OpenAPI */
    buf_reset(&text);
    openapi_write(&text);
    assert_holds(buf_str(&text), "\"/api/double/{number}\":{\"get\":{\"operationId\":\"double_");
    /* REST */
    x.request = (struct http_request){.method = STR("GET"),
                                      .path = STR("/api/double/21"),
                                      .headers = {{STR("Host"), STR("localhost:5000")}},
                                      .header_count = 1,
                                      .is_loopback = true};
    assert_non_null(task_spawn(x.f->tasks, x.f->now, 1000, ask_rest, &x));
    tasks_run(x.f->tasks, x.f->now);
    assert_int_equal(x.response.status, 200);
    assert_holds(buf_str(&x.response.body), "\"number\":42}");
    /* the command line: verb, help, completion */
    assert_holds(command(&x, "double", "21"), "number: 42\n");
    assert_holds(command(&x, "help", "double"), "portcullis double NUMBER");
    assert_holds(command(&x, "help", "double"), "the MCP tool double_number and as GET /api/doub");
    assert_holds(command(&x, "--json", "help"), "\nArithmetic:\n  double");
    assert_holds(command(&x, "completion", "bash"), "'double') flags=\"$flags --number\"");
    buf_fini(&x.response.body);
    buf_fini(&x.reply.out);
    buf_fini(&x.reply.err);
    buf_fini(&text);
    access_free(x.access);
    fixture_free(x.f);
}

/* ---- what holds for all rows ---- */

static void names_verbs_and_routes_are_unique(void **state)
{
    (void)state;
    const struct op *a, *b;
    for (size_t i = 0; (a = op_next(&i));) {
        for (size_t k = i; (b = op_next(&k));) {
            assert_string_not_equal(a->name, b->name);
            if (a->verb && b->verb)
                assert_string_not_equal(a->verb, b->verb);
            if (a->route && b->route)
                assert_string_not_equal(a->route, b->route);
        }
    }
}

static void rows_are_complete(void **state)
{
    (void)state;
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));) {
        assert_non_null(op->run);
        assert_true(op->in && op->out && op->in->size && op->out->size);
        assert_true(op->title && op->doc && op->category);
        assert_true(str_of(op->doc).n > 0 && str_of(op->doc).n <= 1000);
        if (op->verb && op->effect != OP_ADMIN && !op->example)
            fail_msg("%s has no example", op->name);
        if (op->example && !str_starts(str_of(op->example), str_of(op->verb)))
            fail_msg("%s: the example begins with another verb", op->name);
        for (size_t k = 0; k < op->in->count; k++)
            if (!op->in->fields[k].doc)
                fail_msg("%s.%s has no doc", op->name, op->in->fields[k].name);
        for (size_t k = 0; k < op->out->count; k++)
            if (!op->out->fields[k].doc)
                fail_msg("%s: %s has no doc", op->name, op->out->fields[k].name);
    }
}

/* ---- errors and the envelope ---- */

static void each_class_has_one_status_everywhere(void **state)
{
    static const struct {
        enum error_code code;
        int http, exit;
    } rows[] = {
        {ERROR_NONE, 200, 0},        {ERROR_INVALID, 400, 2},   {ERROR_NOT_FOUND, 404, 3},
        {ERROR_DENIED, 403, 4},      {ERROR_LIMIT, 429, 4},     {ERROR_CONFLICT, 409, 5},
        {ERROR_UNAVAILABLE, 503, 6}, {ERROR_TIMEOUT, 504, 7},   {ERROR_BROKER, 422, 8},
        {ERROR_PROTOCOL, 502, 9},    {ERROR_INTERNAL, 500, 70},
    };
    (void)state;
    assert_int_equal(COUNT(rows), ERROR_CODE_COUNT);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(error_face(rows[i].code)->http, rows[i].http);
        assert_int_equal(error_face(rows[i].code)->exit, rows[i].exit);
    }
}

/* An answer with a field of its own named as one of the envelope. */
struct shadowing {
    struct str account;
    int64_t n;
};
static const struct field shadowing_fields[] = {
    FIELD(struct shadowing, account, .doc = "Another account"),
    FIELD(struct shadowing, n, .doc = "A number"),
};
static const struct type shadowing_type = TYPE_OF(struct shadowing, shadowing_fields);

static void a_field_of_the_answer_wins_over_the_envelope(void **state)
{
    (void)state;
    static const struct op op = {.in = &shadowing_type, .out = &shadowing_type};
    struct call c = {.op = &op};
    struct shadowing out = {STR("own"), 1};
    struct json_writer w;
    struct buf text;
    buf_init(&text, 1 << 20);
    c.envelope.account = STR("of the envelope");
    json_writer_init(&w, &text);
    render_json(&c, &out, &w);
    assert_holds(buf_str(&text), "\"account\":\"own\",\"n\":1}");
    assert_lacks(buf_str(&text), "of the envelope");
    buf_reset(&text);
    json_writer_init(&w, &text);
    render_schema(&op, SCHEMA_OUTPUT, &w);
    assert_holds(buf_str(&text), "Another account");
    assert_lacks(buf_str(&text), "Account that the answer is about");
    buf_fini(&text);
}

static void the_envelope_is_one_line_for_people(void **state)
{
    (void)state;
    struct envelope e = {.account = STR("DU\0331"),
                         .mode = MODE_LIVE,
                         .as_of = {1500000000},
                         .source = STR("broker"),
                         .data_type = DATA_DELAYED,
                         .age_s = {2.25, true},
                         .complete = true};
    struct buf text;
    buf_init(&text, 1024);
    render_envelope(&e, &text);
    assert_holds(buf_str(&text), "account DU\xEF\xBF\xBD"
                                 "1, live, as of 1970-01-01T00:00:01.500Z, delayed prices at most "
                                 "2.2 s old, from broker, complete");
    buf_fini(&text);
}

static void the_nearest_word_is_found_or_none(void **state)
{
    static const char *const known[] = {"portfolio", "quotes", "limit", "limits", NULL};
    static const struct {
        const char *word, *best;
    } rows[] = {{"protfolio", "portfolio"},
                {"portf", "portfolio"},
                {"qoutes", "quotes"},
                {"limi", "limit"},
                {"xyz", NULL},
                {"", NULL},
                {"q", NULL}};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct nearest n = nearest_to(str_of(rows[i].word));
        for (size_t k = 0; k < COUNT(known); k++)
            nearest_try(&n, known[k]);
        if (rows[i].best)
            assert_string_equal(n.best, rows[i].best);
        else
            assert_null(n.best);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_row_puts_an_operation_into_every_face),
        cmocka_unit_test(names_verbs_and_routes_are_unique),
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(each_class_has_one_status_everywhere),
        cmocka_unit_test(a_field_of_the_answer_wins_over_the_envelope),
        cmocka_unit_test(the_envelope_is_one_line_for_people),
        cmocka_unit_test(the_nearest_word_is_found_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
