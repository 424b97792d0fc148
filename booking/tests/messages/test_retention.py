"""Messages, and jobs that are closed, are deleted when their time is over, and not before."""

from datetime import timedelta

import pytest

from booking.models import Appointment, Delivery, Notification, OutboxJob
from booking.notifications.retention import delete_old
from booking.tests.jobs.salon import NOW, START, Salon, deliver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def counts() -> tuple[int, int, int]:
    return (
        Notification.objects.count(),
        Delivery.objects.count(),
        OutboxJob.objects.count(),
    )


def test_messages_stay_for_180_days(salon: Salon) -> None:
    salon.book()
    deliver()
    OutboxJob.objects.all().delete()
    assert delete_old(START + 180 * DAY) == 0  # of the booking: it may be far away when it is made
    assert counts() == (2, 3, 0)
    assert delete_old(START + 180 * DAY + SECOND) == 2
    assert counts() == (0, 0, 0)
    assert Appointment.objects.count() == 1


def test_done_jobs_stay_for_30_days_from_their_end() -> None:
    OutboxJob.objects.create(kind="x", done_at=NOW, run_at=NOW - 60 * DAY)
    assert delete_old(NOW + 30 * DAY) == 0
    assert delete_old(NOW + 30 * DAY + SECOND) == 1


def test_failed_jobs_stay_for_180_days() -> None:
    OutboxJob.objects.create(kind="x", failed_at=NOW)
    assert delete_old(NOW + 180 * DAY) == 0
    assert delete_old(NOW + 180 * DAY + SECOND) == 1


def test_a_job_that_failed_and_was_done_later_counts_as_done() -> None:
    OutboxJob.objects.create(kind="x", failed_at=NOW, done_at=NOW + 300 * DAY)
    assert delete_old(NOW + 310 * DAY) == 0


def test_open_jobs_stay_however_old() -> None:
    OutboxJob.objects.create(kind="x", run_at=NOW)
    assert delete_old(NOW + 4000 * DAY) == 0


def test_one_call_deletes_a_bounded_number_and_the_next_goes_on() -> None:
    for _ in range(5):
        OutboxJob.objects.create(kind="x", done_at=NOW)
    later = NOW + 31 * DAY
    assert [delete_old(later, batch=2) for _ in range(4)] == [2, 2, 1, 0]
