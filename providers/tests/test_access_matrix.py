"""Who may open which page of the business: every role at every address.

The rows are in ``providers.tests.matrix``, a module for each part of the business.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core import serializers
from django.http import HttpResponseBase
from django.test import Client

from booking.models import Appointment, Delivery, Notification, Status
from booking.notifications.wording import Message
from customers.models import User
from project.tests.test_access import patterns
from providers.models import Staff
from providers.tests.matrix import LOGIN, Page, Scene, all_pages
from providers.tests.salon import DAY, HOUR, NOW, Salon
from providers.tests.salon import make_appointment as make_bare_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]

ROLES = ["alice", "mary", "bob", "charlie", "dana", "visitor"]
REFUSALS = {302, 404, 405, 409}
PAGES = all_pages()
every_page = pytest.mark.parametrize("page", PAGES, ids=str)


def make_appointment(salon: Salon, staff: Staff, *, start: datetime = NOW + DAY) -> Appointment:
    """A request of which the customer was told."""
    made = make_bare_appointment(salon.braids, staff, start=start, status=Status.PENDING)
    told = Notification.objects.create(
        side="customer",
        kind="bookings",
        provider=salon.provider,
        appointment=made,
        title="Your request is sent",
        path=made.get_absolute_url(),
        dedupe=f"test:{made.pk}",
        message=Message("Sent", "Sent", [], [], "", "").as_json(),
    )
    Delivery.objects.create(notification=told, channel="email", status="sent")
    return made


def make_scene(salon: Salon, staff: Staff, *, start: datetime = NOW + DAY) -> Scene:
    return Scene(salon, staff, make_appointment(salon, staff, start=start))


def everything() -> str:
    """All that the businesses have, and all that happened between them and their customers."""
    models = [*apps.get_app_config("providers").get_models()]
    models += apps.get_app_config("booking").get_models()
    return "".join(
        serializers.serialize("json", model._base_manager.order_by("pk")) for model in models
    )


def answers(
    salon: Salon, as_user: LogIn, page: Page, ask: Callable[[Client, str], int]
) -> list[int]:
    """What owner, manager, staff (own and others'), other owner and customer get, each afresh."""
    own = [salon.alice, salon.mary, salon.bob]
    others = [salon.bob, salon.charlie, salon.dana]
    got = []
    for number, (user, staff) in enumerate(
        [(user, salon.bobs) for user in own] + [(user, salon.tendai) for user in others]
    ):
        scene = make_scene(salon, staff, start=NOW + DAY + number * HOUR)
        got.append(ask(as_user(user), page.address(scene)))
    return got


def answer_of(response: HttpResponseBase, url: str) -> int | str:
    """The status, or ``LOGIN`` for being sent to log in with the way back here."""
    way = f"/accounts/login/?{urlencode({'next': url}, safe='/')}"
    return LOGIN if response.get("Location") == way else response.status_code


def at_the_salon(url: str) -> str:
    """The same address, insisting on a business that may not be one's own."""
    return asking(url, {"business": "salon"})


def asking(url: str, params: Mapping[str, str | list[str]]) -> str:
    """The address with more behind its question mark."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params, doseq=True)}"


def test_the_table_names_every_address() -> None:
    addresses = {p.name for route, p in patterns() if route.startswith("/provider/")}
    assert {page.name for page in PAGES} == addresses


def test_no_row_is_there_twice() -> None:
    names = [str(page) for page in PAGES]
    assert sorted(names) == sorted(set(names))


@every_page
def test_get(salon: Salon, as_user: LogIn, page: Page) -> None:
    got = answers(salon, as_user, page, lambda c, url: c.get(url).status_code)
    assert tuple(got) == page.get


@every_page
def test_post(salon: Salon, as_user: LogIn, page: Page) -> None:
    got = answers(salon, as_user, page, lambda c, url: c.post(url).status_code)
    assert tuple(got) == page.post


@every_page
def test_visitor(salon: Salon, page: Page) -> None:
    url = page.address(make_scene(salon, salon.bobs))
    got = (answer_of(Client().get(url), url), answer_of(Client().post(url), url))
    assert got == page.visitor


@every_page
def test_refused_posts_change_nothing(salon: Salon, as_user: LogIn, page: Page) -> None:
    url = page.address(make_scene(salon, salon.tendai))
    before = everything()
    _, _, _, *expected = page.post
    for user, status in zip((salon.bob, salon.charlie, salon.dana), expected, strict=True):
        if status in REFUSALS:
            as_user(user).post(url, page.sends)
        # What is at their own business is theirs to change; this one is not.
        if user != salon.bob and not page.by_secret:
            as_user(user).post(at_the_salon(url), page.sends)
    if page.visitor[1] in {LOGIN, *REFUSALS}:
        Client().post(url, page.sends)
    assert everything() == before


@every_page
def test_no_get_changes_anything(salon: Salon, as_user: LogIn, page: Page) -> None:
    url = page.address(make_scene(salon, salon.bobs))
    before = everything()
    for role in ROLES:
        client = Client() if role == "visitor" else as_user(getattr(salon, role))
        client.get(url)
        client.get(asking(url, {**page.sends, "reason": "no"}))
        client.head(url)
        assert everything() == before, role
