/* SPDX-License-Identifier: MIT */
/*
 * The codec against what outside clients sent to the paper exchange. `tools/interop --record`
 * writes the files of tests/vectors by running those clients; here they serve without them.
 */
#include "base/alloc.h"
#include "wire/codec.h"
#include "wire/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

enum { LINE_ROOM = 1 << 16, FILES_MIN = 6, FRAMES_MIN = 20 };

/* One request: the version that was negotiated (0: the offer before it) and the frame's body. */
struct recorded {
    int64_t version;
    struct str body;
};

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(8 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* 16 or more: not a digit. */
static unsigned nibble(char c)
{
    return c >= 'a' && c <= 'f'   ? (unsigned)(c - 'a') + 10
           : c >= '0' && c <= '9' ? (unsigned)(c - '0')
                                  : 16;
}

/* "193 3731003200..." into *out; false for a comment. */
static bool parse_line(struct str line, struct recorded *out)
{
    struct str number;
    if (str_starts(line, STR("#")))
        return false;
    assert_true(str_cut(&line, ' ', &number) && str_to_i64(number, &out->version));
    assert_true(line.n > 0 && line.n % 2 == 0);
    char *p = arena_alloc(arena, line.n / 2);
    for (size_t i = 0; i < line.n / 2; i++) {
        unsigned high = nibble(line.p[2 * i]), low = nibble(line.p[2 * i + 1]);
        assert_true(high < 16 && low < 16);
        p[i] = (char)(high << 4 | low);
    }
    out->body = (struct str){p, line.n / 2};
    return true;
}

/* Calls check for every request of every file whose name has that beginning; how many files. */
static size_t each_recorded(const char *beginning, void (*check)(const struct recorded *))
{
    glob_t found;
    char pattern[128];
    static char line[LINE_ROOM];
    (void)snprintf(pattern, sizeof pattern, "tests/vectors/%s*-at-*.txt", beginning);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    size_t files = found.gl_pathc;
    for (size_t i = 0; i < files; i++) {
        FILE *f = fopen(found.gl_pathv[i], "r");
        assert_non_null(f);
        size_t frames = 0;
        while (fgets(line, sizeof line, f)) {
            struct recorded r = {0};
            arena_reset(arena);
            if (!parse_line(str_trim(str_of(line)), &r))
                continue;
            check(&r);
            frames++;
        }
        fclose(f);
        assert_true(frames >= FRAMES_MIN);
    }
    globfree(&found);
    return files;
}

static struct wire_any decoded(struct str body, int version)
{
    struct wire_any any;
    struct error e = {0};
    if (!wire_decode(WIRE_TO_SERVER, body, version, arena, &any, &e))
        fail_msg("at %d: %s", version, e.text);
    return any;
}

static struct str encoded(const struct wire_any *any, int version)
{
    struct buf b;
    struct error e = {0};
    buf_init(&b, 1 << 20);
    if (!wire_encode(WIRE_TO_SERVER, any->id, any->message, version, &b, &e))
        fail_msg("at %d: %s", version, e.text);
    struct str body = arena_str(arena, str_sub(buf_str(&b), 4, b.n));
    buf_fini(&b);
    return body;
}

static const char *visible(struct str body)
{
    char *p = arena_alloc(arena, body.n + 1);
    for (size_t i = 0; i < body.n; i++)
        p[i] = body.p[i] ? body.p[i] : '|';
    p[body.n] = '\0';
    return p;
}

static void check_offer(const struct recorded *r)
{
    struct wire_offer offer;
    struct error e = {0};
    int version;
    if (r->version != 0)
        return;
    assert_true(wire_offer_parse(r->body, &offer, &e));
    assert_true(wire_choose_version(&offer, WIRE_VERSION_MIN, WIRE_VERSION_TEXT_MAX, &version, &e));
}

static void check_stable(const struct recorded *r)
{
    if (r->version == 0)
        return;
    int version = (int)r->version;
    struct wire_any first = decoded(r->body, version);
    struct str again = encoded(&first, version);
    struct wire_any second = decoded(again, version);
    assert_int_equal(first.id, second.id);
    assert_true(str_eq(again, encoded(&second, version)));
}

static void check_same_bytes(const struct recorded *r)
{
    if (r->version == 0)
        return;
    struct wire_any any = decoded(r->body, (int)r->version);
    struct str again = encoded(&any, (int)r->version);
    if (!str_eq(again, r->body))
        fail_msg("at %d:\n  %s\n  %s", (int)r->version, visible(again), visible(r->body));
}

static void every_offer_of_an_outside_client_can_be_met(void **state)
{
    (void)state;
    assert_true(each_recorded("", check_offer) >= FILES_MIN);
}

static void every_request_of_an_outside_client_is_read_to_its_end_and_means_the_same_again(
    void **state)
{
    (void)state;
    assert_true(each_recorded("", check_stable) >= FILES_MIN);
}

static void what_the_official_client_sends_is_written_byte_for_byte(void **state)
{
    (void)state;
    assert_true(each_recorded("nautilus-ibapi", check_same_bytes) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_offer_of_an_outside_client_can_be_met, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            every_request_of_an_outside_client_is_read_to_its_end_and_means_the_same_again, setup,
            teardown),
        cmocka_unit_test_setup_teardown(what_the_official_client_sends_is_written_byte_for_byte,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
