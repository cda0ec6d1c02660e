/* SPDX-License-Identifier: MIT */
#include "app/checkup.h"

#include "app/certificate.h"
#include "base/instant.h"
#include "model/account.h"
#include "sys/net.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MB = 1 << 20,
    ROOM_MIN = 64 * MB,   /* less: the journal may not get through the day */
    ROOM_GOOD = 512 * MB, /* less is worth a word */
    OFFSET_MAX_S = 5,     /* the broker's clock tells full seconds, and arrives late */
};

/* ---- findings ---- */

static struct finding *find(struct checkup *c, const char *check, enum checkup_state state,
                            const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static struct finding *find(struct checkup *c, const char *check, enum checkup_state state,
                            const char *fmt, ...)
{
    va_list ap;
    assert(c->count < CHECKUP_MAX);
    struct finding *f = &c->findings[c->count++];
    *f = (struct finding){.check = check, .state = state};
    va_start(ap, fmt);
    (void)vsnprintf(f->found, sizeof f->found, fmt, ap);
    va_end(ap);
    return f;
}

static void mend(struct finding *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void mend(struct finding *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(f->mend, sizeof f->mend, fmt, ap);
    va_end(ap);
}

/* ---- this machine ---- */

static void judge_program(const struct checkup_facts *f, struct checkup *c)
{
    static const char check[] = "program";
    if (!f->client_build || strcmp(f->client_build, f->build) == 0) {
        (void)find(c, check, CHECKUP_OK, "build %s", f->build);
        return;
    }
    mend(find(c, check, CHECKUP_FAULT,
              "portcullis is build %s, but the portcullisd beside it is build %s", f->client_build,
              f->build),
         "build both together (make), or install both from one release; then: portcullis stop");
}

static void judge_settings(const struct checkup_facts *f, struct checkup *c)
{
    static const char check[] = "settings";
    if (!f->settings_ok)
        mend(find(c, check, CHECKUP_FAULT, "%s", f->settings_error.text), "%s",
             f->settings_error.next[0] ? f->settings_error.next
                                       : "correct that line; portcullisd --sample-config prints "
                                         "all settings with what they mean");
    else if (f->is_outdated)
        mend(
            find(c, check, CHECKUP_NOTE, "%s has changed since the daemon started", f->config_path),
            "portcullis stop; the next command starts it with the new settings");
    else if (f->has_config)
        (void)find(c, check, CHECKUP_OK, "%s", f->config_path);
    else
        (void)find(c, check, CHECKUP_OK, "all as by default (there is no %s)", f->config_path);
}

static void judge_disk(const struct checkup_facts *f, struct checkup *c)
{
    static const char check[] = "disk";
    static const char make_room[] =
        "make room on that disk: an order is written down before it is sent, so without room "
        "nothing can be traded";
    if (!f->can_write && strcmp(f->write_error.reason, "DISK_FULL") == 0)
        mend(find(c, check, CHECKUP_FAULT, "%s: the disk is full", f->state), make_room);
    else if (!f->can_write)
        mend(find(c, check, CHECKUP_FAULT, "%s", f->write_error.text),
             "%s must be a directory that you may write to; XDG_STATE_HOME chooses another place",
             f->state);
    else if (f->room >= 0 && f->room < ROOM_GOOD)
        mend(find(c, check, f->room < ROOM_MIN ? CHECKUP_FAULT : CHECKUP_NOTE,
                  "%s: only %lld MB are free", f->state, (long long)(f->room / MB)),
             make_room);
    else
        (void)find(c, check, CHECKUP_OK, "%s", f->state);
}

static void judge_daemon(const struct checkup_facts *f, struct checkup *c)
{
    static const char check[] = "daemon";
    switch (f->daemon) {
    case CHECKUP_NO_DAEMON:
        (void)find(c, check, CHECKUP_OK, "none is running; the next command starts it");
        break;
    case CHECKUP_RUNS:
        if (strcmp(f->daemon_build, f->build) == 0)
            (void)find(c, check, CHECKUP_OK, "it is running");
        else
            mend(find(c, check, CHECKUP_FAULT,
                      "the one that is running is build %s, this program is build %s",
                      f->daemon_build, f->build),
                 "portcullis stop; the next command starts the new one");
        break;
    case CHECKUP_ELSEWHERE:
        mend(find(c, check, CHECKUP_FAULT, "process %d works in %s, but does not listen at %s",
                  f->holder, f->state, f->socket),
             "if it was started with another PORTCULLIS_SOCKET, set that here too; else end it "
             "with kill %d, and the next command starts a new one",
             f->holder);
        break;
    case CHECKUP_FOREIGN:
        mend(find(c, check, CHECKUP_FAULT, "%s belongs to another user (%lld)", f->socket,
                  (long long)f->owner_uid),
             "if that user's daemon is meant: PORTCULLIS_DAEMON_UID=%lld, and let "
             "access.client_uids "
             "of its settings name you; else unset PORTCULLIS_SOCKET to have your own",
             (long long)f->owner_uid);
        break;
    case CHECKUP_SILENT: {
        char who[32] = "that program";
        if (f->holder)
            (void)snprintf(who, sizeof who, "it (kill %d)", f->holder);
        mend(
            find(c, check, CHECKUP_FAULT, "what listens at %s does not answer", f->socket),
            "end %s; the next command starts a new one. portcullisd.log in the state directory may "
            "say why",
            who);
        break;
    }
    case CHECKUP_REFUSES:
        mend(find(c, check, CHECKUP_FAULT, "%s", f->daemon_error.text), "%s", f->daemon_error.next);
        break;
    }
}

/* What keeps others out keeps the daemon from starting, or them from coming. False if all is well.
 */
static bool judge_door(const struct checkup_facts *f, struct checkup *c)
{
    static const char check[] = "http";
    const struct http_settings *h = &f->settings->http;
    bool is_open = !net_is_loopback(h->address.p);
    if (is_open && !h->tls)
        mend(find(c, check, CHECKUP_FAULT,
                  "other machines reach http.address %s, and there is no TLS: the daemon does not "
                  "start",
                  h->address.p),
             "set http.tls: true, or http.address: 127.0.0.1");
    else if (is_open && !f->has_token && !f->settings->oauth.issuer.n)
        mend(
            find(c, check, CHECKUP_FAULT,
                 "other machines reach http.address %s, and there is no token: the daemon does not "
                 "start",
                 h->address.p),
            "start with http.address: 127.0.0.1 and make one: portcullis token add NAME");
    else if (h->tls && !f->certificate_ok)
        mend(find(c, check, CHECKUP_FAULT, "%s", f->certificate_error.text), "%s",
             f->certificate_error.next[0] ? f->certificate_error.next
                                          : "see http.certificate and http.key");
    else if (is_open && !h->hosts.n)
        mend(
            find(
                c, check, CHECKUP_NOTE,
                "other machines reach http.address %s, but there is no name by which they may come",
                h->address.p),
            "http.hosts: the name or number in their URL");
    else if (h->tls && h->certificate.n && f->certificate_days.has &&
             f->certificate_days.v < CERTIFICATE_RENEW_DAYS)
        mend(find(c, check, CHECKUP_NOTE, "the certificate ends in %lld days",
                  (long long)f->certificate_days.v),
             "put a newer one into http.certificate and start the daemon anew");
    else
        return false;
    return true;
}

static void judge_http(const struct checkup_facts *f, struct checkup *c)
{
    static const char check[] = "http";
    const struct http_settings *h = &f->settings->http;
    const char *seal = h->tls && f->fingerprint[0] ? ", certificate " : "";
    if (!h->enabled)
        (void)find(c, check, CHECKUP_OK, "off");
    else if (judge_door(f, c))
        return;
    else if (f->is_port_taken || (f->daemon == CHECKUP_RUNS && !f->api[0]))
        mend(find(c, check, f->is_port_default ? CHECKUP_NOTE : CHECKUP_FAULT,
                  "port %lld of %s is taken by another program%s", (long long)h->port, h->address.p,
                  f->is_port_default ? ": no HTTP, while all else works" : ""),
             "set http.port to a free one (PORTCULLIS_HTTP_PORT), or http.enabled to false%s",
             f->daemon == CHECKUP_RUNS ? "; then portcullis stop" : "");
    else if (f->daemon == CHECKUP_RUNS && f->api[0])
        (void)find(c, check, CHECKUP_OK, "%s%s%s", f->api, seal, h->tls ? f->fingerprint : "");
    else
        (void)find(c, check, CHECKUP_OK, "port %lld of %s%s%s", (long long)h->port, h->address.p,
                   seal, h->tls ? f->fingerprint : "");
}

static bool wants_trading(const struct settings_values *v)
{
    return v->broker.kind == BROKER_TWS &&
           (v->limits.mode == GUARD_PAPER || v->limits.mode == GUARD_LIVE);
}

static void judge_lock(const struct checkup_facts *f, struct checkup *c)
{
    char until[UTC_TEXT_MAX];
    utc_format(f->pin_locked_until.v, until);
    mend(find(c, "pin", CHECKUP_NOTE,
              "after %lld wrong attempts in a row it is locked until %s, for the right one too",
              (long long)f->pin_failures, until),
         "wait until then; portcullis audit show person says who tried");
}

static void judge_pin(const struct checkup_facts *f, struct checkup *c)
{
    static const char check[] = "pin";
    if (!f->pin_ok)
        mend(find(c, check, CHECKUP_FAULT, "%s", f->pin_error.text), "%s", f->pin_error.next);
    else if (f->has_pin && f->pin_locked_until.has)
        judge_lock(f, c);
    else if (f->has_pin)
        (void)find(c, check, CHECKUP_OK, "it is set");
    else
        mend(find(c, check, wants_trading(f->settings) ? CHECKUP_FAULT : CHECKUP_NOTE,
                  "no PIN is set, so nobody can make tokens, approve an order or release the kill "
                  "switch"),
             "portcullis pin set, at a terminal and before an assistant gets a shell");
}

/* ---- the broker ---- */

/* What the session says of it, with the address if that is not in there yet. */
static void judge_absence(const struct checkup_facts *f, struct checkup *c, const char *who)
{
    const struct checkup_broker *b = &f->broker;
    const struct broker_settings *s = &f->settings->broker;
    bool is_named = !s->host.n || str_find_str(str_of(b->text), s->host) < strlen(b->text);
    char at[120] = "";
    if (s->kind == BROKER_TWS && !is_named)
        (void)snprintf(at, sizeof at, " at %.90s:%lld", s->host.p, (long long)s->port);
    bool is_silent = s->kind == BROKER_TWS && strcmp(b->reason, "NOT_LISTENING") == 0;
    mend(find(c, "broker", b->is_scheduled ? CHECKUP_NOTE : CHECKUP_FAULT, "%s%s: %s%s%s%s", who,
              at, b->text[0] ? b->text : "it has not answered yet", b->reason[0] ? " (" : "",
              b->reason, b->reason[0] ? ")" : ""),
         "%s%s", b->hint[0] ? b->hint : "try again in a moment",
         is_silent ? ". Usual ports: TWS 7497 for paper and 7496 for live, IB Gateway 4002 and 4001"
                   : "");
}

static void judge_broker(const struct checkup_facts *f, struct checkup *c)
{
    static const char check[] = "broker";
    static const char paper[] = "the embedded paper exchange", tws[] = "TWS or IB Gateway";
    const struct broker_settings *s = &f->settings->broker;
    bool is_embedded = s->kind == BROKER_EMBEDDED;
    if (f->broker.is_ready && is_embedded)
        (void)find(c, check, CHECKUP_OK, "%s, whose prices are simulated", paper);
    else if (is_embedded && !f->broker.is_asked)
        (void)find(c, check, CHECKUP_OK, "%s, which starts with the daemon", paper);
    else if (f->broker.is_ready)
        (void)find(c, check, CHECKUP_OK, "%s at %.100s:%lld, server version %d", tws, s->host.p,
                   (long long)s->port, f->broker.server_version);
    else
        judge_absence(f, c, is_embedded ? paper : tws);
}

static void judge_read_only(const struct checkup_facts *f, struct checkup *c)
{
    if (f->broker.is_read_only)
        mend(find(c, "read_only", wants_trading(f->settings) ? CHECKUP_FAULT : CHECKUP_NOTE,
                  "TWS lets us read and takes no orders"),
             "untick Read-Only API in the API settings of TWS or IB Gateway, if orders are wanted");
}

/* Nothing is wrong with the set-up then, and yet no order passes. */
static void judge_gate(const struct checkup_facts *f, struct checkup *c)
{
    if (f->broker.is_killed)
        mend(find(c, "gate", CHECKUP_NOTE, "the kill switch is on: only cancels pass"),
             "portcullis safety says who pulled it and why; portcullis release WHY lets orders "
             "pass again");
}

static bool is_among(struct str list, struct str name)
{
    for (size_t at = 0; at < list.n;) {
        size_t end = str_find(list, ',', at);
        if (str_eq(str_trim(str_sub(list, at, end)), name))
            return true;
        at = end + 1;
    }
    return false;
}

static bool is_port_of(int64_t port, enum account_mode mode)
{
    return mode == MODE_LIVE ? port == 7496 || port == 4001 : port == 7497 || port == 4002;
}

/* Whether the login is the one that the settings mean. */
static void judge_account(const struct checkup_facts *f, struct checkup *c)
{
    static const char check[] = "account";
    const struct settings_values *v = f->settings;
    struct str all = str_of(f->broker.accounts);
    struct str first = str_trim(str_sub(all, 0, str_find(all, ',', 0)));
    if (v->broker.account.n && !is_among(all, v->broker.account)) {
        mend(find(c, check, CHECKUP_FAULT, "broker.account is " STR_FMT ", but the login has %s",
                  STR_ARG(v->broker.account), f->broker.accounts),
             "log in as the user of that account, or correct broker.account");
        return;
    }
    struct str used = v->broker.account.n ? v->broker.account : first;
    enum account_mode mode = account_mode_of(used);
    const char *text = account_mode_text(mode);
    if (v->limits.mode == GUARD_PAPER && mode != MODE_PAPER)
        mend(find(c, check, CHECKUP_FAULT,
                  "limits.mode is paper, but " STR_FMT " is a %s account: it stays read-only",
                  STR_ARG(used), text),
             "log in to the paper account (port 7497, of IB Gateway 4002); for live trading see "
             "docs/gate.md");
    else if (v->limits.mode == GUARD_LIVE && mode == MODE_PAPER)
        mend(find(c, check, CHECKUP_FAULT,
                  "limits.mode is live, but " STR_FMT " is a paper account", STR_ARG(used)),
             "log in as the live user, or set limits.mode to paper");
    else if (mode != MODE_UNKNOWN && v->broker.kind == BROKER_TWS &&
             is_port_of(v->broker.port, mode == MODE_LIVE ? MODE_PAPER : MODE_LIVE))
        mend(find(c, check, CHECKUP_NOTE,
                  STR_FMT
                  " is a %s account behind port %lld, which is usually that of the other kind",
                  STR_ARG(used), text, (long long)v->broker.port),
             "if that is not what you meant, log in as the other user or change broker.port");
    else
        (void)find(c, check, CHECKUP_OK, STR_FMT " (%s)", STR_ARG(used), text);
}

static void judge_clock(const struct checkup_facts *f, struct checkup *c)
{
    static const char check[] = "clock";
    if (!f->broker.clock_offset_s.has)
        return;
    int64_t offset = f->broker.clock_offset_s.v;
    if (offset >= -OFFSET_MAX_S && offset <= OFFSET_MAX_S)
        (void)find(c, check, CHECKUP_OK, "that of the broker");
    else
        mend(find(c, check, CHECKUP_FAULT, "this machine's clock is %lld s %s the broker's",
                  llabs((long long)offset), offset > 0 ? "ahead of" : "behind"),
             "let the system set it: timedatectl set-ntp true");
}

/* ---- all of it ---- */

void checkup_judge(const struct checkup_facts *f, struct checkup *out)
{
    assert(f && f->settings && out);
    out->count = 0;
    judge_program(f, out);
    judge_settings(f, out);
    judge_disk(f, out);
    judge_daemon(f, out);
    judge_pin(f, out);
    if (!f->settings_ok)
        return; /* what else there is was not asked for */
    judge_http(f, out);
    judge_broker(f, out);
    judge_read_only(f, out);
    judge_gate(f, out);
    if (f->broker.accounts[0])
        judge_account(f, out);
    judge_clock(f, out);
}

bool checkup_is_healthy(const struct checkup *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->findings[i].state == CHECKUP_FAULT)
            return false;
    return true;
}

void checkup_write_text(const struct checkup *c, struct buf *out)
{
    static const char *const marks[] = {
        [CHECKUP_OK] = "ok", [CHECKUP_NOTE] = "note", [CHECKUP_FAULT] = "FAULT"};
    size_t faults = 0, notes = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct finding *f = &c->findings[i];
        buf_add_f(out, "%-6s %-10s %s\n", marks[f->state], f->check, f->found);
        if (f->mend[0])
            buf_add_f(out, "%18s-> %s\n", "", f->mend);
        faults += f->state == CHECKUP_FAULT;
        notes += f->state == CHECKUP_NOTE;
    }
    if (faults)
        buf_add_f(out, "%zu of %zu %s wrong\n", faults, c->count, faults == 1 ? "is" : "are");
    else
        buf_add_c(out, notes ? "nothing is wrong, but see the notes\n" : "all is well\n");
}

void checkup_write_json(const struct checkup *c, struct json_writer *w)
{
    static const char *const names[] = {
        [CHECKUP_OK] = "ok", [CHECKUP_NOTE] = "note", [CHECKUP_FAULT] = "fault"};
    json_begin_object(w);
    json_key(w, "healthy");
    json_bool(w, checkup_is_healthy(c));
    json_key(w, "checks");
    json_begin_array(w);
    for (size_t i = 0; i < c->count; i++) {
        const struct finding *f = &c->findings[i];
        json_begin_object(w);
        json_key(w, "check");
        json_text(w, f->check);
        json_key(w, "state");
        json_text(w, names[f->state]);
        json_key(w, "found");
        json_text(w, f->found);
        json_key(w, "mend");
        json_text(w, f->mend);
        json_end_object(w);
    }
    json_end_array(w);
    json_end_object(w);
}
