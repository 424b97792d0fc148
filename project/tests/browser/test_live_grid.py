"""The open grid: it follows what others do, costs nothing while nothing happens, keeps the focus."""

import time

import pytest
from django.db import connection
from playwright.sync_api import Page, Response, expect

from project.tests.browser.business import WEDNESDAY, Salon
from project.tests.browser.stage import DESKTOP, PHONE, Screen, Stage, no_page_load

pytestmark = pytest.mark.browser

COMES_BACK = "() => document.dispatchEvent(new Event('visibilitychange'))"
"""What happens when somebody returns to the tab: the page's own reason to refresh at once."""

FOCUSED = "() => document.activeElement.value"
PROMISED = 20
"""Seconds after which a slot that somebody took must be grey."""


def of_grid(response: Response) -> bool:
    return response.request.headers.get("hx-target") == "grid"


def come_back(page: Page) -> Response:
    """Have the page refresh its grid; return the answer."""
    with page.expect_response(of_grid) as answer:
        page.evaluate(COMES_BACK)
    answer.value.finished()
    return answer.value


def test_unchanged_grid_answers_304(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen)
    page.goto(salon.times)
    assert come_back(page).status == 200  # the fragment, for the first time
    assert come_back(page).status == 304
    salon.book("10:00")
    assert come_back(page).status == 200
    assert come_back(page).status == 304
    expect(page.locator(salon.taken("10:00"))).to_be_visible()


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
        assert page.evaluate(FOCUSED) == salon.value("11:00", WEDNESDAY)


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
        assert page.evaluate(FOCUSED) == salon.value("11:00", WEDNESDAY)


def test_focus_is_not_lost_when_its_own_slot_goes(stage: Stage, salon: Salon) -> None:
    page = stage.page()
    page.goto(salon.times)
    page.locator(salon.slot("10:00")).focus()
    salon.book("10:00")
    come_back(page)
    expect(page.locator(salon.taken("10:00"))).to_be_visible()
    assert page.evaluate("() => document.activeElement.id") == "grid"


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
    page.goto(salon.times)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("() => Object.defineProperty(document, 'hidden', {value: true, writable: true})")
    page.evaluate("() => htmx.trigger('#grid', 'refresh')")
    page.wait_for_timeout(300)
    assert asked == []
    page.evaluate("() => { document.hidden = false }")
    assert come_back(page).status == 200


def test_no_connection_is_said_and_the_times_come_back(stage: Stage, salon: Salon) -> None:
    page = stage.page()
    page.goto(salon.times)
    page.context.set_offline(True)
    page.evaluate("() => htmx.trigger('#grid', 'refresh')")
    expect(page.locator("#messages")).to_contain_text("No connection.")
    page.context.set_offline(False)
    come_back(page)
    expect(page.locator("#messages")).to_be_empty()
    expected = ("ERR_INTERNET_DISCONNECTED",)
    stage.watch.complaints = [
        each for each in stage.watch.complaints if not any(word in each for word in expected)
    ]
    assert connection.vendor in {"sqlite", "postgresql"}
