/* SPDX-License-Identifier: MIT */
/* The verbs of `portcullis wire` that turn frames into lines and lines into frames. */
#include "app/wire_tool.h"

#include "base/limits.h"
#include "sys/files.h"
#include "wire/frame.h"
#include "wire/parse.h"
#include "wire/print.h"

#include <stdio.h>

enum { CHUNK = 64 << 10 };

/* ---- output ---- */

void wire_lines_init(struct wire_lines *l)
{
    *l = (struct wire_lines){.arena = arena_new(WIRE_TOOL_ARENA)};
    buf_init(&l->text, WIRE_TOOL_TEXT);
}

void wire_lines_fini(struct wire_lines *l)
{
    buf_fini(&l->text);
    arena_free(l->arena);
}

struct json_writer *wire_line_begin(struct wire_lines *l)
{
    arena_reset(l->arena);
    json_writer_init(&l->w, &l->text);
    json_begin_object(&l->w);
    return &l->w;
}

void wire_line_end(struct wire_lines *l)
{
    json_end_object(&l->w);
    buf_add_char(&l->text, '\n');
    if (l->text.n > CHUNK || l->text.failed)
        wire_lines_flush(l);
}

void wire_lines_flush(struct wire_lines *l)
{
    if (l->text.failed) {
        fputs("portcullis wire: a frame is too long to be printed\n", stderr);
        l->failed = true;
    }
    if (!l->failed && l->text.n && fwrite(l->text.p, 1, l->text.n, stdout) != l->text.n)
        l->failed = true;
    if (fflush(stdout) != 0)
        l->failed = true;
    buf_reset(&l->text);
}

void wire_line_from(struct json_writer *w, enum wire_direction from)
{
    json_key(w, "from");
    json_text(w, from == WIRE_TO_SERVER ? "client" : "server");
}

bool wire_line_handshake(struct json_writer *w, enum wire_direction from, struct str body)
{
    struct wire_offer offer = {0};
    struct wire_hello hello = {0};
    struct error e;
    bool is_client = from == WIRE_TO_SERVER;
    if (is_client ? !wire_offer_parse(body, &offer, &e)
                  : !wire_hello_parse(body, 0, INT32_MAX, &hello, &e))
        return false;
    json_key(w, "handshake");
    json_begin_object(w);
    json_key(w, is_client ? "min" : "version");
    json_i64(w, is_client ? offer.min : hello.version);
    json_key(w, is_client ? "max" : "time");
    if (is_client)
        json_i64(w, offer.max);
    else
        json_str(w, hello.time);
    if (is_client && offer.options.n) {
        json_key(w, "options");
        json_str(w, offer.options);
    }
    json_end_object(w);
    return true;
}

/* ---- input ---- */

/* Standard input line by line; what waits is at most one line and a chunk. */
struct line_input {
    struct buf in;
    size_t at;
    size_t number; /* of the line */
    bool at_end;
};

static bool fill(struct buf *in)
{
    char *p = buf_space(in, CHUNK);
    size_t n = p ? fread(p, 1, CHUNK, stdin) : 0;
    if (n)
        buf_grow(in, n);
    return n > 0;
}

static bool next_line(struct line_input *s, struct str *line)
{
    size_t end = s->at; /* up to here no end of a line was seen */
    for (;;) {
        struct str all = buf_str(&s->in);
        end = str_find(all, '\n', end);
        if (end < all.n || (s->at_end && s->at < all.n)) {
            *line = str_trim(str_sub(all, s->at, end));
            s->at = end < all.n ? end + 1 : all.n;
            s->number++;
            return true;
        }
        if (s->at_end)
            return false;
        buf_consume(&s->in, s->at);
        end -= s->at;
        s->at = 0;
        s->at_end = !fill(&s->in);
    }
}

/* ---- decode ---- */

static bool print_failure(struct wire_lines *out, enum wire_direction from, size_t line,
                          size_t offset, const struct error *e)
{
    struct json_writer *w = wire_line_begin(out);
    wire_line_from(w, from);
    if (line) {
        json_key(w, "line");
        json_i64(w, (int64_t)line);
    }
    json_key(w, "error");
    json_text(w, e->text);
    json_key(w, "offset");
    json_i64(w, (int64_t)offset);
    wire_line_end(out);
    return false;
}

static bool print_body(struct wire_lines *out, enum wire_direction from, struct str body,
                       int version, size_t line)
{
    struct json_writer *w = wire_line_begin(out);
    wire_line_from(w, from);
    if (line) {
        json_key(w, "line");
        json_i64(w, (int64_t)line);
    }
    bool ok = (from == WIRE_TO_SERVER && wire_line_handshake(w, from, body)) ||
              wire_print_frame(from, body, version, out->arena, w, NULL);
    wire_line_end(out);
    return ok;
}

static bool decode_lines(const struct wire_options *o, struct wire_lines *out)
{
    struct line_input s = {0};
    struct str line;
    struct buf body;
    bool ok = true;
    buf_init(&s.in, WIRE_TOOL_TEXT);
    buf_init(&body, LIMIT_FRAME);
    while (!out->failed && next_line(&s, &line)) {
        struct error e;
        size_t offset;
        buf_reset(&body);
        if (!line.n)
            continue;
        if (!wire_unspell(o->form, line, &body, &offset, &e))
            ok = print_failure(out, o->from, s.number, offset, &e);
        else if (!print_body(out, o->from, buf_str(&body), o->version, s.number))
            ok = false;
    }
    if (s.in.failed)
        fputs("portcullis wire: a line is too long\n", stderr);
    ok = ok && !s.in.failed;
    buf_fini(&body);
    buf_fini(&s.in);
    return ok;
}

/* The first frame of a stream may be the handshake and tell the version. */
static bool print_first(struct wire_lines *out, const struct wire_options *o, struct str body,
                        int *version, bool *is_handshake)
{
    struct wire_hello hello;
    struct error e;
    /* a message with one number looks like it; their ids are lower than any version */
    if (o->from == WIRE_TO_CLIENT &&
        wire_hello_parse(body, WIRE_VERSION_MIN, INT32_MAX, &hello, &e)) {
        *version = hello.version;
        *is_handshake = true;
    } else if (o->from == WIRE_TO_SERVER && str_starts(body, STR("v"))) {
        *is_handshake = true;
    }
    if (!*is_handshake)
        return true;
    struct json_writer *w = wire_line_begin(out);
    wire_line_from(w, o->from);
    bool ok = wire_line_handshake(w, o->from, body);
    if (!ok) {
        json_key(w, "error");
        json_text(w, "this is neither a handshake nor a message");
        json_key(w, "offset");
        json_i64(w, 0);
    }
    wire_line_end(out);
    return ok;
}

static bool decode_raw(const struct wire_options *o, struct wire_lines *out)
{
    struct wire_reader r;
    struct buf in;
    struct error e = {0};
    bool ok = true, is_first = true, is_open = true;
    int version = o->version;
    size_t taken = 0; /* bytes fed */
    enum wire_next next = WIRE_NEXT_MORE;
    buf_init(&in, CHUNK);
    is_open = fill(&in);
    /* a client's stream may have been caught from its beginning or not */
    wire_reader_init(&r, LIMIT_FRAME, str_starts(buf_str(&in), STR("API\0")));
    while (is_open && next != WIRE_NEXT_BROKEN && !out->failed) {
        struct str body;
        wire_reader_feed(&r, in.p, in.n);
        taken += in.n;
        while ((next = wire_reader_next(&r, &body, &e)) == WIRE_NEXT_FRAME) {
            bool is_handshake = false;
            ok = (!is_first || print_first(out, o, body, &version, &is_handshake)) && ok;
            is_first = false;
            if (!is_handshake && !print_body(out, o->from, body, version, 0))
                ok = false;
        }
        buf_reset(&in);
        is_open = fill(&in);
    }
    if (next == WIRE_NEXT_MORE && wire_reader_pending(&r)) {
        error_set(&e, ERROR_PROTOCOL, "WIRE_BAD_FRAME", "the stream ends within a frame");
        next = WIRE_NEXT_BROKEN;
    }
    if (next == WIRE_NEXT_BROKEN)
        ok = print_failure(out, o->from, 0, taken - wire_reader_pending(&r), &e);
    wire_reader_fini(&r);
    buf_fini(&in);
    return ok;
}

bool wire_decode_input(const struct wire_options *o, struct wire_lines *out)
{
    return o->is_raw ? decode_raw(o, out) : decode_lines(o, out);
}

/* ---- encode ---- */

/* What the object says, unless the command line says it. */
static bool find_type(const struct wire_options *o, const struct json *j, int *version,
                      const struct wire_message **type, struct error *e)
{
    int64_t number = -1, n = o->version;
    struct str from = json_get_str(j, STR("from")), name = json_get_str(j, STR("name"));
    bool is_client = o->has_from ? o->from == WIRE_TO_SERVER : str_eq(from, STR("client"));
    if (!o->has_from && !is_client && !str_eq(from, STR("server")))
        return error_set(e, ERROR_INVALID, "FIELD", "from is neither client nor server");
    if (!n && !json_to_i64(json_get(j, STR("server_version")), &n))
        return error_set(e, ERROR_INVALID, "FIELD", "server_version is missing");
    if (n < WIRE_VERSION_MIN || n > WIRE_VERSION_PROTO_MAX)
        return error_set(e, ERROR_INVALID, "FIELD", "server_version is %d to %d", WIRE_VERSION_MIN,
                         WIRE_VERSION_PROTO_MAX);
    *version = (int)n;
    if (!json_to_i64(json_get(j, STR("id")), &number) && !name.n)
        return error_set(e, ERROR_INVALID, "FIELD", "neither id nor name is there");
    *type = wire_find_named(is_client ? WIRE_TO_SERVER : WIRE_TO_CLIENT, number, name);
    if (!*type)
        return error_set(e, ERROR_NOT_FOUND, "FIELD", "no message of a %s has id %lld, name %.40s",
                         is_client ? "client" : "server", (long long)number,
                         name.p ? name.p : "none");
    return true;
}

static bool encode_line(const struct wire_options *o, struct str line, struct arena *arena,
                        struct buf *out, struct error *e)
{
    enum { LENGTH = 4 };
    int version = 0;
    const struct wire_message *type = NULL;
    struct wire_any any;
    struct buf frame;
    const struct json *j = json_parse(line, arena, e);
    if (!j || !find_type(o, j, &version, &type, e) ||
        !wire_parse(json_get(j, STR("fields")), type, arena, &any, e))
        return false;
    buf_init(&frame, LIMIT_FRAME + LENGTH);
    bool ok = wire_encode_again(&any, version, &frame, e);
    if (ok && o->is_raw) {
        buf_add_str(out, buf_str(&frame));
    } else if (ok) {
        wire_spell(o->form, str_sub(buf_str(&frame), LENGTH, frame.n), out);
        buf_add_char(out, '\n');
    }
    buf_fini(&frame);
    return ok;
}

bool wire_encode_input(const struct wire_options *o, struct wire_lines *out)
{
    struct line_input s = {0};
    struct str line;
    bool ok = true;
    buf_init(&s.in, LIMIT_JSON_BYTES + CHUNK);
    while (!out->failed && next_line(&s, &line)) {
        struct error e = {0};
        arena_reset(out->arena);
        if (line.n && !encode_line(o, line, out->arena, &out->text, &e)) {
            fprintf(stderr, "portcullis wire: line %zu: %s%s%s\n", s.number, e.text,
                    e.next[0] ? "; " : "", e.next);
            ok = false;
        }
        if (out->text.n > CHUNK)
            wire_lines_flush(out);
    }
    if (s.in.failed)
        fputs("portcullis wire: a line is too long\n", stderr);
    ok = ok && !s.in.failed;
    buf_fini(&s.in);
    return ok;
}

/* ---- show ---- */

static bool show_frame(const struct wire_recorded *f, int version, struct wire_lines *out)
{
    enum wire_direction from = f->from == WIRE_FROM_SERVER ? WIRE_TO_CLIENT : WIRE_TO_SERVER;
    struct json_writer *w = wire_line_begin(out);
    json_key(w, "time_us");
    json_i64(w, f->time_us);
    wire_line_from(w, from);
    if (f->from == WIRE_FROM_DROPPED) {
        json_key(w, "dropped");
        json_bool(w, true);
    }
    bool ok = (f->is_handshake && wire_line_handshake(w, from, f->body)) ||
              wire_print_frame(from, f->body, version, out->arena, w, NULL);
    wire_line_end(out);
    return ok;
}

bool wire_show(const struct wire_options *o, struct wire_lines *out, struct error *e)
{
    struct buf text;
    struct wire_recording r;
    struct wire_recorded frame;
    enum wire_recorded_next next;
    bool ok = true;
    buf_init(&text, WIRE_TOOL_TEXT);
    if (!file_read(o->file, WIRE_TOOL_TEXT, &text, e) ||
        !wire_recording_open(&r, buf_str(&text), e)) {
        buf_fini(&text);
        return false;
    }
    while ((next = wire_recording_next(&r, &frame, e)) != WIRE_RECORDED_END && !out->failed) {
        if (next == WIRE_RECORDED_BAD) {
            fprintf(stderr, "portcullis wire: %s: %s\n", o->file, e->text);
            ok = false;
        } else {
            ok = show_frame(&frame, r.version, out) && ok;
        }
    }
    wire_recording_close(&r);
    buf_fini(&text);
    return ok || error_set(e, ERROR_INVALID, "RECORDING", "not all of %s can be read", o->file);
}
