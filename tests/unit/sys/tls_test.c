/* SPDX-License-Identifier: MIT */
/* Certificates that are made, and sessions with a client of GnuTLS over memory. */
#include "sys/clock.h"
#include "sys/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct buf chain, key;
static struct utc now; /* a client looks at the clock, too */

static int make(void **state)
{
    struct error e = {0};
    (void)state;
    now = (struct utc){clock_now().wall.ns / NS_PER_S * NS_PER_S};
    buf_init(&chain, TLS_FILE_MAX);
    buf_init(&key, TLS_FILE_MAX);
    return tls_make(STR("gate.example, [2001:db8::1], 192.0.2.7:5000"), now, &chain, &key, &e) ? 0
                                                                                               : -1;
}

static int drop(void **state)
{
    (void)state;
    buf_fini(&chain);
    buf_fini(&key);
    return 0;
}

static void a_certificate_of_ones_own_has_key_end_and_fingerprint(void **state)
{
    struct error e = {0};
    (void)state;
    struct tls *t = tls_new(buf_str(&chain), buf_str(&key), &e);
    assert_non_null(t);
    assert_int_equal(strlen(tls_fingerprint(t)), 32 * 3 - 1);
    assert_int_equal(tls_expires(t).ns, now.ns + (int64_t)TLS_DAYS * 86400 * NS_PER_S);
    tls_free(t);
}

static void what_is_no_pair_is_refused(void **state)
{
    struct buf other_chain, other_key;
    struct error e = {0};
    (void)state;
    buf_init(&other_chain, TLS_FILE_MAX);
    buf_init(&other_key, TLS_FILE_MAX);
    assert_true(tls_make(STR(""), now, &other_chain, &other_key, &e));
    const struct str rows[][2] = {{buf_str(&chain), buf_str(&other_key)},
                                  {buf_str(&key), buf_str(&key)},
                                  {buf_str(&chain), buf_str(&chain)},
                                  {STR(""), buf_str(&key)},
                                  {buf_str(&chain), STR("")},
                                  {STR("-----BEGIN CERTIFICATE-----\nAAAA\n"), buf_str(&key)}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        e = (struct error){0};
        assert_null(tls_new(rows[i][0], rows[i][1], &e));
        assert_string_equal(e.reason, "CERTIFICATE");
    }
    buf_fini(&other_chain);
    buf_fini(&other_key);
}

/* ---- a client ---- */

struct client {
    gnutls_session_t session;
    gnutls_certificate_credentials_t trust;
    struct tls_session *server;
    struct buf in; /* from the server */
    size_t step;   /* bytes that the server is given at a time */
};

static ssize_t push(gnutls_transport_ptr_t self, const void *p, size_t n)
{
    struct client *c = self;
    for (size_t at = 0; at < n; at += c->step)
        assert_true(tls_session_feed(c->server, str_sub((struct str){p, n}, at, at + c->step)));
    return (ssize_t)n;
}

static ssize_t pull(gnutls_transport_ptr_t self, void *p, size_t room)
{
    struct client *c = self;
    size_t n = c->in.n < room ? c->in.n : room;
    if (!n) {
        gnutls_transport_set_errno(c->session, EAGAIN);
        return -1;
    }
    memcpy(p, c->in.p, n);
    buf_consume(&c->in, n);
    return (ssize_t)n;
}

static void client_init(struct client *c, struct tls *t, const char *priorities, const char *name)
{
    gnutls_datum_t ca = {(unsigned char *)chain.p, (unsigned)chain.n};
    *c = (struct client){.server = tls_session_new(t), .step = 1 << 20};
    buf_init(&c->in, 1 << 20);
    gnutls_certificate_allocate_credentials(&c->trust);
    assert_int_equal(gnutls_certificate_set_x509_trust_mem(c->trust, &ca, GNUTLS_X509_FMT_PEM), 1);
    gnutls_init(&c->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK);
    assert_int_equal(gnutls_priority_set_direct(c->session, priorities, NULL), 0);
    gnutls_credentials_set(c->session, GNUTLS_CRD_CERTIFICATE, c->trust);
    gnutls_session_set_verify_cert(c->session, name, 0);
    gnutls_transport_set_ptr(c->session, c);
    gnutls_transport_set_push_function(c->session, push);
    gnutls_transport_set_pull_function(c->session, pull);
}

static void client_fini(struct client *c)
{
    gnutls_deinit(c->session);
    gnutls_certificate_free_credentials(c->trust);
    tls_session_free(c->server);
    buf_fini(&c->in);
}

/* Lets the server read, and hands over what it says. */
static enum tls_read serve(struct client *c, struct buf *out)
{
    char block[100];
    size_t n;
    enum tls_read what;
    while ((what = tls_session_read(c->server, block, sizeof block, &n)) == TLS_READ_DATA)
        buf_add(out, block, n);
    buf_add_str(&c->in, buf_str(tls_session_output(c->server)));
    buf_reset(tls_session_output(c->server));
    return what;
}

/* 0 once both have shaken hands, or what went wrong. */
static int shake(struct client *c)
{
    struct buf none;
    int r = GNUTLS_E_AGAIN;
    buf_init(&none, 100);
    for (int i = 0; i < 20 && r == GNUTLS_E_AGAIN; i++) {
        r = gnutls_handshake(c->session);
        if (serve(c, &none) == TLS_READ_BAD && r == GNUTLS_E_AGAIN)
            r = gnutls_handshake(c->session);
    }
    buf_fini(&none);
    return r;
}

static void bytes_pass_both_ways(void **state)
{
    static const char *const versions[] = {"NORMAL:-VERS-ALL:+VERS-TLS1.2",
                                           "NORMAL:-VERS-ALL:+VERS-TLS1.3"};
    static const char *const names[] = {"localhost", "gate.example", "127.0.0.1", "192.0.2.7",
                                        "2001:db8::1"};
    struct error e = {0};
    (void)state;
    struct tls *t = tls_new(buf_str(&chain), buf_str(&key), &e);
    for (size_t i = 0; i < 10; i++) {
        struct client c;
        struct buf got;
        char back[64];
        client_init(&c, t, versions[i % 2], names[i / 2]);
        c.step = i % 3 ? 1 : 1 << 20;
        buf_init(&got, 1 << 20);
        assert_false(tls_session_write(c.server, STR("too early")));
        assert_int_equal(shake(&c), 0);
        assert_int_equal(gnutls_record_send(c.session, "hello", 5), 5);
        assert_int_equal(serve(&c, &got), TLS_READ_MORE);
        assert_true(str_eq(buf_str(&got), STR("hello")));
        assert_true(tls_session_write(c.server, STR("and back")));
        (void)serve(&c, &got);
        assert_int_equal(gnutls_record_recv(c.session, back, sizeof back), 8);
        tls_session_end(c.server);
        (void)serve(&c, &got);
        assert_int_equal(gnutls_record_recv(c.session, back, sizeof back), 0);
        assert_int_equal(gnutls_bye(c.session, GNUTLS_SHUT_WR), 0);
        assert_int_equal(serve(&c, &got), TLS_READ_END);
        buf_fini(&got);
        client_fini(&c);
    }
    tls_free(t);
}

static void old_versions_and_strangers_are_refused(void **state)
{
    static const struct {
        const char *priorities, *name;
    } rows[] = {{"NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT", "localhost"},
                {"NORMAL:-VERS-ALL:+VERS-TLS1.0:%COMPAT", "localhost"},
                {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA", "localhost"},
                {"NORMAL", "evil.example"}};
    struct error e = {0};
    (void)state;
    struct tls *t = tls_new(buf_str(&chain), buf_str(&key), &e);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct client c;
        client_init(&c, t, rows[i].priorities, rows[i].name);
        int r = shake(&c);
        if (r == 0 || r == GNUTLS_E_AGAIN)
            fail_msg("%s: %d", rows[i].priorities, r);
        client_fini(&c);
    }
    tls_free(t);
}

static void what_is_no_tls_ends_the_session(void **state)
{
    struct error e = {0};
    struct buf got;
    char block[100];
    size_t n;
    (void)state;
    struct tls *t = tls_new(buf_str(&chain), buf_str(&key), &e);
    struct tls_session *s = tls_session_new(t);
    buf_init(&got, 100);
    assert_true(tls_session_feed(s, STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
    assert_int_equal(tls_session_read(s, block, sizeof block, &n), TLS_READ_BAD);
    assert_int_equal(tls_session_read(s, block, sizeof block, &n), TLS_READ_BAD);
    assert_false(tls_session_write(s, STR("x")));
    tls_session_end(s);
    tls_session_free(s);
    buf_fini(&got);
    tls_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_of_ones_own_has_key_end_and_fingerprint),
        cmocka_unit_test(what_is_no_pair_is_refused),
        cmocka_unit_test(bytes_pass_both_ways),
        cmocka_unit_test(old_versions_and_strangers_are_refused),
        cmocka_unit_test(what_is_no_tls_ends_the_session),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
