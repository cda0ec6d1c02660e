/* SPDX-License-Identifier: MIT */
/*
 * A recording from a stranger: all of it is read, and its frames are shown, masked, and made again
 * from what was shown. What was shown must be JSON, and a frame made of it must decode.
 */
#include "wire/mask.h"
#include "wire/parse.h"
#include "wire/print.h"
#include "wire/recording.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 4 << 20 };

struct trial {
    struct arena *arena;
    struct buf json, out;
    struct wire_mask mask;
};

static void show(struct trial *t, enum wire_direction way, struct str body, int version)
{
    struct json_writer w;
    struct wire_any any, again;
    struct error e;
    arena_reset(t->arena);
    buf_reset(&t->json);
    json_writer_init(&w, &t->json);
    json_begin_object(&w);
    bool ok = wire_print_frame(way, body, version, t->arena, &w, &any);
    json_end_object(&w);
    if (!json_writer_done(&w))
        return; /* longer than there is room */
    const struct json *j = json_parse(buf_str(&t->json), t->arena, &e);
    /* the two things that can be printed and not read: a NUL in a text, and too many values */
    assert(j || strcmp(e.reason, "JSON") == 0 || strcmp(e.reason, "JSON_LIMIT") == 0);
    buf_reset(&t->out);
    if (j && ok && version >= any.type->min_version &&
        wire_parse(json_get(j, STR("fields")), any.type, t->arena, &again, &e) &&
        wire_encode_again(&again, version, &t->out, &e))
        assert(
            wire_decode(way, str_sub(buf_str(&t->out), 4, t->out.n), version, t->arena, &any, &e) ||
            !any.type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct trial t;
    struct wire_recording r;
    struct wire_recorded f;
    struct error e;
    enum wire_recorded_next next;
    if (!t.arena) { /* once for all inputs */
        t.arena = arena_new(64 << 20);
        buf_init(&t.json, ROOM);
        buf_init(&t.out, ROOM);
    }
    t.mask = (struct wire_mask){0};
    if (!wire_recording_open(&r, (struct str){(const char *)data, size}, &e))
        return 0;
    while ((next = wire_recording_next(&r, &f, &e)) != WIRE_RECORDED_END) {
        enum wire_direction way = f.from == WIRE_FROM_SERVER ? WIRE_TO_CLIENT : WIRE_TO_SERVER;
        if (next == WIRE_RECORDED_BAD)
            continue;
        show(&t, way, f.body, r.version);
        arena_reset(t.arena);
        buf_reset(&t.out);
        (void)!wire_mask(&t.mask, way, f.body, r.version, t.arena, &t.out, &e);
    }
    wire_recording_close(&r);
    return 0;
}
