/* SPDX-License-Identifier: MIT */
#include "ops/ranking.h"

#include "ops/prices.h"
#include "quant/series.h"
#include "store/past.h"

#include <stdlib.h>

/* Scores that are no further apart say little about who is better. */
static const double NEAR_TIE = 0.001;

static const struct field ranking_row_fields[] = {
    FIELD(struct ranking_row, name, .doc = "Group, or symbol where no group is asked"),
    FIELD(struct ranking_row, score, .doc = "Mean of base_return over the spans", .unit = "ratio"),
    FIELD(struct ranking_row, rank, .doc = "1 is best; equals share; null: a return is missing"),
    FIELD(struct ranking_row, rank_before, .doc = "Its rank on the day ranked_before"),
    FIELD(struct ranking_row, near_tie, .doc = "Another is within 0.001"),
};
const struct type ranking_row_type = TYPE_OF(struct ranking_row, ranking_row_fields);

static int by_rank(const void *a, const void *b)
{
    const struct ranking_row *x = a, *y = b;
    if (x->rank.has != y->rank.has)
        return x->rank.has ? -1 : 1;
    if (x->rank.has && x->rank.v != y->rank.v)
        return x->rank.v > y->rank.v ? 1 : -1;
    return str_cmp(x->name, y->name);
}

void ranking_make(struct call *c, struct ranking_row *rows, size_t n)
{
    struct opt_num *score = ARENA_MANY(c->arena, struct opt_num, n),
                   *rank = ARENA_MANY(c->arena, struct opt_num, n);
    bool *near = ARENA_MANY(c->arena, bool, n);
    for (size_t i = 0; i < n; i++)
        score[i] = rows[i].score;
    scores_rank(score, n, NEAR_TIE, rank, near);
    for (size_t i = 0; i < n; i++) {
        rows[i].score = prices_ratio(score[i]);
        rows[i].rank = rank[i];
        rows[i].near_tie = near[i];
    }
    if (n)
        qsort(rows, n, sizeof *rows, by_rank);
}

/* ---- then and now ---- */

struct kept {
    struct ranking_row *rows;
    size_t n, same; /* of the rows: those that are kept as they are */
    int64_t day;
};

static struct opt_dec decimal(struct opt_num v)
{
    struct dec d = DEC_ZERO;
    bool has = v.has && dec_from_model(v.v, DEC_MICRO(1), &d);
    return (struct opt_dec){d, has};
}

static bool is_same(struct opt_dec a, struct opt_dec b)
{
    return a.has == b.has && (!a.has || dec_eq(a.v, b.v));
}

static struct ranking_row *row_of(const struct kept *k, const char *name)
{
    for (size_t i = 0; i < k->n; i++)
        if (str_is(k->rows[i].name, name))
            return &k->rows[i];
    return NULL;
}

static bool see_before(void *self, const struct ranked *r)
{
    struct kept *k = self;
    struct ranking_row *row = row_of(k, r->name);
    k->day = r->day;
    if (row && r->rank.has)
        row->rank_before = (struct opt_num){dec_to_double(r->rank.v), true};
    return true;
}

static bool see_today(void *self, const struct ranked *r)
{
    struct kept *k = self;
    const struct ranking_row *row = row_of(k, r->name);
    k->same += r->day == k->day && row && is_same(decimal(row->score), r->score) &&
               is_same(decimal(row->rank), r->rank);
    return true;
}

static bool keep(struct call *c, struct str inputs, int32_t day, const struct kept *k)
{
    struct ranked *all = ARENA_MANY(c->arena, struct ranked, k->n);
    struct moment now = task_now(c->task);
    for (size_t i = 0; i < k->n; i++) {
        all[i] = (struct ranked){.day = day,
                                 .at = now.wall,
                                 .score = decimal(k->rows[i].score),
                                 .rank = decimal(k->rows[i].rank)};
        str_copy_cut(all[i].inputs, sizeof all[i].inputs, inputs);
        str_copy_cut(all[i].name, sizeof all[i].name, k->rows[i].name);
    }
    struct past_page page = {.ranked = all, .ranked_count = k->n};
    return journal_keep(c->core->journal, &page, now, &c->error);
}

struct str ranking_keep(struct call *c, struct str inputs, int32_t day, struct ranking_row *rows,
                        size_t n)
{
    struct kept today = {rows, n, 0, day}, before = {rows, n, 0, INT64_MIN};
    struct db *db = c->core->db;
    if (!db_ranking(db, inputs, day, see_today, &today, &c->error) ||
        !db_ranking(db, inputs, day - 1, see_before, &before, &c->error) ||
        (today.same < n && !keep(c, inputs, day, &today))) {
        call_warn(c, "the ranking could not be kept: %s", c->error.text);
        c->error = (struct error){0};
    }
    return before.day == INT64_MIN ? STR_NONE : prices_day(c, (int32_t)before.day);
}
