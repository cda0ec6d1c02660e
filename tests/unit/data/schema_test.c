/* SPDX-License-Identifier: MIT */
#include "data/schema.h"

#include "sample.h"
#include "test.h"

static struct buf out;
static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    buf_init(&out, 1 << 20);
    arena = arena_new(LIMIT_CALL_ARENA);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_fini(&out);
    arena_free(arena);
    return 0;
}

static const struct json *schema_of(const struct type *type, enum schema_form form)
{
    struct json_writer w;
    struct error e;
    json_writer_init(&w, &out);
    schema_write(type, form, &w);
    assert_true(json_writer_done(&w));
    const struct json *j = json_parse(buf_str(&out), arena, &e);
    assert_non_null(j);
    return j;
}

static void assert_field(const struct json *schema, const char *name, const char *want)
{
    struct json_writer w;
    const struct json *property = json_get(json_get(schema, STR("properties")), str_of(name));
    assert_non_null(property);
    buf_reset(&out);
    json_writer_init(&w, &out);
    json_value(&w, property);
    assert_str(buf_str(&out), want);
}

static void the_input_form_says_what_may_be_sent(void **state)
{
    const struct json *s = schema_of(&sample_type, SCHEMA_INPUT);
    (void)state;
    assert_str(json_get_str(s, STR("type")), "object");
    assert_null(json_get(s, STR("anyOf")));
    assert_int_equal(json_get(s, STR("required"))->n, 1);
    assert_false(json_get(s, STR("additionalProperties"))->truth);
    assert_field(s, "symbol",
                 "{\"type\":\"string\",\"description\":\"Ticker symbol\",\"maxLength\":12,"
                 "\"examples\":[\"AAPL\"]}");
    assert_field(s, "quantity",
                 "{\"type\":\"integer\",\"description\":\"Shares\",\"minimum\":1,\"maximum\":1000,"
                 "\"default\":1}");
    assert_field(s, "fee", "{\"type\":\"number\",\"description\":\"Fee (USD)\",\"default\":0.35}");
    assert_field(s, "side",
                 "{\"type\":\"string\",\"description\":\"Direction\",\"enum\":[\"BUY\",\"SELL\"],"
                 "\"default\":\"SELL\"}");
    assert_field(s, "kind",
                 "{\"type\":\"string\",\"description\":\"Order type\",\"enum\":[\"MKT\","
                 "\"STP LMT\"]}");
    assert_field(s, "at",
                 "{\"type\":\"string\",\"description\":\"When\",\"format\":\"date-time\"}");
    assert_field(s, "tags",
                 "{\"type\":\"array\",\"description\":\"Labels\",\"items\":{\"type\":\"string\"},"
                 "\"maxItems\":3,\"default\":[\"a\",\"b\"]}");
    assert_field(s, "stop",
                 "{\"type\":\"object\",\"description\":\"Stop loss\",\"properties\":{\"price\":{"
                 "\"type\":\"number\",\"description\":\"Stop price\",\"minimum\":0},\"trailing\":{"
                 "\"type\":\"boolean\",\"description\":\"Follows the market\",\"default\":true}},"
                 "\"additionalProperties\":false}");
}

static void the_output_form_says_what_may_be_unknown(void **state)
{
    const struct json *s = schema_of(&sample_type, SCHEMA_OUTPUT);
    (void)state;
    assert_null(json_get(s, STR("additionalProperties")));
    assert_field(s, "limit", "{\"type\":[\"number\",\"null\"],\"description\":\"Limit price\"}");
    assert_field(s, "quantity", "{\"type\":\"integer\",\"description\":\"Shares\"}");
    assert_field(s, "kind",
                 "{\"type\":[\"string\",\"null\"],\"description\":\"Order type\",\"enum\":["
                 "\"MKT\",\"STP LMT\",null]}");
    assert_field(s, "legs",
                 "{\"type\":[\"array\",\"null\"],\"description\":\"Legs\",\"items\":{\"type\":"
                 "\"object\",\"properties\":{\"symbol\":{\"type\":[\"string\",\"null\"],"
                 "\"description\":\"Ticker\"},\"ratio\":{\"type\":\"integer\",\"description\":"
                 "\"Units of the leg\"}},\"required\":[\"ratio\"]}}");
    const struct json *required = json_get(s, STR("required"));
    assert_str(json_at(required, 0)->text, "quantity");
    assert_int_equal(required->n, 7);
}

static void several_types_make_one_object(void **state)
{
    const struct type *const types[] = {&leg_type, &guardrail_type};
    struct json_writer w;
    struct error e;
    (void)state;
    json_writer_init(&w, &out);
    schema_write_merged(types, 2, SCHEMA_OUTPUT, &w);
    const struct json *s = json_parse(buf_str(&out), arena, &e);
    assert_int_equal(json_get(s, STR("properties"))->n, 4);
    assert_int_equal(json_get(s, STR("required"))->n, 2);
}

static void a_type_without_fields_is_an_empty_object(void **state)
{
    const struct type none = {"none", NULL, 0, 1};
    (void)state;
    schema_of(&none, SCHEMA_INPUT);
    assert_str(buf_str(&out),
               "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
}

static void above_zero_is_an_exclusive_bound(void **state)
{
    struct one {
        struct dec quantity;
    };
    static const struct field fields[] = {
        FIELD(struct one, quantity, .doc = "Shares", .positive = true)};
    const struct type type = TYPE_OF(struct one, fields);
    (void)state;
    assert_field(schema_of(&type, SCHEMA_INPUT), "quantity",
                 "{\"type\":\"number\",\"description\":\"Shares\",\"exclusiveMinimum\":0}");
}

static void the_forms_for_tools_spare_words(void **state)
{
    const struct json *s = schema_of(&sample_type, SCHEMA_TOOL_INPUT);
    (void)state;
    assert_int_equal(json_get(s, STR("required"))->n, 1);
    assert_false(json_get(s, STR("additionalProperties"))->truth);
    assert_field(s, "symbol", "{\"type\":\"string\",\"description\":\"Ticker symbol\"}");
    assert_field(s, "kind", "{\"description\":\"Order type\",\"enum\":[\"MKT\",\"STP LMT\"]}");
    buf_reset(&out);
    s = schema_of(&sample_type, SCHEMA_TOOL_OUTPUT);
    assert_null(json_get(s, STR("required")));
    assert_field(s, "limit", "{}");
    assert_field(s, "quantity", "{\"type\":\"integer\"}");
    assert_field(s, "legs", "{\"items\":{\"properties\":{\"symbol\":{},\"ratio\":{}}}}");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_input_form_says_what_may_be_sent), TEST(the_output_form_says_what_may_be_unknown),
        TEST(the_forms_for_tools_spare_words),      TEST(several_types_make_one_object),
        TEST(above_zero_is_an_exclusive_bound),     TEST(a_type_without_fields_is_an_empty_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
