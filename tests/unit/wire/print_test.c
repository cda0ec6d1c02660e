/* SPDX-License-Identifier: MIT */
#include "wire/print.h"

#include "data/json.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;
static struct buf out;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(16 << 20);
    buf_init(&out, 4 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    buf_fini(&out);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* What the message looks like after a trip over the wire. */
static struct str printed(enum wire_direction direction, int id, const void *m, int version)
{
    struct wire_any any;
    struct json_writer w;
    struct error e = {0};
    buf_reset(&out);
    if (!wire_encode(direction, id, m, version, &out, &e))
        fail_msg("%s", e.text);
    struct str body = arena_str(arena, str_sub(buf_str(&out), 4, out.n));
    if (!wire_decode(direction, body, version, arena, &any, &e))
        fail_msg("%s", e.text);
    buf_reset(&out);
    json_writer_init(&w, &out);
    wire_print(&any, &w);
    assert_true(json_writer_done(&w));
    return arena_str(arena, buf_str(&out));
}

static void assert_printed(enum wire_direction direction, int id, const void *m, int version,
                           const char *expected)
{
    assert_string_equal(printed(direction, id, m, version).p, expected);
}

static void fields_have_the_names_of_the_schema_in_both_encodings(void **state)
{
    (void)state;
    struct wire_rep_tick_price price = {1001, 68, 255.45, STR("200"), 1};
    const char *expected =
        "{\"reqId\":1001,\"tickType\":68,\"price\":255.45,\"size\":\"200\",\"attrMask\":1}";
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_TICK_PRICE, &price, 200, expected);
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_TICK_PRICE, &price, 225, expected);
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_OPEN_ORDER_END, NULL, 200, "{}");
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_OPEN_ORDER_END, NULL, 225, "{}");
}

static void messages_nest(void **state)
{
    (void)state;
    struct wire_bar bars[] = {{.date = STR("20260402"), .close = 1.5, .volume = STR("7")},
                              {.date = STR("20260403"), .wap = STR("1.25"), .bar_count = 2}};
    struct wire_rep_historical_data m = {.req_id = 4, .bars = {bars, 2}};
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_HISTORICAL_DATA, &m, 225,
                   "{\"reqId\":4,\"historicalDataBars\":["
                   "{\"date\":\"20260402\",\"open\":0,\"high\":0,\"low\":0,\"close\":1.5,"
                   "\"volume\":\"7\",\"barCount\":0},"
                   "{\"date\":\"20260403\",\"open\":0,\"high\":0,\"low\":0,\"close\":0,"
                   "\"WAP\":\"1.25\",\"barCount\":2}]}");
}

static void what_text_alone_carries_is_shown_too(void **state)
{
    (void)state;
    struct wire_rep_tick_efp efp = {.req_id = 1, .tick_type = 38, .basis_points = 0.5};
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_TICK_EFP, &efp, 225,
                   "{\"reqId\":1,\"tickType\":38,\"basisPoints\":0.5,\"impliedFuturesPrice\":0,"
                   "\"holdDays\":0,\"dividendImpact\":0,\"dividendsToLastTradeDate\":0}");
    struct wire_rep_historical_data m = {.req_id = 4, .start_date = STR("a"), .end_date = STR("b")};
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_HISTORICAL_DATA, &m, 195,
                   "{\"reqId\":4,\"startDateStr\":\"a\",\"endDateStr\":\"b\"}");
    struct wire_rep_delta_neutral_validation d = {.req_id = 2, .delta_neutral = {7, 0.5, 10}};
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_DELTA_NEUTRAL_VALIDATION, &d, 200,
                   "{\"reqId\":2,\"deltaNeutralContract\":{\"conId\":7,\"delta\":0.5,"
                   "\"price\":10}}");
}

static void members_of_another_form_are_shown_as_on_the_wire(void **state)
{
    (void)state;
    struct wire_req_mkt_data q = WIRE_REQ_CONTRACT_DEFAULT;
    q.req_id = 2;
    q.contract.multiplier = STR("100");
    q.options = STR("a=b;c=;");
    assert_printed(WIRE_TO_SERVER, WIRE_REQ_MKT_DATA, &q, 225,
                   "{\"reqId\":2,\"contract\":{\"conId\":0,\"multiplier\":100},"
                   "\"marketDataOptions\":[[\"a\",\"b\"],[\"c\",\"\"]]}");
    struct wire_rep_tick_by_tick t = {
        .req_id = 1, .tick_type = WIRE_TICK_MID_POINT, .time = 5, .price = 1.5};
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_TICK_BY_TICK, &t, 225,
                   "{\"reqId\":1,\"tickType\":4,\"historicalTickMidPoint\":"
                   "{\"time\":5,\"price\":1.5}}");
    struct wire_rep_verify_completed v = {STR("1"), STR("")};
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_VERIFY_COMPLETED, &v, 225, "{\"isSuccessful\":true}");
    struct wire_rep_sec_def_opt_param o = {
        .req_id = 1, .strikes = {(double[]){5, __builtin_inf(), -__builtin_inf()}, 3}};
    assert_printed(WIRE_TO_CLIENT, WIRE_REP_SEC_DEF_OPT_PARAM, &o, 225,
                   "{\"reqId\":1,\"underlyingConId\":0,\"strikes\":[5,\"Infinity\","
                   "\"-Infinity\"]}");
}

/* The peer's text is escaped, and mended if it is no UTF-8. */
static void hostile_text_stays_a_text(void **state)
{
    (void)state;
    struct wire_any any;
    struct json_writer w;
    struct error e = {0};
    struct str body = STR("\0\0\0\xd7\x0a\x05\"\x1b\xff\0}");
    assert_true(wire_decode(WIRE_TO_CLIENT, body, 225, arena, &any, &e));
    json_writer_init(&w, &out);
    wire_print(&any, &w);
    assert_true(json_writer_done(&w));
    assert_true(str_is_utf8(buf_str(&out)));
    assert_true(str_starts(buf_str(&out), STR("{\"accountsList\":\"\\\"\\u001b")));
}

static void every_message_can_be_shown(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 40, 1);
    for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m)) {
        for (int version = 200; version <= 226; version += 26) {
            if (version < m->min_version)
                continue;
            arena_reset(arena);
            struct str text =
                printed(m->direction, m->id, wire_generate(m, version, arena, &rng), version);
            struct error e = {0};
            const struct json *j = json_parse(text, arena, &e);
            if (!j)
                fail_msg("%s at %d: %s", m->name, version, e.text);
            assert_int_equal(j->kind, JSON_OBJECT);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fields_have_the_names_of_the_schema_in_both_encodings),
        TEST(messages_nest),
        TEST(what_text_alone_carries_is_shown_too),
        TEST(members_of_another_form_are_shown_as_on_the_wire),
        TEST(hostile_text_stays_a_text),
        TEST(every_message_can_be_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
