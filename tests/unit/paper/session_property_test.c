/* SPDX-License-Identifier: MIT */
/*
 * Random sessions of the whole exchange: clients that come and go, orders of all types on shares,
 * currencies, options, futures and combinations, changes, cancels, an advisor's orders for all
 * accounts, time in small and large steps, faults, fills that are corrected or taken back. After
 * each the books must be what the records make of the opening, exactly; and a restart must give the
 * same state.
 *
 * PORTCULLIS_SESSIONS sets how many (5000 for a full run), PORTCULLIS_SEED the first seed; a
 * failure names the seed of its session.
 */
#include "client.h"
#include "paper/chains.h"
#include "paper/paper_private.h"
#include "tests/kit/identities.h"

enum { SESSIONS = 250, ACTIONS = 18, APPLE = 265598 };

static struct {
    struct rng rng;
    uint64_t seed;
    const char *accounts;
    bool has_two, has_advisor;
    struct universe *universe; /* of the checker */
    struct arena *texts;
    int32_t next_id;
    size_t fills, events,
        revisions; /* over all sessions: a test that trades nothing proves nothing */
} s;

static uint32_t below(uint32_t n)
{
    return rng_below(&s.rng, n);
}

static bool one_in(uint32_t n)
{
    return below(n) == 0;
}

/* ---- time ---- */
static void jump(int64_t seconds)
{
    w.now.mono.ns += seconds * NS_PER_S;
    w.now.wall.ns += seconds * NS_PER_S;
    paper_step(w.p, w.now);
    pump();
}

static void let_time_pass(void)
{
    switch (below(4)) {
    case 0:
        run_ms(below(3000));
        break;
    case 1:
        jump(below(600));
        break;
    case 2:
        jump(3600 * (1 + below(8)));
        break;
    default:
        jump(86400 * (1 + below(4)) / 2);
    }
}

/* ---- clients ---- */
static struct client *somebody(void)
{
    struct client *c = &w.clients[below((uint32_t)w.n)];
    return c->peer != NULL ? c : NULL;
}

static void come(int32_t id)
{
    struct paper_peer *peer = w.n < CLIENTS_MAX ? paper_connect(w.p, w.now) : NULL;
    if (peer == NULL)
        return; /* it is restarting */
    struct client *c = &w.clients[w.n++];
    c->peer = peer;
    wire_reader_init(&c->in, LIMIT_FRAME, false);
    c->arena = arena_new((size_t)64 << 20);
    c->messages = xcalloc(MESSAGES_MAX, sizeof *c->messages);
    const struct wire_req_start_api m = {id, STR("")};
    offer(c, 100, one_in(3) ? 213 : 200);
    if (c->version == 0)
        return; /* a fault was faster */
    c->id = id;
    send(c, WIRE_REQ_START_API, &m);
}

/* ---- orders ---- */
static int32_t derived(const char *trading_class, int64_t strike_step, char right)
{
    for (size_t i = 0; i < chains_count(); i++) {
        const struct chain *c = chains_at(i);
        if (strcmp(c->trading_class, trading_class) != 0)
            continue;
        int64_t today = w.now.wall.ns / NS_PER_S / 86400;
        for (int64_t day = today + 1; day < today + 120; day++) {
            struct chain_key k = {i, day, (int32_t)strike_step, right}, back;
            if (chain_of_id(chain_id(&k), &back) && back.day == day)
                return chain_id(&k);
        }
    }
    return APPLE;
}

static struct wire_contract some_contract(double *price)
{
    static const struct {
        int32_t con_id;
        const char *trading_class;
    } rows[] = {{APPLE, ""},    {272093, ""},   {756733, ""}, {117589399, ""},
                {76792991, ""}, {12087792, ""}, {0, "AAPL"},  {0, "ES"}};
    size_t k = below(sizeof rows / sizeof rows[0]);
    int32_t id = rows[k].con_id;
    if (id == 0)
        id = strcmp(rows[k].trading_class, "ES") == 0
                 ? derived("ES", 0, 0)
                 : derived("AAPL", 40 + below(20), one_in(2) ? 'C' : 'P');
    struct wire_contract c = WIRE_CONTRACT_DEFAULT;
    double bid = 100, ask = 100;
    char b[48], a[48];
    if (paper_quote(w.p, id, w.now, b, a))
        (void)(str_to_double(str_of(b), &bid) && str_to_double(str_of(a), &ask));
    *price = (bid + ask) / 2;
    c.con_id = id;
    c.exchange = STR("");
    return c;
}

static double on_cent(double v)
{
    return (double)(int64_t)(v * 20 + 0.5) / 20;
}

/* One share of Apple for one of Microsoft. */
static void place_combination(struct client *c)
{
    struct wire_leg *legs = ARENA_MANY(s.texts, struct wire_leg, 2);
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    for (int i = 0; i < 2; i++) {
        legs[i] = (struct wire_leg)WIRE_LEG_DEFAULT;
        legs[i].con_id = i ? 272093 : APPLE;
        legs[i].ratio = 1;
        legs[i].action = i ? STR("SELL") : STR("BUY");
        legs[i].exchange = STR("SMART");
    }
    m.contract = stock("AAPL", "USD");
    m.contract.sec_type = STR("BAG");
    m.contract.combo_legs.items = legs;
    m.contract.combo_legs.n = 2;
    m.order_id = s.next_id++;
    m.order.action = one_in(2) ? STR("BUY") : STR("SELL");
    m.order.order_type = STR("MKT");
    m.order.total_quantity = arena_f(s.texts, "%u", 1 + below(200));
    m.order.tif = STR("DAY");
    m.order.account = s.has_two && one_in(2) ? STR("DU9000002") : STR("DU9000001");
    place(c, &m);
}

static void place_something(struct client *c)
{
    static const char *const types[] = {"MKT",      "LMT", "LMT", "STP", "STP LMT",
                                        "TRAIL",    "MIT", "LIT", "MOC", "LOC",
                                        "MIDPRICE", "REL", "MOO", "MTL", "TRAIL LIMIT"};
    static const char *const tifs[] = {"DAY", "GTC", "GTC", "DAY", "DAY", "IOC", "FOK", "OPG"};
    double price;
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    m.contract = some_contract(&price);
    m.order_id = one_in(8) ? 1 + (int32_t)below((uint32_t)s.next_id) : s.next_id++;
    m.order.action = one_in(2) ? STR("BUY") : STR("SELL");
    m.order.order_type = str_of(types[below(sizeof types / sizeof types[0])]);
    m.order.tif = str_of(tifs[below(sizeof tifs / sizeof tifs[0])]);
    m.order.total_quantity =
        arena_f(s.texts, "%u", one_in(6) ? 100 * (1 + below(30)) : 1 + below(9));
    double off = price * ((double)below(41) - 20) / 4000;
    m.order.lmt_price = on_cent(price + off);
    m.order.aux_price = str_starts(m.order.order_type, STR("TRAIL")) ? 0.5 : on_cent(price - off);
    m.order.lmt_price_offset = 0.5;
    if (str_eq(m.order.order_type, STR("TRAIL LIMIT")))
        m.order.trail_stop_price = on_cent(price - off);
    m.order.outside_rth = one_in(2);
    m.order.account = s.has_two && one_in(2) ? STR("DU9000002") : STR("DU9000001");
    if (s.has_advisor && one_in(2)) {
        static const char *const methods[] = {"Equal", "NetLiq", "AvailableEquity"};
        m.order.account = STR("");
        m.order.fa_group = STR("All");
        m.order.fa_method = str_of(methods[below(3)]);
    }
    m.order.all_or_none = one_in(12);
    m.order.what_if = one_in(12);
    if (one_in(6))
        m.order.oca_group = one_in(2) ? STR("a") : STR("b");
    if (one_in(8) && s.next_id > 2)
        m.order.parent_id = s.next_id - 2;
    m.order.transmit = m.order.what_if || !one_in(10);
    place(c, &m);
}

/* The trade of a fill was an error, or was another: of one of the latest, if there is one. */
static void revise_something(void)
{
    struct error e = {0};
    char line[64];
    if (one_in(2))
        snprintf(line, sizeof line, "bust %u", 1 + below(4));
    else
        snprintf(line, sizeof line, "correct %u.%02u %u", 90 + below(200), below(100),
                 1 + below(4));
    if (paper_fault(w.p, str_of(line), w.now, &e))
        pump();
}

static void some_fault(void)
{
    static const char *const lines[] = {
        "none",
        "cut",
        "after 1 orders cut_before_ack",
        "lose_order",
        "reject 201",
        "no_fills on",
        "no_fills off",
        "link_lost",
        "link_back 1102",
        "exec_first on",
        "duplicate orders 5",
        "delay 500ms",
        "restart 30s higher",
        "after 2 orders cut",
    };
    struct error e = {0};
    const char *line = lines[below(sizeof lines / sizeof lines[0])];
    if (!paper_fault(w.p, str_of(line), w.now, &e))
        fail_msg("%s: %s", line, e.text);
    pump();
}

static void act(void)
{
    struct client *c = somebody();
    const struct wire_req_global_cancel all = WIRE_REQ_GLOBAL_CANCEL_DEFAULT;
    if (c == NULL) {
        come((int32_t)below(6));
        return;
    }
    switch (below(15)) {
    case 4:
        revise_something();
        break;
    case 5:
        place_combination(c);
        break;
    case 0:
        cancel(c, 1 + (int32_t)below((uint32_t)s.next_id));
        break;
    case 1:
        if (one_in(4))
            send(c, WIRE_REQ_GLOBAL_CANCEL, &all);
        break;
    case 2:
        some_fault();
        break;
    case 3:
        if (one_in(3))
            drop_client(c);
        break;
    default:
        place_something(c);
    }
}

/* ---- a session ---- */
static void check_books(void)
{
    char why[200] = "";
    struct buf before, after;
    struct error e = {0};
    struct ledger *opening = xcalloc(1, sizeof *opening);
    opening_apply(opening, s.universe, true);
    take_records();
    buf_init(&before, 64 << 20);
    buf_init(&after, 64 << 20);
    assert_true(paper_snapshot(w.p, &before));
    if (!identities_hold(s.universe, s.accounts, opening, buf_str(&w.state), buf_str(&before), why))
        fail_msg("seed %llu: %s", (unsigned long long)s.seed, why);
    for (struct str text = buf_str(&w.state), line; str_cut(&text, '\n', &line);) {
        s.fills += str_starts(line, STR("F|"));
        s.events += str_starts(line, STR("K|"));
        s.revisions += str_starts(line, STR("R|"));
    }
    if (one_in(4)) {
        size_t keep;
        const struct paper_config config = {.seed = 42, .accounts = s.accounts};
        struct paper *again = paper_new(&config, (struct str){csv, csv_n}, w.now, &e);
        if (!paper_restore(again, buf_str(&w.state), &keep, w.now, &e))
            fail_msg("seed %llu: %s", (unsigned long long)s.seed, e.text);
        assert_true(paper_snapshot(again, &after));
        buf_add_str(&w.state, paper_records(again)); /* what the restart itself made happen */
        if (!identities_hold(s.universe, s.accounts, opening, buf_str(&w.state), buf_str(&after),
                             why))
            fail_msg("seed %llu after a restart: %s", (unsigned long long)s.seed, why);
        paper_free(again);
    }
    xfree(opening);
    buf_fini(&before);
    buf_fini(&after);
}

static void one_session(uint64_t seed)
{
    s.seed = seed;
    rng_init(&s.rng, seed, 77);
    s.texts = arena_new(1 << 20);
    s.has_two = one_in(2);
    s.has_advisor = s.has_two && one_in(2);
    s.accounts = s.has_advisor ? "DF9000000,DU9000001,DU9000002"
                 : s.has_two   ? "DU9000001,DU9000002"
                               : "DU9000001";
    s.next_id = 1;
    const struct paper_config config = {.seed = 42,
                                        .accounts = s.accounts,
                                        .terms = {one_in(2) ? MARGIN_REG_T : MARGIN_PORTFOLIO,
                                                  one_in(2) ? FEES_FIXED : FEES_TIERED, ""},
                                        .real_sessions = one_in(2)};
    char when[32];
    snprintf(when, sizeof when, "2026-%02u-%02uT%02u:10:00Z", 1 + below(12), 1 + below(28),
             below(24));
    start_with(&config, when);
    come(1);
    for (int i = 0; i < ACTIONS; i++) {
        act();
        if (one_in(2))
            let_time_pass();
        for (size_t k = 0; k < w.n; k++)
            forget(&w.clients[k]);
    }
    jump(3600);
    check_books();
    stop();
    arena_free(s.texts);
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? (uint64_t)strtoull(text, NULL, 10) : otherwise;
}

static void whatever_happens_the_books_are_exact(void **state)
{
    (void)state;
    struct error e = {0};
    uint64_t first = number_of("PORTCULLIS_SEED", 1),
             n = number_of("PORTCULLIS_SESSIONS", SESSIONS);
    s.universe = universe_new((struct str){csv, csv_n}, &e);
    for (uint64_t seed = first; seed < first + n; seed++)
        one_session(seed);
    universe_free(s.universe);
    printf("%llu sessions, %zu fills, %zu events, %zu revisions\n", (unsigned long long)n, s.fills,
           s.events, s.revisions);
    if (n >= 100)
        assert_true(s.fills > n && s.events > n && s.revisions > n / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whatever_happens_the_books_are_exact)};
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
