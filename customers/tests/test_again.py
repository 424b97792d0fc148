""" "Book again" leads to the same once more, or says in a plain word what is gone."""

import pytest
from django.test import Client

from booking.models import Appointment, Status
from booking.tests.cast import make_resource, make_service
from customers.views.again import Again, book_again
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def past(salon: Salon) -> Appointment:
    return make_appointment(
        salon.braids, salon.bobs, start=NOW - DAY, status=Status.COMPLETED, customer=salon.dana
    )


def test_service_and_person_are_chosen_already(salon: Salon, past: Appointment) -> None:
    assert book_again(past) == Again(f"/p/salon/book/braids/?staff={salon.bobs.pk}")


def test_a_length_that_is_still_on_offer_is_kept(salon: Salon) -> None:
    salon.braids.min_duration, salon.braids.max_duration = 60, 180
    salon.braids.save()
    past = make_appointment(
        salon.braids, salon.bobs, start=NOW - DAY, minutes=120, customer=salon.dana
    )
    assert book_again(past).url == f"/p/salon/book/braids/?staff={salon.bobs.pk}&duration=120"
    salon.braids.max_duration = 90
    assert book_again(past).url == f"/p/salon/book/braids/?staff={salon.bobs.pk}"


def test_people_of_a_room_are_kept_while_they_fit(salon: Salon) -> None:
    room = make_resource(salon.provider, capacity=6)
    service = make_service(salon.provider, resources=[room], slug="room")
    past = make_appointment(service, None, start=NOW - DAY, party_size=5, customer=salon.dana)
    assert book_again(past).url == "/p/salon/book/room/?party=5"
    room.capacity = 4
    room.save()
    assert book_again(past).url == "/p/salon/book/room/"


def test_a_service_that_is_gone_leads_to_the_business(salon: Salon, past: Appointment) -> None:
    past.service.active = False
    assert book_again(past) == Again("/p/salon/", "See Alice Salon", "Braids is no longer offered.")


@pytest.mark.parametrize("how", ["left", "other services"])
def test_a_person_who_is_gone_leads_to_the_business(
    salon: Salon, past: Appointment, how: str
) -> None:
    if how == "left":
        salon.bobs.active = False
        salon.bobs.save()
    else:
        salon.braids.staff.remove(salon.bobs)
    assert book_again(past) == Again("/p/salon/", "See Alice Salon", "Bob no longer does Braids.")


@pytest.mark.parametrize("field", ["published", "approved"])
def test_a_business_that_is_gone_leads_nowhere(past: Appointment, field: str) -> None:
    setattr(past.provider, field, False)
    assert book_again(past) == Again("", problem="Alice Salon takes no bookings here now.")


def test_the_link_opens_the_times_of_that_person(
    salon: Salon, dana: Client, past: Appointment
) -> None:
    address = book_again(past).url
    assert f'href="{address}"' in dana.get("/me/").content.decode()
    assert dana.get(address).context["ask"].staff == salon.bobs


def test_the_past_says_what_is_gone(salon: Salon, dana: Client, past: Appointment) -> None:
    salon.braids.active = False
    salon.braids.save()
    for page in ("/me/", f"/me/appointments/{past.reference}/"):
        html = dana.get(page).content.decode()
        assert "Braids is no longer offered." in html
        assert 'href="/p/salon/">See Alice Salon' in html
