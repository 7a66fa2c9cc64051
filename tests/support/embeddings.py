"""A server that speaks OpenAI's embeddings API, failures included."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Embeddings:
    """`failures` are the statuses that the next requests get instead of an answer; `requests` is what was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.failures: list[int] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: set[str | None] = set()
        self.short = False  # answer with vectors of another size

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        size = 3 if self.short else body["dimensions"]
        data = [
            {"object": "embedding", "index": number, "embedding": _vector(text, size)}
            for number, text in enumerate(body["input"])
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        # In no particular order: the index says which is which.
        return {
            "object": "list",
            "model": body["model"],
            "data": data[::-1],
            "usage": usage,
        }


def _vector(text: str, size: int) -> list[float]:
    seed = hashlib.sha256(text.encode()).digest()
    return [seed[place % len(seed)] - 127.5 for place in range(size)]


@contextmanager
def an_embeddings_server() -> Iterator[Embeddings]:
    embeddings = Embeddings()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            embeddings.keys.add(self.headers["Authorization"])
            embeddings.requests.append(body)
            if any(not text for text in body["input"]):
                self._send(400, {"error": {"message": "'$.input' is invalid."}})
            elif embeddings.failures:
                self._send(embeddings.failures.pop(0), {"error": {"message": "not now"}})
            else:
                self._send(200, embeddings.answer(body))

        def _send(self, status: int, body: dict[str, Any]) -> None:
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.send_header("retry-after-ms", "1")
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *args: object) -> None:
            del args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    embeddings.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield embeddings
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
