/* SPDX-License-Identifier: MIT */
#include "ops/op.h"

#include "data/bind.h"
#include "data/json.h"
#include "op_sets.h" /* made by the build: one row for each `const struct op_set` under ops/ */
#include "ops/tally.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINK_WAIT_MS = 5000, LINK_POLL_MS = 10, LINK_ATTEMPTS_MAX = 5 };

static const char *const mode_choices[] = {"unknown", "paper", "live", NULL};
static const char *const data_type_choices[] = {"none",    "live",           "frozen",
                                                "delayed", "delayed_frozen", NULL};

static const struct field envelope_fields[] = {
    FIELD(struct envelope, account, .doc = "Account that the answer is about"),
    FIELD(struct envelope, mode, .doc = "Paper or live money", .choices = mode_choices),
    FIELD(struct envelope, as_of, .doc = "When this answer was made, UTC"),
    FIELD(struct envelope, source, .doc = "Where the facts come from"),
    FIELD(struct envelope, data_type, .doc = "Kind of the market data used",
          .choices = data_type_choices),
    FIELD(struct envelope, age_s, .doc = "Age of the oldest price used", .unit = "s"),
    FIELD(struct envelope, complete, .doc = "False if something is missing; see warnings"),
    FIELD(struct envelope, warnings, .doc = "What the reader must know"),
};
const struct type envelope_type = TYPE_OF(struct envelope, envelope_fields);

const char *const detail_choices[] = {"concise", "full", NULL};

bool op_is_write(const struct op *op)
{
    return op->effect != OP_READ && op->effect != OP_PREVIEW;
}

/* ---- the table of tables ---- */

/* Sets that a test build adds; filled before the first call, constant afterwards. */
static const struct op_set *extra_sets[OP_SETS_MAX];
static size_t extra_count;

void op_register(const struct op_set *set)
{
    assert(extra_count < OP_SETS_MAX);
    extra_sets[extra_count++] = set;
}

/* *i is the number of a set, in steps of more than a set has, and of an operation in it: so each is
 * found at once, however many come before. */
const struct op *op_next(size_t *i)
{
    enum { STEP = 1024 };
    for (; *i / STEP < OP_SET_COUNT + extra_count; *i += STEP - *i % STEP) {
        size_t s = *i / STEP;
        const struct op_set *set = s < OP_SET_COUNT ? op_sets[s] : extra_sets[s - OP_SET_COUNT];
        assert(set->count < STEP);
        if (*i % STEP < set->count)
            return &set->ops[(*i)++ % STEP];
    }
    return NULL;
}

const struct op *op_find(struct str name)
{
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));)
        if (str_is(name, op->name))
            return op;
    return NULL;
}

const struct op *op_find_verb(struct str verb)
{
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));)
        if (op->verb && str_eq(verb, str_of(op->verb)))
            return op;
    return NULL;
}

bool op_is_listed(const struct core *core, const struct op *op)
{
    unsigned mode = core->settings->values.limits.mode;
    bool may_trade = mode == GUARD_AUTO ? core->is_embedded : mode != GUARD_READ_ONLY;
    return (op->effect != OP_TRADE && op->effect != OP_NOTE) || may_trade;
}

/* ---- running ---- */

void call_init(struct call *c, struct task *t, struct core *core, struct principal *who,
               const struct op *op)
{
    *c = (struct call){.task = t, .arena = task_arena(t), .core = core, .who = who, .op = op};
    c->envelope.complete = true;
    c->envelope.source = core->is_embedded ? STR("paper exchange") : STR("broker");
    c->envelope.warnings.items = c->warnings;
}

enum scope scope_of(enum op_effect effect)
{
    static const enum scope by_effect[] = {
        [OP_READ] = SCOPE_READ,  [OP_PREVIEW] = SCOPE_PREVIEW, [OP_NOTE] = SCOPE_NOTE,
        [OP_HALT] = SCOPE_READ,  [OP_TRADE] = SCOPE_TRADE,     [OP_APPROVE] = SCOPE_APPROVE,
        [OP_ADMIN] = SCOPE_ADMIN};
    assert(effect < sizeof by_effect / sizeof by_effect[0]);
    return by_effect[effect];
}

/* ---- what was asked and answered, for the journal ---- */

enum { ARGUMENTS_MAX = 32 << 10 };

/* A failure is told to the log alone: what must not go on unrecorded waits for the gate's record.
 */
static int64_t record(struct call *c, enum journal_kind kind, struct buf *body)
{
    struct error e;
    int64_t seq = body->failed ? 0
                               : journal_append(c->core->journal, kind, STR_NAME(c->who->name),
                                                buf_str(body), task_now(c->task), &e);
    if (!seq && !body->failed)
        log_error(&c->core->log, "journal %s: %s", journal_kind_text(kind), e.text);
    buf_fini(body);
    return seq;
}

/* A core without a journal (a test of a face, say) has nothing that could be changed. */
static bool is_recorded(const struct call *c)
{
    return c->core->journal && op_is_write(c->op);
}

static int64_t record_request(struct call *c, const void *in)
{
    static const char *const faces[] = {"test", "cli", "mcp", "rest"};
    struct buf b, arguments;
    struct json_writer w, args;
    buf_init(&b, JOURNAL_BODY_MAX);
    buf_init(&arguments, ARGUMENTS_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "operation");
    json_text(&w, c->op->name);
    json_key(&w, "face");
    json_text(&w, faces[c->who->face]);
    if (c->who->assistant[0]) { /* by its own word */
        json_key(&w, "claims_to_be");
        json_text(&w, c->who->assistant);
    }
    json_key(&w, "key");
    json_str(&w, str_sub(c->idempotency_key, 0, 64));
    json_writer_init(&args, &arguments);
    write_json(c->op->in, in, &args);
    json_key(&w, "arguments");
    if (arguments.failed)
        json_text(&w, "longer than can be kept");
    else
        json_raw(&w, buf_str(&arguments));
    json_end_object(&w);
    buf_fini(&arguments);
    return record(c, JOURNAL_REQUEST, &b);
}

/* The reference of the order that an answer is about, where its type has one. */
static struct str answered_ref(const struct op *op, const void *out)
{
    const struct field *f = bind_find(op->out, STR("order_ref"));
    const char *at = out;
    return f && f->kind == TYPE_STR ? *(const struct str *)(const void *)(at + f->offset)
                                    : STR_NONE;
}

static void record_answer(struct call *c, int64_t request, bool ok, const void *out)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "request");
    json_i64(&w, request);
    json_key(&w, "ok");
    json_bool(&w, ok);
    if (ok) {
        json_key(&w, "ref");
        json_str(&w, answered_ref(c->op, out));
    } else {
        json_key(&w, "reason");
        json_text(&w, c->error.reason);
        json_key(&w, "text");
        json_text(&w, c->error.text);
    }
    json_end_object(&w);
    (void)record(c, JOURNAL_ANSWER, &b);
}

static bool may_call(struct call *c)
{
    enum scope needed = scope_of(c->op->effect);
    if (!(c->who->scopes & needed)) {
        error_set(&c->error, ERROR_DENIED, "SCOPE", "%s may not call %s", c->who->name,
                  c->op->name);
        if ((needed == SCOPE_ADMIN || needed == SCOPE_APPROVE) && c->op->verb)
            return error_next(&c->error,
                              "it is done on the command line of this machine: portcullis %s",
                              c->op->verb);
        return error_next(&c->error, "it needs the scope %s", scope_text(needed));
    }
    if (c->op->is_for_pages && !c->has_pages) {
        error_set(&c->error, ERROR_DENIED, "PAGES_ONLY",
                  "%s is for the page that a person is shown, and this program shows none",
                  c->op->name);
        return false;
    }
    if (c->op->effect == OP_NOTE && c->who->face == FACE_MCP && !op_is_listed(c->core, c->op)) {
        error_set(&c->error, ERROR_DENIED, "READ_ONLY",
                  "assistants may not call %s while the mode is read-only", c->op->name);
        return error_next(&c->error, "it is done on the command line: portcullis %s", c->op->verb);
    }
    if (c->op->spans_accounts && c->who->only_account[0])
        return error_set(&c->error, ERROR_DENIED, "ONE_ACCOUNT",
                         "%s is about all accounts, and %s is for one alone", c->op->name,
                         c->who->name);
    return true;
}

bool op_call(struct call *c, const void *in, void *out)
{
    int64_t request = is_recorded(c) ? record_request(c, in) : 0;
    struct instant begun = task_now(c->task).mono;
    bool ok = may_call(c) && c->op->run(c, in, out);
    if (request)
        record_answer(c, request, ok, out);
    assert(ok || c->error.code != ERROR_NONE);
    c->envelope.as_of = task_now(c->task).wall;
    tally_call(c->core->tally, c->op, c->who->face,
               (task_now(c->task).mono.ns - begun.ns) / NS_PER_MS, ok ? NULL : &c->error);
    return ok;
}

/* ---- for handlers ---- */

static void warn(struct call *c, const char *fmt, va_list ap)
{
    char text[512];
    (void)vsnprintf(text, sizeof text, fmt, ap);
    if (c->envelope.warnings.n < OP_WARNINGS_MAX)
        c->warnings[c->envelope.warnings.n++] = arena_str(c->arena, str_of(text));
}

void call_warn(struct call *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    warn(c, fmt, ap);
    va_end(ap);
}

void call_several(struct call *c, struct str symbol, size_t count)
{
    if (count > 1)
        call_warn(c,
                  "AMBIGUOUS_SYMBOL: " STR_FMT " is %zu contracts; name one as "
                  "SYMBOL.EXCHANGE.CURRENCY",
                  STR_ARG(symbol), count);
}

void call_row_error(struct call *c, const struct error *e, struct str *text, struct str *error_code,
                    struct str *next)
{
    assert(e->code != ERROR_NONE);
    *text = arena_str(c->arena, STR_NAME(e->text));
    *error_code = arena_str(c->arena, STR_NAME(e->reason));
    *next = call_text(c, e->next);
    if (c->row_error == ERROR_NONE)
        c->row_error = e->code;
}

static const void *member_at(const struct field *f, const void *value)
{
    return (const char *)value + f->offset;
}

static bool is_error(const struct type *type, const void *value)
{
    const struct field *f = type_find(type, STR("error_code"));
    return f && ((const struct str *)member_at(f, value))->n > 0;
}

enum error_code call_found_nothing(const struct call *c, const void *out)
{
    const struct type *type = c->op->out;
    for (size_t i = 0; i < type->count && !is_error(type, out); i++) {
        const struct field *f = &type->fields[i];
        if (f->kind != TYPE_LIST || !f->of || !type_find(f->of, STR("error_code")))
            continue;
        const struct list *rows = member_at(f, out);
        for (size_t k = 0; k < rows->n; k++)
            if (!is_error(f->of, (const char *)rows->items + k * f->of->size))
                return ERROR_NONE;
    }
    return c->row_error;
}

void call_incomplete(struct call *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    warn(c, fmt, ap);
    va_end(ap);
    c->envelope.complete = false;
}

/* A link that is being made is worth a moment's wait; one that has failed for long is not. The
 * embedded exchange is started by us: it comes, however often it was not there yet. */
static bool is_coming_up(const struct call *c)
{
    struct session_status s;
    session_status(c->core->session, &s);
    bool comes = c->core->is_embedded && !c->core->exchange_trouble[0];
    return s.link != LINK_REFUSED && (comes || s.attempts <= LINK_ATTEMPTS_MAX);
}

struct str call_text(struct call *c, const char *text)
{
    return text[0] ? arena_str(c->arena, str_of(text)) : STR_NONE;
}

const char *call_hint(const struct call *c, const struct session_status *s)
{
    enum { NOT_REACHED = 502 }; /* the broker's number; the other hints fit here too */
    if (!c->core->is_embedded || s->last_code != NOT_REACHED)
        return s->hint;
    if (c->core->exchange_trouble[0])
        return c->core->exchange_trouble;
    return "the embedded exchange starts with the daemon; try again in a few seconds";
}

bool call_needs_broker(struct call *c)
{
    struct instant until = instant_after_ms(task_now(c->task).mono, LINK_WAIT_MS);
    while (!session_is_ready(c->core->session) && is_coming_up(c) &&
           !instant_due(until, task_now(c->task).mono))
        if (!task_sleep(c->task, LINK_POLL_MS, &c->error))
            return false;
    if (session_is_ready(c->core->session))
        return true;
    struct session_status s;
    session_status(c->core->session, &s);
    error_set(&c->error, ERROR_UNAVAILABLE, "NOT_CONNECTED", "the broker connection is %s%s%s",
              link_state_text(s.link), s.last_text[0] ? ": " : "", s.last_text);
    const char *hint = call_hint(c, &s);
    return error_next(&c->error, "%s",
                      hint[0] ? hint
                              : "try again in a few seconds; `portcullis status` tells more");
}

bool call_account(struct call *c, struct str argument, struct str *out)
{
    const struct book *book = c->core->book;
    struct str only = STR_NAME(c->who->only_account);
    struct str wanted = argument.n           ? argument
                        : c->who->account[0] ? STR_NAME(c->who->account)
                        : only.n             ? only
                                             : c->core->settings->values.broker.account;
    if (only.n && !str_eq(wanted, only))
        return error_set(&c->error, ERROR_DENIED, "ONE_ACCOUNT", "%s is for another account",
                         c->who->name);
    if (!book_account_count(book) && !call_needs_broker(c))
        return false;
    if (!book_account_count(book))
        return error_set(&c->error, ERROR_UNAVAILABLE, "NO_ACCOUNT",
                         "the broker has not named any account yet");
    if (!wanted.n)
        wanted = str_of(book_account(book, 0));
    if (!book_has_account(book, wanted)) {
        char names[160] = "";
        size_t used = 0;
        for (size_t i = 0; i < book_account_count(book) && used < sizeof names - 20; i++) {
            int n = snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                             book_account(book, i));
            used += n > 0 ? (size_t)n : 0;
        }
        error_set(&c->error, ERROR_NOT_FOUND, "UNKNOWN_ACCOUNT",
                  "account " STR_FMT " is not one of this connection", STR_ARG(wanted));
        return error_next(&c->error, "available: %s", names);
    }
    *out = arena_str(c->arena, wanted);
    c->envelope.account = *out;
    c->envelope.mode = account_mode_of(*out);
    return true;
}

struct opt_dec call_percent(struct opt_dec a, struct opt_dec b)
{
    struct dec d, q;
    if (!a.has || !b.has || !dec_sub(a.v, b.v, &d) || !dec_mul(d, DEC(100), &d) ||
        !dec_div(d, b.v, &q))
        return DEC_NONE;
    return DEC_SOME(dec_round_to(q, DEC_MICRO(100), DEC_HALF_EVEN));
}

struct opt_num call_age(int64_t age_ms)
{
    return (struct opt_num){(double)age_ms / 1000.0, age_ms >= 0};
}

void call_price_seen(struct call *c, enum data_type type, int64_t age_ms)
{
    struct opt_num age_s = call_age(age_ms);
    if ((unsigned)type > c->envelope.data_type)
        c->envelope.data_type = type;
    if (age_s.has && (!c->envelope.age_s.has || age_s.v > c->envelope.age_s.v))
        c->envelope.age_s = age_s;
}
