/* SPDX-License-Identifier: MIT */
#include "face/access.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "data/hash.h"
#include "data/jwt.h"
#include "data/rate.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define FEED "/feed/"

struct access {
    const struct core *core;
    struct rates *rates;
    struct oauth *oauth;
    int port;
    bool is_tls;
};

/* One decision on its way. */
struct entry {
    struct access *a;
    const struct http_request *r;
    struct moment now;
    struct arena *arena;
    struct access_verdict *v;
};

struct access *access_new(const struct core *core)
{
    assert(core && core->settings);
    struct access *a = xcalloc(1, sizeof *a);
    a->core = core;
    a->rates = rates_new(ACCESS_NAMES_MAX);
    a->oauth = oauth_new(&core->settings->values.oauth);
    return a;
}

void access_free(struct access *a)
{
    if (!a)
        return;
    rates_free(a->rates);
    oauth_free(a->oauth);
    xfree(a);
}

void access_listens(struct access *a, int port, bool is_tls)
{
    assert(a);
    a->is_tls = is_tls;
    a->port = port;
}

struct oauth *access_oauth(struct access *a)
{
    assert(a);
    return a->oauth;
}

bool access_is_named(const struct principal *who)
{
    return token_is_principal(STR_NAME(who->name)) || oauth_is_principal(STR_NAME(who->name));
}

/* By its hash: one that was made anew under the same name is another. */
static const struct token *token_of_pass(const struct access_pass *pass)
{
    const struct tokens *all = pass->door->core->tokens;
    const struct token *t;
    for (size_t i = 0; all && (t = tokens_at(all, i)); i++)
        if (hash_equal(STR_NAME(t->sha256), STR_NAME(pass->token)))
            return t;
    return NULL;
}

const char *access_end(const struct access_pass *pass, struct utc now)
{
    static const char expired[] = "the token has expired", revoked[] = "the token was revoked";
    assert(pass);
    if (!pass->door)
        return NULL;
    if (pass->token[0]) {
        const struct token *t = token_of_pass(pass);
        if (!t)
            return revoked;
        return t->expires.has && t->expires.v.ns <= now.ns ? expired : NULL;
    }
    if (pass->stay.until.ns <= now.ns)
        return expired;
    return oauth_is_withdrawn(pass->door->oauth, &pass->stay) ? revoked : NULL;
}

/* ---- refusals ---- */

static void add_header(struct access_verdict *v, struct str name, struct str value)
{
    assert(v->header_count < sizeof v->headers / sizeof v->headers[0]);
    v->headers[v->header_count++] = (struct http_pair){name, value};
}

static bool refuse(struct entry *x, int status, const char *reason, const char *text,
                   const char *next)
{
    x->v->status = status;
    error_set(&x->v->why, ERROR_DENIED, reason, "%s", text);
    if (next)
        error_next(&x->v->why, "%s", next);
    return false;
}

static bool refuse_rate(struct entry *x, const char *reason, const char *text, int64_t wait_ms)
{
    refuse(x, 429, reason, text, NULL);
    x->v->why.code = ERROR_LIMIT;
    error_next(&x->v->why, "try again in %lld s", (long long)(wait_ms + 999) / 1000);
    add_header(x->v, STR("Retry-After"),
               arena_f(x->arena, "%lld", (long long)(wait_ms + 999) / 1000));
    return false;
}

/* Basic is offered where a spreadsheet may ask; a client of MCP reads the first challenge alone. */
static void challenge(const struct access *a, struct access_verdict *v, struct str path,
                      const char *error, struct arena *arena)
{
    struct str hint = oauth_hint(a->oauth, arena);
    add_header(v, STR("WWW-Authenticate"),
               arena_f(arena, "Bearer realm=\"portcullis\"%s" STR_FMT, error, STR_ARG(hint)));
    if (str_starts(path, STR("/api/")))
        add_header(v, STR("WWW-Authenticate"),
                   STR("Basic realm=\"portcullis\", charset=\"UTF-8\""));
}

static void set_unauthorized(const struct access *a, struct access_verdict *v, struct str path,
                             const char *error, struct arena *arena)
{
    v->status = 401;
    error_next(&v->why, "a person makes a token with `portcullis token add`; send it as "
                        "Authorization: Bearer TOKEN");
    challenge(a, v, path, error, arena);
}

void access_wants_scope(const struct access *a, const struct http_request *r,
                        const struct principal *who, enum scope scope, const char *operation,
                        struct arena *arena, struct access_verdict *out)
{
    assert(a && r && who && operation && arena && out);
    *out = (struct access_verdict){.path = r->path, .query = r->query};
    if (!access_is_named(who)) {
        error_set(&out->why, ERROR_DENIED, "UNAUTHORIZED", "this request needs a token");
        set_unauthorized(a, out, r->path, "", arena);
        return;
    }
    out->status = 403;
    error_set(&out->why, ERROR_DENIED, "SCOPE", "%s may not call %s", who->name, operation);
    error_next(&out->why, "it needs the scope %s", scope_text(scope));
    struct str step_up =
        oauth_step_up(&a->core->settings->values.oauth, who, scope, operation, arena);
    if (step_up.p)
        add_header(out, STR("WWW-Authenticate"), step_up);
}

/* ---- whence ---- */

static bool check_aim(struct entry *x)
{
    const struct http_settings *s = &x->a->core->settings->values.http;
    struct http_site site = {
        .port = x->a->port, .is_tls = x->a->is_tls, .hosts = s->hosts, .origins = s->cors_origins};
    enum http_aim aim = http_aim(x->r, &site);
    x->v->who.is_local = x->r->is_loopback && aim == HTTP_LOCAL;
    if (aim == HTTP_OTHER_HOST)
        return refuse(x, 403, "HOST", "the Host header names another machine",
                      "use http://127.0.0.1 with the port of the daemon, or put the name into "
                      "http.hosts");
    if (str_starts(x->r->path, STR(FEED)) || oauth_is_metadata(x->a->oauth, x->r->path))
        x->v->page = STR("*");
    else if (aim == HTTP_PAGE)
        x->v->page = http_header(x->r, STR("Origin"));
    else if (aim == HTTP_OTHER_ORIGIN)
        return refuse(x, 403, "ORIGIN", "pages of other origins may not ask here",
                      "http.cors_origins names those that may");
    return true;
}

/* Addresses of this machine tell nobody from another. */
static bool check_address(struct entry *x)
{
    int64_t most = x->a->core->settings->values.http.address_requests_per_minute;
    if (x->r->is_loopback || !most)
        return true;
    int64_t wait = rates_take(x->a->rates, x->r->network, most, x->now.mono);
    return !wait || refuse_rate(x, "RATE_ADDRESS", "too many requests from this address", wait);
}

/* ---- credentials ---- */

static struct str failures_of(struct entry *x)
{
    return arena_f(x->arena, "failed " STR_FMT, STR_ARG(x->r->network));
}

/* Another machine that has guessed too often is not listened to for a while. On this one the
 * address says nothing about who it was. */
static bool may_try(struct entry *x)
{
    int64_t wait = x->r->is_loopback ? 0
                                     : rates_look(x->a->rates, failures_of(x),
                                                  ACCESS_FAILURES_PER_MINUTE, x->now.mono);
    return !wait || refuse_rate(x, "RATE_CREDENTIALS", "too many wrong credentials", wait);
}

static bool has_failed(struct entry *x, const struct error *e)
{
    int64_t wait = rates_take(x->a->rates, failures_of(x), ACCESS_FAILURES_PER_MINUTE, x->now.mono);
    if (wait)
        return refuse_rate(x, "RATE_CREDENTIALS", "too many wrong credentials", wait);
    x->v->why = *e;
    set_unauthorized(x->a, x->v, x->r->path, ", error=\"invalid_token\"", x->arena);
    return false;
}

/* Who it is stands in the verdict; does it come too often? */
static bool check_principal(struct entry *x)
{
    int64_t most = x->a->core->settings->values.http.requests_per_minute;
    int64_t wait = most ? rates_take(x->a->rates, STR_NAME(x->v->who.name), most, x->now.mono) : 0;
    return !wait || refuse_rate(x, "RATE_PRINCIPAL", "too many requests with this token", wait);
}

static bool enter_as(struct entry *x, const struct token *t)
{
    struct principal *who = &x->v->who;
    who->scopes = t->scopes;
    (void)snprintf(who->name, sizeof who->name, "token:%s", t->name);
    memcpy(who->only_account, t->account, sizeof who->only_account);
    x->v->pass.door = x->a;
    memcpy(x->v->pass.token, t->sha256, sizeof x->v->pass.token);
    return check_principal(x);
}

static const struct token *find_token(struct entry *x, enum token_kind kind, struct str secret,
                                      struct error *e)
{
    error_set(e, ERROR_DENIED, "UNAUTHORIZED", "the token is not valid");
    return x->a->core->tokens && secret.n
               ? tokens_check(x->a->core->tokens, kind, secret, x->now.wall, e)
               : NULL;
}

/* The secret of "Bearer SECRET" or "Basic base64(ANYBODY:SECRET)", STR_NONE if it is neither. */
static struct str secret_of(struct entry *x, struct str given)
{
    struct str scheme, secret = STR_NONE;
    struct buf plain;
    (void)str_cut(&given, ' ', &scheme);
    given = str_trim(given);
    if (str_ieq(scheme, STR("Bearer")))
        return given;
    if (!str_ieq(scheme, STR("Basic")))
        return STR_NONE;
    buf_init(&plain, LIMIT_HTTP_HEADER);
    if (base64_decode(given, &plain)) {
        struct str pair = buf_str(&plain);
        size_t colon = str_find(pair, ':', 0);
        if (colon < pair.n)
            secret = arena_str(x->arena, str_sub(pair, colon + 1, pair.n));
    }
    if (plain.p)
        explicit_bzero(plain.p, plain.n);
    buf_fini(&plain);
    return secret;
}

/* A token of the issuer. One that cannot be judged yet has not failed. */
static bool check_issued(struct entry *x, struct str token)
{
    struct error e = {0};
    int status;
    struct oauth_stay stay;
    if (oauth_check(x->a->oauth, token, x->now, x->arena, &x->v->who, &stay, &status, &e)) {
        x->v->pass = (struct access_pass){.door = x->a, .stay = stay};
        return check_principal(x);
    }
    if (status == 401)
        return has_failed(x, &e);
    x->v->status = status;
    x->v->why = e;
    if (status == 403)
        challenge(x->a, x->v, x->r->path, ", error=\"insufficient_scope\"", x->arena);
    return false;
}

static bool check_header(struct entry *x, struct str given)
{
    struct error e = {0};
    bool is_one = http_header_count(x->r, STR("Authorization")) == 1;
    struct str secret = is_one ? secret_of(x, given) : STR_NONE;
    if (oauth_is_on(x->a->oauth) && jwt_is_like(secret) &&
        str_ieq(str_sub(given, 0, 7), STR("Bearer ")))
        return check_issued(x, secret);
    const struct token *t = find_token(x, TOKEN_HEADER, secret, &e);
    return t ? enter_as(x, t) : has_failed(x, &e);
}

/* ---- feeds ---- */

/* "portfolio.csv" is /api/portfolio?format=csv. */
static void set_feed(struct entry *x, struct str name)
{
    static const char *const formats[] = {".csv", ".json", ".ndjson", ".jsonl", ".ics"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct str suffix = str_of(formats[i]);
        if (!str_ends(name, suffix))
            continue;
        x->v->path =
            arena_f(x->arena, "/api/" STR_FMT, STR_ARG(str_sub(name, 0, name.n - suffix.n)));
        x->v->query = arena_f(x->arena, STR_FMT "%sformat=%s", STR_ARG(x->r->query),
                              x->r->query.n ? "&" : "", formats[i] + 1);
        return;
    }
    x->v->path = arena_f(x->arena, "/api/" STR_FMT, STR_ARG(name));
}

/* What is wrong with it is not told to who has no token; the path is shown to nobody. */
static bool no_feed(struct entry *x)
{
    int64_t wait = rates_take(x->a->rates, failures_of(x), ACCESS_FAILURES_PER_MINUTE, x->now.mono);
    x->v->path = STR("/feed/...");
    if (wait)
        return refuse_rate(x, "RATE_CREDENTIALS", "too many wrong credentials", wait);
    refuse(x, 404, "NO_FEED", "there is no such feed",
           "a person makes one with `portcullis token add NAME --feed`");
    x->v->why.code = ERROR_NOT_FOUND;
    return false;
}

static bool check_feed(struct entry *x)
{
    struct str rest = str_sub(x->r->path, sizeof FEED - 1, x->r->path.n), secret;
    struct error e = {0};
    bool has_name = str_find(rest, '/', 0) < rest.n && str_cut(&rest, '/', &secret);
    const struct token *t = has_name ? find_token(x, TOKEN_FEED, secret, &e) : NULL;
    if (!t || http_header(x->r, STR("Authorization")).p)
        return no_feed(x);
    set_feed(x, rest);
    if (!str_eq(x->r->method, STR("GET")) && !str_eq(x->r->method, STR("HEAD"))) {
        add_header(x->v, STR("Allow"), STR("GET, HEAD"));
        return refuse(x, 405, "METHOD", "a feed is read and nothing else", NULL);
    }
    return enter_as(x, t);
}

void access_check(struct access *a, const struct http_request *r, struct moment now,
                  struct arena *arena, struct access_verdict *out)
{
    assert(a && r && arena && out);
    struct entry x = {a, r, now, arena, out};
    bool is_feed = str_starts(r->path, STR(FEED));
    *out = (struct access_verdict){
        .who = {.face = FACE_REST, .name = "http"}, .path = r->path, .query = r->query};
    struct str given = http_header(r, STR("Authorization"));
    if (!check_aim(&x) || !check_address(&x))
        return;
    if ((is_feed || given.p) && !may_try(&x))
        return;
    if (is_feed)
        (void)check_feed(&x);
    else if (given.p)
        (void)check_header(&x, given);
    else if (out->who.is_local && a->core->settings->values.http.anonymous_read)
        out->who.scopes = SCOPE_READ | SCOPE_PREVIEW;
}
