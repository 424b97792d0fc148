"""Danai, who leaves: everything of hers, and what must be nowhere in the end."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as LogIn
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from booking.domain.actors import Actor
from booking.domain.booking import Contact
from booking.domain.clients import merge_clients
from booking.domain.closing_accounts import (
    GRACE,
    SETTLE,
    close_accounts,
    confirm_closing,
)
from booking.domain.lifecycle import complete
from booking.domain.orders import place_order
from booking.domain.reviews import reply, write_review
from booking.models import (
    Appointment,
    Client,
    Notification,
    Order,
)
from booking.tests.cast import make_provider, make_staff, make_user
from booking.tests.jobs.salon import DAY, NOW, START, Salon, deliver, make_salon
from customers.domain.preferences import digest, set_preference
from customers.models import Channel, MessageKind, OptOut, User
from project.pictures import PICTURE, read_upload
from project.tests.photos import plain, save
from providers.domain.pictures import set_picture
from providers.models import Favourite, Invitation, Product

TRACES = (
    *("Danai Chikwanha", "danai", "+263772555666", "772555666", "second@example.net"),
    *("Maiden", "772111222"),
)
"""What must be nowhere in the end, in whatever case."""

END = NOW + GRACE
FAR = END + DAY


@pytest.fixture
def monday() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def salon(db: None, monday: Any) -> Salon:
    return make_salon()


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    return tmp_path


@pytest.fixture
def danai(salon: Salon) -> User:
    user = make_user("danai@example.com", name="Danai Chikwanha", phone="+263772555666")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    EmailAddress.objects.create(user=user, email="second@example.net", verified=True)
    return user


def book(salon: Salon, user: User, *, start: datetime = START, **given: Any) -> Appointment:
    who: dict[str, Any] = {"by": Actor.customer(user), "customer": user}
    return salon.book(start=start, **who | given)


def make_product(salon: Salon, *, name: str = "Shampoo") -> Product:
    return Product.objects.create(
        provider=salon.provider, name=name, price=Decimal(5), stock=10, active=True
    )


def order(salon: Salon, user: User, product: Product, **given: Any) -> Order:
    return place_order(
        customer=user,
        provider=salon.provider,
        items={product.pk: 2},
        notes="For Danai Chikwanha, please",
        by=Actor.customer(user),
        now=NOW,
        **given,
    )


def close(user: User, monday: Any, *, suspended: bool = False) -> None:
    """Everything from the wish to the end, with the mails in between."""
    confirm_closing(user, now=NOW)
    if suspended:
        User.objects.filter(pk=user.pk).update(is_active=False)
    for moment in (END, END + SETTLE):
        monday.move_to(moment)
        close_accounts(now=moment)
        deliver()
    user.refresh_from_db()


def everything() -> dict[str, list[str]]:
    """Every row of every table as text; what sessions hold is decoded."""
    found = {
        model._meta.label: [
            json.dumps(row, default=str, ensure_ascii=False)
            for row in model._base_manager.order_by("pk").values()
        ]
        for model in apps.get_models()
    }
    found["sessions.Session"] = [str(row.get_decoded()) for row in LogIn.objects.all()]
    return found


def leaks() -> dict[str, list[str]]:
    """The rows in which the person can still be found."""
    return {
        label: hits
        for label, rows in everything().items()
        if (hits := [row for row in rows if any(one.lower() in row.lower() for one in TRACES)])
    }


def live_a_little(salon: Salon, danai: User, admin: User) -> Appointment:
    """Leave traces wherever a person can."""
    visit = book(
        salon, danai, notes="I am Danai Chikwanha, ring 0772555666", idempotency_key="danai:1"
    )
    book(salon, danai, start=START + DAY, contact=Contact(name="DANAI", phone="+263772555666"))
    book(salon, danai, start=FAR)
    deliver()
    owner = Actor.provider(salon.alice)
    complete(visit, by=owner, now=visit.end)
    Appointment.objects.filter(pk=visit.pk).update(business_notes="Danai likes tea")
    review = write_review(visit, by=danai, rating=5, text="Lovely!", now=visit.end)
    reply(review, by=salon.alice, text="Thank you, Danai Chikwanha!", now=visit.end)
    order(salon, danai, make_product(salon), idempotency_key="danai:2")
    client = Client.objects.get(user=danai)
    Client.objects.filter(pk=client.pk).update(notes="Danai's dog is called Rex", blocked=True)
    Client.objects.create(
        provider=salon.provider,
        identity="phone:+263772555666",
        phone="+263772555666",
        name="Danai",
        merged_into=client,
    )
    found_to_be_the_same(salon, client)
    Favourite.objects.create(user=danai, provider=salon.provider)
    set_preference(danai, MessageKind.DIGEST, Channel.EMAIL, wanted=True)
    OptOut.objects.create(digest=digest(danai.email), kind=MessageKind.REMINDERS)
    set_picture(of=danai, picture=read_upload(SimpleUploadedFile("x", save(plain())), kind=PICTURE))
    colleague = make_staff(make_provider(), name="D.", user=danai)
    Invitation.objects.create(
        staff=colleague, email="Danai@example.com", created_at=NOW, expires_at=NOW + DAY
    )
    agenda(salon, ["14:30–16:00", "Danai Chikwanha, Box braids, with Rudo"])
    Notification.objects.create(
        recipient=salon.alice,
        side="provider",
        kind="business",
        provider=salon.provider,
        title="Somebody joined",
        text="They sign in with danai@example.com.",
        path="/provider/",
        dedupe="other",
        message={"sentences": ["They sign in with danai@example.com."], "facts": []},
    )
    for entry in LOGGED:
        log(admin, danai, **entry)
    Browser().login(username="danai@example.com", password="a-password-for-tests")
    Browser().force_login(danai)
    Browser().post(
        "/accounts/login/", {"login": "danai@example.com", "password": "a-password-for-tests"}
    )
    deliver()
    return visit


LOGGED = (
    {
        "object_repr": "Danai Maiden",
        "change_message": '[{"changed": {"name": "address", "object": "danai@example.com (D.)"}}]',
    },
    {"object_repr": "Danai Chikwanha", "change_message": "Renamed from Danai Maiden."},
    {
        "object_id": "0",
        "object_repr": "second@example.net",
        "change_message": '[{"added": {"name": "address", "object": "Second@example.net"}}]',
    },
)


def log(admin: User, about: User, **given: str) -> LogEntry:
    """What an administrator did to an account, by its former name too."""
    entry: dict[str, Any] = {"object_id": str(about.pk)} | given
    return LogEntry.objects.create(
        user=admin,
        content_type=ContentType.objects.get_for_model(User),
        action_flag=CHANGE,
        **entry,
    )


def agenda(salon: Salon, *facts: list[str], start: datetime = START) -> Notification:
    """The mail of the morning, with these lines."""
    day = start.astimezone(salon.provider.tz).date().isoformat()
    return Notification.objects.create(
        recipient=salon.alice,
        side="provider",
        kind="digest",
        provider=salon.provider,
        title="Today at Tendai Hair Studio",
        path="/provider/",
        dedupe=f"digest:{salon.provider.pk}:{day}:{salon.alice.pk}",
        message={"subject": "Today", "facts": list(facts), "sentences": [], "link": "http://x/"},
    )


def found_to_be_the_same(salon: Salon, client: Client) -> Appointment:
    """A guest's booking, of whom the business found that it was the client."""
    contact = Contact(name="Danai Maiden", phone="+263772111222")
    guest = salon.book(start=START + 2 * DAY, by=Actor.guest(), contact=contact)
    assert guest.client is not None
    merge_clients(client, guest.client, by=Actor.provider(salon.alice), now=NOW)
    return guest
