/* SPDX-License-Identifier: MIT */
#include "data/ics.h"

#include "data/utf8.h"

#include <assert.h>
#include <string.h>

enum { FOLD_AT = 75, DAY_S = 86400, ZONE_MAX = 40 };

void ics_init(struct ics *r, struct str text, const struct tz_zones *zones, struct arena *arena)
{
    *r = (struct ics){.rest = text, .arena = arena, .zones = zones};
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        r->rest = str_sub(text, 3, text.n);
}

static bool refuse(const struct ics *r, struct error *e, const char *what)
{
    return error_set(e, ERROR_INVALID, "ICS", "line %zu: %s", r->line_number, what);
}

/* ---- lines ---- */

/* The next line with its continuations; *end at the end of the text. */
static bool next_line(struct ics *r, struct str *out, bool *end, struct error *e)
{
    size_t n = 0;
    struct str piece;
    *end = r->rest.n == 0;
    while (r->rest.n > 0) {
        bool is_more = n > 0 && (r->rest.p[0] == ' ' || r->rest.p[0] == '\t');
        if (n > 0 && !is_more)
            break;
        r->line_number++;
        (void)str_cut(&r->rest, '\n', &piece);
        if (piece.n > 0 && piece.p[piece.n - 1] == '\r')
            piece.n--;
        if (is_more)
            piece = str_sub(piece, 1, piece.n);
        if (n + piece.n > sizeof r->line)
            return refuse(r, e, "a line that is too long");
        if (piece.n > 0)
            memcpy(r->line + n, piece.p, piece.n);
        n += piece.n;
        if (n == 0) { /* an empty line */
            *end = r->rest.n == 0;
            continue;
        }
        *end = false;
    }
    *out = (struct str){r->line, n};
    return true;
}

/* "NAME;PARAMETER=x;TZID=\"a:b\":value" */
struct property {
    struct str name, parameters, value;
};

static struct property property_of(struct str line)
{
    bool is_quoted = false;
    size_t colon = 0;
    for (; colon < line.n && (is_quoted || line.p[colon] != ':'); colon++)
        if (line.p[colon] == '"')
            is_quoted = !is_quoted;
    struct str head = str_sub(line, 0, colon);
    size_t semicolon = str_find(head, ';', 0);
    return (struct property){str_sub(head, 0, semicolon), str_sub(head, semicolon + 1, head.n),
                             str_sub(line, colon + 1, line.n)};
}

static struct str parameter(const struct property *p, const char *name)
{
    struct str rest = p->parameters, one, key;
    while (rest.n > 0 && str_cut(&rest, ';', &one)) {
        if (!str_cut(&one, '=', &key) || !str_ieq(key, str_of(name)))
            continue;
        if (one.n >= 2 && one.p[0] == '"' && one.p[one.n - 1] == '"')
            one = str_sub(one, 1, one.n - 1);
        return one;
    }
    return STR("");
}

/* "\n" is a line end, "\," a comma. */
static struct str unescaped(struct ics *r, struct str s)
{
    char *out = arena_alloc(r->arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\\' && i + 1 < s.n) {
            c = s.p[++i];
            c = c == 'n' || c == 'N' ? '\n' : c;
        }
        out[n++] = c;
    }
    return (struct str){out, n};
}

/* ---- times ---- */

static bool digits(struct str s, size_t from, size_t n, int *out)
{
    int v = 0;
    if (from + n > s.n)
        return false;
    for (size_t i = from; i < from + n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *out = v;
    return true;
}

static bool is_zone_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || (c != '\0' && strchr("_-+/", c)))))
            return false;
    }
    return s.n > 0 && s.n < ZONE_MAX;
}

/* "20261126", "20261126T143000Z", "20261126T093000" with TZID. False if it is none of these. */
static bool take_start(struct ics *r, const struct property *p, struct ics_event *out)
{
    struct civil c = {0};
    struct str v = str_trim(p->value), zone = parameter(p, "TZID");
    int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!digits(v, 0, 4, &c.year) || !digits(v, 4, 2, &c.month) || !digits(v, 6, 2, &c.day) ||
        c.year < 1970 || c.month < 1 || c.month > 12 || c.day < 1 ||
        c.day > month_days[c.month - 1])
        return false;
    out->day = civil_to_days(c.year, c.month, c.day);
    out->start = (struct opt_utc){0};
    if (v.n < 15 || v.p[8] != 'T' || !digits(v, 9, 2, &c.hour) || !digits(v, 11, 2, &c.minute) ||
        !digits(v, 13, 2, &c.second) || c.hour > 23 || c.minute > 59 || c.second > 60)
        return v.n == 8;
    const struct tz *tz = NULL;
    if (v.n > 15 && v.p[15] == 'Z') {
        out->start = (struct opt_utc){utc_of_civil(c), true};
        return true;
    }
    if (r->zones && r->zones->find && is_zone_name(zone))
        tz = r->zones->find(r->zones->self, zone);
    if (tz)
        out->start = (struct opt_utc){tz_utc(tz, c, NULL), true};
    return true;
}

/* ---- events ---- */

static void take_property(struct ics *r, const struct property *p, struct ics_event *out,
                          bool *has_start)
{
    const struct {
        const char *name;
        struct str *to;
    } texts[] = {{"UID", &out->uid},
                 {"SUMMARY", &out->summary},
                 {"DESCRIPTION", &out->description},
                 {"CATEGORIES", &out->categories}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (str_ieq(p->name, str_of(texts[i].name)))
            *texts[i].to = unescaped(r, p->value);
    if (str_ieq(p->name, STR("DTSTART")))
        *has_start = take_start(r, p, out);
    else if (str_ieq(p->name, STR("RRULE")) || str_ieq(p->name, STR("RDATE")))
        out->recurs = true;
    else if (str_ieq(p->name, STR("STATUS")))
        out->is_cancelled = str_ieq(str_trim(p->value), STR("CANCELLED"));
}

/* The lines of an event, up to its end; what is nested in it (an alarm) is passed over. */
static bool read_event(struct ics *r, struct ics_event *out, bool *has_start, struct error *e)
{
    size_t depth = 1;
    *out = (struct ics_event){.day = 0};
    *has_start = false;
    while (depth > 0) {
        struct str line;
        bool end;
        if (!next_line(r, &line, &end, e))
            return false;
        if (end)
            return refuse(r, e, "an event that does not end");
        struct property p = property_of(line);
        if (str_ieq(p.name, STR("BEGIN")))
            depth++;
        else if (str_ieq(p.name, STR("END")))
            depth--;
        else if (depth == 1)
            take_property(r, &p, out, has_start);
    }
    return true;
}

bool ics_next(struct ics *r, struct ics_event *out, bool *end, struct error *e)
{
    for (;;) {
        struct str line;
        bool is_first = r->line_number == 0, has_start;
        if (!next_line(r, &line, end, e))
            return false;
        struct property p = property_of(line);
        if (is_first &&
            !(str_ieq(p.name, STR("BEGIN")) && str_ieq(str_trim(p.value), STR("VCALENDAR"))))
            return refuse(r, e, "this is no calendar");
        if (*end)
            return true;
        if (!str_ieq(p.name, STR("BEGIN")) || !str_ieq(str_trim(p.value), STR("VEVENT")))
            continue;
        if (!read_event(r, out, &has_start, e))
            return false;
        if (has_start)
            return true;
    }
}

/* ---- writing ---- */

/* A line of at most 75 bytes and its continuations; no character is divided. */
static void write_line(struct buf *out, struct str line)
{
    size_t used = 0;
    for (size_t at = 0; at < line.n;) {
        size_t width = utf8_step(line.p + at, line.n - at);
        width = width ? width : 1;
        if (used + width > FOLD_AT) {
            buf_add_c(out, "\r\n ");
            used = 1;
        }
        buf_add_str(out, str_sub(line, at, at + width));
        used += width;
        at += width;
    }
    buf_add_c(out, "\r\n");
}

static void write_text(struct buf *out, const char *name, struct str text)
{
    struct buf line;
    if (!text.n)
        return;
    buf_init(&line, ICS_LINE_MAX);
    buf_add_f(&line, "%s:", name);
    for (size_t i = 0; i < text.n && line.n + 2 < ICS_LINE_MAX; i++) {
        char c = text.p[i];
        if (c == '\n')
            buf_add_c(&line, "\\n");
        else if (c == '\\' || c == ',' || c == ';')
            buf_add(&line, (char[]){'\\', c}, 2);
        else if ((unsigned char)c >= 0x20)
            buf_add_char(&line, c);
    }
    write_line(out, buf_str(&line));
    buf_fini(&line);
}

static void write_day(struct buf *out, const char *name, int64_t day)
{
    int year, month, date;
    civil_from_days(day, &year, &month, &date);
    buf_add_f(out, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, year, month, date);
}

static void write_instant(struct buf *out, const char *name, struct utc t)
{
    struct civil c = civil_of_utc(t);
    buf_add_f(out, "%s:%04d%02d%02dT%02d%02d%02dZ\r\n", name, c.year, c.month, c.day, c.hour,
              c.minute, c.second);
}

void ics_begin(struct buf *out, struct str name)
{
    buf_add_c(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Portcullis//EN\r\n"
                   "CALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\n");
    write_text(out, "X-WR-CALNAME", name);
}

void ics_write(struct buf *out, const struct ics_event *event, struct utc stamp)
{
    buf_add_c(out, "BEGIN:VEVENT\r\n");
    write_text(out, "UID", event->uid);
    write_instant(out, "DTSTAMP", stamp);
    if (event->start.has)
        write_instant(out, "DTSTART", event->start.v);
    else
        write_day(out, "DTSTART", event->day);
    write_text(out, "SUMMARY", event->summary);
    write_text(out, "DESCRIPTION", event->description);
    write_text(out, "CATEGORIES", event->categories);
    buf_add_c(out, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

void ics_end(struct buf *out)
{
    buf_add_c(out, "END:VCALENDAR\r\n");
}
