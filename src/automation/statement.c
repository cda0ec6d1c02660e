/* SPDX-License-Identifier: MIT */
#include "automation/statement_record.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "data/csv.h"
#include "data/xml.h"

#include <string.h>

/* ---- names in either form ---- */

/* By section: the names in a Flex query; in an activity statement. NULL: it is not there. */
static const struct {
    const char *flex, *csv;
    const char *names[RECORD_FIELDS][2];
} sections[] = {
    [SECTION_TRADE] = {"Trade",
                       "Trades",
                       {[RECORD_LEVEL] = {"levelOfDetail", "DataDiscriminator"},
                        [RECORD_CURRENCY] = {"currency", "Currency"},
                        [RECORD_RATE] = {"fxRateToBase", NULL},
                        [RECORD_ASSET] = {"assetCategory", "Asset Category"},
                        [RECORD_SYMBOL] = {"symbol", "Symbol"},
                        [RECORD_CON_ID] = {"conid", NULL},
                        [RECORD_TIME] = {"dateTime", "Date/Time"},
                        [RECORD_QUANTITY] = {"quantity", "Quantity"},
                        [RECORD_PRICE] = {"tradePrice", "T. Price"},
                        [RECORD_COMMISSION] = {"ibCommission", "Comm/Fee"},
                        [RECORD_COMMISSION_CURRENCY] = {"ibCommissionCurrency", NULL},
                        [RECORD_REALIZED] = {"fifoPnlRealized", "Realized P/L"},
                        [RECORD_SIDE] = {"buySell", NULL},
                        [RECORD_EXEC_ID] = {"ibExecID", NULL},
                        [RECORD_TRADE_ID] = {"tradeID", NULL},
                        [RECORD_REFERENCE] = {"orderReference", NULL},
                        [RECORD_EXCHANGE] = {"exchange", NULL},
                        [RECORD_MULTIPLIER] = {"multiplier", NULL}}},
    [SECTION_CASH] = {"CashTransaction",
                      NULL,
                      {[RECORD_LEVEL] = {"levelOfDetail", NULL},
                       [RECORD_CURRENCY] = {"currency", "Currency"},
                       [RECORD_RATE] = {"fxRateToBase", NULL},
                       [RECORD_SYMBOL] = {"symbol", NULL},
                       [RECORD_CON_ID] = {"conid", NULL},
                       [RECORD_TIME] = {"dateTime", "Date"},
                       [RECORD_AMOUNT] = {"amount", "Amount"},
                       [RECORD_KIND] = {"type", NULL},
                       [RECORD_ID] = {"transactionID", NULL},
                       [RECORD_NOTE] = {"description", "Description"}}},
    [SECTION_TRANSFER] = {"Transfer",
                          "Transfers",
                          {[RECORD_CURRENCY] = {"currency", "Currency"},
                           [RECORD_RATE] = {"fxRateToBase", NULL},
                           [RECORD_SYMBOL] = {"symbol", "Symbol"},
                           [RECORD_CON_ID] = {"conid", NULL},
                           [RECORD_TIME] = {"dateTime", "Date"},
                           [RECORD_AMOUNT] = {"cashTransfer", "Cash Amount"},
                           [RECORD_VALUE] = {"positionAmount", "Market Value"},
                           [RECORD_DIRECTION] = {"direction", "Direction"},
                           [RECORD_ID] = {"transactionID", NULL},
                           [RECORD_NOTE] = {"description", "Type"}}},
    [SECTION_ACTION] = {"CorporateAction",
                        NULL,
                        {[RECORD_CURRENCY] = {"currency", NULL},
                         [RECORD_RATE] = {"fxRateToBase", NULL},
                         [RECORD_SYMBOL] = {"symbol", NULL},
                         [RECORD_CON_ID] = {"conid", NULL},
                         [RECORD_TIME] = {"dateTime", NULL},
                         [RECORD_AMOUNT] = {"proceeds", NULL},
                         [RECORD_ID] = {"transactionID", NULL},
                         [RECORD_NOTE] = {"description", NULL}}},
    [SECTION_POSITION] = {"OpenPosition",
                          NULL,
                          {[RECORD_LEVEL] = {"levelOfDetail", NULL},
                           [RECORD_CURRENCY] = {"currency", NULL},
                           [RECORD_RATE] = {"fxRateToBase", NULL},
                           [RECORD_ASSET] = {"assetCategory", NULL},
                           [RECORD_SYMBOL] = {"symbol", NULL},
                           [RECORD_CON_ID] = {"conid", NULL},
                           [RECORD_TIME] = {"reportDate", NULL},
                           [RECORD_QUANTITY] = {"position", NULL},
                           [RECORD_PRICE] = {"markPrice", NULL},
                           [RECORD_VALUE] = {"positionValue", NULL},
                           [RECORD_COST] = {"costBasisPrice", NULL},
                           [RECORD_UNREALIZED] = {"fifoPnlUnrealized", NULL}}},
    [SECTION_NAV] = {"EquitySummaryByReportDateInBase",
                     NULL,
                     {[RECORD_CURRENCY] = {"currency", NULL},
                      [RECORD_TIME] = {"reportDate", NULL},
                      [RECORD_TOTAL] = {"total", NULL},
                      [RECORD_CASH] = {"cash", NULL}}},
    [SECTION_CHANGE] = {"ChangeInNAV",
                        "Change in NAV",
                        {[RECORD_LEVEL] = {NULL, "Field Name"},
                         [RECORD_CURRENCY] = {"currency", NULL},
                         [RECORD_TIME] = {"toDate", NULL},
                         [RECORD_TOTAL] = {"endingValue", "Field Value"}}},
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

enum {
    HEADER_MAX = 48,
    START_MAX = 4096,             /* bytes in which the form shows */
    ELEMENT_BYTES_MAX = 64 << 10, /* of one element's attributes */
    ROW_BYTES_MAX = 4 << 20       /* more than decoding one record can take */
};

struct statement_reader {
    struct statement_record record;           /* at hand */
    struct arena *row;                        /* of its fields */
    struct xml xml;                           /* PAST_FLEX */
    const char *counted;                      /* PAST_FLEX: up to here its lines are counted */
    struct csv csv;                           /* PAST_CSV */
    char header[CSV_COLUMNS_MAX][HEADER_MAX]; /* of the present section */
    size_t header_count;
    size_t line;
    bool is_announced; /* the account was handed out */
    bool is_over, has_trades;
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
    r->record.zone = zone;
    r->record.from_day = INT64_MAX;
    r->row = arena_new(ROW_BYTES_MAX);
    r->record.source = is_xml ? PAST_FLEX : PAST_CSV;
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
    return r->record.source;
}

bool statement_has_trades(const struct statement_reader *r)
{
    return r->has_trades;
}

/* ---- in either form ---- */

/* Sums repeat details, and lots repeat positions: one level of each is taken. */
static bool is_detail(const struct statement_record *r)
{
    static const char *const taken[SECTION_COUNT][2] = {[SECTION_TRADE] = {"EXECUTION", "Order"},
                                                        [SECTION_CASH] = {"DETAIL", NULL},
                                                        [SECTION_POSITION] = {"SUMMARY", NULL},
                                                        [SECTION_CHANGE] = {NULL, "Ending Value"}};
    const char *want = taken[r->section][r->source == PAST_CSV];
    return !want || !r->fields[RECORD_LEVEL].n || str_ieq(r->fields[RECORD_LEVEL], str_of(want));
}

/* Takes the record at hand. False if there is nothing to tell of it. */
static bool take(struct statement_reader *r, struct statement_item *out)
{
    r->has_trades = r->has_trades || r->record.section == SECTION_TRADE;
    return is_detail(&r->record) && statement_record_take(&r->record, out);
}

/* Hands out whose statement it is. */
static bool announce(struct statement_reader *r, struct statement_item *out)
{
    out->kind = STATEMENT_ACCOUNT;
    out->account = (struct statement){
        .source = r->record.source, .from_day = r->record.from_day, .to_day = r->record.to_day};
    memcpy(out->account.account, r->record.account, sizeof out->account.account);
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
    statement_text(out->problem, sizeof out->problem,
                   str_sub(text, at < text.n ? at + 2 : 0, text.n));
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
    r->record.account[0] = r->record.base[0] = 0;
    if (!account.n || account.n >= sizeof r->record.account)
        return statement_problem(out, "a FlexStatement has no accountId:", account);
    if (!statement_time(r->record.zone, from, &r->record.from_day, &at))
        return statement_problem(out, "no date is known in", from);
    if (!statement_time(r->record.zone, to, &r->record.to_day, &at))
        return statement_problem(out, "no date is known in", to);
    statement_text(r->record.account, sizeof r->record.account, account);
    return announce(r, out);
}

static bool take_flex(struct statement_reader *r, struct statement_item *out)
{
    size_t s = 0;
    if (str_eq(r->xml.name, STR("FlexStatement")))
        return begin_flex(r, out);
    if (str_eq(r->xml.name, STR("AccountInformation")))
        statement_text(r->record.base, sizeof r->record.base, flex_value(r, "currency"));
    r->has_trades = r->has_trades || str_eq(r->xml.name, STR("Trades"));
    while (s < SECTION_COUNT && !str_eq(r->xml.name, str_of(sections[s].flex)))
        s++;
    if (s == SECTION_COUNT || !r->record.account[0])
        return false;
    r->record.section = (enum record_section)s;
    r->record.flow = FLOW_KIND_COUNT;
    for (size_t i = 0; i < RECORD_FIELDS; i++)
        r->record.fields[i] =
            sections[s].names[i][0] ? flex_value(r, sections[s].names[i][0]) : STR_NONE;
    return take(r, out);
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
        return statement_problem(out, "an element is too long:", r->xml.name);
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
    if (!read_long_date(first, &r->record.from_day) || !read_long_date(last, &r->record.to_day))
        return statement_problem(out, "no period is known in", s);
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
        statement_text(r->record.base, sizeof r->record.base, value);
    if (!is_info || !str_eq(what, STR("Account")))
        return false;
    struct str id;
    struct str rest = value;
    if (!str_cut(&rest, ' ', &id)) /* "U1234567 (Custom Consolidated)" */
        id = value;
    if (!id.n || id.n >= sizeof r->record.account)
        return statement_problem(out, "no account is known in", value);
    statement_text(r->record.account, sizeof r->record.account, id);
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
static bool section_of(struct str name, enum record_section *s, size_t *cash)
{
    for (*cash = 0; *cash < CASH_SECTIONS; ++*cash)
        if (str_eq(name, str_of(cash_sections[*cash].csv))) {
            *s = SECTION_CASH;
            return true;
        }
    for (size_t i = 0; i < SECTION_COUNT; i++)
        if (sections[i].csv && str_eq(name, str_of(sections[i].csv))) {
            *s = (enum record_section)i;
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
            statement_text(r->header[r->header_count], HEADER_MAX, c->cells[r->header_count]);
        return false;
    }
    if (c->n < 3 || !str_eq(c->cells[1], STR("Data")))
        return false;
    if (!section_of(c->cells[0], &r->record.section, &cash))
        return take_head(r, out);
    if (!r->record.account[0] || r->record.from_day == INT64_MAX)
        return statement_problem(out, "the statement does not say its account and period before",
                                 c->cells[0]);
    for (size_t i = 0; i < RECORD_FIELDS; i++)
        r->record.fields[i] = cell_of(r, sections[r->record.section].names[i][1]);
    r->record.flow = FLOW_KIND_COUNT;
    if (r->record.section == SECTION_CASH) {
        r->record.flow = cash_sections[cash].kind;
        r->record.fields[RECORD_TIME] = cell_of(r, cash_sections[cash].date);
        r->record.fields[RECORD_KIND] = c->cells[0];
    }
    return take(r, out);
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
        if (r->record.source == PAST_CSV && !r->is_announced && r->record.account[0] &&
            r->record.from_day != INT64_MAX) {
            announce(r, out);
            return;
        }
        if (r->record.source == PAST_FLEX ? step_flex(r, out) : step_csv(r, out)) {
            out->line = out->line ? out->line : r->line;
            return;
        }
    }
}
