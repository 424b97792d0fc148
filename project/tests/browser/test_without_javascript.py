"""The same pages as plain forms and links."""

import pytest
from playwright.sync_api import expect

from booking.models import Appointment, Status
from project.tests.browser.business import Salon, make_salon
from project.tests.browser.stage import Screen, Stage

pytestmark = pytest.mark.browser


def test_guest_books_and_cancels(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Tendai Hair Studio").click()
    page.get_by_role("link", name="Book Cut and style").click()
    page.locator(salon.slot("10:00")).click()
    page.get_by_label("Your name").fill("Tariro Moyo")
    page.get_by_label("Phone").fill("0771234567")
    expect(page.locator(".countdown")).to_contain_text("until 08:05")
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
    made = Appointment.objects.get()
    assert (made.guest_phone, made.status) == ("+263771234567", Status.CONFIRMED)

    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_text("Your booking is cancelled.")).to_be_visible()
    made.refresh_from_db()
    assert made.status == Status.CANCELLED


def test_grid_is_walked_by_links(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen, java_script_enabled=False)
    page.goto(salon.times)
    page.get_by_role("link", name="Later").click()
    expect(page.locator("#grid-title")).to_have_text("30 Nov – 6 Dec")
    page.get_by_role("link", name="Day", exact=True).click()
    expect(page.locator("#grid-title")).to_have_text("Mon 30 Nov")
    page.get_by_label("From").fill("2026-12-02")
    page.get_by_role("button", name="Show times").click()
    expect(page.locator("#grid-title")).to_have_text("Wed 2 Dec")
    expect(page.locator("#grid button[name=start]")).to_have_count(17)


def test_list_is_searched_by_its_form(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen, java_script_enabled=False)
    page.goto("/providers/")
    page.get_by_label("Looking for").fill("nobody of that name")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="Nobody fits this yet")).to_be_visible()
    page.get_by_label("Looking for").fill("tendai")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Tendai Hair Studio")).to_be_visible()


def test_owner_accepts_and_declines_by_plain_forms(stage: Stage, screen: Screen) -> None:
    salon = make_salon(auto_confirm=False)
    first, second = salon.book("10:00", name="Chipo Moyo"), salon.book("12:00", name="Farai Dube")
    page = stage.page(screen, user=salon.owner, java_script_enabled=False)
    page.goto("/provider/")
    page.get_by_role("button", name="Accept Chipo Moyo").click()
    expect(page).to_have_url(f"{stage.origin}/provider/")
    expect(page.get_by_text("Accepted: Chipo Moyo is expected.")).to_be_visible()
    page.get_by_role("link", name="Decline Farai Dube").click()
    page.get_by_role("textbox").fill("Not on that day, sorry")
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("Declined: the time of Farai Dube is free again.")).to_be_visible()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Status.CONFIRMED, Status.DECLINED)
