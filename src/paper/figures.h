/* SPDX-License-Identifier: MIT */
/*
 * figures: the account in the broker's words: tags of account values and summaries, profit and
 * loss of the day.
 */
#ifndef PORTCULLIS_PAPER_FIGURES_H
#define PORTCULLIS_PAPER_FIGURES_H

#include "paper/balance.h"
#include "paper/venue.h"

/* Everything that one answer about the account needs, taken at one moment. */
struct figures {
    struct balance balance;
    struct dec realized; /* of the day, in USD */
    struct dec daily;    /* change of value since the last close, trades included, in USD */
};

struct figures_world {
    const struct universe *universe;
    struct feed *feed;
    const struct ledger *ledger;
    const struct venue *venue;
    int64_t now_ns;
};

void figures_compute(const struct figures_world *w, struct figures *out);

struct position_pnl {
    struct dec quantity, value, daily, unrealized, realized; /* in the listing's currency */
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

/* The i-th tag of one currency's ledger, sorted. */
bool figures_ledger_tag(const struct balance_row *row, size_t i, struct figures_tag *out);
/* The sum of all currencies in USD as a ledger row; its currency is "BASE". */
void figures_base_row(const struct figures *f, struct balance_row *out);

#endif
