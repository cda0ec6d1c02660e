/* SPDX-License-Identifier: MIT */
/* Faults by chance while clients trade; and requests that are none. */
#include "client.h"
#include "paper/control.h"
#include "paper/fault_line.h"
#include "tests/kit/arm.h"

static const char *const symbols[] = {"AAPL", "MSFT", "KO"};

/* A value for an argument that makes a fault possible more often than not. */
static void add_argument(struct buf *line, const struct fault_arg_row *a, struct rng *r)
{
    static const char *const kinds[] = {"any", "orders", "quotes", "account", "orderStatus"};
    struct str words = a->words != NULL ? str_of(a->words) : STR(""), word = STR("");
    int64_t top = a->max < 3000 ? a->max : 3000;
    switch (a->kind) {
    case FAULT_ARG_NUMBER:
        if (strcmp(a->name, "client") == 0)
            buf_add_f(line, " client=%u", 1 + rng_below(r, 2));
        else if (strcmp(a->name, "code") == 0 && a->otherwise == NULL)
            buf_add_f(line, " code=%u", 2103 + rng_below(r, 8));
        else
            buf_add_f(
                line, " %s=%lld", a->name,
                (long long)(a->min +
                            rng_below(r, (uint32_t)(top > a->min ? top - a->min + 1 : 2)) % 20));
        break;
    case FAULT_ARG_DECIMAL:
        buf_add_f(line, " %s=%u", a->name, 1 + rng_below(r, 300));
        break;
    case FAULT_ARG_MS:
        buf_add_f(line, " %s=%u", a->name, rng_below(r, 5000));
        break;
    case FAULT_ARG_SWITCH:
        buf_add_f(line, " %s=%s", a->name, rng_below(r, 2) ? "on" : "off");
        break;
    case FAULT_ARG_WORD:
        for (uint32_t k = 1 + rng_below(r, 3); k > 0; k--)
            if (!str_cut(&words, '|', &word))
                break;
        buf_add_f(line, " %s=" STR_FMT, a->name, STR_ARG(word));
        break;
    case FAULT_ARG_TEXT:
        buf_add_f(line, " %s=%s", a->name,
                  strcmp(a->name, "symbol") == 0 ? symbols[rng_below(r, 3)]
                  : strcmp(a->name, "what") == 0 ? kinds[rng_below(r, 5)]
                                                 : "\"some words\"");
        break;
    }
}

static void fault_by_chance(struct rng *r, struct buf *line)
{
    static const char *const whens[] = {"",
                                        "",
                                        "at +2s ",
                                        "after 2 orders ",
                                        "after 7 messages ",
                                        "every 5 requests ",
                                        "chance 0.2 messages ",
                                        "after 900 bytes ",
                                        "chance 0.3 connections "};
    const struct fault_row *row = fault_row((enum fault_kind)rng_below(r, FAULT_COUNT));
    buf_reset(line);
    buf_add_f(line, "%s%s", whens[rng_below(r, 9)], row->name);
    for (size_t i = 0; row->args[i].name != NULL; i++)
        if (row->args[i].otherwise == NULL || rng_below(r, 2) == 0)
            add_argument(line, &row->args[i], r);
}

/* The state as one text, of this exchange or of one made from its records. */
static void snapshot_of(const struct paper *p, struct buf *out)
{
    buf_reset(out);
    assert_true(paper_snapshot(p, out));
}

static void compare_with_restored(uint64_t seed)
{
    const struct paper_config config = {.seed = 42};
    struct error e = {0};
    struct buf here, there;
    size_t keep;
    take_records();
    buf_init(&here, 16 << 20);
    buf_init(&there, 16 << 20);
    struct paper *again = paper_new(&config, (struct str){csv, csv_n}, w.now, &e);
    if (!paper_restore(again, buf_str(&w.state), &keep, w.now, &e))
        fail_msg("seed %d: %s", (int)seed, e.text);
    snapshot_of(w.p, &here);
    snapshot_of(again, &there);
    if (!str_eq(buf_str(&here), buf_str(&there)))
        fail_msg("seed %d: the records give another state", (int)seed);
    paper_free(again);
    buf_fini(&here);
    buf_fini(&there);
}

/* Drops the bytes: faults may cut frames anywhere. */
static void drain(struct paper_peer **peers, size_t n)
{
    take_records();
    for (size_t i = 0; i < n; i++) {
        if (peers[i] == NULL)
            continue;
        paper_sent(w.p, peers[i], paper_output(w.p, peers[i]).n);
        if (paper_wants_close(peers[i]) && paper_output(w.p, peers[i]).n == 0) {
            paper_disconnect(w.p, peers[i], w.now);
            peers[i] = NULL;
        }
    }
}

static void put(struct paper_peer *peer, int id, const void *message)
{
    struct buf b;
    struct error e = {0};
    buf_init(&b, 1 << 16);
    assert_true(wire_encode(WIRE_TO_SERVER, id, message, 200, &b, &e));
    paper_input(w.p, peer, buf_str(&b), w.now);
    buf_fini(&b);
}

static struct paper_peer *dial(int32_t id)
{
    struct buf b;
    struct paper_peer *peer = paper_connect(w.p, w.now);
    const struct wire_req_start_api start_api = {id, STR("")};
    if (peer == NULL)
        return NULL;
    buf_init(&b, 256);
    assert_true(wire_offer_build(&b, 100, 200, STR("")));
    paper_input(w.p, peer, buf_str(&b), w.now);
    buf_fini(&b);
    put(peer, WIRE_REQ_START_API, &start_api);
    return peer;
}

static void pass(struct paper_peer **peers, int64_t ms)
{
    struct instant end = instant_after_ms(w.now.mono, ms);
    for (int turns = 0; w.now.mono.ns < end.ns; turns++) {
        struct instant next = instant_min(paper_next(w.p), end);
        if (next.ns <= w.now.mono.ns)
            next.ns = w.now.mono.ns + 1;
        w.now.wall.ns += next.ns - w.now.mono.ns;
        w.now.mono = next;
        paper_step(w.p, w.now);
        drain(peers, 2);
        assert_true(turns < 100000);
    }
}

static void whatever_goes_wrong_the_records_tell_the_state(void **state)
{
    (void)state;
    struct buf line;
    buf_init(&line, 4096);
    size_t possible = 0, tried = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct paper_peer *peers[2] = {NULL, NULL};
        struct rng r;
        rng_init(&r, seed, 5);
        start();
        for (int32_t round = 1; round <= 25; round++) {
            struct error e = {0};
            for (int32_t i = 0; i < 2; i++)
                if (peers[i] == NULL)
                    peers[i] = dial(i + 1);
            fault_by_chance(&r, &line);
            tried++;
            possible += paper_fault(w.p, buf_str(&line), w.now, &e);
            drain(peers, 2);
            struct paper_peer *peer = peers[rng_below(&r, 2)];
            struct wire_req_place_order o =
                order(round, symbols[rng_below(&r, 3)], rng_below(&r, 2) ? "BUY" : "SELL", "3",
                      rng_below(&r, 3) ? "MKT" : "LMT");
            if (str_eq(o.order.order_type, STR("LMT")))
                o.order.lmt_price = 20;
            if (peer != NULL)
                put(peer, WIRE_REQ_PLACE_ORDER, &o);
            pass(peers, rng_below(&r, 1500));
        }
        compare_with_restored(seed);
        struct error e = {0};
        assert_true(paper_fault(w.p, STR("none"), w.now, &e));
        pass(peers, 3000);
        peers[0] = peers[0] != NULL ? peers[0] : dial(1);
        assert_non_null(peers[0]);
        put(peers[0], WIRE_REQ_CURRENT_TIME, NULL);
        assert_true(paper_output(w.p, peers[0]).n > 0); /* it is well again */
        stop();
    }
    assert_true(possible > tried / 2);
    buf_fini(&line);
}

/* ---- requests that are none ---- */
static void frame(struct client *c, struct str body)
{
    struct buf b;
    buf_init(&b, 4096);
    assert_true(wire_frame_add(&b, body));
    input(c, buf_str(&b));
    buf_fini(&b);
}

static void what_cannot_be_read_is_answered_with_320_by_name(void **state)
{
    (void)state;
    const struct {
        struct str body;
        const char *part;
    } cases[] = {
        {STR("9\0001\0ten\0"), "reqContractDetails: field 2 "},
        {STR("8\0001\0"), "reqIds"},
        {STR("61\0001\0left\0over\0"), "left over"},
        {STR("3\0005\0twelve\0"), "placeOrder: field "},
        {STR("999\0001\0"), "999 is unknown"},
        {STR("x\0"), ""},
    };
    start();
    struct client *c = connect_as(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forget(c);
        frame(c, cases[i].body);
        const struct wire_rep_error *e = nth(c, WIRE_REP_ERROR, 0);
        assert_false(c->closed);
        if (e == NULL || e->error_code != 320)
            fail_msg("case %zu has no answer 320", i);
        if (str_find_str(e->error_msg, str_of(cases[i].part)) >= e->error_msg.n && cases[i].part[0])
            fail_msg("case %zu: " STR_FMT, i, STR_ARG(e->error_msg));
    }
    send(c, WIRE_REQ_CURRENT_TIME, NULL);
    assert_int_equal(count_of(c, WIRE_REP_CURRENT_TIME), 1);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_goes_wrong_the_records_tell_the_state),
        cmocka_unit_test(what_cannot_be_read_is_answered_with_320_by_name),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
