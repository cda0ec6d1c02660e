/* SPDX-License-Identifier: MIT */
#include "app/calendar_main.h"

#include "base/instant.h"
#include "model/calendar.h"

#include <stdio.h>
#include <string.h>

enum { DAY_MIN = 1440, YEAR_MIN = 1970, YEAR_MAX = 2099 };

static const char usage[] =
    "usage: portcullis paper --calendar CODE|all [--from YEAR] [--to YEAR]\n"
    "The sessions of a market as CSV, in its own local time. Codes are those of ISO 10383:\n";

static int refuse(const char *what, const char *value)
{
    fprintf(stderr, "portcullis paper: %s%s\n%s", what, value, usage);
    for (size_t i = 0; calendar_at(i) != NULL; i++)
        fprintf(stderr, "  %s %s\n", calendar_code(calendar_at(i)), calendar_name(calendar_at(i)));
    return 2;
}

/* ",2026-01-02 09:30" */
static void print_time(int64_t day, int minute)
{
    int year, month, date;
    day += minute < 0 ? -1 : 0;
    minute += minute < 0 ? DAY_MIN : 0;
    civil_from_days(day, &year, &month, &date);
    printf(",%04d-%02d-%02d %02d:%02d", year, month, date, minute / 60, minute % 60);
}

static void print_calendar(const struct calendar *c, int64_t from, int64_t to)
{
    struct calendar_session s;
    for (int64_t day = from; day < to; day++) {
        int year, month, date;
        if (!calendar_session(c, day, &s))
            continue;
        civil_from_days(day, &year, &month, &date);
        printf("%s,%s,%04d-%02d-%02d", calendar_code(c), calendar_zone(c), year, month, date);
        print_time(day, s.open_min);
        print_time(day, s.close_min);
        if (s.break_to_min > 0) {
            print_time(day, s.break_from_min);
            print_time(day, s.break_to_min);
            printf("\n");
        } else {
            printf(",,\n");
        }
    }
}

int calendar_main(int count, char *const *args)
{
    int64_t from = CALENDAR_FIRST_YEAR, to = CALENDAR_LAST_YEAR;
    const char *code = count > 1 ? args[1] : "";
    for (int i = 2; i < count; i += 2) {
        int64_t *year = strcmp(args[i], "--from") == 0 ? &from
                        : strcmp(args[i], "--to") == 0 ? &to
                                                       : NULL;
        if (year == NULL)
            return refuse("not understood beside --calendar: ", args[i]);
        if (i + 1 == count || !str_to_i64(str_of(args[i + 1]), year) || *year < YEAR_MIN ||
            *year > YEAR_MAX)
            return refuse("not a year: ", i + 1 < count ? args[i + 1] : "nothing");
    }
    bool is_all = strcmp(code, "all") == 0;
    if (!is_all && calendar_find(str_of(code)) == NULL)
        return refuse("no calendar is called ", code[0] ? code : "nothing");
    int64_t first = civil_to_days((int)from, 1, 1), end = civil_to_days((int)to + 1, 1, 1);
    printf("calendar,zone,date,opens,closes,break_from,break_to\n");
    for (size_t i = 0; calendar_at(i) != NULL; i++)
        if (is_all || strcmp(calendar_code(calendar_at(i)), code) == 0)
            print_calendar(calendar_at(i), first, end);
    return 0;
}
