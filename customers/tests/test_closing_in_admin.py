"""The admin closes accounts as their people would, and deletes none."""

from datetime import timedelta

import pytest
from django.test import Client

from booking.domain.closing_accounts import GRACE, SETTLE, close_accounts, confirm_closing
from booking.models import OutboxJob
from customers.models import User
from project.tests.admin_pages import act, change_url
from providers.tests.salon import NOW, Salon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]


@pytest.fixture
def root(salon: Salon) -> Client:
    browser = Client()
    browser.force_login(User.objects.create_superuser("root@example.com", "a password"))
    return browser


def test_accounts_are_not_deleted(salon: Salon, root: Client) -> None:
    delete = change_url(salon.dana).replace("change/", "delete/")
    assert root.post(delete, {"post": "yes"}).status_code == 403
    act(root, "delete_selected", salon.dana)
    assert User.objects.filter(pk=salon.dana.pk).exists()


def test_closing_begins_as_the_persons_own_wish_does(salon: Salon, root: Client) -> None:
    for _ in range(2):
        act(root, "close", salon.dana)
    salon.dana.refresh_from_db()
    assert (salon.dana.closing_at, salon.dana.is_active) == (NOW + GRACE, True)
    assert [job.kind for job in OutboxJob.objects.all()] == ["closing_set"]


def test_owners_who_are_needed_are_refused_and_it_says_why(salon: Salon, root: Client) -> None:
    answer = act(root, "close", salon.alice)
    assert any("can be booked" in said for said in answer)
    salon.alice.refresh_from_db()
    assert salon.alice.closing_at is None


def test_a_shut_account_made_active_again_is_not_erased(salon: Salon, root: Client) -> None:
    confirm_closing(salon.dana, now=NOW)
    close_accounts(now=NOW + GRACE)
    data = {"email": "dana@example.com", "name": "Dana", "reminder_leads": "[1440]"}
    data |= {"language": "en", "is_active": "on", "phone": "", "country": "", "timezone": ""}
    assert root.post(change_url(salon.dana), data).status_code == 302
    assert close_accounts(now=NOW + GRACE + SETTLE + timedelta(days=1)) == 0
    salon.dana.refresh_from_db()
    assert (salon.dana.is_active, salon.dana.closing_at, salon.dana.shut_at) == (True, None, None)
