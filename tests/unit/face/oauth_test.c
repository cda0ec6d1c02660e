/* SPDX-License-Identifier: MIT */
/* Tokens of an issuer at the door: who they are, which keys they want, and what is told about us.
 */
#include "face/access.h"

#include "../data/jwt_samples.h"
#include "data/json.h"
#include "face/rest.h"
#include "fixture.h"

static struct door {
    struct fixture *f;
    struct arena *arena;
    struct access *access;
    struct http_request request;
    struct access_verdict verdict;
} d;

static int open_door(void **state)
{
    (void)state;
    d = (struct door){.f = fixture_new(), .arena = arena_new(1 << 20)};
    d.f->now.wall.ns = SAMPLE_NOW * NS_PER_S;
    struct settings_values *v = &d.f->settings.values;
    v->oauth.issuer = STR(SAMPLE_ISSUER);
    v->oauth.audience = STR(SAMPLE_AUDIENCE);
    v->oauth.jwks_url = STR("https://login.example/keys");
    d.access = access_new(&d.f->core);
    access_listens(d.access, 5000, false);
    return 0;
}

static int close_door(void **state)
{
    (void)state;
    access_free(d.access);
    arena_free(d.arena);
    fixture_free(d.f);
    return 0;
}

static const char *sample(const char *name)
{
    for (size_t i = 0; i < COUNT(samples); i++)
        if (strcmp(samples[i].name, name) == 0)
            return samples[i].token;
    fail_msg("no sample %s", name);
    return NULL;
}

static const struct access_verdict *ask(const char *path, const char *scheme, const char *token)
{
    static char given[8192];
    (void)snprintf(given, sizeof given, "%s %s", scheme, token);
    arena_reset(d.arena);
    d.request = (struct http_request){
        .method = STR("GET"),
        .path = str_of(path),
        .is_loopback = true,
        .network = STR("127.0.0.1"),
        .headers = {{STR("Host"), STR("localhost")}, {STR("Authorization"), str_of(given)}},
        .header_count = token ? 2 : 1};
    access_check(d.access, &d.request, d.f->now, d.arena, &d.verdict);
    return &d.verdict;
}

static struct str challenge(void)
{
    for (size_t i = 0; i < d.verdict.header_count; i++)
        if (str_eq(d.verdict.headers[i].name, STR("WWW-Authenticate")))
            return d.verdict.headers[i].value;
    return STR_NONE;
}

static bool bring(const char *keys, const struct error *why)
{
    struct error e = {0};
    struct oauth *o = access_oauth(d.access);
    assert_true(oauth_wants_keys(o, d.f->now));
    assert_false(oauth_wants_keys(o, d.f->now)); /* once is enough */
    return oauth_keys(o, str_of(keys), why, d.f->now, &e);
}

static void wait_s(int64_t s)
{
    d.f->now.mono.ns += s * NS_PER_S;
}

static void a_good_token_is_a_principal_with_its_scopes(void **state)
{
    static const char *const good[] = {"RS256", "PS256", "ES256", "EdDSA", "aud list"};
    (void)state;
    assert_true(bring(sample_keys, NULL));
    for (size_t i = 0; i < 2 * COUNT(good); i++) { /* the second time it is remembered */
        const struct access_verdict *v = ask("/mcp", "Bearer", sample(good[i % COUNT(good)]));
        assert_int_equal(v->status, 0);
        assert_string_equal(v->who.name, "oauth:ann");
        assert_int_equal(v->who.scopes, SCOPE_READ | SCOPE_TRADE);
        assert_true(access_is_named(&v->who));
        assert_false(v->who.is_human);
    }
    assert_string_equal(ask("/mcp", "Bearer", sample("client_id"))->who.name, "oauth:robot");
    d.f->now.wall.ns += 400LL * NS_PER_S; /* what is remembered ends, too */
    assert_int_equal(ask("/mcp", "Bearer", sample("ES256"))->status, 401);
    assert_string_equal(d.verdict.why.reason, "TOKEN_EXPIRED");
}

static void a_bad_token_is_refused_with_where_to_get_one(void **state)
{
    (void)state;
    assert_true(bring(sample_keys, NULL));
    for (size_t i = 0; i < COUNT(samples); i++) {
        wait_s(60); /* what failed before is forgotten */
        if (!samples[i].reason[0] || !samples[i].token[0])
            continue;
        const struct access_verdict *v = ask("/mcp", "Bearer", samples[i].token);
        bool is_key = strcmp(samples[i].reason, "JWT_KEY") == 0; /* perhaps it is to come */
        if (v->status != (is_key ? 503 : 401))
            fail_msg("%s: %d %s", samples[i].name, v->status, v->why.reason);
        assert_int_equal(v->who.scopes, 0);
    }
    (void)ask("/mcp", "Bearer", sample("audience"));
    assert_holds(challenge(), "error=\"invalid_token\"");
    assert_holds(challenge(), "resource_metadata=\"https://gate.example/.well-known/"
                              "oauth-protected-resource/mcp\"");
    assert_holds(challenge(), "scope=\"portcullis:read portcullis:preview\"");
    wait_s(60);
    assert_int_equal(ask("/mcp", "Basic", sample("ES256"))->status, 401);
}

static void scopes_of_others_are_not_ours(void **state)
{
    (void)state;
    assert_true(bring(sample_keys, NULL));
    d.f->settings.values.oauth.scope_prefix = STR("gate/");
    assert_int_equal(ask("/mcp", "Bearer", sample("ES256"))->status, 403);
    assert_string_equal(d.verdict.why.reason, "INSUFFICIENT_SCOPE");
    assert_holds(challenge(), "error=\"insufficient_scope\"");
}

static void keys_are_fetched_when_they_are_needed_and_not_more(void **state)
{
    struct oauth *o = access_oauth(d.access);
    const struct error why = {.code = ERROR_TIMEOUT, .reason = "FETCH_TIMEOUT", .text = "late"};
    (void)state;
    assert_int_equal(ask("/mcp", "Bearer", sample("ES256"))->status, 503);
    assert_string_equal(d.verdict.why.reason, "OAUTH_KEYS");
    assert_false(bring("", &why));
    assert_false(oauth_wants_keys(o, d.f->now));
    wait_s(OAUTH_KEYS_PAUSE_S);
    assert_false(bring("{\"keys\":[]}", NULL));
    wait_s(OAUTH_KEYS_PAUSE_S);
    assert_true(bring(sample_keys, NULL));
    assert_int_equal(ask("/mcp", "Bearer", sample("ES256"))->status, 0);
    /* a key that is not known: a little later it may be */
    assert_int_equal(ask("/mcp", "Bearer", sample("unknown kid"))->status, 401);
    assert_false(oauth_wants_keys(o, d.f->now));
    wait_s(OAUTH_KEYS_PAUSE_S);
    assert_int_equal(ask("/mcp", "Bearer", sample("unknown kid"))->status, 503);
    assert_true(bring(sample_keys, NULL));
    assert_int_equal(ask("/mcp", "Bearer", sample("unknown kid"))->status, 401);
    wait_s(OAUTH_KEYS_PAUSE_S);
    assert_true(bring(sample_keys, NULL)); /* it was asked for again, hence once more */
    assert_false(oauth_wants_keys(o, d.f->now));
    /* once an hour; what cannot be fetched anew serves for a day */
    wait_s(OAUTH_KEYS_EVERY_S);
    assert_false(bring("", &why));
    assert_int_equal(ask("/mcp", "Bearer", sample("EdDSA"))->status, 0);
    wait_s(OAUTH_KEYS_SERVE_S);
    assert_int_equal(ask("/mcp", "Bearer", sample("PS256"))->status, 503);
}

static void keys_that_changed_end_what_was_remembered(void **state)
{
    (void)state;
    assert_true(bring(sample_keys, NULL));
    assert_int_equal(ask("/mcp", "Bearer", sample("ES256"))->status, 0);
    wait_s(OAUTH_KEYS_EVERY_S);
    assert_true(bring("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"x\",\"x\":"
                      "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
                      NULL));
    wait_s(OAUTH_KEYS_PAUSE_S);
    assert_int_equal(ask("/mcp", "Bearer", sample("ES256"))->status, 503);
}

static void without_an_issuer_there_is_nothing_of_it(void **state)
{
    (void)state;
    struct oauth *o = access_oauth(d.access);
    assert_true(oauth_is_metadata(o, STR("/.well-known/oauth-protected-resource")));
    assert_true(oauth_is_metadata(o, STR("/.well-known/oauth-protected-resource/mcp")));
    assert_false(oauth_is_metadata(o, STR("/.well-known/oauth-protected-resource/x")));
    assert_true(str_eq(ask("/.well-known/oauth-protected-resource", "", NULL)->page, STR("*")));
    d.f->settings.values.oauth.issuer = STR("");
    assert_false(oauth_is_metadata(o, STR("/.well-known/oauth-protected-resource")));
    assert_int_equal(ask("/mcp", "Bearer", sample("ES256"))->status, 401);
    assert_true(str_eq(challenge(), STR("Bearer realm=\"portcullis\", error=\"invalid_token\"")));
}

static void the_metadata_say_whose_tokens_serve(void **state)
{
    struct buf b;
    struct error e = {0};
    (void)state;
    buf_init(&b, 4096);
    oauth_metadata(access_oauth(d.access), &b);
    const struct json *j = json_parse(buf_str(&b), d.arena, &e);
    assert_true(str_eq(json_get_str(j, STR("resource")), STR(SAMPLE_AUDIENCE)));
    assert_holds(buf_str(&b), "\"authorization_servers\":[\"" SAMPLE_ISSUER "\"]");
    assert_holds(buf_str(&b), "\"scopes_supported\":[\"portcullis:read\",\"portcullis:preview\","
                              "\"portcullis:note\",\"portcullis:trade\"]");
    assert_holds(buf_str(&b), "\"bearer_methods_supported\":[\"header\"]");
    buf_fini(&b);
}

/* ---- a good token that does not reach ---- */

struct answer {
    struct http_request request;
    struct http_response response;
    char challenge[512];
    bool is_over;
};

static void answer(struct task *t, void *arg)
{
    struct answer *a = arg;
    struct rest_config config = {.access = d.access};
    rest_answer(t, &d.f->core, &config, &a->request, &a->response);
    for (size_t i = 0; i < a->response.header_count; i++)
        if (str_eq(a->response.headers[i].name, STR("WWW-Authenticate")))
            str_copy_cut(a->challenge, sizeof a->challenge, a->response.headers[i].value);
    a->is_over = true;
}

static void a_route_beyond_the_token_is_403_with_the_way_to_a_better_one(void **state)
{
    static char given[8192];
    struct answer a = {0};
    (void)state;
    assert_true(bring(sample_keys, NULL));
    (void)snprintf(given, sizeof given, "Bearer %s", sample("ES256"));
    a.request = (struct http_request){
        .method = STR("POST"),
        .path = STR("/api/test/echo/a"),
        .is_loopback = true,
        .network = STR("127.0.0.1"),
        .headers = {{STR("Host"), STR("localhost")}, {STR("Authorization"), str_of(given)}},
        .header_count = 2};
    assert_non_null(task_spawn(d.f->tasks, d.f->now, 1000, answer, &a));
    fixture_run(d.f, 10);
    assert_true(a.is_over);
    assert_int_equal(a.response.status, 403);
    assert_holds(buf_str(&a.response.body), "oauth:ann may not call test_post");
    assert_string_equal(
        a.challenge,
        "Bearer realm=\"portcullis\", error=\"insufficient_scope\", resource_metadata=\""
        "https://gate.example/.well-known/oauth-protected-resource/mcp\", scope=\"portcullis:read "
        "portcullis:preview portcullis:trade\", error_description=\"test_post needs the scope "
        "portcullis:preview\"");
    buf_fini(&a.response.body);
}

#define DOOR(test) cmocka_unit_test_setup_teardown(test, open_door, close_door)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DOOR(a_good_token_is_a_principal_with_its_scopes),
        DOOR(a_bad_token_is_refused_with_where_to_get_one),
        DOOR(scopes_of_others_are_not_ours),
        DOOR(keys_are_fetched_when_they_are_needed_and_not_more),
        DOOR(keys_that_changed_end_what_was_remembered),
        DOOR(without_an_issuer_there_is_nothing_of_it),
        DOOR(the_metadata_say_whose_tokens_serve),
        DOOR(a_route_beyond_the_token_is_403_with_the_way_to_a_better_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
