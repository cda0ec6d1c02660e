/* SPDX-License-Identifier: MIT */
/*
 * symbols: the look-up of contracts.
 */
#include "market/aliases.h"
#include "market/resolver.h"
#include "ops/op.h"

#include <string.h>

/* ---- input ---- */

struct resolve_in {
    struct str symbol, exchange, currency;
    bool fuzzy_search, include_alternatives, prefer_native_exchange;
    int64_t max_results;
    struct str account;
};
static const struct field resolve_in_fields[] = {
    FIELD(struct resolve_in, symbol, .required = true, .positional = true,
          .doc = "Symbol, company name, ISIN, CUSIP, FIGI or conid:NUMBER; CLEAR_CACHE and "
                 "CACHE_STATS are commands",
          .example = "ASML"),
    FIELD(struct resolve_in, exchange, .doc = "Exchange: broker code, MIC or city",
          .example = "AEB"),
    FIELD(struct resolve_in, currency, .doc = "Currency", .example = "EUR"),
    FIELD(struct resolve_in, fuzzy_search, .initial = "true", .doc = "Also search by name"),
    FIELD(struct resolve_in, include_alternatives, .initial = "false",
          .doc = "List every candidate even where a held position decides"),
    FIELD(struct resolve_in, max_results, .initial = "5", .min = "1", .max = "16",
          .doc = "At most this many matches"),
    FIELD(struct resolve_in, prefer_native_exchange, .initial = "false",
          .doc = "Put the listing in the issuer's own country first"),
    FIELD(struct resolve_in, account, .doc = "Account whose holdings decide between listings"),
};
static const struct type resolve_in_type = TYPE_OF(struct resolve_in, resolve_in_fields);

/* ---- output ---- */

struct match_row {
    struct str symbol, name;
    int64_t conid;
    struct str exchange, primary_exchange, currency, sec_type, country, isin, cusip, industry;
    struct opt_dec min_tick;
    bool validated;
    struct dec confidence;
    struct str valid_exchanges;
};
static const struct field match_row_fields[] = {
    FIELD(struct match_row, symbol, .doc = "Symbol at the broker"),
    FIELD(struct match_row, name, .doc = "Company or instrument"),
    FIELD(struct match_row, conid, .doc = "Contract id"),
    FIELD(struct match_row, exchange, .doc = "Routing exchange", .wide = true),
    FIELD(struct match_row, primary_exchange, .doc = "Listing exchange"),
    FIELD(struct match_row, currency, .doc = "Currency"),
    FIELD(struct match_row, sec_type, .doc = "Security type"),
    FIELD(struct match_row, country, .doc = "Country of the issuer by ISIN, if known"),
    FIELD(struct match_row, isin, .doc = "ISIN, if the broker tells it"),
    FIELD(struct match_row, cusip, .doc = "CUSIP: the part of a US or Canadian ISIN", .wide = true),
    FIELD(struct match_row, industry, .doc = "Industry, in the broker's scheme", .wide = true),
    FIELD(struct match_row, min_tick, .doc = "Smallest price step", .wide = true),
    FIELD(struct match_row, validated, .doc = "The broker returned this contract", .wide = true),
    FIELD(struct match_row, confidence, .doc = "1 = exact and unique", .unit = "ratio"),
    FIELD(struct match_row, valid_exchanges, .doc = "Where it can be routed", .wide = true),
};
static const struct type match_row_type = TYPE_OF(struct match_row, match_row_fields);

struct query_info {
    struct str original_query;
    bool fuzzy_search_used;
    int64_t total_matches;
};
static const struct field query_info_fields[] = {
    FIELD(struct query_info, original_query, .doc = "As it was asked for"),
    FIELD(struct query_info, fuzzy_search_used, .doc = "Found by name, not by symbol"),
    FIELD(struct query_info, total_matches, .doc = "Matches before max_results was applied"),
};
static const struct type query_info_type = TYPE_OF(struct query_info, query_info_fields);

struct cache_info {
    bool cache_hit;
    struct str cache_key;
    struct opt_int entries, hits, misses;
};
static const struct field cache_info_fields[] = {
    FIELD(struct cache_info, cache_hit, .doc = "Answered from memory"),
    FIELD(struct cache_info, cache_key, .doc = "Under which the answer is remembered"),
    FIELD(struct cache_info, entries, .doc = "CACHE_STATS: remembered answers"),
    FIELD(struct cache_info, hits, .doc = "CACHE_STATS: answered from memory"),
    FIELD(struct cache_info, misses, .doc = "CACHE_STATS: asked of the broker"),
};
static const struct type cache_info_type = TYPE_OF(struct cache_info, cache_info_fields);

struct exchange_info {
    struct str exchange, currency;
    bool validated;
};
static const struct field exchange_info_fields[] = {
    FIELD(struct exchange_info, exchange, .doc = "Exchange asked for, as the broker names it"),
    FIELD(struct exchange_info, currency, .doc = "Currency asked for"),
    FIELD(struct exchange_info, validated, .doc = "The broker has a listing there"),
};
static const struct type exchange_info_type = TYPE_OF(struct exchange_info, exchange_info_fields);

struct resolve_out {
    struct str symbol;
    struct list matches;
    struct str resolution_method;
    struct query_info query_info;
    struct cache_info cache_info;
    struct exchange_info exchange_info;
    struct str message;
    struct utc timestamp;
};
static const struct field resolve_out_fields[] = {
    FIELD(struct resolve_out, symbol, .doc = "As it was asked for"),
    FIELD(struct resolve_out, matches, .of = &match_row_type, .doc = "Best first"),
    FIELD(struct resolve_out, resolution_method,
          .doc = "held_position, exact_exchange, exchange_alias, smart_routing, currency_pair, "
                 "alternative_id, fuzzy_search or none"),
    FIELD_OBJECT(struct resolve_out, query_info, &query_info_type, .doc = "The question",
                 .wide = true),
    FIELD_OBJECT(struct resolve_out, cache_info, &cache_info_type, .doc = "What is remembered",
                 .wide = true),
    FIELD_OBJECT(struct resolve_out, exchange_info, &exchange_info_type,
                 .doc = "Where it was looked for", .wide = true),
    FIELD(struct resolve_out, message, .doc = "What the reader should know"),
    FIELD(struct resolve_out, timestamp, .doc = "When it was resolved"),
};
static const struct type resolve_out_type = TYPE_OF(struct resolve_out, resolve_out_fields);

/* ---- matches ---- */

/* 1 for the only exact match, less for one of several, least for a hit by name. */
static struct dec confidence_of(const struct resolve_question *q, const struct contract_details *d)
{
    if (q->how == RESOLVED_NAME && !str_ieq(q->text, STR_NAME(d->contract.symbol)))
        return DEC_MICRO(500000);
    return q->count == 1 ? DEC(1) : DEC_MICRO(800000);
}

static struct match_row match_of(struct call *c, const struct resolve_question *q,
                                 const struct contract_details *d)
{
    const struct contract *k = &d->contract;
    struct str isin = call_text(c, d->isin);
    bool has_cusip = isin.n == 12 && (str_starts(isin, STR("US")) || str_starts(isin, STR("CA")));
    return (struct match_row){
        .symbol = arena_str(c->arena, STR_NAME(k->symbol)),
        .name = call_text(c, d->long_name),
        .conid = k->con_id,
        .exchange = call_text(c, k->exchange),
        .primary_exchange = call_text(c, k->primary_exchange),
        .currency = call_text(c, k->currency),
        .sec_type = str_of(sec_type_text(k->sec_type)),
        .country = isin.n ? str_sub(isin, 0, 2) : STR_NONE,
        .isin = isin,
        .cusip = has_cusip ? str_sub(isin, 2, 11) : STR_NONE,
        .industry = call_text(c, d->industry),
        .min_tick = d->min_tick,
        .validated = true,
        .confidence = confidence_of(q, d),
        .valid_exchanges = call_text(c, d->valid_exchanges),
    };
}

/* The listing whose currency is that of the issuer's country. */
static bool is_native(const struct contract_details *d)
{
    static const struct {
        const char *country, *currency;
    } homes[] = {{"US", "USD"}, {"NL", "EUR"}, {"DE", "EUR"}, {"FR", "EUR"}, {"IT", "EUR"},
                 {"ES", "EUR"}, {"CH", "CHF"}, {"GB", "GBP"}, {"JP", "JPY"}, {"KR", "KRW"},
                 {"HK", "HKD"}, {"KY", "HKD"}, {"SE", "SEK"}, {"DK", "DKK"}, {"NO", "NOK"},
                 {"CA", "CAD"}, {"AU", "AUD"}};
    for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++)
        if (str_starts(STR_NAME(d->isin), str_of(homes[i].country)))
            return strcmp(d->contract.currency, homes[i].currency) == 0;
    return false;
}

static struct list matches_of(struct call *c, const struct resolve_in *args,
                              const struct resolve_question *q)
{
    size_t n = q->count < (size_t)args->max_results ? q->count : (size_t)args->max_results;
    struct match_row *rows = ARENA_MANY(c->arena, struct match_row, n);
    size_t at = 0;
    for (int pass = 0; pass < 2; pass++) /* those to be preferred, then the others */
        for (size_t i = 0; i < q->count && at < n; i++)
            if ((args->prefer_native_exchange && is_native(&q->found[i])) == (pass == 0))
                rows[at++] = match_of(c, q, &q->found[i]);
    return (struct list){rows, at};
}

/* The words that an older server uses, and two for what it could not do. */
static struct str method_of(const struct resolve_in *args, const struct resolve_question *q)
{
    const char *known = alias_exchange(args->exchange);
    if (!q->count)
        return STR("none");
    switch (q->how) {
    case RESOLVED_HELD:
        return STR("held_position");
    case RESOLVED_EXPLICIT:
        return known && !str_ieq(args->exchange, str_of(known)) ? STR("exchange_alias")
                                                                : STR("exact_exchange");
    case RESOLVED_FOREX:
        return STR("currency_pair");
    case RESOLVED_ID:
        return STR("alternative_id");
    case RESOLVED_NAME:
        return STR("fuzzy_search");
    case RESOLVED_OPTION:
    case RESOLVED_FUTURE:
        return STR("contract_terms");
    case RESOLVED_SEARCH:
        break;
    }
    return STR("smart_routing");
}

/* ---- the commands among the symbols ---- */

static bool cache_command(struct call *c, struct str word, struct resolve_out *out)
{
    if (str_eq(word, STR("CLEAR_CACHE"))) {
        out->message =
            arena_f(c->arena, "%zu remembered answers cleared", resolver_clear(c->core->resolver));
    } else if (str_eq(word, STR("CACHE_STATS"))) {
        struct resolve_cache_stats s = resolver_stats(c->core->resolver);
        out->cache_info.entries = (struct opt_int){(int64_t)s.entries, true};
        out->cache_info.hits = (struct opt_int){s.hits, true};
        out->cache_info.misses = (struct opt_int){s.misses, true};
        out->message = arena_f(c->arena,
                               "%zu answers are remembered, %lld questions were answered "
                               "from memory, %lld were asked of the broker",
                               s.entries, (long long)s.hits, (long long)s.misses);
    } else {
        return false;
    }
    out->symbol = out->query_info.original_query = word;
    out->matches.items = ARENA_MANY(c->arena, struct match_row, 1);
    out->resolution_method = STR("none");
    out->timestamp = task_now(c->task).wall;
    return true;
}

static bool resolve_symbol(struct call *c, const void *in, void *result)
{
    const struct resolve_in *args = in;
    struct resolve_out *out = result;
    struct str account;
    if (cache_command(c, args->symbol, out))
        return true;
    if (!call_needs_broker(c) || !call_account(c, args->account, &account))
        return false;
    struct resolve_question q = {.text = args->symbol,
                                 .exchange = args->exchange,
                                 .currency = args->currency,
                                 .exact = !args->fuzzy_search,
                                 .all = args->include_alternatives};
    if (!resolve(c->task, c->core->resolver, account, &q, 1, &c->error))
        return false;
    if (q.error.code != ERROR_NONE && q.error.code != ERROR_NOT_FOUND) {
        c->error = q.error;
        return false;
    }
    const char *known = alias_exchange(args->exchange);
    out->symbol = out->query_info.original_query = args->symbol;
    out->matches = matches_of(c, args, &q);
    out->query_info.total_matches = (int64_t)q.count;
    out->query_info.fuzzy_search_used = q.count && q.how == RESOLVED_NAME;
    out->resolution_method = method_of(args, &q);
    out->cache_info.cache_hit = q.from_cache;
    out->cache_info.cache_key = q.key;
    out->exchange_info.exchange = known ? str_of(known) : args->exchange;
    out->exchange_info.currency = args->currency;
    out->exchange_info.validated = q.count > 0;
    out->timestamp = task_now(c->task).wall;
    if (!q.count && strcmp(q.error.reason, "UNKNOWN_SYMBOL") == 0)
        out->message =
            arena_f(c->arena, "%s; try the company's name, an ISIN, or SYMBOL.EXCHANGE.CURRENCY",
                    q.error.text);
    else if (!q.count)
        out->message = arena_f(c->arena, "%s; %s", q.error.text, q.error.next);
    else if (q.count > 1)
        out->message = STR("several contracts: name one as SYMBOL.EXCHANGE.CURRENCY");
    return true;
}

/* ---- the table ---- */

static const struct op symbol_ops[] = {
    {.name = "resolve_symbol",
     .title = "Look up a contract",
     .doc = "Finds the contracts meant by a symbol, company name, ISIN or contract id, with "
            "exchange, currency, country and tick size; all candidates where it is ambiguous.",
     .in = &resolve_in_type,
     .out = &resolve_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/contracts/{symbol}",
     .verb = "resolve",
     .example = "resolve ASML --include-alternatives",
     .category = "market_data",
     .run = resolve_symbol},
};
const struct op_set symbol_op_set = {symbol_ops, sizeof symbol_ops / sizeof symbol_ops[0]};
