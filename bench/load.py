"""A load generator: prepared requests over kept-alive connections, in a process of its own.

It only counts answers and looks at their status, so that it costs a small part of what the server does. Started as
`python -m bench.load`; `run_load` does that and waits.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import msgspec
import uvloop

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "
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
    """The requests that are left, and the answers so far."""

    def __init__(self, requests: Sequence[bytes], rate: float) -> None:
        self.left = deque(requests)
        self.interval = 1 / rate if rate else 0.0
        self.latencies: list[float] = []
        self.failures = 0
        self.open = 0
        self.done = asyncio.get_running_loop().create_future()
        self.next_at = time.perf_counter()


class _Connection(asyncio.Protocol):
    def __init__(self, source: _Source) -> None:
        self._source = source
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is one in all but its type
        self._source.open += 1
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._source.done.done():
            self._source.done.set_exception(exc or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(_END)
        if end < 0:
            return
        head = self._buffer[:end].lower()
        start = head.find(_LENGTH) + len(_LENGTH)
        length = int(head[start : head.find(b"\r", start) if head.find(b"\r", start) > 0 else None])
        if len(self._buffer) < end + len(_END) + length:
            return
        self._source.latencies.append(time.perf_counter() - self._since)
        self._source.failures += head[9:12] != b"200"
        self._buffer = b""
        self._next()

    def _next(self) -> None:
        source = self._source
        if not source.left:
            source.open -= 1
            if not source.open and not source.done.done():
                source.done.set_result(None)
            return
        if source.interval:
            # An answer that is late counts from when its request was due: a slow server cannot slow its own test.
            due, source.next_at = source.next_at, source.next_at + source.interval
            wait = due - time.perf_counter()
            if wait > 0:
                asyncio.get_running_loop().call_later(wait, self._send, due)
            else:
                self._send(due)
        else:
            self._send(time.perf_counter())

    def _send(self, due: float) -> None:
        self._since = due
        if self._source.left:
            self._transport.write(self._source.left.popleft())
        else:
            self._next()


async def _main(port: int, requests: Sequence[bytes], connections: int, rate: float) -> Load:
    source = _Source(requests, rate)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    for _ in range(min(connections, len(requests))):
        await loop.create_connection(lambda: _Connection(source), "127.0.0.1", port)
    await source.done
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
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(_main(given.port, prepared, given.connections, given.rate))
    sys.stdout.write(json.dumps(msgspec.to_builtins(outcome)))
