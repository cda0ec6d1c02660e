/* SPDX-License-Identifier: MIT */
/*
 * alert_store: alerts as named values of the journal's database, and firings as its records.
 *
 * Value "alert.SLOT" is the alert in that slot; one that was deleted leaves its number behind, so
 * that it is never given again. A record of the kind "alert" says that one was set or deleted, or
 * has fired. After a restart the records of firings count even where the value beside them is
 * older.
 */
#include "automation/inside.h"
#include "base/alloc.h"
#include "data/bind.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define KEY_PREFIX "alert."

/* ---- an alert as a flat struct ---- */

struct kept_alert {
    int64_t id, con_id, pause_s, fired, last_firing, side;
    struct str symbol, expiry, multiplier, exchange, primary_exchange, currency, local_symbol;
    struct str trading_class, right, sec_type, note, by, why, name;
    struct opt_dec strike, level, reference, mark, edge, prior_close, close, last_price, value;
    struct dec rearm;
    unsigned trigger, measure, phase, status;
    bool by_mid, repeats, only_open, allow_delayed;
    struct opt_utc until, created, last_fired;
};
#define KEPT(member)             FIELD(struct kept_alert, member, .doc = "")
#define KEPT_WORD(member, names) FIELD(struct kept_alert, member, .doc = "", .choices = (names))
static const struct field kept_fields[] = {
    KEPT(id),
    KEPT(con_id),
    KEPT(symbol),
    KEPT(sec_type),
    KEPT(expiry),
    KEPT(strike),
    KEPT(right),
    KEPT(multiplier),
    KEPT(exchange),
    KEPT(primary_exchange),
    KEPT(currency),
    KEPT(local_symbol),
    KEPT(trading_class),
    KEPT(name),
    KEPT_WORD(trigger, trigger_names),
    KEPT_WORD(measure, measure_names),
    KEPT(by_mid),
    KEPT(level),
    KEPT(reference),
    KEPT(rearm),
    KEPT(repeats),
    KEPT(pause_s),
    KEPT(until),
    KEPT(only_open),
    KEPT(allow_delayed),
    KEPT(note),
    KEPT(by),
    KEPT(created),
    KEPT_WORD(status, alert_status_names),
    KEPT(why),
    KEPT_WORD(phase, condition_phase_names),
    KEPT(side),
    KEPT(mark),
    KEPT(edge),
    KEPT(prior_close),
    KEPT(value),
    KEPT(last_price),
    KEPT(close),
    KEPT(fired),
    KEPT(last_firing),
    KEPT(last_fired),
};
static const struct type kept_type = TYPE_OF(struct kept_alert, kept_fields);

/* The texts of both forms, side by side. */
struct text_pair {
    struct str *kept;
    char *own;
    size_t cap;
};
enum { TEXTS_MAX = 16 };

static size_t pair_texts(struct kept_alert *k, struct alert *al, struct text_pair out[TEXTS_MAX])
{
    struct contract *c = &al->terms.contract;
    const struct text_pair all[] = {
        {&k->symbol, c->symbol, sizeof c->symbol},
        {&k->expiry, c->expiry, sizeof c->expiry},
        {&k->multiplier, c->multiplier, sizeof c->multiplier},
        {&k->exchange, c->exchange, sizeof c->exchange},
        {&k->primary_exchange, c->primary_exchange, sizeof c->primary_exchange},
        {&k->currency, c->currency, sizeof c->currency},
        {&k->local_symbol, c->local_symbol, sizeof c->local_symbol},
        {&k->trading_class, c->trading_class, sizeof c->trading_class},
        {&k->name, al->name, sizeof al->name},
        {&k->note, al->terms.note, sizeof al->terms.note},
        {&k->by, al->by, sizeof al->by},
        {&k->why, al->why, sizeof al->why},
    };
    memcpy(out, all, sizeof all);
    return sizeof all / sizeof all[0];
}

static void to_kept(struct alert *al, struct kept_alert *k)
{
    const struct alert_terms *t = &al->terms;
    const struct condition_state *s = &al->state;
    struct text_pair texts[TEXTS_MAX];
    *k = (struct kept_alert){
        .id = al->id,
        .con_id = t->contract.con_id,
        .sec_type = str_of(sec_type_text(t->contract.sec_type)),
        .right = str_sub((struct str){&t->contract.right, 1}, 0, t->contract.right != 0),
        .strike = t->contract.strike,
        .trigger = t->condition.trigger,
        .measure = t->condition.measure,
        .by_mid = t->condition.by_mid,
        .level = t->condition.level,
        .reference = t->condition.reference,
        .rearm = t->condition.rearm,
        .repeats = t->repeats,
        .pause_s = t->pause_s,
        .until = t->until,
        .only_open = t->only_open,
        .allow_delayed = t->allow_delayed,
        .created = {al->created, true},
        .status = al->status,
        .phase = s->phase,
        .side = s->side,
        .mark = s->mark,
        .edge = s->edge,
        .prior_close = s->close,
        .value = al->value,
        .last_price = al->last_price,
        .close = al->close,
        .fired = al->fired,
        .last_firing = al->last_firing,
        .last_fired = al->last_fired};
    size_t n = pair_texts(k, al, texts);
    for (size_t i = 0; i < n; i++)
        *texts[i].kept = str_of(texts[i].own);
}

/* False if what was kept makes no sense. */
static bool of_kept(struct kept_alert *k, struct alert *al)
{
    struct alert_terms *t = &al->terms;
    struct text_pair texts[TEXTS_MAX];
    size_t n = pair_texts(k, al, texts);
    for (size_t i = 0; i < n; i++)
        str_copy_cut(texts[i].own, texts[i].cap, *texts[i].kept);
    al->id = k->id;
    t->contract.con_id = (int32_t)k->con_id;
    t->contract.sec_type = sec_type_parse(k->sec_type);
    t->contract.right = k->right.n ? k->right.p[0] : '\0';
    t->contract.strike = k->strike;
    t->condition = (struct condition){.trigger = (enum trigger)k->trigger,
                                      .measure = (enum measure)k->measure,
                                      .by_mid = k->by_mid,
                                      .level = k->level,
                                      .reference = k->reference,
                                      .rearm = k->rearm};
    t->repeats = k->repeats;
    t->pause_s = k->pause_s;
    t->until = k->until;
    t->only_open = k->only_open;
    t->allow_delayed = k->allow_delayed;
    al->created = k->created.v;
    al->status = (enum alert_status)k->status;
    al->state = (struct condition_state){.phase = (enum condition_phase)k->phase,
                                         .side = (int)k->side,
                                         .mark = k->mark,
                                         .edge = k->edge,
                                         .close = k->prior_close};
    al->value = k->value;
    al->last_price = k->last_price;
    al->close = k->close;
    al->fired = k->fired;
    al->last_firing = k->last_firing;
    al->last_fired = k->last_fired;
    al->block = ALERT_NO_LINE;
    return k->id > 0 && k->con_id > 0 && k->con_id <= INT32_MAX && dec_sign(k->rearm) >= 0 &&
           k->pause_s >= 0 && k->pause_s <= ALERT_PAUSE_MAX_S && k->side >= -1 && k->side <= 1 &&
           (k->level.has || condition_is_range(&t->condition));
}

/* ---- keeping ---- */

static struct str key_of(char out[JOURNAL_KEY_MAX], size_t slot)
{
    (void)snprintf(out, JOURNAL_KEY_MAX, KEY_PREFIX "%04zu", slot);
    return str_of(out);
}

void alert_save(struct alerts *a, struct alert *al, struct moment now)
{
    char key[JOURNAL_KEY_MAX];
    struct kept_alert k;
    struct buf b;
    struct json_writer w;
    struct error e;
    size_t slot = 0;
    while (a->slots[slot] != al)
        slot++;
    to_kept(al, &k);
    buf_init(&b, JOURNAL_VALUE_MAX - 1);
    json_writer_init(&w, &b);
    write_json(&kept_type, &k, &w);
    bool ok = json_writer_done(&w);
    assert(ok); /* its texts are bounded */
    al->is_unsaved = !journal_put(a->journal, key_of(key, slot), buf_str(&b), now, &e);
    a->is_unsaved = a->is_unsaved || al->is_unsaved;
    al->saved_at = now.mono;
    buf_fini(&b);
}

bool alert_erase(struct alerts *a, size_t slot, struct moment now, struct error *e)
{
    char key[JOURNAL_KEY_MAX], text[64];
    (void)snprintf(text, sizeof text, "{\"gone\":%lld}", (long long)a->slots[slot]->id);
    return journal_put(a->journal, key_of(key, slot), str_of(text), now, e);
}

/* ---- records ---- */

static int64_t append(struct alerts *a, struct buf *b, struct str by, struct moment now,
                      struct error *e)
{
    int64_t seq = journal_append(a->journal, JOURNAL_ALERT, by, buf_str(b), now, e);
    buf_fini(b);
    return seq;
}

int64_t alert_record(struct alerts *a, const char *what, const struct alert *al, struct str by,
                     struct moment now, struct error *e)
{
    struct buf b, text;
    struct json_writer w;
    buf_init(&b, JOURNAL_BODY_MAX);
    buf_init(&text, ALERT_WHAT_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "alert");
    json_i64(&w, al->id);
    json_key(&w, "event");
    json_text(&w, what);
    json_key(&w, "name");
    json_text(&w, al->name);
    json_key(&w, "con_id");
    json_i64(&w, al->terms.contract.con_id);
    json_key(&w, "condition");
    condition_text(&al->terms.condition, &text);
    json_str(&w, buf_str(&text));
    json_key(&w, "note");
    json_text(&w, al->terms.note);
    json_end_object(&w);
    buf_fini(&text);
    return append(a, &b, by, now, e);
}

/* A firing as a flat struct; its number and time are those of the record. */
struct kept_firing {
    int64_t alert, con_id;
    unsigned event, data_type;
    struct str name, what, note;
    struct opt_dec value, level, bid, ask, last;
    bool is_late;
};
static const char *const data_names[] = {"none",    "live",           "frozen",
                                         "delayed", "delayed_frozen", NULL};
#define FIRED(member)             FIELD(struct kept_firing, member, .doc = "")
#define FIRED_WORD(member, names) FIELD(struct kept_firing, member, .doc = "", .choices = (names))
static const struct field fired_fields[] = {
    FIRED(alert),
    FIRED_WORD(event, firing_kind_names),
    FIRED(name),
    FIRED(con_id),
    FIRED(what),
    FIRED(value),
    FIRED(level),
    FIRED(bid),
    FIRED(ask),
    FIRED(last),
    FIRED_WORD(data_type, data_names),
    FIRED(is_late),
    FIRED(note),
};
static const struct type fired_type = TYPE_OF(struct kept_firing, fired_fields);

int64_t firing_record(struct alerts *a, const struct firing *f, struct moment now)
{
    const struct kept_firing k = {.alert = f->alert,
                                  .event = f->kind,
                                  .name = str_of(f->name),
                                  .con_id = f->con_id,
                                  .what = str_of(f->what),
                                  .value = f->value,
                                  .level = f->level,
                                  .bid = f->bid,
                                  .ask = f->ask,
                                  .last = f->last,
                                  .data_type = f->data_type,
                                  .is_late = f->is_late,
                                  .note = str_of(f->note)};
    struct buf b;
    struct json_writer w;
    struct error e;
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    write_json(&fired_type, &k, &w);
    return append(a, &b, STR("system"), now, &e);
}

/* ---- restart ---- */

struct restore {
    struct alerts *alerts;
    struct arena *arena;
    struct moment now;
};

static bool restore_alert(void *self, struct str key, struct str text)
{
    struct restore *r = self;
    struct alerts *a = r->alerts;
    struct kept_alert k;
    struct error e = {0};
    int64_t slot = 0, gone = 0;
    arena_reset(r->arena);
    const struct json *j = json_parse(text, r->arena, &e);
    if (json_to_i64(json_get(j, STR("gone")), &gone)) {
        a->last_id = gone > a->last_id ? gone : a->last_id;
        return true;
    }
    bool ok = str_to_i64(str_sub(key, sizeof KEY_PREFIX - 1, key.n), &slot) && slot >= 0 &&
              slot < ALERTS_MAX && !a->slots[slot];
    struct alert *al = xcalloc(1, sizeof *al);
    ok = ok && j && bind_json(&kept_type, j, &k, r->arena, &e) && of_kept(&k, al);
    if (!ok) {
        log_error(&a->log, "the stored value " STR_FMT " is no alert: %s", STR_ARG(key), e.text);
        xfree(al);
        return true;
    }
    a->slots[slot] = al;
    a->count++;
    a->last_id = al->id > a->last_id ? al->id : a->last_id;
    al->saved_at = r->now.mono;
    if (al->last_fired.has) { /* a pause goes on, but never for longer than it was to be */
        int64_t passed_ms = (r->now.wall.ns - al->last_fired.v.ns) / NS_PER_MS;
        int64_t left_ms = al->terms.pause_s * 1000 - (passed_ms > 0 ? passed_ms : 0);
        if (left_ms > 0)
            al->quiet_until = instant_after_ms(r->now.mono, left_ms);
    }
    alerts_watch(a, al);
    return true;
}

/* An alert whose value is older than the record of its firing is brought up to date. */
static void follow(struct alerts *a, const struct firing *f, struct moment now)
{
    for (size_t i = 0; i < ALERTS_MAX; i++) {
        struct alert *al = a->slots[i];
        if (!al || al->id != f->alert || al->last_firing >= f->id)
            continue;
        al->last_firing = f->id;
        al->last_fired = (struct opt_utc){f->at, true};
        if (f->kind == FIRING_FIRED) {
            al->fired++;
            al->state.phase = CONDITION_FIRED;
            al->state.side = -al->state.side;
        }
        if (f->kind != FIRING_FIRED || !al->terms.repeats)
            al->status = f->kind == FIRING_FIRED     ? ALERT_DONE
                         : f->kind == FIRING_EXPIRED ? ALERT_EXPIRED
                                                     : ALERT_DISARMED;
        alert_save(a, al, now);
    }
}

static bool restore_record(void *self, const struct db_record *rec)
{
    struct restore *r = self;
    struct kept_firing k;
    struct error e = {0};
    arena_reset(r->arena);
    const struct json *j = json_parse(rec->body, r->arena, &e);
    struct str event = json_get_str(j, STR("event"));
    if (!j || str_eq(event, STR("set")) || str_eq(event, STR("deleted")) ||
        !bind_json(&fired_type, j, &k, r->arena, &e))
        return true;
    struct firing f = {.id = rec->seq,
                       .alert = k.alert,
                       .kind = (enum firing_kind)k.event,
                       .at = rec->at,
                       .con_id = (int32_t)k.con_id,
                       .value = k.value,
                       .level = k.level,
                       .bid = k.bid,
                       .ask = k.ask,
                       .last = k.last,
                       .data_type = (enum data_type)k.data_type,
                       .is_late = k.is_late};
    str_copy_cut(f.name, sizeof f.name, k.name);
    str_copy_cut(f.what, sizeof f.what, k.what);
    str_copy_cut(f.note, sizeof f.note, k.note);
    alerts_recall(r->alerts, &f);
    r->alerts->told = f.id;
    follow(r->alerts, &f, r->now);
    return true;
}

bool alerts_restore(struct alerts *a, struct db *db, struct moment now, struct error *e)
{
    struct restore r = {a, arena_new(1 << 20), now};
    struct utc since = {now.wall.ns - (int64_t)FIRINGS_DAYS * 86400 * NS_PER_S};
    bool ok = db_values(db, STR(KEY_PREFIX), restore_alert, &r, e) &&
              db_records(db, since, 1u << JOURNAL_ALERT, restore_record, &r, e);
    arena_free(r.arena);
    return ok;
}
