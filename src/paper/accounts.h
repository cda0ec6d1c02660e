/* SPDX-License-Identifier: MIT */
/*
 * accounts: the simulated accounts of one login, each with its ledger and its terms.
 *
 * A ledger belongs to the account whose name an order carries. The first account is the login's
 * own: what names no account means it, where there is only one. That of an advisor (DF and digits)
 * holds nothing: it stands for the clients' accounts behind it.
 */
#ifndef PORTCULLIS_PAPER_ACCOUNTS_H
#define PORTCULLIS_PAPER_ACCOUNTS_H

#include "base/error.h"
#include "paper/ledger.h"

enum { ACCOUNTS_CLIENTS_MAX = 8, ACCOUNTS_MAX = ACCOUNTS_CLIENTS_MAX + 1 };
enum { ACCOUNT_NAME_MAX = 16, ACCOUNTS_TEXT_MAX = 160 };

/* How much of a position's value must be the account's own (margin.h). */
enum margin_kind { MARGIN_REG_T, MARGIN_PORTFOLIO, MARGIN_KIND_COUNT };
/* The schedule of commissions (fees.h). */
enum fee_plan { FEES_FIXED, FEES_TIERED, FEE_PLAN_COUNT };

/* What a start may choose; the same for all accounts of a login. */
struct account_terms {
    enum margin_kind margin;
    enum fee_plan fees;
    char base[8]; /* currency of its totals; "": "USD" */
};

struct account {
    char name[ACCOUNT_NAME_MAX];
    struct account_terms terms;
    struct ledger ledger;
};

struct accounts {
    bool has_advisor; /* items[0] is the advisor's */
    size_t count;
    struct account items[ACCOUNTS_MAX];
};

/*
 * From a comma-separated list: "DU9000001,DU9000002", or "DF9000000,DU9000001,DU9000002". False
 * with ERROR_INVALID, reason PAPER_CONFIG, if a name is not DU and digits (15 characters at most),
 * is there twice, or there are none or more than ACCOUNTS_CLIENTS_MAX behind the advisor's, if
 * there is one. The ledgers are empty.
 */
bool accounts_parse(struct accounts *a, struct str names, const struct account_terms *terms,
                    struct error *e) FALLIBLE;
/* The names again, separated by `separator`; returns the length. */
size_t accounts_names(const struct accounts *a, char separator, char out[ACCOUNTS_TEXT_MAX]);

/* From the words of a command line: "reg_t", "portfolio"; "fixed", "tiered". False for others. */
bool margin_kind_parse(struct str word, enum margin_kind *out);
bool fee_plan_parse(struct str word, enum fee_plan *out);

/* NULL for a name that is not one of them. */
struct account *accounts_find(struct accounts *a, struct str name);
struct ledger *accounts_ledger(struct accounts *a, const char *name);

#endif
