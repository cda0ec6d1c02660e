/* SPDX-License-Identifier: MIT */
/*
 * safety: the kill switch and the limits, as operations of their own.
 */
#include "ops/op.h"

#include <string.h>

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
    FIELD(struct limit_row, resets, .doc = "When the count starts again"),
    FIELD(struct limit_row, code, .doc = "Refusal code once it is exhausted"),
};
static const struct type limit_row_type = TYPE_OF(struct limit_row, limit_row_fields);

struct safety_out {
    bool killed;
    struct opt_utc killed_since;
    struct str killed_by, killed_why;
    struct opt_int orders_to_cancel;
    struct str gate_mode, trading, trading_why;
    struct opt_utc armed_until;
    int64_t unknown_orders;
    bool journal_ok;
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
    FIELD(struct safety_out, orders_to_cancel, .doc = "Orders that it has still to cancel"),
    FIELD(struct safety_out, gate_mode, .doc = "What the gate allows: read_only, paper, live"),
    FIELD(struct safety_out, trading, .doc = "Trading state: active, reducing, halted"),
    FIELD(struct safety_out, trading_why, .doc = "Why it is not active"),
    FIELD(struct safety_out, armed_until, .doc = "Until when live trading is armed"),
    FIELD(struct safety_out, unknown_orders, .doc = "Orders whose fate is not known"),
    FIELD(struct safety_out, journal_ok, .doc = "False: the disk refuses, no order can pass"),
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

static void fill_kill(struct call *c, struct safety_out *out)
{
    struct gate_kill_status kill;
    gate_kill_status(c->core->gate, &kill);
    out->killed = kill.is_killed;
    if (!kill.is_killed)
        return;
    out->killed_since = kill.since;
    out->killed_by = call_text(c, kill.by);
    out->killed_why = call_text(c, kill.why);
    out->orders_to_cancel = (struct opt_int){(int64_t)kill.working, true};
    if (!kill.is_durable)
        call_warn(c, journal_is_failed(c->core->journal)
                         ? "the disk cannot be written: a restart would forget the kill switch"
                         : "it is not on the disk yet: a restart now would forget the kill switch");
}

static void fill_trading(struct call *c, struct safety_out *out)
{
    struct gate_trading_status s;
    gate_trading_status(c->core->gate, task_now(c->task), &s);
    out->trading = str_of(gate_trading_text(s.state));
    out->trading_why = s.state == GATE_ACTIVE ? STR_NONE : call_text(c, s.why);
    out->armed_until = s.armed_until;
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

static bool get_safety_status(struct call *c, const void *in, void *result)
{
    (void)in;
    struct safety_out *out = result;
    struct str account = STR_NONE;
    fill_kill(c, out);
    fill_trading(c, out);
    out->unknown_orders = (int64_t)gate_unknown_count(c->core->gate);
    out->journal_ok = !journal_is_failed(c->core->journal);
    fill_anchor(c, out);
    if (!call_account(c, STR_NONE, &account)) {
        c->error = (struct error){0};
        call_incomplete(c, "no account is known yet, so neither are mode and limits");
        return true;
    }
    out->gate_mode = str_of(gate_mode_text(gate_mode(c->core->gate, account)));
    struct gate_headroom rows[GATE_HEADROOM_MAX];
    size_t n = gate_limits_status(c->core->gate, account, task_now(c->task), rows);
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
    return true;
}

/* ---- engage_kill_switch, release_kill_switch ---- */

struct kill_in {
    struct str why;
    bool cancel_stops;
};
static const struct field kill_in_fields[] = {
    FIELD(struct kill_in, why, .positional = true, .max = "190", .doc = "Why; kept and shown",
          .example = "stop everything"),
    FIELD(struct kill_in, cancel_stops, .initial = "false",
          .doc = "Cancel protective stops as well; otherwise they stay"),
};
static const struct type kill_in_type = TYPE_OF(struct kill_in, kill_in_fields);

static const struct field release_in_fields[] = {
    FIELD(struct kill_in, why, .positional = true, .max = "190", .doc = "Why; kept"),
};
static const struct type release_in_type = TYPE_OF(struct kill_in, release_in_fields);

/* Orders are blocked and cancelled at once; but who is told so must not be told of what a crash can
 * still undo. A disk that hangs is not waited for any longer than KEPT_MS. */
enum { KEPT_MS = 2000, KEPT_LOOK_MS = 2 };

static void await_kept(struct call *c)
{
    struct gate_kill_status kill;
    struct error ended;
    struct instant until = instant_after_ms(task_now(c->task).mono, KEPT_MS);
    do
        gate_kill_status(c->core->gate, &kill);
    while (!kill.is_durable && !instant_due(until, task_now(c->task).mono) &&
           task_sleep(c->task, KEPT_LOOK_MS, &ended));
}

static bool engage_kill_switch(struct call *c, const void *in, void *result)
{
    const struct kill_in *args = in;
    gate_kill(c->core->gate, STR_NAME(c->who->name),
              args->why.n ? args->why : STR("no reason was given"), args->cancel_stops,
              task_now(c->task));
    await_kept(c);
    return get_safety_status(c, NULL, result);
}

static bool release_kill_switch(struct call *c, const void *in, void *result)
{
    const struct kill_in *args = in;
    struct gate_kill_status kill;
    gate_kill_status(c->core->gate, &kill);
    bool is_person = kill.is_killed && call_person(c, "release the kill switch");
    return (is_person || !kill.is_killed) &&
           gate_release(c->core->gate, STR_NAME(c->who->name), is_person, args->why,
                        task_now(c->task), &c->error) &&
           get_safety_status(c, NULL, result);
}

static const char *const safety_phrases[] = {"Check if daily trading limits are being approached",
                                             "Check kill switch status",
                                             "Show me safety system status", NULL};

static const struct op safety_ops[] = {
    {.name = "get_safety_status",
     .title = "Safety status",
     .doc = "Kill switch, gate mode, orders whose fate is unknown, and each limit with its use and "
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
     .doc = "Blocks every new and changed order at once and cancels this gate's working orders; "
            "protective stops stay unless cancel_stops. Survives restarts. Only a person at a "
            "terminal can release it.",
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
     .doc = "Allows orders again. Only for a person at a terminal.",
     .in = &release_in_type,
     .out = &safety_type,
     .effect = OP_ADMIN,
     .verb = "release",
     .example = "release \"checked by hand\"",
     .category = "safety",
     .run = release_kill_switch},
};
const struct op_set safety_op_set = {safety_ops, sizeof safety_ops / sizeof safety_ops[0]};
