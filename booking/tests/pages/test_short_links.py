"""/s/<code>/: short links to a business, a service, and a person who works there."""

import pytest
from django.test import Client

from booking.tests import cast
from booking.tests.pages.conftest import Salon
from providers.domain.short_links import code_of, short_url


def target(client: Client, code: str) -> str | None:
    response = client.get(f"/s/{code}/")
    assert response.status_code == (302 if "Location" in response else 404)
    return response.get("Location")


def test_they_lead_to_the_business_and_to_its_service(salon: Salon, client: Client) -> None:
    assert target(client, code_of(salon.provider)) == "/p/salon/"
    assert target(client, code_of(salon.service)) == "/p/salon/book/cut/"


def test_who_does_one_thing_is_booked_for_it(salon: Salon, client: Client) -> None:
    path = f"/p/salon/book/cut/?staff={salon.bob.pk}"
    assert target(client, code_of(salon.bob)) == path
    assert client.get(path).context["ask"].staff == salon.bob


def test_who_does_several_things_lets_people_choose_among_them(
    salon: Salon, client: Client
) -> None:
    cast.make_service(salon.provider, [salon.bob], slug="colour", name="Colour")
    cast.make_service(salon.provider, [cast.make_staff(salon.provider)], name="Not Bob's")
    path = f"/p/salon/?staff={salon.bob.pk}"
    assert target(client, code_of(salon.bob)) == path
    html = client.get(path).content.decode()
    assert f'href="/p/salon/book/cut/?staff={salon.bob.pk}"' in html
    assert f'href="/p/salon/book/colour/?staff={salon.bob.pk}"' in html
    assert "Not Bob" not in html
    assert "With Bob" in html
    assert 'href="/p/salon/">Show everything' in html


def test_who_does_nothing_yet_leads_to_the_business(salon: Salon, client: Client) -> None:
    assert target(client, code_of(cast.make_staff(salon.provider))) == "/p/salon/"


@pytest.mark.parametrize("staff", ["0", "999999", "x", "9" * 40, "-1", ""])
def test_a_person_who_does_not_exist_narrows_nothing(
    salon: Salon, client: Client, staff: str
) -> None:
    html = client.get(f"/p/salon/?staff={staff}").content.decode()
    assert 'href="/p/salon/book/cut/"' in html


@pytest.mark.parametrize("field", ["approved", "published"])
def test_of_a_business_that_is_not_listed_none_is_found(
    salon: Salon, client: Client, field: str
) -> None:
    setattr(salon.provider, field, False)
    salon.provider.save()
    for thing in (salon.provider, salon.service, salon.bob):
        assert target(client, code_of(thing)) is None


def test_what_is_archived_is_not_found(salon: Salon, client: Client) -> None:
    for thing in (salon.service, salon.bob):
        thing.active = False
        thing.save()
        assert target(client, code_of(thing)) is None


@pytest.mark.parametrize("code", ["x1", "p", "p-1", "P1", "pzzzzzzzzzzzz", "p" + "z" * 13, "p1é"])
def test_other_codes_are_not_found(salon: Salon, client: Client, code: str) -> None:
    assert client.get(f"/s/{code}/").status_code == 404


def test_codes_are_short_and_differ(salon: Salon) -> None:
    codes = [code_of(thing) for thing in (salon.provider, salon.service, salon.bob)]
    assert [code[0] for code in codes] == ["p", "s", "w"]
    assert short_url("p1z") == "http://127.0.0.1:8000/s/p1z/"
