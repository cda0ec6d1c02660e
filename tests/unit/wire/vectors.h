/* SPDX-License-Identifier: MIT */
/*
 * vectors: reads the files of recorded frames for the tests of the codec, and takes the usual
 * steps with them. A test whose file is missing is skipped.
 */
#ifndef PORTCULLIS_TESTS_WIRE_VECTORS_H
#define PORTCULLIS_TESTS_WIRE_VECTORS_H

#include "wire/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

static struct arena *arena;

static inline int setup(void **state)
{
    (void)state;
    arena = arena_new(64 << 20);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- files ---- */

static inline struct str vector_path(const char *name)
{
    const char *dir = getenv("PORTCULLIS_VECTORS");
    return arena_f(arena, "%s/tws/%s", dir ? dir : "../shared/vectors", name);
}

static inline struct str read_vector(const char *name)
{
    struct str path = vector_path(name);
    FILE *f = fopen(path.p, "rb");
    if (!f) {
        print_message("no vectors: %s is missing\n", path.p);
        skip();
    }
    char *text = arena_alloc(arena, 1 << 20);
    size_t n = fread(text, 1, 1 << 20, f);
    fclose(f);
    return (struct str){text, n};
}

static inline struct json_object *read_json(const char *name)
{
    struct str text = read_vector(name);
    struct json_tokener *t = json_tokener_new();
    struct json_object *o = json_tokener_parse_ex(t, text.p, (int)text.n);
    json_tokener_free(t);
    assert_non_null(o);
    return o;
}

static inline unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static inline struct str of_hex(const char *hex)
{
    size_t n = strlen(hex) / 2;
    char *p = arena_alloc(arena, n);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    return (struct str){p, n};
}

/* The text frame of a file whose NULs are written as '|'. */
static inline struct str live_line(const char *name)
{
    struct str text = str_trim(read_vector(name));
    char *p = arena_alloc(arena, text.n);
    for (size_t i = 0; i < text.n; i++)
        p[i] = text.p[i] == '|' ? '\0' : text.p[i];
    return (struct str){p, text.n};
}

static inline struct str of_base64(struct str text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *p = arena_alloc(arena, text.n);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < text.n && text.p[i] != '='; i++) {
        bits = bits << 6 | (uint32_t)(strchr(digits, text.p[i]) - digits);
        held += 6;
        if (held >= 8)
            p[n++] = (char)(bits >> (held -= 8));
    }
    return (struct str){p, n};
}

/* ---- steps ---- */

static inline struct wire_any decoded(enum wire_direction direction, struct str body, int version)
{
    struct wire_any any;
    struct error e = {0};
    if (!wire_decode(direction, body, version, arena, &any, &e))
        fail_msg("%s: %.*s", e.text, (int)body.n, body.p);
    return any;
}

/* The body of the frame, in the arena. */
static inline struct str encoded(enum wire_direction direction, const struct wire_any *any,
                                 int version)
{
    struct buf b;
    struct error e = {0};
    buf_init(&b, 1 << 20);
    if (!wire_encode(direction, any->id, any->message, version, &b, &e))
        fail_msg("%s", e.text);
    struct str body = arena_str(arena, str_sub(buf_str(&b), 4, b.n));
    buf_fini(&b);
    return body;
}

static inline struct str visible(struct str body)
{
    char *p = arena_alloc(arena, body.n + 1);
    for (size_t i = 0; i < body.n; i++)
        p[i] = body.p[i] ? body.p[i] : '|';
    return (struct str){p, body.n};
}

static inline void assert_same(struct str a, struct str b)
{
    if (!str_eq(a, b))
        fail_msg("\n  %s\n  %s", visible(a).p, visible(b).p);
}

/* decode, encode, decode, encode: both encodings are the same bytes. */
static inline void assert_stable(enum wire_direction direction, struct str body, int version)
{
    struct wire_any first = decoded(direction, body, version);
    struct str again = encoded(direction, &first, version);
    struct wire_any second = decoded(direction, again, version);
    assert_same(again, encoded(direction, &second, version));
}

/* ---- requests of other clients ---- */

struct client_file {
    struct json_object *json, *log;
    size_t n;
    int version;
};

static inline struct client_file open_client(const char *name)
{
    struct client_file f = {.json = read_json(name)};
    f.version = json_object_get_int(json_object_object_get(f.json, "sv"));
    f.log = json_object_object_get(f.json, "log");
    f.n = json_object_array_length(f.log);
    return f;
}

/* Entry 0 is the offer of versions. */
static inline struct str client_frame(const struct client_file *f, size_t i)
{
    struct json_object *pair = json_object_array_get_idx(f->log, i);
    return of_hex(json_object_get_string(json_object_array_get_idx(pair, 1)));
}

/* The frame of that line of that file, as a real server of that version sent it, decoded. */
enum { RECORDED_LEVEL = 173 };
static inline struct wire_any recorded_frame(const char *path, int line)
{
    struct json_object *frames = read_json("text_frames_v173.json");
    for (size_t i = 0; i < json_object_array_length(frames); i++) {
        struct json_object *f = json_object_array_get_idx(frames, i);
        struct json_object *payload = json_object_object_get(f, "payload");
        if (strcmp(json_object_get_string(json_object_object_get(f, "path")), path) != 0 ||
            json_object_get_int(json_object_object_get(f, "line")) != line)
            continue;
        size_t n = (size_t)json_object_get_string_len(payload);
        n -= (size_t)json_object_get_int(json_object_object_get(f, "extra"));
        struct str body = arena_str(arena, (struct str){json_object_get_string(payload), n});
        json_object_put(frames);
        return decoded(WIRE_TO_CLIENT, body, RECORDED_LEVEL);
    }
    fail_msg("%s has no line %d", path, line);
    return (struct wire_any){0};
}

#endif
