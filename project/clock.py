"""The one place that reads the clock.

A request or job reads the time once and passes it on as ``now=``, so that everything it decides
agrees with itself.
"""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return timezone.now()
