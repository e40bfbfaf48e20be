"""A client that keeps some connections busy for some seconds: each sends its next batch when the last is answered.

    PORT KEY BATCHES_FILE SECONDS CONNECTIONS

Every batch has event ids of its own, and is built while the server works on others. Prints one JSON object: answered
requests, refused ones, and the time each answer took in milliseconds, as percentiles.
"""

import asyncio
import json
import os
import re
import statistics
import sys
import time
from pathlib import Path

import uvloop

_ID = re.compile(rb'"event_id":"[0-9a-f-]{36}"')


class Load:
    """What all connections share."""

    def __init__(self, template: bytes, key: str) -> None:
        self._pieces = _ID.split(template)
        self._start = os.urandom(4).hex()
        self._number = 0
        self._head = (
            "POST /api/analytics/events HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            f"authorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: "
        ).encode()
        self.took: list[float] = []
        self.refused = 0

    def request(self) -> bytes:
        """The next request."""
        ids = []
        for _ in range(len(self._pieces) - 1):
            self._number += 1
            # Spread over all 64 bits, as random ids are.
            mixed = self._number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
            ids.append(b'"event_id":"%s-%04x-4%03x-8%03x-%012x"' % self._parts(mixed))
        body = b"".join(piece for pair in zip(self._pieces, [*ids, b""], strict=True) for piece in pair)
        return b"%s%d\r\n\r\n%s" % (self._head, len(body), body)

    def _parts(self, mixed: int) -> tuple[bytes, int, int, int, int]:
        return self._start.encode(), mixed >> 48, mixed >> 36 & 0xFFF, mixed >> 24 & 0xFFF, mixed & 0xFFFFFF

    async def connection(self, port: int, until: float) -> None:
        """One connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            request = self.request()
            started = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            self.took.append(time.perf_counter() - started)
            self.refused += not head.startswith(b"HTTP/1.1 200 ")
        writer.close()


async def main(port: int, key: str, template: bytes, seconds: float, connections: int) -> None:
    """Loads the server and prints what came back."""
    load = Load(template, key)
    until = time.perf_counter() + seconds
    await asyncio.gather(*(load.connection(port, until) for _ in range(connections)))
    took = statistics.quantiles(load.took, n=100)
    found = {"answered": len(load.took), "refused": load.refused, "p50": took[49] * 1e3, "p99": took[98] * 1e3}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    uvloop.run(
        main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).read_bytes(), float(sys.argv[4]), int(sys.argv[5]))
    )
