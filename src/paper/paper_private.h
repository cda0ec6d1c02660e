/* SPDX-License-Identifier: MIT */
/*
 * paper_private: what the files of the exchange's server share. paper.c owns life, time and state;
 * peer.c the connections and the table of requests; serve_*.c one group of requests each.
 */
#ifndef PORTCULLIS_PAPER_PAPER_PRIVATE_H
#define PORTCULLIS_PAPER_PAPER_PRIVATE_H

#include "base/arena.h"
#include "paper/balance.h"
#include "paper/check.h"
#include "paper/faults.h"
#include "paper/figures.h"
#include "paper/pacing.h"
#include "paper/paper.h"
#include "paper/record.h"
#include "paper/sim_clock.h"
#include "paper/stream.h"
#include "paper/ticks.h"
#include "paper/told.h"
#include "wire/codec.h"
#include "wire/frame.h"
#include "wire/reply.h"
#include "wire/request.h"

enum {
    PEER_OUT_MAX = 16 << 20, /* bytes waiting for one client; one who reads slower is cut off */
    PEER_LINES_MAX = 100,    /* market data lines of one client */
    PEER_SUMMARIES_MAX = 2,
    PEER_WATCHES_MAX = 64, /* subscriptions of one kind */
    PEER_BARS_MAX = 50,
    PEER_BY_TICK_MAX = 5, /* one in twenty of the lines */
    PEER_DEPTH_MAX = 3,
    PEER_SCANS_MAX = 10,
    PAPER_GROUPS = 7,            /* display groups */
    PAPER_RECORDS_MAX = 16 << 20 /* records that wait for the disk */
};

/* codes that several files use */
#define SESSION_STOLEN_TEXT "No market data during competing live session"
enum {
    CODE_PACING = 100,
    CODE_ORDER_REJECTED = 201,
    CODE_CANCEL_IMPOSSIBLE = 10148,
    CODE_SESSION_STOLEN = 10197,
    CODE_TOO_MANY_LINES = 101,
    CODE_DUPLICATE_TICKER = 102,
    CODE_HISTORY = 162,
    CODE_NO_TICKER = 300,
    CODE_READING = 320,
    CODE_INVALID_REQUEST = 321,
    CODE_PROCESSING = 322
};

/* One market data subscription: the rows of the tick table that it shows, and what was told. */
struct quote_line {
    int32_t req_id;
    const struct instrument *instrument;
    int32_t data_type; /* as last told */
    bool is_delayed;
    size_t row_count;
    uint8_t rows[TICK_ROWS_MAX];
    uint64_t sent[TICK_ROWS_MAX]; /* fingerprints; 0: nothing yet */
    unsigned news;                /* set of providers, by their numbers */
    int64_t news_s;               /* headlines before this second have been told */
};

/* A subscription to figures: summary, P&L, positions of a model. */
struct watch {
    int32_t req_id;
    const struct instrument *instrument; /* of a single P&L */
    const struct account *account;       /* NULL: all of them */
    uint32_t group;                      /* a bit for each account of a group; 0: of no group */
    bool only_ledger;                    /* account values: the currencies and NetLiquidation */
    bool has_sent;
    double sent[4];
    struct told told; /* account values and summaries */
    char tags[1024];
};

struct watches {
    struct watch *items; /* PEER_WATCHES_MAX of them, made with the first */
    size_t n;
};

/* A display group that a client looks at. */
struct group_view {
    int32_t req_id, group;
};

struct paper_peer {
    struct paper_peer *next;
    struct wire_reader reader;
    struct buf out;
    int version; /* 0 before the offer */
    bool is_started;
    bool is_closing;
    bool is_dead; /* half open by a fault: neither reads nor writes, and nobody notices */
    bool binds;   /* client 0 asked for the orders of TWS to be bound to it */
    int32_t client_id;
    int32_t data_type; /* as the client asked: 1..4 */
    int64_t cut_left;  /* bytes until the connection is cut by a fault; -1: none */

    struct pacing pacing;
    struct outlet_held *held; /* messages that faults keep back, by the time they are due */
    size_t held_count;

    struct quote_line *lines; /* PEER_LINES_MAX of them, made with the first */
    size_t line_count;
    int64_t lines_due_ns;
    struct told told;                 /* what of these */
    const struct account *updates_of; /* whose values and portfolio it hears of; or NULL */
    bool wants_positions;
    struct watches summaries, pnls, pnl_singles, position_multis, account_multis;
    int64_t account_due_ns, pnl_due_ns;
    struct stream *streams; /* STREAMS_MAX of them, made with the first */
    size_t stream_count;
    struct group_view views[PAPER_GROUPS];
    size_t view_count;
    bool knows_events; /* the description of the events was asked for */
    bool wants_bulletins;
    int64_t bulletins_s; /* those before this second have been told */
};

/* An account's profit and loss at a second; forgotten when a position changes. */
struct pnl_now {
    bool is_known;
    int64_t at_s;
    struct figures_pnl pnl;
};

struct paper {
    struct log log;
    int max_version;
    int zone;
    uint64_t seed;
    char unsubscribed[256]; /* exchanges without a data subscription, "NYSE,AEB" */
    enum record_opening opening;
    struct sim_clock clock;
    struct moment now; /* of the last call */
    int64_t now_ns;    /* simulated: clock.now_ns */

    struct paper_market *own_market; /* NULL: it was lent one */
    struct universe *universe;
    struct feed *feed;
    struct accounts *accounts;
    struct groups advisor_groups; /* of an advisor */
    struct pnl_now pnl_now[ACCOUNTS_MAX];
    struct money_key events_done;
    struct venue *venue;
    struct arena *arena; /* of the frame being answered */
    struct buf records;
    char groups[PAPER_GROUPS][48]; /* what each display group shows; "": nothing */
    struct tick_scene *scenes;     /* what lines are about, shared by all that show the same */

    struct paper_peer *peers; /* in the order in which they came */
    size_t peer_count;

    struct faults faults;
    bool real_pacing;
    bool is_publishing; /* the venue's news are being told */
    char held[160];     /* why nothing is accepted; "": it is */
};

/* ---- sending; a client that reads too slowly is closed ---- */
void peer_send(struct paper *p, struct paper_peer *peer, int id, const void *message);
void peer_error(struct paper *p, struct paper_peer *peer, int32_t id, int code, const char *fmt,
                ...) __attribute__((format(printf, 5, 6)));
void peer_end(struct paper *p, struct paper_peer *peer, int id, int32_t req_id);
void peer_take(struct paper *p, struct paper_peer *peer, struct str frame_body);
void peer_free(struct paper_peer *peer);
/* The connected client of that id, or NULL. */
struct paper_peer *paper_client(const struct paper *p, int32_t client_id);

/* ---- values in messages ---- */
/* Texts live in the arena of the frame. */
struct str paper_dec(struct paper *p, struct dec v);
struct str paper_fixed(struct paper *p, struct dec v, int decimals);
struct str paper_text(struct paper *p, const char *s);
/* The contract of a listing as servers send it. */
struct wire_contract paper_contract(const struct contract *c);
int64_t paper_now_s(const struct paper *p);

/* ---- subscriptions ---- */
/* Adds or finds by req_id; NULL if `max` are in use. */
struct watch *watches_add(struct watches *w, int32_t req_id, size_t max);
bool watches_remove(struct watches *w, int32_t req_id);
void watches_free(struct watches *w);

/* ---- access to data ---- */
enum { CODE_NO_SECURITY = 200 };
/* The one listing that a request names; NULL, and the client is told why, if there is none. */
const struct instrument *access_find(struct paper *p, struct paper_peer *peer, int32_t req_id,
                                     const struct wire_contract *c);
/* The same for what is over: a continuous future means its lead contract. Not for what is live. */
#define CONTINUOUS STR("CONTFUT")
const struct instrument *access_find_past(struct paper *p, struct paper_peer *peer, int32_t req_id,
                                          const struct wire_contract *c);
/* Whether the account has subscribed to the data of the place where a listing is at home. */
bool access_granted(const struct paper *p, const struct instrument *i);
/* "NASDAQ STK": how the broker names what a subscription is missing for. */
struct str access_name(struct paper *p, const struct instrument *i);

/* ---- history ---- */
/* Whether there is such data of a listing; else the client is told why not. */
bool history_show(struct paper *p, struct paper_peer *peer, int32_t req_id,
                  const struct instrument *i, struct str what, enum show *show);
/* The sessions of a span. */
void schedule_send(struct paper *p, struct paper_peer *peer, int32_t req_id,
                   const struct instrument *i, const struct bars_span *span, int64_t end_s);

/* ---- requests, by group; each answers completely ---- */
typedef void serve_fn(struct paper *p, struct paper_peer *peer, const void *message);
serve_fn serve_start_api, serve_ids, serve_current_time, serve_current_millis, serve_accounts,
    serve_market_data_type;
serve_fn serve_contract_details, serve_matching_symbols, serve_market_rule, serve_opt_params;
serve_fn serve_mkt_data, serve_cancel_mkt_data, serve_smart_components;
serve_fn serve_tick_by_tick, serve_cancel_tick_by_tick, serve_historical_ticks;
serve_fn serve_mkt_depth, serve_cancel_mkt_depth, serve_depth_exchanges;
serve_fn serve_calc_implied_volatility, serve_calc_option_price;
serve_fn serve_news_providers, serve_historical_news, serve_news_article, serve_news_bulletins,
    serve_cancel_news_bulletins, serve_fundamentals, serve_wsh_meta, serve_wsh_events;
serve_fn serve_scanner_parameters, serve_scanner_subscription, serve_cancel_scanner;
serve_fn serve_display_groups, serve_subscribe_group, serve_update_group, serve_unsubscribe_group;
serve_fn serve_place_order, serve_cancel_order, serve_global_cancel, serve_open_orders,
    serve_all_open_orders, serve_auto_open_orders, serve_completed_orders, serve_executions;
serve_fn serve_account_updates, serve_account_summary, serve_cancel_account_summary,
    serve_positions, serve_cancel_positions, serve_positions_multi, serve_account_updates_multi,
    serve_cancel_positions_multi, serve_cancel_account_updates_multi, serve_pnl, serve_cancel_pnl,
    serve_pnl_single, serve_cancel_pnl_single, serve_exercise_options;
serve_fn serve_historical_data, serve_cancel_historical_data, serve_head_timestamp, serve_histogram;
serve_fn serve_real_time_bars, serve_cancel_real_time_bars;
serve_fn serve_request_fa, serve_replace_fa;

/* ---- what time and fills set off ---- */
void data_step(struct paper *p, struct paper_peer *peer);
int64_t data_next(const struct paper *p, const struct paper_peer *peer);
void data_lines_step(struct paper *p, struct paper_peer *peer);
void bulletins_step(struct paper *p, struct paper_peer *peer);
int64_t bulletins_next(const struct paper *p, const struct paper_peer *peer);
/* What the option calculators found. */
void data_send_option(struct paper *p, struct paper_peer *peer, int32_t req_id,
                      const struct feed_option *o);
/* All subscriptions to data are gone, as after "connectivity restored, data lost". */
void data_drop(struct paper_peer *peer);
/* The account that a request names; one alone need not be named. NULL after an error frame. */
const struct account *asked_account(struct paper *p, struct paper_peer *peer, int32_t req_id,
                                    struct str name);
/* As asked_account, but "", "All" and the advisor's mean every account: then *out is NULL. */
bool asked_accounts(struct paper *p, struct paper_peer *peer, int32_t req_id, struct str name,
                    const struct account **out);
/* The advisor's number with an A behind it means all accounts of the login. */
bool asked_is_all(const struct paper *p, struct str name);
/* True for no model and for "Core"; else an error frame: there are no others. */
bool asked_model(struct paper *p, struct paper_peer *peer, int32_t req_id, struct str model);
/* True if a subscription is for the account, too. */
bool asked_concerns(const struct paper *p, const struct watch *w, const struct account *a);
/* The error frame of one subscription too many. */
void asked_too_many(struct paper *p, struct paper_peer *peer, int32_t req_id);
void pnl_step(struct paper *p, struct paper_peer *peer);
int64_t pnl_next(const struct paper_peer *peer);
void account_step(struct paper *p, struct paper_peer *peer);
int64_t account_next(const struct paper_peer *peer);
/* One stream that is due (stream.h). */
typedef void stream_fn(struct paper *p, struct paper_peer *peer, struct stream *s);
stream_fn bars_step, real_time_step, by_tick_step, depth_step, scan_step;
/* Tells everybody who asked for positions about one. */
void account_position_changed(struct paper *p, const char *account, const struct instrument *i);
/* The same for cash alone. */
void account_cash_changed(struct paper *p, const char *account);
/* The working orders of a client, with their status. */
void orders_send_open(struct paper *p, struct paper_peer *peer, bool all_clients);
/* Records and sends what the venue's queue holds, and empties it. */
void orders_publish(struct paper *p);
/* An order that no connected client asked for: of TWS itself (client 0) or of another client. */
bool order_place_unasked(struct paper *p, int32_t client_id, struct wire_req_place_order *req,
                         struct error *e) FALLIBLE;
/* The market up to now, and what follows from it for the orders. */
void paper_advance_to(struct paper *p, struct moment now);
/* The listing that a text names: see fault_acts.c. NULL with *e. */
const struct instrument *paper_listing(const struct paper *p, const char *text, struct error *e);
/* Matching stands still or goes on, as the faults want it. */
void faults_freeze(struct paper *p);

/* What happens to the accounts up to now_ns, each at its moment, with the venue's steps between. */
void accounts_step(struct paper *p);
/* Cash that comes in without a trade, or goes out. False: it is no amount of a currency that the
 * account has room for. */
bool account_pay(struct paper *p, const struct account *a, struct str currency, struct dec amount);
/* The next moment of that kind, in nanoseconds. */
int64_t accounts_next(const struct paper *p);
/* The last of those moments that is done, in seconds. */
int64_t accounts_moment(const struct paper *p);
/* A restored line of their events. False if it contradicts what was before it. */
bool accounts_restore(struct paper *p, const struct record_line *l);
/* Something else that was recorded happened then, so all their events before have. */
void accounts_saw(struct paper *p, int64_t at_s);
/* Their present state as lines of a snapshot. */
void accounts_snapshot(const struct paper *p, struct buf *out);
/* The groups or aliases as a record. */
void groups_record(const struct paper *p, enum groups_kind kind, struct buf *out);
/* The cash and positions of a fresh account. */
void opening_apply(struct ledger *l, const struct universe *u, bool with_positions);

#endif
