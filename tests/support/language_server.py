"""Servers that speak OpenAI's and Ollama's chat APIs, failures included: each request takes the next behaviour."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from vaultra_core.testing.language import Babbles, Behaviour, BreaksOff, Calls, Fails, Hangs, Says

Api = Literal["openai", "ollama"]


class LanguageServer:
    """`requests` are the bodies that came in; `hung_up` counts requests whose caller went away while it hung."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.keys: set[str | None] = set()
        self.hung_up = 0
        self.waiting: list[Behaviour] = []
        self.stopping = threading.Event()

    def script(self, *behaviours: Behaviour) -> None:
        self.waiting += behaviours


@contextmanager
def a_language_server(api: Api) -> Iterator[LanguageServer]:
    state = LanguageServer()
    path = "/v1/chat/completions" if api == "openai" else "/api/chat"

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(body)
            state.keys.add(self.headers["Authorization"])
            behaviour: Any = state.waiting.pop(0) if state.waiting else Says("…")
            if self.path != path:
                self._whole(404, {"error": {"message": "no such path"}})
            elif isinstance(behaviour, Fails):
                self._whole(behaviour.status, {"error": {"message": "not now"}})
            elif isinstance(behaviour, Babbles):
                self._begin(200, streamed=bool(body.get("stream")))
                self._write("data: {no json\n\n" if api == "openai" and body.get("stream") else "{no json\n")
            elif body.get("stream"):
                self._stream(behaviour)
            else:
                self._at_once(behaviour)

        def _stream(self, behaviour: Any) -> None:
            self._begin(200, streamed=True)
            text, size = getattr(behaviour, "text", ""), getattr(behaviour, "piece", 7)
            for start in range(0, len(text), size):
                self._piece({"content": text[start : start + size]})
            if isinstance(behaviour, Hangs):
                self._hang()
            if isinstance(behaviour, Says | Calls):
                if isinstance(behaviour, Calls):
                    self._call(behaviour)
                self._end("tool_calls" if isinstance(behaviour, Calls) else "stop")

        def _at_once(self, behaviour: Any) -> None:
            if isinstance(behaviour, Hangs):
                self._hang()
            if isinstance(behaviour, BreaksOff | Hangs):
                self.connection.close()
                return
            message: dict[str, Any] = {"role": "assistant", "content": getattr(behaviour, "text", "") or None}
            if isinstance(behaviour, Calls):
                message["tool_calls"] = [
                    {"id": f"call_{place}", "type": "function", "function": {"name": name, "arguments": arguments}}
                    for place, (name, arguments) in enumerate(behaviour.calls)
                ]
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._whole(200, {**_HEAD, "object": "chat.completion", "choices": [choice], "usage": _USAGE})

        def _piece(self, delta: dict[str, Any], finish: str | None = None) -> None:
            if api == "openai":
                choice = {"index": 0, "delta": delta, "finish_reason": finish}
                self._event({**_HEAD, "object": "chat.completion.chunk", "choices": [choice]})
            else:
                self._write(json.dumps({"message": {"role": "assistant", **delta}, "done": False}) + "\n")

        def _call(self, behaviour: Calls) -> None:
            for place, (name, arguments) in enumerate(behaviour.calls):
                if api == "ollama":
                    function = {"name": name, "arguments": _parsed(arguments)}
                    self._piece({"content": "", "tool_calls": [{"function": function}]})
                    continue
                half = len(arguments) // 2
                head = {"index": place, "id": f"call_{place}", "type": "function"}
                self._piece({"tool_calls": [{**head, "function": {"name": name, "arguments": arguments[:half]}}]})
                self._piece({"tool_calls": [{"index": place, "function": {"arguments": arguments[half:]}}]})

        def _end(self, finish: str) -> None:
            if api == "openai":
                self._piece({}, finish)
                self._event({**_HEAD, "object": "chat.completion.chunk", "choices": [], "usage": _USAGE})
                self._write("data: [DONE]\n\n")
            else:
                end = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
                self._write(json.dumps({**end, "prompt_eval_count": 10, "eval_count": 5}) + "\n")

        def _event(self, data: dict[str, Any]) -> None:
            self._write(f"data: {json.dumps(data)}\n\n")

        def _hang(self) -> None:
            """Until the caller is gone, or the server is told to stop."""
            self.connection.settimeout(0.05)
            while not state.stopping.is_set():
                try:
                    if not self.connection.recv(1):
                        break
                except TimeoutError:
                    time.sleep(0)
                except OSError:
                    break
            state.hung_up += 1

        def _begin(self, status: int, *, streamed: bool) -> None:
            self.send_response(status)
            kind = "text/event-stream" if api == "openai" and streamed else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Connection", "close")
            self.end_headers()

        def _whole(self, status: int, body: dict[str, Any]) -> None:
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.send_header("retry-after-ms", "1")
            self.end_headers()
            self.wfile.write(payload)

        def _write(self, text: str) -> None:
            self.wfile.write(text.encode())
            self.wfile.flush()

        def log_message(self, *args: object) -> None:
            del args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}" + ("/v1" if api == "openai" else "")
    try:
        yield state
    finally:
        state.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _parsed(arguments: str) -> Any:
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


_HEAD = {"id": "chatcmpl-1", "created": 1, "model": "small"}
_USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
