/* SPDX-License-Identifier: MIT */
/*
 * inside: what the files of the alerts share. Private to automation/.
 *
 * alerts.c has the table and what was told, alert_look.c the looking, alert_lines.c the market data
 * and the contracts' details, alert_store.c what is written and read.
 */
#ifndef PORTCULLIS_AUTOMATION_INSIDE_H
#define PORTCULLIS_AUTOMATION_INSIDE_H

#include "automation/alerts.h"
#include "base/limits.h"
#include "base/map.h"

enum line_use { LINE_NONE, LINE_HELD, LINE_TURN };

/* A contract that alerts look at. */
struct watched {
    struct contract contract;
    struct alert *first;
    enum line_use use;
    struct instant since;             /* LINE_TURN: when it began */
    struct instant first_quote;       /* since the line came up; 0: none yet */
    bool is_settled;                  /* the first burst of ticks is over */
    struct contract_details *details; /* NULL: not asked yet. Owned */
    struct instant asked_at;          /* when they were asked for; has a meaning with was_asked */
    bool was_asked, is_gone;          /* the broker does not know it any more */
    struct instant refused_at;        /* when the broker refused prices; 0: it did not */
    char notice[ALERT_WHAT_MAX];      /* the broker's words then, sanitised */
    enum market_state market;         /* for a second from market_at on */
    struct instant market_at;
};

struct alerts {
    struct session *session;
    struct quotes *quotes;
    struct journal *journal;
    struct tz_zones zones;
    struct log log;
    struct alerts_listener listener;
    struct alert *slots[ALERTS_MAX]; /* the slot is the name under which an alert is kept */
    struct map *by_contract;         /* con_id -> struct watched */
    size_t count;
    int64_t last_id;
    size_t turn; /* where the next turn begins, in the order of the map */
    struct instant step_at;
    bool is_unsaved; /* an alert is */
    /* a ring in the order of the ids: those up to `told` have been told */
    struct firing firings[FIRINGS_KEPT];
    size_t firing_first, firing_count;
    int64_t told;
    struct task *waiters[LIMIT_TASKS];
    size_t waiter_count;
};

/* ---- alerts.c ---- */
/* The alert's contract from now on. */
void alerts_watch(struct alerts *a, struct alert *al);
/* Firings must not push each other out of the ring before they are told. */
bool alerts_has_room(const struct alerts *a);
/* Adds a firing that the store knows. */
void alerts_recall(struct alerts *a, const struct firing *f);

/* ---- alert_look.c ---- */
/* Puts it into the journal and the ring. False: the journal takes nothing, all stays as it was. */
bool alert_fire(struct alerts *a, struct alert *al, enum firing_kind kind, const struct quote *q,
                struct opt_dec level, const char *what, struct moment now);
/* The alert is over: it is kept as such, and its line given back if nobody else needs it. */
void alert_end(struct alerts *a, struct alert *al, enum alert_status status, struct moment now);
/* The first look at lines that have just come up: their next tick may be far away. */
void alerts_look_settled(struct alerts *a, struct moment now);
/* Looks at all alerts of the contract with that quote, once the line's first burst is over: its
 * ticks come one by one, and what says that trading is halted may be the last of them. */
void alerts_look(struct alerts *a, struct watched *w, const struct quote *q, struct moment now);
/* Whether its market is open, by its details: worked out once a second. UNKNOWN without them. */
enum market_state watched_market(const struct alerts *a, struct watched *w, struct moment now);
/* The line went, or came up again. */
void alerts_unsettle(struct watched *w);
/* ---- alert_lines.c ---- */
void lines_step(struct alerts *a, struct moment now);
/* No alert of it is on any more: its line is given back. */
void lines_release(struct alerts *a, struct watched *w, struct moment now);
bool watched_is_wanted(const struct watched *w);

/* ---- alert_store.c ---- */
/* Keeps the alert in its slot; on failure it is kept later. */
void alert_save(struct alerts *a, struct alert *al, struct moment now);
/* Takes the alert in that slot away for ever. */
bool alert_erase(struct alerts *a, size_t slot, struct moment now, struct error *e) FALLIBLE;
/* A record that the alert was set or deleted. 0 with *e. */
int64_t alert_record(struct alerts *a, const char *what, const struct alert *al, struct str by,
                     struct moment now, struct error *e) FALLIBLE;
/* The record of a firing, whose number becomes its id. 0 if the journal does not take it. */
int64_t firing_record(struct alerts *a, const struct firing *f, struct moment now);

#endif
