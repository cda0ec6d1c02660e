/* SPDX-License-Identifier: MIT */
#include "paper/universe.h"

#include "base/alloc.h"
#include "base/map.h"
#include "data/csv.h"

#include <assert.h>
#include <string.h>

struct universe {
    size_t n;
    struct instrument *items; /* UNIVERSE_MAX of them */
    struct map *by_id;
};

enum column {
    COL_CON_ID,
    COL_ORIGIN,
    COL_SYMBOL,
    COL_LOCAL_SYMBOL,
    COL_TRADING_CLASS,
    COL_SEC_TYPE,
    COL_NAME,
    COL_EXCHANGES,
    COL_PRIMARY,
    COL_CURRENCY,
    COL_ISIN,
    COL_STOCK_TYPE,
    COL_INDUSTRY,
    COL_CATEGORY,
    COL_SUBCATEGORY,
    COL_COUNTRY,
    COL_TICK,
    COL_LOT,
    COL_ZONE,
    COL_HOURS,
    COL_BASE,
    COL_VOLATILITY,
    COL_BETA,
    COL_VOLUME,
    COL_SPREAD,
    COL_NOTE,
    COLUMNS
};

static const char *const column_names[COLUMNS] = {
    "con_id",   "con_id_origin", "symbol",      "local_symbol", "trading_class", "sec_type",
    "name",     "exchanges",     "primary",     "currency",     "isin",          "stock_type",
    "industry", "category",      "subcategory", "country",      "tick",          "lot",
    "zone",     "hours",         "base",        "volatility",   "beta",          "volume",
    "spread",   "note"};

enum { ARENA_CAP = 1 << 20, RULE_CENT = 26, RULE_OWN = 9000 };

/* ---- parsing ---- */
static bool bad_cell(const struct csv *c, enum column column, const char *why, struct error *e)
{
    return error_set(e, ERROR_INVALID, "INSTRUMENTS", "instruments line %zu: %s '" STR_FMT "' %s",
                     c->line, column_names[column], STR_ARG(c->cells[column]), why);
}

static bool copy_text(const struct csv *c, enum column column, char *dst, size_t cap,
                      struct error *e)
{
    return str_copy(dst, cap, c->cells[column]) || bad_cell(c, column, "is too long", e);
}

static bool parse_texts(const struct csv *c, struct instrument *i, struct error *e)
{
    struct contract *k = &i->contract;
    const struct {
        enum column column;
        char *dst;
        size_t cap;
    } texts[] = {
        {COL_SYMBOL, k->symbol, sizeof k->symbol},
        {COL_LOCAL_SYMBOL, k->local_symbol, sizeof k->local_symbol},
        {COL_TRADING_CLASS, k->trading_class, sizeof k->trading_class},
        {COL_PRIMARY, k->primary_exchange, sizeof k->primary_exchange},
        {COL_CURRENCY, k->currency, sizeof k->currency},
        {COL_NAME, i->name, sizeof i->name},
        {COL_EXCHANGES, i->exchanges, sizeof i->exchanges},
        {COL_ISIN, i->isin, sizeof i->isin},
        {COL_STOCK_TYPE, i->stock_type, sizeof i->stock_type},
        {COL_INDUSTRY, i->industry, sizeof i->industry},
        {COL_CATEGORY, i->category, sizeof i->category},
        {COL_SUBCATEGORY, i->subcategory, sizeof i->subcategory},
        {COL_COUNTRY, i->country, sizeof i->country},
    };
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
        if (!copy_text(c, texts[t].column, texts[t].dst, texts[t].cap, e))
            return false;
    for (char *p = i->exchanges; *p; p++)
        if (*p == ';')
            *p = ',';
    struct str list = STR_NAME(i->exchanges), first;
    if (k->symbol[0] == 0 || k->currency[0] == 0 || !str_cut(&list, ',', &first) ||
        !str_copy(k->exchange, sizeof k->exchange, first) || first.n == 0)
        return bad_cell(c, COL_EXCHANGES, "needs symbol, currency and an exchange", e);
    return true;
}

/* A number in [min, max]; an empty cell is 0 where 0 is allowed. */
static bool parse_number(const struct csv *c, enum column column, double min, double max,
                         double *out, struct error *e)
{
    *out = 0;
    if (c->cells[column].n > 0 && !str_to_double(c->cells[column], out))
        return bad_cell(c, column, "is not a number", e);
    if (*out < min || *out > max)
        return bad_cell(c, column, "is out of range", e);
    return true;
}

static bool parse_row(const struct csv *c, struct instrument *i, struct error *e)
{
    *i = (struct instrument){0};
    int64_t con_id = 0;
    if (c->n != COLUMNS)
        return error_set(e, ERROR_INVALID, "INSTRUMENTS",
                         "instruments line %zu has %zu cells instead of %d", c->line, c->n,
                         COLUMNS);
    if (!str_to_i64(c->cells[COL_CON_ID], &con_id) || con_id <= 0 || con_id > INT32_MAX)
        return bad_cell(c, COL_CON_ID, "is not an id", e);
    i->contract.con_id = (int32_t)con_id;
    if (!parse_texts(c, i, e))
        return false;
    i->contract.sec_type = sec_type_parse(c->cells[COL_SEC_TYPE]);
    if (i->contract.sec_type != SEC_STK && i->contract.sec_type != SEC_IND &&
        i->contract.sec_type != SEC_CASH)
        return bad_cell(c, COL_SEC_TYPE, "is not STK, IND or CASH", e);
    if (!dec_parse(c->cells[COL_TICK], &i->tick) || dec_sign(i->tick) <= 0)
        return bad_cell(c, COL_TICK, "is not a price step", e);
    if (!dec_parse(c->cells[COL_LOT], &i->lot) || dec_sign(i->lot) <= 0)
        return bad_cell(c, COL_LOT, "is not a size", e);
    int zone = hours_zone(c->cells[COL_ZONE]);
    if (zone < 0)
        return bad_cell(c, COL_ZONE, "is not a known zone", e);
    if (!hours_parse(c->cells[COL_HOURS], zone, &i->hours))
        return bad_cell(c, COL_HOURS, "is not a list of hours", e);
    double volume, spread;
    bool is_cross = i->contract.sec_type == SEC_CASH && c->cells[COL_BASE].n == 0;
    if (!parse_number(c, COL_BASE, is_cross ? 0 : 1e-6, 1e9, &i->base, e) ||
        !parse_number(c, COL_VOLATILITY, 0, 2, &i->volatility, e) ||
        !parse_number(c, COL_BETA, -5, 5, &i->beta, e) ||
        !parse_number(c, COL_VOLUME, 0, 1e12, &volume, e) ||
        !parse_number(c, COL_SPREAD, 0, 1000, &spread, e))
        return false;
    i->volume = (int64_t)volume;
    i->spread_ticks = (int32_t)spread;
    /* a rate that the broker does not trade is marked by its note */
    i->is_tradable =
        i->contract.sec_type != SEC_IND && !str_starts(c->cells[COL_NOTE], STR("not traded"));
    return true;
}

static bool parse_header(struct csv *c, struct error *e)
{
    if (!csv_next(c, e))
        return false;
    if (c->n != COLUMNS)
        return error_set(e, ERROR_INVALID, "INSTRUMENTS", "instruments line %zu is not the header",
                         c->line);
    for (int i = 0; i < COLUMNS; i++)
        if (!str_eq(c->cells[i], str_of(column_names[i])))
            return bad_cell(c, (enum column)i, "is not the name of this column", e);
    return true;
}

static bool parse_table(struct universe *u, struct csv *c, struct error *e)
{
    if (!parse_header(c, e))
        return false;
    for (;;) {
        if (!csv_next(c, e))
            return false;
        if (c->n == 0)
            break;
        if (u->n == UNIVERSE_MAX)
            return error_set(e, ERROR_LIMIT, "INSTRUMENTS", "more than %d instruments",
                             UNIVERSE_MAX);
        struct instrument *i = &u->items[u->n];
        if (!parse_row(c, i, e))
            return false;
        if (map_get(u->by_id, i->contract.con_id) != NULL)
            return bad_cell(c, COL_CON_ID, "occurs twice", e);
        i->index = u->n++;
        map_put(u->by_id, i->contract.con_id, i);
    }
    if (u->n == 0)
        return error_set(e, ERROR_INVALID, "INSTRUMENTS", "the table of instruments is empty");
    return true;
}

struct universe *universe_new(struct str csv_text, struct error *e)
{
    struct universe *u = xcalloc(1, sizeof *u);
    u->items = xcalloc(UNIVERSE_MAX, sizeof *u->items);
    u->by_id = map_new(UNIVERSE_MAX);
    struct arena *arena = arena_new(ARENA_CAP);
    struct csv *c = ARENA_NEW(arena, struct csv);
    csv_init(c, csv_text, arena);
    bool ok = parse_table(u, c, e);
    arena_free(arena);
    if (ok)
        return u;
    universe_free(u);
    return NULL;
}

void universe_free(struct universe *u)
{
    if (u == NULL)
        return;
    map_free(u->by_id);
    xfree(u->items);
    xfree(u);
}

/* ---- asking ---- */
size_t universe_count(const struct universe *u)
{
    return u->n;
}

const struct instrument *universe_at(const struct universe *u, size_t index)
{
    assert(index < u->n);
    return &u->items[index];
}

const struct instrument *universe_find(const struct universe *u, int32_t con_id)
{
    return map_get(u->by_id, con_id);
}

/* NASDAQ is called ISLAND in many places of the broker's interface. */
static struct str exchange_alias(struct str exchange)
{
    return str_ieq(exchange, STR("NASDAQ")) ? STR("ISLAND") : exchange;
}

bool instrument_has_exchange(const struct instrument *i, struct str exchange)
{
    struct str list = STR_NAME(i->exchanges);
    for (struct str one; str_cut(&list, ',', &one);)
        if (str_ieq(exchange_alias(one), exchange_alias(exchange)))
            return true;
    return false;
}

static bool fits(struct str given, const char *have)
{
    return given.n == 0 || str_ieq(given, str_of(have));
}

static bool id_fits(const struct instrument *i, const struct wire_contract *q)
{
    if (q->sec_id_type.n == 0 && q->sec_id.n == 0)
        return true;
    return str_ieq(q->sec_id_type, STR("ISIN")) && i->isin[0] != 0 &&
           str_ieq(q->sec_id, STR_NAME(i->isin));
}

static bool instrument_fits(const struct instrument *i, const struct wire_contract *q)
{
    const struct contract *c = &i->contract;
    if (q->exchange.n > 0 && !instrument_has_exchange(i, q->exchange))
        return false;
    if (q->con_id > 0)
        return q->con_id == c->con_id;
    bool named = q->symbol.n > 0 || q->local_symbol.n > 0 || q->sec_id.n > 0;
    return named && str_ieq(q->sec_type, str_of(sec_type_text(c->sec_type))) &&
           fits(q->symbol, c->symbol) && fits(q->local_symbol, c->local_symbol) &&
           fits(q->currency, c->currency) && fits(q->trading_class, c->trading_class) &&
           (q->primary_exchange.n == 0 || str_ieq(exchange_alias(q->primary_exchange),
                                                  exchange_alias(STR_NAME(c->primary_exchange)))) &&
           id_fits(i, q);
}

size_t universe_match(const struct universe *u, const struct wire_contract *query,
                      const struct instrument *out[UNIVERSE_MATCHES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < u->n && n < UNIVERSE_MATCHES_MAX; i++)
        if (instrument_fits(&u->items[i], query))
            out[n++] = &u->items[i];
    return n;
}

static bool istarts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_ieq(str_sub(s, 0, prefix.n), prefix);
}

static bool name_has(const struct instrument *i, struct str pattern)
{
    struct str rest = STR_NAME(i->name);
    for (size_t at = 0; at < rest.n; at = str_find(rest, ' ', at) + 1)
        if (istarts(str_sub(rest, at, rest.n), pattern))
            return true;
    return false;
}

size_t universe_search(const struct universe *u, struct str pattern, const struct instrument *out[],
                       size_t max)
{
    size_t n = 0;
    pattern = str_trim(pattern);
    if (pattern.n == 0)
        return 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < u->n && n < max; i++) {
            const struct instrument *one = &u->items[i];
            bool by_symbol = istarts(STR_NAME(one->contract.symbol), pattern);
            if (pass == 0 ? by_symbol : !by_symbol && name_has(one, pattern))
                out[n++] = one;
        }
    return n;
}

const struct instrument *universe_pair(const struct universe *u, struct str base, struct str quote)
{
    for (size_t i = 0; i < u->n; i++) {
        const struct contract *c = &u->items[i].contract;
        if (c->sec_type == SEC_CASH && str_eq(STR_NAME(c->symbol), base) &&
            str_eq(STR_NAME(c->currency), quote))
            return &u->items[i];
    }
    return NULL;
}

/* ---- price steps ---- */
/* The step in units of 10^-9 is told apart by its first digit and its decimal place. */
int32_t instrument_market_rule(const struct instrument *i)
{
    if (dec_eq(i->tick, DEC_MICRO(10000)))
        return RULE_CENT;
    dec_nano digits = i->tick.nano;
    int32_t zeros = 0;
    for (; digits % 10 == 0; zeros++)
        digits /= 10;
    return RULE_OWN + zeros * 10 + (int32_t)(digits % 10);
}

bool universe_market_rule(const struct universe *u, int32_t rule, struct dec *step)
{
    for (size_t i = 0; i < u->n; i++)
        if (instrument_market_rule(&u->items[i]) == rule) {
            *step = u->items[i].tick;
            return true;
        }
    return false;
}
