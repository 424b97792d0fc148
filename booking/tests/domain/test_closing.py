"""Closed when people are expected: who is affected, and what each answer does."""

from datetime import datetime, timedelta

import pytest

from booking.domain import closing
from booking.domain.actors import Actor
from booking.domain.closing import (
    Answer,
    Choice,
    affected,
    affected_by,
    answer,
    ask_for_another_time,
    outside_hours,
)
from booking.domain.errors import InvalidTransition, OutsidePolicy, SlotUnavailable
from booking.domain.events import Action
from booking.domain.lifecycle import ask_to_move, cancel, complete, reschedule
from booking.domain.locking import lock_provider
from booking.domain.nearby import nearest_starts
from booking.domain.time_off import Repeat, Whose, repeat_time_off, take_time_off
from booking.models import Appointment, AppointmentEvent, Notification, Status
from booking.notifications.telling import tell
from booking.recurrence import Every, Rule
from booking.tests.cast import make_resource, make_service, make_staff, make_user, set_hours
from booking.tests.domain.conftest import MONDAY, TUESDAY, Salon
from project.errors import InvalidInput, NotAllowed
from providers.models import DateOverride, Staff, WeeklyHours

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def found(salon: Salon, since: str, until: str, **whose: object) -> list[Appointment]:
    return list(
        affected(salon.provider, start=salon.at(since), end=salon.at(until), **whose)  # type: ignore[arg-type]
    )


def loaded(*appointments: Appointment) -> list[Appointment]:
    rows = Appointment.objects.filter(pk__in=[each.pk for each in appointments])
    rows = rows.select_related("provider", "service__provider", "session", "staff")
    return list(rows.prefetch_related("service__staff", "service__resources").order_by("start"))


# --- who is affected ------------------------------------------------------------------------------


def test_what_meets_the_time_is_affected_and_what_touches_it_is_not(salon: Salon) -> None:
    before, inside, across = (salon.book(face) for face in ("09:00", "10:00", "11:30"))
    salon.book("12:30")
    assert found(salon, "10:00", "12:00") == [inside, across]
    assert before not in found(salon, "10:00", "10:01")


def test_buffers_count(salon: Salon) -> None:
    salon.service.buffer_after = 30
    salon.service.save()
    booked = salon.book("09:00")
    assert found(salon, "10:15", "11:00") == [booked]
    assert found(salon, "10:30", "11:00") == []


def test_what_is_off_already_is_not(salon: Salon) -> None:
    booked = salon.book("10:00")
    cancel(booked, by=salon.owner, now=salon.now)
    assert found(salon, "08:00", "17:00") == []


def test_of_one_person_or_one_resource(salon: Salon) -> None:
    rudo = salon.book("10:00")
    room = make_resource(salon.provider)
    other = make_staff(salon.provider)
    service = make_service(salon.provider, [other], [room])
    in_room = salon.book("10:00", ask=salon.ask(service=service))
    assert found(salon, "10:00", "11:00") == [rudo, in_room]
    assert found(salon, "10:00", "11:00", staff=salon.staff) == [rudo]
    assert found(salon, "10:00", "11:00", resource=room) == [in_room]


def test_all_times_of_a_repetition(salon: Salon) -> None:
    first, second = salon.book("10:00"), salon.book("10:30", day=MONDAY + 7 * DAY)
    salon.book("12:00")
    salon.book("10:00", day=TUESDAY)
    rule = repeat_time_off(
        Whose(provider=salon.provider, staff=salon.staff),
        Repeat(rule=Rule(Every.WEEK), first=MONDAY, start_minute=600, end_minute=660),
        now=salon.now,
    )
    assert list(affected_by(rule, now=salon.now)) == [first, second]


def test_those_that_hours_do_not_cover(salon: Salon) -> None:
    first, second = salon.book("08:00"), salon.book("15:00")
    assert list(outside_hours(salon.provider, now=salon.now)) == []
    WeeklyHours.objects.update(start_minute=540)
    assert list(outside_hours(salon.provider, now=salon.now)) == [first]
    DateOverride.objects.create(provider=salon.provider, date=MONDAY)
    assert list(outside_hours(salon.provider, now=salon.now)) == [first, second]
    DateOverride.objects.create(
        provider=salon.provider, staff=salon.staff, date=MONDAY, start_minute=480, end_minute=1020
    )
    assert list(outside_hours(salon.provider, now=salon.now, staff=salon.staff)) == []


def test_own_hours_count_only_while_they_are_on(salon: Salon) -> None:
    booked = salon.book("15:00")
    set_hours(salon.provider, [0], start=480, end=720, staff=salon.staff)
    assert list(outside_hours(salon.provider, now=salon.now)) == []
    Staff.objects.update(own_hours=True)
    assert list(outside_hours(salon.provider, now=salon.now)) == [booked]


# --- answers --------------------------------------------------------------------------------------


def test_keeping_changes_nothing(salon: Salon) -> None:
    booked = salon.book("10:00")
    given = Answer(choice=Choice.KEEP, seen=booked.start)
    assert answer(booked, given, by=salon.owner, now=salon.now).start == booked.start
    assert booked.events.count() == 1


def test_cancelling_tells_why(salon: Salon) -> None:
    booked = salon.book("10:00")
    given = Answer(choice=Choice.CANCEL, seen=booked.start, reason="No power")
    for _ in range(2):
        assert answer(booked, given, by=salon.owner, now=salon.now).status == Status.CANCELLED
    assert booked.events.get(action=Action.CANCELLED).reason == "No power"


def test_moving_takes_the_offer_with_the_same_person(salon: Salon) -> None:
    booked = salon.book("10:00")
    given = Answer(choice=Choice.MOVE, seen=booked.start, to=salon.at("14:00"))
    for _ in range(2):  # a repeat is harmless
        moved = answer(booked, given, by=salon.owner, now=salon.now)
        assert (moved.start, moved.staff) == (salon.at("14:00"), salon.staff)
    assert booked.events.filter(action=Action.RESCHEDULED).count() == 1


def test_an_offer_that_is_taken_meanwhile_is_refused(salon: Salon) -> None:
    booked = salon.book("10:00")
    salon.book("14:00")
    given = Answer(choice=Choice.MOVE, seen=booked.start, to=salon.at("14:00"))
    with pytest.raises(SlotUnavailable):
        answer(booked, given, by=salon.owner, now=salon.now)


def test_without_an_offer_there_is_nothing_to_move_to(salon: Salon) -> None:
    booked = salon.book("10:00")
    with pytest.raises(InvalidInput):
        answer(booked, Answer(choice=Choice.MOVE, seen=booked.start), by=salon.owner, now=salon.now)


@pytest.mark.parametrize("choice", [Choice.CANCEL, Choice.ASK, Choice.MOVE])
def test_what_moved_since_it_was_seen_is_left_alone(salon: Salon, choice: Choice) -> None:
    booked = salon.book("10:00")
    seen = booked.start
    reschedule(booked, start=salon.at("12:00"), by=salon.owner, now=salon.now)
    with pytest.raises(InvalidTransition):
        answer(
            booked,
            Answer(choice=choice, seen=seen, to=salon.at("15:00")),
            by=salon.owner,
            now=salon.now,
        )
    booked.refresh_from_db()
    assert (booked.start, booked.status) == (salon.at("12:00"), Status.CONFIRMED)


@pytest.mark.parametrize("choice", [Choice.CANCEL, Choice.ASK])
def test_only_a_move_is_done_once_it_has_moved(salon: Salon, choice: Choice) -> None:
    """Every row of the form sends the offer beside it, whatever is chosen."""
    booked = salon.book("10:00")
    given = Answer(choice=choice, seen=booked.start, to=salon.at("14:00"))
    reschedule(booked, start=salon.at("14:00"), by=salon.owner, now=salon.now)
    with pytest.raises(InvalidTransition):
        answer(booked, given, by=salon.owner, now=salon.now)
    assert not booked.events.filter(action__in=[Action.CANCELLED, Action.ASKED]).exists()


def test_what_was_moved_and_cancelled_is_not_said_to_be_moved(salon: Salon) -> None:
    booked = salon.book("10:00")
    given = Answer(choice=Choice.MOVE, seen=booked.start, to=salon.at("14:00"))
    answer(booked, given, by=salon.owner, now=salon.now)
    cancel(booked, by=salon.owner, now=salon.now)
    with pytest.raises(InvalidTransition):
        answer(booked, given, by=salon.owner, now=salon.now)


def test_what_was_seen_is_compared_behind_the_lock(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is moved just before the lock is got: the answer was for the time before."""
    booked = salon.book("10:00")
    given = Answer(choice=Choice.CANCEL, seen=booked.start)
    lock = lock_provider

    def lock_late(provider_id: int) -> object:
        reschedule(booked, start=salon.at("14:00"), by=salon.owner, now=salon.now)
        return lock(provider_id)

    monkeypatch.setattr(closing, "lock_provider", lock_late)
    with pytest.raises(InvalidTransition):
        answer(booked, given, by=salon.owner, now=salon.now)
    assert Appointment.objects.get(pk=booked.pk).status == Status.CONFIRMED


# --- asking for another time ----------------------------------------------------------------------


def messages(booked: Appointment, now: datetime) -> list[Notification]:
    for event in booked.events.all():
        tell(event, now=now)
    return list(Notification.objects.filter(event__action=Action.ASKED))


def test_the_customer_alone_is_asked_once_with_the_link_to_choose(salon: Salon) -> None:
    booked = salon.book("10:00")
    for _ in range(2):
        ask_for_another_time(booked, by=salon.owner, now=salon.now, reason="No power")
    [message] = messages(booked, salon.now)
    assert message.side == "customer"
    assert message.title.startswith("Please choose another time: Box braids with Rudo")
    assert message.message["link"].endswith(f"/a/{booked.token}/reschedule/")
    assert message.message["link_text"] == "Choose another time"
    assert ["Reason", "No power"] in message.message["facts"]
    booked.refresh_from_db()
    assert (booked.status, booked.start) == (Status.CONFIRMED, salon.at("10:00"))
    assert AppointmentEvent.objects.filter(action=Action.ASKED).count() == 1


def test_the_answer_may_come_after_the_policy_would_have_closed_the_door(salon: Salon) -> None:
    booked = salon.book("10:00")
    late = salon.at("09:50")
    with pytest.raises(OutsidePolicy):
        reschedule(booked, start=salon.at("14:00"), by=Actor.guest(), now=late)
    ask_for_another_time(booked, by=salon.owner, now=late)
    moved = reschedule(booked, start=salon.at("14:00"), by=Actor.guest(), now=late)
    assert (moved.start, moved.asked_at) == (salon.at("14:00"), None)
    with pytest.raises(OutsidePolicy):  # once, not for ever
        reschedule(booked, start=salon.at("15:00"), by=Actor.guest(), now=salon.at("13:50"))


def test_only_the_business_asks(salon: Salon) -> None:
    booked = salon.book("10:00")
    for actor in (Actor.guest(), Actor.customer(make_user())):
        with pytest.raises(NotAllowed):
            ask_for_another_time(booked, by=actor, now=salon.now)
    assert not AppointmentEvent.objects.filter(action=Action.ASKED).exists()


def test_nobody_is_asked_about_what_is_over(salon: Salon) -> None:
    booked, other = salon.book("10:00"), salon.book("12:00")
    cancel(other, by=salon.owner, now=salon.now)
    with pytest.raises(OutsidePolicy):
        ask_for_another_time(booked, by=salon.owner, now=salon.at("11:00"))
    complete(booked, by=salon.owner, now=salon.at("11:00"))
    for appointment in (booked, other):
        with pytest.raises(InvalidTransition):
            ask_for_another_time(appointment, by=salon.owner, now=salon.at("11:00"))


# --- the nearest free start -----------------------------------------------------------------------


def test_offers_do_not_meet_one_another(salon: Salon) -> None:
    booked = [salon.book(face) for face in ("14:00", "15:00", "16:00")]
    take_time_off(
        Whose(provider=salon.provider),
        start=salon.at("14:00"),
        end=salon.at("17:00"),
        now=salon.now,
    )
    offers = nearest_starts(loaded(*booked), now=salon.now)
    assert [offers[each.pk] for each in booked] == [
        salon.at(face) for face in ("13:00", "12:00", "11:00")
    ]
    for each in booked:
        given = Answer(choice=Choice.MOVE, seen=each.start, to=offers[each.pk])
        answer(each, given, by=salon.owner, now=salon.now)


def test_offers_are_what_the_grid_shows(salon: Salon) -> None:
    """A second opinion: each offer alone is a slot of the single search, and none is nearer."""
    from booking.domain.free_time import load_free_time  # noqa: PLC0415 - for this test alone

    room = make_resource(salon.provider, quantity=2)
    rental = make_service(salon.provider, resources=[room], duration=90, buffer_after=15)
    booked = [
        salon.book("09:00"),
        salon.book("10:15", day=TUESDAY),
        salon.book("10:00", ask=salon.ask(service=rental)),
        salon.book("10:00", ask=salon.ask(service=rental)),
    ]
    take_time_off(
        Whose(provider=salon.provider),
        start=salon.at("08:00"),
        end=salon.at("12:00", TUESDAY),
        now=salon.now,
    )
    for each in loaded(*booked):
        offer = nearest_starts([each], now=salon.now)[each.pk]
        free = load_free_time(
            ask_to_move(each, staff=each.staff),
            now=salon.now,
            first=MONDAY,
            last=MONDAY + 15 * DAY,
            by_business=True,
            moving=each,
        )
        slots = [slot.start for day in free.days() for slot in day.slots]
        assert offer == min(slots, key=lambda start: (abs(start - each.start), start))


def test_the_queries_do_not_grow(salon: Salon, django_assert_num_queries: object) -> None:
    booked = [salon.book(face) for face in ("09:00", "11:00", "13:00")]
    for number in (1, 3):
        rows = loaded(*booked[:number])
        with django_assert_num_queries(6):  # type: ignore[operator]
            assert len(nearest_starts(rows, now=salon.now)) == number


def test_nothing_is_offered_to_a_class_or_with_somebody_who_left(salon: Salon) -> None:
    yoga = make_service(salon.provider, [salon.staff], seats=5)
    seat = salon.book("09:00", ask=salon.ask(service=yoga))
    booked = salon.book("11:00")
    salon.service.staff.clear()
    assert nearest_starts(loaded(seat, booked), now=salon.now) == {}
