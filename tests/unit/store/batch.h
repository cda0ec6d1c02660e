/* SPDX-License-Identifier: MIT */
/* What the tests of store/ and guard/ share: moments, and the owner's side of the journal. */
#ifndef TESTS_STORE_BATCH_H
#define TESTS_STORE_BATCH_H

#include "store/db.h"
#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 2026-11-23T12:00:00Z and s seconds. */
static inline struct moment at_s(int64_t s)
{
    struct utc noon =
        utc_of_civil((struct civil){.year = 2026, .month = 11, .day = 23, .hour = 12});
    return (struct moment){.mono = {(1000 + s) * NS_PER_S}, .wall = {noon.ns + s * NS_PER_S}};
}

/* Writes all that waits to db. */
static inline void flush(struct journal *j, struct db *db)
{
    struct journal_batch *b;
    struct error e;
    while ((b = journal_take(j)) != NULL) {
        bool ok = db_commit(db, b, &e);
        if (!ok)
            fail_msg("%s", e.text);
        journal_committed(j, b, ok, &e);
    }
}

/* A body that says nothing in n bytes; buf_fini ends it. */
static inline void wordy(struct buf *b, size_t n)
{
    buf_init(b, JOURNAL_BODY_MAX);
    buf_add_c(b, "{\"text\":\"");
    while (b->n + 2 < n)
        buf_add_char(b, 'x');
    buf_add_c(b, "\"}");
}

static inline int64_t append(struct journal *j, const char *body, int64_t s)
{
    struct error e;
    int64_t seq = journal_append(j, JOURNAL_STATE, STR("test"), str_of(body), at_s(s), &e);
    assert_true(seq > 0);
    return seq;
}

#endif
