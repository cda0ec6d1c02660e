/* SPDX-License-Identifier: MIT */
/*
 * One frame body in text. The first two bytes choose direction and version; the rest is the body.
 * What can be read must be writable, and what was written must read back to the same bytes.
 */
#include "wire/codec.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool reencode(enum wire_direction direction, const struct wire_any *any, int version,
                     struct buf *out)
{
    struct error e;
    buf_reset(out);
    bool done = wire_encode(direction, any->id, any->message, version, out, &e);
    /* the only text that is read and cannot be written: what clients may not send */
    assert(done || strcmp(e.reason, "WIRE_BAD_VALUE") == 0);
    return done;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    enum wire_direction direction = data[0] & 1 ? WIRE_TO_CLIENT : WIRE_TO_SERVER;
    int version = WIRE_VERSION_MIN + data[1] % (WIRE_VERSION_TEXT_MAX - WIRE_VERSION_MIN + 1);
    struct str body = {(const char *)data + 2, size - 2};
    struct arena *arena = arena_new(8 << 20);
    struct buf first;
    struct buf second;
    struct wire_any any;
    struct error e;
    buf_init(&first, 4 << 20);
    buf_init(&second, 4 << 20);
    if (wire_decode(direction, body, version, arena, &any, &e) &&
        version >= any.type->min_version && reencode(direction, &any, version, &first)) {
        bool again =
            wire_decode(direction, str_sub(buf_str(&first), 4, first.n), version, arena, &any, &e);
        assert(again);
        again = reencode(direction, &any, version, &second);
        assert(again && str_eq(buf_str(&first), buf_str(&second)));
    }
    buf_fini(&first);
    buf_fini(&second);
    arena_free(arena);
    return 0;
}
