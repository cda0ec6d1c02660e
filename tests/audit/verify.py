#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Verifies an exported audit log without the program that wrote it.

usage: verify.py LOG.jsonl [ANCHORS]    exit status 0: intact; 1: says what is wrong
"""
import hashlib
import json
import sys


def main(log, anchors=None):
    prev, seq, hashes = "", 0, {}
    with open(log, encoding="utf-8") as lines:
        for line in lines:
            r = json.loads(line)
            seq += 1
            if r["seq"] != seq:
                return f"record {seq} is missing"
            if r["prev_hash"] != prev:
                return f"record {seq} does not continue the one before it"
            text = "\n".join(
                [prev, str(seq), r["at"], r["kind"], r["principal"], r["body"]])
            prev = hashlib.sha256(text.encode()).hexdigest()
            if r["hash"] != prev:
                return f"record {seq} was changed"
            hashes[seq] = prev
    with open(anchors or "/dev/null", encoding="utf-8") as lines:
        for words in (line.split() for line in lines if line.strip()):
            if hashes.get(int(words[0])) != words[2]:
                return f"anchor {words[0]} does not fit"
    print(f"{seq} records fit")
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
