/* SPDX-License-Identifier: MIT */
#include "ops/resources.h"

#include "data/http.h"
#include "page_portfolio.h" /* these two are made by the build: src/ops/pages/ */
#include "page_ticket.h"

#include <assert.h>
#include <string.h>

enum { VARIABLES_MAX = 4, VARIABLE_BYTES_MAX = 1000 };

#define SCHEME "portcullis://"
#define JSON   "application/json"
#define PAGE   "text/html;profile=mcp-app"
/* A page loads nothing from anywhere, and asks for no permission. */
#define PAGE_META "{\"ui\":{\"csp\":{},\"permissions\":{},\"prefersBorder\":true}}"

static const struct resource rows[] = {
    {SCHEME "portfolio", "portfolio", "Portfolio", "Positions with values, weights and totals",
     JSON, .op = "get_portfolio", .topics = TOPIC_ACCOUNT | TOPIC_LINK},
    {SCHEME "account", "account", "Account", "Cash, buying power, margin, profit of the day", JSON,
     .op = "get_account_summary", .topics = TOPIC_ACCOUNT | TOPIC_LINK},
    {SCHEME "orders", "orders", "Working orders", "Orders that are not finished", JSON,
     .op = "get_open_orders", .topics = TOPIC_ORDERS | TOPIC_LINK},
    {SCHEME "stop-losses", "stop-losses", "Stop losses", "Stop orders that protect positions", JSON,
     .op = "get_stop_losses", .topics = TOPIC_ORDERS | TOPIC_ACCOUNT | TOPIC_LINK},
    {SCHEME "executions", "executions", "Executions", "Fills of the last days, with commissions",
     JSON, .op = "get_executions", .topics = TOPIC_ORDERS | TOPIC_LINK},
    {SCHEME "limits", "limits", "Limits and their use",
     "What the gate allows, what is used of it, kill switches", JSON, .op = "get_safety_status",
     .topics = TOPIC_JOURNAL | TOPIC_LINK},
    {SCHEME "audit/head", "audit-head", "Newest audit records",
     "The last records of the audit log; all of them can be verified", JSON, .op = "get_audit",
     .arguments = "{\"limit\":5}", .topics = TOPIC_JOURNAL},
    {SCHEME "alerts", "alerts", "Price alerts", "Alerts, and what fired last", JSON,
     .op = "get_alerts", .topics = TOPIC_JOURNAL},
    {SCHEME "watchlists", "watchlists", "Watch lists", "The user's named lists of contracts", JSON,
     .op = "get_watchlists", .topics = TOPIC_JOURNAL},
    {SCHEME "status", "status", "Connection status", "The connection to the broker, layer by layer",
     JSON, .op = "get_connection_status", .topics = TOPIC_LINK | TOPIC_JOURNAL},
    {SCHEME "quotes/{symbols}", "quotes", "Quotes",
     "Prices of one symbol or several, comma-separated; they stream while followed", JSON,
     .op = "get_market_data", .topics = TOPIC_QUOTES | TOPIC_LINK},
    {SCHEME "positions/{symbol}", "position", "Position", "What is held of one symbol", JSON,
     .op = "get_portfolio", .topics = TOPIC_ACCOUNT | TOPIC_LINK},
    {SCHEME "orders/{order_id}", "order", "Order", "One order with its history", JSON,
     .op = "get_order_status", .topics = TOPIC_ORDERS | TOPIC_LINK},
    {SCHEME "watchlists/{name}", "watchlist", "Watch list", "One list with its prices", JSON,
     .op = "get_watchlists", .arguments = "{\"quotes\":true}",
     .topics = TOPIC_JOURNAL | TOPIC_QUOTES | TOPIC_LINK},
    {SCHEME "docs/{tool_or_category}", "docs", "Documentation",
     "Documentation of a tool or of a category of tools", "text/markdown",
     .op = "get_tool_documentation", .member = "markdown"},
    {"ui://portcullis/ticket", "ticket", "Order ticket",
     "The page in which a person sees a preview and confirms it", PAGE, .text = page_ticket,
     .meta = PAGE_META},
    {"ui://portcullis/portfolio", "portfolio-view", "Portfolio view",
     "The page that draws the portfolio", PAGE, .text = page_portfolio, .meta = PAGE_META},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

const struct resource *resource_next(size_t *i)
{
    return *i < ROWS ? &rows[(*i)++] : NULL;
}

bool resource_is_template(const struct resource *r)
{
    return strchr(r->uri, '{') != NULL;
}

/* ---- finding ---- */

static bool decode(struct str part, struct arena *arena, struct str *out)
{
    struct buf b;
    buf_init(&b, VARIABLE_BYTES_MAX);
    bool ok = part.n > 0 && http_decode(part, false, &b) && !b.failed;
    if (ok)
        *out = arena_str(arena, buf_str(&b));
    buf_fini(&b);
    return ok;
}

/* Matches segment by segment; what stands for {name} goes to the n-th value. */
static bool matches(const char *pattern, struct str uri, struct arena *arena,
                    struct json values[VARIABLES_MAX], size_t *n)
{
    struct str rest = str_of(pattern), want, have;
    bool more_want, more_have;
    for (*n = 0;;) {
        more_want = str_cut(&rest, '/', &want);
        more_have = str_cut(&uri, '/', &have);
        if (!more_want || !more_have)
            return more_want == more_have;
        if (want.n < 2 || want.p[0] != '{') {
            if (!str_eq(want, have))
                return false;
            continue;
        }
        assert(*n < VARIABLES_MAX);
        struct json *value = &values[(*n)++];
        *value = (struct json){.kind = JSON_STRING, .key = str_sub(want, 1, want.n - 1)};
        if (!decode(have, arena, &value->text))
            return false;
    }
}

const struct resource *resource_find(struct str uri, struct arena *arena,
                                     const struct json **arguments)
{
    struct json values[VARIABLES_MAX];
    size_t n = 0, i = 0;
    struct error e;
    const struct resource *r;
    const struct json *fixed = NULL;
    while ((r = resource_next(&i)) && !matches(r->uri, uri, arena, values, &n))
        ;
    if (!r)
        return NULL;
    if (r->arguments) {
        fixed = json_parse(str_of(r->arguments), arena, &e);
        assert(fixed); /* a constant of the table */
    }
    struct json *all = ARENA_NEW(arena, struct json);
    struct json *items = ARENA_MANY(arena, struct json, n + (fixed ? fixed->n : 0) + 1);
    memcpy(items, values, n * sizeof *items);
    for (size_t k = 0; fixed && k < fixed->n; k++)
        items[n++] = fixed->items[k];
    *all = (struct json){.kind = JSON_OBJECT, .items = items, .n = n};
    *arguments = all;
    return r;
}

/* ---- change ---- */

unsigned topic_of(enum event_kind kind)
{
    static const unsigned topics[EVENT_KIND_COUNT] = {
        [EVENT_LINK] = TOPIC_LINK,
        [EVENT_ACCOUNTS] = TOPIC_ACCOUNT,
        [EVENT_ACCOUNT_VALUE] = TOPIC_ACCOUNT,
        [EVENT_POSITION] = TOPIC_ACCOUNT,
        [EVENT_POSITION_VALUE] = TOPIC_ACCOUNT,
        [EVENT_ACCOUNT_READY] = TOPIC_ACCOUNT,
        [EVENT_POSITIONS_END] = TOPIC_ACCOUNT,
        [EVENT_PNL] = TOPIC_ACCOUNT,
        [EVENT_ORDER] = TOPIC_ORDERS,
        [EVENT_ORDER_STATUS] = TOPIC_ORDERS,
        [EVENT_ORDERS_END] = TOPIC_ORDERS,
        [EVENT_COMPLETED_ORDER] = TOPIC_ORDERS,
        [EVENT_EXECUTION] = TOPIC_ORDERS,
        [EVENT_COMMISSION] = TOPIC_ORDERS,
        [EVENT_QUOTE] = TOPIC_QUOTES,
    };
    return topics[kind];
}

bool topic_is_passing(struct str member)
{
    static const char *const passing[] = {"as_of",        "age_s",         "time",
                                          "timestamp",    "round_trip_ms", "slowed_ms",
                                          "queue_age_ms", "unanswered_s",  "clock_offset_s"};
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
        if (str_eq(member, str_of(passing[i])))
            return true;
    return false;
}
