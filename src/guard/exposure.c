/* SPDX-License-Identifier: MIT */
/*
 * exposure: what the account holds and may come to hold in other contracts than the one at hand.
 *
 * Each contract counts at its worst: the position with all working orders that enlarge it filled.
 * Orders against a position stand for the same shares (a stop and a target), so of those only the
 * larger kind counts. Sums are made per currency and converted once, by the rates that were fetched
 * before. What cannot be valued is named, and the controls refuse by it.
 */
#include "base/alloc.h"
#include "guard/state.h"
#include "guard/value.h"

#include <string.h>

/* more than LIMIT_POSITIONS and the orders of a busy account */
enum { CELLS = 8192, SLOTS = 2 * CELLS /* a power of two */ };

/* One contract, in its own currency. */
struct exposure_cell {
    int32_t con_id;
    char currency[8];
    struct dec held;                   /* signed value */
    struct opt_dec price;              /* of one unit with its multiplier */
    struct dec working[KIND_COUNT][2]; /* value by kind and side */
};

/* The cells lie side by side, and only the small slots are scattered: what a gathering touches
 * stays in the cache. */
struct exposure {
    uint32_t stamp; /* of this gathering */
    struct {
        uint32_t stamp; /* of the gathering that filled it */
        uint32_t cell;
    } slots[SLOTS];
    struct exposure_cell cells[CELLS];
    size_t count;
    bool is_on; /* somebody asks for it */
    bool is_full;
};

struct exposure *exposure_new(void)
{
    return xcalloc(1, sizeof(struct exposure));
}

bool exposure_is_limited(const struct guard_limits *l)
{
    return dec_sign(l->max_gross_exposure_pct) > 0 || dec_sign(l->max_net_exposure_pct) > 0 ||
           dec_sign(l->max_currency_pct) > 0 || dec_sign(l->max_sector_pct) > 0;
}

/* What names no contract asks for all that is held. */
static bool is_wanted(const struct gate *g, const struct gate_request *r)
{
    return exposure_is_limited(&g->limits) || r->orders[0].contract.con_id <= 0;
}

static struct exposure_cell *cell_of(struct exposure *x, const struct contract *c)
{
    uint32_t at = (uint32_t)c->con_id * 2654435761u;
    for (at &= SLOTS - 1; x->slots[at].stamp == x->stamp; at = (at + 1) & (SLOTS - 1))
        if (x->cells[x->slots[at].cell].con_id == c->con_id)
            return &x->cells[x->slots[at].cell];
    if (x->count == CELLS) {
        x->is_full = true;
        return NULL;
    }
    x->slots[at].stamp = x->stamp;
    x->slots[at].cell = (uint32_t)x->count;
    struct exposure_cell *cell = &x->cells[x->count++];
    cell->con_id = c->con_id;
    cell->held = DEC_ZERO;
    cell->price = DEC_NONE;
    memset(cell->working, 0, sizeof cell->working);
    memcpy(cell->currency, c->currency, sizeof cell->currency);
    return cell;
}

/* ---- positions and orders ---- */

static bool counts(const struct gate_request *r, const struct contract *c)
{
    return c->sec_type != SEC_CASH && c->con_id != r->orders[0].contract.con_id;
}

static void add_positions(struct exposure *x, const struct gate *g, const struct gate_request *r,
                          struct gate_facts *f)
{
    const struct position *p;
    struct str account = STR_NAME(r->orders[0].account);
    for (size_t i = 0; book_next_position(g->book, &i, account, &p);) {
        struct exposure_cell *cell;
        if (dec_is_zero(p->quantity) || !counts(r, &p->contract) ||
            !(cell = cell_of(x, &p->contract)))
            continue;
        if (p->market_value.has)
            cell->held = p->market_value.v;
        else if (p->avg_cost.has)
            cell->held = amount_times(p->avg_cost.v, p->quantity);
        else
            (void)contract_name(&p->contract, f->unvalued, sizeof f->unvalued);
        cell->price = p->market_price;
        if (p->contract.multiplier[0])
            cell->price.v = amount_times(cell->price.v, contract_multiplier(&p->contract));
    }
}

void exposure_begin(struct gate *g, const struct gate_request *r, struct gate_facts *f)
{
    struct exposure *x = g->exposure;
    x->is_on = is_wanted(g, r);
    if (!x->is_on)
        return;
    if (++x->stamp == 0) { /* after 2^32 gatherings old stamps would look new */
        memset(x->slots, 0, sizeof x->slots);
        x->stamp = 1;
    }
    x->count = 0;
    x->is_full = false;
    const char *sector = sectors_of(g->sectors, r->orders[0].contract.con_id);
    if (sector)
        str_copy_cut(f->sector, sizeof f->sector, str_of(sector));
    add_positions(x, g, r, f);
}

void exposure_add(struct gate *g, const struct gate_request *r, const struct order *o,
                  struct dec quantity, struct gate_facts *f)
{
    struct exposure_cell *cell;
    if (!g->exposure->is_on || dec_sign(quantity) <= 0 || !counts(r, &o->contract) ||
        !(cell = cell_of(g->exposure, &o->contract)))
        return;
    struct dec *sum = &cell->working[order_kind(o)][o->side];
    struct opt_dec price = o->limit_price.has ? o->limit_price : order_trigger(o);
    if (price.has && o->contract.multiplier[0])
        price.v = amount_times(price.v, contract_multiplier(&o->contract));
    if (!price.has)
        price = cell->price;
    if (price.has) {
        *sum = amount_plus(*sum, amount_times(price.v, quantity));
        return;
    }
    const struct intent *it = ledger_by_ref(g->ledger, STR_NAME(o->ref));
    if (it && it->value.has)
        *sum = amount_plus(*sum, it->value.v);
    else
        (void)contract_name(&o->contract, f->unvalued, sizeof f->unvalued);
}

/* ---- sums ---- */

enum { NAMED_SUMS_MAX = 64 };
struct named_sums {
    struct {
        char name[64];
        struct dec sum;
    } items[NAMED_SUMS_MAX];
    size_t count;
    bool is_full; /* there were more */
};
_Static_assert((int)NAMED_SUMS_MAX >= (int)GATE_CURRENCIES_MAX, "each currency has a sum");

struct sums {
    struct dec gross, longs, shorts, sector;
};

static void add_cell(const struct exposure_cell *c, bool is_in_sector, struct sums *s)
{
    const struct dec(*w)[2] = c->working;
    bool is_short = dec_sign(c->held) < 0;
    struct dec buys = is_short ? dec_max(w[KIND_PLAIN][SIDE_BUY], w[KIND_STOP][SIDE_BUY])
                               : amount_plus(w[KIND_PLAIN][SIDE_BUY], w[KIND_STOP][SIDE_BUY]);
    struct dec sells = is_short ? amount_plus(w[KIND_PLAIN][SIDE_SELL], w[KIND_STOP][SIDE_SELL])
                                : dec_max(w[KIND_PLAIN][SIDE_SELL], w[KIND_STOP][SIDE_SELL]);
    struct dec most = amount_plus(c->held, buys), least = amount_plus(c->held, dec_neg(sells));
    struct dec gross = dec_max(dec_abs(most), dec_abs(least));
    s->gross = amount_plus(s->gross, gross);
    if (is_in_sector)
        s->sector = amount_plus(s->sector, gross);
    s->longs = amount_plus(s->longs, most);
    s->shorts = amount_plus(s->shorts, least);
}

/* Whether a contract is in the sector of the order. */
static bool is_in_sector(const struct gate *g, const struct exposure_cell *c, struct gate_facts *f)
{
    if (dec_sign(g->limits.max_sector_pct) <= 0)
        return false;
    const char *sector = sectors_of(g->sectors, c->con_id);
    f->is_sector_missing |= !sector;
    return sector && strcmp(sector, f->sector) == 0;
}

static struct opt_dec rate_of(const struct market_view *m, const char *currency)
{
    for (size_t i = 0; i < m->rate_count; i++)
        if (strcmp(m->rates[i].currency, currency) == 0)
            return m->rates[i].rate;
    return DEC_NONE;
}

void exposure_end(struct gate *g, const struct gate_request *r, const struct market_view *m,
                  struct gate_facts *f)
{
    const struct exposure *x = g->exposure;
    if (!x->is_on)
        return;
    if (x->is_full)
        str_copy_cut(f->unvalued, sizeof f->unvalued, STR("an account of so many contracts"));
    struct sums sums[GATE_CURRENCIES_MAX] = {0};
    char codes[GATE_CURRENCIES_MAX][8];
    size_t n = 0;
    for (size_t i = 0; i < x->count; i++) {
        const struct exposure_cell *c = &x->cells[i];
        size_t k = 0;
        while (k < n && memcmp(codes[k], c->currency, sizeof codes[0]) != 0)
            k++;
        if (k == GATE_CURRENCIES_MAX) { /* no rates were fetched for so many */
            memcpy(f->unrated, c->currency, sizeof f->unrated);
            continue;
        }
        if (k == n)
            memcpy(codes[n++], c->currency, sizeof codes[0]);
        add_cell(c, is_in_sector(g, c, f), &sums[k]);
    }
    for (size_t k = 0; k < n; k++) {
        struct opt_dec rate = rate_of(m, codes[k]);
        if (!rate.has) {
            str_copy_cut(f->unrated, sizeof f->unrated, STR_NAME(codes[k]));
            continue;
        }
        struct dec gross = amount_times(sums[k].gross, rate.v);
        f->others_gross = amount_plus(f->others_gross, gross);
        f->others_net[SIDE_BUY] =
            amount_plus(f->others_net[SIDE_BUY], amount_times(sums[k].longs, rate.v));
        f->others_net[SIDE_SELL] =
            amount_plus(f->others_net[SIDE_SELL], amount_times(sums[k].shorts, rate.v));
        f->others_sector = amount_plus(f->others_sector, amount_times(sums[k].sector, rate.v));
        if (strcmp(codes[k], r->orders[0].contract.currency) == 0)
            f->others_currency = gross;
    }
}

/* ---- rates ---- */

static void want(struct market_view *m, const char *currency)
{
    for (size_t i = 0; i < m->rate_count; i++)
        if (strcmp(m->rates[i].currency, currency) == 0)
            return;
    if (m->rate_count < GATE_CURRENCIES_MAX) /* one that is left out has no rate and refuses */
        str_copy_cut(m->rates[m->rate_count++].currency, sizeof m->rates[0].currency,
                     str_of(currency));
}

/* Everything at stake but the order itself: each contract once or more often. */
typedef void stake_function(void *self, const struct contract *c);

static void each_stake(struct gate *g, const struct gate_request *r, stake_function *fn, void *self)
{
    struct str account = STR_NAME(r->orders[0].account);
    const struct position *p;
    struct intent *it;
    size_t n;
    const struct book_order *const *working = book_working_orders(g->book, account, &n);
    for (size_t i = 0; book_next_position(g->book, &i, account, &p);)
        if (!dec_is_zero(p->quantity) && counts(r, &p->contract))
            fn(self, &p->contract);
    for (size_t i = 0; i < n; i++)
        if (counts(r, &working[i]->order.contract))
            fn(self, &working[i]->order.contract);
    for (size_t i = 0; ledger_next(g->ledger, &i, &it);)
        if (it->state != INTENT_KNOWN && counts(r, &it->order.contract))
            fn(self, &it->order.contract);
}

static void want_rate(void *self, const struct contract *c)
{
    want(self, c->currency);
}

/* Contracts whose sector is to be asked for: more than fit stay unknown and refuse. */
struct wanted {
    const struct sectors *sectors;
    int32_t con_ids[CELLS];
    size_t count;
};

static void want_sector(void *self, const struct contract *c)
{
    struct wanted *w = self;
    if (c->con_id <= 0 || w->count == CELLS || sectors_of(w->sectors, c->con_id))
        return;
    for (size_t i = 0; i < w->count; i++)
        if (w->con_ids[i] == c->con_id)
            return;
    w->con_ids[w->count++] = c->con_id;
}

/* ---- the use of the limits ---- */

static struct dec gross_of(const struct exposure_cell *c)
{
    struct sums one = {0};
    add_cell(c, false, &one);
    return one.gross;
}

/* Adds to the sum of that name. */
static void add_named(struct named_sums *all, const char *name, struct dec more)
{
    size_t i = 0;
    while (i < all->count && strcmp(all->items[i].name, name) != 0)
        i++;
    if (i == NAMED_SUMS_MAX) {
        all->is_full = true;
        return;
    }
    if (i == all->count)
        str_copy_cut(all->items[all->count++].name, sizeof all->items[0].name, str_of(name));
    all->items[i].sum = amount_plus(all->items[i].sum, more);
}

static struct dec largest_of(const struct named_sums *all)
{
    struct dec most = DEC_ZERO;
    for (size_t i = 0; i < all->count; i++)
        most = dec_max(most, all->items[i].sum);
    return most;
}

bool exposure_use(const struct gate *g, const struct market_view *m, const char *base,
                  const struct gate_facts *f, struct exposure_use *out)
{
    const struct exposure *x = g->exposure;
    struct named_sums currencies = {0}, sectors = {0};
    *out = (struct exposure_use){.gross = f->others_gross};
    if (!x->is_on || x->is_full || f->unvalued[0] || f->unrated[0])
        return false;
    out->net = dec_max(dec_abs(f->others_net[SIDE_BUY]), dec_abs(f->others_net[SIDE_SELL]));
    out->has_sectors = dec_sign(g->limits.max_sector_pct) > 0;
    for (size_t i = 0; i < x->count; i++) {
        const struct exposure_cell *c = &x->cells[i];
        const char *sector = sectors_of(g->sectors, c->con_id);
        struct dec value = amount_times(gross_of(c), rate_of(m, c->currency).v);
        out->position = dec_max(out->position, value);
        if (strcmp(c->currency, base) != 0) /* fewer than fit: all of them have rates */
            add_named(&currencies, c->currency, value);
        out->has_sectors = out->has_sectors && sector;
        if (out->has_sectors)
            add_named(&sectors, sector, value);
    }
    out->has_sectors = out->has_sectors && !sectors.is_full;
    out->currency = largest_of(&currencies);
    out->sector = largest_of(&sectors);
    return true;
}

/* ---- what has to be asked for ---- */

static bool fetch_sectors(struct task *t, struct gate *g, const struct gate_request *r,
                          struct error *e)
{
    if (dec_sign(g->limits.max_sector_pct) <= 0)
        return true;
    struct wanted *w = ARENA_MANY(task_arena(t), struct wanted, 1);
    w->sectors = g->sectors;
    want_sector(w, &r->orders[0].contract);
    each_stake(g, r, want_sector, w);
    return sectors_fetch(t, g->sectors, w->con_ids, w->count, e);
}

static bool fetch_rates(struct task *t, struct gate *g, struct str account, const char *base,
                        struct market_view *m, struct error *e)
{
    struct rate *rates = ARENA_MANY(task_arena(t), struct rate, m->rate_count);
    for (size_t i = 0; i < m->rate_count; i++) {
        memcpy(rates[i].from, m->rates[i].currency, sizeof rates[i].from);
        str_copy_cut(rates[i].to, sizeof rates[i].to, str_of(base));
    }
    if (m->rate_count && !currencies_rates(t, g->currencies, account, rates, m->rate_count, e))
        return false;
    for (size_t i = 0; i < m->rate_count; i++)
        m->rates[i].rate = (struct opt_dec){rates[i].rate, rates[i].error.code == ERROR_NONE};
    return true;
}

bool exposure_fetch(struct task *t, struct gate *g, const struct gate_request *r,
                    struct market_view *m, struct error *e)
{
    struct str account = STR_NAME(r->orders[0].account);
    char base[8];
    str_copy_cut(base, sizeof base, str_of(gate_base_currency(g, account)));
    if (!is_wanted(g, r) || !base[0])
        return true;
    each_stake(g, r, want_rate, m);
    if (fetch_rates(t, g, account, base, m, e) && fetch_sectors(t, g, r, e))
        return true;
    /* the connection went down meanwhile: no rates, which the controls will say */
    return !session_is_ready(g->session) && e->code == ERROR_UNAVAILABLE;
}
