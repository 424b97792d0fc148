"""Somebody leaves: what was booked with them goes to colleagues who are free, or stays."""

from datetime import timedelta

import pytest

from booking.domain.free_time import make_ask
from booking.domain.lifecycle import cancel, reschedule
from booking.domain.reassign import archive, coming, reassign, restore
from booking.models import Appointment, AppointmentEvent, Session
from booking.tests.cast import make_provider, make_service, make_staff, make_user
from booking.tests.domain.conftest import NOW, TUESDAY, Salon
from booking.views.lookup import find_service
from project.errors import InvalidInput, NotAllowed
from providers.domain.access import Membership, memberships
from providers.models import Staff


def owner_of(salon: Salon) -> Membership:
    return memberships(salon.provider.owner)[0]


@pytest.fixture
def tariro(salon: Salon) -> Staff:
    """A colleague who performs the same."""
    made = make_staff(salon.provider, name="Tariro")
    salon.service.staff.add(made)
    return made


def with_rudo(salon: Salon, clock_face: str) -> Appointment:
    return salon.book(clock_face, ask=salon.ask(staff_id=salon.staff.pk))


def test_coming_ones_are_active_and_have_not_begun(salon: Salon, tariro: Staff) -> None:
    first, second = with_rudo(salon, "09:00"), with_rudo(salon, "11:00")
    off = with_rudo(salon, "13:00")
    cancel(off, by=salon.owner, now=NOW)
    salon.book("09:00", ask=salon.ask(staff_id=tariro.pk))
    assert list(coming(salon.staff, now=NOW)) == [first, second]
    assert list(coming(salon.staff, now=first.start)) == [first, second]
    assert list(coming(salon.staff, now=first.start + timedelta(seconds=1))) == [second]


def test_free_colleague_takes_it_at_the_same_time(salon: Salon, tariro: Staff) -> None:
    booked = with_rudo(salon, "09:00")
    assert reassign([(booked, tariro)], by=salon.owner, now=NOW) == (1, [])
    now_it = Appointment.objects.select_related("session").get(pk=booked.pk)
    assert now_it.session is not None
    assert (now_it.staff, now_it.start, now_it.session.staff) == (tariro, booked.start, tariro)
    last = AppointmentEvent.objects.filter(appointment=booked).latest("pk")
    assert (last.action, last.from_staff, last.to_staff) == ("rescheduled", salon.staff, tariro)
    assert list(Session.objects.filter(active=True).values_list("staff", flat=True)) == [tariro.pk]


def test_clash_stays_and_the_others_go(salon: Salon, tariro: Staff) -> None:
    clash, free = with_rudo(salon, "09:00"), with_rudo(salon, "11:00")
    salon.book("09:30", ask=salon.ask(staff_id=tariro.pk))
    moved, stayed = reassign([(clash, tariro), (free, tariro)], by=salon.owner, now=NOW)
    assert (moved, [each.appointment for each in stayed]) == (1, [clash])
    assert stayed[0].why
    staff = Appointment.objects.filter(pk__in=[clash.pk, free.pk]).order_by("start")
    assert [each.staff for each in staff] == [salon.staff, tariro]


def test_whoever_does_not_perform_it_gets_nothing(salon: Salon) -> None:
    other = make_staff(salon.provider, name="Other")
    booked = with_rudo(salon, "09:00")
    moved, stayed = reassign([(booked, other)], by=salon.owner, now=NOW)
    assert (moved, [each.appointment for each in stayed]) == (0, [booked])


def test_archived_colleague_gets_nothing(salon: Salon, tariro: Staff) -> None:
    booked = with_rudo(salon, "09:00")
    archive(tariro, by=owner_of(salon), now=NOW)
    moved, stayed = reassign([(booked, tariro)], by=salon.owner, now=NOW)
    assert (moved, len(stayed)) == (0, 1)


def test_one_that_was_moved_meanwhile_is_not_moved_back(salon: Salon, tariro: Staff) -> None:
    seen = with_rudo(salon, "09:00")
    reschedule(seen, start=salon.at("14:00", TUESDAY), by=salon.owner, now=NOW)
    moved, stayed = reassign([(seen, tariro)], by=salon.owner, now=NOW)
    assert (moved, len(stayed)) == (0, 1)
    seen.refresh_from_db()
    assert (seen.start, seen.staff) == (salon.at("14:00", TUESDAY), salon.staff)


def test_repeat_moves_nothing_twice(salon: Salon, tariro: Staff) -> None:
    booked = with_rudo(salon, "09:00")
    reassign([(booked, tariro)], by=salon.owner, now=NOW)
    before = AppointmentEvent.objects.count()
    reassign([(booked, tariro)], by=salon.owner, now=NOW)
    assert AppointmentEvent.objects.count() == before


def test_whole_class_goes_together(salon: Salon, tariro: Staff) -> None:
    yoga = make_service(salon.provider, [salon.staff, tariro], name="Yoga", seats=3)
    ask = make_ask(
        service=find_service(salon.provider.slug, yoga.slug), staff_id=salon.staff.pk, party_size=1
    )
    both = [salon.book("09:00", ask=ask) for _ in range(2)]
    moved, stayed = reassign([(each, tariro) for each in both], by=salon.owner, now=NOW)
    assert (moved, stayed) == (2, [])
    [session] = Session.objects.filter(active=True)
    assert (session.staff, session.seats_taken) == (tariro, 2)


def test_archived_member_keeps_appointments_and_takes_no_new_ones(
    salon: Salon, tariro: Staff
) -> None:
    booked = with_rudo(salon, "09:00")
    archive(salon.staff, by=owner_of(salon), now=NOW)
    booked.refresh_from_db()
    assert (booked.staff, booked.status) == (salon.staff, "confirmed")
    with pytest.raises(InvalidInput):
        salon.ask(staff_id=salon.staff.pk)
    assert salon.book("11:00", ask=salon.ask()).staff == tariro


def test_archived_member_loses_access_at_once_and_restored_has_it_again(salon: Salon) -> None:
    rudo = make_user()
    Staff.objects.filter(pk=salon.staff.pk).update(user=rudo)
    for _ in range(2):
        archive(salon.staff, by=owner_of(salon), now=NOW)
    assert memberships(rudo) == []
    for _ in range(2):
        restore(salon.staff, by=owner_of(salon))
    assert [place.staff for place in memberships(rudo)] == [salon.staff]


def test_managers_archive_staff_but_neither_managers_nor_the_owner(salon: Salon) -> None:
    mary = make_user()
    marys = make_staff(salon.provider, user=mary, role=Staff.Role.MANAGER)
    owners = make_staff(salon.provider, user=salon.provider.owner)
    [place] = memberships(mary)
    for member in (marys, owners):
        with pytest.raises(NotAllowed):
            archive(member, by=place, now=NOW)
        with pytest.raises(NotAllowed):
            restore(member, by=place)
    archive(salon.staff, by=place, now=NOW)
    active = Staff.objects.active().order_by("pk")
    assert list(active) == [marys, owners]


def test_somebody_of_another_business_archives_nobody(salon: Salon) -> None:
    stranger = memberships(make_provider().owner)[0]
    with pytest.raises(NotAllowed):
        archive(salon.staff, by=stranger, now=NOW)
