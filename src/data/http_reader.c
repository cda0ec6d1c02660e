/* SPDX-License-Identifier: MIT */
#include "data/http_reader.h"

#include <assert.h>
#include <string.h>

enum { KEPT_ROOM = 16 << 10, LENGTH_DIGITS_MAX = 18, CHUNK_DIGITS_MAX = 8 };

enum state {
    IN_HEAD,
    BODY_BEGINS, /* HTTP_READ_HEAD has been told */
    IN_BODY,     /* of a known length */
    CHUNK_SIZE,
    CHUNK_NOTE,    /* ";name=value" behind the size */
    CHUNK_SIZE_LF, /* behind the CR of that line */
    CHUNK_DATA,
    CHUNK_CR, /* behind the data */
    CHUNK_LF,
    LAST_CR, /* of the empty line behind the last chunk, where trailers would be */
    LAST_LF,
    COMPLETE,
    BROKEN
};

void http_reader_init(struct http_reader *r, size_t head_max, size_t body_max)
{
    assert(r && head_max > 0 && body_max > 0);
    *r = (struct http_reader){.head_max = head_max, .body_max = body_max};
    buf_init(&r->head, head_max);
    buf_init(&r->body, body_max);
}

void http_reader_fini(struct http_reader *r)
{
    buf_fini(&r->head);
    buf_fini(&r->body);
}

void http_reader_next(struct http_reader *r)
{
    assert(r && r->state != BROKEN);
    buf_rest(&r->head, KEPT_ROOM);
    buf_rest(&r->body, KEPT_ROOM);
    r->request.header_count = 0;
    r->state = IN_HEAD;
    r->keeps = r->is_old = r->expects_continue = r->has_skipped = false;
    r->left = r->digits = 0;
    r->notes = 0;
}

bool http_reader_is_idle(const struct http_reader *r)
{
    return r->state == IN_HEAD && r->head.n == 0;
}

static enum http_read bad(struct http_reader *r, int status)
{
    r->state = BROKEN;
    r->status = status;
    return HTTP_READ_BAD;
}

/* ---- the head ---- */

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_token_char(s.p[i]))
            return false;
    return s.n > 0;
}

/* A path of visible ASCII, and a query if there is one; "*" for OPTIONS alone. */
static bool read_target(struct http_request *q, struct str target)
{
    size_t mark = str_find(target, '?', 0);
    for (size_t i = 0; i < target.n; i++)
        if (target.p[i] <= ' ' || target.p[i] >= 0x7F || target.p[i] == '#')
            return false;
    q->path = str_sub(target, 0, mark);
    q->query = mark < target.n ? str_sub(target, mark + 1, target.n) : STR_NONE;
    return str_starts(target, STR("/")) ||
           (str_eq(target, STR("*")) && str_eq(q->method, STR("OPTIONS")));
}

static int read_request_line(struct http_reader *r, struct str line)
{
    struct http_request *q = &r->request;
    size_t one = str_find(line, ' ', 0), two = str_find(line, ' ', one + 1);
    struct str version = str_sub(line, two + 1, line.n);
    q->method = str_sub(line, 0, one);
    if (two >= line.n || !is_token(q->method) || q->method.n > HTTP_METHOD_MAX ||
        !str_starts(version, STR("HTTP/")) || version.n != 8 ||
        !read_target(q, str_sub(line, one + 1, two)))
        return 400;
    r->is_old = str_eq(version, STR("HTTP/1.0"));
    return r->is_old || str_eq(version, STR("HTTP/1.1")) ? 0 : 505;
}

static int read_header(struct http_request *q, struct str line)
{
    size_t colon = str_find(line, ':', 0);
    struct str name = str_sub(line, 0, colon);
    if (colon >= line.n || !is_token(name)) /* a folded line begins with a space */
        return 400;
    if (q->header_count == HTTP_HEADERS_MAX)
        return 431;
    q->headers[q->header_count++] =
        (struct http_pair){name, str_trim(str_sub(line, colon + 1, line.n))};
    return 0;
}

static bool has_word(struct str list, struct str word)
{
    for (struct str one; str_cut(&list, ',', &one);)
        if (str_ieq(str_trim(one), word))
            return true;
    return false;
}

static bool read_length(struct http_reader *r, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return text.n > 0 && (text.n > LENGTH_DIGITS_MAX || str_to_u64(text, &r->left));
}

/* How the body comes; 0, or the status to refuse with. */
static int read_framing(struct http_reader *r, bool *is_chunked)
{
    const struct http_request *q = &r->request;
    struct str length = http_header(q, STR("Content-Length"));
    struct str encoding = http_header(q, STR("Transfer-Encoding"));
    *is_chunked = encoding.p != NULL;
    if (http_header_count(q, STR("Host")) != 1 || http_header_count(q, STR("Content-Length")) > 1 ||
        http_header_count(q, STR("Transfer-Encoding")) > 1 || (length.p && encoding.p) ||
        (length.p && !read_length(r, length)))
        return 400;
    if (encoding.p && r->is_old)
        return 400;
    if (encoding.p && !str_ieq(encoding, STR("chunked")))
        return 400;
    return length.n > LENGTH_DIGITS_MAX || r->left > r->body_max ? 413 : 0;
}

static int read_habits(struct http_reader *r)
{
    struct str expect = http_header(&r->request, STR("Expect"));
    struct str connection = http_header(&r->request, STR("Connection"));
    r->keeps =
        r->is_old ? has_word(connection, STR("keep-alive")) : !has_word(connection, STR("close"));
    if (http_header_count(&r->request, STR("Connection")) > 1)
        r->keeps = false;
    r->expects_continue = expect.p && !r->is_old;
    return expect.p && !str_ieq(expect, STR("100-continue")) ? 417 : 0;
}

static enum http_read parse_head(struct http_reader *r)
{
    struct str text = str_sub(buf_str(&r->head), 0, r->head.n - 2), line;
    bool is_chunked;
    size_t end = str_find(text, '\r', 0);
    int status = read_request_line(r, str_sub(text, 0, end));
    for (size_t at = end + 2; !status && at < text.n; at = end + 2) {
        end = str_find(text, '\r', at);
        line = str_sub(text, at, end);
        status = read_header(&r->request, line);
    }
    if (!status)
        status = read_framing(r, &is_chunked);
    if (!status)
        status = read_habits(r);
    if (status)
        return bad(r, status);
    r->request.body = STR_NONE;
    if (!is_chunked && !r->left) {
        r->state = COMPLETE;
        return HTTP_READ_DONE;
    }
    r->state = BODY_BEGINS;
    return HTTP_READ_HEAD;
}

/* Looks through what is new for what may not be in a head at all; the place behind its end, 0 if it
 * has none yet, SIZE_MAX if it cannot have a good one. */
static size_t find_end(const struct buf *head, size_t from)
{
    const char *p = head->p;
    for (size_t i = from; i < head->n; i++) {
        unsigned char c = (unsigned char)p[i];
        bool after_cr = i > 0 && p[i - 1] == '\r';
        if ((c == '\n') != after_cr || (c < ' ' && c != '\t' && c != '\r' && c != '\n') ||
            c == 0x7F)
            return SIZE_MAX;
        if (c == '\n' && i >= 3 && p[i - 2] == '\n')
            return i + 1;
    }
    return 0;
}

static enum http_read feed_head(struct http_reader *r, struct str *in)
{
    size_t before = r->head.n, room = r->head_max - before;
    size_t n = in->n < room ? in->n : room;
    buf_add(&r->head, in->p, n);
    size_t end = find_end(&r->head, before);
    if (end == SIZE_MAX)
        return bad(r, 400);
    if (r->head.n >= 2 && r->head.p[0] == '\r' && !r->has_skipped) {
        /* one empty line may come before a request (RFC 9112, 2.2) */
        struct str rest = *in;
        *in = str_sub(rest, 2 - before, rest.n);
        buf_reset(&r->head);
        r->has_skipped = true;
        return in->n ? feed_head(r, in) : HTTP_READ_MORE;
    }
    if (!end) {
        *in = str_sub(*in, n, in->n);
        return r->head.n == r->head_max ? bad(r, 431) : HTTP_READ_MORE;
    }
    *in = str_sub(*in, end - before, in->n);
    buf_cut(&r->head, end);
    return end < 4 || r->head.p[0] == '\r' ? bad(r, 400) : parse_head(r);
}

/* ---- the body ---- */

static enum http_read complete(struct http_reader *r)
{
    r->state = COMPLETE;
    r->request.body = buf_str(&r->body);
    return HTTP_READ_DONE;
}

/* Takes what there is of the piece; true once it is whole. */
static bool take_piece(struct http_reader *r, struct str *in)
{
    size_t n = in->n < r->left ? in->n : (size_t)r->left;
    buf_add(&r->body, in->p, n);
    *in = str_sub(*in, n, in->n);
    r->left -= n;
    return r->left == 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One byte of a line with a chunk's size. */
static int take_size(struct http_reader *r, char c)
{
    int digit = hex_digit(c);
    if (r->state == CHUNK_SIZE && digit >= 0) {
        r->left = r->left * 16 + (unsigned)digit;
        return ++r->digits > CHUNK_DIGITS_MAX ? 400 : 0;
    }
    if (r->digits == 0)
        return 400;
    if (c == '\r') {
        r->state = CHUNK_SIZE_LF;
        return 0;
    }
    if (r->state == CHUNK_SIZE && c != ';')
        return 400;
    r->state = CHUNK_NOTE;
    bool is_text = c == '\t' || (c >= ' ' && c < 0x7F);
    return is_text && ++r->notes <= HTTP_CHUNK_NOTES_MAX ? 0 : 400;
}

static int begin_chunk(struct http_reader *r)
{
    if (r->left > r->body_max - r->body.n)
        return 413;
    r->state = r->left ? CHUNK_DATA : LAST_CR;
    r->digits = 0;
    return 0;
}

/* One byte of what stands between the data of chunks; the status to refuse with, or 0. */
static int take_frame(struct http_reader *r, char c)
{
    static const struct {
        char want;
        enum state next;
    } marks[] = {[CHUNK_CR] = {'\r', CHUNK_LF},
                 [CHUNK_LF] = {'\n', CHUNK_SIZE},
                 [LAST_CR] = {'\r', LAST_LF},
                 [LAST_LF] = {'\n', COMPLETE}};
    if (r->state == CHUNK_SIZE || r->state == CHUNK_NOTE)
        return take_size(r, c);
    if (r->state == CHUNK_SIZE_LF)
        return c == '\n' ? begin_chunk(r) : 400;
    if (c != marks[r->state].want)
        return 400;
    r->state = (int)marks[r->state].next;
    return 0;
}

static enum http_read feed_chunks(struct http_reader *r, struct str *in)
{
    while (in->n) {
        if (r->state == CHUNK_DATA) {
            if (take_piece(r, in))
                r->state = CHUNK_CR;
            continue;
        }
        int status = take_frame(r, in->p[0]);
        if (status)
            return bad(r, status);
        *in = str_sub(*in, 1, in->n);
        if (r->state == COMPLETE)
            return complete(r);
    }
    return HTTP_READ_MORE;
}

enum http_read http_reader_feed(struct http_reader *r, struct str *in)
{
    assert(r && in && r->state != COMPLETE && r->state != BROKEN);
    if (r->state == IN_HEAD)
        return in->n ? feed_head(r, in) : HTTP_READ_MORE;
    if (r->state == BODY_BEGINS)
        r->state = r->left ? IN_BODY : CHUNK_SIZE;
    if (r->state == IN_BODY)
        return take_piece(r, in) ? complete(r) : HTTP_READ_MORE;
    return feed_chunks(r, in);
}
