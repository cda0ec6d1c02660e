/* SPDX-License-Identifier: MIT */
#include "app/paper_port.h"

#include "base/alloc.h"
#include "paper/control.h"

enum { CALLERS_MAX = 16, CALLER_OUT_MAX = 2 * CONTROL_ANSWER_MAX };

struct caller {
    struct paper_port *port;
    struct stream *stream;
    struct buf in, out;
    bool waits;    /* for the simulated time to get where the last line sent it */
    bool has_said; /* something that was understood */
    bool is_ending, input_ended;
    struct caller *next, **link;
};

struct paper_port {
    struct loop *loop;
    struct listener *listener;
    struct paper *const *paper;
    struct caller *callers;
};

static void caller_free(struct caller *c)
{
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    buf_fini(&c->in);
    buf_fini(&c->out);
    xfree(c);
}

static void caller_data(void *self, struct str bytes)
{
    struct caller *c = self;
    if (!c->is_ending && !buf_add_str(&c->in, bytes))
        c->is_ending = true;
    loop_again(c->port->loop);
}

static void caller_end(void *self)
{
    struct caller *c = self;
    c->input_ended = true;
    loop_again(c->port->loop);
}

static void caller_closed(void *self, const struct error *why)
{
    (void)why;
    caller_free(self);
}

static void caller_new(void *self, struct stream *stream)
{
    struct paper_port *port = self;
    struct caller *c = xcalloc(1, sizeof *c);
    *c = (struct caller){.port = port, .stream = stream, .link = &port->callers};
    buf_init(&c->in, (size_t)8 * CONTROL_LINE_MAX);
    buf_init(&c->out, CALLER_OUT_MAX);
    c->next = port->callers;
    if (c->next)
        c->next->link = &c->next;
    port->callers = c;
    stream_own(stream, &(struct stream_owner){.on_data = caller_data,
                                              .on_end = caller_end,
                                              .on_close = caller_closed,
                                              .self = c});
}

struct paper_port *paper_port_open(struct loop *l, const char *path, uint16_t port,
                                   struct paper *const *paper, struct error *e)
{
    struct paper_port *p = xcalloc(1, sizeof *p);
    struct listener_config config = {.at = {.path = path, .host = "127.0.0.1", .port = port},
                                     .max_streams = CALLERS_MAX,
                                     .out_cap = CALLER_OUT_MAX,
                                     .on_stream = caller_new,
                                     .self = p};
    p->loop = l;
    p->paper = paper;
    p->listener = listener_open(l, &config, e);
    if (!p->listener) {
        xfree(p);
        return NULL;
    }
    return p;
}

uint16_t paper_port_number(const struct paper_port *port)
{
    return listener_port(port->listener);
}

/* ---- lines ---- */

static void run_line(struct caller *c, struct str line, struct moment now)
{
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    switch (control_run(*c->port->paper, line, now, &c->out)) {
    case CONTROL_DONE:
        c->has_said = true;
        break;
    case CONTROL_LATER:
        c->has_said = true;
        c->waits = true;
        break;
    case CONTROL_UNKNOWN:
        c->is_ending = !c->has_said;
        break;
    }
}

static void answer(struct caller *c, struct moment now)
{
    if (c->waits && !paper_is_led(*c->port->paper)) {
        c->waits = false;
        control_finish(*c->port->paper, &c->out);
    }
    while (!c->waits && !c->is_ending) {
        struct str in = buf_str(&c->in);
        size_t end = str_find(in, '\n', 0);
        if (end == in.n && in.n > CONTROL_LINE_MAX)
            c->is_ending = true;
        if (end == in.n)
            break;
        run_line(c, str_sub(in, 0, end), now);
        buf_consume(&c->in, end + 1);
    }
    if (c->input_ended && !c->waits)
        c->is_ending = true;
}

void paper_port_turn(struct paper_port *port, struct moment now)
{
    for (struct caller *c = port->callers; c; c = c->next)
        if (!c->is_ending)
            answer(c, now);
}

void paper_port_send(struct paper_port *port)
{
    for (struct caller *c = port->callers, *next; c; c = next) {
        next = c->next;
        bool ok = !c->out.n || stream_send(c->stream, buf_str(&c->out));
        buf_reset(&c->out);
        if (!ok) {
            stream_close(c->stream);
            caller_free(c);
        } else if (c->is_ending && !c->waits) {
            c->waits = true; /* once */
            stream_end(c->stream);
        }
    }
}

void paper_port_close(struct paper_port *port)
{
    if (!port)
        return;
    while (port->callers) {
        stream_close(port->callers->stream);
        caller_free(port->callers);
    }
    listener_close(port->listener);
    xfree(port);
}
