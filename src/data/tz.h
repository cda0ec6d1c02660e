/* SPDX-License-Identifier: MIT */
/*
 * tz: time zones, from the bytes of a TZif file (RFC 8536, version 2 and later).
 *
 * Pure: whoever may read files hands the bytes of /usr/share/zoneinfo/NAME. The names that brokers
 * use ("US/Eastern", "MET", "Japan", "Hongkong", "EST", "GB") are names of such files. Instants
 * behind the last transition follow the footer's POSIX rule ("EST5EDT,M3.2.0,M11.1.0").
 *
 * Local to UTC: a local time that a forward jump skips (gap) is read with the offset before the
 * jump, so it lands as much after the jump as it was named after the gap's start; a local time
 * that occurs twice (fold) is its first occurrence. The answer says which case it was.
 */
#ifndef PORTCULLIS_DATA_TZ_H
#define PORTCULLIS_DATA_TZ_H

#include "base/error.h"
#include "base/instant.h"

enum { TZ_BYTES_MAX = 64 << 10, TZ_ABBREVIATION_MAX = 12 };

struct tz;

/* What holds at one instant. */
struct tz_info {
    int32_t offset_s; /* east of UTC is positive */
    bool is_dst;
    char abbreviation[TZ_ABBREVIATION_MAX];
};

enum tz_fit { TZ_UNIQUE, TZ_GAP, TZ_FOLD };

/* A zone from the bytes of a TZif file (copied); NULL with *e filled (ERROR_INVALID, reason TZIF).
 */
struct tz *tz_new(struct str bytes, struct error *e) FALLIBLE;
/* The zone without offset and rules. */
struct tz *tz_new_utc(void);
void tz_free(struct tz *z);

/* Who knows zones by name: find gives NULL for a name that is none. Zones live as long as self. */
struct tz_zones {
    const struct tz *(*find)(void *self, struct str name); /* NULL: only UTC is known */
    void *self;
};

struct tz_info tz_at(const struct tz *z, struct utc t);
struct civil tz_civil(const struct tz *z, struct utc t);
/* The instant of a local time; `fit` may be NULL. Fields out of range are carried over. */
struct utc tz_utc(const struct tz *z, struct civil local, enum tz_fit *fit);

#endif
