/* SPDX-License-Identifier: MIT */
#include "face/oauth.h"

#include "base/alloc.h"
#include "data/json.h"
#include "data/jwt.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define PREFIX     "oauth:"
#define WELL_KNOWN "/.well-known/oauth-protected-resource"

enum { SUBJECT_SHOWN = 32 };

/* A token that was checked. */
struct seen {
    char sha256[SHA256_HEX_MAX];
    struct utc expires;
    struct sha256 key;
    char name[sizeof((struct principal *)0)->name];
    unsigned scopes;
};

struct oauth {
    const struct oauth_settings *settings;
    struct jwks *keys;
    struct instant due;       /* when the keys are to be fetched */
    struct instant may_again; /* not before, whoever wants it */
    struct instant serve_until;
    bool is_fetching;
    struct seen seen[OAUTH_REMEMBERED];
    size_t next_seen;
};

static const enum scope scopes[] = {SCOPE_READ, SCOPE_PREVIEW, SCOPE_NOTE, SCOPE_TRADE};
enum { SCOPE_COUNT = sizeof scopes / sizeof scopes[0] };

struct oauth *oauth_new(const struct oauth_settings *s)
{
    assert(s);
    struct oauth *o = xcalloc(1, sizeof *o);
    o->settings = s;
    o->due = oauth_is_on(o) ? (struct instant){0} : INSTANT_NEVER;
    return o;
}

void oauth_free(struct oauth *o)
{
    if (!o)
        return;
    jwks_free(o->keys);
    xfree(o);
}

bool oauth_is_on(const struct oauth *o)
{
    return o->settings->issuer.n > 0;
}

bool oauth_is_principal(struct str principal)
{
    return str_starts(principal, STR(PREFIX));
}

/* ---- whose it is ---- */

/* The subject is the issuer's text: a long one is cut and told apart by a digest. */
static void name_principal(struct str subject, struct principal *who)
{
    char shown[SUBJECT_SHOWN + 1], hex[SHA256_HEX_MAX] = "";
    size_t n = subject.n < SUBJECT_SHOWN ? subject.n : SUBJECT_SHOWN;
    bool is_plain = n == subject.n;
    for (size_t i = 0; i < n; i++) {
        bool is_visible = subject.p[i] > ' ' && subject.p[i] < 0x7F;
        shown[i] = (char)(is_visible ? subject.p[i] : '?');
        is_plain = is_plain && is_visible;
    }
    shown[n] = '\0';
    if (!is_plain) {
        struct sha256 digest = hash_sha256(subject);
        hash_hex(&digest, hex);
    }
    (void)snprintf(who->name, sizeof who->name, PREFIX "%.32s%s%.8s", shown, hex[0] ? "~" : "",
                   hex);
}

static unsigned our_scopes(const struct oauth *o, struct str text)
{
    struct str prefix = o->settings->scope_prefix, word;
    unsigned set = 0;
    while (str_cut(&text, ' ', &word)) {
        if (!word.n || !str_starts(word, prefix))
            continue;
        word = str_sub(word, prefix.n, word.n);
        for (size_t i = 0; i < SCOPE_COUNT; i++)
            if (str_eq(word, str_of(scope_text(scopes[i]))))
                set |= scopes[i];
    }
    return set;
}

static const struct seen *recall(const struct oauth *o, const char *hex, struct utc now)
{
    for (size_t i = 0; i < OAUTH_REMEMBERED; i++)
        if (hash_equal(STR_NAME(o->seen[i].sha256), STR_NAME(hex)) &&
            o->seen[i].expires.ns > now.ns)
            return &o->seen[i];
    return NULL;
}

static void remember(struct oauth *o, const char *hex, const struct jwt_claims *c,
                     const struct principal *who)
{
    struct seen *s = &o->seen[o->next_seen++ % OAUTH_REMEMBERED];
    *s = (struct seen){.expires = c->expires, .key = c->key, .scopes = who->scopes};
    str_copy_cut(s->sha256, sizeof s->sha256, STR_NAME(hex));
    str_copy_cut(s->name, sizeof s->name, STR_NAME(who->name));
}

static bool no_keys(struct error *e, int *status)
{
    *status = 503;
    error_set(e, ERROR_UNAVAILABLE, "OAUTH_KEYS", "the keys of the issuer are not here yet");
    return error_next(e, "try again in a few seconds; the log tells if they cannot be fetched");
}

static bool check_new(struct oauth *o, struct str token, struct moment now, struct arena *arena,
                      struct principal *who, int *status, struct jwt_claims *c, struct error *e)
{
    struct jwt_terms terms = {o->settings->issuer, o->settings->audience, now.wall};
    if (!o->keys || instant_due(o->serve_until, now.mono))
        return no_keys(e, status);
    if (!jwt_check(o->keys, token, &terms, arena, c, e)) {
        if (strcmp(e->reason, "JWT_KEY") != 0)
            return false;
        o->due = instant_min(o->due, o->may_again); /* the issuer may have a new one */
        return !o->is_fetching && !instant_due(o->may_again, now.mono) ? false : no_keys(e, status);
    }
    name_principal(c->subject, who);
    who->scopes = our_scopes(o, c->scopes);
    if (who->scopes)
        return true;
    *status = 403;
    error_set(e, ERROR_DENIED, "INSUFFICIENT_SCOPE",
              "the token has none of the scopes of this server");
    return error_next(e, "ask the issuer for " STR_FMT "read",
                      STR_ARG(str_sub(o->settings->scope_prefix, 0, 64)));
}

/* At the door clocks may differ; who is inside is not held to a stricter one. */
static struct oauth_stay stay_of(struct utc expires, struct sha256 key)
{
    expires.ns += JWT_LEEWAY_S * (int64_t)NS_PER_S;
    return (struct oauth_stay){expires, key};
}

bool oauth_is_withdrawn(const struct oauth *o, const struct oauth_stay *stay)
{
    assert(o && stay);
    return !jwks_has(o->keys, &stay->key);
}

bool oauth_check(struct oauth *o, struct str token, struct moment now, struct arena *arena,
                 struct principal *who, struct oauth_stay *stay, int *status, struct error *e)
{
    assert(o && oauth_is_on(o) && who && stay && status && e);
    char hex[SHA256_HEX_MAX];
    struct jwt_claims c;
    struct sha256 digest = hash_sha256(token);
    hash_hex(&digest, hex);
    const struct seen *s = recall(o, hex, now.wall);
    *status = 401;
    if (s) {
        memcpy(who->name, s->name, sizeof who->name);
        who->scopes = s->scopes;
        *stay = stay_of(s->expires, s->key);
        return true;
    }
    if (!check_new(o, token, now, arena, who, status, &c, e)) {
        who->scopes = 0;
        return false;
    }
    remember(o, hex, &c, who);
    *stay = stay_of(c.expires, c.key);
    return true;
}

/* ---- what is told about us ---- */

/* The audience as scheme and host, and the path behind. */
static void split_audience(const struct oauth_settings *s, struct str *site, struct str *path)
{
    struct str all = s->audience;
    size_t begin = str_find_str(all, STR("://"));
    size_t slash = str_find(all, '/', begin + 3 < all.n ? begin + 3 : all.n);
    *site = str_sub(all, 0, slash);
    *path = str_sub(all, slash, all.n);
    if (str_eq(*path, STR("/")))
        *path = STR("");
}

/* `, resource_metadata="...", scope="..."` */
static struct str hint(const struct oauth_settings *s, unsigned set, struct arena *arena)
{
    struct str site, path, words = STR("");
    split_audience(s, &site, &path);
    for (size_t i = 0; i < SCOPE_COUNT; i++)
        if (set & scopes[i])
            words = arena_f(arena, STR_FMT "%s" STR_FMT "%s", STR_ARG(words), words.n ? " " : "",
                            STR_ARG(s->scope_prefix), scope_text(scopes[i]));
    return arena_f(arena,
                   ", resource_metadata=\"" STR_FMT WELL_KNOWN STR_FMT "\", scope=\"" STR_FMT "\"",
                   STR_ARG(site), STR_ARG(path), STR_ARG(words));
}

struct str oauth_hint(const struct oauth *o, struct arena *arena)
{
    return oauth_is_on(o) ? hint(o->settings, SCOPE_READ | SCOPE_PREVIEW, arena) : STR("");
}

enum scope oauth_missing(const struct principal *who, const struct op *op)
{
    enum scope needed = scope_of(op->effect);
    return who->scopes & needed ? SCOPE_TRADE : needed;
}

struct str oauth_step_up(const struct oauth_settings *s, const struct principal *who,
                         enum scope needed, const char *operation, struct arena *arena)
{
    assert(s && who && operation);
    if (!oauth_is_principal(STR_NAME(who->name)) || !(needed & OAUTH_SCOPES))
        return STR_NONE;
    struct str how = hint(s, who->scopes | needed, arena);
    return arena_f(arena,
                   "Bearer realm=\"portcullis\", error=\"insufficient_scope\"" STR_FMT
                   ", error_description=\"%s needs the scope " STR_FMT "%s\"",
                   STR_ARG(how), operation, STR_ARG(s->scope_prefix), scope_text(needed));
}

bool oauth_is_metadata(const struct oauth *o, struct str path)
{
    struct str site, ours, rest = str_sub(path, sizeof WELL_KNOWN - 1, path.n);
    if (!oauth_is_on(o) || !str_starts(path, STR(WELL_KNOWN)))
        return false;
    split_audience(o->settings, &site, &ours);
    return !rest.n || str_eq(rest, ours) || str_eq(rest, STR("/mcp"));
}

void oauth_metadata(const struct oauth *o, struct buf *out)
{
    struct json_writer w;
    struct buf name;
    buf_init(&name, 256);
    json_writer_init(&w, out);
    json_begin_object(&w);
    json_key(&w, "resource");
    json_str(&w, o->settings->audience);
    json_key(&w, "authorization_servers");
    json_begin_array(&w);
    json_str(&w, o->settings->issuer);
    json_end_array(&w);
    json_key(&w, "scopes_supported");
    json_begin_array(&w);
    for (size_t i = 0; i < SCOPE_COUNT; i++) {
        buf_reset(&name);
        buf_add_str(&name, o->settings->scope_prefix);
        buf_add_c(&name, scope_text(scopes[i]));
        json_str(&w, buf_str(&name));
    }
    json_end_array(&w);
    json_key(&w, "bearer_methods_supported");
    json_begin_array(&w);
    json_text(&w, "header");
    json_end_array(&w);
    json_key(&w, "resource_name");
    json_text(&w, "Portcullis");
    json_end_object(&w);
    buf_fini(&name);
}

/* ---- keys ---- */

bool oauth_wants_keys(struct oauth *o, struct moment now)
{
    if (o->is_fetching || !instant_due(o->due, now.mono))
        return false;
    o->is_fetching = true;
    return true;
}

struct instant oauth_next(const struct oauth *o)
{
    return o->is_fetching ? INSTANT_NEVER : o->due;
}

bool oauth_keys(struct oauth *o, struct str text, const struct error *why, struct moment now,
                struct error *e)
{
    assert(o && o->is_fetching);
    struct jwks *keys = NULL;
    if (why)
        *e = *why;
    else
        keys = jwks_parse(text, e);
    o->is_fetching = false;
    o->may_again = instant_after_ms(now.mono, OAUTH_KEYS_PAUSE_S * 1000);
    o->due = instant_after_ms(now.mono, (keys ? OAUTH_KEYS_EVERY_S : OAUTH_KEYS_PAUSE_S) * 1000);
    if (!keys)
        return false;
    jwks_free(o->keys);
    o->keys = keys;
    o->serve_until = instant_after_ms(now.mono, (int64_t)OAUTH_KEYS_SERVE_S * 1000);
    memset(o->seen, 0, sizeof o->seen); /* a key may have been withdrawn */
    return true;
}
