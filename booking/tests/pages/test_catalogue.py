"""Finding a provider: front page, list, and a provider's own page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from booking.models import BusyTime
from booking.tests import cast
from booking.tests.pages.conftest import NOW, TUESDAY, Salon
from providers.models import DateOverride, Provider, Service, TimeOff

LIST = "/providers/"


def names(client: Client, query: str = "") -> list[str]:
    return [card.name for card in client.get(LIST + query).context["cards"]]


def make_many(number: int) -> list[Provider]:
    owner, category = cast.make_user(), cast.make_category()
    return Provider.objects.bulk_create(
        Provider(
            owner=owner,
            category=category,
            slug=f"p{index}",
            name=f"P {index:04d}",
            city="Mutare",
            country="ZW",
            timezone="Africa/Harare",
            currency="USD",
            approved=True,
            published=True,
            search_text=f"p {index:04d} mutare",
        )
        for index in range(number)
    )


def test_home_leads_to_search_categories_and_featured(client: Client, salon: Salon) -> None:
    hidden = cast.make_provider(name="Hidden", featured=True, published=False, city="Nowhere")
    salon.provider.featured = True
    salon.provider.save()
    text = client.get("/").content.decode()
    assert 'action="/providers/"' in text
    assert 'href="/providers/?category=hair"' in text
    assert 'href="/p/salon/"' in text
    assert hidden.name not in text
    assert "Nowhere" not in text


def test_home_makes_no_cookie(client: Client, salon: Salon) -> None:
    for url in ["/", LIST, "/p/salon/"]:
        assert not client.get(url).cookies


def test_list_shows_listed_providers_alone(client: Client, salon: Salon) -> None:
    cast.make_provider(name="Unpublished", published=False)
    cast.make_provider(name="Unapproved", approved=False)
    assert names(client) == ["Alice's Salon"]


def test_list_is_narrowed_by_words_city_and_category(client: Client, salon: Salon) -> None:
    dental = cast.make_category("dental")
    cast.make_provider(name="Smile Dental", city="Bulawayo", category=dental)
    assert names(client, "?q=smile") == ["Smile Dental"]
    assert names(client, "?q=SALON+harare") == ["Alice's Salon"]
    assert names(client, "?city=Bulawayo") == ["Smile Dental"]
    assert names(client, "?category=hair") == ["Alice's Salon"]
    assert names(client, "?category=hair&city=Bulawayo") == []


def test_nobody_found_says_what_to_do(client: Client, salon: Salon) -> None:
    text = client.get(f"{LIST}?q=zebra").content.decode()
    assert "Nobody fits this yet" in text
    assert "See all providers" in text


@pytest.mark.parametrize(
    "query",
    ["?page=0", "?page=-1", "?page=x", "?page=99999999999", "?q=%00", "?city=%00", "?q=%25"],
)
def test_odd_searches_do_not_break(client: Client, salon: Salon, query: str) -> None:
    assert client.get(LIST + query).status_code == 200


def test_pages_hold_twenty_and_keep_the_search(client: Client) -> None:
    make_many(45)
    first = client.get(f"{LIST}?city=Mutare")
    assert len(first.context["cards"]) == 20
    assert (first.context["earlier"], first.context["later"]) == ("", f"{LIST}?city=Mutare&page=2")
    last = client.get(f"{LIST}?city=Mutare&page=3")
    assert [card.name for card in last.context["cards"]][-1] == "P 0044"
    assert (last.context["earlier"], last.context["later"]) == (f"{LIST}?city=Mutare&page=2", "")


def test_htmx_gets_the_results_alone(client: Client, salon: Salon) -> None:
    headers = {"HX-Request": "true", "HX-Target": "results"}
    text = client.get(LIST, headers=headers).content.decode()
    assert "Alice&#x27;s Salon" in text
    assert "<html" not in text


@pytest.mark.parametrize("number", [3, 300])
def test_list_costs_three_queries(
    client: Client, django_assert_num_queries: Any, number: int
) -> None:
    make_many(number)
    with django_assert_num_queries(3):
        client.get(LIST)


def test_list_without_javascript_offers_see_times(client: Client, salon: Salon) -> None:
    assert "See times" in client.get(LIST).content.decode()


# --- next free ------------------------------------------------------------------------------------


def next_free(client: Client, *providers: Provider) -> str:
    ids = ",".join(str(provider.pk) for provider in providers)
    return client.get(reverse("next_free"), {"ids": ids}).content.decode()


def test_next_free_is_the_first_slot_of_the_grid(client: Client, salon: Salon) -> None:
    assert "Next free <b>Mon 23 Nov, 08:30</b>" in next_free(client, salon.provider)
    salon.book("08:30", NOW.date())
    assert "Next free <b>Mon 23 Nov, 09:30</b>" in next_free(client, salon.provider)


@pytest.mark.parametrize("kind", ["closed", "time off", "own time off", "busy", "hold"])
def test_next_free_knows_everything_that_takes_time(
    client: Client, salon: Salon, kind: str
) -> None:
    week = {"start": NOW - timedelta(hours=3), "end": cast.at(salon.provider, TUESDAY, "09:00")}
    if kind == "closed":
        DateOverride.objects.create(provider=salon.provider, date=NOW.date())
        DateOverride.objects.create(
            provider=salon.provider, date=TUESDAY, start_minute=540, end_minute=600
        )
    elif kind == "time off":
        TimeOff.objects.create(provider=salon.provider, **week)
    elif kind == "own time off":
        TimeOff.objects.create(provider=salon.provider, staff=salon.bob, **week)
    elif kind == "busy":
        BusyTime.objects.create(staff=salon.bob, uid="x", **week)
    else:
        Service.objects.update(duration=510)
        client.post(salon.url("hold_create"), {"start": salon.slot("08:30", NOW.date())})
        assert "<b>Tue 24 Nov, 08:00</b>" in next_free(client, salon.provider)
        return
    assert "<b>Tue 24 Nov, 09:00</b>" in next_free(client, salon.provider)


def test_next_free_of_a_room_counts_its_units(client: Client, salon: Salon) -> None:
    provider = cast.make_provider(slot_step=60)
    room = cast.make_resource(provider, quantity=2)
    salon.service = cast.make_service(provider, resources=[room])
    salon.provider = provider
    salon.book("09:00", NOW.date())
    assert "<b>Mon 23 Nov, 09:00</b>" in next_free(client, provider)
    salon.book("09:00", NOW.date())
    assert "<b>Mon 23 Nov, 10:00</b>" in next_free(client, provider)


def test_next_free_joins_a_class_that_has_seats(client: Client, salon: Salon) -> None:
    Service.objects.update(seats=2)
    salon.book("08:30", NOW.date())
    assert "<b>Mon 23 Nov, 08:30</b>" in next_free(client, salon.provider)
    salon.book("08:30", NOW.date())
    assert "<b>Mon 23 Nov, 09:30</b>" in next_free(client, salon.provider)


def test_next_free_is_told_of_listed_providers_alone(client: Client, salon: Salon) -> None:
    Provider.objects.update(published=False)
    assert next_free(client, salon.provider).strip() == ""


@pytest.mark.parametrize("ids", ["", "x", "-1", "1" * 30, ",,", "²"])
def test_odd_ids_of_next_free_do_not_break(client: Client, salon: Salon, ids: str) -> None:
    response = client.get(reverse("next_free"), {"ids": ids})
    assert (response.status_code, response.content.strip()) == (200, b"")


@pytest.mark.parametrize("number", [2, 20])
def test_next_free_costs_ten_queries_for_all(
    client: Client, django_assert_num_queries: Any, number: int
) -> None:
    providers = [cast.make_provider() for _ in range(number)]
    for provider in providers:
        person, room = cast.make_staff(provider), cast.make_resource(provider)
        cast.make_service(provider, [person], [room])
        cast.make_service(provider, [person])
    with django_assert_num_queries(10):
        text = next_free(client, *providers)
    assert text.count("Next free") == number


# --- a provider's page ----------------------------------------------------------------------------


def test_provider_page_tells_what_who_when_and_where(client: Client, salon: Salon) -> None:
    cast.make_staff(salon.provider, name="Gone", active=False)
    cast.make_service(salon.provider, [salon.bob], name="Old", active=False)
    text = client.get("/p/salon/").content.decode()
    for words in ["Alice&#x27;s Salon", "Haircut", "USD 20.00", "Bob", "08:00–17:00", "Closed"]:
        assert words in text
    assert 'href="tel:+263771234567"' in text
    assert "Gone" not in text
    assert "Old" not in text


@pytest.mark.parametrize("field", ["approved", "published"])
def test_unlisted_provider_is_404(client: Client, salon: Salon, field: str) -> None:
    Provider.objects.update(**{field: False})
    assert client.get("/p/salon/").status_code == 404
    assert client.get("/p/nobody/").status_code == 404


def test_provider_without_services_says_what_to_do(client: Client) -> None:
    cast.make_provider(slug="empty")
    assert "Nothing to book yet" in client.get("/p/empty/").content.decode()


@pytest.mark.parametrize("number", [1, 12])
def test_provider_page_costs_six_queries(
    client: Client, salon: Salon, django_assert_num_queries: Any, number: int
) -> None:
    for _ in range(number):
        cast.make_service(salon.provider, [salon.bob], category=cast.make_category())
    with django_assert_num_queries(6):
        client.get("/p/salon/")


@pytest.mark.parametrize("url", ["/", LIST, "/p/salon/", "/p/salon/book/cut/"])
def test_pages_refuse_to_be_posted_to(client: Client, salon: Salon, url: str) -> None:
    assert client.post(url).status_code == 405
