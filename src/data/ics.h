/* SPDX-License-Identifier: MIT */
/*
 * ics: calendars as files (RFC 5545): reads the events of one, and writes one.
 *
 * Of each event its name, its beginning, its categories and its note are read. A time has the zone
 * that is named beside it (TZID), UTC where it ends in Z, and none where neither is there or the
 * zone is not known: then the day alone is told. A rule of repetition is not unrolled, only told.
 * Folded lines are joined, whether they end in CRLF or LF. Lines, events and texts have bounds;
 * what is not understood is passed over, as the standard wants it.
 */
#ifndef PORTCULLIS_DATA_ICS_H
#define PORTCULLIS_DATA_ICS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "data/tz.h"

enum { ICS_LINE_MAX = 16 << 10 };

struct ics_event {
    struct str uid, summary, description, categories; /* unescaped; STR_NONE if absent */
    int64_t day;          /* days since 1970 of its beginning, by its own clock */
    struct opt_utc start; /* absent: it lasts all day, or its zone is not known */
    bool recurs, is_cancelled;
};

struct ics {
    struct str rest; /* private */
    struct arena *arena;
    const struct tz_zones *zones; /* NULL: only UTC is known */
    char line[ICS_LINE_MAX];      /* the unfolded line at hand */
    size_t line_number;
};

/* The text and the zones outlive the reader. */
void ics_init(struct ics *r, struct str text, const struct tz_zones *zones, struct arena *arena);
/*
 * The next event that has a beginning; *end at the end of the text. ERROR_INVALID, reason ICS, for
 * a text that is no calendar, a component that does not end and a line over ICS_LINE_MAX.
 */
bool ics_next(struct ics *r, struct ics_event *out, bool *end, struct error *e) FALLIBLE;

/* ---- writing ---- */
/* A calendar named `name`; `stamp` is when it was made. */
void ics_begin(struct buf *out, struct str name);
void ics_write(struct buf *out, const struct ics_event *event, struct utc stamp);
void ics_end(struct buf *out);

#endif
