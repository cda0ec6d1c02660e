/* SPDX-License-Identifier: MIT */
/*
 * safety: the kill switch and the limits, as operations of their own.
 */
#include "ops/op.h"

#include <string.h>

/* how long the answer to the kill switch waits for the broker's */
enum { KILL_ANSWER_MS = 2000, KILL_LOOK_MS = 5 };

struct no_in {
    char unused;
};
static const struct type no_in_type = {.name = "nothing", .size = sizeof(struct no_in)};

/* ---- get_safety_status ---- */

struct limit_row {
    struct str code, name;
    struct opt_dec used, left, ratio;
    struct dec limit;
    struct str unit;
    struct opt_utc resets;
};
static const struct field limit_row_fields[] = {
    FIELD(struct limit_row, name, .doc = "Setting that holds the limit"),
    FIELD(struct limit_row, used, .doc = "Used so far; null where each order stands alone"),
    FIELD(struct limit_row, limit, .doc = "The limit"),
    FIELD(struct limit_row, left, .doc = "What is left of it"),
    FIELD(struct limit_row, ratio, .doc = "Used over limit; null where the limit is 0",
          .unit = "ratio"),
    FIELD(struct limit_row, unit, .doc = "Unit of the numbers"),
    FIELD(struct limit_row, resets,
          .doc = "When the count starts again; of the last minute: when its oldest order is a "
                 "minute old"),
    FIELD(struct limit_row, code, .doc = "Refusal code once it is exhausted"),
};
static const struct type limit_row_type = TYPE_OF(struct limit_row, limit_row_fields);

struct kill_row {
    struct str scope, name;
    struct utc since;
    struct str by, why;
    bool keep_stops;
    int64_t orders, asked, ended;
    struct opt_int unanswered_s;
    struct str flatten, waits_for;
    bool kept;
};
static const struct field kill_row_fields[] = {
    FIELD(struct kill_row, scope, .doc = "What it stops: everything, a symbol, a principal"),
    FIELD(struct kill_row, name, .doc = "Which symbol or principal"),
    FIELD(struct kill_row, since, .doc = "Since when"),
    FIELD(struct kill_row, by, .doc = "By whom"),
    FIELD(struct kill_row, why, .doc = "Why"),
    FIELD(struct kill_row, keep_stops, .doc = "Stops that protect what is held stay"),
    FIELD(struct kill_row, orders, .doc = "Orders that it cancels, since the daemon runs"),
    FIELD(struct kill_row, asked, .doc = "Of them, those whose cancel is on the way"),
    FIELD(struct kill_row, ended, .doc = "Of them, those whose end the broker has confirmed"),
    FIELD(struct kill_row, unanswered_s, .unit = "s",
          .doc = "How long the longest unanswered cancel has waited for the broker"),
    FIELD(struct kill_row, flatten,
          .doc = "Closing what is held: none, cancelling, closing, stuck, flat. Only flat means "
                 "that the broker has confirmed that nothing is held"),
    FIELD(struct kill_row, waits_for, .doc = "What that waits for"),
    FIELD(struct kill_row, kept, .wide = true, .doc = "A restart would keep it"),
};
static const struct type kill_row_type = TYPE_OF(struct kill_row, kill_row_fields);

struct closing_row {
    struct str account, symbol;
    int64_t con_id;
    struct dec held;
    struct opt_int order_id;
    struct str state;
    struct dec filled;
};
static const struct field closing_row_fields[] = {
    FIELD(struct closing_row, account, .doc = "Account"),
    FIELD(struct closing_row, symbol, .doc = "Instrument"),
    FIELD(struct closing_row, con_id, .wide = true, .doc = "Its contract id"),
    FIELD(struct closing_row, held, .doc = "What is held now, by the broker"),
    FIELD(struct closing_row, order_id, .doc = "The closing order; null while none was sent"),
    FIELD(struct closing_row, state, .doc = "waiting, not_sent, not_placed, or of the order"),
    FIELD(struct closing_row, filled, .doc = "Filled of it"),
};
static const struct type closing_row_type = TYPE_OF(struct closing_row, closing_row_fields);

struct safety_out {
    bool killed;
    struct opt_utc killed_since;
    struct str killed_by, killed_why;
    struct opt_int orders_to_cancel;
    struct str kill_progress;
    struct list kills, closing;
    struct str gate_mode, trading, trading_why;
    bool reconciled;
    struct opt_utc armed_until;
    int64_t unknown_orders;
    bool journal_ok;
    struct str journal_why;
    int64_t journal_records;
    struct opt_int anchored_record;
    struct opt_utc anchored_at;
    struct str anchored_hash;
    struct list limits;
};
static const struct field safety_fields[] = {
    FIELD(struct safety_out, killed, .doc = "The kill switch is engaged: no order can pass"),
    FIELD(struct safety_out, killed_since, .doc = "Since when"),
    FIELD(struct safety_out, killed_by, .doc = "By whom"),
    FIELD(struct safety_out, killed_why, .doc = "Why"),
    FIELD(struct safety_out, orders_to_cancel,
          .doc = "Orders that it cancels and whose end the broker has not confirmed"),
    FIELD(struct safety_out, kill_progress, .doc = "How far the kill switches have come"),
    FIELD(struct safety_out, kills, .of = &kill_row_type, .aside = true,
          .doc = "The kill switches that are on, each by itself"),
    FIELD(struct safety_out, closing, .of = &closing_row_type, .aside = true,
          .doc = "Positions that they close or have closed"),
    FIELD(struct safety_out, gate_mode, .doc = "What the gate allows: read_only, paper, live"),
    FIELD(struct safety_out, trading, .doc = "Trading state: active, reducing, halted"),
    FIELD(struct safety_out, trading_why, .doc = "Why it is not active"),
    FIELD(struct safety_out, reconciled,
          .doc = "False: nothing is sent until our books agree with the broker's"),
    FIELD(struct safety_out, armed_until, .doc = "Until when live trading is armed"),
    FIELD(struct safety_out, unknown_orders, .doc = "Orders whose fate is not known"),
    FIELD(struct safety_out, journal_ok,
          .doc = "False: the disk refuses or does not answer, no order can pass"),
    FIELD(struct safety_out, journal_why, .doc = "What the disk said, or that it says nothing"),
    FIELD(struct safety_out, journal_records, .doc = "Records of the journal on the disk"),
    FIELD(struct safety_out, anchored_record, .doc = "Newest of them that is anchored"),
    FIELD(struct safety_out, anchored_at, .doc = "When it was"),
    FIELD(struct safety_out, anchored_hash, .doc = "Its hash; keep it elsewhere", .wide = true),
    FIELD(struct safety_out, limits, .of = &limit_row_type, .doc = "Limits and their use"),
};
static const struct type safety_type = TYPE_OF(struct safety_out, safety_fields);

static struct opt_dec ratio_of(struct opt_dec used, struct dec limit)
{
    struct dec q;
    if (!used.has || !dec_div(used.v, limit, &q))
        return DEC_NONE;
    return DEC_SOME(dec_round_to(q, DEC_MICRO(1000), DEC_HALF_EVEN));
}

static struct opt_int seconds_since(struct call *c, struct opt_utc at)
{
    int64_t ms = (task_now(c->task).wall.ns - at.v.ns) / NS_PER_MS;
    return (struct opt_int){ms > 0 ? ms / 1000 : 0, at.has};
}

static struct kill_row kill_row(struct call *c, const struct gate_kill_status *k)
{
    static const char *const scopes[] = {"everything", "symbol", "principal"};
    return (struct kill_row){.scope = str_of(scopes[k->scope]),
                             .name = call_text(c, k->name),
                             .since = k->since.v,
                             .by = call_text(c, k->by),
                             .why = call_text(c, k->why),
                             .keep_stops = k->keep_stops,
                             .orders = (int64_t)k->total,
                             .asked = (int64_t)k->asked,
                             .ended = (int64_t)(k->total - k->working),
                             .unanswered_s = seconds_since(c, k->asked_oldest),
                             .flatten = str_of(gate_flatten_text(k->flatten)),
                             .waits_for = call_text(c, k->note),
                             .kept = k->is_durable};
}

/* One sentence for each switch that has something to say. */
static void add_progress(struct call *c, const struct gate_kill_status *k, struct buf *out)
{
    char scope[GATE_KILL_NAME_MAX + 16];
    if (out->n)
        buf_add_c(out, "; ");
    buf_add_c(out, gate_scope_text(k->scope, k->name, scope, sizeof scope));
    if (k->total == 0)
        buf_add_c(out, ": no order to cancel");
    else
        buf_add_f(out, ": %zu of %zu orders have ended", k->total - k->working, k->total);
    if (k->working > 0 && !session_is_ready(c->core->session))
        buf_add_c(out, ", the broker cannot be reached and cancels go out when it is back");
    else if (k->working > 0 && k->asked_oldest.has)
        buf_add_f(out, ", %zu cancels sent, the broker has not answered for %lld s", k->asked,
                  (long long)seconds_since(c, k->asked_oldest).v);
    if (k->flatten != GATE_FLATTEN_NONE)
        buf_add_f(out, ", flatten: %s", gate_flatten_text(k->flatten));
    if (k->note[0])
        buf_add_f(out, " (%s)", k->note);
}

static void fill_closing(struct call *c, const struct gate_kill_status *kills, size_t n,
                         struct safety_out *out)
{
    struct gate_closing row;
    size_t count = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; gate_closing_next(c->core->gate, kills[k].place, &i, &row);)
            count++;
    struct closing_row *rows = ARENA_MANY(c->arena, struct closing_row, count ? count : 1);
    count = 0;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; gate_closing_next(c->core->gate, kills[k].place, &i, &row);)
            rows[count++] = (struct closing_row){.account = call_text(c, row.account),
                                                 .symbol = call_text(c, row.contract.symbol),
                                                 .con_id = row.contract.con_id,
                                                 .held = row.held,
                                                 .order_id = {row.order_id, row.order_id != 0},
                                                 .state = str_of(row.state),
                                                 .filled = row.filled};
    out->closing = (struct list){rows, count};
}

static void fill_kill(struct call *c, struct safety_out *out)
{
    struct gate_kill_status kills[GATE_KILLS_MAX];
    struct kill_row *rows = ARENA_MANY(c->arena, struct kill_row, GATE_KILLS_MAX);
    struct buf progress;
    size_t n = 0;
    bool is_durable = true;
    buf_init(&progress, 4096);
    for (size_t i = 0; gate_kill_next(c->core->gate, &i, &kills[n]); n++) {
        rows[n] = kill_row(c, &kills[n]);
        add_progress(c, &kills[n], &progress);
        is_durable = is_durable && kills[n].is_durable;
        if (kills[n].scope != GATE_SCOPE_ALL)
            continue;
        out->killed = true;
        out->killed_since = kills[n].since;
        out->killed_by = rows[n].by;
        out->killed_why = rows[n].why;
        out->orders_to_cancel = (struct opt_int){(int64_t)kills[n].working, true};
    }
    out->kills = (struct list){rows, n};
    out->kill_progress = progress.n ? arena_str(c->arena, buf_str(&progress)) : STR_NONE;
    buf_fini(&progress);
    fill_closing(c, kills, n, out);
    if (!is_durable)
        call_warn(c, journal_is_failed(c->core->journal)
                         ? "the disk cannot be written: a restart would forget the kill switch"
                         : "it is not on the disk yet: a restart now would forget the kill switch");
}

static void fill_trading(struct call *c, struct safety_out *out)
{
    struct gate_trading_status s;
    gate_trading_status(c->core->gate, task_now(c->task), &s);
    /* the kill switch stands above the state, which is what a release comes back to */
    if (out->killed) {
        out->trading = str_of(gate_trading_text(GATE_HALTED));
        out->trading_why = STR("the kill switch is on");
    } else {
        out->trading = str_of(gate_trading_text(s.state));
        out->trading_why = s.state == GATE_ACTIVE ? STR_NONE : call_text(c, s.why);
    }
    out->reconciled = s.is_reconciled;
    out->armed_until = s.armed_until;
}

static void fill_journal(struct call *c, struct safety_out *out)
{
    const struct journal *j = c->core->journal;
    bool is_failed = journal_is_failed(j), is_stalled = journal_is_stalled(j, task_now(c->task));
    out->journal_ok = !is_failed && !is_stalled;
    if (is_failed)
        out->journal_why = call_text(c, journal_failure(j)->text);
    else if (is_stalled)
        out->journal_why = STR("the disk does not answer");
}

static void fill_anchor(struct call *c, struct safety_out *out)
{
    const struct anchor *a = c->core->anchors ? anchors_newest(c->core->anchors) : NULL;
    out->journal_records = journal_durable(c->core->journal);
    if (!a)
        return;
    out->anchored_record = (struct opt_int){a->seq, true};
    out->anchored_at = (struct opt_utc){a->at, true};
    out->anchored_hash = call_text(c, a->hash);
}

static void fill_limits(struct call *c, const struct gate_headroom *rows, size_t n,
                        struct safety_out *out)
{
    struct limit_row *limits = ARENA_MANY(c->arena, struct limit_row, n);
    for (size_t i = 0; i < n; i++)
        limits[i] = (struct limit_row){.code = str_of(rows[i].code),
                                       .name = str_of(rows[i].name),
                                       .used = rows[i].used,
                                       .limit = rows[i].limit,
                                       .left = gate_headroom_left(&rows[i]),
                                       .ratio = ratio_of(rows[i].used, rows[i].limit),
                                       .unit = call_text(c, rows[i].unit),
                                       .resets = rows[i].resets};
    out->limits = (struct list){limits, n};
}

/* The broker is waited for, and positions are valued, only if `asks`: who stops all has no time. */
static bool show_status(struct call *c, bool asks, struct safety_out *out)
{
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    struct str account = STR_NONE;
    size_t n = 0;
    bool has_account =
        (asks || book_account_count(c->core->book)) && call_account(c, STR_NONE, &account);
    if (has_account)
        n = gate_limits_status(c->core->gate, account, task_now(c->task), rows);
    if (has_account && asks &&
        !gate_limits_exposure(c->task, c->core->gate, account, rows, n, &c->error))
        call_incomplete(c, "what is held could not be valued: %s", c->error.text);
    c->error = (struct error){0};
    fill_kill(c, out);
    fill_trading(c, out);
    out->unknown_orders = (int64_t)gate_unknown_count(c->core->gate);
    fill_journal(c, out);
    fill_anchor(c, out);
    if (!has_account) {
        call_incomplete(c, "no account is known yet, so neither are mode and limits");
        return true;
    }
    out->gate_mode = str_of(gate_mode_text(gate_mode(c->core->gate, account)));
    fill_limits(c, rows, n, out);
    return true;
}

static bool get_safety_status(struct call *c, const void *in, void *result)
{
    (void)in;
    return show_status(c, true, result);
}

/* ---- engage_kill_switch, release_kill_switch ---- */

struct kill_in {
    struct str why, symbol, principal;
    struct opt_bool keep_stops;
    bool flatten;
};
static const struct field kill_in_fields[] = {
    FIELD(struct kill_in, why, .positional = true, .max = "190", .doc = "Why; kept and shown",
          .example = "something is wrong"),
    FIELD(struct kill_in, symbol, .max = "63", .example = "AAPL",
          .doc = "Stops this symbol with its derivatives, or one contract (conid:265598)"),
    FIELD(struct kill_in, principal, .max = "63",
          .doc = "Stops only this rule, assistant or token"),
    FIELD(struct kill_in, keep_stops,
          .doc = "Leaves stop orders opposite to what is held; limits.kill_keeps_stops "
                 "unless given"),
    FIELD(struct kill_in, flatten, .initial = "false",
          .doc = "Then closes the positions in scope once all cancels are confirmed; needs trade "
                 "scope, takes the stops too"),
};
static const struct type kill_in_type = TYPE_OF(struct kill_in, kill_in_fields);

struct release_in {
    struct str why, symbol, principal;
};
static const struct field release_in_fields[] = {
    FIELD(struct release_in, why, .required = true, .positional = true, .max = "190",
          .doc = "Why it is safe to go on; kept", .example = "checked by hand"),
    FIELD(struct release_in, symbol, .max = "63", .doc = "The switch of this symbol"),
    FIELD(struct release_in, principal, .max = "63", .doc = "The switch of this principal"),
};
static const struct type release_in_type = TYPE_OF(struct release_in, release_in_fields);

static bool scope_named(struct call *c, struct str symbol, struct str principal,
                        enum gate_scope *scope, struct str *name)
{
    if (symbol.n && principal.n) {
        error_set(&c->error, ERROR_INVALID, "KILL_SCOPE", "a kill switch has one scope");
        return error_next(&c->error, "name a symbol or a principal; pull two switches for both");
    }
    *scope = symbol.n ? GATE_SCOPE_SYMBOL : principal.n ? GATE_SCOPE_PRINCIPAL : GATE_SCOPE_ALL;
    *name = symbol.n ? symbol : principal;
    return true;
}

/* Closing positions is trading: whoever may not trade may stop everything, and no more. Where
 * orders need a person's approval, or money is at stake, a person asks for it. */
static bool may_flatten(struct call *c)
{
    if (!(c->who->scopes & SCOPE_TRADE)) {
        error_set(&c->error, ERROR_DENIED, "SCOPE", "flatten needs the scope to trade");
        return error_next(&c->error, "let somebody flatten who may trade");
    }
    if (c->who->only_account[0]) {
        error_set(&c->error, ERROR_DENIED, "ONE_ACCOUNT",
                  "flatten closes positions of all accounts, and %s is for one alone",
                  c->who->name);
        return error_next(&c->error, "let somebody flatten who may trade in all of them");
    }
    const struct guard_limits *l = gate_limits(c->core->gate);
    bool asks = l->approval_paper != GATE_APPROVAL_NONE || l->approval_above != GATE_APPROVAL_NONE;
    for (size_t i = 0; i < book_account_count(c->core->book); i++)
        asks = asks || account_mode_of(str_of(book_account(c->core->book, i))) == MODE_LIVE;
    return !asks || call_person(c, "close positions at the market");
}

/*
 * Orders are blocked and cancelled at once; but who is told so must not be told of what a crash can
 * still undo, and most brokers answer soon. A disk or a broker that hangs is not waited for any
 * longer than KILL_ANSWER_MS.
 */
static void await_progress(struct call *c)
{
    struct error ended;
    struct instant until = instant_after_ms(task_now(c->task).mono, KILL_ANSWER_MS);
    bool is_done;
    do {
        struct gate_kill_status k;
        int64_t orders = 0, done = 0;
        is_done = true;
        for (size_t i = 0; gate_kill_next(c->core->gate, &i, &k);) {
            is_done =
                is_done && k.is_durable && (k.working == 0 || !session_is_ready(c->core->session));
            orders += (int64_t)k.total;
            done += (int64_t)(k.total - k.working);
        }
        task_tell(c->task, done, orders, "orders whose end is confirmed");
    } while (!is_done && !instant_due(until, task_now(c->task).mono) &&
             task_sleep(c->task, KILL_LOOK_MS, &ended));
}

/* What was asked for beyond stopping is refused, and stopping is not. */
static bool stopped_all_the_same(struct call *c)
{
    char next[ERROR_NEXT_MAX];
    memcpy(next, c->error.next, sizeof next);
    return error_next(&c->error, "the kill switch is on, without flatten; %s", next);
}

static bool engage_kill_switch(struct call *c, const void *in, void *result)
{
    const struct kill_in *args = in;
    struct gate *g = c->core->gate;
    struct gate_kill_request r = {
        .principal = STR_NAME(c->who->name),
        .why = args->why.n ? args->why : STR("no reason was given"),
        .keep_stops = args->keep_stops.has ? args->keep_stops.v : gate_limits(g)->kill_keeps_stops};
    if (!scope_named(c, args->symbol, args->principal, &r.scope, &r.name) ||
        !gate_kill(g, &r, task_now(c->task), &c->error))
        return false;
    r.flatten = args->flatten; /* after stopping: a PIN may have to be typed */
    if (args->flatten && (!may_flatten(c) || !gate_kill(g, &r, task_now(c->task), &c->error)))
        return stopped_all_the_same(c);
    await_progress(c);
    return show_status(c, false, result);
}

static bool is_pulled(struct call *c, enum gate_scope scope, struct str name)
{
    struct gate_kill_status k;
    for (size_t i = 0; gate_kill_next(c->core->gate, &i, &k);)
        if (k.scope == scope &&
            (scope == GATE_SCOPE_ALL || str_ieq(STR_NAME(k.name), str_trim(name))))
            return true;
    return false;
}

static bool release_kill_switch(struct call *c, const void *in, void *result)
{
    const struct release_in *args = in;
    enum gate_scope scope = GATE_SCOPE_ALL;
    struct str name = STR_NONE;
    if (!scope_named(c, args->symbol, args->principal, &scope, &name))
        return false;
    bool is_on = is_pulled(c, scope, name); /* nobody is asked for a PIN in vain */
    uint64_t version = gate_kill_version(c->core->gate);
    bool is_person = is_on && call_person(c, "release the kill switch");
    if (is_person && gate_kill_version(c->core->gate) != version) {
        error_set(&c->error, ERROR_CONFLICT, "KILLED_AGAIN",
                  "a kill switch was pulled or released while the PIN was typed");
        return error_next(&c->error, "look at `portcullis safety`, then release it again");
    }
    return (is_person || !is_on) &&
           gate_release(c->core->gate, scope, name, STR_NAME(c->who->name), is_person, args->why,
                        task_now(c->task), &c->error) &&
           show_status(c, false, result);
}

static const char *const safety_phrases[] = {"Check if daily trading limits are being approached",
                                             "Check kill switch status",
                                             "Show me safety system status", NULL};

static const struct op safety_ops[] = {
    {.name = "get_safety_status",
     .title = "Safety status",
     .doc = "Kill switches and their progress, gate mode, orders whose fate is unknown, and each "
            "limit with its use and "
            "when it starts again.",
     .in = &no_in_type,
     .out = &safety_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/safety",
     .verb = "safety",
     .example = "safety",
     .category = "safety",
     .phrases = safety_phrases,
     .run = get_safety_status},
    {.name = "engage_kill_switch",
     .title = "Kill switch",
     .doc = "Blocks every new and changed order at once and cancels this gate's working orders, of "
            "everything or of one symbol or principal. Survives restarts; get_safety_status tells "
            "how far it is. Only a person at a terminal can release it.",
     .in = &kill_in_type,
     .out = &safety_type,
     .effect = OP_HALT,
     .is_destructive = true,
     .is_idempotent = true,
     .route = "POST /api/kill",
     .verb = "kill",
     .example = "kill \"something is wrong\"",
     .category = "safety",
     .run = engage_kill_switch},
    {.name = "release_kill_switch",
     .title = "Release the kill switch",
     .doc = "Releases one kill switch, with a reason: that of everything, or of the symbol or "
            "principal named. Only for a person at a terminal.",
     .in = &release_in_type,
     .out = &safety_type,
     .effect = OP_ADMIN,
     .verb = "release",
     .example = "release \"checked by hand\"",
     .category = "safety",
     .run = release_kill_switch},
};
const struct op_set safety_op_set = {safety_ops, sizeof safety_ops / sizeof safety_ops[0]};
