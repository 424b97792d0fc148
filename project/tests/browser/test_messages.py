"""The bell, the list behind it, and the business's own words, in a real browser."""

import pytest
from playwright.sync_api import expect

from booking.models import Notification, Wording
from booking.tests.cast import make_user
from customers.models import User
from customers.tests.told import tell
from project.tests.browser.business import Salon
from project.tests.browser.stage import Screen, Stage

pytestmark = pytest.mark.browser

REFRESH = "() => htmx.trigger('#bell', 'refresh')"


@pytest.fixture
def dana(salon: Salon) -> User:
    return make_user("dana@example.com", name="Dana Phiri")


def test_the_bell_follows_and_the_list_is_read(
    stage: Stage, salon: Salon, dana: User, screen: Screen
) -> None:
    tell(dana, salon.provider, title="Your booking is confirmed", path="/me/")
    page = stage.page(screen, user=dana)
    page.goto("/providers/")
    expect(page.locator("#bell .count")).to_have_text("1 new")
    tell(dana, salon.provider, title="Your booking is moved", path="/me/")
    page.evaluate(REFRESH)
    expect(page.locator("#bell .count")).to_have_text("2 new")
    page.locator("#bell").click()
    page.get_by_role("button", name="New Your booking is confirmed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My bookings")
    expect(page.locator("#bell .count")).to_have_text("1 new")
    page.locator("#bell").click()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator("#messages")).to_have_text("All messages are marked as read.")
    expect(page.locator("#bell .count")).to_have_count(0)
    assert not Notification.objects.unread().exists()


def test_a_bell_without_an_answer_disturbs_nobody(
    stage: Stage, salon: Salon, dana: User, screen: Screen
) -> None:
    page = stage.page(screen, user=dana)
    page.goto("/providers/")
    expect(page.locator("#bell")).to_be_visible()
    page.wait_for_load_state("networkidle")  # it asks once by itself
    page.context.clear_cookies()  # logged out in another window
    with page.expect_response("**/me/bell/") as answer:
        page.evaluate(REFRESH)
    assert answer.value.status == 286
    expect(page).to_have_url(f"{stage.origin}/providers/")
    expect(page.locator("#messages")).to_be_empty()


def test_it_is_a_link_without_javascript(
    stage: Stage, salon: Salon, dana: User, screen: Screen
) -> None:
    tell(dana, salon.provider, title="Your booking is confirmed", path="/me/")
    page = stage.page(screen, user=dana, java_script_enabled=False)
    page.goto("/providers/")
    page.locator("#bell").click()
    page.get_by_role("button", name="New Your booking is confirmed").click()
    expect(page).to_have_url(f"{stage.origin}/me/")


def test_own_words_are_shown_while_they_are_typed(
    stage: Stage, salon: Salon, screen: Screen
) -> None:
    stage.expect(422)
    page = stage.page(screen, user=salon.owner)
    page.goto("/provider/messages/")
    box, preview = page.get_by_label("In reminders"), page.locator("#preview")
    box.fill("See you {name}, <b>bold</b>")
    expect(preview).to_contain_text("See you Tariro Moyo, <b>bold</b>")
    box.press_sequentially(" {nmae}")
    expect(preview.locator(".notice")).to_contain_text("{nmae} cannot be filled in")
    expect(box).to_be_focused()
    assert not Wording.objects.exists()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".invalid-feedback")).to_contain_text("{nmae} cannot be filled in")
    page.get_by_label("In reminders").fill("See you {name}")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_have_text("Saved. The next messages say it.")
    assert Wording.objects.get().text == "See you {name}"
