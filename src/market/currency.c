/* SPDX-License-Identifier: MIT */
#include "market/currency.h"

#include <string.h>

static const struct minor_unit {
    const char *code, *major;
} MINOR_UNITS[] = {{"GBX", "GBP"}, {"ZAC", "ZAR"}, {"ILA", "ILS"}};

enum { CODE = 3, PAIR = 6 };

/* Codes of ISO 4217 that a brokerage account may meet, in one string, sorted. */
static const char CODES[] =
    "AED ARS AUD BGN BHD BRL CAD CHF CLP CNH CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK "
    "JOD JPY KES KRW KWD KZT LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR "
    "SEK SGD THB TND TRY TWD UAH USD UYU VND ZAR";

/* Pairs as IDEALPRO quotes them, sorted. */
static const char PAIRS[] =
    "AUDCAD AUDCHF AUDCNH AUDHKD AUDJPY AUDNZD AUDSGD AUDUSD AUDZAR CADCHF CADCNH CADHKD CADJPY "
    "CHFCNH CHFCZK CHFDKK CHFHUF CHFJPY CHFNOK CHFPLN CHFSEK CHFTRY CHFZAR CNHHKD CNHJPY DKKJPY "
    "DKKNOK DKKSEK EURAUD EURCAD EURCHF EURCNH EURCZK EURDKK EURGBP EURHKD EURHUF EURILS EURJPY "
    "EURMXN EURNOK EURNZD EURPLN EURRON EURSEK EURSGD EURTRY EURUSD EURZAR GBPAUD GBPCAD GBPCHF "
    "GBPCNH GBPCZK GBPDKK GBPHKD GBPHUF GBPJPY GBPMXN GBPNOK GBPNZD GBPPLN GBPSEK GBPSGD GBPTRY "
    "GBPUSD GBPZAR HKDJPY MXNJPY NOKJPY NOKSEK NZDCAD NZDCHF NZDJPY NZDUSD SEKJPY SGDCNH SGDHKD "
    "SGDJPY USDAED USDBGN USDCAD USDCHF USDCNH USDCZK USDDKK USDHKD USDHUF USDILS USDJPY USDKRW "
    "USDMXN USDMYR USDNOK USDPLN USDRON USDSAR USDSEK USDSGD USDTHB USDTRY USDTWD USDZAR ZARJPY";

/* Whether one of the words of `size` bytes, sorted and one blank apart, is this one. */
static bool has_word(const char *words, size_t length, size_t size, const char *word)
{
    size_t from = 0, to = (length + 1) / (size + 1);
    while (from < to) {
        size_t middle = (from + to) / 2;
        int order = memcmp(words + middle * (size + 1), word, size);
        if (order == 0)
            return true;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

static char capital(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* "GBp" with a small p is pence; all other codes are the same in any case. */
static const struct minor_unit *minor_unit_of(struct str code)
{
    char capitals[CODE];
    if (code.n != CODE)
        return NULL;
    if (memcmp(code.p, "GBp", CODE) == 0)
        return &MINOR_UNITS[0];
    for (size_t i = 0; i < CODE; i++)
        capitals[i] = capital(code.p[i]);
    for (size_t i = 0; i < sizeof MINOR_UNITS / sizeof MINOR_UNITS[0]; i++)
        if (memcmp(capitals, MINOR_UNITS[i].code, CODE) == 0)
            return &MINOR_UNITS[i];
    return NULL;
}

static void to_capitals(struct str code, char out[CURRENCY_MAX])
{
    str_copy_cut(out, CURRENCY_MAX, code);
    for (char *p = out; *p; p++)
        *p = capital(*p);
}

bool currency_is_known(struct str code)
{
    char capitals[CURRENCY_MAX];
    if (code.n != CODE)
        return false;
    to_capitals(code, capitals);
    return has_word(CODES, sizeof CODES - 1, CODE, capitals) || minor_unit_of(code);
}

void currency_canonical(struct str code, char out[CURRENCY_MAX])
{
    const struct minor_unit *m = minor_unit_of(code);
    to_capitals(m ? str_of(m->code) : code, out);
}

struct dec currency_major(struct str code, char out[CURRENCY_MAX])
{
    const struct minor_unit *m = minor_unit_of(code);
    to_capitals(m ? str_of(m->major) : code, out);
    return m ? DEC_MICRO(10000) : DEC(1);
}

bool currency_pair_parse(struct str text, char base[CURRENCY_MAX], char quote[CURRENCY_MAX])
{
    text = str_trim(text);
    struct str a, b;
    if (text.n == PAIR) {
        a = str_sub(text, 0, CODE);
        b = str_sub(text, CODE, PAIR);
    } else if (text.n == PAIR + 1 && strchr("/. -_", text.p[CODE])) {
        a = str_sub(text, 0, CODE);
        b = str_sub(text, CODE + 1, PAIR + 1);
    } else {
        return false;
    }
    if (!currency_is_known(a) || !currency_is_known(b))
        return false;
    currency_canonical(a, base);
    currency_canonical(b, quote);
    return true;
}

struct dec currency_pip(const char *quote)
{
    static const char *const coarse[] = {"JPY", "KRW", "HUF", "CLP", "IDR", "VND"};
    for (size_t i = 0; i < sizeof coarse / sizeof coarse[0]; i++)
        if (strcmp(quote, coarse[i]) == 0)
            return DEC_MICRO(10000);
    return DEC_MICRO(100);
}

struct dec currency_unit(const char *code)
{
    static const char whole[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
    static const char thousandths[] = "BHD IQD JOD KWD LYD OMR TND";
    if (strlen(code) == CODE && has_word(whole, sizeof whole - 1, CODE, code))
        return DEC(1);
    if (strlen(code) == CODE && has_word(thousandths, sizeof thousandths - 1, CODE, code))
        return DEC_MICRO(1000);
    return DEC_MICRO(10000);
}

bool currency_pair_at(size_t i, char pair[PAIR + 1])
{
    if (i >= sizeof PAIRS / (PAIR + 1))
        return false;
    memcpy(pair, PAIRS + i * (PAIR + 1), PAIR);
    pair[PAIR] = '\0';
    return true;
}

static bool is_quoted(const char *base, const char *quote)
{
    char pair[PAIR];
    if (strlen(base) != CODE || strlen(quote) != CODE)
        return false;
    memcpy(pair, base, CODE);
    memcpy(pair + CODE, quote, CODE);
    return has_word(PAIRS, sizeof PAIRS - 1, PAIR, pair);
}

enum pair_hint currency_pair_hint(const char *a, const char *b)
{
    return is_quoted(a, b) ? PAIR_AS_GIVEN : is_quoted(b, a) ? PAIR_REVERSED : PAIR_UNKNOWN;
}
