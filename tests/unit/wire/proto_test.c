/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/limits.h"
#include "wire/codec.h"
#include "wire/config.h"
#include "wire/proto.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = 4, ID = 4, ROUNDS = 12 };

static struct arena *arena;
static struct buf out;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(32 << 20);
    buf_init(&out, 4 << 20);
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

static struct str again(const struct wire_any *any, int version)
{
    struct error e = {0};
    buf_reset(&out);
    if (!wire_encode_again(any, version, &out, &e))
        fail_msg("%s", e.text);
    return str_sub(buf_str(&out), LENGTH, out.n);
}

static struct wire_any decode(enum wire_direction direction, struct str body, int version)
{
    struct error e = {0};
    struct wire_any any;
    if (!wire_decode(direction, body, version, arena, &any, &e))
        fail_msg("%s", e.text);
    return any;
}

/* Decodes from memory of exactly the size of the body, so that a read past it is seen. */
static bool decode_exact(enum wire_direction direction, struct str body, int version,
                         struct wire_any *any, struct error *e)
{
    char *p = xmalloc(body.n + 1);
    memcpy(p + 1, body.p, body.n);
    bool done = wire_decode(direction, (struct str){p + 1, body.n}, version, arena, any, e);
    xfree(p);
    return done;
}

static void assert_refused(enum wire_direction direction, struct str body, const char *text)
{
    struct error e = {0};
    struct wire_any any;
    assert_false(decode_exact(direction, body, 225, &any, &e));
    assert_string_equal(e.reason, "WIRE_BAD_FRAME");
    if (text)
        assert_string_equal(e.text, text);
    assert_true(any.offset <= body.n);
}

/* ---- frames by hand ---- */

static void put_varint(struct buf *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        buf_add_char(b, (char)(v | 0x80));
    buf_add_char(b, (char)v);
}

static void put_tag(struct buf *b, unsigned number, unsigned form)
{
    put_varint(b, number << 3 | form);
}

static void put_int(struct buf *b, unsigned number, int64_t v)
{
    put_tag(b, number, 0);
    put_varint(b, (uint64_t)v);
}

static void put_bytes(struct buf *b, unsigned number, struct str s)
{
    put_tag(b, number, 2);
    put_varint(b, s.n);
    buf_add_str(b, s);
}

static struct buf frame;

static void begin(int id)
{
    buf_init(&frame, 16 << 20);
    char word[ID] = {0, 0, (char)((id + 200) >> 8), (char)(id + 200)};
    buf_add(&frame, word, ID);
}

/* The frame begun, in the arena. */
static struct str end(void)
{
    assert_false(frame.failed);
    struct str body = arena_str(arena, buf_str(&frame));
    buf_fini(&frame);
    return body;
}

/* ---- the tables ---- */

static void check_field(const struct wire_proto *t, size_t i)
{
    const struct wire_proto_field *f = &t->fields[i];
    if (f->number != 0 && f->number != i + 1)
        fail_msg("%s: row %zu has number %d", t->name, i, f->number);
    if (f->number == 0 && i + 1 < t->count && t->fields[i + 1].number != 0)
        fail_msg("%s: %s is not at the end", t->name, f->name);
    assert_true(f->offset < t->size);
    bool is_message = f->kind == WIRE_KIND_PART || f->kind == WIRE_KIND_LIST;
    assert_true(is_message == (f->part != NULL));
    assert_true((f->kind == WIRE_KIND_BIT) == (f->mask != 0));
    if (f->rules & WIRE_RULE_NO_REQUEST)
        assert_true(i == 0 && f->kind == WIRE_KIND_INT32);
    for (size_t k = 0; k < i; k++)
        assert_string_not_equal(t->fields[k].name, f->name);
}

static size_t check_table(const struct wire_proto *t, int depth)
{
    size_t fields = t->count;
    assert_true(depth <= WIRE_PROTO_DEPTH);
    assert_true(t->count <= WIRE_PROTO_FIELDS);
    for (size_t i = 0; i < t->count; i++) {
        check_field(t, i);
        if (t->fields[i].part)
            fields += check_table(t->fields[i].part, depth + 1);
    }
    return fields;
}

static void every_message_has_a_table_that_fits_its_struct(void **state)
{
    (void)state;
    size_t messages = 0, protobuf = 0, fields = 0;
    for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m)) {
        const struct wire_proto *t = wire_proto_of(m->direction, m->id);
        assert_non_null(t);
        assert_int_equal(t->size, m->size);
        fields += check_table(t, 1);
        int since = wire_proto_since(m->direction, m->id);
        assert_true(since == 0 || (since >= 201 && since <= 221));
        assert_true(m->routine || since == m->min_version);
        messages++;
        protobuf += since != 0;
    }
    assert_int_equal(messages, 83 + 86);
    assert_int_equal(protobuf, 83 + 82); /* 47, 56, 69 and 70 stay text */
    assert_true(fields > 2000);
    assert_null(wire_proto_of(WIRE_TO_CLIENT, 48));
    assert_null(wire_proto_of(WIRE_TO_CLIENT, -1));
    assert_null(wire_proto_of(WIRE_TO_SERVER, 112));
    assert_int_equal(wire_proto_since(WIRE_TO_SERVER, 0), 0);
}

/* ---- all messages ---- */

static void round_trips(const struct wire_message *m, int version, struct rng *rng)
{
    for (int i = 0; i < ROUNDS; i++) {
        arena_reset(arena);
        void *made = wire_generate(m, version, arena, rng);
        struct str body = arena_str(arena, encode(m->direction, m->id, made, version));
        struct wire_any any = decode(m->direction, body, version);
        assert_ptr_equal(any.type, m);
        assert_int_equal(any.skipped, 0);
        assert_int_equal(any.offset, body.n);
        if (!str_eq(body, again(&any, version)))
            fail_msg("%s at %d differs", m->name, version);
    }
}

static void every_message_survives_a_round_trip_at_every_version(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 30, 1);
    for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m))
        for (int version = 201; version <= WIRE_VERSION_PROTO_MAX; version++)
            if (version >= m->min_version)
                round_trips(m, version, &rng);
}

/* Read as protobuf and written by the rules for structs made by hand: nothing is lost by it. */
static void what_was_read_can_be_written_by_the_rules(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 31, 1);
    for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m)) {
        for (int i = 0; i < ROUNDS; i++) {
            arena_reset(arena);
            struct str body = arena_str(
                arena, encode(m->direction, m->id, wire_generate(m, 226, arena, &rng), 226));
            struct wire_any first = decode(m->direction, body, 226);
            struct str rules = arena_str(arena, encode(m->direction, m->id, first.message, 226));
            struct wire_any second = decode(m->direction, rules, 226);
            if (!str_eq(rules, encode(m->direction, m->id, second.message, 226)))
                fail_msg("%s differs", m->name);
        }
    }
}

static void the_version_decides_the_encoding(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 32, 1);
    for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m)) {
        int since = wire_proto_since(m->direction, m->id);
        for (int version = m->min_version > 157 ? m->min_version : 157; version <= 226; version++) {
            arena_reset(arena);
            struct str body =
                encode(m->direction, m->id, wire_generate(m, version, arena, &rng), version);
            bool is_proto = since && version >= since;
            int id = m->id + (is_proto ? 200 : 0);
            char word[ID] = {0, 0, (char)(id >> 8), (char)id};
            assert_true(body.n >= 2);
            if (version <= 200)
                assert_true(body.p[0] >= '1' && body.p[0] <= '9');
            else
                assert_memory_equal(body.p, word, ID);
        }
    }
}

static void every_truncation_of_every_message_is_harmless(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 33, 1);
    for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m)) {
        for (int i = 0; i < 3; i++) {
            arena_reset(arena);
            struct str body = arena_str(
                arena, encode(m->direction, m->id, wire_generate(m, 226, arena, &rng), 226));
            for (size_t n = 0; n < body.n; n++) {
                struct error e = {0};
                struct wire_any any;
                bool done = decode_exact(m->direction, str_sub(body, 0, n), 226, &any, &e);
                assert_true(n >= ID || !done);
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
    rng_init(&rng, 34, 1);
    for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m)) {
        for (int i = 0; i < 200; i++) {
            arena_reset(arena);
            struct str body = encode(m->direction, m->id, wire_generate(m, 226, arena, &rng), 226);
            for (uint32_t k = rng_below(&rng, 4) + 1; k > 0; k--)
                out.p[LENGTH + rng_below(&rng, (uint32_t)body.n)] = (char)rng_u32(&rng);
            struct error e = {0};
            struct wire_any any;
            (void)!decode_exact(m->direction, body, 226, &any, &e);
        }
    }
}

static void junk_never_harms(void **state)
{
    (void)state;
    struct rng rng;
    rng_init(&rng, 35, 1);
    for (int i = 0; i < 100000; i++) {
        char junk[64] = {0, 0, 0, (char)(201 + rng_below(&rng, 112))};
        size_t n = ID + rng_below(&rng, sizeof junk - ID);
        arena_reset(arena);
        for (size_t k = ID; k < n; k++)
            junk[k] = (char)(rng_below(&rng, 3) ? rng_below(&rng, 64) : rng_u32(&rng));
        junk[2] = (unsigned char)junk[3] < 201;
        struct error e = {0};
        struct wire_any any;
        (void)!decode_exact(rng_below(&rng, 2) ? WIRE_TO_CLIENT : WIRE_TO_SERVER,
                            (struct str){junk, n}, 226, &any, &e);
    }
}

/* ---- frames that must not be ---- */

/* Every form that is not the field's own, for every field of every message. */
static void a_wrong_wire_type_is_a_named_error(void **state)
{
    (void)state;
    static const unsigned forms[] = {0, 1, 2, 5};
    size_t refused = 0;
    for (const struct wire_message *m = wire_next_message(NULL); m; m = wire_next_message(m)) {
        const struct wire_proto *t = wire_proto_of(m->direction, m->id);
        for (size_t i = 0; i < t->count && wire_proto_since(m->direction, m->id); i++) {
            size_t good = 0;
            for (size_t k = 0; k < 4; k++) {
                arena_reset(arena);
                begin(m->id);
                put_tag(&frame, (unsigned)i + 1, forms[k]);
                buf_add(&frame, "\0\0\0\0\0\0\0", 8);
                struct str body = end();
                struct error e = {0};
                struct wire_any any;
                bool done = wire_decode(m->direction, body, 226, arena, &any, &e);
                good += done || !strstr(e.text, "wrong wire type");
                if (done || !strstr(e.text, "wrong wire type"))
                    continue;
                const char *text = arena_f(arena, "%s: %s (byte 4) has the wrong wire type",
                                           m->name, t->fields[i].name)
                                       .p;
                assert_string_equal(e.text, text);
                assert_int_equal(any.offset, ID);
                refused++;
            }
            bool is_packed =
                t->fields[i].kind == WIRE_KIND_INTS || t->fields[i].kind == WIRE_KIND_DOUBLES;
            bool is_text = t->fields[i].number == 0;
            if (good != (is_text ? 4U : is_packed ? 2U : 1U))
                fail_msg("%s: %s: %zu forms are read", m->name, t->fields[i].name, good);
        }
    }
    assert_true(refused > 1000);
}

/* `levels` messages, each the field `number` of the one around it. */
static struct str nested(unsigned number, int levels)
{
    enum { HEAD = 12 };
    size_t room = (size_t)levels * HEAD;
    char *p = arena_alloc(arena, room);
    size_t at = room;
    for (int i = 0; i < levels; i++) {
        struct buf head;
        buf_init(&head, HEAD);
        put_tag(&head, number, 2);
        put_varint(&head, room - at);
        at -= head.n;
        memcpy(p + at, head.p, head.n);
        buf_fini(&head);
    }
    return (struct str){p + at, room - at};
}

static void ten_thousand_levels_are_an_unknown_field(void **state)
{
    (void)state;
    /* nobody's field; a contract in a contract in ..; a leg in a leg in .. */
    static const struct {
        int id;
        unsigned number;
        size_t skipped;
    } cases[] = {{WIRE_REQ_CONTRACT_DETAILS, 999, 1},
                 {WIRE_REQ_PLACE_ORDER, 20, 1},
                 {WIRE_REQ_UPDATE_CONFIG, 7, 0},
                 {WIRE_REQ_CURRENT_TIME, 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(cases[i].id);
        bool has_contract = cases[i].number == 999;
        if (has_contract)
            put_bytes(&frame, 2, STR(""));
        if (cases[i].id == WIRE_REQ_PLACE_ORDER) {
            put_bytes(&frame, 2, nested(20, 10000));  /* Contract > ComboLeg > unknown */
            put_bytes(&frame, 3, nested(105, 10000)); /* Order > SoftDollarTier > unknown */
        } else {
            buf_add_str(&frame, nested(cases[i].number, 10000));
        }
        struct str body = end();
        struct error e = {0};
        struct wire_any any;
        bool done = decode_exact(WIRE_TO_SERVER, body, 226, &any, &e);
        if (cases[i].id == WIRE_REQ_UPDATE_CONFIG) { /* 7 is a flag there */
            assert_false(done);
            assert_string_equal(e.reason, "WIRE_BAD_FRAME");
        } else {
            assert_true(done);
            assert_int_equal(any.skipped, cases[i].skipped + (cases[i].number == 20));
        }
    }
}

static void ten_thousand_groups_are_refused(void **state)
{
    (void)state;
    begin(WIRE_REP_TICK_SIZE);
    for (int i = 0; i < 10000; i++)
        put_tag(&frame, 9, 3);
    for (int i = 0; i < 10000; i++)
        put_tag(&frame, 9, 4);
    assert_refused(WIRE_TO_CLIENT, end(),
                   "tickSize: TickSize (byte 4) has an unknown field that cannot be skipped");
}

static void malformed_fields_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        struct str fields; /* of a tickPrice */
        const char *text;
    } cases[] = {
        {{"\x08", 1}, "tickPrice: reqId (byte 4) has no end"},
        {{"\x08\x01\x10\xff\xff", 5}, "tickPrice: tickType (byte 6) has no end"},
        {{"\x08\xff\xff\xff\xff\x0f", 6},
         "tickPrice: reqId (byte 4) is not a whole number in range"},
        {{"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11},
         "tickPrice: reqId (byte 4) has no end"},
        {{"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 12},
         "tickPrice: reqId (byte 4) has no end"},
        {{"\x19\0\0\0\0\0\0\0", 8}, "tickPrice: price (byte 4) has no end"},
        {{"\x22\x05\x31\x30", 4}, "tickPrice: size (byte 4) is longer than what follows"},
        {{"\x22\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
         "tickPrice: size (byte 4) is longer than what follows"},
        {{"\x22\x04many", 6}, "tickPrice: size (byte 4) is not a decimal number"},
        {{"\x00\x01", 2}, "tickPrice: TickPrice (byte 4) has a field without number or form"},
        {{"\x80", 1}, "tickPrice: TickPrice (byte 4) has a field without number or form"},
        {{"\xff\xff\xff\xff\xff\xff\x01\x01", 8},
         "tickPrice: TickPrice (byte 4) has a field without number or form"},
        {{"\x0f\x01", 2}, "tickPrice: reqId (byte 4) has the wrong wire type"},
        {{"\x7f\x01", 2},
         "tickPrice: TickPrice (byte 4) has an unknown field that cannot be skipped"},
        {{"\x7d\x01\x01", 3},
         "tickPrice: TickPrice (byte 4) has an unknown field that cannot be skipped"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(WIRE_REP_TICK_PRICE);
        buf_add_str(&frame, cases[i].fields);
        assert_refused(WIRE_TO_CLIENT, end(), cases[i].text);
    }
    assert_refused(WIRE_TO_CLIENT, STR("\0\0\0"), "a frame has no message id");
    assert_refused(WIRE_TO_CLIENT, STR("\xff\0\0\xc9"), "a frame has no message id");
}

static void an_unknown_id_is_told_apart(void **state)
{
    (void)state;
    const struct {
        struct str body;
        int id;
    } cases[] = {{STR("\0\0\1\x90"), 200}, {STR("\0\0\0\xc8"), 200},
                 {STR("\0\0\0\x30"), 48},  {STR("\x7f\xff\xff\xff"), 0x7fffffff - 200},
                 {STR("\0\0\0\0"), 0},     {STR("\0\0\0\xf7" /* 47 as protobuf */), 47}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        struct wire_any any;
        assert_false(wire_decode(WIRE_TO_CLIENT, cases[i].body, 225, arena, &any, &e));
        assert_string_equal(e.reason, "WIRE_UNKNOWN_MESSAGE");
        assert_int_equal(any.id, cases[i].id);
        assert_null(any.type);
    }
}

/* What official clients drop without a word. */
static void a_message_without_its_heart_is_refused(void **state)
{
    (void)state;
    static const struct {
        int id;
        const char *text;
    } cases[] = {{WIRE_REP_OPEN_ORDER, "openOrder: contract (byte 4) is missing"},
                 {WIRE_REP_EXEC_DETAILS, "execDetails: contract (byte 4) is missing"},
                 {WIRE_REP_POSITION, "position: contract (byte 4) is missing"},
                 {WIRE_REP_MARKET_DEPTH, "marketDepth: marketDepthData (byte 4) is missing"},
                 {WIRE_REP_CONTRACT_DATA, "contractData: contract (byte 4) is missing"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(cases[i].id);
        assert_refused(WIRE_TO_CLIENT, end(), cases[i].text);
    }
    begin(WIRE_REQ_PLACE_ORDER);
    put_bytes(&frame, 2, STR(""));
    assert_refused(WIRE_TO_SERVER, end(), "placeOrder: order (byte 6) is missing");
    begin(WIRE_REQ_PLACE_ORDER);
    put_bytes(&frame, 2, STR(""));
    put_bytes(&frame, 2, STR(""));
    assert_refused(WIRE_TO_SERVER, end(), "placeOrder: contract (byte 6) is there twice");
}

/* ---- hostile counts ---- */

static void a_list_is_as_long_as_its_limit(void **state)
{
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        struct wire_any any;
        struct error e = {0};
        arena_reset(arena);
        begin(WIRE_REP_FAMILY_CODES);
        for (size_t i = 0; i < LIMIT_WIRE_LIST + more; i++)
            put_bytes(&frame, 1, STR("\x0a\1a\x12\1b"));
        struct str body = end();
        bool done = wire_decode(WIRE_TO_CLIENT, body, 225, arena, &any, &e);
        assert_int_equal(done, more == 0);
        if (!done) {
            assert_string_equal(
                e.text, "familyCodes: familyCodes (byte 4) has more elements than can be held");
            continue;
        }
        const struct wire_rep_family_codes *m = any.message;
        assert_int_equal(m->codes.n, LIMIT_WIRE_LIST);
        assert_true(str_eq(m->codes.items[LIMIT_WIRE_LIST - 1].family_code, STR("b")));
        assert_true(str_eq(body, again(&any, 225)));
    }
}

static void packed_numbers_are_bounded_too(void **state)
{
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        size_t n = 8 * (LIMIT_WIRE_LIST + more);
        char *zeros = xcalloc(n, 1);
        struct wire_any any;
        struct error e = {0};
        arena_reset(arena);
        begin(WIRE_REP_SEC_DEF_OPT_PARAM);
        put_bytes(&frame, 7, (struct str){zeros, n});
        bool done = wire_decode(WIRE_TO_CLIENT, end(), 225, arena, &any, &e);
        assert_int_equal(done, more == 0);
        xfree(zeros);
    }
    begin(WIRE_REP_SEC_DEF_OPT_PARAM);
    put_bytes(&frame, 7, STR("12345678abcd"));
    assert_refused(WIRE_TO_CLIENT, end(), "secDefOptParam: strikes (byte 4) has no end");
    begin(WIRE_REQ_EXECUTIONS);
    put_bytes(&frame, 2, STR("\x4a\2\xff\xff"));
    assert_refused(WIRE_TO_SERVER, end(), "reqExecutions: specificDates (byte 6) has no end");
}

/* Two bytes of the frame are one row of a scan, several hundred bytes in memory. */
static void elements_that_the_arena_cannot_hold_are_refused(void **state)
{
    (void)state;
    struct arena *small = arena_new(64 << 10);
    struct wire_any any;
    struct error e = {0};
    begin(WIRE_REP_SCANNER_DATA);
    for (int i = 0; i < 10000; i++)
        put_bytes(&frame, 2, STR(""));
    struct str body = end();
    assert_false(wire_decode(WIRE_TO_CLIENT, body, 225, small, &any, &e));
    assert_string_equal(
        e.text, "scannerData: scannerDataElement (byte 4) has more elements than can be held");
    arena_free(small);

    /* every size of the arena from nothing to enough: no abort, no half message */
    struct rng rng;
    rng_init(&rng, 5, 1);
    const struct wire_message *m = wire_find(WIRE_TO_CLIENT, WIRE_REP_OPEN_ORDER);
    body = arena_str(arena, encode(WIRE_TO_CLIENT, m->id, wire_generate(m, 225, arena, &rng), 225));
    for (size_t cap = 64; cap < 16384; cap += 256) {
        small = arena_new(cap);
        (void)!wire_decode(WIRE_TO_CLIENT, body, 225, small, &any, &e);
        arena_free(small);
    }
}

/* ---- presence ---- */

static void absent_zero_and_empty_differ(void **state)
{
    (void)state;
    begin(WIRE_REP_TICK_PRICE);
    put_int(&frame, 1, 0);
    put_bytes(&frame, 4, STR(""));
    put_int(&frame, 5, 0);
    struct str body = end();
    struct wire_any any = decode(WIRE_TO_CLIENT, body, 225);
    static const bool expected[] = {true, false, false, true, true};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(wire_presence_has(any.has, i), expected[i]);
    assert_true(str_eq(body, again(&any, 225)));

    begin(WIRE_REP_OPEN_ORDER);
    put_bytes(&frame, 2, STR("\x32\0\x90\1\0"));   /* right "", includeExpired false */
    put_bytes(&frame, 3, STR("\xca\6\0\x80\1\0")); /* an empty tier, allOrNone false */
    put_bytes(&frame, 4, STR(""));
    body = end();
    any = decode(WIRE_TO_CLIENT, body, 225);
    struct str bytes = again(&any, 225);
    assert_int_equal(bytes.n, body.n); /* fields 16 and 105 come in their order */
    any = decode(WIRE_TO_CLIENT, arena_str(arena, bytes), 225);
    assert_true(str_eq(arena_str(arena, bytes), again(&any, 225)));
}

static void fields_may_come_in_any_order_and_the_last_one_counts(void **state)
{
    (void)state;
    begin(WIRE_REP_TICK_SIZE);
    put_bytes(&frame, 3, STR("5"));
    put_bytes(&frame, 77, STR("a stranger"));
    put_int(&frame, 78, 1);
    put_tag(&frame, 79, 5);
    buf_add(&frame, "abcd", 4);
    put_tag(&frame, 80, 1);
    buf_add(&frame, "abcdefgh", 8);
    put_int(&frame, 2, 8);
    put_int(&frame, 1, 6);
    put_int(&frame, 1, 7);
    struct wire_any any = decode(WIRE_TO_CLIENT, end(), 225);
    const struct wire_rep_tick_size *m = any.message;
    assert_int_equal(m->req_id, 7);
    assert_int_equal(m->tick_type, 8);
    assert_true(str_eq(m->size, STR("5")));
    assert_int_equal(any.skipped, 4);
}

static void an_absent_request_id_is_minus_one(void **state)
{
    (void)state;
    begin(WIRE_REP_ERROR);
    struct wire_any any = decode(WIRE_TO_CLIENT, end(), 225);
    assert_int_equal(((const struct wire_rep_error *)any.message)->id, -1);
    begin(WIRE_REP_TICK_SNAPSHOT_END);
    any = decode(WIRE_TO_CLIENT, end(), 225);
    assert_int_equal(((const struct wire_id *)any.message)->req_id, -1);
}

static void an_order_that_says_nothing_is_not_transmitted(void **state)
{
    (void)state;
    begin(WIRE_REQ_PLACE_ORDER);
    put_bytes(&frame, 2, STR(""));
    put_bytes(&frame, 3, STR(""));
    struct wire_any any = decode(WIRE_TO_SERVER, end(), 225);
    const struct wire_req_place_order *m = any.message;
    assert_false(m->order.transmit);
    assert_int_equal(m->order.exempt_code, -1);
    assert_true(m->order.lmt_price == WIRE_UNSET_DOUBLE);
    assert_int_equal(m->order.min_qty, WIRE_UNSET_INT);
    assert_true(m->contract.strike == WIRE_UNSET_DOUBLE);
}

/* ---- members that are not what the wire has ---- */

static void attributes_of_ticks_are_bits(void **state)
{
    (void)state;
    struct wire_rep_tick_by_tick ask = {.req_id = 1,
                                        .tick_type = WIRE_TICK_BID_ASK,
                                        .time = 1700000000,
                                        .bid = 1.5,
                                        .ask = 2,
                                        .bid_size = STR("3"),
                                        .ask_size = STR("4"),
                                        .mask = WIRE_ASK_PAST_HIGH};
    struct str body = arena_str(arena, encode(WIRE_TO_CLIENT, WIRE_REP_TICK_BY_TICK, &ask, 225));
    struct wire_any any = decode(WIRE_TO_CLIENT, body, 225);
    const struct wire_rep_tick_by_tick *m = any.message;
    assert_int_equal(m->mask, WIRE_ASK_PAST_HIGH);
    assert_true(m->bid == 1.5 && m->ask == 2 && m->time == 1700000000);
    assert_true(str_find_str(body, STR("\x12\2\x10\1")) < body.n); /* attributes: field 2 is 1 */

    /* the same attribute is the other bit in historical ticks */
    struct wire_hist_tick_bid_ask tick = {.time = 1, .mask = WIRE_HIST_ASK_PAST_HIGH};
    struct wire_rep_historical_ticks_bid_ask ticks = {.req_id = 1, .ticks = {&tick, 1}};
    body = arena_str(arena, encode(WIRE_TO_CLIENT, WIRE_REP_HISTORICAL_TICKS_BID_ASK, &ticks, 225));
    assert_true(str_find_str(body, STR("\x12\2\x10\1")) < body.n);
    any = decode(WIRE_TO_CLIENT, body, 225);
    const struct wire_rep_historical_ticks_bid_ask *h = any.message;
    assert_int_equal(h->ticks.items[0].mask, WIRE_HIST_ASK_PAST_HIGH);
}

static void the_type_of_a_tick_decides_its_part(void **state)
{
    (void)state;
    static const struct {
        int32_t type;
        size_t row;
    } cases[] = {{WIRE_TICK_LAST, 2},
                 {WIRE_TICK_ALL_LAST, 2},
                 {WIRE_TICK_BID_ASK, 3},
                 {WIRE_TICK_MID_POINT, 4}};
    for (size_t i = 0; i < 4; i++) {
        struct wire_rep_tick_by_tick tick = {.tick_type = cases[i].type, .price = 1};
        struct str body = encode(WIRE_TO_CLIENT, WIRE_REP_TICK_BY_TICK, &tick, 225);
        struct wire_any any = decode(WIRE_TO_CLIENT, arena_str(arena, body), 225);
        for (size_t row = 2; row <= 4; row++)
            assert_int_equal(wire_presence_has(any.has, row), row == cases[i].row);
    }
}

static void options_are_one_text_and_a_map(void **state)
{
    (void)state;
    static const struct {
        const char *text, *again;
    } cases[] = {{"a=b;c=d;", "a=b;c=d;"},
                 {"a=b;c=d", "a=b;c=d;"},
                 {"", ""},
                 {"a", "a=;"},
                 {";;a=b=c;", "a=b=c;"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_req_news_article m = {.req_id = 1, .options = str_of(cases[i].text)};
        struct str body = arena_str(arena, encode(WIRE_TO_SERVER, WIRE_REQ_NEWS_ARTICLE, &m, 225));
        struct wire_any any = decode(WIRE_TO_SERVER, body, 225);
        const struct wire_req_news_article *got = any.message;
        assert_true(str_eq(got->options, str_of(cases[i].again)));
        assert_true(str_eq(body, again(&any, 225)));
    }
    const struct str bad[] = {STR("\x0a\1;\x12\1b"), STR("\x0a\1=\x12\1b"), STR("\x0a\1a\x12\1;")};
    for (size_t i = 0; i < 3; i++) {
        begin(WIRE_REQ_NEWS_ARTICLE);
        put_bytes(&frame, 4, bad[i]);
        assert_refused(
            WIRE_TO_SERVER, end(),
            "reqNewsArticle: newsArticleOptions (byte 4) holds a pair with = or ; in it");
    }
    begin(WIRE_REQ_NEWS_ARTICLE);
    put_bytes(&frame, 4, STR("\x0a\5a"));
    assert_refused(WIRE_TO_SERVER, end(),
                   "reqNewsArticle: newsArticleOptions (byte 4) is no pair of texts");
}

static void a_multiplier_is_a_text_and_a_double(void **state)
{
    (void)state;
    static const struct {
        double wire;
        const char *text;
    } cases[] = {{100, "100"}, {0.5, "0.5"}, {1000000, "1000000"}, {0, "0"}, {-1.25, "-1.25"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wire_req_contract_details m = WIRE_REQ_CONTRACT_DEFAULT;
        m.contract.multiplier = str_of(cases[i].text);
        struct str body =
            arena_str(arena, encode(WIRE_TO_SERVER, WIRE_REQ_CONTRACT_DETAILS, &m, 225));
        char bytes[9] = {0x39};
        memcpy(bytes + 1, &cases[i].wire, 8); /* tests run on little-endian machines */
        assert_true(str_find_str(body, (struct str){bytes, 9}) < body.n);
        struct wire_any any = decode(WIRE_TO_SERVER, body, 225);
        const struct wire_req_contract_details *got = any.message;
        assert_true(str_eq(got->contract.multiplier, str_of(cases[i].text)));
    }
}

static void settings_have_three_states(void **state)
{
    (void)state;
    struct wire_req_update_config m = WIRE_REQ_UPDATE_CONFIG_DEFAULT;
    m.req_id = 3;
    m.api.settings.read_only_api = 0;
    m.api.settings.socket_port = 7497;
    struct str body = encode(WIRE_TO_SERVER, WIRE_REQ_UPDATE_CONFIG, &m, 226);
    assert_true(str_eq(str_sub(body, ID, body.n), STR("\x08\3\x22\7\x12\5\x08\0\x40\xc9\x3a")));
    struct wire_any any = decode(WIRE_TO_SERVER, arena_str(arena, body), 226);
    const struct wire_req_update_config *got = any.message;
    assert_int_equal(got->api.settings.read_only_api, 0);
    assert_int_equal(got->api.settings.allow_localhost_only, WIRE_UNSET_INT);
    assert_int_equal(got->api.precautions.bypass_bond_warning, WIRE_UNSET_INT);
}

/* ---- writing ---- */

static void a_text_that_may_not_be_sent_is_refused(void **state)
{
    (void)state;
    struct error e = {0};
    struct wire_req_matching_symbols q = {1, STR("Z\xC3\xBCrich")};
    buf_add_c(&out, "before");
    assert_false(wire_encode(WIRE_TO_SERVER, WIRE_REQ_MATCHING_SYMBOLS, &q, 225, &out, &e));
    assert_string_equal(e.text, "reqMatchingSymbols: pattern is not printable ASCII");
    struct wire_rep_error r = {.error_msg = STR("Z\xFCrich")};
    assert_false(wire_encode(WIRE_TO_CLIENT, WIRE_REP_ERROR, &r, 225, &out, &e));
    assert_string_equal(e.text, "error: errorMsg is not UTF-8");
    assert_string_equal(e.reason, "WIRE_BAD_VALUE");
    assert_true(str_eq(buf_str(&out), STR("before")));
    r.error_msg = STR("Z\xC3\xBCrich");
    assert_true(wire_encode(WIRE_TO_CLIENT, WIRE_REP_ERROR, &r, 225, &out, &e));
}

static void a_frame_that_does_not_fit_fails_the_buffer(void **state)
{
    (void)state;
    struct rng rng;
    struct error e = {0};
    rng_init(&rng, 9, 1);
    const struct wire_message *m = wire_find(WIRE_TO_CLIENT, WIRE_REP_OPEN_ORDER);
    const void *order = wire_generate(m, 225, arena, &rng);
    size_t n = encode(WIRE_TO_CLIENT, m->id, order, 225).n + LENGTH;
    for (size_t cap = 0; cap <= n; cap++) {
        struct buf tight;
        buf_init(&tight, cap);
        bool done = wire_encode(WIRE_TO_CLIENT, m->id, order, 225, &tight, &e);
        assert_int_equal(done, cap == n);
        if (!done) {
            assert_string_equal(e.reason, "WIRE_TOO_LONG");
            assert_int_equal(tight.n, 0);
        }
        buf_fini(&tight);
    }
}

/* Lengths around the borders of their own length. */
static void inner_lengths_of_every_size_are_written(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 120, 127, 128, 129, 200, 16379, 16383, 16384, 20000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *text = xmalloc(sizes[i] + 1);
        memset(text, 'x', sizes[i]);
        struct wire_req_contract_details m = WIRE_REQ_CONTRACT_DEFAULT;
        m.contract.symbol = (struct str){text, sizes[i]};
        struct str body =
            arena_str(arena, encode(WIRE_TO_SERVER, WIRE_REQ_CONTRACT_DETAILS, &m, 225));
        struct wire_any any = decode(WIRE_TO_SERVER, body, 225);
        const struct wire_req_contract_details *got = any.message;
        assert_true(str_eq(got->contract.symbol, m.contract.symbol));
        assert_true(str_eq(body, again(&any, 225)));
        xfree(text);
    }
}

/* ---- the mixed versions ---- */

static void text_behind_a_binary_id_has_no_id_field(void **state)
{
    (void)state;
    struct wire_req_start_api start = {.client_id = 7};
    struct str body = encode(WIRE_TO_SERVER, WIRE_REQ_START_API, &start, 203);
    assert_true(str_eq(body, STR("\0\0\0\x47"
                                 "2\0"
                                 "7\0\0")));
    struct wire_any any = decode(WIRE_TO_SERVER, arena_str(arena, body), 203);
    assert_null(any.has);
    assert_int_equal(((const struct wire_req_start_api *)any.message)->client_id, 7);
    body = encode(WIRE_TO_SERVER, WIRE_REQ_START_API, &start, 213);
    assert_true(str_eq(body, STR("\0\0\1\x0f\x08\7")));

    struct error e = {0};
    assert_false(wire_decode(WIRE_TO_SERVER,
                             STR("\0\0\0\x47"
                                 "2\0"
                                 "x\0\0"),
                             203, arena, &any, &e));
    assert_string_equal(e.text, "startApi: field 2 is not a whole number in range");
    assert_int_equal(any.offset, 6);
    assert_false(wire_decode(WIRE_TO_SERVER,
                             STR("\0\0\0\x47"
                                 "2\0"
                                 "7\0\0\0"),
                             203, arena, &any, &e));
    assert_string_equal(e.text, "startApi: 1 bytes are left over behind field 3");
}

/* At 203 the reply is protobuf although its request is still text. */
static void the_version_decides_a_reply_not_its_request(void **state)
{
    (void)state;
    assert_true(str_eq(encode(WIRE_TO_SERVER, WIRE_REQ_ALL_OPEN_ORDERS, NULL, 203), STR("\0\0\0\x10"
                                                                                        "1\0")));
    assert_true(
        str_eq(encode(WIRE_TO_CLIENT, WIRE_REP_OPEN_ORDER_END, NULL, 203), STR("\0\0\0\xfd")));
    struct wire_any any = decode(WIRE_TO_CLIENT, STR("\0\0\0\xfd"), 203);
    assert_int_equal(any.id, WIRE_REP_OPEN_ORDER_END);
}

static void messages_born_as_protobuf_have_no_text(void **state)
{
    (void)state;
    struct wire_id m = {5};
    struct error e = {0};
    struct wire_any any;
    assert_false(wire_encode(WIRE_TO_SERVER, WIRE_REQ_CONFIG, &m, 218, &out, &e));
    assert_string_equal(e.reason, "WIRE_VERSION");
    assert_true(wire_encode(WIRE_TO_SERVER, WIRE_REQ_CONFIG, &m, 219, &out, &e));
    assert_false(wire_decode(WIRE_TO_SERVER, STR("108\0005\0"), 200, arena, &any, &e));
    assert_string_equal(e.reason, "WIRE_UNKNOWN_MESSAGE");
    assert_false(wire_decode(WIRE_TO_SERVER,
                             STR("\0\0\0\x6c"
                                 "5\0"),
                             219, arena, &any, &e));
    assert_string_equal(e.reason, "WIRE_UNKNOWN_MESSAGE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_message_has_a_table_that_fits_its_struct),
        TEST(every_message_survives_a_round_trip_at_every_version),
        TEST(what_was_read_can_be_written_by_the_rules),
        TEST(the_version_decides_the_encoding),
        TEST(every_truncation_of_every_message_is_harmless),
        TEST(changed_bytes_never_harm),
        TEST(junk_never_harms),
        TEST(a_wrong_wire_type_is_a_named_error),
        TEST(ten_thousand_levels_are_an_unknown_field),
        TEST(ten_thousand_groups_are_refused),
        TEST(malformed_fields_are_refused_by_name),
        TEST(an_unknown_id_is_told_apart),
        TEST(a_message_without_its_heart_is_refused),
        TEST(a_list_is_as_long_as_its_limit),
        TEST(packed_numbers_are_bounded_too),
        TEST(elements_that_the_arena_cannot_hold_are_refused),
        TEST(absent_zero_and_empty_differ),
        TEST(fields_may_come_in_any_order_and_the_last_one_counts),
        TEST(an_absent_request_id_is_minus_one),
        TEST(an_order_that_says_nothing_is_not_transmitted),
        TEST(attributes_of_ticks_are_bits),
        TEST(the_type_of_a_tick_decides_its_part),
        TEST(options_are_one_text_and_a_map),
        TEST(a_multiplier_is_a_text_and_a_double),
        TEST(settings_have_three_states),
        TEST(a_text_that_may_not_be_sent_is_refused),
        TEST(a_frame_that_does_not_fit_fails_the_buffer),
        TEST(inner_lengths_of_every_size_are_written),
        TEST(text_behind_a_binary_id_has_no_id_field),
        TEST(the_version_decides_a_reply_not_its_request),
        TEST(messages_born_as_protobuf_have_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
