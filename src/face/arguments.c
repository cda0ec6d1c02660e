/* SPDX-License-Identifier: MIT */
#include "face/arguments.h"

#include "data/bind.h"

#include <string.h>

static const struct field common_fields[] = {
    FIELD(struct common_arguments, idempotency_key,
          .doc = "Your own key: a repeat is answered again, never sent twice",
          .example = "stop-aapl-1", .min = "1", .max = "64"),
};
const struct type common_arguments_type = TYPE_OF(struct common_arguments, common_fields);

const struct type *arguments_common(const struct op *op)
{
    bool has_own = type_find(op->in, STR("idempotency_key")) != NULL;
    return op->effect == OP_TRADE && !has_own ? &common_arguments_type : NULL;
}

bool arguments_shown(const struct core *core, const struct principal *who, const struct op *op)
{
    return (who->scopes & scope_of(op->effect)) && op_is_listed(core, op);
}

/* Moves the members that are common arguments out of *own; both objects share the values. */
static void part_common(struct json *own, struct json *common, struct arena *arena)
{
    struct json *rest = ARENA_MANY(arena, struct json, own->n);
    struct json *ours = ARENA_MANY(arena, struct json, own->n);
    size_t n = 0;
    for (size_t i = 0; i < own->n; i++) {
        if (type_find(&common_arguments_type, own->items[i].key))
            ours[common->n++] = own->items[i];
        else
            rest[n++] = own->items[i];
    }
    common->items = ours;
    own->items = rest;
    own->n = n;
}

void *arguments_bind(const struct op *op, const struct json *json, struct arena *arena,
                     struct common_arguments *common, struct error *e)
{
    *common = (struct common_arguments){{0}};
    void *in = arena_alloc(arena, op->in->size);
    struct json own = {.kind = JSON_NULL}, ours = {.kind = JSON_OBJECT};
    if (json)
        own = *json;
    if (own.kind == JSON_OBJECT && arguments_common(op)) {
        if (!arena_has(arena, 2 * (own.n + 1) * sizeof own)) {
            error_set(e, ERROR_LIMIT, "ARGUMENT_LIMIT", "too many arguments");
            return NULL;
        }
        part_common(&own, &ours, arena);
        if (!bind_json(&common_arguments_type, &ours, common, arena, e))
            return NULL;
    }
    return bind_json(op->in, &own, in, arena, e) ? in : NULL;
}

void arguments_for_csv(const struct op *op, const struct bind_pair *pairs, size_t n,
                       const struct json *body, void *in)
{
    const struct field *f = type_find(op->in, STR("detail"));
    if (!f || f->choices != detail_choices || (body && json_get(body, STR("detail"))))
        return;
    for (size_t i = 0; i < n; i++)
        if (str_eq(pairs[i].name, STR("detail")))
            return;
    unsigned *detail = (unsigned *)(void *)((char *)in + f->offset);
    *detail = DETAIL_FULL;
}

struct nearest nearest_to(struct str word)
{
    return (struct nearest){word, word.n / 3 + 2, NULL};
}

void nearest_try(struct nearest *n, const char *candidate)
{
    if (!candidate)
        return;
    struct str known = str_of(candidate);
    bool is_part = n->word.n >= 3 && (str_starts(known, n->word) || str_starts(n->word, known));
    size_t distance = is_part ? 1 : str_distance(known, n->word, n->distance);
    if (distance < n->distance && distance < known.n) {
        n->distance = distance;
        n->best = candidate;
    }
}
