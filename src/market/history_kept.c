/* SPDX-License-Identifier: MIT */
#include "market/history_private.h"

#include "base/alloc.h"
#include "store/cache.h"

#include <stdio.h>
#include <string.h>

enum {
    HEAD_VERSION = 1,
    HEAD_NUMBERS = 6,
    HEAD_BYTES = 1 + HEAD_NUMBERS * 8,
    BLOCK_BARS_MAX = 4096
};
#define HEAD_PART INT64_MIN

static struct str key_of(const struct history *h, const struct history_question *q,
                         char text[CACHE_KEY_MAX])
{
    int n = snprintf(text, CACHE_KEY_MAX, "bars/%s/%d/%s/%s/%s", h->scope, (int)q->contract.con_id,
                     bar_size_text(q->size), bar_show_text(q->shown),
                     q->regular_hours_only ? "regular" : "all");
    return (struct str){text, (size_t)n};
}

static int64_t block_of(const struct history_question *q, int64_t at)
{
    int64_t length = history_bar_s(q->size) * KEPT_BLOCK;
    return at >= 0 ? at / length : -1;
}

/* ---- the head ---- */

static bool read_head(void *self, int64_t part, struct str bytes)
{
    struct history_kept *k = self;
    uint64_t v[HEAD_NUMBERS];
    (void)part;
    k->last_at = INT64_MIN;
    if (bytes.n != HEAD_BYTES || bytes.p[0] != HEAD_VERSION)
        return false;
    memcpy(v, bytes.p + 1, sizeof v); /* of this machine: the file does not travel */
    *k = (struct history_kept){.generation = v[0],
                               .from_s = (int64_t)v[1],
                               .to_s = (int64_t)v[2],
                               .first_at = (int64_t)v[3],
                               .last_at = (int64_t)v[4],
                               .begins = {{(int64_t)v[5]}, v[5] != 0}};
    return false;
}

static void write_head(const struct history_kept *k, char out[HEAD_BYTES])
{
    const uint64_t v[HEAD_NUMBERS] = {
        k->generation,         (uint64_t)k->from_s,  (uint64_t)k->to_s,
        (uint64_t)k->first_at, (uint64_t)k->last_at, k->begins.has ? (uint64_t)k->begins.v.ns : 0};
    out[0] = HEAD_VERSION;
    memcpy(out + 1, v, sizeof v);
}

bool history_kept_find(struct history *h, const struct history_question *q,
                       struct history_kept *out)
{
    char key[CACHE_KEY_MAX];
    if (!h->cache || !cache_read(h->cache, key_of(h, q, key), HEAD_PART, HEAD_PART, read_head, out))
        return false;
    return out->last_at != INT64_MIN && out->from_s <= out->first_at &&
           out->first_at <= out->last_at && out->last_at < out->to_s;
}

void history_keep_head(struct history *h, const struct history_question *q,
                       const struct history_kept *k, struct utc now)
{
    char key[CACHE_KEY_MAX], head[HEAD_BYTES];
    struct cache_put put = {HEAD_PART, {head, HEAD_BYTES}};
    write_head(k, head);
    if (h->cache)
        (void)cache_write(h->cache, key_of(h, q, key), &put, 1, false, now);
}

/* ---- its bars ---- */

struct reading {
    const struct history_question *q;
    const struct history_kept *kept;
    struct bar *bars;
    size_t n, room;
    bool is_damaged;
};

static bool count_block(void *self, int64_t part, struct str bytes)
{
    struct reading *r = self;
    (void)part;
    r->room += history_packed(bytes, r->kept->generation);
    return true;
}

static bool read_block(void *self, int64_t part, struct str bytes)
{
    struct reading *r = self;
    size_t n = 0, most = history_packed(bytes, r->kept->generation);
    (void)part;
    if (r->n + most > r->room ||
        (most && !history_unpack(bytes, r->kept->generation, history_is_daily(r->q->size),
                                 r->bars + r->n, &n))) {
        r->is_damaged = true;
        return false;
    }
    r->n += n;
    return true;
}

bool history_kept_bars(struct history *h, const struct history_question *q,
                       const struct history_kept *k, int64_t from_s, int64_t to_s,
                       struct arena *arena, struct bar **out, size_t *n)
{
    char text[CACHE_KEY_MAX];
    struct str key = key_of(h, q, text);
    struct reading r = {.q = q, .kept = k};
    from_s = from_s > k->from_s ? from_s : k->from_s;
    to_s = to_s < k->to_s ? to_s : k->to_s;
    *out = NULL;
    *n = 0;
    if (from_s >= to_s)
        return true;
    int64_t first = block_of(q, from_s), last = block_of(q, to_s - 1);
    (void)cache_read(h->cache, key, first, last, count_block, &r);
    if (!arena_has(arena, (r.room + 1) * sizeof *r.bars))
        return false;
    r.bars = ARENA_MANY(arena, struct bar, r.room + 1);
    (void)cache_read(h->cache, key, first, last, read_block, &r);
    size_t at = 0;
    while (at < r.n && history_at(&r.bars[at]) < from_s)
        at++;
    while (r.n > at && history_at(&r.bars[r.n - 1]) >= to_s)
        r.n--;
    *out = r.bars + at;
    *n = r.n - at;
    return !r.is_damaged;
}

/* ---- keeping ---- */

/* Merges two ascending lists; where both have a bar, b's counts. Returns the number, or 0 if they
 * are too many. */
static size_t merge(const struct bar *a, size_t a_n, const struct bar *b, size_t b_n,
                    struct bar *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0, k = 0; i < a_n || k < b_n;) {
        if (n == max)
            return 0;
        bool takes_a = k == b_n || (i < a_n && history_at(&a[i]) < history_at(&b[k]));
        if (!takes_a && i < a_n && history_at(&a[i]) == history_at(&b[k]))
            i++;
        out[n++] = takes_a ? a[i++] : b[k++];
    }
    return n;
}

/* What of the old block still counts, with what is new in it, packed behind `out`. */
static bool pack_block(struct history *h, const struct history_question *q,
                       const struct history_kept *k, bool is_new, const struct bar *bars, size_t n,
                       struct bar *merged, struct buf *out)
{
    char key[CACHE_KEY_MAX];
    struct reading r = {.q = q, .kept = k, .bars = merged + BLOCK_BARS_MAX, .room = BLOCK_BARS_MAX};
    int64_t block = block_of(q, history_at(&bars[0]));
    if (!is_new)
        (void)cache_read(h->cache, key_of(h, q, key), block, block, read_block, &r);
    if (r.is_damaged)
        return false;
    size_t count = merge(r.bars, r.n, bars, n, merged, BLOCK_BARS_MAX);
    return count && history_pack(merged, count, k->generation, out);
}

void history_keep(struct history *h, const struct history_question *q, const struct history_kept *k,
                  bool is_new, const struct bar *bars, size_t n, struct utc now)
{
    enum { BLOCKS_MAX = 1024, BYTES_MAX = 16 << 20 };
    if (!h->cache || n == 0)
        return;
    char key[CACHE_KEY_MAX], head[HEAD_BYTES];
    struct cache_put *puts = xcalloc(BLOCKS_MAX + 1, sizeof *puts);
    size_t *ends = xcalloc(BLOCKS_MAX, sizeof *ends);
    struct bar *merged = xcalloc((size_t)BLOCK_BARS_MAX * 2, sizeof *merged);
    struct buf packed;
    buf_init(&packed, BYTES_MAX);
    size_t count = 0;
    bool ok = true;
    for (size_t at = 0, end; at < n && ok; at = end) {
        int64_t block = block_of(q, history_at(&bars[at]));
        for (end = at; end < n && block_of(q, history_at(&bars[end])) == block;)
            end++;
        ok = count < BLOCKS_MAX && block >= 0 &&
             pack_block(h, q, k, is_new, bars + at, end - at, merged, &packed);
        if (ok) {
            puts[count].part = block;
            ends[count++] = packed.n;
        }
    }
    for (size_t i = 0, from = 0; i < count; from = ends[i++]) {
        puts[i].bytes = (struct str){packed.p + from, ends[i] - from};
        ok = ok && puts[i].bytes.n <= CACHE_PART_MAX;
    }
    write_head(k, head);
    puts[count++] = (struct cache_put){HEAD_PART, {head, HEAD_BYTES}};
    if (ok)
        (void)cache_write(h->cache, key_of(h, q, key), puts, count, is_new, now);
    buf_fini(&packed);
    xfree(merged);
    xfree(ends);
    xfree(puts);
}
