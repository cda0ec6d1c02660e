/* SPDX-License-Identifier: MIT */
/*
 * alerts: price alerts as operations. What they do is in automation/alerts.h.
 */
#include "automation/alerts.h"

#include "market/quotes.h"
#include "market/resolver.h"
#include "ops/op.h"

#include <string.h>

enum { SETTLE_MS = 5000, SETTLE_STEP_MS = 50, FIRED_SHOWN = 20, FIRED_MAX = 100 };

/* ---- get_alerts ---- */

static const char *const wanted_statuses[] = {"all", "on", "done", "expired", "disarmed", NULL};

struct list_in {
    struct str symbol;
    unsigned status;
    struct opt_int after;
    int64_t wait_s;
};
static const struct field list_in_fields[] = {
    FIELD(struct list_in, symbol, .positional = true, .doc = "Only alerts of this symbol",
          .example = "AAPL"),
    FIELD(struct list_in, status, .choices = wanted_statuses, .initial = "all",
          .doc = "Only alerts of this status"),
    FIELD(struct list_in, after, .min = "0", .example = "120",
          .doc = "List what was told behind this firing id"),
    FIELD(struct list_in, wait_s, .min = "0", .max = "25", .initial = "0", .unit = "s",
          .doc = "Wait so long for one behind `after`"),
};
static const struct type list_in_type = TYPE_OF(struct list_in, list_in_fields);

struct alert_row {
    int64_t id;
    struct str symbol, condition, status, state, reason, note, created_by;
    struct opt_dec value, level, rearm;
    bool repeat, only_open, allow_delayed;
    int64_t fired, pause_min;
    struct opt_utc looked, last_fired, until, created;
    int64_t contract_id;
};
static const struct field alert_row_fields[] = {
    FIELD(struct alert_row, id, .doc = "Number of the alert"),
    FIELD(struct alert_row, symbol, .doc = "Contract"),
    FIELD(struct alert_row, condition, .doc = "What fires it"),
    FIELD(struct alert_row, value, .doc = "What was looked at, at the newest look"),
    FIELD(struct alert_row, level, .doc = "What it is compared with", .wide = true),
    FIELD(struct alert_row, status, .doc = "on, done, expired or disarmed"),
    FIELD(struct alert_row, state,
          .doc = "waiting (has not been seen to be false yet), armed, or fired (has to go back)"),
    FIELD(struct alert_row, reason, .doc = "Why it is not looked at now, or was disarmed"),
    FIELD(struct alert_row, fired, .doc = "How often it has fired"),
    FIELD(struct alert_row, last_fired, .doc = "When it last did"),
    FIELD(struct alert_row, note, .doc = "The user's words"),
    FIELD(struct alert_row, repeat, .doc = "Fires more than once", .wide = true),
    FIELD(struct alert_row, rearm, .doc = "How far it has to go back before it fires again",
          .wide = true),
    FIELD(struct alert_row, pause_min, .doc = "Pause after a firing", .unit = "min", .wide = true),
    FIELD(struct alert_row, until, .doc = "When it ends by itself", .wide = true),
    FIELD(struct alert_row, only_open, .doc = "Only in regular trading hours", .wide = true),
    FIELD(struct alert_row, allow_delayed, .doc = "Also on delayed prices", .wide = true),
    FIELD(struct alert_row, looked, .doc = "The newest look since the start", .wide = true),
    FIELD(struct alert_row, created, .doc = "When it was set", .wide = true),
    FIELD(struct alert_row, created_by, .doc = "By whom", .wide = true),
    FIELD(struct alert_row, contract_id, .doc = "Contract id", .wide = true),
};
static const struct type alert_row_type = TYPE_OF(struct alert_row, alert_row_fields);

struct fired_row {
    int64_t firing, alert;
    struct str event, symbol, what, note;
    struct opt_utc at;
    struct opt_dec value, level, bid, ask, last;
    struct str data_type;
    bool late;
};
static const struct field fired_row_fields[] = {
    FIELD(struct fired_row, firing, .doc = "Its id: ask for what comes behind it with `after`"),
    FIELD(struct fired_row, at, .doc = "When"),
    FIELD(struct fired_row, event, .doc = "fired, disarmed or expired"),
    FIELD(struct fired_row, alert, .doc = "Number of the alert"),
    FIELD(struct fired_row, symbol, .doc = "Contract"),
    FIELD(struct fired_row, what, .doc = "The condition, or why it was disarmed"),
    FIELD(struct fired_row, value, .doc = "The value that fired it"),
    FIELD(struct fired_row, level, .doc = "The level it passed", .wide = true),
    FIELD(struct fired_row, bid, .doc = "Bid then", .wide = true),
    FIELD(struct fired_row, ask, .doc = "Ask then", .wide = true),
    FIELD(struct fired_row, last, .doc = "Last price then", .wide = true),
    FIELD(struct fired_row, data_type, .doc = "live or delayed"),
    FIELD(struct fired_row, late, .doc = "It became true while nobody could look"),
    FIELD(struct fired_row, note, .doc = "The user's words"),
};
static const struct type fired_row_type = TYPE_OF(struct fired_row, fired_row_fields);

struct list_out {
    struct list alerts, fired;
    int64_t newest_firing;
};
static const struct field list_out_fields[] = {
    FIELD(struct list_out, alerts, .of = &alert_row_type, .doc = "One row an alert"),
    FIELD(struct list_out, fired, .of = &fired_row_type, .aside = true,
          .doc = "What was told, oldest first"),
    FIELD(struct list_out, newest_firing, .doc = "Ask for what comes later with after=THIS"),
};
static const struct type list_out_type = TYPE_OF(struct list_out, list_out_fields);

static struct str condition_of(struct call *c, const struct alert *al)
{
    struct buf b;
    buf_init(&b, ALERT_WHAT_MAX);
    condition_text(&al->terms.condition, &b);
    struct str text = arena_str(c->arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

static struct str reason_of(struct call *c, const struct alert *al)
{
    struct buf b;
    buf_init(&b, 2 * ALERT_WHAT_MAX);
    alert_reason(c->core->alerts, al, task_now(c->task), &b);
    struct str text = b.n ? arena_str(c->arena, buf_str(&b)) : STR_NONE;
    buf_fini(&b);
    return text;
}

static struct alert_row describe(struct call *c, const struct alert *al)
{
    const struct alert_terms *t = &al->terms;
    bool is_on = al->status == ALERT_ON;
    return (struct alert_row){
        .id = al->id,
        .symbol = arena_str(c->arena, STR_NAME(al->name)),
        .condition = condition_of(c, al),
        .status = str_of(alert_status_names[al->status]),
        .state = is_on ? str_of(condition_phase_names[al->state.phase]) : STR_NONE,
        .reason = reason_of(c, al),
        .note = call_text(c, t->note),
        .created_by = call_text(c, al->by),
        .value = condition_shown(&t->condition, al->value),
        .level = condition_level(&t->condition, &al->state),
        .rearm = DEC_SOME(t->condition.rearm),
        .repeat = t->repeats,
        .only_open = t->only_open,
        .allow_delayed = t->allow_delayed,
        .fired = al->fired,
        .pause_min = t->pause_s / 60,
        .looked = al->looked,
        .last_fired = al->last_fired,
        .until = t->until,
        .created = {al->created, true},
        .contract_id = t->contract.con_id,
    };
}

static struct fired_row tell(struct call *c, const struct firing *f)
{
    return (struct fired_row){
        .firing = f->id,
        .alert = f->alert,
        .event = str_of(firing_kind_names[f->kind]),
        .symbol = arena_str(c->arena, STR_NAME(f->name)),
        .what = arena_str(c->arena, STR_NAME(f->what)),
        .note = call_text(c, f->note),
        .at = {f->at, true},
        .value = f->value,
        .level = f->level,
        .bid = f->bid,
        .ask = f->ask,
        .last = f->last,
        .data_type = f->kind == FIRING_EXPIRED ? STR_NONE : str_of(data_type_text(f->data_type)),
        .late = f->is_late,
    };
}

/* What was told behind `after`; where nobody says behind what, the newest. */
static struct list list_firings(struct call *c, struct opt_int after)
{
    const struct alerts *a = c->core->alerts;
    size_t max = after.has ? FIRED_MAX : FIRED_SHOWN, n = 0, skip = 0;
    const struct firing *f;
    int64_t from = after.has ? after.v : 0;
    for (int64_t id = from; (f = alerts_firing(a, id)) != NULL; id = f->id)
        n++;
    if (n > max && !after.has)
        skip = n - max;
    if (n > max && after.has)
        call_warn(c, "MORE: there are more than %d; ask again with the last id", FIRED_MAX);
    n = n > max ? max : n;
    struct fired_row *rows = ARENA_MANY(c->arena, struct fired_row, n);
    size_t at = 0;
    for (int64_t id = from; at < n && (f = alerts_firing(a, id)) != NULL; id = f->id) {
        if (skip > 0)
            skip--;
        else
            rows[at++] = tell(c, f);
    }
    return (struct list){rows, n};
}

/* Alerts belong to no account; the envelope names the one in use all the same. */
static void name_account(struct call *c)
{
    struct str ignored;
    if (book_account_count(c->core->book))
        (void)!call_account(c, STR_NONE, &ignored);
}

static bool is_wanted(const struct alert *al, const struct list_in *in)
{
    struct str symbol = str_trim(in->symbol);
    bool is_named = !symbol.n || str_ieq(symbol, STR_NAME(al->terms.contract.symbol)) ||
                    str_ieq(symbol, STR_NAME(al->name));
    return is_named && (in->status == 0 || in->status == (unsigned)al->status + 1);
}

static void warn_turns(struct call *c)
{
    int64_t round_s = 0;
    size_t n = alerts_in_turn(c->core->alerts, &round_s);
    if (n)
        call_warn(c,
                  "POLLED: %zu contracts share %d market data lines and are looked at about every "
                  "%lld s",
                  n, ALERT_TURNS_MAX, (long long)round_s);
}

static bool get_alerts(struct call *c, const void *args, void *result)
{
    const struct list_in *in = args;
    struct list_out *out = result;
    const struct alerts *a = c->core->alerts;
    struct instant until = instant_after_ms(task_now(c->task).mono, in->wait_s * 1000);
    name_account(c);
    if (in->wait_s > 0) {
        int64_t after = in->after.has ? in->after.v : alerts_newest_firing(a);
        if (!alerts_wait(c->task, c->core->alerts, after, until, &c->error))
            return false;
    }
    struct alert_row *rows = ARENA_MANY(c->arena, struct alert_row, alerts_count(a));
    size_t n = 0;
    const struct alert *al = alerts_after(a, 0);
    for (; al; al = alerts_after(a, al->id))
        if (is_wanted(al, in))
            rows[n++] = describe(c, al);
    out->alerts = (struct list){rows, n};
    out->fired = list_firings(c, in->after);
    out->newest_firing = alerts_newest_firing(a);
    warn_turns(c);
    return true;
}

/* ---- set_price_alert ---- */

static const char *const conditions[] = {"",        "above",    "below",   "crosses", "day_high",
                                         "day_low", "high_52w", "low_52w", NULL};

struct set_in {
    struct str symbol;
    unsigned condition;
    struct opt_dec level;
    unsigned of;
    struct opt_dec reference, rearm;
    bool repeat;
    int64_t pause_min;
    struct opt_utc until;
    bool only_open, allow_delayed;
    struct str note, account;
};
static const struct field set_in_fields[] = {
    FIELD(struct set_in, symbol, .required = true, .positional = true, .max = "64",
          .doc = "Symbol, SYM.EXCH.CCY, currency pair, ISIN", .example = "AAPL"),
    FIELD(struct set_in, condition, .positional = true, .choices = conditions,
          .doc = "What fires it; the last four are new highs and lows", .example = "above"),
    FIELD(struct set_in, level, .positional = true, .doc = "For above, below and crosses",
          .example = "250"),
    FIELD(struct set_in, of, .choices = measure_names, .initial = "price",
          .doc = "What is compared with the level"),
    FIELD(struct set_in, reference, .doc = "change_pct against this price, not the last close"),
    FIELD(struct set_in, rearm, .min = "0",
          .doc = "Fires again only after it went back by so much"),
    FIELD(struct set_in, repeat, .doc = "Not only once"),
    FIELD(struct set_in, pause_min, .min = "1", .max = "44640", .initial = "15", .unit = "min",
          .doc = "Quiet time after a firing"),
    FIELD(struct set_in, until, .doc = "End", .example = "2027-01-31T00:00:00Z"),
    FIELD(struct set_in, only_open, .initial = "true", .doc = "Only in regular trading hours"),
    FIELD(struct set_in, allow_delayed, .doc = "Also on delayed prices"),
    FIELD(struct set_in, note, .max = "150", .doc = "Your words, told with it"),
    FIELD(struct set_in, account, .doc = "Decides between listings"),
};
static const struct type set_in_type = TYPE_OF(struct set_in, set_in_fields);

struct set_out {
    int64_t id;
    struct str symbol, exchange, currency, condition, state, reason, message;
    struct opt_dec value;
    bool existed;
};
static const struct field set_out_fields[] = {
    FIELD(struct set_out, id, .doc = "Number of the alert"),
    FIELD(struct set_out, symbol, .doc = "Contract"),
    FIELD(struct set_out, exchange, .doc = "Where it is listed"),
    FIELD(struct set_out, currency, .doc = "Currency of the prices"),
    FIELD(struct set_out, condition, .doc = "What fires it"),
    FIELD(struct set_out, value, .doc = "The value now"),
    FIELD(struct set_out, state, .doc = "armed, or waiting until it is false for the first time"),
    FIELD(struct set_out, reason, .doc = "Why it is not looked at now"),
    FIELD(struct set_out, existed, .doc = "The same alert was on already"),
    FIELD(struct set_out, message, .doc = "The same in a sentence"),
};
static const struct type set_out_type = TYPE_OF(struct set_out, set_out_fields);

static bool is_untraded(enum sec_type t)
{
    return t == SEC_CASH || t == SEC_CMDTY || t == SEC_CFD;
}

/* Waits a moment for the first look, so that the answer can tell the value. */
static bool settle(struct call *c, int64_t id)
{
    struct instant until = instant_after_ms(task_now(c->task).mono, SETTLE_MS);
    const struct alert *al = alerts_find(c->core->alerts, id);
    while (al && al->status == ALERT_ON && !al->looked.has &&
           (al->block == ALERT_NO_LINE || al->block == ALERT_NO_VALUE) &&
           !instant_due(until, task_now(c->task).mono)) {
        if (!task_sleep(c->task, SETTLE_STEP_MS, &c->error))
            return false;
        al = alerts_find(c->core->alerts, id);
    }
    return true;
}

static bool take_terms(struct call *c, const struct set_in *in, struct contract_details *d,
                       struct alert_terms *out)
{
    struct str account;
    if (!in->condition) {
        error_set(&c->error, ERROR_INVALID, "ALERT_TERMS",
                  "an alert needs a condition: above, below, crosses, day_high, day_low, high_52w "
                  "or low_52w");
        return error_next(&c->error, "say e.g. AAPL below 180; to protect a purchase, place a "
                                     "bracket order, or a stop once the shares are held");
    }
    if (!call_needs_broker(c) || !call_account(c, in->account, &account) ||
        !resolve_one(c->task, c->core->resolver, account, in->symbol, STR_NONE, STR_NONE, d,
                     &c->error))
        return false;
    *out = (struct alert_terms){.contract = d->contract,
                                .condition = {.trigger = (enum trigger)(in->condition - 1),
                                              .measure = (enum measure)in->of,
                                              .by_mid = is_untraded(d->contract.sec_type),
                                              .level = in->level,
                                              .reference = in->reference},
                                .repeats = in->repeat,
                                .pause_s = in->pause_min * 60,
                                .until = in->until,
                                .only_open = in->only_open,
                                .allow_delayed = in->allow_delayed};
    if (in->rearm.has)
        out->condition.rearm = in->rearm.v;
    str_copy_cut(out->note, sizeof out->note, in->note);
    return true;
}

static bool set_price_alert(struct call *c, const void *args, void *result)
{
    const struct set_in *in = args;
    struct set_out *out = result;
    struct contract_details *d = ARENA_NEW(c->arena, struct contract_details);
    struct alert_terms terms;
    int64_t id = 0, seq = 0;
    if (!take_terms(c, in, d, &terms) ||
        !alerts_set(c->core->alerts, &terms, d, STR_NAME(c->who->name), task_now(c->task), &id,
                    &seq, &c->error) ||
        (seq && !journal_wait(c->task, c->core->journal, seq, &c->error)) || !settle(c, id))
        return false;
    const struct alert *al = alerts_find(c->core->alerts, id);
    if (!al)
        return error_set(&c->error, ERROR_CONFLICT, "NO_ALERT", "alert %lld was deleted meanwhile",
                         (long long)id);
    const struct contract *k = &d->contract;
    bool holds = al->state.phase == CONDITION_NEW && al->looked.has;
    out->id = id;
    out->existed = seq == 0;
    out->symbol = arena_str(c->arena, STR_NAME(al->name));
    out->exchange = call_text(c, k->primary_exchange[0] ? k->primary_exchange : k->exchange);
    out->currency = call_text(c, k->currency);
    out->condition = condition_of(c, al);
    out->value = condition_shown(&al->terms.condition, al->value);
    out->state = str_of(condition_phase_names[al->state.phase]);
    out->reason = reason_of(c, al);
    out->message = arena_f(c->arena, "alert %lld: %s " STR_FMT "%s%s", (long long)id, al->name,
                           STR_ARG(out->condition), out->reason.n ? "; not looked at now: " : "",
                           out->reason.n ? alert_block_text(al->block) : "");
    if (holds)
        call_warn(c, "ALREADY_TRUE: the condition holds now; it fires when it becomes true again");
    if (!al->looked.has)
        call_warn(c, "NOT_LOOKED_AT: " STR_FMT, STR_ARG(out->reason));
    warn_turns(c);
    return true;
}

/* ---- delete_alert ---- */

struct delete_in {
    int64_t id;
};
static const struct field delete_in_fields[] = {
    FIELD(struct delete_in, id, .required = true, .positional = true, .min = "1",
          .doc = "Number of the alert, from get_alerts", .example = "3"),
};
static const struct type delete_in_type = TYPE_OF(struct delete_in, delete_in_fields);

struct delete_out {
    int64_t id;
    struct str message;
};
static const struct field delete_out_fields[] = {
    FIELD(struct delete_out, id, .doc = "Number of the alert"),
    FIELD(struct delete_out, message, .doc = "What was done"),
};
static const struct type delete_out_type = TYPE_OF(struct delete_out, delete_out_fields);

static bool delete_alert(struct call *c, const void *args, void *result)
{
    const struct delete_in *in = args;
    struct delete_out *out = result;
    int64_t seq = 0;
    name_account(c);
    if (!alerts_delete(c->core->alerts, in->id, STR_NAME(c->who->name), task_now(c->task), &seq,
                       &c->error) ||
        !journal_wait(c->task, c->core->journal, seq, &c->error))
        return false;
    out->id = in->id;
    out->message = arena_f(c->arena, "alert %lld is deleted", (long long)in->id);
    return true;
}

/* ---- the table ---- */

static const char *const list_phrases[] = {"Show my price alerts", "Show price alerts for {symbol}",
                                           NULL};
static const char *const set_phrases[] = {"Set a price alert for {symbol} {condition} {level}",
                                          "Alert me when {symbol} is {condition} {level}",
                                          "Set a price alert stop loss if I decide to buy {symbol}",
                                          NULL};
static const char *const delete_phrases[] = {"Delete price alert {id}", NULL};

static const struct op alert_ops[] = {
    {.name = "get_alerts",
     .title = "Price alerts",
     .doc = "Price alerts with their state, and what they have told: each firing once, with an id. "
            "To follow, ask again with `after` set to newest_firing, and wait_s up to 25.",
     .in = &list_in_type,
     .out = &list_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .route = "GET /api/alerts",
     .verb = "alerts",
     .example = "alerts",
     .category = "alerts",
     .phrases = list_phrases,
     .run = get_alerts},
    {.name = "set_price_alert",
     .title = "Set a price alert",
     .doc = "Tells when a contract passes a level or makes a new high or low; places no order. "
            "Fires on live prices when the condition becomes true, not while it stays true: once, "
            "or each time with `repeat`. of=change_pct with below -5 means a fall of 5 %.",
     .in = &set_in_type,
     .out = &set_out_type,
     .effect = OP_NOTE,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "POST /api/alerts",
     .verb = "alert",
     .example = "alert AAPL above 250",
     .category = "alerts",
     .phrases = set_phrases,
     .run = set_price_alert},
    {.name = "delete_alert",
     .title = "Delete a price alert",
     .doc = "Deletes a price alert for good. What it has told stays on record.",
     .in = &delete_in_type,
     .out = &delete_out_type,
     .effect = OP_NOTE,
     .is_destructive = true,
     .route = "DELETE /api/alerts/{id}",
     .verb = "delete-alert",
     .example = "delete-alert 3",
     .category = "alerts",
     .phrases = delete_phrases,
     .run = delete_alert},
};
const struct op_set alert_op_set = {alert_ops, sizeof alert_ops / sizeof alert_ops[0]};
