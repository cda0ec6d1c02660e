/* SPDX-License-Identifier: MIT */
/*
 * The examples of the OpenAPI document are what the product answers: a story of one call of each
 * operation that has a route, on the paper exchange in virtual time. data/rest_examples.json holds
 * its requests and answers, of which lists and long texts are shortened; here each is asked again,
 * and must be answered with the same status and the same members. Prices may differ.
 * PORTCULLIS_GOLDEN=write writes the file anew (tests/golden/update).
 */
#include "../../kit/ask.h"

#include "base/limits.h"
#include "face/rest_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EXAMPLES "data/rest_examples.json"
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { KEPT_ITEMS = 2, KEPT_TEXT = 200, DEPTH_MAX = 16, EXAMPLES_MAX = 4 << 20 };

/* $name is that member of the newest answer that had it. */
static const struct {
    const char *operation, *arguments;
} story[] = {
    {"get_connection_status", "{}"},
    {"get_accounts", "{}"},
    {"get_account_summary", "{}"},
    {"get_portfolio", "{}"},
    {"get_performance", "{}"},
    {"get_account_history", "{\"limit\":2}"},
    {"show_config", "{}"},
    {"get_safety_status", "{}"},
    {"get_market_data", "{\"symbols\":[\"AAPL\",\"ASML\"]}"},
    {"get_forex_rates", "{\"currency_pairs\":[\"EURUSD\"]}"},
    {"convert_currency", "{\"amount\":1000,\"from_currency\":\"EUR\",\"to_currency\":\"USD\"}"},
    {"resolve_symbol", "{\"symbol\":\"ASML\"}"},
    {"get_market_hours", "{\"markets\":[\"NYSE\",\"XETR\"]}"},
    {"get_history", "{\"symbols\":[\"AAPL\"],\"bars\":\"1d\",\"period\":\"1m\"}"},
    {"get_returns", "{\"symbols\":[\"AAPL\",\"MSFT\"],\"periods\":[\"1m\"]}"},
    {"get_technicals", "{\"symbols\":[\"AAPL\"],\"indicators\":[\"rsi14\",\"sma50\"]}"},
    {"get_volatility", "{}"},
    {"compare_theses", "{\"theses\":[\"AAPL:2026-01-02:+20%:2026-12-31\"]}"},
    {"get_option_chain", "{\"symbol\":\"AAPL\",\"limit\":2}"},
    {"get_futures", "{\"symbol\":\"ES\"}"},
    {"run_scan", "{\"limit\":2}"},
    {"get_news", "{\"symbols\":[\"AAPL\"],\"limit\":2}"},
    {"get_events", "{\"symbols\":[\"AAPL\"]}"},
    {"get_tool_documentation", "{\"tool_or_category\":\"get_portfolio\"}"},
    {"set_price_alert", "{\"symbol\":\"AAPL\",\"condition\":\"below\",\"level\":100}"},
    {"get_alerts", "{}"},
    {"delete_alert", "{\"id\":\"$id\"}"},
    {"edit_watchlist", "{\"name\":\"tech\",\"action\":\"add\",\"symbols\":[\"AAPL\",\"MSFT\"]}"},
    {"get_watchlists", "{}"},
    {"place_market_order", "{\"symbol\":\"AAPL\",\"action\":\"BUY\",\"quantity\":2}"},
    {"get_executions", "{\"symbol\":\"AAPL\"}"},
    {"get_completed_orders", "{}"},
    {"place_limit_order", "{\"symbol\":\"AAPL\",\"action\":\"BUY\",\"quantity\":5,\"price\":150}"},
    {"get_open_orders", "{}"},
    {"get_order_status", "{\"order_id\":\"$order_id\"}"},
    {"modify_order", "{\"order_id\":\"$order_id\",\"price\":151}"},
    {"explain_order", "{\"order_ref\":\"$order_ref\"}"},
    {"cancel_order", "{\"order_id\":\"$order_id\"}"},
    {"place_bracket_order",
     "{\"symbol\":\"MSFT\",\"action\":\"BUY\",\"quantity\":2,\"entry_price\":400,"
     "\"stop_price\":380,\"target_price\":440}"},
    {"place_stop_loss", "{\"symbol\":\"AAPL\",\"price\":180}"},
    {"get_stop_losses", "{}"},
    {"modify_stop_loss", "{\"order_id\":\"$order_id\",\"stop_price\":182}"},
    {"cancel_stop_loss", "{\"order_id\":\"$order_id\"}"},
    {"preview_order",
     "{\"symbol\":\"AAPL\",\"action\":\"BUY\",\"quantity\":1,\"order_type\":\"LMT\","
     "\"price\":150}"},
    {"submit_order", "{\"preview_id\":\"$preview_id\"}"},
    {"get_approvals", "{}"},
    {"get_reconciliation", "{}"},
    {"run_reconciliation", "{}"},
    {"get_audit", "{\"kind\":\"intent\",\"limit\":2}"},
    {"export_audit", "{\"kind\":\"intent\",\"limit\":2}"},
    {"verify_audit", "{}"},
    {"set_trading_state", "{\"state\":\"reducing\",\"why\":\"earnings tonight\"}"},
    {"engage_kill_switch", "{\"why\":\"a try\"}"},
};

static struct world *world;
static struct arena *arena;
static const struct json *kept; /* the file; NULL while it is written */
static struct buf made;

static int set_up(void **state)
{
    (void)state;
    struct world_config config = {.seed = 1,
                                  .start = utc_of_civil((struct civil){2026, 3, 2, 14, 30, 0, 0})};
    struct error e = {0};
    world = world_new(&config, &e);
    if (!world || !world_start_paper(world, &e) || !world_start_app(world, &e))
        return -1;
    arena = arena_new(64 << 20);
    buf_init(&made, EXAMPLES_MAX);
    return world_run(world, 10000) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    world_free(world);
    arena_free(arena);
    buf_fini(&made);
    return 0;
}

/* ---- a request out of arguments ---- */

struct request {
    const struct op *op;
    struct str method, target, body;
    const struct json *arguments;
};

static struct str text_of(const struct json *j)
{
    struct str list = STR("");
    for (size_t i = 0; j->kind == JSON_ARRAY && i < j->n; i++)
        list = arena_f(arena, STR_FMT "%s" STR_FMT, STR_ARG(list), i ? "," : "",
                       STR_ARG(j->items[i].text));
    if (j->kind == JSON_ARRAY)
        return list;
    return j->kind == JSON_BOOL ? j->truth ? STR("true") : STR("false") : j->text;
}

static void add_encoded(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                        (c >= 'a' && c <= 'z') || strchr("-._~,:", c);
        buf_add_f(out, is_plain ? "%c" : "%%%02X", c);
    }
}

static struct str path_of(const struct request *r, struct str pattern)
{
    struct buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < pattern.n; i++) {
        if (pattern.p[i] != '{') {
            buf_add_char(&out, pattern.p[i]);
            continue;
        }
        size_t end = str_find(pattern, '}', i);
        const struct json *value = json_get(r->arguments, str_sub(pattern, i + 1, end));
        assert_non_null(value);
        add_encoded(text_of(value), &out);
        i = end;
    }
    struct str path = arena_str(arena, buf_str(&out));
    buf_fini(&out);
    return path;
}

static bool takes_body(struct str method)
{
    return !str_eq(method, STR("GET")) && !str_eq(method, STR("DELETE"));
}

static void make_request(const char *operation, struct str arguments, struct request *r)
{
    struct error e = {0};
    struct str pattern;
    struct buf rest;
    struct json_writer w;
    *r = (struct request){.op = op_find(str_of(operation))};
    if (!r->op)
        fail_msg("there is no %s", operation);
    assert_true(route_split(r->op, &r->method, &pattern));
    r->arguments = json_parse(arguments, arena, &e);
    assert_non_null(r->arguments);
    r->target = path_of(r, pattern);
    buf_init(&rest, 4096);
    json_writer_init(&w, &rest);
    if (takes_body(r->method))
        json_begin_object(&w);
    for (size_t i = 0; i < r->arguments->n; i++) {
        const struct json *one = &r->arguments->items[i];
        const struct field *f = type_find(r->op->in, one->key);
        if (!f || (f->kind == TYPE_LIST) != (one->kind == JSON_ARRAY)) /* as OpenAPI says */
            fail_msg("%s: " STR_FMT, operation, STR_ARG(one->key));
        if (route_has(pattern, one->key))
            continue;
        if (takes_body(r->method)) {
            json_key_str(&w, one->key);
            json_value(&w, one);
            continue;
        }
        buf_add_f(&rest, "%c" STR_FMT "=", rest.n ? '&' : '?', STR_ARG(one->key));
        add_encoded(text_of(one), &rest);
    }
    if (takes_body(r->method)) {
        json_end_object(&w);
        r->body = arena_str(arena, buf_str(&rest));
    } else {
        r->target = arena_f(arena, STR_FMT STR_FMT, STR_ARG(r->target), STR_ARG(buf_str(&rest)));
    }
    buf_fini(&rest);
}

static const struct json *ask(const struct request *r, int *status)
{
    static const struct http_pair headers[] = {
        {{"Authorization", 13}, {"Bearer " WORLD_TOKEN, sizeof "Bearer " WORLD_TOKEN - 1}}};
    struct ask a = {.world = NULL};
    struct answer answer;
    struct error e = {0};
    answer_start(&answer);
    assert_true(ask_http(&a, world, r->method, r->target, headers, 1, r->body, &answer));
    assert_true(ask_finish(&a, 60000));
    const struct json *j = json_parse(buf_str(&answer.out), arena, &e);
    *status = answer.status;
    if (!j || *status > 299)
        fail_msg(STR_FMT " " STR_FMT " " STR_FMT ": %d " STR_FMT, STR_ARG(r->method),
                 STR_ARG(r->target), STR_ARG(r->body), *status, STR_ARG(buf_str(&answer.out)));
    answer_free(&answer);
    assert_true(world_run(world, 2000));
    return j;
}

/* ---- what is written down ---- */

static void shorten(const struct json *j, int depth, struct json_writer *w)
{
    size_t n = j->kind == JSON_ARRAY && j->n > KEPT_ITEMS ? KEPT_ITEMS : j->n;
    assert_true(depth < DEPTH_MAX);
    if (j->kind == JSON_STRING && j->text.n > KEPT_TEXT) {
        json_str(w, arena_f(arena, STR_FMT "…", KEPT_TEXT, j->text.p));
        return;
    }
    if (j->kind != JSON_ARRAY && j->kind != JSON_OBJECT) {
        json_value(w, j);
        return;
    }
    if (j->kind == JSON_ARRAY)
        json_begin_array(w);
    else
        json_begin_object(w);
    for (size_t i = 0; i < n; i++) {
        if (j->kind == JSON_OBJECT)
            json_key_str(w, j->items[i].key);
        shorten(&j->items[i], depth + 1, w);
    }
    if (j->kind == JSON_ARRAY)
        json_end_array(w);
    else
        json_end_object(w);
}

static void write_example(const struct request *r, int status, const struct json *answer,
                          struct json_writer *w)
{
    json_key(w, r->op->name);
    json_begin_object(w);
    json_key(w, "arguments");
    json_value(w, r->arguments);
    json_key(w, "status");
    json_i64(w, status);
    json_key(w, "answer");
    shorten(answer, 0, w);
    json_end_object(w);
}

/* The same members, and values of the same kinds or unknown. */
static bool is_alike(const struct json *a, const struct json *b, int depth)
{
    bool has_items = a->kind == JSON_OBJECT || a->kind == JSON_ARRAY;
    if (a->kind == JSON_NULL || b->kind == JSON_NULL)
        return true;
    if (a->kind != b->kind || depth == DEPTH_MAX || (a->kind == JSON_OBJECT && a->n != b->n))
        return false;
    for (size_t i = 0; has_items && i < a->n && i < b->n; i++)
        if ((a->kind == JSON_OBJECT && !str_eq(a->items[i].key, b->items[i].key)) ||
            !is_alike(&a->items[i], &b->items[i], depth + 1))
            return false;
    return true;
}

static void compare(const struct request *r, int status, const struct json *answer)
{
    static const char update[] =
        "is not as in " EXAMPLES "; if that is meant: tests/golden/update, and commit it";
    const struct json *one = json_get(kept, str_of(r->op->name));
    int64_t its_status = 0;
    if (!one)
        fail_msg("%s has no example in " EXAMPLES "; tests/golden/update makes it", r->op->name);
    assert_true(json_to_i64(json_get(one, STR("status")), &its_status));
    if (its_status != status)
        fail_msg("%s: its status %d %s", r->op->name, status, update);
    if (!is_alike(json_get(one, STR("arguments")), r->arguments, 0))
        fail_msg("%s: its request %s", r->op->name, update);
    if (!is_alike(json_get(one, STR("answer")), answer, 0))
        fail_msg("%s: its answer %s", r->op->name, update);
}

/* ---- the story ---- */

/* The arguments with the members that are meant by $name. */
static struct str fill_in(const char *arguments, const struct json *const *answers, size_t n)
{
    struct str text = str_of(arguments);
    size_t mark = str_find(text, '$', 0), end = str_find(text, '"', mark);
    if (mark == text.n)
        return text;
    struct str name = str_sub(text, mark + 1, end);
    const struct json *value = NULL;
    for (size_t i = n; i-- > 0 && !value;)
        value = json_get(answers[i], name);
    assert_non_null(value);
    bool is_text = value->kind == JSON_STRING; /* else the quotes go too */
    return arena_f(arena, STR_FMT STR_FMT STR_FMT, STR_ARG(str_sub(text, 0, mark - !is_text)),
                   STR_ARG(value->text), STR_ARG(str_sub(text, end + !is_text, text.n)));
}

static void read_kept(void)
{
    static char block[1 << 20];
    struct error e = {0};
    FILE *f = fopen(EXAMPLES, "r");
    assert_non_null(f);
    size_t n = fread(block, 1, sizeof block, f);
    assert_int_equal(fclose(f), 0);
    kept = json_parse((struct str){block, n}, arena, &e);
    assert_non_null(kept);
}

static void write_kept(void)
{
    FILE *f = fopen(EXAMPLES, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(made.p, 1, made.n, f), made.n);
    assert_int_equal(fclose(f), 0);
}

static void every_documented_example_runs(void **state)
{
    const char *mode = getenv("PORTCULLIS_GOLDEN");
    const struct json *answers[COUNT(story)];
    bool writes = mode && strcmp(mode, "write") == 0;
    struct json_writer w;
    (void)state;
    if (!writes)
        read_kept();
    json_writer_init(&w, &made);
    json_begin_object(&w);
    for (size_t i = 0; i < COUNT(story); i++) {
        struct request r;
        int status = 0;
        make_request(story[i].operation, fill_in(story[i].arguments, answers, i), &r);
        answers[i] = ask(&r, &status);
        write_example(&r, status, answers[i], &w);
        if (i + 1 < COUNT(story))
            buf_add_char(&made, '\n'); /* a line for each: a difference is short */
        if (!writes)
            compare(&r, status, answers[i]);
    }
    json_end_object(&w);
    buf_add_char(&made, '\n');
    assert_false(made.failed);
    if (writes)
        write_kept();
}

static void every_operation_with_a_route_has_an_example(void **state)
{
    const struct op *op;
    (void)state;
    for (size_t i = 0; (op = op_next(&i));) {
        size_t n = 0;
        for (size_t k = 0; k < COUNT(story); k++)
            n += strcmp(story[k].operation, op->name) == 0;
        if (n != (op->route != NULL))
            fail_msg("%s is told %zu times", op->name, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_with_a_route_has_an_example),
        cmocka_unit_test_setup_teardown(every_documented_example_runs, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
