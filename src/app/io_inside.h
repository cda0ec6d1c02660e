/* SPDX-License-Identifier: MIT */
/*
 * io_inside: what the files of io share. Private to app/.
 *
 * io.c has the turn, the broker's stream, local connections and the exchange as a child; io_http.c
 * the HTTP port; io_disk.c what goes to the disk, or takes long, on threads of its own.
 */
#ifndef PORTCULLIS_APP_IO_INSIDE_H
#define PORTCULLIS_APP_IO_INSIDE_H

#include "app/io.h"
#include "app/local.h"
#include "sys/files.h"
#include "sys/httpd.h"
#include "sys/net.h"
#include "sys/process.h"
#include "sys/reserve.h"
#include "sys/worker.h"

struct io;

/* One connection on the daemon's socket; a member of a doubly linked list. */
struct client {
    struct io *io;
    struct stream *stream;
    struct local *local;
    struct buf in; /* what came and waits until the client reads; meanwhile nothing is read */
    struct client *next, **link;
    bool is_ending;
};

/* A small file that is replaced as a whole. */
struct kept_file {
    struct io *io;
    struct keep *keep;
    const char *path;
    struct buf text; /* at the worker while is_away */
    struct error error;
    bool is_away, ok;
    struct instant retry;
};

struct io {
    const struct io_config *config;
    struct app *app;
    struct loop *loop;
    struct log log;
    struct stream *broker;
    bool broker_is_open;
    struct instant close_by; /* the session wants an end: when it is cut off at the latest */
    struct listener *listener;
    struct client *clients;
    struct httpd *httpd;
    struct tls *tls;
    struct worker *disk;
    struct db *writer;
    struct journal_batch *batch; /* at the worker, or NULL */
    struct error batch_error;
    bool batch_ok;
    struct instant journal_retry;
    struct reserve *reserve;
    struct buf reserve_text; /* at the worker while is_keeping */
    struct error reserve_error;
    uint64_t reserve_version, kept_version;
    bool is_keeping, reserve_ok;
    struct instant reserve_retry, kill_look;
    struct kept_file files[APP_FILE_COUNT];
    struct worker *fetcher; /* of the issuer's keys: another server may take its time */
    struct buf keys;        /* at the fetcher while it has a job */
    struct error keys_error;
    bool keys_ok;
    struct worker *stretcher; /* apart from the disk's: a tenth of a second would hold orders up */
    struct pin_job pin_job;
    struct anchor head, anchor; /* of what is committed; the one at the worker */
    struct append_file *anchor_file;
    struct error anchor_error;
    bool is_anchoring, anchor_ok;
    struct instant anchor_due;
    struct process *paper;
    struct instant paper_started, paper_retry;
    int64_t paper_wait_ms; /* before it is started again */
    bool is_stopping;
};

/* ---- io_http.c ---- */
/* Opens the HTTP port, if there is to be one. */
bool io_http_start(struct io *io, struct error *e) FALLIBLE;

/* ---- io_disk.c ---- */
/* Before there is an app: journal, anchors, and the kill switch's reserve into reserve_text. */
bool io_disk_open(struct io *io, struct error *e) FALLIBLE;
/* With the app: the threads. */
void io_disk_start(struct io *io);
/* Hands to the threads what is due. */
void io_disk_drive(struct io *io, struct moment now);
struct instant io_disk_next(const struct io *io);
/* Nothing is away, and all that can be written is. */
bool io_disk_is_idle(const struct io *io);
/* Waits for the threads; the app is still there. */
void io_disk_stop(struct io *io);
/* When the app is gone. */
void io_disk_close(struct io *io);

#endif
