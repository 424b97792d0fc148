"""What is done every half minute by any worker; each part is harmless when several do it."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session as LogIn

from booking.domain import time_off
from booking.domain.closing_accounts import close_accounts
from booking.domain.lifecycle import expire_unanswered
from booking.jobs.runner import describe
from booking.models import Hold
from booking.notifications import rounds
from booking.notifications.digest import scan_digests
from booking.notifications.reminders import scan_reminders
from booking.notifications.retention import delete_old
from providers.domain.pictures import delete_unnamed

KEEP_HOLDS = timedelta(hours=1)
"""How long a hold that is over stays, so that its visitor is told so."""

FORGET_EVERY = timedelta(hours=1)
WRITE_AHEAD_EVERY = timedelta(days=1)
DELETE_LOG_INS_EVERY = timedelta(days=1)
CLEAR_PICTURES_EVERY = timedelta(days=1)

log = logging.getLogger(__name__)


def tidy(now: datetime) -> None:
    """Do each part; trouble in one is logged, keeps no other back, and is tried again next time."""
    for part, words in PARTS.items():
        try:
            count = part(now)
        except Exception as error:  # noqa: BLE001 - one part's trouble is not the others'
            log.error("housekeeping: not %s: %s", words, describe(error))  # noqa: TRY400 - masked
        else:
            if count:
                log.info("housekeeping: %s %s", count, words)


def expire(now: datetime) -> int:
    """Expire requests that nobody answered by their start."""
    return expire_unanswered(now=now)


def delete_old_holds(now: datetime) -> int:
    """Delete holds long over."""
    deleted, _ = Hold.objects.filter(expires_at__lt=now - KEEP_HOLDS).delete()
    return deleted


def forget(now: datetime) -> int:
    """Delete messages and jobs long over: once an hour, and in each round while there are any."""
    if not rounds.is_time("retention", now=now, every=FORGET_EVERY):
        return 0
    deleted = delete_old(now)
    if not deleted:
        rounds.remember("retention", now=now)
    return deleted


def write_time_off_ahead(now: datetime) -> int:
    """Write repeating time off on: once a day, and in each round while rules are behind."""
    if not rounds.is_time("time-off", now=now, every=WRITE_AHEAD_EVERY):
        return 0
    written = time_off.write_ahead(now=now)
    if not written:
        rounds.remember("time-off", now=now)
    return written


def delete_old_log_ins(now: datetime) -> int:
    """Delete log-ins that are over, once a day: their data names whose they were."""
    if not rounds.is_time("log-ins", now=now, every=DELETE_LOG_INS_EVERY):
        return 0
    deleted, _ = LogIn.objects.filter(expire_date__lt=now).delete()
    rounds.remember("log-ins", now=now)
    return deleted


def close(now: datetime) -> int:
    """Shut and erase the accounts whose time has come."""
    return close_accounts(now=now)


def clear_pictures(now: datetime) -> int:
    """Delete files of pictures that no row names: once a day, and in each round while there are."""
    if not rounds.is_time("pictures", now=now, every=CLEAR_PICTURES_EVERY):
        return 0
    deleted = delete_unnamed(now=now)
    if not deleted:
        rounds.remember("pictures", now=now)
    return deleted


PARTS: dict[Callable[[datetime], int], str] = {
    expire: "requests expired",
    scan_reminders: "reminders found",
    scan_digests: "agendas found",
    delete_old_holds: "old holds deleted",
    forget: "old messages and jobs deleted",
    write_time_off_ahead: "repetitions of time off written on",
    close: "accounts shut or erased",
    delete_old_log_ins: "old log-ins deleted",
    clear_pictures: "files of pictures deleted that nothing names",
}
"""What there is to do, and how the log says that it was done."""
