"""A load generator: prepared requests over kept-alive connections, in a process of its own.

It only counts answers and looks at their status, so that it costs a small part of what the server does. Started as
`python -m bench.load`; `run_load` does that and waits.
"""

import argparse
import heapq
import json
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
TIME_LIMIT = 120


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. Times in seconds, latencies in milliseconds."""

    answers: int
    failures: int  # answers other than 200
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


def run_load(
    port: int, requests: Sequence[bytes], *, connections: int = 32, rate: float | None = None, repeat: int = 1
) -> Load:
    """Send every request `repeat` times over so many connections to 127.0.0.1, `rate` a second or as fast as answers
    come. Raise RuntimeError when an answer is not 200."""
    with tempfile.NamedTemporaryFile(suffix=".requests") as file:
        file.write(msgspec.msgpack.encode(requests))
        file.flush()
        command = [sys.executable, "-m", "bench.load", str(port), file.name, str(connections), str(rate or 0)]
        done = subprocess.run([*command, str(repeat)], capture_output=True, text=True, check=False, timeout=TIME_LIMIT)
    if done.returncode:
        raise RuntimeError(f"the load generator failed: {done.stderr[-2000:]}")
    load = msgspec.json.decode(done.stdout, type=Load)
    if load.failures:
        raise RuntimeError(f"{load.failures} of {load.answers} answers were not 200")
    return load


def post(path: str, body: bytes, **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}{lines}\r\n".encode() + body


def get(path: str, **headers: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n{lines}\r\n".encode()


class _Source:
    """The requests that are left, when the next one is due, and the answers so far."""

    def __init__(self, requests: Sequence[bytes], rate: float) -> None:
        self._left = iter(requests)
        self._interval = 1 / rate if rate else 0.0
        self._next_at = time.perf_counter()
        self.latencies: list[float] = []
        self.failures = 0

    def next(self) -> tuple[bytes, float] | None:
        """A request and when it is due. An answer that is late counts from when its request was due: a slow server
        cannot slow its own test."""
        request = next(self._left, None)
        if request is None:
            return None
        if not self._interval:
            return request, time.perf_counter()
        due, self._next_at = self._next_at, self._next_at + self._interval
        return request, due


class _Connection:
    """One request after the other over one socket."""

    def __init__(self, port: int, source: _Source) -> None:
        self._source = source
        self._received = b""
        self._since = 0.0
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes, since: float) -> None:
        self._since = since
        self.socket.sendall(request)

    def answered(self) -> bool:
        """Take what has come; whether the answer is whole."""
        data = self.socket.recv(65_536)
        if not data:
            raise ConnectionError("the server closed the connection")
        self._received += data
        head = self._received.find(_END)
        length = _LENGTH.search(self._received)
        if head < 0 or length is None or len(self._received) < head + len(_END) + int(length[1]):
            return False
        self._source.latencies.append(time.perf_counter() - self._since)
        self._source.failures += self._received[9:12] != b"200"
        self._received = b""
        return True


def _run(port: int, requests: Sequence[bytes], connections: int, rate: float) -> Load:
    # Sockets and a selector: an event loop would take three times as much of the processor from what is measured.
    source = _Source(requests, rate)
    idle = [_Connection(port, source) for _ in range(min(connections, len(requests)))]
    waiting: list[tuple[float, int, _Connection, bytes]] = []  # for their request to be due
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for connection in idle:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        open_ = len(idle)
        while True:
            for connection in idle:
                if (coming := source.next()) is None:
                    open_ -= 1
                    continue
                request, due = coming
                if due <= time.perf_counter():
                    connection.send(request, due)
                else:
                    heapq.heappush(waiting, (due, id(connection), connection, request))
            if not open_:
                break
            timeout = max(0.0, waiting[0][0] - time.perf_counter()) if waiting else None
            idle = [key.data for key, _ in selector.select(timeout) if key.data.answered()]
            while waiting and waiting[0][0] <= time.perf_counter():
                due, _, connection, request = heapq.heappop(waiting)
                connection.send(request, due)
    seconds = time.perf_counter() - began
    ordered = sorted(source.latencies)
    return Load(
        answers=len(ordered),
        failures=source.failures,
        seconds=seconds,
        p50=ordered[len(ordered) // 2] * 1000,
        p99=ordered[int(len(ordered) * 0.99)] * 1000,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("connections", type=int)
    parser.add_argument("rate", type=float)
    parser.add_argument("repeat", type=int)
    given = parser.parse_args()
    prepared = msgspec.msgpack.decode(given.file.read_bytes(), type=list[bytes]) * given.repeat
    outcome = _run(given.port, prepared, given.connections, given.rate)
    sys.stdout.write(json.dumps(msgspec.to_builtins(outcome)))
