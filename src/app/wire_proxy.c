/* SPDX-License-Identifier: MIT */
/*
 * The proxy of `portcullis wire`. Each client has a link: its own connection to the gateway, and a
 * reader for each direction. Bytes are passed on frame by frame, because only a whole frame can be
 * told to be harmless. What is not known to be harmless does not pass.
 */
#include "app/wire_tool.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "sys/files.h"
#include "wire/frame.h"
#include "wire/mask.h"
#include "wire/message.h"
#include "wire/print.h"
#include "wire/reply.h"
#include "wire/request.h"

#include <stdio.h>
#include <string.h>

enum {
    LINKS_MAX = 32,
    QUEUE_MAX = 64 << 20, /* bytes that wait for one side; more than two of the largest frames */
    CONNECT_MS = 10000,
    PATH_ROOM = 4096,
    CODE_ID_IN_USE = 326 /* what a gateway says to a client id that is taken */
};

struct proxy {
    const struct wire_options *o;
    struct wire_lines *out;
    struct loop *loop;
    struct listener *listener;
    struct link *links;
    int32_t link_count; /* so far */
    struct buf frame;   /* of the frame in work */
    struct error failure;
};

struct link {
    struct proxy *p;
    int32_t number;
    struct stream *client, *server; /* server == NULL: it is gone, the client may still read */
    struct wire_reader from_client, from_server;
    bool has_offered;
    int version; /* 0: not negotiated yet */
    struct instant begin;
    struct buf offer; /* the client's, until the version is known */
    struct append_file *file;
    struct buf record; /* lines not yet in the file */
    struct wire_mask mask;
    struct link *next, **prior;
};

/* ---- lines of output ---- */

static struct json_writer *begin_line(struct link *k)
{
    struct json_writer *w = wire_line_begin(k->p->out);
    json_key(w, "time");
    json_time(w, loop_now(k->p->loop).wall);
    json_key(w, "connection");
    json_i64(w, k->number);
    return w;
}

static void say(struct link *k, const char *event, const char *text)
{
    struct json_writer *w = begin_line(k);
    json_key(w, "event");
    json_text(w, event);
    if (text) {
        json_key(w, "text");
        json_text(w, text);
    }
    wire_line_end(k->p->out);
}

/* ---- links ---- */

static bool flush_record(struct link *k)
{
    bool ok = !k->record.failed &&
              (!k->record.n || append_write(k->file, buf_str(&k->record), &k->p->failure));
    if (k->record.failed)
        error_set(&k->p->failure, ERROR_LIMIT, "TOO_LARGE", "too much waits to be recorded");
    buf_reset(&k->record);
    if (!ok)
        loop_stop(k->p->loop);
    return ok;
}

static void link_free(struct link *k)
{
    if (k->file)
        (void)flush_record(k);
    append_close(k->file);
    stream_close(k->client);
    stream_close(k->server);
    wire_reader_fini(&k->from_client);
    wire_reader_fini(&k->from_server);
    buf_fini(&k->offer);
    buf_fini(&k->record);
    *k->prior = k->next;
    if (k->next)
        k->next->prior = k->prior;
    xfree(k);
}

static bool end_link(struct link *k, const char *why)
{
    say(k, "closed", why);
    link_free(k);
    return false;
}

/* The server goes at once; the client may still read why. False, for whoever works on a frame. */
static bool refuse(struct link *k, const char *why)
{
    struct wire_rep_error reply = {
        .id = -1, .error_code = CODE_ID_IN_USE, .error_msg = str_of(why)};
    struct error e;
    say(k, "refused", why);
    stream_close(k->server);
    k->server = NULL;
    buf_reset(&k->p->frame);
    if (k->version &&
        wire_encode(WIRE_TO_CLIENT, WIRE_REP_ERROR, &reply, k->version, &k->p->frame, &e))
        (void)!stream_send(k->client, buf_str(&k->p->frame));
    stream_end(k->client);
    return false;
}

/* ---- recording ---- */

static void keep(struct link *k, enum wire_recorded_from from, struct str body)
{
    struct instant now = loop_now(k->p->loop).mono;
    if (k->file)
        wire_recording_add(&k->record, (now.ns - k->begin.ns) / NS_PER_US, from, body);
}

static void begin_recording(struct link *k, struct str hello)
{
    if (!k->file)
        return;
    wire_recording_begin(&k->record, k->version, k->p->o->masks);
    wire_recording_add(&k->record, 0, WIRE_FROM_CLIENT, buf_str(&k->offer));
    keep(k, WIRE_FROM_SERVER, hello);
}

/* The members of the frame, and its line in the recording. False if it cannot be decoded. */
static bool tell_frame(struct link *k, struct json_writer *w, enum wire_recorded_from from,
                       struct str body, struct wire_any *any)
{
    enum wire_direction way = from == WIRE_FROM_SERVER ? WIRE_TO_CLIENT : WIRE_TO_SERVER;
    struct buf masked;
    struct error e = {0};
    if (!k->p->o->masks) {
        keep(k, from, body);
        return wire_print_frame(way, body, k->version, k->p->out->arena, w, any);
    }
    buf_init(&masked, LIMIT_FRAME);
    bool ok =
        wire_mask(&k->mask, way, body, k->version, k->p->out->arena, &masked, &e) && masked.n > 0;
    if (ok) {
        keep(k, from, buf_str(&masked));
        ok = wire_print_frame(way, buf_str(&masked), k->version, k->p->out->arena, w, NULL);
    } else {
        json_key(w, "error");
        json_text(w, e.text);
        if (k->file)
            buf_add_f(&k->record, "# a frame of %zu bytes is left out: it cannot be masked\n",
                      body.n);
    }
    buf_fini(&masked);
    return ok;
}

/* ---- what may pass ---- */

/* Why a client's message must not reach the gateway; NULL if it may. */
static const char *why_dropped(const struct wire_any *any)
{
    if (any->id < 0 || !wire_find(WIRE_TO_SERVER, any->id))
        return "a message that is not known might change the account";
    return wire_may_change_account(any->id) || any->id == WIRE_REQ_AUTO_OPEN_ORDERS
               ? "it could change the account; --allow-orders lets it pass"
               : NULL;
}

/* False: the link has been refused. */
static bool check_client_id(struct link *k, const struct wire_any *any)
{
    int32_t reserved = k->p->o->reserved_id;
    char text[200];
    if (any->id != WIRE_REQ_START_API || reserved < 0)
        return true;
    if (!any->type)
        return refuse(k, "The client id cannot be read from startApi.");
    const struct wire_req_start_api *m = any->message;
    if (m->client_id != reserved)
        return true;
    (void)snprintf(text, sizeof text,
                   "Client id %d is the one that portcullisd uses, and a gateway would cut it off: "
                   "choose another id, or give --reserve-id none to the proxy.",
                   (int)reserved);
    return refuse(k, text);
}

/* ---- frames from the client; false: the link has ended or takes no more ---- */

static bool pass_on(struct link *k, struct stream *to, struct str bytes, bool is_whole)
{
    struct buf *b = &k->p->frame;
    if (!is_whole) {
        buf_reset(b);
        if (!wire_frame_add(b, bytes))
            return end_link(k, "a frame is too long");
        bytes = buf_str(b);
    }
    return stream_send(to, bytes) || end_link(k, "one side reads too slowly");
}

static bool client_offer(struct link *k, struct str body)
{
    struct wire_offer offer;
    struct error e;
    if (!wire_offer_parse(body, &offer, &e))
        return end_link(k, e.text);
    struct json_writer *w = begin_line(k);
    wire_line_from(w, WIRE_TO_SERVER);
    wire_line_handshake(w, WIRE_TO_SERVER, body);
    wire_line_end(k->p->out);
    if (offer.min > WIRE_VERSION_PROTO_MAX || offer.max < WIRE_VERSION_MIN)
        return refuse(k, "no server version that the client offers is known here");
    if (offer.max > WIRE_VERSION_PROTO_MAX) {
        offer.max = WIRE_VERSION_PROTO_MAX;
        say(k, "note", "the offer is cut: later server versions are not known here");
    }
    if (offer.min < WIRE_VERSION_MIN)
        offer.min = WIRE_VERSION_MIN;
    struct buf *b = &k->p->frame;
    buf_reset(b);
    k->has_offered = true;
    buf_add_str(&k->offer, body);
    if (!wire_offer_build(b, offer.min, offer.max, offer.options))
        return end_link(k, "the offer of the client is too long");
    return pass_on(k, k->server, buf_str(b), true);
}

static bool client_frame(struct link *k, struct str body)
{
    struct wire_any any;
    struct error e;
    if (!k->has_offered)
        return client_offer(k, body);
    if (!k->version)
        return end_link(k, "the client did not wait for the server's version");
    struct json_writer *w = begin_line(k);
    /* decoded from the true bytes, whatever is shown; the line's arena holds both */
    (void)!wire_decode(WIRE_TO_SERVER, body, k->version, k->p->out->arena, &any, &e);
    const char *why = k->p->o->allows_orders ? NULL : why_dropped(&any);
    wire_line_from(w, WIRE_TO_SERVER);
    if (why) {
        json_key(w, "dropped");
        json_text(w, why);
    }
    (void)tell_frame(k, w, why ? WIRE_FROM_DROPPED : WIRE_FROM_CLIENT, body, NULL);
    wire_line_end(k->p->out);
    if (!check_client_id(k, &any))
        return false;
    return why || pass_on(k, k->server, body, false);
}

static void client_data(void *self, struct str bytes)
{
    struct link *k = self;
    struct str body;
    struct error e;
    if (!k->server)
        return; /* refused: nothing more is heard */
    wire_reader_feed(&k->from_client, bytes.p, bytes.n);
    for (;;) {
        enum wire_next next = wire_reader_next(&k->from_client, &body, &e);
        if (next == WIRE_NEXT_MORE)
            return;
        if (next == WIRE_NEXT_BROKEN) {
            end_link(k, e.text);
            return;
        }
        if (!client_frame(k, body))
            return;
    }
}

static void client_closed(void *self, const struct error *why)
{
    struct link *k = self;
    k->client = NULL;
    end_link(k, why ? why->text : "the client went");
}

/* ---- frames from the server ---- */

static bool server_hello(struct link *k, struct str body)
{
    struct wire_hello hello;
    struct error e;
    struct json_writer *w = begin_line(k);
    wire_line_from(w, WIRE_TO_CLIENT);
    if (!wire_line_handshake(w, WIRE_TO_CLIENT, body)) {
        json_key(w, "error");
        json_text(w, "not an answer to the handshake");
    }
    wire_line_end(k->p->out);
    if (!wire_hello_parse(body, WIRE_VERSION_MIN, WIRE_VERSION_PROTO_MAX, &hello, &e))
        return refuse(k, e.text);
    k->version = hello.version;
    begin_recording(k, body);
    return pass_on(k, k->client, body, false);
}

static bool server_frame(struct link *k, struct str body)
{
    if (!k->version)
        return server_hello(k, body);
    struct json_writer *w = begin_line(k);
    wire_line_from(w, WIRE_TO_CLIENT);
    (void)tell_frame(k, w, WIRE_FROM_SERVER, body, NULL);
    wire_line_end(k->p->out);
    return pass_on(k, k->client, body, false);
}

static void server_data(void *self, struct str bytes)
{
    struct link *k = self;
    struct str body;
    struct error e;
    wire_reader_feed(&k->from_server, bytes.p, bytes.n);
    for (;;) {
        enum wire_next next = wire_reader_next(&k->from_server, &body, &e);
        if (next == WIRE_NEXT_MORE)
            return;
        if (next == WIRE_NEXT_BROKEN) {
            end_link(k, e.text);
            return;
        }
        if (!server_frame(k, body))
            return;
    }
}

static void server_open(void *self)
{
    struct link *k = self;
    stream_resume(k->client);
}

/* What the server said last is still for the client. */
static void server_closed(void *self, const struct error *why)
{
    struct link *k = self;
    k->server = NULL;
    say(k, "server_closed", why ? why->text : NULL);
    stream_resume(k->client);
    stream_end(k->client);
}

/* ---- new clients ---- */

/* Each connection has a file of its own; one that exists stays as it is. */
static bool open_record(struct link *k)
{
    struct proxy *p = k->p;
    char path[PATH_ROOM];
    int n = k->number == 1 ? snprintf(path, sizeof path, "%s", p->o->file)
                           : snprintf(path, sizeof path, "%s.%d", p->o->file, (int)k->number);
    if (n < 0 || (size_t)n >= sizeof path)
        return error_set(&p->failure, ERROR_INVALID, "BAD_PATH",
                         "the name of the file is too long");
    if (file_exists(path)) {
        error_set(&p->failure, ERROR_CONFLICT, "EXISTS", "%s exists", path);
        return error_next(&p->failure, "give --record another name");
    }
    k->file = append_open(path, &p->failure);
    return k->file != NULL;
}

static void new_client(void *self, struct stream *stream)
{
    struct proxy *p = self;
    struct link *k = xcalloc(1, sizeof *k);
    *k = (struct link){.p = p,
                       .number = ++p->link_count,
                       .client = stream,
                       .begin = loop_now(p->loop).mono,
                       .next = p->links,
                       .prior = &p->links};
    if (k->next)
        k->next->prior = &k->next;
    p->links = k;
    buf_init(&k->offer, LIMIT_FRAME);
    buf_init(&k->record, WIRE_TOOL_TEXT);
    wire_reader_init(&k->from_client, LIMIT_FRAME, true);
    wire_reader_init(&k->from_server, LIMIT_FRAME, false);
    stream_own(stream, &(struct stream_owner){
                           .on_data = client_data, .on_close = client_closed, .self = k});
    stream_pause(stream); /* until there is a gateway to talk to */
    say(k, "connected", stream_peer(stream));
    k->server = stream_connect(
        p->loop, &(struct net_address){.host = p->o->to.host, .port = p->o->to.port}, QUEUE_MAX,
        CONNECT_MS,
        &(struct stream_owner){
            .on_open = server_open, .on_data = server_data, .on_close = server_closed, .self = k});
    if (p->o->file && !open_record(k))
        loop_stop(p->loop);
}

/* ---- the loop ---- */

static void turn(void *self, struct moment now)
{
    struct proxy *p = self;
    (void)now;
    for (struct link *k = p->links; k; k = k->next)
        if (k->file && !flush_record(k))
            return;
    wire_lines_flush(p->out);
    if (p->out->failed) /* nobody reads any more */
        loop_stop(p->loop);
}

static void on_signal(void *self, enum loop_signal signal)
{
    struct proxy *p = self;
    if (signal == LOOP_SIGNAL_TERM || signal == LOOP_SIGNAL_INT)
        loop_stop(p->loop);
}

static void say_listening(struct proxy *p)
{
    struct json_writer *w = wire_line_begin(p->out);
    json_key(w, "event");
    json_text(w, "listening");
    json_key(w, "port");
    json_i64(w, listener_port(p->listener));
    wire_line_end(p->out);
}

bool wire_proxy(const struct wire_options *o, struct wire_lines *out, struct error *e)
{
    struct proxy p = {.o = o, .out = out};
    struct listener_config config = {.at = {.host = o->listen.host, .port = o->listen.port},
                                     .max_streams = LINKS_MAX,
                                     .out_cap = QUEUE_MAX,
                                     .on_stream = new_client,
                                     .self = &p};
    buf_init(&p.frame, LIMIT_FRAME + 64);
    p.loop = loop_new(&(struct loop_owner){turn, on_signal, &p});
    p.listener = listener_open(p.loop, &config, e);
    if (p.listener) {
        say_listening(&p);
        loop_run(p.loop);
        *e = p.failure;
    }
    bool ok = p.listener && p.failure.code == ERROR_NONE;
    while (p.links)
        link_free(p.links);
    if (ok)
        *e = p.failure; /* of a last write */
    listener_close(p.listener);
    loop_free(p.loop);
    buf_fini(&p.frame);
    return ok && p.failure.code == ERROR_NONE;
}
