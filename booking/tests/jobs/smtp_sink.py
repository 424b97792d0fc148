"""A mail server on a local port that keeps what it is given, or refuses as it is told to.

Just enough of RFC 5321 for Python's client, over real sockets.
"""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage

USUAL = {"HELLO": "220 sink", "DATA": "354 go on", "QUIT": "221 bye"}


class Sink(socketserver.ThreadingTCPServer):
    """``replies`` overrides answers: to a command (``RCPT``), or to ``HELLO`` and ``TEXT``.

    The addresses in ``refused`` do not exist. An empty answer closes the connection without a word,
    as does a 421.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Conversation)
        self.port = int(self.server_address[1])
        self.replies: dict[str, str] = {}
        self.taken: list[tuple[str, bytes]] = []
        self.refused: set[str] = set()
        self.connections = 0
        self.lines: list[socket.socket] = []

    def hang_up(self) -> None:
        """Close all connections, as servers do with silent ones."""
        for line in self.lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails that were taken, parsed."""
        parsed = (message_from_bytes(raw, policy=policy.default) for _, raw in self.taken)
        return list(parsed)

    @property
    def recipients(self) -> list[str]:
        """To whom they were, by the envelope."""
        return [recipient for recipient, _ in self.taken]


class Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    server: Sink
    recipient = ""

    def handle(self) -> None:
        self.server.connections += 1
        self.server.lines.append(self.connection)
        goes_on = self.answer("HELLO")
        while goes_on and (line := self.rfile.readline().decode().strip()):
            goes_on = self.obey(line[:4].upper(), line)

    def obey(self, command: str, line: str) -> bool:
        """Answer a command; whether the conversation goes on."""
        if command == "RCPT":
            self.recipient = line.partition("<")[2].partition(">")[0]
            if self.recipient in self.server.refused:
                self.wfile.write(b"550 5.1.1 no such user\r\n")
                return True
        goes_on = self.answer(command)
        if command == "DATA" and "DATA" not in self.server.replies:
            return self.take_text()
        return goes_on and command != "QUIT"

    def answer(self, command: str) -> bool:
        reply = self.server.replies.get(command, USUAL.get(command, "250 fine"))
        self.wfile.write(f"{reply}\r\n".encode() if reply else b"")
        return bool(reply) and not reply.startswith("421")

    def take_text(self) -> bool:
        raw = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            raw += line.removeprefix(b".")
        if self.server.replies.get("TEXT", "") == "":  # also when the answer will be lost
            self.server.taken.append((self.recipient, raw))
        return self.answer("TEXT")


@contextmanager
def running(port: int = 0) -> Iterator[Sink]:
    """Run a server on ``port``, or on a free one."""
    with Sink(port) as sink:
        threading.Thread(target=sink.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield sink
        finally:
            sink.shutdown()


def closed_port() -> int:
    """A port at which connections are refused, as when a mail server is down."""
    with Sink() as sink:
        return sink.port
