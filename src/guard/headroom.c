/* SPDX-License-Identifier: MIT */
/*
 * headroom: the limits of an account with their use, when nobody asks for an order.
 *
 * Every numeric setting of the limits has a row here, in the order of their importance to people
 * who look; what each order stands for alone (its quantity, its value) has no use of its own.
 */
#include "broker/trade.h"
#include "guard/state.h"
#include "guard/value.h"

#include <assert.h>
#include <string.h>

enum { MINUTE_MS = 60 * 1000 };

/* What the rows are computed from. */
struct account_use {
    const struct gate *gate;
    struct str account;
    struct moment now;
};

typedef struct opt_dec use_function(const struct account_use *u);

static struct opt_dec count(int64_t n)
{
    return DEC_SOME(dec_of(n));
}

static struct opt_dec use_day(const struct account_use *u)
{
    return count(ledger_orders_today(u->gate->ledger));
}

static struct opt_dec use_minute(const struct account_use *u)
{
    return count(ledger_sends_within(u->gate->ledger, MINUTE_MS, u->now.mono));
}

static struct opt_dec use_second(const struct account_use *u)
{
    return count(ledger_sends_within(u->gate->ledger, 1000, u->now.mono));
}

static struct opt_dec use_messages(const struct account_use *u)
{
    return count(trade_messages_within(u->gate->session, 1000, u->now));
}

static struct opt_dec use_unanswered(const struct account_use *u)
{
    return count((int64_t)ledger_in_flight(u->gate->ledger));
}

static struct opt_dec use_value(const struct account_use *u)
{
    return DEC_SOME(ledger_value_today(u->gate->ledger));
}

static struct opt_dec use_stops(const struct account_use *u)
{
    size_t n;
    const struct book_order *const *working = book_working_orders(u->gate->book, u->account, &n);
    int64_t stops = 0;
    for (size_t i = 0; i < n; i++)
        stops += order_type_is_stop(working[i]->order.type);
    return count(stops);
}

static struct opt_dec use_loss(const struct account_use *u)
{
    const struct day_mark *mark = trading_marks(&u->gate->trading, u->account);
    struct opt_dec loss = trading_loss(u->gate, u->account);
    return mark && loss.has ? loss_pct(mark->start, loss.v) : DEC_NONE;
}

static struct opt_dec use_fall(const struct account_use *u)
{
    const struct day_mark *mark = trading_marks(&u->gate->trading, u->account);
    struct opt_dec net = book_number(u->gate->book, u->account, STR("NetLiquidation"), STR_NONE);
    return mark && net.has ? loss_pct(mark->peak, dec_minus(mark->peak, net.v)) : DEC_NONE;
}

static struct opt_dec use_failures(const struct account_use *u)
{
    return count(
        trading_failures(&u->gate->trading, u->gate->limits.breaker_window_s, u->now.mono));
}

static const struct limit_row {
    const char *code, *name;
    bool is_off_at_0, is_least;
    use_function *use; /* NULL: each order stands alone */
} limit_rows[] = {
    {.code = "RATE_DAY", .name = "max_orders_per_day", .use = use_day},
    {.code = "RATE_MINUTE", .name = "max_orders_per_minute", .use = use_minute},
    {.code = "RATE_SECOND", .name = "max_orders_per_second", .use = use_second},
    {.code = "RATE_MESSAGES", .name = "max_messages_per_second", .use = use_messages},
    {.code = "UNANSWERED_MAX", .name = "max_unanswered_orders", .use = use_unanswered},
    {.code = "DAILY_VALUE", .name = "max_value_per_day", .use = use_value},
    {.code = "STOPS_MAX", .name = "max_working_stops", .use = use_stops},
    {.code = "DAILY_LOSS", .name = "max_daily_loss_pct", .is_off_at_0 = true, .use = use_loss},
    {.code = "DRAWDOWN", .name = "max_drawdown_pct", .is_off_at_0 = true, .use = use_fall},
    {.code = "BREAKER", .name = "breaker_count", .is_off_at_0 = true, .use = use_failures},
    {.code = "QTY_MAX", .name = "max_order_quantity"},
    {.code = "VALUE_MAX", .name = "max_order_value"},
    {.code = "NEEDS_CONFIRM", .name = "confirm_above_pct"},
    {.code = "POSITION_MAX", .name = "max_position_pct", .is_off_at_0 = true},
    {.code = "POSITION_MAX", .name = "max_position_value", .is_off_at_0 = true},
    {.code = "EXPOSURE_MAX", .name = "max_gross_exposure_pct", .is_off_at_0 = true},
    {.code = "EXPOSURE_MAX", .name = "max_net_exposure_pct", .is_off_at_0 = true},
    {.code = "CURRENCY_MAX", .name = "max_currency_pct", .is_off_at_0 = true},
    {.code = "SECTOR_MAX", .name = "max_sector_pct", .is_off_at_0 = true},
    {.code = "ORDERS_PER_SIDE", .name = "max_orders_per_side"},
    {.code = "MARGIN", .name = "max_margin_pct"},
    {.code = "PRICE_COLLAR", .name = "price_collar_pct"},
    {.code = "PRICE_COLLAR", .name = "price_collar_ticks", .is_off_at_0 = true},
    {.code = "STOP_DISTANCE", .name = "stop_distance_max_pct"},
    {.code = "STOP_DISTANCE",
     .name = "stop_distance_min_pct",
     .is_off_at_0 = true,
     .is_least = true},
    {.code = "STALE_PRICE", .name = "stale_price_s"},
    {.code = "DUPLICATE", .name = "duplicate_window_s", .is_off_at_0 = true, .is_least = true},
    {.code = "RULE_THROTTLED", .name = "max_orders_per_rule"},
    {.code = "RATE_DAY", .name = "orders_reserved_for_rules", .is_off_at_0 = true},
    {.code = "LIVE_NOT_ARMED", .name = "arm_minutes_max"},
    {.code = "BREAKER", .name = "breaker_window_s"},
};

static struct dec limit_of(const struct guard_limits *l, const struct field *f)
{
    const void *at = (const char *)l + f->offset;
    assert(f->kind == TYPE_INT || f->kind == TYPE_DEC);
    return f->kind == TYPE_INT ? dec_of(*(const int64_t *)at) : *(const struct dec *)at;
}

/*
 * When the count of a row starts again. A minute or a second is not of the clock: it slides, so
 * what counts is when the oldest order of the minute leaves it, and nothing where nothing is
 * counted.
 */
static struct opt_utc resets_of(const struct account_use *u, const struct gate_control *c,
                                struct opt_dec used)
{
    bool slides = c->resets == RESETS_MINUTE || c->resets == RESETS_SECOND;
    if (slides && used.has && dec_is_zero(used.v))
        return (struct opt_utc){0};
    struct moment since = u->now;
    if (c->resets == RESETS_MINUTE)
        since.wall.ns -= ledger_oldest_send_ms(u->gate->ledger, MINUTE_MS, u->now.mono) * NS_PER_MS;
    return control_resets(c, since.wall, gate_day_end(u->gate, u->now));
}

size_t gate_limits_status(const struct gate *g, struct str account, struct moment now,
                          struct gate_headroom *rows)
{
    size_t n = 0;
    const struct account_use use = {g, account, now};
    const char *base = gate_base_currency(g, account);
    gate_turn(g, now);
    for (size_t i = 0; i < sizeof limit_rows / sizeof limit_rows[0]; i++) {
        const struct limit_row *row = &limit_rows[i];
        const struct field *f = type_find(&guard_limits_type, str_of(row->name));
        struct dec limit = limit_of(&g->limits, f);
        if (row->is_off_at_0 && dec_is_zero(limit))
            continue;
        const char *unit = strcmp(f->unit, "base currency") == 0 && base[0] ? base : f->unit;
        struct gate_headroom *h = &rows[n++];
        *h = (struct gate_headroom){.code = row->code,
                                    .name = row->name,
                                    .used = row->use ? row->use(&use) : DEC_NONE,
                                    .limit = limit,
                                    .is_least = row->is_least};
        h->resets = resets_of(&use, control_find(row->code), h->used);
        str_copy_cut(h->unit, sizeof h->unit, str_of(unit));
    }
    return n;
}
_Static_assert(sizeof limit_rows / sizeof limit_rows[0] <= (size_t)GATE_HEADROOM_MAX,
               "all limits have room");

/* ---- positions and exposure ---- */

/* In percent, to two digits; absent of nothing. */
static struct opt_dec share_of(struct dec value, struct dec whole)
{
    struct dec pct;
    if (dec_sign(whole) <= 0 || !dec_div(amount_times(value, DEC(100)), whole, &pct))
        return DEC_NONE;
    return DEC_SOME(dec_round_to(pct, DEC_MICRO(10000), DEC_UP));
}

static struct opt_dec used_of(const char *name, const struct exposure_use *use)
{
    const struct {
        const char *name;
        struct dec used;
        bool is_known;
    } rows[] = {{"max_position_pct", use->position, true},
                {"max_position_value", use->position, true},
                {"max_gross_exposure_pct", use->gross, true},
                {"max_net_exposure_pct", use->net, true},
                {"max_currency_pct", use->currency, true},
                {"max_sector_pct", use->sector, use->has_sectors}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, name) == 0 && rows[i].is_known)
            return DEC_SOME(rows[i].used);
    return DEC_NONE;
}

bool gate_limits_exposure(struct task *t, struct gate *g, struct str account,
                          struct gate_headroom *rows, size_t n, struct error *e)
{
    struct gate_request all = {.kind = GATE_PLACE, .count = 1}; /* of no contract: of all */
    struct market_view *m = ARENA_MANY(task_arena(t), struct market_view, 1);
    struct gate_facts *f = ARENA_MANY(task_arena(t), struct gate_facts, 1);
    struct exposure_use use;
    *m = (struct market_view){0};
    str_copy_cut(all.orders[0].account, sizeof all.orders[0].account, account);
    if (!exposure_fetch(t, g, &all, m, e))
        return false;
    facts_gather(g, &all, m, task_now(t), f);
    if (!f->is_link_ready || !exposure_use(g, m, f->base_currency, f, &use))
        return true;
    for (size_t i = 0; i < n; i++) {
        struct opt_dec used = used_of(rows[i].name, &use);
        if (!used.has || strcmp(rows[i].unit, "%") != 0)
            rows[i].used = used.has ? used : rows[i].used;
        else if (f->net_liquidation.has)
            rows[i].used = share_of(used.v, f->net_liquidation.v);
    }
    return true;
}
