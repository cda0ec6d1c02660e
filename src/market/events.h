/* SPDX-License-Identifier: MIT */
/*
 * events: dates of companies and contracts, from whoever tells them.
 *
 * Three forms are understood: the broker's calendar (JSON of Wall Street Horizon, as it comes over
 * the API), a user's calendar file (ICS), and a user's table (CSV with the columns symbol, date,
 * kind, and perhaps title, time and zone). All texts in them are outside text: cleaned and cut.
 * Facts about the broker's JSON: the kinds and members that public documentation and clients name;
 * a kind that is not known here keeps its own code, a member that is not known is shown as it is.
 */
#ifndef PORTCULLIS_MARKET_EVENTS_H
#define PORTCULLIS_MARKET_EVENTS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/instant.h"
#include "data/tz.h"

enum {
    EVENT_ROWS_MAX = 2000,
    EVENT_TITLE_MAX = 120,
    EVENT_DETAIL_MAX = 240,
    EVENT_FILE_MAX = 256 << 10
};

struct company_event {
    int64_t day;         /* days since 1970, by the clock of the market or the file */
    struct opt_utc time; /* absent: on that day */
    char symbol[32];     /* as its source names it; "" if it does not */
    char kind[32];       /* "earnings", "dividend", "split" ... */
    char title[EVENT_TITLE_MAX];
    char detail[EVENT_DETAIL_MAX];
    bool is_estimated; /* its source does not call it confirmed */
    bool recurs;       /* this is the first of several */
};

/* Rows that grow within a bound; the owner's arena has room for them. */
struct event_list {
    struct company_event *rows;
    size_t n, room;
    bool is_full;
};
void event_list_init(struct event_list *l, struct arena *arena, size_t room);

/* Each adds what it can read; false with ERROR_INVALID and the place if the text is none of that
 * form. Rows before the fault stay. */
bool events_of_broker(struct str json, struct arena *arena, struct event_list *out,
                      struct error *e) FALLIBLE;
bool events_of_ics(struct str text, const struct tz_zones *zones, struct arena *arena,
                   struct event_list *out, struct error *e) FALLIBLE;
bool events_of_csv(struct str text, const struct tz_zones *zones, struct arena *arena,
                   struct event_list *out, struct error *e) FALLIBLE;

#endif
