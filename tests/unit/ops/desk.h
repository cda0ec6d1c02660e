/* SPDX-License-Identifier: MIT */
/*
 * desk: operations called as a command line calls them, over a broker in memory (bourse.h). The
 * answer is looked at as JSON, by paths: "quotes.0.symbol".
 */
#ifndef PORTCULLIS_TESTS_OPS_DESK_H
#define PORTCULLIS_TESTS_OPS_DESK_H

#include "../market/bourse.h"
#include "words.h"

struct desk {
    struct bourse *b;
    struct settings settings;
    struct guard_limits limits;
    struct db *db;           /* empty */
    struct journal *journal; /* of a gate that nobody asks for orders */
    struct core core;
    struct principal who;
    struct arena *arena; /* of the question and of the parsed answer */
    const struct op *op;
    void *in;
    bool ok;
    struct error error;
    struct buf text;
    const struct json *answer;
};

static inline struct desk *desk_new(void)
{
    struct desk *d = test_calloc(1, sizeof *d);
    d->b = bourse_new();
    settings_init(&d->settings);
    d->core = (struct core){.settings = &d->settings,
                            .session = d->b->peer->s,
                            .book = d->b->book,
                            .resolver = d->b->resolver,
                            .quotes = d->b->quotes,
                            .history = d->b->history,
                            .years = d->b->years,
                            .currencies = d->b->currencies};
    d->db = d->core.db = db_open(":memory:", &d->error);
    assert_non_null(d->db);
    guard_limits_default(&d->limits);
    d->journal = journal_new(0);
    d->core.journal = d->journal;
    struct gate_config gate = {.limits = &d->limits, .client_id = 1};
    d->core.gate =
        gate_new(&gate, d->b->peer->s, d->b->book, d->journal, d->b->quotes, d->b->currencies);
    d->who = (struct principal){.face = FACE_TEST, .scopes = SCOPE_READ, .name = "test"};
    d->arena = arena_new(LIMIT_CALL_ARENA);
    buf_init(&d->text, LIMIT_REPLY);
    return d;
}

static inline void desk_free(struct desk *d)
{
    buf_fini(&d->text);
    arena_free(d->arena);
    settings_fini(&d->settings);
    gate_free(d->core.gate);
    journal_free(d->journal);
    db_close(d->db);
    bourse_free(d->b);
    test_free(d);
}

static inline void desk_task(struct task *t, struct bourse *b, void *arg)
{
    struct desk *d = arg;
    struct call call;
    struct json_writer w;
    (void)b;
    call_init(&call, t, &d->core, &d->who, d->op);
    void *out = arena_alloc(call.arena, d->op->out->size);
    d->ok = op_call(&call, d->in, out);
    d->error = call.error;
    buf_reset(&d->text);
    json_writer_init(&w, &d->text);
    json_begin_object(&w);
    write_fields(&envelope_type, &call.envelope, &w);
    if (d->ok)
        write_fields(d->op->out, out, &w);
    json_end_object(&w);
}

/* Calls an operation, "quotes AAPL,ASML"; its answer is d->text. */
static inline void desk_run(struct desk *d, const char *line)
{
    arena_reset(d->arena);
    d->op = bind_words(line, d->arena, &d->in);
    bourse_run(d->b, desk_task, d);
}

/* The same, and parses the answer. */
static inline void desk_try(struct desk *d, const char *line)
{
    struct error e = {0};
    desk_run(d, line);
    d->answer = json_parse(buf_str(&d->text), d->arena, &e);
    if (!d->answer)
        fail_msg("%s: %s", line, e.text);
}

/* The same, and fails the test if the operation fails. */
static inline void desk_call(struct desk *d, const char *line)
{
    desk_try(d, line);
    if (!d->ok)
        fail_msg("%s: %s", line, d->error.text);
}

/* The value at a path; fails the test if there is none. */
static inline const struct json *desk_at(const struct desk *d, const char *path)
{
    const struct json *j = d->answer;
    struct str rest = str_of(path), part;
    int64_t i;
    while (str_cut(&rest, '.', &part))
        j = str_to_i64(part, &i) ? json_at(j, (size_t)i) : json_get(j, part);
    if (!j)
        fail_msg("there is no %s in " STR_FMT, path, STR_ARG(buf_str(&d->text)));
    return j;
}

/* The value as text: of a number its digits, "null", "true", "false"; of a list its length. */
static inline void assert_at(const struct desk *d, const char *path, const char *want)
{
    const struct json *j = desk_at(d, path);
    char got[512] = "null", *end = got;
    struct dec number;
    struct str s;
    bool b;
    if (json_to_str(j, &s))
        (void)snprintf(got, sizeof got, STR_FMT, STR_ARG(s));
    else if (json_to_dec(j, &number))
        end += dec_format(number, got);
    else if (json_to_bool(j, &b))
        (void)snprintf(got, sizeof got, "%s", b ? "true" : "false");
    (void)end;
    if (strcmp(got, want) != 0)
        fail_msg("%s is %s, not %s, in " STR_FMT, path, got, want, STR_ARG(buf_str(&d->text)));
}

static inline size_t count_at(const struct desk *d, const char *path)
{
    const struct json *list = desk_at(d, path);
    size_t n = 0;
    while (json_at(list, n))
        n++;
    return n;
}

static inline bool warns_of(const struct desk *d, const char *part)
{
    const struct json *list = desk_at(d, "warnings");
    struct str s;
    for (size_t i = 0; json_to_str(json_at(list, i), &s); i++)
        if (str_find_str(s, str_of(part)) < s.n)
            return true;
    return false;
}

#endif
