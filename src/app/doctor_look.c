/* SPDX-License-Identifier: MIT */
#include "app/doctor_look.h"

#include "app/certificate.h"
#include "app/checkup.h"
#include "app/doctor_ask.h"
#include "app/start.h"
#include "build_id.h"
#include "guard/pin.h"
#include "guard/tokens.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGS_MAX = 2 * START_FLAGS_MAX, REPORT_MAX = 64 << 10, PROBE_BYTES = 64 << 10 };

struct look {
    struct start start;
    struct checkup_facts facts;
    char config_path[START_PATH_MAX];
    bool is_json;
};

/* ---- facts ---- */

static void look_at_settings(struct look *l)
{
    struct checkup_facts *f = &l->facts;
    start_config_path(&l->start, l->config_path);
    f->config_path = l->config_path;
    f->has_config = file_exists(l->config_path);
    f->settings_ok = start_read(&l->start, &f->settings_error);
    f->settings = &l->start.settings.values;
}

/* Whether what the journal needs can be written: by writing it. */
static void look_at_disk(struct look *l)
{
    struct checkup_facts *f = &l->facts;
    static const char zeros[PROBE_BYTES];
    char probe[START_PATH_MAX];
    struct error e;
    f->state = l->start.paths.state;
    (void)snprintf(probe, sizeof probe, "%s/doctor.probe", f->state);
    f->can_write = dir_make(f->state, &f->write_error) &&
                   file_write(probe, (struct str){zeros, sizeof zeros}, &f->write_error);
    (void)!file_remove(probe, &e);
    if (!dir_room(f->state, &f->room, &e))
        f->room = -1;
}

/* A user whose daemon we may talk to: ourselves, root, or whom we were told. */
static bool is_trusted(int64_t uid)
{
    const char *told = getenv("PORTCULLIS_DAEMON_UID");
    int64_t n;
    return uid == path_owner() || uid == 0 || (told && str_to_i64(str_of(told), &n) && n == uid);
}

static void look_at_daemon(struct look *l)
{
    struct checkup_facts *f = &l->facts;
    char path[START_PATH_MAX];
    struct file_facts facts;
    struct utc started = {0};
    struct error e = {0};
    f->socket = l->start.paths.socket;
    if (file_look(f->socket, &facts, &e)) {
        f->owner_uid = facts.uid;
        if (is_trusted(facts.uid))
            doctor_ask_daemon(f, &started);
        else
            f->daemon = CHECKUP_FOREIGN;
    }
    f->is_outdated = f->daemon == CHECKUP_RUNS && started.ns &&
                     file_look(l->config_path, &facts, &e) && facts.changed.ns > started.ns;
    if (f->daemon == CHECKUP_RUNS || f->daemon == CHECKUP_FOREIGN || !f->can_write)
        return;
    (void)snprintf(path, sizeof path, "%s/portcullisd.lock", f->state);
    struct lock_file *lock = lock_take(path, &f->holder, &e);
    if (!lock && strcmp(e.reason, "LOCKED") == 0 && f->daemon == CHECKUP_NO_DAEMON)
        f->daemon = CHECKUP_ELSEWHERE;
    lock_release(lock);
}

static void look_at_pin(struct look *l)
{
    struct checkup_facts *f = &l->facts;
    char path[START_PATH_MAX];
    struct pin_status s;
    struct buf text;
    struct error e = {0};
    (void)snprintf(path, sizeof path, "%s/pin", f->state);
    f->has_pin = file_exists(path);
    f->pin_ok = !f->has_pin || file_is_private(path, &f->pin_error);
    buf_init(&text, PIN_FILE_MAX);
    if (f->has_pin && f->pin_ok && file_read(path, PIN_FILE_MAX, &text, &e)) {
        f->pin_ok = pin_look(buf_str(&text), clock_now().wall, &s, &f->pin_error);
        if (f->pin_ok) {
            f->pin_failures = s.failures;
            f->pin_locked_until = s.locked_until;
        }
    }
    buf_fini(&text);
}

/* Is there anybody whom the door would let in? */
static void look_at_tokens(struct look *l)
{
    char path[START_PATH_MAX];
    struct buf text;
    struct error e = {0};
    (void)snprintf(path, sizeof path, "%s/tokens", l->facts.state);
    buf_init(&text, TOKENS_FILE_MAX);
    if (file_exists(path) && file_read(path, TOKENS_FILE_MAX, &text, &e)) {
        struct keep *keep = keep_new(TOKENS_FILE_MAX);
        struct tokens *tokens = tokens_new(buf_str(&text), keep, &e);
        l->facts.has_token = tokens && tokens_at(tokens, 0);
        tokens_free(tokens);
        keep_free(keep);
    }
    buf_fini(&text);
}

static void look_at_certificate(struct look *l)
{
    struct checkup_facts *f = &l->facts;
    struct utc now = clock_now().wall;
    bool is_there;
    struct tls *t =
        certificate_look(&f->settings->http, f->state, &is_there, &f->certificate_error);
    f->certificate_ok = t || !is_there;
    if (!t)
        return;
    str_copy_cut(f->fingerprint, sizeof f->fingerprint, str_of(tls_fingerprint(t)));
    f->certificate_days =
        (struct opt_int){(tls_expires(t).ns - now.ns) / ((int64_t)86400 * NS_PER_S), true};
    tls_free(t);
}

static void no_turn(void *self, struct moment now)
{
    (void)self, (void)now;
}
static void no_signal(void *self, enum loop_signal signal)
{
    (void)self, (void)signal;
}
static void no_stream(void *self, struct stream *s)
{
    (void)self, (void)s; /* closed on the return */
}

/* Whether the daemon could listen for HTTP, were it started now. */
static void look_at_port(struct look *l)
{
    const struct http_settings *h = &l->facts.settings->http;
    struct error e = {0};
    l->facts.is_port_default = settings_is_default(&l->start.settings, STR("http.port"));
    if (!h->enabled || l->facts.daemon != CHECKUP_NO_DAEMON)
        return;
    struct loop *loop = loop_new(&(struct loop_owner){no_turn, no_signal, l});
    struct listener_config config = {.at = {.host = h->address.p, .port = (uint16_t)h->port},
                                     .max_streams = 1,
                                     .out_cap = 1,
                                     .on_stream = no_stream};
    struct listener *k = listener_open(loop, &config, &e);
    l->facts.is_port_taken = !k && strcmp(e.reason, "IN_USE") == 0;
    listener_close(k);
    loop_free(loop);
}

/* ---- command line ---- */

static bool parse(struct look *l, int count, char *const *args, struct error *e)
{
    char *rest[ARGS_MAX];
    int n = 0;
    for (int i = 0; i < count; i++) {
        if (strcmp(args[i], "--json") == 0)
            l->is_json = true;
        else if (n < ARGS_MAX)
            rest[n++] = args[i];
    }
    return start_parse(&l->start, n, rest, e);
}

static void print(const struct look *l, const struct checkup *c)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, REPORT_MAX);
    if (l->is_json) {
        json_writer_init(&w, &out);
        checkup_write_json(c, &w);
        buf_add_char(&out, '\n');
    } else {
        checkup_write_text(c, &out);
    }
    (void)fwrite(out.p, 1, out.n, stdout);
    buf_fini(&out);
}

bool doctor_look(int count, char *const *args, const char *client_build, bool *is_healthy,
                 struct error *e)
{
    static struct look l;
    static struct checkup c;
    l = (struct look){0};
    settings_init(&l.start.settings);
    bool ok = paths_find(&l.start.paths, e) && parse(&l, count, args, e);
    if (ok) {
        struct checkup_facts *f = &l.facts;
        f->build = PORTCULLIS_BUILD;
        f->client_build = client_build;
        look_at_settings(&l);
        look_at_disk(&l);
        look_at_daemon(&l);
        look_at_pin(&l);
        look_at_tokens(&l);
        if (f->settings_ok && f->settings->http.tls)
            look_at_certificate(&l);
        if (f->settings_ok)
            look_at_port(&l);
        if (f->settings_ok && f->daemon != CHECKUP_RUNS && f->settings->broker.kind == BROKER_TWS)
            doctor_ask_broker(f);
        checkup_judge(f, &c);
        print(&l, &c);
        *is_healthy = checkup_is_healthy(&c);
    }
    settings_fini(&l.start.settings);
    return ok;
}
