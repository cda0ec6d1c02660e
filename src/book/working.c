/* SPDX-License-Identifier: MIT */
#include "book/working.h"

#include "base/alloc.h"
#include "base/map.h"

#include <assert.h>
#include <string.h>

enum { ROOM_MIN = 16 };

/* Never empty: an account without working orders has none. */
struct list {
    const struct book_order **rows;
    size_t count, room;
};

struct working {
    struct map *lists; /* owned, by account */
};

struct working *working_new(size_t cap)
{
    struct working *w = xcalloc(1, sizeof *w);
    w->lists = map_new(cap); /* an account has a row, so there are never more */
    return w;
}

static void list_free(struct list *l)
{
    xfree(l->rows);
    xfree(l);
}

void working_free(struct working *w)
{
    if (w == NULL)
        return;
    void *list = NULL;
    for (size_t i = 0; map_next(w->lists, &i, &list);)
        list_free(list);
    map_free(w->lists);
    xfree(w);
}

void working_enter(struct working *w, struct str account, const struct book_order *row)
{
    struct list *l = map_get_str(w->lists, account);
    if (l == NULL) {
        l = xcalloc(1, sizeof *l);
        bool ok = map_put_str(w->lists, account, l);
        assert(ok);
    }
    if (l->count == l->room) {
        l->room = l->room ? l->room * 2 : ROOM_MIN;
        l->rows = xrealloc(l->rows, l->room * sizeof *l->rows);
    }
    l->rows[l->count++] = row;
}

void working_strike(struct working *w, struct str account, const struct book_order *row)
{
    struct list *l = map_get_str(w->lists, account);
    assert(l != NULL);
    size_t i = 0;
    while (l->rows[i] != row) {
        i++;
        assert(i < l->count);
    }
    l->count--;
    memmove(l->rows + i, l->rows + i + 1, (l->count - i) * sizeof *l->rows);
    if (l->count == 0)
        list_free(map_take_str(w->lists, account));
}

const struct book_order *const *working_of(const struct working *w, struct str account, size_t *n)
{
    const struct list *l = map_get_str(w->lists, account);
    *n = l == NULL ? 0 : l->count;
    return l == NULL ? NULL : (const struct book_order *const *)l->rows;
}
