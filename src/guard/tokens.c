/* SPDX-License-Identifier: MIT */
#include "guard/tokens.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "data/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { FILE_VERSION = 1 };

/* What a token can have: the other scopes need a person, who is never at the end of HTTP. */
static const unsigned scopes_of_kind[] = {
    [TOKEN_HEADER] = SCOPE_READ | SCOPE_PREVIEW | SCOPE_NOTE | SCOPE_TRADE,
    [TOKEN_FEED] = SCOPE_READ,
};
#define PREFIX "token:"

/* The beginnings of secrets, so that scanners for leaked ones have something to look for. */
static const char *const secret_prefixes[] = {[TOKEN_HEADER] = "pc_", [TOKEN_FEED] = "pf_"};

struct tokens {
    struct keep *keep;
    struct token items[TOKENS_MAX];
    size_t count;
};

/* ---- scopes ---- */

static const struct {
    enum scope scope;
    const char *text;
} scopes[] = {{SCOPE_READ, "read"},   {SCOPE_PREVIEW, "preview"}, {SCOPE_NOTE, "note"},
              {SCOPE_TRADE, "trade"}, {SCOPE_APPROVE, "approve"}, {SCOPE_ADMIN, "admin"}};
enum { SCOPE_COUNT = sizeof scopes / sizeof scopes[0] };

const char *scope_text(enum scope scope)
{
    size_t i = 0;
    while (i < SCOPE_COUNT && scopes[i].scope != scope)
        i++;
    assert(i < SCOPE_COUNT);
    return scopes[i].text;
}

void scopes_format(unsigned set, char out[SCOPES_TEXT_MAX])
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < SCOPE_COUNT; i++)
        if (set & scopes[i].scope)
            n += (size_t)snprintf(out + n, SCOPES_TEXT_MAX - n, "%s%s", n ? "," : "",
                                  scopes[i].text);
    assert(n < SCOPES_TEXT_MAX);
}

bool scopes_parse(struct str text, unsigned *out)
{
    struct str word;
    *out = 0;
    while (str_cut(&text, ',', &word)) {
        size_t i = 0;
        while (i < SCOPE_COUNT && !str_eq(str_trim(word), str_of(scopes[i].text)))
            i++;
        if (i == SCOPE_COUNT)
            return false;
        *out |= scopes[i].scope;
    }
    return *out != 0;
}

/* ---- the file ---- */

static void put_text(struct json_writer *w, const char *key, const char *text)
{
    json_key(w, key);
    json_text(w, text);
}

static void put_time(struct json_writer *w, const char *key, struct opt_utc t)
{
    if (!t.has)
        return;
    json_key(w, key);
    json_time(w, t.v);
}

static void put_token(struct json_writer *w, const struct token *t)
{
    char set[SCOPES_TEXT_MAX];
    scopes_format(t->scopes, set);
    json_begin_object(w);
    put_text(w, "name", t->name);
    if (t->kind == TOKEN_FEED)
        put_text(w, "kind", "feed");
    put_text(w, "sha256", t->sha256);
    put_text(w, "scopes", set);
    if (t->account[0])
        put_text(w, "account", t->account);
    put_time(w, "created", t->created);
    put_time(w, "expires", t->expires);
    if (t->max_order_value.has) {
        json_key(w, "max_order_value");
        json_dec(w, t->max_order_value.v);
    }
    if (t->max_orders_per_day.has) {
        json_key(w, "max_orders_per_day");
        json_i64(w, t->max_orders_per_day.v);
    }
    json_end_object(w);
}

static void put_file(const struct token *items, size_t count, struct buf *out)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_begin_object(&w);
    json_key(&w, "version");
    json_i64(&w, FILE_VERSION);
    json_key(&w, "tokens");
    json_begin_array(&w);
    for (size_t i = 0; i < count; i++)
        put_token(&w, &items[i]);
    json_end_array(&w);
    json_end_object(&w);
    bool ok = json_writer_done(&w) && buf_add_char(out, '\n');
    assert(ok); /* every member is bounded */
}

static void save(struct tokens *k)
{
    struct buf b;
    buf_init(&b, TOKENS_FILE_MAX);
    put_file(k->items, k->count, &b);
    keep_set(k->keep, buf_str(&b));
    buf_fini(&b);
}

/* An absent time is fine, one that cannot be read is not: a token must not outlive its end by it.
 */
static bool get_time(const struct json *j, struct str key, struct opt_utc *out)
{
    const struct json *v = json_get(j, key);
    struct str text = STR_NONE;
    *out = (struct opt_utc){0};
    if (!v)
        return true;
    out->has = json_to_str(v, &text) && utc_parse(text, &out->v);
    return out->has;
}

/* Of any length: who keeps it has the bound. */
static bool is_name(struct str s)
{
    size_t i = 0;
    while (i < s.n &&
           ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
            (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_' || s.p[i] == '.'))
        i++;
    return s.n > 0 && i == s.n;
}

/* Its place, or count. */
static size_t find(const struct tokens *k, struct str name)
{
    size_t i = 0;
    while (i < k->count && !str_eq(STR_NAME(k->items[i].name), name))
        i++;
    return i;
}

static bool get_token(const struct tokens *k, const struct json *j, struct token *out)
{
    const struct json *value = json_get(j, STR("max_order_value"));
    const struct json *orders = json_get(j, STR("max_orders_per_day"));
    struct str name = json_get_str(j, STR("name")), hash = json_get_str(j, STR("sha256"));
    struct str kind = json_get_str(j, STR("kind"));
    *out = (struct token){.kind = kind.p ? TOKEN_FEED : TOKEN_HEADER};
    if (kind.p && !str_eq(kind, STR("feed")))
        return false;
    out->max_order_value.has = value && json_to_dec(value, &out->max_order_value.v);
    out->max_orders_per_day.has = orders && json_to_i64(orders, &out->max_orders_per_day.v);
    return is_name(name) && find(k, name) == k->count &&
           str_copy(out->name, sizeof out->name, name) && hash.n == SHA256_HEX_MAX - 1 &&
           str_copy(out->sha256, sizeof out->sha256, hash) &&
           scopes_parse(json_get_str(j, STR("scopes")), &out->scopes) &&
           !(out->scopes & ~scopes_of_kind[out->kind]) &&
           str_copy(out->account, sizeof out->account, json_get_str(j, STR("account"))) &&
           get_time(j, STR("created"), &out->created) &&
           get_time(j, STR("expires"), &out->expires) && !value == !out->max_order_value.has &&
           !orders == !out->max_orders_per_day.has;
}

static bool parse(struct tokens *k, struct str file, struct arena *arena)
{
    struct error ignored;
    const struct json *j = json_parse(file, arena, &ignored), *items, *one;
    int64_t version;
    if (!j || !json_to_i64(json_get(j, STR("version")), &version) || version != FILE_VERSION ||
        !(items = json_get(j, STR("tokens"))) || items->kind != JSON_ARRAY)
        return false;
    for (size_t i = 0; (one = json_at(items, i)) != NULL; i++) {
        if (k->count == TOKENS_MAX || !get_token(k, one, &k->items[k->count]))
            return false;
        k->count++;
    }
    return true;
}

struct tokens *tokens_new(struct str file, struct keep *keep, struct error *e)
{
    assert(keep);
    struct tokens *k = xcalloc(1, sizeof *k);
    struct arena *arena = arena_new(1 << 20);
    k->keep = keep;
    bool ok = !str_trim(file).n || parse(k, file, arena);
    arena_free(arena);
    if (ok)
        return k;
    tokens_free(k);
    error_set(e, ERROR_INVALID, "BAD_TOKENS_FILE", "the file of the tokens cannot be read");
    error_next(e, "restore it, or remove it and make the tokens anew with `portcullis token add`");
    return NULL;
}

void tokens_free(struct tokens *k)
{
    xfree(k);
}

void tokens_import(struct str name, struct str secret, unsigned set, struct buf *out)
{
    struct token t = {.scopes = set};
    struct sha256 hash = hash_sha256(secret);
    hash_hex(&hash, t.sha256);
    bool ok = is_name(name) && str_copy(t.name, sizeof t.name, name);
    assert(ok);
    put_file(&t, 1, out);
}

/* ---- who is it ---- */

static bool is_over(const struct token *t, struct utc now)
{
    return t->expires.has && t->expires.v.ns <= now.ns;
}

const struct token *tokens_check(struct tokens *k, enum token_kind kind, struct str secret,
                                 struct utc now, struct error *e)
{
    struct token *found = NULL;
    char hex[SHA256_HEX_MAX];
    struct sha256 hash = hash_sha256(secret);
    hash_hex(&hash, hex);
    for (size_t i = 0; i < k->count; i++)
        if (hash_equal(STR_NAME(hex), STR_NAME(k->items[i].sha256)) && k->items[i].kind == kind)
            found = &k->items[i];
    if (!found) {
        error_set(e, ERROR_DENIED, "UNAUTHORIZED", "the token is not valid");
    } else if (is_over(found, now)) {
        error_set(e, ERROR_DENIED, "TOKEN_EXPIRED", "the token %s has expired", found->name);
        found = NULL;
    } else {
        found->used = (struct opt_utc){now, true};
    }
    return found;
}

bool token_is_principal(struct str principal)
{
    return str_starts(principal, STR(PREFIX));
}

/* Names have no blanks. */
struct str token_bearer(struct str principal)
{
    return token_is_principal(principal) ? str_sub(principal, 0, str_find(principal, ' ', 0))
                                         : principal;
}

const struct token *tokens_of(const struct tokens *k, struct str principal, struct utc now)
{
    if (!token_is_principal(principal))
        return NULL;
    struct str bearer = token_bearer(principal);
    const struct token *t = tokens_at(k, find(k, str_sub(bearer, sizeof PREFIX - 1, bearer.n)));
    return t && !is_over(t, now) ? t : NULL;
}

const struct token *tokens_at(const struct tokens *k, size_t i)
{
    return i < k->count ? &k->items[i] : NULL;
}

/* ---- making and revoking ---- */

static void make_secret(enum token_kind kind, struct entropy entropy, char out[TOKEN_TEXT_MAX])
{
    unsigned char random[TOKEN_BYTES];
    struct buf b;
    entropy.fill(entropy.self, random, sizeof random);
    buf_init(&b, TOKEN_TEXT_MAX - 1);
    buf_add_c(&b, secret_prefixes[kind]);
    bool ok = base64url_encode((struct str){(const char *)random, sizeof random}, &b);
    assert(ok && !b.failed);
    str_copy_cut(out, TOKEN_TEXT_MAX, buf_str(&b));
    explicit_bzero(random, sizeof random);
    explicit_bzero(b.p, b.n);
    buf_fini(&b);
}

static void drop(struct tokens *k, size_t at)
{
    struct token *t = &k->items[at];
    memmove(t, t + 1, (k->count - at - 1) * sizeof *t);
    k->count--;
}

bool tokens_add(struct task *t, struct tokens *k, const struct token *like, struct entropy entropy,
                char secret[TOKEN_TEXT_MAX], struct error *e)
{
    struct str name = STR_NAME(like->name);
    if (!is_name(name))
        return error_set(e, ERROR_INVALID, "TOKEN_NAME",
                         "the name of a token has 1 to %d letters, digits, dots, dashes",
                         TOKEN_NAME_MAX - 1);
    if (like->kind == TOKEN_FEED &&
        (like->scopes != SCOPE_READ || like->max_order_value.has || like->max_orders_per_day.has)) {
        error_set(e, ERROR_INVALID, "TOKEN_SCOPES", "a token for addresses reads and nothing else");
        return error_next(e, "leave out scopes and limits of orders");
    }
    if (!like->scopes || (like->scopes & ~scopes_of_kind[like->kind])) {
        error_set(e, ERROR_INVALID, "TOKEN_SCOPES", "a token can read, preview and trade");
        return error_next(e, "approving and administrating are done on the command line");
    }
    if (find(k, name) < k->count) {
        error_set(e, ERROR_CONFLICT, "TOKEN_EXISTS", "there is a token %s", like->name);
        return error_next(e, "choose another name, or revoke it first");
    }
    if (k->count == TOKENS_MAX)
        return error_set(e, ERROR_LIMIT, "TOKENS_MAX", "there are %d tokens", TOKENS_MAX);
    struct token *made = &k->items[k->count++];
    *made = *like;
    made->used = (struct opt_utc){0};
    made->created = (struct opt_utc){task_now(t).wall, true};
    make_secret(made->kind, entropy, secret);
    struct sha256 hash = hash_sha256(str_of(secret));
    hash_hex(&hash, made->sha256);
    char mine[SHA256_HEX_MAX];
    memcpy(mine, made->sha256, sizeof mine);
    save(k);
    if (keep_wait(t, k->keep, e))
        return true;
    size_t at = find(k, name); /* the list may have changed meanwhile */
    if (at < k->count && memcmp(k->items[at].sha256, mine, sizeof mine) == 0) {
        drop(k, at);
        save(k);
    }
    explicit_bzero(secret, TOKEN_TEXT_MAX);
    return false;
}

bool tokens_revoke(struct tokens *k, struct str name, struct error *e)
{
    size_t at = find(k, name);
    if (at == k->count) {
        error_set(e, ERROR_NOT_FOUND, "NO_TOKEN", "there is no token " STR_FMT,
                  STR_ARG(str_sub(name, 0, TOKEN_NAME_MAX)));
        return error_next(e, "`portcullis token list` names them");
    }
    drop(k, at);
    save(k);
    return true;
}

bool tokens_wait(struct task *t, struct tokens *k, struct error *e)
{
    return keep_wait(t, k->keep, e);
}
