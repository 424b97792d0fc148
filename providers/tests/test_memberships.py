"""Who belongs to a business, and as what."""

import pytest

from booking.tests.cast import make_provider, make_staff
from providers.domain.access import Role, memberships
from providers.tests.salon import Salon

pytestmark = pytest.mark.django_db


def roles(user: object) -> list[tuple[str, str]]:
    return [(place.provider.slug, place.role.value) for place in memberships(user)]  # type: ignore[arg-type]


def test_owner_manager_and_staff_have_their_roles(salon: Salon) -> None:
    assert roles(salon.alice) == [("salon", "owner")]
    assert roles(salon.mary) == [("salon", "manager")]
    assert roles(salon.bob) == [("salon", "staff")]


def test_customer_has_none(salon: Salon) -> None:
    assert memberships(salon.dana) == []


def test_owner_who_also_performs_services_stays_owner_and_has_the_staff_row(salon: Salon) -> None:
    own = make_staff(salon.provider, name="Alice", user=salon.alice)
    [place] = memberships(salon.alice)
    assert (place.role, place.staff, place.sees_all) == (Role.OWNER, own, True)


def test_those_who_left_have_none(salon: Salon) -> None:
    salon.bobs.active = False
    salon.bobs.save()
    assert memberships(salon.bob) == []


def test_roles_differ_between_businesses(salon: Salon) -> None:
    make_provider(salon.bob, slug="barber", name="Barber Bob")
    assert roles(salon.bob) == [("salon", "staff"), ("barber", "owner")]


def test_staff_row_at_one_business_gives_nothing_at_another(salon: Salon) -> None:
    make_staff(salon.elsewhere, name="Bob", user=salon.bob, active=False)
    assert roles(salon.bob) == [("salon", "staff")]
