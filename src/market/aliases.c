/* SPDX-License-Identifier: MIT */
#include "market/aliases.h"

#include <stddef.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* broker's code, MIC, vendors' suffix behind a dot and as a word, names; one row an exchange */
static const struct exchange {
    const char *code, *mic, *suffix, *country;
    const char *names[4];
} exchanges[] = {
    {"SMART", NULL, "US", "US", {NULL}},
    {"NYSE", "XNYS", NULL, "UN", {"NEW YORK"}},
    {"NASDAQ", "XNAS", NULL, "UW", {"ISLAND"}},
    {"ARCA", "ARCX", NULL, NULL, {"NYSEARCA"}},
    {"AMEX", "XASE", NULL, NULL, {"NYSEAMERICAN"}},
    {"BATS", "BATS", NULL, NULL, {"CBOE BZX"}},
    {"IEX", "IEXG", NULL, NULL, {NULL}},
    {"PINK", "OTCM", NULL, NULL, {"OTC"}},
    {"CBOE", "XCBO", NULL, NULL, {"CHICAGO"}},
    {"CFE", "XCBF", NULL, NULL, {NULL}},
    {"CME", "XCME", NULL, NULL, {"GLOBEX"}},
    {"NYMEX", "XNYM", NULL, NULL, {NULL}},
    {"COMEX", "XCEC", NULL, NULL, {NULL}},
    {"CBOT", "XCBT", NULL, NULL, {"ECBOT"}},
    {"NYBOT", "IFUS", NULL, NULL, {"ICEUS"}},
    {"ICEEU", "IFEU", NULL, NULL, {"LIFFE"}},
    {"IPE", "IFLX", NULL, NULL, {NULL}},
    {"TSE", "XTSE", "TO", "CN", {"TORONTO", "CANADA", "TSX"}},
    {"VENTURE", "XTSX", NULL, NULL, {"TSXV"}},
    {"MEXI", "XMEX", "MX", "MM", {"MEXICO", "BMV"}},
    {"LSE", "XLON", "L", "LN", {"LONDON", "LON", "ENGLAND"}},
    {"LSEETF", NULL, NULL, NULL, {NULL}},
    {"LSEIOB1", NULL, "IL", "LI", {NULL}},
    {"AEB", "XAMS", "AS", "NA", {"AMSTERDAM", "NETHERLANDS", "AMS"}},
    {"SBF", "XPAR", "PA", "FP", {"PARIS", "FRANCE", "EPA"}},
    {"ENEXT.BE", "XBRU", "BR", "BB", {"BRUSSELS", "BELGIUM", "EBR"}},
    {"BVL", "XLIS", "LS", "PL", {"LISBON", "PORTUGAL", "ELI"}},
    {"IBIS", "XETR", "DE", "GY", {"XETRA", "GERMANY", "ETR"}},
    {"FWB", "XFRA", NULL, "GF", {"FRANKFURT", "FRA"}},
    {"SWB", "XSTU", "SG", NULL, {"STUTTGART"}},
    {"GETTEX", "XMUN", NULL, NULL, {"MUNICH"}},
    {"TGATE", "XGAT", NULL, NULL, {"TRADEGATE"}},
    {"EBS", "XSWX", "SW", "SW", {"SWISS", "ZURICH", "SIX", "SWITZERLAND"}},
    {"BVME", "XMIL", "MI", "IM", {"MILAN", "ITALY", "BIT", "MTAA"}},
    {"BM", "XMAD", "MC", "SM", {"MADRID", "SPAIN", "BME"}},
    {"SFB", "XSTO", "ST", "SS", {"STOCKHOLM", "SWEDEN", "STO"}},
    {"CPH", "XCSE", "CO", "DC", {"COPENHAGEN", "DENMARK"}},
    {"HEX", "XHEL", "HE", "FH", {"HELSINKI", "FINLAND", "HEL"}},
    {"OSE", "XOSL", "OL", "NO", {"OSLO", "NORWAY", "OSL"}},
    {"VSE", "XWBO", "VI", "AV", {"VIENNA", "AUSTRIA", "VIE"}},
    {"WSE", "XWAR", "WA", "PW", {"WARSAW", "POLAND"}},
    {"BUX", "XBUD", "BD", "HB", {"BUDAPEST", "HUNGARY"}},
    {"PRA", "XPRA", "PR", "CP", {"PRAGUE", "CZECHIA"}},
    {"TASE", "XTAE", "TA", "IT", {"TEL AVIV", "ISRAEL", "TLV"}},
    {"JSE", "XJSE", "JO", "SJ", {"JOHANNESBURG", "SOUTH AFRICA"}},
    {"TSEJ", "XTKS", "T", "JP", {"TOKYO", "JAPAN", "TYO", "JPX"}},
    {"SEHK", "XHKG", "HK", "HK", {"HONG KONG", "HONGKONG", "HKEX", "HKG"}},
    {"SEHKNTL", "XSHG", "SS", "CH", {"SHANGHAI"}},
    {"SEHKSZSE", "XSHE", "SZ", NULL, {"SHENZHEN"}},
    {"KSE", "XKRX", "KS", "KS", {"SEOUL", "KOREA", "KRX"}},
    {"TWSE", "XTAI", "TW", "TT", {"TAIPEI", "TAIWAN"}},
    {"SGX", "XSES", "SI", "SP", {"SINGAPORE", "SES"}},
    {"BURSAMY", "XKLS", "KL", "MK", {"KUALA LUMPUR", "MALAYSIA"}},
    {"ASX", "XASX", "AX", "AU", {"SYDNEY", "AUSTRALIA"}},
    {"NSE", "XNSE", "NS", "IN", {"MUMBAI", "INDIA"}},
    {"HKFE", "XHKF", NULL, NULL, {NULL}},
    {"EUREX", "XEUR", NULL, NULL, {"DTB"}},
    {"MONEP", "XMON", NULL, NULL, {NULL}},
    {"FTA", "XEUE", NULL, NULL, {NULL}},
    {"MEFFRV", "XMRV", NULL, NULL, {"MEFF"}},
    {"OMS", "XOMS", NULL, NULL, {NULL}},
    {"OSE.JPN", "XOSE", NULL, NULL, {"OSAKA"}},
    {"SNFE", "XSFE", NULL, NULL, {NULL}},
    {"RUSSELL", NULL, NULL, NULL, {NULL}},
    {"FUNDSERV", NULL, NULL, NULL, {NULL}},
    {"IDEALPRO", NULL, NULL, NULL, {NULL}},
    {"PAXOS", NULL, NULL, NULL, {NULL}},
    {"ZEROHASH", NULL, NULL, NULL, {NULL}},
};

static const struct index_alias indices[] = {
    {"VIX", "CBOE", {"CBOE VOLATILITY", "VOLATILITY"}},
    {"VIX3M", "CBOE", {NULL}},
    {"VIX9D", "CBOE", {NULL}},
    {"VVIX", "CBOE", {NULL}},
    {"VXN", "CBOE", {NULL}},
    {"SPX", "CBOE", {"GSPC", "S&P 500", "S&P500", "SP500", "S&P"}},
    {"XSP", "CBOE", {NULL}},
    {"OEX", "CBOE", {"S&P 100"}},
    {"NDX", "NASDAQ", {"NASDAQ 100", "NASDAQ100"}},
    {"COMP", "NASDAQ", {"IXIC", "NASDAQ COMPOSITE"}},
    {"INDU", "CME", {"DJI", "DJIA", "DOW", "DOW JONES"}},
    {"RUT", "RUSSELL", {"RUSSELL 2000", "RUSSELL2000"}},
    {"DAX", "EUREX", {"GDAXI", "DAX 40", "DAX40"}},
    {"ESTX50", "EUREX", {"STOXX50E", "EURO STOXX 50", "STOXX 50", "SX5E"}},
    {"SMI", "EUREX", {"SSMI"}},
    {"CAC40", "MONEP", {"FCHI", "CAC 40", "CAC"}},
    {"EOE", "FTA", {"AEX"}},
    {"IBEX", "MEFFRV", {"IBEX 35", "IBEX35"}},
    {"OMXS30", "OMS", {"OMX", "OMX STOCKHOLM 30"}},
    {"N225", "OSE.JPN", {"NIKKEI", "NIKKEI 225", "NKY"}},
    {"HSI", "HKFE", {"HANG SENG"}},
    {"K200", "KSE", {"KOSPI 200", "KS200"}},
    {"XJO", "ASX", {"ASX 200", "AS51", "AXJO"}},
};

static const struct root_alias roots[] = {
    {"ES", "ES", "CME", {"E-MINI S&P 500", "S&P 500", "SP500", "S&P"}},
    {"MES", "MES", "CME", {NULL}},
    {"NQ", "NQ", "CME", {"E-MINI NASDAQ 100", "NASDAQ 100", "NASDAQ"}},
    {"MNQ", "MNQ", "CME", {NULL}},
    {"RTY", "RTY", "CME", {"E-MINI RUSSELL 2000", "RUSSELL 2000", "RUSSELL"}},
    {"YM", "YM", "CBOT", {"DOW", "DOW JONES"}},
    {"CL", "CL", "NYMEX", {"CRUDE OIL", "CRUDE", "OIL", "WTI"}},
    {"NG", "NG", "NYMEX", {"NATURAL GAS"}},
    {"GC", "GC", "COMEX", {"GOLD"}},
    {"MGC", "MGC", "COMEX", {"MICRO GOLD"}},
    {"SI", "SI", "COMEX", {"SILVER"}},
    {"HG", "HG", "COMEX", {"COPPER"}},
    {"PL", "PL", "NYMEX", {"PLATINUM"}},
    {"PA", "PA", "NYMEX", {"PALLADIUM"}},
    {"ZC", "ZC", "CBOT", {"CORN"}},
    {"ZS", "ZS", "CBOT", {"SOYBEAN", "SOYBEANS", "SOY"}},
    {"ZW", "ZW", "CBOT", {"WHEAT"}},
    {"KC", "KC", "NYBOT", {"COFFEE"}},
    {"SB", "SB", "NYBOT", {"SUGAR"}},
    {"CC", "CC", "NYBOT", {"COCOA"}},
    {"CT", "CT", "NYBOT", {"COTTON"}},
    {"ZN", "ZN", "CBOT", {"10 YEAR TREASURY", "10 YEAR NOTE", "TREASURY NOTE"}},
    {"ZB", "ZB", "CBOT", {"30 YEAR TREASURY", "TREASURY BOND"}},
    {"6E", "EUR", "CME", {"EURO", "EURO FX"}},
    {"6B", "GBP", "CME", {"BRITISH POUND"}},
    {"6J", "JPY", "CME", {"JAPANESE YEN", "YEN"}},
    {"6A", "AUD", "CME", {"AUSTRALIAN DOLLAR"}},
    {"6C", "CAD", "CME", {"CANADIAN DOLLAR"}},
    {"6S", "CHF", "CME", {"SWISS FRANC"}},
    {"6N", "NZD", "CME", {NULL}},
    {"BTC", "BRR", "CME", {"BITCOIN"}},
    {"VX", "VIX", "CFE", {"VIX", "VOLATILITY"}},
    {"FDAX", "DAX", "EUREX", {"DAX"}},
    {"FDXM", "DAX", "EUREX", {"MINI DAX"}},
    {"FESX", "ESTX50", "EUREX", {"EURO STOXX 50", "STOXX 50"}},
    {"FSMI", "SMI", "EUREX", {"SMI"}},
    {"FGBL", "GBL", "EUREX", {"BUND"}},
    {"FGBM", "GBM", "EUREX", {"BOBL"}},
    {"FGBS", "GBS", "EUREX", {"SCHATZ"}},
    {"225", "N225", "OSE.JPN", {"NIKKEI", "NIKKEI 225"}},
    {"HSI", "HSI", "HKFE", {"HANG SENG"}},
    /* classes of options */
    {"SPXW", "SPX", "SMART", {NULL}},
    {"NDXP", "NDX", "SMART", {NULL}},
    {"RUTW", "RUT", "SMART", {NULL}},
    {"VIXW", "VIX", "SMART", {NULL}},
};

static const char *const coins[] = {"BTC", "ETH",  "LTC",  "BCH",  "SOL", "XRP",
                                    "ADA", "DOGE", "AVAX", "LINK", "SUI"};
static const char *const metals[] = {"XAU", "XAG", "XPT", "XPD"};

/* Whether a text is a word (or NULL, which none is), in any case. Nearly all differ in their first
 * letter, whose cases differ in one bit. */
static bool is_word(struct str text, const char *word)
{
    return word && text.n && !((text.p[0] ^ word[0]) & ~('a' ^ 'A')) && str_ieq(text, str_of(word));
}

static bool is_among(struct str text, const char *const *names, size_t max)
{
    for (size_t i = 0; i < max && names[i]; i++)
        if (is_word(text, names[i]))
            return true;
    return false;
}

const char *alias_exchange(struct str text)
{
    for (size_t i = 0; i < COUNT(exchanges); i++) {
        const struct exchange *x = &exchanges[i];
        if (is_word(text, x->code) || is_word(text, x->mic) ||
            is_among(text, x->names, COUNT(x->names)))
            return x->code;
    }
    return NULL;
}

const char *alias_suffix(struct str text)
{
    for (size_t i = 0; i < COUNT(exchanges); i++)
        if (is_word(text, exchanges[i].suffix))
            return exchanges[i].code;
    return NULL;
}

const char *alias_country(struct str text)
{
    for (size_t i = 0; i < COUNT(exchanges); i++)
        if (is_word(text, exchanges[i].country))
            return exchanges[i].code;
    return NULL;
}

const struct index_alias *alias_index(struct str text)
{
    for (size_t i = 0; i < COUNT(indices); i++)
        if (is_word(text, indices[i].symbol) ||
            is_among(text, indices[i].names, COUNT(indices[i].names)))
            return &indices[i];
    return NULL;
}

const struct root_alias *alias_root(struct str root)
{
    for (size_t i = 0; i < COUNT(roots); i++)
        if (is_word(root, roots[i].root))
            return &roots[i];
    return NULL;
}

const struct root_alias *alias_root_named(struct str words)
{
    for (size_t i = 0; i < COUNT(roots); i++)
        if (is_among(words, roots[i].names, COUNT(roots[i].names)))
            return &roots[i];
    return NULL;
}

bool alias_is_coin(struct str code)
{
    return is_among(code, coins, COUNT(coins));
}

bool alias_is_metal(struct str code)
{
    return is_among(code, metals, COUNT(metals));
}
