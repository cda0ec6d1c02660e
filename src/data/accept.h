/* SPDX-License-Identifier: MIT */
/*
 * accept: what a client would like best, by the lists of Accept and Accept-Encoding (RFC 9110,
 * section 12.5): ranges with a quality, "text/csv, application/json;q=0.5".
 */
#ifndef PORTCULLIS_DATA_ACCEPT_H
#define PORTCULLIS_DATA_ACCEPT_H

#include "base/str.h"

enum { ACCEPT_BEST = 1000 };

struct accept {
    int quality;  /* 0 (not wanted) to ACCEPT_BEST */
    size_t place; /* of the range in the list that says so; smaller is named earlier */
};

/*
 * How much `kind` ("text/csv", "gzip") is wanted by a header's value. The most exact range that
 * fits decides: the kind itself, then "text" followed by a star, then the star for all. What cannot
 * be read in a list is passed over; a quality that cannot be read counts as none given.
 */
struct accept accept_of(struct str list, struct str kind);

#endif
