"""Somebody with an account books, and finds it again under "My bookings"."""

import pytest
from playwright.sync_api import expect

from booking.models import Appointment
from project.tests.browser.business import Salon, make_account
from project.tests.browser.stage import Screen, Stage

pytestmark = pytest.mark.browser


def test_books_and_finds_it_with_its_history(stage: Stage, salon: Salon, screen: Screen) -> None:
    dana = make_account("customer@example.com", name="Dana Phiri", phone="+263771234567")
    page = stage.page(screen, user=dana)
    page.goto(salon.times)
    page.locator(salon.slot("09:00")).click()
    expect(page.get_by_text("You book as Dana Phiri.")).to_be_visible()
    page.get_by_label("Anything they should know?").fill("First visit")
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
    made = Appointment.objects.get(customer=dana)

    page.get_by_role("navigation", name="Main").get_by_role("link", name="My bookings").click()
    coming = page.get_by_role("region", name="Coming up")
    expect(coming.get_by_role("article")).to_have_count(1)
    coming.get_by_role("link", name="Cut and style").click()
    expect(page).to_have_url(f"{stage.origin}/me/appointments/{made.reference}/")
    expect(page.get_by_text("First visit")).to_be_visible()
    history = page.get_by_role("region", name="What happened").get_by_role("listitem")
    expect(history).to_have_count(1)
    expect(history).to_contain_text("Booked by you")


def test_history_grows_with_each_change(stage: Stage, salon: Salon, screen: Screen) -> None:
    dana = make_account("customer@example.com", name="Dana Phiri", phone="+263771234567")
    made = salon.book("09:00", customer=dana)
    page = stage.page(screen, user=dana)
    page.goto(f"/me/appointments/{made.reference}/")
    page.get_by_role("link", name="Move").click()
    page.locator(salon.slot("11:00")).click()
    expect(page.get_by_text("Your booking is moved.")).to_be_visible()
    page.goto(f"/me/appointments/{made.reference}/")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_label("Why?").fill("Something came up")
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_text("Your booking is cancelled.")).to_be_visible()
    page.goto(f"/me/appointments/{made.reference}/")
    history = page.get_by_role("region", name="What happened").get_by_role("listitem")
    expect(history).to_have_count(3)
    expect(history.nth(1)).to_contain_text("from Tue 24 Nov, 09:00 to Tue 24 Nov, 11:00")
    expect(history.nth(2)).to_contain_text("“Something came up”")


def test_logging_in_while_a_time_is_held_leads_back_to_it(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    make_account("customer@example.com", name="Dana Phiri", phone="+263771234567")
    page = stage.page(screen)
    page.goto(salon.times)
    page.locator(salon.slot("09:00")).click()
    page.get_by_role("main").get_by_role("link", name="Log in").click()
    page.get_by_label("Email").fill("customer@example.com")
    page.get_by_label("Password").fill("a-password-for-tests")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("You book as Dana Phiri.")).to_be_visible()
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
    assert Appointment.objects.get().customer is not None
