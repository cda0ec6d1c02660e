/* SPDX-License-Identifier: MIT */
/*
 * Any bytes: the reader of XML ends, what it opens it closes in the right order, and what it hands
 * out lies within the document.
 */
#include "base/limits.h"
#include "data/xml.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct str piece, struct str document)
{
    assert(piece.n == 0 || (piece.p >= document.p && piece.p + piece.n <= document.p + document.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *arena;
    static struct str open[XML_DEPTH_MAX];
    struct str document = {(const char *)data, size};
    struct error e = {.code = ERROR_NONE};
    struct xml x;
    size_t depth = 0;
    if (!arena)
        arena = arena_new(LIMIT_CALL_ARENA);
    arena_reset(arena);
    if (size > 64 << 10)
        return 0;
    xml_init(&x, document);
    for (size_t n = 0;; n++) {
        assert(n <= 2 * size + 1);
        if (!xml_next(&x, &e)) {
            assert(e.code == ERROR_INVALID && e.text[0]);
            return 0;
        }
        if (x.piece == XML_END)
            break;
        if (x.piece == XML_OPEN) {
            check_inside(x.name, document);
            (void)xml_attribute(&x, "id", arena);
            open[depth++] = x.name;
        } else if (x.piece == XML_CLOSE) {
            assert(depth > 0);
            depth--;
            assert(str_eq(open[depth], x.name));
        } else {
            check_inside(x.text, document);
            assert(xml_text(x.text, arena).n <= x.text.n);
        }
        assert(depth == x.depth || x.piece == XML_OPEN);
    }
    assert(depth == 0);
    return 0;
}
