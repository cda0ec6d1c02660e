# SPDX-License-Identifier: MIT
"""ib_async_decode.py VERSION FILE: the quote stream of bench/wire.c through ib_async's Decoder.

Cuts and decodes frames as its client does; the wrapper only adds up what it is told. Prints
quotes.VERSION.ib_async.rate and .sum.
"""

import struct
import sys
import time

from ib_async.decoder import Decoder

FOR_S = 1.0


class Sum:
    """The callbacks of the stream's messages."""

    def __init__(self):
        self.sum = 0.0

    def priceSizeTick(self, req_id, tick_type, price, size):
        self.sum += price
        self.sum += size

    def tickSize(self, req_id, tick_type, size):
        self.sum += size

    def tickString(self, req_id, tick_type, value):
        self.sum += len(value)

    def tickGeneric(self, req_id, tick_type, value):
        self.sum += value


def read_all(decoder, data):
    at = count = 0
    while at < len(data):
        end = at + 4 + struct.unpack(">I", data[at:at + 4])[0]
        fields = data[at + 4:end].decode(errors="backslashreplace").split("\0")
        fields.pop()
        decoder.interpret(fields)
        at = end
        count += 1
    return count


def main():
    version, path = int(sys.argv[1]), sys.argv[2]
    with open(path, "rb") as file:
        data = file.read()
    wrapper = Sum()
    decoder = Decoder(wrapper, version)
    read_all(decoder, data)
    total = wrapper.sum
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < FOR_S:
        count += read_all(decoder, data)
    rate = count / (time.perf_counter() - begin)
    print(f"quotes.{version}.ib_async.rate\t{rate:.6g}")
    print(f"quotes.{version}.ib_async.sum\t{total:.9g}")


main()
