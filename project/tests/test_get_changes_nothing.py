"""Opening a page changes nothing, whoever opens it: mail scanners and prefetchers press links.

Every address of our own views is opened with real objects behind it, as a page and as a fragment,
by a visitor, by the visitor who holds a slot, and by the people concerned; then every table must
be what it was.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import get_cookie_signer
from django.test import Client

from booking import visitor
from booking.domain.actors import Actor
from booking.domain.booking import Contact, book
from booking.domain.closing_accounts import make_token as make_closing_token
from booking.domain.free_time import make_ask
from booking.domain.holds import take_hold
from booking.domain.invitations import invite
from booking.domain.invitations import make_token as make_invitation_token
from booking.domain.lifecycle import accept, complete
from booking.domain.orders import place_order
from booking.domain.reviews import write_review
from booking.models import Appointment, Hold, Notification
from booking.models import Client as BusinessClient
from booking.notifications.telling import tell
from booking.notifications.unsubscribe import make_token
from booking.tests.cast import (
    at,
    make_product,
    make_provider,
    make_resource,
    make_service,
    make_staff,
    make_user,
    next_weekday,
)
from customers.models import MessageKind, User
from project import clock
from project.pictures import PICTURE, file_of, read_upload
from project.tests.photos import plain, save
from project.tests.test_access import LOGIN, own
from providers.domain.pictures import set_picture
from providers.domain.short_links import code_of
from providers.models import Service, Staff, TimeOff

VISITOR = "a-visitor-who-holds-a-slot"
ACTIONS = ("accept", "decline", "cancel", "complete", "no-show")
STEPS = ("accept", "ready", "collected", "cancel")
FRAGMENT = {"HX-Request": "true"}

# A log-in is remembered when its session is touched; that is no change to what people made.
NOT_CONTENT = {"sessions.Session"}


class Market:
    """A provider with staff, and an appointment in each state in which time alone could act."""

    def __init__(self) -> None:
        now = clock.now()
        self.owner, self.colleague, self.customer = make_user(), make_user(), make_user()
        provider = make_provider(self.owner, auto_confirm=False)
        staff = make_staff(provider, user=self.colleague)
        service = make_service(provider, staff=[staff])
        self.resource = make_resource(provider)
        self.time_off = TimeOff.objects.create(
            provider=provider, staff=staff, start=now, end=now + timedelta(hours=1)
        )
        self.service = Service.objects.bookable().get(pk=service.pk)
        ask = make_ask(service=self.service)
        day = next_weekday(now + timedelta(days=2), 0)

        def booked(days: int, clock_face: str, asked: datetime) -> Appointment:
            return book(
                ask,
                start=at(provider, day + timedelta(days=days), clock_face),
                by=Actor.customer(self.customer),
                customer=self.customer,
                contact=Contact(name="Dana", email=self.customer.email),
                now=asked,
            )

        long_ago = now - timedelta(days=30)
        self.unanswered = booked(-14, "10:00", long_ago)
        self.over = accept(
            booked(-14, "12:00", long_ago), by=Actor.provider(self.owner), now=long_ago
        )
        self.pending = booked(0, "10:00", now)
        self.confirmed = accept(booked(0, "12:00", now), by=Actor.provider(self.owner), now=now)
        for event in self.confirmed.events.all():
            tell(event, now=now)
        owner = Actor.provider(self.owner)
        seen = accept(booked(-14, "14:00", long_ago), by=owner, now=long_ago)
        self.seen = complete(seen, by=owner, now=now)
        self.review = write_review(self.seen, by=self.customer, rating=4, text="Neat", now=now)
        start = at(provider, day, "14:00")
        self.invitation = invite(
            make_staff(provider), email="new@example.com", by=self.owner, now=now
        )
        self.hold = take_hold(ask, start=start, visitor=VISITOR, now=now)
        self.expired = take_hold(
            ask, start=at(provider, day, "16:00"), visitor="gone", now=now - timedelta(hours=2)
        )

        self.product = make_product(provider)
        self.order = place_order(
            customer=self.customer,
            provider=provider,
            items={self.product.pk: 2},
            by=Actor.customer(self.customer),
            now=now,
        )
        upload = SimpleUploadedFile("photo.jpg", save(plain()))
        set_picture(of=provider, picture=read_upload(upload, kind=PICTURE))
        self.picture_file = file_of(provider.picture, PICTURE.widths[0])

    @property
    def appointments(self) -> list[Appointment]:
        return [self.unanswered, self.over, self.seen, self.pending, self.confirmed]

    def values(self, route: str) -> Mapping[str, list[str]]:
        """What each name in a route may stand for."""
        return {
            "<slug:slug>": [self.service.provider.slug],
            "<slug:service>": [self.service.slug],
            "<str:token>": self.tokens(route),
            "<token:token>": self.tokens(route),
            "<int:notification_id>": [str(each.pk) for each in Notification.objects.all()],
            "<slug:reference>": self.references(route),
            "<int:appointment_id>": [str(appointment.pk) for appointment in self.appointments],
            "<int:client_id>": self.clients,
            "<int:other_id>": self.clients,
            "<slug:action>": list(STEPS if "/orders/" in route else ACTIONS),
            "<int:product_id>": [str(self.product.pk)],
            "<int:resource_id>": [str(self.resource.pk)],
            "<int:review_id>": [str(self.review.pk)],
            "<int:time_off_id>": [str(self.time_off.pk)],
            "<int:service_id>": [str(self.service.pk)],
            "<picture_file:file>": [self.picture_file],
            "<code:code>": [code_of(self.service), code_of(self.service.provider)],
            "<int:member_id>": [str(pk) for pk in Staff.objects.values_list("pk", flat=True)],
        }

    @property
    def clients(self) -> list[str]:
        """Everybody who has booked."""
        return [str(pk) for pk in BusinessClient.objects.values_list("pk", flat=True)]

    def references(self, route: str) -> list[str]:
        """References of the sort that the route takes."""
        if "/orders/" in route:
            return [self.order.reference]
        return [appointment.reference for appointment in self.appointments]

    def tokens(self, route: str) -> list[str]:
        """Tokens of the sort that the route takes."""
        if "/book/" in route:
            return [self.hold.token, self.expired.token]
        if "/stop/" in route:
            people: list[User | str] = [self.customer, "somebody@example.com"]
            return [make_token(who, MessageKind.REMINDERS) for who in people]
        if "/delete/confirm/" in route:
            return [make_closing_token(self.customer)]
        if "/invitation/" in route:
            return [make_invitation_token(self.invitation)]
        return [appointment.token for appointment in self.appointments]

    def people(self) -> dict[str, Client]:
        """Browsers of everybody concerned."""
        browsers = {"visitor": Client(), "holder": Client()}
        signer = get_cookie_signer(salt=visitor.COOKIE + visitor.SALT)
        browsers["holder"].cookies[visitor.COOKIE] = signer.sign(VISITOR)
        for name, user in self.members().items():
            browsers[name] = Client()
            browsers[name].force_login(user)
        return browsers

    def members(self) -> dict[str, User]:
        return {"owner": self.owner, "colleague": self.colleague, "customer": self.customer}


def addresses(route: str, values: Mapping[str, list[str]]) -> Iterator[str]:
    """Every address that a route stands for."""
    names = [name for name in values if name in route]
    for chosen in product(*(values[name] for name in names)):
        address = route
        for name, value in zip(names, chosen, strict=True):
            address = address.replace(name, value)
        yield address


def contents() -> dict[str, list[str]]:
    """Every row of every table."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.label not in NOT_CONTENT
    }


def changes(before: Mapping[str, list[str]]) -> set[str]:
    """The tables that are not what they were."""
    after = contents()
    return {label for label in before if before[label] != after[label]}


@pytest.fixture
def market(db: None) -> Market:
    return Market()


def test_opening_any_page_changes_nothing(market: Market) -> None:
    people = market.people()
    before = contents()
    answers: dict[str, set[int]] = {}
    for route, _ in own():
        for address in addresses(route, market.values(route)):
            assert "<" not in address, f"no example for {address}"
            for person, headers in product(people.values(), ({}, FRAGMENT)):
                answer = person.get(address, headers=headers)
                if LOGIN not in (answer.get("Location") or answer.get("HX-Redirect") or ""):
                    answers.setdefault(route, set()).add(answer.status_code)
    assert changes(before) == set()
    # Not found by anybody would mean that the example is wrong and nothing was tried.
    assert {route for route, seen in answers.items() if not seen - {404}} == set()
    assert set(answers) == {route for route, _ in own()}
    assert {status for seen in answers.values() for status in seen if status >= 500} == set()


def test_asking_for_the_headers_alone_changes_nothing(market: Market) -> None:
    people = market.people()
    before = contents()
    for route, _ in own():
        for address in addresses(route, market.values(route)):
            for person in people.values():
                person.head(address)
    assert changes(before) == set()


def test_a_change_would_be_noticed(market: Market) -> None:
    people = market.people()
    before = contents()
    accepted = people["owner"].post(f"/provider/appointments/{market.pending.pk}/accept/")
    assert accepted.status_code in {200, 302, 303}
    assert {"booking.Appointment", "booking.AppointmentEvent"} <= changes(before)


def test_the_holder_is_recognised(market: Market) -> None:
    """Otherwise the details page would be tried by strangers only."""
    service = market.service
    page = f"/p/{service.provider.slug}/book/{service.slug}/details/{market.hold.token}/"
    people = market.people()
    assert people["holder"].get(page).status_code == 200
    assert people["visitor"].get(page).status_code != 200
    assert Hold.objects.filter(expires_at__gt=datetime.now(UTC)).count() == 1
