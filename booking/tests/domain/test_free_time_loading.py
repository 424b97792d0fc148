"""What the loader finds in the database and hands to the engine."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from booking.constraints import LONGEST
from booking.domain.free_time import load_free_time
from booking.domain.holds import take_hold
from booking.domain.lifecycle import cancel
from booking.models import BusyTime
from booking.tests.cast import make_provider, make_resource, make_service, make_staff, set_hours
from booking.tests.domain.conftest import MONDAY, TUESDAY, Salon
from project.errors import InvalidInput
from providers.models import DateOverride, TimeOff
from providers.models.provider import LONGEST_BUFFER
from providers.models.service import LONGEST_DURATION


def test_nothing_that_can_be_booked_outlasts_the_search_for_overlaps() -> None:
    assert timedelta(minutes=LONGEST_DURATION + 2 * LONGEST_BUFFER) <= LONGEST


def starts(salon: Salon, day: date = MONDAY, **choices: Any) -> list[str]:
    """The free starts of a day as the provider's clock shows them."""
    asked = {key: choices.pop(key) for key in ("service", "staff_id", "duration") if key in choices}
    free = load_free_time(salon.ask(**asked), now=salon.now, first=day, last=day, **choices)
    zone = salon.provider.tz
    return [f"{slot.start.astimezone(zone):%H:%M}" for slot in free.days()[0].slots]


def span(salon: Salon, start: str, end: str, day: date = MONDAY) -> dict[str, datetime]:
    return {"start": salon.at(start, day), "end": salon.at(end, day)}


def test_opening_hours_are_offered_on_the_step(salon: Salon) -> None:
    found = starts(salon)
    assert (found[0], found[1], found[-1], len(found)) == ("08:00", "08:15", "16:00", 33)


def test_sunday_is_closed(salon: Salon) -> None:
    assert starts(salon, MONDAY - timedelta(days=1)) == []


def test_own_hours_replace_the_opening_hours(salon: Salon) -> None:
    salon.staff.own_hours = True
    salon.staff.save()
    set_hours(salon.provider, [0], start=600, end=720, staff=salon.staff)
    assert starts(salon) == ["10:00", "10:15", "10:30", "10:45", "11:00"]
    assert starts(salon, TUESDAY) == []


def test_own_hours_rows_do_not_count_while_the_person_follows_the_business(salon: Salon) -> None:
    set_hours(salon.provider, [0], start=600, end=720, staff=salon.staff)
    assert len(starts(salon)) == 33


def test_a_closed_date_closes_everybody(salon: Salon) -> None:
    DateOverride.objects.create(provider=salon.provider, date=MONDAY)
    assert starts(salon) == []
    assert len(starts(salon, TUESDAY)) == 33


def test_special_hours_of_a_date_replace_the_week(salon: Salon) -> None:
    DateOverride.objects.create(
        provider=salon.provider, date=MONDAY, start_minute=1080, end_minute=1170
    )
    assert starts(salon) == ["18:00", "18:15", "18:30"]


def test_own_special_hours_win_over_a_closed_business(salon: Salon) -> None:
    DateOverride.objects.create(provider=salon.provider, date=MONDAY)
    DateOverride.objects.create(
        provider=salon.provider, staff=salon.staff, date=MONDAY, start_minute=600, end_minute=660
    )
    assert starts(salon) == ["10:00"]


@pytest.mark.parametrize("whose", ["business", "staff"])
def test_time_off_blocks(salon: Salon, whose: str) -> None:
    staff = salon.staff if whose == "staff" else None
    TimeOff.objects.create(provider=salon.provider, staff=staff, **span(salon, "08:00", "15:00"))
    assert starts(salon)[0] == "15:00"


def test_time_off_of_somebody_else_does_not_block(salon: Salon) -> None:
    other = make_staff(salon.provider)
    TimeOff.objects.create(provider=salon.provider, staff=other, **span(salon, "08:00", "17:00"))
    assert len(starts(salon)) == 33


def test_busy_time_from_outside_blocks(salon: Salon) -> None:
    BusyTime.objects.create(staff=salon.staff, uid="a", **span(salon, "09:00", "17:00"))
    assert starts(salon) == ["08:00"]


def test_an_appointment_blocks_with_its_buffers(salon: Salon) -> None:
    salon.service.buffer_before, salon.service.buffer_after = 15, 30
    salon.service.save()
    salon.book("10:00")
    found = starts(salon)
    assert "08:15" in found  # its own buffer after ends at 09:45, when the other's begins
    assert "08:30" not in found
    assert "11:30" not in found  # its own buffer before would begin at 11:15
    assert "11:45" in found


def test_the_usual_buffers_of_the_business_apply(salon: Salon) -> None:
    salon.provider.buffer_after = 30
    salon.provider.save()
    salon.book("08:00")
    assert starts(salon)[0] == "09:30"


def test_a_cancelled_appointment_frees_its_time(salon: Salon) -> None:
    appointment = salon.book("10:00")
    assert "10:00" not in starts(salon)
    cancel(appointment, by=salon.owner, now=salon.now)
    assert "10:00" in starts(salon)


def test_a_hold_blocks_others_but_not_its_visitor(salon: Salon) -> None:
    take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    assert "10:00" not in starts(salon, visitor="bea")
    assert "10:00" in starts(salon, visitor="ada")


def test_a_hold_ends_by_itself(salon: Salon) -> None:
    hold = take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    salon.now = hold.expires_at - timedelta(seconds=1)
    assert "10:00" not in starts(salon)
    salon.now = hold.expires_at
    assert "10:00" in starts(salon)


def test_notice_and_horizon_bind_customers_and_not_the_business(salon: Salon) -> None:
    salon.provider.minimum_notice, salon.provider.booking_horizon = 180, 1
    salon.provider.save()
    assert starts(salon)[0] == "10:00"
    assert starts(salon, by_business=True)[0] == "08:00"
    assert starts(salon, TUESDAY + timedelta(days=1)) == []
    assert len(starts(salon, TUESDAY + timedelta(days=1), by_business=True)) == 33


def test_anyone_is_the_union_and_a_person_only_their_own(salon: Salon) -> None:
    other = make_staff(salon.provider)
    salon.service.staff.add(other)
    salon.book("10:00", ask=salon.ask(staff_id=salon.staff.pk))
    assert "10:00" in starts(salon)
    assert "10:00" not in starts(salon, staff_id=salon.staff.pk)
    assert "10:00" in starts(salon, staff_id=other.pk)


def test_somebody_archived_is_not_offered(salon: Salon) -> None:
    salon.staff.active = False
    salon.staff.save()
    assert starts(salon) == []


def test_a_rented_room_is_offered_until_all_units_are_taken(salon: Salon) -> None:
    rooms = make_resource(salon.provider, quantity=2, capacity=6)
    salon.service = make_service(salon.provider, resources=[rooms])
    salon.book("10:00")
    assert "10:00" in starts(salon)
    salon.book("10:30")
    assert "09:45" not in starts(salon)
    assert "11:00" in starts(salon)


def test_time_off_of_a_resource_takes_all_its_units(salon: Salon) -> None:
    rooms = make_resource(salon.provider, quantity=3)
    salon.service = make_service(salon.provider, resources=[rooms])
    TimeOff.objects.create(provider=salon.provider, resource=rooms, **span(salon, "08:00", "16:00"))
    assert starts(salon) == ["16:00"]


def test_a_resource_out_of_order_offers_nothing(salon: Salon) -> None:
    rooms = make_resource(salon.provider, available=False)
    salon.service = make_service(salon.provider, resources=[rooms])
    assert starts(salon) == []


def test_another_service_uses_the_same_resource(salon: Salon) -> None:
    chair = make_resource(salon.provider)
    salon.service.resources.add(chair)
    other = make_service(salon.provider, staff=[make_staff(salon.provider)], resources=[chair])
    salon.book("10:00", ask=salon.ask(service=other))
    assert "10:00" not in starts(salon)
    take_hold(salon.ask(service=other), start=salon.at("12:00"), visitor="x", now=salon.now)
    assert "12:00" not in starts(salon)


def test_what_needs_nothing_at_all_is_never_offered(salon: Salon) -> None:
    salon.service = make_service(salon.provider)
    assert starts(salon) == []


def test_a_class_in_one_room_counts_as_one_unit(salon: Salon) -> None:
    room = make_resource(salon.provider, capacity=10)
    salon.service = make_service(
        salon.provider, staff=[salon.staff], resources=[room], seats=4, slug="yoga"
    )
    salon.book("10:00")
    take_hold(salon.ask(), start=salon.at("10:00"), visitor="x", now=salon.now)
    free = load_free_time(salon.ask(), now=salon.now, first=MONDAY, last=MONDAY)
    slot = free.slot(salon.at("10:00"))
    assert slot is not None
    assert slot.seats_left == 2


def test_rooms_stay_counted_when_the_service_becomes_a_class(salon: Salon) -> None:
    rooms = make_resource(salon.provider, quantity=3, capacity=6)
    salon.service = make_service(salon.provider, resources=[rooms])
    for _ in range(3):
        salon.book("10:00")
    salon.service.seats = 4
    salon.service.save()
    assert "10:00" not in starts(salon)
    assert "10:30" not in starts(salon)


def test_rooms_stay_counted_when_a_class_becomes_longer(salon: Salon) -> None:
    rooms = make_resource(salon.provider, quantity=2, capacity=6)
    salon.service = make_service(salon.provider, resources=[rooms], seats=4)
    salon.book("10:00")
    salon.service.duration = 90
    salon.service.save()
    salon.book("10:00")
    salon.service.duration = 120
    salon.service.save()
    assert "10:00" not in starts(salon)


def test_each_visitors_hold_keeps_its_own_seat_of_a_class(salon: Salon) -> None:
    salon.service = make_service(salon.provider, staff=[salon.staff], seats=2)
    for visitor in ("ada", "bea"):
        take_hold(salon.ask(), start=salon.at("10:00"), visitor=visitor, now=salon.now)
    assert "10:00" not in starts(salon, visitor="cleo")


def test_a_held_class_start_can_be_joined_until_time_off_comes(salon: Salon) -> None:
    salon.service = make_service(salon.provider, staff=[salon.staff], seats=4)
    take_hold(salon.ask(), start=salon.at("10:00"), visitor="x", now=salon.now)
    assert "10:00" in starts(salon)
    TimeOff.objects.create(
        provider=salon.provider, staff=salon.staff, **span(salon, "10:30", "11:00")
    )
    assert "10:00" not in starts(salon)


@pytest.mark.parametrize(
    ("choices", "field"),
    [
        ({"staff_id": 999_999_999}, "staff"),
        ({"duration": 45}, "duration"),
        ({"duration": 10**9}, "duration"),
        ({"party_size": 2}, "party_size"),
        ({"party_size": 0}, "party_size"),
    ],
)
def test_what_is_not_on_offer_is_refused_by_field(
    salon: Salon, choices: dict[str, int], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        salon.ask(**choices)
    assert refusal.value.field == field


def test_somebody_who_does_not_perform_it_is_refused(salon: Salon) -> None:
    with pytest.raises(InvalidInput):
        salon.ask(staff_id=make_staff(salon.provider).pk)
    elsewhere = make_staff(make_provider())
    with pytest.raises(InvalidInput):
        salon.ask(staff_id=elsewhere.pk)


@pytest.mark.parametrize("days", [1, 31])
@pytest.mark.parametrize("history", [0, 40])
def test_loading_costs_three_queries_whatever_there_is(
    salon: Salon,
    django_assert_num_queries: DjangoAssertNumQueries,
    days: int,
    history: int,
) -> None:
    for number in range(history):
        week, weekday = divmod(number, 6)
        salon.book("10:00", day=MONDAY + timedelta(weeks=week, days=weekday))
    ask = salon.ask()
    with django_assert_num_queries(3):
        load_free_time(ask, now=salon.now, first=MONDAY, last=MONDAY + timedelta(days=days - 1))


def test_resources_cost_two_queries_more(
    salon: Salon, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    salon.service.resources.add(make_resource(salon.provider), make_resource(salon.provider))
    ask = salon.ask()
    with django_assert_num_queries(5):
        load_free_time(ask, now=salon.now, first=MONDAY, last=MONDAY)
