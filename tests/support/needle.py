"""A server that speaks Pinecone's data plane, in this process: `needledb`."""

import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from needledb.server.app import create_app  # type: ignore[import-untyped] # brings no types


class Needle:
    """The server's address and key, and the indexes made on it."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.key = key

    def index(self, dimension: int) -> str:
        """Make an index with cosine distances; the host that Pinecone's client takes."""
        name = f"test-{secrets.token_hex(4)}"
        headers = {"Api-Key": self.key}
        body = {"name": name, "dimension": dimension, "metric": "cosine"}
        httpx.post(f"{self.url}/indexes", json=body, headers=headers).raise_for_status()
        return f"{self.url}/indexes/{name}"


@contextmanager
def a_needle(folder: Path) -> Iterator[Needle]:
    key = secrets.token_hex(16)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(str(folder), api_keys=[key]), log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Needle(f"http://127.0.0.1:{listener.getsockname()[1]}", key)
    finally:
        server.should_exit = True
        thread.join()
