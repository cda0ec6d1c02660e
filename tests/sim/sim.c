/* SPDX-License-Identifier: MIT */
/*
 * sim: lives of the whole product, each from a seed, in virtual time.
 *
 *     sim [-n SEEDS] [-f FIRST] [-s SECONDS] [-t FILE]   so many lives, or until the time is over;
 *                                                        -t writes the table into that document
 *     sim -b                                             deliberate breakages: each must be seen
 *     sim -r SEED [-k STEPS] [-q]                        one life again, told aloud; -k: only those
 *                                                        of its steps, as in 3,7-9
 *
 * Prints TAP. A life that breaks an invariant is shrunk, and the line that replays it printed.
 */
#include "breakage.h"
#include "report.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- steps as text ---- */

static void print_steps(const struct plan *p)
{
    const char *comma = "";
    for (size_t i = 0; i < p->count; i++) {
        size_t end = i;
        if (p->is_left_out[i])
            continue;
        while (end + 1 < p->count && !p->is_left_out[end + 1])
            end++;
        printf(end > i ? "%s%zu-%zu" : "%s%zu", comma, i, end);
        comma = ",";
        i = end;
    }
    if (!*comma)
        printf("none");
}

static bool read_steps(struct plan *p, struct str text)
{
    struct str piece;
    for (size_t i = 0; i < p->count; i++)
        p->is_left_out[i] = true;
    if (str_eq(text, STR("none")))
        return true;
    while (str_cut(&text, ',', &piece) || piece.n) {
        uint64_t from, to;
        size_t dash = str_find(piece, '-', 0);
        if (!str_to_u64(str_sub(piece, 0, dash), &from))
            return false;
        to = from;
        if (dash < piece.n && !str_to_u64(str_sub(piece, dash + 1, piece.n), &to))
            return false;
        for (; from <= to && from < p->count; from++)
            p->is_left_out[from] = false;
        piece.n = 0;
    }
    return true;
}

/* ---- shrinking ---- */

/* Leaves out as many steps as possible so that the same invariant still breaks. */
static void shrink(struct plan *p, const struct markets *m, struct verdict *v)
{
    for (size_t chunk = p->count; chunk > 0; chunk /= 2) {
        for (size_t from = 0; from < p->count; from += chunk) {
            struct plan less = *p;
            struct verdict now;
            bool is_less = false;
            for (size_t i = from; i < from + chunk && i < p->count; i++) {
                is_less = is_less || !less.is_left_out[i];
                less.is_left_out[i] = true;
            }
            if (!is_less || life_run(&less, m, NULL, false, &now) || now.broken != v->broken)
                continue;
            *p = less;
            *v = now;
        }
    }
}

/* ---- many lives ---- */

static void tell_failure(struct plan *p, const struct markets *m, struct verdict *v)
{
    printf("# seed %llu: %s is broken: %s\n", (unsigned long long)p->seed,
           invariant_name(v->broken), v->why);
    shrink(p, m, v);
    printf("# shrunk: %s\n# to see it: build/sim -r %llu -k ", v->why, (unsigned long long)p->seed);
    print_steps(p);
    printf("\n");
    (void)fflush(stdout);
}

/* document: where the table goes; NULL: nowhere */
static bool run_many(const struct markets *m, uint64_t first, uint64_t count, time_t until,
                     const char *document)
{
    enum { FAILURES_SHOWN = 5 };
    struct totals t = {0};
    struct error e = {0};
    for (uint64_t seed = first; seed < first + count && t.failed < FAILURES_SHOWN; seed++) {
        struct plan p;
        struct verdict v;
        if (until && time(NULL) >= until)
            break;
        plan_make(&p, seed);
        bool ok = life_run(&p, m, NULL, false, &v);
        totals_add(&t, &v);
        if (!ok)
            tell_failure(&p, m, &v);
    }
    totals_print(&t);
    if (document && !totals_write(&t, first, document, &e))
        printf("# %s\n", e.text);
    printf("1..1\n%s 1 - all invariants held in %llu lives\n", t.failed ? "not ok" : "ok",
           (unsigned long long)t.lives);
    return t.failed == 0;
}

/* Each breakage, in both encodings. */
static bool check_watcher(const struct markets *m)
{
    size_t n = breakages_count(), number = 0;
    bool all = true;
    printf("1..%zu\n", 2 * n);
    for (size_t i = 0; i < 2 * n; i++) {
        const struct breakage *b = &breakages[i / 2];
        struct plan p;
        struct verdict v;
        plan_make(&p, 1 + i % 2);
        p.count = 0;
        bool held = life_run(&p, m, b, false, &v);
        bool ok = !held && v.broken == b->by;
        printf("%s %zu - %s is noticed by %s at %d: %s\n", ok ? "ok" : "not ok", ++number, b->what,
               invariant_name(b->by), p.version, held ? "nothing was noticed" : v.why);
        (void)fflush(stdout);
        all = all && ok;
    }
    return all;
}

static bool run_one(const struct markets *m, uint64_t seed, const char *steps, bool is_quiet)
{
    struct plan p;
    struct verdict v;
    plan_make(&p, seed);
    if (steps && !read_steps(&p, str_of(steps))) {
        (void)fprintf(stderr, "sim: steps are given as in 3,7-9\n");
        return false;
    }
    bool ok = life_run(&p, m, NULL, !is_quiet, &v);
    printf("1..1\n%s 1 - seed %llu: %s %s\n", ok ? "ok" : "not ok", (unsigned long long)seed,
           invariant_name(v.broken), v.why);
    return ok;
}

int main(int argc, char **argv)
{
    struct markets m;
    struct error e = {0};
    uint64_t first = 1, count = 100, one = 0, seconds = 0;
    const char *steps = NULL, *document = NULL;
    bool is_quiet = false, ok = true, wants_breakages = false;
    for (int flag; ok && (flag = getopt(argc, argv, "n:f:s:r:k:t:qb")) != -1;) {
        uint64_t *number = flag == 'n'   ? &count
                           : flag == 'f' ? &first
                           : flag == 's' ? &seconds
                                         : &one;
        if (flag == 'q')
            is_quiet = true;
        else if (flag == 'b')
            wants_breakages = true;
        else if (flag == 'k')
            steps = optarg;
        else if (flag == 't')
            document = optarg;
        else
            ok = flag != '?' && str_to_u64(str_of(optarg), number);
    }
    if (!ok)
        return 2;
    if (!markets_init(&m, &e)) {
        (void)fprintf(stderr, "sim: %s\n", e.text);
        return 2;
    }
    ok = wants_breakages ? check_watcher(&m)
         : one           ? run_one(&m, one, steps, is_quiet)
               : run_many(&m, first, count, seconds ? time(NULL) + (time_t)seconds : 0, document);
    markets_fini(&m);
    return ok ? 0 : 1;
}
