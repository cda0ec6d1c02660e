/* SPDX-License-Identifier: MIT */
#include "wire/codec.h"

#include "base/limits.h"
#include "wire/config.h"
#include "wire/proto_codec.h"
#include "wire/text.h"

#include <assert.h>
#include <string.h>

/* ---- the table ---- */

enum { ID_COUNT = 112, ROWS = 2 * ID_COUNT };

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

/* protobuf only */
#define BORN(way, id, name, type, start, since) \
    ROW(way, id, name, sizeof(struct type), start, NULL, since)

static const struct wire_message messages[2][ID_COUNT] = {
    [WIRE_TO_SERVER] = {
        WIRE_REQUESTS(Q_NONE, Q_ID, Q_PLAIN, Q_INIT)
        BORN(WIRE_TO_SERVER, WIRE_REQ_CANCEL_CONTRACT_DETAILS, "cancelContractData", wire_id, NULL, WIRE_SINCE_CANCEL_ONE_SHOTS)
        BORN(WIRE_TO_SERVER, WIRE_REQ_CANCEL_HISTORICAL_TICKS, "cancelHistoricalTicks", wire_id, NULL, WIRE_SINCE_CANCEL_ONE_SHOTS)
        BORN(WIRE_TO_SERVER, WIRE_REQ_CONFIG, "reqConfig", wire_id, NULL, WIRE_SINCE_CONFIG)
        BORN(WIRE_TO_SERVER, WIRE_REQ_UPDATE_CONFIG, "updateConfig", wire_req_update_config, (&(const struct wire_req_update_config)WIRE_REQ_UPDATE_CONFIG_DEFAULT), WIRE_SINCE_UPDATE_CONFIG)
    },
    [WIRE_TO_CLIENT] = {
        WIRE_REPLIES(P_NONE, P_ID, P_PLAIN, P_INIT, P_ALSO)
        BORN(WIRE_TO_CLIENT, WIRE_REP_CONFIG, "configResponse", wire_rep_config, (&(const struct wire_rep_config)WIRE_REP_CONFIG_DEFAULT), WIRE_SINCE_CONFIG)
        BORN(WIRE_TO_CLIENT, WIRE_REP_UPDATE_CONFIG, "updateConfigResponse", wire_rep_update_config, NULL, WIRE_SINCE_UPDATE_CONFIG)
    },
};
/* clang-format on */

const struct wire_message *wire_find(enum wire_direction direction, int id)
{
    if (id < 0 || id >= ID_COUNT)
        return NULL;
    const struct wire_message *m = &messages[direction][id];
    return m->name ? m : NULL;
}

bool wire_may_change_account(int id)
{
    switch (id) {
    case WIRE_REQ_PLACE_ORDER:
    case WIRE_REQ_CANCEL_ORDER:
    case WIRE_REQ_GLOBAL_CANCEL:
    case WIRE_REQ_EXERCISE_OPTIONS:
    case WIRE_REQ_REPLACE_FA:
    case WIRE_REQ_UPDATE_CONFIG:
        return true;
    default:
        return !wire_find(WIRE_TO_SERVER, id);
    }
}

const struct wire_message *wire_next_message(const struct wire_message *after)
{
    const struct wire_message *first = &messages[0][0];
    for (const struct wire_message *m = after ? after + 1 : first; m < first + ROWS; m++)
        if (m->name)
            return m;
    return NULL;
}

/* ---- envelopes ---- */

enum { WORD = 4, PROTO_ID = 200 };

static bool is_known_version(int version)
{
    return version >= WIRE_VERSION_MIN && version <= WIRE_VERSION_PROTO_MAX;
}

static bool is_protobuf(const struct wire_message *type, int version)
{
    int since = wire_proto_since(type->direction, type->id);
    return since && version >= since;
}

static void put_word(char *p, size_t v)
{
    for (int i = 0; i < WORD; i++)
        p[i] = (char)(v >> (24 - 8 * i) & 0xFF);
}

/* The id of a frame and what is behind it; an id above 200 is that of a protobuf message. */
static bool take_id(struct wire_codec *x, int32_t *id)
{
    if (x->version < WIRE_SINCE_BINARY_ID) {
        x->field = -1;
        x_int(x, id);
        return !x->failed && *id >= 0;
    }
    const unsigned char *p = (const unsigned char *)x->rest.p;
    if (x->rest.n < WORD || p[0] >= 0x80)
        return false;
    *id = (int32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
    x->rest = str_sub(x->rest, WORD, x->rest.n);
    return true;
}

/* ---- encoding ---- */

static bool encode_failure(const struct wire_codec *x, const char *name, struct error *e)
{
    if (x->out->failed)
        return error_set(e, ERROR_LIMIT, "WIRE_TOO_LONG", "%s: more than %zu bytes wait to be sent",
                         name, x->out->cap);
    if (x->name)
        return error_set(e, ERROR_INVALID, "WIRE_BAD_VALUE", "%s: %s %s", name, x->name, x->why);
    return error_set(e, ERROR_INVALID, "WIRE_BAD_VALUE", "%s: field %d %s", name, x->field, x->why);
}

/* The id and the fields behind it. */
static void put_body(struct wire_codec *x, const struct wire_message *type, const void *message,
                     const struct wire_presence *has)
{
    /* encoding never writes to the message, but the routine serves decoding too */
    union {
        const void *given;
        void *routine_takes;
    } same = {.given = message};
    bool is_proto = is_protobuf(type, x->version);
    int32_t number = type->id;
    char word[WORD];
    put_word(word, (size_t)number + (is_proto ? PROTO_ID : 0));
    if (x->version < WIRE_SINCE_BINARY_ID)
        x_int(x, &number);
    else if (!buf_add(x->out, word, WORD))
        x_fail(x, "does not fit into the buffer");
    x->field = 1;
    if (is_proto)
        proto_write(x, wire_proto_of(type->direction, type->id), message, has);
    else
        type->routine(x, same.routine_takes);
}

static bool encode(const struct wire_message *type, const void *message,
                   const struct wire_presence *has, int version, struct buf *out, struct error *e)
{
    if (!is_known_version(version) || version < type->min_version)
        return error_set(e, ERROR_UNAVAILABLE, "WIRE_VERSION",
                         "%s does not exist at server version %d", type->name, version);

    struct wire_codec x = {
        .mode = WIRE_ENCODE, .direction = type->direction, .version = version, .out = out};
    size_t start = out->n;
    if (out->failed || !buf_add(out, "\0\0\0", WORD))
        x_fail(&x, "does not fit into the buffer");
    else
        put_body(&x, type, message, has);
    if (x.failed) {
        (void)encode_failure(&x, type->name, e);
        buf_cut(out, start);
        return false;
    }
    size_t n = out->n - start - WORD;
    if (n > LIMIT_FRAME) {
        buf_cut(out, start);
        return error_set(e, ERROR_LIMIT, "WIRE_TOO_LONG", "%s: a frame of %zu bytes, at most %d",
                         type->name, n, LIMIT_FRAME);
    }
    put_word(out->p + start, n);
    return true;
}

bool wire_encode(enum wire_direction direction, int id, const void *message, int version,
                 struct buf *out, struct error *e)
{
    const struct wire_message *type = wire_find(direction, id);
    assert(type && (message || type->size == 0));
    return encode(type, message, NULL, version, out, e);
}

bool wire_encode_again(const struct wire_any *any, int version, struct buf *out, struct error *e)
{
    assert(any->type && (any->message || any->type->size == 0));
    return encode(any->type, any->message, any->has, version, out, e);
}

/* ---- decoding ---- */

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

static bool decode_failure(const struct wire_codec *x, const char *name, size_t offset,
                           struct error *e)
{
    if (x->name)
        return error_set(e, ERROR_PROTOCOL, "WIRE_BAD_FRAME", "%s: %s (byte %zu) %s", name, x->name,
                         offset, x->why);
    return error_set(e, ERROR_PROTOCOL, "WIRE_BAD_FRAME", "%s: field %d %s", name, x->field,
                     x->why);
}

/* The fields behind the id. */
static bool take_body(struct wire_codec *x, struct str body, bool is_proto, struct wire_any *out,
                      struct error *e)
{
    const struct wire_message *type = wire_find(x->direction, out->id);
    if (!type || (!is_proto && !type->routine) ||
        (is_proto && !wire_proto_since(x->direction, out->id)))
        return error_set(e, ERROR_PROTOCOL, "WIRE_UNKNOWN_MESSAGE", "message id %d is unknown",
                         out->id);
    if (!arena_has(x->arena, type->size))
        return error_set(e, ERROR_LIMIT, "WIRE_BAD_FRAME", "%s: no memory is left for it",
                         type->name);
    void *message = fresh(type, x->arena);
    struct wire_presence *has = NULL;
    if (is_proto)
        proto_read(x, wire_proto_of(x->direction, out->id), message, &has);
    else
        type->routine(x, message);
    out->offset = (size_t)((x->failed ? x->at : x->rest.p) - body.p);
    if (x->failed)
        return decode_failure(x, type->name, out->offset, e);
    if (x->rest.n)
        return error_set(e, ERROR_PROTOCOL, "WIRE_BAD_FRAME",
                         "%s: %zu bytes are left over behind "
                         "field %d",
                         type->name, x->rest.n, x->field);
    out->type = type;
    out->message = message;
    out->has = has;
    out->skipped = x->skipped;
    return true;
}

/* Member by member: zeroing it first costs a tenth of a tick. */
static void begin(struct wire_codec *x, enum wire_direction direction, struct str body, int version,
                  struct arena *arena)
{
    x->mode = WIRE_DECODE;
    x->direction = direction;
    x->version = version;
    x->failed = false;
    x->why = x->name = NULL;
    x->field = 0;
    x->at = body.p;
    x->rest = body;
    x->skipped = 0;
    x->out = NULL;
    x->arena = arena;
    x->rng = NULL;
}

bool wire_decode(enum wire_direction direction, struct str body, int version, struct arena *arena,
                 struct wire_any *out, struct error *e)
{
    *out = (struct wire_any){.id = -1};
    if (!is_known_version(version))
        return error_set(e, ERROR_UNAVAILABLE, "WIRE_VERSION",
                         "no layouts are known for server version %d", version);
    struct wire_codec x;
    int32_t id = -1;
    begin(&x, direction, body, version, arena);
    if (!take_id(&x, &id))
        return error_set(e, ERROR_PROTOCOL, "WIRE_BAD_FRAME", "a frame has no message id");
    bool is_proto = version >= WIRE_SINCE_BINARY_ID && id > PROTO_ID;
    out->id = is_proto ? id - PROTO_ID : id;
    return take_body(&x, body, is_proto, out, e);
}

/* The row of the request id, or of an order's id. */
static const struct wire_proto_field *id_field(const struct wire_proto *t)
{
    for (size_t i = 0; i < t->count; i++)
        if ((t->fields[i].rules & WIRE_RULE_NO_REQUEST) ||
            strcmp(t->fields[i].name, "reqId") == 0 || strcmp(t->fields[i].name, "orderId") == 0)
            return &t->fields[i];
    return NULL;
}

bool wire_decode_id(enum wire_direction direction, struct str body, int version,
                    struct arena *arena, int32_t *id)
{
    enum { UNREAD = INT32_MIN };
    struct wire_codec x;
    struct wire_presence *has = NULL;
    int32_t number = -1;
    begin(&x, direction, body, version, arena);
    if (!is_known_version(version) || !take_id(&x, &number))
        return false;
    bool is_proto = version >= WIRE_SINCE_BINARY_ID && number > PROTO_ID;
    number -= is_proto ? PROTO_ID : 0;
    const struct wire_message *type = wire_find(direction, number);
    const struct wire_proto *t = wire_proto_of(direction, number);
    const struct wire_proto_field *f = t && type ? id_field(t) : NULL;
    if (!f || (!is_proto && !type->routine) || (is_proto && !wire_proto_since(direction, number)) ||
        !arena_has(arena, type->size))
        return false;
    char *message = fresh(type, arena);
    *id = UNREAD;
    memcpy(message + f->offset, id, sizeof *id);
    if (is_proto)
        proto_read(&x, t, message, &has);
    else
        type->routine(&x, message);
    memcpy(id, message + f->offset, sizeof *id);
    return *id != UNREAD && *id != -1;
}

/* ---- invention ---- */

void *wire_generate(const struct wire_message *type, int version, struct arena *arena,
                    struct rng *rng)
{
    assert(is_known_version(version) && version >= type->min_version);
    struct wire_codec x = {.mode = WIRE_GENERATE,
                           .direction = type->direction,
                           .version = version,
                           .arena = arena,
                           .rng = rng};
    void *message = fresh(type, arena);
    if (is_protobuf(type, version))
        proto_invent(&x, wire_proto_of(type->direction, type->id), message);
    else
        type->routine(&x, message);
    assert(!x.failed);
    return message;
}
