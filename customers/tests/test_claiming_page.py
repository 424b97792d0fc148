"""/me/ offers what was booked as a guest, once the address is confirmed."""

import re

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail
from django.test import Client

from booking.models import Appointment
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]


def book_as_guest(salon: Salon, days: int, email: str = "dana@example.com") -> Appointment:
    return make_appointment(
        salon.braids, salon.bobs, start=NOW + days * DAY, guest_email=email, guest_name="Dana"
    )


def confirm(salon: Salon, *, verified: bool = True) -> EmailAddress:
    return EmailAddress.objects.create(
        user=salon.dana, email=salon.dana.email, verified=verified, primary=True
    )


def text_of(client: Client) -> str:
    html = client.get("/me/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_page_says_how_many_there_are(salon: Salon, dana: Client) -> None:
    for days in (1, 2, 3):
        book_as_guest(salon, days)
    confirm(salon)
    assert "3 bookings made with dana@example.com" in text_of(dana)


def test_one_press_adds_them(salon: Salon, dana: Client) -> None:
    made = book_as_guest(salon, 1)
    confirm(salon)
    answer = dana.post("/me/claim/", follow=True)
    assert answer.redirect_chain == [("/me/", 303)]
    html = answer.content.decode()
    assert "One booking is now in your account." in html
    assert f'id="booking-{made.reference}"' in html
    assert "made with" not in text_of(dana)


def test_a_second_press_is_harmless(salon: Salon, dana: Client) -> None:
    book_as_guest(salon, 1)
    confirm(salon)
    dana.post("/me/claim/")
    html = dana.post("/me/claim/", follow=True).content.decode()
    assert "There is nothing more to add." in html


def test_an_unconfirmed_address_is_told_to_be_confirmed_and_not_whether_there_are_bookings(
    salon: Salon, dana: Client
) -> None:
    confirm(salon, verified=False)
    before = text_of(dana)
    assert "Is dana@example.com yours?" in before
    book_as_guest(salon, 1)
    assert text_of(dana) == before
    dana.post("/me/claim/")
    assert Appointment.objects.get().customer is None


def test_the_link_is_sent_again_from_there(salon: Salon, dana: Client) -> None:
    html = dana.get("/me/").content.decode()
    form = html[html.index('aria-labelledby="confirm"') :]
    action, email = re.findall(r'(?:action|name="email" value)="([^"]+)"', form)[:2]
    dana.post(action, {"email": email, "action_send": "1"})
    assert [each.to for each in mail.outbox] == [["dana@example.com"]]


def test_after_confirming_the_offer_is_the_next_page(salon: Salon, dana: Client) -> None:
    book_as_guest(salon, 1)
    key = EmailConfirmationHMAC(confirm(salon, verified=False)).key
    answer = dana.post(f"/accounts/confirm-email/{key}/", follow=True)
    assert answer.redirect_chain[-1][0] == "/me/"
    assert "1 booking made with" in answer.content.decode()


def test_another_persons_are_not_offered(salon: Salon, dana: Client) -> None:
    book_as_guest(salon, 1, "bob@example.com")
    confirm(salon)
    assert "made with" not in text_of(dana)


def test_visitors_are_asked_to_log_in(client: Client) -> None:
    assert client.post("/me/claim/")["Location"] == "/accounts/login/?next=/me/claim/"


def test_opening_it_does_nothing(salon: Salon, dana: Client) -> None:
    book_as_guest(salon, 1)
    confirm(salon)
    assert dana.get("/me/claim/").status_code == 405
    assert Appointment.objects.get().customer is None
