#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""crash: the real daemon dies, or a call of it fails, at every point of the way of an order.

A daemon trades on a paper exchange that is a process of its own: it rests an order, buys at the
market, places a bracket, moves and cancels the first order and pulls the kill switch. preload.c
lets one thing go wrong at its n-th call that writes. Then the daemon is started anew, waits until
all is reconciled, and everybody who got no answer asks again with the same idempotency key. What
must hold in the end, by the exchange's own records:

  each order is there at most once; each that somebody was told of, or is told of now, exactly once
  of a bracket all legs are there, or none works
  each order has its intent in the journal, durable before it was sent
  each fill is in the journal
  the kill switch, once it has answered, is on, and nothing of ours works at the exchange
  the audit chain is whole

  crash.py --build DIR [--kinds kill,torn,...] [--every N] [--from N] [--jobs N] [--report PAGE]
  crash.py --build DIR --one KIND N      one case, with what was said
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE_S = 30
FAST = 20  # simulated seconds per second, and of the daemon's waits after the restart
KINDS = ("kill", "torn", "eio", "enospc", "eintr", "short1", "half", "ahead", "back", "leap")

# name, key, arguments; {first} is the id of the first order
STEPS = (
    ("rest", "k-rest", "limit KO BUY 5 60"),
    ("buy", "k-buy", "market KO BUY 3"),
    ("bracket", "k-bracket", "bracket KO BUY 2 --entry-price 70 --stop-price 66 --target-price 90"),
    ("move", None, "modify {first} --price 61"),
    ("cancel", None, "cancel {first}"),
    ("kill", None, "kill crash"),
)
# the orders that each step may make, by what they are at the exchange: quantity, type, side
ORDERS = {"rest": [("5", "LMT", "BUY")], "buy": [("3", "MKT", "BUY")],
          "bracket": [("2", "LMT", "BUY"), ("2", "STP", "SELL"), ("2", "LMT", "SELL")]}


class Wrong(Exception):
    """What must hold does not."""


def need(condition, text):
    if not condition:
        raise Wrong(text)


def is_placed(answer):
    """The answer says that the order stands at the exchange, or stood there."""
    return bool(answer) and answer.get("success") and answer.get("result") in ("working", "filled")


class Case:
    def __init__(self, build, preload, kind, n, seen=None):
        self.build, self.preload, self.kind, self.n = os.path.abspath(build), preload, kind, n
        self.dir = tempfile.mkdtemp(prefix="crash-")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PORTCULLIS_")}
        self.env.update(HOME=self.dir, XDG_STATE_HOME=self.dir, XDG_CONFIG_HOME=self.dir,
                        XDG_RUNTIME_DIR=self.dir)
        self.socket = self.path("sock")
        self.port = 0
        self.exchange = self.daemon = None
        self.answers, self.seen = {}, seen

    def path(self, name):
        return os.path.join(self.dir, name)

    # ---- processes ----

    def start_exchange(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.exchange = subprocess.Popen(
            [self.build + "/portcullisd", "paper", "--port", str(self.port), "--state",
             self.path("exchange.log"), "--seed", "5", "--speed", str(FAST)],
            env=self.env, stdout=subprocess.DEVNULL, stderr=open(self.path("exchange.err"), "w"))
        end = time.time() + PATIENCE_S
        while time.time() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise Wrong("the exchange does not start")

    def start_daemon(self, crash=None):
        env = dict(self.env, LD_PRELOAD=self.preload)
        if crash:
            env.update(CRASH=crash, CRASH_COUNT=self.path("count"))
        else:
            env.update(CRASH_SPEED=str(FAST))
        self.daemon = subprocess.Popen(
            [self.build + "/portcullisd", "--foreground-log", "--state", self.path("state"), "--socket",
             self.socket, "--set", "http.enabled=false", "--set", "broker.kind=tws", "--set",
             "broker.port=%d" % self.port, "--set", "limits.mode=paper"],
            env=env, stdout=subprocess.DEVNULL, stderr=open(self.path("daemon.err"), "a"))

    def end_daemon(self, how=signal.SIGKILL):
        if self.daemon.poll() is None:
            self.daemon.send_signal(how)
            try:
                self.daemon.wait(10)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
        self.daemon.wait()

    def is_dead(self):
        return self.daemon.poll() is not None

    def fini(self):
        for p in (self.daemon, self.exchange):
            if p:
                p.kill()
                p.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    # ---- asking the daemon, as the client does ----

    def ask(self, line, key=None, timeout=25):
        """(exit status, text) or None: no answer."""
        words = line.split() + ["--json"] + (["--idempotency-key", key] if key else [])
        hello = "PORTCULLIS 1 build=crash face=cli width=0 tty=0 stdin=0 args=%d\n" % len(words)
        got = b""
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(timeout)
                s.connect(self.socket)
                s.sendall(hello.encode() + b"".join(w.encode() + b"\0" for w in words))
                s.shutdown(socket.SHUT_WR)
                while True:
                    more = s.recv(65536)
                    if not more:
                        break
                    got += more
        except OSError:
            return None
        out, status = b"", None
        got = got[got.find(b"\n") + 1:]
        while len(got) >= 5:
            n = int.from_bytes(got[1:5], "big")
            if len(got) < 5 + n:
                return None
            if got[:1] == b"o":
                out += got[5:5 + n]
            elif got[:1] == b"x":
                status = int(got[5:5 + n])
            got = got[5 + n:]
        return None if status is None else (status, out.decode())

    def ask_json(self, line, key=None):
        answer = self.ask(line, key)
        try:
            return json.loads(answer[1]) if answer else None
        except ValueError:
            return None

    def wait_ready(self):
        """True if the daemon is connected and has reconciled; False if it has died."""
        end = time.time() + PATIENCE_S
        status = None
        while time.time() < end and not self.is_dead():
            status = self.ask_json("status")
            if status and status.get("link") == "ready":
                return True
            time.sleep(0.01)
        need(self.is_dead(), "not ready after %d s: %s" % (PATIENCE_S, status))
        return False

    # ---- the truth, from the exchange's file ----

    def truth(self):
        """({perm id: order}, {perm id: [shares of the fills]}) by the exchange's records."""
        sides, orders, fills = {"1": "BUY", "2": "SELL"}, {}, {}
        with open(self.path("exchange.log")) as f:
            for line in f:
                part = line.split("|")
                if part[0] == "O":
                    orders[part[1]] = {"ref": part[9], "type": part[12], "quantity": part[15],
                                       "side": sides.get(part[13], part[13])}
                elif part[0] == "F":
                    fills.setdefault(part[2], []).append(float(part[7]))
        return orders, fills

    # ---- one case ----

    def run_steps(self):
        first = "1"
        for name, key, line in STEPS:
            if self.is_dead():
                return
            answer = self.ask_json(line.format(first=first), key)
            self.answers[name] = answer
            if name == "rest" and answer and answer.get("order_id"):
                first = str(answer["order_id"])

    def run(self):
        self.start_exchange()
        self.start_daemon("%s %d" % (self.kind, self.n))
        if self.wait_ready():
            self.run_steps()
        self.end_daemon()
        before = dict(self.answers)
        # a daemon that starts only now has nothing to fear
        self.start_daemon()
        need(self.wait_ready(), "the daemon does not start again")
        self.settle()
        self.check_told(before)
        self.retry(before)
        self.settle()
        self.check_truth()

    def settle(self):
        """Waits until no order is of unknown fate and the kill switch has done its work."""
        end, safety = time.time() + PATIENCE_S, None
        while time.time() < end:
            safety = self.ask_json("safety")
            if safety and safety["unknown_orders"] == 0 and not safety["orders_to_cancel"]:
                return
            time.sleep(0.05)
        raise Wrong("not settled after %d s: %s" % (PATIENCE_S, str(safety)[:300]))

    def count(self, step):
        """How often the orders of a step are at the exchange."""
        orders, _ = self.truth()
        found = [(o["quantity"], o["type"], o["side"]) for o in orders.values()]
        return [found.count(x) for x in ORDERS[step]]

    def check_told(self, answers):
        for step in ORDERS:
            said = answers.get(step)
            if is_placed(said):
                need(self.count(step) == [1] * len(ORDERS[step]),
                     "%s was told as placed, at the exchange %s" % (step, self.count(step)))
        said = answers.get("kill")
        forgets = said and any("would forget the kill switch" in w for w in said.get("warnings", ()))
        if said and said.get("killed") and not forgets:
            safety = self.ask_json("safety")
            need(safety["killed"], "the kill switch had answered and is off after the restart")

    def insist(self, line, key):
        """Asks until the answer is more than that something is not there yet, a price for example."""
        end = time.time() + PATIENCE_S
        while True:
            said = self.ask_json(line, key)
            if not said or said.get("class") != "unavailable" or time.time() > end:
                return said
            time.sleep(0.1)

    def retry(self, before):
        for name, key, line in STEPS:
            if not key:
                continue
            said = self.insist(line, key)
            need(said is not None, "no answer to %s after the restart" % name)
            if is_placed(said):
                need(self.count(name) == [1] * len(ORDERS[name]),
                     "%s succeeded when asked again, at the exchange %s: %s" % (name, self.count(name), said))
                was = before.get(name)
                if was and was.get("success"):
                    need(was["order_ref"] == said["order_ref"], name + ": another order the second time")
            again = self.insist(line, key)
            need(again and again.get("order_ref") == said.get("order_ref"),
                 "%s: another order the third time: %s, %s" % (name, str(said)[:500], str(again)[:500]))

    def check_truth(self):
        orders, fills = self.truth()
        for step, expected in ORDERS.items():
            need(max(self.count(step)) <= 1, "%s is there twice: %s" % (step, self.count(step)))
        refs = [o["ref"] for o in orders.values()]
        exported = self.ask("audit export")
        need(exported and exported[0] == 0, "the audit log cannot be exported")
        intents = exported[1]
        for ref in set(refs):
            need(refs.count(ref) == 1, "reference %s is there %d times" % (ref, refs.count(ref)))
            need(ref in intents, "order %s has no intent" % ref)
        known = self.ask_json("executions --days-back 1")
        need(known is not None, "no executions are told")
        for perm, shares in fills.items():
            mine = [e["shares"] for e in known["executions"] if str(e["perm_id"]) == perm]
            need(sorted(mine) == sorted(shares),
                 "the exchange filled %s of order %s, the journal knows %s" % (shares, perm, mine))
        verified = self.ask("audit verify")
        need(verified and verified[0] == 0, "audit verify: %s" % (verified,))
        working = self.ask_json("orders")["orders"]
        if 0 < sum(self.count("bracket")) < 3:
            parts = [o for o in working if o["quantity"] == 2]
            need(not parts, "%d legs of a part of a bracket work" % len(parts))
        if self.ask_json("safety")["killed"]:
            need(not working, "killed, and %d orders work" % len(working))

    def calls(self):
        try:
            with open(self.path("count")) as f:
                return int(f.read() or 0)
        except OSError:
            return 0


def run_case(build, preload, kind, n, talk=False):
    """(None or what is wrong, calls that were counted)."""
    case = Case(build, preload, kind, n)
    wrong = None
    try:
        case.run()
    except Wrong as e:
        wrong = str(e)
    except Exception as e:  # of the test itself
        wrong = "%s: %s" % (type(e).__name__, e)
    calls = case.calls()
    if wrong or talk:
        with open(case.path("daemon.err")) as f:
            log = f.read()
        print("%s %d: %s\n%s\n%s" % (kind, n, wrong or "as it should be", log,
                                     "\n".join("%s: %s" % (k, str(v)[:400]) for k, v in case.answers.items())))
    case.fini()
    return wrong, calls


def write_report(page, rows):
    begin, end = "<!-- crash: begin -->", "<!-- crash: end -->"
    with open(page) as f:
        text = f.read()
    if begin not in text:
        sys.exit("crash: %s has no mark %s" % (page, begin))
    head, rest = text.split(begin, 1)
    with open(page, "w") as f:
        f.write(head + begin + "\n" + rows + "\n" + end + rest.split(end, 1)[1])


WORDS = {"kill": "killed before the call", "torn": "killed in the middle of the call",
         "eio": "the call fails: EIO, or the socket is reset",
         "enospc": "the disk is full from the call on", "eintr": "the call is interrupted",
         "short1": "one byte is written", "half": "half of the bytes are written",
         "ahead": "the wall clock goes an hour ahead", "back": "the wall clock goes back an hour",
         "leap": "the wall clock leaps a day to and fro at each reading"}


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--build", default="build")
    args.add_argument("--preload", default=None)
    args.add_argument("--kinds", default=",".join(KINDS))
    args.add_argument("--every", type=int, default=1)
    args.add_argument("--first", type=int, default=1)
    args.add_argument("--jobs", type=int, default=2)
    args.add_argument("--one", nargs=2)
    args.add_argument("--tap", action="store_true")
    args.add_argument("--report")
    args = args.parse_args()
    preload = os.path.abspath(args.preload or args.build + "/crash_preload.so")
    if args.one:
        return 1 if run_case(args.build, preload, args.one[0], int(args.one[1]), True)[0] else 0
    began = time.time()
    wrong, calls = run_case(args.build, preload, "never", 0)
    if wrong:
        print("not ok 1 - without a fault\n# %s\n1..1" % wrong)
        return 1
    kinds = args.kinds.split(",")
    cases = [(k, n) for i, k in enumerate(kinds)
             for n in range(args.first + i * args.every // len(kinds), calls + 1, args.every)]
    done, failed, results = [0], [], {k: [0, 0] for k in kinds}
    lock = threading.Lock()

    def one(case):
        said, _ = run_case(args.build, preload, *case)
        with lock:
            done[0] += 1
            results[case[0]][0] += 1
            results[case[0]][1] += said is not None
            if said:
                failed.append((case, said))
            if not args.tap and done[0] % 20 == 0:
                print("crash: %d of %d, %d wrong, %d s" %
                      (done[0], len(cases), len(failed), time.time() - began), flush=True)

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(one, cases))
    if args.tap:
        print("ok 1 - without a fault")
        for i, k in enumerate(kinds, 2):
            bad = ["%s %d: %s" % (c[0], c[1], said) for c, said in failed if c[0] == k]
            print("%sok %d - %s, at %d points" % ("not " if bad else "", i, WORDS[k], results[k][0]))
            for line in bad:
                print("# " + line)
        print("1..%d" % (len(kinds) + 1))
    else:
        for case, said in failed:
            print("%s %d: %s" % (*case, said))
    rows = ["| what goes wrong | points | violations |", "|---|---:|---:|"]
    rows += ["| %s | %d | %d |" % (WORDS[k], *results[k]) for k in kinds]
    rows.append("| all, at %s of %d calls | %d | %d |" % (
        "each" if args.every == 1 else "one in %d" % args.every, calls, len(cases), len(failed)))
    if not args.tap:
        print("\n".join(rows))
    if args.report:
        write_report(args.report, "\n".join(rows))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
