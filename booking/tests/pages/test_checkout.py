"""From a pressed slot to a booking; whatever goes wrong is said, and nothing typed is lost."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client

from booking.models import Appointment, Hold, Status
from booking.models import Client as BusinessClient
from booking.tests import cast
from booking.tests.pages.conftest import GUEST, NOW, Salon, shown_of
from booking.views import limits
from booking.views.shown import SALT
from providers.models import Provider, Service

Press = Callable[..., str]


def book(client: Client, url: str, **data: Any) -> Any:
    """Send the details form as a browser would."""
    return client.post(url, {"shown": shown_of(client, url)} | GUEST | data)


def test_guest_books_end_to_end(client: Client, salon: Salon) -> None:
    """Front page, provider, service, slot, details, Book: five presses."""
    salon.provider.featured = True
    salon.provider.save()
    assert 'href="/p/salon/"' in client.get("/").content.decode()
    assert f'href="{salon.url("booking")}"' in client.get("/p/salon/").content.decode()
    assert salon.slot("10:00") in client.get(salon.url("booking")).content.decode()
    held = client.post(salon.url("hold_create"), {"start": salon.slot("10:00")})
    details = client.get(held["Location"])
    assert "Tue 24 Nov, 10:00" in details.content.decode()
    assert "USD 20.00" in details.content.decode()
    done = client.post(held["Location"], {"shown": details.context["shown"]} | GUEST)
    assert done.status_code == 303
    made = Appointment.objects.get()
    assert done["Location"] == f"/a/{made.token}/?booked=1"
    assert (made.guest_name, made.guest_email, made.notes) == (
        "Tariro Moyo",
        "tariro@example.com",
        "First visit",
    )
    assert (made.status, made.price, made.staff) == (Status.CONFIRMED, Decimal(20), salon.bob)
    assert made.start == cast.at(salon.provider, made.start.date(), "10:00")
    assert made.reference in client.get(done["Location"]).content.decode()
    assert not Hold.objects.exists()


def test_hold_shows_a_countdown(client: Client, salon: Salon, hold: Press) -> None:
    response = client.get(hold())
    expires = int((NOW + timedelta(minutes=5)).timestamp())
    assert f'data-expires="{expires}"' in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"


def test_chosen_person_length_and_party_are_held(client: Client, salon: Salon) -> None:
    room = cast.make_resource(salon.provider, capacity=6)
    service = cast.make_service(
        salon.provider,
        resources=[room],
        slug="room",
        duration=60,
        min_duration=60,
        max_duration=180,
        pricing=Service.Pricing.HOURLY,
        price=Decimal("12.50"),
    )
    salon.service = service
    data = {"start": salon.slot("10:00"), "duration": "120", "party": "4"}
    held = client.post(salon.url("hold_create"), data)
    hold = Hold.objects.get()
    assert (hold.duration, hold.party_size, hold.staff) == (120, 4, None)
    text = client.get(held["Location"]).content.decode()
    assert "USD 25.00" in text
    assert "4 people" in text


# --- what can be typed wrongly --------------------------------------------------------------------


def test_email_or_phone_is_enough(client: Client, hold: Press) -> None:
    assert book(client, hold(), email="", phone="077 123 4567").status_code == 303
    assert Appointment.objects.get().guest_phone == "+263771234567"
    assert Appointment.objects.get().guest_email == ""


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"name": ""}, "This field is required"),
        ({"email": "", "phone": ""}, "either will do"),
        ({"email": "nobody"}, "Enter a valid email address"),
        ({"phone": "12"}, "phone number"),
        ({"notes": "x" * 1001}, "at most 1000 characters"),
        ({"name": "\0"}, "Null characters are not allowed"),
    ],
)
def test_mistakes_are_named_and_what_was_typed_stays(
    client: Client, hold: Press, data: dict[str, str], complaint: str
) -> None:
    response = book(client, hold(), **data)
    text = response.content.decode()
    assert response.status_code == 422
    assert complaint in text
    for name in {"name", "notes"} - set(data):
        assert GUEST[name] in text
    assert not Appointment.objects.exists()
    assert Hold.objects.count() == 1


# --- what can have changed meanwhile --------------------------------------------------------------


def test_expired_hold_books_nothing_and_offers_the_same_time_again(
    client: Client, salon: Salon, hold: Press, clock: time_machine.Traveller
) -> None:
    url = hold()
    shown = shown_of(client, url)
    clock.shift(timedelta(minutes=6))
    response = client.post(url, {"shown": shown} | GUEST)
    text = response.content.decode()
    assert response.status_code == 409
    assert "We no longer keep this time for you, but it is still free." in text
    assert salon.slot("10:00") in text
    assert all(typed in text for typed in GUEST.values())
    assert not Appointment.objects.exists()


def test_pressing_the_same_time_again_keeps_what_was_typed(
    client: Client, salon: Salon, hold: Press, clock: time_machine.Traveller
) -> None:
    url = hold()
    shown = shown_of(client, url)
    clock.shift(timedelta(minutes=6))
    client.post(url, {"shown": shown} | GUEST)
    again = {"start": salon.slot("10:00"), "typed": "1"} | GUEST
    response = client.post(salon.url("hold_create"), again)
    text = response.content.decode()
    assert response.status_code == 200
    assert all(typed in text for typed in GUEST.values())
    details = salon.url("booking_details", Hold.objects.get().token)
    assert f'action="{details}"' in text
    done = client.post(details, {"shown": response.context["shown"]} | GUEST)
    assert done.status_code == 303
    assert Appointment.objects.get().guest_name == "Tariro Moyo"


def test_expired_hold_says_so_when_its_page_is_opened(
    client: Client, salon: Salon, hold: Press, clock: time_machine.Traveller
) -> None:
    url = hold()
    clock.shift(timedelta(minutes=6))
    response = client.get(url)
    assert response.status_code == 409
    assert "but it is still free" in response.content.decode()


def test_expired_hold_of_a_time_that_somebody_took_offers_others(
    client: Client, salon: Salon, hold: Press, clock: time_machine.Traveller
) -> None:
    url = hold()
    shown = shown_of(client, url)
    clock.shift(timedelta(minutes=6))
    salon.book("10:00")
    response = client.post(url, {"shown": shown} | GUEST)
    values = [one.value for one in response.context["alternatives"]]
    assert response.status_code == 409
    assert salon.slot("10:00") not in values
    assert salon.slot("09:00") in values
    assert salon.slot("11:00") in values
    assert Appointment.objects.count() == 1


def test_changed_price_is_shown_in_place_of_a_booking(
    client: Client, salon: Salon, hold: Press
) -> None:
    url = hold()
    shown = shown_of(client, url)
    Service.objects.update(price=Decimal(25))
    response = client.post(url, {"shown": shown} | GUEST)
    text = response.content.decode()
    assert response.status_code == 409
    assert "USD 25.00" in text
    assert GUEST["name"] in text
    assert not Appointment.objects.exists()
    assert client.post(url, {"shown": response.context["shown"]} | GUEST).status_code == 303
    assert Appointment.objects.get().price == Decimal(25)


def test_person_who_left_meanwhile_is_not_booked(client: Client, salon: Salon, hold: Press) -> None:
    rudo = cast.make_staff(salon.provider, name="Rudo")
    salon.service.staff.add(rudo)
    url = hold(staff=str(rudo.pk))
    shown = shown_of(client, url)
    rudo.active = False
    rudo.save()
    response = client.post(url, {"shown": shown} | GUEST)
    assert response.status_code == 409
    assert not Appointment.objects.exists()


def test_double_submit_shows_the_same_booking(client: Client, hold: Press) -> None:
    url = hold()
    data = {"shown": shown_of(client, url)} | GUEST
    first, second = client.post(url, data), client.post(url, data)
    assert first["Location"] == second["Location"]
    assert second.status_code == 303
    assert Appointment.objects.count() == 1


def test_resend_with_a_mistake_shows_the_same_booking(client: Client, hold: Press) -> None:
    url = hold()
    data = {"shown": shown_of(client, url)} | GUEST
    first = client.post(url, data)
    second = client.post(url, data | {"name": ""})
    assert first["Location"] == second["Location"]


def test_going_back_after_booking_says_where_it_is(client: Client, hold: Press) -> None:
    url = hold()
    book(client, url)
    response = client.get(url)
    assert response.status_code == 410
    assert "all is well" in response.content.decode()


# --- taken, impossible and forged starts ----------------------------------------------------------


def test_taken_slot_answers_409_with_the_nearest_times(client: Client, salon: Salon) -> None:
    salon.book("10:00")
    response = client.post(
        salon.url("hold_create"), {"start": salon.slot("10:00"), "staff": str(salon.bob.pk)}
    )
    text = response.content.decode()
    assert response.status_code == 409
    assert "has just been taken" in text
    assert [one.when for one in response.context["alternatives"]][:2] == [
        "Tue 24 Nov, 08:00",
        "Tue 24 Nov, 08:30",
    ]
    assert f'name="staff" value="{salon.bob.pk}"' in text
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    ("start", "status"),
    [
        ("2026-11-23T05:00Z", 409),  # an hour ago
        ("2020-01-01T08:00Z", 400),  # years ago
        ("2026-11-24T08:07Z", 409),  # off the step
        ("2026-11-24T01:00Z", 409),  # 03:00 in Harare
        ("2027-06-01T08:00Z", 409),  # past the horizon
        ("9999-12-31T23:59Z", 400),
        ("0001-01-01T00:00+14:00", 400),
        ("2026-11-24T08:00", 400),  # no offset
        ("soon", 400),
        ("", 400),
        ("\0", 400),
    ],
)
def test_impossible_start_is_refused_and_nothing_is_held(
    client: Client, salon: Salon, start: str, status: int
) -> None:
    response = client.post(salon.url("hold_create"), {"start": start})
    assert response.status_code == status
    assert "Nothing is booked." in response.content.decode()
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"staff": "999999"},
        {"staff": "x"},
        {"duration": "100000"},
        {"duration": "99999999999999999999"},
        {"party": "9"},
        {"party": "-1"},
    ],
)
def test_impossible_choice_is_400_and_nothing_is_held(
    client: Client, salon: Salon, data: dict[str, str]
) -> None:
    response = client.post(salon.url("hold_create"), {"start": salon.slot("10:00")} | data)
    assert response.status_code == 400
    assert not Hold.objects.exists()


def test_staff_of_another_provider_cannot_be_held(client: Client, salon: Salon) -> None:
    stranger = cast.make_staff(cast.make_provider())
    data = {"start": salon.slot("10:00"), "staff": str(stranger.pk)}
    assert client.post(salon.url("hold_create"), data).status_code == 400
    assert not Hold.objects.exists()


def test_forged_or_foreign_token_of_what_was_shown_is_404(
    client: Client, salon: Salon, hold: Press
) -> None:
    url = hold()
    shown = shown_of(client, url)
    facts = signing.loads(shown, salt=SALT)
    forged = signing.dumps(facts | {"price": "0.00"}, salt="other")
    for text in ["", "x", shown[:-1], forged, signing.dumps({"a": 1}, salt=SALT)]:
        assert client.post(url, {"shown": text} | GUEST).status_code == 404
    other = signing.dumps(facts | {"service": 0}, salt=SALT)
    assert client.post(url, {"shown": other} | GUEST).status_code == 404
    assert not Appointment.objects.exists()


# --- whose hold it is -----------------------------------------------------------------------------


def test_stranger_cannot_see_use_or_release_a_hold(
    client: Client, salon: Salon, hold: Press
) -> None:
    url = hold()
    shown = shown_of(client, url)
    stranger = Client()
    assert stranger.get(url).status_code == 404
    assert stranger.post(url, {"shown": shown} | GUEST).status_code == 404
    stranger.post(f"{url}release/")
    stranger.post(salon.url("hold_create"), {"start": salon.slot("14:00")})
    assert stranger.get(url).status_code == 404
    assert stranger.post(url, {"shown": shown} | GUEST).status_code == 404
    assert Hold.objects.count() == 2
    assert not Appointment.objects.exists()


def test_visitor_cookie_is_signed_and_hidden_from_scripts(
    client: Client, salon: Salon, hold: Press
) -> None:
    url = hold()
    cookie = client.cookies["visitor"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "sessionid" not in client.cookies
    client.cookies["visitor"] = Hold.objects.get().visitor
    assert client.get(url).status_code == 404


def test_htmx_is_led_on_with_the_cookie_that_makes_the_hold_its_own(
    client: Client, salon: Salon
) -> None:
    data = {"start": salon.slot("10:00")}
    response = client.post(salon.url("hold_create"), data, headers={"HX-Request": "true"})
    assert (response.status_code, response.content) == (204, b"")
    assert "Location" not in response
    assert "visitor" in response.cookies
    assert client.get(response["HX-Redirect"]).status_code == 200


def test_one_visitor_holds_one_slot(client: Client, salon: Salon, hold: Press) -> None:
    hold("10:00")
    hold("11:00")
    assert [one.start for one in Hold.objects.all()] == [
        cast.at(salon.provider, Hold.objects.get().start.date(), "11:00")
    ]


def test_release_frees_the_slot_and_a_repeat_is_harmless(
    client: Client, salon: Salon, hold: Press
) -> None:
    url = hold("10:00")
    first, second = client.post(f"{url}release/"), client.post(f"{url}release/")
    assert first["Location"] == f"{salon.url('booking')}?date=2026-11-24"
    assert second["Location"] == salon.url("booking")
    assert (first.status_code, second.status_code) == (303, 303)
    assert not Hold.objects.exists()


def test_get_on_changing_addresses_is_405(client: Client, salon: Salon, hold: Press) -> None:
    url = hold()
    assert client.get(salon.url("hold_create")).status_code == 405
    assert client.get(f"{url}release/").status_code == 405
    assert Hold.objects.count() == 1


def test_forms_are_refused_without_their_token(salon: Salon) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(salon.url("hold_create"), {"start": salon.slot("10:00")})
    assert response.status_code == 403
    assert not Hold.objects.exists()


def test_too_many_holds_from_one_address_are_slowed_down(
    client: Client, salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HOLDS_ALLOWED", 2)
    data = {"start": salon.slot("10:00")}
    answers = [client.post(salon.url("hold_create"), data).status_code for _ in range(3)]
    assert answers == [303, 303, 429]
    response = client.post(salon.url("hold_create"), data)
    assert int(response["Retry-After"]) > 0
    other = client.post(salon.url("hold_create"), data, REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 303


# --- with an account, and with acceptance ---------------------------------------------------------


def test_customer_with_an_account_types_only_notes(
    client: Client, salon: Salon, hold: Press
) -> None:
    dana = cast.make_user("dana@example.com", name="Dana", phone="+263771234568")
    client.force_login(dana)
    url = hold()
    form = client.get(url).context["form"]
    assert list(form.fields) == ["notes"]
    client.post(url, {"shown": shown_of(client, url), "notes": "Please be gentle"})
    made = Appointment.objects.get()
    assert (made.customer, made.guest_name, made.notes) == (dana, "", "Please be gentle")


def test_account_without_a_phone_may_add_one(client: Client, salon: Salon, hold: Press) -> None:
    client.force_login(cast.make_user("dana@example.com"))
    url = hold()
    assert list(client.get(url).context["form"].fields) == ["phone", "notes"]
    client.post(url, {"shown": shown_of(client, url), "phone": "0771234567"})
    assert Appointment.objects.get().contact_phone == "+263771234567"


def test_provider_who_answers_requests_gets_a_pending_one(client: Client, hold: Press) -> None:
    Provider.objects.update(auto_confirm=False)
    url = hold()
    assert "Ask for this time" in client.get(url).content.decode()
    response = book(client, url)
    assert Appointment.objects.get().status == Status.PENDING
    assert "Asked for" in client.get(response["Location"]).content.decode()


def test_a_blocked_client_is_told_so_and_nothing_is_booked(
    client: Client, salon: Salon, hold: Press
) -> None:
    BusinessClient.objects.create(
        provider=salon.provider, identity=f"email:{GUEST['email']}", email=GUEST["email"]
    )
    BusinessClient.objects.update(blocked=True)
    url = hold()
    response = book(client, url)
    text = response.content.decode()
    assert response.status_code == 422
    assert "does not take online bookings from you. Please call them." in text
    assert all(typed in text for typed in GUEST.values())
    assert not Appointment.objects.exists()
    assert Hold.objects.count() == BusinessClient.objects.count() == 1
    assert book(client, url, email="somebody@example.com", phone="").status_code == 303


@pytest.mark.parametrize("appointments", [3, 30])
def test_booking_costs_the_same_however_full_the_calendar(
    client: Client,
    salon: Salon,
    hold: Press,
    django_assert_max_num_queries: Any,
    appointments: int,
) -> None:
    for number in range(appointments):
        salon.book(f"{8 + number % 9:02d}:00", NOW.date() + timedelta(days=2 + number // 9 * 7))
    url = hold()
    data = {"shown": shown_of(client, url)} | GUEST
    with django_assert_max_num_queries(16):
        assert client.post(url, data).status_code == 303
