/* SPDX-License-Identifier: MIT */
/*
 * core: the services that operations use, as one value of pointers. Built by app/, owned by app/.
 */
#ifndef PORTCULLIS_OPS_CORE_H
#define PORTCULLIS_OPS_CORE_H

#include "automation/alerts.h"
#include "automation/chronicle.h"
#include "automation/watchlists.h"
#include "base/log.h"
#include "book/book.h"
#include "broker/session.h"
#include "data/tz.h"
#include "guard/gate.h"
#include "guard/tokens.h"
#include "market/currencies.h"
#include "market/history.h"
#include "market/quotes.h"
#include "market/resolver.h"
#include "market/years.h"
#include "ops/settings.h"
#include "store/audit.h"
#include "store/cache.h"
#include "store/db.h"
#include "store/journal.h"

/* Calendars and tables of events that the user has put somewhere: names and contents, in the arena.
 * `read` is NULL where there are none. */
struct event_file {
    struct str name, text;
};
struct event_files {
    bool (*read)(void *self, struct arena *a, struct event_file **out, size_t *n, struct error *e);
    void *self;
};

/* What the process uses of the machine. */
struct core_usage {
    int64_t memory_bytes, cpu_ms, open_files;
};

struct tally;

struct core {
    const struct settings *settings; /* of the whole run: no operation changes one */
    struct session *session;
    struct book *book;
    struct journal *journal;
    struct db *db;           /* for reading: past executions and records */
    struct anchors *anchors; /* of the journal; NULL: none are kept */
    struct resolver *resolver;
    struct quotes *quotes;
    struct currencies *currencies;
    struct cache *cache; /* what the broker would tell again */
    struct history *history;
    struct chronicle *chronicle; /* NULL (a test of a face, say): nothing is kept by itself */
    struct years *years;
    struct gate *gate;
    struct alerts *alerts;
    struct watchlists *watchlists;
    struct pin *pin;        /* NULL (a test of a face, say): nobody can prove to be a person */
    struct tokens *tokens;  /* for HTTP; NULL: there are none */
    struct entropy entropy; /* for what must not be guessed */
    struct tz_zones zones;  /* of the exchanges */
    struct event_files event_files;
    bool (*usage)(struct core_usage *out); /* NULL (a test, say): not known */
    struct tally *tally;                   /* NULL likewise: nobody counts */
    struct log log;
    struct utc started;
    bool is_embedded; /* the broker is the embedded paper exchange */
    /* "", or why the embedded exchange does not stay up, and what to do */
    char exchange_trouble[440];
    char page_key[33]; /* in the path of the page for approvals: who has it may open it; "": none */
    int http_port;     /* where the HTTP interface listens on this machine; 0: nowhere */
    bool http_is_tls;  /* https */
    /* app/ learns here that somebody asked the daemon to end */
    bool stop_requested;
};

#endif
