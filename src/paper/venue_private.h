/* SPDX-License-Identifier: MIT */
/*
 * venue_private: what venue.c (the store) and venue_run.c (the rules in time) share. Nobody else
 * includes it.
 */
#ifndef PORTCULLIS_PAPER_VENUE_PRIVATE_H
#define PORTCULLIS_PAPER_VENUE_PRIVATE_H

#include "base/map.h"
#include "paper/venue.h"

enum { VENUE_CLIENTS_MAX = 1024 };

struct venue {
    const struct universe *universe;
    struct feed *feed;
    struct accounts *accounts;
    uint64_t seed;
    int64_t now_ns;
    bool is_frozen;
    bool has_gaps; /* the live list holds NULL */

    struct ticket **tickets; /* all, by perm id */
    size_t ticket_count;
    struct ticket **live; /* those that have not ended, by perm id */
    size_t live_count;
    struct map *by_perm, *by_id;
    int64_t next_perm;

    struct fill **fills;
    size_t fill_count;
    int64_t next_seq;

    struct {
        int32_t client_id, next_id;
    } ids[VENUE_CLIENTS_MAX];
    size_t id_count;

    struct venue_event *events;
    size_t event_count, event_room;
};

/* The same ticket, to be changed. */
struct ticket *venue_own(struct venue *v, const struct ticket *t);
struct ticket *venue_store(struct venue *v, const struct ticket *draft);
void venue_unlive(struct venue *v, const struct ticket *t);
void venue_sweep(struct venue *v);
struct fill *venue_add_fill(struct venue *v, const struct fill *f);
struct venue_event *venue_emit(struct venue *v, enum venue_event_kind kind, const struct ticket *t);
/* Books a fill in the ledger and in its ticket. */
void venue_book(struct venue *v, struct fill *f, struct ticket *t);

#endif
