/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/limits.h"
#include "wire/codec.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = 4, ROUNDS = 40 };

static struct arena *arena;
static struct buf out;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(16 << 20);
    buf_init(&out, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    buf_fini(&out);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Encodes into `out`, which is emptied before; returns the body. */
static struct str encode(enum wire_direction direction, int id, const void *m, int version)
{
    struct error e = {0};
    buf_reset(&out);
    if (!wire_encode(direction, id, m, version, &out, &e))
        fail_msg("%s", e.text);
    return str_sub(buf_str(&out), LENGTH, out.n);
}

/* Decodes from memory of exactly the size of the body, so that a read past it is seen. */
static bool decode_exact(enum wire_direction direction, struct str body, int version,
                         struct wire_any *any, struct error *e)
{
    char *p = xmalloc(body.n);
    memcpy(p, body.p, body.n);
    bool done = wire_decode(direction, (struct str){p, body.n}, version, arena, any, e);
    xfree(p);
    return done;
}

/* A frame whose NULs are written as '|'. */
static struct str frame(const char *text)
{
    struct str s = arena_str(arena, str_of(text));
    char *p = arena_alloc(arena, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] == '|' ? '\0' : s.p[i];
    return (struct str){p, s.n};
}

static void assert_frame(struct str body, const char *expected)
{
    struct str want = frame(expected);
    if (!str_eq(body, want)) {
        char *p = arena_alloc(arena, body.n + 1);
        for (size_t i = 0; i < body.n; i++)
            p[i] = body.p[i] ? body.p[i] : '|';
        fail_msg("\n  %s\n  %s", p, expected);
    }
}

/* ---- all messages ---- */

/* Versions on both sides of every gate. */
static const int versions[] = {157, 163, 164, 170, 173, 176, 177, 178, 182, 187,
                               189, 190, 192, 193, 194, 195, 196, 198, 199, 200};

/* As wire_next_message, without those that were born as protobuf. */
static const struct wire_message *next_text(const struct wire_message *m)
{
    do
        m = wire_next_message(m);
    while (m && !m->routine);
    return m;
}

static void every_message_survives_a_round_trip_at_every_version(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 20, 1);
    size_t messages = 0;
    for (const struct wire_message *m = next_text(NULL); m; m = next_text(m)) {
        messages++;
        for (size_t v = 0; v < sizeof versions / sizeof *versions; v++) {
            if (versions[v] < m->min_version)
                continue;
            for (int i = 0; i < ROUNDS; i++) {
                arena_reset(arena);
                struct error e = {0};
                struct wire_any any;
                void *made = wire_generate(m, versions[v], arena, &rng);
                struct str body = arena_str(arena, encode(m->direction, m->id, made, versions[v]));
                if (!wire_decode(m->direction, body, versions[v], arena, &any, &e))
                    fail_msg("version %d: %s", versions[v], e.text);
                assert_ptr_equal(any.type, m);
                struct str again = encode(m->direction, m->id, any.message, versions[v]);
                if (!str_eq(body, again))
                    fail_msg("%s at %d differs", m->name, versions[v]);
            }
        }
    }
    assert_int_equal(messages, 79 + 84); /* all requests and replies of the reference */
}

static void every_truncation_of_every_message_is_refused(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 21, 1);
    for (const struct wire_message *m = next_text(NULL); m; m = next_text(m)) {
        for (int i = 0; i < 3; i++) {
            arena_reset(arena);
            struct str body = arena_str(
                arena, encode(m->direction, m->id, wire_generate(m, 200, arena, &rng), 200));
            /* an options count may stand in front of the options: one field is optional */
            bool is_tolerant =
                m->direction == WIRE_TO_SERVER &&
                (m->id == WIRE_REQ_CALC_IMPLIED_VOLATILITY || m->id == WIRE_REQ_CALC_OPTION_PRICE);
            for (size_t n = 0; n < body.n; n++) {
                struct error e = {0};
                struct wire_any any;
                bool done = decode_exact(m->direction, str_sub(body, 0, n), 200, &any, &e);
                if (done && !is_tolerant)
                    fail_msg("%s is complete after %zu of %zu bytes", m->name, n, body.n);
                if (!done)
                    assert_string_equal(e.reason, "WIRE_BAD_FRAME");
            }
        }
    }
}

static void changed_bytes_never_harm(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 22, 1);
    for (const struct wire_message *m = next_text(NULL); m; m = next_text(m)) {
        for (int i = 0; i < 200; i++) {
            arena_reset(arena);
            struct str body = encode(m->direction, m->id, wire_generate(m, 200, arena, &rng), 200);
            for (uint32_t k = rng_below(&rng, 4) + 1; k > 0; k--)
                out.p[LENGTH + rng_below(&rng, (uint32_t)body.n)] =
                    "\0"
                    "09-.eaB\xff"[rng_below(&rng, 9)];
            struct error e = {0};
            struct wire_any any;
            (void)!decode_exact(m->direction, body, 200, &any, &e);
        }
    }
}

static void a_left_over_field_is_refused(void **state)
{
    (void)state;
    struct wire_any any;
    struct error e = {0};
    assert_false(wire_decode(WIRE_TO_CLIENT, frame("9|1|43||"), 200, arena, &any, &e));
    assert_string_equal(e.reason, "WIRE_BAD_FRAME");
    assert_string_equal(e.text, "nextValidId: 1 bytes are left over behind field 2");
}

static void an_error_names_the_field(void **state)
{
    (void)state;
    struct wire_any any;
    struct error e = {0};
    assert_false(wire_decode(WIRE_TO_CLIENT, frame("1|6|7|x|1|2|3|"), 200, arena, &any, &e));
    assert_string_equal(e.text, "tickPrice: field 3 is not a whole number in range");
    assert_false(wire_decode(WIRE_TO_CLIENT, frame("1|6|7|"), 200, arena, &any, &e));
    assert_string_equal(e.text, "tickPrice: field 3 is missing");
    assert_int_equal(any.offset, 6);
}

static void an_unknown_id_is_told_apart_from_a_bad_frame(void **state)
{
    (void)state;
    struct wire_any any;
    struct error e = {0};
    assert_false(wire_decode(WIRE_TO_CLIENT, frame("999|1|"), 200, arena, &any, &e));
    assert_string_equal(e.reason, "WIRE_UNKNOWN_MESSAGE");
    assert_int_equal(any.id, 999);
    assert_null(any.type);
    assert_false(wire_decode(WIRE_TO_CLIENT, frame("nine|1|"), 200, arena, &any, &e));
    assert_string_equal(e.reason, "WIRE_BAD_FRAME");
    assert_false(wire_decode(WIRE_TO_CLIENT, frame("|1|"), 200, arena, &any, &e));
    assert_string_equal(e.reason, "WIRE_BAD_FRAME");
}

static void versions_beyond_the_known_ones_are_refused(void **state)
{
    (void)state;
    struct wire_any any;
    struct error e = {0};
    assert_false(wire_decode(WIRE_TO_CLIENT, frame("102|"), 227, arena, &any, &e));
    assert_string_equal(e.reason, "WIRE_VERSION");
    assert_false(wire_encode(WIRE_TO_CLIENT, WIRE_REP_COMPLETED_ORDERS_END, NULL, 227, &out, &e));
    assert_string_equal(e.reason, "WIRE_VERSION");
    assert_false(wire_encode(WIRE_TO_CLIENT, WIRE_REP_COMPLETED_ORDERS_END, NULL, 156, &out, &e));
    assert_string_equal(e.reason, "WIRE_VERSION");
    struct wire_rep_user_info info = {0};
    assert_false(wire_encode(WIRE_TO_CLIENT, WIRE_REP_USER_INFO, &info, 166, &out, &e));
    assert_string_equal(e.reason, "WIRE_VERSION");
    assert_int_equal(out.n, 0);
}

/* ---- hostile counts ---- */

static void a_count_that_the_frame_cannot_hold_takes_no_memory(void **state)
{
    (void)state;
    static const char *const frames[] = {"78|65536|a|b|",   "78|-1|",      "78|65537|",
                                         "78|99999999999|", "78|2|a|b|c|", "78|1x|a|b|"};
    for (size_t i = 0; i < sizeof frames / sizeof *frames; i++) {
        struct wire_any any;
        struct error e = {0};
        struct str body = frame(frames[i]);
        size_t used = arena_used(arena);
        assert_false(wire_decode(WIRE_TO_CLIENT, body, 200, arena, &any, &e));
        assert_string_equal(e.reason, "WIRE_BAD_FRAME");
        assert_true(arena_used(arena) - used < 256);
    }
}

/* LIMIT_WIRE_LIST elements pass, one more does not. */
static void a_list_is_as_long_as_its_limit(void **state)
{
    (void)state;
    struct str row = frame("a|b|");
    for (size_t more = 0; more < 2; more++) {
        struct wire_any any;
        struct error e = {0};
        buf_reset(&out);
        buf_add_f(&out, "78%c%zu%c", 0, LIMIT_WIRE_LIST + more, 0);
        for (size_t i = 0; i < LIMIT_WIRE_LIST + more; i++)
            buf_add_str(&out, row);
        assert_int_equal(wire_decode(WIRE_TO_CLIENT, buf_str(&out), 200, arena, &any, &e),
                         more == 0);
        if (more == 0) {
            const struct wire_rep_family_codes *m = any.message;
            assert_int_equal(m->codes.n, LIMIT_WIRE_LIST);
            assert_true(str_eq(m->codes.items[LIMIT_WIRE_LIST - 1].family_code, STR("b")));
        }
    }
}

static void a_list_that_the_arena_cannot_hold_is_refused(void **state)
{
    (void)state;
    struct arena *small = arena_new(512);
    struct wire_any any;
    struct error e = {0};
    buf_add_f(&out, "78%c100%c", 0, 0);
    for (int i = 0; i < 200; i++)
        buf_add(&out, "x", 2);
    assert_false(wire_decode(WIRE_TO_CLIENT, buf_str(&out), 200, small, &any, &e));
    assert_string_equal(e.reason, "WIRE_BAD_FRAME");
    arena_free(small);
}

static void more_leg_prices_than_legs_are_refused(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 1, 1);
    struct wire_leg legs[2] = {WIRE_LEG_DEFAULT, WIRE_LEG_DEFAULT};
    legs[1].per_leg_price = 1.5;
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    m.contract.sec_type = STR("BAG");
    m.contract.combo_legs.items = legs;
    m.contract.combo_legs.n = 2;
    struct str body = arena_str(arena, encode(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER, &m, 200));
    struct wire_any any;
    struct error e = {0};
    assert_true(wire_decode(WIRE_TO_SERVER, body, 200, arena, &any, &e));
    const struct wire_req_place_order *got = any.message;
    assert_int_equal(got->contract.combo_legs.n, 2);
    assert_true(got->contract.combo_legs.items[0].per_leg_price == WIRE_UNSET_DOUBLE);
    assert_true(got->contract.combo_legs.items[1].per_leg_price == 1.5);
    assert_int_equal(got->contract.combo_legs.items[0].exempt_code, -1);
    /* the count of prices stands before an empty price and 1.5 */
    size_t at = str_find_str(body, (struct str){"\0"
                                                "2\0\0"
                                                "1.5",
                                                7});
    assert_true(at < body.n);
    char *p = arena_alloc(arena, body.n);
    memcpy(p, body.p, body.n);
    p[at + 1] = '3';
    assert_false(wire_decode(WIRE_TO_SERVER, (struct str){p, body.n}, 200, arena, &any, &e));
    assert_string_equal(e.reason, "WIRE_BAD_FRAME");
}

/* ---- forms ---- */

static void clients_write_as_python_and_servers_as_java(void **state)
{
    (void)state;
    struct wire_req_calc_option_price q = {.req_id = 1,
                                           .contract = WIRE_CONTRACT_DEFAULT,
                                           .volatility = 1e-7,
                                           .under_price = WIRE_UNSET_DOUBLE};
    assert_frame(encode(WIRE_TO_SERVER, WIRE_REQ_CALC_OPTION_PRICE, &q, 200),
                 "55|3|1|0||||||||||||1e-07|1.7976931348623157e+308||");
    struct wire_rep_pnl r = {1, 1e-7, WIRE_UNSET_DOUBLE, 12.5};
    assert_frame(encode(WIRE_TO_CLIENT, WIRE_REP_PNL, &r, 200),
                 "94|1|1.0E-7|1.7976931348623157E308|12.5|");
}

static void an_options_count_may_stand_before_the_options(void **state)
{
    (void)state;
    static const char *const frames[] = {"55|3|1|0||||||||||||0.2|150.5|a=b;|",
                                         "55|3|1|0||||||||||||0.2|150.5|1|a=b;|"};
    for (size_t i = 0; i < 2; i++) {
        struct wire_any any;
        struct error e = {0};
        assert_true(wire_decode(WIRE_TO_SERVER, frame(frames[i]), 200, arena, &any, &e));
        const struct wire_req_calc_option_price *m = any.message;
        assert_true(str_eq(m->options, STR("a=b;")));
        assert_true(m->under_price == 150.5);
    }
}

static void empty_fields_mean_defaults(void **state)
{
    (void)state;
    struct wire_any any;
    struct error e = {0};
    assert_true(wire_decode(WIRE_TO_SERVER, frame("1|11|2||AAPL|STK|||||SMART||USD|||||||||"), 200,
                            arena, &any, &e) == false);
    assert_true(wire_decode(WIRE_TO_SERVER, frame("1|11|2||AAPL|STK|||||SMART||USD||||||||"), 200,
                            arena, &any, &e));
    const struct wire_req_mkt_data *m = any.message;
    assert_int_equal(m->contract.con_id, 0);
    assert_true(m->contract.strike == WIRE_UNSET_DOUBLE);
    assert_false(m->snapshot);
}

static void both_ways_of_no_strike_are_unset(void **state)
{
    (void)state;
    static const char *const frames[] = {"61|3|DU1|1|A|STK||0.0|||X|USD|A|A|5|1.5|",
                                         "61|3|DU1|1|A|STK||0|||X|USD|A|A|5|1.5|",
                                         "61|3|DU1|1|A|STK|||||X|USD|A|A|5|1.5|"};
    for (size_t i = 0; i < 3; i++) {
        struct wire_any any;
        struct error e = {0};
        assert_true(wire_decode(WIRE_TO_CLIENT, frame(frames[i]), 200, arena, &any, &e));
        const struct wire_rep_position *m = any.message;
        assert_true(m->contract.strike == WIRE_UNSET_DOUBLE);
    }
}

static void a_size_is_a_number_or_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *frame;
        const char *size; /* NULL: refused */
    } cases[] = {{"2|6|1|0|150|", "150"},       {"2|6|1|0||", ""},
                 {"2|6|1|0|NaN|", ""},          {"2|6|1|0|-1553556175|", "-1553556175"},
                 {"2|6|1|0|1.5E-7|", "1.5E-7"}, {"2|6|1|0|many|", NULL},
                 {"2|6|1|0|1 000|", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_any any;
        struct error e = {0};
        bool done = wire_decode(WIRE_TO_CLIENT, frame(cases[i].frame), 200, arena, &any, &e);
        assert_int_equal(done, cases[i].size != NULL);
        if (done)
            assert_true(str_eq(((const struct wire_rep_tick_size *)any.message)->size,
                               str_of(cases[i].size)));
    }
}

static void text_that_is_not_ascii_travels_escaped(void **state)
{
    (void)state;
    struct wire_rep_error m = {.id = -1,
                               .error_code = 200,
                               .error_msg = STR("B\xC3\xB6rse \xF0\x9F\x93\x88"),
                               .error_time = 7};
    struct str body = encode(WIRE_TO_CLIENT, WIRE_REP_ERROR, &m, 200);
    assert_frame(body, "4|-1|200|B\\u00f6rse \\ud83d\\udcc8||7|");
    struct wire_any any;
    struct error e = {0};
    assert_true(wire_decode(WIRE_TO_CLIENT, body, 200, arena, &any, &e));
    const struct wire_rep_error *got = any.message;
    assert_true(str_eq(got->error_msg, m.error_msg));
}

static void broken_escapes_stay_as_they_are(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"\\u00", "\\u00"},
                                           {"\\uZZZZ", "\\uZZZZ"},
                                           {"\\u0000", "\\u0000"},
                                           {"\\ud83d!", "\xEF\xBF\xBD!"},
                                           {"\\ud83d\\u0041", "\xEF\xBF\xBD"
                                                              "A"},
                                           {"\\", "\\"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct wire_any any;
        struct error e = {0};
        struct str body = frame(arena_f(arena, "46|6|1|45|%s|", pairs[i][0]).p);
        assert_true(decode_exact(WIRE_TO_CLIENT, body, 200, &any, &e));
        assert_true(wire_decode(WIRE_TO_CLIENT, body, 200, arena, &any, &e));
        const struct wire_rep_tick_string *m = any.message;
        assert_true(str_eq(m->value, str_of(pairs[i][1])));
    }
}

static void a_text_that_looks_escaped_is_written_so_that_it_comes_back(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"C:\\u001a", "C:\\u005cu001a"},
                                           {"\\u00e9t\xC3\xA9", "\\u005cu00e9t\\u00e9"},
                                           {"\\u0000", "\\u0000"},
                                           {"\\user", "\\user"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct wire_rep_tick_string m = {6, 45, str_of(pairs[i][0])};
        struct str body = encode(WIRE_TO_CLIENT, WIRE_REP_TICK_STRING, &m, 200);
        struct wire_any any;
        struct error e = {0};
        assert_frame(body, arena_f(arena, "46|6|6|45|%s|", pairs[i][1]).p);
        assert_true(wire_decode(WIRE_TO_CLIENT, body, 200, arena, &any, &e));
        const struct wire_rep_tick_string *got = any.message;
        assert_true(str_eq(got->value, m.value));
    }
}

static void a_text_that_would_shift_fields_is_not_written(void **state)
{
    (void)state;
    static const struct str bad[] = {{"A\0B", 3}, {"Z\xC3\xBCrich", 7}, {"A\x1b[2J", 5}};
    struct error e = {0};
    buf_add_c(&out, "before");
    for (size_t i = 0; i < 3; i++) {
        struct wire_req_matching_symbols m = {1, bad[i]};
        assert_false(wire_encode(WIRE_TO_SERVER, WIRE_REQ_MATCHING_SYMBOLS, &m, 200, &out, &e));
        assert_string_equal(e.reason, "WIRE_BAD_VALUE");
        assert_true(str_eq(buf_str(&out), STR("before")));
    }
    struct wire_rep_account_value v = {.key = bad[0]};
    assert_false(wire_encode(WIRE_TO_CLIENT, WIRE_REP_ACCOUNT_VALUE, &v, 200, &out, &e));
    assert_string_equal(e.reason, "WIRE_BAD_VALUE");
}

static void a_frame_that_does_not_fit_fails_the_buffer(void **state)
{
    (void)state;
    struct buf tiny;
    struct error e = {0};
    struct wire_rep_managed_accounts m = {STR("DU1234567")};
    buf_init(&tiny, 12);
    assert_false(wire_encode(WIRE_TO_CLIENT, WIRE_REP_MANAGED_ACCOUNTS, &m, 200, &tiny, &e));
    assert_string_equal(e.reason, "WIRE_TOO_LONG");
    assert_true(tiny.failed);
    assert_int_equal(tiny.n, 0);
    buf_fini(&tiny);
}

static void a_frame_above_the_limit_is_not_written(void **state)
{
    (void)state;
    struct buf large;
    struct error e = {0};
    size_t n = LIMIT_FRAME;
    char *p = xmalloc(n);
    memset(p, 'x', n);
    struct wire_rep_scanner_parameters m = {{p, n}};
    buf_init(&large, LIMIT_FRAME * 2);
    assert_false(wire_encode(WIRE_TO_CLIENT, WIRE_REP_SCANNER_PARAMETERS, &m, 200, &large, &e));
    assert_string_equal(e.reason, "WIRE_TOO_LONG");
    assert_int_equal(large.n, 0);
    buf_fini(&large);
    xfree(p);
}

/* ---- known layouts, written by hand ---- */

static void replies_have_the_layouts_of_the_reference(void **state)
{
    (void)state;
    struct wire_rep_tick_price price = {1001, 68, 255.45, STR("200"), 0};
    assert_frame(encode(WIRE_TO_CLIENT, WIRE_REP_TICK_PRICE, &price, 200),
                 "1|6|1001|68|255.45|200|0|");
    struct wire_rep_order_status status = {.order_id = 0,
                                           .status = STR("PreSubmitted"),
                                           .filled = STR("0"),
                                           .remaining = STR("1"),
                                           .perm_id = 9000};
    assert_frame(encode(WIRE_TO_CLIENT, WIRE_REP_ORDER_STATUS, &status, 200),
                 "3|0|PreSubmitted|0|1|0|9000|0|0|0||0|");
    struct wire_rep_error error = {-1, 2104, STR("ok"), STR(""), 5};
    assert_frame(encode(WIRE_TO_CLIENT, WIRE_REP_ERROR, &error, 194), "4|-1|2104|ok||5|");
    assert_frame(encode(WIRE_TO_CLIENT, WIRE_REP_ERROR, &error, 193), "4|2|-1|2104|ok||");
    assert_frame(encode(WIRE_TO_CLIENT, WIRE_REP_ERROR, &error, 165), "4|2|-1|2104|ok|");
    struct wire_bar bar = {STR("20260402"), 1.5, 3, 1, 2, STR("10"), STR("2.5"), 4};
    struct wire_rep_historical_data_update update = {7, bar};
    assert_frame(encode(WIRE_TO_CLIENT, WIRE_REP_HISTORICAL_DATA_UPDATE, &update, 200),
                 "90|7|4|20260402|1.5|2.0|3.0|1.0|2.5|10|");
    struct wire_rep_historical_data bars = {
        .req_id = 7, .start_date = STR("s"), .end_date = STR("e"), .bars = {&bar, 1}};
    assert_frame(encode(WIRE_TO_CLIENT, WIRE_REP_HISTORICAL_DATA, &bars, 196),
                 "17|7|1|20260402|1.5|3.0|1.0|2.0|10|2.5|4|");
    assert_frame(encode(WIRE_TO_CLIENT, WIRE_REP_HISTORICAL_DATA, &bars, 195),
                 "17|7|s|e|1|20260402|1.5|3.0|1.0|2.0|10|2.5|4|");
}

static void cancels_change_at_their_versions(void **state)
{
    (void)state;
    static const struct {
        int version;
        const char *frame;
    } cases[] = {{168, "4|1|5|"},
                 {169, "4|1|5||"},
                 {187, "4|1|5|||"
                       "|2147483647|"},
                 {189, "4|1|5||||2147483647|"},
                 {190, "4|1|5||"},
                 {192, "4|5|||2147483647|"}};
    struct wire_req_cancel_order m = WIRE_REQ_CANCEL_ORDER_DEFAULT;
    m.order_id = 5;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_frame(encode(WIRE_TO_SERVER, WIRE_REQ_CANCEL_ORDER, &m, cases[i].version),
                     cases[i].frame);
}

static size_t fields_of(struct str body)
{
    size_t n = 0;
    for (size_t i = 0; i < body.n; i++)
        n += body.p[i] == 0;
    return n;
}

/* 119 fields at 200, 118 at 193, 114 at 178, one more below 177. */
static void a_plain_order_has_the_known_number_of_fields(void **state)
{
    (void)state;
    static const int cases[][2] = {{200, 119}, {193, 118}, {178, 114}, {176, 115}, {188, 118}};
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    m.contract.sec_type = STR("STK");
    m.order.order_type = STR("LMT");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(fields_of(encode(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER, &m, cases[i][0])),
                         cases[i][1]);
}

/* Offsets of pegged orders: which of them follow depends on exchange and type. */
static void pegged_orders_carry_their_offsets(void **state)
{
    (void)state;
    static const struct {
        const char *type, *exchange;
        double compete;
        size_t more;
    } cases[] = {{"LMT", "SMART", 0.01, 0},
                 {"LMT", "IBKRATS", 0.01, 1},
                 {"PEG MID", "SMART", 0.01, 2},
                 {"PEGBEST", "IBKRATS", 0.01, 3},
                 {"PEG BEST", "IBKRATS", __builtin_inf(), 5},
                 {"PEG BENCH", "SMART", 0, 5}};
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        m.order.order_type = str_of(cases[i].type);
        m.contract.exchange = str_of(cases[i].exchange);
        m.order.compete_against_best_offset = cases[i].compete;
        assert_int_equal(fields_of(encode(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER, &m, 200)),
                         119 + cases[i].more);
    }
}

/* The paper example of conditions: price above, or time. */
static void conditions_carry_the_members_of_their_type(void **state)
{
    (void)state;
    struct wire_condition list[] = {{.type = WIRE_CONDITION_PRICE,
                                     .is_conjunction = true,
                                     .is_more = true,
                                     .price = 150.5,
                                     .con_id = 265598,
                                     .exchange = STR("SMART")},
                                    {.type = WIRE_CONDITION_EXECUTION,
                                     .sec_type = STR("STK"),
                                     .exchange = STR("ANY"),
                                     .symbol = STR("AAPL")}};
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    m.order.conditions.items = list;
    m.order.conditions.n = 2;
    struct str body = encode(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER, &m, 200);
    struct str part = frame("|2|1|a|1|150.5|265598|SMART|0|5|o|STK|ANY|AAPL|0|0|");
    assert_true(str_find_str(body, part) < body.n);
    assert_int_equal(fields_of(body), 119 + 7 + 5 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_message_survives_a_round_trip_at_every_version),
        TEST(every_truncation_of_every_message_is_refused),
        TEST(changed_bytes_never_harm),
        TEST(a_left_over_field_is_refused),
        TEST(an_error_names_the_field),
        TEST(an_unknown_id_is_told_apart_from_a_bad_frame),
        TEST(versions_beyond_the_known_ones_are_refused),
        TEST(a_count_that_the_frame_cannot_hold_takes_no_memory),
        TEST(a_list_is_as_long_as_its_limit),
        TEST(a_list_that_the_arena_cannot_hold_is_refused),
        TEST(more_leg_prices_than_legs_are_refused),
        TEST(clients_write_as_python_and_servers_as_java),
        TEST(an_options_count_may_stand_before_the_options),
        TEST(empty_fields_mean_defaults),
        TEST(both_ways_of_no_strike_are_unset),
        TEST(a_size_is_a_number_or_nothing),
        TEST(text_that_is_not_ascii_travels_escaped),
        TEST(broken_escapes_stay_as_they_are),
        TEST(a_text_that_looks_escaped_is_written_so_that_it_comes_back),
        TEST(a_text_that_would_shift_fields_is_not_written),
        TEST(a_frame_that_does_not_fit_fails_the_buffer),
        TEST(a_frame_above_the_limit_is_not_written),
        TEST(replies_have_the_layouts_of_the_reference),
        TEST(cancels_change_at_their_versions),
        TEST(a_plain_order_has_the_known_number_of_fields),
        TEST(pegged_orders_carry_their_offsets),
        TEST(conditions_carry_the_members_of_their_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
