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

static const struct json *parsed(struct arena *arena, const char *text)
{
    struct error e;
    const struct json *j = json_parse(str_of(text), arena, &e);
    assert_non_null(j);
    return j;
}

/* ---- proposals ---- */

static struct gate_proposal proposal(void)
{
    struct gate_request r;
    struct gate_proposal p = {.id = "0123456789abcdef0123456789abcdef",
                              .kind = GATE_MODIFY,
                              .orders = {full()},
                              .count = 1,
                              .allow_widening = true,
                              .principal = "local:1000",
                              .assistant = "model",
                              .reasoning = "because",
                              .reference = some("1.1"),
                              .value_base = some("405"),
                              .base_currency = "EUR",
                              .warnings = "NEEDS_CONFIRM",
                              .since = {1700000000LL * NS_PER_S},
                              .until = {1700000600LL * NS_PER_S},
                              .needs = GATE_APPROVAL_APP,
                              .number = 12,
                              .base = "b1"};
    proposal_request(&p, &r);
    proposal_digest(&r, p.digest);
    return p;
}

/* As it is written, with one part of the text put in place of another. */
static const char *proposal_text(const struct gate_proposal *p, const char *part, const char *other)
{
    static char text[8192];
    struct buf b, out;
    buf_init(&b, 4096);
    buf_init(&out, 8191);
    record_proposal(&b, p);
    struct str s = buf_str(&b);
    size_t at = str_find_str(s, str_of(part));
    assert_true(at < s.n);
    buf_add_str(&out, str_sub(s, 0, at));
    buf_add_c(&out, other);
    buf_add_str(&out, str_sub(s, at + strlen(part), s.n));
    str_copy_cut(text, sizeof text, buf_str(&out));
    buf_fini(&b);
    buf_fini(&out);
    return text;
}

static void a_proposal_is_written_whole_and_read_back_as_it_was(void **state)
{
    (void)state;
    struct gate_proposal p = proposal(), back;
    struct arena *arena = arena_new(1 << 20);
    struct error e;
    struct buf b;
    char expected[4096];
    (void)snprintf(
        expected, sizeof expected,
        "{\"state\":\"pending\",\"kind\":\"modify\",\"preview\":\"%s\",\"needs\":\"app\","
        "\"assistant\":\"model\",\"reasoning\":\"because\",\"allow_duplicate\":false,"
        "\"allow_widening\":true,\"reference\":1.1,\"value_base\":405,"
        "\"base_currency\":\"EUR\",\"warnings\":\"NEEDS_CONFIRM\",\"digest\":\"%s\","
        "\"base\":\"b1\",\"since\":\"2023-11-14T22:13:20Z\","
        "\"until\":\"2023-11-14T22:23:20Z\",\"legs\":[" FULL "]}",
        p.id, p.digest);
    for (int again = 0; again < 2; again++) {
        buf_init(&b, 4096);
        record_proposal(&b, &p);
        const struct json *j = json_parse(buf_str(&b), arena, &e);
        assert_true(j && record_read_proposal(j, &back));
        assert_int_equal(back.count, 1);
        assert_string_equal(back.orders[0].ref, "PC:A");
        assert_text(&b, expected);
        p = back;
    }
    arena_free(arena);
}

static void a_proposal_of_which_a_part_is_missing_or_changed_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *part, *other;
        bool ok;
    } rows[] = {{"\"pending\"", "\"pending\"", true},
                {"\"pending\"", "\"approved\"", false},
                {"\"legs\"", "\"arms\"", false},
                {"\"legs\":[", "\"legs\":[],\"more\":[", false},
                {"\"legs\":[", "\"legs\":[" BARE "," BARE "," BARE ",", false},
                {"\"quantity\":3", "\"quantity\":4", false}, /* not what was shown */
                {"\"modify\"", "\"place\"", false},
                {"\"allow_widening\":true", "\"allow_widening\":false", false},
                {"\"preview\"", "\"other\"", false},
                {"\"digest\"", "\"other\"", false},
                {"\"since\":\"2023", "\"since\":\"x", false},
                {"\"until\":\"2023", "\"until\":\"x", false}};
    struct arena *arena = arena_new(1 << 20);
    struct gate_proposal p = proposal(), back;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (record_read_proposal(parsed(arena, proposal_text(&p, rows[i].part, rows[i].other)),
                                 &back) != rows[i].ok)
            fail_msg("%s", rows[i].other);
    /* a new order, and one from before there were several ways of approving */
    struct gate_request r;
    p.kind = GATE_PLACE;
    p.needs = GATE_APPROVAL_OUT_OF_BAND;
    proposal_request(&p, &r);
    proposal_digest(&r, p.digest);
    assert_true(record_read_proposal(
        parsed(arena, proposal_text(&p, "\"needs\":\"out_of_band\",", "")), &back));
    assert_int_equal(back.kind, GATE_PLACE);
    assert_int_equal(back.needs, GATE_APPROVAL_OUT_OF_BAND);
    p.count = GATE_LEGS_MAX; /* a bracket */
    p.orders[1] = p.orders[2] = p.orders[0];
    proposal_request(&p, &r);
    proposal_digest(&r, p.digest);
    assert_true(
        record_read_proposal(parsed(arena, proposal_text(&p, "\"place\"", "\"place\"")), &back));
    assert_int_equal(back.count, GATE_LEGS_MAX);
    arena_free(arena);
}

static void what_a_person_said_is_written_with_what_it_is_about(void **state)
{
    (void)state;
    struct gate_proposal p = proposal();
    struct record_decision d = {.number = 12,
                                .is_yes = true,
                                .way = GATE_APPROVAL_APP,
                                .why = STR("looked at"),
                                .until = {1700000600LL * NS_PER_S}};
    struct buf b;
    buf_init(&b, 4096);
    record_decision(&b, &p, &d);
    assert_text(&b,
                "{\"state\":\"approved\",\"way\":\"app\",\"approval\":12,\"why\":\"looked at\","
                "\"until\":\"2023-11-14T22:23:20Z\","
                "\"preview\":\"0123456789abcdef0123456789abcdef\",\"proposer\":\"local:1000\"}");
    d.is_yes = false;
    buf_init(&b, 4096);
    record_decision(&b, &p, &d);
    assert_true(str_starts(buf_str(&b), STR("{\"state\":\"declined\"")));
    buf_fini(&b);
}

/* ---- reading ---- */

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
        cmocka_unit_test(a_proposal_is_written_whole_and_read_back_as_it_was),
        cmocka_unit_test(a_proposal_of_which_a_part_is_missing_or_changed_is_none),
        cmocka_unit_test(what_a_person_said_is_written_with_what_it_is_about),
        cmocka_unit_test(a_request_is_read_with_one_to_three_legs),
        cmocka_unit_test(a_decision_is_a_yes_or_a_no_with_its_number_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
