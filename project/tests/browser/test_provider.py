"""The owner answers requests and runs the day; rows change without loading the page."""

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.models import Appointment, AppointmentEvent, Status
from project.tests.browser.business import MONDAY, WEDNESDAY, Salon, make_salon, yesterday
from project.tests.browser.stage import Screen, Stage, no_page_load

pytestmark = pytest.mark.browser


@pytest.fixture
def salon(clock: time_machine.Traveller) -> Salon:
    """The salon that answers by hand."""
    return make_salon(auto_confirm=False)


def row(page: Page, appointment: Appointment) -> Locator:
    return page.locator(f"#appointment-{appointment.pk}")


def requests(page: Page) -> Locator:
    return page.get_by_role("region", name="Waiting for your answer").get_by_role("listitem")


def test_accepts_a_request_on_the_spot(stage: Stage, salon: Salon, screen: Screen) -> None:
    first, second = salon.book("10:00", name="Chipo Moyo"), salon.book("12:00", name="Farai Dube")
    page = stage.page(screen, user=salon.owner)
    page.goto("/provider/")
    expect(requests(page)).to_have_count(2)
    with no_page_load(page):
        row(page, first).get_by_role("button", name="Accept Chipo Moyo").click()
        expect(row(page, first).get_by_text("Confirmed")).to_be_visible()
        expect(page.locator("#messages")).to_have_text("Accepted: Chipo Moyo is expected.")
        expect(requests(page)).to_have_count(1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.CONFIRMED, Status.PENDING)


def test_declines_with_a_reason(stage: Stage, salon: Salon, screen: Screen) -> None:
    asked = salon.book("10:00", name="Chipo Moyo")
    page = stage.page(screen, user=salon.owner)
    page.goto("/provider/")
    with no_page_load(page):
        row(page, asked).get_by_role("link", name="Decline Chipo Moyo").click()
        sheet = page.get_by_role("dialog")
        expect(sheet.get_by_role("heading", name="Decline this request?")).to_be_visible()
        sheet.get_by_role("textbox").fill("Fully booked that day")
        sheet.get_by_role("button", name="Decline").click()
        expect(sheet).to_be_hidden()
        expect(row(page, asked)).to_have_count(0)
    asked.refresh_from_db()
    assert asked.status == Status.DECLINED
    assert asked.events.get(action=AppointmentEvent.Action.DECLINED).reason == (
        "Fully booked that day"
    )


def test_request_that_was_answered_elsewhere_says_so(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    asked = salon.book("10:00", name="Chipo Moyo")
    page = stage.page(screen, user=salon.owner)
    page.goto("/provider/")
    other = stage.page(screen, user=salon.owner)
    other.goto(f"/a/{asked.token}/cancel/")
    other.get_by_role("button", name="Yes, cancel it").click()
    stage.expect(409)
    with no_page_load(page):
        row(page, asked).get_by_role("button", name="Accept Chipo Moyo").click()
        expect(row(page, asked).get_by_role("alert")).to_be_visible()
        expect(row(page, asked).get_by_text("Cancelled", exact=True)).to_be_visible()
    asked.refresh_from_db()
    assert asked.status == Status.CANCELLED


@pytest.mark.parametrize(
    ("button", "status", "badge"),
    [
        ("Done Chipo Moyo", Status.COMPLETED, "Completed"),
        ("Did not come Chipo Moyo", Status.NO_SHOW, "Did not come"),
    ],
)
def test_closes_one_that_has_begun(
    stage: Stage, salon: Salon, screen: Screen, button: str, status: Status, badge: str
) -> None:
    running = salon.book("09:00", MONDAY, name="Chipo Moyo", at=yesterday())
    lifecycle.accept(running, by=Actor.provider(salon.owner), now=yesterday())
    stage.later(90)  # half past nine
    page = stage.page(screen, user=salon.owner)
    page.goto("/provider/")
    with no_page_load(page):
        row(page, running).get_by_role("button", name=button).click()
        expect(row(page, running).locator(".status")).to_have_text(badge)
        expect(row(page, running).get_by_role("button")).to_have_count(0)
    running.refresh_from_db()
    assert running.status == status


def test_moves_an_appointment(stage: Stage, salon: Salon, screen: Screen) -> None:
    asked = salon.book("10:00", name="Chipo Moyo")
    page = stage.page(screen, user=salon.owner)
    page.goto("/provider/")
    row(page, asked).get_by_text("More").click()
    row(page, asked).get_by_role("link", name="Move Chipo Moyo").click()
    page.locator(salon.slot("15:00", WEDNESDAY)).click()
    expect(page.locator("main")).to_contain_text("15:00")
    asked.refresh_from_db()
    assert asked.start == salon.at("15:00", WEDNESDAY)


def test_today_is_not_far_below_many_requests(stage: Stage, salon: Salon) -> None:
    faces = [f"{hour:02d}:00" for hour in range(8, 16)]
    for face in faces:
        salon.book(face)
    page = stage.page(user=salon.owner)
    page.goto("/provider/")
    expect(requests(page)).to_have_count(5)
    page.get_by_role("link", name="All 8 requests").click()
    expect(page.locator("#list .agenda > li")).to_have_count(8)
