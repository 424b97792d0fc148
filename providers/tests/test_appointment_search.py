"""/provider/appointments/: looking for one among many; all of it in the address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from booking.models import Appointment, Client, Session, Status
from booking.tests.cast import make_service
from customers.models import User
from providers.models import Service
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment
from providers.tests.test_dashboard import rows

pytestmark = pytest.mark.django_db
URL = "/provider/appointments/"

LogIn = Callable[[User], Browser]


@dataclass
class Diary:
    """Ann's with Bob and Ben's with Tendai, one each coming and past; and one of another shop."""

    ann: Client
    ben: Client
    nails: Service
    ann_coming: Appointment
    ann_past: Appointment
    ben_coming: Appointment
    ben_cancelled: Appointment

    def named(self, html: str) -> list[str]:
        """Which of them a page lists, in its order."""
        names = {getattr(self, name).pk: name for name in FOUR}
        return [names[pk] for pk in rows(html)]


FOUR = ("ann_coming", "ann_past", "ben_coming", "ben_cancelled")


@pytest.fixture
def diary(salon: Salon) -> Diary:
    nails = make_service(salon.provider, [salon.tendai], name="Nails")
    ann, ben = (
        Client.objects.create(provider=salon.provider, name=name, email=email, phone=phone)
        for name, email, phone in (
            ("Ann Moyo", "ann@example.com", "+263772123456"),
            ("Ben Dube", "ben@example.org", "+263773456123"),
        )
    )
    of_ann: dict[str, Any] = {"client": ann, "guest_name": "Ann", "guest_email": ann.email}
    of_ben: dict[str, Any] = {"client": ben, "guest_name": "Benny", "guest_phone": ben.phone}
    make_appointment(make_service(salon.elsewhere), None, start=NOW + DAY, guest_name="Ann Moyo")
    return Diary(
        ann,
        ben,
        nails,
        make_appointment(salon.braids, salon.bobs, start=NOW + DAY, **of_ann),
        make_appointment(
            salon.braids, salon.bobs, start=NOW - DAY, status=Status.COMPLETED, **of_ann
        ),
        make_appointment(nails, salon.tendai, start=NOW + 2 * DAY, **of_ben),
        make_appointment(
            nails, salon.tendai, start=NOW + 3 * DAY, status=Status.CANCELLED, **of_ben
        ),
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "moyo"}, ["ann_coming", "ann_past"]),
        ({"q": "BENNY"}, ["ben_cancelled", "ben_coming"]),
        ({"q": "ann@"}, ["ann_coming", "ann_past"]),
        ({"q": "3456"}, ["ann_coming", "ann_past"]),
        ({"q": "0773 456"}, ["ben_cancelled", "ben_coming"]),
        ({"q": "moyo", "status": "past"}, ["ann_past"]),
        ({"q": "moyo", "status": "confirmed"}, ["ann_coming"]),
        ({"q": "  "}, ["ann_coming", "ben_coming"]),
        ({"q": "\x00"}, ["ann_coming", "ben_coming"]),
        ({"q": "%"}, []),
        ({"status": "any"}, ["ben_cancelled", "ben_coming", "ann_coming", "ann_past"]),
        ({"status": "cancelled"}, ["ben_cancelled"]),
        ({"status": "completed"}, ["ann_past"]),
        ({"status": "no_show"}, []),
        ({"status": "any", "from": "2026-11-25", "to": "2026-11-26"}, ["ben_coming", "ann_coming"]),
        ({"status": "any", "from": "2026-11-27"}, ["ben_cancelled"]),
        ({"status": "any", "to": "2026-11-24"}, ["ann_past"]),
        ({"from": "soon", "to": "99999-01-01"}, ["ann_coming", "ben_coming"]),
        ({"staff": "x", "service": "-1", "client": "9" * 30}, ["ann_coming", "ben_coming"]),
    ],
)
def test_it_finds(
    salon: Salon, as_user: LogIn, diary: Diary, query: dict[str, str], expected: list[str]
) -> None:
    assert diary.named(as_user(salon.alice).get(URL, query).content.decode()) == expected


def test_by_reference_in_any_case(salon: Salon, as_user: LogIn, diary: Diary) -> None:
    reference = diary.ben_cancelled.reference
    for typed in (reference, reference.lower(), reference[:5]):
        html = as_user(salon.alice).get(URL, {"q": typed}).content.decode()
        assert diary.named(html) == ["ben_cancelled"]


def test_by_staff_service_and_client(salon: Salon, as_user: LogIn, diary: Diary) -> None:
    client = as_user(salon.alice)
    searches: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({"staff": salon.tendai.pk}, ["ben_coming"]),
        ({"service": salon.braids.pk}, ["ann_coming"]),
        ({"client": diary.ann.pk}, ["ann_coming", "ann_past"]),
        ({"client": diary.ann.pk, "staff": salon.tendai.pk}, []),
    )
    for query, expected in searches:
        assert diary.named(client.get(URL, query).content.decode()) == expected


def test_what_is_chosen_stays_chosen(salon: Salon, as_user: LogIn, diary: Diary) -> None:
    query = {"q": "ben", "status": "any", "staff": str(salon.tendai.pk), "from": "2026-11-01"}
    html = as_user(salon.alice).get(URL, query).content.decode()
    assert 'value="ben"' in html
    assert 'value="2026-11-01"' in html
    assert f'<option value="{salon.tendai.pk}" selected>' in html
    assert f'?q=ben&amp;status=past&amp;staff={salon.tendai.pk}&amp;from=2026-11-01"' in html


def test_nothing_found_leads_on(salon: Salon, as_user: LogIn, diary: Diary) -> None:
    html = as_user(salon.alice).get(URL, {"q": "nobody", "status": "past"}).content.decode()
    assert "It may be in another list" in html
    assert 'href="?q=nobody&amp;status=any"' in html


def test_staff_find_only_their_own(salon: Salon, as_user: LogIn, diary: Diary) -> None:
    client = as_user(salon.bob)
    assert diary.named(client.get(URL, {"status": "any"}).content.decode()) == [
        "ann_coming",
        "ann_past",
    ]
    reference = diary.ben_coming.reference
    for query in ("q=benny", f"staff={salon.tendai.pk}", f"q={reference}"):
        assert rows(client.get(f"{URL}?{query}").content.decode()) == []
    page = client.get(f"{URL}?status=any&client={diary.ben.pk}").content.decode()
    assert "Ben" not in page


def test_pages_beyond_the_end_lead_back(salon: Salon, as_user: LogIn, diary: Diary) -> None:
    html = as_user(salon.alice).get(URL, {"page": "7"}).content.decode()
    assert "The list ends before this page" in html


# --- what it costs --------------------------------------------------------------------------------


def cost(client: Browser, query: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(URL + query).status_code == 200
    return len(queries)


@pytest.mark.parametrize("number", [1, 3, 30])
def test_searching_costs_the_same_for_all(salon: Salon, as_user: LogIn, number: int) -> None:
    client = Client.objects.create(provider=salon.provider, name="Ann")
    for each in range(number):
        make_appointment(salon.braids, None, start=NOW + each * HOUR, client=client)
    browser = as_user(salon.alice)
    assert cost(browser, "?q=ann&status=any&from=2026-01-01") == 7
    assert cost(browser, f"?client={client.pk}") == 8


def many(salon: Salon, number: int) -> None:
    """Appointments in bulk, a half hour each, around now, at the salon and elsewhere."""
    for provider in (salon.provider, salon.elsewhere):
        service = provider.services.first() or make_service(provider)
        session = Session.objects.create(
            provider=provider,
            service=service,
            start=NOW,
            end=NOW + HOUR,
            occupied_from=NOW,
            occupied_until=NOW + HOUR,
            active=False,
        )
        clients = Client.objects.bulk_create(
            Client(provider=provider, name=f"Guest {each}", identity=f"phone:{each}")
            for each in range(number // 10)
        )
        Appointment.objects.bulk_create(
            Appointment(
                provider=provider,
                service=service,
                session=session,
                client=clients[each % len(clients)],
                guest_name=f"Guest {each}",
                start=NOW + (each - number // 2) * timedelta(minutes=30),
                end=NOW + (each - number // 2) * timedelta(minutes=30) + HOUR / 2,
                status=Status.COMPLETED if each < number // 2 else Status.CONFIRMED,
                price=20,
                currency="USD",
                reference=f"{provider.pk}-{each}",
            )
            for each in range(number)
        )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL tells its plans this way")
@pytest.mark.parametrize(
    "query",
    ["", "?status=past", "?status=any&page=20", "?q=guest", "?status=any&from=2026-11-24"],
)
def test_the_database_uses_an_index_and_counts_nothing(
    salon: Salon, as_user: LogIn, query: str
) -> None:
    many(salon, 3000)
    browser = as_user(salon.alice)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as queries:
        assert len(rows(browser.get(URL + query).content.decode())) == 20
    asked = [each["sql"] for each in queries if 'FROM "booking_appointment"' in each["sql"]]
    assert len(asked) == 1
    assert "COUNT(" not in asked[0]
    assert "LIMIT 21" in asked[0]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked[0]}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "on booking_appointment" in plan
    assert "Seq Scan on booking_appointment" not in plan
    assert "using appointment_" in plan or "on appointment_" in plan
