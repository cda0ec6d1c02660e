/* SPDX-License-Identifier: MIT */
/*
 * rate: how often somebody may do something, for as many as there is room for.
 *
 * Each name has an allowance of `per_minute` that is used up at once or bit by bit and comes back
 * evenly. Only the instant at which it is whole again is kept, so a name that has been quiet for a
 * minute needs no memory; when all places are taken, the one nearest to that goes. Time is an
 * argument.
 */
#ifndef PORTCULLIS_DATA_RATE_H
#define PORTCULLIS_DATA_RATE_H

#include "base/instant.h"

struct rates;

enum { RATE_NAME_MAX = 80, RATE_PER_MINUTE_MAX = 100 * 1000 * 1000 };

/* Places for `cap` names. Never NULL. */
struct rates *rates_new(size_t cap);
/* Accepts NULL. */
void rates_free(struct rates *r);

/*
 * 0: it may, and one of its allowance is used. Else it may not, nothing is used, and this is in how
 * many milliseconds it may. per_minute is 1 to RATE_PER_MINUTE_MAX; a name that is too long counts
 * by its beginning.
 */
int64_t rates_take(struct rates *r, struct str name, int64_t per_minute, struct instant now);
/* As rates_take, but uses nothing. */
int64_t rates_look(const struct rates *r, struct str name, int64_t per_minute, struct instant now);

#endif
