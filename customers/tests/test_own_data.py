"""/me/data/: everything that we have of a person, to take along."""

import csv
import io
import json
import tracemalloc
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from booking.feeds.own_data import PARTS, write_own_data
from booking.models import (
    Appointment,
    AppointmentEvent,
    Client,
    Notification,
    Order,
    OrderEvent,
    OrderItem,
    Review,
    ReviewReport,
    Status,
)
from customers.domain.preferences import digest, set_preference
from customers.models import Channel, MessageKind, OptOut, User
from customers.tests.told import tell
from project.csv import plain_cell
from project.pictures import PICTURE, read_upload
from project.tests.photos import plain, save
from providers.domain.pictures import set_picture
from providers.models import Favourite, Product
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]

PAGE = "/me/data/"
PHRASES = ["=HYPERLINK(1)", "+263 77", "-1", "@rudo", "李小龍", "علي", 'say "hi", ok;\n=2', "'x"]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    return tmp_path


def download(client: Browser) -> ZipFile:
    response = client.post(PAGE)
    assert response.streaming
    content = b"".join(getattr(response, "streaming_content"))  # noqa: B009 - the stubs know it not
    return ZipFile(io.BytesIO(content))


def from_json(archive: ZipFile, part: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(archive.read(f"{part}.json"))
    return rows


def from_csv(archive: ZipFile, part: str) -> list[dict[str, str]]:
    """The rows as a program reads them that takes the apostrophes out again."""
    text = archive.read(f"{part}.csv").decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: plain_cell(cell) for name, cell in row.items()} for row in rows]


def live_a_little(salon: Salon, user: User, mark: str) -> Appointment:
    """Give the account a row in every table that has something of it."""
    visit = make_appointment(
        salon.braids,
        salon.bobs,
        start=NOW - DAY,
        status=Status.COMPLETED,
        customer=user,
        notes=f"notes {mark}",
        business_notes=f"secret {mark}",
        guest_name=f"Name {mark}",
    )
    AppointmentEvent.objects.create(
        appointment=visit,
        action="completed",
        actor="provider",
        to_status=Status.COMPLETED,
        reason=f"reason {mark}",
        created_at=NOW,
    )
    review = Review.objects.create(
        appointment=visit,
        provider=salon.provider,
        author=user,
        rating=4,
        text=f"review {mark}",
        created_at=NOW,
    )
    ReviewReport.objects.create(review=review, by=user, reason=f"report {mark}", created_at=NOW)
    product, _ = Product.objects.get_or_create(
        provider=salon.provider, name="Shampoo", defaults={"price": Decimal(5), "stock": 9}
    )
    placed = Order.objects.create(
        provider=salon.provider,
        customer=user,
        customer_name=f"Name {mark}",
        total=Decimal(10),
        currency="USD",
        notes=f"order {mark}",
        created_at=NOW,
    )
    OrderItem.objects.create(
        order=placed, product=product, name=f"Shampoo {mark}", price=Decimal(5), quantity=2
    )
    OrderEvent.objects.create(
        order=placed, actor="customer", to_status="placed", reason=mark, created_at=NOW
    )
    Favourite.objects.create(user=user, provider=salon.provider)
    tell(user, salon.provider, text=f"message {mark}")
    set_preference(user, MessageKind.REMINDERS, Channel.EMAIL, wanted=False)
    OptOut.objects.create(digest=digest(user.email), kind=MessageKind.REMINDERS)
    Client.objects.create(
        provider=salon.provider, user=user, name=f"Name {mark}", notes=f"secret {mark}"
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return visit


def test_visitor_is_asked_to_log_in(client: Browser) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"
    assert client.post(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_the_page_explains_and_sends_nothing(salon: Salon, dana: Browser) -> None:
    response = dana.get(PAGE)
    assert response["Content-Type"].startswith("text/html")
    assert "Prepare download" in response.content.decode()


def test_the_download_is_private_and_named(salon: Salon, dana: Browser) -> None:
    response = dana.post(PAGE)
    assert response["Content-Disposition"] == 'attachment; filename="nguva-2026-11-24.zip"'
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"] == "application/zip"


def test_everything_of_the_person_is_there_in_both_forms(salon: Salon, dana: Browser) -> None:
    visit = live_a_little(salon, salon.dana, "mine")
    archive = download(dana)
    assert archive.testzip() is None
    empty = {"own_businesses"}
    for part in PARTS:
        rows, cells = from_json(archive, part.name), from_csv(archive, part.name)
        assert bool(rows) == (part.name not in empty), part.name
        assert [list(row) for row in rows] == [list(row) for row in cells], part.name
    [profile] = from_json(archive, "profile")
    assert (profile["email"], profile["phone"]) == ("dana@example.com", "+263771234567")
    assert profile["reminder_minutes"] == [1440]
    [booked] = from_json(archive, "appointments")
    assert (booked["reference"], booked["price"]) == (visit.reference, "20.00")
    assert booked["start"] == "2026-11-23T10:00:00+00:00"
    found = json.dumps([from_json(archive, part.name) for part in PARTS])
    for words in ("notes", "reason", "review", "report", "order", "message"):
        assert f"{words} mine" in found


def test_neither_what_is_others_nor_what_businesses_keep_for_themselves(
    salon: Salon, dana: Browser
) -> None:
    live_a_little(salon, salon.dana, "mine")
    live_a_little(salon, salon.bob, "theirs")
    archive = download(dana)
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "mine" in everything
    assert [word for word in ("theirs", "bob@", "secret", "pbkdf2") if word in everything] == []
    assert salon.dana.password not in everything


def test_guests_bookings_with_a_confirmed_address_are_there(salon: Salon, dana: Browser) -> None:
    address = EmailAddress.objects.create(user=salon.dana, email="dana@example.com")
    guest = make_appointment(
        salon.braids, salon.bobs, start=NOW + DAY, guest_email="Dana@example.com"
    )
    assert from_json(download(dana), "appointments") == []
    address.verified = True
    address.save()
    archive = download(dana)
    assert [row["reference"] for row in from_json(archive, "appointments")] == [guest.reference]
    assert len(from_json(archive, "appointment_history")) == 1


def test_what_the_business_learned_from_somebody_else_is_not_there(
    salon: Salon, dana: Browser
) -> None:
    mine = Client.objects.create(
        provider=salon.provider, user=salon.dana, name="Dana", phone="+263772111222"
    )
    Client.objects.create(
        provider=salon.provider, name="Mother Moyo", email="moyo@example.com", merged_into=mine
    )
    User.objects.filter(pk=salon.dana.pk).update(name="Dana")
    [known] = from_json(download(dana), "known_to_businesses")
    assert (known["name"], known["email"], known["phone"]) == ("Dana", "", "")


def test_what_was_stopped_by_an_address_that_is_not_confirmed_is_not_there(
    salon: Salon, dana: Browser
) -> None:
    for contact in ("dana@example.com", "+263771234567"):
        OptOut.objects.create(digest=digest(contact), kind=MessageKind.REMINDERS)
    assert from_json(download(dana), "messages_stopped_as_guest") == []
    EmailAddress.objects.create(user=salon.dana, email="Dana@example.com", verified=True)
    assert len(from_json(download(dana), "messages_stopped_as_guest")) == 1


def test_the_owner_sees_the_business_and_staff_their_place(salon: Salon) -> None:
    def own(user: User) -> list[dict[str, Any]]:
        browser = Browser()
        browser.force_login(user)
        return from_json(download(browser), "own_businesses")

    assert [row["role"] for row in own(salon.alice)] == ["owner"]
    assert [(row["role"], row["name_there"]) for row in own(salon.mary)] == [("manager", "Mary")]


@pytest.mark.parametrize("phrase", PHRASES)
def test_words_survive_and_no_cell_is_a_formula(salon: Salon, dana: Browser, phrase: str) -> None:
    User.objects.filter(pk=salon.dana.pk).update(name=phrase)
    archive = download(dana)
    assert from_json(archive, "profile")[0]["name"] == phrase
    assert from_csv(archive, "profile")[0]["name"] == phrase
    raw = archive.read("profile.csv").decode("utf-8-sig")
    cells = next(csv.DictReader(io.StringIO(raw, newline="")))
    assert [cell for cell in cells.values() if cell[:1] in {"=", "+", "-", "@"}] == []
    assert cells["phone"] == "'+263771234567"


def test_the_picture_is_there(salon: Salon, dana: Browser, folder: Path) -> None:
    photo = SimpleUploadedFile("me.jpg", save(plain()))
    set_picture(of=salon.dana, picture=read_upload(photo, kind=PICTURE))
    assert download(dana).read("picture.webp")[:4] == b"RIFF"
    for file in folder.rglob("*.webp"):
        file.unlink()
    assert "picture.webp" not in download(dana).namelist()


def test_a_few_an_hour(salon: Salon, dana: Browser) -> None:
    answers = [dana.post(PAGE) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert answers[-1]["Retry-After"] == "3600"
    assert "try again in an hour" in answers[-1].content.decode()
    other = Browser()
    other.force_login(salon.bob)
    assert other.post(PAGE).status_code == 200


def many_messages(user: User, salon: Salon, number: int) -> None:
    Notification.objects.bulk_create(
        Notification(
            recipient=user,
            side="customer",
            kind="bookings",
            provider=salon.provider,
            title="Your booking is confirmed",
            text="x" * 500,
            path="/me/",
            dedupe=f"many:{number}:{each}",
            created_at=NOW - timedelta(minutes=each),
        )
        for each in range(number)
    )


def test_queries_do_not_grow(salon: Salon) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            write_own_data(salon.dana).close()
        return len([query for query in captured if "FETCH" not in query["sql"]])

    live_a_little(salon, salon.dana, "mine")
    few = queries()
    many_messages(salon.dana, salon, 300)
    assert queries() == few


def test_years_of_messages_need_no_memory(salon: Salon) -> None:
    many_messages(salon.dana, salon, 6000)  # some 4 MB of text
    tracemalloc.start()
    try:
        write_own_data(salon.dana).close()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * 2**20


def test_what_businesses_tell_their_people_of_customers_is_not_theirs_to_take(
    salon: Salon,
) -> None:
    tell(salon.bob, salon.provider, title="Danai booked", side="provider", kind="business")
    tell(salon.bob, salon.provider, title="Your own booking")
    with ZipFile(write_own_data(salon.bob)) as archive:
        rows = json.loads(archive.read("messages.json"))
    assert [row["title"] for row in rows] == ["Your own booking"]
