/* SPDX-License-Identifier: MIT */
/*
 * One request and its answer. libmicrohttpd calls httpd_on_access several times for a request:
 * after the headers, for each part of the body, after the body, and again when a suspended
 * connection was resumed; the state tells which call it is. An answer can be queued only inside
 * that call, so httpd_reply leaves it in `answer` and resumes.
 */
#include "base/alloc.h"
#include "sys/clock.h"
#include "sys/httpd_inside.h"
#include "sys/net.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { STREAM_BLOCK = 16 << 10, HEADER_TEXT_MAX = 2048 };

/* Watches for the end of a stream's reader while nothing is written; outlives the exchange by one
 * closing callback. */
struct watch {
    uv_poll_t poll;
    struct httpd_exchange *x;
};

struct httpd_exchange {
    struct httpd *h;
    struct conn *conn;
    enum exchange_state state;
    struct http_request request;
    char *uri; /* path and query point into it */
    struct buf body;
    size_t discarded; /* of a body over the cap */
    bool suspended;
    struct MHD_Response *answer;
    int status;
    struct buf queue; /* of a stream */
    bool ended, gone;
    struct watch *watch;
    void *user;
};

void httpd_set_user(struct httpd_exchange *x, void *user)
{
    assert(x);
    x->user = user;
}

void *httpd_user(const struct httpd_exchange *x)
{
    assert(x);
    return x->user;
}

/* ---- life ---- */

void *httpd_on_uri(void *cls, const char *uri, struct MHD_Connection *c)
{
    struct httpd *h = cls;
    struct httpd_exchange *x = xcalloc(1, sizeof *x);
    size_t n = strlen(uri) + 1;
    x->h = h;
    x->conn = httpd_conn(c);
    x->conn->x = x;
    x->uri = xmalloc(n);
    memcpy(x->uri, uri, n);
    buf_init(&x->body, h->config.body_max);
    buf_init(&x->queue, h->config.stream_queue_max);
    return x;
}

static void on_watch_closed(uv_handle_t *p)
{
    xfree(p->data);
}

static void unwatch(struct httpd_exchange *x)
{
    if (!x->watch)
        return;
    uv_poll_stop(&x->watch->poll);
    uv_close((uv_handle_t *)&x->watch->poll, on_watch_closed);
    x->watch = NULL;
}

/* The owner's pointer dies. */
static void let_go(struct httpd_exchange *x)
{
    assert(x->state == EXCHANGE_ASKED || x->state == EXCHANGE_STREAM);
    x->state = EXCHANGE_OVER;
    x->h->open--;
}

static void resume(struct httpd_exchange *x)
{
    if (!x->suspended)
        return;
    x->suspended = false;
    MHD_resume_connection(x->conn->mhd);
    httpd_wake(x->h);
}

void httpd_abandon(struct httpd_exchange *x)
{
    unwatch(x);
    x->gone = true;
    if (x->state == EXCHANGE_ASKED || x->state == EXCHANGE_STREAM) {
        x->h->owner.on_abandon(x->h->owner.self, x);
        let_go(x);
    }
    resume(x);
}

void httpd_on_completed(void *cls, struct MHD_Connection *c, void **con_cls,
                        enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)c, (void)code;
    struct httpd_exchange *x = *con_cls;
    if (!x)
        return;
    *con_cls = NULL;
    x->suspended = false;
    httpd_abandon(x);
    struct conn *conn = x->conn;
    conn->x = NULL;
    conn->phase = CONN_HEADERS; /* of the next request, which may take its time to begin */
    conn->deadline =
        instant_after_ms(clock_now().mono, (int64_t)x->h->config.idle_timeout_s * 1000 +
                                               x->h->config.header_timeout_ms);
    if (x->answer)
        MHD_destroy_response(x->answer);
    buf_fini(&x->body);
    buf_fini(&x->queue);
    xfree(x->uri);
    xfree(x);
}

/* ---- the request ---- */

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t n,
                                  const char *value, size_t value_n)
{
    (void)kind;
    struct http_request *r = cls;
    if (r->header_count == HTTP_HEADERS_MAX)
        return MHD_NO;
    r->headers[r->header_count++] = (struct http_pair){{name, n}, {value ? value : "", value_n}};
    return MHD_YES;
}

/* Fills the request; the number of headers there are, which may be more than it holds. */
static int read_head(struct httpd_exchange *x, const char *method)
{
    struct http_request *r = &x->request;
    struct str uri = str_of(x->uri);
    size_t mark = str_find(uri, '?', 0);
    r->method = str_of(method);
    r->path = str_sub(uri, 0, mark);
    r->query = mark < uri.n ? str_sub(uri, mark + 1, uri.n) : STR_NONE;
    r->peer = str_of(x->conn->peer);
    r->is_loopback = true; /* httpd_start binds to no other address */
    return MHD_get_connection_values_n(x->conn->mhd, MHD_HEADER_KIND, add_header, r);
}

/* 0 if the head of the request is acceptable, else the status to refuse it with. */
static int judge_head(struct httpd_exchange *x, int header_count)
{
    const struct http_request *r = &x->request;
    struct str encoding = http_header(r, STR("Transfer-Encoding"));
    size_t lengths = http_header_count(r, STR("Content-Length"));
    if (header_count > HTTP_HEADERS_MAX)
        return 431;
    if (http_header_count(r, STR("Host")) != 1)
        return 400;
    if (lengths > 1 || (lengths && encoding.p))
        return 400;
    if (http_header_count(r, STR("Transfer-Encoding")) > 1 ||
        (encoding.p && !str_ieq(encoding, STR("chunked"))))
        return 400;
    uint64_t length = 0;
    if (lengths && !str_to_u64(http_header(r, STR("Content-Length")), &length))
        return 400;
    return length > x->h->config.body_max ? 413 : 0;
}

static void add_answer_header(struct MHD_Response *a, struct str name, struct str value)
{
    char n[128], v[HEADER_TEXT_MAX];
    bool ok = str_copy(n, sizeof n, name) && str_copy(v, sizeof v, value) &&
              MHD_add_response_header(a, n, v) == MHD_YES;
    assert(ok);
    (void)ok;
}

static void set_answer(struct httpd_exchange *x, struct MHD_Response *a,
                       const struct http_response *r)
{
    assert(a && r->status >= 200 && r->status <= 599);
    x->answer = a;
    x->status = r->status;
    if (r->content_type)
        add_answer_header(a, STR("Content-Type"), str_of(r->content_type));
    for (size_t i = 0; i < r->header_count; i++)
        add_answer_header(a, r->headers[i].name, r->headers[i].value);
}

/* Takes the body over. */
static struct MHD_Response *whole_answer(struct buf *body)
{
    struct buf b = *body;
    buf_init(body, b.cap);
    if (b.n)
        return MHD_create_response_from_buffer_with_free_callback_cls(b.n, b.p, xfree, b.p);
    buf_fini(&b);
    return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result queue_answer(struct httpd_exchange *x)
{
    x->conn->phase = CONN_ANSWER;
    struct MHD_Response *a = x->answer;
    x->answer = NULL;
    enum MHD_Result r = MHD_queue_response(x->conn->mhd, (unsigned)x->status, a);
    MHD_destroy_response(a);
    return r;
}

static enum MHD_Result refuse(struct httpd_exchange *x, int status)
{
    struct http_response r = {.status = status, .content_type = "text/plain; charset=utf-8"};
    const struct httpd_owner *owner = &x->h->owner;
    if (owner->refuse) {
        owner->refuse(owner->self, status, &r);
    } else {
        buf_init(&r.body, 64);
        buf_add_f(&r.body, "%d %s\n", status, http_status_text(status));
    }
    x->state = EXCHANGE_OVER;
    set_answer(x, whole_answer(&r.body), &r);
    /* what follows on this connection may be the rest of a message that was not understood */
    MHD_add_response_header(x->answer, "Connection", "close");
    return queue_answer(x);
}

static enum MHD_Result take_body(struct httpd_exchange *x, const char *p, size_t *n)
{
    if (!buf_add(&x->body, p, *n))
        x->discarded += *n;
    *n = 0;
    /* an honest client of unannounced length is told 413 at its end; an endless one is cut off */
    size_t patience = x->h->config.body_max + x->h->config.header_max;
    return x->discarded > patience ? MHD_NO : MHD_YES;
}

/* The request is complete. */
static enum MHD_Result ask(struct httpd_exchange *x)
{
    if (x->body.failed)
        return refuse(x, 413);
    x->conn->phase = CONN_ANSWER;
    x->request.body = buf_str(&x->body);
    x->state = EXCHANGE_ASKED;
    x->h->open++;
    x->h->owner.on_request(x->h->owner.self, x, &x->request);
    if (x->answer)
        return queue_answer(x);
    x->suspended = true;
    MHD_suspend_connection(x->conn->mhd);
    return MHD_YES;
}

enum MHD_Result httpd_on_access(void *cls, struct MHD_Connection *c, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *upload_n, void **con_cls)
{
    (void)cls, (void)c, (void)url, (void)version;
    struct httpd_exchange *x = *con_cls;
    if (x->gone)
        return MHD_NO;
    if (x->answer)
        return queue_answer(x);
    if (x->state == EXCHANGE_NEW) {
        int status = judge_head(x, read_head(x, method));
        if (status)
            return refuse(x, status);
        x->state = EXCHANGE_BODY;
        x->conn->phase = CONN_BODY;
        x->conn->deadline = instant_after_ms(clock_now().mono, x->h->config.body_timeout_ms);
        return MHD_YES;
    }
    assert(x->state == EXCHANGE_BODY);
    return *upload_n ? take_body(x, upload, upload_n) : ask(x);
}

/* ---- the answer ---- */

void httpd_reply(struct httpd_exchange *x, struct http_response *r)
{
    assert(x && r && x->state == EXCHANGE_ASKED);
    set_answer(x, whole_answer(&r->body), r);
    let_go(x);
    resume(x);
}

/* Fills libmicrohttpd's buffer from the queue; with nothing queued the connection sleeps. */
static ssize_t read_queue(void *cls, uint64_t position, char *out, size_t max)
{
    (void)position;
    struct httpd_exchange *x = cls;
    if (x->gone)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (!x->queue.n && x->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!x->queue.n) {
        x->suspended = true;
        MHD_suspend_connection(x->conn->mhd);
        return 0;
    }
    size_t n = x->queue.n < max ? x->queue.n : max;
    memcpy(out, x->queue.p, n);
    buf_consume(&x->queue, n);
    return (ssize_t)n;
}

static void on_reader_gone(uv_poll_t *p, int status, int events)
{
    (void)status, (void)events;
    struct watch *w = p->data;
    httpd_abandon(w->x);
}

void httpd_stream_begin(struct httpd_exchange *x, struct http_response *r)
{
    assert(x && r && x->state == EXCHANGE_ASKED);
    struct MHD_Response *a =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_queue, x, NULL);
    set_answer(x, a, r);
    buf_add_str(&x->queue, buf_str(&r->body));
    buf_fini(&r->body);
    x->state = EXCHANGE_STREAM;
    x->watch = xcalloc(1, sizeof *x->watch);
    x->watch->x = x;
    int failed = uv_poll_init(loop_uv(x->h->loop), &x->watch->poll, x->conn->fd);
    assert(!failed);
    (void)failed;
    x->watch->poll.data = x->watch;
    uv_poll_start(&x->watch->poll, UV_DISCONNECT, on_reader_gone);
    resume(x);
}

bool httpd_stream_send(struct httpd_exchange *x, struct str bytes)
{
    assert(x && x->state == EXCHANGE_STREAM);
    if (bytes.n > x->queue.cap - x->queue.n)
        return false;
    buf_add_str(&x->queue, bytes);
    if (!x->answer)
        resume(x);
    return true;
}

size_t httpd_stream_queued(const struct httpd_exchange *x)
{
    assert(x);
    return x->queue.n;
}

void httpd_stream_end(struct httpd_exchange *x)
{
    assert(x && x->state == EXCHANGE_STREAM);
    x->ended = true;
    let_go(x);
    resume(x);
}
