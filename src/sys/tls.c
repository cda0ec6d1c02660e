/* SPDX-License-Identifier: MIT */
#include "sys/tls.h"

#include "base/alloc.h"
#include "sys/late.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

/* Records are at most 16 KiB and a bit; a chain and what the other side says before it is heard. */
enum { UNREAD_MAX = 256 << 10, OUTPUT_MAX = 96 << 20 };

/* 1.2 with forward secrecy and AEAD alone, or 1.3. */
static const char priorities[] =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:-AES-256-CBC:-AES-128-CBC:"
    "-CAMELLIA-256-CBC:-CAMELLIA-128-CBC:-SHA1:%SERVER_PRECEDENCE:%NO_TICKETS";

/* ---- the library ---- */

/* What is used of it, opened with the first certificate: most daemons never have one. */
/* clang-format off */
#define GNUTLS_NAMES(X) \
    X(alert_send_appropriate) X(bye) X(certificate_allocate_credentials) \
    X(certificate_free_credentials) X(certificate_server_set_request) \
    X(certificate_set_x509_key_mem) X(credentials_set) X(deinit) X(error_is_fatal) X(free) \
    X(handshake) X(init) X(priority_deinit) X(priority_init) X(priority_set) X(record_recv) \
    X(record_send) X(rnd) X(strerror) X(transport_set_errno) X(transport_set_ptr) \
    X(transport_set_pull_function) X(transport_set_push_function) X(x509_crt_deinit) \
    X(x509_crt_export2) X(x509_crt_get_expiration_time) X(x509_crt_get_fingerprint) \
    X(x509_crt_init) X(x509_crt_list_import2) X(x509_crt_set_activation_time) \
    X(x509_crt_set_basic_constraints) X(x509_crt_set_dn_by_oid) X(x509_crt_set_expiration_time) \
    X(x509_crt_set_key) X(x509_crt_set_key_purpose_oid) X(x509_crt_set_key_usage) \
    X(x509_crt_set_serial) X(x509_crt_set_subject_alt_name) X(x509_crt_set_version) \
    X(x509_crt_sign2) X(x509_privkey_deinit) X(x509_privkey_export2) X(x509_privkey_generate) \
    X(x509_privkey_init)
/* clang-format on */

static struct {
#define MEMBER(name) __typeof__(gnutls_##name) *name;
    GNUTLS_NAMES(MEMBER)
#undef MEMBER
} gnutls;

static const char *const gnutls_files[] = {"libgnutls.so.30", NULL};
static const struct late_name gnutls_names[] = {
#define NAME(name) {"gnutls_" #name, &gnutls.name},
    GNUTLS_NAMES(NAME)
#undef NAME
        {NULL, NULL}};
static struct late gnutls_late = {gnutls_files, gnutls_names, false};

/* ---- certificates ---- */

struct tls {
    gnutls_certificate_credentials_t credentials;
    gnutls_priority_t priority;
    char fingerprint[TLS_FINGERPRINT_MAX];
    struct utc expires;
};

struct tls_session {
    gnutls_session_t session;
    struct buf in, out;
    bool is_open, has_failed;
};

static bool fail(struct error *e, const char *what, int number)
{
    error_set(e, ERROR_INVALID, "CERTIFICATE", "%s: %s", what, gnutls.strerror(number));
    return error_next(e, "see http.certificate and http.key");
}

static gnutls_datum_t datum(struct str s)
{
    static unsigned char none[1];
    union {
        const char *p;
        unsigned char *q; /* GnuTLS reads it and means no harm */
    } u = {.p = s.p};
    return (gnutls_datum_t){s.n ? u.q : none, (unsigned)s.n};
}

/* Fingerprint and end of the first certificate of the chain. */
static int look(struct tls *t, const gnutls_datum_t *pem)
{
    gnutls_x509_crt_t *chain = NULL;
    unsigned count = 0;
    unsigned char digest[32];
    size_t n = sizeof digest, at = 0;
    int r = gnutls.x509_crt_list_import2(&chain, &count, pem, GNUTLS_X509_FMT_PEM, 0);
    if (r >= 0 && count == 0)
        r = GNUTLS_E_NO_CERTIFICATE_FOUND;
    if (r < 0)
        return r;
    r = gnutls.x509_crt_get_fingerprint(chain[0], GNUTLS_DIG_SHA256, digest, &n);
    for (size_t i = 0; r == 0 && i < n; i++)
        at += (size_t)snprintf(t->fingerprint + at, sizeof t->fingerprint - at, "%s%02X",
                               i ? ":" : "", digest[i]);
    t->expires.ns = (int64_t)gnutls.x509_crt_get_expiration_time(chain[0]) * NS_PER_S;
    for (unsigned i = 0; i < count; i++)
        gnutls.x509_crt_deinit(chain[i]);
    (*gnutls.free)(chain);
    return r;
}

struct tls *tls_new(struct str chain_pem, struct str key_pem, struct error *e)
{
    if (!late_open(&gnutls_late, e))
        return NULL;
    struct tls *t = xcalloc(1, sizeof *t);
    gnutls_datum_t chain = datum(chain_pem), key = datum(key_pem);
    gnutls.certificate_allocate_credentials(&t->credentials);
    int r = look(t, &chain);
    if (r < 0) {
        fail(e, "the certificate cannot be read", r);
        tls_free(t);
        return NULL;
    }
    r = gnutls.certificate_set_x509_key_mem(t->credentials, &chain, &key, GNUTLS_X509_FMT_PEM);
    if (r < 0) {
        fail(e, "the key cannot be read, or is not the certificate's", r);
        tls_free(t);
        return NULL;
    }
    r = gnutls.priority_init(&t->priority, priorities, NULL);
    assert(r == 0);
    return t;
}

void tls_free(struct tls *t)
{
    if (!t)
        return;
    gnutls.certificate_free_credentials(t->credentials);
    if (t->priority)
        gnutls.priority_deinit(t->priority);
    xfree(t);
}

const char *tls_fingerprint(const struct tls *t)
{
    assert(t);
    return t->fingerprint;
}

struct utc tls_expires(const struct tls *t)
{
    assert(t);
    return t->expires;
}

/* ---- making one ---- */

static void add_name(gnutls_x509_crt_t c, struct str name)
{
    char text[256];
    unsigned char address[sizeof(struct in6_addr)];
    if (name.n && name.p[0] == '[')
        name = str_sub(name, 1, str_find(name, ']', 0));
    else
        name = str_sub(name, 0, str_find(name, ':', 0));
    if (!name.n || !str_copy(text, sizeof text, name))
        return;
    unsigned size = inet_pton(AF_INET, text, address) == 1    ? 4
                    : inet_pton(AF_INET6, text, address) == 1 ? 16
                                                              : 0;
    if (size)
        gnutls.x509_crt_set_subject_alt_name(c, GNUTLS_SAN_IPADDRESS, address, size,
                                             GNUTLS_FSAN_APPEND);
    else
        gnutls.x509_crt_set_subject_alt_name(c, GNUTLS_SAN_DNSNAME, text, (unsigned)str_of(text).n,
                                             GNUTLS_FSAN_APPEND);
}

static int fill(gnutls_x509_crt_t c, gnutls_x509_privkey_t key, struct str names, struct utc now)
{
    unsigned char serial[16];
    struct str name;
    int r = gnutls.rnd(GNUTLS_RND_NONCE, serial, sizeof serial);
    serial[0] &= 0x7F;
    gnutls.x509_crt_set_version(c, 3);
    gnutls.x509_crt_set_serial(c, serial, sizeof serial);
    gnutls.x509_crt_set_dn_by_oid(c, GNUTLS_OID_X520_COMMON_NAME, 0, "Portcullis", 10);
    gnutls.x509_crt_set_activation_time(c, (time_t)(now.ns / NS_PER_S) - 3600);
    gnutls.x509_crt_set_expiration_time(c, (time_t)(now.ns / NS_PER_S) + (time_t)TLS_DAYS * 86400);
    gnutls.x509_crt_set_basic_constraints(c, 0, -1);
    gnutls.x509_crt_set_key_usage(c, GNUTLS_KEY_DIGITAL_SIGNATURE);
    gnutls.x509_crt_set_key_purpose_oid(c, GNUTLS_KP_TLS_WWW_SERVER, 0);
    for (struct str own = STR("localhost,127.0.0.1,[::1]"); str_cut(&own, ',', &name);)
        add_name(c, name);
    while (str_cut(&names, ',', &name))
        add_name(c, str_trim(name));
    if (r == 0)
        r = gnutls.x509_crt_set_key(c, key);
    return r ? r : gnutls.x509_crt_sign2(c, c, key, GNUTLS_DIG_SHA256, 0);
}

bool tls_make(struct str names, struct utc now, struct buf *chain_pem, struct buf *key_pem,
              struct error *e)
{
    gnutls_x509_crt_t c;
    gnutls_x509_privkey_t key;
    gnutls_datum_t crt_text = {NULL, 0}, key_text = {NULL, 0};
    if (!late_open(&gnutls_late, e))
        return false;
    gnutls.x509_crt_init(&c);
    gnutls.x509_privkey_init(&key);
    int r = gnutls.x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    if (r == 0)
        r = fill(c, key, names, now);
    if (r == 0)
        r = gnutls.x509_crt_export2(c, GNUTLS_X509_FMT_PEM, &crt_text);
    if (r == 0)
        r = gnutls.x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &key_text);
    bool ok = r == 0 && buf_add(chain_pem, crt_text.data, crt_text.size) &&
              buf_add(key_pem, key_text.data, key_text.size);
    if (key_text.data)
        explicit_bzero(key_text.data, key_text.size);
    (*gnutls.free)(crt_text.data);
    (*gnutls.free)(key_text.data);
    gnutls.x509_privkey_deinit(key);
    gnutls.x509_crt_deinit(c);
    return ok || fail(e, "no certificate can be made", r);
}

/* ---- sessions ---- */

static ssize_t push(gnutls_transport_ptr_t self, const void *p, size_t n)
{
    struct tls_session *s = self;
    if (buf_add(&s->out, p, n))
        return (ssize_t)n;
    gnutls.transport_set_errno(s->session, ENOBUFS);
    return -1;
}

static ssize_t pull(gnutls_transport_ptr_t self, void *p, size_t room)
{
    struct tls_session *s = self;
    size_t n = s->in.n < room ? s->in.n : room;
    if (!n) {
        gnutls.transport_set_errno(s->session, EAGAIN);
        return -1;
    }
    memcpy(p, s->in.p, n);
    buf_consume(&s->in, n);
    return (ssize_t)n;
}

struct tls_session *tls_session_new(struct tls *t)
{
    struct tls_session *s = xcalloc(1, sizeof *s);
    buf_init(&s->in, UNREAD_MAX);
    buf_init(&s->out, OUTPUT_MAX);
    int r = gnutls.init(&s->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    assert(r == 0);
    (void)r;
    gnutls.priority_set(s->session, t->priority);
    gnutls.credentials_set(s->session, GNUTLS_CRD_CERTIFICATE, t->credentials);
    gnutls.certificate_server_set_request(s->session, GNUTLS_CERT_IGNORE);
    gnutls.transport_set_ptr(s->session, s);
    gnutls.transport_set_push_function(s->session, push);
    gnutls.transport_set_pull_function(s->session, pull);
    return s;
}

void tls_session_free(struct tls_session *s)
{
    if (!s)
        return;
    gnutls.deinit(s->session);
    buf_fini(&s->in);
    buf_fini(&s->out);
    xfree(s);
}

bool tls_session_feed(struct tls_session *s, struct str bytes)
{
    assert(s);
    return buf_add_str(&s->in, bytes);
}

static enum tls_read give_up(struct tls_session *s)
{
    s->has_failed = true;
    return TLS_READ_BAD;
}

enum tls_read tls_session_read(struct tls_session *s, char *out, size_t room, size_t *n)
{
    assert(s && out && room > 0 && n);
    *n = 0;
    if (s->has_failed)
        return TLS_READ_BAD;
    while (!s->is_open) {
        int r = gnutls.handshake(s->session);
        if (r == GNUTLS_E_AGAIN)
            return TLS_READ_MORE;
        if (r < 0 && gnutls.error_is_fatal(r)) {
            gnutls.alert_send_appropriate(s->session, r);
            return give_up(s);
        }
        s->is_open = r == 0;
    }
    for (;;) {
        ssize_t got = gnutls.record_recv(s->session, out, room);
        if (got > 0) {
            *n = (size_t)got;
            return TLS_READ_DATA;
        }
        if (got == 0)
            return TLS_READ_END;
        if (got == GNUTLS_E_AGAIN)
            return TLS_READ_MORE;
        /* renegotiation is the one thing that is not fatal and not wanted */
        if (gnutls.error_is_fatal((int)got) || got == GNUTLS_E_REHANDSHAKE)
            return give_up(s);
    }
}

bool tls_session_write(struct tls_session *s, struct str bytes)
{
    assert(s);
    while (bytes.n) {
        if (!s->is_open || s->has_failed)
            return false;
        ssize_t sent = gnutls.record_send(s->session, bytes.p, bytes.n);
        if (sent <= 0) {
            s->has_failed = true;
            return false;
        }
        bytes = str_sub(bytes, (size_t)sent, bytes.n);
    }
    return true;
}

void tls_session_end(struct tls_session *s)
{
    assert(s);
    if (s->is_open && !s->has_failed)
        gnutls.bye(s->session, GNUTLS_SHUT_WR);
}

struct buf *tls_session_output(struct tls_session *s)
{
    assert(s);
    return &s->out;
}
