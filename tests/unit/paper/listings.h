/* SPDX-License-Identifier: MIT */
/* listings: the universe of data/instruments.csv for tests of the market model. */
#ifndef PORTCULLIS_TESTS_PAPER_LISTINGS_H
#define PORTCULLIS_TESTS_PAPER_LISTINGS_H

#include "paper/feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { AAPL = 265598, MSFT = 272093, SPY = 756733, SPX = 416904, VIX = 13455763, NVDA = 4815747 };

static struct universe *listings;

static int64_t at(const char *s)
{
    struct utc t;
    assert_true(utc_parse(str_of(s), &t));
    return t.ns / NS_PER_S;
}

static int listings_setup(void **state)
{
    (void)state;
    static char text[1 << 20];
    FILE *in = fopen("data/instruments.csv", "rb");
    assert_non_null(in);
    size_t n = fread(text, 1, sizeof text, in);
    fclose(in);
    struct error e = {0};
    listings = universe_new((struct str){text, n}, &e);
    if (listings == NULL)
        fail_msg("%s", e.text);
    universe_today(listings, at("2026-03-02T15:00:00Z"));
    return 0;
}

static int listings_teardown(void **state)
{
    (void)state;
    universe_free(listings);
    return 0;
}

static inline const struct instrument *listing(int32_t con_id)
{
    const struct instrument *i = universe_find(listings, con_id);
    assert_non_null(i);
    return i;
}

/* A contract of the first chain of that class: the expiry at least `days` after the day of utc_s,
 * the strike next to `price` (0 for a future). */
static inline const struct instrument *derived(const char *class, int64_t utc_s, int days,
                                               char right, double price)
{
    for (size_t k = 0; k < chains_count(); k++) {
        const struct chain *c = chains_at(k);
        if (!str_eq(str_of(c->trading_class), str_of(class)))
            continue;
        int64_t expiries[CHAIN_EXPIRIES_MAX], today = utc_s / 86400;
        size_t n = chain_expiries(c, today, 0, expiries), e = 0;
        while (e + 1 < n && expiries[e] < today + days)
            e++;
        struct chain_key key = {.chain = k, .day = expiries[e], .right = right};
        if (right != 0)
            key.strike = (int32_t)(price / ((double)c->strike_step / 1e6) + 0.5);
        return listing(chain_id(&key));
    }
    fail_msg("no chain %s", class);
    return NULL;
}

#endif
