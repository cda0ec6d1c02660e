/* SPDX-License-Identifier: MIT */
/* Trading: what a working ticket meets in the market, and the fills that come of it. */
#include "base/rng.h"
#include "paper/allocate.h"
#include "paper/fees.h"
#include "paper/venue_private.h"

static const int64_t second_ns = NS_PER_S;
/* A pegged order that nobody crosses meets somebody in one of so many seconds, on average. */
enum { PEG_MEETS_ONE_IN = 4 };

/* ---- what the market shows ---- */
/* What a leg trades as when the combination is bought or sold. */
static enum order_side leg_side(const struct ticket_leg *leg, enum order_side side)
{
    return side == SIDE_BUY ? leg->side : leg->side == SIDE_BUY ? SIDE_SELL : SIDE_BUY;
}

/* The price of a combination of which every leg trades at once. */
static struct dec combo_price(struct venue *v, const struct ticket *t, int64_t s,
                              enum order_side side, bool at_last)
{
    struct dec sum = DEC_ZERO;
    for (size_t i = 0; i < t->terms.leg_count; i++) {
        const struct ticket_leg *leg = &t->terms.legs[i];
        struct touch m;
        v->market.touch(v->market.self, leg->instrument, s, &m);
        struct dec at = at_last ? m.last : leg_side(leg, side) == SIDE_BUY ? m.ask : m.bid;
        at = dec_times(at, leg->ratio);
        sum = leg->side == SIDE_BUY ? dec_plus(sum, at) : dec_minus(sum, at);
    }
    return sum;
}

static void touch_at(struct venue *v, const struct ticket *t, int64_t s, struct touch *out)
{
    if (!ticket_is_combo(t)) {
        v->market.touch(v->market.self, t->instrument, s, out);
        return;
    }
    out->ask = combo_price(v, t, s, SIDE_BUY, false);
    out->bid = combo_price(v, t, s, SIDE_SELL, false);
    out->last = combo_price(v, t, s, SIDE_BUY, true);
}

void venue_view(struct venue *v, const struct ticket *t, int64_t now_ns, struct match_view *out)
{
    touch_at(v, t, now_ns / second_ns, &out->now);
    enum match_method method = match_method_of(t->instrument->contract.sec_type, t->trigger_method);
    if (method == METHOD_DOUBLE_BID_ASK || method == METHOD_DOUBLE_LAST)
        touch_at(v, t, now_ns / second_ns - 1, &out->before);
    else
        out->before = out->now;
}

static const struct instrument *part(const struct ticket *t, size_t i)
{
    return ticket_is_combo(t) ? t->terms.legs[i].instrument : t->instrument;
}

static size_t part_count(const struct ticket *t)
{
    return ticket_is_combo(t) ? t->terms.leg_count : 1;
}

bool venue_is_open(const struct venue *v, const struct ticket *t, int64_t ns)
{
    for (size_t i = 0; i < part_count(t); i++)
        if (!v->market.is_open(v->market.self, part(t, i), ns / second_ns, ticket_is_extended(t)))
            return false;
    return true;
}

bool venue_is_halted(const struct venue *v, const struct ticket *t, int64_t ns)
{
    for (size_t i = 0; i < part_count(t); i++)
        if (venue_is_stopped(v, part(t, i)) ||
            v->market.is_halted(v->market.self, part(t, i), ns / second_ns))
            return true;
    return false;
}

/* The book that the ticket trades against; of a combination one level, as deep as its legs. */
static size_t book_of(struct venue *v, const struct ticket *t, int64_t s, struct dec price,
                      struct market_level out[MARKET_LEVELS_MAX])
{
    enum order_side side = t->order.side;
    if (!ticket_is_combo(t))
        return v->market.book(v->market.self, t->instrument, s, side == SIDE_SELL, out);
    struct dec size = t->status.remaining;
    for (size_t i = 0; i < t->terms.leg_count; i++) {
        const struct ticket_leg *leg = &t->terms.legs[i];
        bool is_bid = leg_side(leg, side) == SIDE_SELL;
        size_t n = v->market.book(v->market.self, leg->instrument, s, is_bid, out);
        int64_t there = 0;
        if (n > 0)
            (void)dec_to_i64(out[0].size, &there);
        size = dec_min(size, dec_of(there / leg->ratio));
    }
    out[0] = (struct market_level){price, size};
    return 1;
}

/* ---- fills ---- */
/* An order pays its minimum once, in however many pieces it fills; each leg of a combination as an
 * order of its own, and each account's share of an order for a group. */
static void charge(struct venue *v, const struct ticket *t, struct fill *f)
{
    const struct contract *c = &f->instrument->contract;
    const struct order_status *s = &t->status;
    const struct account *a = venue_account(v, f);
    const char *currency;
    struct fee_basis before = {
        .plan = a->terms.fees, .instrument = f->instrument, .side = f->side, .usd_rate = DEC(1)};
    if (c->sec_type == SEC_CASH)
        (void)feed_rate(v->feed, STR_NAME(c->symbol), f->at_ns / second_ns, &before.usd_rate);
    if (f->part == FILL_PLAIN && s->avg_fill_price.has) {
        before.quantity = s->filled;
        before.turnover = ledger_value(f->instrument, s->filled, s->avg_fill_price.v);
    }
    for (size_t i = 0; i < t->terms.share_count && f->part == FILL_SHARE; i++) {
        const struct ticket_share *own = &t->terms.shares[i];
        if (own->account != f->account)
            continue;
        before.quantity = own->filled;
        before.turnover = ledger_value(f->instrument, DEC(1), own->paid);
    }
    f->commission = fees_piece(&before, f->quantity, f->price, f->liquidity != 1, &currency);
    str_copy_cut(f->commission_currency, sizeof f->commission_currency, str_of(currency));
}

static void add_fill(struct venue *v, struct ticket *t, const struct fill *draft)
{
    struct fill f = *draft;
    f.seq = v->next_seq;
    f.ticket = t;
    if (fill_is_booked(&f))
        charge(v, t, &f);
    str_copy_cut(f.exchange, sizeof f.exchange, STR_NAME(f.instrument->contract.primary_exchange));
    struct fill *own = venue_add_fill(v, &f);
    venue_emit(v, VENUE_FILL, t)->fill = own;
    venue_book(v, own, t);
    if (fill_counts(&f) && f.part != FILL_WHOLE)
        venue_emit(v, VENUE_ORDER, t);
    if (fill_is_booked(&f))
        venue_emit(v, VENUE_COMMISSION, t)->fill = own;
}

/* The legs at their own prices; the first one takes what the combination's price was better. */
static void fill_legs(struct venue *v, struct ticket *t, const struct fill *whole)
{
    int64_t s = whole->at_ns / second_ns;
    struct dec natural = combo_price(v, t, s, t->order.side, false);
    struct dec extra = dec_minus(whole->price, natural);
    for (size_t i = 0; i < t->terms.leg_count; i++) {
        const struct ticket_leg *leg = &t->terms.legs[i];
        struct fill f = *whole;
        struct touch m;
        v->market.touch(v->market.self, leg->instrument, s, &m);
        f.part = FILL_LEG;
        f.instrument = leg->instrument;
        f.side = leg_side(leg, t->order.side);
        f.quantity = dec_times(whole->quantity, leg->ratio);
        f.price = f.side == SIDE_BUY ? m.ask : m.bid;
        struct dec share;
        if (i == 0 && dec_div(extra, dec_of(leg->ratio), &share)) {
            struct dec better =
                leg->side == SIDE_BUY ? dec_plus(f.price, share) : dec_minus(f.price, share);
            f.price = dec_sign(better) > 0 ? better : f.price;
        }
        add_fill(v, t, &f);
    }
}

/* Each account gets of a fill in proportion to what it still lacks. */
static void fill_shares(struct venue *v, struct ticket *t, const struct fill *whole)
{
    int64_t lacks[ACCOUNTS_MAX], parts[ACCOUNTS_MAX], total = 0;
    for (size_t i = 0; i < t->terms.share_count; i++) {
        const struct ticket_share *s = &t->terms.shares[i];
        (void)dec_to_i64(dec_minus(s->quantity, s->filled), &lacks[i]); /* whole */
    }
    (void)dec_to_i64(whole->quantity, &total);
    allocate(total, lacks, t->terms.share_count, parts);
    for (size_t i = 0; i < t->terms.share_count; i++) {
        if (parts[i] == 0)
            continue;
        struct fill f = *whole;
        f.part = FILL_SHARE;
        f.account = t->terms.shares[i].account;
        f.quantity = dec_of(parts[i]);
        add_fill(v, t, &f);
    }
    venue_emit(v, VENUE_ORDER, t);
}

void venue_finish_shares(struct venue *v, struct ticket *t)
{
    struct dec missing = t->status.filled;
    const struct fill *last = NULL;
    for (size_t i = 0; i < t->terms.share_count; i++)
        missing = dec_minus(missing, t->terms.shares[i].filled);
    for (size_t i = 0; i < v->fill_count && t->terms.share_count > 0; i++)
        if (v->fills[i]->ticket == t && v->fills[i]->part == FILL_WHOLE)
            last = v->fills[i];
    if (t->terms.share_count == 0 || last == NULL || dec_sign(missing) <= 0)
        return;
    struct fill rest = *last;
    rest.quantity = missing;
    fill_shares(v, t, &rest);
}

static void fill(struct venue *v, struct ticket *t, struct match_piece piece, bool adds,
                 int64_t now_ns)
{
    struct fill f = {.at_ns = now_ns,
                     .instrument = t->instrument,
                     .side = t->order.side,
                     .quantity = piece.quantity,
                     .price = piece.price,
                     .liquidity = adds ? 1 : 2};
    venue_reduce_group(v, t, piece.quantity, now_ns);
    if (ticket_is_combo(t)) {
        f.part = FILL_COMBO;
        fill_legs(v, t, &f);
    }
    if (t->terms.share_count > 0)
        f.part = FILL_WHOLE;
    add_fill(v, t, &f);
    if (f.part == FILL_WHOLE)
        fill_shares(v, t, &f);
    venue_after_fill(v, t, now_ns);
}

/* ---- trading ---- */
/* One price for all, and everybody within his limit is filled: what is not ends. */
static void trade_in_auction(struct venue *v, struct ticket *t, const struct touch *m,
                             int64_t now_ns)
{
    struct opt_dec limit = t->rule->price == PRICE_MARKET ? DEC_NONE : t->order.limit_price;
    const struct match_piece piece = {m->last, t->status.remaining};
    if (match_is_within(t->order.side, limit, piece.price))
        fill(v, t, piece, false, now_ns);
    else
        venue_end(v, t, END_BY_SYSTEM, "the auction's price was not within the limit", now_ns);
}

/* Somebody else's order comes to one that rests inside the spread. */
static size_t meet(struct venue *v, const struct ticket *t, struct opt_dec limit,
                   const struct touch *m, int64_t now_ns, struct match_piece *out)
{
    bool buys = t->order.side == SIDE_BUY;
    uint64_t h = rng_mix(v->seed ^ (uint64_t)t->order.perm_id, (uint64_t)(now_ns / second_ns));
    if (!t->has_rested || !limit.has || h % PEG_MEETS_ONE_IN != 0 ||
        (buys ? dec_lt(limit.v, m->bid) : dec_gt(limit.v, m->ask)))
        return 0;
    struct market_level book[MARKET_LEVELS_MAX];
    size_t n = v->market.book(v->market.self, t->instrument, now_ns / second_ns, buys, book);
    if (n == 0)
        return 0;
    book[0].price = limit.v;
    return match_pieces(t, limit, match_allowance(t, now_ns), book, 1, out);
}

static void cancel_rest(struct venue *v, struct ticket *t, int64_t now_ns)
{
    t->status.state = STATE_PENDING_CANCEL;
    venue_emit(v, VENUE_STATUS, t);
    venue_end(v, t, END_BY_SYSTEM, "not marketable at once", now_ns);
}

static bool has_room(const struct venue *v, const struct ticket *t)
{
    const struct ledger *l = accounts_ledger(v->accounts, t->order.account);
    bool fits = true;
    for (size_t i = 0; i < t->terms.share_count; i++)
        fits = fits && ledger_has_room(&v->accounts->items[t->terms.shares[i].account].ledger,
                                       t->instrument);
    for (size_t i = 0; i < part_count(t); i++)
        fits = fits && ledger_has_room(l, part(t, i));
    return fits;
}

void venue_trade(struct venue *v, struct ticket *t, const struct match_view *m, int64_t now_ns)
{
    if (!has_room(v, t)) {
        venue_end(v, t, END_BY_SYSTEM, "the account holds too many different positions", now_ns);
        return;
    }
    if (v->fill_count + MARKET_LEVELS_MAX * (1 + ACCOUNTS_MAX) > VENUE_FILLS_MAX)
        return; /* no room to write it down: it waits */
    if (ticket_moment(t) != MOMENT_ANY) {
        trade_in_auction(v, t, &m->now, now_ns);
        return;
    }
    struct dec allowed = match_allowance(t, now_ns);
    struct opt_dec limit = match_limit(t, &m->now);
    struct market_level book[MARKET_LEVELS_MAX];
    struct match_piece pieces[MARKET_LEVELS_MAX];
    struct dec touch = t->order.side == SIDE_BUY ? m->now.ask : m->now.bid;
    size_t n = 0;
    bool adds = t->has_rested && limit.has;
    if (dec_sign(allowed) > 0 && match_is_within(t->order.side, limit, touch)) {
        size_t levels = book_of(v, t, now_ns / second_ns, touch, book);
        n = match_pieces(t, limit, allowed, book, levels, pieces);
    }
    if (n == 0 && rule_is_pegged(t->rule))
        n = meet(v, t, limit, &m->now, now_ns, pieces);
    if (n > 0) /* it has taken what this second offers */
        t->act_ns = (now_ns / second_ns + 1) * second_ns;
    for (size_t i = 0; i < n && ticket_is_live(t); i++) {
        if (t->terms.share_count > 0) /* nobody gets a part of a share */
            pieces[i].quantity = dec_round_to(pieces[i].quantity, DEC(1), DEC_DOWN);
        if (dec_sign(pieces[i].quantity) > 0)
            fill(v, t, pieces[i], adds, now_ns);
    }
    if (!ticket_is_live(t))
        return;
    if (t->order.tif == TIF_IOC || t->order.tif == TIF_FOK) {
        cancel_rest(v, t, now_ns);
        return;
    }
    if (dec_sign(allowed) > 0 && !t->has_rested)
        t->has_rested = t->is_dirty = true;
}
