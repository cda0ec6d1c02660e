/* SPDX-License-Identifier: MIT */
/*
 * figures: the account in the broker's words: tags of account values and summaries, profit and
 * loss of the day.
 */
#ifndef PORTCULLIS_PAPER_FIGURES_H
#define PORTCULLIS_PAPER_FIGURES_H

#include "paper/balance.h"

/* Everything that one answer about the account needs, taken at one moment. */
struct figures {
    struct balance balance; /* `realized` is the day's */
    struct dec daily;       /* change of value since the last close, trades included, in base */
    char base[8];
};

struct figures_world {
    struct feed *feed;
    const struct account *account;
    int64_t now_ns;
};

void figures_compute(const struct figures_world *w, struct figures *out);

/* Profit and loss of the whole account, in base: what figures_compute says of it, without the
 * rest, which costs much more. */
struct figures_pnl {
    struct dec daily, unrealized, realized;
};
void figures_pnl(const struct figures_world *w, struct figures_pnl *out);

struct position_pnl {
    struct dec quantity;
    struct dec average;      /* cost of one unit, as holding_average */
    struct dec price, value; /* in the listing's currency, like all that follows */
    struct dec daily, unrealized, realized;
};
void figures_position(const struct figures_world *w, const struct instrument *i,
                      struct position_pnl *out);

/* ---- tags ---- */
enum figures_kind { FIGURES_SUMMARY = 1, FIGURES_VALUE = 2 };

/*
 * The i-th tag of the account as a whole; false behind the last. `currency` is "" for texts and
 * ratios. `kinds` says which lists have it. Tags come sorted.
 */
struct figures_tag {
    const char *name;
    const char *currency;
    int kinds;
    char text[DEC_TEXT_MAX];
};
bool figures_tag_at(const struct figures *f, size_t i, struct figures_tag *out);

/* The i-th tag of one currency's ledger; also of the total's. */
bool figures_ledger_tag(const struct balance_row *row, size_t i, struct figures_tag *out);
#endif
