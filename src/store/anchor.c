/* SPDX-License-Identifier: MIT */
#include "store/audit.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

size_t anchor_format(const struct anchor *a, char out[ANCHOR_LINE_MAX])
{
    char at[UTC_TEXT_MAX];
    assert(a->seq > 0);
    (void)utc_format_ms(a->at, at);
    int n = snprintf(out, ANCHOR_LINE_MAX, "%lld %s %s\n", (long long)a->seq, at, a->hash);
    assert(n > 0 && n < ANCHOR_LINE_MAX);
    return (size_t)n;
}

static bool is_hash(struct str s)
{
    size_t n = 0;
    while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || (s.p[n] >= 'a' && s.p[n] <= 'f')))
        n++;
    return n == s.n && n == SHA256_HEX_MAX - 1;
}

static bool parse_line(struct str line, struct anchor *out)
{
    struct str seq, at, hash;
    if (!str_cut(&line, ' ', &seq) || !str_cut(&line, ' ', &at) || !str_cut(&line, ' ', &hash) ||
        line.n || !str_to_i64(seq, &out->seq) || out->seq < 1 || !utc_parse(at, &out->at) ||
        !is_hash(hash))
        return false;
    str_copy_cut(out->hash, sizeof out->hash, hash);
    return true;
}

void anchors_read(struct anchors *all, struct str text)
{
    struct str line;
    struct anchor a;
    while (str_cut(&text, '\n', &line)) {
        if (!line.n)
            continue;
        if (parse_line(line, &a))
            anchors_add(all, &a);
        else
            all->unreadable++;
    }
}

void anchors_add(struct anchors *all, const struct anchor *a)
{
    assert(a->seq > 0 && all->count <= ANCHORS_MAX);
    if (all->count == ANCHORS_MAX) {
        if (a->seq <= all->items[0].seq)
            return;
        /* half of them at once: a file of years is read at the start */
        all->count = ANCHORS_MAX / 2;
        memmove(all->items, all->items + ANCHORS_MAX - all->count,
                all->count * sizeof all->items[0]);
    }
    size_t at = all->count++;
    for (; at > 0 && all->items[at - 1].seq > a->seq; at--)
        all->items[at] = all->items[at - 1];
    all->items[at] = *a;
}

const struct anchor *anchors_newest(const struct anchors *all)
{
    return all->count ? &all->items[all->count - 1] : NULL;
}
