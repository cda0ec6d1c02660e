/* SPDX-License-Identifier: MIT */
/*
 * The inward half of bind.h. Everything arrives as a JSON value: text from a flag or a parameter
 * is made into a JSON string first, and the tolerance for strings does the rest. So there is one
 * path by which a value gets into a field, whoever sent it.
 */
#include "base/limits.h"
#include "data/bind_place.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct place root_place(struct arena *arena, struct error *e)
{
    assert(arena && e);
    return (struct place){.arena = arena, .e = e};
}

static struct place below(const struct place *at, const char *name, size_t index)
{
    return (struct place){at, name, index, at->depth, at->arena, at->e};
}

/* ---- lists and objects ---- */
static bool bind_object(const struct place *at, const struct type *type, const struct json *json,
                        void *out);

/* JSON text in a string, as some models write nested arguments. */
static const struct json *unwrap(const struct place *at, const struct json *j)
{
    struct str text = str_trim(j->text);
    bool is_nested = j->kind == JSON_STRING && text.n > 0 && (text.p[0] == '[' || text.p[0] == '{');
    if (!is_nested)
        return j;
    struct error why;
    const struct json *inner = json_parse(text, at->arena, &why);
    if (!inner)
        place_refuse(at, "%s", why.text);
    return inner;
}

static bool add_string(const struct place *at, const struct field *f, struct str text,
                       struct list *list)
{
    const struct field element = {.name = f->name, .kind = TYPE_STR, .secret = f->secret};
    struct place in = below(at, NULL, list->n);
    struct str trimmed = str_trim(text);
    if (trimmed.n == 0)
        return place_refuse(&in, "is empty");
    return scalar_set_str(&in, &element, trimmed, (struct str *)list->items + list->n++);
}

static size_t count_pieces(struct str text)
{
    size_t n = 0;
    for (struct str rest = text, piece; str_cut(&rest, ',', &piece);)
        n += str_trim(piece).n > 0;
    return n;
}

static bool set_strings(const struct place *at, const struct field *f, const struct json *j,
                        struct list *list)
{
    if (j->kind == JSON_OBJECT || j->kind == JSON_BOOL)
        return place_wrong_kind(at, f, j);
    size_t n = j->kind == JSON_ARRAY ? j->n : count_pieces(j->text);
    if (!place_check_count(at, f, n, LIMIT_LIST_ARGUMENT, "elements"))
        return false;
    *list = (struct list){place_room(at, (n + 1) * sizeof(struct str)), 0};
    if (!list->items)
        return false;
    for (size_t i = 0; j->kind == JSON_ARRAY && i < n; i++) {
        const struct json *item = &j->items[i];
        struct place in = below(at, NULL, i);
        if (item->kind != JSON_STRING && item->kind != JSON_NUMBER)
            return place_refuse(&in, "expected a string, got %s", json_kind_text(item->kind));
        if (!add_string(at, f, item->text, list))
            return false;
    }
    struct str rest = j->kind == JSON_ARRAY ? STR_NONE : j->text, piece;
    while (str_cut(&rest, ',', &piece))
        if (str_trim(piece).n > 0 && !add_string(at, f, piece, list))
            return false;
    return true;
}

static bool set_objects(const struct place *at, const struct field *f, const struct json *j,
                        struct list *list)
{
    const struct json *items = j->kind == JSON_OBJECT ? j : j->items;
    size_t n = j->kind == JSON_OBJECT ? 1 : j->n;
    if (j->kind != JSON_OBJECT && j->kind != JSON_ARRAY)
        return place_wrong_kind(at, f, j);
    if (!place_check_count(at, f, n, LIMIT_LIST_ARGUMENT, "elements"))
        return false;
    *list = (struct list){place_room(at, (n + 1) * f->of->size), n};
    if (!list->items)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct place in = below(at, NULL, i);
        if (!bind_object(&in, f->of, &items[i], (char *)list->items + i * f->of->size))
            return false;
    }
    return true;
}

static bool set_value(const struct place *at, const struct field *f, const struct json *j,
                      void *base)
{
    void *member = (char *)base + f->offset;
    if (f->kind != TYPE_OBJECT && f->kind != TYPE_LIST)
        return scalar_set(at, f, j, member);
    j = unwrap(at, j);
    if (!j)
        return false;
    if (f->kind == TYPE_OBJECT)
        return j->kind == JSON_OBJECT ? bind_object(at, f->of, j, member)
                                      : place_wrong_kind(at, f, j);
    return f->of ? set_objects(at, f, j, member) : set_strings(at, f, j, member);
}

static bool init_object(const struct place *at, const struct type *type, void *out)
{
    memset(out, 0, type->size);
    for (size_t i = 0; i < type->count; i++) {
        const struct field *f = &type->fields[i];
        struct place in = below(at, f->name, 0);
        struct json initial = {.kind = JSON_STRING, .text = str_of(f->initial)};
        if (f->initial && !set_value(&in, f, &initial, out))
            return false;
        if (!f->initial && f->kind == TYPE_OBJECT &&
            !init_object(&in, f->of, (char *)out + f->offset))
            return false;
    }
    return true;
}

/* ---- whole objects ---- */
struct given {
    uint64_t bits[BIND_FIELDS_MAX / 64];
};

static bool is_given(const struct given *g, size_t i)
{
    return g->bits[i / 64] >> (i % 64) & 1;
}

static void mark_given(struct given *g, size_t i)
{
    g->bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool unknown(const struct place *at, const struct type *type, struct str name)
{
    const struct field plain = {.name = ""};
    char path[PLACE_PATH_MAX], given[PLACE_SHOWN_MAX], known[ERROR_NEXT_MAX] = "";
    place_path(at, path);
    place_shown(&plain, name, given);
    error_set(at->e, ERROR_INVALID, "UNKNOWN_ARGUMENT", "unknown argument %s%s%s",
              at->up ? path : "", at->up ? "." : "", given);
    const char *nearest = type_nearest(type, name);
    if (nearest)
        return error_next(at->e, "did you mean %s?", nearest);
    for (size_t i = 0; i < type->count; i++) {
        size_t n = strlen(known);
        snprintf(known + n, sizeof known - n, "%s%s", n ? ", " : "", type->fields[i].name);
    }
    if (type->count == 0)
        return error_next(at->e, "no arguments are taken here");
    return error_next(at->e, "known: %s", known);
}

static bool check_required(const struct place *at, const struct type *type, const struct given *g)
{
    for (size_t i = 0; i < type->count; i++) {
        const struct field *f = &type->fields[i];
        if (!f->required || f->initial || is_given(g, i))
            continue;
        struct place in = below(at, f->name, 0);
        char path[PLACE_PATH_MAX];
        place_path(&in, path);
        error_set(at->e, ERROR_INVALID, "MISSING_ARGUMENT", "%s is missing", path);
        if (f->example)
            return error_next(at->e, "%s: %s; for example %s", f->name, f->doc, f->example);
        return error_next(at->e, "%s: %s", f->name, f->doc);
    }
    return true;
}

static bool bind_members(const struct place *at, const struct type *type, const struct json *json,
                         struct given *g, void *out)
{
    if (json && json->kind != JSON_OBJECT && json->kind != JSON_NULL)
        return place_refuse(at, "expected an object, got %s", json_kind_text(json->kind));
    for (size_t i = 0; json && i < json->n; i++) {
        const struct json *member = &json->items[i];
        const struct field *f = type_find(type, member->key);
        if (!f)
            return unknown(at, type, member->key);
        if (member->kind == JSON_NULL)
            continue;
        struct place in = below(at, f->name, 0);
        if (!set_value(&in, f, member, out))
            return false;
        mark_given(g, (size_t)(f - type->fields));
    }
    return true;
}

static bool bind_object(const struct place *at, const struct type *type, const struct json *json,
                        void *out)
{
    assert(type->count <= BIND_FIELDS_MAX);
    struct place here = *at;
    struct given g = {0};
    if (++here.depth > BIND_DEPTH_MAX)
        return place_refuse(at, "objects are nested deeper than %d", BIND_DEPTH_MAX);
    return init_object(&here, type, out) && bind_members(&here, type, json, &g, out) &&
           check_required(&here, type, &g);
}

/* ---- pairs ---- */
/* The text of pair `i` and of all later ones for the same list, joined by commas. */
static struct str joined(const struct type *type, const struct bind_pair *pairs, size_t i,
                         size_t count, const struct place *at)
{
    size_t bytes = 0, n = 0;
    const struct field *f = bind_find(type, pairs[i].name);
    for (size_t k = i; k < count; k++)
        if (bind_find(type, pairs[k].name) == f)
            bytes += pairs[k].text.n + 1;
    if (bytes == pairs[i].text.n + 1)
        return pairs[i].text;
    char *text = place_room(at, bytes);
    for (size_t k = i; text && k < count; k++) {
        if (bind_find(type, pairs[k].name) != f)
            continue;
        if (n)
            text[n++] = ',';
        memcpy(text + n, pairs[k].text.p ? pairs[k].text.p : "", pairs[k].text.n);
        n += pairs[k].text.n;
    }
    return (struct str){text, n};
}

static bool bind_pairs(const struct place *at, const struct type *type,
                       const struct bind_pair *pairs, size_t count, struct given *g, void *out)
{
    struct given by_pair = {0};
    for (size_t i = 0; i < count; i++) {
        const struct field *f = bind_find(type, pairs[i].name);
        if (!f)
            return unknown(at, type, pairs[i].name);
        size_t index = (size_t)(f - type->fields);
        bool is_strings = f->kind == TYPE_LIST && !f->of;
        if (is_strings && is_given(&by_pair, index))
            continue; /* came along with the first of its name */
        struct place in = below(at, f->name, 0);
        if (is_given(g, index))
            return place_refuse(&in, "is given twice");
        struct json value = {.kind = JSON_STRING, .text = pairs[i].text};
        if (is_strings)
            value.text = joined(type, pairs, i, count, at);
        if (!value.text.p && pairs[i].text.p)
            return false;
        if (!set_value(&in, f, &value, out))
            return false;
        mark_given(g, index);
        mark_given(&by_pair, index);
    }
    return true;
}

/* ---- the interface ---- */
const struct field *bind_find(const struct type *type, struct str name)
{
    char plain[64];
    const struct field *f = type_find(type, name);
    if (f || !str_copy(plain, sizeof plain, name))
        return f;
    for (char *p = plain; *p; p++)
        if (*p == '-')
            *p = '_';
    return type_find(type, str_of(plain));
}

bool bind_init(const struct type *type, void *out, struct arena *arena, struct error *e)
{
    struct place at = root_place(arena, e);
    return init_object(&at, type, out);
}

bool bind_json(const struct type *type, const struct json *json, void *out, struct arena *arena,
               struct error *e)
{
    struct place at = root_place(arena, e);
    return bind_object(&at, type, json, out);
}

bool bind_request(const struct type *type, const struct json *json, const struct bind_pair *pairs,
                  size_t pair_count, void *out, struct arena *arena, struct error *e)
{
    assert(type->count <= BIND_FIELDS_MAX && (pairs || pair_count == 0));
    struct place at = root_place(arena, e);
    struct given g = {0};
    at.depth = 1;
    return init_object(&at, type, out) && bind_members(&at, type, json, &g, out) &&
           bind_pairs(&at, type, pairs, pair_count, &g, out) && check_required(&at, type, &g);
}

bool bind_value(const struct field *f, const struct json *json, void *base, struct arena *arena,
                struct error *e)
{
    assert(f && json && base);
    struct place root = root_place(arena, e), at = below(&root, f->name, 0);
    return set_value(&at, f, json, base);
}

bool bind_text(const struct field *f, struct str text, void *base, struct arena *arena,
               struct error *e)
{
    struct json value = {.kind = JSON_STRING, .text = text.p ? text : STR("")};
    return bind_value(f, &value, base, arena, e);
}
