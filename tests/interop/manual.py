# SPDX-License-Identifier: MIT
"""The examples of docs/paper.md in Python do what the manual says, each in a process of its own."""

import re
import subprocess
import sys

import harness

# What each example prints, in their order in the manual.
SAYS = [r"^Filled \[Fill\(", r"^the exchange's clock shows \d+$"]


def main():
    text = (harness.ROOT / "docs/paper.md").read_text()
    examples = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    failed = 0
    with harness.exchange("manual", 225) as port:
        for number, (example, says) in enumerate(zip(examples, SAYS), 1):
            done = subprocess.run([sys.executable, "-c", example.replace("7497", str(port))],
                                  capture_output=True, text=True, timeout=harness.PATIENCE)
            good = done.returncode == 0 and re.search(says, done.stdout, re.M)
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - example {number} of the manual runs")
            for line in [] if good else (done.stdout + done.stderr).splitlines():
                print("# " + line)
    known = len(examples) == len(SAYS)
    print(f"{'ok' if known else 'not ok'} {len(SAYS) + 1} - the manual has {len(SAYS)} examples")
    print(f"1..{len(SAYS) + 1}")
    return 1 if failed or not known else 0


sys.exit(main())
