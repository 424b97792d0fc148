"""A staff member sees and changes own appointments, and nothing of anybody else's."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from booking.models import Appointment, Status
from customers.models import User
from providers.models import TimeOff
from providers.tests.salon import DAY, HOUR, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db

LogIn = Callable[[User], Client]
SECRETS = ("Zanele Secret", "secret@example.com", "+263779999999", "7777.77", "Whispered")


@pytest.fixture
def secret(salon: Salon) -> list[Appointment]:
    """Appointments of a colleague, and one of nobody, in every list there is."""
    facts = {
        "guest_name": "Zanele Secret",
        "guest_email": "secret@example.com",
        "guest_phone": "+263779999999",
        "notes": "Whispered",
        "price": Decimal("7777.77"),
    }
    when = [
        (salon.tendai, NOW + HOUR, Status.CONFIRMED),
        (salon.tendai, NOW + 3 * HOUR, Status.PENDING),
        (salon.tendai, NOW + 2 * DAY, Status.CONFIRMED),
        (salon.tendai, NOW - 2 * DAY, Status.COMPLETED),
        (None, NOW + 4 * HOUR, Status.CONFIRMED),
    ]
    return [
        make_appointment(salon.braids, staff, start=start, status=status, **facts)  # type: ignore[arg-type]
        for staff, start, status in when
    ]


PAGES = [
    "/provider/",
    "/provider/?business=salon",
    "/provider/appointments/",
    "/provider/appointments/?status=pending",
    "/provider/appointments/?status=past",
]


def text_of(client: Client, url: str) -> str:
    """The page, its HTMX fragments, and prices without their thousands' marks."""
    answers = [client.get(url)]
    answers += [
        client.get(url, headers={"HX-Request": "true", "HX-Target": target})
        for target in ("board", "list")
    ]
    return "".join(answer.content.decode().replace(",", "") for answer in answers)


@pytest.mark.parametrize("url", PAGES)
def test_lists_show_no_name_contact_note_or_price_of_others(
    salon: Salon, as_user: LogIn, secret: list[Appointment], url: str
) -> None:
    text = text_of(as_user(salon.bob), url)
    assert [word for word in SECRETS if word in text] == []


def test_the_same_lists_could_leak(salon: Salon, as_user: LogIn, secret: list[Appointment]) -> None:
    client = as_user(salon.mary)
    text = "".join(text_of(client, url) for url in PAGES)
    text += client.get(f"/provider/appointments/{secret[0].pk}/").content.decode()
    assert [word for word in SECRETS if word not in text.replace(",", "")] == []


def test_own_appointments_are_shown_with_what_the_work_needs(
    salon: Salon, as_user: LogIn, secret: list[Appointment]
) -> None:
    own = make_appointment(
        salon.braids, salon.bobs, start=NOW + 5 * HOUR, guest_phone="+263772345678"
    )
    client = as_user(salon.bob)
    assert "Guest Gumbo" in client.get("/provider/").content.decode()
    html = client.get(f"/provider/appointments/{own.pk}/").content.decode()
    assert "tel:+263772345678" in html
    assert "USD 20.00" in html


def test_one_that_moved_to_a_colleague_is_gone(salon: Salon, as_user: LogIn) -> None:
    own = make_appointment(salon.braids, salon.bobs, start=NOW + 2 * HOUR)
    bob = as_user(salon.bob)
    assert bob.get(f"/provider/appointments/{own.pk}/").status_code == 200
    as_user(salon.alice).post(
        f"/provider/appointments/{own.pk}/reschedule/",
        {"start": "2026-11-24T13:00:00Z", "staff": salon.tendai.pk},
    )
    own.refresh_from_db()
    assert own.staff == salon.tendai
    assert bob.get(f"/provider/appointments/{own.pk}/").status_code == 404


def test_staff_cannot_hand_work_to_a_colleague(salon: Salon, as_user: LogIn) -> None:
    own = make_appointment(salon.braids, salon.bobs, start=NOW + 2 * HOUR)
    client = as_user(salon.bob)
    page = client.get(f"/provider/appointments/{own.pk}/reschedule/", {"staff": salon.tendai.pk})
    assert "Tendai" not in page.content.decode()
    client.post(
        f"/provider/appointments/{own.pk}/reschedule/",
        {"start": "2026-11-24T13:00:00Z", "staff": salon.tendai.pk},
    )
    own.refresh_from_db()
    assert (own.staff, own.start) == (salon.bobs, NOW + 3 * HOUR)


def test_those_who_left_see_nothing(salon: Salon, as_user: LogIn) -> None:
    own = make_appointment(salon.braids, salon.bobs, start=NOW + 2 * HOUR)
    salon.bobs.active = False
    salon.bobs.save()
    client = as_user(salon.bob)
    assert client.get(f"/provider/appointments/{own.pk}/").status_code == 404
    assert client.get("/provider/", {"business": "salon"}).status_code == 404
    assert "Guest Gumbo" not in client.get("/provider/").content.decode()


@pytest.mark.parametrize(
    "page",
    [
        "/provider/time-off/",
        "/provider/calendar/",
        "/provider/calendar/?view=week",
        "/provider/calendar/sheet/",
    ],
)
def test_why_the_business_or_a_colleague_is_off_is_not_told(
    salon: Salon, as_user: LogIn, page: str
) -> None:
    """Their own reason is; managers read all."""
    span = {"provider": salon.provider, "start": NOW + HOUR, "end": NOW + 2 * HOUR}
    TimeOff.objects.create(**span, reason="Firing talk")
    TimeOff.objects.create(**span, staff=salon.tendai, reason="In prison")
    TimeOff.objects.create(**span, staff=salon.bobs, reason="At the dentist")
    hers = as_user(salon.bob).get(page).content.decode()
    everything = as_user(salon.alice).get(page).content.decode()
    assert "Firing talk" not in hers
    assert "In prison" not in hers
    if "sheet" not in page:
        assert "At the dentist" in hers
        assert all(why in everything for why in ("Firing talk", "In prison", "At the dentist"))
