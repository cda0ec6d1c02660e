/* SPDX-License-Identifier: MIT */
#include "model/past.h"

#include "base/alloc.h"

#include <assert.h>
#include <string.h>

static const char *const kind_texts[FLOW_KIND_COUNT] = {
    [FLOW_DEPOSIT] = "deposit",
    [FLOW_WITHDRAWAL] = "withdrawal",
    [FLOW_TRANSFER] = "transfer",
    [FLOW_DIVIDEND] = "dividend",
    [FLOW_INTEREST] = "interest",
    [FLOW_FEE] = "fee",
    [FLOW_TAX] = "tax",
    [FLOW_ADJUSTMENT] = "adjustment",
    [FLOW_UNEXPLAINED] = "unexplained",
};

static const char *const source_texts[PAST_SOURCE_COUNT] = {
    [PAST_SEEN] = "seen", [PAST_FLEX] = "flex", [PAST_CSV] = "csv"};

static size_t find(const char *const *texts, size_t n, struct str s)
{
    size_t i = 0;
    while (i < n && !str_eq(s, str_of(texts[i])))
        i++;
    return i;
}

bool flow_is_external(enum flow_kind k)
{
    return k == FLOW_DEPOSIT || k == FLOW_WITHDRAWAL || k == FLOW_TRANSFER;
}

const char *flow_kind_text(enum flow_kind k)
{
    assert(k < FLOW_KIND_COUNT);
    return kind_texts[k];
}

enum flow_kind flow_kind_parse(struct str s)
{
    return (enum flow_kind)find(kind_texts, FLOW_KIND_COUNT, s);
}

const char *past_source_text(enum past_source s)
{
    assert(s < PAST_SOURCE_COUNT);
    return source_texts[s];
}

enum past_source past_source_parse(struct str s)
{
    return (enum past_source)find(source_texts, PAST_SOURCE_COUNT, s);
}

/* Copies `n` things to *at, which moves behind them; NULL for none. */
static const void *take(char **at, const void *from, size_t n, size_t size)
{
    char *to = *at;
    if (!n)
        return NULL;
    memcpy(to, from, n * size);
    *at += (n * size + 15) & ~(size_t)15; /* what follows stays aligned, dec included */
    return to;
}

static size_t room(size_t n, size_t size)
{
    assert(n <= PAST_PAGE_MAX);
    return (n * size + 15) & ~(size_t)15;
}

struct past_page *past_copy(const struct past_page *p)
{
    size_t head = room(1, sizeof *p);
    size_t size =
        head + room(p->snapshot_count, sizeof *p->snapshots) +
        room(p->held_count, sizeof *p->held) + room(p->flow_count, sizeof *p->flows) +
        room(p->coverage_count, sizeof *p->coverage) +
        room(p->execution_count, sizeof *p->executions) + room(p->order_count, sizeof *p->orders) +
        room(p->ranked_count, sizeof *p->ranked) + room(p->statement != NULL, sizeof *p->statement);
    char *at = xmalloc(size);
    struct past_page *copy = (struct past_page *)(void *)at;
    at += head;
    *copy = *p;
    copy->snapshots = take(&at, p->snapshots, p->snapshot_count, sizeof *p->snapshots);
    copy->held = take(&at, p->held, p->held_count, sizeof *p->held);
    copy->flows = take(&at, p->flows, p->flow_count, sizeof *p->flows);
    copy->coverage = take(&at, p->coverage, p->coverage_count, sizeof *p->coverage);
    copy->executions = take(&at, p->executions, p->execution_count, sizeof *p->executions);
    copy->orders = take(&at, p->orders, p->order_count, sizeof *p->orders);
    copy->ranked = take(&at, p->ranked, p->ranked_count, sizeof *p->ranked);
    copy->statement = take(&at, p->statement, p->statement != NULL, sizeof *p->statement);
    return copy;
}
