"""`manage.py demo`: the market that people try, and the rows that benchmarks need."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, QuerySet
from django.test import Client

from booking.demo import market
from booking.demo.build import build_accounts, build_businesses
from booking.demo.visits import build_visits
from booking.domain.free_time import Ask, load_free_time
from booking.models import Appointment, AppointmentEvent, Session, Status
from booking.models.appointment import ACTIVE, TRANSITIONS
from customers.models import User
from customers.validators import validate_phone
from project import clock
from providers.domain.catalogue import refresh_search_texts
from providers.models import (
    DateOverride,
    Provider,
    Resource,
    Service,
    Staff,
    TimeOff,
    WeeklyHours,
)

LOGINS = ["admin@example.com", "customer@example.com", "provider@example.com", "staff@example.com"]


def demo(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="class")
def kept_market(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The market, built once for a class of tests and undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("django.conf.settings.DEBUG", True)
            demo()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def a_market(kept_market: None, db: None) -> None:
    """The market, with whatever a test does to it undone."""


def build(now: datetime) -> None:
    people = build_accounts()
    businesses = build_businesses(market.SHOPS, now=now)
    build_visits(businesses, customer=people[market.CUSTOMER], now=now)


def digest() -> list[Any]:
    """All that must be the same on every run."""
    names = ("reference", "start", "end", "status", "price", "guest_name", "guest_phone", "notes")
    related = ("provider__slug", "service__slug", "staff__name", "customer__email", "created_at")
    return list(Appointment.objects.order_by("reference").values_list(*names, *related))


def overlaps(sessions: QuerySet[Session]) -> list[tuple[int, int]]:
    """Pairs of one person's sessions that meet, whatever became of them."""
    rows = sessions.filter(staff__isnull=False).order_by("staff", "occupied_from")
    return [
        (one.pk, other.pk)
        for one, other in pairwise(rows)
        if one.staff_id == other.staff_id and one.occupied_until > other.occupied_from
    ]


def oversold(sessions: QuerySet[Session]) -> list[int]:
    """Sessions whose seats are not what their active appointments take."""
    taken: dict[int, int] = defaultdict(int)
    for appointment in Appointment.objects.select_related("session"):
        if appointment.status in ACTIVE:
            taken[appointment.session_id] += appointment.seats_used
    return [
        session.pk
        for session in sessions
        if (session.seats_taken, session.active) != (taken[session.pk], taken[session.pk] > 0)
    ]


def broken_histories() -> list[str]:
    """References of appointments whose events do not lead from nothing to their status."""
    steps: dict[int, list[AppointmentEvent]] = defaultdict(list)
    for event in AppointmentEvent.objects.order_by("created_at", "pk"):
        steps[event.appointment_id].append(event)
    return [
        appointment.reference
        for appointment in Appointment.objects.all()
        if not leads_to(appointment, steps[appointment.pk])
    ]


def leads_to(appointment: Appointment, events: list[AppointmentEvent]) -> bool:
    return (
        bool(events)
        and events[0].from_status == ""
        and events[0].to_status in ACTIVE
        and appointment.created_at == events[0].created_at
        and appointment.updated_at == events[-1].created_at
        and events[-1].to_status == appointment.status
        and all(
            one.to_status == other.from_status
            and Status(other.to_status) in TRANSITIONS[Status(other.from_status)]
            for one, other in pairwise(events)
        )
    )


@pytest.mark.usefixtures("a_market")
class TestMarket:
    """`demo` without arguments."""

    def test_market_is_wide_enough(self) -> None:
        listed = Provider.objects.listed()
        assert listed.count() == len(market.SHOPS) >= 14
        assert listed.values("category").distinct().count() >= 7
        cities = set(listed.values_list("city", flat=True))
        assert cities == {"Harare", "Bulawayo", "Mutare", "Nairobi", "Mombasa"}
        assert set(listed.values_list("currency", flat=True)) == {"USD", "ZWG", "KES"}
        assert Service.objects.filter(seats__gt=1).exists()
        assert Service.objects.filter(needs_staff=False, pricing="hourly").exists()
        assert Service.objects.filter(max_duration__isnull=False).exists()
        assert Resource.objects.filter(quantity__gt=1, capacity__gt=1).exists()
        assert not Service.objects.filter(needs_staff=True, staff=None).exists()

    def test_every_row_would_pass_its_own_form(self) -> None:
        supply = (Provider, Staff, Resource, Service, WeeklyHours, DateOverride, TimeOff)
        for model in supply:
            assert model.objects.exists()
            for row in model.objects.all():
                row.full_clean()
        for phone in Appointment.objects.exclude(guest_phone="").values_list(
            "guest_phone", flat=True
        ):
            validate_phone(phone)
        for guest in Appointment.objects.filter(customer=None):
            assert guest.guest_name
            assert guest.guest_email or guest.guest_phone

    @pytest.mark.parametrize("email", LOGINS)
    def test_logins_work_and_are_verified(self, client: Client, email: str) -> None:
        assert client.login(email=email, password="nguva-demo")
        address = EmailAddress.objects.get(email=email)
        assert (address.verified, address.primary, address.user.email) == (True, True, email)
        user = User.objects.get(email=email)
        assert user.is_superuser == user.is_staff == (email == "admin@example.com")

    def test_hair_studio_is_owned_staffed_and_answered_by_hand(self) -> None:
        studio = Provider.objects.get(slug="tendai-hair-studio")
        assert studio.owner.email == "provider@example.com"
        assert (studio.city, studio.currency, studio.auto_confirm) == ("Harare", "USD", False)
        emails = set(studio.staff.values_list("user__email", flat=True))
        assert emails == {"provider@example.com", "staff@example.com", None}

    def test_nobody_is_double_booked_even_in_the_past(self) -> None:
        assert Session.objects.filter(active=False).exists()
        assert overlaps(Session.objects.all()) == []

    def test_seats_are_those_of_active_appointments(self) -> None:
        assert Session.objects.filter(seats_taken__gt=1).exists()
        assert oversold(Session.objects.all()) == []

    def test_resources_are_never_oversold(self) -> None:
        for resource in Resource.objects.all():
            used = Session.objects.filter(resources=resource)
            assert used.exists()
            for start, end in used.values_list("occupied_from", "occupied_until"):
                at_start = used.filter(occupied_from__lte=start, occupied_until__gt=start).count()
                assert at_start <= resource.quantity, (resource, start, end)

    @pytest.mark.parametrize(
        "slug", ["tendai-hair-studio", "msasa-meeting-rooms", "karura-yoga", "picha-house-studio"]
    )
    def test_each_booking_ahead_could_be_booked_again_in_its_place(self, slug: str) -> None:
        now = clock.now()
        ahead = Appointment.objects.active().filter(provider__slug=slug, start__gt=now)
        checked = 0
        for appointment in ahead.select_related("service__provider", "staff", "session")[:40]:
            ask = Ask(
                service=appointment.service,
                staff=appointment.staff,
                duration=appointment.duration,
                party_size=appointment.party_size,
            )
            day = appointment.start.astimezone(appointment.service.provider.tz).date()
            free = load_free_time(
                ask, now=now, first=day, last=day, by_business=True, moving=appointment
            )
            assert free.slot(appointment.start) is not None, free.problems(appointment.start)
            checked += 1
        assert checked >= 5

    def test_histories_lead_to_the_status(self) -> None:
        reached = set(Appointment.objects.values_list("status", flat=True))
        assert reached == set(Status) - {Status.EXPIRED}
        assert broken_histories() == []

    def test_nothing_was_done_in_the_future(self) -> None:
        now = clock.now()
        assert not AppointmentEvent.objects.filter(created_at__gt=now).exists()
        assert not Appointment.objects.filter(status=Status.COMPLETED, start__gt=now).exists()
        assert not Appointment.objects.filter(status=Status.PENDING, start__lt=now).exists()

    def test_search_text_is_what_the_catalogue_would_write(self) -> None:
        before = dict(Provider.objects.values_list("pk", "search_text"))
        assert Provider.objects.matching("tendai braids").get().slug == "tendai-hair-studio"
        refresh_search_texts(Provider.objects.all())
        assert dict(Provider.objects.values_list("pk", "search_text")) == before

    def test_second_run_changes_nothing(self, settings: Any) -> None:
        settings.DEBUG = True
        User.objects.filter(email="customer@example.com").update(name="Somebody Else")
        before = digest()
        assert "there already" in demo()
        assert digest() == before
        assert User.objects.get(email="customer@example.com").name == "Somebody Else"

    def test_if_empty_is_quiet_when_somebody_is_there(self, settings: Any) -> None:
        settings.DEBUG = True
        before = digest()
        assert demo("--if-empty") == ""
        assert digest() == before


def test_two_builds_on_one_date_are_the_same_but_for_the_secrets(db: None) -> None:
    found = []
    for hour in (6, 19):
        with transaction.atomic():
            build(datetime(2026, 11, 24, hour, tzinfo=UTC))
            tokens = set(Appointment.objects.values_list("token", flat=True))
            found.append((digest(), tokens))
            transaction.set_rollback(True)
    (one, secret), (other, another) = found
    assert one
    assert one == other
    assert not secret & another


@pytest.mark.parametrize("day", [date(2026, 12, 25), date(2027, 2, 28), date(2027, 6, 7)])
def test_on_any_date_there_is_work_for_everybody(db: None, day: date) -> None:
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        build(now)
    studio = Appointment.objects.filter(provider__slug="tendai-hair-studio")
    assert studio.pending().filter(start__gt=now, customer=None).count() >= 2
    assert studio.confirmed().filter(start__gt=now).count() >= 2
    mine = Appointment.objects.filter(customer__email="customer@example.com")
    assert mine.upcoming(now).count() >= 2
    assert mine.past(now).count() >= 3
    starts = list(mine.order_by("start").values_list("start", flat=True))
    assert all(other - one > timedelta(hours=6) for one, other in pairwise(starts))


@pytest.mark.parametrize("arguments", [(), ("--providers", "2", "--appointments", "10")])
def test_is_refused_when_debug_is_off(db: None, settings: Any, arguments: tuple[str, ...]) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        demo(*arguments)
    assert demo("--if-empty") == ""
    assert (User.objects.count(), Provider.objects.count()) == (0, 0)


class TestScale:
    """`--providers N --appointments M`."""

    @pytest.fixture(autouse=True)
    def _debug(self, db: None, settings: Any) -> None:
        settings.DEBUG = True

    def load(self) -> str:
        return demo("--providers", "6", "--appointments", "400", "--busy", "100")

    def test_rows_are_as_many_as_asked_for(self) -> None:
        said = self.load()
        counts = dict(
            Provider.objects.annotate(booked=Count("appointments")).values_list("slug", "booked")
        )
        full = counts.pop("scale-full")
        assert (counts["scale-busy"], counts["scale-calm"]) == (100, 20)
        assert sorted(counts) == [f"scale-{n:05d}" for n in range(1, 7)] + [
            "scale-busy",
            "scale-calm",
        ]
        assert sum(counts.values()) == 400
        assert f"{400 + full} appointments" in said

    def test_rows_keep_every_rule(self) -> None:
        self.load()
        assert overlaps(Session.objects.all()) == []
        assert oversold(Session.objects.all()) == []
        assert broken_histories() == []
        assert set(Appointment.objects.values_list("status", flat=True)) == {
            *("pending", "confirmed", "completed", "cancelled", "no_show")
        }
        ahead = Appointment.objects.active().exclude(provider__slug="scale-full")
        now = clock.now()
        for each in ahead.filter(start__gt=now).select_related("service__provider", "session"):
            day = each.start.astimezone(each.service.provider.tz).date()
            ask = Ask(service=each.service, staff=each.staff, duration=each.duration, party_size=1)
            free = load_free_time(ask, now=now, first=day, last=day, by_business=True, moving=each)
            assert free.slot(each.start) is not None, free.problems(each.start)

    def test_full_provider_has_no_free_time_within_its_horizon(self) -> None:
        self.load()
        now = clock.now()
        full = Provider.objects.get(slug="scale-full")
        today = now.astimezone(full.tz).date()
        for slug, is_full in (("scale-full", True), ("scale-00001", False)):
            for service in Service.objects.filter(provider__slug=slug):
                ask = Ask(service=service, staff=None, duration=service.duration, party_size=1)
                last = today + timedelta(days=90)
                free = load_free_time(ask, now=now, first=today, last=last)
                assert (free.next_slot() is None) == is_full

    def test_rows_added_later_get_ids_of_their_own(self) -> None:
        self.load()
        row = Appointment.objects.select_related("session").latest("pk")
        highest, row.session.pk, row.session.active = row.session_id, None, False
        row.session.save()
        assert row.session.pk > highest
        highest, row.pk = row.pk, None
        row.reference, row.token = "ANOTHER", "another"
        row.save()
        assert row.pk > highest

    def test_search_text_is_what_the_catalogue_would_write(self) -> None:
        self.load()
        before = dict(Provider.objects.values_list("pk", "search_text"))
        refresh_search_texts(Provider.objects.all())
        assert dict(Provider.objects.values_list("pk", "search_text")) == before

    def test_owner_of_the_busy_one_can_log_in(self, client: Client) -> None:
        self.load()
        assert client.login(email="scale-busy@example.com", password="nguva-demo")
        assert Provider.objects.get(slug="scale-busy").owner.email == "scale-busy@example.com"

    def test_second_run_changes_nothing(self) -> None:
        self.load()
        before = digest()
        assert "there already" in self.load()
        assert digest() == before

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--providers", "0", "--appointments", "10"),
            ("--providers", "1", "--appointments", "10000000"),
            ("--providers", "1", "--appointments", "100", "--busy", "101"),
            ("--appointments", "100"),
        ],
    )
    def test_what_cannot_be_is_refused(self, arguments: tuple[str, ...]) -> None:
        with pytest.raises(CommandError):
            demo(*arguments)
        assert not Provider.objects.exists()
