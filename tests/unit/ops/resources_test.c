/* SPDX-License-Identifier: MIT */
#include "ops/resources.h"

#include "data/bind.h"
#include "ops/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void each_resource_is_an_operation_that_only_reads_or_a_text(void **state)
{
    const struct resource *r;
    (void)state;
    for (size_t i = 0; (r = resource_next(&i));) {
        assert_true(r->op ? !r->text : r->text != NULL);
        if (!r->op)
            continue;
        const struct op *op = op_find(str_of(r->op));
        assert_non_null(op);
        assert_int_equal(op->effect, OP_READ);
        assert_true(!r->member || type_find(op->out, str_of(r->member)));
    }
}

/* The URI with "5" for each variable. */
static struct str filled(const char *uri)
{
    struct buf b;
    buf_init(&b, 200);
    for (const char *p = uri; *p; p++) {
        if (*p == '{') {
            buf_add_char(&b, '5');
            p = strchr(p, '}');
        } else {
            buf_add_char(&b, *p);
        }
    }
    struct str out = arena_str(arena, buf_str(&b));
    buf_fini(&b);
    return out;
}

static void each_resource_is_found_and_its_arguments_are_those_of_its_operation(void **state)
{
    const struct resource *r;
    const struct json *arguments;
    (void)state;
    for (size_t i = 0; (r = resource_next(&i));) {
        struct error e = {0};
        assert_ptr_equal(resource_find(filled(r->uri), arena, &arguments), r);
        if (!r->op)
            continue;
        const struct op *op = op_find(str_of(r->op));
        void *in = arena_alloc(arena, op->in->size);
        if (!bind_json(op->in, arguments, in, arena, &e))
            fail_msg("%s: %s", r->uri, e.text);
    }
}

static const struct {
    const char *uri, *found, *value;
} uris[] = {
    {"portcullis://portfolio", "portfolio", NULL},
    {"portcullis://quotes/AAPL,ASML.AEB.EUR", "quotes", "AAPL,ASML.AEB.EUR"},
    {"portcullis://quotes/BRK%20B", "quotes", "BRK B"},
    {"portcullis://quotes/a%2Fb", "quotes", "a/b"},
    {"portcullis://quotes/%C3%A9", "quotes", "\xc3\xa9"},
    {"portcullis://orders/17", "order", "17"},
    {"portcullis://quotes/", NULL, NULL},
    {"portcullis://quotes/%00", NULL, NULL},
    {"portcullis://quotes/%4", NULL, NULL},
    {"portcullis://quotes/%FF", NULL, NULL},
    {"portcullis://quotes/a/b", NULL, NULL},
    {"portcullis://portfolio/", NULL, NULL},
    {"portcullis:/portfolio", NULL, NULL},
    {"http://portfolio", NULL, NULL},
    {"portfolio", NULL, NULL},
    {"", NULL, NULL},
};

static void a_uri_is_a_resource_and_its_values_or_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        const struct json *arguments = NULL;
        const struct resource *r = resource_find(str_of(uris[i].uri), arena, &arguments);
        if (!uris[i].found) {
            assert_null(r);
            continue;
        }
        assert_non_null(r);
        assert_string_equal(r->name, uris[i].found);
        if (uris[i].value)
            assert_true(str_eq(arguments->items[0].text, str_of(uris[i].value)));
    }
}

static void a_value_may_be_long_but_not_endless(void **state)
{
    char uri[2000];
    const struct json *arguments;
    (void)state;
    memset(uri, 'x', sizeof uri);
    memcpy(uri, "portcullis://quotes/", 20);
    assert_non_null(resource_find((struct str){uri, 20 + 1000}, arena, &arguments));
    assert_null(resource_find((struct str){uri, 20 + 1001}, arena, &arguments));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_resource_is_an_operation_that_only_reads_or_a_text,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            each_resource_is_found_and_its_arguments_are_those_of_its_operation, setup, teardown),
        cmocka_unit_test_setup_teardown(a_uri_is_a_resource_and_its_values_or_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_value_may_be_long_but_not_endless, setup, teardown),
    };
    return cmocka_run_group_tests_name("resources", tests, NULL, NULL);
}
