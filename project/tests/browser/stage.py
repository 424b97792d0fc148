"""Browsers of people: each a fresh context, watched, with the server's idea of the time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import time_machine
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from customers.models import User
from project.tests.browser.watch import Watch

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""Monday 23 November 2026, 08:00 in Harare: when every test begins. The clock runs on."""

PATIENCE = 10_000
"""Milliseconds until something that should be there at once is given up."""

SAME_CLOCK = """(() => {
  const Real = Date;
  window.ahead = %d;
  window.Date = class extends Real {
    constructor(...parts) {
      if (parts.length) super(...parts); else super(Real.now() + window.ahead);
    }
    static now() { return Real.now() + window.ahead; }
  };
})()"""
"""The browser's clock shows what the server's shows; its timers run as always."""


@dataclass(frozen=True)
class Screen:
    """What somebody looks at."""

    name: str
    width: int
    height: int
    touch: bool = False

    @property
    def options(self) -> dict[str, Any]:
        return {
            "viewport": ViewportSize(width=self.width, height=self.height),
            "has_touch": self.touch,
            "is_mobile": self.touch,
        }


PHONE = Screen("phone", 360, 740, touch=True)
DESKTOP = Screen("desktop", 1440, 900)


@dataclass
class Stage:
    """Opens browsers, and moves the clock of all of them and of the server."""

    browser: Browser
    origin: str
    clock: time_machine.Traveller
    watch: Watch
    contexts: list[BrowserContext] = field(default_factory=list)
    kept: dict[str, BrowserContext] = field(default_factory=dict)

    def page(self, screen: Screen = PHONE, *, user: User | None = None, **options: Any) -> Page:
        """A new browser of somebody, logged in as ``user`` if any."""
        context = self._open(screen, **options)
        self.watch.over(context)
        self.contexts.append(context)
        return self._page(context, user)

    def quick_page(self, screen: Screen, *, user: User | None = None) -> Page:
        """The same in a browser that remembers the files of earlier tests, but nobody's cookies."""
        if screen.name not in self.kept:
            self.kept[screen.name] = self._open(screen)
        context = self.kept[screen.name]
        for page in context.pages:
            page.close()
        context.clear_cookies()
        self.watch.over(context)
        return self._page(context, user)

    def _open(self, screen: Screen, **options: Any) -> BrowserContext:
        values: dict[str, Any] = {"base_url": self.origin, "timezone_id": "Africa/Harare"}
        context = self.browser.new_context(**values | screen.options | options)
        context.set_default_timeout(PATIENCE)
        return context

    def _page(self, context: BrowserContext, user: User | None) -> Page:
        if user is not None:
            log_in(context, user, self.origin)
        page = context.new_page()
        ahead = time.time() - time_machine.escape_hatch.time.time()
        page.add_init_script(SAME_CLOCK % round(ahead * 1000))
        return page

    def later(self, minutes: int) -> None:
        """Let time pass everywhere."""
        step = timedelta(minutes=minutes)
        self.clock.shift(step)
        for context in [*self.contexts, *self.kept.values()]:
            for page in context.pages:
                page.evaluate("step => { window.ahead += step }", step.total_seconds() * 1000)

    def expect(self, *statuses: int) -> None:
        """Let answers with these statuses pass: the test is about them."""
        self.watch.expected |= set(statuses)

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        for context in self.kept.values():
            for page in context.pages:
                page.close()
        self.watch.end()


def log_in(context: BrowserContext, user: User, origin: str) -> None:
    """Put the session of somebody who logged in into the browser."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    host = urlsplit(origin).hostname or ""
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": value, "domain": host, "path": "/"}]
    )


@contextmanager
def no_page_load(page: Page) -> Iterator[None]:
    """Whatever happens inside must happen in this very document."""
    page.evaluate("() => { window.stayed = true }")
    yield
    assert page.evaluate("() => window.stayed") is True, "the page was loaded anew"
