/* SPDX-License-Identifier: MIT */
#include "automation/bulletin.h"

#include "base/alloc.h"
#include "data/bind.h"

#include <assert.h>
#include <string.h>

/* ---- what is told ---- */

struct order_told {
    struct opt_int order_id, perm_id;
    struct str order_ref, symbol, currency, action;
    struct dec quantity;
    struct str order_type;
    struct opt_dec limit_price, stop_price;
    struct str status;
    struct dec filled, remaining;
    struct opt_dec avg_fill_price;
    struct opt_int broker_code;
    struct str broker_text, account;
};
static const struct field order_fields[] = {
    FIELD(struct order_told, order_id, .doc = "Order id; null if it was placed by hand"),
    FIELD(struct order_told, perm_id, .doc = "Permanent id at the broker"),
    FIELD(struct order_told, order_ref, .doc = "Reference given by who placed it"),
    FIELD(struct order_told, symbol, .doc = "Symbol"),
    FIELD(struct order_told, currency, .doc = "Currency of the prices"),
    FIELD(struct order_told, action, .doc = "BUY or SELL"),
    FIELD(struct order_told, quantity, .doc = "Quantity"),
    FIELD(struct order_told, order_type, .doc = "MKT, LMT, STP, STP LMT, TRAIL"),
    FIELD(struct order_told, limit_price, .doc = "Limit price"),
    FIELD(struct order_told, stop_price, .doc = "Trigger price"),
    FIELD(struct order_told, status, .doc = "The broker's word for its state"),
    FIELD(struct order_told, filled, .doc = "Quantity filled"),
    FIELD(struct order_told, remaining, .doc = "Quantity not filled"),
    FIELD(struct order_told, avg_fill_price, .doc = "Average price of the fills"),
    FIELD(struct order_told, broker_code, .doc = "Code of the broker's refusal"),
    FIELD(struct order_told, broker_text, .doc = "What the broker said, outside text"),
    FIELD(struct order_told, account, .doc = "Account"),
};
static const struct type order_type = TYPE_OF(struct order_told, order_fields);

struct fill_told {
    struct str execution_id;
    struct opt_utc time;
    struct opt_int order_id, perm_id;
    struct str order_ref, symbol, currency, side;
    struct dec shares, price, cumulative_quantity;
    struct str exchange;
    bool late;
    struct str account;
};
static const struct field fill_fields[] = {
    FIELD(struct fill_told, execution_id, .doc = "Execution id; a correction has another suffix"),
    FIELD(struct fill_told, time, .doc = "When it was executed; null if its zone is not known"),
    FIELD(struct fill_told, order_id, .doc = "Order id; null if it was placed by hand"),
    FIELD(struct fill_told, perm_id, .doc = "Permanent id of the order"),
    FIELD(struct fill_told, order_ref, .doc = "Reference of the order"),
    FIELD(struct fill_told, symbol, .doc = "Symbol"),
    FIELD(struct fill_told, currency, .doc = "Currency of the price"),
    FIELD(struct fill_told, side, .doc = "BUY or SELL"),
    FIELD(struct fill_told, shares, .doc = "Quantity"),
    FIELD(struct fill_told, price, .doc = "Price"),
    FIELD(struct fill_told, cumulative_quantity, .doc = "Filled so far"),
    FIELD(struct fill_told, exchange, .doc = "Where"),
    FIELD(struct fill_told, late, .doc = "It happened while the connection was down"),
    FIELD(struct fill_told, account, .doc = "Account"),
};
static const struct type fill_type = TYPE_OF(struct fill_told, fill_fields);

struct alert_told {
    int64_t firing, alert;
    struct str event, symbol, what, note;
    struct opt_dec value, level;
    bool late;
};
static const struct field alert_fields[] = {
    FIELD(struct alert_told, firing, .doc = "Its id; the operation get_alerts lists it by that"),
    FIELD(struct alert_told, alert, .doc = "Number of the alert"),
    FIELD(struct alert_told, event, .doc = "fired, disarmed or expired"),
    FIELD(struct alert_told, symbol, .doc = "Contract"),
    FIELD(struct alert_told, what, .doc = "The condition, or why it was disarmed"),
    FIELD(struct alert_told, value, .doc = "The value that fired it"),
    FIELD(struct alert_told, level, .doc = "The level it passed"),
    FIELD(struct alert_told, late, .doc = "It became true while nobody could look"),
    FIELD(struct alert_told, note, .doc = "The user's words"),
};
static const struct type alert_type = TYPE_OF(struct alert_told, alert_fields);

struct trading_told {
    struct str state, cause, by, why;
    bool reconciled, armed;
    struct opt_utc armed_until;
};
static const struct field trading_fields[] = {
    FIELD(struct trading_told, state, .doc = "active, reducing or halted"),
    FIELD(struct trading_told, cause, .doc = "request, loss, breaker or break; null while active"),
    FIELD(struct trading_told, by, .doc = "Who asked for it"),
    FIELD(struct trading_told, why, .doc = "The reason given"),
    FIELD(struct trading_told, reconciled, .doc = "Our books and the broker's agree"),
    FIELD(struct trading_told, armed, .doc = "Live trading is armed"),
    FIELD(struct trading_told, armed_until, .doc = "Until when"),
};
static const struct type trading_type = TYPE_OF(struct trading_told, trading_fields);

struct switch_told {
    struct str scope, by, why;
    struct opt_utc since;
};
static const struct field switch_fields[] = {
    FIELD(struct switch_told, scope, .doc = "everything, \"symbol AAPL\", \"principal NAME\""),
    FIELD(struct switch_told, by, .doc = "Who pulled it"),
    FIELD(struct switch_told, why, .doc = "The reason given"),
    FIELD(struct switch_told, since, .doc = "When"),
};
static const struct type switch_type = TYPE_OF(struct switch_told, switch_fields);
struct kill_told {
    bool killed;
    struct list switches;
};
static const struct field kill_fields[] = {
    FIELD(struct kill_told, killed, .doc = "The switch of everything is on"),
    FIELD(struct kill_told, switches, .of = &switch_type, .doc = "All that are on"),
};
static const struct type kill_type = TYPE_OF(struct kill_told, kill_fields);

struct connection_told {
    struct str link, text;
};
static const struct field connection_fields[] = {
    FIELD(struct connection_told, link,
          .doc = "down, connecting, handshake, waiting, reconciling, ready, degraded or refused"),
    FIELD(struct connection_told, text, .doc = "Why, in words"),
};
static const struct type connection_type = TYPE_OF(struct connection_told, connection_fields);

static const struct bulletin_row rows[BULLETIN_KIND_COUNT] = {
    [BULLETIN_ORDER] = {"order", "An order came, changed or ended", &order_type},
    [BULLETIN_FILL] = {"fill", "An order was executed, or a part of it", &fill_type},
    [BULLETIN_ALERT] = {"alert", "A price alert fired, was disarmed or expired", &alert_type},
    [BULLETIN_TRADING] = {"trading", "The trading state changed", &trading_type},
    [BULLETIN_KILL] = {"kill", "A kill switch was pulled or released", &kill_type},
    [BULLETIN_CONNECTION] = {"connection", "The connection to the broker changed",
                             &connection_type},
};

const struct bulletin_row *bulletin_row(enum bulletin_kind kind)
{
    assert(kind < BULLETIN_KIND_COUNT);
    return &rows[kind];
}

/* ---- the ring ---- */

struct bulletin {
    const struct book *book;
    const struct gate *gate;
    struct notice ring[BULLETIN_KEPT]; /* number n lies at n % BULLETIN_KEPT */
    int64_t newest;
    struct gate_trading_status trading; /* as told, or as found at the start */
    uint64_t kill_version;
    bool has_looked;
    struct buf text;
};

struct bulletin *bulletin_new(const struct book *book, const struct gate *gate)
{
    struct bulletin *b = xcalloc(1, sizeof *b);
    b->book = book;
    b->gate = gate;
    buf_init(&b->text, BULLETIN_NOTICE_MAX);
    return b;
}

void bulletin_free(struct bulletin *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < BULLETIN_KEPT; i++)
        xfree((char *)(uintptr_t)b->ring[i].json.p);
    buf_fini(&b->text);
    xfree(b);
}

int64_t bulletin_newest(const struct bulletin *b)
{
    return b->newest;
}

int64_t bulletin_oldest(const struct bulletin *b)
{
    return b->newest > BULLETIN_KEPT ? b->newest - BULLETIN_KEPT + 1 : 1;
}

const struct notice *bulletin_after(const struct bulletin *b, int64_t number)
{
    int64_t oldest = bulletin_oldest(b), next = number < oldest ? oldest : number + 1;
    return next <= b->newest ? &b->ring[next % BULLETIN_KEPT] : NULL;
}

/* The same was said when its subject was spoken of last. */
static bool is_repetition(const struct bulletin *b, enum bulletin_kind kind, int64_t subject)
{
    for (int64_t n = b->newest; n >= bulletin_oldest(b); n--) {
        const struct notice *old = &b->ring[n % BULLETIN_KEPT];
        if (old->kind == kind && old->subject == subject)
            return str_eq(old->json, buf_str(&b->text));
    }
    return false;
}

static void post(struct bulletin *b, enum bulletin_kind kind, int64_t subject, const void *told,
                 const char *account, struct utc at)
{
    struct json_writer w;
    buf_reset(&b->text);
    json_writer_init(&w, &b->text);
    write_json(rows[kind].type, told, &w);
    if (b->text.failed || is_repetition(b, kind, subject)) /* texts are bounded: it fits */
        return;
    struct notice *n = &b->ring[++b->newest % BULLETIN_KEPT];
    xfree((char *)(uintptr_t)n->json.p);
    char *copy = xmalloc(b->text.n);
    memcpy(copy, b->text.p, b->text.n);
    *n = (struct notice){
        .number = b->newest, .kind = kind, .subject = subject, .at = at, .json = {copy, b->text.n}};
    str_copy_cut(n->account, sizeof n->account, str_of(account));
}

/* ---- what happens ---- */

static struct str text_of(const char *text)
{
    return text[0] ? str_of(text) : STR_NONE;
}

static struct opt_int id_of(int64_t id)
{
    return (struct opt_int){id, id != 0};
}

/* One number for an order: its client's id for it, or that of the account where it has none. */
static int64_t subject_of(const struct order *o)
{
    return o->order_id ? (int64_t)((uint64_t)o->client_id << 32 | (uint32_t)o->order_id)
                       : -o->perm_id;
}

static const struct book_order *find_order(const struct book *book, const struct order *o)
{
    const struct book_order *b = book_order(book, o->client_id, o->order_id);
    return o->order_id && b ? b : book_order_perm(book, o->perm_id);
}

static bool was_told(const struct bulletin *b, int64_t subject)
{
    for (int64_t n = b->newest; n >= bulletin_oldest(b); n--)
        if (b->ring[n % BULLETIN_KEPT].kind == BULLETIN_ORDER &&
            b->ring[n % BULLETIN_KEPT].subject == subject)
            return true;
    return false;
}

/* Of the list of finished orders only those are news that were told while they worked. */
static void order_came(struct bulletin *b, const struct event *ev)
{
    const struct book_order *known = ev->margin ? NULL : find_order(b->book, ev->order);
    if (!known || (ev->kind == EVENT_COMPLETED_ORDER && !was_told(b, subject_of(&known->order))))
        return;
    const struct order *o = &known->order;
    const struct order_status *s = &known->status;
    struct order_told told = {
        .order_id = id_of(o->order_id),
        .perm_id = id_of(o->perm_id),
        .order_ref = text_of(o->ref),
        .symbol = text_of(o->contract.symbol),
        .currency = text_of(o->contract.currency),
        .action = str_of(side_text(o->side)),
        .quantity = o->quantity,
        .order_type = text_of(o->type_text),
        .limit_price = o->limit_price,
        .stop_price = o->stop_price.has ? o->stop_price : o->trail_stop,
        .status = str_of(order_state_text(s->state)),
        .filled = s->filled,
        .remaining = s->remaining,
        .avg_fill_price = s->filled.nano ? s->avg_fill_price : DEC_NONE,
        .broker_code = id_of(s->broker_code),
        .broker_text = text_of(s->broker_text),
        .account = text_of(o->account),
    };
    post(b, BULLETIN_ORDER, subject_of(o), &told, o->account, ev->at.wall);
}

static void fill_came(struct bulletin *b, const struct event *ev)
{
    const struct execution *x = ev->execution;
    struct fill_told told = {
        .execution_id = text_of(x->exec_id),
        .time = x->time,
        .order_id = id_of(x->order_id),
        .perm_id = id_of(x->perm_id),
        .order_ref = text_of(x->ref),
        .symbol = text_of(x->contract.symbol),
        .currency = text_of(x->contract.currency),
        .side = str_of(side_text(x->side)),
        .shares = x->quantity,
        .price = x->price,
        .cumulative_quantity = x->cum_quantity,
        .exchange = text_of(x->exchange),
        .late = ev->is_late,
        .account = text_of(x->account),
    };
    post(b, BULLETIN_FILL, b->newest + 1, &told, x->account, ev->at.wall);
}

void bulletin_observe(struct bulletin *b, const struct event *ev, bool is_news)
{
    struct connection_told connection;
    switch (ev->kind) {
    case EVENT_ORDER:
    case EVENT_ORDER_STATUS:
    case EVENT_COMPLETED_ORDER:
        order_came(b, ev);
        break;
    case EVENT_EXECUTION:
        if (is_news)
            fill_came(b, ev);
        break;
    case EVENT_LINK:
        connection = (struct connection_told){str_of(link_state_text(ev->link)),
                                              ev->text.n ? ev->text : STR_NONE};
        post(b, BULLETIN_CONNECTION, 0, &connection, "", ev->at.wall);
        break;
    default:
        break;
    }
}

void bulletin_firing(struct bulletin *b, const struct firing *f)
{
    struct alert_told told = {
        .firing = f->id,
        .alert = f->alert,
        .event = str_of(firing_kind_names[f->kind]),
        .symbol = text_of(f->name),
        .what = text_of(f->what),
        .value = f->value,
        .level = f->level,
        .late = f->is_late,
        .note = text_of(f->note),
    };
    post(b, BULLETIN_ALERT, f->id, &told, "", f->at);
}

/* ---- the gate ---- */

static void tell_kill(struct bulletin *b, struct utc at)
{
    struct gate_kill_status status[GATE_KILLS_MAX];
    struct switch_told switches[GATE_KILLS_MAX];
    char scopes[GATE_KILLS_MAX][GATE_KILL_NAME_MAX + 16];
    struct kill_told told = {.switches = {switches, 0}};
    size_t n = 0;
    for (size_t i = 0; n < GATE_KILLS_MAX && gate_kill_next(b->gate, &i, &status[n]); n++) {
        const struct gate_kill_status *s = &status[n];
        told.killed = told.killed || s->scope == GATE_SCOPE_ALL;
        switches[n] = (struct switch_told){
            .scope = str_of(gate_scope_text(s->scope, s->name, scopes[n], sizeof scopes[n])),
            .by = text_of(s->by),
            .why = text_of(s->why),
            .since = s->since};
    }
    told.switches.n = n;
    post(b, BULLETIN_KILL, 0, &told, "", at);
}

static void tell_trading(struct bulletin *b, const struct gate_trading_status *s, struct utc at)
{
    bool is_active = s->state == GATE_ACTIVE;
    struct trading_told told = {
        .state = str_of(gate_trading_text(s->state)),
        .cause = is_active ? STR_NONE : str_of(gate_cause_text(s->cause)),
        .by = text_of(s->by),
        .why = text_of(s->why),
        .reconciled = s->is_reconciled,
        .armed = s->armed_until.has,
        .armed_until = s->armed_until,
    };
    post(b, BULLETIN_TRADING, 0, &told, "", at);
}

void bulletin_step(struct bulletin *b, struct moment now)
{
    struct gate_trading_status s;
    uint64_t version = gate_kill_version(b->gate);
    const struct gate_trading_status *old = &b->trading;
    gate_trading_status(b->gate, now, &s);
    bool is_same = s.state == old->state && s.cause == old->cause &&
                   s.is_reconciled == old->is_reconciled &&
                   s.armed_until.has == old->armed_until.has &&
                   s.armed_until.v.ns == old->armed_until.v.ns && strcmp(s.why, old->why) == 0;
    if (b->has_looked && version != b->kill_version)
        tell_kill(b, now.wall);
    if (b->has_looked && !is_same)
        tell_trading(b, &s, now.wall);
    b->trading = s;
    b->kill_version = version;
    b->has_looked = true;
}
