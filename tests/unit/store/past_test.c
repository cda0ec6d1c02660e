/* SPDX-License-Identifier: MIT */
/* The account over time, written through the journal and read back. */
#include "store/past.h"

#include "batch.h"
#include "model/past.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct place {
    char path[64];
    struct db *db;
    struct journal *j;
};

static struct dec dec(const char *text)
{
    struct dec d;
    assert_true(dec_parse(str_of(text), &d));
    return d;
}

static int setup(void **state)
{
    static struct place p;
    struct error e;
    str_copy_cut(p.path, sizeof p.path, STR("/tmp/portcullis-past-XXXXXX"));
    int fd = mkstemp(p.path);
    assert_true(fd >= 0);
    close(fd);
    p.db = db_open(p.path, &e);
    assert_non_null(p.db);
    p.j = journal_new(0);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct place *p = *state;
    journal_free(p->j);
    db_close(p->db);
    return unlink(p->path);
}

static void keep(struct place *p, const struct past_page *page)
{
    struct error e;
    append(p->j, "{}", 0);
    assert_true(journal_keep(p->j, page, at_s(0), &e));
    flush(p->j, p->db);
}

static const struct snapshot close_of_day = {.account = "DU1",
                                             .day = 20780,
                                             .base = "USD",
                                             .net = {{1000LL * 1000000000}, true},
                                             .note = "half a day"};

/* ---- what comes back ---- */

struct found {
    struct snapshot snapshots[8];
    struct held held[8];
    struct cash_flow flows[8];
    size_t snapshot_count, held_count, flow_count;
};

static bool see_snapshot(void *self, const struct snapshot *s)
{
    struct found *f = self;
    f->snapshots[f->snapshot_count++] = *s;
    return f->snapshot_count < 8;
}

static bool see_holding(void *self, const struct held *h)
{
    struct found *f = self;
    f->held[f->held_count++] = *h;
    return true;
}

static bool see_flow(void *self, const struct cash_flow *w)
{
    struct found *f = self;
    f->flows[f->flow_count++] = *w;
    return true;
}

static struct found look(struct place *p)
{
    struct found f = {0};
    struct error e;
    assert_true(db_snapshots(p->db, STR("DU1"), 0, 99999, see_snapshot, &f, &e));
    assert_true(db_holdings(p->db, STR("DU1"), 20780, PAST_SEEN, see_holding, &f, &e));
    assert_true(db_flows(p->db, STR("DU1"), 0, 99999, see_flow, &f, &e));
    return f;
}

static void a_page_comes_back_as_it_was(void **state)
{
    struct place *p = *state;
    struct held h[] = {
        {.account = "DU1",
         .day = 20780,
         .currency = "EUR",
         .quantity = dec("12.5"),
         .rate = DEC_SOME(dec("1.1"))},
        {.account = "DU1",
         .day = 20780,
         .con_id = 7,
         .sec_type = SEC_STK,
         .symbol = "ASML",
         .currency = "EUR",
         .quantity = dec("-3"),
         .price = DEC_SOME(dec("650.2"))},
    };
    struct cash_flow w = {.id = "f1",
                          .account = "DU1",
                          .day = 20780,
                          .at = at_s(5).wall,
                          .source = PAST_FLEX,
                          .kind = FLOW_WITHDRAWAL,
                          .is_inferred = true,
                          .currency = "USD",
                          .amount = dec("-0.01"),
                          .note = "it's"};
    struct past_page page = {.snapshots = &close_of_day,
                             .snapshot_count = 1,
                             .held = h,
                             .held_count = 2,
                             .flows = &w,
                             .flow_count = 1};
    keep(p, &page);
    struct found f = look(p);
    assert_int_equal(f.snapshot_count, 1);
    assert_true(dec_eq(f.snapshots[0].net.v, dec("1000")) && !f.snapshots[0].cash.has);
    assert_string_equal(f.snapshots[0].note, "half a day");
    assert_int_equal(f.held_count, 2);
    assert_string_equal(f.held[0].symbol, "ASML"); /* positions first */
    assert_true(f.held[0].sec_type == SEC_STK && dec_eq(f.held[0].quantity, dec("-3")));
    assert_true(f.held[1].sec_type == SEC_UNKNOWN && f.held[1].rate.has);
    assert_int_equal(f.flow_count, 1);
    assert_memory_equal(&f.flows[0], &w, sizeof w);
}

static void what_was_kept_first_stays(void **state)
{
    struct place *p = *state;
    struct snapshot later = close_of_day;
    later.net = DEC_SOME(dec("5"));
    struct past_page page = {.snapshots = &close_of_day, .snapshot_count = 1};
    keep(p, &page);
    keep(p, &page);
    page.snapshots = &later;
    keep(p, &page);
    struct found f = look(p);
    assert_int_equal(f.snapshot_count, 1);
    assert_true(dec_eq(f.snapshots[0].net.v, dec("1000")));
}

static void what_we_saw_stands_before_what_a_statement_says(void **state)
{
    struct place *p = *state;
    struct snapshot both[] = {close_of_day, close_of_day};
    both[0].source = PAST_FLEX;
    both[0].net = DEC_SOME(dec("999"));
    keep(p, &(struct past_page){.snapshots = both, .snapshot_count = 2});
    struct found f = look(p);
    assert_int_equal(f.snapshot_count, 2);
    assert_int_equal(f.snapshots[0].source, PAST_SEEN);
    assert_int_equal(f.snapshots[1].source, PAST_FLEX);
}

static struct utc hour(int64_t h)
{
    return (struct utc){at_s(0).wall.ns + h * 3600 * NS_PER_S};
}

static void complete_since_is_the_beginning_of_the_time_that_reaches_now(void **state)
{
    static const struct {
        int64_t since, until, want; /* want: after this row is added; -1: not complete */
    } rows[] = {
        {0, 10, -1},                 /* ends before now, which is 100 */
        {90, 100, 90}, {50, 80, 90}, /* a gap from 80 to 90 */
        {75, 91, 50},                /* a statement fills it */
        {10, 50, 0},                 /* touches both sides */
    };
    struct place *p = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct coverage c = {.account = "DU1",
                             .source = i % 2 ? PAST_SEEN : PAST_FLEX,
                             .since = hour(rows[i].since),
                             .until = hour(rows[i].until)};
        struct opt_utc since;
        struct error e;
        keep(p, &(struct past_page){.coverage = &c, .coverage_count = 1});
        assert_true(db_complete_since(p->db, STR("DU1"), hour(100), &since, &e));
        assert_int_equal(since.has, rows[i].want >= 0);
        if (since.has)
            assert_int_equal(since.v.ns, hour(rows[i].want).ns);
    }
}

/* ---- executions of statements ---- */

static struct execution fill(const char *id, const char *price, const char *source)
{
    struct execution x = {.quantity = dec("10"), .price = dec(price), .time = {hour(0), true}};
    str_copy_cut(x.exec_id, sizeof x.exec_id, str_of(id));
    str_copy_cut(x.source, sizeof x.source, str_of(source));
    str_copy_cut(x.account, sizeof x.account, STR("DU1"));
    return x;
}

struct fills {
    struct execution x[4];
    size_t n;
};

static bool see_fill(void *self, const struct execution *x)
{
    struct fills *f = self;
    f->x[f->n++] = *x;
    return f->n < 4;
}

static struct fills fills_of(struct place *p)
{
    struct fills f = {0};
    struct error e;
    assert_true(db_executions(p->db, hour(-10), STR("DU1"), see_fill, &f, &e));
    return f;
}

static void import(struct place *p, struct execution x)
{
    keep(p, &(struct past_page){.executions = &x, .execution_count = 1});
}

static void see(struct place *p, const struct execution *x)
{
    struct error e;
    struct event ev = {.kind = EVENT_EXECUTION, .at = at_s(0), .execution = x};
    assert_true(journal_record_event(p->j, &ev, &e));
    flush(p->j, p->db);
}

static void a_statement_replaces_nothing_that_the_broker_told(void **state)
{
    struct place *p = *state;
    struct execution seen = fill("a.1.01", "20", ""), told = fill("a.1.02", "21", "flex");
    see(p, &seen);
    told.commission = DEC_SOME(dec("1.5"));
    import(p, told);
    import(p, told);
    struct fills f = fills_of(p);
    assert_int_equal(f.n, 1);
    assert_true(dec_eq(f.x[0].price, dec("20")));
    assert_string_equal(f.x[0].source, "");
    assert_true(f.x[0].commission.has); /* which nobody had told */
    told.commission = DEC_SOME(dec("9"));
    import(p, told);
    assert_true(dec_eq(fills_of(p).x[0].commission.v, dec("1.5")));
}

static void the_broker_replaces_what_a_statement_told(void **state)
{
    struct place *p = *state;
    struct execution seen = fill("a.1.01", "20", "");
    import(p, fill("a.1.01", "20.5", "csv"));
    assert_string_equal(fills_of(p).x[0].source, "csv");
    see(p, &seen);
    struct fills f = fills_of(p);
    assert_int_equal(f.n, 1);
    assert_string_equal(f.x[0].source, "");
    assert_true(dec_eq(f.x[0].price, dec("20")));
}

/* ---- orders as they ended ---- */

struct orders {
    struct past_order o[4];
    size_t n;
};

static bool see_order(void *self, const struct past_order *o)
{
    struct orders *f = self;
    f->o[f->n++] = *o;
    return f->n < 4;
}

static struct utc at_utc(int64_t s)
{
    return (struct utc){s * NS_PER_S};
}

static struct past_order ended(int64_t perm_id, enum order_state state, int64_t at_s)
{
    return (struct past_order){
        .order = {.account = "DU1",
                  .perm_id = perm_id,
                  .client_id = 7,
                  .order_id = 11,
                  .ref = "PC:1",
                  .side = SIDE_SELL,
                  .type_text = "TRAIL",
                  .tif = TIF_GTC,
                  .quantity = dec("10"),
                  .trail_percent = DEC_SOME(dec("8")),
                  .contract = {.con_id = 4, .symbol = "KO", .currency = "USD"}},
        .status = {.state = state,
                   .filled = dec("4"),
                   .remaining = dec("6"),
                   .avg_fill_price = DEC_SOME(dec("61.25")),
                   .broker_code = 202,
                   .broker_text = "Order Canceled"},
        .at = at_utc(at_s)};
}

static void of_an_order_the_newest_word_counts(void **state)
{
    struct place *p = *state;
    struct error e;
    struct past_order all[] = {ended(900, STATE_CANCELLED, 1000), ended(901, STATE_FILLED, 500)};
    keep(p, &(struct past_page){.orders = all, .order_count = 2});
    all[0].status.filled = dec("5");
    all[0].status.avg_fill_price = DEC_NONE; /* as the list of finished orders has it */
    keep(p, &(struct past_page){.orders = all, .order_count = 1});
    struct orders f = {0};
    assert_true(db_orders(p->db, STR("DU1"), at_utc(500), see_order, &f, &e));
    assert_int_equal(f.n, 2);
    const struct past_order *o = &f.o[0];
    assert_int_equal(o->order.perm_id, 900);
    assert_true(dec_eq(o->status.filled, dec("5")));
    assert_true(o->status.avg_fill_price.has);
    assert_int_equal(o->status.state, STATE_CANCELLED);
    assert_int_equal(o->order.side, SIDE_SELL);
    assert_int_equal(o->order.tif, TIF_GTC);
    assert_true(o->order.trail_percent.has && !o->order.limit_price.has);
    assert_string_equal(o->status.broker_text, "Order Canceled");
    assert_string_equal(o->order.contract.symbol, "KO");
    assert_true(o->at.ns == at_utc(1000).ns);
    assert_int_equal(f.o[1].status.state, STATE_FILLED);
    f.n = 0;
    assert_true(db_orders(p->db, STR("DU1"), at_utc(501), see_order, &f, &e));
    assert_int_equal(f.n, 1);
    f.n = 0;
    assert_true(db_orders(p->db, STR("DU2"), (struct utc){0}, see_order, &f, &e));
    assert_int_equal(f.n, 0);
}

/* ---- rankings ---- */

static bool see_ranked(void *self, const struct ranked *r)
{
    struct ranked **to = self;
    *(*to)++ = *r;
    return true;
}

static size_t ranking(struct place *p, const char *inputs, int64_t until, struct ranked out[4])
{
    struct error e;
    struct ranked *at = out;
    assert_true(db_ranking(p->db, str_of(inputs), until, see_ranked, &at, &e));
    return (size_t)(at - out);
}

static struct ranked place_of(const char *inputs, int64_t day, const char *name, int64_t score)
{
    struct ranked r = {.day = day, .score = DEC_SOME(DEC(score)), .rank = DEC_SOME(DEC(1))};
    str_copy_cut(r.inputs, sizeof r.inputs, str_of(inputs));
    str_copy_cut(r.name, sizeof r.name, str_of(name));
    return r;
}

static void the_newest_ranking_up_to_a_day_is_found(void **state)
{
    struct place *p = *state;
    struct ranked out[4],
        all[] = {place_of("tech 20d", 100, "AAPL", 1), place_of("tech 20d", 100, "MSFT", 0),
                 place_of("tech 20d", 107, "AAPL", 2), place_of("tech 1m", 107, "AAPL", 3)};
    all[1].score = all[1].rank = DEC_NONE;
    keep(p, &(struct past_page){.ranked = all, .ranked_count = 4});
    assert_int_equal(ranking(p, "tech 20d", 106, out), 2);
    assert_string_equal(out[0].name, "AAPL");
    assert_true(dec_eq(out[0].score.v, DEC(1)));
    assert_false(out[1].rank.has);
    assert_int_equal(ranking(p, "tech 20d", 107, out), 1);
    assert_true(dec_eq(out[0].score.v, DEC(2)));
    assert_int_equal(ranking(p, "tech 20d", 99, out), 0);
    /* what comes later completes a day, and takes nothing away */
    all[1].score = all[1].rank = DEC_SOME(DEC(2));
    all[0].score = DEC_NONE;
    keep(p, &(struct past_page){.ranked = all, .ranked_count = 2});
    assert_int_equal(ranking(p, "tech 20d", 100, out), 2);
    assert_true(out[0].score.has && out[1].score.has);
}

/* ---- an earlier schema ---- */

static void a_file_of_the_second_schema_keeps_its_executions(void **state)
{
    struct place *p = *state;
    struct execution x = fill("a.1.01", "20", "");
    struct error e;
    sqlite3 *sql;
    see(p, &x);
    db_close(p->db);
    assert_int_equal(sqlite3_open(p->path, &sql), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(
            sql,
            "DROP TABLE snapshot; DROP TABLE holding; DROP TABLE flow;"
            "DROP TABLE coverage; DROP TABLE statement; DROP TABLE past_order; DROP TABLE ranking;"
            "ALTER TABLE execution DROP COLUMN source; PRAGMA user_version = 2",
            NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(sql);
    p->db = db_open(p->path, &e);
    if (!p->db)
        fail_msg("%s", e.text);
    struct fills f = fills_of(p);
    assert_int_equal(f.n, 1);
    assert_string_equal(f.x[0].source, "");
    keep(p, &(struct past_page){.snapshots = &close_of_day, .snapshot_count = 1});
    assert_int_equal(look(p).snapshot_count, 1);
}

static void every_word_is_read_back(void **state)
{
    (void)state;
    for (unsigned k = 0; k < FLOW_KIND_COUNT; k++)
        assert_int_equal(flow_kind_parse(str_of(flow_kind_text(k))), k);
    for (unsigned s = 0; s < PAST_SOURCE_COUNT; s++)
        assert_int_equal(past_source_parse(str_of(past_source_text(s))), s);
    assert_int_equal(flow_kind_parse(STR("gift")), FLOW_KIND_COUNT);
    assert_int_equal(past_source_parse(STR("")), PAST_SOURCE_COUNT);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_page_comes_back_as_it_was),
        TEST(what_was_kept_first_stays),
        TEST(what_we_saw_stands_before_what_a_statement_says),
        TEST(complete_since_is_the_beginning_of_the_time_that_reaches_now),
        TEST(a_statement_replaces_nothing_that_the_broker_told),
        TEST(the_broker_replaces_what_a_statement_told),
        TEST(of_an_order_the_newest_word_counts),
        TEST(the_newest_ranking_up_to_a_day_is_found),
        TEST(a_file_of_the_second_schema_keeps_its_executions),
        cmocka_unit_test(every_word_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
