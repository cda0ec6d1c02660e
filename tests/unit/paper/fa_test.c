/* SPDX-License-Identifier: MIT */
/* An advisor's login: its accounts, its groups, and what it may not do. */
#include "client.h"
#include "paper/allocate.h"
#include "paper/groups.h"
#include "paper/paper_private.h"
#include "tests/kit/identities.h"

#define ADVISOR "DF9000000"
#define CLIENTS "DU9000001,DU9000002,DU9000003"
#define GROUP(name, method, accounts)                                                              \
    "<Group><name>" name "</name><ListOfAccts varName=\"list\">" accounts                          \
    "</ListOfAccts><defaultMethod>" method "</defaultMethod></Group>"
#define GROUPS(list)  "<ListOfGroups>" list "</ListOfGroups>"
#define ONE(n)        "<String>DU900000" n "</String>"
#define SOME(n, much) "<Account><acct>DU900000" n "</acct><amount>" much "</amount></Account>"
#define HEAD          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

static const struct paper_config config = {.seed = 42, .accounts = ADVISOR "," CLIENTS};

static struct client *begin_at(int version)
{
    start_with(&config, "2026-11-22T18:00:00Z");
    struct client *c = connect_at(1, version);
    return c;
}

static void replace(struct client *c, int32_t id, int32_t kind, const char *xml)
{
    const struct wire_req_replace_fa m = {id, kind, str_of(xml)};
    send(c, WIRE_REQ_REPLACE_FA, &m);
}

static struct str read_back(struct client *c, int32_t kind)
{
    const struct wire_req_fa m = {kind};
    send(c, WIRE_REQ_FA, &m);
    const struct wire_rep_receive_fa *r = nth(c, WIRE_REP_RECEIVE_FA, -1);
    return r != NULL && r->fa_data_type == kind ? r->xml : STR("");
}

static void expect_groups(struct client *c, const char *list)
{
    char expected[4096];
    snprintf(expected, sizeof expected, HEAD "<ListOfGroups>%s</ListOfGroups>", list);
    struct str is = read_back(c, GROUPS_OF_ACCOUNTS);
    if (!str_eq(is, str_of(expected)))
        fail_msg(STR_FMT "\nshould be\n%s", STR_ARG(is), expected);
}

static void the_login_lists_the_advisor_and_its_clients_in_both_encodings(void **state)
{
    (void)state;
    const int versions[] = {157, 176, 178, 200, 226};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct client *c = begin_at(versions[i]);
        const struct wire_rep_managed_accounts *all = nth(c, WIRE_REP_MANAGED_ACCOUNTS, -1);
        assert_true(str_eq(all->accounts_list, STR(ADVISOR "," CLIENTS)));
        expect_groups(c, "");
        replace(c, 5, GROUPS_OF_ACCOUNTS, GROUPS(GROUP("Two", "NetLiq", ONE("1") ONE("3"))));
        const struct wire_rep_replace_fa_end *end = nth(c, WIRE_REP_REPLACE_FA_END, -1);
        assert_non_null(end);
        assert_int_equal(end->req_id, 5);
        expect_groups(c, GROUP("Two", "NetLiq", ONE("1") ONE("3")));
        stop();
    }
}

static void groups_are_read_as_the_brokers_programs_write_them(void **state)
{
    (void)state;
    struct client *c = begin_at(200);
    replace(c, 1, GROUPS_OF_ACCOUNTS,
            HEAD "\n<!-- <Group> -->\n<ListOfGroups>\n\t<Group>\n\t\t<name>Old way</name>\n"
                 "\t\t<ListOfAccts varName=\"list\">\n\t\t\t<String>DU9000001</String>\n"
                 "\t\t\t<String>DU9000002</String>\n\t\t</ListOfAccts>\n"
                 "\t\t<defaultMethod>EqualQuantity</defaultMethod>\n\t</Group>\n"
                 "<Group><name>Parts</name><defaultMethod>Ratio</defaultMethod>"
                 "<ListOfAccts varName=\"list\"><Account><acct>DU9000002</acct>"
                 "<amount>2.50</amount></Account><Account><amount>1</amount>"
                 "<acct>DU9000003</acct></Account></ListOfAccts></Group>\n</ListOfGroups>\n");
    expect_groups(c, GROUP("Old way", "Equal", ONE("1") ONE("2"))
                         GROUP("Parts", "Ratio", SOME("2", "2.5") SOME("3", "1")));
    stop();
}

static void aliases_are_kept_and_default_to_the_numbers(void **state)
{
    (void)state;
    struct client *c = begin_at(200);
#define ALIAS(account, alias)                                                                      \
    "<AccountAlias><account>" account "</account><alias>" alias "</alias></AccountAlias>"
#define ALIASES(list) HEAD "<ListOfAccountAliases>" list "</ListOfAccountAliases>"
    replace(c, 1, GROUPS_ALIASES, ALIASES(ALIAS("DU9000002", "Anna")));
    assert_true(str_eq(read_back(c, GROUPS_ALIASES),
                       STR(ALIASES(ALIAS(ADVISOR, ADVISOR) ALIAS("DU9000001", "DU9000001") ALIAS(
                           "DU9000002", "Anna") ALIAS("DU9000003", "DU9000003")))));
    stop();
}

static void what_is_no_proper_group_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    const char *const bad[] = {
        "",
        "Half",
        "<ListOfGroups>",
        "<ListOfGroups",
        "<>",
        "</ListOfGroups>",
        "<!-- ",
        "<ListOfGroups></ListOfGroups><ListOfGroups></ListOfGroups>",
        "<ListOfGroups><Group></ListOfGroups></Group>",
        "<ListOfAccountAliases></ListOfAccountAliases>",
        "<a><b><c><d><e><f><g><h><i><j>",
        GROUPS("<Group/>"),
        GROUPS(GROUP("", "Equal", ONE("1"))),
        GROUPS(GROUP("All", "Equal", ONE("1"))),
        GROUPS(GROUP("a|b", "Equal", ONE("1"))),
        GROUPS(GROUP("A", "Equal", "")),
        GROUPS(GROUP("A", "Equal", ONE("1") ONE("1"))),
        GROUPS(GROUP("A", "Equal", ONE("9"))),
        GROUPS(GROUP("A", "Equal", "<String>" ADVISOR "</String>")),
        GROUPS(GROUP("A", "Equal", ONE("1")) GROUP("A", "Equal", ONE("2"))),
        GROUPS(GROUP("A", "MonetaryAmount", SOME("1", "100"))),
        GROUPS(GROUP("A", "PctChange", ONE("1"))),
        GROUPS(GROUP("A", "Ratio", ONE("1"))),
        GROUPS(GROUP("A", "Ratio", SOME("1", "-1"))),
        GROUPS(GROUP("A", "Ratio", SOME("1", "0.00001"))),
        GROUPS(GROUP("A", "Percent", SOME("1", "50") SOME("2", "49.9999"))),
        GROUPS(GROUP("A", "ContractsOrShares", SOME("1", "1.5"))),
    };
    struct client *c = begin_at(200);
    replace(c, 1, GROUPS_OF_ACCOUNTS, GROUPS(GROUP("Kept", "Equal", ONE("1"))));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        forget(c);
        replace(c, (int32_t)i + 10, GROUPS_OF_ACCOUNTS, bad[i]);
        if (error_for(c, (int32_t)i + 10) != 321)
            fail_msg("accepted: %s", bad[i]);
        assert_null(nth(c, WIRE_REP_REPLACE_FA_END, -1));
        expect_groups(c, GROUP("Kept", "Equal", ONE("1")));
    }
    replace(c, 90, GROUPS_PROFILES, GROUPS(""));
    assert_int_equal(error_for(c, 90), 321);
    stop();
}

static void groups_and_aliases_outlive_a_restart(void **state)
{
    (void)state;
    struct client *c = begin_at(200);
    struct error e = {0};
    size_t keep;
    struct buf a, b;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    replace(c, 1, GROUPS_OF_ACCOUNTS,
            GROUPS(GROUP("Kept", "Percent", SOME("1", "60.5") SOME("2", "39.5"))));
    replace(c, 2, GROUPS_ALIASES,
            "<ListOfAccountAliases><AccountAlias><account>DU9000001</account>"
            "<alias>Anna</alias></AccountAlias></ListOfAccountAliases>");
    struct paper *again = paper_new(&config, (struct str){csv, csv_n}, w.now, &e);
    assert_true(paper_restore(again, buf_str(&w.state), &keep, w.now, &e));
    assert_true(paper_snapshot(w.p, &a) && paper_snapshot(again, &b));
    assert_true(str_eq(buf_str(&a), buf_str(&b)));
    assert_true(str_find_str(buf_str(&b), STR("<amount>60.5</amount>")) < b.n);
    assert_true(str_find_str(buf_str(&b), STR("<alias>Anna</alias>")) < b.n);
    paper_free(again);
    buf_fini(&a);
    buf_fini(&b);
    stop();
}

static void a_login_without_an_advisor_has_no_such_data(void **state)
{
    (void)state;
    start();
    struct client *c = connect_as(1);
    assert_true(read_back(c, GROUPS_OF_ACCOUNTS).n == 0);
    assert_int_equal(error_for(c, -1), 321);
    replace(c, 3, GROUPS_OF_ACCOUNTS, GROUPS(GROUP("A", "Equal", ONE("1"))));
    assert_int_equal(error_for(c, 3), 321);
    stop();
}

static void the_advisor_holds_nothing_and_an_order_needs_an_account(void **state)
{
    (void)state;
    struct client *c = begin_at(200);
    const char *const nobody[] = {"", ADVISOR};
    for (int32_t i = 0; i < 2; i++) {
        struct wire_req_place_order o = order(i + 1, "AAPL", "BUY", "10", "MKT");
        o.order.account = str_of(nobody[i]);
        place(c, &o);
        assert_int_equal(error_for(c, i + 1), 436);
    }
    struct wire_req_place_order o = order(3, "AAPL", "BUY", "10", "MKT");
    o.order.account = STR("DU9000002");
    place(c, &o);
    run_ms(2000);
    assert_string_equal(status_of(c, 3), "Filled");
    forget(c);
    send(c, WIRE_REQ_POSITIONS, NULL);
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_position *p = c->messages[i].message;
        assert_true(c->messages[i].id != WIRE_REP_POSITION || !str_eq(p->account, STR(ADVISOR)));
    }
    stop();
}

/* ---- orders for groups ---- */
enum { APPLE = 265598 };

static struct wire_req_place_order for_group(int32_t id, const char *quantity, const char *group,
                                             const char *method)
{
    struct wire_req_place_order o = order(id, "AAPL", "BUY", quantity, "MKT");
    o.order.fa_group = str_of(group);
    o.order.fa_method = str_of(method);
    return o;
}

/* What an account has been told to have bought, by its executions since `forget`. */
static double bought(const struct client *c, const char *account)
{
    double sum = 0, one;
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_exec_details *x = c->messages[i].message;
        if (c->messages[i].id != WIRE_REP_EXEC_DETAILS ||
            !str_eq(x->execution.account, str_of(account)))
            continue;
        assert_true(str_to_double(x->execution.shares, &one));
        sum += one;
    }
    return sum;
}

static void check_identities(void)
{
    struct error e = {0};
    char why[200] = "";
    struct buf snapshot;
    struct universe *u = universe_new((struct str){csv, csv_n}, &e);
    struct ledger *opening = xcalloc(1, sizeof *opening);
    opening_apply(opening, u, true);
    take_records();
    buf_init(&snapshot, 64 << 20);
    assert_true(paper_snapshot(w.p, &snapshot));
    if (!identities_hold(u, config.accounts, opening, buf_str(&w.state), buf_str(&snapshot), why))
        fail_msg("%s", why);
    buf_fini(&snapshot);
    xfree(opening);
    universe_free(u);
}

static void units_are_divided_exactly(void **state)
{
    (void)state;
    const struct {
        int64_t total, weights[4];
        size_t n;
        int64_t parts[4];
    } rows[] = {
        {10, {1, 1, 1}, 3, {4, 3, 3}},
        {11, {1, 1, 1}, 3, {4, 4, 3}},
        {2, {1, 1, 1}, 3, {1, 1, 0}},
        {7, {0, 5, 0}, 3, {0, 7, 0}},
        {10, {25000, 10000, 10000}, 3, {6, 2, 2}},
        {100, {333, 333, 334}, 3, {33, 33, 34}},
        {0, {1, 2}, 2, {0, 0}},
        {ALLOCATE_TOTAL_MOST,
         {ALLOCATE_WEIGHT_MOST, ALLOCATE_WEIGHT_MOST},
         2,
         {ALLOCATE_TOTAL_MOST / 2, ALLOCATE_TOTAL_MOST / 2}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t parts[4];
        allocate(rows[i].total, rows[i].weights, rows[i].n, parts);
        for (size_t k = 0; k < rows[i].n; k++)
            assert_int_equal(parts[k], rows[i].parts[k]);
    }
}

static void pieces_end_at_what_each_was_to_get_and_never_beyond(void **state)
{
    (void)state;
    struct rng r;
    rng_init(&r, 5, 0);
    for (int round = 0; round < 2000; round++) {
        int64_t lacks[5], parts[5], total = 0;
        for (size_t i = 0; i < 5; i++)
            total += lacks[i] = (int64_t)rng_below(&r, 30);
        while (total > 0) {
            int64_t piece = 1 + (int64_t)rng_below(&r, (uint32_t)total), sum = 0;
            allocate(piece, lacks, 5, parts);
            for (size_t i = 0; i < 5; i++) {
                assert_true(parts[i] >= 0 && parts[i] <= lacks[i]);
                lacks[i] -= parts[i];
                sum += parts[i];
            }
            assert_int_equal(sum, piece);
            total -= piece;
        }
    }
}

static void a_group_order_fills_by_account_with_a_commission_each(void **state)
{
    (void)state;
    const struct {
        const char *group, *method, *quantity;
        double parts[3];
    } rows[] = {
        {"Three", "", "10", {4, 3, 3}},
        {"All", "Equal", "9", {3, 3, 3}},
        {"Three", "NetLiq", "30", {10, 10, 10}},
        {"All", "AvailableEquity", "4", {2, 1, 1}},
        {"Parts", "", "9", {0, 6, 3}},
        {"Fixed", "ContractsOrShares", "12", {5, 0, 7}},
        {"Hundred", "Percent", "1000", {605, 395, 0}},
    };
    const int versions[] = {176, 200, 226};
    const char *const names[] = {"DU9000001", "DU9000002", "DU9000003"};
    for (size_t k = 0; k < sizeof versions / sizeof versions[0]; k++) {
        struct client *c = begin_at(versions[k]);
        replace(c, 1, GROUPS_OF_ACCOUNTS,
                GROUPS(GROUP("Three", "Equal", ONE("1") ONE("2") ONE("3"))
                           GROUP("Parts", "Ratio", SOME("2", "2") SOME("3", "1"))
                               GROUP("Fixed", "Shares", SOME("1", "5") SOME("3", "7")) GROUP(
                                   "Hundred", "Percent", SOME("1", "60.5") SOME("2", "39.5"))));
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            int32_t id = 100 + (int32_t)i;
            forget(c);
            struct wire_req_place_order o =
                for_group(id, rows[i].quantity, rows[i].group, rows[i].method);
            place(c, &o);
            run_ms(60000);
            if (strcmp(status_of(c, id), "Filled") != 0)
                fail_msg("%s: %s, error %d", rows[i].group, status_of(c, id), error_for(c, id));
            for (size_t a = 0; a < 3; a++)
                if (bought(c, names[a]) != rows[i].parts[a])
                    fail_msg("%s: %s got %g", rows[i].group, names[a], bought(c, names[a]));
            assert_true(bought(c, ADVISOR) == 0);
            assert_int_equal(count_of(c, WIRE_REP_COMMISSION_REPORT),
                             count_of(c, WIRE_REP_EXEC_DETAILS));
            const struct wire_rep_open_order *a = nth(c, WIRE_REP_OPEN_ORDER, -1);
            assert_true(str_eq(a->order.fa_group, str_of(rows[i].group)));
        }
        check_identities();
        stop();
    }
}

static void a_group_order_is_refused_by_name(void **state)
{
    (void)state;
    struct client *c = begin_at(200);
    replace(c, 1, GROUPS_OF_ACCOUNTS,
            GROUPS(GROUP("A", "Equal", ONE("1") ONE("2"))
                       GROUP("S", "Shares", SOME("1", "5") SOME("3", "7"))));
    const struct {
        const char *group, *method, *percentage, *quantity, *account;
        int code;
    } rows[] = {
        {"B", "", "", "10", "", 321},          {"A", "MonetaryAmount", "", "10", "", 321},
        {"A", "PctChange", "", "10", "", 321}, {"A", "PctChange", "50", "10", "", 321},
        {"A", "Ratio", "", "10", "", 321},     {"All", "", "", "1.5", "", 0},
        {"S", "", "", "13", "", 201},          {"A", "", "", "10", "DU9000001", 321},
        {"A", "", "", "90000000", "", 201},    {"All", "Percent", "", "10", "", 321},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t id = 10 + (int32_t)i;
        struct wire_req_place_order o =
            for_group(id, rows[i].quantity, rows[i].group, rows[i].method);
        o.order.fa_percentage = str_of(rows[i].percentage);
        o.order.account = str_of(rows[i].account);
        place(c, &o);
        int code = error_for(c, id);
        if (rows[i].code != 0 ? code != rows[i].code : code == 0)
            fail_msg("%s %s: %d", rows[i].group, rows[i].method, code);
        assert_string_not_equal(status_of(c, id), "Filled");
    }
    check_identities();
    stop();
}

static void a_resting_group_order_keeps_its_shares_when_its_price_changes(void **state)
{
    (void)state;
    struct client *c = begin_at(200);
    double bid, ask;
    struct wire_req_place_order o = for_group(1, "7", "All", "Equal");
    quote(APPLE, &bid, &ask);
    o.order.order_type = STR("LMT");
    o.order.lmt_price = (double)(int)(bid * 0.8);
    place(c, &o);
    run_ms(2000);
    assert_string_equal(status_of(c, 1), "Submitted");
    o.order.total_quantity = STR("8");
    place(c, &o);
    assert_int_equal(error_for(c, 1), 105);
    o.order.total_quantity = STR("7");
    o.order.lmt_price = (double)(int)(ask * 1.05);
    place(c, &o);
    run_ms(60000);
    assert_string_equal(status_of(c, 1), "Filled");
    assert_true(bought(c, "DU9000001") == 3 && bought(c, "DU9000002") == 2);
    check_identities();
    stop();
}

/* Wherever the state file is cut, the restart gives every account what it was to get. */
static void a_crash_between_the_shares_of_a_fill_loses_none(void **state)
{
    (void)state;
    struct client *c = begin_at(200);
    struct error e = {0};
    struct wire_req_place_order o = for_group(1, "100", "All", "Equal");
    place(c, &o);
    run_ms(60000);
    assert_string_equal(status_of(c, 1), "Filled");
    take_records();
    size_t keep, cuts = 0;
    for (size_t end = 0; end < w.state.n; end = str_find(buf_str(&w.state), '\n', end) + 1) {
        struct str lines = str_sub(buf_str(&w.state), 0, end);
        if (str_find_str(lines, STR("\nF|")) >= lines.n)
            continue;
        struct paper *again = paper_new(&config, (struct str){csv, csv_n}, w.now, &e);
        if (!paper_restore(again, lines, &keep, w.now, &e))
            fail_msg("%s", e.text);
        const struct ticket *t = venue_ticket_at(again->venue, 0);
        struct dec sum = DEC_ZERO;
        for (size_t i = 0; i < t->terms.share_count; i++)
            sum = dec_plus(sum, t->terms.shares[i].filled);
        assert_true(dec_eq(sum, t->status.filled));
        paper_free(again);
        cuts++;
    }
    assert_true(cuts > 3);
    stop();
}

static void figures_are_asked_for_by_group_and_for_all(void **state)
{
    (void)state;
    struct client *c = begin_at(200);
    replace(c, 1, GROUPS_OF_ACCOUNTS, GROUPS(GROUP("Two", "Equal", ONE("1") ONE("3"))));
    const struct wire_req_account_summary q = {5, STR("Two"), STR("NetLiquidation,$LEDGER")};
    send(c, WIRE_REQ_ACCOUNT_SUMMARY, &q);
    size_t net = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct wire_rep_account_summary *s = c->messages[i].message;
        if (c->messages[i].id != WIRE_REP_ACCOUNT_SUMMARY)
            continue;
        assert_true(str_eq(s->account, STR("DU9000001")) || str_eq(s->account, STR("DU9000003")));
        net += str_eq(s->tag, STR("NetLiquidation"));
    }
    assert_int_equal(net, 2);
    const struct wire_req_pnl all = {6, STR(ADVISOR "A"), STR("")};
    const struct wire_req_pnl one = {7, STR("DU9000001"), STR("")};
    send(c, WIRE_REQ_PNL, &one);
    const struct wire_rep_pnl *b = nth(c, WIRE_REP_PNL, -1);
    double single = b->unrealized_pnl;
    send(c, WIRE_REQ_PNL, &all);
    const struct wire_rep_pnl *a = nth(c, WIRE_REP_PNL, -1);
    assert_true((a->unrealized_pnl - 3 * single) / single < 0.001 &&
                (a->unrealized_pnl - 3 * single) / single > -0.001);
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_login_lists_the_advisor_and_its_clients_in_both_encodings),
        cmocka_unit_test(groups_are_read_as_the_brokers_programs_write_them),
        cmocka_unit_test(aliases_are_kept_and_default_to_the_numbers),
        cmocka_unit_test(what_is_no_proper_group_is_refused_and_changes_nothing),
        cmocka_unit_test(groups_and_aliases_outlive_a_restart),
        cmocka_unit_test(a_login_without_an_advisor_has_no_such_data),
        cmocka_unit_test(the_advisor_holds_nothing_and_an_order_needs_an_account),
        cmocka_unit_test(units_are_divided_exactly),
        cmocka_unit_test(pieces_end_at_what_each_was_to_get_and_never_beyond),
        cmocka_unit_test(a_group_order_fills_by_account_with_a_commission_each),
        cmocka_unit_test(a_group_order_is_refused_by_name),
        cmocka_unit_test(a_resting_group_order_keeps_its_shares_when_its_price_changes),
        cmocka_unit_test(a_crash_between_the_shares_of_a_fill_loses_none),
        cmocka_unit_test(figures_are_asked_for_by_group_and_for_all),
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
