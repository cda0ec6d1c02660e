/* SPDX-License-Identifier: MIT */
#include "market/spelling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "market/aliases.h"

/* 2026-11-23T12:00:00Z */
static const struct utc today = {1795435200LL * NS_PER_S};

/* What a spelling says, in one line. */
static void describe(const struct spelling *s, char out[200])
{
    static const char *const kinds[] = {"symbol", "conid", "number", "pair", "option", "future"};
    static const char *const which[] = {"", " front", " continuous"};
    char strike[DEC_TEXT_MAX] = "", id[16] = "";
    if (s->strike.has)
        (void)dec_format(s->strike.v, strike);
    if (s->con_id)
        (void)snprintf(id, sizeof id, "%d", (int)s->con_id);
    int n =
        snprintf(out, 200, "%s %s%s%s%s%s%s", kinds[s->kind], s->symbol, id,
                 s->exchange[0] ? " @" : "", s->exchange, s->currency[0] ? " " : "", s->currency);
    if (s->kind >= SPELLING_OPTION)
        n +=
            snprintf(out + n, 200 - (size_t)n, "%s%s%s%s%s%.1s", s->expiry[0] ? " " : "", s->expiry,
                     which[s->which], strike[0] ? " " : "", strike, s->right ? &s->right : "");
    if (s->id_type)
        n += snprintf(out + n, 200 - (size_t)n, " %s", s->id_type);
    if (s->type)
        n += snprintf(out + n, 200 - (size_t)n, " %s", sec_type_text(s->type));
    if (s->index)
        n += snprintf(out + n, 200 - (size_t)n, " index %s", s->index);
    if (s->has_terms)
        n += snprintf(out + n, 200 - (size_t)n, " or %s %s", s->root, s->expiry);
}

static void every_spelling_is_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"AAPL", "symbol AAPL"},
        {"  aapl ", "symbol AAPL"},
        {"7203", "symbol 7203"},
        {"00700", "symbol 00700"},
        {"005930", "symbol 005930"},
        /* classes of shares */
        {"BRK.B", "symbol BRK.B"},
        {"BRK B", "symbol BRK B"},
        {"BRK-B", "symbol BRK-B"},
        {"BRK/B", "symbol BRK/B"},
        {"brk.b.nyse.usd", "symbol BRK.B @NYSE USD"},
        {"BRK.B@NYSE", "symbol BRK.B @NYSE"},
        {"VOLV.B.SFB.SEK", "symbol VOLV.B @SFB SEK"},
        {"BAC.PRL", "symbol BAC.PRL"},
        {"BP..LSE.GBP", "symbol BP. @LSE GBP"},
        /* listings */
        {"ASML.AEB.EUR", "symbol ASML @AEB EUR"},
        {"ASML.AEB", "symbol ASML @AEB"},
        {"ASML.EUR", "symbol ASML EUR"},
        {"ASML.SMART.EUR", "symbol ASML EUR"},
        {"ASML@Amsterdam", "symbol ASML @AEB"},
        {"asml@xams", "symbol ASML @AEB"},
        {"ASML.XAMS.EUR", "symbol ASML @AEB EUR"},
        {"ABI.ENEXT.BE.EUR", "symbol ABI @ENEXT.BE EUR"},
        {"N225.OSE.JPN.JPY", "symbol N225 @OSE.JPN JPY index N225"},
        {"AMS:ASML", "symbol ASML @AEB"},
        {"NASDAQ:AAPL", "symbol AAPL @NASDAQ"},
        {"XETR:SAP", "symbol SAP @IBIS"},
        {"ASML Amsterdam", "symbol ASML @AEB"},
        {"700 Hong Kong", "symbol 700 @SEHK"},
        {"ASML EUR", "symbol ASML EUR"},
        {"AAPL@NOWHERE", "symbol AAPL @NOWHERE"},
        {"RY@TSE", "symbol RY @TSE"},
        {"7203@TSEJ", "symbol 7203 @TSEJ"},
        /* vendors' marks */
        {"ASML.AS", "symbol ASML @AEB"},
        {"SAP.DE", "symbol SAP @IBIS"},
        {"7203.T", "symbol 7203 @TSEJ"},
        {"0700.HK", "symbol 0700 @SEHK"},
        {"005930.KS", "symbol 005930 @KSE"},
        {"VOD.L", "symbol VOD @LSE"},
        {"BF.B", "symbol BF.B"},
        {"NESN.SW", "symbol NESN @EBS"},
        {"AAPL.US", "symbol AAPL USD"},
        {"ASML NA", "symbol ASML @AEB"},
        {"7203 JP", "symbol 7203 @TSEJ"},
        {"ASML NA Equity", "symbol ASML @AEB STK"},
        {"AAPL US Equity", "symbol AAPL USD STK"},
        /* numbers */
        {"US0378331005", "number US0378331005 ISIN"},
        {"nl0010273215", "number NL0010273215 ISIN"},
        {"037833100", "number 037833100 CUSIP"},
        {"BBG000B9XRY4", "number BBG000B9XRY4 FIGI"},
        {"ISIN: US0378331005", "number US0378331005 ISIN"},
        {"conid:265598", "conid 265598"},
        {"conId: 265598", "conid 265598"},
        {"#265598", "conid 265598"},
        {"265598", "symbol 265598"}, /* never an id */
        /* pairs */
        {"EUR/USD", "pair EUR USD"},
        {"EURUSD", "pair EUR USD"},
        {"EUR.USD", "pair EUR USD"},
        {"eur usd", "pair EUR USD"},
        {"EUR-USD", "pair EUR USD"},
        {"EURUSD=X", "pair EUR USD"},
        {"JPY=X", "pair USD JPY"},
        {"FX:EURUSD", "pair EUR USD"},
        {"EUR.USD.IDEALPRO", "pair EUR USD"},
        {"EUR USD forex", "pair EUR USD CASH"},
        {"BTC/USD", "symbol BTC USD CRYPTO"},
        {"BTC-USD", "symbol BTC USD CRYPTO"},
        {"ethusd", "symbol ETH USD CRYPTO"},
        {"XAU/USD", "symbol XAUUSD USD CMDTY"},
        {"XAUUSD", "symbol XAUUSD USD CMDTY"},
        /* options */
        {"AAPL 2026-12-18 200 C", "option AAPL 20261218 200C"},
        {"AAPL 20261218 200 C", "option AAPL 20261218 200C"},
        {"AAPL  261218C00200000", "option AAPL 20261218 200C"},
        {"AAPL261218C00200000", "option AAPL 20261218 200C"},
        {"AAPL261218P197.5", "option AAPL 20261218 197.5P"},
        {"aapl 18dec26 200 call", "option AAPL 20261218 200C"},
        {"AAPL 18 Dec 2026 200 put", "option AAPL 20261218 200P"},
        {"AAPL Dec 18 2026 200 Put", "option AAPL 20261218 200P"},
        {"AAPL 12/18/2026 200C", "option AAPL 20261218 200C"},
        {"AAPL 18.12.2026 C200", "option AAPL 20261218 200C"},
        {"AAPL 261218 200 C", "option AAPL 20261218 200C"},
        {"AAPL C 200 2026-12-18", "option AAPL 20261218 200C"},
        {"AAPL DEC26 50 C", "option AAPL 202612 50C"},
        {"AAPL Dec 26 50 C", "option AAPL 202612 50C"},
        {"BRK B 2026-12-18 400 C", "option BRK B 20261218 400C"},
        {"SPXW 2026-12-18 5000 P", "option SPXW 20261218 5000P"},
        {"SAP.EUREX.EUR 2026-12-18 200 C", "option SAP @EUREX EUR 20261218 200C"},
        {"AAPL options 2026-12-18 200 C", "option AAPL 20261218 200C OPT"},
        /* futures */
        {"ESZ6", "symbol ESZ6 or ES 202612"},
        {"ESZ26", "symbol ESZ26 or ES 202612"},
        {"6EH7", "symbol 6EH7 or 6E 202703"},
        {"MUV2", "symbol MUV2 or MU 202210"},
        {"ES Z6", "future ES 202612"},
        {"ES 202612", "future ES 202612"},
        {"ES 2026-12", "future ES 202612"},
        {"ES Dec 2026", "future ES 202612"},
        {"ES December 2026", "future ES 202612"},
        {"ES Dec26", "future ES 202612"},
        {"ES 2026-12-18", "future ES 20261218"},
        {"ES.CME.USD 202612", "future ES @CME USD 202612"},
        {"/ESZ6", "future ES 202612"},
        {"ESZ6 future", "future ES 202612 FUT"},
        {"/ES", "future ES continuous"},
        {"/ES 202612", "future ES 202612"},
        {"ES=F", "future ES continuous"},
        {"ES1!", "future ES continuous"},
        {"ES continuous", "future ES continuous"},
        {"ES front", "future ES front"},
        {"ES.CME front month", "future ES @CME front"},
        {"gold future", "future GC front FUT"},
        {"gold futures Dec 2026", "future GC 202612 FUT"},
        {"crude oil futures", "future CL front FUT"},
        {"DAX future", "future FDAX front FUT"},
        {"pork belly future", "future PORK BELLY front FUT"},
        /* indices */
        {"VIX", "symbol VIX index VIX"},
        {"^VIX", "symbol VIX IND index VIX"},
        {"^GSPC", "symbol GSPC IND index SPX"},
        {"S&P 500", "symbol S&P 500 index SPX"},
        {"SPX index", "symbol SPX IND index SPX"},
        {"VIX.CBOE.USD", "symbol VIX @CBOE USD index VIX"},
        {"DAX stock", "symbol DAX STK"},
        /* types and names */
        {"BTC crypto", "symbol BTC CRYPTO"},
        {"VFIAX fund", "symbol VFIAX FUND"},
        {"AAPL bond", "symbol AAPL BOND"},
        {"COIN", "symbol COIN"},
        {"Taiwan Semiconductor", "symbol TAIWAN SEMICONDUCTOR"},
        {"L'Or\xC3\xA9"
         "al",
         "symbol L'OREAL"},
        {"Nestl\xC3\xA9", "symbol NESTLE"},
        {"Berkshire Hathaway", "symbol BERKSHIRE HATHAWAY"},
        {"AT&T", "symbol AT&T"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spelling s;
        struct error e = {0};
        char says[200];
        if (!spelling_parse(str_of(cases[i].text), today, &s, &e))
            fail_msg("'%s': %s", cases[i].text, e.text);
        describe(&s, says);
        if (strcmp(says, cases[i].says) != 0)
            fail_msg("'%s' is '%s', not '%s'", cases[i].text, says, cases[i].says);
    }
}

static void what_says_nothing_is_refused_with_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"", "BAD_SYMBOL"},
        {"   ", "BAD_SYMBOL"},
        {"AAPL;DROP", "BAD_SYMBOL"},
        {"\"AAPL\"", "BAD_SYMBOL"},
        {"AA\nPL", "BAD_SYMBOL"},
        {"AAPL\xE2\x82\xAC", "BAD_SYMBOL"},
        {"\xC3\x97", "BAD_SYMBOL"}, /* a sign among the letters */
        {"\xC3", "BAD_SYMBOL"},
        {"conid:", "BAD_SYMBOL"},
        {"conid:-5", "BAD_SYMBOL"},
        {"conid:99999999999", "BAD_SYMBOL"},
        {"#", "BAD_SYMBOL"},
        {"@AEB", "BAD_SYMBOL"},
        {"=!", "BAD_SYMBOL"},
        {"US0378331006", "BAD_CHECK_DIGIT"},
        {"CUSIP:037833101", "BAD_CHECK_DIGIT"},
        {"CUSIP:US0378331005", "BAD_CHECK_DIGIT"},
        {"ISIN:", "BAD_CHECK_DIGIT"},
        {"AAPL 2026-02-30 200 C", "BAD_DATE"},
        {"AAPL 2026-13-01 200 C", "BAD_DATE"},
        {"AAPL 05/06/2026 200 C", "BAD_DATE"},
        {"ES 202613", "BAD_DATE"},
        {"AAPL 2026-12-18 C", "INCOMPLETE_OPTION"},
        {"AAPL 2026-12-18 200", "INCOMPLETE_OPTION"},
        {"AAPL 200 call", "INCOMPLETE_OPTION"},
        {"AAPL option", "INCOMPLETE_OPTION"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spelling s;
        struct error e = {0};
        bool ok = spelling_parse(str_of(cases[i].text), today, &s, &e);
        if (ok || strcmp(e.reason, cases[i].reason) != 0)
            fail_msg("'%s': %s, not %s", cases[i].text, ok ? s.symbol : e.reason, cases[i].reason);
        assert_int_equal(e.code, ERROR_INVALID);
    }
}

static void a_symbol_has_the_forms_that_the_broker_may_use(void **state)
{
    (void)state;
    static const struct {
        const char *text, *forms;
    } cases[] = {
        {"AAPL", "AAPL"},
        {"BRK.B", "BRK B,BRK.B"},
        {"BRK-B", "BRK B,BRK.B,BRK-B"},
        {"BRK/B", "BRK B,BRK.B,BRK/B"},
        {"VOLV.B.SFB.SEK", "VOLV B,VOLV.B"},
        {"00700", "00700,700"},
        {"7203", "7203"},
        {"0000", "0000,0"},
        {"BP.LSE.GBP", "BP,BP."},
        {"D05", "D05"},
        {"000660", "000660"}, /* six digits are a code of Seoul */
        {"0050.TW", "0050"},
        {"000005.SEHK.HKD", "000005,5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spelling s;
        struct error e = {0};
        char forms[SPELLING_FORMS][32], all[120] = "";
        assert_true(spelling_parse(str_of(cases[i].text), today, &s, &e));
        size_t n = spelling_forms(&s, forms);
        for (size_t k = 0; k < n; k++) {
            size_t used = strlen(all);
            (void)snprintf(all + used, sizeof all - used, "%s%s", k ? "," : "", forms[k]);
        }
        assert_string_equal(all, cases[i].forms);
    }
}

static void what_is_written_for_a_contract_is_understood(void **state)
{
    (void)state;
    static const struct {
        struct contract c;
        const char *text, *says;
    } cases[] = {
        {{.con_id = 1,
          .sec_type = SEC_STK,
          .symbol = "ASML",
          .exchange = "SMART",
          .primary_exchange = "AEB",
          .currency = "EUR"},
         "ASML.AEB.EUR",
         "symbol ASML @AEB EUR"},
        {{.con_id = 1,
          .sec_type = SEC_STK,
          .symbol = "BRK B",
          .exchange = "SMART",
          .primary_exchange = "NYSE",
          .currency = "USD"},
         "BRK B.NYSE.USD",
         "symbol BRK B @NYSE USD"},
        {{.con_id = 1,
          .sec_type = SEC_STK,
          .symbol = "BP.",
          .exchange = "SMART",
          .primary_exchange = "LSE",
          .currency = "GBP"},
         "BP..LSE.GBP",
         "symbol BP. @LSE GBP"},
        {{.con_id = 1,
          .sec_type = SEC_STK,
          .symbol = "ABI",
          .exchange = "SMART",
          .primary_exchange = "ENEXT.BE",
          .currency = "EUR"},
         "ABI.ENEXT.BE.EUR",
         "symbol ABI @ENEXT.BE EUR"},
        {{.con_id = 1, .sec_type = SEC_IND, .symbol = "VIX", .exchange = "CBOE", .currency = "USD"},
         "VIX.CBOE.USD",
         "symbol VIX @CBOE USD index VIX"},
        {{.con_id = 1,
          .sec_type = SEC_CASH,
          .symbol = "EUR",
          .exchange = "IDEALPRO",
          .currency = "USD"},
         "EUR.USD",
         "pair EUR USD"},
        {{.con_id = 1,
          .sec_type = SEC_OPT,
          .symbol = "SPX",
          .trading_class = "SPXW",
          .exchange = "SMART",
          .currency = "USD",
          .expiry = "20261218",
          .right = 'P',
          .strike = {{(dec_nano)5000500000 * 1000}, true}},
         "SPXW 20261218 5000.5 P",
         "option SPXW 20261218 5000.5P"},
        {{.con_id = 1,
          .sec_type = SEC_FUT,
          .symbol = "EUR",
          .trading_class = "6E",
          .exchange = "CME",
          .currency = "USD",
          .expiry = "20261214"},
         "6E.CME.USD 20261214",
         "future 6E @CME USD 20261214"},
        {{.con_id = 1,
          .sec_type = SEC_CONTFUT,
          .symbol = "ES",
          .exchange = "CME",
          .currency = "USD"},
         "ES.CME.USD continuous",
         "future ES @CME USD continuous"},
        {{.con_id = 77, .sec_type = SEC_BOND, .symbol = "AAPL", .currency = "USD"},
         "conid:77",
         "conid 77"},
        {{.con_id = 78, .sec_type = SEC_STK, .symbol = "X", .exchange = "SMART", .currency = "USD"},
         "conid:78",
         "conid 78"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spelling s;
        struct error e = {0};
        char text[SPELLING_MAX], says[200];
        assert_string_equal(spelling_write(&cases[i].c, text), cases[i].text);
        if (!spelling_parse(str_of(text), today, &s, &e))
            fail_msg("%s: %s", text, e.text);
        describe(&s, says);
        assert_string_equal(says, cases[i].says);
    }
}

static void what_leaves_something_open_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_loose;
    } cases[] = {{"gold future", true},       {"ES future", true}, {"gold Dec 2026", true},
                 {"gold future front", true}, {"ES front", false}, {"ES 202612", false},
                 {"ESZ6 future", false},      {"/ESZ6", false},    {"AAPL stock", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spelling s;
        struct error e = {0};
        assert_true(spelling_parse(str_of(cases[i].text), today, &s, &e));
        if (s.is_loose != cases[i].is_loose)
            fail_msg("%s", cases[i].text);
    }
}

static void a_contract_is_past_after_its_last_day(void **state)
{
    (void)state;
    static const struct {
        const char *expiry;
        bool is_past;
    } cases[] = {{"20261123", false}, {"20261122", true}, {"202611", false}, {"202610", true},
                 {"20270101", false}, {"", false},        {"soon", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(spelling_is_past(cases[i].expiry, today), cases[i].is_past);
}

static void exchanges_that_are_confused_are_not(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code;
    } cases[] = {
        {"TSE", "TSE"},       {"TSEJ", "TSEJ"},     {"Toronto", "TSE"},      {"Tokyo", "TSEJ"},
        {"XTSE", "TSE"},      {"XTKS", "TSEJ"},     {"Xetra", "IBIS"},       {"XETR", "IBIS"},
        {"Frankfurt", "FWB"}, {"Swiss", "EBS"},     {"XSWX", "EBS"},         {"Stockholm", "SFB"},
        {"Milan", "BVME"},    {"XMIL", "BVME"},     {"Oslo", "OSE"},         {"Osaka", "OSE.JPN"},
        {"Paris", "SBF"},     {"Amsterdam", "AEB"}, {"Brussels", "ENEXT.BE"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(alias_exchange(str_of(cases[i].text)), cases[i].code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_is_taken_apart),
        cmocka_unit_test(what_says_nothing_is_refused_with_a_name),
        cmocka_unit_test(a_symbol_has_the_forms_that_the_broker_may_use),
        cmocka_unit_test(what_is_written_for_a_contract_is_understood),
        cmocka_unit_test(what_leaves_something_open_says_so),
        cmocka_unit_test(a_contract_is_past_after_its_last_day),
        cmocka_unit_test(exchanges_that_are_confused_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
