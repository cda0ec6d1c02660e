/* SPDX-License-Identifier: MIT */
/*
 * state: what the files of broker/ share: the session's insides. Private to broker/.
 *
 *   session.c    the state machine: stream, handshake, deadlines, liveness
 *   link.c       why a connection ended or is not whole, and when the next is tried
 *   reconcile.c  what is fetched before the session calls itself ready
 *   request.c    questions in flight and the tasks that wait for their answers
 *   dispatch.c   each reply to an event, a request or a market data line
 *   lines.c      market data lines
 *   follow.c     bars that are kept up to date
 *   query.c, history.c, research.c, trade.c   what the outside may ask and do
 *
 * Ids. The broker's error frames use one number space for requests and orders, so the two are kept
 * apart: order ids grow from what nextValidId says, request ids start at REQUEST_ID_FIRST.
 */
#ifndef PORTCULLIS_BROKER_STATE_H
#define PORTCULLIS_BROKER_STATE_H

#include "base/limits.h"
#include "base/map.h"
#include "broker/errors.h"
#include "broker/pacing.h"
#include "broker/query.h"
#include "broker/reason.h"
#include "broker/research.h"
#include "broker/session.h"
#include "broker/window.h"
#include "model/order.h"
#include "model/quote.h"
#include "wire/codec.h"
#include "wire/frame.h"
#include "wire/request.h"

enum {
    REQUEST_ID_FIRST = 1 << 30,
    MESSAGE_MAX = 256 << 10, /* bytes of one message that we send */
    ACCOUNT_ID_MAX = 16,     /* as struct position.account */
    FIRST_BYTES = 48,        /* kept of what answers a handshake */
    FARMS_MAX = 8,           /* broken data farms that are named */
    FARM_NAME_MAX = 24,
    ACTS_MAX = 256 /* messages that act, remembered for their rate */
};

/* ---- requests in flight ---- */

enum ask {
    /* answered under their id */
    ASK_CONTRACTS,
    ASK_SYMBOLS,
    ASK_WHAT_IF,
    ASK_EXECUTIONS,
    ASK_ACCOUNT_MULTI,
    ASK_BARS,
    ASK_HEAD,
    ASK_SCHEDULE,
    ASK_FOLLOW, /* the bars before those that are kept up to date */
    ASK_OPTION_CLASSES,
    ASK_SCAN,
    ASK_HEADLINES,
    ASK_NEW_HEADLINES, /* its deadline is its end */
    ASK_ARTICLE,
    ASK_EVENT_KINDS,
    ASK_EVENTS,
    /* answered in the order in which they were asked; their ids are not on the wire */
    ASK_TIME,
    ASK_OPEN_ORDERS,
    ASK_COMPLETED,
    ASK_POSITIONS,
    ASK_ACCOUNT,
    ASK_SCAN_PARAMETERS,
    ASK_NEWS_SOURCES,
    ASK_COUNT
};

/*
 * Where an answer is collected: on the stack of the task that waits. While `of` is set the session
 * may write to it; afterwards it belongs to the task alone, which may outlive the session.
 */
struct answer {
    struct request *of; /* NULL: it is all here, or it failed */
    struct task *task;
    struct error error; /* code ERROR_NONE: answered */
    struct buf rows;    /* an array of what the question asks for */
    struct utc time;    /* the server's clock, or the start of a history */
    struct order_margin margin;
    bool has_more; /* headlines */
};

struct request {
    int32_t id;
    enum ask ask;
    struct answer *answer; /* NULL: nobody waits */
    bool is_reconciling;   /* READY waits for it */
    bool is_late;          /* given up, but its end may still come and must not end a younger one */
    bool is_waiting;       /* its message has not left yet: pacing holds it */
    enum quota_class quota; /* what it takes up while it is unanswered */
    char account[ACCOUNT_ID_MAX];
    int64_t timeout_ms;      /* for the answer, from when the message has left */
    struct instant deadline; /* INSTANT_NEVER while it waits: the task's own deadline counts */
};

/* ---- market data lines ---- */

struct line {
    struct contract contract;
    int32_t request_id; /* 0: not subscribed on this connection */
    int users;
    struct quote quote;
    struct instant first_price; /* INSTANT_NEVER before */
    struct instant asked_at;    /* on this connection */
    struct instant noticed_at;  /* when notice_code was told */
    bool is_refused;
    int notice_code;
    char notice_text[200];
};

/* Bars that are kept up to date. */
struct follow {
    struct bars_question question;
    int32_t id;         /* the caller's; 0: not in use */
    int32_t request_id; /* 0: not subscribed on this connection */
};

/* A task in session_await_quote, on its own stack. */
struct quote_waiter {
    struct quote_waiter *next;
    struct task *task;
    int32_t con_id;
    bool is_over; /* the session has gone */
};

/* ---- the session ---- */

struct session {
    struct session_config config;
    struct session_listener listener;
    struct log log;
    struct rng rng;
    struct moment now; /* of the latest call */

    /* the stream */
    enum link_state link;
    bool has_stream;  /* between session_opening and session_closed */
    bool wants_close; /* it should end */
    bool is_stopping; /* session_stop: no reconnect */
    struct wire_reader in;
    struct buf out; /* on its way to the socket */
    struct pacing pacing;
    struct arena *arena; /* of the frame at hand */
    int version;         /* 0 before the handshake */
    int offered;         /* the highest version that this connection has offered */
    bool is_text_next;   /* the next connection offers text versions alone */
    char server_time[64];
    char first[FIRST_BYTES]; /* what came before the handshake was done */
    size_t first_n;

    /* timers */
    struct instant retry_at;       /* the next attempt */
    struct instant state_deadline; /* of connecting, handshake, waiting, reconciling, stopping */
    struct instant last_input;
    struct instant probe_deadline; /* INSTANT_NEVER: no probe under way */
    struct instant clock_asked;    /* when the broker's clock was asked for last */
    struct opt_utc clock;          /* what it answered last ... */
    struct instant clock_at;       /* ... and when */
    int64_t attempts, reconnects;
    bool was_ready, is_ready_counted; /* ever; on this connection */
    int silent_handshakes;            /* in a row */
    struct opt_utc connected_at;
    struct instant connected_mono;
    struct instant acts[ACTS_MAX]; /* when orders, changes and cancels were given: a ring */
    size_t act_count;              /* ever */

    /* why it is as it is */
    enum link_reason reason;
    struct instant reason_at;
    enum link_reason clue;      /* from the broker's words on this connection */
    enum link_reason warned;    /* of the present outage: one warning is enough */
    bool is_outage;             /* since a connection that worked has been lost */
    enum restart_window outage; /* in which it began */
    int lost_code;              /* 1100 or 2110 while degraded */
    struct instant degraded_at;
    char farms[FARMS_MAX][FARM_NAME_MAX]; /* that are down */
    size_t farm_count;
    bool is_quote_farm_down;

    /* what the broker has told about itself */
    char accounts[LIMIT_ACCOUNTS][ACCOUNT_ID_MAX];
    size_t account_count;
    int32_t pnl_requests[LIMIT_ACCOUNTS]; /* parallel to accounts, as the next; 0 for none */
    int32_t account_requests[LIMIT_ACCOUNTS];
    bool has_next_id, is_read_only, broker_link_ok;
    int32_t used_order_id; /* the highest known to be taken */
    int last_code;
    bool is_last_brokers; /* last_text is the broker's */
    char last_text[200];
    char hint[200];

    /* executions */
    struct map *told;        /* exec ids that this session has told; the values mean nothing */
    struct utc caught_up_at; /* what happened before was missed: the connection, or 1101, 1102 */

    /* questions */
    struct map *requests; /* owned requests by id, oldest first */
    int32_t last_request_id;

    /* market data */
    struct line *lines[LIMIT_STREAMS]; /* owned, NULL: free */
    struct quote_waiter *waiters;
    struct follow follows[LIMIT_FOLLOWS];
    int32_t last_follow_id;

    bool knows_events; /* the description of company events was asked for on this connection */
};

/* ---- session.c ---- */
/* Sends one event to the listener, stamped with the session's now. */
void session_emit(struct session *s, struct event *ev);
/* Connected far enough for questions: reconciling, ready or degraded. */
bool session_is_up(const struct session *s);
void session_set_link(struct session *s, enum link_state link, int code, const char *text);
/*
 * Encodes and queues one message that asks. `about` as in pacing_add. What may change the account
 * does not come this way (an assertion); a placeOrder does only as the question "what if".
 */
bool session_send(struct session *s, enum pacing_class class, const struct pacing_about *about,
                  int id, const void *message, struct error *e) FALLIBLE;
/* As session_send for what acts. For trade.c alone; tools/one_gate looks after that. */
bool session_send_trade(struct session *s, enum pacing_class class,
                        const struct pacing_about *about, int id, const void *message,
                        struct error *e) FALLIBLE;
/* currentTime, whose answer sets the clock. */
void session_ask_clock(struct session *s);
/* As session_send for what the session itself needs: a failure is logged and dropped. */
void session_send_own(struct session *s, enum pacing_class class, int id, const void *message);
/* Moves what pacing allows to the stream. */
void session_pump(struct session *s);
int64_t session_timeout_ms(const struct session *s);

/* ---- link.c ---- */
/* Ends the connection from our side: everything that waits fails; another attempt follows. `code`
 * is the broker's or 0, `text` says what was seen. */
void session_drop(struct session *s, enum link_reason reason, int code, const char *text);
/* As session_drop for what came in place of an answer to the handshake, or did not come. */
void link_drop_handshake(struct session *s, const char *what);
/* The Gateway has lost its broker, or has it back. */
void link_lost(struct session *s, int code, const char *text);
void link_back(struct session *s, bool is_data_kept);
/* A data farm has gone or come: its name is the text's last word. */
void link_farm(struct session *s, int code, const char *text, bool is_down);
/* Everything is known: what stood in the way is over. */
void link_ready(struct session *s);
/* The newest word about the session, for its status. */
void link_say(struct session *s, int code, const char *text, const char *hint, bool is_brokers);
/* The broker has said something about no question and no order. */
void link_notice(struct session *s, int code, const char *text);
enum restart_window link_window(const struct session *s);
/* Fills what the status says about reasons. */
void link_status(const struct session *s, struct session_status *out);

/* ---- reconcile.c ---- */
/* has_subscriptions: account updates, P&L and lines are still running at the Gateway. */
void reconcile_start(struct session *s, bool has_subscriptions);
/* Ready, if everything has come. */
void reconcile_check(struct session *s);
/* What is missing, for people: "positions, executions". */
void reconcile_missing(const struct session *s, char *out, size_t cap);
/* The API is read-only (error 321): orders are neither told nor taken. */
void reconcile_read_only(struct session *s);
const char *reconcile_pnl_account(const struct session *s, int32_t request_id);

/* ---- request.c ---- */
int32_t request_next_id(struct session *s);
/* A new question in the table, under `id` (0: the next one); `answer` may be NULL. NULL with *e
 * set if not connected or full. */
struct request *request_new(struct session *s, enum ask ask, int32_t id, struct answer *answer,
                            struct error *e) FALLIBLE;
struct request *request_find(const struct session *s, int32_t id);
/* The oldest question of a kind that is answered in order; NULL if none. */
struct request *request_oldest(const struct session *s, enum ask ask);
/* Answered (e NULL) or failed; r is gone afterwards. Wakes who waits. */
void request_end(struct session *s, struct request *r, const struct error *e);
/* As request_end for a request that was never sent. */
void request_cancel(struct session *s, struct request *r);
/*
 * Sends the message of r, which counts its deadline from when it leaves. False with *e: r is gone.
 * quota may be NULL.
 */
bool request_send(struct session *s, struct request *r, enum pacing_class class,
                  const struct quota_ask *quota, int id, const void *message,
                  struct error *e) FALLIBLE;
/* As pacing's on_leave. */
void request_left(void *session, int32_t id);
void requests_fail(struct session *s, enum error_code code, const char *reason, const char *text);
void requests_step(struct session *s);
struct instant requests_next(const struct session *s);
/* Adds a row of n bytes; a row over the cap ends the request with an error. */
void request_row(struct session *s, struct request *r, const void *row, size_t n);

void answer_init(struct answer *a, struct task *t);
void answer_fini(struct answer *a);
/* Suspends until *a is complete. False with *e: refused, lost, late, or the task itself ended. */
bool answer_wait(struct answer *a, struct error *e) FALLIBLE;
/* The collected rows, of `size` bytes each, as an array in the task's arena. */
bool answer_rows(struct answer *a, size_t size, void **out, size_t *count,
                 struct error *e) FALLIBLE;
/* Fills *e from a broker's refusal. Always returns false. */
bool broker_error(struct error *e, int code, struct str text);

/* ---- trade.c ---- */
/* The next free order id of this client. False unless ready, or if the API is read-only. */
bool take_order_id(struct session *s, int32_t *out, struct error *e) FALLIBLE;

/* ---- history.c ---- */
void history_rows(struct session *s, const void *message);
void history_rows_end(struct session *s, int32_t id);
void history_head(struct session *s, const void *message);
void history_schedule(struct session *s, const void *message);
/* Room for the texts of a question about bars that are kept elsewhere. */
struct bars_texts {
    char end[24], duration[16];
};
/* The message for q, which borrows from both. */
void history_ask(const struct bars_question *q, struct bars_texts *texts,
                 struct wire_req_historical_data *m, struct quota_ask *quota);
bool history_check(const struct bars_question *q, struct error *e) FALLIBLE;

/* ---- research.c ---- */
void research_option_class(struct session *s, const void *message);
void research_scan(struct session *s, const void *message);
void research_news_sources(struct session *s, const void *message);
void research_headline(struct session *s, const void *message);
void research_headlines_end(struct session *s, const void *message);
void research_tick_news(struct session *s, const void *message);
void research_article(struct session *s, const void *message);
void research_events(struct session *s, const void *message);
/* The text is the whole answer to r. */
void research_text(struct session *s, struct request *r, struct str text);
/* True for a refusal that means "nothing found". */
bool research_is_empty(const struct request *r, int code, struct str text);

/* ---- follow.c ---- */
void follows_subscribe_all(struct session *s);
/* The connection is gone. */
void follows_reset(struct session *s);
void follow_bars(struct session *s, const void *message);
void follow_update(struct session *s, const void *message);
/* The broker's refusal. False if no follower has that request. */
bool follow_refused(struct session *s, int32_t request_id, int code, const char *text);

/* ---- dispatch.c ---- */
/* One whole frame after the handshake. */
void dispatch(struct session *s, const struct wire_any *any);

/* ---- lines.c ---- */
void lines_subscribe_all(struct session *s);
/* The connection is gone: prices are no longer known. */
void lines_reset(struct session *s);
void lines_free(struct session *s);
struct line *line_by_request(const struct session *s, int32_t request_id);
void line_notice(struct session *s, struct line *l, int code, const char *text, bool is_refused);
/* After a tick with a price: that there would be none for now is no longer true. */
void line_has_prices(struct session *s, struct line *l);
/* The quote of l has changed. */
void line_changed(struct session *s, struct line *l);
/* All lines that have nothing else to say: why no new prices come (code 2103), or 0 that they do.
 */
void lines_farm_notice(struct session *s, int code, const char *text);

#endif
