"""The bell: how many messages are new, asked often and cheaply."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import User
from customers.tests.told import tell
from providers.tests.salon import NOW, Salon

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "bell"}


def number(client: Client) -> str:
    """What the bell says, as a screen reader would."""
    html = client.get("/me/bell/", headers=HTMX).content.decode()
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_it_counts_what_is_new_to_this_person(salon: Salon, dana: Client) -> None:
    assert number(dana) == "Messages"
    for _ in range(2):
        tell(salon.dana, salon.provider)
    tell(salon.dana, salon.provider, read_at=NOW)
    tell(salon.bob, salon.provider)
    assert number(dana) == "Messages 2 new"


def test_a_large_number_stays_small(salon: Salon, dana: Client) -> None:
    for _ in range(100):
        tell(salon.dana, salon.provider)
    assert number(dana) == "Messages 99+ new"


@pytest.mark.parametrize("messages", [1, 40])
def test_it_costs_two_queries_with_session_and_person(
    salon: Salon, dana: Client, messages: int
) -> None:
    for n in range(messages):
        tell(salon.dana, salon.provider, read_at=NOW if n % 3 else None)
    with CaptureQueriesContext(connection) as queries:
        assert dana.get("/me/bell/", headers=HTMX).status_code == 200
    assert len(queries) == 2


def test_unchanged_it_answers_304(salon: Salon, dana: Client) -> None:
    tell(salon.dana, salon.provider)
    first = dana.get("/me/bell/", headers=HTMX)
    known = HTMX | {"If-None-Match": first["ETag"]}
    again = dana.get("/me/bell/", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    tell(salon.dana, salon.provider)
    assert dana.get("/me/bell/", headers=known).status_code == 200


def test_no_shared_cache_keeps_it(salon: Salon, dana: Client) -> None:
    response = dana.get("/me/bell/", headers=HTMX)
    assert response["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response["Vary"]


def test_pages_ask_for_it_and_do_not_count_themselves(salon: Salon, dana: Client) -> None:
    tell(salon.dana, salon.provider)
    with CaptureQueriesContext(connection) as queries:
        html = dana.get("/providers/").content.decode()
    assert [query for query in queries if "notification" in query["sql"]] == []
    [bell] = re.findall(r'<a id="bell"[^>]*>', html)
    assert 'href="/me/notifications/"' in bell  # the way without JavaScript
    assert 'hx-get="/me/bell/"' in bell
    assert 'hx-trigger="load, every 60s, refresh"' in bell


def test_visitors_have_none(client: Client, db: None) -> None:
    assert 'id="bell"' not in client.get("/").content.decode()


def test_visitor_is_asked_to_log_in(client: Client, db: None) -> None:
    response = client.get("/me/bell/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/me/bell/")


def test_a_page_whose_person_logged_out_stays_where_it_is(salon: Salon, dana: Client) -> None:
    dana.logout()
    response = dana.get("/me/bell/", headers=HTMX)
    assert (response.status_code, response["HX-Reswap"], response.content) == (286, "none", b"")
    assert "HX-Redirect" not in response


def test_a_new_password_ends_other_sessions_here_too(salon: Salon, dana: Client) -> None:
    person = User.objects.get(pk=salon.dana.pk)
    person.set_password("another-password")
    person.save()
    assert dana.get("/me/bell/", headers=HTMX).status_code == 286


def test_a_closed_account_is_told_nothing(salon: Salon, dana: Client) -> None:
    User.objects.filter(pk=salon.dana.pk).update(is_active=False)
    assert dana.get("/me/bell/", headers=HTMX).status_code == 286


def test_a_deleted_account_is_told_nothing(salon: Salon, dana: Client) -> None:
    User.objects.filter(pk=salon.dana.pk).delete()
    assert dana.get("/me/bell/", headers=HTMX).status_code == 286


def test_nothing_can_be_sent_to_it(salon: Salon, dana: Client) -> None:
    assert dana.post("/me/bell/").status_code == 405
