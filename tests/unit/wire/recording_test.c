/* SPDX-License-Identifier: MIT */
#include "wire/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char head[] = "portcullis-recording 1 version=200 masked=no\n";

static void what_is_written_is_read(void **state)
{
    static const struct {
        int64_t time_us;
        enum wire_recorded_from from;
        const char *body;
        bool is_handshake;
    } frames[] = {
        {0, WIRE_FROM_CLIENT, "v100..200", true},   {7, WIRE_FROM_SERVER, "200", true},
        {7, WIRE_FROM_SERVER, "x", false},          {8, WIRE_FROM_DROPPED, "3", false},
        {9000000000, WIRE_FROM_CLIENT, "5", false},
    };
    enum { COUNT = sizeof frames / sizeof *frames };
    (void)state;
    struct buf text;
    struct wire_recording r;
    struct wire_recorded f;
    struct error e = {0};
    buf_init(&text, 4096);
    assert_true(wire_recording_begin(&text, 200, true));
    buf_add_c(&text, "# a comment\n\n");
    for (size_t i = 0; i < COUNT; i++)
        assert_true(
            wire_recording_add(&text, frames[i].time_us, frames[i].from, str_of(frames[i].body)));
    assert_true(wire_recording_open(&r, buf_str(&text), &e));
    assert_int_equal(r.version, 200);
    assert_true(r.is_masked);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(wire_recording_next(&r, &f, &e), WIRE_RECORDED_FRAME);
        assert_int_equal(f.time_us, frames[i].time_us);
        assert_int_equal(f.from, frames[i].from);
        assert_int_equal(f.is_handshake, frames[i].is_handshake);
        assert_true(str_eq(f.body, str_of(frames[i].body)));
    }
    assert_int_equal(wire_recording_next(&r, &f, &e), WIRE_RECORDED_END);
    wire_recording_close(&r);
    buf_fini(&text);
}

static void a_file_that_is_no_recording_is_refused(void **state)
{
    static const char *const files[] = {
        "",
        "\n",
        "hello\n",
        "portcullis-recording",
        "portcullis-recording 2 version=200 masked=no\n",
        "portcullis-recording 1 version=99 masked=no\n",
        "portcullis-recording 1 version=99999999999999999999 masked=no\n",
        "portcullis-recording 1 version= masked=no\n",
        "portcullis-recording 1 version=200 masked=perhaps\n",
        "portcullis-recording 1 version=200\n",
        "portcullis-recording 1 version=200 masked=no more\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct wire_recording r;
        struct error e = {0};
        assert_false(wire_recording_open(&r, str_of(files[i]), &e));
        assert_string_equal(e.reason, "RECORDING");
        assert_non_null(strstr(e.text, i ? "line 1, byte " : "line 0, byte 0"));
    }
}

/* Each is the second line of a file whose third is good. */
static void a_bad_line_is_named_and_passed_over(void **state)
{
    static const struct {
        const char *line;
        size_t byte; /* in the line */
    } cases[] = {
        {"x client Zg==", 0},
        {"-1 client Zg==", 0},
        {"99999999999999999999 client Zg==", 0},
        {"1", 0},
        {"1 ", 2},
        {"1 nobody Zg==", 2},
        {"1 client", 0},
        {"1 client ", 0},
        {"1 client Zg=", 9},
        {"1 client Zm9vZ!==", 14},
        {"1 client Zg== more", 11},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf text;
        struct wire_recording r;
        struct wire_recorded f;
        struct error e = {0};
        char where[64];
        buf_init(&text, 4096);
        buf_add_c(&text, head);
        buf_add_f(&text, "%s\r\n5 server Zg==", cases[i].line);
        assert_true(wire_recording_open(&r, buf_str(&text), &e));
        assert_int_equal(wire_recording_next(&r, &f, &e), WIRE_RECORDED_BAD);
        (void)snprintf(where, sizeof where, "line 2, byte %zu:", sizeof head - 1 + cases[i].byte);
        if (!strstr(e.text, where))
            fail_msg("%s: \"%s\" does not say %s", cases[i].line, e.text, where);
        assert_int_equal(wire_recording_next(&r, &f, &e), WIRE_RECORDED_FRAME);
        assert_int_equal(f.time_us, 5);
        assert_int_equal(wire_recording_next(&r, &f, &e), WIRE_RECORDED_END);
        wire_recording_close(&r);
        buf_fini(&text);
    }
}

static void time_does_not_go_back(void **state)
{
    (void)state;
    struct buf text;
    struct wire_recording r;
    struct wire_recorded f;
    struct error e = {0};
    buf_init(&text, 4096);
    buf_add_c(&text, head);
    buf_add_c(&text, "5 client Zg==\n4 client Zg==\n");
    assert_true(wire_recording_open(&r, buf_str(&text), &e));
    assert_int_equal(wire_recording_next(&r, &f, &e), WIRE_RECORDED_FRAME);
    assert_int_equal(wire_recording_next(&r, &f, &e), WIRE_RECORDED_BAD);
    assert_non_null(strstr(e.text, "line 3,"));
    wire_recording_close(&r);
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_file_that_is_no_recording_is_refused),
        cmocka_unit_test(a_bad_line_is_named_and_passed_over),
        cmocka_unit_test(time_does_not_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
