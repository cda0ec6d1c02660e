/* SPDX-License-Identifier: MIT */
#include "face/cli.h"

#include "base/limits.h"
#include "data/bind.h"
#include "face/arguments.h"
#include "face/cli_inside.h"
#include "face/errors.h"
#include "face/mcp.h"
#include "face/openapi.h"
#include "face/render.h"

#include <assert.h>

enum { FLAG_NAME_MAX = 64 };

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };

/* A command line on its way to a call. */
struct command {
    const struct cli_request *request;
    size_t at; /* the argument to look at next */
    const struct op *op;
    struct bind_pair pairs[CLI_ARGUMENTS_MAX];
    size_t pair_count;
    size_t words; /* positional arguments so far */
    struct common_arguments common;
    struct str account; /* where the operation has no such argument of its own */
    bool json, csv, wide, help;
    bool flags_ended; /* by "--" */
    struct arena *arena;
    struct error error;
};

/* ---- flags ---- */

/* "-5" and "-.5" are numbers. */
static bool is_flag(struct str arg)
{
    return arg.n > 1 && arg.p[0] == '-' && !(arg.p[1] >= '0' && arg.p[1] <= '9') && arg.p[1] != '.';
}

static bool unknown_flag(struct command *c, struct str name)
{
    struct str bare = {name.p + 2, name.n > 2 ? name.n - 2 : 0};
    struct nearest near = nearest_to(bare);
    error_set(&c->error, ERROR_INVALID, "UNKNOWN_FLAG", "unknown flag " STR_FMT,
              STR_ARG(str_sub(name, 0, FLAG_NAME_MAX)));
    for (const struct cli_word *w = cli_flags; w->name; w++)
        nearest_try(&near, w->name + 2);
    for (size_t i = 0; i < c->op->in->count; i++) {
        struct buf flag;
        buf_init(&flag, FLAG_NAME_MAX);
        cli_flag_name(&c->op->in->fields[i], &flag);
        buf_add_char(&flag, '\0');
        struct str kept = arena_str(c->arena, str_sub(buf_str(&flag), 2, flag.n));
        nearest_try(&near, kept.p);
        buf_fini(&flag);
    }
    if (near.best)
        return error_next(&c->error, "did you mean --%s?", near.best);
    return error_next(&c->error, "portcullis %s --help lists the flags", c->op->verb);
}

/* The value of a flag: behind its '=', or the next argument. */
static bool flag_value(struct command *c, struct str name, struct str inlined, struct str *out)
{
    *out = inlined;
    if (inlined.p)
        return true;
    if (c->at == c->request->count)
        return error_set(&c->error, ERROR_INVALID, "MISSING_VALUE", STR_FMT " needs a value",
                         STR_ARG(name));
    *out = c->request->args[c->at++];
    return true;
}

static void add_pair(struct command *c, struct str name, struct str text)
{
    assert(c->pair_count < CLI_ARGUMENTS_MAX); /* each takes at least one argument */
    c->pairs[c->pair_count++] = (struct bind_pair){name, text};
}

/* A flag that stands for a field of the operation; *known is false if it is none. */
static bool field_flag(struct command *c, struct str name, struct str inlined, bool *known)
{
    struct str bare = str_sub(name, 2, name.n), value;
    const struct field *f = bind_find(c->op->in, bare);
    *known = true;
    if (!f && str_starts(bare, STR("no-"))) {
        const struct field *off = bind_find(c->op->in, str_sub(bare, 3, bare.n));
        if (off && off->kind == TYPE_BOOL && !inlined.p) {
            add_pair(c, str_of(off->name), STR("false"));
            return true;
        }
    }
    if (f) {
        if (f->kind == TYPE_BOOL && !inlined.p)
            value = STR("true");
        else if (!flag_value(c, name, inlined, &value))
            return false;
        add_pair(c, str_of(f->name), value);
        return true;
    }
    const struct type *common = arguments_common(c->op);
    f = common ? bind_find(common, bare) : NULL;
    *known = f != NULL;
    return !f || (flag_value(c, name, inlined, &value) &&
                  bind_text(f, value, &c->common, c->arena, &c->error));
}

static bool take_flag(struct command *c, struct str arg)
{
    size_t mark = str_find(arg, '=', 0);
    struct str name = str_sub(arg, 0, mark);
    struct str inlined = mark < arg.n ? str_sub(arg, mark + 1, arg.n) : STR_NONE;
    bool *const global = str_eq(arg, STR("--json"))   ? &c->json
                         : str_eq(arg, STR("--csv"))  ? &c->csv
                         : str_eq(arg, STR("--wide")) ? &c->wide
                         : str_eq(arg, STR("--help")) ? &c->help
                         : str_eq(arg, STR("-h"))     ? &c->help
                                                      : NULL;
    bool known;
    if (global)
        return *global = true;
    if (!str_starts(name, STR("--")))
        return unknown_flag(c, name);
    if (!field_flag(c, name, inlined, &known))
        return false;
    if (known)
        return true;
    if (str_eq(name, STR("--account")))
        return flag_value(c, name, inlined, &c->account);
    return unknown_flag(c, name);
}

/* ---- words ---- */

/* The field of the i-th word; the last positional one takes all that follow if it is a list. */
static const struct field *field_of_word(const struct type *in, size_t i)
{
    const struct field *last = NULL;
    for (size_t k = 0, n = 0; k < in->count; k++) {
        if (!in->fields[k].positional)
            continue;
        last = &in->fields[k];
        if (n++ == i)
            return last;
    }
    return last && last->kind == TYPE_LIST ? last : NULL;
}

static bool take_word(struct command *c, struct str word)
{
    const struct field *f = field_of_word(c->op->in, c->words++);
    if (f) {
        add_pair(c, str_of(f->name), word);
        return true;
    }
    struct str shown = str_sub(word, 0, FLAG_NAME_MAX);
    error_set(&c->error, ERROR_INVALID, "UNEXPECTED_ARGUMENT", "unexpected argument '" STR_FMT "'",
              STR_ARG(shown));
    const struct field *last = c->words > 1 ? field_of_word(c->op->in, c->words - 2) : NULL;
    const struct bind_pair *said = c->pair_count ? &c->pairs[c->pair_count - 1] : NULL;
    if (last && last->kind == TYPE_STR && !last->choices && said &&
        str_eq(said->name, str_of(last->name)))
        return error_next(&c->error,
                          "a text of several words is quoted: \"" STR_FMT " " STR_FMT
                          "\"; portcullis %s --help shows what is expected",
                          STR_ARG(str_sub(said->text, 0, FLAG_NAME_MAX)), STR_ARG(shown),
                          c->op->verb);
    return error_next(&c->error, "portcullis %s --help shows what is expected", c->op->verb);
}

/* Moves *i behind a flag (with its value) that may stand before the verb; false if it is none. */
static bool skip_global(const struct cli_request *r, size_t *i)
{
    struct str arg = r->args[*i], name = str_sub(arg, 0, str_find(arg, '=', 0));
    for (const struct cli_word *w = cli_flags; w->name; w++) {
        if (!str_eq(name, str_of(w->name)))
            continue;
        *i += w->value && name.n == arg.n ? 2 : 1;
        return true;
    }
    return false;
}

/* The operation whose verb is the word at i, or that and the next ("kill engage"). */
static const struct op *op_at(const struct command *c, size_t i, size_t *words)
{
    const struct cli_request *r = c->request;
    const struct op *op = NULL;
    *words = 2;
    if (i + 1 < r->count)
        op = op_find_verb(
            arena_f(c->arena, STR_FMT " " STR_FMT, STR_ARG(r->args[i]), STR_ARG(r->args[i + 1])));
    if (op || i >= r->count)
        return op;
    *words = 1;
    return op_find_verb(r->args[i]);
}

/* The verb is the first word that is no flag; `verb_at` is where it stands. */
static bool find_verb(struct command *c, size_t *verb_at, size_t *verb_words)
{
    *verb_at = 0;
    while (*verb_at < c->request->count && skip_global(c->request, verb_at))
        ;
    c->op = op_at(c, *verb_at, verb_words);
    return c->op != NULL;
}

static bool parse(struct command *c, size_t verb_at, size_t verb_words)
{
    while (c->at < c->request->count) {
        if (c->at == verb_at) {
            c->at += verb_words;
            verb_words = 0;
            verb_at = CLI_ARGUMENTS_MAX + 1;
            continue;
        }
        struct str arg = c->request->args[c->at++];
        if (!c->flags_ended && str_eq(arg, STR("--")))
            c->flags_ended = true;
        else if (!(!c->flags_ended && is_flag(arg) ? take_flag(c, arg) : take_word(c, arg)))
            return false;
    }
    if (c->json && c->csv)
        return error_set(&c->error, ERROR_INVALID, "FORMAT", "--json and --csv exclude each other");
    return true;
}

/* ---- answering ---- */

static void fail(const struct command *c, const struct error *why, const struct call *call,
                 struct cli_reply *reply)
{
    struct json_writer w;
    struct error e = *why;
    error_speak(FACE_CLI, c->op, &e);
    if (c->op && !e.next[0] && e.code == ERROR_INVALID)
        error_next(&e, "portcullis %s --help", c->op->verb);
    error_text(&e, call, &reply->err);
    if (c->json) {
        json_writer_init(&w, &reply->out);
        error_write(&e, call, &w);
        buf_add_char(&reply->out, '\n');
    }
    reply->status = error_face(e.code)->exit;
}

static void show(const struct command *c, const struct call *call, const void *out,
                 struct cli_reply *reply)
{
    struct json_writer w;
    size_t width = c->request->width > 0 ? (size_t)c->request->width : 0;
    struct table_style style = {.width = width, .wide = c->wide};
    if (c->json) {
        json_writer_init(&w, &reply->out);
        render_json(call, out, &w);
        buf_add_char(&reply->out, '\n');
        return;
    }
    render_warnings(call, c->csv ? NULL : out, &reply->err);
    if (!c->csv) {
        render_text(call, out, style, c->request->is_tty, &reply->out);
        return;
    }
    render_csv(call, out, &reply->out);
    if (!call->envelope.complete) {
        render_envelope(&call->envelope, &reply->err);
        buf_add_char(&reply->err, '\n');
    }
}

/* --account where the operation has no such argument: as if it had been chosen before. */
static bool choose_account(const struct command *c, struct principal *who, struct error *e)
{
    if (!c->account.n || str_copy(who->account, sizeof who->account, c->account))
        return true;
    return error_set(e, ERROR_INVALID, "INVALID_ARGUMENT", "--account: this is no account id");
}

static void run(struct command *c, struct task *t, struct core *core, struct principal *who,
                struct cli_reply *reply)
{
    struct call call;
    void *in = arena_alloc(c->arena, c->op->in->size);
    void *out = arena_alloc(c->arena, c->op->out->size);
    call_init(&call, t, core, who, c->op);
    call.idempotency_key = c->common.idempotency_key;
    bool ok = choose_account(c, who, &call.error) &&
              bind_request(c->op->in, NULL, c->pairs, c->pair_count, in, c->arena, &call.error);
    if (ok && c->csv)
        arguments_for_csv(c->op, c->pairs, c->pair_count, NULL, in);
    if (!ok || !op_call(&call, in, out)) {
        fail(c, &call.error, &call, reply);
        return;
    }
    show(c, &call, out, reply);
    reply->status =
        call.awaits_person ? EXIT_AWAITS_PERSON : error_face(call_found_nothing(&call, out))->exit;
    if (reply->out.failed) {
        buf_reset(&reply->out);
        error_set(&c->error, ERROR_LIMIT, "REPLY_TOO_LARGE", "the answer exceeds %d bytes",
                  (int)LIMIT_REPLY);
        fail(c, &c->error, NULL, reply);
    }
}

/* ---- verbs that are no operations ---- */

/* The verb of that name which is no operation, or NULL. */
static const struct cli_word *own_verb(struct str name)
{
    const struct cli_word *w = cli_verbs;
    while (w->name && !str_eq(name, str_of(w->name)))
        w++;
    return w->name ? w : NULL;
}

static bool unknown_verb(struct command *c, struct str verb)
{
    const struct op *op;
    struct nearest near = nearest_to(verb);
    struct str shown = str_sub(verb, 0, FLAG_NAME_MAX);
    if (own_verb(verb)) {
        error_set(&c->error, ERROR_INVALID, "UNEXPECTED_ARGUMENT",
                  "'" STR_FMT "' is not used in this way", STR_ARG(shown));
        return error_next(&c->error, "portcullis help " STR_FMT, STR_ARG(shown));
    }
    for (const struct cli_word *w = cli_verbs; w->name; w++)
        nearest_try(&near, w->name);
    for (size_t i = 0; (op = op_next(&i));)
        nearest_try(&near, op->verb);
    error_set(&c->error, ERROR_INVALID, "UNKNOWN_VERB", "there is no command '" STR_FMT "'",
              STR_ARG(shown));
    if (near.best)
        return error_next(&c->error, "did you mean portcullis %s?", near.best);
    return error_next(&c->error, "portcullis help lists the commands");
}

static bool is_help(struct str arg)
{
    return str_eq(arg, STR("--help")) || str_eq(arg, STR("-h"));
}

static bool tell_help(struct command *c, size_t topic_at, struct buf *out)
{
    size_t words;
    if (topic_at >= c->request->count) {
        cli_help(c->request->width, out);
        return true;
    }
    c->op = op_at(c, topic_at, &words);
    if (c->op) {
        cli_help_op(c->op, c->request->width, out);
        return true;
    }
    const struct cli_word *own = own_verb(c->request->args[topic_at]);
    if (!own)
        return unknown_verb(c, c->request->args[topic_at]);
    cli_help_own(own, c->request->width, out);
    return true;
}

/* help, completion, schema, openapi, and no verb at all. */
static bool run_own(struct command *c, size_t verb_at, struct core *core,
                    const struct principal *who, struct buf *out)
{
    const struct cli_request *r = c->request;
    struct str verb = verb_at < r->count ? r->args[verb_at] : STR_NONE;
    if (!verb.p || str_eq(verb, STR("help")) || str_eq(verb, STR("-h")))
        return tell_help(c, verb_at + 1, out);
    if (own_verb(verb) && verb_at + 2 == r->count && is_help(r->args[verb_at + 1]))
        return tell_help(c, verb_at, out);
    if (str_eq(verb, STR("schema"))) {
        mcp_tools_write(core, who, out);
    } else if (str_eq(verb, STR("openapi"))) {
        openapi_write(out);
    } else if (str_eq(verb, STR("completion"))) {
        if (verb_at + 1 == r->count || !str_eq(r->args[verb_at + 1], STR("bash"))) {
            error_set(&c->error, ERROR_INVALID, "UNKNOWN_SHELL", "completion is made for bash");
            return error_next(&c->error, "portcullis completion bash");
        }
        cli_completion(out);
        return true;
    } else {
        return unknown_verb(c, verb);
    }
    return buf_add_char(out, '\n');
}

void cli_answer(struct task *t, struct core *core, struct principal *who,
                const struct cli_request *request, struct cli_reply *reply)
{
    assert(request->count <= CLI_ARGUMENTS_MAX);
    struct arena *arena = task_arena(t);
    struct command *c = ARENA_NEW(arena, struct command);
    size_t verb_at, verb_words;
    c->request = request;
    c->arena = arena;
    for (size_t i = 0; i < request->count; i++) /* so that a wrong flag is told in JSON too */
        c->json = c->json || str_eq(request->args[i], STR("--json"));
    if (!find_verb(c, &verb_at, &verb_words)) {
        if (!run_own(c, verb_at, core, who, &reply->out))
            fail(c, &c->error, NULL, reply);
    } else if (!parse(c, verb_at, verb_words)) {
        fail(c, &c->error, NULL, reply);
    } else if (c->help) {
        cli_help_op(c->op, request->width, &reply->out);
    } else {
        run(c, t, core, who, reply);
    }
}
