"""What goes over the wire, as production sends it: gunicorn, collected and compressed files."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page

from booking.tests import cast
from project.testing.postgres import free_port
from project.tests.browser.business import Salon
from project.tests.browser.stage import DESKTOP, PHONE, Stage
from project.tests.sources import ROOT
from providers.models import WeeklyHours

pytestmark = pytest.mark.browser

KILOBYTE = 1000
FIRST_VISIT = 100 * KILOBYTE
REFRESH = 10 * KILOBYTE
START_TIMEOUT = 30
EXTRAS = """() => Promise.all(
  [...document.querySelectorAll("link[rel=icon], link[rel=manifest]")]
    .map((link) => fetch(link.href)))"""
"""What browsers with a window fetch besides: the icon and the manifest."""


@pytest.fixture
def origin(salon: Salon, tmp_path: Path) -> Iterator[str]:
    """The site as it runs in production, over the test's own database; only HTTPS is off."""
    if connection.vendor != "sqlite":
        pytest.skip("the browser tests run once, on SQLite")
    variables = os.environ | {
        "DATABASE_URL": f"sqlite:///{Path(str(settings.DATABASES['default']['NAME'])).resolve()}",
        "DEBUG": "off",
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "HTTPS": "off",
        "LOG_LEVEL": "WARNING",
        "STATIC_COLLECTED": "on",
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=variables, check=True)
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "gunicorn", "project.wsgi", "--bind", address]
    command += ["--worker-class", "gthread", "--threads", "4", "--log-level", "warning"]
    with (tmp_path / "gunicorn.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=log)
    try:
        wait_for(f"http://{address}/health/")
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(10)


def wait_for(address: str) -> None:
    until = time.monotonic() + START_TIMEOUT
    while time.monotonic() < until:
        try:
            with urlopen(address, timeout=5):  # noqa: S310  our own server
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


@pytest.fixture
def full_week(salon: Salon) -> None:
    """The heaviest week there may be: a time each quarter of an hour, from 6 to 22, each day."""
    WeeklyHours.objects.filter(provider=salon.provider).delete()
    cast.set_hours(salon.provider, range(7), start=6 * 60, end=22 * 60)
    salon.provider.slot_step = 15
    salon.provider.save()
    salon.cut.staff.add(*(cast.make_staff(salon.provider) for _ in range(5)))


class Wire:
    """Adds up what the network delivered, headers and bodies, as it was sent."""

    def __init__(self, page: Page) -> None:
        self.addresses: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def _received(self, event: dict[str, Any]) -> None:
        self.addresses[event["requestId"]] = event["response"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        address = self.addresses[event["requestId"]]
        self.sizes[address] = self.sizes.get(address, 0) + int(event["encodedDataLength"])


def test_first_visit_and_refresh_are_small(
    stage: Stage, salon: Salon, full_week: None, origin: str
) -> None:
    stage.watch.origin = origin
    for screen in (PHONE, DESKTOP):
        weigh(stage.page(screen), salon, origin)


def weigh(page: Page, salon: Salon, origin: str) -> None:
    wire = Wire(page)
    page.goto(origin + salon.times, wait_until="networkidle")
    page.evaluate(EXTRAS)
    page.wait_for_timeout(200)
    assert page.locator("#grid button[name=start]").count() > 350
    names = " ".join(wire.sizes)
    for part in ("bootstrap.min", "nguva", "htmx", "icons", "logo", "site"):
        assert part in names, f"{part} is not among what was counted: {names}"
    assert sum(wire.sizes.values()) <= FIRST_VISIT, wire.sizes

    wire.sizes.clear()
    with page.expect_response(lambda response: "HX-Target" in response.headers.get("vary", "")):
        page.evaluate("() => htmx.trigger('#grid', 'refresh')")
    page.wait_for_timeout(300)
    assert len(wire.sizes) == 1, wire.sizes
    assert 0 < sum(wire.sizes.values()) <= REFRESH, wire.sizes
