/* SPDX-License-Identifier: MIT */
/*
 * bulletin: what happens to orders, fills, alerts, the trading state, the kill switch and the
 * connection, as numbered notices in the order in which it happened, for whoever follows.
 *
 * Repetitions leave no notice: the broker repeats itself, above all after each connect. The newest
 * BULLETIN_KEPT notices stay, so that who was away for a while can catch up; who was away for
 * longer sees by the numbers that something is missing. They are news, not the record: that is the
 * journal. Their fields are described by tables (data/type.h), from which OpenAPI tells them.
 */
#ifndef PORTCULLIS_AUTOMATION_BULLETIN_H
#define PORTCULLIS_AUTOMATION_BULLETIN_H

#include "automation/alerts.h"
#include "book/book.h"
#include "data/type.h"
#include "guard/gate.h"
#include "model/event.h"

enum bulletin_kind {
    BULLETIN_ORDER,
    BULLETIN_FILL,
    BULLETIN_ALERT,
    BULLETIN_TRADING,
    BULLETIN_KILL,
    BULLETIN_CONNECTION,
    BULLETIN_KIND_COUNT
};
/* How a kind is called, what it tells, and its fields. */
struct bulletin_row {
    const char *name, *doc;
    const struct type *type;
};
const struct bulletin_row *bulletin_row(enum bulletin_kind kind);

enum { BULLETIN_KEPT = 1024, BULLETIN_NOTICE_MAX = 8192 };

struct notice {
    int64_t number; /* 1 for the first of this run; no number is left out */
    enum bulletin_kind kind;
    struct utc at;
    char account[16]; /* that it is about; "": all */
    int64_t subject;  /* private: what repetitions are known by */
    struct str json;  /* an object: the fields of its kind */
};

struct bulletin;

/* Borrows the book (for orders of which an event has the ids alone) and the gate. */
struct bulletin *bulletin_new(const struct book *book, const struct gate *gate);
/* Accepts NULL. */
void bulletin_free(struct bulletin *b);

/* ---- driven by app/ ---- */
/* Every event, after the book has had it. `is_news`: the journal did not know it. */
void bulletin_observe(struct bulletin *b, const struct event *ev, bool is_news);
/* A firing that is on the disk. */
void bulletin_firing(struct bulletin *b, const struct firing *f);
/* What has become of the trading state and the kill switch since; cheap. */
void bulletin_step(struct bulletin *b, struct moment now);

/* ---- following ---- */
/* The first notice behind that number; NULL if there is none. Borrowed until the next event. */
const struct notice *bulletin_after(const struct bulletin *b, int64_t number);
/* The newest number, 0 before the first notice; and the oldest that is still there. */
int64_t bulletin_newest(const struct bulletin *b);
int64_t bulletin_oldest(const struct bulletin *b);

#endif
