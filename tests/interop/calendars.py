# SPDX-License-Identifier: MIT
"""The calendars against exchange_calendars (PyPI), for every day of 2015 to 2026.

Sessions, openings, closings and breaks must be the same; what is not stands, with its reason and
its source, in calendar_differences.csv, and a row there that explains nothing fails too.
"""

import csv
import datetime
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("INTEROP_BUILD", "build")
FIELDS = ("open", "close", "break")
FIRST, LAST = "2015-01-01", "2026-12-31"


def ours():
    """code -> date -> (open, close, break), as local texts."""
    out = subprocess.run(
        [BUILD / "portcullisd", "paper", "--calendar", "all", "--from", "2015", "--to", "2026"],
        check=True, capture_output=True, text=True).stdout
    found = {}
    for row in csv.DictReader(out.splitlines()):
        rest = (row["break_from"], row["break_to"]) if row["break_from"] else None
        found.setdefault((row["calendar"], row["zone"]), {})[row["date"]] = (
            row["opens"], row["closes"], rest)
    return found


def theirs(code, zone):
    import exchange_calendars
    import pandas

    calendar = exchange_calendars.get_calendar(code, start=FIRST, end=LAST)
    assert str(calendar.tz) == zone, f"{code}: {calendar.tz} is not {zone}"

    def local(instant):
        return instant.tz_convert(calendar.tz).strftime("%Y-%m-%d %H:%M")

    found = {}
    for day, row in calendar.schedule.iterrows():
        rest = None
        if not pandas.isna(row["break_start"]):
            rest = (local(row["break_start"]), local(row["break_end"]))
        found[day.strftime("%Y-%m-%d")] = (local(row["open"]), local(row["close"]), rest)
    return found


def differences(mine, reference):
    """(date, field, mine, reference)"""
    day, last = datetime.date.fromisoformat(FIRST), datetime.date.fromisoformat(LAST)
    while day <= last:
        key = day.isoformat()
        day += datetime.timedelta(days=1)
        a, b = mine.get(key), reference.get(key)
        if (a is None) != (b is None):
            yield key, "session", a, b
        elif a is not None:
            for i, field in enumerate(FIELDS):
                if a[i] != b[i]:
                    yield key, field, a[i], b[i]


# A day that is explained by "session" or "open" explains the other fields of that day as well.
COVERS = {"session": {"session"}, "open": {"open", "close"}, "close": {"close", "break"},
          "break": {"break"}}


def main():
    with open(ROOT / "tests/interop/calendar_differences.csv", newline="") as file:
        explained = list(csv.DictReader(file))
    used = set()
    number = failed = 0
    for (code, zone), mine in ours().items():
        number += 1
        unknown = []
        count = 0
        for day, field, a, b in differences(mine, theirs(code, zone)):
            count += 1
            rows = [i for i, r in enumerate(explained)
                    if r["calendar"] == code and r["from"] <= day <= r["to"]
                    and field in COVERS[r["kind"]] and r["source"]]
            used.update(rows)
            if not rows:
                unknown.append(f"{day} {field}: {a} here, {b} there")
        sentence = f"{code} trades as exchange_calendars says, {len(mine)} sessions" + (
            f", {count} differences explained" if count else "")
        print(f"{'not ok' if unknown else 'ok'} {number} - {sentence}")
        for line in unknown[:40]:
            print("# " + line)
        failed += bool(unknown)
    idle = [r for i, r in enumerate(explained) if i not in used]
    number += 1
    print(f"{'not ok' if idle else 'ok'} {number} - each explanation explains something")
    for row in idle:
        print(f"# {row['calendar']} {row['from']} {row['kind']}")
    print(f"1..{number}")
    return 1 if failed or idle else 0


sys.exit(main())
