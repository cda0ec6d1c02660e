/* SPDX-License-Identifier: MIT */
#include "paper/money.h"

#include "base/alloc.h"
#include "base/instant.h"

#include <assert.h>

#define CENT DEC_MICRO(10000)
enum { SETTLEMENT_MIN = 17 * 60, PAY_DAY = 3, ACTIONS_MAX = 8, YEAR_DAYS = 360 };

/* Interest of a year, in millionths, around the market's rate (feed_interest): less on what is
 * owned, where more than the first ten thousand are; more on what is owed. */
static const int64_t credit_below = 5000, debit_above = 15000;
#define UNPAID_CREDIT DEC(10000)

/* One account at one moment. */
struct moment_of {
    struct accounts *accounts;
    struct account *account;
    struct feed *feed;
    struct money_key key;  /* of the event that is being made */
    struct money_key done; /* what is not above it has happened already */
    money_fn *hear;
    void *self;
};

static int zone(void)
{
    return hours_zone(STR("US/Eastern"));
}

int64_t money_next(int64_t after_s)
{
    int64_t floor = after_s / MONEY_EVERY_S - (after_s % MONEY_EVERY_S < 0);
    return (floor + 1) * MONEY_EVERY_S;
}

bool money_is_midnight(int64_t at_s)
{
    return hours_day_start(zone(), at_s) == at_s;
}

static bool is_settlement(int64_t at_s)
{
    return at_s - hours_day_start(zone(), at_s) == (int64_t)SETTLEMENT_MIN * 60;
}

/* True if a day of the listing began in the time that a moment covers. */
static bool has_day_begun(const struct instrument *i, int64_t at_s)
{
    return hours_day_start(i->hours.zone, at_s) > at_s - MONEY_EVERY_S;
}

struct money_key money_key_after(int64_t at_s)
{
    return (struct money_key){at_s, INT32_MAX, MONEY_KIND_COUNT, 0};
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static bool is_above(const struct money_key *a, const struct money_key *b)
{
    int order = compare(a->at_s, b->at_s);
    order = order != 0 ? order : compare(a->account, b->account);
    order = order != 0 ? order : compare((int64_t)a->kind, (int64_t)b->kind);
    order = order != 0 ? order : compare(a->id, b->id);
    return order > 0;
}

/* ---- making one ---- */
static bool is_due(struct moment_of *m, enum money_kind kind, int32_t id)
{
    m->key.kind = kind;
    m->key.id = id;
    return is_above(&m->key, &m->done);
}

static void happen_as(struct moment_of *m, const struct ledger_change *c,
                      enum money_exercise exercise, struct dec price)
{
    struct money_event e = {.key = m->key, .change = *c, .exercise = exercise, .price = price};
    if (ledger_apply(&m->account->ledger, c))
        m->hear(m->self, &e);
}

static void happen(struct moment_of *m, const struct ledger_change *c)
{
    happen_as(m, c, EXERCISE_NONE, DEC_ZERO);
}

static struct ledger_change change_of(const struct instrument *i)
{
    struct ledger_change c = {.instrument = i};
    str_copy_cut(c.currency, sizeof c.currency, STR_NAME(i->contract.currency));
    return c;
}

bool money_apply(struct accounts *a, const struct money_event *e)
{
    return e->key.account >= 0 && (size_t)e->key.account < a->count &&
           ledger_apply(&a->items[e->key.account].ledger, &e->change);
}

/* ---- corporate actions ---- */
/* a x to / from, as shares are: whole nanos */
static struct dec scaled(struct dec a, int64_t to, int64_t from)
{
    struct dec out = DEC_ZERO;
    bool ok = dec_div(dec_times(a, to), dec_of(from), &out);
    assert(ok);
    return out;
}

static void split(struct moment_of *m, const struct holding *h, const struct feed_action *a)
{
    struct ledger_change c = change_of(h->instrument);
    c.quantity = dec_minus(scaled(h->quantity, a->to, a->from), h->quantity);
    c.traded = dec_minus(scaled(h->day_quantity, a->to, a->from), h->day_quantity);
    happen(m, &c);
}

static void dividend(struct moment_of *m, const struct holding *h, const struct feed_action *a)
{
    struct ledger_change c = change_of(h->instrument);
    struct dec amount = dec_round_to(ledger_times(h->quantity, a->amount), CENT, DEC_HALF_EVEN);
    c.pay_s = a->pay_s;
    c.dividends = amount;
    c.paid = dec_neg(amount);
    struct ledger probe = m->account->ledger;
    if (!ledger_apply(&probe, &c)) { /* no room to remember it: it is paid at once */
        c.dividends = DEC_ZERO;
        c.cash = amount;
    }
    happen(m, &c);
}

/* What a moment does to the shares of a listing. */
static size_t actions_at(struct feed *f, const struct instrument *i, int64_t at_s,
                         struct feed_action out[ACTIONS_MAX])
{
    if (i->contract.sec_type != SEC_STK || !has_day_begun(i, at_s))
        return 0;
    return feed_actions(f, i, at_s - MONEY_EVERY_S + 1, at_s + 1, out, ACTIONS_MAX);
}

bool money_splits(struct feed *f, const struct instrument *i, int64_t at_s)
{
    struct feed_action list[ACTIONS_MAX];
    size_t n = actions_at(f, i, at_s, list);
    while (n > 0 && list[n - 1].kind != FEED_SPLIT)
        n--;
    return n > 0;
}

static void actions(struct moment_of *m, const struct holding *h, enum money_kind kind)
{
    struct feed_action list[ACTIONS_MAX];
    size_t n = actions_at(m->feed, h->instrument, m->key.at_s, list);
    for (size_t k = 0; k < n; k++) {
        bool is_split = list[k].kind == FEED_SPLIT;
        if (is_split != (kind == MONEY_SPLIT) || !is_due(m, kind, h->instrument->contract.con_id))
            continue;
        if (is_split)
            split(m, h, &list[k]);
        else
            dividend(m, h, &list[k]);
    }
}

static void splits(struct moment_of *m, const struct holding *h)
{
    actions(m, h, MONEY_SPLIT);
}

static void dividends(struct moment_of *m, const struct holding *h)
{
    actions(m, h, MONEY_DIVIDEND);
}

static void payments(struct moment_of *m)
{
    const struct ledger *l = &m->account->ledger;
    size_t n = l->accrual_count;
    struct accrual *due = xcalloc(n + 1, sizeof *due);
    for (size_t k = 0; k < n; k++)
        due[k] = l->accruals[k];
    /* by contract, so that the keys rise; two of one contract at one moment would share a key */
    for (int64_t last = INT64_MIN;;) {
        size_t next = n;
        for (size_t k = 0; k < n; k++)
            if (due[k].pay_s <= m->key.at_s && due[k].instrument->contract.con_id > last &&
                (next == n ||
                 due[k].instrument->contract.con_id < due[next].instrument->contract.con_id))
                next = k;
        if (next == n)
            break;
        last = due[next].instrument->contract.con_id;
        if (!is_due(m, MONEY_PAYMENT, (int32_t)last))
            continue;
        struct ledger_change c = change_of(due[next].instrument);
        c.pay_s = due[next].pay_s;
        c.cash = due[next].amount;
        c.dividends = dec_neg(due[next].amount);
        happen(m, &c);
    }
    xfree(due);
}

/* ---- options ---- */
/* What exercise pays for one share, at a moment; 0 below a cent. */
static struct dec intrinsic(struct feed *f, const struct instrument *option, int64_t at_s)
{
    struct dec price = feed_price(f, option->underlying, at_s);
    struct dec strike = option->contract.strike.v;
    struct dec by =
        option->contract.right == 'C' ? dec_minus(price, strike) : dec_minus(strike, price);
    return dec_lt(by, CENT) ? DEC_ZERO : by;
}

static bool delivers(const struct instrument *option)
{
    return option->underlying->is_tradable;
}

/* The shares that change hands for so many contracts, signed like a position in the option. */
static void deliver(struct moment_of *m, const struct instrument *option, struct dec contracts,
                    enum money_exercise why)
{
    bool is_call = option->contract.right == 'C', is_long = dec_sign(contracts) > 0;
    struct trade t = {.instrument = option->underlying,
                      .side = is_call == is_long ? SIDE_BUY : SIDE_SELL,
                      .quantity = ledger_times(dec_abs(contracts), option->multiplier),
                      .price = option->contract.strike.v,
                      .commission_currency = option->contract.currency};
    struct ledger_change c;
    ledger_trade(&m->account->ledger, &t, &c);
    happen_as(m, &c, why, t.price);
}

/* The contracts leave the account at a price. */
static void close_at(struct moment_of *m, const struct instrument *i, struct dec quantity,
                     struct dec price, enum money_exercise why)
{
    struct trade t = {.instrument = i,
                      .side = dec_sign(quantity) > 0 ? SIDE_SELL : SIDE_BUY,
                      .quantity = dec_abs(quantity),
                      .price = price,
                      .commission_currency = i->contract.currency};
    struct ledger_change c;
    const struct holding *h = ledger_holding(&m->account->ledger, i);
    ledger_trade(&m->account->ledger, &t, &c);
    if (ledger_is_settled_daily(i)) { /* and the gain that is still owed is paid */
        struct dec owed = dec_neg(dec_plus(h->settled, c.settled));
        c.cash = dec_plus(c.cash, owed);
        c.settled = dec_plus(c.settled, owed);
    }
    happen_as(m, &c, why, price);
}

static bool has_expired(const struct moment_of *m, const struct holding *h)
{
    return !dec_is_zero(h->quantity) && h->instrument->expiry_s <= m->key.at_s;
}

static bool is_option(const struct instrument *i)
{
    return i->contract.sec_type == SEC_OPT && i->underlying != NULL;
}

/* How a position in an option ends at its expiry. */
static enum money_exercise ends_by(struct moment_of *m, const struct holding *h)
{
    const struct instrument *i = h->instrument;
    if (!is_option(i))
        return EXERCISE_NONE;
    if (dec_is_zero(intrinsic(m->feed, i, i->expiry_s)))
        return EXERCISE_EXPIRED;
    return dec_sign(h->quantity) > 0 ? EXERCISE_AUTOMATIC : EXERCISE_ASSIGNED;
}

static void delivery(struct moment_of *m, const struct holding *h)
{
    const struct instrument *i = h->instrument;
    if (has_expired(m, h) && is_option(i) && delivers(i) && ends_by(m, h) != EXERCISE_EXPIRED &&
        is_due(m, MONEY_DELIVERY, i->contract.con_id))
        deliver(m, i, h->quantity, ends_by(m, h));
}

static void expiry(struct moment_of *m, const struct holding *h)
{
    const struct instrument *i = h->instrument;
    if (!has_expired(m, h) || !is_due(m, MONEY_EXPIRY, i->contract.con_id))
        return;
    struct dec price = DEC_ZERO;
    if (!is_option(i))
        price = feed_price(m->feed, i, i->expiry_s - 1); /* its last second */
    else if (!delivers(i))
        price = intrinsic(m->feed, i, i->expiry_s);
    close_at(m, i, h->quantity, price, ends_by(m, h));
}

/* ---- futures ---- */
static void settlement(struct moment_of *m, const struct holding *h)
{
    const struct instrument *i = h->instrument;
    if (!ledger_is_settled_daily(i) || !is_settlement(m->key.at_s) ||
        !is_due(m, MONEY_SETTLEMENT, i->contract.con_id))
        return;
    struct ledger_change c = change_of(i);
    struct dec value = ledger_value(i, h->quantity, feed_price(m->feed, i, m->key.at_s));
    c.cash = dec_round_to(dec_minus(value, h->settled), CENT, DEC_HALF_EVEN);
    c.settled = c.cash;
    if (!dec_is_zero(c.cash))
        happen(m, &c);
}

/* ---- interest ---- */
static void interest(struct moment_of *m)
{
    const struct ledger *l = &m->account->ledger;
    for (size_t k = 0; k < l->cash_count; k++) {
        struct cash row = l->cash[k];
        struct dec rate, per_day = DEC_ZERO;
        if (!dec_from_model(feed_interest(STR_NAME(row.currency)), DEC_MICRO(1), &rate) ||
            !is_due(m, MONEY_INTEREST, (int32_t)k))
            continue;
        bool is_debt = dec_sign(row.amount) < 0;
        struct dec basis =
            is_debt ? row.amount : dec_max(dec_minus(row.amount, UNPAID_CREDIT), DEC_ZERO);
        rate = is_debt ? dec_plus(rate, DEC_MICRO(debit_above))
                       : dec_max(dec_minus(rate, DEC_MICRO(credit_below)), DEC_ZERO);
        (void)dec_div(ledger_times(basis, rate), DEC(YEAR_DAYS), &per_day);
        struct ledger_change c = {.interest = dec_round_to(per_day, CENT, DEC_HALF_EVEN)};
        str_copy_cut(c.currency, sizeof c.currency, STR_NAME(row.currency));
        if (!dec_is_zero(c.interest))
            happen(m, &c);
    }
}

static void borrowing(struct moment_of *m, const struct holding *h)
{
    const struct instrument *i = h->instrument;
    struct dec rate, fee = DEC_ZERO;
    if (dec_sign(h->quantity) >= 0 || i->contract.sec_type != SEC_STK ||
        !dec_from_model(feed_borrow_rate(m->feed, i, m->key.at_s), DEC_MICRO(1), &rate) ||
        !is_due(m, MONEY_BORROWING, i->contract.con_id))
        return;
    struct dec value = ledger_value(i, h->quantity, feed_price(m->feed, i, m->key.at_s));
    (void)dec_div(ledger_times(value, rate), DEC(YEAR_DAYS), &fee);
    struct ledger_change c = change_of(i);
    c.instrument = NULL; /* owed like interest, not a loss of the position */
    c.interest = dec_round_to(fee, CENT, DEC_HALF_EVEN);
    if (!dec_is_zero(c.interest))
        happen(m, &c);
}

static void pay_interest(struct moment_of *m)
{
    int year, month, day;
    const struct ledger *l = &m->account->ledger;
    civil_from_days(hours_local_day(zone(), m->key.at_s), &year, &month, &day);
    for (size_t k = 0; k < l->cash_count && day == PAY_DAY; k++) {
        struct ledger_change c = {.cash = l->cash[k].interest};
        str_copy_cut(c.currency, sizeof c.currency, STR_NAME(l->cash[k].currency));
        c.interest = dec_neg(c.cash);
        if (!dec_is_zero(c.cash) && is_due(m, MONEY_INTEREST_PAID, (int32_t)k))
            happen(m, &c);
    }
}

/* ---- a moment ---- */
/* Each holding as it is when the stage begins: what a stage adds is not part of it. */
static void each_holding(struct moment_of *m,
                         void (*stage)(struct moment_of *m, const struct holding *h))
{
    const struct ledger *l = &m->account->ledger;
    size_t n = l->holding_count;
    struct holding *copy = xcalloc(n + 1, sizeof *copy);
    for (size_t k = 0; k < n; k++)
        copy[k] = l->holdings[k];
    for (size_t k = 0; k < n; k++)
        stage(m, &copy[k]);
    xfree(copy);
}

void money_moment(struct accounts *a, struct feed *f, int64_t at_s, struct money_key *done,
                  money_fn *hear, void *self)
{
    bool is_midnight = money_is_midnight(at_s);
    for (size_t k = 0; k < a->count; k++) {
        struct moment_of m = {a,     &a->items[k], f,   {.at_s = at_s, .account = (int32_t)k},
                              *done, hear,         self};
        each_holding(&m, splits);
        each_holding(&m, dividends);
        payments(&m);
        each_holding(&m, delivery);
        each_holding(&m, expiry);
        each_holding(&m, settlement);
        if (!is_midnight)
            continue;
        interest(&m);
        each_holding(&m, borrowing);
        pay_interest(&m);
    }
    *done = money_key_after(at_s);
}

/* ---- at a client's request ---- */
bool money_exercise(struct accounts *a, struct feed *f, struct account *account,
                    const struct instrument *option, struct dec contracts, bool forced,
                    int64_t at_s, money_fn *hear, void *self, struct error *e)
{
    struct moment_of m = {a,
                          account,
                          f,
                          {.at_s = at_s, .account = (int32_t)(account - a->items)},
                          {.at_s = INT64_MIN},
                          hear,
                          self};
    if (!is_option(option) || option->expiry_s <= at_s)
        return error_set(e, ERROR_INVALID, "EXERCISE", "the contract is no option that is alive");
    if (dec_sign(contracts) <= 0 || dec_gt(contracts, ledger_quantity(&account->ledger, option)))
        return error_set(e, ERROR_INVALID, "EXERCISE",
                         "the account does not hold so many of the option");
    struct dec pays = intrinsic(f, option, at_s);
    if (dec_is_zero(pays) && !forced)
        return error_set(e, ERROR_INVALID, "EXERCISE", "the option is out of the money");
    if (delivers(option) && is_due(&m, MONEY_EXERCISE_DELIVERY, option->contract.con_id))
        deliver(&m, option, contracts, EXERCISE_ASKED);
    if (is_due(&m, MONEY_EXERCISE, option->contract.con_id))
        close_at(&m, option, contracts, delivers(option) ? DEC_ZERO : pays, EXERCISE_ASKED);
    return true;
}
