# SPDX-License-Identifier: MIT
"""The examples of docs/rest.md do what the manual says; /metrics is what Prometheus reads."""

import re
import subprocess
import sys
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

import harness

TOKEN = "0123456789abcdef0123456789abcdef"
# What each example prints, in their order in the manual.
SAYS = [
    r'^\{"account":"DU\d+","mode":"paper",.*"positions":\[',
    r'(?s)"symbol":"AAPL".*"symbol":"ASML".*NOSUCH.*"pair":"EUR',
    r'(?s)^symbol,.*\n\{"symbol":"',
    r'(?s)^BEGIN:VCALENDAR.*^END:VCALENDAR.*^prev_hash,seq,at,.*"config"',
    r"^304$",
    r'"preview_id":"[0-9a-f]{32}"',
    r'(?s)"order_id":(\d+),.*"order_id":\1,',
    r'"order_type":"STP"',
    r'"code":"UNKNOWN_ARGUMENT".*"next":"did you mean detail\?',
    r'(?s)event: order\n.*event: fill\ndata: \{"type":"fill".*"symbol":"MSFT"',
    r'(?s)^\{"status":"ready"\}portcullis_broker_ready 1\n.*decision="passed"\} [1-9]',
]

_count = 0
_failed = 0


def check(sentence, good, said=""):
    global _count, _failed
    _count += 1
    _failed += not good
    print(f"{'ok' if good else 'not ok'} {_count} - {sentence}")
    for line in [] if good else said.splitlines():
        print("# " + line[:2000])


def examples(url):
    text = (harness.ROOT / "docs/rest.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    check(f"the manual has {len(SAYS)} examples", len(blocks) == len(SAYS), f"it has {len(blocks)}")
    for number, (block, says) in enumerate(zip(blocks, SAYS), 1):
        script = f"TOKEN={TOKEN}\n" + block.replace("http://127.0.0.1:5000", url)
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True,
                              timeout=harness.PATIENCE)
        check(f"example {number} of the manual runs",
              done.returncode == 0 and re.search(says, done.stdout, re.M), done.stdout + done.stderr)


def metrics(url):
    with urllib.request.urlopen(url + "/metrics") as answer:
        kind, text = answer.headers["Content-Type"], answer.read().decode()
    families = list(text_string_to_metric_families(text))
    samples = [sample for family in families for sample in family.samples]
    check("/metrics is in the text format", kind.startswith("text/plain; version=0.0.4"), kind)
    named = all(re.fullmatch(r"(portcullis|process)_[a-z_]+", f.name) and f.documentation
                and f.type in ("gauge", "counter", "histogram") for f in families)
    check("each metric has a name, a kind and a meaning", named and len(samples) > 60, text)
    check("no sample is told twice",
          len({(s.name, tuple(sorted(s.labels.items()))) for s in samples}) == len(samples), text)
    check("no label names an account or a symbol",
          not any(re.search(r"DU\d|AAPL|MSFT", v) for s in samples for v in s.labels.values()), text)


with harness.product(TOKEN) as address:
    examples(address)
    metrics(address)
print(f"1..{_count}")
sys.exit(1 if _failed else 0)
