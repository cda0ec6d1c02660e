/* SPDX-License-Identifier: MIT */
/*
 * record: the lines of the state file.
 *
 * One line is one whole change: a fill carries everything that follows from it, so that any number
 * of whole lines is a consistent state. A line is TYPE|field|...|check; text fields escape what
 * would end them (%7C); `check` is a hash of what stands before it.
 *   H version|accounts|opening|second   the first line: accounts separated by ','; what they held
 *                               (enum record_opening) and up to when their events are in that
 *   O ticket                    an order as it is now; replaces the one with its perm id
 *   F fill                      an execution, to be booked
 *   E fill                      an execution that the C and P lines already contain
 *   R fill                      an execution that was corrected or taken back, as it is now
 *   C account|currency|amount|interest|dividends         cash
 *   P account|con_id|quantity|cost|settled|and the day's three   a holding
 *   A account|con_id|pay second|amount                   a dividend to come
 *   K event                     an event (money.h) that changed an account; with the numbers of the
 *                               execution that clients were told of, if it was an exercise
 *   T second|is_midnight        all events up to that second have happened
 *   G kind|xml                  an advisor's groups or aliases (groups.h)
 *   I client|next id            order ids in use;  N next perm id|next fill  counters
 */
#ifndef PORTCULLIS_PAPER_RECORD_H
#define PORTCULLIS_PAPER_RECORD_H

#include "base/buf.h"
#include "paper/groups.h"
#include "paper/money.h"
#include "paper/venue.h"

enum { RECORD_VERSION = 2, RECORD_LINE_MAX = 16384 };

/* What the account holds before the first change. */
enum record_opening { OPENING_NOTHING, OPENING_CASH, OPENING_PORTFOLIO, OPENING_COUNT };

struct record_line {
    char type;                        /* 'H', 'O', ... */
    char accounts[ACCOUNTS_TEXT_MAX]; /* H: all; C and P: one */
    enum record_opening opening;
    struct ticket ticket;
    struct fill fill; /* its ticket is `ticket`, of which only the perm id is set */
    struct cash cash;
    struct holding holding;
    struct accrual accrual;
    struct money_event event;
    int64_t at_s; /* H, T; client_id .. next_seq: I and N, and of an exercise the client, the order
                     id, the perm id and the fill's number */
    bool is_midnight;
    int64_t groups_kind;
    char groups[GROUPS_XML_MAX];
    int64_t client_id, next_id;
    int64_t next_perm, next_seq;
};

/* ---- writing: each appends one line ---- */
void record_header(struct buf *out, const char *accounts, enum record_opening opening,
                   int64_t at_s);
void record_ticket(struct buf *out, const struct ticket *t);
void record_fill(struct buf *out, const struct fill *f, bool is_booked);
void record_revision(struct buf *out, const struct fill *f);
void record_cash(struct buf *out, const char *account, const struct cash *c);
void record_holding(struct buf *out, const char *account, const struct holding *h);
void record_accrual(struct buf *out, const char *account, const struct accrual *a);
/* `told`: the execution that it is told as; NULL if it is none. */
void record_account_event(struct buf *out, const struct money_event *e, const struct fill *told);
void record_moment(struct buf *out, int64_t at_s, bool is_midnight);
void record_groups(struct buf *out, enum groups_kind kind, struct str xml);
void record_id(struct buf *out, int32_t client_id, int32_t next_id);
void record_counters(struct buf *out, int64_t next_perm, int64_t next_seq);

/* ---- reading ---- */
/* One line without its end. False with ERROR_PROTOCOL, reason STATE_FILE. */
bool record_read(struct str line, const struct universe *u, struct record_line *out,
                 struct error *e) FALLIBLE;

#endif
