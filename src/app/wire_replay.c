/* SPDX-License-Identifier: MIT */
/*
 * The server of a recording, for one client. The recording is a row of frames; what the client
 * sends ticks off its own frames in it, the same bytes if they are there, else the first of the
 * same message. After each of them the server's frames follow up to the next one that the client
 * has not sent yet. Times do not count: every frame goes as soon as it may.
 */
#include "app/wire_script.h"

#include "base/limits.h"
#include "wire/frame.h"
#include "wire/print.h"

enum { QUEUE_MAX = 64 << 20 };

struct replay {
    struct wire_lines *out;
    struct loop *loop;
    struct listener *listener;
    struct stream *client; /* NULL: not there yet, or gone */
    bool is_over;          /* the client has come and gone */
    struct wire_reader reader;
    struct wire_script script;
    size_t at; /* of the script; before it all is done */
    bool has_offered;
};

/* ---- output ---- */

static void say(struct replay *p, const char *event, const char *text)
{
    struct json_writer *w = wire_line_begin(p->out);
    json_key(w, "event");
    json_text(w, event);
    if (text) {
        json_key(w, "text");
        json_text(w, text);
    }
    wire_line_end(p->out);
}

/* match: how a client's message was found in the recording; NULL: it is the server's, or a
 * handshake. */
static void tell(struct replay *p, enum wire_direction from, struct str body, const char *match,
                 bool is_handshake)
{
    struct json_writer *w = wire_line_begin(p->out);
    wire_line_from(w, from);
    if (match) {
        json_key(w, "match");
        json_text(w, match);
    }
    if (!is_handshake || !wire_line_handshake(w, from, body))
        (void)wire_print_frame(from, body, p->script.version, p->out->arena, w, NULL);
    wire_line_end(p->out);
}

/* ---- the recording ---- */

static int id_of(struct replay *p, struct str body)
{
    struct wire_any any;
    struct error e;
    arena_reset(p->out->arena);
    (void)!wire_decode(WIRE_TO_SERVER, body, p->script.version, p->out->arena, &any, &e);
    return any.id;
}

/* ---- playing ---- */

static void leave(struct replay *p, const char *why)
{
    say(p, "closed", why);
    stream_close(p->client);
    p->client = NULL;
    p->is_over = true;
    loop_stop(p->loop);
}

/* False: the client is gone. */
static bool send_scenes(struct replay *p)
{
    struct buf frame;
    bool ok = true;
    buf_init(&frame, LIMIT_FRAME + 4);
    while (ok && p->at < p->script.n) {
        struct wire_scene *s = &p->script.scenes[p->at];
        if (s->from != WIRE_FROM_SERVER && !s->is_done)
            break;
        bool is_hello = p->at++ == 1;
        if (s->from != WIRE_FROM_SERVER)
            continue;
        tell(p, WIRE_TO_CLIENT, s->body, NULL, is_hello);
        buf_reset(&frame);
        ok = wire_frame_add(&frame, s->body) && stream_send(p->client, buf_str(&frame));
    }
    buf_fini(&frame);
    if (!ok)
        leave(p, "the client reads too slowly");
    else if (p->at == p->script.n)
        say(p, "complete", "all that was recorded has been asked and answered");
    return ok;
}

static struct wire_scene *find_scene(struct replay *p, struct str body, bool *is_exact)
{
    int id = id_of(p, body);
    struct wire_scene *same_id = NULL;
    for (size_t i = p->at; i < p->script.n; i++) {
        struct wire_scene *s = &p->script.scenes[i];
        if (s->from == WIRE_FROM_SERVER || s->is_done)
            continue;
        *is_exact = str_eq(s->body, body);
        if (*is_exact)
            return s;
        if (!same_id && id >= 0 && s->id == id)
            same_id = s;
    }
    return same_id;
}

static bool take_offer(struct replay *p, struct str body)
{
    struct wire_offer offer;
    struct error e;
    if (!wire_offer_parse(body, &offer, &e)) {
        leave(p, e.text);
        return false;
    }
    tell(p, WIRE_TO_SERVER, body, NULL, true);
    if (p->script.version < offer.min || p->script.version > offer.max) {
        leave(p, "the client does not speak the version of the recording");
        return false;
    }
    p->has_offered = true;
    p->script.scenes[0].is_done = true;
    return send_scenes(p);
}

static bool take_frame(struct replay *p, struct str body)
{
    bool is_exact = false;
    if (!p->has_offered)
        return take_offer(p, body);
    struct wire_scene *s = find_scene(p, body, &is_exact);
    tell(p, WIRE_TO_SERVER, body, !s ? "none" : is_exact ? "exact" : "id", false);
    if (!s)
        return true;
    s->is_done = true;
    return p->at == p->script.n || send_scenes(p);
}

static void on_data(void *self, struct str bytes)
{
    struct replay *p = self;
    struct str body;
    struct error e;
    enum wire_next next;
    wire_reader_feed(&p->reader, bytes.p, bytes.n);
    while ((next = wire_reader_next(&p->reader, &body, &e)) == WIRE_NEXT_FRAME)
        if (!take_frame(p, body))
            return;
    if (next == WIRE_NEXT_BROKEN)
        leave(p, e.text);
}

static void on_close(void *self, const struct error *why)
{
    struct replay *p = self;
    p->client = NULL;
    leave(p, why ? why->text : "the client went");
}

static void on_stream(void *self, struct stream *stream)
{
    struct replay *p = self;
    if (p->client || p->is_over)
        return; /* one client only: a stream without an owner is closed */
    p->client = stream;
    stream_own(stream, &(struct stream_owner){.on_data = on_data, .on_close = on_close, .self = p});
    say(p, "connected", stream_peer(stream));
}

static void turn(void *self, struct moment now)
{
    struct replay *p = self;
    (void)now;
    wire_lines_flush(p->out);
    if (p->out->failed)
        loop_stop(p->loop);
}

static void on_signal(void *self, enum loop_signal signal)
{
    struct replay *p = self;
    if (signal == LOOP_SIGNAL_TERM || signal == LOOP_SIGNAL_INT)
        loop_stop(p->loop);
}

static bool play(struct replay *p, const struct wire_options *o, struct error *e)
{
    struct listener_config config = {.at = {.host = o->listen.host, .port = o->listen.port},
                                     .max_streams = 2,
                                     .out_cap = QUEUE_MAX,
                                     .on_stream = on_stream,
                                     .self = p};
    p->listener = listener_open(p->loop, &config, e);
    if (!p->listener)
        return false;
    struct json_writer *w = wire_line_begin(p->out);
    json_key(w, "event");
    json_text(w, "listening");
    json_key(w, "port");
    json_i64(w, listener_port(p->listener));
    wire_line_end(p->out);
    loop_run(p->loop);
    return p->at == p->script.n || error_set(e, ERROR_INVALID, "INCOMPLETE",
                                             "the client did not ask all that was recorded");
}

bool wire_replay(const struct wire_options *o, struct wire_lines *out, struct error *e)
{
    struct replay p = {.out = out};
    bool ok = wire_script_load(&p.script, o->file, e);
    if (ok) {
        wire_reader_init(&p.reader, LIMIT_FRAME, true);
        p.loop = loop_new(&(struct loop_owner){turn, on_signal, &p});
        ok = play(&p, o, e);
        stream_close(p.client);
        listener_close(p.listener);
        loop_free(p.loop);
        wire_reader_fini(&p.reader);
    }
    wire_script_fini(&p.script);
    return ok;
}
