/* SPDX-License-Identifier: MIT */
#include "life.h"

#include "breakage.h"

#include "base/alloc.h"
#include "data/json.h"
#include "wire/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INSTRUMENTS_MAX = 1 << 20,
    READY_MS = 5 * 60 * 1000,   /* I10 */
    SETTLED_MS = 4 * 60 * 1000, /* for orders of unknown fate */
    QUIET_MS = 5 * 1000,
    TRIES = 3,
    QUESTION_MS = 30 * 1000
};

static const char *const harm_names[HARM_COUNT] = {
    "none", "line", "messages", "broker", "orders", "market", "disk", "processes", "clock"};

const char *harm_name(enum harm h)
{
    return harm_names[h];
}

/* ---- what lives share ---- */

bool markets_init(struct markets *m, struct error *e)
{
    *m = (struct markets){.instruments = xmalloc(INSTRUMENTS_MAX)};
    FILE *f = fopen("data/instruments.csv", "rb");
    if (!f)
        return error_set(e, ERROR_UNAVAILABLE, "SIM",
                         "data/instruments.csv cannot be read: run this in the repository's root");
    m->instruments_n = fread(m->instruments, 1, INSTRUMENTS_MAX, f);
    (void)fclose(f);
    struct str text = {m->instruments, m->instruments_n};
    m->universe = universe_new(text, e);
    bool ok = m->universe != NULL;
    for (size_t i = 0; ok && i < LIFE_MARKETS; i++)
        ok = (m->items[i] = paper_market_new(i + 1, false, text, e)) != NULL;
    return ok;
}

void markets_fini(struct markets *m)
{
    for (size_t i = 0; i < LIFE_MARKETS; i++)
        paper_market_free(m->items[i]);
    universe_free(m->universe);
    xfree(m->instruments);
}

/* ---- the plan ---- */

void plan_make(struct plan *plan, uint64_t seed)
{
    struct rng rng;
    uint32_t sum = 0;
    *plan = (struct plan){.seed = seed};
    rng_init(&rng, seed, 41);
    plan->version = seed % 2 ? WIRE_VERSION_TEXT_MAX : WIRE_VERSION_PROTO_MAX;
    plan->market = rng_below(&rng, LIFE_MARKETS);
    plan->shape = rng_u32(&rng);
    plan->count = 14 + rng_below(&rng, LIFE_STEPS_MAX - 20);
    for (size_t i = 0; i < acts_count(); i++)
        sum += (uint32_t)acts[i].weight;
    for (size_t i = 0; i < plan->count; i++) {
        struct step *s = &plan->steps[i];
        int at = (int)rng_below(&rng, sum);
        while (at >= acts[s->kind].weight)
            at -= acts[s->kind++].weight;
        for (size_t k = 0; k < LIFE_NUMBERS; k++)
            s->n[k] = rng_u32(&rng);
    }
}

/* ---- birth ---- */

static void set(struct life *l, const char *key, const char *value)
{
    struct error e = {0};
    if (!settings_set(&l->w->settings, str_of(key), str_of(value), STR("--set"), &e))
        watcher_break(l->v, I_WORLD, "%.200s", e.text);
}

static bool is_ready(void *ctx)
{
    const struct life *l = ctx;
    return l->w->app && session_is_ready(app_session(l->w->app));
}

static bool born(struct life *l, const struct markets *m, struct error *e)
{
    const struct plan *plan = l->plan;
    struct demand sheet;
    struct world_config config = {.seed = plan->market + 1,
                                  .speed = 1,
                                  .version = plan->version,
                                  .market = m->items[plan->market]};
    /* in the middle of a day, or a few minutes before its end in UTC */
    const char *start = plan->shape % 4 ? "2026-03-02T14:30:00Z" : "2026-03-02T23:56:00Z";
    if (!utc_parse(str_of(start), &config.start))
        abort();
    l->w = world_new(&config, e);
    if (!l->w)
        return false;
    rng_init(&l->w->rng, plan->seed, 77);
    if (!world_start_paper(l->w, e))
        return false;
    l->v = watcher_new(l->w, m->universe);
    if (plan->shape / 4 % 3) { /* else as delivered */
        set(l, "limits.max_orders_per_minute", "60");
        set(l, "limits.max_orders_per_day", "500");
        set(l, "limits.breaker_count", "0");
        set(l, "limits.duplicate_window_s", plan->shape / 12 % 2 ? "0" : "30");
    }
    set(l, "limits.kill_keeps_stops", plan->shape / 288 % 3 ? "true" : "false");
    set(l, "limits.max_orders_per_rule", plan->shape / 864 % 3 ? "3" : "10");
    set(l, "limits.preview_ttl_s", plan->shape / 2592 % 3 ? "10" : "60");
    set(l, "limits.preview_drift_pct", plan->shape / 7776 % 3 ? "0.02" : "1");
    set(l, "limits.approval_ttl_s", plan->shape / 23328 % 2 ? "600" : "40");
    if (plan->shape / 46656 % 8 == 0) /* a person is asked about each order */
        set(l, "limits.approval_paper", "out_of_band");
    else if (plan->shape / 46656 % 8 < 3) { /* about those of more than 1,000 */
        set(l, "limits.approval_above", "out_of_band");
        set(l, "limits.confirm_above_pct", "10");
    }
    if (plan->shape % 4 == 0)
        set(l, "limits.day_zone", "UTC"); /* in which the day ends soon */
    l->v->cancels_stops = !l->w->settings.values.limits.kill_keeps_stops;
    set(l, "limits.allow_short", plan->shape / 96 % 3 ? "false" : "true");
    set(l, "broker.messages_per_s", plan->shape / 24 % 4 ? "45" : "5");
    people_init(&l->people, l->w, l->v, l->is_talking);
    if (!world_start_app(l->w, e))
        return false;
    (void)world_until(l->w, is_ready, l, 10 * 1000);
    if (people_token(&l->people, &sheet, plan->shape / 96 % 2 ? 1000 : 3000, 3))
        (void)(people_ask(&l->people, &sheet) && people_pass(&l->people, 10));
    return true;
}

/* ---- the end ---- */

/* Ready, no order of unknown fate, nothing open: or too late. */
static void await_rest(struct life *l)
{
    int64_t waited = 0;
    while (!is_ready(l) && !l->v->broken && waited < READY_MS) {
        (void)people_pass(&l->people, 1000);
        waited += 1000;
    }
    if (!is_ready(l)) {
        struct session_status s;
        session_status(app_session(l->w->app), &s);
        watcher_break(l->v, I10, "not ready %d s after the faults ended: %s, %.100s",
                      READY_MS / 1000, link_state_text(s.link), s.last_text);
    }
    for (waited = 0; waited < SETTLED_MS && !l->v->broken; waited += 5000) {
        if (gate_unknown_count(app_core(l->w->app)->gate) == 0 && people_are_silent(&l->people))
            break;
        (void)people_pass(&l->people, 5000);
    }
    (void)people_pass(&l->people, QUIET_MS);
    l->v->looked[I10]++;
}

static bool is_success(const struct json *j)
{
    bool ok = true;
    return j && (!json_to_bool(json_get(j, STR("success")), &ok) || ok);
}

static const struct json *question(struct life *l, const char *line)
{
    const struct json *j = people_question(&l->people, line, QUESTION_MS);
    if (!is_success(j))
        watcher_break(l->v, I10, "when all is quiet, `%s` fails: " STR_FMT, line,
                      STR_ARG(json_get_str(j, STR("error"))));
    return j;
}

/* A dead line that nobody closed is found out by asking. */
static void await_answers(struct life *l)
{
    struct instant since = l->w->now.mono;
    while (!l->v->broken && instant_ms_since(since, l->w->now.mono) < READY_MS &&
           !is_success(people_question(&l->people, "orders --json", QUESTION_MS)))
        (void)people_pass(&l->people, 1000);
}

static struct dec number_of(const struct json *j, const char *key)
{
    struct dec d = DEC_ZERO;
    (void)json_to_dec(json_get(j, str_of(key)), &d);
    return d;
}

/* The first listing whose position is told otherwise than it is; 0 if none. */
static int32_t wrong_position(struct life *l, const struct json *rows, struct dec *held,
                              struct dec *told)
{
    struct watcher *v = l->v;
    const struct json *row;
    for (size_t i = 0; i < v->opening_count + v->fill_count; i++) {
        int32_t con_id =
            i < v->opening_count ? v->opening[i].con_id : v->fills[i - v->opening_count].con_id;
        *held = watcher_position(v, con_id, l->w->now.mono);
        *told = DEC_ZERO;
        for (size_t k = 0; (row = json_at(rows, k)) != NULL; k++)
            if (dec_eq(number_of(row, "conId"), dec_of(con_id)))
                *told = number_of(row, "position");
        if (!dec_eq(*held, *told))
            return con_id;
    }
    return 0;
}

static void check_positions(struct life *l)
{
    struct dec held, told;
    for (int tries = 0; tries < TRIES && !l->v->broken; tries++) {
        const struct json *rows = json_get(question(l, "portfolio --json"), STR("positions"));
        (void)watcher_look(l->v);
        int32_t con_id = wrong_position(l, rows, &held, &told);
        if (!con_id)
            return;
        if (tries + 1 == TRIES) {
            char a[DEC_TEXT_MAX] = "", b[DEC_TEXT_MAX] = "";
            (void)dec_format(told, a);
            (void)dec_format(held, b);
            watcher_break(l->v, I5, "the position in %d is told as %s and is %s", con_id, a, b);
        }
        (void)people_pass(&l->people, 1000);
    }
}

/* The first order that the list has and the exchange has not, or the other way; NULL if none. */
static const struct seen_order *wrong_order(struct life *l, const struct json *rows)
{
    const struct json *row;
    for (size_t i = 0; i < l->v->order_count; i++) {
        const struct seen_order *o = &l->v->orders[i];
        bool is_told = false, is_there = watcher_is_working(o);
        for (size_t k = 0; (row = json_at(rows, k)) != NULL; k++)
            is_told = is_told || str_eq(json_get_str(row, STR("order_ref")), STR_NAME(o->ref));
        if (is_told != is_there)
            return o;
    }
    return NULL;
}

/* A fill may come between the answer and our look at the exchange: hence again. */
static void check_orders(struct life *l)
{
    for (int tries = 0; tries < TRIES && !l->v->broken; tries++) {
        const struct json *rows = json_get(question(l, "orders --json"), STR("orders"));
        (void)watcher_look(l->v);
        const struct seen_order *o = wrong_order(l, rows);
        if (!o)
            return;
        bool is_there = watcher_is_working(o);
        if (tries + 1 == TRIES)
            watcher_break(l->v, I5, "order %s %s, and the list of working orders %s", o->ref,
                          is_there ? "works" : "does not work", is_there ? "lacks it" : "has it");
        (void)people_pass(&l->people, 1000);
    }
}

struct summing {
    int64_t perm_id;
    struct dec sum;
};

static bool add_execution(void *self, const struct execution *x)
{
    struct summing *s = self;
    if (x->perm_id == s->perm_id)
        s->sum = dec_plus(s->sum, x->side == SIDE_BUY ? x->quantity : dec_neg(x->quantity));
    return true;
}

static void check_executions(struct life *l)
{
    struct watcher *v = l->v;
    struct error e = {0};
    (void)question(l, "executions --json"); /* the broker tells others' fills when asked */
    (void)people_pass(&l->people, 1000);
    for (size_t i = 0; i < v->fill_count && !v->broken; i++) {
        struct summing s = {.perm_id = v->fills[i].perm_id};
        struct dec real = DEC_ZERO;
        for (size_t k = 0; k < v->fill_count; k++)
            if (v->fills[k].perm_id == s.perm_id)
                real = dec_plus(real, v->fills[k].quantity);
        if (!db_executions(l->w->db, (struct utc){0}, STR_NONE, add_execution, &s, &e))
            watcher_break(v, I5, "%.200s", e.text);
        if (!dec_eq(real, s.sum)) {
            char a[DEC_TEXT_MAX] = "", b[DEC_TEXT_MAX] = "";
            (void)dec_format(s.sum, a);
            (void)dec_format(real, b);
            watcher_break(v, I5, "of order perm_id=%lld the file has fills of %s, the exchange %s",
                          (long long)s.perm_id, a, b);
        }
    }
}

/* While killed nothing of ours works but stops that shall stay. */
static void check_killed(struct life *l)
{
    struct watcher *v = l->v;
    for (size_t n = 0; n < v->kill_count; n++) {
        const struct seen_kill *k = &v->kills[n];
        v->looked[I9] += k->is_on;
        for (size_t i = 0; k->is_on && i < v->order_count; i++) {
            const struct seen_order *o = &v->orders[i];
            if (watcher_is_working(o) && !o->is_closing && watcher_covers(k, o, o->placer) &&
                (k->takes_stops || !order_type_is_stop(o->type)))
                watcher_break(v, I9, "order %s still works although the kill switch is on", o->ref);
        }
    }
}

static const struct json *row_of(const struct json *rows, int64_t number)
{
    const struct json *row;
    int64_t n = 0;
    for (size_t i = 0; (row = json_at(rows, i)) != NULL; i++)
        if (json_to_i64(json_get(row, STR("approval")), &n) && n == number)
            return row;
    return NULL;
}

/* It waits, or was approved, and its time is surely not over. */
static bool is_alive(const struct watcher *v, const struct seen_approval *a)
{
    enum { GRACE_S = 5 };
    int64_t s = v->world->settings.values.limits.approval_ttl_s - GRACE_S;
    struct utc since = a->is_yes ? a->yes_at : a->asked_at;
    bool is_timed = (a->is_yes ? a->sets : a->asked_sets) == v->sets;
    return is_timed && !a->over_at && v->world->now.wall.ns - since.ns < s * NS_PER_S;
}

/* What a person was asked, and was told to have said, is what is listed. */
static void check_approval(struct watcher *v, const struct seen_approval *a, const struct json *row)
{
    struct str state = json_get_str(row, STR("state"));
    bool is_used = str_eq(state, STR("used")), is_declined = str_eq(state, STR("declined"));
    v->looked[I15]++;
    if (is_alive(v, a) && (!row || str_eq(state, STR("expired"))))
        watcher_break(v, I15, "number %lld is forgotten", (long long)a->number);
    if (!row)
        return;
    if (a->is_yes_told && str_eq(state, STR("pending")))
        watcher_break(v, I15, "number %lld was approved and waits again", (long long)a->number);
    if (a->is_no_told && !is_declined)
        watcher_break(v, I15, "number %lld was declined and is " STR_FMT, (long long)a->number,
                      STR_ARG(state));
    if (a->used_by && !is_used)
        watcher_break(v, I15, "number %lld became an order and is " STR_FMT, (long long)a->number,
                      STR_ARG(state));
}

static void check_approvals(struct life *l)
{
    struct watcher *v = l->v;
    const struct json *rows = json_get(question(l, "approvals --json"), STR("approvals"));
    for (size_t i = 0; i < v->approval_count && !v->world->device.has_lied; i++)
        check_approval(v, &v->approvals[i], row_of(rows, v->approvals[i].number));
}

static void rest(struct life *l)
{
    struct audit_proof proof;
    struct error e = {0};
    if (!l->breakage)
        acts_heal(l);
    else if (l->breakage->at_rest)
        l->breakage->at_rest(l);
    await_answers(l);
    await_rest(l);
    if (l->v->broken)
        return;
    check_killed(l);
    check_positions(l);
    check_orders(l);
    check_executions(l);
    check_approvals(l);
    audit_proof_init(&proof, &l->w->anchors);
    while (!proof.is_done)
        if (!audit_prove(l->w->db, &proof, 10000, &e))
            break;
    if (!proof.verdict.is_intact)
        watcher_break(l->v, I7, "record %lld: %s", (long long)proof.verdict.bad_seq,
                      proof.verdict.why);
}

/* ---- the whole ---- */

static void fill_verdict(struct life *l, struct verdict *out)
{
    const struct watcher *v = l->v;
    memcpy(out->harms, l->harms, sizeof out->harms);
    memcpy(out->looked, v->looked, sizeof out->looked);
    out->broken = v->broken;
    memcpy(out->why, v->why, sizeof out->why);
    out->checks = v->checks;
    out->orders = v->order_frames;
    out->cancels = v->cancel_frames;
    out->messages = v->messages;
    out->fills = v->fills_seen;
    out->records = v->records;
    out->asked = l->people.asked;
    out->granted = l->people.granted;
    out->denied = l->people.denied;
}

static void show_log(const struct life *l)
{
    for (size_t i = WORLD_LOG_LINES; l->is_talking && l->v->broken && i-- > 0;)
        if (world_log_line(l->w, i))
            printf("#   %s\n", world_log_line(l->w, i));
}

bool life_run(const struct plan *plan, const struct markets *m, const struct breakage *breakage,
              bool is_talking, struct verdict *out)
{
    struct life l = {.plan = plan, .breakage = breakage, .is_talking = is_talking};
    struct error e = {0};
    *out = (struct verdict){0};
    if (!born(&l, m, &e)) {
        (void)fprintf(stderr, "sim: %s\n", e.text);
        abort();
    }
    if (breakage) {
        l.v->muted = breakage->muted;
        breakage->run(&l);
    }
    for (l.at = 0; l.at < plan->count && !l.v->broken; l.at++) {
        const struct step *s = &plan->steps[l.at];
        if (plan->is_left_out[l.at])
            continue;
        if (is_talking)
            printf("# step %zu: %s\n", l.at, acts[s->kind].name);
        acts[s->kind].run(&l, s->n);
        l.harms[acts[s->kind].harm]++;
        out->steps++;
        (void)watcher_look(l.v);
    }
    if (!l.v->broken)
        rest(&l);
    fill_verdict(&l, out);
    show_log(&l);
    people_fini(&l.people);
    watcher_free(l.v);
    world_free(l.w);
    return out->broken == INVARIANT_NONE;
}
