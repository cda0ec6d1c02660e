/* SPDX-License-Identifier: MIT */
#include "data/json.h"

#include "../base/dies.h"
#include "base/rng.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

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

static const struct json *must_parse(struct str text)
{
    struct error e = {0};
    const struct json *j = json_parse(text, arena, &e);
    if (!j)
        print_error(STR_FMT ": %s\n", STR_ARG(text), e.text);
    assert_non_null(j);
    return j;
}

static const struct json *parse(const char *text)
{
    return must_parse(str_of(text));
}

/* ---- reading ---- */
static void a_tree_keeps_kinds_keys_and_order(void **state)
{
    const struct json *j =
        parse(" {\"b\":[1,\"x\",null,true,{}],\"a\":-2.50,\"\":\"\\u00e9\\n\"} ");
    struct str s;
    bool truth;
    (void)state;
    assert_int_equal(j->kind, JSON_OBJECT);
    assert_int_equal(j->n, 3);
    assert_str(json_at(j, 0)->key, "b");
    const struct json *b = json_get(j, STR("b"));
    assert_int_equal(b->n, 5);
    assert_int_equal(json_at(b, 2)->kind, JSON_NULL);
    assert_true(json_to_bool(json_at(b, 3), &truth) && truth);
    assert_int_equal(json_at(b, 4)->n, 0);
    assert_null(json_at(b, 5));
    assert_str(json_get(j, STR("a"))->text, "-2.50");
    assert_true(json_to_str(json_get(j, STR("")), &s));
    assert_str(s, "\xC3\xA9\n");
    assert_null(json_get(j, STR("c")));
    assert_null(json_get(NULL, STR("c")));
}

static void numbers_keep_their_digits(void **state)
{
    static const char *const rows[] = {"0.1",
                                       "1.10",
                                       "123456789012345678.123456789",
                                       "1e400",
                                       "-0.0",
                                       "9223372036854775807",
                                       "9223372036854775808",
                                       "18446744073709551616",
                                       "-99999999999999999999",
                                       "-0",
                                       "1E+5",
                                       "1E-9",
                                       "0",
                                       "100"};
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_str(parse(rows[i])->text, rows[i]);
        char nested[64];
        snprintf(nested, sizeof nested, "[%s]", rows[i]);
        assert_str(json_at(parse(nested), 0)->text, rows[i]);
    }
    const struct json *mixed = parse("{\"1\":\"2,\\\"3\\\\\",\"k\":[4.0,{\"5\":6}],\"z\":7e1}");
    assert_str(json_at(json_get(mixed, STR("k")), 0)->text, "4.0");
    assert_str(json_at(json_at(json_get(mixed, STR("k")), 1), 0)->text, "6");
    assert_str(json_get(mixed, STR("z"))->text, "7e1");
    struct dec d, want;
    assert_true(json_to_dec(parse("123456789012345678.123456789"), &d));
    assert_true(dec_parse(STR("123456789012345678.123456789"), &want));
    assert_true(dec_eq(d, want));
}

static void what_is_not_strict_json_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        " ",
        "{",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "'a'",
        "{'a':1}",
        "[1]x",
        "[1] [2]",
        "1 2",
        "nul",
        "nulll",
        "True",
        "NULL",
        "NaN",
        "-NaN",
        "Infinity",
        "-Infinity",
        "[NaN]",
        "01",
        "-01",
        "+1",
        ".5",
        "1.",
        "1.e1",
        "1e",
        "1e+",
        "-",
        "--1",
        "0x10",
        "\"\t\"",
        "\"a\nb\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u0000\"",
        "\"abc",
        "\"\\\"",
        "/* c */1",
        "[1 2]",
        "[,]",
        "{,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,\"a\":1}",
        "{\"x\":[{\"k\":1,\"k\":2}]}",
        "]",
        "}",
        ":",
        ",",
        "[1}",
        "{]",
        "\xEF\xBB\xBF[1]",
        "\"\xFF\"",
        "\"\xC0\x80\"",
        "\"\xED\xA0\x80\"",
        "tru",
        "f",
        "\v1",
        "[1]\f",
        "\"a\" \"b\"",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error e = {0};
        if (json_parse(str_of(rows[i]), arena, &e))
            print_error("accepted: %s\n", rows[i]);
        assert_int_equal(e.code, ERROR_INVALID);
        assert_string_equal(e.reason, "JSON");
        assert_true(e.text[0] != '\0');
    }
    struct error e = {0};
    assert_null(json_parse((struct str){"1\0", 2}, arena, &e));
    assert_null(json_parse(STR_NONE, arena, &e));
}

static void a_number_at_the_end_needs_no_byte_behind_it(void **state)
{
    char text[] = {'[', '1', ']', '5'}; /* exact size: a read past it is seen by ASan */
    (void)state;
    assert_str(must_parse((struct str){text + 3, 1})->text, "5");
    assert_str(must_parse((struct str){text + 1, 1})->text, "1");
}

static void depth_is_bounded(void **state)
{
    char text[2 * LIMIT_JSON_DEPTH + 4];
    (void)state;
    for (int depth = LIMIT_JSON_DEPTH; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
        struct error e = {0};
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        bool ok = json_parse((struct str){text, 2 * (size_t)depth}, arena, &e);
        assert_int_equal(ok, depth == LIMIT_JSON_DEPTH);
        assert_int_equal(e.code, ok ? ERROR_NONE : ERROR_LIMIT);
    }
}

static void size_and_number_of_values_are_bounded(void **state)
{
    char *text = malloc(LIMIT_JSON_BYTES + 1);
    struct error e = {0};
    (void)state;
    memset(text, 'a', LIMIT_JSON_BYTES + 1);
    text[0] = text[LIMIT_JSON_BYTES - 1] = '"';
    assert_int_equal(must_parse((struct str){text, LIMIT_JSON_BYTES})->text.n,
                     LIMIT_JSON_BYTES - 2);
    assert_null(json_parse((struct str){text, LIMIT_JSON_BYTES + 1}, arena, &e));
    assert_int_equal(e.code, ERROR_LIMIT);

    size_t n = 0;
    text[n++] = '[';
    for (int i = 0; i < LIMIT_JSON_VALUES - 3; i++) {
        text[n++] = '1';
        text[n++] = ',';
    }
    memcpy(text + n, "1]", 2);
    n += 2;
    assert_int_equal(must_parse((struct str){text, n})->n, LIMIT_JSON_VALUES - 2);
    memcpy(text + n - 1, ",1,1,1]", 7);
    e = (struct error){0};
    assert_null(json_parse((struct str){text, n + 6}, arena, &e));
    assert_string_equal(e.reason, "JSON_LIMIT");
    free(text);
}

static void a_full_arena_is_an_error_and_no_crash(void **state)
{
    struct arena *small = arena_new(512);
    struct error e = {0};
    (void)state;
    assert_null(json_parse(STR("[1,2,3,4,5,6,7,8,9,10]"), small, &e));
    assert_int_equal(e.code, ERROR_LIMIT);
    arena_free(small);
}

static void values_convert_only_when_they_fit(void **state)
{
    int64_t i = 7;
    double v = 7;
    struct dec d = DEC(7);
    (void)state;
    assert_true(json_to_i64(parse("5.0"), &i) && i == 5);
    assert_true(json_to_i64(parse("5e2"), &i) && i == 500);
    i = 7;
    assert_false(json_to_i64(parse("5.5"), &i));
    assert_false(json_to_i64(parse("\"5\""), &i));
    assert_false(json_to_i64(parse("9223372036854775808"), &i));
    assert_int_equal(i, 7);
    assert_false(json_to_num(parse("1e400"), &v));
    assert_false(json_to_dec(parse("0.1234567891"), &d));
    assert_false(json_to_dec(NULL, &d));
    assert_true(json_to_num(parse("0.25"), &v) && v < 0.26 && v > 0.24);
    assert_null(json_get_str(parse("{\"a\":1}"), STR("a")).p);
    assert_str(json_get_str(parse("{\"a\":\"x\"}"), STR("a")), "x");
}

/* ---- writing ---- */
static void the_writer_writes_what_the_reader_reads(void **state)
{
    struct buf b;
    struct json_writer w;
    (void)state;
    buf_init(&b, 4096);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "s");
    json_str(&w, STR("a\"\\/\b\f\n\r\t\x01\x7F\xE2\x80\xA8é"));
    json_key(&w, "bad");
    json_str(&w, STR("x\xFFy\xE2\x82"));
    json_key(&w, "list");
    json_begin_array(&w);
    json_i64(&w, INT64_MIN);
    json_i64(&w, INT64_MAX);
    json_num(&w, 0.1);
    json_num(&w, NAN);
    json_num(&w, INFINITY);
    json_bool(&w, true);
    json_bool(&w, false);
    json_null(&w);
    json_begin_object(&w);
    json_end_object(&w);
    json_begin_array(&w);
    json_end_array(&w);
    json_end_array(&w);
    json_key(&w, "none");
    json_str(&w, STR_NONE);
    json_key(&w, "empty");
    json_text(&w, "");
    json_key(&w, "dec");
    json_dec(&w, DEC_MICRO(-1500000));
    json_key(&w, "no_dec");
    json_opt_dec(&w, DEC_NONE);
    json_key(&w, "at");
    json_time(&w, (struct utc){INT64_C(1795370626) * NS_PER_S});
    json_key(&w, "at_ms");
    json_time(&w, (struct utc){INT64_C(1795370626) * NS_PER_S + 5 * NS_PER_MS});
    json_end_object(&w);
    assert_true(json_writer_done(&w));
    assert_str(buf_str(&b),
               "{\"s\":\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\xE2\x80\xA8é\","
               "\"bad\":\"x\xEF\xBF\xBDy\xEF\xBF\xBD\xEF\xBF\xBD\","
               "\"list\":[-9223372036854775808,9223372036854775807,0.1,null,null,true,false,null,"
               "{},[]],\"none\":null,\"empty\":\"\",\"dec\":-1.5,\"no_dec\":null,"
               "\"at\":\"2026-11-22T18:03:46Z\",\"at_ms\":\"2026-11-22T18:03:46.005Z\"}");
    assert_non_null(must_parse(buf_str(&b)));
    buf_fini(&b);
}

static void a_value_of_the_tree_is_written_as_it_came(void **state)
{
    static const char text[] = "{\"id\":\"a\\n\",\"n\":[1.50,-2,1e400,null,true],\"o\":{}}";
    struct buf b;
    struct json_writer w;
    (void)state;
    buf_init(&b, 4096);
    json_writer_init(&w, &b);
    json_value(&w, parse(text));
    assert_true(json_writer_done(&w));
    assert_str(buf_str(&b), text);
    buf_fini(&b);
}

static void a_prepared_key_is_a_key(void **state)
{
    struct buf b;
    struct json_writer w;
    (void)state;
    buf_init(&b, 4096);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key_raw(&w, STR(",\"a\":"));
    json_i64(&w, 1);
    json_key_raw(&w, STR(",\"b\":"));
    json_begin_object(&w);
    json_end_object(&w);
    json_end_object(&w);
    assert_true(json_writer_done(&w));
    assert_str(buf_str(&b), "{\"a\":1,\"b\":{}}");
    buf_fini(&b);
}

/* One character to escape at each place of texts of all short lengths. */
static void a_text_is_escaped_wherever_it_must_be(void **state)
{
    char text[40], want[48];
    struct buf b;
    struct json_writer w;
    (void)state;
    buf_init(&b, 4096);
    for (size_t n = 0; n < sizeof text; n++) {
        for (size_t at = 0; at <= n; at++) { /* at == n: none */
            memset(text, 'x', n);
            if (at < n)
                text[at] = '"';
            size_t length = (size_t)snprintf(want, sizeof want, "\"%.*s%s%.*s\"", (int)at, text,
                                             at < n ? "\\\"" : "", (int)(at < n ? n - at - 1 : 0),
                                             text + at + 1);
            buf_reset(&b);
            json_writer_init(&w, &b);
            json_str(&w, (struct str){text, n});
            assert_true(json_writer_done(&w));
            assert_true(str_eq(buf_str(&b), (struct str){want, length}));
        }
    }
    buf_fini(&b);
}

static void json_stands_in_json_as_a_string(void **state)
{
    static const char text[] = "{\"s\":\"a\\n\\\"\",\"n\":[1.5,null]}";
    struct buf b;
    struct json_writer w;
    struct str back;
    (void)state;
    buf_init(&b, 4096);
    json_writer_init(&w, &b);
    json_begin_array(&w);
    json_quoted(&w, str_of(text));
    json_quoted(&w, STR("1"));
    json_end_array(&w);
    assert_true(json_writer_done(&w));
    const struct json *list = must_parse(buf_str(&b));
    assert_true(json_to_str(json_at(list, 0), &back));
    assert_str(back, text);
    assert_true(json_to_str(json_at(list, 1), &back));
    assert_str(back, "1");
    buf_fini(&b);
}

static void marks_are_escaped_wherever_they_stand(void **state)
{
    enum { LENGTH_MAX = 27 };
    char text[LENGTH_MAX], want[2 * LENGTH_MAX + 3];
    struct buf b;
    struct json_writer w;
    (void)state;
    buf_init(&b, 4096);
    for (size_t n = 0; n <= LENGTH_MAX; n++) {
        for (size_t from = 0; from <= n; from++) {
            for (size_t to = from; to <= n; to++) { /* marks from here to there */
                size_t length = 0;
                want[length++] = '"';
                for (size_t i = 0; i < n; i++) {
                    text[i] = i < from || i >= to ? (char)(0x80 * (i % 2) + '!') : "\"\\"[i % 2];
                    if (i >= from && i < to)
                        want[length++] = '\\';
                    want[length++] = text[i];
                }
                want[length++] = '"';
                buf_reset(&b);
                json_writer_init(&w, &b);
                json_quoted(&w, (struct str){text, n});
                assert_true(json_writer_done(&w));
                assert_true(str_eq(buf_str(&b), (struct str){want, length}));
            }
        }
    }
    buf_fini(&b);
}

static void a_double_is_written_short(void **state)
{
    static const struct {
        double v;
        const char *text;
    } rows[] = {
        {0, "0"},
        {1, "1"},
        {-1, "-1"},
        {0.1, "0.1"},
        {-0.05, "-0.05"},
        {1234.5, "1234.5"},
        {0.000001, "0.000001"},
        {1e15, "1000000000000000"},
        {1.0 / 3, "0.3333333333333333"},
        {1e22, "1e+22"},
        {5e-324, "4.94065645841247e-324"},
        {123456.789, "123456.789"},
        {0.1 + 0.2, "0.30000000000000004"},
        {100.01, "100.01"},
    };
    char text[JSON_NUM_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_str((struct str){text, json_num_format(rows[i].v, text)}, rows[i].text);
}

static void every_double_reads_back_exactly(void **state)
{
    struct rng r;
    char text[JSON_NUM_MAX];
    (void)state;
    rng_init(&r, 1, 1);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = rng_u64(&r);
        double v, back;
        memcpy(&v, &bits, sizeof v);
        if (i % 2)
            v = (double)(rng_u32(&r) % 10000000) / 10000;
        if (!isfinite(v))
            continue;
        size_t n = json_num_format(v, text);
        assert_true(n < JSON_NUM_MAX);
        assert_true(str_to_double((struct str){text, n}, &back));
        assert_memory_equal(&back, &v, sizeof v);
        assert_non_null(must_parse((struct str){text, n}));
        arena_reset(arena);
    }
}

static void random_decimals_pass_through_json_unchanged(void **state)
{
    struct rng r;
    struct buf b;
    (void)state;
    rng_init(&r, 2, 2);
    buf_init(&b, 256);
    for (int i = 0; i < 5000; i++) {
        struct json_writer w;
        struct dec d = {(dec_nano)(int64_t)rng_u64(&r) * (i % 3 ? 1 : 10000000)}, back;
        buf_reset(&b);
        json_writer_init(&w, &b);
        json_dec(&w, d);
        assert_true(json_to_dec(must_parse(buf_str(&b)), &back));
        assert_true(dec_eq(back, d));
        arena_reset(arena);
    }
    buf_fini(&b);
}

static void a_full_buf_fails_once_and_for_all(void **state)
{
    struct buf b;
    struct json_writer w;
    (void)state;
    buf_init(&b, 8);
    json_writer_init(&w, &b);
    json_begin_array(&w);
    json_text(&w, "much too long for this");
    json_end_array(&w);
    assert_false(json_writer_done(&w));
    assert_true(b.n <= 8);
    buf_fini(&b);
}

/* ---- misuse ---- */
static struct buf misuse_buf;
static struct json_writer misuse;

static void value_without_key(void)
{
    json_begin_object(&misuse);
    json_i64(&misuse, 1);
}

static void key_in_array(void)
{
    json_begin_array(&misuse);
    json_key(&misuse, "a");
}

static void wrong_end(void)
{
    json_begin_array(&misuse);
    json_end_object(&misuse);
}

static void key_without_value(void)
{
    json_begin_object(&misuse);
    json_key(&misuse, "a");
    json_end_object(&misuse);
}

static void two_roots(void)
{
    json_i64(&misuse, 1);
    json_i64(&misuse, 2);
}

static void left_open(void)
{
    json_begin_array(&misuse);
    (void)json_writer_done(&misuse);
}

static void too_deep(void)
{
    for (int i = 0; i <= JSON_WRITER_DEPTH; i++)
        json_begin_array(&misuse);
}

static void misuse_stops_the_program(void **state)
{
    void (*const rows[])(void) = {value_without_key, key_in_array, wrong_end, key_without_value,
                                  two_roots,         left_open,    too_deep};
    (void)state;
    buf_init(&misuse_buf, 4096);
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_writer_init(&misuse, &misuse_buf);
        assert_true(dies(rows[i]));
    }
    buf_fini(&misuse_buf);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_tree_keeps_kinds_keys_and_order),
        TEST(numbers_keep_their_digits),
        TEST(what_is_not_strict_json_is_refused),
        TEST(a_number_at_the_end_needs_no_byte_behind_it),
        TEST(depth_is_bounded),
        TEST(size_and_number_of_values_are_bounded),
        TEST(a_full_arena_is_an_error_and_no_crash),
        TEST(values_convert_only_when_they_fit),
        TEST(the_writer_writes_what_the_reader_reads),
        TEST(a_value_of_the_tree_is_written_as_it_came),
        TEST(a_prepared_key_is_a_key),
        TEST(a_text_is_escaped_wherever_it_must_be),
        TEST(json_stands_in_json_as_a_string),
        TEST(marks_are_escaped_wherever_they_stand),
        TEST(a_double_is_written_short),
        TEST(every_double_reads_back_exactly),
        TEST(random_decimals_pass_through_json_unchanged),
        TEST(a_full_buf_fails_once_and_for_all),
        TEST(misuse_stops_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
