/* SPDX-License-Identifier: MIT */
/*
 * The scanner: rankings of the listings of a place by one figure, again every half minute. Three
 * tables say what there is; the parameters document is made from them. A filter that is not
 * simulated is refused by name.
 */
#include "paper/paper_private.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 50, EVERY_S = 30, WEEKS = 52, XML_MAX = 64 << 10, CANDIDATES_MAX = UNIVERSE_MAX };

/* ---- figures ---- */
/* What a ranking looks at; greater is further up. False if the listing has no such figure. */
struct look {
    struct feed *feed;
    const struct instrument *instrument;
    int64_t at_s;
    struct feed_quote quote;
};

typedef bool score_fn(const struct look *k, double *out);

static double percent(struct dec now, struct dec before)
{
    double b = dec_to_double(before);
    return b > 0 ? 100 * (dec_to_double(now) / b - 1) : 0;
}

static bool gain(const struct look *k, double *out)
{
    *out = percent(k->quote.last, k->quote.close);
    return true;
}

static bool loss(const struct look *k, double *out)
{
    *out = -percent(k->quote.last, k->quote.close);
    return true;
}

static bool gain_since_open(const struct look *k, double *out)
{
    *out = percent(k->quote.last, k->quote.open);
    return true;
}

static bool loss_since_open(const struct look *k, double *out)
{
    *out = -percent(k->quote.last, k->quote.open);
    return true;
}

static bool activity(const struct look *k, double *out)
{
    *out = dec_to_double(k->quote.volume);
    return *out > 0;
}

static bool activity_in_money(const struct look *k, double *out)
{
    *out = dec_to_double(k->quote.volume) * dec_to_double(k->quote.last);
    return *out > 0;
}

static bool unusual_volume(const struct look *k, double *out)
{
    int64_t average = feed_average_volume(k->instrument);
    *out = average > 0 ? dec_to_double(k->quote.volume) / (double)average : 0;
    return average > 0;
}

static bool unusual_move(const struct look *k, double *out)
{
    double move = percent(k->quote.last, k->quote.close);
    *out =
        (move < 0 ? -move : move) / (k->instrument->volatility > 0 ? k->instrument->volatility : 1);
    return true;
}

/* Where the price is between the extremes of a year's weekly closes, 0..1; the true extremes of all
 * listings would take seconds to find. */
static bool near_high(const struct look *k, double *out)
{
    double now = dec_to_double(k->quote.last), low = now, high = now;
    int64_t week = bars_start(k->instrument, BAR_WEEK_S, k->at_s);
    for (int n = 0; n < WEEKS; n++, week -= BAR_WEEK_S) {
        double close = dec_to_double(feed_price(k->feed, k->instrument, week - 1));
        low = close < low ? close : low;
        high = close > high ? close : high;
    }
    *out = high > low ? (now - low) / (high - low) : 0;
    return high > low;
}

static bool near_low(const struct look *k, double *out)
{
    bool known = near_high(k, out);
    *out = 1 - *out;
    return known;
}

static bool implied_volatility(const struct look *k, double *out)
{
    *out = feed_implied_vol(k->feed, k->instrument, k->at_s);
    return *out > 0;
}

static const struct {
    const char *code, *name;
    score_fn *score;
} codes[] = {
    {"TOP_PERC_GAIN", "Top % Gainers", gain},
    {"TOP_PERC_LOSE", "Top % Losers", loss},
    {"TOP_OPEN_PERC_GAIN", "Top % Gainers Since Open", gain_since_open},
    {"TOP_OPEN_PERC_LOSE", "Top % Losers Since Open", loss_since_open},
    {"MOST_ACTIVE", "Most Active", activity},
    {"MOST_ACTIVE_USD", "Most Active ($)", activity_in_money},
    {"HOT_BY_VOLUME", "Hot by Volume", unusual_volume},
    {"HOT_BY_PRICE", "Hot by Price", unusual_move},
    {"HIGH_VS_52W_HL", "52-Week High", near_high},
    {"LOW_VS_52W_HL", "52-Week Low", near_low},
    {"HIGH_OPT_IMP_VOLAT", "Highest Option Imp Vol", implied_volatility},
};

/* ---- places ---- */
static const struct {
    const char *code, *name, *instrument; /* the class that it is listed under */
    enum sec_type type;
    const char *currencies, *exchanges; /* NULL: any */
    bool only_funds;
} places[] = {
    {"STK.US", "US Stocks", "STK", SEC_STK, "USD", NULL, false},
    {"STK.US.MAJOR", "Listed/NASDAQ", "STK", SEC_STK, "USD", "NASDAQ,NYSE,AMEX,ARCA,BATS", false},
    {"STK.NASDAQ", "NASDAQ", "STK", SEC_STK, "USD", "NASDAQ", false},
    {"STK.NYSE", "NYSE", "STK", SEC_STK, "USD", "NYSE", false},
    {"STK.ARCA", "ARCA", "STK", SEC_STK, "USD", "ARCA", false},
    {"ETF.EQ.US", "US Exchange-Traded Funds", "ETF.EQ.US", SEC_STK, "USD", NULL, true},
    {"STK.EU", "European Stocks", "STOCK.EU", SEC_STK, "EUR,CHF,GBP,SEK,NOK,DKK,PLN", NULL, false},
    {"STK.HK", "Asian Stocks", "STOCK.HK", SEC_STK, "HKD,JPY,AUD,SGD,KRW,CNH,TWD,INR", NULL, false},
    {"IND.US", "US Indices", "IND.US", SEC_IND, "USD", NULL, false},
    {"FUT.US", "US Futures", "FUT.US", SEC_FUT, "USD", NULL, false},
};

enum {
    CODES = sizeof codes / sizeof codes[0],
    PLACES = sizeof places / sizeof places[0],
    FILTERS_MAX = 8
};

static bool is_listed(const char *list, struct str name)
{
    struct str rest = str_of(list);
    for (struct str one; list != NULL && rest.n > 0 && str_cut(&rest, ',', &one);)
        if (str_eq(one, name))
            return true;
    return list == NULL;
}

static bool is_there(size_t place, const struct instrument *i)
{
    const struct contract *c = &i->contract;
    return c->sec_type == places[place].type && !i->is_derived &&
           is_listed(places[place].currencies, STR_NAME(c->currency)) &&
           is_listed(places[place].exchanges, STR_NAME(c->primary_exchange)) &&
           (!places[place].only_funds || strcmp(i->stock_type, "ETF") == 0);
}

/* ---- filters ---- */
enum measure { OF_PRICE, OF_VOLUME, OF_CHANGE };

static const struct {
    const char *name;
    enum measure measure;
    bool is_above;
} filters[] = {
    {"priceAbove", OF_PRICE, true},       {"priceBelow", OF_PRICE, false},
    {"volumeAbove", OF_VOLUME, true},     {"volumeBelow", OF_VOLUME, false},
    {"changePercAbove", OF_CHANGE, true}, {"changePercBelow", OF_CHANGE, false},
};

struct scan {
    size_t code, place, rows, filter_count;
    struct {
        size_t filter;
        double limit;
    } limits[FILTERS_MAX];
    bool no_funds, only_funds;
};

static bool passes(const struct scan *s, const struct look *k)
{
    bool is_fund = strcmp(k->instrument->stock_type, "ETF") == 0;
    if ((s->no_funds && is_fund) || (s->only_funds && !is_fund))
        return false;
    for (size_t n = 0; n < s->filter_count; n++) {
        double v = 0;
        switch (filters[s->limits[n].filter].measure) {
        case OF_PRICE:
            v = dec_to_double(k->quote.last);
            break;
        case OF_VOLUME:
            v = dec_to_double(k->quote.volume);
            break;
        case OF_CHANGE:
            v = percent(k->quote.last, k->quote.close);
        }
        if (filters[s->limits[n].filter].is_above ? v < s->limits[n].limit : v > s->limits[n].limit)
            return false;
    }
    return true;
}

static bool add_filter(struct scan *s, struct str name, double limit)
{
    for (size_t k = 0; k < sizeof filters / sizeof filters[0]; k++)
        if (str_ieq(name, str_of(filters[k].name)) && s->filter_count < FILTERS_MAX) {
            s->limits[s->filter_count].filter = k;
            s->limits[s->filter_count++].limit = limit;
            return true;
        }
    return false;
}

/* NULL, or the name of what is not simulated. */
static const char *parse_filters(struct scan *s, const struct wire_req_scanner_subscription *req)
{
    if (req->above_price < WIRE_UNSET_DOUBLE)
        (void)add_filter(s, STR("priceAbove"), req->above_price);
    if (req->below_price < WIRE_UNSET_DOUBLE)
        (void)add_filter(s, STR("priceBelow"), req->below_price);
    if (req->above_volume < WIRE_UNSET_INT)
        (void)add_filter(s, STR("volumeAbove"), (double)req->above_volume);
    if (req->market_cap_above < WIRE_UNSET_DOUBLE || req->market_cap_below < WIRE_UNSET_DOUBLE)
        return "market capitalization";
    if (req->moody_rating_above.n + req->moody_rating_below.n + req->sp_rating_above.n +
            req->sp_rating_below.n >
        0)
        return "ratings of bonds";
    struct str list = req->filter_options;
    for (struct str one, name; list.n > 0 && str_cut(&list, ';', &one);) {
        double limit;
        if (str_trim(one).n > 0 && (!str_cut(&one, '=', &name) || !str_to_double(one, &limit) ||
                                    !add_filter(s, str_trim(name), limit)))
            return "one of the filter options";
    }
    s->only_funds = str_ieq(req->stock_type_filter, STR("ETF"));
    s->no_funds = str_ieq(req->stock_type_filter, STR("CORP")) ||
                  str_ieq(req->stock_type_filter, STR("STOCK"));
    if (!s->only_funds && !s->no_funds && req->stock_type_filter.n > 0 &&
        !str_ieq(req->stock_type_filter, STR("ALL")))
        return "the stock type filter";
    return NULL;
}

/* ---- rankings ---- */
struct candidate {
    double score;
    const struct instrument *instrument;
};

static int by_score(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->score > y->score || x->score < y->score)
        return x->score > y->score ? -1 : 1;
    return x->instrument->contract.con_id < y->instrument->contract.con_id ? -1 : 1;
}

static size_t rank(struct paper *p, const struct scan *s, struct candidate *out)
{
    size_t n = 0;
    for (size_t k = 0; k < universe_count(p->universe) && n < CANDIDATES_MAX; k++) {
        struct look look = {p->feed, universe_at(p->universe, k), paper_now_s(p), {.close = {0}}};
        if (!is_there(s->place, look.instrument) || !access_granted(p, look.instrument))
            continue;
        feed_quote(p->feed, look.instrument, look.at_s, &look.quote);
        out[n].instrument = look.instrument;
        if (passes(s, &look) && codes[s->code].score(&look, &out[n].score))
            n++;
    }
    qsort(out, n, sizeof *out, by_score);
    return n < s->rows ? n : s->rows;
}

void scan_step(struct paper *p, struct paper_peer *peer, struct stream *stream)
{
    const struct scan *s = stream->own;
    struct candidate *found = ARENA_MANY(p->arena, struct candidate, CANDIDATES_MAX);
    struct wire_scan_row rows[ROWS_MAX];
    size_t n = rank(p, s, found);
    for (size_t k = 0; k < n; k++) {
        rows[k] = (struct wire_scan_row){.rank = (int32_t)k, .contract = WIRE_CONTRACT_DEFAULT};
        rows[k].contract = paper_contract(&found[k].instrument->contract);
        rows[k].market_name = STR_NAME(found[k].instrument->contract.trading_class);
    }
    const struct wire_rep_scanner_data m = {stream->req_id, {rows, n}};
    peer_send(p, peer, WIRE_REP_SCANNER_DATA, &m);
    stream->due_ns = (paper_now_s(p) + EVERY_S) * NS_PER_S;
}

/* ---- requests ---- */
static void refuse(struct paper *p, struct paper_peer *peer, int32_t req_id, const char *what)
{
    peer_error(p, peer, req_id, CODE_INVALID_REQUEST, "Error validating request.-'bO' : cause - %s",
               what);
}

void serve_scanner_subscription(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_req_scanner_subscription *req = message;
    struct scan s = {.rows = ROWS_MAX};
    while (s.code < CODES && !str_eq(req->scan_code, str_of(codes[s.code].code)))
        s.code++;
    while (s.place < PLACES && (!str_eq(req->location_code, str_of(places[s.place].code)) ||
                                !str_eq(req->instrument, str_of(places[s.place].instrument))))
        s.place++;
    if (s.code == CODES || s.place == PLACES) {
        refuse(p, peer, req->req_id,
               s.code == CODES ? "This scan code is not simulated"
                               : "There is no such location for this instrument");
        return;
    }
    const char *missing = parse_filters(&s, req);
    if (missing != NULL) {
        peer_error(p, peer, req->req_id, CODE_INVALID_REQUEST,
                   "Error validating request.-'bO' : cause - The scanner does not know %s",
                   missing);
        return;
    }
    if (req->number_of_rows >= 0 && req->number_of_rows < ROWS_MAX)
        s.rows = (size_t)req->number_of_rows;
    struct stream *stream = stream_add(p, peer, STREAM_SCAN, req->req_id, NULL);
    if (stream == NULL)
        return;
    struct scan *kept = xmalloc(sizeof *kept);
    *kept = s;
    stream->own = kept;
    if (!faults_no_quotes(&p->faults))
        scan_step(p, peer, stream);
}

void serve_cancel_scanner(struct paper *p, struct paper_peer *peer, const void *message)
{
    const struct wire_id *req = message;
    if (stream_cancel(p, peer, STREAM_SCAN, req->req_id))
        peer_error(p, peer, req->req_id, CODE_HISTORY,
                   "Historical Market Data Service error message:API scanner subscription "
                   "cancelled: %d",
                   (int)req->req_id);
}

static void add_instruments(struct buf *xml)
{
    buf_add_c(xml, "<InstrumentList varName=\"instrumentList\">");
    for (size_t k = 0; k < PLACES; k++)
        if (k == 0 || strcmp(places[k].instrument, places[k - 1].instrument) != 0)
            buf_add_f(xml, "<Instrument><name>%s</name><type>%s</type></Instrument>",
                      places[k].name, places[k].instrument);
    buf_add_c(xml, "</InstrumentList><LocationTree varName=\"locationTree\">");
    for (size_t k = 0; k < PLACES; k++)
        buf_add_f(xml,
                  "<Location><displayName>%s</displayName><locationCode>%s</locationCode>"
                  "<instruments>%s</instruments><access>unrestricted</access></Location>",
                  places[k].name, places[k].code, places[k].instrument);
    buf_add_c(xml, "</LocationTree>");
}

void serve_scanner_parameters(struct paper *p, struct paper_peer *peer, const void *message)
{
    (void)message;
    struct buf xml;
    buf_init(&xml, XML_MAX);
    buf_add_c(&xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ScanParameterResponse>");
    add_instruments(&xml);
    buf_add_c(&xml, "<ScanTypeList varName=\"scanTypeList\">");
    for (size_t k = 0; k < CODES; k++)
        buf_add_f(&xml,
                  "<ScanType><displayName>%s</displayName><scanCode>%s</scanCode>"
                  "<instruments>STK,ETF.EQ.US,STOCK.EU,STOCK.HK,IND.US,FUT.US</instruments>"
                  "</ScanType>",
                  codes[k].name, codes[k].code);
    buf_add_c(&xml, "</ScanTypeList><FilterList varName=\"filterList\">");
    for (size_t k = 0; k < sizeof filters / sizeof filters[0]; k++)
        buf_add_f(
            &xml,
            "<SimpleFilter><id>%s</id><type>scanner.filter.SimpleFilter</type></SimpleFilter>",
            filters[k].name);
    buf_add_c(&xml, "</FilterList></ScanParameterResponse>");
    const struct wire_rep_scanner_parameters m = {buf_str(&xml)};
    peer_send(p, peer, WIRE_REP_SCANNER_PARAMETERS, &m);
    buf_fini(&xml);
}
