/* SPDX-License-Identifier: MIT */
#include "data/http.h"

#include "test.h"

static void a_header_is_found_whatever_its_case(void **state)
{
    struct http_request r = {
        .headers = {{STR("Host"), STR("a")}, {STR("X-Empty"), STR("")}, {STR("host"), STR("b")}},
        .header_count = 3};
    (void)state;
    assert_str(http_header(&r, STR("HOST")), "a");
    assert_non_null(http_header(&r, STR("x-empty")).p);
    assert_null(http_header(&r, STR("Origin")).p);
    assert_int_equal(http_header_count(&r, STR("host")), 2);
    assert_int_equal(http_header_count(&r, STR("Origin")), 0);
}

static void escapes_are_decoded_or_refused(void **state)
{
    static const struct {
        const char *in, *out; /* NULL: refused */
        bool plus;
    } rows[] = {
        {"AAPL", "AAPL", false}, {"EUR%2FUSD", "EUR/USD", false},
        {"a+b", "a+b", false},   {"a+b", "a b", true},
        {"%41%62", "Ab", false}, {"%C3%A9", "\xC3\xA9", false},
        {"", "", false},         {"%", NULL, false},
        {"%4", NULL, false},     {"%zz", NULL, false},
        {"%00", NULL, false},    {"%FF", NULL, false},
        {"\xFF", NULL, false},   {"a%2", NULL, false},
        {"%2541", "%41", false},
    };
    struct buf b;
    (void)state;
    buf_init(&b, 64);
    for (size_t i = 0; i < COUNT(rows); i++) {
        buf_reset(&b);
        assert_int_equal(http_decode(str_of(rows[i].in), rows[i].plus, &b), rows[i].out != NULL);
        if (rows[i].out)
            assert_str(buf_str(&b), rows[i].out);
    }
    buf_reset(&b);
    assert_false(http_decode((struct str){"a\0b", 3}, false, &b));
    buf_reset(&b);
    buf_add_c(&b, "\xFF"); /* what was there before is not judged */
    assert_true(http_decode(STR("a"), false, &b));
    buf_fini(&b);
    buf_init(&b, 2);
    assert_false(http_decode(STR("abc"), false, &b));
    buf_fini(&b);
}

static void a_status_has_its_text(void **state)
{
    (void)state;
    assert_string_equal(http_status_text(404), "Not Found");
    assert_string_equal(http_status_text(200), "OK");
    assert_string_equal(http_status_text(299), "Unknown");
}

static void a_request_is_for_us_or_for_somebody_else(void **state)
{
    static const struct {
        const char *host, *origin;
        bool is_tls;
        enum http_aim aim;
    } rows[] = {
        {"localhost", NULL, false, HTTP_LOCAL},
        {"127.0.0.1:5000", NULL, false, HTTP_LOCAL},
        {"[::1]:5000", NULL, false, HTTP_LOCAL},
        {"127.0.0.1:5001", NULL, false, HTTP_OTHER_HOST},
        {"127.0.0.1:5000:5000", NULL, false, HTTP_OTHER_HOST},
        {"127.0.0.2", NULL, false, HTTP_OTHER_HOST},
        {"0.0.0.0:5000", NULL, false, HTTP_OTHER_HOST},
        {"", NULL, false, HTTP_OTHER_HOST},
        {"evil.example", NULL, false, HTTP_OTHER_HOST},
        {"localhost.evil.example", NULL, false, HTTP_OTHER_HOST},
        {"localhost:5000", "http://localhost:5000", false, HTTP_LOCAL},
        {"localhost:5000", "https://localhost:5000", false, HTTP_OTHER_ORIGIN},
        {"localhost:5000", "https://localhost:5000", true, HTTP_LOCAL},
        {"localhost:5000", "http://localhost:5000", true, HTTP_OTHER_ORIGIN},
        {"localhost:5000", "http://127.0.0.1:5000", false, HTTP_OTHER_ORIGIN},
        {"localhost:5000", "null", false, HTTP_OTHER_ORIGIN},
        {"localhost:5000", "", false, HTTP_OTHER_ORIGIN},
        {"localhost:5000", "https://app.example", false, HTTP_PAGE},
        {"localhost:5000", "http://app.example", false, HTTP_OTHER_ORIGIN},
        {"gate.example", NULL, false, HTTP_NAMED},
        {"GATE.example:5000", NULL, false, HTTP_NAMED},
        {"gate.example:443", NULL, false, HTTP_OTHER_HOST},
        {"other.example:8443", NULL, false, HTTP_NAMED},
        {"other.example", NULL, false, HTTP_OTHER_HOST},
        {"gate.example", "https://gate.example", false, HTTP_NAMED},
        {"gate.example", "http://gate.example", false, HTTP_NAMED},
        {"gate.example", "http://localhost", false, HTTP_OTHER_ORIGIN},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_site site = {5000, rows[i].is_tls, STR("gate.example, other.example:8443,"),
                                 STR("https://app.example")};
        struct http_request r = {.headers = {{STR("Host"), str_of(rows[i].host)},
                                             {STR("Origin"), str_of(rows[i].origin)}},
                                 .header_count = rows[i].origin ? 2 : 1};
        if (http_aim(&r, &site) != rows[i].aim)
            print_error("%s %s\n", rows[i].host, rows[i].origin ? rows[i].origin : "");
        assert_int_equal(http_aim(&r, &site), rows[i].aim);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_is_found_whatever_its_case),
        cmocka_unit_test(escapes_are_decoded_or_refused),
        cmocka_unit_test(a_status_has_its_text),
        cmocka_unit_test(a_request_is_for_us_or_for_somebody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
