/* SPDX-License-Identifier: MIT */
/*
 * bourse: a broker that knows a few contracts and prices, in memory, behind a real session, and the
 * market modules on top of it. Time is virtual.
 */
#ifndef PORTCULLIS_TESTS_MARKET_BOURSE_H
#define PORTCULLIS_TESTS_MARKET_BOURSE_H

#include "../broker/peer.h"

#include "book/book.h"
#include "market/currencies.h"
#include "market/quotes.h"
#include "market/resolver.h"
#include "market/years.h"

#define BOURSE_ACCOUNT STR("DU1")

enum { BOURSE_STEP_MS = 20, BOURSE_STEPS_MAX = 3000 };

struct listing {
    int32_t con_id;
    const char *symbol, *sec_type, *primary, *currency;
    const char *routes; /* comma-separated */
    const char *isin, *name;
    double bid, ask; /* 0: no price */
};

static struct listing listings[] = {
    {1, "AAPL", "STK", "NASDAQ", "USD", "SMART,NASDAQ", "US0378331005", "APPLE INC", 200, 200.1},
    {2, "ASML", "STK", "AEB", "EUR", "SMART,AEB", "NL0010273215", "ASML HOLDING NV", 870, 871},
    {3, "ASML", "STK", "NASDAQ", "USD", "SMART,NASDAQ", "USN070592100", "ASML HOLDING NV-NY REG",
     1000, 1001},
    {4, "7203", "STK", "TSEJ", "JPY", "SMART,TSEJ", "JP3633400001", "TOYOTA MOTOR CORP", 3190,
     3191},
    {5, "700", "STK", "SEHK", "HKD", "SMART,SEHK", "KYG875721634", "TENCENT HOLDINGS LTD", 640,
     641},
    {6, "BRK B", "STK", "NYSE", "USD", "SMART,NYSE", "US0846707026", "BERKSHIRE HATHAWAY INC-CL B",
     480, 481},
    {7, "VIX", "IND", "CBOE", "USD", "CBOE", "", "CBOE Volatility Index", 15, 15.1},
    {8, "ABI", "STK", "ENEXT.BE", "EUR", "SMART,ENEXT.BE", "BE0974293251", "ANHEUSER-BUSCH", 55,
     55.1},
    {9, "KRX1", "STK", "KSE", "KRW", "KSE", "KR7005930003", "SAMSUNG ELECTRONICS", 0, 0},
    {10, "VOD", "STK", "NASDAQ", "USD", "SMART,NASDAQ", "GB00BH4HKS39", "VODAFONE-ADR", 9, 9.1},
    {11, "VOD", "STK", "LSE", "GBP", "SMART,LSE", "GB00BH4HKS39", "VODAFONE", 0.7, 0.71},
    {20, "EUR", "CASH", "", "USD", "IDEALPRO", "", "Euro", 1.1, 1.1002},
    {21, "USD", "CASH", "", "JPY", "IDEALPRO", "", "US dollar", 150, 150.02},
    {22, "GBP", "CASH", "", "USD", "IDEALPRO", "", "Pound", 1.25, 1.2502},
    {23, "EUR", "CASH", "", "SEK", "IDEALPRO", "", "Euro", 11, 11.02},
    {24, "USD", "CASH", "", "KRW", "IDEALPRO", "", "US dollar", 0, 0},
    {25, "EUR", "CASH", "", "GBP", "IDEALPRO", "", "Euro", 0.88, 0.8802},
    {0, "", "", "", "", "", "", "", 0, 0}, /* room for one that a test lists */
};
enum { LISTINGS = sizeof listings / sizeof listings[0] };

struct bourse {
    struct peer *peer;
    struct book *book;
    struct quotes *quotes;
    struct currencies *currencies;
    struct resolver *resolver;
    struct history *history;
    struct years *years;
    struct cache *cache; /* of a resolver that is to outlive itself; NULL */
    size_t seen;         /* messages of the session that have been answered */
    bool is_silent;      /* no prices are sent */
    bool fails_search;   /* the search by name is refused */
    /* instead of the prices of the listing; NULL: those */
    void (*on_line)(struct bourse *b, int32_t req_id);
    int refuses;             /* lines are refused with that code; 0: they are not */
    size_t lines_max, lines; /* so many are granted (0: all), and are in use */
    int32_t gone;            /* the con_id of a listing that is no more */
    int32_t renamed;         /* the con_id of a listing whose symbol is now `new_symbol` */
    const char *new_symbol;
};

static inline void bourse_event(struct bourse *b, struct event ev)
{
    ev.at = b->peer->now;
    book_apply(b->book, &ev);
}

/* One listing more, until the next bourse is made. */
static inline void bourse_list(struct listing l)
{
    listings[LISTINGS - 1] = l;
}

static inline struct bourse *bourse_new(void)
{
    bourse_list((struct listing){0, "", "", "", "", "", "", "", 0, 0});
    struct bourse *b = test_calloc(1, sizeof *b);
    b->peer = peer_new(peer_config());
    peer_connect(b->peer);
    assert_true(session_is_ready(b->peer->s));
    b->book = book_new();
    bourse_event(b, (struct event){.kind = EVENT_ACCOUNTS, .text = BOURSE_ACCOUNT});
    b->quotes = quotes_new(b->peer->s);
    b->currencies = currencies_new(b->peer->s, b->quotes, b->book);
    b->history = history_new(b->peer->s, NULL, (struct tz_zones){0});
    b->years = years_new(b->history);
    b->resolver = resolver_new(b->peer->s, b->book, b->peer->tasks, b->cache, "test");
    b->seen = b->peer->got_count;
    return b;
}

static inline void bourse_free(struct bourse *b)
{
    years_free(b->years);
    history_free(b->history);
    resolver_free(b->resolver);
    currencies_free(b->currencies);
    quotes_free(b->quotes);
    book_free(b->book);
    peer_free(b->peer);
    test_free(b);
}

/* ---- answering ---- */

static inline bool in_list(const char *list, struct str item)
{
    struct str rest = str_of(list), piece;
    while (str_cut(&rest, ',', &piece))
        if (str_ieq(piece, item))
            return true;
    return false;
}

static inline bool listing_fits(const struct listing *l, const struct wire_contract *q)
{
    if (q->con_id)
        return q->con_id == l->con_id;
    if (q->exchange.n && !in_list(l->routes, q->exchange))
        return false;
    if (q->currency.n && !str_ieq(q->currency, str_of(l->currency)))
        return false;
    if (!str_eq(q->sec_type, str_of(l->sec_type)))
        return false;
    if (q->sec_id.n)
        return str_eq(q->sec_id_type, STR("ISIN")) && str_eq(q->sec_id, str_of(l->isin));
    return str_ieq(q->symbol, str_of(l->symbol));
}

static inline struct wire_contract wire_of(const struct listing *l)
{
    struct wire_contract c = WIRE_CONTRACT_DEFAULT;
    c.con_id = l->con_id;
    c.symbol = str_of(l->symbol);
    c.sec_type = str_of(l->sec_type);
    c.exchange = in_list(l->routes, STR("SMART")) ? STR("SMART") : str_of(l->routes);
    c.primary_exchange = str_of(l->primary);
    c.currency = str_of(l->currency);
    c.local_symbol = str_of(l->symbol);
    return c;
}

static inline void bourse_contracts(struct bourse *b, const struct wire_req_contract_details *m)
{
    size_t n = 0;
    for (size_t i = 0; i < LISTINGS; i++) {
        struct listing l = listings[i];
        if (l.con_id == b->renamed)
            l.symbol = b->new_symbol;
        if (l.con_id == b->gone || !listing_fits(&l, &m->contract))
            continue;
        struct wire_rep_contract_data r = WIRE_REP_CONTRACT_DATA_DEFAULT;
        struct wire_tag isin = {STR("ISIN"), str_of(l.isin)};
        r.req_id = m->req_id;
        r.contract = wire_of(&l);
        r.details.long_name = str_of(l.name);
        r.details.min_tick = STR("0.01");
        r.details.valid_exchanges = str_of(l.routes);
        r.details.sec_id_list.items = &isin;
        r.details.sec_id_list.n = l.isin[0] ? 1 : 0;
        peer_send(b->peer, WIRE_REP_CONTRACT_DATA, &r);
        n++;
    }
    struct wire_id end = {m->req_id};
    if (n)
        peer_send(b->peer, WIRE_REP_CONTRACT_DATA_END, &end);
    else
        peer_send_error(b->peer, m->req_id, 200, "No security definition has been found");
}

static inline void bourse_search(struct bourse *b, const struct wire_req_matching_symbols *m)
{
    struct wire_symbol_sample rows[LISTINGS] = {0};
    struct wire_rep_symbol_samples r = {.req_id = m->req_id, .samples = {rows, 0}};
    char pattern[64];
    if (b->fails_search) {
        peer_send_error(b->peer, m->req_id, 321, "Server error when validating a request");
        return;
    }
    str_copy_cut(pattern, sizeof pattern, m->pattern);
    for (char *p = pattern; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    for (size_t i = 0; i < LISTINGS; i++)
        if (strstr(listings[i].name, pattern))
            rows[r.samples.n++].contract = wire_of(&listings[i]);
    peer_send(b->peer, WIRE_REP_SYMBOL_SAMPLES, &r);
}

static inline void bourse_tick(struct bourse *b, int32_t req_id, int type, double price)
{
    struct wire_rep_tick_price m = {
        .req_id = req_id, .tick_type = type, .price = price, .size = STR("100")};
    if (price > 0)
        peer_send(b->peer, WIRE_REP_TICK_PRICE, &m);
}

static inline void bourse_prices(struct bourse *b, const struct wire_req_mkt_data *m)
{
    bool is_full = b->lines_max && b->lines >= b->lines_max;
    if (b->refuses || is_full) {
        peer_send_error(b->peer, m->req_id, b->refuses ? b->refuses : 101, "refused");
        return;
    }
    b->lines++;
    if (b->on_line) {
        b->on_line(b, m->req_id);
        return;
    }
    for (size_t i = 0; i < LISTINGS && !b->is_silent; i++) {
        if (listings[i].con_id != m->contract.con_id)
            continue;
        bourse_tick(b, m->req_id, 1, listings[i].bid);
        bourse_tick(b, m->req_id, 2, listings[i].ask);
        bourse_tick(b, m->req_id, 9, listings[i].bid);
    }
}

/*
 * Daily bars of the last 400 days: d days ago the high was bid + d and the low bid - d / 1000, the
 * close bid + d / 100. A listing without a bid has none.
 */
static inline void bourse_bars(struct bourse *b, const struct wire_req_historical_data *m)
{
    enum { DAYS = 400 };
    static struct wire_bar bars[DAYS];
    static char dates[DAYS][16];
    int64_t today = b->peer->now.wall.ns / NS_PER_S / 86400;
    const struct listing *l = NULL;
    for (size_t i = 0; i < LISTINGS; i++)
        if (listings[i].con_id == m->contract.con_id && listings[i].bid > 0)
            l = &listings[i];
    if (!l || b->refuses) {
        peer_send_error(b->peer, m->req_id, 162,
                        b->refuses ? "Historical Market Data Service error message:No market data "
                                     "permissions for NASDAQ STK"
                                   : "Historical Market Data Service error message:HMDS query "
                                     "returned no data");
        return;
    }
    for (int i = 0; i < DAYS; i++) {
        int ago = DAYS - 1 - i;
        (void)snprintf(dates[i], sizeof dates[i], "%d", (int)history_date(today - ago));
        bars[i] = (struct wire_bar){.date = str_of(dates[i]),
                                    .open = l->bid,
                                    .high = l->bid + ago,
                                    .low = l->bid - ago / 1000.0,
                                    .close = l->bid + ago / 100.0,
                                    .volume = STR("100"),
                                    .wap = STR("0"),
                                    .bar_count = 1};
    }
    struct wire_rep_historical_data r = {.req_id = m->req_id, .bars = {bars, DAYS}};
    struct wire_rep_historical_data_end end = {.req_id = m->req_id};
    peer_send(b->peer, WIRE_REP_HISTORICAL_DATA, &r);
    peer_send(b->peer, WIRE_REP_HISTORICAL_DATA_END, &end);
}

static inline void bourse_answer(struct bourse *b)
{
    for (; b->seen < b->peer->got_count; b->seen++) {
        const struct got *g = &b->peer->got[b->seen];
        if (g->id == WIRE_REQ_CONTRACT_DETAILS)
            bourse_contracts(b, g->message);
        else if (g->id == WIRE_REQ_MATCHING_SYMBOLS)
            bourse_search(b, g->message);
        else if (g->id == WIRE_REQ_MKT_DATA)
            bourse_prices(b, g->message);
        else if (g->id == WIRE_REQ_HEAD_TIMESTAMP)
            peer_send_error(b->peer, ((const struct wire_id *)g->message)->req_id, 162,
                            "No head time stamp");
        else if (g->id == WIRE_REQ_HISTORICAL_DATA)
            bourse_bars(b, g->message);
        else if (g->id == WIRE_REQ_CANCEL_MKT_DATA && b->lines)
            b->lines--;
    }
}

/* ---- running ---- */

struct bourse_job {
    struct bourse *b;
    void (*fn)(struct task *t, struct bourse *b, void *arg);
    void *arg;
    bool is_done;
};

static inline void bourse_task(struct task *t, void *arg)
{
    struct bourse_job *job = arg;
    job->fn(t, job->b, job->arg);
    job->is_done = true;
}

/* Runs fn on a task until it ends; the broker answers. Asserts belong behind it, not into fn. */
static inline void bourse_run(struct bourse *b, void (*fn)(struct task *, struct bourse *, void *),
                              void *arg)
{
    struct bourse_job job = {b, fn, arg, false};
    assert_non_null(task_spawn(b->peer->tasks, b->peer->now, 60000, bourse_task, &job));
    for (int i = 0; i < BOURSE_STEPS_MAX && !job.is_done; i++) {
        peer_turn(b->peer);
        bourse_answer(b);
        peer_turn(b->peer);
        if (!job.is_done) {
            b->peer->now.mono.ns += BOURSE_STEP_MS * NS_PER_MS;
            b->peer->now.wall.ns += BOURSE_STEP_MS * NS_PER_MS;
        }
    }
    assert_true(job.is_done);
}

/* ---- the account ---- */

static inline void bourse_hold(struct bourse *b, int32_t con_id, int64_t quantity)
{
    struct position p = {.contract = {.con_id = con_id}, .quantity = dec_of(quantity)};
    str_copy_cut(p.account, sizeof p.account, BOURSE_ACCOUNT);
    for (size_t i = 0; i < LISTINGS; i++) {
        if (listings[i].con_id != con_id)
            continue;
        p.contract.sec_type = sec_type_parse(str_of(listings[i].sec_type));
        str_copy_cut(p.contract.symbol, sizeof p.contract.symbol, str_of(listings[i].symbol));
        str_copy_cut(p.contract.currency, sizeof p.contract.currency, str_of(listings[i].currency));
        str_copy_cut(p.contract.primary_exchange, sizeof p.contract.primary_exchange,
                     str_of(listings[i].primary));
    }
    bourse_event(b, (struct event){.kind = EVENT_POSITION, .position = &p});
}

static inline void bourse_value(struct bourse *b, const char *key, const char *currency,
                                const char *value)
{
    struct account_value v = {0};
    str_copy_cut(v.account, sizeof v.account, BOURSE_ACCOUNT);
    str_copy_cut(v.key, sizeof v.key, str_of(key));
    str_copy_cut(v.currency, sizeof v.currency, str_of(currency));
    str_copy_cut(v.value, sizeof v.value, str_of(value));
    bourse_event(b, (struct event){.kind = EVENT_ACCOUNT_VALUE, .value = &v});
}

#endif
