/* SPDX-License-Identifier: MIT */
/* Requests as bytes: what is one request in one way only is read, everything else refused. */
#include "data/http_reader.h"

#include "test.h"

enum { HEAD_MAX = 4096, BODY_MAX = 100 };

#define H "Host: x\r\n"

/* What became of the bytes: "METHOD path?query body" of each request, with "; ", and then what they
 * ended with: nothing, "..." for more, or the status of a refusal. */
static void read_all(struct str in, size_t step, struct buf *out)
{
    struct http_reader r;
    http_reader_init(&r, HEAD_MAX, BODY_MAX);
    enum http_read got = HTTP_READ_MORE;
    buf_reset(out);
    while (in.n && got != HTTP_READ_BAD) {
        struct str piece = str_sub(in, 0, step);
        in = str_sub(in, step, in.n);
        while (piece.n && (got = http_reader_feed(&r, &piece)) != HTTP_READ_BAD) {
            if (got != HTTP_READ_DONE)
                continue;
            buf_add_f(out, STR_FMT " " STR_FMT, STR_ARG(r.request.method), STR_ARG(r.request.path));
            if (r.request.query.p)
                buf_add_f(out, "?" STR_FMT, STR_ARG(r.request.query));
            buf_add_f(out, " " STR_FMT "%s; ", STR_ARG(r.request.body), r.keeps ? "" : "(last)");
            http_reader_next(&r);
        }
    }
    if (got == HTTP_READ_BAD)
        buf_add_f(out, "%d", r.status);
    else if (!http_reader_is_idle(&r))
        buf_add_c(out, "...");
    http_reader_fini(&r);
}

static const struct {
    const char *in, *out;
} rows[] = {
    /* what is read */
    {"GET / HTTP/1.1\r\n" H "\r\n", "GET / ; "},
    {"GET /a%20b?c=d&e HTTP/1.1\r\n" H "\r\n", "GET /a%20b?c=d&e ; "},
    {"GET /? HTTP/1.1\r\n" H "\r\n", "GET /? ; "},
    {"OPTIONS * HTTP/1.1\r\n" H "\r\n", "OPTIONS * ; "},
    {"GET / HTTP/1.0\r\n" H "\r\n", "GET / (last); "},
    {"GET / HTTP/1.0\r\n" H "Connection: keep-alive\r\n\r\n", "GET / ; "},
    {"GET / HTTP/1.1\r\n" H "Connection: TE, close\r\n\r\n", "GET / (last); "},
    {"GET / HTTP/1.1\r\n" H "X:\r\nY:\t a b \t\r\nZ: \xC3\xA9\r\n\r\n", "GET / ; "},
    {"POST /p HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc", "POST /p abc; "},
    {"POST /p HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", "POST /p ; "},
    {"POST /p HTTP/1.1\r\n" H
     "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=\"y\"\r\n0123456789"
     "\r\n000\r\n\r\n",
     "POST /p abc0123456789; "},
    {"POST /p HTTP/1.1\r\n" H "transfer-encoding: Chunked\r\n\r\n0\r\n\r\n", "POST /p ; "},
    {"\r\nGET / HTTP/1.1\r\n" H "\r\n", "GET / ; "},
    {"GET /1 HTTP/1.1\r\n" H "\r\nPOST /2 HTTP/1.1\r\n" H
     "Content-Length: 2\r\n\r\nab\r\nGET /3 HTTP/1.1\r\n" H "\r\n",
     "GET /1 ; POST /2 ab; GET /3 ; "},
    {"GET / HTTP/1.1\r\n" H, "..."},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nab", "..."},
    /* line ends, folds, spaces, control characters */
    {"GET / HTTP/1.1\nHost: x\n\n", "400"},
    {"GET / HTTP/1.1\r\nHost: x\n\r\n", "400"},
    {"GET / HTTP/1.1\rHost: x\r\r", "400"},
    {"GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\n" H "X: a\r\n\tb: c\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\n Host: x\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\n" H "X y: a\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\n" H ": a\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\n" H "no colon\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\n" H "X: a\x01\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\n" H "X: a\x7F\r\n\r\n", "400"},
    {"\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n", "400"},
    /* the request line */
    {"\x16\x03\x01", "400"},
    {"nonsense\r\n\r\n", "400"},
    {"GET /\r\n\r\n", "400"},
    {"GET  / HTTP/1.1\r\n" H "\r\n", "400"},
    {"GET / HTTP/1.1 \r\n" H "\r\n", "400"},
    {"GET /a b HTTP/1.1\r\n" H "\r\n", "400"},
    {" GET / HTTP/1.1\r\n" H "\r\n", "400"},
    {"G(T / HTTP/1.1\r\n" H "\r\n", "400"},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n" H "\r\n", "400"},
    {"GET http://x/ HTTP/1.1\r\n" H "\r\n", "400"},
    {"GET x HTTP/1.1\r\n" H "\r\n", "400"},
    {"GET * HTTP/1.1\r\n" H "\r\n", "400"},
    {"CONNECT x:443 HTTP/1.1\r\n" H "\r\n", "400"},
    {"GET /#a HTTP/1.1\r\n" H "\r\n", "400"},
    {"GET /\xC3\xA9 HTTP/1.1\r\n" H "\r\n", "400"},
    {"GET / HTTP/1.10\r\n" H "\r\n", "400"},
    {"GET / http/1.1\r\n" H "\r\n", "400"},
    {"GET / HTTP/2.0\r\n" H "\r\n", "505"},
    {"GET / HTTP/0.9\r\n" H "\r\n", "505"},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"},
    /* Host, and how long the body is */
    {"GET / HTTP/1.1\r\n\r\n", "400"},
    {"GET / HTTP/1.0\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\n" H H "\r\n", "400"},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", "400"},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 1, 1\r\n\r\na", "400"},
    {"POST / HTTP/1.1\r\n" H "Content-Length: +1\r\n\r\na", "400"},
    {"POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\na", "400"},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 0x1\r\n\r\na", "400"},
    {"POST / HTTP/1.1\r\n" H "Content-Length: \r\n\r\na", "400"},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 101\r\n\r\n", "413"},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 18446744073709551617\r\n\r\na", "413"},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "400"},
    {"POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     "400"},
    {"POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\n" H "Transfer-Encoding:\r\n\r\n", "400"},
    {"POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\n" H "Expect: tea\r\nContent-Length: 1\r\n\r\na", "417"},
/* chunks */
#define CHUNKED "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
    {CHUNKED "1\na\r\n0\r\n\r\n", "400"},
    {CHUNKED "1\r\na\n0\r\n\r\n", "400"},
    {CHUNKED "1\r\nab\r\n0\r\n\r\n", "400"},
    {CHUNKED "\r\na\r\n0\r\n\r\n", "400"},
    {CHUNKED " 1\r\na\r\n0\r\n\r\n", "400"},
    {CHUNKED "1 \r\na\r\n0\r\n\r\n", "400"},
    {CHUNKED "-1\r\na\r\n0\r\n\r\n", "400"},
    {CHUNKED "0x1\r\na\r\n0\r\n\r\n", "400"},
    {CHUNKED ";a\r\n", "400"},
    {CHUNKED "1;a\nb\r\n", "400"},
    {CHUNKED "100000000\r\n", "400"},
    {CHUNKED "FFFFFFFF\r\n", "413"},
    {CHUNKED "65\r\n", "413"},
    {CHUNKED "0\r\nX: trailer\r\n\r\n", "400"},
    {CHUNKED "0\r\n\n", "400"},
};

static void each_is_read_or_refused_in_pieces_of_any_size(void **state)
{
    struct buf whole, pieces;
    (void)state;
    buf_init(&whole, 1 << 16);
    buf_init(&pieces, 1 << 16);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str in = str_of(rows[i].in);
        read_all(in, in.n, &whole);
        if (!str_eq(buf_str(&whole), str_of(rows[i].out)))
            fail_msg("%s\n -> " STR_FMT, rows[i].in, STR_ARG(buf_str(&whole)));
        for (size_t step = 1; step < in.n; step++) {
            read_all(in, step, &pieces);
            if (!str_eq(buf_str(&pieces), buf_str(&whole)))
                fail_msg("%s\n in steps of %zu: " STR_FMT, rows[i].in, step,
                         STR_ARG(buf_str(&pieces)));
        }
    }
    buf_fini(&whole);
    buf_fini(&pieces);
}

static void a_nul_is_in_no_head(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 100);
    read_all(STR("GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n"), 1000, &out);
    assert_str(buf_str(&out), "400");
    read_all(STR("GET /\0 HTTP/1.1\r\n" H "\r\n"), 1000, &out);
    assert_str(buf_str(&out), "400");
    buf_fini(&out);
}

/* A request of `headers` headers beside Host, the last one padded to `pad` bytes. */
static void add_request(struct buf *b, size_t headers, size_t pad)
{
    buf_add_c(b, "GET / HTTP/1.1\r\n" H);
    for (size_t i = 0; i < headers; i++)
        buf_add_f(b, "X-%zu: 1\r\n", i);
    for (size_t i = 0; i < pad; i++)
        buf_add_char(b, 'y');
    buf_add_c(b, "\r\n\r\n");
}

static void heads_and_bodies_have_bounds(void **state)
{
    struct buf in, out;
    (void)state;
    buf_init(&in, 1 << 16);
    buf_init(&out, 100);
    add_request(&in, HTTP_HEADERS_MAX - 1, 0);
    buf_cut(&in, in.n - 2); /* there is no padding */
    read_all(buf_str(&in), 7, &out);
    assert_str(buf_str(&out), "GET / ; ");
    buf_reset(&in);
    add_request(&in, HTTP_HEADERS_MAX, 0);
    buf_cut(&in, in.n - 2);
    read_all(buf_str(&in), 7, &out);
    assert_str(buf_str(&out), "431");
    buf_reset(&in);
    buf_add_c(&in, "GET /");
    while (in.n < HEAD_MAX)
        buf_add_char(&in, 'a');
    read_all(buf_str(&in), HEAD_MAX - 1, &out);
    assert_str(buf_str(&out), "431");
    buf_reset(&in);
    buf_add_c(&in, CHUNKED "64\r\n");
    for (int i = 0; i < BODY_MAX; i++)
        buf_add_char(&in, 'z');
    buf_add_c(&in, "\r\n1\r\nz\r\n0\r\n\r\n");
    read_all(buf_str(&in), 1000, &out);
    assert_str(buf_str(&out), "413");
    buf_reset(&in);
    buf_add_c(&in, CHUNKED "1;");
    for (int i = 0; i < HTTP_CHUNK_NOTES_MAX; i++)
        buf_add_char(&in, 'n');
    read_all(buf_str(&in), 1000, &out);
    assert_str(buf_str(&out), "400");
    buf_fini(&in);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_read_or_refused_in_pieces_of_any_size),
        cmocka_unit_test(a_nul_is_in_no_head),
        cmocka_unit_test(heads_and_bodies_have_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
