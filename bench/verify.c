/* SPDX-License-Identifier: MIT */
/*
 * verify: how long the proof of a long journal takes, and how fast one is written.
 *
 *   verify FILE [RECORDS]    makes the journal (1,000,000 records) if it is not there, then proves
 * it
 *
 * Reports verify.ms, of the whole proof; verify.floor.ms, of the SHA-256 of the same bytes alone;
 * when the file is made, verify.write, records a second in batches, each on the disk before the
 * next.
 */
#include "base/alloc.h"
#include "data/hash.h"
#include "kit/measure.h"
#include "store/audit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RECORDS = 1000000 };

/* Like the record of what became of an order. */
static void body_of(int64_t i, char *out, size_t cap)
{
    int n =
        snprintf(out, cap,
                 "{\"text\":\"order %lld: filled 10 at 100.05\",\"legs\":[{\"ref\":\"PC:%017lld\","
                 "\"order_id\":%lld,\"perm_id\":%lld,\"result\":\"filled\",\"state\":\"Filled\","
                 "\"filled\":10,\"avg_fill_price\":100.05}]}",
                 (long long)i, (long long)i, (long long)i, (long long)i + 1000000000);
    if (n < 0 || (size_t)n >= cap)
        measure_die("verify: a record does not fit");
}

static void make(struct db *db, int64_t records)
{
    struct journal *j = journal_new(0);
    struct error e;
    struct moment now = {.mono = {NS_PER_S}, .wall = {(int64_t)1772461800 * NS_PER_S}};
    char body[512];
    int64_t begin = measure_now();
    for (int64_t i = 1; i <= records; i++) {
        now.wall.ns += NS_PER_MS;
        body_of(i, body, sizeof body);
        if (!journal_append(j, JOURNAL_OUTCOME, STR("local:1000"), str_of(body), now, &e))
            measure_die("verify: %s", e.text);
        if (journal_pending(j) < JOURNAL_BATCH_MAX && i < records)
            continue;
        struct journal_batch *b = journal_take(j);
        if (!db_commit(db, b, &e))
            measure_die("verify: %s", e.text);
        journal_committed(j, b, true, NULL);
    }
    report("verify", "write", (double)records * 1e9 / (double)(measure_now() - begin));
    journal_free(j);
}

static int64_t prove(struct db *db, int64_t records)
{
    struct error e;
    struct db_verdict v;
    int64_t begin = measure_now();
    if (!db_verify(db, &v, &e))
        measure_die("verify: %s", e.text);
    if (!v.is_intact || v.checked != records)
        measure_die("verify: %lld of %lld records fit: %s", (long long)v.checked,
                    (long long)records, v.why);
    return measure_now() - begin;
}

static int64_t hash_alone(int64_t records)
{
    char text[512], hex[SHA256_HEX_MAX];
    body_of(records, text, sizeof text);
    int64_t begin = measure_now();
    for (int64_t i = 0; i < records; i++) {
        struct sha256 h = hash_sha256(str_of(text));
        hash_hex(&h, hex);
        memcpy(text, hex, 16); /* each depends on the one before */
    }
    return measure_now() - begin;
}

int main(int argc, char **argv)
{
    struct error e;
    if (argc < 2 || argc > 3)
        measure_die("usage: verify FILE [RECORDS]");
    int64_t records = argc == 3 ? measure_number(argv[2], 1, 100000000) : RECORDS;
    bool is_there = access(argv[1], F_OK) == 0;
    struct db *db = db_open(argv[1], &e);
    if (!db)
        measure_die("verify: %s", e.text);
    if (!is_there)
        make(db, records);
    report("verify", "ms", (double)prove(db, records) / 1e6);
    report("verify", "floor.ms", (double)hash_alone(records) / 1e6);
    db_close(db);
    return 0;
}
