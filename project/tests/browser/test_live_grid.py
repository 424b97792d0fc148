"""The open grid: it follows what others do, costs nothing meanwhile, keeps the focus."""

import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from project.tests.browser.business import WEDNESDAY, Salon
from project.tests.browser.stage import DESKTOP, PHONE, Screen, Stage, no_page_load

pytestmark = pytest.mark.browser

COMES_BACK = """() => new Promise((done) => {
  document.addEventListener("htmx:afterRequest", () => setTimeout(done, 100), { once: true });
  document.dispatchEvent(new Event("visibilitychange"));
})"""
"""Somebody returns to the tab: the page's own reason to refresh at once. Waits for the swap."""

PROMISED = 20
"""Seconds after which a slot that somebody took must be grey."""


def come_back(page: Page) -> None:
    """Have the page refresh its grid."""
    page.evaluate(COMES_BACK)


def grid_answers(page: Page) -> list[int]:
    """The statuses that the wire carries for the grid; grows with each answer.

    Scripts, and so Playwright's own events, see a 200 where the browser's cache fills in a 304.
    """
    asked: set[str] = set()
    statuses: list[int] = []

    def sent(event: dict[str, Any]) -> None:
        if event["headers"].get("HX-Target") == "grid":
            asked.add(event["requestId"])

    def answered(event: dict[str, Any]) -> None:
        if event["requestId"] in asked:
            statuses.append(event["statusCode"])

    wire = page.context.new_cdp_session(page)
    wire.on("Network.requestWillBeSentExtraInfo", sent)
    wire.on("Network.responseReceivedExtraInfo", answered)
    wire.send("Network.enable")
    return statuses


def test_unchanged_grid_answers_304(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen)
    answers = grid_answers(page)
    page.goto(salon.times)
    come_back(page)
    come_back(page)
    assert answers == [200, 304]  # the fragment comes once
    salon.book("10:00")
    come_back(page)
    come_back(page)
    assert answers == [200, 304, 200, 304]
    expect(page.locator(salon.taken("10:00"))).to_be_visible()


def test_unchanged_grid_is_not_swapped_in(stage: Stage, salon: Salon) -> None:
    page = stage.page()
    page.goto(salon.times)
    come_back(page)
    page.evaluate("() => { document.getElementById('grid').same = true }")
    come_back(page)
    assert page.evaluate("() => document.getElementById('grid').same") is True
    salon.book("10:00")
    come_back(page)
    assert page.evaluate("() => document.getElementById('grid').same") is None


def test_slot_that_somebody_takes_greys_out_by_itself(stage: Stage, salon: Salon) -> None:
    pages = [stage.page(screen) for screen in (PHONE, DESKTOP)]
    for page in pages:
        page.goto(salon.times)
        page.evaluate("() => { window.stayed = true }")
        page.locator(salon.slot("11:00", WEDNESDAY)).focus()
    salon.book("10:00")
    until = time.monotonic() + PROMISED
    for page in pages:
        left = (until - time.monotonic()) * 1000
        expect(page.locator(salon.taken("10:00"))).to_be_visible(timeout=left)
        expect(page.locator(salon.slot("10:00"))).to_have_count(0)
        assert page.evaluate("() => window.stayed") is True
        expect(page.locator(salon.slot("11:00", WEDNESDAY))).to_be_focused()


def test_focus_stays_on_its_slot_when_the_grid_changes(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    page = stage.page(screen)
    page.goto(salon.times)
    page.locator(salon.slot("11:00", WEDNESDAY)).focus()
    salon.book("10:00")
    with no_page_load(page):
        come_back(page)
        expect(page.locator(salon.taken("10:00"))).to_be_visible()
        expect(page.locator(salon.slot("11:00", WEDNESDAY))).to_be_focused()


def test_focus_is_not_lost_when_its_own_slot_goes(stage: Stage, salon: Salon) -> None:
    page = stage.page()
    page.goto(salon.times)
    page.locator(salon.slot("10:00")).focus()
    salon.book("10:00")
    come_back(page)
    expect(page.locator(salon.taken("10:00"))).to_be_visible()
    expect(page.locator("#grid")).to_be_focused()


def test_later_and_earlier_swap_the_grid_alone(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen)
    page.goto(salon.times)
    with no_page_load(page):
        page.get_by_role("link", name="Later").click()
        expect(page.locator("#grid-title")).to_have_text("30 Nov – 6 Dec")
        expect(page).to_have_url(f"{stage.origin}{salon.times}?date=2026-11-30")
        page.get_by_role("link", name="Earlier").click()
        expect(page.locator("#grid-title")).to_have_text("23–29 Nov")
    page.go_back()
    expect(page.locator("#grid-title")).to_have_text("30 Nov – 6 Dec")


def test_hidden_page_does_not_ask(stage: Stage, salon: Salon) -> None:
    page = stage.page()
    answers = grid_answers(page)
    page.goto(salon.times)
    page.evaluate("() => Object.defineProperty(document, 'hidden', {value: true, writable: true})")
    page.evaluate("() => htmx.trigger('#grid', 'refresh')")
    page.wait_for_timeout(300)
    assert answers == []
    page.evaluate("() => { document.hidden = false }")
    come_back(page)
    assert answers == [200]


def test_no_connection_is_said_and_the_times_come_back(stage: Stage, salon: Salon) -> None:
    page = stage.page()
    page.goto(salon.times)
    stage.watch.forgiven = ("ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    page.context.set_offline(True)
    page.evaluate("() => htmx.trigger('#grid', 'refresh')")
    expect(page.locator("#messages")).to_contain_text("No connection.")
    page.context.set_offline(False)
    come_back(page)
    expect(page.locator("#messages")).to_be_empty()
