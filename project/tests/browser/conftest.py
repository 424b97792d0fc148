"""One chromium for the whole package; for each test a fresh salon and fresh browsers."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from project.tests.browser.business import Salon, make_salon
from project.tests.browser.stage import DESKTOP, NOW, PHONE, Screen, Stage
from project.tests.browser.watch import Watch

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The browser that CHROMIUM names, or the first that is installed."""
    names = [os.environ.get("CHROMIUM", ""), *NAMES]
    return next((path for name in names if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("There is no chromium here. On Debian: apt-get install chromium")
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def clock(transactional_db: None) -> Iterator[time_machine.Traveller]:
    """The server's clock: it begins at NOW and runs on."""
    cache.clear()
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture(scope="package")
def kept(browser: Browser) -> dict[str, BrowserContext]:
    """Contexts that outlive a test, by screen; they end with the browser."""
    return {}


@pytest.fixture
def stage(
    browser: Browser,
    kept: dict[str, BrowserContext],
    live_server: Any,
    clock: time_machine.Traveller,
) -> Iterator[Stage]:
    """Opens browsers; fails the test when one of them complained of anything."""
    watch = Watch(live_server.url)
    stage = Stage(browser, live_server.url, clock, watch, kept=kept)
    yield stage
    stage.close()
    assert watch.documents, "no page was opened"
    assert watch.serious() == []


@pytest.fixture(params=[PHONE, DESKTOP], ids=lambda screen: str(screen.name))
def screen(request: pytest.FixtureRequest) -> Screen:
    found: Screen = request.param
    return found


@pytest.fixture
def salon(clock: time_machine.Traveller) -> Salon:
    """The salon that confirms by itself."""
    return make_salon()
