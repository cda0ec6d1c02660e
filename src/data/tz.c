/* SPDX-License-Identifier: MIT */
/*
 * A TZif file holds everything twice: a block with 32-bit times for old readers, which is skipped,
 * and one with 64-bit times, which is read. Then comes a line with the rule for later instants.
 */
#include "data/tz.h"

#include "base/alloc.h"

#include <assert.h>
#include <string.h>

enum { TYPES_MAX = 256, DAY_S = 86400, HOUR_S = 3600 };

/* When a year's change happens: POSIX "Mm.w.d", "Jn" or "n", and the local time of that day. */
struct change {
    char form; /* 'M', 'J' (29 February is never counted) or 'n' (it is, from 0) */
    int month, week, weekday, day;
    int32_t time_s;
};

struct rule {
    bool exists, has_dst;
    struct tz_info standard, daylight;
    struct change to_daylight, to_standard;
};

struct tz {
    struct tz_info types[TYPES_MAX];
    size_t type_count;
    struct rule rule;
    size_t count;   /* transitions */
    int64_t *at;    /* seconds since 1970, ascending; inside this allocation */
    uint8_t *after; /* the type that holds from then on */
};

/* ---- bytes ---- */
static bool refuse(struct error *e, const char *what)
{
    return error_set(e, ERROR_INVALID, "TZIF", "time zone file: %s", what);
}

static uint32_t read_u32(const char *p)
{
    const unsigned char *s = (const unsigned char *)p;
    return (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 | s[3];
}

static int64_t read_i64(const char *p)
{
    return (int64_t)((uint64_t)read_u32(p) << 32 | read_u32(p + 4));
}

/* The counts of a block, and where its parts lie (RFC 8536, 3.1 and 3.2). */
struct block {
    size_t times, types, chars, leaps, standard_marks, utc_marks;
    const char *at, *indices, *type_records, *text;
    struct str rest; /* what follows the block */
};

static bool read_block(struct str bytes, size_t time_size, struct block *b, struct error *e)
{
    if (bytes.n < 44 || memcmp(bytes.p, "TZif", 4) != 0)
        return refuse(e, "no TZif header");
    if (bytes.p[4] < '2')
        return refuse(e, "version 1, which lacks 64-bit times");
    b->utc_marks = read_u32(bytes.p + 20);
    b->standard_marks = read_u32(bytes.p + 24);
    b->leaps = read_u32(bytes.p + 28);
    b->times = read_u32(bytes.p + 32);
    b->types = read_u32(bytes.p + 36);
    b->chars = read_u32(bytes.p + 40);
    size_t size = 44 + b->times * (time_size + 1) + b->types * 6 + b->chars +
                  b->leaps * (time_size + 4) + b->standard_marks + b->utc_marks;
    if (size > bytes.n) /* counts are below 2^32, so the sum cannot wrap */
        return refuse(e, "it ends too early");
    b->at = bytes.p + 44;
    b->indices = b->at + b->times * time_size;
    b->type_records = b->indices + b->times;
    b->text = b->type_records + b->types * 6;
    b->rest = str_sub(bytes, size, bytes.n);
    return true;
}

static bool read_types(const struct block *b, struct tz *z, struct error *e)
{
    if (b->types == 0 || b->types > TYPES_MAX)
        return refuse(e, "bad number of local time types");
    for (size_t i = 0; i < b->types; i++) {
        const char *p = b->type_records + 6 * i;
        size_t from = (unsigned char)p[5], n = 0;
        struct tz_info *type = &z->types[i];
        type->offset_s = (int32_t)read_u32(p);
        type->is_dst = p[4] != 0;
        if (type->offset_s < -25 * HOUR_S || type->offset_s > 26 * HOUR_S)
            return refuse(e, "an offset out of range");
        while (from + n < b->chars && b->text[from + n])
            n++;
        if (from + n >= b->chars)
            return refuse(e, "an abbreviation without its end");
        str_copy_cut(type->abbreviation, TZ_ABBREVIATION_MAX, (struct str){b->text + from, n});
    }
    z->type_count = b->types;
    return true;
}

static bool read_transitions(const struct block *b, struct tz *z, struct error *e)
{
    for (size_t i = 0; i < b->times; i++) {
        z->at[i] = read_i64(b->at + 8 * i);
        z->after[i] = (uint8_t)b->indices[i];
        if (z->after[i] >= b->types)
            return refuse(e, "a transition to an unknown type");
        if (i > 0 && z->at[i] <= z->at[i - 1])
            return refuse(e, "transitions out of order");
    }
    z->count = b->times;
    return true;
}

/* ---- the rule, "EST5EDT,M3.2.0,M11.1.0" (POSIX.1-2017, 8.3; extended by RFC 8536, 3.3.1) ---- */
static char peek(const struct str *s)
{
    return s->n > 0 ? s->p[0] : '\0';
}

static bool accept(struct str *s, char c)
{
    if (peek(s) != c || s->n == 0)
        return false;
    *s = str_sub(*s, 1, s->n);
    return true;
}

static bool read_int(struct str *s, int most, int *out)
{
    int v = 0, digits = 0;
    for (; peek(s) >= '0' && peek(s) <= '9' && digits < 4; digits++) {
        v = v * 10 + (s->p[0] - '0');
        *s = str_sub(*s, 1, s->n);
    }
    *out = v;
    return digits > 0 && v <= most;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool read_name(struct str *s, char out[TZ_ABBREVIATION_MAX])
{
    size_t n = 0;
    if (accept(s, '<')) {
        n = str_find(*s, '>', 0);
        if (n == s->n)
            return false;
        str_copy_cut(out, TZ_ABBREVIATION_MAX, str_sub(*s, 0, n));
        *s = str_sub(*s, n + 1, s->n);
        return n >= 3;
    }
    while (n < s->n && is_letter(s->p[n]))
        n++;
    str_copy_cut(out, TZ_ABBREVIATION_MAX, str_sub(*s, 0, n));
    *s = str_sub(*s, n, s->n);
    return n >= 3;
}

/* [+-]hh[:mm[:ss]] as seconds. */
static bool read_hms(struct str *s, int hours_max, int32_t *out)
{
    int hours, minutes = 0, seconds = 0;
    bool is_negative = accept(s, '-');
    if (!is_negative)
        accept(s, '+');
    if (!read_int(s, hours_max, &hours))
        return false;
    if (accept(s, ':') && !read_int(s, 59, &minutes))
        return false;
    if (accept(s, ':') && !read_int(s, 59, &seconds))
        return false;
    *out = hours * HOUR_S + minutes * 60 + seconds;
    if (is_negative)
        *out = -*out;
    return true;
}

static bool read_change(struct str *s, struct change *c)
{
    *c = (struct change){.form = 'n', .time_s = 2 * HOUR_S};
    bool ok;
    if (accept(s, 'M')) {
        c->form = 'M';
        ok = read_int(s, 12, &c->month) && accept(s, '.') && read_int(s, 5, &c->week) &&
             accept(s, '.') && read_int(s, 6, &c->weekday) && c->month > 0 && c->week > 0;
    } else if (accept(s, 'J')) {
        c->form = 'J';
        ok = read_int(s, 365, &c->day) && c->day > 0;
    } else {
        ok = read_int(s, 365, &c->day);
    }
    if (ok && accept(s, '/'))
        ok = read_hms(s, 167, &c->time_s);
    return ok;
}

static bool read_rule_text(struct str s, struct rule *r)
{
    int32_t west_s;
    if (!read_name(&s, r->standard.abbreviation) || !read_hms(&s, 24, &west_s))
        return false;
    r->standard.offset_s = -west_s; /* POSIX counts west of Greenwich as positive */
    r->exists = true;
    if (s.n == 0)
        return true;
    if (!read_name(&s, r->daylight.abbreviation))
        return false;
    r->has_dst = r->daylight.is_dst = true;
    r->daylight.offset_s = r->standard.offset_s + HOUR_S;
    if (peek(&s) != ',') {
        if (!read_hms(&s, 24, &west_s))
            return false;
        r->daylight.offset_s = -west_s;
    }
    return accept(&s, ',') && read_change(&s, &r->to_daylight) && accept(&s, ',') &&
           read_change(&s, &r->to_standard) && s.n == 0;
}

static bool read_rule(struct str rest, struct tz *z, struct error *e)
{
    if (!accept(&rest, '\n'))
        return refuse(e, "no rule after the transitions");
    size_t n = str_find(rest, '\n', 0);
    if (n == rest.n)
        return refuse(e, "the rule has no end");
    if (n > 0 && !read_rule_text(str_sub(rest, 0, n), &z->rule))
        return refuse(e, "malformed rule");
    return true;
}

/* Local seconds since 1970 of the change in that year. */
static int64_t change_in(const struct change *c, int year)
{
    int64_t january = civil_to_days(year, 1, 1), days = january + c->day;
    bool is_leap = civil_to_days(year, 3, 1) - january == 60;
    if (c->form == 'J')
        days = january + c->day - 1 + (is_leap && c->day >= 60);
    if (c->form == 'M') {
        int64_t first = civil_to_days(year, c->month, 1);
        int64_t next =
            c->month == 12 ? civil_to_days(year + 1, 1, 1) : civil_to_days(year, c->month + 1, 1);
        int sunday_based = (civil_weekday(first) + 1) % 7;
        days = first + (c->weekday - sunday_based + 7) % 7 + 7 * (c->week - 1);
        if (days >= next) /* week 5 is the last one, which may be the fourth */
            days -= 7;
    }
    return days * DAY_S + c->time_s;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static const struct tz_info *rule_at(const struct rule *r, int64_t t)
{
    int year, month, day;
    if (!r->has_dst)
        return &r->standard;
    civil_from_days(floor_div(t + r->standard.offset_s, DAY_S), &year, &month, &day);
    int64_t begin = change_in(&r->to_daylight, year) - r->standard.offset_s;
    int64_t end = change_in(&r->to_standard, year) - r->daylight.offset_s;
    bool is_dst = begin < end ? t >= begin && t < end : t >= begin || t < end;
    return is_dst ? &r->daylight : &r->standard;
}

/* ---- life ---- */
struct tz *tz_new(struct str bytes, struct error *e)
{
    struct block old, b;
    assert(e);
    if (bytes.n > TZ_BYTES_MAX) {
        refuse(e, "it is too large");
        return NULL;
    }
    if (!read_block(bytes, 4, &old, e) || !read_block(old.rest, 8, &b, e))
        return NULL;
    if (b.leaps > 0) {
        refuse(e, "it counts leap seconds; a file without them is needed");
        return NULL;
    }
    struct tz *z = xcalloc(1, sizeof *z + b.times * (sizeof(int64_t) + 1));
    z->at = (int64_t *)(void *)(z + 1);
    z->after = (uint8_t *)(z->at + b.times);
    if (read_types(&b, z, e) && read_transitions(&b, z, e) && read_rule(b.rest, z, e))
        return z;
    xfree(z);
    return NULL;
}

struct tz *tz_new_utc(void)
{
    struct tz *z = xcalloc(1, sizeof *z);
    str_copy_cut(z->types[0].abbreviation, TZ_ABBREVIATION_MAX, STR("UTC"));
    z->type_count = 1;
    return z;
}

void tz_free(struct tz *z)
{
    xfree(z);
}

/* ---- asking ---- */
static const struct tz_info *info_at(const struct tz *z, int64_t t)
{
    if (z->rule.exists && (z->count == 0 || t >= z->at[z->count - 1]))
        return rule_at(&z->rule, t);
    if (z->count == 0 || t < z->at[0])
        return &z->types[0];         /* RFC 8536, 3.2: type 0 holds before the first transition */
    size_t low = 0, high = z->count; /* at[low] <= t, and t < at[high] if there is one */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (z->at[middle] <= t)
            low = middle;
        else
            high = middle;
    }
    return &z->types[z->after[low]];
}

struct tz_info tz_at(const struct tz *z, struct utc t)
{
    assert(z);
    return *info_at(z, floor_div(t.ns, NS_PER_S));
}

struct civil tz_civil(const struct tz *z, struct utc t)
{
    t.ns += (int64_t)tz_at(z, t).offset_s * NS_PER_S;
    return civil_of_utc(t);
}

/*
 * The offsets a day before and a day after are those on the two sides of a change, if there is one
 * near; zones do not change twice within two days. The local time is real under an offset if that
 * offset holds at the instant it leads to.
 */
struct utc tz_utc(const struct tz *z, struct civil local, enum tz_fit *fit)
{
    assert(z);
    int64_t ns = utc_of_civil(local).ns, seconds = floor_div(ns, NS_PER_S);
    int32_t before = info_at(z, seconds - DAY_S)->offset_s;
    int32_t after = info_at(z, seconds + DAY_S)->offset_s;
    bool is_before = info_at(z, seconds - before)->offset_s == before;
    bool is_after = info_at(z, seconds - after)->offset_s == after;
    enum tz_fit found = TZ_UNIQUE;
    int32_t offset = is_before || !is_after ? before : after;
    if (!is_before && !is_after)
        found = TZ_GAP;
    if (is_before && is_after && before != after)
        found = TZ_FOLD;
    if (fit)
        *fit = found;
    return (struct utc){ns - (int64_t)offset * NS_PER_S};
}
