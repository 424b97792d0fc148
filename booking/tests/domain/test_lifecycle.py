"""Every step of an appointment's life, who may take it, and what it leaves behind."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from booking.domain.actors import SYSTEM, Actor
from booking.domain.errors import InvalidTransition, OutsidePolicy, SlotUnavailable
from booking.domain.events import Action
from booking.domain.lifecycle import (
    accept,
    available_actions,
    cancel,
    complete,
    decline,
    expire_unanswered,
    mark_no_show,
    reschedule,
)
from booking.models import Appointment, OutboxJob, Session, Status
from booking.models.appointment import ACTIVE, FINAL, TRANSITIONS
from booking.tests.cast import make_service, make_staff, make_user
from booking.tests.domain.conftest import MONDAY, TUESDAY, Salon
from project.errors import InvalidInput, NguvaError, NotAllowed

GUEST = Actor.guest()
VERBS = {
    Action.ACCEPTED: accept,
    Action.DECLINED: decline,
    Action.CANCELLED: cancel,
    Action.COMPLETED: complete,
    Action.NO_SHOW: mark_no_show,
}
LEGAL = {
    (Status.PENDING, Action.ACCEPTED): Status.CONFIRMED,
    (Status.PENDING, Action.DECLINED): Status.DECLINED,
    (Status.PENDING, Action.CANCELLED): Status.CANCELLED,
    (Status.CONFIRMED, Action.CANCELLED): Status.CANCELLED,
    (Status.CONFIRMED, Action.COMPLETED): Status.COMPLETED,
    (Status.CONFIRMED, Action.NO_SHOW): Status.NO_SHOW,
}
REPEATS = {
    (Status.CONFIRMED, Action.ACCEPTED),
    (Status.DECLINED, Action.DECLINED),
    (Status.CANCELLED, Action.CANCELLED),
    (Status.COMPLETED, Action.COMPLETED),
    (Status.NO_SHOW, Action.NO_SHOW),
}


@pytest.fixture
def by_hand(salon: Salon) -> Salon:
    """The salon answers each request itself."""
    salon.provider.auto_confirm = False
    salon.provider.save()
    return salon


def put(appointment: Appointment, status: Status) -> Appointment:
    Appointment.objects.filter(pk=appointment.pk).update(status=status)
    active = status in ACTIVE
    Session.objects.filter(pk=appointment.session_id).update(active=active, seats_taken=int(active))
    appointment.refresh_from_db()
    return appointment


def facts(appointment: Appointment) -> tuple[object, ...]:
    appointment.refresh_from_db()
    session = Session.objects.get(pk=appointment.session_id)
    return (
        appointment.status,
        appointment.start,
        appointment.staff_id,
        session.active,
        session.seats_taken,
        appointment.events.count(),
        OutboxJob.objects.count(),
    )


@pytest.mark.parametrize("action", VERBS)
@pytest.mark.parametrize("status", Status)
def test_the_table_of_steps_is_complete(salon: Salon, status: Status, action: Action) -> None:
    appointment = put(salon.book("10:00"), status)
    before = facts(appointment)
    now = salon.at("09:00") if action == Action.ACCEPTED else salon.at("10:30")
    if (target := LEGAL.get((status, action))) is not None:
        VERBS[action](appointment, by=salon.owner, now=now)
        appointment.refresh_from_db()
        assert appointment.status == target
        event = appointment.events.last()
        assert event is not None
        assert (event.action, event.from_status, event.to_status) == (action, status, target)
        assert (event.actor, event.by) == ("provider", salon.provider.owner)
        assert facts(appointment)[-1] == 2  # one message for the booking, one for this
    elif (status, action) in REPEATS:
        VERBS[action](appointment, by=salon.owner, now=now)
        assert facts(appointment) == before
    else:
        with pytest.raises(InvalidTransition):
            VERBS[action](appointment, by=salon.owner, now=now)
        assert facts(appointment) == before


def test_nothing_follows_a_final_state() -> None:
    assert all(not TRANSITIONS[status] for status in FINAL)


@pytest.mark.parametrize("status", sorted(FINAL))
def test_a_final_state_occupies_no_time(salon: Salon, status: Status) -> None:
    appointment = salon.book("10:00")
    now = salon.at("10:30")
    if status in {Status.DECLINED, Status.EXPIRED}:
        put(appointment, Status.PENDING)
    steps: dict[Status, Callable[[], object]] = {
        Status.DECLINED: lambda: decline(appointment, by=salon.owner, now=now),
        Status.CANCELLED: lambda: cancel(appointment, by=salon.owner, now=now),
        Status.COMPLETED: lambda: complete(appointment, by=salon.owner, now=now),
        Status.NO_SHOW: lambda: mark_no_show(appointment, by=salon.owner, now=now),
        Status.EXPIRED: lambda: expire_unanswered(now=now),
    }
    steps[status]()
    session = Session.objects.get()
    assert (session.active, session.seats_taken) == (False, 0)


def test_reasons_are_kept(salon: Salon) -> None:
    appointment = salon.book("10:00")
    cancel(appointment, by=salon.owner, now=salon.now, reason="No power today")
    event = appointment.events.last()
    assert event is not None
    assert event.reason == "No power today"


@pytest.mark.parametrize("action", sorted(set(VERBS) - {Action.CANCELLED}))
def test_customers_and_guests_only_cancel_and_move(salon: Salon, action: Action) -> None:
    appointment = salon.book("10:00")
    for actor in (GUEST, Actor.customer(make_user())):
        with pytest.raises(NotAllowed):
            VERBS[action](appointment, by=actor, now=salon.at("10:30"))


def test_a_repeat_is_no_way_around_ones_rights(salon: Salon) -> None:
    with pytest.raises(NotAllowed):
        accept(salon.book("10:00"), by=GUEST, now=salon.now)


def test_customers_cancel_until_the_window_closes(salon: Salon) -> None:
    early, late = salon.book("10:00"), salon.book("12:00")
    cancel(early, by=GUEST, now=salon.at("08:00"))
    with pytest.raises(OutsidePolicy):
        cancel(late, by=GUEST, now=salon.at("10:00") + timedelta(seconds=1))
    cancel(late, by=salon.owner, now=salon.at("11:59"))


def test_what_is_over_cannot_be_cancelled_but_closed_or_moved(salon: Salon) -> None:
    running, over, late = salon.book("12:00"), salon.book("10:00"), salon.book("09:00")
    now = over.end
    with pytest.raises(OutsidePolicy, match="This appointment is over"):
        cancel(over, by=salon.owner, now=now)
    offered = available_actions(over, by=salon.owner, now=now)
    assert offered == {Action.COMPLETED, Action.NO_SHOW, Action.RESCHEDULED}
    assert (
        cancel(running, by=salon.owner, now=running.end - timedelta(seconds=1)).status
        == Status.CANCELLED
    )
    assert reschedule(late, start=salon.at("14:00"), by=salon.owner, now=now).start > now
    complete(over, by=salon.owner, now=now)


def test_a_request_that_is_over_cannot_be_cancelled(by_hand: Salon) -> None:
    request = by_hand.book("10:00")
    with pytest.raises(OutsidePolicy):
        cancel(request, by=by_hand.owner, now=request.end)


def test_a_repeated_cancelling_is_harmless_even_afterwards(salon: Salon) -> None:
    appointment = cancel(salon.book("10:00"), by=salon.owner, now=salon.now)
    again = cancel(appointment, by=salon.owner, now=appointment.end)
    assert again.status == Status.CANCELLED


def test_a_request_whose_time_has_come_cannot_be_accepted(by_hand: Salon) -> None:
    with pytest.raises(OutsidePolicy):
        accept(by_hand.book("10:00"), by=by_hand.owner, now=by_hand.at("10:00"))


@pytest.mark.parametrize("verb", [complete, mark_no_show])
def test_nobody_came_or_not_before_it_starts(
    salon: Salon, verb: Callable[..., Appointment]
) -> None:
    appointment = salon.book("10:00")
    with pytest.raises(OutsidePolicy):
        verb(appointment, by=salon.owner, now=salon.at("09:59"))
    verb(appointment, by=salon.owner, now=salon.at("10:00"))


def test_unanswered_requests_expire_at_their_start(by_hand: Salon) -> None:
    due, later = by_hand.book("10:00"), by_hand.book("12:00")
    assert expire_unanswered(now=by_hand.at("09:59")) == 0
    assert expire_unanswered(now=by_hand.at("10:00")) == 1
    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.status, later.status) == (Status.EXPIRED, Status.PENDING)
    event = due.events.last()
    assert event is not None
    assert (event.actor, event.by) == ("system", None)
    assert expire_unanswered(now=by_hand.at("10:00")) == 0


def test_moving_frees_the_old_time_and_takes_the_new(salon: Salon) -> None:
    appointment = salon.book("10:00")
    moved = reschedule(appointment, start=salon.at("14:00", TUESDAY), by=GUEST, now=salon.now)
    assert (moved.pk, moved.reference) == (appointment.pk, appointment.reference)
    assert moved.end == salon.at("15:00", TUESDAY)
    assert (moved.session.start, moved.session.occupied_until) == (moved.start, moved.end)
    event = moved.events.last()
    assert event is not None
    assert (event.action, event.from_start, event.to_start) == (
        "rescheduled",
        salon.at("10:00"),
        moved.start,
    )
    assert salon.book("10:00").status == Status.CONFIRMED
    with pytest.raises(SlotUnavailable):
        salon.book("14:00", day=TUESDAY)


def test_moving_by_a_little_over_ones_own_time(salon: Salon) -> None:
    appointment = salon.book("10:00")
    assert reschedule(
        appointment, start=salon.at("10:15"), by=GUEST, now=salon.now
    ).start == salon.at("10:15")


def test_moving_to_where_it_is_changes_nothing(salon: Salon) -> None:
    appointment = salon.book("10:00")
    before = facts(appointment)
    reschedule(appointment, start=appointment.start, by=GUEST, now=salon.now)
    assert facts(appointment) == before


def test_moving_onto_a_taken_time_keeps_the_old_one(salon: Salon) -> None:
    appointment = salon.book("10:00")
    salon.book("14:00")
    before = facts(appointment)
    with pytest.raises(SlotUnavailable) as refusal:
        reschedule(appointment, start=salon.at("14:15"), by=GUEST, now=salon.now)
    assert facts(appointment) == before
    assert salon.at("13:00") in [slot.start for slot in refusal.value.alternatives]


def test_the_price_stays_as_agreed(salon: Salon) -> None:
    appointment = salon.book("10:00")
    salon.service.price *= 2
    salon.service.save()
    moved = reschedule(appointment, start=salon.at("12:00"), by=GUEST, now=salon.now)
    assert moved.price == appointment.price


def test_the_same_person_first_and_another_when_asked(salon: Salon) -> None:
    appointment = salon.book("10:00")
    second = make_staff(salon.provider)
    salon.service.staff.add(second)
    kept = reschedule(appointment, start=salon.at("12:00"), by=GUEST, now=salon.now)
    assert kept.staff == salon.staff
    handed = reschedule(appointment, start=salon.at("12:00"), staff=second, by=GUEST, now=salon.now)
    assert (handed.staff, handed.session.staff) == (second, second)
    event = handed.events.last()
    assert event is not None
    assert (event.from_staff, event.to_staff) == (salon.staff, second)


def test_nobody_who_does_not_perform_it(salon: Salon) -> None:
    with pytest.raises(InvalidInput):
        reschedule(
            salon.book("10:00"),
            start=salon.at("12:00"),
            staff=make_staff(salon.provider),
            by=GUEST,
            now=salon.now,
        )


def test_a_customers_move_asks_again_where_requests_are_answered(by_hand: Salon) -> None:
    appointment = accept(by_hand.book("10:00"), by=by_hand.owner, now=by_hand.now)
    moved = reschedule(appointment, start=by_hand.at("12:00"), by=GUEST, now=by_hand.now)
    assert moved.status == Status.PENDING
    accept(moved, by=by_hand.owner, now=by_hand.now)
    again = reschedule(moved, start=by_hand.at("13:00"), by=by_hand.owner, now=by_hand.now)
    assert again.status == Status.CONFIRMED


def test_customers_move_within_the_window_and_the_policy(salon: Salon) -> None:
    appointment = salon.book("10:00")
    with pytest.raises(OutsidePolicy):
        reschedule(appointment, start=salon.at("14:00"), by=GUEST, now=salon.at("08:01"))
    with pytest.raises(SlotUnavailable):
        reschedule(appointment, start=salon.at("07:00"), by=GUEST, now=salon.now)
    reschedule(appointment, start=salon.at("10:00"), by=salon.owner, now=salon.at("09:50"))


@pytest.mark.parametrize("status", sorted(FINAL))
def test_what_is_over_cannot_be_moved(salon: Salon, status: Status) -> None:
    appointment = put(salon.book("10:00"), status)
    with pytest.raises(InvalidTransition):
        reschedule(appointment, start=salon.at("12:00"), by=salon.owner, now=salon.now)


def test_a_seat_moves_to_another_class(salon: Salon) -> None:
    salon.service = make_service(salon.provider, staff=[salon.staff], seats=3)
    stays, goes = salon.book("10:00"), salon.book("10:00")
    there = salon.book("12:00")
    moved = reschedule(goes, start=salon.at("12:00"), by=GUEST, now=salon.now)
    assert moved.session == there.session
    assert facts(stays)[4] == 1
    assert facts(there)[4] == 2


def test_the_last_seat_of_a_class_moves_over_its_own_time(salon: Salon) -> None:
    salon.service = make_service(salon.provider, staff=[salon.staff], seats=3)
    moved = reschedule(salon.book("10:00"), start=salon.at("10:30"), by=GUEST, now=salon.now)
    assert moved.session.start == salon.at("10:30")
    assert Session.objects.active().count() == 1


def test_buttons_and_deeds_agree(by_hand: Salon) -> None:
    pending = by_hand.book("10:00")
    assert available_actions(pending, by=by_hand.owner, now=by_hand.now) == {
        Action.ACCEPTED,
        Action.DECLINED,
        Action.CANCELLED,
        Action.RESCHEDULED,
    }
    assert available_actions(pending, by=GUEST, now=by_hand.now) == {
        Action.CANCELLED,
        Action.RESCHEDULED,
    }
    assert available_actions(pending, by=GUEST, now=by_hand.at("09:00")) == frozenset()
    assert Action.EXPIRED in available_actions(pending, by=SYSTEM, now=by_hand.at("10:00"))


def test_every_refusal_speaks(salon: Salon) -> None:
    with pytest.raises(NguvaError) as refusal:
        decline(salon.book("10:00", day=MONDAY), by=salon.owner, now=salon.now)
    assert refusal.value.message == "This appointment is already: confirmed."
