/* SPDX-License-Identifier: MIT */
#include "face/rest_stream.h"

#include "base/alloc.h"
#include "data/bind.h"
#include "data/schema.h"
#include "face/rest_inside.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { TRY_AGAIN_MS = 100, ALL_KINDS = (1 << BULLETIN_KIND_COUNT) - 1, EVENT_MAX = 16 << 10 };

struct rest_reader {
    struct rest_streams *streams;
    struct rest_reader *next, **link;
    struct http_sink sink;
    struct principal who;
    struct access_pass pass;
    unsigned kinds;    /* a bit for each kind that is wanted */
    int64_t told;      /* up to this number */
    struct utc gap_at; /* a gap is to be told first; 0: none */
    struct instant ends, quiet, stuck_since;
    bool is_stuck;
};

struct rest_streams {
    struct core *core;
    const struct bulletin *bulletin;
    struct rest_reader *readers;
    struct rest_streams_count count;
    int64_t run; /* in ids: seconds of the start */
    int64_t seen;
    struct instant next;
    struct buf event;
};

struct rest_streams *rest_streams_new(struct core *core, const struct bulletin *bulletin)
{
    struct rest_streams *s = xcalloc(1, sizeof *s);
    s->core = core;
    s->bulletin = bulletin;
    s->run = core->started.ns / NS_PER_S;
    s->next = INSTANT_NEVER;
    buf_init(&s->event, EVENT_MAX);
    return s;
}

static void forget(struct rest_reader *r)
{
    *r->link = r->next;
    if (r->next)
        r->next->link = r->link;
    r->streams->count.readers--;
    xfree(r);
}

static void end(struct rest_reader *r)
{
    struct http_sink sink = r->sink;
    forget(r);
    sink.end(sink.self);
}

void rest_stream_leave(struct rest_reader *r)
{
    forget(r);
}

void rest_streams_free(struct rest_streams *s)
{
    if (!s)
        return;
    while (s->readers)
        end(s->readers);
    buf_fini(&s->event);
    xfree(s);
}

struct rest_streams_count rest_streams_count(const struct rest_streams *s)
{
    return s->count;
}

/* ---- events ---- */

/* The head of an event and the members that all have; the object is left open. */
static void begin_event(struct rest_streams *s, int64_t number, const char *type, struct utc at,
                        struct json_writer *w)
{
    buf_reset(&s->event);
    buf_add_f(&s->event, "id: %" PRId64 "-%" PRId64 "\nevent: %s\ndata: ", s->run, number, type);
    json_writer_init(w, &s->event);
    json_begin_object(w);
    json_key(w, "type");
    json_text(w, type);
    json_key(w, "at");
    json_time(w, at);
}

static void write_notice(struct rest_streams *s, const struct notice *n)
{
    struct json_writer w;
    begin_event(s, n->number, bulletin_row(n->kind)->name, n->at, &w);
    buf_add_char(&s->event, ','); /* one object, in one line: our JSON has no line end */
    buf_add_str(&s->event, str_sub(n->json, 1, n->json.n));
    buf_add_c(&s->event, "\n\n");
}

static void write_gap(struct rest_streams *s, const struct rest_reader *r)
{
    struct json_writer w;
    begin_event(s, r->told, "gap", r->gap_at, &w);
    json_end_object(&w);
    buf_add_c(&s->event, "\n\n");
}

static bool is_for(const struct rest_reader *r, const struct notice *n)
{
    const char *only = r->who.only_account;
    return (r->kinds & 1u << n->kind) &&
           (!only[0] || !n->account[0] || strcmp(only, n->account) == 0);
}

/* ---- readers ---- */

static bool send(struct rest_reader *r, struct str piece, struct moment now)
{
    bool ok = r->sink.send(r->sink.self, piece);
    if (!ok && !r->is_stuck)
        r->stuck_since = now.mono;
    r->is_stuck = !ok;
    if (ok)
        r->quiet = instant_after_ms(now.mono, STREAM_QUIET_S * 1000);
    return ok;
}

/* Tells what has come behind what was told; stops where the reader takes no more. */
static void tell(struct rest_reader *r, struct moment now)
{
    struct rest_streams *s = r->streams;
    const struct notice *n;
    if (r->told + 1 < bulletin_oldest(s->bulletin)) {
        r->told = bulletin_oldest(s->bulletin) - 1;
        r->gap_at = now.wall;
    }
    if (r->gap_at.ns) {
        write_gap(s, r);
        if (!send(r, buf_str(&s->event), now))
            return;
        r->gap_at.ns = 0;
    }
    while ((n = bulletin_after(s->bulletin, r->told))) {
        if (is_for(r, n)) {
            write_notice(s, n);
            if (!send(r, buf_str(&s->event), now))
                return;
        }
        r->told = n->number;
    }
    if (r->is_stuck || instant_due(r->quiet, now.mono))
        (void)!send(r, STR(": \n\n"), now);
}

/* The last event of one who may hear no more. */
static void say_end(struct rest_reader *r, const char *why, struct moment now)
{
    struct rest_streams *s = r->streams;
    struct json_writer w;
    begin_event(s, r->told, "end", now.wall, &w);
    json_key(&w, "why");
    json_text(&w, why);
    json_end_object(&w);
    buf_add_c(&s->event, "\n\n");
    (void)!send(r, buf_str(&s->event), now);
}

/* What it came with is good, and the stream has not lasted too long. */
static bool may_go_on(struct rest_reader *r, struct moment now)
{
    const char *why = access_end(&r->pass, now.wall);
    if (why)
        say_end(r, why, now);
    return !why && !instant_due(r->ends, now.mono);
}

static bool is_too_slow(const struct rest_reader *r, struct moment now)
{
    return r->is_stuck &&
           instant_due(instant_after_ms(r->stuck_since, STREAM_PATIENCE_S * 1000), now.mono);
}

static struct instant due(const struct rest_reader *r, struct moment now)
{
    struct instant look = r->pass.door ? instant_after_ms(now.mono, ACCESS_LOOK_MS) : INSTANT_NEVER;
    return r->is_stuck ? instant_after_ms(now.mono, TRY_AGAIN_MS)
                       : instant_min(look, instant_min(r->quiet, r->ends));
}

struct instant rest_streams_step(struct rest_streams *s, struct moment now)
{
    if (s->seen == bulletin_newest(s->bulletin) && !instant_due(s->next, now.mono))
        return s->next;
    s->seen = bulletin_newest(s->bulletin);
    s->next = INSTANT_NEVER;
    for (struct rest_reader *r = s->readers, *following; r; r = following) {
        following = r->next;
        bool goes_on = may_go_on(r, now);
        if (goes_on)
            tell(r, now);
        s->count.dropped += is_too_slow(r, now);
        if (!goes_on || is_too_slow(r, now))
            end(r);
        else
            s->next = instant_min(s->next, due(r, now));
    }
    return s->next;
}

/* ---- a new one ---- */

/* "RUN-NUMBER" of this run gives the number; anything else is a gap, and all that is kept. */
static void resume(struct rest_reader *r, struct str id, struct moment now)
{
    const struct rest_streams *s = r->streams;
    struct str run = STR_NONE;
    int64_t number = 0, its_run = 0;
    r->told = bulletin_newest(s->bulletin);
    if (!id.p)
        return;
    if (str_cut(&id, '-', &run) && str_to_i64(run, &its_run) && its_run == s->run &&
        str_to_i64(id, &number) && number >= 0 && number <= r->told) {
        r->told = number;
        return;
    }
    r->told = bulletin_oldest(s->bulletin) - 1;
    r->gap_at = now.wall;
}

/* "order,fill"; 0 if there is another word. */
static unsigned kinds_of(struct str list)
{
    unsigned kinds = 0;
    struct str one;
    while (str_cut(&list, ',', &one)) {
        unsigned bit = 0;
        for (unsigned k = 0; k < BULLETIN_KIND_COUNT; k++)
            if (str_is(str_trim(one), bulletin_row(k)->name))
                bit = 1u << k;
        if (!bit)
            return 0;
        kinds |= bit;
    }
    return kinds;
}

/* ?types=order,fill is all that it takes. */
static bool take_types(struct exchange *x, unsigned *kinds)
{
    struct str query = x->request->query, part, name;
    *kinds = ALL_KINDS;
    while (query.n && str_cut(&query, '&', &part)) {
        if (part.n == 0)
            continue;
        (void)str_cut(&part, '=', &name);
        if (!str_eq(name, STR("types")))
            return rest_refuse(x, 400, ERROR_INVALID, "UNKNOWN_ARGUMENT",
                               "the stream takes the argument types alone", NULL);
        *kinds = kinds_of(part);
        if (!*kinds)
            return rest_refuse(x, 400, ERROR_INVALID, "INVALID_ARGUMENT",
                               "types: expected some of order, fill, alert, trading, kill and "
                               "connection, separated by commas",
                               NULL);
    }
    return true;
}

static bool has_room(struct exchange *x, const struct rest_streams *s)
{
    return s->count.readers < STREAM_READERS_MAX ||
           rest_refuse(x, 503, ERROR_UNAVAILABLE, "TOO_MANY_REQUESTS", "too many streams are open",
                       "close one, or try again later");
}

static struct rest_reader *add(struct rest_streams *s, const struct exchange *x, unsigned kinds,
                               struct moment now, struct http_sink sink)
{
    struct rest_reader *r = xcalloc(1, sizeof *r);
    *r = (struct rest_reader){.streams = s,
                              .next = s->readers,
                              .link = &s->readers,
                              .sink = sink,
                              .who = x->who,
                              .pass = x->pass,
                              .kinds = kinds,
                              .ends = instant_after_ms(now.mono, STREAM_LIFE_S * 1000LL)};
    if (r->next)
        r->next->link = &r->next;
    s->readers = r;
    s->count.readers++;
    s->count.opened++;
    return r;
}

struct rest_reader *rest_stream_open(struct rest_streams *s, const struct rest_config *config,
                                     const struct http_request *request, struct moment now,
                                     struct arena *arena, struct http_sink sink)
{
    struct http_response response;
    struct exchange x = {.now = now,
                         .arena = arena,
                         .core = s->core,
                         .config = config,
                         .request = request,
                         .response = &response};
    unsigned kinds = 0;
    rest_start(&x);
    if (!rest_enter(&x, SCOPE_READ, STREAM_PATH, "GET, OPTIONS") || !take_types(&x, &kinds) ||
        !has_room(&x, s)) {
        rest_finish(&x);
        sink.reply(sink.self, &response);
        return NULL;
    }
    struct rest_reader *r = add(s, &x, kinds, now, sink);
    buf_add_f(rest_begin(&x, 200, "text/event-stream"), "retry: %d\n\n", STREAM_RETRY_MS);
    rest_finish(&x);
    sink.begin(sink.self, &response);
    resume(r, http_header(request, STR("Last-Event-ID")), now);
    r->quiet = instant_after_ms(now.mono, STREAM_QUIET_S * 1000);
    s->next = now.mono; /* what it missed is told in this turn */
    return r;
}

/* ---- the description ---- */

void rest_stream_schema(struct json_writer *w)
{
    for (unsigned k = 0; k < BULLETIN_KIND_COUNT; k++) {
        const struct bulletin_row *row = bulletin_row(k);
        const char *const names[] = {row->name, NULL};
        struct {
            unsigned type;
            struct utc at;
        } head;
        const struct field fields[] = {
            {.name = "type", .doc = row->doc, .kind = TYPE_ENUM, .choices = names},
            {.name = "at", .doc = "When it happened, UTC", .kind = TYPE_TIME},
        };
        const struct type head_type = {"head", fields, 2, sizeof head};
        const struct type *const both[] = {&head_type, row->type};
        schema_write_merged(both, 2, SCHEMA_OUTPUT, w);
    }
}
