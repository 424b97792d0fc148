import logging
import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from booking.jobs.handlers import HANDLERS
from booking.jobs.housekeeping import tidy
from booking.jobs.queue import LEASE, Outcome
from booking.jobs.worker import Worker
from booking.notifications.channels.mail_connection import kept_open

NETWORK_WAITS = 12  # in one mail: connect, greeting, TLS, log-in, sender, recipient, body, …

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Run background jobs until stopped. Any number of workers may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due now, then end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        check_lease()
        worker = Worker(HANDLERS, tidy=tidy, batch=kept_open)
        if once:
            outcomes = worker.run_once()
            counts = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in Outcome)
            self.stdout.write(f"Jobs: {counts}.")
            return
        stop_on_signals(worker)
        log.info("worker started")
        worker.run()
        log.info("worker stopped")


def check_lease() -> None:
    """Refuse to start when a slow mail server could outlast a claim, and mail be sent twice."""
    longest = LEASE.total_seconds() / NETWORK_WAITS
    timeout: int | None = settings.EMAIL_TIMEOUT
    if timeout is None or timeout > longest:
        raise CommandError(f"Set EMAIL_TIMEOUT to at most {longest:.0f} seconds.")


def stop_on_signals(worker: Worker) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
