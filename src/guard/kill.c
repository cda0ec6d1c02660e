/* SPDX-License-Identifier: MIT */
/*
 * kill: pulling, releasing, keeping and showing the kill switches. Nothing here waits for the disk,
 * and only a release can be refused because of it.
 */
#include "base/limits.h"
#include "guard/state.h"
#include "store/db.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const scope_words[] = {"all", "symbol", "principal"};

void kills_init(struct kills *k)
{
    *k = (struct kills){.look_at = INSTANT_NEVER, .orders = map_new(LIMIT_ORDERS)};
}

const struct kill_switch *kill_at(const struct kills *k, size_t i)
{
    assert(i < GATE_KILLS_MAX);
    return &k->switches[i];
}

bool kills_any(const struct kills *k)
{
    for (size_t i = 0; i < GATE_KILLS_MAX; i++)
        if (k->switches[i].is_on)
            return true;
    return false;
}

/* ---- scopes ---- */

const char *gate_scope_text(enum gate_scope scope, const char *name, char *out, size_t cap)
{
    if (scope == GATE_SCOPE_ALL)
        (void)snprintf(out, cap, "everything");
    else
        (void)snprintf(out, cap, "%s %s", scope_words[scope], name);
    return out;
}

bool kill_covers(const struct kill_switch *k, const struct contract *c)
{
    char by_id[24];
    if (k->scope != GATE_SCOPE_SYMBOL)
        return k->scope == GATE_SCOPE_ALL;
    (void)snprintf(by_id, sizeof by_id, "conid:%d", c->con_id);
    return str_ieq(STR_NAME(k->name), str_of(c->symbol)) ||
           (c->con_id > 0 && str_ieq(STR_NAME(k->name), str_of(by_id)));
}

bool kill_is_whose(const struct kill_switch *k, struct str principal)
{
    struct str name = STR_NAME(k->name);
    if (k->scope != GATE_SCOPE_PRINCIPAL || principal.n < name.n)
        return false;
    bool begins = str_starts(principal, name), ends = str_ends(principal, name);
    return principal.n == name.n ? begins
                                 : (begins && principal.p[name.n] == ' ') ||
                                       (ends && principal.p[principal.n - name.n - 1] == ' ');
}

const struct kill_switch *kill_blocks(const struct gate *g, const struct order *o,
                                      struct str principal)
{
    for (size_t i = 0; i < GATE_KILLS_MAX; i++) {
        const struct kill_switch *k = kill_at(&g->kills, i);
        if (k->is_on && (kill_covers(k, &o->contract) || kill_is_whose(k, principal)))
            return k;
    }
    return NULL;
}

static struct kill_switch *find(struct gate *g, enum gate_scope scope, struct str name)
{
    struct kill_switch *all = g->kills.switches;
    for (size_t i = 0; i < GATE_KILLS_MAX; i++)
        if (all[i].is_on && all[i].scope == scope &&
            (scope == GATE_SCOPE_ALL || str_ieq(STR_NAME(all[i].name), name)))
            return &all[i];
    return NULL;
}

/* The first place is kept for everything, so that it is never taken. */
static struct kill_switch *place_for(struct gate *g, enum gate_scope scope)
{
    struct kills *k = &g->kills;
    if (scope == GATE_SCOPE_ALL)
        return &k->switches[0];
    for (size_t i = 1; i < GATE_KILLS_MAX; i++)
        if (!k->switches[i].is_on)
            return &k->switches[i];
    return NULL;
}

/* ---- as JSON ---- */

static void copy_line(char *out, size_t cap, struct str s)
{
    str_copy_cut(out, cap, s);
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
}

static void write_switch(struct json_writer *w, const struct kill_switch *k, bool is_short)
{
    json_begin_object(w);
    json_key(w, "killed");
    json_bool(w, k->is_on);
    json_key(w, "scope");
    json_text(w, scope_words[k->scope]);
    json_key(w, "name");
    json_text(w, k->name);
    json_key(w, "since");
    json_time(w, k->since.v);
    json_key(w, "by");
    json_text(w, is_short ? "" : k->by);
    json_key(w, "why");
    json_text(w, is_short ? "" : k->why);
    json_key(w, "keep_stops");
    json_bool(w, k->keep_stops);
    json_key(w, "flatten");
    json_bool(w, k->flatten != GATE_FLATTEN_NONE);
    json_key(w, "flat");
    json_bool(w, k->flatten == GATE_FLATTEN_FLAT);
    json_key(w, "attempt");
    json_i64(w, k->attempt);
    json_end_object(w);
}

/* All that are on. Reasons may be left out for want of room, switches may not. */
static void write_all(const struct kills *k, struct buf *out)
{
    bool fits = false;
    for (int is_short = 0; !fits && is_short < 2; is_short++) {
        struct json_writer w;
        buf_reset(out);
        json_writer_init(&w, out);
        json_begin_object(&w);
        json_key(&w, "switches");
        json_begin_array(&w);
        for (size_t i = 0; i < GATE_KILLS_MAX; i++)
            if (k->switches[i].is_on)
                write_switch(&w, &k->switches[i], is_short);
        json_end_array(&w);
        json_end_object(&w);
        fits = json_writer_done(&w);
    }
    assert(fits); /* all names are bounded */
}

static bool flag(const struct json *j, const char *key)
{
    bool v = false;
    (void)json_to_bool(json_get(j, str_of(key)), &v);
    return v;
}

static bool read_switch(const struct json *j, struct kill_switch *out)
{
    int64_t attempt = 0;
    size_t scope = 0;
    *out = (struct kill_switch){.is_on = true};
    while (scope < 3 && !str_eq(json_get_str(j, STR("scope")), str_of(scope_words[scope])))
        scope++;
    if (scope == 3 || !utc_parse(json_get_str(j, STR("since")), &out->since.v) ||
        !json_to_i64(json_get(j, STR("attempt")), &attempt) || attempt < 0 || attempt > INT32_MAX)
        return false;
    out->scope = (enum gate_scope)scope;
    out->since.has = true;
    out->attempt = (int)attempt;
    out->keep_stops = flag(j, "keep_stops");
    if (flag(j, "flatten"))
        out->flatten = flag(j, "flat") ? GATE_FLATTEN_FLAT : GATE_FLATTEN_CANCELLING;
    copy_line(out->name, sizeof out->name, json_get_str(j, STR("name")));
    copy_line(out->by, sizeof out->by, json_get_str(j, STR("by")));
    copy_line(out->why, sizeof out->why, json_get_str(j, STR("why")));
    return scope == GATE_SCOPE_ALL || out->name[0];
}

/* Puts the switches of a stored text beside those that are on. False if it cannot be read whole. */
static bool recall(struct gate *g, struct str text, bool is_unsaved)
{
    struct error e;
    struct arena *arena = arena_new(1 << 20);
    const struct json *list = json_get(json_parse(text, arena, &e), STR("switches")), *item;
    bool ok = list != NULL;
    assert(g);
    for (size_t i = 0; ok && (item = json_at(list, i)) != NULL; i++) {
        struct kill_switch k;
        ok = read_switch(item, &k);
        if (!ok || find(g, k.scope, STR_NAME(k.name)))
            continue;
        struct kill_switch *to = place_for(g, k.scope);
        if (!to)
            continue;
        *to = k;
        to->is_unsaved = is_unsaved;
        to->seq = is_unsaved ? 0 : journal_durable(g->journal);
        g->kills.version++;
    }
    arena_free(arena);
    return ok;
}

/* What cannot be read must not count as off. */
static void pull_unread(struct gate *g, const char *why, struct moment now)
{
    struct error e;
    struct gate_kill_request r = {
        .principal = STR("system"), .why = str_of(why), .keep_stops = g->limits.kill_keeps_stops};
    bool ok = gate_kill(g, &r, now, &e);
    assert(ok);
}

/* ---- keeping ---- */

/* The value that is read at the start, and a record of this switch. */
static bool save(struct gate *g, struct kill_switch *k, enum journal_kind kind,
                 struct str principal, struct moment now, struct error *e)
{
    struct buf b;
    struct json_writer w;
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    write_all(&g->kills, &b);
    bool ok = journal_put(g->journal, STR("kill"), buf_str(&b), now, e);
    buf_reset(&b);
    json_writer_init(&w, &b);
    write_switch(&w, k, false);
    int64_t seq = ok && json_writer_done(&w)
                      ? journal_append(g->journal, kind, principal, buf_str(&b), now, e)
                      : 0;
    buf_fini(&b);
    if (seq)
        k->seq = seq;
    return seq != 0;
}

void kill_save(struct gate *g, struct moment now)
{
    struct error e;
    for (size_t i = 0; i < GATE_KILLS_MAX; i++) {
        struct kill_switch *k = &g->kills.switches[i];
        if (k->is_on && k->is_unsaved)
            k->is_unsaved = !save(g, k, JOURNAL_KILL, STR_NAME(k->by), now, &e);
    }
}

bool kill_restore(struct gate *g, struct db *db, struct moment now, struct error *e)
{
    char text[JOURNAL_VALUE_MAX];
    if (!db_value(db, STR("kill"), text, sizeof text, e))
        return false;
    if (text[0] && !recall(g, str_of(text), false))
        pull_unread(g, "the stored kill switch cannot be read", now);
    kill_look_soon(g, now);
    return true;
}

uint64_t gate_kill_version(const struct gate *g)
{
    return g->kills.version;
}

void gate_kill_text(const struct gate *g, struct buf *out)
{
    if (!kills_any(&g->kills))
        return;
    struct buf b;
    buf_init(&b, GATE_RESERVE_MAX);
    write_all(&g->kills, &b);
    (void)buf_add_str(out, buf_str(&b));
    buf_fini(&b);
}

void gate_kill_kept(struct gate *g, uint64_t version)
{
    g->kills.kept = version;
}

void gate_kill_recall(struct gate *g, struct str text, struct moment now)
{
    if (!text.n)
        return;
    if (!recall(g, text, true) && !g->kills.switches[0].is_on)
        pull_unread(g, "the kill switch's reserve cannot be read", now);
    kill_sweep(g, now);
    kill_save(g, now);
}

/* ---- pulling and releasing ---- */

static bool may_pull(struct gate *g, const struct gate_kill_request *r, struct error *e)
{
    struct str name = str_trim(r->name);
    if (r->scope == GATE_SCOPE_ALL)
        return true;
    if (!name.n || name.n >= GATE_KILL_NAME_MAX)
        return error_set(e, ERROR_INVALID, "KILL_SCOPE", "a scope has a name of 1 to %d bytes",
                         GATE_KILL_NAME_MAX - 1);
    if (r->scope == GATE_SCOPE_PRINCIPAL && r->flatten) {
        error_set(e, ERROR_INVALID, "KILL_SCOPE",
                  "whose a position is cannot be told once several have traded in it");
        return error_next(e, "flatten a symbol, or everything");
    }
    if (find(g, r->scope, name) || place_for(g, r->scope))
        return true;
    error_set(e, ERROR_LIMIT, "KILLS_MAX", "%d kill switches are on already", GATE_KILLS_MAX - 1);
    return error_next(e, "pull that of everything");
}

static void widen(struct kill_switch *k, const struct gate_kill_request *r)
{
    k->keep_stops = k->keep_stops && r->keep_stops && !r->flatten;
    if (!r->flatten || !flatten_is_over(k))
        return;
    k->attempt++;
    k->flatten = GATE_FLATTEN_CANCELLING;
    k->note[0] = 0;
}

bool gate_kill(struct gate *g, const struct gate_kill_request *r, struct moment now,
               struct error *e)
{
    char scope[GATE_KILL_NAME_MAX + 16];
    if (!may_pull(g, r, e))
        return false;
    struct kill_switch *k = find(g, r->scope, str_trim(r->name));
    if (!k) {
        k = place_for(g, r->scope);
        *k = (struct kill_switch){.is_on = true,
                                  .scope = r->scope,
                                  .since = {now.wall, true},
                                  .keep_stops = r->keep_stops};
        copy_line(k->name, sizeof k->name, str_trim(r->name));
        copy_line(k->by, sizeof k->by, r->principal);
        copy_line(k->why, sizeof k->why, r->why);
    }
    widen(k, r);
    g->kills.version++;
    log_error(&g->config.log, "kill switch pulled scope=\"%s\" by=%s",
              gate_scope_text(k->scope, k->name, scope, sizeof scope), k->by);
    (void)gate_withdraw_unsent(g, now);
    kill_sweep(g, now);
    g->kills.work_at = now.mono;
    g->kills.quiet = 0;
    k->is_unsaved = true;
    kill_save(g, now);
    return true;
}

void kill_flattening(struct gate *g, struct kill_switch *k, enum gate_flatten state,
                     struct moment now)
{
    if (k->flatten == state)
        return;
    k->flatten = state;
    log_warn(&g->config.log, "flatten attempt=%d state=%s", k->attempt, gate_flatten_text(state));
    if (state != GATE_FLATTEN_FLAT)
        return;
    g->kills.version++;
    k->is_unsaved = true;
    kill_save(g, now);
}

static bool may_release(const struct kill_switch *k, bool is_human, struct str why, struct error *e)
{
    if (!k)
        return error_set(e, ERROR_CONFLICT, "NOT_KILLED", "that kill switch is not on");
    if (!is_human) {
        error_set(e, ERROR_DENIED, "HUMAN_ONLY", "only a person can release the kill switch");
        return error_next(e, "release it with the command line on this machine");
    }
    if (str_trim(why).n)
        return true;
    error_set(e, ERROR_INVALID, "REASON_REQUIRED", "a release needs a reason, which is kept");
    return error_next(e, "say why it is safe to go on");
}

bool gate_release(struct gate *g, enum gate_scope scope, struct str name, struct str principal,
                  bool is_human, struct str why, struct moment now, struct error *e)
{
    struct kill_switch *k = find(g, scope, str_trim(name));
    if (!may_release(k, is_human, why, e))
        return false;
    struct kill_switch was = *k;
    copy_line(k->why, sizeof k->why, why);
    k->is_on = false;
    if (!save(g, k, JOURNAL_RELEASE, principal, now, e)) { /* it would come back at a restart */
        *k = was;
        return false;
    }
    approvals_void(g, now);
    kill_forget(g, (size_t)(k - g->kills.switches));
    g->kills.version++;
    log_error(&g->config.log, "kill switch released scope=%s name=%s by=" STR_FMT,
              scope_words[k->scope], k->name, STR_ARG(principal));
    *k = (struct kill_switch){0};
    return true;
}

/* ---- showing ---- */

static void describe(const struct gate *g, size_t i, struct gate_kill_status *out)
{
    const struct kill_switch *k = &g->kills.switches[i];
    *out = (struct gate_kill_status){.is_killed = k->is_on};
    if (!k->is_on)
        return;
    out->place = i;
    out->scope = k->scope;
    out->since = k->since;
    out->keep_stops = k->keep_stops;
    out->flatten = k->flatten;
    memcpy(out->name, k->name, sizeof out->name);
    memcpy(out->by, k->by, sizeof out->by);
    memcpy(out->why, k->why, sizeof out->why);
    memcpy(out->note, k->note, sizeof out->note);
    bool is_recorded = !k->is_unsaved && journal_durable(g->journal) >= k->seq;
    out->is_durable = is_recorded || g->kills.kept == g->kills.version;
    kill_progress(g, i, out);
}

void gate_kill_status(const struct gate *g, struct gate_kill_status *out)
{
    describe(g, 0, out);
}

bool gate_kill_next(const struct gate *g, size_t *i, struct gate_kill_status *out)
{
    while (*i < GATE_KILLS_MAX && !g->kills.switches[*i].is_on)
        ++*i;
    if (*i == GATE_KILLS_MAX)
        return false;
    describe(g, (*i)++, out);
    return true;
}
