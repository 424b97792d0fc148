"""A carrier on a local port: keeps the requests as they came over the wire, answers as it is told.

It knows nothing of our code; the tests compare what arrived with what the services document.
"""

import json
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl


@dataclass
class Request:
    method: str
    path: str
    headers: Message
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The fields, strictly read as UTF-8; one that comes twice is an error."""
        pairs = parse_qsl(
            self.body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding="utf-8",
            errors="strict",
        )
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    @property
    def credentials(self) -> str:
        """``name:password`` of basic authentication (RFC 7617)."""
        scheme, _, value = self.headers["Authorization"].partition(" ")
        assert scheme == "Basic"
        return b64decode(value, validate=True).decode()


@dataclass
class Reply:
    """``body`` may be raw bytes; ``drop`` closes without a word, ``wait`` is in seconds.

    So is ``drip``: the pause after each single byte of the body.
    """

    status: int = 201
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    wait: float = 0
    drip: float = 0

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Carrier(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[Request] = []
        self.reply = Reply()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def request(self) -> Request:
        [request] = self.requests
        return request

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    server: Carrier

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        self.server.requests.append(Request(self.command, self.path, self.headers, body))
        reply = self.server.reply
        time.sleep(reply.wait)
        if reply.drop:
            return
        self.send_response(reply.status)
        usual = {"Content-Type": "application/json", "Content-Length": str(len(reply.raw))}
        for name, value in (usual | reply.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if not reply.drip:
            self.wfile.write(reply.raw)
            return
        for position in range(len(reply.raw)):
            self.wfile.write(reply.raw[position : position + 1])
            time.sleep(reply.drip)

    do_GET = do_POST = do_PUT = answer  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Keep quiet."""


@contextmanager
def running() -> Iterator[Carrier]:
    with Carrier() as carrier:
        threading.Thread(target=carrier.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield carrier
        finally:
            carrier.shutdown()
