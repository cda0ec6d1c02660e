/* SPDX-License-Identifier: MIT */
#include "wire/codec.h"

#include "base/limits.h"
#include "wire/text.h"

#include <assert.h>
#include <string.h>

/* ---- the table ---- */

enum { ID_COUNT = 110, ROWS = 2 * ID_COUNT };

/* clang-format off */
#define ROW(way, number, title, bytes, start, how, since) \
    [number] = {.id = (number), .direction = (way), .name = (title), .size = (bytes), \
                .defaults = (start), .routine = (how), .min_version = (since)},

#define Q_NONE(id, name, routine, since) ROW(WIRE_TO_SERVER, id, name, 0, NULL, routine, since)
#define Q_ID(id, name, routine, since) \
    ROW(WIRE_TO_SERVER, id, name, sizeof(struct wire_id), NULL, routine, since)
#define Q_PLAIN(id, name, stem, since) \
    ROW(WIRE_TO_SERVER, id, name, sizeof(struct wire_##stem), NULL, text_##stem, since)
#define Q_INIT(id, name, stem, type, value, since) \
    ROW(WIRE_TO_SERVER, id, name, sizeof(struct type), (&(const struct type)value), text_##stem, since)

#define P_NONE(id, name, routine, since) ROW(WIRE_TO_CLIENT, id, name, 0, NULL, routine, since)
#define P_ID(id, name, routine, since) \
    ROW(WIRE_TO_CLIENT, id, name, sizeof(struct wire_id), NULL, routine, since)
#define P_PLAIN(id, name, stem, since) \
    ROW(WIRE_TO_CLIENT, id, name, sizeof(struct wire_##stem), NULL, text_##stem, since)
#define P_INIT(id, name, stem, type, value, since) \
    ROW(WIRE_TO_CLIENT, id, name, sizeof(struct type), (&(const struct type)value), text_##stem, since)
#define P_ALSO(id, name, stem, type, since) \
    ROW(WIRE_TO_CLIENT, id, name, sizeof(struct type), NULL, text_##stem, since)

static const struct wire_message messages[2][ID_COUNT] = {
    [WIRE_TO_SERVER] = {WIRE_REQUESTS(Q_NONE, Q_ID, Q_PLAIN, Q_INIT)},
    [WIRE_TO_CLIENT] = {WIRE_REPLIES(P_NONE, P_ID, P_PLAIN, P_INIT, P_ALSO)},
};
/* clang-format on */

const struct wire_message *wire_find(enum wire_direction direction, int id)
{
    if (id < 0 || id >= ID_COUNT)
        return NULL;
    const struct wire_message *m = &messages[direction][id];
    return m->routine ? m : NULL;
}

const struct wire_message *wire_next_message(const struct wire_message *after)
{
    const struct wire_message *first = &messages[0][0];
    for (const struct wire_message *m = after ? after + 1 : first; m < first + ROWS; m++)
        if (m->routine)
            return m;
    return NULL;
}

/* ---- whole frames ---- */

enum { LENGTH = 4 };

static bool is_text_version(int version)
{
    return version >= WIRE_VERSION_MIN && version <= WIRE_VERSION_MAX;
}

static bool encode_failure(const struct wire_codec *x, const char *name, struct error *e)
{
    if (x->out->failed)
        return error_set(e, ERROR_LIMIT, "WIRE_TOO_LONG", "%s: more than %zu bytes wait to be sent",
                         name, x->out->cap);
    return error_set(e, ERROR_INVALID, "WIRE_BAD_VALUE", "%s: field %d %s", name, x->field, x->why);
}

bool wire_encode(enum wire_direction direction, int id, const void *message, int version,
                 struct buf *out, struct error *e)
{
    const struct wire_message *type = wire_find(direction, id);
    assert(type && (message || type->size == 0));
    if (!is_text_version(version) || version < type->min_version)
        return error_set(e, ERROR_UNAVAILABLE, "WIRE_VERSION",
                         "%s does not exist at server version %d", type->name, version);

    struct wire_codec x = {
        .mode = WIRE_ENCODE, .direction = direction, .version = version, .out = out};
    /* encoding never writes to the message, but the routine serves decoding too */
    union {
        const void *given;
        void *routine_takes;
    } same = {.given = message};
    size_t start = out->n;
    if (out->failed || !buf_add(out, "\0\0\0", LENGTH)) {
        x_fail(&x, "does not fit into the buffer");
    } else {
        int32_t number = id;
        x_int(&x, &number);
        type->routine(&x, same.routine_takes);
    }
    if (x.failed) {
        (void)encode_failure(&x, type->name, e);
        buf_cut(out, start);
        return false;
    }
    size_t n = out->n - start - LENGTH;
    if (n > LIMIT_FRAME) {
        buf_cut(out, start);
        return error_set(e, ERROR_LIMIT, "WIRE_TOO_LONG", "%s: a frame of %zu bytes, at most %d",
                         type->name, n, LIMIT_FRAME);
    }
    for (int i = 0; i < LENGTH; i++)
        out->p[start + (size_t)i] = (char)(n >> (24 - 8 * i) & 0xFF);
    return true;
}

/* A struct of that type in the arena, with its defaults; NULL if the message has none. */
static void *fresh(const struct wire_message *type, struct arena *arena)
{
    if (type->size == 0)
        return NULL;
    void *p = arena_alloc(arena, type->size);
    if (type->defaults)
        memcpy(p, type->defaults, type->size);
    return p;
}

bool wire_decode(enum wire_direction direction, struct str body, int version, struct arena *arena,
                 struct wire_any *out, struct error *e)
{
    *out = (struct wire_any){.id = -1};
    if (!is_text_version(version))
        return error_set(e, ERROR_UNAVAILABLE, "WIRE_VERSION",
                         "no layouts are known for server version %d", version);
    struct wire_codec x = {.mode = WIRE_DECODE,
                           .direction = direction,
                           .version = version,
                           .field = -1,
                           .rest = body,
                           .arena = arena};
    int32_t id = -1;
    x_int(&x, &id);
    if (x.failed || id < 0)
        return error_set(e, ERROR_PROTOCOL, "WIRE_BAD_FRAME", "a frame has no message id");
    out->id = id;
    const struct wire_message *type = wire_find(direction, id);
    if (!type)
        return error_set(e, ERROR_PROTOCOL, "WIRE_UNKNOWN_MESSAGE", "message id %d is unknown", id);
    if (!arena_has(arena, type->size))
        return error_set(e, ERROR_LIMIT, "WIRE_BAD_FRAME", "%s: no memory is left for it",
                         type->name);
    void *message = fresh(type, arena);
    type->routine(&x, message);
    if (x.failed)
        return error_set(e, ERROR_PROTOCOL, "WIRE_BAD_FRAME", "%s: field %d %s", type->name,
                         x.field, x.why);
    if (x.rest.n)
        return error_set(e, ERROR_PROTOCOL, "WIRE_BAD_FRAME",
                         "%s: %zu bytes are left over behind "
                         "field %d",
                         type->name, x.rest.n, x.field);
    out->type = type;
    out->message = message;
    return true;
}

void *wire_generate(const struct wire_message *type, int version, struct arena *arena,
                    struct rng *rng)
{
    assert(is_text_version(version));
    struct wire_codec x = {.mode = WIRE_GENERATE,
                           .direction = type->direction,
                           .version = version,
                           .arena = arena,
                           .rng = rng};
    void *message = fresh(type, arena);
    type->routine(&x, message);
    assert(!x.failed);
    return message;
}
