/* SPDX-License-Identifier: MIT */
/* Which listing a file of bars is for. */
#include "paper/paper_private.h"

/* "AAPL", "EUR.USD", "RIO@LSE", "265598". */
static const struct instrument *listing_of(const struct universe *u, struct str name,
                                           struct str file, struct error *e)
{
    struct str symbol = name, exchange = {0};
    int64_t id;
    if (str_to_i64(name, &id) && id > 0 && id < CHAINS_ID_MIN) {
        const struct instrument *by_id = universe_find(u, (int32_t)id);
        if (by_id != NULL)
            return by_id;
    }
    for (size_t k = 0; k < name.n; k++)
        if (name.p[k] == '@') {
            symbol = str_sub(name, 0, k);
            exchange = str_sub(name, k + 1, name.n);
        }
    for (size_t k = 0; k < universe_count(u); k++) {
        const struct instrument *i = universe_at(u, k);
        bool fits = str_eq(symbol, STR_NAME(i->contract.symbol)) ||
                    str_eq(symbol, STR_NAME(i->contract.local_symbol));
        if (!fits || (exchange.n > 0 && !instrument_has_exchange(i, exchange)))
            continue;
        return i; /* the first row of a name is its home market */
    }
    (void)error_set(e, ERROR_NOT_FOUND, "BARS", STR_FMT ": no listing is called '" STR_FMT "'",
                    STR_ARG(file), STR_ARG(name));
    (void)error_next(e, "name the file SYMBOL.csv, SYMBOL@EXCHANGE.csv or CONID.csv");
    return NULL;
}

bool paper_bars(struct paper *p, struct str file, struct str text, struct error *e)
{
    if (file.n < 5 || !str_eq(str_sub(file, file.n - 4, file.n), STR(".csv")))
        return error_set(e, ERROR_INVALID, "BARS", STR_FMT ": its name does not end in .csv",
                         STR_ARG(file));
    const struct instrument *i = listing_of(p->universe, str_sub(file, 0, file.n - 4), file, e);
    return i != NULL && feed_replay(p->feed, i, text, file, e);
}
