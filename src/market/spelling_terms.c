/* SPDX-License-Identifier: MIT */
#include "market/spelling_terms.h"

#include <stdio.h>
#include <string.h>

static const char month_letters[] = "FGHJKMNQUVXZ";
static const char month_names[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";

/* Roots of options have at most six characters (OCC), those of futures five. */
enum { OCC_TAIL = 15, OCC_ROOT_MAX = 6, FUTURE_ROOT_MAX = 5, YEARS_AHEAD = 10, DECADE_BACK = 4 };

void tokens_cut(struct str text, struct tokens *out)
{
    out->n = 0;
    text = str_trim(text);
    while (text.n && out->n < TOKENS_MAX) {
        size_t end = out->n + 1 == TOKENS_MAX ? text.n : str_find(text, ' ', 0);
        out->at[out->n++] = str_sub(text, 0, end);
        text = str_trim(str_sub(text, end, text.n));
    }
}

struct str tokens_text(const struct tokens *t, size_t from, size_t to)
{
    if (from >= to || to > t->n)
        return STR_NONE;
    const char *begin = t->at[from].p, *end = t->at[to - 1].p + t->at[to - 1].n;
    return (struct str){begin, (size_t)(end - begin)};
}

/* ---- dates ---- */

struct day {
    int year, month, day; /* day 0: the whole month; 0 everywhere: not yet known */
};

/* All digits, `n` of them. */
static bool is_number(struct str s, size_t least, size_t most, int *out)
{
    int64_t v;
    if (s.n < least || s.n > most || s.p[0] == '-' || s.p[0] == '+' || !str_to_i64(s, &v))
        return false;
    *out = (int)v;
    return true;
}

static int month_of_name(struct str s)
{
    for (int i = 0; s.n >= 3 && i < 12; i++)
        if (str_eq(str_sub(s, 0, 3), (struct str){month_names + 3 * (size_t)i, 3}))
            return i + 1;
    return 0;
}

/* The name alone: DEC, SEPT, DECEMBER. */
static int month_word(struct str s)
{
    static const char *const full[] = {"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                       "MAY",       "JUNE",     "JULY",     "AUGUST",
                                       "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};
    int m = month_of_name(s);
    bool is_short = s.n == 3 || (s.n == 4 && str_eq(s, STR("SEPT")));
    return m && (is_short || str_eq(s, str_of(full[m - 1]))) ? m : 0;
}

static int year_of(int number, size_t digits)
{
    return digits == 2 ? 2000 + number : number;
}

static bool is_real(struct day d)
{
    if (d.year < 1990 || d.year > 2099 || d.month < 1 || d.month > 12)
        return false;
    int y, m, day;
    civil_from_days(civil_to_days(d.year, d.month, d.day ? d.day : 1), &y, &m, &day);
    return m == d.month && (d.day == 0 || day == d.day);
}

/* 20261218, 261218 and 202612. */
static bool day_of_digits(struct str s, struct day *d)
{
    int v;
    if (is_number(s, 8, 8, &v)) {
        *d = (struct day){v / 10000, v / 100 % 100, v % 100};
    } else if (is_number(s, 6, 6, &v)) {
        *d = (struct day){v / 100, v % 100, 0};
        if (!is_real(*d) || d->year < 2000)
            *d = (struct day){2000 + v / 10000, v / 100 % 100, v % 100};
    } else {
        return false;
    }
    return true;
}

/* 2026-12-18, 2026/12/18, 2026-12, 12/18/2026 and 18.12.2026. */
static bool day_of_parts(struct str s, struct day *d, struct error *e)
{
    char mark = str_find(s, '-', 0) < s.n ? '-' : str_find(s, '/', 0) < s.n ? '/' : '.';
    struct str part[3] = {STR_NONE, STR_NONE, STR_NONE};
    size_t n = 0;
    int a, b, c = 0;
    for (struct str rest = s; n < 3 && str_cut(&rest, mark, &part[n]); n++)
        if (n == 2 && str_find(rest, mark, 0) < rest.n)
            return false;
    if (n < 2 || !is_number(part[0], 1, 4, &a) || !is_number(part[1], 1, 2, &b) ||
        (n == 3 && !is_number(part[2], 1, 4, &c)))
        return false;
    if (part[0].n == 4) {
        *d = (struct day){a, b, c};
        return n == 2 || part[2].n <= 2;
    }
    if (n != 3 || part[0].n > 2 || (part[2].n != 2 && part[2].n != 4))
        return false;
    if (a <= 12 && b <= 12 && a != b) {
        error_set(e, ERROR_INVALID, "BAD_DATE",
                  "in the date " STR_FMT " day and month cannot be told apart", STR_ARG(s));
        return error_next(e, "write it as YYYY-MM-DD");
    }
    *d = a > 12 ? (struct day){year_of(c, part[2].n), b, a}
                : (struct day){year_of(c, part[2].n), a, b};
    return true;
}

/* 18DEC26, 18DEC2026, DEC26 and DEC2026. */
static bool day_of_name(struct str s, struct day *d)
{
    size_t at = 0;
    int day = 0, year;
    while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
        at++;
    if (at > 2 || (at && !is_number(str_sub(s, 0, at), 1, 2, &day)))
        return false;
    int month = month_of_name(str_sub(s, at, at + 3));
    struct str tail = str_sub(s, at + 3, s.n);
    if (!month || s.n < at + 3 || (tail.n != 2 && tail.n != 4) || !is_number(tail, 2, 4, &year))
        return false;
    *d = (struct day){year_of(year, tail.n), month, day};
    return true;
}

/* Z6, Z26, Z2026; a year of one digit is the one of this decade or the next that is nearest. */
static bool day_of_code(struct str s, struct utc today, struct day *d)
{
    const char *letter = s.n >= 2 && s.p[0] ? strchr(month_letters, s.p[0]) : NULL;
    struct str digits = str_sub(s, 1, s.n);
    int year, now = civil_of_utc(today).year;
    if (!letter || digits.n == 3 || !is_number(digits, 1, 4, &year))
        return false;
    if (digits.n == 1) {
        int first = now - DECADE_BACK;
        year = first + (year - first % 10 + 10) % 10;
    } else {
        year = year_of(year, digits.n);
    }
    *d = (struct day){year, (int)(letter - month_letters) + 1, 0};
    return year <= now + YEARS_AHEAD;
}

/* "18 DEC 2026", "DEC 18 2026", "DEC 2026": how many words from `i` on, 0 if they are no date. */
static size_t day_of_words(const struct tokens *t, size_t i, struct day *d)
{
    int day = 0, year;
    size_t k = i;
    int month = month_word(t->at[k]);
    if (!month && is_number(t->at[k], 1, 2, &day) && k + 1 < t->n)
        month = month_word(t->at[++k]);
    if (!month || ++k >= t->n)
        return 0;
    /* a year of two digits would be taken for a strike's place: DEC 26 50 C */
    if (!day && k + 1 < t->n && t->at[k + 1].n == 4 && is_number(t->at[k + 1], 4, 4, &year) &&
        is_number(t->at[k], 1, 2, &day))
        k++;
    size_t digits = t->at[k].n;
    if ((digits != 2 && digits != 4) || !is_number(t->at[k], 2, 4, &year))
        return 0;
    *d = (struct day){year_of(year, digits), month, day};
    return k + 1 - i;
}

/* How many words from `i` on are a date; 0: none. A date that does not exist sets *e. */
static size_t take_date(const struct tokens *t, size_t i, struct utc today, struct day *d,
                        struct error *e)
{
    struct str s = t->at[i];
    size_t used = day_of_words(t, i, d);
    bool is_date = used > 0 || day_of_digits(s, d) || day_of_name(s, d) ||
                   day_of_code(s, today, d) || day_of_parts(s, d, e);
    if (!is_date)
        return 0;
    used = used ? used : 1;
    if (!is_real(*d)) {
        error_set(e, ERROR_INVALID, "BAD_DATE", STR_FMT " is no day of the calendar",
                  STR_ARG(tokens_text(t, i, i + used)));
        error_next(e, "write it as YYYY-MM-DD");
    }
    return used;
}

static void write_day(struct day d, char out[12])
{
    if (d.day)
        (void)snprintf(out, 12, "%04d%02d%02d", d.year % 10000, d.month % 100, d.day % 100);
    else
        (void)snprintf(out, 12, "%04d%02d", d.year % 10000, d.month % 100);
}

bool spelling_is_past(const char *expiry, struct utc today)
{
    struct civil now = civil_of_utc(today);
    int64_t given;
    if (!str_to_i64(str_of(expiry), &given))
        return false;
    int64_t month = (int64_t)now.year * 100 + now.month;
    return strlen(expiry) == 6 ? given < month : given < month * 100 + now.day;
}

/* ---- strike and right ---- */

static char right_of(struct str s)
{
    static const struct {
        const char *word;
        char right;
    } words[] = {{"C", 'C'}, {"CALL", 'C'}, {"CALLS", 'C'},
                 {"P", 'P'}, {"PUT", 'P'},  {"PUTS", 'P'}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_eq(s, str_of(words[i].word)))
            return words[i].right;
    return 0;
}

static bool strike_of(struct str s, struct dec *out)
{
    bool plain = s.n > 0 && s.n <= 12;
    for (size_t i = 0; plain && i < s.n; i++)
        plain = (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.';
    return plain && dec_parse(s, out) && dec_sign(*out) > 0;
}

/* "200", "C", "200C", "C200": what of it is said for the first time. */
static bool take_side(struct str s, struct spelling *out)
{
    struct dec strike;
    char right = right_of(s);
    if (right) {
        bool is_new = !out->right;
        out->right = right;
        return is_new;
    }
    if (s.n > 1 && (s.p[s.n - 1] == 'C' || s.p[s.n - 1] == 'P')) {
        right = s.p[s.n - 1];
        s = str_sub(s, 0, s.n - 1);
    } else if (s.n > 1 && (s.p[0] == 'C' || s.p[0] == 'P')) {
        right = s.p[0];
        s = str_sub(s, 1, s.n);
    }
    if (!strike_of(s, &strike) || out->strike.has || (right && out->right))
        return false;
    out->strike = DEC_SOME(strike);
    out->right = right ? right : out->right;
    return true;
}

/* All words from `at` on; false if one of them is no term. */
static bool all_terms(const struct tokens *t, size_t at, struct utc today, struct spelling *out,
                      struct error *e)
{
    while (at < t->n) {
        struct day d;
        size_t used = out->expiry[0] ? 0 : take_date(t, at, today, &d, e);
        if (e->code != ERROR_NONE && !used)
            return true; /* a date, but a wrong one */
        if (used) {
            write_day(d, out->expiry);
            at += used;
        } else if (take_side(t->at[at], out)) {
            at++;
        } else {
            return false;
        }
    }
    return true;
}

bool terms_words(const struct tokens *t, struct utc today, struct spelling *out, size_t *root,
                 struct error *e)
{
    for (size_t k = 1; k < t->n; k++) {
        struct spelling s = *out;
        struct error wrong = {0};
        if (!all_terms(t, k, today, &s, &wrong))
            continue;
        bool is_option = s.strike.has && s.right;
        if (!is_option && !s.expiry[0] && wrong.code == ERROR_NONE)
            continue; /* "BRK C": a class of shares */
        *root = k;
        s.kind = s.strike.has || s.right ? SPELLING_OPTION : SPELLING_FUTURE;
        if (wrong.code == ERROR_NONE && s.kind == SPELLING_OPTION && (!is_option || !s.expiry[0])) {
            error_set(&wrong, ERROR_INVALID, "INCOMPLETE_OPTION",
                      "an option is named by expiry, strike and right");
            error_next(&wrong, "write it as AAPL 2026-12-18 200 C");
        }
        *e = wrong;
        *out = s;
        return true;
    }
    return false;
}

/* ---- written as one ---- */

bool terms_occ(struct str text, struct utc today, struct spelling *out)
{
    (void)today;
    if (text.n <= OCC_TAIL)
        return false;
    struct str tail = str_sub(text, text.n - OCC_TAIL, text.n);
    struct str root = str_trim(str_sub(text, 0, text.n - OCC_TAIL));
    int date, strike;
    char right = tail.p[6];
    if ((right != 'C' && right != 'P') || !is_number(str_sub(tail, 0, 6), 6, 6, &date) ||
        !is_number(str_sub(tail, 7, OCC_TAIL), 8, 8, &strike) || strike == 0 || root.n == 0 ||
        root.n > OCC_ROOT_MAX || str_find(root, ' ', 0) < root.n)
        return false;
    struct day d = {2000 + date / 10000, date / 100 % 100, date % 100};
    if (!is_real(d) || d.day == 0)
        return false;
    out->kind = SPELLING_OPTION;
    out->right = right;
    out->strike = DEC_SOME(DEC_MICRO((int64_t)strike * 1000));
    write_day(d, out->expiry);
    str_copy_cut(out->symbol, sizeof out->symbol, root);
    (void)snprintf(out->local_symbol, sizeof out->local_symbol, "%-6.*s%.*s", STR_ARG(root),
                   STR_ARG(tail));
    return true;
}

/* "AAPL261218C200": a root of letters, six digits, a right, a strike. */
static bool option_joined(struct str text, struct spelling *out)
{
    size_t n = 0;
    int date;
    struct dec strike;
    while (n < text.n && text.p[n] >= 'A' && text.p[n] <= 'Z')
        n++;
    struct str rest = str_sub(text, n, text.n);
    if (n == 0 || n > OCC_ROOT_MAX || rest.n < 8 || !is_number(str_sub(rest, 0, 6), 6, 6, &date) ||
        (rest.p[6] != 'C' && rest.p[6] != 'P') || !strike_of(str_sub(rest, 7, rest.n), &strike))
        return false;
    struct day d = {2000 + date / 10000, date / 100 % 100, date % 100};
    if (!is_real(d) || d.day == 0)
        return false;
    out->kind = SPELLING_OPTION;
    out->right = rest.p[6];
    out->strike = DEC_SOME(strike);
    write_day(d, out->expiry);
    str_copy_cut(out->symbol, sizeof out->symbol, str_sub(text, 0, n));
    return true;
}

bool terms_joined(struct str text, struct utc today, struct spelling *out)
{
    if (option_joined(text, out))
        return true;
    size_t digits = 0;
    while (digits < text.n && text.p[text.n - 1 - digits] >= '0' &&
           text.p[text.n - 1 - digits] <= '9')
        digits++;
    struct day d;
    if (digits < 1 || digits > 2 || text.n < digits + 2 || text.n - digits - 1 > FUTURE_ROOT_MAX ||
        !day_of_code(str_sub(text, text.n - digits - 1, text.n), today, &d))
        return false;
    struct str root = str_sub(text, 0, text.n - digits - 1);
    bool has_letter = false;
    for (size_t i = 0; i < root.n; i++) {
        char c = root.p[i];
        bool letter = c >= 'A' && c <= 'Z';
        has_letter = has_letter || letter;
        if (!letter && (c < '0' || c > '9'))
            return false;
    }
    if (!has_letter)
        return false;
    out->has_terms = true;
    str_copy_cut(out->root, sizeof out->root, root);
    write_day(d, out->expiry);
    /* the exchange's own name has one digit */
    (void)snprintf(out->local_symbol, sizeof out->local_symbol, "%.*s%c%c", STR_ARG(root),
                   text.p[text.n - digits - 1], text.p[text.n - 1]);
    return true;
}
