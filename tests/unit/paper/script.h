/* SPDX-License-Identifier: MIT */
/*
 * script: a venue in front of a market that the test decides second by second. Included by the
 * tests of the matching; everything is static.
 *
 * A market is a text, one word a second, the last one for ever after:
 *   BID/ASK[@LAST][*SIZE][!][-][~]
 * SIZE is what each of the two levels of each side offers (500 if left out); `!` is halted, `-`
 * closed, `~` closed but for orders outside regular hours. The second level is one cent away.
 */
#ifndef PORTCULLIS_TEST_PAPER_SCRIPT_H
#define PORTCULLIS_TEST_PAPER_SCRIPT_H

#include "base/alloc.h"
#include "paper/match.h"
#include "paper/venue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECONDS_MAX = 128, SCRIPT_START_S = 1782907200, LAST_TRADE_DAY_S = 86400 };

struct second {
    struct touch touch;
    struct dec size;
    bool is_halted, is_closed, is_extended;
};

static struct {
    struct universe *universe;
    struct feed *feed;
    struct accounts accounts;
    struct venue *venue;
    const struct instrument *stock, *other;
    struct second seconds[SECONDS_MAX];
    size_t n;
    int64_t now_ns;
    int64_t close_s; /* of the day: the closing auction; the opening one is a minute later */
    int64_t lent_s;  /* before it no shares can be borrowed */
    char told[8192]; /* what the venue said, in words */
    int32_t next_id;
} g;

static char script_csv[1 << 20];
static size_t script_csv_n;

static inline int load_script_csv(void **state)
{
    (void)state;
    FILE *in = fopen("data/instruments.csv", "rb");
    if (in == NULL)
        return -1;
    script_csv_n = fread(script_csv, 1, sizeof script_csv, in);
    fclose(in);
    return 0;
}

/* ---- the market ---- */
static inline const struct second *second_at(int64_t utc_s)
{
    int64_t k = utc_s - SCRIPT_START_S;
    return &g.seconds[k < 0 ? 0 : k < (int64_t)g.n ? (size_t)k : g.n - 1];
}

static inline void script_touch(void *self, const struct instrument *i, int64_t utc_s,
                                struct touch *out)
{
    (void)self;
    *out = second_at(utc_s)->touch;
    if (i == g.stock)
        return;
    /* the other listing always costs ten more */
    out->bid = dec_plus(out->bid, DEC(10));
    out->ask = dec_plus(out->ask, DEC(10));
    out->last = dec_plus(out->last, DEC(10));
}

static inline size_t script_book(void *self, const struct instrument *i, int64_t utc_s, bool is_bid,
                                 struct market_level out[MARKET_LEVELS_MAX])
{
    struct touch m;
    script_touch(self, i, utc_s, &m);
    struct dec size = second_at(utc_s)->size, step = DEC_MICRO(10000);
    out[0] = (struct market_level){is_bid ? m.bid : m.ask, size};
    out[1] = (struct market_level){is_bid ? dec_minus(m.bid, step) : dec_plus(m.ask, step), size};
    return 2;
}

static inline bool script_is_open(void *self, const struct instrument *i, int64_t utc_s,
                                  bool extended)
{
    (void)self;
    (void)i;
    return !second_at(utc_s)->is_closed || (extended && second_at(utc_s)->is_extended);
}

static inline bool script_is_halted(void *self, const struct instrument *i, int64_t utc_s)
{
    (void)self;
    (void)i;
    return second_at(utc_s)->is_halted;
}

static inline int64_t script_next_open(void *self, const struct instrument *i, int64_t utc_s,
                                       bool extended)
{
    while (!script_is_open(self, i, utc_s, extended))
        utc_s++;
    return utc_s;
}

static inline int64_t script_next_auction(void *self, const struct instrument *i, int64_t utc_s,
                                          bool is_close)
{
    (void)self;
    (void)i;
    (void)utc_s;
    return is_close ? g.close_s : g.close_s + 2;
}

static inline struct dec script_previous_close(void *self, const struct instrument *i,
                                               int64_t utc_s)
{
    (void)self;
    (void)i;
    (void)utc_s;
    return DEC(100);
}

static inline struct dec script_volume(void *self, const struct instrument *i, int64_t utc_s)
{
    (void)self;
    (void)i;
    return dec_of((utc_s - SCRIPT_START_S) * 1000);
}

static inline int64_t script_short_shares(void *self, const struct instrument *i, int64_t utc_s)
{
    (void)self;
    (void)i;
    return utc_s < g.lent_s ? 0 : 1000000;
}

static const struct market script_market = {.touch = script_touch,
                                            .book = script_book,
                                            .is_open = script_is_open,
                                            .is_halted = script_is_halted,
                                            .next_open = script_next_open,
                                            .next_auction = script_next_auction,
                                            .previous_close = script_previous_close,
                                            .short_shares = script_short_shares,
                                            .volume = script_volume};

static inline struct dec number(const char **at)
{
    struct dec v;
    size_t n = strspn(*at, "0123456789.");
    assert_true(dec_parse((struct str){*at, n}, &v));
    *at += n;
    return v;
}

static inline struct dec price(const char *text)
{
    return number(&text);
}

static inline void set_market(const char *path)
{
    g.n = 0;
    while (*path != 0) {
        assert_true(g.n < SECONDS_MAX);
        struct second *s = &g.seconds[g.n++];
        *s = (struct second){.size = DEC(500)};
        s->touch.bid = number(&path);
        assert_true(*path++ == '/');
        s->touch.ask = number(&path);
        s->touch.last = (struct dec){(s->touch.bid.nano + s->touch.ask.nano) / 2};
        for (; *path != 0 && *path != ' ';) {
            char mark = *path++;
            if (mark == '@')
                s->touch.last = number(&path);
            else if (mark == '*')
                s->size = number(&path);
            else if (mark == '!')
                s->is_halted = true;
            else if (mark == '~')
                s->is_closed = s->is_extended = true;
            else
                s->is_closed = true;
        }
        path += *path == ' ';
    }
}

/* ---- the venue ---- */
static inline void begin(const char *path)
{
    struct error e = {0};
    memset(&g, 0, sizeof g);
    const struct account_terms terms = {.base = "USD"};
    g.universe = universe_new((struct str){script_csv, script_csv_n}, &e);
    assert_non_null(g.universe);
    g.feed = feed_new(g.universe, 1, false);
    assert_true(accounts_parse(&g.accounts, STR("DU9000001"), &terms, &e));
    g.venue = venue_new(g.universe, g.feed, &g.accounts, 1);
    venue_use_market(g.venue, &script_market);
    g.stock = universe_find(g.universe, 265598);
    g.other = universe_find(g.universe, 272093);
    g.now_ns = (int64_t)SCRIPT_START_S * NS_PER_S;
    g.close_s = SCRIPT_START_S + 5;
    g.next_id = 1;
    set_market(path);
    venue_step(g.venue, g.now_ns);
}

static inline void end(void)
{
    venue_free(g.venue);
    feed_free(g.feed);
    universe_free(g.universe);
}

static inline void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static inline void say(const char *fmt, ...)
{
    size_t n = strlen(g.told);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(g.told + n, sizeof g.told - n, fmt, ap);
    va_end(ap);
}

/* What the venue has said since, in words: "1:Submitted", "1 fills 100@99.5", "1 !202". */
static inline void listen(void)
{
    for (size_t i = 0; i < venue_event_count(g.venue); i++) {
        const struct venue_event *e = venue_event_at(g.venue, i);
        const struct ticket *t = &e->ticket;
        int id = (int)t->order.order_id;
        const char *gap = g.told[0] != 0 ? ", " : "";
        char quantity[DEC_TEXT_MAX], at[DEC_TEXT_MAX];
        if (e->kind == VENUE_ORDER || e->kind == VENUE_STATUS)
            say("%s%d:%s%s%s", gap, id, order_state_text(t->status.state),
                t->status.why_held[0] != 0 ? " " : "", t->status.why_held);
        if (e->kind == VENUE_MESSAGE)
            say("%s%d !%d", gap, id, e->code);
        if (e->kind == VENUE_FILL) {
            dec_format(e->fill->quantity, quantity);
            dec_format(e->fill->price, at);
            say("%s%d fills %s@%s", gap, id, quantity, at);
        }
    }
    venue_events_clear(g.venue);
}

/* Lets seconds pass. */
static inline void wait_s(int seconds)
{
    for (int k = 0; k < seconds; k++) {
        g.now_ns += NS_PER_S;
        venue_step(g.venue, g.now_ns - 1);
        listen();
    }
}

static inline const char *told(void)
{
    static char copy[sizeof g.told];
    memcpy(copy, g.told, sizeof copy);
    g.told[0] = 0;
    return copy;
}

/* ---- orders ---- */
static inline struct ticket draft(const char *type, enum order_side side, int quantity,
                                  const char *limit, const char *aux)
{
    struct ticket t = {.rule = rule_find(str_of(type)), .instrument = g.stock};
    struct order *o = &t.order;
    assert_non_null(t.rule);
    o->type = t.rule->type;
    o->contract = g.stock->contract;
    str_copy_cut(o->account, sizeof o->account, STR("DU9000001"));
    o->order_id = g.next_id++;
    o->client_id = 1;
    o->side = side;
    o->tif = TIF_GTC;
    o->transmit = true;
    o->quantity = t.status.remaining = dec_of(quantity);
    t.expire_ns = VENUE_NEVER;
    if (limit[0] != 0)
        o->limit_price = DEC_SOME(price(limit));
    if (aux[0] == 0)
        return t;
    if (t.rule->aux == AUX_TRIGGER)
        o->stop_price = DEC_SOME(price(aux));
    else if (t.rule->aux == AUX_TRAIL)
        o->trail_amount = DEC_SOME(price(aux));
    else
        t.terms.offset = DEC_SOME(price(aux));
    return t;
}

static inline const struct ticket *put(const struct ticket *t)
{
    const struct ticket *own = venue_place(g.venue, t, g.now_ns);
    listen();
    return own;
}

#endif
