/* SPDX-License-Identifier: MIT */
/*
 * The protobuf codec against bytes that were not made by it: what the official client sends at
 * 225, and what live servers and another client exchanged between 203 and 225.
 */
#include "vectors.h"

#include "wire/proto.h"
#include "wire/reply.h"
#include "wire/request.h"

/* ---- helpers ---- */

static struct str hex_of(struct str body)
{
    char *p = arena_alloc(arena, 2 * body.n + 1);
    for (size_t i = 0; i < body.n; i++)
        (void)snprintf(p + 2 * i, 3, "%02x", (unsigned char)body.p[i]);
    return (struct str){p, 2 * body.n};
}

static void assert_bytes(struct str got, struct str expected, const char *what)
{
    if (!str_eq(got, expected))
        fail_msg("%s:\n  %s\n  %s", what, hex_of(got).p, hex_of(expected).p);
}

static struct str again(const struct wire_any *any, int version)
{
    struct buf b;
    struct error e = {0};
    buf_init(&b, 1 << 20);
    if (!wire_encode_again(any, version, &b, &e))
        fail_msg("%s", e.text);
    struct str body = arena_str(arena, str_sub(buf_str(&b), 4, b.n));
    buf_fini(&b);
    return body;
}

/* Reads a frame to its last field and gets its bytes back. */
static struct wire_any assert_exact(enum wire_direction direction, struct str body, int version)
{
    struct wire_any any;
    struct error e = {0};
    if (!wire_decode(direction, body, version, arena, &any, &e))
        fail_msg("%s: %s", e.text, hex_of(body).p);
    if (any.skipped)
        fail_msg("%s: %zu unknown fields in %s", any.type->name, any.skipped, hex_of(body).p);
    assert_bytes(again(&any, version), body, any.type->name);
    return any;
}

/* ---- what the official client sends ---- */

static void every_request_of_the_official_client_is_read_and_written_byte_for_byte(void **state)
{
    (void)state;
    struct client_file f = open_client("client_requests/off_225.json");
    assert_int_equal(f.n, 37);
    for (size_t i = 1; i < f.n; i++) {
        struct str body = client_frame(&f, i);
        struct wire_any any = assert_exact(WIRE_TO_SERVER, body, f.version);
        /* without knowing what was there: by the rules that clients write by */
        assert_bytes(encoded(WIRE_TO_SERVER, &any, f.version), body, any.type->name);
    }
    json_object_put(f.json);
}

/* Orders with all that they can carry, and at each version the requests that have turned by then:
 * what is protobuf, what is text, and every byte of both. */
static void the_official_client_and_the_codec_agree_at_every_version(void **state)
{
    (void)state;
    static char line[1 << 16];
    FILE *f = fopen("tests/vectors/nautilus-ibapi-10.46.1-protobuf.txt", "r");
    assert_non_null(f);
    size_t frames = 0;
    while (fgets(line, sizeof line, f)) {
        struct str text = str_trim(str_of(line));
        struct str number;
        int64_t version = 0;
        if (str_starts(text, STR("#")))
            continue;
        assert_true(str_cut(&text, ' ', &number) && str_to_i64(number, &version));
        struct str body = of_hex(arena_str(arena, text).p);
        struct wire_any any = assert_exact(WIRE_TO_SERVER, body, (int)version);
        assert_bytes(encoded(WIRE_TO_SERVER, &any, (int)version), body, any.type->name);
        frames++;
    }
    fclose(f);
    assert_true(frames > 300);
}

/* The same calls at 200 and 225: each encoding is made from what the other one meant. */
static void both_encodings_mean_the_same(void **state)
{
    (void)state;
    struct client_file text = open_client("client_requests/off_200.json");
    struct client_file proto = open_client("client_requests/off_225.json");
    for (size_t i = 1; i < text.n; i++) {
        struct str words = client_frame(&text, i);
        struct str bytes = client_frame(&proto, i);
        struct wire_any a = decoded(WIRE_TO_SERVER, words, text.version);
        struct wire_any b = decoded(WIRE_TO_SERVER, bytes, proto.version);
        assert_int_equal(a.id, b.id);
        assert_bytes(encoded(WIRE_TO_SERVER, &a, proto.version), bytes, a.type->name);
        assert_same(encoded(WIRE_TO_SERVER, &b, text.version), words);
    }
    json_object_put(text.json);
    json_object_put(proto.json);
}

static void a_placed_order_has_the_values_of_the_call(void **state)
{
    (void)state;
    struct client_file f = open_client("client_requests/off_225.json");
    struct wire_any any = decoded(WIRE_TO_SERVER, client_frame(&f, 2), 225);
    const struct wire_req_place_order *m = any.message;
    assert_int_equal(any.id, WIRE_REQ_PLACE_ORDER);
    assert_int_equal(m->order_id, 1);
    assert_true(str_eq(m->contract.symbol, STR("AAPL")));
    assert_true(m->contract.strike == WIRE_UNSET_DOUBLE);
    assert_true(str_eq(m->order.total_quantity, STR("100")));
    assert_true(m->order.lmt_price == 150.25);
    assert_true(m->order.aux_price == WIRE_UNSET_DOUBLE);
    assert_true(m->order.transmit);
    assert_int_equal(m->order.exempt_code, -1);
    assert_int_equal(m->order.min_qty, WIRE_UNSET_INT);
    json_object_put(f.json);
}

/* ---- what live servers sent ---- */

static void every_small_live_frame_is_read_and_written_byte_for_byte(void **state)
{
    (void)state;
    struct str text = read_vector("pb_small_live.tsv");
    struct str line;
    size_t frames = 0;
    while (str_cut(&text, '\n', &line)) {
        struct str version_text, way, hex = STR_NONE;
        int64_t version = 0;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        assert_true(str_cut(&line, '\t', &version_text) && str_to_i64(version_text, &version));
        assert_true(str_cut(&line, '\t', &way) && str_cut(&line, '\t', &hex));
        struct str body = of_hex(arena_str(arena, hex).p);
        (void)assert_exact(str_eq(way, STR("C")) ? WIRE_TO_SERVER : WIRE_TO_CLIENT, body,
                           (int)version);
        frames++;
    }
    assert_int_equal(frames, 56);
}

static size_t replay(const char *name, int version, struct wire_any *out, size_t room)
{
    struct str text = read_vector(name);
    struct str line;
    size_t n = 0;
    while (str_cut(&text, '\n', &line)) {
        struct str word, way = STR_NONE;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        assert_true(str_cut(&line, ' ', &word) && str_eq(word, STR("raw")));
        assert_true(str_cut(&line, ' ', &way));
        struct str frame = of_base64(line);
        assert_true(n < room && frame.n >= 8);
        out[n++] = assert_exact(str_eq(way, STR("client")) ? WIRE_TO_SERVER : WIRE_TO_CLIENT,
                                str_sub(frame, 4, frame.n), version);
    }
    return n;
}

static void live_conversations_are_read_and_written_byte_for_byte(void **state)
{
    (void)state;
    struct wire_any got[32];
    assert_int_equal(replay("transcripts/account_summary_sv225.txt", 225, got, 32), 12);
    assert_int_equal(replay("transcripts/executions_sv225.txt", 225, got, 32), 8);
    assert_int_equal(replay("transcripts/order_fill_and_misc_sv225.txt", 225, got, 32), 21);
    assert_int_equal(replay("transcripts/quote_snapshot_sv206.txt", 206, got, 32), 16);
}

static void a_live_fill_has_its_values(void **state)
{
    (void)state;
    struct wire_any got[32];
    replay("transcripts/order_fill_and_misc_sv225.txt", 225, got, 32);
    const struct wire_rep_open_order *open = got[3].message;
    assert_int_equal(got[3].id, WIRE_REP_OPEN_ORDER);
    assert_int_equal(open->order_id, 600);
    assert_true(str_eq(open->order_state.status, STR("Submitted")));
    assert_true(str_eq(open->order.order_type, STR("MKT")));
    assert_true(str_eq(open->order.delta_neutral_order_type, STR("None")));
    assert_true(open->order_state.commission == WIRE_UNSET_DOUBLE);
    assert_false(open->order.transmit); /* not there: false */
    const struct wire_rep_exec_details *exec = got[5].message;
    assert_int_equal(got[5].id, WIRE_REP_EXEC_DETAILS);
    assert_int_equal(exec->req_id, -1);
    assert_true(exec->execution.price == 309.16);
    assert_true(str_eq(exec->execution.shares, STR("1")));
    assert_true(str_eq(exec->execution.side, STR("BOT")));
    assert_int_equal(exec->execution.opt_exercise_or_lapse_type, -1);
    const struct wire_rep_open_order *filled = got[6].message;
    assert_true(str_eq(filled->order_state.completed_status, STR("Filled Size: 1")));
    assert_true(str_eq(filled->order.filled_quantity, STR("1")));
    const struct wire_rep_commission_report *fee = got[8].message;
    assert_true(fee->commission > 1 && fee->commission < 1.01);
    assert_true(fee->realized_pnl == WIRE_UNSET_DOUBLE);
}

/* At 206 the ids 15 and 9 are text behind a binary id, all the rest is protobuf. */
static void a_mixed_conversation_has_both_encodings(void **state)
{
    (void)state;
    struct wire_any got[32];
    size_t n = replay("transcripts/quote_snapshot_sv206.txt", 206, got, 32);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(got[i].has == NULL, i < 2);
    const struct wire_rep_managed_accounts *accounts = got[0].message;
    assert_true(str_eq(accounts->accounts_list, STR("DU9000001")));
    const struct wire_rep_tick_price *price = got[6].message;
    assert_int_equal(price->tick_type, 68);
    assert_true(price->price == 315);
    assert_true(str_eq(price->size, STR("64")));
}

/* An option chain has its strikes packed; the same bytes unpacked mean the same. */
static void unpacked_strikes_are_read_too(void **state)
{
    (void)state;
    struct str packed = of_hex("00000113088539120443424f4518fe9a1022044141504c2a03313030"
                               "32083230323630373133320832303236303731353a10"
                               "00000000000014400000000000002440");
    struct str unpacked = of_hex("00000113088539120443424f4518fe9a1022044141504c2a03313030"
                                 "3208323032363037313339000000000000144032083230323630373135"
                                 "390000000000002440");
    struct wire_any any = decoded(WIRE_TO_CLIENT, unpacked, 212);
    const struct wire_rep_sec_def_opt_param *m = any.message;
    assert_int_equal(m->strikes.n, 2);
    assert_true(m->strikes.items[0] == 5 && m->strikes.items[1] == 10);
    assert_int_equal(m->expirations.n, 2);
    assert_true(str_eq(m->expirations.items[1], STR("20260715")));
    assert_bytes(again(&any, 212), packed, "SecDefOptParameter");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        TEST(every_request_of_the_official_client_is_read_and_written_byte_for_byte),
        TEST(the_official_client_and_the_codec_agree_at_every_version),
        TEST(both_encodings_mean_the_same),
        TEST(a_placed_order_has_the_values_of_the_call),
        TEST(every_small_live_frame_is_read_and_written_byte_for_byte),
        TEST(live_conversations_are_read_and_written_byte_for_byte),
        TEST(a_live_fill_has_its_values),
        TEST(a_mixed_conversation_has_both_encodings),
        TEST(unpacked_strikes_are_read_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
