# SPDX-License-Identifier: MIT
"""record_proxy.py PORT FILE CLIENT: a TCP proxy that writes down what a client asks.

Listens on a free port of 127.0.0.1, which it prints, and passes everything on to PORT. FILE gets
one line for each different frame from the client,

    VERSION HEX

with the negotiated server version (0 for the offer of versions that opens a connection) and the
body of the frame, without its length. Lines that begin with # are comments.
"""

import getpass
import os
import socket
import struct
import sys
import threading

PRELUDE = b"API\0"


class Frames:
    """Cuts a byte stream into frames."""

    def __init__(self, prelude=b""):
        self.prelude = prelude
        self.pending = b""

    def feed(self, data):
        self.pending += data
        if self.prelude and len(self.pending) >= len(self.prelude):
            assert self.pending.startswith(self.prelude)
            self.pending = self.pending[len(self.prelude):]
            self.prelude = b""
        while not self.prelude and len(self.pending) >= 4:
            length = struct.unpack(">I", self.pending[:4])[0]
            if len(self.pending) < 4 + length:
                return
            yield self.pending[4:4 + length]
            self.pending = self.pending[4 + length:]


class Recording:
    """The file; refuses a frame that would tell who recorded it, and where."""

    def __init__(self, path, client):
        self.path = path
        self.seen = set()
        self.lock = threading.Lock()
        self.private = {getpass.getuser(), socket.gethostname(), os.path.expanduser("~")}
        self.out = open(path, "w", encoding="ascii")
        self.line(f"# What {client} sends to the paper exchange. Made by `tools/interop --record`.")
        self.line("# A line: server version (0: the opening offer), body of one request in hex.")

    def line(self, text):
        with self.lock:
            if text not in self.seen:
                self.seen.add(text)
                self.out.write(text + "\n")
                self.out.flush()

    def frame(self, version, body):
        for word in self.private:
            if len(word) > 3 and word.encode() in body:
                print(f"record_proxy: a frame names {word!r}", file=sys.stderr)
                os.unlink(self.path)
                os._exit(1)
        self.line(f"{version} {body.hex()}")


class Connection:
    def __init__(self, client, server, recording):
        self.client, self.server, self.recording = client, server, recording
        self.version = 0
        threading.Thread(target=self.requests, daemon=True).start()
        threading.Thread(target=self.replies, daemon=True).start()

    def requests(self):
        frames = Frames(PRELUDE)
        while data := receive(self.client):
            for body in frames.feed(data):
                self.recording.frame(self.version, body)
            self.server.sendall(data)
        shut(self.server)

    def replies(self):
        frames = Frames()
        while data := receive(self.server):
            if not self.version:
                for body in frames.feed(data):
                    self.version = self.version or int(body.split(b"\0")[0])
            self.client.sendall(data)
        shut(self.client)


def receive(s):
    try:
        return s.recv(1 << 16)
    except OSError:
        return b""


def shut(s):
    try:
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def main():
    target, recording = int(sys.argv[1]), Recording(sys.argv[2], sys.argv[3])
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"listening on {listener.getsockname()[1]}", file=sys.stderr, flush=True)
    while True:
        accepted, _ = listener.accept()
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Connection(accepted, socket.create_connection(("127.0.0.1", target)), recording)


main()
