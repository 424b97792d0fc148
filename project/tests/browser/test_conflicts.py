"""Somebody was quicker, or the form took too long: nothing is booked, nothing typed is lost."""

import pytest
from playwright.sync_api import Page, expect

from booking.models import Appointment, Hold
from project.tests.browser.business import Salon
from project.tests.browser.stage import Screen, Stage

pytestmark = pytest.mark.browser

TYPED = {
    "Your name": "Tariro Moyo",
    "Email": "tariro@example.com",
    "Phone": "0771234567",
    "Anything they should know?": "First visit, long hair",
}


def fill_in(page: Page, salon: Salon) -> None:
    page.goto(salon.times)
    page.locator(salon.slot("10:00")).click()
    for label, text in TYPED.items():
        page.get_by_label(label).fill(text)


def typed(page: Page) -> dict[str, str]:
    return {label: page.get_by_label(label).input_value() for label in TYPED}


def test_time_that_goes_while_the_form_is_open(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen)
    fill_in(page, salon)
    stage.later(6)
    other = salon.book("10:00")
    stage.expect(409)
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing is booked.")
    nearby = page.get_by_role("group", name="Free times nearby").get_by_role("button")
    expect(nearby.first).to_be_visible()
    assert nearby.count() <= 5
    assert "Tue 24 Nov, 10:00" not in nearby.all_inner_texts()
    assert typed(page) == TYPED
    assert list(Appointment.objects.all()) == [other]

    nearby.first.click()
    expect(page.locator("[data-clock]")).to_be_visible()
    assert typed(page) == TYPED
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
    made = Appointment.objects.exclude(pk=other.pk).get()
    assert (made.guest_name, made.guest_phone) == ("Tariro Moyo", "+263771234567")
    assert made.start != other.start


def test_time_that_goes_between_showing_and_pressing_it(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    page = stage.page(screen)
    page.goto(salon.times)
    salon.book("10:00")
    stage.expect(409)
    page.locator(salon.slot("10:00")).click()
    expect(page.get_by_role("alert")).to_contain_text("You asked for Tue 24 Nov, 10:00.")
    assert Hold.objects.count() == 0
    page.get_by_role("group", name="Free times nearby").get_by_role("button").first.click()
    expect(page.get_by_role("heading", name="Cut and style")).to_be_visible()
    assert Hold.objects.count() == 1


def test_hold_that_ran_out(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen)
    fill_in(page, salon)
    stage.later(6)
    expect(page.locator(".countdown")).to_have_text(
        "We no longer keep this time for you. It may still be free: press Book to see."
    )
    stage.expect(409)
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("alert")).to_contain_text("it is still free")
    expect(page.get_by_role("alert")).to_contain_text("What you typed is still here.")
    assert typed(page) == TYPED
    assert Appointment.objects.count() == 0

    page.get_by_role("button", name="Tue 24 Nov, 10:00").click()
    assert typed(page) == TYPED
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
    assert Appointment.objects.get().start == salon.at("10:00")


def test_last_minute_is_announced(stage: Stage, salon: Salon) -> None:
    page = stage.page()
    fill_in(page, salon)
    stage.later(4)
    expect(page.locator(".countdown")).to_contain_class("soon")
    said = page.get_by_role("status").filter(has_text="One minute left to finish.")
    expect(said).to_have_count(1)


def test_held_time_is_not_offered_to_others(stage: Stage, salon: Salon, screen: Screen) -> None:
    fill_in(stage.page(screen), salon)
    other = stage.page(screen)
    other.goto(salon.times)
    expect(other.locator(salon.slot("09:00"))).to_be_visible()
    expect(other.locator(salon.slot("10:00"))).to_have_count(0)


def test_what_is_missing_is_said_beside_its_field(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    page = stage.page(screen)
    page.goto(salon.times)
    page.locator(salon.slot("10:00")).click()
    page.get_by_label("Your name").fill("Tariro Moyo")
    stage.expect(422)
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_text("Give an email address or a phone number")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Tariro Moyo")
    page.get_by_label("Phone").fill("0771234567")
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
