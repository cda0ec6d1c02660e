/* SPDX-License-Identifier: MIT */
#include "data/gzip.h"

#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#include "test.h"

/* What another reader makes of it; its length, or -1. */
static long unpack(struct str packed, char *out, size_t room)
{
    z_stream z = {.next_in = (const Bytef *)packed.p,
                  .avail_in = (uInt)packed.n,
                  .next_out = (Bytef *)out,
                  .avail_out = (uInt)room};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    int r = inflate(&z, Z_FINISH);
    long n = (long)(room - z.avail_out);
    inflateEnd(&z);
    return r == Z_STREAM_END && z.avail_in == 0 ? n : -1;
}

static void what_is_packed_comes_out_again(void **state)
{
    static char text[200000], back[sizeof text + 1];
    static const size_t sizes[] = {0, 1, 100, 65536, sizeof text};
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i * i % 23);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct buf out;
        buf_init(&out, 1 << 20);
        assert_true(buf_add_c(&out, "before"));
        assert_true(gzip_add((struct str){text, sizes[i]}, &out));
        assert_int_equal(unpack(str_sub(buf_str(&out), 6, out.n), back, sizeof back), sizes[i]);
        assert_memory_equal(back, text, sizes[i]);
        assert_true(sizes[i] < 1000 || out.n < sizes[i] / 2);
        buf_fini(&out);
    }
}

static void what_does_not_fit_fails(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 16);
    assert_false(gzip_add(STR("some text that is longer than that"), &out));
    assert_true(out.failed);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_packed_comes_out_again),
                                       cmocka_unit_test(what_does_not_fit_fails)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
