"""Booking: what is written, what is refused, and what a repeat does."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from booking.domain.actors import Actor
from booking.domain.booking import Contact, Source, book
from booking.domain.errors import IdempotencyMismatch, SlotUnavailable
from booking.domain.holds import release_hold, take_hold
from booking.domain.lifecycle import cancel
from booking.models import Appointment, AppointmentEvent, Hold, OutboxJob, Session, Status
from booking.tests.cast import make_resource, make_service, make_staff, make_user
from booking.tests.domain.conftest import MONDAY, TENDAI, TUESDAY, Salon
from project.errors import InvalidInput
from providers.models import TimeOff


def nothing_was_written() -> bool:
    return not (
        Appointment.objects.exists()
        or Session.objects.exists()
        or AppointmentEvent.objects.exists()
        or OutboxJob.objects.exists()
    )


def test_a_guest_books(salon: Salon) -> None:
    appointment = salon.book("10:00", notes="Long hair")
    assert appointment.status == Status.CONFIRMED
    assert (appointment.start, appointment.end) == (salon.at("10:00"), salon.at("11:00"))
    assert (appointment.contact_name, appointment.contact_phone) == ("Tendai", "+263771234567")
    assert (appointment.price, appointment.currency) == (Decimal("20.00"), "USD")
    assert (appointment.staff, appointment.notes) == (salon.staff, "Long hair")
    session = appointment.session
    assert (session.active, session.seats, session.seats_taken) == (True, 1, 1)


def test_history_and_messages_come_with_it(salon: Salon) -> None:
    appointment = salon.book("10:00")
    event = appointment.events.get()
    assert (event.action, event.actor, event.from_status, event.to_status) == (
        "booked",
        "guest",
        "",
        "confirmed",
    )
    job = OutboxJob.objects.get()
    assert (job.kind, job.payload) == ("appointment_event", {"event": event.pk})


def test_where_the_provider_answers_it_waits(salon: Salon) -> None:
    salon.provider.auto_confirm = False
    salon.provider.save()
    appointment = salon.book("10:00")
    assert appointment.status == Status.PENDING
    assert appointment.events.get().action == "requested"


def test_the_provider_needs_nobodys_answer(salon: Salon) -> None:
    salon.provider.auto_confirm = False
    salon.provider.save()
    assert salon.book("10:00", by=salon.owner).status == Status.CONFIRMED


def test_a_customer_books_with_the_account(salon: Salon) -> None:
    dana = make_user("dana@example.com", name="Dana")
    appointment = salon.book("10:00", by=Actor.customer(dana), customer=dana, contact=None)
    assert (appointment.contact_name, appointment.contact_email) == ("Dana", "dana@example.com")
    assert appointment.guest_email == ""


@pytest.mark.parametrize(
    ("contact", "field"),
    [(Contact(name="Tendai"), "phone"), (Contact(phone="+263771234567"), "name")],
)
def test_a_guest_needs_a_name_and_one_way_to_be_reached(
    salon: Salon, contact: Contact, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        salon.book("10:00", contact=contact)
    assert refusal.value.field == field
    assert nothing_was_written()


def test_email_alone_is_enough(salon: Salon) -> None:
    appointment = salon.book("10:00", contact=Contact(name="T", email="t@example.com"))
    assert (appointment.contact_email, appointment.contact_phone) == ("t@example.com", "")


@pytest.mark.parametrize(
    ("clock_face", "code"),
    [
        ("06:00", "too_soon"),  # an hour ago
        ("07:15", "too_soon"),  # within the notice of 30 minutes
        ("10:07", "off_step"),
        ("16:15", "closed"),  # would end after closing
        ("22:00", "closed"),
    ],
)
def test_a_start_outside_the_rules_is_refused(salon: Salon, clock_face: str, code: str) -> None:
    with pytest.raises(SlotUnavailable) as refusal:
        salon.book(clock_face)
    assert [problem.code for problem in refusal.value.problems] == [code]
    assert nothing_was_written()


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_an_absurd_year_is_refused(salon: Salon, year: int) -> None:
    with pytest.raises(InvalidInput):
        book(
            salon.ask(),
            start=datetime(year, 1, 1, tzinfo=UTC),
            by=Actor.guest(),
            contact=TENDAI,
            now=salon.now,
        )


def test_a_taken_slot_is_refused_with_the_nearest_alternatives(salon: Salon) -> None:
    salon.book("10:00")
    with pytest.raises(SlotUnavailable) as refusal:
        salon.book("10:00")
    assert [problem.code for problem in refusal.value.problems] == ["time_taken"]
    assert [slot.start for slot in refusal.value.alternatives] == [
        salon.at(clock_face) for clock_face in ("08:30", "08:45", "09:00", "11:00", "11:15")
    ]
    assert Appointment.objects.count() == 1


def test_an_overlap_by_a_quarter_of_an_hour_is_refused(salon: Salon) -> None:
    salon.book("10:00")
    for clock_face in ("09:15", "10:45"):
        with pytest.raises(SlotUnavailable):
            salon.book(clock_face)
    salon.book("09:00")
    salon.book("11:00")


def test_the_business_may_override_notice_but_never_a_clash(salon: Salon) -> None:
    salon.now = salon.at("10:05")
    walk_in = salon.book("10:00", by=salon.owner, override_policy=True)
    assert walk_in.status == Status.CONFIRMED
    with pytest.raises(SlotUnavailable):
        salon.book("10:15", by=salon.owner, override_policy=True)


def test_customers_cannot_override(salon: Salon) -> None:
    salon.now = salon.at("10:05")
    with pytest.raises(SlotUnavailable):
        salon.book("10:00", override_policy=True)


def test_anyone_is_the_least_loaded_and_then_the_first(salon: Salon) -> None:
    second = make_staff(salon.provider)
    salon.service.staff.add(second)
    assert salon.book("09:00").staff == salon.staff
    assert salon.book("12:00").staff == second
    assert salon.book("14:00").staff == salon.staff


def test_hourly_prices_follow_the_duration(salon: Salon) -> None:
    room = make_resource(salon.provider, capacity=8)
    salon.service = make_service(
        salon.provider,
        resources=[room],
        pricing="hourly",
        price=Decimal("12.50"),
        min_duration=30,
        max_duration=240,
    )
    appointment = salon.book("10:00", ask=salon.ask(duration=90, party_size=8))
    assert appointment.price == Decimal("18.75")
    assert appointment.duration == 90


def test_a_class_is_paid_by_the_seat_and_shares_one_session(salon: Salon) -> None:
    salon.service = make_service(
        salon.provider, staff=[salon.staff], seats=5, price=Decimal("3.00")
    )
    pair = salon.book("10:00", ask=salon.ask(party_size=2))
    single = salon.book("10:00")
    assert (pair.price, single.price) == (Decimal("6.00"), Decimal("3.00"))
    assert pair.session == single.session
    single.session.refresh_from_db()
    assert (single.session.seats, single.session.seats_taken) == (5, 3)


def test_a_class_sells_no_more_than_its_seats(salon: Salon) -> None:
    salon.service = make_service(salon.provider, staff=[salon.staff], seats=3)
    salon.book("10:00", ask=salon.ask(party_size=2))
    with pytest.raises(SlotUnavailable) as refusal:
        salon.book("10:00", ask=salon.ask(party_size=2))
    assert [problem.code for problem in refusal.value.problems] == ["class_full"]
    salon.book("10:00")
    with pytest.raises(SlotUnavailable):
        salon.book("10:00")


def test_a_class_cannot_begin_while_another_runs(salon: Salon) -> None:
    salon.service = make_service(salon.provider, staff=[salon.staff], seats=3)
    salon.book("10:00")
    with pytest.raises(SlotUnavailable):
        salon.book("10:30")


def test_a_seat_given_back_can_be_booked_again(salon: Salon) -> None:
    salon.service = make_service(salon.provider, staff=[salon.staff], seats=2)
    first = salon.book("10:00")
    salon.book("10:00")
    cancel(first, by=Actor.guest(), now=salon.now)
    salon.book("10:00")
    session = Session.objects.get()
    assert (session.active, session.seats_taken) == (True, 2)


def test_a_class_left_by_all_frees_its_time(salon: Salon) -> None:
    yoga = make_service(salon.provider, staff=[salon.staff], seats=2)
    appointment = salon.book("10:00", ask=salon.ask(service=yoga))
    cancel(appointment, by=Actor.guest(), now=salon.now)
    assert salon.book("10:30").status == Status.CONFIRMED


def test_a_resource_is_never_used_beyond_its_quantity(salon: Salon) -> None:
    rooms = make_resource(salon.provider, quantity=2)
    salon.service = make_service(salon.provider, resources=[rooms])
    salon.book("10:00")
    salon.book("10:00")
    with pytest.raises(SlotUnavailable) as refusal:
        salon.book("10:30")
    assert [problem.code for problem in refusal.value.problems] == ["resource_taken"]


def test_the_same_key_is_the_same_booking(salon: Salon) -> None:
    first = salon.book("10:00", idempotency_key="web:1")
    again = salon.book("10:00", idempotency_key="web:1")
    assert again.pk == first.pk
    assert (Appointment.objects.count(), OutboxJob.objects.count()) == (1, 1)


def test_the_same_key_for_something_else_is_refused(salon: Salon) -> None:
    salon.book("10:00", idempotency_key="web:1")
    with pytest.raises(IdempotencyMismatch):
        salon.book("12:00", idempotency_key="web:1")
    assert Appointment.objects.count() == 1


def test_a_hold_becomes_a_booking(salon: Salon) -> None:
    hold = take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    appointment = salon.book("10:00", hold=hold, visitor="ada")
    assert appointment.staff == hold.staff
    assert not Hold.objects.exists()


def test_a_hold_keeps_its_person_although_somebody_else_has_less_to_do(salon: Salon) -> None:
    second = make_staff(salon.provider)
    salon.service.staff.add(second)
    hold = take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    salon.book("08:00", ask=salon.ask(staff_id=hold.staff_id))
    assert salon.book("10:00", hold=hold, visitor="ada").staff == hold.staff


def test_what_another_visitor_holds_cannot_be_booked(salon: Salon) -> None:
    take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    with pytest.raises(SlotUnavailable):
        salon.book("10:00", visitor="bea")


def test_an_expired_hold_books_nothing(salon: Salon) -> None:
    hold = take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    salon.now = hold.expires_at
    with pytest.raises(SlotUnavailable):
        salon.book("10:00", hold=hold, visitor="ada")
    assert nothing_was_written()


def test_another_visitors_hold_cannot_be_spent(salon: Salon) -> None:
    hold = take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    with pytest.raises(SlotUnavailable):
        salon.book("10:00", hold=hold, visitor="bea")
    assert Hold.objects.exists()


def test_a_new_hold_replaces_the_visitors_old_one(salon: Salon) -> None:
    take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    take_hold(salon.ask(), start=salon.at("12:00"), visitor="ada", now=salon.now)
    assert Hold.objects.get().start == salon.at("12:00")


def test_a_refused_hold_leaves_the_old_one(salon: Salon) -> None:
    take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    salon.book("12:00")
    with pytest.raises(SlotUnavailable):
        take_hold(salon.ask(), start=salon.at("12:00"), visitor="ada", now=salon.now)
    assert Hold.objects.get().start == salon.at("10:00")


def test_only_its_visitor_releases_a_hold(salon: Salon) -> None:
    hold = take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    release_hold(token=hold.token, visitor="bea")
    assert Hold.objects.exists()
    release_hold(token=hold.token, visitor="ada")
    assert not Hold.objects.exists()


def test_time_off_that_came_after_the_hold_wins(salon: Salon) -> None:
    hold = take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    salon.provider.time_off.create(start=salon.at("08:00"), end=salon.at("17:00"))
    with pytest.raises(SlotUnavailable):
        salon.book("10:00", hold=hold, visitor="ada")
    assert Hold.objects.exists()


def test_the_day_the_clocks_change(salon: Salon) -> None:
    salon.provider.timezone = "Europe/London"
    salon.provider.booking_horizon = 365
    salon.provider.save()
    salon.provider.weekly_hours.create(weekday=6, start_minute=0, end_minute=240)
    # 29 March 2026 in London: 01:00 becomes 02:00, so that 00:30 + 60 minutes is 02:30.
    salon.now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    day = date(2026, 3, 29)
    appointment = salon.book("00:30", day=day)
    local_end = appointment.end.astimezone(salon.provider.tz)
    assert f"{local_end:%H:%M}" == "02:30"
    assert appointment.end - appointment.start == timedelta(hours=1)
    with pytest.raises(SlotUnavailable):
        salon.book("02:00", day=day)
    salon.book("02:30", day=day)


def test_sources_are_kept(salon: Salon) -> None:
    assert salon.book("10:00", source=Source.API, day=TUESDAY).source == "api"
    assert Appointment.objects.get().start.date() == MONDAY + timedelta(days=1)


def test_a_hold_whose_person_cannot_come_any_more_books_nobody_else(salon: Salon) -> None:
    salon.service.staff.add(make_staff(salon.provider))
    hold = take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    TimeOff.objects.create(
        provider=salon.provider, staff=hold.staff, start=salon.at("09:00"), end=salon.at("12:00")
    )
    with pytest.raises(SlotUnavailable) as refusal:
        salon.book("10:00", hold=hold, visitor="ada")
    assert salon.at("10:00") in [slot.start for slot in refusal.value.alternatives]
    assert "Somebody else can" in refusal.value.message
    assert nothing_was_written()
    assert Hold.objects.count() == 1


def test_a_hold_of_what_needs_nobody_becomes_a_booking(salon: Salon) -> None:
    salon.service = make_service(salon.provider, resources=[make_resource(salon.provider)])
    hold = take_hold(salon.ask(), start=salon.at("10:00"), visitor="ada", now=salon.now)
    assert salon.book("10:00", hold=hold, visitor="ada").staff is None


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u202e\ufeff", "\r\n"])
def test_a_name_that_nobody_can_read_is_refused(salon: Salon, name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        salon.book("10:00", contact=Contact(name=name, phone="+263771234567"))
    assert refusal.value.field == "name"
    assert nothing_was_written()


def test_a_name_is_one_line(salon: Salon) -> None:
    contact = Contact(name="Tendai\r\nPrice: USD 0.00\u202e", phone="+263771234567")
    assert salon.book("10:00", contact=contact).guest_name == "Tendai Price: USD 0.00"
