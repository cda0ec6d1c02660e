/* SPDX-License-Identifier: MIT */
/* The market model: its construction. */
#include "paper/feed.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "paper/feed_private.h"
#include "paper/maths.h"

#include <assert.h>

/* shares of the common paths in a listing's movement */
static const double market_volatility = 0.16;
static const double world_part = 0.8, region_part = 0.6; /* their squares add up to 1 */
static const double sector_share = 0.35;
static const double own_share_min = 0.25;
/* how far a price may leave its base, as a logarithm */
static const double band_of_volatility = 0.6;
static const double band_max = 0.35;

static uint64_t key_of(uint64_t seed, enum stream stream, uint64_t id)
{
    return rng_mix(rng_mix(seed, (uint64_t)stream), id);
}

uint64_t feed_key(const struct feed *f, enum stream stream, uint64_t id)
{
    return key_of(f->seed, stream, id);
}

static uint64_t text_key(struct str s)
{
    uint64_t h = 0;
    for (size_t i = 0; i < s.n; i++)
        h = rng_mix(h, (unsigned char)s.p[i]);
    return h;
}

/* ---- construction ---- */
size_t feed_currency_index(const struct feed *f, struct str name)
{
    size_t i = 0;
    while (i < f->currency_count && !str_eq(STR_NAME(f->currencies[i].name), name))
        i++;
    return i;
}

static void add_currency(struct feed *f, struct str name, double usd, double volatility)
{
    if (f->currency_count == CURRENCIES_MAX || feed_currency_index(f, name) < f->currency_count)
        return;
    struct currency *c = &f->currencies[f->currency_count++];
    str_copy_cut(c->name, sizeof c->name, name);
    c->usd = usd;
    c->volatility = volatility;
    noise_init(&c->noise, key_of(f->seed, STREAM_CURRENCY, text_key(name)));
}

static struct region *region_of(struct feed *f, const struct instrument *i)
{
    for (size_t k = 0; k < f->region_count; k++)
        if (f->regions[k].clock.hours.zone == i->hours.zone &&
            f->regions[k].is_week == i->hours.is_week)
            return &f->regions[k];
    if (f->region_count == REGIONS_MAX)
        return &f->regions[0];
    struct region *r = &f->regions[f->region_count++];
    clock_init(&r->clock, f->weather, &i->hours, f->real_hours);
    r->is_week = i->hours.is_week;
    uint64_t id = text_key(str_of(hours_zone_name(i->hours.zone))) + i->hours.is_week;
    noise_init(&r->noise, key_of(f->seed, STREAM_REGION, id));
    return r;
}

static void find_currencies(struct feed *f)
{
    add_currency(f, STR("USD"), 1, 0);
    for (size_t i = 0; i < universe_count(f->u); i++) {
        const struct instrument *one = universe_at(f->u, i);
        const struct contract *c = &one->contract;
        if (c->sec_type != SEC_CASH || one->base <= 0)
            continue;
        if (f->fx == NULL)
            f->fx = region_of(f, one);
        if (str_eq(STR_NAME(c->currency), STR("USD")))
            add_currency(f, STR_NAME(c->symbol), one->base, one->volatility);
        else if (str_eq(STR_NAME(c->symbol), STR("USD")))
            add_currency(f, STR_NAME(c->currency), 1 / one->base, one->volatility);
    }
}

/* What moves the industry in the listing's region. */
static struct noise *sector_of(struct feed *f, const struct instrument *i, struct region *r)
{
    if (i->industry[0] == 0 || str_eq(STR_NAME(i->industry), STR("Indices")))
        return NULL;
    for (size_t k = 0; k < f->sector_count; k++)
        if (f->sectors[k]->region == r &&
            str_eq(str_of(f->sectors[k]->name), STR_NAME(i->industry)))
            return &f->sectors[k]->noise;
    if (f->sector_count == SECTORS_MAX)
        return NULL;
    struct sector *s = xcalloc(1, sizeof *s);
    f->sectors[f->sector_count++] = s;
    s->name = i->industry;
    s->region = r;
    uint64_t id = rng_mix(r->noise.key, text_key(STR_NAME(i->industry)));
    noise_init(&s->noise, key_of(f->seed, STREAM_SECTOR, id));
    return &s->noise;
}

/* Indices of implied volatility, and the index whose options they are made of. */
static const struct instrument *fear_of(const struct feed *f, const struct instrument *i)
{
    static const char *const pairs[][2] = {
        {"VIX", "SPX"}, {"VXN", "NDX"}, {"V2TX", "ESTX50"}, {"VDAX", "DAX"}};
    if (i->contract.sec_type != SEC_IND)
        return NULL;
    for (size_t k = 0; k < sizeof pairs / sizeof pairs[0]; k++) {
        if (!str_eq(STR_NAME(i->contract.symbol), str_of(pairs[k][0])))
            continue;
        for (size_t n = 0; n < universe_count(f->u); n++) {
            const struct instrument *one = universe_at(f->u, n);
            if (one->contract.sec_type == SEC_IND &&
                str_eq(STR_NAME(one->contract.symbol), str_of(pairs[k][1])))
                return one;
        }
    }
    return NULL;
}

static void init_steps(struct line *l)
{
    struct step_band bands[STEPS_BANDS_MAX];
    l->band_count = steps_bands(l->i->rule, bands);
    for (size_t k = 0; k < l->band_count; k++) {
        l->bands[k].low = (int64_t)(bands[k].low.nano / l->i->tick.nano);
        l->bands[k].step = (int64_t)(bands[k].step.nano / l->i->tick.nano);
    }
    if (l->band_count == 0) {
        l->band_count = 1;
        l->bands[0].step = 1;
    }
}

static void init_path(struct feed *f, struct line *l)
{
    const struct instrument *i = l->i;
    double vol = i->volatility, market = i->beta * market_volatility;
    l->sector = sector_of(f, i, l->region);
    l->w_market = market * world_part;
    l->w_region = market * region_part;
    l->w_sector = l->sector != NULL ? vol * sector_share : 0;
    double rest = vol * vol - market * market - l->w_sector * l->w_sector;
    /* what follows the market exactly (an index, its fund) has no path of its own */
    l->w_own = rest > 1e-6 * vol * vol ? maths_sqrt(rest) : 0;
    if (l->w_own < own_share_min * vol && l->sector != NULL)
        l->w_own = own_share_min * vol;
    l->band = maths_most(maths_least(band_max, band_of_volatility * vol), 1e-9);
}

static void init_common(const struct feed *f, const struct instrument *i, struct line *l)
{
    uint64_t id = (uint64_t)i->contract.con_id;
    *l = (struct line){.i = i,
                       .con_id = i->contract.con_id,
                       .base = i->base,
                       .volatility = i->volatility,
                       .tick = dec_to_double(i->tick),
                       .days = {{.end_s = INT64_MIN}, {.end_s = INT64_MIN}},
                       .minute = {.number = INT64_MIN},
                       .volume_minute = INT64_MIN,
                       .seen_day = INT64_MIN,
                       .close_day = INT64_MIN,
                       .range_day = INT64_MIN};
    noise_init(&l->noise, key_of(f->seed, STREAM_OWN, id));
    l->ripple_key = key_of(f->seed, STREAM_RIPPLE, id);
    l->volume_key = key_of(f->seed, STREAM_VOLUME, id);
    l->size_key = key_of(f->seed, STREAM_SIZE, id);
    init_steps(l);
    feed_action_init(f, l);
}

static void init_row(struct feed *f, const struct instrument *i, struct line *l)
{
    const struct contract *c = &i->contract;
    init_common(f, i, l);
    l->region = region_of(f, i);
    l->base_ccy = feed_currency_index(f, STR_NAME(c->symbol));
    l->quote_ccy = feed_currency_index(f, STR_NAME(c->currency));
    l->fear = fear_of(f, i);
    if (c->sec_type == SEC_CASH && f->fx != NULL && l->base_ccy < f->currency_count &&
        l->quote_ccy < f->currency_count) {
        l->kind = LINE_PAIR;
        l->base = f->currencies[l->base_ccy].usd / f->currencies[l->quote_ccy].usd;
    } else if (l->fear != NULL) {
        l->kind = LINE_FEAR;
    } else {
        l->kind = LINE_PATH;
        init_path(f, l);
    }
}

static void init_derived(const struct feed *f, const struct instrument *i, struct line *l)
{
    init_common(f, i, l);
    l->region = feed_line(f, i->underlying)->region;
    l->kind = i->contract.sec_type == SEC_FUT ? LINE_FUTURE : LINE_OPTION;
}

struct feed *feed_new(const struct universe *u, uint64_t seed, bool real_hours)
{
    struct feed *f = xcalloc(1, sizeof *f);
    f->u = u;
    f->seed = seed;
    f->real_hours = real_hours;
    for (int k = 1; k < POINTS; k++) { /* a half circle over the minute */
        double part = k == POINTS - 1 ? (MINUTE_S - 1.0) / MINUTE_S : (double)k / (POINTS - 1);
        f->envelope[k] = 2 * maths_sqrt(part * (1 - part));
    }
    f->weather = xcalloc(1, sizeof *f->weather);
    weather_init(f->weather, key_of(seed, STREAM_WEATHER, 0));
    clock_init(&f->world_clock, f->weather, NULL, real_hours);
    noise_init(&f->world, key_of(seed, STREAM_MARKET, 0));
    find_currencies(f);
    f->line_count = universe_count(u);
    f->lines = xcalloc(f->line_count, sizeof *f->lines);
    for (size_t i = 0; i < f->line_count; i++)
        init_row(f, universe_at(u, i), &f->lines[i]);
    f->derived = xcalloc(DERIVED_LINES, sizeof *f->derived);
    return f;
}

void feed_free(struct feed *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->line_count; i++)
        replay_free(f->lines[i].replay);
    for (size_t k = 0; k < f->region_count; k++)
        clock_fini(&f->regions[k].clock);
    for (size_t k = 0; k < f->sector_count; k++)
        xfree(f->sectors[k]);
    for (size_t k = 0; k < DERIVED_LINES; k++)
        xfree(f->derived[k]);
    clock_fini(&f->world_clock);
    weather_fini(f->weather);
    xfree(f->weather);
    xfree(f->lines);
    xfree(f->derived);
    xfree(f->bars);
    xfree(f);
}

bool feed_replay(struct feed *f, const struct instrument *i, struct str text, struct str file,
                 struct error *e)
{
    if (i->is_derived)
        return error_set(e, ERROR_INVALID, "BARS",
                         STR_FMT ": a derived contract follows its underlying", STR_ARG(file));
    struct replay *r = replay_new(i, text, file, e);
    if (r == NULL)
        return false;
    struct line *l = &f->lines[i->index];
    replay_free(l->replay);
    init_row(f, i, l);
    l->replay = r;
    l->kind = LINE_REPLAY;
    l->split_count = 0; /* the bars are what they are */
    l->yield = 0;
    return true;
}

struct line *feed_line(const struct feed *f, const struct instrument *i)
{
    if (!i->is_derived) {
        assert(i->index < f->line_count);
        return &f->lines[i->index];
    }
    uint64_t hash = rng_mix(0, (uint64_t)i->contract.con_id);
    struct line **slot = &f->derived[hash % DERIVED_LINES], *l;
    if (*slot == NULL)
        *slot = xcalloc(1, sizeof **slot);
    l = *slot;
    if (l->con_id != i->contract.con_id)
        init_derived(f, i, l);
    l->i = i; /* the universe may have made it anew */
    return l;
}
