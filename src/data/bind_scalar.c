/* SPDX-License-Identifier: MIT */
#include "data/bind_place.h"
#include "data/utf8.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HUGE_EXPONENT = 18 };
static const double HUGE_FROM = 1e18; /* no whole number or amount of ours ends below */

/* ---- errors ---- */
void place_path(const struct place *at, char out[PLACE_PATH_MAX])
{
    const struct place *chain[2 * BIND_DEPTH_MAX + 4];
    size_t n = 0, length = 0;
    for (; at->up; at = at->up) {
        assert(n < sizeof chain / sizeof chain[0]);
        chain[n++] = at;
    }
    snprintf(out, PLACE_PATH_MAX, "arguments");
    while (n > 0 && length < PLACE_PATH_MAX) {
        const struct place *p = chain[--n];
        int wrote = p->name ? snprintf(out + length, PLACE_PATH_MAX - length, "%s%s",
                                       length ? "." : "", p->name)
                            : snprintf(out + length, PLACE_PATH_MAX - length, "[%zu]", p->index);
        length += (size_t)wrote;
    }
}

bool place_refuse(const struct place *at, const char *fmt, ...)
{
    char path[PLACE_PATH_MAX], text[ERROR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    place_path(at, path);
    return error_set(at->e, ERROR_INVALID, "INVALID_ARGUMENT", "%s: %s", path, text);
}

const char *place_shown(const struct field *f, struct str text, char out[PLACE_SHOWN_MAX])
{
    str_copy_cut(out, PLACE_SHOWN_MAX, f->secret ? STR("***") : text);
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            *p = '?';
    return out;
}

void *place_room(const struct place *at, size_t bytes)
{
    if (arena_has(at->arena, bytes + 64))
        return arena_alloc(at->arena, bytes);
    error_set(at->e, ERROR_LIMIT, "ARGUMENT_LIMIT", "the arguments need too much memory");
    return NULL;
}

/* ---- scalars ---- */
static const char *kind_wanted(const struct field *f)
{
    static const char *const wanted[] = {
        [TYPE_STR] = "a string", [TYPE_INT] = "a whole number", [TYPE_NUM] = "a number",
        [TYPE_DEC] = "a number", [TYPE_BOOL] = "true or false", [TYPE_ENUM] = "a string",
        [TYPE_TIME] = "a time",  [TYPE_OBJECT] = "an object",   [TYPE_LIST] = "a list",
    };
    return wanted[f->kind];
}

bool place_wrong_kind(const struct place *at, const struct field *f, const struct json *j)
{
    return place_refuse(at, "expected %s, got %s", kind_wanted(f), json_kind_text(j->kind));
}

/* Of a text that the kind of field does not hold: it is a number all the same, but a huge one. */
static bool is_huge(struct str text)
{
    double v;
    int64_t exponent;
    size_t e = str_find(text, 'e', 0);
    if (e == text.n)
        e = str_find(text, 'E', 0);
    if (!str_to_double(str_sub(text, 0, e), &v) || !isfinite(v))
        return false;
    return fabs(v) >= HUGE_FROM ||
           (e < text.n && v != 0 && str_to_i64(str_sub(text, e + 1, text.n), &exponent) &&
            exponent >= HUGE_EXPONENT);
}

static bool not_one(const struct place *at, const struct field *f, struct str text)
{
    char given[PLACE_SHOWN_MAX];
    bool is_number = f->kind == TYPE_INT || f->kind == TYPE_NUM || f->kind == TYPE_DEC;
    if (is_number && is_huge(text))
        return place_refuse(at, "%s is too large a number", place_shown(f, text, given));
    return place_refuse(at, "'%s' is not %s", place_shown(f, text, given), kind_wanted(f));
}

/* The bound of that text, which stands in a table of ours. */
static struct dec bound(const char *text)
{
    struct dec d;
    bool ok = dec_parse(str_of(text), &d);
    assert(ok);
    return d;
}

static bool check_bounds(const struct place *at, const struct field *f, struct str text,
                         struct dec v)
{
    char given[PLACE_SHOWN_MAX];
    if (f->positive && dec_sign(v) <= 0)
        return place_refuse(at, "%s is not above zero", place_shown(f, text, given));
    if (f->min && dec_lt(v, bound(f->min)))
        return place_refuse(at, "%s is below the minimum %s", place_shown(f, text, given), f->min);
    if (f->max && dec_gt(v, bound(f->max)))
        return place_refuse(at, "%s is above the maximum %s", place_shown(f, text, given), f->max);
    return true;
}

static int64_t length_bound(const char *text)
{
    int64_t n = 0;
    bool ok = str_to_i64(str_of(text), &n);
    assert(ok);
    return n;
}

bool place_check_count(const struct place *at, const struct field *f, size_t n, size_t most,
                       const char *unit)
{
    int64_t least = f->min ? length_bound(f->min) : 0;
    int64_t limit = f->max ? length_bound(f->max) : (int64_t)most;
    if ((int64_t)n < least)
        return place_refuse(at, "%zu %s, at least %lld wanted", n, unit, (long long)least);
    if ((int64_t)n <= limit)
        return true;
    (void)!place_refuse(at, "%zu %s, at most %lld allowed", n, unit, (long long)limit);
    return f->kind == TYPE_LIST &&
           error_next(at->e, "ask for at most %lld of them in one call", (long long)limit);
}

bool scalar_set_str(const struct place *at, const struct field *f, struct str text, void *member)
{
    if (f->required && str_trim(text).n == 0) {
        char path[PLACE_PATH_MAX];
        place_path(at, path);
        return error_set(at->e, ERROR_INVALID, "MISSING_ARGUMENT", "%s is empty", path);
    }
    if (!place_check_count(at, f, utf8_count(text), BIND_TEXT_MAX, "characters"))
        return false;
    if (!str_is_utf8(text))
        return place_refuse(at, "not UTF-8");
    if (str_find(text, '\0', 0) < text.n) /* no JSON can say it, and a C string ends there */
        return place_refuse(at, "holds a NUL");
    char *copy = place_room(at, text.n + 1);
    if (!copy)
        return false;
    if (text.n)
        memcpy(copy, text.p, text.n);
    *(struct str *)member = (struct str){copy, text.n};
    return true;
}

static bool set_int(const struct place *at, const struct field *f, struct str text, void *member)
{
    int64_t v;
    struct dec d;
    bool is_int = str_to_i64(text, &v) ||
                  (dec_parse(text, &d) && dec_is_multiple(d, DEC(1)) && dec_to_i64(d, &v));
    if (!is_int)
        return not_one(at, f, text);
    if (!check_bounds(at, f, text, dec_of(v)))
        return false;
    if (f->shape == SHAPE_OPT)
        *(struct opt_int *)member = (struct opt_int){v, true};
    else
        *(int64_t *)member = v;
    return true;
}

static bool set_num(const struct place *at, const struct field *f, struct str text, void *member)
{
    double v, least, most;
    char given[PLACE_SHOWN_MAX];
    if (!str_to_double(text, &v) || !isfinite(v))
        return not_one(at, f, text);
    if (f->positive && v <= 0)
        return place_refuse(at, "%s is not above zero", place_shown(f, text, given));
    if (f->min && str_to_double(str_of(f->min), &least) && v < least)
        return place_refuse(at, "%s is below the minimum %s", place_shown(f, text, given), f->min);
    if (f->max && str_to_double(str_of(f->max), &most) && v > most)
        return place_refuse(at, "%s is above the maximum %s", place_shown(f, text, given), f->max);
    if (f->shape == SHAPE_OPT)
        *(struct opt_num *)member = (struct opt_num){v, true};
    else
        *(double *)member = v;
    return true;
}

static bool set_dec(const struct place *at, const struct field *f, struct str text, void *member)
{
    struct dec v;
    char given[PLACE_SHOWN_MAX];
    if (!dec_parse(text, &v)) {
        if (dec_parse_round(text, &v))
            return place_refuse(at, "%s has more than 9 decimals", place_shown(f, text, given));
        return not_one(at, f, text);
    }
    if (!check_bounds(at, f, text, v))
        return false;
    if (f->shape == SHAPE_OPT)
        *(struct opt_dec *)member = DEC_SOME(v);
    else
        *(struct dec *)member = v;
    return true;
}

static bool set_bool(const struct place *at, const struct field *f, struct str text, void *member)
{
    static const char *const yes[] = {"true", "yes", "on", "1"};
    static const char *const no[] = {"false", "no", "off", "0"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        bool v = str_ieq(text, str_of(yes[i]));
        if (!v && !str_ieq(text, str_of(no[i])))
            continue;
        if (f->shape == SHAPE_OPT)
            *(struct opt_bool *)member = (struct opt_bool){v, true};
        else
            *(bool *)member = v;
        return true;
    }
    return not_one(at, f, text);
}

static bool set_time(const struct place *at, const struct field *f, struct str text, void *member)
{
    struct utc v;
    char given[PLACE_SHOWN_MAX];
    if (!utc_parse(text, &v))
        return place_refuse(at, "'%s' is not a time like 2026-11-22T18:03:46Z",
                            place_shown(f, text, given));
    if (f->shape == SHAPE_OPT)
        *(struct opt_utc *)member = (struct opt_utc){v, true};
    else
        *(struct utc *)member = v;
    return true;
}

/* "stp_lmt" is "STP LMT": case does not matter, nor which of "_", "-" and space stands between. */
static bool same_choice(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        bool is_gap_a = a.p[i] == '_' || a.p[i] == '-' || a.p[i] == ' ';
        bool is_gap_b = b.p[i] == '_' || b.p[i] == '-' || b.p[i] == ' ';
        if (is_gap_a != is_gap_b)
            return false;
        if (!is_gap_a && !str_ieq(str_sub(a, i, i + 1), str_sub(b, i, i + 1)))
            return false;
    }
    return true;
}

static bool set_enum(const struct place *at, const struct field *f, struct str text, void *member)
{
    char known[ERROR_TEXT_MAX / 2] = "", given[PLACE_SHOWN_MAX];
    for (unsigned i = 0; f->choices[i]; i++) {
        if (same_choice(text, str_of(f->choices[i]))) {
            *(unsigned *)member = i;
            return true;
        }
        size_t n = strlen(known);
        if (f->choices[i][0])
            snprintf(known + n, sizeof known - n, "%s%s", n ? ", " : "", f->choices[i]);
    }
    return place_refuse(at, "'%s' is none of %s", place_shown(f, text, given), known);
}

bool scalar_set(const struct place *at, const struct field *f, const struct json *j, void *member)
{
    struct str text = j->text, trimmed;
    if (j->kind == JSON_BOOL)
        text = j->truth ? STR("true") : STR("false");
    else if (j->kind != JSON_STRING && j->kind != JSON_NUMBER)
        return place_wrong_kind(at, f, j);
    trimmed = str_trim(text);
    switch (f->kind) {
    case TYPE_STR:
        return scalar_set_str(at, f, text, member);
    case TYPE_INT:
        return set_int(at, f, trimmed, member);
    case TYPE_NUM:
        return set_num(at, f, trimmed, member);
    case TYPE_DEC:
        return set_dec(at, f, trimmed, member);
    case TYPE_BOOL:
        return set_bool(at, f, trimmed, member);
    case TYPE_ENUM:
        return set_enum(at, f, trimmed, member);
    default:
        assert(f->kind == TYPE_TIME); /* objects and lists are not for here */
        return set_time(at, f, trimmed, member);
    }
}
