/* SPDX-License-Identifier: MIT */
/*
 * fixture: a core without a broker and a few operations of the test's own, so that the faces are
 * tried with every kind of field, with a handler that waits and with one that fails.
 */
#ifndef PORTCULLIS_TESTS_UNIT_FACE_FIXTURE_H
#define PORTCULLIS_TESTS_UNIT_FACE_FIXTURE_H

#include "face/mcp.h"
#include "ops/op.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* ---- the operations ---- */

static const char *const test_sides[] = {"", "BUY", "SELL", NULL};

struct test_point {
    int64_t x, y;
};
static const struct field test_point_fields[] = {
    FIELD(struct test_point, x, .doc = "Across"),
    FIELD(struct test_point, y, .doc = "Up", .initial = "7"),
};
static const struct type test_point_type = TYPE_OF(struct test_point, test_point_fields);

struct test_echo {
    struct str text, note, account;
    struct list words, points;
    int64_t count;
    struct opt_num ratio;
    struct opt_dec price;
    bool sure;
    struct opt_bool maybe;
    unsigned side;
    struct opt_utc at;
    struct test_point point;
};
#define TEST_ECHO_FIELDS                                                                           \
    FIELD(struct test_echo, text, .doc = "Any text", .required = true, .positional = true,         \
          .example = "hello"),                                                                     \
        FIELD(struct test_echo, words, .doc = "Words", .positional = true),                        \
        FIELD(struct test_echo, count, .doc = "How many", .initial = "3", .min = "1", .max = "10", \
              .unit = "pieces"),                                                                   \
        FIELD(struct test_echo, ratio, .doc = "A ratio"),                                          \
        FIELD(struct test_echo, price, .doc = "A price", .unit = "USD"),                           \
        FIELD(struct test_echo, sure, .doc = "Whether it is sure"),                                \
        FIELD(struct test_echo, maybe, .doc = "Perhaps"),                                          \
        FIELD(struct test_echo, side, .doc = "Side", .choices = test_sides),                       \
        FIELD(struct test_echo, at, .doc = "When"),                                                \
        FIELD_OBJECT(struct test_echo, point, &test_point_type, .doc = "A place"),                 \
        FIELD(struct test_echo, points, .of = &test_point_type, .doc = "More places"),             \
        FIELD(struct test_echo, note, .doc = "A note")
static const struct field test_echo_fields[] = {
    TEST_ECHO_FIELDS,
    FIELD(struct test_echo, account, .doc = "Account"),
};
static const struct type test_echo_type = TYPE_OF(struct test_echo, test_echo_fields);

static bool test_run_echo(struct call *c, const void *in, void *out)
{
    const struct test_echo *args = in;
    memcpy(out, in, sizeof(struct test_echo));
    c->envelope.account = args->account.p ? args->account : STR("DU1");
    c->envelope.mode = MODE_PAPER;
    if (str_eq(args->note, STR("warn")))
        call_incomplete(c, "something is missing");
    return true;
}

struct test_wait {
    int64_t ms;
    struct str who;
};
static const struct field test_wait_fields[] = {
    FIELD(struct test_wait, ms, .doc = "How long", .unit = "ms", .positional = true,
          .initial = "100"),
    FIELD(struct test_wait, who, .doc = "Who asks, in the answer"),
};
static const struct type test_wait_type = TYPE_OF(struct test_wait, test_wait_fields);

/* Waits that have ended, however they ended. */
static size_t test_waits_over;

static bool test_run_wait(struct call *c, const void *in, void *out)
{
    const struct test_wait *args = in;
    struct test_wait *result = out;
    bool ok = task_sleep(c->task, args->ms, &c->error);
    test_waits_over++;
    result->ms = args->ms;
    result->who = arena_str(c->arena, STR_NAME(c->who->name));
    return ok;
}

struct test_finding {
    struct str code, text;
    struct opt_dec limit;
};
static const struct field test_finding_fields[] = {
    FIELD(struct test_finding, code, .doc = "Code"),
    FIELD(struct test_finding, text, .doc = "Text"),
    FIELD(struct test_finding, limit, .doc = "Limit"),
};
static const struct type test_finding_type = TYPE_OF(struct test_finding, test_finding_fields);
struct test_findings {
    struct list findings;
};
static const struct field test_findings_fields[] = {
    FIELD(struct test_findings, findings, .of = &test_finding_type, .doc = "Findings"),
};
static const struct type test_findings_type = TYPE_OF(struct test_findings, test_findings_fields);

/* An order: fails by its quantity, else says what it was asked. */
struct test_order {
    int64_t quantity;
    bool dry_run;
    struct str key;
};
static const struct field test_order_in_fields[] = {
    FIELD(struct test_order, quantity, .doc = "Quantity", .required = true, .positional = true),
    FIELD(struct test_order, dry_run, .doc = "Send nothing"),
};
static const struct type test_order_in_type = TYPE_OF(struct test_order, test_order_in_fields);
static const struct field test_order_out_fields[] = {
    FIELD(struct test_order, quantity, .doc = "Quantity"),
    FIELD(struct test_order, key, .doc = "Idempotency key as it arrived"),
};
static const struct type test_order_out_type = TYPE_OF(struct test_order, test_order_out_fields);

static bool test_run_order(struct call *c, const void *in, void *out)
{
    static struct test_finding finding = {.code = {"VALUE_MAX", 9},
                                          .text = {"value 9 exceeds \033[31m5", 22}};
    static struct test_findings findings = {{&finding, 1}};
    const struct test_order *args = in;
    struct test_order *result = out;
    result->quantity = args->quantity;
    result->key = c->idempotency_key;
    if (args->quantity < 100)
        return true;
    static const struct {
        int64_t quantity;
        enum error_code code;
        const char *reason;
    } failures[] = {{100, ERROR_LIMIT, "VALUE_MAX"},      {101, ERROR_LIMIT, "RATE_MINUTE"},
                    {102, ERROR_TIMEOUT, "TIMEOUT"},      {103, ERROR_UNAVAILABLE, "NOT_CONNECTED"},
                    {104, ERROR_BROKER, "BROKER"},        {105, ERROR_CONFLICT, "DUPLICATE"},
                    {106, ERROR_DENIED, "MODE_READ_ONLY"}};
    for (size_t i = 0; i < COUNT(failures); i++)
        if (failures[i].quantity == args->quantity)
            error_set(&c->error, failures[i].code, failures[i].reason, "refused \033[2J by %s",
                      failures[i].reason);
    c->error.broker_code = args->quantity == 104 ? 201 : 0;
    c->detail = &findings;
    c->detail_type = &test_findings_type;
    call_warn(c, "a warning");
    return error_next(&c->error, "ask for less");
}

static bool test_run_admin(struct call *c, const void *in, void *out)
{
    (void)c, (void)in, (void)out;
    return true;
}

static const struct type test_nothing_type = {.name = "nothing", .size = 1};

/* A large answer: rows of text until the reply is over its bound. */
struct test_row {
    struct str text;
};
static const struct field test_row_fields[] = {FIELD(struct test_row, text, .doc = "Text")};
static const struct type test_row_type = TYPE_OF(struct test_row, test_row_fields);
struct test_rows {
    struct list rows;
};
static const struct field test_rows_fields[] = {
    FIELD(struct test_rows, rows, .of = &test_row_type, .doc = "Rows"),
};
static const struct type test_rows_type = TYPE_OF(struct test_rows, test_rows_fields);

static bool test_run_flood(struct call *c, const void *in, void *out)
{
    enum { ROWS = 20000, BYTES = 1000 };
    (void)in;
    struct test_rows *result = out;
    struct test_row *rows = ARENA_MANY(c->arena, struct test_row, ROWS);
    char *text = arena_alloc(c->arena, BYTES);
    memset(text, 'x', BYTES);
    for (size_t i = 0; i < ROWS; i++)
        rows[i].text = (struct str){text, BYTES};
    result->rows = (struct list){rows, ROWS};
    return true;
}

static const struct op test_ops[] = {
    {.name = "test_echo",
     .title = "Echo",
     .doc = "Gives back what it got.",
     .in = &test_echo_type,
     .out = &test_echo_type,
     .is_idempotent = true,
     .route = "GET /api/test/echo/{text}",
     .verb = "echo",
     .example = "echo hello a,b --count 4",
     .category = "test_things",
     .run = test_run_echo},
    {.name = "test_post",
     .title = "Post",
     .doc = "Gives back what it got.",
     .in = &test_echo_type,
     .out = &test_echo_type,
     .effect = OP_PREVIEW,
     .route = "POST /api/test/echo/{text}",
     .category = "test_things",
     .run = test_run_echo},
    {.name = "test_words",
     .title = "Words",
     .doc = "Gives back what it got.",
     .in = &test_echo_type,
     .out = &test_echo_type,
     .route = "GET /api/test/words/{text}/{words}",
     .category = "test_things",
     .run = test_run_echo},
    {.name = "test_wait",
     .title = "Wait",
     .doc = "Waits.",
     .in = &test_wait_type,
     .out = &test_wait_type,
     .route = "GET /api/test/wait",
     .verb = "wait",
     .example = "wait 5",
     .category = "test_things",
     .run = test_run_wait},
    {.name = "test_order",
     .title = "Order",
     .doc = "Orders.",
     .in = &test_order_in_type,
     .out = &test_order_out_type,
     .effect = OP_TRADE,
     .is_destructive = true,
     .route = "POST /api/test/order",
     .verb = "test order",
     .example = "test order 5",
     .category = "test_orders",
     .run = test_run_order},
    {.name = "test_admin",
     .title = "Administer",
     .doc = "Administers.",
     .in = &test_nothing_type,
     .out = &test_nothing_type,
     .effect = OP_ADMIN,
     .route = "POST /api/test/admin",
     .verb = "administer",
     .category = "test_orders",
     .run = test_run_admin},
    {.name = "test_flood",
     .title = "Flood",
     .doc = "Answers with more than fits.",
     .in = &test_nothing_type,
     .out = &test_rows_type,
     .route = "GET /api/test/flood",
     .verb = "flood",
     .example = "flood",
     .category = "test_things",
     .run = test_run_flood},
};
static const struct op_set test_op_set = {test_ops, COUNT(test_ops)};

/* ---- the core ---- */

struct fixture {
    struct settings settings;
    struct core core;
    struct tasks *tasks;
    struct mcp_face *mcp;
    struct moment now;
};

/* Predictable, as a test wants it. */
static void fixture_random(void *self, void *out, size_t n)
{
    (void)self;
    memset(out, 7, n);
}

static inline struct fixture *fixture_new(void)
{
    static bool is_registered;
    static struct fixture f;
    if (!is_registered)
        op_register(&test_op_set);
    is_registered = true;
    f = (struct fixture){.tasks = tasks_new()};
    f.now.mono.ns = 1000;
    f.now.wall = utc_of_civil((struct civil){2026, 11, 22, 18, 3, 46, 0});
    settings_init(&f.settings);
    f.core.settings = &f.settings;
    f.core.is_embedded = true;
    f.mcp = mcp_face_new(&f.core, f.tasks, (struct mcp_entropy){fixture_random, NULL});
    return &f;
}

static inline void fixture_free(struct fixture *f)
{
    mcp_face_end(f->mcp);
    tasks_free(f->tasks);
    mcp_face_free(f->mcp);
    settings_fini(&f->settings);
}

/* Lets ms pass and runs what is due. */
static inline void fixture_run(struct fixture *f, int64_t ms)
{
    f->now.mono = instant_after_ms(f->now.mono, ms);
    f->now.wall.ns += ms * NS_PER_MS;
    tasks_run(f->tasks, f->now);
}

/* ---- looking at text ---- */

static inline bool holds(struct str text, const char *part)
{
    return str_find_str(text, str_of(part)) < text.n || !part[0];
}

static inline void assert_holds(struct str text, const char *part)
{
    if (!holds(text, part))
        print_error("'%s'\nis not in: " STR_FMT "\n", part, STR_ARG(str_sub(text, 0, 4000)));
    assert_true(holds(text, part));
}

static inline void assert_lacks(struct str text, const char *part)
{
    if (holds(text, part))
        print_error("'%s'\nis in: " STR_FMT "\n", part, STR_ARG(str_sub(text, 0, 4000)));
    assert_false(holds(text, part));
}

#endif
