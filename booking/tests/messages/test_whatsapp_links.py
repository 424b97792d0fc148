"""WhatsApp without an account: links with a text, towards the business and towards the client."""

import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from booking.models import Appointment, Status
from booking.whatsapp import (
    LONGEST,
    What,
    customer_to_provider,
    links_to_client,
    provider_to_client,
    whatsapp_link,
)
from customers.models import User
from customers.validators import parse_phone
from providers.models import Provider, Service, Staff

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
START = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
URL = "https://book.example.com/a/R8n2pQvLx0TjYc4WbE7ZsKuMfD1hGoA9/"


def make(**facts: object) -> Appointment:
    """An appointment with everything it needs, not from a database."""
    provider = Provider(
        name="Tendai Hair Studio",
        phone="+263772000111",
        address="12 Samora Machel Avenue",
        city="Harare",
        timezone="Africa/Harare",
    )
    values: dict[str, object] = {
        "provider": provider,
        "service": Service(name="Box braids"),
        "staff": Staff(name="Rudo"),
        "guest_name": "Chipo Moyo",
        "guest_phone": "+263771234567",
        "start": START,
        "end": START + timedelta(minutes=90),
        "status": Status.CONFIRMED,
        "price": Decimal(45),
        "reference": "K7QP3MXA",
    }
    return Appointment(**values | facts)


def text_of(link: str) -> str:
    """What WhatsApp shows; the link must be of the form that it documents."""
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "wa.me", "")
    assert parts.path[1:].isdigit()
    [(name, [text])] = parse_qs(parts.query, strict_parsing=True, errors="strict").items()
    assert name == "text"
    return text


def test_customer_tells_the_business() -> None:
    link = customer_to_provider(make(), URL, now=NOW)
    assert link.startswith("https://wa.me/263772000111?text=Hello%20Tendai%20Hair%20Studio%2C%20")
    assert text_of(link).splitlines() == [
        "Hello Tendai Hair Studio, I booked Box braids with Rudo.",
        "Tue 24 Nov, 14:30 (Harare time)",
        "Name: Chipo Moyo",
        "Reference: K7QP3MXA",
        URL,
    ]


def test_a_request_is_called_one() -> None:
    text = text_of(customer_to_provider(make(status=Status.PENDING), URL, now=NOW))
    assert text.startswith("Hello Tendai Hair Studio, I would like to book Box braids with Rudo.")


def test_business_confirms_and_reminds() -> None:
    details = [
        "Box braids with Rudo at Tendai Hair Studio",
        "Tue 24 Nov, 14:30 (Harare time)",
        "Place: 12 Samora Machel Avenue, Harare",
        f"To see, move or cancel it: {URL}",
    ]
    for what, opening in {
        What.CONFIRM: "Hello Chipo Moyo, your booking is confirmed.",
        What.REMIND: "Hello Chipo Moyo, a reminder of your booking.",
    }.items():
        link = provider_to_client(make(), what, URL, now=NOW)
        assert link.startswith("https://wa.me/263771234567?text=")
        assert text_of(link).splitlines() == [opening, *details]


def test_business_runs_late() -> None:
    link = provider_to_client(make(staff=None), What.RUNNING_LATE, URL, now=NOW)
    assert text_of(link).splitlines() == [
        "Hello Chipo Moyo, we are sorry: we are running late for your booking.",
        "Box braids at Tendai Hair Studio",
        "Tue 24 Nov, 14:30 (Harare time)",
        "Please bear with us.",
    ]


def test_the_number_of_an_account_is_used() -> None:
    dana = User(email="dana@example.com", name="Dana", phone="+254712345678")
    appointment = make(customer=dana, guest_name="", guest_phone="")
    link = provider_to_client(appointment, What.REMIND, URL, now=NOW)
    assert link.startswith("https://wa.me/254712345678?text=Hello%20Dana%2C")


@pytest.mark.parametrize(
    ("typed", "country", "digits"),
    [
        ("077 123 4567", "ZW", "263771234567"),
        ("0712 345678", "KE", "254712345678"),
        ("082 123 4567", "ZA", "27821234567"),
        ("+44 (0)7400 123456", "", "447400123456"),
        ("347 123 4567", "IT", "393471234567"),
        ("(201) 555-0123", "US", "12015550123"),
    ],
)
def test_numbers_are_right_for_their_country(typed: str, country: str, digits: str) -> None:
    number = parse_phone(typed, country=country)
    assert whatsapp_link(number, "x") == f"https://wa.me/{digits}?text=x"


@pytest.mark.parametrize(
    "number",
    [
        "",
        "0771234567",
        "263771234567",
        "+0771234567",
        "+26377",
        "+263 77 1",
        "+٢٦٣٧٧١٢٣٤٥",
        "+1/../x",
    ],
)
def test_what_is_no_e164_number_gets_no_link(number: str) -> None:
    assert whatsapp_link(number, "x") == ""


def test_without_a_phone_there_is_no_link() -> None:
    nobody = make(guest_phone="")
    nobody.provider.phone = ""
    assert customer_to_provider(nobody, URL, now=NOW) == ""
    assert provider_to_client(nobody, What.CONFIRM, URL, now=NOW) == ""
    assert links_to_client(nobody, URL, now=NOW) == ()


@pytest.mark.parametrize(
    "name",
    [
        'Chipo "Ché" O’Neil & Söhne',
        "👩🏾‍🦱 Tariro 💇",
        "100% #1 + ?a=b;c/d\\e",
        "<b>Bold</b> {client} %(x)s %00",
        "مرحبا",
        "a\u0301",
    ],
)
def test_any_name_survives_the_trip(name: str) -> None:
    appointment = make(guest_name=name)
    link = provider_to_client(appointment, What.CONFIRM, URL, now=NOW)
    assert f"Hello {name}, your booking is confirmed." in text_of(link)
    assert link.isascii()
    assert not set(link) & set("\"'<> \n&")


def test_line_breaks_in_a_name_do_not_make_lines() -> None:
    appointment = make(guest_name="Chipo\r\nReference: FAKE\u2028x")
    lines = text_of(customer_to_provider(appointment, URL, now=NOW)).splitlines()
    assert lines[2] == "Name: Chipo Reference: FAKE x"
    assert len(lines) == 5


def longest() -> Appointment:
    """Every name as long as its column."""
    return make(
        provider=Provider(
            name="Salon " * 20,
            phone="+263772000111",
            address="Long Street " * 16,
            city="Thohoyandou" * 7,
            timezone="America/Argentina/Buenos_Aires",
        ),
        service=Service(name="Braids " * 17),
        staff=Staff(name="Nontobeko " * 12),
        guest_name="Wolfeschlegelstein " * 7,
        start=START + timedelta(days=90),
        end=START + timedelta(days=90, hours=1),
    )


def test_the_longest_names_fit_one_screen_and_spare_what_matters() -> None:
    texts = [text_of(customer_to_provider(longest(), URL, now=NOW))]
    texts += [text_of(provider_to_client(longest(), what, URL, now=NOW)) for what in What]
    for text in texts:
        assert len(text) <= LONGEST == 400
        assert "Mon 22 Feb 2027, 09:30 (Buenos Aires time)" in text
        assert "…" in text
    assert [URL in text for text in texts] == [True, True, True, False]
    assert "Reference: K7QP3MXA" in texts[0]


def test_a_cut_leaves_no_half_character() -> None:
    appointment = make(guest_name="é👋" * 75, provider=longest().provider)
    text = text_of(customer_to_provider(appointment, URL, now=NOW))
    assert not any(unicodedata.category(sign) in {"Cs", "Cn"} for sign in text)


def test_times_are_the_business_clock() -> None:
    appointment = make()
    appointment.provider.timezone = "Europe/London"
    assert appointment.provider.tz == ZoneInfo("Europe/London")
    text = text_of(customer_to_provider(appointment, URL, now=NOW))
    assert "Tue 24 Nov, 12:30 (London time)" in text


BOTH = [What.CONFIRM, What.REMIND]


@pytest.mark.parametrize(
    ("status", "now", "expected"),
    [
        (Status.CONFIRMED, NOW, BOTH),
        (Status.CONFIRMED, START - timedelta(hours=12), [*BOTH, What.RUNNING_LATE]),
        (Status.CONFIRMED, START, [What.RUNNING_LATE]),
        (Status.CONFIRMED, START + timedelta(minutes=89), [What.RUNNING_LATE]),
        (Status.CONFIRMED, START + timedelta(minutes=90), []),
        (Status.PENDING, NOW, []),
        (Status.CANCELLED, NOW, []),
        (Status.DECLINED, NOW, []),
        (Status.COMPLETED, START, []),
    ],
)
def test_only_what_makes_sense_is_offered(
    status: Status, now: datetime, expected: list[What]
) -> None:
    links = links_to_client(make(status=status), URL, now=now)
    assert [link.what for link in links] == expected
