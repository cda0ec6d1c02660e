/* SPDX-License-Identifier: MIT */
/*
 * groups: named lists of symbols, from a setting.
 *
 *   momentum=AAPL|MSFT|GOOGL, regions/US=SPY, regions/Europe=ASML.AEB.EUR*2|SAP.IBIS.EUR
 *
 * Groups are separated by commas, members by |; `*2` is a member's weight, 1 if none is given. A
 * name may belong to a family: "regions" (or "region", "regional") names all groups of the family
 * regions/, "Europe" and "regions/Europe" one of them. Exchange and currency are written out where
 * a bare symbol would mean another listing.
 */
#ifndef PORTCULLIS_MARKET_GROUPS_H
#define PORTCULLIS_MARKET_GROUPS_H

#include "base/error.h"
#include "base/str.h"

enum { GROUP_MEMBERS_MAX = 50, GROUP_NAME_MAX = 32 };

struct group_member {
    struct str symbol; /* into the text */
    double weight;     /* above 0 */
};

struct group {
    struct str name; /* "regions/Europe", into the text */
    struct group_member members[GROUP_MEMBERS_MAX];
    size_t n;
};

/* Takes the next group off the text. False at its end, with e->code ERROR_NONE, or at what cannot
 * be read, with BAD_GROUP. */
bool group_next(struct str *text, struct group *out, struct error *e) FALLIBLE;
/* True if the text can be read to its end and no name comes twice. */
bool groups_check(struct str text, struct error *e) FALLIBLE;

/* The group's own name, its last part, or its family's; in any case. */
bool group_answers_to(const struct group *g, struct str name);
/* "Europe" of "regions/Europe". */
struct str group_last_name(const struct group *g);

#endif
