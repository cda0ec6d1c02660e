/* SPDX-License-Identifier: MIT */
#include "app/acceptance_private.h"

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
    LENGTH = 4,
    CODE_CANCELLED = 202
};

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
    if (a->example_count == ACCEPTANCE_EXAMPLES_MAX)
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
