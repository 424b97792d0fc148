"""What keeps a service from being booked as it says."""

from typing import Any

import pytest

from booking.tests.cast import make_resource, make_service, make_staff, set_hours
from providers.domain.services import Stretches, find_snags, offered
from providers.models import Service, WeeklyHours
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db


def snags(service: Service) -> list[str]:
    found = find_snags(offered(service.provider).get(pk=service.pk), Stretches.of(service.provider))
    return [snag.code for snag in found]


def test_an_ordinary_service_has_none(salon: Salon) -> None:
    assert snags(salon.braids) == []
    hall = make_resource(salon.provider, capacity=8)
    assert snags(make_service(salon.provider, [], [hall])) == []
    assert snags(make_service(salon.provider, [salon.bobs], [hall], seats=8)) == []


def test_somebody_must_perform_it_who_still_works_here(salon: Salon) -> None:
    gone = make_staff(salon.provider, active=False)
    service = make_service(salon.provider, [gone])
    assert snags(service) == ["nobody"]
    service.staff.add(salon.bobs)
    assert snags(service) == []


def test_what_needs_nobody_needs_a_resource(salon: Salon) -> None:
    assert snags(make_service(salon.provider)) == ["nothing"]


def test_each_resource_that_is_away_is_named(salon: Salon) -> None:
    away = [make_resource(salon.provider, name=name, available=False) for name in ("Sun", "Moon")]
    service = make_service(salon.provider, [salon.bobs], [*away, make_resource(salon.provider)])
    assert snags(service) == ["resource", "resource"]
    found = find_snags(offered(salon.provider).get(pk=service.pk), Stretches.of(salon.provider))
    assert [snag.text.split()[0] for snag in found] == ["Sun", "Moon"]


@pytest.mark.parametrize(("seats", "expected"), [(1, []), (8, []), (9, ["seats"])])
def test_a_class_fits_into_its_room(salon: Salon, seats: int, expected: list[str]) -> None:
    room = make_resource(salon.provider, capacity=8)
    assert snags(make_service(salon.provider, [salon.bobs], [room], seats=seats)) == expected


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ({"duration": 540}, []),  # 08:00 to 17:00
        ({"duration": 541}, ["duration"]),
        ({"min_duration": 60, "max_duration": 600, "duration_step": 60}, ["duration"]),
        ({"min_duration": 60, "max_duration": 540, "duration_step": 60}, []),
    ],
)
def test_it_fits_into_a_working_day(
    salon: Salon, lengths: dict[str, Any], expected: list[str]
) -> None:
    hall = make_resource(salon.provider)
    assert snags(make_service(salon.provider, [salon.bobs], **lengths)) == expected
    assert snags(make_service(salon.provider, [], [hall], **lengths)) == expected


def test_the_hours_are_those_of_who_performs_it(salon: Salon) -> None:
    salon.bobs.own_hours = True
    salon.bobs.save()
    service = make_service(salon.provider, [salon.bobs], duration=240)
    assert snags(service) == ["hours"]
    set_hours(salon.provider, [0], start=480, end=660, staff=salon.bobs)
    set_hours(salon.provider, [0], start=720, end=900, staff=salon.bobs)
    assert snags(service) == ["duration"]  # three hours, a break, three hours
    service.staff.add(salon.tendai)
    assert snags(service) == []


def test_without_hours_nothing_can_be_booked(salon: Salon) -> None:
    WeeklyHours.objects.all().delete()
    assert snags(salon.braids) == ["hours"]


def test_archived_services_have_none(salon: Salon) -> None:
    assert snags(make_service(salon.provider, active=False)) == []
