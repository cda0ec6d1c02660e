/* SPDX-License-Identifier: MIT */
/*
 * Whoever listens hears no longer than what it came with is good: streams of REST and of both eras
 * of MCP end within two seconds, say why, and the door refuses who comes again with the same.
 */
#include "../data/jwt_samples.h"
#include "reader.h"

#include "face/rest_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECONDS   *1000
#define COUNT(a)  (sizeof(a) / sizeof(a)[0])
#define LIFE_S    300 /* of the samples */
#define LEEWAY_S  60  /* that the door allows */
#define WITHIN_MS 2000

static struct world *world;

static int set_up(void **state)
{
    struct world_config config = {.seed = 1, .start = {SAMPLE_NOW * NS_PER_S}};
    struct error e = {0};
    (void)state;
    world = world_new(&config, &e);
    if (!world)
        return -1;
    struct settings_values *v = &world->settings.values;
    v->oauth.issuer = STR(SAMPLE_ISSUER);
    v->oauth.audience = STR(SAMPLE_AUDIENCE);
    v->oauth.jwks_url = STR("https://login.example/keys");
    if (!world_start_paper(world, &e) || !world_start_app(world, &e) ||
        !world_run(world, 10 SECONDS))
        return -1;
    struct oauth *o = access_oauth(app_access(world->app));
    return oauth_wants_keys(o, world->now) &&
                   oauth_keys(o, str_of(sample_keys), NULL, world->now, &e)
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    world_free(world);
    return 0;
}

static const char *issued(void)
{
    for (size_t i = 0; i < COUNT(samples); i++)
        if (strcmp(samples[i].name, "ES256") == 0)
            return samples[i].token;
    fail_msg("no sample");
    return NULL;
}

/* ---- one who listens ---- */

struct way {
    const char *method, *path, *version, *rpc_method, *body;
};

#define META                                                                                       \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                       \
    "\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define OLD "2025-11-25"
static const struct way rest = {"GET", STREAM_PATH, NULL, NULL, ""};
static const struct way modern = {
    "POST", "/mcp", "2026-07-28", "subscriptions/listen",
    "{\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"method\":\"subscriptions/listen\",\"params\":{" META
    ",\"notifications\":{\"resourceSubscriptions\":[\"portcullis://orders\"]}}}"};
static const struct way hello = {
    "POST", "/mcp", OLD, NULL,
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
    "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"X\",\"version\":\"1\"}}}"};
static const struct way own_stream = {"GET", "/mcp", OLD, NULL, ""};
static const struct way ping = {"POST", "/mcp", OLD, NULL,
                                "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}"};

static void go(struct reader *r, const struct way *way, const char *token, const char *session)
{
    static char bearer[8192];
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", token);
    const struct http_pair headers[] = {
        {STR("Host"), STR("127.0.0.1:5000")},
        {STR("Authorization"), str_of(bearer)},
        {STR("Content-Type"), STR("application/json")},
        {STR("MCP-Protocol-Version"), way->version ? str_of(way->version) : STR_NONE},
        {STR("Mcp-Method"), way->rpc_method ? str_of(way->rpc_method) : STR_NONE},
        {STR("MCP-Session-Id"), session ? str_of(session) : STR_NONE}};
    struct http_request request = {.method = str_of(way->method),
                                   .path = str_of(way->path),
                                   .body = str_of(way->body),
                                   .peer = STR("127.0.0.1"),
                                   .network = STR("127.0.0.1"),
                                   .is_loopback = true};
    for (size_t i = 0; i < COUNT(headers); i++)
        if (headers[i].value.p)
            request.headers[request.header_count++] = headers[i];
    *r = (struct reader){.status = 0};
    buf_init(&r->heard, 1 << 20);
    struct http_sink sink = reader_sink(r);
    struct app_http *h = app_http_start(world->app, &request, world->now, sink);
    bool is_over = r->status && !h;
    r->http = is_over ? NULL : h;
    assert_true(world_run(world, 100));
}

static void fini(struct reader *r)
{
    if (r->http)
        app_http_abandon(r->http);
    buf_fini(&r->heard);
}

static bool hears(const struct reader *r, const char *part)
{
    return str_find_str(buf_str(&r->heard), str_of(part)) < r->heard.n;
}

static void assert_hears(const struct reader *r, const char *part)
{
    if (!hears(r, part))
        fail_msg("'%s' is not in: " STR_FMT, part, STR_ARG(buf_str(&r->heard)));
}

static void assert_refused(const struct way *way, const char *token, const char *session)
{
    struct reader r;
    go(&r, way, token, session);
    assert_int_equal(r.status, 401);
    assert_null(r.http);
    fini(&r);
}

static void revoke(const char *name)
{
    struct ask a = {.world = NULL};
    struct answer answer;
    char line[80];
    (void)snprintf(line, sizeof line, "token revoke %s", name);
    answer_start(&answer);
    assert_true(ask_cli(&a, world, str_of(line), true, &answer));
    assert_true(ask_finish(&a, 60 SECONDS));
    assert_int_equal(answer.status, 0);
    answer_free(&answer);
}

/* All three ways to listen. */
struct listeners {
    struct reader rest, modern, own;
    char session[40];
};

static void listen_all(struct listeners *l, const char *token)
{
    struct reader first;
    go(&first, &hello, token, NULL);
    assert_int_equal(first.status, 200);
    str_copy_cut(l->session, sizeof l->session, STR_NAME(first.session));
    fini(&first);
    go(&l->rest, &rest, token, NULL);
    go(&l->modern, &modern, token, NULL);
    go(&l->own, &own_stream, token, l->session);
    assert_non_null(l->rest.http);
    assert_non_null(l->modern.http);
    assert_non_null(l->own.http);
}

static void assert_all_ended(struct listeners *l, const char *why)
{
    char text[200];
    assert_null(l->rest.http);
    (void)snprintf(text, sizeof text, "\"why\":\"%s\"}\n\n", why);
    assert_hears(&l->rest, "event: end\n");
    assert_hears(&l->rest, text);
    assert_null(l->modern.http);
    (void)snprintf(
        text, sizeof text,
        "{\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"error\":{\"code\":-32600,\"message\":\"%s\"", why);
    assert_hears(&l->modern, text);
    assert_null(l->own.http);
    (void)snprintf(text, sizeof text, "\"level\":\"warning\",\"logger\":\"access\",\"data\":\"%s\"",
                   why);
    assert_hears(&l->own, text);
}

static void fini_all(struct listeners *l)
{
    fini(&l->rest);
    fini(&l->modern);
    fini(&l->own);
}

/* ---- the tests ---- */

static void the_token_of_an_issuer_ends_and_with_it_what_it_opened(void **state)
{
    struct listeners l;
    struct reader nobody;
    (void)state;
    listen_all(&l, issued());
    go(&nobody, &rest, "", NULL); /* a header without a token */
    assert_int_equal(nobody.status, 401);
    fini(&nobody);
    assert_true(world_run(world, (LIFE_S + LEEWAY_S - 20) SECONDS));
    assert_non_null(l.rest.http); /* as long as the door would let it in */
    assert_non_null(l.modern.http);
    assert_non_null(l.own.http);
    assert_true(world_run(world, 20 SECONDS));
    assert_all_ended(&l, "the token has expired");
    assert_refused(&rest, issued(), NULL);
    assert_refused(&modern, issued(), NULL);
    assert_refused(&own_stream, issued(), l.session);
    assert_refused(&ping, issued(), l.session);
    fini_all(&l);
}

static void a_key_that_the_issuer_withdraws_ends_what_it_signed(void **state)
{
    static const char others[] =
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"x\",\"x\":"
        "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}";
    struct listeners l;
    struct oauth *o = access_oauth(app_access(world->app));
    struct error e = {0};
    (void)state;
    listen_all(&l, issued());
    struct moment later = {instant_after_ms(world->now.mono, OAUTH_KEYS_EVERY_S * 1000LL),
                           world->now.wall};
    assert_true(oauth_wants_keys(o, later));
    assert_true(oauth_keys(o, str_of(sample_keys), NULL, later, &e)); /* the same again */
    assert_true(world_run(world, WITHIN_MS));
    assert_non_null(l.rest.http);
    later.mono = instant_after_ms(later.mono, OAUTH_KEYS_EVERY_S * 1000LL);
    assert_true(oauth_wants_keys(o, later));
    assert_true(oauth_keys(o, str_of(others), NULL, later, &e));
    assert_true(world_run(world, WITHIN_MS));
    assert_all_ended(&l, "the token was revoked");
    fini_all(&l);
}

static void a_token_that_is_revoked_ends_what_it_opened_and_nothing_else(void **state)
{
    struct listeners l, other;
    struct reader again;
    (void)state;
    listen_all(&l, WORLD_TOKEN);
    listen_all(&other, issued());
    revoke("story");
    assert_true(world_run(world, WITHIN_MS));
    assert_all_ended(&l, "the token was revoked");
    assert_non_null(other.rest.http);
    assert_non_null(other.modern.http);
    assert_non_null(other.own.http);
    assert_refused(&rest, WORLD_TOKEN, NULL);
    assert_refused(&own_stream, WORLD_TOKEN, l.session);
    /* a session outlives its stream, for its own */
    app_http_abandon(other.own.http);
    other.own.http = NULL;
    go(&again, &own_stream, issued(), other.session);
    assert_int_equal(again.status, 200);
    fini(&again);
    fini_all(&l);
    fini_all(&other);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_token_of_an_issuer_ends_and_with_it_what_it_opened),
        TEST(a_key_that_the_issuer_withdraws_ends_what_it_signed),
        TEST(a_token_that_is_revoked_ends_what_it_opened_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
