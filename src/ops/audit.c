/* SPDX-License-Identifier: MIT */
/*
 * audit: the journal shown, exported, proved, and told as the story of one order.
 */
#include "store/audit.h"

#include "base/limits.h"
#include "data/json.h"
#include "ops/op.h"

#include <string.h>

enum {
    PROOF_PART = 1000, /* records between two pauses: a few milliseconds */
    PROOF_PAUSE_MS = 1,
    EXPORT_BYTES = 4 << 20,
    STORY_MAX = 500,      /* records of one order */
    STORY_KEYS_MAX = 128, /* perm ids, executions and requests of one order */
    WHAT_MAX = 8 << 10,
    NUMBERED_BACK = 200000, /* records in which an order is looked for by its number */
    NAMESAKES_MAX = 4,      /* orders of one number that are told apart */
    RECORD_ARENA = 1 << 20
};

/* ---- a record in plain words ---- */

/* Members of no use to a reader: identity of the contract, digests. */
static bool is_dull(struct str key)
{
    static const char *const dull[] = {"digest",     "con_id",        "local_symbol",
                                       "multiplier", "ref",           "primary_exchange",
                                       "client_id",  "trading_class", "account"};
    for (size_t i = 0; i < sizeof dull / sizeof dull[0]; i++)
        if (str_eq(key, str_of(dull[i])))
            return true;
    return false;
}

/* What is left to tell of a body: a depth-first walk, with a stack in place of recursion. */
struct telling {
    struct buf *out;
    struct str ref; /* of several orders only this one; "" all */
    bool comma;
};

static bool is_other_order(const struct telling *t, const struct json *j)
{
    struct str ref = json_get_str(j, STR("ref"));
    return t->ref.n && ref.n && !str_eq(ref, t->ref);
}

static void tell_scalar(struct telling *t, const struct json *j)
{
    if (is_dull(j->key) || j->kind == JSON_NULL || (j->kind == JSON_STRING && !j->text.n) ||
        (j->kind == JSON_BOOL && !j->truth))
        return;
    buf_add_c(t->out, t->comma ? ", " : "");
    t->comma = true;
    if (j->key.n)
        buf_add_f(t->out, STR_FMT "%s", STR_ARG(j->key), j->kind == JSON_BOOL ? "" : " ");
    if (j->kind != JSON_BOOL)
        buf_add_str(t->out, j->text);
}

static void tell(struct telling *t, const struct json *root)
{
    struct {
        const struct json *of;
        size_t at;
    } stack[LIMIT_JSON_DEPTH + 1];
    size_t depth = 0;
    stack[depth].of = root;
    stack[depth++].at = 0;
    while (depth) {
        const struct json *j = json_at(stack[depth - 1].of, stack[depth - 1].at++);
        if (!j) {
            depth--;
            continue;
        }
        if (j->kind != JSON_OBJECT && j->kind != JSON_ARRAY) {
            tell_scalar(t, j);
        } else if (j->n && !is_other_order(t, j) && depth <= LIMIT_JSON_DEPTH) {
            if (j->kind == JSON_OBJECT)
                buf_add_c(t->out, t->comma ? "; " : "");
            if (j->kind == JSON_OBJECT)
                t->comma = false;
            if (j->key.n && j->kind == JSON_ARRAY)
                buf_add_f(t->out, "%s" STR_FMT ": ", t->comma ? "; " : "", STR_ARG(j->key));
            if (j->kind == JSON_ARRAY)
                t->comma = false;
            stack[depth].of = j;
            stack[depth++].at = 0;
        }
    }
}

static struct str what_of(struct call *c, const struct json *body, struct str ref)
{
    struct buf b;
    buf_init(&b, WHAT_MAX);
    struct telling t = {.out = &b, .ref = ref};
    if (body)
        tell(&t, body);
    struct str s = arena_str(c->arena, buf_str(&b)); /* cut where it is too long */
    buf_fini(&b);
    return s;
}

static const struct json *body_of(struct call *c, struct str text)
{
    struct error ignored = {0};
    return json_parse(text, c->arena, &ignored);
}

/* ---- verify_audit ---- */

struct no_in {
    char unused;
};
static const struct type no_in_type = {.name = "nothing", .size = sizeof(struct no_in)};

struct verify_out {
    bool intact;
    int64_t records, anchors;
    struct str head_hash;
    struct opt_int anchored_record;
    struct opt_utc anchored_at;
};
static const struct field verify_fields[] = {
    FIELD(struct verify_out, intact, .doc = "Every record continues the one before it"),
    FIELD(struct verify_out, records, .doc = "Records that were checked"),
    FIELD(struct verify_out, head_hash, .doc = "Hash of the newest; keep it elsewhere"),
    FIELD(struct verify_out, anchors, .doc = "Anchors that agree"),
    FIELD(struct verify_out, anchored_record, .doc = "Newest record that is anchored"),
    FIELD(struct verify_out, anchored_at, .doc = "When it was"),
};
static const struct type verify_type = TYPE_OF(struct verify_out, verify_fields);

static bool broken(struct call *c, const struct db_verdict *v)
{
    error_set(&c->error, ERROR_CONFLICT, "AUDIT_BROKEN", "record %lld does not fit: %s",
              (long long)v->bad_seq, v->why);
    return error_next(&c->error, "keep journal.db and journal.anchors as they are, compare with a "
                                 "backup; the records before it are sound");
}

/* What has just happened shall be read too; but a disk that hangs holds no reader up for long. */
static bool settle(struct call *c)
{
    struct journal *j = c->core->journal;
    if (journal_durable(j) == journal_last(j))
        return true;
    journal_hurry(j);
    return task_sleep(c->task, JOURNAL_LINGER_MS, &c->error);
}

static bool verify_audit(struct call *c, const void *in, void *result)
{
    (void)in;
    struct verify_out *out = result;
    struct audit_proof *p = ARENA_NEW(c->arena, struct audit_proof);
    if (!settle(c))
        return false;
    int64_t durable = journal_durable(c->core->journal);
    audit_proof_init(p, c->core->anchors);
    for (;;) {
        if (!audit_prove(c->core->db, p, PROOF_PART, &c->error))
            return false;
        if (p->is_done)
            break;
        if (!task_sleep(c->task, PROOF_PAUSE_MS, &c->error))
            return false;
    }
    if (p->verdict.is_intact && p->verdict.checked < durable) {
        struct db_verdict cut = {.bad_seq = p->verdict.checked + 1,
                                 .why = "it was written by this daemon and is gone"};
        return broken(c, &cut);
    }
    if (!p->verdict.is_intact)
        return broken(c, &p->verdict);
    out->intact = true;
    out->records = p->verdict.checked;
    out->anchors = p->anchors_met;
    out->head_hash = call_text(c, p->hash);
    const struct anchor *newest = c->core->anchors ? anchors_newest(c->core->anchors) : NULL;
    if (!newest)
        call_warn(c, "there is no anchor yet, so records that were cut off would not be missed");
    if (newest) {
        out->anchored_record = (struct opt_int){newest->seq, true};
        out->anchored_at = (struct opt_utc){newest->at, true};
    }
    if (c->core->anchors && c->core->anchors->unreadable)
        call_warn(c, "%lld lines of the anchor file are not readable",
                  (long long)c->core->anchors->unreadable);
    return true;
}

/* ---- get_audit ---- */

struct select_in {
    int64_t after, limit;
    struct opt_utc since, until;
    struct str kind, principal, order_ref;
    unsigned format;
};
#define SELECT_FIELDS                                                                              \
    FIELD(struct select_in, kind, .positional = true, .max = "32",                                 \
          .doc = "Only this kind: request, intent, sent, outcome, refusal, fill or state"),        \
        FIELD(struct select_in, since, .doc = "Not before this time",                              \
              .example = "2026-11-22T09:00:00Z"),                                                  \
        FIELD(struct select_in, until, .doc = "Before this time"),                                 \
        FIELD(struct select_in, principal, .max = "64", .doc = "Only what this principal did"),    \
        FIELD(struct select_in, order_ref, .max = "64", .doc = "Only what names this order")

static const struct field get_in_fields[] = {
    SELECT_FIELDS,
    FIELD(struct select_in, limit, .initial = "20", .min = "1", .max = "500",
          .doc = "At most so many, the newest ones"),
};
static const struct type get_in_type = TYPE_OF(struct select_in, get_in_fields);

static struct audit_filter filter_of(struct call *c, const struct select_in *in)
{
    return (struct audit_filter){
        .after = in->after,
        .since = in->since,
        .until = in->until,
        .kind = in->kind,
        .principal = in->principal,
        .about =
            in->order_ref.n ? arena_f(c->arena, "ref:" STR_FMT, STR_ARG(in->order_ref)) : STR_NONE};
}

static bool kind_is_known(struct call *c, struct str kind)
{
    enum journal_kind k = 0;
    while (kind.n && k < JOURNAL_KIND_COUNT && !str_eq(kind, str_of(journal_kind_text(k))))
        k++;
    if (k < JOURNAL_KIND_COUNT)
        return true;
    error_set(&c->error, ERROR_INVALID, "INVALID_ARGUMENT", "kind: there is no " STR_FMT,
              STR_ARG(kind));
    struct buf names;
    buf_init(&names, sizeof c->error.next - 1);
    for (k = 0; k < JOURNAL_KIND_COUNT; k++)
        buf_add_f(&names, "%s%s", k ? ", " : "", journal_kind_text(k));
    error_next(&c->error, STR_FMT, STR_ARG(buf_str(&names)));
    buf_fini(&names);
    return false;
}

struct audit_row {
    int64_t record;
    struct opt_utc time;
    struct str kind, principal, what, body;
};
static const struct field row_fields[] = {
    FIELD(struct audit_row, record, .doc = "Number of the record"),
    FIELD(struct audit_row, time, .doc = "When it was written"),
    FIELD(struct audit_row, kind, .doc = "What it records"),
    FIELD(struct audit_row, principal, .doc = "Who asked; or broker, or system"),
    FIELD(struct audit_row, what, .doc = "The content in words"),
};
static const struct type row_type = TYPE_OF(struct audit_row, row_fields);

struct rows {
    struct call *c;
    struct audit_row *rows;
    size_t n, cap;
    struct str ref;
};

static bool add_row(void *self, const struct audit_record *r)
{
    struct rows *all = self;
    struct call *c = all->c;
    struct audit_row *row = &all->rows[all->n++];
    *row = (struct audit_row){.record = r->seq,
                              .kind = arena_str(c->arena, r->kind),
                              .principal = arena_str(c->arena, r->principal),
                              .body = arena_str(c->arena, r->body)};
    row->time.has = utc_parse(r->at, &row->time.v);
    row->what = what_of(c, body_of(c, row->body), all->ref);
    return all->n < all->cap;
}

struct audit_out {
    struct list records;
};
static const struct field audit_fields[] = {
    FIELD(struct audit_out, records, .of = &row_type, .doc = "The records, oldest first"),
};
static const struct type audit_type = TYPE_OF(struct audit_out, audit_fields);

static bool get_audit(struct call *c, const void *in, void *result)
{
    const struct select_in *args = in;
    struct audit_out *out = result;
    struct rows all = {.c = c, .cap = (size_t)args->limit, .ref = args->order_ref};
    all.rows = ARENA_MANY(c->arena, struct audit_row, all.cap);
    struct audit_filter filter = filter_of(c, args);
    filter.newest_first = true;
    if (!kind_is_known(c, args->kind) || !settle(c) ||
        !audit_records(c->core->db, &filter, add_row, &all, &c->error))
        return false;
    for (size_t i = 0; i < all.n / 2; i++) {
        struct audit_row kept = all.rows[i];
        all.rows[i] = all.rows[all.n - 1 - i];
        all.rows[all.n - 1 - i] = kept;
    }
    out->records = (struct list){all.rows, all.n};
    return true;
}

/* ---- export_audit ---- */

static const char *const formats[] = {"jsonl", "csv", NULL};
static const struct field export_in_fields[] = {
    SELECT_FIELDS,
    FIELD(struct select_in, after, .initial = "0", .min = "0",
          .doc = "Only records with a higher number: to go on where the last answer ended"),
    FIELD(struct select_in, limit, .initial = "1000", .min = "1", .max = "100000",
          .doc = "At most so many, the oldest ones"),
    FIELD(struct select_in, format, .choices = formats, .initial = "jsonl",
          .doc = "jsonl: one JSON object per line; csv: a table with a header"),
};
static const struct type export_in_type = TYPE_OF(struct select_in, export_in_fields);

struct export_out {
    struct str text;
};
static const struct field export_fields[] = {
    FIELD(struct export_out, text, .lines = true,
          .doc = "The records as they were hashed, with prev_hash and hash"),
};
static const struct type export_type = TYPE_OF(struct export_out, export_fields);

struct export
{
    struct buf out;
    bool is_csv, has_more;
    int64_t n, cap, last;
};

/* The columns, in the order in which they are hashed. */
static const char *const export_names[] = {"prev_hash", "seq",  "at",   "kind",
                                           "principal", "body", "hash", NULL};

static void csv_cell(struct buf *out, struct str s)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_add_char(out, '"');
        buf_add_char(out, s.p[i]);
    }
    buf_add_char(out, '"');
}

static bool export_record(void *self, const struct audit_record *r)
{
    struct export *x = self;
    if (x->n == x->cap || x->out.n > EXPORT_BYTES) {
        x->has_more = true;
        return false;
    }
    const struct str cells[] = {r->prev_hash, STR_NONE, r->at,  r->kind,
                                r->principal, r->body,  r->hash};
    struct json_writer w;
    json_writer_init(&w, &x->out);
    if (!x->is_csv)
        json_begin_object(&w);
    for (size_t i = 0; export_names[i]; i++) {
        if (x->is_csv)
            buf_add_c(&x->out, i ? "," : "");
        else
            json_key(&w, export_names[i]);
        if (!cells[i].p && x->is_csv)
            buf_add_f(&x->out, "%lld", (long long)r->seq);
        else if (!cells[i].p)
            json_i64(&w, r->seq);
        else if (x->is_csv)
            csv_cell(&x->out, cells[i]);
        else
            json_str(&w, cells[i]);
    }
    if (!x->is_csv)
        json_end_object(&w);
    buf_add_char(&x->out, '\n');
    x->n++;
    x->last = r->seq;
    return true;
}

static bool export_audit(struct call *c, const void *in, void *result)
{
    const struct select_in *args = in;
    struct export_out *out = result;
    struct export x = {.is_csv = args->format == 1, .cap = args->limit};
    struct audit_filter filter = filter_of(c, args);
    if (!kind_is_known(c, args->kind) || !settle(c))
        return false;
    buf_init(&x.out, EXPORT_BYTES + 4 * JOURNAL_BODY_MAX * 6);
    for (size_t i = 0; x.is_csv && export_names[i]; i++)
        buf_add_f(&x.out, "%s%s", i ? "," : "", export_names[i]);
    if (x.is_csv)
        buf_add_char(&x.out, '\n');
    bool ok = audit_records(c->core->db, &filter, export_record, &x, &c->error);
    if (ok)
        out->text = arena_str(c->arena, str_trim(buf_str(&x.out)));
    if (ok && x.has_more)
        call_warn(c, "there are more records: go on with --after %lld", (long long)x.last);
    buf_fini(&x.out);
    return ok;
}

/* ---- explain_order ---- */

struct explain_in {
    struct str order_ref;
};
static const struct field explain_in_fields[] = {
    FIELD(struct explain_in, order_ref, .required = true, .positional = true, .max = "64",
          .doc = "Its order_ref, or its order_id", .example = "PC:1M84B9QDAGXBAV2DJ"),
};
static const struct type explain_in_type = TYPE_OF(struct explain_in, explain_in_fields);

struct explain_out {
    struct str order_ref;
    struct list story;
};
static const struct field explain_fields[] = {
    FIELD(struct explain_out, order_ref, .doc = "The order"),
    FIELD(struct explain_out, story, .of = &row_type,
          .doc = "Request, decision with the values it saw, sending, the broker's words, fills"),
};
static const struct type explain_type = TYPE_OF(struct explain_out, explain_fields);

/* Names under which more of the story is to be looked for. */
struct leads {
    struct str keys[STORY_KEYS_MAX];
    size_t n;
};

static void add_lead(struct call *c, struct leads *all, const char *name, const struct json *j)
{
    const struct json *v = json_get(j, str_of(name));
    if (!v || !v->text.n || (v->kind != JSON_STRING && v->kind != JSON_NUMBER) ||
        str_eq(v->text, STR("0")) || all->n == STORY_KEYS_MAX)
        return;
    struct str key = arena_f(c->arena, "%s:" STR_FMT, name, STR_ARG(v->text));
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->keys[i], key))
            return;
    all->keys[all->n++] = key;
}

static void leads_of(struct call *c, struct leads *all, const struct json *j, struct str ref)
{
    static const char *const names[] = {"perm_id", "exec_id", "request"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq(json_get_str(j, STR("ref")), ref))
            add_lead(c, all, names[i], j);
}

static void follow(struct call *c, struct leads *all, const struct audit_row *row, struct str ref)
{
    const struct json *body = body_of(c, row->body), *leg;
    const struct json *legs = json_get(body, STR("legs"));
    leads_of(c, all, body, ref);
    for (size_t i = 0; (leg = json_at(legs, i)); i++)
        leads_of(c, all, leg, ref);
}

/* The request that a lead "request:N" names is record N itself. */
static bool collect(struct call *c, struct rows *all, struct str about)
{
    struct audit_filter filter = {.about = about};
    if (str_starts(about, STR("request:"))) {
        (void)!str_to_i64(str_sub(about, 8, about.n), &filter.after);
        filter.after--;
        filter.about = STR_NONE;
        filter.kind = STR("request");
        all->cap = all->n + 1;
    }
    return all->n >= all->cap || audit_records(c->core->db, &filter, add_row, all, &c->error);
}

/* In the order of their numbers, each once. */
static size_t in_order(struct audit_row *rows, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct audit_row row = rows[i];
        size_t at = kept;
        while (at > 0 && rows[at - 1].record > row.record)
            at--;
        if (at > 0 && rows[at - 1].record == row.record)
            continue;
        memmove(rows + at + 1, rows + at, (kept - at) * sizeof *rows);
        rows[at] = row;
        kept++;
    }
    return kept;
}

/* ---- by its number ---- */

/* The references of the orders that have a number; the broker may have given it out anew. */
struct namesakes {
    struct call *c;
    struct arena *scratch;
    int64_t number;
    struct str refs[NAMESAKES_MAX];
    size_t n;
    int64_t last; /* record that was read last */
    int read;
};

static bool has_number(const struct namesakes *s, const struct json *j)
{
    int64_t order_id, perm_id;
    return (json_to_i64(json_get(j, STR("order_id")), &order_id) && order_id == s->number) ||
           (json_to_i64(json_get(j, STR("perm_id")), &perm_id) && perm_id == s->number);
}

static void add_namesake(struct namesakes *s, const struct json *j)
{
    struct str ref = json_get_str(j, STR("ref"));
    if (!ref.n || !has_number(s, j))
        return;
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->refs[i], ref))
            return;
    if (s->n < NAMESAKES_MAX)
        s->refs[s->n++] = arena_str(s->c->arena, ref);
}

static bool look_for_number(void *self, const struct audit_record *r)
{
    struct namesakes *s = self;
    struct error ignored;
    s->last = r->seq;
    s->read++;
    if (str_find_str(r->body, STR("\"ref\"")) < r->body.n) {
        arena_reset(s->scratch);
        const struct json *body = json_parse(r->body, s->scratch, &ignored), *leg;
        const struct json *legs = json_get(body, STR("legs"));
        add_namesake(s, body);
        for (size_t i = 0; (leg = json_at(legs, i)); i++)
            add_namesake(s, leg);
    }
    return s->read < PROOF_PART;
}

/* In parts: nobody is held up by a long journal. */
static bool find_namesakes(struct namesakes *s)
{
    struct call *c = s->c;
    s->last = journal_last(c->core->journal) - NUMBERED_BACK;
    do {
        struct audit_filter filter = {.after = s->last > 0 ? s->last : 0};
        s->read = 0;
        if (!audit_records(c->core->db, &filter, look_for_number, s, &c->error))
            return false;
    } while (s->read == PROOF_PART && task_sleep(c->task, PROOF_PAUSE_MS, &c->error));
    return s->read < PROOF_PART;
}

/* A number stands for the reference of the one order that has it. */
static bool reference_of(struct call *c, struct str text, struct str *ref)
{
    struct namesakes s = {.c = c};
    *ref = text;
    if (!str_to_i64(text, &s.number) || s.number <= 0)
        return true;
    s.scratch = arena_new(RECORD_ARENA);
    bool ok = find_namesakes(&s);
    arena_free(s.scratch);
    if (!ok || s.n == 0)
        return ok;
    *ref = s.refs[0];
    if (s.n == 1)
        return true;
    struct buf names;
    buf_init(&names, sizeof c->error.text - 1);
    for (size_t i = 0; i < s.n; i++)
        buf_add_f(&names, "%s" STR_FMT, i ? ", " : "", STR_ARG(s.refs[i]));
    error_set(&c->error, ERROR_CONFLICT, "AMBIGUOUS_ORDER",
              "%lld is the number of %zu%s orders: " STR_FMT, (long long)s.number, s.n,
              s.n == NAMESAKES_MAX ? " or more" : "", STR_ARG(buf_str(&names)));
    buf_fini(&names);
    return error_next(&c->error, "name the one that is meant by its order_ref");
}

static bool explain_order(struct call *c, const void *in, void *result)
{
    const struct explain_in *args = in;
    struct explain_out *out = result;
    struct str ref;
    struct leads *leads = ARENA_NEW(c->arena, struct leads);
    struct rows all = {.c = c, .cap = STORY_MAX};
    if (!settle(c) || !reference_of(c, args->order_ref, &ref))
        return false;
    all.ref = ref;
    all.rows = ARENA_MANY(c->arena, struct audit_row, STORY_MAX + STORY_KEYS_MAX);
    if (!collect(c, &all, arena_f(c->arena, "ref:" STR_FMT, STR_ARG(ref))))
        return false;
    if (!all.n) {
        error_set(&c->error, ERROR_NOT_FOUND, "NO_SUCH_ORDER", "no record names order " STR_FMT,
                  STR_ARG(ref));
        return error_next(&c->error,
                          "get_open_orders and get_executions show order_id and order_ref");
    }
    for (size_t i = 0; i < all.n; i++)
        follow(c, leads, &all.rows[i], ref);
    for (size_t i = 0; i < leads->n; i++) {
        all.cap = STORY_MAX;
        if (!collect(c, &all, leads->keys[i]))
            return false;
    }
    if (all.n >= STORY_MAX)
        call_incomplete(c, "the story is longer than %d records", STORY_MAX);
    out->order_ref = ref;
    out->story = (struct list){all.rows, in_order(all.rows, all.n)};
    return true;
}

static const struct op audit_ops[] = {
    {.name = "verify_audit",
     .title = "Verify the audit log",
     .doc = "Proves that no record of the journal was changed, removed, moved, put in between or "
            "cut off: recomputes the chain of hashes and compares it with the anchors. Fails with "
            "AUDIT_BROKEN and the number of the first bad record.",
     .in = &no_in_type,
     .out = &verify_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/audit/verify",
     .verb = "audit verify",
     .example = "audit verify",
     .category = "audit",
     .run = verify_audit},
    {.name = "get_audit",
     .title = "Audit log",
     .doc = "The newest records of the journal: requests, decisions with the values they saw, "
            "what was sent, what the broker said, fills, starts and stops.",
     .in = &get_in_type,
     .out = &audit_type,
     .effect = OP_READ,
     .spans_accounts = true,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/audit",
     .verb = "audit show",
     .example = "audit show intent --limit 5",
     .category = "audit",
     .run = get_audit},
    {.name = "export_audit",
     .title = "Export the audit log",
     .doc = "Records as JSON lines or CSV with their hashes, so that anybody can verify them: "
            "hash = SHA-256 of prev_hash, seq, at, kind, principal, body, joined by line feeds.",
     .in = &export_in_type,
     .out = &export_type,
     .effect = OP_READ,
     .spans_accounts = true,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/audit/export",
     .verb = "audit export",
     .example = "audit export --format csv",
     .category = "audit",
     .run = export_audit},
    {.name = "explain_order",
     .title = "Story of an order",
     .doc = "Everything the journal knows of one order, in order: who asked for it and why, what "
            "the gate saw and decided, when it was sent, what the broker said, its fills.",
     .in = &explain_in_type,
     .out = &explain_type,
     .effect = OP_READ,
     .spans_accounts = true,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/audit/orders/{order_ref}",
     .verb = "audit explain",
     .example = "audit explain PC:1M84B9QDAGXBAV2DJ",
     .category = "safety",
     .run = explain_order},
};
const struct op_set audit_op_set = {audit_ops, sizeof audit_ops / sizeof audit_ops[0]};
