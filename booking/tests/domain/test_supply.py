"""Changing services and resources: what is booked stays, what can still be sold follows."""

from decimal import Decimal

import pytest

from booking.domain.errors import SlotUnavailable
from booking.domain.lifecycle import cancel
from booking.domain.resource_use import Excess, find_overuse
from booking.domain.supply import (
    archive_service,
    coming_by_service,
    restore_service,
    save_resource,
    save_service,
)
from booking.models import Appointment, Session
from booking.tests.cast import make_resource, make_service
from booking.tests.domain.conftest import TUESDAY, Salon
from project.errors import InvalidInput
from providers.models import Resource, Service


def save(salon: Salon, service: Service, **changes: object) -> None:
    """Change a service as its page does."""
    fresh = Service.objects.select_related("provider").get(pk=service.pk)
    for name, value in changes.items():
        setattr(fresh, name, value)
    resources = list(fresh.resources.all())
    save_service(fresh, staff=[salon.staff], resources=resources, now=salon.now)


def seats(session: Session) -> tuple[int, int]:
    session.refresh_from_db()
    return session.seats, session.seats_taken


@pytest.fixture
def yoga(salon: Salon) -> Service:
    """A class of ten."""
    return make_service(salon.provider, [salon.staff], name="Yoga", seats=10)


def join(salon: Salon, yoga: Service, party: int, clock_face: str = "10:00") -> Appointment:
    return salon.book(clock_face, ask=salon.ask(service=yoga, party_size=party))


# --- durations, buffers, prices -------------------------------------------------------------------


def test_editing_leaves_time_occupied_range_and_price(salon: Salon) -> None:
    salon.book("10:00")
    before = list(Appointment.objects.values()), list(Session.objects.values())
    save(salon, salon.service, duration=180, price=Decimal(99), buffer_before=60, buffer_after=60)
    assert (list(Appointment.objects.values()), list(Session.objects.values())) == before


def test_new_bookings_follow_the_new_facts(salon: Salon) -> None:
    salon.book("10:00")
    save(salon, salon.service, duration=180, price=Decimal(99), buffer_after=60)
    made = salon.book("12:00")
    assert (made.duration, made.price) == (180, Decimal("99.00"))
    assert made.session.occupied_until == salon.at("16:00")
    with pytest.raises(SlotUnavailable):
        salon.book("08:00")  # would run into the old one at ten


# --- seats ----------------------------------------------------------------------------------------


def test_fewer_seats_than_sold_keeps_the_sold_and_sells_no_more(
    salon: Salon, yoga: Service
) -> None:
    first = join(salon, yoga, 4)
    join(salon, yoga, 3)
    save(salon, yoga, seats=5)
    assert seats(first.session) == (7, 7)
    assert Appointment.objects.active().count() == 2
    with pytest.raises(SlotUnavailable) as refusal:
        join(salon, yoga, 1)
    assert [problem.code for problem in refusal.value.problems] == ["class_full"]
    cancel(first, by=salon.owner, now=salon.now)
    assert seats(first.session) == (7, 3)


def test_fewer_seats_than_before_sells_up_to_the_new_number(salon: Salon, yoga: Service) -> None:
    first = join(salon, yoga, 3)
    save(salon, yoga, seats=5)
    assert seats(first.session) == (5, 3)
    join(salon, yoga, 2)
    with pytest.raises(SlotUnavailable):
        join(salon, yoga, 1)


def test_more_seats_open_coming_sessions_too(salon: Salon, yoga: Service) -> None:
    first = join(salon, yoga, 10)
    save(salon, yoga, seats=12)
    assert seats(first.session) == (12, 10)
    join(salon, yoga, 2)


def test_a_session_that_has_begun_stays_as_it_is(salon: Salon, yoga: Service) -> None:
    running = join(salon, yoga, 2)
    salon.now = salon.at("10:30")
    save(salon, yoga, seats=5)
    assert seats(running.session) == (10, 2)


def test_what_was_booked_for_one_party_is_no_class(salon: Salon) -> None:
    """Its one seat stands for the whole party, so that more seats would count wrongly."""
    room = make_resource(salon.provider, capacity=6)
    salon.service.resources.set([room])
    party = salon.book("10:00", ask=salon.ask(party_size=4))
    save(salon, salon.service, seats=6)
    assert seats(party.session) == (1, 1)
    with pytest.raises(SlotUnavailable):
        join(salon, salon.service, 1)
    cancel(party, by=salon.owner, now=salon.now)
    assert seats(party.session) == (1, 0)


def test_a_class_that_becomes_one_to_one_keeps_its_people(salon: Salon, yoga: Service) -> None:
    first, second = join(salon, yoga, 2), join(salon, yoga, 1)
    save(salon, yoga, seats=1)
    with pytest.raises(SlotUnavailable):
        join(salon, yoga, 1)
    cancel(second, by=salon.owner, now=salon.now)
    assert seats(first.session) == (10, 2)


def test_a_smaller_room_sells_fewer_seats(salon: Salon, yoga: Service) -> None:
    room = make_resource(salon.provider, capacity=10)
    yoga.resources.set([room])
    first = join(salon, yoga, 3)
    room.capacity = 4
    save_resource(room, now=salon.now)
    assert seats(first.session) == (4, 3)
    with pytest.raises(SlotUnavailable):
        join(salon, yoga, 2)


# --- archiving ------------------------------------------------------------------------------------


def test_archiving_counts_what_is_kept(salon: Salon) -> None:
    salon.book("10:00")
    gone = salon.book("12:00")
    cancel(gone, by=salon.owner, now=salon.now)
    salon.book("10:00", day=TUESDAY)
    assert coming_by_service(salon.provider, now=salon.now) == {salon.service.pk: 2}
    assert archive_service(salon.service, now=salon.now) == 2
    assert archive_service(salon.service, now=salon.now) == 2
    assert Appointment.objects.active().count() == 2
    assert archive_service(salon.service, now=salon.at("18:00", TUESDAY)) == 0
    restore_service(salon.service)
    assert Service.objects.get(pk=salon.service.pk).active


# --- resources ------------------------------------------------------------------------------------


@pytest.fixture
def chair(salon: Salon) -> Resource:
    """Three chairs, which the hire needs."""
    return make_resource(salon.provider, name="Chair", quantity=3, capacity=4)


@pytest.fixture
def hire(salon: Salon, chair: Resource) -> Service:
    return make_service(salon.provider, [], [chair], name="Hire")


def hired(salon: Salon, hire: Service, clock_face: str, party: int = 1) -> Appointment:
    return salon.book(clock_face, ask=salon.ask(service=hire, party_size=party))


def overuse(salon: Salon, chair: Resource, **change: object) -> dict[Excess, list[Appointment]]:
    for name, value in change.items():
        setattr(chair, name, value)
    save_resource(chair, now=salon.now)
    found = find_overuse(salon.provider, now=salon.now)
    assert found == find_overuse(salon.provider, now=salon.now, resource=chair)
    return {each.excess: list(each.appointments) for each in found}


def test_enough_of_everything_is_no_conflict(salon: Salon, chair: Resource, hire: Service) -> None:
    for clock_face in ("10:00", "10:00", "10:30"):
        hired(salon, hire, clock_face, party=4)
    assert overuse(salon, chair) == {}


def test_fewer_units_list_those_who_meet(salon: Salon, chair: Resource, hire: Service) -> None:
    first, second = hired(salon, hire, "10:00"), hired(salon, hire, "10:30")
    hired(salon, hire, "11:30")  # begins as the second ends
    third, fourth = hired(salon, hire, "14:00"), hired(salon, hire, "14:00")
    assert overuse(salon, chair, quantity=1) == {Excess.TOO_MANY: [first, second, third, fourth]}
    assert overuse(salon, chair, quantity=2) == {}
    with pytest.raises(SlotUnavailable):
        hired(salon, hire, "14:00")


def test_buffers_count(salon: Salon, chair: Resource, hire: Service) -> None:
    hire.buffer_after = 30
    hire.save()
    first, second = hired(salon, hire, "10:00"), hired(salon, hire, "11:00")
    assert overuse(salon, chair, quantity=1) == {Excess.TOO_MANY: [first, second]}


def test_smaller_units_list_large_parties(
    salon: Salon, chair: Resource, hire: Service, yoga: Service
) -> None:
    large = hired(salon, hire, "10:00", party=4)
    hired(salon, hire, "10:00", party=2)
    assert overuse(salon, chair, capacity=2) == {Excess.TOO_LARGE: [large]}
    with pytest.raises(InvalidInput):
        hired(salon, hire, "14:00", party=3)


def test_smaller_units_list_everybody_in_a_full_class(
    salon: Salon, chair: Resource, yoga: Service
) -> None:
    yoga.resources.set([chair])
    both = [join(salon, yoga, 2), join(salon, yoga, 1)]
    join(salon, yoga, 2, "14:00")
    assert overuse(salon, chair, capacity=2) == {Excess.TOO_LARGE: both}


def test_what_is_away_lists_all_that_is_coming(
    salon: Salon, chair: Resource, hire: Service
) -> None:
    past, coming = hired(salon, hire, "08:00"), hired(salon, hire, "10:00")
    gone = hired(salon, hire, "10:00")
    cancel(gone, by=salon.owner, now=salon.now)
    salon.now = salon.at("09:00")
    assert overuse(salon, chair, available=False) == {Excess.UNAVAILABLE: [coming]}
    assert past.end == salon.now


def test_what_nothing_uses_is_no_conflict(salon: Salon, chair: Resource, hire: Service) -> None:
    hired(salon, hire, "10:00")
    other = make_resource(salon.provider, available=False)
    assert find_overuse(salon.provider, now=salon.now, resource=other) == []
