/* SPDX-License-Identifier: MIT */
#include "automation/watchlists.h"

#include "base/alloc.h"
#include "data/json.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define KEY_PREFIX "watchlist."

struct watchlists {
    struct journal *journal;
    struct log log;
    struct watchlist *slots[WATCHLISTS_MAX]; /* the slot is the name under which it is kept */
};

struct watchlists *watchlists_new(struct journal *journal, struct log log)
{
    struct watchlists *w = xcalloc(1, sizeof *w);
    w->journal = journal;
    w->log = log;
    return w;
}

void watchlists_free(struct watchlists *w)
{
    for (size_t i = 0; w && i < WATCHLISTS_MAX; i++)
        xfree(w->slots[i]);
    xfree(w);
}

/* ---- finding ---- */

static size_t slot_of(const struct watchlists *w, struct str name)
{
    size_t i = 0;
    while (i < WATCHLISTS_MAX && !(w->slots[i] && str_ieq(STR_NAME(w->slots[i]->name), name)))
        i++;
    return i;
}

const struct watchlist *watchlists_find(const struct watchlists *w, struct str name)
{
    size_t i = slot_of(w, str_trim(name));
    return i < WATCHLISTS_MAX ? w->slots[i] : NULL;
}

const struct watchlist *watchlists_at(const struct watchlists *w, size_t i)
{
    const struct watchlist *last = NULL;
    for (size_t n = 0; n <= i; n++) {
        const struct watchlist *next = NULL;
        for (size_t k = 0; k < WATCHLISTS_MAX; k++) {
            const struct watchlist *l = w->slots[k];
            if (l && (!last || strcmp(l->name, last->name) > 0) &&
                (!next || strcmp(l->name, next->name) < 0))
                next = l;
        }
        if (!next)
            return NULL;
        last = next;
    }
    return last;
}

static size_t entry_of(const struct watchlist *l, int32_t con_id)
{
    size_t i = 0;
    while (i < l->count && l->entries[i].con_id != con_id)
        i++;
    return i;
}

/* ---- keeping ---- */

static struct str key_of(char out[JOURNAL_KEY_MAX], size_t slot)
{
    (void)snprintf(out, JOURNAL_KEY_MAX, KEY_PREFIX "%02zu", slot);
    return str_of(out);
}

static void write_list(const struct watchlist *l, struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "name");
    json_text(w, l->name);
    json_key(w, "entries");
    json_begin_array(w);
    for (size_t i = 0; i < l->count; i++) {
        const struct watch_entry *e = &l->entries[i];
        json_begin_array(w);
        json_i64(w, e->con_id);
        json_text(w, e->name);
        json_text(w, sec_type_text(e->sec_type));
        json_text(w, e->exchange);
        json_text(w, e->listing);
        json_text(w, e->currency);
        json_end_array(w);
    }
    json_end_array(w);
    json_end_object(w);
}

static bool record(struct watchlists *w, const char *what, struct str name, struct watch_change *c,
                   struct error *e)
{
    struct buf b;
    struct json_writer json;
    buf_init(&b, 4096);
    json_writer_init(&json, &b);
    json_begin_object(&json);
    json_key(&json, "list");
    json_str(&json, name);
    json_key(&json, "event");
    json_text(&json, what);
    json_key(&json, "entries");
    json_i64(&json, (int64_t)c->done);
    json_end_object(&json);
    c->seq = journal_append(w->journal, JOURNAL_WATCHLIST, c->by, buf_str(&b), c->now, e);
    buf_fini(&b);
    return c->seq > 0;
}

/* Puts `next` (NULL: nothing) into the slot, on the disk and here. Takes it. */
static bool replace(struct watchlists *w, size_t slot, struct watchlist *next, const char *what,
                    struct watch_change *c, struct error *e)
{
    char key[JOURNAL_KEY_MAX], name[WATCHLIST_NAME_MAX];
    struct buf b;
    struct json_writer json;
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    json_writer_init(&json, &b);
    if (next)
        write_list(next, &json);
    memcpy(name, next ? next->name : w->slots[slot]->name, sizeof name);
    bool ok = true;
    if (b.failed)
        ok = error_set(e, ERROR_LIMIT, "LIST_FULL", "the list '%s' is too long to be kept", name);
    ok = ok && record(w, what, str_of(name), c, e) &&
         journal_put(w->journal, key_of(key, slot), buf_str(&b).p ? buf_str(&b) : STR(""), c->now,
                     e);
    buf_fini(&b);
    if (!ok) {
        xfree(next);
        return false;
    }
    xfree(w->slots[slot]);
    w->slots[slot] = next;
    return true;
}

static struct watchlist *copy_of(const struct watchlist *l)
{
    struct watchlist *copy = xmalloc(sizeof *copy);
    *copy = *l;
    return copy;
}

/* ---- changes ---- */

static bool check_name(struct str name, struct error *e)
{
    bool ok = name.n > 0 && name.n < WATCHLIST_NAME_MAX && str_is_utf8(name);
    for (size_t i = 0; ok && i < name.n; i++)
        ok = (unsigned char)name.p[i] >= ' ' && name.p[i] != ',' && name.p[i] != '/';
    return ok || error_set(e, ERROR_INVALID, "LIST_NAME",
                           "the name of a list has 1 to %d bytes, without comma and slash",
                           WATCHLIST_NAME_MAX - 1);
}

static bool find(const struct watchlists *w, struct str name, size_t *slot, struct error *e)
{
    *slot = slot_of(w, str_trim(name));
    if (*slot < WATCHLISTS_MAX)
        return true;
    error_set(e, ERROR_NOT_FOUND, "NO_LIST", "there is no watch list '" STR_FMT "'",
              STR_ARG(str_sub(name, 0, WATCHLIST_NAME_MAX)));
    return error_next(e, "get_watchlists names them all");
}

bool watchlists_add(struct watchlists *w, struct str name, const struct watch_entry *entries,
                    size_t n, struct watch_change *c, struct error *e)
{
    name = str_trim(name);
    size_t slot = slot_of(w, name);
    struct watchlist *next = NULL;
    if (slot < WATCHLISTS_MAX) {
        next = copy_of(w->slots[slot]);
    } else {
        if (!check_name(name, e))
            return false;
        for (slot = 0; slot < WATCHLISTS_MAX && w->slots[slot];)
            slot++;
        if (slot == WATCHLISTS_MAX)
            return error_set(e, ERROR_LIMIT, "LISTS_MAX", "there are %d watch lists already",
                             WATCHLISTS_MAX);
        next = xcalloc(1, sizeof *next);
        str_copy_cut(next->name, sizeof next->name, name);
    }
    c->done = 0;
    for (size_t i = 0; i < n; i++) {
        assert(entries[i].con_id > 0);
        if (entry_of(next, entries[i].con_id) < next->count)
            continue;
        if (next->count == WATCHLIST_ENTRIES_MAX) {
            xfree(next);
            return error_set(e, ERROR_LIMIT, "LIST_FULL", "a watch list has at most %d entries",
                             WATCHLIST_ENTRIES_MAX);
        }
        next->entries[next->count++] = entries[i];
        c->done++;
    }
    return replace(w, slot, next, "added", c, e);
}

bool watchlists_remove(struct watchlists *w, struct str name, const int32_t *con_ids, size_t n,
                       struct watch_change *c, struct error *e)
{
    size_t slot;
    if (!find(w, name, &slot, e))
        return false;
    struct watchlist *next = copy_of(w->slots[slot]);
    c->done = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = entry_of(next, con_ids[i]);
        if (at == next->count)
            continue;
        next->count--;
        memmove(&next->entries[at], &next->entries[at + 1],
                (next->count - at) * sizeof next->entries[0]);
        c->done++;
    }
    return replace(w, slot, next, "removed", c, e);
}

bool watchlists_rename(struct watchlists *w, struct str name, struct str to, struct watch_change *c,
                       struct error *e)
{
    size_t slot, other = slot_of(w, str_trim(to));
    to = str_trim(to);
    if (!find(w, name, &slot, e) || !check_name(to, e))
        return false;
    if (other < WATCHLISTS_MAX && other != slot)
        return error_set(e, ERROR_CONFLICT, "LIST_EXISTS",
                         "there is a watch list '" STR_FMT "' already", STR_ARG(to));
    struct watchlist *next = copy_of(w->slots[slot]);
    str_copy_cut(next->name, sizeof next->name, to);
    c->done = next->count;
    return replace(w, slot, next, "renamed", c, e);
}

bool watchlists_delete(struct watchlists *w, struct str name, struct watch_change *c,
                       struct error *e)
{
    size_t slot;
    if (!find(w, name, &slot, e))
        return false;
    c->done = w->slots[slot]->count;
    return replace(w, slot, NULL, "deleted", c, e);
}

/* ---- restart ---- */

static bool read_entry(const struct json *j, struct watch_entry *out)
{
    struct str text;
    int64_t con_id = 0;
    *out = (struct watch_entry){0};
    const struct {
        char *to;
        size_t cap;
    } texts[] = {{out->name, sizeof out->name},
                 {NULL, 0},
                 {out->exchange, sizeof out->exchange},
                 {out->listing, sizeof out->listing},
                 {out->currency, sizeof out->currency}};
    if (!json_to_i64(json_at(j, 0), &con_id) || con_id <= 0 || con_id > INT32_MAX)
        return false;
    out->con_id = (int32_t)con_id;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!json_to_str(json_at(j, i + 1), &text))
            return false;
        if (texts[i].to)
            str_copy_cut(texts[i].to, texts[i].cap, text);
        else
            out->sec_type = sec_type_parse(text);
    }
    return true;
}

struct restore {
    struct watchlists *lists;
    struct arena *arena;
};

static bool restore_list(void *self, struct str key, struct str text)
{
    struct restore *r = self;
    struct error e = {0};
    int64_t slot = -1;
    if (!text.n)
        return true;
    arena_reset(r->arena);
    const struct json *j = json_parse(text, r->arena, &e);
    const struct json *entries = json_get(j, STR("entries"));
    struct str name = json_get_str(j, STR("name"));
    struct watchlist *l = xcalloc(1, sizeof *l);
    bool ok = name.n && entries && entries->n <= WATCHLIST_ENTRIES_MAX &&
              str_to_i64(str_sub(key, sizeof KEY_PREFIX - 1, key.n), &slot) && slot >= 0 &&
              slot < WATCHLISTS_MAX;
    str_copy_cut(l->name, sizeof l->name, name);
    for (; ok && l->count < entries->n; l->count++)
        ok = read_entry(&entries->items[l->count], &l->entries[l->count]);
    if (ok) {
        r->lists->slots[slot] = l;
        return true;
    }
    log_error(&r->lists->log, "the stored value " STR_FMT " is no watch list", STR_ARG(key));
    xfree(l);
    return true;
}

bool watchlists_restore(struct watchlists *w, struct db *db, struct error *e)
{
    struct restore r = {w, arena_new(1 << 20)};
    bool ok = db_values(db, STR(KEY_PREFIX), restore_list, &r, e);
    arena_free(r.arena);
    return ok;
}
