"""For appointments that should move: the nearest free start of each, with the same person.

Made by the rules and the engine that show the grid, for a whole list in a number of queries that
does not grow. It is an offer only: moving asks again, under the lock.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from booking.availability import Calendar, Interval, ResourceCalendar, Slot, find_days, nearest
from booking.domain.free_time import Ask, make_terms
from booking.domain.lifecycle import ask_to_move
from booking.domain.next_free import Facts, load_facts
from booking.domain.taken import lay_calendars, lay_resources
from booking.models import Appointment
from project.errors import InvalidInput

REACH = timedelta(days=14)
"""How far from its time another one is looked for."""

STEPS = (timedelta(days=1), timedelta(days=4), REACH)
"""How far each look goes; the first that finds something is the last."""

MOST_DAYS = timedelta(days=60)
"""Nothing is offered for those that come later than this after the first of the list."""


def nearest_starts(appointments: Sequence[Appointment], *, now: datetime) -> dict[int, datetime]:
    """Return a free start (UTC) by the id of the appointment, in their order, no two in conflict.

    All are of one business, with session, service, its people and its resources loaded. Those in
    classes, and those for whom nothing is free within two weeks, are left out. Six queries.
    """
    asks = {each.pk: ask for each in appointments if (ask := _ask(each)) is not None}
    if not asks:
        return {}
    first = min(each.start for each in appointments if each.pk in asks)
    until = max(first, now) + MOST_DAYS
    provider = appointments[0].provider_id
    facts = load_facts([provider], now=now, since=max(now, first - REACH), until=until)[provider]
    found = {}
    for appointment in appointments:
        if appointment.pk not in asks or appointment.start + REACH > until:
            continue
        slot = _look(appointment, asks[appointment.pk], facts, now=now)
        if slot is not None:
            found[appointment.pk] = slot.start
            _take(appointment, asks[appointment.pk], slot, facts)
    return found


def _ask(appointment: Appointment) -> Ask | None:
    """Return what stands for the appointment elsewhere; nothing where that cannot be offered."""
    if appointment.service.is_class or appointment.session.seats > 1:
        return None
    try:
        return ask_to_move(appointment, staff=appointment.staff)
    except InvalidInput:  # the person does not perform it any more
        return None


def _look(appointment: Appointment, ask: Ask, facts: Facts, *, now: datetime) -> Slot | None:
    terms = replace(make_terms(ask, now=now, by_business=True), earliest=now.astimezone(UTC))
    calendars, resources = _calendars(appointment, ask, facts)
    start, zone = appointment.start, terms.timezone
    for step in STEPS:
        first, last = (max(start + way, now).astimezone(zone).date() for way in (-step, step))
        days = find_days(terms, calendars, resources, first=first, last=last)
        free = [slot for day in days for slot in day.slots if slot.start != start]
        if free:
            return nearest(free, start, 1)[0]
    return None


def _calendars(
    appointment: Appointment, ask: Ask, facts: Facts
) -> tuple[list[Calendar], list[ResourceCalendar]]:
    """Return the calendars without what the appointment itself takes."""
    service, session = ask.service, appointment.session
    own = (session.staff_id, session.occupied_from, session.occupied_until, session.service_id)
    rows = facts.sessions[session.staff_id] if service.needs_staff else facts.of_service[service.pk]
    calendars = lay_calendars(
        service,
        [ask.staff] if ask.staff else [],
        rules=facts.rules,
        sessions=[row for row in rows if row[:4] != own],
        blocks=facts.blocks,
        duration=ask.duration,
        seats=1,
    )
    mine = Interval(session.occupied_from, session.occupied_until)
    units = service.resources.all()
    used = {unit.pk: _less(facts.used.get(unit.pk, []), mine) for unit in units}
    return calendars, lay_resources(units, used, facts.blocks)


def _less(used: Sequence[Interval], one: Interval) -> list[Interval]:
    """Return ``used`` without ``one``, once: others may take the same time of another unit."""
    left = list(used)
    if one in left:
        left.remove(one)
    return left


def _take(appointment: Appointment, ask: Ask, slot: Slot, facts: Facts) -> None:
    """Let nothing else be offered at what has been offered for this one."""
    before, after = (timedelta(minutes=minutes) for minutes in ask.buffers)
    staff, service = appointment.staff_id, ask.service.pk
    since, until = slot.start - before, slot.end + after
    row = (staff, since, until, service, slot.start, slot.end, 1, 1)
    facts.sessions[staff].append(row)
    if not ask.service.needs_staff:
        facts.of_service[service].append(row)
    used = dict(facts.used)
    for unit in ask.service.resources.all():
        used[unit.pk] = [*used.get(unit.pk, []), Interval(since, until)]
    facts.used = used
