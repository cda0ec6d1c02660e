/* SPDX-License-Identifier: MIT */
#include "app/acceptance.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "wire/frame.h"
#include "wire/mask.h"
#include "wire/message.h"
#include "wire/parse.h"
#include "wire/recording.h"
#include "wire/reply.h"
#include "wire/request.h"
#include "wire/request_id.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    RECORDING_MAX = 64 << 20,
    OUT_MAX = 1 << 20,
    ARENA = 128 << 20,
    FIELDS_MAX = 1024,
    FIRST_REQUEST = 7001,
    SETTLE_MS = 50, /* after a step: what comes late still belongs to it */
    REPLIES = 112,
    LENGTH = 4,
    CODE_CANCELLED = 202,
    EXAMPLES_MAX = 8
};

enum phase { PHASE_HANDSHAKE, PHASE_LOGIN, PHASE_ASKING, PHASE_SETTLING, PHASE_OVER };

/* A frame that was not as it should be. */
struct example {
    int id;
    char text[ACCEPTANCE_TEXT];
};

struct acceptance {
    struct acceptance_config config;
    enum phase phase;
    struct instant begin, deadline, asked_at;
    struct moment now;
    struct wire_reader reader;
    struct arena *arena;
    struct buf out, recording, masked, again;
    struct wire_mask mask;
    int version; /* 0: no handshake yet */
    char server_time[64];
    char account[32];
    bool is_paper, has_accounts, has_order_id, is_closed;
    int32_t order_id;
    size_t at; /* the step in work */
    struct acceptance_result results[ACCEPTANCE_STEPS_MAX];
    char trouble[ACCEPTANCE_TEXT]; /* why it ended early */
    /* every frame of the server */
    size_t seen[REPLIES], unknown, unreadable, rewritten, differing, skipped_fields;
    struct example examples[EXAMPLES_MAX];
    size_t example_count;
};

const char *acceptance_outcome_text(enum acceptance_outcome o)
{
    static const char *const texts[] = {"not reached", "answered", "sent",
                                        "refused",     "silent",   "skipped"};
    return texts[o];
}

/* ---- life ---- */

struct acceptance *acceptance_new(const struct acceptance_config *config, struct moment now)
{
    assert(acceptance_step_count <= ACCEPTANCE_STEPS_MAX && config->wait_ms > 0);
    struct acceptance *a = xcalloc(1, sizeof *a);
    a->config = *config;
    a->now = now;
    a->begin = now.mono;
    a->deadline = instant_after_ms(now.mono, config->wait_ms);
    a->arena = arena_new(ARENA);
    wire_reader_init(&a->reader, LIMIT_FRAME, false);
    buf_init(&a->out, OUT_MAX);
    buf_init(&a->recording, RECORDING_MAX);
    buf_init(&a->masked, LIMIT_FRAME);
    buf_init(&a->again, LIMIT_FRAME + LENGTH);
    wire_offer_build(&a->out, config->min_version, config->max_version, STR(""));
    return a;
}

void acceptance_free(struct acceptance *a)
{
    if (!a)
        return;
    wire_reader_fini(&a->reader);
    buf_fini(&a->out);
    buf_fini(&a->recording);
    buf_fini(&a->masked);
    buf_fini(&a->again);
    arena_free(a->arena);
    xfree(a);
}

struct str acceptance_output(const struct acceptance *a)
{
    return buf_str(&a->out);
}

void acceptance_sent(struct acceptance *a, size_t n)
{
    assert(n <= a->out.n);
    memmove(a->out.p, a->out.p + n, a->out.n - n);
    buf_cut(&a->out, a->out.n - n);
}

bool acceptance_is_over(const struct acceptance *a)
{
    return a->phase == PHASE_OVER;
}

struct instant acceptance_next(const struct acceptance *a)
{
    return a->phase == PHASE_OVER ? INSTANT_NEVER : a->deadline;
}

struct str acceptance_recording(const struct acceptance *a)
{
    return buf_str(&a->recording);
}

static void end(struct acceptance *a, const char *why)
{
    if (why && !a->trouble[0])
        str_copy_cut(a->trouble, sizeof a->trouble, str_of(why));
    a->phase = PHASE_OVER;
}

/* ---- recording, and what is wrong with frames ---- */

static void record(struct acceptance *a, enum wire_recorded_from from, struct str body)
{
    enum wire_direction way = from == WIRE_FROM_SERVER ? WIRE_TO_CLIENT : WIRE_TO_SERVER;
    int64_t time_us = (a->now.mono.ns - a->begin.ns) / NS_PER_US;
    struct error e;
    buf_reset(&a->masked);
    if (wire_mask(&a->mask, way, body, a->version, a->arena, &a->masked, &e) && a->masked.n)
        wire_recording_add(&a->recording, time_us, from, buf_str(&a->masked));
    else
        buf_add_f(&a->recording, "# a frame of %zu bytes is left out: it cannot be masked\n",
                  body.n);
}

static void add_example(struct acceptance *a, int id, const char *text)
{
    if (a->example_count == EXAMPLES_MAX)
        return;
    struct example *x = &a->examples[a->example_count++];
    x->id = id;
    str_copy_cut(x->text, sizeof x->text, str_of(text));
}

/* Can it be read to the last byte, and do we write the same? */
static void examine(struct acceptance *a, struct str body, const struct wire_any *any,
                    const struct error *why)
{
    struct error e;
    if (why) {
        if (strcmp(why->reason, "WIRE_UNKNOWN_MESSAGE") == 0)
            a->unknown++;
        else
            a->unreadable++;
        add_example(a, any->id, why->text);
        return;
    }
    a->seen[any->id]++;
    a->skipped_fields += any->skipped;
    buf_reset(&a->again);
    if (wire_encode_again(any, a->version, &a->again, &e) &&
        str_eq(str_sub(buf_str(&a->again), LENGTH, a->again.n), body)) {
        a->rewritten++;
        return;
    }
    a->differing++;
    add_example(a, any->id, "its bytes are not those that are written here");
}

/* ---- sending ---- */

static const struct acceptance_step *step_of(const struct acceptance *a)
{
    return &acceptance_steps[a->at];
}

static int32_t request_id(const struct acceptance *a)
{
    return FIRST_REQUEST + (int32_t)a->at;
}

static int32_t order_id(const struct acceptance *a)
{
    return a->order_id + step_of(a)->order;
}

/* The fields with what stands for $R, $O and $A. */
static void fill_in(const struct acceptance *a, const char *fields, struct buf *out)
{
    for (const char *p = fields; *p; p++) {
        if (*p != '$') {
            buf_add_char(out, *p);
            continue;
        }
        p++;
        if (*p == 'A')
            buf_add_c(out, a->account);
        else
            buf_add_f(out, "%d", (int)(*p == 'R' ? request_id(a) : order_id(a)));
    }
}

/* False if the message does not exist at this version. */
static bool send_message(struct acceptance *a, const char *name, const char *fields)
{
    struct buf json;
    struct wire_any any;
    struct error e;
    size_t start = a->out.n;
    const struct wire_message *type = wire_find_named(WIRE_TO_SERVER, -1, str_of(name));
    assert(type);
    buf_init(&json, FIELDS_MAX);
    fill_in(a, fields, &json);
    arena_reset(a->arena);
    const struct json *j = json_parse(buf_str(&json), a->arena, &e);
    bool ok = a->version >= type->min_version && j && wire_parse(j, type, a->arena, &any, &e) &&
              wire_encode_again(&any, a->version, &a->out, &e);
    buf_fini(&json);
    if (ok)
        record(a, WIRE_FROM_CLIENT, str_sub(buf_str(&a->out), start + LENGTH, a->out.n));
    return ok;
}

/* ---- steps ---- */

static void settle(struct acceptance *a, enum acceptance_outcome outcome)
{
    struct acceptance_result *r = &a->results[a->at];
    const struct acceptance_step *s = step_of(a);
    r->outcome = outcome;
    r->took_ms = instant_ms_since(a->asked_at, a->now.mono);
    bool is_done = outcome == ACCEPTANCE_ANSWERED && s->kind == ACCEPTANCE_ORDER;
    if (s->then && outcome != ACCEPTANCE_REFUSED && !is_done)
        (void)send_message(a, s->then, s->then_fields);
    a->phase = PHASE_SETTLING;
    a->deadline = instant_after_ms(a->now.mono, SETTLE_MS);
}

/* The next step that can be taken, or the end. */
static void go_on(struct acceptance *a)
{
    for (; a->at < acceptance_step_count; a->at++) {
        const struct acceptance_step *s = step_of(a);
        struct acceptance_result *r = &a->results[a->at];
        bool may = s->kind != ACCEPTANCE_ORDER || (a->config.allows_orders && a->is_paper);
        a->asked_at = a->now.mono;
        if (may && send_message(a, s->request, s->fields)) {
            a->phase = PHASE_ASKING;
            a->deadline = instant_after_ms(a->now.mono, a->config.wait_ms);
            if (s->kind == ACCEPTANCE_TELL)
                settle(a, ACCEPTANCE_SENT);
            return;
        }
        r->outcome = ACCEPTANCE_SKIPPED;
        str_copy_cut(r->text, sizeof r->text,
                     str_of(may                        ? "does not exist at this server version"
                            : !a->config.allows_orders ? "orders were not asked for"
                                                       : "not all accounts are paper accounts"));
    }
    end(a, NULL);
}

/* Warnings and notices come as errors, too. */
static bool is_warning(int code)
{
    return (code >= 2100 && code < 2200) || code == 399 || code == 10090 || code == 10167 ||
           code == 10349;
}

static void on_error(struct acceptance *a, const struct wire_rep_error *m)
{
    const struct acceptance_step *s = step_of(a);
    struct acceptance_result *r = &a->results[a->at];
    bool is_mine = s->kind == ACCEPTANCE_ORDER ? m->id == order_id(a) : m->id == request_id(a);
    if (!is_mine)
        return;
    r->code = m->error_code;
    str_copy_cut(r->text, sizeof r->text, m->error_msg);
    wire_mask_text(&a->mask, r->text, strlen(r->text));
    if (a->phase != PHASE_ASKING || is_warning(m->error_code) || m->error_code == CODE_CANCELLED)
        return;
    settle(a, s->refusal == m->error_code ? ACCEPTANCE_ANSWERED : ACCEPTANCE_REFUSED);
}

static bool has_word(const char *words, struct str word)
{
    char quoted[48];
    int n = snprintf(quoted, sizeof quoted, "|" STR_FMT "|", STR_ARG(word));
    return words && n > 0 && (size_t)n < sizeof quoted && strstr(words, quoted);
}

/* Does a message belong to the order of the step, and does it end it? */
static bool is_of_order(const struct acceptance *a, const struct wire_any *any, bool *is_end)
{
    if (any->id == WIRE_REP_OPEN_ORDER) {
        const struct wire_rep_open_order *m = any->message;
        *is_end = step_of(a)->end == any->id;
        return m->order_id == order_id(a);
    }
    if (any->id == WIRE_REP_ORDER_STATUS) {
        const struct wire_rep_order_status *m = any->message;
        *is_end = has_word(step_of(a)->statuses, m->status);
        return m->order_id == order_id(a);
    }
    return false;
}

static void on_answer(struct acceptance *a, const struct wire_any *any)
{
    const struct acceptance_step *s = step_of(a);
    int32_t id;
    bool is_end = s->end ? any->id == s->end : true;
    bool is_mine = s->kind == ACCEPTANCE_ORDER ? is_of_order(a, any, &is_end)
                   : wire_request_id(any, &id) ? id == request_id(a)
                                               : any->id == s->answer || any->id == s->end;
    if (!is_mine)
        return;
    a->results[a->at].frames++;
    if (is_end && a->phase == PHASE_ASKING)
        settle(a, ACCEPTANCE_ANSWERED);
}

/* ---- the beginning ---- */

static void on_hello(struct acceptance *a, struct str body)
{
    struct wire_hello hello;
    struct error e;
    char offer[48];
    if (!wire_hello_parse(body, a->config.min_version, a->config.max_version, &hello, &e)) {
        end(a, e.text);
        return;
    }
    a->version = hello.version;
    str_copy_cut(a->server_time, sizeof a->server_time, hello.time);
    wire_recording_begin(&a->recording, a->version, true);
    int n = snprintf(offer, sizeof offer, "v%d..%d", a->config.min_version, a->config.max_version);
    wire_recording_add(&a->recording, 0, WIRE_FROM_CLIENT, (struct str){offer, (size_t)n});
    wire_recording_add(&a->recording, (a->now.mono.ns - a->begin.ns) / NS_PER_US, WIRE_FROM_SERVER,
                       body);
    struct wire_req_start_api start = {.client_id = a->config.client_id};
    size_t at = a->out.n;
    if (!wire_encode(WIRE_TO_SERVER, WIRE_REQ_START_API, &start, a->version, &a->out, &e))
        end(a, e.text);
    else
        record(a, WIRE_FROM_CLIENT, str_sub(buf_str(&a->out), at + LENGTH, a->out.n));
    a->phase = PHASE_LOGIN;
}

static void on_accounts(struct acceptance *a, struct str list)
{
    struct str name;
    a->is_paper = true;
    while (str_cut(&list, ',', &name)) {
        if (!name.n)
            continue;
        a->is_paper = a->is_paper && name.p[0] == 'D';
        if (!a->account[0] && !str_copy(a->account, sizeof a->account, name))
            a->account[0] = '\0';
    }
    a->is_paper = a->is_paper && a->account[0];
    /* it goes into JSON */
    for (const char *p = a->account; *p; p++)
        if (*p == '"' || *p == '\\' || *p == '$')
            a->account[0] = '\0';
    a->has_accounts = true;
}

static void on_login(struct acceptance *a, const struct wire_any *any)
{
    if (any->id == WIRE_REP_MANAGED_ACCOUNTS) {
        const struct wire_rep_managed_accounts *m = any->message;
        on_accounts(a, m->accounts_list);
    } else if (any->id == WIRE_REP_NEXT_VALID_ID) {
        const struct wire_rep_next_valid_id *m = any->message;
        a->order_id = m->order_id;
        a->has_order_id = true;
    } else if (any->id == WIRE_REP_ERROR) {
        const struct wire_rep_error *m = any->message;
        if (m->id == -1 && !is_warning(m->error_code)) {
            char text[ACCEPTANCE_TEXT];
            (void)snprintf(text, sizeof text, "%d: " STR_FMT, (int)m->error_code,
                           STR_ARG(m->error_msg));
            end(a, text);
        }
    }
    if (a->phase == PHASE_LOGIN && a->has_accounts && a->has_order_id)
        go_on(a);
}

/* ---- driving ---- */

static void on_frame(struct acceptance *a, struct str body)
{
    struct wire_any any;
    struct error e;
    if (a->phase == PHASE_HANDSHAKE) {
        on_hello(a, body);
        return;
    }
    arena_reset(a->arena);
    record(a, WIRE_FROM_SERVER, body);
    bool ok = wire_decode(WIRE_TO_CLIENT, body, a->version, a->arena, &any, &e);
    examine(a, body, &any, ok ? NULL : &e);
    if (!ok)
        return;
    if (a->phase == PHASE_LOGIN)
        on_login(a, &any);
    else if (any.id == WIRE_REP_ERROR)
        on_error(a, any.message);
    else
        on_answer(a, &any);
}

void acceptance_input(struct acceptance *a, struct str bytes, struct moment now)
{
    struct str body;
    struct error e;
    enum wire_next next = WIRE_NEXT_MORE;
    a->now = now;
    if (a->phase == PHASE_OVER)
        return;
    wire_reader_feed(&a->reader, bytes.p, bytes.n);
    while (a->phase != PHASE_OVER &&
           (next = wire_reader_next(&a->reader, &body, &e)) == WIRE_NEXT_FRAME)
        on_frame(a, body);
    if (a->phase != PHASE_OVER && next == WIRE_NEXT_BROKEN)
        end(a, e.text);
}

void acceptance_step(struct acceptance *a, struct moment now)
{
    a->now = now;
    if (a->phase == PHASE_OVER || !instant_due(a->deadline, now.mono))
        return;
    if (a->phase == PHASE_ASKING)
        settle(a, ACCEPTANCE_SILENT);
    else if (a->phase == PHASE_SETTLING) {
        a->at++;
        go_on(a);
    } else
        end(a, a->phase == PHASE_HANDSHAKE ? "no answer to the handshake"
                                           : "no accounts and no order id after the handshake");
}

void acceptance_closed(struct acceptance *a, const char *why)
{
    if (a->phase == PHASE_OVER)
        return;
    if (a->phase == PHASE_ASKING)
        a->results[a->at].outcome = ACCEPTANCE_REFUSED;
    a->is_closed = true;
    end(a, why);
}

/* ---- what came of it ---- */

static size_t count(const struct acceptance *a, enum acceptance_outcome o)
{
    size_t n = 0;
    for (size_t i = 0; i < acceptance_step_count; i++)
        n += a->results[i].outcome == o;
    return n;
}

int acceptance_version(const struct acceptance *a)
{
    return a->version;
}

bool acceptance_is_good(const struct acceptance *a)
{
    return a->version && !a->trouble[0] && !count(a, ACCEPTANCE_REFUSED) &&
           !count(a, ACCEPTANCE_SILENT) && !a->unknown && !a->unreadable && !a->differing;
}

static void write_number(struct json_writer *w, const char *key, size_t n)
{
    json_key(w, key);
    json_i64(w, (int64_t)n);
}

static void write_steps(const struct acceptance *a, struct json_writer *w)
{
    json_key(w, "steps");
    json_begin_array(w);
    for (size_t i = 0; i < acceptance_step_count; i++) {
        const struct acceptance_result *r = &a->results[i];
        json_begin_object(w);
        json_key(w, "step");
        json_text(w, acceptance_steps[i].name);
        json_key(w, "request");
        json_text(w, acceptance_steps[i].request);
        json_key(w, "outcome");
        json_text(w, acceptance_outcome_text(r->outcome));
        write_number(w, "took_ms", (size_t)r->took_ms);
        write_number(w, "frames", r->frames);
        if (r->code)
            write_number(w, "code", (size_t)r->code);
        if (r->text[0]) {
            json_key(w, "text");
            json_text(w, r->text);
        }
        json_end_object(w);
    }
    json_end_array(w);
}

static void write_messages(const struct acceptance *a, struct json_writer *w)
{
    json_key(w, "messages");
    json_begin_object(w);
    for (int id = 0; id < REPLIES; id++)
        if (a->seen[id])
            write_number(w, wire_find(WIRE_TO_CLIENT, id)->name, a->seen[id]);
    json_end_object(w);
    json_key(w, "examples");
    json_begin_array(w);
    for (size_t i = 0; i < a->example_count; i++) {
        json_begin_object(w);
        json_key(w, "id");
        json_i64(w, a->examples[i].id);
        json_key(w, "text");
        json_text(w, a->examples[i].text);
        json_end_object(w);
    }
    json_end_array(w);
}

void acceptance_report_json(const struct acceptance *a, struct json_writer *w)
{
    json_begin_object(w);
    write_number(w, "offered_min", (size_t)a->config.min_version);
    write_number(w, "offered_max", (size_t)a->config.max_version);
    write_number(w, "server_version", (size_t)a->version);
    json_key(w, "server_time");
    json_text(w, a->server_time);
    json_key(w, "paper_account");
    json_bool(w, a->is_paper);
    json_key(w, "good");
    json_bool(w, acceptance_is_good(a));
    json_key(w, "ended_early");
    json_text(w, a->trouble[0] ? a->trouble : NULL);
    for (int o = ACCEPTANCE_ANSWERED; o <= ACCEPTANCE_SKIPPED; o++)
        write_number(w, acceptance_outcome_text((enum acceptance_outcome)o),
                     count(a, (enum acceptance_outcome)o));
    write_number(w, "frames_same_bytes", a->rewritten);
    write_number(w, "frames_other_bytes", a->differing);
    write_number(w, "frames_unreadable", a->unreadable);
    write_number(w, "frames_unknown", a->unknown);
    write_number(w, "unknown_fields", a->skipped_fields);
    write_steps(a, w);
    write_messages(a, w);
    json_end_object(w);
}

void acceptance_report_text(const struct acceptance *a, struct buf *out)
{
    if (a->version)
        buf_add_f(out, "server version %d (offered %d to %d), %s\n", a->version,
                  a->config.min_version, a->config.max_version, a->server_time);
    else
        buf_add_f(out, "no server version (offered %d to %d)\n", a->config.min_version,
                  a->config.max_version);
    for (size_t i = 0; a->version && i < acceptance_step_count; i++) {
        const struct acceptance_result *r = &a->results[i];
        buf_add_f(out, "  %-30s %-11s %6lld ms %5zu frames", acceptance_steps[i].name,
                  acceptance_outcome_text(r->outcome), (long long)r->took_ms, r->frames);
        if (r->code)
            buf_add_f(out, "  %d", r->code);
        if (r->text[0])
            buf_add_f(out, "  %s", r->text);
        buf_add_char(out, '\n');
    }
    buf_add_f(out,
              "  %zu answered, %zu refused, %zu silent, %zu skipped\n"
              "  frames: %zu have the bytes that are written here, %zu others, %zu unreadable, "
              "%zu of unknown messages; %zu unknown fields\n",
              count(a, ACCEPTANCE_ANSWERED), count(a, ACCEPTANCE_REFUSED),
              count(a, ACCEPTANCE_SILENT), count(a, ACCEPTANCE_SKIPPED), a->rewritten, a->differing,
              a->unreadable, a->unknown, a->skipped_fields);
    for (size_t i = 0; i < a->example_count; i++) {
        const struct wire_message *m = wire_find(WIRE_TO_CLIENT, a->examples[i].id);
        buf_add_f(out, "  message %d %s: %s\n", a->examples[i].id, m ? m->name : "",
                  a->examples[i].text);
    }
    if (a->trouble[0])
        buf_add_f(out, "  ended early: %s\n", a->trouble);
}
