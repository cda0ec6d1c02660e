/* SPDX-License-Identifier: MIT */
/*
 * Statements of the broker, made by hand under tests/statements/: what is read out of them, written
 * down as one line a thing.
 */
#include "automation/statement.h"

#include "base/alloc.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct buf read_all(const char *path)
{
    FILE *in = fopen(path, "rb");
    struct buf b;
    char part[4096];
    if (!in)
        fail_msg("%s cannot be read", path);
    buf_init(&b, STATEMENT_BYTES_MAX);
    for (size_t n; (n = fread(part, 1, sizeof part, in)) > 0;)
        (void)buf_add(&b, part, n);
    (void)fclose(in);
    return b;
}

static void add_dec(struct buf *b, struct opt_dec d)
{
    char text[DEC_TEXT_MAX] = "-";
    if (d.has)
        (void)dec_format(d.v, text);
    buf_add_f(b, " %s", text);
}

static void add_day(struct buf *b, int64_t day)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    buf_add_f(b, " %04d-%02d-%02d", year, month, date);
}

static void add_item(struct buf *b, const struct statement_item *it)
{
    char at[UTC_TEXT_MAX];
    const struct execution *x = &it->execution;
    switch (it->kind) {
    case STATEMENT_ACCOUNT:
        buf_add_f(b, "account %s", it->account.account);
        add_day(b, it->account.from_day);
        add_day(b, it->account.to_day);
        break;
    case STATEMENT_EXECUTION:
        (void)utc_format(x->time.v, at);
        buf_add_f(b, "execution %s %s %s", at, side_text(x->side), x->contract.symbol);
        add_dec(b, DEC_SOME(x->quantity));
        add_dec(b, DEC_SOME(x->price));
        add_dec(b, x->commission);
        break;
    case STATEMENT_FLOW:
        buf_add_f(b, "%s", flow_kind_text(it->flow.kind));
        add_day(b, it->flow.day);
        add_dec(b, DEC_SOME(it->flow.amount));
        buf_add_f(b, " %s", it->flow.currency);
        add_dec(b, it->flow.rate);
        break;
    case STATEMENT_SNAPSHOT:
        buf_add_c(b, "net");
        add_day(b, it->snapshot.day);
        add_dec(b, it->snapshot.net);
        break;
    case STATEMENT_HELD:
        buf_add_f(b, "held %s", it->held.symbol);
        add_dec(b, DEC_SOME(it->held.quantity));
        add_dec(b, it->held.value);
        break;
    case STATEMENT_PROBLEM:
        buf_add_f(b, "line %zu: %s", it->line, it->problem);
        break;
    case STATEMENT_END:
        break;
    }
    buf_add_char(b, '\n');
}

/* All that is in a text, in times of UTC. */
static struct buf told(struct str text)
{
    struct buf b;
    struct error e;
    struct statement_item it;
    struct tz *zone = tz_new_utc();
    buf_init(&b, 1 << 20);
    struct statement_reader *r = statement_open(text, zone, &e);
    if (!r)
        buf_add_f(&b, "%s\n", e.text);
    for (bool more = r != NULL; more; more = it.kind != STATEMENT_END) {
        statement_next(r, &it);
        if (it.kind != STATEMENT_END)
            add_item(&b, &it);
    }
    buf_add_char(&b, 0);
    statement_close(r);
    tz_free(zone);
    return b;
}

static void assert_told(const char *path, const char *want)
{
    struct buf text = read_all(path), got = told(buf_str(&text));
    assert_string_equal(got.p, want);
    buf_fini(&text);
    buf_fini(&got);
}

static void a_flex_query_tells_trades_flows_positions_and_values(void **state)
{
    (void)state;
    assert_told("tests/statements/flex.xml", "account DU9000001 2026-10-01 2026-11-20\n"
                                             "net 2026-11-18 100000\n"
                                             "net 2026-11-19 111000\n"
                                             "net 2026-11-20 111110\n"
                                             "deposit 2026-11-19 10000 USD 1\n"
                                             "dividend 2026-11-20 60 USD 1\n"
                                             "tax 2026-11-20 -9 USD 1\n"
                                             "execution 2026-11-18T10:30:00Z BUY KO 100 70.5 1\n"
                                             "execution 2026-11-19T15:59:59Z SELL KO 40 71 1.02\n"
                                             "line 22: no date is known in 'soon'\n"
                                             "held KO 60 4290\n"
                                             "transfer 2026-11-19 1500 USD 1\n");
}

static void an_activity_statement_tells_the_same_in_its_words(void **state)
{
    (void)state;
    assert_told("tests/statements/activity.csv",
                "account DU9000001 2026-10-01 2026-10-30\n"
                "net 2026-10-30 99950.25\n"
                "execution 2026-10-05T10:30:00Z BUY MSFT 1000 410.5 5\n"
                "execution 2026-10-06T10:30:00Z SELL MSFT 10 412 1.05\n"
                "deposit 2026-10-02 2000 USD 1\n"
                "withdrawal 2026-10-09 -250.5 EUR -\n"
                "dividend 2026-10-15 30 USD 1\n"
                "dividend 2026-10-15 30 USD 1\n"
                "interest 2026-10-05 12.34 USD 1\n"
                "fee 2026-10-03 -1.5 USD 1\n");
}

static void ids_are_the_same_each_time_and_differ_for_what_is_said_twice(void **state)
{
    struct buf text = read_all("tests/statements/activity.csv");
    char ids[2][8][48] = {0};
    (void)state;
    for (int pass = 0; pass < 2; pass++) {
        struct statement_item it;
        struct error e;
        struct tz *zone = tz_new_utc();
        struct statement_reader *r = statement_open(buf_str(&text), zone, &e);
        size_t n = 0;
        assert_non_null(r);
        do {
            statement_next(r, &it);
            if (it.kind == STATEMENT_FLOW)
                memcpy(ids[pass][n++], it.flow.id, 48);
        } while (it.kind != STATEMENT_END);
        assert_int_equal(n, 6);
        assert_true(statement_has_trades(r));
        statement_close(r);
        tz_free(zone);
    }
    assert_memory_equal(ids[0], ids[1], sizeof ids[0]);
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(ids[0][i], ids[0][k]);
    buf_fini(&text);
}

static void hostile_texts_end_with_a_problem(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", "the file is neither a Flex query (XML) nor an activity statement (CSV)\n"},
        {"hello", "the file is neither a Flex query (XML) nor an activity statement (CSV)\n"},
        {"<!DOCTYPE a [<!ENTITY b \"c\">]><a/>", "line 1: a declaration that is not read\n"},
        {"<a>", "line 1: the document ends too early\n"},
        {"<a b=\"&unknown;\"/>", ""},
        {"<FlexStatement accountId=\"U1\" fromDate=\"x\" toDate=\"y\"/>",
         "line 1: no date is known in 'x'\n"},
        {"<a><Trade quantity=\"1\" currency=\"USD\"/></a>", ""}, /* of nobody */
        {"Statement,Data,Period,someday\n", "line 1: no period is known in 'someday'\n"},
        {"Statement,Header,\"open\n", "line 1: a quote is not closed\n"},
        {"Statement,Header,x\nTrades,Header,Currency\nTrades,Data,USD\n",
         "line 3: the statement does not say its account and period before 'Trades'\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf got = told(str_of(rows[i].text));
        assert_string_equal(got.p, rows[i].want);
        buf_fini(&got);
    }
}

/* Wherever a file breaks off, what was before it is told, and nothing reads behind it. */
static void every_truncation_is_read_without_harm(void **state)
{
    static const char *const paths[] = {"tests/statements/flex.xml",
                                        "tests/statements/activity.csv"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct buf text = read_all(paths[i]);
        for (size_t n = 0; n < text.n; n += 7) {
            char *exact = xmalloc(n + 1);
            memcpy(exact, text.p, n);
            struct buf got = told((struct str){exact, n});
            buf_fini(&got);
            xfree(exact);
        }
        buf_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flex_query_tells_trades_flows_positions_and_values),
        cmocka_unit_test(an_activity_statement_tells_the_same_in_its_words),
        cmocka_unit_test(ids_are_the_same_each_time_and_differ_for_what_is_said_twice),
        cmocka_unit_test(hostile_texts_end_with_a_problem),
        cmocka_unit_test(every_truncation_is_read_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
