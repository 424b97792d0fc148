"""Reviews in a real browser: axe, width and touch; by the keyboard alone, and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from booking.domain.reviews import reply, write_review
from booking.models import Review, ReviewReport
from customers.models import User
from project import clock
from project.tests.browser.checks import complaints
from project.tests.browser.market import Market, make_market
from project.tests.browser.stage import DESKTOP, PHONE, Screen, Stage, no_page_load

pytestmark = pytest.mark.browser

PUBLIC = "/p/tendai-hair-studio/"
LONG = "Neat work, " + "and a verylongwordthatdoesnotend" * 4 + ". " + "Kind people. " * 20


def nobody(market: Market) -> User | None:
    return None


def dana(market: Market) -> User | None:
    return market.dana


def rudo(market: Market) -> User | None:
    return market.rudo


def owner(market: Market) -> User | None:
    return market.salon.owner


def form(market: Market) -> str:
    return f"/me/appointments/{market.completed.reference}/review/"


def written(market: Market) -> Review:
    visit, now = market.completed, clock.now()
    review = write_review(visit, by=market.dana, rating=4, text=LONG, now=now)
    return reply(review, by=market.salon.owner, text="Thank you! " * 10, now=now)


@pytest.mark.parametrize(
    ("name", "path", "who"),
    [
        ("reviews-form", form, dana),
        ("reviews-booking", lambda m: form(m).removesuffix("review/"), dana),
        ("reviews-secret", lambda m: m.completed.get_absolute_url(), nobody),
    ],
)
def test_pages_before_it_is_written(
    stage: Stage, name: str, path: Callable[[Market], str], who: Callable[[Market], User | None]
) -> None:
    market = make_market()
    found = []
    for screen in (PHONE, DESKTOP):
        page = stage.quick_page(screen, user=who(market))
        page.goto(path(market))
        found += complaints(page, name, screen)
    assert found == []


@pytest.mark.parametrize(
    ("name", "path", "who"),
    [
        ("reviews-edit", form, dana),
        ("reviews-provider", lambda _: PUBLIC, nobody),
        ("reviews-list", lambda _: f"{PUBLIC}reviews/", nobody),
        ("reviews-report", lambda _: f"{PUBLIC}reviews/{Review.objects.get().pk}/report/", rudo),
        ("reviews-business", lambda _: "/provider/reviews/", owner),
        ("reviews-answer", lambda _: f"/provider/reviews/{Review.objects.get().pk}/", owner),
        ("reviews-cards", lambda _: "/providers/", nobody),
    ],
)
def test_pages_with_a_review(
    stage: Stage, name: str, path: Callable[[Market], str], who: Callable[[Market], User | None]
) -> None:
    market = make_market()
    written(market)
    found = []
    for screen in (PHONE, DESKTOP):
        page = stage.quick_page(screen, user=who(market))
        page.goto(path(market))
        found += complaints(page, name, screen)
    assert found == []


def test_stars_are_chosen_by_the_keyboard(stage: Stage) -> None:
    market = make_market()
    page = stage.page(DESKTOP, user=market.dana)
    page.goto(form(market))
    stars = page.get_by_role("radio")
    expect(stars).to_have_count(5)
    page.get_by_role("radio", name="1 star", exact=True).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="4 stars")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("Neat work")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your review is saved.")).to_be_visible()
    review = Review.objects.get()
    assert (review.rating, review.text) == (4, "Neat work")


def test_everything_works_without_scripts(stage: Stage, screen: Screen) -> None:
    market = make_market()
    page = stage.page(screen, user=market.dana, java_script_enabled=False)
    page.goto(form(market))
    page.get_by_label("5 stars").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your review is saved.")).to_be_visible()
    business = stage.page(screen, user=market.salon.owner, java_script_enabled=False)
    business.goto("/provider/reviews/?show=open")
    business.get_by_role("link", name="Answer to Dana Phiri").click()
    business.get_by_label("Your answer").fill("Thank you")
    business.get_by_role("button", name="Answer in public").click()
    expect(business.get_by_text("Your answer is on your page.")).to_be_visible()
    business.get_by_text("Report it").click()
    business.get_by_label("What is wrong with it?").fill("Was never here")
    business.get_by_role("button", name="Report").click()
    expect(business.get_by_text("You have reported this review.")).to_be_visible()
    assert ReviewReport.objects.count() == 1


def test_sorting_keeps_the_address_and_the_page(stage: Stage) -> None:
    market = make_market()
    written(market)
    page = stage.page(PHONE)
    page.goto(f"{PUBLIC}reviews/")
    with no_page_load(page):
        page.get_by_role("link", name="Worst").click()
        expect(page.get_by_role("link", name="Worst")).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(f"{stage.origin}{PUBLIC}reviews/?sort=worst")
