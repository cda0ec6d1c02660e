/* SPDX-License-Identifier: MIT */
#include "data/bind.h"

#include "sample.h"
#include "test.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(LIMIT_CALL_ARENA);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static bool bind(const char *text, struct sample *out, struct error *e)
{
    const struct json *j = json_parse(str_of(text), arena, e);
    assert_non_null(j);
    *e = (struct error){0};
    return bind_json(&sample_type, j, out, arena, e);
}

static struct sample must_bind(const char *text)
{
    struct sample s;
    struct error e;
    if (!bind(text, &s, &e)) {
        print_error("%s: %s\n", text, e.text);
        fail();
    }
    return s;
}

static bool is_dec(struct dec d, const char *text)
{
    struct dec want;
    return dec_parse(str_of(text), &want) && dec_eq(d, want);
}

static void what_is_not_given_has_its_initial_value_or_none(void **state)
{
    struct sample s = must_bind("{\"symbol\":\"AAPL\"}");
    (void)state;
    assert_str(s.symbol, "AAPL");
    assert_null(s.note.p);
    assert_int_equal(s.quantity, 1);
    assert_false(s.client.has || s.limit.has || s.confirm.has || s.until.has || s.beta.has);
    assert_true(is_dec(s.fee, "0.35"));
    assert_int_equal(s.side, 1);
    assert_int_equal(s.kind, 0);
    assert_true(s.stop.trailing);
    assert_false(s.stop.price.has);
    assert_int_equal(s.tags.n, 2);
    assert_str(((struct str *)s.tags.items)[1], "b");
    assert_null(s.legs.items);
}

static void every_kind_is_taken_in_its_own_form(void **state)
{
    struct sample s = must_bind(
        "{\"symbol\":\"AAPL\",\"note\":\"n\",\"quantity\":1000,\"client\":-7,\"weight\":0.25,"
        "\"beta\":-1.5e0,\"fee\":1.123456789,\"limit\":187.2543,\"dryRun\":true,\"confirm\":false,"
        "\"side\":\"BUY\",\"kind\":\"STP LMT\",\"at\":\"2026-11-22T18:03:46Z\","
        "\"until\":\"2026-11-23T00:00:00+01:00\",\"stop\":{\"price\":180,\"trailing\":false},"
        "\"tags\":[\"x\"],\"legs\":[{\"symbol\":\"A\"},{\"symbol\":\"B\",\"ratio\":3}],"
        "\"token\":\"t0p\"}");
    (void)state;
    assert_int_equal(s.quantity, 1000);
    assert_true(s.client.has && s.client.v == -7);
    assert_true(s.weight > 0.24 && s.weight < 0.26);
    assert_true(s.beta.has && s.beta.v < -1.4);
    assert_true(is_dec(s.fee, "1.123456789"));
    assert_true(s.limit.has && is_dec(s.limit.v, "187.2543"));
    assert_true(s.dry_run && s.confirm.has && !s.confirm.v);
    assert_int_equal(s.side, 0);
    assert_int_equal(s.kind, 2);
    assert_true(s.at.ns / NS_PER_S == 1795370626);
    assert_true(s.until.has && s.until.v.ns / NS_PER_S == 1795388400);
    assert_true(is_dec(s.stop.price.v, "180") && !s.stop.trailing);
    assert_int_equal(s.legs.n, 2);
    assert_int_equal(((struct leg *)s.legs.items)[0].ratio, 1);
    assert_int_equal(((struct leg *)s.legs.items)[1].ratio, 3);
    assert_str(s.token, "t0p");
}

static void other_forms_of_the_same_value_are_taken_too(void **state)
{
    struct sample s = must_bind(
        "{\"symbol\":7203,\"quantity\":\" 5.0 \",\"client\":\"12\",\"weight\":\"0.5\","
        "\"limit\":\"1e2\",\"dryRun\":\"Yes\",\"confirm\":0,\"side\":\"buy\",\"kind\":\"stp_lmt\","
        "\"stop\":\"{\\\"price\\\":\\\"5\\\"}\",\"tags\":\" AAPL, ASML ,,\","
        "\"legs\":\"[{\\\"symbol\\\":\\\"A\\\"}]\",\"note\":null}");
    (void)state;
    assert_str(s.symbol, "7203");
    assert_int_equal(s.quantity, 5);
    assert_int_equal(s.client.v, 12);
    assert_true(s.weight > 0.4);
    assert_true(is_dec(s.limit.v, "100"));
    assert_true(s.dry_run && s.confirm.has && !s.confirm.v);
    assert_int_equal(s.side, 0);
    assert_int_equal(s.kind, 2);
    assert_true(is_dec(s.stop.price.v, "5"));
    assert_int_equal(s.tags.n, 2);
    assert_str(((struct str *)s.tags.items)[0], "AAPL");
    assert_str(((struct str *)s.tags.items)[1], "ASML");
    assert_int_equal(s.legs.n, 1);
    assert_null(s.note.p);
    s = must_bind("{\"symbol\":\"A\",\"tags\":\"[\\\"x\\\",700]\",\"legs\":{\"symbol\":\"A\"}}");
    assert_str(((struct str *)s.tags.items)[1], "700");
    assert_int_equal(s.legs.n, 1);
    s = must_bind("{\"symbol\":\"A\",\"tags\":\"\"}");
    assert_true(s.tags.items && s.tags.n == 0);
}

static void what_is_wrong_is_refused_with_its_path(void **state)
{
    static const struct {
        const char *json, *reason, *text;
    } rows[] = {
        {"{}", "MISSING_ARGUMENT", "symbol is missing"},
        {"{\"symbol\":null}", "MISSING_ARGUMENT", "symbol is missing"},
        {"{\"symbol\":\"  \"}", "MISSING_ARGUMENT", "symbol is empty"},
        {"{\"symbl\":\"A\"}", "UNKNOWN_ARGUMENT", "unknown argument symbl"},
        {"[]", "INVALID_ARGUMENT", "arguments: expected an object, got array"},
        {"{\"symbol\":\"ABCDEFGHIJKLM\"}", "INVALID_ARGUMENT", "symbol: 13 characters"},
        {"{\"symbol\":[]}", "INVALID_ARGUMENT", "symbol: expected a string, got array"},
        {"{\"quantity\":0}", "INVALID_ARGUMENT", "quantity: 0 is below the minimum 1"},
        {"{\"quantity\":1001}", "INVALID_ARGUMENT", "quantity: 1001 is above the maximum 1000"},
        {"{\"quantity\":1.5}", "INVALID_ARGUMENT", "quantity: '1.5' is not a whole number"},
        {"{\"quantity\":\"1,000\"}", "INVALID_ARGUMENT", "quantity: '1,000' is not a whole"},
        {"{\"quantity\":\"\"}", "INVALID_ARGUMENT", "quantity: '' is not"},
        {"{\"quantity\":true}", "INVALID_ARGUMENT", "quantity: 'true' is not"},
        {"{\"quantity\":9223372036854775808}", "INVALID_ARGUMENT",
         "quantity: 9223372036854775808 is too large a number"},
        {"{\"weight\":\"NaN\"}", "INVALID_ARGUMENT", "weight: 'NaN' is not a number"},
        {"{\"weight\":\"inf\"}", "INVALID_ARGUMENT", "weight: 'inf' is not a number"},
        {"{\"weight\":1e999}", "INVALID_ARGUMENT", "weight: 1e999 is too large a number"},
        {"{\"limit\":1e308}", "INVALID_ARGUMENT", "limit: 1e308 is too large a number"},
        {"{\"quantity\":-1E40}", "INVALID_ARGUMENT", "quantity: -1E40 is too large a number"},
        {"{\"limit\":\"1e999x\"}", "INVALID_ARGUMENT", "limit: '1e999x' is not a number"},
        {"{\"quantity\":\"1.55e1\"}", "INVALID_ARGUMENT", "quantity: '1.55e1' is not a whole"},
        {"{\"weight\":1.01}", "INVALID_ARGUMENT", "weight: 1.01 is above the maximum 1"},
        {"{\"weight\":-0.1}", "INVALID_ARGUMENT", "weight: -0.1 is below the minimum 0"},
        {"{\"limit\":0}", "INVALID_ARGUMENT", "limit: 0 is below the minimum 0.01"},
        {"{\"limit\":\"NaN\"}", "INVALID_ARGUMENT", "limit: 'NaN' is not a number"},
        {"{\"limit\":\"$5\"}", "INVALID_ARGUMENT", "limit: '$5' is not a number"},
        {"{\"limit\":0.1234567891}", "INVALID_ARGUMENT", "limit: 0.1234567891 has more than 9"},
        {"{\"dryRun\":\"maybe\"}", "INVALID_ARGUMENT", "dryRun: 'maybe' is not true or false"},
        {"{\"side\":\"hold\"}", "INVALID_ARGUMENT", "side: 'hold' is none of BUY, SELL"},
        {"{\"kind\":\"LMT\"}", "INVALID_ARGUMENT", "kind: 'LMT' is none of MKT, STP LMT"},
        {"{\"at\":\"noon\"}", "INVALID_ARGUMENT", "at: 'noon' is not a time"},
        {"{\"stop\":5}", "INVALID_ARGUMENT", "stop: expected an object, got number"},
        {"{\"stop\":{\"price\":-1}}", "INVALID_ARGUMENT", "stop.price: -1 is below"},
        {"{\"stop\":{\"prize\":1}}", "UNKNOWN_ARGUMENT", "unknown argument stop.prize"},
        {"{\"legs\":[{\"symbol\":\"A\"},{}]}", "MISSING_ARGUMENT", "legs[1].symbol is missing"},
        {"{\"legs\":[{\"symbol\":\"A\",\"ratio\":10}]}", "INVALID_ARGUMENT",
         "legs[0].ratio: 10 is"},
        {"{\"legs\":[5]}", "INVALID_ARGUMENT", "legs[0]: expected an object, got number"},
        {"{\"legs\":\"[{\"}", "INVALID_ARGUMENT", "legs: malformed JSON"},
        {"{\"tags\":[\"a\",[]]}", "INVALID_ARGUMENT", "tags[1]: expected a string, got array"},
        {"{\"tags\":[\"a\",\" \"]}", "INVALID_ARGUMENT", "tags[1]: is empty"},
        {"{\"tags\":\"a,b,c,d\"}", "INVALID_ARGUMENT", "tags: 4 elements, at most 3"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sample s;
        struct error e;
        if (bind(rows[i].json, &s, &e))
            print_error("accepted: %s\n", rows[i].json);
        assert_int_equal(e.code, ERROR_INVALID);
        assert_string_equal(e.reason, rows[i].reason);
        assert_true(contains(e.text, rows[i].text));
    }
}

static void a_refusal_says_what_would_be_right(void **state)
{
    struct sample s;
    struct error e;
    (void)state;
    assert_false(bind("{\"symbl\":\"A\"}", &s, &e));
    assert_string_equal(e.next, "did you mean symbol?");
    assert_false(bind("{\"xyz\":\"A\"}", &s, &e));
    assert_true(contains(e.next, "known: symbol, note, quantity"));
    assert_false(bind("{}", &s, &e));
    assert_string_equal(e.next, "symbol: Ticker symbol; for example AAPL");
    assert_false(bind("{\"symbol\":\"A\",\"tags\":\"a,b,c,d\"}", &s, &e));
    assert_string_equal(e.next, "ask for at most 3 of them in one call");
}

static void a_secret_is_not_repeated_in_an_error(void **state)
{
    static const struct field pin_fields[] = {
        {.name = "pin", .kind = TYPE_INT, .doc = "PIN", .secret = true},
    };
    const struct type pin_type = {"pin", pin_fields, 1, sizeof(int64_t)};
    struct bind_pair pair = {STR("pin"), STR("hunter2")};
    int64_t pin;
    struct error e;
    (void)state;
    assert_false(bind_request(&pin_type, NULL, &pair, 1, &pin, arena, &e));
    assert_null(strstr(e.text, "hunter2"));
}

static void an_error_never_holds_control_characters(void **state)
{
    struct sample s;
    struct error e;
    (void)state;
    assert_false(bind("{\"a\\u001b[31mb\":1}", &s, &e));
    assert_null(strchr(e.text, 0x1B));
    assert_false(bind("{\"side\":\"\\u001b[2J\"}", &s, &e));
    assert_null(strchr(e.text, 0x1B));
}

static void limits_of_lists_and_texts_hold_where_the_field_says_nothing(void **state)
{
    struct sample s;
    struct error e;
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 20);
    for (int over = 0; over < 2; over++) {
        buf_reset(&b);
        buf_add_c(&b, "{\"symbol\":\"A\",\"legs\":[");
        for (int i = 0; i < LIMIT_LIST_ARGUMENT + over; i++)
            buf_add_f(&b, "%s{\"symbol\":\"A\"}", i ? "," : "");
        buf_add_str(&b, (struct str){"]}\0", 3});
        assert_int_equal(bind(b.p, &s, &e), !over);
        buf_reset(&b);
        buf_add_c(&b, "{\"symbol\":\"A\",\"note\":\"");
        for (int i = 0; i < BIND_TEXT_MAX + over; i++)
            buf_add_c(&b, "é");
        buf_add_str(&b, (struct str){"\"}\0", 3});
        assert_int_equal(bind(b.p, &s, &e), !over);
    }
    buf_fini(&b);
}

static void text_arguments_take_the_same_way(void **state)
{
    const struct bind_pair pairs[] = {
        {STR("symbol"), STR("AAPL")}, {STR("dryRun"), STR("true")}, {STR("tags"), STR("x")},
        {STR("limit"), STR("5.5")},   {STR("tags"), STR("y,z")},
    };
    struct sample s;
    struct error e = {0};
    (void)state;
    assert_true(bind_request(&sample_type, NULL, pairs, COUNT(pairs), &s, arena, &e));
    assert_str(s.symbol, "AAPL");
    assert_true(s.dry_run);
    assert_int_equal(s.tags.n, 3);
    assert_str(((struct str *)s.tags.items)[2], "z");
    assert_true(is_dec(s.limit.v, "5.5"));
}

static void an_argument_may_be_given_only_once(void **state)
{
    const struct bind_pair twice[] = {{STR("symbol"), STR("A")}, {STR("symbol"), STR("B")}};
    struct sample s;
    struct error e = {0};
    (void)state;
    assert_false(bind_request(&sample_type, NULL, twice, 2, &s, arena, &e));
    assert_string_equal(e.text, "symbol: is given twice");
    const struct json *body = json_parse(STR("{\"symbol\":\"A\",\"quantity\":5}"), arena, &e);
    assert_false(bind_request(&sample_type, body, twice, 1, &s, arena, &e));
    assert_string_equal(e.text, "symbol: is given twice");
    const struct bind_pair other = {STR("note"), STR("n")};
    assert_true(bind_request(&sample_type, body, &other, 1, &s, arena, &e));
    assert_int_equal(s.quantity, 5);
    assert_str(s.note, "n");
    const struct bind_pair unknown = {STR("not-e"), STR("n")};
    assert_false(bind_request(&sample_type, body, &unknown, 1, &s, arena, &e));
    assert_string_equal(e.reason, "UNKNOWN_ARGUMENT");
}

static void a_flag_may_have_dashes(void **state)
{
    static const struct field fields[] = {{.name = "max_order_size", .kind = TYPE_INT, .doc = "d"}};
    const struct type type = {"t", fields, 1, sizeof(int64_t)};
    (void)state;
    assert_ptr_equal(bind_find(&type, STR("max-order-size")), fields);
    assert_ptr_equal(bind_find(&type, STR("max_order_size")), fields);
    assert_null(bind_find(&type, STR("max-order")));
}

static void one_field_is_set_from_text_and_the_rest_left(void **state)
{
    struct sample s;
    struct error e = {0};
    (void)state;
    assert_true(bind_init(&sample_type, &s, arena, &e));
    assert_int_equal(s.quantity, 1);
    assert_true(bind_text(bind_find(&sample_type, STR("quantity")), STR("7"), &s, arena, &e));
    assert_int_equal(s.quantity, 7);
    assert_int_equal(s.side, 1);
    assert_false(bind_text(bind_find(&sample_type, STR("quantity")), STR("x"), &s, arena, &e));
    assert_int_equal(s.quantity, 7);
    assert_true(bind_text(bind_find(&sample_type, STR("note")), STR_NONE, &s, arena, &e));
    assert_true(s.note.p && s.note.n == 0);
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    struct sample s = {0};
    struct error e = {0};
    (void)state;
    assert_false(bind_text(bind_find(&sample_type, STR("note")), STR("\xFF"), &s, arena, &e));
    assert_false(bind_text(bind_find(&sample_type, STR("note")), STR("a\0b"), &s, arena, &e));
    assert_true(contains(e.text, "NUL"));
}

static void a_struct_is_written_with_null_for_what_is_absent(void **state)
{
    struct sample s = must_bind("{\"symbol\":\"A\",\"token\":\"t0p\",\"at\":\"2026-01-02\"}");
    struct json_writer w;
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    json_writer_init(&w, &b);
    write_json(&sample_type, &s, &w);
    assert_true(json_writer_done(&w));
    assert_str(buf_str(&b),
               "{\"symbol\":\"A\",\"note\":null,\"quantity\":1,\"client\":null,\"weight\":0,"
               "\"beta\":null,\"fee\":0.35,\"limit\":null,\"dryRun\":false,\"confirm\":null,"
               "\"side\":\"SELL\",\"kind\":null,\"at\":\"2026-01-02T00:00:00Z\",\"until\":null,"
               "\"stop\":{\"price\":null,\"trailing\":true},\"tags\":[\"a\",\"b\"],\"legs\":null,"
               "\"token\":\"***\"}");
    buf_fini(&b);
}

static void a_concise_answer_leaves_wide_fields_out(void **state)
{
    struct sample s = must_bind("{\"symbol\":\"A\",\"token\":\"t\",\"at\":\"2026-01-02\"}");
    struct json_writer w;
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    write_concise(&sample_type, &s, &w);
    json_end_object(&w);
    assert_true(json_writer_done(&w));
    assert_true(str_starts(buf_str(&b), STR("{\"symbol\":\"A\",\"quantity\":1,")));
    buf_fini(&b);
}

static void what_was_written_binds_to_the_same(void **state)
{
    struct sample s = must_bind(
        "{\"symbol\":\"A\",\"quantity\":9,\"client\":3,\"weight\":0.125,\"beta\":1.1,\"fee\":-2.5,"
        "\"limit\":0.015,\"dryRun\":true,\"confirm\":true,\"side\":\"BUY\",\"kind\":\"MKT\","
        "\"until\":\"2026-01-02T03:04:05.678Z\",\"legs\":[{\"symbol\":\"L\",\"ratio\":2}]}");
    struct json_writer w;
    struct buf once, twice;
    (void)state;
    buf_init(&once, 4096);
    buf_init(&twice, 4096);
    json_writer_init(&w, &once);
    write_json(&sample_type, &s, &w);
    buf_add_char(&once, '\0');
    s = must_bind(once.p);
    buf_cut(&once, once.n - 1);
    json_writer_init(&w, &twice);
    write_json(&sample_type, &s, &w);
    assert_true(str_eq(buf_str(&once), buf_str(&twice)));
    buf_fini(&once);
    buf_fini(&twice);
}

static void a_scalar_is_written_as_text(void **state)
{
    struct sample s = must_bind("{\"symbol\":\"A\",\"fee\":1.50,\"weight\":0.1,\"token\":\"x\"}");
    static const char *const rows[][2] = {
        {"symbol", "A"},   {"note", ""},     {"quantity", "1"},   {"fee", "1.5"},
        {"weight", "0.1"}, {"side", "SELL"}, {"kind", ""},        {"at", "1970-01-01T00:00:00Z"},
        {"tags", "a,b"},   {"token", "***"}, {"dryRun", "false"}, {"limit", ""},
    };
    struct buf b;
    (void)state;
    buf_init(&b, 256);
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_reset(&b);
        assert_true(write_text(type_find(&sample_type, str_of(rows[i][0])), &s, &b));
        assert_str(buf_str(&b), rows[i][1]);
    }
    assert_false(write_text(type_find(&sample_type, STR("legs")), &s, &b));
    buf_fini(&b);
}

static void what_must_be_positive_is_not_zero(void **state)
{
    struct amounts {
        struct dec money;
        double ratio;
        struct opt_int count;
    };
    static const struct field fields[] = {
        FIELD(struct amounts, money, .doc = "d", .positive = true),
        FIELD(struct amounts, ratio, .doc = "d", .positive = true),
        FIELD(struct amounts, count, .doc = "d", .positive = true),
    };
    struct amounts a = {0};
    (void)state;
    for (size_t i = 0; i < COUNT(fields); i++) {
        struct error e = {0};
        assert_true(bind_text(&fields[i], STR("1"), &a, arena, &e));
        assert_false(bind_text(&fields[i], STR("0"), &a, arena, &e));
        assert_non_null(strstr(e.text, ": 0 is not above zero"));
        assert_false(bind_text(&fields[i], STR("-1"), &a, arena, &e));
    }
    struct error e = {0};
    assert_true(bind_text(&fields[0], STR("0.000000001"), &a, arena, &e));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_given_has_its_initial_value_or_none),
        TEST(every_kind_is_taken_in_its_own_form),
        TEST(what_must_be_positive_is_not_zero),
        TEST(other_forms_of_the_same_value_are_taken_too),
        TEST(what_is_wrong_is_refused_with_its_path),
        TEST(a_refusal_says_what_would_be_right),
        TEST(a_secret_is_not_repeated_in_an_error),
        TEST(an_error_never_holds_control_characters),
        TEST(limits_of_lists_and_texts_hold_where_the_field_says_nothing),
        TEST(text_arguments_take_the_same_way),
        TEST(an_argument_may_be_given_only_once),
        TEST(a_flag_may_have_dashes),
        TEST(one_field_is_set_from_text_and_the_rest_left),
        TEST(text_that_is_not_utf8_is_refused),
        TEST(a_struct_is_written_with_null_for_what_is_absent),
        TEST(a_concise_answer_leaves_wide_fields_out),
        TEST(what_was_written_binds_to_the_same),
        TEST(a_scalar_is_written_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
