"""Links to WhatsApp: there on a phone, sound for everybody, and silent until they are pressed."""

from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from booking.models import Appointment
from project.tests.browser.business import MONDAY, Salon
from project.tests.browser.stage import Screen, Stage

pytestmark = pytest.mark.browser


@pytest.fixture
def appointment(salon: Salon) -> Appointment:
    """One of today, so that somebody may be late for it."""
    booked = salon.book("10:00", MONDAY, name="Chipo Moyo")
    booked.guest_phone = "+263771234567"
    booked.save()
    return booked


def assert_sound(page: Page) -> None:
    """No finding of axe, nothing wider than the screen, every link large enough for a thumb."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for link in page.locator('a[href^="https://wa.me/"]:visible').all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 44


def nothing(route: Route) -> None:
    """Stop on the way to WhatsApp, so that no test leaves the machine."""
    route.abort("aborted")


def test_row_has_them_behind_more(
    stage: Stage, salon: Salon, appointment: Appointment, screen: Screen
) -> None:
    page = stage.page(screen, user=salon.owner)
    page.goto("/provider/")
    row = page.locator(f"#appointment-{appointment.pk}")
    remind = row.get_by_role("link", name="Remind by WhatsApp to Chipo Moyo")
    expect(remind).to_be_hidden()
    row.get_by_text("More").click()
    expect(remind).to_be_visible()
    assert_sound(page)


def test_appointments_page_has_them_as_buttons(
    stage: Stage, salon: Salon, appointment: Appointment, screen: Screen
) -> None:
    page = stage.page(screen, user=salon.owner)
    page.goto(f"/provider/appointments/{appointment.pk}/")
    for name in ("Confirm by WhatsApp", "Remind by WhatsApp", "Running late, by WhatsApp"):
        expect(page.get_by_role("link", name=name)).to_be_visible()
    assert_sound(page)


def test_customer_presses_it_without_javascript(stage: Stage, appointment: Appointment) -> None:
    page = stage.page(java_script_enabled=False)
    page.context.route("https://wa.me/**", nothing)
    page.goto(f"{appointment.get_absolute_url()}?booked")
    link = page.get_by_role("link", name="Tell them by WhatsApp")
    expect(link).to_be_visible()
    assert stage.watch.complaints == []
    with page.expect_request("https://wa.me/**") as pressed:
        link.click()
    request = pressed.value
    assert urlsplit(request.url).path == "/263772418305"
    [text] = parse_qs(urlsplit(request.url).query)["text"]
    assert appointment.get_absolute_url() in text
    assert "referer" not in request.all_headers()
    assert stage.watch.complaints.pop() == f"asks another host: {request.url}"
