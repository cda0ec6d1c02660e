/* SPDX-License-Identifier: MIT */
/*
 * What only reads sends no order: every such row of the operation table is asked through every
 * face, with its example and with arguments that a model could make up, and then all bytes that
 * the session has sent are decoded. So is what any row at all does with input that is wrong.
 */
#include "../../kit/ask.h"
#include "../../kit/truth.h"

#include "base/limits.h"
#include "data/json.h"
#include "wire/codec.h"
#include "wire/frame.h"
#include "wire/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TAP_MAX = 64 << 20, PIECE = 1 << 20, PATIENCE_MS = 150 * 1000 };

static struct world *world;
static struct buf tap;
static size_t tap_at;             /* decoded up to here */
static struct wire_reader reader; /* of the tap */
static bool has_offer;
static struct answer answer;
static struct assistant assistant;
static size_t asked, answered; /* questions, and those that were no failure */

static int set_up(void **state)
{
    (void)state;
    struct error e = {0};
    struct world_config config = {.seed = 11};
    asked = answered = tap_at = 0;
    has_offer = false;
    buf_init(&tap, TAP_MAX);
    wire_reader_init(&reader, LIMIT_FRAME, true);
    answer_start(&answer);
    if (!utc_parse(STR("2026-03-02T14:30:00Z"), &config.start))
        return -1;
    world = world_new(&config, &e);
    if (!world)
        return -1;
    world->pipe.tap = &tap;
    if (!world_start_paper(world, &e) || !world_start_app(world, &e) || !world_run(world, 3000))
        return -1;
    return assistant_open(&assistant, world, STR("a model"), STR("2025-06-18")) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    assistant_close(&assistant, world);
    answer_free(&answer);
    world_free(world);
    wire_reader_fini(&reader);
    buf_fini(&tap);
    return 0;
}

/* ---- what has been sent ---- */

static bool acts(struct str body, struct arena *arena)
{
    struct session_status status;
    struct wire_any any;
    struct error e;
    session_status(app_session(world->app), &status);
    if (!wire_decode(WIRE_TO_SERVER, body, status.server_version, arena, &any, &e))
        fail_msg("message %d of version %d: %s", any.id, status.server_version, e.text);
    if (any.id == WIRE_REQ_PLACE_ORDER)
        return !((const struct wire_req_place_order *)any.message)->order.what_if;
    return wire_may_change_account(any.id);
}

/* How many messages that act have been sent since the last look. */
static size_t orders_sent(void)
{
    struct str body;
    struct error e;
    size_t count = 0;
    struct arena *arena = arena_new(1 << 20);
    assert_false(tap.failed);
    while (tap_at < tap.n) {
        struct str piece = str_sub(buf_str(&tap), tap_at, tap_at + PIECE);
        wire_reader_feed(&reader, piece.p, piece.n);
        tap_at += piece.n;
        while (wire_reader_next(&reader, &body, &e) == WIRE_NEXT_FRAME) {
            arena_reset(arena);
            if (has_offer)
                count += acts(body, arena);
            has_offer = true;
        }
    }
    arena_free(arena);
    return count;
}

static bool has_sent_all(void *ctx)
{
    struct session_status status;
    (void)ctx;
    session_status(app_session(world->app), &status);
    return status.queued_messages == 0;
}

static void must_be_quiet(const char *what)
{
    assert_true(world_run(world, 20));
    assert_true(world_until(world, has_sent_all, NULL, PATIENCE_MS) && has_sent_all(NULL));
    size_t n = orders_sent();
    if (n)
        fail_msg("%s: %zu messages that act were sent", what, n);
}

/* ---- asking ---- */

static void ask_as_command(const char *line)
{
    struct ask ask;
    assert_true(ask_cli(&ask, world, str_of(line), false, &answer));
    assert_true(ask_finish(&ask, PATIENCE_MS));
    asked++;
    answered += answer.status == 0;
    must_be_quiet(line);
}

/* "GET /api/quotes/{symbols}" with the examples of the fields in the braces. */
static void ask_over_http(const struct op *op)
{
    struct buf target;
    struct ask ask;
    struct str route = str_of(op->route), method;
    (void)str_cut(&route, ' ', &method);
    buf_init(&target, 4096);
    for (size_t i = 0; i < route.n; i++) {
        if (route.p[i] != '{') {
            buf_add_char(&target, route.p[i]);
            continue;
        }
        size_t end = str_find(route, '}', i);
        const struct field *f = type_find(op->in, str_sub(route, i + 1, end));
        buf_add_c(&target, f && f->example ? f->example : "1");
        i = end;
    }
    struct http_pair token = {STR("Authorization"), STR("Bearer " WORLD_TOKEN)};
    assert_true(ask_http(&ask, world, method, buf_str(&target), &token, 1, STR_NONE, &answer));
    assert_true(ask_finish(&ask, PATIENCE_MS));
    asked++;
    answered += answer.status == 200;
    must_be_quiet(op->route);
    buf_fini(&target);
}

/* Calls the tool; true if it was answered and no failure. */
static bool ask_as_tool(const struct op *op, struct str arguments)
{
    struct buf line, params;
    buf_init(&line, 8 << 20);
    buf_init(&params, 1 << 20);
    buf_add_f(&params, "{\"name\":\"%s\",\"arguments\":" STR_FMT "}", op->name, STR_ARG(arguments));
    assistant_request(&assistant, world, STR("tools/call"), buf_str(&params));
    assert_true(assistant_receive(&assistant, world, PATIENCE_MS, &line));
    struct str said = buf_str(&line);
    bool ok = str_find_str(said, STR("\"isError\":true")) == said.n &&
              str_find_str(said, STR("\"error\":{")) == said.n;
    asked++;
    answered += ok;
    must_be_quiet(params.p);
    buf_fini(&line);
    buf_fini(&params);
    return ok;
}

/* ---- arguments ---- */

/* The examples of the fields as a JSON object, but `wrong` holds what it never may. */
static void add_arguments(struct buf *out, const struct op *op, const struct field *wrong)
{
    const char *comma = "";
    buf_add_char(out, '{');
    for (size_t i = 0; i < op->in->count; i++) {
        const struct field *f = &op->in->fields[i];
        bool is_text = f->kind == TYPE_STR || f->kind == TYPE_ENUM || f->kind == TYPE_TIME;
        if (f == wrong)
            buf_add_f(out, "%s\"%s\":%s", comma, f->name,
                      f->kind == TYPE_OBJECT ? "5" : "{\"a\":[1]}");
        else if (f->example && f->kind == TYPE_LIST)
            buf_add_f(out, "%s\"%s\":[\"%s\"]", comma, f->name, f->example);
        else if (f->example)
            buf_add_f(out, is_text ? "%s\"%s\":\"%s\"" : "%s\"%s\":%s", comma, f->name, f->example);
        else
            continue;
        comma = ",";
    }
    if (!wrong)
        return; /* the caller goes on */
    buf_add_char(out, '}');
}

static void ask_with(const struct op *op, const char *more)
{
    struct buf arguments;
    buf_init(&arguments, 64 << 10);
    add_arguments(&arguments, op, NULL);
    buf_add_f(&arguments, "%s%s}", arguments.n > 1 && *more ? "," : "", more);
    (void)ask_as_tool(op, buf_str(&arguments));
    buf_fini(&arguments);
}

static bool only_reads(const struct op *op)
{
    return op->effect == OP_READ || op->effect == OP_PREVIEW;
}

/* ---- the tests ---- */

static void what_only_reads_sends_no_order_whatever_it_is_told(void **state)
{
    (void)state;
    size_t count = 0;
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));) {
        if (!only_reads(op))
            continue;
        count++;
        if (op->verb)
            ask_as_command(op->example);
        if (op->route)
            ask_over_http(op);
        ask_with(op, "");
        ask_with(op,
                 "\"transmit\":true,\"confirm\":true,\"dry_run\":false,\"submit\":\"BUY 5 AAPL\"");
        ask_with(op, "\"idempotency_key\":\"once\"");
    }
    printf("# %zu operations that only read, %zu questions, %zu answered\n", count, asked,
           answered);
    assert_true(count >= 20 && answered * 3 >= asked);
}

static void an_example_that_is_a_dry_run_sends_no_order(void **state)
{
    (void)state;
    size_t count = 0;
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));) {
        if (op->verb && strstr(op->example, "--dry-run")) {
            ask_as_command(op->example);
            count++;
        }
    }
    assert_true(count >= 3);
}

static void wrong_input_sends_no_order_whatever_the_operation(void **state)
{
    (void)state;
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));) {
        for (size_t k = 0; k < op->in->count; k++) {
            struct buf arguments;
            buf_init(&arguments, 64 << 10);
            add_arguments(&arguments, op, &op->in->fields[k]);
            if (ask_as_tool(op, buf_str(&arguments)))
                fail_msg("%s took %.300s", op->name, arguments.p);
            buf_fini(&arguments);
        }
        if (!only_reads(op)) /* what has no such argument takes it for a mistake */
            ask_with(op, "\"no_such_argument\":true");
    }
    assert_int_equal(answered, 0);
}

/* The other tests could not fail if this did not hold. */
static void an_order_and_its_cancel_are_seen_on_the_wire(void **state)
{
    static const char *const lines[] = {"limit KO BUY 5 60", "market KO BUY 5", "kill test"};
    static const size_t expected[] = {1, 1, 1};
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct ask ask;
        assert_true(ask_cli(&ask, world, str_of(lines[i]), false, &answer));
        assert_true(ask_finish(&ask, PATIENCE_MS));
        assert_true(world_run(world, 2000));
        printf("# %s: %d\n", lines[i], answer.status);
        assert_int_equal(orders_sent(), expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_only_reads_sends_no_order_whatever_it_is_told, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_example_that_is_a_dry_run_sends_no_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(wrong_input_sends_no_order_whatever_the_operation, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_order_and_its_cancel_are_seen_on_the_wire, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
