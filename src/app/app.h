/* SPDX-License-Identifier: MIT */
/*
 * app: the whole product as one value, without a socket, file, clock or thread.
 *
 * Built from settings and an opened store; driven by whoever owns the outside world: io.c over the
 * event loop, or tests/kit/world.c over memory and a virtual clock. What comes in: bytes of the
 * broker's stream (app_session), bytes of local connections, HTTP requests, the fate of journal
 * batches (app_journal), and time. What goes out waits in queues that the owner drains after each
 * turn.
 */
#ifndef PORTCULLIS_APP_APP_H
#define PORTCULLIS_APP_APP_H

#include "base/log.h"
#include "broker/session.h"
#include "data/http.h"
#include "face/mcp.h"
#include "face/rest.h"
#include "ops/op.h"
#include "store/audit.h"
#include "store/cache.h"
#include "store/db.h"
#include "store/journal.h"
#include "store/keep.h"

struct app;

struct app_config {
    const struct settings *settings; /* borrowed for the life of the app */
    struct db *db; /* opened, for reading on the core thread; borrowed for the life of the app */
    struct cache_file *cache; /* for reading; borrowed; NULL: nothing is kept */
    struct anchors *anchors;  /* as read from their file; borrowed; NULL: none are kept */
    uint64_t seed;            /* unpredictable, from the system; fixed in tests */
    const struct log_sink *sink;
    struct tz_zones zones;                 /* for times that the broker writes with a zone's name */
    struct event_files event_files;        /* for get_events */
    bool (*usage)(struct core_usage *out); /* of the process; set by io.c; NULL: not told */
    const char *build;                     /* build id, for the greeting of local connections */
    int64_t uid;                           /* of the user under whom this runs */
    struct str tokens_file;                /* what was kept of the tokens; read during app_new */
    struct entropy entropy;                /* for salts */
    struct str pin_file;                   /* what was kept of the PIN; read during app_new */
    uint32_t pin_iterations;               /* of a new one; PIN_ITERATIONS outside of tests */
    struct str kill_reserve; /* what was kept of the kill switch; read during app_new */
};

/* NULL with *e if the store cannot be read. */
struct app *app_new(const struct app_config *config, struct moment now, struct error *e) FALLIBLE;
/* Ends requests in progress and releases everything but settings and db. Accepts NULL. */
void app_free(struct app *a);

/* Everything due: the session's timers, waiting requests, market data housekeeping. Once a turn,
 * after the turn's input. */
void app_turn(struct app *a, struct moment now);
/* When app_turn is next needed if nothing comes in. */
struct instant app_next(const struct app *a);

/* The owner drives these two by their own headers. */
struct session *app_session(struct app *a);
struct journal *app_journal(struct app *a);
struct cache *app_cache(struct app *a);
struct core *app_core(struct app *a);
/* The small files, by store/keep.h; the PIN's jobs, by guard/pin.h. */
enum app_file { APP_PIN, APP_TOKENS, APP_FILE_COUNT };
struct keep *app_keep(struct app *a, enum app_file file);
struct pin *app_pin(struct app *a);
struct tasks *app_tasks(struct app *a);
struct mcp_face *app_mcp(struct app *a);
struct access *app_access(struct app *a);
int64_t app_uid(const struct app *a);
const char *app_build(const struct app *a);
/* Somebody asked the daemon to end. */
bool app_stop_requested(const struct app *a);

/* Ends the session in good order and records the end of the run; calls after the first are free. */
void app_stop(struct app *a, struct moment now);

/* ---- HTTP ---- */
struct app_http; /* a request in progress */

/* The owner serves HTTP on that port of this machine; before the first request. */
void app_http_listens(struct app *a, int port, bool is_tls);

/*
 * Starts to answer r (copied) through `sink`: in this call (then NULL is returned), or in a later
 * app_turn. After reply or end of the sink the request is over.
 */
struct app_http *app_http_start(struct app *a, const struct http_request *r, struct moment now,
                                struct http_sink sink);
/* The requester has gone: the sink will not be called. */
void app_http_abandon(struct app_http *h);

#endif
