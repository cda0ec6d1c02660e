/* SPDX-License-Identifier: MIT */
/*
 * HTTP from the first byte to the operation that is meant: the reader of requests, who is let in,
 * the route and what its path says.
 *
 * The first byte is the size of the pieces (0: all at once), the rest is what the client sends. Cut
 * into pieces it must give the same requests as whole, and who has no token is let in to nothing.
 */
#include "base/limits.h"
#include "data/hash.h"
#include "data/http_reader.h"
#include "face/access.h"
#include "face/rest_inside.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD_MAX = 4096, BODY_MAX = 4096, LOOKS_MAX = 2 };

static struct settings settings;
static struct core core;
static struct access *door;

static void set_up(void)
{
    settings_init(&settings);
    settings.values.http.anonymous_read = false;
    settings.values.http.hosts = STR("gate.example,other.example:8443");
    settings.values.http.cors_origins = STR("https://app.example");
    core.settings = &settings;
    struct buf file;
    struct error e = {0};
    buf_init(&file, TOKENS_FILE_MAX);
    tokens_import(STR("t"), STR("pc_secret"), SCOPE_READ, &file);
    core.tokens = tokens_new(buf_str(&file), keep_new(TOKENS_FILE_MAX), &e);
    buf_fini(&file);
    assert(core.tokens);
    door = access_new(&core);
    access_listens(door, 5000, false);
}

/* Who asks, and for what. */
static void look(const struct http_request *r)
{
    struct arena *arena = arena_new(1 << 20);
    struct access_verdict v = {0};
    struct route_match m;
    struct buf text;
    access_check(door, r, (struct moment){{1}, {1}}, arena, &v);
    assert(v.status == 0 || (v.status >= 400 && v.status < 500));
    assert(v.who.scopes == 0 || (!v.status && token_is_principal(STR_NAME(v.who.name))));
    assert(!v.who.is_human && !(v.who.scopes & (SCOPE_APPROVE | SCOPE_ADMIN)));
    assert(v.path.n < 2 * HEAD_MAX);
    route_find(r->method, v.path, &m);
    buf_init(&text, LIMIT_HTTP_HEADER);
    for (size_t i = 0; i < m.param_count; i++)
        (void)http_decode(m.params[i].text, false, &text);
    buf_fini(&text);
    arena_free(arena);
}

static void add(struct hash_state *sum, struct str s)
{
    hash_add(sum, (struct str){(const char *)&s.n, sizeof s.n});
    hash_add(sum, s);
}

/* The sum of all requests, and of how they ended; the first few are looked at if `looks`. */
static struct sha256 read_all(struct str in, size_t step, size_t looks)
{
    struct http_reader r;
    struct hash_state sum;
    enum http_read got = HTTP_READ_MORE;
    hash_init(&sum);
    http_reader_init(&r, HEAD_MAX, BODY_MAX);
    while (in.n && got != HTTP_READ_BAD) {
        struct str piece = str_sub(in, 0, step);
        in = str_sub(in, step, in.n);
        while (piece.n && (got = http_reader_feed(&r, &piece)) != HTTP_READ_BAD) {
            if (got != HTTP_READ_DONE)
                continue;
            assert(http_header_count(&r.request, STR("Host")) == 1);
            assert(r.request.body.n <= BODY_MAX);
            add(&sum, r.request.method);
            add(&sum, r.request.path);
            add(&sum, r.request.query);
            for (size_t i = 0; i < r.request.header_count; i++)
                add(&sum, r.request.headers[i].value);
            add(&sum, r.request.body);
            if (looks && looks--)
                look(&r.request);
            http_reader_next(&r);
        }
    }
    if (got == HTTP_READ_BAD)
        assert(r.status >= 400 && r.status <= 505);
    hash_add(&sum, (struct str){(const char *)&r.status, sizeof r.status});
    http_reader_fini(&r);
    return hash_end(&sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (!door)
        set_up();
    struct str in = {(const char *)data + 1, size - 1};
    struct sha256 whole = read_all(in, in.n ? in.n : 1, LOOKS_MAX);
    struct sha256 pieces = read_all(in, data[0] ? data[0] : 1, 0);
    assert(hash_equal((struct str){(const char *)whole.bytes, SHA256_BYTES},
                      (struct str){(const char *)pieces.bytes, SHA256_BYTES}));
    return 0;
}
