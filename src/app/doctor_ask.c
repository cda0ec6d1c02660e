/* SPDX-License-Identifier: MIT */
#include "app/doctor_ask.h"

#include "app/zones.h"
#include "base/limits.h"
#include "broker/session.h"
#include "build_id.h"
#include "sys/clock.h"
#include "sys/net.h"

#include <stdio.h>
#include <string.h>

enum {
    ANSWER_WAIT_MS = 10 * 1000,
    LOOKS_MAX = 20, /* at a daemon whose broker has not answered yet */
    LOOK_EVERY_MS = 250,
    BROKER_WAIT_MS = 15 * 1000,
    CLOCK_WAIT_MS = 3 * 1000, /* the broker tells its clock right after it is ready */
    ANSWER_MAX = 256 << 10,
    ARENA_MAX = 4 << 20,
    HELLO_MAX = 256,
    FRAME_HEAD = 5,
};

/* ---- the daemon ---- */

struct visit {
    struct loop *loop;
    struct stream *stream; /* NULL: it is gone */
    struct buf said;
    struct error error; /* why it could not be opened, or broke */
    struct instant late;
};

static void visit_open(void *self)
{
    struct visit *v = self;
    char hello[HELLO_MAX];
    int n = snprintf(hello, sizeof hello,
                     "PORTCULLIS 1 build=%s face=cli width=0 tty=0 args=2\nstatus%c--json%c",
                     PORTCULLIS_BUILD, 0, 0);
    (void)!stream_send(v->stream, (struct str){hello, (size_t)n});
}

static void visit_data(void *self, struct str bytes)
{
    struct visit *v = self;
    buf_add_str(&v->said, bytes);
}

static void visit_close(void *self, const struct error *why)
{
    struct visit *v = self;
    v->stream = NULL;
    if (why)
        v->error = *why;
    loop_stop(v->loop);
}

static void visit_turn(void *self, struct moment now)
{
    struct visit *v = self;
    if (instant_due(v->late, now.mono) || v->said.failed)
        loop_stop(v->loop);
    loop_wake_at(v->loop, v->late);
}

static void no_signal(void *self, enum loop_signal signal)
{
    struct visit *v = self;
    (void)signal;
    loop_stop(v->loop);
}

/* Everything that the daemon says to `status --json`, frames and all, in v->said. */
static void converse(struct visit *v, const char *socket)
{
    struct stream_owner owner = {
        .on_open = visit_open, .on_data = visit_data, .on_close = visit_close, .self = v};
    *v = (struct visit){.loop = loop_new(&(struct loop_owner){visit_turn, no_signal, v}),
                        .late = instant_after_ms(clock_now().mono, ANSWER_WAIT_MS)};
    buf_init(&v->said, ANSWER_MAX);
    v->stream = stream_connect(v->loop, &(struct net_address){.path = socket}, HELLO_MAX,
                               ANSWER_WAIT_MS, &owner);
    loop_run(v->loop);
    stream_close(v->stream);
    loop_free(v->loop);
}

/* What the frames put out; "" if they are broken off. */
static void join_output(struct str frames, struct buf *out)
{
    while (frames.n >= FRAME_HEAD) {
        size_t n = 0;
        for (size_t i = 1; i < FRAME_HEAD; i++)
            n = n << 8 | (unsigned char)frames.p[i];
        if (n > frames.n - FRAME_HEAD)
            break;
        if (frames.p[0] == 'o')
            buf_add_str(out, str_sub(frames, FRAME_HEAD, FRAME_HEAD + n));
        frames = str_sub(frames, FRAME_HEAD + n, frames.n);
    }
}

static void copy_member(const struct json *j, const char *name, char *out, size_t cap)
{
    struct str s = json_get_str(j, str_of(name));
    str_copy_cut(out, cap, s.p ? s : STR(""));
}

static void read_broker(const struct json *j, struct checkup_broker *b)
{
    int64_t n;
    struct str account;
    *b = (struct checkup_broker){.is_asked = true};
    (void)!json_to_bool(json_get(j, STR("connected")), &b->is_ready);
    (void)!json_to_bool(json_get(j, STR("scheduled")), &b->is_scheduled);
    (void)!json_to_bool(json_get(j, STR("api_read_only")), &b->is_read_only);
    (void)!json_to_bool(json_get(j, STR("kill_switch")), &b->is_killed);
    copy_member(j, "reason", b->reason, sizeof b->reason);
    copy_member(j, "hint", b->hint, sizeof b->hint);
    copy_member(j, "last_text", b->text, sizeof b->text);
    if (json_to_i64(json_get(j, STR("server_version")), &n))
        b->server_version = (int)n;
    if (json_to_i64(json_get(j, STR("clock_offset_s")), &n))
        b->clock_offset_s = (struct opt_int){n, true};
    const struct json *all = json_get(j, STR("available_accounts"));
    size_t used = 0;
    for (size_t i = 0; json_to_str(json_at(all, i), &account) && used < sizeof b->accounts; i++)
        used += (size_t)snprintf(b->accounts + used, sizeof b->accounts - used, "%s" STR_FMT,
                                 i ? "," : "", STR_ARG(account));
}

static bool read_status(struct str frames, struct checkup_facts *f, struct utc *started)
{
    struct buf out;
    struct error e = {0};
    struct arena *arena = arena_new(ARENA_MAX);
    buf_init(&out, ANSWER_MAX);
    join_output(frames, &out);
    const struct json *j = json_parse(buf_str(&out), arena, &e);
    if (j) {
        read_broker(j, &f->broker);
        copy_member(j, "api", f->api, sizeof f->api);
        if (!utc_parse(json_get_str(j, STR("started")), started))
            started->ns = 0;
    }
    arena_free(arena);
    buf_fini(&out);
    return j;
}

static void read_visit(const struct visit *v, struct checkup_facts *f, struct utc *started)
{
    static const char ok[] = "PORTCULLIS 1 build=", bad[] = "PORTCULLIS ERROR ";
    struct str all = buf_str(&v->said);
    size_t end = str_find(all, '\n', 0);
    struct str line = str_sub(all, 0, end);
    f->daemon = CHECKUP_SILENT;
    if (!all.n && v->error.code != ERROR_NONE) {
        f->daemon =
            strcmp(v->error.reason, "NO_PERMISSION") == 0 ? CHECKUP_FOREIGN : CHECKUP_NO_DAEMON;
    } else if (end < all.n && str_starts(line, str_of(bad))) {
        f->daemon = CHECKUP_REFUSES;
        (void)error_set(&f->daemon_error, ERROR_DENIED, "REFUSED", "the daemon refuses: " STR_FMT,
                        STR_ARG(str_sub(line, sizeof bad - 1, line.n)));
        (void)error_next(&f->daemon_error, "ask the user who runs it");
    } else if (end < all.n && str_starts(line, str_of(ok))) {
        str_copy_cut(f->daemon_build, sizeof f->daemon_build, str_sub(line, sizeof ok - 1, line.n));
        if (read_status(str_sub(all, end + 1, all.n), f, started))
            f->daemon = CHECKUP_RUNS;
    }
}

void doctor_ask_daemon(struct checkup_facts *f, struct utc *started)
{
    started->ns = 0;
    for (int i = 0; i < LOOKS_MAX; i++) {
        struct visit v;
        converse(&v, f->socket);
        read_visit(&v, f, started);
        buf_fini(&v.said);
        /* one that has just started has not met its broker yet */
        if (f->daemon != CHECKUP_RUNS || f->broker.is_ready || f->broker.reason[0])
            return;
        clock_sleep(LOOK_EVERY_MS);
    }
}

/* ---- the broker ---- */

struct call_on_broker {
    const struct broker_settings *settings;
    struct loop *loop;
    struct session *session;
    struct stream *stream;
    bool is_open, is_over;
    struct instant late, clock_late; /* INSTANT_NEVER until it is ready */
};

static void broker_opened(void *self)
{
    struct call_on_broker *c = self;
    c->is_open = true;
    session_opened(c->session, loop_now(c->loop));
}

static void broker_data(void *self, struct str bytes)
{
    struct call_on_broker *c = self;
    session_input(c->session, bytes, loop_now(c->loop));
}

static void broker_closed(void *self, const struct error *why)
{
    struct call_on_broker *c = self;
    c->stream = NULL;
    c->is_open = false;
    session_closed(c->session, why ? str_of(why->text) : STR("the other side closed"),
                   loop_now(c->loop));
}

static void ignore_event(void *self, const struct event *ev)
{
    (void)self, (void)ev;
}

/* It has answered for good: ready and its clock is known, or it says no. */
static bool is_answered(struct call_on_broker *c, struct moment now)
{
    struct session_status s;
    struct utc clock;
    session_status(c->session, &s);
    if (session_is_ready(c->session)) {
        if (c->clock_late.ns == INSTANT_NEVER.ns)
            c->clock_late = instant_after_ms(now.mono, CLOCK_WAIT_MS);
        return session_clock(c->session, now, &clock) || instant_due(c->clock_late, now.mono);
    }
    bool goes_on = strcmp(s.reason, "VERSION_CHOICE") == 0; /* it is tried again at once */
    return instant_due(c->late, now.mono) || s.link == LINK_REFUSED ||
           (!c->stream && s.attempts > 0 && !goes_on);
}

static void broker_turn(void *self, struct moment now)
{
    struct call_on_broker *c = self;
    session_step(c->session, now);
    if (c->is_over || is_answered(c, now)) {
        loop_stop(c->loop);
        return;
    }
    if (!c->stream && session_wants_open(c->session, now)) {
        struct net_address to = {.host = c->settings->host.p, .port = (uint16_t)c->settings->port};
        struct stream_owner owner = {
            .on_open = broker_opened, .on_data = broker_data, .on_close = broker_closed, .self = c};
        session_opening(c->session, now);
        c->stream = stream_connect(c->loop, &to, LIMIT_SESSION_OUT, ANSWER_WAIT_MS, &owner);
    }
    struct str out = session_output(c->session);
    if (c->is_open && out.n && stream_send(c->stream, out))
        session_sent(c->session, out.n);
    if (c->stream && session_wants_close(c->session)) {
        stream_close(c->stream);
        c->stream = NULL;
        c->is_open = false;
        session_closed(c->session, STR("closed by us"), now);
        loop_again(c->loop);
    }
    struct instant next = instant_min(session_next(c->session), c->late);
    loop_wake_at(c->loop, instant_min(next, c->clock_late));
}

static void broker_signal(void *self, enum loop_signal signal)
{
    struct call_on_broker *c = self;
    (void)signal;
    c->is_over = true;
    loop_again(c->loop);
}

static void read_session(const struct session *s, struct checkup_broker *b)
{
    struct session_status status;
    struct moment now = clock_now();
    struct utc clock;
    session_status(s, &status);
    *b = (struct checkup_broker){.is_asked = true,
                                 .is_ready = session_is_ready(s),
                                 .is_scheduled = status.is_scheduled,
                                 .is_read_only = status.is_read_only,
                                 .server_version = status.server_version};
    str_copy_cut(b->reason, sizeof b->reason, str_of(status.reason));
    str_copy_cut(b->text, sizeof b->text, str_of(status.last_text));
    str_copy_cut(b->hint, sizeof b->hint, str_of(status.hint));
    str_copy_cut(b->accounts, sizeof b->accounts, str_of(status.accounts));
    if (session_clock(s, now, &clock))
        b->clock_offset_s = (struct opt_int){(now.wall.ns - clock.ns) / NS_PER_S, true};
}

void doctor_ask_broker(struct checkup_facts *f)
{
    const struct broker_settings *b = &f->settings->broker;
    struct zones *zones = zones_new("/usr/share/zoneinfo");
    struct moment now = clock_now();
    struct session_config config = {.client_id = (int32_t)b->client_id,
                                    .min_version = 176,
                                    .max_version = (int)b->max_version,
                                    .zones = zones_source(zones)};
    struct call_on_broker c = {.settings = b,
                               .late = instant_after_ms(now.mono, BROKER_WAIT_MS),
                               .clock_late = INSTANT_NEVER};
    c.loop = loop_new(&(struct loop_owner){broker_turn, broker_signal, &c});
    c.session = session_new(&config, (struct session_listener){ignore_event, NULL});
    loop_run(c.loop);
    read_session(c.session, &f->broker);
    stream_close(c.stream);
    session_free(c.session);
    loop_free(c.loop);
    zones_free(zones);
}
