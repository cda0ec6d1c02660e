/* SPDX-License-Identifier: MIT */
/* The script of app/acceptance.h against the exchange, and against a login with real money, in
 * virtual time. */
#include "app/acceptance.h"

#include "base/limits.h"
#include "paper/paper.h"
#include "wire/frame.h"
#include "wire/message.h"
#include "wire/recording.h"
#include "wire/reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WAIT_MS = 500, TURNS_MAX = 100000, CSV_MAX = 4 << 20 };

static const struct moment START = {{NS_PER_S}, {1772463600LL * NS_PER_S}};

static struct str instruments(void)
{
    static char text[CSV_MAX];
    static size_t n;
    if (!n) {
        FILE *f = fopen("data/instruments.csv", "rb");
        assert_non_null(f); /* tests run in the root of the repository */
        n = fread(text, 1, sizeof text, f);
        (void)fclose(f);
    }
    return (struct str){text, n};
}

static struct moment later(struct moment t, struct instant due)
{
    int64_t ns = due.ns > t.mono.ns ? due.ns - t.mono.ns : NS_PER_US;
    return (struct moment){{t.mono.ns + ns}, {t.wall.ns + ns}};
}

static struct acceptance *run(int cap, int min, int max, bool allows_orders)
{
    struct error e;
    struct moment now = START;
    struct paper_config paper = {.seed = 1, .max_version = cap};
    struct paper *p = paper_new(&paper, instruments(), now, &e);
    assert_non_null(p);
    struct paper_peer *peer = paper_connect(p, now);
    struct acceptance_config config = {min, max, 91, WAIT_MS, allows_orders};
    struct acceptance *a = acceptance_new(&config, now);
    for (int i = 0; i < TURNS_MAX && !acceptance_is_over(a); i++) {
        struct str out = acceptance_output(a);
        paper_input(p, peer, out, now);
        acceptance_sent(a, out.n);
        paper_step(p, now);
        paper_records_taken(p, paper_records(p).n);
        while ((out = paper_output(p, peer)).n) {
            struct str piece = str_sub(out, 0, 1 << 16);
            acceptance_input(a, piece, now);
            paper_sent(p, peer, piece.n);
        }
        if (paper_wants_close(peer))
            acceptance_closed(a, "closed");
        acceptance_step(a, now);
        if (!acceptance_is_over(a) && !acceptance_output(a).n)
            now = later(now, instant_min(paper_next(p), acceptance_next(a)));
    }
    assert_true(acceptance_is_over(a));
    paper_free(p);
    return a;
}

static const char *text_of(const struct acceptance *a)
{
    static char text[64 << 10];
    struct buf out;
    buf_init(&out, sizeof text);
    acceptance_report_text(a, &out);
    assert_true(str_copy(text, sizeof text, buf_str(&out)));
    buf_fini(&out);
    return text;
}

static bool has_line(const char *text, const char *step, const char *outcome)
{
    char line[80];
    (void)snprintf(line, sizeof line, "  %-30s %-11s", step, outcome);
    return strstr(text, line) != NULL;
}

static const struct {
    int cap, min, max;
} REGIMES[] = {{200, 176, 200}, {225, 213, 226}};
enum { REGIME_COUNT = sizeof REGIMES / sizeof *REGIMES };

static void the_exchange_is_understood_to_the_last_byte_in_both_encodings(void **state)
{
    static const char *const answered[] = {"current time",       "managed accounts",
                                           "contract by symbol", "quote stream",
                                           "historical bars",    "account updates",
                                           "account summary",    "positions",
                                           "executions",         "a contract that does not exist",
                                           "open orders",        "completed orders"};
    (void)state;
    for (size_t i = 0; i < REGIME_COUNT; i++) {
        struct acceptance *a = run(REGIMES[i].cap, REGIMES[i].min, REGIMES[i].max, false);
        const char *text = text_of(a);
        assert_int_equal(acceptance_version(a), REGIMES[i].cap);
        for (size_t k = 0; k < sizeof answered / sizeof *answered; k++)
            if (!has_line(text, answered[k], "answered"))
                fail_msg("%s at %d:\n%s", answered[k], REGIMES[i].cap, text);
        assert_non_null(strstr(text, " 0 others, 0 unreadable, 0 of unknown messages; 0 unknown"));
        assert_true(has_line(text, "one share bought", "skipped"));
        acceptance_free(a);
    }
}

static void orders_are_tried_when_they_are_asked_for(void **state)
{
    static const char *const answered[] = {
        "what an order would cost",   "an order far from the market",
        "the order at another price", "the order cancelled",
        "one share bought",           "one share sold"};
    (void)state;
    for (size_t i = 0; i < REGIME_COUNT; i++) {
        struct acceptance *a = run(REGIMES[i].cap, REGIMES[i].min, REGIMES[i].max, true);
        const char *text = text_of(a);
        for (size_t k = 0; k < sizeof answered / sizeof *answered; k++)
            if (!has_line(text, answered[k], "answered"))
                fail_msg("%s at %d:\n%s", answered[k], REGIMES[i].cap, text);
        acceptance_free(a);
    }
}

static void the_recording_is_masked_and_whole(void **state)
{
    (void)state;
    struct acceptance *a = run(225, 213, 226, false);
    struct wire_recording r;
    struct wire_recorded f;
    struct error e;
    size_t frames = 0;
    struct arena *arena = arena_new(64 << 20);
    assert_true(wire_recording_open(&r, acceptance_recording(a), &e));
    assert_true(r.is_masked);
    while (wire_recording_next(&r, &f, &e) == WIRE_RECORDED_FRAME) {
        struct wire_any any;
        arena_reset(arena);
        assert_int_equal(str_find_str(f.body, STR("DU9000001")), f.body.n);
        if (!f.is_handshake)
            assert_true(wire_decode(f.from == WIRE_FROM_SERVER ? WIRE_TO_CLIENT : WIRE_TO_SERVER,
                                    f.body, r.version, arena, &any, &e));
        frames++;
    }
    assert_true(frames > 50);
    assert_null(strstr(text_of(a), "DU9000001"));
    wire_recording_close(&r);
    arena_free(arena);
    acceptance_free(a);
}

static void a_server_without_protobuf_is_told_from_one_that_fails(void **state)
{
    (void)state;
    struct acceptance *a = run(200, 213, 226, false);
    assert_int_equal(acceptance_version(a), 0);
    assert_false(acceptance_is_good(a));
    assert_int_equal(acceptance_recording(a).n, 0);
    assert_non_null(strstr(text_of(a), "no server version (offered 213 to 226)"));
    acceptance_free(a);
}

/* ---- a login with real money ---- */

static void say(struct acceptance *a, int id, const void *message, struct moment now)
{
    struct buf frame;
    struct error e;
    buf_init(&frame, 1 << 16);
    assert_true(wire_encode(WIRE_TO_CLIENT, id, message, 200, &frame, &e));
    acceptance_input(a, buf_str(&frame), now);
    buf_fini(&frame);
}

/* Runs the script against a server that says nothing; true if an order was sent. */
static bool sends_orders(const char *accounts)
{
    struct moment now = START;
    struct acceptance_config config = {176, 200, 91, WAIT_MS, true};
    struct acceptance *a = acceptance_new(&config, now);
    struct wire_rep_managed_accounts managed = {str_of(accounts)};
    struct wire_rep_next_valid_id next = {1};
    struct wire_reader r;
    struct arena *arena = arena_new(1 << 20);
    struct buf hello;
    bool has_sent = false;
    buf_init(&hello, 4096);
    wire_hello_build(&hello, 200, STR("20260302 15:00:00 UTC"));
    wire_reader_init(&r, LIMIT_FRAME, true);
    acceptance_input(a, buf_str(&hello), now);
    say(a, WIRE_REP_NEXT_VALID_ID, &next, now);
    say(a, WIRE_REP_MANAGED_ACCOUNTS, &managed, now);
    while (!acceptance_is_over(a)) {
        struct str body, out = acceptance_output(a);
        struct error e;
        wire_reader_feed(&r, out.p, out.n);
        acceptance_sent(a, out.n);
        while (wire_reader_next(&r, &body, &e) == WIRE_NEXT_FRAME) {
            struct wire_any any = {.id = -1};
            arena_reset(arena);
            (void)!wire_decode(WIRE_TO_SERVER, body, 200, arena, &any, &e);
            has_sent = has_sent || any.id == WIRE_REQ_PLACE_ORDER;
        }
        now = later(now, acceptance_next(a));
        acceptance_step(a, now);
    }
    wire_reader_fini(&r);
    buf_fini(&hello);
    arena_free(arena);
    acceptance_free(a);
    return has_sent;
}

static void orders_go_to_paper_accounts_only(void **state)
{
    (void)state;
    assert_true(sends_orders("DU1234567"));
    assert_true(sends_orders("DF1234567,DU1234568,"));
    assert_false(sends_orders("U1234567"));
    assert_false(sends_orders("DU1234567,U1234568"));
    assert_false(sends_orders(""));
}

static void a_silent_server_ends_it_in_time(void **state)
{
    (void)state;
    struct moment now = START;
    struct acceptance_config config = {176, 200, 91, WAIT_MS, false};
    struct acceptance *a = acceptance_new(&config, now);
    now = later(now, acceptance_next(a));
    acceptance_step(a, now);
    assert_true(acceptance_is_over(a));
    assert_non_null(strstr(text_of(a), "no answer to the handshake"));
    acceptance_free(a);
    a = acceptance_new(&config, now);
    acceptance_input(a, STR("HTTP/1.1 400 Bad Request\r\n\r\n"), now);
    assert_true(acceptance_is_over(a));
    assert_false(acceptance_is_good(a));
    acceptance_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exchange_is_understood_to_the_last_byte_in_both_encodings),
        cmocka_unit_test(orders_are_tried_when_they_are_asked_for),
        cmocka_unit_test(the_recording_is_masked_and_whole),
        cmocka_unit_test(a_server_without_protobuf_is_told_from_one_that_fails),
        cmocka_unit_test(orders_go_to_paper_accounts_only),
        cmocka_unit_test(a_silent_server_ends_it_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
