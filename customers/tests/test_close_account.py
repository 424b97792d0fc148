"""/me/delete/: ask, confirm by the mailed link, keep it after all."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from booking.domain.closing_accounts import confirm_closing, make_token
from booking.jobs.handlers import HANDLERS
from booking.jobs.runner import run_due
from booking.models import OutboxJob
from booking.tests.cast import PASSWORD
from customers.models import User
from providers.models import Provider
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]

PAGE = "/me/delete/"
KEEP = "/me/delete/keep/"
BANNER = "Your account will be deleted on"


def ask(client: Client, password: str = PASSWORD) -> int:
    return client.post(PAGE, {"password": password}).status_code


def mailed_link() -> str:
    """Deliver the mail of the last wish and return the path in it."""
    mail.outbox.clear()
    run_due(HANDLERS)
    [message] = mail.outbox
    found = re.search(r"https?://[^/]+(/me/delete/confirm/\S+)", str(message.body))
    assert found is not None
    return found[1]


def closing_at(user: User) -> Any:
    return User.objects.get(pk=user.pk).closing_at


def test_visitor_is_asked_to_log_in(client: Client) -> None:
    for path in (PAGE, KEEP):
        assert client.post(path)["Location"] == f"/accounts/login/?next={path}"
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_the_page_says_what_happens(salon: Salon, dana: Client) -> None:
    make_appointment(salon.braids, salon.bobs, start=NOW + DAY, customer=salon.dana)
    make_appointment(salon.braids, salon.bobs, start=NOW + 20 * DAY, customer=salon.dana)
    html = dana.get(PAGE).content.decode()
    assert "For 14 days everything stays as it is" in html
    assert "bookings to come are cancelled (1 as it stands now)" in html
    assert 'href="/me/data/"' in html


def test_from_the_wish_to_the_day(salon: Salon, dana: Client, client: Client) -> None:
    assert ask(dana) == 303
    assert mail.outbox == [], "mail leaves by a job"
    assert closing_at(salon.dana) is None
    link = mailed_link()
    for opened in (client.get(link), client.head(link)):
        assert opened.status_code == 200
    assert closing_at(salon.dana) is None, "mail scanners press links"
    done = client.post(link, follow=True)
    assert (done.status_code, "On <b>Tue 8 Dec 2026</b>" in done.content.decode()) == (200, True)
    assert closing_at(salon.dana) == NOW + timedelta(days=14)
    html = dana.get("/").content.decode()
    assert BANNER in html
    assert "Tue 8 Dec 2026" in html


def test_the_link_twice_is_harmless(salon: Salon, dana: Client) -> None:
    ask(dana)
    link = mailed_link()
    answers = [dana.post(link) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert closing_at(salon.dana) == NOW + timedelta(days=14)
    assert OutboxJob.objects.filter(kind="closing_set").count() == 1


def test_the_banner_is_for_nobody_else(salon: Salon, client: Client) -> None:
    confirm_closing(salon.dana, now=NOW)
    client.force_login(salon.bob)
    assert BANNER not in client.get("/me/").content.decode()


@pytest.mark.parametrize("typed", ["wrong", "", PASSWORD.upper()])
def test_a_wrong_password_sends_nothing(salon: Salon, dana: Client, typed: str) -> None:
    assert ask(dana, typed) == 422
    assert not OutboxJob.objects.exists()


def test_guessing_the_password_is_stopped(salon: Salon, dana: Client) -> None:
    assert [ask(dana, "wrong") for _ in range(11)] == [422] * 10 + [429]
    assert ask(dana) == 429
    assert not OutboxJob.objects.exists()


def test_a_few_wishes_an_hour(salon: Salon, dana: Client) -> None:
    assert [ask(dana) for _ in range(5)] == [303] * 4 + [429]


def test_an_account_without_a_password_needs_the_mail_alone(salon: Salon) -> None:
    salon.dana.set_unusable_password()
    salon.dana.save()
    browser = Client()
    browser.force_login(salon.dana)
    assert 'name="password"' not in browser.get(PAGE).content.decode()
    assert browser.post(PAGE).status_code == 303


def test_keeping_it(salon: Salon, dana: Client) -> None:
    confirm_closing(salon.dana, now=NOW)
    assert "It is set already" in dana.get(PAGE).content.decode()
    for _ in range(2):
        assert dana.post(KEEP)["Location"] == "/me/"
    assert closing_at(salon.dana) is None
    assert BANNER not in dana.get("/").content.decode()
    assert dana.get(KEEP).status_code == 405


def test_keeping_it_needs_the_token(salon: Salon) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(salon.dana)
    confirm_closing(salon.dana, now=NOW)
    assert strict.post(KEEP).status_code == 403
    assert closing_at(salon.dana) is not None


def test_the_link_lasts_a_day(salon: Salon, client: Client) -> None:
    link = f"/me/delete/confirm/{make_token(salon.dana)}/"
    with time_machine.travel(NOW + DAY - timedelta(minutes=1), tick=False):
        assert client.get(link).status_code == 200
    with time_machine.travel(NOW + DAY + timedelta(minutes=1), tick=False):
        assert [client.get(link).status_code, client.post(link).status_code] == [404, 404]
    assert closing_at(salon.dana) is None


def test_a_new_password_kills_the_link(salon: Salon, client: Client) -> None:
    link = f"/me/delete/confirm/{make_token(salon.dana)}/"
    salon.dana.set_password("another fine password")
    salon.dana.save()
    assert client.post(link).status_code == 404


def test_signing_out_everywhere_kills_the_link(salon: Salon, dana: Client) -> None:
    link = f"/me/delete/confirm/{make_token(salon.dana)}/"
    dana.post("/me/profile/sign-out/")
    assert Client().post(link).status_code == 404


def test_a_kept_account_is_not_closed_by_the_same_link(salon: Salon, dana: Client) -> None:
    ask(dana)
    link = mailed_link()
    assert dana.post(link).status_code == 303
    dana.post(KEEP)
    assert [dana.get(link).status_code, dana.post(link).status_code] == [404, 404]
    assert closing_at(salon.dana) is None
    again = f"/me/delete/confirm/{make_token(User.objects.get(pk=salon.dana.pk))}/"
    assert dana.post(again).status_code == 303


def test_another_address_kills_the_link(salon: Salon, client: Client) -> None:
    link = f"/me/delete/confirm/{make_token(salon.dana)}/"
    User.objects.filter(pk=salon.dana.pk).update(email="new@example.com")
    assert client.post(link).status_code == 404
    assert closing_at(salon.dana) is None


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "W10:1:x", ".eJw"])
def test_other_tokens_are_not_found(salon: Salon, client: Client, token: str) -> None:
    assert client.post(f"/me/delete/confirm/{token}/").status_code == 404


def test_somebody_else_who_is_logged_in_does_not_see_it(salon: Salon, client: Client) -> None:
    client.force_login(salon.bob)
    link = f"/me/delete/confirm/{make_token(salon.dana)}/"
    assert [client.get(link).status_code, client.post(link).status_code] == [404, 404]
    assert closing_at(salon.dana) is None


def test_the_link_is_kept_out_of_caches_and_logs(salon: Salon, client: Client) -> None:
    answer = client.get(f"/me/delete/confirm/{make_token(salon.dana)}/")
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("private, no-store", "noindex")


def test_owners_are_told_what_to_do_first(salon: Salon, client: Client) -> None:
    client.force_login(salon.alice)
    html = client.get(PAGE).content.decode()
    assert "Alice Salon is yours and can be booked." in html
    assert 'name="password"' not in html
    assert ask(client) == 422
    link = f"/me/delete/confirm/{make_token(salon.alice)}/"
    answer = client.post(link)
    assert (answer.status_code, "Alice Salon is yours" in answer.content.decode()) == (409, True)
    Provider.objects.filter(owner=salon.alice).update(published=False)
    assert ask(client) == 303


def test_jobs_hold_no_address_and_no_link(salon: Salon, dana: Client) -> None:
    ask(dana)
    [job] = OutboxJob.objects.all()
    assert job.payload == {"user": salon.dana.pk, "at": int(NOW.timestamp())}
