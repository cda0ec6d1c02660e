/* SPDX-License-Identifier: MIT */
/* Who is let in: rows of requests, and what becomes of them. */
#include "face/access.h"

#include "fixture.h"

#define GOOD  "pc_good"
#define ENDED "pc_ended"
#define FEED  "pf_feed"
#define BASIC "Authorization: Basic "

static struct door {
    struct fixture *f;
    struct keep *keep;
    struct arena *arena;
    struct access *access;
    struct http_request request;
    struct access_verdict verdict;
    bool is_remote;
} d;

static int open_door(void **state)
{
    struct error e = {0};
    struct buf file;
    (void)state;
    d = (struct door){.f = fixture_new(), .arena = arena_new(1 << 20)};
    d.keep = keep_new(TOKENS_FILE_MAX);
    buf_init(&file, TOKENS_FILE_MAX);
    buf_add_c(&file, "{\"version\":1,\"tokens\":[");
    static const char *const rows[][3] = {
        {"good", GOOD, "\"scopes\":\"read,trade\""},
        {"ended", ENDED, "\"scopes\":\"read\",\"expires\":\"2026-11-22T18:00:00Z\""},
        {"feed", FEED, "\"scopes\":\"read\",\"kind\":\"feed\""}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char hex[SHA256_HEX_MAX];
        struct sha256 hash = hash_sha256(str_of(rows[i][1]));
        hash_hex(&hash, hex);
        buf_add_f(&file, "%s{\"name\":\"%s\",\"sha256\":\"%s\",%s}", i ? "," : "", rows[i][0], hex,
                  rows[i][2]);
    }
    buf_add_c(&file, "]}");
    d.f->core.tokens = tokens_new(buf_str(&file), d.keep, &e);
    buf_fini(&file);
    d.f->settings.values.http.hosts = STR("gate.example");
    d.f->settings.values.http.cors_origins = STR("https://app.example");
    d.access = access_new(&d.f->core);
    access_listens(d.access, 5000, false);
    return d.f->core.tokens ? 0 : -1;
}

static int close_door(void **state)
{
    (void)state;
    access_free(d.access);
    tokens_free(d.f->core.tokens);
    keep_free(d.keep);
    arena_free(d.arena);
    fixture_free(d.f);
    return 0;
}

/* "GET /path?query" with headers as "Name: value" lines; Host is ours unless it is among them. */
static const struct access_verdict *ask(const char *line, const char *headers)
{
    struct http_request *r = &d.request;
    struct str rest = str_of(line), lines = str_of(headers), one;
    arena_reset(d.arena);
    *r = (struct http_request){.is_loopback = !d.is_remote,
                               .network = d.is_remote ? STR("192.0.2.1") : STR("127.0.0.1")};
    (void)str_cut(&rest, ' ', &r->method);
    size_t mark = str_find(rest, '?', 0);
    r->path = str_sub(rest, 0, mark);
    r->query = mark < rest.n ? str_sub(rest, mark + 1, rest.n) : STR_NONE;
    while (lines.n && str_cut(&lines, '\n', &one)) {
        size_t colon = str_find(one, ':', 0);
        r->headers[r->header_count++] =
            (struct http_pair){str_sub(one, 0, colon), str_sub(one, colon + 2, one.n)};
    }
    if (!http_header_count(r, STR("Host")))
        r->headers[r->header_count++] =
            (struct http_pair){STR("Host"), d.is_remote ? STR("gate.example") : STR("localhost")};
    access_check(d.access, r, d.f->now, d.arena, &d.verdict);
    return &d.verdict;
}

static struct str header(const char *name)
{
    for (size_t i = 0; i < d.verdict.header_count; i++)
        if (str_ieq(d.verdict.headers[i].name, str_of(name)))
            return d.verdict.headers[i].value;
    return STR_NONE;
}

static const struct {
    const char *line, *headers;
    bool is_remote;
    int status;
    const char *what; /* the principal and its scopes, or the reason of the refusal */
} rows[] = {
    /* without credentials: from this machine, by its own name */
    {"GET /api/portfolio", "", false, 0, "http read,preview"},
    {"GET /api/portfolio", "Host: gate.example", false, 0, "http "},
    {"GET /api/portfolio", "", true, 0, "http "},
    {"GET /api/portfolio", "Host: localhost", true, 0, "http "},
    /* whence */
    {"GET /", "Host: evil.example", false, 403, "HOST"},
    {"GET /mcp", "Host: evil.example\nOrigin: http://evil.example", false, 403, "HOST"},
    {"GET /mcp", "Origin: http://evil.example", false, 403, "ORIGIN"},
    {"GET /mcp", "Origin: https://app.example", false, 0, "http "},
    {"GET /mcp", "Origin: https://app.example\nAuthorization: Bearer " GOOD, false, 0,
     "token:good read,trade"},
    {"OPTIONS /api/portfolio", "Origin: https://app.example", true, 0, "http "},
    {"GET /api/portfolio", "Host: evil.example\nAuthorization: Bearer " GOOD, false, 403, "HOST"},
    {"GET /api/portfolio", "Origin: null\nAuthorization: Bearer " GOOD, false, 403, "ORIGIN"},
    /* Bearer */
    {"GET /api/portfolio", "Authorization: Bearer " GOOD, false, 0, "token:good read,trade"},
    {"GET /api/portfolio", "Authorization: bearer   " GOOD " ", true, 0, "token:good read,trade"},
    {"POST /mcp", "Authorization: Bearer " GOOD, true, 0, "token:good read,trade"},
    {"GET /api/portfolio", "Authorization: Bearer " GOOD "x", false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", "Authorization: Bearer pc_goo", false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", "Authorization: Bearer ", false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", "Authorization: ", false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", "Authorization: " GOOD, false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", "Authorization: Digest " GOOD, false, 401, "UNAUTHORIZED"},
    {"GET /healthz", "Authorization: Bearer wrong", false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", "Authorization: Bearer " ENDED, false, 401, "TOKEN_EXPIRED"},
    {"GET /api/portfolio", "Authorization: Bearer " FEED, false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", "Authorization: Bearer " GOOD "\nAuthorization: Bearer " GOOD, false,
     401, "UNAUTHORIZED"},
    {"GET /api/portfolio?access_token=" GOOD, "", true, 0, "http "},
    /* Basic: anybody:pc_good, :pc_good, a:b:pc_good, pc_good, anybody:wrong, what is no base64 */
    {"GET /api/portfolio", BASIC "YW55Ym9keTpwY19nb29k", false, 0, "token:good read,trade"},
    {"GET /api/portfolio", BASIC "OnBjX2dvb2Q=", true, 0, "token:good read,trade"},
    {"GET /api/portfolio", BASIC "YTpiOnBjX2dvb2Q=", false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", BASIC "cGNfZ29vZA==", false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", BASIC "YW55Ym9keTp3cm9uZw==", false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", BASIC "OnBjX2dvb2Q", false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", BASIC GOOD, false, 401, "UNAUTHORIZED"},
    {"GET /api/portfolio", BASIC "", false, 401, "UNAUTHORIZED"},
    /* feeds */
    {"GET /feed/" FEED "/portfolio.csv", "", false, 0, "token:feed read"},
    {"GET /feed/" FEED "/portfolio.csv", "", true, 0, "token:feed read"},
    {"HEAD /feed/" FEED "/portfolio.csv", "Origin: https://sheet.example", true, 0,
     "token:feed read"},
    {"GET /feed/" FEED "/portfolio.csv", "Host: evil.example", true, 403, "HOST"},
    {"POST /feed/" FEED "/kill", "", false, 405, "METHOD"},
    {"DELETE /feed/" FEED "/orders/1", "", false, 405, "METHOD"},
    {"GET /feed/" GOOD "/portfolio.csv", "", false, 404, "NO_FEED"},
    {"GET /feed/" ENDED "/portfolio.csv", "", false, 404, "NO_FEED"},
    {"GET /feed/" FEED, "", false, 404, "NO_FEED"},
    {"GET /feed//portfolio.csv", "", false, 404, "NO_FEED"},
    {"GET /feed/", "", false, 404, "NO_FEED"},
    {"GET /feed/../api/portfolio", "", false, 404, "NO_FEED"},
    {"GET /feed/%70f_feed/portfolio.csv", "", false, 404, "NO_FEED"},
    {"GET /feed/" FEED "/portfolio.csv", "Authorization: Bearer " GOOD, false, 404, "NO_FEED"},
};

static void each_request_is_let_in_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char what[128], scopes[SCOPES_TEXT_MAX];
        d.is_remote = rows[i].is_remote;
        d.f->now.mono.ns += 60LL * NS_PER_S; /* what went wrong before is forgotten */
        const struct access_verdict *v = ask(rows[i].line, rows[i].headers);
        scopes_format(v->who.scopes, scopes);
        (void)snprintf(what, sizeof what, v->status ? "%s%.0s" : "%s %s",
                       v->status ? v->why.reason : v->who.name, scopes);
        if (v->status != rows[i].status || strcmp(what, rows[i].what) != 0)
            fail_msg("%s (%s): %d %s", rows[i].line, rows[i].headers, v->status, what);
        assert_int_equal(v->who.face, FACE_REST);
        assert_false(v->who.is_human);
        assert_true(!v->who.is_local || !rows[i].is_remote);
        if (v->status && v->status != 405) /* whoever is refused is nobody */
            assert_int_equal(v->who.scopes, 0);
    }
}

static void a_feed_stands_for_a_route(void **state)
{
    static const struct {
        const char *line, *path, *query;
    } feeds[] = {
        {"GET /feed/" FEED "/portfolio.csv", "/api/portfolio", "format=csv"},
        {"GET /feed/" FEED "/portfolio.json?account=DU1", "/api/portfolio",
         "account=DU1&format=json"},
        {"GET /feed/" FEED "/quotes/AAPL,KO.csv", "/api/quotes/AAPL,KO", "format=csv"},
        {"GET /feed/" FEED "/events.ics", "/api/events", "format=ics"},
        {"GET /feed/" FEED "/audit/export.jsonl", "/api/audit/export", "format=jsonl"},
        {"GET /feed/" FEED "/portfolio", "/api/portfolio", ""},
        {"GET /feed/" FEED "/../../mcp", "/api/../../mcp", ""},
        {"GET /feed/" FEED "/", "/api/", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(feeds); i++) {
        const struct access_verdict *v = ask(feeds[i].line, "");
        assert_int_equal(v->status, 0);
        assert_true(str_eq(v->page, STR("*")));
        if (!str_eq(v->path, str_of(feeds[i].path)) || !str_eq(v->query, str_of(feeds[i].query)))
            fail_msg("%s: " STR_FMT "?" STR_FMT, feeds[i].line, STR_ARG(v->path),
                     STR_ARG(v->query));
    }
    (void)ask("GET /feed/pf_guess/portfolio.csv", "");
    assert_true(str_eq(d.verdict.path, STR("/feed/...")));
    assert_lacks(str_of(d.verdict.why.text), "guess");
    assert_null(ask("GET /api/portfolio", "")->page.p);
    assert_true(str_eq(ask("GET /api/portfolio", "Origin: https://app.example")->page,
                       STR("https://app.example")));
}

/* Who stays is looked at again by what it came with. */
static void a_pass_is_good_as_long_as_its_token(void **state)
{
    (void)state;
    struct utc now = d.f->now.wall, before = {now.ns - 3600LL * NS_PER_S};
    (void)ask("GET /api/portfolio", "");
    assert_int_equal(d.verdict.status, 0);
    assert_null(access_end(&d.verdict.pass, now)); /* nothing was shown */
    (void)ask("GET /api/portfolio", "Authorization: Bearer " GOOD);
    assert_int_equal(d.verdict.status, 0);
    struct access_pass good = d.verdict.pass;
    assert_null(access_end(&good, now));
    d.f->now.wall = before;
    (void)ask("GET /api/portfolio", "Authorization: Bearer " ENDED);
    d.f->now.wall = now;
    assert_int_equal(d.verdict.status, 0);
    assert_null(access_end(&d.verdict.pass, before));
    assert_string_equal(access_end(&d.verdict.pass, now), "the token has expired");
    struct tokens *all = d.f->core.tokens;
    d.f->core.tokens = NULL;
    assert_string_equal(access_end(&good, now), "the token was revoked");
    d.f->core.tokens = all;
    good.token[0] ^= 1; /* one that was made anew is another */
    assert_string_equal(access_end(&good, now), "the token was revoked");
}

static void a_refusal_says_what_would_do(void **state)
{
    (void)state;
    (void)ask("GET /api/portfolio", "Authorization: Bearer x");
    assert_int_equal(d.verdict.header_count, 2);
    assert_true(str_eq(d.verdict.headers[0].value,
                       STR("Bearer realm=\"portcullis\", error=\"invalid_token\"")));
    assert_true(str_starts(d.verdict.headers[1].value, STR("Basic realm=\"portcullis\"")));
    (void)ask("POST /mcp", "Authorization: Bearer x");
    assert_int_equal(d.verdict.header_count, 1);
    struct principal who = d.verdict.who;
    access_wants_scope(d.access, &d.request, &who, SCOPE_READ, "mcp", d.arena, &d.verdict);
    assert_int_equal(d.verdict.status, 401);
    assert_true(str_eq(header("WWW-Authenticate"), STR("Bearer realm=\"portcullis\"")));
    str_copy_cut(who.name, sizeof who.name, STR("token:sheet"));
    access_wants_scope(d.access, &d.request, &who, SCOPE_READ, "mcp", d.arena, &d.verdict);
    assert_int_equal(d.verdict.status, 403);
    assert_string_equal(d.verdict.why.text, "token:sheet may not call mcp");
    assert_int_equal(d.verdict.header_count, 0); /* nobody can give it another scope */
    (void)ask("POST /feed/" FEED "/kill", "");
    assert_true(str_eq(header("Allow"), STR("GET, HEAD")));
}

static void local_is_who_is_here_and_says_so(void **state)
{
    (void)state;
    assert_true(ask("GET /", "")->who.is_local);
    assert_true(ask("GET /", "Origin: http://localhost")->who.is_local);
    assert_false(ask("GET /", "Host: gate.example")->who.is_local);
    assert_false(ask("GET /", "Origin: https://app.example")->who.is_local);
    d.is_remote = true;
    assert_false(ask("GET /", "")->who.is_local);
    assert_false(ask("GET /", "Host: localhost")->who.is_local);
}

static void without_the_setting_nobody_reads_unnamed(void **state)
{
    (void)state;
    d.f->settings.values.http.anonymous_read = false;
    assert_int_equal(ask("GET /api/portfolio", "")->who.scopes, 0);
    assert_int_equal(ask("GET /api/portfolio", "Authorization: Bearer " GOOD)->who.scopes,
                     SCOPE_READ | SCOPE_TRADE);
}

static void a_token_may_ask_so_often(void **state)
{
    (void)state;
    d.f->settings.values.http.requests_per_minute = 60;
    for (int i = 0; i < 60; i++)
        assert_int_equal(ask("GET /", "Authorization: Bearer " GOOD)->status, 0);
    assert_int_equal(ask("GET /", "Authorization: Bearer " GOOD)->status, 429);
    assert_string_equal(d.verdict.why.reason, "RATE_PRINCIPAL");
    assert_true(str_eq(header("Retry-After"), STR("1")));
    assert_int_equal(ask("GET /feed/" FEED "/portfolio.csv", "")->status, 0); /* another one */
    assert_int_equal(ask("GET /", "")->status, 0);
    d.f->now.mono.ns += NS_PER_S;
    assert_int_equal(ask("GET /", "Authorization: Bearer " GOOD)->status, 0);
    assert_int_equal(ask("GET /", "Authorization: Bearer " GOOD)->status, 429);
    d.f->settings.values.http.requests_per_minute = 0;
    assert_int_equal(ask("GET /", "Authorization: Bearer " GOOD)->status, 0);
}

static void an_address_of_another_machine_may_ask_so_often(void **state)
{
    (void)state;
    d.f->settings.values.http.address_requests_per_minute = 2;
    for (int i = 0; i < 10; i++)
        assert_int_equal(ask("GET /", "")->status, 0); /* from here */
    d.is_remote = true;
    for (int i = 0; i < 2; i++)
        assert_int_equal(ask("GET /", "")->status, 0);
    assert_int_equal(ask("GET /", "Authorization: Bearer " GOOD)->status, 429);
    assert_string_equal(d.verdict.why.reason, "RATE_ADDRESS");
    assert_true(str_eq(header("Retry-After"), STR("30")));
}

static void who_guesses_is_not_listened_to_for_a_while(void **state)
{
    (void)state;
    for (int remote = 0; remote < 2; remote++) {
        d.is_remote = remote;
        for (int i = 0; i < ACCESS_FAILURES_PER_MINUTE; i++)
            assert_int_equal(
                ask(i % 2 ? "GET /" : "GET /feed/x/y", "Authorization: Bearer x")->status,
                i % 2 ? 401 : 404);
        assert_int_equal(ask("GET /", "Authorization: Bearer x")->status, 429);
        assert_string_equal(d.verdict.why.reason, "RATE_CREDENTIALS");
        assert_int_equal(ask("GET /feed/x/y", "")->status, 429);
        /* on this machine it may have been anybody, so a right token still opens */
        assert_int_equal(ask("GET /", "Authorization: Bearer " GOOD)->status, remote ? 429 : 0);
        assert_int_equal(ask("GET /feed/" FEED "/portfolio.csv", "")->status, remote ? 429 : 0);
        assert_int_equal(ask("GET /", "")->status, 0);
    }
    d.f->now.mono.ns += 3LL * NS_PER_S;
    assert_int_equal(ask("GET /", "Authorization: Bearer " GOOD)->status, 0);
}

#define DOOR(test) cmocka_unit_test_setup_teardown(test, open_door, close_door)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DOOR(each_request_is_let_in_or_refused),
        DOOR(a_feed_stands_for_a_route),
        DOOR(a_pass_is_good_as_long_as_its_token),
        DOOR(a_refusal_says_what_would_do),
        DOOR(local_is_who_is_here_and_says_so),
        DOOR(without_the_setting_nobody_reads_unnamed),
        DOOR(a_token_may_ask_so_often),
        DOOR(an_address_of_another_machine_may_ask_so_often),
        DOOR(who_guesses_is_not_listened_to_for_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
