/* SPDX-License-Identifier: MIT */
#include "bourse.h"

#include "market/aliases.h"

enum { FOUND_MAX = 8, ASKED_MAX = 6 };

/* A question, and of its answer what outlives the task. */
struct question {
    const char *text, *exchange, *currency;
    bool exact, all, fresh;
    int32_t con_ids[FOUND_MAX];
    size_t count;
    enum resolve_how how;
    bool from_cache;
    int64_t age_ms;
    char note[160];
    struct ranking rank; /* of the first */
    struct error error;
};

struct asking {
    struct question q[ASKED_MAX];
    size_t n;
    bool ok;
    struct error error;
};

static void ask(struct task *t, struct bourse *b, void *arg)
{
    struct asking *a = arg;
    struct resolve_question q[ASKED_MAX];
    for (size_t i = 0; i < a->n; i++)
        q[i] = (struct resolve_question){.text = str_of(a->q[i].text),
                                         .exchange = str_of(a->q[i].exchange),
                                         .currency = str_of(a->q[i].currency),
                                         .exact = a->q[i].exact,
                                         .all = a->q[i].all,
                                         .fresh = a->q[i].fresh};
    a->ok = resolve(t, b->resolver, BOURSE_ACCOUNT, q, a->n, &a->error);
    for (size_t i = 0; i < a->n && a->ok; i++) {
        a->q[i].count = q[i].count;
        a->q[i].how = q[i].how;
        a->q[i].from_cache = q[i].from_cache;
        a->q[i].age_ms = q[i].age_ms;
        str_copy_cut(a->q[i].note, sizeof a->q[i].note, q[i].note);
        if (q[i].count)
            a->q[i].rank = q[i].ranks[0];
        a->q[i].error = q[i].error;
        for (size_t k = 0; k < q[i].count && k < FOUND_MAX; k++)
            a->q[i].con_ids[k] = q[i].found[k].contract.con_id;
    }
}

static struct question get(struct bourse *b, struct question q)
{
    struct asking a = {.q = {q}, .n = 1};
    bourse_run(b, ask, &a);
    if (!a.ok)
        fail_msg("%s: %s", q.text, a.error.text);
    return a.q[0];
}

struct one {
    const char *text;
    bool ok;
    struct contract_details found;
    struct error error;
};

static void ask_one(struct task *t, struct bourse *b, void *arg)
{
    struct one *o = arg;
    o->ok = resolve_one(t, b->resolver, BOURSE_ACCOUNT, str_of(o->text), STR_NONE, STR_NONE,
                        &o->found, &o->error);
}

/* ---- text forms ---- */

static void every_form_of_text_finds_its_contract(void **state)
{
    (void)state;
    static const struct {
        struct question q;
        int32_t con_id;
        enum resolve_how how;
    } cases[] = {
        {{.text = "AAPL"}, 1, RESOLVED_SEARCH},
        {{.text = " aapl "}, 1, RESOLVED_SEARCH},
        {{.text = "ASML.AEB.EUR"}, 2, RESOLVED_EXPLICIT},
        {{.text = "asml.aeb.eur"}, 2, RESOLVED_EXPLICIT},
        {{.text = "ASML.USD"}, 3, RESOLVED_EXPLICIT},
        {{.text = "ASML@AEB"}, 2, RESOLVED_EXPLICIT},
        {{.text = "ASML@XAMS"}, 2, RESOLVED_EXPLICIT},
        {{.text = "ASML.SMART.EUR"}, 2, RESOLVED_EXPLICIT},
        {{.text = "ASML", .exchange = "Amsterdam"}, 2, RESOLVED_EXPLICIT},
        {{.text = "ASML.AEB", .exchange = "Amsterdam", .currency = "eur"}, 2, RESOLVED_EXPLICIT},
        {{.text = "ASML", .exchange = "SMART", .currency = "usd"}, 3, RESOLVED_EXPLICIT},
        {{.text = "BRK.B"}, 6, RESOLVED_SEARCH},
        {{.text = "BRK B"}, 6, RESOLVED_SEARCH},
        {{.text = "BRK/B"}, 6, RESOLVED_SEARCH},
        {{.text = "BRK.B.NYSE.USD"}, 6, RESOLVED_EXPLICIT},
        {{.text = "ABI.ENEXT.BE.EUR"}, 8, RESOLVED_EXPLICIT},
        {{.text = "ABI.ENEXT.BE"}, 8, RESOLVED_EXPLICIT},
        {{.text = "ABI@BRUSSELS"}, 8, RESOLVED_EXPLICIT},
        {{.text = "7203"}, 4, RESOLVED_SEARCH},
        {{.text = "00700"}, 5, RESOLVED_SEARCH},
        {{.text = "00700.SEHK.HKD"}, 5, RESOLVED_EXPLICIT},
        {{.text = "VIX"}, 7, RESOLVED_SEARCH},
        {{.text = "KRX1"}, 9, RESOLVED_SEARCH}, /* not routed by SMART */
        {{.text = "EUR/USD"}, 20, RESOLVED_FOREX},
        {{.text = "eurusd"}, 20, RESOLVED_FOREX},
        {{.text = "EUR.USD"}, 20, RESOLVED_FOREX},
        {{.text = "US0378331005"}, 1, RESOLVED_ID},
        {{.text = "nl0010273215"}, 2, RESOLVED_ID},
        {{.text = "conid:4"}, 4, RESOLVED_ID},
        {{.text = "#4"}, 4, RESOLVED_ID},
        {{.text = "toyota"}, 4, RESOLVED_NAME},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bourse *b = bourse_new();
        struct question q = get(b, cases[i].q);
        if (q.count != 1 || q.con_ids[0] != cases[i].con_id || q.how != cases[i].how)
            fail_msg("'%s': %zu contracts, %d, %s %s", q.text, q.count, q.con_ids[0],
                     resolve_how_text(q.how), q.error.text);
        bourse_free(b);
    }
}

static void what_is_no_symbol_is_refused_without_asking(void **state)
{
    (void)state;
    static const struct {
        struct question q;
        const char *reason;
    } cases[] = {
        {{.text = ""}, "BAD_SYMBOL"},
        {{.text = "   "}, "BAD_SYMBOL"},
        {{.text = "AAPL;DROP"}, "BAD_SYMBOL"},
        {{.text = "\"AAPL\""}, "BAD_SYMBOL"},
        {{.text = "AA\nPL"}, "BAD_SYMBOL"},
        {{.text = "conid:"}, "BAD_SYMBOL"},
        {{.text = "conid:-5"}, "BAD_SYMBOL"},
        {{.text = "conid:99999999999"}, "BAD_SYMBOL"},
        {{.text = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
         "BAD_SYMBOL"},
        {{.text = "AAPL", .currency = "DOLLARS"}, "UNKNOWN_CURRENCY"},
        {{.text = "AAPL", .currency = "XYZ"}, "UNKNOWN_CURRENCY"},
        {{.text = "EUR/USD", .currency = "JPY"}, "BAD_SYMBOL"},
        {{.text = "ASML.AEB.EUR", .currency = "USD"}, "BAD_SYMBOL"},
        {{.text = "ASML@AEB", .exchange = "NASDAQ"}, "BAD_SYMBOL"},
    };
    struct bourse *b = bourse_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct question q = get(b, cases[i].q);
        assert_int_equal(q.count, 0);
        assert_int_equal(q.error.code, ERROR_INVALID);
        assert_string_equal(q.error.reason, cases[i].reason);
    }
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_CONTRACT_DETAILS), 0);
    bourse_free(b);
}

static void what_does_not_exist_is_unknown(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"NOPE", "UNKNOWN_SYMBOL"},
        {"AAPL.AEB.EUR", "UNKNOWN_SYMBOL"},
        {"US5949181045", "UNKNOWN_SYMBOL"},
        {"conid:77", "UNKNOWN_SYMBOL"},
        {"037833100", "UNKNOWN_SYMBOL"},
        {"EURTRY", "UNKNOWN_PAIR"},
        {"AAPL@NOWHERE", "UNKNOWN_EXCHANGE"},
        {"AAPL 2099-12-18 200 C", "UNKNOWN_OPTION"},
        {"AAPL 2020-12-18 200 C", "EXPIRED_CONTRACT"},
        {"ES 209912", "UNKNOWN_FUTURE"},
        {"ES 202003", "EXPIRED_CONTRACT"},
    };
    struct bourse *b = bourse_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct question q = get(b, (struct question){.text = cases[i].text});
        if (q.count || strcmp(q.error.reason, cases[i].reason) != 0)
            fail_msg("%s: %zu, %s", cases[i].text, q.count, q.error.reason);
        assert_int_equal(q.error.code, ERROR_NOT_FOUND);
        assert_true(q.error.next[0] != '\0');
    }
    bourse_free(b);
}

static void exact_means_no_search_by_name(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct question q = get(b, (struct question){.text = "toyota", .exact = true});
    assert_string_equal(q.error.reason, "UNKNOWN_SYMBOL");
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_MATCHING_SYMBOLS), 0);
    bourse_free(b);
}

static void a_refused_search_is_the_questions_own_error(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a = {.q = {{.text = "toyota"}, {.text = "AAPL"}}, .n = 2};
    b->fails_search = true;
    bourse_run(b, ask, &a);
    assert_true(a.ok);
    assert_int_equal(a.q[0].error.code, ERROR_BROKER);
    assert_int_equal(a.q[0].error.broker_code, 321);
    assert_int_equal(a.q[1].count, 1);
    bourse_free(b);
}

/* ---- several candidates ---- */

static void several_candidates_are_all_returned(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct question q = get(b, (struct question){.text = "ASML"});
    assert_int_equal(q.count, 2);
    assert_int_equal(q.error.code, ERROR_NONE);
    bourse_free(b);
}

static void a_write_never_chooses(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct one o = {.text = "ASML"};
    bourse_run(b, ask_one, &o);
    assert_false(o.ok);
    assert_int_equal(o.error.code, ERROR_CONFLICT);
    assert_string_equal(o.error.reason, "AMBIGUOUS_SYMBOL");
    assert_non_null(strstr(o.error.text, "ASML.AEB.EUR"));
    assert_non_null(strstr(o.error.text, "ASML.NASDAQ.USD"));
    o = (struct one){.text = "toyota"}; /* and takes no name for a symbol */
    bourse_run(b, ask_one, &o);
    assert_false(o.ok);
    assert_string_equal(o.error.reason, "UNKNOWN_SYMBOL");
    o = (struct one){.text = "ASML.AEB.EUR"};
    bourse_run(b, ask_one, &o);
    assert_true(o.ok);
    assert_int_equal(o.found.contract.con_id, 2);
    bourse_free(b);
}

static void what_is_held_decides(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    bourse_hold(b, 2, 35);
    struct question q = get(b, (struct question){.text = "asml"});
    assert_int_equal(q.count, 1);
    assert_int_equal(q.con_ids[0], 2);
    assert_int_equal(q.how, RESOLVED_HELD);
    q = get(b, (struct question){.text = "ASML", .all = true});
    assert_int_equal(q.count, 2);
    assert_int_equal(q.con_ids[0], 2);
    q = get(b, (struct question){.text = "ASML.NASDAQ.USD"}); /* what was said counts more */
    assert_int_equal(q.con_ids[0], 3);
    struct one o = {.text = "ASML"};
    bourse_run(b, ask_one, &o);
    assert_true(o.ok);
    assert_int_equal(o.found.contract.con_id, 2);
    bourse_free(b);
}

static void two_held_listings_decide_nothing(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    bourse_hold(b, 2, 35);
    bourse_hold(b, 3, 5);
    assert_int_equal(get(b, (struct question){.text = "ASML"}).count, 2);
    bourse_hold(b, 3, 0); /* sold */
    assert_int_equal(get(b, (struct question){.text = "ASML"}).count, 1);
    bourse_free(b);
}

static void the_users_code_finds_the_held_position(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    bourse_hold(b, 5, 300);
    struct question q = get(b, (struct question){.text = "00700"});
    assert_int_equal(q.con_ids[0], 5);
    assert_int_equal(q.how, RESOLVED_HELD);
    bourse_free(b);
}

/* ---- memory ---- */

static void hours_pass(struct bourse *b, int64_t hours)
{
    b->peer->now.mono.ns += hours * 3600 * NS_PER_S;
    b->peer->now.wall.ns += hours * 3600 * NS_PER_S;
}

static void nothing(struct task *t, struct bourse *b, void *arg)
{
    struct error e;
    bool *is_over = arg;
    (void)b;
    *is_over = task_sleep(t, 2000, &e);
}

/* Lets what is asked behind a question come to its end. */
static void settle(struct bourse *b)
{
    bool is_over = false;
    bourse_run(b, nothing, &is_over);
    assert_true(is_over);
}

static void an_answer_is_remembered_for_some_hours(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    assert_false(get(b, (struct question){.text = "AAPL"}).from_cache);
    size_t asked = peer_got_count(b->peer, WIRE_REQ_CONTRACT_DETAILS);
    struct question q = get(b, (struct question){.text = "aapl"});
    assert_true(q.from_cache);
    assert_int_equal(q.con_ids[0], 1);
    assert_int_equal(q.how, RESOLVED_SEARCH);
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_CONTRACT_DETAILS), asked);
    struct resolve_cache_stats s = resolver_stats(b->resolver);
    assert_int_equal(s.entries, 1);
    assert_int_equal(s.hits, 1);
    assert_int_equal(s.misses, 1);
    hours_pass(b, 5);
    assert_true(get(b, (struct question){.text = "AAPL", .fresh = true}).from_cache);
    hours_pass(b, 2);
    assert_false(get(b, (struct question){.text = "AAPL", .fresh = true}).from_cache);
    assert_int_equal(resolver_stats(b->resolver).entries, 1);
    bourse_free(b);
}

static void an_older_answer_serves_a_reader_and_is_asked_for_again(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    get(b, (struct question){.text = "AAPL"});
    size_t asked = peer_got_count(b->peer, WIRE_REQ_CONTRACT_DETAILS);
    hours_pass(b, 24);
    struct question q = get(b, (struct question){.text = "AAPL"});
    assert_true(q.from_cache);
    assert_true(q.age_ms >= 24 * 3600 * 1000);
    settle(b);
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_CONTRACT_DETAILS), asked + 1);
    assert_int_equal(resolver_stats(b->resolver).refreshed, 1);
    q = get(b, (struct question){.text = "AAPL"});
    assert_true(q.from_cache);
    assert_true(q.age_ms < 60000);
    hours_pass(b, 24 * 8); /* too old even for a reader */
    assert_false(get(b, (struct question){.text = "AAPL"}).from_cache);
    b->peer->now.wall.ns -=
        48LL * 3600 * NS_PER_S; /* the clock was set back: nobody knows the age */
    assert_false(get(b, (struct question){.text = "AAPL"}).from_cache);
    bourse_free(b);
}

static void a_contract_is_followed_to_its_new_symbol(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    get(b, (struct question){.text = "AAPL"});
    b->renamed = 1;
    b->new_symbol = "PEAR";
    hours_pass(b, 24);
    struct question q = get(b, (struct question){.text = "AAPL", .fresh = true});
    assert_int_equal(q.count, 1);
    assert_int_equal(q.con_ids[0], 1);
    assert_non_null(strstr(q.note, "PEAR"));
    q = get(b, (struct question){.text = "AAPL"}); /* and stays followed */
    assert_true(q.from_cache);
    assert_non_null(strstr(q.note, "PEAR"));
    q = get(b, (struct question){.text = "PEAR"});
    assert_int_equal(q.con_ids[0], 1);
    assert_string_equal(q.note, "");
    bourse_free(b);
}

static void a_delisted_symbol_is_named_so(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    get(b, (struct question){.text = "AAPL"});
    hours_pass(b, 24);
    b->gone = 1;
    struct question q = get(b, (struct question){.text = "AAPL"}); /* a reader hears of it later */
    assert_true(q.from_cache);
    settle(b);
    for (int i = 0; i < 2; i++) { /* and again: nothing is asked by name instead */
        q = get(b, (struct question){.text = "AAPL"});
        assert_int_equal(q.count, 0);
        assert_int_equal(q.error.code, ERROR_NOT_FOUND);
        assert_string_equal(q.error.reason, "DELISTED_SYMBOL");
        assert_non_null(strstr(q.error.text, "APPLE INC"));
    }
    struct one o = {.text = "AAPL"};
    bourse_run(b, ask_one, &o);
    assert_false(o.ok);
    assert_string_equal(o.error.reason, "DELISTED_SYMBOL");
    b->gone = 0; /* it was a mistake of the broker */
    assert_int_equal(get(b, (struct question){.text = "AAPL"}).count, 1);
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_MATCHING_SYMBOLS), 0);
    bourse_free(b);
}

static void a_symbol_that_names_another_contract_now_says_so(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    get(b, (struct question){.text = "AAPL"});
    b->gone = 1;
    b->renamed = 6;
    b->new_symbol = "AAPL";
    hours_pass(b, 24);
    struct question q = get(b, (struct question){.text = "AAPL", .fresh = true});
    assert_int_equal(q.con_ids[0], 6);
    assert_non_null(strstr(q.note, "another contract"));
    bourse_free(b);
}

/* The program ends and starts again; what waited to be written was written. */
static void restart(struct bourse *b, struct cache_file *file)
{
    struct cache_batch *batch = cache_take(b->cache);
    struct error e;
    if (batch) {
        assert_true(cache_file_write(file, batch, CACHE_BYTES_MAX, &e));
        cache_done(b->cache, batch, false);
    }
    resolver_free(b->resolver);
    cache_free(b->cache);
    b->cache = cache_new(file);
    b->resolver = resolver_new(b->peer->s, b->book, b->peer->tasks, b->cache, "test");
}

static void what_was_learnt_outlives_the_program(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct error e;
    struct cache_file *file = cache_file_open(":memory:", &e);
    assert_non_null(file);
    b->cache = cache_new(file);
    restart(b, file);
    get(b, (struct question){.text = "ASML"});
    get(b, (struct question){.text = "EURUSD"});
    hours_pass(b, 1);
    restart(b, file);
    size_t asked = peer_got_count(b->peer, WIRE_REQ_CONTRACT_DETAILS);
    struct question q = get(b, (struct question){.text = "asml"});
    assert_true(q.from_cache);
    assert_int_equal(q.count, 2);
    assert_int_equal(q.con_ids[0], 2);
    assert_int_equal(q.how, RESOLVED_SEARCH);
    assert_true(q.age_ms >= 3600 * 1000);
    assert_int_equal(get(b, (struct question){.text = "EURUSD"}).con_ids[0], 20);
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_CONTRACT_DETAILS), asked);
    b->gone = 20; /* that a contract is gone is known after a restart too */
    hours_pass(b, 24);
    q = get(b, (struct question){.text = "EURUSD", .fresh = true});
    assert_string_equal(q.error.reason, "DELISTED_SYMBOL");
    restart(b, file);
    q = get(b, (struct question){.text = "EURUSD"});
    assert_string_equal(q.error.reason, "DELISTED_SYMBOL");
    (void)resolver_clear(b->resolver, b->peer->now.wall); /* and what was cleared stays so */
    hours_pass(b, 1);
    restart(b, file);
    assert_false(get(b, (struct question){.text = "ASML"}).from_cache);
    q = get(b, (struct question){.text = "EURUSD"});
    assert_string_equal(q.error.reason, "UNKNOWN_PAIR");
    struct resolver *other = resolver_new(b->peer->s, b->book, NULL, b->cache, "another");
    struct resolver *first = b->resolver;
    b->resolver = other; /* another broker's ids mean nothing here */
    assert_false(get(b, (struct question){.text = "ASML"}).from_cache);
    b->resolver = first;
    resolver_free(other);
    cache_free(b->cache);
    bourse_free(b);
    cache_file_close(file);
}

/* ---- how sure ---- */

static void confidence_is_explained(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int percent;
        const char *why;
    } cases[] = {
        {"AAPL", 100, "the only match of the symbol"},
        {"ASML", 80, "one of 2 matches of the symbol"},
        {"ASML.AEB.EUR", 100, "the only match of symbol and listing"},
        {"US0378331005", 100, "the only match of the number"},
        {"EURUSD", 100, "the only match of the pair"},
        {"toyota motor corp", 90, "its name is 'TOYOTA MOTOR CORP'"},
        {"toyota", 80, "its name begins with 'TOYOTA'"},
    };
    struct bourse *b = bourse_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct question q = get(b, (struct question){.text = cases[i].text});
        if (!dec_eq(q.rank.confidence, DEC_MICRO(cases[i].percent * 10000)) ||
            strcmp(q.rank.why, cases[i].why) != 0)
            fail_msg("%s: %s", cases[i].text, q.rank.why);
    }
    bourse_hold(b, 2, 35);
    assert_string_equal(get(b, (struct question){.text = "ASML"}).rank.why, "held in the account");
    bourse_free(b);
}

static void the_memory_can_be_cleared_and_keeps_no_failures(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    get(b, (struct question){.text = "AAPL"});
    get(b, (struct question){.text = "7203"});
    get(b, (struct question){.text = "NOPE"});
    assert_int_equal(resolver_clear(b->resolver, b->peer->now.wall), 2);
    assert_int_equal(resolver_stats(b->resolver).entries, 0);
    assert_false(get(b, (struct question){.text = "AAPL"}).from_cache);
    bourse_free(b);
}

static void different_questions_do_not_share_an_answer(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    assert_int_equal(get(b, (struct question){.text = "ASML"}).count, 2);
    assert_int_equal(get(b, (struct question){.text = "ASML", .currency = "EUR"}).con_ids[0], 2);
    assert_int_equal(get(b, (struct question){.text = "ASML", .currency = "USD"}).con_ids[0], 3);
    assert_int_equal(get(b, (struct question){.text = "toyota"}).count, 1);
    assert_int_equal(get(b, (struct question){.text = "toyota", .exact = true}).count, 0);
    bourse_free(b);
}

/* ---- several questions ---- */

static void each_question_has_its_own_answer_or_error(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a = {.q = {{.text = "AAPL"},
                             {.text = "NOPE"},
                             {.text = "a;b"},
                             {.text = "00700"},
                             {.text = "VIX"},
                             {.text = "AAPL"}},
                       .n = 6};
    bourse_run(b, ask, &a);
    assert_true(a.ok);
    assert_int_equal(a.q[0].con_ids[0], 1);
    assert_string_equal(a.q[1].error.reason, "UNKNOWN_SYMBOL");
    assert_string_equal(a.q[2].error.reason, "BAD_SYMBOL");
    assert_int_equal(a.q[3].con_ids[0], 5);
    assert_int_equal(a.q[4].con_ids[0], 7);
    assert_int_equal(a.q[5].con_ids[0], 1);
    bourse_free(b);
}

static void a_batch_is_one_round_of_one_request_each(void **state)
{
    (void)state;
    struct bourse *b = bourse_new();
    struct asking a = {.q = {{.text = "AAPL"},
                             {.text = "ASML.AEB.EUR"},
                             {.text = "7203"},
                             {.text = "EURUSD"},
                             {.text = "US0378331005"},
                             {.text = "ASML"}},
                       .n = 6};
    bourse_run(b, ask, &a);
    assert_int_equal(peer_got_count(b->peer, WIRE_REQ_CONTRACT_DETAILS), 6);
    bourse_free(b);
}

/* ---- exchanges ---- */

static void exchanges_are_known_by_code_mic_and_city(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code;
    } cases[] = {
        {"AEB", "AEB"},    {"xams", "AEB"},       {"Amsterdam", "AEB"}, {"XLON", "LSE"},
        {"XETRA", "IBIS"}, {"Frankfurt", "FWB"},  {"TSE", "TSE"},       {"TSEJ", "TSEJ"},
        {"TOKYO", "TSEJ"}, {"hong kong", "SEHK"}, {"SIX", "EBS"},       {"NOWHERE", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *code = alias_exchange(str_of(cases[i].text));
        if (!code != !cases[i].code || (code && strcmp(code, cases[i].code) != 0))
            fail_msg("%s is %s", cases[i].text, code ? code : "unknown");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_text_finds_its_contract),
        cmocka_unit_test(what_is_no_symbol_is_refused_without_asking),
        cmocka_unit_test(what_does_not_exist_is_unknown),
        cmocka_unit_test(exact_means_no_search_by_name),
        cmocka_unit_test(a_refused_search_is_the_questions_own_error),
        cmocka_unit_test(several_candidates_are_all_returned),
        cmocka_unit_test(a_write_never_chooses),
        cmocka_unit_test(what_is_held_decides),
        cmocka_unit_test(two_held_listings_decide_nothing),
        cmocka_unit_test(the_users_code_finds_the_held_position),
        cmocka_unit_test(an_answer_is_remembered_for_some_hours),
        cmocka_unit_test(an_older_answer_serves_a_reader_and_is_asked_for_again),
        cmocka_unit_test(a_contract_is_followed_to_its_new_symbol),
        cmocka_unit_test(a_delisted_symbol_is_named_so),
        cmocka_unit_test(a_symbol_that_names_another_contract_now_says_so),
        cmocka_unit_test(what_was_learnt_outlives_the_program),
        cmocka_unit_test(confidence_is_explained),
        cmocka_unit_test(the_memory_can_be_cleared_and_keeps_no_failures),
        cmocka_unit_test(different_questions_do_not_share_an_answer),
        cmocka_unit_test(each_question_has_its_own_answer_or_error),
        cmocka_unit_test(a_batch_is_one_round_of_one_request_each),
        cmocka_unit_test(exchanges_are_known_by_code_mic_and_city),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
