/* SPDX-License-Identifier: MIT */
/* What came of the trial of a Gateway: as JSON for programs, as text for people. */
#include "app/acceptance_private.h"
#include "wire/codec.h"

const char *acceptance_outcome_text(enum acceptance_outcome o)
{
    static const char *const texts[] = {"not reached", "answered", "sent",
                                        "refused",     "silent",   "skipped"};
    return texts[o];
}

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
    for (int id = 0; id < ACCEPTANCE_REPLIES; id++)
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
