"""The calendar: dragged with a mouse and a finger, walked without a script, fit for everybody."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.models import Appointment, BusyTime
from booking.tests import cast
from project import clock
from project.tests.browser.business import TUESDAY, WEDNESDAY, Salon, make_salon
from project.tests.browser.checks import LEAST_TOUCH, complaints
from project.tests.browser.stage import DESKTOP, PHONE, Screen, Stage, no_page_load
from providers.models import Staff, TimeOff

pytestmark = pytest.mark.browser

DAY = "/provider/calendar/?date=2026-11-24"
WEEK = f"{DAY}&view=week"


def accepted(salon: Salon, face: str, name: str) -> Appointment:
    made = salon.book(face, name=name)
    if made.status == "confirmed":
        return made
    return lifecycle.accept(made, by=Actor.provider(salon.owner), now=clock.now())


def colleague(salon: Salon) -> Staff:
    tariro = cast.make_staff(salon.provider, name="Tariro Ncube")
    salon.cut.staff.add(tariro)
    return tariro


def block(page: Page, appointment: Appointment) -> Locator:
    return page.locator(f'[data-appointment="{appointment.pk}"]')


def column(page: Page, number: int) -> Locator:
    return page.locator(".cal section .day").nth(number)


def middle(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def hour_high(page: Page) -> float:
    box = page.locator(".cal .scale span").first.bounding_box()
    assert box is not None
    return box["height"]


def drag(page: Page, what: Locator, *, across: float = 0, down: float = 0) -> None:
    what.scroll_into_view_if_needed()
    x, y = middle(what)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(x + across * step / 5, y + down * step / 5)
    page.mouse.up()


def test_drag_moves_and_undo_moves_back(stage: Stage, salon: Salon) -> None:
    made = accepted(salon, "10:00", "Chipo Moyo")
    page = stage.page(DESKTOP, user=salon.owner)
    page.goto(DAY)
    with no_page_load(page):
        drag(page, block(page, made), down=2 * hour_high(page))
        note = page.locator("#calendar-note")
        expect(note).to_contain_text("Chipo Moyo moved to Tue 24 Nov, 12:00.")
        expect(block(page, made)).to_contain_text("12:00–13:00")
        made.refresh_from_db()
        assert made.start == salon.at("12:00")
        page.get_by_role("button", name="Undo").click()
        expect(note).to_contain_text("Chipo Moyo moved to Tue 24 Nov, 10:00.")
        expect(block(page, made)).to_contain_text("10:00–11:00")
    made.refresh_from_db()
    assert made.start == salon.at("10:00")


def test_drag_to_a_colleague_and_to_another_day(stage: Stage, salon: Salon) -> None:
    tariro = colleague(salon)
    made = accepted(salon, "10:00", "Chipo Moyo")
    page = stage.page(DESKTOP, user=salon.owner)
    page.goto(DAY)
    across = middle(column(page, 1))[0] - middle(column(page, 0))[0]
    drag(page, block(page, made), across=across if made.staff != tariro else -across)
    expect(page.locator("#calendar-note")).to_contain_text("moved to Tue 24 Nov, 10:00 with")
    moved = Appointment.objects.get(pk=made.pk)
    assert (moved.start, moved.staff == made.staff) == (made.start, False)
    page.goto(WEEK)
    across = middle(column(page, 2))[0] - middle(column(page, 1))[0]
    drag(page, block(page, made), across=across, down=hour_high(page))
    expect(page.locator("#calendar-note")).to_contain_text("moved to Wed 25 Nov, 11:00.")
    moved.refresh_from_db()
    assert moved.start == salon.at("11:00", WEDNESDAY)


def test_clash_is_told_and_the_block_returns(stage: Stage, salon: Salon) -> None:
    made, other = accepted(salon, "10:00", "Chipo Moyo"), accepted(salon, "12:00", "Farai Dube")
    page = stage.page(DESKTOP, user=salon.owner)
    page.goto(DAY)
    stage.expect(409)
    drag(page, block(page, made), down=2 * hour_high(page))
    expect(page.get_by_role("alert")).to_contain_text("this time has just been taken")
    expect(block(page, made)).to_contain_text("10:00–11:00")
    expect(block(page, made)).to_have_class("visit s-confirmed r24 s12 tall")
    page.get_by_role("button", name="Tue 24 Nov, 11:00").click()
    expect(block(page, made)).to_contain_text("11:00–12:00")
    for each, face in ((made, "11:00"), (other, "12:00")):
        each.refresh_from_db()
        assert each.start == salon.at(face)


def test_escape_and_closed_hours_leave_it(stage: Stage, salon: Salon) -> None:
    made = accepted(salon, "10:00", "Chipo Moyo")
    page = stage.page(DESKTOP, user=salon.owner)
    page.goto(DAY)
    x, y = middle(block(page, made))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 100)
    expect(page.locator(".ghost")).to_contain_text("Chipo Moyo")
    page.keyboard.press("Escape")
    expect(page.locator(".ghost")).to_have_count(0)
    page.mouse.up()
    expect(page).to_have_url(f"{stage.origin}{DAY}")
    made.refresh_from_db()
    assert made.start == salon.at("10:00")


def test_press_without_moving_opens_it(stage: Stage, salon: Salon, screen: Screen) -> None:
    made = accepted(salon, "10:00", "Chipo Moyo")
    page = stage.page(screen, user=salon.owner)
    page.goto(DAY)
    block(page, made).get_by_role("link", name="Chipo Moyo").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chipo Moyo")


def touch(session: Any, kind: str, x: float = 0, y: float = 0) -> None:
    points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_finger_moves_after_a_long_press(stage: Stage, salon: Salon) -> None:
    made = accepted(salon, "10:00", "Chipo Moyo")
    page = stage.page(PHONE, user=salon.owner)
    page.goto(DAY)
    finger = page.context.new_cdp_session(page)
    block(page, made).evaluate("(el) => el.scrollIntoView({block: 'center'})")
    x, y = middle(block(page, made))
    down = hour_high(page)
    touch(finger, "touchStart", x, y)
    expect(block(page, made)).to_have_class("visit s-confirmed r24 s12 tall lifted")
    for step in range(1, 6):
        touch(finger, "touchMove", x, y + down * step / 5)
    touch(finger, "touchEnd")
    expect(page.locator("#calendar-note")).to_contain_text("moved to Tue 24 Nov, 11:00.")
    made.refresh_from_db()
    assert made.start == salon.at("11:00")


def test_refreshes_and_walks_without_loading_the_page(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    page = stage.page(screen, user=salon.owner)
    page.goto(DAY)
    with no_page_load(page):
        made = accepted(salon, "10:00", "Chipo Moyo")
        page.evaluate("htmx.trigger('#calendar', 'refresh')")
        expect(block(page, made)).to_be_visible()
        page.get_by_role("link", name="Later").click()
        expect(page.locator("#calendar-title")).to_have_text("Wed 25 Nov")
        expect(page).to_have_url(f"{stage.origin}/provider/calendar/?view=day&date=2026-11-25")
        page.get_by_role("link", name="Back to today").click()
        expect(page.locator("#calendar-title")).to_have_text("Mon 23 Nov")
        expect(page.locator(".cal .now")).to_have_count(1)


def test_without_javascript_links_lead_to_the_form_that_moves(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    made = accepted(salon, "10:00", "Chipo Moyo")
    page = stage.page(screen, user=salon.owner, java_script_enabled=False)
    page.goto(DAY)
    page.get_by_role("link", name="Move Chipo Moyo").click()
    page.locator(salon.slot("15:00", WEDNESDAY)).click()
    expect(page).to_have_url(f"{stage.origin}/provider/calendar/?view=day&date=2026-11-24")
    made.refresh_from_db()
    assert made.start == salon.at("15:00", WEDNESDAY)
    page.get_by_role("link", name="Later").click()
    expect(block(page, made)).to_contain_text("15:00–16:00")


@pytest.mark.parametrize("script", [True, False])
def test_free_time_leads_to_the_form_that_books(
    stage: Stage, salon: Salon, screen: Screen, *, script: bool
) -> None:
    page = stage.page(screen, user=salon.owner, java_script_enabled=script)
    page.goto(DAY)
    link = page.get_by_role("link", name="Book 11:30")
    box = link.bounding_box()
    assert box is not None
    assert not screen.touch or box["height"] >= LEAST_TOUCH
    link.click()
    start = "2026-11-24T09:30Z"
    expect(page).to_have_url(f"{stage.origin}/provider/book/?staff={salon.rudo.pk}&start={start}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("calendar-day", DAY),
        ("calendar-week", WEEK),
        ("day-sheet", "/provider/calendar/sheet/?date=2026-11-24"),
    ],
)
def test_fit_for_everybody(stage: Stage, name: str, path: str) -> None:
    salon = make_salon(auto_confirm=False, buffer_after=10)
    tariro = colleague(salon)
    accepted(salon, "10:00", "Chipo Moyo")
    salon.book("10:00", name="Farai Dube", notes="First visit")
    salon.book("15:00", name="Somebody With A Very Long Name Indeed")
    day = {"start": salon.at("12:00"), "end": salon.at("13:00")}
    TimeOff.objects.create(provider=salon.provider, staff=tariro, reason="Lunch", **day)
    BusyTime.objects.create(staff=salon.rudo, uid="1", **day)
    assert salon.at("10:00").date() == TUESDAY
    found = []
    for screen in (PHONE, DESKTOP):
        page = stage.quick_page(screen, user=salon.owner)
        page.goto(path)
        found += complaints(page, name, screen)
    assert found == []
