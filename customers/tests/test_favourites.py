"""Hearts keep providers: on their page, in lists, and under /me/favourites/."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking.tests.cast import make_provider, make_service
from providers.domain import favourites
from providers.models import Favourite
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db

HEART = "/me/favourites/salon/"


def kept(salon: Salon) -> list[str]:
    found = Favourite.objects.filter(user=salon.dana)
    return list(found.values_list("provider__slug", flat=True))


def htmx(salon: Salon) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": f"heart-{salon.provider.pk}"}


def test_a_press_keeps_and_another_lets_go(salon: Salon, dana: Client) -> None:
    answer = dana.post(HEART, {"keep": "yes", "next": "/providers/?q=salon&page=1"})
    assert (answer.status_code, answer["Location"]) == (303, "/providers/?q=salon&page=1")
    assert kept(salon) == ["salon"]
    answer = dana.post(HEART, {"keep": "no"})
    assert answer["Location"] == "/p/salon/"
    assert kept(salon) == []


@pytest.mark.parametrize("wish", ["yes", "no"])
def test_a_repeat_is_harmless(salon: Salon, dana: Client, wish: str) -> None:
    for _ in range(3):
        assert dana.post(HEART, {"keep": wish}).status_code == 303
    assert len(kept(salon)) == (wish == "yes")


def test_htmx_gets_the_heart_alone(salon: Salon, dana: Client) -> None:
    html = dana.post(HEART, {"keep": "yes"}, headers=htmx(salon)).content.decode()
    assert 'aria-pressed="true"' in html
    assert 'value="no"' in html
    assert "<html" not in html


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "javascript:x", ""])
def test_nobody_is_led_to_another_site(salon: Salon, dana: Client, path: str) -> None:
    assert dana.post(HEART, {"keep": "yes", "next": path})["Location"] == "/p/salon/"


def test_visitors_log_in_and_come_to_the_page(salon: Salon, client: Client) -> None:
    answer = client.post(HEART, {"keep": "yes"})
    assert answer["Location"] == f"/accounts/login/?next={HEART}"
    client.force_login(salon.dana)
    answer = client.get(HEART)
    assert (answer.status_code, answer["Location"]) == (302, "/p/salon/")
    assert kept(salon) == []


def test_the_page_offers_visitors_to_log_in(salon: Salon, client: Client) -> None:
    html = client.get("/p/salon/?staff=1").content.decode()
    assert 'href="/accounts/login/?next=/p/salon/%3Fstaff%3D1"' in html
    assert "csrf" not in html


def test_the_page_shows_whether_it_is_kept(salon: Salon, dana: Client) -> None:
    assert 'aria-pressed="false"' in dana.get("/p/salon/").content.decode()
    dana.post(HEART, {"keep": "yes"})
    assert 'aria-pressed="true"' in dana.get("/p/salon/").content.decode()


def test_a_page_within_another_site_has_no_heart(salon: Salon, dana: Client) -> None:
    for browser in (dana, Client()):
        assert "heart" not in browser.get("/p/salon/?embed=1").content.decode()


def test_what_is_not_public_cannot_be_kept(salon: Salon, dana: Client) -> None:
    salon.provider.published = False
    salon.provider.save()
    assert dana.post(HEART, {"keep": "yes"}).status_code == 404
    Favourite.objects.create(user=salon.charlie, provider=salon.provider)
    assert dana.post(HEART, {"keep": "yes"}).status_code == 404


def test_what_left_the_market_is_shown_and_can_be_let_go(salon: Salon, dana: Client) -> None:
    dana.post(HEART, {"keep": "yes"})
    salon.provider.published = False
    salon.provider.save()
    html = dana.get("/me/favourites/").content.decode()
    assert "Takes no bookings here now" in html
    assert 'href="/p/salon/"' not in html
    assert dana.post(HEART, {"keep": "no", "next": "/me/favourites/"}).status_code == 303
    assert kept(salon) == []


def test_too_many_are_refused_in_words(
    salon: Salon, dana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(favourites, "MOST", 1)
    dana.post(HEART, {"keep": "yes"})
    answer = dana.post("/me/favourites/elsewhere/", {"keep": "yes"}, follow=True)
    assert "You keep 1 already." in answer.content.decode()
    headers = {"HX-Request": "true", "HX-Target": f"heart-{salon.elsewhere.pk}"}
    html = dana.post("/me/favourites/elsewhere/", {"keep": "yes"}, headers=headers).content.decode()
    assert 'aria-pressed="false"' in html
    assert "You keep 1 already." in html
    assert kept(salon) == ["salon"]


def test_the_list_is_newest_first_with_the_next_free_time(salon: Salon, dana: Client) -> None:
    dana.post(HEART, {"keep": "yes"})
    dana.post("/me/favourites/elsewhere/", {"keep": "yes"})
    html = dana.get("/me/favourites/").content.decode()
    assert re.findall(r'<h3><a href="([^"]+)"', html) == ["/p/elsewhere/", "/p/salon/"]
    assert "Nothing free in the next two weeks" in html
    assert "Next free <b>Tue 24 Nov, 12:30</b>" in html


def test_an_empty_list_says_what_to_do(salon: Salon, dana: Client) -> None:
    html = dana.get("/me/favourites/").content.decode()
    assert "Press the heart" in html
    assert 'href="/providers/"' in html


def test_others_favourites_are_not_shown(salon: Salon, dana: Client) -> None:
    Favourite.objects.create(user=salon.charlie, provider=salon.provider)
    assert "Alice Salon" not in dana.get("/me/favourites/").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_fourteen_queries(salon: Salon, dana: Client, number: int) -> None:
    for _ in range(number):
        provider = make_provider()
        make_service(provider)
        Favourite.objects.create(user=salon.dana, provider=provider)
    with CaptureQueriesContext(connection) as queries:
        assert dana.get("/me/favourites/").status_code == 200
    assert len(queries) == 14


@pytest.mark.parametrize("path", ["/me/favourites/nobody/", "/me/favourites/no-such/"])
def test_unknown_providers_are_404(salon: Salon, dana: Client, path: str) -> None:
    assert dana.post(path, {"keep": "yes"}).status_code == 404


def test_the_token_is_outside_of_what_is_refreshed(salon: Salon, dana: Client) -> None:
    browser: Any = Client(enforce_csrf_checks=True)
    browser.force_login(salon.dana)
    headers = {"HX-Request": "true", "HX-Target": "results"}
    fragment = browser.get("/providers/", headers=headers).content.decode()
    assert "csrf" not in fragment
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/providers/").text)
    assert browser.post(HEART, {"keep": "yes"}).status_code == 403
    answer = browser.post(HEART, {"keep": "yes", "csrfmiddlewaretoken": token[0]})
    assert answer.status_code == 303
