"""What belongs to one business is not used by another, whoever types it."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from booking.tests.cast import make_resource, make_service, make_staff
from customers.models import User
from project.tests.admin_pages import change_url, list_url, posted
from providers.models import DateOverride, Resource, Service, Staff, TimeOff, WeeklyHours
from providers.models.belonging import check_same_business
from providers.tests.salon import DAY, NOW, Salon, make_appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    """An administrator's browser."""
    client.force_login(User.objects.create_superuser("boss@example.com", "a-password-for-tests"))
    return client


def rows(salon: Salon, staff: Staff | None) -> list[WeeklyHours | DateOverride | TimeOff]:
    whose = {"provider": salon.provider, "staff": staff}
    return [
        WeeklyHours(**whose, weekday=0, start_minute=0, end_minute=60),
        DateOverride(**whose, date=date(2026, 12, 24)),
        TimeOff(**whose, start=NOW, end=NOW + DAY),
    ]


def test_hours_and_time_off_are_for_ones_own_people(salon: Salon) -> None:
    for row in [*rows(salon, salon.bobs), *rows(salon, None)]:
        row.full_clean()
    stranger = make_staff(salon.elsewhere)
    for row in rows(salon, stranger):
        with pytest.raises(ValidationError) as refusal:
            row.full_clean()
        assert set(refusal.value.message_dict) == {"staff"}


def test_time_off_is_for_ones_own_resources(salon: Salon) -> None:
    off = {"provider": salon.provider, "start": NOW, "end": NOW + DAY}
    TimeOff(**off, resource=make_resource(salon.provider)).full_clean()
    with pytest.raises(ValidationError) as refusal:
        TimeOff(**off, resource=make_resource(salon.elsewhere)).full_clean()
    assert set(refusal.value.message_dict) == {"resource"}


def test_hours_without_a_business_are_refused_plainly(salon: Salon) -> None:
    row = WeeklyHours(staff=salon.bobs, weekday=0, start_minute=0, end_minute=60)
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    assert set(refusal.value.message_dict) == {"provider"}


def test_all_fields_that_cross_are_named(salon: Salon) -> None:
    own, other = salon.bobs, make_staff(salon.elsewhere)
    check_same_business(salon.provider.pk, staff=[own, None], resources=[])
    with pytest.raises(ValidationError) as refusal:
        check_same_business(
            salon.provider.pk, staff=[own, other], resources=[make_resource(salon.elsewhere)]
        )
    assert set(refusal.value.message_dict) == {"staff", "resources"}


@pytest.mark.parametrize("field", ["staff", "resources"])
def test_service_in_the_admin_takes_its_own_people_and_rooms_only(
    salon: Salon, admin: Client, field: str
) -> None:
    url = change_url(salon.braids)
    own = {"staff": [salon.bobs.pk], "resources": [make_resource(salon.provider).pk]}
    foreign = {
        "staff": [make_staff(salon.elsewhere).pk],
        "resources": [make_resource(salon.elsewhere).pk],
    }
    data = posted(admin.get(url)) | own
    refused: Any = admin.post(url, data | {field: foreign[field]})
    assert refused.status_code == 200
    assert field in refused.context["adminform"].form.errors
    assert salon.braids.staff.count() == 3
    assert admin.post(url, data).status_code == 302
    assert [each.pk for each in salon.braids.staff.all()] == own["staff"]
    assert [each.pk for each in salon.braids.resources.all()] == own["resources"]


def test_new_service_takes_its_own_people_only(salon: Salon, admin: Client) -> None:
    url = list_url(Service) + "add/"
    data = posted(admin.get(url)) | {
        "name": "Locks",
        "slug": "locks",
        "price": "9",
        "resources": [],
    }
    data |= {"provider": salon.provider.pk, "staff": [make_staff(salon.elsewhere).pk]}
    assert "staff" in admin.post(url, data).context["adminform"].form.errors
    assert admin.post(url, data | {"staff": [salon.bobs.pk]}).status_code == 302
    assert Service.objects.get(slug="locks").provider == salon.provider


@pytest.mark.parametrize("model", [Staff, Resource, Service])
def test_nothing_moves_to_another_business(salon: Salon, admin: Client, model: Any) -> None:
    kinds: dict[Any, Any] = {
        Staff: salon.bobs,
        Resource: make_resource(salon.provider),
        Service: make_service(salon.provider),
    }
    row = kinds[model]
    data = posted(admin.get(change_url(row))) | {"staff": [], "resources": []}
    data |= {"provider": salon.elsewhere.pk, "name": "Renamed"}
    assert admin.post(change_url(row), data).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.provider) == ("Renamed", salon.provider)


@pytest.mark.parametrize("page", ["", "cancel/", "reschedule/"])
def test_appointment_of_somebody_who_was_moved_is_not_found(
    salon: Salon, as_user: Any, page: str
) -> None:
    """Such rows can come only from outside; they must not break the page."""
    made = make_appointment(salon.braids, salon.bobs, start=NOW + DAY)
    Staff.objects.filter(pk=salon.bobs.pk).update(provider=salon.elsewhere)
    browser = as_user(salon.bob)
    assert browser.get(f"/provider/appointments/{made.pk}/{page}").status_code == 404
    assert b"Guest Gumbo" not in browser.get("/provider/").content


@pytest.mark.parametrize("zone", ["Factory", "localtime", "Mars/Olympus", "africa/harare"])
def test_timezones_are_places(salon: Salon, zone: str) -> None:
    salon.provider.timezone = zone
    with pytest.raises(ValidationError) as refusal:
        salon.provider.clean_fields()
    assert set(refusal.value.message_dict) == {"timezone"}


@pytest.mark.parametrize("zone", ["Africa/Harare", "UTC", "America/Argentina/Ushuaia"])
def test_real_timezones_pass(salon: Salon, zone: str) -> None:
    salon.provider.timezone = zone
    salon.provider.clean_fields()


@pytest.mark.parametrize("currency", ["££", "usd", "US", "U$D", "USD\n", "ŪSD"])
def test_currencies_are_three_capital_letters(salon: Salon, currency: str) -> None:
    salon.provider.currency = currency
    with pytest.raises(ValidationError) as refusal:
        salon.provider.clean_fields()
    assert set(refusal.value.message_dict) == {"currency"}
    salon.provider.currency = "ZWG"
    salon.provider.clean_fields()


@pytest.mark.parametrize(
    ("model", "change"),
    [(Resource, {"quantity": 0}), (Resource, {"capacity": 0}), (Service, {"seats": 0})],
)
def test_database_refuses_rooms_and_classes_for_nobody(
    salon: Salon, model: Any, change: dict[str, int]
) -> None:
    make_resource(salon.provider)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**change)
