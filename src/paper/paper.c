/* SPDX-License-Identifier: MIT */
#include "base/alloc.h"
#include "base/limits.h"
#include "paper/outlet.h"
#include "paper/paper_private.h"

#include <assert.h>
#include <string.h>

/* ---- time ---- */
enum { LEAD_OUT_MAX = 1 << 20, LEAD_ROUNDS_MAX = 2000 };

/* What the simulated clock shows is the time of all that follows. */
static void show_now(struct paper *p)
{
    p->now_ns = p->clock.now_ns;
    universe_today(p->universe, paper_now_s(p));
}

static void set_now(struct paper *p, struct moment now)
{
    p->now = now;
    sim_clock_set(&p->clock, now);
    show_now(p);
}

int64_t paper_now_s(const struct paper *p)
{
    return p->now_ns / NS_PER_S;
}

struct utc paper_time(const struct paper *p)
{
    return (struct utc){p->now_ns};
}

static void move_market(struct paper *p)
{
    if (p->faults.restart_until_ns != 0 && p->now_ns >= p->faults.restart_until_ns) {
        p->faults.restart_until_ns = 0;
        faults_freeze(p);
    }
    faults_step(p);
    accounts_step(p);
    venue_step(p->venue, p->now_ns);
    orders_publish(p);
}

void paper_advance_to(struct paper *p, struct moment now)
{
    set_now(p, now);
    move_market(p);
}

static void step_peers(struct paper *p)
{
    for (struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next) {
        if (!peer->is_started || peer->is_closing || peer->is_dead)
            continue;
        arena_reset(p->arena);
        outlet_step(p, peer);
        data_step(p, peer);
        account_step(p, peer);
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The simulated time at which something happens by itself; VENUE_NEVER if nothing does. */
static int64_t next_event(const struct paper *p)
{
    int64_t next = earlier(venue_next(p->venue), faults_next(p));
    next = earlier(next, accounts_next(p));
    for (const struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next) {
        if (!peer->is_started || peer->is_closing || peer->is_dead)
            continue;
        next = earlier(next, data_next(p, peer));
        next = earlier(next, outlet_next(peer));
        next = earlier(next, account_next(peer));
    }
    return next;
}

/* True once so much waits to be sent or kept that the owner must first take it. */
static bool is_full(const struct paper *p)
{
    for (const struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next)
        if (peer->out.n > LEAD_OUT_MAX)
            return true;
    return p->records.n > LEAD_OUT_MAX;
}

void paper_step(struct paper *p, struct moment now)
{
    paper_advance_to(p, now);
    step_peers(p);
    for (int i = 0; sim_clock_is_led(&p->clock) && i < LEAD_ROUNDS_MAX && !is_full(p); i++) {
        int64_t next = next_event(p);
        sim_clock_lead(&p->clock, next > p->now_ns ? next : p->now_ns + 1, now);
        show_now(p);
        move_market(p);
        step_peers(p);
    }
}

struct instant paper_next(const struct paper *p)
{
    int64_t next = next_event(p);
    if (next == VENUE_NEVER && !sim_clock_is_led(&p->clock))
        return INSTANT_NEVER;
    return sim_clock_when(&p->clock, next, p->now);
}

bool paper_set_speed(struct paper *p, int speed, struct moment now)
{
    paper_advance_to(p, now);
    if (speed < 1 || speed > SIM_SPEED_MAX)
        return false;
    sim_clock_speed(&p->clock, speed, now);
    return true;
}

void paper_pause(struct paper *p, bool is_paused, struct moment now)
{
    paper_advance_to(p, now);
    sim_clock_pause(&p->clock, is_paused, now);
}

bool paper_lead(struct paper *p, int64_t ms, struct moment now)
{
    paper_advance_to(p, now);
    if (ms < 0 || ms > PAPER_LEAD_MS_MAX || sim_clock_is_led(&p->clock))
        return false;
    sim_clock_aim(&p->clock, ms * NS_PER_MS, now);
    return true;
}

bool paper_is_led(const struct paper *p)
{
    return sim_clock_is_led(&p->clock);
}

void paper_clock(const struct paper *p, struct paper_config *config)
{
    config->has_start = !p->clock.follows_wall;
    config->start = paper_time(p);
    config->speed = p->clock.speed;
    config->is_paused = p->clock.is_paused;
}

/* ---- life ---- */
static bool bad_config(struct error *e, const char *what)
{
    return error_set(e, ERROR_INVALID, "PAPER_CONFIG", "paper exchange: %s", what);
}

static bool set_config(struct paper *p, const struct paper_config *c, struct moment now,
                       struct error *e)
{
    const char *accounts = c->accounts != NULL ? c->accounts : "DU9000001";
    const char *zone = c->zone_name != NULL ? c->zone_name : "UTC";
    if (!accounts_parse(p->accounts, str_of(accounts), &c->terms, e))
        return false;
    p->max_version = c->max_version != 0 ? c->max_version : WIRE_VERSION_MAX;
    if (p->max_version < WIRE_VERSION_MIN || p->max_version > WIRE_VERSION_PROTO_MAX)
        return bad_config(e, "the version is not one that it speaks");
    p->zone = hours_zone(str_of(zone));
    if (p->zone < 0)
        return bad_config(e, "the time zone is not known");
    int speed = c->speed != 0 ? c->speed : 1;
    if (speed < 1 || speed > SIM_SPEED_MAX)
        return bad_config(e, "the speed must be between 1 and 10000");
    sim_clock_init(&p->clock, c->has_start ? &c->start.ns : NULL, speed, now);
    p->clock.is_paused = c->is_paused;
    p->real_pacing = c->real_pacing;
    p->now = now;
    p->now_ns = p->clock.now_ns;
    p->seed = c->seed;
    if (c->no_subscription != NULL &&
        !str_copy(p->unsubscribed, sizeof p->unsubscribed, str_of(c->no_subscription)))
        return bad_config(e, "the list of exchanges without a subscription is too long");
    p->opening = c->no_opening ? OPENING_CASH : OPENING_PORTFOLIO;
    p->log = c->log;
    return true;
}

/* Every amount must be convertible into the base currency. */
static bool check_rates(const struct paper *p, struct error *e)
{
    for (size_t i = 0; i < universe_count(p->universe); i++) {
        const struct contract *c = &universe_at(p->universe, i)->contract;
        struct dec rate;
        if (!feed_rate(p->feed, STR_NAME(c->currency), 0, &rate) ||
            (c->sec_type == SEC_CASH && !feed_rate(p->feed, STR_NAME(c->symbol), 0, &rate)))
            return error_set(e, ERROR_INVALID, "INSTRUMENTS",
                             "instruments: no pair gives the rate for %s %s", c->symbol,
                             c->currency);
    }
    struct dec rate;
    const char *base = p->accounts->items[0].terms.base;
    if (!feed_rate(p->feed, str_of(base), 0, &rate))
        return bad_config(e, "no pair gives the rate of the base currency");
    return true;
}

static void fresh_state(struct paper *p)
{
    venue_free(p->venue);
    p->venue = venue_new(p->universe, p->feed, p->accounts, p->seed);
    for (size_t i = 0; i < p->accounts->count; i++)
        ledger_clear(&p->accounts->items[i].ledger);
    p->advisor_groups = (struct groups){0};
    buf_reset(&p->records);
    p->events_done = money_key_after(paper_now_s(p));
}

static void open_accounts(struct paper *p, enum record_opening opening)
{
    for (size_t i = p->accounts->has_advisor; i < p->accounts->count; i++)
        opening_apply(&p->accounts->items[i].ledger, p->universe, opening == OPENING_PORTFOLIO);
}

static void start_afresh(struct paper *p)
{
    char names[ACCOUNTS_TEXT_MAX];
    fresh_state(p);
    open_accounts(p, p->opening);
    accounts_names(p->accounts, ',', names);
    record_header(&p->records, names, p->opening, accounts_moment(p));
}

struct paper_market {
    struct universe *universe;
    struct feed *feed;
};

struct paper_market *paper_market_new(uint64_t seed, bool real_sessions, struct str instruments,
                                      struct error *e)
{
    struct universe *u = universe_new(instruments, e);
    if (u == NULL)
        return NULL;
    struct paper_market *m = xcalloc(1, sizeof *m);
    *m = (struct paper_market){u, feed_new(u, seed, real_sessions)};
    return m;
}

void paper_market_free(struct paper_market *m)
{
    if (m == NULL)
        return;
    feed_free(m->feed);
    universe_free(m->universe);
    xfree(m);
}

struct paper *paper_new(const struct paper_config *config, struct str instruments,
                        struct moment now, struct error *e)
{
    struct paper *p = xcalloc(1, sizeof *p);
    p->accounts = xcalloc(1, sizeof *p->accounts);
    p->arena = arena_new(LIMIT_CALL_ARENA);
    buf_init(&p->records, PAPER_RECORDS_MAX);
    bool ok = set_config(p, config, now, e);
    if (ok && config->market == NULL)
        p->own_market = paper_market_new(p->seed, config->real_sessions, instruments, e);
    const struct paper_market *market = config->market ? config->market : p->own_market;
    ok = ok && market != NULL;
    if (ok) {
        p->universe = market->universe;
        p->feed = market->feed;
        ok = check_rates(p, e);
    }
    if (!ok) {
        paper_free(p);
        return NULL;
    }
    faults_init(&p->faults, p->seed);
    show_now(p);
    start_afresh(p);
    venue_step(p->venue, p->now_ns);
    return p;
}

void paper_free(struct paper *p)
{
    if (p == NULL)
        return;
    while (p->peers != NULL) {
        struct paper_peer *peer = p->peers;
        p->peers = peer->next;
        peer_free(peer);
    }
    venue_free(p->venue);
    paper_market_free(p->own_market);
    xfree(p->accounts);
    arena_free(p->arena);
    faults_fini(&p->faults);
    xfree(p->scenes);
    buf_fini(&p->records);
    xfree(p);
}

/* ---- state ---- */
struct str paper_records(const struct paper *p)
{
    return buf_str(&p->records);
}

void paper_records_taken(struct paper *p, size_t n)
{
    assert(n <= p->records.n);
    buf_consume(&p->records, n);
}

void paper_hold(struct paper *p, const char *why)
{
    str_copy_cut(p->held, sizeof p->held, str_of(why));
    faults_freeze(p);
}

void paper_touch(struct paper *p)
{
    int64_t next_perm, next_seq;
    venue_counters(p->venue, &next_perm, &next_seq);
    record_counters(&p->records, next_perm, next_seq);
}

static bool bad_state(struct error *e, size_t line, const char *what)
{
    return error_set(e, ERROR_PROTOCOL, "STATE_FILE", "state file line %zu: %s", line, what);
}

static bool restore_line(struct paper *p, const struct record_line *l, size_t number,
                         struct error *e)
{
    bool ok = true;
    char names[ACCOUNTS_TEXT_MAX], why[160];
    if ((number == 1) != (l->type == 'H'))
        return bad_state(e, number, "the header must be the first line and nowhere else");
    switch (l->type) {
    case 'H':
        accounts_names(p->accounts, ',', names);
        if (!str_eq(STR_NAME(l->accounts), str_of(names)))
            return bad_state(e, number, "it belongs to other accounts");
        accounts_saw(p, l->at_s);
        if (l->opening != OPENING_NOTHING)
            open_accounts(p, l->opening);
        break;
    case 'O':
        ok = venue_restore_ticket(p->venue, &l->ticket);
        break;
    case 'E':
    case 'F':
        ok = venue_restore_fill(p->venue, &l->fill, l->type == 'F');
        accounts_saw(p, l->fill.at_ns / NS_PER_S);
        break;
    case 'R':
        ok = venue_revise(p->venue, l->fill.seq, l->fill.quantity, l->fill.price, false);
        break;
    case 'C':
    case 'P':
    case 'A':
    case 'K':
    case 'T':
        ok = accounts_restore(p, l);
        break;
    case 'G':
        ok = p->accounts->has_advisor &&
             (l->groups_kind == GROUPS_OF_ACCOUNTS || l->groups_kind == GROUPS_ALIASES) &&
             groups_take(&p->advisor_groups, p->accounts, (enum groups_kind)l->groups_kind,
                         STR_NAME(l->groups), why);
        break;
    case 'I':
        venue_use_id(p->venue, (int32_t)l->client_id, (int32_t)(l->next_id - 1));
        break;
    default:
        venue_restore_counters(p->venue, l->next_perm, l->next_seq);
    }
    return ok || bad_state(e, number, "it contradicts the lines before it");
}

static int64_t latest_of(const struct record_line *l)
{
    int64_t a = l->ticket.accepted_ns, b = l->ticket.ended_ns;
    a = a > b ? a : b;
    return a > l->fill.at_ns ? a : l->fill.at_ns;
}

bool paper_restore(struct paper *p, struct str lines, size_t *keep, struct moment now,
                   struct error *e)
{
    assert(p->peers == NULL);
    size_t number = 0;
    int64_t latest = INT64_MIN;
    *keep = 0;
    struct record_line *l = xmalloc(sizeof *l);
    bool ok = true;
    while (ok) {
        size_t end = str_find(lines, '\n', *keep);
        if (end >= lines.n)
            break;
        if (++number == 1) {
            fresh_state(p);
            p->events_done = (struct money_key){.at_s = INT64_MIN};
        }
        ok = record_read(str_sub(lines, *keep, end), p->universe, l, e) &&
             restore_line(p, l, number, e);
        int64_t at = ok ? latest_of(l) : latest;
        latest = at > latest ? at : latest;
        *keep = end + 1;
    }
    xfree(l);
    if (!ok) {
        start_afresh(p);
        return false;
    }
    if (*keep < lines.n)
        log_warn(&p->log, "state_file torn_bytes=%zu", lines.n - *keep);
    set_now(p, now);
    sim_clock_continue(&p->clock, latest); /* also where an earlier start was configured */
    show_now(p);
    venue_settle(p->venue, p->now_ns);
    accounts_step(p);
    orders_publish(p);
    return true;
}

bool paper_snapshot(const struct paper *p, struct buf *out)
{
    int64_t next_perm, next_seq;
    int32_t client_id, next_id;
    char names[ACCOUNTS_TEXT_MAX];
    accounts_names(p->accounts, ',', names);
    record_header(out, names, OPENING_NOTHING, accounts_moment(p));
    venue_counters(p->venue, &next_perm, &next_seq);
    for (size_t i = 0; venue_id_row(p->venue, i, &client_id, &next_id); i++)
        record_id(out, client_id, next_id);
    accounts_snapshot(p, out);
    if (p->accounts->has_advisor) {
        groups_record(p, GROUPS_OF_ACCOUNTS, out);
        groups_record(p, GROUPS_ALIASES, out);
    }
    for (size_t i = 0; i < venue_ticket_count(p->venue); i++)
        record_ticket(out, venue_ticket_at(p->venue, i));
    for (size_t i = 0; i < venue_fill_count(p->venue); i++)
        record_fill(out, venue_fill_at(p->venue, i), true);
    record_counters(out, next_perm, next_seq);
    return !out->failed;
}

/* ---- connections ---- */
struct paper_peer *paper_connect(struct paper *p, struct moment now)
{
    paper_advance_to(p, now);
    faults_count(p, FAULT_CONNECTIONS, 1, NULL);
    if (p->peer_count == PAPER_PEERS_MAX || p->now_ns < p->faults.refuse_until_ns ||
        p->now_ns < p->faults.restart_until_ns)
        return NULL;
    struct paper_peer *peer = xcalloc(1, sizeof *peer);
    wire_reader_init(&peer->reader, LIMIT_FRAME_PAPER_IN, true);
    buf_init(&peer->out, PEER_OUT_MAX);
    peer->cut_left = -1;
    peer->client_id = -1;
    peer->data_type = 1;
    struct paper_peer **end = &p->peers;
    while (*end != NULL)
        end = &(*end)->next;
    *end = peer;
    p->peer_count++;
    return peer;
}

void paper_input(struct paper *p, struct paper_peer *peer, struct str bytes, struct moment now)
{
    paper_advance_to(p, now);
    if (peer->is_dead)
        return;
    wire_reader_feed(&peer->reader, bytes.p, bytes.n);
    while (!peer->is_closing && !peer->is_dead) {
        struct str body;
        struct error e = {0};
        enum wire_next next = wire_reader_next(&peer->reader, &body, &e);
        if (next == WIRE_NEXT_MORE)
            break;
        if (next == WIRE_NEXT_BROKEN) {
            log_warn(&p->log, "client=%d closed: %s", (int)peer->client_id, e.text);
            peer->is_closing = true;
            break;
        }
        arena_reset(p->arena);
        peer_take(p, peer, body);
        orders_publish(p);
    }
}

struct str paper_output(const struct paper *p, const struct paper_peer *peer)
{
    if (p->now_ns < p->faults.stall_until_ns || peer->is_dead)
        return STR("");
    struct str out = buf_str(&peer->out);
    return peer->cut_left >= 0 ? str_sub(out, 0, (size_t)peer->cut_left) : out;
}

void paper_sent(struct paper *p, struct paper_peer *peer, size_t n)
{
    assert(n <= paper_output(p, peer).n);
    buf_consume(&peer->out, n);
    if (n > 0)
        faults_count(p, FAULT_BYTES, (int64_t)n, peer);
    if (peer->cut_left < 0)
        return;
    peer->cut_left -= (int64_t)n;
    if (peer->cut_left == 0)
        peer->is_closing = true;
}

bool paper_wants_close(const struct paper_peer *peer)
{
    return peer->is_closing;
}

void paper_disconnect(struct paper *p, struct paper_peer *peer, struct moment now)
{
    paper_advance_to(p, now);
    struct paper_peer **at = &p->peers;
    while (*at != peer) {
        assert(*at != NULL); /* a peer of this exchange */
        at = &(*at)->next;
    }
    *at = peer->next;
    p->peer_count--;
    peer_free(peer);
}

struct paper_peer *paper_peer_after(const struct paper *p, const struct paper_peer *peer)
{
    return peer == NULL ? p->peers : peer->next;
}

struct paper_peer *paper_client(const struct paper *p, int32_t client_id)
{
    for (struct paper_peer *peer = p->peers; peer != NULL; peer = peer->next)
        if (peer->is_started && !peer->is_closing && peer->client_id == client_id)
            return peer;
    return NULL;
}

/* ---- looking inside ---- */
bool paper_quote(const struct paper *p, int32_t con_id, struct moment now, char bid[48],
                 char ask[48])
{
    const struct instrument *i = universe_find(p->universe, con_id);
    if (i == NULL)
        return false;
    struct dec b, a;
    feed_touch(p->feed, i, sim_clock_at(&p->clock, now) / NS_PER_S, &b, &a);
    dec_format(b, bid);
    dec_format(a, ask);
    return true;
}
