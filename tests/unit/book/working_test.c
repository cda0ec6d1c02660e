/* SPDX-License-Identifier: MIT */
#include "book/working.h"

#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const accounts[] = {"", "DU1", "DU12"};
enum { ACCOUNTS = 3, IDS = 12, STEPS = 400, LIVES = 200 };

/* ---- the lists alone ---- */

static void rows_keep_their_order_whatever_is_struck(void **state)
{
    (void)state;
    enum { ROWS = 40 };
    static struct book_order rows[ROWS];
    struct working *w = working_new(10);
    size_t n;
    for (size_t i = 0; i < ROWS; i++)
        working_enter(w, STR("DU1"), &rows[i]);
    for (size_t i = 0; i < ROWS; i += 3)
        working_strike(w, STR("DU1"), &rows[i]);
    const struct book_order *const *left = working_of(w, STR("DU1"), &n);
    size_t at = 0;
    for (size_t i = 0; i < ROWS; i++)
        if (i % 3)
            assert_ptr_equal(left[at++], &rows[i]);
    assert_int_equal(at, n);
    working_free(w);
}

static void an_account_without_rows_takes_no_room(void **state)
{
    (void)state;
    static struct book_order row;
    struct working *w = working_new(1);
    char account[16];
    size_t n;
    for (int i = 0; i < 100; i++) { /* one at a time is all that fits */
        (void)snprintf(account, sizeof account, "DU%d", i);
        working_enter(w, str_of(account), &row);
        working_strike(w, str_of(account), &row);
        working_of(w, str_of(account), &n);
        assert_int_equal(n, 0);
    }
    working_free(w);
}

/* ---- in the book: always those that looking at all orders finds ---- */

static void assert_lists(const struct book *b)
{
    const struct book_order *bo;
    for (size_t a = 0; a < ACCOUNTS; a++) {
        size_t n, works = 0;
        const struct book_order *const *list = book_working_orders(b, str_of(accounts[a]), &n);
        for (size_t i = 0; book_next_order(b, &i, str_of(accounts[a]), &bo);) {
            size_t at = 0;
            while (at < n && list[at] != bo)
                at++;
            assert_int_equal(at < n, order_state_is_working(bo->status.state));
            works += order_state_is_working(bo->status.state);
        }
        assert_int_equal(n, works);
    }
}

static void random_event(struct book *b, struct rng *r)
{
    static const enum event_kind kinds[] = {
        EVENT_ORDER,     EVENT_ORDER,      EVENT_ORDER_STATUS, EVENT_COMPLETED_ORDER,
        EVENT_EXECUTION, EVENT_ORDERS_END, EVENT_LINK};
    int32_t id = (int32_t)rng_below(r, IDS);
    const char *account = accounts[rng_below(r, ACCOUNTS)];
    struct order o = {.order_id = rng_below(r, 5) ? id : 0,
                      .client_id = 7,
                      .perm_id = rng_below(r, 3) ? 900 + id + (int64_t)rng_below(r, 2) * IDS : 0,
                      .quantity = DEC(1 + rng_below(r, 3))};
    struct order_status s = {.state = (enum order_state)rng_below(r, STATE_COUNT),
                             .filled = DEC(rng_below(r, 3))};
    struct execution x = {.order_id = o.order_id,
                          .client_id = 7,
                          .perm_id = o.perm_id,
                          .quantity = DEC(1),
                          .price = DEC(1)};
    (void)snprintf(o.account, sizeof o.account, "%s", account);
    (void)snprintf(x.account, sizeof x.account, "%s", account);
    (void)snprintf(x.exec_id, sizeof x.exec_id, "e%u.01", (unsigned)rng_below(r, 30));
    if (rng_below(r, 2))
        (void)snprintf(o.ref, sizeof o.ref, "PC:%d", id);
    struct event ev = {.kind = kinds[rng_below(r, sizeof kinds / sizeof kinds[0])],
                       .order = &o,
                       .status = &s,
                       .link = LINK_RECONCILING};
    if (ev.kind == EVENT_EXECUTION)
        ev.execution = &x;
    book_apply(b, &ev);
}

static void the_lists_follow_every_event(void **state)
{
    (void)state;
    size_t most = 0;
    for (uint64_t life = 0; life < LIVES; life++) {
        struct book *b = book_new();
        struct rng r;
        rng_init(&r, 7, life);
        for (int step = 0; step < STEPS; step++) {
            size_t n;
            random_event(b, &r);
            assert_lists(b);
            (void)book_working_orders(b, STR("DU1"), &n);
            most = n > most ? n : most;
        }
        book_free(b);
    }
    assert_true(most > 3); /* it was about something */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_keep_their_order_whatever_is_struck),
        cmocka_unit_test(an_account_without_rows_takes_no_room),
        cmocka_unit_test(the_lists_follow_every_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
