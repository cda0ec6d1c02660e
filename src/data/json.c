/* SPDX-License-Identifier: MIT */
/*
 * json-c does the parsing; this file makes it strict and moves its tree into the arena.
 *
 * json-c accepts more than JSON even when told to be strict (NaN, comments, unescaped control
 * characters), lets the last of two equal keys win and cuts keys at \u0000. So the text is
 * scanned first, once: only the characters of JSON outside strings, only numbers of its grammar,
 * and counts. One ':' outside strings is one member; if the tree then holds fewer members than
 * that, a key was given twice.
 */
/* json-c has a type of the name of one of our functions */
#define json_bool json_c_bool
#include <json-c/json.h>
#undef json_bool

#include "base/limits.h"
#include "data/json.h"

#include <assert.h>
#include <string.h>

struct scan {
    const char *p, *end, *begin;
    int depth;
    size_t members, values;
};

static bool refuse(struct error *e, size_t at, const char *what)
{
    return error_set(e, ERROR_INVALID, "JSON", "malformed JSON at byte %zu: %s", at, what);
}

static bool scan_refuse(const struct scan *s, struct error *e, const char *what)
{
    return refuse(e, (size_t)(s->p - s->begin), what);
}

/* ---- the scan ---- */
static bool scan_string(struct scan *s, struct error *e)
{
    for (s->p++; s->p < s->end; s->p++) {
        unsigned char c = (unsigned char)*s->p;
        if (c == '"') {
            s->p++;
            return true;
        }
        if (c < 0x20)
            return scan_refuse(s, e, "control character in a string");
        if (c != '\\')
            continue;
        struct str ahead = {s->p, (size_t)(s->end - s->p)};
        if (str_starts(ahead, STR("\\u0000")))
            return scan_refuse(s, e, "\\u0000 is not accepted");
        s->p++; /* what is escaped, json-c judges */
    }
    return scan_refuse(s, e, "a string without its end");
}

static size_t digits(struct scan *s)
{
    const char *from = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
        s->p++;
    return (size_t)(s->p - from);
}

static bool scan_number(struct scan *s, struct error *e)
{
    if (*s->p == '-')
        s->p++;
    bool zero_first = s->p < s->end && *s->p == '0';
    size_t whole = digits(s);
    if (whole == 0 || (zero_first && whole > 1))
        return scan_refuse(s, e, "malformed number");
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        if (digits(s) == 0)
            return scan_refuse(s, e, "malformed number");
    }
    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
            s->p++;
        if (digits(s) == 0)
            return scan_refuse(s, e, "malformed number");
    }
    return true;
}

static bool scan_punctuation(struct scan *s, struct error *e)
{
    switch (*s->p) {
    case '{':
    case '[':
        s->values++;
        if (++s->depth > LIMIT_JSON_DEPTH)
            return error_set(e, ERROR_LIMIT, "JSON_LIMIT", "JSON is nested deeper than %d levels",
                             LIMIT_JSON_DEPTH);
        break;
    case '}':
    case ']':
        s->depth--;
        break;
    case ',':
        s->values++;
        break;
    case ':':
        s->members++;
        break;
    default: /* white space, and the letters of true, false and null */
        if (!*s->p || !strchr(" \t\r\ntruefalsn", *s->p))
            return scan_refuse(s, e, "unexpected character");
    }
    s->p++;
    return true;
}

static bool scan_text(struct scan *s, struct error *e)
{
    while (s->p < s->end) {
        bool ok;
        if (*s->p == '"')
            ok = scan_string(s, e);
        else if (*s->p == '-' || (*s->p >= '0' && *s->p <= '9'))
            ok = scan_number(s, e);
        else
            ok = scan_punctuation(s, e);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- into the arena ---- */
struct copy {
    struct json *nodes; /* the next free ones of a block that holds all */
    char *text;
    const char *source; /* behind the number that was copied last */
    const char *source_end;
    size_t members;
};

static struct str copy_text(struct copy *c, const char *p, size_t n)
{
    struct str s = {c->text, n};
    memcpy(c->text, p, n);
    c->text += n;
    return s;
}

/*
 * The digits of the next number, from the source: json-c keeps the text of a double but bends an
 * integer of more than 64 bits to one that fits. The tree is walked in the order of the text, so
 * the numbers come in its order, too; where a key was given twice the walk meets fewer, and its
 * result is thrown away.
 */
static struct str copy_number(struct copy *c)
{
    const char *p = c->source;
    while (*p != '-' && (*p < '0' || *p > '9')) {
        if (*p++ != '"')
            continue;
        while (*p != '"')
            p += *p == '\\' ? 2 : 1;
        p++;
    }
    const char *from = p;
    while (p < c->source_end && memchr("+-.0123456789Ee", *p, 15))
        p++;
    c->source = p;
    return copy_text(c, from, (size_t)(p - from));
}

static void copy_value(struct copy *c, struct json_object *from, int depth, struct json *to);

static void copy_members(struct copy *c, struct json_object *from, int depth, struct json *to)
{
    struct json *items = c->nodes;
    to->kind = JSON_OBJECT;
    to->n = (size_t)json_object_object_length(from);
    to->items = items;
    c->nodes += to->n;
    c->members += to->n;
    json_object_object_foreach(from, key, value)
    {
        items->key = copy_text(c, key, strlen(key));
        copy_value(c, value, depth + 1, items++);
    }
}

static void copy_elements(struct copy *c, struct json_object *from, int depth, struct json *to)
{
    struct json *items = c->nodes;
    to->kind = JSON_ARRAY;
    to->n = json_object_array_length(from);
    to->items = items;
    c->nodes += to->n;
    for (size_t i = 0; i < to->n; i++)
        copy_value(c, json_object_array_get_idx(from, i), depth + 1, &items[i]);
}

static void copy_value(struct copy *c, struct json_object *from, int depth, struct json *to)
{
    assert(depth <= LIMIT_JSON_DEPTH); /* the scan has seen to it */
    switch (json_object_get_type(from)) {
    case json_type_null:
        to->kind = JSON_NULL;
        break;
    case json_type_boolean:
        to->kind = JSON_BOOL;
        to->truth = json_object_get_boolean(from);
        break;
    case json_type_int:
    case json_type_double:
        to->kind = JSON_NUMBER;
        to->text = copy_number(c);
        break;
    case json_type_string:
        to->kind = JSON_STRING;
        to->text =
            copy_text(c, json_object_get_string(from), (size_t)json_object_get_string_len(from));
        break;
    case json_type_object:
        copy_members(c, from, depth, to);
        break;
    case json_type_array:
        copy_elements(c, from, depth, to);
        break;
    }
}

static const struct json *copy_tree(struct json_object *root, const struct scan *s,
                                    struct arena *arena, struct error *e)
{
    struct copy c = {.nodes = ARENA_MANY(arena, struct json, s->values),
                     .source = s->begin,
                     .source_end = s->end};
    /* the tree's text is never longer than the JSON: escapes shrink, keys and numbers stay */
    c.text = arena_alloc(arena, (size_t)(s->end - s->begin));
    struct json *to = c.nodes++;
    copy_value(&c, root, 0, to);
    if (c.members != s->members) {
        error_set(e, ERROR_INVALID, "JSON", "an object has the same key twice");
        return NULL;
    }
    return to;
}

/* ---- json-c ---- */
static struct json_object *tokenise(struct json_tokener *t, struct str text, struct error *e)
{
    json_tokener_set_flags(t, JSON_TOKENER_STRICT);
    struct json_object *root = json_tokener_parse_ex(t, text.p, (int)text.n);
    size_t at = json_tokener_get_parse_end(t);
    /* a number at the end is complete only once something follows it */
    if (json_tokener_get_error(t) == json_tokener_continue)
        root = json_tokener_parse_ex(t, "", 1);
    enum json_tokener_error why = json_tokener_get_error(t);
    if (why == json_tokener_success)
        return root; /* may be NULL: the value null */
    refuse(e, at,
           why == json_tokener_continue ? "it ends too early" : json_tokener_error_desc(why));
    json_object_put(root);
    return NULL;
}

const struct json *json_parse(struct str text, struct arena *arena, struct error *e)
{
    assert(arena && e);
    if (text.n > LIMIT_JSON_BYTES) {
        error_set(e, ERROR_LIMIT, "JSON_LIMIT", "JSON of %zu bytes exceeds %d", text.n,
                  LIMIT_JSON_BYTES);
        return NULL;
    }
    if (!str_is_utf8(text)) {
        error_set(e, ERROR_INVALID, "JSON", "malformed JSON: not UTF-8");
        return NULL;
    }
    if (text.n == 0) {
        refuse(e, 0, "it is empty");
        return NULL;
    }
    struct scan s = {.p = text.p, .end = text.p + text.n, .begin = text.p, .values = 1};
    if (!scan_text(&s, e))
        return NULL;
    if (s.values > LIMIT_JSON_VALUES ||
        !arena_has(arena, s.values * sizeof(struct json) + text.n + 256)) {
        error_set(e, ERROR_LIMIT, "JSON_LIMIT", "JSON of %zu values is too large", s.values);
        return NULL;
    }
    struct error problem = {.code = ERROR_NONE};
    struct json_tokener *t = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
    assert(t);
    struct json_object *root = tokenise(t, text, &problem);
    const struct json *tree = NULL;
    if (problem.code == ERROR_NONE)
        tree = copy_tree(root, &s, arena, &problem);
    json_object_put(root);
    json_tokener_free(t);
    if (!tree)
        *e = problem;
    return tree;
}

/* ---- asking ---- */
const struct json *json_get(const struct json *j, struct str key)
{
    if (!j || j->kind != JSON_OBJECT)
        return NULL;
    for (size_t i = 0; i < j->n; i++)
        if (str_eq(j->items[i].key, key))
            return &j->items[i];
    return NULL;
}

const struct json *json_at(const struct json *j, size_t i)
{
    bool has_items = j && (j->kind == JSON_ARRAY || j->kind == JSON_OBJECT);
    return has_items && i < j->n ? &j->items[i] : NULL;
}

const char *json_kind_text(enum json_kind k)
{
    static const char *const texts[] = {"null", "boolean", "number", "string", "array", "object"};
    assert(k <= JSON_OBJECT);
    return texts[k];
}

bool json_to_str(const struct json *j, struct str *out)
{
    if (!j || j->kind != JSON_STRING)
        return false;
    *out = j->text;
    return true;
}

bool json_to_bool(const struct json *j, bool *out)
{
    if (!j || j->kind != JSON_BOOL)
        return false;
    *out = j->truth;
    return true;
}

bool json_to_dec(const struct json *j, struct dec *out)
{
    return j && j->kind == JSON_NUMBER && dec_parse(j->text, out);
}

bool json_to_i64(const struct json *j, int64_t *out)
{
    if (j && j->kind == JSON_NUMBER && str_to_i64(j->text, out))
        return true;
    struct dec d;
    return json_to_dec(j, &d) && dec_is_multiple(d, DEC(1)) && dec_to_i64(d, out);
}

bool json_to_num(const struct json *j, double *out)
{
    double v;
    if (!j || j->kind != JSON_NUMBER || !str_to_double(j->text, &v) || v - v != 0)
        return false;
    *out = v;
    return true;
}

struct str json_get_str(const struct json *j, struct str key)
{
    struct str s = STR_NONE;
    json_to_str(json_get(j, key), &s);
    return s;
}
