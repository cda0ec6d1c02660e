/* SPDX-License-Identifier: MIT */
#include "automation/statement.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "data/csv.h"
#include "data/hash.h"
#include "data/xml.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* ---- fields ---- */

enum field_name {
    F_LEVEL,
    F_CURRENCY,
    F_RATE,
    F_ASSET,
    F_SYMBOL,
    F_CON_ID,
    F_TIME,
    F_QUANTITY,
    F_PRICE,
    F_COMMISSION,
    F_COMMISSION_CURRENCY,
    F_REALIZED,
    F_SIDE,
    F_EXEC_ID,
    F_TRADE_ID,
    F_REFERENCE,
    F_EXCHANGE,
    F_MULTIPLIER,
    F_AMOUNT,
    F_KIND,
    F_ID,
    F_NOTE,
    F_TOTAL,
    F_CASH,
    F_VALUE,
    F_COST,
    F_UNREALIZED,
    F_DIRECTION,
    F_COUNT
};

enum section { S_TRADE, S_CASH, S_TRANSFER, S_ACTION, S_POSITION, S_NAV, S_CHANGE, S_COUNT };

/* By section: the names in a Flex query; in an activity statement. NULL: it is not there. */
static const struct {
    const char *flex, *csv;
    const char *names[F_COUNT][2];
} sections[] = {
    [S_TRADE] = {"Trade",
                 "Trades",
                 {[F_LEVEL] = {"levelOfDetail", "DataDiscriminator"},
                  [F_CURRENCY] = {"currency", "Currency"},
                  [F_RATE] = {"fxRateToBase", NULL},
                  [F_ASSET] = {"assetCategory", "Asset Category"},
                  [F_SYMBOL] = {"symbol", "Symbol"},
                  [F_CON_ID] = {"conid", NULL},
                  [F_TIME] = {"dateTime", "Date/Time"},
                  [F_QUANTITY] = {"quantity", "Quantity"},
                  [F_PRICE] = {"tradePrice", "T. Price"},
                  [F_COMMISSION] = {"ibCommission", "Comm/Fee"},
                  [F_COMMISSION_CURRENCY] = {"ibCommissionCurrency", NULL},
                  [F_REALIZED] = {"fifoPnlRealized", "Realized P/L"},
                  [F_SIDE] = {"buySell", NULL},
                  [F_EXEC_ID] = {"ibExecID", NULL},
                  [F_TRADE_ID] = {"tradeID", NULL},
                  [F_REFERENCE] = {"orderReference", NULL},
                  [F_EXCHANGE] = {"exchange", NULL},
                  [F_MULTIPLIER] = {"multiplier", NULL}}},
    [S_CASH] = {"CashTransaction",
                NULL,
                {[F_LEVEL] = {"levelOfDetail", NULL},
                 [F_CURRENCY] = {"currency", "Currency"},
                 [F_RATE] = {"fxRateToBase", NULL},
                 [F_SYMBOL] = {"symbol", NULL},
                 [F_CON_ID] = {"conid", NULL},
                 [F_TIME] = {"dateTime", "Date"},
                 [F_AMOUNT] = {"amount", "Amount"},
                 [F_KIND] = {"type", NULL},
                 [F_ID] = {"transactionID", NULL},
                 [F_NOTE] = {"description", "Description"}}},
    [S_TRANSFER] = {"Transfer",
                    "Transfers",
                    {[F_CURRENCY] = {"currency", "Currency"},
                     [F_RATE] = {"fxRateToBase", NULL},
                     [F_SYMBOL] = {"symbol", "Symbol"},
                     [F_CON_ID] = {"conid", NULL},
                     [F_TIME] = {"dateTime", "Date"},
                     [F_AMOUNT] = {"cashTransfer", "Cash Amount"},
                     [F_VALUE] = {"positionAmount", "Market Value"},
                     [F_DIRECTION] = {"direction", "Direction"},
                     [F_ID] = {"transactionID", NULL},
                     [F_NOTE] = {"description", "Type"}}},
    [S_ACTION] = {"CorporateAction",
                  NULL,
                  {[F_CURRENCY] = {"currency", NULL},
                   [F_RATE] = {"fxRateToBase", NULL},
                   [F_SYMBOL] = {"symbol", NULL},
                   [F_CON_ID] = {"conid", NULL},
                   [F_TIME] = {"dateTime", NULL},
                   [F_AMOUNT] = {"proceeds", NULL},
                   [F_ID] = {"transactionID", NULL},
                   [F_NOTE] = {"description", NULL}}},
    [S_POSITION] = {"OpenPosition",
                    NULL,
                    {[F_LEVEL] = {"levelOfDetail", NULL},
                     [F_CURRENCY] = {"currency", NULL},
                     [F_RATE] = {"fxRateToBase", NULL},
                     [F_ASSET] = {"assetCategory", NULL},
                     [F_SYMBOL] = {"symbol", NULL},
                     [F_CON_ID] = {"conid", NULL},
                     [F_TIME] = {"reportDate", NULL},
                     [F_QUANTITY] = {"position", NULL},
                     [F_PRICE] = {"markPrice", NULL},
                     [F_VALUE] = {"positionValue", NULL},
                     [F_COST] = {"costBasisPrice", NULL},
                     [F_UNREALIZED] = {"fifoPnlUnrealized", NULL}}},
    [S_NAV] = {"EquitySummaryByReportDateInBase",
               NULL,
               {[F_CURRENCY] = {"currency", NULL},
                [F_TIME] = {"reportDate", NULL},
                [F_TOTAL] = {"total", NULL},
                [F_CASH] = {"cash", NULL}}},
    [S_CHANGE] = {"ChangeInNAV",
                  "Change in NAV",
                  {[F_LEVEL] = {NULL, "Field Name"},
                   [F_CURRENCY] = {"currency", NULL},
                   [F_TIME] = {"toDate", NULL},
                   [F_TOTAL] = {"endingValue", "Field Value"}}},
};

/* Sections of an activity statement that are cash transactions of one kind each. The sign of the
 * amount decides between the first two. */
static const struct {
    const char *csv, *date;
    enum flow_kind kind;
} cash_sections[] = {
    {"Deposits & Withdrawals", "Settle Date", FLOW_DEPOSIT},
    {"Dividends", "Date", FLOW_DIVIDEND},
    {"Withholding Tax", "Date", FLOW_TAX},
    {"Interest", "Date", FLOW_INTEREST},
    {"Fees", "Date", FLOW_FEE},
    {"Other Fees", "Date", FLOW_FEE},
};
enum { CASH_SECTIONS = sizeof cash_sections / sizeof cash_sections[0] };

/* Words in the type of a Flex cash transaction; the first that is in it decides. */
static const struct {
    const char *word;
    enum flow_kind kind;
} cash_types[] = {
    {"Deposit", FLOW_DEPOSIT},   {"Withdrawal", FLOW_DEPOSIT}, {"Withholding", FLOW_TAX},
    {"Dividend", FLOW_DIVIDEND}, {"Lieu", FLOW_DIVIDEND},      {"Interest", FLOW_INTEREST},
    {"Fee", FLOW_FEE},           {"Commission", FLOW_FEE},     {"Tax", FLOW_TAX},
};

enum {
    HEADER_MAX = 48,
    START_MAX = 4096,             /* bytes in which the form shows */
    ELEMENT_BYTES_MAX = 64 << 10, /* of one element's attributes */
    ROW_BYTES_MAX = 4 << 20       /* more than decoding one record can take */
};

struct statement_reader {
    enum past_source source;
    const struct tz *zone;
    struct arena *row;                        /* of the record at hand */
    struct xml xml;                           /* PAST_FLEX */
    struct csv csv;                           /* PAST_CSV */
    char header[CSV_COLUMNS_MAX][HEADER_MAX]; /* of the present section */
    size_t header_count;
    char account[16], base[8];
    int64_t from_day, to_day;
    bool is_announced; /* the account was handed out */
    bool is_over, has_trades;
    /* the record at hand */
    enum section section;
    struct str fields[F_COUNT];
    enum flow_kind fixed_kind; /* of a section of an activity statement; FLOW_KIND_COUNT: none */
    size_t line;
    const char *counted; /* PAST_FLEX: up to here its lines are counted */
    /* of what has no id: how often the same was said */
    struct sha256 last_id;
    unsigned repeated;
};

/* ---- opening ---- */

struct statement_reader *statement_open(struct str text, const struct tz *zone, struct error *e)
{
    struct str start = str_starts(text, STR("\xEF\xBB\xBF")) ? str_sub(text, 3, text.n) : text;
    start = str_trim(str_sub(start, 0, START_MAX));
    bool is_xml = str_starts(start, STR("<"));
    if (text.n > STATEMENT_BYTES_MAX) {
        error_set(e, ERROR_INVALID, "STATEMENT", "the file has more than %d bytes",
                  STATEMENT_BYTES_MAX);
        return NULL;
    }
    if (!is_xml && !str_starts(start, STR("Statement,"))) {
        error_set(e, ERROR_INVALID, "STATEMENT",
                  "the file is neither a Flex query (XML) nor an activity statement (CSV)");
        return NULL;
    }
    struct statement_reader *r = xcalloc(1, sizeof *r);
    r->zone = zone;
    r->from_day = INT64_MAX;
    r->row = arena_new(ROW_BYTES_MAX);
    r->source = is_xml ? PAST_FLEX : PAST_CSV;
    r->line = 1;
    if (is_xml) {
        xml_init(&r->xml, text);
        r->counted = r->xml.rest.p;
    } else {
        csv_init(&r->csv, text, r->row);
    }
    return r;
}

void statement_close(struct statement_reader *r)
{
    if (!r)
        return;
    arena_free(r->row);
    xfree(r);
}

enum past_source statement_source(const struct statement_reader *r)
{
    return r->source;
}

bool statement_has_trades(const struct statement_reader *r)
{
    return r->has_trades;
}

/* ---- values ---- */

/* A text without what could end a line or speak to a terminal. */
static void copy(char *out, size_t cap, struct str s)
{
    str_copy_cut(out, cap, str_trim(s));
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = ' ';
}

static bool problem(struct statement_reader *r, struct statement_item *out, const char *what,
                    struct str value)
{
    char text[64];
    copy(text, sizeof text, value);
    out->kind = STATEMENT_PROBLEM;
    out->line = r->line;
    (void)snprintf(out->problem, sizeof out->problem, "%s '%s'", what, text);
    return true;
}

/* A number, with thousands' commas as activity statements write them; absent for nothing. */
static struct opt_dec number(struct str s)
{
    char plain[48];
    size_t n = 0;
    struct opt_dec d = {0};
    s = str_trim(s);
    for (size_t i = 0; i < s.n && n < sizeof plain; i++)
        if (s.p[i] != ',')
            plain[n++] = s.p[i];
    d.has = n && n < sizeof plain && dec_parse_round((struct str){plain, n}, &d.v);
    return d;
}

/* "20261120", "2026-11-20", with a time behind it ("20261120;153000", "2026-11-20, 15:30:00"). */
static bool read_time(const struct statement_reader *r, struct str s, int64_t *day, struct utc *at)
{
    int digits[14] = {0};
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < 14; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits[n++] = s.p[i] - '0';
        else if (n < 4 || !memchr("-:;, T", s.p[i], 6))
            return false;
    struct civil c = {.year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3],
                      .month = digits[4] * 10 + digits[5],
                      .day = digits[6] * 10 + digits[7],
                      .hour = digits[8] * 10 + digits[9],
                      .minute = digits[10] * 10 + digits[11],
                      .second = digits[12] * 10 + digits[13]};
    if (n < 8 || c.year < 1980 || c.year > 2200 || c.month < 1 || c.month > 12 || c.day < 1 ||
        c.day > 31 || c.hour > 23 || c.minute > 59 || c.second > 59)
        return false;
    *day = civil_to_days(c.year, c.month, c.day);
    *at = tz_utc(r->zone, c, NULL);
    return true;
}

static bool is_currency(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z')
            return false;
    return s.n == 3;
}

static bool has_word(struct str s, const char *word)
{
    return str_find_str(s, str_of(word)) < s.n;
}

/* What the broker did not number: a hash of what it says, and the how manieth of the same it is. */
static void make_id(struct statement_reader *r, char *out, size_t cap)
{
    struct hash_state h;
    char hex[SHA256_HEX_MAX];
    hash_init(&h);
    hash_add(&h, STR_NAME(r->account));
    for (size_t i = 0; i < F_COUNT; i++) {
        hash_add(&h, STR("\n"));
        hash_add(&h, r->fields[i]);
    }
    struct sha256 d = hash_end(&h);
    r->repeated = memcmp(&d, &r->last_id, sizeof d) == 0 ? r->repeated + 1 : 0;
    r->last_id = d;
    hash_hex(&d, hex);
    (void)snprintf(out, cap, "%s:%.24s%u", past_source_text(r->source), hex, r->repeated);
}

/* ---- from a record to a thing; false: it is none ---- */

/* Sums repeat details, and lots repeat positions: one level of each is taken. */
static bool is_detail(const struct statement_reader *r)
{
    static const char *const taken[S_COUNT][2] = {[S_TRADE] = {"EXECUTION", "Order"},
                                                  [S_CASH] = {"DETAIL", NULL},
                                                  [S_POSITION] = {"SUMMARY", NULL},
                                                  [S_CHANGE] = {NULL, "Ending Value"}};
    const char *want = taken[r->section][r->source == PAST_CSV];
    return !want || !r->fields[F_LEVEL].n || str_ieq(r->fields[F_LEVEL], str_of(want));
}

static enum sec_type asset_of(struct str s)
{
    static const struct {
        const char *word;
        enum sec_type type;
    } words[] = {{"STK", SEC_STK},     {"Stocks", SEC_STK},    {"Equity and Index", SEC_OPT},
                 {"OPT", SEC_OPT},     {"FUT", SEC_FUT},       {"Futures", SEC_FUT},
                 {"FOP", SEC_FOP},     {"CASH", SEC_CASH},     {"Forex", SEC_CASH},
                 {"BOND", SEC_BOND},   {"Bonds", SEC_BOND},    {"FUND", SEC_FUND},
                 {"CFD", SEC_CFD},     {"CRYPTO", SEC_CRYPTO}, {"WAR", SEC_WAR},
                 {"Warrants", SEC_WAR}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_starts(s, str_of(words[i].word)))
            return words[i].type;
    return SEC_UNKNOWN;
}

static int32_t con_id_of(const struct statement_reader *r)
{
    int64_t n;
    return str_to_i64(r->fields[F_CON_ID], &n) && n > 0 && n <= INT32_MAX ? (int32_t)n : 0;
}

/* "EUR.USD" of a currency pair: what is traded against what. */
static void split_pair(struct contract *c, struct str symbol)
{
    struct str first;
    struct str rest = symbol;
    if (str_cut(&rest, '.', &first) && rest.n == 3) {
        copy(c->symbol, sizeof c->symbol, first);
        copy(c->currency, sizeof c->currency, rest);
    }
}

static bool to_execution(struct statement_reader *r, struct statement_item *out)
{
    struct execution *x = &out->execution;
    struct opt_dec quantity = number(r->fields[F_QUANTITY]), price = number(r->fields[F_PRICE]);
    struct opt_dec fee = number(r->fields[F_COMMISSION]);
    int64_t day;
    if (!is_currency(r->fields[F_CURRENCY])) /* a sum */
        return false;
    if (!quantity.has || !price.has || dec_is_zero(quantity.v))
        return problem(r, out, "a trade has no quantity or price:", r->fields[F_SYMBOL]);
    *x = (struct execution){.quantity = dec_abs(quantity.v), .price = price.v};
    if (!read_time(r, r->fields[F_TIME], &day, &x->time.v))
        return problem(r, out, "no date is known in", r->fields[F_TIME]);
    x->time.has = true;
    x->side = dec_sign(quantity.v) < 0 || str_starts(r->fields[F_SIDE], STR("SELL")) ? SIDE_SELL
                                                                                     : SIDE_BUY;
    memcpy(x->account, r->account, sizeof x->account);
    copy(x->source, sizeof x->source, str_of(past_source_text(r->source)));
    copy(x->contract.symbol, sizeof x->contract.symbol, r->fields[F_SYMBOL]);
    copy(x->contract.local_symbol, sizeof x->contract.local_symbol, r->fields[F_SYMBOL]);
    copy(x->contract.currency, sizeof x->contract.currency, r->fields[F_CURRENCY]);
    copy(x->contract.multiplier, sizeof x->contract.multiplier, r->fields[F_MULTIPLIER]);
    copy(x->exchange, sizeof x->exchange, r->fields[F_EXCHANGE]);
    copy(x->ref, sizeof x->ref, r->fields[F_REFERENCE]);
    copy(x->time_text, sizeof x->time_text, r->fields[F_TIME]);
    x->contract.sec_type = asset_of(r->fields[F_ASSET]);
    x->contract.con_id = con_id_of(r);
    if (x->contract.sec_type == SEC_CASH)
        split_pair(&x->contract, r->fields[F_SYMBOL]);
    if (fee.has) { /* statements count what is paid as negative */
        x->commission = DEC_SOME(dec_neg(fee.v));
        copy(x->commission_currency, sizeof x->commission_currency,
             r->fields[F_COMMISSION_CURRENCY].n ? r->fields[F_COMMISSION_CURRENCY]
                                                : r->fields[F_CURRENCY]);
    }
    x->realized_pnl = number(r->fields[F_REALIZED]);
    if (r->fields[F_EXEC_ID].n && r->fields[F_EXEC_ID].n < sizeof x->exec_id)
        copy(x->exec_id, sizeof x->exec_id, r->fields[F_EXEC_ID]);
    else if (r->fields[F_TRADE_ID].n && r->fields[F_TRADE_ID].n < sizeof x->exec_id - 8)
        (void)snprintf(x->exec_id, sizeof x->exec_id, "flex:" STR_FMT,
                       STR_ARG(r->fields[F_TRADE_ID]));
    else
        make_id(r, x->exec_id, sizeof x->exec_id);
    out->kind = STATEMENT_EXECUTION;
    return true;
}

static enum flow_kind kind_of(const struct statement_reader *r, struct dec amount)
{
    enum flow_kind k = r->fixed_kind;
    if (r->section == S_TRANSFER)
        return FLOW_TRANSFER;
    if (r->section == S_ACTION)
        return FLOW_ADJUSTMENT;
    for (size_t i = 0; k == FLOW_KIND_COUNT && i < sizeof cash_types / sizeof cash_types[0]; i++)
        if (has_word(r->fields[F_KIND], cash_types[i].word))
            k = cash_types[i].kind;
    if (k == FLOW_KIND_COUNT)
        k = FLOW_ADJUSTMENT;
    return k == FLOW_DEPOSIT && dec_sign(amount) < 0 ? FLOW_WITHDRAWAL : k;
}

/* What moved: of a transfer its cash, or else the value of what was transferred, with its sign. */
static struct opt_dec amount_of(const struct statement_reader *r)
{
    struct opt_dec d = number(r->fields[F_AMOUNT]);
    if (r->section != S_TRANSFER)
        return d;
    if (!d.has || dec_is_zero(d.v))
        d = number(r->fields[F_VALUE]);
    bool is_out = str_ieq(str_trim(r->fields[F_DIRECTION]), STR("OUT"));
    d.v = is_out ? dec_neg(dec_abs(d.v)) : dec_abs(d.v);
    return d;
}

static bool to_flow(struct statement_reader *r, struct statement_item *out)
{
    struct cash_flow *f = &out->flow;
    struct opt_dec amount = amount_of(r);
    if (!is_currency(r->fields[F_CURRENCY])) /* a sum */
        return false;
    if (!amount.has)
        return r->section == S_CASH ? problem(r, out, "no amount is known in", r->fields[F_AMOUNT])
                                    : false;
    if (dec_is_zero(amount.v))
        return false;
    *f = (struct cash_flow){.source = r->source, .amount = amount.v};
    if (!read_time(r, r->fields[F_TIME], &f->day, &f->at))
        return problem(r, out, "no date is known in", r->fields[F_TIME]);
    memcpy(f->account, r->account, sizeof f->account);
    f->kind = kind_of(r, amount.v);
    f->rate = number(r->fields[F_RATE]);
    f->con_id = con_id_of(r);
    copy(f->currency, sizeof f->currency, r->fields[F_CURRENCY]);
    copy(f->symbol, sizeof f->symbol, r->fields[F_SYMBOL]);
    copy(f->note, sizeof f->note, r->fields[F_NOTE]);
    if (!f->rate.has && str_eq(STR_NAME(f->currency), STR_NAME(r->base)))
        f->rate = DEC_SOME(dec_of(1));
    if (r->fields[F_ID].n && r->fields[F_ID].n < sizeof f->id - 8)
        (void)snprintf(f->id, sizeof f->id, "flex:" STR_FMT, STR_ARG(r->fields[F_ID]));
    else
        make_id(r, f->id, sizeof f->id);
    out->kind = STATEMENT_FLOW;
    return true;
}

static bool to_held(struct statement_reader *r, struct statement_item *out)
{
    struct held *h = &out->held;
    struct opt_dec quantity = number(r->fields[F_QUANTITY]);
    struct utc at;
    *h = (struct held){.source = r->source, .day = r->to_day};
    if (!quantity.has)
        return problem(r, out, "a position has no quantity:", r->fields[F_SYMBOL]);
    if (r->fields[F_TIME].n && !read_time(r, r->fields[F_TIME], &h->day, &at))
        return problem(r, out, "no date is known in", r->fields[F_TIME]);
    memcpy(h->account, r->account, sizeof h->account);
    h->con_id = con_id_of(r);
    h->sec_type = asset_of(r->fields[F_ASSET]);
    if (h->sec_type == SEC_UNKNOWN)
        return problem(r, out, "the kind of security is not known:", r->fields[F_ASSET]);
    copy(h->symbol, sizeof h->symbol, r->fields[F_SYMBOL]);
    copy(h->currency, sizeof h->currency, r->fields[F_CURRENCY]);
    h->quantity = quantity.v;
    h->price = number(r->fields[F_PRICE]);
    h->value = number(r->fields[F_VALUE]);
    h->cost = number(r->fields[F_COST]);
    h->rate = number(r->fields[F_RATE]);
    h->unrealized = number(r->fields[F_UNREALIZED]);
    out->kind = STATEMENT_HELD;
    return true;
}

static bool to_snapshot(struct statement_reader *r, struct statement_item *out)
{
    struct snapshot *s = &out->snapshot;
    enum { CLOSE_HOUR = 16 };
    *s = (struct snapshot){.source = r->source, .net = number(r->fields[F_TOTAL])};
    if (!s->net.has)
        return problem(r, out, "no total is known in", r->fields[F_TOTAL]);
    if (r->source == PAST_CSV) { /* it ends with its period */
        int year, month, date;
        s->day = r->to_day;
        civil_from_days(s->day, &year, &month, &date);
        s->at = tz_utc(r->zone, (struct civil){.year = year, .month = month, .day = date}, NULL);
    } else if (!read_time(r, r->fields[F_TIME], &s->day, &s->at)) {
        return problem(r, out, "no date is known in", r->fields[F_TIME]);
    }
    s->at.ns += (int64_t)CLOSE_HOUR * 3600 * NS_PER_S; /* the report's day, at its end */
    memcpy(s->account, r->account, sizeof s->account);
    copy(s->base, sizeof s->base,
         r->fields[F_CURRENCY].n ? r->fields[F_CURRENCY] : STR_NAME(r->base));
    s->cash = number(r->fields[F_CASH]);
    out->kind = STATEMENT_SNAPSHOT;
    return true;
}

static bool to_item(struct statement_reader *r, struct statement_item *out)
{
    static bool (*const make[S_COUNT])(struct statement_reader *, struct statement_item *) = {
        [S_TRADE] = to_execution, [S_CASH] = to_flow,     [S_TRANSFER] = to_flow,
        [S_ACTION] = to_flow,     [S_POSITION] = to_held, [S_NAV] = to_snapshot,
        [S_CHANGE] = to_snapshot};
    r->has_trades = r->has_trades || r->section == S_TRADE;
    return is_detail(r) && make[r->section](r, out);
}

static bool announce(struct statement_reader *r, struct statement_item *out)
{
    out->kind = STATEMENT_ACCOUNT;
    out->account =
        (struct statement){.source = r->source, .from_day = r->from_day, .to_day = r->to_day};
    memcpy(out->account.account, r->account, sizeof out->account.account);
    r->is_announced = true;
    return true;
}

/* The text itself is broken: the last problem. Its error begins with the place, and ": ". */
static bool break_off(struct statement_reader *r, struct statement_item *out, const struct error *e)
{
    struct str text = str_of(e->text);
    size_t at = str_find_str(text, STR(": "));
    out->kind = STATEMENT_PROBLEM;
    out->line = r->line;
    copy(out->problem, sizeof out->problem, str_sub(text, at < text.n ? at + 2 : 0, text.n));
    r->is_over = true;
    return true;
}

/* ---- Flex ---- */

static struct str flex_value(struct statement_reader *r, const char *name)
{
    return xml_attribute(&r->xml, name, r->row);
}

static bool begin_flex(struct statement_reader *r, struct statement_item *out)
{
    struct utc at;
    struct str account = flex_value(r, "accountId");
    struct str from = flex_value(r, "fromDate"), to = flex_value(r, "toDate");
    r->account[0] = r->base[0] = 0;
    if (!account.n || account.n >= sizeof r->account)
        return problem(r, out, "a FlexStatement has no accountId:", account);
    if (!read_time(r, from, &r->from_day, &at))
        return problem(r, out, "no date is known in", from);
    if (!read_time(r, to, &r->to_day, &at))
        return problem(r, out, "no date is known in", to);
    copy(r->account, sizeof r->account, account);
    return announce(r, out);
}

static bool take_flex(struct statement_reader *r, struct statement_item *out)
{
    size_t s = 0;
    if (str_eq(r->xml.name, STR("FlexStatement")))
        return begin_flex(r, out);
    if (str_eq(r->xml.name, STR("AccountInformation")))
        copy(r->base, sizeof r->base, flex_value(r, "currency"));
    r->has_trades = r->has_trades || str_eq(r->xml.name, STR("Trades"));
    while (s < S_COUNT && !str_eq(r->xml.name, str_of(sections[s].flex)))
        s++;
    if (s == S_COUNT || !r->account[0])
        return false;
    r->section = (enum section)s;
    r->fixed_kind = FLOW_KIND_COUNT;
    for (size_t i = 0; i < F_COUNT; i++)
        r->fields[i] = sections[s].names[i][0] ? flex_value(r, sections[s].names[i][0]) : STR_NONE;
    return to_item(r, out);
}

static bool step_flex(struct statement_reader *r, struct statement_item *out)
{
    struct error e;
    bool ok = xml_next(&r->xml, &e);
    if (!ok)
        return break_off(r, out, &e);
    for (const char *end = r->xml.rest.p; r->xml.rest.n && r->counted < end; r->counted++)
        r->line += *r->counted == '\n';
    r->is_over = r->xml.piece == XML_END;
    if (r->xml.piece != XML_OPEN)
        return false;
    if (r->xml.attributes.n > ELEMENT_BYTES_MAX)
        return problem(r, out, "an element is too long:", r->xml.name);
    return take_flex(r, out);
}

/* ---- activity statements ---- */

static bool read_month(struct str s, int *month)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (str_starts(s, ((struct str){names + 3 * (size_t)i, 3}))) {
            *month = i + 1;
            return true;
        }
    return false;
}

/* "January 5, 2026" */
static bool read_long_date(struct str s, int64_t *day)
{
    struct str month, date;
    struct str rest = str_trim(s);
    int64_t d, y;
    int m;
    if (!str_cut(&rest, ' ', &month) || !read_month(month, &m) || !str_cut(&rest, ',', &date) ||
        !str_to_i64(str_trim(date), &d) || !str_to_i64(str_trim(rest), &y) || d < 1 || d > 31 ||
        y < 1980 || y > 2200)
        return false;
    *day = civil_to_days((int)y, m, (int)d);
    return true;
}

static bool read_span(struct statement_reader *r, struct statement_item *out, struct str s)
{
    size_t at = str_find_str(s, STR(" - "));
    struct str first = str_sub(s, 0, at), last = at < s.n ? str_sub(s, at + 3, s.n) : first;
    if (!read_long_date(first, &r->from_day) || !read_long_date(last, &r->to_day))
        return problem(r, out, "no period is known in", s);
    return false;
}

/* The rows that say of whom and of when the statement is. */
static bool take_head(struct statement_reader *r, struct statement_item *out)
{
    const struct csv *c = &r->csv;
    struct str what = c->n > 2 ? c->cells[2] : STR_NONE, value = c->n > 3 ? c->cells[3] : STR_NONE;
    bool is_info = str_eq(c->cells[0], STR("Account Information"));
    if (str_eq(c->cells[0], STR("Statement")) && str_eq(what, STR("Period")))
        return read_span(r, out, value);
    if (is_info && str_eq(what, STR("Base Currency")))
        copy(r->base, sizeof r->base, value);
    if (!is_info || !str_eq(what, STR("Account")))
        return false;
    struct str id;
    struct str rest = value;
    if (!str_cut(&rest, ' ', &id)) /* "U1234567 (Custom Consolidated)" */
        id = value;
    if (!id.n || id.n >= sizeof r->account)
        return problem(r, out, "no account is known in", value);
    copy(r->account, sizeof r->account, id);
    return false;
}

static struct str cell_of(const struct statement_reader *r, const char *name)
{
    for (size_t i = 2; name && i < r->header_count && i < r->csv.n; i++)
        if (strcmp(r->header[i], name) == 0)
            return r->csv.cells[i];
    return STR_NONE;
}

/* The section of a row's first cell; *cash: which section of cash transactions. */
static bool section_of(struct str name, enum section *s, size_t *cash)
{
    for (*cash = 0; *cash < CASH_SECTIONS; ++*cash)
        if (str_eq(name, str_of(cash_sections[*cash].csv))) {
            *s = S_CASH;
            return true;
        }
    for (size_t i = 0; i < S_COUNT; i++)
        if (sections[i].csv && str_eq(name, str_of(sections[i].csv))) {
            *s = (enum section)i;
            return true;
        }
    return false;
}

static bool take_csv(struct statement_reader *r, struct statement_item *out)
{
    const struct csv *c = &r->csv;
    size_t cash;
    if (c->n > 1 && str_eq(c->cells[1], STR("Header"))) {
        for (r->header_count = 0; r->header_count < c->n; r->header_count++)
            copy(r->header[r->header_count], HEADER_MAX, c->cells[r->header_count]);
        return false;
    }
    if (c->n < 3 || !str_eq(c->cells[1], STR("Data")))
        return false;
    if (!section_of(c->cells[0], &r->section, &cash))
        return take_head(r, out);
    if (!r->account[0] || r->from_day == INT64_MAX)
        return problem(r, out, "the statement does not say its account and period before",
                       c->cells[0]);
    for (size_t i = 0; i < F_COUNT; i++)
        r->fields[i] = cell_of(r, sections[r->section].names[i][1]);
    r->fixed_kind = FLOW_KIND_COUNT;
    if (r->section == S_CASH) {
        r->fixed_kind = cash_sections[cash].kind;
        r->fields[F_TIME] = cell_of(r, cash_sections[cash].date);
        r->fields[F_KIND] = c->cells[0];
    }
    return to_item(r, out);
}

static bool step_csv(struct statement_reader *r, struct statement_item *out)
{
    struct error e;
    bool ok = csv_next(&r->csv, &e);
    r->line = r->csv.line;
    if (!ok)
        return break_off(r, out, &e);
    r->is_over = r->csv.n == 0;
    return !r->is_over && take_csv(r, out);
}

void statement_next(struct statement_reader *r, struct statement_item *out)
{
    for (;;) {
        memset(out, 0, sizeof *out);
        arena_reset(r->row);
        out->kind = STATEMENT_END;
        if (r->is_over)
            return;
        if (r->source == PAST_CSV && !r->is_announced && r->account[0] &&
            r->from_day != INT64_MAX) {
            announce(r, out);
            return;
        }
        if (r->source == PAST_FLEX ? step_flex(r, out) : step_csv(r, out)) {
            out->line = out->line ? out->line : r->line;
            return;
        }
    }
}
