"""Answer several requests in one go: each by itself, so that one refusal stops no other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from booking.domain import lifecycle
from booking.domain.actors import Actor
from booking.models import Appointment
from project.errors import NguvaError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request; ``problem`` is empty when it was answered."""

    appointment: Appointment
    problem: str = ""


def answer_each(
    requests: Iterable[Appointment], *, accept: bool, by: Actor, now: datetime, reason: str = ""
) -> list[Outcome]:
    """Accept or decline each in a transaction of its own and say how it went.

    ``reason`` is told to those who are declined. Everything that a single answer would refuse, such
    as a request that somebody has answered meanwhile, comes back as a problem in plain words.
    """
    return [_answer(one, accept, by, now, reason) for one in requests]


def _answer(
    request: Appointment,
    accept: bool,  # noqa: FBT001 - as it came
    by: Actor,
    now: datetime,
    reason: str,
) -> Outcome:
    try:
        if accept:
            lifecycle.accept(request, by=by, now=now)
        else:
            lifecycle.decline(request, by=by, now=now, reason=reason)
    except NguvaError as refusal:
        return Outcome(request, refusal.message)
    return Outcome(request)
