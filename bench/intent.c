/* SPDX-License-Identifier: MIT */
/*
 * intent: where the time goes between a decision and the bytes of its order, inside one process.
 *
 *   intent ROW DIR COUNT REST_MS     a journal of its own in DIR, removed at the end
 *
 * The daemon's own modules in the daemon's order: a task appends an intent and waits for it, the
 * turn gives the batch to the disk's thread, that commits it, the loop's thread wakes, the task
 * goes on and writes the order to a socket. Nothing else happens in the process. Between two orders
 * all threads rest, as they do in life; with a rest of 0 everything is still in the caches. Beside
 * each order the pages that its commit wrote are written once more, by hand, to a file like
 * SQLite's log: of the same size, in frames of the same size, over what was there before, and
 * flushed. Reports p50 and p99, in us, of
 *   ROW.begin    appended, until the disk's thread begins
 *   ROW.commit   the commit without its flushes
 *   ROW.flush    the flushes in it
 *   ROW.wake     until the loop's thread hears of it
 *   ROW.write    until the bytes are written
 *   ROW.over     all of it but the flushes
 *   ROW.hand     the same pages written and flushed by hand
 * and ROW.pages, the pages of a commit.
 */
#include "base/task.h"
#include "kit/measure.h"
#include "store/audit.h"
#include "store/sql.h"
#include "sys/loop.h"
#include "sys/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    COUNT_MAX = 100000,
    REST_MAX_MS = 10000,
    OLD_RECORDS = 20000,
    BATCH = 100,
    PAGE = 4096,
    FRAME_HEAD = 24,
    LOG_FRAMES = 1000, /* where SQLite begins its log anew */
    ORDER_BYTES = 300,
};

enum part { BEGIN, COMMIT, FLUSH, WAKE, WRITE, OVER, HAND, PARTS };
static const char *const part_names[PARTS] = {"begin", "commit", "flush", "wake",
                                              "write", "over",   "hand"};

struct bench {
    struct loop *loop;
    struct loop_timer *rest;
    struct worker *disk;
    struct tasks *tasks;
    struct journal *journal;
    struct journal_batch *batch;
    struct db *db;
    bool committed;
    struct error error;
    int hand, sockets[2];
    size_t count, done;
    int64_t rest_ms;
    int64_t asked, begun, kept, heard,
        by_hand; /* of the order at hand; by_hand: how long it took */
    int pages, frame;
    int64_t pages_sum;
    struct samples parts[PARTS];
};

/* ---- the flush, and what it takes ---- */

/* Of the commit at hand; written and read by the disk's thread, read by the loop's once that is
 * done. */
static int64_t flushing;

/* In place of the C library's, for SQLite's calls as well. */
int fdatasync(int fildes)
{
    int64_t begin = measure_now();
    int result = (int)syscall(SYS_fdatasync, fildes);
    flushing += measure_now() - begin;
    return result;
}

static void must(bool ok, const char *what)
{
    if (!ok)
        measure_die("intent: %s: %s", what, strerror(errno));
}

/* As SQLite writes its log: a head and a page at a time. */
static void write_by_hand(struct bench *b)
{
    static const char page[PAGE];
    int64_t begin = measure_now();
    for (int i = 0; i < b->pages; i++, b->frame = (b->frame + 1) % LOG_FRAMES) {
        off_t at = (off_t)b->frame * (FRAME_HEAD + PAGE);
        must(pwrite(b->hand, page, FRAME_HEAD, at) == FRAME_HEAD, "write");
        must(pwrite(b->hand, page, PAGE, at + FRAME_HEAD) == PAGE, "write");
    }
    must(fdatasync(b->hand) == 0, "flush");
    b->by_hand = measure_now() - begin;
}

/* ---- the way of an order ---- */

static void commit(void *arg)
{
    struct bench *b = arg;
    int now = 0, most = 0;
    int64_t newest;
    char hash[SHA256_HEX_MAX];
    b->begun = measure_now();
    flushing = 0;
    b->committed = db_commit(b->db, b->batch, &b->error);
    b->committed = b->committed && db_head(b->db, &newest, hash, &b->error);
    b->kept = measure_now();
    (void)sqlite3_db_status(b->db->sql, SQLITE_DBSTATUS_CACHE_WRITE, &now, &most, true);
    b->pages = now;
}

static void committed(void *arg)
{
    struct bench *b = arg;
    struct journal_batch *batch = b->batch;
    b->heard = measure_now();
    if (!b->committed)
        measure_die("intent: %s", b->error.text);
    b->batch = NULL;
    journal_committed(b->journal, batch, true, NULL);
}

static void place(struct task *t, void *arg)
{
    static const char order[ORDER_BYTES];
    char body[1024], answer[ORDER_BYTES];
    struct bench *b = arg;
    struct error e;
    int n = snprintf(body, sizeof body,
                     "{\"ref\":\"PC:%017zu\",\"legs\":[{\"order_id\":%zu,\"account\":\"DU1234567\","
                     "\"contract\":\"AAPL\",\"con_id\":265598,\"side\":\"BUY\",\"type\":\"LMT\","
                     "\"tif\":\"DAY\",\"quantity\":1,\"limit_price\":50.01}],"
                     "\"value\":50.01,\"currency\":\"USD\",\"reference\":187.12,"
                     "\"reason\":\"a limit order for the benchmark\"}",
                     b->done, b->done + 1);
    b->asked = measure_now();
    int64_t seq = journal_append(b->journal, JOURNAL_INTENT, STR("uid:1000 mcp:bench"),
                                 (struct str){body, (size_t)n}, task_now(t), &e);
    if (!seq || !journal_wait(t, b->journal, seq, &e))
        measure_die("intent: %s", e.text);
    must(write(b->sockets[0], order, sizeof order) == sizeof order, "write");
    int64_t written = measure_now();
    must(read(b->sockets[1], answer, sizeof answer) == sizeof answer, "read");
    samples_add(&b->parts[BEGIN], b->begun - b->asked);
    samples_add(&b->parts[COMMIT], b->kept - b->begun - flushing);
    samples_add(&b->parts[FLUSH], flushing);
    samples_add(&b->parts[WAKE], b->heard - b->kept);
    samples_add(&b->parts[WRITE], written - b->heard);
    samples_add(&b->parts[OVER], written - b->asked - flushing);
    write_by_hand(b);
    samples_add(&b->parts[HAND], b->by_hand);
    b->pages_sum += b->pages;
    if (++b->done == b->count)
        loop_stop(b->loop);
    else
        loop_timer_start(b->rest, b->rest_ms, 0);
}

static void on_rest(void *self)
{
    struct bench *b = self;
    if (!task_spawn(b->tasks, loop_now(b->loop), 60 * 1000, place, b))
        measure_die("intent: no task");
}

static void turn(void *self, struct moment now)
{
    struct bench *b = self;
    if (!b->disk)
        return;
    tasks_run(b->tasks, now);
    if (instant_due(journal_due(b->journal), now.mono)) {
        b->batch = journal_take(b->journal);
        if (!worker_submit(b->disk, commit, b, committed))
            measure_die("intent: the disk's thread is busy");
    }
}

/* ---- all together ---- */

static void name(char out[512], const char *dir, const char *suffix)
{
    (void)snprintf(out, 512, "%s/intent.db%s", dir, suffix);
}

static void remove_all(const char *dir)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-hand"};
    char path[512];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        name(path, dir, suffixes[i]);
        (void)unlink(path);
    }
}

/* A journal of some days, so that its tables are as deep as in life, and a log of full size. */
static void fill(struct bench *b, const char *dir)
{
    static const char page[PAGE + FRAME_HEAD];
    char path[512], body[512];
    struct error e;
    struct moment now = {.mono = {NS_PER_S}, .wall = {(int64_t)1772461800 * NS_PER_S}};
    name(path, dir, "");
    b->db = db_open(path, &e);
    if (!b->db)
        measure_die("intent: %s", e.text);
    for (int i = 0; i < OLD_RECORDS; i++) {
        (void)snprintf(body, sizeof body,
                       "{\"text\":\"order %d: filled\",\"ref\":\"PC:%017d\",\"perm_id\":%d}", i, i,
                       1000000000 + i);
        now.wall.ns += NS_PER_S;
        if (!journal_append(b->journal, JOURNAL_OUTCOME, STR("uid:1000"), str_of(body), now, &e))
            measure_die("intent: %s", e.text);
        if (journal_pending(b->journal) < BATCH)
            continue;
        struct journal_batch *batch = journal_take(b->journal);
        if (!db_commit(b->db, batch, &e))
            measure_die("intent: %s", e.text);
        journal_committed(b->journal, batch, true, NULL);
    }
    name(path, dir, "-hand");
    b->hand = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    must(b->hand >= 0, path);
    for (int i = 0; i < LOG_FRAMES; i++)
        must(write(b->hand, page, sizeof page) == sizeof page, path);
    must(fdatasync(b->hand) == 0, path);
    (void)sqlite3_db_status(b->db->sql, SQLITE_DBSTATUS_CACHE_WRITE, &b->pages, &b->frame, true);
    b->frame = 0;
}

static void report_all(struct bench *b, const char *row)
{
    char text[64];
    for (size_t i = 0; i < PARTS; i++) {
        (void)snprintf(text, sizeof text, "%s.%s", row, part_names[i]);
        report_samples(text, &b->parts[i]);
        samples_fini(&b->parts[i]);
    }
    report(row, "pages", (double)b->pages_sum / (double)b->count);
}

int main(int argc, char **argv)
{
    static struct bench b;
    if (argc != 5)
        measure_die("usage: intent ROW DIR COUNT REST_MS");
    const char *dir = argv[2];
    b.count = (size_t)measure_number(argv[3], 1, COUNT_MAX);
    b.rest_ms = measure_number(argv[4], 0, REST_MAX_MS);
    for (size_t i = 0; i < PARTS; i++)
        samples_init(&b.parts[i], b.count);
    remove_all(dir);
    b.journal = journal_new(0);
    fill(&b, dir);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, b.sockets) == 0, "socketpair");
    b.tasks = tasks_new();
    b.loop = loop_new(&(struct loop_owner){.turn = turn, .self = &b});
    b.disk = worker_new(b.loop, 1);
    b.rest = loop_timer_new(b.loop, on_rest, &b);
    loop_timer_start(b.rest, b.rest_ms, 0);
    loop_run(b.loop);
    worker_free(b.disk);
    loop_timer_free(b.rest);
    loop_free(b.loop);
    tasks_free(b.tasks);
    journal_free(b.journal);
    db_close(b.db);
    close(b.hand);
    close(b.sockets[0]);
    close(b.sockets[1]);
    remove_all(dir);
    report_all(&b, argv[1]);
    return 0;
}
