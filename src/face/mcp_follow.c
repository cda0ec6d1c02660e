/* SPDX-License-Identifier: MIT */
/*
 * Following: who follows a resource is told when it has changed.
 *
 * An event only says that something may have. So what is followed is read again by its operation,
 * on behalf of who follows it, and its followers hear of it if the answer is another one: never for
 * what only grows older, and never about what they may not see. At most once a second for each.
 * What is done while it is read for the first time may be in that answer already, so they are told
 * of it.
 *
 * Prices come only on lines that somebody keeps open; reading opens them, and as long as a resource
 * of prices is followed it is read now and then even if nothing moves. When nobody follows it any
 * more the lines close by themselves (market/quotes.h).
 */
#include "base/alloc.h"
#include "data/hash.h"
#include "face/mcp_inside.h"

#include <assert.h>
#include <string.h>

enum {
    FOLLOWS_MAX = 1024,
    READING_MAX = 16, /* at a time: assistants who listen must not crowd out those who ask */
    PAUSE_MS = 1000,
    REFRESH_MS = 30 * 1000, /* sooner than an unused line closes */
    READ_TIMEOUT_MS = 30 * 1000,
};

/* What is not said again soon, as prices and values of the account are. */
#define ONCE (TOPIC_JOURNAL | TOPIC_ORDERS)

struct follow {
    struct mcp_face *face;
    struct mcp_client *client; /* NULL: it follows no more, and the reading ends this */
    struct follow *next, **link;
    struct str uri;          /* owned */
    unsigned topics;         /* of its resource */
    struct principal reader; /* copy of the client's, while it is read */
    struct instant due;      /* not read before */
    struct instant refresh;  /* read then, even if nothing has happened */
    struct sha256 digest;    /* of what it was */
    bool is_known, is_dirty, is_reading;
    bool
        is_early; /* something has happened since it is followed, before it was known what it was */
};

/* ---- what has changed ---- */

/* JSON without what passes with time. */
static void write_lasting(const struct json *j, struct json_writer *w)
{
    switch (j->kind) {
    case JSON_ARRAY:
        json_begin_array(w);
        for (size_t i = 0; i < j->n; i++)
            write_lasting(&j->items[i], w);
        json_end_array(w);
        break;
    case JSON_OBJECT:
        json_begin_object(w);
        for (size_t i = 0; i < j->n; i++) {
            if (topic_is_passing(j->items[i].key))
                continue;
            json_key_str(w, j->items[i].key);
            write_lasting(&j->items[i], w);
        }
        json_end_object(w);
        break;
    default:
        json_value(w, j);
    }
}

/* Of an answer that is JSON, or any other text. */
static struct sha256 digest_of(const struct buf *answer, struct arena *arena)
{
    struct error e;
    struct json_writer w;
    struct buf lasting;
    const struct json *j = json_parse(buf_str(answer), arena, &e);
    if (!j)
        return hash_sha256(buf_str(answer));
    buf_init(&lasting, LIMIT_REPLY);
    json_writer_init(&w, &lasting);
    write_lasting(j, &w);
    struct sha256 digest = hash_sha256(buf_str(&lasting));
    buf_fini(&lasting);
    return digest;
}

/* ---- one of them ---- */

static void follow_free(struct follow *o)
{
    *o->link = o->next;
    if (o->next)
        o->next->link = o->link;
    o->face->follow_count--;
    xfree((void *)(uintptr_t)o->uri.p);
    xfree(o);
}

static size_t is_echo(const struct follow *o)
{
    return o->topics & TOPIC_ECHOES ? 1 : 0;
}

static void read_again(struct task *t, void *arg)
{
    struct follow *o = arg;
    struct mcp_face *f = o->face;
    const struct json *arguments;
    struct error e = {0};
    struct sha256 digest;
    const struct resource *r = resource_find(o->uri, task_arena(t), &arguments);
    assert(r); /* or it would not be followed */
    if (resource_read(f, t, &o->reader, r, arguments, &e))
        digest = digest_of(&f->scratch, task_arena(t));
    else
        digest = hash_sha256(str_of(e.reason)); /* that it cannot be read any more is a change */
    face_trim(f);
    bool is_changed = o->is_known ? memcmp(&digest, &o->digest, sizeof digest) != 0 : o->is_early;
    o->digest = digest;
    o->is_known = true;
    o->is_reading = false;
    f->reading_count--;
    f->echo_count -= is_echo(o);
    if (is_changed) {
        f->topics |= o->topics & TOPIC_ECHOES; /* it speaks for the events that were passed over */
        o->due = instant_after_ms(task_now(t).mono, PAUSE_MS);
    }
    if (!o->client)
        follow_free(o);
    else if (is_changed)
        mcp_resource_changed_for(o->client, o->uri);
}

static bool start_reading(struct follow *o, struct moment now)
{
    struct mcp_face *f = o->face;
    o->due = instant_after_ms(now.mono, PAUSE_MS);
    o->reader = *(const struct principal *)mcp_client_user(o->client);
    if (!task_spawn(f->tasks, now, READ_TIMEOUT_MS, read_again, o))
        return false;
    o->is_dirty = false;
    o->is_reading = true;
    o->refresh = o->topics & TOPIC_QUOTES ? instant_after_ms(now.mono, REFRESH_MS) : INSTANT_NEVER;
    f->reading_count++;
    f->echo_count += is_echo(o);
    return true;
}

/* ---- all of them ---- */

static struct follow *find(struct mcp_face *f, const struct mcp_client *c, struct str uri)
{
    struct follow *o = f->follows;
    while (o && (o->client != c || !str_eq(o->uri, uri)))
        o = o->next;
    return o;
}

/* A resource that exists, and that the client may read. Constant texts never change. */
static const struct resource *followed(const struct mcp_face *f, const struct mcp_client *c,
                                       struct str uri)
{
    struct arena *arena = arena_new(LIMIT_CALL_ARENA);
    const struct json *arguments;
    const struct resource *r = resource_find(uri, arena, &arguments);
    arena_free(arena);
    return r && r->topics && resource_is_shown(f->core, mcp_client_user(c), r) ? r : NULL;
}

bool follow_watch(void *self, struct mcp_client *c, struct str uri, bool is_followed)
{
    struct mcp_face *f = self;
    struct follow *o = find(f, c, uri);
    if (!is_followed) {
        if (o && o->is_reading)
            o->client = NULL;
        else if (o)
            follow_free(o);
        return true;
    }
    const struct resource *r = followed(f, c, uri);
    if (!r || f->follow_count >= FOLLOWS_MAX)
        return false;
    char *own = xmalloc(uri.n);
    memcpy(own, uri.p, uri.n);
    o = xmalloc(sizeof *o);
    *o = (struct follow){.face = f,
                         .client = c,
                         .next = f->follows,
                         .link = &f->follows,
                         .uri = {own, uri.n},
                         .topics = r->topics,
                         .refresh = INSTANT_NEVER,
                         .is_dirty = true};
    if (o->next)
        o->next->link = &o->next;
    f->follows = o;
    f->follow_count++;
    return true;
}

void follow_on_event(struct mcp_face *f, const struct event *ev)
{
    unsigned topic = topic_of(ev->kind);
    if (!(topic & TOPIC_ECHOES) || f->echo_count == 0) /* else our own question is answered */
        f->topics |= topic;
}

struct instant follow_step(struct mcp_face *f, struct moment now)
{
    struct instant next = INSTANT_NEVER;
    int64_t seq = f->core->journal ? journal_last(f->core->journal) : 0;
    unsigned topics = f->topics | (seq != f->journal_seq ? TOPIC_JOURNAL : 0);
    f->topics = 0;
    f->journal_seq = seq;
    for (struct follow *o = f->follows; o && !f->is_ended; o = o->next) {
        if (!o->client)
            continue;
        o->is_early = o->is_early || (o->topics & topics & ONCE);
        o->is_dirty = o->is_dirty || (o->topics & topics) || instant_due(o->refresh, now.mono);
        bool is_wanted = o->is_dirty && !o->is_reading && instant_due(o->due, now.mono);
        if (is_wanted && face_over(f, mcp_client_user(o->client), now)) {
            o->due = instant_after_ms(now.mono, PAUSE_MS); /* it may come with a new token */
            is_wanted = false;
        }
        if (is_wanted && f->reading_count >= READING_MAX)
            continue; /* it stays due, and the end of a reading brings the next step */
        if (is_wanted && start_reading(o, now))
            next = now.mono; /* its task is to run now */
        next = instant_min(next, o->is_dirty ? o->due : o->refresh);
    }
    return next;
}
