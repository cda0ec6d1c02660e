/* SPDX-License-Identifier: MIT */
#include "data/gzip.h"

#include <assert.h>
#include <limits.h>
#define ZLIB_CONST /* its input is const */
#include <zlib.h>

enum { WINDOW_GZIP = 15 + 16, LEVEL = 1, MEMORY = 8 };

bool gzip_add(struct str text, struct buf *out)
{
    z_stream z = {0};
    if (text.n > UINT_MAX / 2 ||
        deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    uLong most = deflateBound(&z, (uLong)text.n);
    char *space = buf_space(out, most);
    if (space) {
        z.next_in = (const Bytef *)text.p;
        z.avail_in = (uInt)text.n;
        z.next_out = (Bytef *)space;
        z.avail_out = (uInt)most;
        int r = deflate(&z, Z_FINISH);
        assert(r == Z_STREAM_END); /* there is room for the worst case */
        (void)r;
        buf_grow(out, most - z.avail_out);
    }
    deflateEnd(&z);
    return space != NULL;
}
