/* SPDX-License-Identifier: MIT */
/*
 * What people write, against everything that the paper exchange lists: the table is
 * resolve_cases.csv, asked in batches of fifty, with the broker's messages as text and as protobuf.
 */
#include "../../kit/world.h"

#include "base/alloc.h"
#include "data/csv.h"
#include "market/resolver.h"
#include "market/spelling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    CASES_MAX = 1000,
    BATCH = 50,
    FILE_MAX = 256 << 10,
    TIMEOUT_MS = 600 * 1000,
    CELLS = 4,
    LISTED_MAX = 200
};

struct one_case {
    struct str cell[CELLS]; /* text, exchange, currency, expected */
};

static struct arena *arena;
static struct one_case cases[CASES_MAX];
static size_t case_count;

/* ---- the table ---- */

static int read_cases(void **state)
{
    (void)state;
    static char text[FILE_MAX];
    FILE *f = fopen("tests/unit/app/resolve_cases.csv", "rb");
    if (!f)
        return -1;
    struct str rest = {text, fread(text, 1, sizeof text, f)};
    (void)fclose(f);
    arena = arena_new(1 << 20);
    for (struct str line; str_cut(&rest, '\n', &line);) {
        if (!line.n || line.p[0] == '#')
            continue;
        struct one_case *c = &cases[case_count++];
        for (size_t i = 0; i < CELLS; i++)
            if (case_count > CASES_MAX || !str_cut(&line, ',', &c->cell[i]))
                return -1;
    }
    return 0;
}

static int drop_cases(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* ---- asking ---- */

struct asking {
    struct world *world;
    size_t from, n;
    bool is_done;
    size_t wrong;
    struct error error;
};

static bool is_number(struct str s)
{
    int64_t n;
    return str_to_i64(s, &n);
}

static bool is_candidate(const struct contract_details *d, struct str wanted)
{
    int64_t id;
    char name[SPELLING_MAX];
    if (is_number(wanted))
        return str_to_i64(wanted, &id) && d->contract.con_id == id;
    return str_eq(wanted, str_of(spelling_write(&d->contract, name)));
}

/* Each of the wanted is there, and as many are there as are wanted. */
static bool are_candidates(const struct resolve_question *q, struct str wanted)
{
    size_t count = 0;
    for (struct str one; str_cut(&wanted, '|', &one); count++) {
        bool found = false;
        for (size_t i = 0; i < q->count; i++)
            found = found || is_candidate(&q->found[i], one);
        if (!found)
            return false;
    }
    return count == q->total;
}

static bool is_as_expected(const struct resolve_question *q, struct str wanted)
{
    struct str rest = str_sub(wanted, 1, wanted.n);
    if (wanted.p[0] == '~')
        return q->count && is_candidate(&q->found[0], rest);
    if (wanted.p[0] == '=')
        return q->count == 1 && is_candidate(&q->found[0], rest);
    if (is_number(wanted) || str_find(wanted, '|', 0) < wanted.n)
        return are_candidates(q, wanted);
    return !q->count && str_eq(wanted, STR_NAME(q->error.reason)) && q->error.text[0];
}

static void tell(const struct resolve_question *q, struct str wanted)
{
    char name[SPELLING_MAX];
    print_error("'" STR_FMT "' " STR_FMT " " STR_FMT ": wanted " STR_FMT ", %zu found, %s %s\n",
                STR_ARG(q->text), STR_ARG(q->exchange), STR_ARG(q->currency), STR_ARG(wanted),
                q->total, q->error.reason, q->error.text);
    for (size_t i = 0; i < q->count; i++)
        print_error("    %d %s %s\n", (int)q->found[i].contract.con_id,
                    spelling_write(&q->found[i].contract, name), q->found[i].long_name);
}

static void ask(struct task *t, void *arg)
{
    struct asking *a = arg;
    struct core *core = app_core(a->world->app);
    struct resolve_question q[BATCH] = {0};
    for (size_t i = 0; i < a->n; i++) {
        const struct one_case *c = &cases[a->from + i];
        q[i] = (struct resolve_question){
            .text = c->cell[0], .exchange = c->cell[1], .currency = c->cell[2]};
    }
    /* an account that holds nothing, so that no position decides */
    if (resolve(t, core->resolver, STR("nobody"), q, a->n, &a->error))
        for (size_t i = 0; i < a->n; i++)
            if (!is_as_expected(&q[i], cases[a->from + i].cell[3])) {
                tell(&q[i], cases[a->from + i].cell[3]);
                a->wrong++;
            }
    a->is_done = true;
}

static struct world *open_world(int version)
{
    struct error e = {0};
    struct world_config config = {.seed = 6, .version = version};
    assert_true(utc_parse(STR("2026-11-23T15:00:00Z"), &config.start));
    struct world *w = world_new(&config, &e);
    if (!w || !world_start_paper(w, &e) || !world_start_app(w, &e) || !world_run(w, 3000))
        fail_msg("%s", e.text);
    return w;
}

/* Returns how many of the cases are answered otherwise than expected. */
static size_t run(struct world *w, struct tasks *tasks, size_t from, size_t n)
{
    struct asking a = {.world = w, .from = from, .n = n};
    assert_non_null(task_spawn(tasks, w->now, TIMEOUT_MS, ask, &a));
    for (int i = 0; i < TIMEOUT_MS / 5 && !a.is_done; i++) {
        tasks_run(tasks, w->now);
        assert_true(world_run(w, 5));
    }
    if (!a.is_done || a.error.code != ERROR_NONE)
        fail_msg("cases from %zu: %s", from, a.error.text);
    return a.wrong;
}

static void all_cases_at(int version)
{
    struct world *w = open_world(version);
    struct tasks *tasks = tasks_new();
    size_t wrong = 0;
    for (size_t from = 0; from < case_count; from += BATCH)
        wrong += run(w, tasks, from, case_count - from < BATCH ? case_count - from : BATCH);
    struct resolve_cache_stats s = resolver_stats(app_core(w->app)->resolver);
    tasks_free(tasks);
    world_free(w);
    if (wrong)
        fail_msg("%zu of %zu cases", wrong, case_count);
    assert_true(s.entries > 300);
}

static void what_people_write_is_resolved_over_text(void **state)
{
    (void)state;
    all_cases_at(200);
}

static void what_people_write_is_resolved_over_protobuf(void **state)
{
    (void)state;
    all_cases_at(226);
}

/* The test set is as wide as it claims. */
static void the_table_has_three_hundred_lines_over_twenty_exchanges(void **state)
{
    (void)state;
    struct str seen[LISTED_MAX];
    size_t n = 0;
    for (size_t i = 0; i < case_count; i++) {
        struct spelling s;
        struct error e;
        bool is_new = spelling_parse(cases[i].cell[0], (struct utc){0}, &s, &e) && s.exchange[0] &&
                      is_number(cases[i].cell[3]) && n < LISTED_MAX;
        for (size_t k = 0; is_new && k < n; k++)
            is_new = !str_is(seen[k], s.exchange);
        if (is_new)
            seen[n++] = arena_str(arena, STR_NAME(s.exchange));
    }
    assert_true(case_count >= 300);
    assert_true(n >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_three_hundred_lines_over_twenty_exchanges),
        cmocka_unit_test(what_people_write_is_resolved_over_text),
        cmocka_unit_test(what_people_write_is_resolved_over_protobuf),
    };
    return cmocka_run_group_tests(tests, read_cases, drop_cases);
}
