/* SPDX-License-Identifier: MIT */
/* An advisor's login: its accounts, its groups, and what it may not do. */
#include "client.h"
#include "paper/groups.h"

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
    };
    return cmocka_run_group_tests(tests, load_csv, NULL);
}
