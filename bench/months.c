/* SPDX-License-Identifier: MIT */
/*
 * months: how the product does after months without a restart.
 *
 * The whole product, application and paper exchange in one process, lives
 * through exchange days in virtual time (tests/kit/world.h): New York's hours,
 * orders of a script, an assistant and a program with a token, a dashboard that
 * polls fifty lines and the portfolio, a reader of the stream of events,
 * alerts, tokens made and revoked, bars asked for, a link that is lost for five
 * minutes a day, and a broker that can be reached for an hour in the morning
 * and two around the close. The journal is in a file.
 *
 *     months DIRECTORY [DAYS [SAMPLE_EVERY]]
 *
 * Prints what is true at each age, and fails where memory grows after the first
 * twenty days, or where more is refused than is meant to be.
 */
#include "../tests/kit/ask.h"
#include "../tests/kit/world.h"
#include "app/app.h"
#include "app/zones.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "data/json.h"
#include "kit/measure.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LINES = 50,
    ORDERS_A_DAY = 40,
    DAYS = 90,
    SETTLED_DAYS = 20,   /* two times the eight days that are remembered, and some */
    GROWTH_KIB_MAX = 16, /* a day, afterwards */
    MINUTE = 60 * 1000,
    PATIENCE = 60 * 1000
};

struct life {
    struct world *w;
    struct paper_market *market; /* outlives the exchange, which goes down every day */
    char db[200];
    char symbols[LINES][12];
    char list[LINES * 12]; /* all of them, separated by commas */
    struct assistant assistant;
    struct ask stream;
    struct answer streamed;
    struct arena *arena;
    int64_t serial, asked, failed;
    size_t queue_max; /* of the journal */
};

static void check(bool ok, const char *what, const struct error *e)
{
    if (!ok)
        measure_die("months: %s: %s", what, e ? e->text : "no");
}

/* ---- asking ---- */

static void look(struct life *l)
{
    if (!l->w->app)
        return;
    size_t pending = journal_pending(app_journal(l->w->app));
    l->queue_max = pending > l->queue_max ? pending : l->queue_max;
}

/* A command line; the answer's JSON or NULL. Borrowed until the next. */
static const struct json *cli(struct life *l, bool is_person, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static const struct json *cli(struct life *l, bool is_person, const char *fmt, ...)
{
    char line[600];
    struct ask ask;
    struct answer a;
    struct error e = {0};
    const struct json *j = NULL;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    answer_start(&a);
    l->asked++;
    bool ok = ask_cli(&ask, l->w, str_of(line), is_person, &a) && ask_finish(&ask, PATIENCE);
    if (l->w->trouble[0])
        measure_die("months: %s: %s", line, l->w->trouble);
    if (ok && a.status == 0) {
        arena_reset(l->arena);
        j = json_parse(arena_str(l->arena, str_trim(buf_str(&a.out))), l->arena, &e);
    } else
        l->failed++;
    answer_free(&a);
    look(l);
    return j;
}

static int http(struct life *l, const char *method, const char *target, const char *body)
{
    const struct http_pair headers[] = {{STR("Authorization"), STR("Bearer " WORLD_TOKEN)}};
    struct ask ask;
    struct answer a;
    answer_start(&a);
    l->asked++;
    bool ok = ask_http(&ask, l->w, str_of(method), str_of(target), headers, 1, str_of(body), &a) &&
              ask_finish(&ask, PATIENCE);
    int status = ok ? a.status : 0;
    l->failed += status != 200 && status != 201;
    answer_free(&a);
    look(l);
    return status;
}

static void mcp(struct life *l, const char *tool, const char *arguments)
{
    struct buf line;
    char params[512];
    buf_init(&line, LIMIT_REPLY);
    if (!l->assistant.client || client_has_ended(l->assistant.client)) {
        assistant_close(&l->assistant, l->w);
        check(assistant_open(&l->assistant, l->w, STR("claude"), STR("2025-11-25")), "no assistant",
              NULL);
    }
    (void)snprintf(params, sizeof params, "{\"name\":\"%s\",\"arguments\":%s}", tool, arguments);
    assistant_request(&l->assistant, l->w, STR("tools/call"), str_of(params));
    l->asked++;
    char id[32];
    (void)snprintf(id, sizeof id, "\"id\":%lld", (long long)l->assistant.next_id);
    bool ok = false;
    while (!ok && assistant_receive(&l->assistant, l->w, PATIENCE, &line))
        ok = str_find_str(buf_str(&line), str_of(id)) < line.n;
    bool is_error = str_find_str(buf_str(&line), STR("\"isError\":true")) < line.n;
    l->failed += !ok || is_error;
    buf_fini(&line);
    look(l);
}

static void pass(struct life *l, int64_t ms)
{
    if (!world_run(l->w, ms))
        measure_die("months: %s", l->w->trouble);
    look(l);
}

static int64_t of_day(const struct life *l)
{
    return l->w->now.wall.ns / NS_PER_MS % 86400000;
}

/* To that minute of the day (UTC), today or tomorrow. */
static void pass_to(struct life *l, int64_t minute)
{
    int64_t ms = minute * MINUTE - of_day(l);
    pass(l, ms > 0 ? ms : ms + 86400000);
}

/* ---- a day ---- */

static const char *symbol(struct life *l)
{
    return l->symbols[++l->serial % LINES];
}

/* The exchange's own price of a share. */
static double price_of(struct life *l, const char *name)
{
    const struct json *j = cli(l, false, "quotes %s --json", name);
    const struct json *q = json_at(json_get(j, STR("quotes")), 0);
    const char *const keys[] = {"ask", "last", "close"};
    double v = 0;
    for (size_t i = 0; i < 3 && v <= 0; i++) {
        double d;
        if (json_to_num(json_get(q, str_of(keys[i])), &d))
            v = d;
    }
    return v;
}

static void order(struct life *l, int i)
{
    const char *s = symbol(l);
    double price = price_of(l, s);
    char body[300];
    if (price <= 0)
        return;
    const char *side = i % 2 ? "SELL" : "BUY";
    int64_t n = l->serial;
    switch (i % 8) {
    case 0:
    case 1:
        (void)cli(l, false, "market %s %s 1 --idempotency-key m%lld --json", "KO", side,
                  (long long)n);
        break;
    case 2:
        (void)snprintf(body, sizeof body,
                       "{\"symbol\":\"%s\",\"action\":\"BUY\",\"quantity\":1,\"price\":%.2f,"
                       "\"idempotency_key\":\"a%lld\"}",
                       s, price * 1.002, (long long)n);
        mcp(l, "place_limit_order", body);
        break;
    case 3:
        (void)snprintf(body, sizeof body, "{\"symbol\":\"%s\",\"action\":\"%s\",\"quantity\":1}", s,
                       i % 16 < 8 ? "BUY" : "SELL");
        (void)http(l, "POST", "/api/orders/market", body);
        break;
    case 4: { /* rests, is changed, and is cancelled */
        const struct json *j =
            cli(l, false, "limit %s BUY 1 %.2f --time-in-force GTC --json", s, price * 0.95);
        int64_t id = 0;
        if (!json_to_i64(json_get(j, STR("order_id")), &id))
            break;
        pass(l, 3000);
        (void)cli(l, false, "modify %lld --price %.2f --json", (long long)id, price * 0.96);
        pass(l, 3000);
        (void)cli(l, false, "cancel %lld --json", (long long)id);
        break;
    }
    case 5: /* a day order that expires */
        (void)cli(l, false, "limit %s BUY 1 %.2f --json", s, price * 0.93);
        break;
    case 6:
        (void)cli(l, false,
                  "bracket %s BUY 1 --entry-price %.2f --stop-price %.2f "
                  "--target-price %.2f --json",
                  s, price * 1.001, price * 0.97, price * 1.01);
        break;
    default: /* refused: too much */
        (void)cli(l, false, "limit %s BUY 900 %.2f --json", s, price);
    }
}

static void open_stream(struct life *l)
{
    ask_drop(&l->stream);
    answer_free(&l->streamed);
    answer_start(&l->streamed);
    (void)ask_http(&l->stream, l->w, STR("GET"), STR("/api/stream"), NULL, 0, STR_NONE,
                   &l->streamed);
}

static void poll(struct life *l)
{
    char target[LINES * 12 + 32];
    (void)snprintf(target, sizeof target, "/api/quotes/%s", l->list);
    (void)http(l, "GET", "/api/portfolio", "");
    (void)http(l, "GET", target, "");
}

/* A dashboard that looks every thirty seconds, and orders meanwhile. */
static void watch(struct life *l, int minutes, int orders)
{
    int made = 0;
    for (int i = 0; i < minutes * 2; i++) {
        poll(l);
        for (; made * minutes * 2 < (i + 1) * orders; made++)
            order(l, made);
        pass(l, 30 * 1000);
    }
}

/* What still works in the evening, so that one day is like another. */
static void cancel_all(struct life *l)
{
    int64_t ids[ORDERS_A_DAY * 3];
    size_t n = 0;
    const struct json *rows = json_get(cli(l, false, "orders --json"), STR("orders")), *row;
    for (size_t i = 0; n < sizeof ids / sizeof ids[0] && (row = json_at(rows, i)) != NULL; i++)
        n += json_to_i64(json_get(row, STR("order_id")), &ids[n]);
    for (size_t i = 0; i < n; i++) /* some go with another */
        (void)cli(l, false, "cancel %lld --json", (long long)ids[i]);
}

static void chores(struct life *l, int day)
{
    const char *s = symbol(l);
    double price = price_of(l, s);
    if (price > 0) {
        (void)cli(l, false, "alert %s above %.2f --json", s, price * 1.3);
        (void)cli(l, false, "alert %s above %.2f --repeat --pause-min 30 --json", s,
                  price * 1.0005);
        if (day > 1) {
            (void)cli(l, false, "delete-alert %d --json", 2 * day - 3);
            (void)cli(l, false, "delete-alert %d --json", 2 * day - 2);
        }
    }
    (void)cli(l, true, "token add t%d --scopes read,preview --json", day);
    if (day > 0)
        (void)cli(l, true, "token revoke t%d --json", day - 1);
    (void)cli(l, false, "history %s --period 60d --json", s);
    (void)cli(l, false, "executions --json");
    (void)cli(l, false, "account-history --json");
    cancel_all(l);
    mcp(l, "get_portfolio", "{}");
}

static void fault(struct life *l, const char *line)
{
    struct error e = {0};
    check(paper_fault(l->w->paper, str_of(line), exchange_now(l->w), &e), line, &e);
}

/* The broker's program goes down, as a Gateway does; its file is written anew
 * then. */
static void close_exchange(struct life *l)
{
    buf_reset(&l->w->exchange_file);
    check(paper_snapshot(l->w->paper, &l->w->exchange_file), "snapshot", NULL);
    world_kill_paper(l->w);
}

static bool is_ready(void *ctx)
{
    const struct life *l = ctx;
    return l->w->app && session_is_ready(app_session(l->w->app));
}

static void open_exchange(struct life *l)
{
    struct error e = {0};
    check(world_start_paper(l->w, &e), "exchange", &e);
    check(world_until(l->w, is_ready, l, 5 * MINUTE), "not ready", NULL);
}

/* Up to half an hour behind the close. */
static void day(struct life *l, int number)
{
    pass_to(l, 14 * 60 + 31); /* 09:31 in New York in winter */
    open_exchange(l);
    open_stream(l);
    watch(l, 5, ORDERS_A_DAY);
    fault(l, "link_lost");
    pass(l, 5 * MINUTE);
    fault(l, "link_back 1102");
    pass_to(l, 15 * 60 + 30);
    close_exchange(l);
    pass_to(l, 19 * 60 + 30);
    open_exchange(l);
    chores(l, number);
    pass_to(l, 21 * 60 + 30);
    (void)http(l, "GET", "/api/portfolio", "");
}

/* ---- samples ---- */

/* What is true at an age. */
struct sample {
    int days;
    double mib;           /* that the application has allocated, with SQLite's cache */
    double orders, rows;  /* so far */
    double db_mib, queue; /* of the journal; its longest queue since the last sample */
    double portfolio_us, preview_us, open_us, history_ms; /* processor time of a question */
    double restart_ms;                                    /* likewise of reading all back */
};

static double cpu_us(struct life *l, const char *question, int n)
{
    struct samples s;
    samples_init(&s, (size_t)n);
    for (int i = 0; i < n; i++) {
        int64_t from = measure_cpu_of(getpid());
        if (question[0] == '/')
            (void)http(l, "GET", question, "");
        else
            (void)cli(l, false, "%s", question);
        samples_add(&s, measure_cpu_of(getpid()) - from);
    }
    double at = (double)samples_at(&s, 0.5) / 1e3;
    samples_fini(&s);
    return at;
}

/* By day, with the exchange. */
static void ask_all(struct life *l, struct sample *out)
{
    poll(l);
    pass(l, 2000);
    out->portfolio_us = cpu_us(l, "/api/portfolio", 51);
    out->preview_us = cpu_us(l, "preview KO BUY 1 LMT --price 60 --json", 51);
    out->open_us = cpu_us(l, "orders --json", 21);
    out->history_ms = cpu_us(l, "account-history --json", 11) / 1e3;
}

static double allocated_mib(void)
{
    struct mallinfo2 m = mallinfo2();
    return (double)(m.uordblks + m.hblkhd) / 1048576.0;
}

static void sevens(void *self, void *out, size_t n)
{
    (void)self;
    memset(out, 7, n);
}

/* A second application reads the same store, as after a restart. */
static double restart_ms(struct life *l)
{
    struct error e = {0};
    int64_t from = measure_cpu_of(getpid());
    struct db *db = db_open(l->db, &e);
    check(db != NULL, "store", &e);
    struct app_config config = {.settings = &l->w->settings,
                                .db = db,
                                .seed = 1,
                                .sink = &l->w->sink,
                                .build = "bench",
                                .entropy = {sevens, NULL},
                                .zones = zones_source(l->w->zones),
                                .pin_file = buf_str(&l->w->files[APP_PIN]),
                                .tokens_file = buf_str(&l->w->files[APP_TOKENS]),
                                .pin_iterations = WORLD_PIN_ITERATIONS};
    struct app *app = app_new(&config, l->w->now, &e);
    check(app != NULL, "restart", &e);
    double ms = (double)(measure_cpu_of(getpid()) - from) / 1e6;
    app_free(app);
    db_close(db);
    return ms;
}

/* By night, without it: what is allocated is the application's. */
static void count_all(struct life *l, struct sample *out)
{
    struct error e = {0};
    struct stat st;
    int64_t seq = 0;
    out->mib = allocated_mib() - (double)l->w->exchange_file.room / 1048576.0;
    check(db_last_seq(l->w->db, &seq, &e), "journal", &e);
    check(stat(l->db, &st) == 0, "journal's file", NULL);
    out->rows = (double)seq;
    out->db_mib = (double)st.st_size / 1048576.0;
    out->orders = (double)journal_count(app_journal(l->w->app), JOURNAL_INTENT);
    out->queue = (double)l->queue_max;
    l->queue_max = 0;
    out->restart_ms = restart_ms(l);
}

static void print_sample(const struct sample *s)
{
    if (s->days == 1)
        printf("%6s %8s %8s %8s %8s %6s %10s %9s %9s %9s %9s\n", "days", "orders", "records",
               "journal", "memory", "queue", "portfolio", "preview", "orders", "history",
               "restart");
    if (s->days == 1)
        printf("%6s %8s %8s %8s %8s %6s %10s %9s %9s %9s %9s\n", "", "", "", "MiB", "MiB", "", "us",
               "us", "us", "ms", "ms");
    printf("%6d %8.0f %8.0f %8.2f %8.2f %6.0f %10.0f %9.0f %9.0f %9.2f %9.1f\n", s->days, s->orders,
           s->rows, s->db_mib, s->mib, s->queue, s->portfolio_us, s->preview_us, s->open_us,
           s->history_ms, s->restart_ms);
    (void)fflush(stdout);
}

/* ---- the whole ---- */

static void set(struct life *l, const char *key, const char *value)
{
    struct error e = {0};
    check(settings_set(&l->w->settings, str_of(key), str_of(value), STR("--set"), &e), key, &e);
}

/* A symbol of two listings would be ambiguous. */
static bool is_listed_twice(const struct life *l, struct str symbol)
{
    struct str rest = {l->w->instruments, l->w->instruments_n}, line;
    int n = 0;
    while (str_cut(&rest, '\n', &line)) {
        struct str f;
        for (int k = 0; k < 3; k++)
            (void)str_cut(&line, ',', &f);
        n += str_eq(f, symbol);
    }
    return n > 1;
}

/* The first fifty shares in dollars of the exchange's list. */
static void find_symbols(struct life *l)
{
    struct str rest = {l->w->instruments, l->w->instruments_n}, line;
    size_t n = 0, at = 0;
    while (n < LINES && str_cut(&rest, '\n', &line)) {
        struct str f[10];
        size_t k = 0;
        while (k < 10 && str_cut(&line, ',', &f[k]))
            k++;
        if (k < 10 || !str_eq(f[5], STR("STK")) || !str_eq(f[9], STR("USD")) || f[2].n > 4 ||
            str_find(f[2], ' ', 0) < f[2].n || is_listed_twice(l, f[2]))
            continue;
        str_copy_cut(l->symbols[n], sizeof l->symbols[n], f[2]);
        at += (size_t)snprintf(l->list + at, sizeof l->list - at, "%s%s", n ? "," : "",
                               l->symbols[n]);
        n++;
    }
}

static void be_born(struct life *l)
{
    struct world_config config = {.seed = 7, .speed = 1, .real_sessions = true, .db_path = l->db};
    struct error e = {0};
    check(utc_parse(STR("2026-01-05T13:00:00Z"), &config.start), "time", NULL);
    l->w = world_new(&config, &e);
    check(l->w != NULL, "world", &e);
    l->market = paper_market_new(config.seed, true,
                                 (struct str){l->w->instruments, l->w->instruments_n}, &e);
    check(l->market != NULL, "market", &e);
    l->w->paper_config.market = l->market;
    find_symbols(l);
    set(l, "limits.max_orders_per_day", "500");
    set(l, "limits.max_value_per_day", "1000000");
    set(l, "limits.max_orders_per_minute", "100");
    set(l, "limits.max_daily_loss_pct", "0");
    set(l, "limits.breaker_count", "0");
    check(world_start_app(l->w, &e), "app", &e);
    answer_start(&l->streamed);
}

static void live(struct life *l, int number, bool is_sampled, struct sample *out)
{
    while ((l->w->now.wall.ns / NS_PER_S / 86400 + 3) % 7 >= 5) /* Saturday and Sunday */
        pass(l, 86400000);
    day(l, number);
    *out = (struct sample){.days = number + 1};
    if (is_sampled)
        ask_all(l, out);
    close_exchange(l);
    if (is_sampled) {
        count_all(l, out);
        print_sample(out);
    }
}

/* Nothing may grow once the days are over that the product remembers. */
static void judge(const struct life *l, const struct sample *middle, const struct sample *end)
{
    double days = end->days - middle->days;
    if (l->failed * 10 > l->asked)
        measure_die("months: %lld of %lld questions failed", (long long)l->failed,
                    (long long)l->asked);
    if (days <= 0)
        return;
    double growth = (end->mib - middle->mib) * 1024 / days;
    double rows = (end->rows - middle->rows) / days;
    double disk = (end->db_mib - middle->db_mib) * 1024 / days;
    printf("A day adds %.0f records and %.0f KiB to the journal, and %.1f KiB to "
           "the memory.\n",
           rows, disk, growth);
    if (growth > GROWTH_KIB_MAX)
        measure_die("months: memory grows by %.1f KiB a day, more than %d", growth, GROWTH_KIB_MAX);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        measure_die("months: months DIRECTORY [DAYS [SAMPLE_EVERY]]");
    int days = argc > 2 ? (int)measure_number(argv[2], 1, 10000) : DAYS;
    int every = argc > 3 ? (int)measure_number(argv[3], 1, 1000) : 10;
    struct life l = {.arena = arena_new(64 << 20)};
    struct sample middle = {0}, now = {0};
    (void)snprintf(l.db, sizeof l.db, "%.180s/journal.db", argv[1]);
    alloc_settle();
    be_born(&l);
    for (int n = 0; n < days; n++) {
        bool is_sampled = n == 0 || (n + 1) % every == 0 || n + 1 == days;
        live(&l, n, is_sampled, &now);
        if (is_sampled && middle.days < SETTLED_DAYS)
            middle = now;
    }
    judge(&l, &middle, &now);
    ask_drop(&l.stream);
    answer_free(&l.streamed);
    assistant_close(&l.assistant, l.w);
    world_free(l.w);
    paper_market_free(l.market);
    arena_free(l.arena);
    return 0;
}
