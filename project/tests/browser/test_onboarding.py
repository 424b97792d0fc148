"""Somebody with a phone and an idea: from the front page to a page that others can book."""

import re

import pytest
from django.core import mail
from playwright.sync_api import Locator, Page, expect

from booking.models import Appointment, Status
from booking.tests import cast
from project.tests.browser.checks import complaints
from project.tests.browser.stage import PHONE, Stage
from providers.models import Provider, Service, Staff

pytestmark = pytest.mark.browser

MOST_INTERACTIONS = 25


class Thumb:
    """Does what a person does with one thumb, and counts it: each press, and each field filled."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.done: list[str] = []

    def press(self, name: str, role: str = "button") -> None:
        self.done.append(f"press {name}")
        self.page.get_by_role(role, name=name).tap()  # type: ignore[arg-type]

    def fill(self, label: str, text: str) -> None:
        self.done.append(f"fill {label}")
        self.field(label).fill(text)

    def choose(self, label: str, option: str) -> None:
        self.done.append(f"choose {label}")
        self.field(label).select_option(label=option)

    def open(self, url: str) -> None:
        """Press a link in a mail."""
        self.done.append("open the link in the mail")
        self.page.goto(url)

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=False)

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(text)


def link_in_mail() -> str:
    found = re.search(r"https?://\S+/accounts/confirm-email/\S+/", str(mail.outbox[-1].body))
    assert found is not None
    return found[0]


def test_from_sign_up_to_a_page_that_can_be_booked(stage: Stage) -> None:
    cast.make_category("hairdressing", name="Hairdressing")
    page = stage.page(PHONE)
    wrong = []
    page.goto("/")
    thumb = Thumb(page)

    thumb.press("Offer your services", "link")
    thumb.heading("Make an account")
    thumb.fill("Your name", "Rudo Chikafu")
    thumb.fill("Email", "rudo@example.com")
    thumb.fill("Password", "braids-and-tea-7")
    thumb.press("Make my account")

    thumb.heading("Your business")
    wrong += complaints(page, "start-business", PHONE)
    thumb.fill("Name of the business", "Rudo Braids")
    thumb.choose("What do you offer?", "Hairdressing")
    thumb.fill("Town or city", "Harare")
    thumb.fill("Phone", "0772 418 305")
    thumb.press("Next: your first service")

    thumb.heading("Your first service")
    expect(page.get_by_text("Step 2 of 5")).to_be_visible()
    wrong += complaints(page, "start-service", PHONE)
    expect(page.get_by_label("Name of the service")).to_have_value("Haircut")
    thumb.fill("Price in USD", "15")
    thumb.press("Next: hours")

    thumb.heading("When are you open?")
    wrong += complaints(page, "start-hours", PHONE)
    thumb.press("Next: have a look")

    thumb.heading("This is your page")
    expect(page.get_by_text("Mon 23 Nov, 08:45")).to_be_visible()
    wrong += complaints(page, "start-preview", PHONE)
    thumb.press("Next: publish", "link")
    thumb.heading("One thing is left")
    wrong += complaints(page, "start-unverified", PHONE)

    thumb.open(link_in_mail())
    thumb.press("Yes, confirm it")
    thumb.heading("This is your page")
    thumb.press("Publish my page")
    thumb.heading("Rudo Braids can be booked")
    wrong += complaints(page, "start-published", PHONE)
    assert len(thumb.done) <= MOST_INTERACTIONS, thumb.done
    assert wrong == []

    provider = Provider.objects.get()
    assert (provider.slug, provider.published, provider.approved) == ("rudo-braids", True, True)
    assert (provider.timezone, provider.currency) == ("Africa/Harare", "USD")
    assert provider.phone == "+263772418305"
    owner = Staff.objects.get(user__email="rudo@example.com")
    assert [*Service.objects.get().staff.all()] == [owner]
    book_it(stage, page.get_by_role("link", name="/p/rudo-braids/").get_attribute("href") or "")


def book_it(stage: Stage, path: str) -> None:
    """Somebody else books the first free time of the new page."""
    page = stage.page(PHONE)
    page.goto(path)
    page.get_by_role("link", name="Book Haircut").tap()
    page.locator("#grid button[name=start]").first.tap()
    page.get_by_label("Your name").fill("Tariro Moyo")
    page.get_by_label("Email").fill("tariro@example.com")
    page.get_by_role("button", name="Book").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked. See you then")
    assert Appointment.objects.get().status == Status.CONFIRMED
