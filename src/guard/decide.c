/* SPDX-License-Identifier: MIT */
#include "guard/checks.h"

#include "guard/value.h"
#include "market/currency.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- words ---- */

struct dec_text text_of(struct dec d)
{
    struct dec_text t;
    dec_format(d, t.s);
    return t;
}

struct dec_text amount_of(const struct gate_facts *f, struct dec value)
{
    return text_of(dec_round_to(value, currency_unit(f->base_currency), DEC_UP));
}

struct dec_text limit_of(const struct gate_facts *f, struct dec limit)
{
    return text_of(dec_round_to(limit, currency_unit(f->base_currency), DEC_DOWN));
}

bool says(struct verdict *out, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(out->text, sizeof out->text, fmt, ap);
    va_end(ap);
    return true;
}

bool says_limit(struct verdict *out, struct dec value, struct dec limit, const char *what,
                const char *setting)
{
    out->value = DEC_SOME(value);
    out->limit = DEC_SOME(limit);
    return says(out, "%s %s exceeds %s %s", what, D(value), setting, D(limit));
}

bool says_value(struct verdict *out, const struct gate_facts *f, struct dec value, struct dec limit,
                const char *what, const char *setting)
{
    out->value = DEC_SOME(value);
    out->limit = DEC_SOME(limit);
    return says(out, "%s %s %s exceeds %s %s", what, AMOUNT(f, value), f->base_currency, setting,
                LIMIT(f, limit));
}

bool says_count(struct verdict *out, struct dec value, struct dec limit, const char *what,
                const char *setting)
{
    out->value = DEC_SOME(value);
    out->limit = DEC_SOME(limit);
    return says(out, "this would make %s %s, more than %s %s", D(value), what, setting, D(limit));
}

/* ---- measures ---- */

static void measure(struct verdict *out, const struct gate_headroom *row)
{
    for (size_t i = 0; i < out->row_count; i++)
        if (strcmp(out->rows[i].name, row->name) == 0) {
            if (dec_lt(gate_headroom_left(row).v, gate_headroom_left(&out->rows[i]).v))
                out->rows[i] = *row;
            return;
        }
    assert(out->row_count < VERDICT_ROWS_MAX);
    out->rows[out->row_count++] = *row;
}

bool exceeds(struct verdict *out, const char *setting, const char *unit, struct opt_dec used,
             struct dec after, struct dec limit)
{
    struct gate_headroom row = {
        .name = setting, .used = used, .after = DEC_SOME(after), .limit = limit};
    str_copy_cut(row.unit, sizeof row.unit, str_of(unit));
    measure(out, &row);
    return dec_gt(after, limit);
}

bool falls_short(struct verdict *out, const char *setting, const char *unit, struct dec after,
                 struct dec least)
{
    struct gate_headroom row = {
        .name = setting, .after = DEC_SOME(after), .limit = least, .is_least = true};
    str_copy_cut(row.unit, sizeof row.unit, str_of(unit));
    measure(out, &row);
    return dec_lt(after, least);
}

struct opt_dec gate_headroom_left(const struct gate_headroom *h)
{
    struct opt_dec at = h->after.has ? h->after : h->used;
    if (!at.has)
        return DEC_NONE;
    return DEC_SOME(h->is_least ? dec_minus(at.v, h->limit) : dec_minus(h->limit, at.v));
}

/* ---- the table ---- */

/* clang-format off */
static const struct gate_control controls[] = {
    /* the request itself; the first row stands alone: the others presuppose a well-formed order */
    {"ORDER_INVALID", ERROR_INVALID, false, false, "correct the order", deny_order, RESETS_NEVER},
    {"BRACKET_INVALID", ERROR_INVALID, false, false, "correct the prices of the bracket", deny_bracket, RESETS_NEVER},
    {"MODIFY_INVALID", ERROR_INVALID, false, false, "cancel the order and place another", deny_identity, RESETS_NEVER},
    /* may anything be done at all */
    {"KILLED", ERROR_DENIED, false, false, "a person at the machine can release the kill switch", deny_killed, RESETS_NEVER},
    {"HALTED", ERROR_DENIED, false, false, "a person can set the trading state to active", deny_halted, RESETS_NEVER},
    {"BREAKER", ERROR_DENIED, false, false, "find out why orders failed; then a person can set the trading state to active", deny_breaker, RESETS_NEVER},
    {"REDUCING_INCREASES", ERROR_DENIED, false, true, "reduce positions, or let a person set the trading state to active", deny_increase, RESETS_NEVER},
    {"APPROVAL_DENY", ERROR_DENIED, false, false, "a person can change the setting that the text names", deny_approval, RESETS_NEVER},
    {"MODE_READ_ONLY", ERROR_DENIED, false, false, "set limits.mode to paper to trade on a paper account", deny_read_only, RESETS_NEVER},
    {"LIVE_NOT_ARMED", ERROR_DENIED, false, false, "a person can arm live trading for a time", deny_live, RESETS_NEVER},
    {"ACCOUNT_NOT_ALLOWED", ERROR_DENIED, false, false, "name an account that limits.accounts lists", deny_account, RESETS_NEVER},
    {"PRINCIPAL_LIMIT", ERROR_DENIED, false, false, "stay within the limits of the token, or let a person make one with others", deny_principal, RESETS_NEVER},
    {"NOT_READY", ERROR_UNAVAILABLE, false, false, "wait until the connection status says ready", deny_ready, RESETS_NEVER},
    {"RESTART_WINDOW", ERROR_UNAVAILABLE, false, true, "wait until TWS has restarted; cancels and orders that reduce a position still pass", deny_restart, RESETS_NEVER},
    {"JOURNAL_FAILED", ERROR_UNAVAILABLE, false, false, "free disk space in the data directory, then try again", deny_journal, RESETS_NEVER},
    {"JOURNAL_STALLED", ERROR_UNAVAILABLE, false, false, "find out what keeps the disk busy; it goes on by itself when the disk answers", deny_stalled, RESETS_NEVER},
    /* what, and once */
    {"RESTRICTED", ERROR_DENIED, false, true, "change the list of limits that the text names", deny_restricted, RESETS_NEVER},
    {"UNKNOWN_PENDING", ERROR_CONFLICT, false, false, "look at the open orders; it is settled after the next complete snapshot", deny_unknown, RESETS_NEVER},
    {"DUPLICATE", ERROR_CONFLICT, false, false, "set allow_duplicate if the second order is meant", deny_duplicate, RESETS_NEVER},
    {"OFF_HOURS", ERROR_DENIED, false, true, "wait for the regular session, or say that the order is for outside of it", deny_hours, RESETS_NEVER},
    {"TICK_SIZE", ERROR_INVALID, false, false, "use one of the prices named", deny_tick, RESETS_NEVER},
    {"QTY_STEP", ERROR_INVALID, false, false, "round the quantity", deny_step, RESETS_NEVER},
    {"WOULD_SHORT", ERROR_DENIED, false, false, "sell at most what is held, or cancel working sell orders first", deny_short, RESETS_NEVER},
    {"QTY_MAX", ERROR_LIMIT, false, true, "use a smaller quantity", deny_quantity, RESETS_NEVER},
    /* price */
    {"NO_PRICE", ERROR_UNAVAILABLE, false, false, "try again when there is a quote", deny_price, RESETS_NEVER},
    {"STALE_PRICE", ERROR_UNAVAILABLE, false, false, "use a limit order, or try again when prices arrive", deny_stale, RESETS_NEVER},
    {"STOP_WRONG_SIDE", ERROR_DENIED, false, false, "put a sell stop below the market and a buy stop above it", deny_wrong_side, RESETS_NEVER},
    {"STOP_DISTANCE", ERROR_LIMIT, false, false, "move the stop, or check the price for a slip", deny_distance, RESETS_NEVER},
    {"PRICE_COLLAR", ERROR_LIMIT, false, false, "use a limit price nearer to the market", deny_collar, RESETS_NEVER},
    {"STOP_WIDENS", ERROR_DENIED, false, false, "set allow_widening if more risk is meant", deny_widens, RESETS_NEVER},
    /* own orders */
    {"SELF_CROSS", ERROR_CONFLICT, false, false, "cancel the opposite order first", deny_cross, RESETS_NEVER},
    /* money and counts */
    {"POSITION_MAX", ERROR_LIMIT, false, true, "use a smaller quantity, or reduce the position first", deny_position, RESETS_NEVER},
    {"EXPOSURE_MAX", ERROR_LIMIT, false, true, "reduce other positions or cancel orders first", deny_exposure, RESETS_NEVER},
    {"CURRENCY_MAX", ERROR_LIMIT, false, true, "reduce other positions in that currency first", deny_currency, RESETS_NEVER},
    {"SECTOR_MAX", ERROR_LIMIT, false, true, "reduce other positions in that sector first", deny_sector, RESETS_NEVER},
    {"MARGIN", ERROR_LIMIT, false, true, "use a smaller quantity, or reduce a position first", deny_margin, RESETS_NEVER},
    {"DAILY_LOSS", ERROR_LIMIT, false, true, "wait for the next day; orders that reduce a position still pass", deny_loss, RESETS_DAY},
    {"DRAWDOWN", ERROR_LIMIT, false, true, "wait for the next day; orders that reduce a position still pass", deny_drawdown, RESETS_DAY},
    {"NO_RATE", ERROR_UNAVAILABLE, false, true, "try again when the currency pair is quoted", deny_rate, RESETS_NEVER},
    {"VALUE_MAX", ERROR_LIMIT, false, true, "use a smaller quantity", deny_value, RESETS_NEVER},
    {"DAILY_VALUE", ERROR_LIMIT, false, true, "wait for the next day; orders that reduce a position still pass", deny_daily_value, RESETS_DAY},
    {"RATE_MESSAGES", ERROR_LIMIT, false, true, "wait a second", deny_messages, RESETS_SECOND},
    {"RATE_SECOND", ERROR_LIMIT, false, true, "wait a second", deny_second, RESETS_SECOND},
    {"RATE_MINUTE", ERROR_LIMIT, false, true, "wait a minute", deny_minute, RESETS_MINUTE},
    {"RATE_DAY", ERROR_LIMIT, false, true, "wait for the next day; orders that reduce a position still pass", deny_day, RESETS_DAY},
    {"RULE_THROTTLED", ERROR_LIMIT, false, true, "look why the rule fires so often; it may go on tomorrow", deny_rule, RESETS_DAY},
    {"UNANSWERED_MAX", ERROR_LIMIT, false, true, "wait until the broker has answered, or find out why it does not", deny_unanswered, RESETS_NEVER},
    {"ORDERS_PER_SIDE", ERROR_LIMIT, false, false, "cancel orders in this contract that are no longer needed", deny_side, RESETS_NEVER},
    {"STOPS_MAX", ERROR_LIMIT, false, false, "cancel stops that are no longer needed", deny_stops, RESETS_NEVER},
    /* worth telling */
    {"NEEDS_CONFIRM", ERROR_NONE, true, true, "", warn_large, RESETS_NEVER},
    {"NEEDS_APPROVAL", ERROR_NONE, true, false, "", warn_approval, RESETS_NEVER},
    {"NO_MARGIN", ERROR_NONE, true, false, "", warn_margin, RESETS_NEVER},
    {"ARM_EXPIRES", ERROR_NONE, true, false, "", warn_arm, RESETS_NEVER},
    {"DELAYED_PRICE", ERROR_NONE, true, false, "", warn_delayed, RESETS_NEVER},
    {"OLD_PRICE", ERROR_NONE, true, false, "", warn_old, RESETS_NEVER},
    {"HALTED_MARKET", ERROR_NONE, true, false, "", warn_halted, RESETS_NEVER},
    {"STOP_LEFT_OVER", ERROR_NONE, true, false, "", warn_left_over, RESETS_NEVER},
};
/* clang-format on */

enum { CONTROLS = sizeof controls / sizeof controls[0] };
_Static_assert(sizeof controls / sizeof controls[0] <= (size_t)GATE_FINDINGS_MAX,
               "each control may leave one finding");

const struct gate_control *control_at(size_t i)
{
    return i < CONTROLS ? &controls[i] : NULL;
}

const struct gate_control *control_find(const char *code)
{
    for (size_t i = 0; i < CONTROLS; i++)
        if (strcmp(controls[i].code, code) == 0)
            return &controls[i];
    return NULL;
}

struct opt_utc control_resets(const struct gate_control *c, struct utc now, struct utc day_end)
{
    switch (c->resets) {
    case RESETS_SECOND:
        return (struct opt_utc){{now.ns + NS_PER_S}, true};
    case RESETS_MINUTE:
        return (struct opt_utc){{now.ns + 60 * (int64_t)NS_PER_S}, true};
    case RESETS_DAY:
        return (struct opt_utc){day_end, true};
    default:
        return (struct opt_utc){0};
    }
}

/* Everything about the ticket that is not a finding. */
static void describe(const struct gate_facts *f, const struct gate_request *r,
                     struct gate_ticket *t)
{
    const struct order *o = &r->orders[0];
    const char *code;
    t->mode = mode_in_force(f->limits, f->is_embedded, f->account_mode, &code);
    t->reference = quote_price(&f->quote);
    t->bid = f->quote.bid;
    t->ask = f->quote.ask;
    t->last = f->quote.last;
    t->quote_time = f->quote.time;
    t->quote_age_ms = f->quote_age_ms;
    t->data_type = f->quote.data_type;
    str_copy_cut(t->currency, sizeof t->currency, STR_NAME(o->contract.currency));
    str_copy_cut(t->base_currency, sizeof t->base_currency, STR_NAME(f->base_currency));
    t->value = order_value(f, o);
    t->rate = f->rate;
    t->value_base = value_in_base(f, t->value);
    t->worst_loss_base = worst_loss(f, r);
    t->position_before = f->position;
    struct dec change = open_quantity(f, o);
    t->position_after =
        o->side == SIDE_BUY ? dec_plus(f->position, change) : dec_minus(f->position, change);
    t->is_reducing = is_reducing(f, r);
    t->approval = approval_of(f, t, NULL);
    t->has_margin = f->has_margin;
    t->margin = f->margin;
}

/* Adds the control's rows of headroom and, if it fires, its finding. */
static void apply(const struct gate_control *c, const struct gate_facts *f,
                  const struct gate_request *r, struct gate_ticket *t)
{
    struct verdict v;
    if (c->spares_reducing && t->is_reducing)
        return;
    v.text[0] = 0;
    v.value = v.limit = DEC_NONE;
    v.row_count = 0;
    bool fires = c->check(f, t, &v, r);
    for (size_t i = 0; i < v.row_count; i++) {
        assert(t->headroom_count < GATE_HEADROOM_MAX);
        struct gate_headroom *row = &t->headroom[t->headroom_count++];
        *row = v.rows[i];
        row->code = c->code;
        row->resets = control_resets(c, f->now, f->day_end);
    }
    if (!fires)
        return;
    struct gate_finding *found = &t->findings[t->finding_count++];
    *found = (struct gate_finding){
        .code = c->code, .is_warning = c->is_warning, .value = v.value, .limit = v.limit};
    memcpy(found->text, v.text, sizeof found->text);
    t->is_allowed = t->is_allowed && c->is_warning;
}

void decide(const struct gate_facts *f, const struct gate_request *r, struct gate_ticket *t)
{
    assert(r->count >= 1 && r->count <= GATE_LEGS_MAX);
    *t = (struct gate_ticket){.count = r->count, .is_allowed = true, .quote_age_ms = -1};
    memcpy(t->orders, r->orders, sizeof t->orders);
    apply(&controls[0], f, r, t);
    if (t->finding_count) /* a malformed order has no value and no effect to judge */
        return;
    describe(f, r, t);
    for (size_t i = 1; i < CONTROLS; i++)
        apply(&controls[i], f, r, t);
}

bool ticket_refused(const struct gate_ticket *t, struct error *e)
{
    size_t i = 0;
    while (i < t->finding_count && t->findings[i].is_warning)
        i++;
    assert(i < t->finding_count);
    const struct gate_control *c = control_find(t->findings[i].code);
    error_set(e, c->class, c->code, "%s", t->findings[i].text);
    return error_next(e, "%s", c->next);
}
