/* SPDX-License-Identifier: MIT */
/* What the journal has of requests and answers, to the letter: it is read years later. */
#include "base/arena.h"
#include "data/json.h"
#include "guard/record.h"
#include "guard/state.h"
#include "scene.h"

/* An order that says all that an order can say. */
static struct order full(void)
{
    return (struct order){.order_id = 7,
                          .client_id = 1,
                          .parent_id = 6,
                          .perm_id = 77,
                          .ref = "PC:A",
                          .account = "DU1",
                          .contract = {.con_id = 5,
                                       .sec_type = SEC_OPT,
                                       .symbol = "KO",
                                       .expiry = "20261218",
                                       .strike = some("62.5"),
                                       .right = 'P',
                                       .multiplier = "100",
                                       .exchange = "SMART",
                                       .primary_exchange = "CBOE",
                                       .currency = "USD",
                                       .local_symbol = "KO  261218P",
                                       .trading_class = "KOX"},
                          .side = SIDE_SELL,
                          .type = ORDER_STP_LMT,
                          .type_text = "STP LMT",
                          .tif = TIF_GTD,
                          .good_till = "20261201 10:00:00 UTC",
                          .oca_group = "g",
                          .quantity = DEC(3),
                          .limit_price = some("1.5"),
                          .stop_price = some("1.4"),
                          .trail_amount = some("0.3"),
                          .trail_percent = some("2"),
                          .trail_stop = some("1.2"),
                          .outside_rth = true};
}

#define FULL_IDS "\"order_id\":7,\"client_id\":1,\"parent_id\":6,\"perm_id\":77,\"ref\":\"PC:A\","
#define FULL_TERMS                                                                                 \
    "\"account\":\"DU1\",\"contract\":{\"con_id\":5,\"sec_type\":\"OPT\",\"symbol\":\"KO\","       \
    "\"expiry\":\"20261218\",\"strike\":62.5,\"right\":\"P\",\"multiplier\":\"100\","              \
    "\"exchange\":\"SMART\",\"primary_exchange\":\"CBOE\",\"currency\":\"USD\","                   \
    "\"local_symbol\":\"KO  261218P\",\"trading_class\":\"KOX\"},\"side\":\"SELL\","               \
    "\"type\":\"STP LMT\",\"tif\":\"GTD\",\"good_till\":\"20261201 10:00:00 UTC\","                \
    "\"oca_group\":\"g\",\"quantity\":3,\"limit_price\":1.5,\"stop_price\":1.4,"                   \
    "\"trail_amount\":0.3,\"trail_percent\":2,\"trail_stop\":1.2,\"outside_rth\":true"
#define FULL "{" FULL_IDS FULL_TERMS "}"

/* And one that says little. */
static struct order bare(void)
{
    return (struct order){.order_id = 8,
                          .account = "DU1",
                          .contract = {.con_id = 5, .sec_type = SEC_STK},
                          .side = SIDE_BUY,
                          .type = ORDER_MKT,
                          .type_text = "MKT",
                          .tif = TIF_DAY,
                          .quantity = DEC(1)};
}

#define BARE                                                                                       \
    "{\"order_id\":8,\"account\":\"DU1\",\"contract\":{\"con_id\":5,\"sec_type\":\"STK\"},"        \
    "\"side\":\"BUY\",\"type\":\"MKT\",\"tif\":\"DAY\",\"quantity\":1,\"outside_rth\":false}"

static void assert_text(struct buf *b, const char *expected)
{
    struct str s = buf_str(b);
    if (!str_eq(s, str_of(expected)))
        fail_msg("\n" STR_FMT "\nis not\n%s", STR_ARG(s), expected);
    buf_fini(b);
}

static void an_order_is_written_whole_and_read_back_as_it_was(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    const struct order orders[] = {full(), bare()};
    const char *const texts[] = {FULL, BARE};
    for (size_t i = 0; i < 2; i++) {
        struct order o = orders[i];
        for (int again = 0; again < 2; again++) { /* what was read is written the same */
            struct buf b;
            struct json_writer w;
            struct error e;
            buf_init(&b, 4096);
            json_writer_init(&w, &b);
            record_order(&w, &o);
            assert_true(json_writer_done(&w));
            const struct json *j = json_parse(buf_str(&b), arena, &e);
            assert_non_null(j);
            record_read_order(j, &o);
            assert_string_equal(o.type_text, orders[i].type_text);
            assert_text(&b, texts[i]);
        }
    }
    arena_free(arena);
}

static void a_request_is_written_with_all_that_its_decision_saw(void **state)
{
    (void)state;
    struct gate_request r = {.kind = GATE_MODIFY,
                             .face = STR("mcp"),
                             .assistant = STR("model"),
                             .reasoning = STR("because"),
                             .idempotency_key = STR("k1")};
    struct gate_ticket t = {
        .findings =
            {{.code = "QTY_MAX", .text = "too many", .value = some("9"), .limit = some("8")},
             {.code = "PRICE_COLLAR", .text = "too far"}},
        .finding_count = 2,
        .orders = {full(), bare()},
        .count = 2,
        .mode = GATE_MODE_PAPER,
        .reference = some("1.1"),
        .bid = some("1"),
        .ask = some("1.2"),
        .last = some("1.15"),
        .quote_time = {{1700000000LL * NS_PER_S}, true},
        .data_type = DATA_DELAYED,
        .currency = "USD",
        .base_currency = "EUR",
        .value = some("450"),
        .rate = some("0.9"),
        .value_base = some("405"),
        .position_before = DEC(4),
        .is_reducing = true,
        .preview_id = "pv",
        .approval_number = 12,
    };
    struct error e = {.reason = "QTY_MAX", .text = "9 exceed 8"};
    struct buf b;
    buf_init(&b, 16384);
    record_request(&b, &r, &t, DEC(405), "d1", &e);
    assert_text(
        &b, "{\"kind\":\"modify\",\"reason\":\"QTY_MAX\",\"text\":\"9 exceed 8\",\"face\":\"mcp\","
            "\"assistant\":\"model\",\"reasoning\":\"because\",\"key\":\"k1\",\"digest\":\"d1\","
            "\"preview\":\"pv\",\"approval\":12,\"counted_value\":405,\"mode\":\"paper\","
            "\"reference\":1.1,\"bid\":1,\"ask\":1.2,\"last\":1.15,"
            "\"quote_time\":\"2023-11-14T22:13:20Z\",\"data_type\":\"delayed\",\"value\":450,"
            "\"currency\":\"USD\",\"rate\":0.9,\"value_base\":405,\"base_currency\":\"EUR\","
            "\"position_before\":4,\"reducing\":true,\"findings\":[{\"code\":\"QTY_MAX\","
            "\"text\":\"too many\",\"value\":9,\"limit\":8},{\"code\":\"PRICE_COLLAR\","
            "\"text\":\"too far\"}],\"legs\":[" FULL "," BARE "]}");
    r = (struct gate_request){.kind = GATE_PLACE};
    t = (struct gate_ticket){.orders = {bare(), bare()}, .count = 1, .mode = GATE_MODE_LIVE};
    buf_init(&b, 16384);
    record_request(&b, &r, &t, DEC_ZERO, "d2", NULL);
    assert_text(&b, "{\"kind\":\"place\",\"digest\":\"d2\",\"counted_value\":0,\"mode\":\"live\","
                    "\"data_type\":\"none\",\"position_before\":0,\"reducing\":false,"
                    "\"findings\":[],\"legs\":[" BARE "]}");
}

/* Of a new order what the gate fills in is no part of it; a change names its order. */
static void a_digest_is_of_what_was_asked_for(void **state)
{
    (void)state;
    struct gate_request r = {.kind = GATE_PLACE, .orders = {full(), bare()}, .count = 2};
    char first[SHA256_HEX_MAX], other[SHA256_HEX_MAX], expected[SHA256_HEX_MAX];
    struct sha256 h = hash_sha256(STR("[{" FULL_TERMS "},{\"account\":\"DU1\",\"contract\":{"
                                      "\"con_id\":5,\"sec_type\":\"STK\"},\"side\":\"BUY\","
                                      "\"type\":\"MKT\",\"tif\":\"DAY\",\"quantity\":1,"
                                      "\"outside_rth\":false}]"));
    hash_hex(&h, expected);
    record_digest(&r, first);
    assert_string_equal(first, expected);
    r.orders[0].order_id++;
    record_digest(&r, other);
    assert_string_equal(other, expected);
    r.kind = GATE_MODIFY;
    r.count = 1;
    r.orders[0] = full();
    h = hash_sha256(STR("[" FULL "]"));
    hash_hex(&h, expected);
    record_digest(&r, other);
    assert_string_equal(other, expected);
}

static void an_answer_is_written_leg_by_leg(void **state)
{
    (void)state;
    struct gate_outcome o = {
        .text = "order 7: filled",
        .legs = {{.order = full(),
                  .status = {.state = STATE_INACTIVE,
                             .filled = DEC(2),
                             .avg_fill_price = some("1.5"),
                             .broker_code = 201,
                             .broker_text = "no"},
                  .result = GATE_REJECTED},
                 {.order = bare(), .status = {.state = STATE_SUBMITTED}, .result = GATE_WORKING}},
        .count = 2};
    struct buf b;
    buf_init(&b, 4096);
    record_outcome(&b, &o);
    assert_text(&b,
                "{\"text\":\"order 7: filled\",\"legs\":[{\"ref\":\"PC:A\",\"order_id\":7,"
                "\"perm_id\":77,\"result\":\"rejected\",\"state\":\"Inactive\",\"filled\":2,"
                "\"avg_fill_price\":1.5,\"broker_code\":201,\"broker_text\":\"no\"},"
                "{\"order_id\":8,\"result\":\"working\",\"state\":\"Submitted\",\"filled\":0}]}");
    const struct order orders[] = {full(), bare()};
    buf_init(&b, 4096);
    record_word(&b, orders, 2, "not_sent", "the line was cut");
    assert_text(&b, "{\"text\":\"the line was cut\",\"legs\":[{\"ref\":\"PC:A\",\"order_id\":7,"
                    "\"perm_id\":77,\"result\":\"not_sent\"},"
                    "{\"order_id\":8,\"result\":\"not_sent\"}]}");
}

static void a_cancel_is_written_with_its_reasons(void **state)
{
    (void)state;
    struct gate_cancel_request r = {.face = STR("rest"), .reasoning = STR("changed my mind")};
    struct order o = full();
    struct buf b;
    buf_init(&b, 4096);
    record_cancel(&b, &r, &o);
    assert_text(&b, "{\"face\":\"rest\",\"reasoning\":\"changed my mind\",\"order_id\":7,"
                    "\"perm_id\":77,\"ref\":\"PC:A\",\"account\":\"DU1\"}");
}

/* ---- reading ---- */

static const struct json *parsed(struct arena *arena, const char *text)
{
    struct error e;
    const struct json *j = json_parse(str_of(text), arena, &e);
    assert_non_null(j);
    return j;
}

static void a_request_is_read_with_one_to_three_legs(void **state)
{
    static const struct {
        const char *text;
        size_t legs; /* 0: it is none */
    } rows[] = {{"{}", 0},
                {"{\"legs\":[]}", 0},
                {"{\"legs\":[" BARE "]}", 1},
                {"{\"legs\":[" BARE "," BARE "," BARE "]}", 3},
                {"{\"legs\":[" BARE "," BARE "," BARE "," BARE "]}", 0}};
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct record_intent in;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(record_read_intent(parsed(arena, rows[i].text), &in), rows[i].legs != 0);
        assert_int_equal(in.count, rows[i].legs);
    }
    assert_true(record_read_intent(
        parsed(arena, "{\"kind\":\"modify\",\"key\":\"k\",\"digest\":\"d\",\"approval\":3,"
                      "\"counted_value\":4.5,\"legs\":[" FULL "]}"),
        &in));
    assert_true(in.is_modify && in.approval == 3 && dec_eq(in.value_base, number("4.5")));
    assert_true(str_eq(in.key, STR("k")) && str_eq(in.digest, STR("d")));
    assert_string_equal(in.orders[0].ref, "PC:A");
    assert_true(record_read_intent(parsed(arena, "{\"kind\":\"place\",\"legs\":[" FULL "]}"), &in));
    assert_false(in.is_modify);
    arena_free(arena);
}

static void a_decision_is_a_yes_or_a_no_with_its_number_and_time(void **state)
{
#define UNTIL ",\"until\":\"2023-11-14T22:13:20Z\""
    static const struct {
        const char *text;
        bool ok, is_yes;
    } rows[] = {{"{\"state\":\"approved\",\"approval\":1" UNTIL "}", true, true},
                {"{\"state\":\"declined\",\"approval\":1" UNTIL "}", true, false},
                {"{\"state\":\"pending\",\"approval\":1" UNTIL "}", false, false},
                {"{\"state\":\"approved\",\"approval\":0" UNTIL "}", false, false},
                {"{\"state\":\"approved\",\"approval\":1}", false, false},
                {"{\"state\":\"approved\"" UNTIL "}", false, false}};
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct record_decision out;
        assert_int_equal(record_read_decision(parsed(arena, rows[i].text), &out), rows[i].ok);
        if (rows[i].ok)
            assert_int_equal(out.is_yes, rows[i].is_yes);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_written_whole_and_read_back_as_it_was),
        cmocka_unit_test(a_request_is_written_with_all_that_its_decision_saw),
        cmocka_unit_test(a_digest_is_of_what_was_asked_for),
        cmocka_unit_test(an_answer_is_written_leg_by_leg),
        cmocka_unit_test(a_cancel_is_written_with_its_reasons),
        cmocka_unit_test(a_request_is_read_with_one_to_three_legs),
        cmocka_unit_test(a_decision_is_a_yes_or_a_no_with_its_number_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
