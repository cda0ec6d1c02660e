/* SPDX-License-Identifier: MIT */
#include "base/limits.h"
#include "words.h"

enum { DOC_MAX = 1000 };

/* ---- the contract with clients of an older server ---- */

/*
 * Tools with the parameters and result fields that such clients use. A parameter has its kind
 * behind the colon: s text, i whole number, n number, b true or false; '*' marks a required one.
 * `rows` is the list that holds the fields, NULL where they stand in the answer itself.
 */
static const struct tool {
    const char *name, *parameters, *rows, *fields;
} tools[] = {
    {"get_portfolio", "account:s,currency:s", "positions",
     "symbol,secType,exchange,position,avgCost,marketPrice,marketValue,unrealizedPNL,realizedPNL,"
     "account,currency,conId,market_value,market_value_base,fx_rate,weight_nav,weight_gross,"
     "unrealized_pct,primary_exchange,description,local_symbol,multiplier"},
    {"get_account_summary", "account:s", "values", "tag,value,currency,account,value_num"},
    {"switch_account", "account_id:*s", NULL, "success,message,current_account,available_accounts"},
    {"get_accounts", "", NULL, "current_account,available_accounts,connected,paper_trading"},
    {"get_connection_status", "", NULL,
     "connected,paper_trading,client_id,host,port,current_account,available_accounts,"
     "total_accounts,server_version,connection_time"},
    {"get_market_data", "symbols:*s,auto_detect:b", "quotes",
     "symbol,exchange,currency,name,country,sector,contract_type,source,last,bid,ask,close,high,"
     "low,volume,contract_id,market_status,exchange_timezone,settlement,timestamp,data_status,"
     "data_message,has_price_data,change,change_pct,high_52w,low_52w,data_type,age_s"},
    {"get_forex_rates", "currency_pairs:*s", "rates",
     "pair,base_currency,quote_currency,name,last,bid,ask,close,high,low,volume,spread,pip_value,"
     "contract_id,raw_contract_symbol,timestamp,mid"},
    {"convert_currency", "amount:*n,from_currency:*s,to_currency:*s", NULL,
     "original_amount,from_currency,to_currency,exchange_rate,converted_amount,conversion_method,"
     "pair_used,rate_timestamp,conversion_timestamp,bid,ask"},
    {"resolve_symbol",
     "symbol:*s,exchange:s,currency:s,fuzzy_search:b,include_alternatives:b,max_results:i,"
     "prefer_native_exchange:b",
     NULL,
     "symbol,matches.symbol,matches.name,matches.conid,matches.exchange,matches.primary_exchange,"
     "matches.currency,matches.sec_type,matches.country,matches.validated,matches.isin,"
     "matches.cusip,matches.confidence,resolution_method,query_info.original_query,"
     "query_info.fuzzy_search_used,query_info.total_matches,cache_info.cache_hit,"
     "cache_info.cache_key,timestamp,exchange_info.exchange,exchange_info.currency,"
     "exchange_info.validated"},
    {"place_stop_loss",
     "symbol:*s,exchange:s,currency:s,action:s,quantity:i,stop_price:n,order_type:s,limit_price:n,"
     "trail_amount:n,trail_percent:n,time_in_force:s",
     NULL,
     "order_id,symbol,exchange,currency,action,quantity,stop_price,order_type,status,timestamp"},
    {"get_stop_losses", "account:s,symbol:s,status:s", "stops",
     "order_id,symbol,exchange,currency,action,quantity,order_type,status,created_time,fills,"
     "time_in_force,outside_rth,stop_price,trail_amount,limit_price,trail_percent"},
    {"modify_stop_loss",
     "order_id:*i,stop_price:n,quantity:i,limit_price:n,trail_amount:n,trail_percent:n,"
     "time_in_force:s",
     NULL, "order_id,status,modifications,timestamp"},
    {"cancel_stop_loss", "order_id:*i", NULL, "order_id,status,timestamp"},
    {"place_market_order", "symbol:*s,action:*s,quantity:*i,exchange:s,currency:s", NULL,
     "success,order_id,symbol,action,quantity,order_type,exchange,currency,status,timestamp"},
    {"place_limit_order",
     "symbol:*s,action:*s,quantity:*i,exchange:s,currency:s,price:*n,time_in_force:s", NULL,
     "success,order_id,symbol,action,quantity,order_type,exchange,currency,status,timestamp,price,"
     "time_in_force"},
    {"cancel_order", "order_id:*i", NULL, "success,order_id,status,timestamp"},
    {"modify_order", "order_id:*i,quantity:i,price:n,time_in_force:s", NULL,
     "success,order_id,status,modifications,timestamp"},
    {"get_order_status", "order_id:*i", NULL,
     "success,order_id,symbol,exchange,currency,action,quantity,order_type,price,stop_price,"
     "time_in_force,status,fills,timestamp"},
    {"place_bracket_order",
     "symbol:*s,action:*s,quantity:*i,entry_price:*n,stop_price:*n,target_price:*n,exchange:s,"
     "currency:s",
     NULL,
     "success,parent_order_id,stop_order_id,target_order_id,symbol,action,quantity,entry_price,"
     "stop_price,target_price,exchange,currency,status,timestamp"},
    {"get_open_orders", "account:s", "orders",
     "order_id,symbol,exchange,currency,action,quantity,order_type,status,filled,remaining,"
     "avg_fill_price,last_fill_price,time_in_force,account,limit_price,stop_price"},
    {"get_completed_orders", "account:s", "orders",
     "order_id,symbol,exchange,currency,action,quantity,order_type,limit_price,aux_price,"
     "time_in_force,status,filled,remaining,avg_fill_price,commission,account,order_ref,client_id,"
     "perm_id"},
    {"get_executions", "account:s,symbol:s,days_back:i", "executions",
     "execution_id,order_id,client_id,symbol,exchange,currency,security_type,side,shares,price,"
     "perm_id,liquidation,cumulative_quantity,average_price,order_ref,ev_rule,ev_multiplier,"
     "model_code,last_liquidity,time,account,commission,realized_pnl"},
    {"get_tool_documentation", "tool_or_category:*s,aspect:s", NULL, "topic,markdown"},
};

static bool takes(const struct field *f, char kind)
{
    switch (kind) {
    case 's':
        return f->kind == TYPE_STR || f->kind == TYPE_ENUM || (f->kind == TYPE_LIST && !f->of);
    case 'i':
        return f->kind == TYPE_INT || f->kind == TYPE_DEC;
    case 'n':
        return f->kind == TYPE_DEC;
    default:
        return kind == 'b' && f->kind == TYPE_BOOL;
    }
}

static void the_tools_of_an_older_server_exist(void **state)
{
    (void)state;
    assert_int_equal(sizeof tools / sizeof tools[0], 23);
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
        if (!op_find(str_of(tools[i].name)))
            fail_msg("%s is missing", tools[i].name);
}

static void they_take_the_same_parameters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
        const struct op *op = op_find(str_of(tools[i].name));
        struct str rest = str_of(tools[i].parameters), item;
        while (rest.n && str_cut(&rest, ',', &item)) {
            size_t colon = str_find(item, ':', 0);
            bool required = item.p[colon + 1] == '*';
            const struct field *f = type_find(op->in, str_sub(item, 0, colon));
            if (!f || !takes(f, item.p[item.n - 1]) || (f->required && !required))
                fail_msg("%s: parameter " STR_FMT, op->name, STR_ARG(item));
        }
    }
}

/* "matches.symbol" below a type. */
static const struct field *find_path(const struct type *t, struct str path)
{
    struct str name;
    const struct field *f = NULL;
    while (path.n && str_cut(&path, '.', &name)) {
        f = t ? type_find(t, name) : NULL;
        if (!f)
            return NULL;
        t = f->of;
    }
    return f;
}

static void they_answer_with_the_same_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++) {
        const struct op *op = op_find(str_of(tools[i].name));
        const struct type *t = op->out;
        if (tools[i].rows) {
            const struct field *rows = type_find(t, str_of(tools[i].rows));
            assert_non_null(rows);
            assert_int_equal(rows->kind, TYPE_LIST);
            t = rows->of;
        }
        struct str rest = str_of(tools[i].fields), name;
        while (str_cut(&rest, ',', &name))
            if (!find_path(t, name))
                fail_msg("%s: field " STR_FMT, op->name, STR_ARG(name));
    }
}

/* ---- the table ---- */

/* Calls fn for each operation. */
static void each(void (*fn)(const struct op *op))
{
    const struct op *op;
    for (size_t i = 0; (op = op_next(&i));)
        fn(op);
}

static void check_name(const struct op *op)
{
    struct str name = str_of(op->name);
    assert_true(str_find(name, '_', 0) > 0 && str_find(name, '_', 0) < name.n - 1);
    for (size_t i = 0; i < name.n; i++)
        if (!((name.p[i] >= 'a' && name.p[i] <= 'z') || name.p[i] == '_'))
            fail_msg("%s: a name has small letters and underscores", op->name);
    if (op_find(name) != op)
        fail_msg("%s: the name is used twice", op->name);
    if (op->verb && op_find_verb(str_of(op->verb)) != op)
        fail_msg("%s: the verb %s is used twice", op->name, op->verb);
}

static void names_and_verbs_are_unique(void **state)
{
    (void)state;
    each(check_name);
}

static void check_route(const struct op *op)
{
    if (!op->route)
        return;
    struct str rest = str_of(op->route), part;
    const struct op *other;
    for (size_t i = 0; (other = op_next(&i));)
        if (other != op && other->route && strcmp(other->route, op->route) == 0)
            fail_msg("%s: its route is that of %s", op->name, other->name);
    assert_true(str_cut(&rest, ' ', &part));
    bool reads = str_eq(part, STR("GET"));
    if (reads != (op->effect == OP_READ))
        fail_msg("%s: what only reads is a GET, nothing else is", op->name);
    assert_true(str_starts(rest, STR("/api/")));
    while (rest.n && str_cut(&rest, '/', &part)) {
        if (!str_starts(part, STR("{")))
            continue;
        const struct field *f = type_find(op->in, str_sub(part, 1, part.n - 1));
        if (!f || !f->required)
            fail_msg("%s: " STR_FMT " is no required parameter", op->name, STR_ARG(part));
    }
}

static void routes_are_unique_and_name_parameters(void **state)
{
    (void)state;
    each(check_route);
}

static void check_doc(const struct op *op)
{
    assert_true(op->title && op->doc && op->category && op->in && op->out && op->run);
    if (strlen(op->doc) > DOC_MAX || strlen(op->doc) < 20)
        fail_msg("%s: a description has 20 to %d characters", op->name, DOC_MAX);
}

static void each_operation_is_described(void **state)
{
    (void)state;
    each(check_doc);
}

static void check_example(const struct op *op)
{
    struct arena *arena = arena_new(1 << 20);
    void *in;
    assert_true(!op->verb == !op->example);
    if (op->example && bind_words(op->example, arena, &in) != op)
        fail_msg("%s: '%s' is an example of another operation", op->name, op->example);
    arena_free(arena);
}

static void examples_are_understood(void **state)
{
    (void)state;
    each(check_example);
}

static void check_phrases(const struct op *op)
{
    for (size_t i = 0; op->phrases && op->phrases[i]; i++) {
        struct str s = str_of(op->phrases[i]);
        for (size_t at; (at = str_find(s, '{', 0)) < s.n;) {
            size_t end = str_find(s, '}', at);
            if (!type_find(op->in, str_sub(s, at + 1, end)))
                fail_msg("%s: '%s'", op->name, op->phrases[i]);
            s = str_sub(s, end, s.n);
        }
    }
}

static void phrases_name_parameters(void **state)
{
    (void)state;
    each(check_phrases);
}

/* ---- types ---- */

static void check_field(const char *op, const struct field *f)
{
    size_t n = f->doc ? strlen(f->doc) : 0;
    if (!n || f->doc[n - 1] == '.')
        fail_msg("%s.%s: a description, without a dot at its end", op, f->name);
    if ((f->kind == TYPE_ENUM) != (f->choices && f->kind == TYPE_ENUM))
        fail_msg("%s.%s: an enum has choices", op, f->name);
    if (f->kind == TYPE_OBJECT && !f->of)
        fail_msg("%s.%s: an object has a type", op, f->name);
    if (f->lines && f->kind != TYPE_STR)
        fail_msg("%s.%s: only a text has lines", op, f->name);
}

/* Names and places are used once, in nested types too. */
static void check_type(const char *op, const struct type *t, int depth)
{
    assert_true(depth < BIND_DEPTH_MAX && t->count <= BIND_FIELDS_MAX);
    for (size_t i = 0; i < t->count; i++) {
        const struct field *f = &t->fields[i];
        check_field(op, f);
        assert_true(f->offset < t->size);
        for (size_t k = 0; k < i; k++) {
            if (strcmp(t->fields[k].name, f->name) == 0)
                fail_msg("%s.%s is there twice", op, f->name);
            if (t->fields[k].offset == f->offset)
                fail_msg("%s: %s and %s are the same member", op, t->fields[k].name, f->name);
        }
        if (f->of)
            check_type(op, f->of, depth + 1);
    }
}

static void check_types(const struct op *op)
{
    check_type(op->name, op->in, 0);
    check_type(op->name, op->out, 0);
    for (size_t i = 0; i < envelope_type.count; i++)
        if (type_find(op->out, str_of(envelope_type.fields[i].name)))
            fail_msg("%s: %s is a name of the envelope", op->name, envelope_type.fields[i].name);
}

static void no_name_is_used_twice_in_an_answer(void **state)
{
    (void)state;
    each(check_types);
}

static void check_input(const struct op *op)
{
    struct arena *arena = arena_new(1 << 20);
    struct error e = {0};
    void *in = arena_alloc(arena, op->in->size);
    if (!bind_init(op->in, in, arena, &e))
        fail_msg("%s: %s", op->name, e.text);
    bool optional_seen = false;
    for (size_t i = 0; i < op->in->count; i++) {
        const struct field *f = &op->in->fields[i];
        if (f->required && (!f->example || f->initial))
            fail_msg("%s.%s: what is required has an example and no default", op->name, f->name);
        if (f->example && !bind_text(f, str_of(f->example), in, arena, &e))
            fail_msg("%s.%s: %s", op->name, f->name, e.text);
        if (f->positional && f->required && optional_seen)
            fail_msg("%s.%s: required behind optional words", op->name, f->name);
        optional_seen = optional_seen || (f->positional && !f->required);
        if (f->kind == TYPE_LIST && !f->of) {
            int64_t most = 0;
            assert_true(f->max && str_to_i64(str_of(f->max), &most));
            assert_int_equal(most, LIMIT_LIST_ARGUMENT);
        }
    }
    arena_free(arena);
}

static void inputs_have_valid_defaults_and_examples(void **state)
{
    (void)state;
    each(check_input);
}

static void check_effect(const struct op *op)
{
    bool has_account = type_find(op->in, STR("account")) != NULL;
    bool places = op->effect == OP_TRADE && !op->is_destructive;
    bool is_shown = type_find(op->in, STR("preview_id")) != NULL; /* which names the account */
    if (op->effect == OP_TRADE && !has_account && !is_shown)
        fail_msg("%s: what trades takes an account", op->name);
    if (places && !type_find(op->in, STR("dry_run")))
        fail_msg("%s: what places an order can be previewed", op->name);
    if (op->effect == OP_READ && op->is_destructive)
        fail_msg("%s: what reads destroys nothing", op->name);
}

static void what_trades_can_be_previewed_and_names_its_account(void **state)
{
    (void)state;
    each(check_effect);
}

static void check_empty(const struct op *op)
{
    struct buf text;
    struct json_writer w;
    struct error e = {0};
    struct arena *arena = arena_new(1 << 20);
    void *out = arena_alloc(arena, op->out->size);
    buf_init(&text, 1 << 20);
    json_writer_init(&w, &text);
    write_json(op->out, out, &w);
    assert_true(json_writer_done(&w));
    if (!json_parse(buf_str(&text), arena, &e))
        fail_msg("%s: %s", op->name, e.text);
    buf_fini(&text);
    arena_free(arena);
}

static void an_empty_answer_is_valid_json(void **state)
{
    (void)state;
    each(check_empty);
}

/* ---- the helpers of handlers ---- */

static void percentages_are_of_the_second_number(void **state)
{
    (void)state;
    struct opt_dec p = call_percent(DEC_SOME(DEC(105)), DEC_SOME(DEC(100)));
    assert_true(p.has && dec_eq(p.v, DEC(5)));
    p = call_percent(DEC_SOME(DEC(1)), DEC_SOME(DEC(3)));
    assert_true(p.has && dec_eq(p.v, DEC_MICRO(-66666700)));
    assert_false(call_percent(DEC_SOME(DEC(1)), DEC_SOME(DEC_ZERO)).has);
    assert_false(call_percent(DEC_NONE, DEC_SOME(DEC(1))).has);
}

static void ages_are_seconds_and_may_be_unknown(void **state)
{
    (void)state;
    assert_true(call_age(1500).has && call_age(1500).v > 1.49 && call_age(1500).v < 1.51);
    assert_false(call_age(-1).has);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tools_of_an_older_server_exist),
        cmocka_unit_test(they_take_the_same_parameters),
        cmocka_unit_test(they_answer_with_the_same_fields),
        cmocka_unit_test(names_and_verbs_are_unique),
        cmocka_unit_test(routes_are_unique_and_name_parameters),
        cmocka_unit_test(each_operation_is_described),
        cmocka_unit_test(examples_are_understood),
        cmocka_unit_test(phrases_name_parameters),
        cmocka_unit_test(no_name_is_used_twice_in_an_answer),
        cmocka_unit_test(inputs_have_valid_defaults_and_examples),
        cmocka_unit_test(what_trades_can_be_previewed_and_names_its_account),
        cmocka_unit_test(an_empty_answer_is_valid_json),
        cmocka_unit_test(percentages_are_of_the_second_number),
        cmocka_unit_test(ages_are_seconds_and_may_be_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
