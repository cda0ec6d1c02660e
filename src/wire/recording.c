/* SPDX-License-Identifier: MIT */
#include "wire/recording.h"

#include "base/limits.h"
#include "wire/spell.h"

#include <assert.h>

static const char *const senders[] = {
    [WIRE_FROM_CLIENT] = "client", [WIRE_FROM_SERVER] = "server", [WIRE_FROM_DROPPED] = "dropped"};

/* ---- writing ---- */

bool wire_recording_begin(struct buf *out, int version, bool is_masked)
{
    return buf_add_f(out, "portcullis-recording 1 version=%d masked=%s\n", version,
                     is_masked ? "yes" : "no");
}

bool wire_recording_add(struct buf *out, int64_t time_us, enum wire_recorded_from from,
                        struct str body)
{
    assert(body.n > 0 && time_us >= 0);
    buf_add_f(out, "%lld %s ", (long long)time_us, senders[from]);
    wire_spell(WIRE_FORM_BASE64, body, out);
    return buf_add_char(out, '\n');
}

/* ---- reading ---- */

/* The next line without its end, "\r" included; false at the end of the text. */
static bool next_line(struct wire_recording *r, struct str *line)
{
    if (r->at >= r->text.n)
        return false;
    size_t end = str_find(r->text, '\n', r->at);
    *line = str_sub(r->text, r->at, end);
    if (line->n && line->p[line->n - 1] == '\r')
        line->n--;
    r->at = end + 1;
    r->line++;
    return true;
}

static bool bad(const struct wire_recording *r, struct str where, const char *why, struct error *e)
{
    return error_set(e, ERROR_INVALID, "RECORDING", "line %zu, byte %zu: %s", r->line,
                     where.p ? (size_t)(where.p - r->text.p) : 0, why);
}

static bool read_header(struct wire_recording *r, struct str line, struct error *e)
{
    struct str words[4] = {STR_NONE, STR_NONE, STR_NONE, STR_NONE}, rest = line;
    int64_t version;
    for (size_t i = 0; i < 4; i++)
        (void)str_cut(&rest, ' ', &words[i]);
    if (!str_eq(words[0], STR("portcullis-recording")))
        return bad(r, line, "this is no recording: it does not begin with portcullis-recording", e);
    if (!str_eq(words[1], STR("1")))
        return bad(r, words[1], "a recording of another format than 1", e);
    if (!str_starts(words[2], STR("version=")) ||
        !str_to_i64(str_sub(words[2], 8, words[2].n), &version) || version < WIRE_VERSION_MIN ||
        version > WIRE_VERSION_PROTO_MAX)
        return bad(r, words[2], "version=N with a server version that is known should be here", e);
    r->version = (int)version;
    r->is_masked = str_eq(words[3], STR("masked=yes"));
    if (rest.p || (!r->is_masked && !str_eq(words[3], STR("masked=no"))))
        return bad(r, words[3], "masked=yes or masked=no should be here, and nothing more", e);
    return true;
}

bool wire_recording_open(struct wire_recording *r, struct str text, struct error *e)
{
    struct str line;
    *r = (struct wire_recording){.text = text};
    buf_init(&r->body, LIMIT_FRAME);
    if (next_line(r, &line) ? read_header(r, line, e) : bad(r, text, "the recording is empty", e))
        return true;
    buf_fini(&r->body);
    return false;
}

void wire_recording_close(struct wire_recording *r)
{
    buf_fini(&r->body);
}

static bool read_frame(struct wire_recording *r, struct str line, struct wire_recorded *out,
                       struct error *e)
{
    struct str rest = line, time, from;
    size_t offset = 0, k = 0;
    struct error why;
    if (!str_cut(&rest, ' ', &time) || !str_to_i64(time, &out->time_us) ||
        out->time_us < r->time_us)
        return bad(r, line, "microseconds, not less than before, should be here", e);
    if (!str_cut(&rest, ' ', &from))
        return bad(r, line, "the sender is missing", e);
    while (k < 3 && !str_eq(from, str_of(senders[k])))
        k++;
    if (k == 3)
        return bad(r, from, "client, server or dropped should be here", e);
    buf_reset(&r->body);
    if (!wire_unspell(WIRE_FORM_BASE64, rest, &r->body, &offset, &why))
        return bad(r, str_sub(rest, offset, rest.n), why.text, e);
    if (!r->body.n)
        return bad(r, line, "a frame is not empty", e);
    out->from = (enum wire_recorded_from)k;
    out->body = buf_str(&r->body);
    r->time_us = out->time_us;
    bool *seen = out->from == WIRE_FROM_SERVER ? &r->seen_hello : &r->seen_offer;
    out->is_handshake = !*seen;
    *seen = true;
    return true;
}

enum wire_recorded_next wire_recording_next(struct wire_recording *r, struct wire_recorded *out,
                                            struct error *e)
{
    struct str line;
    while (next_line(r, &line))
        if (line.n && line.p[0] != '#')
            return read_frame(r, line, out, e) ? WIRE_RECORDED_FRAME : WIRE_RECORDED_BAD;
    return WIRE_RECORDED_END;
}
