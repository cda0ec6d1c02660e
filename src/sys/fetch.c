/* SPDX-License-Identifier: MIT */
#include "sys/fetch.h"

#include "sys/fault.h"
#include "sys/late.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* The only includer of libcurl. */

/* ---- the library ---- */

/* What is used of it, opened with the first address. */
/* clang-format off */
#define CURL_NAMES(X) \
    X(easy_cleanup) X(easy_getinfo) X(easy_init) X(easy_perform) X(easy_setopt) X(easy_strerror) \
    X(free) X(global_init) X(url) X(url_cleanup) X(url_get) X(url_set)
/* clang-format on */

static struct {
#define MEMBER(name) __typeof__(curl_##name) *name;
    CURL_NAMES(MEMBER)
#undef MEMBER
} curl;

static const char *const curl_files[] = {"libcurl-gnutls.so.4", "libcurl.so.4", NULL};
static const struct late_name curl_names[] = {
#define NAME(name) {"curl_" #name, &curl.name},
    CURL_NAMES(NAME)
#undef NAME
        {NULL, NULL}};
static struct late curl_late = {curl_files, curl_names, false};

/* ---- where ---- */

static bool is_here(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(host, names[i]) == 0)
            return true;
    return false;
}

/* A part of the address, for curl_free; NULL if there is none. */
static char *part_of(CURLU *u, CURLUPart part)
{
    char *text = NULL;
    return curl.url_get(u, part, &text, 0) == CURLUE_OK ? text : NULL;
}

static bool may_ask(CURLU *u)
{
    char *scheme = part_of(u, CURLUPART_SCHEME), *host = part_of(u, CURLUPART_HOST),
         *user = part_of(u, CURLUPART_USER), *fragment = part_of(u, CURLUPART_FRAGMENT),
         *port = part_of(u, CURLUPART_PORT);
    bool ok = scheme && host && !user && !fragment && !(port && strcmp(port, "0") == 0) &&
              (strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && is_here(host)));
    curl.free(scheme);
    curl.free(host);
    curl.free(user);
    curl.free(fragment);
    curl.free(port);
    return ok;
}

/* libcurl guesses at what is missing; what is written out is not guessed at. */
static bool is_whole(const char *url)
{
    const char *host = strstr(url, "://");
    return host && host[3] && host[3] != '/';
}

/* The address in parts, or NULL if it is not asked. */
static CURLU *parse(const char *url)
{
    CURLU *u = is_whole(url) ? curl.url() : NULL;
    if (u && curl.url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK && may_ask(u))
        return u;
    curl.url_cleanup(u);
    return NULL;
}

bool fetch_takes(struct str url)
{
    char text[FETCH_URL_MAX];
    struct error e;
    if (!str_copy(text, sizeof text, url) || !late_open(&curl_late, &e))
        return false;
    CURLU *u = parse(text);
    curl.url_cleanup(u);
    return u != NULL;
}

/* ---- asking ---- */

struct taking {
    struct buf *out;
    size_t left;
};

/* Taking less than there is ends the transfer. */
static size_t take(char *bytes, size_t one, size_t n, void *arg)
{
    struct taking *t = arg;
    if (n > t->left || !buf_add(t->out, bytes, n))
        return 0;
    t->left -= n;
    return n * one;
}

static bool explain(CURL *c, CURLcode code, const char *host, struct error *e)
{
    long number = 0;
    (void)curl.easy_getinfo(c, CURLINFO_OS_ERRNO, &number);
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return error_set(e, ERROR_TIMEOUT, "FETCH_TIMEOUT", "%s: does not answer", host);
    case CURLE_COULDNT_RESOLVE_HOST:
        return error_set(e, ERROR_UNAVAILABLE, "NO_SUCH_HOST", "%s: is not found", host);
    case CURLE_COULDNT_CONNECT:
        if (number)
            return fault_set(e, (int)number, host);
        break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return error_set(e, ERROR_UNAVAILABLE, "FETCH_TLS", "%s: %s", host,
                         curl.easy_strerror(code));
    case CURLE_WRITE_ERROR:
    case CURLE_FILESIZE_EXCEEDED:
        return error_set(e, ERROR_UNAVAILABLE, "TOO_LARGE", "%s: answers with too much", host);
    default:
        break;
    }
    return error_set(e, ERROR_UNAVAILABLE, "FETCH_FAILED", "%s: %s", host,
                     curl.easy_strerror(code));
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void begin(void)
{
    (void)curl.global_init(CURL_GLOBAL_DEFAULT);
}

static CURLcode ask(CURL *c, CURLU *u, int64_t timeout_ms, struct taking *t, long *status)
{
    /* no setting of these can fail but for want of memory, and then the transfer fails too */
    (void)curl.easy_setopt(c, CURLOPT_CURLU, u);
    (void)curl.easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl.easy_setopt(c, CURLOPT_PROXY, "");
    (void)curl.easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl.easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)curl.easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    (void)curl.easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->left);
    (void)curl.easy_setopt(c, CURLOPT_USERAGENT, "portcullis");
    (void)curl.easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    (void)curl.easy_setopt(c, CURLOPT_WRITEDATA, t);
    CURLcode code = curl.easy_perform(c);
    (void)curl.easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
    return code;
}

bool fetch(const char *url, size_t cap, int64_t timeout_ms, struct buf *out, struct error *e)
{
    if (!late_open(&curl_late, e))
        return false;
    CURLU *u = parse(url);
    if (!u)
        return error_set(e, ERROR_INVALID, "BAD_URL", "%.200s: is no https address", url);
    (void)pthread_once(&once, begin);
    CURL *c = curl.easy_init();
    char *host = part_of(u, CURLUPART_HOST);
    struct taking t = {out, cap};
    long status = 0;
    bool ok = false;
    if (!c || !host) {
        error_set(e, ERROR_UNAVAILABLE, "FETCH_FAILED", "out of memory");
    } else {
        CURLcode code = ask(c, u, timeout_ms, &t, &status);
        if (code != CURLE_OK)
            explain(c, code, host, e);
        else if (status != 200)
            error_set(e, ERROR_UNAVAILABLE, "FETCH_STATUS", "%s: answers with status %ld", host,
                      status);
        ok = code == CURLE_OK && status == 200;
    }
    curl.free(host);
    curl.easy_cleanup(c);
    curl.url_cleanup(u);
    return ok;
}
