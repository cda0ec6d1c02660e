/* SPDX-License-Identifier: MIT */
#include "app/doctor_main.h"

#include "app/acceptance.h"
#include "app/doctor_look.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/net.h"
#include "sys/paths.h"

#include <stdio.h>
#include <string.h>

enum { OK = 0, TROUBLE = 1, USAGE = 2, QUEUE_MAX = 4 << 20, REPORT_MAX = 4 << 20 };

static const char usage[] =
    "usage: portcullis doctor [--json] [--config FILE] [--state DIR] [--socket PATH]\n"
    "                         [--set KEY=VALUE]...\n"
    "       portcullis doctor --acceptance [--host HOST] [--port N] [--client-id N] [--orders]\n"
    "                         [--wait SECONDS] [--out PREFIX]\n"
    "\n"
    "Without --acceptance it says what is wrong with this set-up, and how to mend it: the "
    "programs,\n"
    "the settings, the disk, the daemon, the PIN, HTTP, TWS or IB Gateway, the account and the\n"
    "clock. The daemon that runs is asked; where none runs, TWS is, with the same client id. The\n"
    "exit status is 0 if there is no fault.\n"
    "\n"
    "--acceptance tries a TWS or IB Gateway (or portcullis paper) with a fixed script of harmless "
    "questions,\n"
    "once with server versions 176 to 200 (text) and once with 213 to 226 (protobuf). It needs no\n"
    "daemon. Written are PREFIX.txt and PREFIX.json, which say what was answered, refused or left\n"
    "unanswered and whether every frame could be read and has the expected bytes; and the masked\n"
    "recordings PREFIX-text.rec and PREFIX-protobuf.rec (docs/wire-recordings.md). Files that\n"
    "exist are not touched. They hold no account numbers or names, but prices, quantities and\n"
    "balances: look at them before you hand them on.\n"
    "\n"
    "--host       127.0.0.1 unless given\n"
    "--port       7497 unless given (Gateway on a paper account: 4002)\n"
    "--client-id  91 unless given; one that no other program uses\n"
    "--wait       seconds for one answer, 1 to 60; 10 unless given\n"
    "--out        acceptance unless given\n"
    "--orders     also, only if all accounts of the login are paper accounts: asks what an order\n"
    "             would cost, places one share far from the market, changes and cancels it, and\n"
    "             buys and sells one share of AAPL\n"
    "\n"
    "The exit status is 0 if every question was answered and every frame understood.\n";

struct doctor_options {
    const char *host, *out;
    int64_t port, client_id, wait_s;
    bool allows_orders;
};

/* One connection. */
struct visit {
    struct loop *loop;
    struct stream *stream; /* NULL: it is gone */
    struct acceptance *acceptance;
};

static void on_data(void *self, struct str bytes)
{
    struct visit *v = self;
    acceptance_input(v->acceptance, bytes, loop_now(v->loop));
}

static void on_close(void *self, const struct error *why)
{
    struct visit *v = self;
    v->stream = NULL;
    acceptance_closed(v->acceptance, why ? why->text : "the other side closed the connection");
}

static void turn(void *self, struct moment now)
{
    struct visit *v = self;
    acceptance_step(v->acceptance, now);
    struct str out = acceptance_output(v->acceptance);
    if (v->stream && out.n && stream_send(v->stream, out))
        acceptance_sent(v->acceptance, out.n);
    if (acceptance_is_over(v->acceptance)) {
        loop_stop(v->loop);
        return;
    }
    loop_wake_at(v->loop, acceptance_next(v->acceptance));
}

static void on_signal(void *self, enum loop_signal signal)
{
    struct visit *v = self;
    if (signal == LOOP_SIGNAL_TERM || signal == LOOP_SIGNAL_INT)
        acceptance_closed(v->acceptance, "interrupted");
}

static struct acceptance *run_visit(const struct doctor_options *o, int min, int max)
{
    struct visit v = {0};
    struct acceptance_config config = {.min_version = min,
                                       .max_version = max,
                                       .client_id = (int32_t)o->client_id,
                                       .wait_ms = o->wait_s * 1000,
                                       .allows_orders = o->allows_orders};
    v.loop = loop_new(&(struct loop_owner){turn, on_signal, &v});
    v.acceptance = acceptance_new(&config, clock_now());
    v.stream = stream_connect(
        v.loop, &(struct net_address){.host = o->host, .port = (uint16_t)o->port}, QUEUE_MAX,
        o->wait_s * 1000,
        &(struct stream_owner){.on_data = on_data, .on_close = on_close, .self = &v});
    loop_run(v.loop);
    if (v.stream)
        stream_close(v.stream);
    loop_free(v.loop);
    return v.acceptance;
}

/* ---- files ---- */

static bool name_file(const struct doctor_options *o, const char *suffix, char out[PATH_TEXT_MAX],
                      struct error *e)
{
    int n = snprintf(out, PATH_TEXT_MAX, "%s%s", o->out, suffix);
    if (n < 0 || n >= PATH_TEXT_MAX)
        return error_set(e, ERROR_INVALID, "BAD_PATH", "--out is too long");
    if (file_exists(out)) {
        error_set(e, ERROR_CONFLICT, "EXISTS", "%s exists", out);
        return error_next(e, "give --out another prefix");
    }
    return true;
}

static bool keep(const struct doctor_options *o, const char *suffix, struct str content,
                 struct error *e)
{
    char path[PATH_TEXT_MAX];
    return name_file(o, suffix, path, e) && file_write(path, content, e);
}

static const struct {
    const char *name, *suffix;
    int min, max;
} visits[] = {{"text", "-text.rec", 176, WIRE_VERSION_TEXT_MAX},
              {"protobuf", "-protobuf.rec", WIRE_VERSION_PROTO_MIN, WIRE_VERSION_PROTO_MAX}};
enum { VISITS = sizeof visits / sizeof *visits };

/* Before anything is asked: can all of it be written? */
static bool check_files(const struct doctor_options *o, struct error *e)
{
    char path[PATH_TEXT_MAX];
    bool ok = name_file(o, ".txt", path, e) && name_file(o, ".json", path, e);
    for (size_t i = 0; ok && i < VISITS; i++)
        ok = name_file(o, visits[i].suffix, path, e);
    return ok;
}

static bool accept(const struct doctor_options *o, bool *is_good, struct error *e)
{
    struct buf text, json;
    struct json_writer w;
    bool ok = check_files(o, e);
    buf_init(&text, REPORT_MAX);
    buf_init(&json, REPORT_MAX);
    json_writer_init(&w, &json);
    json_begin_object(&w);
    bool has_visited = false;
    *is_good = true;
    for (size_t i = 0; ok && i < VISITS; i++) {
        struct acceptance *a = run_visit(o, visits[i].min, visits[i].max);
        if (acceptance_version(a)) { /* an older gateway speaks text only */
            *is_good = acceptance_is_good(a) && *is_good;
            has_visited = true;
        }
        json_key(&w, visits[i].name);
        acceptance_report_json(a, &w);
        acceptance_report_text(a, &text);
        struct str recording = acceptance_recording(a);
        ok = !recording.n || keep(o, visits[i].suffix, recording, e);
        acceptance_free(a);
    }
    *is_good = *is_good && has_visited;
    json_end_object(&w);
    buf_add_char(&json, '\n');
    ok = ok && keep(o, ".txt", buf_str(&text), e) && keep(o, ".json", buf_str(&json), e);
    if (text.n)
        (void)fwrite(text.p, 1, text.n, stdout);
    buf_fini(&text);
    buf_fini(&json);
    return ok;
}

/* ---- command line ---- */

static bool take_number(const char *value, int64_t min, int64_t max, int64_t *out)
{
    return str_to_i64(str_of(value), out) && *out >= min && *out <= max;
}

static bool take_flag(struct doctor_options *o, const char *name, const char *value)
{
    if (strcmp(name, "--port") == 0)
        return take_number(value, 1, 65535, &o->port);
    if (strcmp(name, "--client-id") == 0)
        return take_number(value, 0, INT32_MAX, &o->client_id);
    if (strcmp(name, "--wait") == 0)
        return take_number(value, 1, 60, &o->wait_s);
    const char **text = strcmp(name, "--host") == 0  ? &o->host
                        : strcmp(name, "--out") == 0 ? &o->out
                                                     : NULL;
    if (!text || !value[0])
        return false;
    *text = value;
    return true;
}

static bool parse(struct doctor_options *o, int count, char *const *args)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(args[i], "--acceptance") == 0)
            continue;
        if (strcmp(args[i], "--orders") == 0)
            o->allows_orders = true;
        else if (i + 1 < count && take_flag(o, args[i], args[i + 1]))
            i++;
        else {
            fprintf(stderr, "portcullis doctor: %s is not understood\n", args[i]);
            return false;
        }
    }
    return true;
}

static bool has(int count, char *const *args, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(args[i], name) == 0)
            return true;
    return false;
}

int doctor_main(int count, char *const *args)
{
    struct doctor_options o = {
        .host = "127.0.0.1", .port = 7497, .client_id = 91, .wait_s = 10, .out = "acceptance"};
    struct error e = {0};
    bool is_good = false;
    const char *client_build = NULL;
    if (count > 1 && strcmp(args[0], "--client-build") == 0) { /* the client starts with it */
        client_build = args[1];
        args += 2;
        count -= 2;
    }
    if (has(count, args, "--help") || has(count, args, "-h"))
        return fputs(usage, stdout) < 0;
    bool is_acceptance = has(count, args, "--acceptance");
    if (is_acceptance && !parse(&o, count, args)) {
        fputs(usage, stderr);
        return USAGE;
    }
    if (is_acceptance ? accept(&o, &is_good, &e)
                      : doctor_look(count, args, client_build, &is_good, &e))
        return is_good ? OK : TROUBLE;
    fprintf(stderr, "portcullis doctor: %s%s%s\n", e.text, e.next[0] ? "; " : "", e.next);
    return e.code == ERROR_INVALID && !is_acceptance ? USAGE : TROUBLE;
}
