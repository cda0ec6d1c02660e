/* SPDX-License-Identifier: MIT */
#include "market/contracts_kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { KEPT_MAX = 8192 };

static const struct contract_details sample = {
    .contract = {.con_id = 853200900,
                 .sec_type = SEC_OPT,
                 .symbol = "OBDC",
                 .expiry = "20261120",
                 .right = 'P',
                 .strike = {{(dec_nano)12500000000}, true},
                 .multiplier = "100",
                 .exchange = "SMART",
                 .currency = "USD",
                 .local_symbol = "OBDC  261120P00012500",
                 .trading_class = "OBDC"},
    .long_name = "BLUE OWL, \"CAPITAL\"",
    .time_zone = "US/Eastern",
    .min_tick = {{(dec_nano)10000000}, true},
    .trading_hours = "20261122:CLOSED;20261123:0930-20261123:1600",
    .price_magnifier = 1,
};

static void details_come_back_as_they_were(void **state)
{
    (void)state;
    struct contract_details back;
    struct utc learnt;
    struct buf b;
    buf_init(&b, KEPT_MAX);
    kept_details_write(&sample, (struct utc){1795435200LL * NS_PER_S}, &b);
    assert_true(kept_details_read(buf_str(&b), &back, &learnt));
    assert_int_equal(learnt.ns, 1795435200LL * NS_PER_S);
    assert_memory_equal(&back, &sample, sizeof sample);
    for (size_t n = 0; n < b.n; n++) /* whatever is cut off is not understood */
        assert_false(kept_details_read(str_sub(buf_str(&b), 0, n), &back, &learnt));
    buf_fini(&b);
}

static void answers_come_back_as_they_were(void **state)
{
    (void)state;
    static const struct kept_answer answer = {
        .learnt = {5}, .how = 3, .is_gone = true, .count = 3, .con_ids = {1, 265598, 2147483647}};
    struct kept_answer back;
    struct buf b;
    buf_init(&b, KEPT_MAX);
    kept_answer_write(&answer, &b);
    assert_true(kept_answer_read(buf_str(&b), &back));
    assert_int_equal(back.learnt.ns, 5);
    assert_int_equal(back.how, 3);
    assert_true(back.is_gone);
    assert_int_equal(back.count, 3);
    assert_memory_equal(back.con_ids, answer.con_ids, sizeof answer.con_ids);
    buf_fini(&b);
}

static void other_bytes_are_not_understood(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "junk",
                                        "2\x1f"
                                        "5\x1f",
                                        "1\x1f"
                                        "5\x1f"
                                        "3\x1f"
                                        "0\x1f"
                                        "17\x1f",
                                        "1\x1f-5\x1f"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct kept_answer a;
        struct contract_details d;
        struct utc learnt;
        assert_false(kept_answer_read(str_of(texts[i]), &a));
        assert_false(kept_details_read(str_of(texts[i]), &d, &learnt));
    }
}

/* Memory is bounded: what does not fit makes room for itself. */
static void memory_never_grows_beyond_its_bounds(void **state)
{
    (void)state;
    struct contracts *c = contracts_new(NULL, "test");
    struct arena *arena = arena_new(1 << 20);
    struct contract_details d = sample;
    struct known k;
    char key[32];
    for (int i = 1; i <= CONTRACTS_MAX + 10; i++) {
        (void)snprintf(key, sizeof key, "K%d", i);
        d.contract.con_id = i;
        contracts_put(c, str_of(key), 1, &d, 1, (struct utc){i});
        assert_true(contracts_count(c) <= CONTRACTS_ANSWERS_MAX);
    }
    assert_true(contracts_find(c, str_of(key), (struct utc){CONTRACTS_MAX + 20}, arena, &k));
    assert_int_equal(k.found[0].contract.con_id, CONTRACTS_MAX + 10);
    assert_false(contracts_find(c, STR("K1"), (struct utc){CONTRACTS_MAX + 20}, arena, &k));
    assert_true(contracts_find(c, str_of(key), (struct utc){1}, arena, &k));
    assert_true(k.age_ms == INT64_MAX); /* learnt in the future */
    arena_free(arena);
    contracts_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(details_come_back_as_they_were),
        cmocka_unit_test(answers_come_back_as_they_were),
        cmocka_unit_test(other_bytes_are_not_understood),
        cmocka_unit_test(memory_never_grows_beyond_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
