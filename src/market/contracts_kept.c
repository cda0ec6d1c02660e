/* SPDX-License-Identifier: MIT */
#include "market/contracts_kept.h"

#include <stdio.h>

enum { VERSION = 1, SEPARATOR = 0x1f };

/* ---- texts ---- */

static void put_text(struct buf *out, struct str s)
{
    buf_add(out, s.p, s.n);
    buf_add_char(out, SEPARATOR);
}

static void put_number(struct buf *out, int64_t v)
{
    buf_add_f(out, "%lld%c", (long long)v, SEPARATOR);
}

static bool take_number(struct str *rest, int64_t least, int64_t most, int64_t *out)
{
    struct str s;
    return str_cut(rest, SEPARATOR, &s) && str_to_i64(s, out) && *out >= least && *out <= most;
}

static bool take_version(struct str *rest)
{
    int64_t version;
    return take_number(rest, VERSION, VERSION, &version);
}

/* ---- answers ---- */

void kept_answer_write(const struct kept_answer *a, struct buf *out)
{
    put_number(out, VERSION);
    put_number(out, a->learnt.ns);
    put_number(out, a->how);
    put_number(out, a->is_gone);
    put_number(out, (int64_t)a->count);
    for (size_t i = 0; i < a->count; i++)
        put_number(out, a->con_ids[i]);
}

bool kept_answer_read(struct str bytes, struct kept_answer *out)
{
    int64_t learnt, how, gone, count, id;
    *out = (struct kept_answer){0};
    if (!take_version(&bytes) || !take_number(&bytes, 0, INT64_MAX, &learnt) ||
        !take_number(&bytes, 0, 100, &how) || !take_number(&bytes, 0, 1, &gone) ||
        !take_number(&bytes, 1, CONTRACTS_OF_ANSWER, &count))
        return false;
    *out = (struct kept_answer){{learnt}, (int)how, gone, (size_t)count, {0}};
    for (size_t i = 0; i < out->count; i++) {
        if (!take_number(&bytes, INT32_MIN, INT32_MAX, &id))
            return false;
        out->con_ids[i] = (int32_t)id;
    }
    return true;
}

/* ---- details ---- */

#define TEXT(member)                                                                               \
    {                                                                                              \
        offsetof(struct contract_details, member), sizeof(((struct contract_details *)0)->member)  \
    }
static const struct text_member {
    size_t at, size;
} texts[] = {
    TEXT(contract.symbol),
    TEXT(contract.expiry),
    TEXT(contract.multiplier),
    TEXT(contract.exchange),
    TEXT(contract.primary_exchange),
    TEXT(contract.currency),
    TEXT(contract.local_symbol),
    TEXT(contract.trading_class),
    TEXT(long_name),
    TEXT(industry),
    TEXT(category),
    TEXT(subcategory),
    TEXT(time_zone),
    TEXT(stock_type),
    TEXT(isin),
    TEXT(valid_exchanges),
    TEXT(order_types),
    TEXT(trading_hours),
    TEXT(liquid_hours),
    TEXT(market_rule_ids),
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

static const size_t decimals[] = {
    offsetof(struct contract_details, contract.strike),
    offsetof(struct contract_details, min_tick),
    offsetof(struct contract_details, min_size),
    offsetof(struct contract_details, size_increment),
};
enum { DECIMALS = sizeof decimals / sizeof decimals[0] };

void kept_details_write(const struct contract_details *d, struct utc learnt, struct buf *out)
{
    put_number(out, VERSION);
    put_number(out, learnt.ns);
    put_number(out, d->contract.con_id);
    put_text(out, str_of(sec_type_text(d->contract.sec_type)));
    put_number(out, d->contract.right);
    put_number(out, d->price_magnifier);
    for (size_t i = 0; i < DECIMALS; i++) {
        const struct opt_dec *v = (const void *)((const char *)d + decimals[i]);
        char text[DEC_TEXT_MAX] = "";
        if (v->has)
            (void)dec_format(v->v, text);
        put_text(out, STR_NAME(text));
    }
    for (size_t i = 0; i < TEXTS; i++)
        put_text(out, str_of((const char *)d + texts[i].at));
}

static bool read_decimals(struct str *bytes, struct contract_details *out)
{
    for (size_t i = 0; i < DECIMALS; i++) {
        struct opt_dec *v = (void *)((char *)out + decimals[i]);
        struct str s;
        if (!str_cut(bytes, SEPARATOR, &s) || (s.n && !dec_parse(s, &v->v)))
            return false;
        v->has = s.n > 0;
    }
    return true;
}

bool kept_details_read(struct str bytes, struct contract_details *out, struct utc *learnt)
{
    int64_t con_id, right, magnifier;
    struct str s;
    *out = (struct contract_details){0};
    if (!take_version(&bytes) || !take_number(&bytes, 0, INT64_MAX, &learnt->ns) ||
        !take_number(&bytes, INT32_MIN, INT32_MAX, &con_id) || !str_cut(&bytes, SEPARATOR, &s) ||
        !take_number(&bytes, 0, 'P', &right) ||
        !take_number(&bytes, INT32_MIN, INT32_MAX, &magnifier))
        return false;
    out->contract.con_id = (int32_t)con_id;
    out->contract.sec_type = sec_type_parse(s);
    out->contract.right = (char)right;
    out->price_magnifier = (int32_t)magnifier;
    if (!read_decimals(&bytes, out))
        return false;
    for (size_t i = 0; i < TEXTS; i++)
        if (!str_cut(&bytes, SEPARATOR, &s) ||
            !str_copy((char *)out + texts[i].at, texts[i].size, s))
            return false;
    return bytes.p && bytes.n == 0; /* the last separator was there, and nothing behind it */
}
