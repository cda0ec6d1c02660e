/* SPDX-License-Identifier: MIT */
/*
 * world: the whole product in one process, in virtual time.
 *
 * One value holds the app, the paper exchange, the byte pipe between them, a store, the journal's
 * disk and a clock that moves only when asked to. What io.c and paper_main.c do with sockets,
 * files and threads is done here in memory, in the same order: the exchange's records are kept
 * before its output is sent, a journal batch is committed before whoever waits for it goes on.
 * The same seed and the same calls give the same bytes. Nothing waits for real time.
 *
 * Things go wrong on request: either side is killed or crashes and starts again from what was
 * durable, the line is cut, slow, or full of rubbish, the disk is slow, full, or lies.
 *
 * The members of struct world are for the files of tests/kit/ alone.
 */
#ifndef PORTCULLIS_KIT_WORLD_H
#define PORTCULLIS_KIT_WORLD_H

#include "app/app.h"
#include "app/local.h"
#include "base/rng.h"
#include "paper/paper.h"
#include "pipe.h"

enum {
    WORLD_CLIENTS_MAX = 8,    /* local connections open at once */
    WORLD_STRANGERS_MAX = 32, /* further clients of the exchange */
    WORLD_LOG_LINES = 48,     /* of the newest log lines, for failures */
    WORLD_LOG_WIDTH = 320,
    WORLD_SPINS_MAX = 20000 /* turns without the clock moving: more is a livelock */
};

/* The PIN, and how often it is stretched: a test does not wait. */
#define WORLD_PIN "2468"
enum { WORLD_PIN_ITERATIONS = 10 };

/* The user under whom the app runs, and whose connections are made unless another is named. */
enum { WORLD_UID = 1000, WORLD_EVENT_FILES_MAX = 4 };

/* A bearer token that may read, preview and trade, and the port that the app believes to serve. */
#define WORLD_TOKEN "scenario-token"
enum { WORLD_HTTP_PORT = 5000 };

/* How the disk behaves. */
enum device_mode {
    DEVICE_OK,
    DEVICE_FAIL, /* each commit fails: the disk is full */
    DEVICE_LOSE  /* says that it has written, and has not */
};

struct device {
    enum device_mode mode;
    int64_t delay_ms; /* from taking a batch to its fate */
    struct journal_batch *batch;
    struct instant due, retry;
    bool has_lied;
};

/* A local connection: a command line, an assistant, or raw bytes. */
struct client {
    struct local *local; /* NULL once ended or gone */
    struct buf received; /* all that came and was not taken yet */
    bool is_used;
    bool is_gone; /* the app died under it */
};

/* Who listens to the line between session and exchange; a member may be NULL. */
struct world_tap {
    void (*opened)(void *self);                     /* a connection stands */
    void (*sent)(void *self, struct str bytes);     /* by the session */
    void (*received)(void *self, struct str bytes); /* by the session */
    void *self;
};

struct world {
    struct moment now; /* of the app's machine */
    int64_t set_ns;    /* by so much its clock was set */
    struct rng rng;
    struct {
        char name[64];
        struct buf text;
    } event_files[WORLD_EVENT_FILES_MAX]; /* as in the directory of events */
    size_t event_file_count;
    struct zones *zones; /* from the system's files; where there are none, UTC alone is known */
    /* the product */
    struct settings settings;
    struct db *db;
    char db_path[128];        /* "" in memory */
    struct cache_file *cache; /* in memory; outlives the app, as a file does */
    struct app *app;          /* NULL while dead */
    struct anchors anchors;   /* the anchor file; each batch is anchored */
    struct device device;
    struct buf reserve; /* the kill switch's reserve: its room was taken before the disk was full */
    uint64_t reserve_version;
    struct buf files[APP_FILE_COUNT]; /* the PIN and the tokens, as kept */
    int64_t uid;                      /* of the next local connection */
    struct client clients[WORLD_CLIENTS_MAX];
    /* the exchange */
    struct paper_config paper_config;
    char *instruments; /* text of data/instruments.csv */
    size_t instruments_n;
    struct paper *paper; /* NULL while dead */
    struct buf exchange_file;
    struct pipe pipe;
    struct world_tap tap;
    struct paper_peer *strangers[WORLD_STRANGERS_MAX];
    /* what happened */
    struct log_sink sink;
    char log[WORLD_LOG_LINES][WORLD_LOG_WIDTH];
    size_t log_count;
    char trouble[300]; /* a rule of the world was broken: "" if none */
    /* invariants */
    int64_t checked_perm;
    size_t orders_when_killed, closings;
    bool was_killed;
};

/* The exchange is another machine, whose clock nobody sets. */
static inline struct moment exchange_now(const struct world *w)
{
    return (struct moment){w->now.mono, {w->now.wall.ns - w->set_ns}};
}

struct world_config {
    uint64_t seed;
    struct utc start;
    int speed;   /* of the exchange's time; 0: 1 */
    int version; /* the highest that the exchange speaks; 0: all */
    bool real_sessions;
    const char *no_subscription; /* as struct paper_config; borrowed */
    bool no_pin;                 /* nobody has set one yet */
    const char *db_path;         /* NULL: in memory */
    struct paper_market *market; /* borrowed, see paper/paper.h; NULL: its own */
};

/* ---- life ---- */
/* Settings are the defaults; both programs are down. NULL with *e if instruments or store fail. */
struct world *world_new(const struct world_config *config, struct error *e) FALLIBLE;
void world_free(struct world *w);

bool world_start_app(struct world *w, struct error *e) FALLIBLE;
/*
 * Ends the app without farewell: requests die, what the disk had not written is lost. Bytes on the
 * line still arrive at the exchange, as those in a kernel's buffer do; unless lose_bytes (the whole
 * machine went down).
 */
void world_kill_app(struct world *w, bool lose_bytes);
bool world_start_paper(struct world *w, struct error *e) FALLIBLE;
void world_kill_paper(struct world *w);

/* ---- time ---- */
/* Lets `ms` milliseconds pass; 0: everything that is due now. False if w->trouble says why. */
bool world_run(struct world *w, int64_t ms);
/* Somebody sets the wall clock of this machine; time goes on as before. */
void world_set_clock(struct world *w, int64_t by_ms);
/* Runs until done(ctx) or `ms` have passed; looks after every event. */
bool world_until(struct world *w, bool (*done)(void *ctx), void *ctx, int64_t ms);

/* ---- local connections ---- */
/* NULL if WORLD_CLIENTS_MAX are open or the app is dead. */
struct client *world_connect(struct world *w);
void world_send(struct world *w, struct client *c, struct str bytes);
/* Nothing more will be sent. */
void world_end(struct client *c);
void world_disconnect(struct world *w, struct client *c);
/* The connection has ended, by either side. */
bool client_has_ended(const struct client *c);

/* ---- the log ---- */
/* The i-th newest line, 0 first; NULL behind the oldest that is kept. */
const char *world_log_line(const struct world *w, size_t i);

#endif
