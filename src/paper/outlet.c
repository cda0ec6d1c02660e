/* SPDX-License-Identifier: MIT */
#include "paper/outlet.h"

#include "base/alloc.h"
#include "paper/paper_private.h"

#include <stdio.h>
#include <string.h>

static const int64_t swap_wait_ns = (int64_t)250 * NS_PER_MS;

struct outlet_held {
    struct outlet_held *next;
    int64_t due_ns;
    bool is_swap; /* waits for another of its kind to pass */
    int id;
    size_t n;
    char bytes[];
};

/* ---- kinds of messages ---- */
static const struct {
    const char *name;
    int ids[16]; /* ends with 0 */
} classes[] = {
    {"orders",
     {WIRE_REP_OPEN_ORDER, WIRE_REP_ORDER_STATUS, WIRE_REP_EXEC_DETAILS,
      WIRE_REP_COMMISSION_REPORT}},
    {"quotes",
     {WIRE_REP_TICK_PRICE, WIRE_REP_TICK_SIZE, WIRE_REP_TICK_GENERIC, WIRE_REP_TICK_STRING,
      WIRE_REP_TICK_OPTION_COMPUTATION, WIRE_REP_TICK_BY_TICK, WIRE_REP_MARKET_DEPTH,
      WIRE_REP_MARKET_DEPTH_L2, WIRE_REP_REAL_TIME_BAR}},
    {"account",
     {WIRE_REP_ACCOUNT_VALUE, WIRE_REP_PORTFOLIO_VALUE, WIRE_REP_ACCOUNT_UPDATE_TIME,
      WIRE_REP_ACCOUNT_DOWNLOAD_END, WIRE_REP_POSITION, WIRE_REP_POSITION_END,
      WIRE_REP_ACCOUNT_SUMMARY, WIRE_REP_ACCOUNT_SUMMARY_END, WIRE_REP_PNL, WIRE_REP_PNL_SINGLE}},
};

static const int *class_of(struct str what)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (str_eq(what, str_of(classes[i].name)))
            return classes[i].ids;
    return NULL;
}

bool outlet_matches(struct str what, int id)
{
    int64_t number;
    const int *ids = class_of(what);
    if (str_eq(what, STR("any")))
        return true;
    if (str_to_i64(what, &number))
        return number == id;
    if (ids == NULL) {
        const struct wire_message *m = wire_find(WIRE_TO_CLIENT, id);
        return m != NULL && str_ieq(what, str_of(m->name));
    }
    while (*ids != 0 && *ids != id)
        ids++;
    return *ids != 0;
}

bool outlet_knows(struct str what)
{
    if (str_eq(what, STR("any")) || class_of(what) != NULL)
        return true;
    for (const struct wire_message *m = wire_next_message(NULL); m != NULL;
         m = wire_next_message(m))
        if (m->direction == WIRE_TO_CLIENT && outlet_matches(what, m->id))
            return true;
    return false;
}

/* ---- keeping back ---- */
/* Takes the bytes behind `at` out of the queue; false if too many are kept already. */
static bool hold(struct paper_peer *peer, size_t at, int id, int64_t due_ns, bool is_swap)
{
    if (peer->held_count == OUTLET_HELD_MAX)
        return false;
    size_t n = peer->out.n - at;
    struct outlet_held *h = xmalloc(sizeof *h + n);
    *h = (struct outlet_held){.due_ns = due_ns, .is_swap = is_swap, .id = id, .n = n};
    memcpy(h->bytes, buf_str(&peer->out).p + at, n);
    buf_cut(&peer->out, at);
    struct outlet_held **end = &peer->held;
    while (*end != NULL && (*end)->due_ns <= due_ns)
        end = &(*end)->next;
    h->next = *end;
    *end = h;
    peer->held_count++;
    return true;
}

static void let_go(struct paper_peer *peer, struct outlet_held **at)
{
    struct outlet_held *h = *at;
    *at = h->next;
    peer->held_count--;
    (void)buf_add(&peer->out, h->bytes, h->n); /* a full queue fails and is noticed when sending */
    xfree(h);
}

void outlet_step(struct paper *p, struct paper_peer *peer)
{
    while (peer->held != NULL && peer->held->due_ns <= p->now_ns)
        let_go(peer, &peer->held);
}

int64_t outlet_next(const struct paper_peer *peer)
{
    return peer->held != NULL ? peer->held->due_ns : INT64_MAX;
}

void outlet_forget(struct paper_peer *peer)
{
    while (peer->held != NULL) {
        struct outlet_held *h = peer->held;
        peer->held = h->next;
        xfree(h);
    }
    peer->held_count = 0;
}

/* True once a pair has changed places. */
static bool change_places(struct paper *p, struct paper_peer *peer, const struct filter *f,
                          size_t at, int id)
{
    for (struct outlet_held **h = &peer->held; *h != NULL; h = &(*h)->next)
        if ((*h)->is_swap && outlet_matches(str_of(f->what), (*h)->id)) {
            let_go(peer, h);
            return true;
        }
    (void)hold(peer, at, id, p->now_ns + swap_wait_ns, true);
    return false;
}

/* ---- treating ---- */
/* One filter on the message whose frame stands behind `at`; true if that used it up by one. */
static bool treat(struct paper *p, struct paper_peer *peer, const struct filter *f, size_t at,
                  int id)
{
    struct buf copy;
    switch (f->how) {
    case FILTER_DROP:
        buf_cut(&peer->out, at);
        break;
    case FILTER_DUPLICATE:
        buf_init(&copy, PEER_OUT_MAX);
        (void)buf_add(&copy, buf_str(&peer->out).p + at, peer->out.n - at);
        (void)buf_add_str(&peer->out, buf_str(&copy));
        buf_fini(&copy);
        break;
    case FILTER_DELAY:
        (void)hold(peer, at, id, p->now_ns + f->delay_ns, false);
        break;
    case FILTER_REORDER:
        return change_places(p, peer, f, at, id);
    case FILTER_TRUNCATE:
        buf_cut(&peer->out, at + (peer->out.n - at) / 2);
        peer->is_closing = true;
        break;
    }
    return true;
}

static void filter(struct paper *p, struct paper_peer *peer, size_t at, int id)
{
    struct faults *fs = &p->faults;
    for (size_t i = 0; i < fs->filter_count && peer->out.n > at; i++) {
        struct filter *f = &fs->filters[i];
        if ((f->client != FAULTS_ANY && f->client != peer->client_id) ||
            !outlet_matches(str_of(f->what), id) || !treat(p, peer, f, at, id) || f->is_endless ||
            --f->left > 0)
            continue;
        memmove(f, f + 1, (fs->filter_count - i - 1) * sizeof *f);
        fs->filter_count--;
        i--;
    }
}

void peer_send(struct paper *p, struct paper_peer *peer, int id, const void *message)
{
    if (peer->is_closing || peer->is_dead)
        return;
    faults_count(p, FAULT_MESSAGES, 1, peer);
    if (peer->is_closing || peer->is_dead)
        return;
    struct error e = {0};
    size_t at = peer->out.n;
    if (wire_encode(WIRE_TO_CLIENT, id, message, peer->version, &peer->out, &e)) {
        if (p->faults.filter_count > 0)
            filter(p, peer, at, id);
        return;
    }
    if (peer->out.failed) {
        log_warn(&p->log, "client=%d closed: it reads too slowly", (int)peer->client_id);
        peer->is_closing = true;
        return;
    }
    /* a message that this client's version does not have is not sent */
    log_debug(&p->log, "client=%d message=%d not sent: %s", (int)peer->client_id, id, e.text);
}

void peer_error(struct paper *p, struct paper_peer *peer, int32_t id, int code, const char *fmt,
                ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const struct wire_rep_error m = {.id = id,
                                     .error_code = code,
                                     .error_msg = str_of(text),
                                     .error_time = p->now_ns / NS_PER_MS};
    peer_send(p, peer, WIRE_REP_ERROR, &m);
}

void peer_end(struct paper *p, struct paper_peer *peer, int id, int32_t req_id)
{
    const struct wire_id m = {req_id};
    peer_send(p, peer, id, &m);
}
