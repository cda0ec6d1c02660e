/* SPDX-License-Identifier: MIT */
#include "app/certificate.h"

#include "sys/files.h"
#include "sys/paths.h"

#include <stdio.h>
#include <string.h>

#define NS_PER_DAY ((int64_t)86400 * NS_PER_S)

struct files {
    char crt_path[PATH_TEXT_MAX + 32], key_path[PATH_TEXT_MAX + 32];
    struct buf crt, key;
};

static void files_fini(struct files *f)
{
    if (f->key.p)
        explicit_bzero(f->key.p, f->key.n);
    buf_fini(&f->crt);
    buf_fini(&f->key);
}

static struct tls *load(struct files *f, struct error *e)
{
    buf_reset(&f->crt);
    buf_reset(&f->key);
    bool ok = file_is_private(f->key_path, e) && file_read(f->crt_path, TLS_FILE_MAX, &f->crt, e) &&
              file_read(f->key_path, TLS_FILE_MAX, &f->key, e);
    return ok ? tls_new(buf_str(&f->crt), buf_str(&f->key), e) : NULL;
}

/* The key first: without it a certificate is worth nothing. */
static bool make(struct files *f, struct str names, struct utc now, struct error *e)
{
    return tls_make(names, now, &f->crt, &f->key, e) &&
           file_write(f->key_path, buf_str(&f->key), e) &&
           file_write(f->crt_path, buf_str(&f->crt), e);
}

static struct tls *own(struct files *f, struct str names, struct utc now, struct error *e)
{
    struct tls *t = NULL;
    bool is_there = file_exists(f->crt_path) && file_exists(f->key_path);
    if (is_there && !(t = load(f, e)))
        return NULL;
    if (t && tls_expires(t).ns > now.ns + CERTIFICATE_RENEW_DAYS * NS_PER_DAY)
        return t;
    tls_free(t);
    buf_reset(&f->crt);
    buf_reset(&f->key);
    return make(f, names, now, e) ? load(f, e) : NULL;
}

/* Where they are, or will be. */
static void files_init(struct files *f, const struct http_settings *s, const char *state_dir)
{
    *f = (struct files){.crt_path = ""};
    buf_init(&f->crt, TLS_FILE_MAX);
    buf_init(&f->key, TLS_FILE_MAX);
    if (s->certificate.n) {
        str_copy_cut(f->crt_path, sizeof f->crt_path, s->certificate);
        str_copy_cut(f->key_path, sizeof f->key_path, s->key);
    } else {
        (void)snprintf(f->crt_path, sizeof f->crt_path, "%s/http.crt", state_dir);
        (void)snprintf(f->key_path, sizeof f->key_path, "%s/http.key", state_dir);
    }
}

struct tls *certificate_load(const struct http_settings *s, const char *state_dir, struct utc now,
                             const struct log *log, struct error *e)
{
    struct files f;
    files_init(&f, s, state_dir);
    struct tls *t = s->certificate.n ? load(&f, e) : own(&f, s->hosts, now, e);
    if (t)
        log_info(log, "certificate file=%s sha256=%s", f.crt_path, tls_fingerprint(t));
    if (t && tls_expires(t).ns < now.ns + CERTIFICATE_RENEW_DAYS * NS_PER_DAY)
        log_warn(log, "certificate file=%s ends within %d days", f.crt_path,
                 CERTIFICATE_RENEW_DAYS);
    files_fini(&f);
    return t;
}

struct tls *certificate_look(const struct http_settings *s, const char *state_dir, bool *is_there,
                             struct error *e)
{
    struct files f;
    files_init(&f, s, state_dir);
    *is_there = s->certificate.n || (file_exists(f.crt_path) && file_exists(f.key_path));
    struct tls *t = *is_there ? load(&f, e) : NULL;
    files_fini(&f);
    return t;
}
