/* SPDX-License-Identifier: MIT */
/*
 * gate_trading: the trading state, arming, the circuit breaker and the day's losses, as the gate
 * keeps them in its journal and changes them.
 */
#include "guard/state.h"
#include "store/db.h"

#include <stdio.h>
#include <string.h>

/* ---- keeping ---- */

typedef void write_function(const struct trading *t, struct buf *out);

/* The newest value, read at the start, and with `principal` a record of the change. */
static bool keep(struct gate *g, const char *key, write_function *write, struct str principal,
                 struct moment now, struct error *e)
{
    struct buf b;
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    write(&g->trading, &b);
    bool ok = journal_put(g->journal, str_of(key), buf_str(&b), now, e) &&
              (!principal.n ||
               journal_append(g->journal, JOURNAL_STATE, principal, buf_str(&b), now, e) != 0);
    buf_fini(&b);
    return ok;
}

static bool keep_state(struct gate *g, struct str principal, struct moment now, struct error *e)
{
    return keep(g, "trading", trading_write_state, principal, now, e);
}

void trading_save(struct gate *g, struct moment now)
{
    struct error e;
    if (g->trading.is_unsaved)
        g->trading.is_unsaved = !keep_state(g, STR_NAME(g->trading.by), now, &e);
}

static bool restore_value(struct gate *g, struct db *db, const char *key, struct moment now,
                          struct error *e)
{
    char text[JOURNAL_VALUE_MAX];
    if (!db_value(db, str_of(key), text, sizeof text, e))
        return false;
    if (!text[0])
        return true;
    struct arena *arena = arena_new(1 << 20);
    const struct json *j = json_parse(str_of(text), arena, e);
    bool ok = j != NULL;
    if (ok) {
        ok = strcmp(key, "trading") == 0 ? trading_read_state(&g->trading, j)
             : strcmp(key, "arm") == 0   ? trading_read_arm(&g->trading, j, now)
                                         : trading_read_marks(&g->trading, j);
        if (!ok) /* what cannot be read must not count as harmless */
            error_set(e, ERROR_INTERNAL, "STORE_DAMAGED", "the stored value '%s' is not readable",
                      key);
    }
    arena_free(arena);
    return ok;
}

bool trading_restore(struct gate *g, struct db *db, struct moment now, struct error *e)
{
    return restore_value(g, db, "trading", now, e) && restore_value(g, db, "arm", now, e) &&
           restore_value(g, db, "marks", now, e);
}

/* ---- the trading state ---- */

static void put_state(struct gate *g, enum gate_trading state, enum gate_cause cause,
                      struct str principal, struct str why, struct moment now)
{
    struct trading *t = &g->trading;
    t->state = state;
    t->cause = cause;
    t->since = (struct opt_utc){now.wall, true};
    str_copy_cut(t->by, sizeof t->by, principal);
    str_copy_cut(t->why, sizeof t->why, why);
}

/* Takes effect at once; what the journal cannot take now it is given again. */
static void tighten(struct gate *g, enum gate_trading state, enum gate_cause cause,
                    struct str principal, struct str why, struct moment now)
{
    put_state(g, state, cause, principal, why, now);
    g->trading.tightenings++;
    g->trading.is_unsaved = true;
    trading_save(g, now);
    if (state == GATE_HALTED) /* what was decided before and has not left must not leave now */
        (void)gate_withdraw_unsent(g, now);
    log_error(&g->config.log, "trading state %s: %s", gate_trading_text(state), g->trading.why);
}

bool gate_set_trading(struct gate *g, enum gate_trading state, struct str principal, bool is_human,
                      struct str why, struct moment now, struct error *e)
{
    struct trading *t = &g->trading;
    t->tightenings += state == t->state && state != GATE_ACTIVE;
    if (state == t->state && t->cause == GATE_CAUSE_REQUEST)
        return true;
    if (state > t->state) {
        tighten(g, state, GATE_CAUSE_REQUEST, principal, why, now);
        return true;
    }
    if (!is_human && state < t->state) {
        error_set(e, ERROR_DENIED, "HUMAN_ONLY", "only a person can loosen the trading state");
        return error_next(e, "a person types `portcullis trading active` at a terminal");
    }
    if (!is_human) /* who halted it stays on record */
        return true;
    struct trading was = *t;
    put_state(g, state, GATE_CAUSE_REQUEST, principal, why, now);
    if (!keep_state(g, principal, now, e)) { /* it would come back at a restart */
        *t = was;
        return false;
    }
    t->is_unsaved = false;
    t->failures_told = t->failure_count;
    log_warn(&g->config.log, "trading state %s by=" STR_FMT, gate_trading_text(state),
             STR_ARG(principal));
    return true;
}

/* ---- arming ---- */

static bool may_arm(const struct gate *g, struct str account, int64_t minutes, bool is_human,
                    struct error *e)
{
    if (!is_human) {
        error_set(e, ERROR_DENIED, "HUMAN_ONLY", "only a person can arm live trading");
        return error_next(e, "a person types `portcullis arm` at a terminal");
    }
    if (g->limits.mode != GUARD_LIVE || !guard_list_has(g->limits.accounts, account)) {
        error_set(e, ERROR_DENIED, "LIVE_NOT_ARMED",
                  "arming needs limits.mode live and the account in limits.accounts");
        return error_next(e, "change the configuration file, then restart");
    }
    if (account_mode_of(account) != MODE_LIVE)
        return error_set(e, ERROR_INVALID, "ACCOUNT_NOT_LIVE", "the account is not a live one");
    if (minutes > g->limits.arm_minutes_max)
        return error_set(e, ERROR_LIMIT, "ARM_TOO_LONG", "%lld minutes exceed arm_minutes_max %lld",
                         (long long)minutes, (long long)g->limits.arm_minutes_max);
    return true;
}

bool gate_arm(struct gate *g, struct str account, int64_t minutes, struct str principal,
              bool is_human, struct moment now, struct error *e)
{
    struct trading *t = &g->trading;
    struct trading was = *t;
    if (minutes > 0 && !may_arm(g, account, minutes, is_human, e))
        return false;
    memset(&t->arm, 0, sizeof t->arm);
    str_copy_cut(t->arm.by, sizeof t->arm.by, principal);
    if (minutes > 0) {
        str_copy_cut(t->arm.account, sizeof t->arm.account, account);
        t->arm.from = (struct opt_utc){now.wall, true};
        t->arm.until = (struct opt_utc){{now.wall.ns + minutes * 60 * (int64_t)NS_PER_S}, true};
        t->arm.until_mono = instant_after_ms(now.mono, minutes * 60 * 1000);
    }
    if (!keep(g, "arm", trading_write_arm, principal, now, e) && minutes > 0) {
        *t = was;
        return false;
    }
    log_warn(&g->config.log, "live trading %s by=" STR_FMT, minutes > 0 ? "armed" : "disarmed",
             STR_ARG(principal));
    return true;
}

void gate_trading_status(const struct gate *g, struct moment now, struct gate_trading_status *out)
{
    const struct trading *t = &g->trading;
    *out = (struct gate_trading_status){.state = t->state,
                                        .cause = t->cause,
                                        .since = t->since,
                                        .is_reconciled = t->is_reconciled,
                                        .tightenings = t->tightenings};
    memcpy(out->by, t->by, sizeof out->by);
    memcpy(out->why, t->why, sizeof out->why);
    if (trading_armed_ms(t, STR_NAME(t->arm.account), now) <= 0)
        return;
    out->armed_until = t->arm.until;
    memcpy(out->armed_account, t->arm.account, sizeof out->armed_account);
}

/* ---- what tightens it by itself ---- */

void trading_failed(struct gate *g, struct moment now)
{
    const struct guard_limits *l = &g->limits;
    trading_failure(&g->trading, now.mono);
    int64_t n = trading_failures(&g->trading, l->breaker_window_s, now.mono);
    if (l->breaker_count <= 0 || n < l->breaker_count || g->trading.state == GATE_HALTED)
        return;
    char why[GATE_WHY_MAX];
    (void)snprintf(why, sizeof why, "%lld orders were rejected or not answered within %lld s",
                   (long long)n, (long long)l->breaker_window_s);
    tighten(g, GATE_HALTED, GATE_CAUSE_BREAKER, STR("system"), str_of(why), now);
}

void trading_broke(struct gate *g, struct moment now)
{
    if (g->trading.state == GATE_ACTIVE)
        tighten(g, GATE_REDUCING, GATE_CAUSE_BREAK, STR("system"),
                STR("a position differs from the broker's; see `portcullis reconciliation`"), now);
}

/* What was lost since the day began: by the broker, else by the marks. */
struct opt_dec trading_loss(const struct gate *g, struct str account)
{
    struct book_pnl pnl = book_pnl(g->book, account);
    const struct day_mark *m = trading_marks(&g->trading, account);
    struct opt_dec net = book_number(g->book, account, STR("NetLiquidation"), STR_NONE);
    if (pnl.daily.has)
        return DEC_SOME(dec_minus(DEC_ZERO, pnl.daily.v));
    return m && net.has ? DEC_SOME(dec_minus(m->start, net.v)) : DEC_NONE;
}

static bool exceeds(struct opt_dec pct, struct dec limit)
{
    return dec_sign(limit) > 0 && pct.has && dec_gt(pct.v, limit);
}

static void watch_losses(struct gate *g, struct str account, struct dec net, struct moment now)
{
    gate_turn(g, now);
    struct error e;
    bool is_news = trading_mark(&g->trading, account, ledger_day(g->ledger), net);
    struct day_mark *m = NULL;
    for (size_t i = 0; i < g->trading.mark_count; i++)
        if (str_eq(STR_NAME(g->trading.marks[i].account), account))
            m = &g->trading.marks[i];
    if (!m)
        return;
    struct opt_dec loss = trading_loss(g, account);
    bool lost =
        exceeds(loss.has ? loss_pct(m->start, loss.v) : DEC_NONE, g->limits.max_daily_loss_pct);
    bool fell = exceeds(loss_pct(m->peak, dec_minus(m->peak, net)), g->limits.max_drawdown_pct);
    if ((lost || fell) && !m->is_latched) {
        m->is_latched = is_news = true;
        if (g->trading.state == GATE_ACTIVE)
            tighten(g, GATE_REDUCING, GATE_CAUSE_LOSS, STR("system"),
                    lost ? STR("the day's loss exceeds max_daily_loss_pct")
                         : STR("the fall from the day's peak exceeds max_drawdown_pct"),
                    now);
    }
    if (is_news && !keep(g, "marks", trading_write_marks, STR_NONE, now, &e))
        log_error(&g->config.log, "the marks of the day were not kept: %s", e.text);
}

void trading_observe(struct gate *g, const struct event *ev)
{
    struct str account = ev->kind == EVENT_PNL ? ev->text : STR_NONE;
    if (ev->kind == EVENT_ACCOUNT_VALUE && str_eq(STR_NAME(ev->value->key), STR("NetLiquidation")))
        account = STR_NAME(ev->value->account);
    struct opt_dec net = book_number(g->book, account, STR("NetLiquidation"), STR_NONE);
    if (net.has)
        watch_losses(g, account, net.v, ev->at);
}

/* ---- at the last moment ---- */

const char *trading_refuses(const struct gate *g, struct str account, bool is_reducing,
                            struct moment now)
{
    const struct trading *t = &g->trading;
    if (t->state == GATE_HALTED || !t->is_reconciled)
        return t->state == GATE_HALTED && t->cause == GATE_CAUSE_BREAKER ? "BREAKER" : "HALTED";
    if (t->state == GATE_REDUCING && !is_reducing)
        return "REDUCING_INCREASES";
    if (account_mode_of(account) == MODE_LIVE && trading_armed_ms(t, account, now) <= 0)
        return "LIVE_NOT_ARMED";
    return NULL;
}
