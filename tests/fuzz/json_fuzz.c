/* SPDX-License-Identifier: MIT */
/*
 * Any bytes: what the JSON reader accepts is written and read back to the same text; what then
 * binds to a struct with a field of every kind is written and bound back to the same text.
 */
#include "../unit/data/sample.h"
#include "base/limits.h"
#include "data/bind.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct error *e)
{
    assert(e->code != ERROR_NONE && e->text[0] && e->reason[0]);
}

static const struct json *written_again(const struct json *j, struct buf *out, struct arena *arena)
{
    struct json_writer w;
    struct error e;
    buf_reset(out);
    json_writer_init(&w, out);
    json_value(&w, j);
    bool ok = json_writer_done(&w);
    assert(ok);
    const struct json *back = json_parse(buf_str(out), arena, &e);
    assert(back);
    return back;
}

static void write_sample(const struct sample *s, struct buf *out)
{
    struct json_writer w;
    buf_reset(out);
    json_writer_init(&w, out);
    write_json(&sample_type, s, &w);
    bool ok = json_writer_done(&w);
    assert(ok);
}

static void bind_both_ways(const struct json *j, struct buf *once, struct buf *twice,
                           struct arena *arena)
{
    struct sample s;
    struct error e = {.code = ERROR_NONE};
    if (!bind_json(&sample_type, j, &s, arena, &e)) {
        check_error(&e);
        return;
    }
    write_sample(&s, once);
    const struct json *back = json_parse(buf_str(once), arena, &e);
    bool ok = back && bind_json(&sample_type, back, &s, arena, &e);
    assert(ok);
    write_sample(&s, twice);
    assert(str_eq(buf_str(once), buf_str(twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *arena;
    static struct buf once, twice;
    if (!arena) {
        arena = arena_new(LIMIT_CALL_ARENA);
        buf_init(&once, 8 * LIMIT_JSON_BYTES);
        buf_init(&twice, 8 * LIMIT_JSON_BYTES);
    }
    arena_reset(arena);
    struct error e = {.code = ERROR_NONE};
    struct str text = {(const char *)data, size};
    const struct json *j = json_parse(text, arena, &e);
    if (!j) {
        check_error(&e);
        return 0;
    }
    const struct json *again = written_again(j, &once, arena);
    written_again(again, &twice, arena);
    assert(str_eq(buf_str(&once), buf_str(&twice)));
    bind_both_ways(j, &once, &twice, arena);
    return 0;
}
