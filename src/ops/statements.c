/* SPDX-License-Identifier: MIT */
/*
 * statements: imports what the broker's statements tell of the time that this program did not see.
 *
 * What is known already is left as it is, so a file can be imported again; what we saw ourselves is
 * never replaced, only compared. A big file is written in pages, each on the disk before the next:
 * an import that is interrupted is completed by the next one.
 */
#include "automation/statement.h"
#include "data/hash.h"
#include "data/json.h"
#include "ops/op.h"
#include "store/past.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_MAX = 128, TOLD_MAX = 200, SUMS_MAX = 4096, ACCOUNTS_MAX = 64 };
#define NS_A_DAY (86400LL * NS_PER_S)

struct import_in {
    struct str file, zone;
    bool dry_run;
};
static const struct field import_in_fields[] = {
    FIELD(struct import_in, file, .required = true, .positional = true, .min = "1", .max = "1000",
          .doc = "Flex query (XML) or activity statement (CSV); - for standard input",
          .example = "statement.xml"),
    FIELD(struct import_in, dry_run, .initial = "false", .doc = "Only say what would be added"),
    FIELD(struct import_in, zone, .initial = "America/New_York",
          .doc = "Time zone of the statement's times"),
};
static const struct type import_in_type = TYPE_OF(struct import_in, import_in_fields);

struct account_row {
    struct str account, from, to;
    int64_t executions_new, executions_known, flows_new, flows_known, closes_new, closes_known;
    int64_t positions;
    bool imported_before;
};
static const struct field account_row_fields[] = {
    FIELD(struct account_row, account, .doc = "Account"),
    FIELD(struct account_row, from, .doc = "First day of the statement"),
    FIELD(struct account_row, to, .doc = "Last day"),
    FIELD(struct account_row, executions_new, .doc = "Executions added"),
    FIELD(struct account_row, executions_known, .doc = "That were known"),
    FIELD(struct account_row, flows_new, .doc = "Deposits, dividends and other flows added"),
    FIELD(struct account_row, flows_known, .doc = "That were known"),
    FIELD(struct account_row, closes_new, .doc = "Net asset values of days added"),
    FIELD(struct account_row, closes_known, .doc = "That were known"),
    FIELD(struct account_row, positions, .doc = "Positions told", .wide = true),
    FIELD(struct account_row, imported_before, .doc = "The same file was imported before"),
};
static const struct type account_row_type = TYPE_OF(struct account_row, account_row_fields);

struct told_row {
    int64_t line;
    struct str text;
};
static const struct field told_row_fields[] = {
    FIELD(struct told_row, line, .doc = "Line of the file"),
    FIELD(struct told_row, text, .doc = "What it is, with outside text"),
};
static const struct type told_row_type = TYPE_OF(struct told_row, told_row_fields);

struct import_out {
    struct str format;
    bool dry_run;
    struct list accounts, differences, problems;
};
static const struct field import_out_fields[] = {
    FIELD(struct import_out, format, .doc = "flex or csv"),
    FIELD(struct import_out, dry_run, .doc = "Nothing was written"),
    FIELD(struct import_out, accounts, .of = &account_row_type, .doc = "By account"),
    FIELD(struct import_out, differences, .of = &told_row_type, .aside = true,
          .doc = "Where it differs from what was seen, which stays"),
    FIELD(struct import_out, problems, .of = &told_row_type, .aside = true,
          .doc = "What could not be read"),
};
static const struct type import_out_type = TYPE_OF(struct import_out, import_out_fields);

/* ---- an import in progress ---- */

/* Traded of one symbol and side on one day: by this statement, and by what was known before. */
struct sum {
    char symbol[32];
    enum order_side side;
    int64_t day;
    size_t line;
    struct dec told, known;
};

struct rows {
    struct told_row *v;
    size_t n, more; /* more: that found no room */
};

struct import {
    struct call *c;
    const struct import_in *in;
    const struct tz *zone;
    struct statement_reader *reader;
    struct str text;
    struct statement present; /* the account at hand; account "" before the first */
    struct account_row *accounts;
    size_t account_count;
    struct rows differences, problems;
    struct sum *sums;
    size_t sum_count;
    struct execution executions[PAGE_MAX];
    struct cash_flow flows[PAGE_MAX];
    struct snapshot snapshots[PAGE_MAX];
    struct held held[PAGE_MAX];
    struct past_page page;
};

static struct account_row *row_of(struct import *m)
{
    return &m->accounts[m->account_count - 1];
}

/* One more of what is told, where there is room; counted in any case. */
static void tell(struct import *m, struct rows *rows, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static void tell(struct import *m, struct rows *rows, size_t line, const char *fmt, ...)
{
    char text[240];
    va_list list;
    if (rows->n == TOLD_MAX) {
        rows->more++;
        return;
    }
    va_start(list, fmt);
    (void)vsnprintf(text, sizeof text, fmt, list);
    va_end(list);
    rows->v[rows->n++] = (struct told_row){(int64_t)line, arena_str(m->c->arena, str_of(text))};
}

static struct str day_str(struct import *m, int64_t day)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    return arena_f(m->c->arena, "%04d-%02d-%02d", year, month, date);
}

/* A number as text, in a ring of four: enough for one sentence. */
struct texts {
    char v[4][DEC_TEXT_MAX];
    size_t n;
};

static const char *number(struct texts *t, struct dec d)
{
    char *out = t->v[t->n++ % 4];
    (void)dec_format(d, out);
    return out;
}

/* ---- writing ---- */

static void reset_page(struct import *m)
{
    m->page = (struct past_page){.executions = m->executions,
                                 .flows = m->flows,
                                 .snapshots = m->snapshots,
                                 .held = m->held,
                                 .source = statement_source(m->reader)};
}

static void write_record(const struct import *m, struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "account");
    json_text(w, m->present.account);
    json_key(w, "source");
    json_text(w, past_source_text(m->page.source));
    json_key(w, "sha256");
    json_text(w, m->present.hash);
    json_key(w, "executions");
    json_i64(w, (int64_t)m->page.execution_count);
    json_key(w, "flows");
    json_i64(w, (int64_t)m->page.flow_count);
    json_key(w, "closes");
    json_i64(w, (int64_t)m->page.snapshot_count);
    json_key(w, "held");
    json_i64(w, (int64_t)m->page.held_count);
    json_key(w, "is_whole");
    json_bool(w, m->page.statement != NULL);
    json_end_object(w);
}

/* The page to the disk, and waits until it is there. */
static bool write_page(struct import *m)
{
    struct call *c = m->c;
    struct journal *j = c->core->journal;
    struct moment now = task_now(c->task);
    struct buf b;
    struct json_writer w;
    if (m->in->dry_run) {
        reset_page(m);
        return true;
    }
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    write_record(m, &w);
    int64_t seq = json_writer_done(&w) ? journal_append(j, JOURNAL_IMPORT, str_of(c->who->name),
                                                        buf_str(&b), now, &c->error)
                                       : 0;
    buf_fini(&b);
    if (!seq || !journal_keep(j, &m->page, now, &c->error))
        return false;
    reset_page(m);
    return journal_wait(c->task, j, seq, &c->error);
}

/* Room for one more of that kind. */
static bool make_room(struct import *m, size_t count)
{
    return count < PAGE_MAX || write_page(m);
}

/* ---- executions ---- */

static struct sum *sum_of(struct import *m, const struct execution *x, int64_t day, size_t line)
{
    for (size_t i = 0; i < m->sum_count; i++) {
        struct sum *s = &m->sums[i];
        if (s->day == day && s->side == x->side && strcmp(s->symbol, x->contract.symbol) == 0)
            return s;
    }
    if (m->sum_count == SUMS_MAX)
        return NULL;
    struct sum *s = &m->sums[m->sum_count++];
    *s = (struct sum){.side = x->side, .day = day, .line = line};
    memcpy(s->symbol, x->contract.symbol, sizeof s->symbol);
    return s;
}

/* What other sources tell of the same symbol, side and day: of that kind of trade an activity
 * statement tells sums of orders, so there is no id to know it by. */
struct others {
    const struct execution *like;
    enum past_source source; /* of the statement */
    struct utc until;
    struct dec sum;
    bool has_some;
};

static bool see_other(void *self, const struct execution *x)
{
    struct others *o = self;
    const struct contract *a = &x->contract, *b = &o->like->contract;
    bool is_csv = strcmp(x->source, past_source_text(PAST_CSV)) == 0;
    if (x->time.has && x->time.v.ns >= o->until.ns)
        return false;
    if (is_csv == (o->source == PAST_CSV) || x->side != o->like->side ||
        (strcmp(a->symbol, b->symbol) != 0 && strcmp(a->local_symbol, b->symbol) != 0))
        return true;
    o->has_some = true;
    o->sum = dec_plus(o->sum, x->quantity);
    return true;
}

static void compare_fill(struct import *m, size_t line, const struct execution *ours,
                         const struct execution *told)
{
    if (dec_eq(ours->quantity, told->quantity) && dec_eq(ours->price, told->price) &&
        ours->side == told->side)
        return;
    struct texts t = {0};
    tell(m, &m->differences, line, "execution %s: kept %s %s at %s, statement %s %s at %s",
         told->exec_id, side_text(ours->side), number(&t, ours->quantity), number(&t, ours->price),
         side_text(told->side), number(&t, told->quantity), number(&t, told->price));
}

/* True if it is known under another id, as part of a day's sum. */
static bool is_in_sum(struct import *m, const struct statement_item *it, bool *ok)
{
    const struct execution *x = &it->execution;
    struct civil local = tz_civil(m->zone, x->time.v);
    local.hour = local.minute = local.second = local.nano = 0;
    struct utc midnight = tz_utc(m->zone, local, NULL);
    struct others o = {
        .like = x, .source = statement_source(m->reader), .until = {midnight.ns + NS_A_DAY}};
    *ok =
        db_executions(m->c->core->db, midnight, STR_NAME(x->account), see_other, &o, &m->c->error);
    if (!*ok || !o.has_some)
        return false;
    struct sum *s = sum_of(m, x, civil_to_days(local.year, local.month, local.day), it->line);
    if (s) {
        s->told = dec_plus(s->told, x->quantity);
        s->known = o.sum;
    }
    return true;
}

static bool take_execution(struct import *m, const struct statement_item *it)
{
    struct execution ours = {0};
    bool is_known, ok = true;
    if (!db_execution(m->c->core->db, STR_NAME(it->execution.exec_id), &ours, &is_known,
                      &m->c->error))
        return false;
    if (is_known)
        compare_fill(m, it->line, &ours, &it->execution);
    else
        is_known = is_in_sum(m, it, &ok);
    bool adds_fee = is_known && ok && ours.exec_id[0] && it->execution.commission.has &&
                    strcmp(ours.exec_id, it->execution.exec_id) == 0 && !ours.commission.has;
    m->present.executions++;
    row_of(m)->executions_known += is_known;
    row_of(m)->executions_new += !is_known;
    if (!ok || (is_known && !adds_fee))
        return ok;
    if (!make_room(m, m->page.execution_count))
        return false;
    m->executions[m->page.execution_count++] = it->execution;
    return true;
}

/* Days on which the sums are not the same. */
static void compare_sums(struct import *m)
{
    for (size_t i = 0; i < m->sum_count; i++) {
        const struct sum *s = &m->sums[i];
        if (dec_eq(s->told, s->known))
            continue;
        struct texts t = {0};
        tell(m, &m->differences, s->line, "%s %s on " STR_FMT ": kept %s, statement %s",
             side_text(s->side), s->symbol, STR_ARG(day_str(m, s->day)), number(&t, s->known),
             number(&t, s->told));
    }
    m->sum_count = 0;
}

/* ---- flows, closes, positions ---- */

struct looking {
    const char *id;
    enum past_source source;
    bool is_found;
    struct opt_dec seen;
};

static bool see_flow(void *self, const struct cash_flow *f)
{
    struct looking *l = self;
    l->is_found = l->is_found || strcmp(f->id, l->id) == 0;
    return !l->is_found;
}

static bool take_flow(struct import *m, const struct statement_item *it)
{
    struct looking l = {.id = it->flow.id};
    if (!db_flows(m->c->core->db, STR_NAME(it->flow.account), it->flow.day, it->flow.day, see_flow,
                  &l, &m->c->error))
        return false;
    m->present.flows++;
    row_of(m)->flows_known += l.is_found;
    row_of(m)->flows_new += !l.is_found;
    if (l.is_found)
        return true;
    if (!make_room(m, m->page.flow_count))
        return false;
    m->flows[m->page.flow_count++] = it->flow;
    return true;
}

static bool see_close(void *self, const struct snapshot *s)
{
    struct looking *l = self;
    l->is_found = l->is_found || s->source == l->source;
    if (s->source == PAST_SEEN && strcmp(s->note, PAST_FIRST_SIGHT) != 0)
        l->seen = s->net;
    return true;
}

static bool take_close(struct import *m, const struct statement_item *it)
{
    const struct snapshot *s = &it->snapshot;
    struct looking l = {.source = s->source};
    struct dec within;
    if (!db_snapshots(m->c->core->db, STR_NAME(s->account), s->day, s->day, see_close, &l,
                      &m->c->error))
        return false;
    /* values taken minutes apart differ a little: a hundredth is worth a word */
    if (l.seen.has && dec_div(dec_abs(s->net.v), dec_of(100), &within) &&
        dec_gt(dec_abs(dec_minus(l.seen.v, s->net.v)), within)) {
        struct texts t = {0};
        tell(m, &m->differences, it->line, "close of " STR_FMT ": seen %s, statement %s",
             STR_ARG(day_str(m, s->day)), number(&t, l.seen.v), number(&t, s->net.v));
    }
    m->present.snapshots++;
    row_of(m)->closes_known += l.is_found;
    row_of(m)->closes_new += !l.is_found;
    if (l.is_found)
        return true;
    if (!make_room(m, m->page.snapshot_count))
        return false;
    m->snapshots[m->page.snapshot_count++] = *s;
    return true;
}

static bool take_held(struct import *m, const struct statement_item *it)
{
    row_of(m)->positions++;
    if (!make_room(m, m->page.held_count))
        return false;
    m->held[m->page.held_count++] = it->held;
    return true;
}

/* ---- accounts ---- */

static bool see_statement(void *self, const struct statement *s)
{
    struct looking *l = self;
    l->is_found = strcmp(s->hash, l->id) == 0;
    return !l->is_found;
}

/* The account at hand is whole: what it covers, and that it was imported. */
static bool end_account(struct import *m)
{
    struct statement *s = &m->present;
    int year, month, day;
    if (!s->account[0])
        return true;
    compare_sums(m);
    struct coverage c = {.source = s->source};
    memcpy(c.account, s->account, sizeof c.account);
    civil_from_days(s->from_day, &year, &month, &day);
    c.since = tz_utc(m->zone, (struct civil){.year = year, .month = month, .day = day}, NULL);
    civil_from_days(s->to_day + 1, &year, &month, &day);
    c.until = tz_utc(m->zone, (struct civil){.year = year, .month = month, .day = day}, NULL);
    m->page.coverage = &c;
    m->page.coverage_count = statement_has_trades(m->reader) && c.until.ns > c.since.ns;
    m->page.statement = s;
    return write_page(m);
}

static bool begin_account(struct import *m, const struct statement_item *it)
{
    struct call *c = m->c;
    struct hash_state h;
    struct looking l = {.id = m->present.hash};
    if (!end_account(m))
        return false;
    if (m->account_count == ACCOUNTS_MAX)
        return error_set(&c->error, ERROR_LIMIT, "STATEMENT", "more than %d accounts",
                         ACCOUNTS_MAX);
    m->present = it->account;
    m->present.at = task_now(c->task).wall;
    str_copy_cut(m->present.name, sizeof m->present.name, m->in->file);
    hash_init(&h);
    hash_add(&h, m->text);
    hash_add(&h, STR_NAME(m->present.account));
    struct sha256 d = hash_end(&h);
    hash_hex(&d, m->present.hash);
    m->accounts[m->account_count++] =
        (struct account_row){.account = arena_str(c->arena, STR_NAME(m->present.account)),
                             .from = day_str(m, m->present.from_day),
                             .to = day_str(m, m->present.to_day)};
    if (!book_has_account(c->core->book, STR_NAME(m->present.account)))
        call_warn(c, "%s is not an account of the present connection", m->present.account);
    if (!db_statements(c->core->db, STR_NAME(m->present.account), see_statement, &l, &c->error))
        return false;
    row_of(m)->imported_before = l.is_found;
    return true;
}

/* ---- the whole ---- */

static bool take(struct import *m, const struct statement_item *it)
{
    switch (it->kind) {
    case STATEMENT_ACCOUNT:
        return begin_account(m, it);
    case STATEMENT_EXECUTION:
        return take_execution(m, it);
    case STATEMENT_FLOW:
        return take_flow(m, it);
    case STATEMENT_SNAPSHOT:
        return take_close(m, it);
    case STATEMENT_HELD:
        return take_held(m, it);
    case STATEMENT_PROBLEM:
        tell(m, &m->problems, it->line, "%s", it->problem);
        return true;
    case STATEMENT_END:
        return end_account(m);
    }
    return true;
}

static bool import(struct import *m)
{
    enum { TURN = 16 }; /* things between which others get their turn: some milliseconds */
    struct statement_item *it = ARENA_NEW(m->c->arena, struct statement_item);
    size_t n = 0;
    reset_page(m);
    do {
        statement_next(m->reader, it);
        if (!take(m, it) || (++n % TURN == 0 && !task_sleep(m->c->task, 0, &m->c->error)))
            return false;
    } while (it->kind != STATEMENT_END);
    return true;
}

static struct list list_of(struct import *m, const struct rows *rows, const char *what)
{
    if (rows->more)
        call_incomplete(m->c, "%zu more %s are not listed", rows->more, what);
    return (struct list){rows->v, rows->n};
}

static bool run(struct import *m, struct import_out *out)
{
    struct call *c = m->c;
    m->reader = statement_open(m->text, m->zone, &c->error);
    if (!m->reader)
        return false;
    m->accounts = ARENA_MANY(c->arena, struct account_row, ACCOUNTS_MAX);
    m->sums = ARENA_MANY(c->arena, struct sum, SUMS_MAX);
    m->differences.v = ARENA_MANY(c->arena, struct told_row, TOLD_MAX);
    m->problems.v = ARENA_MANY(c->arena, struct told_row, TOLD_MAX);
    if (!import(m))
        return false;
    out->format = str_of(past_source_text(statement_source(m->reader)));
    out->dry_run = m->in->dry_run;
    out->accounts = (struct list){m->accounts, m->account_count};
    out->differences = list_of(m, &m->differences, "differences");
    out->problems = list_of(m, &m->problems, "problems");
    if (m->problems.n)
        call_incomplete(c, "%zu line%s could not be read", m->problems.n + m->problems.more,
                        m->problems.n == 1 ? "" : "s");
    if (!m->account_count && !m->problems.n)
        return error_set(&c->error, ERROR_INVALID, "STATEMENT", "the file tells of no account");
    return true;
}

static bool import_statement(struct call *c, const void *in, void *result)
{
    const struct import_in *args = in;
    struct buf text;
    const struct terminal *terminal = c->who->terminal;
    struct import *m = ARENA_NEW(c->arena, struct import);
    const struct tz_zones *zones = &c->core->zones;
    m->c = c;
    m->in = args;
    m->zone = zones->find ? zones->find(zones->self, args->zone) : NULL;
    if (!m->zone)
        return error_set(&c->error, ERROR_INVALID, "BAD_ZONE", "'" STR_FMT "' is no time zone",
                         STR_ARG(args->zone));
    if (!terminal || !terminal->read_file)
        return error_set(&c->error, ERROR_DENIED, "FILE",
                         "a file is handed over on the command line only");
    buf_init(&text, STATEMENT_BYTES_MAX);
    bool ok = terminal->read_file(terminal->self, c->task, args->file, &text, &c->error);
    m->text = buf_str(&text);
    ok = ok && run(m, result);
    statement_close(m->reader);
    buf_fini(&text);
    return ok;
}

/* ---- the table ---- */

static const struct op statement_ops[] = {
    {.name = "import_statement",
     .title = "Import a statement",
     .doc = "Adds what a Flex query (XML) or an activity statement (CSV) of the broker tells: "
            "executions, deposits, dividends, fees, positions and values of days. Known things "
            "stay as they are, so a file can be imported again; differences are listed.",
     .in = &import_in_type,
     .out = &import_out_type,
     .effect = OP_ADMIN,
     .is_idempotent = true,
     .spans_accounts = true,
     .verb = "import-statement",
     .example = "import-statement statement.xml --dry-run",
     .category = "portfolio",
     .run = import_statement},
};
const struct op_set statement_op_set = {statement_ops,
                                        sizeof statement_ops / sizeof statement_ops[0]};
