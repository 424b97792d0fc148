"""What is done every half minute by any worker; each part is harmless when several do it."""

import logging
from datetime import datetime, timedelta

from booking.domain.lifecycle import expire_unanswered
from booking.models import Hold

KEEP_HOLDS = timedelta(hours=1)
"""How long a hold that is over stays, so that its visitor is told so."""

log = logging.getLogger(__name__)


def tidy(now: datetime) -> None:
    """Expire requests that nobody answered by their start, and delete holds long over."""
    expired = expire_unanswered(now=now)
    deleted, _ = Hold.objects.filter(expires_at__lt=now - KEEP_HOLDS).delete()
    if expired or deleted:
        log.info("housekeeping: %s requests expired, %s old holds deleted", expired, deleted)
