/* SPDX-License-Identifier: MIT */
#include "paper/rule.h"

enum {
    DAY = 1 << TIF_DAY,
    GTC = 1 << TIF_GTC,
    IOC = 1 << TIF_IOC,
    FOK = 1 << TIF_FOK,
    GTD = 1 << TIF_GTD,
    OPG = 1 << TIF_OPG,
    RESTS = DAY | GTC | GTD,
    ALL_TIFS = RESTS | IOC | FOK | OPG,

    STK = 1 << SEC_STK,
    EXCHANGED = STK | 1 << SEC_FUT,
    WATCHED = EXCHANGED | 1 << SEC_OPT | 1 << SEC_FOP | 1 << SEC_CASH | 1 << SEC_CFD |
              1 << SEC_CMDTY | 1 << SEC_WAR,
    PRICED = WATCHED | 1 << SEC_BOND | 1 << SEC_CRYPTO | 1 << SEC_BAG,
    ANYTHING = PRICED | 1 << SEC_FUND
};

/* clang-format off */
static const struct rule rules[] = {
    /* name         listed       type              limit         aux          trigger        price           moment        tifs       for */
    {"MKT",          "MKT",        ORDER_MKT,         NEED_NOTHING, AUX_NONE,    TRIGGER_NONE,  PRICE_MARKET,   MOMENT_ANY,   ALL_TIFS,  ANYTHING},
    {"LMT",          "LMT",        ORDER_LMT,         NEED_ALWAYS,  AUX_NONE,    TRIGGER_NONE,  PRICE_LIMIT,    MOMENT_ANY,   ALL_TIFS,  PRICED},
    {"STP",          "STP",        ORDER_STP,         NEED_NOTHING, AUX_TRIGGER, TRIGGER_STOP,  PRICE_MARKET,   MOMENT_ANY,   RESTS,     WATCHED},
    {"STP LMT",      "STPLMT",     ORDER_STP_LMT,     NEED_ALWAYS,  AUX_TRIGGER, TRIGGER_STOP,  PRICE_LIMIT,    MOMENT_ANY,   RESTS,     WATCHED},
    {"TRAIL",        "TRAIL",      ORDER_TRAIL,       NEED_NOTHING, AUX_TRAIL,   TRIGGER_TRAIL, PRICE_MARKET,   MOMENT_ANY,   RESTS,     WATCHED},
    {"TRAIL LIMIT",  "TRAILLMT",   ORDER_TRAIL_LIMIT, NEED_NOTHING, AUX_TRAIL,   TRIGGER_TRAIL, PRICE_LIMIT,    MOMENT_ANY,   RESTS,     WATCHED},
    {"MIT",          "MIT",        ORDER_OTHER,       NEED_NOTHING, AUX_TRIGGER, TRIGGER_TOUCH, PRICE_MARKET,   MOMENT_ANY,   RESTS,     WATCHED},
    {"LIT",          "LIT",        ORDER_OTHER,       NEED_ALWAYS,  AUX_TRIGGER, TRIGGER_TOUCH, PRICE_LIMIT,    MOMENT_ANY,   RESTS,     WATCHED},
    {"MOC",          "MOC",        ORDER_OTHER,       NEED_NOTHING, AUX_NONE,    TRIGGER_NONE,  PRICE_MARKET,   MOMENT_CLOSE, DAY,       EXCHANGED},
    {"LOC",          "LOC",        ORDER_OTHER,       NEED_ALWAYS,  AUX_NONE,    TRIGGER_NONE,  PRICE_LIMIT,    MOMENT_CLOSE, DAY,       EXCHANGED},
    {"MOO",          "MOO",        ORDER_OTHER,       NEED_NOTHING, AUX_NONE,    TRIGGER_NONE,  PRICE_MARKET,   MOMENT_OPEN,  DAY | OPG, EXCHANGED},
    {"LOO",          "LOO",        ORDER_OTHER,       NEED_ALWAYS,  AUX_NONE,    TRIGGER_NONE,  PRICE_LIMIT,    MOMENT_OPEN,  DAY | OPG, EXCHANGED},
    {"MIDPRICE",     "MIDPX",      ORDER_OTHER,       NEED_MAYBE,   AUX_NONE,    TRIGGER_NONE,  PRICE_MID,      MOMENT_ANY,   RESTS,     STK},
    {"PEG MID",      "PEGMID",     ORDER_OTHER,       NEED_MAYBE,   AUX_OFFSET,  TRIGGER_NONE,  PRICE_MID,      MOMENT_ANY,   RESTS,     STK},
    {"REL",          "REL",        ORDER_OTHER,       NEED_MAYBE,   AUX_OFFSET,  TRIGGER_NONE,  PRICE_PRIMARY,  MOMENT_ANY,   RESTS,     STK},
    {"PEG MKT",      "PEGMKT",     ORDER_OTHER,       NEED_MAYBE,   AUX_OFFSET,  TRIGGER_NONE,  PRICE_OPPOSITE, MOMENT_ANY,   RESTS,     STK},
};
/* clang-format on */
enum { RULE_COUNT = sizeof rules / sizeof rules[0] };

const struct rule *rule_find(struct str name)
{
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (str_ieq(name, str_of(rules[i].name)))
            return &rules[i];
    return NULL;
}

bool rule_is_known_elsewhere(struct str name)
{
    static const char *const types[] = {
        "PEG BEST",  "PEG STK",   "PEG BENCH", "PEGBENCH",  "PEG PRIM",  "VOL",       "MTL",
        "MKT PRT",   "STP PRT",   "SNAP MKT",  "SNAP MID",  "SNAP PRIM", "BOX TOP",   "PASSV REL",
        "RPI",       "IBKRATS",   "AUC",       "REL + MKT", "REL + LMT", "LMT + MKT", "MIDPX",
        "TRAIL MIT", "TRAIL LIT", "FUNARI",    "QUOTE",     "STPONOPEN", "CFRQ"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ieq(name, str_of(types[i])))
            return true;
    return rule_find(name) != NULL;
}

bool rule_allows_tif(const struct rule *r, enum order_tif tif)
{
    return (r->tifs >> tif & 1) != 0;
}

bool rule_allows_sec_type(const struct rule *r, enum sec_type type)
{
    return (r->sec_types >> type & 1) != 0;
}

bool rule_is_pegged(const struct rule *r)
{
    return r->price == PRICE_MID || r->price == PRICE_PRIMARY || r->price == PRICE_OPPOSITE;
}

bool rule_is_trail(const struct rule *r)
{
    return r->trigger == TRIGGER_TRAIL;
}

static void add_word(struct buf *out, const char *word)
{
    if (out->n > 0)
        buf_add_char(out, ',');
    buf_add_c(out, word);
}

void rule_list(enum sec_type type, struct buf *out)
{
    static const char *const properties[] = {"AON", "COND", "DAY", "FOK", "GAT",
                                             "GTC", "GTD",  "IOC", "OCA", "WHATIF"};
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (rule_allows_sec_type(&rules[i], type))
            add_word(out, rules[i].listed);
    if ((EXCHANGED >> type & 1) != 0)
        add_word(out, "OPG");
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++)
        add_word(out, properties[i]);
}
