"""The site in motion, for tests of what time brings."""

from datetime import datetime, timedelta

import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from booking.jobs.handlers import HANDLERS
from booking.jobs.housekeeping import tidy
from booking.jobs.runner import run_due
from project import clock

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Site:
    """The site in motion: time passes, and workers do what they do."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self.traveller = traveller

    def pass_until(self, instant: datetime) -> list[datetime]:
        """Let workers run on until ``instant``; return when reminders arrived by email.

        They look every hour before it, and every half hour from four hours before it on.
        """
        now, arrived = clock.now(), []
        halves = [instant - n * 30 * MINUTE for n in range(8)]
        hours = [instant - n * HOUR for n in range(4, 80)]
        for moment in sorted(moment for moment in halves + hours if moment > now):
            self.traveller.move_to(moment)
            arrived += [moment] * len(self.work())
        return arrived

    def be_in(self, evening: datetime) -> None:
        """Work now, and not again until shortly before ``evening``."""
        self.work()
        self.traveller.move_to(evening - HOUR)
        self.work()

    def work(self) -> list[EmailMultiAlternatives]:
        """Run one round and all jobs; return the reminders that left by email."""
        mail.outbox.clear()
        tidy(clock.now())
        run_due(HANDLERS)
        return [
            one
            for one in mail.outbox
            if isinstance(one, EmailMultiAlternatives) and one.subject.startswith("Reminder")
        ]
