/* SPDX-License-Identifier: MIT */
#include "paper/universe_private.h"

#include "base/map.h"
#include "data/csv.h"
#include "paper/steps.h"

#include <assert.h>
#include <string.h>

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
    COL_RULE,
    COL_CALENDAR,
    COL_EXTENDED,
    COL_MULTIPLIER,
    COL_DETAIL,
    COLUMNS
};

static const char *const column_names[COLUMNS] = {
    "con_id",   "con_id_origin", "symbol",      "local_symbol", "trading_class", "sec_type",
    "name",     "exchanges",     "primary",     "currency",     "isin",          "stock_type",
    "industry", "category",      "subcategory", "country",      "tick",          "lot",
    "zone",     "hours",         "base",        "volatility",   "beta",          "volume",
    "spread",   "note",          "rule",        "calendar",     "extended",      "multiplier",
    "detail"};

enum { ARENA_CAP = 1 << 20 };

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
        {COL_DETAIL, i->detail, sizeof i->detail},
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

/* Of bonds and funds: "coupon=4.65;maturity=20460223". */
static bool parse_detail(const struct csv *c, struct instrument *i, struct error *e)
{
    struct str maturity = instrument_detail(i, STR("maturity"));
    i->expiry_s = INT64_MAX;
    if (maturity.n == 0)
        return true;
    if (!hours_parse_time(maturity, i->hours.zone, &i->expiry_s))
        return bad_cell(c, COL_DETAIL, "has no date of maturity", e);
    return str_copy(i->contract.expiry, sizeof i->contract.expiry, maturity);
}

static bool parse_hours(const struct csv *c, struct instrument *i, struct error *e)
{
    struct str calendar = c->cells[COL_CALENDAR], extended = c->cells[COL_EXTENDED];
    int zone = hours_zone(c->cells[COL_ZONE]);
    if (zone < 0)
        return bad_cell(c, COL_ZONE, "is not a known zone", e);
    if (!hours_parse(c->cells[COL_HOURS], zone, &i->hours))
        return bad_cell(c, COL_HOURS, "is not a list of hours", e);
    i->extended = i->hours;
    if (extended.n > 0 && !hours_parse(extended, zone, &i->extended))
        return bad_cell(c, COL_EXTENDED, "is not a list of hours", e);
    i->hours.calendar = i->extended.calendar = calendar_find(calendar);
    if (calendar.n > 0 && i->hours.calendar == NULL)
        return bad_cell(c, COL_CALENDAR, "is not a known calendar", e);
    return true;
}

static bool parse_steps(const struct csv *c, struct instrument *i, struct error *e)
{
    struct step_band band[STEPS_BANDS_MAX];
    struct str rule = c->cells[COL_RULE];
    if (!dec_parse(c->cells[COL_TICK], &i->tick) || dec_sign(i->tick) <= 0)
        return bad_cell(c, COL_TICK, "is not a price step", e);
    if (!dec_parse(c->cells[COL_LOT], &i->lot) || dec_sign(i->lot) <= 0)
        return bad_cell(c, COL_LOT, "is not a size", e);
    i->rule = rule.n > 0 ? steps_rule_named(rule) : steps_rule_of(i->tick);
    if (i->rule == 0)
        return bad_cell(c, COL_RULE, "is not a rule of price steps", e);
    if (rule.n == 0 && (steps_bands(i->rule, band) != 1 || !dec_eq(band[0].step, i->tick)))
        return bad_cell(c, COL_TICK, "is not a price step of one digit", e);
    if (!dec_eq(i->tick, steps_smallest(i->rule)))
        return bad_cell(c, COL_TICK, "is not the smallest step of the rule", e);
    return true;
}

static bool parse_model(const struct csv *c, struct instrument *i, struct error *e)
{
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
    return true;
}

static bool parse_row(const struct csv *c, struct instrument *i, struct error *e)
{
    static const bool is_listed[SEC_TYPE_COUNT] = {
        [SEC_STK] = true,  [SEC_IND] = true,  [SEC_CASH] = true,  [SEC_CMDTY] = true,
        [SEC_BOND] = true, [SEC_FUND] = true, [SEC_CRYPTO] = true};
    *i = (struct instrument){.multiplier = DEC(1), .magnifier = 1};
    int64_t con_id = 0;
    if (c->n != COLUMNS)
        return error_set(e, ERROR_INVALID, "INSTRUMENTS",
                         "instruments line %zu has %zu cells instead of %d", c->line, c->n,
                         COLUMNS);
    if (!str_to_i64(c->cells[COL_CON_ID], &con_id) || con_id <= 0 || con_id >= CHAINS_ID_MIN)
        return bad_cell(c, COL_CON_ID, "is not an id", e);
    i->contract.con_id = (int32_t)con_id;
    if (!parse_texts(c, i, e))
        return false;
    i->contract.sec_type = sec_type_parse(c->cells[COL_SEC_TYPE]);
    if (!is_listed[i->contract.sec_type])
        return bad_cell(c, COL_SEC_TYPE, "is not a type of listings", e);
    if (c->cells[COL_MULTIPLIER].n > 0 &&
        (!dec_parse(c->cells[COL_MULTIPLIER], &i->multiplier) || dec_sign(i->multiplier) <= 0))
        return bad_cell(c, COL_MULTIPLIER, "is not a multiplier", e);
    if (!parse_steps(c, i, e) || !parse_hours(c, i, e) || !parse_detail(c, i, e) ||
        !parse_model(c, i, e))
        return false;
    /* a rate that the broker does not trade is marked by its note */
    enum sec_type type = i->contract.sec_type;
    i->is_tradable = type != SEC_IND && !str_starts(c->cells[COL_NOTE], STR("not traded"));
    i->is_shortable = i->is_tradable && type != SEC_FUND && type != SEC_CRYPTO;
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
        if (u->n == UNIVERSE_ROWS_MAX)
            return error_set(e, ERROR_LIMIT, "INSTRUMENTS", "more than %d instruments",
                             UNIVERSE_ROWS_MAX);
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

bool universe_parse(struct universe *u, struct str text, struct error *e)
{
    struct arena *arena = arena_new(ARENA_CAP);
    struct csv *c = ARENA_NEW(arena, struct csv);
    csv_init(c, text, arena);
    bool ok = parse_table(u, c, e);
    arena_free(arena);
    return ok;
}
