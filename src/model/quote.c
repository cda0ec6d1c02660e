/* SPDX-License-Identifier: MIT */
#include "model/quote.h"

#include "model/words.h"

static const char *const data_types[] = {
    [DATA_NONE] = "none",
    [DATA_LIVE] = "live",
    [DATA_FROZEN] = "frozen",
    [DATA_DELAYED] = "delayed",
    [DATA_DELAYED_FROZEN] = "delayed_frozen",
};

const char *data_type_text(enum data_type t)
{
    return words_text(data_types, sizeof data_types / sizeof data_types[0], t);
}

struct opt_dec quote_mid(const struct quote *q)
{
    struct opt_dec mid = DEC_NONE;
    if (q->bid.has && q->ask.has && dec_add(q->bid.v, q->ask.v, &mid.v))
        mid.has = dec_div(mid.v, DEC(2), &mid.v);
    return mid.has ? mid : DEC_NONE;
}

struct opt_dec quote_price(const struct quote *q)
{
    if (q->last.has)
        return q->last;
    struct opt_dec mid = quote_mid(q);
    if (mid.has)
        return mid;
    return q->mark.has ? q->mark : q->close;
}

int64_t quote_age_ms(const struct quote *q, struct instant now)
{
    if (!q->time.has)
        return -1;
    int64_t age = instant_ms_since(q->arrived, now);
    return age < 0 ? 0 : age;
}
