/* SPDX-License-Identifier: MIT */
#include "broker/window.h"

#include <assert.h>

enum { HOUR = 60, DAY = 24 * HOUR, NIGHT_FROM = 23 * HOUR + 45, NIGHT_TO = 45 };
enum { FRIDAY = 4, SUNDAY = 6 }; /* civil_weekday */

/*
 * Friday 23:00 to Saturday 03:00: the broker's long reset. Sunday 00:45 to 02:00: the logins of the
 * week end at 01:00, and TWS asks for a new one.
 */
static const struct {
    int from, to; /* minutes since Monday 00:00 */
} WEEKLY[] = {
    {FRIDAY * DAY + 23 * HOUR, (FRIDAY + 1) * DAY + 3 * HOUR},
    {SUNDAY * DAY + 45, SUNDAY *DAY + 2 * HOUR},
};

enum restart_window restart_window_at(const struct tz *zone, struct restart_hours hours,
                                      struct utc now)
{
    if (zone == NULL)
        return WINDOW_NONE;
    assert(hours.from_min >= 0 && hours.from_min < DAY && hours.to_min >= 0 && hours.to_min < DAY);
    struct civil c = tz_civil(zone, now);
    int of_day = c.hour * HOUR + c.minute;
    int of_week = civil_weekday(civil_to_days(c.year, c.month, c.day)) * DAY + of_day;
    for (size_t i = 0; i < sizeof WEEKLY / sizeof WEEKLY[0]; i++)
        if (of_week >= WEEKLY[i].from && of_week < WEEKLY[i].to)
            return WINDOW_WEEKLY;
    int from = hours.from_min, to = hours.to_min;
    if (from == 0 && to == 0) {
        from = NIGHT_FROM;
        to = NIGHT_TO;
    }
    bool is_night = from <= to ? of_day >= from && of_day < to : of_day >= from || of_day < to;
    return is_night ? WINDOW_NIGHTLY : WINDOW_NONE;
}
