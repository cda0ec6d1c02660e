/* SPDX-License-Identifier: MIT */
/*
 * The client of a recording asks a fresh paper exchange, in virtual time: the clock begins where
 * the recording's handshake says, each frame of the client arrives at its recorded moment, and the
 * exchange does between them what its own timers want. So the same recording and the same exchange
 * give the same bytes, and a recording that was made this way is answered exactly as it was.
 *
 * The accounts are those of the recording, if the exchange can have them. Frames that a proxy
 * dropped did not reach the server then and do not now.
 */
#include "app/paper_main.h"
#include "app/wire_script.h"

#include "app/zones.h"
#include "base/limits.h"
#include "paper/paper.h"
#include "sys/files.h"
#include "wire/frame.h"
#include "wire/reply.h"

enum { START_S = 1 /* of the monotonic clock */, ACCOUNTS_ROOM = 160 };

struct stage {
    struct wire_script script;
    struct paper *paper;
    struct paper_peer *peer; /* NULL: the exchange has closed the connection */
    struct moment begin;
    struct wire_reader reader;
    struct wire_side answered; /* by the exchange, its handshake first */
    struct buf frame;
    struct error failure;
};

static struct moment moment_at(const struct stage *s, int64_t time_us)
{
    struct moment m = s->begin;
    m.mono.ns += time_us * NS_PER_US;
    m.wall.ns += time_us * NS_PER_US;
    return m;
}

/* Takes what the exchange says at that moment. */
static bool collect(struct stage *s, struct moment now)
{
    struct str body, out = paper_output(s->paper, s->peer);
    enum wire_next next = WIRE_NEXT_MORE;
    int64_t time_us = (now.mono.ns - s->begin.mono.ns) / NS_PER_US;
    while (out.n) { /* the reader takes so much at a time */
        struct str piece = str_sub(out, 0, 1 << 16);
        wire_reader_feed(&s->reader, piece.p, piece.n);
        while ((next = wire_reader_next(&s->reader, &body, &s->failure)) == WIRE_NEXT_FRAME)
            if (!wire_side_add(&s->answered, time_us, body))
                return error_set(&s->failure, ERROR_LIMIT, "TOO_LARGE",
                                 "the exchange says more "
                                 "than can be kept");
        if (next == WIRE_NEXT_BROKEN)
            return false;
        paper_sent(s->paper, s->peer, piece.n);
        out = paper_output(s->paper, s->peer);
    }
    paper_records_taken(s->paper, paper_records(s->paper).n); /* nothing is kept */
    if (paper_wants_close(s->peer)) {
        paper_disconnect(s->paper, s->peer, now);
        s->peer = NULL;
    }
    return true;
}

/* Lets time pass up to there. */
static bool advance(struct stage *s, int64_t time_us)
{
    struct moment until = moment_at(s, time_us);
    while (s->peer) {
        struct instant due = paper_next(s->paper);
        struct moment now = until;
        if (due.ns < until.mono.ns) {
            int64_t back = until.mono.ns - due.ns;
            now = (struct moment){{due.ns}, {until.wall.ns - back}};
        }
        paper_step(s->paper, now);
        if (!collect(s, now))
            return false;
        if (now.mono.ns == until.mono.ns)
            break;
    }
    return true;
}

static bool say(struct stage *s, const struct wire_scene *scene)
{
    static const char prelude[] = {'A', 'P', 'I', '\0'};
    struct moment now = moment_at(s, scene->time_us);
    buf_reset(&s->frame);
    if (scene->is_handshake)
        buf_add(&s->frame, prelude, sizeof prelude);
    if (!wire_frame_add(&s->frame, scene->body))
        return error_set(&s->failure, ERROR_LIMIT, "TOO_LARGE", "a frame is too long");
    paper_input(s->paper, s->peer, buf_str(&s->frame), now);
    return advance(s, scene->time_us);
}

static bool play(struct stage *s)
{
    for (size_t i = 0; i < s->script.n && s->peer; i++) {
        const struct wire_scene *scene = &s->script.scenes[i];
        if (!advance(s, scene->time_us) ||
            (scene->from == WIRE_FROM_CLIENT && s->peer && !say(s, scene)))
            return false;
    }
    return true;
}

/* ---- before and behind ---- */

/* The accounts of the recording, if they are ones that the exchange can have; else "". */
static void find_accounts(const struct wire_script *script, struct arena *arena, char *out,
                          size_t cap)
{
    const struct wire_rep_managed_accounts *m =
        wire_script_first(script, WIRE_TO_CLIENT, WIRE_REP_MANAGED_ACCOUNTS, arena);
    struct str list = m ? m->accounts_list : STR_NONE, rest, name;
    while (str_ends(list, STR(",")))
        list.n--;
    if (!str_copy(out, cap, list))
        out[0] = '\0';
    for (rest = list; str_cut(&rest, ',', &name);)
        if (!str_starts(name, STR("DU")))
            out[0] = '\0';
}

static bool prepare(struct stage *s, const struct wire_options *o, struct wire_lines *out,
                    struct error *e)
{
    char accounts[ACCOUNTS_ROOM];
    struct zones *zones = zones_new("/usr/share/zoneinfo");
    struct tz_zones source = zones_source(zones);
    s->begin.mono.ns = (int64_t)START_S * NS_PER_S;
    bool ok = wire_script_begin(&s->script, &source, &s->begin.wall);
    zones_free(zones);
    if (!ok)
        return error_set(e, ERROR_INVALID, "RECORDING", "the server's handshake tells no time");
    arena_reset(out->arena);
    find_accounts(&s->script, out->arena, accounts, sizeof accounts);
    struct paper_config config = {.seed = o->seed,
                                  .accounts = accounts[0] ? accounts : NULL,
                                  .max_version = s->script.version};
    s->paper = paper_new(&config, paper_main_instruments(), s->begin, e);
    if (!s->paper)
        return false;
    s->peer = paper_connect(s->paper, s->begin);
    return true;
}

static bool is_from_server(const struct wire_scene *s)
{
    return s->from == WIRE_FROM_SERVER && !s->is_handshake;
}

/* What was answered, as a recording: the client's frames where they were. */
static bool write_recording(const struct stage *s, const char *path, struct error *e)
{
    struct buf text;
    size_t k = 0;
    if (file_exists(path))
        return error_set(e, ERROR_CONFLICT, "EXISTS", "%s exists", path);
    buf_init(&text, WIRE_TOOL_TEXT);
    wire_recording_begin(&text, s->script.version, s->script.is_masked);
    for (size_t i = 0; i < s->script.n; i++) {
        const struct wire_scene *scene = &s->script.scenes[i];
        if (scene->from == WIRE_FROM_SERVER)
            continue;
        for (; k < s->answered.n && s->answered.frames[k].time_us < scene->time_us; k++)
            wire_recording_add(&text, s->answered.frames[k].time_us, WIRE_FROM_SERVER,
                               s->answered.frames[k].body);
        wire_recording_add(&text, scene->time_us, scene->from, scene->body);
    }
    for (; k < s->answered.n; k++)
        wire_recording_add(&text, s->answered.frames[k].time_us, WIRE_FROM_SERVER,
                           s->answered.frames[k].body);
    bool ok = text.failed ? error_set(e, ERROR_LIMIT, "TOO_LARGE", "the recording is too long")
                          : file_write(path, buf_str(&text), e);
    buf_fini(&text);
    return ok;
}

static bool conclude(struct stage *s, struct wire_lines *out, struct error *e)
{
    struct wire_side recorded, answered = s->answered;
    struct wire_verdict v;
    wire_side_init(&recorded);
    for (size_t i = 0; i < s->script.n; i++)
        if (is_from_server(&s->script.scenes[i]) &&
            !wire_side_add(&recorded, s->script.scenes[i].time_us, s->script.scenes[i].body))
            break;    /* cannot be: the script had room for it */
    if (answered.n) { /* the handshake tells the time, and is no message */
        answered.frames++;
        answered.n--;
    }
    wire_compare(&recorded, &answered, WIRE_TO_CLIENT, s->script.version, out, &v);
    struct json_writer *w = wire_line_begin(out);
    json_key(w, "event");
    json_text(w, "compared");
    json_key(w, "into");
    json_text(w, "paper");
    wire_verdict_write(&v, w);
    wire_line_end(out);
    wire_side_fini(&recorded);
    return wire_verdict_is_clean(&v) ||
           error_set(e, ERROR_CONFLICT, "DIFFERENT", "the exchange answers differently");
}

bool wire_into_paper(const struct wire_options *o, struct wire_lines *out, struct error *e)
{
    struct stage s = {0};
    bool ok = wire_script_load(&s.script, o->file, e) && prepare(&s, o, out, e);
    if (ok) {
        wire_reader_init(&s.reader, LIMIT_FRAME, false);
        buf_init(&s.frame, LIMIT_FRAME + 64);
        wire_side_init(&s.answered);
        ok = play(&s);
        if (!ok)
            *e = s.failure;
        ok = ok && (!o->record || write_recording(&s, o->record, e)) && conclude(&s, out, e);
        wire_side_fini(&s.answered);
        buf_fini(&s.frame);
        wire_reader_fini(&s.reader);
    }
    paper_free(s.paper);
    wire_script_fini(&s.script);
    return ok;
}
