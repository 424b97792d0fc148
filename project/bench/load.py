"""The load generator: a few processes, each sending one request after the other.

It speaks HTTP over plain sockets, because a client library would cost more than the emptiest view.
Each process holds one connection at a time; the servers close it after each answer.
"""

import multiprocessing
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, cycle, islice
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Protocol, Self
from urllib.parse import urlencode

from project.bench.figures import Round

HOST = "127.0.0.1"
CONNECTIONS = 8
TIMEOUT = 60  # seconds
CHUNK = 1 << 16

Shot = Callable[[], str]
"""Does one piece of work and returns its outcome in a word."""


class Work(Protocol):
    """Work that the processes share; it is sent to each of them."""

    def shots(self, place: int, places: int) -> Iterable[Shot]:
        """Return what the process at ``place`` of ``places`` does, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; ``wire`` is its whole size in bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    wire: int


def encode(
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> bytes:
    """Return the bytes of a request."""
    body = b"" if form is None else urlencode(form).encode()
    fields = {"Host": HOST, "Connection": "close", **(headers or {})}
    if form is not None:
        fields["Content-Type"] = "application/x-www-form-urlencoded"
        fields["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {text}" for name, text in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def exchange(port: int, request: bytes, *, source: str = HOST) -> bytes:
    """Send ``request`` from the loopback address ``source``; return the whole answer."""
    with socket.create_connection((HOST, port), TIMEOUT, source_address=(source, 0)) as line:
        line.sendall(request)
        parts = []
        while part := line.recv(CHUNK):
            parts.append(part)
    return b"".join(parts)


def decode(raw: bytes) -> Answer:
    """Read an answer whose end is the end of the connection."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    headers: dict[str, str] = {}
    for name, _, text in pairs:  # cookies come in several lines
        key = name.lower()
        headers[key] = f"{headers[key]}\n{text}" if key in headers else text
    return Answer(int(first.split(" ", 2)[1]), headers, body, len(raw))


def ask(port: int, request: bytes, *, source: str = HOST) -> Answer:
    """Send ``request`` and read the answer."""
    return decode(exchange(port, request, source=source))


@dataclass(frozen=True, slots=True)
class Repeated:
    """Requests sent over and over, in order; an outcome is the status."""

    port: int
    requests: Sequence[bytes]

    def shots(self, place: int, places: int) -> Iterator[Shot]:
        """Start at different requests, so that not all processes send the same at once."""
        start = place * len(self.requests) // places
        for request in islice(cycle(self.requests), start, None):
            yield lambda request=request: exchange(self.port, request)[9:12].decode()  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class Once:
    """Requests each sent once; an outcome is the status and the address that it leads to."""

    port: int
    requests: Sequence[bytes]

    def shots(self, place: int, places: int) -> Iterator[Shot]:
        """Take every ``places``-th request."""
        for request in self.requests[place::places]:
            yield lambda request=request: self._send(request)  # type: ignore[misc]

    def _send(self, request: bytes) -> str:
        answer = ask(self.port, request)
        return f"{answer.status} {answer.headers.get('location', '')}".strip()


@dataclass(frozen=True, slots=True)
class _Part:
    """What one process did."""

    began: float
    ended: float
    latencies: list[float]
    answers: Counter[str]


def _run(work: Work, place: int, seconds: float | None) -> _Part:
    latencies: list[float] = []
    answers: Counter[str] = Counter()
    began = now = time.perf_counter()
    until = float("inf") if seconds is None else began + seconds
    for shot in work.shots(place, CONNECTIONS):
        if now >= until:
            break
        started = time.perf_counter()
        answers[shot()] += 1
        now = time.perf_counter()
        latencies.append(now - started)
    return _Part(began, now, latencies, answers)


def _serve(orders: Connection, place: int) -> None:
    """Work off orders until the other side closes; the terminal's Ctrl-C is its business."""
    with suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            work, seconds = orders.recv()
            try:
                orders.send(_run(work, place, seconds))
            except Exception as error:  # noqa: BLE001 - raised again on the other side
                orders.send(error)


class Generator:
    """The processes; use it as a context manager."""

    def __init__(self) -> None:
        self._members: list[tuple[BaseProcess, Connection]] = []

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        for place in range(CONNECTIONS):
            mine, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, place), daemon=True)
            process.start()
            theirs.close()
            self._members.append((process, mine))
        return self

    def __exit__(self, *_: object) -> None:
        for _process, orders in self._members:
            orders.close()
        for process, _orders in self._members:
            process.join(TIMEOUT)

    def run(self, work: Work, *, seconds: float | None = None) -> Round:
        """Do ``work`` on all connections for so long, or until there is no more of it.

        Raises what went wrong in a process.
        """
        for _, orders in self._members:
            orders.send((work, seconds))
        answers = [orders.recv() for _, orders in self._members]  # all, whatever they say
        parts = [_checked(answer) for answer in answers]
        busy = [part for part in parts if part.latencies]
        return Round(
            seconds=max(part.ended for part in busy) - min(part.began for part in busy),
            latencies=tuple(chain.from_iterable(part.latencies for part in parts)),
            answers=sum((part.answers for part in parts), Counter[str]()),
        )


def _checked(part: _Part | Exception) -> _Part:
    if isinstance(part, Exception):
        raise part
    return part
