/* SPDX-License-Identifier: MIT */
#include "automation/timeline.h"

#include "quant/flows.h"

#include <assert.h>

enum { STATEMENTS_MAX = 1000, YEAR_DAYS = 365 };

/* ---- reading ---- */

struct reading {
    struct timeline *t;
    struct arena *arena;
    struct statement *statements;
    size_t statement_count;
};

static bool see_statement(void *self, const struct statement *s)
{
    struct reading *r = self;
    if (s->flows)
        r->statements[r->statement_count++] = *s;
    return r->statement_count < STATEMENTS_MAX;
}

static bool see_snapshot(void *self, const struct snapshot *s)
{
    struct reading *r = self;
    struct timeline *t = r->t;
    assert(t->points);
    struct timeline_point *last = t->count ? &t->points[t->count - 1] : NULL;
    bool is_missed = t->missed_count && t->missed[t->missed_count - 1] == s->day;
    if (!s->net.has) {
        if (t->missed_count < TIMELINE_DAYS_MAX)
            t->missed[t->missed_count++] = s->day;
        return true;
    }
    if (last && last->day == s->day) {
        if (!str_eq(last->note, STR(PAST_FIRST_SIGHT))) /* a better source came first */
            return true;
        t->count--; /* a statement tells the close itself */
    }
    if (t->count == TIMELINE_DAYS_MAX) {
        t->is_cut = true;
        return false;
    }
    t->missed_count -= is_missed; /* a statement tells it */
    t->points[t->count++] = (struct timeline_point){.day = s->day,
                                                    .at = s->at,
                                                    .source = s->source,
                                                    .net = s->net.v,
                                                    .cash = s->cash,
                                                    .note = arena_str(r->arena, STR_NAME(s->note))};
    if (s->base[0])
        t->base = arena_str(r->arena, STR_NAME(s->base));
    return true;
}

/* True if a statement that knows more tells the flows of that day. */
static bool is_told_better(const struct reading *r, const struct cash_flow *f)
{
    for (size_t i = 0; i < r->statement_count; i++) {
        const struct statement *s = &r->statements[i];
        bool is_better =
            f->source == PAST_SEEN || (f->source == PAST_CSV && s->source == PAST_FLEX);
        if (is_better && f->day >= s->from_day && f->day <= s->to_day)
            return true;
    }
    return false;
}

static bool see_flow(void *self, const struct cash_flow *f)
{
    struct reading *r = self;
    struct timeline *t = r->t;
    if (t->flow_count == TIMELINE_FLOWS_MAX) {
        t->is_cut = true;
        return false;
    }
    struct timeline_flow *out = &t->flows[t->flow_count++];
    *out = (struct timeline_flow){.flow = *f, .is_set_aside = is_told_better(r, f)};
    if (f->rate.has)
        out->base.has = dec_mul(f->amount, f->rate.v, &out->base.v);
    else if (str_eq(STR_NAME(f->currency), t->base))
        out->base = DEC_SOME(f->amount);
    return true;
}

/* ---- joining ---- */

static void add_flow(struct timeline_point *p, const struct timeline_flow *f)
{
    if (!f->base.has) {
        p->unpriced++;
        return;
    }
    p->moved[f->flow.kind] = dec_plus(p->moved[f->flow.kind], f->base.v);
    if (!flow_is_external(f->flow.kind))
        return;
    if (dec_sign(f->base.v) > 0)
        p->in = dec_plus(p->in, f->base.v);
    else
        p->out = dec_minus(p->out, f->base.v);
}

/* Each flow to the first point of its day or later; those of the first point's day are in it. */
static void join(struct timeline *t, size_t first)
{
    for (size_t i = 0, at = first; i < t->flow_count; i++) {
        const struct timeline_flow *f = &t->flows[i];
        while (at < t->count && t->points[at].day < f->flow.day)
            at++;
        if (at < t->count && at > 0 && at >= first && !f->is_set_aside &&
            f->flow.day > t->points[at - 1].day)
            add_flow(&t->points[at], f);
    }
}

bool timeline_read(struct timeline *t, struct db *db, struct str account, int64_t from_day,
                   int64_t to_day, struct arena *arena, struct error *e)
{
    struct reading r = {.t = t, .arena = arena};
    *t = (struct timeline){
        .points = ARENA_MANY(arena, struct timeline_point, TIMELINE_DAYS_MAX + 1),
        .flows = ARENA_MANY(arena, struct timeline_flow, TIMELINE_FLOWS_MAX),
        .missed = ARENA_MANY(arena, int64_t, TIMELINE_DAYS_MAX),
    };
    r.statements = ARENA_MANY(arena, struct statement, STATEMENTS_MAX);
    if (!db_statements(db, account, see_statement, &r, e) ||
        !db_snapshots(db, account, from_day, to_day, see_snapshot, &r, e) ||
        !db_flows(db, account, from_day, to_day, see_flow, &r, e))
        return false;
    join(t, 0);
    return true;
}

void timeline_add_now(struct timeline *t, int64_t day, struct utc at, struct dec net)
{
    if (t->count && t->points[t->count - 1].day >= day)
        day = t->points[t->count - 1].day + 1; /* behind today's close */
    t->points[t->count] = (struct timeline_point){.day = day, .at = at, .is_now = true, .net = net};
    join(t, t->count++);
}

bool timeline_before(const struct timeline *t, int64_t day, size_t *out)
{
    size_t n = 0;
    while (n < t->count && t->points[n].day < day)
        n++;
    *out = n ? n - 1 : 0;
    return n > 0;
}

/* ---- what it was worth ---- */

static struct interval interval_at(const struct timeline *t, size_t i)
{
    return interval_of(t->points[i].net, t->points[i].in, t->points[i].out);
}

struct opt_num timeline_return(const struct timeline *t, size_t i)
{
    assert(i < t->count);
    if (i == 0)
        return (struct opt_num){0};
    return time_weighted((struct interval[]){interval_at(t, i - 1), interval_at(t, i)}, 2);
}

/* The stretch is made a year long, so that the yearly rate is the stretch's. */
static struct opt_num owners_rate(const struct timeline *t, size_t from, size_t to,
                                  struct arena *arena)
{
    const struct timeline_point *a = &t->points[from], *b = &t->points[to];
    struct payment *p = ARENA_MANY(arena, struct payment, t->flow_count + 2);
    double length = (double)(b->at.ns - a->at.ns);
    size_t n = 0;
    if (length <= 0)
        return (struct opt_num){0};
    p[n++] = payment_of(0, dec_neg(a->net));
    for (size_t i = 0; i < t->flow_count; i++) {
        const struct timeline_flow *f = &t->flows[i];
        if (f->is_set_aside || !f->base.has || !flow_is_external(f->flow.kind) ||
            f->flow.day <= a->day || f->flow.day > b->day)
            continue;
        double part = (double)(f->flow.at.ns - a->at.ns) / length;
        part = part < 0 ? 0 : part > 1 ? 1 : part;
        p[n++] = payment_of(part * YEAR_DAYS, dec_neg(f->base.v));
    }
    p[n++] = payment_of(YEAR_DAYS, b->net);
    return money_weighted(p, n);
}

struct stretch timeline_stretch(const struct timeline *t, size_t from, size_t to,
                                struct arena *arena)
{
    struct stretch s = {0};
    assert(from <= to && to < t->count);
    struct interval *intervals = ARENA_MANY(arena, struct interval, to - from + 1);
    intervals[0] = interval_at(t, from);
    for (size_t i = from + 1; i <= to; i++) {
        const struct timeline_point *p = &t->points[i];
        intervals[i - from] = interval_at(t, i);
        s.in = dec_plus(s.in, p->in);
        s.out = dec_plus(s.out, p->out);
        s.unpriced += p->unpriced;
        for (size_t k = 0; k < FLOW_KIND_COUNT; k++)
            s.moved[k] = dec_plus(s.moved[k], p->moved[k]);
        s.is_unexplained = s.is_unexplained || !dec_is_zero(p->moved[FLOW_UNEXPLAINED]);
    }
    for (size_t i = 0; i < t->missed_count; i++)
        s.missed += t->missed[i] > t->points[from].day && t->missed[i] < t->points[to].day;
    s.gain = dec_plus(dec_minus(dec_minus(t->points[to].net, t->points[from].net), s.in), s.out);
    if (to > from) {
        s.time_weighted = time_weighted(intervals, to - from + 1);
        s.money_weighted = owners_rate(t, from, to, arena);
    }
    return s;
}
