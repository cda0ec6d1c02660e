/* SPDX-License-Identifier: MIT */
#include "app/wire_script.h"

#include "base/alloc.h"
#include "broker/convert.h"
#include "sys/files.h"
#include "wire/frame.h"
#include "wire/reply.h"

/* ---- reading ---- */

static enum wire_direction way_of(const struct wire_scene *s)
{
    return s->from == WIRE_FROM_SERVER ? WIRE_TO_CLIENT : WIRE_TO_SERVER;
}

static bool add_scene(struct wire_script *s, const struct wire_recorded *f, struct arena *scratch,
                      struct error *e)
{
    struct wire_any any = {.id = -1};
    struct error why;
    if (s->n == WIRE_SCENES_MAX || !arena_has(s->arena, f->body.n + 64))
        return error_set(e, ERROR_LIMIT, "TOO_LARGE", "the recording is too long to be replayed");
    struct wire_scene *scene = &s->scenes[s->n++];
    *scene = (struct wire_scene){.time_us = f->time_us,
                                 .from = f->from,
                                 .is_handshake = f->is_handshake,
                                 .body = arena_str(s->arena, f->body)};
    arena_reset(scratch);
    if (!f->is_handshake)
        (void)!wire_decode(way_of(scene), scene->body, s->version, scratch, &any, &why);
    scene->id = any.id;
    return true;
}

static bool read_scenes(struct wire_script *s, struct wire_recording *r, struct error *e)
{
    struct wire_recorded frame;
    enum wire_recorded_next next;
    struct arena *scratch = arena_new(WIRE_TOOL_ARENA);
    bool ok = true;
    while (ok && (next = wire_recording_next(r, &frame, e)) != WIRE_RECORDED_END)
        ok = next == WIRE_RECORDED_FRAME && add_scene(s, &frame, scratch, e);
    arena_free(scratch);
    return ok;
}

bool wire_script_load(struct wire_script *s, const char *path, struct error *e)
{
    struct buf text;
    struct wire_recording r;
    *s = (struct wire_script){.arena = arena_new(WIRE_TOOL_TEXT)};
    s->scenes = xcalloc(WIRE_SCENES_MAX, sizeof *s->scenes);
    buf_init(&text, WIRE_TOOL_TEXT);
    bool ok =
        file_read(path, WIRE_TOOL_TEXT, &text, e) && wire_recording_open(&r, buf_str(&text), e);
    if (ok) {
        s->version = r.version;
        s->is_masked = r.is_masked;
        ok = read_scenes(s, &r, e);
        wire_recording_close(&r);
    }
    buf_fini(&text);
    if (ok && (s->n < 2 || s->scenes[0].from != WIRE_FROM_CLIENT ||
               s->scenes[1].from != WIRE_FROM_SERVER))
        return error_set(e, ERROR_INVALID, "RECORDING", "the recording has no handshake");
    return ok;
}

void wire_script_fini(struct wire_script *s)
{
    xfree(s->scenes);
    arena_free(s->arena);
}

/*
 * The handshake tells the second. Errors and notices, from version 194 on, tell the millisecond in
 * which the client's frame before them arrived: good enough to meet the same prices again.
 */
static struct utc refine(const struct wire_script *s, struct utc begin)
{
    struct arena *arena = arena_new(WIRE_TOOL_ARENA);
    struct wire_any any;
    struct error e;
    int64_t asked_us = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct wire_scene *scene = &s->scenes[i];
        if (scene->from == WIRE_FROM_CLIENT)
            asked_us = scene->time_us;
        if (scene->id != WIRE_REP_ERROR || scene->from != WIRE_FROM_SERVER ||
            !wire_decode(WIRE_TO_CLIENT, scene->body, s->version, arena, &any, &e))
            continue;
        const struct wire_rep_error *m = any.message;
        int64_t ms = m->error_time - begin.ns / NS_PER_MS - asked_us / 1000;
        if (m->error_time > 0 && m->error_time < INT64_MAX / NS_PER_MS && ms >= -1000 && ms < 2000)
            begin.ns += ms * NS_PER_MS + NS_PER_MS / 2 - asked_us % 1000 * NS_PER_US;
        break;
    }
    arena_free(arena);
    return begin;
}

bool wire_script_begin(const struct wire_script *s, const struct tz_zones *zones, struct utc *out)
{
    struct wire_hello hello;
    struct error e;
    if (!wire_hello_parse(s->scenes[1].body, WIRE_VERSION_MIN, WIRE_VERSION_PROTO_MAX, &hello, &e))
        return false;
    struct opt_utc time = time_of_text(hello.time, zones);
    if (time.has)
        *out = refine(s, time.v);
    return time.has;
}

const void *wire_script_first(const struct wire_script *s, enum wire_direction from, int id,
                              struct arena *arena)
{
    struct wire_any any;
    struct error e;
    for (size_t i = 0; i < s->n; i++)
        if (s->scenes[i].id == id && way_of(&s->scenes[i]) == from)
            return wire_decode(from, s->scenes[i].body, s->version, arena, &any, &e) ? any.message
                                                                                     : NULL;
    return NULL;
}

/* ---- the rows of a side ---- */

void wire_side_init(struct wire_side *s)
{
    *s = (struct wire_side){.arena = arena_new(WIRE_TOOL_TEXT)};
    s->frames = xcalloc(WIRE_SCENES_MAX, sizeof *s->frames);
}

void wire_side_fini(struct wire_side *s)
{
    xfree(s->frames);
    arena_free(s->arena);
}

bool wire_side_add(struct wire_side *s, int64_t time_us, struct str body)
{
    if (s->n == WIRE_SCENES_MAX || !arena_has(s->arena, body.n + 64))
        return false;
    s->frames[s->n++] = (struct wire_frame){time_us, arena_str(s->arena, body)};
    return true;
}
