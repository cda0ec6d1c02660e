/* SPDX-License-Identifier: MIT */
/*
 * One frame body at the versions where protobuf occurs. The first two bytes choose direction and
 * version; the rest is the body. What can be read must be writable, both as it was and by the
 * rules for structs made by hand, what was written must read back to the same bytes, and it can
 * be printed.
 */
#include "wire/print.h"
#include "wire/proto.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIRST = 201, ARENA = 8 << 20, ROOM = 8 << 20 };

/* The only messages that are read and cannot be written: texts that may not be sent. */
static bool is_text_error(const struct error *e)
{
    return strcmp(e->reason, "WIRE_BAD_VALUE") == 0;
}

/* Writes *any with the fields that it had, or, without `keeps`, by the rules. */
static bool write_frame(const struct wire_any *any, bool keeps, int version, struct buf *out)
{
    struct wire_any plain = *any;
    struct error e;
    if (!keeps)
        plain.has = NULL;
    buf_reset(out);
    bool done = wire_encode_again(&plain, version, out, &e);
    assert(done || is_text_error(&e));
    return done;
}

static void check_stable(const struct wire_any *any, bool keeps, int version)
{
    struct arena *arena = arena_new(2 * ARENA); /* a list of empty messages fills one by itself */
    struct buf first;
    struct buf second;
    struct wire_any back;
    struct error e;
    buf_init(&first, ROOM);
    buf_init(&second, ROOM);
    if (write_frame(any, keeps, version, &first)) {
        bool again = wire_decode(any->type->direction, str_sub(buf_str(&first), 4, first.n),
                                 version, arena, &back, &e);
        assert(again && back.skipped == 0);
        again = write_frame(&back, true, version, &second);
        assert(again && str_eq(buf_str(&first), buf_str(&second)));
    }
    buf_fini(&first);
    buf_fini(&second);
    arena_free(arena);
}

static void print(const struct wire_any *any)
{
    struct buf text;
    struct json_writer w;
    buf_init(&text, ROOM);
    json_writer_init(&w, &text);
    wire_print(any, &w);
    (void)!json_writer_done(&w);
    buf_fini(&text);
}

/* A message may come as protobuf before its version; it is written as text then, which says less
 * (a strike of 0). */
static bool turns_to_text(const struct wire_any *any, int version)
{
    int since = wire_proto_since(any->type->direction, any->id);
    return any->has && version < since;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    enum wire_direction direction = data[0] & 1 ? WIRE_TO_CLIENT : WIRE_TO_SERVER;
    int version = FIRST + data[1] % (WIRE_VERSION_PROTO_MAX - FIRST + 1);
    struct str body = {(const char *)data + 2, size - 2};
    struct arena *arena = arena_new(ARENA);
    struct wire_any any;
    struct error e;
    if (wire_decode(direction, body, version, arena, &any, &e)) {
        print(&any);
        if (version >= any.type->min_version && !turns_to_text(&any, version)) {
            check_stable(&any, true, version);
            check_stable(&any, false, version);
        }
    } else {
        assert(any.offset <= body.n);
    }
    arena_free(arena);
    return 0;
}
