/* SPDX-License-Identifier: MIT */
/*
 * The limits of a run are those that it was started with: no operation changes a setting, whoever
 * asks, with whatever arguments. Loosening takes the configuration file and a restart.
 */
#include "../../kit/ask.h"
#include "data/bind.h"
#include "data/json.h"
#include "ops/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { PATIENCE_MS = 150 * 1000 };

static struct world *world;
static struct answer answer;
static struct assistant assistant;

static int set_up(void **state)
{
    (void)state;
    struct error e = {0};
    struct world_config config = {.seed = 12};
    answer_start(&answer);
    if (!utc_parse(STR("2026-03-02T14:30:00Z"), &config.start))
        return -1;
    world = world_new(&config, &e);
    if (!world || !world_start_paper(world, &e) || !world_start_app(world, &e) ||
        !world_run(world, 3000))
        return -1;
    return assistant_open(&assistant, world, STR("a model"), STR("2025-06-18")) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    assistant_close(&assistant, world);
    answer_free(&answer);
    world_free(world);
    return 0;
}

/* All that is in force, as text: of the program, and of the gate's own copy. */
static void look(struct buf *out)
{
    struct arena *arena = arena_new(1 << 20);
    struct setting_row row;
    struct json_writer w;
    const struct core *core = app_core(world->app);
    buf_reset(out);
    for (size_t i = 0; settings_row(core->settings, i, arena, &row); i++)
        buf_add_f(out, STR_FMT "=" STR_FMT " (" STR_FMT ")\n", STR_ARG(row.key), STR_ARG(row.value),
                  STR_ARG(row.origin));
    json_writer_init(&w, out);
    write_json(&guard_limits_type, gate_limits(core->gate), &w);
    assert_false(out->failed);
    arena_free(arena);
}

static void ask_person(const char *line)
{
    struct ask ask;
    assert_true(ask_cli(&ask, world, str_of(line), true, &answer));
    assert_true(ask_finish(&ask, PATIENCE_MS));
}

/* As an assistant, with its example and with arguments that it may have made up. */
static void ask_tool(const struct op *op, const char *more)
{
    struct buf params, line;
    const char *comma = "";
    buf_init(&params, 64 << 10);
    buf_init(&line, 8 << 20);
    buf_add_f(&params, "{\"name\":\"%s\",\"arguments\":{", op->name);
    for (size_t i = 0; i < op->in->count; i++) {
        const struct field *f = &op->in->fields[i];
        bool is_text = f->kind == TYPE_STR || f->kind == TYPE_ENUM || f->kind == TYPE_TIME;
        if (!f->example || f->kind == TYPE_LIST)
            continue;
        buf_add_f(&params, is_text ? "%s\"%s\":\"%s\"" : "%s\"%s\":%s", comma, f->name, f->example);
        comma = ",";
    }
    buf_add_f(&params, "%s%s}}", *more ? comma : "", more);
    assistant_request(&assistant, world, STR("tools/call"), buf_str(&params));
    assert_true(assistant_receive(&assistant, world, PATIENCE_MS, &line));
    buf_fini(&params);
    buf_fini(&line);
}

/* An operation may have ended the app. */
static void start_again(void)
{
    struct error e;
    if (world->app)
        return;
    assistant_close(&assistant, world);
    assert_true(world_start_app(world, &e) && world_run(world, 3000));
    assert_true(assistant_open(&assistant, world, STR("a model"), STR("2025-06-18")));
}

static void no_operation_changes_a_setting(void **state)
{
    (void)state;
    static const char *const made_up[] = {
        "", "\"limits\":{\"max_orders_per_day\":100000}", "\"limits.max_order_value\":1e9",
        "\"max_order_value\":1000000000,\"mode\":\"live\",\"allow_short\":true"};
    struct buf before, after;
    const struct op *op;
    size_t count = 0;
    buf_init(&before, 1 << 20);
    buf_init(&after, 1 << 20);
    look(&before);
    for (size_t i = 0; (op = op_next(&i)); count++) {
        for (size_t k = 0; k < sizeof made_up / sizeof made_up[0]; k++) {
            ask_tool(op, made_up[k]);
            start_again();
        }
        if (op->verb)
            ask_person(op->example);
        start_again();
        look(&after);
        if (!str_eq(buf_str(&before), buf_str(&after)))
            fail_msg("%s changed the settings", op->name);
    }
    assert_true(count >= 30);
    buf_fini(&before);
    buf_fini(&after);
}

/* The test above could not fail if this did not hold. */
static void a_restart_with_another_setting_is_seen(void **state)
{
    (void)state;
    struct error e;
    struct buf before, after;
    buf_init(&before, 1 << 20);
    buf_init(&after, 1 << 20);
    look(&before);
    assistant_close(&assistant, world);
    world_kill_app(world, false);
    assert_true(settings_set(&world->settings, STR("limits.max_orders_per_day"), STR("7"),
                             STR("a test"), &e));
    assert_true(world_start_app(world, &e) && world_run(world, 3000));
    look(&after);
    assert_false(str_eq(buf_str(&before), buf_str(&after)));
    assert_int_equal(gate_limits(app_core(world->app)->gate)->max_orders_per_day, 7);
    buf_fini(&before);
    buf_fini(&after);
    assert_true(assistant_open(&assistant, world, STR("a model"), STR("2025-06-18")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_operation_changes_a_setting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_restart_with_another_setting_is_seen, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
