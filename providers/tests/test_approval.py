"""A business that waited for approval: its owner is told, once for each time."""

import pytest
from django.core import mail
from django.test import Client

from booking.jobs.handlers import HANDLERS
from booking.jobs.runner import run_due
from booking.models import Notification
from customers.models import User
from project.tests.admin_pages import change_url, posted
from providers.models import Provider
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db

LIST = "/admin/providers/provider/"


@pytest.fixture
def boss(db: None, client: Client) -> Client:
    """An administrator's browser."""
    user = User.objects.create_superuser("boss@example.com", "a-password-for-tests")
    client.force_login(user)
    return client


def approve(boss: Client, *providers: Provider) -> str:
    chosen = [provider.pk for provider in providers]
    sent = {"action": "approve", "_selected_action": chosen}
    return boss.post(LIST, sent, follow=True).content.decode()


def test_the_owner_is_told_on_the_site_and_by_mail(salon: Salon, boss: Client) -> None:
    Provider.objects.filter(pk=salon.provider.pk).update(approved=False)
    assert "Approved: 1." in approve(boss, salon.provider, salon.elsewhere)
    assert "Approved: 0." in approve(boss, salon.provider)
    told = Notification.objects.get()
    assert (told.recipient, told.path) == (salon.alice, "/p/salon/")
    mail.outbox.clear()
    run_due(HANDLERS)
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["alice@example.com"], "Alice Salon is approved")
    assert "Everybody can find and book you now." in letter.body
    client = Client()
    client.force_login(salon.alice)
    assert "Your business is approved" in letter.body
    assert "Alice Salon is approved" in client.get("/me/notifications/").content.decode()


def test_who_has_not_published_is_led_on(salon: Salon, boss: Client) -> None:
    Provider.objects.filter(pk=salon.provider.pk).update(approved=False, published=False)
    approve(boss, salon.provider)
    assert Notification.objects.get().path == "/provider/start/"


def test_the_box_in_the_form_tells_as_well(salon: Salon, boss: Client) -> None:
    Provider.objects.filter(pk=salon.provider.pk).update(approved=False)
    url = change_url(salon.provider)
    form = posted(boss.get(url))
    assert boss.post(url, form | {"approved": "on"}).status_code == 302
    assert Notification.objects.get().recipient == salon.alice
    boss.post(url, form | {"approved": "on", "name": "Renamed"})
    assert Notification.objects.count() == 1
