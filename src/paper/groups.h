/* SPDX-License-Identifier: MIT */
/*
 * groups: how an advisor divides orders among accounts: named groups of accounts with a method, and
 * the accounts' aliases. Clients read and replace them as XML, all of one kind at once:
 *
 *   <ListOfGroups><Group><name>Half</name><defaultMethod>Ratio</defaultMethod>
 *     <ListOfAccts varName="list"><Account><acct>DU9000001</acct><amount>1</amount></Account> ...
 *   <ListOfAccountAliases><AccountAlias><account>DU9000001</account><alias>Anna</alias> ...
 *
 * An account without an amount may also be written <String>DU9000001</String>, as older programs
 * of the broker do. A plain value.
 */
#ifndef PORTCULLIS_PAPER_GROUPS_H
#define PORTCULLIS_PAPER_GROUPS_H

#include "base/buf.h"
#include "paper/accounts.h"

enum { GROUPS_MAX = 16, GROUP_NAME_MAX = 32, GROUP_ALIAS_MAX = 40, GROUPS_XML_MAX = 12000 };

/* The numbers of requestFA and replaceFA. */
enum groups_kind { GROUPS_OF_ACCOUNTS = 1, GROUPS_PROFILES = 2, GROUPS_ALIASES = 3 };

/* By what an order is divided; the last three by amounts that the group states. */
enum group_method {
    GROUP_EQUAL,
    GROUP_NET_LIQ,
    GROUP_AVAILABLE_EQUITY,
    GROUP_RATIO,
    GROUP_SHARES,
    GROUP_PERCENT,
    GROUP_METHOD_COUNT
};

struct group {
    char name[GROUP_NAME_MAX];
    enum group_method method;
    size_t count;
    size_t accounts[ACCOUNTS_MAX]; /* which of the login's accounts */
    struct dec amounts[ACCOUNTS_MAX];
};

struct groups {
    size_t count;
    struct group items[GROUPS_MAX];
    char aliases[ACCOUNTS_MAX][GROUP_ALIAS_MAX]; /* "": the account's number */
};

/*
 * Replaces all of one kind by what the XML says. False, and nothing is changed, with the reason in
 * `why` if it is malformed, too much, names an account that is not a client's, or a method that is
 * not simulated.
 */
bool groups_take(struct groups *g, const struct accounts *a, enum groups_kind kind, struct str xml,
                 char why[160]) FALLIBLE;
/* The XML of one kind; without line ends. */
void groups_write(const struct groups *g, const struct accounts *a, enum groups_kind kind,
                  struct buf *out);

/* NULL for a name that none has. */
const struct group *groups_find(const struct groups *g, struct str name);
/* "Equal", "NetLiq", "ContractsOrShares", ...; false for others. */
bool group_method_parse(struct str word, enum group_method *out);
const char *group_method_text(enum group_method m);
/* True if the method divides by amounts of the group. */
bool group_method_has_amounts(enum group_method m);

#endif
