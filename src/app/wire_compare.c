/* SPDX-License-Identifier: MIT */
/*
 * Two rows of frames compared (wire_script.h): both are sorted by message, request id and bytes,
 * so that equal frames stand side by side whatever came between them; what has no equal is sorted
 * by its place and paired.
 */
#include "app/wire_script.h"

#include "base/alloc.h"
#include "wire/print.h"
#include "wire/request_id.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A frame and what it is sorted by. */
struct entry {
    const struct wire_frame *frame;
    int id;
    int32_t request;
    size_t place; /* in its side */
    bool has_equal;
};

struct row {
    struct entry *entries;
    size_t n;
};

static struct row make_row(const struct wire_side *side, enum wire_direction way, int version,
                           struct arena *arena)
{
    struct row r = {xcalloc(side->n + 1, sizeof *r.entries), side->n};
    for (size_t i = 0; i < r.n; i++) {
        struct wire_any any = {.id = -1};
        struct error e;
        struct entry *x = &r.entries[i];
        arena_reset(arena);
        *x = (struct entry){.frame = &side->frames[i], .place = i, .request = -1};
        (void)!wire_decode(way, x->frame->body, version, arena, &any, &e);
        x->id = any.id;
        if (!wire_request_id(&any, &x->request))
            x->request = -1;
    }
    return r;
}

static int compare_keys(const struct entry *a, const struct entry *b)
{
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    if (a->request != b->request)
        return a->request < b->request ? -1 : 1;
    return 0;
}

static int compare_places(const struct entry *a, const struct entry *b)
{
    return (a->place > b->place) - (a->place < b->place);
}

/* Equal frames are 0; the place is not looked at. */
static int compare_frames(const struct entry *a, const struct entry *b)
{
    int by_key = compare_keys(a, b);
    return by_key ? by_key : str_cmp(a->frame->body, b->frame->body);
}

static int by_bytes(const void *pa, const void *pb)
{
    int c = compare_frames(pa, pb);
    return c ? c : compare_places(pa, pb);
}

static int by_place(const void *pa, const void *pb)
{
    return compare_places(pa, pb);
}

static int by_key_and_place(const void *pa, const void *pb)
{
    int c = compare_keys(pa, pb);
    return c ? c : compare_places(pa, pb);
}

static size_t mark_equals(struct row *a, struct row *b)
{
    size_t same = 0;
    qsort(a->entries, a->n, sizeof *a->entries, by_bytes);
    qsort(b->entries, b->n, sizeof *b->entries, by_bytes);
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        int c = compare_frames(&a->entries[i], &b->entries[k]);
        if (c == 0) {
            a->entries[i++].has_equal = true;
            b->entries[k++].has_equal = true;
            same++;
        } else if (c < 0) {
            i++;
        } else {
            k++;
        }
    }
    return same;
}

/* The place behind `at` of the next entry that has an equal; n if there is none. */
static size_t next_equal(const struct row *r, size_t at)
{
    while (at < r->n && !r->entries[at].has_equal)
        at++;
    return at;
}

static bool are_in_order(struct row *a, struct row *b)
{
    qsort(a->entries, a->n, sizeof *a->entries, by_place);
    qsort(b->entries, b->n, sizeof *b->entries, by_place);
    for (size_t i = next_equal(a, 0), k = next_equal(b, 0); i < a->n && k < b->n;
         i = next_equal(a, i + 1), k = next_equal(b, k + 1))
        if (compare_frames(&a->entries[i], &b->entries[k]) != 0)
            return false;
    return true;
}

/* Only what has no equal is left. */
static void drop_equals(struct row *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (!r->entries[i].has_equal)
            r->entries[n++] = r->entries[i];
    r->n = n;
    qsort(r->entries, r->n, sizeof *r->entries, by_key_and_place);
}

/* ---- telling ---- */

struct telling {
    struct wire_lines *out;
    enum wire_direction way;
    int version;
};

static void tell_side(const struct telling *t, struct json_writer *w, const char *which,
                      const struct entry *x)
{
    if (!x)
        return;
    json_key(w, which);
    json_begin_object(w);
    json_key(w, "time_us");
    json_i64(w, x->frame->time_us);
    (void)wire_print_frame(t->way, x->frame->body, t->version, t->out->arena, w, NULL);
    json_end_object(w);
}

/* At least one of the two is given. */
static void tell(const struct telling *t, const char *difference, const struct entry *recorded,
                 const struct entry *answered)
{
    assert(recorded || answered);
    const struct entry *x = recorded ? recorded : answered;
    const struct wire_message *type = wire_find(t->way, x->id);
    struct json_writer *w = wire_line_begin(t->out);
    json_key(w, "difference");
    json_text(w, difference);
    wire_line_from(w, t->way == WIRE_TO_CLIENT ? WIRE_TO_CLIENT : WIRE_TO_SERVER);
    json_key(w, "name");
    json_text(w, type ? type->name : NULL);
    tell_side(t, w, "recorded", recorded);
    tell_side(t, w, "replayed", answered);
    wire_line_end(t->out);
}

static void tell_rest(const struct telling *t, const struct row *a, const struct row *b,
                      struct wire_verdict *v)
{
    size_t i = 0, k = 0;
    while (i < a->n || k < b->n) {
        int c = i == a->n ? 1 : k == b->n ? -1 : compare_keys(&a->entries[i], &b->entries[k]);
        if (c == 0) {
            tell(t, "changed", &a->entries[i++], &b->entries[k++]);
            v->changed++;
        } else if (c < 0) {
            tell(t, "missing", &a->entries[i++], NULL);
            v->missing++;
        } else {
            tell(t, "extra", NULL, &b->entries[k++]);
            v->extra++;
        }
    }
}

void wire_compare(const struct wire_side *recorded, const struct wire_side *answered,
                  enum wire_direction way, int version, struct wire_lines *out,
                  struct wire_verdict *v)
{
    struct telling t = {out, way, version};
    struct row a = make_row(recorded, way, version, out->arena);
    struct row b = make_row(answered, way, version, out->arena);
    *v = (struct wire_verdict){.same = mark_equals(&a, &b)};
    v->is_in_order = are_in_order(&a, &b);
    drop_equals(&a);
    drop_equals(&b);
    tell_rest(&t, &a, &b, v);
    xfree(a.entries);
    xfree(b.entries);
}

void wire_verdict_write(const struct wire_verdict *v, struct json_writer *w)
{
    const struct {
        const char *name;
        size_t n;
    } counts[] = {
        {"same", v->same}, {"changed", v->changed}, {"missing", v->missing}, {"extra", v->extra}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        json_key(w, counts[i].name);
        json_i64(w, (int64_t)counts[i].n);
    }
    json_key(w, "in_order");
    json_bool(w, v->is_in_order);
}
