"""Every page, on a phone and a desktop, in light and dark: axe, width, touch; pictures are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from booking.domain.closing_accounts import make_token
from booking.views import limits
from customers.models import User
from project.tests.browser.business import make_account
from project.tests.browser.checks import complaints
from project.tests.browser.market import FRIDAY, Market, make_market
from project.tests.browser.stage import DESKTOP, PHONE, Screen, Stage

pytestmark = pytest.mark.browser

Go = Callable[[Page, Market, Stage], Any]


@dataclass(frozen=True)
class Place:
    """A page: how to get there, as whom, what its heading says."""

    name: str
    heading: str
    go: Go
    as_: Callable[[Market], User] | None = None


def at(path: str | Callable[[Market], str], status: int = 200) -> Go:
    """Open an address."""

    def go(page: Page, market: Market, stage: Stage) -> None:
        stage.expect(status)
        answer = page.goto(path if isinstance(path, str) else path(market))
        assert answer is not None
        assert answer.status == status

    return go


def url(name: str, *args: Callable[[Market], Any]) -> Callable[[Market], str]:
    return lambda market: reverse(name, args=[each(market) for each in args])


def owner(market: Market) -> User:
    return market.salon.owner


def dana(market: Market) -> User:
    return market.dana


def newcomer(market: Market) -> User:
    return market.newcomer


def times_of(name: str, query: str = "") -> Callable[[Market], str]:
    def path(market: Market) -> str:
        service = getattr(market, name)
        return reverse("booking", args=[service.provider.slug, service.slug]) + query

    return path


def cut(query: str = "") -> Callable[[Market], str]:
    return lambda market: market.salon.times + query


def press_slot(page: Page, market: Market, stage: Stage) -> None:
    page.goto(market.salon.times)
    page.locator(market.salon.slot("10:00", FRIDAY)).click()


def details_with_errors(page: Page, market: Market, stage: Stage) -> None:
    stage.expect(422)
    press_slot(page, market, stage)
    page.get_by_label("Phone").fill("12")
    page.get_by_role("button", name="Ask for this time").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()


def expired(page: Page, market: Market, stage: Stage) -> None:
    stage.expect(409)
    press_slot(page, market, stage)
    page.get_by_label("Your name").fill("Tariro Moyo")
    page.get_by_label("Phone").fill("0771234567")
    stage.later(6)
    page.get_by_role("button", name="Ask for this time").click()
    expect(page.get_by_role("alert")).to_be_visible()


def countdown_over(page: Page, market: Market, stage: Stage) -> None:
    press_slot(page, market, stage)
    stage.later(6)
    expect(page.locator(".countdown.expired")).to_be_visible()


def on_phone(page: Page) -> bool:
    return page.viewport_size == {"width": PHONE.width, "height": PHONE.height}


def take_all(page: Page, market: Market) -> str:
    """Have everybody booked at a time that the page still shows; return its slot."""
    face = "11:00" if on_phone(page) else "12:30"
    for _ in market.salon.cut.staff.all():
        market.salon.book(face, FRIDAY)
    return market.salon.slot(face, FRIDAY)


def refused(page: Page, market: Market, stage: Stage) -> None:
    stage.expect(409)
    page.goto(market.salon.times)
    page.locator(take_all(page, market)).click()
    expect(page.get_by_role("alert")).to_be_visible()


def just_booked(page: Page, market: Market, stage: Stage) -> None:
    press_slot(page, market, stage)
    page.get_by_label("Your name").fill("Tariro Moyo")
    page.get_by_label("Phone").fill("0771234567")
    page.get_by_role("button", name="Ask for this time").click()
    expect(page.locator(".reference")).to_be_visible()


def not_moved(page: Page, market: Market, stage: Stage) -> None:
    stage.expect(409)
    page.goto(reverse("appointment_reschedule", args=[market.confirmed.token]))
    page.locator(take_all(page, market)).click()
    expect(page.get_by_role("alert")).to_be_visible()


def forged(page: Page, market: Market, stage: Stage) -> None:
    stage.expect(403)
    page.goto(market.salon.times)
    page.context.clear_cookies()
    page.locator(market.salon.slot("10:00", FRIDAY)).click()


def slow_down(page: Page, market: Market, stage: Stage) -> None:
    stage.expect(429)
    page.goto(market.salon.times)
    page.locator(market.salon.slot("10:00", FRIDAY)).wait_for()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "HOLDS_ALLOWED", 0)
        page.locator(market.salon.slot("10:00", FRIDAY)).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Too many tries")


def wrong_password(page: Page, market: Market, stage: Stage) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("customer@example.com")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".alert, .invalid-feedback").first).to_be_visible()


def poor_password(page: Page, market: Market, stage: Stage) -> None:
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill("somebody@example.com")
    page.get_by_label("Your name").fill("Somebody")
    page.get_by_label("Password").fill("1234")
    page.get_by_role("button", name="Make my account").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()


def new_password(page: Page, market: Market, stage: Stage) -> None:
    user = market.dana
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    page.goto(f"/accounts/password/reset/key/{key}/")


def confirm_address(page: Page, market: Market, stage: Stage) -> None:
    user = make_account("phone@example.com" if on_phone(page) else "desktop@example.com")
    address = EmailAddress.objects.get(user=user)
    address.verified = False
    address.save()
    page.goto(f"/accounts/confirm-email/{EmailConfirmationHMAC(address).key}/")


def account_menu(page: Page, market: Market, stage: Stage) -> None:
    page.goto("/")
    page.get_by_text("Account", exact=True).click()
    expect(page.get_by_role("link", name="Log out")).to_be_visible()


def decline_sheet(page: Page, market: Market, stage: Stage) -> None:
    page.goto("/provider/")
    page.locator(f"#appointment-{market.pending.pk}").get_by_role("link", name="Decline").click()
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_visible()


def more_buttons(page: Page, market: Market, stage: Stage) -> None:
    page.goto("/provider/")
    row = page.locator(f"#appointment-{market.running.pk}")
    row.get_by_text("More").click()
    expect(row.get_by_role("link", name="Move")).to_be_visible()


def accepted(page: Page, market: Market, stage: Stage) -> None:
    market.salon.book("15:00" if on_phone(page) else "16:00")
    page.goto("/provider/")
    page.get_by_role("button", name="Accept").first.click()
    expect(page.locator("#messages")).to_contain_text("Accepted")


def provider_page(name: str, which: str = "pending", *more: str) -> Callable[[Market], str]:
    return lambda market: reverse(name, args=[getattr(market, which).pk, *more])


def client_page(name: str, *others: str) -> Callable[[Market], str]:
    """About the client of the confirmed appointment, and those of others."""

    def path(market: Market) -> str:
        whose = [getattr(market, which).client_id for which in ("confirmed", *others)]
        return reverse(name, args=whose)

    return path


TOO_MUCH = "Too many tries"


def phones_clock(page: Page, market: Market, stage: Stage) -> None:
    """Somebody whose clock we do not know is offered the phone's."""
    page.goto("/me/profile/")
    expect(page.get_by_role("heading", name="Your phone says Harare time: right?")).to_be_visible()


def delete_link(page: Page, market: Market, stage: Stage) -> None:
    page.goto(f"/me/delete/confirm/{make_token(market.dana)}/")


def delete_set(page: Page, market: Market, stage: Stage) -> None:
    """The last page on the way, with the note that every page has from then on."""
    User.objects.filter(pk=market.newcomer.pk).update(closing_at=None)
    page.goto(f"/me/delete/confirm/{make_token(market.newcomer)}/")
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_role("button", name="Keep my account")).to_be_visible()


PLACES = [
    Place("home", "Book a time near you", at("/")),
    Place("providers", "Find a provider", at("/providers/")),
    Place("providers-none", "Find a provider", at("/providers/?q=zzz")),
    Place("provider", "Tendai Hair Studio", at("/p/tendai-hair-studio/")),
    Place("provider-empty", "Brand New Place", at("/p/empty/")),
    Place("times-week", "Cut and style", at(cut())),
    Place("times-day", "Cut and style", at(cut("?view=day&date=2026-11-24"))),
    Place("times-none", "Never", at(times_of("full"))),
    Place("times-class", "Morning yoga", at(times_of("class_"))),
    Place("times-room", "Studio", at(times_of("room"))),
    Place("times-wrong", "Cut and style", at(cut("?staff=999999"), 400)),
    Place("details", "Cut and style", press_slot),
    Place("details-errors", "Cut and style", details_with_errors),
    Place("details-countdown-over", "Cut and style", countdown_over),
    Place("details-customer", "Cut and style", press_slot, dana),
    Place("details-expired", "Cut and style", expired),
    Place("refused", "Cut and style", refused),
    Place("booked", "Asked for.", just_booked),
    Place("manage", "Cut and style", at(url("appointment_manage", lambda m: m.confirmed.token))),
    Place(
        "manage-over", "Cut and style", at(url("appointment_manage", lambda m: m.completed.token))
    ),
    Place("cancel", "Cancel your booking?", at(url("appointment_cancel", lambda m: m.own.token))),
    Place(
        "cancel-too-late",
        "Cancel your booking?",
        at(url("appointment_cancel", lambda m: m.running.token), 409),
    ),
    Place("move", "Move your booking", at(url("appointment_reschedule", lambda m: m.own.token))),
    Place("not-moved", "Move your booking", not_moved),
    Place("error-400", "We could not read that", at("/extra/bad/", 400)),
    Place("error-403", "", at("/extra/forbidden/", 403)),
    Place("error-403-csrf", "Please send that again", forged),
    Place("error-404", "There is nothing here", at("/p/nobody/", 404)),
    Place("error-429", TOO_MUCH, at("/extra/too-many/", 429)),
    Place("error-429-holds", TOO_MUCH, slow_down),
    Place("error-500", "Something broke on our side", at("/extra/broken/", 500)),
    Place("login", "Log in", at("/accounts/login/")),
    Place("login-wrong", "Log in", wrong_password),
    Place("signup", "Make an account", at("/accounts/signup/")),
    Place("signup-wrong", "Make an account", poor_password),
    Place("password-reset", "Forgot your password?", at("/accounts/password/reset/")),
    Place("password-reset-done", "Look in your email", at("/accounts/password/reset/done/")),
    Place("password-reset-key", "Choose a new password", new_password),
    Place("password-reset-old", "This link", at("/accounts/password/reset/key/1-abc/")),
    Place("password-reset-over", "Your password is", at("/accounts/password/reset/key/done/")),
    Place("email-sent", "Look in your email", at("/accounts/confirm-email/")),
    Place("email-confirm", "Confirm your email", confirm_address),
    Place("email-confirm-old", "This link", at("/accounts/confirm-email/nothing/")),
    Place("inactive", "This account is closed", at("/accounts/inactive/")),
    Place("password-change", "Change your password", at("/accounts/password/change/"), dana),
    Place("email", "Email addresses", at("/accounts/email/"), dana),
    Place("logout", "Log out?", at("/accounts/logout/"), dana),
    Place("reauthenticate", "Your password, please", at("/accounts/reauthenticate/"), dana),
    Place("account-menu", "Book a time near you", account_menu, dana),
    Place("me", "My bookings", at("/me/"), dana),
    Place("me-empty", "My bookings", at("/me/"), newcomer),
    Place("me-one", "Cut", at(url("me_appointment", lambda m: m.own.reference)), dana),
    Place("me-past", "Cut", at(url("me_appointment", lambda m: m.completed.reference)), dana),
    Place("my-profile", "Your profile", at("/me/profile/"), dana),
    Place("my-clock", "Your profile", phones_clock, newcomer),
    Place("my-messages", "Messages and reminders", at("/me/preferences/"), dana),
    Place("my-data", "Your data", at("/me/data/"), dana),
    Place("delete", "Delete my account", at("/me/delete/"), dana),
    Place("delete-owner", "Delete my account", at("/me/delete/"), owner),
    Place("delete-link", "Delete this account?", delete_link),
    Place("delete-set", "Your account will be deleted", delete_set, newcomer),
    Place("business", "Monday 23 November", at("/provider/"), owner),
    Place("business-more", "Monday 23 November", more_buttons, owner),
    Place("business-accepted", "Monday 23 November", accepted, owner),
    Place("business-decline", "Monday 23 November", decline_sheet, owner),
    Place("business-staff", "Monday 23 November", at("/provider/"), lambda m: m.rudo),
    Place("business-quiet", "Monday 23", at("/provider/"), lambda m: m.empty.owner),
    Place("business-none", "For businesses", at("/provider/"), newcomer),
    Place("profile", "Profile", at("/provider/profile/"), owner),
    Place("policy", "Booking rules", at("/provider/policy/"), owner),
    Place("start", "Your business", at("/provider/start/business/"), newcomer),
    Place("requests", "Bookings", at("/provider/appointments/?status=pending"), owner),
    Place("coming", "Bookings", at("/provider/appointments/?status=confirmed"), owner),
    Place("past", "Bookings", at("/provider/appointments/?status=past"), owner),
    Place("found", "Bookings", at("/provider/appointments/?q=a&from=2026-01-01"), owner),
    Place("found-none", "Bookings", at("/provider/appointments/?q=nobody"), owner),
    Place("clients", "Clients", at("/provider/clients/"), owner),
    Place("client", "Nyasha", at(client_page("provider_client")), owner),
    Place("client-doubles", "Merge Nyasha", at(client_page("provider_client_doubles")), owner),
    Place(
        "client-merge",
        "Are these one person?",
        at(client_page("provider_client_merge", "own")),
        owner,
    ),
    Place(
        "no-requests",
        "Bookings",
        at("/provider/appointments/?status=pending"),
        lambda m: m.empty.owner,
    ),
    Place("request", "Nyasha", at(provider_page("provider_appointment")), owner),
    Place("visit", "Chipo Moyo", at(provider_page("provider_appointment", "running")), owner),
    Place("visit-past", "Dana", at(provider_page("provider_appointment", "completed")), owner),
    Place(
        "decline",
        "Appointment",
        at(provider_page("provider_appointment_action", "pending", "decline")),
        owner,
    ),
    Place(
        "business-move",
        "Move Farai Dube",
        at(provider_page("provider_appointment_reschedule", "confirmed")),
        owner,
    ),
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: str(place.name))
def test_page(stage: Stage, settings: Any, place: Place) -> None:
    settings.ROOT_URLCONF = "project.tests.browser.extra_urls"
    market = make_market()
    found: list[str] = []
    for screen in (PHONE, DESKTOP):
        cache.clear()
        page = stage.quick_page(screen, user=place.as_(market) if place.as_ else None)
        place.go(page, market, stage)
        expect(page.get_by_role("heading", level=1)).to_contain_text(place.heading)
        found += complaints(page, place.name, screen)
    assert found == []


PLANTED = """() => {
  const main = document.querySelector("main .wrap");
  main.insertAdjacentHTML("beforeend", "<input id=nameless><button class=low>Low</button>"
    + "<p class=pale>Pale</p><p class=wide>Wide</p><p class=faint>Faint</p>");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".low { height: 30px; padding: 0 } .wide { width: 2000px }"
    + "@media (prefers-color-scheme: light) { .pale { color: #ddd; background: #fff } }"
    + "@media (prefers-color-scheme: dark) { .faint { color: #333; background: #000 } }");
  document.adoptedStyleSheets = [sheet];
}"""


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=lambda screen: str(screen.name))
def test_planted_faults_are_found(stage: Stage, screen: Screen) -> None:
    page = stage.quick_page(screen)
    page.goto("/accounts/login/")
    page.evaluate(PLANTED)
    found = complaints(page, "planted", screen)
    shape = screen.name
    expected = [
        f"{shape}: sideways: P.wide",
        f'{shape}: low: BUTTON.low "Low": 30px',
        f"{shape}, light: label",
        f"{shape}, light: color-contrast",
        f"{shape}, dark: color-contrast",
    ]
    missed = [fault for fault in expected if not any(each.startswith(fault) for each in found)]
    assert missed == [], found
