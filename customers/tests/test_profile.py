"""/me/profile/: who somebody is, their picture and clock, and ending their log-ins."""

import re
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.tests.cast import make_user
from customers.models import User
from project.tests.photos import plain, save
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db

PAGE = "/me/profile/"
EMAIL = "/accounts/email/"
BACKEND = django_settings.AUTHENTICATION_BACKENDS[0]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """The media store as a folder that can be looked into."""
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    return tmp_path


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, BACKEND)
    return client


def form(client: Client, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the page as it is, with changes."""
    fields = client.get(PAGE).context["form"]
    return {field.name: field.value() for field in fields} | changes


def keep(client: Client, **changes: Any) -> int:
    return client.post(PAGE, form(client, **changes)).status_code


def upload(client: Client, content: bytes | None = None) -> int:
    photo = SimpleUploadedFile("me.jpg", content if content is not None else save(plain()))
    return client.post(f"{PAGE}picture/", {"picture": photo}).status_code


def stored(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.webp"))


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


@pytest.mark.parametrize("path", ["", "picture/", "timezone/", "sign-out/"])
def test_visitor_is_asked_to_log_in(client: Client, path: str) -> None:
    assert client.post(PAGE + path)["Location"] == f"/accounts/login/?next={PAGE}{path}"


@pytest.mark.parametrize("path", ["picture/", "timezone/", "sign-out/"])
def test_steps_need_a_post(dana: Client, path: str) -> None:
    assert dana.get(PAGE + path).status_code == 405


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("ZW", "077 123 4567", "+263771234567"),
        ("KE", "0712 345678", "+254712345678"),
        ("ZA", "082 123 4567", "+27821234567"),
        ("", "+27 82 123 4567", "+27821234567"),
        ("ZW", "", ""),
    ],
)
def test_phone_numbers(salon: Salon, dana: Client, country: str, typed: str, kept: str) -> None:
    assert keep(dana, country=country, phone=typed) == 303
    salon.dana.refresh_from_db()
    assert (salon.dana.country, salon.dana.phone) == (country, kept)


@pytest.mark.parametrize(("country", "typed"), [("", "077 123 4567"), ("ZW", "12"), ("KE", "x")])
def test_numbers_that_cannot_be_dialled_are_refused(
    salon: Salon, dana: Client, country: str, typed: str
) -> None:
    response = dana.post(PAGE, form(dana, name="New", country=country, phone=typed))
    assert response.status_code == 422
    html = response.content.decode()
    assert "phone number" in html
    assert f'value="{typed}"' in html
    salon.dana.refresh_from_db()
    assert (salon.dana.name, salon.dana.phone) == ("Dana Phiri", "+263771234567")


def test_name_and_clock(salon: Salon, dana: Client) -> None:
    assert keep(dana, name="  Dana \u202e P.\n", timezone="Europe/London") == 303
    salon.dana.refresh_from_db()
    assert (salon.dana.name, salon.dana.timezone) == ("Dana P.", "Europe/London")
    assert keep(dana, timezone="") == 303
    assert keep(dana, timezone="Mars/Base") == 422
    assert keep(dana, country="XX") == 422


@pytest.mark.parametrize("name", ["李小龍", "علي بن محمد", "Zoë Ñandú", "ቴዎድሮስ"])
def test_names_in_any_script(salon: Salon, dana: Client, name: str) -> None:
    assert keep(dana, name=name) == 303
    assert name in dana.get(PAGE).content.decode()


def test_only_languages_that_exist_are_offered(salon: Salon, dana: Client) -> None:
    assert dana.get(PAGE).context["form"].fields["language"].choices == [("en", "English")]
    assert keep(dana, language="sn") == 422
    assert keep(dana, language="en") == 303


def test_what_is_odd_about_the_account_stays_possible(salon: Salon, dana: Client) -> None:
    odd = {"timezone": "UTC", "country": "SK", "language": "sn"}
    User.objects.filter(pk=salon.dana.pk).update(**odd)
    assert keep(dana) == 303
    assert User.objects.values(*odd).get(pk=salon.dana.pk) == odd


def test_nothing_else_of_the_account_can_be_sent(salon: Salon, dana: Client) -> None:
    before = User.objects.values("email", "password", "is_staff", "is_superuser", "closing_at")
    old = list(before)
    keep(dana, email="other@example.com", is_staff="on", is_superuser="on", closing_at="2026-01-01")
    assert list(before.all()) == old


def test_words_are_text_not_markup(salon: Salon, dana: Client) -> None:
    sent = form(dana, name='"><script>1</script>', phone="<b>X")
    assert "<script>1" not in dana.post(PAGE, sent).content.decode()


def test_the_form_needs_its_token(salon: Salon) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(salon.dana, BACKEND)
    assert strict.post(PAGE, form(strict)).status_code == 403


def test_queries(salon: Salon, dana: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert dana.get(PAGE).status_code == 200
    # Session, person, the person to change, the address, business or not.
    assert len(queries) == 5


# --- the clock of the phone -----------------------------------------------------------------------


def test_the_phones_clock_is_offered_only_to_who_told_none(salon: Salon, dana: Client) -> None:
    assert "data-guess-timezone hidden" in dana.get(PAGE).content.decode()
    User.objects.filter(pk=salon.dana.pk).update(timezone="Africa/Harare")
    assert "data-guess-timezone" not in dana.get(PAGE).content.decode()


def test_the_clock_is_kept_once_it_was_confirmed(salon: Salon, dana: Client) -> None:
    assert dana.post(f"{PAGE}timezone/", {"timezone": "Africa/Harare"}).status_code == 303
    salon.dana.refresh_from_db()
    assert salon.dana.timezone == "Africa/Harare"
    assert "Your clock is set to Harare time." in dana.get(PAGE).content.decode()


@pytest.mark.parametrize("zone", ["", "Mars/Base", "Factory", "../etc/passwd", "x" * 99])
def test_a_clock_that_does_not_exist_is_not_kept(salon: Salon, dana: Client, zone: str) -> None:
    page = dana.post(f"{PAGE}timezone/", {"timezone": zone}, follow=True)
    assert "We do not know this clock." in page.content.decode()
    salon.dana.refresh_from_db()
    assert salon.dana.timezone == ""


# --- the picture ----------------------------------------------------------------------------------


def test_a_picture_is_kept_and_shown(salon: Salon, dana: Client, folder: Path) -> None:
    assert upload(dana) == 303
    salon.dana.refresh_from_db()
    shown = re.findall(r'<img class="avatar[^"]*" src="([^"]+)"', dana.get(PAGE).content.decode())
    assert len(shown) == 2, "in the account menu and on the page"
    assert all(dana.get(path).status_code == 200 for path in shown)
    assert len(stored(folder)) == 3


def test_a_new_picture_takes_the_old_ones_place(
    salon: Salon, dana: Client, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert upload(dana) == 303
    salon.dana.refresh_from_db()
    name = salon.dana.picture.partition("/")[2]
    assert len(stored(folder)) == 3
    assert all(file.startswith(name) for file in stored(folder))


def test_removing_it_is_harmless_twice(
    salon: Salon, dana: Client, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    upload(dana)
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert dana.post(f"{PAGE}picture/", {"remove": "1"}).status_code == 303
    salon.dana.refresh_from_db()
    assert (salon.dana.picture, stored(folder)) == ("", [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg onload=alert(1)>", "This is not a picture."),
        (b"", "This file is empty."),
        (b"0" * (10 * 2**20 + 1), "larger than 10 MB"),
    ],
)
def test_other_uploads_are_refused(
    salon: Salon, dana: Client, folder: Path, content: bytes, words: str
) -> None:
    photo = SimpleUploadedFile("me.jpg", content)
    response = dana.post(f"{PAGE}picture/", {"picture": photo})
    assert (response.status_code, words in response.content.decode()) == (422, True)
    salon.dana.refresh_from_db()
    assert (salon.dana.picture, stored(folder)) == ("", [])


# --- signing out ----------------------------------------------------------------------------------


def test_signing_out_everywhere_ends_every_log_in(salon: Salon, dana: Client) -> None:
    phone, bob = browser(salon.dana), browser(salon.bob)
    response = dana.post(f"{PAGE}sign-out/")
    assert (response.status_code, response["Location"]) == (303, "/accounts/login/")
    assert [is_in(each) for each in (dana, phone, bob)] == [False, False, True]


def test_this_log_in_can_stay(salon: Salon, dana: Client) -> None:
    phone = browser(salon.dana)
    assert dana.post(f"{PAGE}sign-out/", {"keep": "on"})["Location"] == PAGE
    assert [is_in(each) for each in (dana, phone)] == [True, False]


def test_the_bell_is_silent_for_an_ended_log_in(salon: Salon, dana: Client) -> None:
    phone = browser(salon.dana)
    assert phone.get("/me/bell/").status_code == 200
    dana.post(f"{PAGE}sign-out/", {"keep": "on"})
    assert phone.get("/me/bell/", headers={"HX-Request": "true"}).status_code == 286
    assert dana.get("/me/bell/").status_code == 200


def test_logging_in_again_works(salon: Salon, dana: Client) -> None:
    dana.post(f"{PAGE}sign-out/")
    assert is_in(browser(User.objects.get(pk=salon.dana.pk)))


def test_log_ins_from_before_the_salt_stay(salon: Salon) -> None:
    """Without a salt the proof is the one that Django itself makes."""
    plain_proof = super(User, salon.dana).get_session_auth_hash()
    assert salon.dana.get_session_auth_hash() == plain_proof
    salon.dana.session_salt = "x"
    assert salon.dana.get_session_auth_hash() != plain_proof


def test_a_log_in_outlives_a_new_secret_key(salon: Salon, settings: Any) -> None:
    salon.dana.session_salt = "x"
    salon.dana.save()
    phone = browser(salon.dana)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key"
    assert is_in(phone)


# --- the email address ----------------------------------------------------------------------------


@pytest.mark.usefixtures("fresh_counters")
def test_the_old_address_stays_until_the_new_one_is_confirmed(salon: Salon, dana: Client) -> None:
    EmailAddress.objects.create(
        user=salon.dana, email="dana@example.com", verified=True, primary=True
    )

    def main() -> str:
        salon.dana.refresh_from_db()
        return salon.dana.email

    def step(name: str) -> None:
        dana.post(EMAIL, {"email": "new@example.com", f"action_{name}": "1"})

    step("add")
    step("primary")  # too early
    assert main() == "dana@example.com"
    [message] = mail.outbox
    assert message.to == ["new@example.com"]
    found = re.search(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(message.body))
    assert found is not None
    dana.get(found[1])
    step("primary")
    assert main() == "dana@example.com"
    dana.post(found[1])
    assert main() == "dana@example.com", "it is theirs now, and they say which one is the main one"
    step("primary")
    assert main() == "new@example.com"
    assert "new@example.com" in dana.get(PAGE).content.decode()


def test_the_page_says_when_the_address_is_not_confirmed(salon: Salon, dana: Client) -> None:
    assert "not confirmed yet" in dana.get(PAGE).content.decode()
    EmailAddress.objects.create(user=salon.dana, email="Dana@example.com", verified=True)
    assert "not confirmed yet" not in dana.get(PAGE).content.decode()


def test_without_a_confirmed_address_no_other_takes_its_place(salon: Salon, dana: Client) -> None:
    EmailAddress.objects.create(user=salon.dana, email="dana@example.com", primary=True)
    EmailAddress.objects.create(user=salon.dana, email="new@example.com")
    sent = {"email": "new@example.com", "action_primary": "1"}
    assert "Confirm this address first" in dana.post(EMAIL, sent, follow=True).content.decode()
    salon.dana.refresh_from_db()
    assert salon.dana.email == "dana@example.com"


def test_an_address_that_another_account_logs_in_with(salon: Salon, dana: Client) -> None:
    EmailAddress.objects.create(user=salon.dana, email="bob@example.com", verified=True)
    sent = {"email": "bob@example.com", "action_primary": "1"}
    assert "Another account logs in" in dana.post(EMAIL, sent, follow=True).content.decode()
    salon.dana.refresh_from_db()
    assert salon.dana.email == "dana@example.com"


def test_letters_that_only_look_alike_do_not_go_round_it(salon: Salon, dana: Client) -> None:
    make_user("v@kim.co")
    EmailAddress.objects.create(user=salon.dana, email="v@kim.co")
    for typed in ("v@\u212aim.co", "V@KIM.CO"):
        sent = {"email": typed, "action_primary": "1"}
        assert "Confirm this address first" in dana.post(EMAIL, sent, follow=True).content.decode()
    salon.dana.refresh_from_db()
    assert salon.dana.email == "dana@example.com"


@pytest.mark.parametrize("step", ["primary", "send", "remove", "add"])
@pytest.mark.parametrize("typed", ["\0", "dana@example.com\0"])
def test_what_no_database_keeps_is_refused(
    salon: Salon, dana: Client, typed: str, step: str
) -> None:
    assert dana.post(EMAIL, {"email": typed, f"action_{step}": "1"}).status_code < 400
    salon.dana.refresh_from_db()
    assert salon.dana.email == "dana@example.com"
