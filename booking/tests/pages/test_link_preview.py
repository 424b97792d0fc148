"""What chats show of a link to a public page."""

import re
from html import unescape

import pytest
from django.test import Client

from booking.tests.pages.conftest import Salon
from project import pictures

NAME = f"cover/{'0' * 32}"
OF_SERVICE = f"service/{'1' * 32}"
SITE = "http://127.0.0.1:8000"


def preview(client: Client, path: str) -> dict[str, str]:
    html = client.get(path).content.decode()
    found = re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]*)" content="([^"]*)">', html)
    return {name: unescape(value) for name, value in found}


def test_without_a_picture_there_is_none(salon: Salon, client: Client) -> None:
    assert preview(client, "/p/salon/?staff=1") == {
        "og:site_name": "Nguva",
        "og:type": "website",
        "og:title": "Alice's Salon",
        "og:description": "Book a time at Alice's Salon.",
        "og:url": f"{SITE}/p/salon/",
        "twitter:card": "summary",
    }


def test_the_cover_comes_before_the_picture(salon: Salon, client: Client) -> None:
    salon.provider.cover, salon.provider.picture = NAME, f"picture/{'2' * 32}"
    salon.provider.description = "Braids <b>and</b>\nlocks. " + "x" * 300
    salon.provider.save()
    shown = preview(client, "/p/salon/")
    assert shown["og:description"].startswith("Braids <b>and</b> locks. xxx")
    assert len(shown["og:description"]) == 200
    assert shown["og:image"] == f"{SITE}/media/{NAME}-1440.webp"
    assert (shown["og:image:width"], shown["og:image:height"]) == ("1440", "540")
    assert shown["twitter:card"] == "summary_large_image"
    salon.provider.cover = ""
    salon.provider.save()
    shown = preview(client, "/p/salon/")
    assert shown["og:image"] == f"{SITE}{pictures.url(salon.provider.picture, 480)}"
    assert shown["twitter:card"] == "summary"


@pytest.mark.parametrize(
    ("picture", "image"), [("", NAME + "-1440"), (OF_SERVICE, OF_SERVICE + "-800")]
)
def test_a_service_shows_its_own_picture_or_the_cover(
    salon: Salon, client: Client, picture: str, image: str
) -> None:
    salon.provider.cover, salon.service.picture = NAME, picture
    salon.provider.save()
    salon.service.save()
    shown = preview(client, "/p/salon/book/cut/?date=2026-11-25&duration=60")
    assert shown["og:title"] == "Haircut at Alice's Salon"
    assert shown["og:url"] == f"{SITE}/p/salon/book/cut/"
    assert shown["og:image"] == f"{SITE}/media/{image}.webp"
