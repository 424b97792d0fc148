"""What a page must never do, whatever a test is about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

LEFT = "net::ERR_ABORTED"
"""How a request ends whose page was left, or that became a download."""

STATUS_LINE = "Failed to load resource: the server responded with a status of"
"""The console repeats each bad status; the answers themselves are watched."""


def expected_policy() -> dict[str, set[str]]:
    """The Content-Security-Policy of the settings, by directive."""
    directives: dict[str, list[str]] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return {name: set(sources) for name, sources in directives.items()}


def read_policy(header: str) -> dict[str, set[str]]:
    """A policy as it was sent, by directive."""
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


@dataclass
class Watch:
    """Collects complaints about everything that the pages of a context load, log and raise."""

    origin: str
    expected: set[int] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    documents: int = 0
    forgiven: tuple[str, ...] = ()
    watched: list[BrowserContext] = field(default_factory=list)

    def serious(self) -> list[str]:
        """What was not foreseen by the test."""
        return [each for each in self.complaints if not any(word in each for word in self.forgiven)]

    def over(self, context: BrowserContext) -> None:
        """Listen from now on."""
        if context not in self.watched:
            self.watched.append(context)
            for event, listener in self._listeners().items():
                context.on(event, listener)  # type: ignore[call-overload]

    def end(self) -> None:
        """Listen no more."""
        for context in self.watched:
            for event, listener in self._listeners().items():
                context.remove_listener(event, listener)

    def _listeners(self) -> dict[str, Callable[..., None]]:
        return {
            "console": self._console,
            "weberror": self._error,
            "request": self._request,
            "requestfailed": self._failure,
            "response": self._response,
        }

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(STATUS_LINE):
            self.complaints.append(f"console {message.type}: {message.text}")

    def _error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")

    def _request(self, request: Request) -> None:
        if request.url.startswith(("data:", "blob:")):
            return
        if f"{urlsplit(request.url).scheme}://{urlsplit(request.url).netloc}" != self.origin:
            self.complaints.append(f"asks another host: {request.url}")

    def _failure(self, request: Request) -> None:
        if request.failure != LEFT:
            self.complaints.append(f"failed: {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")
        if response.request.resource_type == "document" and response.status not in {302, 303}:
            self.documents += 1
            sent = read_policy(response.headers.get("content-security-policy", ""))
            if sent != expected_policy():
                self.complaints.append(f"policy of {response.url}: {sent}")
