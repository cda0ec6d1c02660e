/* SPDX-License-Identifier: MIT */
#include "paper/told.h"

#include "base/alloc.h"
#include "base/rng.h"

enum { FIRST_ROWS = 64 };

uint64_t told_text(uint64_t h, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        h = rng_mix(h, (unsigned char)text.p[i]);
    return rng_mix(h, text.n);
}

uint64_t told_dec(uint64_t h, struct dec v)
{
    return rng_mix(rng_mix(h, (uint64_t)v.nano), (uint64_t)(v.nano >> 64));
}

void told_begin(struct told *t)
{
    t->at = 0;
}

static size_t find(const struct told *t, uint64_t key)
{
    for (size_t k = 0; k < t->n; k++) {
        size_t i = (t->at + k) % t->n;
        if (t->rows[i].key == key)
            return i;
    }
    return t->n;
}

bool told_is_news(struct told *t, uint64_t key, uint64_t value)
{
    size_t i = find(t, key);
    t->at = i + 1;
    if (i < t->n && t->rows[i].value == value)
        return false;
    if (i == t->n && t->n == TOLD_ROWS_MAX)
        return true;
    if (i == t->n && t->n == t->room) {
        t->room = t->room > 0 ? 2 * t->room : FIRST_ROWS;
        t->rows = xrealloc(t->rows, t->room * sizeof *t->rows);
    }
    t->n += i == t->n;
    t->rows[i] = (struct told_row){key, value};
    return true;
}

void told_free(struct told *t)
{
    xfree(t->rows);
    *t = (struct told){0};
}
