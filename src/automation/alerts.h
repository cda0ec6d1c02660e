/* SPDX-License-Identifier: MIT */
/*
 * alerts: conditions on the prices of contracts that somebody wants to be told about.
 *
 * An alert is looked at with each quote of its contract. It fires only on a price that is live and
 * fresh: a halted, frozen or stale one never counts, a delayed one only where the alert allows it,
 * and then the firing says so. A firing is a record in the journal first; it is told only when that
 * record is on the disk, together with what the alert remembers. So each firing is told once,
 * also across `kill -9`: what was not durable was not told, and is found again if it still holds.
 *
 * The contracts of the alerts have market data lines of their own, beside those of market/quotes:
 * ALERT_LINES_MAX are kept open, further contracts are looked at in turn, ALERT_TURNS_MAX at a
 * time. What becomes of a contract (its name, its trading hours) is asked of the broker twice a
 * day. After what looks like a split, alerts on a price are disarmed, and that is told.
 *
 * It acts on nothing. Alerts belong to the user, not to an account: they hold no account data.
 */
#ifndef PORTCULLIS_AUTOMATION_ALERTS_H
#define PORTCULLIS_AUTOMATION_ALERTS_H

#include "automation/condition.h"
#include "base/log.h"
#include "base/task.h"
#include "broker/session.h"
#include "market/hours.h"
#include "market/quotes.h"
#include "model/contract.h"
#include "store/db.h"
#include "store/journal.h"

enum {
    ALERTS_MAX = 1000,
    ALERT_LINES_MAX = 30, /* contracts whose market data line stays open */
    ALERT_TURNS_MAX = 10, /* lines that the other contracts share, in turn */
    ALERT_TURN_MS = 5000, /* for which one of these is kept, at most */
    ALERT_NOTE_MAX = 160, /* bytes with NUL, of this and the following */
    ALERT_NAME_MAX = 80,
    ALERT_WHAT_MAX = 160,
    ALERT_PAUSE_MAX_S = 31 * 86400,
    FIRINGS_KEPT = 500,      /* the newest, in memory; the journal has all */
    FIRINGS_DAYS = 30,       /* how far back a restart looks for them */
    ALERT_STALE_MS = 60000,  /* a quote older than that is no reason to fire */
    ALERT_GAP_MS = 120000,   /* a firing after so long without a look is marked late */
    ALERT_SAVE_MS = 3600000, /* how often the last price is kept, to know a split by it */
};

/* What is asked for. */
struct alert_terms {
    struct contract contract; /* resolved */
    struct condition condition;
    bool repeats;
    int64_t pause_s; /* after a firing it is not looked at for so long */
    struct opt_utc until;
    bool only_open; /* in regular trading hours */
    bool allow_delayed;
    char note[ALERT_NOTE_MAX];
};

enum alert_status {
    ALERT_ON,
    ALERT_DONE,    /* it has fired, and was to do so once */
    ALERT_EXPIRED, /* its time is over */
    ALERT_DISARMED /* something happened that makes its level wrong: see `why` */
};
extern const char *const alert_status_names[];

/* Why an alert that is on was not looked at with the newest quote. */
enum alert_block {
    ALERT_LOOKS, /* it was */
    ALERT_NO_LINE,
    ALERT_NO_VALUE,
    ALERT_NO_HOURS,
    ALERT_CLOSED,
    ALERT_HALTED,
    ALERT_FROZEN,
    ALERT_DELAYED,
    ALERT_PAUSED,
    ALERT_REFUSED, /* the broker gives no prices: see alert_reason */
    ALERT_GONE,    /* the broker does not know the contract any more */
    ALERT_DISK     /* firings wait for the disk: none is added */
};
const char *alert_block_text(enum alert_block b); /* words; "" for LOOKS */

struct watched;

/* The fields are for reading. */
struct alert {
    int64_t id; /* > 0, never given again */
    struct alert_terms terms;
    char name[ALERT_NAME_MAX]; /* of the contract, as it was called when last asked */
    char by[JOURNAL_PRINCIPAL_MAX];
    struct utc created;
    enum alert_status status;
    enum alert_block block;
    char why[ALERT_WHAT_MAX];
    struct condition_state state;
    struct opt_dec value;      /* at the newest look */
    struct opt_utc looked;     /* when that was; not kept */
    struct opt_dec last_price; /* and the price then: what a split is known by */
    struct opt_dec close;
    int64_t fired; /* how often */
    int64_t last_firing;
    struct opt_utc last_fired;
    /* private */
    struct watched *watched;
    struct alert *next; /* of the same contract */
    struct instant quiet_until, looked_at, saved_at;
    bool has_looked; /* since the line came up */
    bool is_unsaved;
};

enum firing_kind { FIRING_FIRED, FIRING_DISARMED, FIRING_EXPIRED };
extern const char *const firing_kind_names[];

/* One thing to tell. Numbers rise; they have gaps. */
struct firing {
    int64_t id; /* of its record in the journal */
    int64_t alert;
    enum firing_kind kind;
    struct utc at;
    int32_t con_id;
    char name[ALERT_NAME_MAX], what[ALERT_WHAT_MAX], note[ALERT_NOTE_MAX];
    struct opt_dec value, level, bid, ask, last;
    enum data_type data_type;
    bool is_late; /* it became true while nobody looked */
};

struct alerts;

/* Who hears of a firing once it is durable. */
struct alerts_listener {
    void (*told)(void *self, const struct firing *f);
    void *self;
};

/* ---- life ---- */
/* `zones` tells when an exchange is open, to the minute. */
struct alerts *alerts_new(struct session *session, struct quotes *quotes, struct journal *journal,
                          struct tz_zones zones, struct log log, struct alerts_listener listener);
void alerts_free(struct alerts *a);
/* What was kept. False with *e only if the store cannot be read; an alert that cannot be read is
 * logged and left where it is. */
bool alerts_restore(struct alerts *a, struct db *db, struct moment now, struct error *e) FALLIBLE;

/* ---- driven by app/flow ---- */
void alerts_on_event(struct alerts *a, const struct event *ev);
/* Lines, expiry, telling, keeping. */
void alerts_step(struct alerts *a, struct moment now);
struct instant alerts_next(const struct alerts *a);
/* A contract's hours and name have to be asked for: spawn a task for alerts_refresh. */
bool alerts_refresh_due(const struct alerts *a, struct moment now);
/* Suspends. */
void alerts_refresh(struct task *t, struct alerts *a);

/* ---- for operations ---- */
/*
 * Sets an alert on a contract; an alert that is on and has the same terms is given again instead.
 * False: INVALID (ALERT_TERMS) if the terms make no sense, LIMIT (ALERTS_MAX), or the journal's
 * failure. An alert is durable once journal_wait(seq) has said so.
 */
bool alerts_set(struct alerts *a, const struct alert_terms *terms,
                const struct contract_details *details, struct str by, struct moment now,
                int64_t *id, int64_t *seq, struct error *e) FALLIBLE;
/* False: NOT_FOUND (NO_ALERT), or the journal's failure. */
bool alerts_delete(struct alerts *a, int64_t id, struct str by, struct moment now, int64_t *seq,
                   struct error *e) FALLIBLE;
/* Why the alert is not looked at now, or was disarmed, with the broker's words if it has said some;
 * nothing if all is well. */
void alert_reason(struct alerts *a, const struct alert *al, struct moment now, struct buf *out);
const struct alert *alerts_find(const struct alerts *a, int64_t id);
/* The next alert behind that id in the order of the ids, 0 at the start; NULL at the end. */
const struct alert *alerts_after(const struct alerts *a, int64_t id);
size_t alerts_count(const struct alerts *a);
/* Contracts that have no line of their own, and about how long a round over them takes. */
size_t alerts_in_turn(const struct alerts *a, int64_t *round_s);

/* The first firing that was told behind that id; NULL if there is none yet. Borrowed until the next
 * suspension. */
const struct firing *alerts_firing(const struct alerts *a, int64_t after);
/* The newest that was told, 0 for none. */
int64_t alerts_newest_firing(const struct alerts *a);
/* Suspends until there is a firing behind `after`, or `until`. False if the task is over. */
bool alerts_wait(struct task *t, struct alerts *a, int64_t after, struct instant until,
                 struct error *e) FALLIBLE;

#endif
