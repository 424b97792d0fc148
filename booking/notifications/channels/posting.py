"""One form sent to a carrier over HTTP, and what came back.

Only what leaves through the worker loads this module, because ``requests`` is slow to load.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import requests
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from booking.notifications.channels.texting import TextFailed
from project import clock

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 20.0
"""Seconds of silence that are borne while an answer is awaited."""

LONGEST_ANSWER = 60.0
"""Seconds for all of it, from the look-up of the name to the last byte of an answer that drips; a
worker's claim lasts several times that."""

LARGEST_ANSWER = 64 * 1024
"""Bytes; real ones have a few hundred."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is empty when the answer was no JSON object; ``retry_after`` is in seconds."""

    status: int
    body: dict[str, Any] = field(default_factory=dict)
    retry_after: int | None = None

    def failed(self, code: str) -> TextFailed:
        """Return the error for an answer after which another attempt makes sense."""
        return TextFailed(code, retry_after=self.retry_after)

    def unclear(self, code: str = "answer not understood") -> TextFailed:
        """Return the error for an answer that says neither yes nor no: 200 and 201 mean yes."""
        taken = self.status in {HTTPStatus.OK, HTTPStatus.CREATED}
        return TextFailed(code, retry_after=self.retry_after, maybe_taken=taken)


def post_form(url: str, fields: Mapping[str, str], *, auth: AuthBase) -> Answer:
    """POST ``fields`` form-encoded in UTF-8 and return the answer, whatever its status is.

    Redirects are not followed, as they would carry credentials and somebody's number elsewhere.
    ``auth`` is always given, or else a ``.netrc`` would be asked. Raises ``TextFailed`` when no
    answer came: then the carrier may have taken the text all the same.

    The timeouts of ``requests`` are for silence alone; looking up a name, or an answer that drips,
    could take for ever. So it runs in a thread that nobody waits for any longer than that.
    """
    outcome: SimpleQueue[Answer | TextFailed] = SimpleQueue()

    def ask() -> None:
        try:
            outcome.put(_post(url, fields, auth))
        except TextFailed as error:
            outcome.put(error)
        except Exception as error:  # noqa: BLE001 - nobody else would ever hear of it
            outcome.put(TextFailed(f"request failed ({type(error).__name__})"))

    Thread(target=ask, name="post_form", daemon=True).start()
    try:
        answer = outcome.get(timeout=LONGEST_ANSWER)
    except Empty:
        raise TextFailed("no answer in time", maybe_taken=True) from None
    if isinstance(answer, TextFailed):
        raise answer
    return answer


def _post(url: str, fields: Mapping[str, str], auth: AuthBase) -> Answer:
    try:
        with requests.post(
            url,
            data=fields,
            auth=auth,
            headers={"Accept": "application/json", "User-Agent": "Nguva"},
            timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
            allow_redirects=False,
            stream=True,
        ) as response:
            return _read(response)
    except requests.ConnectTimeout:
        raise TextFailed("no connection") from None
    except requests.Timeout:
        raise TextFailed("no answer in time", maybe_taken=True) from None
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        raise TextFailed("connection broken", maybe_taken=_was_made(error)) from None
    except requests.RequestException as error:
        raise TextFailed(f"request failed ({type(error).__name__})") from None


def _was_made(error: requests.RequestException) -> bool:
    """Whether there was a connection before it broke, by which the text may have gone."""
    if isinstance(error, (requests.exceptions.SSLError, requests.exceptions.ProxyError)):
        return False
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    return not isinstance(cause, NewConnectionError)


def _read(response: requests.Response) -> Answer:
    raw = b""
    for piece in response.iter_content(chunk_size=1024):
        raw += piece
        if len(raw) > LARGEST_ANSWER:
            raise TextFailed("answer too large", maybe_taken=True)
    wait = _seconds(response.headers.get("Retry-After", ""))
    if 300 <= response.status_code < 400:  # noqa: PLR2004 - the redirections of HTTP
        raise TextFailed(f"redirected ({response.status_code})", retry_after=wait)
    return Answer(response.status_code, _object(raw), wait)


def _object(raw: bytes) -> dict[str, Any]:
    """Read a JSON object; anything else counts as an empty one."""
    with suppress(ValueError, RecursionError):
        read = json.loads(raw)
        if isinstance(read, dict):
            return read
    return {}


def _seconds(retry_after: str) -> int | None:
    """Read a Retry-After header: seconds, or a date (RFC 9110, 10.2.3); nothing when it is odd."""
    value = retry_after.strip()
    if value.isascii() and value.isdigit():
        return int(value[:9])
    with suppress(ValueError):
        instant = parsedate_to_datetime(value)
        aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        return max(0, int((aware - clock.now()).total_seconds()))
    return None
