/* SPDX-License-Identifier: MIT */
/*
 * paper: the paper exchange. An IB Gateway with a market of its own behind it.
 *
 * It speaks the server side of the TWS protocol to any client, invents a market from a seed,
 * matches orders against it, and keeps the books of simulated accounts. No part of it touches a
 * socket, a file or a clock: the owner feeds bytes and `now`, and sends and stores what comes out.
 * The same seed, the same calls and the same moments give the same bytes.
 *
 * One turn of the owner:
 *   1. paper_connect, paper_input, paper_step, ... (any number)
 *   2. append paper_records to the state file and make it durable, then paper_records_taken
 *   3. only then send paper_output of each peer, then paper_sent
 * so that nothing is acknowledged that a crash could undo. paper_next says when to step again.
 *
 * The prices are invented. Everything that people read about this market must say so; the
 * exchange itself is told apart from a real one by its account id, which begins with DU9.
 */
#ifndef PORTCULLIS_PAPER_PAPER_H
#define PORTCULLIS_PAPER_PAPER_H

#include "base/buf.h"
#include "base/error.h"
#include "base/instant.h"
#include "base/log.h"
#include "paper/accounts.h"

struct paper;
struct paper_peer; /* one connection of a client */

struct paper_market; /* listings and their prices */

struct paper_config {
    /*
     * Borrowed; must outlive the exchange. Exchanges of the same seed and sessions may share one,
     * one after the other: it remembers what was worked out, which costs time and changes no
     * answer. NULL: a market of its own.
     */
    struct paper_market *market;
    uint64_t seed;              /* of the market; the same seed is the same market for ever */
    const char *accounts;       /* "DU" and digits each, at most 15 characters, separated by
                                   commas, at most 8; NULL: "DU9000001" */
    struct account_terms terms; /* of all accounts; zero: Reg T, fixed commissions, USD */
    int max_version;    /* highest server version spoken, 157..226 (protobuf from 213); 0: 226 */
    bool real_sessions; /* false: every listing trades around the clock */
    const char *no_subscription; /* exchanges whose data the account may only see delayed, as
                                  * "NYSE,AEB"; NULL: none */
    bool no_opening;       /* true: start with the cash of the opening portfolio and no positions */
    bool has_start;        /* simulated time begins at `start` instead of the owner's wall clock */
    struct utc start;      /* read if has_start */
    bool real_pacing;      /* limit how fast a client may ask, as a Gateway does */
    int speed;             /* simulated seconds per second, 1..10000; 0: 1 */
    bool is_paused;        /* the simulated clock stands still at first */
    const char *zone_name; /* zone word in the hello; NULL: "UTC" */
    struct log log;        /* copied */
};

enum { PAPER_PEERS_MAX = 64 }; /* clients at once; TWS has 32 */

/* ---- life ---- */
/* `instruments` as in paper_new. NULL with *e as there. */
struct paper_market *paper_market_new(uint64_t seed, bool real_sessions, struct str instruments,
                                      struct error *e) FALLIBLE;
void paper_market_free(struct paper_market *m);

/*
 * `instruments` is the text of data/instruments.csv, parsed and copied. NULL with *e filled if it
 * is malformed (the text names line and reason) or the configuration is out of range. The strings
 * of `config` need not outlive the call.
 */
struct paper *paper_new(const struct paper_config *config, struct str instruments,
                        struct moment now, struct error *e) FALLIBLE;
/* Also frees the peers that are left. Accepts NULL. */
void paper_free(struct paper *p);

/*
 * Bars of a real market that one listing follows instead of the model: the text of a file of that
 * name, SYMBOL.csv, SYMBOL@EXCHANGE.csv or CONID.csv, as paper/replay.h describes it. Before
 * paper_restore. False with *e (reason BARS) that names the file, the line and what is wrong.
 */
bool paper_bars(struct paper *p, struct str file, struct str text, struct error *e) FALLIBLE;

/* ---- durability; the owner holds the file ---- */
/*
 * Rebuilds the state from all that was ever taken from paper_records (or from a snapshot and what
 * followed it). Called once, before the first connection. Empty text is a fresh start. A last line
 * without its end is left out (a crash tore it): *keep is the length of what counts. Any other
 * damage is an error, as is a file of another account or version.
 */
bool paper_restore(struct paper *p, struct str lines, size_t *keep, struct moment now,
                   struct error *e) FALLIBLE;
/* Lines to append to the state file before this turn's output is sent; borrowed until the next
 * call into p. */
struct str paper_records(const struct paper *p);
/* The first n bytes (whole lines) are durable. */
void paper_records_taken(struct paper *p, size_t n);
/* Writes the whole state as lines that may replace the file; includes what is still in
 * paper_records. False if out's cap is too small. */
bool paper_snapshot(const struct paper *p, struct buf *out);

/*
 * The records cannot be made durable, for that reason: orders, changes and cancels are refused by
 * name and nothing fills, until "" ends it.
 */
void paper_hold(struct paper *p, const char *why);
/* Adds a record that changes nothing, for an attempt to write. */
void paper_touch(struct paper *p);

/* ---- connections ---- */
/* A client has connected. NULL if PAPER_PEERS_MAX are. Owned by p, until paper_disconnect. */
struct paper_peer *paper_connect(struct paper *p, struct moment now);
/* Bytes from the client, cut anywhere. */
void paper_input(struct paper *p, struct paper_peer *peer, struct str bytes, struct moment now);
/* Bytes for the client; borrowed until the next call into p. */
struct str paper_output(const struct paper *p, const struct paper_peer *peer);
/* The first n bytes were sent. */
void paper_sent(struct paper *p, struct paper_peer *peer, size_t n);
/* True once the exchange is done with this client: send what paper_output holds, then close and
 * call paper_disconnect. */
bool paper_wants_close(const struct paper_peer *peer);
/* The connection is gone; `peer` is freed. Its orders keep working. */
void paper_disconnect(struct paper *p, struct paper_peer *peer, struct moment now);
/* Iteration over the peers: NULL gives the first; NULL after the last. */
struct paper_peer *paper_peer_after(const struct paper *p, const struct paper_peer *peer);

/* ---- time ---- */
/* Lets the market move up to `now`: matches orders, sends ticks and account updates. */
void paper_step(struct paper *p, struct moment now);
/* When paper_step is next needed; INSTANT_NEVER if nothing can happen by itself. */
struct instant paper_next(const struct paper *p);
/* The simulated time of the last call. */
struct utc paper_time(const struct paper *p);

/* ---- the simulated clock ---- */
/* Simulated seconds per second from now on, 1..10000; else false. */
bool paper_set_speed(struct paper *p, int speed, struct moment now);
/* Stops or restarts the simulated clock; requests are answered all the same. */
void paper_pause(struct paper *p, bool is_paused, struct moment now);
/*
 * Lets `ms` of simulated time pass as fast as they can be computed, paused or not: each paper_step
 * does a part of it (paper_next says to call again at once), until paper_is_led is false. Orders
 * fill and ticks are sent as if the time had passed by itself. False if ms is negative or above
 * PAPER_LEAD_MS_MAX, or while an earlier call is not finished.
 */
#define PAPER_LEAD_MS_MAX ((int64_t)31 * 86400000)
bool paper_lead(struct paper *p, int64_t ms, struct moment now);
bool paper_is_led(const struct paper *p);
/* Sets start, speed and is_paused to what they are now, for a successor that goes on from here. */
void paper_clock(const struct paper *p, struct paper_config *config);

/* ---- faults: what goes wrong at real brokers ---- */
/*
 * One line of the language of fault_line.h: does it, or arms it. False with *e (INVALID or LIMIT,
 * reason FAULT).
 */
bool paper_fault(struct paper *p, struct str line, struct moment now, struct error *e) FALLIBLE;
/* The lines of a whole file; stops at the first that is wrong and names it, with `name`. */
bool paper_faults(struct paper *p, struct str text, const char *name, struct moment now,
                  struct error *e) FALLIBLE;

/* ---- looking inside, for tests and tools ---- */
/* The simulated bid and ask of a contract at this moment, as decimal text; false if unknown. */
bool paper_quote(const struct paper *p, int32_t con_id, struct moment now, char bid[48],
                 char ask[48]);

#endif
