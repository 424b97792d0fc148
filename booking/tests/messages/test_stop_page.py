"""The page behind "stop these messages", and mail programs that press it by themselves."""

import pytest
from django.test import Client

from booking.notifications.unsubscribe import make_token, stop_url
from booking.tests.cast import make_user
from customers.domain.preferences import any_opted_out, wanted_channels
from customers.models import MessageKind, MessagePreference, OptOut, User
from project.tests.test_access import patterns

pytestmark = pytest.mark.django_db

REMINDERS, DIGEST = MessageKind.REMINDERS, MessageKind.DIGEST
GUEST = "guest@example.com"


def page(who: User | str, kind: MessageKind = REMINDERS) -> str:
    return f"/messages/stop/{make_token(who, kind)}/"


@pytest.fixture
def dana() -> User:
    return make_user("dana@example.com")


@pytest.fixture
def strict() -> Client:
    """A mail program: it has no cookies and no token of ours."""
    return Client(enforce_csrf_checks=True)


def nothing_stopped() -> bool:
    return not (OptOut.objects.exists() or MessagePreference.objects.exists())


def test_mails_lead_to_it(dana: User) -> None:
    assert stop_url(dana, REMINDERS).endswith(page(dana))


def test_opening_it_asks_and_changes_nothing(client: Client, dana: User) -> None:
    for who, kind in ((dana, REMINDERS), (GUEST, REMINDERS), (dana, DIGEST)):
        html = client.get(page(who, kind)).content.decode()
        assert str(kind.label) in html.replace("&#x27;", "'")
        assert "Yes, stop them" in html
    assert client.head(page(GUEST)).status_code == 200
    assert nothing_stopped()


def test_the_button_stops_an_accounts_mails_alone(client: Client, dana: User) -> None:
    response = client.post(page(dana))
    assert response.status_code == 200
    html = response.content.decode()
    assert "Stopped" in html
    assert 'href="/me/preferences/"' in html  # the way back
    assert wanted_channels(dana, REMINDERS) == {"in_app"}
    assert wanted_channels(dana, MessageKind.BOOKINGS) == {"in_app", "email"}


def test_the_button_stops_messages_to_a_guest(client: Client) -> None:
    html = client.post(page(GUEST)).content.decode()
    assert "Stopped" in html
    assert GUEST not in html
    assert any_opted_out([GUEST], REMINDERS)
    assert not any_opted_out([GUEST], DIGEST)
    assert not any_opted_out(["other@example.com"], REMINDERS)


def test_a_mail_program_needs_no_token_of_ours(strict: Client) -> None:
    """RFC 8058: one POST, that body, no cookies, and no redirect to follow."""
    response = strict.post(page(GUEST), {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert any_opted_out([GUEST], REMINDERS)


def test_the_body_may_be_url_encoded(strict: Client) -> None:
    body = "List-Unsubscribe=One-Click"
    response = strict.post(page(GUEST), body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200
    assert any_opted_out([GUEST], REMINDERS)


def test_a_repeat_is_harmless(strict: Client, dana: User) -> None:
    for who in (GUEST, dana):
        assert [strict.post(page(who)).status_code for _ in range(2)] == [200, 200]
    assert OptOut.objects.count() == 1


@pytest.mark.parametrize("token", ["none", "x.y", ".", "a" * 500, "eyJhIjoxfQ.deadbeef"])
def test_a_bad_token_is_404(strict: Client, token: str) -> None:
    for ask in (strict.get, strict.post):
        assert ask(f"/messages/stop/{token}/").status_code == 404
    assert nothing_stopped()


def test_a_changed_token_is_404(strict: Client, dana: User) -> None:
    good = make_token(dana, REMINDERS)
    other = make_token(dana, DIGEST)
    mixed = other.split(".")[0] + "." + good.split(".")[1]
    for token in (mixed, good[:-1], good + "x"):
        assert strict.post(f"/messages/stop/{token}/").status_code == 404
    assert nothing_stopped()


def test_logging_in_is_not_needed_and_does_not_matter(client: Client, dana: User) -> None:
    client.force_login(make_user())
    client.post(page(dana))
    assert wanted_channels(dana, REMINDERS) == {"in_app"}


def test_an_account_that_is_gone_is_no_error(client: Client, dana: User) -> None:
    url = page(dana)
    dana.delete()
    assert client.post(url).status_code == 200


def test_it_is_kept_out_of_caches_and_indexes(client: Client) -> None:
    response = client.get(page(GUEST))
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Robots-Tag"] == "noindex"


def test_no_other_page_goes_without_a_token() -> None:
    exempt = [r for r, p in patterns() if getattr(p.callback, "csrf_exempt", False)]
    assert [route for route in exempt if not route.startswith("/admin/")] == [
        "/messages/stop/<str:token>/"
    ]
