/* SPDX-License-Identifier: MIT */
#include "breakage.h"

#include "store/sql.h"
#include "wire/codec.h"
#include "wire/request.h"

#include <stdlib.h>
#include <string.h>

#define BIT(i) (1u << (i))

/* ---- what all begin with ---- */

void breakage_ask(struct life *l, enum verb verb, const char *symbol, int quantity,
                  const char *name, const char *price)
{
    struct demand d = {.verb = verb, .who = WHO_SCRIPT};
    if (!people_number(&l->people, &d, false))
        abort();
    demand_add(&d, "symbol", ARG_TEXT, "%s", symbol);
    if (verb != VERB_STOP)
        demand_add(&d, "action", ARG_TEXT, "BUY");
    demand_add(&d, "quantity", ARG_NUMBER, "%d", quantity);
    if (name)
        demand_add(&d, name, ARG_NUMBER, "%s", price);
    if (!people_ask(&l->people, &d))
        abort();
    (void)people_pass(&l->people, 3000);
}

struct seen_order *breakage_rest(struct life *l)
{
    breakage_ask(l, VERB_LIMIT, "KO", 3, "price", "62");
    return watcher_working(l->v, 0, false);
}

static struct seen_order *rest_stop(struct life *l)
{
    breakage_ask(l, VERB_STOP, "AAPL", 7, "stop_price", "230");
    return watcher_working(l->v, 0, true);
}

/* ---- bytes past the gate ---- */

static void forge(struct life *l, int id, const void *message)
{
    struct buf b;
    struct error e = {0};
    buf_init(&b, 1 << 20);
    if (!wire_encode(WIRE_TO_SERVER, id, message, l->v->version, &b, &e))
        abort();
    pipe_forge(l->w, buf_str(&b));
    buf_fini(&b);
    (void)people_pass(&l->people, 1000);
}

void breakage_forge(struct life *l, const struct seen_order *o, int32_t order_id, const char *ref,
                    const char *quantity)
{
    struct wire_req_place_order m = WIRE_REQ_PLACE_ORDER_DEFAULT;
    m.order_id = order_id;
    m.contract.con_id = o->con_id;
    m.contract.exchange = STR("SMART");
    m.order.action = STR("BUY");
    m.order.order_type = STR("LMT");
    m.order.lmt_price = 61;
    m.order.total_quantity = str_of(quantity);
    m.order.order_ref = str_of(ref);
    m.order.tif = STR("DAY");
    m.order.transmit = true;
    forge(l, WIRE_REQ_PLACE_ORDER, &m);
}

static void past_the_gate(struct life *l)
{
    breakage_forge(l, breakage_rest(l), 4711, "PC:FORGED", "3");
}

static void sent_again(struct life *l)
{
    const struct seen_order *o = breakage_rest(l);
    breakage_forge(l, o, o->order_id, o->ref, "3");
}

static void under_two_ids(struct life *l)
{
    const struct seen_order *o = breakage_rest(l);
    breakage_forge(l, o, o->order_id + 100, o->ref, "3");
}

static void larger(struct life *l)
{
    const struct seen_order *o = breakage_rest(l);
    breakage_forge(l, o, o->order_id, o->ref, "30");
}

static void kill_it(struct life *l)
{
    struct demand d = {.verb = VERB_KILL, .who = WHO_SCRIPT};
    demand_add(&d, "why", ARG_TEXT, "simulated");
    if (!people_ask(&l->people, &d))
        abort();
    (void)people_pass(&l->people, 2000);
}

static void while_killed(struct life *l)
{
    const struct seen_order *o = breakage_rest(l);
    kill_it(l);
    breakage_forge(l, o, o->order_id, o->ref, "3");
}

static void kill_scope(struct life *l, const char *name, const char *value)
{
    struct demand d = {.verb = VERB_KILL, .who = WHO_SCRIPT};
    demand_add(&d, "why", ARG_TEXT, "simulated");
    demand_add(&d, name, ARG_TEXT, "%s", value);
    if (!people_ask(&l->people, &d))
        abort();
    (void)people_pass(&l->people, 2000);
}

static void in_killed_symbol(struct life *l)
{
    const struct seen_order *o = breakage_rest(l);
    kill_scope(l, "symbol", "KO");
    breakage_forge(l, o, o->order_id, o->ref, "3");
}

static void of_killed_assistant(struct life *l)
{
    struct seen_order *o = breakage_rest(l);
    kill_scope(l, "principal", "mcp:claude");
    str_copy_cut(o->principal, sizeof o->principal, STR("uid:1000 mcp:claude"));
    breakage_forge(l, o, o->order_id, o->ref, "3");
}

static void in_trading(struct life *l, const char *state)
{
    struct demand d = {.verb = VERB_TRADING, .who = WHO_SCRIPT};
    struct seen_order *o = breakage_rest(l);
    demand_add(&d, "state", ARG_TEXT, "%s", state);
    if (!people_ask(&l->people, &d))
        abort();
    (void)people_pass(&l->people, 2000);
    o->journaled = INT64_MAX; /* as if it had been decided afterwards */
    breakage_forge(l, o, o->order_id, o->ref, "3");
}

static void while_halted(struct life *l)
{
    in_trading(l, "halted");
}

static void while_reducing(struct life *l)
{
    in_trading(l, "reducing");
}

static void stop_cancelled(struct life *l)
{
    struct wire_req_cancel_order m = WIRE_REQ_CANCEL_ORDER_DEFAULT;
    m.order_id = rest_stop(l)->order_id;
    forge(l, WIRE_REQ_CANCEL_ORDER, &m);
}

static void too_many_messages(struct life *l)
{
    struct wire_req_ids m = {1};
    struct buf one, all;
    struct error e = {0};
    buf_init(&one, 1024);
    buf_init(&all, 1 << 20);
    if (!wire_encode(WIRE_TO_SERVER, WIRE_REQ_IDS, &m, l->v->version, &one, &e))
        abort();
    for (int i = 0; i < 60; i++)
        buf_add_str(&all, buf_str(&one));
    pipe_forge(l->w, buf_str(&all));
    buf_fini(&one);
    buf_fini(&all);
    (void)people_pass(&l->people, 5000);
}

/* ---- what is told, and is not so ---- */

static void says_killed(struct life *l)
{
    (void)breakage_rest(l);
    watcher_kill_begins(l->v, false);
    watcher_killed(l->v, &l->v->kills[0], false);
    (void)people_pass(&l->people, 3000);
}

static void counter_falls(struct life *l)
{
    struct demand d = {.verb = VERB_SAFETY, .who = WHO_SCRIPT};
    (void)breakage_rest(l);
    for (int i = 0; i < 2 && people_ask(&l->people, &d); i++) {
        (void)people_pass(&l->people, 5000);
        for (size_t k = 0; k < l->v->day_count; k++) /* as if one more had been shown before */
            l->v->days[k].used = dec_plus(l->v->days[k].used, DEC(1));
    }
}

static void old_price_is_new(struct life *l)
{
    struct error e = {0};
    breakage_ask(l, VERB_MARKET, "KO", 1, NULL, NULL);
    if (!paper_fault(l->w->paper, STR("stale KO"), exchange_now(l->w), &e))
        abort();
    (void)people_pass(&l->people, 20000);
    watcher_price_shown(l->v, 8894, 0);
}

static void denied_and_sent(struct life *l)
{
    const struct seen_order *o = breakage_rest(l);
    struct seen_request *r = &l->v->requests[o->request];
    r->denials = r->asks;
    r->others = 0;
    (void)people_pass(&l->people, 10);
}

/* ---- what is lost ---- */

static void fault(struct life *l, const char *line)
{
    struct error e = {0};
    if (!paper_fault(l->w->paper, str_of(line), exchange_now(l->w), &e))
        abort();
}

static void nothing(struct life *l)
{
    (void)l;
}

static void line_stays_lost(struct life *l)
{
    fault(l, "refuse_connections 1h");
    fault(l, "cut");
}

/* The exchange fills, and tells nobody, not even who asks. */
static void fill_is_lost(struct life *l)
{
    fault(l, "drop execDetails 0");
    breakage_ask(l, VERB_MARKET, "KO", 2, NULL, NULL);
}

static void position_is_lost(struct life *l)
{
    (void)breakage_rest(l);
    l->v->opening[0].quantity = dec_plus(l->v->opening[0].quantity, DEC(1));
}

static void order_is_lost(struct life *l)
{
    struct seen_order *o = breakage_rest(l);
    o->end = END_BY_SYSTEM;
}

/* ---- the file ---- */

static void sql(struct life *l, const char *text)
{
    if (sqlite3_exec(l->w->db->sql, text, NULL, NULL, NULL) != SQLITE_OK)
        abort();
}

static void record_changed(struct life *l)
{
    (void)breakage_rest(l);
    sql(l, "DROP TRIGGER journal_no_update;"
           "UPDATE journal SET body = replace(body, 'KO', 'IBM') WHERE kind = 'intent'");
}

static void record_removed(struct life *l)
{
    (void)breakage_rest(l);
    sql(l, "DROP TRIGGER journal_no_delete;"
           "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)");
}

const struct breakage breakages[] = {
    {"an order goes past the gate", I3, 0, past_the_gate, NULL},
    {"an order is sent a second time", I6, 0, sent_again, NULL},
    {"one intent becomes two orders", I1, BIT(I6), under_two_ids, NULL},
    {"an order grows on its way", I2, BIT(I6), larger, NULL},
    {"an order goes out while the kill switch is on", I4, BIT(I6), while_killed, NULL},
    {"an order goes out while trading is halted", I4, BIT(I6), while_halted, NULL},
    {"an order that opens goes out in reducing", I4, BIT(I6), while_reducing, NULL},
    {"a fill reaches nobody", I5, 0, fill_is_lost, NULL},
    {"a position is told wrongly", I5, 0, position_is_lost, NULL},
    {"a working order is missing", I5, 0, order_is_lost, NULL},
    {"an order goes out in a symbol that is killed", I4, BIT(I6), in_killed_symbol, NULL},
    {"an order of an assistant goes out that is killed", I4, BIT(I6), of_killed_assistant, NULL},
    {"what was denied is sent", I5, 0, denied_and_sent, NULL},
    {"a record of the journal is changed", I7, 0, record_changed, NULL},
    {"the newest record of the journal is removed", I7, 0, record_removed, NULL},
    {"the counter of the day falls", I8, 0, counter_falls, NULL},
    {"killed is said, and nothing is cancelled", I9, 0, says_killed, NULL},
    {"the link does not come back", I10, 0, nothing, line_stays_lost},
    {"a stop is cancelled and nobody asked", I11, 0, stop_cancelled, NULL},
    {"too many messages in a second", I12, 0, too_many_messages, NULL},
    {"an old price is shown as new", I13, 0, old_price_is_new, NULL},
    {"a preview becomes two orders", I14, BIT(I1), preview_twice, NULL},
    {"a preview becomes an order, and nobody has submitted it", I14, BIT(I1), preview_unasked,
     NULL},
    {"a preview becomes an order of somebody else", I14, 0, preview_of_another, NULL},
    {"a preview becomes a larger order", I14, 0, preview_larger, NULL},
    {"a preview becomes an order when it is too old", I14, 0, preview_old, NULL},
    {"a preview becomes an order after the price has moved", I14, 0, preview_drifted, NULL},
    {"an order goes out and no person was asked", I15, 0, nobody_asked, NULL},
    {"a large order goes out and no person was asked", I15, 0, nobody_asked_about_large, NULL},
    {"an order is approved, and nobody typed the PIN", I15, 0, approved_by_nobody, NULL},
    {"an approval serves a second time", I15, 0, approved_twice, NULL},
    {"an order goes out that was declined", I15, 0, declined_and_sent, NULL},
    {"an approval of before a release serves", I15, 0, void_and_sent, NULL},
    {"another order than the approved one goes out", I15, 0, another_is_sent, NULL},
    {"an approval serves after its time", I15, 0, approved_too_long_ago, NULL},
    {"an approval is forgotten", I15, 0, approval_is_forgotten, NULL},
    {"a locked PIN is accepted", I15, 0, locked_pin_is_right, NULL},
    {"a rule fires more often than it may", I16, 0, rule_too_often, NULL},
    {"a token orders more than it may", I16, 0, token_too_large, NULL},
    {"a token orders more often than it may", I16, 0, token_too_often, NULL},
    {"a token that was revoked orders", I16, 0, token_revoked, NULL},
};

size_t breakages_count(void)
{
    return sizeof breakages / sizeof breakages[0];
}
