/* SPDX-License-Identifier: MIT */
/*
 * symbols: the look-up of contracts.
 */
#include "market/aliases.h"
#include "market/resolver.h"
#include "market/spelling.h"
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
          .doc = "Symbol, name, ISIN, option, future; CLEAR_CACHE, CACHE_STATS", .example = "ASML"),
    FIELD(struct resolve_in, exchange, .doc = "Exchange: broker code, MIC or city",
          .example = "AEB"),
    FIELD(struct resolve_in, currency, .doc = "Currency", .example = "EUR"),
    FIELD(struct resolve_in, fuzzy_search, .initial = "true", .doc = "Also search by name"),
    FIELD(struct resolve_in, include_alternatives, .initial = "false",
          .doc = "List every candidate even where a holding decides"),
    FIELD(struct resolve_in, max_results, .initial = "5", .min = "1", .max = "16",
          .doc = "At most this many matches"),
    FIELD(struct resolve_in, prefer_native_exchange, .initial = "false",
          .doc = "Put the listing in the issuer's own country first"),
    FIELD(struct resolve_in, account, .doc = "Decides between listings"),
};
static const struct type resolve_in_type = TYPE_OF(struct resolve_in, resolve_in_fields);

/* ---- output ---- */

struct match_row {
    struct str symbol, name;
    int64_t conid;
    struct str exchange, primary_exchange, currency, sec_type, country, isin, cusip, industry;
    struct str write_as, expiry, right, multiplier, local_symbol, trading_class;
    struct opt_dec strike, min_tick;
    bool validated;
    struct dec confidence;
    struct str why, valid_exchanges;
};
static const struct field match_row_fields[] = {
    FIELD(struct match_row, symbol, .doc = "Symbol at the broker"),
    FIELD(struct match_row, name, .doc = "Company or instrument"),
    FIELD(struct match_row, conid, .doc = "Contract id"),
    FIELD(struct match_row, exchange, .doc = "Routing exchange", .wide = true),
    FIELD(struct match_row, write_as, .doc = "The text that names this contract and no other"),
    FIELD(struct match_row, primary_exchange, .doc = "Listing exchange"),
    FIELD(struct match_row, currency, .doc = "Currency"),
    FIELD(struct match_row, sec_type, .doc = "Security type"),
    FIELD(struct match_row, expiry, .doc = "Last day of an option or a future", .wide = true),
    FIELD(struct match_row, strike, .doc = "Strike of an option", .wide = true),
    FIELD(struct match_row, right, .doc = "C or P", .wide = true),
    FIELD(struct match_row, multiplier, .doc = "Units of one contract", .wide = true),
    FIELD(struct match_row, local_symbol, .doc = "Name at the exchange", .wide = true),
    FIELD(struct match_row, trading_class, .doc = "Trading class", .wide = true),
    FIELD(struct match_row, country, .doc = "Country of the issuer by ISIN, if known"),
    FIELD(struct match_row, isin, .doc = "ISIN, if the broker tells it"),
    FIELD(struct match_row, cusip, .doc = "CUSIP: the part of a US or Canadian ISIN", .wide = true),
    FIELD(struct match_row, industry, .doc = "Industry, in the broker's scheme", .wide = true),
    FIELD(struct match_row, min_tick, .doc = "Smallest price step", .wide = true),
    FIELD(struct match_row, validated, .doc = "The broker returned this contract", .wide = true),
    FIELD(struct match_row, confidence, .doc = "1 = exact and unique", .unit = "ratio"),
    FIELD(struct match_row, why, .doc = "What the confidence rests on"),
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
    struct opt_num age_s;
    struct opt_int entries, hits, misses, refreshed;
};
static const struct field cache_info_fields[] = {
    FIELD(struct cache_info, cache_hit, .doc = "Answered from memory"),
    FIELD(struct cache_info, cache_key, .doc = "Under which the answer is remembered"),
    FIELD(struct cache_info, age_s, .doc = "Since the broker said it", .unit = "s"),
    FIELD(struct cache_info, entries, .doc = "CACHE_STATS: remembered answers"),
    FIELD(struct cache_info, hits, .doc = "CACHE_STATS: answered from memory"),
    FIELD(struct cache_info, misses, .doc = "CACHE_STATS: asked of the broker"),
    FIELD(struct cache_info, refreshed, .doc = "CACHE_STATS: asked again behind a question"),
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
    struct str message, error_code, next;
    struct utc timestamp;
};
static const struct field resolve_out_fields[] = {
    FIELD(struct resolve_out, symbol, .doc = "As it was asked for"),
    FIELD(struct resolve_out, matches, .of = &match_row_type, .doc = "Best first"),
    FIELD(struct resolve_out, resolution_method,
          .doc = "held_position, exact_exchange, exchange_alias, smart_routing, currency_pair, "
                 "alternative_id, contract_terms, fuzzy_search or none"),
    FIELD_OBJECT(struct resolve_out, query_info, &query_info_type, .doc = "The question",
                 .wide = true),
    FIELD_OBJECT(struct resolve_out, cache_info, &cache_info_type, .doc = "What is remembered",
                 .wide = true),
    FIELD_OBJECT(struct resolve_out, exchange_info, &exchange_info_type,
                 .doc = "Where it was looked for", .wide = true),
    FIELD(struct resolve_out, message, .doc = "What the reader should know"),
    FIELD(struct resolve_out, error_code,
          .doc = "Why there is no match: UNKNOWN_SYMBOL, DELISTED_SYMBOL and the like"),
    FIELD(struct resolve_out, next, .doc = "What to do about it"),
    FIELD(struct resolve_out, timestamp, .doc = "When it was resolved"),
};
static const struct type resolve_out_type = TYPE_OF(struct resolve_out, resolve_out_fields);

/* ---- matches ---- */

static struct match_row match_of(struct call *c, const struct contract_details *d,
                                 const struct ranking *rank)
{
    const struct contract *k = &d->contract;
    char write_as[SPELLING_MAX];
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
        .write_as = arena_str(c->arena, str_of(spelling_write(k, write_as))),
        .expiry = call_text(c, k->expiry),
        .strike = k->strike,
        .right = k->right ? arena_str(c->arena, (struct str){&k->right, 1}) : STR_NONE,
        .multiplier = call_text(c, k->multiplier),
        .local_symbol = call_text(c, k->local_symbol),
        .trading_class = call_text(c, k->trading_class),
        .min_tick = d->min_tick,
        .validated = true,
        .confidence = rank->confidence,
        .why = arena_str(c->arena, STR_NAME(rank->why)),
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
                rows[at++] = match_of(c, &q->found[i], &q->ranks[i]);
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
        out->message = arena_f(c->arena, "%zu remembered answers cleared",
                               resolver_clear(c->core->resolver, task_now(c->task).wall));
    } else if (str_eq(word, STR("CACHE_STATS"))) {
        struct resolve_cache_stats s = resolver_stats(c->core->resolver);
        out->cache_info.entries = (struct opt_int){(int64_t)s.entries, true};
        out->cache_info.hits = (struct opt_int){s.hits, true};
        out->cache_info.misses = (struct opt_int){s.misses, true};
        out->cache_info.refreshed = (struct opt_int){s.refreshed, true};
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

/* What is to be said beside the matches. */
static struct str message_of(struct call *c, const struct resolve_question *q, size_t shown)
{
    if (q->note.n)
        return q->note;
    if (q->total > shown)
        return arena_f(c->arena, "%zu contracts, %zu of them here: name one as write_as says",
                       q->total, shown);
    return q->count > 1 ? STR("several contracts: name one as write_as says") : STR_NONE;
}

static void fill(struct call *c, const struct resolve_in *args, const struct resolve_question *q,
                 struct resolve_out *out)
{
    const char *known = alias_exchange(args->exchange);
    out->symbol = out->query_info.original_query = args->symbol;
    out->matches = matches_of(c, args, q);
    out->query_info.total_matches = (int64_t)q->total;
    out->query_info.fuzzy_search_used = q->count && q->how == RESOLVED_NAME;
    out->resolution_method = method_of(args, q);
    out->cache_info.cache_hit = q->from_cache;
    out->cache_info.cache_key = q->key;
    if (q->count)
        out->cache_info.age_s = call_age(q->age_ms);
    out->exchange_info.exchange = known ? str_of(known) : args->exchange;
    out->exchange_info.currency = args->currency;
    out->exchange_info.validated = q->count > 0;
    if (q->count)
        out->message = message_of(c, q, out->matches.n);
    else
        call_row_error(c, &q->error, &out->message, &out->error_code, &out->next);
    out->timestamp = task_now(c->task).wall;
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
    fill(c, args, &q, out);
    return true;
}

/* ---- the table ---- */

static const char *const resolve_phrases[] = {"Look up {symbol}", "Which contract is {symbol}",
                                              NULL};
static const struct op symbol_ops[] = {
    {.name = "resolve_symbol",
     .title = "Look up a contract",
     .doc = "Finds the contracts meant by a symbol, company name, ISIN, option, future or contract "
            "id, with exchange, currency, country and tick size; all candidates where it is "
            "ambiguous, each with the text that names it alone, how sure it is and why.",
     .in = &resolve_in_type,
     .out = &resolve_out_type,
     .effect = OP_READ,
     .is_idempotent = true,
     .is_open_world = true,
     .route = "GET /api/contracts/{symbol}",
     .verb = "resolve",
     .example = "resolve ASML --include-alternatives",
     .category = "market_data",
     .phrases = resolve_phrases,
     .run = resolve_symbol},
};
const struct op_set symbol_op_set = {symbol_ops, sizeof symbol_ops / sizeof symbol_ops[0]};
