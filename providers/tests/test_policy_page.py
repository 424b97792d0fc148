"""/provider/policy/: the booking rules in words, and who may publish."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from customers.models import User
from providers.forms.profile import say_ahead, say_before, say_every, say_kept
from providers.models import Provider
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

PAGE = "/provider/policy/"
RULES = {
    "minimum_notice": "120",
    "booking_horizon": "30",
    "cancellation_window": "1440",
    "auto_confirm": "yes",
    "slot_step": "30",
    "buffer_before": "0",
    "buffer_after": "10",
}


def rules(salon: Salon) -> dict[str, Any]:
    return dict(Provider.objects.filter(pk=salon.provider.pk).values(*RULES).get())


def test_visitor_is_asked_to_log_in(client: Client, db: None) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


@pytest.mark.parametrize("role", ["alice", "mary"])
def test_owner_and_manager_change_the_rules(salon: Salon, as_user: LogIn, role: str) -> None:
    client = as_user(getattr(salon, role))
    response = client.post(PAGE, RULES)
    assert (response.status_code, response["Location"]) == (303, PAGE)
    assert rules(salon) == {
        "minimum_notice": 120,
        "booking_horizon": 30,
        "cancellation_window": 1440,
        "auto_confirm": True,
        "slot_step": 30,
        "buffer_before": 0,
        "buffer_after": 10,
    }


def test_bookings_that_were_made_stay_as_they_are(salon: Salon, as_user: LogIn) -> None:
    made = make_appointment(salon.braids, salon.bobs, start=NOW + DAY)
    before = type(made.session).objects.values().get()
    as_user(salon.alice).post(PAGE, RULES | {"buffer_after": "60"})
    assert type(made.session).objects.values().get() == before


@pytest.mark.parametrize("role", ["bob", "dana"])
def test_for_staff_and_customers_it_does_not_exist(salon: Salon, as_user: LogIn, role: str) -> None:
    client, before = as_user(getattr(salon, role)), rules(salon)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, RULES).status_code == 404
    assert rules(salon) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"slot_step": "0"},
        {"minimum_notice": "-5"},
        {"booking_horizon": "9999999"},
        {"auto_confirm": ""},
        {"buffer_after": "x"},
    ],
)
def test_what_is_not_offered_is_refused(
    salon: Salon, as_user: LogIn, changes: dict[str, str]
) -> None:
    before = rules(salon)
    assert as_user(salon.alice).post(PAGE, RULES | changes).status_code == 422
    assert rules(salon) == before


def test_an_odd_value_that_is_set_is_offered_too(salon: Salon, as_user: LogIn) -> None:
    Provider.objects.filter(pk=salon.provider.pk).update(minimum_notice=95, slot_step=25)
    html = as_user(salon.alice).get(PAGE).content.decode()
    assert '<option value="95" selected>1 h 35 before</option>' in html
    assert '<option value="25" selected>Every 25 minutes</option>' in html


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (say_before(0), "Until it starts"),
        (say_before(30), "30 minutes before"),
        (say_before(60), "1 hour before"),
        (say_before(2880), "2 days before"),
        (say_before(10080), "1 week before"),
        (say_every(15), "Every 15 minutes"),
        (say_every(60), "Every hour"),
        (say_kept(0), "None"),
        (say_kept(10), "10 minutes"),
        (say_ahead(14), "2 weeks"),
        (say_ahead(90), "3 months"),
        (say_ahead(100), "100 days"),
    ],
)
def test_minutes_and_days_are_said_in_words(said: str, words: str) -> None:
    assert said == words


# --- publishing from here ---------------------------------------------------------------------


def test_only_the_owner_publishes_and_takes_away(salon: Salon, as_user: LogIn) -> None:
    for person in (salon.mary, salon.bob, salon.dana):
        client = as_user(person)
        assert client.post("/provider/policy/unpublish/").status_code == 404
        assert client.post("/provider/start/publish/").status_code == 404
    assert "The owner decides that." in as_user(salon.mary).get(PAGE).content.decode()
    assert Provider.objects.get(pk=salon.provider.pk).published is True

    alice = as_user(salon.alice)
    html = alice.post("/provider/policy/unpublish/", follow=True).content.decode()
    assert "Your page is not public any more" in html
    assert "Publish my page" in html
    assert Client().get("/p/salon/").status_code == 404
    assert Client().get("/p/salon/book/braids/").status_code == 404
    EmailAddress.objects.create(user=salon.alice, email=salon.alice.email, verified=True)
    alice.post("/provider/start/publish/?business=salon")
    assert Client().get("/p/salon/").status_code == 200


def test_its_bookings_can_still_be_seen_when_it_is_taken_away(salon: Salon, as_user: LogIn) -> None:
    made = make_appointment(salon.braids, salon.bobs, start=NOW + DAY)
    as_user(salon.alice).post("/provider/policy/unpublish/")
    assert Client().get(made.get_absolute_url()).status_code == 200
    assert as_user(salon.bob).get(f"/provider/appointments/{made.pk}/").status_code == 200
