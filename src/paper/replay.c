/* SPDX-License-Identifier: MIT */
#include "paper/replay.h"

#include "base/alloc.h"
#include "data/csv.h"

#include <assert.h>

enum { CELLS = 6 };

struct reading {
    const struct instrument *i;
    struct str file;
    struct csv csv;
    struct replay *r;
    size_t room;
};

static bool wrong(const struct reading *g, const char *what, struct str cell, struct error *e)
{
    return error_set(e, ERROR_INVALID, "BARS", STR_FMT " line %zu: %s '" STR_FMT "'",
                     STR_ARG(g->file), g->csv.line, what, STR_ARG(cell));
}

/* Two digits at a place, or -1. */
static int two(struct str s, size_t at)
{
    if (at + 2 > s.n || s.p[at] < '0' || s.p[at] > '9' || s.p[at + 1] < '0' || s.p[at + 1] > '9')
        return -1;
    return (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
}

/* "2026-03-02", "2026-03-02 09:30" or "2026-03-02T09:30Z", with seconds of 00 if any. */
static bool parse_time(struct str s, int zone, bool *is_daily, int64_t *utc_s)
{
    bool is_utc = s.n > 10 && s.p[s.n - 1] == 'Z';
    s = is_utc ? str_sub(s, 0, s.n - 1) : s;
    int century = two(s, 0), year = two(s, 2), month = two(s, 5), day = two(s, 8);
    if (century < 19 || century > 21 || year < 0 || month < 1 || month > 12 || day < 1 ||
        day > 31 || s.p[4] != '-' || s.p[7] != '-')
        return false;
    int64_t date = civil_to_days(century * 100 + year, month, day);
    int y, m, d;
    civil_from_days(date, &y, &m, &d);
    if (m != month || d != day) /* 30 February */
        return false;
    *is_daily = s.n == 10;
    int64_t local = date * HOURS_DAY_S;
    if (!*is_daily) {
        int hour = two(s, 11), minute = two(s, 14);
        bool has_seconds = s.n == 19 && s.p[16] == ':' && two(s, 17) == 0;
        if ((s.n != 16 && !has_seconds) || (s.p[10] != ' ' && s.p[10] != 'T') || s.p[13] != ':' ||
            hour < 0 || hour > 23 || minute < 0 || minute > 59)
            return false;
        local += hour * 3600 + minute * 60;
    }
    *utc_s = is_utc ? local : hours_utc_of_local(zone, local);
    return true;
}

static bool read_price(struct reading *g, size_t cell, double *out, struct error *e)
{
    struct dec d;
    if (!dec_parse(g->csv.cells[cell], &d) || dec_sign(d) <= 0)
        return wrong(g, "no price", g->csv.cells[cell], e);
    if (!dec_is_multiple(d, instrument_step(g->i, d)))
        return wrong(g, "no multiple of the price step", g->csv.cells[cell], e);
    *out = dec_to_double(d);
    return true;
}

static bool read_bar(struct reading *g, struct replay_bar *b, struct error *e)
{
    const struct str *cells = g->csv.cells;
    struct replay *r = g->r;
    bool is_daily;
    if (g->csv.n != CELLS)
        return wrong(g, "not six cells, but begins with", cells[0], e);
    if (!parse_time(cells[0], g->i->hours.zone, &is_daily, &b->from_s))
        return wrong(g, "no time", cells[0], e);
    if (r->n == 0)
        r->is_daily = is_daily;
    if (is_daily != r->is_daily)
        return wrong(g, "days and minutes are mixed at", cells[0], e);
    if (r->n > 0 && b->from_s <= r->bars[r->n - 1].from_s)
        return wrong(g, "not later than the line before:", cells[0], e);
    if (!read_price(g, 1, &b->open, e) || !read_price(g, 2, &b->high, e) ||
        !read_price(g, 3, &b->low, e) || !read_price(g, 4, &b->close, e))
        return false;
    if (b->low > b->open || b->low > b->close || b->high < b->open || b->high < b->close)
        return wrong(g, "high or low is not the extreme at", cells[0], e);
    b->volume = 0;
    if (cells[5].n > 0 &&
        (!str_to_i64(cells[5], &b->volume) || b->volume < 0 || b->volume > 1000000000000))
        return wrong(g, "no volume", cells[5], e);
    const struct replay_bar *last = r->n > 0 ? &r->bars[r->n - 1] : NULL;
    b->volume_before = last != NULL ? last->volume_before + last->volume : 0;
    return true;
}

static bool read_header(struct reading *g, struct error *e)
{
    static const char *const names[CELLS] = {"time", "open", "high", "low", "close", "volume"};
    bool fits = g->csv.n == CELLS;
    for (size_t k = 0; k < CELLS && fits; k++)
        fits = str_ieq(g->csv.cells[k], str_of(names[k])) ||
               (k == 0 && str_ieq(g->csv.cells[k], STR("date")));
    if (!fits)
        return error_set(e, ERROR_INVALID, "BARS",
                         STR_FMT " line %zu: the header is not time,open,high,low,close,volume",
                         STR_ARG(g->file), g->csv.line);
    return true;
}

/* The next row that is no comment; n == 0 at the end. */
static bool next_row(struct reading *g, struct error *e)
{
    struct error why;
    do {
        if (!csv_next(&g->csv, &why))
            return error_set(e, ERROR_INVALID, "BARS", STR_FMT ": %s", STR_ARG(g->file), why.text);
    } while (g->csv.n > 0 && g->csv.cells[0].n > 0 && g->csv.cells[0].p[0] == '#');
    return true;
}

static bool read_all(struct reading *g, struct error *e)
{
    struct replay *r = g->r;
    if (!next_row(g, e) || !read_header(g, e) || !next_row(g, e))
        return false;
    while (g->csv.n > 0) {
        if (r->n == REPLAY_BARS_MAX)
            return error_set(e, ERROR_LIMIT, "BARS", STR_FMT ": more than %d bars",
                             STR_ARG(g->file), (int)REPLAY_BARS_MAX);
        if (r->n == g->room) {
            g->room = g->room * 2 + 64;
            r->bars = xrealloc(r->bars, g->room * sizeof *r->bars);
        }
        if (!read_bar(g, &r->bars[r->n], e))
            return false;
        r->n++;
        if (!next_row(g, e))
            return false;
    }
    if (r->n == 0)
        return error_set(e, ERROR_INVALID, "BARS", STR_FMT ": no bars", STR_ARG(g->file));
    return true;
}

struct replay *replay_new(const struct instrument *i, struct str text, struct str file,
                          struct error *e)
{
    if (text.n > REPLAY_TEXT_MAX) {
        (void)error_set(e, ERROR_LIMIT, "BARS", STR_FMT ": more than %d bytes", STR_ARG(file),
                        (int)REPLAY_TEXT_MAX);
        return NULL;
    }
    struct arena *arena = arena_new(64 << 10);
    struct reading g = {.i = i, .file = file, .r = xcalloc(1, sizeof *g.r)};
    csv_init(&g.csv, text, arena);
    bool ok = read_all(&g, e);
    arena_free(arena);
    if (ok)
        return g.r;
    replay_free(g.r);
    return NULL;
}

void replay_free(struct replay *r)
{
    if (r == NULL)
        return;
    xfree(r->bars);
    xfree(r);
}

const struct replay_bar *replay_last(const struct replay *r, int64_t utc_s)
{
    size_t low = 0, high = r->n; /* bars before low begin at or before utc_s, those from high not */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->bars[middle].from_s <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &r->bars[low - 1] : NULL;
}

const struct replay_bar *replay_find(const struct replay *r, int zone, int64_t utc_s)
{
    const struct replay_bar *b = replay_last(r, utc_s);
    if (b == NULL)
        return NULL;
    int64_t end = r->is_daily ? hours_day_end(zone, b->from_s) : b->from_s + 60;
    return utc_s < end ? b : NULL;
}

double replay_price(const struct replay_bar *b, double part)
{
    bool low_first = b->open - b->low <= b->high - b->open;
    double first = low_first ? b->low : b->high, second = low_first ? b->high : b->low;
    double thirds = part * 3;
    if (thirds <= 1)
        return b->open + (first - b->open) * thirds;
    if (thirds <= 2)
        return first + (second - first) * (thirds - 1);
    return thirds >= 3 ? b->close : second + (b->close - second) * (thirds - 2);
}
