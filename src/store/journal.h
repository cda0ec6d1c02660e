/* SPDX-License-Identifier: MIT */
/*
 * journal: what happened, in order, on its way to the disk.
 *
 * The core thread appends records; they get their sequence number at once and wait in memory. The
 * owner (app/io) takes them as batches, lets a worker thread commit each with db_commit, and
 * reports back. A task that must not go on before its record is safe waits for it; nothing else
 * ever waits for the disk. A request and the order that comes of it share one flush: records that
 * only explain linger for some milliseconds. One batch is at the disk at a time, so durability is a
 * single number: every record up to journal_durable is on the disk.
 *
 * A commit that fails makes the journal failed: waiting tasks get JOURNAL_FAILED, and the gate lets
 * no order pass until journal_recover has been called and the kept records have been written.
 * Records are never dropped on the way: a failed batch stays at the head of the queue. Reading,
 * cancelling and the kill switch do not depend on the journal.
 *
 * Besides records, a batch carries executions, named values (kill switch, order id high-water) and
 * pages of the account's past, so that they become durable together with the records that explain
 * them.
 */
#ifndef PORTCULLIS_STORE_JOURNAL_H
#define PORTCULLIS_STORE_JOURNAL_H

#include "base/error.h"
#include "base/instant.h"
#include "base/task.h"
#include "model/event.h"
#include "model/past.h"

struct journal;

enum journal_kind {
    JOURNAL_INTENT,     /* an order that passed the gate; durable before the first byte is sent */
    JOURNAL_SENT,       /* its bytes have been queued */
    JOURNAL_OUTCOME,    /* what the broker said, or that it said nothing, or that it was not sent */
    JOURNAL_REFUSAL,    /* the gate said no */
    JOURNAL_CANCEL,     /* a cancel was asked for */
    JOURNAL_KILL,       /* the kill switch was pulled */
    JOURNAL_RELEASE,    /* and released */
    JOURNAL_STATE,      /* start, stop, link, mode */
    JOURNAL_FILL,       /* an execution */
    JOURNAL_COMMISSION, /* its commission, which comes later */
    JOURNAL_ORDER_STATUS, /* an order changed state at the broker */
    JOURNAL_CONFIG,       /* limits or settings in force */
    JOURNAL_REQUEST,      /* somebody asked for a change, with all arguments */
    JOURNAL_ANSWER,       /* and was told this */
    JOURNAL_PERSON,       /* somebody was asked to prove to be a person, and did or did not */
    JOURNAL_APPROVAL,     /* an order waits for a person's approval, or the person has decided */
    JOURNAL_RECONCILE,    /* our books were compared with the broker's */
    JOURNAL_ACCEPT,       /* a person accepted what differed */
    JOURNAL_SNAPSHOT,     /* the account at the close of a day, or that the close was missed */
    JOURNAL_FLOW,         /* cash moved, and no execution explains it */
    JOURNAL_IMPORT,       /* a statement was imported */
    JOURNAL_ALERT,        /* a price alert was set, was deleted, or has fired */
    JOURNAL_WATCHLIST,    /* a watch list was changed */
    JOURNAL_KIND_COUNT
};

enum {
    JOURNAL_PRINCIPAL_MAX = 64,  /* bytes of a principal with its NUL; longer ones are cut */
    JOURNAL_BODY_MAX = 64 << 10, /* bytes of one record's body */
    JOURNAL_STALL_MS = 5000,     /* see journal_stall_after */
    JOURNAL_KEY_MAX = 48,        /* bytes of a named value's key with its NUL */
    JOURNAL_VALUE_MAX = 8192,    /* bytes of a named value with its NUL */
    JOURNAL_LINGER_MS = 20,      /* for which a record that nobody waits for may wait for others */
    JOURNAL_BATCH_MAX = 512,     /* items committed at once, but for the values behind them */
    JOURNAL_KNOWN_MAX = 50000, /* executions, and orders, remembered to leave out repetitions; as */
    JOURNAL_KNOWN_MS = 8 * 86400 * 1000, /* in base/known.h. The broker repeats a week, at most */
};

enum journal_item_kind { ITEM_RECORD, ITEM_EXECUTION, ITEM_COMMISSION, ITEM_VALUE, ITEM_PAGE };

/* One thing to write. Which members count depends on `what`. */
struct journal_item {
    enum journal_item_kind what;
    int64_t seq; /* ITEM_RECORD: its own; otherwise that of the last record before it */
    struct utc at;
    struct instant since; /* for which it has been waiting */
    enum journal_kind kind;
    char principal[JOURNAL_PRINCIPAL_MAX];
    struct str body;             /* ITEM_RECORD: JSON; ITEM_VALUE: the value. Owned by the item */
    char key[JOURNAL_KEY_MAX];   /* ITEM_VALUE */
    struct execution *execution; /* ITEM_EXECUTION, ITEM_COMMISSION. Owned by the item */
    struct past_page *page;      /* ITEM_PAGE. Owned by the item */
};

/* Items in order. Immutable and free of pointers into the journal, so a worker thread may read it.
 */
struct journal_batch {
    struct journal_item *items;
    size_t count;
};

/* "intent" ...; the text stored on the disk. */
const char *journal_kind_text(enum journal_kind kind);

/* ---- life ---- */
/* A journal whose first record will have the number last_seq + 1. */
struct journal *journal_new(int64_t last_seq);
/* Releases everything, a batch that is away too: no worker may read it any more, no task wait. */
void journal_free(struct journal *j);

/*
 * From now on account numbers in bodies are masked under that key (store/redact.h), which is
 * copied; "" ends that. The accounts behind the masks are kept as named values, "account.MASK".
 */
void journal_redact(struct journal *j, struct str key);
/* After how long without a word from the disk the journal counts as stalled; JOURNAL_STALL_MS at
 * first. */
void journal_stall_after(struct journal *j, int64_t ms);

/* ---- writing, on the core thread ---- */
/*
 * Appends a record and returns its number (> 0). `body` is one JSON object of at most
 * JOURNAL_BODY_MAX bytes and is copied. 0, with *e set (ERROR_UNAVAILABLE, JOURNAL_FAILED), when
 * LIMIT_JOURNAL_QUEUE items wait already, or the body is too long.
 */
int64_t journal_append(struct journal *j, enum journal_kind kind, struct str principal,
                       struct str body, struct moment now, struct error *e) FALLIBLE;
/* Keeps a named value; the newest wins. Becomes durable with the record or execution before it. */
bool journal_put(struct journal *j, struct str key, struct str value, struct moment now,
                 struct error *e) FALLIBLE;
/* Keeps a page of the account's past (copied). Durable with the record before it; what is known
 * already is left as it is, so that a page written twice is written once. */
bool journal_keep(struct journal *j, const struct past_page *page, struct moment now,
                  struct error *e) FALLIBLE;
/*
 * Keeps what an event says about executions, commissions and order states; other events and
 * repetitions (the broker repeats itself) leave no trace. Called by app/flow for every event.
 * False, with *e set, if the queue is full.
 */
bool journal_record_event(struct journal *j, const struct event *ev, struct error *e) FALLIBLE;
/* This execution is in the store already: do not record it again. Used at the start. */
void journal_knows_execution(struct journal *j, struct str exec_id, bool has_commission);

/* ---- durability ---- */
/*
 * Suspends until record `seq` is on the disk. False with JOURNAL_FAILED if its commit failed or the
 * journal is failed, with JOURNAL_STALLED while it is stalled, or with the task's own TIMEOUT or
 * CANCELLED.
 */
bool journal_wait(struct task *t, struct journal *j, int64_t seq, struct error *e) FALLIBLE;
/* Every record up to this number is on the disk. */
int64_t journal_durable(const struct journal *j);
/* The newest number handed out. */
int64_t journal_last(const struct journal *j);
bool journal_is_failed(const struct journal *j);
/* Why it failed; valid while it is failed. */
const struct error *journal_failure(const struct journal *j);
/*
 * Something has been waiting for the disk for too long, and nobody knows whether it will ever be
 * written. Ends by itself when the disk answers.
 */
bool journal_is_stalled(const struct journal *j, struct moment now);
/* Records of that kind since the start. */
int64_t journal_count(const struct journal *j, enum journal_kind kind);
/* Items that wait to be taken. */
size_t journal_pending(const struct journal *j);

/* ---- the owner's side, on the core thread ---- */
/*
 * When there is a batch to take: a moment that has passed if somebody waits for a record or one of
 * weight waits, JOURNAL_LINGER_MS after the first record otherwise. INSTANT_NEVER while
 * journal_take would give NULL.
 */
struct instant journal_due(const struct journal *j);
/* What waits is due now: the process is about to end. */
void journal_hurry(struct journal *j);
/*
 * The next batch to commit, or NULL: nothing waits, a batch is away, or the journal is failed and
 * journal_recover has not been called. Returned by journal_committed.
 */
struct journal_batch *journal_take(struct journal *j);
/*
 * The fate of the batch taken last. Success wakes the tasks that waited for it and ends a failure;
 * failure keeps the batch for the next attempt and wakes all waiting tasks. Takes the batch back.
 */
void journal_committed(struct journal *j, struct journal_batch *batch, bool ok,
                       const struct error *why);
/* Allows one further attempt after a failure; harmless otherwise. */
void journal_recover(struct journal *j);

#endif
