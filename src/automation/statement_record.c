/* SPDX-License-Identifier: MIT */
#include "automation/statement_record.h"

#include <stdio.h>
#include <string.h>

/* ---- values ---- */

void statement_text(char *out, size_t cap, struct str s)
{
    str_copy_cut(out, cap, str_trim(s));
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = ' ';
}

bool statement_problem(struct statement_item *out, const char *what, struct str value)
{
    char text[64];
    statement_text(text, sizeof text, value);
    out->kind = STATEMENT_PROBLEM;
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

bool statement_time(const struct tz *zone, struct str s, int64_t *day, struct utc *at)
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
    *at = tz_utc(zone, c, NULL);
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
static void make_id(struct statement_record *r, char *out, size_t cap)
{
    struct hash_state h;
    char hex[SHA256_HEX_MAX];
    hash_init(&h);
    hash_add(&h, STR_NAME(r->account));
    for (size_t i = 0; i < RECORD_FIELDS; i++) {
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

/* Words in the type of a Flex cash transaction; the first that is in it decides. */
static const struct {
    const char *word;
    enum flow_kind kind;
} cash_types[] = {
    {"Deposit", FLOW_DEPOSIT},   {"Withdrawal", FLOW_DEPOSIT}, {"Withholding", FLOW_TAX},
    {"Dividend", FLOW_DIVIDEND}, {"Lieu", FLOW_DIVIDEND},      {"Interest", FLOW_INTEREST},
    {"Fee", FLOW_FEE},           {"Commission", FLOW_FEE},     {"Tax", FLOW_TAX},
};

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

static int32_t con_id_of(const struct statement_record *r)
{
    int64_t n;
    return str_to_i64(r->fields[RECORD_CON_ID], &n) && n > 0 && n <= INT32_MAX ? (int32_t)n : 0;
}

/* "EUR.USD" of a currency pair: what is traded against what. */
static void split_pair(struct contract *c, struct str symbol)
{
    struct str first;
    struct str rest = symbol;
    if (str_cut(&rest, '.', &first) && rest.n == 3) {
        statement_text(c->symbol, sizeof c->symbol, first);
        statement_text(c->currency, sizeof c->currency, rest);
    }
}

static bool to_execution(struct statement_record *r, struct statement_item *out)
{
    struct execution *x = &out->execution;
    struct opt_dec quantity = number(r->fields[RECORD_QUANTITY]),
                   price = number(r->fields[RECORD_PRICE]);
    struct opt_dec fee = number(r->fields[RECORD_COMMISSION]);
    int64_t day;
    if (!is_currency(r->fields[RECORD_CURRENCY])) /* a sum */
        return false;
    if (!quantity.has || !price.has || dec_is_zero(quantity.v))
        return statement_problem(out,
                                 "a trade has no quantity or price:", r->fields[RECORD_SYMBOL]);
    *x = (struct execution){.quantity = dec_abs(quantity.v), .price = price.v};
    if (!statement_time(r->zone, r->fields[RECORD_TIME], &day, &x->time.v))
        return statement_problem(out, "no date is known in", r->fields[RECORD_TIME]);
    x->time.has = true;
    x->side = dec_sign(quantity.v) < 0 || str_starts(r->fields[RECORD_SIDE], STR("SELL"))
                  ? SIDE_SELL
                  : SIDE_BUY;
    memcpy(x->account, r->account, sizeof x->account);
    statement_text(x->source, sizeof x->source, str_of(past_source_text(r->source)));
    statement_text(x->contract.symbol, sizeof x->contract.symbol, r->fields[RECORD_SYMBOL]);
    statement_text(x->contract.local_symbol, sizeof x->contract.local_symbol,
                   r->fields[RECORD_SYMBOL]);
    statement_text(x->contract.currency, sizeof x->contract.currency, r->fields[RECORD_CURRENCY]);
    statement_text(x->contract.multiplier, sizeof x->contract.multiplier,
                   r->fields[RECORD_MULTIPLIER]);
    statement_text(x->exchange, sizeof x->exchange, r->fields[RECORD_EXCHANGE]);
    statement_text(x->ref, sizeof x->ref, r->fields[RECORD_REFERENCE]);
    statement_text(x->time_text, sizeof x->time_text, r->fields[RECORD_TIME]);
    x->contract.sec_type = asset_of(r->fields[RECORD_ASSET]);
    x->contract.con_id = con_id_of(r);
    if (x->contract.sec_type == SEC_CASH)
        split_pair(&x->contract, r->fields[RECORD_SYMBOL]);
    if (fee.has) { /* statements count what is paid as negative */
        x->commission = DEC_SOME(dec_neg(fee.v));
        statement_text(x->commission_currency, sizeof x->commission_currency,
                       r->fields[RECORD_COMMISSION_CURRENCY].n
                           ? r->fields[RECORD_COMMISSION_CURRENCY]
                           : r->fields[RECORD_CURRENCY]);
    }
    x->realized_pnl = number(r->fields[RECORD_REALIZED]);
    if (r->fields[RECORD_EXEC_ID].n && r->fields[RECORD_EXEC_ID].n < sizeof x->exec_id)
        statement_text(x->exec_id, sizeof x->exec_id, r->fields[RECORD_EXEC_ID]);
    else if (r->fields[RECORD_TRADE_ID].n && r->fields[RECORD_TRADE_ID].n < sizeof x->exec_id - 8)
        (void)snprintf(x->exec_id, sizeof x->exec_id, "flex:" STR_FMT,
                       STR_ARG(r->fields[RECORD_TRADE_ID]));
    else
        make_id(r, x->exec_id, sizeof x->exec_id);
    out->kind = STATEMENT_EXECUTION;
    return true;
}

static enum flow_kind kind_of(const struct statement_record *r, struct dec amount)
{
    enum flow_kind k = r->flow;
    if (r->section == SECTION_TRANSFER)
        return FLOW_TRANSFER;
    if (r->section == SECTION_ACTION)
        return FLOW_ADJUSTMENT;
    for (size_t i = 0; k == FLOW_KIND_COUNT && i < sizeof cash_types / sizeof cash_types[0]; i++)
        if (has_word(r->fields[RECORD_KIND], cash_types[i].word))
            k = cash_types[i].kind;
    if (k == FLOW_KIND_COUNT)
        k = FLOW_ADJUSTMENT;
    return k == FLOW_DEPOSIT && dec_sign(amount) < 0 ? FLOW_WITHDRAWAL : k;
}

/* What moved: of a transfer its cash, or else the value of what was transferred, with its sign. */
static struct opt_dec amount_of(const struct statement_record *r)
{
    struct opt_dec d = number(r->fields[RECORD_AMOUNT]);
    if (r->section != SECTION_TRANSFER)
        return d;
    if (!d.has || dec_is_zero(d.v))
        d = number(r->fields[RECORD_VALUE]);
    bool is_out = str_ieq(str_trim(r->fields[RECORD_DIRECTION]), STR("OUT"));
    d.v = is_out ? dec_neg(dec_abs(d.v)) : dec_abs(d.v);
    return d;
}

static bool to_flow(struct statement_record *r, struct statement_item *out)
{
    struct cash_flow *f = &out->flow;
    struct opt_dec amount = amount_of(r);
    if (!is_currency(r->fields[RECORD_CURRENCY])) /* a sum */
        return false;
    if (!amount.has)
        return r->section == SECTION_CASH
                   ? statement_problem(out, "no amount is known in", r->fields[RECORD_AMOUNT])
                   : false;
    if (dec_is_zero(amount.v))
        return false;
    *f = (struct cash_flow){.source = r->source, .amount = amount.v};
    if (!statement_time(r->zone, r->fields[RECORD_TIME], &f->day, &f->at))
        return statement_problem(out, "no date is known in", r->fields[RECORD_TIME]);
    memcpy(f->account, r->account, sizeof f->account);
    f->kind = kind_of(r, amount.v);
    f->rate = number(r->fields[RECORD_RATE]);
    f->con_id = con_id_of(r);
    statement_text(f->currency, sizeof f->currency, r->fields[RECORD_CURRENCY]);
    statement_text(f->symbol, sizeof f->symbol, r->fields[RECORD_SYMBOL]);
    statement_text(f->note, sizeof f->note, r->fields[RECORD_NOTE]);
    if (!f->rate.has && str_eq(STR_NAME(f->currency), STR_NAME(r->base)))
        f->rate = DEC_SOME(dec_of(1));
    if (r->fields[RECORD_ID].n && r->fields[RECORD_ID].n < sizeof f->id - 8)
        (void)snprintf(f->id, sizeof f->id, "flex:" STR_FMT, STR_ARG(r->fields[RECORD_ID]));
    else
        make_id(r, f->id, sizeof f->id);
    out->kind = STATEMENT_FLOW;
    return true;
}

static bool to_held(struct statement_record *r, struct statement_item *out)
{
    struct held *h = &out->held;
    struct opt_dec quantity = number(r->fields[RECORD_QUANTITY]);
    struct utc at;
    *h = (struct held){.source = r->source, .day = r->to_day};
    if (!quantity.has)
        return statement_problem(out, "a position has no quantity:", r->fields[RECORD_SYMBOL]);
    if (r->fields[RECORD_TIME].n && !statement_time(r->zone, r->fields[RECORD_TIME], &h->day, &at))
        return statement_problem(out, "no date is known in", r->fields[RECORD_TIME]);
    memcpy(h->account, r->account, sizeof h->account);
    h->con_id = con_id_of(r);
    h->sec_type = asset_of(r->fields[RECORD_ASSET]);
    if (h->sec_type == SEC_UNKNOWN)
        return statement_problem(out,
                                 "the kind of security is not known:", r->fields[RECORD_ASSET]);
    statement_text(h->symbol, sizeof h->symbol, r->fields[RECORD_SYMBOL]);
    statement_text(h->currency, sizeof h->currency, r->fields[RECORD_CURRENCY]);
    h->quantity = quantity.v;
    h->price = number(r->fields[RECORD_PRICE]);
    h->value = number(r->fields[RECORD_VALUE]);
    h->cost = number(r->fields[RECORD_COST]);
    h->rate = number(r->fields[RECORD_RATE]);
    h->unrealized = number(r->fields[RECORD_UNREALIZED]);
    out->kind = STATEMENT_HELD;
    return true;
}

static bool to_snapshot(struct statement_record *r, struct statement_item *out)
{
    struct snapshot *s = &out->snapshot;
    enum { CLOSE_HOUR = 16 };
    *s = (struct snapshot){.source = r->source, .net = number(r->fields[RECORD_TOTAL])};
    if (!s->net.has)
        return statement_problem(out, "no total is known in", r->fields[RECORD_TOTAL]);
    if (r->source == PAST_CSV) { /* it ends with its period */
        int year, month, date;
        s->day = r->to_day;
        civil_from_days(s->day, &year, &month, &date);
        s->at = tz_utc(r->zone, (struct civil){.year = year, .month = month, .day = date}, NULL);
    } else if (!statement_time(r->zone, r->fields[RECORD_TIME], &s->day, &s->at)) {
        return statement_problem(out, "no date is known in", r->fields[RECORD_TIME]);
    }
    s->at.ns += (int64_t)CLOSE_HOUR * 3600 * NS_PER_S; /* the report's day, at its end */
    memcpy(s->account, r->account, sizeof s->account);
    statement_text(s->base, sizeof s->base,
                   r->fields[RECORD_CURRENCY].n ? r->fields[RECORD_CURRENCY] : STR_NAME(r->base));
    s->cash = number(r->fields[RECORD_CASH]);
    out->kind = STATEMENT_SNAPSHOT;
    return true;
}

bool statement_record_take(struct statement_record *r, struct statement_item *out)
{
    static bool (*const take[SECTION_COUNT])(struct statement_record *, struct statement_item *) = {
        [SECTION_TRADE] = to_execution, [SECTION_CASH] = to_flow,     [SECTION_TRANSFER] = to_flow,
        [SECTION_ACTION] = to_flow,     [SECTION_POSITION] = to_held, [SECTION_NAV] = to_snapshot,
        [SECTION_CHANGE] = to_snapshot};
    return take[r->section](r, out);
}
