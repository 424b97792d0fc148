"""The list of providers begins with what somebody keeps; the visitors’ stays as quick as it was."""

from typing import Any

import pytest
from django.test import Client

from booking.tests import cast
from booking.tests.pages.test_catalogue import LIST, make_many
from customers.models import User
from providers.models import Favourite, Provider


@pytest.fixture
def market() -> list[Provider]:
    """Forty-five of them, by name: P 0000 to P 0044."""
    return make_many(45)


@pytest.fixture
def dana() -> User:
    return cast.make_user("dana@example.com", name="Dana")


@pytest.fixture
def browser(dana: User) -> Client:
    client = Client()
    client.force_login(dana)
    return client


def keep(user: User, *providers: Provider) -> None:
    for provider in providers:
        Favourite.objects.create(user=user, provider=provider)


def names(client: Client, query: str = "") -> tuple[list[str], list[str]]:
    context = client.get(LIST + query).context
    return tuple([card.name for card in context[part]] for part in ("first", "cards"))  # type: ignore[return-value]


def test_they_stand_above_the_others_and_nowhere_twice(
    market: list[Provider], dana: User, browser: Client
) -> None:
    keep(dana, market[44], market[3])
    first, cards = names(browser)
    assert first == ["P 0003", "P 0044"]
    assert cards == [f"P {n:04d}" for n in range(21) if n != 3]


def test_all_pages_together_list_everybody_once(
    market: list[Provider], dana: User, browser: Client
) -> None:
    keep(dana, market[44], market[3], market[20])
    seen: list[str] = []
    for page in (1, 2, 3):
        first, cards = names(browser, f"?page={page}")
        assert bool(first) == (page == 1)
        seen += first + cards
    assert sorted(seen) == [each.name for each in market]


def test_only_those_that_the_search_finds(
    market: list[Provider], dana: User, browser: Client
) -> None:
    keep(dana, market[44], market[3])
    assert names(browser, "?q=0044") == (["P 0044"], [])
    html = browser.get(f"{LIST}?q=0044").content.decode()
    assert "Nobody fits" not in html
    assert names(browser, "?city=Gweru") == ([], [])
    assert "Nobody fits" in browser.get(f"{LIST}?city=Gweru").content.decode()


def test_unlisted_ones_are_not_shown(market: list[Provider], dana: User, browser: Client) -> None:
    keep(dana, cast.make_provider(name="Hidden", published=False))
    assert names(browser)[0] == []


def test_a_few_stand_above_and_the_rest_in_their_places(
    market: list[Provider], dana: User, browser: Client
) -> None:
    keep(dana, *market[:8])
    first, cards = names(browser)
    assert first == [f"P {n:04d}" for n in range(6)]
    assert cards[:2] == ["P 0006", "P 0007"]
    html = browser.get(LIST).content.decode()
    assert html.count('aria-pressed="true"') == 8


def test_filtering_by_htmx_brings_them_along(
    market: list[Provider], dana: User, browser: Client
) -> None:
    keep(dana, market[3])
    headers = {"HX-Request": "true", "HX-Target": "results"}
    html = browser.get(f"{LIST}?q=p", headers=headers).content.decode()
    assert "Your favourites" in html
    assert html.count(f'id="next-{market[3].pk}"') == 1
    assert "<html" not in html


def test_each_list_asks_for_its_next_free_times(
    market: list[Provider], dana: User, browser: Client
) -> None:
    keep(dana, market[3])
    html = browser.get(LIST).content.decode()
    assert f'hx-get="/providers/next-free/?ids={market[3].pk}"' in html
    assert html.count("/providers/next-free/?ids=") == 2


def test_visitors_get_no_hearts_and_no_favourites(
    market: list[Provider], dana: User, client: Client
) -> None:
    keep(dana, market[3])
    html = client.get(LIST).content.decode()
    assert "heart" not in html
    assert "Your favourites" not in html


def test_the_visitors_list_still_costs_three_queries(
    market: list[Provider], client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        client.get(LIST)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_somebody_logged_in_costs_eight_queries(
    market: list[Provider],
    dana: User,
    browser: Client,
    number: int,
    django_assert_num_queries: Any,
) -> None:
    keep(dana, *market[:number])
    with django_assert_num_queries(8):  # session, person, business, and five of the list
        browser.get(LIST)
