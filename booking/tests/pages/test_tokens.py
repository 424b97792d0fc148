"""Addresses with a token: only what could be one of ours reaches the database."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern
from django.urls.converters import SlugConverter, StringConverter

from booking.models import Hold
from booking.models.session import new_token
from booking.tests.pages.conftest import Salon
from booking.urls import TokenConverter, urlpatterns

WITH_TOKEN = [one for one in urlpatterns if "token" in one.pattern.converters]
SIGNED = {"messages_stop"}  # its token is not looked up: the signature says whether it is ours
STORED = [one for one in WITH_TOKEN if one.name not in SIGNED]
ODD = ["%00", "a%00b", "%00" + "a" * 32, "a" * 41, "a b", "a.b", "a%0A", "ä", "%E2%80%8B"]


def addresses(pattern: URLPattern, salon: Salon, tokens: list[str]) -> Iterator[str]:
    names = {"slug": salon.provider.slug, "service": salon.service.slug}
    for token in tokens:
        route = f"/{pattern.pattern}"
        for name, converter in pattern.pattern.converters.items():
            kind = {SlugConverter: "slug", StringConverter: "str"}.get(type(converter), "token")
            assert f"<{kind}:{name}>" in route
            route = route.replace(f"<{kind}:{name}>", names.get(name, token))
        yield route


@pytest.mark.parametrize("pattern", WITH_TOKEN, ids=lambda pattern: str(pattern.name))
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_cannot_be_a_token_is_404(
    client: Client, salon: Salon, pattern: URLPattern, method: str
) -> None:
    for address in addresses(pattern, salon, ODD):
        assert getattr(client, method)(address).status_code == 404, address


@pytest.mark.parametrize("pattern", STORED, ids=lambda pattern: str(pattern.name))
def test_what_could_be_a_token_is_looked_up(
    client: Client, salon: Salon, pattern: URLPattern
) -> None:
    tokens = [new_token(), "-", "_" * 40]
    for address in addresses(pattern, salon, tokens):
        assert pattern.resolve(address[1:]) is not None, address


def test_every_token_that_is_looked_up_has_the_form_of_one() -> None:
    assert len(STORED) >= 6
    assert {type(one.pattern.converters["token"]) for one in STORED} == {TokenConverter}


def test_release_with_a_null_character_changes_nothing(client: Client, salon: Salon) -> None:
    held = client.post(salon.url("hold_create"), {"start": salon.slot("10:00")})
    token = Hold.objects.get().token
    assert client.post(held["Location"].replace(token, "%00") + "release/").status_code == 404
    assert Hold.objects.count() == 1
