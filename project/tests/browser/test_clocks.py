"""Visitors elsewhere see their own time beside the provider's, and it fits."""

import pytest
from playwright.sync_api import Page, expect

from project.tests.browser.business import Salon
from project.tests.browser.stage import DESKTOP, PHONE, Screen, Stage

pytestmark = pytest.mark.browser

SPILLS = """() => [...document.querySelectorAll("#grid button[name=start]")]
  .filter((button) => button.scrollWidth > button.clientWidth
    || [...button.querySelectorAll(".tz")].some((time) =>
      time.getBoundingClientRect().right > button.getBoundingClientRect().right - 1))
  .map((button) => button.textContent)"""
"""Slots out of which some text sticks."""


def london(stage: Stage, screen: Screen) -> Page:
    return stage.page(screen, timezone_id="Europe/London")


@pytest.mark.parametrize("view", ["", "?view=day&date=2026-11-24"], ids=["week", "day"])
def test_own_time_stands_in_each_slot(
    stage: Stage, salon: Salon, screen: Screen, view: str
) -> None:
    page = london(stage, screen)
    page.goto(salon.times + view)
    slot = page.locator(salon.slot("10:00"))
    expect(slot.locator(".tz")).to_have_text("08:00 on your clock")
    expect(slot.locator(".tz")).to_be_visible()
    expect(page.locator("[data-tz-hint]")).to_have_text(
        "Times are Harare time. The small times are on your own clock."
    )
    assert page.evaluate(SPILLS) == []


def test_own_time_survives_a_refresh_of_the_grid(stage: Stage, salon: Salon) -> None:
    page = london(stage, PHONE)
    page.goto(salon.times)
    salon.book("09:00")
    page.evaluate("() => htmx.trigger('#grid', 'refresh')")
    expect(page.locator(salon.taken("09:00"))).to_be_visible()
    expect(page.locator(salon.slot("10:00")).locator(".tz")).to_have_count(1)
    expect(page.locator("[data-tz-hint]")).to_contain_text("on your own clock")


def test_same_clock_needs_no_words(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen, timezone_id="Africa/Johannesburg")
    page.goto(salon.times)
    expect(page.locator("#grid .tz")).to_have_count(0)
    expect(page.locator("[data-tz-hint]")).to_have_text("Times are Harare time.")


def test_own_time_beside_the_booking(stage: Stage, salon: Salon) -> None:
    page = london(stage, DESKTOP)
    page.goto(salon.book("10:00").get_absolute_url())
    expect(page.get_by_text("Tue 24 Nov, 10:00–11:00 (08:00 your time)")).to_be_visible()
