/* SPDX-License-Identifier: MIT */
#include "face/errors.h"

#include "data/bind.h"
#include "data/table.h"
#include "face/cli_inside.h"
#include "face/render.h"

#include <assert.h>
#include <string.h>

static const struct error_face faces[ERROR_CODE_COUNT] = {
    [ERROR_NONE] = {200, 0, 0, "done"},
    [ERROR_INVALID] = {400, -32602, 2, "wrong usage or a wrong argument"},
    [ERROR_NOT_FOUND] = {404, -32602, 3, "not found"},
    [ERROR_DENIED] = {403, -32603, 4, "denied, or over a limit"},
    [ERROR_LIMIT] = {429, -32603, 4, NULL},
    [ERROR_CONFLICT] = {409, -32603, 5, "contradicts what exists: ambiguous, duplicate"},
    [ERROR_UNAVAILABLE] = {503, -32603, 6, "not available now: not connected, no price"},
    [ERROR_TIMEOUT] = {504, -32603, 7, "no answer in time; the outcome of an order is unknown"},
    [ERROR_BROKER] = {422, -32603, 8, "refused by the broker"},
    [ERROR_PROTOCOL] = {502, -32600, 9, "the other side sent nonsense"},
    [ERROR_INTERNAL] = {500, -32603, 70, "a fault of the program"},
};

const char exit_awaits_doc[] = "not sent: a person has to approve it first";

const struct error_face *error_face(enum error_code code)
{
    assert(code < ERROR_CODE_COUNT);
    return &faces[code];
}

int error_retry_after_s(const struct error *e)
{
    static const struct {
        const char *reason;
        int wait_s;
    } waits[] = {
        {"RATE_MINUTE", 60},  {"RATE_DAY", 3600},       {"LINES_MAX", 10},
        {"NOT_CONNECTED", 5}, {"TOO_MANY_REQUESTS", 1},
    };
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++)
        if (strcmp(e->reason, waits[i].reason) == 0)
            return waits[i].wait_s;
    return 0;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static void speak_word(enum face face, const struct op *op, struct str word, struct buf *out)
{
    const struct op *named = op_find(word);
    const struct field *f = op ? type_find(op->in, word) : NULL;
    bool is_argument = f && str_find(word, '_', 0) < word.n; /* other names are also plain words */
    if (named && face == FACE_CLI && named->verb)
        buf_add_f(out, "`portcullis %s`", named->verb);
    else if (named && face == FACE_REST && named->route)
        buf_add_c(out, named->route);
    else if (is_argument && face == FACE_CLI && !f->positional)
        cli_flag_name(f, out);
    else
        buf_add_str(out, word);
}

void error_speak(enum face face, const struct op *op, struct error *e)
{
    struct buf out;
    struct str rest = STR_NAME(e->next);
    if (face != FACE_CLI && face != FACE_REST)
        return;
    buf_init(&out, 4 * sizeof e->next);
    while (rest.n > 0) {
        size_t n = 0;
        while (n < rest.n && is_name_char(rest.p[n]))
            n++;
        if (n > 0)
            speak_word(face, op, str_sub(rest, 0, n), &out);
        else
            buf_add_char(&out, rest.p[n++]);
        rest = str_sub(rest, n, rest.n);
    }
    str_copy_cut(e->next, sizeof e->next, buf_str(&out));
    buf_fini(&out);
}

/* The findings behind a failure: the first list of whatever the handler left. */
static const struct field *findings(const struct call *c)
{
    return c && c->detail && c->detail_type ? table_list(c->detail_type) : NULL;
}

void error_write_members(const struct error *e, const struct call *c, struct json_writer *w)
{
    assert(e->code != ERROR_NONE);
    json_key(w, "success");
    json_bool(w, false);
    json_key(w, "error");
    json_text(w, e->text);
    json_key(w, "code");
    json_text(w, e->reason);
    json_key(w, "class");
    json_text(w, error_code_name(e->code));
    json_key(w, "broker_code");
    if (e->broker_code)
        json_i64(w, e->broker_code);
    else
        json_null(w);
    json_key(w, "details");
    const struct field *list = findings(c);
    if (list && !field_absent(list, c->detail)) {
        write_field(list, c->detail, w);
    } else {
        json_begin_array(w);
        json_end_array(w);
    }
    json_key(w, "warnings");
    json_begin_array(w);
    for (size_t i = 0; c && i < c->envelope.warnings.n; i++)
        json_str(w, c->warnings[i]);
    json_end_array(w);
    json_key(w, "next");
    json_text(w, e->next[0] ? e->next : NULL);
}

void error_write(const struct error *e, const struct call *c, struct json_writer *w)
{
    json_begin_object(w);
    error_write_members(e, c, w);
    json_end_object(w);
}

static void line(const char *before, struct str text, struct buf *out)
{
    buf_add_c(out, before);
    table_clean(text, out);
    buf_add_char(out, '\n');
}

/* One finding in one line: "CODE: what was found". */
static void finding_line(const struct type *type, const void *finding, struct buf *out)
{
    struct buf text;
    buf_init(&text, 4096);
    render_row(type, finding, &text);
    line("  - ", buf_str(&text), out);
    buf_fini(&text);
}

void error_text(const struct error *e, const struct call *c, struct buf *out)
{
    line("portcullis: ", STR_NAME(e->text), out);
    const struct field *f = findings(c);
    if (f) {
        const struct list *list = (const void *)((const char *)c->detail + f->offset);
        for (size_t i = 0; i < list->n; i++)
            finding_line(f->of, (const char *)list->items + i * f->of->size, out);
    }
    for (size_t i = 0; c && i < c->envelope.warnings.n; i++)
        if (!f || !render_says(c->detail_type, c->detail, c->warnings[i]))
            line("  warning: ", c->warnings[i], out);
    if (e->next[0])
        line("  next: ", STR_NAME(e->next), out);
}
