/* SPDX-License-Identifier: MIT */
#include "quant/period.h"

#include "base/instant.h"
#include "quant/performance.h"

#include <stdio.h>

/* ---- words ---- */

/* What may stand behind the number; a hyphen or blanks before it are passed over. */
static const struct unit {
    const char *words[4];
    enum period_kind kind;
    int32_t times, most; /* so many of the kind's units; the greatest number */
    char letter;
} units[] = {
    {{"d", "day", "days", "session"}, PERIOD_SESSIONS, 1, PERIOD_SESSIONS_MAX, 'd'},
    {{"sessions", "trading days", "", ""}, PERIOD_SESSIONS, 1, PERIOD_SESSIONS_MAX, 'd'},
    {{"w", "week", "weeks", ""}, PERIOD_WEEKS, 1, PERIOD_WEEKS_MAX, 'w'},
    {{"m", "month", "months", "mo"}, PERIOD_MONTHS, 1, PERIOD_MONTHS_MAX, 'm'},
    {{"y", "year", "years", ""}, PERIOD_MONTHS, 12, PERIOD_MONTHS_MAX / 12, 'y'},
};

static const struct unit *unit_of(struct str word)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        for (size_t k = 0; k < 4; k++)
            if (word.n && str_ieq(word, str_of(units[i].words[k])))
                return &units[i];
    return NULL;
}

static bool parse_count(struct str text, struct period *out)
{
    size_t digits = 0;
    int64_t n;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    if (!str_to_i64(str_sub(text, 0, digits), &n))
        return false;
    struct str word = str_sub(text, digits, text.n);
    if (word.n && word.p[0] == '-')
        word = str_sub(word, 1, word.n);
    const struct unit *u = unit_of(str_trim(word));
    if (!u || n < 1 || n > u->most)
        return false;
    *out = (struct period){.kind = u->kind, .n = (int32_t)n * u->times};
    (void)snprintf(out->name, sizeof out->name, "%d%c", (int)n, u->letter);
    return true;
}

static bool parse_day(struct str text, struct period *out)
{
    const struct str since = STR("since");
    struct utc at;
    if (str_ieq(str_sub(text, 0, since.n), since)) {
        text = str_sub(text, since.n, text.n);
        text = str_trim(text.n && text.p[0] == ':' ? str_sub(text, 1, text.n) : text);
    }
    if (text.n != 10 || !utc_parse(text, &at))
        return false;
    *out =
        (struct period){.kind = PERIOD_SINCE,
                        .day = (int32_t)civil_to_days(civil_of_utc(at).year, civil_of_utc(at).month,
                                                      civil_of_utc(at).day)};
    (void)snprintf(out->name, sizeof out->name, STR_FMT, STR_ARG(text));
    return true;
}

bool period_parse(struct str text, struct period *out)
{
    text = str_trim(text);
    if (str_ieq(text, STR("12-1"))) {
        *out =
            (struct period){.kind = PERIOD_SESSIONS, .n = TRADING_DAYS, .skip = 21, .name = "12-1"};
        return true;
    }
    if (str_ieq(text, STR("ytd")) || str_ieq(text, STR("year to date"))) {
        *out = (struct period){.kind = PERIOD_YEAR_TO_DATE, .name = "ytd"};
        return true;
    }
    return parse_count(text, out) || parse_day(text, out);
}

/* ---- days ---- */

bool period_is_calendar(const struct period *p)
{
    return p->kind != PERIOD_SESSIONS;
}

int32_t period_begin(const struct period *p, int32_t to)
{
    switch (p->kind) {
    case PERIOD_WEEKS:
        return to - 7 * p->n;
    case PERIOD_MONTHS:
        return day_months_before(to, p->n);
    case PERIOD_YEAR_TO_DATE:
        return day_before_year(to);
    case PERIOD_SINCE:
        return p->day;
    case PERIOD_SESSIONS:
        break;
    }
    return to;
}

int32_t period_reach(const struct period *p, int32_t to)
{
    /* two days in three have been sessions in any market's year */
    if (!period_is_calendar(p))
        return to - p->n * 3 / 2 - 2 * DATED_STALE_DAYS;
    /* and the last session of all may be so old itself */
    return period_begin(p, to - DATED_STALE_DAYS) - DATED_STALE_DAYS;
}

enum period_result period_ends(const struct period *p, struct dated s, int32_t from, int32_t to,
                               size_t *first, size_t *last)
{
    if (period_is_calendar(p)) {
        if (!dated_index(s, from, first))
            return PERIOD_TOO_SHORT;
        if (!dated_at(s, from, first) || !dated_at(s, to, last))
            return PERIOD_HOLE;
        return *first < *last ? PERIOD_OK : PERIOD_EMPTY;
    }
    if (s.n <= (size_t)p->n)
        return PERIOD_TOO_SHORT;
    *first = s.n - 1 - (size_t)p->n;
    *last = s.n - 1 - (size_t)p->skip;
    for (size_t i = *first; i + 1 < s.n; i++) /* sessions that are missing cannot be counted */
        if (s.day[i + 1] - s.day[i] > DATED_STALE_DAYS)
            return PERIOD_HOLE;
    return PERIOD_OK;
}
