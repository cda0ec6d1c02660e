/* SPDX-License-Identifier: MIT */
/*
 * scanner: rankings of a market by the broker, and the search for what there is to rank by.
 *
 * The broker describes its scans in one XML document of up to 2 MB: instruments, locations, scan
 * codes and filters. It is read anew for each search, piece by piece, and nothing of it is kept.
 */
#include "broker/convert.h"
#include "broker/research.h"
#include "data/xml.h"
#include "market/quotes.h"
#include "ops/op.h"

#include <stdio.h>
#include <string.h>

enum { WAIT_MS = 4000, FILTERS_TEXT_MAX = 1024, PARAMETERS_MAX = 50, NAME_MAX = 96 };

/* ---- input ---- */

struct scan_in {
    struct str code, search, instrument, location;
    struct list filters;
    struct str stock_type;
    int64_t limit;
    bool quotes;
    unsigned detail;
};
static const struct field scan_in_fields[] = {
    FIELD(struct scan_in, code, .positional = true, .example = "TOP_PERC_GAIN",
          .doc = "What to rank by; without it, the codes there are"),
    FIELD(struct scan_in, search, .doc = "Search codes, places and filters by a word instead",
          .example = "volume"),
    FIELD(struct scan_in, instrument, .initial = "STK", .doc = "Kind of instrument",
          .example = "STK"),
    FIELD(struct scan_in, location, .initial = "STK.US.MAJOR", .doc = "Place",
          .example = "STK.US.MAJOR"),
    FIELD(struct scan_in, filters, .max = "50", .doc = "Filters: priceAbove=10,volumeAbove=100000",
          .example = "priceAbove=10"),
    FIELD(struct scan_in, stock_type, .doc = "ALL, CORP, ETF, ADR, REIT"),
    FIELD(struct scan_in, limit, .initial = "10", .min = "1", .max = "50",
          .doc = "At most so many rows"),
    FIELD(struct scan_in, quotes, .initial = "true", .doc = "Quote what was found"),
    DETAIL_FIELD(struct scan_in, "full adds ids, sizes and ages"),
};
static const struct type scan_in_type = TYPE_OF(struct scan_in, scan_in_fields);

/* ---- output ---- */

struct hit_row {
    int64_t rank;
    struct str symbol, name, exchange, currency, sec_type;
    struct opt_dec last, bid, ask, change_pct, volume;
    struct str reason, next, figure, data_type;
    int64_t contract_id;
    struct opt_num age_s;
};
static const struct field hit_row_fields[] = {
    FIELD(struct hit_row, rank, .doc = "Place, from 1"),
    FIELD(struct hit_row, symbol, .doc = "Symbol at the broker"),
    FIELD(struct hit_row, name, .doc = "Company or instrument"),
    FIELD(struct hit_row, exchange, .doc = "Listing exchange"),
    FIELD(struct hit_row, currency, .doc = "Currency"),
    FIELD(struct hit_row, sec_type, .doc = "Security type", .wide = true),
    FIELD(struct hit_row, last, .doc = "Price: last, else middle, else close"),
    FIELD(struct hit_row, change_pct, .doc = "Against the previous close", .unit = "%"),
    FIELD(struct hit_row, volume, .doc = "Volume of the day"),
    FIELD(struct hit_row, bid, .doc = "Best bid", .wide = true),
    FIELD(struct hit_row, ask, .doc = "Best ask", .wide = true),
    FIELD(struct hit_row, figure, .doc = "What the scan ranked by, where the broker tells it"),
    FIELD(struct hit_row, reason, .doc = "Why values are null: a code"),
    FIELD(struct hit_row, next, .doc = "What to do about it", .wide = true),
    FIELD(struct hit_row, data_type, .doc = "live, frozen, delayed, delayed_frozen or none",
          .wide = true),
    FIELD(struct hit_row, age_s, .doc = "Age of the newest price", .unit = "s", .wide = true),
    FIELD(struct hit_row, contract_id, .doc = "Contract id; conid:ID names it elsewhere"),
};
static const struct type hit_row_type = TYPE_OF(struct hit_row, hit_row_fields);

struct parameter_row {
    struct str kind, code, name, instruments;
};
static const struct field parameter_row_fields[] = {
    FIELD(struct parameter_row, kind, .doc = "code, location, instrument or filter"),
    FIELD(struct parameter_row, code, .doc = "What to write"),
    FIELD(struct parameter_row, name, .doc = "What it is, in the broker's words"),
    FIELD(struct parameter_row, instruments, .doc = "Instruments that it goes with", .wide = true),
};
static const struct type parameter_row_type = TYPE_OF(struct parameter_row, parameter_row_fields);

struct scan_out {
    struct str code, location;
    struct list hits, parameters;
};
static const struct field scan_out_fields[] = {
    FIELD(struct scan_out, code, .doc = "What was ranked by"),
    FIELD(struct scan_out, location, .doc = "Where"),
    FIELD(struct scan_out, hits, .of = &hit_row_type, .doc = "Best first"),
    FIELD(struct scan_out, parameters, .of = &parameter_row_type, .aside = true,
          .doc = "What the search found"),
};
static const struct type scan_out_type = TYPE_OF(struct scan_out, scan_out_fields);

/* ---- the broker's description ---- */

/* An element that describes one parameter, and which of its children say what. */
static const struct shape {
    const char *element, *kind, *code, *name;
} SHAPES[] = {
    {"ScanType", "code", "scanCode", "displayName"},
    {"Location", "location", "locationCode", "displayName"},
    {"Instrument", "instrument", "type", "name"},
    {"SimpleFilter", "filter", "id", "displayName"},
    {"AbstractField", "filter", "code", "displayName"},
};

/* An element that is open; shape NULL if it describes nothing. */
struct open {
    const struct shape *shape;
    struct str code, name, instruments;
};

struct search {
    struct call *c;
    struct str word, instrument; /* either may be empty */
    const char *only;            /* NULL: every kind */
    struct parameter_row *rows;
    size_t n, matching;
    struct open open[XML_DEPTH_MAX];
};

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool holds(struct str text, struct str word)
{
    for (size_t at = 0; at + word.n <= text.n; at++) {
        size_t i = 0;
        while (i < word.n && lower(text.p[at + i]) == lower(word.p[i]))
            i++;
        if (i == word.n)
            return true;
    }
    return false;
}

static bool is_listed(struct str list, struct str name)
{
    for (struct str one; list.n > 0 && str_cut(&list, ',', &one);)
        if (str_ieq(str_trim(one), name))
            return true;
    return false;
}

/* The broker's text, cut and cleaned. */
static struct str cleaned(struct call *c, struct str raw)
{
    char out[NAME_MAX];
    clean_text(out, sizeof out,
               str_trim(xml_text(str_sub(raw, 0, 4 * (size_t)NAME_MAX), c->arena)));
    return call_text(c, out);
}

static void found(struct search *s, const struct open *o)
{
    if (!o->code.n || (s->only && strcmp(o->shape->kind, s->only) != 0) ||
        (s->instrument.n && o->instruments.n && !is_listed(o->instruments, s->instrument)) ||
        (s->word.n && !holds(o->code, s->word) && !holds(o->name, s->word)))
        return;
    for (size_t i = 0; i < s->n; i++) /* places stand in several branches of the tree */
        if (str_eq(s->rows[i].code, str_trim(o->code)) &&
            strcmp(s->rows[i].kind.p, o->shape->kind) == 0)
            return;
    s->matching++;
    if (s->n < PARAMETERS_MAX)
        s->rows[s->n++] =
            (struct parameter_row){str_of(o->shape->kind), cleaned(s->c, o->code),
                                   cleaned(s->c, o->name), cleaned(s->c, o->instruments)};
}

static void on_open(struct search *s, const struct xml *x)
{
    struct open *o = &s->open[x->depth - 1];
    *o = (struct open){.shape = NULL};
    for (size_t i = 0; i < sizeof SHAPES / sizeof SHAPES[0]; i++)
        if (str_is(x->name, SHAPES[i].element))
            o->shape = &SHAPES[i];
}

/* The text of a child goes to the element that it describes. */
static void on_text(struct search *s, const struct xml *x)
{
    if (x->depth < 2)
        return;
    struct open *parent = &s->open[x->depth - 2];
    struct str child = x->names[x->depth - 1];
    if (!parent->shape)
        return;
    if (str_is(child, parent->shape->code))
        parent->code = x->text;
    else if (str_is(child, parent->shape->name))
        parent->name = x->text;
    else if (str_is(child, "instruments"))
        parent->instruments = x->text;
}

static void on_close(struct search *s, const struct xml *x)
{
    struct open *o = &s->open[x->depth];
    if (!o->shape)
        return;
    found(s, o);
    /* the filter around a field is not what is written */
    if (strcmp(o->shape->kind, "filter") == 0)
        for (size_t i = 0; i < x->depth; i++)
            if (s->open[i].shape && strcmp(s->open[i].shape->kind, "filter") == 0)
                s->open[i].code = STR("");
}

static bool search_parameters(struct call *c, const struct scan_in *in, struct scan_out *out)
{
    struct str document;
    struct xml x;
    struct search *s = ARENA_NEW(c->arena, struct search);
    *s = (struct search){.c = c, .word = str_trim(in->search), .instrument = in->instrument};
    s->only = s->word.n ? NULL : "code";
    s->rows = ARENA_MANY(c->arena, struct parameter_row, PARAMETERS_MAX);
    if (!query_scan_parameters(c->task, c->core->session, &document, &c->error))
        return false;
    xml_init(&x, document);
    do {
        if (!xml_next(&x, &c->error)) {
            c->error.code = ERROR_PROTOCOL;
            return error_next(&c->error, "the broker's list of scans cannot be read; scans with a "
                                         "known code still work");
        }
        if (x.piece == XML_OPEN)
            on_open(s, &x);
        else if (x.piece == XML_TEXT)
            on_text(s, &x);
        else if (x.piece == XML_CLOSE)
            on_close(s, &x);
    } while (x.piece != XML_END);
    out->parameters = (struct list){s->rows, s->n};
    if (s->matching > s->n)
        call_warn(c, "LIMITED: %zu of %zu matches are shown; search by a longer word", s->n,
                  s->matching);
    return true;
}

/* ---- a scan ---- */

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = lower(s.p[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("._- :+,", c)))
            return false;
    }
    return s.n > 0 && s.n <= 64;
}

/* "priceAbove=10;volumeAbove=100000": nothing in a filter may begin another one. */
static bool join_filters(struct call *c, const struct scan_in *in, struct str *out)
{
    const struct str *filters = in->filters.items;
    char *text = arena_alloc(c->arena, FILTERS_TEXT_MAX);
    size_t used = 0;
    for (size_t i = 0; i < in->filters.n; i++) {
        struct str rest = str_trim(filters[i]), name;
        bool ok = str_cut(&rest, '=', &name) && is_word(str_trim(name)) &&
                  is_word(str_trim(rest)) && used + filters[i].n + 2 < FILTERS_TEXT_MAX;
        if (!ok) {
            error_set(&c->error, ERROR_INVALID, "BAD_FILTER", "'" STR_FMT "' is no filter",
                      STR_ARG(str_sub(filters[i], 0, 64)));
            return error_next(&c->error, "write name=value, such as priceAbove=10; `search` finds "
                                         "the names");
        }
        used += (size_t)snprintf(text + used, FILTERS_TEXT_MAX - used, "%s" STR_FMT "=" STR_FMT,
                                 used ? ";" : "", STR_ARG(str_trim(name)), STR_ARG(str_trim(rest)));
    }
    *out = (struct str){text, used};
    return true;
}

static struct hit_row describe(struct call *c, const struct scan_hit *h,
                               const struct contract_question *named)
{
    const struct contract *k = &h->contract;
    const struct contract_details *d = named->count ? &named->found[0] : NULL;
    const struct contract *told = d ? &d->contract : k;
    struct str figure = str_of(h->projection[0] ? h->projection
                               : h->distance[0] ? h->distance
                                                : h->benchmark);
    return (struct hit_row){
        .rank = (int64_t)h->rank + 1,
        .symbol = call_text(c, k->symbol),
        .name = d ? call_text(c, d->long_name) : STR_NONE,
        .exchange =
            call_text(c, told->primary_exchange[0] ? told->primary_exchange : told->exchange),
        .currency = call_text(c, told->currency),
        .sec_type = str_of(sec_type_text(told->sec_type)),
        .figure = figure.n ? figure : STR_NONE,
        .contract_id = k->con_id,
    };
}

static void put_quote(struct call *c, struct hit_row *r, const struct quote_answer *a,
                      const struct contract_question *named)
{
    const struct quote *q = &a->quote;
    struct opt_dec price = quote_price(q);
    enum market_state market =
        named->count ? market_state_at(&named->found[0], &c->core->zones, task_now(c->task).wall)
                     : MARKET_UNKNOWN;
    r->last = price;
    r->bid = q->bid;
    r->ask = q->ask;
    r->volume = q->volume;
    r->change_pct = call_percent(price, q->close);
    r->data_type = str_of(data_type_text(q->data_type));
    r->age_s = call_age(a->price_age_ms);
    if (price.has) {
        call_price_seen(c, q->data_type, a->price_age_ms);
        return;
    }
    enum gap gap = quote_gap(a, VALUE_LAST, market);
    r->reason = str_of(gap_text(gap));
    r->next = call_text(c, gap_advice(gap));
    call_incomplete(c, "NO_PRICE: no price for " STR_FMT ": " STR_FMT, STR_ARG(r->symbol),
                    STR_ARG(r->reason));
}

static bool fill_hits(struct call *c, const struct scan_in *in, const struct scan_hit *hits,
                      size_t n, struct scan_out *out)
{
    struct contract_question *names = ARENA_MANY(c->arena, struct contract_question, n);
    struct quote_answer *a = ARENA_MANY(c->arena, struct quote_answer, n);
    struct hit_row *rows = ARENA_MANY(c->arena, struct hit_row, n);
    for (size_t i = 0; i < n; i++) {
        names[i].like.con_id = hits[i].contract.con_id;
        a[i].contract = hits[i].contract;
    }
    if (!query_contracts_batch(c->task, c->core->session, names, n, &c->error))
        return false;
    for (size_t i = 0; i < n; i++)
        if (names[i].count)
            a[i].contract = names[i].found[0].contract;
    if (in->quotes && !quotes_get(c->task, c->core->quotes, a, n, WAIT_MS, &c->error))
        return false;
    for (size_t i = 0; i < n; i++) {
        rows[i] = describe(c, &hits[i], &names[i]);
        if (in->quotes)
            put_quote(c, &rows[i], &a[i], &names[i]);
        else
            rows[i].reason = STR("NOT_ASKED");
    }
    out->hits = (struct list){rows, n};
    return true;
}

/* A row without an id could be any contract of that name. */
static size_t drop_unnamed(struct call *c, struct scan_hit *hits, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (hits[i].contract.con_id > 0)
            hits[kept++] = hits[i];
    if (kept < n)
        call_incomplete(c, "NO_CONTRACT: %zu rows name no contract", n - kept);
    return kept;
}

static bool run_scan(struct call *c, const void *in_, void *result)
{
    const struct scan_in *in = in_;
    struct scan_out *out = result;
    struct scan_hit *hits;
    size_t n;
    c->is_concise = in->detail == DETAIL_CONCISE;
    if (!call_needs_broker(c))
        return false;
    if (!in->code.n || in->search.n)
        return search_parameters(c, in, out);
    struct scan_question q = {.code = in->code,
                              .instrument = in->instrument,
                              .location = in->location,
                              .stock_type = in->stock_type,
                              .rows = (int32_t)in->limit};
    if (!join_filters(c, in, &q.filters))
        return false;
    if (!query_scan(c->task, c->core->session, &q, &hits, &n, &c->error)) {
        if (c->error.code == ERROR_BROKER && !c->error.next[0])
            (void)error_next(&c->error, "`search` lists the codes, places and filters there are");
        return false;
    }
    n = drop_unnamed(c, hits, n);
    n = n < (size_t)in->limit ? n : (size_t)in->limit;
    out->code = in->code;
    out->location = in->location;
    return fill_hits(c, in, hits, n, out);
}

/* ---- the table ---- */

static const char *const scan_phrases[] = {"Scan the market for {code}",
                                           "Which scans are there for {search}", NULL};
static const struct op scanner_ops[] = {
    {.name = "run_scan",
     .title = "Market scan",
     .doc = "Ranking of a market by the broker (TOP_PERC_GAIN, MOST_ACTIVE) with quotes. Without "
            "code, or with search, lists codes, places and filters.",
     .in = &scan_in_type,
     .out = &scan_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/scan",
     .verb = "scan",
     .example = "scan TOP_PERC_GAIN",
     .category = "research",
     .phrases = scan_phrases,
     .run = run_scan},
};
const struct op_set scanner_op_set = {scanner_ops, sizeof scanner_ops / sizeof scanner_ops[0]};
