"""Notes about an appointment that nobody but the business ever sees."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client as Browser

from booking.models import Appointment, Delivery, Notification, OutboxJob, Status
from booking.notifications.telling import tell
from customers.models import User
from project import clock
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db
SECRET = "Talks a lot, charge more"

LogIn = Callable[[User], Browser]


@pytest.fixture
def own(salon: Salon) -> Appointment:
    return make_appointment(
        salon.braids, salon.bobs, start=NOW + DAY, status=Status.PENDING, customer=salon.dana
    )


def page(own: Appointment) -> str:
    return f"/provider/appointments/{own.pk}/"


def write(browser: Browser, own: Appointment, text: str) -> int:
    return browser.post(f"{page(own)}notes/", {"business_notes": text}).status_code


@pytest.mark.parametrize("who", ["alice", "mary", "bob"])
def test_those_at_the_business_write_and_read_them(
    salon: Salon, as_user: LogIn, own: Appointment, who: str
) -> None:
    browser = as_user(getattr(salon, who))
    assert write(browser, own, f" {SECRET}\r\nTwice. ") == 303
    own.refresh_from_db()
    assert own.business_notes == f"{SECRET}\nTwice."
    assert SECRET in browser.get(page(own)).content.decode()


def test_they_can_be_emptied(salon: Salon, as_user: LogIn, own: Appointment) -> None:
    Appointment.objects.update(business_notes=SECRET)
    assert write(as_user(salon.alice), own, "") == 303
    own.refresh_from_db()
    assert own.business_notes == ""


def test_too_long_a_text_comes_back(salon: Salon, as_user: LogIn, own: Appointment) -> None:
    browser = as_user(salon.alice)
    response = browser.post(f"{page(own)}notes/", {"business_notes": "x" * 2001})
    assert response.status_code == 422
    assert "x" * 2001 in response.content.decode()
    own.refresh_from_db()
    assert own.business_notes == ""


def test_nobody_else_writes(salon: Salon, as_user: LogIn, own: Appointment) -> None:
    others = make_appointment(salon.braids, salon.tendai, start=NOW + 2 * DAY)
    assert write(as_user(salon.bob), others, SECRET) == 404
    assert write(as_user(salon.charlie), own, SECRET) == 404
    assert write(as_user(salon.dana), own, SECRET) == 404
    assert write(Browser(), own, SECRET) == 302
    assert not Appointment.objects.exclude(business_notes="").exists()


def test_customers_never_see_them(
    salon: Salon, as_user: LogIn, own: Appointment, client: Browser
) -> None:
    """Everything that a customer gets of a booking: pages, calendar file, messages."""
    Appointment.objects.update(business_notes=SECRET, notes="What Dana wrote")
    seen = ""
    dana = as_user(salon.dana)
    for url in ("/me/", f"/me/appointments/{own.reference}/"):
        seen += dana.get(url).content.decode()
    for url in ("", "reschedule/", "cancel/", "calendar.ics"):
        seen += client.get(f"/a/{own.token}/{url}").content.decode()
    as_user(salon.alice).post(f"{page(own)}accept/")
    for event in own.events.all():
        tell(event, now=clock.now())
    seen += "".join(f"{one.title} {one.message}" for one in Notification.objects.all())
    seen += "".join(str(one.payload) for one in OutboxJob.objects.all())
    seen += "".join(str(one.body) for one in mail.outbox) + str(list(Delivery.objects.values()))
    assert "Braids" in seen
    assert "What Dana wrote" in seen
    assert SECRET not in seen
    assert SECRET in as_user(salon.alice).get(page(own)).content.decode()
