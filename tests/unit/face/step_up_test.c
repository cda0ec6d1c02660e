/* SPDX-License-Identifier: MIT */
/*
 * A token that lacks a scope: who has one of an issuer is told over HTTP, by 403 and a challenge,
 * which better one to get; who has one of ours hears a sentence.
 */
#include "face/oauth.h"

#include "fixture.h"

enum { HEADER_MAX = 512 };

static struct fixture *f;

static int set_up(void **state)
{
    (void)state;
    f = fixture_new();
    f->settings.values.oauth.issuer = STR("https://login.example");
    f->settings.values.oauth.audience = STR("https://gate.example/mcp");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_free(f);
    return 0;
}

/* ---- the challenge ---- */

#define HEAD "Bearer realm=\"portcullis\", error=\"insufficient_scope\", resource_metadata=\""
#define DATA "https://gate.example/.well-known/oauth-protected-resource/mcp\", scope=\""

static const struct {
    const char *who;
    unsigned has;
    enum scope needs;
    const char *said; /* "": nothing, because no issuer can help */
} cases[] = {
    {"oauth:ann", SCOPE_READ, SCOPE_TRADE,
     HEAD DATA "portcullis:read portcullis:trade\", "
               "error_description=\"test_order needs the scope portcullis:trade\""},
    {"oauth:ann mcp:x\"y", SCOPE_TRADE, SCOPE_READ,
     HEAD DATA "portcullis:read portcullis:trade\", "
               "error_description=\"test_order needs the scope portcullis:read\""},
    {"oauth:ann", SCOPE_READ, SCOPE_APPROVE, ""},
    {"oauth:ann", SCOPE_READ, SCOPE_ADMIN, ""},
    {"token:sheet", SCOPE_READ, SCOPE_TRADE, ""},
    {"uid:1000", SCOPE_READ, SCOPE_TRADE, ""},
};

static void the_challenge_names_what_is_had_and_what_is_needed(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct principal who = {.scopes = cases[i].has};
        str_copy_cut(who.name, sizeof who.name, str_of(cases[i].who));
        struct str said =
            oauth_step_up(&f->settings.values.oauth, &who, cases[i].needs, "test_order", arena);
        assert_int_equal(said.n, strlen(cases[i].said));
        assert_holds(said, cases[i].said);
    }
    arena_free(arena);
}

/* ---- MCP over HTTP ---- */

struct got {
    int status;
    char challenge[HEADER_MAX], session[64];
    struct buf body;
};

static void take(void *self, struct http_response *r)
{
    struct got *g = self;
    g->status = r->status;
    for (size_t i = 0; i < r->header_count; i++) {
        if (str_eq(r->headers[i].name, STR("WWW-Authenticate")))
            str_copy_cut(g->challenge, sizeof g->challenge, r->headers[i].value);
        if (str_eq(r->headers[i].name, STR("MCP-Session-Id")))
            str_copy_cut(g->session, sizeof g->session, r->headers[i].value);
    }
    buf_fini(&g->body);
    g->body = r->body;
}

static bool take_piece(void *self, struct str piece)
{
    struct got *g = self;
    return buf_add_str(&g->body, piece);
}

static void take_end(void *self)
{
    (void)self;
}

static void begin_ask(struct got *g, const char *who, unsigned scopes, const char *session,
                      bool is_modern, const char *method, const char *name, const char *body)
{
    struct visitor visitor = {.who = {.face = FACE_MCP, .scopes = scopes}};
    struct http_request r = {.method = STR("POST"),
                             .path = STR("/mcp"),
                             .body = str_of(body),
                             .headers = {{STR("Content-Type"), STR("application/json")},
                                         {STR("MCP-Protocol-Version"),
                                          is_modern ? STR("2026-07-28") : STR("2025-11-25")},
                                         {STR("Mcp-Method"), str_of(method)}},
                             .header_count = 3};
    str_copy_cut(visitor.who.name, sizeof visitor.who.name, str_of(who));
    if (name[0])
        r.headers[r.header_count++] = (struct http_pair){STR("Mcp-Name"), str_of(name)};
    if (session)
        r.headers[r.header_count++] = (struct http_pair){STR("MCP-Session-Id"), str_of(session)};
    *g = (struct got){0};
    buf_init(&g->body, 1 << 20);
    struct http_sink sink = {take, take, take_piece, take_end, g};
    (void)mcp_face_request(f->mcp, &r, &visitor, f->now, sink);
}

#define META                                                                                       \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                       \
    "\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define RPC(method, params)                                                                        \
    "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" method "\",\"params\":{" params "}}"
#define ORDER "\"name\":\"test_order\",\"arguments\":{\"quantity\":5}"

static void ask_modern(struct got *g, const char *who, unsigned scopes, const char *method,
                       const char *name, const char *body)
{
    begin_ask(g, who, scopes, NULL, true, method, name, body);
    fixture_run(f, 10);
}

static void ask_session(struct got *g, const char *who, unsigned scopes, const char *session,
                        const char *method, const char *body)
{
    begin_ask(g, who, scopes, session, false, method, "", body);
    fixture_run(f, 10);
}

static void fini(struct got *g)
{
    buf_fini(&g->body);
}

static void a_call_beyond_the_token_is_403_for_an_issuers_and_a_sentence_for_ours(void **state)
{
    struct got g;
    (void)state;
    ask_modern(&g, "oauth:ann", SCOPE_READ, "tools/call", "test_order",
               RPC("tools/call", META "," ORDER));
    assert_int_equal(g.status, 403);
    assert_holds(STR_NAME(g.challenge), "scope=\"portcullis:read portcullis:trade\"");
    assert_holds(buf_str(&g.body), "\"id\":7,\"error\":{\"code\":");
    assert_holds(buf_str(&g.body), "oauth:ann may not call test_order; it needs the scope trade");
    fini(&g);
    ask_modern(&g, "token:sheet", SCOPE_READ, "tools/call", "test_order",
               RPC("tools/call", META "," ORDER));
    assert_int_equal(g.status, 200);
    assert_string_equal(g.challenge, "");
    assert_holds(buf_str(&g.body), "\"isError\":true");
    assert_holds(buf_str(&g.body), "token:sheet may not call test_order");
    fini(&g);
    ask_modern(&g, "oauth:ann", SCOPE_READ | SCOPE_TRADE, "tools/call", "test_order",
               RPC("tools/call", META "," ORDER));
    assert_int_equal(g.status, 200);
    assert_string_equal(g.challenge, "");
    assert_holds(buf_str(&g.body), "\"quantity\":5");
    fini(&g);
    /* no issuer makes administrators */
    ask_modern(&g, "oauth:ann", SCOPE_READ, "tools/call", "test_admin",
               RPC("tools/call", META ",\"name\":\"test_admin\""));
    assert_int_equal(g.status, 200);
    assert_holds(buf_str(&g.body), "\"isError\":true");
    fini(&g);
    ask_modern(&g, "oauth:ann", SCOPE_TRADE, "resources/read", "portcullis://status",
               RPC("resources/read", META ",\"uri\":\"portcullis://status\""));
    assert_int_equal(g.status, 403);
    assert_holds(STR_NAME(g.challenge), "scope=\"portcullis:read portcullis:trade\"");
    fini(&g);
}

static void who_may_step_up_is_shown_what_for(void **state)
{
    static const struct {
        const char *who;
        bool is_shown;
    } askers[] = {{"oauth:ann", true}, {"token:sheet", false}, {"http", false}};
    struct got g;
    (void)state;
    for (size_t i = 0; i < COUNT(askers); i++) {
        ask_modern(&g, askers[i].who, SCOPE_READ, "tools/list", "", RPC("tools/list", META));
        assert_int_equal(g.status, 200);
        assert_true(holds(buf_str(&g.body), "\"name\":\"test_order\"") == askers[i].is_shown);
        assert_lacks(buf_str(&g.body), "\"name\":\"test_admin\"");
        fini(&g);
    }
}

/* The session goes on with the better token, and is worth no more than the newest one. */
static void a_session_may_what_the_token_of_each_request_may(void **state)
{
    struct got g, other;
    char session[64];
    (void)state;
    ask_session(&g, "oauth:ann", SCOPE_READ, NULL, "initialize",
                RPC("initialize", "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
                                  "\"clientInfo\":{\"name\":\"X\",\"version\":\"1\"}"));
    assert_int_equal(g.status, 200);
    str_copy_cut(session, sizeof session, STR_NAME(g.session));
    assert_int_equal(strlen(session), 32);
    fini(&g);
    static const struct {
        unsigned scopes;
        int status;
    } turns[] = {
        {SCOPE_READ, 403}, {SCOPE_READ | SCOPE_TRADE, 200}, {SCOPE_READ, 403}, {SCOPE_TRADE, 200}};
    for (size_t i = 0; i < COUNT(turns); i++) {
        ask_session(&g, "oauth:ann", turns[i].scopes, session, "tools/call",
                    RPC("tools/call", ORDER));
        assert_int_equal(g.status, turns[i].status);
        assert_true((g.challenge[0] != '\0') == (turns[i].status == 403));
        fini(&g);
    }
    /* two in one turn, each with a token of its own */
    begin_ask(&g, "oauth:ann", SCOPE_TRADE, session, false, "tools/call", "",
              RPC("tools/call", ORDER));
    begin_ask(&other, "oauth:ann", SCOPE_READ, session, false, "tools/call", "",
              RPC("tools/call", ORDER));
    fixture_run(f, 10);
    assert_int_equal(g.status, 200);
    assert_int_equal(other.status, 403);
    fini(&g);
    fini(&other);
    ask_session(&g, "oauth:bob", SCOPE_TRADE, session, "tools/call", RPC("tools/call", ORDER));
    assert_int_equal(g.status, 404);
    fini(&g);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(the_challenge_names_what_is_had_and_what_is_needed),
        WITH(a_call_beyond_the_token_is_403_for_an_issuers_and_a_sentence_for_ours),
        WITH(who_may_step_up_is_shown_what_for),
        WITH(a_session_may_what_the_token_of_each_request_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
