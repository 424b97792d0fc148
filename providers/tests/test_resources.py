"""/provider/resources/: the list, one resource, deleting, and bookings that are too much for it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Session
from booking.tests.cast import make_resource, make_service
from customers.models import User
from providers.models import Resource
from providers.tests.salon import DAY, NOW, Salon, make_appointment
from providers.tests.test_services import text_of

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

PAGE, NEW = "/provider/resources/", "/provider/resources/new/"
SENT = {
    "name": "Wash basin",
    "description": "By the window",
    "quantity": "2",
    "capacity": "1",
    "available": "on",
}


def booked(salon: Salon, resource: Resource, *, days: int = 1, **fields: Any) -> Appointment:
    """An appointment that uses one unit."""
    service = make_service(salon.provider, [], [resource])
    made = make_appointment(service, None, start=NOW + days * DAY, **fields)
    made.session.resources.add(resource)
    return made


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_the_business_page_leads_here(salon: Salon, as_user: LogIn) -> None:
    assert f'href="{PAGE}"' in as_user(salon.mary).get("/provider/business/").content.decode()
    assert f'href="{PAGE}"' not in as_user(salon.bob).get("/provider/business/").content.decode()


def test_list_tells_how_many_and_what_for(salon: Salon, as_user: LogIn) -> None:
    basin = make_resource(salon.provider, name="Basin", quantity=2, available=False)
    make_resource(salon.provider, name="Hall", capacity=30)
    make_service(salon.provider, [], [basin], name="Wash")
    make_resource(salon.elsewhere, name="Foreign")
    text = text_of(as_user(salon.alice).get(PAGE))
    assert "Basin 2 alike · for 1 person · not available Needed for Wash" in text
    assert "Hall One · for 30 people Nothing needs it yet" in text
    assert "Foreign" not in text


def test_without_resources_it_says_what_they_are_for(salon: Salon, as_user: LogIn) -> None:
    assert "Do two bookings ever need the same room" in text_of(as_user(salon.alice).get(PAGE))


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_for_one_and_three(salon: Salon, as_user: LogIn, number: int) -> None:
    for _ in range(number):
        booked(salon, make_resource(salon.provider, available=False), party_size=2)
    client = as_user(salon.alice)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(PAGE).content.count(b"not available, but booked") == number
    assert len(queries) == 10


def test_a_new_resource_is_made(salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.mary)
    response = client.post(NEW, SENT, follow=True)
    made = Resource.objects.get()
    assert response.redirect_chain == [(f"{PAGE}{made.pk}/", 303)]
    assert (made.provider, made.name, made.quantity) == (salon.provider, "Wash basin", 2)
    assert (made.capacity, made.available, made.description) == (1, True, "By the window")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": ""}, "This field is required."),
        ({"quantity": "0"}, "greater than or equal to 1"),
        ({"quantity": "x"}, "Enter a whole number."),
        ({"capacity": "40000"}, "less than or equal to 1000"),
    ],
)
def test_what_cannot_be_is_explained(
    salon: Salon, as_user: LogIn, changes: dict[str, str], problem: str
) -> None:
    kept = make_resource(salon.provider, name="Kept")
    client = as_user(salon.alice)
    for url in (NEW, f"{PAGE}{kept.pk}/"):
        response = client.post(url, SENT | changes)
        assert response.status_code == 422
        assert problem in text_of(response)
        assert "By the window</textarea>" in response.content.decode()
    assert list(Resource.objects.values_list("name", flat=True)) == ["Kept"]


@pytest.mark.parametrize(
    ("change", "notice"),
    [
        ({"quantity": "1"}, "More of Room is booked than there is"),
        ({"capacity": "2"}, "Room is too small for 1 booking"),
        ({"available": ""}, "Room is not available, but booked"),
    ],
)
def test_what_is_too_much_is_listed_and_kept(
    salon: Salon, as_user: LogIn, change: dict[str, str], notice: str
) -> None:
    room = make_resource(salon.provider, name="Room", quantity=2, capacity=4)
    made = [booked(salon, room, party_size=3, guest_name="Rudo"), booked(salon, room)]
    before = list(Appointment.objects.values()), list(Session.objects.values())
    client = as_user(salon.alice)
    sent = {"name": "Room", "quantity": "2", "capacity": "4", "available": "on"} | change
    if not sent["available"]:
        del sent["available"]
    response = client.post(f"{PAGE}{room.pk}/", sent, follow=True)
    for page in (response, client.get(PAGE)):
        assert notice in text_of(page)
        assert "Wed 25 Nov, 12:00 Rudo" in text_of(page)
        assert f'href="/provider/appointments/{made[0].pk}/"' in page.content.decode()
    assert (list(Appointment.objects.values()), list(Session.objects.values())) == before


def test_of_very_many_the_first_are_listed(salon: Salon, as_user: LogIn) -> None:
    room = make_resource(salon.provider, name="Room", available=False)
    for days in range(1, 23):
        booked(salon, room, days=days)
    page = as_user(salon.alice).get(f"{PAGE}{room.pk}/")
    assert page.content.count(b"Guest Gumbo") == 20
    assert "These are the first 20 of 22." in text_of(page)


def test_what_was_never_used_is_deleted(salon: Salon, as_user: LogIn) -> None:
    room = make_resource(salon.provider)
    client = as_user(salon.alice)
    assert client.post(f"{PAGE}{room.pk}/delete/")["Location"] == PAGE
    assert not Resource.objects.exists()
    assert client.post(f"{PAGE}{room.pk}/delete/").status_code == 404


def test_what_bookings_name_is_not_deleted(salon: Salon, as_user: LogIn) -> None:
    room = make_resource(salon.provider, name="Room")
    long_ago = booked(salon, room, days=-30)
    Session.objects.update(active=False)
    long_ago.service.resources.clear()
    response = as_user(salon.alice).post(f"{PAGE}{room.pk}/delete/")
    assert response.status_code == 409
    assert "Bookings name Room, so it stays." in text_of(response)
    assert Resource.objects.get() == room


def test_what_a_service_needs_is_not_deleted(salon: Salon, as_user: LogIn) -> None:
    room = make_resource(salon.provider, name="Room")
    make_service(salon.provider, [], [room], name="Rent")
    response = as_user(salon.alice).post(f"{PAGE}{room.pk}/delete/")
    assert response.status_code == 409
    assert "Rent needs Room. Change that first." in text_of(response)
    assert Resource.objects.get() == room


@pytest.mark.parametrize("path", ["", "delete/"])
def test_what_is_anothers_is_not_found(salon: Salon, as_user: LogIn, path: str) -> None:
    room = make_resource(salon.provider, name="Room")
    for user in (salon.charlie, salon.bob, salon.dana):
        assert as_user(user).post(f"{PAGE}{room.pk}/{path}", SENT).status_code == 404
    assert Resource.objects.get().name == "Room"
