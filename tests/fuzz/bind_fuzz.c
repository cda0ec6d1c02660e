/* SPDX-License-Identifier: MIT */
/*
 * Arguments of every operation: JSON as MCP and REST bring it, and pairs of text as queries and
 * command lines do.
 *
 * The first two bytes choose the operation, the third how much of the rest is JSON (0: all of it);
 * what follows is name=value pairs with & between them. What was bound is written as JSON, which
 * must be read again.
 */
#include "base/limits.h"
#include "data/bind.h"
#include "face/arguments.h"
#include "ops/op.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAIRS_MAX = 64, OPS_MAX = 512 };

static size_t take_pairs(struct str text, struct bind_pair *out)
{
    size_t n = 0;
    for (struct str one; n < PAIRS_MAX && str_cut(&text, '&', &one);) {
        size_t mark = str_find(one, '=', 0);
        out[n++] = (struct bind_pair){str_sub(one, 0, mark), str_sub(one, mark + 1, one.n)};
    }
    return n;
}

static void check_output(const struct op *op, const void *in, struct arena *arena)
{
    struct json_writer w;
    struct buf text;
    struct error e = {0};
    buf_init(&text, LIMIT_REPLY);
    json_writer_init(&w, &text);
    write_json(op->in, in, &w);
    assert(json_writer_done(&w));
    const struct json *again = json_parse(buf_str(&text), arena, &e);
    assert(again || e.code == ERROR_LIMIT);
    buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct op *ops[OPS_MAX];
    static size_t count;
    const struct op *op;
    if (!count)
        for (size_t i = 0; (op = op_next(&i)) && count < OPS_MAX;)
            ops[count++] = op;
    if (size < 3 || !count)
        return 0;
    op = ops[(data[0] * 256U + data[1]) % count];
    struct str rest = {(const char *)data + 3, size - 3};
    size_t cut = data[2] ? data[2] : rest.n;
    struct arena *arena = arena_new(LIMIT_CALL_ARENA);
    struct bind_pair pairs[PAIRS_MAX];
    struct common_arguments common;
    struct error e = {0};
    const struct json *json = cut ? json_parse(str_sub(rest, 0, cut), arena, &e) : NULL;
    size_t n = take_pairs(str_sub(rest, cut, rest.n), pairs);
    void *in = arena_alloc(arena, op->in->size);
    if (bind_request(op->in, json, pairs, n, in, arena, &e))
        check_output(op, in, arena);
    else
        assert(e.code != ERROR_NONE && e.reason[0] && e.text[0]);
    if (json) {
        e = (struct error){0};
        in = arguments_bind(op, json, arena, &common, &e);
        assert(in ? true : e.code != ERROR_NONE);
    }
    arena_free(arena);
    return 0;
}
