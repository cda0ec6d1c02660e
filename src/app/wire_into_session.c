/* SPDX-License-Identifier: MIT */
/*
 * The server of a recording answers the daemon's session, in virtual time: each of the server's
 * frames arrives at its recorded moment, and what the recorded client asked of market data,
 * contracts and history the session is made to ask too (orders it never is).
 *
 * The session numbers its requests in its own way. A request of the session is found among those
 * of the recorded client by its bytes without the request id, else by its message, and from then
 * on the server's frames for the recorded id carry the session's. Frames for requests that the
 * session has not made get an id that nobody has: it must not mind them.
 */
#include "app/wire_script.h"

#include "app/zones.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "base/map.h"
#include "broker/convert.h"
#include "broker/query.h"
#include "wire/frame.h"
#include "wire/reply.h"
#include "wire/request.h"
#include "wire/request_id.h"

#include <string.h>

enum {
    START_S = 1,
    NOBODY = 1 << 29, /* ids from here on are nobody's: the session's own begin at twice that */
    ASK_MS = 60000,
    IDS_MAX = 1 << 16,
    VERSION_MIN = 176 /* the least that the session speaks */
};

/* One request id of the recorded client, and that of the session for the same. */
struct alias {
    int32_t recorded, ours;
    bool is_asked; /* by the session; until then `ours` is nobody's */
};

struct rehearsal {
    struct wire_script script;
    struct wire_lines *out;
    struct session *session;
    struct tasks *tasks;
    struct moment begin, now;
    struct wire_reader reader; /* of what the session sends */
    struct wire_side asked;    /* by the session, with the recorded request ids */
    struct map *by_recorded;   /* id -> alias */
    struct alias *aliases;
    size_t alias_count, mapped_count;
    struct arena *arena; /* of the frame in work */
    struct arena *scan;  /* of one recorded frame beside it */
    struct buf plain, other;
    size_t events[EVENT_KIND_COUNT];
    bool is_closed, is_over;
    struct error failure;
};

static struct moment moment_at(const struct rehearsal *r, int64_t time_us)
{
    struct moment m = r->begin;
    m.mono.ns += time_us * NS_PER_US;
    m.wall.ns += time_us * NS_PER_US;
    return m;
}

static int64_t time_of(const struct rehearsal *r)
{
    return (r->now.mono.ns - r->begin.mono.ns) / NS_PER_US;
}

static void on_event(void *self, const struct event *ev)
{
    struct rehearsal *r = self;
    r->events[ev->kind]++;
    if (ev->kind != EVENT_LINK || r->is_over)
        return;
    struct json_writer *w = wire_line_begin(r->out);
    json_key(w, "event");
    json_text(w, "link");
    json_key(w, "time_us");
    json_i64(w, time_of(r));
    json_key(w, "state");
    json_text(w, link_state_text(ev->link));
    wire_line_end(r->out);
}

/* ---- whose request it is ---- */

/* The body with the request id 0. False if it cannot be read. */
static bool without_id(struct rehearsal *r, struct str body, struct wire_any *any, struct buf *out)
{
    struct error e;
    buf_reset(out);
    arena_reset(r->scan);
    return wire_decode(WIRE_TO_SERVER, body, r->script.version, r->scan, any, &e) &&
           wire_readdress(any, 0, r->script.version, out, &e);
}

/* The first frame of the recorded client that is not found yet and is the same but for its id, else
 * the first of the same message; NULL if there is none. */
static struct wire_scene *find_scene(struct rehearsal *r, int id, struct str plain)
{
    struct wire_scene *same_id = NULL;
    struct wire_any any;
    for (size_t i = 1; i < r->script.n; i++) {
        struct wire_scene *s = &r->script.scenes[i];
        if (s->from != WIRE_FROM_CLIENT || s->is_done || s->id != id)
            continue;
        if (without_id(r, s->body, &any, &r->other) && str_eq(buf_str(&r->other), plain))
            return s;
        if (!same_id)
            same_id = s;
    }
    return same_id;
}

/* All request ids of the recorded client; what else an answer may carry is an order's. */
static void collect_ids(struct rehearsal *r)
{
    struct wire_any any;
    struct error e;
    int32_t id;
    for (size_t i = 1; i < r->script.n; i++) {
        const struct wire_scene *s = &r->script.scenes[i];
        arena_reset(r->scan);
        if (s->from != WIRE_FROM_CLIENT || r->alias_count == IDS_MAX ||
            !wire_decode(WIRE_TO_SERVER, s->body, r->script.version, r->scan, &any, &e) ||
            !wire_request_id(&any, &id) || map_get(r->by_recorded, id))
            continue;
        struct alias *a = &r->aliases[r->alias_count++];
        *a = (struct alias){id, (id & (NOBODY - 1)) | NOBODY, false};
        (void)map_put(r->by_recorded, id, a);
    }
}

static void remember(struct rehearsal *r, int32_t recorded, int32_t ours)
{
    struct alias *a = map_get(r->by_recorded, recorded);
    if (!a)
        return;
    r->mapped_count += !a->is_asked;
    a->ours = ours;
    a->is_asked = true;
}

/* A frame of the session: found in the recording, and kept as the recorded client would have sent
 * it. */
static bool take_request(struct rehearsal *r, struct str body)
{
    struct wire_any any, recorded;
    struct error e;
    int32_t ours = -1, theirs = -1;
    arena_reset(r->arena);
    if (!wire_decode(WIRE_TO_SERVER, body, r->script.version, r->arena, &any, &r->failure))
        return false;
    bool has_id = wire_request_id(&any, &ours);
    if (!wire_readdress(&any, 0, r->script.version, &r->plain, &r->failure))
        return false;
    struct wire_scene *s = find_scene(r, any.id, buf_str(&r->plain));
    buf_reset(&r->plain);
    if (s)
        s->is_done = true;
    if (s && has_id &&
        wire_decode(WIRE_TO_SERVER, s->body, r->script.version, r->arena, &recorded, &e) &&
        wire_request_id(&recorded, &theirs)) {
        remember(r, theirs, ours);
        if (!wire_readdress(&any, theirs, r->script.version, &r->plain, &r->failure))
            return false;
        body = buf_str(&r->plain);
    }
    bool ok = wire_side_add(&r->asked, time_of(r), body);
    buf_reset(&r->plain);
    return ok || error_set(&r->failure, ERROR_LIMIT, "TOO_LARGE", "the session asks too much");
}

/* ---- the line ---- */

static bool take_output(struct rehearsal *r)
{
    struct str body, out;
    enum wire_next next = WIRE_NEXT_MORE;
    while ((out = session_output(r->session)).n) {
        struct str piece = str_sub(out, 0, 1 << 16);
        wire_reader_feed(&r->reader, piece.p, piece.n);
        while ((next = wire_reader_next(&r->reader, &body, &r->failure)) == WIRE_NEXT_FRAME)
            if (r->asked.n == 0 ? !wire_side_add(&r->asked, 0, body) : !take_request(r, body))
                return false;
        if (next == WIRE_NEXT_BROKEN)
            return false;
        session_sent(r->session, piece.n);
    }
    return true;
}

/* One turn: tasks, timers, output. False if the session is done with this connection. */
static bool turn(struct rehearsal *r)
{
    session_step(r->session, r->now);
    tasks_run(r->tasks, r->now);
    if (!take_output(r))
        return false;
    r->is_closed = session_wants_close(r->session);
    return !r->is_closed;
}

static bool advance(struct rehearsal *r, int64_t time_us)
{
    struct moment until = moment_at(r, time_us);
    for (;;) {
        struct instant due = instant_min(session_next(r->session), tasks_next(r->tasks));
        bool is_last = due.ns >= until.mono.ns;
        if (is_last) {
            r->now = until;
        } else if (due.ns > r->now.mono.ns) {
            r->now.wall.ns += due.ns - r->now.mono.ns;
            r->now.mono = due;
        } else {
            r->now.mono.ns += NS_PER_US; /* due and not done: time must pass all the same */
            r->now.wall.ns += NS_PER_US;
        }
        if (!turn(r))
            return false;
        if (is_last)
            return true;
    }
}

/* The server's frame, for the session's own request ids. */
static bool answer(struct rehearsal *r, const struct wire_scene *s)
{
    struct wire_any any;
    struct error e;
    struct str body = s->body;
    int32_t id;
    arena_reset(r->arena);
    if (!s->is_handshake &&
        wire_decode(WIRE_TO_CLIENT, body, r->script.version, r->arena, &any, &e) &&
        wire_request_id(&any, &id)) {
        const struct alias *a = map_get(r->by_recorded, id);
        if (a && wire_readdress(&any, a->ours, r->script.version, &r->plain, &e))
            body = buf_str(&r->plain);
    }
    buf_reset(&r->other);
    bool ok = wire_frame_add(&r->other, body);
    buf_reset(&r->plain);
    if (!ok)
        return error_set(&r->failure, ERROR_LIMIT, "TOO_LARGE", "a frame is too long");
    session_input(r->session, buf_str(&r->other), r->now);
    return turn(r);
}

/* ---- what the recorded client asked ---- */

/* A question on its way; lives in its task's arena. */
struct asking {
    struct session *session;
    bool is_history;
    struct contract like;
    struct bars_question bars;
};

static void ask(struct task *t, void *arg)
{
    struct asking *a = arg;
    struct contract_details *found;
    struct bar *bars;
    size_t n;
    struct error e;
    if (a->is_history)
        (void)!query_bars(t, a->session, &a->bars, &bars, &n, &e);
    else
        (void)!query_contracts(t, a->session, &a->like, NULL, STR_NONE, &found, &n, &e);
    xfree(a);
}

static bool bars_of_wire(const struct wire_req_historical_data *m, struct bars_question *q)
{
    struct str rest = m->duration, number;
    int64_t n;
    *q = (struct bars_question){.regular_hours_only = m->use_rth};
    contract_of_wire(&m->contract, &q->contract);
    if (m->end_date_time.n || m->keep_up_to_date || !str_cut(&rest, ' ', &number) ||
        !str_to_i64(number, &n) || n < 1 || n > 100000 || rest.n != 1)
        return false;
    q->length = (int)n;
    q->unit = rest.p[0];
    while (q->size < BAR_SIZE_COUNT && !str_eq(m->bar_size, str_of(bar_size_text(q->size))))
        q->size++;
    while (q->show < BARS_SHOW_COUNT && !str_eq(m->what_to_show, str_of(bar_show_text(q->show))))
        q->show++;
    return q->size < BAR_SIZE_COUNT && q->show < BARS_SHOW_COUNT && q->contract.con_id > 0;
}

/* Makes the session ask what the recorded client asks here, where it can. */
static void prompt(struct rehearsal *r, const struct wire_scene *s)
{
    struct wire_any any;
    struct error e;
    struct contract c;
    struct asking a = {.session = r->session};
    arena_reset(r->arena);
    if (s->is_done || !wire_decode(WIRE_TO_SERVER, s->body, r->script.version, r->arena, &any, &e))
        return;
    if (any.id == WIRE_REQ_MKT_DATA) {
        const struct wire_req_mkt_data *m = any.message;
        contract_of_wire(&m->contract, &c);
        if (!m->snapshot && c.con_id > 0)
            (void)!session_watch(r->session, &c, r->now, &e);
        return;
    }
    if (any.id == WIRE_REQ_HISTORICAL_DATA) {
        a.is_history = true;
        if (!bars_of_wire(any.message, &a.bars))
            return;
    } else if (any.id == WIRE_REQ_CONTRACT_DETAILS) {
        const struct wire_req_contract_details *m = any.message;
        contract_of_wire(&m->contract, &a.like);
    } else {
        return;
    }
    struct asking *kept = xmalloc(sizeof *kept);
    *kept = a;
    if (!task_spawn(r->tasks, r->now, ASK_MS, ask, kept))
        xfree(kept);
}

static bool play(struct rehearsal *r)
{
    collect_ids(r);
    session_opening(r->session, r->now);
    session_opened(r->session, r->now);
    for (size_t i = 0; i < r->script.n; i++) {
        const struct wire_scene *s = &r->script.scenes[i];
        if (!advance(r, s->time_us))
            return false;
        if (s->from == WIRE_FROM_SERVER && !answer(r, s))
            return false;
        if (s->from == WIRE_FROM_CLIENT && !s->is_handshake) {
            prompt(r, s);
            if (!turn(r))
                return false;
        }
    }
    return true;
}

/* ---- before and behind ---- */

static bool prepare(struct rehearsal *r, const struct tz_zones *zones, struct error *e)
{
    if (r->script.version < VERSION_MIN || r->script.version > WIRE_VERSION_MAX)
        return error_set(e, ERROR_INVALID, "VERSION",
                         "the recording has server version %d; the session speaks %d to %d",
                         r->script.version, VERSION_MIN, WIRE_VERSION_MAX);
    r->begin.mono.ns = (int64_t)START_S * NS_PER_S;
    if (!wire_script_begin(&r->script, zones, &r->begin.wall))
        return error_set(e, ERROR_INVALID, "RECORDING", "the server's handshake tells no time");
    r->now = r->begin;
    const struct wire_req_start_api *start =
        wire_script_first(&r->script, WIRE_TO_SERVER, WIRE_REQ_START_API, r->out->arena);
    struct session_config config = {.client_id =
                                        start && start->client_id >= 0 ? start->client_id : 1,
                                    .min_version = r->script.version,
                                    .max_version = r->script.version,
                                    .seed = 1,
                                    .zones = *zones};
    r->session = session_new(&config, (struct session_listener){on_event, r});
    return true;
}

static void write_events(const struct rehearsal *r, struct json_writer *w)
{
    json_key(w, "events");
    json_begin_object(w);
    for (int k = 0; k < EVENT_KIND_COUNT; k++)
        if (r->events[k]) {
            json_key(w, event_kind_text((enum event_kind)k));
            json_i64(w, (int64_t)r->events[k]);
        }
    json_end_object(w);
}

/* The session's requests beside the recorded ones, and what it has become. */
static bool conclude(struct rehearsal *r, struct error *e)
{
    struct wire_side recorded, asked = r->asked;
    struct wire_verdict v;
    struct session_status status;
    session_status(r->session, &status);
    r->is_over = true;
    wire_side_init(&recorded);
    for (size_t i = 1; i < r->script.n; i++)
        if (r->script.scenes[i].from == WIRE_FROM_CLIENT &&
            !wire_side_add(&recorded, r->script.scenes[i].time_us, r->script.scenes[i].body))
            break; /* cannot be: the script had room for it */
    if (asked.n) { /* the offer of versions */
        asked.frames++;
        asked.n--;
    }
    wire_compare(&recorded, &asked, WIRE_TO_SERVER, r->script.version, r->out, &v);
    struct json_writer *w = wire_line_begin(r->out);
    json_key(w, "event");
    json_text(w, "compared");
    json_key(w, "into");
    json_text(w, "session");
    wire_verdict_write(&v, w);
    json_key(w, "request_ids_mapped");
    json_i64(w, (int64_t)r->mapped_count);
    json_key(w, "link");
    json_text(w, link_state_text(status.link));
    json_key(w, "reason");
    json_text(w, status.reason);
    json_key(w, "waiting");
    json_i64(w, (int64_t)status.requests_in_flight);
    write_events(r, w);
    wire_line_end(r->out);
    wire_side_fini(&recorded);
    if (r->is_closed)
        return error_set(e, ERROR_PROTOCOL, "CLOSED", "the session would close the connection: %s",
                         status.last_text);
    return wire_verdict_is_clean(&v) ||
           error_set(e, ERROR_CONFLICT, "DIFFERENT", "the session asks differently");
}

bool wire_into_session(const struct wire_options *o, struct wire_lines *out, struct error *e)
{
    struct rehearsal r = {.out = out};
    struct zones *zones = zones_new("/usr/share/zoneinfo");
    struct tz_zones source = zones_source(zones);
    bool ok = wire_script_load(&r.script, o->file, e) && prepare(&r, &source, e);
    if (ok) {
        wire_reader_init(&r.reader, LIMIT_FRAME, true);
        wire_side_init(&r.asked);
        buf_init(&r.plain, LIMIT_FRAME + 64);
        buf_init(&r.other, LIMIT_FRAME + 64);
        r.arena = arena_new(WIRE_TOOL_ARENA);
        r.scan = arena_new(WIRE_TOOL_ARENA);
        r.tasks = tasks_new();
        r.by_recorded = map_new(IDS_MAX);
        r.aliases = xcalloc(IDS_MAX, sizeof *r.aliases);
        ok = play(&r) || r.is_closed;
        if (!ok)
            *e = r.failure;
        ok = ok && conclude(&r, e);
        tasks_free(r.tasks);
        session_free(r.session);
        map_free(r.by_recorded);
        xfree(r.aliases);
        arena_free(r.arena);
        arena_free(r.scan);
        buf_fini(&r.plain);
        buf_fini(&r.other);
        wire_side_fini(&r.asked);
        wire_reader_fini(&r.reader);
    }
    zones_free(zones);
    wire_script_fini(&r.script);
    return ok;
}
