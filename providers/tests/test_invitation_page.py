"""/provider/invitation/<token>/: what the link in the mail opens."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from booking.domain.invitations import LASTS, invite, make_token, withdraw
from booking.tests.cast import PASSWORD
from customers.models import User
from project.logs import Formatter
from providers.domain.access import Membership, Role
from providers.models import Invitation, Staff
from providers.tests.salon import NOW, Salon

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

TO = "tendai@example.com"
NEW_PASSWORD = "quite-a-long-word-42"
SIGNUP = "/accounts/signup/"


@pytest.fixture
def asked(salon: Salon) -> Invitation:
    """Tendai, who has no account there yet, is asked."""
    return invite(salon.tendai, email=TO, by=salon.alice, now=NOW)


def link(asked: Invitation) -> str:
    return f"/provider/invitation/{make_token(asked)}/"


def member(asked: Invitation) -> Staff:
    return Staff.objects.get(pk=asked.staff_id)


def test_page_says_who_invites_as_what_and_keeps_the_link_secret(asked: Invitation) -> None:
    response = Client().get(link(asked))
    html = response.content.decode()
    assert response.status_code == 200
    for words in ("Alice Ncube", "Join Alice Salon", "as <b>Tendai</b>", "Tue 1 Dec, 12:00"):
        assert words in html
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"


def test_opening_it_joins_nobody(salon: Salon, asked: Invitation, as_user: LogIn) -> None:
    as_user(salon.dana).get(link(asked))
    assert member(asked).user is None


def test_visitor_makes_an_account_and_comes_back(asked: Invitation) -> None:
    browser = Client()
    response = browser.post(link(asked), {"via": "signup"})
    signup = f"/accounts/signup/?next={link(asked)}"
    assert (response.status_code, response["Location"]) == (303, signup)
    html = browser.get(signup).content.decode()
    assert f'value="{TO}"' in html
    assert f'value="{link(asked)}"' in html
    made = browser.post(
        signup, {"name": "Tendai", "email": TO, "password1": NEW_PASSWORD, "next": link(asked)}
    )
    assert (made.status_code, made["Location"]) == (302, link(asked))
    assert EmailAddress.objects.get(email=TO).verified
    done = browser.post(link(asked))
    assert (done.status_code, done["Location"]) == (303, "/provider/?business=salon")
    assert "You are in: welcome to Alice Salon." in browser.get(done["Location"]).content.decode()
    user = member(asked).user
    assert user is not None
    assert user.email == TO


def test_other_address_than_the_invited_one_is_not_taken_as_confirmed(asked: Invitation) -> None:
    browser = Client()
    browser.post(link(asked), {"via": "signup"})
    browser.post(SIGNUP, {"name": "O", "email": "other@example.com", "password1": NEW_PASSWORD})
    assert not EmailAddress.objects.get(email="other@example.com").verified


def test_visitor_logs_in_and_comes_back(salon: Salon, asked: Invitation) -> None:
    browser = Client()
    response = browser.post(link(asked), {"via": "login"})
    login = f"/accounts/login/?next={link(asked)}"
    assert (response.status_code, response["Location"]) == (303, login)
    data = {"login": salon.dana.email, "password": PASSWORD, "next": link(asked)}
    assert browser.post(login, data)["Location"] == link(asked)
    assert member(asked).user is None


def test_other_account_may_join_and_is_told_which_one_that_is(
    salon: Salon, asked: Invitation, as_user: LogIn
) -> None:
    client = as_user(salon.dana)
    html = client.get(link(asked)).content.decode()
    assert "Is this the right account?" in html
    assert "<b>dana@example.com</b>, and this account would join" in html
    client.post(link(asked))
    assert member(asked).user == salon.dana


def test_second_press_is_harmless(salon: Salon, asked: Invitation, as_user: LogIn) -> None:
    client = as_user(salon.dana)
    for _ in range(2):
        assert client.post(link(asked)).status_code == 303
    html = client.get(link(asked)).content.decode()
    assert "You work at Alice Salon" in html


def test_it_works_once(salon: Salon, asked: Invitation, as_user: LogIn) -> None:
    as_user(salon.dana).post(link(asked))
    for client in (as_user(salon.charlie), Client()):
        for response in (client.get(link(asked)), client.post(link(asked))):
            assert response.status_code == 410
            assert "This invitation was used already." in response.content.decode()
    assert member(asked).user == salon.dana


def test_withdrawn_one_is_over(salon: Salon, asked: Invitation, as_user: LogIn) -> None:
    withdraw(salon.tendai, by=Membership(salon.provider, None, Role.OWNER), now=NOW)
    response = as_user(salon.dana).post(link(asked))
    assert response.status_code == 410
    assert "Ask Alice Salon to send you a new one." in response.content.decode()
    assert member(asked).user is None


def test_it_runs_out(asked: Invitation, salon: Salon, as_user: LogIn) -> None:
    client = as_user(salon.dana)
    with time_machine.travel(NOW + LASTS - timedelta(seconds=1), tick=False):
        assert client.get(link(asked)).status_code == 200
    with time_machine.travel(NOW + LASTS, tick=False):
        assert client.get(link(asked)).status_code == 410
        assert client.post(link(asked)).status_code == 410
    assert member(asked).user is None


def test_archived_place_is_over(salon: Salon, asked: Invitation, as_user: LogIn) -> None:
    as_user(salon.alice).post(f"/provider/team/{salon.tendai.pk}/archive/")
    assert as_user(salon.dana).post(link(asked)).status_code == 410


@pytest.mark.parametrize(
    ("who", "words"),
    [("bob", "You already work at Alice Salon, as Bob."), ("alice", "You own Alice Salon.")],
)
def test_whoever_is_in_already_does_not_join_again(
    salon: Salon, asked: Invitation, as_user: LogIn, who: str, words: str
) -> None:
    client = as_user(getattr(salon, who))
    assert words in client.get(link(asked)).content.decode()
    response = client.post(link(asked))
    assert response.status_code == 409
    assert words in response.content.decode()
    assert member(asked).user is None


@pytest.mark.parametrize("token", ["x", "a.b", "W1wiMVwiXQ.zzz", "%00", "é"])
def test_forged_links_lead_nowhere(salon: Salon, as_user: LogIn, token: str) -> None:
    for client in (Client(), as_user(salon.dana)):
        response = client.get(f"/provider/invitation/{token}/")
        assert response.status_code == 404
        assert "This link is not complete." in response.content.decode()
        assert client.post(f"/provider/invitation/{token}/").status_code == 404


def test_logs_do_not_show_the_link(asked: Invitation) -> None:
    for text in (link(asked), f"/accounts/login/?next={link(asked)}"):
        record = logging.LogRecord("x", logging.INFO, "", 0, "GET %s", (text,), None)
        assert Formatter("%(message)s").format(record).count("/invitation/…/") == 1
