/* SPDX-License-Identifier: MIT */
/* Any message as JSON and back: nothing is lost on the way. */
#include "wire/parse.h"

#include "base/rng.h"
#include "wire/message.h"
#include "wire/order.h"
#include "wire/print.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SEEDS = 12, JSON_CAP = 8 << 20 };

static const int versions[] = {157, 163, 176, 178, 187, 193, 200, 201, 203, 207, 212, 213, 226};

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- there and back ---- */

static struct str printed(const struct wire_any *any)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, JSON_CAP);
    json_writer_init(&w, &b);
    wire_print(any, &w);
    assert_true(json_writer_done(&w));
    struct str text = arena_str(arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

static struct wire_any parsed(const struct wire_message *type, struct str text)
{
    struct error e = {0};
    struct wire_any any = {0};
    const struct json *j = json_parse(text, arena, &e);
    if (!j || !wire_parse(j, type, arena, &any, &e))
        fail_msg("%s: %s in " STR_FMT, type->name, e.text, STR_ARG(text));
    return any;
}

static struct str body_of(const struct wire_any *any, int version)
{
    struct error e = {0};
    struct buf b;
    buf_init(&b, JSON_CAP);
    if (!wire_encode_again(any, version, &b, &e))
        fail_msg("%s at %d: %s", any->type->name, version, e.text);
    struct str body = arena_str(arena, str_sub(buf_str(&b), 4, b.n));
    buf_fini(&b);
    return body;
}

static struct wire_any decoded(enum wire_direction direction, struct str body, int version)
{
    struct error e = {0};
    struct wire_any any = {0};
    if (!wire_decode(direction, body, version, arena, &any, &e))
        fail_msg("at %d: %s", version, e.text);
    return any;
}

static void goes_through_json(const struct wire_message *type, int version, struct rng *rng)
{
    arena_reset(arena);
    struct wire_any made = {
        .id = type->id, .type = type, .message = wire_generate(type, version, arena, rng)};
    struct str body = body_of(&made, version);
    struct wire_any first = decoded(type->direction, body, version);
    struct str text = printed(&first);
    struct wire_any second = parsed(type, text);
    struct str again = body_of(&second, version);
    if (!str_eq(again, body))
        fail_msg("%s at %d comes back changed from " STR_FMT, type->name, version, STR_ARG(text));
    struct wire_any third = decoded(type->direction, again, version);
    assert_true(str_eq(printed(&third), text));
}

static void every_message_of_every_version_survives_json(void **state)
{
    (void)state;
    size_t count = 0;
    for (size_t v = 0; v < sizeof versions / sizeof *versions; v++)
        for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m)) {
            for (uint64_t seed = 1; seed <= SEEDS && versions[v] >= m->min_version; seed++) {
                struct rng rng;
                rng_init(&rng, seed, (uint64_t)m->id);
                goes_through_json(m, versions[v], &rng);
                count++;
            }
        }
    assert_true(count > 20000);
}

/* ---- what it looks like ---- */

static struct str print_body(enum wire_direction direction, struct str body, int version)
{
    struct wire_any any = decoded(direction, body, version);
    return printed(&any);
}

static void a_text_message_shows_what_is_set(void **state)
{
    (void)state;
    struct str body = STR("1\0006\0007\0001\000150.25\000100\0000\000");
    struct str text = print_body(WIRE_TO_CLIENT, body, 178);
    assert_true(str_eq(text, STR("{\"reqId\":7,\"tickType\":1,\"price\":150.25,\"size\":\"100\","
                                 "\"attrMask\":0}")));
}

static void a_protobuf_message_shows_what_it_had(void **state)
{
    (void)state;
    struct str body = STR("\0\0\0\xC9\x08\x07\x10\x01\x28\x00");
    struct str text = print_body(WIRE_TO_CLIENT, body, 213);
    assert_true(str_eq(text, STR("{\"reqId\":7,\"tickType\":1,\"attrMask\":0}")));
}

static void text_that_is_not_utf8_is_mended(void **state)
{
    (void)state;
    struct str body = STR("46\0006\0001\00045\000\xFFx\000");
    struct str text = print_body(WIRE_TO_CLIENT, body, 178);
    assert_true(str_is_utf8(text));
    assert_true(str_find_str(text, STR("\xEF\xBF\xBDx")) < text.n);
}

/* An order says transmit=false by leaving out what is true unless it is said. */
static void a_false_that_is_not_the_default_is_shown(void **state)
{
    (void)state;
    struct wire_req_place_order order = WIRE_REQ_PLACE_ORDER_DEFAULT;
    order.order.transmit = false;
    struct wire_any any = {.id = WIRE_REQ_PLACE_ORDER,
                           .type = wire_find(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER),
                           .message = &order};
    struct str text = printed(&any);
    assert_true(str_find_str(text, STR("\"transmit\":false")) < text.n);
}

static void a_frame_is_told_whole(void **state)
{
    (void)state;
    struct buf b;
    struct json_writer w;
    buf_init(&b, JSON_CAP);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    assert_true(wire_print_frame(WIRE_TO_CLIENT, STR("9\0001\00042\000"), 200, arena, &w, NULL));
    json_end_object(&w);
    assert_true(str_eq(buf_str(&b), STR("{\"id\":9,\"name\":\"nextValidId\",\"encoding\":\"text\","
                                        "\"server_version\":200,\"fields\":{\"orderId\":42}}")));
    buf_reset(&b);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    assert_false(
        wire_print_frame(WIRE_TO_CLIENT, STR("9\0001\00042\000x\000"), 200, arena, &w, NULL));
    json_end_object(&w);
    struct error e = {0};
    const struct json *j = json_parse(buf_str(&b), arena, &e);
    int64_t offset = 0;
    assert_non_null(j);
    assert_true(json_get_str(j, STR("error")).n > 0);
    assert_true(json_to_i64(json_get(j, STR("offset")), &offset));
    assert_int_equal(offset, 7);
    buf_fini(&b);
}

/* ---- what is refused ---- */

static void a_wrong_field_is_refused_by_name(void **state)
{
    static const struct {
        int id;
        const char *json, *says, *next;
    } cases[] = {
        {1, "{\"tickerId\":1}", "MarketDataRequest has no field tickerId", ""},
        {1, "{\"reqID\":1}", "MarketDataRequest has no field reqID", "there is reqId"},
        {1, "{\"reqId\":\"1\"}", "reqId wants a whole number", ""},
        {1, "{\"reqId\":4294967296}", "reqId wants a whole number of 32 bits", ""},
        {1, "{\"reqId\":1.5}", "reqId wants a whole number", ""},
        {1, "{\"contract\":[]}", "Contract wants an object, not array", ""},
        {1, "{\"contract\":{\"symbol\":1}}", "Contract.symbol wants a text, not number", ""},
        {1, "{\"contract\":{\"strike\":\"high\"}}", "strike wants a number", ""},
        {1, "{\"contract\":{\"comboLegs\":{}}}", "comboLegs wants an array", ""},
        {1, "{\"snapshot\":1}", "snapshot wants true or false", ""},
        {1, "{\"marketDataOptions\":[[\"a\"]]}", "wants an array of pairs", ""},
        {1, "[]", "MarketDataRequest wants an object", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        struct wire_any any;
        arena_reset(arena);
        const struct json *j = json_parse(str_of(cases[i].json), arena, &e);
        assert_non_null(j);
        assert_false(wire_parse(j, wire_find(WIRE_TO_SERVER, cases[i].id), arena, &any, &e));
        if (!strstr(e.text, cases[i].says))
            fail_msg("\"%s\" does not say \"%s\"", e.text, cases[i].says);
        assert_true(!cases[i].next[0] || strstr(e.next, cases[i].next));
    }
}

static void null_is_unset(void **state)
{
    (void)state;
    const struct wire_message *type = wire_find(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER);
    struct wire_any any = parsed(type, STR("{\"orderId\":3,\"order\":{\"lmtPrice\":null}}"));
    const struct wire_req_place_order *m = any.message;
    assert_int_equal(m->order_id, 3);
    assert_true(m->order.lmt_price == WIRE_UNSET_DOUBLE);
}

static void what_does_not_fit_into_memory_is_refused(void **state)
{
    (void)state;
    struct error e = {0};
    struct wire_any any;
    struct arena *small = arena_new(2 << 20);
    struct buf b;
    buf_init(&b, JSON_CAP);
    buf_add_c(&b, "{\"contractDescriptions\":[");
    for (int i = 0; i < 9000; i++)
        buf_add_c(&b, i ? ",{}" : "{}");
    buf_add_c(&b, "]}");
    const struct json *j = json_parse(buf_str(&b), arena, &e);
    assert_non_null(j);
    assert_false(
        wire_parse(j, wire_find(WIRE_TO_CLIENT, WIRE_REP_SYMBOL_SAMPLES), small, &any, &e));
    assert_string_equal(e.reason, "JSON_LIMIT");
    buf_fini(&b);
    arena_free(small);
}

static void messages_have_numbers_and_names(void **state)
{
    (void)state;
    assert_ptr_equal(wire_find_named(WIRE_TO_SERVER, 3, STR_NONE),
                     wire_find_named(WIRE_TO_SERVER, -1, STR("placeOrder")));
    assert_null(wire_find_named(WIRE_TO_CLIENT, -1, STR("placeOrder")));
    assert_null(wire_find_named(WIRE_TO_SERVER, (int64_t)1 << 40, STR_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_of_every_version_survives_json),
        cmocka_unit_test(a_text_message_shows_what_is_set),
        cmocka_unit_test(a_protobuf_message_shows_what_it_had),
        cmocka_unit_test(text_that_is_not_utf8_is_mended),
        cmocka_unit_test(a_false_that_is_not_the_default_is_shown),
        cmocka_unit_test(a_frame_is_told_whole),
        cmocka_unit_test(a_wrong_field_is_refused_by_name),
        cmocka_unit_test(null_is_unset),
        cmocka_unit_test(what_does_not_fit_into_memory_is_refused),
        cmocka_unit_test(messages_have_numbers_and_names),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
