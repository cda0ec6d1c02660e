/* SPDX-License-Identifier: MIT */
/*
 * Quotes from frames that real servers have sent: a delayed snapshot, a refusal for want of a
 * subscription, single ticks. The frames are decoded at the version of their recording, get the
 * number of the request that is open here, and go to a session by the version of this run.
 */
#include "../wire/vectors.h"

#include "bourse.h"

enum { AAPL = 265598, FRAMES_MAX = 64 };

/* Frames of a server, in their order. */
struct tape {
    struct wire_any frames[FRAMES_MAX];
    size_t n;
};

static void load_transcript(const char *name, int version, struct tape *tape)
{
    struct str text = read_vector(name), line;
    *tape = (struct tape){.n = 0};
    while (str_cut(&text, '\n', &line)) {
        struct str word, way = STR_NONE;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        assert_true(str_cut(&line, ' ', &word) && str_cut(&line, ' ', &way));
        if (!str_eq(way, STR("server")))
            continue;
        struct str frame = of_base64(line);
        assert_true(tape->n < FRAMES_MAX);
        tape->frames[tape->n++] = decoded(WIRE_TO_CLIENT, str_sub(frame, 4, frame.n), version);
    }
}

/* The server's rows at that version of the list of single frames. */
static void load_rows(int64_t version, struct tape *tape)
{
    struct str text = read_vector("pb_small_live.tsv"), line;
    *tape = (struct tape){.n = 0};
    while (str_cut(&text, '\n', &line)) {
        struct str number = STR_NONE, way = STR_NONE, hex = STR_NONE;
        int64_t v;
        if (line.n == 0 || line.p[0] == '#')
            continue;
        assert_true(str_cut(&line, '\t', &number) && str_cut(&line, '\t', &way) &&
                    str_cut(&line, '\t', &hex));
        if (!str_to_i64(number, &v) || v != version || !str_eq(way, STR("S")))
            continue;
        tape->frames[tape->n++] =
            decoded(WIRE_TO_CLIENT, of_hex(arena_str(arena, hex).p), (int)version);
    }
}

/* Sends what is about market data, under the request's number. */
static void play(struct bourse *b, const struct tape *tape, int32_t req_id)
{
    for (size_t i = 0; i < tape->n; i++) {
        const struct wire_any *f = &tape->frames[i];
        if (f->id == WIRE_REP_TICK_PRICE) {
            struct wire_rep_tick_price m = *(const struct wire_rep_tick_price *)f->message;
            m.req_id = req_id;
            peer_send(b->peer, f->id, &m);
        } else if (f->id == WIRE_REP_TICK_SIZE) {
            struct wire_rep_tick_size m = *(const struct wire_rep_tick_size *)f->message;
            m.req_id = req_id;
            peer_send(b->peer, f->id, &m);
        } else if (f->id == WIRE_REP_TICK_STRING) {
            struct wire_rep_tick_string m = *(const struct wire_rep_tick_string *)f->message;
            m.req_id = req_id;
            peer_send(b->peer, f->id, &m);
        } else if (f->id == WIRE_REP_TICK_GENERIC) {
            struct wire_rep_tick_generic m = *(const struct wire_rep_tick_generic *)f->message;
            m.req_id = req_id;
            peer_send(b->peer, f->id, &m);
        } else if (f->id == WIRE_REP_MARKET_DATA_TYPE) {
            struct wire_rep_market_data_type m =
                *(const struct wire_rep_market_data_type *)f->message;
            m.req_id = req_id;
            peer_send(b->peer, f->id, &m);
        } else if (f->id == WIRE_REP_ERROR) {
            const struct wire_rep_error *m = f->message;
            if (m->error_code == 10089)
                peer_send_error(b->peer, req_id, m->error_code, arena_str(arena, m->error_msg).p);
        }
    }
}

static const struct tape *tape_of_run;

static void on_line(struct bourse *b, int32_t req_id)
{
    play(b, tape_of_run, req_id);
}

struct asking {
    struct quote_answer answer;
    bool ok;
    struct error error;
};

static void ask(struct task *t, struct bourse *b, void *arg)
{
    struct asking *a = arg;
    a->ok = quotes_get(t, b->quotes, &a->answer, 1, 1000, &a->error);
    a->answer.notice = arena_str(arena, a->answer.notice);
}

static struct quote_answer quoted(const struct tape *tape)
{
    struct bourse *b = bourse_new();
    struct asking a = {.answer.contract = peer_contract(AAPL)};
    tape_of_run = tape;
    b->on_line = on_line;
    bourse_run(b, ask, &a);
    assert_true(a.ok);
    assert_int_equal(a.answer.error.code, ERROR_NONE);
    bourse_free(b);
    return a.answer;
}

static void assert_dec(struct opt_dec d, const char *text)
{
    char out[DEC_TEXT_MAX];
    assert_true(d.has);
    dec_format(d.v, out);
    assert_string_equal(out, text);
}

static void a_delayed_picture_is_read_and_its_impossible_volume_is_not(void **state)
{
    (void)state;
    struct tape tape;
    load_transcript("transcripts/quote_snapshot_sv206.txt", 206, &tape);
    struct quote_answer a = quoted(&tape);
    assert_int_equal(a.quote.data_type, DATA_DELAYED);
    assert_dec(a.quote.last, "315");
    assert_dec(a.quote.last_size, "64");
    assert_dec(a.quote.bid, "314.9");
    assert_dec(a.quote.ask, "315.05");
    assert_dec(a.quote.bid_size, "40");
    assert_dec(a.quote.ask_size, "80");
    assert_dec(a.quote.high, "316.91");
    assert_dec(a.quote.low, "312.17");
    assert_dec(a.quote.close, "316.22");
    assert_dec(a.quote.open, "314.7");
    assert_false(a.quote.volume.has); /* -1553556175: a counter that has run over */
    assert_true(a.quote.traded.has);
    assert_int_equal(a.quote.traded.v.ns / NS_PER_S, 1783725240);
    assert_int_equal(quote_gap_whole(&a, MARKET_OPEN), GAP_NO_SUBSCRIPTION);
    assert_int_equal(quote_gap(&a, VALUE_VOLUME, MARKET_OPEN), GAP_NOT_QUOTED);
}

static void a_refusal_for_want_of_a_subscription_is_the_reason(void **state)
{
    (void)state;
    struct tape tape, refusal = {.n = 1};
    load_transcript("transcripts/order_fill_and_misc_sv225.txt", 225, &tape);
    for (size_t i = 0; i < tape.n; i++) {
        const struct wire_rep_error *m = tape.frames[i].message;
        if (tape.frames[i].id == WIRE_REP_ERROR && m->error_code == 10089)
            refusal.frames[0] = tape.frames[i];
    }
    struct quote_answer a = quoted(&refusal);
    assert_int_equal(a.notice_code, 10089);
    assert_true(str_starts(a.notice, STR("Requested market data requires additional")));
    assert_false(quote_price(&a.quote).has);
    assert_int_equal(quote_gap_whole(&a, MARKET_OPEN), GAP_NO_SUBSCRIPTION);
    assert_int_equal(quote_gap(&a, VALUE_TOUCH, MARKET_OPEN), GAP_NO_SUBSCRIPTION);
}

/* The same conversation goes on with a delayed bid: the code was a warning, not an end. */
static void delayed_prices_follow_the_refusal(void **state)
{
    (void)state;
    struct tape tape;
    load_transcript("transcripts/order_fill_and_misc_sv225.txt", 225, &tape);
    struct quote_answer a = quoted(&tape);
    assert_int_equal(a.notice_code, 10089);
    assert_int_equal(a.quote.data_type, DATA_DELAYED);
    assert_dec(a.quote.bid, "310.55");
    assert_dec(a.quote.bid_size, "2");
    assert_false(a.quote.ask.has);
    assert_int_equal(quote_gap(&a, VALUE_TOUCH, MARKET_OPEN), GAP_NO_SUBSCRIPTION);
}

static void single_live_ticks_are_kept_or_passed_over(void **state)
{
    (void)state;
    struct tape tape;
    load_rows(206, &tape);
    assert_true(tape.n >= 7);
    struct quote_answer a = quoted(&tape);
    assert_dec(a.quote.mark, "314.39199829");
    assert_int_equal(a.quote.data_type, DATA_DELAYED);
    assert_false(a.quote.bid.has || a.quote.last.has || a.quote.close.has);
    assert_false(a.quote.is_halted);
    assert_true(quote_price(&a.quote).has); /* of the mark */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_delayed_picture_is_read_and_its_impossible_volume_is_not,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusal_for_want_of_a_subscription_is_the_reason, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(delayed_prices_follow_the_refusal, setup, teardown),
        cmocka_unit_test_setup_teardown(single_live_ticks_are_kept_or_passed_over, setup, teardown),
    };
    return PEER_RUN("recorded quotes", tests);
}
