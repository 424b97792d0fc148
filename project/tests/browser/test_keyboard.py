"""With the keyboard alone, and always seeing where one is."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from booking.models import Appointment, Status
from project.tests.browser.business import Salon, make_salon
from project.tests.browser.stage import DESKTOP, Screen, Stage, no_page_load

pytestmark = pytest.mark.browser

MOST_TABS = 120
"""More than any page of ours takes to walk through."""

SEEN = """() => {
  const here = document.activeElement;
  if (here === document.body || here.id === "main") return "";
  const box = here.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const ringed = (el) => {
    const style = getComputedStyle(el);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const shown = ringed(here) || ringed(here.closest(".card-link, .choice") || here);
  return inside && shown ? "" : `${here.outerHTML.slice(0, 120)} inside: ${inside}, ring: ${shown}`;
}"""
"""Empty when the focus is on the screen with a ring around it; else what is wrong."""


def tab_to(page: Page, goal: Locator) -> None:
    """Press Tab until the goal has the focus, which must be visible at each stop."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN) == ""
        if goal.evaluate("el => el === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {goal}")


def press_enter(page: Page, leads_to: str) -> None:
    with page.expect_navigation(url=re.compile(leads_to)):
        page.keyboard.press("Enter")


def test_from_the_front_page_to_a_booking(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen)
    page.goto("/")
    tab_to(page, page.get_by_role("link", name="Tendai Hair Studio"))
    press_enter(page, "/p/tendai-hair-studio/")
    tab_to(page, page.get_by_role("link", name="Book Cut and style"))
    press_enter(page, "/book/cut/")
    tab_to(page, page.locator(salon.slot("10:00")))
    press_enter(page, "/details/")
    tab_to(page, page.get_by_label("Your name"))
    page.keyboard.type("Tariro Moyo")
    page.keyboard.press("Tab")
    page.keyboard.type("tariro@example.com")
    tab_to(page, page.get_by_role("button", name="Book"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
    made = Appointment.objects.get()
    assert (made.guest_email, made.start) == ("tariro@example.com", salon.at("10:00"))


def test_first_tab_offers_to_skip_the_menu(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen)
    page.goto("/providers/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Looking for")).to_be_focused()


def test_owner_declines(stage: Stage) -> None:
    salon = make_salon(auto_confirm=False)
    asked = salon.book("10:00", name="Chipo Moyo")
    page = stage.page(DESKTOP, user=salon.owner)
    page.goto("/provider/")
    with no_page_load(page):
        tab_to(page, page.get_by_role("link", name="Decline Chipo Moyo"))
        page.keyboard.press("Enter")
        reason = page.get_by_role("dialog").get_by_role("textbox")
        expect(reason).to_be_visible()
        tab_to(page, reason)
        page.keyboard.type("Fully booked")
        tab_to(page, page.get_by_role("dialog").get_by_role("button", name="Decline"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.locator("#messages")).to_contain_text("Declined")
    asked.refresh_from_db()
    assert asked.status == Status.DECLINED


def test_account_menu_closes_on_escape(stage: Stage, salon: Salon, screen: Screen) -> None:
    page = stage.page(screen, user=salon.owner)
    page.goto("/")
    menu = page.get_by_text("Account", exact=True)
    tab_to(page, page.locator("summary", has=menu).or_(menu).first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Log out")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Log out")).to_be_hidden()
    expect(page.locator("summary")).to_be_focused()
