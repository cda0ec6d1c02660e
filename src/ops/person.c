/* SPDX-License-Identifier: MIT */
/*
 * person: is a person behind this call? And the operations around the PIN by which one shows it.
 *
 * Nothing that a caller can put into a request counts: not an argument, not standard input, not the
 * environment. What counts is the PIN, typed on the terminal that the client opens for the purpose,
 * or the user id that the kernel names for the connection.
 */
#include "ops/op.h"

#include "data/json.h"

#include <stdio.h>
#include <string.h>

static void record(struct call *c, const char *what, const char *proof, bool ok)
{
    struct buf b;
    struct json_writer w;
    struct error e;
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "operation");
    json_text(&w, c->op->name);
    json_key(&w, "to");
    json_text(&w, what);
    json_key(&w, "proof");
    json_text(&w, proof);
    json_key(&w, "ok");
    json_bool(&w, ok);
    if (!ok) {
        json_key(&w, "reason");
        json_text(&w, c->error.reason);
    }
    json_end_object(&w);
    if (c->core->journal &&
        !journal_append(c->core->journal, JOURNAL_PERSON, STR_NAME(c->who->name), buf_str(&b),
                        task_now(c->task), &e))
        log_error(&c->core->log, "journal person: %s", e.text);
    log_warn(&c->core->log, "person %s to %s by=%s", ok ? "proven" : c->error.reason, what, proof);
    buf_fini(&b);
}

static bool human_only(struct call *c, const char *what)
{
    error_set(&c->error, ERROR_DENIED, "HUMAN_ONLY", "only a person can %s", what);
    if (c->op->verb)
        return error_next(&c->error, "a person types `portcullis %s` at a terminal", c->op->verb);
    return false;
}

/* Asks at the terminal and checks the answer. */
static bool prove(struct call *c, const char *what)
{
    char prompt[300]; /* an order in words, with its exits */
    struct secret typed = {0};
    (void)snprintf(prompt, sizeof prompt, "PIN to %s: ", what);
    bool ok = pin_may_try(c->core->pin, task_now(c->task).wall, &c->error) &&
              c->who->terminal->ask(c->who->terminal->self, c->task, prompt, &typed, &c->error) &&
              pin_check(c->task, c->core->pin, &typed, &c->error);
    secret_wipe(&typed);
    return ok;
}

bool call_person(struct call *c, const char *what)
{
    if (c->who->is_human) {
        record(c, what, "uid", true);
        return true;
    }
    if (!c->who->terminal || !c->core->pin)
        return human_only(c, what);
    bool ok = prove(c, what);
    record(c, what, "pin", ok);
    return ok;
}

/* ---- get_pin_status ---- */

struct no_in {
    char unused;
};
static const struct type no_in_type = {.name = "nothing", .size = sizeof(struct no_in)};

struct pin_out {
    bool is_set;
    struct opt_utc set_at;
    int64_t failures;
    struct opt_utc locked_until;
};
static const struct field pin_out_fields[] = {
    FIELD(struct pin_out, is_set, .doc = "A PIN is set"),
    FIELD(struct pin_out, set_at, .doc = "When it was"),
    FIELD(struct pin_out, failures, .doc = "Wrong attempts since the last right one"),
    FIELD(struct pin_out, locked_until, .doc = "Until when no attempt is taken"),
};
static const struct type pin_out_type = TYPE_OF(struct pin_out, pin_out_fields);

static bool get_pin_status(struct call *c, const void *in, void *result)
{
    (void)in;
    struct pin_out *out = result;
    struct pin_status s = {0};
    if (c->core->pin)
        pin_status(c->core->pin, task_now(c->task).wall, &s);
    *out = (struct pin_out){s.is_set, s.set_at, s.failures, s.locked_until};
    if (!s.is_set)
        call_warn(c, "no PIN is set: nobody can release the kill switch or arm live trading; set "
                     "one before an assistant gets a shell");
    return true;
}

/* ---- set_pin ---- */

/* The new PIN, typed twice. */
static bool ask_twice(struct call *c, struct secret *out)
{
    const struct terminal *t = c->who->terminal;
    struct secret again = {0};
    bool ok = t->ask(t->self, c->task, "New PIN (4 to 64 characters): ", out, &c->error) &&
              t->ask(t->self, c->task, "The new PIN again: ", &again, &c->error);
    if (ok && (out->n != again.n || memcmp(out->text, again.text, out->n) != 0))
        ok = error_set(&c->error, ERROR_INVALID, "PIN_DIFFERS", "the two PINs are not the same");
    secret_wipe(&again);
    return ok;
}

static bool set_pin(struct call *c, const void *in, void *result)
{
    struct pin_status s;
    struct secret fresh = {0};
    if (!c->who->terminal || !c->core->pin)
        return human_only(c, "set the PIN");
    pin_status(c->core->pin, task_now(c->task).wall, &s);
    if (s.is_set && !call_person(c, "change the PIN"))
        return false;
    bool ok = ask_twice(c, &fresh) && pin_set(c->task, c->core->pin, &fresh, &c->error);
    secret_wipe(&fresh);
    record(c, s.is_set ? "change the PIN" : "set the first PIN", "terminal", ok);
    return ok && get_pin_status(c, in, result);
}

static const struct op person_ops[] = {
    {.name = "set_pin",
     .title = "Set the PIN",
     .doc =
         "Sets the PIN by which a person releases the kill switch, arms live trading and loosens "
         "the gate. It is typed twice at the terminal; changing it asks for the old one first. "
         "It is never taken from an argument, the environment or a pipe.",
     .in = &no_in_type,
     .out = &pin_out_type,
     .effect = OP_ADMIN,
     .verb = "pin set",
     .example = "pin set",
     .category = "safety",
     .run = set_pin},
    {.name = "get_pin_status",
     .title = "PIN",
     .doc = "Whether a PIN is set, wrong attempts, and until when it is locked.",
     .in = &no_in_type,
     .out = &pin_out_type,
     .effect = OP_ADMIN,
     .is_idempotent = true,
     .verb = "pin status",
     .example = "pin status",
     .category = "safety",
     .run = get_pin_status},
};
const struct op_set person_op_set = {person_ops, sizeof person_ops / sizeof person_ops[0]};
