/* SPDX-License-Identifier: MIT */
/*
 * days: dates as people write them ("2026-12-18"), as the broker writes them ("20261218"), and as a
 * count of days since 1970, in which they are compared.
 */
#ifndef PORTCULLIS_OPS_DAYS_H
#define PORTCULLIS_OPS_DAYS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"

/* Either form; what follows a blank ("20261218 16:00:00 US/Central") is passed over. */
bool day_parse(struct str text, int64_t *out);
/* The same of an optional argument: false with BAD_DAY if it is given and is none; an absent one
 * leaves *out as it is. */
bool day_argument(struct str text, const char *name, int64_t *out, struct error *e) FALLIBLE;
struct str day_text(struct arena *a, int64_t day); /* "2026-12-18" */
int32_t day_ymd(int64_t day);                      /* 20261218 */
/* Days since 1970 of an instant, by UTC. */
int64_t day_of_utc(struct utc t);

#endif
