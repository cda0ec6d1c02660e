# SPDX-License-Identifier: MIT
"""Schemathesis asks REST what its OpenAPI document allows, and what it does not: at least 10,000
requests. No answer is a failure of the server, has a status, a kind or a header that is not
documented, or a body that is not as its schema says. 503 and 504 say that the broker has not
answered, as it happens on a busy machine: they are allowed, and must be rare.

What stops all trading comes last, so that orders are really placed before. A stream has no end and
is not asked. Long polls are told not to wait, and bars of a second, which the broker hands out
slowly, are left to other tests.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import harness

TOKEN = "0123456789abcdef0123456789abcdef"
WANTED = 10_000
SECONDS = 240  # after which nothing more is begun
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,"
          "response_headers_conformance,response_schema_conformance,unsupported_method,"
          "allow_header_conformance")
CONFIG = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503", "504"]

[[operations]]
include-path = "/api/alerts"
include-method = "GET"
parameters = { wait_s = 0 }

[[operations]]
include-path = "/api/news"
parameters = { wait_s = 0 }

[[operations]]
include-path = ["/api/history/{symbols}", "/api/technicals/{symbols}"]
parameters = { bars = "1d" }
"""
# far from what a test reaches, so that requests get as deep as they can
LIMITS = {"limits_max_orders_per_day": 100000, "limits_max_orders_per_minute": 1000,
          "limits_max_orders_per_second": 50, "http_requests_per_minute": 0,
          "http_address_requests_per_minute": 0}
# Paths by the one who has to work: the broker's research and history, its orders, the rest.
RESEARCH = "^/api/(options|futures|scan|news|events|hours|history|technicals|returns|volatility|theses)"
ORDERS = "^/api/(orders|stop-loss|reconciliation|quotes|forex|convert|contracts)"
STOPS = "^/api/(kill|trading-state)"
NO_END = "^/api/stream"
ALL = "examples,coverage,fuzzing"


def start(url, config, seed, examples, phases, only=None, but=NO_END):
    """Schemathesis at work; `only` and `but` are patterns of paths."""
    return subprocess.Popen(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", config, "run",
         url + "/openapi.json", "--header", f"Authorization: Bearer {TOKEN}", "--phases", phases,
         "--checks", CHECKS, "--max-examples", str(examples), "--seed", str(seed),
         "--request-timeout", "60", "--continue-on-failure", "--suppress-health-check", "all",
         "--warnings", "off", "--no-color",
         *(["--include-path-regex", only] if only else ["--exclude-path-regex", but])],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def end(works):
    """How many requests were made, and what those said who found something."""
    count, said = 0, ""
    for work in works:
        text = work.communicate()[0]
        counted = re.search(r"([\d,]+) generated", text)
        count += int(counted.group(1).replace(",", "")) if counted else 0
        said += text if work.returncode else ""
    return count, said


# What the exchange works out once: prices, and bars of years.
FIRST = ["/api/quotes/AAPL,ASML,MSFT", "/api/portfolio", "/api/volatility?years=10", "/api/returns"]


def warm_up(url):
    for path in FIRST:
        for _ in range(3):  # a machine that is busy has until then to answer
            try:
                urllib.request.urlopen(url + path, timeout=60).read()
                break
            except urllib.error.HTTPError as error:
                error.close()


LATE = {"NO_PRICE", "NO_RATE", "BROKER_TIMEOUT", "TIMEOUT", "NOT_CONNECTED", "NOT_RECONCILED"}


def late_of(url):
    """How many calls the broker was late for."""
    text = urllib.request.urlopen(url + "/metrics", timeout=60).read().decode()
    rows = re.findall(r'^portcullis_operation_failures_total\{.*code="(\w+)"\} (\d+)', text, re.M)
    return sum(int(n) for code, n in rows if code in LATE)


def main():
    begun = time.monotonic()
    rest = "|".join([RESEARCH, ORDERS, STOPS, NO_END])
    with tempfile.TemporaryDirectory() as home, harness.product(TOKEN, **LIMITS) as url:
        config = pathlib.Path(home, "schemathesis.toml")
        config.write_text(CONFIG)
        warm_up(url)
        os.chdir(home)  # it leaves traces
        research = start(url, config, 1, 15, ALL, RESEARCH)
        count, said, seed, phases = 0, "", 0, ALL
        while count < WANTED and time.monotonic() - begun < SECONDS and not said:
            seed += 1
            more, text = end([start(url, config, seed, 100, phases, ORDERS),
                              start(url, config, seed, 150, phases, but=rest)])
            count, said, phases = count + more, said + text, "fuzzing"
        more, text = end([research])
        count, said = count + more, said + text
        late = late_of(url)
        rare = late * 50 < count
        more, text = end([start(url, config, 1, 100, ALL, STOPS)])
        count, said = count + more, said + text
    print(f"{'not ok' if said else 'ok'} 1 - all answers are as documented")
    for line in said.splitlines():
        print("# " + line)
    enough = count >= WANTED
    print(f"{'ok' if enough else 'not ok'} 2 - at least {WANTED} requests were made")
    print(f"# {count} requests in {time.monotonic() - begun:.0f} s")
    print(f"{'ok' if rare else 'not ok'} 3 - the broker was late for fewer than one in fifty")
    print(f"# {late} calls")
    print("1..3")
    return 1 if said or not enough or not rare else 0


sys.exit(main())
