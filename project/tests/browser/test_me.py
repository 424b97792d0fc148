"""The customer's own page: the next booking first, and the same again in two presses."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from playwright.sync_api import expect

from booking.models import Appointment
from customers.models import User
from project.tests.browser.business import Salon, make_account
from project.tests.browser.checks import complaints
from project.tests.browser.market import LAST_WEEK
from project.tests.browser.stage import Screen, Stage, no_page_load
from providers.models import Favourite

pytestmark = pytest.mark.browser

LAST_TUESDAY = date(2026, 11, 17)


@pytest.fixture
def dana(salon: Salon) -> User:
    """She was there last week, comes tomorrow twice, and booked once without logging in."""
    user = make_account("customer@example.com", name="Dana Phiri", phone="+263771234567")
    salon.book("10:00", LAST_TUESDAY, customer=user, at=LAST_WEEK)
    salon.book("09:00", customer=user)
    salon.book("14:00", customer=user)
    guests = salon.book("16:00")
    Appointment.objects.filter(pk=guests.pk).update(guest_email=user.email)
    Favourite.objects.create(user=user, provider=salon.provider)
    return user


def test_me_fits_and_reads_well(stage: Stage, dana: User, screen: Screen) -> None:
    page = stage.page(screen, user=dana)
    page.goto("/me/")
    expect(page.get_by_role("article")).to_contain_text("Tomorrow, 09:00")
    assert complaints(page, "me-full", screen) == []


def test_favourites_fit_and_read_well(stage: Stage, dana: User, screen: Screen) -> None:
    page = stage.page(screen, user=dana)
    for path, name in (("/me/favourites/", "favourites"), ("/providers/", "providers-kept")):
        page.goto(path)
        expect(page.get_by_role("button", name="Favourite: Tendai Hair Studio")).to_be_visible()
        assert complaints(page, name, screen) == []


def test_unconfirmed_address_is_told_of(stage: Stage, dana: User, screen: Screen) -> None:
    EmailAddress.objects.filter(user=dana).update(verified=False)
    page = stage.page(screen, user=dana)
    page.goto("/me/")
    expect(page.get_by_role("button", name="Send the link again")).to_be_visible()
    assert complaints(page, "me-unconfirmed", screen) == []


def test_the_same_again_is_two_presses_away(
    stage: Stage, salon: Salon, dana: User, screen: Screen
) -> None:
    page = stage.page(screen, user=dana)
    page.goto("/me/")
    page.get_by_role("link", name="Book again").click()
    expect(page).to_have_url(f"{stage.origin}{salon.times}?staff={salon.rudo.pk}")
    page.locator(salon.slot("11:00")).click()
    expect(page.get_by_text("You book as Dana Phiri.")).to_be_visible()
    expect(page.get_by_text("Rudo Chikafu")).to_be_visible()


def test_one_press_adds_what_was_booked_without_logging_in(
    stage: Stage, dana: User, screen: Screen
) -> None:
    page = stage.page(screen, user=dana)
    page.goto("/me/")
    page.get_by_role("button", name="Add to my account").click()
    expect(page.locator("#messages")).to_contain_text("One booking is now in your account.")
    coming = page.get_by_role("region", name="Coming up")
    expect(coming.get_by_role("listitem")).to_have_count(2)


def test_a_heart_changes_in_its_place(stage: Stage, dana: User, screen: Screen) -> None:
    page = stage.page(screen, user=dana)
    page.goto("/p/tendai-hair-studio/")
    heart = page.get_by_role("button", name="Favourite: Tendai Hair Studio")
    for pressed in ("false", "true"):
        with no_page_load(page):
            heart.click()
            expect(heart).to_have_attribute("aria-pressed", pressed)
            expect(heart).to_be_focused()
        assert Favourite.objects.filter(user=dana).exists() == (pressed == "true")


def test_a_heart_works_without_javascript(stage: Stage, dana: User, screen: Screen) -> None:
    page = stage.page(screen, user=dana, java_script_enabled=False)
    page.goto("/providers/?q=tendai")
    page.get_by_role("button", name="Favourite: Tendai Hair Studio").click()
    expect(page).to_have_url(f"{stage.origin}{reverse('provider_list')}?q=tendai")
    assert not Favourite.objects.filter(user=dana).exists()
