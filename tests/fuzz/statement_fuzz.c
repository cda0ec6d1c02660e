/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a statement: what is read out of them comes to an end, and is whole: an account
 * before everything, ids, days and amounts that are some, texts without control characters.
 */
#include "automation/statement.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *s, size_t cap)
{
    size_t n = strnlen(s, cap);
    assert(n < cap);
    for (size_t i = 0; i < n; i++)
        assert((unsigned char)s[i] >= ' ' && s[i] != 0x7f);
}

static void check(const struct statement_item *it)
{
    if (it->kind == STATEMENT_EXECUTION) {
        const struct execution *x = &it->execution;
        assert(x->exec_id[0] && x->account[0] && x->source[0] && x->time.has);
        assert(dec_sign(x->quantity) > 0);
        check_text(x->contract.symbol, sizeof x->contract.symbol);
        check_text(x->time_text, sizeof x->time_text);
    } else if (it->kind == STATEMENT_FLOW) {
        const struct cash_flow *f = &it->flow;
        assert(f->id[0] && f->account[0] && f->kind < FLOW_KIND_COUNT && f->currency[0]);
        assert(!dec_is_zero(f->amount) && f->day > 0);
        check_text(f->note, sizeof f->note);
    } else if (it->kind == STATEMENT_SNAPSHOT) {
        assert(it->snapshot.account[0] && it->snapshot.net.has);
    } else if (it->kind == STATEMENT_HELD) {
        assert(it->held.account[0] && it->held.sec_type != SEC_UNKNOWN);
    } else if (it->kind == STATEMENT_PROBLEM) {
        assert(it->line > 0 && it->problem[0]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error e;
    struct statement_item it;
    struct tz *zone = tz_new_utc();
    struct str text = {(const char *)data, size};
    struct statement_reader *r = statement_open(text, zone, &e);
    for (size_t n = 0; r; n++) {
        statement_next(r, &it);
        check(&it);
        assert(n <= size + 2);
        if (it.kind == STATEMENT_END)
            break;
    }
    tz_free(zone);
    statement_close(r);
    return 0;
}
