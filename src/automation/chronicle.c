/* SPDX-License-Identifier: MIT */
#include "automation/chronicle.h"

#include "automation/endings.h"
#include "automation/purses.h"
#include "base/alloc.h"
#include "base/limits.h"
#include "data/json.h"
#include "model/calendar.h"
#include "store/past.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MINUTE_S = 60, NO_DAY_BACK = 30 };
#define NO_DAY       INT64_MIN
#define NS_OF_MS(ms) ((int64_t)(ms)*NS_PER_MS)

/* One account's place in the record. */
struct entry {
    char account[16];
    int64_t last_day;       /* of the newest snapshot, taken or missed; NO_DAY: none */
    struct utc last_at;     /* when it was taken */
    struct coverage cover;  /* the present run; until.ns 0: none */
    struct instant covered; /* when it was written */
    bool is_covering;
};

struct chronicle {
    const struct calendar *calendar;
    const struct tz *zone;
    struct tz *utc; /* owned; where the zone is not known */
    const struct book *book;
    const struct session *session;
    struct journal *journal;
    struct purses *purses;
    struct endings *endings;
    struct log log;
    struct entry entries[LIMIT_ACCOUNTS];
    size_t count;
    struct instant next;
    bool is_ready;
};

struct chronicle *chronicle_new(const struct chronicle_config *config, const struct book *book,
                                const struct session *session, struct journal *journal)
{
    struct chronicle *c = xcalloc(1, sizeof *c);
    c->calendar = calendar_find(config->market);
    if (!c->calendar)
        c->calendar = calendar_find(STR("XNYS"));
    assert(c->calendar);
    if (config->zones.find)
        c->zone = config->zones.find(config->zones.self, str_of(calendar_zone(c->calendar)));
    if (!c->zone)
        c->zone = c->utc = tz_new_utc();
    c->book = book;
    c->session = session;
    c->journal = journal;
    c->log = config->log;
    c->purses = purses_new(book, journal, config->log);
    c->endings = endings_new(book, journal);
    c->next = INSTANT_NEVER;
    return c;
}

void chronicle_free(struct chronicle *c)
{
    if (!c)
        return;
    purses_free(c->purses);
    endings_free(c->endings);
    tz_free(c->utc);
    xfree(c);
}

/* ---- days ---- */

const struct calendar *chronicle_calendar(const struct chronicle *c)
{
    return c->calendar;
}

int64_t chronicle_local_day(const struct chronicle *c, struct utc t)
{
    struct civil l = tz_civil(c->zone, t);
    return civil_to_days(l.year, l.month, l.day);
}

/* Minutes of a local day as an instant; negative ones are of the day before. */
static struct utc at_minute(const struct chronicle *c, int64_t day, int minute)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    return tz_utc(
        c->zone, (struct civil){.year = year, .month = month, .day = date, .minute = minute}, NULL);
}

static struct utc close_of(const struct chronicle *c, int64_t day)
{
    struct calendar_session s = calendar_regular(c->calendar, day);
    (void)calendar_session(c->calendar, day, &s);
    return at_minute(c, day, s.close_min);
}

static struct utc open_of(const struct chronicle *c, int64_t day)
{
    struct calendar_session s = calendar_regular(c->calendar, day);
    (void)calendar_session(c->calendar, day, &s);
    return at_minute(c, day, s.open_min);
}

int64_t chronicle_closed_day(const struct chronicle *c, struct utc t)
{
    int64_t day = chronicle_local_day(c, t);
    if (!calendar_session(c->calendar, day, NULL) || close_of(c, day).ns > t.ns)
        day = calendar_previous(c->calendar, day);
    return day;
}

/* ---- entries ---- */

static struct entry *entry_of(struct chronicle *c, struct str account)
{
    for (size_t i = 0; i < c->count; i++)
        if (str_eq(STR_NAME(c->entries[i].account), account))
            return &c->entries[i];
    if (c->count == LIMIT_ACCOUNTS)
        return NULL;
    struct entry *a = &c->entries[c->count++];
    *a = (struct entry){.last_day = NO_DAY};
    str_copy_cut(a->account, sizeof a->account, account);
    return a;
}

/* ---- what is held ---- */

static struct opt_dec rate_of(const struct chronicle *c, const char *account, const char *currency)
{
    struct opt_dec r = book_number(c->book, str_of(account), STR("ExchangeRate"), str_of(currency));
    if (!r.has && strcmp(currency, book_base_currency(c->book, str_of(account))) == 0)
        r = DEC_SOME(dec_of(1));
    return r;
}

static struct held held_of(const struct chronicle *c, const struct position *p, int64_t day)
{
    struct held h = {.day = day, .con_id = p->contract.con_id, .sec_type = p->contract.sec_type};
    memcpy(h.account, p->account, sizeof h.account);
    memcpy(h.currency, p->contract.currency, sizeof h.currency);
    str_copy_cut(h.symbol, sizeof h.symbol,
                 p->contract.sec_type == SEC_STK || !p->contract.local_symbol[0]
                     ? STR_NAME(p->contract.symbol)
                     : STR_NAME(p->contract.local_symbol));
    h.quantity = p->quantity;
    h.price = p->market_price;
    h.value = p->market_value;
    h.cost = p->avg_cost;
    h.rate = rate_of(c, p->account, p->contract.currency);
    h.unrealized = p->unrealized_pnl;
    return h;
}

static void add(struct buf *out, const struct held *h)
{
    (void)buf_add(out, h, sizeof *h); /* what is more than a page has is left out */
}

/* Positions and cash of the account, as structs, as many as `out` takes. */
static void collect(const struct chronicle *c, struct str account, int64_t day, struct buf *out)
{
    const struct position *p;
    const struct account_value *v;
    for (size_t i = 0; book_next_position(c->book, &i, account, &p);) {
        struct held h = held_of(c, p, day);
        if (!dec_is_zero(p->quantity))
            add(out, &h);
    }
    for (size_t i = 0; book_next_cash(c->book, &i, account, &v);) {
        struct held h = {.day = day};
        if (!dec_parse_round(STR_NAME(v->value), &h.quantity) || dec_is_zero(h.quantity))
            continue;
        memcpy(h.account, v->account, sizeof h.account);
        memcpy(h.currency, v->currency, sizeof h.currency);
        h.value = DEC_SOME(h.quantity);
        h.rate = rate_of(c, v->account, v->currency);
        add(out, &h);
    }
}

/* ---- writing ---- */

static void day_text(int64_t day, char out[16])
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    (void)snprintf(out, 16, "%04d-%02d-%02d", year, month, date);
}

static bool write_page(struct chronicle *c, const struct past_page *page, struct moment now)
{
    const struct snapshot *s = &page->snapshots[page->snapshot_count - 1];
    struct buf b;
    struct json_writer w;
    struct error e;
    char day[16];
    day_text(s->day, day);
    buf_init(&b, JOURNAL_BODY_MAX);
    json_writer_init(&w, &b);
    json_begin_object(&w);
    json_key(&w, "account");
    json_text(&w, s->account);
    json_key(&w, "day");
    json_text(&w, day);
    json_key(&w, "net");
    json_opt_dec(&w, s->net);
    json_key(&w, "currency");
    json_text(&w, s->base);
    json_key(&w, "held");
    json_i64(&w, (int64_t)page->held_count);
    json_key(&w, "closes");
    json_i64(&w, (int64_t)page->snapshot_count);
    json_key(&w, "note");
    json_text(&w, s->note);
    json_end_object(&w);
    bool ok = json_writer_done(&w) &&
              journal_append(c->journal, JOURNAL_SNAPSHOT, STR("system"), buf_str(&b), now, &e) &&
              journal_keep(c->journal, page, now, &e);
    if (!ok)
        log_error(&c->log, "the account's state cannot be kept: %s", e.text);
    buf_fini(&b);
    return ok;
}

static bool take(struct chronicle *c, struct entry *a, int64_t day, const char *note, struct utc at,
                 struct moment now)
{
    struct str account = STR_NAME(a->account);
    struct snapshot s = {.day = day, .at = at};
    struct book_pnl pnl = book_pnl(c->book, account);
    memcpy(s.account, a->account, sizeof s.account);
    str_copy_cut(s.base, sizeof s.base, str_of(book_base_currency(c->book, account)));
    str_copy_cut(s.note, sizeof s.note, str_of(note));
    s.net = book_number(c->book, account, STR("NetLiquidation"), STR_NONE);
    s.cash = book_number(c->book, account, STR("TotalCashValue"), STR_NONE);
    s.realized = pnl.realized;
    s.unrealized = pnl.unrealized;
    struct buf held;
    buf_init(&held, PAST_PAGE_MAX * sizeof(struct held));
    collect(c, account, day, &held);
    struct past_page page = {.snapshots = &s,
                             .snapshot_count = 1,
                             .held = (const void *)held.p,
                             .held_count = held.n / sizeof(struct held)};
    bool ok = write_page(c, &page, now);
    buf_fini(&held);
    if (!ok)
        return false;
    a->last_day = day;
    a->last_at = at;
    return true;
}

/* Names the closes after the last one up to `day`, both at most CHRONICLE_MISSED_MAX apart. */
static bool miss(struct chronicle *c, struct entry *a, int64_t day, struct utc at,
                 struct moment now)
{
    struct snapshot *s = xcalloc(CHRONICLE_MISSED_MAX, sizeof *s);
    size_t n = 0;
    for (int64_t d = day; n < CHRONICLE_MISSED_MAX && d != NO_DAY && d > a->last_day;
         d = calendar_previous(c->calendar, d), n++) {
        s[n] = (struct snapshot){.day = d, .at = at};
        memcpy(s[n].account, a->account, sizeof s[n].account);
        str_copy_cut(s[n].note, sizeof s[n].note,
                     STR("missed: no connection between this close and the next opening"));
    }
    bool ok = !n || write_page(c, &(struct past_page){.snapshots = s, .snapshot_count = n}, now);
    xfree(s);
    if (ok)
        a->last_day = day;
    return ok;
}

/* ---- the close ---- */

static void see_closes(struct chronicle *c, struct entry *a, struct utc t, struct moment now)
{
    char note[80] = "";
    int64_t due = chronicle_closed_day(c, (struct utc){t.ns - NS_OF_MS(CHRONICLE_AFTER_CLOSE_MS)});
    if (due == NO_DAY || due <= a->last_day)
        return;
    if (a->last_day == NO_DAY) {
        (void)take(c, a, due, PAST_FIRST_SIGHT, t, now);
        return;
    }
    int64_t before = calendar_previous(c->calendar, due), after = calendar_next(c->calendar, due);
    bool is_over = after != NO_DAY && t.ns >= open_of(c, after).ns;
    if (is_over) {
        (void)miss(c, a, due, t, now);
        return;
    }
    if (before != NO_DAY && before > a->last_day && !miss(c, a, before, t, now))
        return;
    int64_t late_ms = (t.ns - close_of(c, due).ns) / NS_PER_MS;
    if (late_ms > CHRONICLE_LATE_MS)
        (void)snprintf(note, sizeof note, "taken %lld minutes after the close",
                       (long long)(late_ms / 1000 / MINUTE_S));
    (void)take(c, a, due, note, t, now);
}

/* ---- for which time executions are known ---- */

static void write_cover(struct chronicle *c, struct entry *a, struct moment now)
{
    struct error e;
    struct past_page page = {.coverage = &a->cover, .coverage_count = 1};
    if (!journal_keep(c->journal, &page, now, &e))
        log_error(&c->log, "coverage cannot be kept: %s", e.text);
    a->covered = now.mono;
}

/* All executions since the broker's midnight have been told. */
static void begin_cover(struct chronicle *c, struct entry *a, struct utc t, struct moment now)
{
    struct utc midnight = at_minute(c, chronicle_local_day(c, t), 0);
    if (a->cover.until.ns && a->cover.until.ns < midnight.ns)
        purses_gap(c->purses, STR_NAME(a->account), now);
    if (!a->cover.until.ns || a->cover.until.ns < midnight.ns) {
        a->cover = (struct coverage){.since = midnight};
        memcpy(a->cover.account, a->account, sizeof a->cover.account);
    }
    a->cover.until = t;
    a->is_covering = true;
    write_cover(c, a, now);
}

static void go_on_covering(struct chronicle *c, struct entry *a, struct utc t, struct moment now)
{
    if (!a->is_covering) {
        begin_cover(c, a, t, now);
    } else if (t.ns > a->cover.until.ns) {
        a->cover.until = t;
        if (instant_ms_since(a->covered, now.mono) >= CHRONICLE_COVER_MS)
            write_cover(c, a, now);
    }
}

/* ---- from outside ---- */

void chronicle_observe(struct chronicle *c, const struct event *ev)
{
    struct error e = {0};
    purses_observe(c->purses, ev);
    if (!endings_observe(c->endings, ev, &e))
        log_error(&c->log, "an order that has ended was not kept: %s", e.text);
    if (ev->kind != EVENT_LINK)
        return;
    bool was_ready = c->is_ready;
    c->is_ready = ev->link == LINK_READY;
    if (c->is_ready)
        c->next = ev->at.mono;
    for (size_t i = 0; was_ready && !c->is_ready && i < c->count; i++)
        if (c->entries[i].is_covering) {
            c->entries[i].is_covering = false;
            write_cover(c, &c->entries[i], ev->at);
        }
}

static struct purse_days days_of(const struct chronicle *c, const struct entry *a, struct utc t)
{
    int64_t closed = chronicle_closed_day(c, t);
    struct purse_days d = {a->last_at, a->last_day, calendar_next(c->calendar, a->last_day)};
    if (closed != NO_DAY && closed > a->last_day) /* its snapshot is still to come */
        d.after = closed;
    return d;
}

void chronicle_step(struct chronicle *c, struct moment now)
{
    struct utc t;
    if (!c->is_ready || !instant_due(c->next, now.mono))
        return;
    c->next = instant_after_ms(now.mono, CHRONICLE_LOOK_MS);
    if (!session_is_ready(c->session) || !session_clock(c->session, now, &t))
        return;
    for (size_t i = 0; i < book_account_count(c->book); i++) {
        struct str account = str_of(book_account(c->book, i));
        struct entry *a = book_account_ready(c->book, account) &&
                                  book_number(c->book, account, STR("NetLiquidation"), STR_NONE).has
                              ? entry_of(c, account)
                              : NULL;
        if (!a)
            continue;
        go_on_covering(c, a, t, now);
        see_closes(c, a, t, now);
        if (a->last_day != NO_DAY)
            purses_step(c->purses, account, days_of(c, a, t), now);
    }
}

struct instant chronicle_next(const struct chronicle *c)
{
    return c->is_ready ? c->next : INSTANT_NEVER;
}

/* ---- after a restart ---- */

static bool restore_last(void *self, struct str account, const struct snapshot *s,
                         const struct coverage *cover)
{
    struct chronicle *c = self;
    struct entry *a = entry_of(c, account);
    if (a && s) {
        a->last_day = s->day;
        a->last_at = s->at;
    }
    if (a && cover)
        a->cover = *cover;
    return true;
}

bool chronicle_restore(struct chronicle *c, struct db *db, struct utc since, struct error *e)
{
    return db_past_newest(db, restore_last, c, e) && purses_restore(c->purses, db, since, e);
}
