"""Sign-up, log-in, log-out and passwords: the rules that we rely on."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core import mail
from django.test import Client

from booking.tests.cast import PASSWORD, make_user
from customers.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]

NEW = {"name": "Rudo Moyo", "email": "rudo@example.com", "password1": "correct horse battery"}


def sign_up(client: Client, **changes: str) -> int:
    return client.post("/accounts/signup/", NEW | changes).status_code


def log_in(client: Client, email: str, password: str = PASSWORD, query: str = "") -> str:
    """Return where a successful log-in leads, nothing after a refused one."""
    data = {"login": email, "password": password}
    return client.post(f"/accounts/login/{query}", data).get("Location", "")


def is_logged_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def test_sign_up_makes_an_account_that_works_at_once(client: Client) -> None:
    response = client.post("/accounts/signup/", NEW)
    assert (response.status_code, response["Location"]) == (302, "/me/")
    user = User.objects.get()
    assert (user.email, user.name) == ("rudo@example.com", "Rudo Moyo")
    assert user.check_password("correct horse battery")
    assert is_logged_in(client)


def test_sign_up_sends_a_link_that_verifies_the_address(client: Client) -> None:
    sign_up(client)
    [message] = mail.outbox
    assert message.to == ["rudo@example.com"]
    address = EmailAddress.objects.get()
    assert not address.verified
    found = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(message.body))
    assert found is not None
    assert client.get(found[1]).status_code == 200
    address.refresh_from_db()
    assert not address.verified, "looking at the link must not be enough: mail scanners do"
    client.post(found[1])
    address.refresh_from_db()
    assert address.verified


def test_addresses_are_stored_in_lower_case(client: Client) -> None:
    sign_up(client, email="Rudo@Example.COM")
    assert User.objects.get().email == "rudo@example.com"


@pytest.mark.parametrize("email", ["rudo@example.com", "RUDO@example.com"])
def test_second_account_with_the_same_address_is_not_made(client: Client, email: str) -> None:
    make_user("rudo@example.com", name="First")
    sign_up(client, email=email)
    assert [user.name for user in User.objects.all()] == ["First"]
    assert not is_logged_in(client)


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "not-an-address"},
        {"email": ""},
        {"password1": "short"},
        {"password1": "12345678901234"},
        {"password1": "password123"},
        {"password1": "rudo@example.com"},
        {"name": ""},
        {"name": "x" * 151},
    ],
)
def test_bad_sign_ups_are_refused_with_the_form(client: Client, changes: dict[str, str]) -> None:
    assert sign_up(client, **changes) == 200
    assert not User.objects.exists()


@pytest.mark.parametrize("typed", ["rudo@example.com", "Rudo@Example.com", " rudo@example.com "])
def test_log_in_by_email_whatever_its_case(client: Client, typed: str) -> None:
    make_user("rudo@example.com")
    assert log_in(client, typed) == "/me/"
    assert is_logged_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [("rudo@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("", ""), ("rudo", PASSWORD)],
)
def test_wrong_log_ins_are_refused(client: Client, email: str, password: str) -> None:
    make_user("rudo@example.com")
    assert log_in(client, email, password) == ""
    assert not is_logged_in(client)


def test_wrong_password_and_unknown_address_read_the_same(client: Client) -> None:
    make_user("rudo@example.com")

    def errors(email: str) -> object:
        data = {"login": email, "password": "wrong"}
        return client.post("/accounts/login/", data).context["form"].errors

    assert errors("rudo@example.com") == errors("nobody@example.com")


def test_inactive_people_cannot_log_in(client: Client) -> None:
    make_user("rudo@example.com", is_active=False)
    log_in(client, "rudo@example.com")
    assert not is_logged_in(client)


def test_log_in_leads_back_to_where_one_was_going(client: Client) -> None:
    make_user("rudo@example.com")
    assert log_in(client, "rudo@example.com", query="?next=/provider/") == "/provider/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_log_in_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    make_user("rudo@example.com")
    assert log_in(client, "rudo@example.com", query=f"?next={elsewhere}") == "/me/"


@pytest.mark.parametrize("path", ["signup", "password/change"])
def test_what_a_password_needs_is_one_plain_sentence(client: Client, path: str) -> None:
    if path != "signup":
        client.force_login(make_user(), settings.AUTHENTICATION_BACKENDS[0])
    field = client.get(f"/accounts/{path}/").context["form"].fields["password1"]
    assert field.help_text == "At least 8 characters, and not one that is easy to guess."
    assert MinimumLengthValidator().min_length == 8


def test_guessing_passwords_is_stopped(client: Client) -> None:
    make_user("rudo@example.com")
    for _ in range(12):
        log_in(client, "rudo@example.com", "wrong")
    log_in(client, "rudo@example.com")
    assert not is_logged_in(client)


def test_log_out_asks_first_and_needs_a_post(client: Client) -> None:
    client.force_login(make_user(), settings.AUTHENTICATION_BACKENDS[0])
    assert client.get("/accounts/logout/").status_code == 200
    assert is_logged_in(client)
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert not is_logged_in(client)


def test_forgotten_password_is_reset_by_the_mailed_link(client: Client) -> None:
    user = make_user("rudo@example.com")
    client.post("/accounts/password/reset/", {"email": "Rudo@example.com"})
    found = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert found is not None
    page = client.get(found[1], follow=True)
    new = {"password1": "another fine password", "password2": "another fine password"}
    client.post(page.redirect_chain[-1][0], new)
    user.refresh_from_db()
    assert user.check_password("another fine password")
    again = client.get(found[1], follow=True)
    assert b'name="password1"' not in again.content, "a link works once"


def test_reset_for_an_unknown_address_reads_the_same(client: Client) -> None:
    make_user("rudo@example.com")
    answers = [
        client.post("/accounts/password/reset/", {"email": email})
        for email in ("rudo@example.com", "nobody@example.com")
    ]
    assert [(each.status_code, each["Location"]) for each in answers] == [
        (302, "/accounts/password/reset/done/")
    ] * 2


def test_password_change_needs_the_old_one(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    new = {"password1": "another fine password", "password2": "another fine password"}
    client.post("/accounts/password/change/", new | {"oldpassword": "wrong"})
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    client.post("/accounts/password/change/", new | {"oldpassword": PASSWORD})
    user.refresh_from_db()
    assert user.check_password("another fine password")


def test_verification_can_be_made_mandatory(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ACCOUNT_EMAIL_VERIFICATION", "mandatory")
    response = client.post("/accounts/signup/", NEW)
    assert response["Location"] == "/accounts/confirm-email/"
    assert not is_logged_in(client)


def test_a_name_is_one_line_as_it_looks(client: Client) -> None:
    sign_up(client, name="Ru\u202edo\nBcc: x")
    assert User.objects.get().name == "Rudo Bcc: x"


def test_a_name_of_which_nothing_can_be_seen_is_refused(client: Client) -> None:
    response = client.post("/accounts/signup/", NEW | {"name": "\u200b\u200b"})
    assert "Say your name." in response.content.decode()
    assert not User.objects.exists()
