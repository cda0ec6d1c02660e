/* SPDX-License-Identifier: MIT */
#include "wire/mask.h"

#include "base/rng.h"
#include "wire/message.h"
#include "wire/order.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { CAP = 1 << 20 };

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct str body_of(enum wire_direction direction, int id, const void *message, int version)
{
    struct buf b;
    struct error e = {0};
    buf_init(&b, CAP);
    if (!wire_encode(direction, id, message, version, &b, &e))
        fail_msg("%s", e.text);
    struct str body = arena_str(arena, str_sub(buf_str(&b), 4, b.n));
    buf_fini(&b);
    return body;
}

static struct str masked(struct wire_mask *m, enum wire_direction direction, struct str body,
                         int version)
{
    struct buf b;
    struct error e = {0};
    buf_init(&b, CAP);
    if (!wire_mask(m, direction, body, version, arena, &b, &e))
        fail_msg("%s", e.text);
    struct str text = arena_str(arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

static void account_numbers_become_others_of_their_kind(void **state)
{
    static const struct {
        const char *text, *becomes;
    } cases[] = {
        {"U1234567", "U0000001"},
        {"DU7654321", "DU0000002"},
        {"U1234567,DU7654321,", "U0000001,DU0000002,"},
        {"(F123456A)", "(F000003A)"},
        {"U1234", "U1234"},               /* too short */
        {"U1234567890", "U1234567890"},   /* too long */
        {"US0378331005", "US0378331005"}, /* an ISIN */
        {"XU1234567", "XU1234567"},       /* part of a word */
        {"U1234567x", "U1234567x"},
        {"order 1234567 of U1234567", "order 1234567 of U0000001"},
        {"", ""},
    };
    static struct wire_mask m;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        assert_true(str_copy(text, sizeof text, str_of(cases[i].text)));
        wire_mask_text(&m, text, strlen(text));
        assert_string_equal(text, cases[i].becomes);
    }
}

static void more_accounts_than_are_kept_share_a_number(void **state)
{
    static struct wire_mask m;
    (void)state;
    char text[16];
    for (int i = 0; i <= WIRE_MASK_ACCOUNTS; i++) {
        (void)snprintf(text, sizeof text, "U%07d", 5000000 + i);
        wire_mask_text(&m, text, strlen(text));
    }
    assert_string_equal(text, "U0000256");
}

/* In text and in protobuf, with all else byte for byte as it was. */
static void an_order_loses_account_and_names(void **state)
{
    static const int versions[] = {200, 226};
    (void)state;
    for (size_t v = 0; v < 2; v++) {
        static const struct wire_mask none;
        struct wire_mask m = none;
        struct wire_req_place_order secret = WIRE_REQ_PLACE_ORDER_DEFAULT;
        secret.order_id = 7;
        secret.contract.symbol = STR("AAPL");
        secret.order.account = STR("U7777777");
        secret.order.fa_group = STR("Family of Smith");
        struct wire_req_place_order open = secret;
        open.order.account = STR("U0000001");
        open.order.fa_group = STR("xxxxxx xx xxxxx");
        struct str body = body_of(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER, &secret, versions[v]);
        struct str want = body_of(WIRE_TO_SERVER, WIRE_REQ_PLACE_ORDER, &open, versions[v]);
        assert_true(str_eq(masked(&m, WIRE_TO_SERVER, body, versions[v]), want));
    }
}

static void allocations_keep_their_elements_alone(void **state)
{
    static struct wire_mask m;
    (void)state;
    struct wire_rep_receive_fa secret = {
        .fa_data_type = 1, .xml = STR("<Account><String>U1234567</String>Smith</Account>")};
    struct wire_rep_receive_fa open = {
        .fa_data_type = 1, .xml = STR("<Account><String>xxxxxxxx</String>xxxxx</Account>")};
    struct str body = body_of(WIRE_TO_CLIENT, WIRE_REP_RECEIVE_FA, &secret, 200);
    struct str want = body_of(WIRE_TO_CLIENT, WIRE_REP_RECEIVE_FA, &open, 200);
    assert_true(str_eq(masked(&m, WIRE_TO_CLIENT, body, 200), want));
}

/* Servers escape what is not ASCII: such a text is not a part of the frame as it stands. */
static void an_escaped_text_is_masked_too(void **state)
{
    static struct wire_mask m;
    (void)state;
    struct str body = STR("4\0002\000-1\000321\000\\u00e4 U1234567\000\000");
    struct str text = masked(&m, WIRE_TO_CLIENT, body, 178);
    assert_true(str_find_str(text, STR("U1234567")) == text.n);
    assert_true(str_find_str(text, STR("U0000001")) < text.n);
}

static void unknown_protobuf_fields_are_left_out(void **state)
{
    static struct wire_mask m;
    (void)state;
    struct str body = STR("\0\0\0\xC9\x08\x07\xC2\x3E\x08U1234567");
    struct str text = masked(&m, WIRE_TO_CLIENT, body, 213);
    assert_true(str_eq(text, STR("\0\0\0\xC9\x08\x07")));
}

static void what_cannot_be_decoded_is_not_kept(void **state)
{
    static struct wire_mask m;
    (void)state;
    static const struct str bodies[] = {
        {"", 0}, {"15\0001\000U1234567\000x\000", 16}, {"250\000U1234567\000", 13}};
    for (size_t i = 0; i < 3; i++) {
        struct buf b;
        struct error e = {0};
        buf_init(&b, CAP);
        assert_false(wire_mask(&m, WIRE_TO_CLIENT, bodies[i], 178, arena, &b, &e));
        assert_int_equal(b.n, 0);
        buf_fini(&b);
    }
}

/* Whatever a message holds, it can be masked, and once more without a further change. */
static void every_message_can_be_masked(void **state)
{
    static const int versions[] = {178, 200, 226};
    (void)state;
    for (size_t v = 0; v < 3; v++)
        for (const struct wire_message *t = wire_next_message(NULL); t; t = wire_next_message(t)) {
            static struct wire_mask m;
            struct rng rng;
            if (versions[v] < t->min_version)
                continue;
            arena_reset(arena);
            rng_init(&rng, 3, (uint64_t)t->id);
            const void *message = wire_generate(t, versions[v], arena, &rng);
            struct str body = body_of(t->direction, t->id, message, versions[v]);
            struct str once = masked(&m, t->direction, body, versions[v]);
            assert_int_equal(once.n, body.n);
            assert_true(str_eq(masked(&m, t->direction, once, versions[v]), once));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(account_numbers_become_others_of_their_kind),
        cmocka_unit_test(more_accounts_than_are_kept_share_a_number),
        cmocka_unit_test(an_order_loses_account_and_names),
        cmocka_unit_test(allocations_keep_their_elements_alone),
        cmocka_unit_test(an_escaped_text_is_masked_too),
        cmocka_unit_test(unknown_protobuf_fields_are_left_out),
        cmocka_unit_test(what_cannot_be_decoded_is_not_kept),
        cmocka_unit_test(every_message_can_be_masked),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
