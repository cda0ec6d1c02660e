/* SPDX-License-Identifier: MIT */
#include "app/checkup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A set-up in which all is well: TWS on a paper account, and a daemon that runs. */
struct set_up {
    struct settings settings;
    struct checkup_facts f;
};

static void put(struct set_up *s, const char *key, const char *value)
{
    struct error e;
    assert_true(settings_set(&s->settings, str_of(key), str_of(value), STR("test"), &e));
}

static void say(struct checkup_broker *b, const char *reason, const char *text, const char *hint)
{
    b->is_ready = false;
    str_copy_cut(b->reason, sizeof b->reason, str_of(reason));
    str_copy_cut(b->text, sizeof b->text, str_of(text));
    str_copy_cut(b->hint, sizeof b->hint, str_of(hint));
}

static void set_up(struct set_up *s)
{
    *s = (struct set_up){0};
    settings_init(&s->settings);
    put(s, "broker.kind", "tws");
    put(s, "broker.port", "7497");
    put(s, "limits.mode", "paper");
    s->f = (struct checkup_facts){
        .build = "B1",
        .client_build = "B1",
        .config_path = "/c/portcullis.yaml",
        .has_config = true,
        .settings_ok = true,
        .settings = &s->settings.values,
        .state = "/s",
        .can_write = true,
        .room = (int64_t)10 << 30,
        .daemon = CHECKUP_RUNS,
        .socket = "/s/portcullis.sock",
        .daemon_build = "B1",
        .api = "http://127.0.0.1:5000",
        .broker = {.is_asked = true,
                   .is_ready = true,
                   .server_version = 200,
                   .accounts = "DU1234567",
                   .clock_offset_s = {1, true}},
        .has_pin = true,
        .pin_ok = true,
    };
}

/* ---- what can be wrong ---- */

static void other_client(struct set_up *s)
{
    s->f.client_build = "B0";
}
static void bad_line(struct set_up *s)
{
    s->f.settings_ok = false;
    (void)!error_set(&s->f.settings_error, ERROR_INVALID, "X",
                     "portcullis.yaml:3: no such setting");
}
static void edited(struct set_up *s)
{
    s->f.is_outdated = true;
}
static void full_disk(struct set_up *s)
{
    s->f.can_write = false;
    (void)!error_set(&s->f.write_error, ERROR_UNAVAILABLE, "DISK_FULL", "x");
}
static void no_permission(struct set_up *s)
{
    s->f.can_write = false;
    (void)!error_set(&s->f.write_error, ERROR_DENIED, "NO_PERMISSION", "/s: permission denied");
}
static void little_room(struct set_up *s)
{
    s->f.room = 10 << 20;
}
static void some_room(struct set_up *s)
{
    s->f.room = 300 << 20;
}
static void other_daemon(struct set_up *s)
{
    memcpy(s->f.daemon_build, "B0", 3);
}
static void no_daemon(struct set_up *s)
{
    s->f.daemon = CHECKUP_NO_DAEMON;
}
static void elsewhere(struct set_up *s)
{
    s->f.daemon = CHECKUP_ELSEWHERE;
    s->f.holder = 77;
}
static void foreign(struct set_up *s)
{
    s->f.daemon = CHECKUP_FOREIGN;
    s->f.owner_uid = 12;
}
static void silent(struct set_up *s)
{
    s->f.daemon = CHECKUP_SILENT;
    s->f.holder = 78;
}
static void refuses(struct set_up *s)
{
    s->f.daemon = CHECKUP_REFUSES;
    (void)!error_set(&s->f.daemon_error, ERROR_DENIED, "REFUSED", "the daemon refuses: not you");
}
static void port_taken(struct set_up *s)
{
    s->f.daemon = CHECKUP_NO_DAEMON;
    s->f.is_port_taken = true;
}
static void default_port_taken(struct set_up *s)
{
    port_taken(s);
    s->f.is_port_default = true;
}
static void runs_without_http(struct set_up *s)
{
    s->f.api[0] = '\0';
    s->f.is_port_default = true;
}
static void open_without_tls(struct set_up *s)
{
    put(s, "http.address", "0.0.0.0");
}
static void open_without_token(struct set_up *s)
{
    open_without_tls(s);
    put(s, "http.tls", "true");
    s->f.certificate_ok = true;
}
static void open_without_name(struct set_up *s)
{
    open_without_token(s);
    s->f.has_token = true;
}
static void open_in_order(struct set_up *s)
{
    open_without_token(s);
    put(s, "oauth.issuer", "https://login.example");
    put(s, "http.hosts", "gate.example");
    str_copy_cut(s->f.fingerprint, sizeof s->f.fingerprint, STR("AB:CD"));
}
static void key_is_open(struct set_up *s)
{
    put(s, "http.tls", "true");
    error_set(&s->f.certificate_error, ERROR_DENIED, "NOT_PRIVATE", "k.pem: others can read it");
    error_next(&s->f.certificate_error, "chmod 600 k.pem");
}
static void certificate_ends(struct set_up *s)
{
    put(s, "http.tls", "true");
    put(s, "http.certificate", "c.pem");
    put(s, "http.key", "k.pem");
    s->f.certificate_ok = true;
    s->f.certificate_days = (struct opt_int){12, true};
}
static void no_http(struct set_up *s)
{
    put(s, "http.enabled", "false");
}
static void no_pin(struct set_up *s)
{
    s->f.has_pin = false;
}
static void no_pin_embedded(struct set_up *s)
{
    put(s, "broker.kind", "embedded");
    s->f.has_pin = false;
}
static void locked_pin(struct set_up *s)
{
    s->f.pin_failures = 6;
    s->f.pin_locked_until.has = utc_parse(STR("2026-11-23T15:04:05Z"), &s->f.pin_locked_until.v);
}
static void open_pin(struct set_up *s)
{
    s->f.pin_ok = false;
    (void)!error_set(&s->f.pin_error, ERROR_DENIED, "NOT_PRIVATE",
                     "/s/pin: other users have access");
    (void)!error_next(&s->f.pin_error, "chmod 600 /s/pin");
}
static void nobody_listens(struct set_up *s)
{
    say(&s->f.broker, "NOT_LISTENING", "127.0.0.1:7497: nothing listens there", "start TWS");
}
static void disabled(struct set_up *s)
{
    say(&s->f.broker, "NOT_ALLOWED", "closed before a word", "enable socket clients");
}
static void nightly(struct set_up *s)
{
    say(&s->f.broker, "SCHEDULED_RESTART", "closed", "the daily restart: it comes back by itself");
    s->f.broker.is_scheduled = true;
}
static void starting(struct set_up *s)
{
    say(&s->f.broker, "", "", "");
}
static void embedded(struct set_up *s)
{
    put(s, "broker.kind", "embedded");
    s->f.broker = (struct checkup_broker){0};
    s->f.daemon = CHECKUP_NO_DAEMON;
}
static void api_read_only(struct set_up *s)
{
    s->f.broker.is_read_only = true;
}
static void api_read_only_by_choice(struct set_up *s)
{
    s->f.broker.is_read_only = true;
    put(s, "limits.mode", "read_only");
}
static void killed(struct set_up *s)
{
    s->f.broker.is_killed = true;
}
static void not_my_account(struct set_up *s)
{
    put(s, "broker.account", "DU7654321");
}
static void my_second_account(struct set_up *s)
{
    put(s, "broker.account", "DU7654321");
    memcpy(s->f.broker.accounts, "DU1234567, DU7654321", sizeof "DU1234567, DU7654321");
}
static void live_login(struct set_up *s)
{
    memcpy(s->f.broker.accounts, "U1234567", 9);
}
static void live_mode(struct set_up *s)
{
    put(s, "limits.mode", "live");
}
static void paper_behind_live_port(struct set_up *s)
{
    put(s, "broker.port", "7496");
}
static void ahead(struct set_up *s)
{
    s->f.broker.clock_offset_s.v = 73;
}
static void behind(struct set_up *s)
{
    s->f.broker.clock_offset_s.v = -9;
}

static const struct row {
    const char *name;
    void (*change)(struct set_up *s);
    const char *check;
    enum checkup_state state;
    const char *found, *mend;
} rows[] = {
    {"client of another build", other_client, "program", CHECKUP_FAULT, "portcullis is build B0",
     "make"},
    {"a line of the settings", bad_line, "settings", CHECKUP_FAULT, "portcullis.yaml:3",
     "--sample-config"},
    {"settings of later", edited, "settings", CHECKUP_NOTE, "has changed", "portcullis stop"},
    {"disk full", full_disk, "disk", CHECKUP_FAULT, "the disk is full", "make room"},
    {"not writable", no_permission, "disk", CHECKUP_FAULT, "permission denied", "XDG_STATE_HOME"},
    {"hardly any room", little_room, "disk", CHECKUP_FAULT, "only 10 MB", "make room"},
    {"little room", some_room, "disk", CHECKUP_NOTE, "only 300 MB", "make room"},
    {"daemon of another build", other_daemon, "daemon", CHECKUP_FAULT,
     "is build B0, this program is build B1", "portcullis stop"},
    {"no daemon", no_daemon, "daemon", CHECKUP_OK, "none is running", ""},
    {"a daemon at another socket", elsewhere, "daemon", CHECKUP_FAULT, "process 77",
     "PORTCULLIS_SOCKET"},
    {"a socket of another user", foreign, "daemon", CHECKUP_FAULT, "another user (12)",
     "PORTCULLIS_DAEMON_UID=12"},
    {"a daemon that says nothing", silent, "daemon", CHECKUP_FAULT, "does not answer", "kill 78"},
    {"a daemon that refuses", refuses, "daemon", CHECKUP_FAULT, "not you", ""},
    {"the port is taken", port_taken, "http", CHECKUP_FAULT, "port 5000 of 127.0.0.1 is taken",
     "http.port"},
    {"other machines, no TLS", open_without_tls, "http", CHECKUP_FAULT, "there is no TLS",
     "http.tls: true"},
    {"other machines, no token", open_without_token, "http", CHECKUP_FAULT, "there is no token",
     "portcullis token add"},
    {"other machines, no name", open_without_name, "http", CHECKUP_NOTE, "no name", "http.hosts"},
    {"other machines in order", open_in_order, "http", CHECKUP_OK, "certificate AB:CD", ""},
    {"a key that others read", key_is_open, "http", CHECKUP_FAULT, "others can read it",
     "chmod 600"},
    {"a certificate near its end", certificate_ends, "http", CHECKUP_NOTE, "ends in 12 days",
     "http.certificate"},
    {"the usual port is taken", default_port_taken, "http", CHECKUP_NOTE,
     "no HTTP, while all else works", "http.port"},
    {"a daemon that found the port taken", runs_without_http, "http", CHECKUP_NOTE, "is taken",
     "portcullis stop"},
    {"no HTTP", no_http, "http", CHECKUP_OK, "off", ""},
    {"no PIN", no_pin, "pin", CHECKUP_FAULT, "no PIN", "portcullis pin set"},
    {"no PIN on the embedded exchange", no_pin_embedded, "pin", CHECKUP_NOTE, "no PIN",
     "portcullis pin set"},
    {"a PIN that is locked", locked_pin, "pin", CHECKUP_NOTE,
     "after 6 wrong attempts in a row it is locked until 2026-11-23T15:04:05Z", "wait until then"},
    {"a PIN for all to read", open_pin, "pin", CHECKUP_FAULT, "other users have access",
     "chmod 600"},
    {"nobody listens", nobody_listens, "broker", CHECKUP_FAULT,
     "Gateway: 127.0.0.1:7497: nothing listens there (NOT_LISTENING)", "4002"},
    {"the API is disabled", disabled, "broker", CHECKUP_FAULT,
     "at 127.0.0.1:7497: closed before a word (NOT_ALLOWED)", "enable socket clients"},
    {"the nightly restart", nightly, "broker", CHECKUP_NOTE, "SCHEDULED_RESTART", "comes back"},
    {"no answer yet", starting, "broker", CHECKUP_FAULT, "has not answered yet", "try again"},
    {"the embedded exchange", embedded, "broker", CHECKUP_OK, "starts with the daemon", ""},
    {"a read-only API", api_read_only, "read_only", CHECKUP_FAULT, "takes no orders",
     "untick Read-Only API"},
    {"a read-only API, by choice", api_read_only_by_choice, "read_only", CHECKUP_NOTE,
     "takes no orders", "if orders are wanted"},
    {"a kill switch that is on", killed, "gate", CHECKUP_NOTE, "only cancels pass",
     "portcullis release"},
    {"an account that is not there", not_my_account, "account", CHECKUP_FAULT,
     "but the login has DU1234567", "broker.account"},
    {"the second account", my_second_account, "account", CHECKUP_OK, "DU7654321 (paper)", ""},
    {"a live login for paper", live_login, "account", CHECKUP_FAULT, "U1234567 is a live account",
     "7497"},
    {"a paper login for live", live_mode, "account", CHECKUP_FAULT, "is a paper account",
     "limits.mode"},
    {"a paper account behind the live port", paper_behind_live_port, "account", CHECKUP_NOTE,
     "behind port 7496", "broker.port"},
    {"a clock that is ahead", ahead, "clock", CHECKUP_FAULT, "73 s ahead of", "timedatectl"},
    {"a clock that is behind", behind, "clock", CHECKUP_FAULT, "9 s behind", "timedatectl"},
};

static const struct finding *find(const struct checkup *c, const char *check)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->findings[i].check, check) == 0)
            return &c->findings[i];
    return NULL;
}

static void a_good_set_up_is_all_well(void **state)
{
    struct set_up s;
    struct checkup c;
    (void)state;
    set_up(&s);
    checkup_judge(&s.f, &c);
    assert_true(checkup_is_healthy(&c));
    for (size_t i = 0; i < c.count; i++) {
        assert_int_equal(c.findings[i].state, CHECKUP_OK);
        assert_string_equal(c.findings[i].mend, "");
    }
    assert_non_null(find(&c, "clock"));
    settings_fini(&s.settings);
}

static void each_thing_that_can_be_wrong_is_said_with_how_to_mend_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct set_up s;
        struct checkup c;
        set_up(&s);
        r->change(&s);
        checkup_judge(&s.f, &c);
        const struct finding *f = find(&c, r->check);
        if (!f) {
            fail_msg("%s: there is no finding of %s", r->name, r->check);
            return;
        }
        if (f->state != r->state || !strstr(f->found, r->found) || !strstr(f->mend, r->mend))
            print_error("%s: %d %s -> %s\n", r->name, (int)f->state, f->found, f->mend);
        assert_int_equal(f->state, r->state);
        assert_non_null(strstr(f->found, r->found));
        assert_non_null(strstr(f->mend, r->mend));
        assert_true(f->state == CHECKUP_OK || strcmp(r->check, "daemon") == 0 || f->mend[0]);
        assert_int_equal(checkup_is_healthy(&c), r->state != CHECKUP_FAULT);
        settings_fini(&s.settings);
    }
}

static void wrong_settings_end_the_look(void **state)
{
    struct set_up s;
    struct checkup c;
    (void)state;
    set_up(&s);
    bad_line(&s);
    checkup_judge(&s.f, &c);
    assert_null(find(&c, "broker"));
    assert_null(find(&c, "http"));
    settings_fini(&s.settings);
}

static void text_and_json_say_the_same(void **state)
{
    struct set_up s;
    struct checkup c;
    struct buf text, json;
    struct json_writer w;
    (void)state;
    set_up(&s);
    ahead(&s);
    checkup_judge(&s.f, &c);
    buf_init(&text, 1 << 16);
    buf_init(&json, 1 << 16);
    checkup_write_text(&c, &text);
    json_writer_init(&w, &json);
    checkup_write_json(&c, &w);
    assert_true(json_writer_done(&w));
    buf_add_char(&text, '\0');
    buf_add_char(&json, '\0');
    assert_non_null(strstr(text.p, "FAULT  clock      this machine's clock is 73 s ahead"));
    assert_non_null(strstr(text.p, "1 of 9 is wrong\n"));
    assert_non_null(strstr(json.p, "{\"healthy\":false,\"checks\":["));
    assert_non_null(
        strstr(json.p, "{\"check\":\"clock\",\"state\":\"fault\",\"found\":\"this machine"));
    buf_fini(&text);
    buf_fini(&json);
    settings_fini(&s.settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_set_up_is_all_well),
        cmocka_unit_test(each_thing_that_can_be_wrong_is_said_with_how_to_mend_it),
        cmocka_unit_test(wrong_settings_end_the_look),
        cmocka_unit_test(text_and_json_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
