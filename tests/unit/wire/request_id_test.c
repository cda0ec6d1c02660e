/* SPDX-License-Identifier: MIT */
#include "wire/request_id.h"

#include "wire/spell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { LENGTH = 4 };

static const int VERSIONS[] = {178, 200, 213, 225};

/* Encodes an invented message, readdresses it, and back: the bytes must be what they were. */
static bool goes_and_comes(const struct wire_message *type, int version, struct arena *arena,
                           struct rng *rng)
{
    struct buf frame, other, again;
    struct wire_any any;
    struct error e;
    int32_t id = 0, now = 0;
    buf_init(&frame, 1 << 20);
    buf_init(&other, 1 << 20);
    buf_init(&again, 1 << 20);
    const void *m = wire_generate(type, version, arena, rng);
    bool has_id = false;
    if (wire_encode(type->direction, type->id, m, version, &frame, &e)) {
        struct str body = str_sub(buf_str(&frame), LENGTH, frame.n);
        assert_true(wire_decode(type->direction, body, version, arena, &any, &e));
        has_id = wire_request_id(&any, &id);
        assert_true(wire_readdress(&any, 4711, version, &other, &e));
        assert_true(wire_decode(type->direction, buf_str(&other), version, arena, &any, &e));
        assert_true(wire_request_id(&any, &now) == has_id);
        assert_true(!has_id || now == 4711);
        assert_true(wire_readdress(&any, id, version, &again, &e));
        assert_true(str_eq(buf_str(&again), body));
    }
    buf_fini(&frame);
    buf_fini(&other);
    buf_fini(&again);
    return has_id;
}

static void every_message_changes_its_request_id_and_nothing_else(void **state)
{
    (void)state;
    struct arena *arena = arena_new(16 << 20);
    struct rng rng;
    size_t with_id = 0, all = 0;
    rng_init(&rng, 7, 1);
    for (size_t v = 0; v < sizeof VERSIONS / sizeof *VERSIONS; v++)
        for (const struct wire_message *m = NULL; (m = wire_next_message(m)) != NULL; all++) {
            arena_reset(arena);
            if (VERSIONS[v] >= m->min_version)
                with_id += goes_and_comes(m, VERSIONS[v], arena, &rng);
        }
    assert_in_range(with_id, all / 3, all);
    arena_free(arena);
}

static void some_messages_have_one_and_some_have_none(void **state)
{
    (void)state;
    static const struct {
        enum wire_direction direction;
        const char *text; /* | for NUL */
        bool has;
        int32_t id;
    } CASES[] = {
        {WIRE_TO_SERVER, "2|2|77|", true, 77},  /* cancelMktData */
        {WIRE_TO_SERVER, "49|1|", false, 0},    /* reqCurrentTime */
        {WIRE_TO_CLIENT, "9|1|555|", false, 0}, /* nextValidId is no request's */
        {WIRE_TO_CLIENT, "52|1|31|", true, 31}, /* contractDataEnd */
        {WIRE_TO_CLIENT, "4|2|-1|2104|OK||", false, 0},
        {WIRE_TO_CLIENT, "4|2|12|200|No||", true, 12},
    };
    struct buf body;
    buf_init(&body, 4096);
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct wire_any any;
        struct error e;
        int32_t id = 0;
        size_t offset;
        buf_reset(&body);
        assert_true(wire_unspell(WIRE_FORM_TEXT, str_of(CASES[i].text), &body, &offset, &e));
        assert_true(wire_decode(CASES[i].direction, buf_str(&body), 178, arena, &any, &e));
        assert_int_equal(wire_request_id(&any, &id), CASES[i].has);
        if (CASES[i].has)
            assert_int_equal(id, CASES[i].id);
    }
    buf_fini(&body);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_changes_its_request_id_and_nothing_else),
        cmocka_unit_test(some_messages_have_one_and_some_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
