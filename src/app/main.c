/* SPDX-License-Identifier: MIT */
/*
 * portcullisd: the daemon. Reads the settings, takes the lock of its state directory, and serves.
 * `portcullisd paper` is the paper exchange (paper_main.c), `portcullisd wire` the tool for the
 * protocol (wire_main.c), `portcullisd doctor` tries a gateway (doctor_main.c).
 */
#include "app/doctor_main.h"
#include "app/event_files.h"
#include "app/io.h"
#include "app/paper_main.h"
#include "app/start.h"
#include "app/wire_main.h"
#include "app/zones.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "build_id.h"
#include "data/hash.h"
#include "sys/clock.h"
#include "sys/entropy.h"
#include "sys/files.h"
#include "sys/logfile.h"

#include <stdio.h>
#include <string.h>

enum { LOG_FILE_MAX = 16 << 20, LOCK_WAIT_MS = 5000, LOCK_POLL_MS = 10 };

enum exit_status { EXIT_OK = 0, EXIT_TROUBLE = 1, EXIT_USAGE = 2, EXIT_RUNNING = 3 };

static const char usage[] =
    "usage: portcullisd [--config FILE] [--state DIR] [--socket PATH] [--set KEY=VALUE]...\n"
    "                   [--foreground-log] [--check | --sample-config | --version]\n"
    "       portcullisd paper ...   the paper exchange alone; see portcullisd paper --help\n"
    "       portcullisd wire ...    looks at the TWS protocol; see portcullisd wire --help\n"
    "       portcullisd doctor ...  tries a gateway; see portcullisd doctor --help\n"
    "The gate between assistants, scripts and spreadsheets and a brokerage account. Usually "
    "started\n"
    "by `portcullis`. Settings: FILE (~/.config/portcullis/portcullis.yaml), then PORTCULLIS_*\n"
    "variables, then --set.\n";

struct daemon {
    struct start start;
    char state[PATH_TEXT_MAX]; /* of this kind of broker and mode: histories never mix */
    char file_paths[APP_FILE_COUNT][PATH_TEXT_MAX + 32];
    struct buf files[APP_FILE_COUNT]; /* as they were at the start */
    struct event_directory events;
};

/* ---- state ---- */

/* A file that others must not even read; "" if it is not there. */
static bool read_private(const char *path, size_t cap, struct buf *out, struct error *e)
{
    buf_init(out, cap);
    return !file_exists(path) || (file_is_private(path, e) && file_read(path, cap, out, e));
}

/* What an older version kept in the clear becomes a token like others; its file goes. */
static bool import_token(struct daemon *d, struct error *e)
{
    char path[PATH_TEXT_MAX + 32];
    struct buf text;
    (void)snprintf(path, sizeof path, "%s/token", d->start.paths.state);
    bool ok = read_private(path, 4096, &text, e);
    struct str secret = str_trim(buf_str(&text));
    if (ok && !file_exists(d->file_paths[APP_TOKENS]) && secret.n >= TOKEN_BYTES) {
        tokens_import(STR("http"), secret, SCOPE_READ | SCOPE_PREVIEW | SCOPE_NOTE | SCOPE_TRADE,
                      &d->files[APP_TOKENS]);
        ok = file_write(d->file_paths[APP_TOKENS], buf_str(&d->files[APP_TOKENS]), e) &&
             file_remove(path, e);
    }
    if (text.p)
        explicit_bzero(text.p, text.n);
    buf_fini(&text);
    return ok;
}

static bool read_files(struct daemon *d, struct error *e)
{
    static const char *const names[] = {[APP_PIN] = "pin", [APP_TOKENS] = "tokens"};
    bool ok = true;
    for (size_t i = 0; i < APP_FILE_COUNT; i++) {
        (void)snprintf(d->file_paths[i], sizeof d->file_paths[i], "%s/%s", d->start.paths.state,
                       names[i]);
        ok = ok && read_private(d->file_paths[i], TOKENS_FILE_MAX, &d->files[i], e);
    }
    return ok && import_token(d, e);
}

static void fill_entropy(void *self, void *out, size_t n)
{
    (void)self;
    entropy_fill(out, n);
}

/* Waits for a daemon that is ending; one that still listens on the socket is left alone. */
static bool take_lock(struct daemon *d, struct lock_file **lock, struct error *e)
{
    char path[PATH_TEXT_MAX + 32];
    int holder = 0;
    struct instant give_up = instant_after_ms(clock_now().mono, LOCK_WAIT_MS);
    (void)snprintf(path, sizeof path, "%s/portcullisd.lock", d->start.paths.state);
    while (!(*lock = lock_take(path, &holder, e))) {
        if (strcmp(e->reason, "LOCKED") != 0)
            return false;
        if (file_exists(d->start.paths.socket) || instant_due(give_up, clock_now().mono))
            return error_next(e, "a daemon runs already; `portcullis stop` ends it");
        clock_sleep(LOCK_POLL_MS);
    }
    return true;
}

/* ---- serving ---- */

static void take_anchors(void *self, struct str lines)
{
    anchors_read(self, lines);
}

/* The anchors of the file, however many years it holds; NULL with *e if it is there and cannot be
 * read. */
static struct anchors *read_anchors(const char *path, struct error *e)
{
    struct anchors *all = xcalloc(1, sizeof *all);
    if (!file_exists(path) || file_lines(path, take_anchors, all, e))
        return all;
    xfree(all);
    return NULL;
}

static uint64_t random_seed(void)
{
    uint64_t seed;
    entropy_fill(&seed, sizeof seed);
    return seed;
}

static void find_events(struct daemon *d)
{
    struct str named = d->start.settings.values.events.directory;
    if (named.n)
        str_copy_cut(d->events.path, sizeof d->events.path, named);
    else
        (void)snprintf(d->events.path, sizeof d->events.path, "%.1000s/events",
                       d->start.paths.config);
}

static bool serve(struct daemon *d, const struct log_sink *sink, struct error *e)
{
    const struct settings_values *v = &d->start.settings.values;
    enum { ROOM = PATH_TEXT_MAX + 32 };
    char self[PATH_TEXT_MAX], db_path[ROOM], anchor_path[ROOM], kill_path[ROOM], seed[32];
    char paper_socket[ROOM], paper_state[ROOM], paper_log[ROOM], reserve_path[ROOM];
    if (!path_of_self(self, e))
        return false;
    (void)snprintf(db_path, sizeof db_path, "%s/journal.db", d->state);
    (void)snprintf(kill_path, sizeof kill_path, "%s/KILL", d->state);
    (void)snprintf(reserve_path, sizeof reserve_path, "%s/kill.reserve", d->state);
    (void)snprintf(anchor_path, sizeof anchor_path, "%s/journal.anchors", d->state);
    (void)snprintf(paper_socket, sizeof paper_socket, "%s/paper.sock", d->state);
    (void)snprintf(paper_state, sizeof paper_state, "%s/exchange.log", d->state);
    (void)snprintf(paper_log, sizeof paper_log, "%s/paper.log", d->state);
    (void)snprintf(seed, sizeof seed, "%lld", (long long)v->paper.seed);
    const char *paper_argv[] = {self,
                                "paper",
                                "--socket",
                                paper_socket,
                                "--state",
                                paper_state,
                                "--seed",
                                seed,
                                "--accounts",
                                v->paper.account.p,
                                "--max-version", /* all: the session asks for what it wants */
                                "226",
                                "--sessions",
                                v->paper.sessions ? "real" : "around_the_clock",
                                v->paper.opening_portfolio ? NULL : "--no-opening",
                                NULL};
    bool is_embedded = v->broker.kind == BROKER_EMBEDDED;
    struct db *db = db_open(db_path, e);
    if (!db)
        return error_next(e, "the store is %s", db_path);
    struct anchors *anchors = read_anchors(anchor_path, e);
    struct cached *cached = cached_open(d->state, sink);
    struct zones *zones = zones_new("/usr/share/zoneinfo");
    struct io_config config = {
        .app = {.settings = &d->start.settings,
                .db = db,
                .cache = cached_reader(cached),
                .anchors = anchors,
                .seed = random_seed(),
                .sink = sink,
                .zones = zones_source(zones),
                .event_files = event_files_source(&d->events),
                .build = PORTCULLIS_BUILD,
                .entropy = {fill_entropy, NULL},
                .uid = path_owner(),
                .pin_file = buf_str(&d->files[APP_PIN]),
                .tokens_file = buf_str(&d->files[APP_TOKENS]),
                .pin_iterations = PIN_ITERATIONS},
        .db_path = db_path,
        .cached = cached,
        .anchor_path = anchor_path,
        .socket_path = d->start.paths.socket,
        .state_dir = d->start.paths.state,
        .kill_path = kill_path,
        .file_paths = {d->file_paths[APP_PIN], d->file_paths[APP_TOKENS]},
        .reserve_path = reserve_path,
        .paper_socket = is_embedded ? paper_socket : NULL,
        .paper_argv = is_embedded ? paper_argv : NULL,
        .paper_log = paper_log,
    };
    bool ok = anchors && io_run(&config, e);
    xfree(anchors);
    zones_free(zones);
    cached_close(cached);
    db_close(db);
    return ok;
}

static bool run(struct daemon *d, struct error *e)
{
    char log_path[PATH_TEXT_MAX + 32], parent[PATH_TEXT_MAX];
    (void)snprintf(d->state, sizeof d->state, "%.900s/%s", d->start.paths.state,
                   start_state_name(&d->start.settings.values));
    (void)snprintf(log_path, sizeof log_path, "%s/portcullisd.log", d->start.paths.state);
    files_keep_private();
    if (!dir_make(d->state, e) || !path_parent(d->start.paths.socket, parent) ||
        !dir_make(parent, e))
        return false;
    struct lock_file *lock = NULL;
    find_events(d);
    if (!take_lock(d, &lock, e))
        return false;
    struct logfile *logs =
        logfile_open(d->start.logs_to_stderr ? NULL : log_path,
                     (enum log_level)d->start.settings.values.log.level, LOG_FILE_MAX, e);
    bool ok = logs && read_files(d, e) && serve(d, logfile_sink(logs), e);
    for (size_t i = 0; i < APP_FILE_COUNT; i++)
        buf_fini(&d->files[i]);
    logfile_close(logs);
    lock_release(lock);
    return ok;
}

static int complain(const struct error *e)
{
    fprintf(stderr, "portcullisd: %s%s%s\n", e->text, e->next[0] ? "; " : "", e->next);
    return strcmp(e->reason, "LOCKED") == 0 ? EXIT_RUNNING
           : e->code == ERROR_INVALID       ? EXIT_USAGE
                                            : EXIT_TROUBLE;
}

static int print_sample(void)
{
    struct buf text;
    buf_init(&text, LIMIT_CONFIG_BYTES);
    settings_sample(&text);
    fwrite(text.p, 1, text.n, stdout);
    buf_fini(&text);
    return EXIT_OK;
}

int main(int argc, char **argv)
{
    alloc_settle();
    if (argc > 1 && strcmp(argv[1], "paper") == 0)
        return paper_main(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "wire") == 0)
        return wire_main(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "doctor") == 0)
        return doctor_main(argc - 2, argv + 2);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("portcullisd %s (%s)\n", PORTCULLIS_VERSION, PORTCULLIS_BUILD) < 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) < 0;
    if (argc == 2 && strcmp(argv[1], "--sample-config") == 0)
        return print_sample();
    struct daemon d = {0};
    struct error e = {0};
    settings_init(&d.start.settings);
    bool ok = paths_find(&d.start.paths, &e) && start_parse(&d.start, argc - 1, argv + 1, &e) &&
              start_read(&d.start, &e) && (d.start.only_check || run(&d, &e));
    if (ok && d.start.only_check)
        puts("the settings are valid");
    settings_fini(&d.start.settings);
    return ok ? EXIT_OK : complain(&e);
}
