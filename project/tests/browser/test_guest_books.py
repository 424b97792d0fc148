"""The main job: somebody without an account finds a time, books it, moves it, cancels it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from icalendar import Calendar
from playwright.sync_api import Page, Route, expect

from booking.models import Appointment, Hold, Status
from project.tests.browser.business import Salon
from project.tests.browser.stage import Screen, Stage

pytestmark = pytest.mark.browser

COUNT_CLICKS = "addEventListener('click', event => event.isTrusted && pressed(), true)"


def test_from_the_front_page_to_a_booking_in_six_presses(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    page = stage.page(screen)
    presses: list[str] = []
    page.context.expose_function("pressed", lambda: presses.append(page.url))
    page.add_init_script(COUNT_CLICKS)
    press = "tap" if screen.touch else "click"

    page.goto("/")
    getattr(page.get_by_role("link", name="Tendai Hair Studio"), press)()
    getattr(page.get_by_role("link", name="Book Cut and style"), press)()
    getattr(page.locator(salon.slot("10:00")), press)()
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^[45]:\d\d$"))
    getattr(page.get_by_label("Your name"), press)()
    page.keyboard.type("Tariro Moyo")
    getattr(page.get_by_label("Email"), press)()
    page.keyboard.type("tariro@example.com")
    getattr(page.get_by_role("button", name="Book"), press)()

    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
    made = Appointment.objects.get()
    assert (made.guest_name, made.guest_email) == ("Tariro Moyo", "tariro@example.com")
    assert (made.start, made.status) == (salon.at("10:00"), Status.CONFIRMED)
    expect(page.locator(".reference")).to_have_text(made.reference)
    assert page.url == f"{stage.origin}/a/{made.token}/?booked=1"
    assert len(presses) == 6, presses
    assert Hold.objects.count() == 0


def test_calendar_file_is_the_booking(
    stage: Stage, salon: Salon, screen: Screen, tmp_path: Path
) -> None:
    made = salon.book("10:00")
    page = stage.page(screen)
    page.goto(made.get_absolute_url())
    with page.expect_download() as started:
        page.get_by_role("link", name="Add to calendar").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    assert file.name == f"nguva-{made.reference}.ics"
    event = Calendar.from_ical(file.read_bytes()).walk("VEVENT")[0]
    assert event.decoded("DTSTART") == salon.at("10:00")
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(hours=1)
    assert "Cut and style" in str(event["SUMMARY"])


def test_secret_link_moves_the_booking(stage: Stage, salon: Salon, screen: Screen) -> None:
    made = salon.book("10:00")
    page = stage.page(screen)
    page.goto(made.get_absolute_url())
    page.get_by_role("link", name="Move").click()
    page.locator(salon.slot("14:30")).click()
    expect(page.get_by_text("Your booking is moved.")).to_be_visible()
    expect(page.get_by_text("Tue 24 Nov, 14:30–15:30")).to_be_visible()
    made.refresh_from_db()
    assert (made.start, made.status) == (salon.at("14:30"), Status.CONFIRMED)


def test_its_own_time_does_not_stand_in_the_way_of_moving(stage: Stage, salon: Salon) -> None:
    made = salon.book("10:00")
    page = stage.page()
    page.goto(reverse("appointment_reschedule", args=[made.token]))
    expect(page.locator(salon.slot("10:30"))).to_be_visible()


def test_secret_link_cancels_the_booking(stage: Stage, salon: Salon, screen: Screen) -> None:
    made = salon.book("10:00")
    page = stage.page(screen)
    page.goto(made.get_absolute_url())
    page.get_by_role("link", name="Cancel").click()
    page.get_by_label("Why?").fill("Will be travelling")
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_text("Your booking is cancelled.")).to_be_visible()
    expect(page.get_by_text("Will be travelling")).to_be_visible()
    made.refresh_from_db()
    assert made.status == Status.CANCELLED
    page.goto(salon.times)
    expect(page.locator(salon.slot("10:00"))).to_be_visible()


def test_second_tap_on_book_books_once(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = details(stage.page(screen), salon)
    on_their_way: list[Route] = []
    page.route("**/details/**", lambda route: on_their_way.append(route))  # noqa: PLW0108  not a builtin
    book = page.get_by_role("button", name="Book")
    book.scroll_into_view_if_needed()
    box = book.bounding_box()
    assert box is not None
    for _ in range(2):  # by the mouse itself: a click on the button would wait for the answer
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(200)
    assert len(on_their_way) == 1
    on_their_way[0].continue_()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
    assert Appointment.objects.count() == 1


def details(page: Page, salon: Salon) -> Page:
    """Choose ten o'clock and fill in the form."""
    page.goto(salon.times)
    page.locator(salon.slot("10:00")).click()
    page.get_by_label("Your name").fill("Tariro Moyo")
    page.get_by_label("Email").fill("tariro@example.com")
    return page
