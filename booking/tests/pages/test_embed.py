"""?embed=1: pages that other sites may frame, and only those."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from booking.tests.pages.conftest import HTMX, Salon

GRID = "/p/salon/book/cut/"


def may_be_framed(response: Any) -> bool:
    by_policy = "frame-ancestors *" in response["Content-Security-Policy"]
    assert by_policy == ("frame-ancestors 'none'" not in response["Content-Security-Policy"])
    assert by_policy == ("X-Frame-Options" not in response)
    return by_policy


@pytest.mark.parametrize("path", ["/p/salon/", GRID, f"{GRID}?view=day", f"{GRID}?date=2026-11-26"])
def test_a_provider_and_its_times_can_be_framed(salon: Salon, client: Client, path: str) -> None:
    assert not may_be_framed(client.get(path))
    assert may_be_framed(
        client.get(path, {"embed": "1"} | dict(re.findall(r"(\w+)=([^&]+)", path)))
    )


@pytest.mark.parametrize("value", ["0", "", "yes", "11"])
def test_only_one_value_asks_for_it(salon: Salon, client: Client, value: str) -> None:
    assert not may_be_framed(client.get("/p/salon/", {"embed": value}))


def test_what_changes_something_and_what_is_private_cannot_be_framed(
    salon: Salon, client: Client, hold: Callable[..., str], admin_client: Client
) -> None:
    details = hold()
    for path in ("/", "/providers/", details, "/accounts/login/", "/s/p1/"):
        assert not may_be_framed(client.get(path, {"embed": "1"}))
    for path in ("/me/", "/provider/", "/admin/"):
        assert not may_be_framed(admin_client.get(path, {"embed": "1"}))
    pressed = client.post(f"{GRID}hold/?embed=1", {"start": salon.slot("11:00")})
    assert pressed.status_code == 303
    assert not may_be_framed(pressed)
    made = salon.book("14:00")
    assert not may_be_framed(client.get(made.get_absolute_url(), {"embed": "1"}))
    assert not may_be_framed(client.get("/p/nobody/", {"embed": "1"}))


@pytest.mark.parametrize("path", ["/p/salon/", GRID])
def test_nothing_in_it_changes_anything_or_tells_who_looks(
    salon: Salon, admin_client: Client, path: str
) -> None:
    """So nobody can be made to press something there without seeing it."""
    response = admin_client.get(path, {"embed": "1"})
    html = response.content.decode()
    assert 'method="post"' not in html
    assert "csrf" not in html.lower()
    assert "admin@example.com" not in html
    assert 'class="top"' not in html
    assert response.cookies == {}


def links(html: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'(?:href|hx-get)="(/p/[^"]*)"', html)]


@pytest.mark.parametrize("path", ["/p/salon/", GRID, f"{GRID}?view=day", f"{GRID}?date=2026-11-29"])
def test_links_stay_slim(salon: Salon, client: Client, path: str) -> None:
    salon.provider.booking_horizon = 30
    salon.provider.save()
    url = f"{path}{'&' if '?' in path else '?'}embed=1"
    html = client.get(url).content.decode()
    form = f'<form class="cluster align-items-end mb-3" hx-get="{GRID}"'
    if form in html:  # it says so by a field
        html = html.replace(form, "")
        assert html.count('<input type="hidden" name="embed" value="1">') == 1
    inside = [each for each in links(html) if each != "/p/salon/"]
    assert inside
    assert [each for each in inside if "embed=1" not in each] == []
    assert re.findall(r'href="/p/salon/" target="_blank"', html)  # the one way out, in a new tab
    assert links(html).count("/p/salon/") == 1


def test_the_way_to_the_first_free_time_stays_slim(salon: Salon, client: Client) -> None:
    url = f"{GRID}first/?embed=1"
    assert client.get(url)["Location"] == f"{GRID}?embed=1&date=2026-11-23"
    answer = client.get(url, headers=HTMX | {"HX-Target": "first-free"})
    assert f"{GRID}?embed=1&amp;date=2026-11-23" in answer.content.decode()
    assert may_be_framed(answer)


def test_a_pressed_time_opens_the_ordinary_page_in_a_new_tab(salon: Salon, client: Client) -> None:
    html = client.get(f"{GRID}?embed=1&staff={salon.bob.pk}").content.decode()
    form = re.search(r'<form method="get" action="([^"]*)" target="_blank" id="slotform">', html)
    assert form
    value = salon.slot("10:00")
    assert f"<button name=start value={value}>" in html
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', html))
    assert fields == {"staff": str(salon.bob.pk), "duration": "60", "party": "1", "embed": "1"}
    del fields["embed"]  # it belongs to the other form, which chooses what is shown
    page = client.get(form[1], fields | {"start": value})
    assert not may_be_framed(page)
    assert page.context["grid"].chosen.isoformat() == "2026-11-24"
    html = page.content.decode()
    assert f'form="slotform" name="start" value="{value}">Take this time</button>' in html
    assert "Tue 24 Nov, 10:00" in html
    held = client.post(f"{GRID}hold/", fields | {"start": value})
    assert held.status_code == 303


def test_the_form_of_a_framed_grid_does_not_ask_for_a_framed_page(
    salon: Salon, client: Client
) -> None:
    html = client.get(GRID, {"embed": "1"}).content.decode()
    slotform = html[html.index('id="slotform"') :]
    assert 'name="embed"' not in slotform[: slotform.index("</form>")]


@pytest.mark.parametrize(
    "start", ["yesterday", "", "2026-11-24", "2026-11-24T10:00", "9999-12-31T23:59Z"]
)
def test_a_time_that_cannot_be_read_is_explained(salon: Salon, client: Client, start: str) -> None:
    response = client.get(GRID, {"start": start})
    assert response.status_code == 400
    assert "That choice does not exist" in response.content.decode()


def test_a_time_that_is_gone_by_then_is_refused_with_others(salon: Salon, client: Client) -> None:
    salon.book("10:00")
    assert client.get(GRID, {"start": salon.slot("10:00")}).status_code == 200
    refused = client.post(f"{GRID}hold/", {"start": salon.slot("10:00")})
    assert refused.status_code == 409
    assert salon.slot("11:00") in refused.content.decode()
