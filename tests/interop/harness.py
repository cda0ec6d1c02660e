# SPDX-License-Identifier: MIT
"""What the Python interop tests share: TAP, the paper exchange, and the recording of requests.

A test is a function decorated with @test; its name, with blanks for underscores, is the sentence
that TAP prints. @flow("F-...") is a test that stands for that flow in the table of docs/interop.md.
They run in order against one exchange and share one context object.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("INTEROP_BUILD", "build")
RECORD = os.environ.get("INTEROP_RECORD")  # a directory: requests pass the recording proxy
# an advisor's login, its clients, and groups that divide orders among them
ADVISOR, CLIENTS = "DF9000000", ["DU9000001", "DU9000002"]
GROUPS = (ROOT / "tests/interop/groups.xml").read_text()
PATIENCE = 20  # seconds that any single answer may take

_tests = []


def test(function, flow=""):
    _tests.append((flow, function.__name__.replace("_", " "), function))
    return function


def flow(name):
    return lambda function: test(function, f", {name}")


def run(context, client, version):
    """Runs the tests in order and returns the exit status; each says which client at which version."""
    failed = 0
    for number, (step, sentence, function) in enumerate(_tests, 1):
        name = f"{client} at {version}{step}: {sentence}"
        try:
            function(context)
            print(f"ok {number} - {name}", flush=True)
        except Exception:  # noqa: BLE001 a failing test must not stop the others
            failed += 1
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().splitlines():
                print("# " + line, flush=True)
    print(f"1..{len(_tests)}", flush=True)
    return 1 if failed else 0


def eventually(condition, what, patience=PATIENCE, step=lambda: time.sleep(0.01)):
    """Waits until condition() is true and returns what it gave; `step` lets the client work."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        step()
    raise AssertionError(f"waited {patience} s in vain for {what}")


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _announced(program, pattern, lines):
    """Reads the program's stderr on a thread; returns what `pattern` captures in its first match."""
    found = threading.Event()
    capture = []

    def pump():
        for line in program.stderr:
            lines.append(line.rstrip())
            match = re.search(pattern, line)
            if match and not capture:
                capture.append(match.group(1))
                found.set()
        found.set()

    threading.Thread(target=pump, daemon=True).start()
    found.wait(PATIENCE)
    if not capture:
        raise RuntimeError(f"{program.args[0]} did not start: " + " / ".join(lines[-5:]))
    return capture[0]


@contextlib.contextmanager
def _program(*command):
    program = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_die_with_parent,
    )
    try:
        yield program
    finally:
        program.terminate()
        try:
            program.wait(5)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


@contextlib.contextmanager
def exchange(client, max_version=200, advisor=False):
    """A paper exchange of its own, on a free port, that keeps nothing. Yields the port.

    With `advisor` it is an advisor's login. `client` is the name and version of the outside client, for the recording.
    """
    lines = []
    with contextlib.ExitStack() as stack:
        paper = stack.enter_context(
            _program(BUILD / "portcullis", "paper", "--memory", "--port", 0, "--max-version",
                     max_version, "--no-subscription", "LSE",
                     *(["--advisor", ADVISOR, "--accounts", ",".join(CLIENTS)] if advisor else []))
        )
        port = int(_announced(paper, r"127\.0\.0\.1:(\d+)", lines))
        if RECORD:
            out = pathlib.Path(RECORD) / f"{client.replace(' ', '-')}-at-{max_version}.txt"
            proxy = stack.enter_context(
                _program(sys.executable, ROOT / "tests/interop/record_proxy.py", port, out, client)
            )
            port = int(_announced(proxy, r"listening on (\d+)", []))
        yield port
        if paper.poll() is not None:
            print(f"# the exchange ended with status {paper.returncode}")
            for line in lines[-20:]:
                print("# " + line)


@contextlib.contextmanager
def product(token, **settings):
    """The product on its embedded exchange, in directories of its own. Yields its HTTP address.

    The token may read, preview, note and trade; settings are PORTCULLIS_ variables.
    """
    with tempfile.TemporaryDirectory(prefix="pr-") as home:
        env = {"PATH": os.environ["PATH"], "HOME": home, "PORTCULLIS_HTTP_PORT": "0",
               **{f"PORTCULLIS_{name.upper()}": str(value) for name, value in settings.items()}}
        for name in ("config_home", "state_home", "runtime_dir"):
            directory = pathlib.Path(home, name)
            directory.mkdir(mode=0o700)
            env["XDG_" + name.upper()] = str(directory)
        # as an older version kept a token: the daemon takes it over
        state = pathlib.Path(home, "state_home", "portcullis")
        state.mkdir(mode=0o700)
        kept = state / "token"
        kept.touch(mode=0o600)
        kept.write_text(token)

        def cli(*words):
            return subprocess.run([BUILD / "portcullis", *words], env=env, text=True, timeout=PATIENCE,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

        try:
            yield json.loads(cli("status", "--json"))["api"]
        finally:
            cli("stop")
