/* SPDX-License-Identifier: MIT */
/*
 * chronicle: keeps the account over time (model/past.h), by itself and for ever.
 *
 * At the close of each day of one market (a setting: half days and holidays are that market's) it
 * records what every account is worth, its positions, its cash and the rates. The values are taken
 * CHRONICLE_AFTER_CLOSE_MS behind the close, because the broker tells them every three minutes; up
 * to the next opening it is still done late, with a note. A close that nobody saw is recorded as
 * missed, with the reason, never made up. An account that is new is recorded at first sight.
 *
 * Between closes it watches the cash (purses.h) and keeps for which time all executions are known:
 * the broker tells those of its current day, so a connection that was away over a midnight leaves a
 * gap, which only a statement fills. Orders are kept as they ended (endings.h).
 *
 * It decides nothing about orders and sends nothing. Time is the broker's where it counts (the
 * close), and what is recorded once is not recorded again after a restart, wherever it was killed.
 */
#ifndef PORTCULLIS_AUTOMATION_CHRONICLE_H
#define PORTCULLIS_AUTOMATION_CHRONICLE_H

#include "base/log.h"
#include "book/book.h"
#include "broker/session.h"
#include "data/tz.h"
#include "store/db.h"
#include "store/journal.h"

enum {
    CHRONICLE_AFTER_CLOSE_MS = 5 * 60 * 1000,
    CHRONICLE_LATE_MS = 30 * 60 * 1000, /* later than that is worth a note */
    CHRONICLE_LOOK_MS = 30 * 1000,      /* between looks while the session is ready */
    CHRONICLE_COVER_MS = 5 * 60 * 1000, /* between notes that nothing was missed */
    CHRONICLE_MISSED_MAX = 260          /* closes that are named as missed at once: a year's */
};

struct chronicle;

struct chronicle_config {
    struct str market;     /* a code of model/calendar.h; unknown: XNYS */
    struct tz_zones zones; /* without the market's zone, the time is UTC's */
    struct log log;
};

/* All pointers are borrowed and outlive it. */
struct chronicle *chronicle_new(const struct chronicle_config *config, const struct book *book,
                                const struct session *session, struct journal *journal);
void chronicle_free(struct chronicle *c);
/* What the store knows; executions since `since` count as told. */
bool chronicle_restore(struct chronicle *c, struct db *db, struct utc since,
                       struct error *e) FALLIBLE;

/* Every event, right behind the journal: what follows from it is committed with it. */
void chronicle_observe(struct chronicle *c, const struct event *ev);
void chronicle_step(struct chronicle *c, struct moment now);
/* When chronicle_step is next needed. */
struct instant chronicle_next(const struct chronicle *c);

/* ---- days, for those who read what was kept ---- */
/* The newest day whose close is at or before t; INT64_MIN if the calendar does not reach there. */
int64_t chronicle_closed_day(const struct chronicle *c, struct utc t);
/* The local day of an instant in the market's zone. */
int64_t chronicle_local_day(const struct chronicle *c, struct utc t);
const struct calendar *chronicle_calendar(const struct chronicle *c);

#endif
