"""The owner describes a service: totals follow what is typed, the order what is pressed."""

import pytest
import time_machine
from playwright.sync_api import Page, expect

from booking.tests.cast import make_service
from project.tests.browser.business import Salon, make_salon
from project.tests.browser.stage import Screen, Stage, no_page_load
from providers.models import Service

pytestmark = pytest.mark.browser


@pytest.fixture
def salon(clock: time_machine.Traveller) -> Salon:
    """The salon with a second service."""
    salon = make_salon()
    make_service(salon.provider, [salon.rudo], name="Colour", position=1)
    return salon


def totals(page: Page) -> list[str]:
    return [text.replace("\n", " ") for text in page.locator("#examples li").all_inner_texts()]


def order(page: Page) -> list[str]:
    return page.locator("#services h2").all_inner_texts()


def test_totals_follow_what_is_typed_and_the_server_agrees(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    page = stage.page(screen, user=salon.owner)
    page.goto("/provider/services/new/")
    page.get_by_label("Name").fill("Colour and cut")
    expect(page.locator("#examples")).to_be_hidden()
    page.get_by_label("hours").first.fill("1")
    page.get_by_label("minutes").first.fill("30")
    page.get_by_label("Price in USD").fill("9.99")
    assert totals(page) == ["1 h 30 USD 9.99"]
    page.get_by_label("Per hour").check()
    assert totals(page) == ["1 h 30 USD 14.99"]  # 14.985, half up
    expect(page.get_by_role("group", name="Shortest")).to_be_hidden()
    page.get_by_label("Customers choose how long").check()
    page.get_by_role("group", name="Shortest").get_by_label("minutes").fill("30")
    page.get_by_role("group", name="Longest").get_by_label("hours").fill("3")
    told = ["30 min USD 5.00", "1 h 30 USD 14.99", "3 h USD 29.97"]
    assert totals(page) == told
    page.get_by_label("Rudo").check()
    page.get_by_label("Nobody").check()
    expect(page.get_by_label("Rudo")).to_be_hidden()
    page.get_by_label("Somebody of the team").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Colour and cut")
    assert totals(page) == told
    assert Service.objects.get(name="Colour and cut").durations == [30, 60, 90, 120, 150, 180]


def test_without_a_script_the_server_tells_the_totals(stage: Stage, salon: Salon) -> None:
    page = stage.page(user=salon.owner, java_script_enabled=False)
    page.goto(f"/provider/services/{salon.cut.pk}/")
    before = totals(page)
    page.get_by_label("Price in USD").fill("77")
    page.get_by_role("button", name="Save").first.click()
    assert totals(page) == [f"{before[0].split(' USD')[0]} USD 77.00"]


@pytest.mark.parametrize("script", [True, False])
def test_buttons_change_the_order(stage: Stage, salon: Salon, script: bool) -> None:
    page = stage.page(user=salon.owner, java_script_enabled=script)
    page.goto("/provider/services/")
    first, second = order(page)
    press = page.get_by_role("button", name=f"Move {first} down")
    if script:
        with no_page_load(page):
            press.click()
            expect(page.locator("#services h2").first).to_have_text(second)
    else:
        press.click()
    expect(page.locator("#services h2").first).to_have_text(second)
    assert order(page) == [second, first]
    expect(page.get_by_role("button", name=f"Move {first} down")).to_be_disabled()
    page.reload()
    assert order(page) == [second, first]
