/* SPDX-License-Identifier: MIT */
#include "wire/frame.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "wire/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Feeds from memory of exactly n bytes. */
static void feed(struct wire_reader *r, const char *p, size_t n)
{
    char *copy = xmalloc(n);
    memcpy(copy, p, n);
    wire_reader_feed(r, copy, n);
    xfree(copy);
}

static void assert_next(struct wire_reader *r, struct str expected)
{
    struct str body;
    struct error e = {0};
    assert_int_equal(wire_reader_next(r, &body, &e), WIRE_NEXT_FRAME);
    assert_true(str_eq(body, expected));
}

static void assert_more(struct wire_reader *r)
{
    struct str body;
    struct error e = {0};
    assert_int_equal(wire_reader_next(r, &body, &e), WIRE_NEXT_MORE);
}

static void assert_broken(struct wire_reader *r)
{
    struct str body;
    struct error e = {0};
    assert_int_equal(wire_reader_next(r, &body, &e), WIRE_NEXT_BROKEN);
    assert_true(e.code != ERROR_NONE);
    assert_string_equal(e.reason, "WIRE_BAD_FRAME");
}

static const char stream[] = "\0\0\0\1x\0\0\0\3abc\0\0\0\2\0y";
enum { STREAM = sizeof stream - 1 };

static void frames_arrive_whole_however_the_stream_is_cut(void **state)
{
    (void)state;
    for (size_t first = 0; first <= STREAM; first++) {
        for (size_t second = first; second <= STREAM; second++) {
            struct wire_reader r;
            const size_t cuts[] = {0, first, second, STREAM};
            static const struct str bodies[] = {{"x", 1}, {"abc", 3}, {"\0y", 2}};
            size_t seen = 0;
            wire_reader_init(&r, 16, false);
            for (int k = 0; k < 3; k++) {
                struct str body;
                struct error e;
                feed(&r, stream + cuts[k], cuts[k + 1] - cuts[k]);
                while (wire_reader_next(&r, &body, &e) == WIRE_NEXT_FRAME) {
                    assert_true(seen < 3 && str_eq(body, bodies[seen]));
                    seen++;
                }
            }
            assert_int_equal(seen, 3);
            assert_int_equal(wire_reader_pending(&r), 0);
            assert_more(&r);
            wire_reader_fini(&r);
        }
    }
}

static void a_server_expects_the_prelude_first(void **state)
{
    (void)state;
    static const char start[] = "API\0\0\0\0\11v100..225";
    for (size_t cut = 0; cut < sizeof start; cut++) {
        struct wire_reader r;
        wire_reader_init(&r, 64, true);
        feed(&r, start, cut);
        if (cut < sizeof start - 1)
            assert_more(&r);
        feed(&r, start + cut, sizeof start - 1 - cut);
        assert_next(&r, STR("v100..225"));
        wire_reader_fini(&r);
    }
}

static void another_opening_breaks_the_stream_at_its_first_wrong_byte(void **state)
{
    (void)state;
    static const struct str openings[] = {{"63\0", 3}, {"GET /", 5}, {"APIx", 4}, {"\0", 1}};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        struct wire_reader r;
        wire_reader_init(&r, 64, true);
        feed(&r, openings[i].p, openings[i].n);
        assert_broken(&r);
        feed(&r, "API\0", 4);
        assert_broken(&r);
        wire_reader_fini(&r);
    }
}

static void impossible_lengths_break_the_stream_for_good(void **state)
{
    (void)state;
    static const char *const lengths[] = {"\0\0\0\0", "\0\0\0\x11", "\x80\0\0\1",
                                          "\xff\xff\xff\xff"};
    for (size_t i = 0; i < 4; i++) {
        struct wire_reader r;
        wire_reader_init(&r, 16, false);
        feed(&r, "\0\0\0\1x", 5);
        feed(&r, lengths[i], 4);
        assert_next(&r, STR("x"));
        assert_broken(&r);
        feed(&r, "\0\0\0\1x", 5);
        assert_broken(&r);
        wire_reader_fini(&r);
    }
}

static void a_frame_of_exactly_the_cap_passes(void **state)
{
    (void)state;
    struct wire_reader r;
    wire_reader_init(&r, 16, false);
    feed(&r,
         "\0\0\0\x10"
         "0123456789abcdef",
         20);
    assert_next(&r, STR("0123456789abcdef"));
    wire_reader_fini(&r);
}

static void bytes_that_nobody_takes_out_break_the_stream(void **state)
{
    (void)state;
    struct wire_reader r;
    size_t n = 2 << 20;
    char *p = xcalloc(n, 1);
    p[3] = 1;
    wire_reader_init(&r, 16, false);
    feed(&r, p, n);
    assert_broken(&r);
    wire_reader_fini(&r);
    xfree(p);
}

static void a_written_frame_is_read_back(void **state)
{
    (void)state;
    struct buf b;
    struct wire_reader r;
    buf_init(&b, LIMIT_FRAME + 100);
    assert_true(wire_frame_add(&b, STR("hello")));
    assert_false(wire_frame_add(&b, STR("")));
    wire_reader_init(&r, LIMIT_FRAME, false);
    feed(&r, b.p, b.n);
    assert_next(&r, STR("hello"));
    wire_reader_fini(&r);
    buf_fini(&b);
}

/* ---- handshake ---- */

static void both_sides_shake_hands(void **state)
{
    (void)state;
    struct buf wire;
    struct wire_reader server;
    struct wire_reader client;
    struct wire_offer offer;
    struct wire_hello hello;
    struct error e = {0};
    struct str body;
    int version;
    buf_init(&wire, 1024);
    wire_reader_init(&server, 1024, true);
    wire_reader_init(&client, 1024, false);

    assert_true(wire_offer_build(&wire, 176, 200, STR("+PACEAPI")));
    assert_true(str_eq(buf_str(&wire), (struct str){"API\0\0\0\0\22v176..200 +PACEAPI", 8 + 18}));
    feed(&server, wire.p, wire.n);
    assert_int_equal(wire_reader_next(&server, &body, &e), WIRE_NEXT_FRAME);
    assert_true(wire_offer_parse(body, &offer, &e));
    assert_int_equal(offer.min, 176);
    assert_int_equal(offer.max, 200);
    assert_true(str_eq(offer.options, STR("+PACEAPI")));
    assert_true(wire_choose_version(&offer, 157, 200, &version, &e));
    assert_int_equal(version, 200);

    buf_reset(&wire);
    assert_true(wire_hello_build(&wire, version, STR("20260405 23:50:23 CET")));
    feed(&client, wire.p, wire.n);
    assert_int_equal(wire_reader_next(&client, &body, &e), WIRE_NEXT_FRAME);
    assert_true(wire_hello_parse(body, 176, 200, &hello, &e));
    assert_int_equal(hello.version, 200);
    assert_true(str_eq(hello.time, STR("20260405 23:50:23 CET")));

    wire_reader_fini(&server);
    wire_reader_fini(&client);
    buf_fini(&wire);
}

static void offers_are_read_in_all_their_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_good;
        int min, max;
        const char *options;
    } cases[] = {{"v100..225", true, 100, 225, ""},
                 {"v100..225 ", true, 100, 225, ""},
                 {"v157..178 +PACEAPI x", true, 157, 178, "+PACEAPI x"},
                 {"v100", true, 100, 100, ""},
                 {"100..200", false, 0, 0, ""},
                 {"v", false, 0, 0, ""},
                 {"v200..100", false, 0, 0, ""},
                 {"v-5..100", false, 0, 0, ""},
                 {"v100..", false, 0, 0, ""},
                 {"v100..99999999999", false, 0, 0, ""},
                 {"", false, 0, 0, ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_offer offer;
        struct error e = {0};
        assert_int_equal(wire_offer_parse(str_of(cases[i].text), &offer, &e), cases[i].is_good);
        if (cases[i].is_good) {
            assert_int_equal(offer.min, cases[i].min);
            assert_int_equal(offer.max, cases[i].max);
            assert_true(str_eq(offer.options, str_of(cases[i].options)));
        }
    }
}

static void the_version_is_the_highest_that_both_speak(void **state)
{
    (void)state;
    static const struct {
        int min, max; /* of the client */
        int cap;      /* of the server */
        int chosen;   /* 0: none */
    } cases[] = {{100, 225, 200, 200}, {157, 178, 200, 178}, {100, 193, 200, 193},
                 {200, 200, 200, 200}, {213, 225, 200, 0},   {100, 156, 200, 0},
                 {201, 201, 200, 0},   {100, 157, 200, 157}, {100, 225, 226, 225},
                 {100, 226, 226, 226}, {100, 300, 226, 226}, {213, 225, 226, 225},
                 {208, 225, 226, 225}, {223, 226, 224, 224}, {157, 178, 226, 178},
                 {213, 225, 213, 213}, {214, 225, 213, 0},   {227, 230, 226, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_offer offer = {cases[i].min, cases[i].max, STR_NONE};
        struct error e = {0};
        int version = 0;
        bool done = wire_choose_version(&offer, WIRE_VERSION_MIN, cases[i].cap, &version, &e);
        assert_int_equal(done, cases[i].chosen != 0);
        if (done)
            assert_int_equal(version, cases[i].chosen);
        else
            assert_string_equal(e.reason, "WIRE_VERSION");
    }
}

/* Neither a server's cap nor a client's maximum leads there; 200 is answered if both have it. */
static void mixed_versions_are_not_negotiated(void **state)
{
    (void)state;
    for (int mixed = 201; mixed <= 212; mixed++) {
        struct wire_offer wide = {100, 225, STR_NONE};
        struct wire_offer low = {100, mixed, STR_NONE};
        struct wire_offer narrow = {201, mixed, STR_NONE};
        struct error e = {0};
        int version = 0;
        assert_true(wire_choose_version(&wide, WIRE_VERSION_MIN, mixed, &version, &e));
        assert_int_equal(version, 200);
        assert_true(
            wire_choose_version(&low, WIRE_VERSION_MIN, WIRE_VERSION_PROTO_MAX, &version, &e));
        assert_int_equal(version, 200);
        assert_false(
            wire_choose_version(&narrow, WIRE_VERSION_MIN, WIRE_VERSION_PROTO_MAX, &version, &e));
        assert_string_equal(e.reason, "WIRE_VERSION");
        assert_false(wire_choose_version(&wide, 201, mixed, &version, &e));
    }
}

static void answers_that_are_none_are_refused(void **state)
{
    (void)state;
    static const struct {
        struct str body;
        const char *reason; /* NULL: good */
    } cases[] = {{{"200\0t\0", 6}, NULL},
                 {{"176\0\0", 5}, NULL},
                 {{"200\0t", 5}, "WIRE_BAD_FRAME"},
                 {{"200\0", 4}, "WIRE_BAD_FRAME"},
                 {{"200\0t\0u\0", 8}, "WIRE_BAD_FRAME"},
                 {{"4\0002\0-1\0507\0no\0", 14}, "WIRE_BAD_FRAME"},
                 {{"x\0t\0", 4}, "WIRE_BAD_FRAME"},
                 {{"-1\0host:1\0", 10}, "WIRE_REDIRECT"},
                 {{"175\0t\0", 6}, "WIRE_VERSION"},
                 {{"201\0t\0", 6}, "WIRE_VERSION"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_hello hello;
        struct error e = {0};
        bool done = wire_hello_parse(cases[i].body, 176, 200, &hello, &e);
        assert_int_equal(done, cases[i].reason == NULL);
        if (cases[i].reason)
            assert_string_equal(e.reason, cases[i].reason);
    }
}

static void a_client_takes_any_version_that_it_offered(void **state)
{
    (void)state;
    for (int version = WIRE_VERSION_MIN - 1; version <= WIRE_VERSION_PROTO_MAX + 1; version++) {
        struct wire_hello hello;
        struct error e = {0};
        struct buf b;
        buf_init(&b, 64);
        assert_true(wire_hello_build(&b, version, STR("t")));
        bool done = wire_hello_parse(str_sub(buf_str(&b), 4, b.n), WIRE_VERSION_MIN,
                                     WIRE_VERSION_PROTO_MAX, &hello, &e);
        assert_int_equal(done, version >= WIRE_VERSION_MIN && version <= WIRE_VERSION_PROTO_MAX);
        if (done)
            assert_int_equal(hello.version, version);
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_arrive_whole_however_the_stream_is_cut),
        cmocka_unit_test(a_server_expects_the_prelude_first),
        cmocka_unit_test(another_opening_breaks_the_stream_at_its_first_wrong_byte),
        cmocka_unit_test(impossible_lengths_break_the_stream_for_good),
        cmocka_unit_test(a_frame_of_exactly_the_cap_passes),
        cmocka_unit_test(bytes_that_nobody_takes_out_break_the_stream),
        cmocka_unit_test(a_written_frame_is_read_back),
        cmocka_unit_test(both_sides_shake_hands),
        cmocka_unit_test(offers_are_read_in_all_their_forms),
        cmocka_unit_test(the_version_is_the_highest_that_both_speak),
        cmocka_unit_test(mixed_versions_are_not_negotiated),
        cmocka_unit_test(answers_that_are_none_are_refused),
        cmocka_unit_test(a_client_takes_any_version_that_it_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
