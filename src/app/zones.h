/* SPDX-License-Identifier: MIT */
/*
 * zones: time zones by name, from the system's files, read when first asked for and kept.
 */
#ifndef PORTCULLIS_APP_ZONES_H
#define PORTCULLIS_APP_ZONES_H

#include "data/tz.h"

enum { ZONES_MAX = 64 };

struct zones;

/* Reads below `directory` ("/usr/share/zoneinfo"). Never NULL. */
struct zones *zones_new(const char *directory);
void zones_free(struct zones *z);
/* What to hand to those who need zones; valid while z is. */
struct tz_zones zones_source(struct zones *z);

#endif
