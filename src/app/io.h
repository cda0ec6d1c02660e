/* SPDX-License-Identifier: MIT */
/*
 * io: the app on a real machine: sockets, the disk's worker thread, the paper exchange as a child.
 *
 * Moves bytes between the event loop and the app's queues and nothing else; what they mean is
 * decided in app.c and below.
 */
#ifndef PORTCULLIS_APP_IO_H
#define PORTCULLIS_APP_IO_H

#include "app/app.h"
#include "app/cached.h"

struct io_config {
    struct app_config app;   /* borrowed members must outlive io_run */
    const char *db_path;     /* for the connection that commits, on the worker thread */
    struct cached *cached;   /* borrowed */
    const char *anchor_path; /* file that the anchors of the journal are appended to */
    const char *socket_path;
    const char *state_dir; /* for a certificate of our own */
    const char *kill_path; /* a file of that name pulls the kill switch while it is there */
    const char *file_paths[APP_FILE_COUNT];
    const char *reserve_path;      /* of the kill switch, for a full disk */
    const char *paper_socket;      /* of the embedded exchange; NULL: none, TWS is used */
    const char *const *paper_argv; /* how to start it */
    const char *paper_log;
};

/*
 * Serves until SIGTERM, SIGINT or `portcullis stop`. False with *e if something could not be
 * started (a port or socket in use, the store not writable).
 */
bool io_run(const struct io_config *config, struct error *e) FALLIBLE;

#endif
