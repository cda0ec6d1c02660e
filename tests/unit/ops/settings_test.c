/* SPDX-License-Identifier: MIT */
#include "ops/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* ---- looking ---- */

static struct settings fresh(void)
{
    struct settings s;
    settings_init(&s);
    return s;
}

static struct setting_row row_of(const struct settings *s, const char *key)
{
    struct setting_row row;
    for (size_t i = 0; settings_row(s, i, s->arena, &row); i++)
        if (str_eq(row.key, str_of(key)))
            return row;
    fail_msg("there is no setting %s", key);
    return (struct setting_row){0};
}

static void assert_setting(const struct settings *s, const char *key, const char *value,
                           const char *origin)
{
    struct setting_row row = row_of(s, key);
    if (!str_eq(row.value, str_of(value)) || !str_eq(row.origin, str_of(origin)))
        fail_msg("%s is '" STR_FMT "' by " STR_FMT ", not '%s' by %s", key, STR_ARG(row.value),
                 STR_ARG(row.origin), value, origin);
}

static void read_yaml(struct settings *s, const char *text)
{
    struct error e = {0};
    if (!settings_read_yaml(s, str_of(text), "p.yaml", &e))
        fail_msg("%s", e.text);
}

static void read_env(struct settings *s, const char *assignment)
{
    struct error e = {0};
    if (!settings_read_env(s, assignment, &e))
        fail_msg("%s: %s", assignment, e.text);
}

static void assert_in(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in: %s", part, text);
}

/* ---- precedence ---- */

static void an_empty_variable_sets_nothing(void **state)
{
    struct settings s;
    (void)state;
    settings_init(&s);
    read_yaml(&s, "broker: {kind: tws, port: 4002}\n");
    read_env(&s, "PORTCULLIS_BROKER_KIND=");
    read_env(&s, "PORTCULLIS_BROKER_PORT=");
    assert_setting(&s, "broker.kind", "tws", "p.yaml:1");
    assert_setting(&s, "broker.port", "4002", "p.yaml:1");
    settings_fini(&s);
}

static void defaults_come_from_the_table(void **state)
{
    (void)state;
    struct settings s = fresh();
    struct error e = {0};
    assert_setting(&s, "broker.kind", "embedded", "default");
    assert_setting(&s, "broker.port", "7497", "default");
    assert_setting(&s, "http.port", "5000", "default");
    assert_setting(&s, "limits.max_order_value", "10000", "default");
    assert_setting(&s, "log.level", "info", "default");
    assert_true(settings_check(&s, &e));
    struct setting_row row;
    size_t n = 0;
    while (settings_row(&s, n, s.arena, &row)) {
        assert_true(row.doc.n > 0);
        n++;
    }
    assert_true(n > 25 && n <= SETTINGS_MAX);
    settings_fini(&s);
}

static void the_file_then_the_environment_then_a_flag_wins(void **state)
{
    (void)state;
    struct settings s = fresh();
    struct error e = {0};
    read_yaml(&s, "broker:\n  port: 4001\n  host: gate\nlimits:\n  max_order_value: 25000\n");
    assert_setting(&s, "broker.port", "4001", "p.yaml:2");
    assert_setting(&s, "broker.host", "gate", "p.yaml:3");
    assert_setting(&s, "limits.max_order_value", "25000", "p.yaml:5");
    read_env(&s, "PORTCULLIS_BROKER_PORT=4002");
    read_env(&s, "PORTCULLIS_LIMITS_MAX_ORDER_VALUE=30000");
    assert_setting(&s, "broker.port", "4002", "environment PORTCULLIS_BROKER_PORT");
    assert_setting(&s, "limits.max_order_value", "30000",
                   "environment PORTCULLIS_LIMITS_MAX_ORDER_VALUE");
    assert_true(settings_set(&s, STR("broker.port"), STR("4003"), STR("--set"), &e));
    assert_setting(&s, "broker.port", "4003", "--set");
    assert_setting(&s, "broker.host", "gate", "p.yaml:3");
    assert_int_equal(s.values.broker.port, 4003);
    settings_fini(&s);
}

static void lists_and_short_names_may_be_written_in_the_file(void **state)
{
    (void)state;
    struct settings s = fresh();
    read_yaml(&s, "mode: live\n"
                  "limits:\n"
                  "  accounts: [U111, U222]\n"
                  "  security_types:\n"
                  "    - STK\n"
                  "    - CASH\n"
                  "http:\n");
    assert_setting(&s, "limits.mode", "live", "p.yaml:1");
    assert_setting(&s, "limits.accounts", "U111,U222", "p.yaml:3");
    assert_true(str_eq(s.values.limits.security_types, STR("STK,CASH")));
    settings_fini(&s);
}

static void a_file_without_settings_is_fine(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "# nothing\n", "broker:\n", "---\n"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct settings s = fresh();
        read_yaml(&s, texts[i]);
        assert_setting(&s, "broker.port", "7497", "default");
        settings_fini(&s);
    }
}

/* ---- what is refused ---- */

static void a_wrong_file_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *where, *hint;
    } cases[] = {
        {"broker:\n  prot: 4001\n", "p.yaml:2: there is no setting broker.prot", "broker.port"},
        {"limit:\n  mode: paper\n", "p.yaml:2: there is no setting limit.mode", "limits.mode"},
        {"limits:\n  max_order_valeu: 1\n", "p.yaml:2:", "limits.max_order_value"},
        {"nonsense: 1\n", "p.yaml:1: there is no setting nonsense", "--sample-config"},
        {"nonsense: {}\n", "p.yaml:1", ""},
        {"broker: 5\n", "p.yaml:1: there is no setting broker", ""},
        {"HOST: there\n", "p.yaml:1: there is no setting HOST", ""},
        {"ENABLE_TRADING: true\n", "p.yaml:1: there is no setting", ""},
        {"broker:\n  port: many\n", "p.yaml:2: broker.port", ""},
        {"broker:\n  port: 70000\n", "p.yaml:2: broker.port", ""},
        {"broker:\n  kind: gateway\n", "p.yaml:2: broker.kind", ""},
        {"broker:\n  host:\n    a: b\n", "p.yaml:", ""},
        {"http:\n  enabled: perhaps\n", "p.yaml:2: http.enabled", ""},
        {"limits:\n  max_order_value: -1\n", "p.yaml:2: limits.max_order_value", ""},
        {"- a\n- b\n", "p.yaml:1", ""},
        {"broker: [\n", "p.yaml", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct settings s = fresh();
        struct error e = {0};
        if (settings_read_yaml(&s, str_of(cases[i].text), "p.yaml", &e))
            fail_msg("accepted: %s", cases[i].text);
        assert_int_equal(e.code, ERROR_INVALID);
        assert_in(e.text, cases[i].where);
        assert_in(e.next, cases[i].hint);
        settings_fini(&s);
    }
}

static void a_wrong_variable_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *assignment, *text;
    } cases[] = {
        {"PORTCULLIS_BROKER_PROT=1", "there is no setting broker.prot"},
        {"PORTCULLIS_=1", "there is no setting"},
        {"PORTCULLIS_LIMITS=1", "there is no setting limits"},
        {"PORTCULLIS_HTTP_PORT=no", "http.port"},
        {"IBKR_IBKR_PORT=1", "no counterpart"},
        {"IBKR_MAX_POSITION_SIZE_PCT=5", "no counterpart"},
        {"IBKR_PORT=none", "broker.port"},
        {"ENABLE_TRADING=maybe", "not supported"},
        {"ENABLE_TRADING=", "not supported"},
        {"IBKR_ENABLE_INTERNATIONAL_TRADING=false", "not supported"},
        {"REQUIRE_PAPER_ACCOUNT_VERIFICATION=0", "not supported"},
        {"IBKR_ALLOWED_ACCOUNT_PREFIXES=U", "not supported"},
        {"MAX_ORDER_SIZE=lots", "limits.max_order_quantity"},
        {"IBKR_LOG_LEVEL=loud", "log.level"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct settings s = fresh();
        struct error e = {0};
        if (settings_read_env(&s, cases[i].assignment, &e))
            fail_msg("accepted: %s", cases[i].assignment);
        assert_int_equal(e.code, ERROR_INVALID);
        assert_in(e.text, cases[i].text);
        settings_fini(&s);
    }
}

static void a_refused_variable_is_named(void **state)
{
    (void)state;
    struct settings s = fresh();
    struct error e = {0};
    assert_false(settings_read_env(&s, "PORTCULLIS_BROKER_PROT=1", &e));
    assert_in(e.text, "environment PORTCULLIS_BROKER_PROT");
    assert_in(e.next, "broker.port");
    settings_fini(&s);
}

/* ---- the environment ---- */

static void the_names_of_an_older_server_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *assignment, *key, *value;
    } cases[] = {
        {"IBKR_HOST=gate", "broker.host", "gate"},
        {"IBKR_HOST=gate", "broker.kind", "tws"},
        {"IBKR_PORT=4002", "broker.port", "4002"},
        {"IBKR_PORT=4002", "broker.kind", "tws"},
        {"IBKR_CLIENT_ID=9", "broker.client_id", "9"},
        {"IBKR_DEFAULT_ACCOUNT=DU7", "broker.account", "DU7"},
        {"ENABLE_TRADING=true", "limits.mode", "paper"},
        {"ENABLE_TRADING=FALSE", "limits.mode", "read_only"},
        {"IBKR_ENABLE_TRADING=0", "limits.mode", "read_only"},
        {"IBKR_ENABLE_TRADING=on", "limits.mode", "paper"},
        {"ENABLE_FOREX_TRADING=yes", "limits.security_types", "STK,CASH"},
        {"IBKR_ENABLE_FOREX_TRADING=off", "limits.security_types", "STK"},
        {"ENABLE_INTERNATIONAL_TRADING=true", "limits.mode", "auto"},
        {"ENABLE_STOP_LOSS_ORDERS=1", "limits.mode", "auto"},
        {"REQUIRE_PAPER_ACCOUNT_VERIFICATION=true", "limits.mode", "auto"},
        {"IBKR_ALLOWED_ACCOUNT_PREFIXES=DU,DUH", "limits.accounts", ""},
        {"MAX_ORDER_SIZE=77", "limits.max_order_quantity", "77"},
        {"IBKR_MAX_ORDER_SIZE=77", "limits.max_order_quantity", "77"},
        {"MAX_ORDER_VALUE_USD=1234.5", "limits.max_order_value", "1234.5"},
        {"MAX_DAILY_ORDERS=3", "limits.max_orders_per_day", "3"},
        {"IBKR_MAX_ORDERS_PER_MINUTE=2", "limits.max_orders_per_minute", "2"},
        {"IBKR_MAX_STOP_LOSS_ORDERS=11", "limits.max_working_stops", "11"},
        {"LOG_LEVEL=DEBUG", "log.level", "debug"},
        {"LOG_LEVEL=warning", "log.level", "warn"},
        {"IBKR_LOG_LEVEL=CRITICAL", "log.level", "error"},
        {"PORTCULLIS_MODE=paper", "limits.mode", "paper"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct settings s = fresh();
        read_env(&s, cases[i].assignment);
        struct setting_row row = row_of(&s, cases[i].key);
        if (!str_eq(row.value, str_of(cases[i].value)))
            fail_msg("%s: %s is " STR_FMT, cases[i].assignment, cases[i].key, STR_ARG(row.value));
        settings_fini(&s);
    }
}

static void other_variables_are_passed_over(void **state)
{
    (void)state;
    static const char *const cases[] = {"PATH=/bin",
                                        "HOST=somewhere",
                                        "PORT=80",
                                        "CLIENT_ID=abc",
                                        "MAX_SPEED=3",
                                        "ENABLE_EVERYTHING=maybe",
                                        "DEFAULT_ACCOUNT=x",
                                        "MAX_ORDERS_PER_MINUTE",
                                        "",
                                        "mode=live",
                                        "IBKRISH=1",
                                        "PORTCULLISH_PORT=1",
                                        "PORTCULLIS_SOCKET=/",
                                        "PORTCULLIS_VECTORS=v",
                                        "PORTCULLIS_CLIENT=c",
                                        "PORTCULLIS_INTEROP=1"};
    struct settings s = fresh();
    for (size_t i = 0; i < COUNT(cases); i++)
        read_env(&s, cases[i]);
    struct setting_row row;
    for (size_t i = 0; settings_row(&s, i, s.arena, &row); i++)
        assert_true(str_eq(row.origin, STR("default")));
    settings_fini(&s);
}

/* environ has no order that means anything. */
static void of_two_variables_ours_wins_in_any_order(void **state)
{
    (void)state;
    static const char *const both[] = {"PORTCULLIS_BROKER_PORT=1001", "IBKR_PORT=1002"};
    static const char *const mode[] = {"PORTCULLIS_MODE=read_only", "IBKR_ENABLE_TRADING=true"};
    static const char *const size[] = {"IBKR_MAX_ORDER_SIZE=5", "MAX_ORDER_SIZE=6"};
    for (size_t i = 0; i < 2; i++) {
        struct settings s = fresh();
        read_env(&s, both[i]);
        read_env(&s, both[1 - i]);
        read_env(&s, mode[i]);
        read_env(&s, mode[1 - i]);
        read_env(&s, size[i]);
        read_env(&s, size[1 - i]);
        assert_setting(&s, "broker.port", "1001", "environment PORTCULLIS_BROKER_PORT");
        assert_setting(&s, "limits.mode", "read_only", "environment PORTCULLIS_MODE");
        assert_setting(&s, "limits.max_order_quantity", "5", "environment IBKR_MAX_ORDER_SIZE");
        settings_fini(&s);
    }
}

static void the_kind_that_is_named_is_not_changed_by_a_port(void **state)
{
    (void)state;
    struct settings s = fresh();
    read_env(&s, "PORTCULLIS_BROKER_KIND=embedded");
    read_env(&s, "IBKR_PORT=4002");
    assert_setting(&s, "broker.kind", "embedded", "environment PORTCULLIS_BROKER_KIND");
    settings_fini(&s);
}

/* ---- the whole ---- */

static void the_whole_is_checked(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *text;
    } cases[] = {
        {"mode: live\n", "names no account"},
        {"paper:\n  account: U1234567\n", "paper account"},
        {"limits:\n  security_types: STK,SHARES\n", "'SHARES' is no type"},
        {"limits:\n  stop_distance_min_pct: 60\n", "stop_distance_min_pct"},
        {"http:\n  cors_origins: \"*\"\n", "no origin"},
        {"http:\n  cors_origins: https://a.example/path\n", "no origin"},
        {"http:\n  cors_origins: a.example\n", "no origin"},
        {"http:\n  cors_origins: https://\n", "no origin"},
        {"http:\n  cors_origins: [https://a.example, \"http://localhost:3000\"]\n", NULL},
        {"http:\n  certificate: a.pem\n", "belong together"},
        {"http:\n  tls: true\n  key: a.key\n", "belong together"},
        {"http:\n  certificate: a.pem\n  key: a.key\n", "http.tls is false"},
        {"http:\n  tls: true\n  certificate: a.pem\n  key: a.key\n", NULL},
        {"broker:\n  restart_from: midnight\n", "times of day"},
        {"broker:\n  restart_to: \"23:45\"\n", "must differ"},
        {"analytics:\n  groups: momentum\n", "no members"},
        {"analytics:\n  regime_low: 24.5\n", "twice regime_hysteresis"},
        {"analytics:\n  groups:\n    - a=AAPL|MSFT*2\n    - f/b=SAP.IBIS.EUR\n", NULL},
        {"broker:\n  restart_from: \"22:30\"\n", NULL},
        {"mode: live\nlimits:\n  accounts: U1\n", NULL},
        {"limits:\n  security_types: stk, cash\n", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct settings s = fresh();
        struct error e = {0};
        read_yaml(&s, cases[i].yaml);
        bool ok = settings_check(&s, &e);
        if (ok != !cases[i].text)
            fail_msg("%s: %s", cases[i].yaml, e.text);
        if (!ok)
            assert_in(e.text, cases[i].text);
        settings_fini(&s);
    }
}

/* ---- the sample file ---- */

static void times_of_day_have_one_form(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int minutes; /* -1: none */
    } CASES[] = {
        {"00:00", 0}, {"23:45", 23 * 60 + 45}, {"09:05", 545}, {"24:00", -1}, {"23:60", -1},
        {"9:05", -1}, {"09.05", -1},           {"-1:05", -1},  {"", -1},      {"09:055", -1},
        {"ab:cd", -1}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int minutes = -1;
        bool ok = settings_time_of_day(str_of(CASES[i].text), &minutes);
        assert_int_equal(ok, CASES[i].minutes >= 0);
        assert_int_equal(minutes, CASES[i].minutes);
    }
}

static void the_sample_file_is_valid_as_it_is(void **state)
{
    (void)state;
    struct settings s = fresh();
    struct buf text;
    struct setting_row row;
    buf_init(&text, 1 << 20);
    settings_sample(&text);
    buf_add_char(&text, '\0');
    read_yaml(&s, text.p);
    for (size_t i = 0; settings_row(&s, i, s.arena, &row); i++)
        assert_true(str_eq(row.origin, STR("default")));
    buf_fini(&text);
    settings_fini(&s);
}

/* Removes one # from each line that has one alone. */
static void uncomment(struct str sample, struct buf *out)
{
    struct str line;
    while (sample.n && str_cut(&sample, '\n', &line)) {
        size_t mark = str_find(line, '#', 0);
        bool is_setting = mark < line.n && mark + 1 < line.n && line.p[mark + 1] == ' ' &&
                          str_trim(str_sub(line, 0, mark)).n == 0;
        buf_add_str(out, str_sub(line, 0, mark));
        buf_add_str(out, str_sub(line, is_setting ? mark + 2 : mark, line.n));
        buf_add_char(out, '\n');
    }
}

static void uncommented_it_sets_every_default(void **state)
{
    (void)state;
    struct settings s = fresh(), defaults = fresh();
    struct buf sample, text;
    struct setting_row row, plain;
    struct error e = {0};
    buf_init(&sample, 1 << 20);
    buf_init(&text, 1 << 20);
    settings_sample(&sample);
    uncomment(buf_str(&sample), &text);
    buf_add_char(&text, '\0');
    read_yaml(&s, text.p);
    size_t n = 0;
    for (; settings_row(&s, n, s.arena, &row); n++) {
        assert_true(settings_row(&defaults, n, defaults.arena, &plain));
        assert_true(str_eq(row.value, plain.value));
        if (!str_starts(row.origin, STR("p.yaml:")))
            fail_msg(STR_FMT " is not in the sample", STR_ARG(row.key));
    }
    assert_true(n > 25);
    assert_true(settings_check(&s, &e));
    buf_fini(&sample);
    buf_fini(&text);
    settings_fini(&s);
    settings_fini(&defaults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_variable_sets_nothing),
        cmocka_unit_test(defaults_come_from_the_table),
        cmocka_unit_test(the_file_then_the_environment_then_a_flag_wins),
        cmocka_unit_test(lists_and_short_names_may_be_written_in_the_file),
        cmocka_unit_test(a_file_without_settings_is_fine),
        cmocka_unit_test(a_wrong_file_is_refused_with_its_line),
        cmocka_unit_test(a_wrong_variable_is_refused),
        cmocka_unit_test(a_refused_variable_is_named),
        cmocka_unit_test(the_names_of_an_older_server_are_understood),
        cmocka_unit_test(other_variables_are_passed_over),
        cmocka_unit_test(of_two_variables_ours_wins_in_any_order),
        cmocka_unit_test(the_kind_that_is_named_is_not_changed_by_a_port),
        cmocka_unit_test(the_whole_is_checked),
        cmocka_unit_test(times_of_day_have_one_form),
        cmocka_unit_test(the_sample_file_is_valid_as_it_is),
        cmocka_unit_test(uncommented_it_sets_every_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
