"""/provider/profile/: what the business says of itself, and what follows when that changes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from booking.tests.cast import make_category, make_provider
from customers.models import User
from providers.domain.catalogue import refresh_search_text
from providers.domain.profile import change_profile
from providers.models import FormerSlug, Provider
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

PAGE = "/provider/profile/"


def filled(salon: Salon, **changes: Any) -> dict[str, Any]:
    """What the browser would send for the salon as it is, with changes."""
    values = {
        "name": "Alice Salon",
        "category": salon.provider.category_id,
        "description": "",
        "phone": "",
        "email": "",
        "address": "",
        "city": "Harare",
        "country": "ZW",
        "timezone": "Africa/Harare",
        "currency": "USD",
        "slug": "salon",
    }
    return values | changes


def test_visitor_is_asked_to_log_in(client: Client, db: None) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


@pytest.mark.parametrize("role", ["alice", "mary"])
def test_owner_and_manager_find_it_and_change_everything(
    salon: Salon, as_user: LogIn, role: str
) -> None:
    client = as_user(getattr(salon, role))
    assert f'href="{PAGE}"' in client.get("/provider/business/").content.decode()
    nails = make_category("nails", name="Nails")
    typed = filled(
        salon,
        name="Alice  Nails",
        category=nails.pk,
        description="Calm.\r\nClean.",
        phone="077 123 4567",
        email="hello@example.com",
        address="14 Fife Avenue",
        city="Gweru",
        currency="ZWG",
    )
    response = client.post(PAGE, typed)
    assert (response.status_code, response["Location"]) == (303, PAGE)
    provider = Provider.objects.get(pk=salon.provider.pk)
    assert (provider.name, provider.description) == ("Alice Nails", "Calm.\nClean.")
    assert (provider.phone, provider.email) == ("+263771234567", "hello@example.com")
    assert (provider.address, provider.city, provider.currency) == (
        "14 Fife Avenue",
        "Gweru",
        "ZWG",
    )
    assert provider.search_text == "alice nails\nnails\ngweru\nbraids"


@pytest.mark.parametrize("role", ["bob", "dana"])
def test_for_staff_and_customers_it_does_not_exist(salon: Salon, as_user: LogIn, role: str) -> None:
    client = as_user(getattr(salon, role))
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, filled(salon, name="Mine")).status_code == 404
    assert Provider.objects.get(pk=salon.provider.pk).name == "Alice Salon"


def test_an_owner_changes_the_own_business_alone(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.charlie)
    assert client.post(f"{PAGE}?business=salon", filled(salon)).status_code == 404
    client.post(PAGE, filled(salon, name="Charlie’s", slug="elsewhere"))
    names = {provider.slug: provider.name for provider in Provider.objects.all()}
    assert names == {"salon": "Alice Salon", "elsewhere": "Charlie’s"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "This field is required"),
        ({"phone": "12"}, "This phone number does not exist"),
        ({"phone": "+254712345678", "email": "x"}, "Enter a valid email address"),
        ({"timezone": "Africa/Nowhere"}, "Select a valid choice"),
        ({"currency": "usd"}, "Select a valid choice"),
        ({"slug": "not a slug"}, "Enter a valid"),
        ({"slug": "elsewhere"}, "exists"),
        ({"slug": "was-elsewhere"}, "This address is taken"),
        ({"description": "x" * 4001}, "at most 4000"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    salon: Salon, as_user: LogIn, changes: dict[str, Any], said: str
) -> None:
    FormerSlug.objects.create(provider=salon.elsewhere, slug="was-elsewhere")
    before = Provider.objects.filter(pk=salon.provider.pk).values().get()
    response = as_user(salon.alice).post(PAGE, filled(salon, city="Typed", **changes))
    assert response.status_code == 422
    html = response.content.decode()
    assert said in html
    assert 'value="Typed"' in html
    assert Provider.objects.filter(pk=salon.provider.pk).values().get() == before


def test_an_unchanged_form_changes_nothing(salon: Salon, as_user: LogIn) -> None:
    refresh_search_text(salon.provider)
    before = Provider.objects.filter(pk=salon.provider.pk).values().get()
    assert as_user(salon.alice).post(PAGE, filled(salon)).status_code == 303
    assert Provider.objects.filter(pk=salon.provider.pk).values().get() == before
    assert FormerSlug.objects.count() == 0


# --- the clock --------------------------------------------------------------------------------


def test_another_clock_asks_twice_while_bookings_are_to_come(salon: Salon, as_user: LogIn) -> None:
    made = make_appointment(salon.braids, salon.bobs, start=NOW + DAY)
    client, other = as_user(salon.alice), filled(salon, timezone="Europe/London")
    response = client.post(PAGE, other)
    assert response.status_code == 422
    html = response.content.decode()
    assert "You have 1 booking to come" in html
    assert 'name="clock_known"' in html
    assert Provider.objects.get(pk=salon.provider.pk).timezone == "Africa/Harare"
    assert client.post(PAGE, other | {"clock_known": "on"}).status_code == 303
    assert Provider.objects.get(pk=salon.provider.pk).timezone == "Europe/London"
    start = made.start
    made.refresh_from_db()
    assert made.start == start


def test_without_bookings_the_clock_changes_at_once(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    assert 'name="clock_known"' not in client.get(PAGE).content.decode()
    assert client.post(PAGE, filled(salon, timezone="Europe/London")).status_code == 303


# --- the address ------------------------------------------------------------------------------


def test_links_to_former_addresses_go_on_working(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    client.post(PAGE, filled(salon, slug="Alices"))
    client.post(PAGE, filled(salon, slug="alice-nails"))
    visitor = Client()
    for old in ("salon", "alices"):
        assert visitor.get(f"/p/{old}/?staff=1")["Location"] == "/p/alice-nails/?staff=1"
        moved = visitor.get(f"/p/{old}/book/braids/?date=2026-11-26")
        assert moved["Location"] == "/p/alice-nails/book/braids/?date=2026-11-26"
    assert visitor.get("/p/alice-nails/").status_code == 200
    assert visitor.get("/p/nobody/").status_code == 404


@pytest.mark.parametrize("hidden", [{"published": False}, {"approved": False}])
def test_strangers_do_not_learn_the_new_address_of_what_is_hidden(
    salon: Salon, as_user: LogIn, hidden: dict[str, bool]
) -> None:
    change_profile(salon.provider, {"slug": "secret-name"})
    Provider.objects.filter(pk=salon.provider.pk).update(**hidden)
    for client in (Client(), as_user(salon.charlie)):
        for path in ("/p/salon/", "/p/salon/book/braids/"):
            assert client.get(path).status_code == 404
    for user in (salon.alice, salon.bob):
        response = as_user(user).get("/p/salon/?day=1")
        assert (response.status_code, response["Location"]) == (302, "/p/secret-name/?day=1")
    assert as_user(salon.bob).get("/p/salon/", follow=True).status_code == 200


def test_going_back_to_a_former_address_makes_no_circle(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    for slug in ("second", "salon"):
        assert client.post(PAGE, filled(salon, slug=slug)).status_code == 303
    assert Client().get("/p/salon/").status_code == 200
    assert Client().get("/p/second/")["Location"] == "/p/salon/"


def test_a_hidden_business_does_not_show_itself_by_moving(salon: Salon, as_user: LogIn) -> None:
    as_user(salon.alice).post(PAGE, filled(salon, slug="second"))
    Provider.objects.update(published=False)
    assert Client().get("/p/salon/", follow=True).status_code == 404


# --- the public page --------------------------------------------------------------------------


def test_the_public_page_has_a_map_and_ways_to_write(client: Client) -> None:
    make_provider(
        slug="nails",
        name="Nails & more",
        address="14 Fife Avenue",
        phone="+263771234567",
        email="hello@example.com",
    )
    html = client.get("/p/nails/").content.decode()
    place = "14+Fife+Avenue%2C+Harare%2C+Zimbabwe"
    assert f'href="https://www.openstreetmap.org/search?query={place}"' in html
    assert 'href="tel:+263771234567"' in html
    assert 'href="https://wa.me/263771234567?text=Hello%20Nails%20%26%20more%2C%20"' in html
    assert 'href="mailto:hello@example.com"' in html


def test_without_contacts_there_are_no_buttons_for_them(client: Client) -> None:
    make_provider(slug="silent")
    html = client.get("/p/silent/").content.decode()
    assert [word in html for word in ("tel:", "wa.me", "mailto:")] == [False] * 3


@pytest.mark.parametrize("state", [{"published": False}, {"approved": False}])
def test_a_hidden_page_is_shown_to_its_own_people_alone(
    salon: Salon, as_user: LogIn, state: dict[str, bool]
) -> None:
    Provider.objects.filter(pk=salon.provider.pk).update(**state)
    people = [salon.alice, salon.mary, salon.bob, salon.charlie, salon.dana]
    found = [as_user(person).get("/p/salon/").status_code for person in people]
    assert found == [200, 200, 200, 404, 404]
    assert Client().get("/p/salon/").status_code == 404
    shown = as_user(salon.alice).get("/p/salon/")
    assert shown["Cache-Control"] == "private, no-store"
    html = shown.content.decode()
    assert "Only you and your people see this page" in html
    book = reverse("booking", args=["salon", "braids"])
    assert f'href="{book}"' not in html
    assert as_user(salon.alice).get(book).status_code == 404


def test_it_costs_the_same_with_more_bookings(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.alice)
    counted = []
    for number in (1, 3):
        for day in range(number):
            start = NOW + (number + day) * DAY
            make_appointment(salon.braids, salon.tendai, start=start)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counted.append(len(queries))
    assert counted == [9, 9]
