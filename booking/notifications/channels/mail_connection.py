"""The connection to the mail server: one per mail, or one kept while a worker has much to send."""

import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.mail import EmailMessage, get_connection

MAILS_AT_MOST = 100
"""By one connection; many servers end it after some number."""

_kept = threading.local()


class NoConnection(Exception):
    """The server could not be reached a moment ago, so it was not asked again."""


@contextmanager
def kept_open() -> Iterator[None]:
    """Keep one connection for the mails that this thread sends meanwhile; close it at the end.

    It is opened by the first mail and dropped after any error. Where it cannot be opened, the
    mails after that are not tried: each would wait as long, and all other jobs behind it.
    """
    _kept.wanted, _kept.away = True, False
    try:
        yield
    finally:
        _kept.wanted = _kept.away = False
        drop()


def send(mail: EmailMessage) -> None:
    """Send one mail; raises what the backend raises, or ``NoConnection``.

    Trouble at closing undoes nothing.
    """
    if getattr(_kept, "away", False):
        raise NoConnection
    backend = _ready()
    try:
        _open(backend)
        backend.send_messages([mail])
    except BaseException:
        drop()
        raise
    _kept.mails += 1
    if not getattr(_kept, "wanted", False) or _kept.mails >= MAILS_AT_MOST:
        drop()


def drop() -> None:
    """Close the connection, if there is one; the server has what it took."""
    backend, _kept.backend = getattr(_kept, "backend", None), None
    if backend is not None:
        with suppress(smtplib.SMTPException, OSError):
            backend.close()


def _open(backend: Any) -> None:
    try:
        backend.open()
    except (smtplib.SMTPException, OSError):
        _kept.away = getattr(_kept, "wanted", False)
        raise


def _ready() -> Any:
    """Return the kept backend if its server still answers, or else a new one, not yet open."""
    backend = getattr(_kept, "backend", None)
    if backend is not None and not _answers(backend):
        drop()
        backend = None
    if backend is None:
        backend = _kept.backend = get_connection()
        _kept.mails = 0
    return backend


def _answers(backend: Any) -> bool:
    """Ask an SMTP server before it is given a mail: a line that fell silent is no failed mail."""
    line = getattr(backend, "connection", None)
    if not isinstance(line, smtplib.SMTP):
        return True
    try:
        code, _ = line.noop()
    except (smtplib.SMTPException, OSError):
        return False
    return 200 <= code < 300  # noqa: PLR2004 - a positive answer (RFC 5321, 4.2.1)
