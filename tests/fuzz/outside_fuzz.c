/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the text of a stranger: each line of what is shown begins with its mark, nothing in
 * it is a control character or cannot be seen, and it is no longer than was allowed.
 */
#include "data/outside.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct buf out;
    enum { MAX = 500 };
    if (!out.cap)
        buf_init(&out, 1 << 16);
    buf_reset(&out);
    if (size > 64 << 10)
        return 0;
    struct outside_stats s = outside_quote((struct str){(const char *)data, size}, MAX, &out);
    struct str text = buf_str(&out), rest = text, line;
    assert(s.chars <= MAX + 1);
    while (rest.n > 0 && str_cut(&rest, '\n', &line))
        assert(line.n > 0 && line.p[0] == '>');
    for (size_t at = 0; at < text.n;) {
        struct str here = str_sub(text, at, text.n);
        size_t width = outside_character(here);
        assert(width > 0 && !outside_is_unseen(here, width));
        unsigned char c = (unsigned char)here.p[0];
        assert(c >= 0x20 || c == '\n');
        at += width;
    }
    return 0;
}
